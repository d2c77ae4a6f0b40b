"""Finds the words that support a written sentence: the narrowest units of the passages that it cites."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from assistant.generation.fence import addresses_model
from assistant.grounding.clauses import clauses
from assistant.grounding.exact_values import Source, find_missing
from assistant.grounding.sentence_check import Support, SupportCheck
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.wording.claims import read

TRIED = 5
"""Most units that are tried in combinations where no single one supports a sentence."""
CLOSE = 0.15
"""How much lower the score of a shorter unit may be for it to be cited in place of a longer one."""
TOGETHER = 3
"""Most units that support one sentence together."""


def find_support(check: SupportCheck, claim: str, cited: Sequence[Evidence]) -> tuple[list[Unit], Support]:
    """The units that support a sentence, in document order, with the result of the check; none with the result of the best attempt. Fewer
    units are preferred to more, shorter to longer."""
    units = distinct([unit for citation in cited for unit in units_of(citation) if not _addresses_model(unit)])
    alone = [(check(claim, [_source(unit)]), unit) for unit in units]
    whole = [(support, unit) for support, unit in alone if support.whole]
    if whole:
        best = max(support.score for support, _ in whole)
        near = [(support, unit) for support, unit in whole if support.score >= best - CLOSE]
        support, unit = min(near, key=lambda each: len(each[1].text))
        return [unit], support
    if not alone:
        return [], check(claim, [])
    alone.sort(key=lambda each: (len(each[0].lacks), -each[0].score, len(each[1].text)))
    likely = [unit for _, unit in alone[:TRIED]]
    for size in range(2, min(TOGETHER, len(likely)) + 1):
        for group in combinations(likely, size):
            if any(one.overlaps(other) for one, other in combinations(group, 2)):
                continue
            ordered = sorted(group, key=lambda unit: (unit.document.id, unit.start))
            support = check(claim, [_source(unit) for unit in ordered])
            if support.whole and _supports_each_clause(claim, ordered):
                return ordered, support
    return [], alone[0][0]


def _supports_each_clause(claim: str, units: Sequence[Unit]) -> bool:
    """Whether each clause has all its numbers, dates and names in one of the units: two units together may seem to say what neither says, such as
    the number of the one about the subject of the other."""
    language = units[0].document.language
    for clause in clauses(claim, language):
        text = claim[clause.words[0].start : clause.words[-1].end]
        given = read(text, language)
        if not any(not find_missing(text, given, [_source(unit)], language) for unit in units):
            return False
    return True


def _addresses_model(unit: Unit) -> bool:
    """Whether a unit, or the block that contains it, addresses a model."""
    block = unit.document.blocks[unit.block]
    return addresses_model(unit.text) or addresses_model(unit.document.block_text(block))


def _source(unit: Unit) -> Source:
    document = unit.document
    name = " ".join(part for part in (document.key, document.label) if part)
    return Source(unit.text, document.language, name, unit.locator, unit.context)
