"""What a question names and its answer must name, too: years, countries, what is written in capitals, and one of several labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import takewhile

from assistant.qa.abstention import (
    NAMED_HEADING_SHARE,
    OTHER_COUNTRY_PENALTY,
    OTHER_NAME_PENALTY,
    OTHER_YEAR_PENALTY,
    SAME_WORDS_SHARE,
)
from assistant.qa.metadata import around, head_of
from assistant.qa.readers import PassageReading
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit
from assistant.question import YEAR, Question, numbered_meetings
from assistant.wording import claims
from corpus.acronyms import find_acronyms, matches_acronym
from corpus.analysis import analyse, fold
from corpus.countries import find_countries, mentions_country
from corpus.documents import Block, Document, cached_by_document
from corpus.symbols import find_symbols
from corpus.tables import cell_texts
from ingest.speakers import speeches_of

STEM, ENDING = 4, 3
"""Letters of a name that a text must have at least, and those at its end that may differ there."""
LISTED = 2
"""Countries that words name and may be about; more are a list."""
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[–-]\s?((?:19|20)?\d\d)(?!\d)")
"""How several years are written together: `2026–2028`, `2025-26`."""
_LABEL = re.compile(r"([^.:：;()]{2,40})[:：]\s?(?=\S)")
"""How words begin that are a list with a label: `Against: Arla, Bend`."""


def constrained(
    told: PassageReading, begin: int, question: Question, unit: Unit, found: Sequence[Document] = ()
) -> float:
    """How far words of a passage that was read from a character on are above the bar for an answer, in log-odds: less what counts against
    them where their document, of those `found`, does not name what the question names, or others beside them have the label that it says;
    those with that label are what the passage answers with. What came closest does so still: who asks may name their own country."""
    thresholds, labelled = told.thresholds, _has_named_label(question, unit)
    score = told.whole if labelled else told.score(unit.start - begin, unit.end - begin)
    score += unit.evidence.behind
    less = OTHER_YEAR_PENALTY * _of_another_year(question, unit) + OTHER_NAME_PENALTY * _of_another_name(
        question, unit, found
    )
    less += OTHER_NAME_PENALTY * (labelled is False or of_another_session(question, unit)) + _of_another_country(
        question, unit
    )
    return (
        max(score - less, min(score, thresholds.tentative_margin))
        if thresholds.tentative_margin < 0.0
        else score - less
    )


def _of_another_name(question: Question, unit: Unit, found: Sequence[Document]) -> bool:
    """Whether a question names an acronym that the document of a unit neither has nor spells, or that it only spells elsewhere, or what was
    asked last of it a name that it does not have; or, where neither the passage nor the first page has any that it names, one that the
    first page of another document found has."""
    document, evidence = unit.document, unit.evidence
    names = find_acronyms(question.rest) if question.language == document.language else []

    def has(name: str, other: Document, part: Callable[[Document], str]) -> bool:
        return question.once((part, other.id, name), lambda: matches_acronym(name, part(other)))

    def around(name: str) -> bool:
        return question.once((_around, evidence.id, name), lambda: matches_acronym(name, _around(evidence)))

    def written(name: str) -> bool:
        return question.once((find_acronyms, document.id, name), lambda: name in _text(document))

    if any(not has(name, document, _text) for name in names) or _lacks_name(question, document):
        return True
    if not all(written(name) or around(name) for name in names):
        return True
    beside = [each for each in found if each.id != document.id]
    return any(has(name, each, _first_page) for name in names for each in beside) and not any(map(around, names))


def _lacks_name(question: Question, document: Document) -> bool:
    """Whether what was asked last of a conversation has a name that a document does not have: with the turns before, this may be forgotten."""
    if not question.last or question.language != document.language:
        return False

    def lacks() -> bool:
        names, text = claims.read(question.last, question.language).names, fold(_text(document))
        # A name may be inflected, or tell of whom something is ("Russians").
        return any(fold(name)[: max(STEM, len(name) - ENDING)] not in text for name in names)

    return question.once((_lacks_name, document.id), lacks)


def _of_another_country(question: Question, unit: Unit) -> float:
    """What counts against a unit where a question names a country that its document does not, or that others of its passage name and it
    does not, which names another one; more where its document names none of those asked about, or its passage does not
    and it is about others, by its document's title, or by its own words if the first page names none of them, either."""
    document, language, codes = unit.document, unit.document.language, question.countries
    if not codes:
        return 0.0
    titled, passage, named = _title_countries(document), unit.evidence.passage, partial(_names_any, codes, language)
    if _others_speak(question, unit, codes):
        return OTHER_COUNTRY_PENALTY

    def held(code: str) -> bool:
        return question.once((_text, document.id, code), lambda: mentions_country(code, _text(document), language))

    own = find_countries(unit.text, language)
    of_others = 0 < len(own) <= LISTED
    beside = named(f"{passage.heading}\n{passage.text}")
    if titled.isdisjoint(codes) and not beside and (titled or (of_others and not named(_first_page(document)))):
        return OTHER_COUNTRY_PENALTY
    if not any(map(held, codes)):
        return OTHER_COUNTRY_PENALTY
    elsewhere = of_others and named(passage.text) and not named(unit.text)
    return OTHER_NAME_PENALTY * (elsewhere or not all(map(held, codes)))


def _names_any(codes: Sequence[str], language: str, words: str) -> bool:
    """Whether words name any of some countries."""
    return any(mentions_country(code, words, language) for code in codes)


def _others_speak(question: Question, unit: Unit, codes: Sequence[str]) -> bool:
    """Whether a unit is said by one who names none of the countries asked about, in the record of a meeting at which one of these
    speaks, or nobody speaks of them."""
    document, spoken = unit.document, speeches_of(unit.document)
    own = spoken[unit.block]
    if own is None:
        return False
    named = partial(_names_any, codes, document.language)

    def others() -> bool:
        speakers = "\n".join({each.speaker for each in spoken if each})
        said = (document.block_text(block) for block in document.blocks if spoken[block.ordinal])
        return named(speakers) or not any(map(named, said))

    def silent() -> bool:
        said = (document.block_text(block) for block in document.blocks if spoken[block.ordinal] is own)
        return not named(own.speaker) and not any(map(named, said))

    key = _others_speak, document.id
    return question.once(key, others) and question.once((*key, own.first), silent)


def of_another_session(question: Question, unit: Unit) -> bool:
    """Whether a question names a session or meeting by its number and a unit others only, in a document of another one; or whether its
    document is of another one, where the unit tells of that."""
    document, asked = unit.document, set(question.sessions)
    own = _sessions(question, document.masthead.session, document.language) if asked else ()
    if not asked or asked.intersection(own):
        return False
    said = _sessions(question, unit.text, document.language) or (own if unit.block in around(document) else ())
    return bool(said) and asked.isdisjoint(said)


def _sessions(question: Question, text: str, language: str) -> tuple[str, ...]:
    return numbered_meetings(text, question.vocabulary, language)


def _text(document: Document) -> str:
    return f"{document.title}\n{document.text}"


@cached_by_document
def _title_countries(document: Document) -> frozenset[str]:
    return frozenset(find_countries(document.title, document.language))


@cached_by_document
def _first_page(document: Document) -> str:
    return "\n".join(
        [document.title, document.date or "", *(document.block_text(block) for block in head_of(document))]
    )


def _around(evidence: Evidence) -> str:
    """A passage, with what stands over it and on the first page of its document."""
    return "\n".join([evidence.passage.heading, evidence.passage.text, _first_page(evidence.document)])


def _has_named_label(question: Question, unit: Unit) -> bool | None:
    """Whether of the lists or rows with labels that stand together a unit is one whose label the question says in full; None where it
    says none of them, or the unit has none."""
    document, block = unit.document, unit.document.blocks[unit.block]
    label = _label(document, block)
    if not label or document.kind == "agenda":
        return None
    if question.language != document.language:
        labelled = find_countries(label, document.language).keys() if question.countries and block.kind == "row" else ()
        return not labelled.isdisjoint(question.countries) if labelled else None
    sides = reversed(document.blocks[: block.ordinal]), document.blocks[block.ordinal :]
    beside = [each for side in sides for each in takewhile(lambda other: _beside(document, other, block), side)]
    key = _named_labels, document.id, min(each.ordinal for each in beside)
    named = question.once(key, lambda: _named_labels(question, document, beside))
    return block.ordinal in named if named else None


def _named_labels(question: Question, document: Document, blocks: Sequence[Block]) -> set[int]:
    """The ordinals of those of several blocks whose labels a question says in full, but for words that all labels have, in other words than
    the document's title; of a conversation those of whose labels what was asked last says a word, which no head of theirs says.
    None where it says all."""
    labels = {block.ordinal: frozenset(analyse(_label(document, block), document.language)) for block in blocks}
    shared = frozenset.intersection(*labels.values()) if len(labels) > 1 else frozenset()
    title = set(analyse(document.title, document.language))
    asked, named = set(analyse(question.rest, question.language)) - title, set[int]()
    if question.last:
        heads = {token for block in blocks for token in analyse(block.context or "", document.language)}
        last = {*question.content_of(question.focus)} - title - heads
        named = {n for n, label in labels.items() if not _numbers(own := (label - shared) & last)}
    named = named or {n for n, label in labels.items() if (own := label - shared) <= asked and not _numbers(own)}
    return named if len(named) < len(labels) else set()


def _label(document: Document, block: Block) -> str:
    """What a row or a list is called; empty where it is called nothing."""
    if block.kind == "row":
        return "" if block.context == "header" else cell_texts(document, block)[0]
    found = _LABEL.match(document.body(block)) if block.kind == "paragraph" and not block.number else None
    return found[1] if found else ""


def _beside(document: Document, one: Block, other: Block) -> bool:
    """Whether two blocks are rows of one table, or lists with labels under one heading."""
    if one.kind == other.kind == "row":
        return one.locator.rpartition(", ")[0] == other.locator.rpartition(", ")[0]
    return one.kind == other.kind and one.parent == other.parent and bool(_label(document, one))


def _numbers(tokens: frozenset[str]) -> bool:
    """Whether words are numbers alone that are no years."""
    return all(token.isdigit() and not YEAR.fullmatch(token) for token in tokens)


def _of_another_year(question: Question, unit: Unit) -> bool:
    """Whether a question names a year, beside those in symbols, that neither the passage of a unit says, nor what heads it, nor the first
    page; or only others than those that the unit says, or the head of a row. What is said of several years (`2026–2028`) is said of none of them alone, unless the question names several so."""
    years = YEAR.findall(question.rest)
    if not years:
        return False
    passage, page, block = unit.evidence.passage, _first_page(unit.document), unit.document.blocks[unit.block]
    heads = " ".join(unit.document.text[slice(*span)] for span, _ in unit.leads) if block.kind == "row" else ""
    if (headed := _years_in(heads)) and headed.isdisjoint(years):
        return True
    if (said := _years_in(_without_symbols(unit.own))) and said.isdisjoint(years):
        return True
    own = "\n".join([passage.heading, passage.text, unit.text])
    alone = own if _YEARS.search(question.rest) else _YEARS.sub(" ", own)
    return any(year not in alone and (year in own or year not in page) for year in years)


def _without_symbols(text: str) -> str:
    for mention in reversed(find_symbols(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text


def _years_in(text: str) -> set[str]:
    """The years that a text names, and those between two that stand together."""
    found = {*YEAR.findall(text)}
    for first, last in _YEARS.findall(text):
        found |= {str(year) for year in range(int(first), int(first[: 4 - len(last)] + last) + 1)}
    return found


# Sentences that say the same of different things: only their headings tell which of them a question means

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")
_NUMBER = re.compile(r"\d+")
FEWEST = 5
"""Words of a sentence, numbers left out, from which on it can be compared."""


def rivals(unit: Unit, others: Sequence[Unit]) -> list[Unit]:
    """Those of other units that say under another heading of the document what a unit says, but for numbers and a few words; of rows
    those of other tables that are labelled alike. Beside what has numbers only what has others speaks of something else: `26 groups` and
    `several groups` may be the same."""
    words, numbers = _WORD.findall(unit.text.casefold()), set(_NUMBER.findall(unit.own))
    if len(words) < FEWEST:
        return []
    beside = (other for other in others if other.document.id == unit.document.id)
    beside = (other for other in beside if not numbers or set(_NUMBER.findall(other.own)) - numbers)
    labelled = (other for other in beside if _first_cell(other) == _first_cell(unit))
    alike = [other for other in labelled if _same(words, _WORD.findall(other.text.casefold()))]
    return [other for other in alike if _heading(other) != _heading(unit)]


def named_by(tokens: Collection[str], unit: Unit, others: Sequence[Unit]) -> bool:
    """Whether a question, by its words as the index has them, names the heading of a unit, by what that has beside those of its rivals."""
    language = unit.document.language
    beside = {token for other in others for token in analyse(_heading(other), language)}
    own = set(analyse(_heading(unit), language)) - beside
    return bool(own) and len(own.intersection(tokens)) >= NAMED_HEADING_SHARE * len(own)


def _heading(unit: Unit) -> str:
    return unit.document.heading_at(unit.start)


def _first_cell(unit: Unit) -> list[str] | None:
    """The words of the first cell of a row; None of other words."""
    row = unit.document.blocks[unit.block]
    first = next((cell for cell in row.cells if cell is not None), (unit.start, unit.end))
    return _WORD.findall(unit.document.quote(*first).casefold()) if row.kind == "row" else None


def _same(words: Sequence[str], others: Sequence[str]) -> bool:
    compared = SequenceMatcher(None, words, others, autojunk=False)
    return all(
        ratio() >= SAME_WORDS_SHARE for ratio in (compared.real_quick_ratio, compared.quick_ratio, compared.ratio)
    )
