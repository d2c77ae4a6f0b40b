"""Identifies the document that a text is: its symbol, language, title and date. A file name is never proof."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from corpus.calendar_names import language_codes, language_name
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.dates import find_full_dates
from corpus.documents import LANGUAGES, Document, Masthead
from corpus.language import detect_language
from corpus.symbols import RECORDS, Symbol, SymbolError, document_url, same_document
from ingest.agenda import place_and_dates
from ingest.locators import TextKind, find_opening, is_one_of_parts, parse_article
from ingest.masthead import is_body_name
from ingest.nested_texts import OPENING
from ingest.readers import ReadError, visible
from ingest.readers.lines import SENTENCE_END
from ingest.readers.masthead_lines import (
    ANNEX,
    CHAPTER,
    CONTENTS,
    HAN_BODY,
    ORGANIZATION,
    SECRETARIAT,
    SUMMARY,
    TITLE_LABEL,
    is_distribution_line,
    names_session,
    symbol_of,
)
from ingest.structure import BOLD_DEPTH, Piece

if TYPE_CHECKING:
    from ingest.document_reading import Input

MASTHEAD_PIECES = 40
LONGEST_TITLE = 600  # most characters of a title; that of a letter that transmits a report may have some hundred
_NOTES = re.compile(r"(?:[,\s]*\*{1,3})+$")  # footnote marks at the end of a title
_STRONG_WORDS = 120
"""From this number of words on, the detected language of a text is certain enough to contradict the requested one."""


GIVEN = "given by the user"  # the proof of a symbol that the text does not print and the user gave


class IdentityError(ReadError):
    """The text states that it is a different document from the one requested; the message names both."""


def identify(
    pieces: Sequence[Piece],
    masthead: Masthead,
    front_matter: Mapping[str, Any],
    kind: TextKind,
    source: Input,
    catalogue: Catalogue,
) -> Document:
    """The document that a text of a `kind` is, without the text itself. Sources, in this order: what the user states,
    what the text prints, what the catalogue knows.

    The name of the `source` is only used to name uploads. Links from front matter are used for trusted sources only.
    Raises `IdentityError` where the symbol of the user or of the front matter and the printed one differ."""
    name = visible(" ".join(source.name.split()))
    top = _masthead_pieces(pieces)
    requested = source.symbol or _front_matter_symbol(front_matter, name)
    printed = _printed_symbol(masthead, top)
    if requested and printed and printed.is_external and not same_document(requested, printed):
        printed = None  # a symbol in an unknown form counts less than what the user states
    head = "\n".join(piece.text for piece in top)
    headings = [piece.text for piece in pieces if piece.kind == "heading"][:8]
    dates = [date for piece in top for date in find_full_dates(piece.text)]  # no date runs from one line into the next
    dates += [date for piece in top if (at := place_and_dates(piece.text)) for date in at[1]]
    recognised = catalogue.recognise(headings, head, dates)
    if requested:
        _check_symbol(requested, printed, recognised, name)
    entry = recognised
    proof = "recognised by the catalogue (title, body, date)" if recognised else "none"
    if known := printed or requested:
        proof = "printed in the text" if printed else GIVEN if source.symbol else "said by the file's own head"
        entry = _catalogue_entry(catalogue.by_symbol(known), recognised, front_matter.get("part"))
    final_symbol = known or (entry.symbol if entry else None)
    language, warnings = _identify_language(pieces, masthead, source.language or front_matter.get("language"), name)
    printed_title = _NOTES.sub("", find_title(pieces, top, kind, masthead, final_symbol, entry))
    title = _shorten_title(str(front_matter.get("title") or printed_title or final_symbol or name))
    date = (
        front_matter.get("date")
        or masthead.date
        or (entry and entry.date)
        or _printed_date(top, masthead, pieces[:MASTHEAD_PIECES])
    )
    return Document(
        symbol=final_symbol,
        part=front_matter.get("part") or (entry.part if entry else None),
        language=language,
        edition="digest" if front_matter.get("edition") == "digest" else "official" if final_symbol else "upload",
        title=title,
        text="",
        blocks=(),
        short=front_matter.get("short") or (entry.short if entry else None),
        slug=_slug(str(front_matter.get("slug") or title)),
        date=str(date) if date else None,
        url=(source.trusted and _url(front_matter)) or (document_url(final_symbol, language) if final_symbol else None),
        kind=kind,
        proof=proof,
        masthead=masthead,
        reissue=final_symbol.reissue if final_symbol else 0,
        warnings=warnings,
    )


def _shorten_title(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _printed_date(top: Sequence[Piece], masthead: Masthead, letter: Sequence[Piece]) -> str | None:
    """The first date above the text proper that is not one of the meeting: in a line there, else in the place and date at the
    end of a letter, else in a sentence."""
    pieces = [piece for piece in top if not _is_meeting_dates(piece, masthead)]
    dated = [piece for piece in pieces if piece.kind == "heading" or not SENTENCE_END.search(piece.text)]
    closing = [
        piece for piece in takewhile(lambda piece: not ANNEX.match(piece.text), letter) if _is_place_and_day(piece)
    ]
    for group in (dated, closing, pieces):
        if first := next((date for piece in group for date in find_full_dates(piece.text)), None):
            return first.isoformat()
    return None


def _is_place_and_day(piece: Piece) -> bool:
    """Whether a line is the place and the day with which a letter ends or begins."""
    at = place_and_dates(piece.text) if piece.kind == "paragraph" and not piece.number else None
    return at is not None and len(at[1]) == 1


def _is_meeting_dates(piece: Piece, masthead: Masthead) -> bool:
    """Whether a line gives the dates of the meeting."""
    at = place_and_dates(piece.text)
    return bool((masthead.dates and masthead.dates in piece.text) or (at and len(at[1]) > 1))


def _identify_language(
    pieces: Sequence[Piece], masthead: Masthead, stated: str | None, name: str
) -> tuple[str, tuple[str, ...]]:
    """The language of a text, and a warning where its masthead states another one. A text that it transmits, in an
    annex or an enclosure, may be in another language."""
    if stated is not None and stated not in LANGUAGES:
        raise ReadError(f"{name}: unknown language {stated!r}. Known: {', '.join(LANGUAGES)}.")
    text = "\n".join(piece.text for piece in pieces[:400] if piece.part != "masthead")
    most = detect_language(text or "\n".join(piece.text for piece in pieces))
    own_pieces = takewhile(lambda piece: piece.kind != "heading" or not ANNEX.match(piece.text), pieces[:400])
    letter = "\n".join(piece.text for piece in own_pieces if piece.kind != "heading" and piece.part != "masthead")
    detected = detect_language(letter, most) if masthead.symbols else most
    detected = detected if masthead.language in ("", detected) else most
    strong = len(text.split()) >= _STRONG_WORDS or detected in ("ar", "ru", "zh")
    if stated is not None:
        if strong and stated not in (detected, masthead.language):
            raise IdentityError(
                f"{name} was given as {language_name(stated, 'en')}, but its text is "
                f"{language_name(detected, 'en')}. Give the language {detected}, no language, or the right file."
            )
        return stated, ()
    if masthead.language and masthead.language != most:
        if not strong:
            return masthead.language, ()
        warning = f"the masthead says {language_name(masthead.language, 'en')}, most of the text is {language_name(most, 'en')}"
        return detected, (warning,)
    return detected, ()


def _masthead_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces before the first numbered or long paragraph."""
    top: list[Piece] = []
    for piece in pieces[:MASTHEAD_PIECES]:
        if piece.part == "contents" or piece.kind == "footnote":
            continue
        if (piece.number and piece.kind != "heading") or (piece.kind == "paragraph" and len(piece.text) > 400):
            break
        if piece.kind == "heading" and ANNEX.match(piece.text) and any(map(_is_sentence, top)):
            break
        if piece.kind != "row":
            top.append(piece)
    return top


def mark_masthead(pieces: Sequence[Piece], masthead: Masthead, symbol: Symbol | None, title: str) -> list[Piece]:
    """The pieces with the lines of the masthead marked that a reader without layout left among the text or, in bold, among the
    headings: those above the text proper, above lines about the adoption, and above headings that are marked as such, except
    the title. Above the title, short lines between lines of the masthead belong to it, and so does the title of the agenda
    item; below the title, only lines down to the first that is none, and a day only where no other day follows, which
    would head the days of a programme."""
    top: list[Piece] = []
    for piece in pieces[:MASTHEAD_PIECES]:
        if piece.part != "masthead" and (piece.part or _begins_text(piece)):
            break
        top.append(piece)
    titled = next((n for n, piece in enumerate(pieces[:MASTHEAD_PIECES]) if _text_of(piece) == title), -1)
    heads = [n for n, piece in enumerate(top) if n != titled and _is_head_line(piece, masthead, symbol)]
    above, below = [n for n in heads if n < titled], [n for n in heads if n > titled]
    last = max(above, default=-1)
    end = min(titled, len(top)) if last >= 0 and _text_of(top[last]) == masthead.item else last
    above += [n for n, piece in enumerate(top[: max(0, end)]) if piece.kind == "paragraph"]
    others = (n for n, piece in enumerate(top) if n > titled and n not in heads and piece.kind == "paragraph")
    end = next(others, len(top))
    days = [n for n in below if top[n].kind == "heading" and _is_date(_text_of(top[n]))]
    marked = {*above, *(n for n in below if n < end and not (n in days and len(days) > 1))}
    return [
        replace(piece, kind="paragraph", depth=0, part="masthead")
        if n in marked and piece.kind != "footnote"
        else piece
        for n, piece in enumerate(pieces)
    ]


def _begins_text(piece: Piece) -> bool:
    """Whether a piece can't be a line of a masthead, so that what follows is none either; footnotes may stand in one."""
    if piece.kind == "footnote":
        return False
    text = _text_of(piece)
    adopted = _ADOPTION.match(text) and text[0] not in "[(（［〔"
    told = _is_sentence(piece) or len(text) > _LONGEST or adopted or OPENING.match(text)
    return bool(piece.kind == "row" or piece.number or told or (piece.kind == "heading" and piece.depth < BOLD_DEPTH))


def _is_head_line(piece: Piece, masthead: Masthead, symbol: Symbol | None) -> bool:
    """Whether a line is one of the masthead; a heading may also begin with the name of a body that it is about."""
    text = _text_of(piece)
    stated = text in (masthead.body, masthead.item, masthead.session) or text.casefold() in language_codes()
    named = piece.kind != "heading" and _names_body(text, masthead, symbol)
    return stated or named or _is_masthead_line(piece, masthead) or _is_place_and_dates(piece)


def _is_sentence(piece: Piece) -> bool:
    """Whether a piece is a paragraph of text, not a line of the masthead."""
    ends = piece.text.endswith((".", "。", ":", "：", "؟"))
    return piece.kind == "paragraph" and not piece.part and len(piece.text) > _LONGEST_NAME and ends


def _url(front_matter: Mapping[str, Any]) -> str | None:
    url = front_matter.get("url")
    return url if isinstance(url, str) and url.startswith("https://") else None


def _front_matter_symbol(front_matter: Mapping[str, Any], name: str) -> Symbol | None:
    if not front_matter.get("symbol"):
        return None
    try:
        return Symbol.parse_any(str(front_matter["symbol"]))
    except SymbolError as error:
        raise ReadError(f"{name}: {error}") from None


def _printed_symbol(masthead: Masthead, top: Sequence[Piece]) -> Symbol | None:
    """A symbol that stands alone on a line of the masthead, with the asterisks of a reissue."""
    lines = [line for piece in top for line in piece.text.splitlines()]
    printed = next((symbol for line in lines if (symbol := symbol_of(line))), None)
    if masthead.symbols and (printed is None or printed.halves[0].text not in masthead.symbols):
        return Symbol.parse_any("-".join(masthead.symbols))
    return printed


def _check_symbol(requested: Symbol, printed: Symbol | None, recognised: CatalogueEntry | None, name: str) -> None:
    """Raises `IdentityError` where the requested symbol differs from the printed one or, where none is printed, from
    that of the catalogue entry with the same title, body and dates."""
    if printed and not same_document(requested, printed):
        raise IdentityError(
            f"{name} was given as {requested.text}, but the text says that it is {printed.text}. Give the symbol "
            f"{printed.text}, no symbol, or the right file."
        )
    if not printed and recognised and recognised.symbol and not same_document(requested, recognised.symbol):
        raise IdentityError(
            f"{name} was given as {requested.text}, but its title, body and dates are those of "
            f"{recognised.symbol.text} ({recognised.title}). Give that symbol, no symbol, or the right file."
        )


def _catalogue_entry(
    entries: Sequence[CatalogueEntry], recognised: CatalogueEntry | None, part: str | None
) -> CatalogueEntry | None:
    """Of the catalogue's entries with the symbol of a text, the one that the text is; None where that is unclear."""
    if recognised in entries:
        return recognised
    if part:
        entries = [entry for entry in entries if entry.part == part][:1]
    return entries[0] if len(entries) == 1 else None


def _slug(text: str) -> str:
    """A name for a text without a symbol: letters, digits and hyphens of any script, at most 80 characters."""
    plain = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-_")
    return plain[:80].strip("-") or "untitled"


_BODIES = "assembly|council|conference of the parties|commission|committee|board|(?:expert|working) group"
_HAN_DATE = (
    r"[\d〇零一二三四五六七八九十]{4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
_ADOPTED = (
    r"(?:(?:resolution|decision)s? )?adopted by\b|(?:(?:résolution|décision)s? )?adoptée?s? (?:par|le)\b"
    r"|(?:(?:resolución|decisión) )?aprobada|(?:резолюция, )?принятая|(?:قرار |مقرر |الذي )?اتخذ[ته]|(?:(?!关于).){0,30}(?:通过的决议|決議|决定|次会议通过)$|[\[(].*[\])]$"
    rf"|(?:[^，,。；;的\d]{{0,16}}{HAN_BODY})?{_HAN_DATE}(?:第.{{1,8}}次(?:全体)?会议)?(?:[^，,。；;的\d]{{0,16}}{HAN_BODY})?"
    r"(?:通过的?)?(?:决议|决定)(?:\s*[\[(（［〔].*)?$|(?:大会|安全理事会|经济及社会理事会|人权理事会)(?:决议|决定)$|[（［〔].*[）］〕]$"
)
"""Lines about the adoption of a resolution, some in brackets."""
_SKIPPED = (
    r"united nations$|distr\.|original\s*:"
    r"|(?:comité|comisión|consejo|conseil|commission|комитет|комиссия|совет|конференция|اللجنة|لجنة|مجلس|المؤتمر)\b.{0,90}$"
    rf"|(?:{SECRETARIAT})"
    r"|.{2,30}(?:委员会|理事会|大会|工作组)$"
)
_NAME = (
    r"(?:(?!(?:of|on|by|for|to|in|from|with|between)\b)[\w’'-]+ ){{0,7}}(?:{bodies})"
    r"(?:$|,| (?:of|on|for|to|against|in|and)\b.{{0,160}}$)"
)
"""The name of a body has no preposition before its noun; a phrase about a body has one."""
_SKIPS = re.compile(f"^(?:{_SKIPPED}|{_ADOPTED}|{_NAME.format(bodies=_BODIES)})", re.IGNORECASE)
_ADOPTION = re.compile(f"^(?:{_ADOPTED})", re.IGNORECASE)
_CONFERENCE = re.compile(f"^{_NAME.format(bodies='conference')}", re.IGNORECASE)
_LONGEST_NAME = 40  # a longer paragraph with a stop at its end is a sentence, not a name with an abbreviation
_FULL = 40  # a line in capitals of this many characters may be followed by a second line of the same title
_PLACE_WORDS = 4  # most words of the name of a place, as in "Santa Cruz, Bolivia"
_SHORT_WORD = 3  # most letters of a small word in such a name: "Rio de Janeiro"
_LONGEST = 200  # most characters of a line that may be a title without being marked as a heading


def find_title(
    pieces: Sequence[Piece],
    top: Sequence[Piece],
    kind: TextKind,
    masthead: Masthead,
    symbol: Symbol | None,
    entry: CatalogueEntry | None,
) -> str:
    """The title of a document; empty where it has none. `top` are the pieces before the text proper."""
    headings = [_text_of(piece) for piece in top if piece.kind == "heading"]
    if entry is not None:
        title = (entry.identify and entry.identify.title) or entry.title
        return next((text for text in headings if text.casefold() == title.casefold()), entry.title)
    if symbol is not None and symbol.series in RECORDS and (meeting := _meeting_title(top, masthead)):
        return meeting
    opening = find_opening(pieces) if kind == "resolution" else None
    if opening and not _is_within_report(pieces[:opening]):
        # A resolution's title stands right above its opening; in a draft, the sponsors stand above the opening.
        lines = [each for each in pieces[:opening] if each.part != "masthead"]
        # Of a text without marks.
        unmarked = [each for each in lines if each.kind == "paragraph" and len(each.text) <= _LONGEST]
        for candidates in ([each for each in lines if each.kind == "heading"], unmarked):
            without_names = [each for each in candidates if not _SKIPS.match(_text_of(each))]
            if without_names:  # the sponsors of a paper may stand below its title, in bold but not in a heading style
                return _text_of(min(reversed(without_names), key=lambda piece: piece.depth >= BOLD_DEPTH))
    head = list(takewhile(lambda piece: not CONTENTS.fullmatch(piece.text), top))  # then headings are of chapters
    run = _title_headings(_without_bold_masthead(head, masthead), masthead, symbol, kind)
    parted = bool(run) and is_one_of_parts(run[0], pieces)
    run = [] if parted else run
    numbered = not run or run[0].number is not None or run[0].text[:1].isdecimal()
    if in_table := _title_in_table(pieces, numbered=numbered):
        return in_table
    if not run and kind == "treaty" and masthead.body:
        return masthead.body  # a treaty is issued by no body: its name stands in that place
    if not run:  # old documents set their title in capitals only, some as part of the masthead
        symbols = [n for n, piece in enumerate(head) if _text_of(piece).rstrip("*") in masthead.symbols]
        named = min(symbols, default=0)
        short = [each for n, each in enumerate(head) if each.kind == "paragraph" and n not in symbols]
        plain = [each for each in short if 12 <= len(each.text) <= _LONGEST and _is_capitals(each.text)]
        plain = [each for each in plain if each in head[named:]] or plain  # above the symbol stands an address
        titles = [piece.text.rstrip("*") for piece in plain if piece.part != "masthead"]
        titles = titles or [piece.text for piece in plain if not _SKIPS.match(piece.text)][-1:]
        titles = titles or _line_after_masthead(head, masthead)
        if parted and not titles:
            titles = _lines_above_headings(head, masthead, symbol)
        return (titles or headings or [""])[0]
    # The title of the agenda item stands above the document's and is a deeper heading; a treaty's articles stand below.
    first = run[0] if kind == "treaty" else min(run, key=lambda piece: piece.depth)
    title = " ".join(_text_of(piece) for piece in _title_lines(first, run, pieces))
    part = _part_heading(run, symbol)
    return f"{title}: {part}" if part else title


def _title_in_table(pieces: Sequence[Piece], *, numbered: bool) -> str:
    """The title in a table before all text: beside a label for it, or, where the first heading is `numbered`, in a last
    row that is one cell over several columns."""
    rows = list(takewhile(lambda piece: piece.kind == "row", pieces))
    cells = [[" ".join(cell.split()) for cell in piece.cells if cell.strip()] for piece in rows]
    for row in cells:
        if len(row) == 2 and TITLE_LABEL.fullmatch(row[0]):
            return row[1]
    alone = cells[-1][0] if numbered and len(rows) > 1 and rows[-1].spans and len(cells[-1]) == 1 else ""
    return alone if 12 <= len(alone) <= _LONGEST and not find_full_dates(alone) else ""


def _title_lines(title: Piece, run: Sequence[Piece], pieces: Sequence[Piece]) -> list[Piece]:
    """The lines of a title in capitals: a line that is nearly full is continued by the one below it."""
    lines = [title]
    for piece in pieces[pieces.index(title) + 1 :]:
        full = (
            lines[-1].depth == piece.depth >= BOLD_DEPTH and len(lines[-1].text) >= _FULL and lines[-1].text.isupper()
        )
        if not full or piece not in run or not piece.text.isupper() or len(piece.text.split()) < 2:  # "SUMMARY"
            break
        lines.append(piece)
    return lines


def _without_bold_masthead(head: Sequence[Piece], masthead: Masthead) -> list[Piece]:
    """The pieces without the bold lines above the last line of the masthead, where a heading follows that may be the
    title (one in a heading style, where there is any)."""
    if not masthead.symbols:
        return list(head)
    text = next(
        (n for n, piece in enumerate(head) if _is_sentence(piece)), len(head)
    )  # headings below it are of the text
    headings = [n for n, piece in enumerate(head) if piece.kind == "heading"]
    headings = [n for n in headings if n < text] or headings
    first = next((n for n in headings if head[n].depth < BOLD_DEPTH), max(headings, default=0))
    last = max((n for n, piece in enumerate(head[:first]) if _is_masthead_line(piece, masthead)), default=0)
    return [piece for n, piece in enumerate(head) if n >= last or piece.kind != "heading"]


def _is_masthead_line(piece: Piece, masthead: Masthead) -> bool:
    """Whether a line is a typical line of a masthead, other than the name of a body."""
    text = _text_of(piece)
    stated = text.rstrip("*") in (*masthead.symbols, masthead.session, masthead.item)
    dated = _is_date(text) or bool(masthead.dates and masthead.dates in text)
    return stated or dated or is_distribution_line(text)


def _title_headings(head: Sequence[Piece], masthead: Masthead, symbol: Symbol | None, kind: TextKind) -> list[Piece]:
    """The first headings that may be the title, up to the first paragraph or chapter."""
    run: list[Piece] = []
    for piece in head:
        if piece.kind != "heading":
            if run and piece.part != "masthead":
                break
            continue
        text = _text_of(piece)
        if (kind == "treaty" and parse_article(text)) or (run and piece.part):
            break
        if CHAPTER.match(piece.text) or SUMMARY.match(piece.text):
            break
        if not _is_date(text) and not _names_body(text, masthead, symbol):
            run.append(piece)
    return [piece for piece in run if not _is_place_and_dates(piece)] or run


def _is_place_and_dates(piece: Piece) -> bool:
    """Whether a heading is the place and dates of a meeting: a name of few words, and days. A title may end with both."""
    at = place_and_dates(_text_of(piece))
    words = at[0].split() if at else []
    named = all(not word[0].islower() or len(word) <= _SHORT_WORD for word in words)
    place = " ".join(words)
    return 0 < len(words) <= _PLACE_WORDS and named and not (names_session(place) or is_body_name(place))


def _is_within_report(before: Sequence[Piece]) -> bool:
    """Whether contents or numbered paragraphs stand before a resolution: it is then one of a report's."""
    return any(CONTENTS.fullmatch(each.text) or (each.kind == "paragraph" and each.number) for each in before)


def _line_after_masthead(head: Sequence[Piece], masthead: Masthead) -> list[str]:
    """The line right after the masthead in a text without markup, if it is not a sentence. After an agenda item there
    are three lines or more: the first is the title of the item and the last the form of the text, so that the title is
    the second; in a draft (`/L.`) the form stands before the title, which is the third."""
    stated = [each for each in (masthead.item, masthead.dates, masthead.session) if each]
    heads = [n for n, piece in enumerate(head) if any(each in _text_of(piece) for each in stated)]
    behind = takewhile(_is_line, head[heads[-1] + 1 :]) if heads else ()
    lines = [_text_of(piece) for piece in behind]
    if len(lines) < 3 or not masthead.item or masthead.item not in _text_of(head[heads[-1]]):
        return lines[:1]
    limited = any("/L." in each for each in masthead.symbols)
    return lines[2:3] if limited else lines[1:2]


def _lines_above_headings(head: Sequence[Piece], masthead: Masthead, symbol: Symbol | None) -> list[str]:
    """The lines above the first heading of a text without markup that may be its title."""
    above = takewhile(lambda piece: piece.kind != "heading", head)
    lines = [_text_of(piece) for piece in above if _is_line(piece) and not _is_masthead_line(piece, masthead)]
    return [text for text in lines if not _names_body(text, masthead, symbol)]


def _is_line(piece: Piece) -> bool:
    """Whether a piece is a short paragraph without a number that is not a sentence."""
    short = piece.kind == "paragraph" and not piece.number and len(piece.text) <= _LONGEST
    return short and not piece.text.endswith((".", "。"))


def _names_body(text: str, masthead: Masthead, symbol: Symbol | None) -> bool:
    """Whether a heading names the body that issues the document, or is another line of its masthead."""
    name, body = text.casefold(), masthead.body.casefold()
    inside = len(name) < len(body) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body)
    of_head = text in (masthead.session, masthead.item, masthead.dates) or text.rstrip("*") in masthead.symbols
    at_conference = symbol is not None and "/CONF." in symbol.body and _CONFERENCE.match(text)
    issuer = _SKIPS.match(text) or re.fullmatch(ORGANIZATION, text, re.IGNORECASE)
    return bool(inside or of_head or symbol_of(text) or issuer or at_conference)


def _meeting_title(top: Sequence[Piece], masthead: Masthead) -> str:
    """The title of a meeting record: body, session and meeting, as printed. Of several bodies it is the last one."""
    lines = [(_text_of(piece), piece.kind == "heading") for piece in top]
    # Other headings are those of what was spoken about.
    head = takewhile(lambda each: not each[1] or each[0] == masthead.body or names_session(each[0]), lines)
    before = [text for text, _ in head]
    named = [text for text in before if names_session(text)]
    bodies = [masthead.body, *(text for text in before if text not in named and is_body_name(text))]
    return ", ".join([*filter(None, bodies[-1:]), *named]) if named else ""


def _part_heading(run: Sequence[Piece], symbol: Symbol | None) -> str:
    """The heading of the part of a work that the symbol names: of "Section 16" for (Sect. 16)."""
    number = (symbol.part or "").rpartition(" ")[2] if symbol else ""
    for piece in run[1:]:
        label, _, name = piece.text.partition("\n")
        if number and name and label.split()[-1] == number:
            return f"{label}, {' '.join(name.split())}"
    return ""


def _text_of(piece: Piece) -> str:
    return " ".join(piece.text.split())


def _is_capitals(text: str) -> bool:
    """Whether a text is in capitals; a text in a script without capitals is not, even with symbols in it."""
    letters = [letter for letter in text if letter.isalpha()]
    return text.isupper() and 2 * sum(map(str.isupper, letters)) >= len(letters)


def _is_date(text: str) -> bool:
    return len(text) <= 30 and text[:1].isdigit() and len(find_full_dates(text)) == 1
