"""The failed cases of a run: question, answer, expected facts and citations, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.cases import Case
from eval.metrics.answers import shown_text, stated_facts
from eval.metrics.scores import SHOWN, cause
from eval.report.html_markup import Part, join_parts, tag
from eval.runs.records import Cited, Record
from eval.runs.run_store import Gold, Run

_RIGHT_BUT_FAULTY = "right, but a place, a quote or a citation is not as it should be"
_CHECKS = (
    ("citation_recall", "a claim is not supported"),
    ("citation_precision", "a citation is irrelevant"),
    ("paragraph_exact", "gold place not cited"),
    ("quote_exact", "a quote is not exact"),
)


def faults(case: Case, record: Record, row: Mapping[str, float | None]) -> list[str]:
    """What is wrong with an answer, in a few words each; empty where nothing is."""
    if record.status == "failed":
        return ["failed"]
    found = []
    if row["right"] != 1.0:
        if not case.answerable:
            found.append("answered, but has no answer")
        elif not record.answered:
            found.append("marked as not certain" if record.shown else "not answered")
        else:
            found.append("a fact is missing")
    if record.answered and case.answerable:
        found += [fault for name, fault in _CHECKS if (value := row[name]) is not None and value < 1.0]
    elif record.answered and (value := row["quote_exact"]) is not None and value < 1.0:
        found.append("a quote is not exact")
    return found


@dataclass(frozen=True)
class Card:
    """A failed case as it is shown: its faults, for each fact whether it is stated, the texts of the gold places, the
    cited passages by place with their quotes marked, and the reason where there is no claim."""

    case: Case
    record: Record
    faults: Sequence[str]
    facts: Sequence[tuple[Sequence[str], bool]]
    gold: Sequence[Gold]
    passages: Sequence[tuple[str, Markup]]
    reason: str


def failures(
    run: Run, per_case: Mapping[str, Mapping[str, float | None]], most: int
) -> list[tuple[str, int, list[Card]]]:
    """Cards of the cases with faults, by cause, with the number of cases of each cause: `most` cards in all, spread
    evenly over the causes, wrong cases first; no card for a held-out case."""
    records = {record.case: record for record in run.records}
    cards_by_cause: dict[str, list[Card]] = {}
    for case in run.cases:
        record = records[case.id]
        found = faults(case, record, per_case[case.id])
        if found and not case.held_out:
            raw = record.raw.get("reason") if isinstance(record.raw, Mapping) else None
            facts = list(zip(case.facts, stated_facts(case, shown_text(record)), strict=True))
            reason = raw if isinstance(raw, str) else "No answer."
            card = Card(
                case, record, found, facts, run.gold.get(case.id, ()), _cited_passages(record.citations), reason
            )
            cards_by_cause.setdefault(_name_cause(case, record, per_case[case.id]["right"] == 1.0), []).append(card)
    turns = sorted(
        (why == _RIGHT_BUT_FAULTY, n, why) for why, cards in cards_by_cause.items() for n in range(len(cards))
    )
    shown = Counter(why for _, _, why in turns[:most])
    ordered = sorted(cards_by_cause.items(), key=lambda each: (each[0] == _RIGHT_BUT_FAULTY, -len(each[1])))
    return [(why, len(cards), cards[: shown[why]]) for why, cards in ordered]


def _name_cause(case: Case, record: Record, good: bool) -> str:
    if good:
        return _RIGHT_BUT_FAULTY
    if not case.answerable and record.status != "failed":
        return "no answer exists, and something is shown"
    why = cause(case, record)
    return "all facts are shown, but not all as an answer" if why == SHOWN else why


def _cited_passages(citations: Sequence[Cited]) -> list[tuple[str, Markup]]:
    """The cited passages, each once, with the numbers of its citations and all their quotes marked."""
    by_passage: dict[tuple[str, str], list[tuple[int, Cited]]] = {}
    for n, cited in enumerate(citations, 1):
        passage = cited.text if cited.quote in cited.text else cited.quote
        by_passage.setdefault((cited.document, passage), []).append((n, cited))
    rows = []
    for (document, text), cited_here in by_passage.items():
        numbers = "".join(f"[{n}]" for n, _ in cited_here)
        locators = "; ".join(dict.fromkeys(cited.locator for _, cited in cited_here if cited.locator))
        where = f"{numbers} {document}{f', {locators}' if locators else ''}"
        rows.append((where, _mark_quotes(text, [cited.quote for _, cited in cited_here])))
    return rows


def _mark_quotes(text: str, quotes: Sequence[str]) -> Markup:
    """A text with its quotes marked, without blank lines."""
    text = _drop_blank_lines(text)
    spans = sorted(
        (at, at + len(quote)) for quote in map(_drop_blank_lines, quotes) if quote and (at := text.find(quote)) >= 0
    )
    parts: list[Part] = []
    position = 0
    for start, end in spans:
        if end > position:
            parts += [text[position : max(start, position)], tag("mark", text[max(start, position) : end])]
            position = end
    return join_parts(*parts, text[position:])


def _drop_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())
