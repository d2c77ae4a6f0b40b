"""From lines to pieces: headings, paragraphs, list items, rows and footnotes, with their numbers and nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Literal

from corpus.documents import BlockKind
from corpus.roman import from_roman
from corpus.tables import CAPTION_LIMIT, CAPTION_LINES
from ingest.readers import Line
from ingest.readers.lines import CAPTION_NUMBER, ENDS, LED, TABLE_WORDS, LinePart, leads

LabelKind = Literal["number", "bracketed", "letter", "roman", "dotted"]

_LABELS: tuple[tuple[LabelKind, re.Pattern[str]], ...] = (
    ("number", re.compile(r"(\d{1,3})(?:\.(?!\d)|．|、| ?[-–](?=\s*[\u0600-\u06ff]))\s*(?=\S|$)")),
    ("number", re.compile(r"(\d{1,3}[A-Z]?\.\d{1,3})\.?\s+(?=[^\W\d_a-zà-ÿа-я]|[“«(])")),
    ("roman", re.compile(r"\(?([ivxl]{1,6})\)\s*")),
    ("letter", re.compile(r"\(?(([a-zа-я])\2?)\)\s*")),
    ("letter", re.compile(r"\(([\u0621-\u064a])\u0640?\)\s*")),
    ("letter", re.compile(r"[(（]([一二三四五六七八九十]{1,3})[)）]\s*")),
    ("dotted", re.compile(r"([a-z])\.\s+(?=[A-Z])")),
)
BOLD_DEPTH = 7
"""The level of a heading that nothing but bold letters shows; one in italics is a level deeper."""
_BARE_NUMBER = re.compile(r"(\d{1,3})\s+(?=[^\W\d_a-zà-ÿа-я])")
_BARE_COUNT = re.compile(r"(\d{1,3})\s+(?=[^\W\d_])")
"""The same of those who print no dots behind numbers: `1 that a fund be set up`."""
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшщэюя"
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HAN = "一二三四五六七八九"
_DEPTH: dict[LabelKind, int] = {"number": 1, "bracketed": 2, "letter": 2, "roman": 3, "dotted": 4}
_GLUED_PREAMBLE = re.compile(r"^(Preamb(?:le|ule)|PREAMBLE)\s*(?=[A-Z])")
_PREAMBULAR = (
    "Acknowledging|Affirming|Also|Aware|Bearing in mind|Believing|Cognizant|Concerned|Conscious|Considering|"
    "Convinced|Deeply|Declaring|Desiring|Determined|Emphasizing|Expressing|Guided|Having|Mindful|Noting|"
    "Reaffirming|Realizing|Recalling|Recognizing|Seeking|Stressing|Taking into account|Underlining|Welcoming|"
    "Have agreed"
)
PREAMBULAR = re.compile(rf"^(?!Have agreed)(?:{_PREAMBULAR})\b")
_PREAMBULAR_BREAK = re.compile(rf"(?<=,) (?=(?:{_PREAMBULAR})\b)")
_CAPTION = re.compile(
    rf"\s*(?:{TABLE_WORDS})\s*{CAPTION_NUMBER}(?:\s*$|\s*[^\w\s]|\s+(?-i:[^a-zà-ÿа-я]))", re.IGNORECASE
)
"""How the caption of a table begins, and no sentence: `Table 1. Boats`, not `Table 1 shows`."""
_LABEL_ONLY_HEADING = re.compile(
    r"^(?:(?:article|part|chapter|section|title)\s+(?:\d{1,3}|[IVXLC]{1,6})\b\.?|[IVXLC]{1,6}\.?)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(（](\d{1,2})[)）]\s*(?=[^\W\d_])")
"""How a sub-paragraph is numbered by some: `(1) to make`."""
_STARS = re.compile(r"(\*{1,4})\s*(?=[^\s*])")
_CALL = r"(?<=[^\s*/\d])({})(?=[\s,.;:)”»]|$)"
_CALLS = re.compile(_CALL.format(r"\*{1,4}"))
"""Asterisks before a note, and those behind the word that it is about; behind a symbol they are part of the head of a reissue."""
_HAN_JOIN = re.compile(r"[㐀-鿿　-〿！-｠]$")


@dataclass(frozen=True)
class Piece:
    """A block before it has a place: its words, its number, and how deep the source sets it.

    `depth` is the heading level for headings (1 outermost) and the nesting of numbered items otherwise
    (0 for none, 1 for `1.`, 2 for `(a)` and `(1)`, 3 for `(i)`, 4 for `a.`). `body` is where the text after the number
    begins. `spans` has the columns and rows that each cell of a row spans, where any spans several. `part` is the part of the document that the reader put it into, `header` says that a row heads its table, `follows`
    that the number is the next one of a list that is open.
    """

    kind: BlockKind
    text: str
    row: int
    depth: int = 0
    number: str | None = None
    body: int = 0
    page: int | None = None
    cells: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    marks: tuple[str, ...] = ()
    table: int = 0
    part: LinePart = ""
    header: bool = False
    follows: bool = False


def pieces(lines: Sequence[Line]) -> list[Piece]:
    """The pieces of a document in reading order; every word of every line is in exactly one of them."""
    return _nested(_mended(_joined_headings(_captioned(_noted(list(_split_preambles(_grouped(lines))))))))


class _Growing:
    """A piece to which lines are still being added."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._parts = [piece.text]
        self._marks = [*piece.marks]

    def add(self, line: Line) -> None:
        """A further line of the same piece: a hyphen at its end is mended, Chinese gets no space."""
        last = self._parts[-1]
        if last.endswith("-") and line.text[:1].islower():
            self._parts[-1] = last[:-1]
        elif not _HAN_JOIN.search(last[-1:]):
            self._parts.append(" ")
        self._parts.append(line.text)
        self._marks += line.marks

    @property
    def ended(self) -> bool:
        """Whether the lines so far end a sentence or a part of a list."""
        return _closes(self._parts[-1])

    def closed(self) -> Piece:
        """The piece, whole."""
        return replace(self._piece, text="".join(self._parts), marks=tuple(self._marks))


def _grouped(lines: Sequence[Line]) -> Iterator[Piece]:
    """Lines that belong together become one piece."""
    growing: _Growing | None = None
    table = 0
    in_table = broken = False
    for line in lines:
        led = not line.part and not line.cells and leads(line.text)
        if led:
            line = replace(line, text=LED.sub(" ", line.text), broken=True)
        starts = (
            broken
            or led
            or line.heading
            or line.note
            or line.bullet
            or line.part in ("masthead", "caption")
            or _label(line.text)
            or (growing is not None and growing.ended and _BRACKETED.match(line.text))
            or _is_heading(line)
        )
        told: dict[str, Any] = {"row": line.row, "page": line.page, "marks": line.marks, "part": line.part}
        row = bool(line.cells) and not line.blank
        if growing is not None and (line.blank or row or starts):
            yield growing.closed()
            growing = None
        if row:
            table += not in_table
            cells = tuple(cell.text for cell in line.cells)
            wide = any((cell.col_span, cell.row_span) != (1, 1) for cell in line.cells)
            spans = tuple((cell.col_span, cell.row_span) for cell in line.cells) if wide else ()
            yield Piece("row", line.text, cells=cells, spans=spans, table=table, header=line.header, **told)
        elif line.blank:
            in_table = in_table and bool(line.cells)
            broken = False
            continue
        elif growing is not None:
            growing.add(line)
        elif _is_heading(line):
            depth = line.heading or (BOLD_DEPTH if line.strong else BOLD_DEPTH + 1)
            yield Piece("heading", line.text, depth=depth, **told)
        elif line.note:
            growing = _Growing(Piece("footnote", line.text, number=line.note, **told))
        else:
            growing = _Growing(Piece("item" if line.bullet else "paragraph", line.text, **told))
        in_table, broken = row, line.broken
    if growing:
        yield growing.closed()


def _is_heading(line: Line) -> bool:
    if line.part in ("masthead", "caption", "contents"):
        return False
    if line.heading or line.top:  # a reader that knows where a line stands has decided already
        return line.heading > 0 and bool(line.text)
    short = len(line.text) <= 300 and not line.bullet
    return short and (line.strong or (line.emphasis and not line.text.endswith((".", ";", ","))))


def _split_preambles(found: Iterator[Piece]) -> Iterator[Piece]:
    """A preamble printed as one run of text becomes its heading and its paragraphs."""
    in_preamble = False
    for piece in found:
        glued = _GLUED_PREAMBLE.match(piece.text) if piece.kind == "paragraph" else None
        if glued:
            yield Piece("heading", glued.group(1), piece.row, 3, page=piece.page)
            piece = replace(piece, text=piece.text[glued.end() :])
            in_preamble = True
        elif piece.kind == "heading":
            in_preamble = piece.text.casefold().startswith("preamb")
        if in_preamble and piece.kind == "paragraph":
            for part in _PREAMBULAR_BREAK.split(piece.text):
                yield replace(piece, text=part)
        else:
            yield piece


def _captioned(found: list[Piece]) -> list[Piece]:
    """Short lines from one that begins `Table 1` to a table right below are its caption, however they are set."""
    made = [*found]
    for n, piece in enumerate(found):
        if piece.part or piece.kind not in ("heading", "paragraph") or not _CAPTION.match(piece.text):
            continue
        lines = list(takewhile(lambda each: each.kind in ("heading", "paragraph"), found[n : n + CAPTION_LINES + 1]))
        below = found[n + len(lines) : n + len(lines) + 1]
        short = all(not each.part and len(each.text) <= CAPTION_LIMIT for each in lines)
        if short and below and below[0].kind == "row" and not any(_label(each.text) for each in lines):
            made[n : n + len(lines)] = [replace(each, kind="paragraph", depth=0, part="caption") for each in lines]
    return made


def _noted(found: list[Piece]) -> list[Piece]:
    """A paragraph that begins with asterisks, as typed behind a word before it, is the footnote of that word. Those of lists are none."""
    marks = [match[1] if (match := _STARS.match(piece.text)) else "" for piece in found]
    made = [*found]
    called: dict[str, list[int]] = {}
    for n, (piece, mark) in enumerate(zip(found, marks, strict=True)):
        if piece.kind == "paragraph" and mark in called and mark not in (*marks[n - 1 : n], *marks[n + 1 : n + 2]):
            call = re.compile(_CALL.format(re.escape(mark)))
            for at in called.pop(mark):
                made[at] = replace(made[at], text=call.sub("", made[at].text), marks=(*made[at].marks, mark))
            made[n] = replace(piece, kind="footnote", text=piece.text[len(mark) :].lstrip(), number=mark)
        elif not mark and piece.kind not in ("row", "footnote"):
            for stars in {match[1] for match in _CALLS.finditer(piece.text)}:
                called.setdefault(stars, []).append(n)
    return made


def _joined_headings(found: list[Piece]) -> list[Piece]:
    """`Article 5` and the title on the next line are one heading; so are the lines of one that breaks within a phrase."""
    made: list[Piece] = []
    for piece in found:
        last = made[-1] if made else None
        if last is not None and _goes_on(last, piece):
            made[-1] = replace(last, text=f"{last.text} {piece.text}", marks=last.marks + piece.marks)
        elif (
            piece.kind == "heading"
            and last is not None
            and last.kind == "heading"
            and "\n" not in last.text
            and _LABEL_ONLY_HEADING.match(last.text)
            and not _LABEL_ONLY_HEADING.match(piece.text)
        ):
            made[-1] = replace(last, text=f"{last.text}\n{piece.text}", marks=last.marks + piece.marks)
        else:
            made.append(piece)
    return made


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Whether a heading goes on with the one above: that ends with a comma or a word of two letters such as `of`, or this begins with a small letter."""
    if not last.kind == piece.kind == "heading" or (last.depth, last.part) != (piece.depth, piece.part):
        return False
    word = last.text.split()[-1]
    capitals = last.text.isupper() and piece.text.isupper() and not from_roman(word.lower())
    short = word.isalpha() and len(word) == 2 and (word.islower() or capitals)
    labelled = _label(piece.text) or _LABEL_ONLY_HEADING.match(piece.text)
    return not labelled and (last.text.endswith((",", "،")) or short or piece.text[:1].islower())


def _mended(found: list[Piece]) -> list[Piece]:
    """A sentence that a footnote at the foot of its page cuts in two is made whole; the note comes after it."""
    made: list[Piece] = []
    back = -1  # the last piece that is no footnote
    for piece in found:
        cut = (
            piece.kind == "paragraph"
            and not piece.part
            and 0 <= back < len(made) - 1
            and made[back].kind in ("paragraph", "item")
            and not ENDS.search(made[back].text)
            and piece.text[:1].islower()
            and not _label(piece.text)
        )
        if cut:
            whole = f"{made[back].text} {piece.text}"
            made[back] = replace(made[back], text=whole, marks=made[back].marks + piece.marks)
        else:
            back = back if piece.kind == "footnote" else len(made)
            made.append(piece)
    return made


def _label(text: str) -> list[tuple[LabelKind, str, int]]:
    """Ways to read the number at the start of a text: kind, number, length."""
    return [
        (kind, match[1], match.end())
        for kind, pattern in _LABELS
        if (match := pattern.match(text)) and (kind != "roman" or from_roman(match[1]))
    ]


def _value(kind: LabelKind, number: str) -> int:
    if kind == "bracketed":
        return int(number)
    if kind == "number":  # "16.3" is the third paragraph of section 16
        return int(number.rpartition(".")[2])
    if kind == "roman":
        return from_roman(number)
    for alphabet in (_CYRILLIC, _ABJAD):
        if number[0] in alphabet:
            return alphabet.index(number[0]) + 1
    if number[0] in _HAN or number[0] == "十":
        tens, _, ones = number.rpartition("十")
        return (10 * (_HAN.find(tens) + 1 or 1) if "十" in number else 0) + _HAN.find(ones or " ") + 1
    value = 0
    for letter in number:
        value = value * 26 + ord(letter) - 96
    return value


def _nested(found: list[Piece]) -> list[Piece]:
    """Reads the numbers. `(i)` after `(h)` is a letter, at the start of a list it is a Roman number."""
    made: list[Piece] = []
    running: dict[int, int] = {}
    counted = 0  # the number of the last numbered paragraph
    bare = False  # whether that had no dot
    bracketed = 0  # how deep the list is that is numbered in brackets, 0 where none is open
    for n, piece in enumerate(found):
        if piece.kind in ("heading", "row"):
            if piece.kind == "heading":
                running, bracketed = {}, 0
                piece = _numbered_heading(piece)
            made.append(piece)
            continue
        labelled = piece.kind != "footnote" and piece.part not in ("masthead", "caption", "contents")
        readings = _label(piece.text) if labelled else []
        dotted = bool(readings)
        if labelled and not dotted:
            readings = _without_dot(found, n, counted, bare) or _in_brackets(found, n, running.get(bracketed, 0))
        if not readings:
            made.append(piece)
            continue
        kind, number, length = max(readings, key=lambda reading: _plausible(reading, running, bracketed))
        if number == "i" and kind == "letter" and _next_label(found, n) == "ii":
            kind, number, length = next(reading for reading in readings if reading[0] == "roman")
        depth, value = _depth(kind, bracketed), _value(kind, number)
        if kind == "bracketed":
            bracketed = depth = bracketed or (3 if 2 in running else 2)
        elif depth < bracketed:
            bracketed = 0
        counted, bare = (value, not dotted) if depth == 1 else (counted, bare)
        follows = value > 1 and running.get(depth) == value - 1
        running = {level: last for level, last in running.items() if level < depth} | {depth: value}
        text = piece.text[:length].rstrip() + (" " if piece.text[length:] else "") + piece.text[length:]
        label = f"{number}." if kind == "dotted" else number if kind == "number" else f"({number})"
        made.append(
            replace(
                piece,
                kind="paragraph" if kind == "number" else "item",
                text=text,
                number=label,
                depth=depth,
                follows=follows,
                body=len(text) - len(piece.text[length:]),
            )
        )
    return made


def _depth(kind: LabelKind, bracketed: int) -> int:
    """How deep a number of a kind stands; one level deeper in a list that is numbered in brackets."""
    depth = _DEPTH[kind]
    return depth + (0 < bracketed <= depth)


def _in_brackets(found: Sequence[Piece], n: int, before: int) -> list[tuple[LabelKind, str, int]]:
    """The number in brackets of a paragraph behind the one numbered `before`, or that of the first where a second one follows."""
    match = _BRACKETED.match(found[n].text)
    if match is None:
        return []
    value = int(match[1])
    if value != before + 1 or not before:
        below = takewhile(lambda piece: piece.kind != "heading", found[n + 1 : n + 20])
        later = [int(other[1]) for piece in below if (other := _BRACKETED.match(piece.text))]
        if value != 1 or later[:1] != [2]:
            return []
    return [("bracketed", match[1], match.end())]


def _closes(text: str) -> bool:
    """Whether words end a sentence, or a part of one that is numbered."""
    return bool(ENDS.search(text)) or text.endswith((",", "，", "،"))


def _without_dot(found: Sequence[Piece], n: int, counted: int, bare: bool) -> list[tuple[LabelKind, str, int]]:
    """The number of a paragraph that lacks its dot: it follows the last one, and the next paragraphs count on from it; behind
    the last paragraph of all none does, which then is no date or the like that stands alone. Where the last one lacked its dot (`bare`),
    or the paragraph right behind has the number 2, all do."""
    if (count := _BARE_COUNT.match(found[n].text)) and found[n].kind == "paragraph" and _closes(found[n].text):
        behind = _BARE_COUNT.match(found[n + 1].text) if found[n + 1 : n + 2] else None
        begins = int(count[1]) == 1 and behind is not None and int(behind[1]) == 2
        if (begins and found[n + 1].kind == "paragraph") or (bare and int(count[1]) == counted + 1):
            return [("number", count[1], count.end())]
    match = _BARE_NUMBER.match(found[n].text)
    if not match or not counted or int(match.group(1)) != counted + 1:
        return []
    here: list[tuple[LabelKind, str, int]] = [("number", match.group(1), match.end())]
    following = counted + 2
    for piece in found[n + 1 : n + 60]:
        if piece.kind in ("heading", "row", "footnote") or piece.part:
            continue
        numbers = [number for kind, number, _ in _label(piece.text) if kind == "number"]
        if numbers:
            return here if _value("number", numbers[0]) == following else []
        if (other := _BARE_NUMBER.match(piece.text)) and int(other.group(1)) == following:
            following += 1
    return here if len(found[n].text) > 60 else []


def _next_label(found: Sequence[Piece], n: int) -> str:
    """The number of the next numbered piece under the same heading, as printed; empty where there is none."""
    below = takewhile(lambda piece: piece.kind != "heading", found[n + 1 : n + 20])
    return next((readings[0][1] for piece in below if (readings := _label(piece.text))), "")


def _plausible(reading: tuple[LabelKind, str, int], running: dict[int, int], bracketed: int) -> tuple[int, int]:
    """How well a reading continues the lists that are open: the next number of the deepest, then a start."""
    kind, number, _ = reading
    depth, value = _depth(kind, bracketed), _value(kind, number)
    if running.get(depth) == value - 1 and value > 1:
        return (3, depth)
    if value == 1 and depth > max(running, default=0):
        return (2, depth)
    return (1 if value == 1 else 0, -depth)


def _numbered_heading(piece: Piece) -> Piece:
    for kind, number, length in _label(piece.text):
        if kind in ("number", "letter", "roman"):
            label = number if kind == "number" else f"({number})"
            return replace(piece, number=label, body=length)
    return piece
