"""The check of written sentences: what it lets stand, what it catches, and how well it does on its test set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from assistant.generation.grounding_spans import find_support
from assistant.generation.reply_parser import ParsedSentence, ReplyParser
from assistant.grounding.exact_values import Source
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sentence_check import Support, SupportCheck
from assistant.qa.retriever import Evidence
from assistant.qa.units import units_of
from assistant.translations import texts
from corpus.documents import LANGUAGES
from corpus.embedding import PackagedMiniLM
from corpus.library import Library
from corpus.sentences import sentence_spans
from eval.cli import app
from eval.metrics.support import check_support
from eval.support.corrupt import KINDS, corruptions
from eval.support.support_measure import (
    TRUE,
    ClaimResult,
    evaluation_check,
    held_out,
    measure,
    run_time_check,
    true_sentences,
)

ASSISTANT = Path(__file__).resolve().parent.parent / "assistant"
PANEL = (
    "The panel reviewed 45 cases between 3 May and 12 June 2019. It dismissed 12 of them and referred 33 to the national "
    "courts, which may not extradite their own nationals. A budget of $3.4 million was approved by the Committee."
)


@pytest.fixture(scope="module")
def told() -> list[ClaimResult]:
    """What the check makes of the set by words alone."""
    return list(measure(run_time_check(None)))


def checked(claim: str, source: str = PANEL, language: str = "en", document: str = "A/78/12") -> Support:
    """A claim held against a source."""
    return SupportCheck()(claim, [Source(source, language, document, "para. 7")])


# The set


def test_the_set_is_large_enough_and_made_the_same_every_time() -> None:
    sentences = true_sentences()
    made = list(corruptions(sentences))
    assert len(sentences) >= 200
    assert len(made) >= 200
    assert {each.kind for each in made} == set(KINDS)
    assert {each.language for each in made} == {"en", "fr", "es", "ru", "ar", "zh"}
    assert list(corruptions(sentences)) == made
    assert 0.4 < sum(held_out(each.source) for each in sentences) / len(sentences) < 0.6


def test_a_paraphrase_is_no_copy_and_a_corruption_no_paraphrase() -> None:
    sentences = true_sentences()
    assert not [each for each in sentences if each.claim in each.source]
    assert len({each.claim for each in sentences}) == len(sentences)
    for made in corruptions(sentences):
        assert not any(made.claim == each.claim and made.source == each.source for each in sentences)


def test_of_the_corruptions_at_least_95_in_100_are_caught_by_words_alone(told: list[ClaimResult]) -> None:
    false = [each for each in told if each.kind != TRUE]
    assert sum(each.right for each in false) / len(false) >= 0.95
    for kind in KINDS:
        of_kind = [each for each in false if each.kind == kind]
        assert sum(each.right for each in of_kind) / len(of_kind) >= 0.93, kind


def test_of_the_paraphrases_at_most_10_in_100_are_rejected_by_words_alone(told: list[ClaimResult]) -> None:
    true = [each for each in told if each.kind == TRUE]
    assert sum(each.right for each in true) / len(true) >= 0.90


def test_with_the_packaged_model_both_hold_in_english_and_the_half_that_nothing_was_fitted_on_is_not_far_behind(
    tmp_path: Path,
) -> None:
    told = list(measure(run_time_check(PackagedMiniLM(tmp_path))))
    for half in (told, [each for each in told if each.held_out]):
        true = [each for each in half if each.kind == TRUE]
        false = [each for each in half if each.kind != TRUE]
        assert sum(each.right for each in false) / len(false) >= 0.95
        assert sum(each.right for each in true) / len(true) >= 0.88


def test_the_evaluation_judges_by_rules_of_its_own(told: list[ClaimResult]) -> None:
    other = list(measure(evaluation_check()))
    assert [each.right for each in other] != [each.right for each in told]


def test_the_command_prints_the_shares_by_kind(tmp_path: Path) -> None:
    env = {"RAPPORTEUR_DATA_DIR": str(tmp_path), "RAPPORTEUR_EMBEDDING": "hash"}
    done = CliRunner().invoke(app, ["support", "--words-only", "--faults"], env=env, catch_exceptions=False)
    assert done.exit_code == 0
    for kind in (*KINDS, "true", "all"):
        assert f"{kind}, " in done.stdout
    done = CliRunner().invoke(app, ["support", "--words-only", "--json"], env=env, catch_exceptions=False)
    assert '"evaluation"' in done.stdout


# What stands


@pytest.mark.parametrize(
    "claim",
    [
        "The panel reviewed 45 cases between 3 May and 12 June 2019.",
        "Of the cases that it reviewed, the panel dismissed twelve and referred 33 to national courts.",
        "National courts may not extradite their own nationals.",
        "The Committee approved a budget of $3.4 million.",
        "A budget of USD 3,400,000 was approved by the Committee.",
        "According to document A/78/12, the panel reviewed 45 cases.",
    ],
)
def test_what_a_source_says_in_other_words_stands(claim: str) -> None:
    assert checked(claim).lacks == ()


@pytest.mark.parametrize(
    ("claim", "lack"),
    [
        ("The panel reviewed 46 cases.", "the number 46"),
        ("The panel dismissed 33 of the cases.", "the number 33"),
        ("The panel reviewed 45 cases between 3 May and 13 June 2019.", "the date 2019-06-13"),
        ("The panel reviewed 45 cases between 3 May and 12 June 2018.", "2018"),
        ("A budget of $3.4 billion was approved by the Committee.", "3.4 billion"),
        ("National courts may extradite their own nationals.", "what the source denies"),
        ("The panel did not review 45 cases.", "a denial"),
        ("The prosecutors approved a budget of $3.4 million.", "the actor “prosecutors”"),
        ("The Committee approved a budget of $3.4 million for Interpol.", "the name Interpol"),
        ("According to document A/78/13, the panel reviewed 45 cases.", "the symbol A/78/13"),
        ("The panel met in secret on the ground floor of the palace.", "enough of its content"),
        ("The panel reviewed 45 cases, see https://example.org.", "an address"),
        ("The panel reviewed <b>45</b> cases.", "an address or mark-up"),
        ("Le groupe a rejeté douze affaires et renvoyé les autres.", "the language of the source"),
        ("", "anything to check"),
        ("…", "anything to check"),
    ],
)
def test_a_refusal_says_what_is_missing(claim: str, lack: str) -> None:
    support = checked(claim)
    assert not support.whole
    assert any(lack in each.message("en") for each in support.lacks), support.lacks


def test_who_does_what_to_whom_is_looked_at() -> None:
    source = "The Working Group advises the Conference on the Protocol."
    assert checked("The Conference is advised on the Protocol by the Working Group.", source).whole
    assert not checked("The Conference advises the Working Group on the Protocol.", source).whole


def test_an_obligation_is_no_recommendation_and_no_permission() -> None:
    assert not checked(
        "Carriers must check the papers of every passenger.", "Carriers may check the papers of every passenger."
    ).whole
    assert not checked(
        "Carriers may check the papers of every passenger.", "Carriers must check the papers of every passenger."
    ).whole
    assert checked(
        "Carriers are required to check every passenger's papers.", "Carriers must check the papers of every passenger."
    ).whole


@pytest.mark.parametrize(
    ("language", "source", "true", "false"),
    [
        ("fr", "Les États parties ne doivent pas extrader leurs nationaux avant le 3 mai 2019.",
         "Avant le 3 mai 2019, les États parties ne doivent pas extrader leurs nationaux.",
         "Avant le 3 mai 2019, les États parties doivent extrader leurs nationaux."),
        ("es", "Los Estados parte no deben extraditar a sus nacionales antes del 3 de mayo de 2019.",
         "Antes del 3 de mayo de 2019 los Estados parte no deben extraditar a sus nacionales.",
         "Antes del 4 de mayo de 2019 los Estados parte no deben extraditar a sus nacionales."),
        ("ru", "Государства-участники не должны выдавать своих граждан до 3 мая 2019 года.",
         "До 3 мая 2019 года государства-участники не должны выдавать своих граждан.",
         "До 3 мая 2019 года государства-участники должны выдавать своих граждан."),
        ("ar", "لا يجوز للدول الأطراف تسليم مواطنيها قبل 3 أيار/مايو 2019.",
         "قبل 3 أيار/مايو 2019 لا يجوز للدول الأطراف تسليم مواطنيها.",
         "قبل 3 أيار/مايو 2019 يجوز للدول الأطراف تسليم مواطنيها."),
        ("zh", "2019年5月3日之前，缔约国不得引渡本国国民。",
         "缔约国在2019年5月3日之前不得引渡本国国民。",
         "缔约国在2019年5月8日之前不得引渡本国国民。"),
    ],
)  # fmt: skip
def test_the_six_languages_are_read_alike(language: str, source: str, true: str, false: str) -> None:
    assert checked(true, source, language, "").lacks == ()
    assert not checked(false, source, language, "").whole


def test_without_a_source_nothing_stands() -> None:
    assert not SupportCheck()("The panel reviewed 45 cases.", []).whole


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(claim: str, source: str) -> None:
    assert checked(claim, source).score >= -1


# What is cited


def test_the_narrowest_words_are_cited_and_two_sentences_only_where_one_will_not_do(starter_library: Library) -> None:
    cited = [
        Evidence(passage, document, 1.0)
        for document in starter_library.documents()
        if document.key == "figures"
        for passage in starter_library.passages(document.id)
    ]
    check = SupportCheck()
    (one,), support = find_support(check, "About 400 experts from 80 countries took part in the eighth meeting.", cited)
    assert support.whole
    assert one.locator == "para. 12"
    two, _ = find_support(
        check,
        "Smugglers earned up to USD 7 billion in 2016, and about 400 experts from 80 countries took part in the eighth meeting.",
        cited,
    )
    assert [unit.locator for unit in two] == ["para. 4", "para. 12"]
    mixed, support = find_support(check, "About 400 smugglers from 30 countries earned up to USD 58 million.", cited)
    assert mixed == []
    assert support.lacks


def test_sentences_of_a_real_treaty_stand_on_themselves_and_hardly_on_their_neighbours(real_library: Library) -> None:
    (document,) = [each for each in real_library.documents() if "annex III" in each.key]
    passages = [Evidence(each, document, 1.0) for each in real_library.passages(document.id)]
    units = [unit for passage in passages for unit in units_of(passage)]
    check, strangers = SupportCheck(), []
    for unit, neighbour in zip(units, units[3:], strict=False):
        for start, end in sentence_spans(unit.text):
            sentence = unit.text[start:end]
            if not 30 <= end - start <= 600:
                continue
            assert check(sentence, [Source(unit.text, "en", document.key, unit.locator)]).lacks == ()
            if sentence not in neighbour.text and neighbour.text not in unit.text:
                strangers.append(check(sentence, [Source(neighbour.text, "en", document.key, neighbour.locator)]).whole)
    assert len(strangers) > 100
    assert sum(strangers) / len(strangers) <= 0.05


# Replies cut into sentences


@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        ("One fact. [aaaaaa]\nTwo facts [bbbbbb].", [("One fact.", ("aaaaaa",)), ("Two facts.", ("bbbbbb",))]),
        ("1. First [aaaaaa].\n2) Second. [bbbbbb][cccccc]", [("First.", ("aaaaaa",)), ("Second.", ("bbbbbb", "cccccc"))]),
        ("A at 3 p.m. [aaaaaa] B of art. 6, para. 1 (b) [bbbbbb].",
         [("A at 3 p.m.", ("aaaaaa",)), ("B of art. 6, para. 1 (b).", ("bbbbbb",))]),
        ("会议于10月举行。[aaaaaa]第二句[bbbbbb]。", [("会议于10月举行。", ("aaaaaa",)), ("第二句。", ("bbbbbb",))]),
        ("<think>What is it? [zzzzzz].</think>A fact. [aaaaaa]", [("A fact.", ("aaaaaa",))]),
        ("<think>never ends [zzzzzz].", []),
        ("**A** fact [aaaaaa, bbbbbb].", [("A fact.", ("aaaaaa", "bbbbbb"))]),
        ("No mark. A mark [aaaaaa].", [("No mark.", ()), ("A mark.", ("aaaaaa",))]),
        ("A\u202e fact\u200b [aaaaaa].", [("A fact.", ("aaaaaa",))]),
        ("[aaaaaa] [bbbbbb]", []),
        ("A &lt;b&gt;fact&#x202e; [aaaaaa].", [("A <b>fact.", ("aaaaaa",))]),
    ],
)  # fmt: skip
def test_a_reply_is_cut_into_sentences_with_the_ids_that_they_cite(
    reply: str, sentences: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(each.text, each.ids) for each in _cut(reply, len(reply))] == sentences


@given(st.text(alphabet="ab. []1,\n<>think/。*A!", max_size=120), st.integers(1, 40))
def test_a_reply_is_cut_alike_however_it_comes(reply: str, size: int) -> None:
    assert _cut(reply, size) == _cut(reply, max(1, len(reply)))


def _cut(reply: str, size: int) -> list[ParsedSentence]:
    parts = ReplyParser()
    made = [each for n in range(0, len(reply), size) for each in parts.feed(reply[n : n + size])]
    return [*made, *parts.end()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_told_in_the_six_languages(language: str) -> None:
    kinds = {name.removeprefix("lack_") for name in texts("answers", "en") if name.startswith("lack_")}
    filled = {"weekday": Reason("weekday", "3"), "strength": Reason("strength", "obligation", "permission")}
    told = {kind: filled.get(kind, Reason(kind, "7/1", "x")).message(language) for kind in kinds}
    assert all(text and "{" not in text for text in told.values())
    assert len(set(told.values())) == len(told)
    whole = Reason("given", parts=(Reason("date", "2021-10-14"), filled["weekday"])).message(language)
    assert told["weekday"] in whole
    assert "2021-10-14" in whole


def test_every_reason_that_the_check_gives_has_a_frame() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for name in ("grounding", "generation", "reports/brief")
        for path in (ASSISTANT / name).glob("*.py")
    ]
    used = {kind for text in sources for kind in re.findall(r'Reason\("(\w+)"', text)}
    frames = {name.removeprefix("lack_") for name in texts("answers", "en") if name.startswith("lack_")}
    assert used == frames


def test_a_time_before_a_colon_is_a_time() -> None:
    told = "четверг, 12 августа 2021 года, 11:00–13:00: пункт 1 (Opening of the meeting)."
    row = "Thursday, 12 August 2021 | 11 a.m.–1 p.m. | 1 | Opening of the meeting"
    assert check_support(told, [row], derived=True)
