"""Libraries for evaluation, each built once for a collection of documents, and again if anything it depends on changes."""

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
from assistant.settings import Settings, load_settings
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

KEPT_LIBRARIES = 4
"""Number of libraries that stay on disk beside the one in use, the most recently used ones."""
SHARED = Path("../shared/documents")
COLLECTION_FOLDERS = {"meeting": (SHARED / "meeting", SHARED / "treaties"), "un": (SHARED / "un" / "dev",)}
"""Where the documents of some sets are, next to a checkout; they are not part of the project."""
_BUILT = "built"


def find_collection(cases: Sequence[Case], documents: Sequence[Path]) -> str:
    """The collection that cases are about, or `documents` where files are given. Raises `EvaluationError` for several."""
    collections = sorted({"documents" if documents else case.corpus for case in cases})
    if len(collections) > 1:
        raise EvaluationError(f"The set is about several collections ({', '.join(collections)}); make a set of each.")
    return collections[0] if collections else ""


def find_sources(corpus: str, documents: Sequence[Path]) -> list[InputSource]:
    """The files of a collection: the given ones, or those that its name stands for. Raises `EvaluationError` for none."""
    if corpus == "starter" and not documents:
        return list(starter_sources())
    for path in documents:
        if not path.exists():
            raise EvaluationError(f"{path} does not exist.")
    paths = documents or [path for path in COLLECTION_FOLDERS.get(corpus, ()) if path.exists()]
    sources: list[InputSource] = [source for path in paths for source in find_inputs(path)]
    if sources:
        return sources
    if corpus in COLLECTION_FOLDERS:
        raise EvaluationError(
            f"The documents of the set ({corpus}) are not at hand; name a folder that has them with --documents. Or fetch them by "
            "their symbols, which the names of their files give ('rapporteur fetch SYMBOL'), and name the library with "
            "--library."
        )
    about = f"about {corpus!r}, which is no collection that ships" if corpus else "about no named collection"
    raise EvaluationError(f"The set is {about}; name the documents with --documents, or a library with --library.")


def fingerprint(files: Sequence[InputSource], models: EmbeddingModels, catalogue: Path | None) -> str:
    """A hash of what a library depends on: bytes and names of its files, the code that reads them, embedding model."""
    digest = hashlib.sha256()
    for source in files:
        try:
            opened = source.open()
        except ReadError as error:
            raise EvaluationError(str(error)) from None
        digest.update(f"{opened.name}\0{hashlib.sha256(opened.data).hexdigest()}\0".encode())
    digest.update(f"{models.fingerprint}\0{SEGMENTER_VERSION}\0{hash_packages('corpus', 'ingest')}\0".encode())
    if catalogue is not None:
        digest.update(_hash_tree(catalogue).encode())
    return digest.hexdigest()[:16]


def hash_packages(*packages: str) -> str:
    """A hash of the code and data files of packages."""
    return hashlib.sha256("".join(_hash_tree(Path(str(files(name)))) for name in packages).encode()).hexdigest()[:16]


@contextmanager
def open_built_library(
    folder: Path,
    name: str,
    files: Sequence[InputSource],
    models: EmbeddingModels,
    catalogue: Catalogue,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Library]:
    """Opens a library of the documents. One that was built before is reused, and building is resumed where it was
    interrupted.

    Raises `EvaluationError` where a document is refused, `LibraryBusy` where another run has the library open."""
    path = folder / name
    with Library(path, models, SEGMENTER_VERSION, owner="rapporteur eval run") as library:
        if not (path / _BUILT).exists():
            outcomes = ingest(files, library, catalogue, progress)
            if refused := [f"{each.name}: {each.reason}" for each in outcomes if each.result == "refused"]:
                raise EvaluationError(f"Documents cannot be read. {' '.join(refused)}")
        (path / _BUILT).touch()
        _prune(folder, path)
        yield library


@contextmanager
def engine_over(
    documents: Sequence[Path], folder: Path, on_progress: Callable[[Progress], None] | None = None
) -> Iterator[Engine]:
    """An engine over documents: files, and all files in folders. `folder` stores the library, for reuse, and the
    converted models. Raises `EvaluationError` where a document is missing or can't be read."""
    config = load_settings(data_dir=folder)
    models = models_of(config)
    files = find_sources("", documents)
    name = fingerprint(files, models, config.catalogue_dir)
    with open_built_library(folder / "libraries", name, files, models, load_catalogue(config), on_progress) as library:
        yield make_engine(library, config)


def models_of(config: Settings) -> EmbeddingModels:
    """The embedding models of the settings."""
    return make_models(config.embedding, config.multilingual, models_folder(config.data_dir))


def models_folder(folder: Path) -> Path:
    """Where the converted models of a folder are stored."""
    return folder / "models"


def _hash_tree(folder: Path) -> str:
    """A hash of the files below a folder, including their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def _prune(folder: Path, used: Path) -> None:
    """Removes the least recently used libraries, unless a run has them open."""
    others = [path for path in folder.iterdir() if path != used and (path / "owner.lock").exists()]
    others.sort(key=lambda path: (path / _BUILT).stat().st_mtime if (path / _BUILT).exists() else 0.0, reverse=True)
    for path in others[KEPT_LIBRARIES:]:
        try:
            with FileLock(path / "owner.lock", timeout=0):
                shutil.rmtree(path)
        except Timeout:
            continue
