"""Comparisons as publications."""

from __future__ import annotations

from assistant.compare.texts import Change, Comparison, Piece
from assistant.compare.topic import TopicComparison
from assistant.frames import say
from assistant.publish import Address, Publication, References
from assistant.publish.model import Block, Content, Heading, Paragraph, Span, plain
from corpus.library import Library

_MODES = {"same": "plain", "removed": "deleted", "added": "inserted"}


def publication_of_texts(
    comparison: Comparison, language: str, library: Library | None = None, address: Address | None = None
) -> Publication:
    """Two texts compared: each changed paragraph with its words struck out and underlined; with the `library` and an
    `address` also links to it in both."""
    blocks: list[Block] = []
    for n, change in enumerate(comparison.changes, 1):
        blocks.append(Heading(1, _heading(change, language), f"change-{n}"))
        blocks.append(Paragraph(tuple(_span(piece) for piece in change.pieces), n))
        if library is not None and address is not None:
            blocks.append(Paragraph(_links(change, library, address)))
    if not blocks:
        blocks.append(Paragraph(plain(say("compare_same", language))))
    title = say("compare_title", language, first=comparison.first_label, second=comparison.second_label)
    return Publication(language, title, tuple(blocks))


def publication_of_topic(
    comparison: TopicComparison, library: Library, language: str, address: Address | None = None
) -> Publication:
    """What each document says on a topic, quoted."""
    references = References(library, language, address)
    blocks: list[Block] = []
    number = 0
    for n, side in enumerate(comparison.sides, 1):
        blocks.append(Heading(1, side.label, f"document-{n}"))
        for statement in side.statements:
            number += 1
            blocks.append(Paragraph(references.paragraph(statement, side.label), number))
    blocks += [Paragraph(plain(say("unsourced_section", language, section=label))) for label in comparison.silent]
    return Publication(language, say("compare_topic", language, topic=comparison.topic), tuple(blocks))


def _heading(change: Change, language: str) -> str:
    before, after = change.before, change.after
    if change.kind == "moved" and before and after:
        return say("change_moved", language, first=before.locator, second=after.locator)
    cited = after or before
    assert cited is not None
    return say(f"change_{change.kind}", language, place=cited.locator)


def _links(change: Change, library: Library, address: Address) -> Content:
    """The paragraph in the two documents."""
    made: list[Span] = []
    for cite in (change.before, change.after):
        if cite is not None:
            document = library.document(cite.document)
            where = cite.locator.removeprefix(document.label).removeprefix(", ")
            told = f"{document.label}, {where}" if where else document.label
            made += [Span(" → ")] if made else []
            made.append(Span(told, url=address(document, cite.start, cite.end)))
    return tuple(made)


def _span(piece: Piece) -> Span:
    return Span(piece.text, _MODES[piece.op])  # type: ignore[arg-type]
