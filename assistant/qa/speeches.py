"""Questions for what somebody said at a meeting: "what did Senegal say?", "what did Ms. Brandt say in S/PV.9912?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.qa.answer import Answer
from assistant.qa.provisions import WHOLE, Named, alone, left_beside
from assistant.qa.retriever import Evidence, named_texts
from assistant.qa.units import Unit, spoken
from assistant.qa.weighing import FIRST, READ
from assistant.question import Question
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.countries import countries, country_spans
from corpus.documents import Block, Document
from ingest.speakers import Speech, speeches_of

MOST_SPEECHES = 4
"""Speeches of one speaker that are quoted; who speaks more often presides."""


class NamedSpeeches(Named):
    """Answers with all that a speaker said whom a question names, by State or by name, where it asks nothing more."""

    def answer(self, question: Question) -> Answer | None:
        """What was said; None where the question names no speaker of a record that is looked for, or asks for more."""
        for document in self._documents(question):
            by_speaker: dict[str, list[Speech]] = {}
            for speech in dict.fromkeys(each for each in speeches_of(document) if each):
                by_speaker.setdefault(speech.speaker, []).append(speech)
            named = [(who, said) for who, said in by_speaker.items() if _named(who, question, document)]
            said = [each for _, speeches in named for each in speeches]
            if not said or len(said) > MOST_SPEECHES or _asks_more(question, document, [who for who, _ in named], said):
                continue
            units = [each for speech in said for each in self._units(document, speech)]
            if units := [each for each in units if question.admits(document.id, each.block)]:
                return self._composer.whole(question, units)
        return None

    def _documents(self, question: Question) -> list[Document]:
        """Those that the question names, else those that search finds first."""
        named = named_texts(question, self._library)
        found = self._retriever.gather(question, READ)[:FIRST] if named is None else ()
        return list({each.document.id: each.document for each in found}.values()) if named is None else named

    def _units(self, document: Document, speech: Speech) -> list[Unit]:
        """The words of a speech, as one where it is not too long, else by paragraphs."""
        blocks = _blocks(document, speech)
        if any(block.page in document.unquotable for block in blocks):
            return []
        found = [(block, Evidence.at(self._library, document, block.start)) for block in blocks]
        units = [Unit.of(evidence, block) for block, evidence in found if evidence is not None]
        first, last = blocks[0], blocks[-1]
        together = last.end - first.start <= WHOLE and last.ordinal - first.ordinal < len(blocks)
        if len(units) > 1 and together and not any(block.number for block in blocks):  # these cite paragraphs
            units = [Unit(units[0].evidence, first.start, last.end, first.locator, first.ordinal)]
        return [spoken(each) for each in units]


def _named(speaker: str, question: Question, document: Document) -> bool:
    """Whether a question names a speaker: the State in any language, or, as the record writes them, the State or the last word of the name."""
    name, _, state = speaker.partition(" (")
    if question.countries and not countries(state, document.language).keys().isdisjoint(question.countries):
        return True
    words = [name] if document.language == "zh" else name.split()
    edge, behind = (r"(?<!\w)", r"(?!\w)") if document.language != "zh" else ("", "")
    called = [each for each in (state.rstrip(")"), *words[-1:]) if each]
    return any(re.search(rf"{edge}{re.escape(each)}{behind}", question.text) for each in called)


def _blocks(document: Document, speech: Speech) -> list[Block]:
    return [block for block in document.blocks if speeches_of(document)[block.ordinal] is speech]


def _asks_more(question: Question, document: Document, speakers: Sequence[str], said: Sequence[Speech]) -> bool:
    """Whether a question asks for more than the words of speakers: beside their names, and what the record and its body are called; or for
    something that they say."""
    text = blanked(question.rest, ((start, end) for _, start, end in country_spans(question.rest, question.language)))
    called = (*speakers, document.title, document.masthead.body)
    left = left_beside(question, text, called, document.language, question.language)
    words = "\n".join(document.block_text(block) for speech in said for block in _blocks(document, speech))
    return len(left) > alone(question) or not set(left).isdisjoint(analyse(words, document.language))
