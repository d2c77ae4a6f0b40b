"""Parses a corrigendum: the places that it corrects, and its text about each.

A corrigendum names a place (“Paragraph 12, second sentence”), on a line of its own or in a sentence, and says what to
read there; the text about one place ends where the next one is named. A corrigendum that names no place concerns the whole document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.documents import Block, Document
from corpus.places import PREAMBLE, PlaceMention, find_place, normalise_place_text, parse_locator

HEAD_LENGTH = 160  # characters at the beginning of a block in which a place is searched for
_TITLE = re.compile(
    r"^(?:(?:technical )?corrigend(?:um|a)|rectificati(?:f|fs)|correcci[oó]n(?:es)?|correcti(?:on|f)s?|исправлени[ея]|"
    r"поправк[аи]|تصويبات?|التصويب|更正)(?:\s*(?:\d{1,2}|[*]+))?\.?$",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"\b(?:reads?|replace[ds]?|delete[ds]?|inserts?|inserted|substitute[ds]?|add|adds|should|amend(?:ed)?|instead of|"
    r"lire|se li[st]|remplacer|remplace|supprimer|supprime|ajouter|insérer|au lieu d|doit|doivent|"
    r"debe[n]?|d[ií]ce|dic[ei]|donde|léase|lease|sustitúy\w+|sustituir|sustituy\w+|suprim\w+|suprím\w+|añád\w+|añadir|"
    r"insért\w+|insertar|reempl[aá]\w+|читать|вместо|следует|замен\w+|исключ\w+|добав\w+|снять|вставить|изложить)\b|"
    r"يستعاض|الاستعاضة|تستعاض|يحذف|تحذف|يضاف|تضاف|يصبح|تصبح|ليصبح|نصه|نصها|بدلا|يقرأ|تقرأ|يدرج|تدرج|ينبغي|"
    r"改为|改成|应为|应改|删|替换|增加|增列|插入|添加|代之|读作|应读|取代",
    re.IGNORECASE,
)
_QUOTED_TEXT = re.compile(
    r"(?:\bfor\b|\bau lieu d|\bdonde\b|\ben lugar\b|\bвместо\b|بدلا|بدل |原文)|[“”«»„\"‘「『]", re.IGNORECASE
)
_LEAD_IN = re.compile(
    r"(?:(?:\d{1,2}\s*[.)]|\([a-z]\)|in|on|at|the|under|dans|au|aux|à|la|le|les|l['’]|sur|en|el|los|las|al|a|в|во|на|к|ко|"
    r"في|على|在|于|将)(?:\s+|(?<=['’在于将])))*$",
    re.IGNORECASE,
)
_PLACE_END = re.compile(r"\s*(?:$|[,،，.。:：;；()（）\[\]—–第的中末最-])")
_TABLE = re.compile(r"\b(?:tables?|tableaux?|cuadros?|tablas?|таблиц\w*)\b|جدول|جداول|表", re.IGNORECASE)


@dataclass(frozen=True)
class Correction:
    """A correction of one or several places: `text[start:end]` of the corrigendum, whose first block is at `locator`.

    `targets` are locators in the corrected document, as `corpus.places` writes them; `para. 5, table` is the table
    that belongs to paragraph 5. Empty where no place is named or recognised: the correction then concerns the whole document.
    """

    targets: tuple[str, ...]
    start: int
    end: int
    locator: str


def find_corrections(document: Document) -> tuple[Correction, ...]:
    """The corrections in a corrigendum, in order; at least one for a document that is not empty."""
    blocks = _body(document)
    found = tuple(_read(document, [block for block in blocks if block.kind != "footnote"]))
    if any(each.targets for each in found) or not blocks:
        return found
    # No place is named: everything is one correction of the whole document.
    end = max((block.end for block in blocks if block.kind != "footnote"), default=blocks[-1].end)
    locator = found[0].locator if found else blocks[0].locator
    return (Correction((), blocks[0].start, end, locator),)


def _body(document: Document) -> list[Block]:
    """The blocks after the title “Corrigendum”, or all of them where there is none."""
    blocks = [block for block in document.blocks if document.block_text(block).strip()]
    for n, block in enumerate(blocks[:60]):
        if any(_TITLE.match(line.strip()) for line in document.block_text(block).splitlines()):
            return blocks[n + 1 :]
    return blocks


@dataclass
class _Open:
    """A correction that is being parsed. `bare`: so far it only names the place."""

    naming: PlaceMention
    first: Block
    last: Block
    bare: bool
    table: bool = False

    @property
    def container(self) -> bool:
        """Whether it names an annex or a page and no place inside."""
        places = self.naming.places
        return self.bare and bool(places) and all(set(parse_locator(place)) <= {"annex", "page"} for place in places)

    def closed(self) -> Correction:
        targets = list(self.naming.places)
        if self.table:
            targets += [f"{place}, table" for place in targets if set(parse_locator(place)) <= {"annex", "art", "para"}]
        return Correction(tuple(targets), self.first.start, self.last.end, self.first.locator)


def _read(document: Document, blocks: Sequence[Block]) -> Iterator[Correction]:
    now: _Open | None = None
    annex = page = ""
    stray: list[Block] = []
    for block in blocks:
        text = normalise_place_text(document.body(block))
        naming = None if block.kind == "row" else _named(text, block.kind == "heading", now)
        if naming is not None:
            if stray and now is None:
                yield Correction((), stray[0].start, stray[-1].end, stray[0].locator)
                stray = []
            bare = not _INSTRUCTION.search(text) and len(text) - naming.end < 80
            if now is not None and not now.bare:
                yield now.closed()
            first = now.first if now is not None and now.container else block
            if now is not None and now.container:
                annex, page = _container(now.naming, annex, page)
            elif now is not None and now.bare:
                yield now.closed()  # a place without text of its own
            naming = _inside(naming, annex, page)
            if any("annex" in parse_locator(place) for place in naming.places) and first is block:
                annex = ""
            now = _Open(naming, first, block, bare)
            now.table = not bare and _speaks_of_a_table(text[naming.end :], naming)
        elif now is not None:
            now.last = block
            now.table = now.table or (now.bare and _speaks_of_a_table(text, now.naming))
            now.bare = now.bare and block.kind == "heading" and not _INSTRUCTION.search(text)
        elif _INSTRUCTION.search(text) or stray:
            stray.append(block)
    if stray:
        yield Correction((), stray[0].start, stray[-1].end, stray[0].locator)
    if now is not None:
        yield now.closed()


def _named(text: str, heading: bool, now: _Open | None) -> PlaceMention | None:
    """The places that a block begins with; None for a block that names none or continues the open correction."""
    naming = find_place(text, 0, HEAD_LENGTH)
    if naming is None:
        return None
    before = PREAMBLE.sub("", text[: naming.start]).lstrip(" ,")
    if PREAMBLE.search(text, 0, naming.end + 30):
        naming = replace(naming, places=())  # its paragraphs have no numbers of their own
    ends_here = bool(_PLACE_END.match(text, naming.end))
    instructs = bool(_INSTRUCTION.search(text))
    if _LEAD_IN.fullmatch(before):
        return naming if instructs or ends_here or (heading and len(text) < HEAD_LENGTH) else None
    inside = now is None or not now.bare or now.container
    return naming if inside and instructs and not _QUOTED_TEXT.search(before) else None


def _container(naming: PlaceMention, annex: str, page: str) -> tuple[str, str]:
    for place in naming.places:
        parts = parse_locator(place)
        if "annex" in parts:
            annex = f"annex {parts['annex']}".strip()
        page = f"page {parts['page']}" if "page" in parts else page
    return annex, page


def _inside(naming: PlaceMention, annex: str, page: str) -> PlaceMention:
    """Places completed with the annex, or for footnotes the page, that was named in a line above them."""
    made = []
    for place in naming.places:
        parts = parse_locator(place)
        outer = [] if "annex" in parts or not annex else [annex]
        outer += [page] if page and "page" not in parts and "note" in parts else []
        made.append(", ".join([*outer, place]))
    return replace(naming, places=tuple(dict.fromkeys(made)))


def _speaks_of_a_table(text: str, naming: PlaceMention) -> bool:
    before_quote = re.split(r"[“”«»„\"]", text[:HEAD_LENGTH], maxsplit=1)[0]
    names_table = any("table" in parse_locator(place) for place in naming.places)
    return bool(_TABLE.search(before_quote)) and not names_table
