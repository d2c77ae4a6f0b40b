"""How documents of the United Nations are built: paragraphs, resolutions, annexes, contents, and how each is cited."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import INDENT, LEFT, Flow, long_text

from corpus.documents import Block, Document
from corpus.roman import ordinal_word
from ingest.block_builder import build_blocks, detect_text_kind
from ingest.readers.lines import Cell, Line
from ingest.structure import Piece, build_pieces

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SESSION = ("*Eighty-seventh session", "Agenda item 12")
ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]


def letter(flow: Flow, number: int, text: str) -> Flow:
    return flow.add(text, f"({LETTERS[number - 1]})", label_at=INDENT, text_at=171)


def roman(flow: Flow, number: int, text: str) -> Flow:
    return flow.add(text, f"({ROMANS[number - 1]})", label_at=171, text_at=195, left=171)


def operative(flow: Flow, number: int, text: str) -> Flow:
    return flow.add(text, f"{number}.", label_at=INDENT, text_at=171)


def by_locator(found: Document) -> dict[str, str]:
    return {block.locator: found.block_text(block) for block in found.blocks if block.locator != "masthead"}


def block_at(found: Document, locator: str) -> Block:
    return next(block for block in found.blocks if block.locator == locator)


@pytest.fixture(scope="module")
def report() -> Document:
    """A report with summary, contents, sections, two annexes and an appendix."""
    flow = Flow(pages=5, title="Clinics in mountain valleys").start().told(*SESSION, "*Rural health")
    flow.heading("Clinics in mountain valleys", size=14).heading("Report of the Secretary-General", size=12)
    flow.heading("Summary", size=10, style="i")
    flow.add(long_text(50)).add(long_text(50, 1))
    flow.turn()
    flow.heading("Contents")
    flow.entries(("I.", "Introduction", "3"), ("II.", "Conclusions", "4"), ("", "Annex I", "5"))
    flow.turn()
    flow.heading("Introduction", "I.").add(long_text(60) + "^1^", "1.", notes={"1": "See A/86/14."})
    flow.add(long_text(30)[:-1] + ":", "2.")
    letter(flow, 1, long_text(20)[:-1] + ";")
    letter(flow, 2, long_text(25, 3)[:-1] + ":")
    roman(flow, 1, long_text(20, 1)[:-1] + ";")
    roman(flow, 2, long_text(20, 2)[:-1] + ".")
    flow.heading("General", "A.").add(long_text(60, 4), "3.").add(long_text(30, 5))
    flow.heading("Staff", "1.", size=10).add(long_text(60, 6), "4.")
    flow.heading("Doctors", size=10).add(long_text(40, 7), "5.")
    flow.heading("Conclusions", "II.").add(long_text(60, 1), "6.")
    flow.turn()
    flow.heading("Annex I", size=14).heading("Lists of clinics", size=12).add(long_text(60, 2), "1.")
    letter(flow.add(long_text(60, 3), "2."), 1, long_text(30, 4))
    flow.turn()
    flow.heading("Annex II", size=14).add(long_text(60, 5) + "^2^", "1.", notes={"2": "See A/86/15."})
    flow.heading("Appendix", size=14).add(long_text(60, 6), "1.")
    return flow.document()


def test_a_report_is_cited_by_paragraph_with_annexes_that_count_anew(report: Document) -> None:
    cited = by_locator(report)
    assert (report.kind, report.title, report.warnings) == ("numbered", "Clinics in mountain valleys", ())
    assert list(cited) == [
        "title", "section “Report of the Secretary-General”", "summary", "summary, first paragraph", "summary, second paragraph",
        "section “Contents”", "contents", "section “I. Introduction”", "para. 1", "footnote 1", "para. 2", "para. 2 (a)",
        "para. 2 (b)", "para. 2 (b) (i)", "para. 2 (b) (ii)", "section “A. General”", "para. 3",
        "section “A. General”, first paragraph", "section “1. Staff”", "para. 4", "section “Doctors”", "para. 5",
        "section “II. Conclusions”", "para. 6", "annex I", "annex I, section “Lists of clinics”", "annex I, para. 1",
        "annex I, para. 2", "annex I, para. 2 (a)", "annex II", "annex II, para. 1", "annex II, footnote 2",
        "annex II, appendix", "annex II, appendix, para. 1",
    ]  # fmt: skip
    assert cited["para. 1"] == f"1. {long_text(60)}"
    assert cited["para. 2 (b) (ii)"] == f"(ii) {long_text(20, 2)}"
    assert cited["summary, second paragraph"] == long_text(50, 1)
    assert cited["annex II, appendix, para. 1"] == f"1. {long_text(60, 6)}"


def test_the_head_of_a_report_is_its_masthead(report: Document) -> None:
    head = [report.block_text(block) for block in report.blocks if block.locator == "masthead"]
    assert head[-3:] == ["Eighty-seventh session", "Agenda item 12", "Rural health"]
    assert "A/87/901" in head


def test_entries_of_the_contents_are_cells_and_are_no_sections(report: Document) -> None:
    entries = [block for block in report.blocks if block.locator == "contents"]
    assert [[report.quote(*span) for span in block.cells if span] for block in entries] == [
        ["I. Introduction", "3"], ["II. Conclusions", "4"], ["Annex I", "5"],
    ]  # fmt: skip
    assert sum(block.locator == "annex I" for block in report.blocks) == 1


def test_numbers_marks_and_pages_are_those_that_are_printed(report: Document) -> None:
    first, item = block_at(report, "para. 1"), block_at(report, "para. 2 (b) (i)")
    assert (first.number, first.marks, first.page, report.body(first)) == ("1", ("1",), 3, long_text(60))
    assert (item.number, item.kind, item.level) == ("(i)", "item", 3)
    assert block_at(report, "annex II, para. 1").page == 5
    assert block_at(report, "annex II, para. 1").marks == ("2",)


@pytest.fixture(scope="module")
def resolution() -> Document:
    flow = Flow(symbol="A/RES/87/15", title="Clinics in mountain valleys", pages=3).start()
    flow.told(*SESSION, "*Rural health")
    flow.sheet.lines(LEFT, flow.top, ["Resolution adopted by the General Assembly", "on 3 March 2031"], 14, "b")
    flow.top += 45
    flow.sheet.lines(LEFT, flow.top, ["[_on the report of the Third Committee (A/87/482, para. 29)_]"])
    flow.top += 24
    flow.sheet.text(72.4, flow.top, "87/15.", 12, "b")
    flow.sheet.text(LEFT, flow.top, "Clinics in mountain valleys", 12, "b")
    flow.top += 24
    flow.add("_The General Assembly_,")
    flow.add("_Recalling_ its resolutions 85/12 of 4 December 2029 and 86/13 of 5 December 2030 on clinics,^1^ in which it asked all "
             "Member States for help,", notes={"1": "See A/86/14."})  # fmt: skip
    flow.add(f"_Reaffirming_ {long_text(50).lower()[:-1]},")
    flow.add("_Noting_ the following:")
    letter(letter(flow, 1, "That clinics are needed,"), 2, "That they are far away,")
    flow.add(f"_Noting with deep concern_ {long_text(40, 2).lower()[:-1]},")
    operative(flow, 1, "_Takes note_ of the report of the Secretary-General;")
    operative(flow, 2, "_Requests_ all Member States to do as follows:")
    letter(flow, 1, "To open clinics;")
    letter(flow, 2, "To staff them, and in particular to do so:")
    roman(roman(flow, 1, "With doctors;"), 2, "With nurses;")
    operative(flow, 3, f"_Calls upon_ {long_text(300, 5).lower()[:-1]};")
    operative(flow, 4, "_Decides_ to remain seized of the matter.")
    flow.turn()
    flow.heading("Annex", size=14).heading("Rules for clinics").add(long_text(40), "1.").add(long_text(40, 1), "2.")
    return flow.document()


def test_a_resolution_is_cited_by_preambular_and_operative_paragraph(resolution: Document) -> None:
    cited = by_locator(resolution)
    assert (resolution.kind, resolution.id) == ("resolution", "A/RES/87/15:en:official")
    assert resolution.title.removeprefix("87/15. ") == "Clinics in mountain valleys"
    start = list(cited).index("preamble")
    assert list(cited)[start:] == [
        "preamble", "first preambular para.", "footnote 1", "second preambular para.", "third preambular para.",
        "third preambular para. (a)", "third preambular para. (b)", "fourth preambular para.", "para. 1", "para. 2", "para. 2 (a)",
        "para. 2 (b)", "para. 2 (b) (i)", "para. 2 (b) (ii)", "para. 3", "para. 4", "annex", "annex, section “Rules for clinics”",
        "annex, para. 1", "annex, para. 2",
    ]  # fmt: skip
    assert cited["preamble"] == "The General Assembly,"
    assert cited["second preambular para."] == f"Reaffirming {long_text(50).lower()[:-1]},"
    assert cited["para. 3"] == f"3. Calls upon {long_text(300, 5).lower()[:-1]};"
    assert block_at(resolution, "first preambular para.").marks == ("1",)


def test_a_letter_with_an_enclosure_is_cited_by_its_unnumbered_paragraphs() -> None:
    flow = Flow(symbol="S/2031/15", pages=3).start(body="Security Council")
    flow.top += 10
    flow.heading(
        "Letter dated 2 March 2031 from the Chair of the Board of\nClinics addressed to the President of the Security Council"
    )
    flow.add(long_text(60)).add(long_text(50, 1))
    flow.turn()
    flow.heading("Annex", size=12).heading("Views of the Board").add(long_text(60, 2)).add(long_text(60, 3), "1.")
    flow.turn()
    flow.heading("Enclosure", size=12).add(long_text(60, 4))
    cited = by_locator(flow.document())
    assert cited["annex, section “Views of the Board”, first paragraph"] == long_text(60, 2)
    assert cited["annex, para. 1"] == f"1. {long_text(60, 3)}"
    assert cited["annex, enclosure"] == "Enclosure"
    assert [text for locator, text in cited.items() if locator.startswith("annex, enclosure, ")] == [long_text(60, 4)]
    assert list(cited)[1].endswith("first paragraph")


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(["number", "letter", "roman", "annex", "heading"]), st.integers(15, 70)),
        min_size=3,
        max_size=22,
    )
)
def test_every_paragraph_of_a_random_report_is_found_under_its_locator(parts: list[tuple[str, int]]) -> None:
    flow = Flow(pages=9).start().told(*SESSION)
    flow.heading("Clinics in mountain valleys", size=14)
    flow.add(long_text(100), "1.")
    wanted = {"para. 1": f"1. {long_text(100)}"}
    annex, number, letters, romans, annexes = "", 1, 0, 0, 0
    for n, (kind, size) in enumerate(parts):
        text = long_text(size, n)
        if kind == "annex" and annexes < 10:
            annexes, number, letters, romans = annexes + 1, 1, 0, 0
            name = f"Annex {ROMANS[annexes - 1].upper()}"
            annex = f"annex {name.split()[1]}, "
            flow.turn()
            flow.heading(name, size=14)
            flow.add(text, "1.")
            wanted |= {annex.strip(", "): name, f"{annex}para. 1": f"1. {text}"}
        elif kind == "number":
            number, letters, romans = number + 1, 0, 0
            flow.add(text, f"{number}.")
            wanted[f"{annex}para. {number}"] = f"{number}. {text}"
        elif kind == "letter":
            letters, romans = letters + 1, 0
            letter(flow, letters, text)
            wanted[f"{annex}para. {number} ({LETTERS[letters - 1]})"] = f"({LETTERS[letters - 1]}) {text}"
        elif kind == "roman" and letters and romans < 10:
            romans += 1
            roman(flow, romans, text)
            wanted[f"{annex}para. {number} ({LETTERS[letters - 1]}) ({ROMANS[romans - 1]})"] = (
                f"({ROMANS[romans - 1]}) {text}"
            )
        elif kind == "heading":
            flow.heading(f"Matters of part {n}")
            flow.add(text, f"{number + 1}.")
            number, letters, romans = number + 1, 0, 0
            wanted[f"{annex}para. {number}"] = f"{number}. {text}"
    cited = by_locator(flow.document())
    assert {locator: text for locator, text in cited.items() if locator in wanted} == wanted


# Pieces and locators from plain lines


def line(text: str, row: int = 1, **more: object) -> Line:
    return Line(text, row, page=1, top=100.0, **more)  # type: ignore[arg-type]


def spaced(*lines: Line) -> list[Line]:
    return [each for one in lines for each in (one, Line("", one.row))]


def locators(*lines: Line) -> list[str]:
    found = build_pieces(spaced(*lines))
    return [block.locator for block in build_blocks(found, detect_text_kind(found))[1]]


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("Annex", "annex"), ("Annex IV", "annex IV"), ("ANNEX 2", "annex 2"), ("Annexe II", "annex II"), ("Anexo III", "annex III"),
        ("Приложение I", "annex I"), ("المرفق", "annex"), ("附件二", "annex II"), ("Appendix I", "appendix I"), ("Enclosure", "enclosure"),
        ("Annex B", "annex B"), ("Annexe C. Mandat", "annex C"), ("Anexo B Mandato del grupo", "annex B"), ("ANNEXE A LA NOTE", "annex"), ("Annex A/77/5", "annex"),
        ("Приложение В", "annex B"), ("Приложение Г: Бюджет", "annex Г"), ("المرفق باء", "annex B"), ("المرفق الثاني", "annex II"), ("المرفق وثيقة", "annex"),
        ("附件B", "annex B"), ("附件甲", "annex A"), ("Enclosure B", "enclosure B"), ("Appendix A – Fees", "appendix A"),
    ],
)  # fmt: skip
def test_annexes_are_known_in_six_languages(heading: str, wanted: str) -> None:
    found = locators(line("1. Words.", 1), line(heading, 2, heading=1), line("1. Other words.", 3))
    assert found == ["para. 1", wanted, f"{wanted}, para. 1"]


def test_every_word_of_every_line_is_in_exactly_one_piece() -> None:
    lines = spaced(
        line("I. Introduction", 1, heading=2),
        line("1. First words.", 2, marks=("1",)),
        line("A note.", 3, note="1"),
        line("one | two", 4, cells=(Cell("one"), Cell("two"))),
        line("Table 3", 5, part="caption"),
        line("Frame", 6, part="box"),
        line("Intro | 3", 7, cells=(Cell("Intro"), Cell("3")), part="contents"),
    )
    found: list[Piece] = build_pieces(lines)
    assert [piece.text for piece in found] == [each.text for each in lines if each.text]
    text, blocks = build_blocks(found, detect_text_kind(found))
    assert [text[block.start : block.end] for block in blocks] == [piece.text for piece in found]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(1, "first"), (10, "tenth"), (11, "11th"), (12, "12th"), (21, "21st"), (102, "102nd"), (113, "113th")],
)
def test_ordinals_are_words_up_to_ten(number: int, wanted: str) -> None:
    assert ordinal_word(number) == wanted


def test_an_operative_paragraph_whose_number_lacks_its_dot_is_one_over_lines_and_pages() -> None:
    flow = Flow(pages=2).start().told(*SESSION, "*Rural health")
    flow.heading("Clinics in mountain valleys", size=14)
    flow.add("_The General Assembly_,").add("_Recalling_ its resolution 85/12 on clinics,")
    for number in range(1, 13):
        dot = "" if number in (3, 4, 9) else "."
        flow.add(f"_Requests_ that {long_text(70, number).lower()}", f"{number}{dot}", label_at=INDENT, text_at=171)
    assert flow.sheet.page == 2
    found = flow.document()
    numbered = [block for block in found.blocks if block.number]
    assert [block.locator for block in numbered] == [f"para. {number}" for number in range(1, 13)]
    assert [found.body(block) for block in numbered] == [
        f"Requests that {long_text(70, n).lower()}" for n in range(1, 13)
    ]


def test_paragraphs_and_tables_of_a_budget_section_with_a_letter_have_its_number() -> None:
    flow = Flow("A/87/6 (Sect. 29D)", pages=1).start().told(*SESSION, "*Programme budget")
    flow.heading("Section 29D. Buildings", size=14)
    for number in range(1, 4):
        flow.add(long_text(60, number), f"29D.{number}", text_at=LEFT + 40)
    flow.sheet.text(LEFT, flow.top, "Table 29D.1", 10, "b")
    flow.top += 20
    found = flow.document()
    assert found.key == "A/87/6 (Sect. 29D)"
    assert [block.locator for block in found.blocks if block.number] == [
        f"para. 29D.{number}" for number in range(1, 4)
    ]
    assert found.blocks[-1].locator == "table 29D.1"


def test_long_titles_of_items_are_headings_and_count_on() -> None:
    flow = Flow(pages=2).start()
    title = "Clinics, schools and roads in the mountain valleys of the north and of the far west, among them those that are closed in winter, and the ways in which people reach them on foot in time"
    for number in (1, 2, 3):
        flow.heading("\n".join([f"{number}. {title[:90]}", title[90:]]), size=10)
        flow.add(long_text(60, number), f"{number + 10}.")
    found = flow.document()
    assert [block.number for block in found.blocks if block.kind == "heading"] == ["1", "2", "3"]
    assert [block.locator for block in found.blocks if block.number and block.kind == "paragraph"] == [
        "para. 11",
        "para. 12",
        "para. 13",
    ]
