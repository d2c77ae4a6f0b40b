"""Builds a running service from settings: library, engine, service and access control."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.access.access_store import AccessStore
from assistant.access.rate_limits import RateLimits
from assistant.api.authentication import AccessGate, Hosts
from assistant.cli.server_backend import SERVER_FILE
from assistant.engine_factory import make_updater, open_engine
from assistant.service import Service
from assistant.service.question_queue import QuestionQueue, with_queued_embedding
from assistant.settings import Settings
from corpus.corpus_errors import LibraryBusy
from corpus.embedding import make_models

NICE = 10
"""Increment of the niceness of processes that read files, so that answering comes first."""


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    """Locks the folder, which holds pending uploads and the server's address, against other servers. Raises `LibraryBusy`."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "server.lock", timeout=0):
            yield
    except Timeout:
        raise LibraryBusy(
            f"Another server uses the folder {folder}. Servers that share a database need a folder each: --data-dir."
        ) from None


@contextmanager
def open_service(settings: Settings, token: str | None = None) -> Iterator[tuple[Service, AccessGate]]:
    """Opens the service that the settings describe, with the gate that identifies callers; on exit, work in progress is finished.
    `token` admits this machine's user. Raises what opening a library raises."""
    question_queue = QuestionQueue.of(settings)
    models = make_models(settings.embedding, settings.multilingual, settings.data_dir / "models")
    with (
        _exclusive(settings.data_dir) if settings.database_url else nullcontext(),
        open_engine(
            settings=settings,
            models=with_queued_embedding(models, question_queue),
            away=question_queue.away,
            owner="rapporteur serve",
        ) as engine,
        AccessStore(settings.data_dir, database=settings.database_url) as store,
    ):
        service = Service(
            engine,
            make_updater(engine.library, settings, NICE, ahead=True),
            settings,
            question_queue=question_queue,
            rate_limits=RateLimits(settings.rate, settings.rate_address),
            store=store,
        )
        try:
            service.resume()
            service.warm()
            gate = AccessGate(
                store,
                hours=settings.session_hours,
                reading=settings.open_reading,
                local=token,
                hosts=Hosts(settings.hosts),
            )
            yield service, gate
        finally:
            service.close(settings.stop_seconds)


@contextmanager
def announced(folder: Path, url: str, token: str) -> Iterator[None]:
    """Publishes the server's address to the command line of this user until the block ends. Nobody else can read the file."""
    path = folder / SERVER_FILE
    temporary = folder / f"{SERVER_FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"url": url, "token": token, "pid": os.getpid()}, file)
    temporary.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
