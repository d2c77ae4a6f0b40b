"""Requests and decisions: who is asked to do what, by when; each cell exact words of its document."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import SHARED, Holding, add, at_hand, markdown
from services import Made, made_service
from typer.testing import CliRunner

from assistant.answer_phrases import joined, say
from assistant.export.spreadsheets import render_sheet
from assistant.page import report_pages
from assistant.reports import ReportError
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Briefing, Request
from assistant.reports.mandates.mandate_base import Mandate
from assistant.reports.mandates.mandate_list import (
    MandateFilter,
    MandateRow,
    list_mandates,
    mandate_rows,
    mandate_table,
)
from assistant.reports.mandates.mandate_reader import find_mandates
from assistant.reports.mandates.recommendation_reader import find_decisions, find_recommendations
from corpus.calendar_names import language_name
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document, Span
from eval.cases import MANDATES
from eval.cli import app
from eval.comparison import read_texts
from eval.mandates import Labelled, compute_scores
from eval.output import load_labels
from ingest.document_reading import read_document
from ingest.input_files import find_inputs
from ingest.pipeline import Input

PREAMBLE = {
    "en": ("The General Assembly,", "Recalling its resolution 79/1 of 3 March 2034,"),
    "fr": ("L’Assemblée générale,", "Rappelant sa résolution 79/1,"),
    "es": ("La Asamblea General,", "Recordando su resolución 79/1,"),
    "ru": ("Генеральная Ассамблея,", "ссылаясь на свою резолюцию 79/1,"),
    "ar": ("إن الجمعية العامة،", "إذ تشير إلى قرارها 79/1،"),
    "zh": ("大会，", "回顾其第79/1号决议，"),
}


def resolution(
    *paragraphs: str, number: str = "80/900", language: str = "en", day: str = "", on: str = "Boats"
) -> Input:
    """A resolution of the General Assembly on something; `day` closes it, as the day of its adoption."""
    title = f"{number}. {on}"
    head = f"---\nsymbol: A/RES/{number}\ntitle: {title}\nlanguage: {language}\ndate: 2025-12-20\n---\n"
    session = {"79": "Seventy-ninth", "80": "Eightieth"}[number[:2]]
    opening = "\n\n".join((f"{session} session", f"# {title}", *PREAMBLE[language]))
    closing = f"\n\n60th plenary meeting\n\n{day}" if day else ""
    return Input(
        f"{number.replace('/', '-')}.{language}.md", f"{head}{opening}\n\n{_numbered(paragraphs)}{closing}\n".encode()
    )


def _numbered(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(each if each.startswith("(") else f"{n}. {each}" for n, each in enumerate(paragraphs, 1))


class Said(NamedTuple):
    """A request, decision or recommendation in the words of its document."""

    place: str
    verb: str
    who: list[str]
    when: list[str]
    action: list[str]  # after the clause to which it refers
    money: list[str]
    decided: bool


def said(
    source: Input, catalogue: Catalogue, of: Callable[[Document], Iterable[Mandate]] = find_mandates
) -> list[Said]:
    """What a text asks, decides or recommends."""
    document, _ = read_document(source, catalogue)

    def words(spans: Iterable[Span]) -> list[str]:
        return [document.quote(*span) for span in spans]

    return [
        Said(document.blocks[each.block].locator, document.quote(*each.verb), words(each.addressees), words(each.times),
             words([*filter(None, [each.context]), *each.action]), words(each.money), each.decided)
        for each in of(document)
    ]  # fmt: skip


def asked(catalogue: Catalogue, *paragraphs: str, language: str = "en") -> list[Said]:
    return said(resolution(*paragraphs, language=language), catalogue)


def told(catalogue: Catalogue, *paragraphs: str, language: str = "en") -> list[tuple[str, list[str], list[str]]]:
    """Verb, addressees and times of every request and decision."""
    return [(each.verb, each.who, each.when) for each in asked(catalogue, *paragraphs, language=language)]


def report(body: str, title: str = "Boats", language: str = "en") -> Input:
    head = f"---\nsymbol: A/80/904\ntitle: {title}\nlanguage: {language}\ndate: 2026-01-01\n---\n# {title}\n\n"
    return Input("boats.md", f"{head}{body}".encode())


def advised(catalogue: Catalogue, body: str, title: str = "Boats", language: str = "en") -> list[Said]:
    return said(report(body, title, language), catalogue, find_recommendations)


def section(made: Briefing, key: str) -> list[list[str]]:
    """The rows of the first table in a section of a briefing, their cells as they are shown."""
    (table, *_) = next(each for each in made.sections if each.key == key).tables
    return [[cell.to_text() for cell in row] for row in table.rows]


def briefing(holding: Holding, body: str, language: str = "en") -> Briefing:
    return make_briefing(holding(report(body, language=language)), Request("document", "A/80/904", language=language))


def the_row(holding: Holding, words: str, day: str = "") -> MandateRow:
    """The row of a request to report, which says by when."""
    library = holding(resolution(f"Requests the Secretary-General to report {words};", day=day)).library
    (row,) = mandate_rows(library, library.find_documents("A/RES/80/900")[0])
    return row


def test_verb_addressee_and_time_are_read_clause_by_clause(catalogue: Catalogue) -> None:
    assert told(
        catalogue,
        "Welcomes the report on boats, urges Member States, within existing resources, to paint them, and requests the "
        "Secretary-General to report to the General Assembly at its eighty-first session;",
        "Also requests the Secretary-General and the President of the General Assembly, in consultation with pilots, "
        "sailors and fishers, to list all boats no later than 30 June 2026;",
        "Decides to include in the provisional agenda of its eighty-second session the item entitled “Requests the pilots to swim”.",
    ) == [
        ("urges", ["Member States"], []),
        ("requests", ["the Secretary-General"], ["at its eighty-first session"]),
        ("requests", ["the Secretary-General", "the President of the General Assembly"], ["no later than 30 June 2026"]),
        ("Decides", ["The General Assembly"], ["of its eighty-second session"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("Calls upon Governments of origin, transit and destination countries to paint boats;",
         ["Governments of origin, transit and destination countries"]),
        ("Invites the specialized agencies, funds and programmes of the system, civil society and the private sector to paint;",
         ["the specialized agencies, funds and programmes of the system", "civil society", "the private sector"]),
        ("Urges States parties to the Convention on Boats, the Protocol on Lamps and the Protocol on Nets to paint boats;",
         ["States parties to the Convention on Boats, the Protocol on Lamps and the Protocol on Nets"]),
        ("Calls upon Freedonia, the occupying Power, to leave the harbour;", ["Freedonia"]),
        ("Demands that Freedonia, the occupying Power, leave the harbour;", ["Freedonia"]),
        ("Reiterates its request to the Office on Boats and Lamps to continue its work;", ["the Office on Boats and Lamps"]),
        ("Calls for urgent action by Member States and the harbour system to paint boats;", ["Member States", "the harbour system"]),
        ("Urges Freedonia and Ruritania, and the northern side and Ruritanian pilots, to act;",
         ["Freedonia", "Ruritania", "the northern side", "Ruritanian pilots"]),
        ("Invites all other ports and entities that meet fog, storms and other dangers, and the Office and entities of the port, to act;",
         ["all other ports and entities that meet fog, storms and other dangers", "the Office", "entities of the port"]),
        ("Urges all companies, both transnational and others, and both captains, to act;", ["all companies", "both captains"]),
        ("Urges States and appropriate harbour bodies to act;", ["States", "appropriate harbour bodies"]),
        ("Calls for further efforts to paint boats;", []),
        ("Invites all countries in a position to do so to paint boats;", ["all countries in a position to do so"]),
        ("Invites port offices, within their mandates, harbour museums, where they exist, pilots, including sea pilots, and other sailors to act;",
         ["port offices", "harbour museums", "pilots", "other sailors"]),
        ("Invites the Port Office, in its capacity as chair of the Harbour Group, and other agencies to act;",
         ["the Port Office", "other agencies"]),
        ("Urges port bodies, including offices, museums and schools, and relevant pilots to act;", ["port bodies", "relevant pilots"]),
        ("Requests the Secretary-General, in consultation with States, pilots, the Port Office, and other sailors, to act;",
         ["the Secretary-General"]),
        ("Invites the Port School and the Museum of Boats in Freetown, Freedonia, among others, to act;",
         ["the Port School", "the Museum of Boats in Freetown, Freedonia"]),
    ],
)  # fmt: skip
def test_addressees_are_parted_whole_names_and_what_stands_in_an_insertion_or_is_asked_for_is_none(
    catalogue: Catalogue, sentence: str, who: list[str]
) -> None:
    assert [each.who for each in asked(catalogue, sentence)] == [who]


def test_who_is_asked_without_an_action_shares_that_of_the_clause_behind_and_a_name_has_none(
    catalogue: Catalogue,
) -> None:
    first, last = asked(
        catalogue,
        "Urges States and other pilots named in the Ruritanian Plan of Action to Light Harbours, and invites the Port Office "
        "and the Museum of Boats, within their mandates, to paint boats;",
    )
    assert (first.verb, last.verb) == ("Urges", "invites")
    assert first.who == ["States", "other pilots named in the Ruritanian Plan of Action to Light Harbours"]
    assert last.who == ["the Port Office", "the Museum of Boats"]
    assert (first.action, last.action) == (["to paint boats"], ["within their mandates, to paint boats"])


@pytest.mark.parametrize(
    ("sentence", "who", "action"),
    [
        # No words between verb and action are lost.
        ("Requests the Secretary-General, within existing resources, to paint boats;",
         ["the Secretary-General"], ["within existing resources, to paint boats"]),
        ("Requests, where a boat is found to be sound, the Secretary-General and the pilots, as a matter of priority, to paint it;",
         ["the Secretary-General", "the pilots"], ["where a boat is found to be sound", "as a matter of priority, to paint it"]),
        ("Requests the Secretary-General when doing so to paint boats;", ["the Secretary-General"], ["when doing so to paint boats"]),
        ("Urges the two captains urgently to paint boats;", ["the two captains"], ["urgently to paint boats"]),
        ("Stresses that States, in consultation with pilots, shall paint boats;",
         ["States"], ["in consultation with pilots, shall paint boats"]),
        ("Welcomes the list of boats and, within existing resources, requests the Secretary-General to paint them all;",
         ["the Secretary-General"], ["within existing resources", "to paint them all"]),
        ("Calls upon all States, consistent with their laws, not to paint boats, and not to sell them;",
         ["all States"], ["consistent with their laws, not to paint boats, and not to sell them"]),
        # An addressee is a whole name and nothing but one.
        ("Urges States that have not painted boats to do so, and calls upon all States to light lamps;", ["all States"], ["to light lamps"]),
        ("Urges the States referred to in paragraphs 18 and 19 above to light lamps;",
         ["the States referred to in paragraphs 18 and 19 above"], ["to light lamps"]),
        ("Decides that lamps shall be lit and, for that purpose, invites further comments from Member States on lamps;",
         ["Member States"], ["further comments from Member States on lamps"]),
        ("Invites further cooperation between pilots from Member States;", [], ["further cooperation between pilots from Member States"]),
        ("Encourages the adoption by Member States of plans to light lamps;",
         ["Member States"], ["the adoption by Member States of plans to light lamps"]),
        ("Reminds Member States to light lamps;", ["Member States"], ["to light lamps"]),
        # “to” before a capital belongs to a name.
        ("Requests the Programme to Mend Nets to light lamps;", ["the Programme to Mend Nets"], ["to light lamps"]),
        # For a pronoun or a short name stands the name before it.
        ("Calls upon port entities to paint boats, and urges them to light lamps;", ["port entities"], ["to light lamps"]),
        ("Welcomes the work of the Port Office for Boats, and requests the Office to light lamps;",
         ["the Port Office for Boats"], ["to light lamps"]),
        ("Welcomes the work of the Port Office for Boats, and calls upon it to light lamps;",
         ["the Port Office for Boats"], ["to light lamps"]),
        ("Welcomes the efforts of Governments, port agencies and all pilots to paint boats, and invites them to light lamps;",
         ["Governments", "port agencies", "all pilots"], ["to light lamps"]),
        ("Notes the Port Office for Boats, and requests Member States to light lamps;", ["Member States"], ["to light lamps"]),
        # An action that stands for another, or speaks of what is named before, is quoted with the clause before.
        ("Welcomes the painting of boats, and invites Member States to do so;",
         ["Member States"], ["Welcomes the painting of boats", "to do so"]),
        ("Encourages States to pay for boats and invites pilots to do likewise, and notes the result;",
         ["pilots"], ["Encourages States to pay for boats", "to do likewise"]),
        ("Reaffirms the Declaration on Boats, and calls upon all States to implement it fully;",
         ["all States"], ["Reaffirms the Declaration on Boats", "to implement it fully"]),
        ("Expresses its support for the Harbour Force, and decides to extend its mandate until 31 January 2027;",
         ["The General Assembly"], ["Expresses its support for the Harbour Force", "to extend its mandate until 31 January 2027"]),
        ("Takes note of the Harbour Declaration, and calls for its effective implementation;",
         [], ["Takes note of the Harbour Declaration", "its effective implementation"]),
        ("Encourages States that have not painted their boats to consider doing so;",
         ["States that have not painted their boats"], ["to consider doing so"]),
        # What leads to the next clause belongs to no action.
        ("Urges pilots to paint boats, and, further, urges States to light lamps, and, for that purpose, invites sailors to help;",
         ["sailors"], ["to help"]),
        ("Reminds States of their duty to paint boats, and requests pilots to help;", ["pilots"], ["to help"]),
    ],
)  # fmt: skip
def test_no_words_between_verb_and_action_are_lost(
    catalogue: Catalogue, sentence: str, who: list[str], action: list[str]
) -> None:
    *_, last = asked(
        catalogue,
        "Requests the Port Office for Boats to report;",
        "Urges Governments and Member States to act;",
        sentence,
    )
    assert (last.who, last.action) == (who, action)


@pytest.mark.parametrize(
    ("language", "sentence", "action"),
    [
        ("fr", "Exprime son appui à la Force du port, et décide de proroger son mandat ;", ["Exprime son appui à la Force du port", "de proroger son mandat"]),
        ("es", "Reafirma su apoyo a la Fuerza del puerto, y decide prorrogar su mandato;", ["Reafirma su apoyo a la Fuerza del puerto", "prorrogar su mandato"]),
        ("ru", "выражает поддержку Силам, и постановляет продлить их мандат;", ["выражает поддержку Силам", "продлить их мандат"]),
    ],
)  # fmt: skip
def test_an_action_begins_behind_its_own_verb_in_other_languages(
    catalogue: Catalogue, language: str, sentence: str, action: list[str]
) -> None:
    assert [each.action for each in asked(catalogue, sentence, language=language)] == [action]


def test_clauses_that_share_an_action_or_points_are_each_told_with_them(catalogue: Catalogue) -> None:
    first = "Calls upon States, and invites pilots, to paint every boat by June 2026;"
    second = "Calls upon States and invites pilots to care for boats, including by:"
    found = asked(catalogue, first, second, "(a) Painting boats;", "(b) Lighting lamps;")
    ends = ["to paint every boat by June 2026"] * 2 + ["Painting boats", "Lighting lamps"] * 2
    whose = ["States", "pilots", "States", "States", "pilots", "pilots"]
    assert [(each.who, each.action[-1]) for each in found] == [
        ([who], end) for who, end in zip(whose, ends, strict=True)
    ]


def test_lettered_subparagraphs_are_actions_of_their_own(catalogue: Catalogue) -> None:
    points = ("(a) To paint all boats;", "(b) To light lamps every six months;")
    found = asked(
        catalogue, "Requests the Secretary-General, by 1 May 2026:", *points, "Decides to remain seized of the matter."
    )
    assert [(each.place[-7:], each.who, each.when, each.action) for each in found[:2]] == [
        (". 1 (a)", ["the Secretary-General"], ["by 1 May 2026"], ["To paint all boats"]),
        (". 1 (b)", ["the Secretary-General"], ["by 1 May 2026", "every six months"], ["To light lamps every six months"]),
    ]  # fmt: skip
    assert found[2].decided


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("by 4 July 2026 and 5 January 2027", "2026-07-04"),
        ("within 90 days", "2026-03-20"),
        ("within 90 days of the adoption of the present resolution", "2026-03-20"),
        ("at its eighty-third session", "2028-09"),
        ("by no later than the eighty-third session", "2028-09"),
        ("by no later than 4 July 2026", "2026-07-04"),
        ("before the Boat Games of Freedonia, to be held in Freetown in 2027", "2027"),
        ("during the eightieth session", "2026-09"),
        ("at its eightieth and eighty-first sessions", "2026-09"),
        ("in March 2027", "2027-03"),
        ("by 2030", "2030"),
        ("in 2036, 2037 and 2039", "2036"),
        ("every two years", ""),
    ],
)
def test_a_time_comes_to_a_day_where_it_comes_to_one(holding: Holding, words: str, due: str) -> None:
    row = the_row(holding, words)
    assert ([each.quote for each in row.times], row.due) == ([words], due)
    if words.endswith("2039"):
        assert row.dates == ("2036", "2037", "2039")


def test_a_session_is_told_as_such_and_comes_to_the_months_from_its_opening_to_its_end(holding: Holding) -> None:
    words = "at its eightieth and eighty-first sessions"
    row = the_row(holding, words, day="4 December 2025")
    assert row.to_json()["dates"] == ["2025-09/2026-09", "2026-09/2027-09"]
    assert row.due > row.adopted
    (cells,) = mandate_table([row], "en").rows
    assert words in [cell.to_text() for cell in cells]


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        ("en", "Requests the Secretary-General to report within five working days of receiving a notification, and requests pilots to act;",
         "within five working days of receiving a notification"),
        ("en", "Requests pilots to report no more than 15 working days after the sale, supply or transfer takes place;",
         "no more than 15 working days after the sale, supply or transfer takes place"),
        ("en", "Requests pilots to report at least three days in advance of any sale, and to rest;", "at least three days in advance of any sale"),
        ("ru", "просит государства сообщать не позднее чем за 15 дней до продажи лодок;", "не позднее чем за 15 дней до продажи лодок"),
        ("ar", "تطلب إلى الدول أن تبلغ قبل 15 يوما على الأقل من بيع القوارب؛", "قبل 15 يوما على الأقل من بيع القوارب"),
        ("fr", "Prie le Secrétaire général de lui présenter un rapport dans un délai de 30 jours suivant la réception de la notification ;",
         "dans un délai de 30 jours suivant la réception de la notification"),
        ("es", "Solicita al Secretario General que informe dentro de los cinco días hábiles siguientes a la recepción del aviso;",
         "dentro de los cinco días hábiles siguientes a la recepción del aviso"),
        ("ru", "просит Генерального секретаря представить доклад в течение 30 дней после получения уведомления;",
         "в течение 30 дней после получения уведомления"),
        ("ar", "تطلب إلى الأمين العام أن يقدم تقريرا في غضون 30 يوما من تلقي الإخطار؛", "في غضون 30 يوما من تلقي الإخطار"),
        ("zh", "请秘书长在收到通知后五个工作日内提交报告；", "在收到通知后五个工作日内"),
    ],
)  # fmt: skip
def test_a_time_that_hangs_on_an_event_is_told_in_its_own_words_and_comes_to_no_day(
    holding: Holding, language: str, sentence: str, words: str
) -> None:
    library = holding(resolution(sentence, language=language)).library
    row, *_ = list_mandates(library, MandateFilter(language=language)).rows
    assert (" ".join(each.quote.rstrip() for each in row.times), row.dates) == (words, ())
    with pytest.raises(ReportError, match="before 2099"):
        list_mandates(library, MandateFilter(language=language, due_before="2099-12-31"))


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        ("en", "Requests pilots to report, within three months from the date of adoption of this resolution, on lamps;",
         "within three months from the date of adoption of this resolution"),
        ("fr", "Prie les armateurs de répondre dans un délai de 90 jours à compter de la date de l’adoption de la présente résolution ;",
         "dans un délai de 90 jours à compter de la date de l’adoption de la présente résolution"),
        ("es", "Solicita a los puertos que informen en un plazo de 90 días a partir de la aprobación de la presente resolución;",
         "en un plazo de 90 días a partir de la aprobación de la presente resolución"),
        ("ru", "просит государства сообщать в течение 90 дней с даты принятия настоящей резолюции;",
         "в течение 90 дней с даты принятия настоящей резолюции"),
        ("ar", "تطلب إلى الدول أن تبلغ في غضون 90 يوما من اتخاذ هذا القرار؛", "في غضون 90 يوما من اتخاذ هذا القرار"),
        ("zh", "请各国自本决议通过之日起90天内提交报告；", "自本决议通过之日起90天内"),
    ],
)  # fmt: skip
def test_a_term_from_the_adoption_is_told_with_it_and_comes_to_a_day(
    holding: Holding, language: str, sentence: str, words: str
) -> None:
    library = holding(resolution(sentence, language=language)).library
    (row,) = list_mandates(library, MandateFilter(language=language)).rows
    assert ([each.quote for each in row.times], row.due) == ([words], "2026-03-20")


@pytest.mark.parametrize(
    ("language", "sentence", "times"),
    [
        ("en", "Requests pilots to meet regularly during the intersessional period;", ["regularly", "during the intersessional period"]),
        ("en", "Requests pilots to give the Secretary-General periodic updates, and an annual oral report, on lamps;", ["periodic updates", "an annual oral report"]),
        ("en", "Requests pilots to pay at a monthly rate, and to use the annual reports and its next annual report;", []),
        ("fr", "Prie les armateurs de se réunir régulièrement, de présenter des rapports périodiques et de contribuer à son rapport annuel ;",
         ["régulièrement", "des rapports périodiques"]),
        ("es", "Solicita a los puertos que presenten informes anuales y que examinen los informes periódicos;", ["informes anuales"]),
        ("ru", "просит государства регулярно собираться в межсессионный период и представлять ежегодные доклады;",
         ["регулярно", "в межсессионный период", "ежегодные доклады"]),
        ("ar", "تطلب إلى الدول أن تجتمع بانتظام وأن تقدم تقارير سنوية وأن تنظر في التقارير الدورية؛", ["بانتظام", "تقارير سنوية"]),
        ("zh", "请各国在闭会期间定期举行会议；", ["在闭会期间", "定期"]),
    ],
)  # fmt: skip
def test_how_often_is_told_without_a_number_and_not_of_what_is_known_already(
    catalogue: Catalogue, language: str, sentence: str, times: list[str]
) -> None:
    assert [found for _, _, found in told(catalogue, sentence, language=language)] == [times]


@pytest.mark.parametrize(
    ("language", "paragraphs", "who"),
    [
        ("en", ["Decides that, where a boat is sold, lent or given away, the supplying State shall notify the Council;"], ["the supplying State"]),
        ("en", ["Decides that:", "(a) States shall light lamps;", "(b) Prior to painting any boat, the supplying State should notify the Council;"],
         ["States", "the supplying State"]),
        ("en", ["Requests:", "(a) the Secretary-General to list boats;", "(b) pilots to light lamps;"], ["the Secretary-General", "pilots"]),
        ("fr", ["Engage les entreprises, tant transnationales qu’autres, à agir ;"], ["les entreprises"]),
        ("es", ["Exhorta a las empresas, tanto transnacionales como de otro tipo, a que actúen;"], ["las empresas"]),
        ("ru", ["призывает компании, как транснациональные, так и другие, красить лодки;"], ["компании"]),
        ("fr", ["Prie :", "(a) le Secrétaire général de compter les bateaux ;", "(b) les armateurs de les repeindre ;"],
         ["le Secrétaire général", "les armateurs"]),
        ("ru", ["просит:", "(a) Генерального секретаря представить доклад;", "(b) государства считать лодки;"],
         ["Генерального секретаря", "государства"]),
        ("zh", ["决定：", "(一) 各国应登记船只；", "(二) 港口应提交报告；"], ["各国", "港口"]),
        ("en", ["Calls upon old pilots to sing, and invites new pilots, from both ports, while thanking all;", "Invites cooperation between pilots;"],
         ["old pilots", "new pilots"]),
        ("es", ["Exhorta a los armadores a que canten;", "Invita a nuevos armadores, de todos los puertos;"], ["los armadores", "nuevos armadores"]),
    ],
)  # fmt: skip
def test_who_acts_is_asked_in_a_case_and_where_each_point_names_its_own_or_nothing_says_to_do_what(
    catalogue: Catalogue, language: str, paragraphs: list[str], who: list[str]
) -> None:
    assert [name for _, names, _ in told(catalogue, *paragraphs, language=language) for name in names] == who


DRAFT = """---
symbol: A/C.3/80/L.900
title: "Boats: draft resolution"
language: en
date: 2025-11-06
---
Eightieth session

# Boats

The General Assembly,

Recalling its resolution 79/1,

1. Decides to paint boats by 1 May 2026;

2. Requests pilots to light lamps;
"""


def test_a_draft_is_told_as_one_in_every_row_and_its_body_has_decided_nothing(holding: Holding) -> None:
    engine = holding(DRAFT, resolution("Decides to light lamps;"))
    made = list_mandates(engine.library, MandateFilter())
    assert [(row.label, row.draft, row.decided, [who.quote for who in row.addressees]) for row in made.rows] == [
        ("A/C.3/80/L.900", True, False, []),
        ("A/C.3/80/L.900", True, False, ["pilots"]),
        ("A/RES/80/900", False, True, ["The General Assembly"]),
    ]
    assert [each["draft"] for each in made.to_json()["mandates"]] == [True, True, False]
    status = [row["Status"] for row in csv.DictReader(io.StringIO(render_sheet(made, "csv", "en").decode("utf-8-sig")))]
    assert status == ["draft; unverified copy", "draft; unverified copy", "unverified copy"]
    for language in LANGUAGES:
        text = markdown(made, engine.library, language)
        assert text.count(f"| {say('status_draft', language)} |") == 2
    own = make_briefing(engine, Request("document", "A/C.3/80/L.900"))
    (table,) = next(section for section in own.sections if section.key == "mandates").tables
    assert [row[0].to_text() for row in table.rows] == ["draft", "draft"]
    assert "Status" not in mandate_table([row for row in made.rows if not row.draft], "en").columns


@pytest.mark.parametrize(
    ("language", "sentence", "money"),
    [
        ("en", "Requests the Secretary-General, within existing resources, to spend 200,000 dollars on boats;",
         ["200,000 dollars", "within existing resources"]),
        ("en", "Requests the Secretary-General to paint boats, subject to the availability of extrabudgetary resources;",
         ["subject to the availability of extrabudgetary resources"]),
        ("en", "Welcomes the list of boats and, within available resources, requests the Secretary-General to paint them;",
         ["within available resources"]),
        ("fr", "Prie le Secrétaire général de repeindre les bateaux dans les limites des ressources disponibles ;",
         ["dans les limites des ressources disponibles"]),
        ("es", "Solicita al Secretario General que, dentro de los recursos existentes, pinte los barcos;",
         ["dentro de los recursos existentes"]),
        ("zh", "请秘书长在现有资源范围内粉刷船只；", ["在现有资源范围内"]),
    ],
)  # fmt: skip
def test_amounts_and_what_a_request_is_to_be_paid_from_are_told(
    catalogue: Catalogue, language: str, sentence: str, money: list[str]
) -> None:
    assert asked(catalogue, sentence, language=language)[-1].money == money


def test_what_was_done_before_is_no_time(catalogue: Catalogue) -> None:
    done = ("the plan adopted at its seventy-seventh session", "the list made on 3 March 2020")
    found = asked(catalogue, *(f"Requests the Secretary-General to build on {each};" for each in done))
    assert [each.when for each in found] == [[], []]


@pytest.mark.parametrize(
    ("language", "paragraphs", "expected"),
    [
        ("fr", ["Prie le Secrétaire général de lui présenter, à sa quatre-vingt-unième session, un rapport ;",
                "Invite les États Membres et les armateurs à verser des contributions avant le 31 décembre 2026 ;"],
         [("Prie", ["le Secrétaire général"], ["à sa quatre-vingt-unième session"]),
          ("Invite", ["les États Membres", "les armateurs"], ["avant le 31 décembre 2026"])]),
        ("es", ["Solicita al Secretario General que le presente un informe en su octogésimo primer período de sesiones;"],
         [("Solicita al", ["Secretario General"], ["en su octogésimo primer período de sesiones"])]),
        ("ru", ["просит Генерального секретаря представить ей на ее восемьдесят первой сессии доклад;"],
         [("просит", ["Генерального секретаря"], ["на ее восемьдесят первой сессии"])]),
        ("ar", ["تطلب إلى الأمين العام أن يقدم إليها تقريرا في دورتها الحادية والثمانين؛"],
         [("تطلب إلى", ["الأمين العام"], ["في دورتها الحادية والثمانين"])]),
        ("zh", ["请秘书长向大会第八十一届会议提交报告；", "促请各国政府、联合国教育、科学及文化组织和港口理事会在2026年12月31日之前粉刷船只；"],
         [("请", ["秘书长"], ["第八十一届会议"]),
          ("促请", ["各国政府", "联合国教育、科学及文化组织", "港口理事会"], ["在2026年12月31日之前"])]),
    ],
)  # fmt: skip
def test_other_languages_are_read_by_their_own_words(
    catalogue: Catalogue, language: str, paragraphs: list[str], expected: list[tuple[str, list[str], list[str]]]
) -> None:
    assert told(catalogue, *paragraphs, language=language) == expected


def two() -> tuple[Input, Input]:
    first = resolution(
        "Requests the Secretary-General to report at its eighty-first session;",
        "Invites pilots to paint 12 boats at a cost of 1,500 dollars;",
        number="79/900", day="3 December 2024",
    )  # fmt: skip
    second = resolution(
        "Requests the Secretary-General to report at its eighty-second session;",
        "Invites pilots to paint 15 boats by 1 February 2026 at a cost of 1,500 dollars;",
        "Notes that lamps are lit;",
        number="80/900", day="4 December 2025",
    )  # fmt: skip
    return first, second


def test_the_list_has_what_is_due_first_and_every_cell_is_exact_words(
    holding: Holding,
) -> None:
    library = holding(*two()).library
    made = list_mandates(library, MandateFilter())
    assert [(row.label, row.due) for row in made.rows] == [
        ("A/RES/80/900", "2026-02-01"),
        ("A/RES/80/900", "2027-09"),
        ("A/RES/79/900", "2026-09"),
        ("A/RES/79/900", ""),
    ]
    for row in made.rows:
        text = library.document(row.place.document).text
        for cite in (row.place, *row.verb, *row.addressees, *row.action, *row.times, *row.money):
            assert text[cite.start : cite.end] == cite.quote
    assert [each.quote for each in made.rows[0].money] == ["1,500 dollars"]
    for language in LANGUAGES:
        text = markdown(made, library, language)
        assert say("column_addressee", language) in text
        assert "to paint 15 boats by 1 February 2026" in text
        assert "para. 1" in text or language != "en"
    record = made.to_json()["mandates"][0]
    assert record["action"][0]["quote"].startswith("to paint 15 boats")
    json.dumps(made.to_json())


def test_what_a_later_resolution_with_the_same_title_says_anew_stands_last_and_is_marked(holding: Holding) -> None:
    asks = "Requests the Secretary-General to paint boats by 1 February {year};"
    old = resolution(asks.format(year=2026), number="79/900", on="Painting of boats")
    other = resolution(asks.format(year=2027), number="79/901", on="Oars")
    library = holding(old, other, resolution(asks.format(year=2028), on="Painting of boats")).library
    made = list_mandates(library, MandateFilter(due_before="2030-01-01"))
    assert [(row.label, row.newer) for row in made.rows] == [
        ("A/RES/79/901", ""),
        ("A/RES/80/900", ""),
        ("A/RES/79/900", "A/RES/80/900"),
    ]
    assert "| later: A/RES/80/900 |" in markdown(made, library, "en")


def test_a_list_names_the_corrigenda_of_a_resolution_that_are_held(holding: Holding) -> None:
    correcting = (
        "---\nsymbol: A/RES/80/900/Corr.1\ntitle: Boats\nlanguage: en\n---\n# Boats\n\n## Corrigendum\n\n"
        "**Paragraph 1**\n\n*For* boats *read* ships\n"
    )
    library = holding(resolution("Requests the Secretary-General to paint boats;"), correcting).library
    made = list_mandates(library, MandateFilter())
    assert [row["corrigenda"] for row in made.to_json()["mandates"]] == [["A/RES/80/900/Corr.1"]]
    assert "| corrected in A/RES/80/900/Corr.1 |" in markdown(made, library, "en")


@pytest.mark.parametrize("language", ["fr", "ru", "ar"])
def test_resolutions_that_are_not_held_in_the_language_are_quoted_in_another_and_this_is_told(
    holding: Holding, language: str
) -> None:
    library = holding(*two(), resolution("请秘书长报告情况；", number="80/901", language="zh")).library
    made = list_mandates(library, MandateFilter(language=language))
    assert made.documents == 3
    assert {row["language"] for row in made.to_json()["mandates"]} == {"en", "zh"}
    text = markdown(made, library, language)
    assert say("column_addressee", language) in text
    assert "to paint 15 boats" in text
    others = joined([language_name(each, language) for each in ("en", "zh")], language)
    assert say("quoted_language", language, languages=others) in text
    (own, *_) = list_mandates(library, MandateFilter(language=language, documents=("A/RES/80/900",))).rows
    assert (own.label, own.place.language) == ("A/RES/80/900", "en")


@pytest.mark.parametrize(
    ("language", "duty", "decision", "thing", "who"),
    [
        ("en", "Stresses once again that Freedonia shall pay the amount of 1,500 dollars;", "Decides that Freedonia should pay;",
         "Stresses that boats shall be painted;", "Freedonia"),
        ("fr", "Souligne de nouveau qu’Israël doit payer 1 500 dollars ;", "Décide qu’Israël devra payer ;",
         "Souligne que les bateaux doivent être peints ;", "Israël"),
        ("es", "Subraya una vez más que Israel debe pagar 1.500 dólares;", "Decide que Israel deberá pagar;",
         "Subraya que los barcos deben ser pintados;", "Israel"),
        ("ru", "вновь подчеркивает, что Израиль должен выплатить 1 500 долл. США;", "постановляет, что Израиль должен платить;",
         "подчеркивает, что лодки должны быть покрашены;", "Израиль"),
        ("ar", "تؤكد مرة أخرى أن على إسرائيل أن تدفع 1500 دولار؛", "تقرر أن على إسرائيل أن تدفع؛",
         "تؤكد أن القوارب مهمة؛", "إسرائيل"),
        ("zh", "再次强调以色列应支付1 500美元；", "决定以色列应支付；", "强调这些决议应得到执行；", "以色列"),
    ],
)  # fmt: skip
def test_who_has_to_act_by_what_is_stressed_or_decided_is_asked_and_nobody_in_the_passive(
    catalogue: Catalogue, language: str, duty: str, decision: str, thing: str, who: str
) -> None:
    found = asked(catalogue, duty, decision, thing, language=language)
    assert [(each.who, each.decided) for each in found] == [([who], False), ([who], True)]
    assert found[0].money[0].startswith("1")


def test_a_paragraph_that_opens_with_who_has_to_act_is_a_request(catalogue: Catalogue) -> None:
    assert told(catalogue, "Member States, in all harbours, shall light lamps by 1 May 2026;", "Lamps shall be lit;") == [
        ("shall", ["Member States"], ["by 1 May 2026"])
    ]  # fmt: skip


def test_the_list_is_narrowed_by_addressee_year_day_and_document(holding: Holding) -> None:
    library = holding(*two()).library

    def labels(**asked: object) -> list[str]:
        return [row.label for row in list_mandates(library, MandateFilter(**asked)).rows]  # type: ignore[arg-type]

    assert labels(addressee="PILOTS") == ["A/RES/80/900", "A/RES/79/900"]
    assert labels(year=2024) == ["A/RES/79/900"] * 2
    assert labels(due_before="2026-09-30") == ["A/RES/80/900", "A/RES/79/900"]
    assert labels(documents=("A/RES/80/900",)) == ["A/RES/80/900"] * 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"addressee": "pilot boats"}, "They ask something of: pilots"),
        ({"year": 1999}, "only of 2024, 2025"),
        ({"due_before": "soon"}, "'soon' is not a date"),
        ({"due_before": "1999-01-01"}, "before 1999-01-01"),
    ],
)
def test_a_list_of_nothing_is_refused_with_what_is_near(holding: Holding, asked: dict[str, object], said: str) -> None:
    library = holding(*two()).library
    with pytest.raises(ReportError, match=said):
        list_mandates(library, MandateFilter(**asked))  # type: ignore[arg-type]


def test_who_is_nearest_in_name_is_offered_first_not_who_is_asked_most(holding: Holding) -> None:
    lines = "Invites States to paint boats;", "Invites States to light lamps;", "Invites pilots to paint boats;"
    with pytest.raises(ReportError, match="They ask something of: pilots; States"):
        list_mandates(holding(resolution(*lines)).library, MandateFilter(addressee="the guild of pilots of the port"))


def test_sheets_hold_no_formula_and_the_same_list_makes_the_same_bytes(holding: Holding) -> None:
    library = holding(
        resolution('Invites pilots =HYPERLINK("http://a.example","x") to paint boats;', "Invites =1+1 to paint;")
    ).library
    made = list_mandates(library, MandateFilter())
    rows = list(csv.DictReader(io.StringIO(render_sheet(made, "csv", "en").decode("utf-8-sig"))))
    assert [row["Addressee"][:6] for row in rows] == ["pilots", "'=1+1"]
    data = render_sheet(made, "xlsx", "en")
    assert data == render_sheet(made, "xlsx", "en")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in page
    assert "<f>" not in page
    assert 'orientation="landscape"' in page
    assert 'fitToHeight="0"' in page, "a printed page has all columns"


def test_a_briefing_of_a_resolution_tells_adoption_requests_and_what_is_new(holding: Holding) -> None:
    engine = holding(*two())
    library = engine.library
    made = make_briefing(engine, Request("document", "A/RES/80/900"))
    by_key = {section.key: section for section in made.sections}
    assert list(by_key) == ["adoption", "mandates", "changes"]
    assert "60th plenary meeting 4 December 2025" in [statement.text for statement in by_key["adoption"].statements]
    assert by_key["adoption"].remarks == (say("no_vote", "en"),)
    assert by_key["mandates"].remarks == (say("asks_nothing", "en", places="3"),)
    assert by_key["changes"].heading == "New since A/RES/79/900"
    new = [row[3].to_text() for row in by_key["changes"].tables[0].rows]
    assert "15 boats by 1 February 2026" in new
    text = markdown(made, library)
    assert "| **para. 2** | pilots | Invites | to paint 15 boats" in text
    record = made.to_json()
    numbers = [
        n
        for s in record["sections"]
        for t in s["tables"]
        for row in t["rows"]
        for cell in row
        for n in cell["citations"]
    ]
    assert numbers
    assert max(numbers) <= len(record["citations"])
    for cite in made.citations:
        assert library.document(cite.document).quote(cite.start, cite.end) == cite.quote


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("mandates"), catalogue, reading=True) as found:
        add(found.library, catalogue, *two())
        yield found


def test_page_and_files_give_the_same_list_as_the_api(served: Made) -> None:
    asked = "addressee=pilots&year=2025"
    record = served.client.get(f"/api/v1/mandates?{asked}").json()
    assert [each["place"] for each in record["mandates"]] == ["A/RES/80/900, para. 2"]
    page = served.client.get(f"/mandates?listed=1&{asked}")
    while page.status_code == 202:
        page = served.client.get(f"/mandates?listed=1&{asked}")
    (address,) = dict.fromkeys(re.findall(r'href="(/documents/[^"]*#words)"', page.text))
    assert "to paint 15 boats" in served.client.get(unescape(address)).text
    by_page = served.client.get(f"/mandates/mandates.csv?{asked}")
    by_format = served.client.get(f"/api/v1/mandates?{asked}&format=csv")
    by_header = served.client.get(f"/api/v1/mandates?{asked}", headers={"Accept": "text/csv"})
    assert by_page.content == by_format.content == by_header.content
    assert by_page.headers["content-type"] == "text/csv; charset=utf-8"


def test_a_long_list_is_shown_page_by_page_with_the_addressees_to_choose_from(
    served: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_pages, "ROWS_SHOWN", 3)
    record = served.client.get("/api/v1/mandates").json()
    address, seen = "/mandates?listed=1&language=en", list[str]()
    while address:
        page = served.client.get(address)
        if page.status_code == 202:
            continue
        seen += dict.fromkeys(re.findall(r'href="(/documents/[^"]*#words)"', page.text))
        assert f"{3 * (len(seen) // 4) + 1}–{len(seen)} / {record['total']}" in page.text
        assert '<option value="pilots">' in page.text
        further = re.search(r'href="(/mandates\?[^"]*)">Further in the list', page.text)
        address = unescape(further[1]) if further else ""
    assert len(set(seen)) == record["total"] > 3
    assert 'href="/mandates?language=en&amp;listed=1&amp;offset=0">Earlier in the list' in page.text


def test_a_briefing_says_that_no_earlier_text_is_held(holding: Holding) -> None:
    made = make_briefing(holding(resolution("Invites pilots to paint boats;")), Request("document", "A/RES/80/900"))
    assert say("no_previous", "en") in made.unsourced


REPORT = """## I. Findings

1. Boats are painted. The harbour recommends that the Council, at its next session, adopt a list of boats.

## II. Recommendations

2. Pilots should carry lamps by the end of 2026.

3. The Panel noted lamps in 2024 and recommends that they shine. The Port advises lighting lamps.

4. The Port advises lighting lamps.

| Harbour | Boats | Lamps |
|---|---|---|
| North | 12 | 30 |
| South | 7 | 21 |
"""


def test_a_briefing_of_a_report_has_recommendations_with_addressees_and_figures_with_their_rows(
    holding: Holding,
) -> None:
    made = briefing(holding, REPORT)
    assert [row[:5] for row in section(made, "recommendations")] == [
        ["A/80/904, para. 1", "the Council", "recommends",
         "at its next session, adopt a list of boats", "at its next session"],
        ["A/80/904, para. 2", "Pilots", "should", "carry lamps by the end of 2026", "by the end of 2026"],
        ["A/80/904, para. 3", "", "recommends", "The Panel noted lamps in 2024 and recommends that they shine.", ""],
        ["A/80/904, para. 4", "", "", "The Port advises lighting lamps.", ""],
    ]  # fmt: skip
    assert [row[1:] for row in section(made, "figures")] == [["North", "12", "30"], ["South", "7", "21"]]


LISTS = {
    "en": ("Recommendations", "Recalling its advice, the Panel recommends that the Harbour Council, within two years:", "paint boats", "light lamps",
           "the Harbour Council", "recommends"),
    "fr": ("Recommandations", "Le Groupe recommande au Conseil du port de :", "peindre les bateaux", "allumer les lampes", "Conseil du port", "recommande"),
    "es": ("Recomendaciones", "El Grupo recomienda al Consejo del puerto que:", "pinte los barcos", "encienda las lámparas", "Consejo del puerto", "recomienda"),
    "ru": ("Рекомендации", "Кроме того, Группа рекомендует Совету порта:", "покрасить лодки", "зажечь лампы", "Совету порта", "рекомендует"),
    "ar": ("التوصيات", "توصي اللجنة مجلس الميناء الدولي بما يلي:", "طلاء القوارب", "إضاءة المصابيح", "مجلس الميناء الدولي", "توصي اللجنة"),
    "zh": ("建议", "专家组建议港口理事会：", "粉刷船只", "点亮灯具", "港口理事会", "建议"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_point_that_a_report_recommends_is_a_row_with_addressee_and_verb_of_its_introduction(
    holding: Holding, language: str
) -> None:
    heading, introduction, first, second, who, verb = LISTS[language]
    body = f"## {heading}\n\n1. {introduction}\n\n(a) {first};\n\n(b) {second}.\n"
    rows = section(briefing(holding, body, language), "recommendations")
    assert rows[0][1:5] == [who, verb, first, "within two years (1 January 2028)" if language == "en" else ""]
    assert [row[0][-3:] for row in rows] == ["(a)", "(b)"]
    assert rows[1][3].endswith(second)


@pytest.mark.parametrize(
    ("language", "heading", "sentence", "verb", "who"),
    [
        ("fr", "Conclusions", "Il est recommandé que les pays d’emploi n’exigent pas le consentement du port.", "est recommandé", ["les pays d’emploi"]),
        ("fr", "Conclusions", "Il est recommandé aux États de compter les bateaux.", "est recommandé", ["États"]),
        ("fr", "Conclusions", "Les inspecteurs recommandent au Conseil du port de compter les bateaux.", "recommandent", ["Conseil du port"]),
        ("es", "Conclusiones", "Se recomienda que los países de empleo no exijan el consentimiento del puerto.", "recomienda", ["los países de empleo"]),
        ("es", "Conclusiones", "Se insta a los Gobiernos a contar los barcos.", "insta", ["los Gobiernos"]),
        ("es", "Conclusiones", "Los inspectores recomiendan a los puertos que cuenten los barcos.", "recomiendan", ["los puertos"]),
        ("fr", "Conclusions et recommandations", "Il est également recommandé aux États de compter.", "est également recommandé", ["États"]),
        ("fr", "Conclusions et recommandations", "Il conviendrait que les ports comptent les bateaux.", "Il conviendrait que", ["les ports"]),
        ("fr", "Conclusions et recommandations", "Les ports sont invités à compter.", "sont invités à", ["Les ports"]),
        ("es", "Conclusiones y recomendaciones", "Los Estados deben contar los barcos.", "deben", ["Los Estados"]),
        ("es", "Conclusiones", "Los inspectores recomiendan que se cuenten los barcos.", "recomiendan", []),
        ("es", "Conclusiones", "Se recomienda que la Oficina contra la Lluvia y el Viento preste ayuda.", "recomienda", ["la Oficina contra la Lluvia y el Viento"]),
        ("ru", "Выводы", "Рекомендуется создать реестр лодок.", "Рекомендуется", []),
        ("ar", "الاستنتاجات", "يوصى بإنشاء سجل للقوارب.", "يوصى", []),
    ],
)  # fmt: skip
def test_what_is_recommended_in_impersonal_form_is_a_recommendation(
    catalogue: Catalogue, language: str, heading: str, sentence: str, verb: str, who: list[str]
) -> None:
    (found,) = advised(catalogue, f"## I. {heading}\n\n1. {sentence}\n", language=language)
    assert (found.verb, found.who) == (verb, who)


RUN_ON = {
    "en": ("Recommendations", "Pilots should: (a) list all lamps by 30 June 2029; (b) paint boats once a year; and (c) rest.",
           [("Pilots", "should", "by 30 June 2029"), ("Pilots", "should", "once a year"), ("Pilots", "should", "")]),
    "fr": ("Recommandations", "Le Conseil du port est invité à : a) peindre les bateaux ; b) prier le Directeur de faire rapport au plus tard le 31 mars 2028.",
           [("Le Conseil du port", "est invité à", ""), ("le Directeur", "prier", "au plus tard le 31 mars 2028")]),
    "es": ("Recomendaciones", "Se invita al Consejo a: a) aprobar el presupuesto; b) pedir al Director que informe antes de fines de 2029.",
           [("Consejo", "invita", ""), ("Director", "pedir al", "antes de fines de 2029")]),
    "ru": ("Рекомендации", "Правительствам рекомендуется: a) принять законы; b) починить плотины до конца 2029 года; c) проводить учения не реже одного раза в два года.",
           [("Правительствам", "рекомендуется", ""), ("Правительствам", "рекомендуется", "до конца 2029 года"),
            ("Правительствам", "рекомендуется", "не реже одного раза в два года")]),
    "ar": ("التوصيات", "ينبغي للدول الأعضاء: (أ) تعيين منسق قبل نهاية عام 2029؛ (ب) نشر النتائج.",
           [("للدول الأعضاء", "ينبغي", "قبل نهاية عام 2029"), ("للدول الأعضاء", "ينبغي", "")]),
    "zh": ("建议", "行动：请大会：（a）注意本文件；（b）要求理事会在2028年6月30日之前通过框架；（c）鼓励各国承认执照。",
           [("大会", "请", ""), ("理事会", "要求", "在2028年6月30日之前"), ("各国", "鼓励", "")]),
}  # fmt: skip


@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_point_of_a_list_that_runs_on_is_a_row_with_its_own_addressee_and_time(
    holding: Holding, language: str, heading: bool
) -> None:
    advice, sentence, expected = RUN_ON[language]
    made = briefing(holding, f"## {advice if heading else '1.'}\n\n1. {sentence}\n", language)
    rows = section(made, "recommendations")
    assert [(who, verb, when) for _, who, verb, _, when, *_ in rows] == expected
    assert all(row[3] in sentence for row in rows)


@pytest.mark.parametrize(
    ("language", "paragraph", "expected"),
    [
        ("en", "Requests the Secretary-General to: (a) list boats by 1 May 2027; (b) report annually, and invites pilots to rest;",
         [("Requests", ["the Secretary-General"], ["by 1 May 2027"]), ("Requests", ["the Secretary-General"], ["annually"]),
          ("invites", ["pilots"], [])]),
        ("fr", "Prie le Secrétaire général : a) de compter les bateaux d’ici à la fin de 2028 ; b) de faire rapport ;",
         [("Prie", ["le Secrétaire général"], ["d’ici à la fin de 2028"]), ("Prie", ["le Secrétaire général"], [])]),
        ("es", "Solicita al Secretario General que: a) cuente los barcos; b) informe una vez al año;",
         [("Solicita al", ["Secretario General"], []), ("Solicita al", ["Secretario General"], ["una vez al año"])]),
        ("ru", "просит также Генерального секретаря: a) представлять данные ежегодно, до 1 марта; b) открыть к июлю 2028 года узел;",
         [("просит также", ["Генерального секретаря"], ["ежегодно", "до 1 марта"]),
          ("просит также", ["Генерального секретаря"], ["к июлю 2028 года"])]),
        ("zh", "又请执行主任：（一）每年3月1日之前提交报告；（二）举办研讨会；",
         [("又请", ["执行主任"], ["每年3月1日之前"]), ("又请", ["执行主任"], [])]),
    ],
)  # fmt: skip
def test_lists_that_run_on_in_a_paragraph_of_a_resolution_are_read_point_by_point(
    catalogue: Catalogue, language: str, paragraph: str, expected: list[tuple[str, list[str], list[str]]]
) -> None:
    assert told(catalogue, paragraph, language=language) == expected


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("ru", "Владельцам плотин рекомендуется до 1 июня 2027 года починить их.", [(["Владельцам плотин"], ["до 1 июня 2027 года"])]),
        ("ru", "К 31 декабря 2028 года портам следует составить карту.", [(["портам"], ["К 31 декабря 2028 года"])]),
        ("fr", "D’ici au 31 décembre 2028, les États côtiers devraient compter.", [(["les États côtiers"], ["D’ici au 31 décembre 2028"])]),
        ("es", "A más tardar el 31 de diciembre de 2028, los Estados deberían contar.", [(["los Estados"], ["A más tardar el 31 de diciembre de 2028"])]),
        ("es", "El Estado parte debe responder en un plazo de diez días a la oficina.", [(["El Estado parte"], ["en un plazo de diez días"])]),
        ("zh", "运营人应在起飞前至少20个工作日提交申请；有关国家应在10个工作日内作出答复。",
         [(["运营人"], ["在起飞前至少20个工作日"]), (["有关国家"], ["在10个工作日内"])]),
        ("zh", "航空器须装备应答机，供应商提供应急灯。", [(["航空器"], [])]),
        ("zh", "应答机在夜间发出信号。", []),
    ],
)  # fmt: skip
def test_no_deadline_is_an_addressee_and_no_part_of_a_word_a_verb(
    catalogue: Catalogue, language: str, sentence: str, expected: list[tuple[list[str], list[str]]]
) -> None:
    heading = f"{RUN_ON[language][0]} (1)" if language == "zh" else RUN_ON[language][0]
    found = advised(catalogue, f"## {heading}\n\n- {sentence}\n", language=language)
    assert [(each.who, each.when) for each in found] == expected


def test_points_below_points_are_rows_and_what_somebody_notes_is_none(catalogue: Catalogue) -> None:
    found = advised(
        catalogue,
        "## Recommendations\n\n"
        "1. The Panel notes with concern that pilots should carry lamps. The Port decided that the Panel should meet.\n\n"
        "2. Pilots should:\n\n(a) Carry:\n\n(i) Lamps;\n\n(ii) Nets;\n\n(b) Rest.\n",
    )
    assert [(each.place, each.who, each.action) for each in found] == [
        ("para. 1", ["the Panel"], ["The Port decided that", "meet"]),
        ("para. 2 (a) (i)", ["Pilots"], ["Carry", "Lamps"]),
        ("para. 2 (a) (ii)", ["Pilots"], ["Carry", "Nets"]),
        ("para. 2 (b)", ["Pilots"], ["Rest"]),
    ]


def test_the_annex_of_a_letter_that_transmits_it_recommends_and_other_annexes_do_not(catalogue: Catalogue) -> None:
    annex = "## Annex\n\n### Recommendations\n\n1. The Port recommends that Freedonia establish a boat school.\n"
    letter = advised(catalogue, annex, "Letter dated 27 May 2025 from the Keeper of Lamps")
    assert [each.who for each in letter] == [["Freedonia"]]
    assert advised(catalogue, f"Boats are painted.\n\n{annex}") == []


def test_each_point_that_is_introduced_as_a_recommendation_is_a_row_to_those_whom_the_introduction_names(
    catalogue: Catalogue,
) -> None:
    points = ("Paint boats. Lamps, nets and harbour production should shine", "Light lamps")
    opening = "The following recommendations are proposed for consideration by Member States and partners:"
    body = f"## Recommendations for boats\n\n1. {opening}\n\n(a) {points[0]};\n\n(b) {points[1]}.\n"
    who = ["Member States", "partners"]
    assert [(each.who, each.action[-1]) for each in advised(catalogue, body)] == [(who, point) for point in points]


FINDINGS = "## I. Findings\n\n1. Boats are painted.\n\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "## IX. Recommendations\n\n1. States should paint boats. Instead, they should light lamps. These should shine.\n\n"
            "2. Management, care and other measures should include lamps.\n\n3. Boats should be painted.\n\n"
            "4. The Port advises lighting lamps.\n\n5. States, the private sector and public schools should pay.\n",
            [("para. 1", "should", ["States"]), ("para. 1", "should", []), ("para. 1", "should", []), ("para. 2", "should", []),
             ("para. 3", "should", []), ("para. 4", "", []), ("para. 5", "should", ["States", "the private sector", "public schools"])],
            id="in a chapter of recommendations every paragraph is a row, and what is nobody no addressee",
        ),
        pytest.param(
            f"{FINDINGS}## Annex\n\n### Lamps and nets\n\n1. This is about lamps.\n\n2. States should light lamps.\n\n"
            "3. Pilots are encouraged to rest.\n\n4. Nets must be dried.\n",
            [("annex, para. 2", "should", ["States"]), ("annex, para. 3", "are encouraged to", ["Pilots"]), ("annex, para. 4", "must", [])],
            id="an annex of advice recommends, whatever it is called",
        ),
        pytest.param(
            f"{FINDINGS}## Annex\n\n### Draft\n\n1. Requests States to light lamps.\n\n2. Urges pilots to rest.\n\n"
            "3. Decides that boats should float.\n",
            [],
            id="an annexed draft does not",
        ),
        pytest.param(
            "## I. Introduction\n\n1. The Harbour Panel met.\n\n## II. Findings\n\n2. The Lamp Bank recommends that pilots carry lamps.\n\n"
            "3. Having seen that, the Panel encourages States to paint boats.\n\n4. In a 2024 report on nets, the Panel urges States to dry them.\n\n"
            "5. Paragraph 68 of the Harbour Pact calls on States to rest. The Panel, in its comment No. 23 (1997), urges States to paint boats.\n\n"
            "6. The Port gave 10 dollars in order to further encourage pilots to paint boats.\n",
            [("para. 3", "encourages", ["States"])],
            id="what another body, or a text that is named, recommends is not the report's, nor is a purpose",
        ),
        pytest.param(
            "## I. Findings\n\n1. The Panel urges States to undertake management. Figures suggest that boats sink.\n\n"
            "2. As lamps are dear, the Panel suggests having fewer of them. The Panel also suggests that port management undertake a review.\n\n"
            "3. The Panel makes the following observations:\n\n(a) Nets dry slowly;\n\n(b) Pilots rest. The Panel encourages pilots to sing.\n\n"
            "4. I appeal to all pilots to help.\n",
            [("para. 1", "urges", ["States"]), ("para. 2", "suggests", []), ("para. 2", "suggests", ["port management"]),
             ("para. 3 (b)", "encourages", ["pilots"]), ("para. 4", "appeal to", ["all pilots"])],
            id="who recommends also suggests, and what figures suggest is no recommendation",
        ),
        pytest.param(
            "## Findings\n\n1. The Panel recommends that the Committee write to Member States encouraging them to act.\n\n"
            "2. The Panel recommends that Freedonia adopt laws.\n\n3. The Panel recommends painting the boats to help pilots to rest.\n",
            [("para. 1", "recommends", ["the Committee"]), ("para. 2", "recommends", ["Freedonia"]), ("para. 3", "recommends", [])],
            id="a subject ends before its verb in the subjunctive",
        ),
        pytest.param(
            "## Pledges\n\n1. Peru pledges to light all boats, encourage pilots to rest, and paint nets. Chile wishes to dry nets and "
            "encourage pilots to sing.\n\n2. To save oil, we, who wish to rest, encourage pilots to sleep.\n\n"
            "3. The present report is meant to save oil and urge pilots to rest.\n",
            [("para. 2", "encourage", ["pilots"]), ("para. 3", "urge", ["pilots"])],
            id="what is one of several infinitives recommends nothing",
        ),
        pytest.param(
            "## Conclusions and recommendations\n\n1. In this regard, it should be noted that boats are old.\n\n"
            "2. At the same time, they must repair boats.\n\n3. At the same time, States must repair boats.\n",
            [("para. 2", "must", []), ("para. 3", "must", ["States"])],
            id="a pronoun right before the verb is no addressee, and what it should be noted is no recommendation",
        ),
    ],
)  # fmt: skip
def test_what_recommends_in_a_report_is_told_and_nothing_else(
    catalogue: Catalogue, body: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    assert [(each.place, each.verb, each.who) for each in advised(catalogue, body)] == expected


@pytest.mark.parametrize("ends", [",", ":"])
def test_what_is_drafted_for_another_body_is_told_with_the_line_that_says_so(catalogue: Catalogue, ends: str) -> None:
    points = ("Take note of the report", "Urge pilots to rest")
    body = (
        f"## VII. Elements of a decision\n\nThe Harbour Board may wish to{ends}\n\n1. {points[0]};\n\n2. {points[1]}.\n"
    )
    found = [(each.verb, each.who, each.action[-1]) for each in advised(catalogue, body)]
    assert found == [("may wish to", ["The Harbour Board"], point) for point in points]


def test_a_table_of_contents_is_no_table_of_figures(holding: Holding) -> None:
    at_hand(SHARED)
    engine = holding(*find_inputs(SHARED / "documents" / "un" / "train" / "DP_OPS_2025_1.en.pdf"))
    made = make_briefing(engine, Request("document", "DP/OPS/2025/1"))
    (figures,) = (section for section in made.sections if section.key == "figures")
    assert [table.heading.partition(".")[0] for table in figures.tables] == ["Table 1", "Table 2", "Table 3"]


def test_requests_are_read_from_real_resolutions_as_they_were_labelled() -> None:
    """Three of the labelled documents; `eval mandates` reads all."""
    at_hand(SHARED)
    labels = [
        each
        for each in load_labels(MANDATES, Labelled)
        if each.document in ("A/RES/78/10", "S/RES/2771(2025)", "A/RES/79/37")
    ]
    folder = SHARED / "documents" / "un"
    files = ("series/A_RES_78_10.pdf", "train/S_RES_2771 (2025).en.pdf", "train/A_RES_79_37.pdf")
    held = read_texts([folder / name for name in files], {each.document for each in labels})
    scores = compute_scores(labels, held)
    assert {name: score.f1.value >= 0.93 for name, score in scores.fields.items() if name != "time"} == {
        "verb": True,
        "addressee": True,
    }


def test_the_command_tells_a_missing_document(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["mandates", str(tmp_path)])
    assert done.exit_code != 0
    assert "These documents are not among the files" in done.output


DECISION = """---
symbol: {symbol}
title: {symbol}
language: en
date: 2036-11-22
---
Ninety-first session

Second Committee

Draft decision submitted by the Chair of the Committee

{opening}

(a) Decides to defer to its ninety-second session consideration of the report on boats;

(b) Requests the Secretary-General to submit an update of that report no later than 15 May 2037;

(c) Invites the Advisory Committee to examine the cost of boats.
"""


def test_the_points_of_a_decision_are_requests_and_decisions(holding: Holding) -> None:
    texts = (("A/C.2/91/L.91", "The General Assembly:"), ("A/91/5", "It is recommended that the General Assembly:"))
    told_of = [DECISION.format(symbol=symbol, opening=opening) for symbol, opening in texts]
    counted = DECISION.format(symbol="DP/2036/L.7", opening="The Executive Board")
    for n, letter in enumerate("abc", 1):
        counted = counted.replace(f"({letter})", f"{n}.")
    engine = holding(*told_of, counted.replace("Executive Board", "Executive Board,"))
    assert len(list_mandates(engine.library, MandateFilter(documents=("DP/2036/L.7",))).rows) == 3
    rows = list_mandates(engine.library, MandateFilter(documents=("A/C.2/91/L.91",))).rows
    whole = list_mandates(engine.library, MandateFilter())
    assert [row for row in whole.rows if row.label == "A/C.2/91/L.91"] == list(rows)
    assert ({row.label for row in whole.rows}, whole.documents) == ({"A/C.2/91/L.91", "DP/2036/L.7"}, 2)
    told = {
        row.place.locator[-3:]: (row.verb[0].quote, [each.quote for each in row.addressees], row.due) for row in rows
    }
    assert told == {
        "(a)": ("Decides", [], told["(a)"][2]),
        "(b)": ("Requests", ["the Secretary-General"], "2037-05-15"),
        "(c)": ("Invites", ["the Advisory Committee"], ""),
    }
    sections = {each.key: each for each in make_briefing(engine, Request("document", "A/C.2/91/L.91")).sections}
    assert len(sections["mandates"].tables[0].rows) == 3
    with pytest.raises(ReportError):
        list_mandates(engine.library, MandateFilter(documents=("A/91/5",)))


def test_no_day_of_adoption_is_told_of_a_draft(holding: Holding) -> None:
    engine = holding(DECISION.format(symbol="A/C.2/91/L.91", opening="The General Assembly:"), resolution("Requests States to sail;", day="3 December 2025"))  # fmt: skip
    for name, day in (("A/C.2/91/L.91", ""), ("A/RES/80/900", "2025-12-03")):
        made = list_mandates(engine.library, MandateFilter(documents=(name,)))
        rows = list(csv.DictReader(io.StringIO(render_sheet(made, "csv", "en").decode("utf-8-sig"))))
        assert {row["Adopted"] for row in rows} == {day}


def test_the_item_of_a_resolution_without_marks_ends_where_its_adoption_is_told(holding: Holding) -> None:
    lines = ("United Nations", "A/RES/82/398", "General Assembly", "Distr.: General", "11 January 2028", "Eighty-second session", "Agenda item 18 (k)",
             "Resolution adopted by the General Assembly on 20 December 2027", "82/398. Protection of wells", "The General Assembly,", "Recalling its resolution 77/332 of 1 September 2023,",
             "1. Requests States to count wells;", "2. Invites others to count them.", "68th plenary meeting", "20 December 2027")  # fmt: skip
    engine = holding(Input("wells.txt", "\n\n".join(lines).encode()))
    sections = {each.key: each for each in make_briefing(engine, Request("document", "A/RES/82/398")).sections}
    told = [each.text for each in sections["adoption"].statements]
    assert "Agenda item 18 (k)" in told
    assert not any("Requests States" in each for each in told)


def test_points_below_points_with_times_of_their_own_are_requests_of_their_own(
    holding: Holding, catalogue: Catalogue
) -> None:
    paragraphs = (
        "Requests pilots:", "(a) To report on boats:", "(i) By 30 April 2027, on their paint;", "(ii) By 30 April 2028, on their lamps;",
        "(b) To list lamps, including:", "(i) Red ones;", "(ii) Green ones;",
    )  # fmt: skip
    first, second, third = asked(catalogue, *paragraphs)
    assert (first.place, first.when) == ("para. 1 (a) (i)", ["By 30 April 2027"])
    assert (second.place, second.who) == ("para. 1 (a) (ii)", ["pilots"])
    assert second.action == ["To report on boats", "By 30 April 2028, on their lamps"]
    assert (third.place, third.action) == ("para. 1 (b)", ["To list lamps, including", "Red ones", "Green ones"])
    library = holding(resolution(*paragraphs)).library
    listed = list_mandates(library, MandateFilter(addressee="pilots", due_before="2027-12-31"))
    assert [row.due for row in listed.rows] == ["2027-04-30"]


@pytest.mark.parametrize("marks", [("1)", "2)"), ("(1)", "(2)"), ("1)",)])
def test_points_numbered_with_one_bracket_are_read_and_a_single_one_below_a_colon(
    catalogue: Catalogue, marks: tuple[str, ...]
) -> None:
    points = "\n\n".join(f"{mark} de peindre {n} bateaux avant le 30 juin 202{n} ;" for n, mark in enumerate(marks, 7))
    body = f"1. PRIE les pilotes :\n\n{points}\n\n2. Décide de rester saisie de la question."
    head = "---\nsymbol: A/RES/80/900\nlanguage: fr\ndate: 2025-12-20\n---\n# Bateaux\n\nL’Assemblée générale,\n\nRappelant sa résolution 79/1,\n\n"
    *requests, _ = said(Input("a.md", f"{head}{body}\n".encode()), catalogue)
    assert [(each.place, each.who, each.when) for each in requests] == [
        (f"para. 1 ({n - 6})", ["les pilotes"], [f"avant le 30 juin 202{n}"]) for n in range(7, 7 + len(marks))
    ]


@pytest.mark.parametrize(
    ("language", "sentence", "when"),
    [
        ("en", "Requests pilots to report at their tenth meeting, to be held in 2027;", ["at their tenth meeting, to be held in 2027"]),
        ("en", "Requests pilots to report at the thirty-third session of the Conference of Pilots (2028);",
         ["at the thirty-third session of the Conference of Pilots (2028)"]),
        ("en", "Requests pilots to report at their sixty-eighth session (June 2028);", ["at their sixty-eighth session (June 2028)"]),
        ("en", "Decides that the 2027 session of the pilots shall be held in Freetown from 3 to 7 May 2027;", ["from 3 to 7 May 2027"]),
        ("en", "Requests pilots to paint boats, starting in 2026;", ["starting in 2026"]),
        ("en", "Requests pilots to convene a one-week biennial meeting of States in 2026;", ["in 2026"]),
        ("en", "Requests pilots to meet twice before the fifth meeting of the Conference of the Parties;",
         ["before the fifth meeting of the Conference of the Parties"]),
        ("fr", "Prie les pilotes de faire rapport à leur dixième réunion, qui se tiendra en 2027 ;", ["à leur dixième réunion, qui se tiendra en 2027"]),
        ("fr", "Prie les pilotes de présenter un plan que l’Assemblée de la Santé examinera en 2027 ;", ["en 2027"]),
        ("es", "Pide a los pilotos que informen en su 45.º período de sesiones;", ["en su 45.º período de sesiones"]),
        ("ru", "просит лоцманов представить доклад на своем десятом совещании;", ["на своем десятом совещании"]),
        ("ar", "تطلب إلى الأمين العام أن يقدم تقريرا في اجتماعها العاشر؛", ["في اجتماعها العاشر"]),
        ("zh", "请秘书长向第十次会议提交报告；", ["第十次会议"]),
    ],
)  # fmt: skip
def test_a_session_or_meeting_is_told_whole_and_with_its_date(
    catalogue: Catalogue, language: str, sentence: str, when: list[str]
) -> None:
    assert [each.when for each in asked(catalogue, sentence, language=language)] == [when]


def test_a_date_in_brackets_behind_a_session_is_the_day_it_comes_to(holding: Holding) -> None:
    assert the_row(holding, "at the sixty-eighth session of the Port Office (June 2028)").due == "2028-06"


@pytest.mark.parametrize(
    ("language", "sentence", "money"),
    [
        ("en", "Urges pilots to contribute USD 50 million to the fund;", "USD 50 million"),
        ("en", "Urges pilots to contribute 30 million United States dollars a year to the fund;", "30 million United States dollars a year"),
        ("en", "Urges pilots to contribute CHF 12,500 to the fund;", "CHF 12,500"),
        ("fr", "Prie les pilotes de verser 4 millions de francs suisses par an ;", "4 millions de francs suisses par an"),
        ("es", "Pide a los pilotos que aporten 15 millones de dólares estadounidenses;", "15 millones de dólares estadounidenses"),
        ("ru", "просит лоцманов внести 15 млн долларов США в год;", "15 млн долларов США в год"),
        ("ar", "تطلب إلى الأمين العام أن يدفع 15 مليون دولار أمريكي سنويا؛", "15 مليون دولار أمريكي سنويا"),
        ("zh", "请秘书长支付500万英镑；", "500万英镑"),
    ],
)  # fmt: skip
def test_amounts_are_read_with_codes_names_and_rates(
    catalogue: Catalogue, language: str, sentence: str, money: str
) -> None:
    assert [each.money for each in asked(catalogue, sentence, language=language)] == [[money]]


def test_a_long_row_of_figures_is_no_amount_and_hides_none(catalogue: Catalogue) -> None:
    row = "Requests ports to report on " + "111 " * 4_000
    figures, amount = asked(catalogue, f"{row}boats;", f"{row}boats, at a cost of 2 500 euros;")
    assert (figures.money, amount.money) == ([], ["2 500 euros"])


def test_who_is_able_to_act_is_one_name_and_no_measure_and_no_bare_pronoun_is_an_addressee(
    catalogue: Catalogue,
) -> None:
    able, efforts, pronoun, likewise = asked(
        catalogue,
        "Encourages States in a position to lend lamps to light harbours;",
        "Encourages all efforts to paint boats;",
        "Recognizes the role of lamps, and requests it to shine;",
        "Commends the ports that light lamps, and encourages them to do so;",
    )
    assert (able.who, able.action) == (["States in a position to lend lamps"], ["to light harbours"])
    assert efforts.who == []
    assert (pronoun.who, pronoun.action) == ([], ["Recognizes the role of lamps", "to shine"])
    assert (likewise.who, likewise.action) == ([], ["Commends the ports that light lamps", "to do so"])


@pytest.mark.parametrize(
    ("language", "body", "requested", "decided"),
    [
        ("en", "The Board:\n\n(a) Took note of the list;\n\n(b) Requested the Bureau to report by 30 June 2027;\n\n(c) Decided to meet in May.",
         ("Requested", ["the Bureau"], ["by 30 June 2027"]), ("Decided", ["The Board"])),
        ("fr", "Le Conseil :\n\na) A pris note de la liste ;\n\nb) A prié le Bureau de faire rapport avant le 30 juin 2027 ;\n\nc) A décidé de se réunir.",
         ("A prié", ["le Bureau"], ["avant le 30 juin 2027"]), ("A décidé", ["Le Conseil"])),
        ("es", "La Junta:\n\na) Tomó nota de la lista;\n\nb) Solicitó a la Mesa que informara antes del 30 de junio de 2027;\n\nc) Decidió reunirse.",
         ("Solicitó a", ["la Mesa"], ["antes del 30 de junio de 2027"]), ("Decidió", ["La Junta"])),
    ],
)  # fmt: skip
def test_decisions_of_a_body_in_the_past_are_read_from_its_report(
    catalogue: Catalogue,
    language: str,
    body: str,
    requested: tuple[str, list[str], list[str]],
    decided: tuple[str, list[str]],
) -> None:
    found = advised(
        catalogue, f"## I. Boats\n\n1. Boats were discussed.\n\n## II. Lamps\n\n{body}\n", language=language
    )
    assert [(each.verb, each.who, each.when) for each in found if not each.decided] == [requested]
    assert [(each.verb, each.who) for each in found if each.decided] == [decided]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (
            "1. The Board, on the proposal of its Chair: (a) requested the Bureau to report by 30 June 2027; (b) decided to meet in May; and "
            "(c) took note of the list. Pilots left.",
            [("requested", ["the Bureau"], ["to report by 30 June 2027"]), ("decided", ["The Board"], ["to meet in May"])],
        ),
        (
            "## Decision\n\n1. At its tenth meeting, on 3 June, the Board, on the proposal of its Chair, took note of the list and requested the "
            "Bureau to report by 30 June 2027. The Port decided to paint boats.",
            [("requested", ["the Bureau"], ["to report by 30 June 2027"])],
        ),
        (
            "## Conclusions and recommendations\n\n1. The Board recommended that the Council, at its next session, adopt the list.",
            [("recommended", ["the Council"], ["at its next session, adopt the list"])],
        ),
        (
            "The Board:\n\n(a) Noted with concern that:\n\n(i) Requested the Bureau to report.",
            [("Requested", ["the Bureau"], ["to report"])],
        ),
        ("The delegation of Peru made the following points:\n\n(a) Decided cases are few;\n\n(b) Boats are old;\n\n(c) Nets are torn.", []),
        ("1. The delegation of Peru made the following points: (a) Decided cases are few; (b) Boats are old; (c) Nets are torn.", []),
        ("## Women in decision-making\n\n1. The Board decided to meet in May.", []),
        ("## Decision\n\n1. In its resolution 79/1, the Board decided to meet in May.", []),
    ],
)  # fmt: skip
def test_decisions_of_a_body_in_one_block_or_in_sentences_are_read_from_its_record(
    catalogue: Catalogue, body: str, rows: list[tuple[str, list[str], list[str]]]
) -> None:
    found = said(report(f"{body}\n", "Record of the Board"), catalogue, find_decisions)
    assert [(each.verb, each.who, each.action) for each in found] == rows


def test_what_a_body_says_otherwise_ends_a_request_and_the_session_of_its_record_is_over(catalogue: Catalogue) -> None:
    points = (
        "(a) Welcomed the lamps of Peru, lit by pilots;",
        "(b) Urged States to paint boats lit and welcomed by pilots, and also welcomed the feast of boats from 11 to 15 August 2026;",
        "(c) Approved the list as submitted to the Bureau at its sixth session;",
        "(d) Decided to meet at its eighth session.",
    )
    head = "---\nsymbol: A/80/904\ntitle: Boats\nlanguage: en\ndate: 2026-01-01\n---\nSixth session\n\n# Boats\n\n"
    source = Input("boats.md", "\n\n".join((head, "## Decisions", "The Board:", *points)).encode())
    assert [(each.verb, each.action, each.when) for each in said(source, catalogue, find_decisions)] == [
        ("Urged", ["to paint boats lit and welcomed by pilots"], []),
        ("Approved", ["the list as submitted to the Bureau at its sixth session"], []),
        ("Decided", ["to meet at its eighth session"], ["at its eighth session"]),
    ]


def test_the_decisions_that_a_record_tells_are_in_the_list_of_mandates(holding: Holding) -> None:
    body = "The Board:\n\n(a) Requested the Bureau to report by 30 June 2027;\n\n(b) Decided to meet in May.\n"
    library = holding(report(body), resolution("Requests the Port to shine;")).library
    made = list_mandates(library, MandateFilter(due_before="2028-01-01"))
    assert [(row.label, [each.quote for each in row.addressees]) for row in made.rows] == [("A/80/904", ["the Bureau"])]
    assert made.documents == 2
    assert list_mandates(library, MandateFilter(documents=("A/80/904",))).total == 2


@pytest.mark.parametrize("opening", ["#### Recommendation 3\n\n", "Recommendation 3: ", "12. Recommendation 3. "])
def test_a_recommendation_with_a_number_stands_apart_from_suggestions(holding: Holding, opening: str) -> None:
    body = "## Oversight\n\n9. The Panel urges pilots to carry lamps.\n\n"
    made = briefing(holding, f"{body}{opening}The General Assembly should, by 2027, request a list of boats.\n")
    numbered, others = next(each for each in made.sections if each.key == "recommendations").tables
    assert [[cell.to_text() for cell in row][:5] for row in numbered.rows] == [
        ["Recommendation 3", "The General Assembly", "should", "by 2027, request a list of boats", "by 2027"]
    ]
    assert [[cell.to_text() for cell in row][1:4] for row in others.rows] == [["pilots", "urges", "to carry lamps"]]
    assert others.heading == say("other_recommendations", "en")


def test_the_clause_to_which_an_action_refers_is_told_behind_it(holding: Holding) -> None:
    library = holding(
        resolution("Expresses its support for the Force, and decides to extend its mandate until 31 January 2027;")
    ).library
    (row,) = list_mandates(library, MandateFilter()).rows
    action = mandate_table([row], "en").rows[0][3]
    assert action.to_text() == (
        "to extend its mandate until 31 January 2027 (after “Expresses its support for the Force”)"
    )


def test_who_was_requested_under_a_heading_about_recommendations_is_an_addressee(catalogue: Catalogue) -> None:
    (found,) = advised(catalogue, "## C. Recommendations\n\n1. The Chair was requested to continue consultations.\n")
    assert (found.verb, found.who, found.action) == ("was requested to", ["The Chair"], ["continue consultations"])


def test_what_another_body_did_is_no_decision_of_a_report(catalogue: Catalogue) -> None:
    body = "1. In its resolution 79/1, the Assembly:\n\n(a) Requested the Bureau to report;\n\n(b) Decided to meet in May.\n"
    assert advised(catalogue, body) == []


DRAFT_LINES = {
    "en": "Draft decision proposed by Freedonia",
    "fr": "Projet de décision présenté par la Freedonie",
    "es": "Proyecto de decisión presentado por Freedonia",
    "ru": "Проект решения, представленный Фридонией",
    "ar": "مشروع مقرر مقدم من فريدونيا",
    "zh": "弗里多尼亚：决定草案",
}


def other_text(symbol: str, language: str, *, line: str = "", title: str = "Boats", day: str = "2026-01-14") -> Input:
    """A text with a preamble and one request, with a symbol outside the series of drafts; `line` is below its title."""
    head = f"---\nsymbol: {symbol}\ntitle: {title}\nlanguage: {language}\ndate: {day}\n---\n# {title}\n\n{line}\n\n"
    request = {"en": "1. URGES pilots to report by 1 May 2027;", "fr": "1. PRIE les pilotes de faire rapport avant le 1er mai 2027 ;",
               "es": "1. INSTA a los pilotos a informar antes del 1 de mayo de 2027;", "ru": "1. призывает лоцманов представить доклад;",
               "ar": "1 - تطلب إلى الأمين العام أن يقدم تقريرا؛", "zh": "1. 请秘书长提交报告；"}[language]  # fmt: skip
    return Input(
        f"{symbol.replace('/', '-')}.{language}.md",
        f"{head}{(chr(10) * 2).join(PREAMBLE[language])}\n\n{request}\n".encode(),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_calls_itself_a_draft_is_one_whatever_its_symbol(holding: Holding, language: str) -> None:
    library = holding(other_text("A/CONF.9/3", language, line=DRAFT_LINES[language])).library
    (row,) = list_mandates(library, MandateFilter(language=language)).rows
    assert row.draft
    assert say("status_draft", language) in [cell.to_text() for cell in mandate_table([row], language).rows[0]]


def test_a_draft_is_told_with_the_later_text_even_where_that_is_listed_in_another_language(holding: Holding) -> None:
    library = holding(
        other_text("A/CONF.9/3", "en", line=DRAFT_LINES["en"]),
        other_text("A/RES/80/901", "en", day="2026-05-28"),
        other_text("A/RES/80/901", "fr", title="Bateaux", day="2026-05-28"),
    ).library
    for language in ("en", "fr"):
        adopted, draft = list_mandates(library, MandateFilter(language=language)).rows
        assert (adopted.draft, adopted.newer) == (False, "")
        assert (draft.draft, draft.newer) == (True, adopted.label)


def test_a_report_of_limited_distribution_is_no_draft(holding: Holding) -> None:
    text = "---\nsymbol: E/2035/L.3\ntitle: Annual report on boats\nlanguage: en\n---\n# Annual report on boats\n\n1. Boats were painted.\n"
    made = make_briefing(holding(Input("l.md", text.encode())), Request("document", "E/2035/L.3"))
    assert "draft" not in made.title.casefold()


@pytest.mark.parametrize(("language", "place"), [("en", "first paragraph"), ("fr", "paragraphe non numéroté 1")])
def test_the_status_of_a_draft_quotes_the_line_with_its_sponsors_and_its_place(
    holding: Holding, language: str, place: str
) -> None:
    engine = holding(other_text("A/CONF.9/3", language, line=DRAFT_LINES[language]))
    text = markdown(make_briefing(engine, Request("document", "A/CONF.9/3", language=language)), engine.library)
    assert DRAFT_LINES[language] in text
    assert say("draft_text", language) in text
    assert place in text


def test_documents_without_requests_or_decisions_are_named_below_the_list(holding: Holding) -> None:
    library = holding(*two(), Input("n.md", b"# A note on oars\n\n1. Oars are kept dry.\n")).library
    made = list_mandates(library, MandateFilter())
    assert made.to_json()["no_mandates"] == ["A note on oars"]
    assert "no request or decision was found: 1 (A note on oars)" in markdown(made, library, "en")
    chosen = list_mandates(library, MandateFilter(documents=("A/RES/79/900",)))
    assert chosen.no_mandates == ()


def test_undated_times_come_after_dates_and_before_rows_without_a_time(holding: Holding) -> None:
    library = holding(
        resolution(
            "Requests pilots to act;", "Requests pilots to report annually;", "Requests pilots to report by 2030;"
        )
    ).library
    rows = list_mandates(library, MandateFilter()).rows
    assert [[each.quote for each in row.times] for row in rows] == [["by 2030"], ["annually"], []]


@pytest.mark.parametrize(
    ("marks", "heading", "adopted"),
    [
        ("# ", "Decision adopted by the Conference of Pilots", True),
        ("", "Report of the Conference of Pilots on its third session, held from 9 to 20 November 2026", False),
    ],
)
def test_the_adoption_is_what_a_heading_says_of_it_and_not_the_report_around_the_text(
    holding: Holding, marks: str, heading: str, adopted: bool
) -> None:
    text = (
        f"---\nsymbol: A/CONF.9/4\nlanguage: en\n---\n{marks}{heading}\n\n## Boats\n\nThe Conference of Pilots,\n\n"
        "Recalling its decision 1,\n\n1. Requests pilots to act.\n"
    )
    engine = holding(Input("d.md", text.encode()))
    made = make_briefing(engine, Request("document", "A/CONF.9/4"))
    sections = [each for each in made.sections if each.key == "adoption"]
    quoted = [said.text for each in sections for part in each.parts for said in part.statements]
    assert (quoted == [heading]) == adopted
    assert not any(say("not_adopted", "en") in each.remarks for each in sections if adopted)


def test_a_request_to_be_passed_on_is_told_with_who_is_to_pass_it_on(catalogue: Catalogue) -> None:
    *_, passed = asked(catalogue, "Invites the Board:", "(a) To meet;", "(b) To request the pilots to act;")
    assert (passed.verb, passed.who, passed.action) == ("To request", ["the pilots"], ["Invites the Board", "to act"])
    body = "1. The Port Office recommends that the Board:\n\n(a) Meet in May;\n\n(b) Request the pilots to act.\n"
    _, passed = advised(catalogue, f"## The Port Office\n\n{body}")
    assert (passed.verb, passed.who) == ("Request", ["the pilots"])
    assert passed.action == ["The Port Office recommends that the Board", "to act"]


def test_chosen_documents_without_requests_are_named_beside_the_rows_of_the_others(holding: Holding) -> None:
    library = holding(*two(), Input("n.md", b"# A note on oars\n\n1. Oars are kept dry.\n")).library
    made = list_mandates(library, MandateFilter(documents=("A note on oars", "A/RES/79/900")))
    assert made.rows
    assert made.no_mandates == ("A note on oars",)
    assert "A note on oars" in markdown(made, library, "en")
    with pytest.raises(ReportError, match="A note on oars"):
        list_mandates(library, MandateFilter(documents=("A note on oars",)))
