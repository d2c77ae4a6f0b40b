"""HTML from templates: everything that comes from documents, people and models is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from assistant.labels import LANGUAGE_NAMES, direction, mark, word
from assistant.retold import reason
from corpus.documents import Document
from corpus.store import Header


def render(template: str, reader: str = "en", /, **values: object) -> str:
    """A template, filled, its labels in the language of the `reader`."""

    def say(name: str, **more: object) -> str:
        return word(name, reader, **more)

    return (
        _environment()
        .get_template(template)
        .render(reader=reader, say=say, known=lambda text: reason(text, reader), **values)
    )


def marked(template: str, /, **values: object) -> str:
    """A template, carried, with places for labels instead of labels."""
    made = _environment().get_template(template).render(reader="en", say=lambda name, **_: mark(name), **values)
    return " ".join(made.split("\n"))


def carried(template: str, reader: str = "en", /, **values: object) -> str:
    """A template, filled, on one line: Gradio's Markdown passes HTML through as it is up to the first empty line."""
    return " ".join(render(template, reader, **values).split("\n"))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    folder = files("assistant") / "page" / "templates"
    sources = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".html")}
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        finalize=_one_line,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        path=document_path, version=version_path, web=web_address, host=lambda url: urlsplit(url).hostname
    )
    made.globals.update(direction=direction, language_name=LANGUAGE_NAMES.get, language_names=LANGUAGE_NAMES)
    return made


def _one_line(value: object) -> object:
    """A value with its line breaks written as character references; what HTML can't hold is left out."""
    if value is None:
        return ""
    text = str(escape(value))
    plain = "".join(each for each in text if each in "\n\r\t" or each >= " ")
    return Markup(plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "&#10;"))  # noqa: S704  (escaped)


def document_path(key: str) -> str:
    """The address of a document's page, by its key."""
    return f"/documents/{quote(key, safe='/')}"


def version_path(version: Document | Header | Mapping[str, Any]) -> str:
    """The address of a document's page in one language and edition."""
    name = version["id"] if isinstance(version, Mapping) else version.id
    key, language, edition = name.rsplit(":", 2)
    return f"{document_path(key)}?language={language}&edition={edition}"


def words_path(document: Document, start: int, end: int) -> str:
    """The address of a document's page at some words of it, which are marked there."""
    return f"{version_path(document)}&words={start}-{end}#words"


def web_address(url: str | None) -> str | None:
    """An address of the web, None for anything else that may stand where one is expected."""
    try:
        good = url is not None and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if good else None
