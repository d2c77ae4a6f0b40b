"""Rows of public sets; every fault is reported with file and line.

A row is a question with its own passages: as in NoMIRACL (Thakur et al. 2023), where a label says whether any passage
answers, or as in ClapNQ (Rosenthal et al. 2024), where the sentences that answer are selected.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool, StringConstraints, model_validator

from corpus.documents import Language, Span
from eval.cases import EvaluationError
from eval.output import load_labels
from eval.public.public_libraries import Text, key_of

_Row = TypeVar("_Row", bound="Row")


class Part(BaseModel):
    """A part of a set: additional fields are ignored, and numbers are accepted as text."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Row(Part):
    """One line, by its id."""

    id: str


class Passage(Part):
    """A passage of a row, with the title of its source."""

    title: str = ""
    text: str


def _with_words(passages: list[Passage]) -> list[Passage]:
    if not any(each.text.strip() for each in passages):
        raise ValueError("contains no words")
    return passages


Filled = Annotated[str, StringConstraints(pattern=r"\S")]
"""Text that is not blank."""
Passages = Annotated[list[Passage], AfterValidator(_with_words)]


class Abstention(Row):
    """A row as in NoMIRACL, `{id, language, question, passages: [{title, text}], answerable}`; its passages are in the
    language of the question."""

    language: Language
    question: Filled
    passages: Passages
    answerable: StrictBool

    def texts(self) -> list[Text]:
        """The passages as they are stored."""
        return [Text(each.title, each.text, self.language) for each in self.passages]


class Output(Part):
    """An answer that people gave, with the sentences that they took it from."""

    selected_sentences: list[str]


class Evidence(Row):
    """A row as in ClapNQ, in English: `{id, input, passages: [{title, text}], output: [{selected_sentences}]}`."""

    input: Filled
    passages: Passages
    output: list[Output]

    def texts(self) -> list[Text]:
        """The passages as they are stored."""
        return [Text(each.title, each.text, "en") for each in self.passages]

    @cached_property
    def gold(self) -> list[tuple[str, Span]]:
        """The selected sentences, each once, as (key of the document, span in it). Raises `ValueError` for one that is
        in no passage."""
        selected = [sentence.strip() for output in self.output for sentence in output.selected_sentences]
        return list(dict.fromkeys(self._find_place(sentence) for sentence in selected if sentence))

    @model_validator(mode="after")
    def _validate_gold(self) -> Evidence:
        assert self.gold is not None
        return self

    def _find_place(self, sentence: str) -> tuple[str, Span]:
        for n, text in enumerate(self.texts()):
            if (start := text.body.find(sentence)) >= 0:
                start += text.offset
                return key_of(n), (start, start + len(sentence))
        raise ValueError(f"the selected sentence {sentence[:60]!r} is in no passage")


def read_rows(path: Path, kind: type[_Row]) -> list[_Row]:
    """The rows of a JSON Lines file. Raises `EvaluationError`, also for a repeated id, and where there are no rows."""
    rows = load_labels(path, kind)
    if len({row.id for row in rows}) < len(rows) or not rows:
        raise EvaluationError(f"{path} uses an id twice." if rows else f"{path} contains no rows.")
    return rows
