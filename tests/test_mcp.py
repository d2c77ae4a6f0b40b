"""The Model Context Protocol through the SDK's own client: over HTTP, over standard input and output, and passed on."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import anyio
import httpx
import httpx2
import pytest
from conftest import untimed
from invoking import ROOT, Cli
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent
from services import LOCAL_TOKEN, Made, made_service, service_fixture, settings_with, url
from waiting import WAIT

from assistant.qa.scope import Scope
from assistant.service_factory import announced
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION

__all__ = ["url"]
ERAS = ("legacy", "auto")
"""The handshake of 2025 and earlier, and the requests of 2026 that stand alone."""
AGENDA = "CTOC/COP/WG.7/2021/1"
AGENDA_ID = "CTOC/COP/WG.7/2021/1:en:digest"
ACCEPTED = {"Accept": "application/json, text/event-stream"}
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
PATIENT = 300.0
"""Seconds that a client waits for a reply of a busy machine."""
T = TypeVar("T")
Work = Callable[[Client], Awaitable[T]]


made = service_fixture(starter=True, settings=settings_with(cors_origins=["https://friend.example"]))


@pytest.fixture(scope="module", params=ERAS)
def use(request: pytest.FixtureRequest, made: Made, url: str) -> Callable[[Work[T]], T]:
    """Does something with a client that has a key for reading."""

    def run(work: Work[T]) -> T:
        async def connected() -> T:
            async with AsyncExitStack() as stack:
                http = await stack.enter_async_context(
                    httpx2.AsyncClient(headers=made.headers("read"), timeout=PATIENT)
                )
                transport = streamable_http_client(f"{url}/mcp", http_client=http)
                return await work(await stack.enter_async_context(Client(transport, mode=request.param)))

        return anyio.run(connected)

    return run


def call(use: Callable[[Work[CallToolResult]], CallToolResult], name: str, **arguments: Any) -> CallToolResult:
    """What a tool gives. The client checks it against the schema that the tool announces."""
    return use(lambda client: client.call_tool(name, arguments))


def post(url: str, **sent: Any) -> httpx.Response:
    """The reply to a message that a client of its own sends."""
    return httpx.post(f"{url}/mcp", timeout=PATIENT, **sent)


def text(result: CallToolResult) -> str:
    """The text of a result."""
    first = result.content[0]
    assert isinstance(first, TextContent)
    return first.text


def links(result: CallToolResult) -> list[str]:
    """Where the links of a result lead."""
    return [each.uri for each in result.content if each.type == "resource_link"]


def test_the_tools_are_listed_with_what_they_take_and_give(use: Any) -> None:
    listed = {each.name: each for each in use(lambda client: client.list_tools()).tools}
    assert list(listed) == ["ask", "search", "read_paragraph", "list_documents", "meeting"]
    for tool in listed.values():
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
        assert tool.output_schema["type"] == "object"
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint


def test_an_answer_is_the_engines_with_its_text_and_official_links(made: Made, use: Any) -> None:
    result = call(use, "ask", question="and item 2?", history=["When is item 3?"])
    answer = made.service.engine.ask("and item 2?", ["When is item 3?"])
    assert untimed(result.structured_content) == untimed(answer)
    assert text(result).startswith(f"{answer.statements[0].text} [1]")
    assert "\n\n[1] " in text(result)
    assert links(result) == list(dict.fromkeys(each.url for each in answer.citations))


def test_a_question_is_asked_of_some_documents_and_in_a_mode(made: Made, use: Any) -> None:
    asked = {"question": "When is it taken up?", "scope": {"meeting": AGENDA_ID, "item": "3"}, "mode": "write"}
    answer = made.service.engine.ask("When is it taken up?", mode="write", scope=Scope(meeting=AGENDA_ID, item="3"))
    got = call(use, "ask", **asked).structured_content
    assert untimed(got) == untimed(answer)
    assert got["status"] == "answered"
    assert any("RAPPORTEUR_MODEL" in note for note in got["notes"]), "there is no model here"
    elsewhere = call(use, "ask", question="Who takes up item 3?", scope={"documents": ["figures"]}).structured_content
    assert {each["symbol"] for each in elsewhere["citations"]} <= {"figures"}
    assert elsewhere["status"] != "answered"


@pytest.mark.parametrize(
    ("question", "language", "status"),
    [
        ("متى يُنظر في البند 3؟", "ar", "answered"),
        ("项目3何时审议？", "zh", "answered"),
        ("Who won?", "en", "not_found"),
    ],
)
def test_questions_in_any_language_are_answered_or_not(use: Any, question: str, language: str, status: str) -> None:
    result = call(use, "ask", question=question)
    assert (result.structured_content["language"], result.structured_content["status"]) == (language, status)


def test_progress_is_told_to_who_wants_it(use: Any) -> None:
    steps: list[tuple[float, str | None]] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        steps.append((progress, message))

    use(lambda client: client.call_tool("ask", {"question": "When is item 3?"}, progress_callback=told))
    assert [message for _, message in steps[:2]] == ["waiting", "answering"]
    assert [progress for progress, _ in steps] == sorted(progress for progress, _ in steps)


def test_passages_are_found_and_can_be_read_at_their_place(made: Made, use: Any) -> None:
    hits = call(use, "search", query="detention of smuggled migrants", limit=3).structured_content["hits"]
    assert [each["rank"] for each in hits] == [1, 2, 3]
    for hit in hits:
        read = call(use, "read_paragraph", document=hit["document"], place=hit["locator"])
        paragraphs = read.structured_content["paragraphs"]
        document = made.library.document(hit["document"])
        assert all(document.text[each["start"] : each["end"]] == each["text"] for each in paragraphs)
        assert any(each["text"] in hit["text"] for each in paragraphs)
        assert links(read) == [document.url]


def test_a_long_document_is_read_in_parts(made: Made, use: Any) -> None:
    read, offset = "", 0
    while offset is not None:
        part = call(use, "read_paragraph", document=AGENDA, offset=offset, limit=40).structured_content
        read += "".join(each["text"] for each in part["paragraphs"])
        offset = part["next"]
    document = made.service.collection.current_version(AGENDA)
    assert read == "".join(document.block_text(each) for each in document.blocks)


def test_documents_are_listed_in_pages(made: Made, use: Any) -> None:
    page = call(use, "list_documents", text="protocol", limit=1).structured_content
    assert "rotocol" in page["items"][0]["title"]
    everything = call(use, "list_documents", limit=200).structured_content
    assert {each["id"] for each in everything["items"]} == set(made.library.document_keys())
    assert everything["next"] is None


def test_the_meeting_tells_timetable_items_and_documents(use: Any) -> None:
    (meeting,) = call(use, "meeting").structured_content["meetings"]
    assert meeting["dates"] == ["2021-10-14", "2021-10-15"]
    sitting = meeting["sittings"][1]
    assert (sitting["date"], sitting["start"], [each["number"] for each in sitting["items"]]) == (
        "2021-10-14", "15:00:00", ["2", "3"],
    )  # fmt: skip
    assert sitting["locator"].endswith("annex, Thursday, 14 October, 3-5 p.m.")
    item = next(each for each in meeting["items"] if each["number"] == "3")
    assert [(each["symbol"], each["held"]) for each in item["documentation"]] == [("CTOC/COP/WG.7/2021/3", False)]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": ""}, "question: "),
        ("ask", {"question": "x", "language": "de"}, "language: "),
        ("ask", {"question": "x", "model": "y"}, "model: "),
        ("ask", {"question": "x", "mode": "y"}, "mode: "),
        ("ask", {"question": "x", "scope": {"agenda": "3"}}, "scope.agenda: "),
        ("ask", {"question": "x", "scope": {"documents": ["A/99/1"]}}, "no document 'A/99/1' here. Available: "),
        ("ask", {"question": "x", "scope": {"meeting": AGENDA_ID, "item": "9"}}, "no item '9'. Available: 1; "),
        ("search", {"query": "x", "limit": 10_000}, "limit: "),
        ("read_paragraph", {"document": "A/99/1"}, "no document 'A/99/1' in the library"),
        ("read_paragraph", {"document": AGENDA, "place": "para. 999"}, "has no place 'para. 999'"),
        ("meeting", {"item": 3}, "item: "),
    ],
)
def test_bad_arguments_are_told_to_the_model(use: Any, name: str, arguments: dict[str, Any], told: str) -> None:
    result = call(use, name, **arguments)
    assert result.is_error
    assert told in text(result)


def test_a_tool_that_does_not_exist_is_an_error_of_the_protocol(use: Any) -> None:
    async def refused(client: Client) -> str:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("remove", {})
        return str(caught.value)

    assert use(refused).startswith("There is no tool 'remove'; there are ask, search")


def test_a_tool_that_breaks_down_says_nothing_of_how(made: Made, use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(made.service.engine, "stream", broken)
    result = call(use, "ask", question="When is item 3?")
    assert result.is_error
    assert text(result).startswith("Internal error.")
    assert "secret" not in text(result)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer rpp_wrong"}, 401),
        ({"Authorization": f"Bearer {LOCAL_TOKEN}", "Origin": "http://evil.example"}, 403),
        ({"Authorization": f"Bearer {LOCAL_TOKEN}", "Origin": "null"}, 403),
        (
            {"Authorization": f"Bearer {LOCAL_TOKEN}", "Origin": "http://rebound.example", "Host": "rebound.example"},
            403,
        ),
        ({"Authorization": f"Bearer {LOCAL_TOKEN}", "Origin": "https://friend.example"}, 200),
        ({"Authorization": f"Bearer {LOCAL_TOKEN}"}, 200),
    ],
)
def test_who_may_not_is_refused_before_anything_is_read(url: str, headers: dict[str, str], status: int) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    reply = post(url, json=asked, headers={**ACCEPTED, **headers})
    assert reply.status_code == status
    if status != 200:
        assert reply.headers["content-type"] == "application/problem+json"
        assert ("www-authenticate" in reply.headers) == (status == 401)


def test_other_methods_and_broken_messages_are_refused(made: Made, url: str) -> None:
    headers = {**made.headers("read"), **ACCEPTED}
    assert httpx.get(f"{url}/mcp", headers=headers, timeout=PATIENT).status_code == 405
    assert httpx.delete(f"{url}/mcp", headers=headers).status_code == 405
    for body in (b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b'"x"', b"\xff" * 100):
        given = {**headers, "Content-Type": "application/json"}
        assert 400 <= post(url, content=body, headers=given).status_code < 500
    assert post(url, content=b"x" * 5_000_000, headers=headers).status_code == 413


@pytest.mark.parametrize("id", [{"n": 1}, [1], None, 1.5])
def test_a_request_that_no_answer_can_name_is_refused(made: Made, url: str, id: Any) -> None:
    message = {"jsonrpc": "2.0", "id": id, "method": "tools/list"}
    reply = post(url, headers={**made.headers("read"), **ACCEPTED}, json=message)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, -32600)


def test_who_goes_in_the_middle_of_a_message_is_no_fault(
    made: Made, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    headers = {
        **made.headers("read"),
        "Host": "127.0.0.1",
        **ACCEPTED,
        "Content-Type": "application/json",
        "Content-Length": "100",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((host, int(port)), timeout=PATIENT) as client:
        client.sendall(f"POST /mcp HTTP/1.1\r\n{head}\r\n{{".encode())
        time.sleep(0.5)  # its body is waited for by then
    time.sleep(0.5)
    assert post(url, headers=headers | {"Content-Length": "2"}, content=b"{}").status_code == 400
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def test_twenty_clients_at_once_get_their_own_answers(made: Made, url: str) -> None:
    asked = [f"When is item {n % 5 + 1}?" for n in range(20)]
    got: dict[int, Any] = {}

    async def one(n: int) -> None:
        async with (
            httpx2.AsyncClient(headers=made.headers("read"), timeout=PATIENT) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=ERAS[n % 2]) as client,
        ):
            got[n] = (await client.call_tool("ask", {"question": asked[n]})).structured_content["statements"]

    async def everybody() -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(20):
                tasks.start_soon(one, n)

    anyio.run(everybody)
    assert [got[n] for n in range(20)] == [made.service.engine.ask(each).to_json()["statements"] for each in asked]


# Standard input and output


def started(folder: Path) -> StdioServerParameters:
    """The command, as a client starts it."""
    env = {**Cli(folder).settings(), "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return StdioServerParameters(command=sys.executable, args=["-m", "assistant.cli", "mcp"], env=env, cwd=ROOT)


@pytest.fixture
def boats(tmp_path: Path, catalogue: Catalogue, models_in: Callable[[Path], Path]) -> Path:
    """The folder of a library that nobody uses."""
    with made_service(tmp_path, catalogue):
        return models_in(tmp_path / "library")


@contextmanager
def sent(folder: Path, *lines: str) -> Iterator[tuple[Any, IO[str]]]:
    """The command over the library in a folder, to which lines were sent, and what it says."""
    with Cli(folder).start("mcp", log=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        yield process, process.stdout


@pytest.mark.parametrize("mode", ERAS)
def test_the_command_serves_a_library_over_standard_input_and_output(boats: Path, mode: str) -> None:
    async def run() -> None:
        async with Client(started(boats), mode=mode) as client:
            assert len((await client.list_tools()).tools) == 5
            result = await client.call_tool("ask", {"question": "When do boats leave?"})
            assert result.structured_content["statements"][0]["text"] == "Boats leave at noon."
            assert (await client.call_tool("ask", {})).is_error

    anyio.run(run)


def test_nothing_but_messages_goes_to_standard_output(boats: Path) -> None:
    lines = [
        "this is no JSON",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "ask", "arguments": {}}}),
    ]
    with sent(boats, *lines) as (process, stdout):
        said: list[dict[str, Any]] = []
        while not {1, 2, 3} <= {each.get("id") for each in said}:
            said.append(json.loads(stdout.readline()))
        process.stdin.close()
        assert stdout.read() == ""
    assert process.returncode == 0
    assert all(each["jsonrpc"] == "2.0" for each in said)


def test_a_server_that_owns_the_library_is_passed_on(made: Made, url: str) -> None:
    steps: list[str | None] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        steps.append(message)

    async def run() -> None:
        async with Client(started(made.library.folder)) as client:
            assert len((await client.list_tools()).tools) == 5
            result = await client.call_tool("ask", {"question": "When is item 3?"}, progress_callback=told)
            assert result.structured_content["status"] == "answered"
            assert (await client.call_tool("read_paragraph", {"document": "A/99/1"})).is_error
            with pytest.raises(MCPError, match="no tool 'remove'"):
                await client.call_tool("remove", {})
            (made.library.folder / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "x"}))
            with pytest.raises(MCPError, match="is not responding"):
                await client.call_tool("ask", {"question": "When is item 3?"})

    with announced(made.library.folder, url, LOCAL_TOKEN):
        anyio.run(run)
    assert steps[:2] == ["waiting", "answering"]


def test_a_library_in_use_by_something_else_is_an_error_that_says_by_what(boats: Path) -> None:
    with Library(boats, HashEmbedder(), SEGMENTER_VERSION, owner="rapporteur chat"):
        done = Cli(boats).process("mcp")
    assert done.code == 3
    assert done.out == ""
    assert "in use by process" in done.err
    assert "rapporteur chat" in done.err


def test_an_interrupt_ends_the_command_though_standard_input_is_open(boats: Path) -> None:
    hello = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO})
    with sent(boats, hello) as (process, stdout):
        assert json.loads(stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == -signal.SIGINT
    with Library(boats, HashEmbedder(), SEGMENTER_VERSION) as library:
        assert library.verify() == []
