"""What a document is called: the heading that names it, among those that name its body, its agenda item or its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from corpus.catalogue import Entry
from corpus.dates import find_dates
from corpus.documents import Masthead
from corpus.symbols import RECORDS, Symbol
from ingest.locate import TextKind, opening
from ingest.readers.heads import names_session
from ingest.structure import Piece

_BODIES = "assembly|council|conference of the parties|commission|committee|board|(?:expert|working) group"
_SKIPPED = (
    r"united nations$|distr\.|original\s*:|(?:(?:resolution|decision)s? )?adopted by\b|(?:(?:résolution|décision)s? )?adoptée?s? (?:par|le)\b"
    r"|(?:(?:resolución|decisión) )?aprobada|(?:резолюция, )?принятая|(?:قرار |مقرر |الذي )?اتخذ[ته]|.{0,30}(?:通过的决议|決議|决定|次会议通过)$|[\[(].*[\])]$"
    r"|(?:comité|comisión|consejo|conseil|commission|комитет|комиссия|совет|конференция|اللجنة|لجنة|مجلس|المؤتمر)\b.{0,90}$"
    r"|.{2,30}(?:委员会|理事会|大会|工作组)$"
)
_NAME = (
    r"(?:(?!(?:of|on|by|for|to|in|from|with|between)\b)[\w’'-]+ ){{0,7}}(?:{bodies})"
    r"(?:$|,| (?:of|on|for|to|against|in|and)\b.{{0,160}}$)"
)
"""The name of a body has no preposition before its noun, as what is said of a body has."""
_SKIPS = re.compile(f"^(?:{_SKIPPED}|{_NAME.format(bodies=_BODIES)})", re.IGNORECASE)
_CONFERENCE = re.compile(f"^{_NAME.format(bodies='conference')}", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:table of )?contents|table des mati[eè]res|sommaire|[ií]ndice|содержание|المحتويات|目\s*录", re.IGNORECASE
)
_LONGEST = 200
"""Characters of a line that may be a title where nothing marks it as one."""
_CHAPTER = re.compile(r"(?:[IVXLC]{1,6}|[A-Z]|\d{1,3})\.\s")


def title_of(
    found: Sequence[Piece],
    top: Sequence[Piece],
    kind: TextKind,
    masthead: Masthead,
    symbol: Symbol | None,
    entry: Entry | None,
) -> str:
    """The title of a document of that `kind`; empty where it has none. `top` are the pieces before the text proper."""
    headings = [_line(piece) for piece in top if piece.kind == "heading"]
    if entry is not None:
        wanted = str(entry.identify.get("title", entry.title))
        return next((text for text in headings if text.casefold() == wanted.casefold()), entry.title)
    if symbol is not None and symbol.series in RECORDS and (meeting := _meeting(top, masthead)):
        return meeting
    if kind == "resolution" and (begun := opening(found)):
        # A resolution's title stands right above its opening; above that of a draft stands who submits it.
        lines = [each for each in found[:begun] if each.part != "masthead"]
        loose = [
            each for each in lines if each.kind == "paragraph" and len(each.text) <= _LONGEST
        ]  # of a text without marks
        for likely in ([each for each in lines if each.kind == "heading"], loose):
            above = [_line(each) for each in likely]
            telling = [text for text in above if not _SKIPS.match(text)]
            if telling:
                return telling[-1]
    head = list(takewhile(lambda piece: not _CONTENTS.fullmatch(piece.text), top))  # what follows heads chapters
    run = _run(head, masthead, symbol)
    if not run:  # old documents set their title in capitals only, some as part of their head
        plain = [
            each
            for each in head
            if each.kind == "paragraph" and _capitals(each.text) and 12 <= len(each.text) <= _LONGEST
        ]
        telling = [piece.text.rstrip("*") for piece in plain if piece.part != "masthead"]
        telling = telling or [piece.text for piece in plain if not _SKIPS.match(piece.text)][-1:]
        return (telling or headings or [""])[0]
    # The title of the agenda item stands above that of the document, and is set smaller; articles stand below that of a treaty.
    title = _line(run[0] if kind == "treaty" else min(run, key=lambda piece: piece.depth))
    part = _part(run, symbol)
    return f"{title}: {part}" if part else title


def _run(head: Sequence[Piece], masthead: Masthead, symbol: Symbol | None) -> list[Piece]:
    """The first headings of a text that may name it, up to its first words or its first chapter."""
    run: list[Piece] = []
    for piece in head:
        if piece.kind != "heading":
            if run and piece.part != "masthead":
                break
        elif run and (piece.part or _CHAPTER.match(piece.text)):
            break
        elif not _only_a_date(text := _line(piece)) and not _names_body(text, masthead, symbol):
            run.append(piece)
    return run


def _names_body(text: str, masthead: Masthead, symbol: Symbol | None) -> bool:
    """Whether a heading names who issues the document, or something else of its head."""
    name, body = text.casefold(), masthead.body.casefold()
    inside = len(name) < len(body) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body)
    at_conference = symbol is not None and "/CONF." in symbol.body
    return bool(inside or _SKIPS.match(text) or (at_conference and _CONFERENCE.match(text)))


def _meeting(top: Sequence[Piece], masthead: Masthead) -> str:
    """What the record of a meeting is called: body, session and meeting, as they are printed."""
    before = takewhile(lambda piece: piece.kind != "heading", top)
    named = [text for piece in before if names_session(text := _line(piece))]
    return ", ".join([*filter(None, [masthead.body]), *named]) if named else ""


def _part(run: Sequence[Piece], symbol: Symbol | None) -> str:
    """The heading of that part of a work which the symbol says that the document is: of "Section 16" under (Sect. 16)."""
    number = (symbol.part or "").rpartition(" ")[2] if symbol else ""
    for piece in run[1:]:
        label, _, name = piece.text.partition("\n")
        if number and name and label.split()[-1] == number:
            return f"{label}, {' '.join(name.split())}"
    return ""


def _line(piece: Piece) -> str:
    return " ".join(piece.text.split())


def _capitals(text: str) -> bool:
    """Whether a text is in capitals; one in a script without them is not, whatever symbols stand in it."""
    letters = [letter for letter in text if letter.isalpha()]
    return text.isupper() and 2 * sum(map(str.isupper, letters)) >= len(letters)


def _only_a_date(text: str) -> bool:
    return len(text) <= 30 and text[:1].isdigit() and len(find_dates(text)) == 1
