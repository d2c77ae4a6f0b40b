"""Query interpretation: turns a turn of a conversation into questions that stand alone, and splits questions that ask several things.

This module only generates candidates. Which interpretation is right, and whether a text asks one thing or two, the engine decides by what the
documents answer best.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import NamedTuple

from assistant.qa.abstention import (
    MAX_DROPPED_WORDS,
    MAX_HISTORY_GAIN,
    MIN_FOLLOW_UP_ODDS,
    MIN_HISTORY_ODDS,
    MIN_PART_WORDS,
    ODDS_PER_MISSING_WORD,
    ODDS_PER_WORD,
    RULE_ODDS,
    STANDALONE_WORDS,
    log_odds,
)
from assistant.qa.answer import Answer, Citation, Statement
from assistant.question import NO_BOUNDS, YEAR, Bounds, Question, inside, numbers_after, parse_question
from assistant.vocabulary import Vocabulary, word_pattern
from assistant.wording.lexicon import stops
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.calendar_names import weekday_name
from corpus.catalogue import Catalogue
from corpus.countries import find_country_spans
from corpus.documents import Span
from corpus.language import detect_language
from corpus.library import Library
from corpus.places import find_place, normalise_place_text
from corpus.sentences import sentence_spans

HISTORY_LIMIT = 20
"""Most earlier turns that are used."""
LIMIT = 2_000
"""Most characters of a question that is made of several turns."""
MOST_PARTS = 3
MOST_CUTS = 2
"""Most positions at which splitting a sentence into two questions is tried."""
_ASKS = re.compile("[?？؟]")
MARKS = " ?？؟.!。"
_NUMBERED = ("article", "item", "paragraph", "number")
"""Kinds of slots that a bare number may stand for."""
_WITHIN = {"weekday": ("daypart",), "article": ("paragraph",), "item": ("paragraph",)}
"""Slots that are part of another one, and are dropped where that is replaced."""
_NUMBER = re.compile(r"(?<![\w/.])\d{1,3}(?:/\d{1,3}|\s*\([a-z]\))?(?![\w/]|[.:]\d)")
_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
REMEMBERED = 256
"""Most turns whose interpretation is cached."""
CARRIED_STATEMENTS = 2
"""Statements of an answer whose passages are carried over to the next turn."""
_NAME = re.compile(r"[A-Z\d/.]*\d")
"""The beginning of a number or symbol."""
SHORTEST = 5
"""Letters of the shortest word that is corrected: shorter ones have too many neighbours."""
UNMISTAKABLE = 7
"""Letters from which a word has so few neighbours that a correction need not fit the rest of the question."""
LOOKED_THROUGH = 40
"""Most passages that are searched for one form of a word."""
_SPELT = re.compile(rf"(?<![\w/.'’-])[A-Za-z]{{{SHORTEST},20}}(?![\w/'’-])")
_LETTERS = re.compile("[a-z]+")
AND = {
    "en": r",?\s+and\s+|[,;]\s+",
    "fr": r",?\s+et\s+|[,;]\s+",
    "es": r",?\s+[ye]\s+|[,;]\s+",
    "ru": r",?\s+[иа]\s+|[,;]\s+",
    "ar": r"[،,]?\s+(?=و\w\w)|[،,؛]\s+",
    "zh": "[,;，；、]?(?:以及|并且)|[,;，；、](?:和|与|及)?",
}
"""Where one sentence may continue with a second question: at a coordinating conjunction or a comma; in Chinese, where one character may be part
of a word (涉及), only after a punctuation mark."""


@dataclass(frozen=True)
class Interpretation:
    """A possible interpretation of a turn: `text` is a question that stands alone, `focus` the part asked last, `language` that of the turn.

    `parts` make up the text: the question that the conversation began with, the last one asked about it, and the turn. `leans` tells whether
    anything was taken from earlier turns.
    """

    parts: tuple[str, ...]
    focus: str
    language: str
    leans: bool = False

    @property
    def text(self) -> str:
        """The question that stands alone."""
        *earlier, last = self.parts
        return ": ".join([*(part.rstrip(MARKS) for part in earlier), last])[:LIMIT]


_VALUES = frozenset({"country", "year", "number"})
"""Kinds of slots that ask nothing by themselves."""


class Slot(NamedTuple):
    """Something a question names that a later turn may replace: its kind, and its span in the text."""

    kind: str
    start: int
    end: int


def turn_language(text: str, history: Sequence[str], library: Library | None = None) -> str:
    """The language of a turn; where that can't be detected, the language of earlier turns, or the one whose texts in the library have most of its words."""
    language = ""
    for turn in [*list(history)[-HISTORY_LIMIT:], text]:
        language = detect_language(turn, default=language)
    return language or (_library_language(text, library) if library else "en")


def _library_language(text: str, library: Library) -> str:
    """The language whose texts in the library have most words of a text; English in a tie."""

    def known_words(language: str) -> int:
        return sum(count > 0 for count in library.document_frequency(analyse(text, language), language).values())

    return max(("en", *library.passage_languages()), key=known_words)


def interpretations(
    turn: str,
    previous: Interpretation | None,
    language: str,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    bounds: Bounds = NO_BOUNDS,
) -> tuple[Interpretation, ...]:
    """The possible interpretations of a turn after an earlier one, in the order in which they are tried.

    The turn may stand alone or lean on the `previous` question. Where it names a replacement for something that the previous question names,
    that question with the replacement is a candidate: first where the turn says nothing else, last where it says little else. `bounds` gives the
    symbols in the library, which are recognised in both.
    """
    standalone = Interpretation((turn,), turn, language)
    if previous is None:
        return (standalone,)
    earlier = parse_question(previous.text, vocabulary, catalogue, previous.language).bounded(bounds)
    if len(earlier.weekdays) == 1 and (found := vocabulary.find("next_day", turn, language)):
        turn = turn[: found.start()] + weekday_name((earlier.weekdays[0] + 1) % 7, language) + turn[found.end() :]
    current = parse_question(turn, vocabulary, catalogue, language).bounded(bounds)
    named_slots = slots(current)
    replaced = None
    if previous.language == language and named_slots:
        replaced = _replaced(earlier, current, slots(earlier), named_slots)
    if replaced is None:
        parts = previous.parts[0], *previous.parts[1:][-1:], turn
        return standalone, Interpretation(parts, turn, language, leans=True)
    with_replacement = Interpretation((replaced,), replaced, language, leans=True)
    other_words = current.content_of(blanked(current.text, ((slot.start, slot.end) for slot in named_slots)))
    if not other_words:
        only_values = _VALUES.issuperset(slot.kind for slot in named_slots)
        return (with_replacement,) if only_values else (with_replacement, standalone)
    with_turn = Interpretation((replaced, turn), turn, language, leans=True)
    last = (with_replacement,) if len(other_words) <= MAX_DROPPED_WORDS else ()
    return (standalone, with_turn, *last)


def slots(question: Question) -> list[Slot]:
    """The slots of a question in order, none over another."""
    text, language, vocabulary = question.text, question.language, question.vocabulary
    slots_found: list[Slot] = []

    def add(kind: str, spans: Iterable[tuple[int, int]]) -> None:
        for start, end in spans:
            if start < end and not any(start < other.end and other.start < end for other in slots_found):
                slots_found.append(Slot(kind, start, end))

    add("symbol", [(each.start, each.end) for each in question.mentions()])
    for kind in ("article", "paragraph", "item") if question.articles else ("item", "article", "paragraph"):
        add(kind, [(start, end) for _, start, end in numbers_after(kind, text, vocabulary, language)])
    if question.treaty_keys:
        spans = [(each.start, each.end) for each in question.terms]
        add("treaty", [(start, end) for start, end in spans if question.asking(text[start:end]).treaty_keys])
    for kind in ("weekday", "month", "daypart", "ordinal"):
        forms = [form for group in vocabulary.groups(f"{kind}s", language).values() for form in group]
        add(kind, [match.span() for match in word_pattern(forms, language).finditer(text)])
    add("country", [(start, end) for _, start, end in find_country_spans(text, language)])
    add("year", [match.span() for match in YEAR.finditer(text)])
    add("number", [match.span() for match in _NUMBER.finditer(text)])
    return sorted(slots_found, key=lambda slot: slot.start)


def _replaced(old: Question, new: Question, old_slots: Sequence[Slot], new_slots: Sequence[Slot]) -> str | None:
    """The earlier question with its slots replaced by those that a turn names; None where a slot can't be placed."""
    edits: list[tuple[int, int, str]] = []
    kinds = dict.fromkeys(slot.kind for slot in new_slots)
    for kind in kinds:
        group = [slot for slot in new_slots if slot.kind == kind]
        replacement = new.text[group[0].start : group[-1].end]
        if new.language == "ar" and kind in (*_NUMBERED, "ordinal"):
            replacement = re.sub("^[وف]", "", replacement)  # "and" is written with the word
        if targets := [slot for slot in old_slots if slot.kind == kind]:
            edits.append((targets[0].start, targets[0].end, replacement))
            dropped = [slot for slot in old_slots if slot.kind in _WITHIN.get(kind, ()) and slot.kind not in kinds]
            edits += [(slot.start, slot.end, "") for slot in (*targets[1:], *dropped)]
        elif kind == "paragraph" and (numbered := [slot for slot in old_slots if slot.kind == "article"]):
            edits.append((numbered[-1].end, numbered[-1].end, f", {replacement}"))
        else:
            numbered = [slot for slot in old_slots if slot.kind in _NUMBERED and kind == "number"]
            numbers = [match for slot in numbered for match in _NUMBER.finditer(old.text, slot.start, slot.end)]
            if len(numbered) != 1 or not numbers:
                return None
            edits.append((*numbers[0].span(), replacement))
    text = old.text
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return " ".join(text.split())


def split_questions(text: str) -> list[str]:
    """The questions in a text by their question marks, in order, each with the sentences before it; the text itself where it asks one."""
    parts: list[str] = []
    start = 0
    for _, end in sentence_spans(text):
        if _ASKS.search(text[start:end]):
            parts.append(text[start:end].strip())
            start = end
    rest = text[start:].strip()
    if parts and rest:
        parts[-1] = f"{parts[-1]} {rest}"
    return parts if 1 < len(parts) <= MOST_PARTS and all(map(_long_enough, parts)) else [text]


def asks_two_questions(text: str, pair: tuple[str, str], language: str, vocabulary: Vocabulary) -> bool:
    """Whether a sentence split in two parts asks two questions: a conjunction joins the parts, both begin with an interrogative, the first has
    content of its own ("under what conditions" alone has not), and the second does not repeat an interrogative inside the first ("when ... and
    when ...")."""

    def interrogative(part: str) -> re.Match[str] | None:
        # "By when ...": a preposition may stand before it; in Chinese it stands where the answer would.
        beginning = part if language == "zh" else " ".join(_WORDS.findall(part)[:2])
        return vocabulary.find("interrogatives", beginning, language)

    first, second = pair
    between = text[len(first) : len(text) - len(second)]
    if not (any(map(str.isalpha, between)) or language == "zh" or (language == "ar" and second.startswith("و"))):
        return False
    repeated = interrogative(second) if interrogative(first) else None
    if repeated is None or len(set(vocabulary.content_of(first, language))) < 2:
        return False
    words = [word.casefold() for word in _WORDS.findall(first)[1:]]
    return language == "zh" or repeated.group().casefold() not in words


def possible_splits(text: str, language: str) -> Iterator[tuple[str, str]]:
    """The pairs of questions that a sentence may ask, split at a conjunction or comma that is not inside the name of a place ("article 6,
    paragraph 1") and joins no two numbers or symbols."""
    naming = find_place(folded_text) if len(folded_text := normalise_place_text(text)) == len(text) else None
    place_span = (naming.start, naming.end) if naming else (0, 0)
    splits = [*re.finditer(AND[language], text, re.IGNORECASE)]
    splits = [split for split in splits if not place_span[0] < split.start() < place_span[1]]
    splits = [each for each in splits if not (text[: each.start()][-1:].isdigit() and _NAME.match(text, each.end()))]
    splits.sort(key=lambda match: not re.search("[,،，;；؛]", match.group()))
    pairs = ((text[: match.start()], text[match.end() :]) for match in splits)
    yield from [pair for pair in pairs if all(map(_long_enough, pair))][:MOST_CUTS]


def _long_enough(part: str) -> bool:
    return len(_WORDS.findall(part)) >= MIN_PART_WORDS


def most_likely(
    answered: Sequence[tuple[Interpretation, Answer, float | None]],
    vocabulary: Vocabulary,
    library: Library,
    carried: Sequence[str] = (),
) -> int:
    """The index of the interpretation of a turn whose answer is most certain, in log-odds.

    - One that leans on earlier turns counts little more than the log-odds that its first citation answers the turn alone (where known), since
      the earlier question brings its own answer back.
    - Each content word of a turn makes it likelier that it stands alone, even if nothing answers it then.
    - Each content word that the first cited passage lacks makes the answer less likely.
    - A short turn with an interrogative that is answered alone from a passage that answered the previous turn (`carried`) has no penalty.
    """

    def certainty(n: int) -> float:
        interpretation, answer, alone_odds = answered[n]
        words = vocabulary.content_of(interpretation.focus, interpretation.language)
        # Tokens of Chinese are pairs of characters, and each character stands in two.
        word_weight = 0.5 if interpretation.language == "zh" else 1.0
        standalone_odds = 0.0 if interpretation.leans else ODDS_PER_WORD * (word_weight * len(words) - STANDALONE_WORDS)
        if not answer.statements:
            return float("-inf") if interpretation.leans else MIN_FOLLOW_UP_ODDS + standalone_odds
        cited, language = answer.citations[0], interpretation.language
        if cited.id in carried and vocabulary.says("interrogatives", interpretation.focus, language):
            standalone_odds = max(standalone_odds, 0.0)
        odds = RULE_ODDS if answer.probability is None else log_odds(answer.probability)
        odds = odds if alone_odds is None else min(odds, max(alone_odds + MAX_HISTORY_GAIN, MIN_HISTORY_ODDS))
        missing_words = len(set(words) - words_of_passage(cited, library)) if cited.language == language else 0
        return odds + standalone_odds - ODDS_PER_MISSING_WORD * word_weight * missing_words

    return max(range(len(answered)), key=lambda n: (certainty(n), -n))


def words_of_passage(citation: Citation, library: Library) -> set[str]:
    """The index tokens of the passage of a citation."""
    passage = library.passages_by_id([citation.id]).get(citation.id)
    return set(analyse(citation.quote if passage is None else f"{passage.heading}\n{passage.text}", citation.language))


# The interpretation of earlier turns


@dataclass(frozen=True)
class Turn:
    """The interpretation of a turn that was chosen, the ids of the passages that answered it, and the statements shown."""

    interpretation: Interpretation
    passages: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()

    @classmethod
    def of(cls, interpretation: Interpretation, answer: Answer) -> Turn:
        """The turn that an answer was given to."""
        return cls(interpretation, first_cited(answer), answer.statements)

    def is_repeated_by(self, statement: Statement, marked: Span | None) -> bool:
        """Whether a statement was shown, and no words other than those marked then are `marked` in it for another turn."""
        spans = [each.main.answer for each in self.statements if each.text == statement.text]
        return bool(spans) and (
            marked is None or any(span and span[0] < marked[1] and marked[0] < span[1] for span in spans)
        )


class TurnCache:
    """A cache of the latest turns, by all that they depend on; emptied when the library changes, which then has a new `state` object.
    Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: object = None
        self._turns: dict[Hashable, Turn] = {}

    def get(self, key: Hashable, state: object) -> Turn | None:
        """A cached turn; None where there is none."""
        with self._guard:
            return self._current(state).get(key)

    def put(self, key: Hashable, state: object, turn: Turn) -> None:
        """Caches a turn that was answered."""
        with self._guard:
            turns = self._current(state)
            turns.pop(key, None)
            turns[key] = turn
            if len(turns) > REMEMBERED:
                del turns[next(iter(turns))]

    def _current(self, state: object) -> dict[Hashable, Turn]:
        if state is not self._state:
            self._turns, self._state = {}, state
        return self._turns


def first_cited(answer: Answer) -> tuple[str, ...]:
    """Ids of the passages that the first statements of an answer cite."""
    return tuple(
        dict.fromkeys(cite.id for statement in answer.statements[:CARRIED_STATEMENTS] for cite in statement.citations)
    )


# Spelling


class SpellingCorrector:
    """Corrects the spelling of English questions: a word that no English text of the library uses, and that is one edit away from exactly one
    word that is used. A short one must also be used beside another word of the question: a word that only texts in other languages may have
    ("brine") is seldom a misspelt one ("bring") that fits the rest.

    An edit is an insertion, deletion, substitution or transposition of neighbours (Damerau 1964); four of five misspellings are one edit. A word
    that the tokenizer of the embedding model has in one piece, or whose stem it has, is taken as English and left alone. So is a capitalised word
    inside a sentence, which may be a name.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def correct(self, text: str) -> str:
        """The question with its spelling corrected; the same object where nothing was changed."""
        corrections: dict[str, str] = {}
        for word in {match.group().casefold() for match in _SPELT.finditer(text) if not _may_be_name(match)}:
            if self._is_english(word) or self._in_library(word):
                continue
            neighbours = {other for other in _one_edit_away(word) if other[0] == word[0] and self._is_used(other)}
            neighbour = neighbours.pop() if len(neighbours) == 1 else ""
            rest = text.casefold().replace(word, " ")
            if neighbour and (len(word) >= UNMISTAKABLE or self._fits(neighbour, rest)):
                corrections[word] = neighbour
        if not corrections:
            return text

        def replace_word(match: re.Match[str]) -> str:
            word = match.group()
            corrected = word if _may_be_name(match) else corrections.get(word.casefold(), word)
            return corrected.capitalize() if word[0].isupper() and corrected != word else corrected

        return _SPELT.sub(replace_word, text)

    def _is_used(self, word: str) -> bool:
        """Whether a text of the library has the word; in exactly this form, where the tokenizer does not have it in one piece."""
        if not self._in_library(word):
            return False
        if len(self._library.embedder.token_spans(word)) <= 1:
            return True
        hits = self._library.lexical_search(analyse(word, "en"), "en", LOOKED_THROUGH)
        passages = self._library.passages_by_id([hit.passage_id for hit in hits])
        return any(word in _LETTERS.findall(passage.text.casefold()) for passage in passages.values())

    def _fits(self, word: str, rest: str) -> bool:
        """Whether a passage of the library has a word beside a content word of the `rest` of the question, or there is no English one there."""
        known = " ".join(each for each in _LETTERS.findall(rest) if self._is_english(each) or self._in_library(each))
        own, others = set(analyse(word, "en")), set(Vocabulary.shipped().content_of(known, "en")) - stops("en")
        hits = self._library.lexical_search([*own, *others], "en", LOOKED_THROUGH) if others else ()
        passages = self._library.passages_by_id([hit.passage_id for hit in hits]).values()
        words = (set(analyse(passage.text, "en")) for passage in passages)
        return not others or any(own <= each and not each.isdisjoint(others) for each in words)

    def _is_english(self, word: str) -> bool:
        """Whether the tokenizer has the word, or its stem, in one piece."""
        return any(len(self._library.embedder.token_spans(each)) <= 1 for each in (word, *analyse(word, "en")))

    def _in_library(self, word: str) -> bool:
        """Whether a text of the library has the word in any inflection."""
        return any(self._library.document_frequency(analyse(word, "en"), "en").values())


def _may_be_name(match: re.Match[str]) -> bool:
    return match.group()[0].isupper() and inside(match.string, match.start())


def _one_edit_away(word: str) -> set[str]:
    parts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    words = {left + right[1:] for left, right in parts if right}
    words |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    words |= {left + letter + right[1:] for left, right in parts if right for letter in ascii_lowercase}
    words |= {left + letter + right for left, right in parts for letter in ascii_lowercase}
    return words - {word}
