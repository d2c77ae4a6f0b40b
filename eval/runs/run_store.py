"""Stored runs: a folder with the questions, the answers, and the texts of the cited documents.

run.json       what was run: set, system and its settings, documents, code; its state
NAME.yaml      the question set as it was asked (NAME.jsonl where it is JSON Lines)
answers.jsonl  a record a line, written as each case is answered
texts.json     canonical texts of the cited documents, by document id and by key
gold.json      by case, the texts of its gold places
spans.json     by case with gold places given by words, where these are (`eval.gold_spans.found_ranges`)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from corpus.files import write_atomically
from eval.cases import Case, EvaluationError, describe_error, load_cases
from eval.gold_spans import FoundRanges, found_ranges, restore_ranges
from eval.json_lines import append_json_lines, read_json_lines
from eval.runs.records import Record, Text

ANSWERS, TEXTS, GOLD, META, SPANS = "answers.jsonl", "texts.json", "gold.json", "run.json", "spans.json"

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Gold:
    """The text of a gold place of a case: the document's key, a locator, the words."""

    document: Text
    locator: Text
    text: Text


@dataclass(frozen=True)
class Run:
    """A stored run. `records` are in the order of `cases`; cases that have not been asked yet have none. `gold` has,
    by case, the texts of the gold places; empty where the documents were not available."""

    folder: Path
    meta: Mapping[str, Any]
    cases: tuple[Case, ...]
    records: tuple[Record, ...]
    texts: Mapping[str, str]
    gold: Mapping[str, Sequence[Gold]]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def missing(self) -> int:
        """How many cases have not been asked yet."""
        return len(self.cases) - len(self.records)

    def text_of(self, document: str) -> str:
        """The canonical text of a cited document by id or key. Raises `KeyError` for an unknown one."""
        return self.texts[document]


@contextmanager
def open_answers(folder: Path) -> Iterator[Callable[[Case, Record], None]]:
    """Opens the answers of a run; yields a function that writes one. Raises `EvaluationError` if another process writes."""
    try:
        lock = FileLock(folder / "writing.lock").acquire(timeout=0)
    except Timeout:
        raise EvaluationError(f"{folder} is being written to by another 'eval run'. Wait until it has ended.") from None
    with lock, append_json_lines(folder / ANSWERS) as add:
        yield lambda case, record: add({"asked": question_hash(case), **record.to_json()})


def question_hash(case: Case) -> str:
    """A hash of the question and history of a case: a stored answer is reused as long as it stays the same."""
    turns = json.dumps([case.question, list(case.history)])
    return hashlib.sha256(turns.encode()).hexdigest()[:16]


def begin_run(folder: Path, meta: Mapping[str, Any], cases: Path) -> Path | None:
    """Creates the folder of a run, or opens one that was begun with the same system, documents and code.

    A run that was begun with others is renamed with a number; returns its new path. Raises `EvaluationError` where
    the folder contains something else."""
    aside = None
    if folder.exists() and any(folder.iterdir()):
        if not (folder / META).is_file():
            raise EvaluationError(
                f"{folder} is no run of 'eval run'. Choose another folder with --out or another --name."
            )
        if _identity(_load_json(folder / META, dict[str, Any])) != _identity(meta):
            aside = set_aside(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _save_json(folder / META, dict(meta), indent=2)
    write_atomically(folder / str(meta["cases"]), cases.read_bytes())
    return aside


def set_aside(folder: Path) -> Path | None:
    """Renames the folder of an earlier run, so that a new one can begin; returns its new path."""
    if not (folder / META).is_file():
        return None
    names = (folder.with_name(f"{folder.name}.{number}") for number in count(1))
    return folder.rename(next(name for name in names if not name.exists()))


def finish_run(
    folder: Path,
    texts: Mapping[str, str],
    gold: Mapping[str, Sequence[Gold]],
    cases: Sequence[Case],
    extra_meta: Mapping[str, Any],
) -> None:
    """Stores the texts of cited documents and of gold places, where the words of these are, and more metadata."""
    spans = {case.id: found_ranges(case) for case in cases if any(found is not None for found in found_ranges(case))}
    _save_json(folder / SPANS, spans)
    _save_json(folder / TEXTS, dict(texts))
    _save_json(folder / GOLD, {case: [asdict(each) for each in places] for case, places in gold.items()})
    _save_json(folder / META, {**_load_json(folder / META, dict[str, Any]), **extra_meta}, indent=2)


def load_run(folder: Path) -> Run:
    """Loads a stored run, with the last answer to each case. Raises `EvaluationError` where it can't be read."""
    if not (folder / META).is_file():
        raise EvaluationError(f"{folder} is no run of 'eval run': it has no {META}.")
    meta = _load_json(folder / META, _Meta).model_dump()
    cases = [case for case in load_cases(folder / Path(meta["cases"]).name) if case.id not in meta["left_out"]]
    spans = _load_json(folder / SPANS, dict[str, list[FoundRanges]])
    try:
        cases = [restore_ranges(case, spans[case.id]) if case.id in spans else case for case in cases]
    except ValueError as error:
        raise EvaluationError(f"{folder / SPANS} cannot be read: {error}.") from None
    answers = load_answers(folder, cases)
    records = tuple(answers[case.id] for case in cases if case.id in answers)
    texts, gold = _load_json(folder / TEXTS, dict[str, Text]), _load_json(folder / GOLD, dict[str, list[Gold]])
    return Run(folder, meta, tuple(cases), records, texts, gold)


def load_answers(folder: Path, cases: Sequence[Case]) -> dict[str, Record]:
    """Loads the last stored answer to each case whose question has not changed. Raises `EvaluationError` for a
    damaged line that is not the last; an incomplete last line is skipped."""
    hashes = {case.id: question_hash(case) for case in cases}
    answers: dict[str, Record] = {}
    try:
        rows = list(read_json_lines(folder / ANSWERS))
    except ValueError as error:
        raise EvaluationError(f"{error} Run again with --again.") from None
    for number, row in rows:
        try:
            record = Record.from_json(row)
        except EvaluationError as error:
            raise EvaluationError(f"{folder / ANSWERS}, line {number}: {error} Run again with --again.") from None
        if hashes.get(record.case) == row.get("asked"):
            answers[record.case] = record
    return answers


def _identity(meta: Mapping[str, Any]) -> Any:
    """The metadata that must be the same for answers to be reused."""
    return {name: meta.get(name) for name in ("set", "system", "settings", "documents", "code")}


class _Meta(BaseModel):
    """The metadata of a run that loading needs; there is more."""

    model_config = ConfigDict(extra="allow")
    cases: str
    left_out: list[str] = []


def _save_json(path: Path, value: object, indent: int | None = None) -> None:
    write_atomically(path, json.dumps(value, indent=indent).encode())


def _load_json(path: Path, kind: type[_Kind]) -> _Kind:
    """Loads a JSON file as a type; a missing file counts as an empty object. Raises `EvaluationError`."""
    try:
        return TypeAdapter(kind).validate_python(json.loads(path.read_bytes()) if path.exists() else {})
    except ValidationError as error:
        raise EvaluationError(f"{path} cannot be read: {describe_error(error)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from None
