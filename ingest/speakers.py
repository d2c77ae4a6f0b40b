"""Who speaks in the record of a meeting, by the form of its lines: `Mr. Okonjo (Liberia) (spoke in French): ...`, until the next does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.documents import Document, Span, once
from ingest.readers.lines import LEADERS

Role = Literal["speech", "heading", "other"]
"""What a block may be in a record: words that are said, a heading, which ends them, or something between them, as a footnote."""
_LABEL = re.compile(
    r"(?P<name>[^\s\d:：()（）][^\d:：()（）;!?]{1,60}?)(?P<told>(?:\s*[(（][^()（）:：]{2,80}[)）]){0,3})\s?(?:：|:(?=\s))"
)
_TOLD = re.compile(r"[(（]([^()（）]+)[)）]")
_HAN = re.compile("[㐀-鿿]")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐’'][^\W\d_]+)*")
MOST_CALLED = 500
"""Speakers who speak once that are looked for among earlier words."""
MOST_WORDS = 8
"""Words of who speaks, beside the State."""
SHORT = 80
"""Characters of the last line of a record, which says when the meeting ended."""


@dataclass(frozen=True)
class Speech:
    """The words of one speaker up to the next: the ordinal of the block with which they begin, how many characters of that name who
    speaks, and who that is, with the State."""

    first: int
    label: int
    speaker: str


@dataclass(frozen=True)
class _Start:
    at: int
    name: str
    told: tuple[str, ...]
    end: int


def speeches(lines: Sequence[tuple[Role, str]]) -> list[Speech | None]:
    """For each block of a text the speech that it is part of. A text is a record where somebody speaks again after others, as who presides
    does, and several are told with what stands for them in brackets. Others speak whom an earlier line names."""
    found = [start for n, (role, text) in enumerate(lines) if role == "speech" and (start := _start(n, text))]
    counts = Counter(start.name for start in found)
    first, last = dict[str, int](), dict[str, int]()
    for n, start in enumerate(found):
        first.setdefault(start.name, n)
        last[start.name] = n
    again = {name for name, count in counts.items() if last[name] - first[name] >= count}
    told = {start.name for start in found if start.told and any(map(str.isalpha, start.told[0]))}
    if not again or len(told) < 2 or len(counts) < 3:
        return [None] * len(lines)
    begins = {start.at: start for start in found if start.told or start.name in again}
    begins |= _called(found, again, lines, min(begins))
    untold = {start.name for start in found if not start.told}
    notes = {each for start in found for each in start.told[start.name not in untold :]}  # "spoke in French"
    spoken: list[Speech | None] = []
    current: Speech | None = None
    for n, (role, _) in enumerate(lines):
        if role == "heading":
            current = None
        elif n in begins:
            start = begins[n]
            states = [f"({each})" for each in start.told if each not in notes]
            current = Speech(n, start.end, " ".join([start.name, *states[:1]]))
        spoken.append(current if role == "speech" else None)
    end = max((n for n, each in enumerate(spoken) if each), default=0)
    if end not in begins and len(lines[end][1]) <= SHORT and any(map(str.isdigit, lines[end][1])):
        spoken[end] = None  # when the meeting rose
    return spoken


def _start(n: int, text: str) -> _Start | None:
    """How a line begins that may be the first of a speech."""
    match = None if LEADERS.search(text[:200]) else _LABEL.match(text)
    if match is None:
        return None
    name = " ".join(match["name"].split())
    words = name.split()
    cased = [word for word in words if word[0].isupper() or word[0].islower()]
    capitals = sum(word[0].isupper() for word in cased)
    abbreviated = all(len(word) <= 5 for word in words[:-1] if word.endswith((".", "。")))
    short = len(words) <= MOST_WORDS and "," not in name and "，" not in name and "、" not in name and "。" not in name
    if not short or not abbreviated or (cased and (not words[0][0].isupper() or 2 * capitals < len(cased))):
        return None
    return _Start(n, name, tuple(" ".join(each.split()) for each in _TOLD.findall(match["told"])), match.end())


def _called(
    found: Sequence[_Start], again: set[str], lines: Sequence[tuple[Role, str]], since: int
) -> dict[int, _Start]:
    """Of the lines from one on that begin as a speech, without brackets and once, those by somebody whom an earlier line names."""
    presiding = {name.split()[-1] for name in again}  # "Mr. President: ..." is none
    made: dict[int, _Start] = {}
    words, read = set[str](), 0
    for start in found:
        *before, last = start.name.split()
        han = bool(_HAN.search(start.name))
        plain = any(word[0].islower() and len(word) > 3 for word in (*before, last))
        if start.at < since or start.told or start.name in again or last in presiding or plain or not (before or han):
            continue
        words.update(word for _, text in lines[read : start.at] for word in _WORD.findall(text))
        read = start.at
        if last in words or (han and any(start.name in word for word in words)):
            made[start.at] = start
        if len(made) == MOST_CALLED:
            break
    return made


@once
def speeches_of(document: Document) -> tuple[Speech | None, ...]:
    """For each block of a document the speech that it is part of."""
    if document.kind in ("agenda", "treaty"):
        return (None,) * len(document.blocks)
    return tuple(
        speeches(
            [(role_of(each.kind, each.number, each.locator), document.block_text(each)) for each in document.blocks]
        )
    )


def role_of(kind: str, number: str | None, part: str) -> Role:
    """What a block may be in a record, by its kind, its number and the part of the document that it is in."""
    if kind == "heading":
        return "heading"
    said = kind in ("paragraph", "item") and not number and part not in ("masthead", "contents", "caption")
    return "speech" if said else "other"


def label_of_speech(document: Document, ordinal: int) -> Span | None:
    """The words that name who speaks in a block, where the record begins that speech; None where nobody does."""
    speech = speeches_of(document)[ordinal]
    if speech is None:
        return None
    start = document.blocks[speech.first].start
    return start, start + speech.label
