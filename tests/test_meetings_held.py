"""Where the agendas of several meetings are held, a question is answered from the one that it is about."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from conftest import OpenLibrary, add
from word_reader import word_readers

from assistant.page.examples import examples
from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from eval.training.meeting_rows import agenda_text
from ingest.run import Input


def agenda(symbol: str, body: str, place: str, day: str, titles: list[str], papers: Sequence[str] = ()) -> str:
    """An agenda of one day, whose items are all taken up at ten, each with the same papers."""
    numbers = [str(n) for n in range(1, len(titles) + 1)]
    items = [{"number": number, "title": title, "annotation": f"The {body} hears of this.",
              "documents": [{"symbol": paper, "title": f"Paper on {title}"} for paper in papers]}
             for number, title in zip(numbers, titles, strict=True)]  # fmt: skip
    sittings = [{"date": day, "start": "10:00", "end": "13:00", "items": numbers}]
    return agenda_text({"symbol": symbol, "body": body, "title": "Annotated provisional agenda", "session": "Second session",
                        "place": place, "dates": [day], "items": items, "sittings": sittings})  # fmt: skip


@pytest.fixture
def engine(open_library: OpenLibrary, catalogue: Catalogue) -> Engine:
    """An engine over two agendas, the earlier of which has more items."""
    library = open_library()
    harbours = agenda(
        "A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls", "Bells", "Report"]
    )
    schools = agenda("A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Opening", "Timetables"])
    add(library, catalogue, Input("harbours.md", harbours.encode()), Input("schools.md", schools.encode()))
    return Engine(library, catalogue, readers=word_readers())


@pytest.mark.parametrize(
    ("question", "symbol"),
    [
        ("When does the Committee on Harbours take up item 2?", "A/AC.1/2024/1"),
        ("When does the Committee on Schools take up item 2?", "A/AC.2/2025/1"),
        ("When is item 2 taken up in Lisbon?", "A/AC.1/2024/1"),
        ("When is item 2 taken up?", "A/AC.2/2025/1"),
        ("When is item 3 taken up?", "A/AC.1/2024/1"),
    ],
)
def test_a_question_is_answered_from_the_meeting_that_it_is_about_else_from_the_latest_that_has_the_item(
    engine: Engine, question: str, symbol: str
) -> None:
    answer = engine.ask(question)
    assert answer.statements[0].verdict == "derived"
    assert {cite.symbol for cite in answer.statements[0].citations} == {symbol}


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("When is item 2 taken up?", "A/AC.1/2024/1"),
        ("When is item 3 taken up?", None),
        ("When does the Committee on Harbours take up item 2?", None),
    ],
)
def test_what_else_a_question_may_mean_is_said_where_another_meeting_fits_it(
    engine: Engine, question: str, other: str | None
) -> None:
    notes = [note for note in engine.ask(question).notes if "may also mean" in note]
    assert len(notes) == (other is not None)
    assert all(str(other) in note for note in notes)


def test_an_item_is_said_not_to_be_there_where_no_agenda_has_it(engine: Engine) -> None:
    answer = engine.ask("When is item 9 taken up?")
    assert answer.status == "not_found"
    assert "no item 9" in answer.reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_names_the_meeting_whose_item_it_asks_for_where_several_are_held(
    open_library: OpenLibrary, catalogue: Catalogue, language: str
) -> None:
    library = open_library()
    schools = agenda(
        "A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Desks", "Roofs"], ["A/AC.2/2025/2"]
    )
    add(library, catalogue, Input("schools.md", schools.encode()))
    assert not [each for each in examples(library, language) if "A/AC.2/2025/1" in each]
    harbours = agenda(
        "A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Tolls", "Bells"], ["A/AC.1/2024/2"]
    )
    add(library, catalogue, Input("harbours.md", harbours.encode()))
    when, papers = (each for each in examples(library, language) if "(A/AC.2/2025/1)" in each)
    engine = Engine(library, catalogue, readers=word_readers())
    for question in (when, papers):
        answer = engine.ask(question)
        assert (answer.status, answer.language) == ("answered", language)
        assert {cite.symbol for each in answer.statements for cite in each.citations} == {"A/AC.2/2025/1"}
