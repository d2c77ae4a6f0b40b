"""What the catalogue knows of one body's documents is not spoken of where others' are asked about; what is held answers."""

from __future__ import annotations

from io import StringIO

import pytest
from conftest import Holding, add
from rich.console import Console

from assistant.cli.render import print_answer
from assistant.qa.engine import Engine
from assistant.qa.scope import Scope
from corpus.symbols import Symbol
from ingest.pipeline import Input, starter_sources

BOARD = """# Report of the board

A/88/601

1. Religious holidays are avoided when the meetings of the board are scheduled: the calendar names Eid al-Fitr and Diwali.

2. Conventional weapons are stored apart. The convention on floating docks binds twelve States.

3. The board adopted the report on harbour fees.
"""
SCHOOLS = "# Report on schools\n\nA/88/602\n\n1. The Committee visited nine schools in the valley.\n"


@pytest.fixture
def engine(holding: Holding) -> Engine:
    return holding(BOARD, reading=True)


HOUSES = {
    "A79/17": "**SEVENTY-NINTH WORLD HARBOUR ASSEMBLY**\n\nA79/17\n\n2 April 2031\n\n# Lamps of harbours\n\n1. Lamps burn oil.\n\n2. Oil costs 7 francs.\n",
    "220 EX/5": "**Executive Board**\n\n220th session\n\n220 EX/5\n\n# Ropes of harbours\n\n1. Ropes are of hemp.\n\n2. Hemp costs 9 francs.\n",
    "MSC.1/Circ.1702": "MSC.1/Circ.1702\n\n# Buoys of harbours\n\n1. Buoys are of cork.\n\n2. Cork costs 3 francs.\n",
    "GB.350/INS/4": "GB.350/INS/4\n\n# Cranes of harbours\n\n1. Cranes are of oak.\n\n2. Oak costs 5 francs.\n",
}


@pytest.fixture
def houses(holding: Holding) -> Engine:
    return holding(*(Input(f"{n}.md", text.encode()) for n, text in enumerate(HOUSES.values())), reading=True)


@pytest.mark.parametrize(("symbol", "price"), [*zip(HOUSES, "7935", strict=True)])
@pytest.mark.parametrize(
    "question", ["What does paragraph 2 of {} say?", "Que dit le paragraphe 2 de {} ?", "{}第2段说什么？", "¿Qué dice el párrafo 2 de {}?"]
)  # fmt: skip
def test_a_held_symbol_is_known_in_a_question_whatever_house_it_is_of(
    houses: Engine, symbol: str, price: str, question: str
) -> None:
    answer = houses.ask(question.format(symbol))
    assert [each.locator for each in answer.citations] == [f"{symbol}, para. 2"]
    assert f"costs {price} francs" in answer.statements[0].text
    lacking = houses.ask(question.replace("2", "9").format(symbol))
    assert lacking.status == "not_found"
    assert symbol in lacking.reason


@pytest.mark.parametrize("symbol", HOUSES)
def test_documents_of_other_houses_are_found_and_asked_by_their_symbols(houses: Engine, symbol: str) -> None:
    [held] = houses.library.find_documents(symbol.lower())
    assert (held.key, held.url) == (symbol, None), "the Official Document System holds none of these"
    within = houses.ask("What does it cost?", scope=Scope(documents=(symbol,)))
    assert {each.document for each in within.citations} <= {held.id}
    assert not Scope(documents=(symbol,)).unknown(houses.library)


@pytest.mark.parametrize("symbol", ["A79/18", "221 EX/5", "MSC.1/Circ.1703", "GB.350/INS/5"])
def test_a_document_of_another_house_that_is_not_held_is_said_not_to_be(houses: Engine, symbol: str) -> None:
    answer = houses.ask(f"What does paragraph 2 of {symbol} say?")
    assert (answer.status, answer.absent) == ("not_found", symbol)
    assert symbol in answer.reason
    print_answer(Console(file=(shown := StringIO()), width=200), answer)
    assert "rapporteur ingest FILE --symbol" in shown.getvalue()
    assert "rapporteur fetch" not in shown.getvalue(), "the Official Document System holds none of these"


def test_what_a_held_text_says_of_a_document_that_is_not_held_is_quoted(holding: Holding) -> None:
    told = "# Ropes\n\n1. Resolution WHA71.5 asks the ports to count their ropes.\n"
    answer = holding(
        Input("a.md", b"# Lamps\n\n1. Lamps burn.\n", symbol=Symbol.parse_any("WHA79.4")), told, reading=True
    ).ask("What does WHA71.5 ask the ports to do?")
    assert answer.status == "answered"
    assert "count their ropes" in answer.statements[0].text
    assert "WHA71.5" in answer.notes[0]


def test_a_follow_up_changes_the_symbol_of_another_house(houses: Engine) -> None:
    before = "What does paragraph 2 of A79/17 say?"
    assert houses.ask("And 220 EX/5?", history=[before]).citations[0].locator == "220 EX/5, para. 2"


@pytest.fixture
def beside(holding: Holding) -> Engine:
    """An engine over the board's report and the starter corpus with its treaties."""
    return holding(BOARD, *starter_sources(), reading=True)


@pytest.mark.parametrize(
    "question",
    [
        "Which religious holidays should be avoided when meetings are scheduled?",
        "What does the organization of work say about holidays?",
        "Where are Conventional weapons stored?",
        "How many States does the convention on floating docks bind?",
        "Which conventional weapons does the agenda name?",
        "What does the annotated provisional agenda say of the board?",
    ],
)
def test_a_question_that_names_no_document_is_not_told_that_one_is_not_held(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.absent is None
    assert "CTOC" not in answer.reason
    assert "Organized Crime" not in answer.reason


@pytest.mark.parametrize(
    "question",
    [
        "Where are Conventional weapons stored?",
        "What does the convention on migratory birds say?",
        "What does the Convention on Biological Diversity require of States?",
        "What does the Kyoto Protocol require?",
        "What does the report say about the convention?",
        "What does article 6 of the Protocol say?",
    ],
)
def test_a_treaty_of_the_catalogue_is_not_spoken_of_where_another_may_be_meant(holding: Holding, question: str) -> None:
    answer = holding(SCHOOLS, reading=True).ask(question)
    assert answer.absent is None
    assert "A/RES/55/25" not in answer.reason


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Where are Conventional weapons stored?", "Conventional weapons are stored apart."),
        (
            "How many States does the convention on floating docks bind?",
            "The convention on floating docks binds twelve States.",
        ),
    ],
)
def test_a_word_for_treaties_hides_no_other_document(beside: Engine, question: str, words: str) -> None:
    answer = beside.ask(question)
    assert answer.status == "answered"
    assert (answer.citations[0].symbol, answer.statements[0].text) == ("A/88/601", words)


def test_an_article_of_what_is_called_the_protocol_is_read_in_the_treaty_that_is_held(beside: Engine) -> None:
    answer = beside.ask("What does article 6 of the Protocol say?")
    assert answer.status == "answered"
    assert {citation.symbol for citation in answer.citations} == {"A/RES/55/25, annex III"}


def test_a_held_symbol_answers_though_another_that_is_named_is_not_held(engine: Engine) -> None:
    answer = engine.ask("What do A/88/601 and A/88/699 say about harbour fees?")
    assert {citation.symbol for citation in answer.citations} == {"A/88/601"}
    assert answer.absent is None
    assert any("A/88/699" in note for note in answer.notes)


def test_a_note_on_a_symbol_that_is_not_held_says_whether_it_is_known(engine: Engine) -> None:
    known, unknown = (
        engine.ask(f"What do A/88/601 and {symbol} say about harbour fees?").notes
        for symbol in ("CTOC/COP/WG.7/2021/1", "A/88/699")
    )
    assert any(
        "CTOC/COP/WG.7/2021/1" in note and "is known, but its text is not in the library" in note for note in known
    )
    assert not any("nor in the catalogue" in note for note in known)
    assert any("The document A/88/699 is neither in the library nor in the catalogue." in note for note in unknown)


def test_a_symbol_that_is_not_held_is_said_not_to_be(engine: Engine) -> None:
    answer = engine.ask("What does A/88/699 say about harbour fees?")
    assert (answer.status, answer.absent) == ("not_found", "A/88/699")


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What does resolution 79/601 say about harbour fees?", "79/601"),
        ("Que dit la résolution 79/601 sur les harbour fees ?", "79/601"),
        ("What does resolution 1701 (2006) say about harbour fees?", "1701 (2006)"),
        ("What is said of the harbour fees of 2024/25?", None),
    ],
)
def test_a_resolution_that_is_cited_by_its_number_and_not_held_is_said_not_to_be(
    engine: Engine, question: str, number: str | None
) -> None:
    answer = engine.ask(question)
    told = f"{answer.reason} {' '.join(answer.notes)}"
    assert number is None or answer.status == "not_found"
    assert [each for each in ("79/601", "1701", "2024/25") if each in told] == ([number.split()[0]] if number else [])


def test_a_resolution_of_a_body_that_is_named_is_told_by_its_symbol_where_it_is_not_held(engine: Engine) -> None:
    assert engine.ask("When did the General Assembly adopt resolution 79/601?").absent == "A/RES/79/601"
    assert engine.ask("What did Security Council resolution 2799 (2032) decide?").absent == "S/RES/2799 (2032)"


def test_a_text_that_cites_a_resolution_that_is_not_held_answers_what_is_asked_of_it(engine: Engine) -> None:
    text = "# Report on ferries\n\nA/88/603\n\n1. In resolution 79/602 the Assembly welcomed nine new ferries.\n"
    add(engine.library, engine.catalogue, Input("ferries.md", text.encode()))
    answer = engine.ask("How many new ferries were welcomed in resolution 79/602?")
    assert answer.status == "answered"
    assert answer.citations[0].symbol == "A/88/603"
    assert any("79/602" in note for note in answer.notes)


def test_a_treaty_that_is_named_in_full_and_not_held_is_said_not_to_be(engine: Engine) -> None:
    answer = engine.ask(
        "What does the United Nations Convention against Transnational Organized Crime say about docks?"
    )
    assert answer.absent == "A/RES/55/25"


@pytest.mark.parametrize(
    "question",
    [
        "What does article 5 of the Convention on Biological Diversity say?",
        "What does Article 5 of the Paris Agreement say about participation in criminal groups?",
        "Under the Basel Convention, what does article 6 say?",
        "article 5 of the CBD",
        "CITES art. 5",
        "¿Qué dice el artículo 5 de la CITES?",
    ],
)
def test_an_article_of_a_treaty_that_nobody_knows_is_not_looked_for_in_another(beside: Engine, question: str) -> None:
    answer = beside.ask(question)
    assert (answer.status, answer.statements) == ("not_found", ())
    assert answer.see_also


@pytest.mark.parametrize(
    "question",
    [
        "What does article 5 of the Convention say?",
        "I am Maria from Chile. What does article 5 say?",
        "WHAT DOES ARTICLE 5 OF THE CONVENTION SAY?",
        "What Does Article 5 of the Convention Say?",
        "Que dit l'article 5 de la Convention ?",
        "Что говорится в статье 5 Конвенции?",
    ],
)
def test_other_capitals_keep_no_article_from_being_quoted(beside: Engine, question: str) -> None:
    answer = beside.ask(question)
    assert answer.status in ("answered", "tentative")
    assert all("art. 5" in citation.locator for citation in answer.citations)
