"""The measures of ranking, facts, places, quotes, abstention and time, and the summary of a run."""

from __future__ import annotations

import json
import math
import random

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, Place
from eval.metrics.answers import document_exact, fact_recall, paragraph_exact, place_precision, quote_exact
from eval.metrics.ranking import ndcg, recall_at, reciprocal_rank
from eval.metrics.scores import MEASURES, cause, scores
from eval.metrics.selective import abstention, auc, risk_coverage
from eval.metrics.statistics import percentile
from eval.metrics.summary import summarise
from eval.report.failures import failures
from eval.runs.records import Cited, Claim, Record
from eval.runs.run_store import Run

TEXT = "1. The Committee shall meet twice a year. 2. It shall report to the Assembly."
FIRST = "The Committee shall meet twice a year."


def case(name: str = "c1", **fields) -> Case:
    made = {
        "question": "How often does the Committee meet?",
        "language": "en",
        "kind": "fact",
        "answerable": True,
        "facts": (("twice a year", "two times a year"),),
        "gold": (Place("A/1", "para. 1"),),
    }
    return Case(id=name, **{**made, **fields})


def cited(locator: str = "para. 1", quote: str = FIRST, document: str = "A/1", **fields) -> Cited:
    return Cited(document, locator, quote, **fields)


def answer(name: str = "c1", *citations: Cited, **fields) -> Record:
    citations = citations or (cited(),)
    claims = tuple(Claim(each.quote, "quoted", (n,)) for n, each in enumerate(citations))
    made = {"status": "answered", "claims": claims, "citations": citations, "ms": 10.0}
    return Record(case=name, system="s", **{**made, **fields})


def abstains(name: str = "c1", **fields) -> Record:
    return Record(case=name, system="s", status="not_found", **fields)


def fails(name: str = "c1") -> Record:
    return Record(case=name, system="s", status="failed", error="timed out", ms=60_000.0)


def text_of(name: str) -> str:
    return {"A/1": TEXT}[name]


# Ranking


def judged_by_ir_measures(measure, ranked, gains) -> float:
    qrels = [ir_measures.Qrel("q", item, gain) for item, gain in gains.items()]
    run = [ir_measures.ScoredDoc("q", item, float(-n)) for n, item in enumerate(ranked)]
    return ir_measures.calc_aggregate([measure], qrels, run)[measure]


@pytest.mark.parametrize("seed", range(40))
def test_ranking_measures_are_those_of_ir_measures(seed):
    chance = random.Random(seed)
    items = [f"d{n}" for n in range(chance.randint(1, 40))]
    ranked = chance.sample(items, chance.randint(1, len(items)))
    gains = {item: chance.randint(0, 3) for item in chance.sample(items, chance.randint(1, len(items)))}
    relevant = [item for item, gain in gains.items() if gain > 0]
    k = chance.randint(1, 20)
    assert recall_at(ranked, relevant, k) == pytest.approx(
        judged_by_ir_measures(ir_measures.R @ k, ranked, gains) if relevant else 0
    )
    assert reciprocal_rank(ranked, relevant) == pytest.approx(judged_by_ir_measures(ir_measures.RR, ranked, gains))
    assert ndcg(ranked, gains, k) == pytest.approx(judged_by_ir_measures(ir_measures.nDCG @ k, ranked, gains))
    assert ndcg(ranked, relevant, k) == pytest.approx(
        judged_by_ir_measures(ir_measures.nDCG @ k, ranked, {item: int(gain > 0) for item, gain in gains.items()})
    )


def test_nothing_relevant_or_nothing_retrieved_is_zero():
    assert recall_at(["a"], [], 5) == reciprocal_rank(["a"], []) == ndcg(["a"], [], 5) == 0
    assert recall_at([], ["a"], 5) == reciprocal_rank([], ["a"]) == ndcg([], ["a"], 5) == 0


def test_an_item_repeated_gains_once_and_takes_one_rank():
    assert ndcg(["a", "a", "b"], ["a", "b"], 2) == 1
    assert recall_at(["x", "x", "a"], ["a"], 2) == 1
    assert reciprocal_rank(["x", "x", "a"], ["a"]) == 0.5


def test_a_rank_below_one_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        recall_at(["a"], ["a"], 0)


# Facts


def test_facts_are_found_in_claims_quotes_and_places_in_any_alternative():
    wanted = case(facts=(("two times a year", "twice a year"), ("paragraph 9", "para. 1"), ("1,000",)))
    said = answer("c1", cited(quote=f"{FIRST} Of 1 000 members."))
    assert fact_recall(wanted, said) == 1


def test_the_share_of_facts_said_is_given():
    assert fact_recall(case(facts=(("twice a year",), ("in Rome",))), answer()) == 0.5


def test_what_no_claim_cites_is_not_said():
    unused = Record("c1", "s", "answered", (Claim("Yes.", "supported", ()),), (cited(),))
    assert fact_recall(case(), unused) == 0


def test_who_does_not_answer_says_no_fact_even_where_none_is_wanted():
    assert fact_recall(case(), abstains()) == fact_recall(case(facts=()), fails()) == 0
    assert fact_recall(case(facts=()), answer()) == 1


# Places


def test_one_gold_place_suffices_but_comparisons_need_each():
    gold = (Place("A/1", "para. 1"), Place("A/1", "para. 2"))
    assert paragraph_exact(case(gold=gold), answer()) is True
    assert paragraph_exact(case(gold=gold, kind="comparison"), answer()) is False
    both = answer("c1", cited(), cited("para. 2 (a)"))
    assert paragraph_exact(case(gold=gold, kind="comparison"), both) is True


def test_the_right_document_at_the_wrong_place_is_told_apart():
    elsewhere = answer("c1", cited("para. 7"))
    assert (document_exact(case(), elsewhere), paragraph_exact(case(), elsewhere)) == (True, False)
    other = answer("c1", cited(document="A/2"))
    assert (document_exact(case(), other), paragraph_exact(case(), other)) == (False, False)


def test_place_precision_falls_with_what_is_cited_besides():
    assert place_precision(case(), answer("c1", cited(), cited("para. 7"))) == 0.5
    assert place_precision(case(), answer("c1", claims=(Claim("Yes.", "supported"),))) == 0


@pytest.mark.parametrize("measure", [document_exact, paragraph_exact, place_precision])
def test_places_are_undefined_without_an_answer_or_a_gold_place(measure):
    assert measure(case(), abstains()) is None
    assert measure(case(gold=()), answer()) is None


def test_a_citation_that_no_claim_uses_reaches_no_gold_place():
    unused = answer("c1", cited("para. 7"), cited(), claims=(Claim(FIRST, "quoted", (0,)),))
    assert paragraph_exact(case(), unused) is False


# Quotes


def test_a_quote_is_exact_where_its_offsets_give_its_words():
    start = TEXT.index(FIRST)
    right = cited(start=start, end=start + len(FIRST))
    shifted = cited(start=start + 1, end=start + 1 + len(FIRST))
    assert quote_exact(answer("c1", right), text_of) == 1
    assert quote_exact(answer("c1", right, shifted), text_of) == 0.5


def test_a_quote_without_offsets_must_stand_in_the_text_to_the_letter():
    assert quote_exact(answer("c1", cited()), text_of) == 1
    assert quote_exact(answer("c1", cited(quote=FIRST.upper())), text_of) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        cited(document="A/9"),
        cited(source="A/1:fr"),
        cited(quote=" "),
        cited(quote=TEXT[-9:], start=-9, end=len(TEXT)),
        cited(quote="", start=5, end=5),
    ],
)
def test_unknown_documents_empty_quotes_and_impossible_offsets_are_not_exact(wrong):
    assert quote_exact(answer("c1", wrong), text_of) == 0


def test_quote_exactness_is_undefined_without_citations():
    assert quote_exact(abstains(), text_of) is None


# Abstention


def test_abstention_counts_unanswerable_questions_that_are_left_unanswered():
    made = abstention([True, True, True, False, False], [False, False, True, False, True])
    assert (made.precision, made.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert made.f1 == pytest.approx(2 / 3)


def test_abstention_at_its_edges():
    never = abstention([False, False], [False, True])
    assert (never.precision, never.recall, never.f1) == (0, 0, 0)
    nothing = abstention([False], [True])
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    needless = abstention([True], [True])
    assert (needless.precision, needless.recall, needless.f1) == (0, None, None)
    assert abstention([], []).precision is None


def test_the_curve_answers_the_surest_first():
    curve = risk_coverage([(0.2, False), (0.9, True), (0.5, True), (0.4, False)])
    assert curve.thresholds == (0.9, 0.5, 0.4, 0.2)
    assert curve.coverage == (0.25, 0.5, 0.75, 1)
    assert curve.risk == pytest.approx((0, 0, 1 / 3, 1 / 2))
    assert curve.aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidence_is_one_point_whatever_the_order():
    points = [(0.5, True), (0.5, False), (0.9, True)]
    curve = risk_coverage(points)
    assert curve.coverage == pytest.approx((1 / 3, 1))
    assert curve == risk_coverage(points[::-1])
    # The mean over both orders of the two equal ones: risks 0, 1/2 or 0, 1/3.
    assert curve.aurc == pytest.approx((0 + (1 / 2 + 0) / 2 + 1 / 3) / 3)


def test_without_points_there_is_no_area():
    assert risk_coverage([]).aurc is None
    assert risk_coverage([(0.1, True)]).aurc == 0


CONFIDENCES = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40)


@given(CONFIDENCES)
def test_auc_is_the_share_of_pairs_in_the_right_order(points):
    yes = [level for level, answerable in points if answerable]
    no = [level for level, answerable in points if not answerable]
    pairs = [(a > b) + (a == b) / 2 for a in yes for b in no]
    expected = pytest.approx(sum(pairs) / len(pairs)) if pairs else None
    assert auc([level for level, _ in points], [answerable for _, answerable in points]) == expected


@given(CONFIDENCES.filter(bool), st.randoms(use_true_random=False))
def test_the_area_is_the_mean_risk_over_random_orders_of_equals(points, chance):
    orders = []
    for _ in range(60):
        drawn = sorted(points, key=lambda point: (-point[0], chance.random()))
        wrong = [sum(not right for _, right in drawn[: n + 1]) / (n + 1) for n in range(len(drawn))]
        orders.append(sum(wrong) / len(wrong))
    assert risk_coverage(points).aurc == pytest.approx(sum(orders) / len(orders), abs=0.12)


# Time


def test_percentiles_are_values_that_were_measured():
    values = [float(n) for n in range(20, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)) == (10, 19, 20)
    assert percentile([7.0], 0.01) == 7
    assert percentile([], 0.5) is None
    with pytest.raises(ValueError, match="share"):
        percentile(values, 95)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values, share):
    found = percentile(values, share / 100)
    assert sum(value <= found for value in values) >= share / 100 * len(values) - 1e-9
    assert sum(value < found for value in values) < share / 100 * len(values)


# One case


def test_a_failed_record_scores_zero_wherever_an_answer_could_have_scored():
    made = scores(case(), fails(), text_of, retrieves=True)
    assert set(made.values()) == {0}
    assert set(made) == set(MEASURES)


def test_abstaining_is_wrong_for_an_answerable_case_and_right_for_another():
    assert scores(case(), abstains(), text_of)["right"] == 0
    assert scores(case(answerable=False, facts=(), gold=()), abstains(), text_of)["right"] == 1
    assert scores(case(answerable=False, facts=(), gold=()), fails(), text_of)["right"] == 0
    assert scores(case(answerable=False, facts=(), gold=()), answer(), text_of)["right"] == 0


def test_the_passage_is_found_only_where_an_answer_cites_it():
    assert scores(case(), answer(), text_of)["passage_cited"] == 1
    assert (
        scores(case(), answer("c1", cited("para. 2", "It shall report to the Assembly.")), text_of)["passage_cited"]
        == 0
    )
    assert scores(case(), abstains(), text_of)["passage_cited"] == 0
    assert scores(case(), abstains(), text_of)["paragraph_exact"] is None
    assert scores(case(answerable=False, facts=(), gold=()), answer(), text_of)["passage_cited"] is None


def test_what_is_not_about_a_case_is_undefined():
    made = scores(case(answerable=False, facts=(), gold=()), abstains(), text_of)
    assert {name for name, value in made.items() if value is not None} == {"right", "tentative"}


def test_retrieval_is_judged_by_the_gold_places():
    ranked = (("A/1", "para. 7"), ("A/1", "para. 1"), ("A/1", "para. 2"))
    made = scores(case(), answer(ranked=ranked), text_of)
    assert (made["recall_at_1"], made["recall_at_5"], made["mrr"]) == (0, 1, 0.5)
    assert made["ndcg_at_10"] == pytest.approx(1 / math.log2(3))
    both = case(gold=(Place("A/1", "para. 1"), Place("A/1", "para. 9")), kind="multi-hop")
    assert scores(both, answer(ranked=ranked), text_of)["recall_at_5"] == 0.5


def test_a_system_that_shows_its_retrieval_is_judged_where_it_retrieved_nothing():
    assert scores(case(), answer(), text_of)["mrr"] is None
    assert scores(case(), answer(), text_of, retrieves=True)["mrr"] == 0


def test_what_kept_an_answer_from_being_shown_is_the_first_stage_that_lost_it():
    here, elsewhere = (("A/1", "para. 1"),), (("A/1", "para. 7"),)
    other = cited("para. 2", "It shall report to the Assembly.")
    assert cause(case(), answer(ranked=here)) == "shown"
    assert cause(case(), fails()) == "failed"
    assert cause(case(), answer("c1", other, ranked=elsewhere)) == "not retrieved"
    assert cause(case(), abstains(ranked=elsewhere)) == "not retrieved"
    assert cause(case(), abstains(ranked=here)) == "passed over"
    assert cause(case(), answer("c1", other, ranked=here)) == "another place"
    assert cause(case(facts=(("three times a year",),)), answer(ranked=here)) == "a fact missing"
    assert cause(case(), abstains()) == "passed over"  # of who does not tell what was retrieved


# A run


def run() -> tuple[list[Case], list[Record]]:
    none = {"answerable": False, "facts": (), "gold": ()}
    cases = [
        case("good"),
        case("wrong", language="fr"),
        case("broken"),
        case("lost"),
        case("hole", kind="unanswerable", **none),
        case("trap", kind="unanswerable", **none),
    ]
    records = [
        answer("good", confidence=0.9, ms=10),
        answer("wrong", cited("para. 2", "It shall report to the Assembly."), confidence=0.4, ms=20),
        fails("broken"),
        abstains("hole", confidence=0.1, ms=5),
        answer("trap", confidence=0.6, ms=7),
    ]
    return cases, records


def test_a_summary_counts_failures_and_missing_records_as_wrong():
    made = summarise(*run(), text_of)
    assert made.failed == ("broken", "lost")
    assert made.figures["right"].value == pytest.approx(2 / 6)
    assert made.figures["fact_recall"].value == pytest.approx(1 / 4)
    assert made.figures["fact_recall"].cases == 4
    assert made.figures["paragraph_exact"].value == pytest.approx(1 / 4)
    assert made.figures["citation_recall"].value == pytest.approx(3 / 5)
    assert (made.cases, made.answerable, made.answered) == (6, 4, 3)


def test_a_summary_tells_abstention_confidence_and_time():
    made = summarise(*run(), text_of)
    assert made.figures["abstention_precision"].value == 1
    assert made.figures["abstention_recall"].value == 0.5
    # Two failed ones have no confidence: below the hole. Good is above both, wrong above the hole alone.
    assert made.figures["auc"].value == pytest.approx((2 + 1 + 0 + 0) / 8)
    assert made.curve is not None
    assert made.curve.thresholds == (0.9, 0.6, 0.4)
    assert made.figures["aurc"].value == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert made.latency_ms == {"p50": 10, "p95": 60_000}


def test_a_summary_counts_why_answers_were_not_shown_by_language_and_kind():
    cases, records = run()
    made = summarise(cases, records, text_of).causes
    assert made["all"] == {"shown": 1, "failed": 2, "another place": 1}
    assert made["fr"] == {"another place": 1}
    assert set(made) == {"all", "en", "fr", "fact"}


def test_a_summary_tells_kinds_and_languages_apart():
    made = summarise(*run(), text_of)
    assert set(made.by_kind) == {"fact", "unanswerable"}
    assert made.by_kind["unanswerable"]["right"].value == 0.5
    assert made.by_kind["unanswerable"]["fact_recall"].cases == 0
    assert made.by_language["fr"]["right"].cases == 1
    assert made.per_case["good"]["right"] == 1
    assert made.by_part == {}


def test_chances_are_held_against_what_has_an_answer_and_their_distance_is_told():
    cases = [case("yes"), case("no", answerable=False, facts=(), gold=()), case("silent")]
    records = [answer("yes", probability=0.9), abstains("no", probability=0.3), answer("silent")]
    made = summarise(cases, records, text_of)
    assert [(each.questions, each.chance, each.answerable) for each in made.reliability] == [
        (1, 0.3, 0.0),
        (1, 0.9, 1.0),
    ]
    assert made.figures["ece"].value == pytest.approx((0.3 + 0.1) / 2)
    assert made.figures["ece"].cases == 2
    untold = summarise(cases, [answer("yes"), abstains("no"), answer("silent")], text_of)
    assert untold.reliability == ()
    assert untold.figures["ece"].value is None


def test_cases_that_are_held_out_are_counted_apart_and_their_answers_not_shown(tmp_path):
    cases, records = [case("open"), case("kept", held_out=True)], [abstains("open"), abstains("kept")]
    made = summarise(cases, records, text_of)
    assert {part: figures["right"].cases for part, figures in made.by_part.items()} == {"development": 1, "held out": 1}
    ((_, count, cards),) = failures(Run(tmp_path, {}, tuple(cases), tuple(records), {}, {}), made.per_case, 20)
    assert (count, [each.case.id for each in cards]) == (1, ["open"])


def test_failed_cases_are_shown_of_each_cause_and_those_that_are_right_last(tmp_path):
    cases = [*(case(f"silent{n}") for n in range(5)), case("broken"), case("inexact")]
    records = [
        *(abstains(f"silent{n}", ranked=(("A/1", "para. 1"),)) for n in range(5)),
        fails("broken"),
        answer("inexact", cited(quote="It shall meet twice a year.")),
    ]
    made = summarise(cases, records, text_of)
    run = Run(tmp_path, {}, tuple(cases), tuple(records), {}, {})
    shown = [(why, count, [each.case.id for each in cards]) for why, count, cards in failures(run, made.per_case, 3)]
    assert shown[:2] == [("passed over", 5, ["silent0", "silent1"]), ("failed", 1, ["broken"])]
    assert shown[2][1:] == (1, [])
    assert [each.case.id for each in failures(run, made.per_case, 7)[2][2]] == ["inexact"]


def test_a_summary_tells_what_became_of_near_misses_and_of_other_subjects():
    none = {"answerable": False, "facts": (), "gold": ()}
    cases = [
        case("good"),
        case("shy", held_out=True),
        case("near", kind="near-miss", **none),
        case("year", kind="wrong-year", held_out=True, **none),
        case("far", kind="off-topic", **none),
    ]
    records = [
        answer("good", confidence=0.9),
        answer("shy", status="tentative", confidence=0.5),
        answer("near", confidence=0.7),
        answer("year", status="tentative", confidence=0.4),
        abstains("far", confidence=0.1),
    ]
    made = summarise(cases, records, text_of)
    assert set(made.outcomes) == {"all", "development", "held out"}
    everything = made.outcomes["all"]
    assert list(everything) == ["answerable", "near misses", "off-topic"]
    near = everything["near misses"]
    assert [near[name].value for name in ("answered", "tentative", "not_found")] == [0.5, 0.5, 0]
    assert 0 < near["answered"].low < 0.5 < near["answered"].high < 1
    assert everything["off-topic"]["not_found"].value == 1
    # Good is above both near misses, shy above one; both are above what is off-topic.
    assert [group["auc"].value for group in everything.values()] == [None, 0.75, 1.0]
    assert set(made.outcomes["held out"]) == {"answerable", "near misses"}
    assert made.outcomes["held out"]["near misses"]["tentative"].value == 1
    assert set(summarise([case("good")], [answer("good")], text_of).outcomes) == {"all"}
    unsure = summarise(cases, [answer("good"), *records[1:]], text_of)
    assert unsure.outcomes["all"]["off-topic"]["auc"].value is None
    json.dumps(made.to_json(), allow_nan=False)


def test_intervals_are_wider_where_cases_about_one_document_are_alike():
    cases = [case(f"c{n}") for n in range(40)]
    records = [answer(f"c{n}") if n % 4 < 2 else abstains(f"c{n}") for n in range(40)]
    about = [case(f"c{n}", document="ab"[n % 4 < 2] + str(n // 20)) for n in range(40)]
    alone, together = summarise(cases, records, text_of), summarise(about, records, text_of)
    for name in ("right", "fact_recall", "passage_cited"):
        one, other = alone.figures[name], together.figures[name]
        assert one.value == other.value
        assert other.high - other.low > 1.5 * (one.high - one.low)


def test_intervals_hold_the_figure_and_do_not_change_from_one_time_to_the_next():
    made = summarise(*run(), text_of)
    for figure in made.figures.values():
        if figure.value is not None:
            assert figure.low <= figure.value <= figure.high
    assert made == summarise(*run(), text_of)


def test_a_summary_is_plain_json():
    said = json.loads(json.dumps(summarise(*run(), text_of).to_json(), allow_nan=False))
    assert said["figures"]["right"]["value"] == 0.3333
    assert said["per_case"]["lost"]["right"] == 0


@pytest.mark.parametrize("confidence", [None, float("nan"), float("inf")])
def test_where_an_answer_gives_no_confidence_no_curve_is_drawn(confidence):
    cases, records = run()
    made = summarise(cases, [answer("good", confidence=confidence), *records[1:]], text_of)
    assert made.curve is None
    assert made.figures["aurc"].value is None
    assert made.figures["auc"].value is None


def test_a_run_without_cases_has_no_figures():
    made = summarise([], [], text_of)
    assert {figure.value for figure in made.figures.values()} == {None}
    assert made.latency_ms == {"p50": None, "p95": None}


def test_records_that_do_not_fit_the_cases_are_refused():
    with pytest.raises(ValueError, match="no such case"):
        summarise([case("a")], [answer("b")], text_of)
    with pytest.raises(ValueError, match="two records"):
        summarise([case("a")], [answer("a"), answer("a")], text_of)
    with pytest.raises(ValueError, match="several systems"):
        summarise([case("a"), case("b")], [answer("a"), Record("b", "other", "not_found")], text_of)
