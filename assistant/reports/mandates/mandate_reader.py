"""Who is requested to do what, by when: the clauses of the operative paragraphs of a resolution, by the grammar of
its language.

A paragraph opens with a verb, followed by the addressees and the action. A paragraph may have several such clauses,
and lettered subparagraphs may share the words that introduce them. Words between quotation marks are names, and are
not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Literal

from assistant.reports.mandates.addressees import (
    LIST_INTRODUCERS,
    AddresseeMatch,
    find_duty_holder,
    find_giver,
    find_object,
    find_subject,
    introduces_list,
    parse_names,
    shift_spans,
    split_at_commas,
    trim_span,
)
from assistant.reports.mandates.mandate_base import CAPITAL, MAX_LENGTH, BlockReader, ListPoint, Mandate, find_points
from assistant.wording.drafting import grammar_of, unquoted
from corpus.documents import Block, Document, Span
from corpus.places import is_in_annex

Kind = Literal["ask", "decide", "say"]
_SPEAKER_ENDINGS = (*LIST_INTRODUCERS, ",", "，", "،")
"""Signs at the end of a line that names who acts by the paragraphs below it."""
_NON_OPERATIVE_PARTS = ("masthead", "title", "contents", "preamble")


@dataclass(frozen=True)
class _Clause:
    """A clause of a block, as offsets of the `text` of the block, in which words between quotation marks are blank.
    `aside` precedes the verb: `and, [within existing resources], requests`."""

    block: Block
    text: str
    kind: Kind
    verb: Span
    end: int
    aside: Span | None = None


def find_mandates(document: Document) -> tuple[Mandate, ...]:
    """The requests and decisions of a document, in its order; empty where it has none."""
    if not has_operative_text(document):
        return ()
    reader = _ResolutionReader(document)
    return tuple(mandate for block in operative_paragraphs(document) for mandate in reader.read_paragraph(block))


def has_operative_text(document: Document) -> bool:
    """Whether a body acts by a document.

    It is a resolution, or another text, such as that of a decision, below a line that names who acts (`The Board:`):
    most of its paragraphs, lettered ones too, open with verbs of operative paragraphs, at least one of them with a
    verb that requests or decides.
    """
    if document.kind != "numbered":
        return document.kind == "resolution"
    opening, blocks = grammar_of(document.language).opening, document.blocks
    is_point = ((block.number and block.kind == "paragraph") or _is_decision_point(document, block) for block in blocks)
    points = list(compress(blocks, is_point))
    above = blocks[points[0].ordinal - 1] if points and points[0].ordinal else None
    if not above or above.kind != "paragraph" or not document.body(above).rstrip().endswith(_SPEAKER_ENDINGS):
        return False
    verbs = [verb for block in points if (verb := opening.match(document.body(block)[:MAX_LENGTH]))]
    return 2 * len(verbs) > len(points) and any(verb["ask"] or verb["decide"] for verb in verbs)


def _is_decision_point(document: Document, block: Block) -> bool:
    """Whether a list item is a point of a decision, right below a line that only names who acts: `The Board:`."""
    if document.kind != "numbered" or block.kind != "item" or block.parent is None:
        return False
    parent, grammar = document.blocks[block.parent], grammar_of(document.language)
    text = document.body(parent)
    advice_patterns = (grammar.advise, grammar.suggest, grammar.should, grammar.wish, grammar.bidden)
    introduces = parent.kind == "paragraph" and not parent.number and introduces_list(text)
    return introduces and not any(each.search(text) for each in advice_patterns)


def operative_paragraphs(document: Document) -> Iterator[Block]:
    """The operative paragraphs, without their subparagraphs and without annexes: those with a number, the points of a
    decision, and others that open with a verb that requests or decides."""
    grammar = grammar_of(document.language)
    for block in document.blocks:
        is_candidate = block.kind == "paragraph" or _is_decision_point(document, block)
        if not is_candidate or is_in_annex(block.locator) or block.locator.startswith(_NON_OPERATIVE_PARTS):
            continue
        opening = grammar.opening.match(document.body(block)[:MAX_LENGTH])
        if block.number or (opening and (opening["ask"] or opening["decide"])):
            yield block


class _ResolutionReader(BlockReader):
    """Reads the paragraphs of a resolution or decision."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        operative = list(operative_paragraphs(document))
        # The body that speaks: the opening of the preamble, or the line above the points of a decision.
        speaking = [block for block in document.blocks if block.locator.rpartition(", ")[2] == "preamble"]
        parents = (block.parent for block in operative if block.kind == "item")
        speaking += [document.blocks[ordinal] for ordinal in parents if ordinal is not None]
        self._body_spans = tuple(
            trim_span(document.text, each.body_start, each.end, closes=",،，:：") for each in speaking[:1]
        )
        clauses = (clause for block in operative for clause in self._split_clauses(block)[0] if clause.kind == "ask")
        names = (name for clause in clauses for name in self._addressee_names(clause))
        self._addressees = frozenset(name for name in names if not self.grammar.pronoun.fullmatch(name))
        """The names of all whom the document addresses."""
        self._actors = frozenset(head for name in self._addressees for head in self._head_words(name))

    def read_paragraph(self, block: Block) -> Iterator[Mandate]:
        """The requests and decisions of a paragraph and of its subparagraphs."""
        clauses, list_clause, list_points = self._split_clauses(block)
        items, found = self.find_items(block), list[Mandate]()
        introduced = items if introduces_list(self._unquoted_text(block)) else []
        for index, clause in enumerate(clauses):
            following = clauses[index + 1 :]
            next_request = following[0] if following and following[0].kind == "ask" else None
            points = introduced if following in ([], [next_request]) else []
            if index == list_clause:
                points, next_request = [point.block(block) for point in list_points], None
            found = list(self._read_clause(clause, points, clauses[index - 1] if index else None, next_request))
            yield from found
        # Where the last clause has introduced them, the items are read.
        for item in items if not found or not introduced else ():
            yield from self.read_paragraph(item)

    def _unquoted_text(self, block: Block) -> str:
        """The text of a block, with words between quotation marks replaced by blanks of the same length."""
        return unquoted(self.document.body(block)[:MAX_LENGTH])

    def _split_clauses(self, block: Block) -> tuple[list[_Clause], int, list[ListPoint]]:
        """The clauses of a paragraph, the index of the one with a list inside the paragraph (else -1), its points."""
        text = self._unquoted_text(block)
        points = find_points(text)
        list_start, list_end = (points[0].mark, points[-1].mark) if points else (0, 0)
        found = self._find_clauses(text[:list_start] + " " * (list_end - list_start) + text[list_end:])
        clauses = [_Clause(block, text, *each) for each in found]
        if not points:
            return clauses, -1, []
        list_clause = max((index for index, each in enumerate(clauses) if each.verb[1] <= list_start), default=-1)
        if list_clause >= 0:
            points[-1] = replace(points[-1], words=(points[-1].words[0], clauses[list_clause].end))
            clauses[list_clause] = replace(clauses[list_clause], end=list_start)
        return clauses, list_clause, points

    def _find_clauses(self, text: str) -> Iterator[tuple[Kind, Span, int, Span | None]]:
        """The kind, verb, end and aside of each clause of a paragraph; each ends where the next begins."""
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
            groups = (
                name for name in ("aside", "inserted") if match[name] and not grammar.leads.fullmatch(match[name])
            )
            insertion = next(map(match.span, groups), None)
            starts.append((match.start(), _verb_kind(verb_match) if verb_match else "say", verb, insertion))
        ends = [*(start for start, *_ in starts[1:]), len(text)]
        for (_, kind, verb, insertion), end in zip(starts, ends, strict=False):
            yield kind, verb, end, insertion

    def _read_clause(
        self, clause: _Clause, items: Sequence[Block], previous: _Clause | None, next_request: _Clause | None
    ) -> Iterator[Mandate]:
        """The requests or decisions of one clause.

        `previous` is the clause before it, to which it may refer:
        `supports the Force, and decides to extend its mandate`. `next_request` is the clause after it, whose action
        it may share: `calls upon States and invites others to cooperate`.
        """
        text, start, end, offset = clause.text, clause.verb[1], clause.end, clause.block.body_start
        if clause.kind == "say":
            with_that = True
            match, clause = self._match_duty_holder(clause)
            if not match.addressees:
                return
        else:
            with_that = self._has_that(clause)
            match = self._match_addressees(clause, with_that, introduces=bool(items) and not next_request)
        insertions, action_start = self.split_insertions(text, start, match)
        if next_request:
            shares_action = match.action == start and clause.kind == "ask"
            names = parse_names(self.grammar, text, start, end) if shares_action else ()
            items = items if names else []
            if names:
                shared = find_object(self.grammar, text, next_request.verb[1], next_request.end)
                match, end = AddresseeMatch(names, shared.action), next_request.end
                insertions, action_start = [], match.action
        resolved = self._resolve_pronouns(text, match, previous)
        is_unresolved = bool(match.addressees) and not resolved.addressees  # the clause before tells who is meant
        context = None
        if previous and (is_unresolved or self._refers_back(text[action_start:end], match)):
            context = self.trim(offset + previous.verb[0], offset + previous.end)
        insertions = [clause.aside, *insertions] if clause.aside else insertions
        above = (*shift_spans(insertions, offset), self.trim(offset + action_start, offset + end))
        mandates: Iterable[Mandate] = ()
        if items:
            mandates = self._read_items(clause, items, resolved, with_that, above)
        elif above[-1][0] < above[-1][1]:
            mandates = [self._build_mandate(clause, clause.block, self._addressee_spans(resolved, clause), above)]
        yield from (replace(each, context=context) for each in mandates)

    def _has_that(self, clause: _Clause) -> bool:
        """Whether “that” follows the verb of a clause, or is a part of it."""
        that, (start, end) = self.grammar.that, clause.verb
        verb, after = clause.text[start:end].rsplit(" ", 1)[-1], clause.text[end : clause.end]
        return bool(that.fullmatch(verb) or that.match(after.lstrip(" ,")))

    def _refers_back(self, action: str, match: AddresseeMatch) -> bool:
        """Whether an action says only together with the clause before it what is to be done."""
        action = action.strip(" ,;.")
        has_pronoun = not match.addressees and self.grammar.pronoun.search(" ".join(action.split()[:3]))
        return bool(has_pronoun or self.grammar.stands.fullmatch(action))

    def _read_items(
        self, clause: _Clause, items: Sequence[Block], match: AddresseeMatch, with_that: bool, above: tuple[Span, ...]
    ) -> Iterator[Mandate]:
        """The requests or decisions of the list items that a clause introduces; `above` are the spans of the document
        that are its insertions and its action above the list."""
        introduction, function_words = self.document.text[slice(*above[-1])], (self.grammar.to, self.grammar.that)
        says_nothing = not introduction or any(each.fullmatch(introduction) for each in function_words)
        block = clause.block
        # A point of a list inside the paragraph has no items of its own.
        points = (
            point
            for item in items
            for point in ([(item, (item,))] if item.ordinal == block.ordinal else self.split_item(item))
        )
        for point, path in points:
            item = path[0]
            item_span, *lower_spans = (self.trim(each.body_start, each.end) for each in path)
            spans = [item_span, *lower_spans]
            if spans[-1][0] == spans[-1][1]:
                continue
            if forwarded := self.find_forwarded_request(item, item_span):
                # Who is to pass the request on is part of what is told; a list inside the paragraph has that beside it.
                passer = self.trim(block.body_start + clause.verb[0], block.body_start + clause.end)
                own_actions = [each for each in forwarded.action if each[0] < each[1]]
                actions = (*([passer] if item.ordinal != block.ordinal else []), *own_actions, *lower_spans)
                yield self.with_times_and_money(replace(forwarded, block=point.ordinal, action=actions), spans)
                continue
            addressees = self._addressee_spans(match, clause)
            action = (*above[: -1 if says_nothing else None], item_span)
            if says_nothing and not match.addressees:  # each item has its own: decides that: (a) States shall report
                addressees, action = self._read_item(item, clause, with_that, item_span)
            yield self._build_mandate(clause, point, addressees, (*action, *lower_spans), [action[-1], *lower_spans])

    def _read_item(
        self, item: Block, clause: _Clause, with_that: bool, span: Span
    ) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """The addressees that a list item names itself; the insertions in it with its action, else its whole `span`."""
        text = self._unquoted_text(item)
        own = replace(clause, block=item, text=text, verb=(0, 0), end=len(text))
        match = self._match_addressees(own, with_that)
        insertions, action_start = self.split_insertions(text, 0, match)
        action = self.trim(item.body_start + action_start, item.end)
        spans = (*shift_spans(insertions, item.body_start), action if action[0] < action[1] else span)
        return self._addressee_spans(match, own), spans

    def _match_addressees(self, clause: _Clause, with_that: bool, *, introduces: bool = False) -> AddresseeMatch:
        """Who acts, and where the action begins; `with_that`: the clause follows “that”."""
        grammar, text, start, end = self.grammar, clause.text, clause.verb[1], clause.end
        if clause.kind == "ask":
            if with_that:
                return find_subject(grammar, text, start, end, self.verbs)
            match = find_object(grammar, text, start, end, introduces=introduces)
            if match.addressees:
                return match
            giver, first_segment = find_giver(grammar, text, start, end), next(split_at_commas(text, start, end))
            names: tuple[Span, ...] = (giver,) if giver else ()
            is_impersonal = grammar.lack.search(text, 0, start) or grammar.within_name.search(text, *first_segment)
            # Somebody is invited, without an action.
            if not names and match.action == start and not is_impersonal:
                names = parse_names(grammar, text, *first_segment)
            return replace(match, addressees=tuple(each for each in names if self._is_known_actor(text[slice(*each)])))
        if with_that or not grammar.spaced:
            return AddresseeMatch(self._match_duty_holder(clause)[0].addressees, start)
        return AddresseeMatch((), start)

    def _match_duty_holder(self, clause: _Clause) -> tuple[AddresseeMatch, _Clause]:
        """Who has to act by a clause that neither requests nor decides, together with the clause as a request:
        `stresses that [States] shall act`. Where a paragraph opens with the subject, its verb becomes that of the
        duty."""
        grammar, text = self.grammar, clause.text
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
            # Names have a capital; in a language without capitals any word may be a name.
            if not self._is_known_actor(text[slice(*each)]) and grammar.capitals and CAPITAL.search(name) is None:
                match = AddresseeMatch((), match.action)
        return match, replace(clause, kind="ask")

    def _resolve_pronouns(self, text: str, match: AddresseeMatch, previous: _Clause | None) -> AddresseeMatch:
        """Replace pronouns and short names by the names that precede them in the paragraph: a list in the previous
        clause that opens with an addressee of the document, else the last such name."""
        grammar = self.grammar
        previous_names: tuple[Span, ...] = ()
        if previous:
            positions = (text.find(name, previous.verb[1], previous.end) for name in self._addressees)
            start_of_names = min((position for position in positions if position >= 0), default=previous.end)
            previous_names = find_object(grammar, text, start_of_names, previous.end).addressees
        resolved: list[Span] = []
        for start, end in match.addressees:
            words = text[start:end]
            pronoun = grammar.pronoun.fullmatch(words)
            short_name = re.fullmatch(rf"(?:{grammar.article.pattern}) ((?-i:[A-ZÀ-ÖØ-ÞА-Я])\w+)", words, re.IGNORECASE)
            names = self._addressees if pronoun or short_name else frozenset[str]()
            if short_name and not pronoun:
                names = frozenset(each for each in names - {words} if re.search(rf"\b{short_name[1]}\b", each))
            found = ((text.rfind(name, 0, start), name) for name in names)
            occurrences = [(position, position + len(name)) for position, name in found if position >= 0]
            antecedent = max(occurrences, key=lambda span: (span[1], -span[0]), default=(start, end))
            if not pronoun or previous_names or occurrences:
                resolved += previous_names if pronoun and previous_names else [antecedent]
        return AddresseeMatch(tuple(dict.fromkeys(resolved)), match.action)

    def _addressee_spans(self, match: AddresseeMatch, clause: _Clause) -> tuple[Span, ...]:
        """The addressees as spans of the document; for a decision without any, the body itself."""
        if clause.kind == "decide" and not match.addressees:
            return self._body_spans
        return shift_spans(match.addressees, clause.block.body_start)

    def _is_known_actor(self, words: str) -> bool:
        """Whether a name is that of somebody who can act: the document addresses such elsewhere, unlike a measure."""
        return bool(self._head_words(words) & self._actors)

    def _head_words(self, words: str) -> frozenset[str]:
        """The last word of a name, without a plural ending: `state` for `the Member State of origin`."""
        return frozenset(word.casefold().rstrip("s") for word in self._without_complement(words).split()[-1:])

    def _without_complement(self, words: str) -> str:
        """A name without what follows its first preposition."""
        return self.grammar.preposition.split(words)[0]

    def _addressee_names(self, clause: _Clause) -> list[str]:
        """The names of those whom a clause requests to act."""
        introduces = introduces_list(clause.text[: clause.end])
        match = find_object(self.grammar, clause.text, clause.verb[1], clause.end, introduces=introduces)
        return [clause.text[slice(*each)] for each in match.addressees]

    def _build_mandate(
        self,
        clause: _Clause,
        place: Block,
        addressees: tuple[Span, ...],
        action: tuple[Span, ...],
        point_spans: Sequence[Span] = (),
    ) -> Mandate:
        """The mandate of a clause, with times and money set in it, around its verb, and below it (`point_spans`)."""
        block, asides = clause.block, [clause.aside] if clause.aside else []
        verb, *asides = shift_spans([clause.verb, *asides], block.body_start)
        # A time may also be set between verb and action, or before the verb.
        end = block.body_start + clause.end
        spans = [(verb[1], max(end, action[-1][1]) if place is block else end), *point_spans]
        mandate = Mandate(place.ordinal, verb, clause.kind == "decide", addressees, action)
        return self.with_times_and_money(mandate, [*spans, *asides])


def _verb_kind(match: re.Match[str]) -> Kind:
    return "ask" if match["ask"] else "decide" if match["decide"] else "say"
