"""Where the paragraphs of a text come from: the earlier texts that have them, word for word or nearly.

For each paragraph the lexical index proposes passages of other texts by its rarest words, so that the cost does not
grow with the library; the paragraphs of these are compared with it as in a comparison of two texts (`alignment`).
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
from assistant.reports import Progress, ReportError, no_progress
from assistant.reports.comparison.alignment import SAME_PART_SIMILARITY, SURE_SIMILARITY, similarities
from assistant.reports.comparison.paragraphs import CLOSING_SIGNS, Paragraph, find_paragraphs
from assistant.reports.comparison.text_diff import MIN_COMMON_SHARE, Piece, diff_words, pair_paragraphs
from assistant.reports.lookup import cite
from assistant.reports.quoted_tables import as_json
from assistant.time_slices import Aside, Slices
from corpus.analysis import analyse
from corpus.documents import Document
from corpus.library import Library
from corpus.place_spans import resolve_locator

RAREST_WORDS, MAX_PASSAGES = 24, 60
"""How many words of a paragraph, the rarest, are searched, and how many passages are considered."""
MAX_OTHER_TEXTS = 4
"""Texts that are listed beside the one from which a paragraph comes."""


Kind = Literal["verbatim", "near", "changed", "new"]
KINDS: tuple[Kind, ...] = ("verbatim", "near", "changed", "new")
Key = tuple[str, int]
"""Identifies a paragraph of a text: the id of the document, and the ordinal of the block."""


@dataclass(frozen=True)
class Earlier:
    """A paragraph of an earlier text. `pieces` without the added words are its words, but for typography."""

    citation: Citation
    date: str
    verbatim: bool
    likeness: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Origin:
    """A paragraph, and the earlier texts that have it: first the one from which it comes, then the others, the latest
    first. Empty where no text in the library has it."""

    citation: Citation
    earlier: tuple[Earlier, ...]

    @property
    def kind(self) -> Kind:
        """Whether it comes from there word for word, nearly, or so changed that only its position tells; or is new."""
        if not self.earlier:
            return "new"
        first = self.earlier[0]
        return "verbatim" if first.verbatim else "near" if first.likeness >= SURE_SIMILARITY else "changed"


@dataclass(frozen=True)
class Origins:
    """The paragraphs of a text, in its order, with their origins. `versions` are the ids of the earlier versions of the
    text itself in the library, which are no origins."""

    document: str
    label: str
    language: str
    paragraphs: tuple[Origin, ...]
    versions: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many paragraphs there are of each kind."""
        return {kind: sum(each.kind == kind for each in self.paragraphs) for kind in KINDS}

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `origins --json` prints."""
        return {
            "document": self.document,
            **self.counts,
            "versions": list(self.versions),
            "paragraphs": [
                {"kind": each.kind, **as_json(each, position=n)} for n, each in enumerate(self.paragraphs, 1)
            ],
        }


def resolve_place(document: Document, place: str) -> str:
    """The locator of a paragraph that a person writes as `15 (d)` or `para. 15`; empty for an empty place. Raises
    `ReportError` where the document has no such place."""
    if not place.strip():
        return ""
    locator = resolve_locator(document, place)
    if locator is None:
        raise ReportError("no-paragraph", document=document.label, place=place.strip()[:100])
    return locator


def find_origins(
    library: Library, document: Document, place: str = "", progress: Progress = no_progress, aside: Aside = nullcontext
) -> Origins:
    """The origins of the paragraphs and list items of a document, or only of those at one `place` (a locator) and
    below it: the whole document still tells from which text it was made. For a text without a date all others in the
    library count as earlier."""
    paragraphs = list(_compared_paragraphs(document))
    slices = Slices(aside)
    earlier_texts = _EarlierTexts(library, document)
    candidates: list[dict[Key, Paragraph]] = []
    for index, paragraph in enumerate(slices(paragraphs)):
        progress(document.cite(paragraph.block.locator), index, len(paragraphs))
        candidates.append(earlier_texts.find_candidates(paragraph))
    all_candidates = {key: other for own_candidates in candidates for key, other in own_candidates.items()}
    matches: list[dict[str, Earlier]] = [{} for _ in paragraphs]
    rows = slices(similarities(paragraphs, list(all_candidates.values())))
    for paragraph, own_candidates, row, own_matches in zip(paragraphs, candidates, rows, matches, strict=True):
        similarity_by_key = dict(zip(all_candidates, row, strict=True))
        for key, other in own_candidates.items():
            similarity = float(similarity_by_key[key])
            earlier_texts.add_if_similar(own_matches, paragraph, other, key[0], similarity, SURE_SIMILARITY)
    # The document was made from the text that is the best origin of most paragraphs.
    best_counts = Counter(_order_earlier(each, None)[0].citation.document for each in matches if each)
    source_id = min(best_counts, key=lambda each: (-best_counts[each], each), default=None)
    if source_id is not None:
        # Both texts are aligned as a whole, so that position and neighbours also identify a paragraph.
        common_share, pairs = pair_paragraphs(library.document(source_id), document)
        comparable = pairs if common_share >= MIN_COMMON_SHARE else ()
        paired = [
            (each.after.block.ordinal, each.before.block.ordinal) for each in comparable if each.before and each.after
        ]
        # Of a paragraph that was split, the whole is what its halves come from.
        source = earlier_texts.paragraphs_of(source_id)
        before_by_after = {after: source[before] for after, before in paired if before in source}
        for paragraph, own_matches in zip(paragraphs, matches, strict=True):
            previous = before_by_after.get(paragraph.block.ordinal)
            if previous is not None and not own_matches:
                similarity = float(next(similarities([paragraph], [previous]))[0])
                earlier_texts.add_if_similar(own_matches, paragraph, previous, source_id, similarity, 0.0)
    origins = (
        Origin(cite(library, document, paragraph.block), _order_earlier(own_matches, source_id))
        for paragraph, own_matches in zip(paragraphs, matches, strict=True)
        if not place or is_within(paragraph.block.locator, place)
    )
    return Origins(document.id, document.label, document.language, tuple(origins), earlier_texts.versions)


def _order_earlier(earlier: Mapping[str, Earlier], source_id: str | None) -> tuple[Earlier, ...]:
    """The origin first: a word-for-word match, else the text from which the document was made, else the most similar,
    of equal ones the latest; then the others, the latest first."""
    latest = sorted(earlier.values(), key=lambda each: each.citation.document)
    latest.sort(key=lambda each: each.date, reverse=True)
    if not latest:
        return ()
    first = max(latest, key=lambda each: (each.verbatim, each.citation.document == source_id, each.likeness))
    return (first, *[each for each in latest if each is not first][:MAX_OTHER_TEXTS])


class _EarlierTexts:
    """The texts from which a document may take words: earlier ones in its language, with another symbol, in their
    current revision, without digests."""

    def __init__(self, library: Library, document: Document) -> None:
        self._library, self._document = library, document
        versions = library.versions()
        own = versions.version_of(document.id)
        lineage = [each for each in versions.with_symbol if own is not None and each.lineage == own.lineage]
        self._excluded = {document.id, *(each.id for each in lineage), *versions.superseded}
        self.versions = tuple(each.id for each in lineage if own is not None and each.revision < own.revision)
        self.paragraphs_of = cache(self._read_paragraphs)

    def find_candidates(self, para: Paragraph) -> dict[Key, Paragraph]:
        """The paragraphs and list items in the passages with the rarest words of a paragraph."""
        language = self._document.language
        frequencies = self._library.document_frequency(list(dict.fromkeys(analyse(para.text, language))), language)
        found_words = (token for token in frequencies if frequencies[token])
        rarest = sorted(found_words, key=lambda token: (frequencies[token], token))[:RAREST_WORDS]
        hits = self._library.lexical_search(rarest, language, MAX_PASSAGES) if rarest else []
        passages = self._library.passages_by_id([hit.passage_id for hit in hits])
        found = (passages[hit.passage_id] for hit in hits if hit.passage_id in passages)
        return {
            (each.document_id, ordinal): other
            for each in found
            for ordinal in range(each.first, each.last + 1)
            if (other := self.paragraphs_of(each.document_id).get(ordinal))
        }

    def add_if_similar(
        self,
        found: dict[str, Earlier],
        para: Paragraph,
        other: Paragraph,
        document_id: str,
        similarity: float,
        threshold: float,
    ) -> None:
        """Add a similar paragraph of an earlier text to the matches of one; of several in a text the closest."""
        verbatim, previous = other.key == para.key, found.get(document_id)
        similarity = 1.0 if verbatim else similarity
        if similarity < threshold or (previous and (verbatim, similarity) <= (previous.verbatim, previous.likeness)):
            return
        # A short paragraph that is merely contained in a far longer one, such as a name in a list of names, does not come
        # from there; nor does one come from an entry of a list (without a closing sign) that it only mentions.
        shared_share = (Counter(para.words) & Counter(other.words)).total() / max(len(para.words), len(other.words))
        min_shared = MIN_COMMON_SHARE if other.text.endswith(tuple(CLOSING_SIGNS)) else SAME_PART_SIMILARITY
        if shared_share >= min_shared:
            pieces = (Piece.both(other.text, para.text),) if verbatim else diff_words(other.text, para.text)
            document = self._library.document(document_id)
            cited = cite(self._library, document, other.block)
            found[document_id] = Earlier(cited, document.date or "", verbatim, similarity, pieces)

    def _read_paragraphs(self, document_id: str) -> dict[int, Paragraph]:
        """The paragraphs of a text by the ordinals of their blocks; none of one that is not earlier."""
        if document_id in self._excluded:
            return {}
        other, mine = self._library.document(document_id), self._document.date
        is_earlier = mine is None or (other.date is not None and other.date < mine)
        is_text = is_earlier and other.edition != "digest"
        return {each.block.ordinal: each for each in _compared_paragraphs(other)} if is_text else {}


def _compared_paragraphs(document: Document) -> Iterator[Paragraph]:
    """The paragraphs and list items of a text, without its head, footnotes and the line that names the body that speaks."""
    speaks = preamble_start(document)
    own = (each for each in find_paragraphs(document) if each.group == "paragraph" and each.words)
    return (each for each in own if each.block.ordinal != speaks and each.part != "head")
