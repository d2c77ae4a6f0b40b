"""Training rows: the same for the same input, without what is evaluated on, mixed as the tables say; the card; the commands."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from conftest import SHARED, Holding, OpenLibrary, add, at_hand
from hypothesis import given
from hypothesis import strategies as st
from invoking import write_lines
from test_metadata import RESOLUTION
from typer.testing import CliRunner
from word_reader import WordReader

from assistant.qa.abstention import FROM_ENGLISH, NEITHER_ENGLISH, SAME, SEARCH_WEIGHT
from assistant.qa.engine import Engine
from assistant.qa.reader import Reader, Reading
from assistant.qa.reader_weights import available, shipped_path, ships
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.models import EmbeddingModels
from eval.training.card import write_card
from eval.training.groups import Group, Judgement, Read, load_groups, read_values, save_groups, text_key
from eval.training.judgements import judge
from eval.training.measure import mine_hard_negatives, outcomes, questions_for, score_by_likeness, score_by_reader
from eval.training.meeting_rows import QUESTIONS_PER_MEETING, add_meeting_passages, agenda_text, meeting_groups
from eval.training.mixes import MIXES, Mix, count_by_set, draw_aside_questions, mix_groups
from eval.training.own_rows import own_groups
from eval.training.public import SOURCES, Banned, Source, public_groups
from eval.training.rows import (
    INDEX,
    MEETINGS,
    PAPERS,
    PASSAGES,
    PATTERNS,
    QUESTIONS,
    STARTER,
    TREATIES,
    TREATY_QUESTIONS,
    TREATY_TRANSLATIONS,
)
from eval.training.train import PLANS, Plan
from eval.training.training_commands import app
from eval.training.written_rows import written_groups
from ingest.pipeline import Input

TEXT = st.text(max_size=12)
READS = st.builds(Read, TEXT, TEXT, st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)))
CHANCES = st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1)), max_size=2).map(tuple)
JUDGED = st.builds(Read, TEXT, TEXT, st.none(), st.builds(Judgement, st.floats(-9, 9), CHANCES, CHANCES))
READ_LISTS = st.lists(READS, max_size=3) | st.lists(JUDGED, max_size=3)
GROUPS = st.builds(Group, TEXT, TEXT, TEXT, st.booleans(), READ_LISTS.map(tuple))
RULES = """# Rules of the harbour

1. Boats enter the harbour between six and ten in the morning.

2. Yachts pay forty crowns a night to the harbour master.

3. The bell on the pier is rung in fog by the guard.
"""
ASKED = [
    {"id": "a", "document": "rules", "language": "en", "kind": "number", "question": "How much do yachts pay a night?", "history": [],
     "facts": [["forty crowns"]], "gold": [{"locator": "para. 2", "span": "forty crowns a night"}]},
    {"id": "b", "document": "rules", "language": "en", "kind": "near-miss", "question": "Who may ring the bell on the pier at noon?",
     "history": ["What of the bell?"], "facts": [], "gold": []},
    {"id": "c", "document": "rules", "language": "fr", "kind": "off-topic", "question": "Qui a gagné le match ?", "history": [],
     "facts": [], "gold": []},
]  # fmt: skip


@pytest.fixture
def harbour(holding: Holding) -> Engine:
    """An engine over the rules of a harbour."""
    return holding(Input("rules.md", RULES.encode()))


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Questions about them."""
    return write_lines(tmp_path / "asked.jsonl", *ASKED)


# Files of groups


@given(st.lists(GROUPS, max_size=4))
def test_groups_are_the_same_after_they_were_stored(
    tmp_path_factory: pytest.TempPathFactory, groups: list[Group]
) -> None:
    for name in ("rows.jsonl", "rows.jsonl.gz"):
        path = tmp_path_factory.getbasetemp() / name
        save_groups(groups, path)
        assert list(load_groups(path)) == groups


def test_the_same_groups_give_the_same_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [Group("s", "en", "Who?", True, (Read("", "He.", (0, 2)),))]
    save_groups(groups, tmp_path / "first.jsonl.gz")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    save_groups(groups, tmp_path / "later.jsonl.gz")
    assert (tmp_path / "first.jsonl.gz").read_bytes() == (tmp_path / "later.jsonl.gz").read_bytes()


def test_what_is_no_group_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"rows\.jsonl, entry 1 is no group"):
        list(load_groups(write_lines(tmp_path / "rows.jsonl", {"question": "Who?"})))
    (tmp_path / "broken.jsonl").write_text("{}\n{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.jsonl, line 2 is no JSON"):
        list(read_values(tmp_path / "broken.jsonl"))


# What is evaluated on


def evaluation(folder: Path) -> Banned:
    """A folder of evaluation sets with a row each."""
    for name in ("xquad", "nomiracl", "clapnq"):
        (folder / name).mkdir(parents=True)
    squad = {"data": [{"paragraphs": [{"context": "The tower is high.", "qas": [{"question": "How high?"}]}]}]}
    (folder / "xquad" / "a.json").write_text(json.dumps(squad), encoding="utf-8")
    write_lines(folder / "nomiracl" / "a.jsonl", {"question": "Who built it?", "passages": [{"text": "Ann did."}]})
    write_lines(folder / "clapnq" / "a.jsonl", {"input": "when was it", "passages": [{"text": "In 1900 it was."}]})
    return Banned.of(folder)


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("how HIGH", "Other."),
        ("Other?", "The  tower is\nhigh"),
        ("Who built it", "Other."),
        ("Other?", "ANN did"),
        ("When was it?", "Other."),
        ("Other?", "In 1900, it was."),
    ],
)
def test_what_occurs_in_an_evaluation_set_is_left_out_however_it_is_written(
    tmp_path: Path, question: str, passage: str
) -> None:
    banned = evaluation(tmp_path / "eval")
    assert not banned.allows(Group("s", "en", question, True, (Read("", "Good."), Read("", passage))))
    assert banned.allows(Group("s", "en", "Other?", True, (Read("", "Good."),)))


def test_nothing_of_the_evaluation_sets_is_in_the_public_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_hand(SHARED / "training")
    # One set, which shares paragraphs with XQuAD, is enough here, and quick.
    sources = [source for source in SOURCES if source.name == "squad2"]
    monkeypatch.setattr("eval.training.public.SOURCES", sources)
    (tmp_path / "data").mkdir()
    for name in sources[0].files:
        (tmp_path / "data" / f"{name}.json.gz").symlink_to(SHARED / "training" / "data" / f"{name}.json.gz")
    (tmp_path / "data" / "nqo.jsonl.gz").write_bytes(gzip.compress(b""))
    banned = Banned.of(SHARED / "eval")
    allowed = list(public_groups(tmp_path, banned))
    assert 0 < len(allowed) < len(list(public_groups(tmp_path, Banned(frozenset(), frozenset()))))
    for group in allowed:
        assert text_key(group.question) not in banned.questions
        assert not {text_key(each.passage) for each in group.reads} & banned.passages
        assert all(each.passage[slice(*each.answer)].strip() for each in group.reads if each.answer)


# What ships


def test_every_shipped_question_is_well_formed() -> None:
    rows = list(read_values(QUESTIONS))
    assert len({row["id"] for row in rows}) == len(rows) == 5470
    for row in rows:
        assert row["question"].strip(), row["id"]
        assert row["language"] in ("en", "fr", "es", "ru", "ar", "zh"), row["id"]
        assert bool(row["facts"]) == bool(row["gold"]) != bool(row["why"]), row["id"]
        assert bool(row["history"]) <= (row["kind"] == "follow-up"), row["id"]
        assert all(fact and all(fact) for fact in row["facts"]), row["id"]
        assert all(gold["locator"] and gold["span"] for gold in row["gold"]), row["id"]


def test_every_shipped_question_on_the_starter_corpus_names_a_document_of_it() -> None:
    rows = list(read_values(INDEX))
    assert len({(row["document"], row["question"]) for row in rows}) > 2_950
    assert len(rows) == 3_000
    assert {row["document"] for row in rows} == {path.stem for path in STARTER.glob("*.md")}
    assert {row["language"] for row in rows} == {"en", "fr", "es", "ru", "ar", "zh"}
    for row in rows:
        assert row["question"].strip(), row
        assert bool(row["gold"]) == (row["kind"] == "index"), row
        assert all(gold["locator"] for gold in row["gold"]), row


def test_every_answer_in_a_shipped_passage_stands_there() -> None:
    rows = list(read_values(PASSAGES))
    assert len({row["passage"] for row in rows}) == len(rows) == 1840
    for row in rows:
        assert row["language"] in ("fr", "ru", "ar", "zh")
        assert any(asked["a"] for asked in row["questions"]), row["title"]
        assert not all(asked["a"] for asked in row["questions"]), row["title"]
        for asked in row["questions"]:
            assert asked["q"].strip()
            assert asked["a"] in row["passage"], (row["title"], asked)


# Own and written groups


def test_a_question_is_asked_of_the_passage_that_answers_and_of_some_that_do_not(harbour: Engine, asked: Path) -> None:
    groups = list(own_groups([asked], harbour))
    assert [group.source for group in groups] == ["un-number", "un-near-miss", "un-off-topic"]
    answers = [each for each in groups[0].reads if each.answer]
    assert [each.passage[slice(*each.answer)] for each in answers] == ["forty crowns a night"]
    assert groups[0].answerable
    assert not groups[1].answerable
    assert groups[1].question == "What of the bell? Who may ring the bell on the pier at noon?"
    assert not any(each.answer for each in groups[1].reads)


def test_a_question_is_asked_of_the_same_passages_in_each_language_it_is_translated_to(
    harbour: Engine, tmp_path: Path
) -> None:
    rows = [{**row, "id": f"q{n}"} for n, row in enumerate(ASKED)]
    told = [
        {"of": "q1", "language": "fr", "question": "Qui peut sonner ?", "history": ["Et la cloche ?"]},
        {"of": "q1", "language": "es", "question": "¿Quién puede tocarla?"},
        {"of": "q9", "language": "es", "question": "¿Otra?"},
    ]
    files = write_lines(tmp_path / "questions.jsonl", *rows), write_lines(tmp_path / "translations.jsonl", *told)
    groups = list(own_groups([files[0]], harbour, translations=files[1]))
    assert [(group.source, group.language) for group in groups] == [
        ("un-number", "en"), ("un-near-miss", "en"), ("translated-near-miss", "fr"), ("translated-near-miss", "es"),
        ("un-off-topic", groups[-1].language),
    ]  # fmt: skip
    assert groups[2].question == "Et la cloche ? Qui peut sonner ?"
    assert groups[1].reads == groups[2].reads == groups[3].reads
    assert not groups[3].answerable


def test_what_only_the_first_page_tells_no_passage_answers(
    holding: Holding, catalogue: Catalogue, tmp_path: Path
) -> None:
    when = {**ASKED[0], "document": "resolution", "question": "When were the rules of lamps adopted?"}
    when |= {"facts": [["15 December 2040"]], "gold": [{"locator": "title", "span": "15 December 2040"}]}
    engine = holding(Input("resolution.md", RESOLUTION.encode()))
    assert not list(own_groups([write_lines(tmp_path / "asked.jsonl", when)], engine))
    add(engine.library, catalogue, Input("rules.md", RULES.encode()))
    (group,) = own_groups([write_lines(tmp_path / "asked.jsonl", when)], engine)
    assert not group.answerable
    assert group.reads
    assert not any(read.answer for read in group.reads)


def test_mining_keeps_what_answers_and_what_the_reader_takes_for_an_answer() -> None:
    reads = (
        Read("", "The boat is red."),
        Read("", "The bell rings at six.", (19, 22)),
        Read("", "The bell rings at noon."),
    )
    group = Group("un-fact", "en", "When does the bell ring at six?", True, reads)
    (made,) = mine_hard_negatives([group], WordReader(), 1)
    assert made.reads == (reads[1], reads[2])
    (alone,) = mine_hard_negatives([replace(group, answerable=False, reads=reads[:1])], WordReader(), 4)
    assert alone.reads == reads[:1]


def test_a_question_whose_place_is_not_held_makes_no_group(harbour: Engine, tmp_path: Path) -> None:
    elsewhere = {**ASKED[0], "document": "another"}
    assert list(own_groups([write_lines(tmp_path / "else.jsonl", elsewhere)], harbour)) == []


def test_a_place_without_words_is_all_that_stands_there_and_other_documents_are_left_alone(
    harbour: Engine, catalogue: Catalogue, tmp_path: Path
) -> None:
    add(harbour.library, catalogue, Input("tolls.md", b"# Tolls\n\n1. Yachts pay a night's toll in crowns.\n"))
    row = {"document": "rules", "language": "en", "kind": "index", "question": "What do yachts pay a night?",
           "gold": [{"locator": "para. 2"}]}  # fmt: skip
    elsewhere = {**row, "gold": [{"locator": "para. 9"}]}
    group, *others = own_groups([write_lines(tmp_path / "index.jsonl", row, elsewhere)], harbour)
    assert not others
    assert group.answerable
    said = [each.passage[slice(*each.answer)] for each in group.reads if each.answer]
    assert [text.split(" ", 1)[1] for text in said] == ["Yachts pay forty crowns a night to the harbour master."]
    assert not any("toll" in each.passage for each in group.reads)


def test_a_question_on_a_treaty_is_asked_of_its_own_document_only(
    harbour: Engine, catalogue: Catalogue, tmp_path: Path
) -> None:
    add(harbour.library, catalogue, Input("tolls.md", b"# Tolls\n\n1. Who rings the bell on the pier pays a toll.\n"))
    rows = [{**row, "id": f"q{n}"} for n, row in enumerate(ASKED)]
    told = [{"of": "q1", "language": "fr", "question": "Qui peut sonner ?"}]
    files = write_lines(tmp_path / "questions.jsonl", *rows), write_lines(tmp_path / "translations.jsonl", *told)
    beside = list(own_groups([files[0]], harbour, translations=files[1]))
    alone = list(own_groups([files[0]], harbour, translations=files[1], source="treaty-"))
    assert [group.source for group in alone] == [
        "treaty-number", "treaty-near-miss", "treaty-near-miss", "treaty-off-topic"
    ]  # fmt: skip
    assert any("toll" in read.passage for group in beside for read in group.reads)
    assert not any("toll" in read.passage for group in alone for read in group.reads)


def test_every_question_on_an_invented_treaty_is_of_one_that_ships_and_is_translated_once() -> None:
    texts = {row["name"]: " ".join(row["text"].split()) for row in read_values(TREATIES)}
    questions, others = list(read_values(TREATY_QUESTIONS)), list(read_values(TREATY_TRANSLATIONS))
    assert len(texts) == 16
    assert len(questions) == 1_200
    assert {row["of"]: 1 for row in others} == {row["id"]: 1 for row in questions}
    assert Counter(row["language"] for row in others) == dict.fromkeys(("fr", "es", "ru", "ar", "zh"), 240)
    for row in questions:
        for gold in row["gold"]:
            assert all(" ".join(part.split()) in texts[row["document"]] for part in gold["span"].split(" ... ")), row
        assert bool(row["gold"]) == bool(row["facts"]) == (not row["why"]), row


def test_a_written_passage_makes_a_group_a_question_with_the_words_that_answer(tmp_path: Path) -> None:
    rows = [
        {"language": "fr", "title": f"Quai {n}", "passage": f"Le quai {n} ferme à {n} heures.",
         "questions": [{"q": "Quand ferme le quai ?", "a": f"à {n} heures"}, {"q": "Qui ferme le quai ?", "a": ""}]}
        for n in range(2, 8)
    ]  # fmt: skip
    path = write_lines(tmp_path / "passages.jsonl", *rows)
    groups = list(written_groups([path]))
    assert [group.answerable for group in groups] == [True, False] * 6
    for n, group in enumerate(groups):
        own, *others = group.reads
        assert own.passage == rows[n // 2]["passage"]
        assert own.answer is None or own.passage[slice(*own.answer)] == f"à {n // 2 + 2} heures"
        assert (own.answer is not None) == group.answerable
        assert all(each.answer is None and each.passage != own.passage for each in others)
    assert {len(group.reads) for group in groups} == {1, 2}
    assert groups == list(written_groups([path]))


def test_a_written_document_is_asked_beside_its_own_passages_that_share_words_with_the_question(tmp_path: Path) -> None:
    rows = [
        {"language": "es", "document": document, "title": f"Normas del muelle \u2014 parte {n}",
         "passage": f"El muelle {n} de {document} cierra a las {n}.",
         "questions": [{"q": f"\u00bfCu\u00e1ndo cierra el muelle {n}?", "a": f"a las {n}"}]}
        for document in ("Cabo", "Isla") for n in range(2, 7)
    ]  # fmt: skip
    groups = list(written_groups([write_lines(tmp_path / "documents.jsonl", *rows)]))
    assert len(groups) == len(rows)
    for row, group in zip(rows, groups, strict=True):
        own, *others = group.reads
        assert (group.source, own.passage) == ("paper-es", row["passage"])
        assert own.answer is not None
        assert len(others) == 2
        assert all(row["document"] in each.passage and each.answer is None for each in others)
    assert {read.heading for group in groups for read in group.reads} > {
        "",
        "parte 2",
        "Normas del muelle \u2014 parte 2",
    }


def test_the_documents_that_were_written_bear_their_answers_word_for_word() -> None:
    rows = list(read_values(PAPERS))
    assert Counter(row["language"] for row in rows).keys() == {"ar", "en", "es", "fr", "ru", "zh"}
    for row in rows:
        assert any(not asked["a"] for asked in row["questions"]) or len(row["questions"]) < 3
        assert all(asked["q"] and asked["a"] in row["passage"] for asked in row["questions"]), row


# Invented meetings

Met = Callable[..., dict[str, Group]]
HARBOUR = {
    "symbol": "A/AC.1/2024/1",
    "body": "Committee on Harbours",
    "title": "Annotated provisional agenda",
    "session": "First session",
    "place": "Lisbon",
    "dates": ["2024-05-06", "2024-05-07"],
    "items": [
        {"number": "1", "title": "Opening", "called": {"en": ["the start"], "fr": ["le début"]}, "documents": [],
         "annotation": "The Chair opens the session."},
        {"number": "2", "title": "Tolls for yachts", "called": {"en": ["what boats pay"], "fr": ["les péages"]},
         "documents": [{"symbol": "A/AC.1/2024/2", "title": "Note by the Secretariat on tolls",
                        "called": {"en": ["the note on tolls"], "fr": ["la note"]}}],
         "annotation": "The Committee may wish to say what yachts should pay for a night."},
        {"number": "3", "title": "Bells", "called": {"en": ["ringing"], "fr": ["les cloches"]}, "documents": [],
         "annotation": "The Committee hears how bells are rung in fog."},
        {"number": "4", "title": "Report", "called": {"en": ["the report"], "fr": ["le rapport"]}, "documents": [],
         "annotation": "The Committee adopts its report."},
    ],
    "sittings": [
        {"date": "2024-05-06", "start": "10:00", "end": "13:00", "items": ["1", "2"]},
        {"date": "2024-05-06", "start": "15:00", "end": "18:00", "items": ["2"]},
        {"date": "2024-05-07", "start": "10:00", "end": "13:00", "items": ["3", "4"]},
    ],
}  # fmt: skip
PATTERNS_OF = {
    "taken_up": ["when is item {number} taken up", "when do we get to {topic}"],
    "documents": ["paper for {topic}?"],
    "paper_item": ["when is {symbol} discussed?"],
    "row": ["what is on {day} {half}?"],
    "title": ["what is item {number}?"],
    "place": ["which city?"],
    "content": ["what is to be decided on {topic}?"],
    "none": ["who chairs?"],
}


@pytest.fixture
def met(open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Met:
    """The groups of an invented meeting, by source, with so many asked about elsewhere and of a bare agenda."""

    def made(**shares: float) -> dict[str, Group]:
        for name, value in {"QUESTIONS_PER_MEETING": {"en": 99}, **shares}.items():
            monkeypatch.setattr(f"eval.training.meeting_rows.{name}", value)
        library = open_library()
        add(library, catalogue, Input("agenda.md", agenda_text(HARBOUR).encode()))
        halves = {f"half-{half}": [f"in the {half}"] for half in ("morning", "afternoon")}
        rows = [
            {"kind": kind, "language": "en", "pattern": one}
            for kind, of in (PATTERNS_OF | halves).items()
            for one in of
        ]
        files = write_lines(tmp_path / "meetings.jsonl", HARBOUR), write_lines(tmp_path / "patterns.jsonl", *rows)
        return {group.source: group for group in meeting_groups(*files, Engine(library, catalogue))}

    return made


def test_an_invented_meeting_is_read_as_the_agenda_that_it_is(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_library()
    add(library, catalogue, Input("agenda.md", agenda_text(HARBOUR).encode()))
    (meeting,) = library.meetings()
    assert (meeting.place, [day.isoformat() for day in meeting.dates]) == ("Lisbon", HARBOUR["dates"])
    assert [item.title for item in meeting.items] == [item["title"] for item in HARBOUR["items"]]
    assert meeting.items[1].documentation[0][0] == "A/AC.1/2024/2"
    assert [[row.number for row in each.items] for each in meeting.sittings] == [["1", "2"], ["2"], ["3", "4"]]
    assert [each.start.hour for each in meeting.sittings] == [10, 15, 10]


def test_questions_about_a_meeting_are_asked_of_the_rows_that_answer_and_of_others(met: Met) -> None:
    groups = met(ABSENT_SHARE=0.0, BARE_SHARE=0.0)
    said = {name: [r.passage[slice(*r.answer)] for r in group.reads if r.answer] for name, group in groups.items()}
    assert set(said) == {f"meeting-{kind}" for kind in PATTERNS_OF}
    assert all("is taken up on" in text for text in said["meeting-taken_up"])
    assert said["meeting-documents"][0].startswith("The document for item 2 is A/AC.1/2024/2")
    assert said["meeting-paper_item"][0].startswith("Agenda item 2, Tolls for yachts, is taken up on Monday morning")
    assert said["meeting-place"] == ["The meeting takes place in Lisbon on Monday, 6 May 2024 and Tuesday, 7 May 2024."]
    assert len(said["meeting-row"]) == 1
    assert "Committee" in said["meeting-content"][0] or "Chair" in said["meeting-content"][0]
    assert said["meeting-none"] == []
    assert all(group.answerable == bool(said[name]) for name, group in groups.items())


def test_of_an_agenda_without_timetable_and_documents_only_the_titles_of_its_items_are_told(met: Met) -> None:
    groups = met(ABSENT_SHARE=0.0, BARE_SHARE=1.0)
    assert not groups["meeting-taken_up"].answerable
    told = " ".join(read.passage for group in groups.values() for read in group.reads)
    assert "is taken up on" not in told
    assert "The document for item" not in told
    title = groups["meeting-title"].reads[0]
    assert title.answer is not None
    words = title.passage[slice(*title.answer)]
    assert words == "Item 2 of the agenda of the Committee on Harbours is: Tolls for yachts."


def test_a_topic_of_another_meeting_is_not_answered(met: Met) -> None:
    groups = met(ABSENT_SHARE=1.0)
    asked = [groups["meeting-documents"], groups["meeting-content"]]
    assert not any(group.answerable or any(read.answer for read in group.reads) for group in asked)


def test_a_passage_of_a_meeting_that_does_not_answer_stands_beside_some_other_questions() -> None:
    told = [Group("meeting-row", "en", "When?", True, (Read("Monday", "At ten.", (0, 7)),))]
    added = add_meeting_passages(OWN, told, 1.0, seed=1)
    assert [len(group.reads) for group in added] == [len(group.reads) + 1 for group in OWN]
    assert all(group.reads[1] == Read("Monday", "At ten.") for group in added)
    assert [group.reads[0] for group in added] == [group.reads[0] for group in OWN]
    assert add_meeting_passages(OWN, told, 0.0, seed=1) == OWN


def test_every_shipped_meeting_and_question_about_meetings_is_well_formed() -> None:
    meetings = list(read_values(MEETINGS))
    assert len({row["symbol"] for row in meetings}) == len(meetings) == 32
    for row in meetings:
        numbers = {item["number"] for item in row["items"]}
        assert {one for sitting in row["sittings"] for one in sitting["items"]} <= numbers
        assert all(item["called"][language] for item in row["items"] for language in QUESTIONS_PER_MEETING)
    patterns = list(read_values(PATTERNS))
    assert len({(row["kind"], row["language"], row["pattern"]) for row in patterns}) == len(patterns) > 1_600
    assert {row["language"] for row in patterns} == set(QUESTIONS_PER_MEETING)


# Mixes


def some(source: str, language: str, count: int, reads: int = 6, *, answerable: bool = True) -> list[Group]:
    """Groups that differ."""
    return [
        Group(source, language, f"{source} {n}?", answerable, tuple(Read("", f"{n} {at}") for at in range(reads)))
        for n in range(count)
    ]


PUBLIC = [*some("nq", "en", 9), *some("nq-not", "en", 9), *some("drcd", "zh", 3, answerable=False)]
OWN = [*some("un-fact", "en", 5), *some("un-date", "fr", 4), *some("translated-fact", "zh", 5)]
INDEXED = [*some("un-index", "en", 4), *some("un-gap", "ru", 4, answerable=False)]
WRITTEN = some("written-ar", "ar", 3)
MET = [*some("meeting-row", "en", 3), *some("meeting-none", "fr", 3, answerable=False)]
BOUND = [*some("treaty-who", "en", 2), *some("treaty-who", "es", 3)]
MORE = [*some("un-date", "en", 1), *some("un-fact", "fr", 1)]
WRITTEN_DOCUMENTS = [*some("paper-en", "en", 2), *some("paper-fr", "fr", 3)]
ODD = [*some("strange-en", "en", 2), *some("strange-es", "es", 1)]
HELD = {
    "public": PUBLIC, "own": OWN, "more": MORE, "index": INDEXED, "written": WRITTEN, "papers": WRITTEN_DOCUMENTS,
    "meetings": MET, "treaties": BOUND, "strange": ODD,
}  # fmt: skip


def test_a_mix_takes_as_many_groups_and_passages_as_its_table_says() -> None:
    mix = Mix(
        1, english=2, translated=3, index=7, others=True, passages=5, fewer=4, least=1, written=2, meetings=2,
        of_treaty=2, of_strange=3, parts=(("nq", 4, 3), ("drcd", 9, 2)),
    )  # fmt: skip
    made = mix_groups(mix, HELD)
    assert count_by_set(made) == {
        "drcd": 3, "meeting": 2, "nq": 4, "paper": 3, "strange": 1, "translated": 3, "treaty": 3, "un": 11, "written": 2,
    }  # fmt: skip
    assert {(group.source, len(group.reads)) for group in made} == {
        ("un-fact", 4), ("un-date", 5), ("translated-fact", 4), ("un-gap", 4), ("written-ar", 1), ("nq", 3), ("drcd", 2),
        ("meeting-none", 6), ("treaty-who", 2), ("un-fact", 2), ("paper-fr", 6), ("strange-es", 3),
    }  # fmt: skip
    assert made == mix_groups(mix, HELD)
    mix = Mix(1, translated=0, index=3, meetings=1, of_treaty=1, of_strange=1, parts=())
    english = mix_groups(mix, HELD)
    assert english[:5] == some("un-fact", "en", 5)
    assert {group.source for group in english[5:]} == {
        "un-index", "meeting-row", "treaty-who", "un-date", "paper-en", "strange-en",
    }  # fmt: skip
    assert len(english) == 16


def test_questions_held_back_are_in_no_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.training.mixes.ASIDE_SETS", (("nq", 3), ("drcd", 9)))
    used = PUBLIC[:5]
    held = list(draw_aside_questions(PUBLIC, used))
    assert [row["source"] for row in held] == ["nq"] * 3 + ["drcd"] * 3
    assert {row["language"] for row in held} == {"en", "zh"}
    assert not {row["question"] for row in held} & {group.question for group in used}
    assert held == list(draw_aside_questions(PUBLIC, used))


def test_only_the_multilingual_reader_is_trained_on_other_languages_than_english() -> None:
    names = {source.name: source.language for source in SOURCES} | {"nq": "en"}
    assert {names[source] for source, _, _ in MIXES["en"].parts} == {"en"}
    assert not MIXES["en"].others
    assert not MIXES["en"].written
    assert not MIXES["en"].translated
    assert MIXES["multilingual"].others


# Calibration by what search finds


class Counting:
    """Reads a passage as likelier the more words of the question it has."""

    def read(self, question: str, passages: Any) -> list[Reading]:
        words = set(question.casefold().strip("?").split())
        return [Reading(float(len(words & set(text.casefold().split()))), [], None, None) for _, text in passages]  # type: ignore[arg-type]


def test_a_reader_is_calibrated_by_the_best_passage_of_questions_in_its_languages(
    harbour: Engine, asked: Path, tmp_path: Path
) -> None:
    others = [{"source": "nq", "language": language, "question": "Who sang?"} for language in ("en", "es", "zh")]
    held_back = write_lines(tmp_path / "aside.jsonl", *others)
    english = questions_for("en", [asked], [held_back], harbour)
    assert [(each.answerable, each.aside) for each in english] == [(True, False), (False, False), (False, True)]
    rest = questions_for("multilingual", [asked], [held_back], harbour)
    assert [(each.answerable, each.aside) for each in rest] == [(False, True)] * 3
    logits = [each.logit for each in outcomes(english[:1], score_by_reader(harbour, Counting()))]
    assert logits == [4.0 + SEARCH_WEIGHT]  # "yachts pay a night", of the paragraph that answers


@pytest.mark.parametrize(("first", "both"), [(0.0, 1.0), (2.0, 2.0)])
def test_a_reader_is_calibrated_with_the_second_opinion_on_what_it_is_in_doubt_of(
    harbour: Engine, asked: Path, first: float, both: float
) -> None:
    english = questions_for("en", [asked], [], harbour)
    best = score_by_reader(harbour, Pointing(first, 0, 1), Pointing(2.0, 0, 1))
    assert [each.logit for each in outcomes(english[:1], best)] == [both + SEARCH_WEIGHT]


class Pointing:
    """Judges every passage alike, and takes one of its words for the answer; counts what it reads."""

    def __init__(self, logit: float, word: int, size: int) -> None:
        self._logit, self._word, self._size, self.count = logit, word, size, 0

    def read(self, question: str, passages: Any) -> list[Reading]:
        self.count += len(passages)
        chances = np.full(4, -99.0, np.float32)
        chances[self._word] = 9.0
        offsets = [(n * self._size, n * self._size + self._size) for n in range(4)]
        return [Reading(self._logit, offsets, chances, chances) for _ in passages]

    def translate(self, text: str) -> list[str]:
        """Knows no other language."""
        return []


def test_both_readers_judge_a_passage_alike_and_the_first_alone_the_rows_of_meetings() -> None:
    first, second = Pointing(3.0, 1, 2), Pointing(-1.0, 0, 4)
    reads = tuple(Read("h", f"text {n}", (0, 1)) for n in range(9))
    groups = [
        Group("nq", "en", "q", True, reads),
        Group("meeting-time", "en", "q", True, reads),
        Group("nq", "en", "q", True, ()),
    ]
    both, alone = judge(groups, first, second)
    assert (first.count, second.count) == (18, len(both.reads)) == (18, 6)
    assert {each.judged for each in both.reads} == {Judgement(1.0, ((0, 0.5), (2, 0.5)), ((3, 1.0),))}
    assert {each.judged for each in alone.reads} == {Judgement(3.0, ((2, 1.0),), ((3, 1.0),))}
    assert not any(each.answer for each in both.reads)


def test_a_translation_is_answered_where_its_question_is(harbour: Engine, asked: Path, tmp_path: Path) -> None:
    rows = [{"of": each["id"], "language": language, "question": "?", "history": []}
            for each, language in zip(ASKED, ("fr", "zh"), strict=False)]  # fmt: skip
    rest = questions_for("multilingual", [asked], [], harbour, [write_lines(tmp_path / "told.jsonl", *rows)])
    assert [(each.text, each.answerable) for each in rest if each.text == "?"] == [("?", True), ("?", False)]
    stranger = write_lines(tmp_path / "stranger.jsonl", {**rows[0], "of": "x9"})
    with pytest.raises(ValueError, match="'x9' is translated"):
        questions_for("multilingual", [asked], [], harbour, [stranger])


def test_likeness_is_calibrated_by_what_is_nearest(harbour: Engine, asked: Path) -> None:
    english = questions_for("en", [asked], [], harbour)
    near, far = outcomes(english, score_by_likeness(harbour))
    assert (near.answerable, far.answerable) == (True, False)
    assert 0.0 < near.logit <= 2.0


def test_questions_about_other_documents_are_refused(harbour: Engine, tmp_path: Path) -> None:
    elsewhere = write_lines(tmp_path / "else.jsonl", {**ASKED[0], "document": "another"})
    with pytest.raises(ValueError, match="places of 1 questions are not in the documents"):
        questions_for("en", [elsewhere], [], harbour)


# The card

RUN = {"plan": {"kind": "bert", "threads": 1}, "steps": 713, "rows": 15790, "seconds": 2400.0,
       "data": {"en.jsonl.gz": "ade3"}, "sets": {"nq": 1500}, "before": "9 minutes of others"}  # fmt: skip


def test_the_card_tells_what_is_known_and_keeps_what_was(tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_text(json.dumps(RUN), encoding="utf-8")
    (tmp_path / "reader-en.npz").write_bytes(b"weights")
    bars = {"readers": {"en": {"questions": 341, "misses_bound": 0.2983}}}
    (tmp_path / "calibration.json").write_text(json.dumps(bars), encoding="utf-8")
    first = write_card(tmp_path, {"en": run}).read_text(encoding="utf-8")
    for told in ("713 steps, 15790 passages, 40 minutes on 1 core", "nq 1500", "before that | 9 minutes of others", "| 341 |", "| 0.2983 |",
                 hashlib.sha256(b"weights").hexdigest(), "Does not ship", "not recorded"):  # fmt: skip
        assert told in first
    run.write_text(json.dumps({**RUN, "steps": 99}), encoding="utf-8")
    (tmp_path / "reader-multilingual.npz").write_bytes(b"more")
    second = write_card(tmp_path, {"multilingual": run}).read_text(encoding="utf-8")
    assert "713 steps" in second
    assert "99 steps" in second
    assert "Does not ship" not in second


def test_a_file_that_tells_of_no_training_makes_no_card(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="describes no training"):
        write_card(tmp_path, {"en": tmp_path / "run.json"})
    assert not (tmp_path / "CARD.md").exists()


# The commands


def command(*words: object, code: int = 0) -> Result:
    """Runs a command of training in this process."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


def test_a_command_says_in_a_sentence_what_is_missing(tmp_path: Path) -> None:
    lacking = command("rows", "--shared", tmp_path, "--out", tmp_path / "out", code=1)
    assert "does not exist: rows are made from" in lacking.stderr
    assert lacking.stdout == ""
    (tmp_path / "no.pt").write_bytes(b"nothing")
    broken = command("export", "en", "--checkpoint", tmp_path / "no.pt", "--out", tmp_path / "x.npz", code=1)
    assert not (tmp_path / "x.npz").exists()
    assert "is no checkpoint of a reader" in broken.stderr
    absent = command("export", "en", "--checkpoint", tmp_path / "none.pt", code=1)
    assert "No such file" in absent.stderr


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as `rows` wants it, with a little of everything, and a small model that ranks by words."""
    folder = tmp_path / "shared"
    evaluation(folder / "eval")
    (folder / "training" / "data").mkdir(parents=True)
    text = "The tower of the town was built by Ann in 1900. It is open in summer."
    asked = [{"question": f"Who built the tower of town {n}?", "answers": [{"text": "Ann", "answer_start": text.index("Ann")}]}
             for n in range(3)]  # fmt: skip
    banned = {"question": "How high?", "is_impossible": True, "answers": []}
    squad = {"data": [{"title": "Tower", "paragraphs": [{"context": text, "qas": [*asked, banned]}]}]}
    (folder / "training" / "data" / "some.json.gz").write_bytes(gzip.compress(json.dumps(squad).encode()))
    natural = {"question": "who was ann", "answers": ["a builder"],
               "ctxs": [{"title": "Ann", "text": "Ann was a builder of towers."}]}  # fmt: skip
    (folder / "training" / "data" / "nqo.jsonl.gz").write_bytes(gzip.compress(json.dumps(natural).encode()))
    documents = {"un/train/rules": RULES, "pdf/docks": "# Docks\n\n1. The dock opens at six.\n", "un/series/none": "# None\n\nNothing.\n",
                 "starter/piers": "# Piers\n\n1. The pier is closed in storms.\n"}  # fmt: skip
    for name, words in documents.items():
        path = folder / "documents" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    ours = {
        "QUESTIONS": [{**row, "id": f"q{n}"} for n, row in enumerate(ASKED)],
        "TRANSLATIONS": [{"of": "q0", "language": "fr", "question": "Combien paient les yachts ?"}],
        "PASSAGES": [{"language": "fr", "title": "Quai", "passage": f"Le quai {n} est fermé.", "questions": [{"q": "?", "a": f"{n}"}]}
                     for n in range(4)],
        "MORE": [{"document": "docks", "language": "en", "kind": "fact", "question": "When does the dock open?",
                  "gold": [{"locator": "para. 1", "span": "at six"}]}],
        "PAPERS": [{"document": "d", "language": language, "title": f"Rules \u2014 part {n}", "passage": f"Quai {n} est vert.",
                    "questions": [{"q": f"Quai {n} ?", "a": "vert"}]} for n, language in enumerate(("en", "fr"))],
        "INDEX": [{"document": "piers", "language": "en", "kind": "index", "question": "Is the pier closed in storms?",
                   "gold": [{"locator": "para. 1"}]}],
        "MEETINGS": [*read_values(MEETINGS)][:4],
        "PATTERNS": [*{(row["kind"], row["language"]): row for row in read_values(PATTERNS)}.values()],
        "TREATIES": (treaties := [*read_values(TREATIES)][:2]),
        "ASKED_QUESTIONS": [{"document": "docks", "question": "When may boats dock?"},
                            {"document": treaties[0]["name"], "question": "Which States may join the convention?"}],
        "TREATY_QUESTIONS": (treaty := [*read_values(TREATY_QUESTIONS)][:150:10]),
        "TREATY_TRANSLATIONS": [row for row in read_values(TREATY_TRANSLATIONS) if row["of"] in {each["id"] for each in treaty}],
    }  # fmt: skip
    for name, rows in ours.items():
        monkeypatch.setattr(f"eval.training.rows.{name}", write_lines(tmp_path / f"{name}.jsonl", *rows))
    monkeypatch.setattr("eval.training.rows.STARTER", folder / "documents" / "starter")
    monkeypatch.setattr("eval.training.public.SOURCES", (Source("squad2", "en", ("some",), 99),))
    monkeypatch.setattr("eval.training.mixes.STRANGE_SETS", (("squad2", 1), ("written-fr", 2)))
    monkeypatch.setattr("eval.runs.corpora.make_models", lambda *_: EmbeddingModels(HashEmbedder()))
    return folder


def test_the_same_input_gives_the_same_rows(tmp_path: Path, shared: Path) -> None:
    printed = []
    for out in (tmp_path / "one", tmp_path / "two"):
        done = command("rows", "--shared", shared, "--out", out)
        printed.append([line.split()[:2] for line in done.stdout.splitlines()])
    assert printed[0] == printed[1]
    names = "public own more index written papers meetings treaties strange asked en multilingual aside"
    assert [name for _, name in printed[0]] == names.split()
    public = list(load_groups(tmp_path / "one" / "public.jsonl.gz"))
    assert count_by_set(public) == {"nq": 1, "squad2": 3}
    docks, treaty = load_groups(tmp_path / "one" / "asked.jsonl.gz")
    assert {docks.question, treaty.question} == {"When may boats dock?", "Which States may join the convention?"}
    assert any("The dock opens at six." in each.passage for group in (docks, treaty) for each in group.reads)
    english = list(load_groups(tmp_path / "one" / "en.jsonl.gz"))
    counted = count_by_set(english)
    assert counted.pop("meeting") > 10
    assert counted.pop("treaty") == 15
    assert counted == {"nq": 1, "paper": 1, "squad2": 3, "strange": 1, "un": 3}
    assert {group.language for group in english} == {"en"}
    several = list(load_groups(tmp_path / "one" / "multilingual.jsonl.gz"))
    counted = count_by_set(several)
    assert counted.pop("meeting") > 10
    assert counted.pop("treaty") == 15
    assert counted == {"paper": 1, "strange": 2, "translated": 1, "un": 3, "written": 4}


@pytest.mark.skipif(
    not ships("en") or not available("e5"), reason="the English reader or one of the bases is not installed"
)
def test_the_multilingual_reader_begins_from_the_english_one_and_a_bridge(tmp_path: Path) -> None:
    groups = [*some("nq", "en", 3), Group("drcd", "zh", "谁?", False, (Read("", "游艇每晚支付四十克朗。"),))]
    save_groups(groups, tmp_path / "rows.jsonl")
    command("bridge", "--rows", tmp_path / "rows.jsonl", "--out", tmp_path / "bridge.npz")
    with np.load(tmp_path / "bridge.npz") as made, np.load(shipped_path("en")) as english:
        assert set(made.files) - set(english.files) == {"bridge.weight"}
        assert all(np.array_equal(made[name], english[name]) for name in english.files)
        assert made["bridge.weight"].any()
    Reader("multilingual", tmp_path, weights=tmp_path / "bridge.npz").check()


def test_a_calibration_by_its_command_prints_a_table_and_keeps_its_risks(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.training.training_commands.Reader", lambda *_, **__: Counting())
    near = {**ASKED[1], "history": [], "question": "Who may repair the lamps?"}
    questions = write_lines(tmp_path / "questions.jsonl", *([ASKED[0]] * 20 + [near] * 20 + [ASKED[2]]))
    others = write_lines(tmp_path / "aside.jsonl", *([{"language": "en", "question": "Did Ann win?"}] * 30))
    (tmp_path / "weights.npz").write_bytes(b"weights")
    out = tmp_path / "calibration.json"
    line = ["--questions", questions, "--documents", shared / "documents" / "un" / "train", "--aside", others,
            "--weights", tmp_path / "weights.npz", "--out", out, "--folder", tmp_path / "work"]  # fmt: skip
    done = command("calibrate", "en", *line)
    assert "Reliability" in done.stdout
    assert "expected_error" in done.stdout
    found = json.loads(out.read_text(encoding="utf-8"))["readers"]["en"]
    assert (found["questions"], found["answerable_answered"], found["misses_answered"]) == (70, 1.0, 0.0)
    assert found["weights"] == hashlib.sha256(b"weights").hexdigest()
    few = command("calibrate", "multilingual", *line, code=1)
    assert "questions that are answered and questions that are not" in few.stderr


@pytest.mark.parametrize(("name", "questions"), [(SAME, 94), (FROM_ENGLISH, 94), (NEITHER_ENGLISH, 94)])
def test_bars_for_questions_in_the_language_of_the_text_in_english_or_in_a_third_one_are_fitted_on_written_documents(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, name: str, questions: int
) -> None:
    monkeypatch.setattr("eval.training.training_commands.Reader", lambda *_, **__: Counting())
    rows = [
        {"language": language, "document": language, "title": f"{title} \u2014 {n}", "passage": passage.format(n=n),
         "questions": [{"q": asked.format(n=n), "a": f"{n}", "en": f"How many {passage.format(n=n)}",
                        "other": {"language": "ru", "q": f"Сколько {passage.format(n=n)}"}},
                       {"q": missed, "a": "", "en": "Who washes?", "other": {"language": "ru", "q": "Кто моет?"}}] * 8}
        for language, title, passage, asked, missed in (
            ("fr", "Règlement du port", "Les yachts du quai vert paient {n} couronnes par nuit au maître du port.",
             "Les yachts du quai vert paient combien de couronnes par nuit au maître ?", "Qui lave le quai ?"),
            ("es", "Normas del puerto", "Los yates del muelle verde pagan {n} coronas por noche al capitán del puerto.",
             "¿Cuántas coronas por noche pagan los yates del muelle verde al capitán del puerto?", "¿Quién lava?"),
        )
        for n in (3, 4)
    ]  # fmt: skip
    monkeypatch.setattr("eval.training.training_commands.CALIBRATION", write_lines(tmp_path / "written.jsonl", *rows))
    others = write_lines(
        tmp_path / "aside.jsonl",
        *([{"language": "es", "question": "¿Ganó Ana?"}, {"language": "en", "question": "Did Ann win?"}] * 30),
    )
    (tmp_path / "weights.npz").write_bytes(b"weights")
    out = tmp_path / "calibration.json"
    line = ("--aside", others, "--weights", tmp_path / "weights.npz", "--out", out, "--folder", tmp_path / "work")
    command("calibrate-written", name, *line)
    found = json.loads(out.read_text(encoding="utf-8"))["readers"][name]
    assert (found["questions"], found["answerable_answered"], found["misses_answered"]) == (questions, 1.0, 0.0)


def test_a_training_follows_the_plan_of_its_reader_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []
    monkeypatch.setattr("eval.training.train.train", lambda rows, plan, *_: plans.append(plan))
    for more in ([], ["--minutes", "5", "--threads", "2"]):
        command("train", "multilingual", "--rows", "rows.jsonl", "--out", tmp_path, *more)
    assert plans == [PLANS["multilingual"], replace(PLANS["multilingual"], minutes=5, threads=2)]


def test_the_card_is_written_by_its_command(tmp_path: Path) -> None:
    done = command("card", "--folder", tmp_path)
    assert (tmp_path / "CARD.md").read_text(encoding="utf-8").startswith("# The readers: card")
    assert "CARD.md" in done.stdout
