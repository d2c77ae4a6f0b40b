"""Where two documents say nearly the same and yet differ: other figures, or one with a negation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from assistant.qa.units import Unit
from corpus.analysis import analyse

SHARED = 0.6
"""Share of the words of both that must be the same (Jaccard), figures aside."""
LEAST_WORDS = 6
_FIGURE = re.compile(r"(?<![\w/.-])\d[\d,.   ]*\d(?![\w/-])|(?<![\w/.-])\d(?![\w/-])")
_PLACE = re.compile(
    r"\b(?:art(?:icle|\.)?s?|para(?:graph|\.)?s?|item|annex|resolution|decision|footnote)\s+[\d/ ,()a-zand]+",
    re.IGNORECASE,
)
_DENIES = {
    "en": re.compile(r"\b(?:not|no|never|neither|nor|without|cannot)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:ne|n|pas|aucune?|jamais|sans)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|ning[úu]n\w*|sin|jamás)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:не|нет|ни|никогда|без)\b", re.IGNORECASE),
    "ar": re.compile(r"(?<!\w)(?:لا|لم|لن|ليس|ليست|غير|دون|بدون)(?!\w)"),
    "zh": re.compile("不|没有|未|无|非"),
}


def differing(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pairs of units of different documents in one language that differ, in the order of the units; each unit once."""
    seen = list({(unit.document.id, unit.start, unit.end): unit for unit in units}.values())
    words = [_words(unit) for unit in seen]
    used: set[int] = set()
    found = []
    for one, other in combinations(range(len(seen)), 2):
        first, second = seen[one], seen[other]
        if used & {one, other} or first.document.key == second.document.key:
            continue
        if first.document.language != second.document.language:
            continue
        if _alike(words[one], words[other]) and _contradict(first, second):
            used |= {one, other}
            found.append((first, second))
    return found


def _words(unit: Unit) -> frozenset[str]:
    return frozenset(token for token in analyse(unit.text, unit.document.language) if not token.isdigit())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= LEAST_WORDS and shared >= SHARED * len(one | other)


def _contradict(one: Unit, other: Unit) -> bool:
    figures = [{match.group().strip(" .,").replace(",", "").replace(" ", "") for match in
                _FIGURE.finditer(_PLACE.sub(" ", unit.text))} for unit in (one, other)]  # fmt: skip
    if figures[0] - figures[1] and figures[1] - figures[0]:
        return True
    denies = _DENIES[one.document.language]
    return bool(denies.search(one.text)) != bool(denies.search(other.text))
