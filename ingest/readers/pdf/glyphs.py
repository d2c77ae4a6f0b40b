"""A PDF page as runs of text with position, size and style, and the straight rules drawn on it.

pdfium returns the characters of a page in the order of its content, with line ends where it detects them. A run is a
sequence of characters of one text object, so that position, font and size are requested once, not for every character.
Coordinates are points from the top left corner of the page as displayed.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers.lines import ReadError

MAX_PAGES = 3_000
MAX_CHARACTERS = 200_000  # most characters that are read from one page; a page of dense print has about 6,000
MAX_COORDINATE = 100_000.0
"""Largest distance from the corner of a page, in points; a page of the largest size (Annex C) has 14,400."""
MAX_OBJECTS = 20_000  # most drawn objects of one page that are searched for rules
MAX_CLIPS = 100  # most clip paths of one object, and most segments of one of these, that are examined

_BOLD = re.compile(r"bold|black|heavy|demi|[-,]bd\b", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|[-,]it\b|kursiv", re.IGNORECASE)
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
_TOKEN = re.compile(
    "[\u0660-\u0669]+(?:[./:,\u060c\u066b\u066c][\u0660-\u0669]+)*|"
    "[\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ff\ufb50-\ufdff\ufe70-\ufefc]+|[A-Za-z0-9./:-]+|[^\\s]"
)
_LETTER = re.compile("(?![\u0660-\u066c])" + _ARABIC.pattern)
_MIN_OFFSET = 0.1  # distance in points from which on one letter is beside another
_ALEFS, _LAM = "\u0622\u0623\u0625\u0627", "\u0644"
_UNMAPPED = re.compile("[\ufffd\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
"""Typical replacements for characters of a font without a map to Unicode; U+0002 is pdfium's hyphen."""
_LINE = re.compile(r"[^\r\n]+")
_OBJECT_AT = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int))
"""The same function with plain addresses, for speed: it is called for every character of a page."""
_INVISIBLE = 3  # text rendering mode: neither filled nor stroked, as text recognition leaves it over an image


class Run(NamedTuple):
    """Characters of one font, size and line. `size` is the height of the font in points, `base` the baseline; `spaced`
    says that a space precedes it in the content, `guessed` that pdfium infers one from the gap alone, `hidden` that it
    is not painted, `sideways` that it runs up or down the page."""

    text: str
    left: float
    right: float
    top: float
    base: float
    size: float
    bold: bool
    italic: bool
    spaced: bool
    hidden: bool = False
    sideways: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line drawn on the page, horizontal (top == bottom, nearly) or vertical."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        """Whether it is horizontal."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """A page: its runs in the order of the content, its rules, and the shares of it (0 to 1) that images and invisible
    text cover. `cut` says that it has more characters than are read."""

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    rules: tuple[Rule, ...]
    pictured: float
    invisible: float
    unmapped: int
    cut: bool

    @property
    def scanned(self) -> bool:
        """Whether the page is an image with the text that was recognised in it."""
        return self.invisible > 0.5 or (self.pictured > 0.8 and bool(self.runs))


def open_pdf(data: bytes, name: str) -> pdfium.PdfDocument:
    """The opened file. Raises `ReadError` for one that is encrypted, damaged or has too many pages."""
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).casefold():
            raise ReadError(
                f"{name} is protected by a password. Save it without one (for example: qpdf --decrypt), then add it."
            ) from None
        raise ReadError(
            f"{name} is a damaged or incomplete PDF file. Get it again, or repair it (for example: qpdf IN OUT)."
        ) from None
    if pages == 0:
        raise ReadError(f"{name} is a PDF file without pages.")
    if pages > MAX_PAGES:
        raise ReadError(f"{name} has {pages:,} pages; up to {MAX_PAGES:,} are read. Split it into its documents.")
    return document


def read_pages(document: pdfium.PdfDocument, name: str) -> Iterator[PageGlyphs]:
    """The pages, one at a time. Raises `ReadError` where a page can't be opened."""
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            raise ReadError(f"{name}: page {number + 1} is damaged. Get the file again, or repair it.") from None
        try:
            yield _page(page, number + 1)
        finally:
            page.close()


class View:
    """Converts a page's own coordinates into those of the page as displayed: rotated, cropped, from the top left. `turn` is
    the rotation in degrees, if it is not that of the page."""

    def __init__(self, page: pdfium.PdfPage, turn: int | None = None) -> None:
        left, bottom, right, top = map(_clamp, page.get_bbox())
        self._turn = page.get_rotation() if turn is None else turn
        self._left, self._bottom = left, bottom
        self._wide, self._high = right - left, top - bottom
        self.width, self.height = (self._high, self._wide) if self._turn in (90, 270) else (self._wide, self._high)
        self._character = raw.FS_RECTF()

    def sideways(self, matrix: raw.FS_MATRIX) -> bool:
        """Whether text with a matrix runs up or down the page as displayed."""
        return bool(abs(matrix.b) > abs(matrix.a)) != (self._turn in (90, 270))

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) as displayed."""
        left, bottom, right, top = left - self._left, bottom - self._bottom, right - self._left, top - self._bottom
        if not abs(left) + abs(bottom) + abs(right) + abs(top) <= MAX_COORDINATE:
            left, bottom, right, top = map(_clamp, (left, bottom, right, top))
        if self._turn == 90:
            return bottom, left, top, right
        if self._turn == 180:
            return self._wide - right, bottom, self._wide - left, top
        if self._turn == 270:
            return self._high - top, self._wide - right, self._high - bottom, self._wide - left
        return left, self._high - top, right, self._high - bottom

    def character_box(self, text_page: object, n: int) -> tuple[float, float, float, float]:
        """The box of a character of the page: (left, top, right, bottom) as displayed."""
        box = self._character
        raw.FPDFText_GetLooseCharBox(text_page, n, ctypes.byref(box))
        return self.box(box.left, box.bottom, box.right, box.top)


def _clamp(coordinate: float) -> float:
    """A coordinate within bounds: a matrix may produce infinity, or NaN (which becomes the lower bound)."""
    if -MAX_COORDINATE <= coordinate <= MAX_COORDINATE:
        return coordinate
    return MAX_COORDINATE if coordinate > 0 else -MAX_COORDINATE


def _page(page: pdfium.PdfPage, number: int) -> PageGlyphs:
    view = View(page)
    text_page = page.get_textpage()
    try:
        runs, invisible, unmapped, turn = _runs(text_page, view)
        if turn is not None:
            view = View(page, turn)
            runs, invisible, unmapped, _ = _runs(text_page, view)
        cut = text_page.count_chars() > MAX_CHARACTERS
    finally:
        text_page.close()
    rules, pictured = _read_drawings(page, view)
    return PageGlyphs(number, view.width, view.height, tuple(runs), tuple(rules), pictured, invisible, unmapped, cut)


def characters(text_page: pdfium.PdfTextPage, count: int) -> str:
    text: str = text_page.get_text_range(0, count) if count else ""
    if len(text) == count:
        return text
    # Characters without a Unicode value are left out of the text and would shift the others.
    code = raw.FPDFText_GetUnicode
    return "".join(chr(value) if (value := code(text_page.raw, n)) else "\ufffd" for n in range(count))


def _runs(text_page: pdfium.PdfTextPage, view: View) -> tuple[list[Run], float, int, int | None]:
    """The runs of a page, the share of invisible characters, the number of unmapped ones, and the rotation in which its text
    is upright where all words run up the page, or all run down."""
    count = min(text_page.count_chars(), MAX_CHARACTERS)
    text = characters(text_page, count)
    handle = text_page.raw
    made: list[Run] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = raw.FS_MATRIX()
    matrix_at = ctypes.byref(matrix)
    fonts: dict[int, tuple[bool, bool]] = {}
    hidden = 0
    turns: set[int | None] = set()  # the rotations in which its words are upright, None for those that are not sideways
    unmapped = len(_UNMAPPED.findall(text))
    arabic = _ARABIC.search(text) is not None
    for start, end, item in _stretches(text, handle):
        unseen = raw.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE or _is_clipped_away(item)
        for first, after in _tokens(text, start, end, arabic):
            words = text[first:after]
            left, _, right, bottom = view.character_box(handle, first)
            if after - first > 1:
                last_left, _, last_right, _ = view.character_box(handle, after - 1)
                left, right = min(left, last_left), max(right, last_right)
            if arabic and _LETTER.search(words):
                words = _in_logical_order(_split_ligatures(words, first, handle, view), first, handle, view)
            elif arabic:
                words, left, right = _from_left_to_right(words, first, handle, view) or (words, left, right)
            base = bottom
            if raw.FPDFText_GetCharOrigin(handle, first, x, y):
                base = view.box(x.value, y.value, x.value, y.value)[1]
            font = raw.FPDFTextObj_GetFont(item)
            key = ctypes.addressof(font.contents) if font else 0
            if key not in fonts:
                fonts[key] = _style(font)
            bold, italic = fonts[key]
            hidden += (after - first) * unseen
            spaced = first > 0 and text[first - 1] == " "
            guessed = spaced and (
                raw.FPDFText_IsGenerated(handle, first - 1) == 1 or not raw.FPDFText_GetTextObject(handle, first - 1)
            )
            size = raw.FPDFText_GetFontSize(handle, first)
            sideways = False
            if raw.FPDFText_GetMatrix(handle, first, matrix_at):
                size *= math.hypot(matrix.b, matrix.d)
                sideways = view.sideways(matrix)
                steep = abs(matrix.b) > abs(matrix.a)
                upright = (90 if matrix.b > 0 else 270) if steep else (0 if matrix.a > 0 else 180)
                turns |= {upright if sideways else None} if any(map(str.isalpha, words)) else set()
            size = min(max(1.0, size), 400.0)
            place = (left, right, base - size, base, size)
            made.append(Run(words, *place, bold, italic, spaced and not guessed, unseen, sideways, guessed))
    return made, hidden / max(1, count), unmapped, turns.pop() if len(turns) == 1 else None


def _is_clipped_away(item: object) -> bool:
    """Whether the clip paths of a text object do not overlap, so that it is invisible."""
    clip = raw.FPDFPageObj_GetClipPath(item)
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    if not 1 < count <= MAX_CLIPS:
        return False
    x, y = ctypes.c_float(), ctypes.c_float()
    left, bottom, right, top = -math.inf, -math.inf, math.inf, math.inf
    for path in range(count):
        segments = raw.FPDFClipPath_CountPathSegments(clip, path)
        if not 0 < segments <= MAX_CLIPS:
            continue
        points = []
        for n in range(segments):
            raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, n), x, y)
            points.append((x.value, y.value))
        across, up = zip(*points, strict=True)
        left, right = max(left, min(across)), min(right, max(across))
        bottom, top = max(bottom, min(up)), min(top, max(up))
    return left > right or bottom > top


def _tokens(text: str, start: int, end: int, arabic: bool) -> Iterator[tuple[int, int]]:
    """A stretch without surrounding spaces; an Arabic one word by word, since its order of words is unreliable."""
    if arabic and _ARABIC.search(text, start, end):
        for match in _TOKEN.finditer(text, start, end):
            yield match.span()
        return
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    if start < end:
        yield start, end


def _in_logical_order(word: str, first: int, handle: object, view: View) -> str:
    """An Arabic word in logical order, where pdfium returns its letters from left to right, as it does beside some
    combining marks. A mark is within the box of its letter, or left of it."""
    if len(word) < 2 or any(map(str.isdigit, word)):
        return word
    ends = [view.character_box(handle, first + n)[2] for n in range(len(word))]
    letters = [end for end, letter in zip(ends, word, strict=True) if not unicodedata.combining(letter)]
    letters = letters if len(letters) > 1 and not unicodedata.combining(word[0]) else ends
    steps = [one - other for other, one in pairwise(letters)]
    if sum(step > _MIN_OFFSET for step in steps) <= sum(step < -_MIN_OFFSET for step in steps):
        return word
    return "".join(word[n] for n in sorted(range(len(word)), key=lambda n: -ends[n]))


def _from_left_to_right(text: str, first: int, handle: object, view: View) -> tuple[str, float, float] | None:
    """Numbers and Latin words in the order in which they are printed, and their ends, where pdfium returns them in another
    one: it turns `A/79/25` around in an Arabic line. None where the order is right."""
    words: list[list[tuple[float, float, str]]] = [[]]
    for n, character in enumerate(text):
        if character == " ":
            words.append([])
        elif unicodedata.combining(character):
            return None
        else:
            left, _, right, _ = view.character_box(handle, first + n)
            words[-1].append((left, right, character))
    placed = [each for word in words for each in word]
    if all(one[0] > before[0] - _MIN_OFFSET for before, one in pairwise(placed)):
        return None
    printed = sorted(sorted(word, key=lambda each: each[0]) for word in words if word)
    line = " ".join("".join(character for *_, character in word) for word in printed)
    return line, min(each[0] for each in placed), max(each[1] for each in placed)


def _split_ligatures(word: str, first: int, handle: object, view: View) -> str:
    """A word in which the letters of lam-alef ligatures, one glyph with two letters, are in logical order."""
    letters = list(word)
    for n in range(len(letters) - 1):
        if letters[n] in _ALEFS and letters[n + 1] == _LAM:
            one, other = (view.character_box(handle, first + at) for at in (n, n + 1))
            if abs(one[0] - other[0]) < 0.01 and abs(one[2] - other[2]) < 0.01:
                letters[n], letters[n + 1] = letters[n + 1], letters[n]
    return "".join(letters)


def _stretches(text: str, handle: Any) -> Iterator[tuple[int, int, object]]:
    """Sequences of characters of one text object and one line: start, end, object."""
    page = ctypes.cast(handle, ctypes.c_void_p).value
    for line in _LINE.finditer(text):
        start, last = 0, None
        for n in range(*line.span()):
            found = _OBJECT_AT(page, n)
            if found and found != last:  # a space that pdfium inserts between words has no object
                if last:
                    yield start, n, raw.FPDFText_GetTextObject(handle, start)
                start, last = n, found
        if last:
            yield start, line.end(), raw.FPDFText_GetTextObject(handle, start)


def _style(font: object) -> tuple[bool, bool]:
    if not font:
        return False, False
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(min(length, 500) + 1)
    raw.FPDFFont_GetBaseFontName(font, buffer, min(length, 500))
    name = buffer.value.decode("utf-8", "replace")
    return bool(_BOLD.search(name)), bool(_ITALIC.search(name))


def _read_drawings(page: pdfium.PdfPage, view: View) -> tuple[list[Rule], float]:
    """Straight rules (thin boxes and lines), and the share of the page that images cover."""
    rules: list[Rule] = []
    pictured = 0.0
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for n in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page.raw, n)
        kind = raw.FPDFPageObj_GetType(item)
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE) and not _holds_image(item, kind):
            continue
        if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        x0, y0, x1, y1 = view.box(left.value, bottom.value, right.value, top.value)
        if kind != raw.FPDF_PAGEOBJ_PATH:
            pictured += (x1 - x0) * (y1 - y0) / max(1.0, view.width * view.height)
        elif (y1 - y0 <= 2.5 and x1 - x0 >= 10) or (x1 - x0 <= 2.5 and y1 - y0 >= 6):
            rules.append(Rule(x0, x1, y0, y1))
    return rules, min(1.0, pictured)


def _holds_image(item: object, kind: int) -> bool:
    """Whether an object is a form (a group that is placed as a whole) with a single image in it."""
    if kind != raw.FPDF_PAGEOBJ_FORM or raw.FPDFFormObj_CountObjects(item) != 1:
        return False
    return bool(raw.FPDFPageObj_GetType(raw.FPDFFormObj_GetObject(item, 0)) == raw.FPDF_PAGEOBJ_IMAGE)
