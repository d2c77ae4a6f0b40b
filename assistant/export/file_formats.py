"""Publications as files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.export import docx
from assistant.export.commonmark import to_markdown
from assistant.export.html import to_html
from assistant.export.pdf import check_typst, to_pdf
from assistant.export.publication import Publication, PublishError
from corpus.files import write_whole

_WRITERS: dict[str, Callable[[Publication], str | bytes]] = {
    "md": to_markdown,
    "html": to_html,
    "docx": docx.to_docx,
    "pdf": to_pdf,
}
FORMATS = tuple(_WRITERS)


def format_of(path: Path, more: Sequence[str] = ()) -> str:
    """The format that a file name asks for, of `FORMATS` and those given. Raises `PublishError` for one that is not written, and for a place where
    nothing can be written, before any work is done."""
    made = path.suffix.lower().removeprefix(".")
    made = {"htm": "html", "markdown": "md"}.get(made, made)
    known = (*more, *FORMATS)
    if made not in known:
        raise PublishError(
            "said", text=f"{path} must end in {', '.join('.' + each for each in known)}: these formats are written."
        )
    folder = path.parent
    if path.is_dir():
        raise PublishError("said", text=f"{path} is a folder. Name a file.")
    if not folder.is_dir():
        raise PublishError("said", text=f"The folder {folder} does not exist. Make it first, or name another place.")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PublishError("said", text=f"{path} can't be written: permission denied. Name another place.")
    return made


def check_form(form: str, language: str | None = None) -> None:
    """Raises `PublishError` where what writes a format is not installed, or for PDF a font for a language, before any work is
    done."""
    if form == "docx":
        docx.check_pandoc()
    elif form == "pdf":
        check_typst(language)


def render(publication: Publication, form: str) -> bytes:
    """The publication in one of `FORMATS`. Raises `PublishError` where a program for it is not installed."""
    if form not in _WRITERS:
        raise PublishError("no-format", form=form, formats=", ".join(FORMATS))
    made = _WRITERS[form](publication)
    return made.encode() if isinstance(made, str) else made


def write(publication: Publication, path: Path) -> None:
    """Writes the publication in the format that the file name asks for; a file of that name is replaced at once."""
    save(render(publication, format_of(path)), path)


def save(data: bytes, path: Path) -> None:
    """Writes a file whole, or raises `PublishError` and leaves what was there."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise PublishError(
            "said", text=f"{path} can't be written: {error.strerror or error}. Nothing was left there."
        ) from None
