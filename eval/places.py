"""Gold spans: words of a document named by their beginning and end, found again in its text however it is spaced."""

from __future__ import annotations

import re

from corpus.documents import Document, Span

BETWEEN = " ... "
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", **dict.fromkeys("‐‑‒–—―", "-")})


def span_of(document: Document, locator: str, words: str) -> Span | None:
    """Where words stand in a document: `words` are a stretch whole, or its beginning and its end around ` ... `. They are
    looked for at the locator and below it, then in the whole text; None where they are not found."""
    head, _, tail = words.partition(BETWEEN)
    inside = [
        (block.start, block.end)
        for block in document.blocks
        if block.locator == locator or block.locator.startswith((f"{locator} (", f"{locator}, "))
    ]
    for begin, end in (*inside, *([(inside[0][0], inside[-1][1])] if len(inside) > 1 else []), (0, len(document.text))):
        found = _find(document.text[begin:end], head, tail)
        if found is not None:
            return begin + found[0], begin + found[1]
    return None


def _find(text: str, head: str, tail: str) -> Span | None:
    first = _pattern(head).search(text.translate(_ALIKE))
    if first is None:
        return None
    if not tail:
        return first.span()
    last = _pattern(tail).search(text.translate(_ALIKE), first.end())
    return None if last is None else (first.start(), last.end())


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in words.translate(_ALIKE).split()), re.IGNORECASE)
