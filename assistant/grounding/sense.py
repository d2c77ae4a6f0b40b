"""What must not be turned round: who does what, what is denied, opposites, what is owed and what is allowed, bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.clauses import clauses
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.thesaurus import LIMITS, STRENGTHS, Found, Thesaurus, Word, forms_of_one, read_words, thesaurus
from assistant.wording.lexicon import stops
from assistant.wording.polarity import polarity
from corpus.analysis import fold

ALIGNED = 0.35
"""Least share of a clause's words that a clause of the source must have to be taken for the one that says the same."""
SHORT, SHORT_HAN = 3, 7
"""A clause that affirms fewer words (Chinese: pairs of characters) says too little to be denied by a longer one."""
AS_GOOD = 0.7
"""How much of the best clause's share another one must have to answer in its place."""
_ONLY = frozenset({"only", "seul", "seulement", "uniquement", "solo", "únicamente", "только", "лишь", "فقط", "仅"})
_BREAK = re.compile(r"[.;:,()!?。；：，、？！،؛؟\n]")


@dataclass(frozen=True)
class _Side:
    """One text, read once."""

    words: tuple[Word, ...]
    book: Thesaurus
    text: str
    language: str

    @classmethod
    def of(cls, text: str, language: str) -> _Side:
        return cls(read_words(text, language), thesaurus(language), text, language)

    def lines(self, kind: str) -> set[int]:
        return {each.line for each in getattr(self.book, kind).find(self.words)}


def turned(claim: str, source: str, heading: str, language: str) -> list[Reason]:
    """What a sentence turns round, beside the words of its sources (joined) and the headings above them."""
    said, held = _Side.of(claim, language), _Side.of(source, language)
    above = _Side.of(heading, language)
    wrong = [_denial(said, held), _opposite(said, held), _strength(said, held), _limit(said, held)]
    return [*(each for each in wrong if each), *_actors(said, held, above)]


def _denial(said: _Side, held: _Side) -> Reason | None:
    """Negations: each clause must deny as the clauses of the source do that say most of the same; and a sentence without any
    may not say what stands right behind a negation of the source and nowhere else."""
    theirs = clauses(held.text, held.language)
    anywhere = any(each.denials for each in theirs)
    for mine in clauses(said.text, said.language):
        short = SHORT_HAN if said.language == "zh" else SHORT
        if mine.denials and not anywhere and mine.denies:
            return Reason("negation")
        shares = [(len(mine.says & each.says) / len(mine.says), each) for each in theirs] if mine.says else []
        best = max((share for share, _ in shares), default=0.0)
        near = [each for share, each in shares if share >= AS_GOOD * best]
        if not mine.denies and len(mine.says) < short and any(len(each.says) > short for each in near):
            continue
        if best >= ALIGNED and all(each.denies != mine.denies for each in near):
            return Reason("denial") if mine.denies else Reason("denied")
    if not any(each.denials for each in clauses(said.text, said.language)) and said.language != "zh":
        one, other = polarity(said.text, said.language), polarity(held.text, held.language)
        if one.affirmed & other.denied - other.affirmed:
            return Reason("denied")
    return None


def _opposite(said: _Side, held: _Side) -> Reason | None:
    mine, theirs = said.lines("opposites"), held.lines("opposites")
    for line in sorted(mine - theirs):
        if line ^ 1 in theirs and line ^ 1 not in mine:
            word = next(each for each in said.book.opposites.find(said.words) if each.line == line)
            return Reason("opposite", said.words[word.first].surface)
    return None


def _strength(said: _Side, held: _Side) -> Reason | None:
    """An obligation where the source only recommends or permits, and the other way round."""
    mine, theirs = said.lines("strength"), held.lines("strength")
    only = any(fold(word.surface) in _ONLY for word in (*said.words, *held.words))
    denied = only or polarity(said.text, said.language).negates or polarity(held.text, held.language).negates
    if not mine or not theirs or mine & theirs or denied:  # `may not` obliges
        return None
    if mine == {0} or (theirs == {0} and 0 not in mine):
        return Reason("strength", STRENGTHS[min(mine)], STRENGTHS[min(theirs)])
    return None


def _limit(said: _Side, held: _Side) -> Reason | None:
    mine = {LIMITS[line] for line in said.lines("limits")}
    theirs = {LIMITS[line] for line in held.lines("limits")}
    turned_round = any(side & mine and not side & theirs for side in ({"least", "over"}, {"most", "under"}))
    return Reason("bound") if turned_round and theirs - {"near"} else None


def _actors(said: _Side, held: _Side, above: _Side) -> list[Reason]:
    """Actors that the source does not have, and two that have changed places."""
    mine = said.book.actors.find(said.words)
    theirs = held.book.actors.find(held.words)
    known = {each.line for each in theirs} | above.lines("actors")
    strange = [each for each in mine if each.line not in known and not _in(said, each, held)]
    if strange:
        names = [" ".join(word.surface for word in said.words[each.first : each.last + 1]) for each in strange]
        return [Reason("actor", name) for name in dict.fromkeys(names)]
    swapped = _changed(said, mine, held, theirs)
    return [swapped] if swapped else []


def _in(said: _Side, found: Found, held: _Side) -> bool:
    words = said.words[found.first : found.last + 1]
    exact = said.language in ("ar", "zh")

    def same(word: Word, other: Word) -> bool:
        alike = not exact and word.stem == other.stem and forms_of_one(word.surface, other.surface)
        return word.surface == other.surface or alike

    return all(any(same(word, other) for other in held.words) for word in words)


def _changed(said: _Side, mine: Sequence[Found], held: _Side, theirs: Sequence[Found]) -> Reason | None:
    """Two actors in the other order than in the source, though neither verb is turned round by a passive."""
    for n, one in enumerate(mine):
        for other in mine[n + 1 :]:
            voice = _voice(said, one, other)
            if one.line == other.line or voice is None:
                continue
            agrees = [
                (a.first < b.first) == (voice == turn)
                for a in theirs if a.line == one.line
                for b in theirs if b.line == other.line
                if (turn := _voice(held, *sorted((a, b), key=lambda each: each.first))) is not None
            ]  # fmt: skip
            if agrees and not any(agrees):
                return Reason("place", said.words[one.first].surface)
    return None


def _voice(side: _Side, one: Found, other: Found) -> bool | None:
    """Whether the verb between two actors is passive, the second being the one who acts; None where nothing but function
    words is between, or they stand in different clauses."""
    between = side.words[one.last + 1 : other.first]
    gap = side.text[side.words[one.last].end : side.words[other.first].start]
    said = any(word.stem not in stops(side.language) for word in between)
    if side.language == "ar" or not said or _BREAK.search(gap):  # Arabic writes active and passive alike
        return None
    folded = [fold(word.surface) for word in between]
    by = not side.book.by or any(word in side.book.by for word in folded)
    return by and any(word in side.book.passive for word in folded)
