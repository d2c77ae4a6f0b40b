"""What is wrong with a question set, held against the documents that it is about (`rapporteur eval check`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.engine_factory import catalogue_of
from assistant.settings import Settings
from corpus.documents import Block, Document
from corpus.embedding import make_models
from corpus.language import detect_language
from corpus.library import Library
from eval.cases import KINDS, Case, Place, read_cases
from eval.gold_spans import Shelf, blocks_in, located
from eval.runs.corpora import built, corpus_of, fingerprint, sources
from eval.wording import normalize_text, states_fact
from ingest.chunker import SEGMENTER_VERSION

NEEDS_TWO = 2
"""Places that a question needs at least which needs each of its places."""


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a case (its id; empty for the set as a whole), as a sentence."""

    case: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.case}: {self.sentence}" if self.case else self.sentence


def check_cases(cases: Sequence[Case], library: Library) -> list[Fault]:
    """What is wrong with cases that follow the schema: language, needs, places, facts, reasons, duplicates."""
    shelf = Shelf(library)

    def documents(name: str) -> list[Document]:
        """All language versions and editions of a document, named by key or file."""
        return [library.document(document_id) for document_id in shelf.ids(name)]

    found: list[Fault] = []
    asked: dict[tuple[str, ...], str] = {}
    for case in located(cases, library):
        sentences = [*_alone(case), *_against(case, documents)]
        question = (case.language, *map(_words, case.history), _words(case.question))
        if (first := asked.setdefault(question, case.id)) != case.id:
            sentences.append(f"asks the same question as {first}.")
        found += [Fault(case.id, sentence) for sentence in sentences]
    return found


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalize_text(text)))


def _alone(case: Case) -> list[str]:
    """What can be said of a case without its documents."""
    found: list[str] = []
    if case.kind not in KINDS:
        found.append(f"the kind {case.kind!r} is none of {', '.join(KINDS)}.")
    said = detect_language(case.question, default=case.language)
    if said != case.language:
        found.append(f"its language is given as {case.language!r}, but the question reads as {said!r}.")
    if case.kind == "follow-up" and not case.history:
        found.append("a follow-up question needs a history.")
    if case.review:
        found.append("is still under review: check its facts and places, then take the field 'review' away.")
    if not case.answerable:
        if not case.why.strip():
            found.append("has no answer, so it must say why ('why').")
        given = [name for name, value in (("facts", case.facts), ("gold", case.gold)) if value]
        if given:
            found.append(f"has no answer, but gives {' and '.join(given)}.")
        return found
    found += [f"has an answer, so it must give {name}." for name in ("facts", "gold") if not getattr(case, name)]
    # Words may hold all that is compared; of locators each thing has its own.
    one = 0 < len(set(case.gold)) < NEEDS_TWO and not any(place.span for place in case.gold)
    if case.needs_all_places and one:
        found.append(f"a {case.kind} question needs each of its places, so it must give two or more.")
    return found


def _against(case: Case, held_as: Callable[[str], list[Document]]) -> list[str]:
    """What is wrong with a case beside its documents."""
    found = [f"needs {need!r}, which is not held." for need in case.needs if not held_as(need)]
    texts: list[str] = []
    for place in [each for gold in case.gold for each in gold.acceptable]:
        documents = held_as(place.document)
        if place.span and (place.article or place.paragraph):
            found.append(f"a place in {place.document!r} has words beside an article; a locator may stand beside them.")
        elif place.span and documents and not place.found:
            found.append(f"{place.document!r} does not say {place.span!r}.")
        elif not place.span and (bool(place.locator) == bool(place.article) or (place.locator and place.paragraph)):
            found.append(
                f"a place in {place.document!r} must have either a locator or an article, with perhaps a paragraph."
            )
        elif held := list(_texts(place, documents)):
            texts += held
        elif documents:
            found.append(f"{place.document!r} has no place {place.as_locator!r}.")
    if case.answerable and not case.derived and texts:
        for fact in case.facts:
            if not any(states_fact(text, alternative) for text in texts for alternative in fact):
                found.append(
                    f"no gold place says {' or '.join(map(repr, fact))}; a composed fact needs 'derived: true'."
                )
    return found


def _texts(place: Place, documents: Iterable[Document]) -> Iterable[str]:
    """What stands in a place of each document that has it: where it is, and all blocks in it."""
    for document in documents:
        if blocks := blocks_in(place, document):
            yield "\n".join(_text(document, block) for block in blocks)


def _text(document: Document, block: Block) -> str:
    """A block as an answer may show it: its locator, what a row inherits from those above it, its words."""
    return "\n".join((block.locator, block.context, document.block_text(block)))


def faults_of(
    questions: Path, chosen: Settings, documents: Sequence[Path], library: Path | None, out: Path
) -> tuple[int, list[Fault]]:
    """How many cases there are, and everything that is wrong with them. Raises as `execute` does."""
    cases, broken = read_cases(questions)
    found = [Fault("", sentence) for sentence in broken]
    models = make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models")
    if library is not None:
        with Library(library, models, SEGMENTER_VERSION, owner="rapporteur eval check") as held:
            return len(cases) + len(broken), [*found, *check_cases(cases, held)]
    corpus = corpus_of(cases, documents)
    given = sources(corpus, documents)
    home = f"{corpus or 'documents'}-{fingerprint(given, models, chosen.catalogue_dir)}"
    with built(out / "libraries", home, given, models, catalogue_of(chosen)) as held:
        return len(cases) + len(broken), [*found, *check_cases(cases, held)]
