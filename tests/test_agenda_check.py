"""Before the meeting: what the agenda announces and cites is checked against what is held."""

from __future__ import annotations

import json
import shlex

import harbour
import pytest
from conftest import Holding

from assistant.reports.agenda_check import AgendaCheck, check_agenda, find_cited_resolutions
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Request
from assistant.reports.lookup import find_meeting
from ingest.pipeline import Input

AGENDA = harbour.AGENDA.replace(
    "In its resolution 7/1, the Conference decided that the Working Group would advise", "The Working Group advises"
)
AGENDA = AGENDA.replace(
    "A paper on harbour lamps lies before the Working Group.", "The report on lamps (A/90/12) may be of help."
)


def paper(symbol: str, language: str = "en", words: str = "Lamps are lit at night.") -> Input:
    text = f"---\nsymbol: {symbol}\ntitle: Paper {symbol}\nlanguage: {language}\n---\n# Paper\n\n1. {words}\n"
    return Input(f"{symbol.replace('/', '_')}.{language}.md", text.encode())


def checked(
    holding: Holding, *sources: Input | str, agenda: str = AGENDA, languages: tuple[str, ...] = ("en",)
) -> AgendaCheck:
    engine = holding(agenda, *sources)
    return check_agenda(engine.library, engine.catalogue, find_meeting(engine.library), languages)


def test_parts_of_a_document_are_documents_of_their_own_and_commands_are_quoted_for_the_shell(holding: Holding) -> None:
    parts = AGENDA.replace(
        "Paper on mountain roads (CTOC/COP/WG.7/2030/3)",
        "Progress on roads (CTOC/COP/WG.7/2030/3) (Part I)\n\nRecommendations (RRU) in 2029 (CTOC/COP/WG.7/2030/3) (Part II)",
    )
    found = checked(holding, paper("CTOC/COP/WG.7/2030/3 (Part I)"), agenda=parts)
    assert [(each.symbol, each.state) for each in found.announced] == [
        ("CTOC/COP/WG.7/2030/2", "missing"),
        ("CTOC/COP/WG.7/2030/3 (Part I)", "held"),
        ("CTOC/COP/WG.7/2030/3 (Part II)", "missing"),
    ]
    assert found.announced[-1].title == "Recommendations (RRU) in 2029"
    assert shlex.split(found.announced[-1].command) == [
        *("rapporteur", "fetch", "CTOC/COP/WG.7/2030/3 (Part II)", "--language", "en"),
    ]


def test_an_announced_document_that_is_not_held_comes_with_the_command_that_fetches_it(holding: Holding) -> None:
    found = checked(holding, paper("CTOC/COP/WG.7/2030/2"))
    assert [(each.symbol, each.items, each.state, each.command) for each in found.announced] == [
        ("CTOC/COP/WG.7/2030/2", ("2",), "held", ""),
        ("CTOC/COP/WG.7/2030/3", ("3",), "missing", "rapporteur fetch CTOC/COP/WG.7/2030/3 --language en"),
    ]
    assert not found.complete
    json.dumps(found.to_json())


def test_what_is_not_held_has_the_title_that_the_agenda_prints_and_other_agendas_are_named(holding: Holding) -> None:
    other = AGENDA.replace("WG.7/2030/", "WG.7/2028/").replace("March 2030", "March 2028")
    found = checked(holding, other)
    assert found.agenda == "CTOC/COP/WG.7/2030/1"
    assert [each.title for each in found.announced] == ["Paper on harbour lamps", "Paper on mountain roads"]
    assert found.others == ("CTOC/COP/WG.7/2028/1",)


def test_missing_languages_are_named(holding: Holding) -> None:
    found = checked(holding, paper("CTOC/COP/WG.7/2030/2"), languages=("en", "fr"))
    assert found.announced[0].missing == ("fr",)
    assert found.announced[0].command == "rapporteur fetch CTOC/COP/WG.7/2030/2 --language fr"


def test_a_document_of_which_a_later_revision_is_held_is_superseded(holding: Holding) -> None:
    found = checked(holding, paper("CTOC/COP/WG.7/2030/2"), paper("CTOC/COP/WG.7/2030/2/Rev.1"))
    assert (found.announced[0].state, found.announced[0].later) == ("superseded", "CTOC/COP/WG.7/2030/2/Rev.1")


def test_what_the_agenda_and_its_papers_cite_is_listed_with_where(holding: Holding) -> None:
    cites = paper("CTOC/COP/WG.7/2030/2", words="As A/91/7 and A/90/12 say, lamps are lit at night.")
    found = checked(holding, cites, paper("A/91/7"))
    told = {each.symbol: (each.state, each.cited_in) for each in found.cited}
    assert told == {
        "A/90/12": ("missing", ("CTOC/COP/WG.7/2030/1", "CTOC/COP/WG.7/2030/2")),
        "A/91/7": ("held", ("CTOC/COP/WG.7/2030/2",)),
    }


def test_nothing_is_to_be_done_where_everything_is_held(holding: Holding) -> None:
    held = [paper(f"CTOC/COP/WG.7/2030/{n}") for n in (2, 3)]
    assert checked(holding, *held, paper("A/90/12")).complete


def test_resolutions_that_are_cited_by_number_are_checked(holding: Holding) -> None:
    cited = "It recalled resolution 7/1 and General Assembly resolutions 90/12 and 90/13, not resolution 90/14."
    text = AGENDA.replace("The report on lamps (A/90/12) may be of help.", cited)
    held = "---\nsymbol: A/RES/90/12\ntitle: Lamps\nlanguage: en\n---\n# Lamps\n\n1. Lamps are lit.\n"
    found = checked(holding, held, agenda=text)
    assert {each.symbol: each.state for each in found.cited} == {
        "A/RES/90/12": "held",
        "A/RES/90/13": "missing",
        "Conference resolution 7/1": "missing",
    }
    assert not found.complete


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "recalling General Assembly resolutions 90/12 and 90/13, Security Council resolution 1325 (2000)"),
        ("fr", "rappelant les résolutions 90/12 et 90/13 de l’Assemblée générale, la résolution 1325 (2000) du Conseil de sécurité"),
        ("es", "recordando las resoluciones 90/12 y 90/13 de la Asamblea General, la resolución 1325 (2000) del Consejo de Seguridad"),
        ("ru", "ссылаясь на резолюции 90/12 и 90/13 Генеральной Ассамблеи, резолюцию 1325 (2000) Совета Безопасности"),
        ("ar", "وإذ تشير إلى قرار الجمعية العامة 90/12 وقرار الجمعية العامة 90/13، وقرار مجلس الأمن 1325 (2000)"),
        ("zh", "回顾大会第90/12号决议和大会第90/13号决议、安全理事会第1325 (2000)号决议"),
    ],
)  # fmt: skip
def test_resolutions_are_known_by_how_references_name_them_in_six_languages(
    holding: Holding, language: str, said: str
) -> None:
    library = holding(paper("CTOC/COP/WG.7/2030/2", language, said)).library
    (held,) = library.documents()
    assert [each.text for each in find_cited_resolutions(held)] == ["A/RES/90/12", "A/RES/90/13", "S/RES/1325(2000)"]


def test_a_number_without_a_body_is_that_of_the_documents_own_body(holding: Holding) -> None:
    said = "In resolution 90/12 and its resolution 90/13, and in Conference resolution 7/1, lamps are lit. So is 1/2 of all."
    library = holding(paper("A/90/12", words=said), paper("CTOC/COP/WG.7/2030/2", words=said)).library
    found = {held.key: [each.text for each in find_cited_resolutions(held)] for held in library.documents()}
    assert found == {"A/90/12": ["A/RES/90/12", "A/RES/90/13"], "CTOC/COP/WG.7/2030/2": []}


NOTED = (
    AGENDA.replace("may be of help.", "may be of help.[^1][^2][^3]")
    + """
[^1]: CTOC/COP/WG.7/2030/4.

[^2]: See CTOC/COP/WG.7/2029/9, para. 4.

[^3]: A/520/Rev.17.
"""
)


def test_a_document_that_a_footnote_of_an_annotation_names_is_one_of_its_item(holding: Holding) -> None:
    engine = holding(NOTED)
    found = check_agenda(engine.library, engine.catalogue, find_meeting(engine.library))
    assert [(each.symbol, each.items) for each in found.announced] == [
        ("CTOC/COP/WG.7/2030/2", ("2",)),
        ("CTOC/COP/WG.7/2030/4", ("2",)),
        ("A/520/Rev.17", ("2",)),
        ("CTOC/COP/WG.7/2030/3", ("3",)),
    ]
    assert "CTOC/COP/WG.7/2029/9" in {each.symbol for each in found.cited}
    briefing = make_briefing(engine, Request("item", "2"))
    (told,) = [section for section in briefing.sections if section.key == "documentation"]
    assert any("CTOC/COP/WG.7/2030/4" in statement.text for statement in told.statements)
    assert "CTOC/COP/WG.7/2030/4" in {paper.symbol for paper in briefing.papers}


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        ("In paragraph 5 of its resolution 18/8, the Human Rights Council welcomed it.", "A/HRC/RES/18/8"),
        ("It was proclaimed by the General Assembly, in its resolution 74/135, at length.", "A/RES/74/135"),
        ("That was reiterated by the General Assembly in its resolution 71/321 and later.", "A/RES/71/321"),
    ],
)
def test_a_resolution_of_a_body_that_is_named_beside_it_is_known(holding: Holding, words: str, symbol: str) -> None:
    found = checked(holding, paper("CTOC/COP/WG.7/2030/2", words=words))
    assert symbol in {each.symbol for each in found.cited}


def test_its_resolution_is_of_no_body_that_is_named_further_away(holding: Holding) -> None:
    words = "In its resolution 7/1, the Conference asked the General Assembly for lamps."
    found = checked(holding, paper("CTOC/COP/WG.7/2030/2", words=words))
    assert "A/RES/7/1" not in {each.symbol for each in found.cited}


RIVERS = """CRW/COP/5/1

Conference of the Parties to the Convention on Rivers

Fifth meeting

Nairobi, 7 and 8 April 2027

# Annotated provisional agenda

## Provisional agenda

1. Opening of the meeting.
2. Lamps on rivers.
3. Nets.

## Annotations

### 1. Opening of the meeting

The meeting will be opened at 10 a.m.

### 2. Lamps on rivers

The Conference may wish to consider the report on lamps.

Documentation

Report of the working group on lamps (CRW/COP/5/2)

Decision 4/7 (CRW/COP/DEC/4/7)

### 3. Nets

The Conference will have before it a note by the secretariat on nets (CRW/COP/5/4) and a draft decision.

Documentation Report of the joint board on nets (JBN/15/3)
"""


def test_documents_of_a_body_that_is_not_known_are_announced_where_the_agenda_names_them(holding: Holding) -> None:
    report = paper("CRW/COP/5/2").data.decode().replace("Paper CRW/COP/5/2", "Report of the working group on lamps")
    found = checked(holding, Input("report.md", report.encode()), agenda=RIVERS)
    announced = {each.symbol: (each.items, each.state, each.title) for each in found.announced}
    assert announced == {
        "CRW/COP/5/2": (("2",), "held", "Report of the working group on lamps"),
        "CRW/COP/DEC/4/7": (("2",), "missing", "Decision 4/7"),
        "CRW/COP/5/4": (("3",), "missing", ""),
        "JBN/15/3": (("3",), "missing", "Report of the joint board on nets"),
    }


def test_a_brief_on_an_item_lists_the_documents_of_a_body_that_is_not_known(holding: Holding) -> None:
    engine = holding(RIVERS, paper("CRW/COP/5/2"))
    papers = make_briefing(engine, Request("item", "2")).papers
    assert [(each.symbol, each.state) for each in papers] == [("CRW/COP/5/2", "held"), ("CRW/COP/DEC/4/7", "missing")]


def test_documents_of_another_organization_are_announced_without_a_command_that_cannot_fetch_them(
    holding: Holding,
) -> None:
    head = "---\nsymbol: EB158/1\ntitle: Annotated provisional agenda\nlanguage: en\n---\n"
    agenda = head + RIVERS.replace("CRW/COP/5/", "EB158/").replace("CRW/COP/DEC/4/7", "EB158/CONF./3").replace(
        "EB158/1\n\n", "", 1
    )
    found = checked(holding, agenda=agenda)
    announced = [(each.symbol, each.items, each.state, each.command) for each in found.announced]
    assert announced[:2] == [("EB158/2", ("2",), "missing", ""), ("EB158/CONF./3", ("2",), "missing", "")]
    assert not found.complete


def test_papers_of_a_meeting_that_its_symbol_counts_are_of_the_item_whose_annotation_names_them(
    holding: Holding,
) -> None:
    agenda = AGENDA.replace("CTOC/COP/WG.7/2030/", "UNEP/MC/COP.7/").replace(
        "The report on lamps (A/90/12) may be of help.",
        "The Conference has a note on lamps (UNEP/MC/COP.7/INF/5) before it.",
    )
    found = checked(holding, agenda=agenda)
    assert ("UNEP/MC/COP.7/INF/5", ("2",)) in [(each.symbol, each.items) for each in found.announced]


SPANISH = """---
symbol: HSP/HA.3/1
title: Programa provisional anotado
language: es
---
# Programa provisional anotado

## Programa provisional

1. Apertura del período de sesiones.
3. Vivienda:
  a) Vivienda adecuada.

## Anotaciones

### 3. Vivienda

#### a) Vivienda adecuada

La Asamblea tendrá ante sí el informe de la Directora Ejecutiva (HSP/HA.3/6). La Asamblea podrá examinar el proyecto HSP/HA.3/L.2.

##### Documentación

Informe de la Directora Ejecutiva sobre la vivienda (HSP/HA.3/6)
"""


def test_an_agenda_is_checked_in_its_own_language_unless_another_is_wanted(holding: Holding) -> None:
    engine = holding(SPANISH)
    for languages, wanted in (((), "es"), (("fr",), "fr")):
        found = check_agenda(engine.library, engine.catalogue, find_meeting(engine.library), languages)
        assert found.language == "es"
        assert [each.missing for each in found.announced] == [(wanted,)]
        assert {each.command.split()[-1] for each in (*found.announced, *found.cited)} == {wanted}


@pytest.mark.parametrize(
    ("language", "printed"), [("es", "Tema 3 a): Vivienda adecuada"), ("fr", "Point 3 a) : Vivienda adecuada")]
)
def test_the_letter_of_an_item_is_printed_as_texts_in_the_language_print_it(
    holding: Holding, language: str, printed: str
) -> None:
    request = Request("item", "3 (a)", language=language, mixed=True)
    made = make_briefing(holding(SPANISH), request)
    assert made.title == printed
    assert not [each for each in made.statements if each.verdict == "derived" and "3 (a)" in each.text]


ASSEMBLY = """---
symbol: A/98/150
title: Provisional agenda of the ninety-eighth session
language: en
---
# Provisional agenda of the ninety-eighth session

1. Opening of the session (rule 31).

2. Election of keepers:

(a) Keepers of large harbours;

(b) Keepers of small harbours (resolutions S-9/4 and 96/11 B).

### A. Care of harbours and lighthouses

3. Report of the Human Rights Council (resolution 60/251).

4. Lamps of Harbours (resolutions 97/12, 97/13 and 377 A (V)):

(a) Oil and wicks: report of the Secretary-General (resolution 97/217);

(b) Ropes.

### B. Quays

5. Quays of wood. Resolution 95/290. See Security Council resolution 2776 (2025).
"""


def test_each_resolution_that_an_agenda_of_the_assembly_cites_stands_beside_its_item(holding: Holding) -> None:
    engine = holding(ASSEMBLY)
    meeting = find_meeting(engine.library)
    assert [each.number for each in meeting.items] == ["1", "2", "2 (a)", "2 (b)", "3", "4", "4 (a)", "4 (b)", "5"]
    assert {each.symbol: each.items for each in check_agenda(engine.library, engine.catalogue, meeting).cited} == {
        "A/RES/S-9/4": ("2 (b)",),
        "A/RES/96/11 B": ("2 (b)",),
        "A/RES/60/251": ("3",),
        "A/RES/97/12": ("4",),
        "A/RES/97/13": ("4",),
        "A/RES/377(V) A": ("4",),
        "A/RES/97/217": ("4 (a)",),
        "A/RES/95/290": ("5",),
        "S/RES/2776(2025)": ("5",),
    }


def test_a_resolution_that_annotations_cite_stands_beside_every_item_that_cites_it(holding: Holding) -> None:
    cited = "The report on lamps is of help, as in A/90/7 and General Assembly resolution 90/12."
    agenda = AGENDA.replace("The report on lamps (A/90/12) may be of help.", cited).replace(
        "training of drivers on mountain roads.", "training of drivers on mountain roads (General Assembly resolution 90/12).[^1]"
    )  # fmt: skip
    found = checked(
        holding, paper("CTOC/COP/WG.7/2030/2", words="See A/90/8."), agenda=agenda + "\n[^1]: See A/90/9, para. 4.\n"
    )
    assert {each.symbol: each.items for each in found.cited} == {
        "A/90/7": ("2",),
        "A/90/8": (),
        "A/90/9": ("3",),
        "A/RES/90/12": ("2", "3"),
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Report of the Human Rights Council (resolution 60/251) and Lamps (resolutions 97/12 and 97/13)"),
        ("fr", "Rapport du Conseil des droits de l’homme (résolution 60/251) et Lampes (résolutions 97/12 et 97/13)"),
        ("es", "Informe del Consejo de Derechos Humanos (resolución 60/251) y Lámparas (resoluciones 97/12 y 97/13)"),
        ("ru", "Доклад Совета по правам человека (резолюция 60/251) и Лампы (резолюции 97/12 и 97/13)"),
        ("ar", "تقرير مجلس حقوق الإنسان (القرار 60/251) والمصابيح (القراران 97/12 و97/13)"),
        ("zh", "人权理事会的报告（第60/251号决议）和灯（第97/12和97/13号决议）"),
    ],
)  # fmt: skip
def test_a_resolution_in_a_bracket_is_of_the_documents_own_body_in_six_languages(
    holding: Holding, language: str, said: str
) -> None:
    (held,) = holding(paper("A/98/12", language, said)).library.documents()
    assert [each.text for each in find_cited_resolutions(held)] == ["A/RES/60/251", "A/RES/97/12", "A/RES/97/13"]


def test_a_number_with_a_year_is_of_no_body_that_counts_by_session(holding: Holding) -> None:
    said = "The Security Council (resolution 2776 (2025)) and the Board, in resolution 1325 (2000), spoke of lamps."
    (held,) = holding(paper("A/98/12", words=said)).library.documents()
    assert [each.text for each in find_cited_resolutions(held)] == ["S/RES/2776(2025)"]


def test_a_resolution_in_a_bracket_behind_the_body_above_is_of_that_one(holding: Holding) -> None:
    said = "The General Assembly (resolution 48/141) and the Human Rights Council (resolution 5/1) spoke of lamps."
    (held,) = holding(paper("A/HRC/58/1", words=said)).library.documents()
    assert [each.text for each in find_cited_resolutions(held)] == ["A/RES/48/141", "A/HRC/RES/5/1"]
