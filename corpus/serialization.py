"""Converts frozen dataclasses to and from JSON data, with strict validation."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class SerializationError(ValueError):
    """JSON data that is not a valid value of the type; the message names the place in it. Permanent."""


def to_json_data(value: Any) -> Any:
    """A dataclass as JSON data: fields with their default value are left out, tuples become lists, symbols text, dates
    and times ISO 8601."""
    kind: Any = type(value)
    return _adapter(kind).dump_python([value], mode="json", exclude_defaults=True)[0]


def from_json_data(kind: Any, data: Any, where: str = "") -> Any:
    """The inverse of `to_json_data` for a type. Error messages begin with `where`. Raises `SerializationError` where a field is missing,
    unknown or of another type, and where the dataclass itself raises a `ValueError`."""
    try:
        return _adapter(kind).validate_json(json.dumps([data]))[0]
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join([where or kind.__name__, *(str(part)[:40] for part in fault["loc"][1:])])
        message = str(fault.get("ctx", {}).get("error", fault["msg"])).rstrip(".")
        raise SerializationError(f"{place}: {message}.") from None
    except RecursionError:
        raise SerializationError(f"{where or kind.__name__}: it is nested too deep.") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[list[Any]]:
    """The adapter for a list of one type: unlike a dataclass, a list has no configuration of its own, so that `_STRICT` applies."""
    return TypeAdapter(list[kind], config=_STRICT)
