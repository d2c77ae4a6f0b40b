"""Groups from questions about available documents: the passages with the answer, and highly ranked passages without
it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.qa.engine import Engine
from assistant.qa.provisions import is_within
from assistant.qa.retriever import Evidence
from assistant.qa.units import reader_heading, without_edge_lines
from corpus.documents import Document, Passage, Span
from corpus.library import Library
from eval.gold_spans import document_name, find_span
from eval.training.groups import Group, Read, read_values
from eval.wording import normalize_text

SEARCHED = 24
"""Passages that are retrieved for a question."""
HARD = 20
"""Maximum number of the first of these without an answer to draw from."""
OTHERS = 8
"""How many of these are added to the passages with the answer; one more where there are none. More than a training
reads: `mine` keeps the hardest."""
WRITTEN_ABOUT = "un-"
"""Prefix of the names of groups about documents of the United Nations."""
TREATY = "treaty-"
"""Prefix of the names of groups about invented treaties."""
TRANSLATED = "translated-"
"""Prefix of the names of translated groups."""
STRANGE = "strange-"
"""Prefix of the names of groups that ask documents of the United Nations about something else."""
READ_STRANGE = 3
"""Passages for such a question, the first that search finds."""


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
    *,
    alone: bool = False,
) -> Iterator[Group]:
    """The groups of question files (`data/README.md`) over the documents of an engine's library, named by `source`
    and their kind. Each is followed by its `translations`, with the same name, or `translated-` and its kind for
    documents of the United Nations. With `alone` a question is asked of its own document only, where others may
    answer it as well."""
    rng = random.Random(1)
    others: dict[str, list[Mapping[str, Any]]] = {}
    for raw in read_values(translations) if translations else ():
        others.setdefault(raw["of"], []).append(raw)
    for asked in load_questions(files, engine.library):
        if asked is None:
            continue
        group = _group(asked, engine, rng, source, alone)
        if not group.reads:
            continue  # the first page alone tells it, and no passage is near
        yield group
        told = TRANSLATED if source == WRITTEN_ABOUT else source
        for raw in others.get(asked.id, ()):
            named = f"{told}{asked.kind}"
            yield replace(group, source=named, language=raw["language"], question=with_previous_turn(raw))


def strange_groups(asked: Iterable[Group], engine: Engine) -> Iterator[Group]:
    """Questions about anything but the documents of an engine's library, with the passages that search finds there."""
    for group in asked:
        found = engine.retriever.retrieve(engine.question(group.question), READ_STRANGE)
        reads = tuple(read for each in found if (read := as_read(each.passage, each.document)))
        if reads:
            yield Group(f"{STRANGE}{group.language}", group.language, group.question, answerable=False, reads=reads)


def load_questions(files: Sequence[Path], library: Library) -> Iterator[OwnQuestion | None]:
    """The questions of files; None for one whose places are not in the library."""
    by_stem = {document_name(library.document(header.id).source): header.id for header in library.iter_headers()}
    for path in files:
        for raw in read_values(path):
            yield _asked(raw, library, by_stem)


def _asked(raw: dict[str, Any], library: Library, by_stem: Mapping[str, str]) -> OwnQuestion | None:
    spans: dict[str, list[Span]] = {}
    places = raw.get("gold", [])
    for gold in places:
        held = by_stem.get(gold.get("document", raw["document"]))
        found = _place(library.document(held), gold) if held else None
        if found is not None and held is not None:
            spans.setdefault(held, []).append(found)
    if places and not spans:
        return None
    question = with_previous_turn(raw)
    facts = tuple(tuple(each) for each in raw.get("facts", []))
    about = by_stem.get(raw["document"])
    return OwnQuestion(raw.get("id", ""), about, question, raw["language"], raw["kind"], facts, spans)


def with_previous_turn(raw: Mapping[str, Any]) -> str:
    """The question, with the previous turn in front."""
    return " ".join([*raw.get("history", [])[-1:], raw["question"]])


def _place(document: Document, gold: Mapping[str, str]) -> Span | None:
    """The span of a gold place: its words, or everything at its locator; None where neither is found."""
    if "span" in gold:
        return find_span(document, gold["locator"], gold["span"])
    blocks = [block for block in document.blocks if is_within(block.locator, gold["locator"])]
    return (blocks[0].start, blocks[-1].end) if blocks else None


def _group(asked: OwnQuestion, engine: Engine, rng: random.Random, source: str, alone: bool) -> Group:
    documents = [asked.about] if alone and asked.about is not None else None
    question = engine.question(asked.question)
    found = [each.passage for each in engine.retriever.retrieve(question, SEARCHED, documents)]
    library = engine.library
    reads: list[Read] = []
    for held, spans in asked.spans.items():
        for begin, end in spans[:2]:
            reads += _answering(library.document(held), library.passages(held), begin, end)
    answered = bool(reads)  # what first pages tell, no passage answers
    home = set(asked.spans)
    near = [each for each in found if not _may_answer(asked, each)]
    own = [each for each in near if each.document_id in home]
    if home and not asked.facts:
        near = own  # without the facts nobody knows what other documents say of them
    hard = [*own[: HARD // 2], *[each for each in near if each not in own[: HARD // 2]]][:HARD]
    chosen = rng.sample(hard, min(len(hard), OTHERS + (not reads)))
    if not reads and near and near[0] not in chosen:
        chosen[-1:] = [near[0]]  # what search likes best of what does not answer
    reads += [read for each in chosen if (read := as_read(each, library.document(each.document_id)))]
    return Group(f"{source}{asked.kind}", asked.language, asked.question, answered, tuple(reads))


def as_read(passage: Passage, document: Document, span: Span | None = None) -> Read | None:
    """A passage as the product reads it, with the answer in it, a span of the document; lines that are not read with
    passages can't contain the answer. None where there are no other lines."""
    evidence = Evidence(passage, document)
    words = without_edge_lines(evidence)
    if words is None:
        return None
    read = words.passage
    start, stop = (max(span[0], read.start), min(span[1], read.end)) if span else (0, 0)
    return Read(reader_heading(evidence), read.text, (start - read.start, stop - read.start) if start < stop else None)


def _answering(document: Document, passages: Sequence[Passage], begin: int, end: int) -> list[Read]:
    """The passages that contain a span; for a span over several, the one with most of it."""
    best = max(passages, key=lambda each: min(end, each.end) - max(begin, each.start))
    read = as_read(best, document, (begin, end))
    return [read] if read is not None and read.answer else []


def _may_answer(asked: OwnQuestion, passage: Passage) -> bool:
    """Whether a passage overlaps a span with the answer, or states all the facts elsewhere."""
    spans = asked.spans.get(passage.document_id, ())
    if any(begin < passage.end and passage.start < end for begin, end in spans):
        return True
    said = normalize_text(passage.text)
    return bool(asked.facts) and all(any(normalize_text(each) in said for each in fact) for fact in asked.facts)
