"""Throw-away libraries: built once for a collection of documents, and kept by what they were made from."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.engine_factory import load_catalogue, make_engine
from assistant.qa.engine import Engine
from assistant.settings import load_settings
from corpus.catalogue import Catalogue
from corpus.embedding import make_models
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.cases import Case, EvaluationError
from ingest.chunker import SEGMENTER_VERSION
from ingest.input_files import find_inputs
from ingest.outcomes import Progress
from ingest.pipeline import ingest, starter_sources
from ingest.prefetch import InputSource
from ingest.readers import ReadError

KEPT = 4
"""Libraries that are kept beside the one in use, those used last."""
SHARED = Path("../shared/documents")
AT_HAND = {"meeting": (SHARED / "meeting", SHARED / "treaties"), "un": (SHARED / "un" / "dev",)}
"""Where the documents of some sets lie beside a checkout; they are not part of the project."""
_DONE = "built"


def corpus_of(cases: Sequence[Case], documents: Sequence[Path]) -> str:
    """The collection that cases are about, or the documents that are named. Raises `EvaluationError` where there are several."""
    found = sorted({"documents" if documents else case.corpus for case in cases})
    if len(found) > 1:
        raise EvaluationError(f"The set is about several collections ({', '.join(found)}); make a set of each.")
    return found[0] if found else ""


def sources(corpus: str, documents: Sequence[Path]) -> list[InputSource]:
    """The files of a collection: those named, else those that its name stands for. Raises `EvaluationError`."""
    if corpus == "starter" and not documents:
        return list(starter_sources())
    for path in documents:
        if not path.exists():
            raise EvaluationError(f"{path} does not exist.")
    given = documents or [path for path in AT_HAND.get(corpus, ()) if path.exists()]
    found: list[InputSource] = [source for path in given for source in find_inputs(path)]
    if found:
        return found
    if corpus in AT_HAND:
        raise EvaluationError(
            f"The documents of the set ({corpus}) are not at hand; name a folder that has them with --documents. Or fetch them by "
            "their symbols, which the names of their files give ('rapporteur fetch SYMBOL'), and name the library with "
            "--library."
        )
    about = f"about {corpus!r}, which is no collection that ships" if corpus else "about no named collection"
    raise EvaluationError(f"The set is {about}; name the documents with --documents, or a library with --library.")


def fingerprint(given: Sequence[InputSource], models: EmbeddingModels, catalogue: Path | None) -> str:
    """A hash of all that a library depends on: bytes and names of its files, code and data that read them, model."""
    digest = hashlib.sha256()
    for source in given:
        try:
            opened = source.open()
        except ReadError as error:
            raise EvaluationError(str(error)) from None
        digest.update(f"{opened.name}\0{hashlib.sha256(opened.data).hexdigest()}\0".encode())
    digest.update(f"{models.fingerprint}\0{SEGMENTER_VERSION}\0{code('corpus', 'ingest')}\0".encode())
    if catalogue is not None:
        digest.update(_tree(catalogue).encode())
    return digest.hexdigest()[:16]


def code(*packages: str) -> str:
    """A hash of the code and data of packages, as they lie on disk."""
    return hashlib.sha256("".join(_tree(Path(str(files(name)))) for name in packages).encode()).hexdigest()[:16]


@contextmanager
def built(
    folder: Path,
    name: str,
    given: Sequence[InputSource],
    models: EmbeddingModels,
    catalogue: Catalogue,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Library]:
    """A library of the documents, opened. One that was built before is used again, one half built is gone on with.

    Raises `EvaluationError` where a document is refused, `LibraryBusy` where another run has the library.
    """
    home = folder / name
    with Library(home, models, SEGMENTER_VERSION, owner="rapporteur eval run") as library:
        if not (home / _DONE).exists():
            refused = [
                f"{outcome.name}: {outcome.reason}"
                for outcome in ingest(given, library, catalogue, progress)
                if outcome.result == "refused"
            ]
            if refused:
                raise EvaluationError(f"Documents can't be read. {' '.join(refused)}")
        (home / _DONE).touch()
        _prune(folder, home)
        yield library


@contextmanager
def engine_over(
    documents: Sequence[Path], folder: Path, reading: Callable[[Progress], None] | None = None
) -> Iterator[Engine]:
    """The product's own engine over documents: files, and all in folders. `folder` keeps the library, for the next time, and the
    converted models. Raises `EvaluationError` where a document is missing or can't be read."""
    chosen = load_settings(data_dir=folder)
    models = make_models(chosen.embedding, chosen.multilingual, models_in(folder))
    given = sources("", documents)
    name = fingerprint(given, models, chosen.catalogue_dir)
    with built(folder / "libraries", name, given, models, load_catalogue(chosen), reading) as library:
        yield make_engine(library, chosen)


def models_in(folder: Path) -> Path:
    """Where the converted models of a folder are kept."""
    return folder / "models"


def _tree(folder: Path) -> str:
    """A hash of the files below a folder, their names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def _prune(folder: Path, used: Path) -> None:
    """Removes the libraries that were not used for longest, where no run has them."""
    others = [path for path in folder.iterdir() if path != used and (path / "owner.lock").exists()]
    others.sort(key=lambda path: (path / _DONE).stat().st_mtime if (path / _DONE).exists() else 0.0, reverse=True)
    for path in others[KEPT:]:
        try:
            with FileLock(path / "owner.lock", timeout=0):
                shutil.rmtree(path)
        except Timeout:
            continue
