"""Rows of public sets; every fault is reported with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from eval.cases import EvaluationError
from eval.output import load_labels
from eval.public.public_libraries import Text

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

    def to_text(self, language: str) -> Text:
        """The passage as it is stored in a library."""
        return Text(self.title, self.text, language)


def _with_words(passages: list[Passage]) -> list[Passage]:
    if not any(each.text.strip() for each in passages):
        raise ValueError("contains no words")
    return passages


Filled = Annotated[str, StringConstraints(pattern=r"\S")]
"""Text that is not blank."""
Passages = Annotated[list[Passage], AfterValidator(_with_words)]


def read_rows(path: Path, kind: type[_Row]) -> list[_Row]:
    """The rows of a JSON Lines file. Raises `EvaluationError`, also for a repeated id, and where there are no rows."""
    rows = load_labels(path, kind)
    if len({row.id for row in rows}) < len(rows) or not rows:
        raise EvaluationError(f"{path} uses an id twice." if rows else f"{path} contains no rows.")
    return rows
