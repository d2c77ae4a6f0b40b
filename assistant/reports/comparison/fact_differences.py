"""What two texts with similar words say otherwise: one number, date, actor or negation in the place of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.thesaurus import read_words, thesaurus
from assistant.qa.units import Unit
from assistant.reports.comparison.paragraphs import CLOSING_SIGNS, normalized_key
from assistant.reports.comparison.text_diff import Piece, diff_words
from assistant.wording.claims import read
from assistant.wording.polarity import polarity
from assistant.wording.values import without_places
from corpus.analysis import word_spans

_LABEL = re.compile(r"(^|[:：;；,،.](?:\s+\w{1,3})?)\s*(?:\((?:\d{1,2}|[a-zа-я]{1,4})\)|[a-z]\))(?=\s)")
"""The number or letter of a point of a list, behind the sign that ends the words before it."""


@dataclass(frozen=True)
class FactDifferences:
    """How two texts with similar words differ. `has` are the facts of the later one, `had` those of the earlier one;
    `exact` is whether each stands in the place of one of its kind, and nothing else differs."""

    has: tuple[Reason, ...] = ()
    had: tuple[Reason, ...] = ()
    exact: bool = True

    @property
    def agree(self) -> bool:
        """Whether no number, date, name, actor or negation differs."""
        return not self.has and not self.had


def find_fact_differences(earlier: Unit, later: Unit) -> FactDifferences:
    """The facts in which two units differ. Labels of points and numbers of places are none."""
    language = later.document.language
    pieces = diff_words(*(without_places(_LABEL.sub(r"\1. ", unit.text)) for unit in (earlier, later)))
    has: list[Reason] = []
    had: list[Reason] = []
    exact = True
    for removed, added in _changes(pieces):
        (old, is_old_alone), (new, is_new_alone) = (_read_facts(words, language) for words in (removed, added))
        if read(removed, language).numbers and read(removed, language).numbers == read(added, language).numbers:
            continue  # the same number, in figures and in words
        had += old
        has += new
        kinds = {reason.kind for reason in (*old, *new)}
        is_swap = bool(old and new) or kinds == {"negation"}
        exact = exact and is_old_alone and is_new_alone and len(kinds) < 2 and (is_swap or not kinds)
    return FactDifferences(tuple(dict.fromkeys(has)), tuple(dict.fromkeys(had)), exact)


def is_title_within(one: Unit, other: Unit) -> bool:
    """Whether one of two units states nothing, but is a title that the other contains: it has no closing sign."""
    short, long = sorted((one, other), key=lambda unit: len(unit.text))
    short_key, long_key = normalized_key(short.own), normalized_key(long.text)
    return not short.own.endswith((*CLOSING_SIGNS, "!", "?", "؟", "”", "»")) and short_key in long_key != short_key


def _changes(pieces: Iterable[Piece]) -> Iterator[tuple[str, str]]:
    """The words of the earlier text and those that the later one has in their place."""
    removed = ""
    for piece in pieces:
        if piece.op == "added":
            yield removed, piece.text
        elif removed:
            yield removed, ""
        removed = piece.text if piece.op == "removed" else ""
    if removed:
        yield removed, ""


def _read_facts(words: str, language: str) -> tuple[list[Reason], bool]:
    """The facts in words, and whether there is nothing beside them but function words."""
    reading, read_text = read(words, language), read_words(words, language)
    written = " ".join(word for word, _, _ in word_spans(words))
    actors = thesaurus(language).actors.find(read_text)
    of_actors = [read_text[n] for each in actors for n in range(each.first, each.last + 1)]
    facts = [
        Reason("actor", " ".join(word.surface for word in read_text[each.first : each.last + 1])) for each in actors
    ]
    facts += [Reason("date", date.iso_format) for date in reading.dates]
    facts += [Reason("number", words.strip(" .,;:()") or written) for _ in reading.numbers[:1]]
    facts += [Reason("symbol", each) for each in sorted(reading.symbols)]
    facts += [Reason("negation")] if polarity(words, language).negates else []
    known = {word.stem for word in of_actors}
    names = [each for each in reading.names if each not in {word.surface for word in of_actors}]
    facts += [Reason("name", each) for each in names]
    return facts, len(facts) < 2 and not names and known.issuperset(reading.content)
