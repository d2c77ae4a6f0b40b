"""Where on the pages of a PDF a quote stands: its letters, in their order, among those of the pages.

A reader joins what a page parts (words over line ends, paragraphs over pages, rows of cells) and leaves out what stands
between (footnote marks, running heads). So letters alone are compared, without spaces and hyphens, and the quote is
found in runs: what is marked are letters of the quote, in their order, and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

Span = tuple[int, int]

MOST_LETTERS = 4_000
"""Letters of a quote that are looked for, from its start."""
LEAST = 12
"""Letters that a run has, at least: fewer may stand anywhere by chance."""
GAP = 3_000
"""Letters that may stand between two runs: footnotes, and the head of the next page."""
MOST_PLACES = 50
"""Places where a quote may begin that are tried."""
COVERED = 0.5
"""Share of the quote that has to be found; with less, something else was found."""
_LEFT_OUT = frozenset("-\u00ad\u2010\u2011|\ufffd\ufffe\uffff")
"""Hyphens, the bars between the cells of a row, and characters without a meaning."""


def marks(pages: Sequence[str], quote: str) -> list[list[Span]]:
    """The spans of characters of each page in which a quote stands, in its order; none where it is not found. `pages` are the
    texts of neighbouring pages, over which it may run."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for number, text in enumerate(pages):
        for letter, at in _letters(text):
            letters.append(letter)
            places.append((number, at))
    found: list[list[Span]] = [[] for _ in pages]
    wanted = "".join(letter for letter, _ in _letters(quote))[:MOST_LETTERS]
    for start, end in _runs("".join(letters), wanted):
        for number, at in places[start:end]:
            spans = found[number]
            # Spaces and hyphens between two letters of a run are part of it.
            if spans and places[start] <= (number, spans[-1][0]):
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
    return found


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """What is compared of a text, letter by letter, each with its place."""
    for at, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character):
            if letter not in _LEFT_OUT and not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf"):
                yield letter, at


def _runs(page: str, quote: str) -> list[Span]:
    """The runs of a quote's letters in those of the pages."""
    if not quote:
        return []
    best: list[Span] = []
    for first in range(0, max(1, len(quote) - LEAST + 1), LEAST):
        seed = quote[first : first + LEAST]
        at = page.find(seed)
        for _ in range(MOST_PLACES):
            if at < 0:
                break
            best = max(best, _followed(page, at, quote[first:]), key=_length)
            at = page.find(seed, at + 1)
        if _length(best) >= COVERED * len(quote):
            return best
    return []


def _followed(page: str, at: int, quote: str) -> list[Span]:
    """The runs of a quote that begins at a place: each as long as it can be, the next one not far behind it."""
    runs: list[Span] = []
    done = 0
    while done < len(quote) and at >= 0:
        length = _common(page, at, quote, done)
        runs.append((at, at + length))
        done += length
        end, at = at + length, -1
        while done < len(quote) and at < 0:
            seed = quote[done : done + LEAST]
            # The last letters are looked for close by: they are too few to be known elsewhere.
            at = page.find(seed, end, end + (GAP if len(seed) == LEAST else 2 * LEAST))
            done += at < 0
    return runs


def _common(page: str, at: int, quote: str, done: int) -> int:
    """How many letters are the same from two places on."""
    most = min(len(page) - at, len(quote) - done)
    return next((n for n in range(most) if page[at + n] != quote[done + n]), most)


def _length(runs: Sequence[Span]) -> int:
    return sum(end - start for start, end in runs)
