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

from assistant.reports.mandates.addressees import (
    LIST_INTRODUCERS,
    AddresseeMatch,
    find_duty_holder,
    find_giver,
    find_object,
    find_subject,
    parse_names,
    split_at_commas,
    trim_span,
)
from assistant.reports.mandates.deadlines import DeadlineReader
from assistant.reports.mandates.run_on_lists import ListPoint, find_points
from assistant.wording.drafting import Grammar, grammar_of, unquoted
from corpus.dates import find_dates
from corpus.documents import Block, Document, Span
from corpus.places import annexed
from corpus.sentences import sentence_spans

Kind = Literal["ask", "decide", "say"]
MAX_LENGTH = 20_000
"""Characters of a paragraph that are read."""
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-ÞА-Я](?![\w-]*[’']s\b)")
_SPEAKER_ENDINGS = (*LIST_INTRODUCERS, ",", "，", "،")
"""Signs with which a line ends that names who acts by the paragraphs below it."""
_NON_OPERATIVE_PARTS = ("masthead", "title", "contents", "preamble")


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


def find_mandates(document: Document) -> tuple[Mandate, ...]:
    """The requests and decisions of a document, in its order; empty where it neither asks nor decides."""
    if not has_operative_text(document):
        return ()
    reader = _ResolutionReader(document)
    return tuple(mandate for block in operative_paragraphs(document) for mandate in reader.read_paragraph(block))


def has_operative_text(document: Document) -> bool:
    """Whether a body acts by a document: a resolution, or a text, as that of a decision, of which most paragraphs, lettered ones too, open with verbs of
    operative paragraphs below a line that does not end with them, `The Board:`, one of them with one that asks or decides."""
    if document.kind != "numbered":
        return document.kind == "resolution"
    opening, blocks = grammar_of(document.language).opening, document.blocks
    points = [
        block for block in blocks if (block.number and block.kind == "paragraph") or _is_decision_point(document, block)
    ]
    introduction = blocks[points[0].ordinal - 1] if points and points[0].ordinal else None
    if (
        introduction is None
        or introduction.kind != "paragraph"
        or not document.body(introduction).rstrip().endswith(_SPEAKER_ENDINGS)
    ):
        return False
    verbs = [verb for block in points if (verb := opening.match(document.body(block)[:MAX_LENGTH]))]
    return 2 * len(verbs) > len(points) and any(verb["ask"] or verb["decide"] for verb in verbs)


def _is_decision_point(document: Document, block: Block) -> bool:
    """Whether a block is a point of a decision, right below a paragraph without a number that says nothing more than who acts: `The Board:`."""
    if document.kind != "numbered" or block.kind != "item" or block.parent is None:
        return False
    parent, grammar = document.blocks[block.parent], grammar_of(document.language)
    text = document.body(parent)
    speech_patterns = (grammar.advise, grammar.suggest, grammar.should, grammar.wish, grammar.bidden)
    is_introduction = parent.kind == "paragraph" and not parent.number and text.rstrip().endswith(LIST_INTRODUCERS)
    return is_introduction and not any(each.search(text) for each in speech_patterns)


def operative_paragraphs(document: Document) -> Iterator[Block]:
    """The operative paragraphs, without their subparagraphs: those with a number, the points of a decision, and others that open with a verb that
    asks or decides. Annexes are left out."""
    grammar = grammar_of(document.language)
    for block in document.blocks:
        is_candidate = block.kind == "paragraph" or _is_decision_point(document, block)
        if not is_candidate or annexed(block.locator) or block.locator.startswith(_NON_OPERATIVE_PARTS):
            continue
        opening = grammar.opening.match(document.body(block)[:MAX_LENGTH])
        if block.number or (opening and (opening["ask"] or opening["decide"])):
            yield block


class _BlockReader:
    """What is known of a document as a whole, of which the blocks are read."""

    def __init__(self, document: Document) -> None:
        self.document, self.grammar, self.deadlines = document, grammar_of(document.language), DeadlineReader(document)
        words = {word.casefold() for word in self.grammar.infinitives.findall(document.text[:200_000])}
        self.verbs = frozenset(word for word in words if not self.grammar.nouns.fullmatch(word))
        """The verbs that it has as infinitives."""

    def find_items(self, block: Block) -> list[Block]:
        """The points right below a block; what stands below these belongs to them."""
        return [child for child in self.document.children.get(block.ordinal, ()) if child.kind == "item"]

    def trim(self, start: int, end: int) -> Span:
        """A span without white space and what only closes it."""
        return trim_span(self.document.text, start, end, ",:：", ",;:.，；：。؛،")

    def with_times_and_money(self, mandate: Mandate, spans: Iterable[Span]) -> Mandate:
        """What is asked, with the times and the money that some words set, outside the names of those who are asked."""
        grammar, text = self.grammar, self.document.text
        times, money = list[Span](), list[Span]()
        for start, end in spans:
            times += self.deadlines.find_times(start, end)
            words = text[start:end]
            amounts = (each.span() for pattern in (grammar.money, grammar.funds) for each in pattern.finditer(words))
            money += [(start + a, start + b) for a, b in amounts]
        names = []
        for left, right in mandate.addressees:
            # A time is nobody, nor does a name begin with one.
            start_of_name = max((close for first, close in times if first <= left < close), default=left)
            name = trim_span(text, start_of_name, right, ",，،")
            names += [name] if name[0] < name[1] else []
        times = [when for when in times if not any(left <= when[0] < right for left, right in names)]
        action = tuple(each for each in mandate.action if each not in times)
        return replace(mandate, addressees=tuple(names), action=action, times=tuple(times), money=tuple(money))

    def find_forwarded_request(self, point: Block, span: Span) -> Mandate | None:
        """What somebody is to ask somebody else by the words of a point: `the Board is invited (b) to request the Director to report`."""
        start, end = span
        text = unquoted(self.document.text[start:end])
        opening = self.grammar.ask_others.match(text)
        match = find_object(self.grammar, text, opening.end(), len(text)) if opening else None
        if opening is None or match is None or not match.addressees:
            return None
        addressees = tuple((start + a, start + b) for a, b in match.addressees)
        action = trim_span(self.document.text, start + match.action, end)
        return Mandate(point.ordinal, (start + opening.start(), start + opening.end()), False, addressees, (action,))


class _ResolutionReader(_BlockReader):
    """Reads the paragraphs of a resolution or decision."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        # The body that speaks, as the preamble opens with it, or the points of a decision stand below it.
        blocks = [block for block in document.blocks if block.locator.rpartition(", ")[2] == "preamble"][:1]
        parents = [
            block.parent
            for block in operative_paragraphs(document)
            if block.kind == "item" and block.parent is not None
        ]
        blocks = blocks or [document.blocks[ordinal] for ordinal in parents[:1]]
        self._body_spans = [trim_span(document.text, each.body_start, each.end, closes=",，،:：") for each in blocks]
        self._addressees = frozenset(
            name
            for text in map(self._unquoted_text, operative_paragraphs(document))
            for clause in self._split_clauses(text)[0]
            for name in self._addressee_names(text, clause)
            if not self.grammar.pronoun.fullmatch(name)
        )
        """Those whom the document asks, by name."""
        self._actors = frozenset(head for name in self._addressees for head in self._head_words(name))

    def read_paragraph(self, block: Block) -> Iterator[Mandate]:
        """The requests and decisions of a paragraph and of its subparagraphs."""
        text = self._unquoted_text(block)
        clauses, list_clause, list_points = self._split_clauses(text)
        items = self.find_items(block)
        clause_found = False
        introduced = items if text.rstrip().endswith(LIST_INTRODUCERS) else []
        for index, clause in enumerate(clauses):
            previous = clauses[index - 1] if index else None
            next_request = clauses[index + 1] if index + 1 < len(clauses) and clauses[index + 1].kind == "ask" else None
            points = introduced if clauses[index:] in ([clause], [clause, next_request]) else []
            if index == list_clause:
                points, next_request = [point.block(block) for point in list_points], None
            for each in self._read_clause(block, text, clause, points, previous, next_request):
                clause_found = index == len(clauses) - 1
                yield each
        if not clause_found or not introduced:
            for item in items:
                yield from self.read_paragraph(item)

    def _unquoted_text(self, block: Block) -> str:
        """The words of a block, those between quotation marks blanked out, all at their places."""
        return unquoted(self.document.body(block)[:MAX_LENGTH])

    def _split_clauses(self, text: str) -> tuple[list[_Clause], int, list[ListPoint]]:
        """The clauses of a paragraph; that which introduces a list, by its number, and the points of this list."""
        points = find_points(text)
        if not points:
            return list(self._find_clauses(text)), -1, []
        list_start, list_end = points[0].mark, points[-1].mark
        clauses = list(self._find_clauses(text[:list_start] + " " * (list_end - list_start) + text[list_end:]))
        list_clause = max((index for index, each in enumerate(clauses) if each.verb[1] <= list_start), default=-1)
        if list_clause >= 0:
            points[-1] = replace(points[-1], words=(points[-1].words[0], clauses[list_clause].end))
            clauses[list_clause] = replace(clauses[list_clause], end=list_start)
        return clauses, list_clause, points

    def _find_clauses(self, text: str) -> Iterator[_Clause]:
        """The clauses of a paragraph with the verb of each, in order; each ends where the next begins."""
        grammar = self.grammar
        starts: list[tuple[int, Kind, Span, Span | None]] = []
        if opening := grammar.opening.match(text):
            starts.append((0, _verb_kind(opening), opening.span("verb"), None))
        elif first := re.match(r"\s*[^\W\d_]+", text):
            starts.append((0, "say", first.span(), None))
        position = starts[-1][2][1] if starts else 0
        for match in grammar.following.finditer(text, position):
            verb_match = grammar.opening.match(match["bare"]) if match["bare"] else match
            verb = match.span("verb" if match["verb"] else "bare")
            insertion = next((match.span(name) for name in ("aside", "inserted")
                          if match[name] and not grammar.leads.fullmatch(match[name])), None)  # fmt: skip
            starts.append((match.start(), _verb_kind(verb_match) if verb_match else "say", verb, insertion))
        ends = [*(start for start, *_ in starts[1:]), len(text)]
        for (_, kind, verb, insertion), end in zip(starts, ends, strict=False):
            yield _Clause(kind, verb, end, insertion)

    def _read_clause(
        self,
        block: Block,
        text: str,
        clause: _Clause,
        items: Sequence[Block],
        previous: _Clause | None,
        next_request: _Clause | None,
    ) -> Iterator[Mandate]:
        """The requests or decisions of one clause. `before`: the clause before it, of which its words may speak: `supports the Force,
        and decides to extend its mandate`. `shared`: the clause behind it, whose action it may share: `calls upon States
        and invites others to cooperate`."""
        start, end = clause.verb[1], clause.end
        grammar = self.grammar
        if clause.kind == "say":
            with_that = True
            match, clause = self._match_duty_holder(text, clause)
            if not match.addressees:
                return
        else:
            verb = text[slice(*clause.verb)].rsplit(" ", 1)[-1]
            with_that = bool(grammar.that.fullmatch(verb) or grammar.that.match(text[start:end].lstrip(" ,")))
            match = self._match_addressees(text, clause, with_that, introduces=bool(items) and not next_request)
        if (
            next_request
            and match.action == start
            and clause.kind == "ask"
            and (names := parse_names(grammar, text, start, end))
        ):
            match, end = (
                AddresseeMatch(names, find_object(grammar, text, next_request.verb[1], next_request.end).action),
                next_request.end,
            )
        elif next_request:
            items = []
        insertions, action_start = (
            self._split_insertions(text, start, match) if end == clause.end else ([], match.action)
        )
        action_text = text[action_start:end].strip(" ,;.")
        has_pronoun = not match.addressees and grammar.pronoun.search(" ".join(action_text.split()[:3]))
        if previous and (has_pronoun or grammar.stands.fullmatch(action_text)):
            insertions.insert(0, trim_span(text, previous.verb[0], previous.end, closes=",;"))
        if clause.aside:
            insertions.insert(0, clause.aside)
        match = self._resolve_pronouns(text, match, previous)
        insertion_spans = [(block.body_start + a, block.body_start + b) for a, b in insertions]
        action_span = self.trim(block.body_start + action_start, block.body_start + end)
        action_text = self.document.text[slice(*action_span)]
        if not items:
            if action_text:
                yield self._build_mandate(
                    block, clause, block, self._addressee_spans(match, block, clause), (*insertion_spans, action_span)
                )
            return
        says_nothing = not action_text or any(each.fullmatch(action_text) for each in (grammar.to, grammar.that))
        for item in items:
            item_span = self.trim(item.body_start, item.end)
            if item_span[0] == item_span[1]:
                continue
            if forwarded := self.find_forwarded_request(item, item_span):
                yield self.with_times_and_money(forwarded, [item_span])
                continue
            item_match, place_block, action = match, block, [*insertion_spans, *([] if says_nothing else [action_span])]
            if says_nothing and not match.addressees:  # each names its own: decides that: (a) States shall report
                item_text, place_block = self._unquoted_text(item), item
                item_match = self._match_addressees(
                    item_text, replace(clause, verb=(0, 0), end=len(item_text)), with_that
                )
                insertions, action_start = self._split_insertions(item_text, 0, item_match)
                action = [(item.body_start + a, item.body_start + b) for a, b in insertions]
                remaining = self.trim(item.body_start + action_start, item.end)
                item_span = remaining if remaining[0] < remaining[1] else item_span
            yield self._build_mandate(
                block, clause, item, self._addressee_spans(item_match, place_block, clause), (*action, item_span)
            )

    def _split_insertions(self, text: str, start: int, match: AddresseeMatch) -> tuple[list[Span], int]:
        """What stands before the action and names nobody who is asked, on which it hangs; and where the action begins: with the last of
        these words if only white space parts them."""
        grammar, action_start = self.grammar, match.action
        edges = [start, *(edge for who in match.addressees for edge in who), action_start]
        if edges[-2] > action_start:  # the action has the names in it
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

    def _match_addressees(
        self, text: str, clause: _Clause, with_that: bool, *, introduces: bool = False
    ) -> AddresseeMatch:
        """Who acts, and where the action begins; `of_clause`: behind “that”."""
        grammar, start, end = self.grammar, clause.verb[1], clause.end
        if clause.kind == "ask":
            if with_that:
                return find_subject(grammar, text, start, end, self.verbs)
            match = find_object(grammar, text, start, end, introduces=introduces)
            if match.addressees:
                return match
            giver, first_segment = find_giver(grammar, text, start, end), next(split_at_commas(text, start, end))
            names: tuple[Span, ...] = (giver,) if giver else ()
            is_impersonal = grammar.lack.search(text, 0, start) or grammar.within_name.search(text, *first_segment)
            if (
                not names and match.action == start and not is_impersonal
            ):  # somebody is invited, without a word on to what
                names = parse_names(grammar, text, *first_segment)
            return replace(match, addressees=tuple(each for each in names if self._is_known_actor(text[slice(*each)])))
        if with_that or not grammar.spaced:
            match = find_subject(grammar, text, start, end, ())
            if match.addressees and all(self._is_known_actor(text[slice(*each)]) for each in match.addressees):
                return AddresseeMatch(match.addressees, start)
            return AddresseeMatch(self._match_duty_holder(text, clause)[0].addressees, start)
        return AddresseeMatch((), start)

    def _match_duty_holder(self, text: str, clause: _Clause) -> tuple[AddresseeMatch, _Clause]:
        """Who has to act by a clause that asks nobody and decides nothing, as a clause that asks: `stresses that [States] shall act`,
        and where a paragraph opens with the subject, whose verb is that of the duty then."""
        grammar = self.grammar
        if introduction := grammar.clause.match(text, clause.verb[1], clause.end):
            match = find_duty_holder(grammar, text, introduction.end(), clause.end)
        elif clause.verb[0] or grammar.opening.match(text):
            return AddresseeMatch((), clause.verb[1]), clause
        else:
            match = find_duty_holder(grammar, text, 0, clause.end)
            duty_verb = grammar.duty.match(text, match.action)
            clause = replace(clause, verb=duty_verb.span() if duty_verb else clause.verb)
        for each in match.addressees:
            name = self._without_complement(text[slice(*each)])
            # Names have a capital; where there are none, any may be one.
            if not self._is_known_actor(text[slice(*each)]) and grammar.capitals and _CAPITAL.search(name) is None:
                match = AddresseeMatch((), match.action)
        return match, replace(clause, kind="ask")

    def _resolve_pronouns(self, text: str, match: AddresseeMatch, previous: _Clause | None) -> AddresseeMatch:
        """What was found with names that stand before in the paragraph for pronouns and short names: a list in the clause before that
        opens with one whom the document asks, else the last such one."""
        grammar = self.grammar
        previous_names: tuple[Span, ...] = ()
        if previous:
            ends = previous.verb[1], previous.end
            start_of_names = min(
                (position for name in self._addressees if (position := text.find(name, *ends)) >= 0),
                default=previous.end,
            )
            previous_names = find_object(grammar, text, start_of_names, previous.end).addressees
        resolved: list[Span] = []
        for start, end in match.addressees:
            words = text[start:end]
            pronoun = grammar.pronoun.fullmatch(words)
            short_name = re.fullmatch(rf"(?:{grammar.article.pattern}) ((?-i:[A-ZÀ-ÖØ-ÞА-Я])\w+)", words, re.IGNORECASE)
            names = [
                name
                for name in self._addressees
                if short_name and name != words and re.search(rf"\b{short_name[1]}\b", name)
            ]
            occurrences = [(position, position + len(name)) for name in (self._addressees if pronoun else names)
                     if (position := text.rfind(name, 0, start)) >= 0]  # fmt: skip
            antecedent = max(occurrences, key=lambda span: (span[1], -span[0]), default=(start, end))
            resolved += previous_names if pronoun and previous_names else [antecedent]
        return AddresseeMatch(tuple(dict.fromkeys(resolved)), match.action)

    def _addressee_spans(self, match: AddresseeMatch, block: Block, clause: _Clause) -> list[Span]:
        if clause.kind == "decide" and not match.addressees:
            return self._body_spans
        return [(a + block.body_start, b + block.body_start) for a, b in match.addressees]

    def _is_known_actor(self, words: str) -> bool:
        """Whether a name is one of somebody: the document asks such elsewhere. A measure or a meeting asks for nothing."""
        return bool(self._head_words(words) & self._actors)

    def _head_words(self, words: str) -> frozenset[str]:
        """The last word of a name, without the ending of the plural: `state` of `the Member State of origin`."""
        return frozenset(word.casefold().rstrip("s") for word in self._without_complement(words).split()[-1:])

    def _without_complement(self, words: str) -> str:
        """A name without what it is of."""
        return self.grammar.preposition.split(words)[0]

    def _addressee_names(self, text: str, clause: _Clause) -> list[str]:
        """Those whom a clause asks."""
        start, end = clause.verb[1], clause.end
        introduces_list = text[:end].rstrip().endswith(LIST_INTRODUCERS)
        addressees = (
            find_object(self.grammar, text, start, end, introduces=introduces_list).addressees
            if clause.kind == "ask"
            else ()
        )
        return [text[slice(*each)] for each in addressees]

    def _build_mandate(
        self, block: Block, clause: _Clause, place_block: Block, addressees: Sequence[Span], action: tuple[Span, ...]
    ) -> Mandate:
        offset = block.body_start
        verb = offset + clause.verb[0], offset + clause.verb[1]
        # What stands beside verb and action may say by when, too.
        spans = [(verb[1], max(offset + clause.end, action[-1][1] if place_block is block else 0))]
        spans += [action[-1]] if place_block is not block else []
        spans += [(offset + clause.aside[0], offset + clause.aside[1])] if clause.aside else []
        mandate = Mandate(place_block.ordinal, verb, clause.kind == "decide", tuple(addressees), action)
        return self.with_times_and_money(mandate, spans)


def _verb_kind(match: re.Match[str]) -> Kind:
    return "ask" if match["ask"] else "decide" if match["decide"] else "say"


MAX_SUBJECT_LENGTH = 120
"""Longest subject of a sentence that says what somebody should do, in characters."""
MIN_ADVICE_PARAGRAPHS = 3
"""Paragraphs below a heading from which on it tells something that most of them advise."""
_SEMICOLON = re.compile(r"\s*[;；؛]\s*")
_NON_REPORT_PARTS = ("masthead", "title", "contents", "appendix", "summary")


def find_recommendations(document: Document) -> Iterator[Mandate]:
    """The recommendations of a report, in its order: sentences, or points of a list with what introduces them; those that a list item
    gives under a heading about them, too. `action` is the sentence; of a point it is the point, behind what its introduction says
    beside verb and addressees, and behind the points above it. In a chapter of nothing but recommendations each paragraph is one,
    with an empty `verb` where none is known. Annexes count where a letter transmits them, or most of their paragraphs advise. What
    another body recommends is none."""
    report = _ReportReader(document)
    grammar, covered = report.grammar, set[int]()
    excluded = _NON_REPORT_PARTS if report.is_letter else (*_NON_REPORT_PARTS, "annex")
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or block.ordinal in covered:
            continue
        headings = document.headings(block)
        is_advising = bool(headings) and headings[-1].ordinal in report.advising_headings
        if block.locator.startswith(_NON_REPORT_PARTS if is_advising else excluded):
            continue
        # What has a number is a recommendation by itself: of such headings only the paragraph right below.
        under_advice = is_advising or any(
            grammar.advice.search(words := document.body(head))
            and (block.ordinal == head.ordinal + 1 or not any(sign.isdigit() for sign in words))
            for head in headings
        )
        is_chapter = bool(headings) and grammar.chapter.fullmatch(document.body(headings[-1])) is not None
        recommendations = list(_block_recommendations(report, block, under_advice, is_chapter))
        if not recommendations and is_chapter and block.kind == "paragraph" and block.number:
            first, whole = block.body_start, (block.body_start, block.end)
            recommendations = [(Mandate(block.ordinal, (first, first), False, (), (whole,)), [whole])]
        for recommendation, spans in recommendations:
            covered.add(recommendation.block)
            yield report.with_times_and_money(recommendation, spans)


class _ReportReader(_BlockReader):
    """Reads the blocks of a report."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.is_letter = bool(find_dates(document.title))
        """Whether it is called by a day, as a letter is, which transmits its annexes."""

    @cached_property
    def advising_headings(self) -> frozenset[int]:
        """The headings of which most numbered paragraphs right below open with what somebody should do, whatever they are called: advice,
        guidelines. A text whose paragraphs open with verbs that ask or decide is no advice of the report, but a draft."""
        by_heading: dict[int, list[bool]] = {}
        for block in self.document.blocks:
            if block.kind == "paragraph" and block.number and (headings := self.document.headings(block)):
                by_heading.setdefault(headings[-1].ordinal, []).append(
                    self._opens_with_advice(self.document.body(block)[:MAX_LENGTH])
                )
        return frozenset(
            head
            for head, advises in by_heading.items()
            if len(advises) >= MIN_ADVICE_PARAGRAPHS and 2 * sum(advises) > len(advises)
        )

    def _opens_with_advice(self, text: str) -> bool:
        opening = self.grammar.opening.match(text)
        is_draft = opening and (opening["ask"] or opening["decide"])
        first_sentence = next(iter(sentence_spans(text, self.document.language)), (0, 0))
        return not is_draft and self.find_duty_verb(text[slice(*first_sentence)].replace("\n", " ")) is not None

    def find_duty_verb(self, text: str) -> re.Match[str] | None:
        """The words of a sentence by which somebody should act, unless somebody notes or recalls that."""
        matches = (each.search(text) for each in (self.grammar.should, self.grammar.bidden))
        match = min(filter(None, matches), key=lambda each: each.start(), default=None)
        is_reported = match and any(
            each.search(text, 0, match.start()) for each in (self.grammar.say, self.grammar.sure)
        )
        return None if is_reported else match

    @cached_property
    def _opening_text(self) -> str:
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
    def _recommenders(self) -> frozenset[str]:
        """Who recommends in the report by its surest verbs, as it is named there."""
        recommenders = set[str]()
        for block in self.document.blocks:
            if block.kind in ("paragraph", "item"):
                text = self.document.body(block)[:MAX_LENGTH].replace("\n", " ")
                for start, end in sentence_spans(text, self.document.language):
                    sentence = text[start:end]
                    for each in self.grammar.advise.finditer(sentence):
                        if self._is_own_recommendation(sentence, each) and (
                            subject_words := self._subject_before(sentence[: each.start()])
                        ):
                            recommenders.add(subject_words.casefold())
        return frozenset(recommenders)

    def _subject_before(self, before: str) -> str:
        """The words before a verb that may name its subject: without insertions and what joins two verbs; empty where there are none."""
        grammar, text = self.grammar, before.strip()
        if not grammar.spaced or grammar.verb_first:
            return ""
        text = re.split(r"[,;:،–—]", text)[-1].strip()
        if joined := grammar.joins.match(text):
            text = text[joined.end() :].strip()
        words = text.split()
        while words and grammar.leads.fullmatch(f"{words[-1]} "):
            words.pop()
        return "" if not words or grammar.also.fullmatch(words[-1]) else " ".join(words)

    def _is_own_recommendation(self, text: str, match: re.Match[str]) -> bool:
        """Whether it is the report that recommends by a verb: neither what something is done for, nor what a text that is named or another
        body says: one with a name that stands nowhere at the head of the report."""
        grammar, preceding = self.grammar, text[: match.start()]
        if grammar.purpose.search(preceding) or grammar.cites.search(preceding):
            return False
        subject_words = self._subject_before(preceding)
        first, *rest = subject_words.split() or [""]
        last = subject_words.split()[-1] if subject_words else ""
        if not subject_words or grammar.pronoun_subject.fullmatch(subject_words):
            return True
        # Paragraph 68 of the Commitment requests: a text, not who issues this one.
        names_text = not grammar.preposition.fullmatch(first) and any(map(str.isdigit, " ".join(rest[:3])))
        if names_text or grammar.aside.fullmatch(last):
            return False
        # A word that opens a sentence has a capital, name or not.
        names = [word for word in (rest or [first]) if word[:1].isupper()]
        if self.is_letter or not grammar.capitals or not names:
            return True
        # Who is meant stands right before the verb.
        return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._opening_text) for word in names[-2:])

    def find_sentence_start(self, text: str) -> int:
        """Where a sentence begins behind words that lead to it, and behind a time with which it opens."""
        leads = self.grammar.leads.match(text)
        return self.deadlines.skip_opening_time(text, leads.end() if leads else 0)

    def find_recommending_verb(
        self, text: str, under_advice: bool, introduces_list: bool = False
    ) -> re.Match[str] | None:
        """The verb by which a sentence of the report recommends; `headed`: below a heading that says so, any does; `listed`: so does any
        verb of a resolution that introduces a list."""
        verb_patterns = (self.grammar.advise, self.grammar.ask)[: 1 + introduces_list]
        certain_matches = (
            each for kind in verb_patterns for each in kind.finditer(text) if self._is_own_recommendation(text, each)
        )
        suggestions = (
            each
            for each in self.grammar.suggest.finditer(text)
            if under_advice or self.is_by_recommender(text[: each.start()])
        )
        return next(certain_matches, None) or next(
            (each for each in suggestions if self._is_own_recommendation(text, each)), None
        )

    def is_by_recommender(self, before: str) -> bool:
        """Whether the subject before a verb is one who surely recommends elsewhere in the report."""
        subject_words = self._subject_before(before).casefold()
        return bool(subject_words) and subject_words.endswith(tuple(self._recommenders))


def _block_recommendations(
    report: _ReportReader, block: Block, under_advice: bool, is_chapter: bool
) -> Iterator[tuple[Mandate, list[Span]]]:
    """What a block recommends, each with the words that may say by when."""
    document, grammar = report.document, report.grammar
    body = document.body(block)
    # Points of what nobody recommends are none, save those that recommend themselves: what a programme will do.
    parent = document.blocks[block.parent] if block.kind == "item" and block.parent is not None else None
    introduction = document.body(parent).rstrip() if parent is not None and parent.kind != "heading" else ""
    recommending_patterns = (grammar.advise, grammar.should, grammar.advice)
    is_idle_list = (
        not under_advice
        and introduction.endswith(LIST_INTRODUCERS)
        and not any(each.search(introduction) for each in recommending_patterns)
    )
    for start, end, list_points in _split_passages(report, body, under_advice):
        text = body[start:end].replace("\n", " ")
        length = len(text)
        introduces = text.rstrip().endswith(LIST_INTRODUCERS) and bool(list_points or not body[end:].strip())
        match = grammar.wish.search(text)
        # What is drafted for another body may be opened with a comma: the Board may wish to,
        introduces = introduces or bool(match and not text[match.end() :].strip(" ,，") and not body[end:].strip())
        if match and (under_advice or introduces):
            addressee_match = AddresseeMatch(
                parse_names(grammar, text, text.rfind(",", 0, match.start()) + 1, match.start()), match.end()
            )
            is_wish = True
        elif found := _find_recommendation(
            report,
            text,
            under_advice,
            is_chapter,
            is_idle_list,
            introduces=introduces,
            introduces_run_on=bool(list_points),
        ):
            (match, addressee_match), is_wish = found, False
        else:
            continue
        sentence_start = block.body_start + start
        names = tuple(
            (sentence_start + a, sentence_start + b) for a, b in _trim_names(grammar, text, addressee_match.addressees)
        )
        verb = sentence_start + match.start(), sentence_start + match.end()
        points: list[tuple[Block, ...]] = [(point.block(block),) for point in list_points] or (
            list(_find_point_paths(report, block)) if introduces else []
        )
        sentence = sentence_start, sentence_start + length
        if not points:
            yield Mandate(block.ordinal, verb, False, names, (sentence,)), [sentence]
        shared = trim_span(
            document.text, sentence_start + addressee_match.action, sentence_start + length, ",:：", ",:："
        )
        lead_text = document.text[slice(*shared)]
        filler_patterns = (grammar.that, grammar.to, grammar.preposition, grammar.should, grammar.trail)
        says_nothing = any(each.fullmatch(f" {lead_text}") or each.fullmatch(lead_text) for each in filler_patterns)
        lead_spans = (shared,) if lead_text and not says_nothing else ()
        for path in points:
            spans = [trim_span(document.text, each.body_start, each.end, closes=",;:.，；：。؛،") for each in path]
            if not is_wish and (forwarded := report.find_forwarded_request(path[-1], spans[-1])):
                yield forwarded, [spans[-1]]
            else:
                yield Mandate(path[-1].ordinal, verb, False, names, (*lead_spans, *spans)), [sentence, *spans]


def _split_passages(report: _ReportReader, body: str, under_advice: bool) -> Iterator[tuple[int, int, list[ListPoint]]]:
    """The sentences of a paragraph; of one with a list that runs on what introduces this, with the points, and of one whose parts each
    say what somebody else should do, the parts."""
    grammar = report.grammar
    points = find_points(body)
    list_start, list_end = (points[0].mark, points[-1].mark) if points else (len(body), len(body))
    introduction_start = 0
    for start, end in sentence_spans(body, report.document.language):
        if points and start <= list_start < end:
            introduction_start = start
        if not points or end <= list_start or start > list_end:
            separators = [each.span() for each in _SEMICOLON.finditer(body, start, end)] if under_advice else []
            part_start = start
            for (close, following), (right, _) in zip(separators, [*separators, (end, end)][1:], strict=True):
                if _names_duty_holder(grammar, body[part_start:close]) and _names_duty_holder(
                    grammar, body[following:right]
                ):
                    yield part_start, close, []
                    part_start = following
            yield part_start, end, []
        elif end > list_end:
            yield introduction_start, list_start, [*points[:-1], replace(points[-1], words=(points[-1].words[0], end))]


def _names_duty_holder(grammar: Grammar, words: str) -> bool:
    """Whether words begin with somebody who ought to act, and is named."""
    match = grammar.should.search(words)
    names = find_subject(grammar, words, 0, min(len(words), match.end() + 12), ()).addressees if match else ()
    return match is not None and bool(names) and not _is_nobody(grammar, words, match.start(), AddresseeMatch(names, 0))


def _find_recommendation(
    report: _ReportReader,
    text: str,
    under_advice: bool,
    is_chapter: bool,
    is_idle_list: bool,
    *,
    introduces: bool,
    introduces_run_on: bool,
) -> tuple[re.Match[str], AddresseeMatch] | None:
    """The verb by which a sentence of a report recommends, with whom it asks and where what it asks begins. `listed`: it introduces a list
    in its paragraph, which says by itself that somebody who is named should act."""
    grammar, length = report.grammar, len(text)
    if match := report.find_recommending_verb(text, under_advice, introduces_run_on):
        if is_idle_list and not report.is_by_recommender(text[: match.start()]):
            return None
        if grammar.that.match(text[match.end() :].lstrip(" ,")):
            return match, find_subject(grammar, text, match.end(), length, report.verbs, introduces=introduces)
        if grammar.suggest.fullmatch(match.group()):
            return match, AddresseeMatch((), match.end())  # something is suggested, nobody asked
        if (
            grammar.bidden.fullmatch(match.group())
            and (found := find_duty_holder(grammar, text, report.find_sentence_start(text), length, match)).addressees
        ):
            return match, replace(found, action=match.end())
        return match, find_object(grammar, text, match.end(), length, introduces=introduces)
    if (under_advice or introduces_run_on) and (match := report.find_duty_verb(text)):
        sentence_start = report.find_sentence_start(text)
        before = text[sentence_start : match.start()].strip()
        if grammar.bidden.fullmatch(match.group()):
            addressee_match = replace(
                find_duty_holder(grammar, text, sentence_start, length, match), action=match.end()
            )
        elif before:
            addressee_match = AddresseeMatch(
                find_subject(grammar, text, sentence_start, min(length, match.end() + 12), ()).addressees, match.end()
            )
        elif grammar.that.search(match.group()):
            addressee_match = find_subject(grammar, text, match.end(), length, report.verbs)
        else:  # the verb stands before its subject
            addressee_match = find_object(grammar, text, match.end(), length, introduces=introduces)
        is_impersonal = bool(before) and (
            match.start() - sentence_start > MAX_SUBJECT_LENGTH
            or _is_nobody(grammar, text, match.start(), addressee_match)
        )
        if is_impersonal and not is_chapter and not addressee_match.addressees:
            return None  # it should be noted
        addressee_match = AddresseeMatch((), match.end()) if is_impersonal else addressee_match
        return (match, addressee_match) if under_advice or _are_all_names(grammar, text, addressee_match) else None
    if under_advice and introduces and (match := grammar.advice.search(text)):
        return match, AddresseeMatch(_addressees_behind_preposition(grammar, text, match.end()), length)
    return None


def _are_all_names(grammar: Grammar, text: str, match: AddresseeMatch) -> bool:
    """Whether all are names, as far as a language writes these with capitals."""
    names = [text[slice(*each)] for each in match.addressees]
    return bool(names) and (not grammar.capitals or all(_CAPITAL.search(each) for each in names))


def _is_nobody(grammar: Grammar, text: str, verb: int, addressee_match: AddresseeMatch) -> bool:
    """Whether a subject is nobody: a word that stands for another, or a thing without a name."""
    subject_text = text[:verb].lstrip()
    if grammar.pronoun_subject.match(subject_text) or grammar.pronoun_subject.fullmatch(subject_text.split()[-1]):
        return True
    names = [text[slice(*each)] for each in addressee_match.addressees]
    head_words = [(grammar.preposition.split(name)[0].split() or [""])[-1] for name in names]
    return any(
        grammar.thing.fullmatch(head) and not _CAPITAL.search(name[1:])
        for head, name in zip(head_words, names, strict=True)
    )


def _addressees_behind_preposition(grammar: Grammar, text: str, start: int) -> tuple[Span, ...]:
    """Whom an introduction names behind its last preposition: `recommendations are proposed for consideration by [States]:`."""
    for match in reversed(list(grammar.preposition.finditer(text, start))):
        name_start, name_end = trim_span(text, match.end(), len(text), closes=" :：")
        if text[name_start : name_start + 1].isupper() or grammar.split.match(text, name_start):
            return parse_names(grammar, text, name_start, name_end)
    return ()


def _trim_names(grammar: Grammar, text: str, addressees: Iterable[Span]) -> Iterator[Span]:
    """Names without the preposition of the verb before them, or who says what they should do, and without what is recommended to
    them: `recommends to [the Council] the adoption of a list`, `it was agreed that [pilots] should`."""
    for start, end in addressees:
        for that in grammar.that.finditer(text, start, end):
            after_that = trim_span(text, that.end(), end)[0]
            if grammar.split.match(text, after_that) or text[after_that : after_that + 1].isupper():
                start = after_that
        preposition = re.compile(rf"(?:{grammar.preposition.pattern})\s+", re.IGNORECASE).match(text, start, end)
        object = grammar.loose.search(text, preposition.end(), end) if preposition else None
        if grammar.pronoun.fullmatch(text[preposition.end() if preposition else start : end].strip()):
            continue  # whom it stands for, another sentence says
        yield preposition.end() if preposition else start, len(text[: object.start()].rstrip()) if object else end


def _find_point_paths(report: _ReportReader, block: Block) -> Iterator[tuple[Block, ...]]:
    """The points that a paragraph introduces, each behind those above it that introduce it: its own, or those of the text of which
    nothing but headings and the opening stand between: a draft decision."""
    items, document = report.find_items(block), report.document
    for item in items:
        nested = (
            list(_find_point_paths(report, item)) if document.body(item).rstrip().endswith(LIST_INTRODUCERS) else []
        )
        yield from ((item, *path) for path in nested) if nested else ((item,),)
    if items or block.kind == "item":
        return
    if not block.number:
        following_blocks = document.blocks[block.ordinal + 1 :]
        yield from (
            (each,) for each in takewhile(lambda each: each.number and each.parent == block.parent, following_blocks)
        )
    for following in document.blocks[block.ordinal + 1 :]:
        if following.kind != "heading":
            introduces = following.kind == "paragraph" and document.body(following).rstrip().endswith(LIST_INTRODUCERS)
            yield from _find_point_paths(report, following) if introduces and not following.number else ()
            return
