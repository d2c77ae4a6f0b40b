"""A question made to stand alone: how a turn of a conversation may be meant, and the questions that it asks at once.

Nothing here tells which interpretation is meant, or whether a text asks one thing or two: the candidates are made here, and the
engine takes those that the documents answer best.
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
from assistant.qa.answer import Answer, Citation
from assistant.qa.metadata import around
from assistant.question import NO_BOUNDS, YEAR, Bounds, Question, inside, numbers_after, parse_question
from assistant.vocabulary import Vocabulary, word_pattern
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.catalogue import Catalogue
from corpus.countries import find_country_spans
from corpus.language import detect_language
from corpus.library import Library
from corpus.places import find_place, normalise_place_text
from corpus.sentences import sentence_spans

HISTORY_LIMIT = 20
"""Earlier turns that are looked at."""
LIMIT = 2_000
"""Characters of a question that is made of several turns."""
MOST_PARTS = 3
MOST_CUTS = 2
"""Places at which one sentence may be tried as two questions."""
_ASKS = re.compile("[?？؟]")
MARKS = " ?？؟.!。"
_NUMBERED = ("article", "item", "paragraph", "number")
"""Kinds of slots that a bare number may stand for."""
_WITHIN = {"weekday": ("daypart",), "article": ("paragraph",), "item": ("paragraph",)}
"""What is part of a slot, and gone where that is filled anew."""
_NUMBER = re.compile(r"(?<![\w/.])\d{1,3}(?:/\d{1,3}|\s*\([a-z]\))?(?![\w/]|[.:]\d)")
_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
REMEMBERED = 256
"""Turns whose meaning is remembered."""
CARRIED_STATEMENTS = 2
"""Statements of an answer whose passages are carried to the turn after it."""
SHORTEST = 5
"""Letters of the shortest word that is mended: shorter ones have too many neighbours."""
LOOKED_THROUGH = 40
"""Passages that are looked through for one form of a word."""
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
"""Where one sentence may go over to a second question: at a coordinating conjunction or a comma; in Chinese, where one sign may as well be
part of a word (涉及), only behind a mark."""


@dataclass(frozen=True)
class Interpretation:
    """A turn as it may be meant: `text` stands alone, `focus` is what of it was asked last, `language` the turn's.

    `parts` make up the text: what the conversation began with, what was asked of that last, and the turn. `leans` tells
    whether anything was taken from the turns before.
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
"""What asks nothing by itself."""


class Slot(NamedTuple):
    """What a question names that another turn may name anew: a kind, and the span of the text that fills it."""

    kind: str
    start: int
    end: int


def turn_language(text: str, history: Sequence[str], library: Library | None = None) -> str:
    """The language of a turn; where nothing in it tells, that of the turns before it, or that whose texts in a library have most of its words."""
    language = ""
    for turn in [*list(history)[-HISTORY_LIMIT:], text]:
        language = detect_language(turn, default=language)
    return language or (_written_in(text, library) if library else "en")


def _written_in(text: str, library: Library) -> str:
    """The language whose texts have most of some words; English of several."""

    def used(language: str) -> int:
        return sum(count > 0 for count in library.document_frequency(analyse(text, language), language).values())

    return max(("en", *library.passage_languages()), key=used)


def interpretations(
    turn: str,
    before: Interpretation | None,
    language: str,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    held: Bounds = NO_BOUNDS,
) -> tuple[Interpretation, ...]:
    """How a turn may be meant after what was asked `before`: by itself, or as said of that. Where it names anew what that
    names, the earlier question is asked of the new thing: first, where the turn says nothing else; last, where it says little.
    Symbols that are `held` are known in both."""
    alone = Interpretation((turn,), turn, language)
    if before is None:
        return (alone,)
    new = parse_question(turn, vocabulary, catalogue, language).bounded(held)
    old = parse_question(before.text, vocabulary, catalogue, before.language).bounded(held)
    named = slots(new)
    put = _replaced(old, new, slots(old), named) if before.language == language and named else None
    if put is None:
        return alone, Interpretation((before.parts[0], *before.parts[1:][-1:], turn), turn, language, leans=True)
    same = Interpretation((put,), put, language, leans=True)
    beside = new.content_of(blanked(new.text, ((slot.start, slot.end) for slot in named)))
    if not beside:
        return (same,) if _VALUES.issuperset(slot.kind for slot in named) else (same, alone)
    more = Interpretation((put, turn), turn, language, leans=True)
    return (alone, more, same) if len(beside) <= MAX_DROPPED_WORDS else (alone, more)


def slots(question: Question) -> list[Slot]:
    """The slots of a question in order, none over another."""
    text, language, vocabulary = question.text, question.language, question.vocabulary
    found: list[Slot] = []

    def take(kind: str, spans: Iterable[tuple[int, int]]) -> None:
        for start, end in spans:
            if start < end and not any(start < other.end and other.start < end for other in found):
                found.append(Slot(kind, start, end))

    take("symbol", [(each.start, each.end) for each in question.mentions()])
    for kind in ("article", "paragraph", "item") if question.articles else ("item", "article", "paragraph"):
        take(kind, [(start, end) for _, start, end in numbers_after(kind, text, vocabulary, language)])
    if question.treaty_keys:
        spans = [(each.start, each.end) for each in question.terms]
        take("treaty", [(start, end) for start, end in spans if question.asking(text[start:end]).treaty_keys])
    for kind in ("weekday", "month", "daypart", "ordinal"):
        forms = [form for group in vocabulary.groups(f"{kind}s", language).values() for form in group]
        take(kind, [match.span() for match in word_pattern(forms, language).finditer(text)])
    take("country", [(start, end) for _, start, end in find_country_spans(text, language)])
    take("year", [match.span() for match in YEAR.finditer(text)])
    take("number", [match.span() for match in _NUMBER.finditer(text)])
    return sorted(found, key=lambda slot: slot.start)


def _replaced(old: Question, new: Question, before: Sequence[Slot], named: Sequence[Slot]) -> str | None:
    """The earlier question with the slots that a turn names in the place of its own; None where one has no place there."""
    edits: list[tuple[int, int, str]] = []
    kinds = dict.fromkeys(slot.kind for slot in named)
    for kind in kinds:
        group = [slot for slot in named if slot.kind == kind]
        said = new.text[group[0].start : group[-1].end]
        if new.language == "ar" and kind in (*_NUMBERED, "ordinal"):
            said = re.sub("^[وف]", "", said)  # "and" is written with the word
        if targets := [slot for slot in before if slot.kind == kind]:
            edits.append((targets[0].start, targets[0].end, said))
            gone = [slot for slot in before if slot.kind in _WITHIN.get(kind, ()) and slot.kind not in kinds]
            edits += [(slot.start, slot.end, "") for slot in (*targets[1:], *gone)]
        elif kind == "paragraph" and (numbered := [slot for slot in before if slot.kind == "article"]):
            edits.append((numbered[-1].end, numbered[-1].end, f", {said}"))
        else:
            numbered = [slot for slot in before if slot.kind in _NUMBERED and kind == "number"]
            found = [match for slot in numbered for match in _NUMBER.finditer(old.text, slot.start, slot.end)]
            if len(numbered) != 1 or not found:
                return None
            edits.append((*found[0].span(), said))
    text = old.text
    for start, end, said in sorted(edits, reverse=True):
        text = text[:start] + said + text[end:]
    return " ".join(text.split())


def questions_of(text: str, language: str) -> list[str]:
    """The questions that a text asks by its marks, in order, each with the sentences that lead to it; the text itself where
    it asks one."""
    parts: list[str] = []
    lead = 0
    for _, end in sentence_spans(text, language):
        if _ASKS.search(text[lead:end]):
            parts.append(text[lead:end].strip())
            lead = end
    rest = text[lead:].strip()
    if parts and rest:
        parts[-1] = f"{parts[-1]} {rest}"
    return parts if 1 < len(parts) <= MOST_PARTS and all(map(_long_enough, parts)) else [text]


def asks_twice(text: str, pair: tuple[str, str], language: str, vocabulary: Vocabulary) -> bool:
    """Whether a conjunction joins the two parts of a sentence, both of which begin with a word that asks, the first says something by itself
    ("under what conditions" goes on), and the second goes on with no clause of it ("when ... and when ...")."""

    def asking(part: str) -> re.Match[str] | None:
        # "By when ...": a preposition may stand before it; in Chinese it stands where the answer would.
        begins = part if language == "zh" else " ".join(_WORDS.findall(part)[:2])
        return vocabulary.find("interrogatives", begins, language)

    first, second = pair
    between = text[len(first) : len(text) - len(second)]
    joined = any(map(str.isalpha, between)) or language == "zh" or (language == "ar" and second.startswith("و"))
    other = asking(second) if joined and asking(first) else None
    if other is None or len(set(vocabulary.content_of(first, language))) < 2:
        return False
    return language == "zh" or other.group().casefold() not in [word.casefold() for word in _WORDS.findall(first)[1:]]


def cuts(text: str, language: str) -> Iterator[tuple[str, str]]:
    """The pairs of questions that a sentence may ask, cut at a conjunction or a comma that stands in no name of a place
    ("article 6, paragraph 1")."""
    naming = find_place(same) if len(same := normalise_place_text(text)) == len(text) else None
    within = (naming.start, naming.end) if naming else (0, 0)
    found = [*re.finditer(AND[language], text, re.IGNORECASE)]
    found = [each for each in found if not within[0] < each.start() < within[1]]
    found.sort(key=lambda match: not re.search("[,،，;；؛]", match.group()))
    pairs = ((text[: match.start()], text[match.end() :]) for match in found)
    yield from [pair for pair in pairs if all(map(_long_enough, pair))][:MOST_CUTS]


def _long_enough(part: str) -> bool:
    return len(_WORDS.findall(part)) >= MIN_PART_WORDS


def most_likely(
    answered: Sequence[tuple[Interpretation, Answer, float | None]],
    vocabulary: Vocabulary,
    library: Library,
    carried: Sequence[str] = (),
) -> int:
    """Which of the interpretations of a turn is meant: the one that is answered most surely. One that leans on the turns before is not much surer
    than what is cited first answers the turn by itself (log-odds, where known): with the earlier question its answer comes
    again. Each content word of a turn makes it most_likely that it stands alone, be it that nothing answers it then, and each
    that the passage lacks which is cited first makes it less likely that this answers. A turn with a word that asks, answered by itself
    from a passage that answered the turn before (`carried`), goes on with that, however little it says."""

    def sure(n: int) -> float:
        interpretation, answer, by_itself = answered[n]
        words = vocabulary.content_of(interpretation.focus, interpretation.language)
        # Tokens of Chinese are pairs of characters, and each character stands in two.
        each = 0.5 if interpretation.language == "zh" else 1.0
        alone = 0.0 if interpretation.leans else ODDS_PER_WORD * (each * len(words) - STANDALONE_WORDS)
        if not answer.statements:
            return float("-inf") if interpretation.leans else MIN_FOLLOW_UP_ODDS + alone
        if answer.citations[0].id in carried and vocabulary.says(
            "interrogatives", interpretation.focus, interpretation.language
        ):
            alone = max(alone, 0.0)
        told = RULE_ODDS if answer.probability is None else log_odds(answer.probability)
        told = told if by_itself is None else min(told, max(by_itself + MAX_HISTORY_GAIN, MIN_HISTORY_ODDS))
        lacking = (
            len(set(words) - _said_in(answer, library))
            if answer.citations[0].language == interpretation.language
            else 0
        )
        return told + alone - ODDS_PER_MISSING_WORD * each * lacking

    return max(range(len(answered)), key=lambda n: (sure(n), -n))


def _said_in(answer: Answer, library: Library) -> set[str]:
    """The words of the passage that an answer cites first, as the index has them."""
    first = answer.citations[0]
    passage = library.passages_by_id([first.id]).get(first.id)
    return set(analyse(first.quote if passage is None else f"{passage.heading}\n{passage.text}", first.language))


def answered_apart(whole: Answer, answers: Sequence[Answer], library: Library) -> bool:
    """Whether what was tried as several questions is several: each is answered, as surely as the whole, and elsewhere: in another
    passage, or another line of a first page."""

    def place(citation: Citation) -> tuple[str, int]:
        document = library.document(citation.document)
        block = document.block_at(citation.start)
        return citation.id, citation.start if block and block.ordinal in around(document) else -1

    places = [{place(citation) for citation in answer.citations} for answer in answers]
    shared = any(one & other for n, one in enumerate(places) for other in places[:n])
    return not shared and all(each.status == "answered" and _rank(each) >= _rank(whole) for each in answers)


def _rank(answer: Answer) -> tuple[int, float]:
    """How sure an answer is: first by its status, then by the chance; what a rule tells is sure."""
    if not answer.statements:
        return -3, 0.0
    status = ("answered", "partial", "tentative").index(answer.status)
    return -status, 1.0 if answer.probability is None else answer.probability


# What earlier turns meant


@dataclass(frozen=True)
class Turn:
    """How a turn was meant, and the ids of the passages that answered it."""

    interpretation: Interpretation
    passages: tuple[str, ...] = ()


class TurnCache:
    """The latest turns, by all that they depend on; all are forgotten when the library has changed, which replaces its `state` then.
    Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: object = None
        self._held: dict[Hashable, Turn] = {}

    def turn(self, key: Hashable, state: object) -> Turn | None:
        """A turn that was kept."""
        with self._guard:
            return self._held_in(state).get(key)

    def keep(self, key: Hashable, state: object, turn: Turn) -> None:
        """Remembers a turn that was answered."""
        with self._guard:
            held = self._held_in(state)
            held.pop(key, None)
            held[key] = turn
            if len(held) > REMEMBERED:
                del held[next(iter(held))]

    def _held_in(self, state: object) -> dict[Hashable, Turn]:
        if state is not self._state:
            self._held, self._state = {}, state
        return self._held


def first_cited(answer: Answer) -> tuple[str, ...]:
    """Ids of the passages that an answer rests on first of all."""
    return tuple(
        dict.fromkeys(cite.id for statement in answer.statements[:CARRIED_STATEMENTS] for cite in statement.citations)
    )


# Slips of the finger


class SpellingCorrector:
    """Mends English questions: a word that no English text of the library uses, one keystroke away from a single word that is used.

    One insertion, deletion, substitution or exchange of neighbours (Damerau 1964), which are four of five misspellings. A word that
    the embedding model's tokenizer knows whole, or its stem, is English, whoever uses it, and is left alone. So is one inside a
    sentence that begins with a capital letter, which may be a name.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def correct(self, text: str) -> str:
        """The question with its slips mended; the same object where there is none."""
        slips: dict[str, str] = {}
        for word in {match.group().casefold() for match in _SPELT.finditer(text) if not _may_name(match)}:
            if self._english(word) or self._said(word):
                continue
            near = {each for each in _one_off(word) if each[0] == word[0] and self._used(each)}
            if len(near) == 1:
                slips[word] = near.pop()
        if not slips:
            return text

        def put(match: re.Match[str]) -> str:
            word = match.group()
            meant = word if _may_name(match) else slips.get(word.casefold(), word)
            return meant.capitalize() if word[0].isupper() and meant != word else meant

        return _SPELT.sub(put, text)

    def _used(self, word: str) -> bool:
        """Whether a text of the library has the word: in this very form, where the tokenizer does not know it whole."""
        if not self._said(word):
            return False
        if len(self._library.embedder.token_spans(word)) <= 1:
            return True
        hits = self._library.lexical_search(analyse(word, "en"), "en", LOOKED_THROUGH)
        held = self._library.passages_by_id([hit.passage_id for hit in hits])
        return any(word in _LETTERS.findall(passage.text.casefold()) for passage in held.values())

    def _english(self, word: str) -> bool:
        """Whether the tokenizer has the word, or its stem, in one piece."""
        return any(len(self._library.embedder.token_spans(each)) <= 1 for each in (word, *analyse(word, "en")))

    def _said(self, word: str) -> bool:
        """Whether a text of the library says the word, inflected in any way."""
        return any(self._library.document_frequency(analyse(word, "en"), "en").values())


def _may_name(match: re.Match[str]) -> bool:
    return match.group()[0].isupper() and inside(match.string, match.start())


def _one_off(word: str) -> set[str]:
    parts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    made = {left + right[1:] for left, right in parts if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in parts if right for letter in ascii_lowercase}
    made |= {left + letter + right for left, right in parts for letter in ascii_lowercase}
    return made - {word}
