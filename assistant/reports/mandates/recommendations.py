"""What a report recommends, and to whom: sentences that recommend, and those that say under a heading about recommendations what
somebody should do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.reports.mandates.addressees import named, subject
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import Block, Document, Span
from corpus.sentences import sentence_spans

SUBJECT = 120
"""Longest subject of a sentence that says what somebody should do, in characters."""
_APART = ("masthead", "title", "contents", "annex", "appendix", "summary")


@dataclass(frozen=True)
class Recommendation:
    """One sentence of a report; all are spans of its text. `block` is the ordinal of its paragraph."""

    block: int
    addressees: tuple[Span, ...]
    sentence: Span


def recommendations_of(document: Document) -> Iterator[Recommendation]:
    """The recommendations of a report, in its order; those that a list item gives under a heading about them, too."""
    grammar = grammar_of(document.language)
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or block.locator.startswith(_APART):
            continue
        headed = any(_heads(document, grammar, head, block) for head in document.headings(block))
        yield from _of_block(document, grammar, block, headed)


def _heads(document: Document, grammar: Grammar, head: Block, block: Block) -> bool:
    """Whether a heading makes a recommendation of what stands below: all of it, or, where it has a number, the first paragraph."""
    words = document.body(head)
    if not grammar.advice.search(words):
        return False
    return block.ordinal == head.ordinal + 1 or not any(sign.isdigit() for sign in words)


def _of_block(document: Document, grammar: Grammar, block: Block, headed: bool) -> Iterator[Recommendation]:
    body = document.body(block)
    own = grammar.advice.match(body.lstrip()) is not None
    for start, end in sentence_spans(body, document.language):
        text = body[start:end].replace("\n", " ")
        length = len(text)
        match = grammar.advise.search(text)
        if match is not None:
            of_clause = grammar.that.match(text[match.end() :].lstrip(" ,"))
            at = match.end()
            found = subject(grammar, text, at, length, ()) if of_clause else named(grammar, text, at, length)
        elif (headed or own) and (should := grammar.should.search(text)):
            found = subject(grammar, text, 0, min(length, should.end() + 12), ())
            if not found.addressees or should.start() > SUBJECT:
                continue
        else:
            continue
        begin = block.body_start + start
        spans = tuple((begin + a, begin + b) for a, b in found.addressees)
        yield Recommendation(block.ordinal, spans, (begin, begin + length))
