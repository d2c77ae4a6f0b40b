"""The checks of `doctor`: each finding has a severity and a remedy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.cli.command_run import command_settings
from assistant.engine_factory import check_library_exists, load_catalogue, make_model, open_library
from assistant.qa.abstention import load_thresholds
from assistant.qa.reader import KINDS, Name, Reader
from assistant.qa.reader_weights import REMEDY, available, ships
from assistant.settings import Settings, SettingsError, model_key, unknown_variables
from corpus.catalogue import CatalogueError
from corpus.corpus_errors import LibraryBusy, LibraryError, LibraryStale, storage_error_message
from corpus.embedding import EmbeddingError, make_models
from corpus.extras import EXTRAS, install_command, is_installed
from ingest.document_reading import READER_VERSION

Severity = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    name: str
    severity: Severity
    message: str
    remedy: str = ""


def run_checks() -> list[Finding]:
    """Runs all checks, in the order of their dependencies."""
    python = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding("python", "ok", python), Finding("sqlite", "ok", sqlite3.sqlite_version), _extras()]
    try:
        settings = command_settings()
        catalogue = load_catalogue(settings)
    except (SettingsError, CatalogueError) as error:
        return [*findings, Finding("settings", "error", str(error), "Correct the setting.")]
    findings.append(Finding("settings", "ok", f"library in {settings.data_dir}"))
    if names := unknown_variables():
        findings.append(Finding("settings", "warning", f"nothing reads {', '.join(names)}", "Correct or unset it."))
    findings.append(Finding("catalogue", "ok", f"{len(catalogue.entries)} documents known"))
    checks = (_disk(settings), *_readers(settings), _model(settings), *_database(settings), *_library(settings))
    return [*findings, *checks]


def _extras() -> Finding:
    """Which optional dependencies are installed; none is required."""
    present = [extra for extra in EXTRAS if is_installed(extra)]
    missing = [extra for extra in EXTRAS if extra not in present]
    text, remedy = f"installed: {', '.join(present) or 'none'}", ""
    if missing:
        text += f"; not installed: {', '.join(missing)}"
        remedy = f"{missing[0]}, if wanted: {install_command(missing[0])}; what needs another tells its command"
    return Finding("extras", "ok", text, remedy)


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        text = f"{folder} cannot be written to: the library can be read, but nothing can be added"
        return Finding("disk", "warning", text, "Where that is not meant, change its permissions.")
    free = shutil.disk_usage(folder).free / 1e9
    if free < 1:
        return Finding("disk", "warning", f"{free:.1f} GB free", "Free some space, or move the library.")
    return Finding("disk", "ok", f"{free:.0f} GB free")


def _readers(settings: Settings) -> list[Finding]:
    """Whether the readers' weights are complete and their base models installed; conversion, done at the first question, is not tested."""
    if not settings.reader:
        return [Finding("reader", "ok", "switched off")]
    try:
        return [_reader(name, settings) for name in KINDS if name in load_thresholds()]
    except EmbeddingError as error:
        return [Finding("reader", "error", str(error), REMEDY)]


def _reader(name: Name, settings: Settings) -> Finding:
    check = f"reader ({name})"
    if not ships(name):
        return Finding(check, "warning", "its weights are not here; answers are chosen less sharply", REMEDY)
    if not available(KINDS[name]):
        text, remedy = "its base is not installed; answers are chosen less sharply", install_command("multilingual")
        return Finding(check, "warning", text, remedy)
    try:
        Reader(name, settings.data_dir / "models").check()
    except EmbeddingError as error:
        return Finding(check, "error", str(error), REMEDY)
    return Finding(check, "ok", "installed")


def _model(settings: Settings) -> Finding:
    """Whether the model of the settings replies to a short prompt."""
    if settings.model is None:
        if settings.mode == "write":
            return Finding("model", "error", "mode is 'write', but no model is set", "Set RAPPORTEUR_MODEL.")
        return Finding("model", "ok", "none set: answers are quoted")
    from assistant.model import Message, ModelFault

    if not is_installed("llama-index"):
        text = f"{settings.model} is set, and LlamaIndex is not installed"
        return Finding("model", "error", text, install_command("llama-index"))
    try:
        reply = "".join(make_model(settings).reply([Message("user", "Write one word: ready")])).strip()
    except ModelFault as fault:
        return Finding("model", "error", str(fault), _REMEDIES[fault.kind])
    if not reply:
        return Finding("model", "warning", f"{settings.model} replied without a word", "Try another model.")
    key = "with a key" if model_key() else "without a key"
    return Finding("model", "ok", f"{settings.model} replies at {settings.model_url} ({key})")


_REMEDIES = {
    "unreachable": "Start the server, or correct RAPPORTEUR_MODEL_URL.",
    "silent": "Wait until the model is loaded, or raise RAPPORTEUR_MODEL_TIMEOUT and RAPPORTEUR_MODEL_SECONDS.",
    "busy": "Try again later.",
    "refused": "Correct RAPPORTEUR_MODEL, RAPPORTEUR_MODEL_KEY or RAPPORTEUR_MODEL_URL (it usually ends in /v1).",
    "too_long": "Correct RAPPORTEUR_MODEL_CONTEXT and RAPPORTEUR_MODEL_OUTPUT.",
    "failed": "See the log of the server; RAPPORTEUR_MODEL_URL must be that of an OpenAI-compatible API.",
}


def _database(settings: Settings) -> list[Finding]:
    """Whether the database of the settings has the extensions that are used."""
    if settings.database_url is None:
        return []
    from corpus.store.engines import connect_postgres
    from corpus.store.postgres_tables import missing_extensions

    try:
        db = connect_postgres(settings.database_url)
    except LibraryError as error:
        return [Finding("database", "error", str(error), "Correct RAPPORTEUR_DATABASE_URL, or start the server.")]
    try:
        missing = missing_extensions(db)
    finally:
        db.close()
    if not missing:
        return [Finding("database", "ok", "PostgreSQL with pgvector and pg_textsearch")]
    severity: Severity = "error" if "vector" in missing else "warning"
    mended = "Install them there (pg_textsearch also in shared_preload_libraries), then rapporteur reindex."
    return [Finding("database", severity, f"the server lacks {' and '.join(missing)}", mended)]


def _library(settings: Settings) -> Iterator[Finding]:
    try:
        models = make_models(settings.embedding, settings.multilingual, settings.data_dir / "models")
        used = [models.primary, *([models.multilingual] if models.multilingual else [])]
        sizes = [model.embed_query("probe").shape[0] for model in used]
    except EmbeddingError as error:
        yield Finding("embedding", "error", str(error), "Reinstall, or choose another RAPPORTEUR_EMBEDDING.")
        return
    names = " and ".join(f"{model.name}, {size} dimensions" for model, size in zip(used, sizes, strict=True))
    yield Finding("embedding", "ok", names)
    try:
        check_library_exists(settings)
    except LibraryError as error:
        there = next(each for each in (settings.data_dir, *settings.data_dir.absolute().parents) if each.exists())
        yield Finding("library", "warning" if there.is_dir() else "error", str(error), "rapporteur ingest --starter")
        return
    try:
        with open_library(settings, "rapporteur doctor", models) as library:
            faults, counted = library.verify(), library.status()
            older = sum(each.reader != READER_VERSION for each in library.headers())
    except LibraryBusy as error:
        yield Finding("library", "warning", str(error), "Run doctor when it has ended.")
    except LibraryStale as error:
        yield Finding("library", "error", str(error), "rapporteur reindex")
    except LibraryError as error:
        yield Finding("library", "error", str(error), "See the finding.")
    except sqlite3.DatabaseError as error:
        yield Finding("library", "error", storage_error_message(settings.data_dir, str(error)), "See the finding.")
    else:
        text = f"{counted.documents} documents, {counted.passages} passages, sound"
        if faults:
            yield Finding("library", "error", "; ".join(faults[:3]), "rapporteur reindex")
        elif counted.documents:
            yield Finding("library", "ok", text)
            if older:
                remedy = "rapporteur ingest their files (the starter corpus: --starter); then they are read anew"
                yield Finding("library", "warning", f"{older} documents were read by an older reader", remedy)
        else:
            yield Finding("library", "warning", "empty", "rapporteur ingest --starter")
