"""Comparisons as publications."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from assistant.answer_phrases import joined, mark, say
from assistant.export.footnoting import References
from assistant.export.publication import (
    Block,
    Content,
    Heading,
    Listing,
    Mode,
    Paragraph,
    Publication,
    Span,
    Table,
    plain,
)
from assistant.reports.comparison.paragraphs import PARTS, Part
from assistant.reports.comparison.provenance import Origins
from assistant.reports.comparison.text_diff import (
    Change,
    Comparison,
    Op,
    Pair,
    Piece,
    Versions,
    as_earlier,
    earlier,
    later,
)
from assistant.reports.comparison.topic_comparison import Differs, Place, Same, TopicComparison
from corpus.calendar_names import language_name

_MODES: dict[Op, Mode] = {"same": "plain", "removed": "deleted", "added": "inserted"}
_SUMS: dict[str, Callable[[Pair], bool]] = {
    "new": lambda each: each.kind == "added",
    "deleted": lambda each: each.kind == "removed",
    "changed": lambda each: each.kind == "changed",
    "moved": lambda each: each.moved,
    "renumbered": lambda each: each.renumbered,
}
"""What is counted of each part, and of what."""
_NUMBER = re.compile(r"\d+")

Row = tuple[Pair | None, ...]
"""A paragraph at each step."""


def texts_paper(versions: Versions, references: References) -> Publication:
    """Two or more texts compared: what happened in words, a table of old and new numbers, then the changes side by side,
    step by step and by part, with the words struck out and underlined."""
    steps, language = versions.steps, references.language
    isolated = "\u2068{}\u2069" if language == "ar" else "{}"
    ids = [steps[0].first.id, *(step.second.id for step in steps)]
    labels = [isolated.format(references.label(each)) for each in ids]
    blocks: list[Block] = [Listing(tuple(map(references.source, ids)))]
    blocks += [Heading(1, say("compare_summary", language), "summary")] if versions.comparable else []
    for step in steps:
        blocks += _summary(step, language, several=len(steps) > 1)
    if versions.comparable and any(step.changes or step.renumbered for step in steps):
        blocks += [Heading(1, say("compare_numbers", language), "numbers"), _numbers(versions, labels, language)]
    for n, step in enumerate(steps, 1):
        for part in PARTS:
            changes = [change for change in step.changes if change.part == part]
            if changes:
                name = _part(step, part, language)
                named = f"{step.named}: {name}" if len(steps) > 1 else name
                blocks.append(Heading(1, named, part if len(steps) == 1 else f"{part}-{n}"))
                cells = tuple(tuple(_cell(each, side, references) for side in (0, 1)) for each in changes)
                blocks.append(Table(tuple(labels[n - 1 : n + 1]), cells))
    return _paper(language, say("compare_title", language, texts=joined(labels, language)), blocks)


def _paper(language: str, title: str, blocks: Sequence[Block]) -> Publication:
    return Publication(language, title, tuple(blocks), notice=say("unofficial", language))


def topic_paper(comparison: TopicComparison, references: References) -> Publication:
    """What each text says on a topic, quoted, every text by itself; in which it was not found; then what several say in like
    words, where these differ, and what only one words so."""
    language = references.language

    def linked(place: Place, known: str = "") -> Span:
        return references.linked(comparison.statement(place).citations[-1], known)

    blocks: list[Block] = []
    if not comparison.found:
        blocks.append(Paragraph(plain(say("topic_nothing", language))))
    number = 0
    for n, side in enumerate(comparison.sides):
        if not side.statements:
            continue
        label = references.label(side.document)
        blocks.append(Heading(1, label, f"document-{n + 1}"))
        blocks += [] if side.status == "found" else [Paragraph(plain(say("topic_unsure", language)))]
        for m, statement in enumerate(side.statements):
            number += 1
            content = [*references.paragraph(statement, label)]
            for name, places in zip(("topic_repeats", "topic_repeated"), comparison.repeated((n, m)), strict=True):
                if places:
                    listed = references.listed([linked(each) for each in places])
                    content += [Span(" "), *_around(name, "places", listed, language)]
            blocks.append(Paragraph(tuple(content), number))
        if side.further:
            links = references.listed([references.linked(each, label) for each in side.further])
            blocks.append(Paragraph(tuple(_around("topic_also", "places", links, language))))
        blocks += [Paragraph(plain(note)) for note in side.notes]
    silent = [side for side in comparison.sides if not side.statements]
    if silent:
        blocks.append(Heading(1, say("topic_absent", language), "absent"))
        nothing = plain(say("topic_nothing_near", language))
        near = [references.paragraph(side.nearest, side.label) if side.nearest else nothing for side in silent]
        rows = [(plain(references.label(side.document)), said) for side, said in zip(silent, near, strict=True)]
        header = (say("topic_document", language), say("topic_nearest", language))
        labels = plain(joined([references.label(side.document) for side in silent], language))
        blocks.append(Table(header, tuple(rows)) if comparison.named else Paragraph(labels))
    header = (say("topic_document", language), say("topic_places", language))
    if comparison.same:
        rows = [_same(comparison, each, references, linked) for each in comparison.same]
        blocks += [Heading(1, say("topic_same", language), "same"), Table(header, tuple(rows))]
    if comparison.differences:
        blocks.append(Heading(1, say("topic_differs", language), "differences"))
        blocks += [block for each in comparison.differences for block in _difference(comparison, each, references)]
    if comparison.alone and len(comparison.sides) - len(silent) > 1:
        alone = ((side, [linked((n, m), side.label) for k, m in comparison.alone if k == n])
                 for n, side in enumerate(comparison.sides))  # fmt: skip
        rows = [(plain(references.label(side.document)), tuple(references.listed(own))) for side, own in alone if own]
        blocks += [Heading(1, say("topic_only", language), "alone"), Table(header, tuple(rows))]
    if comparison.unread:
        blocks.append(Paragraph(plain(say("topic_unread", language, count=comparison.unread))))
    sources = [references.source(side.document) for side in comparison.sides if side.statements or comparison.named]
    if sources:
        blocks += [Heading(1, say("section_sources", language), "sources"), Listing(tuple(sources))]
    return _paper(language, say("compare_topic", language, topic=comparison.topic), blocks)


def origins_paper(origins: Origins, references: References) -> Publication:
    """Where each paragraph of a text comes from, with the words that were changed."""
    rows, language = [], references.language
    for each in origins.paragraphs:
        pieces = each.earlier[0].pieces if each.earlier else (Piece("same", " ".join(each.citation.quote.split())),)
        text = (
            references.linked(each.citation, origins.label),
            Span(" "),
            *_marked(pieces, origins.language, language),
        )
        first, *others = [references.linked(one.citation) for one in each.earlier] or [Span("")]
        told = _around(f"origin_{each.kind}", "place", (first,), language)
        if others:
            listed = _around("origin_also", "places", references.listed(others), language)
            told += [Span(mark(";", language)), *listed]
        rows.append((text, tuple(told)))
    header = (say("origins_paragraph", language), say("origins_from", language))
    counts = Paragraph(plain(say("origins_counts", language, **origins.counts)))
    title = say("origins_title", language, document=references.label(origins.document))
    sources = dict.fromkeys(one.citation.document for each in origins.paragraphs for one in each.earlier)
    texts = Listing(tuple(map(references.source, (origins.document, *sources))))
    return _paper(language, title, (counts, Table(header, tuple(rows)), texts))


def _same(
    comparison: TopicComparison, each: Same, references: References, linked: Callable[[Place], Span]
) -> tuple[Content, Content]:
    """What several texts say alike: as the latest has it, and where else it stands, with the words that are others there."""
    others: list[Span] = []
    for place, pieces in zip(each.places[1:], each.pieces, strict=True):
        others += [Span(mark(";", references.language))] if others else []
        others.append(linked(place))
        if any(piece.op != "same" for piece in pieces):
            turned = tuple(Piece(_OTHER[piece.op], as_earlier(piece).text) for piece in pieces)
            spoken = comparison.statement(place).citations[-1].language
            others += [Span(": "), *_marked(turned, spoken, references.language)]
    latest = comparison.statement(each.places[0])
    words = _marked((Piece("same", latest.text),), latest.citations[-1].language, references.language)
    return (linked(each.places[0]), Span(": "), *words), tuple(others)


def _difference(comparison: TopicComparison, each: Differs, references: References) -> list[Block]:
    """Two statements side by side with the words that differ, and what these say."""
    cites = [comparison.statement(place).citations[-1] for place in (each.earlier, each.later)]
    header = tuple(map(references.place, cites))
    sides = (earlier(each.pieces), later(each.pieces))
    cells = tuple(_marked(side, cites[1].language, references.language) for side in sides)
    join = mark(";", references.language)
    reasons = [
        f"{place}: {join.join(dict.fromkeys(reason.message(references.language) for reason in own))}"
        for place, own in zip(header, (each.had, each.has), strict=True)
        if own
    ]
    told = say("topic_reasons", references.language, reasons=join.join(reasons))
    return [Table(header, (cells,)), Paragraph(plain(told))]


_OTHER: dict[Op, Op] = {"same": "same", "removed": "added", "added": "removed"}


def _around(name: str, value: str, content: Sequence[Span], language: str) -> list[Span]:
    """A frame with one place, in which content stands instead of text."""
    before, _, after = say(name, language, **{value: _HOLE}).partition(_HOLE)
    if content and content[-1].text.rstrip("\u2069").endswith("."):  # an abbreviation ends the sentence
        after = after.removeprefix(".")
    return [each for each in (Span(before), *content, Span(after)) if each.text]


_HOLE = "\ufffc"
"""Stands for content in a frame: the object replacement character, which no frame has."""


def _marked(pieces: Sequence[Piece], spoken: str, language: str) -> tuple[Span, ...]:
    """Words with what differs marked, isolated where they run the other way than the paper (Unicode Standard Annex 9)."""
    words: list[Span] = []
    for piece in pieces:
        if piece.op != "same" and words and words[-1].mode != "plain" and not words[-1].text.endswith(" "):
            words.append(Span(" "))
        words += [Span(piece.text, _MODES[piece.op])] if piece.text else []
    return (Span("\u2068"), *words, Span("\u2069")) if (spoken == "ar") != (language == "ar") else tuple(words)


def _summary(comparison: Comparison, language: str, *, several: bool) -> list[Block]:
    """What happened, in words; also that there is too little in common, or that the texts are not in one language."""
    if not comparison.comparable:
        first, second = comparison.first, comparison.second
        labels = {"first": first.label, "second": second.label}
        told = say("compare_apart", language, share=round(100 * comparison.common), **labels)
        if first.language != second.language:
            one, other = (language_name(each.language, language) for each in (first, second))
            told = say("compare_languages", language, one=one, other=other, **labels)
        return [Paragraph(plain(told))]
    counts = {"same": comparison.same, "differ": len(comparison.changes)}
    told = say("compare_counts" if comparison.changes else "compare_same", language, **counts)
    opened = (Span(f"{comparison.named}: ", "strong"),) if several else ()
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
    return Span(f"{_part(comparison, part, language)}: ", "strong"), Span(mark(";", language).join(said))


def _numbers(versions: Versions, labels: Sequence[str], language: str) -> Table:
    """The number of every paragraph in each version, and between two of them what became of it."""
    change = say("column_change", language)
    header = [say("column_part", language), labels[0]]
    for label in labels[1:]:
        header += [change, label] if len(versions.steps) > 1 else [label, change]
    made: list[tuple[Content, ...]] = []
    for part in PARTS[:-1]:
        rows = [row for row in versions.rows if _placed(next(pair for pair in reversed(row) if pair), part)]
        name = _part(versions.steps[-1], part, language)
        for run in _runs(rows, rows):
            places = [place or "–" for place in _places(run)]
            cells = [name, places[0]]
            for pair, place in zip(run[0], places[1:], strict=True):
                kinds = dict.fromkeys((pair.kind, "moved") if pair.moved else (pair.kind,)) if pair else ()
                told = ", ".join(say(f"kind_{kind}", language) for kind in kinds)
                cells += [told, place] if len(versions.steps) > 1 else [place, told]
            made.append(tuple(plain(cell) for cell in cells))
            name = ""
    return Table(tuple(header), tuple(made))


def _placed(pair: Pair, part: Part) -> bool:
    """Whether it is told in a part and has a place to be known by; headings have none."""
    return pair.part == part and pair.para.sort != "heading" and bool(pair.para.place)


def _runs(chosen: Sequence[Row], rows: Sequence[Row]) -> list[list[Row]]:
    """Paragraphs that stand next to each other and became the same, with numbers that run alike, together."""
    at = {id(row): n for n, row in enumerate(rows)}
    # Where one stands beside the next, its place less its rank among the chosen is the same.
    ranked = enumerate(chosen)
    groups = groupby(ranked, key=lambda each: (at[id(each[1])] - each[0], _course(each[1])))
    return [[row for _, row in group] for _, group in groups]


def _course(row: Row) -> list[tuple[str, bool, int, list[str]] | None]:
    """What became of a paragraph at each step, by how much its number changed, and what it is the number of: a row of a table is
    in no run of paragraphs."""
    made: list[tuple[str, bool, int, list[str]] | None] = []
    for pair in row:
        places = [para.place for para in (pair.para, pair.before or pair.para)] if pair else []
        numbers = [int(each.group()) if (each := _NUMBER.match(place)) else 0 for place in places]
        words = [_NUMBER.split(place)[0] for place in places]
        made.append((pair.kind, pair.moved, numbers[0] - numbers[1], words) if pair else None)
    return made


def _places(run: Sequence[Row]) -> list[str]:
    """The first and last number of a run in each version; empty where it is not there."""
    told = []
    for n in range(len(run[0]) + 1):
        pairs = [(row[n - 1] if n else None, row[n] if n < len(row) else None) for row in (run[0], run[-1])]
        paras = [(before and before.after) or (after and after.before) for before, after in pairs]
        told.append("–".join(dict.fromkeys(para.place for para in paras if para)))
    return told


def _cell(change: Change, side: int, references: References) -> Content:
    """A paragraph as one of the texts has it: its place, what became of it, its words."""
    cite, language = (change.before, change.after)[side], references.language
    if cite is None:
        return plain("–")
    kind = "moved" if change.moved else change.kind
    told = f" ({say(f'kind_{kind}', language)})" if kind != "changed" else ""
    words = _marked((earlier, later)[side](change.pieces), cite.language, language)
    return (references.link(cite), Span(f"{told} "), *words)
