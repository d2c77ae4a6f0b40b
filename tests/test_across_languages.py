"""Questions in one language and texts in another: what languages add to vectors, and ranking where both are held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from assistant.qa.engine import Engine
from assistant.question import Question
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.embedding import Crossing, HashEmbedder, PackagedE5
from corpus.embedding.languages import crossing
from corpus.library import Library
from corpus.models import Models
from eval.languages import figures_of, parallel
from ingest.run import Input
from ingest.segment import SEGMENTER_VERSION
from tests.conftest import add

needs_e5 = pytest.mark.skipif(not PackagedE5.available(), reason="the extra 'multilingual' is not installed")

SHELTER = b"# Shelter\n\n1. Every migrant who is rescued at sea is given shelter in the port of landing.\n"
BOATS = b"# Barcos\n\n1. La autoridad portuaria cuenta los barcos una vez por semana y publica la lista.\n"
ASKED = "¿Dónde hay refugio para los rescatados?"


class EnglishOnly(HashEmbedder):
    """Reads English only."""

    name = fingerprint = "english"
    languages = frozenset({"en"})


class Accented(HashEmbedder):
    """Tells shelter from other things, and Spanish from English still better."""

    name = fingerprint = "accented"

    def embed_query(self, text: str) -> np.ndarray:
        said = text.casefold()
        vector = np.zeros(self.dimension, np.float32)
        vector[0 if any(word in said for word in ("refugio", "shelter")) else 1] = 1.0
        vector[2 if any(word in said.split() for word in ("los", "la")) else 3] = 2.0
        return vector / np.linalg.norm(vector)

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        return np.stack([self.embed_query(text) for text in texts]) if texts else np.empty((0, 64), np.float32)


class Levelling(Accented):
    """Knows what the two languages add."""

    def crossing(self, asked: str, read: str) -> Crossing | None:
        if {asked, read} != {"en", "es"}:
            return None
        shift = np.zeros(self.dimension, np.float32)
        shift[2], shift[3] = (-2.0, 2.0) if asked == "es" else (2.0, -2.0)
        return Crossing(shift / np.float32(5**0.5), scale=1.0, offset=0.0)


def fill(library: Library, catalogue: Catalogue) -> None:
    done = add(library, catalogue, Input("shelter.md", SHELTER), Input("barcos.md", BOATS))
    assert [outcome.result for outcome in done] == ["added", "added"]


def ranked(folder: Path, catalogue: Catalogue, second: HashEmbedder, asked: str) -> list[str]:
    """The documents found for a question, best first."""
    with Library(folder, Models(EnglishOnly(), second), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        return [each.document.id for each in Engine(library, catalogue).search(asked)]


def read(asked: str, language: str, starter_engine: Engine) -> Question:
    return starter_engine.question(asked, language)


def test_an_answer_in_another_language_stands_above_what_only_shares_the_language(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    assert ranked(tmp_path / "as they are", catalogue, Accented(), ASKED)[0] == "barcos:es:upload"
    assert ranked(tmp_path / "levelled", catalogue, Levelling(), ASKED)[0] == "shelter:en:upload"


def test_an_english_question_finds_what_only_a_spanish_passage_says(tmp_path: Path, catalogue: Catalogue) -> None:
    found = ranked(tmp_path, catalogue, Levelling(), "Who counts the boats of the authority?")
    assert found[0] == "barcos:es:upload"


def test_a_question_meets_each_language_on_one_scale(tmp_path: Path, catalogue: Catalogue) -> None:
    second = Levelling()
    with Library(tmp_path, Models(EnglishOnly(), second), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        cosines = dict(library.dense(ASKED, 10, second, "es"))
        of = {library.passages_by_id([key])[key].document_id: cosine for key, cosine in cosines.items()}
        assert of["shelter:en:upload"] == pytest.approx(1.0, abs=1e-5)
        assert of["barcos:es:upload"] == pytest.approx(0.8, abs=1e-5)
        assert len(library.dense(ASKED, 1, second, "es")) == 1


def test_names_in_latin_letters_are_looked_for_in_every_language(starter_engine: Engine) -> None:
    assert "unodc" in read("Что публикует UNODC?", "ru", starter_engine).tokens("en")
    assert "interpol" in read("国家如何与INTERPOL合作？", "zh", starter_engine).tokens("fr")
    assert "lampedus" in read("¿Qué pasó cerca de Lampedusa?", "es", starter_engine).tokens("fr")
    assert read("¿Qué pasó? Llegaron barcos.", "es", starter_engine).latin == []


# What languages add to the vectors of the packaged model


@pytest.mark.parametrize(("asked", "wanted"), [("en", "en"), ("zh", "zh"), ("de", "en"), ("en", "de"), ("", "en")])
def test_nothing_is_moved_within_a_language_or_where_it_is_not_known(asked: str, wanted: str) -> None:
    assert crossing(asked, wanted) is None


@pytest.mark.parametrize(("asked", "wanted"), list(permutations(LANGUAGES, 2)))
def test_a_moved_question_is_of_unit_length_and_there_is_a_way_back(asked: str, wanted: str) -> None:
    there, back = crossing(asked, wanted), crossing(wanted, asked)
    assert there is not None
    assert back is not None
    np.testing.assert_allclose(there.shift, -back.shift, atol=1e-6)
    vector = np.full(384, 384**-0.5, np.float32)
    assert np.linalg.norm(there.moved(vector)) == pytest.approx(1.0, abs=1e-5)
    assert 0.5 < there.scale < 2.0


def test_figures_are_the_part_of_vectors_that_languages_add() -> None:
    phrases = {language: ["alpha one", "beta two", "gamma three", "delta four"] for language in LANGUAGES}
    added = {language: np.eye(64, dtype=np.float32)[n] for n, language in enumerate(LANGUAGES)}

    class Added(HashEmbedder):
        """Each language adds a direction of its own; told by the order in which they are embedded."""

        done = 0

        def embed_query(self, text: str) -> np.ndarray:
            return HashEmbedder.embed_query(self, text) + added[self._spoken()]

        def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
            return HashEmbedder.embed_passages(self, texts) + added[self._spoken(len(texts))]

        def _spoken(self, texts: int = 1) -> str:
            language = LANGUAGES[Added.done // len(phrases["en"]) % len(LANGUAGES)]
            Added.done += texts
            return language

    figures = figures_of(phrases, Added(), 1.0)
    difference = figures["means"][1] - figures["means"][0]
    np.testing.assert_allclose(difference, added["fr"] - added["en"], atol=1e-6)
    # Moved all the way, a question is as near to other texts in the other language as in its own.
    np.testing.assert_allclose(figures["cosines"][0], figures["cosines"][1], atol=0.05)


def test_parallel_sentences_are_as_many_in_all_languages() -> None:
    told = {language: ["one", "two"] for language in LANGUAGES}
    assert parallel(json.dumps(told)) == told
    for fault in ({**told, "zh": ["one"]}, {}):
        with pytest.raises(ValueError, match="As many sentences"):
            parallel(json.dumps(fault))


@needs_e5
def test_a_chinese_question_reaches_past_chinese_passages_that_do_not_answer_it(
    cache_e5: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    chinese = "# 港口\n\n1. 港务局每周统计一次船只，并公布名单。\n\n2. 餐厅中午十二点供应午餐。\n\n3. 会议室的钥匙由秘书处保管。\n"
    with Library(tmp_path, Models(EnglishOnly(), PackagedE5(cache_e5)), SEGMENTER_VERSION) as library:
        add(library, catalogue, Input("shelter.md", SHELTER), Input("gangkou.md", chinese.encode()))
        found = Engine(library, catalogue).search("在海上获救的移民在哪里得到庇护？")
        assert found[0].document.id == "shelter:en:upload"
