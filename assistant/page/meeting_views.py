"""Meetings as the page shows them: the sittings by day, the items with their documents, held or missing."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from assistant.access import Principal
from assistant.frames import date_text
from assistant.labels import LANGUAGE_NAMES, word
from assistant.page.plain_pages import version_path
from assistant.service import Service
from corpus.documents import Document
from corpus.meetings import AgendaItem, Meeting
from corpus.symbols import Symbol, link


def latest_first(service: Service, who: Principal) -> list[Meeting]:
    """The meetings whose agendas are held, the latest first."""
    return sorted(service.meetings(who), key=lambda each: (each.dates[-1:], each.document_id), reverse=True)


def meeting_views(service: Service, who: Principal, reader: str = "en") -> list[dict[str, Any]]:
    """The meetings as they are shown."""
    return [_view(service, who, each, reader) for each in latest_first(service, who)]


def held_meetings(service: Service, who: Principal, reader: str) -> list[dict[str, str]]:
    """The meetings whose agendas are held as the first view names them, the latest first: body, days, address."""
    return [
        {
            "body": each.body or each.title,
            "dates": _dates(each.dates, reader),
            "path": f"/meetings?{urlencode({'meeting': each.document_id})}",
        }
        for each in latest_first(service, who)
    ]


def _view(service: Service, who: Principal, meeting: Meeting, reader: str) -> dict[str, Any]:
    agenda = service.document(who, meeting.document_id)
    days: dict[dt.date, list[dict[str, Any]]] = {}
    for sitting in sorted(meeting.sittings, key=lambda each: each.order):
        items = [{"number": each.number, "title": each.title, "continued": each.continued} for each in sitting.items]
        days.setdefault(sitting.date, []).append({"time": sitting.time_label, "taken": items})
    return {
        "id": meeting.document_id,
        "body": meeting.body or meeting.title,
        "title": meeting.title,
        "place": meeting.place,
        "dates": _dates(meeting.dates, reader),
        "language": agenda.language,
        "symbol": agenda.label,
        "path": version_path(agenda),
        "check": f"/agenda?{urlencode({'meeting': agenda.symbol})}" if agenda.symbol else "",
        "days": [{"date": date_text(day, reader), "sittings": sittings} for day, sittings in days.items()],
        "agenda": [_item(service, meeting, agenda, each, reader) for each in meeting.items if each.number == each.main],
    }


def _item(service: Service, meeting: Meeting, agenda: Document, item: AgendaItem, reader: str) -> dict[str, Any]:
    parts = [each for each in meeting.items if each.main == item.number and each is not item]
    documents = [text for each in (item, *parts) for text, _ in each.documentation]
    asked = {"ask": word("item_question", reader, item=item.number), "meeting": meeting.document_id}
    briefed = {"kind": "item", "value": item.number, "meeting": agenda.symbol or "", "language": agenda.language}
    return {
        "number": item.number,
        "title": item.title,
        "parts": [{"number": each.number, "title": each.title} for each in parts],
        "when": [
            {"day": date_text(each.date, reader), "time": each.time_label}
            for each in sorted(meeting.sittings, key=lambda sitting: sitting.order)
            if any(taken.number.split(" ", 1)[0] == item.number for taken in each.items)
        ],
        "documents": [_document(service, Symbol.parse(text), reader) for text in dict.fromkeys(documents)],
        "annotations": f"{version_path(agenda)}#item-{item.number}",
        "ask": f"/?{urlencode(asked)}",
        "brief": f"/briefings?{urlencode(briefed)}" if agenda.symbol else "",
        "question": asked["ask"],
    }


def _document(service: Service, symbol: Symbol, reader: str) -> dict[str, Any]:
    """An announced document: its versions where it is held, else where it can be read."""
    held = service.library.versions().current(symbol)
    entries = service.engine.catalogue.by_symbol(symbol)
    return {
        "symbol": symbol.text,
        "title": held[0].header.title if held else entries[0].title if entries else "",
        "held": bool(held),
        "versions": [
            {
                "language": each.header.language,
                "name": LANGUAGE_NAMES[each.header.language],
                "path": version_path(each.header),
            }
            for each in held
        ],
        "official": link(symbol, reader),
    }


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
