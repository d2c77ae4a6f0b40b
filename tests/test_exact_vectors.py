"""Where Chroma is not installed every vector is compared; a library goes to and fro between both."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import OpenLibrary, add

from corpus.catalogue import Catalogue
from corpus.documents import SearchScope
from corpus.library import Library
from corpus.vectors import _connect
from ingest.pipeline import Input

PORTS = [
    Input(f"port-{n}.md", f"# Port {n}\n\nA/88/{n}\n\n1. {what}\n\n2. Dues are {n} crowns.\n".encode())
    for n, what in enumerate(("Boats need a flag.", "Nets are dried on the pier.", "The bell is rung in fog."), 601)
]


@pytest.fixture
def without_chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.embedded.find_spec", lambda name: None)


def near(library: Library, text: str, within: SearchScope | None = None) -> list[str]:
    asked = library.embedder.embed_query(text)
    return [key for key, _ in library._indexes.vector_search(asked, "en", 4, within)]


def test_the_same_passages_are_found_as_by_chroma(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def found(folder: str) -> list[list[str]]:
        library = open_library(tmp_path / folder)
        add(library, catalogue, *PORTS)
        assert library.verify() == []
        assert library.status().vectors == library.status().passages > 0
        some = SearchScope(frozenset(library.document_ids()[:2]), frozenset())
        return [near(library, text, scope) for text in ("boats with a flag", "fog bell") for scope in (None, some)]

    by_chroma = found("one")
    request.getfixturevalue("without_chroma")
    assert found("other") == by_chroma
    assert (tmp_path / "one" / "vectors").exists()
    assert not (tmp_path / "other" / "vectors").exists()


@pytest.mark.parametrize(("searches", "any_time", "opened"), [(9, 0, False), (0, 1_000, False), (2, 0, True)])
def test_the_index_is_only_opened_where_many_passages_were_compared(
    open_library: OpenLibrary,
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    searches: int,
    any_time: int,
    opened: bool,
) -> None:
    with open_library(tmp_path) as library:
        add(library, catalogue, *PORTS)
        expected = near(library, "boats with a flag")
        passages = library.status().passages
    monkeypatch.setattr("corpus.store.embedded.COMPARED_FIRST", searches * passages)
    monkeypatch.setattr("corpus.store.embedded.MAX_COMPARED", any_time)
    calls = []
    monkeypatch.setattr("corpus.vectors._connect", lambda at: calls.append(at) or _connect(at))
    with open_library(tmp_path) as library:
        assert near(library, "boats with a flag") == expected
        assert not calls  # the first search needs no index
        for _ in range(4):
            assert near(library, "boats with a flag") == expected
        assert bool(calls) == opened
        library.open_indexes()
        assert len(calls) == 1


def test_nothing_of_a_document_that_was_removed_is_found(
    without_chroma: None, library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, *PORTS)
    before = set(near(library, "boats with a flag"))
    (gone,) = [each for each in library.document_ids() if "601" in each]
    passages = {each.id for each in library.passages(gone)}
    library.remove(gone)
    assert before & passages
    assert not set(near(library, "boats with a flag")) & passages
    assert library.verify() == []


def test_chroma_learns_what_a_library_took_in_without_it(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_library(tmp_path / "library") as library:
        add(library, catalogue, *PORTS[:2])
        near(library, "boats")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.store.embedded.find_spec", lambda name: None)
        with open_library(tmp_path / "library") as library:
            add(library, catalogue, PORTS[2])
            expected = near(library, "fog bell")
            assert not (tmp_path / "library" / "vectors").exists()
    with open_library(tmp_path / "library") as library:
        assert near(library, "fog bell") == expected
        assert library.verify() == []
        assert (tmp_path / "library" / "vectors").exists()
