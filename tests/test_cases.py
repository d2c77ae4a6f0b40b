"""Question sets: faults are told in sentences, cases are held against the documents, the shipped sets are sound."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import real_documents

from corpus.dates import Date, find_date_mentions
from corpus.documents import LANGUAGES
from corpus.library import Library
from eval.cases import EvaluationError, Place, load_cases, read_cases, shipped_sets
from eval.question_check import Fault, check_cases
from eval.wording import normalize_text, states_fact

STARTER = shipped_sets()["starter"]
SOUND = """
- id: q1
  question: "Who drafts the report?"
  language: en
  kind: fact
  answerable: true
  facts: [[Secretariat]]
  gold: [{document: meeting-terms, locator: para. 13}]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "set.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def check_set(path: Path, library: Library) -> list[Fault]:
    cases, broken = read_cases(path)
    return [*(Fault("", sentence) for sentence in broken), *check_cases(cases, library)]


# The shipped sets


def test_the_meeting_set_is_sound(real_library: Library) -> None:
    assert [str(fault) for fault in check_set(shipped_sets()["meeting"], real_library)] == []


def test_the_starter_set_is_sound_of_every_kind_in_every_language_and_a_part_of_it_has_no_answer(
    starter_library: Library,
) -> None:
    assert [str(fault) for fault in check_set(STARTER, starter_library)] == []
    cases = load_cases(STARTER)
    assert len(cases) >= 160
    assert {case.corpus for case in cases} == {"starter"}
    languages = Counter(case.language for case in cases)
    assert set(languages) == set(LANGUAGES)
    assert min(languages.values()) >= 10
    assert len({case.kind for case in cases}) >= 15
    assert 0.6 <= sum(case.answerable for case in cases) / len(cases) <= 0.8
    for language in LANGUAGES:
        assert sum(not case.answerable for case in cases if case.language == language) >= 5


def test_the_meeting_set_is_large_and_says_what_is_in_its_answers() -> None:
    cases = load_cases(shipped_sets()["meeting"])
    assert len(cases) >= 80
    assert sum(not case.answerable for case in cases) >= 25
    assert {case.language for case in cases} == set(LANGUAGES)
    assert any(case.history for case in cases)
    for case in cases:
        assert bool(case.gold) == bool(case.facts) == case.answerable, case.id
        assert all(bool(place.locator) != bool(place.article) for place in case.gold), case.id


def test_the_conversations_are_sound_of_two_or_three_turns_in_every_language_and_half_are_held_out(
    starter_library: Library,
) -> None:
    assert [str(fault) for fault in check_set(shipped_sets()["conversations"], starter_library)] == []
    cases = load_cases(shipped_sets()["conversations"])
    assert len(cases) >= 60
    assert {len(case.history) for case in cases} == {1, 2}
    assert sum(case.language != "en" for case in cases) >= 25
    assert 0.4 <= sum(case.held_out for case in cases) / len(cases) <= 0.6
    for language in LANGUAGES:
        assert {case.held_out for case in cases if case.language == language} == {True, False}


def test_the_unseen_questions_are_sound_and_even(starter_library: Library) -> None:
    assert [str(fault) for fault in check_set(shipped_sets()["unseen"], starter_library)] == []
    cases = load_cases(shipped_sets()["unseen"])
    for language in LANGUAGES:
        own = [(case.answerable, case.held_out) for case in cases if case.language == language]
        assert set(Counter(own).values()) == {len(own) // 4}


def test_cases_name_the_documents_that_they_need() -> None:
    cases = {case.id: case for name in shipped_sets() for case in load_cases(shipped_sets()[name])}
    assert len(cases) == sum(len(load_cases(path)) for path in shipped_sets().values())
    assert cases["m120"].corpus == "meeting"
    assert len(cases["m120"].needs) == 3
    assert cases["d1-0001"].needs == (cases["d1-0001"].document,)
    for case in cases.values():
        assert set(case.needs) >= {place.document for place in case.gold} or case.corpus == "meeting", case.id


# The schema


FIELDS = "id: q1, question: 'Who?', language: en, kind: fact"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"- {{{FIELDS}}}", "q1: answerable: Field required"),
        (f"- {{{FIELDS}, answerable: maybe}}", "answerable: Input should be a valid boolean"),
        ("- {id: q1, question: ' ', language: en, kind: fact, answerable: true}", "question: String should have at"),
        ("- {id: q 1, question: 'Who?', language: en, kind: fact, answerable: true}", "q 1: id: String should match"),
        ("- {id: 7, question: 'Who?', language: en, kind: fact, answerable: true}", "case number 1: id: Input should"),
        ("- {id: q1, question: 'Wer?', language: de, kind: fact, answerable: true}", "language: Input should be 'en'"),
        (f"- {{{FIELDS}, answerable: true, facts: four}}", "facts: Input should be a valid tuple"),
        (f"- {{{FIELDS}, answerable: true, facts: [[]]}}", "facts 1: Tuple should have at least 1 item"),
        (f"- {{{FIELDS}, answerable: true, facts: [[no]]}}", "write yes, no, on and off between quotation marks."),
        (f"- {{{FIELDS}, answerable: true, facts: [['--- ', ' ']]}}", "must be a text, a number or a date"),
        (f"- {{{FIELDS}, answerable: true, facts: [&a [*a]]}}", "must be a text, a number or a date"),
        (f"- {{{FIELDS}, answerable: true, history: Who}}", "history: Input should be a valid tuple"),
        (f"- {{{FIELDS}, answerable: true, history: [1]}}", "history 1: Input should be a valid string"),
        (f"- {{{FIELDS}, answerable: true, gold: [figures]}}", "gold 1: Input should be a dictionary"),
        (f"- {{{FIELDS}, answerable: true, gold: [{{document: D, locator: [a]}}]}}", "gold 1, locator: Input should"),
        (f"- {{{FIELDS}, answerable: true, gold: [{{document: D, or: [{{page: 1}}]}}]}}", "gold 1, or 1, "),
        ("{cases: [], colour: red}", "colour: Extra inputs are not permitted"),
        ("- &a [*a]", "case number 1: this is no case"),
        (f"- {{{FIELDS}, answerable: true, colour: red}}", "q1: colour: Unexpected keyword argument"),
        (f"- {{{FIELDS}, answerable: true, gold: [{{locator: masthead}}]}}", "gold 1, document: Input should be"),
        (f"- {{{FIELDS}, answerable: true}}\n- {{{FIELDS}, answerable: true}}", "uses an id twice"),
        ("questions: []", "must contain a list of cases"),
    ],
)
def test_a_fault_of_the_schema_is_told_in_a_sentence(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        load_cases(write(tmp_path, written))
    assert told in str(raised.value)
    assert str(tmp_path / "set.yaml") in str(raised.value)
    assert str(raised.value).endswith(".")
    for text in ("- [", None):
        path = write(tmp_path, text) if text else tmp_path / "absent.yaml"
        with pytest.raises(EvaluationError, match=rf"{path.name} cannot be read"):
            load_cases(path)


def test_facts_and_places_are_read_with_numbers_turned_into_text(tmp_path: Path) -> None:
    gold = "[{document: D, article: 5, paragraph: 2}]"
    text = f"- {{{FIELDS}, answerable: true, facts: [[2021, two thousand]], gold: {gold}}}"
    (case,) = load_cases(write(tmp_path, text))
    assert case.facts == (("2021", "two thousand"),)
    assert case.gold == (Place("D", article="5", paragraph="2"),)
    assert not case.needs_all_places
    assert replace(case, kind="comparison").needs_all_places
    assert replace(case, kind="multi-hop").needs_all_places


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
    assert place.contains(place.document, locator) is inside


def test_a_place_is_of_one_document_however_its_symbol_is_punctuated() -> None:
    place = Place(PROTOCOL_KEY, article="5")
    assert place.contains("A/RES/55/25, annex III", "art. 5")
    assert not place.contains("A/RES/55/25, annex I", "art. 5")


def test_comparison_looks_past_case_width_dashes_and_quotation_marks() -> None:
    assert normalize_text("3–5  P.M.") == normalize_text("3-5 p.m.") == normalize_text("３−５ p.m.")
    assert normalize_text("“Other\nmatters”") == "other matters"
    assert normalize_text("item 3") != normalize_text("item 4")


def test_a_file_of_many_faults_names_each_and_gives_the_cases_that_are_sound(tmp_path: Path) -> None:
    broken = "".join(f"- {{id: b{n}, question: 'Who?'}}\n" for n in range(12))
    path = write(tmp_path, f"{SOUND}\n{broken}")
    cases, faults = read_cases(path)
    assert [case.id for case in cases] == ["q1"]
    assert len(faults) == 12
    assert all(f"b{n}: " in fault for n, fault in enumerate(faults))
    with pytest.raises(EvaluationError, match="And 2 more"):
        load_cases(path)


def test_what_is_shared_by_a_set_is_given_to_each_of_its_cases(tmp_path: Path) -> None:
    gold = "gold: [{document: figures, locator: para. 1}], facts: [four, [1000, 2021-10-14]]"
    path = write(
        tmp_path,
        f"corpus: ours\nneeds: [symbols]\ncases:\n- {{{FIELDS}, answerable: true, needs: [figures, Symbols], {gold}}}",
    )
    (case,) = load_cases(path)
    assert (case.corpus, case.needs) == ("ours", ("symbols", "figures"))
    assert case.facts == (("four",), ("1000", "2021-10-14"))


def test_a_place_may_have_others_that_do_as_well() -> None:
    place = Place("figures", locator="para. 1", others=(Place("symbols", locator="para. 2"),))
    assert place.contains("figures", "para. 1")
    assert place.contains("symbols", "para. 2")
    assert not place.contains("symbols", "para. 1")
    assert place.acceptable == (Place("figures", locator="para. 1"), Place("symbols", locator="para. 2"))


# Held against the documents


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Who drafts the report?", "Qui rédige le rapport de la réunion ?", "the question reads as 'fr'"),
        ("kind: fact", "kind: riddle", "the kind 'riddle' is none of"),
        ("kind: fact", "kind: follow-up", "needs a history"),
        ("kind: fact", "kind: comparison", "must give two or more"),
        ("kind: fact", "kind: fact\n  review: true", "still under review"),
        (
            "kind: fact",
            "kind: fact\n  needs: [CTOC/COP/WG.7/2021/2]",
            "needs 'CTOC/COP/WG.7/2021/2', which is not in the library",
        ),
        ("document: meeting-terms", "document: nothing", "needs 'nothing', which is not in the library"),
        ("locator: para. 13", "locator: para. 99", "has no place 'para. 99'"),
        ("locator: para. 13", "locator: para. 1", "no gold place says 'Secretariat'"),
        ("document: meeting-terms, locator: para. 13", 'document: "A/RES/55/25, annex III", article: 26', "'art. 26'"),
        ("locator: para. 13", "locator: para. 13, article: 3", "either a locator or an article"),
        ("locator: para. 13", "locator: para. 13, or: [{document: figures, locator: para. 88}]", "no place 'para. 88'"),
        ("[[Secretariat]]", "[[Secretariat], [four hundred pages]]", "no gold place says 'four hundred pages'"),
        ("[[Secretariat]]", "[]", "so it must give facts"),
        ("gold: [{document: meeting-terms, locator: para. 13}]", "", "so it must give gold"),
        ("answerable: true", "answerable: false", "it must say why"),
        ("answerable: true", "answerable: false\n  why: Nobody knows.", "but gives facts and gold"),
    ],
)
def test_each_kind_of_fault_is_found(tmp_path: Path, starter_library: Library, old: str, new: str, told: str) -> None:
    assert old in SOUND
    assert check_set(write(tmp_path, SOUND), starter_library) == []
    found = check_set(write(tmp_path, SOUND.replace(old, new)), starter_library)
    assert any(told in fault.sentence for fault in found), found
    assert {fault.case for fault in found} == {"q1"}


def test_a_fault_of_the_schema_stands_among_the_others(tmp_path: Path, starter_library: Library) -> None:
    found = check_set(write(tmp_path, f"{SOUND}\n- just words\n"), starter_library)
    assert [fault.case for fault in found] == [""]
    assert "case number 2" in str(found[0])


def test_the_same_question_twice_is_found_unless_its_history_differs(tmp_path: Path, starter_library: Library) -> None:
    again = SOUND.replace("q1", "q2").replace("Who drafts the report?", "who drafts  the “report”?")
    found = check_set(write(tmp_path, SOUND + again), starter_library)
    assert [str(fault) for fault in found] == ["q2: asks the same question as q1."]
    other = SOUND.replace("q1", "q2").replace("kind: fact", "kind: follow-up\n  history: ['And item 5?']")
    assert check_set(write(tmp_path, SOUND + other), starter_library) == []


def test_a_derived_fact_need_not_be_printed(tmp_path: Path, starter_library: Library) -> None:
    derived = SOUND.replace("[[Secretariat]]", "[[eleven pages]]").replace("kind: fact", "kind: fact\n  derived: true")
    assert check_cases(load_cases(write(tmp_path, derived)), starter_library) == []


def test_the_day_of_a_sitting_is_found_in_the_place_of_its_rows(tmp_path: Path, starter_library: Library) -> None:
    place = '{document: "CTOC/COP/WG.7/2021/1", locator: "annex, Friday, 15 October, 3-5 p.m."}'
    path = write(
        tmp_path,
        f"- {{{FIELDS.replace('Who', 'When is the report adopted')}, answerable: true, "
        f"facts: [[15 October], [Adoption of the report]], gold: [{place}]}}",
    )
    assert check_set(path, starter_library) == []


# Facts


@pytest.mark.parametrize(
    "text",
    [
        "on 14 October 2021 at noon",
        "October 14, 2021",
        "2021-10-14",
        "14/10/2021",
        "14.10.2021",
        "14 and 15 October 2021",
        "le jeudi 14 octobre 2021",
        "del 14 al 18 de octubre de 2021",
        "с 14 по 18 октября 2021 года",
        "١٤ تشرين الأول/أكتوبر ٢٠٢١",
        "2021年10月14日至15日",
    ],
)
def test_a_date_is_said_by_the_same_date_in_any_form(text: str) -> None:
    for fact in ("14 October 2021", "2021-10-14", "14/10/2021", "14 октября 2021", "2021年10月14日", "14 October"):
        assert states_fact(text, fact)
    assert states_fact(text, "October 2021")
    assert not states_fact(text, "13 October 2021")
    assert not states_fact(text, "14 October 2020")
    assert not states_fact(text, "14 November 2021")


def test_a_date_without_its_year_does_not_say_the_year() -> None:
    assert states_fact("Thursday, 14 October", "14 October")
    assert not states_fact("Thursday, 14 October", "14 October 2021")


def test_days_of_a_range_take_month_and_year_from_its_end() -> None:
    assert find_date_mentions("from 28 June to 8 July 2004") == (Date(2004, 6, 28), Date(2004, 7, 8))
    assert find_date_mentions("1er juin 2012") == (Date(2012, 6, 1),)
    assert find_date_mentions("may do so, 40 times, article 14, 2021/1") == ()


@pytest.mark.parametrize(
    "text", ["1,000 people", "1 000 people", "1\u202f000 people", "1’000 people", "1000 people", "١٬٠٠٠"]
)
def test_a_number_is_the_same_however_it_is_grouped(text: str) -> None:
    assert states_fact(text, "1,000")
    assert states_fact(text, "1000")
    assert not states_fact(text, "100")
    assert not states_fact(text, "000")


@pytest.mark.parametrize(
    ("text", "fact", "said"),
    [
        ("smugglers were punished", "Smuggler", True),
        ("illegal entry", "legal", False),
        ("незаконный ввоз", "законный", False),
        ("والاتجار بالأشخاص", "الاتجار بالأشخاص", True),
        ("都受保护", "保护", True),
        ("3–5 p.m.", "3-5 p.m.", True),
        ("“Other  matters”", "other matters", True),
        ("USD 5.7 billion", "7 billion", False),
        ("CTOC/COP/WG.7/2021/12", "CTOC/COP/WG.7/2021/1", False),
        ("A/RES/55/25, annex III", "A/RES/55/25 annex III", True),
        ("anything", "---", False),
        ("anything", "", False),
    ],
)
def test_words_are_said_where_they_begin_a_word_and_numbers_where_they_are_whole(
    text: str, fact: str, said: bool
) -> None:
    assert states_fact(text, fact) is said


def test_the_real_documents_are_those_of_the_meeting_set() -> None:
    assert len(real_documents()) == 3


def test_a_small_file_that_grows_when_it_is_read_is_refused_at_once(tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n  " for n in range(1, 30))
    path = write(tmp_path, f"- a0: &a0 [x]\n  {levels}id: {{x: *a29}}\n")
    cases, faults = read_cases(path)
    assert cases == []
    assert len(faults) == 1
    path = write(
        tmp_path, f"- {levels.strip().replace('*a0', 'x')}\n- *a29\n- {{{FIELDS}, answerable: true, facts: *a29}}\n"
    )
    assert len(read_cases(path)[1]) == 3
