"""From settings to a library and an engine: what every door and every program builds them with."""

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
    from assistant.ingestion import Keeper
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
    """An engine over the library in a folder, which this process owns until the block ends. What is not given is as
    environment and settings file say; `settings` takes the place of all that. `models` and `away` are for servers: other
    models than those of the settings, and what surrounds each wait for one that writes. `owner` is told to whoever wants
    the library meanwhile. Raises `SettingsError`, `CatalogueError`, and what opening a library raises."""
    chosen = settings or load_settings(data_dir=data_dir)
    with open_library(chosen, owner, models) as library:
        yield make_engine(library, chosen, away)


def open_library(
    chosen: Settings,
    owner: str,
    models: EmbeddingModels | None = None,
    *,
    accept_stale: bool = False,
    make: bool = True,
) -> Library:
    """The library of the settings, with their models or others. Raises what `Library` raises, and `LibraryError` where there is none
    and it is not to `make` one."""
    from corpus.embedding import make_models
    from corpus.library import Library
    from ingest.chunker import SEGMENTER_VERSION

    if not make:
        check_there(chosen)
    return Library(
        chosen.data_dir,
        models or make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models"),
        SEGMENTER_VERSION,
        chosen.chroma_url,
        chosen.database_url,
        owner=owner,
        accept_stale=accept_stale,
        max_original_bytes=chosen.keep_files * 1_000_000,
    )


def check_there(chosen: Settings) -> None:
    """Raises `LibraryError` where the folder of the settings holds no library, so that nobody makes one by a slip in its name. Where it
    holds indexes the library is lost, which opening it tells."""
    from corpus.store.embedded import LEXICAL

    with readable_errors(chosen.data_dir):
        if chosen.database_url is None and not any(
            (chosen.data_dir / name).exists() for name in (DATABASE_FILE, LEXICAL)
        ):
            raise LibraryError(
                f"There is no library in {chosen.data_dir}. Name its folder with --data-dir or RAPPORTEUR_DATA_DIR, or make one there: "
                "rapporteur ingest FILE, or rapporteur ingest --starter."
            )


def catalogue_of(chosen: Settings) -> Catalogue:
    """The catalogue that the settings name."""
    from corpus.catalogue import Catalogue

    return Catalogue.from_folder(chosen.catalogue_dir) if chosen.catalogue_dir else Catalogue.packaged()


def make_keeper(library: Library, chosen: Settings, nice: int = 0) -> Keeper:
    """What reads files into a library as the settings want it; the processes that read step behind others by `nice`."""
    from assistant.ingestion import Keeper
    from ingest.sandbox.pool import Limits

    limits = Limits(memory=chosen.reader_memory * 1024**2, seconds=chosen.reader_seconds, nice=nice)
    return Keeper(library, catalogue_of(chosen), chosen, jobs=chosen.jobs, limits=limits)


def make_engine(library: Library, chosen: Settings, away: Away = nullcontext) -> Engine:
    """An engine as the settings want it; `away` surrounds each wait for a model."""
    from assistant.qa.engine import Engine
    from assistant.qa.readers import Readers

    readers = Readers.shipped(chosen.data_dir / "models", chosen.caution) if chosen.reader else None
    return Engine(
        library,
        catalogue_of(chosen),
        readers=readers,
        caution=chosen.caution,
        passages=chosen.passages,
        max_statements=chosen.max_statements,
        max_question=chosen.max_question,
        writer=make_writer(library, chosen, away),
        mode=chosen.mode,
    )


def make_writer(library: Library, chosen: Settings, away: Away = nullcontext) -> Writer | None:
    """What writes answers as the settings want it; None without a model. Imports no model client."""
    if chosen.model is None:
        return None
    from assistant.generation.writer import Writer
    from assistant.grounding.sentence_check import SupportCheck
    from assistant.model.endpoint import Shared

    model = Shared(make_model(chosen), chosen.model_replies, chosen.queue_seconds)
    return Writer(model, SupportCheck(library.embedder), away=away)


def make_model(chosen: Settings) -> Endpoint:
    """The model of the settings, which must name one; its key comes from the environment."""
    from assistant.model.endpoint import Endpoint

    assert chosen.model is not None
    if not is_installed("llama-index"):
        raise SettingsError(
            f"RAPPORTEUR_MODEL is set, but LlamaIndex is not installed. Run: {install_command('llama-index')}"
        )
    return Endpoint(
        chosen.model_url,
        chosen.model,
        model_key(),
        silence=chosen.model_timeout,
        seconds=chosen.model_seconds,
        retries=chosen.model_retries,
        window=chosen.model_context,
        output=chosen.model_output,
        temperature=chosen.model_temperature,
    )
