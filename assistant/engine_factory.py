"""Builds the library, the engine and their parts from settings, for all interfaces and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import Settings, SettingsError, load_settings, model_key
from corpus.corpus_errors import DATABASE_FILE, LibraryError, readable_errors
from corpus.extras import install_command, is_installed

if TYPE_CHECKING:
    from assistant.generation.writer import Writer
    from assistant.ingestion import CollectionUpdater
    from assistant.model.endpoint import Endpoint
    from assistant.qa.engine import Engine
    from corpus.catalogue import Catalogue
    from corpus.library import Library
    from corpus.models import EmbeddingModels

Away = Callable[[], AbstractContextManager[None]]


@contextmanager
def open_engine(
    data_dir: str | Path | None = None,
    *,
    settings: Settings | None = None,
    models: EmbeddingModels | None = None,
    away: Away = nullcontext,
    owner: str = "a program",
) -> Iterator[Engine]:
    """Opens an engine over the library in a folder, which this process owns until the block ends. Other settings come from environment
    and settings file, or all from `settings`. For servers: `models` replace those of the settings, `away` surrounds each wait for a
    generating model. `owner` is what other processes are told. Raises `SettingsError`, `CatalogueError`, and what `Library` raises."""
    settings = settings or load_settings(data_dir=data_dir)
    with open_library(settings, owner, models) as library:
        yield make_engine(library, settings, away)


def open_library(
    settings: Settings,
    owner: str,
    models: EmbeddingModels | None = None,
    *,
    accept_stale: bool = False,
    make: bool = True,
) -> Library:
    """Opens the library of the settings, with their models or others. Raises what `Library` raises, and `LibraryError` where there is
    none and `make` is off."""
    from corpus.embedding import make_models
    from corpus.library import Library
    from ingest.chunker import SEGMENTER_VERSION

    if not make:
        check_library_exists(settings)
    return Library(
        settings.data_dir,
        models or make_models(settings.embedding, settings.multilingual, settings.data_dir / "models"),
        SEGMENTER_VERSION,
        settings.chroma_url,
        settings.database_url,
        owner=owner,
        accept_stale=accept_stale,
        max_original_bytes=settings.keep_files * 1_000_000,
    )


def check_library_exists(settings: Settings) -> None:
    """Raises `LibraryError` where the folder of the settings contains no library, so that a typo in its name does not create one. A
    folder with indexes but no database passes: opening it reports the lost library."""
    from corpus.store.embedded import LEXICAL

    folder = settings.data_dir
    with readable_errors(folder):
        if settings.database_url is None and not any((folder / name).exists() for name in (DATABASE_FILE, LEXICAL)):
            raise LibraryError(
                f"There is no library in {folder}. Name its folder with --data-dir or RAPPORTEUR_DATA_DIR, or create one there: "
                "rapporteur ingest FILE, or rapporteur ingest --starter."
            )


def load_catalogue(settings: Settings) -> Catalogue:
    """Loads the catalogue of the settings."""
    from corpus.catalogue import Catalogue

    return Catalogue.from_folder(settings.catalogue_dir) if settings.catalogue_dir else Catalogue.packaged()


def make_updater(library: Library, settings: Settings, nice: int = 0, *, ahead: bool = False) -> CollectionUpdater:
    """Builds the updater of a library from settings; `nice`: increment of the niceness of the processes that read files; with `ahead` the
    next one is started before there is a file for it."""
    from assistant.ingestion import CollectionUpdater
    from ingest.sandbox.pool import Limits, WorkerAhead

    limits = Limits(memory=settings.reader_memory * 1024**2, seconds=settings.reader_seconds, nice=nice)
    return CollectionUpdater(
        library,
        load_catalogue(settings),
        settings,
        jobs=settings.jobs,
        limits=limits,
        ahead=WorkerAhead() if ahead else None,
    )


def make_engine(library: Library, settings: Settings, away: Away = nullcontext) -> Engine:
    """Builds the engine from settings; `away` surrounds each wait for a generating model."""
    from assistant.qa.engine import Engine
    from assistant.qa.readers import Readers

    readers = Readers.shipped(settings.data_dir / "models", settings.caution) if settings.reader else None
    return Engine(
        library,
        load_catalogue(settings),
        readers=readers,
        caution=settings.caution,
        passages=settings.passages,
        max_statements=settings.max_statements,
        max_question=settings.max_question,
        writer=make_writer(library, settings, away),
        mode=settings.mode,
    )


def make_writer(library: Library, settings: Settings, away: Away = nullcontext) -> Writer | None:
    """Builds the generator of answers from settings; None without a model. Imports no model client."""
    if settings.model is None:
        return None
    from assistant.generation.writer import Writer
    from assistant.grounding.sentence_check import SupportCheck
    from assistant.model.endpoint import Shared

    model = Shared(make_model(settings), settings.model_replies, settings.queue_seconds)
    return Writer(model, SupportCheck(library.embedder), away=away)


def make_model(settings: Settings) -> Endpoint:
    """Builds the client of the model that the settings name; its key comes from the environment."""
    from assistant.model.endpoint import Endpoint

    assert settings.model is not None
    if not is_installed("llama-index"):
        command = install_command("llama-index")
        raise SettingsError(f"RAPPORTEUR_MODEL is set, but LlamaIndex is not installed. Run: {command}")
    return Endpoint(
        settings.model_url,
        settings.model,
        model_key(),
        silence=settings.model_timeout,
        seconds=settings.model_seconds,
        retries=settings.model_retries,
        window=settings.model_context,
        output=settings.model_output,
        temperature=settings.model_temperature,
    )
