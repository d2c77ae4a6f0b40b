"""Reading public sets: every fault is told with the file and the line or place at which it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from eval.cases import EvaluationError, what_is_wrong
from eval.public.public_shelf import Text

_Kind = TypeVar("_Kind", bound=BaseModel)
_Row = TypeVar("_Row", bound="Row")


class PublicError(EvaluationError):
    """A file that does not have the layout of its set. The message names the file and the place; mend it there."""


class Part(BaseModel):
    """A part of a set: what more it has is passed over, and numbers stand for text."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Row(Part):
    """What stands in one line, by its id."""

    id: str


class Passage(Part):
    """A passage of a row, with the title of where it is from."""

    title: str = ""
    text: str

    def held(self, language: str) -> Text:
        """The passage as it is held."""
        return Text(self.title, self.text, language)


def _with_words(passages: list[Passage]) -> list[Passage]:
    if not any(each.text.strip() for each in passages):
        raise ValueError("holds no words")
    return passages


Filled = Annotated[str, StringConstraints(pattern=r"\S")]
"""Text that is not blank."""
Passages = Annotated[list[Passage], AfterValidator(_with_words)]


def parsed(kind: type[_Kind], text: str, where: str) -> _Kind:
    """A value of JSON. Raises `PublicError` with where it stands and the first thing that is wrong."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise PublicError(f"{where}: {what_is_wrong(error)}") from None


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, with their numbers. Raises `PublicError` where it can't be read."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError as error:
        raise PublicError(f"{path} is not UTF-8 text ({error.reason}).") from None
    except OSError as error:
        raise PublicError(f"{path} can't be read: {error.strerror}.") from None


def read_rows(path: Path, kind: type[_Row]) -> list[_Row]:
    """The rows of a JSON Lines file. Raises `PublicError`, also where an id stands twice, and where there are none."""
    found: dict[str, _Row] = {}
    for number, line in lines_of(path):
        row = parsed(kind, line, f"{path}, line {number}")
        if row.id in found:
            raise PublicError(f"{path}, line {number}: the id {row.id!r} stands in the file before.")
        found[row.id] = row
    if not found:
        raise PublicError(f"{path} holds no rows.")
    return list(found.values())
