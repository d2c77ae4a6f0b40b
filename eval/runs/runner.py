"""Asking a system every question of a set: resumable by case, several at once, each answer kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from corpus.library import Library
from eval.cases import Case
from eval.gold_spans import Shelf, blocks_in
from eval.runs.records import Record
from eval.runs.run_store import Answers, Gold
from eval.systems import System
from eval.systems.system_interface import failed

Told = Callable[[Record], None]


def ask_all(system: System, cases: Sequence[Case], answers: Answers, jobs: int = 1, told: Told | None = None) -> None:
    """Asks each case and stores its record; `told` hears of each. Interrupted, what was answered is kept."""
    for case, record in _answered(system, cases, jobs):
        answers.add(case, record)
        if told:
            told(record)


def answer_of(system: System, case: Case) -> Record:
    """One answer. A system that raises has failed the case; the record says how."""
    try:
        return system.answer(case)
    except Exception as error:  # noqa: BLE001  whatever breaks in what is evaluated is a result of the evaluation
        return failed(case, system.name, f"{type(error).__name__}: {error}")


def askable(cases: Sequence[Case], library: Library) -> tuple[list[Case], list[Case]]:
    """The cases whose documents are held, and the others."""
    shelf = Shelf(library)
    good = [case for case in cases if all(shelf.ids(need) for need in case.needs)]
    ids = {case.id for case in good}
    return good, [case for case in cases if case.id not in ids]


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
                    found.setdefault(case.id, []).append(Gold(document.key, place.wanted, text))
    return found


def _answered(system: System, cases: Sequence[Case], jobs: int) -> Iterator[tuple[Case, Record]]:
    """Answers as they come; in order where one is asked at a time."""
    if jobs == 1:
        for case in cases:
            yield case, answer_of(system, case)
        return
    left = iter(cases)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="asking")
    try:
        running: dict[Future[Record], Case] = {}
        while True:
            # Never more in flight than are asked at once: an interrupt then waits for these alone.
            for case in islice(left, jobs - len(running)):
                running[pool.submit(answer_of, system, case)] = case
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
