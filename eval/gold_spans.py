"""Gold spans: words of a document, whole or their beginning and end, located in its text regardless of spacing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.documents import Block, Document, Span
from corpus.library import Library
from eval.cases import Case, Place, Stretch
from eval.wording import normalize_text

ELLIPSIS = " ... "
_EQUIVALENT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", **dict.fromkeys("‐‑‒–—―", "-")})


FoundRanges = tuple[Stretch, ...] | None
"""Where the words of a place are; None for a place without words of its own, and before the lookup."""


class DocumentIndex:
    """Finds documents of a library by the names that question sets use: the key, or the name of the file without its
    suffix. A document from another source is also found by its key in the form of a file name."""

    def __init__(self, library: Library) -> None:
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        self._by_words: defaultdict[str, list[str]] = defaultdict(list)
        for header in library.iter_headers():
            for name in {normalize_text(header.key), normalize_text(document_name(header.source))}:
                self._by_name[name].append(header.id)
            for name in (header.key, f"{header.key} {header.language}"):
                self._by_words[_name_words(name)].append(header.id)

    def ids(self, name: str) -> Sequence[str]:
        """The ids of the documents with that name: for a key, all language versions and editions."""
        return self._by_name.get(normalize_text(name)) or self._by_words.get(_name_words(name), [])


def _name_words(name: str) -> str:
    """A name reduced to its words, since separators may be impossible in file names or differ there."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def document_name(name: str) -> str:
    """The name of a document in question sets, from the name of its file."""
    return re.sub(r"\.\w{2,4}$", "", name).replace(" ", "_")


def locate_gold(cases: Sequence[Case], library: Library) -> list[Case]:
    """Looks up the words of gold places in the documents of a library; returns the cases with the result."""
    index = DocumentIndex(library)

    def find(place: Place) -> FoundRanges:
        if not place.span:
            return None
        documents = [library.document(document_id) for document_id in index.ids(place.document)]
        spans = [(document.id, find_span(document, place.locator or "", place.span)) for document in documents]
        return tuple((document_id, *span) for document_id, span in spans if span is not None)

    return [_with_positions(case, find) for case in cases]


def blocks_in(place: Place, document: Document) -> list[Block]:
    """The blocks of a document that lie in a place."""
    return [
        block
        for block in document.blocks
        if place.contains(document.key, block.locator, (document.id, block.start, block.end))
    ]


def found_ranges(case: Case) -> list[FoundRanges]:
    """Where the words of each gold place are, each place followed by its alternatives: what a stored run keeps."""
    return [each.found for place in case.gold for each in place.acceptable]


def restore_ranges(case: Case, found: Sequence[FoundRanges]) -> Case:
    """The case with the value that `found_ranges` gave for it. Raises `ValueError` if that is of other places."""
    if len(found) != len(found_ranges(case)):
        raise ValueError(f"the places of case {case.id} are others")
    remaining = iter(found)
    return _with_positions(case, lambda _: next(remaining))


def _with_positions(case: Case, find: Callable[[Place], FoundRanges]) -> Case:
    """A case with the positions that `find` returns for its places, called in the order of `found_ranges`."""
    gold = []
    for place in case.gold:
        first = replace(place, found=find(place))
        gold.append(replace(first, others=tuple(replace(each, found=find(each)) for each in place.others)))
    return replace(case, gold=tuple(gold))


def find_span(document: Document, locator: str, words: str) -> Span | None:
    """Where words are in a document: `words` is a text in full, or its beginning and its end around ` ... `. The
    locator and the places below it are searched first, then the whole text; None where nothing is found."""
    # The first end behind the first beginning.
    pattern = re.compile(".*?".join(map(_pattern, words.split(ELLIPSIS, 1))), re.IGNORECASE | re.DOTALL)
    text = document.text.translate(_EQUIVALENT)
    ranges = [
        (block.start, block.end)
        for block in document.blocks
        if block.locator == locator or block.locator.startswith((f"{locator} (", f"{locator}, "))
    ]
    for begin, end in (*ranges, *([(ranges[0][0], ranges[-1][1])] if len(ranges) > 1 else []), (0, len(document.text))):
        if match := pattern.search(text[begin:end]):
            return begin + match.start(), begin + match.end()
    return None


def _pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.translate(_EQUIVALENT).split())
