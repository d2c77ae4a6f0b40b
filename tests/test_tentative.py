"""What comes closest, where it is not certain that it answers: shown and told as such on every door."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from conftest import Holding, add
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from word_reader import THRESHOLDS, FlatReader, readers_of

from assistant.answer_phrases import say
from assistant.cli.render import print_answer, print_events
from assistant.markdown import PARAGRAPH, opening, render_answer
from assistant.qa.abstention import Thresholds
from assistant.qa.answer import StatementEvent
from assistant.qa.engine import Engine
from assistant.qa.readers import Readers
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from eval.cases import Case
from eval.metrics.scores import abstained, scores
from eval.runs.records import Cited, Claim, Record
from ingest.pipeline import Input

NOTE = (
    "# Harbour rules\n\nA/88/501\n\n1. Boats enter between six and ten.\n\n2. Yachts pay forty crowns a night.\n\n"
    "3. Nets are dried on the eastern pier.\n\n4. The bell is rung in fog.\n"
)


def engine(holding: Holding, logit: float) -> Engine:
    return holding(NOTE, readers=readers_of(FlatReader(logit), "en"))


@pytest.mark.parametrize(("logit", "status"), [(3.0, "answered"), (-2.0, "tentative"), (-9.0, "not_found")])
def test_evidence_is_an_answer_or_what_comes_closest_or_nothing(holding: Holding, logit: float, status: str) -> None:
    answer = engine(holding, logit).ask("How many crowns do yachts pay a night?")
    assert answer.status == status
    assert bool(answer.statements) == (status != "not_found")


@pytest.mark.parametrize(
    ("relevant", "logit", "status"),
    [
        (-9.0, -2.0, "tentative"), (9.0, -2.0, "not_found"), (9.0, 15.0, "answered"), (None, -2.0, "tentative"),
        (-9.0, 1.0, "answered"), (9.0, 1.0, "not_found"),
    ],
)  # fmt: skip
def test_nothing_is_shown_where_logit_and_likeness_of_a_passage_together_do_not_reach_what_makes_it_relevant(
    holding: Holding, relevant: float | None, logit: float, status: str
) -> None:
    readers = Readers({"en": FlatReader(logit)}, {"en": replace(THRESHOLDS, relevant=relevant)})
    answer = holding(NOTE, readers=readers).ask("What is the price of mooring until morning?")
    assert answer.status == status


@given(st.floats(-3.0, 5.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_liker_a_passage_is_to_the_question_the_less_sure_its_reader_must_be(
    relevant: float, likeness: float, more: float
) -> None:
    thresholds = replace(THRESHOLDS, relevant=relevant)
    unlike, like = sorted((likeness, more))
    low, high = thresholds.for_likeness(unlike), thresholds.for_likeness(like)
    assert low.answered >= high.answered >= THRESHOLDS.answered
    assert low.tentative >= high.tentative >= THRESHOLDS.tentative
    assert low.tentative <= low.answered
    assert thresholds.for_likeness(None) == thresholds
    assert thresholds.for_likeness(-unlike) == thresholds.for_likeness(0.0)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("yachts couronnes port", "answered"),
        ("prix en couronnes des yachts", "answered"),
        ("prix des yachts et du pain", "not_found"),
    ],
)
def test_what_has_half_of_the_words_of_a_question_answers_it_however_little_it_is_like_it(
    holding: Holding, question: str, status: str
) -> None:
    readers = Readers({"multilingual": FlatReader(1.0)}, {"multilingual": replace(THRESHOLDS, relevant=9.0)})
    assert holding(FRENCH, readers=readers).ask(question, language="fr").status == status


FRENCH = "# Règles du port\n\nA/88/502\n\n1. Les yachts paient quarante couronnes (crowns) par nuit dans le port des yachts.\n"
STRICT, LENIENT = Thresholds(1.0, 0.0, 2.0, 0.5), Thresholds(1.0, 0.0, -1.0, -2.0)
"""Thresholds of readers of which one must be surer than the other."""


@pytest.mark.parametrize(
    ("english", "french", "status", "first"),
    [
        (1.0, -9.0, "tentative", "en"),
        (1.0, -1.5, "tentative", "en"),  # what another reader thinks less likely takes nothing away
        (1.0, 0.5, "answered", "fr"),  # each is held against its own bar
        (3.0, 0.5, "answered", "en"),  # and what is likelier comes first
    ],
)
def test_passages_of_two_readers_are_ranked_by_chance_and_held_each_against_its_own_bar(
    holding: Holding, monkeypatch: pytest.MonkeyPatch, english: float, french: float, status: str, first: str
) -> None:
    monkeypatch.setattr("assistant.qa.readers.SEARCH_WEIGHT", 0.0)
    monkeypatch.setattr("assistant.qa.readers.DOUBT", (9.0, 9.0))  # the other reader judges its own passages only
    for name in ("LIKENESS_TO_ODDS", "OWN_LANGUAGE_ODDS"):
        monkeypatch.setattr(f"assistant.qa.retriever.{name}", 0.0)
    readers = Readers(
        {"en": FlatReader(english), "multilingual": FlatReader(french)}, {"en": STRICT, "multilingual": LENIENT}
    )
    answer = holding(NOTE, FRENCH, readers=readers).ask("How many crowns do yachts pay a night?")
    assert (answer.status, answer.citations[0].language) == (status, first)


def test_what_comes_closest_is_quoted_and_cited_like_an_answer_in_at_most_three_statements(holding: Holding) -> None:
    asked = engine(holding, -2.0)
    answer = asked.ask("How many crowns do yachts pay a night?")
    assert 1 <= len(answer.statements) <= 3
    for citation in answer.citations:
        assert asked.library.document(citation.document).text[citation.start : citation.end] == citation.quote
    assert answer.reason.startswith(say("tentative", "en"))
    assert answer.to_json()["status"] == "tentative"


def test_its_doubt_stands_before_its_words_in_text_and_on_the_terminal_streamed_or_not(holding: Holding) -> None:
    asked = engine(holding, -2.0)
    answer = asked.ask("How many crowns do yachts pay a night?")
    doubt = say("tentative", "en")
    shown = render_answer(answer)
    assert shown.text.startswith(doubt + PARAGRAPH)
    assert opening(doubt) == doubt + PARAGRAPH
    assert shown.text.count(doubt) == 1
    for n, (start, end) in shown.spots.items():
        assert shown.text[start:end] == f"[{n}]"
    printed = []
    for show in (lambda console: print_answer(console, answer),
                 lambda console: print_events(console, asked.stream("How many crowns do yachts pay a night?"))):  # fmt: skip
        file = io.StringIO()
        show(Console(file=file, width=200))
        printed.append(file.getvalue())
    assert printed[0] == printed[1]
    assert printed[0].startswith(doubt)
    assert printed[0].count(doubt) == 1


@pytest.mark.parametrize(("logit", "tentative"), [(-2.0, True), (3.0, False)])
def test_the_event_of_a_statement_tells_that_it_may_not_answer(holding: Holding, logit: float, tentative: bool) -> None:
    events = list(engine(holding, logit).stream("How many crowns do yachts pay a night?"))
    told = [event.to_json()["tentative"] for event in events if isinstance(event, StatementEvent)]
    assert told
    assert set(told) == {tentative}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_doubt_is_told_in_every_language(language: str) -> None:
    assert say("tentative", language) != say("not_found", language)


def test_more_documents_do_not_make_the_same_evidence_less_sure(holding: Holding, catalogue: Catalogue) -> None:
    asked = engine(holding, 2.0)
    before = asked.ask("How many crowns do yachts pay a night?")
    crowd = "# Weather\n\nA/88/502\n\n" + "\n\n".join(f"{n}. Clouds are counted on day {n}." for n in range(1, 90))
    add(asked.library, catalogue, Input("crowd.md", crowd.encode()))
    after = asked.ask("How many crowns do yachts pay a night?")
    assert before.confidence is not None
    assert after.confidence is not None
    assert after.confidence == pytest.approx(before.confidence)


def test_evaluation_counts_it_apart() -> None:
    case = Case("t1", "How much do yachts pay?", "en", "number", True, facts=(("forty crowns",),))
    none = Case("t2", "How much do barges pay?", "en", "near-miss", False)
    quote = "Yachts pay forty crowns a night."
    record = Record(
        "t1", "rapporteur", "tentative",
        claims=(Claim(quote, "quoted", (0,)),),
        citations=(Cited("A/88/501", "para. 2", quote, 0, len(quote), quote),),
    )  # fmt: skip
    row = scores(case, record, lambda _: quote)
    assert (row["shown"], row["shown_first"], row["tentative"]) == (1.0, 1.0, 1.0)
    assert (row["answered"], row["fact_recall"], row["right"]) == (0.0, 0.0, 0.0)
    assert not abstained(record)
    assert scores(none, record, lambda _: quote)["right"] == 0.0
    assert abstained(Record("t2", "rapporteur", "not_found"))
