"""Pages of PDF files beside their text: the files that are kept, the words that are marked, the pictures and who sees them."""

from __future__ import annotations

import io
import re
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import OpenLibrary, add, documents_by_id
from hypothesis import given
from hypothesis import strategies as st
from pdfs import LEFT, Flow, Sheet, long_text
from PIL import Image
from services import Made, made_service

from assistant.page.chat_turns import Turn
from assistant.page.turn_html import turn_html
from assistant.qa.answer import Answer, Citation, Statement
from assistant.service.page_images import PageImages
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryFull
from corpus.documents import Document
from corpus.library import Library
from corpus.migration import copy_library
from corpus.store.sqlite import Sqlite
from ingest.pipeline import Input, ingest
from ingest.prefetch import InputSource
from ingest.readers import ReadError
from ingest.readers.pdf.page_image import HEIGHT, MARK, WIDTH, draw, find_quote
from ingest.sandbox.page_renderer import PageRenderer
from ingest.sandbox.pool import WorkerPool

SYMBOL = "A/87/901"
FIRST = "Every boat that enters the harbour of Port Plain flies a yellow flag until it was inspected."
LAST = "The harbour master rings the bell of the old light-house whenever a boat is late."
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=9)


def report() -> bytes:
    """A report of three pages; its first paragraph stands on the first, its last one on the last."""
    flow = Flow(SYMBOL, pages=3).start()
    flow.heading("Harbours", "I.").add(FIRST, "1.")
    for n in range(2, 13):
        flow.add(long_text(150, n), f"{n}.")
    return flow.add(LAST, "13.").bytes()


REPORT = report()


def letters(text: str) -> str:
    """A text without spaces and hyphens, as it is compared."""
    return re.sub(r"[\s-]", "", text)


@given(st.lists(WORDS, min_size=1, max_size=60), st.data())
def test_the_words_of_a_quote_are_found_however_pages_break_them(words: list[str], data: st.DataObject) -> None:
    quote = " ".join(words)
    before, behind = data.draw(st.sampled_from(["", "1.\n", "Page 3\n"])), data.draw(st.sampled_from(["", "\n12"]))
    breaks = [data.draw(st.sampled_from([" ", "\n", "\r\n", "  "])) for _ in words]
    printed = [f"{word[:2]}-\n{word[2:]}" if len(word) > 4 and data.draw(st.booleans()) else word for word in words]
    page = before + "".join(map("".join, zip(printed, breaks, strict=True))) + behind
    cut = data.draw(st.integers(0, len(page)))
    pages = [page[:cut], page[cut:]]
    found = find_quote(pages, quote)
    for text, spans in zip(pages, found, strict=True):
        ends = [0, *(place for span in spans for place in span), len(text)]
        assert ends == sorted(ends), "in their order, on the page"
    marked = "".join(text[start:end] for text, spans in zip(pages, found, strict=True) for start, end in spans)
    assert letters(marked) == letters(quote)


@given(st.text(max_size=400), st.text(max_size=200))
def test_what_is_marked_are_letters_of_the_quote_in_their_order_whatever_stands_on_the_page(
    page: str, quote: str
) -> None:
    (spans,) = find_quote([page], quote)
    assert all(0 <= start < end <= len(page) for start, end in spans)
    assert all(before[1] <= behind[0] for before, behind in pairwise(spans))


def test_a_quote_is_found_around_what_only_the_page_has() -> None:
    page = f"{SYMBOL}\n1. Every boat that enters the harbour2 of Port\nPlain flies a yel-\nlow flag\n2 See annex.\n"
    other = f"2/3 {SYMBOL}\nuntil it was inspected. Other boats need no flag at all."
    first, second = find_quote([page, other], FIRST)
    assert [page[a:b] for a, b in first] == [
        "Every boat that enters the harbour",
        "of Port\nPlain flies a yel-\nlow flag",
    ]
    assert [other[a:b] for a, b in second] == ["until it was inspected."]


def test_nothing_is_marked_where_less_than_half_of_a_quote_is_found() -> None:
    assert find_quote(["Every boat that enters pays dues at the office of the master."], FIRST) == [[]]
    assert find_quote([], FIRST) == []
    assert find_quote([FIRST], "") == [[]]


def pixels(picture: bytes) -> np.ndarray:
    """A picture as height, width and colours."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def yellow(picture: bytes) -> np.ndarray:
    """Where a picture is marked."""
    return (np.abs(pixels(picture) - np.array(MARK)) < 30).all(axis=2)


@pytest.mark.parametrize("rotate", [0, 90, 180])
def test_marks_lie_on_the_words_however_the_page_is_turned(rotate: int) -> None:
    sheet = Sheet(rotate=rotate)
    sheet.lines(LEFT, 100, ["Boats leave the harbour at noon.", "Every boat needs a flag and a bell.", "So it is."])
    picture, marked = draw(sheet.bytes(), "x.pdf", 1, "Every boat needs a flag and a bell.", 1, 1)
    assert marked
    where = np.argwhere(yellow(picture))
    scale = pixels(picture).shape[1] / (792 if rotate == 90 else 612)
    top, left, bottom, right = *where.min(axis=0), *where.max(axis=0)
    assert 98 * scale < top < bottom < 118 * scale
    assert (LEFT - 3) * scale < left < right < (LEFT + 160) * scale
    assert right - left > 100 * scale


def test_a_picture_is_bounded_and_a_page_that_is_not_there_is_told() -> None:
    for number in (1, 3):
        shape = pixels(draw(REPORT, "x.pdf", number)[0]).shape
        assert max(shape[1] / WIDTH, shape[0] / HEIGHT) <= 1.01
    with pytest.raises(ReadError, match=r"x\.pdf has no page 9"):
        draw(REPORT, "x.pdf", 9)
    assert not draw(REPORT, "x.pdf", 2, FIRST, 1, 1)[1], "the quote is said to be elsewhere"


@pytest.fixture(scope="module")
def pictures() -> Iterator[PageRenderer]:
    made = PageRenderer()
    yield made
    made.close()


def test_pages_are_drawn_in_a_process_of_their_own_which_outlives_what_it_can_not_draw(pictures: PageRenderer) -> None:
    picture, marked = pictures.draw(REPORT, "x.pdf", 1, FIRST, 1, 2)
    assert (picture, marked) == draw(REPORT, "x.pdf", 1, FIRST, 1, 2)
    with pytest.raises(ReadError, match="damaged or incomplete"):
        pictures.draw(b"%PDF-1.7 nothing", "y.pdf", 1)
    assert pictures.draw(REPORT, "x.pdf", 3, LAST, 3, 3)[1]


@pytest.mark.parametrize("answer", ["no_picture", "script", "endless", "huge", "dies", "no_object"])
def test_what_is_no_picture_is_not_passed_on_and_the_next_page_is_drawn_again(answer: str) -> None:
    drawing = PageRenderer(answering=f"hostile_drawing:{answer}", paths=(str(Path(__file__).parent),))
    try:
        for _ in range(2):
            with pytest.raises(ReadError, match=r"of x\.pdf"):
                drawing.draw(REPORT, "x.pdf", 1)
    finally:
        drawing.close()


def held(library: object, symbol: str = SYMBOL) -> Document:
    """The document of a symbol."""
    (found,) = library.find_documents(symbol)  # type: ignore[attr-defined]
    assert isinstance(found, Document)
    return found


def test_the_file_of_a_document_is_kept_and_goes_with_it(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, Input("report.pdf", REPORT), Input("note.md", b"# Boats\n\nBoats leave at noon.\n"))
    document = held(library)
    assert (library.original(document), library.has_original(document)) == (REPORT, True)
    note = next(each for each in library.documents() if each.format == "text")
    assert library.original(note) is None, "no pages, nothing to show"
    assert library.status().originals == len(REPORT)
    other = REPORT.replace(b"%%EOF", b"%%EOF ")
    add(library, catalogue, Input("report.pdf", other))
    assert library.original(held(library)) == other
    assert library.original(document) is None, "of the text that was replaced"
    library.remove(document.id)
    assert library.status().originals == 0
    library.close()
    assert open_either().status().originals == 0


def test_a_file_that_two_documents_come_from_stays_until_both_are_gone(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, Input("report.pdf", REPORT))
    document = held(library)
    twin = Document.from_json({**document.to_json(), "symbol": "A/87/902"})
    passages = [type(each)(**{**vars(each), "document_id": twin.id}) for each in library.passages(document.id)]
    library.add(twin, passages)
    library.remove(document.id)
    assert library.original(twin) == REPORT
    library.remove(twin.id)
    assert library.status().originals == 0


def test_files_are_kept_up_to_the_bound_that_is_set_and_documents_beyond_it(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    other = Flow("A/87/903").start().heading("Ropes").add(long_text(60), "1.").bytes()
    library = open_library(max_original_bytes=len(REPORT) + len(other) - 1)
    assert [each.result for each in add(library, catalogue, Input("a.pdf", REPORT), Input("b.pdf", other))] == [
        "added"
    ] * 2
    assert library.has_original(held(library))
    assert not library.has_original(held(library, "A/87/903"))
    none = open_library(tmp_path / "none", max_original_bytes=0)
    add(none, catalogue, Input("a.pdf", REPORT))
    assert (none.status().originals, held(none).key) == (0, SYMBOL)


@pytest.mark.parametrize("again", [True, False])
def test_a_file_of_which_only_the_text_is_held_is_kept_when_it_is_given_again(
    open_library: OpenLibrary, catalogue: Catalogue, again: bool
) -> None:
    library = open_library(max_original_bytes=0)
    add(library, catalogue, Input("report.pdf", REPORT))
    library.close()
    library = open_library()
    assert not library.has_original(held(library))
    (outcome,) = ingest([Input("report.pdf", REPORT)], library, catalogue, again=again)
    assert outcome.result == "unchanged"
    assert library.original(held(library)) == REPORT
    assert not library.store_original(held(library).id, b"%PDF other bytes")


def test_a_full_disk_is_told_and_leaves_the_library_as_it_was(open_library: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_library(max_original_bytes=0)
    add(library, catalogue, Input("report.pdf", REPORT))
    library.close()
    library = open_library()
    db = library._engine.db
    assert isinstance(db, Sqlite)
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 1}")
    with pytest.raises(LibraryFull, match="is full"):
        list(ingest([Input("report.pdf", REPORT)], library, catalogue, again=True))
    assert not library.has_original(held(library))
    assert library.verify() == []
    db.execute("PRAGMA max_page_count = 1000000")
    list(ingest([Input("report.pdf", REPORT)], library, catalogue, again=True))
    assert library.original(held(library)) == REPORT


class Gone:
    """A file that is replaced by another as soon as it was opened."""

    label = "report.pdf"

    def __init__(self, later: bytes) -> None:
        self._left = [REPORT, later]

    def open(self) -> Input:
        return Input(self.label, self._left.pop(0))


@pytest.mark.parametrize(("later", "kept"), [(REPORT, True), (b"%PDF-1.7 another", False)])
def test_bytes_that_are_kept_are_those_that_were_read(
    library: Library, catalogue: Catalogue, later: bytes, kept: bool
) -> None:
    file: InputSource = Gone(later)
    with WorkerPool(catalogue, 1) as readers:
        (outcome,) = ingest([file], library, catalogue, readers=readers)
    assert outcome.result == "added"
    assert library.original(held(library)) == (REPORT if kept else None)


def test_a_library_of_before_opens_and_keeps_files_from_then_on(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    library = open_library()
    add(library, catalogue, Input("report.pdf", REPORT))
    library.close()
    db = sqlite3.connect(tmp_path / "library" / "library.sqlite3")
    db.execute("DROP TABLE originals")
    db.close()
    library = open_library()
    assert (library.original(held(library)), library.status().originals) == (None, 0)
    list(ingest([Input("report.pdf", REPORT)], library, catalogue, again=True))
    assert library.original(held(library)) == REPORT


@pytest.mark.parametrize("earlier", [True, False])
def test_how_much_is_stored_is_summed_without_reading_the_files(
    library: Library, open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, earlier: bool
) -> None:
    add(library, catalogue, Input("report.pdf", REPORT))
    library.close()
    path = tmp_path / "library" / "library.sqlite3"
    if earlier:
        with closing(sqlite3.connect(path)) as db:
            db.execute("DROP INDEX originals_size")
            documents_by_id(db)
    open_library().close()
    with closing(sqlite3.connect(path)) as db:
        ((*_, plan),) = db.execute("EXPLAIN QUERY PLAN SELECT sum(size) FROM originals")
    assert "COVERING INDEX" in plan
    assert open_library().status().originals == len(REPORT)


def test_files_move_with_a_library(open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path) -> None:
    source, target = open_library(), open_library(tmp_path / "target")
    add(source, catalogue, Input("report.pdf", REPORT))
    assert list(copy_library(source, target)) == [(held(source).id, True)]
    assert target.original(held(target)) == REPORT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("pictures"), catalogue) as found:
        assert [each.result for each in ingest([Input("report.pdf", REPORT)], found.library, catalogue)] == ["added"]
        yield found


def span(document: Document, words: str) -> tuple[int, int]:
    """Where words stand in a document."""
    start = document.text.index(words)
    return start, start + len(words)


def test_the_page_of_a_quote_is_shown_to_readers_with_the_words_marked(made: Made) -> None:
    document, reader = held(made.library), made.by("read")
    for words, number in ((FIRST, 1), (LAST, 3)):
        start, end = span(document, words)
        assert document.page_range(start, end) == (number, number)
        address = f"/documents/{SYMBOL}/page/{number}.png?words={start}-{end}"
        reply = reader.get(address)
        assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
        assert yellow(reply.content).any()
        assert reply.content == reader.get(address).content
        assert not yellow(reader.get(address.partition("?")[0]).content).any()
    assert made.client.get(address).status_code == 401


def test_what_is_remembered_of_pictures_is_small_however_long_their_quotes_are(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageRenderer, "draw", lambda *_: (b"a picture", True))
    document, pictures = held(made.library), PageImages(made.library)
    pictures.picture(document, 1, (0, 10))
    tracemalloc.start()
    for start in range(100):
        pictures.picture(document, 1, (start, len(document.text)))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    pictures.close()
    assert used < 20 * len(document.text)


@pytest.mark.parametrize(
    "path",
    [f"{SYMBOL}/page/4.png", f"{SYMBOL}/page/99999.png", "boats/page/1.png", "A/1/page/1.png", f"{SYMBOL}/page/1.png?language=fr",
     "../../etc/passwd/page/1.png", "%2e%2e%2fetc%2fpasswd/page/1.png", f"{SYMBOL}/page/4"],
)  # fmt: skip
def test_a_page_that_can_not_be_shown_is_told(made: Made, path: str) -> None:
    reply = made.by("read").get(f"/documents/{path}")
    assert reply.status_code == 404
    assert "image" not in reply.headers["content-type"]


@pytest.mark.parametrize("words", ["5-3", "0-999999999", "x", "-1-4", "0-4-5"])
def test_words_that_are_none_of_the_document_are_marked_nowhere(made: Made, words: str) -> None:
    reply = made.by("read").get(f"/documents/{SYMBOL}/page/1.png?words={words}")
    assert (reply.status_code, yellow(reply.content).any()) == (200, False)


def test_a_source_shows_its_page_and_leads_to_it_and_from_there_to_the_text(made: Made) -> None:
    document = held(made.library)
    start, end = span(document, LAST)
    statement = Statement(LAST, "quoted", (Citation.of(document, start, end, "para. 13", "x"),))
    html = turn_html(made.service, 1, Turn("Who rings?", "", Answer("Who rings?", "en", "answered", "", (statement,))))
    assert "Page 3 as printed" in html
    (picture,) = re.findall(r'<img src="([^"]+)"', html)
    (address,) = re.findall(r'<a href="(/documents/[^"]+/page/3\?[^"]+)"', html)
    reader = made.by("read")
    assert reader.get(picture.replace("&amp;", "&")).headers["content-type"] == "image/png"
    page = reader.get(address.replace("&amp;", "&")).text
    assert picture in page
    assert f"/documents/{SYMBOL}/page/2?" in page
    assert "/page/4?" not in page
    assert f"words={start}-{end}#words" in page
    text = reader.get(f"/documents/{SYMBOL}?words={start}-{end}").text
    assert f"/documents/{SYMBOL}/page/3?" in text
    assert "as printed" not in reader.get("/documents/boats").text
