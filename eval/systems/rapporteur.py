"""Rapporteur, as users get it: the engine with its settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from assistant.qa.answer import Answer, Citation
from assistant.qa.engine import Engine
from corpus.library import Library
from eval.cases import Case, EvaluationError
from eval.runs.records import Cited, Claim, Record
from eval.systems.passages import RETRIEVED, passage_locators

BY_RULE = 10.0
"""Confidence of an answer that a rule gave, and its negative for a refusal by rule: more than evidence usually gets."""


class Rapporteur:
    """The engine. `make` builds it over a library, `settings` describes its settings."""

    name = "rapporteur"

    def __init__(self, make: Callable[[Library], Engine], settings: Mapping[str, str] | None = None) -> None:
        self.settings: Mapping[str, str] = settings or {}
        self._make = make
        self._engine: Engine | None = None

    def prepare(self, library: Library | None) -> None:
        """Builds the engine and loads its models."""
        if library is None:
            raise EvaluationError("Rapporteur itself can only be evaluated over documents.")
        self._engine = self._make(library)
        self._engine.ask("What is said about the documents?")

    def answer(self, case: Case) -> Record:
        """Answers a case, and records separately what retrieval finds for the question as a whole one."""
        engine = self._engine
        if engine is None:
            raise EvaluationError("prepare() comes before answer().")
        start = time.perf_counter()
        answer = engine.ask(case.question, case.history)
        ms = (time.perf_counter() - start) * 1e3
        whole = engine.whole(case.question, case.history)
        found = engine.search(whole, RETRIEVED)
        return Record(
            case=case.id,
            system=self.name,
            status=answer.status,
            claims=tuple(
                Claim(each.text, each.verdict, tuple(n - 1 for n in answer.numbers(each))) for each in answer.statements
            ),
            citations=tuple(build_citation(each, engine.library) for each in answer.citations),
            ranked=tuple((each.document.key, passage_locators(each.document, each.passage)) for each in found),
            confidence=confidence_of(answer),
            probability=answer.probability,
            ms=ms,
            raw=answer.to_json(),
            stretches=tuple((each.document.id, each.passage.start, each.passage.end) for each in found),
        )


def build_citation(citation: Citation, library: Library) -> Cited:
    """A citation of a document of a library, as in a record."""
    document = library.document(citation.document)
    passage = library.passages_by_id([citation.id]).get(citation.id)
    return Cited(
        document=citation.symbol,
        locator=citation.locator.removeprefix(document.label).removeprefix(", "),
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        text=passage.text if passage else citation.quote,
        source=citation.document,
    )


def confidence_of(answer: Answer) -> float:
    """The confidence of an answer; for decisions by rule, `BY_RULE` or its negative."""
    if answer.confidence is not None:
        return answer.confidence
    return BY_RULE if answer.statements else -BY_RULE
