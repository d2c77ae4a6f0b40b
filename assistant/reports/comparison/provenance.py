"""Where the words of a text come from: the earlier texts that have a paragraph, to the letter or nearly.

For each paragraph the index of words proposes passages of other texts by its rarest words, so that the cost does not grow with
what is held; the paragraphs of these are held against it as two texts are compared (`pairing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from assistant.qa.answer import Citation
from assistant.qa.metadata import preamble_start
from assistant.qa.provisions import is_within
from assistant.reports import Progress, ReportError, silent
from assistant.reports.comparison.alignment import ALIKE, SURE, likenesses
from assistant.reports.comparison.paragraphs import END, Para, paragraphs
from assistant.reports.comparison.text_diff import LITTLE, Piece, pairs_of, pieces_of
from assistant.reports.lookup import cite
from assistant.reports.quoted_tables import as_json
from assistant.time_slices import Aside, Slices
from corpus.analysis import analyse
from corpus.documents import Document
from corpus.library import Library
from corpus.place_spans import locator_of

WORDS, PASSAGES = 24, 60
"""How many words of a paragraph, the rarest, are searched for, and how many passages may have it."""
MOST = 4
"""Texts that are named beside the one that a paragraph comes from."""


Kind = Literal["verbatim", "near", "changed", "new"]
KINDS: tuple[Kind, ...] = ("verbatim", "near", "changed", "new")
Key = tuple[str, int]
"""A paragraph of a text: the id of the document, and the ordinal of the block."""


@dataclass(frozen=True)
class Earlier:
    """A paragraph of an earlier text and how it differs: `pieces` without the added words are its words, but for typography."""

    citation: Citation
    date: str
    verbatim: bool
    likeness: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Origin:
    """A paragraph, and the earlier texts that have it: the one that it comes from first, then the others, the latest first.
    Empty where no text that is held has it."""

    citation: Citation
    earlier: tuple[Earlier, ...]

    @property
    def kind(self) -> Kind:
        """Whether it comes from there to the letter, nearly, or changed so much that only its place there tells; or is new."""
        if not self.earlier:
            return "new"
        first = self.earlier[0]
        return "verbatim" if first.verbatim else "near" if first.likeness >= SURE else "changed"


@dataclass(frozen=True)
class Origins:
    """The paragraphs of a text, in its order, with where they come from."""

    document: str
    label: str
    language: str
    paragraphs: tuple[Origin, ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many paragraphs there are of each kind."""
        return {kind: sum(each.kind == kind for each in self.paragraphs) for kind in KINDS}

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `origins --json` prints."""
        return {
            "document": self.document,
            **self.counts,
            "paragraphs": [{"kind": each.kind, **as_json(each, n=n)} for n, each in enumerate(self.paragraphs, 1)],
        }


def place_in(document: Document, place: str) -> str:
    """The locator of a paragraph that a person names: `15 (d)`, `para. 15`; empty where none is named. Raises `ReportError`
    where the document has no such place."""
    if not place.strip():
        return ""
    found = locator_of(document, place)
    if found is None:
        raise ReportError("no-paragraph", document=document.label, place=place.strip()[:100])
    return found


def origins_of(
    library: Library, document: Document, place: str = "", progress: Progress = silent, aside: Aside = nullcontext
) -> Origins:
    """Where the paragraphs and list items of a document come from, or those at one `place` of it (a locator) and under it: the whole tells
    from which text it was made. Of a text without a date every other one that is held counts as earlier."""
    mine = list(_comparable(document))
    slices = Slices(aside)
    held = _Held(library, document)
    proposed: list[dict[Key, Para]] = []
    for n, para in enumerate(slices(mine)):
        progress(document.cite(para.block.locator), n, len(mine))
        proposed.append(held.near(para))
    theirs = {key: other for near in proposed for key, other in near.items()}
    found: list[dict[str, Earlier]] = [{} for _ in mine]
    rows = slices(likenesses(mine, list(theirs.values())))
    for para, near, row, kept in zip(mine, proposed, rows, found, strict=True):
        alike = dict(zip(theirs, row, strict=True))
        for (earlier, _), other in near.items():
            held.keep(kept, para, other, earlier, float(alike[earlier, other.block.ordinal]), SURE)
    # The text that has most of the paragraphs best is the one that a document was made from.
    best = Counter(_ordered(kept, None)[0].citation.document for kept in found if kept)
    model = min(best, key=lambda each: (-best[each], each), default=None)
    if model is not None:
        # What a text was made from is paired with it as a whole: there place and neighbours tell of a paragraph, too.
        common, pairs = pairs_of(library.document(model), document)
        became = {each.after.block.ordinal: each.before for each in pairs if each.before and each.after}
        for para, kept in zip(mine, found, strict=True):
            was = became.get(para.block.ordinal) if common >= LITTLE and not kept else None
            if was is not None:
                held.keep(kept, para, was, model, float(next(likenesses([para], [was]))[0]), 0.0)
    made = (
        Origin(cite(library, document, para.block), _ordered(kept, model))
        for para, kept in zip(mine, found, strict=True)
        if not place or is_within(para.block.locator, place)
    )
    return Origins(document.id, document.label, document.language, tuple(made))


def _ordered(kept: Mapping[str, Earlier], model: str | None) -> tuple[Earlier, ...]:
    """What has a paragraph to the letter, else the text that the document was made from, else what is nearest in words, of equal
    ones the latest; behind it the others, the latest first."""
    latest = sorted(kept.values(), key=lambda each: each.citation.document)
    latest.sort(key=lambda each: each.date, reverse=True)
    if not latest:
        return ()
    first = max(latest, key=lambda each: (each.verbatim, each.citation.document == model, each.likeness))
    return (first, *[each for each in latest if each is not first][:MOST])


class _Held:
    """The texts that a document may take words from: earlier ones in its language, of another symbol, in their current
    revision, no digests."""

    def __init__(self, library: Library, document: Document) -> None:
        self._library, self._document = library, document
        versions = library.versions()
        own = versions.of(document.id)
        self._behind = versions.superseded
        self._same = {document.id} | {each.id for each in versions.held if own is not None and each.line == own.line}
        self._paras, self._admits = cache(self._read), cache(self._earlier)

    def near(self, para: Para) -> dict[Key, Para]:
        """The paragraphs and list items in the passages that have the rarest words of one."""
        language = self._document.language
        known = self._library.document_frequency(list(dict.fromkeys(analyse(para.text, language))), language)
        rarest = sorted((token for token in known if known[token]), key=lambda token: (known[token], token))[:WORDS]
        hits = self._library.lexical(rarest, language, PASSAGES) if rarest else []
        passages = self._library.passages_by_id([hit.passage_id for hit in hits])
        found = (passages[hit.passage_id] for hit in hits if hit.passage_id in passages)
        return {
            (each.document_id, n): other
            for each in found
            if self._admits(each.document_id)
            for n in range(each.first, each.last + 1)
            if (other := self._paras(each.document_id).get(n))
        }

    def keep(
        self, kept: dict[str, Earlier], para: Para, other: Para, earlier: str, likeness: float, least: float
    ) -> None:
        """Keeps what an earlier text has of a paragraph, of several places in one text the one most like it."""
        verbatim, known, document = other.key == para.key, kept.get(earlier), self._library.document(earlier)
        likeness = 1.0 if verbatim else likeness
        # What only stands somewhere in a far longer one, as a name in a list of names, does not come from there; nor from an entry of a list, which
        # no sign closes, what only names it.
        shared = (Counter(para.words) & Counter(other.words)).total() / max(len(para.words), len(other.words))
        if (
            likeness >= least
            and shared >= (LITTLE if other.text.endswith(tuple(END)) else ALIKE)
            and (known is None or (verbatim, likeness) > (known.verbatim, known.likeness))
        ):
            pieces = (Piece.both(other.text, para.text),) if verbatim else pieces_of(other.text, para.text)
            cited = cite(self._library, document, other.block)
            kept[earlier] = Earlier(cited, document.date or "", verbatim, likeness, pieces)

    def _read(self, document_id: str) -> dict[int, Para]:
        return {each.block.ordinal: each for each in _comparable(self._library.document(document_id))}

    def _earlier(self, document_id: str) -> bool:
        if document_id in self._same or document_id in self._behind:
            return False
        other, mine = self._library.document(document_id), self._document.date
        return other.edition != "digest" and (mine is None or (other.date is not None and other.date < mine))


def _comparable(document: Document) -> Iterator[Para]:
    """The paragraphs and list items of a text, without its footnotes and without the line that names the body that speaks."""
    speaks = preamble_start(document)
    own = (each for each in paragraphs(document) if each.sort == "paragraph" and each.words)
    return (each for each in own if each.block.ordinal != speaks)
