"""The BEIR layout: `corpus.jsonl`, `queries.jsonl`, `qrels/SPLIT.tsv`.

Thakur et al., "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of Information Retrieval Models", 2021. As in
its own evaluation, a document with the id of the query is not ranked, and every query of the judgements counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from assistant.qa.engine import Engine
from corpus.language import detect_language
from eval.public.figures import Outcome, judged, rank
from eval.public.public_rows import Filled, PublicError, Row, lines_of, read_rows
from eval.public.public_shelf import Text

_SAMPLE = 200
"""Documents from which the collection's language is told."""


class _Document(Row):
    id: str = Field(alias="_id")
    title: str = ""
    text: str


class _Asked(Row):
    id: str = Field(alias="_id")
    text: Filled


@dataclass(frozen=True)
class Query:
    """A query, the grades of documents by their number, and the number of the document that shares its id."""

    id: str
    text: str
    gains: dict[int, float]
    itself: int | None = None


@dataclass(frozen=True)
class Beir:
    """A set: its documents as (title, text), in order, and the queries that are judged."""

    documents: tuple[tuple[str, str], ...]
    queries: tuple[Query, ...]

    def texts(self, language: str | None = None) -> list[Text]:
        """The documents to be held; the language is told from the words of some of them, unless it is given."""
        some = self.documents[:: max(1, len(self.documents) // _SAMPLE)]
        told = language or detect_language(" ".join(f"{title} {text[:200]}" for title, text in some))
        return [Text(title, text, told) for title, text in self.documents]


def read_beir(folder: Path, split: str | None = None) -> Beir:
    """Reads a set. `split` is by default `test`, or the only one there is. Raises `PublicError`."""
    if not folder.is_dir():
        raise PublicError(f"{folder} is no folder. A BEIR set is a folder with corpus.jsonl, queries.jsonl and qrels.")
    documents = read_rows(folder / "corpus.jsonl", _Document)
    order = {row.id: n for n, row in enumerate(documents)}
    queries = {row.id: row.text for row in read_rows(folder / "queries.jsonl", _Asked)}
    gains = _judgements(_qrels(folder / "qrels", split), order, queries)
    return Beir(
        tuple((row.title, row.text) for row in documents),
        tuple(Query(key, queries[key], found, order.get(key)) for key, found in gains.items()),
    )


def outcome_of(engine: Engine, query: Query) -> Outcome:
    """What retrieval finds for a query."""
    return judged(rank(engine, query.text, query.itself), query.gains)


def _qrels(folder: Path, split: str | None) -> Path:
    held = sorted(path.stem for path in folder.glob("*.tsv"))
    chosen = split or ("test" if "test" in held else held[0] if len(held) == 1 else None)
    if chosen is None or chosen not in held:
        wanted = f"no {chosen}.tsv" if chosen else "no test.tsv"
        there = f"it has {', '.join(held)}; choose one with --split" if held else "it holds no .tsv file at all"
        raise PublicError(f"{folder} has {wanted}: {there}.")
    return folder / f"{chosen}.tsv"


def _judgements(path: Path, order: dict[str, int], queries: dict[str, str]) -> dict[str, dict[int, float]]:
    """Grades by query and number of the document. Documents that are not held get numbers below zero, since a
    judgement of them counts as one that retrieval missed."""
    found: dict[str, dict[int, float]] = {}
    absent: dict[str, int] = {}
    for number, line in lines_of(path):
        where = f"{path}, line {number}"
        fields = line.rstrip("\r\n").split("\t")
        if len(fields) != 3:
            raise PublicError(
                f"{where}: query-id, corpus-id and score are wanted, parted by tabs; it has {len(fields)}."
            )
        query, document, score = (field.strip() for field in fields)
        try:
            grade = float(score)
        except ValueError:
            if number == 1:
                continue  # the names of the columns
            raise PublicError(f"{where}: the score {score!r} is no number.") from None
        if query not in queries:
            raise PublicError(f"{where}: queries.jsonl has no query {query!r}.")
        index = order.get(document)
        if index is None:
            index = absent.setdefault(document, -1 - len(absent))
        found.setdefault(query, {})[index] = grade
    if not found:
        raise PublicError(f"{path} holds no judgements.")
    return found
