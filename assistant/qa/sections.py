"""Answers to questions that name a section by its number ("what does decision 2025/8 say?", "recommendation 4 of A/88/410") or a speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.qa.answer import Answer
from assistant.qa.citations import choose, choose_tentative, with_confidence
from assistant.qa.place_questions import max_other_words, places_in, words_besides, words_left
from assistant.qa.provisions import WHOLE, NamedPartAnswerer, passages_of, place_missing
from assistant.qa.query import AND
from assistant.qa.retriever import Evidence, named_documents
from assistant.qa.scoring import FIRST, READ
from assistant.qa.units import Unit, block_units, with_speaker
from assistant.question import Question
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.countries import find_countries, find_country_spans
from corpus.decision_numbers import FULL_NUMBER
from corpus.documents import Block, Document, Span, cached_by_document
from corpus.places import find_place, join_locator, normalise_place_text
from ingest.speakers import Speech, speeches_of

_NUMBER = rf"{FULL_NUMBER}|\d{{1,3}}|[IVXLC]{{1,6}}"
_LABEL = re.compile(
    rf"(?:(?P<words>(?:[^\W\d_]+ ){{1,3}})(?P<number>{_NUMBER})|(?P<bare>{FULL_NUMBER}))(?=$|[\s.:)–—-])(?!\s*\(\d{{4}}\))"
    rf"|第(?P<han>{_NUMBER})号(?P<behind>[㐀-鿿]{{2,4}})|(?P<before>[㐀-鿿]{{2,6}})(?P<han_end>{_NUMBER}|[一二三四五六七八九十]{{1,3}})(?=$|[\s.:：。、])"
)
"""The numbered label at the start of a heading: `Decision 2025/8`, `12/CP.31`, `Draft resolution II`, `Recommendation 4`."""
_FULL = re.compile(FULL_NUMBER)
_NUMBERED = re.compile(rf"(?<![\w/.])(?:{_NUMBER})(?![\w/])", re.IGNORECASE)
_HAN = re.compile("[㐀-鿿]")


@dataclass(frozen=True)
class _Section:
    """A numbered section: its heading, the `label` at the start of the heading, and the `words` and `number` of the label; the words name its series."""

    heading: Block
    label: str
    words: str
    number: str

    @property
    def full(self) -> bool:
        """Whether the number includes the session."""
        return _FULL.fullmatch(self.number) is not None


class NamedSections(NamedPartAnswerer):
    """Answers from decisions, recommendations and other sections that a question names by number."""

    def answer(self, question: Question) -> Answer | None:
        """The text of the section, or that its series has no such number; None where the question names no section."""
        text = normalise_place_text(question.rest)
        if not _NUMBERED.search(text) and not _HAN.search(text):
            return None
        no_such_section: Answer | None = None
        for document, is_likely in self._documents(question):
            for series in _sections_by_series(document):
                spans = (
                    (each, _span_of_name(each, text, question, document)) for each in series if is_likely or each.full
                )
                if named := [(each, span) for each, span in spans if span]:
                    return self._answer_from(question, document, named)
                if is_likely and no_such_section is None:
                    no_such_section = self._no_such_section(question, document, series[0], text)
        return no_such_section

    def headed(self, question: Question) -> Answer | None:
        """The text under a heading of the named documents, where the question says nothing but the heading or one of the parts that it joins
        ("Conclusions and recommendations"); None where it names no heading of one of the documents, or the text is too long."""
        units: list[Unit] = []
        for document in named_documents(question, self._library) or ():
            headings = self._headings(question, document)
            found = [unit for heading in headings for unit in self._units(document, heading)]
            found = [unit for unit in found if question.admits(document.id, unit.block)]
            if not found and len(question.documents) > 1:
                return None  # one symbol may stand for several parts
            units += found
        limit, length = 2 * self._most, sum(unit.end - unit.start for unit in units)
        return self._composer.whole(question, units) if 0 < len(units) <= limit and length <= limit * WHOLE else None

    def _headings(self, question: Question, document: Document) -> list[Block]:
        """The headings that are all that a question asks for in a document; none in an agenda or a treaty, whose parts are places."""
        question_words = translated_words = set(words_left(question, titled=[document]))
        if document.language != question.language:
            translated_words = set(self._retriever.words(question, document.language))

        def is_requested(heading: Block) -> bool:
            parts = _heading_parts(question, document, heading)
            return any(len(part) == len(question_words) and part <= translated_words for part in parts)

        blocks = document.blocks if question_words and document.kind not in ("agenda", "treaty") else ()
        return [each for each in blocks if each.kind == "heading" and is_requested(each)]

    def _documents(self, question: Question) -> list[tuple[Document, bool]]:
        """The documents that the question names, else those that search finds, each with whether it was named or ranked first."""
        named = named_documents(question, self._library)
        if named is not None:
            return [(each, True) for each in named]
        found: dict[str, tuple[Document, bool]] = {}
        for n, each in enumerate(self._retriever.gather(question, READ)):
            found.setdefault(each.document.id, (each.document, n < FIRST or each.id in question.carried))
        return list(found.values())

    def _answer_from(
        self, question: Question, document: Document, named: Sequence[tuple[_Section, Span]]
    ) -> Answer | None:
        section = named[0][0]
        if len(named) == 1 and (places := places_in(question)):
            if units := self._at(question, document, places, _section_blocks(document, section.heading)):
                return self._composer.whole(question, units)
            return place_missing(question, document, join_locator(section.label, places[0])) if section.full else None
        headings = [held.heading for held, _ in named]
        units = [unit for heading in headings for unit in self._units(document, heading)]
        units = [unit for unit in units if question.admits(document.id, unit.block)]
        if not units:
            return None
        if not _asks_more_than_sections(question, document, headings, [span for _, span in named]):
            return self._composer.whole(question, units)
        blocks = {ordinal for heading in headings for ordinal in _section_blocks(document, heading)}
        hits = self._retriever.retrieve(question, READ, [document.id])
        evidence = [each for each in hits if each.passage.first in blocks] or passages_of(units)
        scored = self._scorer.score_evidence(question, evidence, lambda unit: unit.block in blocks)
        if chosen := choose(scored, self._most):
            return with_confidence(self._composer.quoted(question, chosen), scored)
        if not section.full:
            return None
        # A question with the full number of a decision is answered from no other one.
        return with_confidence(self._composer.closest(question, choose_tentative(scored), evidence), scored)

    def _units(self, document: Document, heading: Block) -> list[Unit]:
        """The units of a section in order, each paragraph with its sub-paragraphs; a single unit where they are many but short."""
        blocks = _section_blocks(document, heading)
        body = [block for block in document.blocks[blocks.start + 1 : blocks.stop] if block.kind != "footnote"]
        if not body or any(block.page in document.unquotable for block in body):
            return []
        units: list[Unit] = []
        for block in body:
            evidence = Evidence.at(self._library, document, block.start)
            if evidence is not None and block.kind != "heading" and not (units and block.end <= units[-1].end):
                units += block_units(evidence, block)
        lead = (((heading.start, heading.end), heading.locator),)
        if len(units) > 2 * self._most and units[-1].end - units[0].start <= 2 * self._most * WHOLE:
            units = [Unit(units[0].evidence, units[0].start, units[-1].end, heading.locator, heading.ordinal)]
        return [replace(each, leads=lead) if n == 0 else each for n, each in enumerate(units)]

    def _no_such_section(self, question: Question, document: Document, known: _Section, text: str) -> Answer | None:
        """The answer that a document has no section with a number, though others of its series, where the question asks for nothing else."""
        for found in _NUMBERED.finditer(text):
            section = _Section(known.heading, "", known.words, found.group())
            span = _span_of_name(section, text, question, document)
            if span is None or _shape(found.group()) != _shape(known.number):
                continue
            if _asks_more_than_sections(question, document, (), [span]) and not (section.full and question.symbols):
                continue
            place = text[slice(*span)]
            if re.search(rf"(?<!\w){re.escape(place)}(?![\w/])", normalise_place_text(document.text), re.IGNORECASE):
                return None  # it is in the text, if not as a section
            return place_missing(question, document, place)
        return None


@cached_by_document
def _sections_by_series(document: Document) -> tuple[tuple[_Section, ...], ...]:
    """The numbered sections of a document, grouped by series; none in an agenda or a treaty, whose parts are places."""
    found: list[_Section] = []
    for block in document.blocks if document.kind not in ("agenda", "treaty") else ():
        match = _LABEL.match(normalise_place_text(document.block_text(block))) if block.kind == "heading" else None
        place = find_place(match.group()) if match else None
        if match is None or (place is not None and not place.start):
            continue
        words = (match["words"] or match["behind"] or match["before"] or "").strip().casefold()
        number = match["number"] or match["bare"] or match["han"] or match["han_end"]
        found.append(_Section(block, match.group(), words, number))
    counts = Counter(each.words for each in {(each.words, each.number): each for each in found}.values())
    return tuple(tuple(each for each in found if each.words == words) for words, count in counts.items() if count > 1)


def _heading_parts(question: Question, document: Document, heading: Block) -> list[set[str]]:
    """The content words of a heading, without its number, for each of the parts that it joins."""
    parts = re.split(AND[document.language], document.body(heading), flags=re.IGNORECASE)
    words_of_parts = ({*question.vocabulary.content_of(part, document.language)} for part in parts)
    return [{word for word in words if not _NUMBERED.fullmatch(word)} for words in words_of_parts]


def _span_of_name(section: _Section, text: str, question: Question, document: Document) -> Span | None:
    """The span in which a question names a section: its number after the words of its series in any inflection. A full number suffices where it
    has letters, or the series has no words or has them in another language."""
    if _HAN.search(section.words):
        found = re.search(rf"{re.escape(section.label)}(?!\d)", text) if section.label else None
        return found.span() if found else None
    language = question.language
    words = analyse(section.words, language)
    for found in re.finditer(rf"(?<![\w/.]){re.escape(section.number)}(?![\w/]|\.\d)", text, re.IGNORECASE):
        words_before = list(re.finditer(r"[^\W\d_]+", text[: found.start()]))[-max(1, len(section.words.split())) :]
        if words_before and words and analyse(text[words_before[0].start() : found.start()], language) == words:
            return words_before[0].start(), found.end()
        number_suffices = not words or document.language != language or any(map(str.isalpha, section.number))
        if section.full and number_suffices:
            return words_before[0].start() if words_before else found.start(), found.end()
    return None


def _section_blocks(document: Document, heading: Block) -> range:
    """The ordinals of the blocks of a section, beginning with its heading."""
    behind = (block.ordinal for block in document.blocks[heading.ordinal + 1 :]
              if block.kind == "heading" and block.level <= heading.level)  # fmt: skip
    return range(heading.ordinal, next(behind, len(document.blocks)))


def _asks_more_than_sections(
    question: Question, document: Document, headings: Sequence[Block], spans: Sequence[Span]
) -> bool:
    """Whether a question asks for more than the text of sections, beside their numbers and the names of the document and its body."""
    names = [document.title, document.masthead.body, *map(document.block_text, headings)]
    remaining = words_besides(question, blanked(normalise_place_text(question.rest), spans), names, document.language)
    return len(remaining) > max_other_words(question)


def _shape(number: str) -> str:
    """What the numbers of one series have in common: the session of 2025/8, 12/CP.31 and WHA79.4, else whether they are Roman."""
    if not _FULL.fullmatch(number):
        return "1" if number.isdigit() else "I"
    first, _, last = number.partition("/")
    return (last if any(map(str.isalpha, last)) else first) if last else first.rpartition(".")[0]


# Speeches at a meeting: "what did Senegal say?", "what did Ms. Brandt say in S/PV.9912?"

MOST_SPEECHES = 4
"""Most speeches of a speaker that are quoted; a speaker with more presides."""


class NamedSpeeches(NamedPartAnswerer):
    """Answers with everything that a named speaker (a State or a person) said, where the question asks for nothing more."""

    def answer(self, question: Question) -> Answer | None:
        """The speeches; None where the question names no speaker of a meeting record, or asks for more."""
        for document in self._named_or_found(question, FIRST):
            by_speaker: dict[str, list[Speech]] = {}
            for speech in dict.fromkeys(each for each in speeches_of(document) if each):
                by_speaker.setdefault(speech.speaker, []).append(speech)
            speakers = [speaker for speaker in by_speaker if _names_speaker(speaker, question, document)]
            said = [speech for speaker in speakers for speech in by_speaker[speaker]]
            if not 0 < len(said) <= MOST_SPEECHES or _asks_more_than_speeches(question, document, speakers, said):
                continue
            units = [each for speech in said for each in self._units(document, speech)]
            if units := [unit for unit in units if question.admits(document.id, unit.block)]:
                return self._composer.whole(question, units)
        return None

    def _units(self, document: Document, speech: Speech) -> list[Unit]:
        """The units of a speech: one where it is not too long, else its paragraphs."""
        blocks = _speech_blocks(document, speech)
        if any(block.page in document.unquotable for block in blocks):
            return []
        found = [(block, Evidence.at(self._library, document, block.start)) for block in blocks]
        units = [Unit.of(evidence, block) for block, evidence in found if evidence is not None]
        first, last = blocks[0], blocks[-1]
        together = last.end - first.start <= WHOLE and last.ordinal - first.ordinal < len(blocks)
        # Numbered paragraphs are cited one by one.
        if len(units) > 1 and together and not any(block.number for block in blocks):
            units = [Unit(units[0].evidence, first.start, last.end, first.locator, first.ordinal)]
        return [with_speaker(unit) for unit in units]


def _names_speaker(speaker: str, question: Question, document: Document) -> bool:
    """Whether a question names a speaker: the State in any language, or the State or surname as the record writes it."""
    name, _, state = speaker.partition(" (")
    if question.countries and not find_countries(state, document.language).keys().isdisjoint(question.countries):
        return True
    words = [name] if document.language == "zh" else name.split()
    edge, behind = (r"(?<!\w)", r"(?!\w)") if document.language != "zh" else ("", "")
    names = [name_part for name_part in (state.rstrip(")"), *words[-1:]) if name_part]
    return any(re.search(rf"{edge}{re.escape(name_part)}{behind}", question.text) for name_part in names)


def _speech_blocks(document: Document, speech: Speech) -> list[Block]:
    return [block for block in document.blocks if speeches_of(document)[block.ordinal] is speech]


def _asks_more_than_speeches(
    question: Question, document: Document, speakers: Sequence[str], speeches: Sequence[Speech]
) -> bool:
    """Whether a question asks for more than the speeches, beside the names of the speakers, the record and its body; or for something in
    them."""
    countries = find_country_spans(question.rest, question.language)
    text = blanked(question.rest, ((start, end) for _, start, end in countries))
    names = (*speakers, document.title, document.masthead.body)
    remaining = words_besides(question, text, names, document.language, question.language)
    words = "\n".join(document.block_text(block) for speech in speeches for block in _speech_blocks(document, speech))
    said = analyse(words, document.language)
    return len(remaining) > max_other_words(question) or not set(remaining).isdisjoint(said)
