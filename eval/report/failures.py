"""The failed cases of a run: question, answer, what was wanted and what was cited, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from eval.cases import Case
from eval.metrics.answers import facts_said, said
from eval.metrics.scores import SHOWN, cause
from eval.report.html_markup import Html, Part, joined, tag
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


def failures(run: Run, per_case: Mapping[str, Mapping[str, float | None]], most: int = MOST) -> Html:
    """A card for cases that are not right in every respect, by what went wrong: `most` in all, as many of each cause as of the
    others where there are so many, those that are wrong first; none for a case that is held out."""
    records = {record.case: record for record in run.records}
    held: dict[str, list[tuple[Case, Record, list[str]]]] = {}
    for case in run.cases:
        record = records[case.id]
        told = faults(case, record, per_case[case.id])
        if told and not case.held_out:
            held.setdefault(_cause(case, record, per_case[case.id]["right"] == 1.0), []).append((case, record, told))
    turns = sorted((why == _RIGHT, n, why) for why, cases in held.items() for n in range(len(cases)))
    shown = Counter(why for _, _, why in turns[:most])
    parts: list[Part] = []
    for why, cases in sorted(held.items(), key=lambda each: (each[0] == _RIGHT, -len(each[1]))):
        parts.append(tag("h3", f"{why} ({f'{shown[why]} of ' if shown[why] < len(cases) else ''}{len(cases)})"))
        parts += [_card(case, record, told, run.gold.get(case.id, ())) for case, record, told in cases[: shown[why]]]
    return joined(*parts) if parts else tag("p", "No case failed.", class_="good")


def _cause(case: Case, record: Record, good: bool) -> str:
    """What went wrong with a case, for people."""
    if good:
        return _RIGHT
    if not case.answerable and record.status != "failed":
        return "no answer is held, and something is shown"
    why = cause(case, record)
    return "all facts are shown, but not all as an answer" if why == SHOWN else why


def _card(case: Case, record: Record, told: Sequence[str], gold: Sequence[Gold]) -> Html:
    summary = tag(
        "summary",
        tag("span", case.id, class_="tag"),
        tag("span", case.language, class_="tag"),
        *(tag("span", fault, class_="tag bad") for fault in told),
        tag("span", case.question, class_="question", dir="auto"),
    )
    inside = tag(
        "div",
        _history(case),
        tag("div", tag("div", _wanted(case, record, gold)), tag("div", _given(record)), class_="sides"),
        class_="inside",
    )
    return tag("details", summary, inside)


def _history(case: Case) -> Html | None:
    if not case.history:
        return None
    turns = [tag("li", turn, dir="auto") for turn in case.history]
    return joined(tag("h4", "Earlier turns"), tag("ul", *turns))


def _wanted(case: Case, record: Record, gold: Sequence[Gold]) -> Html:
    """What the case asks for: facts, each met or missing, and the gold places."""
    if not case.answerable:
        return joined(tag("h4", "Wanted"), tag("p", "No answer."), tag("p", case.why, class_="note", dir="auto"))
    facts = []
    for alternatives, met in zip(case.facts, facts_said(case, said(record)), strict=True):
        mark = tag("span", "✓ said " if met else "✗ missing ", class_="good" if met else "bad")
        facts.append(tag("li", mark, tag("span", " | ".join(alternatives), dir="auto")))
    need = " (each is needed)" if case.needs_each else " (one suffices)" if len(case.gold) > 1 else ""
    places = [_words(f"{each.document}, {each.locator}", each.text) for each in gold]
    if not places:
        places = [tag("p", f"{place.document}, {place.wanted}", class_="where") for place in case.gold]
    return joined(tag("h4", "Facts wanted"), tag("ul", *facts), tag("h4", f"Gold places{need}"), *places)


def _given(record: Record) -> Html:
    """What was answered, and the passages that it cites with the quotes marked."""
    if record.status == "failed":
        return joined(tag("h4", "Answer"), tag("p", f"Failed: {record.error}", class_="bad"))
    reason = record.raw.get("reason") if isinstance(record.raw, Mapping) else None
    parts: list[Part] = [tag("h4", f"Answer ({record.status})")]
    for claim in record.claims:
        numbers = "".join(f"[{n + 1}]" for n in claim.cited)
        parts.append(tag("p", claim.text, " ", tag("span", numbers or "[no citation]", class_="faint"), dir="auto"))
    if not record.claims:
        parts.append(tag("p", reason if isinstance(reason, str) else "No answer.", dir="auto"))
    if record.citations:
        parts.append(tag("h4", "Cited passages"))
    parts += _passages(record.citations)
    if not record.citations and record.ranked:
        places = [tag("li", f"{document}, {locator}") for document, locator in record.ranked[:3]]
        parts += [tag("h4", "Retrieved, best first"), tag("ul", *places)]
    return joined(*parts)


def _passages(citations: Sequence[Cited]) -> list[Html]:
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
        made.append(_words(where, _marked(text, [cited.quote for _, cited in held])))
    return made


def _marked(text: str, quotes: Sequence[str]) -> Html:
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


def _words(where: str, words: str) -> Html:
    return joined(tag("p", where, class_="where"), tag("div", words, class_="words", dir="auto"))
