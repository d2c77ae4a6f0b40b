"""Sentences of a document that say the same of different things: only their headings tell which of them a question means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from assistant.qa.abstention import NAMED_HEADING, SAME_WORDS
from assistant.qa.units import Unit
from corpus.analysis import analyse

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
    beside = [
        other
        for other in others
        if other.document.id == unit.document.id
        and (not numbers or set(_NUMBER.findall(other.own)) - numbers)
        and _label(other) == _label(unit)
    ]
    alike = [other for other in beside if _same(words, _WORD.findall(other.text.casefold()))]
    return [other for other in alike if _heading(other) != _heading(unit)]


def named_by(tokens: Collection[str], unit: Unit, others: Sequence[Unit]) -> bool:
    """Whether a question, by its words as the index has them, names the heading of a unit, by what that has beside those of its rivals."""
    language = unit.document.language
    beside = {token for other in others for token in analyse(_heading(other), language)}
    own = set(analyse(_heading(unit), language)) - beside
    return bool(own) and len(own.intersection(tokens)) >= NAMED_HEADING * len(own)


def _heading(unit: Unit) -> str:
    return unit.document.heading_at(unit.start)


def _label(unit: Unit) -> list[str] | None:
    """The words of the first cell of a row; None of other words."""
    row = unit.document.blocks[unit.block]
    first = next((cell for cell in row.cells if cell is not None), (unit.start, unit.end))
    return _WORD.findall(unit.document.quote(*first).casefold()) if row.kind == "row" else None


def _same(words: Sequence[str], others: Sequence[str]) -> bool:
    compared = SequenceMatcher(None, words, others, autojunk=False)
    return all(ratio() >= SAME_WORDS for ratio in (compared.real_quick_ratio, compared.quick_ratio, compared.ratio))
