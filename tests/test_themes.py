"""Themes: every passage in one, the same after another ingestion, named in words of the collection, always sourced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import OpenLibrary, add
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from assistant.publish import render
from assistant.qa.engine import Engine
from assistant.themes import Themes, ThemesError, themes_of
from assistant.themes.clusters import centred, clusters, count_for, places
from assistant.themes.paper import publication_of
from assistant.themes.plots import map_of, years_of
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.run import Input, starter_sources
from ingest.segment import SEGMENTER_VERSION


@pytest.fixture(scope="module")
def starter_themes(starter_engine: Engine) -> Themes:
    return themes_of(starter_engine)


def test_every_passage_of_the_documents_used_is_in_exactly_one_theme(
    starter_engine: Engine, starter_themes: Themes
) -> None:
    library = starter_engine.library
    found = [passage.id for theme in starter_themes.themes for passage in theme.passages]
    wanted = {passage.id for each in library.versions().quotable("en") for passage in library.passages(each)}
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_another_ingestion_in_another_order_gives_the_same_themes(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, starter_themes: Themes
) -> None:
    library = open_library(tmp_path / "again")
    add(library, catalogue, *reversed(list(starter_sources())))
    again = themes_of(Engine(library, catalogue))
    first = {passage.id: theme.number for theme in starter_themes.themes for passage in theme.passages}
    second = {passage.id: theme.number for theme in again.themes for passage in theme.passages}
    ids = sorted(first)
    assert adjusted_rand_score([first[each] for each in ids], [second[each] for each in ids]) >= 0.9
    assert [theme.name for theme in again.themes] == [theme.name for theme in starter_themes.themes]


def test_names_differ_and_summaries_quote_their_own_theme(starter_engine: Engine, starter_themes: Themes) -> None:
    assert len({theme.name for theme in starter_themes.themes}) == len(starter_themes.themes)
    for theme in starter_themes.themes:
        assert theme.terms
        held = {(passage.document, passage.start, passage.end) for passage in theme.passages}
        for statement in theme.summary:
            for cite in statement.citations[-1:]:
                assert any(d == cite.document and s <= cite.start and cite.end <= e for d, s, e in held)
                assert starter_engine.library.document(cite.document).quote(cite.start, cite.end) == cite.quote


def test_passages_and_documents_of_a_theme_agree(starter_themes: Themes) -> None:
    for theme in starter_themes.themes:
        assert sum(document.passages for document in theme.documents) == len(theme.passages)
        assert sum(theme.years.values()) == len(theme.passages)


def test_themes_are_made_once_and_read_again_until_the_library_changes(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    library = open_library()
    add(library, catalogue, *list(starter_sources())[:6])
    engine = Engine(library, catalogue)
    told: list[str] = []
    first = themes_of(engine, progress=lambda name, done, total: told.append(name))
    assert len(told) == len(first.themes)
    assert themes_of(engine, progress=lambda name, done, total: told.append(name)) == first
    assert len(told) == len(first.themes)
    (kept,) = (library.folder / "derived" / "themes").glob("*.json")
    kept.write_text("{", encoding="utf-8")
    assert themes_of(engine) == first
    add(
        library,
        catalogue,
        Input("new.md", b"---\ntitle: New\nslug: new\nlanguage: en\n---\n# New\n\n1. Boats need a flag.\n"),
    )
    assert themes_of(engine) != first


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_headings_are_in_the_language_asked_for(starter_engine: Engine, language: str) -> None:
    themes = themes_of(starter_engine, language, 5)
    assert len(themes.themes) == 5
    assert render(publication_of(themes, starter_engine.library), "md")


def test_texts_that_no_model_reads_are_clustered_by_their_words(catalogue: Catalogue, tmp_path: Path) -> None:
    class English(HashEmbedder):
        """The hashing embedder as if it read English only."""

        languages = frozenset(["en"])

    library = Library(tmp_path / "russian", English(), SEGMENTER_VERSION)
    boats = "\n\n".join(f"{n}. Лодка и гавань, лодка и причал номер {n}." for n in range(1, 9))
    roads = "\n\n".join(f"{n}. Дорога и перевал, дорога и водитель номер {n}." for n in range(1, 9))
    for name, text in (("boats", boats), ("roads", roads)):
        add(
            library,
            catalogue,
            Input(f"{name}.md", f"---\ntitle: {name}\nslug: {name}\nlanguage: ru\n---\n# {name}\n\n{text}\n".encode()),
        )
    with library:
        themes = themes_of(Engine(library, catalogue), "ru", 2)
        assert library.passage_vectors([each.id for theme in themes.themes for each in theme.passages]) == {}
    assert [len({each.document for each in theme.passages}) for theme in themes.themes] == [1, 1]
    assert sum(len(theme.passages) for theme in themes.themes) >= 2


def test_an_empty_library_has_no_themes_and_says_so(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    with pytest.raises(ThemesError, match="library is empty"):
        themes_of(Engine(open_library(), catalogue))


def test_a_library_of_one_passage_is_one_theme(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_library()
    add(
        library,
        catalogue,
        Input("a.md", b"---\ntitle: Boats\nslug: boats\nlanguage: en\n---\n# Boats\n\n1. Boats need a flag.\n"),
    )
    themes = themes_of(Engine(library, catalogue), count=9)
    assert sum(len(theme.passages) for theme in themes.themes) == sum(library.languages().values())


def test_drawings_are_well_formed_and_lead_to_the_themes(starter_themes: Themes) -> None:
    for drawn in (map_of(starter_themes), years_of(starter_themes)):
        svg = ElementTree.fromstring(drawn)
        links = [each.get("href") for each in svg.iter("{http://www.w3.org/2000/svg}a")]
        assert links == [f"#theme-{theme.number}" for theme in starter_themes.themes]
        assert svg.get("aria-label")


def test_a_hostile_name_is_only_text_in_a_drawing(starter_themes: Themes) -> None:
    from dataclasses import replace

    hostile = replace(starter_themes.themes[0], name="<script>alert(1)</script>\"'")
    drawn = map_of(replace(starter_themes, themes=(hostile,))) + years_of(replace(starter_themes, themes=(hostile,)))
    assert "<script" not in drawn


def test_the_compendium_is_the_same_twice_and_its_json_is_plain(starter_engine: Engine, starter_themes: Themes) -> None:
    made = publication_of(starter_themes, starter_engine.library)
    assert render(made, "html") == render(publication_of(starter_themes, starter_engine.library), "html")
    json.dumps(starter_themes.to_json())


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 3))
def test_clusters_are_as_many_as_asked_for_and_lie_on_the_map(n: int, count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    documents = [f"d{row % 5}" for row in range(n)]
    made = centred(vectors, documents)
    labels = clusters(made, count)
    assert len(set(labels)) == min(count, n)
    assert sorted(set(labels)) == list(range(min(count, n)))
    assert np.abs(places(made)).max() <= 1.0 + 1e-9
    assert 1 <= count_for(n) <= n


def test_the_themes_of_the_real_documents_cover_them(real_library: Library, catalogue: Catalogue) -> None:
    themes = themes_of(Engine(real_library, catalogue))
    assert sum(len(theme.passages) for theme in themes.themes) == sum(real_library.languages().values())
    assert len({theme.name for theme in themes.themes}) == len(themes.themes) >= 3


def test_a_theme_names_the_known_years_of_which_nothing_is_held(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    library = open_library()
    papers = [
        Input(f"{year}.md", f"---\nsymbol: A/{year - 1945}/9\ntitle: {word}\nlanguage: en\ndate: {year}-01-01\n---\n# {word}\n\n1. {text}\n".encode())
        for year, word, text in ((2012, "Boats", "Boats need a flag."), (2030, "Roads", "Roads need a name and a number."))
    ]  # fmt: skip
    add(library, catalogue, *papers)
    engine = Engine(library, catalogue)
    themes = themes_of(engine, count=2)
    known = {2012, 2013, 2015, 2018, 2030}  # of meetings in the catalogue, and of what is held
    assert known <= set(themes.known)
    assert 1951 not in themes.known, "a treaty that is only referred to"
    assert themes.years == sorted(themes.known)
    for theme in themes.themes:
        (year,) = theme.years
        assert set(theme.missing_years) == set(themes.known) - {year}
        told = theme.gaps[0]
        assert told.startswith("No document of this theme is held from these years")
        assert str(year) not in told
        assert "2013" in told
    paper = render(publication_of(themes, library), "md").decode()
    assert paper.count("No document of this theme is held from these years") == 2
    drawn = years_of(themes)
    assert drawn.count('fill="none"') == sum(len(theme.missing_years) for theme in themes.themes)
    told = themes.to_json()
    assert [each["missing_years"] for each in told["themes"]] == [list(each.missing_years) for each in themes.themes]


def test_themes_are_made_in_slices_and_the_same_as_in_one(
    open_library: OpenLibrary, catalogue: Catalogue, starter_themes: Themes, tmp_path: Path
) -> None:
    turns: list[str] = []

    @contextmanager
    def aside() -> Iterator[None]:
        turns.append("given up")
        yield
        turns.append("taken")

    library = open_library(tmp_path / "sliced")
    add(library, catalogue, *starter_sources())
    made = themes_of(Engine(library, catalogue), aside=aside)
    assert [theme.name for theme in made.themes] == [theme.name for theme in starter_themes.themes]
    assert len(turns) >= 4
    assert turns[::2] == ["given up"] * (len(turns) // 2)
