"""Splits a text into clauses, each with its content and the number of its negations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.grounding.thesaurus import Word, read_words, thesaurus
from assistant.wording.lexicon import HAN_NEGATIONS, NOT_NEGATIONS, names_time, negates, stops
from corpus.analysis import fold

_BREAK = re.compile(r"[.;:!?](?=\s|$)|[,()。；：，、？！،؛؟\n]")
_PARTICIPLE = re.compile(r"[ai]d[oa]s?$")
_PAIRED = frozenset({"nor", "ni", "ни"})
"""Negations that belong to another one before them."""


@dataclass(frozen=True)
class Clause:
    """A clause: its words, its content (stems of content words and the thesaurus lines that they are in), and the number of its negations."""

    words: tuple[Word, ...]
    says: frozenset[str]
    denials: int

    @property
    def denies(self) -> bool:
        """Whether it is negative: two negations cancel each other (`no ground for refusal`)."""
        return self.denials % 2 == 1


@lru_cache(maxsize=4_096)
def clauses(text: str, language: str) -> tuple[Clause, ...]:
    """The clauses of a text in one of the six languages; bounds of numbers (`no fewer than`) are not negations."""
    read = read_words(text, language)
    book = thesaurus(language)
    cuts = {match.start() for match in _BREAK.finditer(text)}
    # Words such as `and` begin a clause, except before a number of a list.
    joins = book.clauses.find(read)
    cuts |= {
        read[each.first].start for each in joins if not read[min(each.last + 1, len(read) - 1)].surface[0].isdigit()
    }
    still = [*book.limits.find(read), *book.idioms.find(read)]
    bounds = {n for found in still for n in range(found.first, found.last + 1)}
    idioms = [match.span() for match in NOT_NEGATIONS.finditer(text)]
    bounds |= {n for n, word in enumerate(read) if any(a <= word.start < b for a, b in idioms)}
    made: list[list[int]] = [[]]
    for n, word in enumerate(read):
        if made[-1] and any(read[made[-1][-1]].start < cut <= word.start for cut in cuts):
            made.append([])
        made[-1].append(n)
    return tuple(_clause(read, indices, bounds, language) for indices in made if indices)


def _clause(read: tuple[Word, ...], indices: list[int], bounds: set[int], language: str) -> Clause:
    book = thesaurus(language)
    mine = tuple(read[n] for n in indices)
    skipped = stops(language) | book.texts
    telling = (word for word in mine if not word.surface.isdigit() and not names_time(word.surface))
    said = {word.stem for word in telling if word.stem not in skipped}
    said |= {f"={found.line}" for found in book.same.find(mine)}
    loose = [read[n] for n in indices if n not in bounds and not _of_a_word(read, n, language)]
    denials = len(book.deniers.find(loose))
    if language == "zh":
        denials += len(HAN_NEGATIONS.findall("".join(word.surface for word in loose)))
        signs = [word.surface for word in mine]
        said = {a + b for a, b in pairwise(signs)}
    else:
        denials += sum(fold(each.surface) not in _PAIRED and negates(each.surface, language)[0] for each in loose)
        if language == "fr":
            second = ("pas", "aucun", "aucune", "jamais", "rien") if _has_ne(loose) else ()
            denials -= sum(fold(word.surface) in second for word in loose)
    return Clause(mine, frozenset(said), denials)


def _of_a_word(read: tuple[Word, ...], n: int, language: str) -> bool:
    """Whether a negation belongs only to the next word: `enfants non accompagnés`, `niños no acompañados`."""
    following = read[n + 1].surface if n + 1 < len(read) else ""
    word = fold(read[n].surface)
    if language == "fr":
        return word == "non" and following[:1].islower()
    return language == "es" and word == "no" and _PARTICIPLE.search(following) is not None


def _has_ne(words: list[Word]) -> bool:
    """Whether words have the French `ne`: with its second word (`ne ... pas`) it counts as one negation."""
    return any(fold(word.surface) == "ne" or fold(word.surface).startswith(("n'", "n’")) for word in words)
