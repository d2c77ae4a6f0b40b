"""How well passages on a topic are found: the headings of stored documents are the topics, the paragraphs under them
the expected result.

The shipped set (`eval/cases/topics.jsonl`) has a line for each heading, in English and, for some of them, in the
other five languages: the document, the topic, the places under it. Whether other paragraphs of the document are on
the topic as well is not known, so that precision is a lower bound. In a second set (`topic_paragraphs.jsonl`) every
operative paragraph was read: the places on the topic, and those that touch it and count neither way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.qa.engine import Engine
from assistant.qa.provisions import is_within
from assistant.reports.comparison.topic_comparison import compare_topic
from eval.cases import EvaluationError
from eval.output import RoundedFigures


@dataclass(frozen=True)
class Topic:
    """A topic, in one of six languages, and the places of a document that are on it; none where it says nothing on it.
    Those that touch it `partly` are neither right nor wrong; None where the other paragraphs were not read."""

    document: str
    topic: str
    language: str
    held_out: bool
    places: tuple[str, ...]
    partly: tuple[str, ...] | None = None


@dataclass(frozen=True)
class FoundPlaces:
    """The places that the comparison returned for a topic: those that it is `sure` of, and the `others`."""

    sure: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Figures over `topics`: of those with places the share with a correct one (`hits`), and with none (`silent`); the share
    of sure places that are correct (`precision`), of all returned places (`precision_all`), and of the expected
    places that were returned (`recall`), means over topics."""

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
"""Table columns of `Scores`."""


def find_places(engine: Engine, topic: Topic) -> FoundPlaces:
    """Finds the places of a document on a topic. Raises `EvaluationError` where the document is not in the library."""
    stored = engine.library.find_documents(topic.document)
    if not stored:
        raise EvaluationError(f"{topic.document} is not in the library. Ingest the documents of the topics first.")
    (side,) = compare_topic(engine, topic.topic, stored[:1], topic.language).sides
    cited = [each.citations[-1] for each in side.statements if each.citations[-1].document == side.document]
    quoted, further = (
        tuple(cite.locator.removeprefix(f"{side.label}, ") for cite in cites) for cites in (cited, side.further)
    )
    return FoundPlaces(quoted, further) if side.status == "found" else FoundPlaces((), (*quoted, *further))


def compute_scores(topics: Sequence[Topic], find: Callable[[Topic], FoundPlaces]) -> Scores:
    """Computes the figures over topics; `find` returns the places found for one."""
    hits = silent = 0
    precision: dict[str, list[float]] = {"sure": [], "all": []}
    recall = []
    for topic in topics:
        result = find(topic)
        sure, places = (_decided(topic, some) for some in (result.sure, (*result.sure, *result.others)))
        for name, some in (("sure", sure), ("all", places)):
            correct = [place for place in some if _is_any(place, topic.places)]
            precision[name] += [len(correct) / len(some)] if some else []
        if topic.places:
            found = [expected for expected in topic.places if any(is_within(place, expected) for place in places)]
            hits += bool(correct)
            silent += not places
            recall.append(len(found) / len(topic.places))
    count = max(1, len(recall))
    means = (_mean(precision["sure"]), _mean(precision["all"]), _mean(recall))
    return Scores(len(topics), hits / count, silent / count, *means)


def _decided(topic: Topic, places: Sequence[str]) -> list[str]:
    """The places that are right or wrong: where every operative paragraph was read, preambles were not."""
    if topic.partly is None:
        return list(places)
    return [each for each in places if "preamb" not in each and not _is_any(each, topic.partly)]


def _is_any(place: str, expected: Sequence[str]) -> bool:
    return any(is_within(place, each) for each in expected)


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0
