"""A question that is asked of some documents only is answered from these alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Holding, OpenLibrary, add
from services import Made, made_service, service_fixture
from word_reader import word_readers

from assistant.qa.engine import Engine
from assistant.qa.scope import Scope
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.pipeline import Input, starter_sources

AGENDA = "CTOC/COP/WG.7/2021/1:en:digest"
PAPER = "CTOC/COP/WG.7/2021/3"
TREATY = "A/RES/55/25, annex III"
QUESTIONS = (
    "What must be done when a smuggled migrant is detained?",
    "When is item 3?",
    "When is item 3, and what must be done when a smuggled migrant is detained?",
    "What does article 6 of the Smuggling of Migrants Protocol say?",
    "What does the background paper on prosecution say about financial investigations?",
    "ما هو تهريب المهاجرين؟",
)


def test_without_a_scope_every_document_may_answer(starter_engine: Engine) -> None:
    assert Scope().ids(starter_engine.library) is None
    question = "What must be done when a smuggled migrant is detained?"
    plain, scoped = starter_engine.ask(question), starter_engine.ask(question, scope=Scope())
    assert [each.text for each in plain.statements] == [each.text for each in scoped.statements]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "scope",
    [
        Scope(documents=("figures",)),
        Scope(documents=(PAPER, "A/RES/55/25, annex III")),
        Scope(meeting=AGENDA),
        Scope(meeting=AGENDA, item="3"),
        Scope(year=2000),
        Scope(language="en", year=2021),
        Scope(language="fr"),
        Scope(documents=("no such document",)),
    ],
)
def test_every_citation_lies_in_the_scope(starter_engine: Engine, question: str, scope: Scope) -> None:
    ids = scope.ids(starter_engine.library)
    assert ids is not None
    answer = starter_engine.ask(question, scope=scope)
    assert {each.document for each in answer.citations} <= ids
    assert {each.document for each in answer.see_also} <= ids or answer.absent


def test_a_document_that_does_not_say_is_not_helped_out_by_others(starter_engine: Engine) -> None:
    question = "When is item 3?"
    assert starter_engine.ask(question).status == "answered"
    alone = starter_engine.ask(question, scope=Scope(documents=("figures",)))
    assert alone.status in ("not_found", "tentative")
    assert {each.document for each in alone.citations} <= {"figures:en:digest"}


def test_the_documents_of_an_item_are_its_agenda_and_what_it_announces(library: Library, catalogue: Catalogue) -> None:
    papers = [
        Input(f"{n}.md", f"# Paper {n}\n\n1. Prosecutors work together across borders.\n".encode(),
              symbol=Symbol.parse(f"CTOC/COP/WG.7/2021/{n}"))
        for n in (2, 3)
    ]  # fmt: skip
    add(library, catalogue, *starter_sources(), *papers)
    ids = (
        {each.id for each in library.find_documents("CTOC/COP/WG.7/2021/2")},
        {each.id for each in library.find_documents(PAPER)},
    )
    assert all(ids)
    assert Scope(meeting=AGENDA).ids(library) == {AGENDA, *ids[0], *ids[1]}
    assert Scope(meeting=AGENDA, item="3").ids(library) == {AGENDA, *ids[1]}
    assert Scope(meeting=AGENDA, item="1").ids(library) == {AGENDA}


def block_of(document: Document, start: int) -> int:
    found = document.block_at(start)
    assert found is not None
    return found.ordinal


@pytest.mark.parametrize("item", ["1", "1 (b)", "2", "3", "4", "5"])
@pytest.mark.parametrize(
    "question",
    [
        *QUESTIONS,
        "What is said about the COVID-19 pandemic?",
        "What may the Working Group talk about?",
        "How can financial proceeds of smugglers be seized?",
        "Which documents are there?",
        "When is it taken up?",
        "What happens on Friday?",
        "How many meetings are there, and where?",
        "What stands in the annex of CTOC/COP/WG.7/2021/1?",
    ],
)
def test_of_an_item_nothing_else_of_the_agenda_is_quoted(starter_engine: Engine, question: str, item: str) -> None:
    scope = Scope(meeting=AGENDA, item=item)
    document = starter_engine.library.document(AGENDA)
    own = scope.parts(starter_engine.library)[AGENDA]
    answer = starter_engine.ask(question, scope=scope)
    for statement in answer.statements:
        for citation in statement.citations:
            assert citation.document == AGENDA
            held = range(block_of(document, citation.start), block_of(document, citation.end - 1) + 1)
            # A row may give the time of several items, and a sub-item is introduced by the words above it.
            above = {document.blocks[n].parent for n in own if document.blocks[n].kind == "item"}
            assert held[-1] in own | above, (question, citation.quote)
            assert held[0] in own | above or statement.verdict == "derived"


def test_the_parts_of_an_item_are_its_lines_annotations_and_rows(starter_engine: Engine) -> None:
    library = starter_engine.library
    document = library.document(AGENDA)
    (own,) = Scope(meeting=AGENDA, item="3").parts(library).values()
    assert {document.blocks[n].locator for n in own} == {
        "provisional agenda, item 3",
        "annotations, item 3",
        "annotations, item 3, documentation",
        "annex, Thursday, 14 October",
        "annex, Thursday, 14 October, 3-5 p.m.",
        "annex, Friday, 15 October",
        "annex, Friday, 15 October, 11 a.m.-1 p.m.",
    }
    assert Scope(meeting=AGENDA).parts(library) == {}
    assert Scope(meeting=AGENDA, item="9").parts(library) == {AGENDA: frozenset()}


def test_an_item_is_asked_about_without_being_named(starter_engine: Engine) -> None:
    scope = Scope(meeting=AGENDA, item="3")
    when = starter_engine.ask("When is it taken up?", scope=scope)
    assert when.statements[0].text == starter_engine.ask("When is item 3 taken up?").statements[0].text
    said = starter_engine.ask("What does the agenda say about item 3?", scope=scope)
    assert said.status in ("answered", "tentative")
    assert said.citations
    assert all("item 3" in each.locator or ", annex, " in each.locator for each in said.citations)  # its lines and rows
    assert starter_engine.ask("When is item 2?", scope=scope).status == "not_found"
    assert starter_engine.ask("When is it taken up?", scope=Scope(meeting=AGENDA, item="9")).status == "not_found"


def test_a_follow_up_takes_nothing_over_from_another_item(starter_library: Library, catalogue: Catalogue) -> None:
    engine = Engine(starter_library, catalogue, readers=word_readers())
    asked = "What is said about smuggling and the availability of regular channels of migration?"
    for item in ("2", "3", "4"):
        scope = Scope(meeting=AGENDA, item=item)
        document = starter_library.document(AGENDA)
        own = scope.parts(starter_library)[AGENDA]
        engine.ask(asked, scope=scope)
        for then in ("And what about it?", "Why is that?", "And what does it say about financial flows and smuggling?"):
            answer = engine.ask(then, [asked], scope=scope)
            for citation in answer.citations:
                assert citation.document == AGENDA
                assert block_of(document, citation.end - 1) in own, (item, then, citation.quote)


def test_languages_and_years_leave_only_their_own(starter_engine: Engine) -> None:
    library = starter_engine.library
    for language in LANGUAGES:
        ids = Scope(language=language).ids(library)
        assert ids is not None
        assert {library.document(each).language for each in ids} <= {language}
    of_2021 = Scope(year=2021).ids(library)
    assert of_2021
    assert all((library.document(each).date or "").startswith("2021") for each in of_2021)


def test_a_document_that_is_not_held_is_named(starter_engine: Engine) -> None:
    answer = starter_engine.ask("What does CTOC/COP/WG.7/2099/7 say?")
    assert (answer.status, answer.absent) == ("not_found", "CTOC/COP/WG.7/2099/7")
    assert answer.to_json()["absent"] == "CTOC/COP/WG.7/2099/7"
    assert starter_engine.ask("What is the weather in Vienna?").absent is None


CROWD = "# Lamps\n\nA/88/401\n\n" + "\n\n".join(
    f"## Lamp {n}\n\n{n}. Harbour lamps are repaired in spring, and harbour lamps number {n} is repaired first."
    for n in range(1, 321)
)
ALONE = (
    "# Boats\n\nA/88/402\n\n1. Boats wait at the pier.\n\n2. A harbour has a bell, which is repaired by its keeper.\n"
)


def test_a_scope_is_searched_to_its_full_depth_whatever_else_is_held(holding: Holding) -> None:
    engine = holding(CROWD, ALONE, reading=True)
    question = engine.question("When are harbour lamps repaired?")
    (alone,) = engine.library.find_documents("A/88/402")
    found = engine.retriever.retrieve(question, 10, [alone.id])
    assert {each.id for each in found} == {passage.id for passage in engine.library.passages(alone.id)}
    assert {each.document.id for each in engine.retriever.retrieve(question, 10)} != {alone.id}


def test_in_a_scope_the_same_passages_are_found_as_in_a_library_that_holds_nothing_else(
    open_either: OpenLibrary, open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    things = ("bell", "buoy", "crane", "ferry", "lamp", "mast", "net", "pier", "rope", "sail")
    rest = "It was made long ago, is kept in good order, and may be seen by whoever asks for it at the office. " * 5

    def paragraph(n: int, k: int) -> str:
        return f"{k + 1}. The {things[(n + k) % 10]} of harbour {n} is repaired by the {things[(n * k) % 10]} of keeper {k + 100}. {rest}"

    notes = [
        Input(f"n{n}.md", f"# Note {n}\n\n{chr(10).join(f'{paragraph(n, k)}{chr(10)}' for k in range(12))}".encode())
        for n in range(40)
    ]
    whole = open_either(tmp_path / "whole")
    add(whole, catalogue, *notes)
    for first in range(0, 40, 8):
        small = open_library(tmp_path / f"small{first}")
        add(small, catalogue, *notes[first : first + 8])
        scope = sorted(small.document_ids())
        for n, k in ((first, 2), (first + 3, 11), (first + 7, 5)):
            asked, found = f"Who repairs the {things[(n + k) % 10]} of harbour {n}, keeper {k + 100}?", []
            for library in (whole, small):
                engine = Engine(library, catalogue, readers=word_readers())
                found.append([each.id for each in engine.retriever.retrieve(engine.question(asked), 10, scope)])
            held = [each for document in scope for each in small.passages(document)]
            (right,) = (each.id for each in held if paragraph(n, k).split(". ")[1] in each.text)
            assert len(held) > 50
            assert [right in each for each in found] == [True, True]
            assert len({*found[0]} & {*found[1]}) >= 8


def test_of_an_agenda_asked_about_one_item_only_passages_that_speak_of_it_are_found(starter_engine: Engine) -> None:
    library = starter_engine.library
    bounds = Scope(meeting=AGENDA, item="3").bounds(library)
    question = replace(starter_engine.question("migrants"), within=bounds.within, parts=bounds.parts)
    found = starter_engine.retriever.retrieve(question, 40, sorted(bounds.within or ()))
    assert found
    assert all(question.admits(each.document.id, each.passage.first, each.passage.last) for each in found)


UNKNOWN = {
    "a meeting": (Scope(meeting="A/99/1:en:official"), "no meeting 'A/99/1:en:official'", AGENDA),
    "a document that is no agenda": (Scope(meeting=f"{PAPER}:en:digest"), "no meeting", AGENDA),
    "an item": (Scope(meeting=AGENDA, item="9"), "no item '9'", "Available: 1; "),
    "a document": (Scope(documents=("figures", "A/99/1")), "no document 'A/99/1'", TREATY),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_not_there_is_told_with_what_is(starter_library: Library, what: str) -> None:
    scope, lacking, there = UNKNOWN[what]
    told = scope.unknown(starter_library)
    assert told is not None
    assert lacking in str(told)
    assert there in str(told)


@pytest.mark.parametrize("scope", [Scope(), Scope(meeting=AGENDA), Scope(meeting=AGENDA, item="3"),
                                   Scope(documents=(TREATY, "figures")), Scope(language="fr"), Scope(year=1999)])  # fmt: skip
def test_what_is_there_is_known_and_a_language_or_year_may_have_nothing(starter_library: Library, scope: Scope) -> None:
    assert scope.unknown(starter_library) is None


def test_only_some_of_many_documents_are_listed(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, *(Input(f"n{n}.md", f"# Note {n}\n\nBoats of kind {n}.\n".encode()) for n in range(25)))
    told = Scope.model_construct(documents=("x" * 5_000,)).unknown(library)
    assert told is not None
    assert str(told).endswith(" and 5 more.")
    assert len(str(told)) < 1_000


def test_a_library_without_meetings_says_so(open_library: OpenLibrary) -> None:
    assert str(Scope(meeting="A/99/1:en:official").unknown(open_library())) == (
        "There is no meeting 'A/99/1:en:official' here. There are none."
    )


made = service_fixture(starter=True, reading=True)


BAD = [{"meeting": "A/99/1:en:official"}, {"meeting": AGENDA, "item": "9"}, {"documents": ["A/99/1"]}]


@pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
@pytest.mark.parametrize("scope", BAD)
def test_the_api_refuses_a_scope_that_is_not_there(made: Made, scope: dict[str, object], path: str) -> None:
    reply = made.client.post(f"/api/v1{path}", json={"question": "When is item 3?", "scope": scope})
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert "Available: " in reply.json()["detail"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("scope", BAD)
def test_completions_refuse_a_scope_that_is_not_there(made: Made, scope: dict[str, object], stream: bool) -> None:
    asked = {"model": "rapporteur", "messages": [{"role": "user", "content": "When is item 3?"}], "stream": stream,
             "rapporteur": {"scope": scope}}  # fmt: skip
    reply = made.client.post("/v1/chat/completions", json=asked)
    assert reply.status_code == 404
    assert "Available: " in reply.json()["error"]["message"]


def test_a_year_of_which_nothing_is_held_is_answered_as_ever(made: Made) -> None:
    reply = made.client.post("/api/v1/ask", json={"question": "When is item 3?", "scope": {"year": 1999}})
    assert (reply.status_code, reply.json()["status"]) == (200, "not_found")


def test_who_may_not_ask_is_told_nothing_of_what_there_is(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue) as closed:
        for path in ("/ask", "/ask/stream"):
            reply = closed.client.post(f"/api/v1{path}", json={"question": "x", "scope": {"documents": ["A/99/1"]}})
            assert (reply.status_code, "Available: " in reply.text) == (401, False)


def test_the_name_of_a_text_does_not_outweigh_what_is_asked_of_it(real_engine: Engine) -> None:
    asked = (
        "When does the Protocol against the Smuggling of Migrants by Land, Sea and Air, supplementing the United Nations "
        "Convention against Transnational Organized Crime, enter into force?"
    )
    question = real_engine.question(asked, "en")
    documents = [header.id for header in real_engine.library.headers(kind="treaty")]
    with_names = replace(question, memory={})
    with_names.__dict__["unnamed"] = with_names
    found, without = (
        [each.passage.locator.partition(",")[0] for each in real_engine.retriever.retrieve(each, 200, documents)]
        for each in (question, with_names)
    )
    assert found.index("art. 22") < without.index("art. 22")


@pytest.mark.parametrize("item", [None, "3"])
def test_a_meeting_is_named_by_its_symbol_as_well_as_by_the_id_of_its_agenda(made: Made, item: str | None) -> None:
    symbol, by_id = (Scope(meeting=meeting, item=item) for meeting in ("CTOC/COP/WG.7/2021/1", AGENDA))
    assert symbol.ids(made.library) == by_id.ids(made.library)
    assert symbol.parts(made.library) == by_id.parts(made.library)
    scope = {"meeting": "CTOC/COP/WG.7/2021/1", "item": item}
    reply = made.client.post("/api/v1/ask", json={"question": "When is item 3?", "scope": scope})
    assert (reply.status_code, reply.json()["status"]) == (200, "answered")


@pytest.mark.parametrize("named", ["A/80/901", "a/80/901", "A/80/901:en:official"])
@pytest.mark.parametrize("question", ["Which boats does the register list?", "What does paragraph 2 of A/80/901 say?"])
def test_an_earlier_version_answers_where_the_scope_names_it(
    library: Library, catalogue: Catalogue, named: str, question: str
) -> None:
    texts = {"A/80/901": "five boats", "A/80/901/Rev.1": "nine boats"}
    papers = [Input(f"{n}.md", f"# Report on harbours\n\n1. A harbour keeps a register.\n\n2. The register lists {boats}.\n".encode(),
                    symbol=Symbol.parse(symbol), language="en")
              for n, (symbol, boats) in enumerate(texts.items())]  # fmt: skip
    add(library, catalogue, *papers)
    engine, scope = Engine(library, catalogue, readers=word_readers()), Scope(documents=(named,))
    assert [each.document for each in engine.ask(question).citations] == ["A/80/901/Rev.1:en:official"]
    assert scope.unknown(library) is None
    answer = engine.ask(question, scope=scope)
    assert [(each.document, each.quote) for each in answer.citations] == [
        ("A/80/901:en:official", "The register lists five boats.")
    ]
    assert any("A/80/901/Rev.1" in note for note in answer.notes)
