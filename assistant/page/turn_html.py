"""A turn as HTML: what was asked, how it stands, the statements with their numbers, and beside them the sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.labels import word, words_of
from assistant.page.chat_turns import Turn
from assistant.page.plain_pages import carried, version_path
from assistant.page.source_panel import sources_of, tongue_of
from assistant.qa.answer import Answer, Pointer, Statement
from assistant.quoted_rows import grid_of
from assistant.service import Service
from corpus.corpus_errors import NotHeld
from corpus.language import detect_language
from corpus.symbols import Symbol, link

LONGEST = 2_000
"""Characters of a question that are shown; more are not answered."""
LONG = 220
"""Characters from which a direct statement is set in smaller type: it is read, not seen at a glance."""
MOST = 3
"""Statements that are shown at once; what more there are is one click away."""


def waiting_html(number: int, question: str, scope: str, label: str) -> str:
    """A turn that has no answer yet; `label` says why."""
    spoken = detect_language(question)
    return _turn(number, question, scope, spoken, "waiting", label)


def refused_html(number: int, question: str, scope: str, why: str) -> str:
    """A turn that the service refused, with what it said."""
    spoken = detect_language(question)
    return _turn(number, question, scope, spoken, "failed", word("refused", spoken), reason=why)


def turn_html(
    service: Service, number: int, turn: Turn, *, whole: bool = True, now: bool = False, plain: bool = False
) -> str:
    """A turn with its answer, or where that is not `whole` what of it has come so far. `plain`: for where no script runs."""
    answer, spoken = turn.answer, turn.answer.language
    state = state_of(answer) if whole else "waiting"
    return _turn(
        number,
        turn.question,
        turn.scope,
        spoken,
        state,
        word(state if whole else "searching", spoken),
        statements=[_statement(service, answer, each) for each in answer.statements],
        reason=answer.reason,
        notes=answer.notes,
        see_also=_pointers(service, answer.see_also),
        sources=sources_of(service, answer),
        official=link(Symbol.parse(answer.absent), spoken) if answer.absent else None,
        absent=answer.absent,
        now=now,
        plain=plain,
        whole=whole,
        sure=answer.status in ("answered", "partial"),
    )


def state_of(answer: Answer) -> str:
    """How an answer stands: `answered`, `partial`, `tentative`, `not_found`, `not_held` or `refused`."""
    return "not_held" if answer.status == "not_found" and answer.absent else answer.status


def _turn(number: int, question: str, scope: str, spoken: str, state: str, label: str, **more: Any) -> str:
    shown = {"statements": [], "reason": "", "notes": (), "see_also": [], "sources": [], "official": None,
             "absent": None, "now": True, "plain": False, "whole": False, "sure": False, **more}  # fmt: skip
    return carried(
        "turn.html",
        number=number,
        question=question if len(question) <= LONGEST else f"{question[:300]}…",
        again=question if len(question) <= LONGEST else "",
        scope=word("scope", spoken, scope=scope) if scope else "",
        spoken=spoken,
        state=state,
        label=label,
        words=words_of(spoken),
        most=MOST,
        **shown,
    )


def _statement(service: Service, answer: Answer, statement: Statement) -> dict[str, Any]:
    language = statement.citations[-1].language if statement.citations else answer.language
    return {
        "pieces": [{"text": words, "answers": answers} for words, answers in statement.pieces],
        "long": len(statement.text) > LONG,
        "grid": grid_of(service.library.document, statement),
        "quoted": statement.verdict == "quoted",
        "heading": statement.citations[-1].heading if statement.citations else "",
        "verdict": word(statement.verdict, answer.language),
        "language": language,
        "tongue": tongue_of(language, answer.language),
        "numbers": answer.numbers(statement),
    }


def _pointers(service: Service, pointers: Sequence[Pointer]) -> list[dict[str, str]]:
    made = []
    for each in pointers:
        try:
            document = service.library.document(each.document)
        except NotHeld:  # removed since
            continue
        title = "" if document.short and document.label.startswith(document.short) else each.title
        made.append({"locator": each.locator, "title": title, "path": version_path(document)})
    return made
