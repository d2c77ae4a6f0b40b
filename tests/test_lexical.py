"""The lexical index: whatever was added and removed, it finds what holds a word and nothing else."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.analysis import analyse
from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Passage, SearchScope
from corpus.lexical import LexicalIndex
from corpus.store.postgres_tables import mean_length

WORDS = ("boat", "harbour", "migrant", "flag", "2021")
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), min_size=1, max_size=8)


def passages(document: str, given_texts: list[str], heading: str = "") -> list[Passage]:
    """A document's passages, one a text."""
    made, at = [], 0
    for n, text in enumerate(given_texts):
        made.append(Passage(document, n, at, at + len(text), heading, f"para. {n + 1}", n, n, text))
        at += len(text) + 2
    return made


def ids(index: LexicalIndex, made: list[Passage]) -> set[str]:
    """Those of some passages that an index has, which are all that it has."""
    held = index.find_indexed([each.id for each in made], "en")
    assert index.count("en") == len(held)
    return held


def holding(index: LexicalIndex, word: str, within: SearchScope | None = None) -> set[str]:
    """Ids of what the index finds for a word."""
    return {hit.passage_id for hit in index.search(analyse(word, "en"), "en", 1_000, within)}


@settings(max_examples=25, deadline=None)
@given(texts, texts, texts, st.sampled_from(WORDS))
def test_what_holds_a_word_is_found_whatever_was_added_and_removed(
    kept: list[str], replaced: list[str], removed: list[str], word: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder))
        stays, gone = passages("stays", kept), passages("gone", removed)
        before, after = passages("changed", removed), passages("changed", replaced)
        index.rebuild([*stays, *before], "en")
        index.update([], gone, "en")
        index.update([each.id for each in (*before, *gone)], after, "en")
        held = [*stays, *after]
        wanted = {each.id for each in held if word in each.text.split()}
        assert holding(index, word) == wanted
        assert index.count("en") == len(held)
        assert index.find_indexed([each.id for each in (*held, *gone)], "en") == {each.id for each in held}
        assert index.document_frequency(analyse(word, "en")[0], "en") == len(wanted)
        scope = SearchScope(frozenset(["changed"]), frozenset([after[0].id]))
        assert holding(index, word, scope) == wanted & {each.id for each in after[1:]}
        again = LexicalIndex(Path(folder))
        assert holding(again, word) == wanted


def test_the_best_comes_first_and_headings_count_double(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    rare = passages("a", ["the harbour keeps boats and flags", "boats need many flags and boats"])
    titled = passages("b", ["the master keeps lists of all flags"], heading="Harbour")
    index.rebuild([*rare, *titled], "en")
    found = index.search(analyse("harbour", "en"), "en", 10, None)
    assert [hit.passage_id for hit in found] == [titled[0].id, rare[0].id]
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert index.search(analyse("harbour", "en"), "en", 1, None) == found[:1]
    assert index.search(analyse("harbour", "en"), "en", 0, None) == []


def test_passages_that_score_the_same_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    made = [passages(f"d{n}", ["a boat"])[0] for n in range(6)]
    index.rebuild(made[3:], "en")
    index.update([], made[:3], "en")
    found = [hit.passage_id for hit in index.search(["boat"], "en", 10, None)]
    assert found == sorted(each.id for each in made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_an_index_of_its_own(tmp_path: Path, language: str) -> None:
    index = LexicalIndex(tmp_path)
    assert index.search(["2021"], language, 5, None) == []
    assert index.document_frequency("2021", language) == 0
    index.rebuild(passages("a", ["2021"]), language)
    assert [each for each in LANGUAGES if index.search(["2021"], each, 5, None)] == [language]


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    made = passages("a", ["a boat", "a flag"])
    index.rebuild(made, "en")

    def broken() -> Passage:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        index.update([made[0].id], (broken() for _ in range(1)), "en")
    assert holding(index, "boat") == {made[0].id}
    with pytest.raises(OSError, match="no space"):
        index.rebuild((broken() for _ in range(1)), "en")
    assert ids(LexicalIndex(tmp_path), made) == {each.id for each in made}


def test_an_index_that_is_written_elsewhere_says_so_and_keeps_what_it_holds(tmp_path: Path) -> None:
    one, other = LexicalIndex(tmp_path), LexicalIndex(tmp_path)
    made = passages("a", ["a boat", "a flag"])
    one.rebuild(made, "en")
    writer = tantivy.Index.open(str(tmp_path / "en")).writer()
    with pytest.raises(LibraryError, match=r"cannot be used .* Nothing is lost"):
        one.update([made[0].id], [], "en")
    writer.wait_merging_threads()
    assert ids(other, made) == {each.id for each in made}
    one.update([made[0].id], [], "en")
    assert ids(one, made) == {made[1].id}


def test_hostile_words_are_words(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.rebuild(passages("a", ["a boat"]), "en")
    for token in ('"', "*", "boat OR", "id:a", "\x00", "x" * 70_000, "\ud800", ""):
        assert index.search([token], "en", 5, None) == []
        assert index.document_frequency(token, "en") == 0


@pytest.mark.parametrize("ratio", [1.2, 2.0, 3.5])
def test_longer_passages_in_the_mean_tell_less_between_a_short_text_and_a_long_one(ratio: float) -> None:
    assert 0.0 < mean_length(ratio) < mean_length(ratio - 0.1) < math.inf


def test_an_index_that_takes_no_account_of_lengths_is_no_error() -> None:
    assert mean_length(1.0) == math.inf
