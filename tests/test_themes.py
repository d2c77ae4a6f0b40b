"""Themes: every passage in one, the same after another ingestion, named in words of the collection, always sourced."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import create_autospec
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import Holding, markdown, more
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from typer.testing import CliRunner

from assistant.cli import app
from assistant.export.file_formats import render
from assistant.export.layouts import build_publication
from assistant.export.theme_plots import draw_map, draw_timeline
from assistant.qa.engine import Engine
from assistant.reports import ReportError
from assistant.reports.themes.clusters import center, cluster, default_count, map_positions
from assistant.reports.themes.naming import Namer
from assistant.reports.themes.theme_maker import find_themes
from assistant.reports.themes.theme_model import Themes
from assistant.vocabulary import Vocabulary
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Block, Document, Masthead
from corpus.embedding import HashEmbedder, LanguageShift
from corpus.library import Library
from ingest.pipeline import Input, starter_sources


def _reports(*texts: tuple[str, str, str]) -> list[Input]:
    return [
        Input(f"{symbol.replace('/', '-')}.md", f"---\nsymbol: {symbol}\ntitle: {title}\nlanguage: en\ndate: {1945 + int(symbol.split('/')[1])}-01-01\n---\n# {title}\n\n1. {text}\n".encode())
        for symbol, title, text in texts
    ]  # fmt: skip


def _boats(count: int) -> list[Input]:
    """Reports on the safety of fishing boats."""
    title = "Safety of fishing boats"
    return _reports(*((f"A/7{n}/9", title, f"The {title.lower()} needs harbour {n}.") for n in range(count)))


@pytest.fixture(scope="module")
def starter_themes(starter_engine: Engine) -> Themes:
    return find_themes(starter_engine)


def test_every_document_is_in_one_theme_or_apart_and_themes_have_three(
    starter_engine: Engine, starter_themes: Themes
) -> None:
    library = starter_engine.library
    found = [each.document for theme in starter_themes.themes for each in theme.documents]
    apart = [each.document for each in (*starter_themes.apart, *starter_themes.loose)]
    assert sorted(found + apart) == sorted(library.versions().quotable_documents("en"))
    assert min(len(theme.documents) for theme in starter_themes.themes) >= 3
    passages = [passage for theme in starter_themes.themes for passage in theme.passages]
    assert len({passage.id for passage in passages}) == len(passages)


def test_a_document_of_two_lines_changes_no_theme(holding: Holding) -> None:
    lines = {
        "Harbour lamps": "{} harbour lamps are lit along the quay so that fishing boats find the harbour in the dark of winter nights.",
        "Mountain roads": "{} mountain roads are cleared of snow by ploughs so that carts reach the valleys in the deep of winter days.",
    }
    verbs = ("Improve", "Repair", "Measure")
    texts = []
    for n, (title, line) in enumerate(lines.items()):
        body = "\n\n".join(f"## {each} {title.lower()}\n\n{k}. {' '.join([line.format(each)] * 12)}"
                           for k, each in enumerate(verbs, 1))  # fmt: skip
        texts += [
            f"---\nsymbol: A/{80 + n}/{m}\ntitle: {title}\nlanguage: en\n---\n# {title}\n\n{body}\n"
            for m in range(1, 4)
        ]
    engine = holding(*texts)
    before = find_themes(engine)
    assert len(before.themes) == len(lines)
    small = "---\nsymbol: A/90/1\ntitle: Letter\nlanguage: en\n---\n# Letter\n\n1. Nets and gulls, and mountain soup for the watch.\n"
    more(engine, small)
    after = find_themes(engine)
    assert [theme.name for theme in after.themes] == [theme.name for theme in before.themes]
    held = {each.document for theme in before.themes for each in theme.documents}
    for one, other in zip(before.themes, after.themes, strict=True):
        assert {each.document for each in other.documents} & held == {each.document for each in one.documents}
    assert sum(len(theme.documents) for theme in after.themes) == len(held) + 1


def test_letters_that_nothing_names_together_are_of_no_theme(holding: Holding) -> None:
    letters = [(f"A/8{n}/8", f"Letter dated {n + 1} March 2030 from the Mission", said)
               for n, said in enumerate(("Zebras graze on hills.", "Tea is dear in town.", "Bells ring at noon."))]  # fmt: skip
    engine = holding(*_boats(3), *_reports(*letters))
    made = find_themes(engine)
    assert [theme.name for theme in made.themes] == ["Safety of fishing boats"]
    assert {each.label for each in made.loose} == {"A/80/8", "A/81/8", "A/82/8"}
    assert "A/80/8" in markdown(made, engine.library).partition("without a theme")[2]


def test_where_phrases_name_most_of_what_is_held_no_theme_is_called_by_the_title_of_one_document(
    holding: Holding,
) -> None:
    others = [("A/80/8", "Resolution 977 (2030)", "Zebras graze on hills."), ("A/81/8", "Prices", "Tea is dear in town."),
              ("A/82/8", "Clocks", "Bells ring at noon.")]  # fmt: skip
    made = find_themes(holding(*_boats(4), *_reports(*others)))
    assert [theme.name for theme in made.themes] == ["Safety of fishing boats"]
    assert {each.label for each in made.loose} == {"A/80/8", "A/81/8", "A/82/8"}


def test_no_theme_is_called_by_a_title_whose_words_most_of_its_documents_do_not_say(holding: Holding) -> None:
    others = [("A/80/8", "Strengthening of lighthouses", "Zebras graze on hills."), ("A/81/8", "Prices", "Tea is dear in town."),
              ("A/82/8", "Clocks", "Bells ring at noon.")]  # fmt: skip
    made = find_themes(holding(*_reports(*others)))
    assert made.themes == ()
    assert {each.label for each in made.loose} == {"A/80/8", "A/81/8", "A/82/8"}


AUDITS = (("A/80/8", "Audit by PORTA"), ("A/81/8", "PORTA and prices"), ("A/82/8", "Clocks at PORTA"))
COUNCIL = "United Nations\n\n**Security Council**\n\nS/2031/{}\n\nDistr.: General\n\n3 May 2031\n\n# {}\n\n1. {}\n"
LETTERS = (("Zebras", "Zebras graze on hills."), ("Prices", "Tea is dear in town."), ("Clocks", "Bells ring."))


def test_where_no_phrase_names_a_theme_an_acronym_of_its_headings_does(holding: Holding) -> None:
    audits = _reports(*((symbol, title, f"Of PORTA {title.split()[0]} speaks.") for symbol, title in AUDITS))
    assert any("PORTA" in theme.name for theme in find_themes(holding(*_boats(6), *audits)).themes)


def test_texts_that_have_only_their_body_in_common_are_of_no_theme(holding: Holding) -> None:
    letters = [COUNCIL.format(n, *told) for n, told in enumerate(LETTERS, 1)]
    made = find_themes(holding(*_boats(6), *letters))
    assert [theme.name for theme in made.themes] == ["Safety of fishing boats"]
    assert {each.label for each in made.loose} == {"S/2031/1", "S/2031/2", "S/2031/3"}


def test_agendas_and_records_of_meetings_stand_apart(holding: Holding) -> None:
    named = (("A/79/PV.7", "Opening"), ("A/79/9", "Boats"), ("A/79/10", "Harbours"), ("A/79/11", "Flags"))
    engine = holding(*_reports(*((symbol, title, f"{title} need a register.") for symbol, title in named)))
    themes = find_themes(engine)
    assert [each.label for each in themes.apart] == ["A/79/PV.7"]
    assert "A/79/PV.7" in markdown(themes, engine.library).partition("records of meetings, without a theme")[2]


def test_another_ingestion_in_another_order_gives_the_same_themes(holding: Holding, starter_themes: Themes) -> None:
    again = find_themes(holding(*reversed(list(starter_sources()))))
    first = {passage.id: theme.number for theme in starter_themes.themes for passage in theme.passages}
    second = {passage.id: theme.number for theme in again.themes for passage in theme.passages}
    ids = sorted(first)
    assert adjusted_rand_score([first[each] for each in ids], [second[each] for each in ids]) >= 0.9
    assert [theme.name for theme in again.themes] == [theme.name for theme in starter_themes.themes]


def test_names_differ_counts_agree_and_summaries_quote_their_own_theme(
    starter_engine: Engine, starter_themes: Themes
) -> None:
    assert len({theme.name for theme in starter_themes.themes}) == len(starter_themes.themes)
    for theme in starter_themes.themes:
        assert theme.terms
        assert sum(document.passages for document in theme.documents) == len(theme.passages)
        assert sum(theme.years.values()) == len(theme.documents)
        held = {(passage.document, passage.start, passage.end) for passage in theme.passages}
        for statement in theme.summary:
            for cite in statement.citations[-1:]:
                assert any(d == cite.document and s <= cite.start and cite.end <= e for d, s, e in held)
                assert starter_engine.library.document(cite.document).quote(cite.start, cite.end) == cite.quote


def test_themes_are_made_once_and_read_again_until_the_library_changes(holding: Holding) -> None:
    engine = holding(*list(starter_sources())[:6])
    told: list[str] = []
    first = find_themes(engine, progress=lambda name, done, total: told.append(name))
    assert len(told) == len(first.themes)
    assert find_themes(engine, progress=lambda name, done, total: told.append(name)) == first
    assert len(told) == len(first.themes)
    (kept,) = (engine.library.folder / "derived" / "themes").glob("*.json")
    kept.write_text("{", encoding="utf-8")
    assert find_themes(engine) == first
    more(engine, "---\ntitle: New\nslug: new\nlanguage: en\n---\n# New\n\n1. Boats need a flag.\n")
    assert find_themes(engine) != first


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_headings_are_in_the_language_asked_for(starter_engine: Engine, language: str) -> None:
    themes = find_themes(starter_engine, language, 5)
    assert len(themes.themes) == 5
    assert render(build_publication(themes, starter_engine.library), "md")


def test_texts_that_no_model_reads_are_clustered_by_their_words(holding: Holding) -> None:
    class English(HashEmbedder):
        """The hashing embedder as if it read English only."""

        languages = frozenset(["en"])

    boats = "\n\n".join(f"{n}. Лодка и гавань, лодка и причал номер {n}." for n in range(1, 9))
    roads = "\n\n".join(f"{n}. Дорога и перевал, дорога и водитель номер {n}." for n in range(1, 9))
    texts = (f"---\ntitle: {name}\nslug: {name}\nlanguage: ru\n---\n# {name}\n\n{text}\n"
             for name, text in (("boats", boats), ("roads", roads)))  # fmt: skip
    engine = holding(*texts, embedder=English())
    themes = find_themes(engine, "ru", 2)
    assert engine.library.passage_vectors([each.id for theme in themes.themes for each in theme.passages]) == {}
    assert [len({each.document for each in theme.passages}) for theme in themes.themes] == [1, 1]
    assert sum(len(theme.passages) for theme in themes.themes) >= 2


def test_an_empty_library_has_no_themes_and_says_so(holding: Holding) -> None:
    with pytest.raises(ReportError, match="library is empty"):
        find_themes(holding())


def test_a_library_of_one_passage_is_one_theme(holding: Holding) -> None:
    engine = holding("---\ntitle: Boats\nslug: boats\nlanguage: en\n---\n# Boats\n\n1. Boats need a flag.\n")
    themes = find_themes(engine, count=9)
    assert sum(len(theme.passages) for theme in themes.themes) == sum(engine.library.passage_counts().values())


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_documents_than_a_theme_has_are_in_none_and_that_is_told(holding: Holding, count: int) -> None:
    engine = holding(*_boats(count))
    themes = find_themes(engine)
    assert themes.themes == ()
    assert len(themes.loose) == count
    assert "No themes were found: at least 3 documents" in markdown(themes, engine.library)
    with pytest.raises(ReportError, match="since the library has none: at least 3 documents"):
        themes.only("boats")


def test_a_summary_has_no_words_of_an_unnamed_writer_and_none_about_the_document_itself(holding: Holding) -> None:
    title = "Safety of fishing boats"
    said = {
        7: "I am writing about the safety of fishing boats, which others once again blatantly denied.",
        8: "The present addendum contains the annex on the safety of fishing boats in all harbours.",
        9: "The safety of fishing boats was the subject of consultations with H.E. Anna Example in May.",
    }
    texts = [f"{words}\n\n2. The safety of fishing boats needs lamps {n} times a year." for n, words in said.items()]
    made = find_themes(holding(*_reports(*((f"A/7{n}/9", title, text) for n, text in zip(said, texts, strict=True)))))
    summary = [each.text for theme in made.themes for each in theme.summary]
    assert summary
    assert not {said[7], said[8]} & {*summary}
    assert not any(each.endswith("H.E.") for each in summary)


def test_a_summary_has_no_letter_of_one_state_beside_others_and_nothing_on_an_agenda(holding: Holding) -> None:
    said = [
        "Fishing boats need a flag and a register that every harbour can read.",
        "A register of fishing boats with lamps saved forty sailors in one winter.",
        "Harbour masters ask owners to repair fishing boats before the spring storms.",
    ]
    agenda = "Fishing boats and their register are an item of the provisional agenda of the next session."
    letter = "Fishing boats of the other side have broken their register of boats in the harbour."
    title = "Letter dated 3 March 2018 from the Permanent Representative of Norway on fishing boats"
    texts = [(f"A/7{n}/9", "Fishing boats", text) for n, text in enumerate((*said, agenda), 1)]
    engine = holding(*_reports(*texts, ("A/79/9", title, letter)))
    (theme,) = find_themes(engine, count=1).themes
    assert {each.text for each in theme.summary} == {*said}


def test_a_theme_is_named_after_what_its_texts_are_against(holding: Holding) -> None:
    titles = ("Efforts against wild sea robbery", "Convention against wild sea robbery", "Day against wild sea robbery")
    texts = [(f"A/7{n}/8", title, f"Wild sea robbery was seen {n} times, and {n} robbers of the sea sat in prison.") for n, title in enumerate(titles, 1)]  # fmt: skip
    names = {theme.name.casefold() for theme in find_themes(holding(*_boats(3), *_reports(*texts))).themes}
    assert "wild sea robbery" in names


def test_drawings_are_well_formed_and_lead_to_the_themes(starter_themes: Themes) -> None:
    for drawn in (draw_map(starter_themes), draw_timeline(starter_themes)):
        svg = ElementTree.fromstring(drawn)
        links = [each.get("href") for each in svg.iter("{http://www.w3.org/2000/svg}a")]
        assert links == [f"#theme-{theme.number}" for theme in starter_themes.themes]
        assert svg.get("aria-label")


def test_a_hostile_name_is_only_text_in_a_drawing(starter_themes: Themes) -> None:
    hostile = replace(starter_themes.themes[0], name="<script>alert(1)</script>\"'")
    drawn = draw_map(replace(starter_themes, themes=(hostile,))) + draw_timeline(
        replace(starter_themes, themes=(hostile,))
    )
    assert "<script" not in drawn


def test_the_compendium_is_the_same_twice_and_its_json_is_plain(starter_engine: Engine, starter_themes: Themes) -> None:
    made = build_publication(starter_themes, starter_engine.library)
    assert render(made, "html") == render(build_publication(starter_themes, starter_engine.library), "html")
    json.dumps(starter_themes.to_json())


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 3))
def test_clusters_are_as_many_as_asked_for_and_lie_on_the_map(n: int, count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = center(vectors)
    labels = cluster(made, count)
    assert sorted(set(labels)) == list(range(min(count, n)))
    sizes = np.bincount(cluster(made, count, 3))
    assert len(sizes) <= count
    assert sizes.min() >= min(n, 3)
    assert np.abs(map_positions(made)).max() <= 1.0 + 1e-9
    assert 1 <= default_count(n) <= n


def test_the_themes_of_the_real_documents_cover_them(real_library: Library, catalogue: Catalogue) -> None:
    themes = find_themes(Engine(real_library, catalogue))
    held = [each.document for theme in themes.themes for each in theme.documents]
    beside = [each.document for each in (*themes.apart, *themes.loose)]
    assert sorted(held + beside) == sorted(real_library.versions().quotable_documents("en"))


def test_what_several_years_say_is_told_once_from_the_latest(holding: Holding) -> None:
    said = "Fishing boats need a flag and a register that every harbour can read."
    engine = holding(*_reports(("A/71/9", "Boats", said), ("A/73/9", "Boats", said), ("A/72/9", "Boats", said)))
    (theme,) = find_themes(engine).themes
    (statement,) = theme.summary
    assert statement.citations[-1].symbol == "A/73/9"
    assert [each.symbol for each in theme.repeats[0].equal] == ["A/72/9", "A/71/9"]
    paper = markdown(find_themes(engine), engine.library)
    assert "(Repeated in A/72/9, para. 1 and A/71/9, para. 1.)" in paper
    spoken = markdown(find_themes(engine, "fr"), engine.library, "fr")
    assert "A/72/9, paragraphe 1" in spoken
    assert "A/72/9, para. 1" not in spoken
    assert list(theme.years) == [2016, 2017, 2018]


def test_what_the_latest_text_says_below_a_footnote_is_told_from_it(holding: Holding) -> None:
    said = "Fishing boats need a flag and a register that every harbour can read."
    filled = " ".join(["The keeper lights the lamp on the pier at dusk."] * 18)
    below = f"{filled}[^1]\n\n[^1]: {'See the register of lamps of this harbour. ' * 8}\n\n2. {said}"
    engine = holding(*_reports(("A/71/9", "Boats", said), ("A/72/9", "Boats", said), ("A/73/9", "Boats", below)))
    assert "footnote 1" in [each.locator for each in engine.library.passages("A/73/9:en:official")]
    (theme,) = find_themes(engine).themes
    told = [statement.citations[-1] for statement in theme.summary if statement.text == said]
    assert [(each.symbol, each.locator) for each in told] == [("A/73/9", "A/73/9, para. 2")]


def test_a_paragraph_that_gained_words_repeats_nothing_in_a_summary(holding: Holding) -> None:
    said = "Towns urge {} to keep a register of fishing boats that every harbour can read in the dark of winter nights."
    one, two = said.format("harbours"), said.format("harbours and ferries")
    texts = (("A/71/9", "Boats", one), ("A/72/9", "Boats", two), ("A/73/9", "Boats", two))
    engine = holding(*_reports(*texts))
    (theme,) = find_themes(engine).themes
    assert [statement.text for statement in theme.summary] == [two]
    (repeats,) = theme.repeats
    assert ([each.symbol for each in repeats.equal], [each.symbol for each in repeats.near]) == (["A/72/9"], ["A/71/9"])
    paper = markdown(find_themes(engine), engine.library)
    assert "(Repeated in A/72/9, para. 1.) (In nearly the same words: A/71/9, para. 1.)" in paper


@pytest.mark.parametrize("count", [3, 4, 6])
def test_a_summary_quotes_three_to_five_documents_once_each_and_no_line_that_is_no_sentence(
    holding: Holding, count: int
) -> None:
    lines = [f"Fishing boats {rest}." for rest in (
        "wait for ice in the northern harbour", "carry two lamps after sunset", "are painted every second spring",
        "sell herring from a wooden pier", "need a flag that can be read", "turn back when the storm bell rings")]  # fmt: skip
    texts = [(f"A/7{n}/9", "Safety of fishing boats", f"{line}\n\nSafety of fishing boats (A/7{n}/9)")
             for n, line in enumerate(lines[:count])]  # fmt: skip
    (theme,) = find_themes(holding(*_reports(*texts))).themes
    quoted = [each.citations[-1].symbol for each in theme.summary]
    assert len(quoted) == len(set(quoted)) == min(count, 5)
    assert {each.text for each in theme.summary} <= set(lines)


def test_a_name_is_a_phrase_of_headings_and_no_form_of_document(holding: Holding) -> None:
    roads = [(f"A/7{n}/8", "Repair of mountain roads", f"The repair of mountain roads takes {n} years.")
             for n in range(1, 4)]  # fmt: skip
    names = {theme.name.casefold() for theme in find_themes(holding(*_boats(3), *_reports(*roads))).themes}
    assert names == {"safety of fishing boats", "repair of mountain roads"}


def _named(namer: Namer) -> str:
    """The phrase that names the first three documents, whatever it means."""
    phrase = namer.find_name([0, 1, 2], lambda phrases: np.ones(len(phrases)))
    assert phrase is not None
    return phrase.words


def test_no_theme_is_called_by_what_the_name_of_a_body_opens_with_or_by_an_agenda() -> None:
    title = "Working groups: yellow boats: adoption of the agenda"
    text = f"{title}."
    block = Block(0, "paragraph", 0, len(text), "p")
    documents = {n: Document(None, "en", "upload", title, text, (block,), f"{n}") for n in range(3)}
    namer = Namer(Vocabulary.shipped(), documents, [[0, 1, 2]], "en", bodies=["Working Group on Boats"])
    assert _named(namer) == "yellow boats"


@pytest.mark.parametrize("organ", ["UNDP", "United Nations Development Programme", "Council of Ports"])
def test_no_theme_is_called_by_an_organ_that_its_texts_name(organ: str) -> None:
    title = f"Yellow boats and the {organ}"
    text = f"{title}. Yellow boats are many."
    block, masthead = Block(0, "paragraph", 0, len(text), "p"), Masthead(body="Council of Ports and Harbours")
    documents = {n: Document(None, "en", "upload", title, text, (block,), f"{n}", masthead=masthead) for n in range(3)}
    namer = Namer(Vocabulary.shipped(), documents, [[0, 1, 2]], "en")
    assert _named(namer).casefold() == "yellow boats"


def test_a_subject_with_the_letters_of_an_organ_in_it_names_a_theme(holding: Holding) -> None:
    trade = [(f"A/7{n}/8", "Trade and development", f"Trade and development takes {n} years.") for n in range(1, 4)]
    names = {theme.name.casefold() for theme in find_themes(holding(*_boats(3), *_reports(*trade))).themes}
    assert names == {"safety of fishing boats", "trade and development"}


class Spoken(HashEmbedder):
    """Tells boats from other things, and French from English still better; knows what French adds."""

    name = fingerprint = "spoken"

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, map(str.casefold, texts), strict=True):
            vector[0 if "boat" in text or "bateau" in text else 1] = 1.0
            vector[2 if " les " in f" {text} " else 3] = 2.0
        return vectors / np.float32(5**0.5)

    def language_shift(self, read: str) -> LanguageShift | None:
        if read != "fr":
            return None
        added = np.zeros(self.dimension, np.float32)
        added[2:4] = 2.0, -2.0
        added /= np.float32(5**0.5)
        return LanguageShift(added, passage_shift=added, scale=1.0, offset=0.0)


def _papers(language: str, title: str, said: str, first: int, count: int = 3) -> list[Input]:
    return [
        Input(f"{n}.md", f"---\nsymbol: A/{n}/9\ntitle: {title}\nlanguage: {language}\n---\n# {title}\n\n1. {said}: {n}.\n".encode())
        for n in range(first, first + count)
    ]  # fmt: skip


def test_texts_on_one_subject_are_one_theme_whatever_their_language(holding: Holding) -> None:
    papers = [
        *_papers("en", "Fishing boats", "Fishing boats", 60),
        *_papers("en", "Mountain roads", "Mountain roads", 64),
        *_papers("fr", "Bateaux de pêche", "Voici les bateaux de pêche", 70),
        *_papers("fr", "Routes de montagne", "Voici les routes de montagne", 74),
    ]
    engine = holding(*papers, embedder=Spoken())
    themes = find_themes(engine, count=2).themes
    spoken = [{engine.library.document(each.document).language for each in theme.documents} for theme in themes]
    french = find_themes(engine, "fr", count=2).themes
    assert spoken == [{"en", "fr"}, {"en", "fr"}]
    assert {theme.name for theme in themes} == {"Fishing boats", "Mountain roads"}
    assert {theme.name for theme in french} == {"Bateaux de pêche", "Routes de montagne"}


def test_a_theme_without_a_document_in_the_language_of_the_paper_is_named_with_the_language_told(
    holding: Holding,
) -> None:
    engine = holding(*_papers("fr", "Bateaux de pêche", "Les bateaux de pêche ont un pavillon", 60))
    (theme,) = find_themes(engine).themes
    assert (theme.name, theme.terms) == ("Bateaux de pêche (French)", ("Bateaux de pêche",))
    (theme,) = find_themes(engine, "fr").themes
    assert theme.name == "Bateaux de pêche"
    # Where no language is that of most, a phrase of one of them would speak for the others.
    more(engine, *_papers("es", "Barcos de pesca", "Los barcos de pesca llevan una bandera", 70))
    (theme,) = find_themes(engine, count=1).themes
    assert theme.name in ("Bateaux de pêche (French)", "Barcos de pesca (Spanish)")


@pytest.mark.parametrize(
    ("language", "form", "title"),
    [
        ("en", "This is said in the present report", "Boats"),
        ("fr", "Ceci est dit dans le présent rapport", "Bateaux"),
        ("es", "Esto se dice en el presente informe", "Barcos"),
        ("ru", "Об этом говорится в настоящем докладе", "Лодки"),
        ("zh", "这是本报告提交说明", "船"),
        ("ar", "ويرد ذلك في هذا التقرير الحالي", "القوارب"),
    ],
)
def test_what_most_documents_of_a_language_say_of_themselves_names_no_theme(
    holding: Holding, language: str, form: str, title: str
) -> None:
    (theme,) = find_themes(holding(*_papers(language, title, form, 60)), language).themes
    assert theme.name == title


def test_what_was_recognised_from_images_is_quoted_with_the_word(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = holding(*_reports(("A/71/9", "Boats", "Fishing boats need a flag that every harbour can read.")))
    themes = find_themes(engine, count=1)
    plainly = markdown(themes, engine.library)
    held = engine.library.document
    monkeypatch.setattr(engine.library, "document", lambda each: replace(held(each), ocr=True))
    recognised = markdown(themes, engine.library)
    assert ", OCR)" in recognised
    assert "OCR" not in plainly


def test_what_was_recognised_from_images_is_quoted_only_where_nothing_else_is_said(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [(f"A/{n}/9", "Boats", f"Fishing boats of {town} need a flag that every harbour can read.")
             for n, town in ((71, "Northport"), (72, "Southport"), (73, "Eastport"))]  # fmt: skip
    engine = holding(*_reports(*texts))
    held = engine.library.document
    scanned = {"A/71/9", "A/73/9"}
    monkeypatch.setattr(engine.library, "document", lambda each: replace(held(each), ocr=held(each).label in scanned))
    (theme,) = find_themes(engine).themes
    assert [each.citations[-1].symbol for each in theme.summary] == ["A/72/9"]
    scanned.add("A/72/9")
    (theme,) = find_themes(engine, count=1).themes
    assert [each.citations[-1].symbol for each in theme.summary] == ["A/73/9"]


def test_gaps_are_documents_of_bodies_that_are_held(holding: Holding) -> None:
    engine = holding(*_reports(("A/71/9", "Boats", "Boats need a flag.")))
    assert find_themes(engine, count=1).themes[0].gaps == ()
    agenda = "---\nsymbol: CTOC/COP/WG.7/2030/9\ntitle: Boats\nlanguage: en\n---\n# Boats\n\n1. Boats need a name.\n"
    more(engine, agenda)
    made = find_themes(engine, count=1)
    assert [theme.gaps for theme in made.themes] == [()]
    assert made.gaps
    assert all(gap.startswith("CTOC/COP/WG.7/") for gap in made.gaps)
    assert made.gaps[0] in markdown(made, engine.library).rpartition("## Gaps")[2]


def test_a_gap_is_told_under_the_theme_that_its_title_names_and_others_under_none(holding: Holding) -> None:
    texts = [f"---\nsymbol: CTOC/COP/WG.7/203{n}/9\ntitle: Smuggling of migrants\nlanguage: en\n---\n# Smuggling of migrants\n\n"
             f"1. The smuggling of migrants needs {n} boats.\n" for n in range(3)]  # fmt: skip
    made = find_themes(holding(*texts))
    (theme,) = made.themes
    assert theme.gaps
    assert all("smuggling" in gap.casefold() and "migrants" in gap.casefold() for gap in theme.gaps)
    assert not any("smuggling of migrants" in gap.casefold() for gap in made.gaps)
    assert made.only("1").gaps == ()


def test_a_group_of_two_subjects_is_two_themes_and_what_says_nothing_of_them_is_of_none(holding: Holding) -> None:
    words = {
        "Safety of fishing boats": "The safety of fishing boats",
        "Repair of harbour lamps": "The repair of harbour lamps",
    }
    texts = [(f"A/{60 + 10 * m + n}/9", title, f"Boats, lamps, nets, quays. {said} needs {n} casks.")
             for m, (title, said) in enumerate(words.items()) for n in range(3)]  # fmt: skip
    texts.append(("A/90/9", "Nets", "Boats, lamps, nets, quays. Nets are dried."))
    made = find_themes(holding(*_reports(*texts)))
    assert {theme.name: len(theme.documents) for theme in made.themes} == dict.fromkeys(words, 3)
    assert [each.label for each in made.loose] == ["A/90/9"]


def test_the_item_of_the_agenda_above_a_title_is_no_form() -> None:
    title = "Safety of fishing boats"
    text = f"{title}\n{title} is kept."
    blocks = (Block(0, "paragraph", 0, len(title), "masthead"), Block(1, "paragraph", len(title) + 1, len(text), "p"))
    documents = {n: Document(None, "en", "upload", title, text, blocks, f"{n}") for n in range(3)}
    namer = Namer(Vocabulary.shipped(), documents, [[0, 1, 2]], "en")
    assert _named(namer) == title


def test_a_theme_is_called_by_all_of_the_words_that_its_titles_share(holding: Holding) -> None:
    title = "Safety of boats of the coastal watch"
    told = [
        (f"A/7{n}/8", title, f"The safety of boats is kept in harbour {n}, and the safety of boats is praised.")
        for n in range(1, 4)
    ]
    assert [theme.name for theme in find_themes(holding(*_reports(*told))).themes] == [title]


def test_a_theme_may_be_called_by_words_that_only_its_name_has(holding: Holding) -> None:
    roads = [(f"A/7{n}/8", "Repair of mountain roads", f"The repair of mountain roads takes {n} years.") for n in range(1, 4)]  # fmt: skip
    themes = find_themes(holding(*_boats(3), *_reports(*roads)))
    assert [theme.name for theme in themes.only("mountain").themes] == ["Repair of mountain roads"]


def test_an_unknown_theme_names_what_is_near(starter_themes: Themes) -> None:
    name = starter_themes.themes[1].name
    assert starter_themes.only(name.upper()).themes == starter_themes.only("2").themes == (starter_themes.themes[1],)
    with pytest.raises(ReportError, match=f"Similar: {re.escape(name)}"):
        starter_themes.only(name + " and more")


@pytest.mark.parametrize(("module", "ending"), [("pypandoc", "docx"), ("typst", "pdf")])
def test_the_command_writes_no_file_for_an_unknown_theme_or_without_its_program(
    module: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter_desk: None
) -> None:
    out = tmp_path / f"themes.{ending}"
    done = CliRunner().invoke(app, ["themes", "--theme", "nothing of the kind", "--out", str(out)])
    assert (done.exit_code, out.exists()) == (1, False)
    assert "Similar:" in done.stderr
    monkeypatch.setitem(sys.modules, module, None)
    done = CliRunner().invoke(app, ["themes", "--out", str(out)])
    assert (done.exit_code, out.exists()) == (1, False)
    assert "not installed" in done.stderr
    assert not re.search(r"(?<![\w/])1/", done.stderr), "nothing was made before"


def test_themes_are_made_in_slices_and_the_same_as_in_one(
    holding: Holding, starter_themes: Themes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.time_slices.SECONDS", 0.0)  # however fast the machine is
    turns: list[str] = []

    @contextmanager
    def aside() -> Iterator[None]:
        turns.append("given up")
        yield
        turns.append("taken")

    made = find_themes(holding(*starter_sources()), aside=aside)
    assert [theme.name for theme in made.themes] == [theme.name for theme in starter_themes.themes]
    assert len(turns) >= 4
    assert turns[::2] == ["given up"] * (len(turns) // 2)


def test_where_nothing_names_a_group_few_of_its_parts_are_tried(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [one + other for one in ("ba", "co", "du", "fi", "go", "ha") for other in ("ker", "lin", "mos", "nat", "per", "ros", "sil", "tun")]  # fmt: skip
    told = [(f"A/{n}/9", f"Boats {n}", f"{word} {'lamps and nets ' * (n % 5)}{word}.") for n, word in enumerate(words)]
    spied = create_autospec(Namer.find_name, side_effect=Namer.find_name)
    monkeypatch.setattr(Namer, "find_name", spied)
    assert not find_themes(holding(*_reports(*told))).themes
    assert 0 < spied.call_count < len(words)
