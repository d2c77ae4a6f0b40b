"""A citation tells the heading that its words stand under."""

from __future__ import annotations

import pytest
from conftest import Holding

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


def test_a_citation_tells_the_heading_that_its_words_stand_under(engine: Engine) -> None:
    answer = engine.ask("How much are the proposed regular resources for lamps for 2026?")
    cited = answer.citations[0]
    assert cited.heading == "Lamps"
    assert answer.to_json()["citations"][0]["heading"] == "Lamps"
    assert "under “Lamps”" in reference(cited, "en")
    assert "sous « Lamps »" in reference(cited, "fr")
