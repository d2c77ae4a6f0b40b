"""Lay out comparisons as publications."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from assistant.answer_phrases import joined, mark, say
from assistant.export.footnoting import ReferenceFormatter
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
from assistant.qa.answer import Citation, Statement
from assistant.reports.comparison.paragraphs import PARTS, Part
from assistant.reports.comparison.provenance import Origins
from assistant.reports.comparison.text_diff import (
    Change,
    Comparison,
    Op,
    Pair,
    Piece,
    Row,
    VersionComparison,
    earlier_pieces,
    later_pieces,
    to_earlier,
)
from assistant.reports.comparison.topic_comparison import Difference, Place, SameGroup, Side, TopicComparison
from corpus.calendar_names import language_name

_MODES: dict[Op, Mode] = {"same": "plain", "removed": "deleted", "added": "inserted"}
_COUNTED_CHANGES: dict[str, Callable[[Pair], bool]] = {
    "new": lambda each: each.kind == "added",
    "deleted": lambda each: each.kind == "removed",
    "changed": lambda each: each.kind == "changed",
    "split": lambda each: each.kind == "split",
    "merged": lambda each: each.kind == "merged",
    "moved": lambda each: each.moved,
    "renumbered": lambda each: each.renumbered,
}
"""What is counted in each part."""
_NUMBER = re.compile(r"\d+")


def versions_publication(versions: VersionComparison, references: ReferenceFormatter) -> Publication:
    """Two or more texts compared: a summary, a table of old and new numbers, then the changes side by side, step by
    step and by part, with struck-out and underlined words."""
    steps, language = versions.steps, references.language
    isolation = "\u2068{}\u2069" if language == "ar" else "{}"
    ids = [steps[0].first.id, *(step.second.id for step in steps)]
    labels = [isolation.format(references.document_label(each)) for each in ids]
    blocks: list[Block] = [Listing(tuple(map(references.format_source, ids)))]
    blocks += [Heading(1, say("compare_summary", language), "summary")] if versions.comparable else []
    for step in steps:
        blocks += _summary_blocks(step, language, several=len(steps) > 1)
    if versions.comparable and any(step.changes or step.renumbered for step in steps):
        blocks += [Heading(1, say("compare_numbers", language), "numbers"), _number_table(versions, labels, language)]
    for number, step in enumerate(steps, 1):
        for part in PARTS:
            changes = [change for change in step.changes if change.part == part]
            if changes:
                part_name = _part_name(step, part, language)
                heading = f"{step.named}{mark(':', language)}{part_name}" if len(steps) > 1 else part_name
                blocks.append(Heading(1, heading, part if len(steps) == 1 else f"{part}-{number}"))
                cells = tuple(tuple(_change_cell(each, side, references) for side in (0, 1)) for each in changes)
                blocks.append(Table(tuple(labels[number - 1 : number + 1]), cells, even=True))
    return _publication(language, say("compare_title", language, texts=joined(labels, language)), blocks)


def _publication(language: str, title: str, blocks: Sequence[Block]) -> Publication:
    return Publication(language, title, tuple(blocks), notice=say("unofficial", language))


def topic_publication(comparison: TopicComparison, references: ReferenceFormatter) -> Publication:
    """What each text says on a topic, in quotes, text by text; where nothing was found; then what several say in
    similar words, where these differ, and what only one says."""
    language, sides = references.language, comparison.sides
    blocks: list[Block] = [] if comparison.found else [Paragraph(plain(say("topic_nothing", language)))]
    number = 1
    for index, side in enumerate(sides):
        if side.statements:
            blocks += _side_blocks(comparison, index, number, references)
            number += len(side.statements)
    absent = [side for side in sides if not side.statements]
    if absent:
        blocks += _absent_blocks(absent, references, named=comparison.named)
    header = (say("topic_document", language), say("topic_places", language))
    if comparison.same:
        rows = tuple(_same_row(comparison, each, references) for each in comparison.same)
        blocks += [Heading(1, say("topic_same", language), "same"), Table(header, rows)]
    if comparison.differences:
        blocks.append(Heading(1, say("topic_differs", language), "differences"))
    for difference in comparison.differences:
        blocks += _difference_blocks(comparison, difference, references)
    if comparison.alone and len(sides) - len(absent) > 1:
        alone_rows = []
        for index, places in groupby(comparison.alone, key=itemgetter(0)):
            links = [_link(comparison, place, references, sides[index].label) for place in places]
            label = references.document_label(sides[index].document)
            alone_rows.append((plain(label), tuple(references.join_spans(links))))
        blocks += [Heading(1, say("topic_only", language), "alone"), Table(header, tuple(alone_rows))]
    if comparison.unread:
        blocks.append(Paragraph(plain(say("topic_unread", language, count=comparison.unread))))
    listed = [side.document for side in sides if side.statements or comparison.named]
    if listed:
        sources = Listing(tuple(map(references.format_source, listed)))
        blocks += [Heading(1, say("section_sources", language), "sources"), sources]
    return _publication(language, say("compare_topic", language, topic=comparison.topic), blocks)


def _link(comparison: TopicComparison, place: Place, references: ReferenceFormatter, heading: str = "") -> Span:
    """Document and place of a statement as a link."""
    return references.make_named_link(comparison.statement(place).citations[-1], heading)


def _side_blocks(comparison: TopicComparison, index: int, number: int, references: ReferenceFormatter) -> list[Block]:
    """What one text says: its statements, numbered from `number`, with the places that repeat them. What introduces
    several points is quoted once, before them."""
    side, language = comparison.sides[index], references.language
    label = references.document_label(side.document)
    blocks: list[Block] = [Heading(1, label, f"document-{index + 1}")]
    blocks += [] if side.status == "found" else [Paragraph(plain(say("topic_unsure", language)))]
    for introduction, group in groupby(enumerate(side.statements), lambda pair: _introduction(pair[1])):
        points = list(group)
        is_shared = bool(introduction) and len(points) > 1
        if is_shared:
            blocks.append(Paragraph(references.format_statement(Statement("", "quoted", introduction), label)))
        for statement_index, statement in points:
            own = replace(statement, citations=statement.citations[len(introduction) :]) if is_shared else statement
            content = [*references.format_statement(own, label)]
            names = ("topic_repeats", "topic_repeated", "topic_near")
            for name, places in zip(names, comparison.repeated((index, statement_index)), strict=True):
                if places:
                    links = references.join_spans([_link(comparison, each, references) for each in places])
                    content += [Span(" "), *_fill_frame(name, "places", links, language)]
            blocks.append(Paragraph(tuple(content), number + statement_index))
    if side.further:
        links = references.join_spans([references.make_named_link(each, label) for each in side.further])
        blocks.append(Paragraph(tuple(_fill_frame("topic_also", "places", links, language))))
    blocks += [Paragraph(plain(note)) for note in side.notes]
    return blocks


def _introduction(statement: Statement) -> tuple[Citation, ...]:
    """The citations of the words that introduce a point of a list."""
    return statement.citations[: statement.citations.index(statement.main)]


def _absent_blocks(sides: Sequence[Side], references: ReferenceFormatter, *, named: bool) -> list[Block]:
    """The texts without statements; if they were `named` in the request, with what comes closest."""
    language = references.language
    nothing = plain(say("topic_nothing_near", language))
    labels = [references.document_label(side.document) for side in sides]
    heading = Heading(1, say("topic_absent", language), "absent")
    if not named:
        return [heading, Paragraph(plain(joined(labels, language)))]
    nearest = [references.format_statement(side.nearest, side.label) if side.nearest else nothing for side in sides]
    header = (say("topic_document", language), say("topic_nearest", language))
    return [
        heading,
        Table(header, tuple((plain(label), content) for label, content in zip(labels, nearest, strict=True))),
    ]


def origins_publication(origins: Origins, references: ReferenceFormatter) -> Publication:
    """Where each paragraph of a text comes from, with the words that were changed."""
    rows, language = [], references.language
    for each in origins.paragraphs:
        pieces = each.earlier[0].pieces if each.earlier else (Piece("same", " ".join(each.citation.quote.split())),)
        link = references.make_named_link(each.citation, origins.label)
        paragraph = (link, Span(" "), *_mark_pieces(pieces, origins.language, language))
        first_link, *other_links = [references.make_named_link(match.citation) for match in each.earlier] or [Span("")]
        origin_spans = _fill_frame(f"origin_{each.kind}", "place", (first_link,), language)
        if other_links:
            other_spans = _fill_frame("origin_also", "places", references.join_spans(other_links), language)
            origin_spans += [Span(mark(";", language)), *other_spans]
        rows.append((paragraph, tuple(origin_spans)))
    header = (say("origins_paragraph", language), say("origins_from", language))
    notes = [Paragraph(plain(say("origins_counts", language, **origins.counts)))]
    if origins.versions:
        versions = joined(list(dict.fromkeys(map(references.document_label, origins.versions))), language)
        notes.append(Paragraph(plain(say("origins_versions", language, documents=versions))))
    title = say("origins_title", language, document=references.document_label(origins.document))
    sources = dict.fromkeys(match.citation.document for each in origins.paragraphs for match in each.earlier)
    texts = Listing(tuple(map(references.format_source, (origins.document, *sources))))
    return _publication(language, title, (*notes, Table(header, tuple(rows)), texts))


def _same_row(comparison: TopicComparison, group: SameGroup, references: ReferenceFormatter) -> tuple[Content, Content]:
    """What several texts say alike: the words of the latest, and the other places, with the words that differ there."""
    other_spans: list[Span] = []
    colon = Span(mark(":", references.language))
    for place, pieces in zip(group.places[1:], group.pieces, strict=True):
        other_spans += [Span(mark(";", references.language))] if other_spans else []
        other_spans.append(_link(comparison, place, references))
        if any(piece.op != "same" for piece in pieces):
            inverted = tuple(Piece(_INVERSE_OP[piece.op], to_earlier(piece).text) for piece in pieces)
            language = comparison.statement(place).citations[-1].language
            other_spans += [colon, *_mark_pieces(inverted, language, references.language)]
    latest = comparison.statement(group.places[0])
    words = _mark_pieces((Piece("same", latest.text),), latest.citations[-1].language, references.language)
    return (_link(comparison, group.places[0], references), colon, *words), tuple(other_spans)


def _difference_blocks(
    comparison: TopicComparison, difference: Difference, references: ReferenceFormatter
) -> list[Block]:
    """Two statements side by side with the words that differ, and how they differ in substance."""
    language = references.language
    citations = [comparison.statement(place).citations[-1] for place in (difference.earlier, difference.later)]
    header = tuple(map(references.format_place, citations))
    sides = (earlier_pieces(difference.pieces), later_pieces(difference.pieces))
    cells = tuple(_mark_pieces(side, citations[1].language, language) for side in sides)
    join, reasons = mark(";", language), []
    for place, own_reasons in zip(header, (difference.had, difference.has), strict=True):
        messages = dict.fromkeys(reason.message(language) for reason in own_reasons)
        reasons += [f"{place}{mark(':', language)}{join.join(messages)}"] if messages else []
    sentence = say("topic_reasons", language, reasons=join.join(reasons))
    return [Table(header, (cells,), even=True), Paragraph(plain(sentence))]


_INVERSE_OP: dict[Op, Op] = {"same": "same", "removed": "added", "added": "removed"}


def _fill_frame(name: str, placeholder: str, content: Sequence[Span], language: str) -> list[Span]:
    """A sentence with one placeholder, which spans replace instead of text."""
    before, _, after = say(name, language, **{placeholder: _PLACEHOLDER}).partition(_PLACEHOLDER)
    if content and content[-1].text.rstrip("\u2069").endswith("."):  # an abbreviation ends the sentence
        after = after.removeprefix(".")
    return [each for each in (Span(before), *content, Span(after)) if each.text]


_PLACEHOLDER = "\ufffc"
"""Replaced by content in a sentence: the object replacement character, which no sentence has."""


def _mark_pieces(pieces: Sequence[Piece], text_language: str, language: str) -> tuple[Span, ...]:
    """Words with marked differences, isolated (Unicode Annex 9) where their direction is not that of the paper."""
    spans: list[Span] = []
    earlier = ""
    for piece in pieces:
        # The words that both have end as in the later text, where a sign may follow instead of a space.
        is_apart = spans and (spans[-1].mode != "plain" or (piece.op == "removed" and earlier.endswith(" ")))
        if piece.op != "same" and is_apart and not spans[-1].text.endswith(" "):
            spans.append(Span(" "))
        spans += [Span(piece.text, _MODES[piece.op])] if piece.text else []
        earlier = to_earlier(piece).text
    return (Span("\u2068"), *spans, Span("\u2069")) if (text_language == "ar") != (language == "ar") else tuple(spans)


def _summary_blocks(comparison: Comparison, language: str, *, several: bool) -> list[Block]:
    """What changed, in words; or that there is too little in common, or that the texts are in two languages."""
    if not comparison.comparable:
        first, second = comparison.first, comparison.second
        labels = {"first": first.label, "second": second.label}
        sentence = say("compare_apart", language, share=round(100 * comparison.common), **labels)
        if first.language != second.language:
            first_language, second_language = (language_name(each.language, language) for each in (first, second))
            sentence = say("compare_languages", language, one=first_language, other=second_language, **labels)
        return [Paragraph(plain(sentence))]
    colon, counts = mark(":", language), {"same": comparison.same, "differ": len(comparison.changes)}
    sentence = say("compare_counts" if comparison.changes else "compare_same", language, **counts)
    opening = (Span(comparison.named + colon, "strong"),) if several else ()
    summaries: list[Content] = []
    for name, pieces in comparison.about.items():
        marked = _mark_pieces(pieces, comparison.second.language, language)
        summaries.append((Span(say(f"about_{name}", language) + colon, "strong"), *marked))
    summaries += [said for part in PARTS if (said := _part_summary(comparison, part, language))]
    return [Paragraph((*opening, Span(sentence))), *([Listing(tuple(summaries))] if summaries else [])]


def _part_name(comparison: Comparison, part: Part, language: str) -> str:
    has_preamble = any(pair.part == "preamble" for pair in comparison.pairs)
    return say(f"part_{part if has_preamble or part != 'operative' else 'text'}", language)


def _part_summary(comparison: Comparison, part: Part, language: str) -> Content:
    """What became of a part, in words."""
    rows: list[Row] = [(pair,) for pair in comparison.pairs if pair.part == part and pair.has_number]
    sentences = []
    for name, is_counted in _COUNTED_CHANGES.items():
        matching = [row for row in rows if row[0] and is_counted(row[0])]
        if matching:
            runs = map(_number_ranges, _group_runs(matching, rows, by_words=False))
            arrow = f" {mark('→', language)}"
            ranges = ", ".join(arrow.join(dict.fromkeys(filter(None, places))) for places in runs)
            ranges = "\u200f" * (language == "ar") + ranges  # from right to left even if there are only figures
            sentences.append(say(f"sum_{name}", language, count=len(matching), places=ranges))
    if not sentences:
        return ()
    name = _part_name(comparison, part, language) + mark(":", language)
    return Span(name, "strong"), Span(mark(";", language).join(sentences))


def _number_table(versions: VersionComparison, labels: Sequence[str], language: str) -> Table:
    """The number of each paragraph in each version, and between two versions what became of it."""
    change = say("column_change", language)
    header = [say("column_part", language), labels[0]]
    for label in labels[1:]:
        header += [change, label] if len(versions.steps) > 1 else [label, change]
    table_rows: list[tuple[Content, ...]] = []
    for part in PARTS[:-1]:
        last_pairs = ((row, next(pair for pair in reversed(row) if pair)) for row in versions.rows)
        rows = [row for row, last in last_pairs if last.part == part and last.has_number]
        name = _part_name(versions.steps[-1], part, language)
        for run in _group_runs(rows, rows):
            places = [place or "–" for place in _number_ranges(run)]
            cells = [name, places[0]]
            for pair, place in zip(run[0], places[1:], strict=True):
                kinds = dict.fromkeys((_kind(pair), "moved") if pair.moved else (_kind(pair),)) if pair else ()
                kinds_text = ", ".join(say(f"kind_{kind}", language) for kind in kinds)
                cells += [kinds_text, place] if len(versions.steps) > 1 else [place, kinds_text]
            table_rows.append(tuple(plain(cell) for cell in cells))
            name = ""
    return Table(tuple(header), tuple(table_rows))


def _kind(pair: Pair) -> str:
    return "renumbered" if pair.renumbered and not pair.moved else pair.kind


def _group_runs(chosen: Sequence[Row], rows: Sequence[Row], *, by_words: bool = True) -> list[list[Row]]:
    """Group adjacent paragraphs with the same change, and with numbers that increase alike; `by_words`: places without
    a number only if they have the same words, so that a table row is in no run of paragraphs."""
    index_of_row = {id(row): n for n, row in enumerate(rows)}
    # For adjacent rows, the index minus the rank among the chosen ones is constant.
    ranked = enumerate(chosen)
    groups = groupby(
        ranked, key=lambda each: (index_of_row[id(each[1])] - each[0], _changes_by_step(each[1], by_words))
    )
    return [[row for _, row in group] for _, group in groups]


def _changes_by_step(row: Row, by_words: bool) -> list[tuple[str, bool, int, list[str]] | None]:
    """What became of a paragraph at each step, by how much its number changed, and the words of the number, if any."""
    changes: list[tuple[str, bool, int, list[str]] | None] = []
    for pair in row:
        places = [para.place for para in (pair.para, pair.before or pair.para)] if pair else []
        numbers = [int(each.group()) if (each := _NUMBER.match(place)) else 0 for place in places]
        words = [_NUMBER.split(place)[0] for place in places]
        words = words if by_words else ["–" * bool(each) for each in words]
        changes.append((_kind(pair), pair.moved, numbers[0] - numbers[1], words) if pair else None)
    return changes


def _number_ranges(run: Sequence[Row]) -> list[str]:
    """The first and last number of a run in each version; empty where it does not exist."""
    ranges = []
    for n in range(len(run[0]) + 1):
        pairs = [(row[n - 1] if n else None, row[n] if n < len(row) else None) for row in (run[0], run[-1])]
        paras = [(before and before.after) or (after and after.before) for before, after in pairs]
        ranges.append("–".join(dict.fromkeys(para.place for para in paras if para)))
    return ranges


def _change_cell(change: Change, side: int, references: ReferenceFormatter) -> Content:
    """A paragraph as one of the texts has it: its place, what became of it, its words."""
    citation, language = (change.before, change.after)[side], references.language
    if citation is None:
        return plain("–")
    kind = "moved" if change.moved else change.kind
    kind_text = f" ({say(f'kind_{kind}', language)})" if kind != "changed" else ""
    words = _mark_pieces((earlier_pieces, later_pieces)[side](change.pieces), citation.language, language)
    return (references.make_link(citation), Span(f"{kind_text} "), *words)
