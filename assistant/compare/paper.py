"""Comparisons as publications."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.compare.paragraphs import PARTS, Para, Part
from assistant.compare.texts import Change, Comparison, Pair, Versions
from assistant.compare.topic import TopicComparison
from assistant.compare.words import Op
from assistant.frames import joined, say
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

Row = tuple[Pair | None, ...]
"""A paragraph at each step."""


def publication_of_texts(
    versions: Versions, library: Library, language: str, address: Address | None = None
) -> Publication:
    """Two or more texts compared: what happened in words, a table of old and new numbers, then the changes side by side,
    step by step and by part, with the words struck out and underlined; with an `address` places are links."""
    steps = versions.steps
    isolated = "\u2068{}\u2069" if language == "ar" else "{}"
    labels = [isolated.format(label) for label in (steps[0].first_label, *(step.second_label for step in steps))]
    blocks: list[Block] = [Heading(1, say("compare_summary", language), "summary")] if versions.comparable else []
    for step in steps:
        blocks += _summary(step, language, several=len(steps) > 1)
    if versions.comparable and any(step.changes or step.renumbered for step in steps):
        blocks += [Heading(1, say("compare_numbers", language), "numbers"), _numbers(versions, language)]
    references = References(library, language, address)
    for n, step in enumerate(steps, 1):
        for part in PARTS:
            changes = [change for change in step.changes if change.part == part]
            if changes:
                name = _part(step, part, language)
                named = f"{_step(step)}: {name}" if len(steps) > 1 else name
                blocks.append(Heading(1, named, part if len(steps) == 1 else f"{part}-{n}"))
                cells = [
                    tuple(_cell(change, side, language, references, library, address) for side in (0, 1))
                    for change in changes
                ]
                blocks.append(Table((step.first_label, step.second_label), tuple(cells)))
    return Publication(language, say("compare_title", language, texts=joined(labels, language)), tuple(blocks))


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


def _step(comparison: Comparison) -> str:
    return f"{comparison.first_label} → {comparison.second_label}"


def _summary(comparison: Comparison, language: str, *, several: bool) -> list[Block]:
    """What happened, in words; also that there is too little in common."""
    labels = {"first": comparison.first_label, "second": comparison.second_label}
    if not comparison.comparable:
        told = say("compare_apart", language, share=round(100 * comparison.common), **labels)
        return [Paragraph(plain(told))]
    told = say("compare_same", language)
    if comparison.changes:
        told = say("compare_counts", language, same=comparison.same, differ=len(comparison.changes))
    opened = (Span(f"{_step(comparison)}: ", "strong"),) if several else ()
    sums = tuple(said for part in PARTS if (said := _sums(comparison, part, language)))
    return [Paragraph((*opened, Span(told))), *([Listing(sums)] if sums else [])]


def _part(comparison: Comparison, part: Part, language: str) -> str:
    resolved = any(pair.part == "preamble" for pair in comparison.pairs)
    return say(f"part_{part if resolved or part != 'operative' else 'text'}", language)


def _sums(comparison: Comparison, part: Part, language: str) -> Content:
    """What became of a part, in words."""
    rows: list[Row] = [(pair,) for pair in comparison.pairs if _placed(pair, part)]
    said = []
    for name, counted in _SUMS.items():
        found = [row for row in rows if row[0] and counted(row[0])]
        if found:
            told = [" → ".join(dict.fromkeys(filter(None, places))) for places in map(_places, _runs(found, rows))]
            said.append(say(f"sum_{name}", language, count=len(found), places=", ".join(told)))
    if not said:
        return ()
    return Span(f"{_part(comparison, part, language)}: ", "strong"), Span(JOINS.get(language, "; ").join(said))


def _numbers(versions: Versions, language: str) -> Table:
    """The number of every paragraph in each version, and between two of them what became of it."""
    header = ["", versions.steps[0].first_label]
    for step in versions.steps:
        header += ["", step.second_label] if len(versions.steps) > 1 else [step.second_label, ""]
    made: list[tuple[Content, ...]] = []
    for part in PARTS[:-1]:
        rows = [row for row in versions.rows if _placed(next(pair for pair in reversed(row) if pair), part)]
        name = _part(versions.steps[-1], part, language)
        for run in _runs(rows, rows):
            places = [place or "–" for place in _places(run)]
            cells = [name, places[0]]
            for pair, place in zip(run[0], places[1:], strict=True):
                told = ", ".join(say(f"kind_{kind}", language) for kind in _kinds(pair)) if pair else ""
                cells += [told, place] if len(versions.steps) > 1 else [place, told]
            made.append(tuple(plain(cell) for cell in cells))
            name = ""
    return Table(tuple(header), tuple(made))


def _kinds(pair: Pair) -> list[str]:
    return [pair.kind, "moved"] if pair.moved and pair.kind == "changed" else [pair.kind]


def _placed(pair: Pair, part: Part) -> bool:
    """Whether it is told in a part and has a place to be known by; headings have none."""
    return pair.part == part and pair.para.sort != "heading" and bool(pair.para.place)


def _runs(chosen: Sequence[Row], rows: Sequence[Row]) -> list[list[Row]]:
    """Paragraphs that stand next to each other and became the same, with numbers that run alike, together."""
    at = {id(row): n for n, row in enumerate(rows)}
    made: list[list[Row]] = []
    for row in chosen:
        last = made[-1][-1] if made else None
        if last is not None and at[id(row)] == at[id(last)] + 1 and _course(row) == _course(last):
            made[-1].append(row)
        else:
            made.append([row])
    return made


def _course(row: Row) -> list[tuple[str, bool, int] | None]:
    made: list[tuple[str, bool, int] | None] = []
    for pair in row:
        numbers = [_NUMBER.match(para.place) for para in (pair.before, pair.after) if para] if pair else []
        old, new = (int(each.group()) if each else 0 for each in (numbers[0], numbers[-1])) if numbers else (0, 0)
        made.append((pair.kind, pair.moved, new - old) if pair else None)
    return made


def _places(run: Sequence[Row]) -> list[str]:
    """The first and last number of a run in each version; empty where it is not there."""
    told = []
    for n in range(len(run[0]) + 1):
        ends = [_at(row, n) for row in (run[0], run[-1])]
        told.append("–".join(dict.fromkeys(para.place for para in ends if para)))
    return told


def _at(row: Row, version: int) -> Para | None:
    """The paragraph as a version has it."""
    before = row[version - 1] if version else None
    after = row[version] if version < len(row) else None
    return (before.after if before else None) or (after.before if after else None)


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
