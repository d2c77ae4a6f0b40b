"""Names of themes: noun phrases of titles and headings that set a theme's documents apart.

A phrase is weighed by what it tells of a theme (its part of the Kullback-Leibler divergence: the share of the theme's
documents that speak of it, times the logarithm of how much more of them say it than of the documents outside), by how often they say it and how
many do in a heading (c-TF-IDF over documents), and by how near it is to the theme in meaning. A document speaks of a phrase that stands in its
title or in a heading, or that it says more often, for its length, than documents outside of the theme do, and not in passing alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from assistant.reports.themes.clusters import LEAST
from assistant.time_slices import Slices
from assistant.vocabulary import Vocabulary
from assistant.wording.lexicon import HAN_FUNCTION
from corpus.acronyms import find_acronyms, most_common_expansion
from corpus.analysis import analyse, word_spans
from corpus.dates import find_full_dates
from corpus.documents import Document

LONGEST, WORDS, NAMES = 75, 10, 2
"""Longest phrase, in characters and in words, and most phrases of a name."""
OPENING, FORMS = 2, 3
"""Words that open the titles of documents of so many groups tell of no group: `report`, `letter`, `draft`."""
SAYING = 1 / 3
"""The share of a group's documents in its language, at least, that say a phrase by which it is named."""
COVERED = 0.5
"""The share of a group's documents in its language, at least, that speak of a phrase of its name."""
PASSING = 0.1
"""The share of how often a group says a phrase up to which a document only names it in passing."""
RARER = 2
"""How many times more of a group's documents, at least, say a phrase of its name than of those outside."""
UNSEEN = 0.5
"""How many documents outside of a group are taken to say a phrase that none says."""
TELLING = 0.05
"""What a phrase weighs at least: one that stands out by little, or is far from the theme in meaning, is none that one would look under."""
ALONE = 2 / 3
"""The same of a phrase that one title has, and no other heading."""
SECOND = 0.1
"""Share of the weight of the first phrase of a name from which on a second one is said."""
MOSTLY = 0.5
"""A group of which more documents have another language than the one asked for is named in that one."""
LIKELY = 40
"""How many phrases of a theme are held against it in meaning."""
_ROMAN = re.compile("[IVXLC]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_HAN_CUT = re.compile(f"[{HAN_FUNCTION}]")
_APART = re.compile(r"[^\s'’‑-]")
_COMMA = re.compile("[,،]")
_UNSAID = frozenset(["masthead", "contents"])

Near = Callable[[Sequence[str]], np.ndarray]
"""How near phrases are to a theme in meaning (n)."""


@dataclass(frozen=True)
class Phrase:
    """A phrase, its stems, what it weighs for a group, which of its documents speak of it, and how often, for each of its words, a document must say it
    more to speak of it."""

    weight: float
    stems: str
    words: str
    rows: frozenset[int]
    usual: float
    language: str


class Namer:
    """Names groups of documents, known by the numbers that `documents` gives them, in one language. They are read in slices that `slices` ends.
    What the names of `bodies` open with names no group: `Working Group` of that on boats."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        documents: Mapping[int, Document],
        groups: Sequence[Sequence[int]],
        language: str,
        slices: Slices = Slices(),  # noqa: B008  (it holds nothing)
        bodies: Iterable[str] = (),
    ) -> None:
        self._vocabulary, self._language, self._slices, self._documents = vocabulary, language, slices, documents
        self._languages = {row: document.language for row, document in documents.items()}
        self._tells = cache(self._tell)
        self._taken: set[str] = set()
        self._texts: dict[int, str] = {}
        self._lengths: dict[int, int] = {}
        self._heads: dict[int, dict[str, str]] = {}
        self._said: dict[int, dict[str, str]] = {}
        self._titles: dict[int, dict[str, str]] = {}
        formal: Counter[str] = Counter()
        opened: Counter[str] = Counter()
        for row, document in slices(list(documents.items())):
            spoken = document.language
            lines = [document.title, *(" ".join(document.body(each).split()) for each in document.blocks
                                       if each.kind == "heading" and each.locator not in _UNSAID)]  # fmt: skip
            dated = [line for line in lines if find_full_dates(line)]
            heads = [line for line in lines if line not in dated]
            said = [document.body(each) for each in document.blocks
                    if each.kind in ("paragraph", "item") and each.locator not in _UNSAID]  # fmt: skip
            masthead = {
                self._stems(document.body(each), spoken) for each in document.blocks if each.locator == "masthead"
            }
            # A masthead has the item of the agenda, too, by which its resolution is called.
            called = f" {self._stems(document.title, spoken)} "
            forms = {f" {stems} " for stems in (*masthead, *self._phrases(dated, spoken)) if stems}
            formal.update(form for form in forms if form not in called)
            self._heads[row] = self._phrases(heads, spoken)
            self._titles[row] = self._phrases(heads[:1] if document.title in heads[:1] else [], spoken)
            self._said[row] = self._phrases(said, spoken, plain=True)
            self._texts[row] = f" {self._stems(' | '.join(said), spoken)} "
            self._lengths[row] = len(self._texts[row].split())
        self._bodies = [f"{self._stems(each, 'en')} " for each in bodies]
        self._formal = {stems for stems, count in formal.items() if count > 1}
        for rows in groups:
            opened.update({stem for row in rows
                           for stem in self._stems(documents[row].title, self._languages[row]).split()[:OPENING]})  # fmt: skip
        self._forms = {stem for stem, count in opened.items() if count >= FORMS}

    def spoken(self, rows: Sequence[int]) -> str | None:
        """The language that a group is named in: the one asked for where a document has it, else that of most of its documents;
        None where no language is that of most."""
        spoken = Counter(self._languages[row] for row in rows)
        if self._language in spoken:
            return self._language
        [(most, count)] = spoken.most_common(1)
        return most if count > MOSTLY * len(rows) else None

    def speaks(self, row: int, phrase: Phrase) -> bool:
        """Whether a document speaks of a phrase, of its language or of another one, in which nobody can tell."""
        if self._languages[row] != phrase.language:
            return True
        said = self._texts[row].count(f" {phrase.stems} ")
        return phrase.stems in self._heads[row] or said > phrase.usual * self._lengths[row]

    def says(self, row: int, title: str, language: str) -> bool:
        """Whether a document in a language has all words of a title, in its text or its headings."""
        own = " ".join([self._texts[row], *self._heads[row]]).split()
        return self._languages[row] == language and set(self._stems(title, language).split()).issubset(own)

    def called(self, title: str, phrases: Sequence[Phrase]) -> bool:
        """Whether an English title has all words of a phrase."""
        words = set(self._stems(title, "en").split())
        return any(words.issuperset(each.stems.split()) for each in phrases)

    def name(self, rows: Sequence[int], near: Near) -> tuple[Phrase, ...]:
        """The phrases of a group's name, the second of other documents than the first; none by which another group was named
        before; empty where nothing tells most of the group apart."""
        weighed = [each for each in self._weighed(rows, near) if each.stems not in self._taken]
        chosen: list[Phrase] = []
        left = set(rows)
        while weighed and left and len(chosen) < NAMES:
            best = max(weighed, key=lambda each: each.weight * (len(each.rows & left) if chosen else 1))
            if not best.rows & left or best.weight < SECOND * (chosen or [best])[0].weight:
                break
            if chosen and len(best.rows) < LEAST:  # what fewer documents say than make a theme is no name of one
                break
            chosen.append(best)
            left -= best.rows
            weighed = [each for each in weighed if not set(each.stems.split()) & set(best.stems.split())]
        own = {row for row in rows if self._languages[row] == self.spoken(rows)}
        if (
            not chosen
            or len(own & left) >= (1 - COVERED) * len(own)
            or len(rows) - len(own & left) < min(LEAST, len(rows))
        ):
            return ()
        self._taken.update(each.stems for each in chosen)
        return tuple(replace(each, words=self._spelt(each, rows)) for each in chosen)

    def _spelt(self, phrase: Phrase, rows: Sequence[int]) -> str:
        """What a phrase is called: an acronym by the words that the documents spell it with, where they do."""
        acronym = phrase.words.isupper() and phrase.words.isalpha()
        return (
            most_common_expansion(phrase.words, (self._documents[row].text for row in rows)) if acronym else ""
        ) or phrase.words

    def _weighed(self, rows: Sequence[int], near: Near) -> list[Phrase]:
        """The phrases of a group in the language that it is named in, the best first."""
        language = self.spoken(rows)
        own = [row for row in rows if self._languages[row] == language]
        others = [row for row, each in self._languages.items() if each == language and row not in own]
        heads = Counter(stems for row in own for stems in self._heads[row])
        least = max(min(2, len(rows)), SAYING * len(own))  # of one document the title tells more
        words = sum(self._lengths[row] for row in others)
        found = []
        phrases = Counter(stems for row in own for stems in {**self._heads[row], **self._said[row]})
        titles = {stems for row in own for stems in self._titles[row]}
        several = min(2, len(own))
        for stems in self._slices(each for each in self._whole(phrases) if heads[each] >= several or each in titles):
            times = [self._texts[row].count(f" {stems} ") for row in own]
            if sum(map(bool, times)) < least:
                continue
            outside = [self._texts[row].count(f" {stems} ") for row in others]
            usual = sum(outside) / words if words else 0.0
            more = sum(map(bool, times)) / len(own) * (len(others) + 1) / (sum(map(bool, outside)) + UNSEEN)
            within = sum(times) / sum(self._lengths[row] for row in own)
            phrase = Phrase(0.0, stems, "", frozenset(), max(usual, PASSING * within), language or "")
            speaking = frozenset(row for row in own if self.speaks(row, phrase))
            # What stands in one title alone is what nearly all speak of.
            if len(speaking) < (least if heads[stems] >= several else ALONE * len(own)) or more < RARER:
                continue
            forms = Counter(each[row][stems] for row in own for each in (self._heads, self._said) if stems in each[row])
            weight = len(speaking) / len(own) * math.log(more) * math.log(1 + sum(times) / len(own))
            weight *= 1 + math.log(heads[stems])
            form = min(forms, key=lambda form: (sum(map(str.isupper, form)), -forms[form], form))
            found.append(replace(phrase, weight=weight, words=form, rows=speaking))
        found = sorted(found, key=lambda each: (-each.weight, -len(each.stems), each.stems))[:LIKELY]
        scale: np.ndarray | list[float] = np.clip(near([each.words for each in found]), 0.0, None) ** 3 if found else []
        told = [replace(each, weight=each.weight * float(by)) for each, by in zip(found, scale, strict=True)]
        return sorted(
            (each for each in told if each.weight >= TELLING),
            key=lambda each: (-each.weight, -len(each.stems), each.stems),
        )

    def _whole(self, phrases: Counter[str]) -> list[str]:
        """Phrases that are no form of document and name none, nor a body, and are no part of a longer one wherever they
        stand, of those that so many documents have; a part of several longer ones stands by itself (Frantzi and Ananiadou, "The C-value
        method", 1998)."""
        longer: Counter[str] = Counter()
        beside: dict[tuple[str, int], set[tuple[str, ...]]] = {}
        most = max(phrases.values(), default=0)
        for stems, count in phrases.items():
            parts = stems.split()
            for size in range(2, len(parts)):
                for n in range(len(parts) - size + 1):
                    part = " ".join(parts[n : n + size])
                    longer[part] = max(longer[part], count)
                    beside.setdefault((part, count), set()).add(
                        (*parts[max(0, n - 1) : n], "", *parts[n + size : n + size + 1])
                    )
        return sorted(stems for stems, count in phrases.items()
                      if (longer[stems] < count or count == most or len(beside[stems, longer[stems]]) > 1)
                      and not self._forms & set(stems.split())
                      and not any(body.startswith(f"{stems} ") for body in self._bodies)
                      and not any(each in f" {stems} " for each in self._formal))  # fmt: skip

    def _phrases(self, lines: Sequence[str], language: str, *, plain: bool = False) -> dict[str, str]:
        """The phrases and acronyms of lines by their stems; `plain` ones have no function words, between which texts have verbs."""
        made: dict[str, str] = {}
        for line in lines:
            short = {each for each in find_acronyms(line) if not _ROMAN.fullmatch(each)}
            for phrase in self._of(" ".join(line.split()), language, plain):
                sittings = self._vocabulary.says("agenda", phrase, language)
                if len(phrase) <= LONGEST and not sittings and (" " in phrase or language == "zh" or phrase in short):
                    made.setdefault(self._stems(phrase, language), phrase)
        made.pop("", None)
        return made

    def _of(self, line: str, language: str, plain: bool) -> Iterator[str]:
        """The phrases of a line: words that nothing but spaces and hyphens part, from behind a function word to before
        one; in Chinese what stands between function characters."""
        if language == "zh":
            yield from (part for run in _HAN.findall(line) for part in _HAN_CUT.split(run) if len(part) > 2)
            return
        found = word_spans(line)
        tells = [self._tells(word, language) for word, _, _ in found]
        for i, (_, start, _) in enumerate(found):
            gap = line[found[i - 1][2] : start] if i else ":"
            if not tells[i] or _COMMA.search(gap) or (tells[i - 1] and not _APART.search(gap)):
                continue
            for j in range(i, min(len(found), i + WORDS)):
                if (
                    not found[j][0].isalpha()
                    or (plain and not tells[j])
                    or (j > i and _APART.search(line[found[j - 1][2] : found[j][1]]))
                ):
                    break
                ends = j + 1 == len(found) or not tells[j + 1] or _APART.search(line[found[j][2] : found[j + 1][1]])
                if ends and tells[j]:
                    yield line[start : found[j][2]]

    def _stems(self, text: str, language: str) -> str:
        return " ".join(self._vocabulary.content(analyse(text, language), language))

    def _tell(self, word: str, language: str) -> bool:
        """Whether a word is no function word; a number is none."""
        return word.isdigit() or (len(word) > 2 and bool(self._stems(word, language)))
