"""Comparisons as publications."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.export import JOINS, Address, Publication, References
from assistant.export.publication import Block, Content, Heading, Listing, Mode, Paragraph, Span, Table, plain
from assistant.frames import joined, say
from assistant.qa.answer import Citation
from assistant.reports.comparison.paragraphs import PARTS, Para, Part
from assistant.reports.comparison.provenance import Origins
from assistant.reports.comparison.text_diff import Change, Comparison, Pair, Versions
from assistant.reports.comparison.topic_comparison import Differs, Place, Side, TopicComparison
from assistant.reports.comparison.word_diff import Op, Piece
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
    """What each text says on a topic, quoted, every text by itself; in which it was not found; then what several say in like
    words, where these differ, and what only one says."""
    references = References(library, language, address)
    told = _Told(comparison, library, language, references, address)
    blocks: list[Block] = []
    if not comparison.found:
        blocks.append(Paragraph(plain(say("topic_nothing", language))))
    number = 0
    for n, side in enumerate(comparison.sides):
        if not side.statements:
            continue
        blocks.append(Heading(1, side.label, f"document-{n + 1}"))
        blocks += [] if side.certain else [Paragraph(plain(say("topic_unsure", language)))]
        for m, statement in enumerate(side.statements):
            number += 1
            content = references.paragraph(statement, side.label)
            blocks.append(Paragraph((*content, *told.repeats((n, m))), number))
        if side.further:
            links = [_link(references, library, address, each, side.label, language) for each in side.further]
            blocks.append(Paragraph(tuple(_around("topic_also", "places", _listed(links, language), language))))
        blocks += [Paragraph(plain(note)) for note in side.notes]
    silent = [side for side in comparison.sides if not side.statements]
    if silent:
        header = (say("topic_document", language), say("topic_nearest", language))
        blocks += [
            Heading(1, say("topic_absent", language), "absent"),
            Table(header, tuple((plain(side.label), told.nearest(side)) for side in silent)),
        ]
    if comparison.same:
        blocks += [Heading(1, say("topic_same", language), "same"), told.same()]
    if comparison.differences:
        blocks.append(Heading(1, say("topic_differs", language), "differences"))
        for each in comparison.differences:
            blocks += told.difference(each)
    alone = comparison.alone
    if alone and len(comparison.sides) - len(silent) > 1:
        rows = []
        for n, side in enumerate(comparison.sides):
            own = [told.linked((n, m), side.label) for k, m in alone if k == n]
            if own:
                rows.append((plain(side.label), tuple(_listed(own, language))))
        header = (say("topic_document", language), say("topic_places", language))
        blocks += [Heading(1, say("topic_only", language), "alone"), Table(header, tuple(rows))]
    if comparison.unread:
        blocks.append(Paragraph(plain(say("topic_unread", language, count=comparison.unread))))
    return Publication(language, say("compare_topic", language, topic=comparison.topic), tuple(blocks))


def publication_of_origins(
    origins: Origins, library: Library, language: str, address: Address | None = None
) -> Publication:
    """Where each paragraph of a text comes from, with the words that were changed."""
    references = References(library, language, address)

    def place(cite: Citation, known: str = "") -> Span:
        return _link(references, library, address, cite, known, language)

    rows = []
    for each in origins.paragraphs:
        pieces = each.earlier[0].pieces if each.earlier else (Piece("same", " ".join(each.cite.quote.split())),)
        text = (
            place(each.cite, origins.label),
            Span(" "),
            *_marked(pieces, origins.language, language),
        )
        if not each.earlier:
            rows.append((text, plain(say("origin_new", language))))
            continue
        first, *others = each.earlier
        told = [*_around(f"origin_{each.kind}", "place", (place(first.cite),), language)]
        if others:
            listed = _listed([place(one.cite) for one in others], language)
            told += [Span(JOINS.get(language, "; ")), *_around("origin_also", "places", listed, language)]
        rows.append((text, tuple(told)))
    header = (say("origins_paragraph", language), say("origins_from", language))
    counts = Paragraph(plain(say("origins_counts", language, **origins.counts)))
    title = say("origins_title", language, document=origins.label)
    return Publication(language, title, (counts, Table(header, tuple(rows))))


class _Told:
    """Writes the parts of one comparison on a topic."""

    def __init__(
        self,
        comparison: TopicComparison,
        library: Library,
        language: str,
        references: References,
        address: Address | None,
    ) -> None:
        self._comparison, self._library, self._language = comparison, library, language
        self._references, self._address = references, address

    def linked(self, place: Place, known: str = "") -> Span:
        """Where a statement stands, a link where there are addresses."""
        cite = self._comparison.statement(place).citations[-1]
        return _link(self._references, self._library, self._address, cite, known, self._language)

    def repeats(self, place: Place) -> Content:
        """Which earlier statements a statement repeats, or which later ones repeat it."""
        told: list[Span] = []
        for name, places in zip(("topic_repeats", "topic_repeated"), self._comparison.repeated(place), strict=True):
            if places:
                listed = _listed([self.linked(each) for each in places], self._language)
                told += [Span(" "), *_around(name, "places", listed, self._language)]
        return tuple(told)

    def nearest(self, side: Side) -> Content:
        """What comes nearest in a text that says nothing on the topic."""
        if side.nearest is None:
            return plain(say("topic_nothing_near", self._language))
        return self._references.paragraph(side.nearest, side.label)

    def same(self) -> Table:
        """What several texts say alike: as the latest has it, and where else it stands, with the words that are others there."""
        rows = []
        for each in self._comparison.same:
            latest = self._comparison.statement(each.places[0])
            others: list[Span] = []
            for place, pieces in zip(each.places[1:], each.pieces, strict=True):
                others += [Span(JOINS.get(self._language, "; "))] if others else []
                others.append(self.linked(place))
                if any(piece.op != "same" for piece in pieces):
                    turned = tuple(Piece(_OTHER[piece.op], piece.text) for piece in pieces)
                    cite = self._comparison.statement(place).citations[-1]
                    others += [Span(": "), *_marked(turned, cite.language, self._language)]
            words = _marked((Piece("same", latest.text),), latest.citations[-1].language, self._language)
            rows.append(((self.linked(each.places[0]), Span(": "), *words), tuple(others)))
        return Table((say("topic_document", self._language), say("topic_places", self._language)), tuple(rows))

    def difference(self, each: Differs) -> list[Block]:
        """Two statements side by side with the words that differ, and what these say."""
        header = tuple(self._references.place(self._comparison.statement(place).citations[-1]) for place in
                       (each.earlier, each.later))  # fmt: skip
        language = self._comparison.statement(each.later).citations[-1].language
        cells = tuple(
            _marked([piece for piece in each.pieces if piece.op != left_out], language, self._language)
            for left_out in ("added", "removed")
        )
        join = JOINS.get(self._language, "; ")
        sides = [
            f"{place}: {join.join(dict.fromkeys(reason.said(self._language) for reason in reasons))}"
            for place, reasons in zip(header, (each.had, each.has), strict=True)
            if reasons
        ]
        told = say("topic_reasons", self._language, reasons=join.join(sides))
        return [Table(header, (cells,)), Paragraph(plain(told))]


def _link(
    references: References, library: Library, address: Address | None, cite: Citation, known: str, language: str
) -> Span:
    """A place in words, a link where there are addresses; isolated in Arabic, so that a symbol keeps its order."""
    document = library.document(cite.document)
    url = address(document, cite.start, cite.end) if address else None
    text = references.place(cite, known)
    return Span(f"\u2068{text}\u2069" if language == "ar" else text, "plain" if url else "strong", url)


_OTHER: dict[Op, Op] = {"same": "same", "removed": "added", "added": "removed"}


def _listed(spans: Sequence[Span], language: str) -> list[Span]:
    """Spans in a row, marks between them."""
    made: list[Span] = []
    for span in spans:
        made += [Span(JOINS.get(language, "; ")), span] if made else [span]
    return made


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
        if piece.op == "added" and words and words[-1].mode == "deleted" and not words[-1].text.endswith(" "):
            words.append(Span(" "))
        words.append(Span(piece.text, _MODES[piece.op]))
    return (Span("\u2068"), *words, Span("\u2069")) if (spoken == "ar") != (language == "ar") else tuple(words)


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
    """A paragraph as one of the texts has it: its place, what became of it, its words."""
    cite = (change.before, change.after)[side]
    if cite is None:
        return plain("–")
    document = library.document(cite.document)
    url = address(document, cite.start, cite.end) if address else None
    kind = "moved" if change.moved else change.kind
    told = f" ({say(f'kind_{kind}', language)})" if kind != "changed" else ""
    shown: tuple[Op, Op] = ("same", "added" if side else "removed")
    words = _marked([piece for piece in change.pieces if piece.op in shown], document.language, language)
    place = references.where(cite, document)
    return (Span(place, "plain" if url else "strong", url), Span(f"{told} "), *words)
