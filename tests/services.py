"""Services over small libraries, with keys of every role, for tests of the doors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from word_reader import word_readers

from app import create_app
from assistant.access import Role
from assistant.access.access_store import AccessStore
from assistant.access.audit import Audit
from assistant.access.rate_limits import GuessLimits, RateLimits
from assistant.api.authentication import AccessGate, Hosts
from assistant.ingestion import CollectionUpdater
from assistant.qa.engine import Engine
from assistant.service import Service
from assistant.service.question_queue import QuestionQueue
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input, ingest, starter_sources

LOCAL_TOKEN = "the token of this machine's user"
PASSWORD = "correct horse battery"
SAME = {"Sec-Fetch-Site": "same-origin"}  # what a browser says of the forms of the service
BOATS = b"Note on boats\n\nBoats leave at noon. Every boat needs a flag.\n"


@dataclass
class Made:
    """A service behind its HTTP door. `keys` has a key for each role."""

    app: FastAPI
    client: TestClient
    service: Service
    library: Library
    keys: dict[str, str]
    store: AccessStore
    gate: AccessGate
    audit: Audit

    def headers(self, role: str) -> dict[str, str]:
        """What a caller of a role sends."""
        if role == "local":
            return {"Authorization": f"Bearer {LOCAL_TOKEN}"}
        return {"Authorization": f"Bearer {self.keys[role]}"} if role in self.keys else {}

    def by(self, role: str) -> TestClient:
        """A client of a caller of a role."""
        client = TestClient(
            self.app, client=("127.0.0.1", 50_000), raise_server_exceptions=False, headers=self.headers(role)
        )
        client.portal = self.client.portal
        return client


@contextmanager
def made_service(
    folder: Path,
    catalogue: Catalogue,
    *,
    page: bool = True,
    starter: bool = False,
    reading: bool = False,
    rate_limits: RateLimits | None = None,
    settings: Settings | None = None,
    question_queue: QuestionQueue | None = None,
    engine: Engine | None = None,
    updater: dict[str, Any] | None = None,
    guess_limits: GuessLimits | None = None,
    hosts: Hosts | None = None,
    accounts: Mapping[str, Role] = MappingProxyType({}),
    database: str | None = None,
) -> Iterator[Made]:
    """A service over a library of its own: a note on boats, or the starter corpus. All `accounts` have the same password.
    Without `page` it lacks what Gradio draws, for which most of the time goes in which a service is made."""
    with (
        Library(folder / "library", HashEmbedder(), SEGMENTER_VERSION, database=database) as library,
        AccessStore(folder / "library", database=database) as store,
    ):
        sources = starter_sources() if starter else [Input("boats.txt", BOATS)]
        list(ingest(sources, library, catalogue))
        service = Service(
            engine or Engine(library, catalogue, readers=word_readers()),
            CollectionUpdater(library, catalogue, **(updater or {})),
            settings,
            question_queue=question_queue,
            rate_limits=rate_limits or RateLimits(0, 0),
            store=store,
        )
        gate = AccessGate(store, reading=reading, local=LOCAL_TOKEN, hosts=hosts, guess_limits=guess_limits)
        keys = {role: gate.keys.create(role, Role.of(role))[1] for role in ("read", "staff", "admin")}
        for name, role in accounts.items():
            gate.accounts.add(name, role, PASSWORD)
        with pytest.MonkeyPatch.context() as patched:
            if not page:
                patched.setattr("assistant.page.mount._in_a_loop", lambda _: None)
            app = create_app(service, gate)
        try:
            with TestClient(app, client=("127.0.0.1", 50_000), raise_server_exceptions=False) as client:
                yield Made(app, client, service, library, keys, store, gate, gate.audit)
        finally:
            service.close(60)


def service_fixture(scope: Literal["module", "function"] = "module", **given: Any) -> Any:
    """A fixture for all tests of a module, or for each: a service as `made_service` makes it of what is given."""

    @pytest.fixture(scope=scope)
    def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
        with made_service(tmp_path_factory.mktemp("service"), catalogue, **given) as found:
            yield found

    return made


def settings_with(**given: Any) -> Settings:
    """The settings as they are without any, but for those given, whatever their bounds."""
    return Settings.model_construct(**given)


def fetching(answer: Callable[[httpx.Request], httpx.Response]) -> dict[str, Any]:
    """How a service fetches documents of somebody who answers so."""
    source = settings_with(ods_url="https://documents.un.org", fetch_delay=0)
    return {"source": source, "transport": httpx.MockTransport(answer)}


def sign_in(client: TestClient, name: str = "amina", password: str = PASSWORD, **given: str) -> Response:
    """The form of an account, sent; whether it leads on is told by 303."""
    client.cookies.clear()
    form = {"name": name, "password": password, **given}
    return client.post("/sign-in", data=form, headers=SAME, follow_redirects=False)


def ended(made: Made, job: dict[str, Any]) -> dict[str, Any]:
    """A job when it has ended."""
    while job["state"] in ("queued", "running"):
        time.sleep(0.02)
        job = made.service.jobs.record(job["id"])
    return job


def told_events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """The name and the data of each server-sent event, as they come."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


@contextmanager
def listening(made: Made) -> Iterator[tuple[str, int]]:
    """The application behind the real server, in a thread; its host and port."""
    import socket
    import threading

    import uvicorn

    from assistant.api.http_server import TimedProtocol

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(made.app, http=TimedProtocol, ws="none", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def url(made: Made) -> Iterator[str]:
    """Where the real server of a module's service is."""
    with listening(made) as (host, port):
        yield f"http://{host}:{port}"
