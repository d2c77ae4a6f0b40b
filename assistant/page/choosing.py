"""What a question may be asked of: the choices of the filters, and the scope that they make."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.access import Principal
from assistant.frames import date_text
from assistant.labels import LANGUAGE_NAMES, mark, word
from assistant.page.meeting_views import latest_first
from assistant.question_request import ScopeRequest
from assistant.service import Service
from corpus.documents import LANGUAGES
from corpus.meetings import Meeting

Choices = list[tuple[str, str]]


def any_of(reader: str | None) -> Choices:
    """The choice of everything, in the language of a reader; None: with a place for the label."""
    return [(mark("all") if reader is None else word("all", reader), "")]


@dataclass(frozen=True)
class Filters:
    """The choices of each filter: what is shown, and what it stands for (empty: no matter which)."""

    meetings: Choices
    documents: Choices
    languages: Choices
    years: Choices


def filters_of(service: Service, who: Principal, reader: str) -> Filters:
    """What can be chosen from what is held."""
    every = any_of(reader)
    records = service.records(who)
    keys: dict[str, str] = {}
    for record in records:
        key = record["id"].rsplit(":", 2)[0]
        keys.setdefault(key, f"{key} – {record['title']}" if record["symbol"] else record["title"])
    held = {record["language"] for record in records}
    years = {str(record["date"])[:4] for record in records if record["date"]}
    return Filters(
        [*every, *((_meeting_label(each, reader), each.document_id) for each in latest_first(service, who))],
        [(label, key) for key, label in keys.items()],
        [*every, *((LANGUAGE_NAMES[each], each) for each in LANGUAGES if each in held)],
        [*every, *((year, year) for year in sorted(years, reverse=True))],
    )


def items_of(service: Service, who: Principal, meeting_id: str, reader: str) -> Choices:
    """The agenda items of a meeting."""
    items = (agenda_items(each) for each in service.meetings(who) if each.document_id == meeting_id)
    return [*any_of(reader), *next(items, ())]


def agenda_items(meeting: Meeting) -> Choices:
    """The items of a meeting's agenda, without those below them."""
    return [(f"{item.number}. {item.title}", item.number) for item in meeting.items if " " not in item.number]


def scope_of(meeting: str, item: str, documents: list[str] | None, language: str, year: str) -> ScopeRequest | None:
    """The scope that the filters make, None for everything."""
    scope = ScopeRequest.model_construct(
        meeting=meeting or None,
        item=(item or None) if meeting else None,
        documents=list(documents or ()),
        language=language or None,
        year=int(year) if year else None,
    )
    return scope if any(value not in (None, []) for value in vars(scope).values()) else None


def scope_words(scope: ScopeRequest | None) -> str:
    """A scope in words that need no translation: symbols, item numbers, languages, years."""
    if scope is None:
        return ""
    meeting = scope.meeting.rsplit(":", 2)[0] if scope.meeting else ""
    named = [f"{meeting}, item {scope.item}" if scope.item else meeting, *scope.documents]
    named += [LANGUAGE_NAMES[scope.language] if scope.language else "", str(scope.year or "")]
    return " · ".join(each for each in named if each)


def _meeting_label(meeting: Meeting, reader: str) -> str:
    first = meeting.dates[0] if meeting.dates else None
    symbol = meeting.document_id.rsplit(":", 2)[0]
    if first is None:
        return symbol
    return f"{symbol}, {f'{first:%B %Y}' if reader == 'en' else date_text(first, reader)}"
