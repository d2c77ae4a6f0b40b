"""Follow-ups: `and on Friday?` becomes a question that stands alone, by rule and without a model."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.question import Question, parse_question
from assistant.shifting import shifted
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue

SHORT_CONTENT = 3
"""Content words up to which a question may lean on the one before it."""
_ASKED_ANEW = ("when", "which_document", "documents", "how_long")
"""Kinds of questions about an item that replace the one before them."""
HISTORY_LIMIT = 20
"""Earlier turns that are looked at."""


def stand_alone(text: str, history: Sequence[str], vocabulary: Vocabulary, catalogue: Catalogue) -> str:
    """The question made whole: what it leaves out is taken from the turns before it, what it names anew is not.

    `history` are the earlier user turns, oldest first. A question that stands alone is returned unchanged.
    """
    whole = ""
    for turn in [*list(history)[-HISTORY_LIMIT:], text]:
        new = parse_question(turn, vocabulary, catalogue)
        old = parse_question(whole, vocabulary, catalogue) if whole else None
        moved = shifted(old, new, vocabulary) if old is not None and _short(new) else None
        if moved is not None:
            whole = f"{moved.rstrip(' ?？؟.')}: {new.text}"[:2_000]
        elif old is not None and old.items and not new.items and new.follow_up and new.says(*_ASKED_ANEW):
            # "and which paper covers it?" asks something else of the item, and nothing of what was asked before.
            items = ", ".join(f"{vocabulary.forms('item', new.language)[0]} {number}" for number in old.items)
            whole = f"{turn.rstrip(' ?？؟')} ({items})"[:2_000]
        elif old is not None and (new.follow_up or _bare(new)):
            whole = _merged(old, new, vocabulary)
        else:
            whole = turn
    return whole


def _short(question: Question) -> bool:
    """So little that it may lean on what was asked before."""
    return question.follow_up or len(question.content) <= SHORT_CONTENT


def _bare(question: Question) -> bool:
    """Too little to stand alone: one or two content words, or none."""
    return len(question.content) <= 1 and not question.symbols and not question.says("all_items", "schedule", "agenda")


def _merged(old: Question, new: Question, vocabulary: Vocabulary) -> str:
    """The earlier question without what the new one replaces, then the new one."""
    text = old.text
    if new.weekdays or new.days:
        text = _without(text, ("weekdays", "dayparts", "months"), old.language, vocabulary)
    elif new.afternoon is not None:
        text = _without(text, ("dayparts",), old.language, vocabulary)
    if new.items or new.articles:
        text = _without_numbered(text, old)
    if new.named and old.named:
        text = _without_named(text, old, vocabulary)
    if new.symbols:
        for symbol in old.symbols:
            text = text.replace(symbol.text, " ")
    return " ".join(f"{text.rstrip(' ?？؟.')}: {new.text}".split())[:2_000]


def _without(text: str, kinds: Sequence[str], language: str, vocabulary: Vocabulary) -> str:
    from assistant.vocabulary import word_pattern

    for kind in kinds:
        forms = [str(form) for forms in vocabulary.groups(kind, language).values() for form in forms]
        text = word_pattern(forms, language).sub(" ", text)
    return text


def _without_numbered(text: str, old: Question) -> str:
    for number in (*old.items, *old.articles):
        text = text.replace(number, " ", 1)
    return text


def _without_named(text: str, old: Question, vocabulary: Vocabulary) -> str:
    names = {name.casefold() for entry in old.named for name in entry.names}
    for mention in reversed(vocabulary.mentions(text, old.language)):
        called = [name.casefold() for name in vocabulary.names(mention.concept, "en")]
        if names & set(called) or called[0].rstrip("s") in ("protocol", "convention"):
            text = text[: mention.start] + " " + text[mention.end :]
    lowered = text.casefold()
    for name in sorted(names, key=len, reverse=True):
        at = lowered.find(name)
        if at >= 0 and len(lowered) == len(text):
            text = text[:at] + " " + text[at + len(name) :]
            lowered = text.casefold()
    return text
