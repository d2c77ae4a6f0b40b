"""What a corrigendum corrects: the places that it names, and its words about each.

A corrigendum names a place (“Paragraph 12, second sentence”), on a line of its own or in a sentence, and says what to
read there; what it says of one place runs to the next. Where it names none, it touches the document as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.documents import Block, Document
from corpus.places import PREAMBLE, PlaceMention, find_place, normalise_place_text, parse_locator

HEAD_LENGTH = 160
"""Characters at the beginning of a block in which the place is looked for."""
_TITLE = re.compile(
    r"^(?:(?:technical )?corrigend(?:um|a)|rectificati(?:f|fs)|correcci[oó]n(?:es)?|correcti(?:on|f)s?|исправлени[ея]|"
    r"поправк[аи]|تصويبات?|التصويب|更正)(?:\s*(?:\d{1,2}|[*]+))?\.?$",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:reads?|replace[ds]?|delete[ds]?|inserts?|inserted|substitute[ds]?|add|adds|should|amend(?:ed)?|instead of|"
    r"lire|se li[st]|remplacer|remplace|supprimer|supprime|ajouter|insérer|au lieu d|doit|doivent|"
    r"debe[n]?|d[ií]ce|dic[ei]|donde|léase|lease|sustitúy\w+|sustituir|sustituy\w+|suprim\w+|suprím\w+|añád\w+|añadir|"
    r"insért\w+|insertar|reempl[aá]\w+|читать|вместо|следует|замен\w+|исключ\w+|добав\w+|снять|вставить|изложить)\b|"
    r"يستعاض|الاستعاضة|تستعاض|يحذف|تحذف|يضاف|تضاف|يصبح|تصبح|ليصبح|نصه|نصها|بدلا|يقرأ|تقرأ|يدرج|تدرج|ينبغي|"
    r"改为|改成|应为|应改|删|替换|增加|增列|插入|添加|代之|读作|应读|取代",
    re.IGNORECASE,
)
_SAYS_WHAT = re.compile(
    r"(?:\bfor\b|\bau lieu d|\bdonde\b|\ben lugar\b|\bвместо\b|بدلا|بدل |原文)|[“”«»„\"‘「『]", re.IGNORECASE
)
_LEAD_IN = re.compile(
    r"(?:(?:\d{1,2}\s*[.)]|\([a-z]\)|in|on|at|the|under|dans|au|aux|à|la|le|les|l['’]|sur|en|el|los|las|al|a|в|во|на|к|ко|"
    r"في|على|在|于|将)(?:\s+|(?<=['’在于将])))*$",
    re.IGNORECASE,
)
_STOPS = re.compile(r"\s*(?:$|[,،，.。:：;；()（）\[\]—–第的中末最-])")
_TABLE = re.compile(r"\b(?:tables?|tableaux?|cuadros?|tablas?|таблиц\w*)\b|جدول|جداول|表", re.IGNORECASE)


@dataclass(frozen=True)
class Correction:
    """What a corrigendum says of some places: `text[start:end]` of the corrigendum, its first block at `locator`.

    `targets` are locators in the corrected document, as `corpus.places` writes them; `para. 5, table` is the table
    that goes with paragraph 5. Empty where the place is not named or not read: it then touches the whole document.
    """

    targets: tuple[str, ...]
    start: int
    end: int
    locator: str


def find_corrections(document: Document) -> tuple[Correction, ...]:
    """What a corrigendum corrects, in its order; at least one correction for a document that says anything."""
    blocks = _body(document)
    made = list(_read(document, [block for block in blocks if block.kind != "footnote"]))
    if not any(each.targets for each in made):
        # Nothing can be told apart: what it says is said of the whole.
        made = [replace(each, start=_first(blocks), end=_last(blocks)) for each in made[:1]] if made else []
        if not made and blocks:
            made = [Correction((), _first(blocks), _last(blocks), blocks[0].locator)]
    return tuple(made)


def _first(blocks: Sequence[Block]) -> int:
    return blocks[0].start


def _last(blocks: Sequence[Block]) -> int:
    return max((block.end for block in blocks if block.kind != "footnote"), default=blocks[-1].end)


def _body(document: Document) -> list[Block]:
    """The blocks behind the word Corrigendum, or all of them."""
    held = [block for block in document.blocks if document.block_text(block).strip()]
    for n, block in enumerate(held[:60]):
        if any(_TITLE.match(line.strip()) for line in document.block_text(block).splitlines()):
            return held[n + 1 :]
    return held


@dataclass
class _Open:
    """A correction that is being read. `bare`: so far it only names the place."""

    naming: PlaceMention
    first: Block
    last: Block
    bare: bool
    table: bool = False

    @property
    def container(self) -> bool:
        """Whether it names an annex or a page and nothing in it."""
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
            bare = not _TELLS.search(text) and len(text) - naming.end < 80
            if now is not None and not now.bare:
                yield now.closed()
            first = now.first if now is not None and now.container else block
            if now is not None and now.container:
                annex, page = _container(now.naming, annex, page)
            elif now is not None and now.bare:
                yield now.closed()  # a place of which nothing is said on its own
            naming = _inside(naming, annex, page)
            if any("annex" in parse_locator(place) for place in naming.places) and first is block:
                annex = ""
            now = _Open(naming, first, block, bare)
            now.table = not bare and _speaks_of_a_table(text[naming.end :], naming)
        elif now is not None:
            now.last = block
            now.table = now.table or (now.bare and _speaks_of_a_table(text, now.naming))
            now.bare = now.bare and block.kind == "heading" and not _TELLS.search(text)
        elif _TELLS.search(text) or stray:
            stray.append(block)
    if stray:
        yield Correction((), stray[0].start, stray[-1].end, stray[0].locator)
    if now is not None:
        yield now.closed()


def _named(text: str, heading: bool, now: _Open | None) -> PlaceMention | None:
    """The places that a block opens with; None for one that speaks of other things or of the places already open."""
    naming = find_place(text, 0, HEAD_LENGTH)
    if naming is None:
        return None
    before = PREAMBLE.sub("", text[: naming.start]).lstrip(" ,")
    if PREAMBLE.search(text, 0, naming.end + 30):
        naming = replace(naming, places=())  # its paragraphs have no numbers of their own
    stops = bool(_STOPS.match(text, naming.end))
    told = bool(_TELLS.search(text))
    if _LEAD_IN.fullmatch(before):
        return naming if told or stops or (heading and len(text) < HEAD_LENGTH) else None
    inside = now is None or not now.bare or now.container
    return naming if inside and told and not _SAYS_WHAT.search(before) else None


def _container(naming: PlaceMention, annex: str, page: str) -> tuple[str, str]:
    for place in naming.places:
        parts = parse_locator(place)
        if "annex" in parts:
            annex = f"annex {parts['annex']}".strip()
        page = f"page {parts['page']}" if "page" in parts else page
    return annex, page


def _inside(naming: PlaceMention, annex: str, page: str) -> PlaceMention:
    """Places with the annex, or for footnotes the page, under whose line they stand."""
    made = []
    for place in naming.places:
        parts = parse_locator(place)
        outer = [] if "annex" in parts or not annex else [annex]
        outer += [page] if page and "page" not in parts and "note" in parts else []
        made.append(", ".join([*outer, place]))
    return replace(naming, places=tuple(dict.fromkeys(made)))


def _speaks_of_a_table(text: str, naming: PlaceMention) -> bool:
    head = text[:HEAD_LENGTH]
    cut = re.search(r"[“”«»„\"]", head)
    return bool(_TABLE.search(head[: cut.start()] if cut else head)) and not any(
        "table" in parse_locator(place) for place in naming.places
    )
