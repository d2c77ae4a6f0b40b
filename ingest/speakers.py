"""Who speaks in the record of a meeting, by the form of its lines: `Mr. Okonjo (Liberia) (spoke in French): ...`, until the next does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.documents import Document, Span, once

Role = Literal["speech", "heading", "other"]
"""What a block may be in a record: words that are said, a heading, which ends them, or something between them, as a footnote."""
_LABEL = re.compile(
    r"(?P<name>[^\s\d:：()（）][^\d:：()（）;!?]{1,60}?)(?P<told>(?:\s*[(（][^()（）:：]{2,80}[)）]){0,3})\s?(?:：|:(?=\s))"
)
_TOLD = re.compile(r"[(（]([^()（）]+)[)）]")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}")
_HAN = re.compile("[㐀-鿿]")
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
    names = [start.name for start in found]
    again = {name for name in counts if any(other != name for other in names[names.index(name) : _last(names, name)])}
    told = [start for start in found if start.told and any(map(str.isalpha, start.told[0]))]
    if not again or len({start.name for start in told}) < 2 or len(counts) < 3:
        return [None] * len(lines)
    firsts = [start.at for start in found if start.told or start.name in again]
    begins = {start.at: start for start in found if start.at >= firsts[0] and _speaks(start, again, lines)}
    notes = {each for start in found for each in start.told[1:]}  # "spoke in French"
    notes |= {each for start in found for each in start.told if start.name in {o.name for o in found if not o.told}}
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
    last = max((n for n, each in enumerate(spoken) if each), default=0)
    text = lines[last][1]
    if last not in begins and len(text) <= SHORT and any(map(str.isdigit, text)):
        spoken[last] = None  # when the meeting rose
    return spoken


def _last(names: Sequence[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


def _start(n: int, text: str) -> _Start | None:
    """How a line begins that may be the first of a speech."""
    match = None if _LEADERS.search(text[:200]) else _LABEL.match(text)
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


def _speaks(start: _Start, again: set[str], lines: Sequence[tuple[Role, str]]) -> bool:
    """Whether such a line begins a speech: with brackets, by who speaks again, or by one whom an earlier line names."""
    if start.told or start.name in again:
        return True
    words = start.name.split()
    sought = start.name if _HAN.search(start.name) else words[-1]
    called = any(name.split()[-1] == words[-1] for name in again)  # "Mr. President: ..."
    plain = any(word[0].islower() and len(word) > 3 for word in words)
    if called or plain or (len(words) < 2 and sought != start.name) or (len(words) < 2 and not _HAN.search(sought)):
        return False
    return any(sought in text for _, text in lines[: start.at])


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
