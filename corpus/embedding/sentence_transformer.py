"""Any sentence-transformers model that is stored on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.analysis import without_surrogates
from corpus.embedding.embedder import EmbeddingError, Progress, Uncorrected
from corpus.embedding.runtime import Lazy
from corpus.extras import install_command

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32
_E5 = re.compile(r"(^|[/_-])e5([/_-]|$)", re.IGNORECASE)
_E5_QUERY = "query: "
_E5_PASSAGE = "passage: "


class SentenceTransformerEmbedder(Uncorrected):
    """A sentence-transformers model by its id on a hub, or by its folder. It is assumed to support all languages.

    The model is only searched for on this machine, nothing is downloaded: in `cache_dir`, or in the hub's own
    cache (`HF_HOME`). Models of the e5 family get their prefixes "query: " and "passage: " (Wang et al.,
    2022); others those of their own configuration. Loading is slow and needs much memory (it imports torch); it happens
    when the first text is embedded or counted, or when `fingerprint`, `dimension` or `window` is first read, and
    raises `EmbeddingError` if the model or sentence-transformers is missing."""

    languages: frozenset[str] | None = None

    def __init__(self, model_id: str, cache_dir: Path | None = None, *, device: str | None = None) -> None:
        self.name = model_id
        self._cache_dir = cache_dir
        self._device = device
        self._e5 = _E5.search(model_id) is not None and "instruct" not in model_id.lower()
        self._model: Lazy[SentenceTransformer] = Lazy(self._load)
        self._fingerprint: str | None = None

    @property
    def fingerprint(self) -> str:
        """The model's id and the hash of its parameters, independent of the file format."""
        if self._fingerprint is None:
            digest, parameters = sha256(), sorted(self._model().state_dict().items())
            from torch import uint8  # installed with what has loaded the model

            for key, tensor in parameters:
                raw = tensor.detach().cpu().contiguous().flatten()
                digest.update(f"{key} {tuple(tensor.shape)} {tensor.dtype}".encode())
                digest.update(raw.view(uint8).numpy().data)
            prefixes = "+e5" if self._e5 else ""
            name = Path(self.name).name if Path(self.name).is_dir() else self.name
            self._fingerprint = f"{name}@{digest.hexdigest()[:12]}/sentence-transformers{prefixes}"
        return self._fingerprint

    @property
    def dimension(self) -> int:
        model = self._model()
        # sentence-transformers 6 renamed it; 5 has the older name only.
        ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
        dimension: int | None = ask()
        if dimension is None:
            raise EmbeddingError(f"The model {self.name} does not tell its dimension. Choose another model.")
        return dimension

    @property
    def window(self) -> int:
        """Most word pieces of one text, special tokens and the passage prefix included."""
        window: int | None = self._model().max_seq_length
        if window is None:
            raise EmbeddingError(f"The model {self.name} does not tell how long a text may be. Choose another.")
        return window

    def count_tokens(self, text: str) -> int:
        return len(self._tokenise(self._passage_prefix() + without_surrogates(text))["input_ids"])

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        encoded = self._tokenise(without_surrogates(text), add_special_tokens=False, return_offsets_mapping=True)
        return [(start, end) for start, end in encoded["offset_mapping"]]

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            vectors[batch] = self._encode([texts[index] for index in batch], query=False)
            if progress is not None:
                progress(len(batch))
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._encode([text], query=True)[0]
        return vector

    def _encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        model = self._model()
        encode = model.encode_query if query else model.encode_document
        prefix = {"prompt": _E5_QUERY if query else _E5_PASSAGE} if self._e5 else {}
        vectors = encode(
            [without_surrogates(text) for text in texts],
            batch_size=_BATCH,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
            **prefix,
        )
        return np.asarray(vectors, dtype=np.float32)

    def _passage_prefix(self) -> str:
        if self._e5:
            return _E5_PASSAGE
        prompts: dict[str, str] = self._model().prompts
        # The order in which sentence-transformers' encode_document looks for one.
        return next((prompts[name] for name in ("document", "passage", "corpus") if name in prompts), "")

    def _tokenise(self, text: str, **options: Any) -> Any:
        tokenizer = self._model().tokenizer
        if not getattr(tokenizer, "is_fast", False):
            raise EmbeddingError(
                f"The tokenizer of {self.name} does not tell character positions, which cutting long text "
                "needs. Choose a model that comes with a tokenizer.json."
            )
        return tokenizer(text, truncation=False, verbose=False, **options)

    def _load(self) -> SentenceTransformer:
        try:
            from safetensors import SafetensorError
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise EmbeddingError(
                f"The embedding model {self.name} needs sentence-transformers ({error}). "
                f"Run: {install_command('sentence-transformers')}"
            ) from error
        if self.name.startswith((".", "/", "~")) and not Path(self.name).is_dir():
            raise EmbeddingError(f"There is no folder {self.name}, which the embedding setting names.")
        try:
            return SentenceTransformer(str(self._folder()), device=self._device, local_files_only=True)
        except (OSError, ValueError, SafetensorError) as error:
            if Path(self.name).is_dir():
                raise EmbeddingError(
                    f"The folder {self.name}, which the embedding setting names, holds no sentence-transformers model that can be "
                    f"loaded ({error}). Download the model into it again, or name another."
                ) from error
            raise EmbeddingError(
                f"The embedding model {self.name!r} cannot be loaded from this machine, and nothing is "
                f"downloaded at run time. Fetch it once with 'hf download {self._id()}', or give the folder of "
                f"a sentence-transformers model. ({error})"
            ) from error

    def _id(self) -> str:
        """The full id on the hub: sentence-transformers omits the owner of its own models."""
        return self.name if "/" in self.name else f"sentence-transformers/{self.name}"

    def _folder(self) -> Path:
        """The folder of the files. Resolved here, since sentence-transformers contacts the hub even with `local_files_only`."""
        if Path(self.name).is_dir():
            return Path(self.name)
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(self._id(), cache_dir=self._cache_dir, local_files_only=True))
