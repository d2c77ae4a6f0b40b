"""The documents as a list: one entry for each symbol, with its versions in languages and editions."""

from __future__ import annotations

from typing import Any

from assistant.access import Principal
from assistant.access.operations import allowed
from assistant.labels import LANGUAGE_NAMES
from assistant.page.rendering import document_path, record_path, web_address
from assistant.service import Service
from corpus.symbols import Symbol, link

PER_PAGE = 50


def list_documents(
    service: Service, who: Principal, text: str = "", language: str = "", offset: int = 0
) -> dict[str, Any]:
    """A page of the list: `entries` of what is held, `missing` of what is known and not held, where it fits the words."""
    chosen = language if language in LANGUAGE_NAMES else None
    records, total = service.documents(who, text=text, language=chosen, offset=offset, limit=PER_PAGE)
    entries: dict[str, dict[str, Any]] = {}
    for record in records:
        key = record["id"].rsplit(":", 2)[0]
        entry = entries.setdefault(
            key,
            {
                "key": key,
                "symbol": record["symbol"],
                "title": record["title"],
                "path": document_path(key),
                "versions": [],
            },
        )
        entry["versions"].append(
            {
                "language": record["language"],
                "edition": record["edition"],
                "unverified": record.get("unverified", False),
                "behind": record["behind"],
                "date": record["date"] if record["edition"] != "digest" else None,
                "pages": record["pages"],
                "warnings": len(record["warnings"]) + bool(record["pages_without_text"]),
                "path": record_path(record),
            }
        )
    words = text.casefold().split()
    missing = service.collection.missing() if allowed(who, "catalogue") and not offset and chosen is None else []
    return {
        "text": text,
        "language": language,
        "entries": list(entries.values()),
        "total": total,
        "offset": offset,
        "before": max(0, offset - PER_PAGE) if offset else None,
        "next": offset + PER_PAGE if offset + PER_PAGE < total else None,
        "missing": [
            {
                "symbol": each["symbol"] or each["id"],
                "title": each["title"],
                "url": web_address(link(Symbol.parse(each["symbol"])) if each["symbol"] else each["url"]),
            }
            for each in missing
            if all(word in f"{each['id']} {each['title']}".casefold() for word in words)
        ],
    }
