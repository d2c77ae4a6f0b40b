"""Publications as replies: which format is wanted, and the file with its type and name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from fastapi import Response

from assistant.labels import preferred
from assistant.paper_requests import SheetForm

TYPES: dict[str, str] = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""Media types of the formats that are written."""
SHEETS: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Those of sheets, in which lists are written too."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON, or the file where `format` or the header `Accept` names one.",
        "content": dict.fromkeys(TYPES.values(), _BINARY),
    }
}
"""How OpenAPI shows the files."""
LISTED: dict[int | str, dict[str, Any]] = {
    200: {**DOCUMENTED[200], "content": dict.fromkeys([*TYPES.values(), *SHEETS.values()], _BINARY)}
}
"""The same for lists."""


def form_of(accept: str, sheets: Mapping[str, str] = MappingProxyType({})) -> SheetForm:
    """The format that a header `Accept` prefers; JSON where it names none that is written. `sheets`: media types
    that are written, too."""
    known = {"application/json": "json", **{media: form for form, media in {**TYPES, **sheets}.items()}}
    return cast(SheetForm, next((known[media] for media in preferred(accept) if media in known), "json"))


def file_reply(data: bytes, form: str, name: str) -> Response:
    """A file to be saved."""
    media = {**TYPES, **SHEETS}[form] + ("; charset=utf-8" if form in ("md", "html", "csv") else "")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Content-Type": media}
    return Response(data, headers=headers)
