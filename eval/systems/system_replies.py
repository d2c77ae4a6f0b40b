"""Reading what a server sent, the answers of Rapporteur's `/api/v1/ask` (`docs/formats.md`) among it, nothing in it trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from assistant.qa.answer import AnswerStatus
from eval.cases import Case
from eval.runs.records import Cited, Claim, Record


class UnreadableAnswer(ValueError):
    """An answer that does not have the form that its protocol says."""


def service_record(case: Case, system: str, reply: Any, ms: float) -> Record:
    """A record of one answer. Raises `UnreadableAnswer` where it does not have the documented form."""
    if not isinstance(reply, Mapping) or reply.get("status") not in get_args(AnswerStatus):
        raise UnreadableAnswer("the answer is not one of Rapporteur's: it has no known status")
    citations = tuple(_cited(each) for each in _objects(reply, "citations"))
    claims = []
    for each in _objects(reply, "statements"):
        cited = each.get("citations", [])
        good = isinstance(cited, list) and all(isinstance(n, int) and 0 < n <= len(citations) for n in cited)
        if not good:
            raise UnreadableAnswer("a statement cites what is not in the answer")
        claims.append(Claim(text_of(each, "text"), text_of(each, "verdict"), tuple(n - 1 for n in cited)))
    return Record(
        case=case.id,
        system=system,
        status=reply["status"],
        claims=tuple(claims),
        citations=citations,
        confidence=number(reply, "confidence"),
        probability=number(reply, "probability"),
        ms=ms,
        raw=reply,
    )


def _objects(reply: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = reply.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise UnreadableAnswer(f"{name!r} of the answer is not a list of objects")
    return found


def _cited(raw: Mapping[str, Any]) -> Cited:
    start, end = raw.get("start"), raw.get("end")
    whole = isinstance(start, int) and isinstance(end, int)
    return Cited(
        document=text_of(raw, "symbol"),
        locator=_place(raw),
        quote=text_of(raw, "quote"),
        start=start if whole else None,
        end=end if whole else None,
        text=text_of(raw, "quote"),
        source=text_of(raw, "document"),
    )


def _place(raw: Mapping[str, Any]) -> str:
    """The locator without the document's name: what `Document.label` puts before it."""
    locator, title = text_of(raw, "locator"), text_of(raw, "title")
    symbol = text_of(raw, "symbol")
    for name in (symbol, title):
        for label in (f"{name} (digest)", name):
            if name and (locator == label or locator.startswith(f"{label}, ")):
                return locator.removeprefix(label).removeprefix(", ")
    # A text that is cited by its short name, as treaties are: the name goes up to the first comma.
    return locator.partition(", ")[2]


def text_of(raw: Mapping[str, Any], *names: str) -> str:
    """The first of the named fields that holds text, else nothing."""
    return next((raw[name] for name in names if isinstance(raw.get(name), str) and raw[name]), "")


def number(raw: Any, name: str) -> float | None:
    """A field that holds a finite number, else None."""
    value = raw.get(name) if isinstance(raw, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)
