"""Evaluation: question sets are read strictly, places are compared fairly, the bench measures what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.documents import LANGUAGES
from eval.bench import Ours, _ratio
from eval.cases import CaseError, Place, load_cases, shipped_sets, squeeze
from eval.programs import generated
from ingest.run import Input

CASES = shipped_sets()["meeting"]

# Question sets


def test_the_shipped_questions_are_many_and_a_good_part_of_them_has_no_answer() -> None:
    cases = load_cases(CASES)
    assert len(cases) >= 80
    assert sum(not case.answerable for case in cases) >= 25
    assert len({case.id for case in cases}) == len(cases)
    assert {case.language for case in cases} == set(LANGUAGES)
    assert any(case.history for case in cases)


def test_shipped_questions_with_an_answer_say_what_is_in_it_and_the_others_say_nothing() -> None:
    for case in load_cases(CASES):
        assert case.question, case.id
        assert bool(case.gold) == case.answerable, case.id
        assert bool(case.facts) == case.answerable, case.id
        assert all(alternatives for alternatives in case.facts), case.id
        assert all(bool(place.locator) != bool(place.article) for place in case.gold), case.id


GOOD = "{id: q1, question: When, language: en, kind: schedule, answerable: true"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"- {GOOD}, colour: red}}", "q1: unknown fields colour"),
        ("- {id: q1, question: When, language: en, answerable: true}", "q1: the field 'kind' is missing"),
        ("- {id: q1, question: 7, language: en, kind: x, answerable: true}", "does not follow the schema"),
        (f"- {GOOD}, gold: [{{document: D, page: 3}}]}}", "does not follow the schema"),
        (f"- {GOOD}, gold: [{{locator: masthead}}]}}", "does not follow the schema"),
        (f"- {GOOD}}}\n- {GOOD}}}", "uses an id twice"),
        ("questions: []", "must hold a list of cases"),
        ("- [", "can't be read"),
    ],
)
def test_a_question_set_that_breaks_the_schema_is_refused_with_its_file_and_what_is_wrong(
    tmp_path: Path, written: str, told: str
) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        load_cases(path)
    assert "set.yaml" in str(raised.value)
    assert told in str(raised.value)


@pytest.mark.parametrize("written", ["- just words", "- 5"])
def test_an_entry_that_is_no_mapping_is_refused_like_any_other_fault(tmp_path: Path, written: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(CaseError, match=r"set\.yaml"):
        load_cases(path)


def test_a_question_set_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"absent\.yaml can't be read"):
        load_cases(tmp_path / "absent.yaml")


def test_facts_and_places_are_read_with_numbers_turned_into_text(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(
        f"- {GOOD}, facts: [[2021, two thousand]], gold: [{{document: D, article: 5, paragraph: 2}}]}}",
        encoding="utf-8",
    )
    (case,) = load_cases(path)
    assert case.facts == (("2021", "two thousand"),)
    assert case.gold == (Place("D", article="5", paragraph="2"),)
    assert not case.needs_each
    assert replace(case, kind="comparison").needs_each
    assert replace(case, kind="multi-hop").needs_each


AGENDA_KEY = "CTOC/COP/WG.7/2021/1"
PROTOCOL_KEY = "A/RES/55/25 annex III"


@pytest.mark.parametrize(
    ("place", "locator", "inside"),
    [
        (Place(AGENDA_KEY, locator="annotations, item 3"), "annotations, item 3", True),
        (Place(AGENDA_KEY, locator="annotations, item 3"), "annotations, item 3, documentation", True),
        (Place(AGENDA_KEY, locator="annotations, item 1"), "annotations, item 1 (a)", True),
        (Place(AGENDA_KEY, locator="annotations, item 1"), "annotations, item 10", False),
        (Place(AGENDA_KEY, locator="annotations, item 1 (a)"), "annotations, item 1 (b)", False),
        (Place(AGENDA_KEY, locator="annotations, item 3, documentation"), "annotations, item 3", False),
        (Place(PROTOCOL_KEY, article="5"), "art. 5", True),
        (Place(PROTOCOL_KEY, article="5"), "art. 5, para. 2", True),
        (Place(PROTOCOL_KEY, article="5"), "art. 5, digest para. 12", True),
        (Place(PROTOCOL_KEY, article="1"), "art. 15", False),
        (Place(PROTOCOL_KEY, article="3"), "art. 3 (a)", True),
        (Place(PROTOCOL_KEY, article="18", paragraph="5"), "art. 18, para. 5", True),
        (Place(PROTOCOL_KEY, article="18", paragraph="5"), "art. 18, para. 5 (a)", True),
        (Place(PROTOCOL_KEY, article="18", paragraph="1"), "art. 18, para. 10", False),
        (Place(PROTOCOL_KEY, article="18", paragraph="5"), "art. 8, para. 5", False),
        (Place(PROTOCOL_KEY, article="3", paragraph="(a)"), "art. 3 (a)", True),
        (Place(PROTOCOL_KEY, article="3", paragraph="(a)"), "art. 3 (b)", False),
        # Quoted whole: the provision holds the sub-paragraph that is wanted, its article does not hold a paragraph.
        (Place(PROTOCOL_KEY, article="3", paragraph="(a)"), "art. 3", True),
        (Place(PROTOCOL_KEY, article="6", paragraph="3 (a)"), "art. 6, para. 3", True),
        (Place(PROTOCOL_KEY, article="6", paragraph="3 (a)"), "art. 6, para. 3 (b)", False),
        (Place(PROTOCOL_KEY, article="6", paragraph="3"), "art. 6", False),
    ],
)
def test_a_place_holds_its_parts_and_nothing_beside_it(place: Place, locator: str, inside: bool) -> None:
    assert place.holds(place.document, locator) is inside


def test_a_place_is_of_one_document_however_its_symbol_is_punctuated() -> None:
    place = Place(PROTOCOL_KEY, article="5")
    assert place.holds("A/RES/55/25, annex III", "art. 5")
    assert not place.holds("A/RES/55/25, annex I", "art. 5")


def test_comparison_looks_past_case_width_dashes_and_quotation_marks() -> None:
    assert squeeze("3–5  P.M.") == squeeze("3-5 p.m.") == squeeze("３−５ p.m.")
    assert squeeze("“Other\nmatters”") == "other matters"
    assert squeeze("item 3") != squeeze("item 4")


# The bench


def test_generated_text_is_the_same_each_time_and_numbered_throughout() -> None:
    assert generated(20) == generated(20)
    assert generated(20) != generated(20, seed=8)
    assert re.findall(r"^(\d+)\. ", generated(20), re.MULTILINE) == [str(n) for n in range(1, 21)]


def test_the_bench_compares_medians() -> None:
    assert _ratio("x", [(0.010, 0.020), (0.020, 0.050), (9.0, 0.060)]) == {
        "x_ours_ms": 20.0,
        "x_llama_index_ms": 50.0,
        "x_times_faster": 2.5,
    }


def test_the_bench_indexes_its_texts_anew_each_time(tmp_path: Path) -> None:
    ours = Ours(tmp_path / "library", tmp_path / "models")
    sources = [Input("first.md", generated(3).encode()), Input("second.md", generated(4, seed=9).encode())]
    ours.index(sources)
    assert ours.library is not None
    status = ours.library.status()
    assert (status.documents, len(list(ours.library.documents()))) == (2, 2)
    lengths = sorted(
        ours.embedder.count(passage.embedded)
        for document in ours.library.documents()
        for passage in ours.library.passages(document.id)
    )
    assert lengths[0] <= ours.passage_pieces() <= lengths[-1]
    assert ours.passage_pieces() > 20
    ours.index(sources[:1])
    assert [document.title for document in ours.library.documents()] == ["Report on the generated topic"]
    ours.library.close()


def test_the_bench_stops_at_a_text_that_cannot_be_read(tmp_path: Path) -> None:
    ours = Ours(tmp_path / "library", tmp_path / "models")
    with pytest.raises(RuntimeError, match=r"nothing\.md"):
        ours.index([Input("nothing.md", b"")])
    assert ours.library is not None
    ours.library.close()
