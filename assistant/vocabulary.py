"""The words by which questions are understood, in the six official languages: `questions.yaml` (when, which document, half of the day...) and
`names.yaml` (treaties, declarations and bodies) in `assistant/data`; months and days of the week come from `corpus.calendar_names`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from assistant.package_data import shipped
from assistant.wording.values import blanked
from corpus.analysis import analyse, fold, word_spans
from corpus.calendar_names import day_words, names_by_number
from corpus.documents import LANGUAGES


@dataclass(frozen=True)
class TermMention:
    """A text or body named in a question: its index among the terms, and the span of the name."""

    concept: int
    start: int
    end: int


_PROCLITICS = "لبكوف"
"""Arabic one-letter words that are attached to the next word: to, with, like, and, so."""
_NUMBER = re.compile(r"(?<![\d.,/-])\d{1,4}(?!\d)")
_BEHIND_DAY = re.compile(r"\d\s*[日号](.{1,2})")
_NEAR = 30
"""Characters before a number that are searched for a word for a bound."""


class Vocabulary:
    """Question words and the names of texts and bodies. `shipped()` returns the vocabulary that comes with Rapporteur."""

    def __init__(self, questions: Mapping[str, Any], terms: Sequence[Mapping[str, Sequence[str]]]) -> None:
        self._questions = questions
        self.terms = tuple(terms)
        self._index, self._pattern = cache(self._make_index), cache(self._make_pattern)
        self.groups = cache(self._make_groups)
        """The groups of a kind in a language: names with their word forms."""
        self.number_words = cache(self._make_number_words)
        """Number words of a language, of some kinds (`numbers`, `ordinals`; without any, both), with their values."""
        # The same question is analysed by several components in a row.
        self._mentions = lru_cache(256)(self._find_terms)

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> Vocabulary:
        """The shipped data, read once."""
        return Vocabulary(shipped("questions"), shipped("names")["names"])

    # Question words

    def says(self, kind: str, text: str, language: str) -> bool:
        """Whether a text has a word of a kind (`agenda`, `meetings`...)."""
        return self.find(kind, text, language) is not None

    def find(self, kind: str, text: str, language: str) -> re.Match[str] | None:
        """The first word of a kind in a text."""
        return self._pattern(language, kind).search(text)

    def without(self, kind: str, text: str, language: str) -> str:
        """A text with the words of a kind blanked out, every other character in its place."""
        return blanked(text, (match.span() for match in self._pattern(language, kind).finditer(text)))

    def bounds_period(self, text: str, language: str) -> bool:
        """Whether a word for a bound (`since`, `until`) is right before a number or the month of a day; in Chinese also right behind the day."""
        numbers = (match.start() for match in _NUMBER.finditer(text))
        if language == "zh":
            around = [text[max(0, at - 2) : at] for at in numbers] + _BEHIND_DAY.findall(text)
        else:
            around = [" ".join(text[max(0, at - _NEAR) : at].split()[-2:]) for at in numbers]
        return any(self.says("bounds", words, language) for words in around)

    def choices(self, kind: str, text: str, language: str) -> list[str]:
        """The groups of a kind that a text mentions, in order: for `dayparts` e.g. `morning`, for `weekdays` numbers from 0 (Monday)."""
        found = []
        for name in self.groups(kind, language):
            found += [(match.start(), name) for match in self._pattern(language, kind, name).finditer(text)]
        return list(dict.fromkeys(name for _, name in sorted(found)))

    def forms(self, kind: str, language: str) -> list[str]:
        """The words of a kind."""
        if kind == "day":
            return day_words(language)
        return [str(form) for form in self._questions[language][kind]]

    def _make_groups(self, kind: str, language: str) -> dict[str, list[str]]:
        days = kind == "months" or kind == "weekdays"
        groups = names_by_number(kind, language, in_questions=True) if days else self._questions[language][kind]
        return {str(name): [*map(str, forms)] for name, forms in groups.items()}

    def _make_number_words(self, language: str, *kinds: str) -> dict[str, int]:
        data = self._questions[language]
        return {
            fold(str(form)): int(value)
            for kind in kinds or ("numbers", "ordinals")
            for value, forms in data[kind].items()
            for form in forms
        }

    def _make_pattern(self, language: str, kind: str, choice: str = "") -> re.Pattern[str]:
        """A regex for the words of a kind, or of one of its groups."""
        return word_pattern(self.groups(kind, language)[choice] if choice else self.forms(kind, language), language)

    @cached_property
    def _stops(self) -> dict[str, frozenset[str]]:
        def tokens(language: str) -> Iterator[str]:
            for form in (*self.forms("stopwords", language), *self.forms("interrogatives", language)):
                yield from analyse(form, language)

        return {language: frozenset(tokens(language)) for language in LANGUAGES}

    def content_of(self, text: str, language: str) -> list[str]:
        """The index tokens of the content words of a text."""
        return self.content(analyse(text, language), language)

    def content(self, tokens: Sequence[str], language: str) -> list[str]:
        """Index tokens without those of function words."""
        stops = self._stops[language]
        return [token for token in tokens if token not in stops]

    # Terms

    def mentions(self, text: str, language: str) -> list[TermMention]:
        """The terms in a text in order; of overlapping ones the longest."""
        return self._mentions(text, language)

    def names(self, concept: int, language: str) -> list[str]:
        """The names of a concept in a language, the documents' own wording first."""
        return [str(name) for name in self.terms[concept].get(language, ())]

    def _make_index(self, language: str) -> dict[tuple[str, ...], int]:
        """The terms by the stems of their names; in Chinese, which is written without spaces, by characters."""
        index: dict[tuple[str, ...], int] = {}
        for concept, term in enumerate(self.terms):
            for name in map(str, term.get(language, ())):
                index.setdefault(tuple(name) if language == "zh" else _term_stems(name, language), concept)
        index.pop((), None)
        return index

    def _find_terms(self, text: str, language: str) -> list[TermMention]:
        index = self._index(language)
        longest = max(map(len, index), default=0)
        parts = [(char, n, n + 1) for n, char in enumerate(text)] if language == "zh" else word_spans(text)
        stems = [(word,) if language == "zh" else _term_stems(word, language) for word, _, _ in parts]
        flat = [stem for each in stems for stem in each]
        home = [n for n, each in enumerate(stems) for _ in each]
        mentions: list[TermMention] = []
        at = 0
        while at < len(flat):
            word, start, _ = parts[home[at]]
            for size in range(min(longest, len(flat) - at), 0, -1):
                concept = index.get(tuple(flat[at : at + size]))
                if concept is None and language == "ar" and word[0] in _PROCLITICS:
                    bare = _term_stems(word[1:], language)
                    concept = index.get((*bare, *flat[at + len(bare) : at + size])) if bare else None
                if concept is not None:
                    mentions.append(TermMention(concept, start, parts[home[at + size - 1]][2]))
                    at += size
                    break
            else:
                at += 1
        return mentions


def word_pattern(forms: Sequence[str], language: str) -> re.Pattern[str]:
    """A regex for whole words, longest first; in Chinese for substrings, in Arabic with optional prefixes."""
    ordered = sorted({str(form) for form in forms}, key=len, reverse=True)
    body = "|".join(re.escape(form).replace(r"\ ", r"\s+").replace("'", "['’]") for form in ordered)
    if language == "zh":
        return re.compile(f"(?:{body})")
    before = r"(?<!\w)(?:[وفبكل]{0,2}(?:ال)?)?" if language == "ar" else r"(?<!\w)"
    return re.compile(f"{before}(?:{body})(?!\\w)", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def _term_stems(text: str, language: str) -> tuple[str, ...]:
    return tuple(token for token in analyse(text, language) if not token.startswith("sym"))
