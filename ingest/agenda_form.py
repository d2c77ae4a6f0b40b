"""Recognises the agenda of a meeting, and where its list of items, its annotations and its timetable are.

An agenda says so in its title; a text that only reports on an agenda, in a chapter or an annex, announces no meeting.
Under that title there are numbered items that are titles, not paragraphs; or annotations, each headed by its item; or a
timetable. Some agendas have all three, some one. The words for them are those of the United Nations Editorial Manual,
in the six official languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from corpus.dates import is_day_label
from corpus.symbols import SymbolMention
from ingest.readers.masthead_lines import ANNEX
from ingest.structure import Piece
from ingest.time_ranges import find_day_and_times, is_explicit_time_span, is_half_of_day

_TITLE_PIECES = 60  # number of pieces within which the title of a text is searched
_LONG = 400  # a paragraph of this many characters is text: after it no title is searched, and it is not an item
_SENTENCE = re.compile(r"(?:\S+\s+){5,}\S*[.:;؛]$|^.{16,}[。：；]$")
"""A line that is a sentence, or introduces something: the text has begun."""
_CHAPTER = re.compile(r"\s*(?:[IVX]{1,5}|[A-Z])[.)]\s")
_ITEM_WORDS = 70  # the title of an item has at most this many words, with few exceptions
_MOST_ITEMS = 400

_QUALIFIED = r"(?:annotated|provisional|draft|proposed|tentative|revised|supplementary|preliminary|final|indicative)"
_ADJECTIVES = r"(?:provisoire|annoté|proposé|révisé|provisional|anotad[oa]|propuest[oa]|revisad[oa]|preliminar)"
_NUMBERED = r"^\s*(?:(?:[IVX]{1,5}|[A-Z])[.)]\s+|[\u0600-\u06ff]{2,8}\s*[-–—]\s+|[一二三四五六七八九十]{1,3}、\s*)?"
_AGENDA = re.compile(
    rf"{_NUMBERED}(?:"
    rf"(?:{_QUALIFIED},?\s+(?:and\s+)?)*agenda\b(?!\s+items?\b|\s+\d)"
    rf"|annotations?\s+(?:to|of)\s+the\s+(?:{_QUALIFIED}\s+)*agenda\b"
    rf"|(?:projet d['’])?ordre du jour\b|annotations?\s+(?:à|de|concernant)\s+l['’]ordre du jour\b"
    rf"|(?:proyecto de\s+)?(?:programa provisional|programa anotado|temario|orden del día)\b"
    rf"|anotaciones?\s+(?:al|del)\s+(?:programa|temario|orden del día)\b"
    rf"|(?:аннотированн\w+\s+|предварительн\w+\s+|пересмотренн\w+\s+|проект\s+)*повестк\w+ дня\b|аннотации\s+к\s+(?:\w+\s+)?повестке дня\b"
    rf"|(?:مشروع\s+)?جدول الأعمال|شروح جدول الأعمال|(?:附加?说明的|带说明的)?(?:临时|暂定)?议程(?!项目|\s*\d)"
    rf")",
    re.IGNORECASE,
)
_SURE = re.compile(
    rf"\b{_QUALIFIED}\b|\bannotations?\b|\b{_ADJECTIVES}\b|\banotaciones\b|предварительн|аннот|المؤقت|المشروح|شروح|临时|暂定|说明",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"{_NUMBERED}(?:(?:{_QUALIFIED}\s+)*agenda|ordre du jour(?:\s+{_ADJECTIVES})*|(?:temario|programa|orden del día)(?:\s+{_ADJECTIVES})*"
    r"|(?:предварительная\s+)?повестка дня|جدول الأعمال(?:\s+المؤقت)?|(?:临时|暂定)?议程)\s*$",
    re.IGNORECASE,
)
_ANNOTATIONS = re.compile(
    rf"{_NUMBERED}(?:annotations?\b(?!\s+\d)|anotaciones\b|аннотации\b|(?:ال)?شروح\b|(?:(?:临时)?议程)?(?:说明|注释)\s*$).{{0,90}}$",
    re.IGNORECASE,
)
_TIMETABLE = re.compile(
    rf"{_NUMBERED}(?:"
    rf"(?:(?:{_QUALIFIED}|suggested)\s+)*(?:organi[sz]ation of (?:the )?work|programme of work|work ?plan|timetable|time schedule|schedule of (?:work|meetings)|calendar of meetings)\b"
    r"|(?:projet de\s+|proposition d['’])?(?:organisation des travaux|programme de travail|calendrier)\b"
    r"|(?:propuesta de\s+|proyecto de\s+)?(?:organización de los trabajos|programa de trabajo|calendario)\b"
    r"|(?:предлагаемая\s+|предварительная\s+)?(?:организация работы|программа работы|расписание|график)\b"
    r"|(?:ال)?تنظيم (?:ال)?أعمال|برنامج العمل|(?:ال)?جدول (?:ال)?زمني|(?:拟议|暂定|临时)?(?:工作安排|工作方案|时间表|日程)"
    r")",
    re.IGNORECASE,
)
_DOCUMENTATION = re.compile(
    r"^\s*(?:documentation|documents?|documentación|documentos?|документация|документы?|(?:ال)?وثائق|(?:ال)?وثيقة|文件)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_DOCUMENTS_LED = re.compile(
    r"^(?:Documentation|Documentación|Документация|Документы|الوثائق|文件)\s*[:：]?\s+(?=[^\Wa-zа-я\d])|^文件[:：]"
    r"|^(?:Documents?|Documentos?|Документ|الوثيقة)\s*:\s+(?=[^\Wa-zа-я\d])"
)
_OF_ITEM = re.compile(
    r"^\s*(?:(?:agenda\s+)?item|point|tema|пункт|البند|(?:议程)?项目|议题)\s*(\d{1,3})\s*(\([a-z]\))?\s*[.:：)–—-]?(?=\s|$|[^\W\d])",
    re.IGNORECASE,
)

Section = Literal["", "provisional agenda", "annotations", "annex", "timetable"]


@dataclass(frozen=True)
class AgendaForm:
    """The roles of the pieces of an agenda, by their index.

    `listed` has the pieces of the list, with the number of each item; `sections` those with which a section begins;
    `items` those that begin the annotations of an item, with its number and that of its part (`("3", "(a)")`); `ends`
    headings after which no item is open; `documentation` headings or paragraphs after which the documents of an item
    are named. `slots` are the numbers of the tables with a day or a time range in any row."""

    listed: Mapping[int, str] = field(default_factory=dict)
    sections: Mapping[int, Section] = field(default_factory=dict)
    items: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()
    documentation: frozenset[int] = frozenset()
    slots: frozenset[int] = frozenset()


def find_agenda_form(pieces: Sequence[Piece], body: str = "") -> AgendaForm | None:
    """The structure of an agenda; None where a text is not an agenda. `body` is the name of the body in its masthead."""
    annex = next(
        (n for n, piece in enumerate(pieces) if piece.kind == "heading" and ANNEX.match(piece.text)), len(pieces)
    )
    headings = [(n, piece.text) for n, piece in enumerate(pieces[:annex]) if piece.kind == "heading"]
    titled = list(_title_candidates(pieces[:annex]))
    highest = next((n for n, text in headings if text != body), len(pieces))
    first_lines = range(0 if body else highest, highest + 1)
    agenda = next((n for n in titled if _is_agenda_heading(pieces[n], first=n in first_lines)), None)
    if agenda is None and any(_ANNOTATIONS.match(text) for _, text in headings):
        agenda = next((n for n, text in headings if _LIST.match(text)), None)
    if agenda is None:
        timetable = next((n for n in titled if _TIMETABLE.match(pieces[n].text)), None)
        if timetable is None or sum(map(_is_slot, pieces)) < 2:
            return None
        return AgendaForm(sections={timetable: "timetable"}, slots=_slot_tables(pieces))
    first = next(
        (n for n, piece in enumerate(pieces[:annex]) if n > agenda and piece.number and piece.kind != "footnote"), annex
    )
    lists = [n for n, text in headings if agenda <= n and _LIST.match(text)]
    start = max([agenda, *(n for n in lists if n < first)])
    # Paragraphs before the heading of the list are its introduction, and may be numbered, too.
    later = [n for n in lists if n > first and start == agenda and _starts_at_one(pieces[n + 1 :])]
    tried = ((n, _find_list(pieces, n + 1, annex)) for n in (*later, start))
    start, listed = next(((n, each) for n, each in tried if each), (start, {}))
    form = _build_form(pieces, start, listed)
    sure = bool(_SURE.search(pieces[agenda].text))
    return form if listed or (sure and len(form.items) >= 2) else None


def _is_agenda_heading(piece: Piece, *, first: bool) -> bool:
    """Whether a line is the title of an agenda. Only the `first` heading, or below a masthead a line above it, may be
    `Agenda` alone, else a chapter's."""
    if not _AGENDA.match(piece.text) or _CHAPTER.match(piece.text):
        return False
    return first or bool(_SURE.search(piece.text))


def _title_candidates(pieces: Sequence[Piece]) -> Iterator[int]:
    """The headings, and lines of the masthead, before the text begins."""
    for n, piece in enumerate(pieces[:_TITLE_PIECES]):
        if piece.part == "contents" or piece.kind == "footnote":
            continue
        if piece.kind == "row" or (piece.number and piece.kind != "heading") or len(piece.text) > _LONG:
            return
        if piece.kind == "paragraph" and piece.part != "masthead" and _SENTENCE.search(piece.text):
            return
        if piece.kind == "heading" or (piece.kind == "paragraph" and len(piece.text) <= 200):
            yield n


def _find_list(pieces: Sequence[Piece], start: int, end: int) -> dict[int, str]:
    """The items of the list that begins after `start`: index and number. Empty where there is no list of titles."""
    listed: dict[int, str] = {}
    expected = 1
    for n in range(start, end):
        piece = pieces[n]
        if piece.kind == "heading" and listed and (_ANNOTATIONS.match(piece.text) or _TIMETABLE.match(piece.text)):
            break
        if piece.kind == "heading" and (piece.number or _OF_ITEM.match(piece.text)):
            break  # the annotations of an item
        if piece.kind == "paragraph" and not piece.number and listed and len(piece.text) > _LONG:
            break
        match = _OF_ITEM.match(piece.text) if piece.kind == "paragraph" and not piece.number else None
        number = match[1] if match and not match[2] else piece.number
        if piece.kind != "paragraph" or not number:
            continue
        if number != str(expected) or expected > _MOST_ITEMS:
            if listed:
                break
            continue
        listed[n] = number
        expected += 1
    long = sum(len(pieces[n].text.split()) > _ITEM_WORDS for n in listed)
    if len(listed) < 2 or long > 0.1 * len(listed) or _contradicts_headings(pieces[start:end], pieces, listed):
        return {}
    return listed


def _starts_at_one(pieces: Sequence[Piece]) -> bool:
    return next((piece.number == "1" for piece in pieces if piece.number and piece.kind != "footnote"), False)


def _contradicts_headings(below: Sequence[Piece], pieces: Sequence[Piece], listed: Mapping[int, str]) -> bool:
    """Whether headings by item, such as `Item 3. Lamps`, do not match the numbered paragraphs above them: these then
    are an introduction, which counts its paragraphs, too."""
    titles = {number: folded_title(without_item_number(pieces[n].body)) for n, number in listed.items()}
    headings = [piece.text for piece in below if piece.kind == "heading"]
    named = ((_OF_ITEM.match(text), folded_title(without_item_number(text))) for text in headings)
    headed = [(titles.get(match[1], ""), title) for match, title in named if match and title and not match[2]]
    return len(headed) >= 2 and not any(one and (one in other or other in one) for one, other in headed)


def _build_form(pieces: Sequence[Piece], start: int, listed: Mapping[int, str]) -> AgendaForm:
    titles = {folded_title(without_item_number(pieces[n].body)): number for n, number in listed.items()}
    numbers = set(listed.values())
    sections: dict[int, Section] = {}
    items: dict[int, tuple[str, str]] = {}
    ends: set[int] = set()
    documentation: set[int] = set()
    section: Section = ""
    item, depth = "", 0
    last = max(listed, default=start)
    headed = not listed and sum(piece.kind == "heading" and bool(_OF_ITEM.match(piece.text)) for piece in pieces) >= 2
    slots = _slot_tables(pieces)
    for n, piece in enumerate(pieces):
        text = piece.text
        heading = piece.kind == "heading"
        if n < start or piece.part in ("masthead", "contents") or piece.kind == "footnote":
            continue
        begins: Section = ""
        if heading and ANNEX.match(text):
            begins = "annex"
        elif section != "annex" and listed and n == (start if heading and _LIST.match(text) else min(listed)):
            begins = "provisional agenda"
        elif section != "annex" and n > last and heading and _ANNOTATIONS.match(text):
            begins = "annotations"
        elif section not in ("annex", "timetable") and n > last:
            titled = _TIMETABLE.match(text) and (heading or _introduces_timetable(pieces, n, slots))
            begins = "timetable" if piece.table in slots or titled else ""
        if begins and (begins != section or heading):
            sections[n], section, item = begins, begins, ""
            continue
        if section in ("annex", "timetable") or n <= last:
            continue
        if headed and heading and (piece.number or "").isdigit():
            continue  # a chapter: items are headed by their word
        if opened := _opened_item(piece, item, numbers, titles, annotated=section == "annotations"):
            if section != "annotations":
                sections[n], section = "annotations", "annotations"
            items[n] = opened
            depth = piece.depth if heading and not opened[1] else depth
            item = opened[0]
        elif item and (_DOCUMENTATION.match(text) or (not heading and _DOCUMENTS_LED.match(text))):
            documentation.add(n)
        elif heading and item and n - 1 in items and not without_item_number(pieces[n - 1].text):
            continue  # "Item 3", and its title on a line of its own
        elif heading and item and piece.depth <= depth:
            ends.add(n)
            item = ""
    return AgendaForm(listed, sections, items, frozenset(ends), frozenset(documentation), slots)


def _opened_item(
    piece: Piece, item: str, numbers: set[str], titles: Mapping[str, str], *, annotated: bool
) -> tuple[str, str] | None:
    """The item, and the part of it, whose annotations begin with a piece."""
    heading = piece.kind == "heading"
    short = len(piece.text) <= _LONG
    if short and (heading or piece.kind == "paragraph") and (match := _OF_ITEM.match(piece.text)):
        whole = heading or folded_title(piece.text[match.end() :]) in titles
        if whole and (not numbers or match[1] in numbers):
            return match[1], match[2] or ""
    title = folded_title(piece.body)
    if heading and piece.number and (annotated or not numbers or title in titles):
        if piece.number.isdigit():
            return (piece.number, "") if not numbers or piece.number in numbers else None
        return (item, piece.number) if item else None
    number = titles.get(title) if piece.kind in ("heading", "paragraph") and short else None
    return (number, "") if number and piece.number in (None, number) else None


def is_agenda_title(text: str) -> bool:
    """Whether a line is the title of an agenda, possibly with annotations or a timetable."""
    return bool(_AGENDA.match(text))


def without_item_number(heading: str) -> str:
    """`Item 3: Depth of harbours` without its number."""
    match = _OF_ITEM.match(heading)
    return heading[match.end() :].strip() if match else heading


def without_documentation_label(line: str) -> str:
    """`Documentation Report on nets` without its first word; nothing of a label alone."""
    match = _DOCUMENTATION.match(line) or _DOCUMENTS_LED.match(line)
    return line[match.end() :] if match else line


def lists_documents(line: str, symbols: Sequence[SymbolMention]) -> bool:
    """Whether a line in which some symbols were found begins with one of them, or with a word for documents and one."""
    before = line[: symbols[0].start].strip() if symbols else "-"
    return not before or bool(_DOCUMENTATION.match(before))


def is_title_of(text: str, title: str) -> bool:
    """Whether a text is only the title of an item, numbered or not."""
    return bool(title) and folded_title(without_item_number(text)) == folded_title(title)


def folded_title(text: str) -> str:
    """A title in a form for comparison, without case, spacing, final punctuation and marks."""
    return " ".join(text.casefold().strip(" .;:*。；：،").split())


def _slot_tables(pieces: Sequence[Piece]) -> frozenset[int]:
    return frozenset(piece.table for piece in pieces if _is_slot(piece))


def _is_slot(piece: Piece) -> bool:
    """Whether a row of a table names a day of the calendar or a time range."""
    if piece.kind != "row" or piece.part == "contents":
        return False
    signs = (is_day_label, is_explicit_time_span, is_half_of_day, find_day_and_times)
    return any(names(cell) for cell in piece.cells[:3] if cell for names in signs)


def _introduces_timetable(pieces: Sequence[Piece], n: int, slots: frozenset[int]) -> bool:
    """Whether a short paragraph stands right above a timetable."""
    plain = pieces[n].kind == "paragraph" and not pieces[n].number and len(pieces[n].text) <= _LONG
    return plain and any(each.table in slots for each in pieces[n + 1 : n + 2])
