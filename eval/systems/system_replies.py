"""Parses answers of servers, such as those of Rapporteur's `/api/v1/ask` (`docs/formats.md`), without trusting them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from assistant.qa.answer import AnswerStatus
from eval.cases import Case
from eval.runs.records import Cited, Claim, Record


class UnreadableAnswer(ValueError):
    """An answer that does not have the form of its protocol."""


def service_record(case: Case, system: str, reply: Any, ms: float) -> Record:
    """Builds a record from an answer. Raises `UnreadableAnswer` where it does not have the documented form."""
    if not isinstance(reply, Mapping) or reply.get("status") not in get_args(AnswerStatus):
        raise UnreadableAnswer("the answer is not one of Rapporteur's: it has no known status")
    citations = tuple(_parse_citation(each) for each in _list_of_objects(reply, "citations"))
    claims = []
    for each in _list_of_objects(reply, "statements"):
        cited = each.get("citations", [])
        good = isinstance(cited, list) and all(isinstance(n, int) and 0 < n <= len(citations) for n in cited)
        if not good:
            raise UnreadableAnswer("a statement cites what is not in the answer")
        claims.append(Claim(first_text(each, "text"), first_text(each, "verdict"), tuple(n - 1 for n in cited)))
    return Record(
        case=case.id,
        system=system,
        status=reply["status"],
        claims=tuple(claims),
        citations=citations,
        confidence=finite_number(reply, "confidence"),
        probability=finite_number(reply, "probability"),
        ms=ms,
        raw=reply,
    )


def _list_of_objects(reply: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = reply.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise UnreadableAnswer(f"{name!r} of the answer is not a list of objects")
    return found


def _parse_citation(raw: Mapping[str, Any]) -> Cited:
    start, end = raw.get("start"), raw.get("end")
    whole = isinstance(start, int) and isinstance(end, int)
    return Cited(
        document=first_text(raw, "symbol"),
        locator=_place(raw),
        quote=first_text(raw, "quote"),
        start=start if whole else None,
        end=end if whole else None,
        text=first_text(raw, "quote"),
        source=first_text(raw, "document"),
    )


def _place(raw: Mapping[str, Any]) -> str:
    """The locator without the document's name, which `Document.label` puts before it."""
    locator, title = first_text(raw, "locator"), first_text(raw, "title")
    symbol = first_text(raw, "symbol")
    for name in (symbol, title):
        for label in (f"{name} (digest)", name):
            if name and (locator == label or locator.startswith(f"{label}, ")):
                return locator.removeprefix(label).removeprefix(", ")
    # A text that is cited by its short name, such as a treaty: the name ends at the first comma.
    return locator.partition(", ")[2]


def first_text(raw: Mapping[str, Any], *names: str) -> str:
    """The first of the named fields that contains text, else an empty text."""
    return next((raw[name] for name in names if isinstance(raw.get(name), str) and raw[name]), "")


def finite_number(raw: Any, name: str) -> float | None:
    """A field that contains a finite number, else None."""
    value = raw.get(name) if isinstance(raw, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)
