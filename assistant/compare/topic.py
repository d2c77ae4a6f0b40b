"""What each of several documents says on one topic, side by side, quoted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from assistant.brief.choosing import Chooser
from assistant.brief.ground import Ground, Theme
from assistant.brief.model import Request
from assistant.qa.answer import Statement, statement_json
from assistant.qa.engine import Engine
from assistant.slices import Aside, Slices
from corpus.documents import Document

Progress = Callable[[str, int, int], None]
"""Told the name of a document before it is read, how many are done, and how many there are."""
SAID = 3
"""Most statements of one document."""
SIDES = 12
"""Most documents that are looked for where none is named."""


@dataclass(frozen=True)
class Side:
    """What one document says."""

    document: str
    label: str
    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class TopicComparison:
    """What documents say on a topic; `silent` are the labels of those named that say nothing on it."""

    topic: str
    language: str
    sides: tuple[Side, ...]
    silent: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `compare --topic --json` prints."""
        return {
            "topic": self.topic,
            "language": self.language,
            "sides": [
                {
                    "document": side.document,
                    "label": side.label,
                    "title": side.title,
                    "statements": [statement_json(each) for each in side.statements],
                }
                for side in self.sides
            ],
            "silent": list(self.silent),
        }


def compare_topic(
    engine: Engine,
    topic: str,
    documents: Sequence[Document] = (),
    language: str | None = None,
    progress: Progress | None = None,
    aside: Aside = nullcontext,
) -> TopicComparison:
    """What documents say on a topic: those named in their order, or those that say most. `aside` is entered between
    slices of the work."""
    question = engine.question(topic, language)
    words = question.text
    held = tuple(sorted(engine.library.versions().quotable(question.language)))
    request = Request("theme", words, language=question.language, mixed=True)
    named = list(dict.fromkeys(document.id for document in documents))
    ground = Ground(request, words, (Theme("", words),), (), (), tuple(named) or held)
    chooser = Chooser(engine, ground, slices=Slices(aside))
    if not named:
        found = engine.retriever.retrieve(question, 4 * SIDES, held) if words else []
        named = list(dict.fromkeys(each.document.id for each in found))[:SIDES]
    sides, silent = [], []
    for n, document_id in enumerate(named):
        document = engine.library.document(document_id)
        if progress is not None:
            progress(document.label, n, len(named))
        chosen = chooser.speaking(words, [document_id], SAID) if words else []
        statements = chooser.take([each.unit for each in sorted(chosen, key=lambda each: each.unit.start)])
        if statements:
            sides.append(Side(document_id, document.label, document.title, statements))
        elif documents:
            silent.append(document.label)
    return TopicComparison(words, question.language, tuple(sides), tuple(silent))
