"""The reader: whether a passage answers a question, and with which of its words."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.qa.base import bert_base, e5_base
from assistant.qa.pairing import Kind, Pairing
from assistant.qa.weights import KEPT, shipped_file, unpacked
from corpus.embedding.files import Source, read_cached, write_cached
from corpus.embedding.graph import reader_graph
from corpus.embedding.runtime import open_session, physical_cores, side_by_side

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Name = Literal["en", "multilingual"]
KINDS: dict[Name, Kind] = {"en": "bert", "multilingual": "e5"}
_FORMAT = "v1"
"""Of the graph. A change that alters what it says needs a new one."""
_HEADS = 12
SPAN_PIECES = 60
"""Word pieces of the longest span."""
ENDS = 20
"""How many of the likeliest first and last pieces are tried for a span."""


@dataclass(frozen=True)
class Reading:
    """What the reader says of a passage: `logit` (above 0 it rather answers), and for each word piece of the passage, whose
    spans in its text are `offsets` (characters), logits of being the first (`start`) and the last (`end`) of the answer."""

    logit: float
    offsets: list[tuple[int, int]]
    start: NDArray[np.float32]
    end: NDArray[np.float32]

    def best(self, begin: int = 0, stop: int | None = None) -> tuple[int, int, float] | None:
        """The likeliest answer between two characters of the text: its span in characters, and its logit, the sum of its
        ends'; None where no word piece lies there."""
        inside = [n for n, (a, b) in enumerate(self.offsets) if b > begin and (stop is None or a < stop)]
        if not inside:
            return None
        low, high = inside[0], inside[-1] + 1
        first, last, where = best_span(self.start[low:high], self.end[low:high])
        return self.offsets[low + first][0], self.offsets[low + last][1], where


class Reader:
    """A trained reader of one of the packaged bases, run by onnxruntime. `cache_dir` keeps the converted model.

    Raises `EmbeddingError` at first use where the base's package is absent or its files are not the expected ones.
    """

    def __init__(self, name: Name, cache_dir: Path, threads: int | None = None, *, data: bytes | None = None) -> None:
        self.name, self._cache, self._threads, self._data = name, cache_dir, threads, data
        self._loading = threading.Lock()
        self._loaded: tuple[Pairing, InferenceSession] | None = None

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage (heading, text), in the order given; each depends on its passage alone."""
        if not passages:
            return []
        pairing, session = self._load()

        def one(passage: tuple[str, str]) -> Reading:
            row = pairing.row(question, *passage)
            given = {"input_ids": np.array([row.pieces], np.int64), "segments": np.array([row.segments], np.int64)}
            if self.name == "multilingual":
                given["segments"][:] = 0
            told, start, end = session.run(None, given)
            read = slice(row.first, row.first + len(row.offsets))
            return Reading(float(told[0]), row.offsets, start[0, read], end[0, read])

        threads = self._threads or physical_cores()
        return side_by_side(one, passages, size=lambda each: len(each[1]), threads=threads)

    def _load(self) -> tuple[Pairing, InferenceSession]:
        with self._loading:
            if self._loaded is None:
                shipped = self._data or shipped_file(self.name)
                base = bert_base() if KINDS[self.name] == "bert" else e5_base()
                digest = hashlib.sha256(shipped).hexdigest()
                path = self._cache / f"reader-{self.name}-{digest[:12]}-{_FORMAT}.onnx"
                cached = read_cached(path)
                if cached is None:
                    with np.load(io.BytesIO(shipped), allow_pickle=False) as trained:
                        learnt = unpacked({name: trained[name] for name in trained.files})
                    kept = {name: values for name, values in base.weights.items() if name.startswith(KEPT)}
                    kinds = kept["embeddings.token_type_embeddings.weight"]
                    kept["embeddings.token_type_embeddings.weight"] = (
                        kinds if len(kinds) > 1 else np.repeat(kinds, 2, 0)
                    )
                    model = reader_graph({**kept, **learnt}, heads=_HEADS, epsilon=base.epsilon,
                                         mean=KINDS[self.name] == "e5")  # fmt: skip
                    write_cached(path, model, Source(len(model), 0))
                else:
                    model = cached[0]
                self._loaded = Pairing(base.tokenizer, KINDS[self.name]), open_session(model, optimise=False)
            return self._loaded


def best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int, float]:
    """The likeliest span: first and last piece, and its logit. `start` and `end` are logits of the passage's pieces."""
    best = (0, 0, -np.inf)
    for first in np.argsort(-start)[:ENDS]:
        stop = min(len(end), int(first) + SPAN_PIECES)
        last = int(first) + int(np.argmax(end[first:stop]))
        where = float(start[first] + end[last])
        if where > best[2]:
            best = int(first), last, where
    return int(best[0]), int(best[1]), float(best[2])
