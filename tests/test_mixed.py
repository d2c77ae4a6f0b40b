"""Whether a text is found among texts in other languages: the rank of what answers."""

from __future__ import annotations

import pytest
from conftest import Holding

from eval.mixed import find_rank
from ingest.pipeline import Input


@pytest.mark.parametrize(("words", "place"), [("Pilots board", 0), ("Yachts pay", 1), ("Zeppelins land", None)])
def test_the_rank_is_that_of_the_first_passage_that_holds_the_words(
    holding: Holding, words: str, place: int | None
) -> None:
    engine = holding(
        Input("pilots.md", b"# Pilots\n\n1. Pilots board tankers in the harbour.\n"),
        Input("yachts.md", b"# Yachts\n\n1. Yachts pay forty crowns.\n"),
        Input("air.md", b"# Air\n\n1. Zeppelins land elsewhere.\n"),
    )
    found = engine.search("Who boards tankers in the harbour: pilots? Do yachts pay?", 2)
    held = {each.id: engine.library.document(each.id) for each in engine.library.headers()}
    spans = {key: [(begin, begin + 5)] for key, each in held.items() if (begin := each.text.find(words)) >= 0}
    assert len(spans) == 1
    assert find_rank(found, spans) == place
