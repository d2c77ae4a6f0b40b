"""What months, days of the week and languages are called, and the dates that a text names, in the six official languages."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.answer_phrases import date_text, day_text
from corpus.calendar_names import (
    city_name,
    language_codes,
    language_name,
    month_name,
    names_by_number,
    numbers_by_name,
    weekday_name,
)
from corpus.dates import (
    Date,
    find_date_mentions,
    find_full_dates,
    find_meeting_days,
    has_only_days,
    is_day_alone,
    is_day_label,
)
from corpus.documents import LANGUAGES

DAY = dt.date(2021, 10, 14)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_that_is_written_is_read_back(language: str) -> None:
    for month in range(1, 13):
        day = dt.date(2021, month, 14)
        for written in (day_text(day, language), date_text(day, language)):
            assert find_full_dates(written) == [day], written
            assert find_meeting_days(written) == (day,), written
            assert find_date_mentions(written) == (Date(2021, month, 14),), written
        assert has_only_days(day_text(day, language))
        assert is_day_label(date_text(day, language))
        assert is_day_alone(date_text(day, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_and_days_of_the_week_have_twelve_and_seven_names_that_no_other_has(language: str) -> None:
    for kind, first, count in (("months", 1, 12), ("weekdays", 0, 7)):
        for in_questions in (False, True):
            found = names_by_number(kind, language, in_questions=in_questions)  # type: ignore[arg-type]
            assert sorted(found) == [*range(first, first + count)]
            forms = [form for each in found.values() for form in each]
            assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    ("written", "month"),
    [("fevrier", 2), ("janvier", 1), ("setiembre", 9), ("октябре", 10), ("تشرين الأول", 10), ("يونيه", 6), ("يونيو", 6), ("ابريل", 4)],
)  # fmt: skip
def test_a_month_is_known_in_each_of_its_spellings(written: str, month: int) -> None:
    assert numbers_by_name("months")[written] == month


@pytest.mark.parametrize(
    ("written", "day"), [("среду", 2), ("الإثنين", 0), ("星期天", 6), ("礼拜一", 0), ("周五", 4), ("miercoles", 2)]
)
def test_a_day_of_the_week_is_known_in_each_of_its_forms(written: str, day: int) -> None:
    assert numbers_by_name("weekdays")[written] == day


def test_what_may_be_another_word_is_a_day_or_a_month_in_questions_alone() -> None:
    assert "sat." in names_by_number("weekdays", "en", in_questions=True)[5]
    assert "سبت" in names_by_number("weekdays", "ar", in_questions=True)[5]  # also the first letters of September
    assert {"sat.", "سبت"}.isdisjoint(numbers_by_name("weekdays"))


def test_names_are_spelt_as_the_united_nations_spell_them() -> None:
    assert month_name(6, "ar") == "حزيران/يونيه"
    assert month_name(10, "zh") == "10月"
    assert weekday_name(0, "ru") == "понедельник"
    assert (language_name("en", "zh"), language_name("en", "ar"), language_name("fr", "fr")) == (
        "英文",
        "الإنكليزية",
        "français",
    )


def test_a_language_is_known_by_its_name_in_any_other() -> None:
    codes = language_codes()
    assert {
        codes[each]
        for each in ("french", "français", "francés", "французский", "الفرنسية", "بالفرنسية", "法文", "法语")
    } == {"fr"}
    assert codes["الإنجليزية"] == codes["الإنكليزية"] == codes["بالإنكليزية"] == "en"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("25 July 2024–30 July 2025", [dt.date(2024, 7, 25), dt.date(2025, 7, 30)]),
        ("14 and 15 October 2021", [dt.date(2021, 10, 15)]),
        ("31 June 2021", []),
        ("https://journal.example/2025-04-28/1", []),
        ("2025-04-28", []),
        ("14 ت4رين/أكتوبر 2021", []),
        ("14 تشريـن الأو/أكتوبر 2021", [DAY]),
    ],
)
def test_full_dates_are_found_and_what_is_none_is_left_alone(text: str, days: list[dt.date]) -> None:
    assert find_full_dates(text) == days


@pytest.mark.parametrize(
    ("name", "given_in", "language", "expected"),
    [
        ("Vienna", "en", "fr", "Vienne"),
        ("Vienna", "en", "zh", "维也纳"),
        ("VIENNA", "en", "ru", "Вена"),
        ("Nueva York", "es", "en", "New York"),
        ("عمّان", "ar", "en", "Amman"),
        ("Nairobi", "en", "fr", "Nairobi"),
        ("Geneva", "en", "fr", "Geneva"),
        ("Vienna", "en", "en", "Vienna"),
        ("", "en", "fr", ""),
    ],
)
def test_cities_have_their_name_in_the_language_of_the_reader_where_it_is_known(
    name: str, given_in: str, language: str, expected: str
) -> None:
    assert city_name(name, given_in, language) == expected
