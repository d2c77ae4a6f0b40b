"""`python -m eval.fuzz`: random requests to a server process, without credentials and with every role, while `strace` records the files it opens.

Each request is one that a route accepts, changed a little or a lot: other values, paths of files in place of words, what Gradio
accepts as a file, deep and large bodies, bytes. No reply may be an internal error (500) or missing, no file may be written outside
the data folder and the folder for temporary files, and none of the files that requests name may be opened. With `--idle`, that
many idle connections are kept open meanwhile, and health, sign-in and questions are tested. Models are left out
(`RAPPORTEUR_EMBEDDING=hash`), because the requests themselves are tested. Prints JSON; exits with 1 if something is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from eval.bench_tools import rapporteur, run_server
from eval.output import print_json

WAIT, LISTEN = 60.0, 0.5
"""Timeout of a request in seconds, and seconds for which a stream is read."""
WORKERS = 8
HOST = "127.0.0.1"
Response = tuple[int, str, float, bytes]
"""Status (0: none), request, seconds, beginning of the body."""
SYSTEM = "/etc/passwd", "/etc/shadow", "/etc/hostname", "/dev/zero", "/proc/self/environ"
TRACED = "open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,truncate"
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)")
_NAMED = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
PAGES = (
    "/", "/documents", "/documents/{}", "/meetings", "/briefings", "/briefings/briefing.{}", "/themes", "/comparison", "/topics", "/agenda",
    "/evaluation", "/conversations/{}.md", "/language", "/sign-in", "/page/{}", "/assets/{}", "/gradio_api/queue/data", "/gradio_api/heartbeat/{}",
    "/gradio_api/file={}", "/gradio_api/config", "/gradio_api/info", "/metrics", "/v1/models", "/mcp",
)  # fmt: skip
POSTS = (
    "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel", "/gradio_api/reset", "/v1/chat/completions", "/mcp", "/sign-in",
)  # fmt: skip
_STREAMS = ("/gradio_api/heartbeat", "/gradio_api/queue/data", "/api/v1/jobs/")
NAMES = (
    "kind", "value", "q", "first", "second", "topic", "documents", "language", "limit", "offset", "session_hash", "next", "to", "form", "words",
)  # fmt: skip


class RequestGenerator:
    """Generates random requests. `files` are paths that no request may cause to be opened."""

    def __init__(self, seed: int, api: Mapping[str, Any], files: list[str]) -> None:
        self.random = random.Random(seed)
        self._files = files
        self._routes = [(verb.upper(), path) for path, verbs in api["paths"].items() for verb in verbs]

    def request(self) -> tuple[str, str, bytes | None, dict[str, str]]:
        """Method, address, body and headers of a request."""
        pick = self.random.random()
        if pick < 0.7:
            method, path = self.random.choice(self._routes)
        else:
            method, path = ("GET", self.random.choice(PAGES)) if pick < 0.85 else ("POST", self.random.choice(POSTS))
        path = re.sub(
            r"\{[^}]*\}", lambda _: quote(self._word(), self.random.choice(("", "/")), errors="replace"), path
        )
        if self.random.random() < 0.5:
            query = [(self.random.choice(NAMES), self._word()) for _ in range(self.random.randrange(1, 4))]
            path += "?" + urlencode(query, errors="replace")
        headers = {"Accept": self.random.choice(("*/*", "text/html", "application/json, text/event-stream"))}
        if self.random.random() < 0.1:
            headers[self.random.choice(("X-Forwarded-For", "Origin", "Cookie", "Range", "X-Request-ID"))] = (
                self._ascii()
            )
        if method == "GET":
            return method, path, None, headers
        body, kind = self._body()
        return method, path, body, {**headers, "Content-Type": kind}

    def _body(self) -> tuple[bytes, str]:
        pick = self.random.random()
        if pick < 0.6:
            return json.dumps(self._object()).encode(), "application/json"
        if pick < 0.7:
            return b'{"question": ' + b"[" * self.random.randrange(20_000), "application/json"
        if pick < 0.8:
            return self.random.randbytes(self.random.randrange(2_000)), self._ascii() or "x"
        if pick < 0.9:
            fields = [(name, self._word()) for name in self.random.sample(NAMES, 3)]
            return urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"
        name = self._ascii().replace('"', "")
        parts = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        return parts + self.random.randbytes(200) + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"

    def _object(self) -> dict[str, Any]:
        names = ("question", "history", "language", "mode", "scope", "symbols", "data", "fn_index", "session_hash", "event_data", "trigger_id", "rating",
                 "messages", "model", "stream", "kind", "value", "method", "params", "jsonrpc", "id", "paths", "path", "answer")  # fmt: skip
        fields = {name: self._value(2) for name in self.random.sample(names, self.random.randrange(1, 6))}
        if self.random.random() < 0.5:
            fields["question"] = self.random.choice(("When is item 3?", self._word()))
        return fields

    def _value(self, depth: int) -> Any:
        pick = self.random.randrange(12 if depth else 8)
        if pick < 4:
            return self._word()
        if pick < 8:
            return self.random.choice((None, True, -1, 0, 10**30, 1.5, 1e308, "", 3, "3"))
        if pick < 10:
            return [self._value(depth - 1) for _ in range(self.random.randrange(4))]
        if pick == 10:
            meta = {"_type": "gradio.FileData"}
            return {"path": self._file(), "url": f"file://{self._file()}", "meta": meta, "orig_name": "a"}
        return {self._ascii(): self._value(depth - 1) for _ in range(self.random.randrange(3))}

    def _file(self) -> str:
        return self.random.choice(self._files)

    def _word(self) -> str:
        path = self._file()
        return self.random.choice(
            (path, f"../../../../../..{path}", f"..%2f..{path}", f"file://{path}", f"{path}\0.md", "A/RES/55/25", "boats.txt", "item 3", "en", "xx",
             "none", "x" * self.random.randrange(5_000), "\u2028\x85\ud800"[: self.random.randrange(4)], "' OR 1=1 --", "{{7*7}}", "<script>", "%00%ff",
             str(self.random.randrange(-5, 10**9)), self._ascii())
        )  # fmt: skip

    def _ascii(self) -> str:
        return "".join(chr(self.random.randrange(32, 127)) for _ in range(self.random.randrange(12)))


def send_requests(generator: RequestGenerator, port: int, count: int, keys: list[str]) -> list[Response]:
    """Sends requests one after another."""
    responses: list[Response] = []
    connection = http.client.HTTPConnection(HOST, port, timeout=WAIT)
    for _ in range(count):
        method, path, content, headers = generator.request()
        is_stream = path.startswith(_STREAMS)
        if is_stream:
            connection.close()
        connection.timeout = LISTEN if is_stream else WAIT
        key = generator.random.choice(keys)
        if key:
            headers["Authorization"] = f"Bearer {key}"
        start, status, body = time.monotonic(), 0, b""
        try:
            connection.request(method, path, content, headers)
            with connection.getresponse() as reply:
                status = reply.status
                body = reply.read(20_000)  # the rest of a stream is not read
                if is_stream or not reply.isclosed():
                    connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            body = f"{type(error).__name__}: {error}".encode()
            connection.close()
            if isinstance(error, ValueError | http.client.InvalidURL):
                continue  # the client refused to send it
            if isinstance(error, ConnectionResetError | BrokenPipeError) or (
                is_stream and isinstance(error, TimeoutError)
            ):
                status = -1  # a body that is refused before it is read, or a silent stream
        responses.append((status, f"{method} {path[:200]}", time.monotonic() - start, body[:200]))
    return responses


def parse_trace(log: Path, since: int) -> tuple[set[str], set[str]]:
    """Parses a log of strace: the paths that were written to, created or removed, and those that were opened after
    byte `since` of it."""
    written, opened, position = set(), set(), 0
    with log.open("rb") as lines:
        for line in lines:
            position += len(line)
            call = _CALL.match(line.decode(errors="replace"))
            if call is None or int(call[3]) < 0:
                continue
            name, arguments = call[1], call[2]
            for folder, path in _NAMED.findall(arguments):
                full_path = os.path.normpath(os.path.join(folder or "/", path))  # noqa: PTH118  (strings of strace)
                if not name.startswith(("open", "creat")) or name == "creat" or _WRITES.search(arguments):
                    written.add(full_path)
                if position > since:
                    opened.add(full_path)
    return written, opened


@contextmanager
def keep_idle(port: int, count: int) -> Iterator[None]:
    """Keeps idle connections open; those that the server closes are opened again."""

    async def hold() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(HOST, port)
                with closing(writer):
                    await reader.read(1)
            await asyncio.sleep(0.1)

    async def hold_all() -> None:
        tasks = [asyncio.create_task(hold()) for _ in range(count)]
        await asyncio.to_thread(finished.wait)
        for task in tasks:
            task.cancel()

    finished = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, hold_all())
        time.sleep(5)
        try:
            yield
        finally:
            finished.set()
            running.result()


def measure_availability(url: str, key: str) -> dict[str, Any]:
    """Requests health, sign-in and an answer several times, each over its own connection; returns for each how many
    requests had the expected status, and the slowest time in seconds."""
    form, question = {"name": "amina", "password": "wrong"}, {"question": "When is item 3?"}
    own, bearer = {"Sec-Fetch-Site": "same-origin"}, {"Authorization": f"Bearer {key}"}
    checks = {
        "health": (20, 200, partial(httpx.get, f"{url}/api/v1/health")),
        "sign_in": (8, 401, partial(httpx.post, f"{url}/sign-in", data=form, headers=own)),
        "ask": (20, 200, partial(httpx.post, f"{url}/api/v1/ask", json=question, headers=bearer)),
    }
    results: dict[str, Any] = {}
    for name, (times, expected, send) in checks.items():
        answered, slowest = 0, 0.0
        for _ in range(times):
            start = time.monotonic()
            with suppress(httpx.HTTPError):
                answered += send(timeout=WAIT, trust_env=False).status_code == expected
            slowest = max(slowest, time.monotonic() - start)
        results[name] = {"answered": answered, "slowest_s": round(slowest, 2)}
    return results


ENVIRONMENT = {
    "RAPPORTEUR_EMBEDDING": "hash", "RAPPORTEUR_MULTILINGUAL": "off", "RAPPORTEUR_READER": "false", "RAPPORTEUR_RATE": "0",
    "RAPPORTEUR_RATE_ADDRESS": "0", "RAPPORTEUR_ODS_URL": "http://127.0.0.1:9", "PYTHONDONTWRITEBYTECODE": "1",
}  # fmt: skip
"""Environment of a server without models, rate limits and network access."""


def _create_key(role: str, env: Mapping[str, str]) -> str:
    return str(re.findall(r"rpp_[\w-]+", rapporteur("keys", "add", role, "--role", role, env=env))[0])


def main() -> None:
    """Runs the requests and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--requests", type=int, default=100_000, help="Number of requests.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of the random requests.")
    parser.add_argument("--idle", type=int, default=0, help="Idle connections kept open meanwhile.")
    options = parser.parse_args()
    strace = shutil.which("strace")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data, scratch, outside = folder / "library", folder / "scratch", folder / "outside"
        scratch.mkdir()
        outside.mkdir()
        canary = outside / "canary.txt"
        canary.write_text("Nobody may read this.", encoding="utf-8")
        env = {**ENVIRONMENT, "RAPPORTEUR_DATA_DIR": str(data), "TMPDIR": str(scratch)}
        keys = ["", *(_create_key(role, env) for role in ("read", "staff", "admin"))]
        log = folder / "strace.log"
        traced = [strace, "-D", "-f", "-y", "--seccomp-bpf", "-e", f"trace={TRACED}", "-o", str(log)] if strace else []
        with run_server(env, before=traced) as (url, port, _):
            since = log.stat().st_size if strace else 0
            api = httpx.get(f"{url}/api/v1/openapi.json", timeout=WAIT, trust_env=False).json()
            result: dict[str, Any] = {"requests": options.requests}
            if options.idle:
                with keep_idle(port, options.idle):
                    result["beside_idle"] = {"connections": options.idle, **measure_availability(url, keys[1])}
            files = [*SYSTEM, str(canary), str(data / "access.sqlite3")]
            per_worker = options.requests // WORKERS
            start = time.monotonic()
            generators = [RequestGenerator(options.seed * WORKERS + n, api, files) for n in range(WORKERS)]
            send = partial(send_requests, port=port, count=per_worker, keys=keys)
            with ThreadPoolExecutor(WORKERS) as threads:
                responses = list(chain.from_iterable(threads.map(send, generators)))
            faults = [
                f"{status} {request}: {body.decode(errors='replace')}"
                for status, request, _, body in responses
                if status in (0, 500, 502)
            ]
            result |= {
                "seconds": round(time.monotonic() - start),
                "statuses": dict(sorted(Counter(status for status, *_ in responses).items())),
                "slowest_s": round(max((seconds for *_, seconds, _ in responses), default=0.0), 1),
                "faults": len(faults),
                "first_faults": faults[:10],
                "after": measure_availability(url, keys[1]),
            }
        failed = bool(faults)
        if strace:
            written, opened = parse_trace(log, since)
            allowed = (str(data), str(scratch), "/dev/", "/proc/self/")
            result["written_elsewhere"] = sorted(path for path in written if not path.startswith(allowed))[:20]
            result["opened_though_forbidden"] = sorted(opened & {*SYSTEM, str(canary)})
            failed |= bool(result["written_elsewhere"] or result["opened_though_forbidden"])
    print_json(result, 1)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
