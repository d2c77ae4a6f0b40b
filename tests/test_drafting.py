"""The words of United Nations drafting are known in six languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from assistant.package_data import shipped
from assistant.qa.units import Unit
from assistant.reports.brief.subject import proposes_discussion
from assistant.wording.drafting import grammar_of
from corpus.documents import LANGUAGES


def test_every_entry_of_a_language_is_a_pattern_that_english_has_too() -> None:
    words = shipped("drafting")
    assert set(words) == set(LANGUAGES)
    for language in LANGUAGES:
        assert set(words[language]) <= set(words["en"])
        for name in words["en"]:
            if name not in ("days", "ordinals"):
                assert getattr(grammar_of(language), name, None) is not None, (language, name)
    with pytest.raises(AttributeError):
        grammar_of("en").nothing_of_the_kind  # noqa: B018


@pytest.mark.parametrize(
    ("language", "asked", "told"),
    [
        ("en", "The Working Group may also wish to consider lamps.", "The Working Group considers lamps."),
        ("fr", "Le Groupe de travail souhaitera peut-être examiner les lampes.", "Le Groupe de travail examine les lampes."),
        ("es", "El Grupo de Trabajo tal vez desee examinar las lámparas.", "El Grupo de Trabajo examina las lámparas."),
        ("ru", "Рабочая группа, возможно, пожелает рассмотреть лампы.", "Рабочая группа рассматривает лампы."),
        ("ar", "ولعل الفريق العامل يود أن يناقش المصابيح.", "يناقش الفريق العامل المصابيح."),
        ("zh", "工作组不妨讨论灯具。", "工作组讨论灯具。"),
    ],
)  # fmt: skip
def test_a_proposal_is_told_from_a_statement(language: str, asked: str, told: str) -> None:
    def unit(text: str, kind: str = "numbered") -> Unit:
        return cast(Unit, SimpleNamespace(text=text, document=SimpleNamespace(language=language, kind=kind)))

    assert proposes_discussion(unit(asked))
    assert not proposes_discussion(unit(told))
    assert not proposes_discussion(unit(asked, "resolution"))  # it requests, also what others may wish


@pytest.mark.parametrize(
    ("language", "term", "days"),
    [
        ("en", "within two weeks", 7),
        ("fr", "dans un délai de deux mois", 30),
        ("es", "en un plazo de dos años", 365),
        ("ru", "в течение двух недель", 7),
        ("ar", "في غضون ثلاثة أشهر", 30),
        ("zh", "三十天内", 1),
    ],
)
def test_the_units_of_terms_are_known(language: str, term: str, days: int) -> None:
    assert grammar_of(language).days(term) == days


def test_examples_and_a_second_proposal_end_the_heading_of_a_theme() -> None:
    grammar = grammar_of("en")
    said = "may wish to share information regarding lamps, including old ones, and to examine the pay of masters"
    match = grammar.wish.match(said)
    assert match is not None
    assert [part.strip(" ,") for part in grammar.wish_also.split(said[match.end() :])] == [
        "lamps, including old ones",
        "the pay of masters",
    ]
    assert grammar.example.search("lamps, including old ones") is not None
