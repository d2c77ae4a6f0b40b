"""Checks that a sentence does not reverse its source: actors, negation, opposites, obligation and permission, bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.clauses import clauses
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.thesaurus import LIMITS, STRENGTHS, Found, Thesaurus, Word, forms_of_one, read_words, thesaurus
from assistant.wording.lexicon import ONLY_WORDS, stops
from assistant.wording.polarity import polarity
from corpus.analysis import fold

ALIGNED = 0.35
"""Least share of the words of a clause that a clause of the source must have to count as its counterpart."""
SHORT, SHORT_HAN = 3, 7
"""Fewest words (Chinese: pairs of characters) of an affirmative clause for a longer clause with a negation to contradict it."""
AS_GOOD = 0.7
"""Share, relative to that of the best counterpart, from which another clause also counts as a counterpart."""
_BREAK = re.compile(r"[.;:,()!?。；：，、？！،؛؟\n]")


@dataclass(frozen=True)
class _Side:
    """A text with its words and thesaurus, analysed once."""

    words: tuple[Word, ...]
    book: Thesaurus
    text: str
    language: str

    def lines(self, kind: str) -> set[int]:
        return {each.line for each in getattr(self.book, kind).find(self.words)}


def find_reversals(claim: str, source: str, heading: str, language: str) -> list[Reason]:
    """The reversals in a sentence compared with the words of its sources (joined) and the headings above them; empty where there are none."""
    sides = [
        _Side(read_words(text, language), thesaurus(language), text, language) for text in (claim, source, heading)
    ]
    reversals = (check(*sides[:2]) for check in (_denial, _opposite, _strength, _limit))
    return [*(each for each in reversals if each), *_actors(*sides)]


def _denial(claim: _Side, source: _Side) -> Reason | None:
    """A reversed negation: each clause must be negated or not like its counterparts in the source, and a sentence without negation may not affirm
    a word that the source has only right after a negation."""
    theirs = clauses(source.text, source.language)
    anywhere = any(each.denials for each in theirs)
    for mine in clauses(claim.text, claim.language):
        short = SHORT_HAN if claim.language == "zh" else SHORT
        if mine.denials and not anywhere and mine.denies:
            return Reason("negation")
        shares = [(len(mine.says & each.says) / len(mine.says), each) for each in theirs] if mine.says else []
        best = max((share for share, _ in shares), default=0.0)
        near = [each for share, each in shares if share >= AS_GOOD * best]
        if not mine.denies and len(mine.says) < short and any(len(each.says) > short for each in near):
            continue
        if best >= ALIGNED and all(each.denies != mine.denies for each in near):
            return Reason("denial") if mine.denies else Reason("denied")
    if not any(each.denials for each in clauses(claim.text, claim.language)) and claim.language != "zh":
        one, other = polarity(claim.text, claim.language), polarity(source.text, source.language)
        if one.affirmed & other.denied - other.affirmed:
            return Reason("denied")
    return None


def _opposite(claim: _Side, source: _Side) -> Reason | None:
    mine, theirs = claim.lines("opposites"), source.lines("opposites")
    for line in sorted(mine - theirs):
        if line ^ 1 in theirs and line ^ 1 not in mine:
            word = next(each for each in claim.book.opposites.find(claim.words) if each.line == line)
            return Reason("opposite", claim.words[word.first].surface)
    return None


def _strength(claim: _Side, source: _Side) -> Reason | None:
    """A changed strength: an obligation where the source only recommends or permits, or the reverse."""
    mine, theirs = claim.lines("strength"), source.lines("strength")
    only = any(fold(word.surface) in ONLY_WORDS for word in (*claim.words, *source.words))
    negated = any(polarity(side.text, side.language).negates for side in (claim, source))
    if not mine or not theirs or mine & theirs or only or negated:  # `may not` obliges
        return None
    if mine == {0} or (theirs == {0} and 0 not in mine):
        return Reason("strength", STRENGTHS[min(mine)], STRENGTHS[min(theirs)])
    return None


def _limit(claim: _Side, source: _Side) -> Reason | None:
    mine = {LIMITS[line] for line in claim.lines("limits")}
    theirs = {LIMITS[line] for line in source.lines("limits")}
    turned_round = any(side & mine and not side & theirs for side in ({"least", "over"}, {"most", "under"}))
    return Reason("bound") if turned_round and theirs - {"near"} else None


def _actors(claim: _Side, source: _Side, heading: _Side) -> list[Reason]:
    """Actors that the source lacks, or two actors in swapped roles."""
    mine = claim.book.actors.find(claim.words)
    theirs = source.book.actors.find(source.words)
    known = {each.line for each in theirs} | heading.lines("actors")
    unknown = [each for each in mine if each.line not in known and not _is_in(claim, each, source)]
    if unknown:
        names = [" ".join(word.surface for word in claim.words[each.first : each.last + 1]) for each in unknown]
        return [Reason("actor", name) for name in dict.fromkeys(names)]
    swapped = _swapped_actors(claim, mine, source, theirs)
    return [swapped] if swapped else []


def _is_in(claim: _Side, found: Found, source: _Side) -> bool:
    words = claim.words[found.first : found.last + 1]
    exact = claim.language in ("ar", "zh")

    def same(word: Word, other: Word) -> bool:
        alike = not exact and word.stem == other.stem and forms_of_one(word.surface, other.surface)
        return word.surface == other.surface or alike

    return all(any(same(word, other) for other in source.words) for word in words)


def _swapped_actors(claim: _Side, mine: Sequence[Found], source: _Side, theirs: Sequence[Found]) -> Reason | None:
    """Two actors in the reverse order of the source, unless a passive explains it."""
    for n, one in enumerate(mine):
        for other in mine[n + 1 :]:
            voice = _voice(claim, one, other)
            if one.line == other.line or voice is None:
                continue
            agrees = [
                (a.first < b.first) == (voice == turn)
                for a in theirs if a.line == one.line
                for b in theirs if b.line == other.line
                if (turn := _voice(source, *sorted((a, b), key=lambda each: each.first))) is not None
            ]  # fmt: skip
            if agrees and not any(agrees):
                return Reason("place", claim.words[one.first].surface)
    return None


def _voice(side: _Side, one: Found, other: Found) -> bool | None:
    """Whether the verb between two actors is passive, so that the second one acts; None in different clauses, and where there is no verb."""
    between = side.words[one.last + 1 : other.first]
    gap = side.text[side.words[one.last].end : side.words[other.first].start]
    has_content = any(word.stem not in stops(side.language) for word in between)
    if side.language == "ar" or not has_content or _BREAK.search(gap):  # Arabic writes active and passive alike
        return None
    folded = [fold(word.surface) for word in between]
    by = not side.book.by or any(word in side.book.by for word in folded)
    return by and any(word in side.book.passive for word in folded)
