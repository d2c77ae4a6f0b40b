"""The facts in which two texts with similar words differ: numbers, dates, names, actors and negations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.grounding.exact_values import Source, find_missing
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sense import find_reversals
from assistant.qa.units import Unit
from assistant.reports.comparison.paragraphs import CLOSING_SIGNS, normalized_key
from assistant.wording import values
from assistant.wording.claims import read
from assistant.wording.lexicon import stops
from corpus.analysis import word_spans

_WORDING_REASONS = frozenset(["address", "subject", "clause", "content", "language"])
"""Reasons that concern the wording, not what is said."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_LABEL = re.compile(r"(^|[:：;；,،.](?:\s+\w{1,3})?)\s*(?:\((?:\d{1,2}|[a-zа-я]{1,4})\)|[a-z]\))(?=\s)")
"""The number or letter of a point of a list, behind the sign that ends the words before it."""


def find_fact_differences(one: Unit, other: Unit) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """The numbers, dates, names, actors and negations that each of two units has and the other lacks. Labels of the points of a list are
    no numbers; names are told in full."""
    return _extra_facts(one, other), _extra_facts(other, one)


def is_title_within(one: Unit, other: Unit) -> bool:
    """Whether one of two units states nothing, but is a title that the other contains: it has no closing sign."""
    short, long = sorted((one, other), key=lambda unit: len(unit.text))
    short_key, long_key = normalized_key(short.own), normalized_key(long.text)
    return not short.own.endswith((*CLOSING_SIGNS, "!", "?", "؟", "”", "»")) and short_key in long_key != short_key


def _extra_facts(one: Unit, other: Unit) -> tuple[Reason, ...]:
    language = one.document.language
    text, other_text = (_LABEL.sub(r"\1. ", unit.text) for unit in (one, other))
    source = Source(other_text, language, locator=other.locator, heading=other.context)
    reasons = find_missing(text, read(text, language), [source], language)
    reasons += find_reversals(text, other_text, other.context, language)
    reasons = [each for each in reasons if each.kind not in _WORDING_REASONS]
    return tuple(dict.fromkeys(_in_full(reasons, text, language)))


def _in_full(reasons: Sequence[Reason], text: str, language: str) -> Iterator[Reason]:
    """The reasons, with numbers as the text writes them and names in full; without numbers before words that count nothing, and names that
    are parts of an actor."""
    actors = " ".join(each.it for each in reasons if each.kind == "actor").casefold()
    numbers = [each for each in reasons if each.kind == "number" and not each.it.isdigit()]
    spelt = {str(value): word for word, value in values.spelt(text, language)}
    for each in reasons:
        # "2" says nothing beside "2%", nor "167" beside "71/167".
        wholes = (other.it for other in numbers if other.it != each.it)
        is_part = each.kind == "number" and any(each.it in _FIGURE.findall(whole) for whole in wholes)
        if is_part or (each.kind == "number_before" and each.other in stops(language)):
            continue
        if each.kind == "number" and each.it not in text:
            yield replace(each, it=spelt.get(each.it, each.it))
        elif each.kind != "name":
            yield each
        elif each.it.casefold() not in actors.split():
            yield replace(each, it=_whole_name(each.it, text))


def _whole_name(word: str, text: str) -> str:
    """The capitalized words around a word of a name, which follow each other without a sign between them; the first word of a text is
    capitalized for another reason."""
    spans = word_spans(text)
    at = next((n for n, (surface, _, _) in enumerate(spans) if surface == word), None)
    if at is None:
        return word
    first = last = at

    def belongs(n: int, gap: str) -> bool:
        return n > 0 and spans[n][0][:1].isupper() and not gap.strip()

    while first - 1 > 0 and belongs(first - 1, text[spans[first - 1][2] : spans[first][1]]):
        first -= 1
    while last + 1 < len(spans) and belongs(last + 1, text[spans[last][2] : spans[last + 1][1]]):
        last += 1
    return " ".join(text[spans[first][1] : spans[last][2]].split())
