"""Publications as one self-contained HTML page: anchors at headings, paragraphs and footnotes, no script, no request."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import escape

from assistant.export.publication import Note, Publication

_TAGS = {"strong": "strong", "emphasis": "em", "inserted": "ins", "deleted": "del"}


def to_html(publication: Publication, *, page: bool = True) -> str:
    """The publication as a page, or as an article to stand in one; all that comes from documents is escaped."""
    direction = "rtl" if publication.language == "ar" else "ltr"
    notes: list[Note] = []

    def numbered(note: Note) -> int:
        notes.append(note)
        return len(notes)

    article = _template().render(made=publication, direction=direction, tags=_TAGS, notes=notes, numbered=numbered)
    if not page:
        return article
    return (
        f'<!DOCTYPE html>\n<html lang="{publication.language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(publication.title)}</title>\n<style>\n{_file('note.css')}</style>\n</head>\n<body>\n{article}\n</body>\n</html>\n"
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["kind"] = lambda block: type(block).__name__
    return made.from_string(_file("publication.html"))


def _file(name: str) -> str:
    return (files("assistant") / "export" / name).read_text(encoding="utf-8")
