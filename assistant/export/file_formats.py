"""Publications as files, written completely or not at all.

Markdown (CommonMark with the footnotes and tables of GitHub) and one self-contained HTML page without scripts or
requests are written here, both with anchors at headings and paragraphs; DOCX and PDF by other programs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import escape

from assistant.export import docx
from assistant.export.pdf import check_typst, to_pdf
from assistant.export.publication import (
    Block,
    Content,
    Figure,
    Heading,
    Listing,
    Note,
    Paragraph,
    Publication,
    PublishError,
    Span,
    Table,
)
from assistant.service_errors import Invalid
from corpus.files import write_atomically

_SPECIAL = re.compile(r"([\\`*_{}\[\]>#|~$!])")
_MARKS = {"plain": "", "strong": "**", "emphasis": "*", "inserted": "**", "deleted": "~~"}


def to_markdown(publication: Publication) -> str:
    """The publication as one Markdown text; everything that comes from documents is escaped."""
    writer = _Writer()
    head = [writer.line((Span(line),)) for line in (*publication.masthead, *publication.label) if line]
    parts = ["  \n".join(head)] if head else []
    parts.append(f"# {_escape(publication.title)}")
    if publication.notice:
        parts.append(f"*{_escape(publication.notice)}*")
    parts += [text for block in publication.blocks if (text := writer.block(block))]
    parts += [f"[^{n}]: {note}" for n, note in enumerate(writer.notes, 1)]
    return "\n\n".join(parts) + "\n"


class _Writer:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return f'{"#" * (block.level + 1)} <a id="{block.anchor}"></a>{_escape(block.text)}'
            case Paragraph():
                number = f'<a id="p-{block.number}"></a>{block.number}\\. ' if block.number else ""
                return number + self.line(block.content)
            case Listing():
                return "\n".join(f"- {self.line(item)}" for item in block.items)
            case Table():
                return self._table(block)
            case Figure():
                return f"*{_escape(block.caption)}*\n\n{self._table(block.table)}" if block.table else ""

    def line(self, content: Content) -> str:
        return "".join(self._note(each) if isinstance(each, Note) else _span(each) for each in content)

    def _note(self, note: Note) -> str:
        self.notes.append("".join(_span(span) for span in note.spans))
        return f"[^{len(self.notes)}]"

    def _table(self, table: Table) -> str:
        head = "| " + " | ".join(_escape(cell) for cell in table.header) + " |"
        rule = "|" + "---|" * len(table.header)
        rows = ("| " + " | ".join(map(self.line, row)) + " |" for row in table.rows)
        return "\n".join([head, rule, *rows])


def _span(span: Span) -> str:
    text = _escape(span.text)
    if span.url:
        url = re.sub(r"[\s()<>\\]", lambda match: f"%{ord(match.group()):02X}", span.url)
        return f"[{text}]({url})"
    mark = _MARKS[span.mode]
    if not mark or not text.strip():
        return text
    # Markdown requires marks right next to the words.
    bare = text.strip()
    return text[: len(text) - len(text.lstrip())] + mark + bare + mark + text[len(text.rstrip()) :]


def _escape(text: str) -> str:
    line = " ".join(text.split()) if "\n" in text else text
    # Entities, since many programs still read a tag after a backslash as a tag.
    line = _SPECIAL.sub(r"\\\1", line).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"^(\s*)([-+=])", r"\1\\\2", re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", line))


_TAGS = {"strong": "strong", "emphasis": "em", "inserted": "ins", "deleted": "del"}


def to_html(publication: Publication, *, page: bool = True) -> str:
    """The publication as a page, or as an article for a page; everything that comes from documents is escaped."""
    direction = "rtl" if publication.language == "ar" else "ltr"
    notes: list[Note] = []

    def number_note(note: Note) -> int:
        notes.append(note)
        return len(notes)

    article = _template().render(
        publication=publication, direction=direction, tags=_TAGS, notes=notes, numbered=number_note
    )
    if not page:
        return article
    return (
        f'<!DOCTYPE html>\n<html lang="{publication.language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(publication.title)}</title>\n<style>\n{_file('note.css')}</style>\n</head>\n<body>\n{article}\n</body>\n</html>\n"
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.from_string(_file("publication.html"))


def _file(name: str) -> str:
    return (files("assistant") / "export" / name).read_text(encoding="utf-8")


_WRITERS: dict[str, Callable[[Publication], str | bytes]] = {
    "md": to_markdown,
    "html": to_html,
    "docx": docx.to_docx,
    "pdf": to_pdf,
}
FORMATS = tuple(_WRITERS)


def parse_format(path: Path, extra_formats: Sequence[str] = ()) -> str:
    """The format of a file name, of `FORMATS` and some others. Raises `Invalid` for unknown ones."""
    suffix = path.suffix.lower().removeprefix(".")
    suffix = {"htm": "html", "markdown": "md"}.get(suffix, suffix)
    known_formats = (*extra_formats, *FORMATS)
    if suffix not in known_formats:
        endings = ", ".join(f".{each}" for each in known_formats)
        raise Invalid("said", text=f"{path} must end in {endings}: these formats are written.")
    return suffix


def check_place(path: Path) -> None:
    """Raise `PublishError` before any work is done if a file cannot be written at a place."""
    folder = path.parent
    if path.is_dir():
        raise PublishError("said", text=f"{path} is a folder. Name a file.")
    if not folder.is_dir():
        raise PublishError("said", text=f"The folder {folder} does not exist. Make it first, or name another place.")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PublishError("said", text=f"{path} cannot be written: permission denied. Name another place.")


def check_form(form: str, language: str | None = None) -> None:
    """Raise `PublishError` before any work if the program for a format, or a font of a language, is missing."""
    if form == "docx":
        docx.check_pandoc()
    elif form == "pdf":
        check_typst(language)


def render(publication: Publication, form: str) -> bytes:
    """The publication in one of `FORMATS`. Raises `PublishError` where the program for it is not installed."""
    if form not in _WRITERS:
        raise PublishError("no-format", form=form, formats=", ".join(FORMATS))
    content = _WRITERS[form](publication)
    return content.encode() if isinstance(content, str) else content


def save_file(data: bytes, path: Path) -> None:
    """Write a file atomically, replacing one with its name, or raise `PublishError` and leave that one."""
    try:
        write_atomically(path, data)
    except OSError as error:
        state = "Nothing was left there"
        with suppress(OSError):  # of a name that is too long, or a folder that may not be read
            state = "The file that was there is unchanged" if path.exists() else state
        raise PublishError("said", text=f"{path} cannot be written: {error.strerror or error}. {state}.") from None
