"""The reader: whether a passage answers a question, and with which of its words."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.qa.base import Base, bert_base, e5_base, tokenizer_of
from assistant.qa.pairing import Kind, Pairing
from assistant.qa.weights import KEPT, Weights, damaged, read_weights, shipped_path, weights_of
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
    """A trained reader of one of the packaged bases, run by onnxruntime. Its weights are converted once into `cache_dir`,
    under a name that holds their hash (a damaged copy is made anew). `weights`: their file, if not the shipped one.

    Thread-safe; nothing is loaded before the first passage is read. Raises `EmbeddingError` then, and at every try after
    it, where the weights or the base's files are absent or not the expected ones.
    """

    def __init__(self, name: Name, cache_dir: Path, threads: int | None = None, *, weights: Path | None = None) -> None:
        self.name, self._cache, self._threads = name, cache_dir, threads
        self._weights = weights or shipped_path(name)
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

    def check(self) -> None:
        """Raises `EmbeddingError` where the weights are not whole. Converts nothing."""
        weights_of(read_weights(self._weights), self._weights)

    def _load(self) -> tuple[Pairing, InferenceSession]:
        with self._loading:
            if self._loaded is None:
                model = self._converted()
                pairing = Pairing(tokenizer_of(KINDS[self.name]), KINDS[self.name])
                self._loaded = pairing, open_session(model, optimise=False)
            return self._loaded

    def _converted(self) -> bytes:
        """The ONNX model: from the cache if it is whole, else made of the weights and their base."""
        data = read_weights(self._weights)
        path = self._cache / f"reader-{self.name}-{hashlib.sha256(data).hexdigest()[:12]}-{_FORMAT}.onnx"
        cached = read_cached(path)
        if cached is not None:
            return cached[0]
        learnt = weights_of(data, self._weights)
        base = bert_base() if KINDS[self.name] == "bert" else e5_base()
        wrong = _unlike(learnt, base)
        if wrong:
            raise damaged(self._weights, f"{wrong} is not as the model wants it")
        kept = {name: values for name, values in base.weights.items() if name.startswith(KEPT)}
        if len(kept[_SEGMENTS]) < 2:
            kept[_SEGMENTS] = np.repeat(kept[_SEGMENTS], 2, 0)
        mean = KINDS[self.name] == "e5"
        model = reader_graph({**kept, **learnt}, heads=_HEADS, epsilon=base.epsilon, mean=mean)
        write_cached(path, model, Source(len(data), 0))
        return model


_SEGMENTS = "embeddings.token_type_embeddings.weight"


def _unlike(learnt: Weights, base: Base) -> str | None:
    """The first trained weight that is absent or has not the shape that the base gives it; None where all fit."""
    width = base.weights[_SEGMENTS].shape[1]
    heads = {"pooler": width, "answerable": 1, "span": 2}
    wanted = {name: values.shape for name, values in base.weights.items() if name.startswith("encoder.")}
    wanted |= {f"{name}.weight": (rows, width) for name, rows in heads.items()}
    wanted |= {f"{name}.bias": (rows,) for name, rows in heads.items()}
    return next((name for name, shape in wanted.items() if name not in learnt or learnt[name].shape != shape), None)


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
