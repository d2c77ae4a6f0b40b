"""Who is asked to do what, by when: the clauses of the operative paragraphs of a resolution, by the grammar of its language.

A paragraph opens with a verb, behind which stands who is asked, then what is asked. A paragraph may hold several such clauses, and
lettered subparagraphs may share the words that introduce them. Words between quotation marks are names, and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Literal

from assistant.reports.mandates.addressees import INTRODUCES, Found, alone, bare, duty, giver, named, segments, subject
from assistant.reports.mandates.deadlines import Clock
from assistant.reports.mandates.run_on_lists import Point, points_in
from assistant.wording.drafting import Grammar, grammar_of, unquoted
from corpus.dates import find_full_dates
from corpus.documents import Block, Document, Span
from corpus.places import is_in_annex
from corpus.sentences import sentence_spans

Kind = Literal["ask", "decide", "say"]
LONGEST = 20_000
"""Characters of a paragraph that are read."""
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-ÞА-Я](?![\w-]*[’']s\b)")
_OPENS = (*INTRODUCES, ",", "，", "،")
"""Signs with which a line ends that names who acts by the paragraphs below it."""
_APART = ("masthead", "title", "contents", "preamble")


@dataclass(frozen=True)
class Mandate:
    """One request, decision or recommendation. All are spans of the document's text; `block` is the ordinal of its paragraph. `action` has
    several spans where insertions between the addressees, the words that introduce a subparagraph, or the clause that “to do so”
    stands for are part of it. `decided`: the body acts itself, which `addressees` then names from the preamble, where it has one."""

    block: int
    verb: Span
    decided: bool
    addressees: tuple[Span, ...]
    action: tuple[Span, ...]
    times: tuple[Span, ...] = ()
    money: tuple[Span, ...] = ()


@dataclass(frozen=True)
class _Clause:
    """`aside` stands before the verb: `and, [within existing resources], requests`."""

    kind: Kind
    verb: Span
    end: int
    aside: Span | None = None


def mandates_of(document: Document) -> tuple[Mandate, ...]:
    """The requests and decisions of a document, in its order; empty where it neither asks nor decides."""
    if not acts(document):
        return ()
    reader = _Reader(document)
    return tuple(each for block in operative(document) for each in reader.paragraph(block))


def acts(document: Document) -> bool:
    """Whether a body acts by a document: a resolution, or a text, as that of a decision, of which most paragraphs, lettered ones too, open with verbs of
    operative paragraphs below a line that does not end with them, `The Board:`, one of them with one that asks or decides."""
    if document.kind != "numbered":
        return document.kind == "resolution"
    opening, blocks = grammar_of(document.language).opening, document.blocks
    told = [block for block in blocks if (block.number and block.kind == "paragraph") or _point(document, block)]
    above = blocks[told[0].ordinal - 1] if told and told[0].ordinal else None
    if above is None or above.kind != "paragraph" or not document.body(above).rstrip().endswith(_OPENS):
        return False
    opened = [verb for block in told if (verb := opening.match(document.body(block)[:LONGEST]))]
    return 2 * len(opened) > len(told) and any(verb["ask"] or verb["decide"] for verb in opened)


def _point(document: Document, block: Block) -> bool:
    """Whether a block is a point of a decision, right below a paragraph without a number that says nothing more than who acts: `The Board:`."""
    if document.kind != "numbered" or block.kind != "item" or block.parent is None:
        return False
    above, grammar = document.blocks[block.parent], grammar_of(document.language)
    text = document.body(above)
    speaks = (grammar.advise, grammar.suggest, grammar.should, grammar.wish, grammar.bidden)
    alone = above.kind == "paragraph" and not above.number and text.rstrip().endswith(INTRODUCES)
    return alone and not any(each.search(text) for each in speaks)


def operative(document: Document) -> Iterator[Block]:
    """The operative paragraphs, without their subparagraphs: those with a number, the points of a decision, and others that open with a verb that
    asks or decides. Annexes are left out."""
    grammar = grammar_of(document.language)
    for block in document.blocks:
        told = block.kind == "paragraph" or _point(document, block)
        if not told or is_in_annex(block.locator) or block.locator.startswith(_APART):
            continue
        opening = grammar.opening.match(document.body(block)[:LONGEST])
        if block.number or (opening and (opening["ask"] or opening["decide"])):
            yield block


class _Reading:
    """What is known of a document as a whole, of which the blocks are read."""

    def __init__(self, document: Document) -> None:
        self.document, self.grammar, self.clock = document, grammar_of(document.language), Clock(document)
        words = {word.casefold() for word in self.grammar.infinitives.findall(document.text[:200_000])}
        self.verbs = frozenset(word for word in words if not self.grammar.nouns.fullmatch(word))
        """The verbs that it has as infinitives."""

    def items(self, block: Block) -> list[Block]:
        """The points right below a block; what stands below these belongs to them."""
        return [child for child in self.document.children.get(block.ordinal, ()) if child.kind == "item"]

    def trimmed(self, start: int, end: int) -> Span:
        """A span without white space and what only closes it."""
        return bare(self.document.text, start, end, ",:：", ",;:.，；：。؛،")

    def timed(self, made: Mandate, spans: Iterable[Span]) -> Mandate:
        """What is asked, with the times and the money that some words set, outside the names of those who are asked."""
        grammar, text = self.grammar, self.document.text
        times, money = list[Span](), list[Span]()
        for start, end in spans:
            times += self.clock.times(start, end)
            words = text[start:end]
            amounts = (each.span() for pattern in (grammar.money, grammar.funds) for each in pattern.finditer(words))
            money += [(start + a, start + b) for a, b in amounts]
        who = []
        for left, right in made.addressees:
            # A time is nobody, nor does a name begin with one.
            behind = max((close for first, close in times if first <= left < close), default=left)
            name = bare(text, behind, right, ",，،")
            who += [name] if name[0] < name[1] else []
        times = [when for when in times if not any(left <= when[0] < right for left, right in who)]
        said = tuple(each for each in made.action if each not in times)
        return replace(made, addressees=tuple(who), action=said, times=tuple(times), money=tuple(money))

    def passed_on(self, point: Block, span: Span) -> Mandate | None:
        """What somebody is to ask somebody else by the words of a point: `the Board is invited (b) to request the Director to report`."""
        start, end = span
        text = unquoted(self.document.text[start:end])
        opening = self.grammar.ask_others.match(text)
        found = named(self.grammar, text, opening.end(), len(text)) if opening else None
        if opening is None or found is None or not found.addressees:
            return None
        who = tuple((start + a, start + b) for a, b in found.addressees)
        action = bare(self.document.text, start + found.action, end)
        return Mandate(point.ordinal, (start + opening.start(), start + opening.end()), False, who, (action,))


class _Reader(_Reading):
    """Reads the paragraphs of a resolution or decision."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        # The body that speaks, as the preamble opens with it, or the points of a decision stand below it.
        opening = [block for block in document.blocks if block.locator.rpartition(", ")[2] == "preamble"][:1]
        points = [block.parent for block in operative(document) if block.kind == "item" and block.parent is not None]
        opening = opening or [document.blocks[at] for at in points[:1]]
        self._body = [bare(document.text, each.body_start, each.end, closes=",，،:：") for each in opening]
        self._names = frozenset(
            name
            for text in map(self._text, operative(document))
            for clause in self._cut(text)[0]
            for name in self._asked(text, clause)
            if not self.grammar.pronoun.fullmatch(name)
        )
        """Those whom the document asks, by name."""
        self._actors = frozenset(head for name in self._names for head in self._heads(name))

    def paragraph(self, block: Block) -> Iterator[Mandate]:
        """The requests and decisions of a paragraph and of its subparagraphs."""
        text = self._text(block)
        clauses, opens, run_on = self._cut(text)
        items = self.items(block)
        told = False
        introduced = items if text.rstrip().endswith(INTRODUCES) else []
        for n, clause in enumerate(clauses):
            before = clauses[n - 1] if n else None
            shared = clauses[n + 1] if n + 1 < len(clauses) and clauses[n + 1].kind == "ask" else None
            below = introduced if clauses[n:] in ([clause], [clause, shared]) else []
            if n == opens:
                below, shared = [point.block(block) for point in run_on], None
            for each in self._read(block, text, clause, below, before, shared):
                told = n == len(clauses) - 1
                yield each
        if not told or not introduced:
            for item in items:
                yield from self.paragraph(item)

    def _text(self, block: Block) -> str:
        """The words of a block, those between quotation marks blanked out, all at their places."""
        return unquoted(self.document.body(block)[:LONGEST])

    def _cut(self, text: str) -> tuple[list[_Clause], int, list[Point]]:
        """The clauses of a paragraph; that which introduces a list, by its number, and the points of this list."""
        points = points_in(text)
        if not points:
            return list(self._clauses(text)), -1, []
        first, last = points[0].mark, points[-1].mark
        clauses = list(self._clauses(text[:first] + " " * (last - first) + text[last:]))
        opens = max((n for n, each in enumerate(clauses) if each.verb[1] <= first), default=-1)
        if opens >= 0:
            points[-1] = replace(points[-1], words=(points[-1].words[0], clauses[opens].end))
            clauses[opens] = replace(clauses[opens], end=first)
        return clauses, opens, points

    def _clauses(self, text: str) -> Iterator[_Clause]:
        """The clauses of a paragraph with the verb of each, in order; each ends where the next begins."""
        grammar = self.grammar
        found: list[tuple[int, Kind, Span, Span | None]] = []
        if opening := grammar.opening.match(text):
            found.append((0, _kind(opening), opening.span("verb"), None))
        elif first := re.match(r"\s*[^\W\d_]+", text):
            found.append((0, "say", first.span(), None))
        at = found[-1][2][1] if found else 0
        for match in grammar.following.finditer(text, at):
            opened = grammar.opening.match(match["bare"]) if match["bare"] else match
            verb = match.span("verb" if match["verb"] else "bare")
            aside = next((match.span(name) for name in ("aside", "inserted")
                          if match[name] and not grammar.leads.fullmatch(match[name])), None)  # fmt: skip
            found.append((match.start(), _kind(opened) if opened else "say", verb, aside))
        ends = [*(start for start, *_ in found[1:]), len(text)]
        for (_, kind, verb, aside), end in zip(found, ends, strict=False):
            yield _Clause(kind, verb, end, aside)

    def _read(
        self,
        block: Block,
        text: str,
        clause: _Clause,
        items: Sequence[Block],
        before: _Clause | None,
        shared: _Clause | None,
    ) -> Iterator[Mandate]:
        """The requests or decisions of one clause. `before`: the clause before it, of which its words may speak: `supports the Force,
        and decides to extend its mandate`. `shared`: the clause behind it, whose action it may share: `calls upon States
        and invites others to cooperate`."""
        start, end = clause.verb[1], clause.end
        grammar = self.grammar
        if clause.kind == "say":
            that = True
            found, clause = self._duty(text, clause)
            if not found.addressees:
                return
        else:
            verb = text[slice(*clause.verb)].rsplit(" ", 1)[-1]
            that = bool(grammar.that.fullmatch(verb) or grammar.that.match(text[start:end].lstrip(" ,")))
            found = self._found(text, clause, that, introduces=bool(items) and not shared)
        if shared and found.action == start and clause.kind == "ask" and (who := alone(grammar, text, start, end)):
            found, end = Found(who, named(grammar, text, shared.verb[1], shared.end).action), shared.end
        elif shared:
            items = []
        besides, at = self._besides(text, start, found) if end == clause.end else ([], found.action)
        said = text[at:end].strip(" ,;.")
        speaks = not found.addressees and grammar.pronoun.search(" ".join(said.split()[:3]))
        if before and (speaks or grammar.stands.fullmatch(said)):
            besides.insert(0, bare(text, before.verb[0], before.end, closes=",;"))
        if clause.aside:
            besides.insert(0, clause.aside)
        found = self._by_name(text, found, before)
        hangs = [(block.body_start + a, block.body_start + b) for a, b in besides]
        first = self.trimmed(block.body_start + at, block.body_start + end)
        said = self.document.text[slice(*first)]
        if not items:
            if said:
                yield self._made(block, clause, block, self._who(found, block, clause), (*hangs, first))
            return
        empty = not said or any(each.fullmatch(said) for each in (grammar.to, grammar.that))
        for item in items:
            own = self.trimmed(item.body_start, item.end)
            if own[0] == own[1]:
                continue
            if passed := self.passed_on(item, own):
                yield self.timed(passed, [own])
                continue
            inside, place, action = found, block, [*hangs, *([] if empty else [first])]
            if empty and not found.addressees:  # each names its own: decides that: (a) States shall report
                words, place = self._text(item), item
                inside = self._found(words, replace(clause, verb=(0, 0), end=len(words)), that)
                besides, at = self._besides(words, 0, inside)
                action = [(item.body_start + a, item.body_start + b) for a, b in besides]
                behind = self.trimmed(item.body_start + at, item.end)
                own = behind if behind[0] < behind[1] else own
            yield self._made(block, clause, item, self._who(inside, place, clause), (*action, own))

    def _besides(self, text: str, start: int, found: Found) -> tuple[list[Span], int]:
        """What stands before the action and names nobody who is asked, on which it hangs; and where the action begins: with the last of
        these words if only white space parts them."""
        grammar, at = self.grammar, found.action
        edges = [start, *(edge for who in found.addressees for edge in who), at]
        if edges[-2] > at:  # the action has the names in it
            return [], at
        made: list[Span] = []
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            opened = grammar.clause.match(text, left, right) or grammar.joins.match(text, left, right)
            left = opened.end() if opened else left
            closing = grammar.joint.search(text, left, right)
            left, right = bare(text, left, closing.start() if closing else right, ",:：،，", ",:：،，")
            if left < right and not grammar.preposition.fullmatch(text, left, right):
                made.append((left, right))
        if made and found.addressees and made[-1][0] >= edges[-2]:
            return made[:-1], made[-1][0]
        return made, at

    def _found(self, text: str, clause: _Clause, of_clause: bool, *, introduces: bool = False) -> Found:
        """Who acts, and where the action begins; `of_clause`: behind “that”."""
        grammar, start, end = self.grammar, clause.verb[1], clause.end
        if clause.kind == "ask":
            if of_clause:
                return subject(grammar, text, start, end, self.verbs)
            found = named(grammar, text, start, end, introduces=introduces)
            if found.addressees:
                return found
            source, first = giver(grammar, text, start, end), next(segments(text, start, end))
            who: tuple[Span, ...] = (source,) if source else ()
            lacks = grammar.lack.search(text, 0, start) or grammar.within_name.search(text, *first)
            if not who and found.action == start and not lacks:  # somebody is invited, without a word on to what
                who = alone(grammar, text, *first)
            return replace(found, addressees=tuple(each for each in who if self._acts(text[slice(*each)])))
        if of_clause or not grammar.spaced:
            found = subject(grammar, text, start, end, ())
            if found.addressees and all(self._acts(text[slice(*each)]) for each in found.addressees):
                return Found(found.addressees, start)
            return Found(self._duty(text, clause)[0].addressees, start)
        return Found((), start)

    def _duty(self, text: str, clause: _Clause) -> tuple[Found, _Clause]:
        """Who has to act by a clause that asks nobody and decides nothing, as a clause that asks: `stresses that [States] shall act`,
        and where a paragraph opens with the subject, whose verb is that of the duty then."""
        grammar = self.grammar
        if opened := grammar.clause.match(text, clause.verb[1], clause.end):
            found = duty(grammar, text, opened.end(), clause.end)
        elif clause.verb[0] or grammar.opening.match(text):
            return Found((), clause.verb[1]), clause
        else:
            found = duty(grammar, text, 0, clause.end)
            must = grammar.duty.match(text, found.action)
            clause = replace(clause, verb=must.span() if must else clause.verb)
        for each in found.addressees:
            name = self._head(text[slice(*each)])
            # Names have a capital; where there are none, any may be one.
            if not self._acts(text[slice(*each)]) and grammar.capitals and _CAPITAL.search(name) is None:
                found = Found((), found.action)
        return found, replace(clause, kind="ask")

    def _by_name(self, text: str, found: Found, before: _Clause | None) -> Found:
        """What was found with names that stand before in the paragraph for pronouns and short names: a list in the clause before that
        opens with one whom the document asks, else the last such one."""
        grammar = self.grammar
        named_before: tuple[Span, ...] = ()
        if before:
            ends = before.verb[1], before.end
            first = min((at for name in self._names if (at := text.find(name, *ends)) >= 0), default=before.end)
            named_before = named(grammar, text, first, before.end).addressees
        made: list[Span] = []
        for start, end in found.addressees:
            words = text[start:end]
            pronoun = grammar.pronoun.fullmatch(words)
            short = re.fullmatch(rf"(?:{grammar.article.pattern}) ((?-i:[A-ZÀ-ÖØ-ÞА-Я])\w+)", words, re.IGNORECASE)
            names = [name for name in self._names if short and name != words and re.search(rf"\b{short[1]}\b", name)]
            known = [(at, at + len(name)) for name in (self._names if pronoun else names)
                     if (at := text.rfind(name, 0, start)) >= 0]  # fmt: skip
            last = max(known, key=lambda span: (span[1], -span[0]), default=(start, end))
            made += named_before if pronoun and named_before else [last]
        return Found(tuple(dict.fromkeys(made)), found.action)

    def _who(self, found: Found, block: Block, clause: _Clause) -> list[Span]:
        if clause.kind == "decide" and not found.addressees:
            return self._body
        return [(a + block.body_start, b + block.body_start) for a, b in found.addressees]

    def _acts(self, words: str) -> bool:
        """Whether a name is one of somebody: the document asks such elsewhere. A measure or a meeting asks for nothing."""
        return bool(self._heads(words) & self._actors)

    def _heads(self, words: str) -> frozenset[str]:
        """The last word of a name, without the ending of the plural: `state` of `the Member State of origin`."""
        return frozenset(word.casefold().rstrip("s") for word in self._head(words).split()[-1:])

    def _head(self, words: str) -> str:
        """A name without what it is of."""
        return self.grammar.preposition.split(words)[0]

    def _asked(self, text: str, clause: _Clause) -> list[str]:
        """Those whom a clause asks."""
        start, end = clause.verb[1], clause.end
        opens = text[:end].rstrip().endswith(INTRODUCES)
        found = named(self.grammar, text, start, end, introduces=opens).addressees if clause.kind == "ask" else ()
        return [text[slice(*each)] for each in found]

    def _made(
        self, block: Block, clause: _Clause, place: Block, addressees: Sequence[Span], action: tuple[Span, ...]
    ) -> Mandate:
        at = block.body_start
        verb = at + clause.verb[0], at + clause.verb[1]
        # What stands beside verb and action may say by when, too.
        spans = [(verb[1], max(at + clause.end, action[-1][1] if place is block else 0))]
        spans += [action[-1]] if place is not block else []
        spans += [(at + clause.aside[0], at + clause.aside[1])] if clause.aside else []
        made = Mandate(place.ordinal, verb, clause.kind == "decide", tuple(addressees), action)
        return self.timed(made, spans)


def _kind(match: re.Match[str]) -> Kind:
    return "ask" if match["ask"] else "decide" if match["decide"] else "say"


SUBJECT = 120
"""Longest subject of a sentence that says what somebody should do, in characters."""
FEWEST = 3
"""Paragraphs below a heading from which on it tells something that most of them advise."""
_PART = re.compile(r"\s*[;；؛]\s*")
_BESIDE = ("masthead", "title", "contents", "appendix", "summary")


def recommendations_of(document: Document) -> Iterator[Mandate]:
    """The recommendations of a report, in its order: sentences, or points of a list with what introduces them; those that a list item
    gives under a heading about them, too. `action` is the sentence; of a point it is the point, behind what its introduction says
    beside verb and addressees, and behind the points above it. In a chapter of nothing but recommendations each paragraph is one,
    with an empty `verb` where none is known. Annexes count where a letter transmits them, or most of their paragraphs advise. What
    another body recommends is none."""
    report = _Report(document)
    grammar, told = report.grammar, set[int]()
    beside = _BESIDE if report.letter else (*_BESIDE, "annex")
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or block.ordinal in told:
            continue
        heads = document.headings(block)
        advising = bool(heads) and heads[-1].ordinal in report.advising
        if block.locator.startswith(_BESIDE if advising else beside):
            continue
        # What has a number is a recommendation by itself: of such headings only the paragraph right below.
        headed = advising or any(
            grammar.advice.search(words := document.body(head))
            and (block.ordinal == head.ordinal + 1 or not any(sign.isdigit() for sign in words))
            for head in heads
        )
        chapter = bool(heads) and grammar.chapter.fullmatch(document.body(heads[-1])) is not None
        found = list(_of_block(report, block, headed, chapter))
        if not found and chapter and block.kind == "paragraph" and block.number:
            first, whole = block.body_start, (block.body_start, block.end)
            found = [(Mandate(block.ordinal, (first, first), False, (), (whole,)), [whole])]
        for each, spans in found:
            told.add(each.block)
            yield report.timed(each, spans)


class _Report(_Reading):
    """Reads the blocks of a report."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.letter = bool(find_full_dates(document.title))
        """Whether it is called by a day, as a letter is, which transmits its annexes."""

    @cached_property
    def advising(self) -> frozenset[int]:
        """The headings of which most numbered paragraphs right below open with what somebody should do, whatever they are called: advice,
        guidelines. A text whose paragraphs open with verbs that ask or decide is no advice of the report, but a draft."""
        under: dict[int, list[bool]] = {}
        for block in self.document.blocks:
            if block.kind == "paragraph" and block.number and (heads := self.document.headings(block)):
                under.setdefault(heads[-1].ordinal, []).append(self._advises(self.document.body(block)[:LONGEST]))
        return frozenset(head for head, told in under.items() if len(told) >= FEWEST and 2 * sum(told) > len(told))

    def _advises(self, text: str) -> bool:
        opening = self.grammar.opening.match(text)
        drafted = opening and (opening["ask"] or opening["decide"])
        first = next(iter(sentence_spans(text, self.document.language)), (0, 0))
        return not drafted and self.ought(text[slice(*first)].replace("\n", " ")) is not None

    def ought(self, text: str) -> re.Match[str] | None:
        """The words of a sentence by which somebody should act, unless somebody notes or recalls that."""
        found = (each.search(text) for each in (self.grammar.should, self.grammar.bidden))
        match = min(filter(None, found), key=lambda each: each.start(), default=None)
        noted = match and any(each.search(text, 0, match.start()) for each in (self.grammar.say, self.grammar.sure))
        return None if noted else match

    @cached_property
    def _head(self) -> str:
        """What stands before the second chapter with paragraphs that have numbers, and all headings: who issues a report is named there."""
        document = self.document
        numbered = [block for block in document.blocks if block.number and block.kind == "paragraph"]
        above = [tuple(head.ordinal for head in document.headings(block)) for block in numbered]
        # Chapters are told apart by the outermost headings that differ, below a title above all of them.
        shared = takewhile(lambda heads: len(set(heads)) == 1, zip(*above, strict=False))
        level = len(list(shared))
        chapters = [heads[level : level + 1] for heads in above]
        later = (block.start for block, told in zip(numbered, chapters, strict=True) if told != chapters[0])
        headings = (document.body(each) for each in document.blocks if each.kind == "heading")
        return " ".join((document.text[: next(later, None)], *headings))

    @cached_property
    def _speakers(self) -> frozenset[str]:
        """Who recommends in the report by its surest verbs, as it is named there."""
        found = set[str]()
        for block in self.document.blocks:
            if block.kind in ("paragraph", "item"):
                text = self.document.body(block)[:LONGEST].replace("\n", " ")
                for start, end in sentence_spans(text, self.document.language):
                    said = text[start:end]
                    for each in self.grammar.advise.finditer(said):
                        if self._own(said, each) and (who := self._subject(said[: each.start()])):
                            found.add(who.casefold())
        return frozenset(found)

    def _subject(self, before: str) -> str:
        """The words before a verb that may name its subject: without insertions and what joins two verbs; empty where there are none."""
        grammar, words = self.grammar, before.strip()
        if not grammar.spaced or grammar.verb_first:
            return ""
        words = re.split(r"[,;:،–—]", words)[-1].strip()
        if joined := grammar.joins.match(words):
            words = words[joined.end() :].strip()
        said = words.split()
        while said and grammar.leads.fullmatch(f"{said[-1]} "):
            said.pop()
        return "" if not said or grammar.also.fullmatch(said[-1]) else " ".join(said)

    def _own(self, text: str, match: re.Match[str]) -> bool:
        """Whether it is the report that recommends by a verb: neither what something is done for, nor what a text that is named or another
        body says: one with a name that stands nowhere at the head of the report."""
        grammar, before = self.grammar, text[: match.start()]
        if grammar.purpose.search(before) or grammar.cites.search(before):
            return False
        who = self._subject(before)
        first, *rest = who.split() or [""]
        last = who.split()[-1] if who else ""
        if not who or grammar.pronoun_subject.fullmatch(who):
            return True
        # Paragraph 68 of the Commitment requests: a text, not who issues this one.
        text_named = not grammar.preposition.fullmatch(first) and any(map(str.isdigit, " ".join(rest[:3])))
        if text_named or grammar.aside.fullmatch(last):
            return False
        # A word that opens a sentence has a capital, name or not.
        names = [word for word in (rest or [first]) if word[:1].isupper()]
        if self.letter or not grammar.capitals or not names:
            return True
        # Who is meant stands right before the verb.
        return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._head) for word in names[-2:])

    def begins(self, text: str) -> int:
        """Where a sentence begins behind words that lead to it, and behind a time with which it opens."""
        leads = self.grammar.leads.match(text)
        return self.clock.opening(text, leads.end() if leads else 0)

    def recommends(self, text: str, headed: bool, listed: bool = False) -> re.Match[str] | None:
        """The verb by which a sentence of the report recommends; `headed`: below a heading that says so, any does; `listed`: so does any
        verb of a resolution that introduces a list."""
        kinds = (self.grammar.advise, self.grammar.ask)[: 1 + listed]
        sure = (each for kind in kinds for each in kind.finditer(text) if self._own(text, each))
        weak = (each for each in self.grammar.suggest.finditer(text) if headed or self.speaks(text[: each.start()]))
        return next(sure, None) or next((each for each in weak if self._own(text, each)), None)

    def speaks(self, before: str) -> bool:
        """Whether the subject before a verb is one who surely recommends elsewhere in the report."""
        who = self._subject(before).casefold()
        return bool(who) and who.endswith(tuple(self._speakers))


def _of_block(report: _Report, block: Block, headed: bool, chapter: bool) -> Iterator[tuple[Mandate, list[Span]]]:
    """What a block recommends, each with the words that may say by when."""
    document, grammar = report.document, report.grammar
    body = document.body(block)
    # Points of what nobody recommends are none, save those that recommend themselves: what a programme will do.
    above = document.blocks[block.parent] if block.kind == "item" and block.parent is not None else None
    told_above = document.body(above).rstrip() if above is not None and above.kind != "heading" else ""
    recommends = (grammar.advise, grammar.should, grammar.advice)
    idle = not headed and told_above.endswith(INTRODUCES) and not any(each.search(told_above) for each in recommends)
    for start, end, run_on in _passages(report, body, headed):
        text = body[start:end].replace("\n", " ")
        length = len(text)
        introduces = text.rstrip().endswith(INTRODUCES) and bool(run_on or not body[end:].strip())
        match = grammar.wish.search(text)
        # What is drafted for another body may be opened with a comma: the Board may wish to,
        introduces = introduces or bool(match and not text[match.end() :].strip(" ,，") and not body[end:].strip())
        if match and (headed or introduces):
            read = Found(alone(grammar, text, text.rfind(",", 0, match.start()) + 1, match.start()), match.end())
            wished = True
        elif told := _told(report, text, headed, chapter, idle, introduces=introduces, listed=bool(run_on)):
            (match, read), wished = told, False
        else:
            continue
        begin = block.body_start + start
        who = tuple((begin + a, begin + b) for a, b in _bare_names(grammar, text, read.addressees))
        verb = begin + match.start(), begin + match.end()
        points: list[tuple[Block, ...]] = [(point.block(block),) for point in run_on] or (
            list(_points(report, block)) if introduces else []
        )
        sentence = begin, begin + length
        if not points:
            yield Mandate(block.ordinal, verb, False, who, (sentence,)), [sentence]
        shared = bare(document.text, begin + read.action, begin + length, ",:：", ",:：")
        said = document.text[slice(*shared)]
        empty = (grammar.that, grammar.to, grammar.preposition, grammar.should, grammar.trail)
        says_nothing = any(each.fullmatch(f" {said}") or each.fullmatch(said) for each in empty)
        lead = (shared,) if said and not says_nothing else ()
        for path in points:
            spans = [bare(document.text, each.body_start, each.end, closes=",;:.，；：。؛،") for each in path]
            if not wished and (passed := report.passed_on(path[-1], spans[-1])):
                yield passed, [spans[-1]]
            else:
                yield Mandate(path[-1].ordinal, verb, False, who, (*lead, *spans)), [sentence, *spans]


def _passages(report: _Report, body: str, headed: bool) -> Iterator[tuple[int, int, list[Point]]]:
    """The sentences of a paragraph; of one with a list that runs on what introduces this, with the points, and of one whose parts each
    say what somebody else should do, the parts."""
    grammar = report.grammar
    points = points_in(body)
    first, last = (points[0].mark, points[-1].mark) if points else (len(body), len(body))
    opens = 0
    for start, end in sentence_spans(body, report.document.language):
        if points and start <= first < end:
            opens = start
        if not points or end <= first or start > last:
            parts = [each.span() for each in _PART.finditer(body, start, end)] if headed else []
            left = start
            for (close, following), (right, _) in zip(parts, [*parts, (end, end)][1:], strict=True):
                if _ought_to(grammar, body[left:close]) and _ought_to(grammar, body[following:right]):
                    yield left, close, []
                    left = following
            yield left, end, []
        elif end > last:
            yield opens, first, [*points[:-1], replace(points[-1], words=(points[-1].words[0], end))]


def _ought_to(grammar: Grammar, words: str) -> bool:
    """Whether words begin with somebody who ought to act, and is named."""
    match = grammar.should.search(words)
    who = subject(grammar, words, 0, min(len(words), match.end() + 12), ()).addressees if match else ()
    return match is not None and bool(who) and not _nobody(grammar, words, match.start(), Found(who, 0))


def _told(
    report: _Report, text: str, headed: bool, chapter: bool, idle: bool, *, introduces: bool, listed: bool
) -> tuple[re.Match[str], Found] | None:
    """The verb by which a sentence of a report recommends, with whom it asks and where what it asks begins. `listed`: it introduces a list
    in its paragraph, which says by itself that somebody who is named should act."""
    grammar, length = report.grammar, len(text)
    if match := report.recommends(text, headed, listed):
        if idle and not report.speaks(text[: match.start()]):
            return None
        if grammar.that.match(text[match.end() :].lstrip(" ,")):
            return match, subject(grammar, text, match.end(), length, report.verbs, introduces=introduces)
        if grammar.suggest.fullmatch(match.group()):
            return match, Found((), match.end())  # something is suggested, nobody asked
        if (
            grammar.bidden.fullmatch(match.group())
            and (found := duty(grammar, text, report.begins(text), length, match)).addressees
        ):
            return match, replace(found, action=match.end())
        return match, named(grammar, text, match.end(), length, introduces=introduces)
    if (headed or listed) and (match := report.ought(text)):
        first = report.begins(text)
        before = text[first : match.start()].strip()
        if grammar.bidden.fullmatch(match.group()):
            read = replace(duty(grammar, text, first, length, match), action=match.end())
        elif before:
            read = Found(subject(grammar, text, first, min(length, match.end() + 12), ()).addressees, match.end())
        elif grammar.that.search(match.group()):
            read = subject(grammar, text, match.end(), length, report.verbs)
        else:  # the verb stands before its subject
            read = named(grammar, text, match.end(), length, introduces=introduces)
        nobody = bool(before) and (match.start() - first > SUBJECT or _nobody(grammar, text, match.start(), read))
        if nobody and not chapter and not read.addressees:
            return None  # it should be noted
        read = Found((), match.end()) if nobody else read
        return (match, read) if headed or _names_all(grammar, text, read) else None
    if headed and introduces and (match := grammar.advice.search(text)):
        return match, Found(_behind(grammar, text, match.end()), length)
    return None


def _names_all(grammar: Grammar, text: str, found: Found) -> bool:
    """Whether all are names, as far as a language writes these with capitals."""
    names = [text[slice(*each)] for each in found.addressees]
    return bool(names) and (not grammar.capitals or all(_CAPITAL.search(each) for each in names))


def _nobody(grammar: Grammar, text: str, verb: int, found: Found) -> bool:
    """Whether a subject is nobody: a word that stands for another, or a thing without a name."""
    before = text[:verb].lstrip()
    if grammar.pronoun_subject.match(before) or grammar.pronoun_subject.fullmatch(before.split()[-1]):
        return True
    names = [text[slice(*each)] for each in found.addressees]
    heads = [(grammar.preposition.split(name)[0].split() or [""])[-1] for name in names]
    return any(
        grammar.thing.fullmatch(head) and not _CAPITAL.search(name[1:]) for head, name in zip(heads, names, strict=True)
    )


def _behind(grammar: Grammar, text: str, start: int) -> tuple[Span, ...]:
    """Whom an introduction names behind its last preposition: `recommendations are proposed for consideration by [States]:`."""
    for match in reversed(list(grammar.preposition.finditer(text, start))):
        first, close = bare(text, match.end(), len(text), closes=" :：")
        if text[first : first + 1].isupper() or grammar.split.match(text, first):
            return alone(grammar, text, first, close)
    return ()


def _bare_names(grammar: Grammar, text: str, addressees: Iterable[Span]) -> Iterator[Span]:
    """Names without the preposition of the verb before them, or who says what they should do, and without what is recommended to
    them: `recommends to [the Council] the adoption of a list`, `it was agreed that [pilots] should`."""
    for start, end in addressees:
        for that in grammar.that.finditer(text, start, end):
            behind = bare(text, that.end(), end)[0]
            if grammar.split.match(text, behind) or text[behind : behind + 1].isupper():
                start = behind
        lead = re.compile(rf"(?:{grammar.preposition.pattern})\s+", re.IGNORECASE).match(text, start, end)
        thing = grammar.loose.search(text, lead.end(), end) if lead else None
        if grammar.pronoun.fullmatch(text[lead.end() if lead else start : end].strip()):
            continue  # whom it stands for, another sentence says
        yield lead.end() if lead else start, len(text[: thing.start()].rstrip()) if thing else end


def _points(report: _Report, block: Block) -> Iterator[tuple[Block, ...]]:
    """The points that a paragraph introduces, each behind those above it that introduce it: its own, or those of the text of which
    nothing but headings and the opening stand between: a draft decision."""
    items, document = report.items(block), report.document
    for item in items:
        below = list(_points(report, item)) if document.body(item).rstrip().endswith(INTRODUCES) else []
        yield from ((item, *path) for path in below) if below else ((item,),)
    if items or block.kind == "item":
        return
    if not block.number:
        after = document.blocks[block.ordinal + 1 :]
        yield from ((each,) for each in takewhile(lambda each: each.number and each.parent == block.parent, after))
    for following in document.blocks[block.ordinal + 1 :]:
        if following.kind != "heading":
            opens = following.kind == "paragraph" and document.body(following).rstrip().endswith(INTRODUCES)
            yield from _points(report, following) if opens and not following.number else ()
            return
