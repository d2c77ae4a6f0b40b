"""Questions that name a section by its number: "what does decision 2025/8 say?", "recommendation 4 of A/88/410"."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from assistant.frames import say
from assistant.qa.answer import Answer
from assistant.qa.citations import Composer, choose
from assistant.qa.provisions import WHOLE, alone
from assistant.qa.retriever import Evidence, Retriever, restricted
from assistant.qa.units import Unit, items_below, units_of
from assistant.qa.weighing import FIRST, READ, Weigher
from assistant.question import Question
from corpus.analysis import analyse
from corpus.documents import Block, Document, Span, once
from corpus.library import Library
from corpus.places import folded, name_place

_NUMBER = r"\d{1,4}/\d{1,3}|\d{1,3}|[IVXLC]{1,6}"
_LABEL = re.compile(
    rf"(?P<words>(?:[^\W\d_]+ ){{1,3}})(?P<number>{_NUMBER})(?=$|[\s.:)–—-])(?!\s*\(\d{{4}}\))"
    rf"|第(?P<han>{_NUMBER})号(?P<behind>[㐀-鿿]{{2,4}})|(?P<before>[㐀-鿿]{{2,6}})(?P<han_end>{_NUMBER}|[一二三四五六七八九十]{{1,3}})(?=$|[\s.:：。、])"
)
"""How a section is numbered in its heading: `Decision 2025/8`, `Draft resolution II`, `Recommendation 4`."""
_NUMBERED = re.compile(rf"(?<![\w/.])(?:{_NUMBER})(?![\w/])", re.IGNORECASE)
_HAN = re.compile("[㐀-鿿]")


@dataclass(frozen=True)
class _Section:
    """A section with a number: its heading, and what that begins with, `label`, of which `words` are those of its series."""

    heading: Block
    label: str
    words: str
    number: str


class NamedSections:
    """Answers from decisions, recommendations and other sections that a question names by their number, in at most `most` statements
    where not the whole section is asked for."""

    def __init__(self, library: Library, retriever: Retriever, weigher: Weigher, composer: Composer, most: int) -> None:
        self._library, self._retriever, self._weigher, self._composer, self._most = (
            library,
            retriever,
            weigher,
            composer,
            most,
        )

    def answer(self, question: Question) -> Answer | None:
        """What stands there, or that there is no such one in its series; None where the question names no section that is looked for."""
        text = folded(question.rest)
        if not _NUMBERED.search(text) and not _HAN.search(text):
            return None
        lacking: Answer | None = None
        for document in self._documents(question):
            for series in _series(document):
                named = next(((each, span) for each in series if (span := _said(each, text, question.language))), None)
                if named is not None:
                    return self._quoted(question, document, *named)
                lacking = lacking or self._lacking(question, document, series[0], text)
        return lacking

    def _documents(self, question: Question) -> list[Document]:
        """Those that the question names, else those that search finds first."""
        scope = restricted(question, self._library) if question.symbols or question.named else None
        if scope is None:
            found = enumerate(self._retriever.gather(question, READ))
            first = [each for n, each in found if n < FIRST or each.id in question.carried]
            return list({each.document.id: each.document for each in first}.values())
        return [
            self._library.document(each) for each in sorted(self._library.versions().quotable(question.language, scope))
        ]

    def _quoted(self, question: Question, document: Document, section: _Section, said: Span) -> Answer | None:
        units = [each for each in self._units(document, section) if question.admits(document.id, each.block)]
        if not units:
            return None
        if not _asks_more(question, document, section.heading, said):
            return self._composer.quoted(question, units[: 2 * self._most], units[2 * self._most :])
        evidence = list({each.evidence.id: each.evidence for each in units}.values())
        inside = (units[0].start, units[-1].end)
        chosen = choose(
            self._weigher.weigh(question, evidence, lambda unit: inside[0] <= unit.start and unit.end <= inside[1]),
            self._most,
        )
        return self._composer.quoted(question, chosen) if chosen else None

    def _units(self, document: Document, section: _Section) -> list[Unit]:
        """The words of a section in order, each paragraph with its sub-paragraphs; as one where they are many and not too long."""
        heading = section.heading
        body: list[Block] = []
        for block in document.blocks[heading.ordinal + 1 :]:
            if block.kind == "heading" and block.level <= heading.level:
                break
            body += [block] if block.kind != "footnote" else []
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
            span = _said(asked, text, question.language)
            alike = _shape(found.group()) == _shape(known.number)
            if span is None or not alike or _asks_more(question, document, None, span):
                continue
            place = text[slice(*span)]
            if re.search(rf"(?<!\w){re.escape(place)}(?![\w/])", folded(document.text), re.IGNORECASE):
                return None  # it stands there, if not as a section
            reason = say("no_place", question.language, document=document.label, place=place)
            return Answer(question.text, question.language, "not_found", reason)
        return None


@once
def _series(document: Document) -> tuple[tuple[_Section, ...], ...]:
    """The sections of a document that are numbered in a series, by series; none of an agenda or a treaty, whose parts are places."""
    found: list[_Section] = []
    for block in document.blocks if document.kind not in ("agenda", "treaty") else ():
        match = _LABEL.match(folded(document.block_text(block))) if block.kind == "heading" else None
        place = name_place(match.group()) if match else None
        if match is None or (place is not None and not place.start):
            continue
        words = (match["words"] or match["behind"] or match["before"]).strip().casefold()
        found.append(_Section(block, match.group(), words, match["number"] or match["han"] or match["han_end"]))
    counts = Counter(each.words for each in {(each.words, each.number): each for each in found}.values())
    return tuple(tuple(each for each in found if each.words == words) for words, count in counts.items() if count > 1)


def _said(section: _Section, text: str, language: str) -> Span | None:
    """Where a question names a section: its number, with the words of its series before it in any form."""
    if _HAN.search(section.words):
        found = re.search(rf"{re.escape(section.label)}(?!\d)", text) if section.label else None
        return found.span() if found else None
    words = analyse(section.words, language)
    for found in re.finditer(rf"(?<![\w/.]){re.escape(section.number)}(?![\w/])", text, re.IGNORECASE):
        before = list(re.finditer(r"[^\W\d_]+", text[: found.start()]))[-len(section.words.split()) :]
        if before and words and analyse(text[before[0].start() : found.start()], language) == words:
            return before[0].start(), found.end()
    return None


def _asks_more(question: Question, document: Document, heading: Block | None, said: Span) -> bool:
    """Whether a question asks for more than the words of a section: beside its number, and what its text and who speaks are called."""
    text = folded(question.rest)
    named = [document.title, document.masthead.body, document.block_text(heading) if heading else ""]
    known = {token for each in named for token in analyse(each, document.language)}
    rest = f"{text[: said[0]]} {text[said[1] :]}"
    left = question.vocabulary.content(analyse(rest, question.language), question.language)
    return len([token for token in left if token not in known]) > alone(question)


def _shape(number: str) -> str:
    """What numbers of a series share: the year of 2025/8, else whether they are Roman."""
    return number.partition("/")[0] if "/" in number else "1" if number.isdigit() else "I"
