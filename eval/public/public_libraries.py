"""Temporary libraries of small documents: one for each passage, paragraph or title, with an engine over them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from assistant.engine_factory import load_catalogue
from assistant.qa.engine import Engine
from assistant.qa.readers import Readers
from assistant.settings import load_settings
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.runs.corpora import models_folder, models_of
from ingest.chunker import SEGMENTER_VERSION, segmenter

_LINES = re.compile(r"[^\n\r]+")
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 (only tested for existence)


@dataclass(frozen=True)
class Text:
    """A passage of a set, which becomes a document: title as heading, each line as a paragraph, no character changed."""

    title: str
    body: str
    language: str

    @property
    def offset(self) -> int:
        """Where the body begins in the document's canonical text."""
        return len(self._heading) + 2 if self._heading else 0

    @cached_property
    def _heading(self) -> str:
        return " ".join(self.title.split())

    def document(self, key: str) -> Document | None:
        """The document with key `key`; None where it has no words."""
        heading, offset = self._heading, self.offset
        text = f"{heading}\n\n{self.body}" if heading else self.body
        blocks = [Block(0, "heading", 0, len(heading), "title", level=1)] if heading else []
        for line in _LINES.finditer(self.body):
            inside = line.group().strip()
            if inside:
                start = offset + line.start() + line.group().index(inside)
                where = f"paragraph {len(blocks) + (0 if heading else 1)}"
                parent = 0 if heading else None
                blocks.append(Block(len(blocks), "paragraph", start, start + len(inside), where, parent=parent))
        if not blocks:
            return None
        return Document(
            symbol=None,
            language=self.language,
            edition="upload",
            title=heading,
            text=text,
            blocks=tuple(blocks),
            slug=key,
            kind="numbered",
            sha256=hashlib.sha256(f"{self.language}\0{text}".encode()).hexdigest(),
        )


@dataclass(frozen=True)
class Kit:
    """Models and engine factory that all libraries of a run share."""

    models: EmbeddingModels
    engine: Callable[[Library], Engine]


def kit_from_settings() -> Kit:
    """The kit for the settings."""
    settings = load_settings()
    readers = Readers.shipped(models_folder(settings.data_dir), settings.caution) if settings.reader else None
    make_engine = partial(Engine, catalogue=load_catalogue(settings), readers=readers, caution=settings.caution)
    limits = {"passages": settings.passages, "max_statements": settings.max_statements}
    return Kit(models_of(settings), partial(make_engine, **limits))


def key_of(index: int) -> str:
    """The key of text number `index`."""
    return f"text-{index}"


def index_of(key: str) -> int:
    """The number of the text with a key."""
    return int(key.removeprefix("text-"))


@contextmanager
def open_text_engine(texts: Sequence[Text], kit: Kit) -> Iterator[Engine]:
    """An engine over a library of the texts, text n as document `key_of(n)`, in a temporary folder, in memory if possible."""
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    segment = segmenter(kit.models)
    with (
        tempfile.TemporaryDirectory(prefix="rapporteur-eval-", dir=parent) as folder,
        Library(Path(folder) / "library", kit.models, SEGMENTER_VERSION, owner="rapporteur eval") as library,
    ):
        for n, text in enumerate(texts):
            if document := text.document(key_of(n)):
                library.add(document, segment(document), update_indexes=False)
        library.update_indexes()
        yield kit.engine(library)
