"""Questions: what they name is read in six languages, follow-ups are made whole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.qa.query import Interpretation, interpretations, turn_language
from assistant.question import Question, clean_question, parse_question
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES

VOCABULARY = Vocabulary.shipped()
CATALOGUE = Catalogue.packaged()
PROTOCOL_KEY = "A/RES/55/25, annex III"
CONVENTION_KEY = "A/RES/55/25, annex I"


def parse(text: str) -> Question:
    """The question as understood with what is shipped."""
    return parse_question(text, VOCABULARY, CATALOGUE)


def named(text: str) -> list[str]:
    """Keys of the documents that a question names."""
    return [entry.key for entry in parse(text).named]


def called(text: str) -> list[str]:
    """Keys of the treaties that may be meant by what a question calls one."""
    return [entry.key for entry in parse(text).called]


# What a question names


@pytest.mark.parametrize(
    ("text", "language", "items"),
    [
        ("Which documents are for item 2?", "en", ("2",)),
        ("What is discussed under item 1 (a)?", "en", ("1 (a)",)),
        ("What is discussed under item 1(b)?", "en", ("1 (b)",)),
        ("Which documents are for items 4 and 5?", "en", ("4", "5")),
        ("When is the second item taken up?", "en", ("2",)),
        ("When is the 2nd item taken up?", "en", ("2",)),
        ("When is item three taken up?", "en", ("3",)),
        ("when is item 3 b", "en", ("3 (b)",)),
        ("Which documents are for items 3 b and 4?", "en", ("3 (b)", "4")),
        ("When is item 3 a?", "en", ("3 (a)",)),
        ("Is item 3 a priority?", "en", ("3",)),
        ("Le point 3 c'est quoi ?", "fr", ("3",)),
        ("Quand le point 3 b est-il examiné ?", "fr", ("3 (b)",)),
        ("¿El tema 3 a las 10 horas?", "es", ("3",)),
        ("Quels documents pour le point 3 ?", "fr", ("3",)),
        ("Quand le deuxième point est-il examiné ?", "fr", ("2",)),
        ("¿Qué documentos hay para el tema 3 y cuándo se examina?", "es", ("3",)),
        ("¿Qué documentos hay para el tema 3 y 4?", "es", ("3", "4")),
        ("Какие документы по пункту 3?", "ru", ("3",)),
        ("Когда рассматривается пункт 3 повестки дня?", "ru", ("3",)),
        ("ما هي وثائق البند الثالث؟", "ar", ("3",)),
        ("متى ينظر في البند 3 من جدول الأعمال؟", "ar", ("3",)),
        ("第三项的文件是什么?", "zh", ("3",)),
        ("什么时候审议议程项目3?", "zh", ("3",)),
        ("2号议题什么时候审议?", "zh", ("2",)),
        ("第二、三项的文件是什么?", "zh", ("2", "3")),
        ("Are there two items on smuggling?", "en", ()),
        ("关于两项条约的争端要等多久?", "zh", ()),
        ("What time is lunch?", "en", ()),
    ],
)
def test_agenda_items_are_read_in_six_languages(text: str, language: str, items: tuple[str, ...]) -> None:
    question = parse(text)
    assert (question.language, question.items) == (language, items)
    assert question.articles == ()


@pytest.mark.parametrize(
    ("text", "articles", "paragraph"),
    [
        ("What does article 6, paragraph 3 say?", ("6",), "3"),
        ("What does art. 6(3)(a) say?", ("6",), "3 (a)"),
        ("What does article 8 (2) say?", ("8",), "2"),
        ("What does Article 4.2 say?", ("4",), "2"),
        ("What does article 4.2(a) say?", ("4",), "2 (a)"),
        ("What do articles 5 and 6 say?", ("5", "6"), None),
        ("Que dit l'article 6, paragraphe 3 ?", ("6",), "3"),
        ("¿Qué dice el artículo 6, párrafo 3?", ("6",), "3"),
        ("Что говорит статья 6 Протокола?", ("6",), None),
        ("ماذا تقول المادة 6 من البروتوكول؟", ("6",), None),
        ("第六条第三款说什么?", ("6",), "3"),
        ("What do the two articles on vessels say?", (), None),
        ("What is the Protocol about?", (), None),
    ],
)
def test_articles_and_their_paragraphs_are_read_and_are_no_agenda_items(
    text: str, articles: tuple[str, ...], paragraph: str | None
) -> None:
    question = parse(text)
    assert (question.articles, question.paragraph, question.items) == (articles, paragraph, ())


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("What is item 3.1 about?", ("3.1",)),
        ("Which documents are there for items 3.1 and 3.2?", ("3.1", "3.2")),
        ("What do agenda items 3, 4.2 and 5 say?", ("3", "4.2", "5")),
        ("What is said on item 3.", ("3",)),
    ],
)
def test_items_that_are_numbered_with_points_are_read(text: str, items: tuple[str, ...]) -> None:
    assert parse(text).items == items


@pytest.mark.parametrize(
    ("text", "weekdays", "afternoon"),
    [
        ("What is discussed on Friday afternoon?", (4,), True),
        ("What is discussed on Thursday morning?", (3,), False),
        ("Is it on Monday or on Sunday?", (0, 6), None),
        ("Quelle réunion vendredi matin ?", (4,), False),
        ("¿Qué hay el viernes por la tarde?", (4,), True),
        ("Что будет в пятницу?", (4,), None),
        ("ماذا يوم الجمعة؟", (4,), None),
        ("星期五下午讨论什么?", (4,), True),
        ("What is on the agenda?", (), None),
        ("Что в повестке дня?", (), None),
    ],
)
def test_weekdays_and_halves_of_the_day_are_read_in_six_languages(
    text: str, weekdays: tuple[int, ...], afternoon: bool | None
) -> None:
    question = parse(text)
    assert (question.weekdays, question.afternoon) == (weekdays, afternoon)


@pytest.mark.parametrize(
    "text",
    [
        "What is on Friday evening?",
        "Qu'y a-t-il vendredi soir ?",
        "¿Qué hay el viernes por la noche?",
        "Что будет в пятницу вечером?",
        "ماذا يوم الجمعة ليلا؟",
        "星期五晚上有什么？",
    ],
)
def test_the_evening_is_read_in_six_languages(text: str) -> None:
    question = parse(text)
    assert (question.weekdays, question.afternoon, question.evening) == ((4,), True, True)
    assert not parse("What is discussed on Friday afternoon?").evening


@pytest.mark.parametrize(
    ("text", "nth", "afternoon"),
    [
        ("Second day, afternoon?", (2,), True),
        ("What is taken up on the 2nd day?", (2,), None),
        ("Day 3 p.m.?", (3,), True),
        ("Que fait-on le deuxième jour ?", (2,), None),
        ("¿Qué se examina el segundo día?", (2,), None),
        ("Что рассматривается в программе второго дня?", (2,), None),
        ("ماذا يُنظر فيه في اليوم الثاني؟", (2,), None),
        ("第二天审议什么？", (2,), None),
        ("What is the last day for submitting papers?", (), None),
        ("What is taken up first in the afternoon?", (), True),
        ("¿Qué se trata primero por la mañana?", (), False),
        ("Is it due within 30 days?", (), None),
        ("What is taken up on 14 May, the second day?", (), None),
    ],
)
def test_days_are_counted_from_the_first_of_a_meeting(text: str, nth: tuple[int, ...], afternoon: bool | None) -> None:
    question = parse(text)
    assert (question.nth_days, question.afternoon) == (nth, afternoon)
    assert question.days == ((14,) if question.months else ())


@pytest.mark.parametrize(
    ("text", "days", "months"),
    [
        ("What happens on 14 October?", (14,), (10,)),
        ("What happens on October 14 and 15?", (14, 15), (10,)),
        ("What happens on the 15th?", (15,), ()),
        ("Que se passe-t-il le 14 octobre ?", (14,), (10,)),
        ("¿Qué se examina el 14 de octubre?", (14,), (10,)),
        ("Что обсуждается 14 октября?", (14,), (10,)),
        ("ماذا يناقش في 14 أكتوبر؟", (14,), (10,)),
        ("10月14日讨论什么?", (14,), (10,)),
        ("What happens on 45 October?", (), (10,)),
        ("Which documents are for item 2?", (), ()),
    ],
)
def test_days_of_the_month_are_read_beside_their_month(
    text: str, days: tuple[int, ...], months: tuple[int, ...]
) -> None:
    question = parse(text)
    assert (question.days, question.months) == (days, months)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("What happens at 3 p.m. on Friday?", 15),
        ("What happens at 11 a.m.?", 11),
        ("What happens at 12 p.m.?", 12),
        ("What happens at 4 o'clock?", 4),
        ("Que se passe-t-il à 10 h 30 ?", 10),
        ("Что будет в 15 часов?", 15),
        ("下午3点讨论什么?", 3),
        ("What happens at 99 p.m.?", None),
        ("What happens on Friday?", None),
    ],
)
def test_clock_hours_are_read(text: str, hour: int | None) -> None:
    assert parse(text).hour == hour


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("What does UNTOC say about witnesses?", [CONVENTION_KEY]),
        ("What does the Palermo Convention say about witnesses?", [CONVENTION_KEY]),
        ("What does the Smuggling of Migrants Protocol say about ships?", [PROTOCOL_KEY]),
        ("What time is lunch?", []),
    ],
)
def test_treaties_are_known_by_their_names(text: str, keys: list[str]) -> None:
    assert (named(text), called(text)) == (keys, [])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("What does the Convention say about witnesses?", [CONVENTION_KEY]),
        ("What does the Protocol say about ships?", [PROTOCOL_KEY]),
        ("Que dit le Protocole sur les navires ?", [PROTOCOL_KEY]),
        ("¿Qué dice el Protocolo sobre los buques?", [PROTOCOL_KEY]),
        ("Что говорит Протокол о судах?", [PROTOCOL_KEY]),
        ("ماذا يقول البروتوكول عن السفن؟", [PROTOCOL_KEY]),
        ("议定书对船只有什么规定?", [PROTOCOL_KEY]),
        ("What does the Kyoto Protocol require?", [PROTOCOL_KEY]),
        ("What does the convention on migratory birds say?", [CONVENTION_KEY]),
    ],
)
def test_what_only_calls_a_treaty_one_names_none(text: str, keys: list[str]) -> None:
    assert (named(text), called(text)) == ([], keys)


@pytest.mark.parametrize("symbol", ["CTOC/COP/WG.7/2021/1", "A/RES/55/25", "CTOC/COP/WG.7/2026/4"])
def test_a_symbol_is_read_as_a_symbol_and_as_nothing_else(symbol: str) -> None:
    question = parse(f"What is {symbol} about?")
    assert [each.text for each in question.symbols] == [symbol]
    assert (question.named, question.items, question.articles, question.days) == ((), (), (), ())


@pytest.mark.parametrize(
    ("text", "language", "left"),
    [
        ("When does the Smuggling of Migrants Protocol enter into force?", "en", "When does the enter into force?"),
        ("What does A/RES/79/154 ask of States?", "en", "What does ask of States?"),
        ("《打击陆、海、空偷运移民的补充议定书》何时生效?", "zh", "《 》何时生效?"),
        # Nothing else is asked, or what is named is no text of the catalogue.
        ("What is the Smuggling of Migrants Protocol?", "en", "What is the Smuggling of Migrants Protocol?"),
        ("A/RES/79/154", "en", "A/RES/79/154"),
        ("When does the Protocol enter into force?", "en", "When does the Protocol enter into force?"),
    ],
)
def test_what_a_question_asks_of_the_texts_that_it_names_is_told_apart_from_their_names(
    text: str, language: str, left: str
) -> None:
    read = parse_question(text, VOCABULARY, CATALOGUE, language)
    assert read.unnamed.text == left
    assert read.unnamed.named == read.named


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Сколько жилетов даст Кения?", "en", "Kenya"),
        ("How many jackets will Kenya give?", "ar", "كينيا"),
        ("¿Cuántos chalecos dará el Japón?", "zh", "日本"),
    ],
)
def test_the_countries_of_a_question_are_looked_for_by_their_names_in_other_languages(
    text: str, language: str, word: str
) -> None:
    assert set(analyse(word, language)) <= set(parse(text).words(language))
    assert not set(analyse(word, language)) & set(parse("When does the meeting begin?").words(language))


def test_the_language_of_a_question_can_be_overridden() -> None:
    question = parse_question("point 3", VOCABULARY, CATALOGUE, language="fr")
    assert (question.language, question.items) == ("fr", ("3",))


# Cleaning


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("a\x00b\u200bc\x9fd", "a b c d"),
        ("  When\n\tis  it?\r\n", "When is it?"),
        ("before\ud800after", "beforeafter"),
        ("ﬁnal Ａｒｔｉｃｌｅ ５", "final Article 5"),
        ("البَنْد", "البند"),
        ("\u202eevil\u202c", "evil"),
        ("", ""),
        ("\x00\u200b", ""),
    ],
)
def test_cleaning_leaves_one_plain_line(asked: str, text: str) -> None:
    assert clean_question(asked) == text


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_cleaning_is_safe_for_any_text_and_parsing_after_it(asked: str) -> None:
    cleaned = clean_question(asked)
    cleaned.encode("utf-8")
    assert cleaned == " ".join(cleaned.split())
    question = parse(asked)
    assert question.text == cleaned
    assert question.language in LANGUAGES


# Follow-ups


def whole(text: str, *history: str) -> str:
    """The last turn as said of those before it."""
    current: Interpretation | None = None
    for n, turn in enumerate((*history, text)):
        found = interpretations(turn, current, turn_language(turn, history[:n]), VOCABULARY, CATALOGUE)
        current = next((each for each in found if each.leans), found[0])
    assert current is not None
    return current.text


def test_another_day_replaces_the_day_that_was_asked_about() -> None:
    made = parse(whole("and on Friday?", "What is discussed on Thursday morning?"))
    assert (made.weekdays, made.afternoon) == ((4,), None)
    assert "discussed" in made.text


def test_another_half_of_the_day_keeps_the_day() -> None:
    made = parse(whole("and in the afternoon?", "What is discussed on Thursday morning?"))
    assert (made.weekdays, made.afternoon) == ((3,), True)


@pytest.mark.parametrize(
    ("text", "before", "kept"),
    [
        ("and item 4?", "Which documents are for item 2?", "documents"),
        ("et le point 4 ?", "Quels documents pour le point 2 ?", "documents"),
        ("¿y el tema 4?", "¿Qué documentos hay para el tema 2?", "documentos"),
        ("а по пункту 4?", "Какие документы по пункту 2?", "документы"),
        ("وماذا عن البند 4؟", "أي وثائق للبند 2؟", "وثائق"),
        ("那么项目4呢?", "议程项目2有哪些文件?", "文件"),
    ],
)
def test_another_item_replaces_the_item_that_was_asked_about(text: str, before: str, kept: str) -> None:
    made = parse(whole(text, before))
    assert made.items == ("4",)
    assert kept in made.text
    assert made.text != text


def test_another_treaty_replaces_the_treaty_that_was_asked_about() -> None:
    by_name = whole("what about the Convention?", "What does the Smuggling of Migrants Protocol say about witnesses?")
    assert called(by_name) == [CONVENTION_KEY]
    assert "witnesses" in by_name


def test_another_treaty_replaces_one_that_was_only_called_the_protocol() -> None:
    made = whole("what about the Convention?", "What does the Protocol say about witnesses?")
    assert called(made) == [CONVENTION_KEY]
    assert "witnesses" in made


def test_another_article_is_sought_in_the_same_treaty() -> None:
    made = whole("and article 7?", "What does article 6 of the Protocol say?")
    assert parse(made).articles == ("7",)
    assert called(made) == [PROTOCOL_KEY]


def test_without_earlier_turns_nothing_is_added() -> None:
    assert whole("and on Friday?") == "and on Friday?"


def test_thirty_follow_ups_in_a_row_end_in_a_question_of_bounded_length() -> None:
    turns = ["Which documents are for item 1?", *(f"and item {1 + n % 6}?" for n in range(29))]
    made = whole("and item 2?", *turns)
    assert parse(made).items == ("2",)
    assert len(made) <= 2_000


def test_a_chain_of_follow_ups_keeps_what_the_first_turn_asked() -> None:
    turns = ["Which documents are for item 2?", "and item 3?", "and item 4?"]
    made = parse(whole("and item 5?", *turns))
    assert made.items == ("5",)
    assert made.text == "Which documents are for item 5?"


@pytest.mark.parametrize(
    ("before", "text", "made"),
    [
        ("When was the second meeting held?", "And the fifth?", "fifth meeting"),
        ("Which topics were on the agenda in 2018?", "And in 2019?", "in 2019"),
        ("¿Cuándo se celebró la primera sesión?", "¿Y la tercera?", "tercera sesión"),
        ("متى عقد الاجتماع الأول؟", "والثالث؟", "الاجتماع الثالث"),
    ],
)
def test_another_one_by_its_number_replaces_the_one_that_was_asked_about(before: str, text: str, made: str) -> None:
    assert made in whole(text, before)
    assert len(whole(text, before)) <= len(before) + len("eleventh")


# Names

PROTOCOL = {
    "en": "When was the Migrants Protocol adopted?",
    "fr": "Quand le Protocole sur les migrants a-t-il été adopté ?",
    "es": "¿Cuándo se aprobó el Protocolo sobre los migrantes?",
    "ru": "Когда был принят Протокол о мигрантах?",
    "ar": "متى اعتمد بروتوكول المهاجرين؟",
    "zh": "移民议定书何时通过?",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_named_in_every_language_where_it_is_called_so(language: str) -> None:
    text = PROTOCOL[language]
    (mention,) = VOCABULARY.mentions(text, language)
    assert VOCABULARY.names(mention.concept, "en")[0] == "Smuggling of Migrants Protocol"
    words = text[mention.start : mention.end]
    assert words in {
        "Migrants Protocol", "Protocole sur les migrants", "Protocolo sobre los migrantes", "Протокол о мигрантах",
        "بروتوكول المهاجرين", "移民议定书",
    }  # fmt: skip


def test_the_longest_term_wins_where_terms_overlap() -> None:
    text = "Who attends the Working Group on the Smuggling of Migrants?"
    found = [text[mention.start : mention.end] for mention in VOCABULARY.mentions(text, "en")]
    assert found[-1] == "Working Group on the Smuggling of Migrants"
    wide = "偷运移民议定书"
    (mention,) = VOCABULARY.mentions(wide, "zh")
    assert (mention.start, mention.end) == (0, len(wide))


def test_overlapping_names_are_reported_once_and_in_order() -> None:
    mentions = VOCABULARY.mentions(
        "Does the Migrants Protocol go beyond the Convention and the Firearms Protocol?", "en"
    )
    assert len(mentions) == 3
    assert all(one.end <= other.start for one, other in pairwise(mentions))


def test_a_question_looks_for_what_it_names_in_the_language_of_the_documents() -> None:
    question = parse(PROTOCOL["fr"])
    assert "Smuggling of Migrants Protocol" in question.english
    assert set(question.tokens("en")) >= set(VOCABULARY.content(["protocol"], "en"))


def test_a_question_looks_for_translated_words_beside_its_own_names_and_numbers() -> None:
    question = parse("Combien de navires ont coulé près de Lampedusa en 2023 ?")
    assert {"lampedusa", "2023", "ship", "sank"} <= set(question.tokens("en", ["ships", "sank"]))
    assert "ship" not in question.tokens("fr", ["ships"])


def test_a_concept_gives_its_names_in_each_language_and_none_where_it_has_none() -> None:
    words = Vocabulary(
        {language: {"stopwords": [], "interrogatives": []} for language in LANGUAGES},
        [{"en": ["ship", "boat"], "fr": ["navire"]}],
    )
    assert words.names(0, "en") == ["ship", "boat"]
    assert words.names(0, "zh") == []


KINDS = ("stopwords", "interrogatives", "asking", "item", "article", "paragraph", "meetings", "sittings", "agenda")
CHOICES = {"weekdays": 7, "months": 12, "dayparts": 3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_words_are_complete_in_every_language(language: str) -> None:
    for kind in KINDS:
        assert VOCABULARY.forms(kind, language), kind
    for kind, least in CHOICES.items():
        groups = VOCABULARY.groups(kind, language)
        assert len(groups) >= least
        assert set(groups) == set(VOCABULARY.groups(kind, "en")), kind
        assert all(groups.values()), kind
    assert set(VOCABULARY.number_words(language).values()) >= set(range(1, 11))


def test_every_shipped_name_has_one_in_every_language() -> None:
    assert VOCABULARY.terms
    for concept, term in enumerate(VOCABULARY.terms):
        for language in LANGUAGES:
            names = VOCABULARY.names(concept, language)
            assert names, (term, language)
            assert all(name.strip() for name in names), (term, language)
