"""Values (frozen dataclasses) to and from JSON, checked: what comes from outside never becomes a value of another type."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from corpus.symbols import Symbol

_Read = Callable[[Any, str], Any]
_HALF = re.compile("[\ud800-\udfff]")


class PlainError(ValueError):
    """JSON that is no value of the type; the message names the place in it. Permanent."""


def to_plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses as objects without the fields that are at their default, tuples as
    lists, symbols as text, dates and times in ISO 8601."""
    if isinstance(value, Symbol):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_plain(held)
            for name, default in _defaults(type(value))
            if (held := getattr(value, name)) != default or type(held) is not type(default)
        }
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: to_plain(inner) for name, inner in value.items()}
    return value


def from_plain(kind: Any, data: Any, where: str = "") -> Any:
    """The inverse of `to_plain` for a type: a dataclass of str, int, float, bool, None, Literal, tuple, date, time,
    symbols and further dataclasses. `where` opens the messages. Raises `PlainError` where a field is missing,
    unknown or of another type, and whatever the dataclass itself raises."""
    return _reader(kind)(data, where or getattr(kind, "__name__", "value"))


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _fault(where: str, wanted: str) -> PlainError:
    return PlainError(f"{where} is not {wanted}.")


@cache
def _reader(kind: Any) -> _Read:
    """The function that reads one type; made once."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
        needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
        return partial(_object, kind, readers, needed)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return partial(_choice, inner)
    if origin in (Union, UnionType):
        (rest,) = [each for each in inner if each is not NoneType]
        return partial(_optional, _reader(rest))
    if origin is tuple and inner[-1] is ...:
        return partial(_list, _reader(inner[0]))
    if origin is tuple:
        return partial(_tuple, tuple(_reader(each) for each in inner))
    raise TypeError(f"{kind} has no form in JSON")


def _exact(kind: type, name: str, data: Any, where: str) -> Any:
    if type(data) is not kind:
        raise _fault(where, name)
    return data


def _text(data: Any, where: str) -> str:
    if type(data) is not str or (not data.isascii() and _HALF.search(data)):
        raise _fault(where, "text")
    return data


def _number(data: Any, where: str) -> float:
    if type(data) not in (int, float) or data != data or data in (float("inf"), float("-inf")):
        raise _fault(where, "a number")
    return float(data)


def _parsed(parse: Callable[[str], Any], name: str, data: Any, where: str) -> Any:
    try:
        return parse(_text(data, where))
    except PlainError:
        raise
    except ValueError:
        raise _fault(where, name) from None


def _choice(choices: tuple[str, ...], data: Any, where: str) -> str:
    if type(data) is not str or data not in choices:
        raise _fault(where, f"one of {', '.join(choices)}")
    return data


def _optional(read: _Read, data: Any, where: str) -> Any:
    return None if data is None else read(data, where)


def _list(read: _Read, data: Any, where: str) -> tuple[Any, ...]:
    if type(data) is not list:
        raise _fault(where, "a list")
    return tuple(read(each, where) for each in data)


def _tuple(readers: tuple[_Read, ...], data: Any, where: str) -> tuple[Any, ...]:
    if type(data) is not list or len(data) != len(readers):
        raise _fault(where, f"a list of {len(readers)}")
    return tuple(read(each, where) for read, each in zip(readers, data, strict=True))


def _object(kind: Any, readers: dict[str, _Read], needed: list[str], data: Any, where: str) -> Any:
    if type(data) is not dict:
        raise _fault(where, "an object")
    for name in needed:
        if name not in data:
            raise PlainError(f"{where} has no {name}.")
    made = {}
    for name, value in data.items():
        read = readers.get(name)
        if read is None:
            raise PlainError(f"{where} has a field {name[:40]!r}, which is unknown.")
        made[name] = read(value, f"{where}.{name}")
    return kind(**made)


_SIMPLE: dict[Any, _Read] = {
    str: _text,
    int: partial(_exact, int, "a whole number"),
    bool: partial(_exact, bool, "true or false"),
    float: _number,
    dt.date: partial(_parsed, dt.date.fromisoformat, "a date"),
    dt.time: partial(_parsed, dt.time.fromisoformat, "a time"),
    Symbol: partial(_parsed, Symbol.parse, "a symbol"),
}
