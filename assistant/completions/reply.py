"""Completions, their chunks, and errors, as OpenAI's clients know them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from assistant.faults import ServiceFault
from assistant.markdown import Rendered, rendered
from assistant.qa.answer import Answer

MODEL = "rapporteur"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Tokens are not counted."""
_CODES = {"not-signed-in": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


class Reply:
    """The envelope of one answer, whole or in chunks. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(clock()), "model": MODEL}

    def whole(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """An answer as one completion."""
        shown = rendered(answer, notes)
        refused = answer.reason if answer.status == "refused" else None
        made = self.text(shown.text, refusal=refused, annotations=url_citations(answer, shown))
        return {**made, "rapporteur": answer.to_json()}

    def text(self, content: str, **more: Any) -> dict[str, Any]:
        """A text as one completion."""
        message = {"role": "assistant", "content": content, **more}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": USAGE}

    def chunk(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
        """A piece of a message."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **more}

    def end(self, answer: Answer, notes: Sequence[str] = ()) -> dict[str, Any]:
        """The chunk behind the last piece of an answer."""
        delta: dict[str, Any] = {"annotations": url_citations(answer, rendered(answer, notes))}
        if answer.status == "refused":
            delta["refusal"] = answer.reason
        return self.chunk(delta, "stop", rapporteur=answer.to_json())

    def usage(self) -> dict[str, Any]:
        """The chunk that ends a stream where usage is asked for."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}


def url_citations(answer: Answer, shown: Rendered) -> list[dict[str, Any]]:
    """One annotation for each citation, in the order of their numbers, at its first mark.

    Title and address are unlike those of every other: programs that put sources of one name or address together would
    else show another source under a number. So the address is the stored one with the number as its fragment, or
    where none is stored the evidence id as a name that leads nowhere.
    """
    made = []
    for n, citation in enumerate(answer.citations, 1):
        start, end = shown.spots[n]
        url = citation.url or f"urn:rapporteur:passage:{citation.id}"
        cited = {
            "start_index": start,
            "end_index": end,
            "title": f"[{n}] {citation.locator}",
            "url": f"{url}{'-' if '#' in url else '#'}{n}",
        }
        made.append({"type": "url_citation", "url_citation": cited})
    return made


def error_of(refusal: ServiceFault) -> dict[str, Any]:
    """A refusal as such an error."""
    status, wrong = refusal.status, refusal.wrong
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    at = ".".join(map(str, wrong[0]["loc"])) if wrong else ""
    return {
        "error": {
            "message": "; ".join(str(each["msg"]) for each in wrong[:5]) or refusal.detail,
            "type": kind,
            "param": at.removeprefix("body").removeprefix(".") or None,
            "code": _CODES.get(refusal.code, refusal.code.replace("-", "_")),
        }
    }


def told_to(prefix: str) -> Callable[[Request, ServiceFault], JSONResponse | None]:
    """Tells every refusal under a prefix so; 422 becomes 400, as there."""

    def form(request: Request, refusal: ServiceFault) -> JSONResponse | None:
        if not request.scope["path"].startswith(prefix):
            return None
        return JSONResponse(error_of(refusal), 400 if refusal.status == 422 else refusal.status)

    return form
