"""Reading public sets: every fault is told with the file and the line or place at which it is."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

_Item = TypeVar("_Item")


class PublicError(ValueError):
    """A file that does not have the layout of its set. The message names the file and the place; mend it there."""


@dataclass(frozen=True)
class Row:
    """An object of JSON, and where it stands, for people."""

    where: str
    data: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """A field that is text, or a number, which is taken as text; `default` where the field may be absent."""
        value = self.data.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self.fault(f"{name!r} must be text" if name in self.data else f"{name!r} is missing")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise self.fault(f"{name!r} holds half of a surrogate pair, which is no character") from None
        return value

    def filled(self, name: str) -> str:
        """A field that is text and not blank."""
        value = self.text(name)
        if not value.strip():
            raise self.fault(f"{name!r} is blank")
        return value

    def flag(self, name: str) -> bool:
        """A field that is true or false."""
        value = self.data.get(name)
        if not isinstance(value, bool):
            raise self.fault(f"{name!r} must be true or false" if name in self.data else f"{name!r} is missing")
        return value

    def texts(self, name: str) -> list[str]:
        """A field that is a list of texts."""
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            raise self.fault(f"{name!r} must be a list of texts")
        return [str(value) for value in values]

    def rows(self, name: str, what: str, *, optional: bool = False) -> list[Row]:
        """A field that is a list of objects, each called `what` and its number from 1."""
        if optional and name not in self.data:
            return []
        return [as_row(value, f"{self.where}, {what} {n}") for n, value in enumerate(self._list(name), 1)]

    def fault(self, message: str) -> PublicError:
        """An error at this place."""
        return PublicError(f"{self.where}: {message}.")

    def _list(self, name: str) -> list[Any]:
        values = self.data.get(name)
        if not isinstance(values, list):
            raise self.fault(f"{name!r} must be a list" if name in self.data else f"{name!r} is missing")
        return values


def as_row(value: object, where: str) -> Row:
    """A value of JSON that must be an object. Raises `PublicError`."""
    if not isinstance(value, dict):
        raise PublicError(f"{where}: an object is wanted here, not {type(value).__name__}.")
    return Row(where, value)


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


def read_jsonl(path: Path) -> Iterator[Row]:
    """The objects of a JSON Lines file."""
    for number, line in lines_of(path):
        where = f"{path}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise PublicError(f"{where}: not JSON ({error}).") from None
        yield as_row(value, where)


def each_once(rows: Sequence[tuple[str, Row]]) -> None:
    """Raises `PublicError` where an id stands twice."""
    seen: set[str] = set()
    for key, row in rows:
        if key in seen:
            raise row.fault(f"the id {key!r} stands in the file before")
        seen.add(key)


def sample(items: Sequence[_Item], limit: int | None) -> list[_Item]:
    """`limit` of the items, drawn at random from a fixed seed and in their order; a smaller draw is part of a larger."""
    if limit is None or limit >= len(items):
        return list(items)
    order = list(range(len(items)))
    random.Random(0).shuffle(order)
    return [items[n] for n in sorted(order[:limit])]
