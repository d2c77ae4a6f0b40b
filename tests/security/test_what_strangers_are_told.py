"""What goes wrong inside is told to those who run the service; others learn that it goes wrong, and nothing of how it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from services import Made, made_service

from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.library import Library

SECRET = "/srv/conference/held"
MCP = {"Accept": "application/json, text/event-stream"}
ASK = {"question": "When do boats leave?"}


@pytest.fixture
def made(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """A service whose library can't be used any more."""

    def broken(*_: object, **__: object) -> object:
        raise LibraryError(f"The library in {SECRET} could not be used: disk I/O error.")

    with made_service(tmp_path, catalogue, reading=True) as found:
        for name in ("headers", "document", "languages", "keys", "meetings", "search_words"):
            if hasattr(Library, name):
                monkeypatch.setattr(found.library, name, broken)
        monkeypatch.setattr(found.service.engine, "stream", broken)
        monkeypatch.setattr(found.service.engine, "search", broken)
        yield found


def told(made: Made, role: str) -> dict[str, str]:
    """What every door says to a role, where it says anything of the library."""
    headers = made.headers(role)
    found = {}
    for address in ("/api/v1/documents", "/api/v1/search?q=boats", "/api/v1/meetings", "/documents", "/meetings"):
        found[address] = made.client.get(address, headers=headers).text
    found["ask"] = made.client.post("/api/v1/ask", json=ASK, headers=headers).text
    found["stream"] = made.client.post("/api/v1/ask/stream", json=ASK, headers=headers).text
    chat = {"model": "rapporteur", "messages": [{"role": "user", "content": "When do boats leave?"}]}
    found["chat"] = made.client.post("/v1/chat/completions", json=chat, headers=headers).text
    found["chat stream"] = made.client.post("/v1/chat/completions", json={**chat, "stream": True}, headers=headers).text
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "boats"}},
    }
    found["tool"] = made.client.post("/mcp", json=call, headers={**headers, **MCP}).text
    return found


@pytest.mark.parametrize("role", ["nobody", "read"])
def test_no_door_tells_a_reader_where_the_files_are(made: Made, role: str) -> None:
    said = told(made, role)
    assert all(SECRET not in text and str(made.library.folder) not in text for text in said.values()), said
    assert all("is not responding" in said[door] for door in ("ask", "stream", "chat", "chat stream", "/documents"))


def test_staff_are_told_what_is_wrong(made: Made) -> None:
    said = told(made, "staff")
    assert SECRET in said["ask"]
    assert SECRET in said["/documents"]
