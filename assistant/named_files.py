"""Files and folders that somebody names, opened one by one when their turn comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from corpus.symbols import Symbol, SymbolError
from ingest.ahead import Openable
from ingest.folder import FileInput, inputs


@dataclass(frozen=True)
class Files:
    """Files and folders, the starter corpus before them if `starter`; the folder `apart` is passed over.

    `symbol` and `language` are what is said about them, `ocr` allows words to be recognised from images.
    """

    paths: Sequence[Path]
    starter: bool = False
    symbol: str | None = None
    language: str | None = None
    ocr: bool = False
    apart: Path = field(kw_only=True)

    def __iter__(self) -> Iterator[Openable]:
        from ingest.run import starter_sources

        return chain(starter_sources() if self.starter else (), *(self._of(path) for path in self.paths))

    def __len__(self) -> int:
        """How many there are now."""
        return sum(1 for _ in self)

    def empty(self) -> list[Path]:
        """Folders in which there is nothing to read."""
        return [path for path in self.paths if path.is_dir() and next(self._of(path), None) is None]

    def _of(self, path: Path) -> Iterator[FileInput]:
        if self.symbol is None:
            return inputs(path, self.language, ocr=self.ocr, apart=(self.apart,))
        try:
            return iter([FileInput(path, Symbol.parse(self.symbol), self.language, self.ocr)])
        except SymbolError as error:
            return iter([FileInput(path, fault=str(error))])
