"""Checks a question set against the documents that it is about (`rapporteur eval check`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.engine_factory import load_catalogue
from assistant.settings import Settings
from corpus.documents import Document
from corpus.language import detect_language
from corpus.library import Library
from eval.cases import KINDS, Case, Place, read_cases
from eval.gold_spans import DocumentIndex, blocks_in, locate_gold
from eval.runs.corpora import find_collection, find_sources, fingerprint, models_of, open_built_library
from eval.wording import normalize_text, states_fact
from ingest.chunker import SEGMENTER_VERSION


@dataclass(frozen=True)
class Fault:
    """A fault of a case (its id; empty for the set as a whole), as a sentence."""

    case: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.case}: {self.sentence}" if self.case else self.sentence


def check_cases(cases: Sequence[Case], library: Library) -> list[Fault]:
    """Finds the faults of cases that follow the schema: language, needs, places, facts, reasons, duplicates."""
    index = DocumentIndex(library)

    def documents(name: str) -> list[Document]:
        """All language versions and editions of a document, named by key or file."""
        return [library.document(document_id) for document_id in index.ids(name)]

    faults: list[Fault] = []
    questions: dict[tuple[str, ...], str] = {}
    for case in locate_gold(cases, library):
        sentences = [*_check_alone(case), *_check_against_documents(case, documents)]
        question = (case.language, *map(_plain_words, case.history), _plain_words(case.question))
        if (first := questions.setdefault(question, case.id)) != case.id:
            sentences.append(f"asks the same question as {first}.")
        faults += [Fault(case.id, sentence) for sentence in sentences]
    return faults


def _plain_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalize_text(text)))


def _check_alone(case: Case) -> list[str]:
    """Faults that can be found without the documents of a case."""
    faults: list[str] = []
    if case.kind not in KINDS:
        faults.append(f"the kind {case.kind!r} is none of {', '.join(KINDS)}.")
    detected = detect_language(case.question, default=case.language)
    if detected != case.language:
        faults.append(f"its language is given as {case.language!r}, but the question reads as {detected!r}.")
    if case.kind == "follow-up" and not case.history:
        faults.append("a follow-up question needs a history.")
    if case.review:
        faults.append("is still under review: check its facts and places, then take the field 'review' away.")
    if not case.answerable:
        if not case.why.strip():
            faults.append("has no answer, so it must say why ('why').")
        present = [name for name, value in (("facts", case.facts), ("gold", case.gold)) if value]
        if present:
            faults.append(f"has no answer, but gives {' and '.join(present)}.")
        return faults
    faults += [f"has an answer, so it must give {name}." for name in ("facts", "gold") if not getattr(case, name)]
    # One place given by words may contain everything that is compared; by locators each has its own place.
    too_few = len(set(case.gold)) == 1 and not any(place.span for place in case.gold)
    if case.needs_all_places and too_few:
        faults.append(f"a {case.kind} question needs each of its places, so it must give two or more.")
    return faults


def _check_against_documents(case: Case, find_documents: Callable[[str], list[Document]]) -> list[str]:
    """Faults that show in comparison with the documents of a case."""
    faults = [f"needs {need!r}, which is not in the library." for need in case.needs if not find_documents(need)]
    texts: list[str] = []
    for place in [each for gold in case.gold for each in gold.acceptable]:
        documents = find_documents(place.document)
        if place.span and (place.article or place.paragraph):
            faults.append(
                f"a place in {place.document!r} has words beside an article; a locator may stand beside them."
            )
        elif place.span and documents and not place.found:
            faults.append(f"{place.document!r} does not say {place.span!r}.")
        elif not place.span and (bool(place.locator) == bool(place.article) or (place.locator and place.paragraph)):
            faults.append(
                f"a place in {place.document!r} must have either a locator or an article, with perhaps a paragraph."
            )
        elif place_texts := list(_place_texts(place, documents)):
            texts += place_texts
        elif documents:
            faults.append(f"{place.document!r} has no place {place.as_locator!r}.")
    if case.answerable and not case.derived and texts:
        for fact in case.facts:
            if not any(states_fact(text, alternative) for text in texts for alternative in fact):
                faults.append(
                    f"no gold place says {' or '.join(map(repr, fact))}; a composed fact needs 'derived: true'."
                )
    return faults


def _place_texts(place: Place, documents: Iterable[Document]) -> Iterable[str]:
    """The text of a place in each document that has it: all blocks in it as an answer may show them, with locators and
    what rows inherit from those above them."""
    for document in documents:
        if blocks := blocks_in(place, document):
            parts = [(block.locator, block.context, document.block_text(block)) for block in blocks]
            yield "\n".join(map("\n".join, parts))


def check_question_set(
    questions: Path, config: Settings, documents: Sequence[Path], library: Path | None, out: Path
) -> tuple[int, list[Fault]]:
    """How many cases there are, and all faults of them. Raises as `execute` does."""
    cases, unreadable = read_cases(questions)
    faults = [Fault("", sentence) for sentence in unreadable]
    models = models_of(config)
    if library is not None:
        with Library(library, models, SEGMENTER_VERSION, owner="rapporteur eval check") as opened:
            return len(cases) + len(unreadable), [*faults, *check_cases(cases, opened)]
    corpus = find_collection(cases, documents)
    files = find_sources(corpus, documents)
    name = f"{corpus or 'documents'}-{fingerprint(files, models, config.catalogue_dir)}"
    with open_built_library(out / "libraries", name, files, models, load_catalogue(config)) as opened:
        return len(cases) + len(unreadable), [*faults, *check_cases(cases, opened)]
