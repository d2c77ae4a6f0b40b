"""The documents that questions are asked of: a library that is built for the purpose and kept beside what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.opening import catalogue_of, make_engine
from assistant.qa.engine import Engine
from assistant.settings import load_settings
from corpus.embedding import make_models
from eval.runs.corpora import built, fingerprint, sources
from ingest.outcomes import Progress


@contextmanager
def engine_over(
    documents: Sequence[Path], folder: Path, reading: Callable[[Progress], None] | None = None
) -> Iterator[Engine]:
    """The product's own engine over documents: files, and all in folders. `folder` keeps the library, for the next time, and the
    converted models. Raises `CorpusError` where a document is missing or can't be read."""
    chosen = load_settings(data_dir=folder)
    models = make_models(chosen.embedding, chosen.multilingual, models_in(folder))
    given = sources("", documents)
    name = fingerprint(given, models, chosen.catalogue_dir)
    with built(folder / "libraries", name, given, models, catalogue_of(chosen), reading) as library:
        yield make_engine(library, chosen)


def models_in(folder: Path) -> Path:
    """Where the converted models of a folder are kept."""
    return folder / "models"
