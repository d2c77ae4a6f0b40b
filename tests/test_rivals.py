"""Sentences that say the same under different headings are no sure answer unless the question names the heading."""

from __future__ import annotations

import pytest
from conftest import Holding
from test_answers import check_citations

from assistant.markdown import reference
from assistant.qa.engine import Engine

BUDGET = """# Proposed budget of the harbour for 2026

A/88/6

## Overview

1. All offices of the harbour have what they need.

## Pilots and tugs

2. The proposed regular resources for 2026 amount to $507,200 and reflect an increase of $30,100 compared with the budget for 2025.

## Lamps

3. The proposed regular resources for 2026 amount to $680,100 and reflect no change compared with the budget for 2025.

## Ferries

4. The proposed regular resources for 2026 amount to $4,127,600 and reflect a net increase of $140,200 compared with the budget for 2025.
"""


@pytest.fixture
def engine(holding: Holding) -> Engine:
    return holding(BUDGET, reading=True)


def test_what_is_said_alike_of_several_things_answers_only_where_one_of_them_is_named(engine: Engine) -> None:
    named = engine.ask("How much are the proposed regular resources for lamps for 2026?")
    assert named.status == "answered"
    assert "$680,100" in named.statements[0].text
    whole = engine.ask("How much are the proposed regular resources for 2026?")
    check_citations(whole, engine.library)
    assert whole.status == "tentative"


def test_a_sentence_that_says_the_same_in_other_words_than_a_number_is_no_other_thing(holding: Holding) -> None:
    said = "On the coast the harbour office formally designated {} groups of smugglers as bands of criminals"
    told = f"## Findings\n\n1. {said.format(26)}.\n\n## Summary\n\n2. {said.format('several')}.\n"
    engine = holding(f"# Report on bands\n\nA/88/7\n\n{told}", reading=True)
    answer = engine.ask("How many groups of smugglers has the office designated as bands of criminals on the coast?")
    assert answer.status == "answered"
    assert "26 groups" in answer.statements[0].text


def test_a_citation_tells_the_heading_that_its_words_stand_under(engine: Engine) -> None:
    answer = engine.ask("How much are the proposed regular resources for lamps for 2026?")
    cited = answer.citations[0]
    assert cited.heading == "Lamps"
    assert answer.to_json()["citations"][0]["heading"] == "Lamps"
    assert "under “Lamps”" in reference(cited, "en")
    assert "sous « Lamps »" in reference(cited, "fr")
