"""Publications as files: the same bytes twice, footnotes that hold, nothing hostile alive, nothing half written."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pypdfium2 as pdfium
import pytest
import typst
from footnotes import faults_in, footnotes_of
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from waiting import WAIT

from assistant.cli import app
from assistant.export.file_formats import FORMATS, check_place, parse_format, render, save_file
from assistant.export.footnoting import ReferenceFormatter
from assistant.export.layouts import build_publication
from assistant.export.publication import (
    LINE_CHARACTERS,
    Figure,
    Heading,
    Listing,
    Note,
    Paragraph,
    Publication,
    PublishError,
    Span,
    Table,
    plain,
)
from assistant.qa.answer import Citation, Statement
from assistant.qa.engine import Engine
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Request
from assistant.reports.quoted_tables import Cell, Grid
from assistant.service_errors import Invalid
from corpus.documents import Document
from corpus.library import Library

HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) #panic("no") *a* _b_ $x$ `c` \\ "q" | & <img src=x onerror=y> {{7*7}}'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="5"/></svg>'


def publication(text: str = HOSTILE, language: str = "en") -> Publication:
    table = Table((text, "b"), ((plain(text), (Span(text, url="https://example.org/a(b)"),)),))
    return Publication(
        language,
        text,
        (
            Heading(1, text, "one"),
            Paragraph((Span(text), Note((Span(text), Span(text, "emphasis")))), 1),
            Paragraph((Span(text, "inserted"), Span(text, "deleted"), Span(text, "strong"))),
            Listing((plain(text),)),
            Figure(SVG, text, table),
            table,
        ),
        masthead=(text, text),
        label=(text,),
        notice=text,
    )


def noted(text: str, language: str = "en") -> Publication:
    """A heading and a paragraph with a footnote, all of one text."""
    return Publication(language, text, (Paragraph((Span(text), Note(plain(text))), 1), Heading(1, text, "h")))


@pytest.fixture(scope="module")
def real_briefing(whole_engine: Engine) -> tuple[Publication, dict[str, str]]:
    """The briefing about item 3 of the real meeting, and the texts of its sources by the names that citations use."""
    library = whole_engine.library
    texts = {}
    for document in library.documents():
        if document.id not in library.superseded():
            texts |= dict.fromkeys((document.label, document.title, document.key), document.text)
    return build_publication(make_briefing(whole_engine, Request("item", "3", "secretariat")), library), texts


class Tags(HTMLParser):
    """Collects the tags and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_publication_gives_the_same_bytes(form: str) -> None:
    assert render(publication(), form) == render(publication(), form)


def test_nothing_in_a_page_that_comes_from_a_text_is_alive() -> None:
    page = Tags(render(publication(), "html").decode())
    assert not page.tags & {"script", "img", "iframe", "object"}
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert all(
        value and value.startswith(("https://example.org/", "#")) for name, value in page.attributes if name == "href"
    )


def test_nothing_in_markdown_that_comes_from_a_text_is_markup() -> None:
    text = render(publication(), "md").decode()
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "[x\\](javascript" in text


@given(st.text(max_size=60))
def test_any_text_becomes_a_page_and_markdown(text: str) -> None:
    made = publication(text.encode("utf-8", "ignore").decode() or "x")
    assert b"</article>" in render(made, "html")
    assert render(made, "md")


@pytest.mark.parametrize("text", ["a\x00b\x1f", "‮abc", "#let x = 1\n#x", "\\u{41}", '"; #read("/etc/passwd")', "𝒳 ﷽ ☃"])
def test_odd_texts_become_docx_and_pdf(text: str) -> None:
    made = noted(text)
    with zipfile.ZipFile(io.BytesIO(render(made, "docx"))) as package:
        assert package.testzip() is None
    assert render(made, "pdf").startswith(b"%PDF")


def test_a_docx_file_has_real_footnotes_headings_and_page_numbers() -> None:
    data = render(publication("Words of a document"), "docx")
    assert [(each.note, each.before) for each in footnotes_of(data)] == [
        ("Words of a documentWords of a document", "1.Words of a document")
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        body = package.read("word/document.xml").decode()
        footer = "".join(package.read(name).decode() for name in names if name.startswith("word/footer"))
    assert 'w:val="Heading1"' in body
    assert "NUMPAGES" in footer


def test_each_footnote_of_a_briefing_is_found_in_its_source(real_briefing: tuple[Publication, dict[str, str]]) -> None:
    made, texts = real_briefing
    data = render(made, "docx")
    assert len(footnotes_of(data)) > 15
    assert faults_in(data, texts) == []


def test_a_quote_that_was_altered_is_found_out(real_briefing: tuple[Publication, dict[str, str]]) -> None:
    made, texts = real_briefing
    altered = {name: text.replace("prosecut", "persecut") for name, text in texts.items()}
    assert faults_in(render(made, "docx"), altered)


def test_libreoffice_opens_the_docx_file(real_briefing: tuple[Publication, dict[str, str]], tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "briefing.docx"
    save_file(render(real_briefing[0], "docx"), path)
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir",
               str(tmp_path), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=WAIT)
    with pdfium.PdfDocument(tmp_path / "briefing.pdf") as document:
        assert 2 <= len(document) <= 40  # with the annex of articles
        # Which page a footnote falls on depends on the fonts of the machine.
        said = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    assert "Item 3" in said
    assert "Annotated provisional agenda (CTOC/COP/WG.7/2021/1, unverified copy)" in said


@pytest.mark.parametrize(("name", "words"), [("no/such/a.md", "does not exist"), ("a.md", "is a folder")])
def test_a_path_that_can_not_be_written_is_refused_with_the_reason(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(PublishError, match=words):
        check_place(tmp_path / name)


def test_a_file_name_of_no_known_form_is_refused_with_the_forms() -> None:
    with pytest.raises(Invalid, match="must end in"):
        parse_format(Path("a.txt"))


def test_a_failed_write_leaves_nothing_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("before", encoding="utf-8")

    def full(self: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PublishError, match="No space left"):
        save_file(render(publication(), "md"), path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]
    assert path.read_text(encoding="utf-8") == "before"
    with pytest.raises(PublishError, match="Nothing was left there"):
        save_file(b"words", tmp_path / ("a" * 300))


@pytest.mark.parametrize(("form", "module"), [("docx", "pypandoc"), ("pdf", "typst")])
def test_a_program_that_is_not_installed_is_named_with_the_command(
    form: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PublishError, match=r"-m pip install .*publish"):
        render(publication(), form)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--item", "9", "--out", "b.md"], "no item 9"),
        (["--document", "A/99/99", "--out", "b.md"], "There is no document 'A/99/99' in the library."),
        (["--item", "2", "--out", "gone/b.docx"], "does not exist"),
        (["--item", "2", "--out", "b.odt"], "must end in"),
        (["--item", "2", "--language", "ru", "--out", "b.md"], "The library has no document in Russian"),
        (["--out", "b.md"], "Name one of"),
    ],
)
def test_the_command_says_what_is_wrong_and_leaves_no_file(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter_desk: None
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {each.name for each in tmp_path.iterdir()}
    done = CliRunner().invoke(app, ["brief", *arguments])
    assert done.exit_code != 0
    assert words in " ".join(done.stderr.split())
    assert {each.name for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("language", "words", "font"),
    [("ar", "تهريب المهاجرين", "Amiri"), ("zh", "偷运移民问题工作组", "NotoSansCJK")],
)
def test_a_pdf_in_a_script_of_its_own_has_the_letters_and_the_font_of_the_package(
    language: str, words: str, font: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = typst.Fonts  # as on a machine that has none of its own
    monkeypatch.setattr(typst, "Fonts", lambda font_paths: system(font_paths=font_paths, include_system_fonts=False))
    with pdfium.PdfDocument(render(noted(words, language), "pdf")) as document:
        read = unicodedata.normalize("NFKC", document[0].get_textpage().get_text_range())
        fonts = {each.get_font().get_base_name() for each in document[0].get_objects([1])}
    assert set("".join(words.split())) <= set(read)
    assert any(font in name for name in fonts)


@pytest.mark.parametrize(
    ("language", "words", "package"), [("ar", "بحر", "fonts-hosny-amiri"), ("zh", "海", "fonts-noto-cjk")]
)
def test_a_missing_font_is_named_with_the_command_and_no_file_is_left(
    language: str, words: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typst, "Fonts", lambda font_paths: SimpleNamespace(families=lambda: ["Libertinus Serif"]))
    with pytest.raises(PublishError, match=rf"-m pip install .*{package}"):
        save_file(render(Publication(language, words, (Paragraph((Span(words),), 1),)), "pdf"), tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def cite(starter_library: Library) -> Citation:
    """A paragraph of a document that is held."""
    document = next(starter_library.documents())
    block = next(each for each in document.blocks if each.kind == "paragraph" and document.body(each).strip())
    return Citation.of(document, block.body_start, block.end, block.locator, "id")


def test_a_quote_that_runs_the_other_way_keeps_its_marks(starter_library: Library, cite: Citation) -> None:
    for language, inside in (("ar", "\u2068“"), ("fr", "« "), ("en", "“")):
        content = ReferenceFormatter(starter_library, language).format_statement(
            Statement(cite.quote, "quoted", (cite,))
        )
        told = "".join(each.text for each in content if isinstance(each, Span))
        assert inside + " ".join(cite.quote.split()) in told


def test_a_footnote_names_the_source_that_the_one_before_cites_alone_as_the_same(starter_library: Library) -> None:
    first, other = list(starter_library.documents())[:2]

    def cited(document: Document, number: int) -> Citation:
        block = document.blocks[number]
        return Citation.of(document, block.start, block.end, f"para. {number}", "id")

    def told(references: ReferenceFormatter, *citations: Citation) -> str:
        note = references.make_note(citations)
        assert all(span.url for span in note.spans[:1])
        return "".join(each.text for each in note.spans)

    references = ReferenceFormatter(starter_library, "en", lambda document, start, end: f"/{document.id}#{start}-{end}")
    a1, a2, b1 = cited(first, 1), cited(first, 2), cited(other, 1)
    assert told(references, a1).endswith(", para. 1.")
    assert references.make_note([a1]).spans == (Span("Ibid.", url=references.find_url(a1)),)
    assert [told(references, *each) for each in ([a2], [a1, a2], [a1])] == [
        "Ibid., para. 2.",
        "Ibid., para. 1; para. 2.",
        "Ibid., para. 1.",
    ]
    named = [told(references, *each) for each in ([b1], [a1], [b1, a1], [a1], [b1])]
    assert not [each for each in named if "Ibid" in each]
    bare = replace(first, blocks=(replace(first.blocks[0], locator=""), *first.blocks[1:]))
    references = ReferenceFormatter(starter_library, "en", missing={bare.id: bare})
    whole = Citation.of(bare, bare.blocks[0].start, bare.blocks[0].end, "", "id")
    references.make_note([a1])
    assert "Ibid" not in references.make_note([whole]).spans[0].text  # it would stand for the paragraph
    for language, words in {"ru": "Там же.", "zh": "同上。", "ar": "المرجع نفسه."}.items():
        references = ReferenceFormatter(starter_library, language)
        references.make_note([a1])
        assert references.make_note([a1]).spans[0].text + references.make_note([a1]).spans[-1].text == words


def test_words_left_out_between_two_quotes_of_one_paragraph_are_marked(
    starter_library: Library, cite: Citation
) -> None:
    def part(start: int, end: int) -> Statement:
        quote = starter_library.document(cite.document).quote(start, end)
        return Statement(quote, "quoted", (replace(cite, quote=quote, start=start, end=end),))

    first, second, third = (part(cite.start + n, cite.start + n + 10) for n in (0, 10, 20))

    def told(statement: Statement, previous: Statement) -> str:
        content = ReferenceFormatter(starter_library, "en").format_statement(statement, previous=previous)
        return "".join(each.text for each in content if isinstance(each, Span))

    assert told(second, first) == f"“{second.text.strip()}”"
    assert told(third, first) == f"“[…] {third.text.strip()}”"
    assert told(first, third) == f"“[…] {first.text.strip()}”"


@pytest.mark.parametrize(
    ("language", "tail"),
    [("en", ";"), ("en", "; and"), ("en", "; and/or"), ("fr", " ; et"), ("es", "; o"), ("ru", "; или"), ("zh", "；和"), ("ar", "؛ و")],
)  # fmt: skip
def test_a_part_of_a_provision_is_quoted_without_what_ties_it_to_the_next(
    starter_library: Library, cite: Citation, language: str, tail: str
) -> None:
    cite = replace(cite, quote=f"A false paper{tail}", language=language)
    content = ReferenceFormatter(starter_library, "en").format_statement(Statement(cite.quote, "quoted", (cite,)))
    assert "A false paper" in [each.text.strip("“”\u2068\u2069") for each in content if isinstance(each, Span)]


def test_a_column_of_words_has_room_for_them_beside_symbols_which_may_end_a_line_at_a_stroke() -> None:
    header = ("", "A/RES/78/167", "", "A/RES/79/236", "", "A/RES/80/156")
    rows = [("Operative paragraphs", "1–2", "unchanged", "1–2", "unchanged", "1–2")]
    table = Table(header, tuple(tuple(map(plain, row)) for row in rows))
    room = dict(zip(("name", "first", "became", "second", "then", "third"), table.shares(), strict=True))
    assert room["became"] == room["then"] > 0.15
    assert room["became"] > 0.9 * room["first"]


def test_only_a_table_of_many_long_columns_stands_with_its_heading_and_note_on_pages_that_lie() -> None:
    said = "A sentence that takes more room than a tenth of a line"
    head = ("Paragraph", "Addressee", "Verb", "Action", "By when", "Money")
    wide = Table(head, ((plain("para. 3"), *[plain(said)] * 5),))
    short, narrow = Table(head, (tuple([plain("12")] * 6),)), Table(head[:2], ((plain("para. 3"), plain(said)),))
    much = Paragraph(plain("Much is said before. " * 60))
    requests, note = Heading(1, "Requests", "requests"), Paragraph(plain("New since last year."))
    rest = Heading(1, "Rest", "rest")
    made = Publication("en", "A note", (much, requests, note, wide, rest, narrow, short, much))
    assert made.spreads == [(False, [much]), (True, [requests, note, wide]), (False, [rest, narrow, short, much])]
    with zipfile.ZipFile(io.BytesIO(render(made, "docx"))) as package:
        xml = package.read("word/document.xml").decode()
    assert xml.count("landscape") == 1
    with pdfium.PdfDocument(render(made, "pdf")) as paper:
        assert [page.get_width() > page.get_height() for page in paper] == [False, True, False]
    little = Publication("en", "A note", (note, requests, wide, rest, narrow))
    assert little.spreads == [(True, list(little.blocks))], "what is little has no pages of its own, nor has the title"
    with pdfium.PdfDocument(render(little, "pdf")) as paper:
        assert [page.get_width() > page.get_height() for page in paper] == [True]
        assert "A note" in paper[0].get_textpage().get_text_bounded()
    with zipfile.ZipFile(io.BytesIO(render(little, "docx"))) as package:
        xml = package.read("word/document.xml").decode()
        styles = package.read("word/styles.xml").decode()
    assert set(re.findall(r'w:pos="(\d+)" w:val="right"', styles)) == {"14570"}, "the masthead is as wide as its page"
    assert re.findall(r'w:orient="(\w+)"', xml) == ["landscape"]
    assert xml.index("A note") < xml.index("<w:sectPr"), "the title stands on the first pages"
    grids = [
        sum(map(int, re.findall(r'gridCol w:w="(\d+)"', each)))
        for each in re.findall("<w:tblGrid>.*?</w:tblGrid>", xml)
    ]
    assert all(abs(each - 0.94 * 14_570) < 20 for each in grids), "tables take the width of their pages"


def test_no_column_is_narrower_than_its_longest_word_however_long_the_others_are() -> None:
    said = "to make sure that harbours are lit by night and that all who work there are paid for it " * 6
    table = Table(("Paragraph", "Verb", "Action"), ((plain("para. 12 (a)"), plain("encourages"), plain(said)),))
    room = [each * LINE_CHARACTERS for each in table.shares()]
    assert room[0] >= len("Paragraph") + 2
    assert room[1] >= len("encourages") + 2


def test_a_long_symbol_does_not_take_the_room_of_sentences() -> None:
    said = plain("to make sure that harbours are lit by night and that all who work there are paid for it " * 6)
    row = (plain("E/CN.7/2027/L.3/Rev.1"), plain("–"), plain("para. 3 (a)"), plain("the United Nations Office on Drugs and Crime"),
           plain("Encourages"), said, plain("by 31 December 2029"), plain("subject to the availability of resources"))  # fmt: skip
    table = Table(("Document", "Status", "Paragraph", "Addressee", "Verb", "Action", "By when", "Money"), (row,))
    shares = table.shares()
    assert table.wide
    assert shares[5] == max(shares)
    assert shares[5] > 2 * shares[0]


def test_texts_side_by_side_have_columns_of_one_width_even_where_one_says_nothing() -> None:
    table = Table(("A/91/L.2", "A/RES/91/3"), ((plain("–"), plain("Decides to light all harbours. " * 9)),), even=True)
    assert table.shares() == [0.5, 0.5]


def test_a_short_row_stays_on_one_page_and_a_long_one_goes_on_over_pages() -> None:
    short, long = (plain(f"row {n}, {'harbours and boats ' * times}") for n, times in ((1, 20), (2, 1_000)))
    made = Publication("en", "A note", (Table(("Text",), ((short,), (long,), (plain(""),))),))
    with zipfile.ZipFile(io.BytesIO(render(made, "docx"))) as package:
        rows = re.findall("<w:tr>.*?</w:tr>", package.read("word/document.xml").decode())
    assert ["cantSplit" in row for row in rows] == [False, True, False, True]
    much, place = plain("boats " * 99), plain("para. 1")
    narrow = Table(("Text", "Place"), (*[(much, place)] * 20, (plain("boats"), plain("harbour " * 20))))
    assert narrow.short_rows == [True] * 20 + [False], "few words fill a narrow column"
    assert all("TableText" in row for row in rows), "a cell without text is no higher than others"
    with pdfium.PdfDocument(render(made, "pdf")) as paper:
        pages = [page.get_textpage().get_text_bounded() for page in paper]
    assert len(pages) > 2
    assert sum(page.count("boats") for page in pages) == 1_020, "nothing is cut off"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_columns_of_a_word_file_run_as_its_language_does(language: str) -> None:
    made = Publication(language, "A note", (Table(("Text", "Place"), ((plain("Boats"), plain("para. 1")),)),))
    with zipfile.ZipFile(io.BytesIO(render(made, "docx"))) as package:
        assert ("<w:bidiVisual" in package.read("word/document.xml").decode()) is (language == "ar")


def test_empty_columns_are_left_out_and_an_introduction_stands_with_the_first_of_its_points(
    starter_library: Library, cite: Citation
) -> None:
    opening, *points = (
        replace(cite, start=cite.start + n, end=cite.start + n + 9, quote=f"{n} harbour") for n in range(3)
    )
    rows = tuple((Cell((point,), place=True), Cell(), Cell((opening, point), whole=True)) for point in points)
    made = ReferenceFormatter(starter_library, "en").make_table(Grid(("Paragraph", "Money", "Action"), rows))
    assert made.header == ("Paragraph", "Action")
    assert [row[1] for row in made.rows] == [plain("0 harbour […] 1 harbour"), plain("[…] 2 harbour")]


@pytest.mark.parametrize(
    ("language", "locator", "words"),
    [
        ("fr", "41st preambular para.", "alinéa 41 du préambule"),
        ("es", "annex, section “Boats, old”, third paragraph", "anexo, sección “Boats, old”, párrafo sin numerar 3"),
        ("ru", "table 3, row 2", "таблица 3, строка 2"),
        ("zh", "preamble, para. 3", "序言第3段"),
        ("fr", "annex, Monday, 4 March, 3-6 p.m.", "annexe, Monday, 4 March, 3–6 p.m."),
        ("ar", "timetable, Monday, 4 March", "الجدول الزمني، \u2068Monday, 4 March\u2069"),
        ("zh", "annex I, table (p. 4, second), header", "附件I表（第4页，第2个）表头"),
        ("ru", "annotations, item 7, documentation", "аннотации, пункт 7 повестки дня, документация"),
        ("fr", "annex, enclosure, figure II", "annexe, pièce jointe, figure II"),
        (
            "es",
            "section “Boats”, para. 2 (p. 3), second of these",
            "sección “Boats”, párrafo 2 (página 3), núm. 2 de estos",
        ),
        ("fr", "testimonium", "testimonium"),
        ("en", "41st preambular para.", "41st preambular para."),
    ],
)
def test_places_are_told_in_the_language_of_the_paper_and_times_with_a_dash(
    starter_library: Library, language: str, locator: str, words: str
) -> None:
    document = next(starter_library.documents())
    cited = Citation.of(document, 0, 5, locator, "id")
    assert ReferenceFormatter(starter_library, language).locator_text(cited, document) == words
