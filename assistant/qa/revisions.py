"""Document versions in answers: corrections and notes on later revisions of cited documents, and the same place in another language version."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer_phrases import joined, place_name, say
from assistant.qa.answer import Citation, Statement
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, row_leads
from corpus.analysis import fold, word_spans
from corpus.calendar_names import language_name
from corpus.corrections import Correction, find_corrections
from corpus.decision_numbers import language_neutral_locator
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.place_spans import PlacedCorrection, place_correction
from corpus.symbols import Symbol
from corpus.versions import Version, Versions, choose_language_versions

WORDS = 900
"""Most characters of a correction that are quoted, in whole blocks where possible."""


class VersionNotes:
    """Corrections and notes on the versions of cited documents in the library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._read: dict[tuple[str, ...], tuple[PlacedCorrection, ...]] = {}

    def corrected(self, statements: Sequence[Statement], language: str) -> tuple[list[Statement], list[str]]:
        """The statements, each followed by the corrections of its cited words, and a note for each corrigendum of a cited document with places that
        can't be determined or quoted. Each correction appears once, instead of a quote of its words that retrieval also found."""
        result: list[Statement] = []
        notes: list[str] = []
        seen: set[tuple[str, int]] = set()
        for statement in statements:
            result.append(statement)
            for citation in statement.citations:
                document = self._library.document(citation.document)
                for corrigendum in self._corrigenda(document, language):
                    for each in self._corrections(document, corrigendum):
                        key = corrigendum.id, each.correction.start
                        target = each.touched_target(citation.start, citation.end)
                        readable = target is not None and _is_quotable(corrigendum, each.correction)
                        if target is not None and readable and key not in seen:
                            result.append(self._statement(document, target, corrigendum, each.correction, language))
                            seen.add(key)
                        elif not each.is_found or (target is not None and not readable):
                            names = {"document": document.label, "corrigendum": corrigendum.label}
                            notes.append(say("corrected_somewhere", language, **names))
        derived = [citation for each in result if each.verdict == "derived" for citation in each.citations]
        kept = [each for each in result if each.verdict != "quoted" or not _all_within(each.citations, derived)]
        return kept, list(dict.fromkeys(notes))

    def latest(self, statements: Sequence[Statement], language: str) -> tuple[list[Statement], list[str]]:
        """The statements, where of several documents with the same quoted words only the latest stays, at the position of the first; and notes that
        name the earlier ones."""
        groups: dict[tuple[str, ...], list[Statement]] = {}
        for statement in statements:
            spoken, key = statement.main.language, [str(len(groups))]
            if statement.verdict == "quoted":
                key = [word for word, _, _ in word_spans(fold(statement.text).replace("’", "'"))]
            groups.setdefault((statement.verdict, spoken, *key), []).append(statement)
        result, notes = [], []
        for group in groups.values():
            by_document = {each.main.document: each for each in reversed(group)}
            if len(by_document) == 1:
                result += group
                continue
            order = sorted(by_document, key=lambda each: (self._library.document(each).date or "", each), reverse=True)
            later, *earlier = (by_document[each].main.locator for each in order)
            result.append(by_document[order[0]])
            notes.append(say("repeats", language, later=later, earlier=joined(earlier, language)))
        return result, notes

    def notes(self, requested: Sequence[Symbol], cited: Sequence[Document], language: str) -> list[str]:
        """Notes where a requested symbol has been revised, and where an older revision is cited because there is no later one in its language."""
        versions = self._library.versions()
        made = []
        for document in cited:
            version = versions.version_of(document.id)
            if version is None:
                continue
            made += later_notes(versions, document, language)
            made += [
                say("revised", language, symbol=symbol.text, newer=version.symbol.text)
                for symbol in requested
                if symbol != version.symbol and version.id in {each.id for each in versions.current_versions(symbol)}
                and version.revision > 0 and symbol.base == version.symbol.base
            ]  # fmt: skip
        return list(dict.fromkeys(made))

    def _corrigenda(self, document: Document, language: str) -> list[Document]:
        """The corrigenda of a document in the library: in its language, else in the question's, else any."""
        if document.symbol is None:
            return []
        versions = self._library.versions().corrigenda(document.symbol)
        best: list[Version] = choose_language_versions(versions, document.language, language)
        return [self._library.document(version.id) for version in best]

    def _corrections(self, document: Document, corrigendum: Document) -> tuple[PlacedCorrection, ...]:
        """The corrections of a corrigendum with their places in a document; cached."""
        key = (document.id, document.sha256, corrigendum.id, corrigendum.sha256)
        if key not in self._read:
            while len(self._read) >= 200:
                del self._read[next(iter(self._read))]
            self._read[key] = tuple(place_correction(document, each) for each in find_corrections(corrigendum))
        return self._read[key]

    def _statement(
        self, document: Document, target: str, corrigendum: Document, correction: Correction, language: str
    ) -> Statement:
        end = _quote_end(corrigendum, correction)
        evidence = self._library.passage_id_at(corrigendum.id, correction.start) or ""
        citation = Citation.of(corrigendum, correction.start, end, correction.locator, evidence)
        words = _correction_text(citation.quote) + (" …" if end < correction.end else "")
        text = say("corrected", language, place=place_name(target, language), document=document.label,
                   corrigendum=corrigendum.label, words=words)  # fmt: skip
        return Statement(text[:1].upper() + text[1:], "derived", (citation,))


def later_notes(versions: Versions, document: Document, language: str) -> list[str]:
    """Notes that the library has a later revision of a document, in which languages, and whether it is an unverified one."""
    later_ones = {
        "later_revision": versions.later_revisions(document.id),
        "later_unverified": versions.unverified_revisions(document.id),
    }
    notes = []
    for template, newer in ((template, later[0].symbol) for template, later in later_ones.items() if later):
        languages = joined([language_name(each, language) for each in versions.languages(newer)], language)
        notes.append(say(template, language, document=document.label, newer=newer.text, languages=languages))
    return notes


def _is_quotable(corrigendum: Document, correction: Correction) -> bool:
    """Whether a correction can be quoted: it has words, none of them on a damaged page."""
    start, end = corrigendum.trim_span(correction.start, correction.end)
    blocks = (block for block in corrigendum.blocks if block.start < correction.end and correction.start < block.end)
    return start < end and not any(block.page in corrigendum.unquotable for block in blocks)


def _quote_end(corrigendum: Document, correction: Correction) -> int:
    """Where a long correction is cut: at the end of the last block that fits, else at a word boundary."""
    if correction.end - correction.start <= WORDS:
        return correction.end
    most = correction.start + WORDS
    whole_blocks = (block for block in corrigendum.blocks if correction.start <= block.start and block.end <= most)
    last_end = max((each.end for each in whole_blocks), default=0)
    if last_end - correction.start >= WORDS // 3:
        return last_end
    text = corrigendum.text[correction.start : most]
    return correction.start + len(text.rsplit(None, 1)[0].rstrip())


def _correction_text(quote: str) -> str:
    """The words of a correction on one line, with a colon after the line that names the place."""
    first, _, rest = quote.partition("\n")
    parts = [" ".join(part.split()) for part in (first, rest) if part.strip()]
    return (" " if first.rstrip().endswith((".", ":", ";", ",", "。", "：")) else ": ").join(parts)


def _all_within(citations: Sequence[Citation], others: Sequence[Citation]) -> bool:
    def holds(other: Citation, each: Citation) -> bool:
        return other.document == each.document and other.start <= each.start and each.end <= other.end

    return all(any(holds(other, citation) for other in others) for citation in citations)


# The same place in another language version


def in_other_language(unit: Unit, library: Library, language: str) -> Unit:
    """The unit at the same place of another language version of its document, in whole blocks; the unit itself where there is no such version or
    one of its places is not found there exactly once."""
    document = unit.document
    version = library.versions().version_of(document.id)
    if version is None or document.language == language:
        return unit
    for other in library.versions().with_symbol:
        same = other.symbol == version.symbol and other.header.part == version.header.part
        if same and other.header.language == language and other.header.edition == version.header.edition:
            return _moved(unit, library.document(other.id), library) or unit
    return unit


def _moved(unit: Unit, other: Document, library: Library) -> Unit | None:
    document = unit.document
    first, last = (_counterpart(document, at, other) for at in (unit.start, unit.end - 1))
    heads = [_counterpart(document, start, other) for (start, _), _ in unit.leads]
    if first is None or last is None or last.ordinal < first.ordinal or {first.page, last.page} & set(other.unquotable):
        return None
    leads = tuple(((head.body_start, head.end), head.locator) for head in heads if head)
    if other.kind == "agenda" and first.kind == "row":
        leads = row_leads(other, first)  # a cell with the day, not its whole row
    evidence = Evidence.at(library, other, first.start, unit.evidence.score)
    moved = Unit.of(evidence, first, last.end, leads) if evidence and len(leads) == len(heads) else None
    return None if moved is None or moved.empty else moved


def _counterpart(document: Document, position: int, other: Document) -> Block | None:
    """The block of another language version at the place of a character, where that place is unique in both."""
    block = document.block_at(position)
    place = (block.kind, language_neutral_locator(block.locator)) if block else None
    own_matches, other_matches = (
        [block for block in version.blocks if (block.kind, language_neutral_locator(block.locator)) == place]
        for version in (document, other)
    )
    return other_matches[0] if len(own_matches) == len(other_matches) == 1 else None
