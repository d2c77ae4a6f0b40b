"""Systems behind a URL: Rapporteur's `/api/v1/ask`, or any OpenAI-compatible `/v1/chat/completions`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.model.transport import Bounded, direct_or_by_proxy
from corpus.library import Library
from eval.cases import Case, EvaluationError
from eval.runs.records import Record
from eval.systems.chat import PROMPT, chat_record, messages
from eval.systems.system_replies import UnreadableAnswer, service_record

_API = "/api/v1"
"""Base path of Rapporteur's own API."""


class Remote:
    """A server that answers. An error in a case becomes a failed record, with what was received.

    `key` is sent as a bearer token, `timeout` is in seconds and applies to one whole answer. `model` is the model
    requested of a chat server. Raises `EvaluationError` for an invalid address."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "default",
        key: str | None = None,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url, self._chat = _endpoint(url)
        self._model = model
        self._timeout = timeout
        self._bounds = Bounded(transport or direct_or_by_proxy(self._url))
        self._client = httpx.Client(
            transport=self._bounds,
            headers={"Accept": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
        )

    @property
    def name(self) -> str:
        """Host and path of the server."""
        parts = urlsplit(self._url)
        return f"{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"

    @property
    def settings(self) -> Mapping[str, str]:
        """The address, without anything that may be secret in it, and what is requested."""
        address = httpx.URL(self._url).copy_with(username=None, password=None, query=None, fragment=None)
        return {"url": str(address), **({"model": self._model, "prompt": PROMPT} if self._chat else {})}

    def prepare(self, library: Library | None) -> None:
        """Nothing to prepare; the server has documents of its own."""

    def answer(self, case: Case) -> Record:
        """Asks the server."""
        start = time.perf_counter()
        request: dict[str, Any] = (
            {"model": self._model, "messages": messages(case), "temperature": 0, "stream": False}
            if self._chat
            else {"question": case.question, "history": list(case.history)}
        )
        body = ""
        # The limit applies to the whole answer, since a server may send forever.
        self._bounds.begin(self._timeout)
        try:
            response = self._client.post(self._url, json=request)
            body = response.text
            ms = (time.perf_counter() - start) * 1e3
            if response.status_code == 200:
                read = chat_record if self._chat else service_record
                return read(case, self.name, json.loads(response.content.decode("utf-8", "replace")), ms)
            error = f"the server answers {response.status_code}"
        except httpx.TimeoutException:
            error = f"no whole answer within {self._timeout:g} seconds"
        except httpx.HTTPError as fault:
            error = f"the connection broke off: {fault or type(fault).__name__}"
        except (json.JSONDecodeError, RecursionError) as fault:
            error = f"the answer is not JSON: {fault}"
        except UnreadableAnswer as fault:
            error = str(fault)
        ms = (time.perf_counter() - start) * 1e3
        return Record(case.id, self.name, "failed", ms=ms, error=error, raw=body)


def _endpoint(url: str) -> tuple[str, bool]:
    """The full address, and whether it speaks the chat protocol: paths that end in `/v1` or `/chat/completions` do."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(httpx.URL(url).host)
    except (ValueError, httpx.InvalidURL):
        good = False
    if not good:
        raise EvaluationError(f"{url!r} is neither the name of a system nor an http address.")
    path = parts.path.rstrip("/")
    if path.endswith(_API):
        path += "/ask"
    if path.endswith("/v1"):
        path += "/chat/completions"
    chat = path.endswith("/chat/completions")
    if not chat and not path.endswith(f"{_API}/ask"):
        path += f"{_API}/ask"
    return parts._replace(path=path, fragment="").geturl(), chat
