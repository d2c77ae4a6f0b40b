"""Meetings as shown on the page (sittings by day, items with their documents); the filters and scope of a question; and example questions from the library."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from urllib.parse import urlencode

from assistant.access import Principal
from assistant.answer_phrases import date_text, isolated
from assistant.answer_phrases import mark as sign
from assistant.page.plain_pages import version_path
from assistant.page_labels import LANGUAGE_NAMES, mark, word
from assistant.qa.metadata import notes_of
from assistant.qa.scope import Scope
from assistant.service import Service
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.calendar_names import city_name
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting, Sitting
from corpus.symbols import Symbol, document_url


def meetings_latest_first(service: Service, who: Principal) -> list[Meeting]:
    """The meetings whose agendas are stored, latest first."""
    return sorted(service.meetings(who), key=_by_date, reverse=True)


def _by_date(meeting: Meeting) -> tuple[tuple[dt.date, ...], str]:
    return meeting.dates[-1:], meeting.document_id


def meeting_views(service: Service, who: Principal, reader: str = "en") -> list[dict[str, Any]]:
    """The meetings as template values, latest first."""
    return [_view(service, who, each, reader) for each in meetings_latest_first(service, who)]


def meeting_links(service: Service, who: Principal, reader: str) -> list[dict[str, str]]:
    """The meetings for the start view, latest first: body, dates, path."""
    return [
        {
            "body": each.body or each.title,
            "dates": _dates(each.dates, reader),
            "path": f"/meetings?{urlencode({'meeting': each.document_id})}",
        }
        for each in meetings_latest_first(service, who)
    ]


def _view(service: Service, who: Principal, meeting: Meeting, reader: str) -> dict[str, Any]:
    days: dict[str, list[Sitting]] = {}
    for sitting in meeting.timetable:
        days.setdefault(date_text(sitting.date, reader), []).append(sitting)
    agenda = service.document(who, meeting.document_id)
    return {
        "id": meeting.document_id,
        "body": meeting.body or meeting.title,
        "place": city_name(meeting.place, agenda.language, reader),
        "dates": _dates(meeting.dates, reader),
        "agenda": agenda,
        "label": _label(agenda.label, meeting, reader),
        "days": days,
        "listed": [
            _item(service, meeting, agenda, each, reader) for each in meeting.items if each.number == each.main_number
        ],
    }


def _item(service: Service, meeting: Meeting, agenda: Document, item: AgendaItem, reader: str) -> dict[str, Any]:
    parts = [each for each in meeting.items if each.main_number == item.number and each is not item]
    documents = [text for each in (item, *parts) for text, _ in each.documentation]
    asked = {"ask": word("item_question", reader, item=item.number), "meeting": meeting.document_id}
    briefed = {"kind": "item", "value": item.number, "meeting": agenda.symbol or "", "language": agenda.language}
    return {
        "number": item.number,
        "title": item.title,
        "parts": parts,
        "sittings": [
            (date_text(each.date, reader), each.time_label)
            for each in sorted(meeting.sittings, key=lambda sitting: sitting.sort_key)
            if any(taken.number.split(" ", 1)[0] == item.number for taken in each.items)
        ],
        "documents": [_document(service, Symbol.parse_any(text), reader) for text in dict.fromkeys(documents)],
        "without_symbol": [agenda.block_text(agenda.blocks[n]) for each in (item, *parts) for n in each.without_symbol],
        "annotations": f"{version_path(agenda)}#item-{item.number}",
        "ask": f"/?{urlencode(asked)}",
        "brief": f"/briefings?{urlencode(briefed)}" if agenda.symbol else "",
    }


def _document(service: Service, symbol: Symbol, reader: str) -> dict[str, Any]:
    """An announced document: its stored versions, and its official address."""
    held = [each.header for each in service.library.versions().current_versions(symbol)]
    known = held or service.engine.catalogue.by_symbol(symbol)
    title = known[0].title if known else ""
    return {"symbol": symbol.text, "title": title, "versions": held, "official": document_url(symbol, reader)}


def _dates(dates: tuple[dt.date, ...], reader: str) -> str:
    if not dates:
        return ""
    first, last = dates[0], dates[-1]
    if reader != "en":
        return " – ".join(dict.fromkeys(date_text(day, reader) for day in (first, last)))
    if first == last:
        return f"{first.day} {first:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B %Y}"
    return f"{first.day} {first:%B %Y} – {last.day} {last:%B %Y}"


Choices = list[tuple[str, str]]


def choice_of_all(reader: str | None) -> Choices:
    """The choice "all" in the language of a reader; None: with a placeholder for the label."""
    return [(mark("all") if reader is None else word("all", reader), "")]


@dataclass(frozen=True)
class Filters:
    """The choices of each filter: label and value (empty: all)."""

    meetings: Choices
    documents: Choices
    languages: Choices
    years: Choices


def filter_choices(service: Service, who: Principal, reader: str) -> Filters:
    """The choices of each filter, from the contents of the library."""
    every = choice_of_all(reader)
    records = service.records(who)
    keys: dict[str, str] = {}
    for record in records:
        key = record["id"].rsplit(":", 2)[0]
        keys.setdefault(key, f"{key} – {record['title']}" if record["symbol"] else record["title"])
    held = {record["language"] for record in records}
    years = {str(record["date"])[:4] for record in records if record["date"]}
    return Filters(
        [
            *every,
            *(
                (_label(each.document_id.rsplit(":", 2)[0], each, reader), each.document_id)
                for each in meetings_latest_first(service, who)
            ),
        ],
        [(label, key) for key, label in keys.items()],
        [*every, *((LANGUAGE_NAMES[each], each) for each in LANGUAGES if each in held)],
        [*every, *((year, year) for year in sorted(years, reverse=True))],
    )


def item_choices(service: Service, who: Principal, meeting_id: str, reader: str) -> Choices:
    """The agenda items of a meeting."""
    items = (agenda_items(each) for each in service.meetings(who) if each.document_id == meeting_id)
    return [*choice_of_all(reader), *next(items, ())]


def agenda_items(meeting: Meeting) -> Choices:
    """The top-level items of a meeting's agenda."""
    return [(f"{item.number}. {item.title}", item.number) for item in meeting.items if " " not in item.number]


def scope_of(meeting: str, item: str, documents: list[str] | None, language: str, year: str) -> Scope | None:
    """Builds the scope of the filters' values; None for everything."""
    scope = Scope.model_construct(
        meeting=meeting or None,
        item=(item or None) if meeting else None,
        documents=tuple(documents or ()),
        language=language or None,
        year=int(year) if year else None,
    )
    return None if scope == Scope() else scope


def scope_words(scope: Scope | None) -> str:
    """Describes a scope without words to translate: symbols, item numbers, languages, years."""
    if scope is None:
        return ""
    meeting = scope.meeting.rsplit(":", 2)[0] if scope.meeting else ""
    named = [f"{meeting}, item {scope.item}" if scope.item else meeting, *scope.documents]
    named += [LANGUAGE_NAMES[scope.language] if scope.language else "", str(scope.year or "")]
    return " · ".join(each for each in named if each)


def _label(agenda: str, meeting: Meeting, reader: str) -> str:
    """Label of a meeting in a list: its agenda and its dates."""
    named = filter(None, (agenda, _dates(meeting.dates, reader)))
    return sign(",", reader).join(isolated(each, reader) for each in named)


MAX_TITLE = 80
"""Most characters of a title or heading in an example question."""
_NUMBER = re.compile(r"^[\dIVXLC]+(?:/\d+)?[.)]\s+")
ARTICLES = 2
"""Most example questions about articles of treaties."""


def example_questions(library: Library, language: str, most: int = 6) -> list[str]:
    """Example questions about the stored documents in a language; the same ones until the documents change."""
    found: dict[str, None] = {}
    for each in chain(_meeting_examples(library, language), _document_examples(library, language)):
        found[each] = None
        if len(found) == most:
            break  # the library may be large
    return list(found)


def _meeting_examples(library: Library, language: str) -> Iterator[str]:
    """Questions about the latest meeting, named by its agenda where there are agendas of several meetings."""
    keys = library.document_keys()
    meetings = library.meetings()
    if not meetings:
        return
    meeting = max(meetings, key=_by_date)
    agenda = library.document(meeting.document_id)
    several = len({keys[each.document_id] for each in meetings}) > 1
    named = f" ({agenda.symbol or agenda.label})" if several else ""
    items = [item for item in meeting.items if item.documentation]
    if items and meeting.sittings:
        yield word("example_time", language, item=f"{items[-1].number}{named}")
    if items:
        yield word("example_papers", language, item=f"{items[0].number}{named}")


def _document_examples(library: Library, language: str) -> Iterator[str]:
    quotable = library.versions().quotable_documents(language)
    treaties = (library.document(each.id) for each in library.headers(kind="treaty") if each.id in quotable)
    whole = (each for each in treaties if not each.unquotable)
    for document in islice((each for each in whole if _articles(each) and _name(each, language)), ARTICLES):
        article = _stable_choice(_articles(document))
        yield word("example_article", language, article=article, document=_name(document, language))
    for document in map(library.document, sorted(quotable)):
        headings = _headings(document) if document.language == language and not document.unquotable else []
        if headings and document.kind != "treaty" and document.edition != "digest":
            yield word("example_heading", language, document=document.label, heading=_stable_choice(headings))


def _name(document: Document, language: str) -> str:
    """The name of a treaty in a language; empty where it is not known."""
    name = document.short or document.title
    if document.language == language:
        return name
    vocabulary = Vocabulary.shipped()
    for mention in vocabulary.mentions(name, document.language):
        if (mention.start, mention.end) == (0, len(name)):
            return next(iter(vocabulary.names(mention.concept, language)), "")
    return ""


def _articles(document: Document) -> list[str]:
    return [found[1] for block in document.blocks if (found := re.fullmatch(r"art\. (\d+)", block.locator))]


def _headings(document: Document) -> list[str]:
    """Headings that name a topic, without their numbers: with paragraphs below them, of more than one word, without digits, unique, and
    repeated verbatim in a paragraph below them, with neither footnotes there nor rows of a table that could be quoted in its place. This
    excludes lines of title pages, headings of tables and lists, `Documentation` below each item, headings that are sentences, and those
    that are part of a name, which has other capital letters."""
    below: dict[str, str] = {}
    unfit: set[str] = set()
    heading, after = "", ""
    for block in document.blocks:
        if block.kind == "heading":
            heading, after = _NUMBER.sub("", " ".join(document.body(block).split()).rstrip(" :.")), ""
            unfit |= {heading} & below.keys()
            below.setdefault(heading, "")
        elif heading:
            after = after or block.kind
            below[heading] += f" {document.body(block)}" if block.kind == after == "paragraph" else ""
            if block.kind == "footnote" or notes_of(document, block):
                unfit.add(heading)
    rows = " ".join(document.line(each) for each in document.blocks if each.kind == "row").casefold()
    return [
        text
        for text, prose in below.items()
        if 0 < len(text) <= MAX_TITLE < len(prose)
        and text not in unfit
        and any(each in " ".join(prose.split()) for each in (text, text[0].lower() + text[1:]))
        and text.casefold() not in rows
        and not any(map(str.isdigit, text))
        and len(set(analyse(text, document.language))) > 1
    ]


def _stable_choice(texts: list[str]) -> str:
    """Chooses one of some texts, independent of their order."""
    return min(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
