"""What a report recommends, and to whom: sentences that recommend, and those that say under a heading about recommendations what
somebody should do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.reports.mandates.addressees import INTRODUCES, Found, bare, named, subject
from assistant.reports.mandates.mandate_reader import Mandate
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import Block, Document, Span
from corpus.sentences import sentence_spans

SUBJECT = 120
"""Longest subject of a sentence that says what somebody should do, in characters."""
_APART = ("masthead", "title", "contents", "annex", "appendix", "summary")


def recommendations_of(document: Document) -> Iterator[Mandate]:
    """The recommendations of a report, in its order: sentences, or points of a list with what introduces them; those that a list item
    gives under a heading about them, too. `action` is the sentence; of a point it is the point, behind what its introduction says
    beside verb and addressees, and behind the points above it."""
    grammar = grammar_of(document.language)
    told: set[int] = set()
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or block.ordinal in told or block.locator.startswith(_APART):
            continue
        # What has a number is a recommendation by itself: of such headings only the paragraph right below.
        headed = any(
            grammar.advice.search(words := document.body(head))
            and (block.ordinal == head.ordinal + 1 or not any(sign.isdigit() for sign in words))
            for head in document.headings(block)
        )
        for each in _of_block(document, grammar, block, headed):
            told.add(each.block)
            yield each


def _of_block(document: Document, grammar: Grammar, block: Block, headed: bool) -> Iterator[Mandate]:
    body = document.body(block)
    own = grammar.advice.match(body.lstrip()) is not None
    for start, end in sentence_spans(body, document.language):
        text = body[start:end].replace("\n", " ")
        length = len(text)
        introduces = text.rstrip().endswith(INTRODUCES) and not body[end:].strip()
        match = grammar.advise.search(text)
        if match is not None:
            of_clause = grammar.that.match(text[match.end() :].lstrip(" ,"))
            read = subject(grammar, text, match.end(), length, (), introduces=introduces) if of_clause else named(
                grammar, text, match.end(), length, introduces=introduces)  # fmt: skip
        elif (headed or own) and (match := grammar.should.search(text)):
            before = text[: match.start()].strip()
            if grammar.say.search(text, 0, match.start()) or grammar.sure.search(text, 0, match.start()):
                continue  # somebody notes or recalls that something should be
            if before:
                read = Found(subject(grammar, text, 0, min(length, match.end() + 12), ()).addressees, match.end())
            else:  # the verb stands before its subject
                read = named(grammar, text, match.end(), length, introduces=introduces)
            if not read.addressees or match.start() > SUBJECT:
                continue
        else:
            continue
        begin = block.body_start + start
        who = tuple((begin + a, begin + b) for a, b in _bare_names(grammar, text, read.addressees))
        verb = begin + match.start(), begin + match.end()
        points = list(_points(document, block)) if introduces else []
        if not points:
            yield Mandate(block.ordinal, verb, False, who, ((begin, begin + length),))
        shared = bare(document.text, begin + read.action, begin + length, ",:：", ",:：")
        said = document.text[slice(*shared)]
        empty = (grammar.that, grammar.to, grammar.preposition, grammar.should, grammar.trail)
        lead = (
            () if not said or any(each.fullmatch(f" {said}") or each.fullmatch(said) for each in empty) else (shared,)
        )
        for path in points:
            spans = (bare(document.text, each.body_start, each.end, closes=",;:.，；：。؛،") for each in path)
            yield Mandate(path[-1].ordinal, verb, False, who, (*lead, *spans))


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
        yield lead.end() if lead else start, len(text[: thing.start()].rstrip()) if thing else end


def _points(document: Document, block: Block) -> Iterator[tuple[Block, ...]]:
    """The points that a paragraph introduces, each behind those above it that introduce it: its own, or those of the text of which
    nothing but headings and the opening stand between: a draft decision."""
    items = [child for child in document.children.get(block.ordinal, ()) if child.kind == "item"]
    for item in items:
        below = list(_points(document, item)) if document.body(item).rstrip().endswith(INTRODUCES) else []
        yield from ((item, *path) for path in below) if below else ((item,),)
    if items or block.kind == "item":
        return
    for following in document.blocks[block.ordinal + 1 :]:
        if following.kind != "heading":
            opens = following.kind == "paragraph" and document.body(following).rstrip().endswith(INTRODUCES)
            yield from _points(document, following) if opens and not following.number else ()
            return
