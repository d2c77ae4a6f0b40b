"""Groups from first pages: what a document says of itself, and questions of that kind that a first page does not answer."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from assistant.qa.engine import Engine
from assistant.qa.metadata import Particular, particulars
from corpus.documents import Document
from eval.training.groups import Group, Read, lines_of

SOURCE = "head-"
"""What the name of such a group begins with."""
ASKED = {"en": 12, "fr": 3, "es": 3, "ru": 3, "ar": 3, "zh": 3}
"""Questions of each language about one document."""
NOWHERE = "none"
"""Questions that no first page answers."""
ALWAYS = ("adopted", NOWHERE)
"""Kinds that are asked of documents which do not tell them, too; others may be told by a line that is not known to."""
BESIDE = 2
"""Passages of the document beside its first page, which do not have the words that answer."""


def head_groups(patterns: Path, engine: Engine) -> Iterator[Group]:
    """Questions in `patterns` (`data/README.md`) about the first page of each document of the engine's library. Named `head-` and the
    kind of question. The same for the same input."""
    words: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in lines_of(patterns):
        words[row["language"]].append((row["kind"], row["pattern"]))
    for n, header in enumerate(sorted(engine.library.headers(), key=lambda each: each.id)):
        document, rng = engine.library.document(header.id), random.Random(n)
        told = particulars(engine.library, document, 1.0)
        if not told:
            continue
        kinds = {each.kind for each in told}
        for language, count in ASKED.items():
            fitting = [(kind, one) for kind, one in words[language] if kind in kinds or kind in ALWAYS]
            for kind, pattern in rng.sample(fitting, min(count, len(fitting))):
                yield _group(engine, document, told, kind, language, pattern, rng)


def _group(
    engine: Engine,
    document: Document,
    told: list[Particular],
    kind: str,
    language: str,
    pattern: str,
    rng: random.Random,
) -> Group:
    named = rng.random() < 0.3 and language == "en"
    question = pattern.format(name=f"“{document.title}”" if named else document.key, title=document.title)
    reads = [_read(told, kind)]
    answerable = reads[0].answer is not None
    words = next((each.unit.document.quote(each.unit.start, each.unit.end) for each in told if each.kind == kind), "")
    evidence = engine.search(question, 12) if answerable and kind != "title" else []
    beside = [each.passage for each in evidence if each.passage.ordinal and words not in each.passage.text]
    reads += [Read(each.heading, each.text) for each in beside if words not in each.heading][:BESIDE]
    return Group(f"{SOURCE}{kind}", language, question, answerable, tuple(reads))


def _read(told: list[Particular], kind: str) -> Read:
    """The first page as the reader reads it, with the sentence of a kind as the answer."""
    begin, answer = 0, None
    for each in told:
        if each.kind == kind and answer is None:
            answer = begin, begin + len(each.read)
        begin += len(each.read) + 1
    return Read(told[0].unit.evidence.passage.heading, " ".join(each.read for each in told), answer)
