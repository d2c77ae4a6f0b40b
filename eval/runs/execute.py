"""Executes a run: reads the documents into a library, asks every question, stores the answers and the cited texts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.engine_factory import load_catalogue
from assistant.settings import Settings
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.cases import Case, EvaluationError, load_cases
from eval.gold_spans import DocumentIndex, blocks_in, locate_gold
from eval.output import ProgressReporter
from eval.runs.corpora import find_collection, find_sources, fingerprint, hash_packages, models_of, open_built_library
from eval.runs.records import Record
from eval.runs.run_store import Gold, Run, begin_run, finish_run, load_answers, load_run, open_answers, set_aside
from eval.systems import NAMES, System
from ingest.chunker import SEGMENTER_VERSION
from ingest.prefetch import InputSource


@dataclass(frozen=True)
class Plan:
    """What is run. `questions` is the file of the set. `documents` replace the collections that the cases are about,
    `library` replaces both: a folder with a library that is used as it is. `again` starts over. `config` names the
    embedding models and the catalogue."""

    name: str
    questions: Path
    system: System
    out: Path
    config: Settings
    documents: tuple[Path, ...] = ()
    library: Path | None = None
    again: bool = False

    @cached_property
    def models(self) -> EmbeddingModels:
        """The embedding models."""
        return models_of(self.config)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the file. Raises `EvaluationError`."""
        return tuple(load_cases(self.questions))

    @property
    def folder(self) -> Path:
        """Where the run is stored."""
        return self.out / self.name

    @property
    def remote(self) -> bool:
        """Whether the system has documents of its own."""
        return self.system.name not in NAMES


def execute(plan: Plan, progress: ProgressReporter) -> Run:
    """Executes a plan and returns the stored run. Cases that were answered before, by the same system with the same
    settings, documents and code, are not asked again, unless they failed.

    Raises `EvaluationError`, `LibraryError` or `EmbeddingError`."""
    collection, digest, files = _find_documents(plan)
    if plan.again and (aside := set_aside(plan.folder)):
        progress.note(f"The previous run was renamed to {aside}.")
    aside = begin_run(plan.folder, _build_meta(plan, {collection: digest}), plan.questions)
    if aside:
        progress.note(f"The previous run had other documents, settings or code; it was renamed to {aside}.")
    stored = load_answers(plan.folder, plan.cases)
    answered = {name for name, record in stored.items() if record.status != "failed"}
    if answered:
        progress.note(f"{len(answered)} of {len(plan.cases)} cases were answered before and are not asked again.")
    cases, left_out = list(plan.cases), list[str]()
    texts: dict[str, str] = {}
    gold: dict[str, list[Gold]] = {}
    name = f"{collection}-{digest}"
    with open_answers(plan.folder) as add, _open_documents(plan, name, files, progress) as library:
        if library is not None:
            cases, unaskable = split_askable(cases, library)
            cases, left_out = locate_gold(cases, library), [case.id for case in unaskable]
            if unaskable:
                progress.note(_describe_left_out(unaskable))
        if todo := [case for case in cases if case.id not in answered]:
            plan.system.prepare(library)
            new_records = ((case, ask_system(plan.system, case)) for case in todo)
            for case, record in progress.counted(new_records, "cases asked", len(cases), len(cases) - len(todo)):
                add(case, record)
        if library is not None:
            texts = cited_texts(list(load_answers(plan.folder, cases).values()), library)
            gold = gold_texts(cases, library)
    if len(left_out) == len(plan.cases):
        raise EvaluationError("None of the cases can be asked: the documents that they need are not in the library.")
    if lost := _describe_lost(cases):
        progress.note(lost)
    finish_run(plan.folder, texts, gold, cases, {"left_out": left_out})
    return load_run(plan.folder)


def _find_documents(plan: Plan) -> tuple[str, str, Sequence[InputSource]]:
    """The documents of a run: name of the collection, a hash of what its library is made from, and its files; none for
    a system that has documents of its own, or where a given library is used."""
    if plan.library is not None:
        return "library", _library_hash(plan.library, plan.models), ()
    corpus = find_collection(plan.cases, plan.documents)
    if plan.remote and not plan.documents and corpus != "starter":
        return corpus or "documents", "", ()
    files = find_sources(corpus, plan.documents)
    return corpus or "documents", fingerprint(files, plan.models, plan.config.catalogue_dir), files


def _open_documents(
    plan: Plan, name: str, files: Sequence[InputSource], progress: ProgressReporter
) -> AbstractContextManager[Library | None]:
    if plan.library is not None:
        return Library(plan.library, plan.models, SEGMENTER_VERSION, owner="rapporteur eval run")
    if not files:
        return nullcontext()
    catalogue = load_catalogue(plan.config)
    return open_built_library(plan.out / "libraries", name, files, plan.models, catalogue, progress.reading)


def _build_meta(plan: Plan, documents: Mapping[str, str]) -> dict[str, Any]:
    own = {"embedding": plan.config.embedding, "multilingual": plan.config.multilingual}
    return {
        "set": plan.questions.stem,
        "cases": plan.questions.name,
        "system": plan.system.name,
        "settings": {**plan.system.settings, **({} if plan.remote else own)},
        "documents": documents,
        "code": "" if plan.remote else hash_packages("corpus", "ingest", "assistant"),
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _library_hash(folder: Path, models: EmbeddingModels) -> str:
    if not (folder / "library.sqlite3").is_file():
        raise EvaluationError(f"{folder} contains no library. Create one with 'rapporteur ingest'.")
    with Library(folder, models, SEGMENTER_VERSION, owner="rapporteur eval run") as library:
        contents = "".join(f"{header.id}\0{header.sha256}\0" for header in library.iter_headers())
    return hashlib.sha256(f"{contents}{models.fingerprint}".encode()).hexdigest()[:16]


def _describe_lost(cases: Sequence[Case]) -> str:
    """A sentence about gold places whose words are not in the documents, so that no citation can lie in them."""
    lost = [case for case in cases if any(all(each.found == () for each in place.acceptable) for place in case.gold)]
    note = f"Words that name gold places are not found in the documents, and count as not cited, in {len(lost)} cases"
    return f"{note}: {_list_ids(lost)}." if lost else ""


def _describe_left_out(cases: Sequence[Case]) -> str:
    needs = ", ".join(dict.fromkeys(need for case in cases for need in case.needs))
    note = f"{len(cases)} cases are left out, because documents that they need are not in the library"
    return f"{note} ({needs}): {_list_ids(cases)}."


def _list_ids(cases: Sequence[Case]) -> str:
    return ", ".join(case.id for case in cases[:10]) + (" ..." if len(cases) > 10 else "")


def ask_system(system: System, case: Case) -> Record:
    """Asks a system one case. An exception fails the case; the record says how."""
    try:
        return system.answer(case)
    except Exception as error:  # noqa: BLE001  whatever breaks in what is evaluated is a result of the evaluation
        return Record(case.id, system.name, "failed", error=f"{type(error).__name__}: {error}")


def split_askable(cases: Sequence[Case], library: Library) -> tuple[list[Case], list[Case]]:
    """Splits cases into those whose documents are all in the library, and the others."""
    index = DocumentIndex(library)
    askable: list[Case] = []
    left_out: list[Case] = []
    for case in cases:
        (askable if all(map(index.ids, case.needs)) else left_out).append(case)
    return askable, left_out


def cited_texts(records: Sequence[Record], library: Library) -> dict[str, str]:
    """The canonical texts of the documents that records cite, by id, and by key where only one document has it."""
    names = {name for record in records for cited in record.citations for name in (cited.source, cited.document)}
    keys = library.document_keys()
    by_key: dict[str, list[str]] = {}
    for document_id, key in keys.items():
        by_key.setdefault(key, []).append(document_id)
    texts = {name: library.document(name).text for name in sorted(names) if name in keys}
    for name in sorted(names - set(texts)):
        if len(ids := by_key.get(name, [])) == 1:
            texts[name] = library.document(ids[0]).text
    return texts


def gold_texts(cases: Sequence[Case], library: Library) -> dict[str, list[Gold]]:
    """The texts of the gold places of each case, in every document that has blocks there. Places given by words must
    have been located (`eval.gold_spans.locate_gold`)."""
    gold: dict[str, list[Gold]] = {}
    index = DocumentIndex(library)
    for case in cases:
        for place in case.gold:
            for document in map(library.document, index.ids(place.document)):
                if blocks := blocks_in(place, document):
                    text = "\n".join(document.block_text(block) for block in blocks)
                    gold.setdefault(case.id, []).append(Gold(document.key, place.as_locator, text))
    return gold
