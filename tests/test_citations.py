"""Whether quotes support claims, in six languages, and citation precision and recall after ALCE."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer_phrases import say
from assistant.meeting.row_citations import hours_text
from corpus.documents import LANGUAGES
from eval.metrics.answers import citation_precision, citation_recall, claim_support, count_for_precision
from eval.metrics.support import Source, check_support
from eval.runs.records import Cited, Claim, Record

QUOTE = (
    "The Committee shall hold four sessions in Vienna, from 3 to 7 May 2021, and shall report to the Assembly not later "
    "than 1,500 days after resolution A/RES/70/1."
)
MENDED = {
    "en": "The Committee holds 4 sessions in Vienna from 3 to 7 May 2021.",
    "fr": "Le Comité tiendra 4 sessions à Vienne le 3 mai 2021, à 15 heures.",
    "es": "El Comité celebra 4 sesiones de 1.500 delegados en Viena el 3 de mayo de 2021.",
    "ru": "Комитет проводит 4 заседания в Вене 3 мая 2021 года.",
    "ar": "تعقد اللجنة 4 جلسات في فيينا في 3 أيار/مايو 2021.",
    "zh": "委员会于2021年5月3日举行4次会议。",
}
QUOTED = {
    "en": QUOTE,
    "fr": "Le Comité tiendra quatre sessions à Vienne, la première le lundi 3 mai 2021 à 15 h 00.",
    "es": "El Comité celebrará cuatro sesiones en Viena con 1500 delegados, la primera el 3 de mayo de 2021.",
    "ru": "Комитет проводит четыре заседания в Вене, первое из них 3 мая 2021 года.",
    "ar": "تعقد اللجنة أربع جلسات في فيينا، أولاها في ٣ أيار/مايو ٢٠٢١.",
    "zh": "委员会将于2021年5月3日在维也纳举行四次会议。",
}
SPOILT = {
    "fr": [
        ("4", "5"),
        ("3 mai", "4 mai"),
        ("15 heures", "16 heures"),
        ("Vienne", "Genève"),
        ("tiendra", "ne tiendra pas"),
    ],
    "es": [("4", "5"), ("1.500", "1.501"), ("3 de mayo", "3 de junio"), ("Viena", "Roma"), ("celebra", "no celebra")],
    "ru": [("4", "5"), ("3 мая", "3 июня"), ("2021", "2022"), ("Вене", "Риме"), ("проводит", "не проводит")],
    "ar": [("4", "5"), ("3 أيار/مايو", "3 حزيران/يونيه"), ("2021", "2022"), ("تعقد", "لا تعقد")],
    "zh": [("4", "5"), ("5月3日", "6月3日"), ("2021", "2022"), ("举行", "不举行")],
}


def is_supported(claim: str, *quotes: str | Source, **options) -> bool:
    return check_support(claim, quotes, **options).whole


# Word for word


@pytest.mark.parametrize("language", QUOTED)
def test_words_of_a_quote_are_supported_whatever_the_white_space(language):
    spaced = QUOTED[language].replace(" ", "\n  ", 1)
    assert check_support(QUOTED[language], [spaced]).how == "verbatim"


def test_an_item_is_supported_with_the_words_that_introduce_it():
    claim = "A carrier shall: (b) pay the fine."
    assert check_support(claim, ["A carrier shall:", "(b) pay the fine."]).how == "verbatim"
    assert check_support(claim, ["(b) pay the fine.", "A carrier shall:"]).how != "verbatim"


def test_an_excerpt_must_not_begin_or_end_within_a_word_or_number():
    assert check_support("Paragraph 14", ["Paragraph 142 applies."]).how == "not"
    assert check_support("arms traffic", ["farms traffickers"]).how == "not"
    assert check_support("举行四次会议", [QUOTED["zh"]]).how == "verbatim"


def test_an_excerpt_must_not_be_cut_off_from_what_denies_it():
    assert not is_supported("detain carriers.", "States may not detain carriers.")
    assert not is_supported("扣留船只。", "委员会不得扣留船只。")
    assert is_supported("They pay.", "States may not detain carriers. They pay.")


def test_invisible_characters_do_not_matter():
    assert check_support("الوثيقة A/1 متاحة", ["الوثيقة \u2068A/1\u2069 متاحة"]).how == "verbatim"


# By its words


@pytest.mark.parametrize("language", MENDED)
def test_a_claim_in_other_words_is_supported_where_all_that_it_gives_is_quoted(language):
    made = check_support(MENDED[language], [QUOTED[language]], language=language)
    assert made.how == "words", made.missing


@pytest.mark.parametrize(
    ("language", "right", "wrong"), [(language, *pair) for language, pairs in SPOILT.items() for pair in pairs]
)
def test_one_thing_changed_is_enough_to_lose_support(language, right, wrong):
    claim = MENDED[language].replace(right, wrong, 1)
    assert claim != MENDED[language]
    made = check_support(claim, [QUOTED[language]], language=language)
    assert not made.whole
    assert made.missing


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("The Committee holds five sessions in Vienna.", "5"),
        ("The Committee holds four sessions from 3 to 8 May 2021.", "2021-05-08"),
        ("The Committee holds four sessions in May 2022.", "2022-05"),
        ("The Committee holds four sessions, on Sunday, 2 May 2021.", "2021-05-02"),
        ("The Committee holds four sessions on a Sunday.", "day 7 of the week"),
        ("The Committee holds four sessions in Rome.", "Rome"),
        ("The Committee shall report on A/RES/71/1.", "A/RES/71/1"),
        ("The Committee shall report to the Assembly at 3 p.m.", "15:00"),
        ("The Committee shall report to UNODC.", "UNODC"),
        ("The Committee shall not hold four sessions.", "“hold” is not denied"),
    ],
)
def test_what_is_missing_is_said(claim, missing):
    assert missing in check_support(claim, [QUOTE]).missing


@pytest.mark.parametrize(
    "claim",
    [
        "The Committee shall report to the Assembly no later than 1 500 days after A/RES/70/1.",
        "On 2021-05-03 and 07/05/2021 are sessions of the Committee.",
        "A session of the Committee: Monday, 3 May 2021.",
        "The Committee shall report to the Assembly not later than 1500 days after A/RES/70/1.",
    ],
)
def test_numbers_dates_and_days_may_be_written_in_another_way(claim):
    made = check_support(claim, [QUOTE])
    assert made.whole, made.missing


@pytest.mark.parametrize("time", ["3 p.m.", "15:00", "15.00 hours", "15 h", "10 a.m. and 1 p.m.", "6 p.m.", "noon"])
def test_times_are_the_same_by_any_clock(time):
    quote = "The meeting opens from 10 a.m. to 1 p.m. and 3–6 p.m., with a break at 12:00."
    claim = f"The meeting opens at {time.removesuffix(' hours').replace('.00', ':00')}."
    assert is_supported(claim, quote)
    assert not is_supported("The meeting opens at 4 p.m.", quote)


def test_a_claim_may_have_one_word_in_five_of_its_own():
    quote = "carriers inspect travel documents"
    assert is_supported("carriers inspect travel documents carefully", quote)
    assert not is_supported("carriers inspect travel documents carefully daily", quote)
    assert check_support("carriers inspect travel documents carefully daily", [quote]).share == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("States may detain carriers.", "States may not detain carriers."),
        ("States may not detain carriers.", "States may detain carriers."),
        ("Les navires peuvent être inspectés.", "Les navires ne peuvent être inspectés."),
        ("Los buques pueden ser inspeccionados.", "Los buques no pueden ser inspeccionados."),
        ("Суда могут досматривать.", "Суда не могут досматривать."),
        ("يجوز احتجاز السفن.", "لا يجوز احتجاز السفن."),
        ("委员会可以扣留船只。", "委员会不得扣留船只。"),
        ("The ships doesn't fly flags", "The ships fly flags and nothing else."),
    ],
)
def test_denial_and_affirmation_are_told_apart(claim, quote):
    assert not is_supported(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Migrants shall not be liable.", "No migrant shall be liable to prosecution."),
        ("Carriers cannot be fined.", "A carrier may not be fined by a port."),
        ("States may detain carriers.", "States may detain carriers, but may not detain migrants."),
        ("Carriers are fined under rule No. 5.", "Under rule No. 5, not only carriers are fined."),
        ("委员会不得扣留船只。", "本委员会不得扣留船只和货物。"),
    ],
)
def test_denials_in_other_words_and_beside_the_point_do_not_mislead(claim, quote):
    made = check_support(claim, [quote])
    assert made.whole, made.missing


def test_quotes_support_together_what_none_supports_alone():
    first, second = "The Committee shall meet in Vienna.", "Its sessions last 3 days."
    claim = "The Committee shall meet in Vienna, and its sessions last three days."
    assert is_supported(claim, first, second)
    assert not is_supported(claim, first)
    assert not is_supported(claim, second)


def test_places_are_shown_by_the_locator_and_by_nothing_else():
    place = Source("States are obliged to fine carriers.", "A/1", "art. 6, para. 2")
    claim = "Article 6, paragraph 2, obliges States to fine carriers."
    assert check_support(claim, [place]).how == "places"
    assert not is_supported(claim, place.quote)
    assert not is_supported(claim.replace("6", "7"), place)
    assert not is_supported("States are obliged to fine 6 carriers.", place)


def test_the_documents_own_symbol_need_not_be_quoted():
    source = Source("The fee is waived.", "A/RES/70/1", "para. 4")
    assert is_supported("A/RES/70/1 says that the fee is waived.".replace("says that ", ": "), source)
    assert not is_supported("A/RES/70/2: the fee is waived.", source)


@pytest.mark.parametrize("claim", ["", " \n", "...", "The of and", "的"])
def test_a_claim_that_says_nothing_is_not_supported(claim):
    assert not is_supported(claim, "Something else is said here.")


@pytest.mark.parametrize("quotes", [[], [""], ["  "]])
def test_nothing_is_supported_without_a_quote(quotes):
    assert check_support("The fee is waived.", quotes).missing == ("a quote",)


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3), st.booleans())
def test_any_text_can_be_checked(claim, quotes, derived):
    made = check_support(claim, quotes, derived=derived)
    assert made.whole == (not made.missing)
    assert 0 <= made.share <= 1


# Made by rule from the rows of a timetable

DAY = Source("Monday, 3 May", "A/C.9/2021/1", "annex, Monday, 3 May")
MORNING = Source("10 a.m.–1 p.m. | 1 | Opening\n2 | Fees", "A/C.9/2021/1", "annex, Monday, 3 May, 10 a.m.-1 p.m.")
AFTERNOON = Source("3–5 p.m. | 2 | Fees (continued)", "A/C.9/2021/1", "annex, Monday, 3 May, 3-5 p.m.")


@pytest.mark.parametrize(
    "claim",
    [
        "Agenda item 2, “Fees”, is taken up on Monday, 3 May 2021, 10 a.m.–1 p.m. and 3–5 p.m. (continued).",
        "Le point 2 de l'ordre du jour, « Fees », est examiné : lundi 3 mai 2021, 3–5 p.m.",
        "El tema 2 del programa, «Fees», se examina: lunes 3 de mayo de 2021, 3–5 p.m.",
        "Пункт 2 повестки дня, «Fees», рассматривается: понедельник, 3 мая 2021 года, 3–5 p.m.",
        "البند 2 من جدول الأعمال، «Fees»، ينظر فيه: الاثنين 3 أيار/مايو 2021، \u20683–5 p.m.\u2069",
        "议程项目2“Fees”的审议时间：2021年5月3日星期一，3–5 p.m.。",
        "The 2 meetings of the organization of work last 5 hours in all.",
        "Between the meetings of Monday, 3 May 2021 there is a break of 2 hours, from 1 p.m. to 3 p.m.",
    ],
)
def test_a_timetable_put_into_sentences_is_supported_in_every_language(claim):
    made = check_support(claim, [DAY, MORNING, AFTERNOON], derived=True)
    assert made.how == "words", made.missing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["item_length", "hours_total"])
def test_how_long_an_item_lasts_is_supported_in_every_language_and_a_wrong_length_in_none(name, language):
    for end, minutes in (("1 p.m.", 300), ("12.30 p.m.", 270), ("11 a.m.", 180)):
        rows = [replace(MORNING, quote=MORNING.quote.replace("1 p.m.", end)), AFTERNOON]
        for told in (minutes, minutes + 420):
            claim = say(name, language, item="2", title="Fees", count=2, hours=hours_text(told, language))
            made = check_support(claim, rows, derived=True, language=language)
            assert made.whole == (told == minutes), (claim, made.missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_length_of_an_item_in_one_meeting_is_supported_in_every_language_and_a_wrong_one_in_none(language):
    for told in (180, 540):
        claim = say("item_length_one", language, item="2", title="Fees", hours=hours_text(told, language))
        made = check_support(claim, [MORNING], derived=True, language=language)
        assert made.whole == (told == 180), (claim, made.missing)


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [("en", 60, "1 hour"), ("ru", 60, "1 час"), ("ru", 240, "4 часа"), ("ru", 300, "5 часов"), ("ru", 150, "2,5 часа"),
     ("fr", 90, "1,5 heure"), ("ar", 120, "ساعتان"), ("ar", 240, "4 ساعات"), ("zh", 240, "4小时")],
)  # fmt: skip
def test_a_length_of_time_takes_the_form_that_its_number_asks_for(language, minutes, words):
    assert hours_text(minutes, language).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    "claim",
    [
        "Agenda item 3, “Fees”, is taken up on Monday, 3 May 2021, 3–5 p.m.",
        "Agenda item 2, “Fines”, is taken up on Monday, 3 May 2021, 3–5 p.m.",
        "Agenda item 2, “Fees”, is taken up on Tuesday, 4 May 2021, 3–5 p.m.",
        "Agenda item 2, “Fees”, is taken up on Monday, 3 May 2020, 3–5 p.m.",
        "Le point 2 de l'ordre du jour, « Fees », est examiné : mardi 3 mai 2021, 3–5 p.m.",
        "Agenda item 2, “Fees”, is taken up on Monday, 3 May 2021, 3–6 p.m.",
        "Agenda item 5, “Fees”, is taken up on Monday, 3 May 2021, 3–5 p.m.",
        "The 3 meetings of the organization of work last 5 hours in all.",
        "The 2 meetings of the organization of work last 6 hours in all.",
        "The organization of work has 2 meetings over 2 days.",
        "Заседаний: 2, дней: 2.",
        "For agenda item 2, “Fees”, the agenda announces no document.",
    ],
)
def test_a_timetable_misread_is_not_supported(claim):
    assert not is_supported(claim, DAY, MORNING, AFTERNOON, derived=True)


def test_what_a_row_leaves_to_its_place_is_taken_from_the_locator():
    claim = "Agenda item 2, “Fees”, is taken up on Monday, 3 May 2021, 3–5 p.m."
    assert check_support(claim, [AFTERNOON], derived=True).how == "places"
    assert not is_supported(claim, AFTERNOON)
    assert not is_supported(claim, AFTERNOON.quote, derived=True)


# Precision and recall


def record(*claims: tuple[str, tuple[int, ...]], citations: tuple[Source, ...], verdict: str = "supported") -> Record:
    return Record(
        "c",
        "s",
        "answered",
        tuple(Claim(text, verdict, used) for text, used in claims),
        tuple(Cited(each.document, each.locator, each.quote) for each in citations),
    )


FEES = (Source("The fee is waived."), Source("Ports may inspect ships."), Source("It rains."))


def test_recall_is_the_share_of_claims_that_their_citations_support():
    made = record(("The fee is waived.", (0,)), ("Ports may inspect ships.", (2,)), citations=FEES)
    assert citation_recall(made) == 0.5
    assert citation_precision(made) == 0.5
    assert claim_support(made, made.claims[1]).missing


def test_a_citation_that_adds_nothing_costs_precision_not_recall():
    made = record(("The fee is waived.", (0, 2)), citations=FEES)
    assert (citation_recall(made), citation_precision(made)) == (1, 0.5)
    assert count_for_precision(made, made.claims[0]) == [True, False]


def test_citations_that_are_needed_together_all_count():
    made = record(("The fee is waived and ports may inspect ships.", (0, 1)), citations=FEES)
    assert (citation_recall(made), citation_precision(made)) == (1, 1)


def test_each_of_two_that_suffice_alone_counts():
    twice = (FEES[0], Source("The fee is waived. Always."))
    assert citation_precision(record(("The fee is waived.", (0, 1)), citations=twice)) == 1


def test_words_that_introduce_an_item_are_needed_though_the_item_has_most_of_the_words():
    parts = (Source("A carrier:"), Source("shall pay the fines that a port has imposed upon ships, crews and agents."))
    made = record((" ".join(each.quote for each in parts), (0, 1)), citations=parts, verdict="quoted")
    assert citation_precision(made) == 1


def test_the_row_that_names_the_day_is_needed_where_the_sentence_names_it():
    claim = "Agenda item 2, “Fees”, is taken up on Monday, 3 May 2021, 3–5 p.m."
    made = record((claim, (0, 1)), citations=(DAY, AFTERNOON), verdict="derived")
    assert citation_precision(made) == 1
    total = record(("The 1 meetings last 2 hours in all.", (0, 1)), citations=(DAY, AFTERNOON), verdict="derived")
    assert count_for_precision(total, total.claims[0]) == [False, True]


def test_a_claim_without_citations_fails_and_without_claims_nothing_is_measured():
    made = record(("The fee is waived.", ()), citations=FEES)
    assert (citation_recall(made), citation_precision(made)) == (0, 0)
    silent = Record("c", "s", "not_found")
    assert (citation_recall(silent), citation_precision(silent)) == (None, None)


def test_a_thing_cited_twice_by_one_claim_is_cited_once():
    assert citation_precision(record(("The fee is waived.", (0, 0)), citations=FEES)) == 1
