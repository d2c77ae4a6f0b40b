"""Where the agendas of several meetings are held, a question is answered from the one that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Holding, add
from word_reader import FlatReader, readers_of, word_readers

from assistant.export.un_style import document_name
from assistant.meeting.meeting_answers import MeetingAnswerer
from assistant.page.scope_choice import example_questions
from assistant.qa.abstention import Thresholds, load_thresholds
from assistant.qa.engine import Engine
from assistant.qa.reader import KINDS, Reading
from assistant.qa.readers import Readers
from assistant.qa.scoring import ScoredUnit
from assistant.question import Question
from assistant.reports.lookup import display_label
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.library import Library
from corpus.meetings import Meeting
from corpus.sentences import sentence_spans
from eval.training.meeting_rows import agenda_text
from ingest.pipeline import Input


def agenda(
    symbol: str,
    body: str,
    place: str,
    day: str,
    titles: list[str],
    papers: Sequence[str] = (),
    *,
    timetable: bool = True,
) -> str:
    """An agenda of one day, whose items are all taken up at ten, each with the same papers; or without a timetable."""
    numbers = [str(n) for n in range(1, len(titles) + 1)]
    items = [{"number": number, "title": title, "annotation": f"The {body} hears of this.",
              "documents": [{"symbol": paper, "title": f"Paper on {title}"} for paper in papers]}
             for number, title in zip(numbers, titles, strict=True)]  # fmt: skip
    sittings = [{"date": day, "start": "10:00", "end": "13:00", "items": numbers}] if timetable else []
    return agenda_text({"symbol": symbol, "body": body, "title": "Annotated provisional agenda", "session": "Second session",
                        "place": place, "dates": [day], "items": items, "sittings": sittings})  # fmt: skip


class Liking(FlatReader):
    """A reader to whom passages and sentences with a word answer better than others, a little or `much`, if the question has the word
    `asked`."""

    def __init__(self, word: str, much: float = 0.5, asked: str = "") -> None:
        self._word, self._much, self._asked = word, much, asked

    def reading(self, question: str, text: str) -> Reading:
        spans = sentence_spans(text)
        told = np.array([self._much * (self._word in text[begin:end]) for begin, end in spans], np.float32)
        logit = 2.5 + float(told.max()) if self._asked in question else -5.0
        return Reading(logit, spans, told, told)


@pytest.fixture
def engine(holding: Holding) -> Engine:
    """An engine over two agendas, the earlier of which has more items."""
    harbours = agenda(
        "A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls", "Bells", "Report"]
    )
    schools = agenda("A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Opening", "Timetables"])
    return holding(harbours, schools, reading=True)


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


def test_an_item_of_an_agenda_that_is_not_in_the_library_is_not_denied(holding: Holding) -> None:
    record = """# Summary record of the 3rd meeting

A/C.5/79/SR.3

1. The Chair said that informal consultations on item 152 would be held in room 5.

2. Item 140 had been adopted.
"""
    engine = holding(
        agenda("A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls"]),
        record,
        reading=True,
    )
    answer = engine.ask("Where are the informal consultations on item 152 held?")
    assert "no item" not in answer.reason
    assert [cite.symbol for cite in answer.citations] == ["A/C.5/79/SR.3"]
    assert "no item 77" in engine.ask("When is item 77 taken up?").reason
    other = engine.ask("When does the Committee on Harbours in Lisbon take up item 140?")
    assert "no item 140" in other.reason, "what names an item 140 is not about this meeting"


def test_of_several_meetings_the_one_is_preferred_whose_agenda_is_in_the_language_of_the_question(
    holding: Holding,
) -> None:
    later = """# Ordre du jour provisoire annoté

E/CN.31/2031/1

Deuxième session

Marseille, 2-4 juin 2031

## Ordre du jour provisoire

1. Ouverture de la session.

2. Les lampes.

## Organisation des travaux

| Date | Heure | Point | Titre |
|---|---|---|---|
| Lundi 2 juin | 10 heures-13 heures | 1 | Ouverture de la session |
| | 15 heures-18 heures | 2 | Les lampes |
"""
    engine = holding(
        agenda("A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls"]),
        later,
        reading=True,
    )
    asked = [("When is item 2 taken up?", "A/AC.1/2024/1"), ("Quand le point 2 est-il examiné ?", "E/CN.31/2031/1")]
    for question, symbol in asked:
        answer = engine.ask(question)
        assert {cite.symbol for cite in answer.statements[0].citations} == {symbol}, question


@pytest.fixture
def boards(holding: Holding) -> Engine:
    """An engine over the agendas of two boards, each of which calls its fund by a short name."""
    ports = agenda(
        "A/AC.3/2025/1",
        "Executive Board of the Fund for Ports",
        "Lisbon",
        "2025-06-03",
        ["Evaluation at FUPO", "Ethics at FUPO", "Field visits", "Gender at FUPO and FUSH"],
        ["A/AC.3/2025/2", "A/AC.3/2025/3"],
    )
    ships = agenda(
        "A/AC.4/2025/1",
        "Executive Board of the Fund for Gender Equality",
        "Quito",
        "2025-06-18",
        ["Evaluation at FUSH", "Ethics at FUSH", "Audit at FUSH"],
    )
    return holding(ports, ships, reading=True)


@pytest.mark.parametrize(
    ("question", "symbol"),
    [
        ("When does the Executive Board of FUPO take up item 2?", "A/AC.3/2025/1"),
        ("When does the Executive Board of FUSH take up item 2?", "A/AC.4/2025/1"),
        ("When is ethics taken up by FUPO?", "A/AC.3/2025/1"),
        ("When is gender at FUPO taken up?", "A/AC.3/2025/1"),
        ("When does the Executive Board of the Fund for Ports take up item 2?", "A/AC.3/2025/1"),
        ("when does the executive board of the fund for ports take up item 2?", "A/AC.3/2025/1"),
        ("Quand le point 2 est-il examiné par le Conseil du FUPO ?", "A/AC.3/2025/1"),
        ("When are field visits taken up?", "A/AC.3/2025/1"),
        ("When is item 3 on field visits taken up?", "A/AC.3/2025/1"),
        ("When is item 3 taken up?", "A/AC.4/2025/1"),
        ("What is on the agenda on 3 June 2025?", "A/AC.3/2025/1"),
        ("What is on the agenda on 18 June 2025?", "A/AC.4/2025/1"),
    ],
)
def test_the_short_name_of_a_body_the_topic_or_the_day_tells_which_meeting_is_meant(
    boards: Engine, question: str, symbol: str
) -> None:
    answer = boards.ask(question)
    assert answer.statements[0].verdict == "derived"
    assert {cite.symbol for cite in answer.statements[0].citations} == {symbol}


def test_a_day_is_denied_only_where_no_meeting_held_has_it_and_the_days_of_all_are_told(boards: Engine) -> None:
    answer = boards.ask("What is on the agenda on 9 June 2025?")
    assert answer.status == "not_found"
    assert "Tuesday, 3 June 2025 and Wednesday, 18 June 2025" in answer.reason
    assert {see.document.partition(":")[0] for see in answer.see_also} == {"A/AC.3/2025/1", "A/AC.4/2025/1"}


def test_a_day_is_denied_for_the_body_that_is_named(boards: Engine) -> None:
    answer = boards.ask("What does the Executive Board of FUSH discuss on 3 June 2025?")
    assert answer.status == "not_found"
    assert "Wednesday, 18 June 2025" in answer.reason


def test_documents_of_an_item_that_are_as_good_are_all_told_in_a_follow_up_too(boards: Engine) -> None:
    alone = boards.question("Which documents are announced for item 2 of FUPO?")
    whole = boards.question(
        "When does the Executive Board of FUPO take up item 2: Which documents are announced for it?"
    )
    for question in (alone, replace(whole, focus="Which documents are announced for it?")):
        told = boards.extractive.meeting_answerer.answer(question)
        assert told is not None
        assert [each.text.rstrip(".").split()[-1] for each in told.statements] == ["A/AC.3/2025/2", "A/AC.3/2025/3"]


def test_of_documents_that_are_alike_the_one_comes_first_whose_line_has_the_name(holding: Holding) -> None:
    board = agenda(
        "A/AC.5/2025/1",
        "Executive Board",
        "Lisbon",
        "2025-06-03",
        ["Ethics", "Closing"],
        ["A/AC.5/2025/2", "A/AC.5/2025/3"],
    )
    board = board.replace("Paper on Ethics", "NAPO: Report of the Ethics Office", 1)
    board = board.replace("Paper on Ethics", "LUPO: Activities of the Ethics Office", 1)
    engine = holding(board, reading=True)
    told = engine.extractive.meeting_answerer.answer(
        engine.question("Which document is the report of the Ethics Office of LUPO?")
    )
    assert told is not None
    assert told.statements[0].text.rstrip(".").endswith("A/AC.5/2025/3")


def test_all_documents_of_an_item_are_told_where_only_the_body_is_named_the_ones_that_name_it_first(
    holding: Holding,
) -> None:
    papers = ["A/AC.6/2025/2", "A/AC.6/2025/3"]
    board = agenda("A/AC.6/2025/1", "Executive Board", "Lisbon", "2025-06-03", ["Evaluation", "Closing"], papers)
    board = board.replace("Paper on Evaluation", "Report on the evaluation function", 1)
    board = board.replace("Paper on Evaluation", "Report on the evaluation of the support of LUPO to ferries", 1)
    engine = holding(board, reading=True)
    asked = {
        "Which documents are announced for item 1 of LUPO?": [papers[1], papers[0]],
        "Which document of LUPO announced for item 1 is on ferries?": [papers[1]],
    }
    for question, symbols in asked.items():
        told = engine.extractive.meeting_answerer.answer(engine.question(question))
        assert told is not None
        assert [each.text.rstrip(" .").split()[-1] for each in told.statements] == symbols, question


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_names_the_meeting_whose_item_it_asks_for_where_several_are_held(
    library: Library, catalogue: Catalogue, language: str
) -> None:
    schools = agenda(
        "A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Desks", "Roofs"], ["A/AC.2/2025/2"]
    )
    add(library, catalogue, Input("schools.md", schools.encode()))
    assert not [each for each in example_questions(library, language) if "A/AC.2/2025/1" in each]
    harbours = agenda(
        "A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Tolls", "Bells"], ["A/AC.1/2024/2"]
    )
    add(library, catalogue, Input("harbours.md", harbours.encode()))
    when, papers = (each for each in example_questions(library, language) if "(A/AC.2/2025/1)" in each)
    engine = Engine(library, catalogue, readers=word_readers())
    for question in (when, papers):
        answer = engine.ask(question)
        assert (answer.status, answer.language) == ("answered", language)
        assert {cite.symbol for each in answer.statements for cite in each.citations} == {"A/AC.2/2025/1"}


@pytest.fixture
def bare(holding: Holding) -> Engine:
    """An engine over two agendas, the later of which has no timetable, and a resolution on something else."""
    tolls = agenda("A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls", "Bells"])
    roofs = agenda(
        "A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Opening", "Roofs", "Desks"], timetable=False
    )
    bridge = "# Bridges\n\n1. The meeting on the 25th anniversary of the Elbow Bridge takes place on 9 June 2027.\n"
    return holding(tolls, roofs, bridge, reading=True)


@pytest.mark.parametrize(
    ("question", "symbol", "other"),
    [
        ("When is item 3 taken up?", "A/AC.1/2024/1", "A/AC.2/2025/1"),
        ("What is item 3 of the agenda?", "A/AC.2/2025/1", "A/AC.1/2024/1"),
    ],
)
def test_the_latest_meeting_that_tells_what_is_asked_answers_alone_and_the_others_are_named(
    bare: Engine, question: str, symbol: str, other: str
) -> None:
    answer = bare.ask(question)
    assert answer.status == "answered"
    assert {cite.symbol for cite in answer.citations} == {symbol}
    assert any(other in note for note in answer.notes)


def test_a_row_of_a_timetable_is_read_only_for_questions_with_its_words(holding: Holding) -> None:
    titles = ["Opening of the meeting", "Tolls of the northern harbours"]
    engine = holding(agenda("A/AC.1/2024/1", "Committee on Ports", "Lisbon", "2024-05-06", titles), reading=True)
    read = list[str]()

    def watch(question: object, evidence: object, scored: Sequence[ScoredUnit]) -> None:
        units = (each.unit for each in scored)
        read.extend(unit.own for unit in units if unit.document.blocks[unit.block].kind == "row")

    engine.extractive.watch = watch
    engine.ask("How many minutes may observers speak on the tolls?")
    assert not read
    engine.ask("What is said of tolls of northern harbours?")
    assert any("Tolls" in row for row in read)


def test_a_row_of_a_timetable_is_quoted_only_for_the_items_that_it_holds(bare: Engine) -> None:
    desk, document = bare.extractive.meeting_answerer, bare.library.document("A/AC.1/2024/1:en:digest")
    question = bare.question("How long are bells heard under item 3?")
    rows = {row.number: row.row for sitting in bare.library.meetings()[0].sittings for row in sitting.items}
    assert [desk.is_about_other_item(question, document, rows[number]) for number in ("2", "3")] == [True, False]
    quoted = [cite for cite in bare.ask("What is item 3 on bells?").citations if cite.locator.startswith("annex")]
    assert not [cite for cite in quoted if "Tolls" in cite.quote]


@pytest.mark.parametrize(
    "question",
    [
        "When does the meeting of the Elbow Bridge Commission take place?",
        "When did the meeting of 16 April 2025 rise?",
        "When does the 64th meeting take place?",
        "When does the meeting in Yemen take place?",
    ],
)
def test_rows_of_a_meeting_do_not_answer_for_another_body_day_number_or_place(bare: Engine, question: str) -> None:
    answer = bare.ask(question)
    assert not [each for each in answer.statements if each.verdict == "derived"]
    assert "no meeting then" not in answer.reason


def test_the_number_of_an_anniversary_is_no_day_of_the_month(bare: Engine) -> None:
    assert bare.question("elbow bridge 25th anniversary meeting when").days == ()
    assert bare.question("What is taken up on the 25th?").days == (25,)
    answer = bare.ask("elbow bridge 25th anniversary meeting when")
    assert answer.status == "answered"
    assert "9 June 2027" in answer.statements[0].text


def test_a_day_without_a_meeting_is_told_only_to_who_asks_for_a_timetable(bare: Engine) -> None:
    assert "no meeting then" in bare.ask("What is taken up on 7 May?").reason
    assert "no meeting then" not in bare.ask("Which pirates were hanged on 7 May?").reason


@pytest.fixture
def week(holding: Holding) -> Engine:
    """An engine over an agenda of three days, with a line below its timetable and a note on one of its items."""
    titles = {"1": "Opening", "2": "Kites", "2 (a)": "Strings", "2 (b)": "Tails", "3": "Wind fund"}
    sittings = [("12", "10:00", ["1"]), ("12", "15:00", ["2 (a)"]), ("13", "10:00", ["2 (b)"]), ("13", "15:00", ["3"]),
                ("14", "10:00", ["1"])]  # fmt: skip
    text = agenda_text({"symbol": "A/AC.3/2026/1", "body": "Committee on Kites", "title": "Annotated provisional agenda",
                        "session": "Third session", "place": "Bergen", "dates": ["2026-05-12", "2026-05-13", "2026-05-14"],
                        "items": [{"number": number, "title": title, "annotation": f"{title} will be heard.", "documents": []}
                                  for number, title in titles.items()],
                        "sittings": [{"date": f"2026-05-{day}", "start": start, "end": f"{int(start[:2]) + 3}:00", "items": items}
                                     for day, start, items in sittings]})  # fmt: skip
    text += "\n\nThe meeting of Wednesday is in the hall.\n"
    fund = "# Note\n\nA/AC.3/2026/2\n\n1. Money of the wind fund is for strings. We talk of its money at length.\n"
    return holding(text, fund, reading=True)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is taken up in the afternoon of the second day?", "Wednesday, 13 May 2026, 3 p.m.–6 p.m."),
        ("Which item is taken up on day 3?", "Thursday, 14 May 2026"),
        ("When is item 2 b taken up?", "Agenda item 2 (b)"),
    ],
)
def test_a_day_counted_from_the_first_and_a_lettered_part_tell_which_sitting_is_asked_about(
    week: Engine, question: str, told: str
) -> None:
    answer = week.extractive.meeting_answerer.answer(week.question(question))
    assert answer is not None
    assert told in answer.statements[0].text


@pytest.mark.parametrize("question", ["What is on the second day?", "What is on Wednesday?"])
def test_what_is_on_a_day_is_told_whole_whether_it_is_named_or_counted(week: Engine, question: str) -> None:
    day = "Wednesday, 13 May 2026"
    reader = Liking("morning (before lunch)", 6.0, asked="Wednesday")
    engine = Engine(week.library, week.catalogue, readers=readers_of(reader, "en"))
    told = [statement.text.partition(":")[0] for statement in engine.ask(question).statements]
    assert told[:2] == [f"{day}, 10 a.m.–1 p.m.", f"{day}, 3 p.m.–6 p.m."]


@pytest.mark.parametrize(
    "question", ["Is there a meeting in the hall on Friday?", "Is there a meeting on the fifth day?"]
)
def test_that_there_is_no_meeting_on_a_day_comes_before_passages_that_do_not_name_the_day(
    week: Engine, question: str
) -> None:
    answer = week.ask(question)
    assert answer.status == "not_found"
    assert "no meeting then" in answer.reason
    assert week.ask("Is there a meeting in the hall on Wednesday?").status == "answered"


def test_beside_what_has_words_of_the_question_no_sitting_is_told_that_has_none(week: Engine) -> None:
    engine = Engine(week.library, week.catalogue, readers=readers_of(Liking("money"), "en"))
    told = engine.ask("Who talks of money?").statements
    assert told
    assert not [each.text for each in told if each.verdict == "derived"]


@pytest.mark.parametrize(
    "question",
    [
        "Which item is taken up on Monday from 10 a.m. to 1 p.m.?",
        "Quel point est examiné lundi de 10 heures à 13 heures ?",
        "¿Qué tema se examina el lunes de 10 a 13 horas?",
        "Какой пункт рассматривается в понедельник с 10 до 13 часов?",
        "星期一上午10时至下午1时审议哪个项目？",
        "ما البند الذي ينظر فيه يوم الاثنين من الساعة 10 إلى الساعة 13؟",
    ],
)
def test_a_span_of_time_tells_which_sitting_is_asked_about(bare: Engine, question: str) -> None:
    told = bare.extractive.meeting_answerer.answer(bare.question(question))
    assert told is not None
    # As the agenda prints it, in another language by the clock.
    assert ("10 a.m.–1 p.m." if question.startswith("Which") else "10:00–13:00") in told.statements[0].text


@pytest.mark.parametrize(
    "question",
    [
        "متى يُعتمد تقرير الفريق العامل المعني بتهريب المهاجرين؟",
        "Когда утверждается доклад Рабочей группы по незаконному ввозу мигрантов?",
    ],
)
def test_the_name_of_the_body_does_not_hide_what_is_asked_of_its_meeting(starter_engine: Engine, question: str) -> None:
    answer = starter_engine.ask(question)
    assert answer.status == "answered"
    assert any("15:00–17:00" in statement.text for statement in answer.statements)


def test_days_and_times_come_before_the_length_that_is_about_as_likely_meant(holding: Holding) -> None:
    schools = agenda("A/AC.2/2025/1", "Committee on Schools", "Quito", "2025-03-03", ["Opening", "Timetables"])
    engine = holding(schools, readers=readers_of(Liking("hours"), "en"))
    first, second, *_ = engine.ask("When is item 2 taken up?").statements
    assert "10" in first.text
    assert "3 hours" in second.text


def test_an_agenda_of_limited_distribution_is_no_draft(library: Library, catalogue: Catalogue) -> None:
    text = "# Provisional agenda\n\nA/AC.3/2026/L.1\n\n1. Opening of the session.\n\n2. Kites.\n\n3. Wind fund.\n"
    add(library, catalogue, Input("agenda.md", text.encode()))
    (document,) = library.documents()
    assert document.kind == "agenda"
    assert "draft" not in document_name(document, "en").notes
    assert display_label(document, "fr") == "A/AC.3/2026/L.1"


class Preferring:
    """A reader to whom texts with one of some phrases answer, each with its logit."""

    def __init__(self, logits: dict[str, float]) -> None:
        self._logits = logits

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        found = []
        for _, text in passages:
            logit, phrase = max(((n, each) for each, n in self._logits.items() if each in text), default=(-9.0, ""))
            spans = sentence_spans(text)
            likely = np.array([5.0 * (bool(phrase) and phrase in text[start:end]) for start, end in spans], np.float32)
            found.append(Reading(logit, spans, likely, likely))
        return found

    def translate(self, text: str) -> list[str]:
        return []


def test_rows_and_texts_are_compared_by_their_chances_not_by_how_far_each_is_above_its_own_threshold(
    holding: Holding,
) -> None:
    tolls = agenda("A/AC.1/2024/1", "Committee on Harbours", "Lisbon", "2024-05-06", ["Opening", "Tolls", "Bells"])
    regatta = "# Regatta\n\n1. When did the meeting end? The meeting of boats did end on 9 June 2016.\n"
    # The text is like the question, the rows are not: they need more to be an answer, and have it.
    thresholds = Thresholds(1.0, 0.0, answered=0.5, tentative=0.0, relevant=3.5)
    reader = Preferring({"ends on Monday": 1.0, "boats did end": 0.3})
    engine = holding(tolls, regatta, readers=Readers({"en": reader}, {"en": thresholds}))
    answer = engine.ask("When did the meeting end?")
    assert "6 May 2024" in answer.statements[0].text


LIMITS = """

## Annex: speaking times

| Speaker | Limit |
| --- | --- |
| Heads of State | 5 minutes |
| Observers | 3 minutes |
"""


@pytest.mark.parametrize(
    "question", ["How long may observers speak?", "Combien de minutes les observateurs peuvent-ils parler?"]
)
def test_other_tables_of_an_agenda_are_read_whatever_words_they_share_with_the_question(
    holding: Holding, question: str
) -> None:
    tolls = agenda("A/AC.1/2024/1", "Committee on Ports", "Lisbon", "2024-05-06", ["Opening", "Tolls"]) + LIMITS
    engine = holding(tolls, readers=Readers(dict.fromkeys(KINDS, Preferring({"Observers": 3.0})), load_thresholds()))
    assert "3 minutes" in " ".join(each.text for each in engine.ask(question).statements)


def test_of_many_meetings_those_compete_whose_agendas_search_finds_for_the_question(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        f"{first}{second}" for first in ("bell", "boat", "crane") for second in ("works", "walls", "wages", "keys")
    ]
    long = agenda("A/AC.1/2020/1", "Committee on Harbours", "Lisbon", "2020-05-06", [" and ".join(parts), "Lanterns"])
    short = [
        agenda(f"A/AC.{n}/202{n}/1", f"Committee on {body}", "Quito", f"202{n}-03-03", ["Opening", "Hearing"])
        for n, body in enumerate(("Schools", "Roofs", "Desks", "Chalk", "Gardens"), 2)
    ]
    ranked, competing = MeetingAnswerer._rank_rows, set[str]()

    def rank(own: MeetingAnswerer, question: Question, meetings: Sequence[Meeting], subject: Any) -> Any:
        competing.update(meeting.document_id for meeting in meetings)
        return ranked(own, question, meetings, subject)

    monkeypatch.setattr(MeetingAnswerer, "_rank_rows", rank)
    reports = [
        Input(f"{n}.md", f"# Report {n}\n\n1. On day {n} and at a time of the session it is discussed.\n".encode())
        for n in range(60)
    ]
    engine = holding(long, *short, *reports, reading=True)
    engine.ask("On which day and at what time of the session are lanterns discussed?")
    assert "A/AC.1/2020/1:en:digest" in competing
    assert len(competing) == 4
