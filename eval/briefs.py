"""How good a briefing is: its claims and citations get the checks of answers, and two more.

Shares lie in 0..1. `cited`: the share of sentences with a citation. Citation recall and precision are ALCE's
(`eval.metrics.answers`), quote exactness the project's. `paragraph_exact`: the share of citations whose locator is
that of the block with the quoted words. Faults name repeated statements (but an article in full may have a paragraph
of another one), and citations of another agenda item than the one of the briefing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from assistant.qa.answer import Citation
from assistant.qa.provisions import is_within
from assistant.reports.brief.briefing import Briefing
from corpus.library import Library
from corpus.symbols import Symbol, find_symbols, same_document
from eval.metrics.answers import citation_precision, citation_recall, claim_support, quote_exact
from eval.output import RoundedFigures, format_number, print_table
from eval.runs.records import Claim, Record
from eval.systems.rapporteur import build_citation
from ingest.readers import visible


@dataclass(frozen=True)
class BriefScores(RoundedFigures):
    """The figures of one briefing; None where there is nothing to measure."""

    sentences: int
    cited: float | None
    citation_recall: float | None
    citation_precision: float | None
    quote_exact: float | None
    paragraph_exact: float | None
    unsupported: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    wrong_item: tuple[str, ...] = ()


def compute_scores(briefing: Briefing, library: Library) -> BriefScores:
    """Computes the figures of a briefing, checked against the documents of its library."""
    record = to_record(briefing, library)
    citations = briefing.citations
    exact = [_is_in_place(each, library) for each in citations]
    statements = list(briefing.statements)
    # Expectations of the meeting as a whole may be cited from any item of its agenda.
    expected = [each for section in briefing.sections if section.key == "expected" for each in section.statements]
    meeting = {cite for each in expected for cite in each.citations}
    # Articles in full are whole, even where two of them have a paragraph in common.
    parts = [(part.heading * (each.key == "articles"), part) for each in briefing.sections for part in each.parts]
    counts = Counter((of, " ".join(each.text.split()).casefold()) for of, part in parts for each in part.statements)
    return BriefScores(
        sentences=len(statements),
        cited=sum(bool(each.citations) for each in statements) / len(statements) if statements else None,
        citation_recall=citation_recall(record),
        citation_precision=citation_precision(record),
        quote_exact=quote_exact(record, lambda name: library.document(name).text),
        paragraph_exact=sum(exact) / len(exact) if exact else None,
        unsupported=tuple(claim.text for claim in record.claims if not claim_support(record, claim).whole),
        misplaced=tuple(each.locator for each, good in zip(citations, exact, strict=True) if not good),
        repeated=tuple(text for (_, text), count in counts.items() if count > 1),
        wrong_item=tuple(
            each.locator for each in citations if each not in meeting and _is_of_other_item(each, briefing, library)
        ),
    )


def to_record(briefing: Briefing, library: Library) -> Record:
    """Converts a briefing to an answer record."""
    citations = briefing.citations
    order = {citation: n for n, citation in enumerate(citations)}
    return Record(
        case=f"{briefing.request.kind} {briefing.request.value}",
        system="rapporteur brief",
        status="answered" if citations else "not_found",
        claims=tuple(
            Claim(each.text, each.verdict, tuple(order[cite] for cite in each.citations))
            for each in briefing.statements
        ),
        citations=tuple(build_citation(each, library) for each in citations),
    )


def _is_in_place(citation: Citation, library: Library) -> bool:
    """Whether the quoted words begin in a block with the cited locator, and end in it or below it."""
    document = library.document(citation.document)
    block = document.block_at(citation.start)
    if block is None or document.cite(block.locator) != citation.locator or citation.start >= block.end:
        return False
    last = document.block_at(citation.end - 1)
    return last is not None and (is_within(last.locator, block.locator) or last.kind == block.kind == "row")


def _is_of_other_item(citation: Citation, briefing: Briefing, library: Library) -> bool:
    """Whether a citation is of the annotations or the agenda row of another item, or of a document announced for
    another. Item 1 is exempt: its annotations on the meeting apply to every item."""
    if briefing.request.kind != "item":
        return False
    number = briefing.request.value.split(" ")[0]
    for meeting in library.meetings():
        if meeting.document_id == citation.document:
            annotation = re.search(r"\b(?:annotations|provisional agenda), item (\d+)", citation.locator)
            if annotation:
                return annotation.group(1) not in (number, "1")
            # A row of the timetable may be about several items, one of which must be that of the briefing.
            rows = [item.number for sitting in meeting.sittings for item in sitting.items
                    if citation.start < (block := library.document(meeting.document_id).blocks[item.row]).end
                    and block.start < citation.end]  # fmt: skip
            return bool(rows) and not any(row_number.split(" ")[0] == number for row_number in rows)
        own = [symbol for item in meeting.items if item.main_number == number for symbol, _ in item.documentation]
        foreign = [symbol for item in meeting.items if item.main_number != number for symbol, _ in item.documentation]
        document = library.document(citation.document)
        about = [document.symbol] if document.symbol else []
        about += [mention.symbol for mention in find_symbols(document.title)]

        def overlaps(symbols: list[str], about: list[Symbol] = about) -> bool:
            return any(same_document(symbol, Symbol.parse_any(other)) for symbol in about for other in symbols)

        if overlaps(foreign) and not overlaps(own):
            return True
    return False


def print_scores(console: Console, briefings: Mapping[str, BriefScores]) -> None:
    """Prints the figures of briefings, one a row, and the faults below them."""
    shares = ("cited", "citation_recall", "citation_precision", "quote_exact", "paragraph_exact")
    rows = (
        [name, each.sentences, *(format_number(getattr(each, share)) for share in shares)]
        for name, each in briefings.items()
    )
    print_table(console, ("briefing", "sentences", *shares), rows)
    for name, scores in briefings.items():
        for fault in ("unsupported", "misplaced", "repeated", "wrong_item"):
            for each in getattr(scores, fault):
                console.print(f"{name}, {fault}: {visible(each)}", markup=False)
