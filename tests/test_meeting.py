"""The meeting desk: what the rows of an agenda tell is read like passages; what the reader finds is said in the language of the
question and cited to the rows, and gives way to passages that answer better."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from conftest import OpenLibrary, add
from word_reader import FlatReader, readers_of, word_readers

from assistant.meeting.row_citations import AgendaCiter
from assistant.meeting.row_passages import RowPassageBuilder
from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from assistant.qa.reader import Reading
from corpus.catalogue import Catalogue
from corpus.library import Library
from corpus.meetings import is_under
from ingest.pipeline import Input

ITEM = "How to strengthen the capacity to prosecute"


class Picking(FlatReader):
    """A reader that takes one sentence of the meeting for the answer, and passages of documents for one as far as it is told."""

    def __init__(self, words: str, passages: float = -9.0, logit: float = 3.0) -> None:
        self.words, self.passages, self.logit = words, passages, logit
        self.seen: list[str] = []

    def reading(self, question: str, text: str) -> Reading:
        self.seen.append(text)
        at = text.find(self.words)
        offsets = [(n, n + 1) for n in range(len(text))]
        ends = np.full(len(text), -50.0, np.float32)
        ends[max(at, 0) : max(at, 0) + len(self.words)] = 0.0
        return Reading(self.passages if at < 0 else self.logit, offsets, ends, ends)


Ask = Callable[[Picking, str], Answer]


@pytest.fixture
def asked(real_library: Library, catalogue: Catalogue) -> Ask:
    """Asks the real documents with a reader."""

    def ask(reader: Picking, question: str) -> Answer:
        readers = readers_of(reader)
        return Engine(real_library, catalogue, readers=readers).ask(question)

    return ask


@pytest.mark.parametrize(
    ("read", "question", "words"),
    [
        ("takes place in", "The meeting takes place in which place?", ["Vienna", "Thursday, 14 October 2021"]),
        ("opens and begins on", "On which day is it that the meeting opens?", ["Thursday, 14 October 2021 at 11 a.m."]),
        (
            "closes and ends on Friday",
            "On which day is it that the meeting closes and ends?",
            ["Friday, 15 October 2021 at 5 p.m."],
        ),
        ("4 plenary meetings over", "How many plenary meetings are there over the days?", ["4 meetings over 2 days"]),
        ("together last 8 hours", "How long do all meetings last together?", ["8 hours"]),
        ("The agenda has", "How many items has the agenda?", ["5 items"]),
        (
            "The topics on the agenda",
            "What is talked about?",
            ["1. Organizational matters:", "5. Adoption of the report."],
        ),
        ("The documents of the meeting", "Papers?", [f"CTOC/COP/WG.7/2021/{n}" for n in (2, 3, 4)]),
        (
            "The timetable is",
            "The timetable?",
            ["Thursday, 14 October 2021, 11 a.m.–1 p.m.", "item 5"],
        ),
        ("The lunch break", "How long is lunch on Friday?", ["2 hours", "1 p.m.", "3 p.m."]),
        ("from 3 p.m. to 5 p.m., the topics", "What is on Friday?", ["item 4 (Other matters)", "item 5"]),
        ("Item 3 of the agenda of", "What is item 3?", [ITEM]),
        ("is taken up on", "When is item 3?", ["14 October 2021, 3–5 p.m.", "15 October 2021, 11 a.m."]),
        ("is discussed for", "How long is item 2?", ["4 hours"]),
        ("The document for item", "Is there a paper for item 3?", ["CTOC/COP/WG.7/2021/3"]),
        ("No document", "Is there a paper for item 5?", ["announces no document"]),
    ],
)
def test_what_the_reader_finds_in_the_rows_is_said_and_cited(
    asked: Ask, read: str, question: str, words: list[str]
) -> None:
    answer = asked(Picking(read), question)
    text = " ".join(each.text for each in answer.statements)
    assert answer.status == "answered"
    assert [word for word in words if word not in text] == []
    assert {each.document for each in answer.statements[0].citations} == {"CTOC/COP/WG.7/2021/1:en:official"}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Quand le point 3 est-il examiné ?", "jeudi 14 octobre 2021"),
        ("¿Cuándo se examina el tema 3?", "jueves 14 de octubre de 2021"),
        ("Когда рассматривается пункт 3 повестки дня?", "четверг, 14 октября 2021 года"),
        ("متى ينظر في البند 3؟", "الخميس 14 تشرين الأول"),
        ("什么时候审议项目3？", "2021年10月14日星期四"),
    ],
)
def test_rows_are_read_in_english_and_said_in_the_language_of_the_question(
    asked: Ask, question: str, words: str
) -> None:
    answer = asked(Picking("is taken up on"), question)
    assert answer.status == "answered"
    assert words in answer.statements[0].text
    assert ITEM in answer.statements[0].text
    quotes = [each.quote for each in answer.citations]
    assert quotes[::2] == ["Thursday, 14 October", "Friday, 15 October"]
    assert all("3" in quote and "prosecute" in quote for quote in quotes[1::2])


def test_of_what_is_named_alone_the_rows_are_read(asked: Ask) -> None:
    for question, rows, others in (
        ("When is item 3?", ["Agenda item 3"], ["Agenda item 2", "takes place in", "The timetable is"]),
        ("What is on Friday afternoon?", ["Other matters"], ["11 a.m.", "takes place in", "Agenda item 3"]),
        ("What is CTOC/COP/WG.7/2021/2 for?", ["Agenda item 2"], ["Agenda item 3", "takes place in"]),
    ):
        reader = Picking("there is nothing like it")
        asked(reader, question)
        told = " ".join(text for text in reader.seen if "item" in text and "p.m." in text and "\n" not in text)
        assert [word for word in rows if word not in told] == []
        assert [word for word in others if word in told] == [], question


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "on Friday, 15 October 2021 begins at 11 a.m."), ("fr", "du jour"), ("es", "del d\u00eda"), ("ru", "\u0434\u043d\u044f"),
     ("ar", "\u062c\u0644\u0633\u0627\u062a"), ("zh", "\u7684\u9996\u6b21")],
)  # fmt: skip
def test_the_first_meeting_of_the_second_day_is_not_said_to_be_the_first_of_all(
    real_library: Library, language: str, words: str
) -> None:
    meeting = next(each for each in real_library.meetings() if each.sittings)
    friday = [sitting for sitting in meeting.sittings if sitting.date == meeting.sittings[-1].date]
    day, _ = RowPassageBuilder(meeting, AgendaCiter(real_library, meeting, language), friday).days()
    (begins,) = (part for part in day.sentences if part.kind == "opens")
    assert words in begins.statements[0].text
    assert begins.text == "The first meeting on Friday, 15 October 2021 begins at 11 a.m."
    (ends,) = (part for part in day.sentences if part.kind == "closes")
    assert ends.text.startswith("The meeting closes and ends on Friday")


def test_less_is_read_where_rows_or_passages_are_enough_for_an_answer(asked: Ask) -> None:
    for reader, times in (
        (Picking("plenary meetings over"), 6),
        (Picking("there is nothing like it", passages=3.0), 6),
        (Picking("there is nothing like it", passages=-1.3), 20),  # the best one twice, since it is in doubt
        (Picking("there is nothing like it"), 12),
    ):
        asked(reader, "The organization of work has plenary meetings over how many days?")
        assert len(reader.seen) == times


def test_passages_that_answer_better_come_first_and_rows_that_do_not_answer_are_not_said(asked: Ask) -> None:
    question = "What may be discussed under item 3?"
    better = asked(Picking("is discussed for", passages=3.5, logit=-1.5), question)
    assert better.statements[0].verdict == "quoted"
    assert not any(each.verdict == "derived" for each in better.statements)
    worse = asked(Picking("is discussed for", passages=-9.0, logit=-9.0), question)
    assert worse.status == "not_found"


def test_of_an_item_that_is_named_no_other_items_annotations_are_quoted(asked: Ask) -> None:
    reader = Picking("may wish to", passages=-9.0, logit=3.5)  # as annotations have it, and no row
    for question, items in (
        ("What may be discussed under item 3?", {"3"}),
        ("What may be discussed under items 2 and 3?", {"2", "3"}),
    ):
        cited = [c.locator for c in asked(reader, question).citations]
        under = {found[1] for each in cited if (found := re.search(r"item (\d+)", each))}
        assert under
        assert under <= items


def test_rows_of_which_it_is_not_certain_that_they_answer_are_shown_as_what_comes_closest(asked: Ask) -> None:
    answer = asked(Picking("takes place in", logit=-1.0), "Where do we all go?")
    assert answer.status == "tentative"
    assert "Vienna" in answer.statements[0].text


def test_the_place_of_a_meeting_is_named_in_the_language_of_the_question(asked: Ask) -> None:
    answer = asked(Picking("takes place in"), "¿Dónde se celebra la reunión?")
    assert answer.statements[0].text.startswith("La reunión se celebra en Viena: ")
    assert "Vienna" in answer.citations[0].quote


def test_where_only_an_announcement_comes_close_the_document_is_said_not_to_be_held(asked: Ask) -> None:
    answer = asked(
        Picking("The document for item 3", logit=-2.0),
        "What does the document for item 3 recommend?",
    )
    assert (answer.status, answer.absent) == ("not_found", "CTOC/COP/WG.7/2021/3")
    assert "its text is not in the library" in answer.reason


@pytest.mark.parametrize("question", ["What is in CTOC/COP/WG.7/2018/2 on item 3?", "What does article 5 say?"])
def test_nothing_is_told_of_the_meeting_where_another_text_or_meeting_is_named(asked: Ask, question: str) -> None:
    reader = Picking("is taken up on")
    asked(reader, question)
    assert not any("is taken up on" in text for text in reader.seen)


def test_without_a_reader_likeness_tells_what_comes_close(starter_library: Library, catalogue: Catalogue) -> None:
    answer = Engine(starter_library, catalogue).ask("Item 3 is discussed for how many hours in 2 meetings?")
    assert answer.status in ("answered", "tentative")


def test_an_item_that_is_called_by_words_of_its_title_is_told_before_what_is_as_near(asked: Ask) -> None:

    class Undecided(Picking):
        def _reading(self, text: str) -> Reading:
            reading = super()._reading(text)
            even = np.zeros(len(text), np.float32)
            return Reading(self.logit if "Thursday" in text else self.passages, reading.offsets, even, even)

    answer = asked(Undecided(""), "What is there on capacity on Thursday?")
    assert ITEM in answer.statements[0].text


def test_of_an_item_that_is_called_by_its_whole_title_no_block_of_another_one_answers(
    real_library: Library, catalogue: Catalogue
) -> None:
    desk = Engine(real_library, catalogue).extractive.meeting_answerer
    agenda = next(each for each in real_library.meetings() if each.sittings).document_id
    document = real_library.document(agenda)
    engine = Engine(real_library, catalogue)
    named, other = engine.question("When are Other Matters taken up?"), engine.question("What other things matter?")
    of_five = [block.ordinal for block in document.blocks if "item 5" in block.locator]
    of_four = [block.ordinal for block in document.blocks if "item 4" in block.locator]
    assert of_four
    assert all(desk.is_about_other_item(named, document, n) for n in of_five)
    assert not any(desk.is_about_other_item(named, document, n) for n in of_four)
    assert not any(desk.is_about_other_item(other, document, n) for n in of_five)


@pytest.mark.parametrize(
    ("read", "question", "words"),
    [
        ("The documents for Friday", "What should I have read by Friday?", ["2021/3", "2021/4"]),
        ("There is no document for", "Which items have no document?", ["item 1", "item 5"]),
    ],
)
def test_documents_are_told_by_day_and_where_there_are_none(
    asked: Ask, read: str, question: str, words: list[str]
) -> None:
    answer = asked(Picking(read), question)
    assert [next((word for word in words if word in each.text), None) for each in answer.statements] == words


def test_at_an_hour_without_a_meeting_the_day_is_told(asked: Ask) -> None:
    reader = Picking("there is nothing like it")
    asked(reader, "What is on at 2 p.m. on Thursday?")
    assert any("The lunch break is from 1 p.m." in text and "Thursday" in text for text in reader.seen)
    assert not any("on Friday" in text for text in reader.seen if "\n" not in text)


def test_an_annotation_that_names_an_item_is_read_for_it_wherever_it_stands(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    rule = "Proposals under item 3 are submitted by noon on Monday."
    text = f"""# Committee on Kites

E/C.98/2031/1

# Annotated provisional agenda

# Provisional agenda

1. Opening.

2. Organization of work.

3. Strings.

# Annotations

## 1. Opening

The Chair opens the session.

## 2. Organization of work

{rule} Speakers submit proposals in writing.

## 3. Strings

Strings are measured.
"""
    library = open_library()
    add(library, catalogue, Input("agenda.md", text.encode()))
    engine = Engine(library, catalogue, readers=word_readers())
    answer = engine.ask("By when are proposals under item 3 submitted?")
    assert (answer.status, answer.statements[0].text) == ("answered", rule)


def test_items_that_are_numbered_with_points_are_sub_items(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    text = """EIGHTIETH HEALTH ASSEMBLY

A80/1

Geneva, 17–20 May 2027

Provisional agenda

1. Opening of the Assembly

2. Laboratories

2.1 Plan of action

2.10 Charges

2.2 Solidarity fund

3. Closure of the Assembly
"""
    library = open_library()
    add(library, catalogue, Input("agenda.txt", text.encode()))
    (meeting,) = library.meetings()
    assert [each.number for each in meeting.items] == ["1", "2", "2.1", "2.10", "2.2", "3"]
    assert [is_under(each.number, "2") for each in meeting.items] == [False, True, True, True, True, False]
    assert is_under("2.1 (a)", "2.1")
    assert not is_under("2.1", "2.10")
    engine = Engine(library, catalogue, readers=word_readers())
    assert "Solidarity fund" in engine.ask("What is item 2.2 of the agenda?").statements[0].text
    assert "no item 2.7: its items are 1 to 3" in engine.ask("What is item 2.7 of the agenda?").reason
