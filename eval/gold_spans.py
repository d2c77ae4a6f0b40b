"""Gold spans: words of a document named by their beginning and end, found again in its text however it is spaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.documents import Block, Document, Span
from corpus.library import Library
from eval.cases import Case, Place, Stretch
from eval.wording import normalize_text

BETWEEN = " ... "
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", **dict.fromkeys("‐‑‒–—―", "-")})


Found = tuple[Stretch, ...] | None
"""Where the words of a place stand; None for a place without words of its own, or one that nobody has looked up."""


class Shelf:
    """The documents of a library by the names that question sets give them: the key, or the name of the file without
    its suffix. One that came otherwise than from that file is also known by its key written as the name of a file."""

    def __init__(self, library: Library) -> None:
        self._named: dict[str, list[str]] = {}
        self._written: dict[str, list[str]] = {}
        for header in library.each_header():
            for name in {normalize_text(header.key), normalize_text(stem_of(header.source))}:
                self._named.setdefault(name, []).append(header.id)
            for name in (_words(header.key), _words(f"{header.key} {header.language}")):
                self._written.setdefault(name, []).append(header.id)

    def ids(self, name: str) -> Sequence[str]:
        """The documents of that name: of a key all language versions and editions."""
        return self._named.get(normalize_text(name)) or self._written.get(_words(name), [])


def _words(name: str) -> str:
    """A name without the signs between its parts, which files can't have or have otherwise."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def stem_of(name: str) -> str:
    """How question sets call a document by its file's name."""
    return re.sub(r"\.\w{2,4}$", "", name).replace(" ", "_")


def located(cases: Sequence[Case], library: Library) -> list[Case]:
    """The cases, the words of their gold places looked up in the documents of a library."""
    shelf = Shelf(library)

    def find(place: Place) -> Found:
        if not place.span:
            return None
        documents = [library.document(document_id) for document_id in shelf.ids(place.document)]
        spans = [(document.id, span_of(document, place.locator or "", place.span)) for document in documents]
        return tuple((document_id, *span) for document_id, span in spans if span is not None)

    return [_placed(case, find) for case in cases]


def blocks_in(place: Place, document: Document) -> list[Block]:
    """The blocks of a document that lie in a place."""
    return [
        block
        for block in document.blocks
        if place.contains(document.key, block.locator, (document.id, block.start, block.end))
    ]


def found_of(case: Case) -> list[Found]:
    """Where the words of each gold place stand, each place followed by those that do instead of it: what a run keeps."""
    return [each.found for place in case.gold for each in place.acceptable]


def with_found(case: Case, found: Sequence[Found]) -> Case:
    """The case with what `found_of` gave for it. Raises `ValueError` where that is of other places."""
    if len(found) != len(found_of(case)):
        raise ValueError(f"the places of case {case.id} are others")
    left = iter(found)
    return _placed(case, lambda _: next(left))


def _placed(case: Case, find: Callable[[Place], Found]) -> Case:
    """A case whose places, asked in the order of `found_of`, are where `find` says."""
    gold = []
    for place in case.gold:
        first = replace(place, found=find(place))
        gold.append(replace(first, others=tuple(replace(each, found=find(each)) for each in place.others)))
    return replace(case, gold=tuple(gold))


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
