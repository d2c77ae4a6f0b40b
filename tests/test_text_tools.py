"""Words, languages and sentences in the six official languages."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analysis import analyse, fold, symbol_token, word_spans
from corpus.documents import LANGUAGES
from corpus.language import detect_language
from corpus.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["smuggle", "smuggled", "smuggles", "smuggling"]),
        ("en", ["prosecution", "prosecutions"]),
        ("en", ["migrant", "migrants", "migrant's", "migrant’s", "MIGRANTS"]),
        ("fr", ["migrant", "migrants", "migrante", "migrantes"]),
        ("fr", ["État", "état", "États", "l'État", "l’État", "d’États"]),
        ("fr", ["adopter", "adopté", "adoptée", "adoptés"]),
        ("es", ["migrante", "migrantes"]),
        ("es", ["reunión", "reuniones", "REUNIÓN"]),
        ("es", ["adoptar", "adoptado", "adoptada", "adoptan"]),
        ("ru", ["мигрант", "мигранты", "мигрантов", "мигрантами", "Мигрантам"]),
        ("ru", ["незаконный", "незаконного", "незаконная", "незаконным"]),
        ("ar", ["مهاجر", "المهاجر", "والمهاجر"]),
        ("ar", ["اجتماع", "الاجتماع", "بالاجتماع"]),
        ("ar", ["تَهْرِيب", "تهريب", "التهريب", "تهـــريب"]),
    ],
)
def test_inflections_of_a_word_share_a_token(language: str, forms: list[str]) -> None:
    assert len({tuple(analyse(form, language)) for form in forms}) == 1, [analyse(form, language) for form in forms]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "smuggling", "trafficking"),
        ("en", "migrant", "migration policy"),
        ("fr", "traite", "trafic"),
        ("es", "trata", "tráfico"),
        ("ru", "ввоз", "торговля"),
        ("ar", "تهريب", "الاتجار"),
        ("zh", "偷运", "贩运"),
    ],
)
def test_different_words_have_different_tokens(language: str, one: str, other: str) -> None:
    assert analyse(one, language) != analyse(other, language)


def test_chinese_becomes_overlapping_pairs_of_characters() -> None:
    assert analyse("偷运移民", "zh") == ["偷运", "运移", "移民"]
    assert analyse("议", "zh") == ["议"]
    assert analyse("偷运，移民", "zh") == ["偷运", "移民"]


def test_latin_words_in_a_chinese_text_stay_whole() -> None:
    assert analyse("偷运migrants移民2021", "zh") == ["偷运", "migrants", "移民", "2021"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_symbol_is_one_token_besides_its_parts(language: str) -> None:
    tokens = analyse("CTOC/COP/WG.7/2021/2", language)
    assert symbol_token("CTOC/COP/WG.7/2021/2") in tokens
    assert symbol_token("CTOC/COP/WG.7/2021/3") not in tokens
    assert "2021" in tokens


def test_symbols_that_differ_in_one_number_are_different_tokens() -> None:
    assert len({symbol_token(f"A/75/{n}") for n in range(200)} | {symbol_token(f"A/7/5{n}") for n in range(200)}) == 400


def test_another_spelling_of_a_symbol_is_the_same_token() -> None:
    assert symbol_token("CTOC/COP/WG.7/2021/2") in analyse("see ctoc/cop/wg.7/2021/2 please", "en")


def test_numbers_are_tokens_as_they_are() -> None:
    assert analyse("14 October 2021", "en")[::2] == ["14", "2021"]
    assert analyse("２０２１", "zh") == ["2021"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("État", "etat"),
        ("Reunión", "reunion"),
        ("ﬁne", "fine"),
        ("Straße", "STRASSE"),
        ("تَهْرِيب", "تهريب"),
        ("إجراء", "اجراء"),
        ("أول", "اول"),
        ("مستوى", "مستوي"),
        ("ＷＧ．７", "wg.7"),
    ],
)
def test_folding_makes_spellings_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("йод", "иод"), ("偷", "运"), ("ن", "ت"), ("ё", "э")])
def test_folding_keeps_letters_of_other_scripts_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=80))
def test_case_plays_no_part_in_folding(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.upper())


@given(st.text(max_size=200))
def test_words_are_spans_of_the_text(text: str) -> None:
    end = 0
    for word, start, stop in word_spans(text):
        assert end <= start < stop
        assert text[start:stop] == word
        end = stop


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_tokens_are_never_empty_nor_hold_white_space(text: str, language: str) -> None:
    for token in analyse(text, language):
        assert token
        assert not any(letter.isspace() for letter in token)


@given(
    st.lists(st.text(st.characters(categories=("Ll", "Lu", "Lo", "Nd")), min_size=1, max_size=8), max_size=8),
    st.sampled_from(LANGUAGES),
)
def test_every_word_of_letters_leaves_a_token(some: list[str], language: str) -> None:
    assert len(analyse(" ".join(some), language)) >= len(some)


QUESTIONS = {
    "en": [
        "When does the meeting open?",
        "What is item 3?",
        "Who chairs it?",
        "Which documents are there for item 2?",
        "How many plenary meetings are planned?",
        "Is the meeting hybrid?",
        "Where will it take place?",
        "Define smuggling of migrants",
        "What about Friday?",
        "List the agenda items",
        "Can migrants be prosecuted?",
        "Why was the compendium prepared?",
    ],
    "fr": [
        "Quand s'ouvre la réunion ?",
        "Quel est le point 3 ?",
        "Qui préside la réunion ?",
        "Quels documents pour le point 2 ?",
        "Combien de séances sont prévues ?",
        "La réunion est-elle hybride ?",
        "Où aura-t-elle lieu ?",
        "Définition du trafic illicite de migrants",
        "Et vendredi ?",
        "Ordre du jour de la réunion",
        "Les migrants peuvent-ils être poursuivis ?",
        "Pourquoi ce recueil thématique ?",
    ],
    "es": [
        "¿Cuándo se abre la reunión?",
        "¿Cuál es el tema 3?",
        "¿Quién preside la reunión?",
        "¿Qué documentos hay para el tema 2?",
        "¿Cuántas sesiones plenarias habrá?",
        "¿Es híbrida la reunión?",
        "¿Dónde se celebra?",
        "Definición de tráfico ilícito de migrantes",
        "¿Y el viernes?",
        "Programa provisional de la reunión",
        "¿Pueden ser enjuiciados los migrantes?",
        "Temas del programa",
    ],
    "ru": [
        "Когда открывается совещание?",
        "Что такое пункт 3?",
        "Кто председатель?",
        "Какие документы есть по пункту 2?",
        "Сколько заседаний запланировано?",
        "Где оно пройдет?",
        "Определение незаконного ввоза мигрантов",
        "А в пятницу?",
        "Повестка дня",
        "Что сказано в CTOC/COP/WG.7/2021/2?",
        "Можно ли преследовать мигрантов?",
        "Зачем нужен сборник?",
    ],
    "ar": [
        "متى يفتتح الاجتماع؟",
        "ما هو البند 3؟",
        "من يرأس الاجتماع؟",
        "ما هي وثائق البند 2؟",
        "كم عدد الجلسات العامة؟",
        "أين يعقد؟",
        "تعريف تهريب المهاجرين",
        "وماذا عن يوم الجمعة؟",
        "جدول الأعمال",
        "ماذا تقول CTOC/COP/WG.7/2021/2؟",
        "هل يمكن مقاضاة المهاجرين؟",
        "لماذا أعدت الخلاصة؟",
    ],
    "zh": [
        "会议何时开幕？",
        "项目3是什么？",
        "谁主持会议？",
        "项目2有哪些文件？",
        "计划举行几次全体会议？",
        "会议在哪里举行？",
        "偷运移民的定义",
        "星期五呢？",
        "议程",
        "CTOC/COP/WG.7/2021/2讲了什么？",
        "移民会被起诉吗？",
        "为什么编写汇编？",
    ],
}


@pytest.mark.parametrize(("language", "question"), [(code, text) for code, some in QUESTIONS.items() for text in some])
def test_the_language_of_a_short_question_is_told(language: str, question: str) -> None:
    assert detect_language(question) == language


@pytest.mark.parametrize("text", ["que puesto se suprime", "que votos tiene Japon", "op 3 de A/RES/95/12"])
def test_words_that_two_languages_share_tell_none(text: str) -> None:
    assert detect_language(text, default="") != "en"
    assert detect_language(text, default="es") == "es"


@pytest.mark.parametrize(
    ("text", "language"), [("ما هو response rate في Georgia؟", "ar"), ("какой response rate у Georgia", "ru")]
)
def test_terms_in_latin_letters_do_not_tell_the_language_of_a_question_in_other_letters(
    text: str, language: str
) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text", ["art 13 para 2 ferries convention", "E/C.21/2026/L.2 para 2 (c)", "op 2 of L.2", "no. 4"]
)
def test_words_before_a_number_do_not_tell_the_language(text: str) -> None:
    assert detect_language(text) == "en"


@pytest.mark.parametrize("text", ["", "2021", "CTOC/COP/WG.7/2021/2", "?!", "  "])
def test_where_nothing_tells_the_language_the_default_is_taken(text: str) -> None:
    assert detect_language(text) == "en"
    assert detect_language(text, default="fr") == "fr"


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_some_official_language_is_always_told(text: str, default: str) -> None:
    assert detect_language(text, default) in LANGUAGES


@pytest.mark.parametrize(
    "whole",
    [
        "It opens at 11 a.m. and closes at 1 p.m. on both days.",
        "It closes on 4 March at 5 p.m. Windhoek time.",
        "It is from 10 a.m. Dar es Salaam time to 5 p.m. (New York time) or 5 p.m. EST.",
        "Заседание закрыто в 16 ч. 40 мин. во вторник.",
        "See art. 6 and arts. 7 to 9 of the Protocol.",
        "See para. 12 and paras. 13 and 14 of the report.",
        "As said in No. 5 of vol. 3, p. 12, it holds.",
        "Some crimes, e.g. forgery, i.e. false papers, are covered.",
        "Mr. Smith and Ms. Jones spoke with Dr. Brown.",
        "The case Smith v. Jones et al. was cited.",
        "The symbol is CTOC/COP/WG.7/2021/2 and no other.",
        "The depth is 3.5 metres.",
        "See www.unodc.org/unodc/en/index.html for more.",
        "J. R. Smith spoke first.",
        "He met H.E. Anna Example of the harbour.",
        "Of 3 Feb. 2021, at U.N. Headquarters.",
        "12. The number of a paragraph ends no sentence.",
        "The list (a, b, c, etc.) is long.",
        "Расходы составят 268,4 млн. долл. США в год, см. A/81/7.",
        "Le rapport (voir doc. A/81/7) porte sur env. 12 lieux.",
        "Los gastos de EE. UU. figuran en las págs. 3 y 4.",
        "Distr. General is printed above.",
        "A/80/6 (Sect. 16) and Add. 1 were issued.",
    ],
)
def test_abbreviations_and_numbers_end_no_sentence(whole: str) -> None:
    assert sentences(whole) == [whole]


@pytest.mark.parametrize(
    "parts",
    [
        ["It opens at 11 a.m.", "It closes at 1 p.m.", "Who comes?", "All!", "Done…"],
        ["It closes at 5 p.m. Windhoek time.", "It opens at 1 p.m.", "This time nobody came."],
        ["Заседание длилось 3 ч.", "Затем все уехали."],
        ["Приехали Япония, Чили и др.", "Комитет ждёт."],
        ["He said “Stop.”", "She left.", "(They stayed.)", "All slept."],
        ["The answer is no.", "Ask again.", "He said “No.”", "It is a work of art.", "Look."],
        ["It began in 2021.", "It ended in 2022.", "Item 3.", "Then item 4."],
        ["La réunion s'ouvre à 11 heures.", "Voir art. 6, par. 2.", "Qui vient ?", "Tous !"],
        ["M. Dupont a parlé.", "Mme. Durand aussi."],
        ["La reunión se abre a las 11.", "¿Quién viene?", "¡Todos!", "Véase el párr. 3 de la resolución."],
        ["Совещание открывается в 11 часов.", "См. п. 3 ст. 6 Протокола.", "Кто придет?", "Все!"],
        ["Это было в 2021 г. в Вене.", "Потом все уехали."],
    ],
)
def test_sentences_end_where_people_end_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("glue", "parts"),
    [
        ("", ["会议于上午11时开幕。", "谁会来？", "大家！", "他说：“好。”", "散会。"]),
        (" ", ["يفتتح الاجتماع في الساعة 11.", "من سيحضر؟", "الجميع!", "ثم انتهى."]),
        ("\n\n", ["A heading", "A paragraph.", "Another one"]),
    ],
)
def test_sentences_of_other_scripts_and_lines_end_too(glue: str, parts: list[str]) -> None:
    assert sentences(glue.join(parts)) == parts


def test_a_sentence_does_not_end_inside_brackets() -> None:
    text = "The note (Ref. SQH.3, dated 7 January) was sent. It asks (see below. and above) for help."
    assert sentences(text) == [text[: text.index("It asks") - 1], text[text.index("It asks") :]]


texts = st.text(max_size=300) | st.lists(
    st.sampled_from([*"No art p.m a B 12 。 ؟ . ! ? … ” ) 港 م ст ( «".split(), " ", "\n"]),
    max_size=60,
).map("".join)


@given(texts)
def test_sentences_are_in_order_and_cover_all_but_white_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end <= len(text)
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""


def test_marks_and_spaces_alone_are_no_words() -> None:
    assert word_spans("  … — () ?") == []
    assert analyse("  … — () ?", "en") == []
    assert sentence_spans(" \n\t ") == []


def test_composed_and_decomposed_spellings_share_their_tokens() -> None:
    for language, text in [("fr", "réunion plénière"), ("es", "reunión señalada"), ("ru", "йогурт ёлка")]:
        assert analyse(unicodedata.normalize("NFD", text), language) == analyse(text, language)
