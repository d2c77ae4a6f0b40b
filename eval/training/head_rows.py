"""Groups from first pages: what a document says of itself, and questions of that kind that a first page does not answer."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from assistant.qa.engine import Engine
from assistant.qa.metadata import FirstPage, first_page
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
        page = first_page(engine.library, document, 1.0)
        if page is None:
            continue
        kinds = {each.kind for each in page.particulars}
        for language, count in ASKED.items():
            fitting = [(kind, one) for kind, one in words[language] if kind in kinds or kind in ALWAYS]
            for kind, pattern in rng.sample(fitting, min(count, len(fitting))):
                yield _group(engine, document, page, kind, language, pattern, rng)


def _group(
    engine: Engine,
    document: Document,
    page: FirstPage,
    kind: str,
    language: str,
    pattern: str,
    rng: random.Random,
) -> Group:
    named = rng.random() < 0.3 and language == "en"
    question = pattern.format(name=f"“{document.title}”" if named else document.key, title=document.title)
    telling = next((each for each in page.particulars if each.kind == kind), None)
    answerable = telling is not None
    words = document.quote(telling.unit.start, telling.unit.end) if telling else ""
    answer = (telling.begin, telling.end) if telling else None
    reads = [Read(page.read.passage.heading, page.read.passage.text, answer)]
    evidence = engine.search(question, 12) if answerable and kind != "title" else []
    beside = [each.passage for each in evidence if each.passage.ordinal and words not in each.passage.text]
    reads += [Read(each.heading, each.text) for each in beside if words not in each.heading][:BESIDE]
    return Group(f"{SOURCE}{kind}", language, question, answerable, tuple(reads))
