"""Opening a library for one command, and turning every expected error into a sentence and an exit code."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, cast

import typer
from rich.console import Console

from assistant.cli.options import options
from assistant.faults import Invalid, NotHeld, ServiceFault
from assistant.settings import Settings, SettingsError, load_settings, model_key
from corpus.catalogue import Catalogue, CatalogueError
from corpus.documents import LANGUAGES
from corpus.faults import LibraryBusy, LibraryError, LibraryStale, advice
from corpus.library import Library
from ingest.readers import visible

if TYPE_CHECKING:
    from assistant.model.endpoint import Endpoint
    from assistant.qa.answer import Mode
    from assistant.qa.engine import Engine
    from assistant.write.writer import Writer
    from corpus.models import Models

Away = Callable[[], AbstractContextManager[None]]

EXIT_FAILED, EXIT_USAGE, EXIT_BUSY, EXIT_STALE, EXIT_INTERRUPTED = 1, 2, 3, 4, 130
"""0 success; 1 the command could not do what was asked; 2 wrong usage or settings; 3 another process owns the
library; 4 the library must be reindexed; 130 interrupted."""

talk = Console(stderr=True, highlight=False, soft_wrap=True)
data = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)


TO_ADD = "What is held: rapporteur list. To add documents: rapporteur fetch SYMBOL, or rapporteur ingest FILE."
"""What to do about a document that is not there."""


def fail(message: str, code: int = EXIT_FAILED) -> typer.Exit:
    """Says what is wrong on stderr; raise what it returns."""
    talk.print(f"rapporteur: {visible(message)}", markup=False, style="red")
    return typer.Exit(code)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Expected errors end the command with a sentence, never with a traceback."""
    from corpus.embedding import EmbeddingError

    try:
        yield
    except LibraryBusy as error:
        raise fail(str(error), EXIT_BUSY) from None
    except LibraryStale as error:
        raise fail(str(error), EXIT_STALE) from None
    except Invalid as error:
        raise fail(error.detail, EXIT_USAGE) from None
    except NotHeld as error:
        raise fail(f"{error.detail} {TO_ADD}") from None
    except ServiceFault as error:
        raise fail(error.detail) from None
    except (SettingsError, CatalogueError) as error:
        raise fail(str(error), EXIT_USAGE) from None
    except (LibraryError, EmbeddingError) as error:
        raise fail(str(error)) from None
    except sqlite3.DatabaseError as error:
        raise fail(advice(settings().data_dir, str(error))) from None
    except KeyboardInterrupt:
        raise fail("interrupted; what was finished is kept.", EXIT_INTERRUPTED) from None


def settings(**given: Any) -> Settings:
    """The settings of this command, with the options that it was given."""
    return load_settings(data_dir=options.data_dir, **given)


def catalogue_of(chosen: Settings) -> Catalogue:
    """The catalogue that the settings name."""
    return Catalogue.from_folder(chosen.catalogue_dir) if chosen.catalogue_dir else Catalogue.shipped()


@contextmanager
def open_library(command: str) -> Iterator[tuple[Library, Settings]]:
    """The library of the settings, owned by this process until the block ends."""
    with plain_errors():
        chosen = settings()
        with opened(command, chosen) as library:
            yield library, chosen


def opened(command: str, chosen: Settings, models: Models | None = None, *, accept_stale: bool = False) -> Library:
    """The library of the settings, with their models or others. Raises what `Library` raises."""
    from corpus.embedding import make_models
    from ingest.segment import SEGMENTER_VERSION

    return Library(
        chosen.data_dir,
        models or make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models"),
        SEGMENTER_VERSION,
        chosen.chroma_url,
        chosen.database_url,
        owner=f"rapporteur {command}",
        accept_stale=accept_stale,
        keeps=chosen.keep_files * 1_000_000,
    )


@contextmanager
def open_engine(command: str) -> Iterator[tuple[Engine, Settings]]:
    """The engine over the library of the settings."""
    with open_library(command) as (library, chosen):
        yield make_engine(library, chosen), chosen


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
    from assistant.model.shared import Shared
    from assistant.support.check import SupportCheck
    from assistant.write.writer import Writer

    model = Shared(make_model(chosen), chosen.model_replies, chosen.queue_seconds)
    return Writer(model, SupportCheck(library.embedder), away=away)


def make_model(chosen: Settings) -> Endpoint:
    """The model of the settings, which must name one; its key comes from the environment."""
    from assistant.model.endpoint import Endpoint

    assert chosen.model is not None
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


def known_mode(mode: str | None, chosen: Settings) -> Mode | None:
    """A mode that was given, checked: `write` needs a model."""
    if mode not in (None, "quote", "write", "auto"):
        raise fail(f"--mode {mode!r} is none of quote, write, auto.", EXIT_USAGE)
    if mode == "write" and chosen.model is None:
        message = "--mode write needs a model: set RAPPORTEUR_MODEL, and RAPPORTEUR_MODEL_URL where it is served."
        raise fail(message, EXIT_USAGE)
    return cast("Mode | None", mode)


def known_language(language: str | None) -> str | None:
    """A language code that was given, checked."""
    if language is not None and language not in LANGUAGES:
        raise fail(f"--language {language!r} is none of {', '.join(LANGUAGES)}.", EXIT_USAGE)
    return language


def read_stdin_or(text: str | None) -> str:
    """The argument, or standard input where it is `-` or left out."""
    if text is None or text == "-":
        return sys.stdin.read()
    return text
