"""What two texts with similar words say otherwise: one number, date, actor or negation in the place of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.grounding.exact_values import Source, find_missing, numbers_with_words
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sense import find_reversals
from assistant.grounding.thesaurus import read_words, thesaurus
from assistant.qa.units import Unit
from assistant.reports.comparison.paragraphs import CLOSING_SIGNS, normalized_key
from assistant.reports.comparison.text_diff import Piece, diff_words
from assistant.wording.claims import read
from assistant.wording.lexicon import stops
from assistant.wording.polarity import polarity
from assistant.wording.values import without_places
from corpus.analysis import word_spans

_LABEL = re.compile(r"(^|[:：;；,،.](?:\s+\w{1,3})?)\s*(?:\((?:\d{1,2}|[a-zа-я]{1,4})\)|[a-z]\))(?=\s)")
"""The number or letter of a point of a list, behind the sign that ends the words before it."""
_VALUES = frozenset(["number", "number_before", "weekday", "month", "time", "name"])
"""Kinds of values in which two texts may differ beside those that are read from the words that differ."""


@dataclass(frozen=True)
class FactDifferences:
    """How two texts with similar words differ. `has` are the facts of the later one, `had` those of the earlier one;
    `exact` is whether each stands in the place of one of its kind, and nothing else differs; `agree` whether no value,
    name, actor, negation, strength or bound differs, and nothing is said in the opposite words."""

    has: tuple[Reason, ...] = ()
    had: tuple[Reason, ...] = ()
    exact: bool = True
    agree: bool = True


def wording_key(unit: Unit) -> str:
    """A key that is equal for units with the same words, whatever the labels of points and the typography."""
    return normalized_key(_LABEL.sub(r"\1 ", unit.text))


def find_fact_differences(earlier: Unit, later: Unit) -> FactDifferences:
    """The facts in which two units differ. Labels of points and numbers of places are none."""
    language = later.document.language
    old_text, new_text = (without_places(_LABEL.sub(r"\1. ", unit.text)) for unit in (earlier, later))
    pieces = diff_words(old_text, new_text)
    has: list[Reason] = []
    had: list[Reason] = []
    exact = True
    for removed, added, sign in _changes(pieces):
        (old, is_old_alone), (new, is_new_alone) = (_read_facts(words, sign, language) for words in (removed, added))
        if read(removed, language).numbers == read(added, language).numbers:  # perhaps in figures and in words
            old, new = ([each for each in side if each.kind != "number"] for side in (old, new))
        had += old
        has += new
        kinds = {reason.kind for reason in (*old, *new)}
        is_swap = bool(old and new) or kinds == {"negation"}
        exact = exact and is_old_alone and is_new_alone and len(kinds) < 2 and (is_swap or not kinds)
    if has or had:
        return FactDifferences(tuple(dict.fromkeys(has)), tuple(dict.fromkeys(had)), exact, agree=False)
    has, had = _contradictions(new_text, old_text, language), _contradictions(old_text, new_text, language)
    if exact and len(has) == len(had) == 1 and has[0].kind == had[0].kind:
        return FactDifferences(tuple(has), tuple(had), exact=True, agree=False)
    # Numbers that are in both count the same: not 72 hours and 72 days.
    counted, others = (_counted_words(each, language) for each in (old_text, new_text))
    count_alike = all(counted[number] & others[number] for number in counted.keys() & others.keys())
    alike = count_alike and _oblige_alike(old_text, new_text, language)
    return FactDifferences(exact=False, agree=alike and not has and not had)


def _contradictions(text: str, other_text: str, language: str) -> list[Reason]:
    """How a text contradicts another one in words that are no facts by themselves: weekdays, months, strength, bounds,
    opposites; values and names in other places."""
    missing = find_missing(text, read(text, language), [Source(other_text, language)], language)
    skipped = stops(language)
    values = [each for each in missing if each.kind in _VALUES and each.other not in skipped]
    return list(dict.fromkeys([*values, *find_reversals(text, other_text, "", language)]))


def _counted_words(text: str, language: str) -> dict[float, set[str]]:
    """The stems of the words right behind each number."""
    counted: dict[float, set[str]] = {}
    for stem, number in numbers_with_words(text, language):
        if stem not in stops(language):
            counted.setdefault(number, set()).add(stem)
    return counted


def _oblige_alike(text: str, other_text: str, language: str) -> bool:
    """Whether two texts oblige, recommend or permit alike, or one only does more of these."""
    book = thesaurus(language).strength
    strengths, others = ({each.line for each in book.find(read_words(side, language))} for side in (text, other_text))
    return strengths <= others or others <= strengths


def is_title_within(one: Unit, other: Unit) -> bool:
    """Whether one of two units states nothing, but is a title that the other contains: it has no closing sign."""
    short, long = sorted((one, other), key=lambda unit: len(unit.text))
    short_key, long_key = normalized_key(short.own), normalized_key(long.text)
    return not short.own.endswith((*CLOSING_SIGNS, "!", "?", "؟", "”", "»")) and short_key in long_key != short_key


def _changes(pieces: Iterable[Piece]) -> Iterator[tuple[str, str, str]]:
    """The words of the earlier text, those of the later one in their place, and the per cent sign that follows both."""
    removed = added = ""
    for piece in (*pieces, Piece("same", "")):
        if piece.op == "same" and (removed or added):
            yield removed, added, "%" if piece.text.startswith("%") else ""
        removed = piece.text if piece.op == "removed" else removed if piece.op == "added" else ""
        added = piece.text if piece.op == "added" else ""


def _read_facts(words: str, sign: str, language: str) -> tuple[list[Reason], bool]:
    """The facts in words that a sign may follow, and whether there is nothing beside them but function words."""
    reading, read_text = read(words, language), read_words(words, language)
    written = " ".join(word for word, _, _ in word_spans(words))
    actors = thesaurus(language).actors.find(read_text)
    of_actors = [read_text[n] for each in actors for n in range(each.first, each.last + 1)]
    of_actor = (read_text[each.first : each.last + 1] for each in actors)
    facts = [Reason("actor", " ".join(word.surface for word in each)) for each in of_actor]
    facts += [Reason("date", date.iso_format) for date in reading.dates]
    facts += [Reason("number", (words.strip(" .,;:()") or written) + sign) for _ in reading.numbers[:1]]
    facts += [Reason("symbol", each) for each in sorted(reading.symbols)]
    facts += [Reason("negation")] if polarity(words, language).negates else []
    known = {word.stem for word in of_actors}
    names = [each for each in reading.names if each not in {word.surface for word in of_actors}]
    facts += [Reason("name", each) for each in names]
    return facts, len(facts) < 2 and not names and known.issuperset(reading.content)
