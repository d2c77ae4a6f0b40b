"""Groups from questions about available documents: passages with the answer, and highly ranked ones without it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.qa.engine import Engine
from assistant.qa.provisions import is_within
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import READ
from assistant.qa.units import first_page, reader_heading, without_edge_lines
from corpus.documents import Document, Passage, Span
from corpus.library import Library
from eval.gold_spans import document_name, find_span
from eval.training.groups import Group, Read, read_values
from eval.wording import normalize_text

RETRIEVED = 24
"""Passages that are retrieved for a question."""
MAX_CANDIDATES = 20
"""Maximum number of the best of these without an answer, from which negatives are drawn."""
NEGATIVES = 8
"""How many of these are added to the passages with the answer; one more where there are none. More than a training
reads: `mine` selects the hardest."""
WRITTEN_ABOUT = "un-"
"""Prefix of the names of groups about documents of the United Nations."""
TREATY = "treaty-"
"""Prefix of the names of groups about invented treaties."""
TRANSLATED = "translated-"
"""Prefix of the names of translated groups."""
STRANGE = "strange-"
"""Prefix of the names of groups with questions about something else and passages of documents of the United Nations."""
READ_STRANGE = 3
"""Passages for such a question, the first that search finds."""
ASKED = "asked"
"""Name of the groups of questions whose answers are not known."""


@dataclass(frozen=True)
class OwnQuestion:
    """A question with its answers: facts, where given, and spans by document. `about` is the document that it was
    written about, None where that is not in the library."""

    id: str
    about: str | None
    question: str
    language: str
    kind: str
    facts: tuple[tuple[str, ...], ...]
    spans: Mapping[str, list[Span]]

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.spans)


def own_groups(
    files: Sequence[Path],
    engine: Engine,
    translations: Path | None = None,
    source: str = WRITTEN_ABOUT,
) -> Iterator[Group]:
    """The groups of question files (`data/README.md`) over the documents of an engine's library, named by `source`
    and their kind. Each is followed by its `translations`, with the same name, or `translated-` and its kind for
    documents of the United Nations. A question about a treaty is asked of its own only, since others have much of the
    same text."""
    rng, translated = random.Random(1), load_translations(translations) if translations else {}
    for question in load_questions(files, engine.library):
        if question is None:
            continue
        group = _build_group(question, engine, rng, source)
        if not group.reads:
            continue  # only the first page states the answer, and no other passage was found
        yield group
        name = f"{TRANSLATED if source == WRITTEN_ABOUT else source}{question.kind}"
        for language, text in translated.get(question.id, ()):
            yield replace(group, source=name, language=language, question=text)


def strange_groups(questions: Iterable[Group], engine: Engine) -> Iterator[Group]:
    """Questions about anything but the documents of an engine's library, with the passages that search finds there."""
    for group in questions:
        evidence = engine.retriever.retrieve(engine.question(group.question), READ_STRANGE)
        reads = tuple(read for each in evidence if (read := to_read(each.passage, each.document)))
        if reads:
            yield Group(f"{STRANGE}{group.language}", group.language, group.question, answerable=False, reads=reads)


def asked_groups(questions: Iterable[str], engine: Engine) -> Iterator[Group]:
    """English questions about the documents of an engine's library, with what the product reads for them: the passages that search finds, and the first
    page of the document that it ranks first. Which of them answer is not known."""
    for question in questions:
        evidence = engine.retriever.retrieve(engine.question(question), READ)
        reads = [read for each in evidence if (read := to_read(each.passage, each.document))]
        if evidence and (page := first_page(engine.library, evidence[0].document, evidence[0].score)):
            reads.append(Read(reader_heading(page[0]), page[0].passage.text))
        if reads:
            yield Group(ASKED, "en", question, answerable=False, reads=tuple(reads))


def load_questions(files: Sequence[Path], library: Library) -> Iterator[OwnQuestion | None]:
    """Loads the questions of files; None for one whose places are not in the library."""
    by_stem = {document_name(library.document(header.id).source): header.id for header in library.iter_headers()}
    for path in files:
        for raw in read_values(path):
            yield _to_question(raw, library, by_stem)


def _to_question(raw: dict[str, Any], library: Library, by_stem: Mapping[str, str]) -> OwnQuestion | None:
    spans: dict[str, list[Span]] = {}
    places = raw.get("gold", [])
    for gold in places:
        document_id = by_stem.get(gold.get("document", raw["document"]))
        span = _find_place(library.document(document_id), gold) if document_id else None
        if span is not None and document_id is not None:
            spans.setdefault(document_id, []).append(span)
    if places and not spans:
        return None
    question = with_previous_turn(raw)
    facts = tuple(tuple(each) for each in raw.get("facts", []))
    about = by_stem.get(raw["document"])
    return OwnQuestion(raw.get("id", ""), about, question, raw["language"], raw["kind"], facts, spans)


def load_translations(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Loads the translations of questions, by their ids: language and text, with the previous turn in front."""
    translations: dict[str, list[tuple[str, str]]] = {}
    for raw in read_values(path):
        translations.setdefault(raw["of"], []).append((raw["language"], with_previous_turn(raw)))
    return translations


def with_previous_turn(raw: Mapping[str, Any]) -> str:
    """The question, with the previous turn in front."""
    return " ".join([*raw.get("history", [])[-1:], raw["question"]])


def _find_place(document: Document, gold: Mapping[str, str]) -> Span | None:
    """Finds the span of a gold place: its words, or everything at its locator; None where neither is found."""
    if "span" in gold:
        return find_span(document, gold["locator"], gold["span"])
    blocks = [block for block in document.blocks if is_within(block.locator, gold["locator"])]
    return (blocks[0].start, blocks[-1].end) if blocks else None


def _build_group(question: OwnQuestion, engine: Engine, rng: random.Random, source: str) -> Group:
    documents = [question.about] if source == TREATY and question.about is not None else None
    parsed = engine.question(question.question)
    retrieved = [each.passage for each in engine.retriever.retrieve(parsed, RETRIEVED, documents)]
    library = engine.library
    reads: list[Read] = []
    for document_id, spans in question.spans.items():
        for begin, end in spans[:2]:
            reads += _find_answering(library.document(document_id), library.passages(document_id), begin, end)
    answered = bool(reads)  # an answer that only the first page states is in no passage
    own_documents = set(question.spans)
    negatives = [each for each in retrieved if not _may_answer(question, each)]
    same_document = [each for each in negatives if each.document_id in own_documents]
    if own_documents and not question.facts:
        negatives = same_document  # without facts it is unknown whether passages of other documents answer
    first = same_document[: MAX_CANDIDATES // 2]
    candidates = [*first, *(each for each in negatives if each not in first)][:MAX_CANDIDATES]
    chosen = rng.sample(candidates, min(len(candidates), NEGATIVES + (not reads)))
    if not reads and negatives and negatives[0] not in chosen:
        chosen[-1:] = [negatives[0]]  # the hardest: ranked first without an answer
    reads += [read for each in chosen if (read := to_read(each, library.document(each.document_id)))]
    return Group(f"{source}{question.kind}", question.language, question.question, answered, tuple(reads))


def to_read(passage: Passage, document: Document, span: Span | None = None) -> Read | None:
    """Converts a passage to what a reader gets, with the answer, which is a span of the document. Headers and footers
    are not read and can't contain the answer; None where nothing else is left."""
    evidence = Evidence(passage, document)
    words = without_edge_lines(evidence)
    if words is None:
        return None
    passage_read = words.passage
    start, stop = (max(span[0], passage_read.start), min(span[1], passage_read.end)) if span else (0, 0)
    answer = (start - passage_read.start, stop - passage_read.start) if start < stop else None
    return Read(reader_heading(evidence), passage_read.text, answer)


def _find_answering(document: Document, passages: Sequence[Passage], begin: int, end: int) -> list[Read]:
    """Finds the passage that contains a span, or most of it; empty where the reader would not see the answer."""
    best = max(passages, key=lambda each: min(end, each.end) - max(begin, each.start))
    read = to_read(best, document, (begin, end))
    return [read] if read is not None and read.answer else []


def _may_answer(question: OwnQuestion, passage: Passage) -> bool:
    """Whether a passage overlaps a span with the answer, or states all the facts."""
    spans = question.spans.get(passage.document_id, ())
    if any(begin < passage.end and passage.start < end for begin, end in spans):
        return True
    text = normalize_text(passage.text)
    return bool(question.facts) and all(any(normalize_text(each) in text for each in fact) for fact in question.facts)
