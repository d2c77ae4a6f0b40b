"""Questions in one language and texts in another: what languages add to vectors, and ranking where both are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import EnglishOnly, add
from invoking import write_lines

from assistant.qa.engine import Engine
from assistant.question import Question
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.embedding import HashEmbedder, LanguageShift, PackagedE5
from corpus.embedding.languages import find_language_shift
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.training.language_vectors import compute_figures, parallel_questions, unrelated_passages
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input

needs_e5 = pytest.mark.skipif(not PackagedE5.available(), reason="the extra 'multilingual' is not installed")

SHELTER = b"# Shelter\n\n1. Every migrant who is rescued at sea is given shelter in the port of landing.\n"
BOATS = b"# Barcos\n\n1. La autoridad portuaria cuenta los barcos una vez por semana y publica la lista.\n"
ASKED = "¿Dónde hay refugio para los rescatados?"


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
    """Puts questions where English ones lie, and knows what Spanish adds."""

    def embed_query(self, text: str) -> np.ndarray:
        vector = super().embed_query(text)
        vector[2:4] = 0.0, 2.0 / 5**0.5
        return vector

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        return Accented().embed_passages(texts)

    def language_shift(self, read: str) -> LanguageShift | None:
        if read != "es":
            return None
        shift = np.zeros(self.dimension, np.float32)
        shift[2], shift[3] = 2.0, -2.0
        shift /= np.float32(5**0.5)
        return LanguageShift(shift, passage_shift=shift, scale=1.0, offset=0.0)


def fill(library: Library, catalogue: Catalogue) -> None:
    done = add(library, catalogue, Input("shelter.md", SHELTER), Input("barcos.md", BOATS))
    assert [outcome.result for outcome in done] == ["added", "added"]


def ranked(folder: Path, catalogue: Catalogue, second: HashEmbedder, asked: str) -> list[str]:
    """The documents found for a question, best first."""
    with Library(folder, EmbeddingModels(EnglishOnly(), second), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        return [each.document.id for each in Engine(library, catalogue).search(asked)]


def read(asked: str, language: str, starter_engine: Engine) -> Question:
    return starter_engine.question(asked, language)


def test_an_answer_in_another_language_stands_above_what_only_shares_the_language(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    assert ranked(tmp_path / "as they are", catalogue, Accented(), ASKED)[0] == "barcos:es:upload"
    assert ranked(tmp_path / "levelled", catalogue, Levelling(), ASKED)[0] == "shelter:en:upload"


def test_what_is_least_unlike_a_question_comes_first_where_all_is_unlike_it(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    class Distant(Levelling):
        """Finds all texts unlike all questions."""

        def similarity(self, cosines: np.ndarray) -> np.ndarray:
            return cosines - np.float32(2.0)

    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Distant()), SEGMENTER_VERSION) as library:
        berths = (Input(f"berth-{n}.md", f"# Berth {n}\n\n1. Berth {n} is let.\n".encode()) for n in range(9))
        add(library, catalogue, *berths, Input("shelter.md", SHELTER))
        assert Engine(library, catalogue).search(ASKED)[0].document.id == "shelter:en:upload"


def test_the_words_of_a_text_find_it_in_its_language_among_many_that_are_nearer_in_meaning(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    class Lower(Levelling):
        """Spanish passages lie lower."""

        def language_shift(self, read: str) -> LanguageShift | None:
            there = super().language_shift(read)
            return there and replace(there, offset=-0.1)

    berths = [f"# Berth {n}\n\n1. Berth {n} is let to boats for a week.\n".encode() for n in range(30)]
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), Lower()), SEGMENTER_VERSION) as library:
        add(
            library,
            catalogue,
            *(Input(f"berth-{n}.md", each) for n, each in enumerate(berths)),
            Input("barcos.md", BOATS),
        )
        found = Engine(library, catalogue).search("La autoridad portuaria cuenta los barcos una vez por semana", 6)
        assert "barcos:es:upload" in {each.document.id for each in found}


def test_an_english_question_finds_what_only_a_spanish_passage_says(tmp_path: Path, catalogue: Catalogue) -> None:
    found = ranked(tmp_path, catalogue, Levelling(), "Who counts the boats of the authority?")
    assert found[0] == "barcos:es:upload"


def test_a_question_meets_each_language_on_one_scale(tmp_path: Path, catalogue: Catalogue) -> None:
    second = Levelling()
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), second), SEGMENTER_VERSION) as library:
        fill(library, catalogue)
        cosines = dict(library.dense_search(ASKED, 10))
        of = {library.passages_by_id([key])[key].document_id: cosine for key, cosine in cosines.items()}
        assert of["shelter:en:upload"] == pytest.approx(1.0, abs=1e-5)
        assert of["barcos:es:upload"] == pytest.approx(0.8, abs=1e-5)
        assert len(library.dense_search(ASKED, 1)) == 1


def test_names_in_latin_letters_are_looked_for_in_every_language(starter_engine: Engine) -> None:
    assert "unodc" in read("Что публикует UNODC?", "ru", starter_engine).tokens("en")
    assert "interpol" in read("国家如何与INTERPOL合作？", "zh", starter_engine).tokens("fr")
    assert "lampedus" in read("¿Qué pasó cerca de Lampedusa?", "es", starter_engine).tokens("fr")
    assert read("¿Qué pasó? Llegaron barcos.", "es", starter_engine).latin == []


# What languages add to the vectors of the packaged model


@pytest.mark.parametrize("read", ["en", "de", ""])
def test_nothing_is_moved_to_english_or_to_a_language_that_is_not_known(read: str) -> None:
    assert find_language_shift(read) is None


@pytest.mark.parametrize("read", [language for language in LANGUAGES if language != "en"])
def test_a_moved_question_is_of_unit_length(read: str) -> None:
    there = find_language_shift(read)
    assert there is not None
    vector = np.full(384, 384**-0.5, np.float32)
    assert np.linalg.norm(there.shift_query(vector)) == pytest.approx(1.0, abs=1e-5)
    assert 0.5 < there.scale < 2.0


def test_figures_are_the_part_of_vectors_that_languages_add() -> None:
    phrases = {language: [f"{language} {word}" for word in ("alpha", "beta", "gamma")] for language in LANGUAGES}
    passages = {language: [f"{language} {word}" for word in ("delta", "epsilon")] for language in LANGUAGES}
    inner, added = HashEmbedder(), np.eye(len(LANGUAGES), dtype=np.float32)

    class Added(HashEmbedder):
        """Each language adds a direction of its own to passages; questions lie where English ones do."""

        def embed_query(self, text: str) -> np.ndarray:
            return np.concatenate([inner.embed_query(text.split()[1]), added[LANGUAGES.index("en")]])

        def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
            said = [text.split() for text in texts]
            vectors = [np.concatenate([inner.embed_query(word), added[LANGUAGES.index(of)]]) for of, word in said]
            return np.stack(vectors)

    figures = compute_figures(phrases, passages, Added(), 1.0)
    np.testing.assert_allclose((figures["means"][1] - figures["means"][0])[-6:], added[1] - added[0], atol=1e-6)
    np.testing.assert_allclose((figures["passages"][1] - figures["passages"][0])[-6:], added[1] - added[0], atol=1e-6)
    # Moved all the way, a question is as near to other texts in the other language as in English.
    np.testing.assert_allclose(figures["cosines"], figures["cosines"][0], atol=1e-5)
    np.testing.assert_allclose(figures["spreads"], figures["spreads"][0], atol=1e-5)


def test_the_same_passages_are_compared_at_every_time(tmp_path: Path) -> None:
    rows = [{"language": each, "title": "T", "passage": f"{each} {n}"} for each in LANGUAGES for n in range(9)]
    written = write_lines(tmp_path / "documents.jsonl", *rows)
    found = unrelated_passages(written, 3)
    assert found == unrelated_passages(written, 3)
    assert {language: len(set(texts)) for language, texts in found.items()} == dict.fromkeys(LANGUAGES, 3)
    assert all(text.startswith(f"T\n{language}") for language, texts in found.items() for text in texts)


def test_parallel_questions_are_those_that_there_are_in_all_languages(tmp_path: Path) -> None:
    rows = [{"id": n, "language": "en", "question": f"en {n}"} for n in range(3)]
    asked = write_lines(tmp_path / "questions.jsonl", *rows)
    others = [language for language in LANGUAGES if language != "en"]
    pairs = [(n, language) for n in range(3) for language in others if (n, language) != (1, "zh")]
    rows = [{"of": n, "language": each, "question": f"{each} {n}"} for n, each in pairs]
    told = write_lines(tmp_path / "translations.jsonl", *rows)
    assert parallel_questions(asked, told, 5) == {
        language: [f"{language} 0", f"{language} 2"] for language in LANGUAGES
    }
    assert len(parallel_questions(asked, told, 1)["zh"]) == 1
    told.write_text("")
    with pytest.raises(ValueError, match="all of en, fr"):
        parallel_questions(asked, told, 5)


@needs_e5
def test_a_chinese_question_reaches_past_chinese_passages_that_do_not_answer_it(
    converted: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    chinese = "# 港口\n\n1. 港务局每周统计一次船只，并公布名单。\n\n2. 餐厅中午十二点供应午餐。\n\n3. 会议室的钥匙由秘书处保管。\n"
    with Library(tmp_path, EmbeddingModels(EnglishOnly(), PackagedE5(converted)), SEGMENTER_VERSION) as library:
        add(library, catalogue, Input("shelter.md", SHELTER), Input("gangkou.md", chinese.encode()))
        found = Engine(library, catalogue).search("在海上获救的移民在哪里得到庇护？")
        assert found[0].document.id == "shelter:en:upload"
