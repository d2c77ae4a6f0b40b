"""How well it is found what a text says on a topic: the headings of held documents are the topics, the paragraphs under them what
is to be found.

The shipped set (`eval/cases/topics.jsonl`) is a line for each heading, in English and, for some of them, in the other five
languages: the document, the topic, the places under it. What other paragraphs of the document say on the topic is not known, so
that precision is a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.qa.engine import Engine
from assistant.qa.provisions import within
from assistant.reports.comparison.topic_comparison import compare_topic
from eval.cases import EvaluationError
from eval.output import RoundedFigures


@dataclass(frozen=True)
class Topic:
    """A heading of a document, in one of six languages, and the places of the paragraphs under it."""

    document: str
    topic: str
    language: str
    held_out: bool
    places: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """The places that are told of a topic: those that are `sure` to speak to it, and the `others`."""

    sure: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Of some `topics`: for how many something right is told (`hits`), and nothing at all (`silent`); the share of what is told as
    sure that is right (`precision`), of all that is told (`precision_all`), and of what is right that is told (`recall`), means over
    topics."""

    topics: int
    hits: float
    silent: float
    precision: float
    precision_all: float
    recall: float


COLUMNS = {
    "count": "{0.topics}", "something right": "{0.hits:.3f}", "nothing told": "{0.silent:.3f}",
    "precision, sure": "{0.precision:.3f}", "precision, all": "{0.precision_all:.3f}", "recall": "{0.recall:.3f}",
}  # fmt: skip
"""How `Scores` are told."""


def told_of(engine: Engine, topic: Topic) -> Told:
    """The places of a document that are told of a topic. Raises `EvaluationError` where it is not held."""
    held = engine.library.find(topic.document)
    if not held:
        raise EvaluationError(f"{topic.document} is not held. Ingest the documents of the topics first.")
    (side,) = compare_topic(engine, topic.topic, held[:1], topic.language).sides
    said = [each.citations[-1] for each in side.statements if each.citations[-1].document == side.document]
    quoted, further = (
        tuple(cite.locator.removeprefix(f"{side.label}, ") for cite in cites) for cites in (said, side.further)
    )
    return Told(quoted, further) if side.status == "found" else Told((), (*quoted, *further))


def scores_of(topics: Sequence[Topic], told: Callable[[Topic], Told]) -> Scores:
    """Counts what is told of each topic."""
    hits = silent = 0
    precision: dict[str, list[float]] = {"sure": [], "all": []}
    recall = []
    for topic in topics:
        found_there = told(topic)
        places = (*found_there.sure, *found_there.others)
        for name, some in (("sure", found_there.sure), ("all", places)):
            right = [place for place in some if any(within(place, wanted) for wanted in topic.places)]
            precision[name] += [len(right) / len(some)] if some else []
        found = [wanted for wanted in topic.places if any(within(place, wanted) for place in places)]
        hits += bool(right)
        silent += not places
        recall.append(len(found) / len(topic.places))
    count = max(1, len(topics))
    means = (_mean(precision["sure"]), _mean(precision["all"]), _mean(recall))
    return Scores(len(topics), hits / count, silent / count, *means)


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0
