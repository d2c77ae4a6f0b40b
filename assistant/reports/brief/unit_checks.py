"""Which units count as points of a subject: context, closeness to the subject, and what is excluded."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit, with_speaker
from assistant.reports.brief.selection import MIN_LENGTH, UnitSelector, is_relevant, names_only_later_dates
from assistant.reports.brief.subject import Theme, proposes_discussion
from assistant.reports.mandates.recommendation_reader import find_recommendations
from assistant.wording.drafting import Grammar, grammar_of
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols

MAX_RUN_IN_WORDS = 10
"""A first sentence of a paragraph with fewer words is its heading."""
_DATED = re.compile(r"\b(?:(?:19|20)\d\d|\d+/\d+)\b")
_NUMBER = re.compile(r"[\d.]+|\b[IVXLC]+\b")


def is_close_to_subject(selector: UnitSelector, each: ScoredUnit) -> bool:
    """Whether a unit is from the documents that belong to the subject, or close enough to it. For a document as the
    subject, the reader must be certain of units of others, since most are about something else."""
    subject = selector.subject
    return subject.request.kind != "document" or each.unit.document.id in subject.own_ids or each.score >= 0.0


def find_answering(selector: UnitSelector, words: str, documents: Sequence[str]) -> list[ScoredUnit]:
    """The units of some documents that are relevant to a subject, close and certain enough."""
    relevant = (each for each in selector.score_units(words, documents) if is_relevant(each))
    return [each for each in relevant if is_close_to_subject(selector, each) and selector.is_certain(each)]


def rank_section_units(selector: UnitSelector, theme: Theme) -> list[Unit]:
    """The units of a section, first those most similar to the document's summary, else its recommendations, else to
    the section's heading. Units that recur with other numbers are formulas, and left out. In the record of a meeting what
    it decided comes first, and what a delegation says is introduced by its name."""
    document = selector.main_document
    units = make_self_contained(selector, units_below(selector, theme))
    units = [unit for unit in units if not proposes_discussion(unit) and not is_about_report(unit)]
    formulas = Counter(_NUMBER.sub("", unit.text) for unit in units)
    units = [unit for unit in units if formulas[_NUMBER.sub("", unit.text)] == 1]
    if not units or not selector.can_embed(document.language):
        return units
    embedder = selector.library.embedder
    vectors = embedder.embed_passages([unit.text for unit in units])
    in_summary = (block for block in document.blocks if block.locator.split(",")[0] == "summary")
    bodies = [document.body(block) for block in in_summary if block.kind != "heading"]
    summary = [body[start:end] for body in bodies for start, end in sentence_spans(body)]
    summary = summary or [document.quote(*each.action[-1]) for each in find_recommendations(document)]
    if summary:
        similarities = (vectors @ embedder.embed_passages(summary).T).max(axis=1)
    else:
        similarities = vectors @ embedder.embed_query(theme.words)
    ranked = [with_speaker(units[n]) for n in np.argsort(-similarities, kind="stable")]
    return sorted(ranked, key=lambda unit: not _is_decision(unit))


def _is_decision(unit: Unit) -> bool:
    """Whether a line of a record tells how a text was adopted, or what the next line says was decided."""
    document, grammar = unit.document, grammar_of(unit.document.language)
    following = map(document.body, document.blocks[unit.block + 1 : unit.block + 2])
    decided = any(len(text) < MIN_LENGTH and grammar.decided.search(text) for text in following)
    return decided or all(each.search(unit.text) for each in (grammar.adopting, grammar.vote))


def units_below(selector: UnitSelector, theme: Theme) -> Iterator[Unit]:
    """The units below the heading of a section, without rows of tables."""
    for unit in selector.iter_units(selector.main_document):
        block = unit.document.blocks[unit.block]
        if block.kind != "row" and theme.section in {above.ordinal for above in unit.document.headings(block)}:
            yield unit


def make_self_contained(selector: UnitSelector, units: Iterable[Unit]) -> list[Unit]:
    """The units that can stand by themselves, each with the preceding sentences on which it depends."""
    return [each for each in dict.fromkeys(map(_with_context, units)) if each and selector.is_quotable(each)]


def _with_context(unit: Unit) -> Unit | None:
    """Extend a unit to the preceding sentences of its paragraph on which it depends; None where these are elsewhere,
    and for a run-in heading."""
    document, block = unit.document, unit.document.blocks[unit.block]
    body, grammar = document.body(block), grammar_of(document.language)
    spans = list(sentence_spans(body))
    index = next((n for n, (start, end) in enumerate(spans) if start <= unit.start - block.body_start < end), None)
    if index is None or unit.leads or block.kind not in ("paragraph", "item"):
        return unit
    has_heading = len(spans) > 1 and _is_heading(" ".join(body[slice(*spans[0])].split()), document.language)
    if has_heading and unit.end <= block.body_start + spans[0][1]:
        return None
    first = max(index, has_heading)
    while first > has_heading and _depends_on_context(grammar, body[slice(*spans[first])], body[: spans[first][0]]):
        first -= 1
    sentence = body[slice(*spans[first])]
    if grammar.leans.match(sentence) and not grammar.itself.match(sentence):
        return None
    return replace(unit, start=block.body_start + spans[first][0])


def _depends_on_context(grammar: Grammar, sentence: str, preceding: str) -> bool:
    """Whether a sentence depends on those before it: by its first word, or because it opens with something that these
    mention: `The event set`."""
    opening = re.match(rf"(?:{grammar.article.pattern})\s+((?-i:[a-zà-öø-ÿ])\w+)", sentence, re.IGNORECASE)
    mentions_known = opening is not None and re.search(rf"\b{opening[1]}\b", preceding, re.IGNORECASE) is not None
    return mentions_known or grammar.leans.match(sentence) is not None


def _is_heading(sentence: str, language: str) -> bool:
    """Whether the first sentence of a paragraph is a heading: `Measures of oversight. The Board met.`"""
    sentence = sentence.rstrip(".。 ")
    words = len(sentence) // 2 if language == "zh" else len(sentence.split())
    return bool(sentence) and words < MAX_RUN_IN_WORDS and not any(map(str.isdigit, sentence))


def is_about_report(unit: Unit) -> bool:
    """Whether a unit is about the report itself, which it may call by its symbol, gives thanks, or points to an address; not where the
    report states something: `the present report shows that`."""
    document, text, grammar = unit.document, unit.text, grammar_of(unit.document.language)
    opening = grammar.itself.match(text)
    own_symbols = [document.symbol, *(each.symbol for each in find_symbols(document.title))]
    named = next((each for each in find_symbols(text) if each.start == 0 and each.symbol in own_symbols), None)
    end = named.end if named else opening.end() if opening else 0
    is_about = end and not any(grammar.that.fullmatch(word) for word in text[end:].split()[:3])
    return bool(is_about) or "://" in text or grammar.thanks.search(text) is not None


def is_point(selector: UnitSelector, scored: ScoredUnit) -> bool:
    """Whether a unit is a point: no proposal for discussion, no preamble, nothing later than the meeting; of
    documents that don't belong to the subject, close enough and closer to this item than to another one."""
    unit = scored.unit
    is_bound = unit.document.id in selector.subject.own_ids
    if proposes_discussion(unit) or "preamb" in unit.locator or is_later_than_meeting(selector, unit):
        return False
    if is_bound and is_about_report(unit):
        return False
    if selector.subject.request.kind == "document" and unit.document.blocks[unit.block].kind == "row":
        return False  # the tables of a document have a section of their own
    return is_close_to_subject(selector, scored) and (is_bound or selector.belongs_to_item(unit))


def is_key_point(selector: UnitSelector, words: str, scored: ScoredUnit) -> bool:
    """Whether a unit is a key point: for an item, units of other bodies' documents must be certain answers; for a
    theme or question also what a preamble states without a reference to another text (number, year or footnote)."""
    subject, symbol, unit = selector.subject, scored.unit.document.symbol, scored.unit
    if subject.user_question and "preamb" in unit.locator:
        return not (unit.document.blocks[unit.block].marks or _DATED.search(unit.text))
    body = subject.agenda.symbol.body if subject.agenda and subject.agenda.symbol else ""
    is_own = subject.agenda is None or unit.document.id in subject.own_ids or bool(symbol and symbol.body == body)
    return (is_own or selector.is_answer(scored, words)) and is_point(selector, scored)


def is_later_than_meeting(selector: UnitSelector, unit: Unit) -> bool:
    """Whether a unit tells only of days from the opening of the meeting on: a briefing must not tell its outcome."""
    dates = selector.subject.meeting.dates if selector.subject.meeting else ()
    return bool(dates) and names_only_later_dates(unit.text, dates[0] - dt.timedelta(days=1))
