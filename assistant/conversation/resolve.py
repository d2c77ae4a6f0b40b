"""What a turn asks: itself, or what it leaves out made good from the turns before it. By rule, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.conversation.replace import Replaced, asks, replaced, says_more
from assistant.conversation.shift import shifted
from assistant.conversation.slots import ordinals
from assistant.conversation.words import TurnWords
from assistant.question import Question, parse_question
from assistant.vocabulary import Vocabulary, word_pattern
from corpus.catalogue import Catalogue
from corpus.language import detect_language

HISTORY_LIMIT = 20
"""Earlier turns that are looked at."""
_SHORT_CONTENT = {"zh": 5}
SHORT_CONTENT = 3
"""Content words up to which a turn may name anew what an earlier one named; Chinese ones are pairs of characters."""
OWN_CONTENT = 2
"""Content words from which on a turn that only begins like a follow-up may stand alone."""
_ASKED_ANEW = ("when", "which_document", "documents", "how_long")
"""Kinds of questions about an item that replace the one before them."""
_LONGEST = {"zh": 20}
LONGEST_TURN = 60
"""Characters of a turn that leans on what was said before; a longer one says what it is about."""
_LIMIT = 2_000
_MARKS = " ?？؟.!。"


@dataclass(frozen=True)
class Reading:
    """A turn made whole: `text` stands alone, `focus` is what of it was asked last, `language` the turn's.

    `parts` make up the text: what it began with, and what was asked of that. `earlier` is the reading of the turn
    before, where anything was taken from there.
    """

    parts: tuple[str, ...]
    focus: str
    language: str
    earlier: Reading | None = None

    @property
    def leans(self) -> bool:
        """Whether anything was taken from the turns before."""
        return self.earlier is not None

    @property
    def text(self) -> str:
        """The question that stands alone."""
        *earlier, last = self.parts
        return ": ".join([*(part.rstrip(_MARKS) for part in earlier), last])[:_LIMIT]


def readings(
    text: str, history: Sequence[str], vocabulary: Vocabulary, catalogue: Catalogue, language: str | None = None
) -> tuple[Reading, ...]:
    """How a turn may be meant, the likeliest first; one reading where nothing is doubtful.

    `history` are the earlier user turns, oldest first. `language` overrides what the turn's words tell; those of a turn
    that tell nothing are taken to be in the language of the one before. A question that stands alone is returned
    unchanged, but for courtesies before it.
    """
    current: Reading | None = None
    for turn in list(history)[-HISTORY_LIMIT:]:
        # Only the turn before is remembered: what it leaned on is in its text.
        current = replace(_read(turn, current, vocabulary, catalogue, None)[0], earlier=None)
    return _read(text, current, vocabulary, catalogue, language)


def spoken_in(text: str, history: Sequence[str]) -> str:
    """The language of a turn; where its words tell nothing, that of the turns before it."""
    language = "en"
    for turn in [*list(history)[-HISTORY_LIMIT:], text]:
        language = detect_language(turn, default=language)
    return language


def stand_alone(text: str, history: Sequence[str], vocabulary: Vocabulary, catalogue: Catalogue) -> str:
    """The likeliest reading of a turn, as text."""
    return readings(text, history, vocabulary, catalogue)[0].text


def _read(
    turn: str, before: Reading | None, vocabulary: Vocabulary, catalogue: Catalogue, language: str | None
) -> tuple[Reading, ...]:
    spoken = language or detect_language(turn, default=before.language if before else "en")
    words = TurnWords.of(spoken)
    if before is None:
        return (Reading((turn,), turn, spoken),)
    said, changed, corrected = words.opened(turn)
    alone = Reading((said,), said, spoken)
    if changed or words.thanks(turn):
        return (alone,)
    new = parse_question(said, vocabulary, catalogue, spoken)
    old = parse_question(before.text, vocabulary, catalogue, before.language)
    short = len(said) <= _LONGEST.get(spoken, LONGEST_TURN)
    if short and words.asks_again(said):
        return (Reading(before.parts, before.focus, before.language, before),)
    points = short and (words.refers(said) or words.asks_more(said))
    begins = short and (_begins(new, vocabulary) or words.may_refer(said))
    if not (points or begins or corrected or len(new.content) <= _SHORT_CONTENT.get(spoken, SHORT_CONTENT)):
        return (alone,)
    named = replaced(old, new, vocabulary, corrected=corrected)
    if named is not None and named.whole and not ordinals(said, spoken, vocabulary):
        return (_named(named, before, spoken),)
    moved = None if corrected else shifted(old, new, vocabulary)
    if moved is not None:
        return (_moved(moved, old, new, before, vocabulary),)
    if named is not None and named.whole:
        return (_named(named, before, spoken),)
    if corrected and not points:
        return (alone,) if asks(new, vocabulary) else (_corrected(old, new, before, vocabulary),)
    if not (points or begins or _bare(new)):
        return (alone,)
    if old.items and not new.items and new.says(*_ASKED_ANEW):
        # "and which paper covers it?" asks something else of the item, and nothing of what was asked before.
        items = ", ".join(f"{vocabulary.forms('item', spoken)[0]} {number}" for number in old.items)
        return (Reading((f"{said.rstrip(_MARKS)} ({items})",), said, spoken, before),)
    earlier = (named.text,) if named is not None else (before.parts[0], *before.parts[1:][-1:])
    merged = Reading((*earlier, said), said, spoken, before)
    if words.asks_more(said):
        merged = replace(merged, focus=merged.text)  # "why?" asks nothing by itself
    return (merged,) if points or len(new.content) < OWN_CONTENT else (merged, alone)


def _begins(new: Question, vocabulary: Vocabulary) -> bool:
    """Whether a turn begins as follow-ups do: `and`, `what about`."""
    match = vocabulary.find("follow_up_starts", new.text, new.language)
    return match is not None and match.start() <= 2


def _bare(new: Question) -> bool:
    """Too little to stand alone: one content word, or none."""
    return len(new.content) <= 1 and not new.symbols and not new.says("all_items", "schedule", "agenda")


def _moved(moved: str, old: Question, new: Question, before: Reading, vocabulary: Vocabulary) -> Reading:
    """The earlier question moved on; with the turn's own words where they say more than by how much."""
    text = " ".join(moved.split())
    if old.language == new.language and not says_more(new, vocabulary) and not asks(new, vocabulary):
        if TurnWords.of(new.language).compares(new.text):
            text = _both(old.text, text)
        return Reading((text,), text, new.language, before)
    return Reading((text, new.text), new.text, new.language, before)


def _named(named: Replaced, before: Reading, spoken: str) -> Reading:
    text = _both(before.text, named.text) if named.compared else named.text
    return Reading((text,), text, spoken, before)


def _both(first: str, second: str) -> str:
    """Two questions in one, for what is compared."""
    return f"{first.rstrip(_MARKS)}? {second.rstrip(_MARKS)}?"


def _corrected(old: Question, new: Question, before: Reading, vocabulary: Vocabulary) -> Reading:
    """What was asked, of something else: the earlier question without what it was about."""
    text, language = old.text, old.language
    spans = [(mention.start, mention.end) for mention in old.terms[-1:]] if new.terms else []
    if new.says("meetings"):
        spans += [
            match.span() for match in word_pattern(vocabulary.forms("meetings", language), language).finditer(text)
        ]
    spans += [(start, end) for start, end, _ in ordinals(text, language, vocabulary)]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    return Reading((" ".join(text.split()), new.text), new.text, new.language, before)
