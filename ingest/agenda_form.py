"""Whether a text is the agenda of a meeting, and where its list of items, its annotations and its timetable are.

An agenda says so in its title: what only reports of an agenda, in a chapter or an annex, announces no meeting. Under that title
stand numbered items that are titles, not paragraphs; or annotations, each headed by its item; or a timetable. Some have all
three, some one. The words for them are those of the United Nations Editorial Manual, in the six official languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from corpus.dates import is_day_label
from ingest.readers.masthead_lines import ANNEX
from ingest.structure import Piece
from ingest.time_ranges import dated_times, is_clocked, names_half

_TITLE_PIECES = 60
"""Pieces within which the title of a text stands."""
_LONG = 400
"""A paragraph of so many characters is text, and no title or item stands behind it as its own heading."""
_SENTENCE = re.compile(r"(?:\S+\s+){5,}\S*[.:;؛]$|^.{16,}[。：；]$")
"""A line that is a sentence, or introduces something: the text has begun."""
_CHAPTER = re.compile(r"\s*(?:[IVX]{1,5}|[A-Z])[.)]\s")
_ITEM_WORDS = 70
"""The title of an item has at most so many words, but for a few."""
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
    r"^\s*(?:documentation|documents?|documentación|documentos?|документация|документы|(?:ال)?وثائق|文件)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_DOCUMENTS_LED = re.compile(
    r"^(?:Documentation|Documentación|Документация|Документы|الوثائق|文件)\s*[:：]?\s+(?=[^\Wa-zа-я\d])|^文件[:：]"
    r"|^(?:Documents?|Documentos?|Документ|الوثيقة)\s*:\s+(?=[^\Wa-zа-я\d])"
)
_OF_ITEM = re.compile(
    r"^\s*(?:(?:agenda\s+)?item|point|tema|пункт|البند|(?:议程)?项目)\s*(\d{1,3})\s*(\([a-z]\))?\s*[.:：)–—-]?(?=\s|$|[^\W\d])",
    re.IGNORECASE,
)

Section = Literal["", "provisional agenda", "annotations", "annex", "timetable"]


@dataclass(frozen=True)
class AgendaForm:
    """What the pieces of an agenda are, by their place among the pieces.

    `listed` has the pieces of the list, with the number of each item; `sections` those with which a section begins, `items` those that begin the annotations of an item, with its number
    and that of its part (`("3", "(a)")`), `ends` headings after which no item is open, `documentation` headings or paragraphs from
    which the documents of an item are named. `slots` are the tables that have a day or a span of the day in any row.
    """

    listed: Mapping[int, str] = field(default_factory=dict)
    sections: Mapping[int, Section] = field(default_factory=dict)
    items: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()
    documentation: frozenset[int] = frozenset()
    slots: frozenset[int] = frozenset()


def agenda_form(found: Sequence[Piece]) -> AgendaForm | None:
    """How an agenda is made up; None where a text is no agenda."""
    annex = next(
        (n for n, piece in enumerate(found) if piece.kind == "heading" and ANNEX.match(piece.text)), len(found)
    )
    headings = [(n, piece.text) for n, piece in enumerate(found[:annex]) if piece.kind == "heading"]
    titled = list(_titles(found[:annex]))
    agenda = next(
        (n for n in titled if _names_agenda(found[n], first=n == headings[0][0] if headings else False)), None
    )
    if agenda is None and any(_ANNOTATIONS.match(text) for _, text in headings):
        agenda = next((n for n, text in headings if _LIST.match(text)), None)
    if agenda is None:
        timetable = next((n for n in titled if _TIMETABLE.match(found[n].text)), None)
        if timetable is None or sum(map(_is_slot, found)) < 2:
            return None
        return AgendaForm(sections={timetable: "timetable"}, slots=_slots(found))
    first = next(
        (n for n, piece in enumerate(found[:annex]) if n > agenda and piece.number and piece.kind != "footnote"), annex
    )
    lists = [n for n, text in headings if agenda <= n and _LIST.match(text)]
    start = max([agenda, *(n for n in lists if n < first)])
    # What stands before the heading of the list introduces it, and counts its paragraphs, too.
    later = [n for n in lists if n > first and start == agenda and _counts_from_one(found[n + 1 :])]
    tried = ((n, _listed(found, n + 1, annex)) for n in (*later, start))
    start, listed = next(((n, each) for n, each in tried if each), (start, {}))
    form = _form(found, start, listed)
    sure = bool(_SURE.search(found[agenda].text))
    return form if listed or (sure and len(form.items) >= 2) else None


def _names_agenda(piece: Piece, *, first: bool) -> bool:
    """Whether a line is the title of an agenda. `Agenda` alone may be that of a chapter, unless it is the `first` heading."""
    if not _AGENDA.match(piece.text) or _CHAPTER.match(piece.text):
        return False
    return first or bool(_SURE.search(piece.text))


def _titles(found: Sequence[Piece]) -> Iterator[int]:
    """The headings, and lines of the masthead, above the text."""
    for n, piece in enumerate(found[:_TITLE_PIECES]):
        if piece.part == "contents" or piece.kind == "footnote":
            continue
        if piece.kind == "row" or (piece.number and piece.kind != "heading") or len(piece.text) > _LONG:
            return
        if piece.kind == "paragraph" and piece.part != "masthead" and _SENTENCE.search(piece.text):
            return
        if piece.kind == "heading" or (piece.kind == "paragraph" and len(piece.text) <= 200):
            yield n


def _listed(found: Sequence[Piece], start: int, end: int) -> dict[int, str]:
    """The items of the list that begins behind `start`: place and number. Empty where what stands there is no list of titles."""
    listed: dict[int, str] = {}
    expected = 1
    for n in range(start, end):
        piece = found[n]
        if piece.kind == "heading" and listed and (_ANNOTATIONS.match(piece.text) or _TIMETABLE.match(piece.text)):
            break
        if piece.kind == "heading" and (piece.number or _OF_ITEM.match(piece.text)):
            break  # the annotations of an item
        if piece.kind == "paragraph" and not piece.number and listed and len(piece.text) > _LONG:
            break
        said = _OF_ITEM.match(piece.text) if piece.kind == "paragraph" and not piece.number else None
        number = said[1] if said and not said[2] else piece.number
        if piece.kind != "paragraph" or not number:
            continue
        if number != str(expected) or expected > _MOST_ITEMS:
            if listed:
                break
            continue
        listed[n] = number
        expected += 1
    long = sum(len(found[n].text.split()) > _ITEM_WORDS for n in listed)
    listing = len(listed) >= 2 and long <= 0.1 * len(listed) and not _headed_otherwise(found[start:end], found, listed)
    return listed if listing else {}


def _counts_from_one(found: Sequence[Piece]) -> bool:
    return next((piece.number == "1" for piece in found if piece.number and piece.kind != "footnote"), False)


def _headed_otherwise(below: Sequence[Piece], found: Sequence[Piece], listed: Mapping[int, str]) -> bool:
    """Whether headings by item, `Item 3. Lamps`, are those of other items than numbered paragraphs above them: an introduction counts
    its paragraphs, too."""
    titles = {number: folded_title(without_item(found[n].text[found[n].body :])) for n, number in listed.items()}
    named = (
        (_OF_ITEM.match(piece.text), folded_title(without_item(piece.text)))
        for piece in below
        if piece.kind == "heading"
    )
    headed = [(titles.get(said[1], ""), title) for said, title in named if said and title and not said[2]]
    return len(headed) >= 2 and not any(one and (one in other or other in one) for one, other in headed)


def _form(found: Sequence[Piece], start: int, listed: Mapping[int, str]) -> AgendaForm:
    titles = {folded_title(without_item(found[n].text[found[n].body :])): number for n, number in listed.items()}
    numbers = set(listed.values())
    sections: dict[int, Section] = {}
    items: dict[int, tuple[str, str]] = {}
    ends: set[int] = set()
    documentation: set[int] = set()
    section: Section = ""
    item, depth = "", 0
    last = max(listed, default=start)
    headed = not listed and sum(piece.kind == "heading" and bool(_OF_ITEM.match(piece.text)) for piece in found) >= 2
    slots = _slots(found)
    for n, piece in enumerate(found):
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
        elif (
            section not in ("annex", "timetable")
            and n > last
            and (piece.table in slots or (_TIMETABLE.match(text) and (heading or _heads_slots(found, n, slots))))
        ):
            begins = "timetable"
        if begins and (begins != section or heading):
            sections[n], section, item = begins, begins, ""
            continue
        if section in ("annex", "timetable") or n <= last:
            continue
        if headed and heading and (piece.number or "").isdigit():
            continue  # a chapter: items are headed by their word
        if opened := _opened(piece, item, numbers, titles, annotated=section == "annotations"):
            if section != "annotations":
                sections[n], section = "annotations", "annotations"
            items[n] = opened
            depth = piece.depth if heading and not opened[1] else depth
            item = opened[0]
        elif item and (_DOCUMENTATION.match(text) or (not heading and _DOCUMENTS_LED.match(text))):
            documentation.add(n)
        elif heading and item and n - 1 in items and not without_item(found[n - 1].text):
            continue  # "Item 3", and its title on a line of its own
        elif heading and item and piece.depth <= depth:
            ends.add(n)
            item = ""
    return AgendaForm(listed, sections, items, frozenset(ends), frozenset(documentation), slots)


def _opened(
    piece: Piece, item: str, numbers: set[str], titles: Mapping[str, str], *, annotated: bool
) -> tuple[str, str] | None:
    """The item, and the part of it, whose annotations a piece begins."""
    heading = piece.kind == "heading"
    short = len(piece.text) <= _LONG
    if short and (heading or piece.kind == "paragraph") and (said := _OF_ITEM.match(piece.text)):
        whole = heading or folded_title(piece.text[said.end() :]) in titles
        if whole and (not numbers or said[1] in numbers):
            return said[1], said[2] or ""
    if heading and piece.number and (annotated or not numbers or folded_title(piece.text[piece.body :]) in titles):
        if piece.number.isdigit():
            return (piece.number, "") if not numbers or piece.number in numbers else None
        return (item, piece.number) if item else None
    if piece.kind in ("heading", "paragraph") and short:
        number = titles.get(folded_title(piece.text[piece.body :]))
        if number and piece.number in (None, number):
            return number, ""
    return None


def is_agenda_title(text: str) -> bool:
    """Whether a line names an agenda, with what it has of annotations or a timetable."""
    return bool(_AGENDA.match(text))


def without_item(heading: str) -> str:
    """`Item 3: Depth of harbours` without the words that number it."""
    match = _OF_ITEM.match(heading)
    return heading[match.end() :].strip() if match else heading


def is_title_of(text: str, title: str) -> bool:
    """Whether a text is nothing but the title of an item, numbered or not."""
    return bool(title) and folded_title(without_item(text)) == folded_title(title)


def folded_title(text: str) -> str:
    """A title by which it is known again, however it is spaced, closed and marked."""
    return " ".join(text.casefold().strip(" .;:*。；：،").split())


def _slots(found: Sequence[Piece]) -> frozenset[int]:
    return frozenset(piece.table for piece in found if _is_slot(piece))


def _is_slot(piece: Piece) -> bool:
    """Whether a row of a table names a day of the calendar or a span of the day."""
    return (
        piece.kind == "row"
        and piece.part != "contents"
        and any(
            is_day_label(cell) or is_clocked(cell) or names_half(cell) or dated_times(cell)
            for cell in piece.cells[:3]
            if cell
        )
    )


def _heads_slots(found: Sequence[Piece], n: int, slots: frozenset[int]) -> bool:
    """Whether a short paragraph stands right above a timetable."""
    plain = found[n].kind == "paragraph" and not found[n].number and len(found[n].text) <= _LONG
    return plain and any(each.table in slots for each in found[n + 1 : n + 2])
