"""Names of themes: noun phrases of titles and headings that distinguish a theme's documents.

A phrase is weighted by what it tells about a theme (its part of the Kullback-Leibler divergence: the share of the
theme's documents that are about it, times the logarithm of how much more frequent it is among them than among
others), by how often they use it and how many do in a heading (c-TF-IDF over documents), and by its similarity to the
theme in meaning. A document is about a phrase in its title or in a heading, or that it uses more often, for its
length, than documents outside the theme do, and not only in passing.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from assistant.reports.themes.theme_model import MIN_DOCUMENTS
from assistant.time_slices import Slices
from assistant.vocabulary import Vocabulary
from assistant.wording.drafting import grammar_of
from assistant.wording.lexicon import HAN_FUNCTION
from corpus.acronyms import MAX_SKIPPED_LETTERS, find_acronyms
from corpus.analysis import analyse, word_spans
from corpus.dates import find_full_dates
from corpus.documents import Document
from corpus.symbols.symbol_words import ORGANS

MAX_LENGTH, MAX_WORDS = 75, 10
"""Longest phrase, in characters and in words."""
OPENING_WORDS, MIN_GROUPS_OF_FORM = 2, 3
"""This many first words of titles, where they open titles in this many groups, are forms of documents that tell
nothing about a group: `report`, `letter`, `draft`."""
MIN_SAYING_SHARE = 1 / 3
"""The share of a group's documents in its language, at least, that use a phrase of its name."""
MIN_COVERED_SHARE = 0.5
"""The share of a group's documents in its language, at least, that are about a phrase of its name."""
PASSING_SHARE = 0.2
"""Up to this share of the frequency of a phrase in the group, a document only mentions it in passing."""
MIN_RARITY_RATIO = 2
"""A phrase of a name is at least this many times more frequent among a group's documents than among others."""
UNSEEN_COUNT = 0.5
"""How many documents outside a group are assumed to use a phrase that none uses."""
MIN_WEIGHT = 0.1
"""Least weight of a phrase: one that is little distinctive, or far from the theme in meaning, helps no reader."""
MIN_SHARE_OF_SINGLE_TITLE = 2 / 3
"""The same share for a phrase that is in one title, and in no other heading."""
MIN_LANGUAGE_SHARE = 0.5
"""A group of which more documents are in another language than the requested one is named in that language."""
MAX_EMBEDDED_PHRASES = 40
"""How many phrases of a theme are compared with it in meaning."""
_ROMAN = re.compile("[IVXLC]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_HAN_CUT = re.compile(f"[{HAN_FUNCTION}]")
_SEPARATOR = re.compile(r"[^\s'’‑-]")
_COMMA = re.compile("[,،]")
_UNNAMED_PARTS = frozenset(["masthead", "contents"])

Similarity = Callable[[Sequence[str]], np.ndarray]
"""Computes the similarity of phrases to a theme in meaning (n)."""


@dataclass(frozen=True)
class Phrase:
    """A phrase, with its stems, its weight for a group, the documents of the group that are about it, and how often a
    document has to use it, per word, to be about it."""

    weight: float
    stems: str
    words: str
    rows: frozenset[int]
    usual: float
    language: str


class Namer:
    """Names groups of documents, known by the numbers that `documents` gives them, in one language.

    Documents are read in slices that `slices` ends. The opening of the name of one of the `bodies`, or of one that issued
    a document, names no group: `Working Group` of that on boats. Nor does the name of an organ with symbols of its own.
    """

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
        self._is_content_word_cached = cache(self._is_content_word)
        self._texts: dict[int, str] = {}
        self._lengths: dict[int, int] = {}
        self._heading_phrases: dict[int, dict[str, str]] = {}
        self._body_phrases: dict[int, dict[str, str]] = {}
        self._title_phrases: dict[int, dict[str, str]] = {}
        form_counts: Counter[str] = Counter()
        for row, document in slices(list(documents.items())):
            form_counts.update(self._read_document(row, document))
        issuing = ((each.masthead.body, each.language) for each in documents.values())
        self._bodies = {f"{self._stems(body, own)} " for body, own in (*((each, "en") for each in bodies), *issuing)}
        self._formal_stems = {stems for stems, count in form_counts.items() if count > 1}
        opening_counts: Counter[str] = Counter()
        for rows in groups:
            openings = (self._stems(documents[row].title, self._languages[row]).split()[:OPENING_WORDS] for row in rows)
            opening_counts.update({stem for opening in openings for stem in opening})
        self._form_stems = {stem for stem, count in opening_counts.items() if count >= MIN_GROUPS_OF_FORM}

    def _read_document(self, row: int, document: Document) -> set[str]:
        """Store the phrases and the text of a document; returns the stems of its masthead and of dated headings, which
        may be forms of documents."""
        language = document.language
        blocks = [each for each in document.blocks if each.locator not in _UNNAMED_PARTS]
        lines = [document.title, *(" ".join(document.body(each).split()) for each in blocks if each.kind == "heading")]
        dated = [line for line in lines if find_full_dates(line)]
        headings = [line for line in lines if line not in dated]
        title = headings[:1] if document.title in headings[:1] else []
        paragraphs = [document.body(each) for each in blocks if each.kind in ("paragraph", "item")]
        self._heading_phrases[row] = self._find_phrases(headings, language)
        self._title_phrases[row] = self._find_phrases(title, language)
        self._body_phrases[row] = self._find_phrases(paragraphs, language, plain=True)
        self._texts[row] = f" {self._stems(' | '.join(paragraphs), language)} "
        self._lengths[row] = len(self._texts[row].split())
        masthead = (document.body(each) for each in document.blocks if each.locator == "masthead")
        in_masthead = (self._stems(each, language) for each in masthead)
        forms = {f" {stems} " for stems in (*in_masthead, *self._find_phrases(dated, language)) if stems}
        # A masthead also has the agenda item, after which its resolution is named.
        title_stems = f" {self._stems(document.title, language)} "
        return {form for form in forms if form not in title_stems}

    def choose_language(self, rows: Sequence[int]) -> str | None:
        """The language in which a group is named: the requested one if any document has it, else of most, else None."""
        languages = Counter(self._languages[row] for row in rows)
        if self._language in languages:
            return self._language
        [(most, count)] = languages.most_common(1)
        return most if count > MIN_LANGUAGE_SHARE * len(rows) else None

    def is_about(self, row: int, phrase: Phrase) -> bool:
        """Whether a document is about a phrase; assumed of documents in other languages than the phrase."""
        if self._languages[row] != phrase.language:
            return True
        count = self._texts[row].count(f" {phrase.stems} ")
        return phrase.stems in self._heading_phrases[row] or count > phrase.usual * self._lengths[row]

    def has_words(self, row: int, title: str, language: str) -> bool:
        """Whether a document in a language has all words of a title, in its text or its headings."""
        words = " ".join([self._texts[row], *self._heading_phrases[row]]).split()
        return self._languages[row] == language and set(self._stems(title, language).split()).issubset(words)

    def is_named_in_title(self, title: str, phrase: Phrase) -> bool:
        """Whether an English title has all words of a phrase."""
        return set(self._stems(title, "en").split()).issuperset(phrase.stems.split())

    def find_name(self, rows: Sequence[int], similarity: Similarity, taken: Set[str] = frozenset()) -> Phrase | None:
        """The phrase that names a group, with stems that are not `taken`; None where nothing distinguishes most of it."""
        candidates = [each for each in self._weigh_phrases(rows, similarity) if each.stems not in taken]
        if not candidates:
            return None
        best = self._complete(candidates[0])
        language = self.choose_language(rows)
        count = sum(self._languages[row] == language for row in rows)
        left = count - len(best.rows)
        is_covered = left < (1 - MIN_COVERED_SHARE) * count
        return best if is_covered and len(rows) - left >= min(MIN_DOCUMENTS, len(rows)) else None

    def _complete(self, phrase: Phrase) -> Phrase:
        """The phrase with the words that follow it in all titles that have it, if there are several and these words name
        no body: a part of a title names less than the title does."""
        titles = [phrases for phrases in self._title_phrases.values() if phrase.stems in phrases]
        opening = f"{phrase.stems} "
        rests = {
            each.removeprefix(opening)
            for each in (set(titles[0]).intersection(*titles) if len(titles) > 1 else ())
            if each.startswith(opening)
        }
        rest = max(rests, key=len, default="")
        if not rest or self._is_body(rest) or _is_organ(titles[0].get(rest, "")):
            return phrase
        return replace(phrase, words=titles[0][opening + rest])

    def _is_body(self, stems: str) -> bool:
        """Whether the name of a body opens with these words."""
        return any(body.startswith(f"{stems} ") for body in self._bodies)

    def _weigh_phrases(self, rows: Sequence[int], similarity: Similarity) -> list[Phrase]:
        """The phrases of a group in the language in which it is named, the best first."""
        language = self.choose_language(rows)
        members = [row for row in rows if self._languages[row] == language]
        others = [row for row, each in self._languages.items() if each == language and row not in members]
        heading_counts = Counter(stems for row in members for stems in self._heading_phrases[row])
        # A single document is better named by its title.
        min_documents = max(min(2, len(rows)), MIN_SAYING_SHARE * len(members))
        outside_words = sum(self._lengths[row] for row in others)
        candidates = []
        by_member = ({**self._heading_phrases[row], **self._body_phrases[row]} for row in members)
        selected = self._select_phrases(Counter(stems for phrases in by_member for stems in phrases))
        title_stems = {stems for row in members for stems in self._title_phrases[row]}
        several = min(2, len(members))
        in_heads = (each for each in selected if heading_counts[each] >= several or each in title_stems)
        for stems in self._slices(in_heads):
            counts = [self._texts[row].count(f" {stems} ") for row in members]
            if sum(map(bool, counts)) < min_documents:
                continue
            outside_counts = [self._texts[row].count(f" {stems} ") for row in others]
            outside_frequency = sum(outside_counts) / outside_words if outside_words else 0.0
            share = sum(map(bool, counts)) / len(members)
            rarity = share * (len(others) + 1) / (sum(map(bool, outside_counts)) + UNSEEN_COUNT)
            group_frequency = sum(counts) / sum(self._lengths[row] for row in members)
            usual = max(outside_frequency, PASSING_SHARE * group_frequency)
            phrase = Phrase(0.0, stems, "", frozenset(), usual, language or "")
            about_it = frozenset(row for row in members if self.is_about(row, phrase))
            words = self._usual_spelling(stems, members)
            if _is_organ(words):
                continue
            # A phrase that is in one title only has to be what nearly all documents are about.
            is_in_several = heading_counts[stems] >= several
            least = min_documents if is_in_several else MIN_SHARE_OF_SINGLE_TITLE * len(members)
            if len(about_it) < least or rarity < MIN_RARITY_RATIO:
                continue
            weight = len(about_it) / len(members) * math.log(rarity) * math.log(1 + sum(counts) / len(members))
            weight *= 1 + math.log(heading_counts[stems])
            candidates.append(replace(phrase, weight=weight, words=words, rows=about_it))
        return _weigh_by_similarity(candidates, similarity)

    def _usual_spelling(self, stems: str, rows: Sequence[int]) -> str:
        """The words of a phrase as documents have it: with the fewest capitals, then the most frequent."""
        phrases = (each[row] for row in rows for each in (self._heading_phrases, self._body_phrases))
        spellings = Counter(each[stems] for each in phrases if stems in each)
        return min(spellings, key=lambda spelling: (sum(map(str.isupper, spelling)), -spellings[spelling], spelling))

    def _select_phrases(self, phrases: Counter[str]) -> list[str]:
        """The stems of phrases, without forms and names of documents, names of bodies, and phrases that always are
        part of a longer one that as many documents have. A part of several longer ones stands by itself (Frantzi and
        Ananiadou, "The C-value method", 1998)."""
        longer: Counter[str] = Counter()
        beside = defaultdict[tuple[str, int], set[tuple[str, ...]]](set)
        most = max(phrases.values(), default=0)
        for stems, count in phrases.items():
            parts = stems.split()
            for size in range(2, len(parts)):
                for n in range(len(parts) - size + 1):
                    part = " ".join(parts[n : n + size])
                    longer[part] = max(longer[part], count)
                    neighbours = (*parts[max(0, n - 1) : n], "", *parts[n + size : n + size + 1])
                    beside[part, count].add(neighbours)
        return sorted(stems for stems, count in phrases.items()
                      if (longer[stems] < count or count == most or len(beside[stems, longer[stems]]) > 1)
                      and not self._form_stems & set(stems.split())
                      and not self._is_body(stems)
                      and not any(each in f" {stems} " for each in self._formal_stems))  # fmt: skip

    def _find_phrases(self, lines: Sequence[str], language: str, *, plain: bool = False) -> dict[str, str]:
        """The phrases and acronyms of lines by stems; those of running text (`plain`) have no function words."""
        phrases: dict[str, str] = {}
        for line in lines:
            acronyms_of_line = {each for each in find_acronyms(line) if not _ROMAN.fullmatch(each)}
            for phrase in self._split_line(" ".join(line.split()), language, plain):
                is_phrase = " " in phrase or language == "zh" or phrase in acronyms_of_line
                is_short = is_phrase and len(phrase) <= MAX_LENGTH
                if is_short and not self._vocabulary.says("agenda", phrase, language):
                    phrases.setdefault(self._stems(phrase, language), phrase)
        phrases.pop("", None)
        return phrases

    def _split_line(self, line: str, language: str, plain: bool) -> Iterator[str]:
        """The phrases of a line: words separated only by spaces and hyphens, from after one function word to before
        another; in Chinese what is between function characters."""
        if language == "zh":
            yield from (part for run in _HAN.findall(line) for part in _HAN_CUT.split(run) if len(part) > 2)
            return
        line_words = word_spans(line)
        is_content = [self._is_content_word_cached(word, language) for word, _, _ in line_words]
        for i, (_, start, _) in enumerate(line_words):
            gap = line[line_words[i - 1][2] : start] if i else ":"
            if not is_content[i] or _COMMA.search(gap) or (is_content[i - 1] and not _SEPARATOR.search(gap)):
                continue
            for j in range(i, min(len(line_words), i + MAX_WORDS)):
                word, _, end = line_words[j]
                is_separated = j > i and _SEPARATOR.search(line[line_words[j - 1][2] : line_words[j][1]])
                if is_separated or not word.isalpha() or (plain and not is_content[j]):
                    break
                is_last = j + 1 == len(line_words) or not is_content[j + 1]
                if is_content[j] and (is_last or _SEPARATOR.search(line[end : line_words[j + 1][1]])):
                    yield line[start:end]

    def _stems(self, text: str, language: str) -> str:
        return " ".join(self._vocabulary.content(analyse(text, language), language))

    def _is_content_word(self, word: str, language: str) -> bool:
        """Whether a word is no function word, nor one after which a topic is named ("against"); a number is one."""
        names_topic = grammar_of(language).topic.fullmatch(word) is not None
        return word.isdigit() or (len(word) > 2 and not names_topic and bool(self._stems(word, language)))


def _is_organ(words: str) -> bool:
    """Whether words are the acronym of an organ, in capitals as in symbols, or spell it out: each letter begins one of
    the words, of which only short ones are skipped."""
    skipped = rf"\W+(?:[^\W\d_]{{1,{MAX_SKIPPED_LETTERS}}}\W+)*"
    acronyms = (each for each in ORGANS if len(each) > MAX_SKIPPED_LETTERS)
    patterns = (skipped.join(rf"{letter}[^\W\d_]*" for letter in acronym) for acronym in acronyms)
    return words in ORGANS or any(re.fullmatch(each, words, re.IGNORECASE) for each in patterns)


def _weigh_by_similarity(phrases: Sequence[Phrase], similarity: Similarity) -> list[Phrase]:
    """The phrases whose weight, times the cube of their similarity to the theme, is large enough, the best first."""
    best = sorted(phrases, key=_rank_phrase)[:MAX_EMBEDDED_PHRASES]
    scale: np.ndarray | list[float] = np.clip(similarity([each.words for each in best]), 0.0, None) ** 3 if best else []
    weighted = [replace(each, weight=each.weight * float(factor)) for each, factor in zip(best, scale, strict=True)]
    return sorted((each for each in weighted if each.weight >= MIN_WEIGHT), key=_rank_phrase)


def _rank_phrase(phrase: Phrase) -> tuple[float, int, str]:
    """Sort key of phrases, the best first: by weight, then the longest."""
    return -phrase.weight, -len(phrase.stems), phrase.stems
