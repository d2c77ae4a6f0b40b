"""The value of a request, decision or recommendation; and what the readers of resolutions and reports share, also for
lists inside one paragraph: `States should: (a) paint boats; (b) light lamps`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from assistant.reports.mandates.addressees import AddresseeMatch, find_object, introduces_list, shift_spans, trim_span
from assistant.reports.mandates.deadlines import DeadlineReader
from assistant.wording.drafting import grammar_of, unquoted
from corpus.documents import Block, Document, Span

MAX_LENGTH = 20_000
"""Longer paragraphs are read up to this character."""
CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-ÞА-Я](?![\w-]*[’']s\b)")
"""A word with a capital, but for a possessive."""
MAX_TRIED_OPENINGS = 8
"""How many places of a text are tried as the start of a list."""
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NUMBERS = tuple(map(str, range(1, 31)))
_NUMBERINGS: tuple[Sequence[str], ...] = (
    "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрст", "أبجدهوزحطيكلمنسع", "一二三四五六七八九", _ROMAN, _NUMBERS,
)  # fmt: skip
"""The signs of points, in the order of each kind of numbering."""
_FIRST_MARK = re.compile(rf"[:：]\s*(?P<mark>[(（]?(?P<sign>{'|'.join(kind[0] for kind in _NUMBERINGS)})[)）])")
_SEPARATOR = r"(?P<gap>[;；؛,،，.。]\s*(?:[^\W\d_]{1,3}\s?)?)"
"""What separates two points: a sign, optionally with a conjunction."""


@dataclass(frozen=True)
class Mandate:
    """A request, decision or recommendation. All fields but `block`, the ordinal of its paragraph, and `decided` are
    spans of the document's text.

    `action` has several spans where insertions between the addressees, or the words that introduce a subparagraph, are
    part of it. `context` is the clause before it, to which “its mandate” or “to do so” refers. `decided`: the body acts
    itself, and `addressees` are its name in the preamble, where it has one. `label` numbers a recommendation:
    `Recommendation 3`.
    """

    block: int
    verb: Span
    decided: bool
    addressees: tuple[Span, ...]
    action: tuple[Span, ...]
    times: tuple[Span, ...] = ()
    money: tuple[Span, ...] = ()
    context: Span | None = None
    label: Span | None = None


class BlockReader:
    """Reads blocks of one document, with what is known from the document as a whole."""

    def __init__(self, document: Document) -> None:
        self.document, self.grammar, self.deadlines = document, grammar_of(document.language), DeadlineReader(document)
        words = {word.casefold() for word in self.grammar.infinitives.findall(document.text[:200_000])}
        self.verbs = frozenset(word for word in words if not self.grammar.nouns.fullmatch(word))
        """The verbs that the document uses as infinitives."""

    def find_items(self, block: Block) -> list[Block]:
        """The list items right below a block; items below these belong to them."""
        return [child for child in self.document.children.get(block.ordinal, ()) if child.kind == "item"]

    def item_paths(self, item: Block) -> Iterator[tuple[Block, ...]]:
        """A list item, unless it only introduces others, and the points below it, each behind the items above."""
        points = self.find_items(item)
        if not points or not introduces_list(self.document.body(item)):
            yield (item,)
        for point in points:
            yield from ((item, *path) for path in self.item_paths(point))

    def split_item(self, item: Block) -> list[tuple[Block, tuple[Block, ...]]]:
        """The points of a list item that count as actions of their own, each with its place and the blocks that say it:
        those below the item where any of them sets a time or an amount of money, else the item with all below it."""
        paths = list(self.item_paths(item))
        below = list(dict.fromkeys(point for path in paths for point in path[1:]))
        is_split = any(self.deadlines.find_times(point.body_start, point.end) for point in below)
        return [(path[-1], path) for path in paths] if is_split else [(item, (item, *below))]

    def split_insertions(self, text: str, start: int, match: AddresseeMatch) -> tuple[list[Span], int]:
        """What precedes the action without naming an addressee, and belongs to it; and where the action begins: with
        the last of these insertions if only white space separates them."""
        grammar, action_start = self.grammar, match.action
        edges = [start, *(edge for who in match.addressees for edge in who), action_start]
        if edges[-2] > action_start:  # the names are part of the action
            return [], action_start
        insertions: list[Span] = []
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            introduction = grammar.clause.match(text, left, right) or grammar.joins.match(text, left, right)
            left = introduction.end() if introduction else left
            joint = grammar.joint.search(text, left, right)
            left, right = trim_span(text, left, joint.start() if joint else right, ",:：،，", ",:：،，")
            if left < right and not grammar.preposition.fullmatch(text, left, right):
                insertions.append((left, right))
        if insertions and match.addressees and insertions[-1][0] >= edges[-2]:
            return insertions[:-1], insertions[-1][0]
        return insertions, action_start

    def trim(self, start: int, end: int) -> Span:
        """A span without white space and closing signs."""
        return trim_span(self.document.text, start, end, ",:：", ",;:.，；：。؛،")

    def with_times_and_money(self, mandate: Mandate, spans: Iterable[Span]) -> Mandate:
        """Add the times and the money that some spans set, outside the names of the addressees."""
        grammar, text = self.grammar, self.document.text
        times, money = list[Span](), list[Span]()
        for start, end in spans:
            times += self.deadlines.find_times(start, end)
            words = text[start:end]
            amounts = (each.span() for pattern in (grammar.money, grammar.funds) for each in pattern.finditer(words))
            money += shift_spans(amounts, start)
        names = []
        for left, right in mandate.addressees:
            # A name neither is nor begins with a time.
            start_of_name = max((close for first, close in times if first <= left < close), default=left)
            name = trim_span(text, start_of_name, right, ",，،")
            names += [name] if name[0] < name[1] else []
        times = [when for when in times if not any(left <= when[0] < right for left, right in names)]
        action = tuple(each for each in mandate.action if each not in times)
        return replace(mandate, addressees=tuple(names), action=action, times=tuple(times), money=tuple(money))

    def find_forwarded_request(self, point: Block, span: Span) -> Mandate | None:
        """The request in a list item that an addressee is to pass on to others:
        `the Board is invited (b) to request the Director to report`."""
        start, end = span
        text = unquoted(self.document.text[start:end])
        opening = self.grammar.ask_others.match(text)
        introduces = introduces_list(self.document.body(point))
        match = find_object(self.grammar, text, opening.end(), len(text), introduces=introduces) if opening else None
        if opening is None or match is None or not match.addressees:
            return None
        verb, *addressees = shift_spans((opening.span(), *match.addressees), start)
        action = trim_span(self.document.text, start + match.action, end)
        return Mandate(point.ordinal, verb, False, tuple(addressees), (action,))


@dataclass(frozen=True)
class ListPoint:
    """A point of a list, as offsets of the text: where its mark begins, and the span of its words."""

    mark: int
    words: Span

    def block(self, within: Block) -> Block:
        """The point as an item of the paragraph that contains it."""
        first, end = (within.body_start + at for at in self.words)
        return replace(within, kind="item", start=within.body_start + self.mark, body_start=first, end=end)


def find_points(text: str) -> list[ListPoint]:
    """The points of the first list in a text that has at least two; the last one extends to the end of the text."""
    for opened in islice(_FIRST_MARK.finditer(text), MAX_TRIED_OPENINGS):
        signs = next(kind for kind in _NUMBERINGS if kind[0] == opened["sign"])
        marks = [(opened.start("mark"), opened.start("mark"), opened.end())]
        for sign in signs[1:]:
            # An Arabic letter in its final form may be followed by a stroke: هـ.
            following = re.compile(rf"{_SEPARATOR}(?P<mark>[(（]?{sign}ـ?[)）])").search(text, marks[-1][2])
            if following is None:
                break
            marks.append((following.start("gap"), following.start("mark"), following.end()))
        if len(marks) > 1:
            ends = [*(gap for gap, _, _ in marks[1:]), len(text)]
            return [ListPoint(mark, (first, end)) for (_, mark, first), end in zip(marks, ends, strict=True)]
    return []
