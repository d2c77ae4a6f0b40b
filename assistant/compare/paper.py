"""Comparisons as publications."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.compare.paragraphs import PARTS, Part
from assistant.compare.texts import Change, Comparison, Pair
from assistant.compare.topic import TopicComparison
from assistant.compare.words import Op
from assistant.frames import say
from assistant.publish import JOINS, Address, Publication, References
from assistant.publish.model import Block, Content, Heading, Listing, Mode, Paragraph, Span, Table, plain
from corpus.library import Library

_MODES: dict[Op, Mode] = {"same": "plain", "removed": "deleted", "added": "inserted"}
_SUMS: dict[str, Callable[[Pair], bool]] = {
    "new": lambda each: each.kind == "added",
    "deleted": lambda each: each.kind == "removed",
    "changed": lambda each: each.kind == "changed",
    "moved": lambda each: each.moved,
    "renumbered": lambda each: each.renumbered and each.kind == "same" and each.part != "footnote",
}
"""What is counted of each part, and of what."""
_NUMBER = re.compile(r"\d+")


def publication_of_texts(
    comparison: Comparison, library: Library, language: str, address: Address | None = None
) -> Publication:
    """Two texts compared: what happened in words, a table of old and new numbers, then the changes side by side, by part,
    with the words struck out and underlined; with an `address` places are links."""
    labels = (comparison.first_label, comparison.second_label)
    title = say("compare_title", language, first=labels[0], second=labels[1])
    if not comparison.comparable:
        share = round(100 * comparison.common)
        told = say("compare_apart", language, first=labels[0], second=labels[1], share=share)
        return Publication(language, title, (Paragraph(plain(told)),))
    counts = say("compare_counts", language, same=comparison.same, differ=len(comparison.changes))
    blocks: list[Block] = [Heading(1, say("compare_summary", language), "summary")]
    blocks.append(Paragraph(plain(counts if comparison.changes else say("compare_same", language))))
    sums = [said for part in PARTS if (said := _sums(comparison, part, language))]
    blocks += [Listing(tuple(sums))] if sums else []
    if comparison.changes or comparison.renumbered:
        blocks += [Heading(1, say("compare_numbers", language), "numbers"), _numbers(comparison, language)]
    references = References(library, language, address)
    for part in PARTS:
        changes = [change for change in comparison.changes if change.part == part]
        if changes:
            blocks.append(Heading(1, _part(comparison, part, language), part))
            cells = [
                tuple(_cell(change, side, language, references, library, address) for side in (0, 1))
                for change in changes
            ]
            blocks.append(Table(labels, tuple(cells)))
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


def _part(comparison: Comparison, part: Part, language: str) -> str:
    resolved = any(pair.part == "preamble" for pair in comparison.pairs)
    return say(f"part_{part if resolved or part != 'operative' else 'text'}", language)


def _sums(comparison: Comparison, part: Part, language: str) -> Content:
    """What became of a part, in words."""
    pairs = _numbered(comparison, part)
    said = []
    for name, counted in _SUMS.items():
        found = [pair for pair in pairs if counted(pair)]
        if found:
            told = [" → ".join(dict.fromkeys(filter(None, places))) for places in map(_places, _runs(found, pairs))]
            said.append(say(f"sum_{name}", language, count=len(found), places=", ".join(told)))
    return (
        (Span(f"{_part(comparison, part, language)}: ", "strong"), Span(JOINS.get(language, "; ").join(said)))
        if said
        else ()
    )


def _numbers(comparison: Comparison, language: str) -> Table:
    header = ("", comparison.first_label, comparison.second_label, "")
    rows: list[tuple[Content, ...]] = []
    for part in PARTS[:-1]:
        pairs, name = _numbered(comparison, part), _part(comparison, part, language)
        for run in _runs(pairs, pairs):
            kinds = [run[0].kind, *(["moved"] if run[0].moved and run[0].kind == "changed" else [])]
            told = ", ".join(say(f"kind_{kind}", language) for kind in kinds)
            rows.append(tuple(plain(cell) for cell in (name, *(place or "–" for place in _places(run)), told)))
            name = ""
    return Table(header, tuple(rows))


def _numbered(comparison: Comparison, part: Part) -> list[Pair]:
    """The paragraphs of a part that have a place to be known by, headings aside."""
    return [pair for pair in comparison.pairs if pair.part == part and pair.para.sort != "heading" and pair.para.place]


def _runs(chosen: Sequence[Pair], pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Pairs that stand next to each other and became the same, with numbers that run alike, together."""
    at = {id(pair): n for n, pair in enumerate(pairs)}
    made: list[list[Pair]] = []
    for pair in chosen:
        last = made[-1][-1] if made else None
        if last is not None and at[id(pair)] == at[id(last)] + 1 and _course(pair) == _course(last):
            made[-1].append(pair)
        else:
            made.append([pair])
    return made


def _course(pair: Pair) -> tuple[str, bool, int]:
    numbers = [_NUMBER.match(para.place) for para in (pair.before, pair.after) if para]
    old, new = (int(each.group()) if each else 0 for each in (numbers[0], numbers[-1]))
    return pair.kind, pair.moved, new - old


def _places(run: Sequence[Pair]) -> tuple[str, str]:
    """The first and last number of a run in the two texts; empty where it is not there."""
    ends = [(getattr(run[0], side), getattr(run[-1], side)) for side in ("before", "after")]
    told = ["–".join(dict.fromkeys(para.place for para in end if para)) for end in ends]
    return told[0], told[1]


def _cell(
    change: Change, side: int, language: str, references: References, library: Library, address: Address | None
) -> Content:
    """A paragraph as one of the texts has it: its place, what became of it, its words, which are isolated where they run
    the other way than the paper (Unicode Standard Annex 9)."""
    cite = (change.before, change.after)[side]
    if cite is None:
        return plain("–")
    document = library.document(cite.document)
    url = address(document, cite.start, cite.end) if address else None
    kind = "moved" if change.moved else change.kind
    told = f" ({say(f'kind_{kind}', language)})" if kind != "changed" else ""
    shown: tuple[Op, Op] = ("same", "added" if side else "removed")
    words = [Span(piece.text, _MODES[piece.op]) for piece in change.pieces if piece.op in shown]
    if (document.language == "ar") != (language == "ar"):
        words = [Span("\u2068"), *words, Span("\u2069")]
    place = references.where(cite, document)
    return (Span(place, "plain" if url else "strong", url), Span(f"{told} "), *words)
