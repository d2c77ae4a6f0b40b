"""Stored runs: a folder with what was asked, what was answered, and the texts that the citations are of.

run.json       what was run: set, system and its settings, documents, code; its state
NAME.yaml      the question set as it was asked (NAME.jsonl where it is JSON Lines)
answers.jsonl  a record a line, written as each case is answered
texts.json     canonical texts of the cited documents, by document id and by key
gold.json      by case, what stands in its gold places
spans.json     by case with gold places that are named by words, where these stand (`eval.gold_spans.found_of`)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from corpus.files import write_whole
from eval.cases import Case, EvaluationError, describe_error, load_cases
from eval.gold_spans import Found, found_of, with_found
from eval.json_lines import JsonLinesWriter, read_json_lines
from eval.runs.records import Record, Text

ANSWERS, TEXTS, GOLD, META, SPANS = "answers.jsonl", "texts.json", "gold.json", "run.json", "spans.json"

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Gold:
    """What stands in a gold place of a case: the document's key, a locator, the words."""

    document: Text
    locator: Text
    text: Text


@dataclass(frozen=True)
class Run:
    """A stored run. `records` are in the order of `cases`; cases that were not asked yet have none. `gold` has, by case,
    what stands in the gold places; nothing where the documents were not at hand."""

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
        """How many cases were not asked yet."""
        return len(self.cases) - len(self.records)

    def text_of(self, document: str) -> str:
        """The canonical text of a cited document by id or key. Raises `KeyError` for one that was not held."""
        return self.texts[document]


class Answers(ExitStack):
    """The answers of a run as they are written. Raises `EvaluationError` where another process is writing to the run."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        try:
            self.enter_context(FileLock(folder / "writing.lock", timeout=0))
        except Timeout:
            raise EvaluationError(
                f"{folder} is being written to by another 'eval run'. Wait until it has ended."
            ) from None
        self._file = self.enter_context(JsonLinesWriter(folder / ANSWERS))

    def add(self, case: Case, record: Record) -> None:
        """Writes one answer."""
        self._file.add({"asked": asked(case), **record.to_json()})


def asked(case: Case) -> str:
    """A hash of what a system is asked: an answer is used again as long as that stays the same."""
    turns = json.dumps([case.question, list(case.history)])
    return hashlib.sha256(turns.encode()).hexdigest()[:16]


def begin(folder: Path, meta: Mapping[str, Any], cases: Path) -> Path | None:
    """Makes the folder of a run, or opens one that was begun with the same system, documents and code.

    One that was begun otherwise is set aside under a number; returns where it is then. Raises `EvaluationError` where the
    folder holds something else.
    """
    aside = None
    if folder.exists() and any(folder.iterdir()):
        if not (folder / META).is_file():
            raise EvaluationError(
                f"{folder} is no run of 'eval run'. Choose another folder with --out or another --name."
            )
        if _identity(_held(folder / META, dict[str, Any])) != _identity(meta):
            aside = set_aside(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _store(folder / META, dict(meta), indent=2)
    write_whole(folder / str(meta["cases"]), cases.read_bytes())
    return aside


def set_aside(folder: Path) -> Path | None:
    """Makes way for a run that begins anew; returns where the one before is then."""
    if not (folder / META).is_file():
        return None
    names = (folder.with_name(f"{folder.name}.{number}") for number in count(1))
    return folder.rename(next(name for name in names if not name.exists()))


def finish(
    folder: Path,
    texts: Mapping[str, str],
    gold: Mapping[str, Sequence[Gold]],
    cases: Sequence[Case],
    more: Mapping[str, Any],
) -> None:
    """Stores the texts of what was cited and of the gold places, where the words stand that name places of `cases`, and
    more of what is to be said of the run."""
    spans = {case.id: found_of(case) for case in cases if any(found is not None for found in found_of(case))}
    _store(folder / SPANS, spans)
    _store(folder / TEXTS, dict(texts))
    _store(folder / GOLD, {case: [asdict(each) for each in held] for case, held in gold.items()})
    _store(folder / META, {**_held(folder / META, dict[str, Any]), **more}, indent=2)


def load_run(folder: Path) -> Run:
    """A stored run, its last answer to each case. Raises `EvaluationError` where it can't be read."""
    if not (folder / META).is_file():
        raise EvaluationError(f"{folder} is no run of 'eval run': it has no {META}.")
    meta = _held(folder / META, _Meta).model_dump()
    cases = [case for case in load_cases(folder / Path(meta["cases"]).name) if case.id not in meta["left_out"]]
    spans = _held(folder / SPANS, dict[str, list[Found]])
    try:
        cases = [with_found(case, spans[case.id]) if case.id in spans else case for case in cases]
    except ValueError as error:
        raise EvaluationError(f"{folder / SPANS} can't be read: {error}.") from None
    found = answers_in(folder, cases)
    records = tuple(found[case.id] for case in cases if case.id in found)
    texts, gold = _held(folder / TEXTS, dict[str, Text]), _held(folder / GOLD, dict[str, list[Gold]])
    return Run(folder, meta, tuple(cases), records, texts, gold)


def answers_in(folder: Path, cases: Sequence[Case]) -> dict[str, Record]:
    """The last stored answer to each case that was asked just so. Raises `EvaluationError` for a damaged line that is not
    the last; that one may have been cut off, and is passed over."""
    wanted = {case.id: asked(case) for case in cases}
    found: dict[str, Record] = {}
    try:
        rows = list(read_json_lines(folder / ANSWERS))
    except ValueError as error:
        raise EvaluationError(f"{error} Run again with --again.") from None
    for number, row in rows:
        try:
            record = Record.from_json(row)
        except EvaluationError as error:
            raise EvaluationError(f"{folder / ANSWERS}, line {number}: {error} Run again with --again.") from None
        if wanted.get(record.case) == row.get("asked"):
            found[record.case] = record
    return found


def _identity(meta: Mapping[str, Any]) -> Any:
    """What must be the same for answers to be used again."""
    return {name: meta.get(name) for name in ("set", "system", "settings", "documents", "code")}


class _Meta(BaseModel):
    """What must be known of a run, beside much else."""

    model_config = ConfigDict(extra="allow")
    cases: str
    left_out: list[str] = []


def _store(path: Path, value: object, indent: int | None = None) -> None:
    write_whole(path, json.dumps(value, indent=indent).encode())


def _held(path: Path, kind: type[_Kind]) -> _Kind:
    """What a file of JSON holds, of some kind; of one that is not there as of an empty object. Raises `EvaluationError`."""
    try:
        return TypeAdapter(kind).validate_python(json.loads(path.read_bytes()) if path.exists() else {})
    except ValidationError as error:
        raise EvaluationError(f"{path} can't be read: {describe_error(error)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise EvaluationError(f"{path} can't be read: {error}") from None
