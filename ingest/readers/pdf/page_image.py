"""Draws a page of a PDF as an image, with the words of a quote marked on it.

pdfium draws the page, in a worker process (`ingest.sandbox.page_renderer`): a page may be hostile.

The position of a quote on the pages is found by its letters. A reader joins what a page separates (words hyphenated at
line ends, paragraphs over pages, rows of cells) and leaves out what is between (footnote marks, running headers). So
only letters are compared, without spaces and hyphens, and the quote is found in runs: only letters of the quote, in
their order, are marked.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from ingest.readers.lines import ReadError
from ingest.readers.pdf.glyphs import View, characters, open_pdf

Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 1_000, 1_600  # most pixels of an image
MAX_SCALE = 4.0  # most pixels for a point: a small page is not enlarged further
MAX_CHARACTERS = 20_000  # characters of a page that are searched; a page of dense print has about 6,000
MARK = (255, 236, 160)  # the colour of marked words: what white becomes where it is marked
SHADES = 64  # number of colours of an image: print has few


def draw(data: bytes, name: str, page: int, quote: str = "", first: int = 0, last: int = 0) -> tuple[bytes, bool]:
    """A page, counted from one, as PNG, and whether words are marked on it: those of `quote`, which begins on page
    `first` and may continue to page `last`. Raises `ReadError` where the file has no such page or can't be drawn."""
    document = open_pdf(data, name)
    try:
        if not 1 <= page <= len(document):
            raise ReadError(f"{name} has no page {page}.")
        between = range(first, last + 1) if quote and 1 <= first <= page <= last <= len(document) else range(0)
        texts = [_text(document, number) for number in between]
        return _draw_page(document[page - 1], find_quote(texts, quote)[page - first] if texts else [])
    except pdfium.PdfiumError:
        raise ReadError(f"{name}: page {page} is damaged.") from None
    finally:
        document.close()


def _draw_page(page: pdfium.PdfPage, spans: Sequence[Span]) -> tuple[bytes, bool]:
    """A page with some of its characters marked."""
    view = View(page)
    if min(view.width, view.height) < 1:
        raise ReadError("The page has no size.")
    scale = min(WIDTH / view.width, HEIGHT / view.height, MAX_SCALE)
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True)
    pixels = np.array(bitmap.to_pil().convert("RGB"))
    marked = np.zeros(pixels.shape[:2], bool)
    for left, top, right, bottom in find_boxes(page, view, spans):
        marked[int(top * scale) : int(bottom * scale) + 1, int(left * scale) : int(right * scale) + 1] = True
    pixels[marked] = (pixels[marked].astype(np.uint16) * np.array(MARK, np.uint16) // 255).astype(np.uint8)
    made = io.BytesIO()
    Image.fromarray(pixels).quantize(SHADES, Image.Quantize.FASTOCTREE).save(made, "PNG")
    return made.getvalue(), bool(marked.any())


def _text(document: pdfium.PdfDocument, number: int) -> str:
    text_page = document[number - 1].get_textpage()
    return characters(text_page, min(text_page.count_chars(), MAX_CHARACTERS))


def find_boxes(page: pdfium.PdfPage, view: View, spans: Sequence[Span]) -> list[Box]:
    """The boxes of characters (left, top, right, bottom, in displayed points) on the page, one for each line."""
    text_page = page.get_textpage()
    made: list[Box] = []
    for start, end in spans:
        begin = len(made)
        for at in range(start, end):
            seen = _clip(view, view.character_box(text_page.raw, at))
            if seen is None:
                continue
            if len(made) > begin and _is_beside(made[-1], seen):
                line = made.pop()
                seen = min(line[0], seen[0]), min(line[1], seen[1]), max(line[2], seen[2]), max(line[3], seen[3])
            made.append(seen)
    return made


def _clip(view: View, box: Box) -> Box | None:
    """The part of a box that is on the page."""
    left, right = sorted((box[0], box[2]))
    top, bottom = sorted((box[1], box[3]))
    left, top = max(0.0, left), max(0.0, top)
    right, bottom = min(view.width, right), min(view.height, bottom)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _is_beside(line: Box, seen: Box) -> bool:
    """Whether a character is beside those of a line, not below or above them."""
    return min(line[3], seen[3]) - max(line[1], seen[1]) > 0.5 * min(line[3] - line[1], seen[3] - seen[1])


Span = tuple[int, int]

MAX_LETTERS = 4_000  # letters of a quote that are searched, from its start
MIN_RUN = 12  # letters of a run, at least: fewer may occur anywhere by chance
MAX_GAP = 3_000  # most letters between two runs: footnotes, and the header of the next page
MAX_STARTS = 50  # most positions at which a quote may begin that are tried
MIN_COVERAGE = 0.5  # share of the quote that has to be found; with less, the text found is a different one
_LEFT_OUT = frozenset("-\u00ad\u2010\u2011|\ufffd\ufffe\uffff")
"""Hyphens, the bars between the cells of a row, and characters without a meaning."""


def find_quote(pages: Sequence[str], quote: str) -> list[list[Span]]:
    """The spans of characters of each page in which a quote is found, in order; none where it is not found. `pages` are
    the texts of consecutive pages, over which it may run."""
    printed = [(letter, number, at) for number, text in enumerate(pages) for letter, at in _letters(text)]
    found: list[list[Span]] = [[] for _ in pages]
    quote_letters = "".join(letter for letter, _ in _letters(quote))[:MAX_LETTERS]
    for start, end in _runs("".join(letter for letter, *_ in printed), quote_letters):
        for _, number, at in printed[start:end]:
            spans = found[number]
            # Spaces and hyphens between two letters of a run are part of it.
            if spans and printed[start][1:] <= (number, spans[-1][0]):
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
    return found


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """The letters of a text that are compared, each with its index."""
    for at, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character):
            if letter not in _LEFT_OUT and not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf"):
                yield letter, at


def _runs(page: str, quote: str) -> list[Span]:
    """The runs of a quote's letters in those of the pages."""
    if not quote:
        return []
    best: list[Span] = []
    for first in range(0, max(1, len(quote) - MIN_RUN + 1), MIN_RUN):
        seed = quote[first : first + MIN_RUN]
        at = page.find(seed)
        for _ in range(MAX_STARTS):
            if at < 0:
                break
            best = max(best, _follow_runs(page, at, quote[first:]), key=_length)
            at = page.find(seed, at + 1)
        if _length(best) >= MIN_COVERAGE * len(quote):
            return best
    return []


def _follow_runs(page: str, at: int, quote: str) -> list[Span]:
    """The runs of a quote that begins at an index: each as long as possible, the next one not far behind it."""
    runs: list[Span] = []
    done = 0
    while done < len(quote) and at >= 0:
        length = _common_length(page, at, quote, done)
        runs.append((at, at + length))
        done += length
        end, at = at + length, -1
        while done < len(quote) and at < 0:
            seed = quote[done : done + MIN_RUN]
            # The last letters are only searched close by: so few letters may occur anywhere.
            at = page.find(seed, end, end + (MAX_GAP if len(seed) == MIN_RUN else 2 * MIN_RUN))
            done += at < 0
    return runs


def _common_length(page: str, at: int, quote: str, done: int) -> int:
    """The number of equal letters from two indices on."""
    most = min(len(page) - at, len(quote) - done)
    return next((n for n in range(most) if page[at + n] != quote[done + n]), most)


def _length(runs: Sequence[Span]) -> int:
    return sum(end - start for start, end in runs)
