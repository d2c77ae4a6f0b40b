"""Runs: asked case by case, kept whatever happens, compared in pairs, held to thresholds; the command line over all."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import OpenLibrary
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from model_server import writing
from running_servers import Answer, as_json, serving
from typer.testing import CliRunner
from word_reader import word_readers

from assistant.cli import app as whole_app
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.cases import EvaluationError, load_cases, shipped_sets
from eval.cli import app
from eval.metrics.scores import MEASURES
from eval.report.page import set_notes
from eval.runs.corpora import KEPT_LIBRARIES, find_sources, fingerprint, open_built_library
from eval.runs.execute import Plan, execute
from eval.runs.gate import SHIPPED, Threshold, find_regressions, find_violations, load_thresholds
from eval.runs.records import Cited, Claim, Record
from eval.runs.run_comparison import compare, summarise_run
from eval.runs.run_store import ANSWERS, META, Run, load_run, open_answers
from eval.runs.run_tables import MEANINGS
from ingest.outcomes import Progress
from ingest.pipeline import Input, ingest

ROOT = Path(__file__).resolve().parent.parent
NOTE = """# Note on the reading room

1. The reading room of the library opens at nine in the morning and closes at six in the evening.

2. Visitors must leave their bags with the guard at the entrance of the building.
"""
KEY = "note-on-the-reading-room"
SET = """
- {id: n1, question: "Where must visitors leave their bags?", language: en, kind: fact, answerable: true,
   facts: [[guard]], gold: [{document: note-on-the-reading-room, locator: para. 2}]}
- {id: n2, question: "When does the reading room open?", language: en, kind: fact, answerable: true,
   facts: [[nine]], gold: [{document: note-on-the-reading-room, locator: para. 1}]}
- {id: n3, question: "Who won the football match yesterday?", language: en, kind: out-of-scope, answerable: false,
   why: "No football here."}
"""


# Records

TEXT = st.text(max_size=8)
CITED = st.builds(Cited, TEXT, TEXT, TEXT, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), TEXT, TEXT)
CLAIMS = st.builds(Claim, TEXT, st.sampled_from(["quoted", "derived"]), st.lists(st.integers(0, 1)).map(tuple))


@given(
    st.builds(
        Record,
        case=TEXT,
        system=TEXT,
        status=st.sampled_from(["answered", "partial", "not_found", "refused", "failed"]),
        claims=st.lists(CLAIMS, max_size=3).map(tuple),
        citations=st.lists(CITED, min_size=2, max_size=3).map(tuple),
        ranked=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
        confidence=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        ms=st.integers(0, 99).map(float),
        error=TEXT,
        raw=st.none() | st.dictionaries(TEXT, st.integers() | TEXT),
    )
)
def test_a_record_is_the_same_after_it_was_stored(record: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


RECORD = Record("n1", "x", "answered", (Claim("a", "quoted", (0,)),), (Cited("note", "para. 2", "a"),), raw={"a": 1})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": "splendid"}, "status: Input should be"),
        ({"claims": [{"text": "a", "verdict": "quoted", "cited": [1]}]}, "cites what is not there"),
        ({"claims": [{"text": "a", "verdict": "quoted", "cited": [-1]}]}, "cites what is not there"),
        ({"claims": 5}, "the wrong form"),
        ({"case": None}, "the wrong form"),
        ({"ranked": [["a"]]}, "the wrong form"),
        ({"confidence": "high"}, "the wrong form"),
    ],
)
def test_a_stored_record_of_another_form_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(EvaluationError, match=told):
        Record.from_json({**RECORD.to_json(), **change})
    with pytest.raises(EvaluationError, match="the wrong form"):
        Record.from_json([])


def test_a_record_answers_only_where_it_claims_something() -> None:
    assert RECORD.answered
    assert not replace(RECORD, status="not_found").answered
    assert not replace(RECORD, claims=()).answered


def test_a_retrieved_passage_of_several_places_is_taken_apart() -> None:
    record = replace(RECORD, ranked=(("note", "para. 1; para. 2"), ("other", "")))
    assert record.places == ((("note", "para. 1"), ("note", "para. 2")), (("other", ""),))


# Running


@dataclass
class Parrot:
    """A system that answers every case with the facts of the note, and counts what it is asked."""

    name: str = "bm25"
    settings: Mapping[str, str] = field(default_factory=dict)
    stop_at: str = ""
    break_at: str = ""
    asked: list[str] = field(default_factory=list)
    libraries: list[Library | None] = field(default_factory=list)

    def prepare(self, library: Library | None) -> None:
        self.libraries.append(library)

    def answer(self, case: Any) -> Record:
        if case.id == self.stop_at:
            raise KeyboardInterrupt
        self.asked.append(case.id)
        if case.id == self.break_at:
            raise ZeroDivisionError("by nothing")
        quote = "Visitors must leave their bags with the guard at the entrance of the building."
        start = NOTE_TEXT.index(quote)
        cited = Cited(KEY, "para. 2", quote, start, start + len(quote), quote, f"{KEY}:en:upload")
        return Record(case.id, self.name, "answered", (Claim(quote, "quoted", (0,)),), (cited,), confidence=1.0, ms=2.0)


NOTE_TEXT = "Note on the reading room\n\n" + NOTE.partition("\n\n")[2].strip()


class Quiet:
    """Hears how a run goes on, and remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.cases: list[str] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def reading(self, at: Progress) -> None:
        assert at.total

    def counted(self, items: Iterable[Any], what: str, total: int | None, done: int = 0) -> Iterator[Any]:
        for item in items:
            self.cases.append(item[0].id)
            yield item


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """The document, in a file."""
    path = tmp_path / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """The set, in a file."""
    path = tmp_path / "set.yaml"
    path.write_text(SET, encoding="utf-8")
    return path


class Runs:
    """Executes plans over the note with the small hashing embedder."""

    def __init__(self, folder: Path, questions: Path, note: Path) -> None:
        self.out, self.questions, self.note = folder / "runs", questions, note
        self.folder = self.out / "one"

    def __call__(
        self, system: Any = None, tell: Quiet | None = None, questions: Path | None = None, **options: Any
    ) -> Run:
        file = questions or self.questions
        made = Plan(
            name="one",
            questions=file,
            system=system or Parrot(),
            out=self.out,
            config=Settings(embedding="hash", multilingual="off"),
            documents=(self.note,),
        )
        return execute(replace(made, **options), tell or Quiet())


@pytest.fixture
def run(tmp_path: Path, questions: Path, note: Path) -> Runs:
    """Runs of the set over the note."""
    return Runs(tmp_path, questions, note)


def test_a_run_keeps_every_answer_with_the_texts_cited_and_the_gold(run: Runs) -> None:
    told = Quiet()
    made = run(tell=told)
    assert (told.cases, told.notes) == (["n1", "n2", "n3"], [])
    assert made == load_run(run.folder)
    assert (made.missing, made.meta["system"], made.meta["left_out"]) == (0, "bm25", [])
    assert made.text_of(f"{KEY}:en:upload") == made.text_of(KEY)
    with pytest.raises(KeyError):
        made.text_of("another")
    assert [(gold.document, gold.locator) for gold in made.gold["n1"]] == [(KEY, "para. 2")]
    assert "leave their bags" in made.gold["n1"][0].text
    summary = summarise_run(made)
    assert summary.figures["quote_exact"].value == 1.0
    assert (summary.per_case["n1"]["right"], summary.per_case["n3"]["right"]) == (1.0, 0.0)
    again = Parrot()
    assert run(again, told).records == made.records
    assert (again.asked, again.libraries) == ([], [])
    assert told.notes == ["3 of 3 cases were answered before and are not asked again."]


def test_an_interrupted_run_goes_on_where_it_was(run: Runs) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Parrot(stop_at="n3"))
    begun = load_run(run.folder)
    assert begun.missing >= 1
    with pytest.raises(EvaluationError, match=r"is not finished: \d of 3 cases"):
        summarise_run(begun)
    system = Parrot()
    assert run(system).missing == 0
    assert len(system.asked) == begun.missing


def test_a_line_that_was_cut_off_is_asked_again_and_damage_before_it_is_told(run: Runs) -> None:
    run()
    answers = run.folder / ANSWERS
    whole = answers.read_bytes()
    for cut in (1, 40, len(whole.splitlines()[-1])):
        answers.write_bytes(whole[:-cut])
        system = Parrot()
        assert run(system).missing == 0
        assert system.asked == ["n3"]
        assert answers.read_bytes() == whole
    answers.write_bytes(b"{half\n" + whole)
    with pytest.raises(EvaluationError, match=r"line 1 cannot be read: it is not JSON\. Run again with --again"):
        load_run(run.folder)


def test_only_what_is_asked_otherwise_is_asked_again(run: Runs) -> None:
    run()
    changed = SET.replace("[[guard]]", "[[porter]]").replace("When does the", "When, please, does the")
    run.questions.write_text(changed, encoding="utf-8")
    system = Parrot()
    made = run(system)
    assert system.asked == ["n2"]
    assert summarise_run(made).per_case["n1"]["right"] == 0.0
    assert len(made.records) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"system": Parrot(settings={"bar": "2"})},
        {"config": Settings(embedding="hash", multilingual="e5")},
        {"again": True},
        {},
    ],
)
def test_a_run_of_another_kind_or_documents_begins_anew_and_the_one_before_is_kept(
    run: Runs, change: dict[str, Any]
) -> None:
    first, told = run(), Quiet()
    if not change:
        run.note.write_text(NOTE + "\n3. There is a third paragraph.\n", encoding="utf-8")
    run(tell=told, **change)
    assert told.cases == ["n1", "n2", "n3"]
    assert re.search(r"was renamed to .*one\.1\.$", told.notes[0])
    assert load_run(run.out / "one.1").records == first.records
    assert len(list((run.out / "libraries").iterdir())) == (1 if change else 2)


def test_a_system_that_breaks_has_failed_the_case_and_is_asked_on(run: Runs) -> None:
    made = run(Parrot(break_at="n2"))
    assert [record.status for record in made.records] == ["answered", "failed", "answered"]
    assert made.records[1].error == "ZeroDivisionError: by nothing"
    assert summarise_run(made).failed == ("n2",)
    assert summarise_run(made).per_case["n2"]["right"] == 0.0
    system = Parrot()
    assert [record.status for record in run(system).records] == ["answered"] * 3
    assert system.asked == ["n2"]


def test_cases_whose_documents_are_not_held_are_left_out_and_named(run: Runs) -> None:
    run.questions.write_text(SET.replace("{id: n2,", "{id: n2, needs: [A/RES/1/1],"), encoding="utf-8")
    told = Quiet()
    made = run(tell=told)
    assert made.meta["left_out"] == ["n2"]
    assert [case.id for case in made.cases] == ["n1", "n3"]
    assert (
        f"1 cases are left out, because documents that they need are not in the library (A/RES/1/1, {KEY}): n2."
        in told.notes
    )
    run.questions.write_text(SET.replace("{id: ", "{needs: [A/RES/1/1], id: "), encoding="utf-8")
    with pytest.raises(EvaluationError, match="None of the cases can be asked"):
        run(again=True)


def test_a_library_of_the_users_is_used_as_it_is(run: Runs, open_library: OpenLibrary) -> None:
    with open_library() as library:
        list(ingest([Input("note.md", NOTE.encode())], library, Catalogue([], [])))
    system = Parrot()
    assert run(system, documents=(), library=library.folder).missing == 0
    assert isinstance(system.libraries[0], Library)
    assert not (run.out / "libraries").exists()
    with pytest.raises(EvaluationError, match="contains no library"):
        run(documents=(), library=run.out / "absent")


def test_a_folder_that_is_no_run_is_not_touched(run: Runs) -> None:
    mine = run.folder / "letters.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    for again in (False, True):
        with pytest.raises(EvaluationError, match="is no run of 'eval run'"):
            run(again=again)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_two_processes_do_not_write_one_run(run: Runs) -> None:
    run()
    written = pytest.raises(EvaluationError, match="being written to by another")
    with open_answers(run.folder), written, open_answers(run.folder):
        pass


@pytest.mark.parametrize(
    "damage", [{META: "[]"}, {META: "{}"}, {"texts.json": "{"}, {"gold.json": '{"n1": [{"a": 1}]}'}]
)
def test_a_damaged_run_is_told_by_its_file(run: Runs, damage: dict[str, str]) -> None:
    run()
    ((name, text),) = damage.items()
    (run.folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=re.escape(name)):
        load_run(run.folder)


# Libraries


def test_a_library_that_was_half_built_is_gone_on_with(tmp_path: Path) -> None:
    given = [Input("note.md", NOTE.encode()), Input("boats.md", b"# Boats\n\n1. Boats need a flag.\n")]
    catalogue = Catalogue([], [])
    with (
        pytest.raises(KeyboardInterrupt),
        open_built_library(tmp_path, "half", given, HashEmbedder(), catalogue, _stop_at("boats.md")),
    ):
        pytest.fail("it was not built")
    with open_built_library(tmp_path, "half", given, HashEmbedder(), catalogue, _refuse("note.md")) as library:
        assert len(list(library.documents())) == 2
    with open_built_library(
        tmp_path, "half", given, HashEmbedder(), catalogue, _refuse("note.md", "boats.md")
    ) as library:
        assert len(list(library.documents())) == 2


def _stop_at(name: str) -> Any:
    def tell(at: Progress) -> None:
        if at.name == name:
            raise KeyboardInterrupt

    return tell


def _refuse(*names: str) -> Any:
    def tell(at: Progress) -> None:
        assert at.name not in names, "was read again"

    return tell


def test_libraries_that_were_not_used_for_longest_go(tmp_path: Path) -> None:
    catalogue = Catalogue([], [])
    for n in range(KEPT_LIBRARIES + 3):
        with open_built_library(tmp_path, f"l{n}", [Input("note.md", NOTE.encode())], HashEmbedder(), catalogue):
            pass
        os.utime(tmp_path / f"l{n}" / "built", (n, n))
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {f"l{n}" for n in range(2, KEPT_LIBRARIES + 3)}
    with FileLock(tmp_path / "l2" / "owner.lock"), open_built_library(tmp_path, "l9", [], HashEmbedder(), catalogue):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {*kept, "l9"}, "a library in use stays"
    with open_built_library(tmp_path, "l9", [], HashEmbedder(), catalogue):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {*kept, "l9"} - {"l2"}


def test_the_fingerprint_of_documents_follows_their_bytes_and_names(tmp_path: Path) -> None:
    embedder = EmbeddingModels(HashEmbedder())
    one = fingerprint([Input("a.md", b"one")], embedder, None)
    assert one == fingerprint([Input("a.md", b"one")], embedder, None)
    assert one != fingerprint([Input("a.md", b"two")], embedder, None)
    assert one != fingerprint([Input("b.md", b"one")], embedder, None)
    (tmp_path / "documents.yaml").write_text("[]", encoding="utf-8")
    assert one != fingerprint([Input("a.md", b"one")], embedder, tmp_path)


def test_documents_that_are_absent_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("meeting", "un"):
        with pytest.raises(EvaluationError, match=rf"\({name}\) are not at hand; name a folder .* Or fetch them"):
            find_sources(name, [])
    with pytest.raises(EvaluationError, match="about no named collection"):
        find_sources("", [])
    with pytest.raises(EvaluationError, match="about 'moon'"):
        find_sources("moon", [])
    with pytest.raises(EvaluationError, match=r"absent\.md does not exist"):
        find_sources("starter", [tmp_path / "absent.md"])


# Comparing


class Better(Parrot):
    """A system that answers what has an answer, and nothing else."""

    def answer(self, case: Any) -> Record:
        return super().answer(case) if case.answerable else Record(case.id, self.name, "not_found")


class Worse(Parrot):
    """A system that answers what has no answer, and nothing else."""

    def answer(self, case: Any) -> Record:
        return super().answer(case) if not case.answerable else Record(case.id, self.name, "not_found")


def test_a_comparison_says_which_cases_changed_and_by_how_much(run: Runs) -> None:
    first, second = run(Parrot(break_at="n1"), name="A"), run(Better(), name="B")
    found = compare(first, second)
    assert (found.first, found.second, found.cases) == ("A", "B", 3)
    assert (found.gained, found.lost, found.mcnemar) == (("n1", "n3"), (), 0.5)
    right = found.figures["right"]
    assert (right.first, right.second, right.p) == (0.0, pytest.approx(2 / 3), 0.5)
    assert right.difference == pytest.approx(2 / 3)
    assert right.low <= right.difference <= right.high
    turned = compare(second, first)
    assert (turned.gained, turned.lost) == ((), ("n1", "n3"))
    assert turned.figures["right"].difference == pytest.approx(-2 / 3)
    assert all(each.difference == 0 and each.p == 1.0 for each in compare(first, first).figures.values())
    json.dumps(found.to_json())


def test_runs_are_compared_over_the_questions_that_they_share(run: Runs) -> None:
    first = run(name="A")
    run.questions.write_text(SET.replace("id: n1", "id: m1").replace("When does", "When, say, does"), encoding="utf-8")
    assert compare(first, run(name="C")).cases == 1
    run.questions.write_text(SET.replace("id: n", "id: m"), encoding="utf-8")
    with pytest.raises(EvaluationError, match="no question in common"):
        compare(first, run(name="D"))


# The gate


def test_each_threshold_that_is_broken_is_named_with_its_figures(run: Runs) -> None:
    made = run()
    wanted = {
        "right": Threshold(least=0.0),
        "fact_recall": Threshold(least=0.51),
        "failed": Threshold(most=0),
        "latency_p95_ms": Threshold(least=2, most=2),
        "latency_p50_ms": Threshold(most=1.5),
        "ndcg_at_10": Threshold(least=0.0),
    }
    assert find_violations(wanted, made, summarise_run(made)) == [
        "fact_recall is 0.5, below 0.51.",
        "latency_p50_ms is 2, above 1.5.",
        "ndcg_at_10 has no value, since no case has it.",
    ]


def many(folder: Path, count: int = 12, each: int = 1) -> Path:
    """A set of as many documents, with so many cases each; every other case has no answer."""
    cases = [
        {"id": f"q{n}", "question": f"What is {n}?", "language": "en", "kind": "near-miss", "answerable": n % 2 == 0,
         "document": KEY if each > 1 else "", "facts": [["guard"]] if n % 2 == 0 else []}
        for n in range(count)
    ]  # fmt: skip
    path = folder / "many.yaml"
    path.write_text(yaml.safe_dump(cases), encoding="utf-8")
    return path


def test_a_run_that_is_worse_than_another_by_more_than_chance_is_told_so(here: Path, run: Runs) -> None:
    questions, run.out = many(here), here / "eval-runs"
    good, bad = (run(system, questions=questions, name=name) for name, system in (("good", Better()), ("bad", Worse())))
    assert find_regressions(good, bad) == [
        "right falls from 1 to 0 (p = 0.0005, 12 cases).",
        "fact_recall falls from 1 to 0 (p = 0.0312, 6 cases).",
        "shown falls from 1 to 0 (p = 0.0312, 6 cases).",
        "abstention_recall falls from 1 to 0 (p = 0.0312, 6 cases).",
    ]
    assert find_regressions(bad, good) == find_regressions(good, good) == []
    assert compare(good, bad).figures["abstention_recall"].cases == 6
    # Four cases may differ by chance, and so may all that is asked of one document.
    for name, size in (("few", (4,)), ("one", (12, 12))):
        asked = many(here, *size)
        runs = [run(each(), questions=asked, name=f"{each.__name__}-{name}") for each in (Better, Worse)]
        assert find_regressions(*runs) == []
    assert compare(*runs).mcnemar == 1.0
    (here / "gate.yaml").write_text("any: {failed: {most: 0}}", encoding="utf-8")
    words = ("--thresholds", here / "gate.yaml", "--against")
    told = " ".join(command("gate", "bad", *words, "good", code=1).split())
    assert "right falls from 1 to 0 (p = 0.0005, 12 cases)." in told
    assert "bad is worse than good in 4 of 4 figures" in told
    assert command("gate", "good", *words, "bad") == ""
    assert "absent is no run" in command("gate", "good", *words, "absent", code=1)


def test_the_shipped_thresholds_bound_every_shipped_set() -> None:
    for name in shipped_sets():
        figures = set(load_thresholds(SHIPPED, name))
        assert {"citation_recall", "citation_precision", "quote_exact", "failed"} <= figures
        assert figures <= {*MEANINGS, "failed", "left_out"}
    for name in ("starter", "un"):
        figures = set(load_thresholds(SHIPPED, name))
        assert {"fact_recall", "shown", "shown_first", "abstention_recall"} <= figures
    assert set(MEASURES) <= set(MEANINGS)


def test_thresholds_of_a_set_stand_before_those_of_any(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(
        "any: {right: {least: 0.1}, failed: {most: 0}}\nnotes: {right: {least: 0.2, most: 1}}", encoding="utf-8"
    )
    none = Threshold(most=0)
    assert load_thresholds(path, "other") == {"right": Threshold(least=0.1), "failed": none}
    assert load_thresholds(path, "notes") == {"right": Threshold(least=0.2, most=1), "failed": none}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[", "cannot be read"),
        ("[]", "Input should be a valid dictionary"),
        ("any: {}", "has no thresholds for the set"),
        ("other: {right: {least: 1}}", "has no thresholds for the set 'notes', only for other"),
        ("any: {beauty: {least: 1}}", "'beauty' is no figure"),
        ("any: {right: 1}", "any, right: Input should be"),
        ("any: {right: {}}", "any, right: a figure must have 'least' or 'most'"),
        ("any: {right: {least: high}}", "any, right, least: Input should be a valid number"),
        ("any: {right: {least: yes}}", "any, right, least: Input should be a valid number"),
        ("any: {right: {least: .nan}}", "any, right, least: Input should be a finite number"),
        ("any: {right: {least: 1, about: 1}}", "any, right, about: Extra inputs"),
    ],
)
def test_a_file_of_thresholds_that_says_something_else_is_refused(tmp_path: Path, written: str, told: str) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(EvaluationError, match=re.escape(told)):
        load_thresholds(path, "notes")


# The command line


def command(*words: object, code: int = 0, **env: str) -> str:
    """Runs an `eval` command in this process and returns what it prints; what it says on stderr where it fails."""
    settings = {"RAPPORTEUR_EMBEDDING": "hash", **env}
    done = CliRunner().invoke(app, [str(word) for word in words], env=settings, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return str(done.stdout if code == 0 else done.output)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to stand in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_commands_run_compare_gate_and_report(
    here: Path, questions: Path, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.qa.readers.Readers.shipped", lambda *_: word_readers())
    run = ("run", "--set", questions, "--documents", note)
    assert json.loads(command(*run, "--no-reader", "--name", "bare", "--json"))["settings"]["reader"] == "off"
    figures = json.loads(command(*run, "--json"))
    assert (figures["cases"], figures["answerable"], figures["set"]) == (3, 2, "set")
    assert figures["settings"]["reader"] == "on"
    assert figures["figures"]["quote_exact"]["value"] == 1.0
    assert (here / figures["run"] / ANSWERS).is_file()
    table = command(*run)
    assert "fact_recall" in table
    assert "out-of-scope" in table
    assert "off-topic" in table
    assert "set-bm25: 3 cases, 2 answerable" in command(*run, "--system", "bm25")
    compared = json.loads(command("compare", "set-bm25", "set-rapporteur", "--json"))
    assert (compared["first"], compared["second"]) == ("set-bm25", "set-rapporteur")
    assert "n3" in compared["gained"]
    assert "Right in set-rapporteur only" in command("compare", "set-bm25", "set-rapporteur")
    gate = here / "gate.yaml"
    gate.write_text("any: {quote_exact: {least: 1}, answered: {most: 0.5}}", encoding="utf-8")
    assert "answered is 1, above 0.5." in command("gate", "set-bm25", "--thresholds", gate, code=1)
    gate.write_text("any: {quote_exact: {least: 1}}", encoding="utf-8")
    assert command("gate", "set-bm25", "--thresholds", gate) == ""
    command("report", "set-bm25", "set-rapporteur", "--out", here / "pages" / "report.html")
    page = (here / "pages" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Outcomes of the questions" in page
    assert "set-bm25 compared with the others" in page
    shown = html.document_fromstring(page.split(">", 1)[1])
    right = shown.xpath("//table[contains(string(thead), 'other - set-bm25')]//tr[th = 'right']/td")
    (paired,) = (" ".join(cell.itertext()) for cell in right)
    difference = compared["figures"]["right"]
    assert paired.startswith(f"{difference['difference']:+.3f}")
    assert f"p {difference['p']:.4f}, n=3" in paired
    assert shown.xpath("//h2[starts-with(., 'Failed cases')]/text()") == ["Failed cases: set-bm25"]
    bars = shown.xpath("//*[local-name() = 'svg'][contains(*[1], 'Outcomes of the questions')]")
    assert len(bars) == 2
    for bar in bars:
        rows: dict[str, float] = {}
        for cut in bar.xpath(".//*[local-name() = 'rect']"):
            rows[cut.get("y")] = rows.get(cut.get("y"), 0.0) + float(cut.get("width"))
        assert len(rows) == 2  # cases with an answer, and the football match
        assert max(rows.values()) == pytest.approx(min(rows.values()), abs=0.05)
    assert command("check", "--set", questions, "--documents", note) == ""


def test_the_report_asks_nobody_for_anything_and_shows_hostile_words_as_words(here: Path, note: Path) -> None:
    evil = "<script>alert(1)</script><img src=http://example.org/x onerror=alert(1)> \u202eflag"
    questions = here / "evil.yaml"
    questions.write_text(
        json.dumps([{"id": "e1", "question": f"Where are the bags? {evil}", "language": "en", "kind": "hostile",
                     "answerable": True, "facts": [[f"nowhere {evil}"]],
                     "gold": [{"document": KEY, "locator": "para. 2"}]}]), encoding="utf-8")  # fmt: skip
    command("run", "--set", questions, "--documents", note, "--name", "evil")
    command("report", "evil", "--out", here / "evil.html")
    text = (here / "evil.html").read_text(encoding="utf-8")
    page = html.document_fromstring(text.split(">", 1)[1])
    assert not page.xpath("//script | //img | //iframe | //link | //object | //base | //form")
    assert not page.xpath("//@src | //@*[starts-with(name(), 'on')]")
    assert all(str(target).startswith("#") for target in page.xpath("//@href"))
    assert "default-src 'none'" in page.xpath("string(//meta[@http-equiv]/@content)")
    assert "alert(1)" in page.text_content()  # the failed case is shown, its words as words
    assert page.xpath("count(//*[local-name() = 'svg'])") > 0
    command("report", "evil", "--out", here / "bare.html", "--failures", 0)
    bare = (here / "bare.html").read_text(encoding="utf-8")
    assert "Single cases are left out." in bare
    assert "Where are the bags?" not in bare


def stored(folder: Path, questions: Path) -> None:
    """A finished run of a set in which nothing was found."""
    folder.mkdir(parents=True)
    (folder / questions.name).write_bytes(questions.read_bytes())
    (folder / META).write_text(json.dumps({"set": questions.stem, "cases": questions.name, "system": "mute"}), "utf-8")
    (folder / ANSWERS).touch()
    with open_answers(folder) as add:
        for case in load_cases(questions):
            add(case, Record(case.id, "mute", "not_found", ms=1.0))


def test_the_report_tells_what_a_shipped_set_is_and_shows_no_case_of_one_that_nobody_may_look_at(here: Path) -> None:
    assert set(set_notes()) == set(shipped_sets())
    name = next(name for name, note in set_notes().items() if not note["listed"])
    questions = shipped_sets()[name]
    stored(here / "eval-runs" / name, questions)
    command("report", name, "--out", here / "page.html")
    page = html.fromstring((here / "page.html").read_text(encoding="utf-8").split(">", 1)[1]).text_content()
    assert set_notes()[name]["about"] in page
    assert set_notes()[name]["kept_out"] in page
    assert "none of them is shown" in page
    assert [case.id for case in load_cases(questions) if case.question in page] == []


def test_the_report_claims_nothing_for_a_set_that_only_has_the_name_of_one_that_ships(here: Path) -> None:
    (here / "starter.yaml").write_text(SET, encoding="utf-8")
    stored(here / "eval-runs" / "mine", here / "starter.yaml")
    command("report", "mine", "--out", here / "page.html")
    page = html.fromstring((here / "page.html").read_text(encoding="utf-8").split(">", 1)[1]).text_content()
    assert "How contamination was avoided is not known." in page
    assert set_notes()["starter"]["kept_out"] not in page
    assert "Where must visitors leave their bags?" in page


def test_a_server_is_evaluated_and_its_failures_count(here: Path, questions: Path, note: Path) -> None:
    def reply(body: dict[str, Any]) -> Answer:
        if "football" in body["question"]:
            return as_json({"status": "not_found"})
        return Answer(500) if "open" in body["question"] else as_json(BAGS)

    with serving(reply) as server:
        run = ("run", "--set", questions, "--documents", note, "--system", server.url, "--name", "far", "--json")
        figures = json.loads(command(*run))
        assert len(server.asked) == 3
        command(*run)
        assert len(server.asked) == 4, "what failed is asked anew"
    assert figures["failed"] == ["n2"]
    assert {case: row["right"] for case, row in figures["per_case"].items()} == {"n1": 1.0, "n2": 0.0, "n3": 1.0}
    assert figures["per_case"]["n1"]["quote_exact"] == 1.0


BAGS = {
    "status": "answered",
    "statements": [{"text": "leave their bags with the guard", "verdict": "quoted", "citations": [1]}],
    "citations": [{"document": f"{KEY}:en:upload", "symbol": KEY, "title": "Note on the reading room",
                   "locator": "Note on the reading room, para. 2",
                   "quote": "leave their bags with the guard"}],
}  # fmt: skip


def test_a_server_where_everything_fails_is_no_success(here: Path, questions: Path) -> None:
    with serving(lambda _: Answer(503)) as server:
        told = command("run", "--set", questions, "--system", server.url, "--name", "far", code=1)
    assert "every case failed; the first: the server answers 503." in told
    assert len(load_run(here / "eval-runs" / "far").records) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("run", "--set", "moon"),
            "the shipped sets are conversations, english, languages, meeting, reworded, starter, un, unseen",
        ),
        (("run", "--system", "elastic"), "'elastic' is neither the name of a system nor an http address"),
        (("run", "--documents", "absent.md"), "absent.md does not exist"),
        (("gate", "absent"), "absent is no run of 'eval run'"),
        (("compare", "absent", "absent"), "absent is no run of 'eval run'"),
        (("report", "absent", "--out", "x.html"), "absent is no run of 'eval run'"),
        (("judge", "absent", "http://127.0.0.1:9"), "absent is no run of 'eval run'"),
    ],
)
def test_what_can_not_be_done_is_told_in_a_sentence(here: Path, words: Sequence[str], told: str) -> None:
    assert told in " ".join(command(*words, code=1).split())
    assert not (here / "x.html").exists()


def test_options_that_exclude_each_other_are_wrong_usage(here: Path) -> None:
    told = command("run", "--documents", "a", "--library", "b", code=2)
    assert "Use either --documents or --library" in told


def test_a_document_that_can_not_be_read_is_named(here: Path, questions: Path) -> None:
    (here / "empty.md").write_bytes(b"")
    told = command("run", "--set", questions, "--documents", here / "empty.md", code=1)
    assert "Documents cannot be read. empty.md:" in told


def test_faults_of_a_set_are_listed(here: Path, questions: Path, note: Path) -> None:
    questions.write_text(SET.replace("[[guard]]", "[[porter]]"), encoding="utf-8")
    told = command("check", "--set", questions, "--documents", note, code=1)
    assert "n1: no gold place says 'porter'" in told
    assert "1 faults in 3 cases" in told


def test_a_model_judges_a_run_and_is_held_against_labels(here: Path, questions: Path, note: Path) -> None:
    command("run", "--set", questions, "--documents", note, "--system", "bm25")
    (here / "labels.yaml").write_text("n1: true\nn2: true", encoding="utf-8")
    words = ("judge", "set-bm25")
    with writing(lambda *_: "VERDICT: correct", lambda *_: "perhaps") as server:
        judged = json.loads(
            command(*words, f"{server.url}/v1", "--labels", "labels.yaml", "--json", RAPPORTEUR_EVAL_KEY="k")
        )
    assert [path for path, _, _ in server.asked] == ["/v1/chat/completions"] * 2
    assert server.asked[0][1]["Authorization"] == "Bearer k"
    assert [each["verdict"] for each in judged["judgements"][:2]] == ["correct", "failed"]
    assert judged["with_labels"]["share"] == 0.5
    with writing(lambda *_: Answer(400)) as server:
        told = command(*words, f"{server.url}/v1")
    assert "2 judgements failed and count as not correct" in told
    (here / "labels.yaml").write_text("n9: true", encoding="utf-8")
    assert "No label is of a case" in command(*words, "http://127.0.0.1:9", "--labels", "labels.yaml", code=1)
    (here / "labels.yaml").write_text("n1: perhaps", encoding="utf-8")
    assert "true or false" in command(*words, "http://127.0.0.1:9", "--labels", "labels.yaml", code=1)


def test_a_run_that_is_killed_goes_on_when_it_is_run_again(tmp_path: Path) -> None:
    """A process of its own, killed without a warning between two answers."""
    questions = tmp_path / "many.yaml"
    cases = [
        {"id": f"q{n}", "question": f"What is {n}?", "language": "en", "kind": "unanswerable", "answerable": False}
        for n in range(12)
    ]
    questions.write_text(yaml.safe_dump(cases), encoding="utf-8")
    gate = threading.Semaphore(5)

    def reply(_: dict[str, Any]) -> Answer:
        return as_json({"status": "not_found"}) if gate.acquire(timeout=0.01) else Answer(hang=True)

    with serving(reply) as server:
        words = [sys.executable, "-m", "assistant.cli", "eval", "run", "--set", str(questions), "--system", server.url,
                 "--out", str(tmp_path / "runs"), "--name", "far", "--json"]  # fmt: skip
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        begun = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            while len(server.asked) < 6 and begun.poll() is None:
                time.sleep(0.02)
        finally:
            begun.send_signal(signal.SIGKILL)
            _, told = begun.communicate()
        assert len(server.asked) == 6, told.decode()
        assert load_run(tmp_path / "runs" / "far").missing == 7
        for _ in range(20):
            gate.release()
        done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert len(server.asked) == 13
    assert json.loads(done.stdout)["figures"]["abstention_recall"]["value"] == 1.0
    assert "5 of 12 cases were answered before" in done.stderr


# Being part of the command line


def test_eval_is_a_command_that_is_only_loaded_when_it_is_named() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from assistant.cli import app;"
        "done = CliRunner().invoke(app, sys.argv[1:]);"
        "print('eval.cli' in sys.modules, 'Measure how good the answers' in done.output)"
    )

    def loaded(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert loaded("list", "--help") == "False False"
    assert loaded("--help") == "False True"
    assert loaded("--data-dir", "x", "eval", "--help") == "True True"


def test_a_command_that_nobody_has_is_refused_as_before() -> None:
    done = CliRunner().invoke(whole_app, ["evaluate"])
    assert done.exit_code == 2
    assert "No such command 'evaluate'" in done.output
