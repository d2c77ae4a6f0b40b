"""One run from its options to its stored answers: documents into libraries, every question asked, what was cited kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any

from corpus.catalogue import Catalogue
from corpus.library import Library
from corpus.models import Models
from eval.cases import Case, EvaluationError, load_cases
from eval.eval_progress import ProgressReporter
from eval.gold_spans import Shelf, blocks_in, located
from eval.runs.corpora import built, code, corpus_of, fingerprint, sources
from eval.runs.records import Record, failed
from eval.runs.run_store import Answers, Gold, Run, answers_in, begin, finish, load_run, set_aside
from eval.systems import NAMES, System
from ingest.chunker import SEGMENTER_VERSION
from ingest.prefetch import Openable


@dataclass(frozen=True)
class Plan:
    """What is to be run.

    `questions` is the file. `documents` stand in for the collections that the cases are about,
    `library` for both: a folder with a library that is used as it is. `again` begins anew. `catalogue_dir` is where the catalogue comes from, None: the shipped one.
    """

    name: str
    questions: Path
    system: System
    out: Path
    models: Models
    catalogue: Catalogue
    catalogue_dir: Path | None = None
    documents: tuple[Path, ...] = ()
    library: Path | None = None
    again: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """What is in the file. Raises `EvaluationError`."""
        return tuple(load_cases(self.questions))

    @property
    def folder(self) -> Path:
        """Where the run is stored."""
        return self.out / self.name

    @property
    def remote(self) -> bool:
        """Whether the system has documents of its own."""
        return self.system.name not in NAMES


def execute(plan: Plan, tell: ProgressReporter) -> Run:
    """Runs a plan and returns the stored run. Cases that were answered before, by the same system with the same
    settings, documents and code, are not asked again, unless they failed.

    Raises `EvaluationError`, `LibraryError` or `EmbeddingError`.
    """
    documents = _documents(plan)
    if plan.again and (aside := set_aside(plan.folder)):
        tell.note(f"The run before is kept as {aside}.")
    aside = begin(plan.folder, _meta(plan, documents), plan.questions)
    if aside:
        tell.note(f"The run before was of other documents, settings or code; it is kept as {aside}.")
    known = answers_in(plan.folder, plan.cases)
    done = {name for name, record in known.items() if record.status != "failed"}
    if done:
        tell.note(f"{len(done)} of {len(plan.cases)} cases were answered before and are not asked again.")
    cases, left_out = list(plan.cases), list[str]()
    texts: dict[str, str] = {}
    gold: dict[str, list[Gold]] = {}
    with Answers(plan.folder) as answers, _opened(plan, documents, tell) as library:
        if library is not None:
            cases, without = askable(cases, library)
            cases, left_out = located(cases, library), [case.id for case in without]
            if without:
                tell.note(_left_out(without))
        if todo := [case for case in cases if case.id not in done]:
            plan.system.prepare(library)
            asking = ((case, answer_of(plan.system, case)) for case in todo)
            for case, record in tell.counted(asking, "cases asked", len(cases), len(cases) - len(todo)):
                answers.add(case, record)
        if library is not None:
            texts = cited_texts(list(answers_in(plan.folder, cases).values()), library)
            gold = gold_texts(cases, library)
    if len(left_out) == len(plan.cases):
        raise EvaluationError("None of the cases can be asked: the documents that they need are not held.")
    if lost := _lost(cases):
        tell.note(lost)
    finish(plan.folder, texts, gold, cases, {"left_out": left_out})
    return load_run(plan.folder)


@dataclass(frozen=True)
class _Documents:
    """What cases are asked of: the name of a collection, its files, and a hash of what its library is made from; no files of a
    system that has documents of its own, and of a library that is used as it is."""

    name: str
    sources: tuple[Openable, ...] = ()
    hash: str = ""


def _documents(plan: Plan) -> _Documents:
    if plan.library is not None:
        return _Documents("library", hash=_library_hash(plan))
    corpus = corpus_of(plan.cases, plan.documents)
    if plan.remote and not plan.documents and corpus != "starter":
        return _Documents(corpus or "documents")
    given = sources(corpus, plan.documents)
    return _Documents(corpus or "documents", tuple(given), fingerprint(given, plan.models, plan.catalogue_dir))


@contextmanager
def _opened(plan: Plan, documents: _Documents, tell: ProgressReporter) -> Iterator[Library | None]:
    if plan.library is not None:
        with Library(plan.library, plan.models, SEGMENTER_VERSION, owner="rapporteur eval run") as library:
            yield library
    elif documents.sources:
        home = f"{documents.name}-{documents.hash}"
        folder = plan.out / "libraries"
        with built(folder, home, documents.sources, plan.models, plan.catalogue, tell.reading) as library:
            yield library
    else:
        yield None


def _meta(plan: Plan, documents: _Documents) -> dict[str, Any]:
    return {
        "set": plan.questions.stem,
        "cases": plan.questions.name,
        "system": plan.system.name,
        "settings": {**plan.system.settings, **({} if plan.remote else plan.settings)},
        "documents": {documents.name: documents.hash},
        "code": "" if plan.remote else code("corpus", "ingest", "assistant"),
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _library_hash(plan: Plan) -> str:
    """A hash of what a library of the user's holds."""
    assert plan.library is not None
    if not (plan.library / "library.sqlite3").is_file():
        raise EvaluationError(f"{plan.library} holds no library. Make one with 'rapporteur ingest'.")
    with Library(plan.library, plan.models, SEGMENTER_VERSION, owner="rapporteur eval run") as library:
        held = "".join(f"{header.id}\0{header.sha256}\0" for header in library.each_header())
    return hashlib.sha256(f"{held}{plan.models.fingerprint}".encode()).hexdigest()[:16]


def _lost(cases: Sequence[Case]) -> str:
    """What is said of gold places whose words the documents don't have as they were read: nothing can lie in them."""
    lost = [case for case in cases if any(all(each.found == () for each in place.acceptable) for place in case.gold)]
    told = f"Words that name gold places are not found in the documents, and count as not cited, in {len(lost)} cases"
    return f"{told}: {_some(lost)}." if lost else ""


def _left_out(cases: Sequence[Case]) -> str:
    needs = ", ".join(dict.fromkeys(need for case in cases for need in case.needs))
    told = f"{len(cases)} cases are left out, since documents that they need are not held"
    return f"{told} ({needs}): {_some(cases)}."


def _some(cases: Sequence[Case]) -> str:
    return ", ".join(case.id for case in cases[:10]) + (" ..." if len(cases) > 10 else "")


def answer_of(system: System, case: Case) -> Record:
    """One answer. A system that raises has failed the case; the record says how."""
    try:
        return system.answer(case)
    except Exception as error:  # noqa: BLE001  whatever breaks in what is evaluated is a result of the evaluation
        return failed(case.id, system.name, f"{type(error).__name__}: {error}")


def askable(cases: Sequence[Case], library: Library) -> tuple[list[Case], list[Case]]:
    """The cases whose documents are held, and the others."""
    shelf = Shelf(library)
    held = [all(shelf.ids(need) for need in case.needs) for case in cases]
    return [*compress(cases, held)], [case for case, here in zip(cases, held, strict=True) if not here]


def cited_texts(records: Sequence[Record], library: Library) -> dict[str, str]:
    """The canonical texts of the documents that records cite, by id, and by key where one document has it."""
    named = {name for record in records for cited in record.citations for name in (cited.source, cited.document)}
    keys = library.keys()
    by_key: dict[str, list[str]] = {}
    for document_id, key in keys.items():
        by_key.setdefault(key, []).append(document_id)
    found = {name: library.document(name).text for name in sorted(named) if name in keys}
    for name in sorted(named - set(found)):
        if len(ids := by_key.get(name, [])) == 1:
            found[name] = library.document(ids[0]).text
    return found


def gold_texts(cases: Sequence[Case], library: Library) -> dict[str, list[Gold]]:
    """What stands in the gold places of each case: of a document that has several blocks there, all of them. Words that
    name a place must have been looked up (`eval.gold_spans.located`)."""
    found: dict[str, list[Gold]] = {}
    shelf = Shelf(library)
    for case in cases:
        for place in case.gold:
            for document in map(library.document, shelf.ids(place.document)):
                if blocks := blocks_in(place, document):
                    text = "\n".join(document.block_text(block) for block in blocks)
                    found.setdefault(case.id, []).append(Gold(document.key, place.as_locator, text))
    return found
