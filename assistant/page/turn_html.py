"""Renders a turn as HTML: the question, its status, the statements with citation numbers, and the sources with the quoted text in its context."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.answer_phrases import isolated, mark, place_text
from assistant.export.docx import pandoc_path
from assistant.markdown import place_of
from assistant.page.chat_turns import Conversation, Turn
from assistant.page.document_pages import PrintedPage, printed_pages_of
from assistant.page.excerpt_html import edition_words, excerpt, official_address, reference
from assistant.page.plain_pages import carried, version_path, web_address, words_path
from assistant.page.scope_choice import example_questions
from assistant.page_labels import word, words_of
from assistant.qa.answer import Answer, Citation, Statement
from assistant.qa.revisions import later_notes
from assistant.row_tables import grid_of, without_bars
from assistant.service import Service
from assistant.service_errors import NotFound
from corpus.calendar_names import language_name
from corpus.corpus_errors import DocumentNotFound as Gone
from corpus.documents import Document, Span
from corpus.language import detect_language
from corpus.symbols import Symbol, document_url

CLOSE = 200
"""Characters around a quote that are shown with it; the rest of the passage can be expanded."""


@dataclass(frozen=True)
class Source:
    """One numbered source. `quote`: the quote on one line; `passage`: the highlighted quote with its close context; `before`, `after`:
    the rest of the passage and its neighbours (as `excerpt` returns them); `path`: address of the document at the quote (empty where
    it is no longer stored); `official`: official address; `tongue`: language of the quote, where it is not the reader's; `doubted`:
    digest or unverified text; `stands`: how the document has changed since it was cited (empty where it has not); `leaves`: printed
    pages with the quote, where they can be shown."""

    number: int
    symbol: str
    title: str
    edition: str
    doubted: bool
    stands: str
    place: str
    language: str
    tongue: str
    quote: str
    passage: Sequence[Mapping[str, Any]]
    path: str
    official: str | None
    reference: str
    ocr: bool
    before: Sequence[Mapping[str, Any]] = ()
    after: Sequence[Mapping[str, Any]] = ()
    leaves: Sequence[PrintedPage] = ()


def language_note(language: str, spoken: str) -> str:
    """A note on the language of a quote; empty where it is that of the answer."""
    return "" if language == spoken else word("quoted_in", spoken, tongue=language_name(language, spoken))


def sources_of(service: Service, answer: Answer) -> list[Source]:
    """The sources of an answer, in order. No access check: the caller was given the answer."""
    return [_source(service, n, each, answer) for n, each in enumerate(answer.citations, 1)]


def _source(service: Service, number: int, cited: Citation, answer: Answer) -> Source:
    """A source in its present state: since the answer, its document may have been changed or removed."""
    language, (document, citation) = answer.language, _relocated(service, cited)
    named = cited.symbol if document is None else document.key if document.symbol else document.short or document.title
    known = document if document and citation else cited
    shown = citation or cited
    source = Source(
        number=number,
        symbol=named,
        title=cited.title,
        edition=edition_words(known, language),
        doubted=known.edition == "digest" or known.unverified,
        stands=_change_note(service, document, citation, answer),
        place=place_text(place_of(document or cited, shown.locator), language),
        language=cited.language,
        tongue=language_note(cited.language, language),
        quote=without_bars(cited.quote),
        passage=[{"parts": [{"text": cited.quote, "marked": True, "answers": False}]}],
        path=version_path(document) if document else "",
        official=web_address(official_address(document, language) if document else cited.url),
        reference=reference(document, shown, language),
        ocr=cited.ocr,
    )
    if document is None or citation is None:
        return source
    own = (citation.start, citation.end)
    before, passage, after = _around(service, document, citation)
    return replace(
        source,
        path=words_path(document, *own),
        passage=excerpt(document, *passage, own, citation.answer),
        before=excerpt(document, *before),
        after=excerpt(document, *after),
        leaves=printed_pages_of(service, document, own, language),
    )


def _relocated(service: Service, citation: Citation) -> tuple[Document | None, Citation | None]:
    """The present document of a citation, and the citation relocated to the nearest occurrence of its quote there; None for a removed
    document or quote."""
    try:
        document = service.library.document(citation.document)
    except Gone:
        return None, None
    if document.quote(citation.start, citation.end) == citation.quote:
        return document, citation
    found = (each.start() - citation.start for each in re.finditer(re.escape(citation.quote), document.text))
    moved = min(found, key=abs, default=None)
    block = None if moved is None else document.block_at(citation.start + moved)
    if moved is None or block is None:
        return document, None
    answer = (citation.answer[0] + moved, citation.answer[1] + moved) if citation.answer else None
    start, end, locator = citation.start + moved, citation.end + moved, document.cite(block.locator)
    return document, replace(citation, start=start, end=end, answer=answer, locator=locator)


def _change_note(service: Service, document: Document | None, citation: Citation | None, answer: Answer) -> str:
    """How a cited document has changed since the answer; empty where it has not, or where a note of the answer says so."""
    if document is None:
        return word("stands_gone", answer.language)
    if citation is None:
        return word("stands_changed", answer.language)
    versions = service.library.versions()
    behind = versions.superseded.get(document.id)
    if behind is None or set(later_notes(versions, document, answer.language)) & set(answer.notes):
        return ""
    newer = isolated(service.library.document(behind).label, answer.language)
    return word("stands_superseded", answer.language, newer=newer)


def present_status(answer: Answer, sources: Sequence[Source]) -> tuple[str, str]:
    """The present status of an answer: `answered`, `partial`, `tentative`, `not_found`, `not_held` or `refused`, or `outdated` where a
    cited document has changed since; and a text about the changes."""
    changed = dict.fromkeys(
        f"{isolated(each.symbol, answer.language)}: {each.stands}" for each in sources if each.stands
    )
    if changed:
        changes = mark(";", answer.language).join(changed)
        return "outdated", word("outdated_told", answer.language, told=changes)
    return "not_held" if answer.status == "not_found" and answer.absent else answer.status, ""


def _around(service: Service, document: Document, citation: Citation) -> tuple[Span, Span, Span]:
    """The spans before the shown context of a citation, of the context, and after it."""
    own, begin, end = (citation.start, citation.end), citation.start, citation.end
    try:
        near: list[dict[str, Any]] = service.collection.passage(citation.id, around=1)["passages"]
    except NotFound:  # the document has changed since
        near = []
    for each in near:
        if each["id"] == citation.id:
            own = (min(each["start"], citation.start), max(each["end"], citation.end))
        begin, end = min(begin, each["start"]), max(end, each["end"])
    own = _close(document, own, citation)
    return (begin, own[0]), own, (own[1], end)


def _close(document: Document, passage: Span, citation: Citation) -> Span:
    """The shown context of a citation within its passage: whole blocks, at least `CLOSE` characters on each side where there are."""
    start, end = passage
    begins = [each.start for each in document.blocks if start <= each.start <= citation.start - CLOSE]
    ends = [each.end for each in document.blocks if citation.end + CLOSE <= each.end <= end]
    return max(begins, default=start), min(ends, default=end)


MAX_QUESTION_SHOWN = 2_000
"""Most characters of a question that are shown in full; longer ones are not answered."""
LONG = 220
"""Characters above which a direct statement is set in smaller type."""
OFFERED = 3
"""Example questions offered where one was not understood."""
SHOWN_STATEMENTS = 3
"""Statements shown at first; the others can be expanded."""


def waiting_html(number: int, question: str, scope: str, label: str) -> str:
    """Renders a turn without an answer yet; `label` is its status."""
    spoken = detect_language(question)
    return _turn(number, question, scope, spoken, "waiting", label)


def refused_html(number: int, question: str, scope: str, why: str) -> str:
    """Renders a turn that the service refused, with the reason."""
    spoken = detect_language(question)
    return _turn(number, question, scope, spoken, "failed", word("refused", spoken), reason=why)


def turn_html(
    service: Service, number: int, turn: Turn, *, whole: bool = True, now: bool = False, plain: bool = False
) -> str:
    """Renders a turn with its answer, or with the part so far where it is not `whole`. `now`: the latest turn; `plain`: for pages without
    scripts."""
    answer, spoken = turn.answer, turn.answer.language
    sources = sources_of(service, answer)
    stands, changed = present_status(answer, sources)
    state = stands if whole else "waiting"
    offer = state == "refused" and len(turn.question) <= MAX_QUESTION_SHOWN  # a longer one must be shortened instead
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
        see_also=_pointers(service, answer),
        changed=changed,
        sources=sources,
        official=document_url(Symbol.parse_any(answer.absent), spoken) if answer.absent else None,
        absent=answer.absent,
        now=now,
        plain=plain,
        whole=whole,
        sure=stands in ("answered", "partial"),
        offered=example_questions(service.library, spoken, OFFERED) if offer else [],
    )


def _turn(number: int, question: str, scope: str, spoken: str, state: str, label: str, **more: Any) -> str:
    shown = {"statements": [], "reason": "", "notes": (), "see_also": [], "sources": [], "changed": "", "official": None,
             "absent": None, "offered": [], "now": True, "plain": False, "whole": False, "sure": False, **more}  # fmt: skip
    return carried(
        "turn.html",
        number=number,
        question=question if len(question) <= MAX_QUESTION_SHOWN else f"{question[:300]}…",
        again=question if len(question) <= MAX_QUESTION_SHOWN else "",
        scope=word("scope", spoken, scope=scope) if scope else "",
        spoken=spoken,
        state=state,
        label=label,
        words=words_of(spoken),
        most=SHOWN_STATEMENTS,
        **shown,
    )


def _statement(service: Service, answer: Answer, statement: Statement) -> dict[str, Any]:
    language = statement.main.language if statement.citations else answer.language
    return {
        "pieces": [{"text": words, "answers": answers} for words, answers in statement.pieces],
        "long": len(statement.text) > LONG,
        "grid": grid_of(service.library.document, statement),
        "quoted": statement.verdict == "quoted",
        "heading": statement.main.heading if statement.citations else "",
        "verdict": word(statement.verdict, answer.language),
        "language": language,
        "tongue": language_note(language, answer.language),
        "numbers": answer.numbers(statement),
    }


def _pointers(service: Service, answer: Answer) -> list[dict[str, str]]:
    made = []
    for each in answer.see_also:
        try:
            document = service.library.document(each.document)
        except Gone:  # removed since
            continue
        title = "" if document.short and document.label.startswith(document.short) else each.title
        made.append(
            {"locator": place_text(each.locator, answer.language), "title": title, "path": version_path(document)}
        )
    return made


def earlier_html(talk: Conversation, reader: str, *, last: bool = False) -> str:
    """Renders the past turns of a conversation, without the `last` one where that is shown separately, after a note on turns that are
    not shown."""
    note = carried("earlier.html", reader, talk=talk, word=pandoc_path()).strip()
    return note + (talk.earlier_html if last else talk.html)
