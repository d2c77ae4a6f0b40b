"""Questions that name a section by its number, "what does decision 2025/8 say?", "recommendation 4 of A/88/410", or somebody who spoke."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.qa.answer import Answer
from assistant.qa.citations import choose, nearest, weighed
from assistant.qa.provisions import (
    WHOLE,
    NamedPartAnswerer,
    alone,
    left_beside,
    no_place,
    passages_of,
    places_in,
    words_left,
)
from assistant.qa.query import AND
from assistant.qa.retriever import Evidence, named_texts
from assistant.qa.scoring import FIRST, READ
from assistant.qa.units import Unit, items_below, spoken, units_of
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
"""How a section is numbered in its heading: `Decision 2025/8`, `12/CP.31`, `Draft resolution II`, `Recommendation 4`."""
_FULL = re.compile(FULL_NUMBER)
_NUMBERED = re.compile(rf"(?<![\w/.])(?:{_NUMBER})(?![\w/])", re.IGNORECASE)
_HAN = re.compile("[㐀-鿿]")


@dataclass(frozen=True)
class _Section:
    """A section with a number: its heading, and what that begins with, `label`, of which `words` are those of its series."""

    heading: Block
    label: str
    words: str
    number: str

    @property
    def full(self) -> bool:
        """Whether the number tells the session, too."""
        return _FULL.fullmatch(self.number) is not None


class NamedSections(NamedPartAnswerer):
    """Answers from decisions, recommendations and other sections that a question names by their number."""

    def answer(self, question: Question) -> Answer | None:
        """What stands there, or that there is no such one in its series; None where the question names no section that is looked for."""
        text = normalise_place_text(question.rest)
        if not _NUMBERED.search(text) and not _HAN.search(text):
            return None
        lacking: Answer | None = None
        for document, near in self._documents(question):
            for series in _series(document):
                named = [(each, span) for each in series if (near or each.full) and (span := _said(each, text, question, document))]  # fmt: skip
                if named:
                    return self._quoted(question, document, named)
                lacking = lacking or (self._lacking(question, document, series[0], text) if near else None)
        return lacking

    def headed(self, question: Question) -> Answer | None:
        """What stands under a heading of the texts that the question names, where it says the heading, or one of two that are joined
        ("Conclusions and recommendations"), and nothing else; None where it says none of one of them, or too much stands there."""
        units: list[Unit] = []
        for document in named_texts(question, self._library) or ():
            found = [
                unit
                for heading in self._headings(question, document)
                for unit in self._units(document, _Section(heading, "", "", ""))
                if question.admits(document.id, unit.block)
            ]
            if not found and len(question.documents) > 1:
                return None  # one symbol may be that of several parts
            units += found
        most, length = 2 * self._most, sum(unit.end - unit.start for unit in units)
        return self._composer.whole(question, units) if 0 < len(units) <= most and length <= most * WHOLE else None

    def _headings(self, question: Question, document: Document) -> list[Block]:
        """The headings that are all that a question asks of a document; none of an agenda or a treaty, whose parts are places."""
        asked = said = set(words_left(question, titled=[document]))
        if document.language != question.language:
            said = set(self._retriever.words(question, document.language))

        def meant(heading: Block) -> bool:
            return any(len(part) == len(asked) and part <= said for part in _parts(question, document, heading))

        sought = document.blocks if asked and document.kind not in ("agenda", "treaty") else ()
        return [each for each in sought if each.kind == "heading" and meant(each)]

    def _documents(self, question: Question) -> list[tuple[Document, bool]]:
        """Those that the question names, else those that search finds, and whether it finds them first."""
        named = named_texts(question, self._library)
        if named is not None:
            return [(each, True) for each in named]
        found: dict[str, tuple[Document, bool]] = {}
        for n, each in enumerate(self._retriever.gather(question, READ)):
            found.setdefault(each.document.id, (each.document, n < FIRST or each.id in question.carried))
        return list(found.values())

    def _quoted(self, question: Question, document: Document, named: Sequence[tuple[_Section, Span]]) -> Answer | None:
        section = named[0][0]
        if len(named) == 1 and (places := places_in(question)):
            if units := self._at(question, document, places, _blocks(document, section)):
                return self._composer.whole(question, units)
            return no_place(question, document, join_locator(section.label, places[0])) if section.full else None
        units = [
            each for held, _ in named for each in self._units(document, held) if question.admits(document.id, each.block)
        ]  # fmt: skip
        if not units:
            return None
        if not _asks_more(question, document, [held.heading for held, _ in named], [span for _, span in named]):
            return self._composer.whole(question, units)
        inside = [_blocks(document, held) for held, _ in named]
        found = self._retriever.retrieve(question, READ, [document.id])
        evidence = [each for each in found if any(each.passage.first in blocks for blocks in inside)]
        evidence = evidence or passages_of(units)
        scored = self._scorer.score_evidence(
            question, evidence, lambda unit: any(unit.block in blocks for blocks in inside)
        )
        if chosen := choose(scored, self._most):
            return weighed(self._composer.quoted(question, chosen), scored)
        # What names a decision by its full number is answered from no other.
        return weighed(self._composer.closest(question, nearest(scored), evidence), scored) if section.full else None

    def _units(self, document: Document, section: _Section) -> list[Unit]:
        """The words of a section in order, each paragraph with its sub-paragraphs; as one where they are many and not too long."""
        heading = section.heading
        held = _blocks(document, section)
        body = [block for block in document.blocks[held.start + 1 : held.stop] if block.kind != "footnote"]
        if not body or any(block.page in document.unquotable for block in body):
            return []
        units: list[Unit] = []
        for block in body:
            found = Evidence.at(self._library, document, block.start)
            if found is None or block.kind == "heading" or (units and block.end <= units[-1].end):
                continue
            if block.kind == "row":
                units += [unit for unit in units_of(found) if unit.block == block.ordinal]
            else:
                units.append(Unit.of(found, block, (items_below(document, block) or [block])[-1].end))
        units = [unit for unit in units if not unit.empty]
        lead = (((heading.start, heading.end), heading.locator),)
        if len(units) > 2 * self._most and units[-1].end - units[0].start <= 2 * self._most * WHOLE:
            units = [Unit(units[0].evidence, units[0].start, units[-1].end, heading.locator, heading.ordinal)]
        return [replace(each, leads=lead) if n == 0 else each for n, each in enumerate(units)]

    def _lacking(self, question: Question, document: Document, known: _Section, text: str) -> Answer | None:
        """That a document has no section of a number, though it has others of the series, where nothing but that is asked."""
        for found in _NUMBERED.finditer(text):
            asked = _Section(known.heading, "", known.words, found.group())
            span = _said(asked, text, question, document)
            if span is None or _shape(found.group()) != _shape(known.number):
                continue
            if _asks_more(question, document, (), [span]) and not (asked.full and question.symbols):
                continue
            place = text[slice(*span)]
            if re.search(rf"(?<!\w){re.escape(place)}(?![\w/])", normalise_place_text(document.text), re.IGNORECASE):
                return None  # it stands there, if not as a section
            return no_place(question, document, place)
        return None


@cached_by_document
def _series(document: Document) -> tuple[tuple[_Section, ...], ...]:
    """The sections of a document that are numbered in a series, by series; none of an agenda or a treaty, whose parts are places."""
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


def _parts(question: Question, document: Document, heading: Block) -> list[set[str]]:
    """The content words of a heading, without its number; of several things that are joined, those of each."""
    parts = re.split(AND[document.language], document.body(heading), flags=re.IGNORECASE)
    found = ({*question.vocabulary.content_of(part, document.language)} for part in parts)
    return [{word for word in words if not _NUMBERED.fullmatch(word)} for words in found]


def _said(section: _Section, text: str, question: Question, document: Document) -> Span | None:
    """Where a question names a section: its number, with the words of its series before it in any form. A number in full tells enough where
    it has letters, or the series has no words, or has them in another language."""
    if _HAN.search(section.words):
        found = re.search(rf"{re.escape(section.label)}(?!\d)", text) if section.label else None
        return found.span() if found else None
    language = question.language
    words = analyse(section.words, language)
    for found in re.finditer(rf"(?<![\w/.]){re.escape(section.number)}(?![\w/]|\.\d)", text, re.IGNORECASE):
        before = list(re.finditer(r"[^\W\d_]+", text[: found.start()]))[-max(1, len(section.words.split())) :]
        if before and words and analyse(text[before[0].start() : found.start()], language) == words:
            return before[0].start(), found.end()
        telling = not words or document.language != language or any(map(str.isalpha, section.number))
        if section.full and telling:
            return before[0].start() if before else found.start(), found.end()
    return None


def _blocks(document: Document, section: _Section) -> range:
    """The ordinals of the blocks of a section, from its heading on."""
    heading = section.heading
    behind = (block.ordinal for block in document.blocks[heading.ordinal + 1 :]
              if block.kind == "heading" and block.level <= heading.level)  # fmt: skip
    return range(heading.ordinal, next(behind, len(document.blocks)))


def _asks_more(question: Question, document: Document, headings: Sequence[Block], said: Sequence[Span]) -> bool:
    """Whether a question asks for more than the words of sections: beside their numbers, and what their text and who speaks are called."""
    called = [document.title, document.masthead.body, *map(document.block_text, headings)]
    left = left_beside(question, blanked(normalise_place_text(question.rest), said), called, document.language)
    return len(left) > alone(question)


def _shape(number: str) -> str:
    """What numbers of a series share: the session of 2025/8, 12/CP.31 and WHA79.4, else whether they are Roman."""
    if not _FULL.fullmatch(number):
        return "1" if number.isdigit() else "I"
    first, _, last = number.partition("/")
    return (last if any(map(str.isalpha, last)) else first) if last else first.rpartition(".")[0]


# What somebody said at a meeting: "what did Senegal say?", "what did Ms. Brandt say in S/PV.9912?"

MOST_SPEECHES = 4
"""Speeches of one speaker that are quoted; who speaks more often presides."""


class NamedSpeeches(NamedPartAnswerer):
    """Answers with all that a speaker said whom a question names, by State or by name, where it asks nothing more."""

    def answer(self, question: Question) -> Answer | None:
        """What was said; None where the question names no speaker of a record that is looked for, or asks for more."""
        for document in self._documents(question):
            by_speaker: dict[str, list[Speech]] = {}
            for speech in dict.fromkeys(each for each in speeches_of(document) if each):
                by_speaker.setdefault(speech.speaker, []).append(speech)
            named = [(who, said) for who, said in by_speaker.items() if _named(who, question, document)]
            said = [each for _, speeches in named for each in speeches]
            if (
                not said
                or len(said) > MOST_SPEECHES
                or _asks_more_of(question, document, [who for who, _ in named], said)
            ):
                continue
            units = [each for speech in said for each in self._units(document, speech)]
            if units := [unit for unit in units if question.admits(document.id, unit.block)]:
                return self._composer.whole(question, units)
        return None

    def _documents(self, question: Question) -> list[Document]:
        """Those that the question names, else those that search finds first."""
        named = named_texts(question, self._library)
        found = self._retriever.gather(question, READ)[:FIRST] if named is None else ()
        return list({each.document.id: each.document for each in found}.values()) if named is None else named

    def _units(self, document: Document, speech: Speech) -> list[Unit]:
        """The words of a speech, as one where it is not too long, else by paragraphs."""
        blocks = _blocks_of(document, speech)
        if any(block.page in document.unquotable for block in blocks):
            return []
        found = [(block, Evidence.at(self._library, document, block.start)) for block in blocks]
        units = [Unit.of(evidence, block) for block, evidence in found if evidence is not None]
        first, last = blocks[0], blocks[-1]
        together = last.end - first.start <= WHOLE and last.ordinal - first.ordinal < len(blocks)
        if len(units) > 1 and together and not any(block.number for block in blocks):  # these cite paragraphs
            units = [Unit(units[0].evidence, first.start, last.end, first.locator, first.ordinal)]
        return [spoken(unit) for unit in units]


def _named(speaker: str, question: Question, document: Document) -> bool:
    """Whether a question names a speaker: the State in any language, or, as the record writes them, the State or the last word of the name."""
    name, _, state = speaker.partition(" (")
    if question.countries and not find_countries(state, document.language).keys().isdisjoint(question.countries):
        return True
    words = [name] if document.language == "zh" else name.split()
    edge, behind = (r"(?<!\w)", r"(?!\w)") if document.language != "zh" else ("", "")
    called = [each for each in (state.rstrip(")"), *words[-1:]) if each]
    return any(re.search(rf"{edge}{re.escape(each)}{behind}", question.text) for each in called)


def _blocks_of(document: Document, speech: Speech) -> list[Block]:
    return [block for block in document.blocks if speeches_of(document)[block.ordinal] is speech]


def _asks_more_of(question: Question, document: Document, speakers: Sequence[str], said: Sequence[Speech]) -> bool:
    """Whether a question asks for more than the words of speakers: beside their names, and what the record and its body are called; or for
    something that they say."""
    text = blanked(
        question.rest, ((start, end) for _, start, end in find_country_spans(question.rest, question.language))
    )
    called = (*speakers, document.title, document.masthead.body)
    left = left_beside(question, text, called, document.language, question.language)
    words = "\n".join(document.block_text(block) for speech in said for block in _blocks_of(document, speech))
    return len(left) > alone(question) or not set(left).isdisjoint(analyse(words, document.language))
