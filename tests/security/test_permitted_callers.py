"""What those send who may call: files as Gradio names them anywhere in what is sent, paths in every parameter, bodies beyond their limit. On
every route of the application no file of the machine is opened, and nothing is read beyond its limit."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import anyio
import pytest
from fastapi import FastAPI, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import iter_route_contexts
from httpx import Response
from security.opened import opened
from security.test_gradio_doors import file_at
from services import SAME, Made, service_fixture, settings_with
from starlette.types import Message
from test_api_roles import FORMS, LIST_TOOLS, PAGES, ROLES, TABLE

from assistant.access.rate_limits import GuessLimits
from assistant.api.application import FORM, LARGER, UPLOADS
from assistant.api.middleware import SMALL

KEYED = ("read", "staff", "admin")
"""The roles of keys. The user of this machine, whose paths are opened as he may open them himself, is none of them."""
Route = tuple[str, str]
ENTRIES: dict[Route, tuple[str, str, dict[str, Any]]] = {
    **{
        (method, route): (least, address, {"data": FORMS[route]} if (method == "POST" and route in FORMS) else {})
        for (method, route), (least, address) in PAGES.items()
    },
    **TABLE,
}
PERMITTED = sorted((key for key in ENTRIES if ENTRIES[key][0] != "local"), key=" ".join)
UNCODED = 6
"""So many tricks come first that need no decoding: JSON is not decoded as addresses are."""
SECRET = "The password of the host is swordfish."
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
PIECE = b"x" * 50_000

made = service_fixture(settings=settings_with(max_upload=0.2), guess_limits=GuessLimits(sleep=lambda _: anyio.sleep(0)))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the machine, which is no business of the service."""
    found = tmp_path_factory.mktemp("host") / "host.txt"
    found.write_text(SECRET)
    return found


def roles(route: Route) -> list[str]:
    """Who may call a route with a key; where everybody may, a key makes no difference."""
    return (
        ["read"]
        if ENTRIES[route][0] == "nobody"
        else [each for each in KEYED if ROLES.index(each) >= ROLES.index(ENTRIES[route][0])]
    )


def tricks(host: Path) -> list[str]:
    """Names of files of the machine, as they are written by those who hope that they are opened."""
    upward = "../" * 12
    return [
        f"{upward}etc/passwd", "/etc/passwd", str(host), f"{upward}{str(host)[1:]}", f"file://{host}", f"{host}\0.txt",
        f"boats.txt/../{upward}etc/passwd", "..\\..\\etc\\passwd", f"{quote(upward, safe='')}etc%2fpasswd", "%2e%2e%2fetc%2fpasswd", "\0",
        "access.sqlite3", "../access.sqlite3",
    ]  # fmt: skip


def places(tree: Any, file: object) -> Iterator[Any]:
    """A tree of JSON with a file in place of each of its parts, one after the other, and beside those of its objects."""
    yield file
    if isinstance(tree, dict):
        yield {**tree, "file": file}
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        for inner in places(tree[key], file):
            changed = copy.copy(tree)
            changed[key] = inner
            yield changed


def named(made: Made, route: Route, kind: type) -> set[str]:
    """The names of a route's parameters of a kind."""
    for each in iter_route_contexts(made.app.routes):
        given = getattr(each.original_route, "dependant", None)
        if given is not None and str(each.path) == route[1] and route[0] in each.methods:
            fields = given.body_params if kind is params.Form else get_flat_params(given)
            return {one.alias for one in fields if isinstance(one.field_info, kind)}
    return set()


def sent(made: Made, role: str, route: Route, address: str, **given: Any) -> Response:
    """The reply to a request of a role, as a page of the service itself would send it."""
    made.client.cookies.clear()
    headers = {**SAME, **ENTRIES[route][2].get("headers", {}), **given.pop("headers", {}), **made.headers(role)}
    method = route[0].replace("MOUNT", "GET")
    return made.client.request(method, address, headers=headers, follow_redirects=False, **given)


def harmless(made: Made, host: Path, route: Route, requests: Iterator[tuple[str, dict[str, Any]]]) -> None:
    """Sends requests of each role that may; no reply is a fault or holds a file, and none but those of the data are opened."""
    beside = {*host.parent.iterdir(), *made.library.folder.parent.iterdir()}
    for address, given in requests:
        for role in roles(route):
            with opened() as files:
                reply = sent(made, role, route, address, **given)
            told = (role, address, given, reply.text[:300])
            assert reply.status_code < 500, told
            assert reply.status_code not in (401, 403) or ENTRIES[route][0] == "nobody", told
            assert "swordfish" not in reply.text, told
            assert "root:" not in reply.text, told
            assert [each for each in files if not each.startswith(str(made.library.folder.resolve()))] == [], told
    assert {*host.parent.iterdir(), *made.library.folder.parent.iterdir()} == beside


@pytest.mark.parametrize("route", [key for key in PERMITTED if key[0] != "MOUNT"], ids=" ".join)
def test_a_file_anywhere_in_what_is_sent_is_opened_for_nobody(made: Made, host: Path, route: Route) -> None:
    _, address, usual = ENTRIES[route]
    file = file_at(str(host))

    def requests() -> Iterator[tuple[str, dict[str, Any]]]:
        for tree in places(usual.get("json", {}), file):
            yield address, {"json": tree}
        for field in sorted({*named(made, route, params.Form), *usual.get("data", {})}):
            yield address, {**usual, "data": {**usual.get("data", {}), field: json.dumps(file)}}

    harmless(made, host, route, requests())


@pytest.mark.parametrize("route", PERMITTED, ids=" ".join)
def test_a_path_in_any_parameter_is_the_path_of_nothing(made: Made, host: Path, route: Route) -> None:
    _, address, usual = ENTRIES[route]
    body = {name: value for name, value in usual.items() if name != "headers"}
    path, _, query = address.partition("?")
    usual_query = dict(parse_qsl(query))

    def requests() -> Iterator[tuple[str, dict[str, Any]]]:
        for tree in (each for trick in tricks(host)[:UNCODED] for each in places(usual.get("json"), trick)):
            yield address, {"json": tree}
        for trick in tricks(host):
            for part in re.findall(r"\{[^}]*\}", route[1]):
                filled = re.sub(r"\{[^}]*\}", "1", route[1].replace(part, quote(trick, safe="")))
                yield f"{filled}?{query}", body
            for name in sorted({*named(made, route, params.Query), *usual_query}):
                yield f"{path}?{urlencode({**usual_query, name: trick})}", body
            for field in sorted({*named(made, route, params.Form), *usual.get("data", {})}):
                yield address, {**body, "data": {**usual.get("data", {}), field: trick}}
            if "files" in usual:
                yield address, {**body, "files": {"file": (trick, b"Note on nets\n\nNets are mended in winter.\n")}}

    harmless(made, host, route, requests())


def test_no_tool_takes_a_path(made: Made, host: Path) -> None:
    route = ("POST", "/mcp")
    told = sent(made, "read", route, "/mcp", json=LIST_TOOLS).text
    listed = json.loads(told.partition("data: ")[2])["result"]["tools"]
    assert len(listed) > 3

    def requests() -> Iterator[tuple[str, dict[str, Any]]]:
        for tool in listed:
            taken = tool["inputSchema"]["properties"]
            usual = dict.fromkeys(tool["inputSchema"].get("required", ()), "boats")
            for given in [file_at(str(host)), *tricks(host)[:UNCODED]]:
                for each in taken:
                    asked = {"name": tool["name"], "arguments": {**usual, each: given}}
                    yield "/mcp", {"json": {**LIST_TOOLS, "method": "tools/call", "params": asked}}

    harmless(made, host, route, requests())


@pytest.mark.parametrize("length", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("route", [key for key in PERMITTED if key[0] != "MOUNT"], ids=" ".join)
def test_a_body_beyond_its_limit_is_refused_before_it_is_read_to_its_end(
    made: Made, route: Route, length: bool
) -> None:
    _, address, usual = ENTRIES[route]
    larger = {UPLOADS: made.service.most_upload + FORM, **LARGER}
    limit = next((most for path, most in larger.items() if address.startswith(path)), SMALL)
    kind = usual.get("headers", {}).get("Content-Type") or (
        "multipart/form-data; boundary=x" if "files" in usual
        else "application/x-www-form-urlencoded" if named(made, route, params.Form) or "data" in usual
        else "application/json"
    )  # fmt: skip
    for role in roles(route):
        headers = {**SAME, **usual.get("headers", {}), **made.headers(role), "Content-Type": kind, "Host": "testserver"}
        headers |= {"Content-Length": str(limit + 1)} if length else {"Transfer-Encoding": "chunked"}
        status, came = made.client.portal.call(
            overlong, made.app, route[0], address, headers, FILE if "files" in usual else PIECE, limit
        )
        takes = {"json", "data", "files"} & set(usual) or named(made, route, params.Form)
        assert status == 413 if takes else status < 500, role
        assert came <= (0 if length or not takes else limit + len(PIECE)), role


async def overlong(
    app: FastAPI, method: str, address: str, headers: dict[str, str], first: bytes, limit: int
) -> tuple[int, int]:
    """The status of the reply to a request whose body is twice as long as its limit, and the bytes of it that were taken."""
    path, _, query = address.partition("?")
    came, statuses = list[bytes](), list[int]()

    async def receive() -> Message:
        came.append(PIECE if came else first)
        return {"type": "http.request", "body": came[-1], "more_body": sum(map(len, came)) < 2 * limit}

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if message["type"] == "http.response.start" else [])

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80), "state": {},
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return statuses[0], sum(map(len, came))
