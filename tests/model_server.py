"""An OpenAI-compatible server on this machine that writes what a test tells it to."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from running_servers import Answer, Served, serving

from assistant.generation.writer import Writer
from assistant.grounding.sentence_check import SupportCheck
from assistant.model.endpoint import Endpoint

Excerpts = dict[str, str]
Script = Callable[[Excerpts, str], str | Answer]
"""From the excerpts of a request, by id, and its whole text to the reply: text to stream, or an answer as it is."""


def excerpts_of(asked: dict[str, Any]) -> Excerpts:
    """The excerpts that a request holds, by id."""
    text = "\n".join(message["content"] for message in asked["messages"])
    found = re.findall(r'<excerpt id="([^"]+)" from="[^"]*">\n(.*?)\n</excerpt>', text, re.DOTALL)
    return {name: html.unescape(words) for name, words in found}


def the(excerpts: Excerpts, words: str) -> str:
    """The id of the first excerpt that has some words."""
    return next(name for name, text in excerpts.items() if words in text)


def chunk(content: str | None, finish: str | None = None) -> bytes:
    """One event of a streamed reply."""
    delta = {"role": "assistant", "content": content} if content is not None else {}
    body = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def streamed(text: str, *, size: int = 7, ended: bool = True) -> bytes:
    """A reply in pieces of a few characters; without its end where it broke off."""
    pieces = b"".join(chunk(text[n : n + size]) for n in range(0, len(text), size))
    return pieces + (chunk(None, "stop") + b"data: [DONE]\n\n" if ended else b"")


@contextmanager
def writing(*scripts: Script) -> Iterator[Served]:
    """A server whose n-th reply is by the n-th script, the last one again and again."""
    left = list(scripts)

    def reply(asked: dict[str, Any]) -> Answer:
        script = left.pop(0) if len(left) > 1 else left[0]
        told = script(excerpts_of(asked), "\n".join(message["content"] for message in asked["messages"]))
        if isinstance(told, Answer):
            return told
        return Answer(body=streamed(told), headers=(("Cache-Control", "no-store"),))

    with serving(reply) as served:
        yield served


def writer_at(url: str, **limits: float) -> Writer:
    """A writer whose model is served at an address; support is told by words alone."""
    given: dict[str, Any] = {"silence": 30, "seconds": 60, "retries": 0, "output": 400, **limits}
    return Writer(Endpoint(f"{url}/v1", "scripted", "k3y", **given), SupportCheck())
