"""Comparisons: what was changed, to the word, and what documents say on one topic."""

from __future__ import annotations

import json

import pytest
from conftest import SHARED, OpenLibrary, add
from hypothesis import given
from hypothesis import strategies as st

from assistant.compare import Comparison, compare_texts, compare_topic
from assistant.compare.paper import publication_of_texts, publication_of_topic
from assistant.compare.texts import pieces_of
from assistant.publish import render
from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.library import Library
from ingest.folder import FileInput
from ingest.run import Input

HEAD = "---\nsymbol: {symbol}\ntitle: A note on boats\nlanguage: en\n---\n# A note on boats\n\n"
FIRST = [
    "1. Boats need a flag.",
    "2. A harbour master keeps a list of 12 boats in the harbour.",
    "3. The list is read on Monday.",
    "4. Lamps are lit at night.",
]
SECOND = [
    "1. Boats need a flag.",
    "2. A harbour master keeps a list of 15 boats in the harbour.",
    "3. Lamps are lit at night.",
    "4. The list is read on Monday.",
    "5. Nobody swims after dark.",
]


def compared(library: Library, catalogue: Catalogue, first: list[str], second: list[str]) -> Comparison:
    sources = [
        Input(f"{n}.md", (HEAD.format(symbol=symbol) + "\n\n".join(lines) + "\n").encode())
        for n, (symbol, lines) in enumerate((("A/90/7", first), ("A/90/7/Rev.1", second)))
    ]
    add(library, catalogue, *sources)
    (one,), (other,) = library.find("A/90/7"), library.find("A/90/7/Rev.1")
    return compare_texts(library, one, other)


def test_changed_added_and_moved_paragraphs_are_told_and_the_rest_is_counted(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    found = compared(open_library(), catalogue, FIRST, SECOND)
    assert [change.kind for change in found.changes] == ["changed", "moved", "added"]
    changed, moved, added = found.changes
    assert [(piece.op, piece.text) for piece in changed.pieces if piece.op != "same"] == [
        ("removed", "12"),
        ("added", "15"),
    ]
    assert changed.before is not None
    assert changed.before.locator == "A/90/7, para. 2"
    assert moved.after is not None
    assert moved.after.locator in ("A/90/7/Rev.1, para. 3", "A/90/7/Rev.1, para. 4")
    assert added.before is None
    json.dumps(found.to_json())


def test_every_change_cites_the_exact_words_of_both_documents(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_library()
    for change in compared(library, catalogue, FIRST, SECOND).changes:
        for cite in (change.before, change.after):
            if cite is not None:
                assert library.document(cite.document).quote(cite.start, cite.end) == cite.quote


def test_a_text_compared_with_itself_has_no_changes(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_library()
    add(library, catalogue, Input("a.md", (HEAD.format(symbol="A/90/7") + "\n\n".join(FIRST)).encode()))
    (document,) = library.find("A/90/7")
    found = compare_texts(library, document, document)
    assert found.changes == ()
    assert found.same >= 4
    assert b"The paragraphs of the two texts are the same." in render(publication_of_texts(found, "en"), "md")


_WORDS = st.lists(
    st.sampled_from(["boats", "need", "a", "flag", "12", "3.5", "не", "船", "只", "قارب", ",", "."]), max_size=12
)


@given(_WORDS, _WORDS)
def test_the_pieces_make_up_both_texts(one: list[str], other: list[str]) -> None:
    before, after = " ".join(one), " ".join(other)
    pieces = pieces_of(before, after)
    assert "".join(piece.text for piece in pieces if piece.op != "added") == before
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == after


def test_long_texts_that_share_nothing_are_compared_all_the_same(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    first = [f"{n}. Boats of the kind {n} need a flag." for n in range(1, 400)]
    second = [f"{n}. 木星の衛星 {n} jumps over trees." for n in range(1, 300)]
    found = compared(open_library(), catalogue, first, second)
    kinds = [change.kind for change in found.changes]
    assert kinds.count("removed") + kinds.count("changed") == 399


def test_a_real_report_and_its_revision_differ_where_people_changed_them(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    folder = SHARED / "documents" / "pdf"
    if not folder.exists():
        pytest.skip("the real documents are not at hand (../shared/documents)")
    library = open_library()
    add(
        library,
        catalogue,
        *(FileInput(folder / name).open() for name in ("S_2025_71.en.pdf", "S_2025_71_Rev.1.en.pdf")),
    )
    (one,), (other,) = library.find("S/2025/71"), library.find("S/2025/71/Rev.1")
    found = compare_texts(library, one, other)
    assert found.same > 150
    gone = [change.before.locator for change in found.changes if change.kind == "removed" and change.before]
    assert not any(", para. " in locator for locator in gone)
    assert any(change.after and change.after.locator.startswith("S/2025/71/Rev.1, annex") for change in found.changes)


def test_what_each_document_says_on_a_topic_stands_side_by_side(starter_engine: Engine) -> None:
    library = starter_engine.library
    named = [library.find(name)[0] for name in ("past-topics", "working-group-meetings", "symbols")]
    found = compare_topic(starter_engine, "smuggling of migrants by sea", named)
    assert [side.document for side in found.sides][:1] == [named[0].id]
    for side in found.sides:
        assert {cite.document for each in side.statements for cite in each.citations} == {side.document}
    assert len(found.sides) + len(found.silent) == 3
    assert render(publication_of_topic(found, library, "en"), "html")
    json.dumps(found.to_json())


def test_a_topic_that_nothing_speaks_to_has_no_sides(starter_engine: Engine) -> None:
    assert compare_topic(starter_engine, "zeppelin upholstery prices").sides == ()
    assert compare_topic(starter_engine, "").sides == ()
