"""Feedback: ratings are kept with what was answered, survive everything, and become cases for a person to review."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import OpenLibrary, add
from invoking import BOATS, Cli

from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.feedback import MAX_ANSWER, MAX_HISTORY, MAX_TEXT, Feedback, FeedbackError, make_feedback
from corpus.library import Library
from eval.cases import Case, load_cases
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input

NOON = datetime(2021, 10, 14, 14, 0, 30, tzinfo=timezone(timedelta(hours=2)))
ITEM_3 = "When is agenda item 3 taken up?"


def noon() -> datetime:
    return NOON


def exported(cli: Cli, path: Path) -> list[Case]:
    done = cli("feedback", "export", "--out", path)
    assert done.code == 0, done.err
    return load_cases(path)


# What is kept


def test_feedback_is_given_back_as_it_was_given(open_library: OpenLibrary) -> None:
    library = open_library()
    given = make_feedback(
        "Et vendredi ?", "fr", -1, history=["Quand ?"], answer={"status": "answered", "citations": [{"number": 1}]},
        comment="faux", expected="le 15", clock=noon,
    )  # fmt: skip
    assert library.feedback() == []
    assert [library.add_feedback(each) for each in (given, given)] == [1, 2]
    first, second = library.feedback()
    assert first.to_json() == {**given.to_json(), "id": 1}
    assert second.id == 2
    assert first.time == "2021-10-14T12:00:30+00:00"
    library.close()
    assert [each.id for each in open_library().feedback()] == [1, 2]


def test_feedback_outlives_the_documents_and_a_rebuilt_index(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, Input("boats.md", BOATS.encode()))
    library.add_feedback(make_feedback("Why?", "en", 1))
    library.reindex(segmenter(library.models))
    library.remove(next(library.documents()).id)
    assert [each.question for each in library.feedback()] == ["Why?"]
    assert library.verify() == []


def test_time_is_that_of_the_clock_of_the_machine_where_none_is_given() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = datetime.fromisoformat(make_feedback("Why?", "en", 0).time)
    assert before <= made <= datetime.now(UTC)


def nested(depth: int) -> dict[str, object]:
    """Lists in lists."""
    made: list[object] = []
    for _ in range(depth - 1):
        made = [made]
    return {"a": made}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rating": 2}, "-1, 0 or 1"),
        ({"language": "de"}, "Known: en, fr"),
        ({"question": " \u200b "}, "question is empty"),
        ({"question": "x" * (MAX_TEXT + 1)}, "The question has 4,001 characters"),
        ({"comment": "x" * (MAX_TEXT + 1)}, "The comment has"),
        ({"expected": "x" * (MAX_TEXT + 1)}, "The expected answer has"),
        ({"history": ["x"] * (MAX_HISTORY + 1)}, "51 turns"),
        ({"history": ["x" * (MAX_TEXT + 1)]}, "The history has"),
        ({"answer": {"x": "y" * MAX_ANSWER}}, "longer than 100,000"),
        ({"history": ["x" * MAX_TEXT] * 11}, "more than 40,000"),
        ({"answer": {"a": "\ud800"}}, "half a character"),
        ({"answer": {"\udfff": 1}}, "half a character"),
        ({"answer": {"a": float("inf")}}, "a number that is not finite"),
        ({"answer": {"a": float("nan")}}, "a number that is not finite"),
        ({"answer": nested(900)}, "more than 20 deep"),
        ({"answer": nested(21)}, "more than 20 deep"),
    ],
)
def test_feedback_that_is_too_much_or_makes_no_sense_is_refused(change: dict[str, object], told: str) -> None:
    fields = {"question": "Why?", "language": "en", "rating": 1, **change}
    with pytest.raises(FeedbackError, match=told):
        make_feedback(**fields)  # type: ignore[arg-type]


def test_what_cannot_be_seen_is_taken_out() -> None:
    made = make_feedback("Wh\x00y\u202e?\x1b[31m", "en", 1, comment="a\ud800b\r\nc\td\x9b", history=["\x07who"])
    assert (made.question, made.comment, made.history) == ("Why?[31m", "a?b\nc\td", ("who",))


# The commands


def test_a_rated_answer_is_shown_and_kept(starter: Cli) -> None:
    done = starter("feedback", "add", ITEM_3, "--rating", "up", "--comment", "clear")
    assert done.code == 0, done.err
    assert "15 October" in done.out
    assert "Stored as feedback 1." in done.err
    (kept,) = starter("feedback", "list", "--json").json()
    assert (kept["question"], kept["rating"], kept["comment"], kept["language"]) == (ITEM_3, 1, "clear", "en")
    assert set(kept) == {"id", "time", "question", "language", "history", "answer", "rating", "comment", "expected"}
    assert kept["answer"]["status"] == "answered"
    assert kept["answer"]["citations"][0]["quote"]


def test_a_question_of_a_talk_is_kept_with_what_came_before(starter: Cli) -> None:
    starter("feedback", "add", "And on Friday?", "--history", ITEM_3, "--rating", "down", "--expected", "11 a.m.")
    (kept,) = starter("feedback", "list", "--json").json()
    assert (kept["history"], kept["rating"], kept["expected"]) == ([ITEM_3], -1, "11 a.m.")
    done = starter("feedback", "list")
    assert "expected: 11 a.m." in " ".join(done.out.split())
    assert "down" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([ITEM_3, "--rating", "superb"], 2, "Known: up, none, down"),
        ([ITEM_3, "--language", "de"], 2, "Known: en, fr"),
        ([ITEM_3, "--comment", "x" * 5000], 2, "The comment has 5,000 characters"),
        (["  "], 2, "question is empty"),
        (["why " * 600], 1, "at most 2000"),
    ],
)
def test_feedback_that_is_refused_is_not_kept(starter: Cli, arguments: list[str], code: int, told: str) -> None:
    done = starter("feedback", "add", *arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
    assert starter("feedback", "list", "--json").json() == []


def test_where_nothing_is_kept_the_list_says_so_and_nothing_is_exported(starter: Cli, tmp_path: Path) -> None:
    done = starter("feedback", "list")
    assert (done.code, done.out) == (0, "")
    assert "No feedback is stored" in done.err
    done = starter("feedback", "export", "--out", tmp_path / "cases.yaml")
    assert done.code == 1
    assert not (tmp_path / "cases.yaml").exists()


def test_what_is_exported_is_a_question_set_under_review(starter: Cli, tmp_path: Path) -> None:
    starter("feedback", "add", ITEM_3, "--rating", "up")
    starter("feedback", "add", "And on Friday?", "--history", ITEM_3, "--rating", "down", "--expected", "11 a.m.")
    starter("feedback", "add", "What is the capital of France?", "--rating", "up", "--comment", "It can't know.")
    right, wrong, silent = exported(starter, tmp_path / "cases.yaml")
    assert all(case.review for case in (right, wrong, silent))
    assert (right.id, right.question, right.kind, right.answerable) == ("feedback-1", ITEM_3, "fact", True)
    assert ("CTOC/COP/WG.7/2021/1", "annex, Friday, 15 October, 11 a.m.-1 p.m.") in {
        (place.document, place.locator) for place in right.gold
    }
    assert "15 October" in right.note
    assert (wrong.kind, wrong.history, wrong.facts, wrong.gold) == ("follow-up", (ITEM_3,), (("11 a.m.",),), ())
    assert (silent.answerable, silent.kind, silent.why) == (False, "unanswerable", "It can't know.")


def test_a_refusal_that_was_wrong_becomes_a_case_with_an_answer(starter: Cli, tmp_path: Path) -> None:
    starter("feedback", "add", "What is the capital of France?", "--rating", "down")
    (case,) = exported(starter, tmp_path / "cases.yaml")
    assert (case.answerable, case.facts, case.gold) == (True, (), ())


def test_an_export_never_writes_over_a_file_unasked(starter: Cli, tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("mine", encoding="utf-8")
    starter("feedback", "add", ITEM_3)
    assert [case["review"] for case in yaml.safe_load(starter("feedback", "export").out)] == [True]
    done = starter("feedback", "export", "--out", path)
    assert done.code == 1
    assert "already exists" in done.err
    assert path.read_text(encoding="utf-8") == "mine"
    assert starter("feedback", "export", "--out", path, "--force").code == 0
    assert len(load_cases(path)) == 1
    done = starter("feedback", "export", "--out", tmp_path / "nowhere" / "cases.yaml")
    assert done.code == 1
    assert "cannot be written" in done.err


HOSTILE = "- id: x\n  answerable: [bold red]\x1b[31m: {!!python/object:os.system [ls]} \u202e &a *a '\" # ---\n..."


def test_hostile_comments_are_neither_markup_nor_yaml_nor_control_sequences(starter: Cli, tmp_path: Path) -> None:
    starter("feedback", "add", ITEM_3, "--comment", HOSTILE, "--expected", "{a: [b", "--history", "!!binary =")
    starter("feedback", "add", ITEM_3, "--comment", "x" * 4000, "--rating", "up")
    done = starter("feedback", "list")
    assert "[bold red]" in done.out.replace("\n", "")
    assert "\x1b" not in done.out
    assert len(done.out) < 6000
    case, long = exported(starter, tmp_path / "cases.yaml")
    assert (case.history, case.facts) == (("!!binary =",), (("{a: [b",),))
    assert "!!python/object:os.system [ls]" in case.note
    assert long.review
    written = (tmp_path / "cases.yaml").read_text(encoding="utf-8")
    assert not any(letter in written for letter in "\x1b\u202e\x00")


def test_a_place_that_is_no_longer_held_is_not_given_as_gold(library: Library, catalogue: Catalogue) -> None:
    from assistant.feedback_cases import to_yaml

    add(library, catalogue, Input("boats.md", BOATS.encode()))
    (document,) = library.documents()
    cited = [
        {"document": document.id, "locator": f"{document.label}, para. 1"},
        {"document": document.id, "locator": f"{document.label}, para. 1"},
        {"document": "gone:en:upload", "locator": "Gone, para. 4"},
    ]
    answer = {"status": "answered", "citations": cited, "statements": [{"text": "Boats need a flag.\x1b[2J"}]}
    kept = [Feedback("Why?", "en", 1, "2021-10-14T12:00:30+00:00", answer=answer, id=7)]
    (case,) = yaml.safe_load(to_yaml(kept, library))
    assert case["gold"] == [{"document": document.key, "locator": "para. 1"}]
    assert json.dumps(case["note"]).count("\\u001b") == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "answered", "citations": [{"document": 3, "locator": None}, "x", None], "statements": [{}, 5]},
        {"status": "answered", "citations": "abc", "statements": {"text": "x"}},
        {"status": ["answered"], "citations": [{}], "statements": [{"text": ["!!python/object/apply:os.system"]}]},
    ],
)
def test_an_answer_that_is_none_makes_a_case_all_the_same(open_library: OpenLibrary, answer: dict[str, Any]) -> None:
    from assistant.feedback_cases import to_yaml

    kept = [Feedback("!!python/none", "en", 1, "2021-10-14T12:00:30+00:00", answer=answer, id=7)]
    (case,) = yaml.safe_load(to_yaml(kept, open_library()))
    assert (case["question"], case.get("gold", [])) == ("!!python/none", [])


def test_a_library_that_is_in_use_is_told_of_in_a_sentence(starter: Cli) -> None:
    with Library(starter.folder, HashEmbedder(), SEGMENTER_VERSION):
        done = starter("feedback", "list")
    assert done.code == 3
    assert "in use by" in done.err
