"""`And in the Convention?`: what a turn names anew, put in the place of what the earlier question named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.conversation.slots import NUMBERED, TIMES, Slot, slots
from assistant.conversation.words import TurnWords, folded
from assistant.question import Question
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse

_LEFT_BEHIND = {
    "weekday": ("day", "month", "year", "daypart"),
    "day": ("weekday", "daypart"),
    "month": ("day", "weekday", "daypart"),
    "year": ("day", "month", "weekday", "daypart"),
    "article": ("paragraph",),
    "item": ("paragraph",),
}
"""What no longer holds of the earlier question where a slot is filled anew: the finer part of what has changed."""
_ASKING = ("what", "when", "who", "where", "how_many", "how_long", "which_document", "why", "define")
_DIGITS = re.compile(r"\d+(?:\s*\([a-z]\))?")
_YEAR_PART = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True)
class Replaced:
    """The earlier question with what a turn names anew. `whole`: the turn says nothing beside; `compared`: it asks how
    that differs from what was asked before."""

    text: str
    whole: bool
    compared: bool = False


def replaced(old: Question, new: Question, vocabulary: Vocabulary, *, corrected: bool = False) -> Replaced | None:
    """None where the turn names nothing that the earlier question names too."""
    words = TurnWords.of(new.language)
    named, before = slots(new, vocabulary), slots(old, vocabulary)
    if any(slot.kind in ("article", "paragraph") for slot in before) and not any(s.kind == "item" for s in before):
        # "пункт" is a paragraph where an article is spoken of.
        named = [replace(slot, kind="paragraph") if slot.kind == "item" else slot for slot in named]
    groups: dict[str, list[Slot]] = {}
    for slot in named:
        groups.setdefault(slot.kind, []).append(slot)
    edits: list[tuple[int, int, str]] = []
    placed: set[str] = set()
    for kind, group in groups.items():
        edit = _edits(kind, group, old, new, before)
        if edit:
            edits += edit
            placed.add(kind)
    if not placed:
        return None
    gone = {behind for kind in placed for behind in _LEFT_BEHIND.get(kind, ())} - set(groups)
    filled = [slot for slot in named if slot.kind in placed or _beside(slot, placed)]
    alike = old.language == new.language
    whole = (
        alike and len(filled) == len(named) and not _rest(new, filled, words, vocabulary) and not asks(new, vocabulary)
    )
    same = words.without(("same",), new.text) != new.text
    switched = "instrument" in placed and "article" not in placed and not corrected and not same
    if switched and _has_subject(old, before, words, vocabulary):
        gone |= {"article", "paragraph"}  # another treaty treats the subject elsewhere
    edits += [(slot.start, slot.end, "") for slot in before if slot.kind in gone]
    # "Friday morning" for "Friday": what of a time has no place of its own stands with what has.
    loose = [new.text[slot.start : slot.end] for slot in named if slot.kind not in placed and _beside(slot, placed)]
    for start, end, said in edits:
        if loose and said and any(said == new.text[s.start : s.end] for s in named if s.kind in TIMES):
            edits[edits.index((start, end, said))] = (start, end, " ".join([said, *loose]))
            break
    if not alike:
        edits = [(start, end, "") for start, end, _ in edits]
    return Replaced(_edited(old.text, edits), whole, words.compares(new.text))


def said_by(text: str, language: str, vocabulary: Vocabulary) -> list[str]:
    """What a turn says of its own: its content words without those by which it leans on what was said before."""
    words = TurnWords.of(language)
    said, _, _ = words.opened(text)
    if words.asks_again(said) or words.asks_more(said):
        return []
    return _said(said, language, words, vocabulary)


def says_more(new: Question, vocabulary: Vocabulary) -> bool:
    """Whether a turn says anything beside its slots and the words by which it leans on what was said before."""
    words = TurnWords.of(new.language)
    return bool(_rest(new, slots(new, vocabulary), words, vocabulary, moved=True))


def asks(new: Question, vocabulary: Vocabulary) -> bool:
    """Whether a turn has a question word of its own: `when is item 5?`, but not `what about item 5?`."""
    text = TurnWords.of(new.language).without(("about", "compare"), new.text)
    return any(vocabulary.says(kind, text, new.language) for kind in _ASKING)


def _edits(
    kind: str, group: Sequence[Slot], old: Question, new: Question, before: Sequence[Slot]
) -> list[tuple[int, int, str]]:
    """How slots of a kind are put into the earlier question; empty where it has no place for them."""
    said = new.text[group[0].start : group[-1].end]
    if new.language == "ar" and said[0] in "وف" and kind in NUMBERED:
        said = said[1:]  # "and" is written with the word
    targets = [slot for slot in before if slot.kind == kind]
    if kind == "paragraph" and not targets:
        articles = [slot for slot in before if slot.kind == "article"]
        return [(slot.end, slot.end, said if new.language == "zh" else f", {said}") for slot in articles[-1:]]
    if kind == "part":
        return _part_edits(said, old, before)
    if kind == "number":
        numbered = [slot for slot in before if slot.kind in NUMBERED]
        if len({slot.kind for slot in numbered}) != 1 or len(group) != 1:
            return []
        target = numbered[0]
        inside = _DIGITS.search(old.text, target.start, target.end)
        if inside is None:
            return []
        return [(inside.start(), inside.end(), said), *((slot.start, slot.end, "") for slot in numbered[1:])]
    if not targets or (len(targets) > 1 and kind == "ordinal"):
        return []
    first, *others = targets
    return [(first.start, first.end, said), *((slot.start, slot.end, "") for slot in others)]


def _part_edits(said: str, old: Question, before: Sequence[Slot]) -> list[tuple[int, int, str]]:
    """`And 2018/2?`, `and Add.1?`: the end of a symbol."""
    symbols = [slot for slot in before if slot.kind == "symbol"]
    if len(symbols) != 1:
        return []
    start, end = symbols[0].start, symbols[0].end
    parts = old.text[start:end].split("/")
    if said[0].isdigit():
        years = [n for n, part in enumerate(parts) if _YEAR_PART.fullmatch(part)]
        return [(start, end, "/".join([*parts[: years[0]], said]))] if years else []
    kept = [part for part in parts if not re.match(r"(?:Add|Corr|Rev)\.", part, re.IGNORECASE)]
    return [(start, end, "/".join([*kept, said.replace(" ", "")]))]


def _beside(slot: Slot, placed: set[str]) -> bool:
    """Whether a slot that has no place of its own belongs to a time that has."""
    return slot.kind in TIMES and bool(placed & set(TIMES))


def _rest(
    new: Question, filled: Sequence[Slot], words: TurnWords, vocabulary: Vocabulary, *, moved: bool = False
) -> list[str]:
    """What a turn says beside slots, the words by which it leans, and function words."""
    text = new.text
    for slot in filled:
        text = text[: slot.start] + " " * (slot.end - slot.start) + text[slot.end :]
    if moved:
        text = words.without(("next", "before", "years", "next_day"), text)
    return _said(text, new.language, words, vocabulary)


def _said(text: str, language: str, words: TurnWords, vocabulary: Vocabulary) -> list[str]:
    text = words.without(("about", "same", "also", "compare", "pronouns"), text)
    text = vocabulary.without("follow_up_starts", text, language)
    if language == "zh":
        for filler in sorted((*words.fillers, *vocabulary.forms("stopwords", "zh")), key=len, reverse=True):
            text = text.replace(filler, " ")
        return re.findall(r"\w+", text)
    left = [word for word in re.findall(r"[^\W_]+", folded(text)) if word not in words.fillers]
    return vocabulary.content([token for word in left for token in analyse(word, language)], language)


def _has_subject(old: Question, before: Sequence[Slot], words: TurnWords, vocabulary: Vocabulary) -> bool:
    """Whether a question about an article asks of a subject, and not for the article itself."""
    saying = {token for word in words.saying for token in analyse(word, old.language)}
    return any(token not in saying for token in _rest(old, before, words, vocabulary))


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    spaced = re.search(r"\s[?？؟]\s*$", text)
    for start, end, said in sorted(edits, reverse=True):
        text = text[:start] + said + text[end:]
    made = " ".join(text.split())
    return made if spaced else re.sub(r" (?=[?？؟]$)", "", made)
