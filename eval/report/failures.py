"""The failed cases of a run: question, answer, what was wanted and what was cited, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.cases import Case
from eval.metrics.answers import shown_text, stated_facts
from eval.metrics.scores import SHOWN, cause
from eval.report.html_markup import Part, joined, tag
from eval.runs.records import Cited, Record
from eval.runs.run_store import Gold, Run

MOST = 20
"""How many failed cases are shown unless more are asked for."""
_RIGHT = "right, but a place, a quote or a citation is not as it should be"
_CHECKS = (
    ("citation_recall", "a claim is not supported"),
    ("citation_precision", "a citation is irrelevant"),
    ("paragraph_exact", "gold place not cited"),
    ("quote_exact", "a quote is not exact"),
)


def faults(case: Case, record: Record, row: Mapping[str, float | None]) -> list[str]:
    """What is wrong with an answer, in a few words each; empty where it is right in every respect."""
    if record.status == "failed":
        return ["failed"]
    found = []
    if row["right"] != 1.0:
        if not case.answerable:
            found.append("answered, but has no answer")
        elif not record.answered:
            found.append("told as not certain" if record.shown else "not answered")
        else:
            found.append("a fact is missing")
    if record.answered and case.answerable:
        found += [told for name, told in _CHECKS if (value := row[name]) is not None and value < 1.0]
    elif record.answered and (value := row["quote_exact"]) is not None and value < 1.0:
        found.append("a quote is not exact")
    return found


@dataclass(frozen=True)
class Card:
    """A case that failed, as it is shown: what is wrong with it, of each fact whether it is said, what stands in the gold places,
    the cited passages by where they are with their quotes marked, and what stands where nothing is claimed."""

    case: Case
    record: Record
    faults: Sequence[str]
    facts: Sequence[tuple[Sequence[str], bool]]
    gold: Sequence[Gold]
    passages: Sequence[tuple[str, Markup]]
    reason: str


def failures(
    run: Run, per_case: Mapping[str, Mapping[str, float | None]], most: int = MOST
) -> list[tuple[str, int, list[Card]]]:
    """Cards for cases that are not right in every respect, by what went wrong, with how many there are: `most` cards in all, as many
    of each cause as of the others where there are so many, those that are wrong first; none for a case that is held out."""
    records = {record.case: record for record in run.records}
    held: dict[str, list[Card]] = {}
    for case in run.cases:
        record = records[case.id]
        told = faults(case, record, per_case[case.id])
        if told and not case.held_out:
            raw = record.raw.get("reason") if isinstance(record.raw, Mapping) else None
            met = list(zip(case.facts, stated_facts(case, shown_text(record)), strict=True))
            reason = raw if isinstance(raw, str) else "No answer."
            card = Card(case, record, told, met, run.gold.get(case.id, ()), _passages(record.citations), reason)
            held.setdefault(_cause(case, record, per_case[case.id]["right"] == 1.0), []).append(card)
    turns = sorted((why == _RIGHT, n, why) for why, cards in held.items() for n in range(len(cards)))
    shown = Counter(why for _, _, why in turns[:most])
    ordered = sorted(held.items(), key=lambda each: (each[0] == _RIGHT, -len(each[1])))
    return [(why, len(cards), cards[: shown[why]]) for why, cards in ordered]


def _cause(case: Case, record: Record, good: bool) -> str:
    """What went wrong with a case, for people."""
    if good:
        return _RIGHT
    if not case.answerable and record.status != "failed":
        return "no answer is held, and something is shown"
    why = cause(case, record)
    return "all facts are shown, but not all as an answer" if why == SHOWN else why


def _passages(citations: Sequence[Cited]) -> list[tuple[str, Markup]]:
    """The cited passages, each once, with the numbers of its citations and all their quotes marked."""
    shared: dict[tuple[str, str], list[tuple[int, Cited]]] = {}
    for n, cited in enumerate(citations, 1):
        whole = cited.text if cited.quote in cited.text else cited.quote
        shared.setdefault((cited.document, whole), []).append((n, cited))
    made = []
    for (document, text), held in shared.items():
        numbers = "".join(f"[{n}]" for n, _ in held)
        locators = "; ".join(dict.fromkeys(cited.locator for _, cited in held if cited.locator))
        where = f"{numbers} {document}{f', {locators}' if locators else ''}"
        made.append((where, _marked(text, [cited.quote for _, cited in held])))
    return made


def _marked(text: str, quotes: Sequence[str]) -> Markup:
    """A text with the quotes in it marked; blank lines left out."""
    text = _lines(text)
    spans = sorted((at, at + len(quote)) for quote in map(_lines, quotes) if quote and (at := text.find(quote)) >= 0)
    parts: list[Part] = []
    position = 0
    for start, end in spans:
        if end > position:
            parts += [text[position : max(start, position)], tag("mark", text[max(start, position) : end])]
            position = end
    return joined(*parts, text[position:])


def _lines(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())
