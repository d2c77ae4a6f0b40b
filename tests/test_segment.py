"""Passages: they cover every word once, fit the model's window, and come out the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import AGENDA, CONVENTION, PROTOCOL, at_hand
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.documents import Document, Passage
from corpus.embedding import Embedder, HashEmbedder, make_embedder
from corpus.models import EmbeddingModels
from ingest.chunker import segment, segmenter
from ingest.input_files import FileInput
from ingest.pipeline import Input, read_document, starter_sources

NOTHING = Catalogue([], [])


def document(text: str, title: str | None = None) -> Document:
    head = f"---\ntitle: {title}\n---\n" if title else ""
    return read_document(Input("note.md", f"{head}{text}".encode()), NOTHING)[0]


def check(made: Document, embedder: Embedder) -> list[Passage]:
    """Asserts what is promised of the passages of any document, and gives them."""
    passages = segment(made, embedder)
    covered = [0] * len(made.text)
    for n, passage in enumerate(passages):
        assert passage.ordinal == n
        assert passage.document_id == made.id
        assert passage.text == made.text[passage.start : passage.end]
        assert passage.text.strip()
        assert embedder.count_tokens(passage.embedding_text) <= min(embedder.window, 256), passage.embedding_text
        assert made.blocks[passage.first].start <= passage.start < passage.end <= made.blocks[passage.last].end
        assert passage.locator in {block.locator for block in made.blocks[passage.first : passage.last + 1]}
        for at in range(passage.start, passage.end):
            covered[at] += 1
    wrong = [at for at, times in enumerate(covered) if times != 1 and not made.text[at].isspace()]
    assert not wrong, f"not in exactly one passage: {made.text[wrong[0] : wrong[0] + 40]!r}"
    assert len({passage.id for passage in passages}) == len(passages)
    assert segmenter(EmbeddingModels(embedder))(made) == passages
    return passages


def words(n: int, word: str = "harbour") -> str:
    return " ".join(f"{word}{k}" for k in range(n))


def sentences(n: int, each: int = 12) -> str:
    return " ".join(f"Sentence {k} speaks of {words(each)}." for k in range(n))


def test_short_neighbours_of_one_section_share_a_passage() -> None:
    passages = check(document("# Ports\n\n1. Bays are deep.\n\n2. Capes are high.\n"), HashEmbedder())
    assert len(passages) == 1
    assert passages[0].locator == "para. 1"


def test_sections_do_not_share_a_passage() -> None:
    passages = check(document("# Ports\n\n## Bays\n\nDeep.\n\n## Capes\n\nHigh.\n"), HashEmbedder())
    assert [("Bays" in p.text, "Capes" in p.text) for p in passages] == [(True, False), (False, True)]


def test_a_paragraph_keeps_its_subparagraphs_where_they_fit() -> None:
    text = f"# Ports\n\n1. {sentences(9)}\n\n2. All shall:\n\n(a) {words(40)};\n\n(b) {words(40)};\n"
    passages = check(document(text), HashEmbedder())
    assert [p.locator for p in passages] == ["para. 1", "para. 2"]


def test_a_paragraph_with_too_many_subparagraphs_is_cut_between_them() -> None:
    text = "# Ports\n\n1. All shall:\n\n" + "\n\n".join(f"({letter}) {words(60)};" for letter in "abcdefgh")
    passages = check(document(text), HashEmbedder())
    assert len(passages) > 1
    assert all(p.text.startswith(("(", "1.", "Ports")) for p in passages)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    passages = check(document(f"# Ports\n\n1. Few words.\n\n2. {sentences(40)}\n"), HashEmbedder())
    assert len(passages) > 3
    assert all(p.text.endswith(".") for p in passages)
    assert [p.locator for p in passages] == ["para. 1"] + ["para. 2"] * (len(passages) - 1)


def test_a_heading_goes_with_what_it_introduces_however_long_that_is() -> None:
    passages = check(document(f"# Ports\n\n1. {sentences(40)}\n"), HashEmbedder())
    assert passages[0].text.startswith("Ports\n\n1. Sentence 0")
    assert {p.locator for p in passages} == {"para. 1"}


@pytest.mark.parametrize("unit", ["harbour ", "港口很深，", "الميناء عميق ", "порт ", "a.b/c-d ", "x"])
def test_one_enormous_sentence_is_cut_and_nothing_of_it_is_lost(unit: str) -> None:
    passages = check(document(f"# Ports\n\n1. {unit * 3000}\n"), HashEmbedder())
    assert len(passages) > 1 or unit == "x"


def test_passages_say_under_which_headings_they_stand() -> None:
    text = f"# Part one\n\n## Bays\n\n1. {sentences(30)}\n"
    passages = check(document(text, title="On ports"), HashEmbedder())
    assert passages[-1].heading == "On ports — Part one — Bays"


def test_a_heading_in_the_passage_is_not_said_twice() -> None:
    (passage,) = check(document("## Bays\n\nDeep.\n", title="On ports"), HashEmbedder())
    assert passage.embedding_text == "On ports\nBays\n\nDeep."


def test_long_headings_leave_room_for_the_text() -> None:
    text = f"# {words(90)}\n\n## {words(90)}\n\n### {words(30)}\n\n1. {sentences(30)}\n"
    check(document(text, title=words(60)), HashEmbedder())


@pytest.mark.parametrize("outer", range(40, 75, 5))
def test_a_long_outer_heading_over_a_short_one_does_not_overfill_the_window(outer: int) -> None:
    text = f"## {words(outer)}\n\nFirst words.\n\n### Bays\n\n{sentences(13)}\n\n### Capes\n\n{sentences(14)}\n"
    check(document(text, title="On ports"), HashEmbedder())


def test_rows_of_a_long_table_are_cut_between_rows() -> None:
    rows = "\n".join(f"| Port {n} | {n} metres | {words(6)} |" for n in range(60))
    passages = check(document(f"# Depths\n\n| Port | Depth | Words |\n|---|---|---|\n{rows}\n"), HashEmbedder())
    assert len(passages) > 1
    assert all("\n" not in p.text or p.text.count("|") % 2 == 0 for p in passages)


class Narrow(HashEmbedder):
    """A model with half the window."""

    window = 128


class Wide(HashEmbedder):
    """A model with a window beyond what passages may take."""

    window = 8192


def table(rows: int) -> str:
    head = "<tr><th>Port</th><th>Depth in 2031</th></tr>"
    body = "".join(f"<tr><td>Port {n} of the {words(6)}</td><td>{n} metres</td></tr>" for n in range(rows))
    return f"<table><caption>Table 3. Depths of ports</caption><thead>{head}</thead>{body}</table>"


@pytest.mark.parametrize("embedder", [HashEmbedder(), Narrow()], ids=["own", "narrow"])
def test_a_table_shares_no_passage_where_it_does_not_fit_and_its_rows_are_read_with_its_header(
    embedder: HashEmbedder,
) -> None:
    before, behind = f"<p>1. {sentences(3)}</p>", "<p>2. Bays are deep.</p><p>3. Capes are high.</p>"
    page = f"<!DOCTYPE html><html><body><h1>Ports</h1>{before}{table(30)}{behind}".encode()
    made = read_document(Input("ports.html", page), NOTHING)[0]
    first, *more, last = check(made, embedder)
    assert "Table 3" not in first.text
    assert (more[0].text.split("\n")[0], more[0].heading) == ("Table 3. Depths of ports", "Ports")
    assert len(more) > 2
    assert {each.heading for each in more[1:]} == {"Ports — Table 3. Depths of ports; Port | Depth in 2031"}
    assert last.text.startswith("2. Bays")
    short = read_document(Input("ports.html", page.replace(table(30).encode(), table(2).encode())), NOTHING)[0]
    assert len(check(short, HashEmbedder())) == 1


@pytest.mark.parametrize("embedder", [Narrow(), Wide()], ids=["narrow", "wide"])
def test_other_windows_are_kept_too(embedder: HashEmbedder) -> None:
    text = f"# Ports\n\n1. {sentences(40)}\n\n2. {words(900)}\n\n{'港口很深，' * 400}\n"
    passages = check(document(text), embedder)
    largest = max(embedder.count_tokens(p.embedding_text) for p in passages)
    assert largest > min(embedder.window, 256) // 2


LATIN = st.sampled_from(
    ["harbour", "deep", "12", "A/75/1", "a.m.", "No. 5", "well-being", "(see", "annex)", "«oui»", "l'État"]
)
HAN = st.sampled_from(["港口", "很深", "，", "工作组", "2021年", "。", "偷运移民"])
ARABIC = st.sampled_from(["الميناء", "عميق", "جدا", "؟", "تهريب", "المهاجرين", "،"])
MARKS = st.sampled_from([".", ". ", "! ", "; ", "…", "--", "\u200f", "e\u0301", "🙂", "_", "|"])
word = st.one_of(
    LATIN, HAN, ARABIC, MARKS, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6)
)
paragraph = st.builds(
    lambda some, times, glue: glue.join(some * times),
    st.lists(word, min_size=1, max_size=12),
    st.integers(1, 60),
    st.sampled_from([" ", " ", ""]),
)
label = st.sampled_from(
    ["", "", "1. ", "2. ", "(a) ", "(b) ", "(i) ", "# ", "## ", "#### ", "- ", "<sup>1</sup> ", "| a | "]
)
documents = st.lists(st.tuples(label, paragraph).map("".join), min_size=1, max_size=8).map(
    lambda parts: document("Words.\n\n" + "\n\n".join(parts))
)


@settings(max_examples=60)
@given(documents)
def test_passages_of_any_document_cover_it_and_fit(made: Document) -> None:
    check(made, HashEmbedder())


@settings(max_examples=30)
@given(documents)
def test_passages_of_any_document_fit_a_narrow_window(made: Document) -> None:
    check(made, Narrow())


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return make_embedder("minilm", tmp_path_factory.mktemp("models"))


@settings(max_examples=40)
@given(made=documents)
def test_passages_fit_the_window_of_the_real_model(minilm: Embedder, made: Document) -> None:
    check(made, minilm)


@pytest.mark.parametrize(
    "unit", ["harbour ", "港口很深，", "الميناء عميق ", "unforeseeableness", "a.b/c-d", "0123456789"]
)
def test_one_enormous_sentence_fits_the_real_model(minilm: Embedder, unit: str) -> None:
    check(document(f"# Ports\n\n1. {unit * 1500}\n"), minilm)


@pytest.mark.parametrize("path", [AGENDA, PROTOCOL, CONVENTION], ids=lambda path: path.stem)
@pytest.mark.parametrize("real_model", [False, True])
def test_real_documents_are_covered_and_fit(
    path: Path, real_model: bool, catalogue: Catalogue, request: pytest.FixtureRequest
) -> None:
    at_hand(path)
    embedder = request.getfixturevalue("minilm") if real_model else HashEmbedder()
    made = read_document(FileInput(path).open(), catalogue)[0]
    assert check(made, embedder)


@pytest.mark.parametrize("name", [source.name for source in starter_sources()])
def test_starter_documents_are_covered_and_fit_the_real_model(
    name: str, minilm: Embedder, catalogue: Catalogue
) -> None:
    (source,) = [source for source in starter_sources() if source.name == name]
    assert check(read_document(source, catalogue)[0], minilm)


def test_a_document_is_cut_by_the_model_that_reads_its_language() -> None:
    class Letters(HashEmbedder):
        """Knows English, and the letters of all else."""

        languages = frozenset({"en"})

        def count_tokens(self, text: str) -> int:
            """As many pieces as letters."""
            return len(text)

    models = EmbeddingModels(Letters(), HashEmbedder())
    russian = document(
        "# Отчёт о гавани\n\n" + "\n\n".join(f"{n}. Яхты платят сорок крон за ночь у причала." for n in range(1, 9))
    )
    english = document(
        "# Report on the harbour\n\n"
        + "\n\n".join(f"{n}. Yachts pay forty crowns a night at the quay." for n in range(1, 9))
    )
    assert (russian.language, english.language) == ("ru", "en")
    assert segmenter(models)(russian) == segment(russian, models.search_model)
    assert segmenter(models)(english) == segment(english, models.primary)
    assert len(segment(russian, models.primary)) > len(segment(russian, models.search_model))
