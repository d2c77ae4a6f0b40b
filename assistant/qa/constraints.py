"""Penalties for units that lack what the question names: years, days, countries, sessions, acronyms, and the label of a row or list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from assistant.qa.abstention import (
    NAMED_PLACE_BONUS,
    OTHER_COUNTRY_PENALTY,
    OTHER_NAME_PENALTY,
    OTHER_YEAR_PENALTY,
)
from assistant.qa.metadata import edge_lines, first_page_lines
from assistant.qa.readers import PassageReading
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit
from assistant.question import YEAR, Question, numbered_meetings, treaty_kinds
from assistant.wording import claims
from assistant.wording.values import without_symbols
from corpus.acronyms import find_acronyms, matches_acronym
from corpus.analysis import analyse, fold
from corpus.countries import find_countries, find_country_spans, mentions_country
from corpus.dates import Date, find_date_mentions
from corpus.documents import Block, Document, cached_by_document
from corpus.sentences import sentence_spans
from corpus.tables import cell_texts, column_heads, find_tables
from ingest.speakers import speeches_of

STEM, ENDING = 4, 3
"""Fewest letters of a name that must match in a text, and how many at its end may differ (inflection)."""
LISTED = 2
"""Most countries that words may name to be about them; more are a list."""
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[–-]\s?((?:19|20)?\d\d)(?!\d)")
"""A range of years: `2026–2028`, `2025-26`."""
_BRACKETED, _ENDS = re.compile(r"\s*[(（].*?[)）]"), re.compile(r"[.!?؟。！？]\s*$")
"""What stands in brackets, such as the rest of a country's name; the end of a sentence."""
_LABEL = re.compile(r"([^.:：;()]{2,40})[:：]\s?(?=\S)")
"""The label at the start of a labelled list: `Against: Arla, Bend`."""


def constrained_score(reading: PassageReading, begin: int, question: Question, unit: Unit) -> float:
    """The score of a unit of a passage whose text begins at character `begin`: how far it is above the threshold for an answer, in log-odds.

    Penalties are taken off where its document does not name what the question names, or where a neighbouring row or list has the label that the
    question names; a unit with that label, or at the place that it names, gets the score of the whole passage, but not a row whose column is not
    named where the best words are in a sentence with the label. A unit above the tentative threshold stays above it where only the country,
    a day or the kind of treaty is not named, since that may be the user's, and in texts in other languages than English, where names are recognized less surely.
    """
    has_label = _has_named_label(question, unit)
    placed = _is_placed(question, unit) if has_label is None else (has_label and _names_column(question, unit)) or None
    whole = placed or (has_label and not _is_row_beside_answer(reading, begin, unit))
    score = reading.whole if whole else reading.score(unit.start - begin, unit.end - begin)
    score += unit.evidence.behind + NAMED_PLACE_BONUS * bool(placed)
    is_beside = has_label is False or placed is False
    names = _lacks_acronym_or_name(question, unit), is_beside or is_of_another_session(question, unit)
    penalty = OTHER_YEAR_PENALTY * _names_another_year(question, unit) + OTHER_NAME_PENALTY * sum(names)
    is_of_another = _is_of_another_day(question, unit) or _is_of_another_treaty(question, unit)
    other_penalty = max(_country_penalty(question, unit), OTHER_COUNTRY_PENALTY * is_of_another)
    tentative = reading.thresholds.tentative_margin
    if tentative >= 0.0:
        return score - penalty - other_penalty
    lowered = max(score - other_penalty, min(score, tentative))
    return lowered - penalty if unit.document.language == "en" else max(lowered - penalty, min(score, tentative))


def _is_row_beside_answer(reading: PassageReading, begin: int, unit: Unit) -> bool:
    """Whether a unit is a row of a table in a passage whose best words are in a sentence with the first cell of the row."""
    document, row = unit.document, unit.document.blocks[unit.block]
    if row.kind != "row":
        return False
    label = fold(cell_texts(document, row)[0])
    best = reading.reading.best_of_all
    return best is not None and label in fold(_sentence_at(document, begin + best[0]))


def _sentence_at(document: Document, position: int) -> str:
    """The sentence at a character of a document; empty in a row of a table."""
    block = document.block_at(position)
    if block is None or block.kind == "row":
        return ""
    body, at = document.body(block), position - block.body_start
    return next((body[start:end] for start, end in sentence_spans(body) if start <= at < end), "")


def _lacks_acronym_or_name(question: Question, unit: Unit) -> bool:
    """Whether a unit lacks an acronym or name of the question.

    That is so where its document neither has nor spells out an acronym, or only spells it out away from the passage; or where the last turn has a
    name that the document lacks.
    """
    document, evidence = unit.document, unit.evidence
    names = find_acronyms(question.rest) if question.language == document.language else []

    def has(name: str) -> bool:
        return question.once((_text, document.id, name), lambda: matches_acronym(name, _text(document)))

    def around(name: str) -> bool:
        key = _passage_context, evidence.id, name
        return question.once(key, lambda: matches_acronym(name, _passage_context(evidence)))

    def is_written(name: str) -> bool:
        return question.once((find_acronyms, document.id, name), lambda: name in _text(document))

    if not all(map(has, names)) or _lacks_name(question, document):
        return True
    return not all(is_written(name) or around(name) for name in names)


def _lacks_name(question: Question, document: Document) -> bool:
    """Whether the last turn of a conversation has a name that a document lacks; with the earlier turns before it, scores hardly show this."""
    if not question.last or question.language != document.language:
        return False

    def lacks() -> bool:
        names, text = claims.read(question.last, question.language).names, fold(_text(document))
        # A name may be inflected or an adjective ("Russians").
        return any(fold(name)[: max(STEM, len(name) - ENDING)] not in text for name in names)

    return question.once((_lacks_name, document.id), lacks)


def _country_penalty(question: Question, unit: Unit) -> float:
    """The penalty on a unit where the question names countries.

    It is small where the document lacks one of them, or the unit names another country while its passage names a requested one. It is large where the
    document names none of them, where another country's speaker says the unit, or where the passage names none and the unit is about others: by the
    title of its document, or by its own words if the first page names none of them either.
    """
    document, language, codes = unit.document, unit.document.language, question.countries
    if not codes:
        return 0.0
    if _is_said_by_another(question, unit, codes):
        return OTHER_COUNTRY_PENALTY
    passage, names_requested = unit.evidence.passage, partial(_names_any, codes, language)

    def in_document(code: str) -> bool:
        return question.once((_text, document.id, code), lambda: mentions_country(code, _text(document), language))

    title_countries, about_few = _title_countries(document), 0 < len(find_countries(unit.text, language)) <= LISTED
    is_elsewhere = title_countries.isdisjoint(codes) and not names_requested(f"{passage.heading}\n{passage.text}")
    if is_elsewhere and (title_countries or (about_few and not names_requested(_first_page(document)))):
        return OTHER_COUNTRY_PENALTY
    if not any(map(in_document, codes)):
        return OTHER_COUNTRY_PENALTY
    about_another = about_few and names_requested(passage.text) and not names_requested(unit.text)
    return OTHER_NAME_PENALTY * (about_another or not all(map(in_document, codes)))


def _names_any(codes: Sequence[str], language: str, words: str) -> bool:
    """Whether words name any of some countries."""
    return any(mentions_country(code, words, language) for code in codes)


def _is_said_by_another(question: Question, unit: Unit, codes: Sequence[str]) -> bool:
    """Whether the speaker of a unit of a meeting record names none of the requested countries, while one of these speaks at the meeting or
    nobody mentions them."""
    document, speeches = unit.document, speeches_of(unit.document)
    speech = speeches[unit.block]
    if speech is None:
        return False
    names_requested = partial(_names_any, codes, document.language)

    def requested_elsewhere() -> bool:
        speakers = "\n".join({each.speaker for each in speeches if each})
        texts = (document.block_text(block) for block in document.blocks if speeches[block.ordinal])
        return names_requested(speakers) or not any(map(names_requested, texts))

    def speaker_silent() -> bool:
        texts = (document.block_text(block) for block in document.blocks if speeches[block.ordinal] is speech)
        return not names_requested(speech.speaker) and not any(map(names_requested, texts))

    key = _is_said_by_another, document.id
    return question.once(key, requested_elsewhere) and question.once((*key, speech.first), speaker_silent)


def is_of_another_session(question: Question, unit: Unit) -> bool:
    """Whether a question names a session by its number, the document of a unit belongs to another one, and the unit names only other sessions
    or is one of the lines that tell the document's own."""
    document, requested = unit.document, set(question.sessions)
    numbers = partial(numbered_meetings, vocabulary=question.vocabulary, language=document.language)
    own_sessions = numbers(document.masthead.session) if requested else ()
    if not requested or requested.intersection(own_sessions):
        return False
    unit_sessions = numbers(unit.text)
    if not unit_sessions and unit.block in edge_lines(document):
        unit_sessions = own_sessions
    return bool(unit_sessions) and requested.isdisjoint(unit_sessions)


def _is_of_another_treaty(question: Question, unit: Unit) -> bool:
    """Whether a question calls a treaty by its kind alone (`the Protocol`), and a unit is of a treaty whose name does not have that word."""
    document = unit.document
    if document.kind != "treaty" or question.named or not (asked := treaty_kinds(question.terms, question.vocabulary)):
        return False
    name = {*analyse(document.short or document.title, document.language)}
    words = (word for kind in asked for word in question.vocabulary.names(kind, document.language))
    return not any(name.issuperset(analyse(word, document.language)) for word in words)


def _is_of_another_day(question: Question, unit: Unit) -> bool:
    """Whether a question names a day, in the last turn of several, and a unit only others, all before or all behind it, or a unit without one is in a
    passage with only others. A day on the first page may be that of the document; a day that bounds a period (`since 4 May`) stands for others."""
    text = question.last or question.rest
    days = [each for each in find_date_mentions(text) if each.day]
    bounds_period = question.vocabulary.bounds_period
    if not days or bounds_period(text, question.language) or bounds_period(unit.text, unit.document.language):
        return False
    passage, own = unit.evidence.passage, find_date_mentions(unit.text)
    key, first = (find_date_mentions, unit.evidence.id), _first_page(unit.document)
    inside = question.once(key, lambda: find_date_mentions(f"{passage.heading}\n{passage.text}"))
    named = [each for each in own if each.day] or [each for each in inside if each.day]

    def is_between(one: Date, dates: Sequence[Date]) -> bool:
        year = one.year or 0
        order = [(each.year or year, each.month, each.day or 0) for each in dates]
        return bool(order) and min(order) < (year, one.month, one.day or 0) < max(order)

    def is_told(day: Date) -> bool:
        dates = (*own, *named, *find_date_mentions(first))
        return any(day.covers(each) or each.covers(day) for each in dates) or is_between(day, own)

    return bool(named) and not any(map(is_told, days)) and not any(is_between(each, days) for each in named)


def _text(document: Document) -> str:
    return f"{document.title}\n{document.text}"


@cached_by_document
def _title_countries(document: Document) -> frozenset[str]:
    return frozenset(find_countries(document.title, document.language))


@cached_by_document
def _first_page(document: Document) -> str:
    lines = map(document.block_text, first_page_lines(document))
    return "\n".join([document.title, document.date or "", *lines])


def _passage_context(evidence: Evidence) -> str:
    """The text of a passage with its heading and the first page of its document."""
    return "\n".join([evidence.passage.heading, evidence.passage.text, _first_page(evidence.document)])


def _has_named_label(question: Question, unit: Unit) -> bool | None:
    """Whether a unit is a row or list whose label, among its neighbours', the question names in full; None where it names no label or the unit
    has none."""
    document, block = unit.document, unit.document.blocks[unit.block]
    label = _label(document, block)
    if not label or document.kind == "agenda" or not (question.countries or question.language == document.language):
        return None
    sides = reversed(document.blocks[: block.ordinal]), document.blocks[block.ordinal :]
    is_neighbour = partial(_are_neighbours, document, block)
    neighbours = [each for side in sides for each in takewhile(is_neighbour, side)]
    key = _named_labels, document.id, min(each.ordinal for each in neighbours)
    named = question.once(key, lambda: _named_labels(question, document, neighbours))
    return block.ordinal in named if named else None


def _is_placed(question: Question, unit: Unit) -> bool | None:
    """Whether a question names the country above a line in a list of names, among which those with most words of the question count. None where it
    names none, or the unit is in no such list."""
    document, block = unit.document, unit.document.blocks[unit.block]
    codes = _countries_of_lists(document).get(block.parent) if block.parent is not None and question.countries else None
    if not codes or codes.isdisjoint(question.countries):
        return False if codes else None
    heading = document.blocks[block.parent or 0]

    def shared_words() -> dict[int, int]:
        words = set(question.content).difference(analyse(document.line(heading), document.language))
        lines = document.children[heading.ordinal]
        return {
            each.ordinal: len(words.intersection(analyse(document.body(each), document.language))) for each in lines
        }

    shared = question.once((_is_placed, document.id, heading.ordinal), shared_words)
    return shared.get(block.ordinal) == max(shared.values()) or None


def _names_column(question: Question, unit: Unit) -> bool:
    """Whether a question has all words above a column of the row that a unit is, beside the label of the row: it names one cell. A follow-up may ask
    for another one."""
    compared = question.language == unit.document.language and not question.last
    heads = _column_heads(unit.document).get(unit.block, ()) if compared else ()
    question_words = set(analyse(question.rest, question.language)) if heads else set()
    return any(head <= question_words for head in heads)


@cached_by_document
def _column_heads(document: Document) -> dict[int, tuple[frozenset[str], ...]]:
    """The index tokens above each column but the first, by the ordinal of each row."""
    found: dict[int, tuple[frozenset[str], ...]] = {}
    for table in (each for each in find_tables(document) if each.header):
        heads = (frozenset(analyse(cell, document.language)) for cell in column_heads(document, table)[1:])
        found |= dict.fromkeys((row.ordinal for row in table.rows), tuple(filter(None, heads)))
    return found


@cached_by_document
def _countries_of_lists(document: Document) -> dict[int, frozenset[str]]:
    """By the ordinal of each heading that is the name of a country above lines that are no sentences (a list of participants): the country."""
    found: dict[int, frozenset[str]] = {}
    for heading in document.blocks:
        lines = document.children.get(heading.ordinal, ()) if heading.kind == "heading" else ()
        if not lines or any(
            line.kind != "paragraph" or line.number or _ENDS.search(document.body(line)) for line in lines
        ):
            continue
        if code := _country_of(document.line(heading), document.language):
            found[heading.ordinal] = frozenset([code])
    return found


def _country_of(text: str, language: str) -> str | None:
    """The country whose name, beside words in brackets, is the whole of a text."""
    name = _BRACKETED.sub("", text).strip()
    spans = list(find_country_spans(name, language))
    return spans[0][0] if [span for _, *span in spans] == [[0, len(name)]] else None


def _named_labels(question: Question, document: Document, blocks: Sequence[Block]) -> set[int]:
    """The ordinals of the blocks whose labels a question names in full, leaving out words common to all labels and words of the document's
    title; in a conversation those with a word of the last turn that is not in a header. Empty where the question names all."""
    labels = {block.ordinal: frozenset(analyse(_label(document, block), document.language)) for block in blocks}
    shared = frozenset.intersection(*labels.values()) if len(labels) > 1 else frozenset()
    title = set(analyse(document.title, document.language))
    question_words, named = set(analyse(question.rest, question.language)) - title, set[int]()
    if question.last:
        header_words = {token for block in blocks for token in analyse(block.context or "", document.language)}
        last_words = {*question.content_of(question.focus)} - title - header_words
        named = {n for n, label in labels.items() if not _are_plain_numbers((label - shared) & last_words)}
    if not named:
        own_words = ((n, label - shared) for n, label in labels.items())
        named = {n for n, words in own_words if words <= question_words and not _are_plain_numbers(words)}
    if not named and question.countries:
        codes = {*(find_countries(question.last, question.language) or question.countries)}
        named = {block.ordinal for block in blocks if _country_of(_label(document, block), document.language) in codes}
    return named if len(named) < len(labels) else set()


def _label(document: Document, block: Block) -> str:
    """The label of a row or list; empty where it has none."""
    if block.kind == "row":
        return "" if block.context == "header" else cell_texts(document, block)[0]
    found = _LABEL.match(document.body(block)) if block.kind == "paragraph" and not block.number else None
    return found[1] if found else ""


def _are_neighbours(document: Document, other: Block, one: Block) -> bool:
    """Whether a block is a row of the same table as the `other`, or both are labelled lists under one heading."""
    if one.kind == other.kind == "row":
        return one.locator.rpartition(", ")[0] == other.locator.rpartition(", ")[0]
    return one.kind == other.kind and one.parent == other.parent and bool(_label(document, one))


def _are_plain_numbers(tokens: frozenset[str]) -> bool:
    """Whether all tokens are numbers other than years."""
    return all(token.isdigit() and not YEAR.fullmatch(token) for token in tokens)


def _names_another_year(question: Question, unit: Unit) -> bool:
    """Whether a question names a year (outside symbols) that is not in the passage of a unit, its heading or the first page, or whether the unit
    names only other years, with the header of its row."""
    years = YEAR.findall(question.rest)
    if not years:
        return False
    passage = unit.evidence.passage
    if (unit_years := _years_in(without_symbols(unit.text)[1])) and unit_years.isdisjoint(years):
        return True
    text = "\n".join([passage.heading, passage.text, unit.text, _first_page(unit.document)])
    return not _years_in(text).issuperset(years)


def _years_in(text: str) -> set[str]:
    """The years in a text, including those within ranges."""
    found = {*YEAR.findall(text)}
    for first, last in _YEARS.findall(text):
        found |= {str(year) for year in range(int(first), int(first[: 4 - len(last)] + last) + 1)}
    return found
