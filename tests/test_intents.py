"""What a question asks of a meeting: what no agenda tells is not answered by the sentence that comes nearest to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from invoking import write_lines
from test_meeting import Ask, Picking, asked
from test_multilingual import needs_e5
from test_training import HARBOUR

from assistant.meeting import intents
from assistant.meeting.intents import (
    NONE,
    OTHER,
    Intents,
    asks_for_documents,
    asks_of_other_texts,
    beyond_agenda,
)
from assistant.qa.abstention import LISTING_CHANCE, OTHER_TEXTS_CHANCE
from corpus.embedding import EmbeddingError, HashEmbedder, PackagedE5
from corpus.models import EmbeddingModels
from eval.training.intent_training import (
    IntentQuestion,
    auc_by_language,
    cross_validate,
    fit_intents,
    meeting_questions,
    other_questions,
    to_arrays,
)

__all__ = ["asked"]


def sure_of(monkeypatch: pytest.MonkeyPatch, **chances: float) -> None:
    """Every question asks for these with these chances, whatever it says."""
    names, width = tuple(chances), HashEmbedder().dimension
    offsets = np.log(np.array([*chances.values()], np.float32))
    made = Intents("hash", names, np.zeros((len(names), width), np.float32), offsets)
    monkeypatch.setattr(intents, "shipped", lambda: made)


def test_a_row_does_not_answer_what_no_agenda_tells_however_near_the_reader_finds_it(
    asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, question = Picking("takes place in"), "The meeting takes place in which room?"
    sure_of(monkeypatch, place=0.9, none=0.05, other=0.05)
    assert asked(reader, question).status == "answered"
    sure_of(monkeypatch, place=0.1, none=0.9, other=1e-6)
    assert asked(reader, question).status == "not_found"


def test_no_row_is_read_for_a_question_that_surely_asks_about_other_texts_unless_it_names_an_item(
    asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, item = "The meeting takes place in which room?", "When is item 2 taken up?"
    sure_of(monkeypatch, place=0.2, none=1e-6, other=0.8)
    assert asked(Picking("takes place in"), place).status == "answered"
    sure_of(monkeypatch, place=0.05, none=1e-6, other=0.95)
    assert asked(Picking("takes place in"), place).status == "not_found"
    assert asked(Picking("is taken up"), item).status == "answered"


def test_with_another_embedding_model_rows_are_told_as_the_reader_says() -> None:
    models = EmbeddingModels(HashEmbedder())
    assert beyond_agenda("Which room are we in?", models) == asks_of_other_texts("Who paid?", models) == 0.0


def test_weights_that_are_damaged_are_an_error_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / intents.FILE).write_bytes(b"PK\x03\x04 cut off")
    monkeypatch.setattr(intents, "files", lambda _: tmp_path)
    intents.shipped.cache_clear()
    with pytest.raises(EmbeddingError, match=f"{intents.FILE}.*Install Rapporteur again"):
        intents.shipped()
    monkeypatch.undo()
    assert NONE in intents.shipped().names


@needs_e5
@pytest.mark.parametrize(
    ("told", "not_told"),
    [
        ("In which city do we gather?", "Who is in the chair?"),
        ("Quel jour la réunion prend-elle fin ?", "Combien de délégués seront présents ?"),
        ("¿Qué punto se trata el lunes?", "¿Quién sirve el café en la pausa?"),
        ("С какого пункта начнём в среду?", "Можно ли оставить чемодан в гардеробе?"),
        ("متى ينظر في البند 2؟", "كم يكلف موقف السيارات؟"),
        ("会议几点开始？", "谁负责翻译？"),
    ],
)
def test_what_an_agenda_tells_is_told_from_what_it_does_not_in_six_languages(
    converted: Path, told: str, not_told: str
) -> None:
    models = EmbeddingModels(PackagedE5(converted))
    assert beyond_agenda(told, models) < 0.3
    assert beyond_agenda(not_told, models) > 0.6


@needs_e5
@pytest.mark.parametrize(
    ("of_meeting", "of_texts"),
    [
        ("In which city do we gather?", "How much did the regional office spend on vaccines?"),
        ("Quel jour la réunion prend-elle fin ?", "Combien de logements la tempête a-t-elle détruits ?"),
        ("¿Qué punto se trata el lunes?", "¿Qué recomendó el auditor sobre las existencias de vacunas?"),
        ("С какого пункта начнём в среду?", "Сколько беженцев получили помощь агентства?"),
        ("متى ينظر في البند 2؟", "كم عدد اللاجئين الذين قدمت لهم الوكالة مساعدات غذائية؟"),
        ("会议几点开始？", "该机构向多少难民提供了援助？"),
    ],
)
def test_questions_about_other_texts_are_told_from_those_about_a_meeting_in_six_languages(
    converted: Path, of_meeting: str, of_texts: str
) -> None:
    models = EmbeddingModels(PackagedE5(converted))
    assert asks_of_other_texts(of_meeting, models) < OTHER_TEXTS_CHANCE <= asks_of_other_texts(of_texts, models)


@needs_e5
@pytest.mark.parametrize(
    ("listed", "content"),
    [
        ("what docs are listed for item 4", "what does the paper for item 4 recommend"),
        ("Quel document traite du point 3 ?", "Que dit des mineurs le document du point 3 ?"),
        ("¿Qué documentos hay para el tema 3?", "¿Qué dice el documento del tema 3 sobre los menores?"),
        ("Какие документы по пункту 4?", "Что говорится в документе по пункту 4?"),
        ("ما هي وثائق البند 4؟", "من كتب وثيقة البند 4؟"),
        ("第3项有哪些文件？", "第3项的文件对儿童有何建议？"),
    ],
)
def test_the_list_of_documents_is_told_from_what_they_say_in_six_languages(
    converted: Path, listed: str, content: str
) -> None:
    models = EmbeddingModels(PackagedE5(converted))
    assert asks_for_documents(content, models) < LISTING_CHANCE <= asks_for_documents(listed, models)


# How it is made


def test_patterns_are_filled_with_meetings_and_the_same_at_every_call(tmp_path: Path) -> None:
    meetings = write_lines(tmp_path / "meetings.jsonl", HARBOUR)
    patterns = [
        {"kind": "half-morning", "language": "en", "pattern": "before lunch"},
        {"kind": "half-morning", "language": "fr", "pattern": "avant midi"},
        {"kind": "row", "language": "en", "pattern": "what of {topic} {half}"},
        {"kind": "documents", "language": "fr", "pattern": "{symbol}, c'est {paper} ?"},
    ]
    file = write_lines(tmp_path / "patterns.jsonl", *patterns)
    made = [*meeting_questions(meetings, [file])]
    assert made == [*meeting_questions(meetings, [file])]
    assert {(each.intent, each.language) for each in made} == {("row", "en"), ("documents", "fr")}
    assert all("before lunch" in each.text for each in made if each.intent == "row")
    assert {each.text for each in made if each.intent == "documents"} == {"A/AC.1/2024/2, c'est la note ?"}


def test_of_other_documents_only_what_stands_alone_is_asked(tmp_path: Path) -> None:
    alone = {"id": "1", "language": "en", "question": "Who signed?", "history": []}
    leaning = {"id": "2", "language": "en", "question": "And when?", "history": ["Who signed?"]}
    translated = {"of": "1", "language": "fr", "question": "Qui a signé ?"}
    made = other_questions([write_lines(tmp_path / "questions.jsonl", alone, leaning, translated)])
    assert sorted((each.text, each.intent, each.of) for each in made) == [
        ("Qui a signé ?", OTHER, "1"),
        ("Who signed?", OTHER, "1"),
    ]


def test_what_was_left_out_is_told_by_the_rest_and_what_ships_tells_the_same() -> None:
    rng, kinds = np.random.default_rng(1), ("place", NONE, OTHER)
    questions = [IntentQuestion(f"{kind} {n}", "en", kind, f"{kind} {n}") for kind in kinds for n in range(40)]
    centres = {kind: rng.normal(size=16) for kind in kinds}
    vectors = np.stack([centres[each.intent] + 0.2 * rng.normal(size=16) for each in questions]).astype(np.float32)
    found = cross_validate(questions, vectors)
    assert sorted(each.text for each, _ in found) == sorted(each.text for each in questions)
    assert auc_by_language(found) == [["all", 80, "1.000"], ["en", 80, "1.000"]]
    model = fit_intents(questions, vectors, "hash")
    held = to_arrays(model)
    shipped = Intents(str(held["model"]), tuple(map(str, held["intents"])), held["weights"], held["offsets"])
    assert shipped.names == model.names
    assert all(abs(shipped.chance(one, NONE) - model.chance(one, NONE)) < 1e-3 for one in vectors)
    assert [kind for kind in kinds if kind != OTHER and model.chance(centres[kind].astype(np.float32), NONE) > 0.5] == [
        NONE
    ]
