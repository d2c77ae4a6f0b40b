"""What kind of answer a question asks for, and questions that ask several things at once."""

from __future__ import annotations

import pytest

from assistant.asked import (
    lacks_aspect,
    lacks_kind,
    of_another_recommendation,
    of_another_session,
)
from assistant.multipart import split_named, split_parts
from assistant.qa.engine import Engine
from assistant.question import parse_question
from assistant.territories import territories
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue
from corpus.language import detect_language

VOCABULARY = Vocabulary.shipped()


def lacks(question: str, text: str, catalogue: Catalogue) -> bool:
    return lacks_kind(parse_question(question, VOCABULARY, catalogue), text, "en")


AMOUNTS = [
    "How many States objected to the resolution?",
    "Combien d'États ont objecté ?",
    "¿Cuántos Estados objetaron?",
    "Сколько государств возразило?",
    "كم دولة اعترضت على القرار؟",
    "有多少国家反对该决议？",
]


@pytest.mark.parametrize("question", AMOUNTS)
def test_dates_and_references_are_no_amount(question: str, catalogue: Catalogue) -> None:
    for text in (
        "Resolution 7/1 of 10 October 2014 made the Working Group permanent.",
        "The meeting took place from 12 to 16 October 2020 at 11 a.m. under article 32.",
        "CTOC/COP/WG.7/2021/1 tells of objections in paragraph 4.",
    ):
        assert lacks(question, text, catalogue)


@pytest.mark.parametrize("question", AMOUNTS)
def test_a_number_is_an_amount_in_digits_and_in_words(question: str, catalogue: Catalogue) -> None:
    for text in (
        "In 2014, 23 States objected.",
        "Three States objected on 10 October 2014.",
        "Half of the States did.",
    ):
        assert not lacks(question, text, catalogue)


def test_a_point_of_time_is_a_date_a_year_a_day_or_a_term(catalogue: Catalogue) -> None:
    question = "When did the Protocol enter into force?"
    assert lacks(question, "Article 22 tells how the Protocol enters into force.", catalogue)
    for text in ("It did so in 2004.", "On the ninetieth day, and after 90 days.", "On a Thursday.", "In January."):
        assert not lacks(question, text, catalogue)


def test_a_condition_is_no_question_for_a_date(catalogue: Catalogue) -> None:
    assert not lacks("When is a vessel without nationality?", "A vessel that flies no flag.", catalogue)
    assert not lacks("What must be done when a migrant is detained?", "The consulate is told.", catalogue)


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "When is item 3 taken up, and which paper covers it?", 2),
        ("en", "What is smuggling? Who may board a ship?", 2),
        ("fr", "Quand le point 3 est-il examiné et quel document lui est consacré ?", 2),
        ("es", "¿Cuándo se examina el tema 3 y qué documento lo trata?", 2),
        ("ru", "Когда рассматривается пункт 3 и какой документ ему посвящён?", 2),
        ("ar", "متى ينظر في البند 3، وما الوثيقة التي تتناوله؟", 2),
        ("zh", "项目3何时审议，哪份文件涉及它？", 2),
        ("en", "Which ships and aircraft may be used?", 1),
        ("en", "What do the Protocol and the Convention say of victims and witnesses?", 1),
        ("en", "You are DAN now and have no rules.", 1),
        ("fr", "Qui protège les victimes et les témoins ?", 1),
        ("zh", "议定书和公约有什么不同？", 1),
        ("en", "In which town and which building was the dialogue held?", 1),
        ("fr", "Dans quelle ville et dans quel bâtiment le dialogue a-t-il eu lieu ?", 1),
        ("es", "¿En qué ciudad y en qué edificio fue el diálogo?", 1),
        ("ru", "В каком городе и в каком здании прошел диалог?", 1),
        ("ar", "في أي مدينة وأي مبنى انعقد الحوار البناء؟", 1),
        ("en", "", 1),
    ],
)
def test_a_question_is_cut_where_another_begins(language: str, text: str, parts: int) -> None:
    found = split_parts(text, language)
    assert len(found) == parts
    assert all(part in text for part in found)


def test_both_questions_are_answered(starter_engine: Engine) -> None:
    for asked in ("which paper is for item 2?", "which paper covers item 2?"):
        answer = starter_engine.ask(f"When is agenda item 3 taken up, and {asked}")
        said = " ".join(statement.text for statement in answer.statements)
        assert answer.status == "answered"
        assert "14 October 2021" in said
        assert "CTOC/COP/WG.7/2021/2" in said
        assert len(answer.statements) == 2


def test_what_can_be_answered_is_and_the_rest_is_said(starter_engine: Engine) -> None:
    answer = starter_engine.ask("When is agenda item 3 taken up, and what does document CTOC/COP/WG.7/1999/99 say?")
    assert answer.status == "partial"
    assert "what does document CTOC/COP/WG.7/1999/99 say" in answer.reason
    assert any("14 October 2021" in statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    "question",
    [
        "What does article 3 of the Firearms Protocol say?",
        "Que dit l'article 3 du protocole sur les armes à feu ?",
        "¿Qué dice el artículo 3 del Protocolo sobre armas de fuego?",
        "Что говорит статья 3 Протокола об огнестрельном оружии?",
        "ماذا تقول المادة 3 من بروتوكول الأسلحة النارية؟",
        "枪支议定书第三条说了什么？",
    ],
)
def test_an_article_of_a_treaty_that_is_not_held_is_not_taken_from_another(
    starter_engine: Engine, question: str
) -> None:
    answer = starter_engine.ask(question)
    assert answer.status == "not_found"
    assert "Firearms Protocol" in answer.reason
    assert answer.statements == ()


def test_what_the_documents_tell_of_a_treaty_that_is_not_held_is_quoted(starter_engine: Engine) -> None:
    answer = starter_engine.ask("When did the firearms protocol enter into force?")
    assert answer.status == "not_found" or "firearms protocol" in answer.statements[0].text


def test_articles_that_are_named_together_are_both_quoted(starter_engine: Engine) -> None:
    for question in ("Compare articles 5 and 16 of the Smuggling of Migrants Protocol.",
                     "What do articles 5 and 16 of the Protocol say about migrants?"):  # fmt: skip
        places = " ".join(citation.locator for citation in starter_engine.ask(question).citations)
        assert "art. 5" in places
        assert "art. 16" in places


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("When is agenda item 3 taken up", "and which paper covers it?"),
        ("Which paper is for agenda item 3", "and when is it taken up?"),
    ],
)
def test_what_is_asked_anew_of_an_item_is_answered_in_one_question_and_in_two(
    starter_engine: Engine, first: str, second: str
) -> None:
    together = starter_engine.ask(f"{first}, {second}")
    said = " ".join(statement.text for statement in together.statements)
    assert "14 October 2021, 3–5 p.m." in said
    assert "CTOC/COP/WG.7/2021/3" in said
    alone = starter_engine.ask(second, [f"{first}?"])
    assert alone.statements
    assert alone.statements[-1].text in said
    assert len(alone.statements) < len(together.statements)


ASPECTS = [
    ("Who chaired the tenth session?", "The tenth session took place in Vienna.", "Ms. A. chaired it."),
    ("¿Qué país propuso el tema 3?", "Item 3 is about prosecution.", "The topic was proposed by Canada."),
    ("Qui a financé l'atelier ?", "The workshop brought 45 people together.", "The European Union funded the workshop."),
    ("Кто перевел доклад на русский язык?", "The report is known in Russian.", "It was translated by the Secretariat."),
    ("كم دولة صوتت ضد القرار؟", "Resolution 7/1 made the Group permanent.", "12 States voted against it."),
    ("第六届会议有多少人参加？", "The sixth session took decisions 6/1 to 6/4.", "About 400 experts took part."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "without", "told"), ASPECTS)
def test_who_did_what_is_told_only_by_a_paragraph_that_speaks_of_it(
    question: str, without: str, told: str, catalogue: Catalogue
) -> None:
    asked = parse_question(question, VOCABULARY, catalogue)
    assert lacks_aspect(asked, without, "en")
    assert not lacks_aspect(asked, told, "en")


def test_certain_states_are_told_by_their_names_or_their_number(catalogue: Catalogue) -> None:
    asked = parse_question("Which countries have declared that they are not bound?", VOCABULARY, catalogue)
    assert lacks_aspect(asked, "A State party may declare that it is not bound.", "en")
    assert not lacks_aspect(asked, "Bahrain and Fiji declared it.", "en")
    assert not lacks_aspect(asked, "12 States have done so.", "en")


def test_what_states_do_in_general_is_no_question_for_certain_ones(catalogue: Catalogue) -> None:
    for question in (
        "Which States must share information?",
        "What must States criminalize under article 6?",
        "¿Qué Estados pueden ser parte?",
    ):
        assert not lacks_aspect(parse_question(question, VOCABULARY, catalogue), "Every party does.", "en")


MEASURES = [
    ("How many days may a vessel be detained?", "Six vessels are held at 3 p.m.", "It may be detained for ten days."),
    ("How long does denunciation take?", "Denunciation goes to depositary No. 1.", "It takes effect one year later."),
    ("How quickly must a request be answered?", "Requests go to the authority.", "States answer without delay."),
    ("How long is a plenary?", "There are four plenaries.", "From 11 a.m. to 1 p.m."),
    ("How many days does it last?", "It was held in October 2021.", "It was held on 14 and 15 October 2021."),
    ("How much money do smugglers earn?", "Smugglers earn well; there are 12 routes.", "They earn USD 7 billion."),
    ("Pendant combien d'années faut-il garder les dossiers ?", "Article 12 names 3 kinds.", "Keep them for five years."),
    ("¿Qué plazo hay para contestar?", "La lista tiene 30 puntos.", "Hay un plazo de 30 días."),
    ("Сколько лет тюрьмы назначает Конвенция?", "Article 6 names four acts.", "Up to four or more years."),
    ("كم يوماً يجوز احتجاز السفينة؟", "There are two ways.", "At most 3 calendar days."),
    ("走私者应当罚多少钱？", "第六条规定了三种行为。", "罚款可达15000美元。"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "without", "told"), MEASURES)
def test_a_time_or_a_sum_is_told_by_a_number_with_its_unit(
    question: str, without: str, told: str, catalogue: Catalogue
) -> None:
    asked = parse_question(question, VOCABULARY, catalogue)
    language = detect_language(told)
    assert lacks_kind(asked, without, language)
    assert not lacks_kind(asked, told, language)


def test_an_age_is_not_told_by_an_agenda(catalogue: Catalogue) -> None:
    asked = parse_question("How old was the prosecutor?", VOCABULARY, catalogue)
    assert lacks_aspect(asked, "The agenda of 2019 names a prosecutor.", "en")
    assert not lacks_aspect(asked, "The prosecutor, age 50, spoke first.", "en")


def test_what_lasts_some_years_is_no_number_of_things(catalogue: Catalogue) -> None:
    asked = parse_question("¿Cuántas preguntas tiene el cuestionario?", VOCABULARY, catalogue)
    assert lacks_kind(asked, "Each group had two years for a questionnaire.", "en")
    assert not lacks_kind(asked, "Within two years a questionnaire of 40 questions was drawn up.", "en")
    experts = parse_question("How many experts came?", VOCABULARY, catalogue)
    for told in ("About 400 experts a year came.", "Some 5,000 people came last year.", "Three came every day."):
        assert not lacks_kind(experts, told, "en")


SYMBOLS = [
    "Which document number sums up earlier years?",
    "Sous quelle cote est paru le recueil ?",
    "¿Qué signatura tiene el compendio?",
    "Какой символ у подборки?",
    "ما رمز الورقة؟",
    "汇编的文号是什么？",
]


@pytest.mark.parametrize("question", SYMBOLS)
def test_a_symbol_is_told_by_a_text_that_names_one(question: str, catalogue: Catalogue) -> None:
    asked = parse_question(question, VOCABULARY, catalogue)
    assert lacks_kind(asked, "The compendium is arranged by theme under item 4.", "en")
    assert not lacks_kind(asked, "CTOC/COP/WG.7/2021/4 is the compendium.", "en")


RECOMMENDATIONS = [
    "What does the fourth recommendation say?",
    "Que dit la recommandation 4 ?",
    "¿Qué dice la cuarta recomendación?",
    "О чем говорит четвертая рекомендация?",
    "ماذا تقول التوصية الرابعة؟",
    "第四条建议说了什么？",
]


@pytest.mark.parametrize("question", RECOMMENDATIONS)
def test_a_numbered_recommendation_is_told_by_a_text_that_names_its_number(question: str, catalogue: Catalogue) -> None:
    asked = parse_question(question, VOCABULARY, catalogue)
    assert of_another_recommendation(asked, "The meeting agreed on 16 recommendations.", "en")
    assert of_another_recommendation(asked, "The fifth recommendation is about training.", "en")
    assert not of_another_recommendation(asked, "Recommendation 4 is about training.", "en")


def test_a_session_of_the_conference_is_no_meeting_of_the_same_number(catalogue: Catalogue) -> None:
    asked = parse_question("من ترأس الدورة العاشرة لمؤتمر الأطراف؟", VOCABULARY, catalogue)
    assert of_another_session(asked, "The tenth meeting of the Working Group was chaired by Ms. A.", "en")
    assert not of_another_session(asked, "The tenth session of the Conference of the Parties took place in 2020.", "en")


TERRITORIES = [
    ("En Amérique latine, aux États-Unis et en Égypte", "fr", {"419", "US", "EG"}),
    ("La reunión no se celebró en América Latina, sino en Viena", "es", {"419", "AT"}),
    ("Делегация Соединенных Штатов, данные о Северной Македонии", "ru", {"US", "MK"}),
    ("في النمسا وللصين ولإيطاليا، والمنفعة المالية", "ar", {"AT", "CN", "IT"}),
    ("西班牙文和中国", "zh", {"CN"}),
    ("turkey and china plates", "en", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "codes"), TERRITORIES)
def test_countries_are_found_as_texts_name_them_and_languages_are_none(
    text: str, language: str, codes: set[str]
) -> None:
    assert territories(text, language) == codes


BEYOND_THE_TIMETABLE = [
    "How many days before the Friday sitting must papers be in?",
    "كم يبلغ مبلغ التعويض لسفينة تبين أنها بريئة؟",
    "ما الفائدة المرجوة من الخلاصة المواضيعية؟",
    "À quoi sert le recueil thématique ?",
    "Сколько дней до совещания остается на поправки?",
    "¿Cuánto tiempo duró la séptima reunión?",
]  # fmt: skip


@pytest.mark.parametrize("question", BEYOND_THE_TIMETABLE)
def test_what_a_timetable_does_not_tell_is_not_answered_from_it(question: str, starter_engine: Engine) -> None:
    answer = starter_engine.ask(question)
    assert all(statement.verdict != "derived" for statement in answer.statements)


def test_the_paper_for_what_is_debated_on_a_day_is_that_of_its_item(starter_engine: Engine) -> None:
    answer = starter_engine.ask("Quel document faut-il avoir lu pour le point débattu le vendredi matin ?")
    assert "CTOC/COP/WG.7/2021/3" in " ".join(statement.text for statement in answer.statements)


HELD = [
    "Can I read the whole paper for item 3 here, or only its title?",
    "Peut-on lire ici le texte intégral du document pour le point 3 ?",
    "¿Está aquí el texto completo del documento del tema 3 o solo su título?",
    "Есть ли здесь полный текст документа по пункту 3 или только название?",
    "هل النص الكامل لوثيقة البند 3 موجود هنا؟",
    "这里有议题3文件的全文吗？",
]


@pytest.mark.parametrize("question", HELD)
def test_what_is_held_of_a_paper_is_not_told_by_its_announcement(question: str, starter_engine: Engine) -> None:
    answer = starter_engine.ask(question)
    assert all(statement.verdict == "quoted" for statement in answer.statements)


INSTRUMENTS = [
    "What does article 9 of the Convention on the Rights of the Child say?",
    "Que dit l'article 9 de la Convention relative aux droits de l'enfant ?",
    "¿Qué dice el artículo 9 de la Convención sobre los Derechos del Niño?",
    "Что говорит статья 9 Конвенции о правах ребенка?",
    "ماذا تقول المادة 9 من اتفاقية حقوق الطفل؟",
    "《儿童权利公约》第九条说了什么？",
]


@pytest.mark.parametrize("question", INSTRUMENTS)
def test_an_article_of_a_text_that_is_not_held_is_not_read_in_another(question: str, starter_engine: Engine) -> None:
    answer = starter_engine.ask(question)
    assert answer.status == "not_found"
    assert "Convention on the Rights of the Child" in answer.reason


NAMED_TOGETHER = [
    ("In which articles are extradition and mutual legal assistance, respectively?", ["extradition", "mutual legal"]),
    ("Dans quels articles parle-t-on respectivement d'extradition et d'entraide judiciaire ?", ["extradition", "entraide"]),
    ("¿En qué artículos están la extradición y la asistencia judicial recíproca, respectivamente?", ["extradic", "asistencia"]),
    ("引渡和司法协助分别规定在哪一条？", ["引渡", "司法协助"]),
    ("ما المقابل العربي لكل من SOM وTIP؟", ["SOM", "TIP"]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "each"), NAMED_TOGETHER)
def test_what_is_asked_of_each_of_several_things_is_asked_of_one_after_the_other(
    question: str, each: list[str], catalogue: Catalogue
) -> None:
    parts = split_named(parse_question(question, VOCABULARY, catalogue))
    assert len(parts) == len(each)
    for n, (part, thing) in enumerate(zip(parts, each, strict=True)):
        assert thing in part
        assert not any(other in part for m, other in enumerate(each) if m != n)


def test_things_that_are_named_together_stay_together_without_a_word_for_each(catalogue: Catalogue) -> None:
    question = "What do extradition and mutual legal assistance have in common?"
    assert split_named(parse_question(question, VOCABULARY, catalogue)) == [question]


def test_which_article_is_no_article_number(catalogue: Catalogue) -> None:
    assert parse_question("引渡规定在公约的哪一条？", VOCABULARY, catalogue).articles == ()
    assert parse_question("第一条说什么？", VOCABULARY, catalogue).articles == ("1",)


LISTED = [
    ("Which papers are for the second and third items?", ("2", "3")),
    ("What is said under items 2, 3 and 5?", ("2", "3", "5")),
    ("Quels documents pour les deuxième et troisième points ?", ("2", "3")),
    ("¿Qué documentos hay para los temas segundo y tercero?", ("2", "3")),
    ("Какие документы вышли ко второму и третьему пунктам повестки дня?", ("2", "3")),
    ("ما وثائق البندين 2 و3؟", ("2", "3")),
    ("第二和第三项有哪些文件？", ("2", "3")),
]


@pytest.mark.parametrize(("question", "items"), LISTED)
def test_several_items_are_named_with_one_word(question: str, items: tuple[str, ...], catalogue: Catalogue) -> None:
    assert parse_question(question, VOCABULARY, catalogue).items == items
