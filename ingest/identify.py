"""Which document a text is: its symbol, language, title, date. A file name is never proof."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from corpus.calendar_names import language_name
from corpus.catalogue import Catalogue, Entry
from corpus.dates import find_dates
from corpus.documents import LANGUAGES, Document, Masthead
from corpus.language import detect_language
from corpus.symbols import Symbol, SymbolError, link, same_document
from ingest.agenda import place_and_dates
from ingest.locate import TextKind, begins_annex
from ingest.readers import ReadError, visible
from ingest.readers.heads import symbol_of
from ingest.structure import Piece
from ingest.titles import title_of

MASTHEAD_PIECES = 40
_STRONG_WORDS = 120
"""From so many words on, the language that a text is found to be in is sure enough to contradict its reader."""


class IdentityError(ReadError):
    """The text says that it is another document than was asked for; the message names both."""


def identify(
    found: Sequence[Piece],
    masthead: Masthead,
    given: Mapping[str, Any],
    name: str,
    catalogue: Catalogue,
    *,
    kind: TextKind = "numbered",
    symbol: Symbol | None = None,
    language: str | None = None,
    trusted: bool = False,
) -> Document:
    """Which document a text is, without the text itself; from, in this order: what the user says, what the text prints, what the
    catalogue knows.

    `given` is the file's front matter, `kind` the kind of text, `symbol` and `language` the user's word, `name` the file's name, which
    only ever names an upload. Links from front matter count in `trusted` files only. Raises `IdentityError`
    where the user's or the front matter's symbol and the printed one differ.
    """
    name = visible(" ".join(name.split()))
    top = _masthead(found)
    asked = symbol or _given_symbol(given, name)
    printed = _printed_symbol(masthead, top)
    head = "\n".join(piece.text for piece in top)
    headings = [piece.text for piece in found if piece.kind == "heading"][:8]
    dates = [date for piece in top for date in find_dates(piece.text)]  # no date runs from one line into the next
    dates += [date for piece in top if (at := place_and_dates(piece.text)) for date in at[1]]
    if asked:
        _agree(asked, printed, catalogue.recognise(headings, head, dates), name)
    entry, proof = _entry(asked, printed, given, catalogue, headings, head, dates)
    settled = printed or asked or (entry.symbol if entry else None)
    said = language or given.get("language")
    if said is not None and said not in LANGUAGES:
        raise ReadError(f"{name}: language {said!r} is none of {', '.join(LANGUAGES)}.")
    language_found, warnings = _language(found, masthead, said, name)
    title = str(given.get("title") or title_of(found, top, kind, masthead, settled, entry) or name)
    title = title if len(title) <= 300 else title[:299].rsplit(" ", 1)[0] + "…"
    date = given.get("date") or masthead.date or (entry and entry.date) or (dates[0].isoformat() if dates else None)
    return Document(
        symbol=settled,
        part=given.get("part") or (entry.part if entry else None),
        language=language_found,
        edition="digest" if given.get("edition") == "digest" else "official" if settled else "upload",
        title=title,
        text="",
        blocks=(),
        short=given.get("short") or (entry.short if entry else None),
        slug=_slug(str(given.get("slug") or title)),
        date=str(date) if date else None,
        url=_url(given, trusted) or (link(settled, language_found) if settled else None),
        kind=kind,
        proof=proof,
        masthead=masthead,
        reissue=settled.reissue if settled else 0,
        warnings=warnings,
    )


def _language(found: Sequence[Piece], masthead: Masthead, said: str | None, name: str) -> tuple[str, tuple[str, ...]]:
    """The language that a text is in, whatever its masthead or its name say, and what is odd about it. What it transmits, in an annex
    or an enclosure, may be in another."""
    text = "\n".join(piece.text for piece in found[:400] if piece.part != "masthead")
    most = detect_language(text or "\n".join(piece.text for piece in found))
    own = takewhile(lambda piece: piece.kind != "heading" or not begins_annex(piece.text), found[:400])
    letter = "\n".join(piece.text for piece in own if piece.kind != "heading" and piece.part != "masthead")
    detected = detect_language(letter, most) if masthead.symbols else most
    detected = detected if masthead.language in ("", detected) else most
    strong = len(text.split()) >= _STRONG_WORDS or detected in ("ar", "ru", "zh")
    if said is not None:
        if strong and detected != said and said != masthead.language:
            raise IdentityError(
                f"{name} was to be read as {language_name(said, 'en')}, but its text is {language_name(detected, 'en')}. "
                f"Give --language {detected} or none, or the right file."
            )
        return said, ()
    if masthead.language and masthead.language != most:
        if not strong:
            return masthead.language, ()
        warning = f"the masthead says {language_name(masthead.language, 'en')}, most of the text is {language_name(most, 'en')}"
        return detected, (warning,)
    return detected, ()


def _masthead(found: Sequence[Piece]) -> list[Piece]:
    """The pieces before the text proper: before the first numbered or long paragraph."""
    top: list[Piece] = []
    for piece in found[:MASTHEAD_PIECES]:
        if piece.part == "contents" or piece.kind == "footnote":
            continue
        if (piece.number and piece.kind != "heading") or (piece.kind == "paragraph" and len(piece.text) > 400):
            break
        if piece.kind != "row":
            top.append(piece)
    return top


def _url(given: Mapping[str, Any], trusted: bool) -> str | None:
    url = given.get("url")
    return url if trusted and isinstance(url, str) and url.startswith("https://") else None


def _given_symbol(given: Mapping[str, Any], name: str) -> Symbol | None:
    if not given.get("symbol"):
        return None
    try:
        return Symbol.parse(str(given["symbol"]))
    except SymbolError as error:
        raise ReadError(f"{name}: {error}") from None


def _printed_symbol(masthead: Masthead, top: Sequence[Piece]) -> Symbol | None:
    """A symbol that stands alone on a line of the head, with the asterisks of a reissue."""
    lines = [line for piece in top for line in piece.text.splitlines()]
    found = next((symbol for line in lines if (symbol := symbol_of(line))), None)
    if masthead.symbols and (found is None or found.all[0].text not in masthead.symbols):
        return Symbol.parse("-".join(masthead.symbols))
    return found


def _agree(asked: Symbol, printed: Symbol | None, recognised: Entry | None, name: str) -> None:
    """Raises `IdentityError` where the symbol that was given is neither that which the text prints nor, where it prints none, that of
    the text which it is by title, body and dates."""
    if printed and not same_document(asked, printed):
        raise IdentityError(
            f"{name} was to be read as {asked.text}, but the text says that it is {printed.text}. "
            f"Give --symbol {printed.text} or none, or the right file."
        )
    if not printed and recognised and recognised.symbol and not same_document(asked, recognised.symbol):
        raise IdentityError(
            f"{name} was to be read as {asked.text}, but title, body and dates are those of "
            f"{recognised.symbol.text} ({recognised.title}). Give that symbol or none, or the right file."
        )


def _entry(
    asked: Symbol | None,
    printed: Symbol | None,
    given: Mapping[str, Any],
    catalogue: Catalogue,
    headings: Sequence[str],
    masthead: str,
    dates: Sequence[dt.date],
) -> tuple[Entry | None, str]:
    recognised = catalogue.recognise(headings, masthead, dates)
    known = printed or asked
    if known is None:
        return recognised, "recognised by the catalogue (title, body, date)" if recognised else "none"
    proof = "printed in the text" if printed else "given by the user"
    entries = catalogue.by_symbol(known)
    if recognised in entries:
        return recognised, proof
    part = given.get("part")
    if part:
        return next((entry for entry in entries if entry.part == part), None), proof
    return (entries[0], proof) if len(entries) == 1 else (None, proof)


def _slug(text: str) -> str:
    """A name for a text without a symbol: letters, digits and hyphens of any script, at most 80 characters."""
    plain = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-_")
    return plain[:80].strip("-") or "untitled"
