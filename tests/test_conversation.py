"""Conversations: a turn is made whole from the turns before it, the evidence of the last one is carried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from readers import word_readers

from assistant.conversation import readings, spoken_in, stand_alone
from assistant.conversation.memory import MOST, Memory
from assistant.qa.engine import Engine
from assistant.question import clean_question
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES

VOCABULARY = Vocabulary.shipped()
CATALOGUE = Catalogue.shipped()


def whole(text: str, *before: str) -> str:
    """A turn made whole."""
    return stand_alone(clean_question(text), [clean_question(turn) for turn in before], VOCABULARY, CATALOGUE)


@pytest.mark.parametrize(
    ("before", "text", "made"),
    [
        ("How does a State leave the Protocol?", "And the Convention?", "How does a State leave the Convention?"),
        (
            "What does article 7 of the Protocol say?",
            "And in the Convention?",
            "What does article 7 of the Convention say?",
        ),
        ("When do we start on Thursday?", "and on Friday morning?", "When do we start on Friday morning?"),
        ("What is on Thursday morning?", "and in the afternoon?", "What is on Thursday in the afternoon?"),
        ("What is planned for Thursday?", "and the day after?", "What is planned for Friday?"),
        ("What does article 16 require?", "and paragraph 5?", "What does article 16, paragraph 5 require?"),
        ("How many parties in October 2018?", "And in 2022?", "How many parties in 2022?"),
        ("What does resolution 9/1 say?", "and 10/1?", "What does resolution 10/1 say?"),
        ("What is CTOC/COP/WG.7/2021/2 about?", "and 2021/3?", "What is CTOC/COP/WG.7/2021/3 about?"),
        ("What is CTOC/COP/WG.7/2021/2 about?", "and Add.1?", "What is CTOC/COP/WG.7/2021/2/Add.1 about?"),
        ("What does WG.7 stand for?", "And WG.10?", "What does WG.10 stand for?"),
        ("Quand le point 2 est-il examiné ?", "Et le 4 ?", "Quand le point 4 est-il examiné ?"),
        ("Que dit l'article 9 du Protocole ?", "Et l'article 10 ?", "Que dit l'article 10 du Protocole ?"),
        ("¿Cuándo entró en vigor el Protocolo?", "¿Y la Convención?", "¿Cuándo entró en vigor el Convención?"),
        ("¿Qué documento hay para el tema 2?", "¿Y para el tema 3?", "¿Qué documento hay para el tema 3?"),
        ("Что говорится в статье 5 Протокола?", "А в статье 6?", "Что говорится в статье 6 Протокола?"),
        ("Что обсуждают в четверг утром?", "А в пятницу?", "Что обсуждают в пятницу?"),
        ("ما هو موضوع البند 2؟", "والبند 5؟", "ما هو موضوع البند 5؟"),
        ("ماذا تقول المادة 5 من البروتوكول؟", "والمادة 6؟", "ماذا تقول المادة 6 من البروتوكول؟"),
        ("《议定书》第5条规定了什么？", "那《公约》呢？", "《公约》第5条规定了什么?"),
        ("第九次工作组会议是什么时候？", "那第十二次呢？", "第十二次工作组会议是什么时候?"),
    ],
)
def test_what_is_named_anew_takes_the_place_of_what_was_named_before(before: str, text: str, made: str) -> None:
    assert " ".join(whole(text, before).split()).casefold() == made.casefold()


@pytest.mark.parametrize(
    ("before", "text", "made"),
    [
        ("What does article 14 of the Convention say?", "No, I meant the Protocol.", "article 14 of the Protocol"),
        ("What does article 14 of the Convention say?", "Sorry, article 15.", "article 15 of the Convention"),
        ("When is item 2?", "No, item 3", "When is item 3?"),
        ("Que dit l'article 12 du Protocole ?", "Non, je voulais dire la Convention.", "l'article 12 du Convention"),
        ("¿Cuándo se trata el tema 2?", "Perdón, quería decir el tema 4.", "¿Cuándo se trata el tema 4?"),
        ("Сколько подписали Конвенцию?", "Нет, я имел в виду Протокол.", "Сколько подписали Протокол"),
        ("ماذا تقول المادة 5 من الاتفاقية؟", "لا، أقصد البروتوكول", "المادة 5 من البروتوكول"),
        ("《公约》第5条讲什么？", "不对，我是说议定书。", "《议定书》第5条"),
    ],
)
def test_a_correction_asks_the_same_of_what_was_meant(before: str, text: str, made: str) -> None:
    assert made in whole(text, before)


def test_a_correction_that_names_another_thing_keeps_only_how_it_was_asked() -> None:
    made = whole("Sorry, the meeting of the Working Group.", "When was the seventh session of the Conference?")
    assert made.startswith("When was")
    assert "Conference" not in made


def test_a_correction_of_what_is_spoken_of_keeps_what_is_asked_of_it() -> None:
    assert whole("No, the agenda.", "Who drafts the report?").startswith("Who drafts the: the agenda")


def test_another_treaty_is_not_asked_for_the_same_article_where_a_subject_was_asked_about() -> None:
    made = whole("And in the Convention?", "What does article 14 of the Protocol say about training?")
    assert "training" in made
    assert "14" not in made
    assert "Protocol" not in made
    same = whole("And the same article of the Convention?", "What does article 14 of the Protocol say about training?")
    assert "article 14 of the Convention" in same


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("Can smuggled migrants be prosecuted?", "Where does it say so?"),
        ("Can smuggled migrants be prosecuted?", "Say that in short, please"),
        ("Can smuggled migrants be prosecuted?", "Which article?"),
        ("Les migrants peuvent-ils être poursuivis ?", "Où est-ce écrit ?"),
        ("¿Se puede enjuiciar a los migrantes?", "¿Dónde lo dice?"),
        ("Можно ли преследовать мигрантов?", "Где это сказано?"),
        ("هل يمكن ملاحقة المهاجرين؟", "أين ورد ذلك؟"),
        ("移民会被起诉吗？", "在哪里规定的？"),
    ],
)
def test_asking_where_it_stands_asks_the_same_once_more(before: str, text: str) -> None:
    assert whole(text, before) == clean_question(before)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("Was the meeting held online?", "Why?"),
        ("La réunion était-elle hybride ?", "Pourquoi ?"),
        ("¿Fue híbrida la reunión?", "¿Por qué?"),
        ("Была ли встреча гибридной?", "Почему?"),
        ("هل كان الاجتماع هجينا؟", "لماذا؟"),
        ("会议是混合形式吗？", "为什么？"),
    ],
)
def test_why_asks_more_of_what_was_asked(before: str, text: str) -> None:
    (made,) = readings(clean_question(text), [clean_question(before)], VOCABULARY, CATALOGUE)
    assert made.text == made.focus
    assert made.parts[0] == clean_question(before)
    assert made.leans


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("What does article 16 say?", "Different question: how long may a report be?"),
        ("When is item 3?", "Thanks. How long may a report of the Secretariat be?"),
        ("When is item 3?", "How many migrants were smuggled in 2016?"),
        ("When is item 3?", "Thanks!"),
        ("第三项什么时候讨论？", "谢谢。"),
        ("Qui préside ?", "Autre question : que signifie Corr à la fin d'une cote ?"),
        ("¿Quién preside?", "Otra pregunta: ¿qué son los canales regulares?"),
        ("Кто председатель?", "Другой вопрос: что такое буква L в условном обозначении?"),
        ("من يرأس الاجتماع؟", "سؤال آخر: ما هو الحد الأقصى لطول التقرير؟"),
        ("谁主持会议？", "换个问题：什么是严重犯罪？"),
    ],
)
def test_another_subject_does_not_drag_the_old_one_in(before: str, text: str) -> None:
    (made,) = readings(clean_question(text), [clean_question(before)], VOCABULARY, CATALOGUE)
    assert not made.leans
    assert clean_question(text).endswith(made.text)


def test_what_is_compared_with_the_last_question_asks_both() -> None:
    made = whole("Is it any different for the Convention?", "How does one leave the Protocol?")
    assert made == "How does one leave the Protocol? How does one leave the Convention?"


def test_a_turn_that_only_begins_like_a_follow_up_may_also_stand_alone() -> None:
    likelier, other = readings("And is the meeting also held online?", ["What is a visa?"], VOCABULARY, CATALOGUE)
    assert likelier.leans
    assert not other.leans
    assert other.text == "And is the meeting also held online?"


def test_a_long_chain_keeps_what_it_began_with_and_the_last_two_turns() -> None:
    turns = ["What does the Protocol say of ships?", "And does it name ports?", "And does it name crews?"]
    made = whole("And does it name masters?", *turns)
    assert made.startswith("What does the Protocol say of ships")
    assert "ports" not in made
    assert "crews" in made


@pytest.mark.parametrize(
    ("turns", "text", "language"),
    [
        (["Quand a lieu la réunion ?"], "CRP?", "fr"),
        (["Когда совещание?"], "2021?", "ru"),
        (["Когда совещание?", "WG.7?"], "WG.10?", "ru"),
        ([], "CRP?", "en"),
    ],
)
def test_a_turn_whose_words_tell_no_language_is_in_that_of_the_turns_before(
    turns: list[str], text: str, language: str
) -> None:
    assert spoken_in(text, turns) == language


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=80))
def test_whatever_is_said_there_is_a_reading_and_it_is_bounded(turns: list[str], text: str) -> None:
    for made in readings(clean_question(text), [clean_question(turn) for turn in turns], VOCABULARY, CATALOGUE):
        assert len(made.text) <= 2_000
        assert made.language in LANGUAGES


@given(st.text(max_size=200))
def test_a_first_turn_is_left_as_it_is(text: str) -> None:
    assert stand_alone(text, [], VOCABULARY, CATALOGUE) == text


def test_the_words_of_conversation_are_there_in_every_language() -> None:
    words: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        (files("assistant") / "data" / "conversation.yaml").read_text(encoding="utf-8")
    )
    assert set(words) == set(LANGUAGES)
    kinds = set(words["en"])
    for language in LANGUAGES:
        assert set(words[language]) == kinds
        for kind, forms in words[language].items():
            assert forms or kind == "leaning"
            assert all(re.compile(form) for form in ([forms] if isinstance(forms, str) else forms))


# What is carried


def test_passages_are_worked_out_once_and_anew_when_the_library_has_changed() -> None:
    memory, asked = Memory(), []

    def make() -> tuple[str, ...]:
        asked.append(1)
        return ("p1",)

    before, after = object(), object()
    assert [memory.passages("q", before, make) for _ in range(3)] == [("p1",)] * 3
    assert len(asked) == 1
    memory.passages("q", after, make)
    assert len(asked) == 2


def test_only_the_latest_questions_are_remembered() -> None:
    memory, state = Memory(), object()
    for n in range(MOST + 1):
        memory.keep(n, state, (str(n),))
    assert memory.passages(MOST, state, lambda: ("new",)) == (str(MOST),)
    assert memory.passages(0, state, lambda: ("new",)) == ("new",)


def test_a_follow_up_is_answered_from_where_the_turn_before_was(starter_engine: Engine) -> None:
    first = starter_engine.ask("When was the first Constructive Dialogue on the Smuggling of Migrants?")
    then = starter_engine.ask("Who was its chair?", [first.question])
    assert then.citations[0].id in {citation.id for citation in first.citations}


def test_the_same_conversation_has_the_same_answer_whatever_was_asked_before(
    starter_engine: Engine, starter_library: Any, catalogue: Catalogue
) -> None:
    first, second = "When was the first Constructive Dialogue on the Smuggling of Migrants?", "Who was its chair?"
    warm = [starter_engine.ask(second, [first]) for _ in range(2)]
    cold = Engine(starter_library, catalogue, readers=word_readers()).ask(second, [first])
    assert [each.statements for each in warm] == [cold.statements] * 2


def test_a_turn_that_leads_nowhere_with_the_one_before_is_answered_by_itself(starter_engine: Engine) -> None:
    question = "when may a State party board and search a vessel without nationality?"
    alone = starter_engine.ask(question)
    answer = starter_engine.ask(f"So {question}", ["Who won the football match between Vienna and Palermo yesterday?"])
    assert answer.statements[0] == alone.statements[0]
