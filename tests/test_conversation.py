"""Conversations: a turn is meant as the documents answer it best, by itself or after the turns before it; several questions
in one turn; the evidence of the last turn is carried."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from conftest import Holding, OpenLibrary, add
from hypothesis import given
from hypothesis import strategies as st
from word_reader import THRESHOLDS, FlatReader, readers_of, word_readers

from assistant.qa.engine import Engine
from assistant.qa.query import (
    REMEMBERED,
    Interpretation,
    Turn,
    TurnCache,
    asks_two_questions,
    interpretations,
    possible_splits,
    split_questions,
    turn_language,
)
from assistant.qa.reader import Reading as PassageReading
from assistant.qa.readers import Readers
from assistant.qa.scope import Scope
from assistant.question import clean_question
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.sentences import sentence_spans
from ingest.pipeline import Input

VOCABULARY = Vocabulary.shipped()
CATALOGUE = Catalogue.packaged()
BOATS = {
    "en": ("Fishing boats enter the harbour at seven.", "When do fishing boats enter the harbour?"),
    "fr": ("Les bateaux de pêche entrent au port à sept heures.", "Quand les bateaux de pêche entrent-ils au port ?"),
    "es": (
        "Los barcos pesqueros entran en el puerto a las siete.",
        "¿Cuándo entran los barcos pesqueros en el puerto?",
    ),
    "ru": ("Рыболовные суда входят в гавань к семи.", "Когда рыболовные суда входят в гавань?"),
    "ar": ("تدخل قوارب الصيد الميناء صباحا.", "متى تدخل قوارب الصيد الميناء؟"),
    "zh": ("渔船早晨进入港口。", "渔船何时进入港口？"),
}
YACHTS = {
    "en": ("Foreign yachts pay forty crowns.", "What do foreign yachts pay?"),
    "fr": ("Les voiliers étrangers paient quarante couronnes.", "Que paient les voiliers étrangers ?"),
    "es": ("Los veleros extranjeros pagan cuarenta coronas.", "¿Qué pagan los veleros extranjeros?"),
    "ru": ("Иностранные яхты платят сорок крон.", "Что платят иностранные яхты?"),
    "ar": ("تدفع اليخوت الأجنبية أربعين كرونة.", "ماذا تدفع اليخوت الأجنبية؟"),
    "zh": ("外国游艇缴纳四十克朗。", "外国游艇缴纳什么？"),
}
JOINED = {
    "en": "When do fishing boats enter the harbour, and what do foreign yachts pay?",
    "fr": "Quand les bateaux de pêche entrent-ils au port et que paient les voiliers étrangers ?",
    "es": "¿Cuándo entran los barcos pesqueros en el puerto y qué pagan los veleros extranjeros?",
    "ru": "Когда рыболовные суда входят в гавань и что платят иностранные яхты?",
    "ar": "متى تدخل قوارب الصيد الميناء وماذا تدفع اليخوت الأجنبية؟",
    "zh": "渔船何时进入港口，外国游艇缴纳什么？",
}

AskIn = Callable[[str], Engine]


@pytest.fixture
def harbour(open_library: OpenLibrary, catalogue: Catalogue) -> AskIn:
    """An engine over two notes in a language."""

    def make(language: str) -> Engine:
        library = open_library()
        notes = [
            f"---\nlanguage: {language}\n---\n# {n}\n\n1. {told[language][0]}\n"
            for n, told in enumerate((BOATS, YACHTS))
        ]
        add(library, catalogue, *(Input(f"note-{n}.md", note.encode()) for n, note in enumerate(notes)))
        return Engine(library, catalogue, readers=word_readers())

    return make


def read(text: str, *before: str) -> tuple[Interpretation, ...]:
    """How a turn may be meant after another one."""
    asked = [clean_question(turn) for turn in (*before, text)]
    earlier = Interpretation((asked[0],), asked[0], turn_language(asked[0], [])) if before else None
    return interpretations(asked[-1], earlier, turn_language(asked[-1], asked[:-1]), VOCABULARY, CATALOGUE)


@pytest.mark.parametrize(
    ("before", "text", "made"),
    [
        ("When do we start on Thursday?", "and on Friday?", "When do we start on Friday?"),
        ("What is on Thursday morning?", "and in the afternoon?", "What is on Thursday in the afternoon?"),
        ("What does article 16 require?", "and paragraph 5?", "What does article 16, paragraph 5 require?"),
        ("How many parties in October 2018?", "And in 2022?", "How many parties in October 2022?"),
        ("What does resolution 9/1 say?", "and 10/1?", "What does resolution 10/1 say?"),
        ("What did Costa Rica report?", "and Bolivia?", "What did Bolivia report?"),
        (
            "Quelle est la contribution de la France ?",
            "et celle de l'Espagne ?",
            "Quelle est la contribution de la Espagne ?",
        ),
        ("مساهمة فرنسا في عام 2030؟", "وإسبانيا؟", "مساهمة إسبانيا في عام 2030؟"),
        ("Quand le point 2 est-il examiné ?", "Et le 4 ?", "Quand le point 4 est-il examiné ?"),
        ("Que dit l'article 9 du Protocole ?", "Et l'article 10 ?", "Que dit l'article 10 du Protocole ?"),
        ("¿Qué documento hay para el tema 2?", "¿Y para el tema 3?", "¿Qué documento hay para el tema 3?"),
        ("Что говорится в статье 5 Протокола?", "А в статье 6?", "Что говорится в статье 6 Протокола?"),
        ("ما هو موضوع البند 2؟", "والبند 5؟", "ما هو موضوع البند 5؟"),
        ("ماذا تقول المادة 5 من البروتوكول؟", "والمادة 6؟", "ماذا تقول المادة 6 من البروتوكول؟"),
        ("第5条规定了什么？", "那第6条呢？", "第6条规定了什么?"),
    ],
)
def test_what_is_named_anew_takes_the_place_of_what_was_named_before(before: str, text: str, made: str) -> None:
    first = read(text, before)[0]
    assert first.leans
    assert first.text.casefold() == made.casefold()


@pytest.mark.parametrize(
    ("before", "text", "made"),
    [
        ("What is on Monday afternoon?", "And the next day?", "What is on Tuesday ?"),
        (
            "What is on Monday morning?",
            "and the following day in the afternoon?",
            "What is on Tuesday in the afternoon?",
        ),
        ("What is on Sunday?", "and on the following day?", "What is on Monday?"),
        ("Qu'y a-t-il lundi ?", "Et le jour suivant ?", "Qu'y a-t-il mardi ?"),
        ("¿Qué hay el lunes?", "¿Y al día siguiente?", "¿Qué hay el martes?"),
        ("Что будет в понедельник?", "А на следующий день?", "Что будет в вторник?"),
        ("ماذا يحدث يوم الاثنين؟", "وفي اليوم التالي؟", "ماذا يحدث يوم الثلاثاء؟"),
        ("星期一有什么？", "次日呢？", "星期二有什么?"),
    ],
)
def test_the_next_day_is_the_one_after_that_which_was_named_before(before: str, text: str, made: str) -> None:
    assert read(text, before)[0].text.casefold() == made.casefold()


@pytest.mark.parametrize("turn", ["And in 2022?", "and for 2023", "And in Chad?", "and 12?"])
def test_a_value_alone_is_not_asked_about_by_itself(turn: str) -> None:
    assert all(each.leans for each in read(turn, "How many boats of 10 metres had Togo in October 2018?"))


def test_a_turn_that_names_something_anew_and_says_more_is_read_behind_what_it_changes() -> None:
    alone, leaning, *_ = read("Which document covers item 4?", "When is item 3?")
    assert not alone.leans
    assert leaning.text == "When is item 4: Which document covers item 4?"
    assert leaning.focus == "Which document covers item 4?"


def test_what_has_no_place_in_the_earlier_question_changes_nothing_in_it() -> None:
    assert read("And in 2022?", "Who chairs the meeting?")[-1].text == "Who chairs the meeting: And in 2022?"


def test_a_long_chain_keeps_what_it_began_with_and_the_last_two_turns() -> None:
    current: Interpretation | None = None
    for turn in ("What of ships?", "What of ports?", "What of crews?", "What of masters?"):
        current = interpretations(turn, current, "en", VOCABULARY, CATALOGUE)[-1]
    assert current is not None
    assert current.text == "What of ships: What of crews: What of masters?"


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
    assert turn_language(text, turns) == language


@pytest.mark.parametrize(("text", "language"), [("que puerto se suprime", "es"), ("que port se supprime", "fr")])
def test_a_question_in_words_of_two_languages_is_in_that_whose_texts_have_them(
    open_library: OpenLibrary, text: str, language: str
) -> None:
    library = open_library()
    add(library, CATALOGUE, Input("es.txt", b"Carta\n\n1. Se suprime el puerto de Arla en la costa del norte."))
    add(library, CATALOGUE, Input("fr.txt", "Lettre\n\n1. Le port de Bend est supprimé sur la côte du nord.".encode()))
    assert turn_language(text, [], library) == language


def test_words_that_tell_no_language_are_in_the_one_whose_texts_have_most_of_them(harbour: AskIn) -> None:
    engine = harbour("es")
    assert engine.ask("pagan veleros extranjeros").language == "es"
    assert engine.ask("foreign sailing boats").language == "en"


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=80))
def test_whatever_is_said_there_is_a_reading_and_it_is_bounded(turns: list[str], text: str) -> None:
    current: Interpretation | None = None
    for turn in [*turns, text]:
        made = interpretations(clean_question(turn), current, turn_language(turn, []), VOCABULARY, CATALOGUE)
        assert all(len(each.text) <= 2_000 and each.language in LANGUAGES for each in made)
        current = made[-1]


@given(st.text(max_size=200))
def test_a_first_turn_is_left_as_it_is(text: str) -> None:
    (alone,) = interpretations(text, None, "en", VOCABULARY, CATALOGUE)
    assert alone.parts == (text,)


# Which reading is meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_subject_after_another_does_not_drag_the_old_one_along(harbour: AskIn, language: str) -> None:
    engine = harbour(language)
    alone = engine.ask(YACHTS[language][1])
    answer = engine.ask(YACHTS[language][1], [BOATS[language][1]])
    assert alone.status == "answered"
    assert answer.statements == alone.statements
    assert engine.whole(YACHTS[language][1], [BOATS[language][1]]) == clean_question(YACHTS[language][1])


def test_a_new_subject_after_a_follow_up_does_not_drag_the_old_one_along(harbour: AskIn) -> None:
    engine = harbour("en")
    turns = [BOATS["en"][1], "And at seven?"]
    assert engine.ask(YACHTS["en"][1], turns).statements == engine.ask(YACHTS["en"][1]).statements


@pytest.mark.parametrize(
    ("language", "turn"),
    [("en", "At what time?"), ("fr", "À quelle heure ?"), ("es", "¿A qué hora?"), ("ru", "К семи?"),
     ("ar", "صباحا؟"), ("zh", "早晨？")],
)  # fmt: skip
def test_a_turn_that_says_too_little_is_answered_after_the_one_before(harbour: AskIn, language: str, turn: str) -> None:
    engine = harbour(language)
    answer = engine.ask(turn, [BOATS[language][1]])
    assert BOATS[language][0] in " ".join(citation.quote for citation in answer.citations)


class Clinging(FlatReader):
    """A reader to whom a passage on boats answers whatever names boats, a little more than one on yachts what names yachts."""

    def logit_of(self, question: str, text: str) -> float:
        if "boats" in question and "boats" in text:
            return 3.2
        return 3.0 if "yachts" in question and "yachts" in text else -9.0


def test_a_new_subject_is_not_answered_by_what_answered_the_turn_before(holding: Holding) -> None:
    engine = holding(
        *(
            Input(f"{n}.md", f"# Note {n}\n\n1. {text}\n".encode())
            for n, (text, _) in enumerate([BOATS["en"], YACHTS["en"]])
        ),
        readers=readers_of(Clinging(), "en"),
    )
    history = [BOATS["en"][1]]
    answer = engine.ask("And how many crowns do foreign yachts pay each night for a place?", history)
    assert answer.statements[0].text == YACHTS["en"][0]
    assert engine.ask("And where?", history).statements[0].text == BOATS["en"][0]
    assert engine.ask("Who polishes the brass telescopes of the lighthouse keepers?", history).status == "not_found"


def test_what_answers_only_the_turn_before_is_told_as_not_certain(holding: Holding) -> None:
    engine = holding(f"# Note\n\n1. {BOATS['en'][0]}\n", readers=readers_of(Clinging(), "en"))
    first, again = engine.ask(BOATS["en"][1]), engine.ask("And in which language?", [BOATS["en"][1]])
    assert (first.status, again.status) == ("answered", "tentative")
    assert first.statements[0] == again.statements[0]


def test_a_turn_that_leads_nowhere_with_the_one_before_is_answered_by_itself(starter_engine: Engine) -> None:
    question = "when may a State party board and search a vessel without nationality?"
    alone = starter_engine.ask(question)
    answer = starter_engine.ask(f"So {question}", ["Who won the football match between Vienna and Palermo yesterday?"])
    assert answer.statements[0] == alone.statements[0]


@pytest.mark.parametrize("text", ["2021", "the the the", "Why?", "y", "1"])
def test_what_says_nothing_by_itself_is_answered_only_behind_another_turn(harbour: AskIn, text: str) -> None:
    engine = harbour("en")
    alone = engine.ask(text)
    assert (alone.status, alone.statements) == ("refused", ())
    assert "in a few words" in alone.reason or alone.language != "en"
    assert engine.ask(text, [BOATS["en"][1]]).status != "refused"


def test_thanks_behind_an_answer_are_no_question(harbour: AskIn) -> None:
    engine, asked = harbour("en"), [BOATS["en"][1]]
    answer = engine.ask("Thank you", asked)
    assert (answer.status, answer.statements) == ("refused", ())
    assert engine.ask("and when?", [*asked, "Thank you"]).status != "refused"


def test_thanks_do_not_bring_back_the_answer_before_them_even_where_a_text_thanks(holding: Holding) -> None:
    engine = holding(
        f"# Boats\n\n1. {BOATS['en'][0]}\n", "# Thanks\n\n1. We thank the keeper of the lighthouse.\n", reading=True
    )
    assert engine.ask(BOATS["en"][1]).status == "answered"
    answer = engine.ask("Thank you", [BOATS["en"][1]])
    assert answer.status != "answered"
    assert not any("Fishing boats" in each.text for each in answer.statements)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Who are you?"), ("en", "What can you do?"), ("fr", "Qui êtes-vous ?"), ("fr", "Que peux-tu faire ?"),
     ("es", "¿Qué puedes hacer?"), ("es", "¿Quién eres?"), ("ru", "Что ты умеешь?"), ("ru", "Кто вы?"),
     ("ar", "من أنت؟"), ("ar", "ماذا يمكنك أن تفعل؟"), ("zh", "你是谁？"), ("zh", "你能做什么？")],
)  # fmt: skip
def test_who_asks_what_this_is_is_told_which_documents_it_has(harbour: AskIn, language: str, text: str) -> None:
    answer = harbour(language).ask(text, language=language)
    assert (answer.status, answer.statements) == ("refused", ())
    assert "Rapporteur" in answer.reason
    assert re.search("[(（]2(份)?[)）]", answer.reason)


def test_a_lone_word_that_no_text_says_is_asked_back_and_one_that_a_text_says_is_never_answered_for_sure(
    starter_engine: Engine,
) -> None:
    assert [starter_engine.ask(text).status for text in ("hello", "bonjour !")] == ["refused", "refused"]
    assert "“zeolites”" in starter_engine.ask("zeolites?").reason
    assert starter_engine.ask("sea").status == "tentative"
    assert starter_engine.ask("What is smuggling?").status == "answered"
    assert starter_engine.ask("so is it at sea").status == "answered"
    assert starter_engine.ask("What is a kangaroo?").status != "refused"
    assert starter_engine.ask("What is smuggling of migrants?").status == "answered"


@pytest.mark.parametrize("text", ["14 October", "CTOC/COP/WG.7/2021/1", "item 3", "WHO"])
def test_a_day_a_symbol_an_item_or_capitals_say_something_by_themselves(starter_engine: Engine, text: str) -> None:
    assert starter_engine.ask(text).status != "refused"


def test_within_a_scope_a_single_word_says_enough(starter_engine: Engine) -> None:
    assert starter_engine.ask("When?", scope=Scope(meeting="CTOC/COP/WG.7/2021/1")).status != "refused"


# Several questions at once


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_two_questions_in_one_turn_are_both_answered(harbour: AskIn, language: str, joined: bool) -> None:
    answer = harbour(language).ask(JOINED[language] if joined else f"{BOATS[language][1]} {YACHTS[language][1]}")
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert answer.status == "answered"
    assert BOATS[language][0] in quoted
    assert YACHTS[language][0] in quoted


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_question_that_joins_two_words_is_not_cut(harbour: AskIn, language: str) -> None:
    asked = {"en": "When do fishing boats and small ferries enter the harbour?", "zh": "渔船和小渡轮何时进入港口？"}
    answer = harbour(language).ask(asked.get(language, BOATS[language][1]))
    assert YACHTS[language][0] not in " ".join(citation.quote for citation in answer.citations)


def test_what_is_not_found_of_two_questions_is_named(harbour: AskIn) -> None:
    answer = harbour("en").ask(f"{YACHTS['en'][1]} Who polishes brass telescopes?")
    assert answer.status == "partial"
    assert "brass telescopes" in answer.reason


def test_what_is_not_found_of_two_questions_in_one_sentence_is_named(harbour: AskIn) -> None:
    answer = harbour("en").ask(f"{YACHTS['en'][1].rstrip('?')}, and who polishes brass telescopes?")
    assert answer.status == "partial"
    assert YACHTS["en"][0] in " ".join(citation.quote for citation in answer.citations)
    assert "who polishes brass telescopes" in answer.reason


def test_the_second_half_of_a_sentence_speaks_of_the_item_that_the_first_names(
    starter_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(
        starter_engine.extractive.meeting_answerer, "watch", lambda question, _: read.append(question.text)
    )
    monkeypatch.setattr(starter_engine.extractive, "watch", lambda question, *_: read.append(question.text))
    starter_engine.ask("When is item 3 taken up, and which paper covers it?")
    assert "which paper covers it (item 3)?" in read


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One question only?", 1),
        ("A witness has to be hidden. Which treaty article is that?", 1),
        ("When is it held? Where is it held?", 2),
        ("متى يعقد الاجتماع هنا؟ وأين يعقد الاجتماع هذا؟", 2),
        ("会议何时举行？会议在哪里举行？", 2),
        ("Really? When is it held?", 1),
    ],
)
def test_questions_are_told_by_their_marks(text: str, parts: int) -> None:
    assert len(split_questions(text)) == parts


@pytest.mark.parametrize(
    ("text", "language", "twice"),
    [
        ("When is item 5 held, and who opens it?", "en", True),
        ("By when must the keepers reply and to whom do they write?", "en", True),
        ("Which States have signed and ratified the treaty?", "en", False),
        ("Under what conditions, and within what time, may a Party object?", "en", False),
        ("What must keepers do when a boat is found and when it has no flag?", "en", False),
        ("How should keepers treat crews, who are not liable to be fined?", "en", False),
        ("Quand le point 5 est-il examiné et qui le présente ?", "fr", True),
        ("Quels marins, qui sont à terre et qui ont faim, mangent ?", "fr", False),
        ("¿Cuándo se examina el tema 5 y quién lo presenta?", "es", True),
        ("Когда рассматривается пункт 5 и кто его представляет?", "ru", True),
        ("متى ينظر في البند 5 وكم يستغرق ذلك؟", "ar", True),
        ("议程项目5何时审议，由谁介绍？", "zh", True),
    ],
)
def test_a_sentence_asks_twice_where_a_conjunction_joins_two_questions(text: str, language: str, twice: bool) -> None:
    assert (
        any(asks_two_questions(text, pair, language, VOCABULARY) for pair in possible_splits(text, language)) == twice
    )


def test_no_chinese_word_is_cut_at_a_sign_that_joins_others() -> None:
    assert [*possible_splits("可以因为涉及税务问题拒绝引渡吗？", "zh")] == []
    assert [*possible_splits("项目5何时开始审议，和谁负责介绍文件？", "zh")] == [
        ("项目5何时开始审议", "谁负责介绍文件？")
    ]


def test_two_symbols_or_numbers_that_a_conjunction_joins_are_not_cut_apart() -> None:
    assert [*possible_splits("Please compare A/RES/78/115 and A/RES/79/129 on peace.", "en")] == []
    assert [*possible_splits("¿Qué cambia entre las resoluciones 78/115 y 79/129 sobre la paz?", "es")] == []


@given(st.text(max_size=120), st.sampled_from(LANGUAGES))
def test_however_a_text_is_cut_nothing_is_made_up(text: str, language: str) -> None:
    assert all(part in text for pair in possible_splits(text, language) for part in pair)
    assert "".join("".join(split_questions(text)).split()) == "".join(text.split())


# What is carried


def test_turns_are_forgotten_when_the_library_has_changed() -> None:
    memory, turn = TurnCache(), Turn(Interpretation(("q",), "q", "en"), ("p1",))
    before, after = object(), object()
    memory.put("q", before, turn)
    assert memory.get("q", before) == turn
    assert memory.get("q", after) is None
    assert memory.get("q", before) is None


def test_only_the_latest_turns_are_remembered() -> None:
    memory, state = TurnCache(), object()
    for n in range(REMEMBERED + 1):
        memory.put(n, state, Turn(Interpretation((str(n),), str(n), "en")))
    assert memory.get(REMEMBERED, state) is not None
    assert memory.get(0, state) is None


def test_a_follow_up_is_answered_from_where_the_turn_before_was(starter_engine: Engine) -> None:
    first = starter_engine.ask("When was the first Constructive Dialogue on the Smuggling of Migrants?")
    then = starter_engine.ask("Who was its chair?", [first.question])
    assert then.citations[0].id in {citation.id for citation in first.citations}


def test_of_what_answered_the_turn_before_those_words_answer_that_say_what_is_asked_now(holding: Holding) -> None:
    told = "1. In 2024 the budget of the fund was 16 crowns. Travel took five of them."
    engine = holding(f"# Report on the fund\n\nA/88/9\n\n{told}\n", readers=readers_of(FlatReader(), "en"))
    asked = "What was the budget of the fund in 2024?"
    assert "16 crowns" in engine.ask(asked).statements[0].text
    assert engine.ask("How much of it went on travel?", [asked]).statements[0].text == "Travel took five of them."


def test_the_same_conversation_has_the_same_answer_whatever_was_asked_before(
    starter_engine: Engine, starter_library: Any, catalogue: Catalogue
) -> None:
    first, second = "When was the first Constructive Dialogue on the Smuggling of Migrants?", "Who was its chair?"
    warm = [starter_engine.ask(second, [first]) for _ in range(2)]
    cold = Engine(starter_library, catalogue, readers=word_readers()).ask(second, [first])
    assert [each.statements for each in warm] == [cold.statements] * 2


class Remembering(FlatReader):
    """A reader to whom what a question with the word `vote` asks is answered by the sentence with it, whatever else it asks, and a question
    without it, less surely, by the sentence on a discount."""

    def reading(self, question: str, text: str) -> PassageReading:
        word, logit = ("vote", 5.0) if "vote" in question else ("discount", 0.5)
        spans = sentence_spans(text)
        likely = np.array([0.2 * (word in text[start:end]) for start, end in spans], np.float32)
        return PassageReading(logit if word in text else -9.0, spans, likely, likely)


def test_what_was_just_shown_is_no_answer_to_a_turn_that_another_sentence_of_the_passage_answers(
    holding: Holding,
) -> None:
    note = "# Note\n\n1. Members that pay late lose their vote. Before March a discount is given.\n"
    engine = holding(note, readers=readers_of(Remembering(), "en"))
    asked, turn = "When does a member lose its vote?", "and is anything lower for who pays early?"
    assert "lose their vote" in engine.ask(asked).statements[0].text
    assert engine.ask(turn, [asked]).statements[0].text == "Before March a discount is given."


class Pointing:
    """A reader that goes by rules (word of a question, words that answer it, logit): the first whose words the question and the passage have."""

    def __init__(self, *rules: tuple[str, str, float]) -> None:
        self._rules = rules

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        return [self._reading(question, text) for _, text in passages]

    def translate(self, text: str) -> list[str]:
        return []

    def _reading(self, question: str, text: str) -> PassageReading:
        rules = (rule for rule in self._rules if rule[0] in question and rule[1] in text)
        _, words, logit = next(rules, ("", "", -9.0))
        begin, spans = text.find(words), [match.span() for match in re.finditer(r"\w+", text)]
        first = np.array([5.0 * (start == begin) for start, _ in spans], np.float32)
        last = np.array([5.0 * (end == begin + len(words)) for _, end in spans], np.float32)
        return PassageReading(logit, spans, first, last)


def test_a_turn_stays_in_the_document_that_answered_before_where_this_answers_it_nearly_as_surely(
    holding: Holding,
) -> None:
    rules = ("open:", "", -9.0), ("open", "opens at seven", 3.0), ("shut", "shut at eight", 3.0)
    engine = holding(
        "# Note on the bridge\n\n1. The bridge opens at seven. The gates are shut at nine in the evening.\n",
        "# Note on the library\n\n1. The library doors are shut at eight in the evening.\n",
        readers=Readers({"en": Pointing(*rules, ("shut", "shut at nine", 2.7))}, {"en": THRESHOLDS}),
    )
    asked, turn = "When does the bridge open?", "And when are the doors shut?"
    assert engine.ask(turn).statements[0].text == "The library doors are shut at eight in the evening."
    assert engine.ask(turn, [asked]).statements[0].text == "The gates are shut at nine in the evening."


def test_what_was_shown_answers_another_turn_by_other_words_of_it(holding: Holding) -> None:
    note = "# Note\n\n1. The break lasted nineteen days in the north and not more than six in the south of the bay.\n"
    rules = ("north", "nineteen days", 3.0), ("south", "six", 1.0)
    engine = holding(note, readers=Readers({"en": Pointing(*rules)}, {"en": THRESHOLDS}))
    asked = "How long was the break in the north?"
    first, then = engine.ask(asked), engine.ask("and in the south?", [asked])
    assert then.status == "answered"
    marked = [[words for words, answers in each.statements[0].pieces if answers] for each in (first, then)]
    assert marked == [["nineteen days"], ["six"]]


def test_what_was_shown_answers_another_turn_where_it_has_what_that_turn_names(holding: Holding) -> None:
    rules = ("coral", "45 days", 3.0), ("fish", "not birds", 1.0)
    told = "A certificate is valid for 21 days for fish and for 45 days for coral. Fish are animals, not birds."
    engine = holding(f"# Note\n\n1. {told}\n", readers=Readers({"en": Pointing(*rules)}, {"en": THRESHOLDS}))
    asked = "How long is a certificate valid for coral?"
    first, then = engine.ask(asked), engine.ask("And for fish?", [asked])
    assert [each.statements[0].text for each in (first, then)] == [told.split(". ")[0] + "."] * 2


def test_what_was_marked_for_one_question_is_not_marked_for_the_next(holding: Holding) -> None:
    note = "# Note\n\n1. The median time until the first warning was 41 minutes in 2026 and 53 minutes in 2024.\n"
    engine = holding(note, readers=Readers({"en": Pointing(("median", "41 minutes", 3.0))}, {"en": THRESHOLDS}))
    asked = "What was the median time until the first warning in 2026?"
    first, then = engine.ask(asked), engine.ask("and in 2024?", [asked])
    marked = [[words for words, answers in each.statements[0].pieces if answers] for each in (first, then)]
    assert marked == [["41 minutes"], []]
