"""Builds pieces from lines: headings, paragraphs, list items, rows and footnotes, with their numbers and nesting."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Literal

from corpus.documents import BlockKind
from corpus.roman import from_roman
from corpus.tables import CAPTION_LIMIT, CAPTION_LINES
from ingest.readers import Line
from ingest.readers.lines import (
    CAPTION_NUMBER,
    LEADER_BETWEEN_WORDS,
    SENTENCE_END,
    TABLE_WORDS,
    LinePart,
    has_leader_dots,
    splits_range,
)

LabelKind = Literal["number", "bracketed", "letter", "roman", "dotted"]

_ORDINAL_ENDING = r"[ªº]|(?:[ao]|er|do|da|ro|ra)\s"
"""What makes a number with a dot an ordinal: `7.ª sesión`, `1.er período`."""
_LABELS: tuple[tuple[LabelKind, re.Pattern[str]], ...] = (
    ("number", re.compile(rf"(\d{{1,3}})(?:\.(?!\d|{_ORDINAL_ENDING})|．|、| ?[-–](?=\s*[\u0600-\u06ff]))\s*(?=\S|$)")),
    ("number", re.compile(r"(\d{1,3}[A-Z]?\.\d{1,3})\.?\s+(?=[^\W\d_a-zà-ÿа-я]|[“«(])")),
    ("roman", re.compile(r"\(?([ivxl]{1,6})\)\s*")),
    ("letter", re.compile(r"\(?(([a-zа-я])\2?)\)\s*")),
    ("letter", re.compile(r"\(([\u0621-\u064a])\u0640?\)\s*")),
    ("letter", re.compile(r"[(（]([一二三四五六七八九十]{1,3})[)）]\s*")),
    ("dotted", re.compile(r"([a-z])\.\s+(?=[A-Z])")),
)
BOLD_DEPTH = 7  # the level of a heading that is only marked by bold letters; one in italics is one level deeper
_BARE_NUMBER = re.compile(r"(\d{1,3})\s+(?=[^\W\d_a-zà-ÿа-я])")
_BARE_COUNT = re.compile(r"(\d{1,3})\s+(?=[^\W\d_])")
"""The same in texts that print no dot after numbers: `1 that a fund be set up`."""
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
"""The beginning of a table caption, not of a sentence: `Table 1. Boats`, not `Table 1 shows`."""
_LABEL_ONLY_HEADING = re.compile(
    r"^(?:(?:article|part|chapter|section|title)\s+(?:\d{1,3}|[IVXLC]{1,6})\b\.?|[IVXLC]{1,6}\.?)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(（]?(\d{1,2})[)）]\s*(?=[^\W\d_])")
"""A sub-paragraph number in brackets: `(1) to make`, `1) à établir`."""
_DOTTED = re.compile(r"([a-z])\.\s+(?=[^\W\d_])")
"""The letter of an item that may begin with a small letter: `a. send the note`, as word processors number lists."""
_STARS = re.compile(r"(\*{1,4})\s*(?=[^\s*])")
_CALL = r"(?<=[^\s*/\d])({})(?=[\s,.;:)”»]|$)"
_CALLS = re.compile(_CALL.format(r"\*{1,4}"))
"""Asterisks behind the word that a note is about; behind a symbol they belong to the masthead of a reissue."""
_HAN_JOIN = re.compile(r"[㐀-鿿　-〿！-｠]$")


@dataclass(frozen=True)
class Piece:
    """A block before it has a locator: its text, its number, and its depth in the source.

    `depth` is the heading level for headings (1 outermost) and the nesting of numbered items otherwise (0 for none, 1
    for `1.`, 2 for `(a)` and `(1)`, 3 for `(i)`, 4 for `a.`). `body_start` is the offset of the text after the number.
    `spans` has the columns and rows that each cell of a row spans, where any spans several. `part` is the part of the
    document that the reader assigned it to, `header` says that a row is a header of its table, `continues_list` that the
    number is the next one of an open list."""

    kind: BlockKind
    text: str
    row: int
    depth: int = 0
    number: str | None = None
    body_start: int = 0
    page: int | None = None
    cells: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    marks: tuple[str, ...] = ()
    table: int = 0
    part: LinePart = ""
    header: bool = False
    continues_list: bool = False

    @property
    def body(self) -> str:
        """The text after the number."""
        return self.text[self.body_start :]


def build_pieces(lines: Sequence[Line]) -> list[Piece]:
    """The pieces of a document in reading order; every word of every line is in exactly one of them."""
    pieces = list(_split_preambles(_group_lines(lines)))
    for step in (_mark_footnotes, _mark_captions, _join_headings, _rejoin_sentences, _number_pieces):
        pieces = step(pieces)
    return pieces


def _join_lines(lines: Sequence[Line]) -> Piece:
    """The piece of some lines: a word hyphenated at a line end is joined; after Chinese no space is inserted."""
    first = lines[0]
    parts = [first.text]
    for line in lines[1:]:
        if parts[-1].endswith("-") and line.text[:1].islower():
            parts[-1] = parts[-1][:-1]
        elif not _HAN_JOIN.search(parts[-1][-1:]) and not splits_range(parts[-1], line.text):
            parts.append(" ")
        parts.append(line.text)
    kind: BlockKind = "footnote" if first.note else "item" if first.bullet else "paragraph"
    marks = tuple(mark for line in lines for mark in line.marks)
    text = "".join(parts)
    return Piece(kind, text, first.row, number=first.note, page=first.page, marks=marks, part=first.part)


def _group_lines(lines: Sequence[Line]) -> Iterator[Piece]:
    """Joins lines that belong together to one piece."""
    waiting: list[Line] = []  # the lines of a piece that may continue
    table = 0
    in_table = broken = False
    for line in lines:
        has_leaders = not line.part and not line.cells and has_leader_dots(line.text)
        if has_leaders:
            line = replace(line, text=LEADER_BETWEEN_WORDS.sub(" ", line.text), broken=True)
        begins_piece = (
            broken
            or has_leaders
            or line.heading
            or line.note
            or line.bullet
            or line.part in ("masthead", "caption")
            or _read_labels(line.text)
            or (waiting and _ends_clause(waiting[-1].text) and _BRACKETED.match(line.text))
            or _is_heading(line)
        )
        common: dict[str, Any] = {"row": line.row, "page": line.page, "marks": line.marks, "part": line.part}
        row = bool(line.cells) and not line.blank
        if waiting and (line.blank or row or begins_piece):
            yield _join_lines(waiting)
            waiting = []
        if row:
            table += not in_table
            cells = tuple(cell.text for cell in line.cells)
            wide = any((cell.col_span, cell.row_span) != (1, 1) for cell in line.cells)
            spans = tuple((cell.col_span, cell.row_span) for cell in line.cells) if wide else ()
            yield Piece("row", line.text, cells=cells, spans=spans, table=table, header=line.header, **common)
        elif line.blank:
            in_table = in_table and bool(line.cells)
            broken = False
            continue
        elif not waiting and _is_heading(line):
            depth = line.heading or (BOLD_DEPTH if line.strong else BOLD_DEPTH + 1)
            yield Piece("heading", line.text, depth=depth, **common)
        else:
            waiting.append(line)
        in_table, broken = row, line.broken
    if waiting:
        yield _join_lines(waiting)


def _is_heading(line: Line) -> bool:
    if line.part in ("masthead", "caption", "contents"):
        return False
    if line.heading or line.top:  # a reader that knows the layout has decided already
        return line.heading > 0 and bool(line.text)
    short = len(line.text) <= 300 and not line.bullet
    return short and (line.strong or (line.emphasis and not line.text.endswith((".", ";", ","))))


def _split_preambles(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Splits a preamble that is printed as one run of text into its heading and its paragraphs."""
    in_preamble = False
    for piece in pieces:
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


def _mark_captions(pieces: list[Piece]) -> list[Piece]:
    """Marks captions: short lines from one that begins with `Table 1` down to a table right below."""
    result = [*pieces]
    for n, piece in enumerate(pieces):
        if piece.part or piece.kind not in ("heading", "paragraph") or not _CAPTION.match(piece.text):
            continue
        lines = list(takewhile(lambda piece: piece.kind in ("heading", "paragraph"), pieces[n : n + CAPTION_LINES + 1]))
        below = pieces[n + len(lines) : n + len(lines) + 1]
        short = all(not piece.part and len(piece.text) <= CAPTION_LIMIT for piece in lines)
        if short and below and below[0].kind == "row" and not any(_read_labels(piece.text) for piece in lines):
            result[n : n + len(lines)] = [replace(piece, kind="paragraph", depth=0, part="caption") for piece in lines]
    return result


def _mark_footnotes(pieces: list[Piece]) -> list[Piece]:
    """Turns a paragraph that begins with asterisks into a footnote where an earlier word is followed by the same
    asterisks. Items of lists with asterisks are not footnotes."""
    marks = [match[1] if (match := _STARS.match(piece.text)) else "" for piece in pieces]
    result = [*pieces]
    callers: dict[str, list[int]] = {}
    for n, (piece, mark) in enumerate(zip(pieces, marks, strict=True)):
        if piece.kind == "paragraph" and mark in callers and mark not in (*marks[n - 1 : n], *marks[n + 1 : n + 2]):
            call = re.compile(_CALL.format(re.escape(mark)))
            for at in callers.pop(mark):
                result[at] = replace(result[at], text=call.sub("", result[at].text), marks=(*result[at].marks, mark))
            result[n] = replace(piece, kind="footnote", text=piece.text[len(mark) :].lstrip(), number=mark)
        elif not mark and piece.kind not in ("row", "footnote"):
            for asterisks in {match[1] for match in _CALLS.finditer(piece.text)}:
                callers.setdefault(asterisks, []).append(n)
    return result


def _join_headings(pieces: list[Piece]) -> list[Piece]:
    """Joins the lines of a heading: `Article 5` with the title below it, or one broken within a phrase."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        if last is None or not last.kind == piece.kind == "heading":
            result.append(piece)
        elif _continues_heading(last, piece):
            glue = "" if splits_range(last.text, piece.text) else " "
            result[-1] = replace(last, text=f"{last.text}{glue}{piece.text}", marks=last.marks + piece.marks)
        elif (
            "\n" not in last.text and _LABEL_ONLY_HEADING.match(last.text) and not _LABEL_ONLY_HEADING.match(piece.text)
        ):
            result[-1] = replace(last, text=f"{last.text}\n{piece.text}", marks=last.marks + piece.marks)
        else:
            result.append(piece)
    return result


def _continues_heading(last: Piece, piece: Piece) -> bool:
    """Whether a heading continues the one above: that ends with a comma or a word of two letters such as `of`, or this
    one begins with a small letter."""
    if (last.depth, last.part) != (piece.depth, piece.part):
        return False
    word = last.text.split()[-1]
    capitals = last.text.isupper() and piece.text.isupper() and not from_roman(word.lower())
    short = word.isalpha() and len(word) == 2 and (word.islower() or capitals)
    labelled = _read_labels(piece.text) or _LABEL_ONLY_HEADING.match(piece.text)
    return not labelled and (last.text.endswith((",", "،")) or short or piece.text[:1].islower())


def _rejoin_sentences(pieces: list[Piece]) -> list[Piece]:
    """Rejoins a sentence that is interrupted by a footnote at the foot of a page; the footnote comes after it."""
    result: list[Piece] = []
    last_text = -1  # index of the last piece that is not a footnote
    for piece in pieces:
        cut = (
            piece.kind == "paragraph"
            and not piece.part
            and 0 <= last_text < len(result) - 1
            and result[last_text].kind in ("paragraph", "item")
            and not SENTENCE_END.search(result[last_text].text)
            and piece.text[:1].islower()
            and not _read_labels(piece.text)
        )
        if cut:
            whole = f"{result[last_text].text} {piece.text}"
            result[last_text] = replace(result[last_text], text=whole, marks=result[last_text].marks + piece.marks)
        else:
            last_text = last_text if piece.kind == "footnote" else len(result)
            result.append(piece)
    return result


def _read_labels(text: str) -> list[tuple[LabelKind, str, int]]:
    """The ways to read the number at the start of a text: kind, number, length."""
    return [
        (kind, match[1], match.end())
        for kind, pattern in _LABELS
        if (match := pattern.match(text)) and (kind != "roman" or from_roman(match[1]))
    ]


def _label_value(kind: LabelKind, number: str) -> int:
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


def _number_pieces(pieces: list[Piece]) -> list[Piece]:
    """Reads the numbers of pieces: `(i)` after `(h)` is a letter, at the start of a list it is a Roman number."""
    result: list[Piece] = []
    open_lists: dict[int, int] = {}
    last_number = 0  # the number of the last numbered paragraph
    last_undotted = False  # whether that number had no dot
    bracketed = 0  # the depth of the open list with numbers in brackets, 0 where none is open
    running = _running_numbers(pieces)
    for n, piece in enumerate(pieces):
        if piece.kind == "heading":
            open_lists, bracketed = {}, 0
            result.append(_number_heading(piece))
            continue
        if piece.kind == "row":
            result.append(piece)
            continue
        labelled = piece.kind != "footnote" and piece.part not in ("masthead", "caption", "contents")
        readings = _read_labels(piece.text) if labelled else []
        dotted = bool(readings)
        if labelled and not dotted:
            readings = (
                _undotted_label(pieces, n, last_number, last_undotted)
                or _bracketed_label(pieces, n, open_lists.get(bracketed, 0), running)
                or _dotted_label(pieces, n, open_lists.get(_depth("dotted", bracketed), 0))
            )
        if not readings:
            result.append(piece)
            continue
        kind, number, length = max(readings, key=lambda reading: _plausibility(reading, open_lists, bracketed))
        if number == "i" and kind == "letter" and _next_label(pieces, n) == "ii":
            kind, number, length = next(reading for reading in readings if reading[0] == "roman")
        depth, value = _depth(kind, bracketed), _label_value(kind, number)
        if kind == "bracketed":
            bracketed = depth = bracketed or (3 if 2 in open_lists else 2)
        elif depth < bracketed:
            bracketed = 0
        last_number, last_undotted = (value, not dotted) if depth == 1 else (last_number, last_undotted)
        continues_list = value > 1 and open_lists.get(depth) == value - 1
        open_lists = {level: last for level, last in open_lists.items() if level < depth} | {depth: value}
        body = piece.text[length:]
        text = piece.text[:length].rstrip() + (" " if body else "") + body
        label = f"{number}." if kind == "dotted" else number if kind == "number" else f"({number})"
        result.append(
            replace(
                piece,
                kind="paragraph" if kind == "number" else "item",
                text=text,
                number=label,
                depth=depth,
                continues_list=continues_list,
                body_start=len(text) - len(body),
            )
        )
    return result


def _depth(kind: LabelKind, bracketed: int) -> int:
    """The depth of a number of a kind; one level deeper within a list that is numbered in brackets."""
    depth = _DEPTH[kind]
    return depth + (0 < bracketed <= depth)


def _running_numbers(pieces: Sequence[Piece]) -> frozenset[int]:
    """The indices of paragraphs whose numbers in brackets count through the whole text, under several headings, as those of
    recommendations do; empty where the count begins anew, skips a number or stays under one heading."""
    found: list[tuple[int, int]] = []  # index and number
    headings: set[int] = set()
    heading = 0
    for n, piece in enumerate(pieces):
        heading = n if piece.kind == "heading" else heading
        if piece.kind == "paragraph" and not piece.part and (match := _BRACKETED.match(piece.text)):
            found.append((n, int(match[1])))
            headings.add(heading)
    counts = [number for _, number in found] == [*range(1, len(found) + 1)]
    return frozenset(n for n, _ in found) if counts and len(headings) > 1 else frozenset()


def _bracketed_label(
    pieces: Sequence[Piece], n: int, before: int, running: Container[int]
) -> list[tuple[LabelKind, str, int]]:
    """The number in brackets of a paragraph: the one after `before`, one that counts through the text (`running`), or the
    first where a second one follows or a colon precedes it."""
    match = _BRACKETED.match(pieces[n].text)
    if match is None:
        return []
    value = int(match[1])
    if n not in running and (value != before + 1 or not before):
        below = takewhile(lambda piece: piece.kind != "heading", pieces[n + 1 : n + 20])
        later = [int(other[1]) for piece in below if (other := _BRACKETED.match(piece.text))]
        is_introduced = n > 0 and pieces[n - 1].text.rstrip().endswith((":", "："))
        if value != 1 or (later[:1] != [2] and not is_introduced):
            return []
    return [("bracketed", match[1], match.end())]


def _dotted_label(pieces: Sequence[Piece], n: int, before: int) -> list[tuple[LabelKind, str, int]]:
    """The letter with a dot of a paragraph: the one after `before`, or `a.` where `b.` follows under the same heading."""
    match = _DOTTED.match(pieces[n].text)
    if match is None or _label_value("dotted", match[1]) != before + 1:
        return []
    below = takewhile(lambda piece: piece.kind != "heading", pieces[n + 1 : n + 20])
    if not before and not any((other := _DOTTED.match(piece.text)) and other[1] == "b" for piece in below):
        return []
    return [("dotted", match[1], match.end())]


def _ends_clause(text: str) -> bool:
    """Whether a text ends a sentence or a numbered part of one."""
    return bool(SENTENCE_END.search(text)) or text.endswith((",", "，", "،"))


def _undotted_label(
    pieces: Sequence[Piece], n: int, last_number: int, last_undotted: bool
) -> list[tuple[LabelKind, str, int]]:
    """The number of a paragraph that is printed without a dot: it must follow the last number (`last_number`), and the next
    paragraphs must continue the count; the last paragraph must be long, so that it is not a date on a line of its own.
    Where the last number had no dot (`last_undotted`), or the next paragraph has the number 2, all numbers are printed so."""
    if (count := _BARE_COUNT.match(pieces[n].text)) and pieces[n].kind == "paragraph" and _ends_clause(pieces[n].text):
        behind = _BARE_COUNT.match(pieces[n + 1].text) if pieces[n + 1 : n + 2] else None
        begins = int(count[1]) == 1 and behind is not None and int(behind[1]) == 2
        if (begins and pieces[n + 1].kind == "paragraph") or (last_undotted and int(count[1]) == last_number + 1):
            return [("number", count[1], count.end())]
    match = _BARE_NUMBER.match(pieces[n].text)
    if not match or not last_number or int(match.group(1)) != last_number + 1:
        return []
    here: list[tuple[LabelKind, str, int]] = [("number", match.group(1), match.end())]
    following = last_number + 2
    for piece in pieces[n + 1 : n + 60]:
        if piece.kind in ("heading", "row", "footnote") or piece.part:
            continue
        numbers = [number for kind, number, _ in _read_labels(piece.text) if kind == "number"]
        if numbers:
            return here if _label_value("number", numbers[0]) == following else []
        if (other := _BARE_NUMBER.match(piece.text)) and int(other.group(1)) == following:
            following += 1
    return here if len(pieces[n].text) > 60 else []


def _next_label(pieces: Sequence[Piece], n: int) -> str:
    """The number of the next numbered piece under the same heading, as printed; empty where there is none."""
    below = takewhile(lambda piece: piece.kind != "heading", pieces[n + 1 : n + 20])
    return next((readings[0][1] for piece in below if (readings := _read_labels(piece.text))), "")


def _plausibility(reading: tuple[LabelKind, str, int], open_lists: dict[int, int], bracketed: int) -> tuple[int, int]:
    """How well a number continues the open lists: best as the next of the deepest, then as the start of one."""
    kind, number, _ = reading
    depth, value = _depth(kind, bracketed), _label_value(kind, number)
    if open_lists.get(depth) == value - 1 and value > 1:
        return (3, depth)
    if value == 1 and depth > max(open_lists, default=0):
        return (2, depth)
    return (1 if value == 1 else 0, -depth)


def _number_heading(piece: Piece) -> Piece:
    for kind, number, length in _read_labels(piece.text):
        if kind in ("number", "letter", "roman"):
            label = number if kind == "number" else f"({number})"
            return replace(piece, number=label, body_start=length)
    return piece
