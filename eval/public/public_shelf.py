"""Throw-away libraries of tiny documents: one a passage, paragraph or title, with the engine over them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.opening import catalogue_of
from assistant.qa.engine import Engine
from assistant.qa.readers import Readers
from assistant.settings import load_settings
from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from corpus.embedding import make_models
from corpus.library import Library
from corpus.models import Models
from corpus.store.store import Holding
from eval.cases import EvaluationError
from eval.teller import Teller
from ingest.segment import SEGMENTER_VERSION, segmenter

BATCH = 200
"""Documents that are segmented before their passages are embedded, all together and so on all cores."""
SETTLE = 2_000
"""Documents after which the vector index takes them in."""
_LINES = re.compile(r"[^\n\r]+")
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 (only asked whether it is there)


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
        """The document, known as `key`; None where there is no word in it."""
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
    """What libraries and engines are made with; shared by all libraries of a run."""

    models: Models
    readers: Readers | None
    catalogue: Catalogue
    passages: int
    statements: int

    @property
    def about(self) -> dict[str, str]:
        """What of it decides the outcomes."""
        return {
            "embedding": self.models.fingerprint,
            "readers": ", ".join(self.readers.names) if self.readers else "off",
            "passages": str(self.passages),
            "max_statements": str(self.statements),
        }

    def engine(self, library: Library) -> Engine:
        """The engine as users get it."""
        most = self.statements
        return Engine(library, self.catalogue, readers=self.readers, passages=self.passages, max_statements=most)


def kit_from_settings(models: Path | None, reader: bool) -> Kit:
    """The kit that the settings describe; `models` is where exported models are kept, by default the user's folder."""
    chosen = load_settings()
    kept = models or chosen.data_dir / "models"
    known = make_models(chosen.embedding, chosen.multilingual, kept)
    readers = Readers.shipped(kept) if reader and chosen.reader else None
    return Kit(known, readers, catalogue_of(chosen), chosen.passages, chosen.max_statements)


def key_of(index: int) -> str:
    """The key under which text number `index` is held."""
    return f"text-{index}"


def index_of(key: str) -> int:
    """The number of the text that is held under a key."""
    return int(key.removeprefix("text-"))


@contextmanager
def stocked(
    texts: Sequence[Text], kit: Kit, folder: Path | None = None, tell: Teller | None = None
) -> Iterator[Engine]:
    """An engine over a library of the texts, text n as document `key_of(n)`.

    Without a folder the library is made in a temporary one, in memory where the system has a place for that, and
    removed in the end. In a `folder` it stays: what it holds is not added again. Raises `EvaluationError` where the
    folder holds other documents. `tell` hears how it goes on.
    """
    if folder is not None:
        with Library(folder, kit.models, SEGMENTER_VERSION, owner="rapporteur eval") as library:
            _fill(library, texts, kit, tell)
            yield kit.engine(library)
        return
    place = _IN_MEMORY if len(texts) <= BATCH and os.access(_IN_MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="rapporteur-eval-", dir=place) as made,
        stocked(texts, kit, Path(made) / "library", tell) as engine,
    ):
        yield engine


def _fill(library: Library, texts: Sequence[Text], kit: Kit, tell: Teller | None) -> None:
    held = {header.key: header for header in library.each_header()}
    strange = sorted(set(held) - {key_of(n) for n in range(len(texts))})
    if strange:
        raise EvaluationError(f"The library in {library.folder} holds {strange[0]!r}, which is not of this set.")
    segment = segmenter(kit.models)
    batches = range(0, len(texts), BATCH)
    for begin in tell.counted(batches, f"batches of {BATCH} documents", len(batches)) if tell else batches:
        some = [text.document(key_of(n)) for n, text in enumerate(texts[begin : begin + BATCH], begin)]
        new = [
            (document, segment(document))
            for document in some
            if document is not None and (document.key not in held or held[document.key].sha256 != document.sha256)
        ]
        for language in dict.fromkeys(document.language for document, _ in new):
            own = [(document, passages) for document, passages in new if document.language == language]
            vectors = kit.models.passages(language, [passage for _, passages in own for passage in passages])
            for document, passages in own:
                mine, vectors = vectors[: len(passages)], vectors[len(passages) :]
                # A change of language changes the id: the old one leaves.
                replaces = [held[document.key].id] if document.key in held else []
                others = [each for each in replaces if each != document.id]
                library.take(Holding(document, passages, mine, None), others, settle=False)
        if begin // SETTLE != (begin + BATCH) // SETTLE:
            library.settle()
    library.settle()
