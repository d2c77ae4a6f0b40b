"""Word files: every paragraph, cell and footnote is read, in order, and what Word prints is what is read."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
import pytest
from docx_made import (
    BOLD,
    RAISED,
    box,
    field,
    level,
    lines,
    note,
    numbered,
    p,
    r,
    ref,
    source,
    tbl,
    tc,
    texts,
    tr,
    word,
)
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.docx import read_docx
from ingest.readers.lines import Cell, Line, ReadError

STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/><w:rPr><w:sz w:val="20"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="N"/>
<w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own heading"/><w:basedOn w:val="Heading2"/></w:style>
<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
"""


def un_style(key: str, name: str, outline: int | None = None) -> str:
    given = f'<w:pPr><w:outlineLvl w:val="{outline}"/></w:pPr>' if outline is not None else ""
    return f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{given}</w:style>'


def test_each_paragraph_is_a_line_followed_by_a_blank_one_and_rows_count_up() -> None:
    read = source(p("First") + p() + p("Second") + tbl(tr("a", "b"), tr("c", "d")) + p("Last"))
    assert [line.text for line in read.lines] == ["First", "", "Second", "", "a | b", "c | d", "", "Last", ""]
    assert [line.row for line in read.lines] == list(range(1, 10))
    assert read.format == "docx"


def test_a_file_made_by_python_docx_is_read_in_order() -> None:
    made = docx.Document()
    made.add_heading("Report", 1)
    made.add_paragraph("Opening words")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    made.add_paragraph("one item", style="List Bullet")
    stream = io.BytesIO()
    made.save(stream)
    found = [line for line in read_docx(stream.getvalue(), "made.docx").lines if not line.blank]
    assert [line.text for line in found] == ["Report", "Opening words", "left | right", "one item"]
    assert [line.heading for line in found] == [1, 0, 0, 0]
    assert found[3].bullet


def test_what_word_prints_of_a_paragraph_is_read_and_nothing_else() -> None:
    body = p(
        runs=r("A", inside="<w:tab/>")
        + '<w:hyperlink r:id="x">' + r("link") + "</w:hyperlink>"
        + r(" non", inside="<w:noBreakHyphen/>") + r("stop co", inside="<w:softHyphen/>") + r("operate")
        + "<w:ins>" + r(" added") + "</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        + "<w:moveFrom>" + r("moved away") + "</w:moveFrom><w:moveTo>" + r(" moved here") + "</w:moveTo>"
        + '<w:sdt><w:sdtPr/><w:sdtContent>' + r(" control") + "</w:sdtContent></w:sdt>"
        + "<w:smartTag>" + r(" tagged") + "</w:smartTag>"
        + "<m:oMath><m:r><m:t> x=1</m:t></m:r></m:oMath>"
        + r(inside='<w:sym w:font="Symbol" w:char="F0B3"/><w:br/>') + r("line\u00a0two\u200b")
    )  # fmt: skip
    read = source(body)
    assert read.lines[0].text == "A link non-stop cooperate added moved here control tagged x=1≥ line two"
    assert any("tracked changes" in warning for warning in read.warnings)


def test_a_soft_hyphen_that_stands_alone_is_a_dash() -> None:
    assert texts(tbl(tr("Posts", tc(p(runs=r(inside="<w:softHyphen/>")))))) == ["Posts | -"]


def test_of_a_field_the_result_is_read_and_not_the_code() -> None:
    nested = field("IF " + "x", r("shown"))
    simple = '<w:fldSimple w:instr=" REF a ">' + r(" and simple") + "</w:fldSimple>"
    assert texts(p(runs=r("See ") + nested + simple)) == ["See shown and simple"]


def test_a_field_that_never_ends_hides_no_text() -> None:
    broken = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    assert texts(p(runs=broken) + p("still here")) == ["still here"]


def test_hidden_text_is_left_out_with_a_warning() -> None:
    read = source(p(runs=r("seen") + r("secret", "<w:vanish/>")))
    assert [line.text for line in read.lines if line.text] == ["seen"]
    assert any("Hidden text" in warning and "6 characters" in warning for warning in read.warnings)


def test_text_boxes_follow_their_paragraph_and_are_read_once() -> None:
    found = lines(p(runs=r("before") + r(inside=box(p("in the box") + tbl(tr("x", "y"))))) + p("after"))
    assert [(line.text, line.part) for line in found] == [
        ("before", ""), ("in the box", "box"), ("x | y", "box"), ("after", ""),
    ]  # fmt: skip


def test_content_controls_around_blocks_rows_and_cells_lose_nothing() -> None:
    def control(inside: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    row = "<w:tr>" + control(tc("a")) + tc("b") + "</w:tr>"
    assert texts(control(p("one") + control(p("two")) + tbl(control(row)))) == ["one", "two", "a | b"]


def test_a_paragraph_whose_mark_is_deleted_goes_on_in_the_next_one() -> None:
    first = p("Half a sen", "<w:rPr><w:del/></w:rPr>")
    assert texts(first + p("tence.") + p("Next.")) == ["Half a sentence.", "Next."]


def test_a_dropped_capital_belongs_to_its_word() -> None:
    assert texts(p("T", '<w:framePr w:dropCap="drop"/>') + p("he Conference")) == ["The Conference"]


def test_looks_come_from_the_run_the_styles_and_the_defaults() -> None:
    body = (
        p(runs=r("Bold ", BOLD) + r("all", '<w:rStyle w:val="Strong"/>'))
        + p(runs=r("Partly ", BOLD) + r("bold"))
        + p(runs=r("Slanted", "<w:i/>"), properties='<w:ind w:left="720"/>')
        + p("Big", style="Own")
        + p(runs=r("Not bold", '<w:rStyle w:val="Strong"/>'), style="Own")
    )
    bold, partly, slanted, big, toggled = lines(body, parts={"styles": STYLES})
    assert (bold.strong, partly.strong, big.strong, toggled.strong) == (True, False, True, False)
    assert (slanted.emphasis, slanted.left, slanted.size) == (True, 36.0, 10.0)
    assert (big.size, big.heading) == (14.0, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("_ H _M_G", 1), ("_ H_M_G", 1), ("HM", 1), ("_ H _Ch_G", 2), ("_ H _Ch", 2), ("HCh", 2), ("_ H_1_G", 3), ("_ H_1", 3),
        ("H1", 3), ("_ H_2/3_G", 4), ("_ H_2/3", 4), ("H23", 4), ("_ H_4_G", 5), ("_ H_4", 5), ("_ H_5/6_G", 6),
        ("heading 3", 3), ("Title", 1), ("_ Single Txt_G", 0), ("__Single Txt", 0), ("SingleTxt", 0), ("Normal", 0),
    ],
)  # fmt: skip
def test_heading_levels_follow_the_styles_of_united_nations_templates(name: str, expected: int) -> None:
    (only,) = lines(p("Words", style="S"), parts={"styles": un_style("S", name)})
    assert only.heading == expected


def test_an_outline_level_makes_a_heading_in_the_terms_of_the_template() -> None:
    given = p("Words", '<w:outlineLvl w:val="1"/>')
    (plain,) = lines(given)
    template = un_style("A", "_ H_2/3_G", 1) + un_style("B", "_ Single Txt_G")
    (un,) = lines(given, parts={"styles": template})
    assert (plain.heading, un.heading) == (2, 4)


def test_lines_that_count_chapters_are_headings_where_no_style_makes_any() -> None:
    chapters = ["Summary", "Boats are few.", "I. Lamps", "1. They burn.", "A. Oil", "2. It is dear.", "B. Wicks", "3. None.",
                "II. Fees", "4. They rise.", "IV. Conclusions", "5. Light them."]  # fmt: skip
    body = "".join(map(p, chapters))
    expected = [
        ("Summary", 2),
        ("I. Lamps", 2),
        ("A. Oil", 3),
        ("B. Wicks", 3),
        ("II. Fees", 2),
        ("IV. Conclusions", 2),
    ]
    for title in ("", p("Harbours", style="Heading2")):
        found = lines(title + body, parts={"styles": STYLES})
        assert [(line.text, line.heading) for line in found if line.heading and line.text != "Harbours"] == expected
    listed = "".join(map(p, ["I. Lamps", "II. Fees", "III. Oil"]))
    names = "".join(map(p, ["Members:", "A. Smith", "B. Jones", "C. Brown"]))
    assert [line.text for line in lines(listed + body) if line.heading] == [text for text, _ in expected]
    assert not any(line.heading for line in lines(names + p("They met.")))
    styled = p("Harbours", style="Heading2") + p("Lamps", style="Heading2")
    assert not any(line.heading == 3 for line in lines(styled + body, parts={"styles": STYLES}))


def test_a_long_paragraph_is_no_heading_whatever_its_style() -> None:
    (only,) = lines(p("word " * 200, '<w:outlineLvl w:val="0"/>'))
    assert only.heading == 0


LISTS = (
    '<w:abstractNum w:abstractNumId="1">' + level(0, "decimal", "%1.") + level(1, "lowerLetter", "(%2)")
    + level(2, "lowerRoman", "(%3)") + level(3, "decimal", "%1.%4", "<w:isLgl/>") + "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="2">' + level(0, "bullet", "\uf0b7") + level(1, "none", "Note:")
    + level(2, "upperRoman", "Part %3", '<w:suff w:val="space"/>', 4) + level(3, "upperLetter", "%4)") + "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="3">' + level(0, "upperRoman", "%1.", '<w:pStyle w:val="Numbered"/>')
    + level(1, "decimal", "%1.%2", '<w:pStyle w:val="Sub"/>') + "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="4">' + level(0, "decimal", "%1.")
    + level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>') + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="4"/></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="12"/></w:lvlOverride></w:num>'
)  # fmt: skip


def counted(*places: tuple[int, int]) -> list[str]:
    body = "".join(p("t", numbered(list_, depth)) for list_, depth in places)
    return [line.text.removesuffix("t").strip() for line in lines(body, parts={"numbering": LISTS})]


def test_numbers_are_those_that_word_would_print() -> None:
    assert counted((1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1)) == ["1.", "(a)", "(b)", "(i)", "2.", "(a)"]
    assert counted((2, 2), (2, 2), (2, 3), (2, 1)) == ["Part IV", "Part V", "A)", "Note:"]


def test_lists_of_one_definition_count_on_and_an_overridden_start_begins_anew() -> None:
    assert counted((1, 0), (5, 0), (6, 0), (6, 0), (1, 0)) == ["1.", "2.", "12.", "13.", "14."]


def test_a_paragraph_that_is_struck_out_or_moved_away_takes_no_number() -> None:
    gone = "<w:rPr><w:{}/></w:rPr>".format
    struck = p("", numbered(1) + gone("del"), runs="<w:del><w:r><w:delText>old</w:delText></w:r></w:del>")
    moved = p("", numbered(1) + gone("moveFrom"), runs=f"<w:moveFrom>{r('away')}</w:moveFrom>")
    body = p("one", numbered(1)) + struck + p("two", numbered(1)) + moved + p("three", numbered(1))
    halves = p("half ", numbered(1) + gone("del")) + p("and half", numbered(1)) + p("five", numbered(1))
    assert texts(body + halves, parts={"numbering": LISTS}) == [
        "1. one", "2. two", "3. three", "4. half and half", "5. five",
    ]  # fmt: skip


def test_a_level_that_never_restarts_counts_on() -> None:
    assert counted((4, 0), (4, 1), (4, 0), (4, 1)) == ["1.", "1)", "2.", "2)"]


def test_letters_after_z_are_doubled() -> None:
    assert counted(*[(1, 1)] * 28)[-3:] == ["(z)", "(aa)", "(bb)"]


def test_numbers_come_from_styles_and_a_list_of_zero_takes_them_away() -> None:
    linked = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{key}"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
        for key in ("Numbered", "Sub")
    )
    body = (
        p("One", style="Numbered")
        + p("Two", style="Sub")
        + p("Three", numbered(0), style="Numbered")
        + p("Four", style="Sub")
    )
    assert texts(body, parts={"styles": linked, "numbering": LISTS}) == ["I. One", "I.1 Two", "Three", "I.2 Four"]


def test_an_empty_cell_keeps_the_number_that_word_prints_in_it() -> None:
    body = tbl(*(tr(tc(p(properties=numbered(1))), tc(text)) for text in ("alpha", "beta")))
    assert texts(body, parts={"numbering": LISTS}) == ["1. | alpha", "2. | beta"]


def test_bullets_are_marked_and_typed_numbers_stay_as_they_are() -> None:
    automatic, typed, number = lines(
        p("item", numbered(2)) + p("•\tpoint") + p("\t(a)\tlettered"), parts={"numbering": LISTS}
    )
    assert [(line.text, line.bullet) for line in (automatic, typed, number)] == [
        ("item", True), ("point", True), ("(a) lettered", False),
    ]  # fmt: skip


def test_footnotes_follow_the_paragraph_that_refers_to_them() -> None:
    notes = {"footnotes": '<w:footnote w:id="0" w:type="separator">' + p("____") + "</w:footnote>"
             + note(7, "Second note.") + note(3, "First note,", "in two paragraphs.")}  # fmt: skip
    found = lines(p(runs=r("One") + ref(3) + r(", two.") + ref(7)) + p("Next"), parts=notes)
    assert [(line.text, line.marks, line.note) for line in found] == [
        ("One, two.", ("1", "2"), None),
        ("First note, in two paragraphs.", (), "1"),
        ("Second note.", (), "2"),
        ("Next", (), None),
    ]


def test_footnotes_of_a_table_stand_below_it() -> None:
    body = tbl(tr(tc(p(runs=r("a") + ref(1))), "b"), tr("c", "d"))
    found = lines(body, parts={"footnotes": note(1, "On a.")})
    assert [(line.text, line.marks, line.note) for line in found] == [
        ("a | b", ("1",), None), ("c | d", (), None), ("On a.", (), "1"),
    ]  # fmt: skip


def test_marks_of_ones_own_and_other_numberings_are_as_printed() -> None:
    notes = {
        "footnotes": note(1, "* On one.") + note(2, "On two."),
        "endnotes": note(1, "At the end.", kind="endnote"),
        "settings": '<w:footnotePr><w:numFmt w:val="lowerLetter"/></w:footnotePr>',
    }
    custom = ref(1, more='w:customMarkFollows="1"', after="<w:t>*</w:t>")
    found = lines(p(runs=r("One") + custom + r(" two") + ref(2) + r(" three") + ref(1, "endnote")), parts=notes)
    assert [(line.text, line.marks or line.note) for line in found] == [
        ("One two three", ("*", "a", "i")), ("On one.", "*"), ("On two.", "a"), ("At the end.", "i"),
    ]  # fmt: skip


def test_a_footnote_without_a_mark_comes_last_and_a_mark_without_a_footnote_is_left_out() -> None:
    read = source(p(runs=r("One") + ref(9)) + p("Two"), parts={"footnotes": note(1, "Nobody's.")})
    found = [line for line in read.lines if line.text]
    assert [(line.text, line.marks) for line in found] == [("One", ()), ("Two", ()), ("Nobody's.", ())]
    assert found[-1].note
    assert len([warning for warning in read.warnings if "ootnote" in warning]) == 2


def test_the_footnote_of_deleted_text_is_left_out() -> None:
    body = p(runs=r("One") + "<w:del>" + ref(1) + "</w:del>" + r(" two") + ref(2))
    found = lines(body, parts={"footnotes": note(1, "Deleted.") + note(2, "Kept.")})
    assert [(line.text, line.marks or line.note) for line in found] == [("One two", ("1",)), ("Kept.", "1")]


def test_superscript_is_a_mark_only_where_a_note_below_the_table_begins_with_it() -> None:
    body = (
        p("Table 1")
        + tbl(tr(tc(p(runs=r("Projects") + r("a", RAISED) + r(" (number)"))), tc(p(runs=r("15") + r("th", RAISED)))))
        + p("Source: the Secretariat.")
        + p(runs=r("a", RAISED) + r("\tOf all kinds."))
    )
    found = lines(body)
    assert [(line.text, line.marks or line.note) for line in found] == [
        ("Table 1", None), ("Projects (number) | 15th", ("a",)), ("Source: the Secretariat.", None), ("Of all kinds.", "a"),
    ]  # fmt: skip


def test_superscript_without_a_note_stays_text() -> None:
    area = p(runs=r("Area in m") + r("2", RAISED))
    assert texts(tbl(tr(tc(area), "the 2")) + p("After the table")) == ["Area in m2 | the 2", "After the table"]
    with_note = tbl(tr(tc(area), tc(p(runs=r("7") + r("2", RAISED))))) + p(runs=r("2", RAISED) + r(" Estimate."))
    assert [(line.text, line.marks) for line in lines(with_note)] == [("Area in m2 | 7", ("2",)), ("Estimate.", ())]


def test_asterisks_refer_to_the_note_at_the_foot_of_the_page() -> None:
    frame = '<w:framePr w:vAnchor="page"/>'
    body = p("Item 3 of the provisional agenda*") + p("Other words * 2") + p("*\tA/80/50.", frame) + p("More")
    assert [(line.text, line.marks or line.note) for line in lines(body)] == [
        ("Item 3 of the provisional agenda", ("*",)), ("A/80/50.", "*"), ("Other words * 2", None), ("More", None),
    ]  # fmt: skip


def test_merged_cells_span_columns_and_rows() -> None:
    grid = '<w:gridSpan w:val="2"/>'
    first = tr(tc("Name", '<w:vMerge w:val="restart"/>'), tc("Posts", grid), tc("Total"))
    second = tr(tc(p(), "<w:vMerge/>"), "2024", "2025", "x")
    third = tr("A", "1", properties='<w:gridAfter w:val="2"/>')
    fourth = tr("9", properties='<w:gridBefore w:val="3"/>')
    rows = [line.cells for line in lines(tbl(first, second, third, fourth))]
    blank = Cell("")
    assert rows == [
        (Cell("Name", row_span=2), Cell("Posts", col_span=2), blank, Cell("Total")),
        (blank, Cell("2024"), Cell("2025"), Cell("x")),
        (Cell("A"), Cell("1"), blank, blank),
        (blank, blank, blank, Cell("9")),
    ]


def test_header_rows_are_those_marked_or_a_first_row_that_is_bold() -> None:
    def heads(*rows: str) -> list[bool]:
        return [line.header for line in lines(tbl(*rows))]

    marked = "<w:tblHeader/>"
    bold = tc(p(runs=r("Year", BOLD)))
    assert heads(tr("a", properties=marked), tr("b", properties=marked), tr("c", "d")) == [True, True, False]
    assert heads(tr(bold, bold), tr("1", "2")) == [True, False]
    assert heads(tr("Year", bold), tr("1", "2")) == [False, False]
    assert heads(tr("a", "b"), tr("c", properties=marked)) == [False, False]


def test_words_and_years_over_numbers_head_a_table_that_marks_no_header() -> None:
    def heads(*rows: Sequence[str]) -> list[bool]:
        return [line.header for line in lines(tbl(*(tr(*row) for row in rows)))]

    assert heads(("Port", "Fees (USD)"), ("Arla", "1,250,000"), ("Bend", "$3,000")) == [True, False, False]
    assert heads(("Port", "2021", "2022"), ("Arla", "12", "14"), ("Bend", "3", "–")) == [True, False, False]
    assert heads(("", "Paid in 2021", "1 May 2022"), ("Arla", "12", "14"), ("Bend", "3", "–")) == [True, False, False]
    assert heads(("Arla", "12", "14"), ("Bend", "3", "5"), ("Corm", "6", "7")) == [False, False, False]
    assert heads(("Port", "Founded"), ("Arla", "1921"), ("Bend", "1922")) == [False, False, False]
    assert heads(("Port", "Fees"), ("Arla", "12"), ("Bend", "none")) == [False, False, False]
    assert heads(("No.", "Port", "Due"), ("1", "Arla", "by May"), ("2", "Bend", "–")) == [True, False, False]
    assert heads(("Port", "Due"), ("Arla", "31 May 2032"), ("Bend", "within 3 days")) == [True, False, False]
    assert heads(("Port", "by May"), ("Arla", "31 May 2032"), ("Bend", "none")) == [False, False, False]
    assert heads(("United Nations",), ("A/99/1",), ("31 May 2032",)) == [False, False, False]


def test_the_rows_that_the_cells_of_a_first_row_span_head_a_table_together() -> None:
    first = tr(
        tc(p("Programme"), '<w:vMerge w:val="restart"/>'),
        tc(p("Year"), '<w:gridSpan w:val="2"/>'),
        tc(p("Total"), '<w:vMerge w:val="restart"/>'),
    )
    years = tr(tc(p(), "<w:vMerge/>"), tc(p("2032")), tc(p("2033")), tc(p(), "<w:vMerge/>"))
    rows = (tr("Lamps", "1,200", "1,300", "2,500"), tr("Training", "400", "–", "400"))
    assert [line.header for line in lines(tbl(first, years, *rows))] == [True, True, False, False]


def test_nested_tables_and_several_paragraphs_stay_in_their_cell() -> None:
    inner = tc(p("one") + tbl(tr("two", "three"), tr("four")) + p("five"))
    assert texts(tbl(tr(inner, "six"))) == ["one two three four five | six"]


def test_a_deleted_row_is_left_out() -> None:
    assert texts(tbl(tr("kept", "x"), tr("gone", "y", properties="<w:del/>"))) == ["kept | x"]


def test_a_table_of_one_cell_is_a_box() -> None:
    found = lines(tbl(tr(tc(p("Box text") + p("more") + tbl(tr("x", "y"))))))
    assert [(line.text, line.part, bool(line.cells)) for line in found] == [
        ("Box text", "box", False), ("more", "box", False), ("x | y", "box", True),
    ]  # fmt: skip


def test_captions_are_the_number_the_title_and_the_units_above_a_table() -> None:
    body = (
        p("Table 2 shows the posts of each section in the year, which follow from the decision taken before.")
        + p(runs=r("Table 16.1", inside="<w:br/>") + r("Posts"))
        + p()
        + p("(Number)")
        + tbl(tr("a", "b"))
        + p("Figure 1. Growth", '<w:outlineLvl w:val="1"/>')
        + p("Text goes on.")
    )
    found = lines(body)
    assert [(line.text, line.part) for line in found[1:]] == [
        ("Table 16.1", "caption"), ("Posts", "caption"), ("(Number)", "caption"), ("a | b", ""),
        ("Figure 1. Growth", "caption"), ("Text goes on.", ""),
    ]  # fmt: skip
    assert found[0].part == ""
    assert all(line.heading == 0 for line in found)


MASTHEAD = tbl(
    tr("United Nations", "A/HRC/EMRIP/2025/2"), tr("General Assembly", tc(p("Distr.: General") + p(runs=r("1 May 2025", inside="<w:br/>") + r("Original: English"))))
)  # fmt: skip
EXPECTED = [
    "United Nations",
    "A/HRC/EMRIP/2025/2",
    "General Assembly",
    "Distr.: General",
    "1 May 2025",
    "Original: English",
]


def test_a_layout_table_at_the_head_is_the_masthead() -> None:
    found = lines(MASTHEAD + p("Human Rights Council"))
    assert [line.text for line in found if line.part == "masthead"] == EXPECTED
    assert found[-1].text == "Human Rights Council"


def test_the_lines_of_a_head_that_one_paragraph_breaks_stand_by_themselves() -> None:
    head = ("Committee on Quays", "Twelfth session", "Arla, 1–4 March 2031")
    broken, wrapped = (
        "".join(f"<w:r><w:t>{line}</w:t><w:br/></w:r>" for line in each)
        for each in (head, ("A wall", "of stone, built in the twelfth session"))
    )
    found = lines(MASTHEAD + p(runs=broken) + p(runs=wrapped))
    assert [line.text for line in found if not line.part] == [*head, "A wall of stone, built in the twelfth session"]


@pytest.mark.parametrize(
    ("kind", "title_page", "inside", "expected"),
    [
        ("first", True, MASTHEAD, EXPECTED),
        ("first", False, MASTHEAD, []),
        ("default", False, MASTHEAD, EXPECTED),
        ("default", False, p("A/HRC/EMRIP/2025/2"), []),
        ("first", True, p("Report of the Secretary-General"), []),
    ],
)
def test_a_header_is_read_only_where_it_holds_the_masthead(
    kind: str, title_page: bool, inside: str, expected: list[str]
) -> None:
    section = f'<w:sectPr><w:headerReference w:type="{kind}" r:id="header1"/>{"<w:titlePg/>" if title_page else ""}</w:sectPr>'
    found = lines(p("Body"), parts={"header1": inside}, section=section)
    assert [line.text for line in found] == [*expected, "Body"]


def test_tables_of_contents_are_told_apart() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    made = (
        p(runs=begin + r("Introduction\t3"))
        + p("Findings\t5")
        + p(runs=end)
        + p("Introduction", '<w:outlineLvl w:val="0"/>')
    )
    assert [(line.text, line.part) for line in lines(made)] == [
        ("Introduction 3", "contents"), ("Findings 5", "contents"), ("Introduction", ""),
    ]  # fmt: skip
    typed = p("Contents") + tbl(tr("", "Page"), tr("Introduction", "3"), tr("Findings", "5")) + p("The report")
    assert [line.part for line in lines(typed)] == ["contents"] * 4 + [""]


def test_a_control_that_holds_the_contents_and_contents_styles_are_told_apart() -> None:
    style = '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    control = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{p('Overview')}</w:sdtContent></w:sdt>"
    )
    found = lines(control + p("Findings", style="T1") + p("Text"), parts={"styles": style})
    assert [line.part for line in found] == ["contents", "contents", ""]


def test_of_two_versions_of_a_paragraph_one_is_read() -> None:
    both = f"<mc:AlternateContent><mc:Choice>{p('new')}</mc:Choice><mc:Fallback>{p('old')}</mc:Fallback></mc:AlternateContent>"
    assert texts(both + p("after")) == ["new", "after"]


def test_a_typed_table_of_contents_ends_where_the_text_begins() -> None:
    typed = (
        p("CONTENTS") + p("Introduction\t3") + p("Annexes") + p("Findings ........ 5") + p("The report begins here.")
    )
    assert [line.part for line in lines(typed)] == ["contents"] * 4 + [""]
    assert [line.part for line in lines(p("Contents") + p("of the box"))] == ["", ""]


def test_what_stands_at_the_foot_of_the_page_does_not_part_a_caption_from_its_table() -> None:
    frame = p("Note: in dollars.", "<w:framePr/>")
    found = lines(p("Table 3") + frame + p("Costs") + tbl(tr("a", "b")) + p("Text"))
    assert [(line.text, line.part) for line in found] == [
        ("Table 3", "caption"), ("Costs", "caption"), ("a | b", ""), ("Note: in dollars.", ""), ("Text", ""),
    ]  # fmt: skip


def test_the_title_of_a_figure_belongs_to_its_caption_and_the_text_after_it_does_not() -> None:
    heading = '<w:outlineLvl w:val="1"/>'
    found = lines(
        p("Figure I", heading) + p("Growth", heading) + p("(Percentage)") + p("Findings", heading) + p("Text")
    )
    assert [line.part for line in found] == ["caption"] * 3 + ["", ""]
    assert [line.heading for line in found] == [0, 0, 0, 2, 0]


def test_a_title_or_units_right_above_a_table_make_a_caption() -> None:
    made = p("Table 4. Costs") + p("(Dollars)") + tbl(tr("a", "b")) + p("(Thousands)") + tbl(tr("c", "d")) + p("(End)")
    assert [line.part for line in lines(made)] == ["caption", "caption", "", "caption", "", ""]
    assert [line.part for line in lines(p("Table 4. Costs rose.") + p("They did."))] == ["", ""]


def test_a_caption_style_makes_a_caption_of_any_words() -> None:
    style = '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="caption"/></w:style>'
    assert lines(p("Overview of posts", style="C"), parts={"styles": style})[0].part == "caption"


def test_cells_merged_in_the_old_way_and_deleted_cells_are_read() -> None:
    old = tr(tc("a", '<w:hMerge w:val="restart"/>'), tc(p(), '<w:hMerge w:val="continue"/>'), "b")
    deleted = tr("c", tc("gone", "<w:cellDel/>"), "d")
    assert [line.cells for line in lines(tbl(old, deleted))] == [
        (Cell("a", col_span=2), Cell(""), Cell("b")), (Cell("c"), Cell(""), Cell("d")),
    ]  # fmt: skip


def test_a_table_style_can_make_the_first_row_bold() -> None:
    styles = '<w:style w:type="table" w:styleId="T"><w:name w:val="T"/><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr></w:style>'
    made = tbl(tr("Year", "Sum"), tr("1", "2"))
    for looks, expected in (('w:val="04A0"', True), ('w:firstRow="1"', True), ('w:val="0480"', False)):
        styled = made.replace("<w:tblPr/>", f'<w:tblPr><w:tblStyle w:val="T"/><w:tblLook {looks}/></w:tblPr>')
        assert [line.header for line in lines(styled, parts={"styles": styles})] == [expected, False]


def test_a_word_with_its_reading_gives_both() -> None:
    ruby = "<w:ruby><w:rubyPr/><w:rt>" + r("かん") + "</w:rt><w:rubyBase>" + r("漢") + "</w:rubyBase></w:ruby>"
    assert texts(p(runs=r(inside=ruby) + r("字"))) == ["漢(かん)字"]


def test_a_mark_repeated_by_a_cross_reference_is_a_mark() -> None:
    again = field("NOTEREF _Ref1", r("1", RAISED))
    found = lines(p(runs=r("One") + ref(1)) + p(runs=r("Again") + again), parts={"footnotes": note(1, "Said.")})
    assert [(line.text, line.marks or line.note) for line in found] == [
        ("One", ("1",)),
        ("Said.", "1"),
        ("Again", ("1",)),
    ]


def test_a_comma_between_two_marks_is_no_text() -> None:
    found = lines(p(runs=r("One") + ref(1) + r(", ", RAISED) + ref(2)) + tbl(tr("x", "y")) + p(runs=r("a", RAISED) + r(" n")),
                  parts={"footnotes": note(1, "First.") + note(2, "Second.")})  # fmt: skip
    assert (found[0].text, found[0].marks) == ("One", ("1", "2"))


def test_footnotes_can_be_numbered_anew_in_each_section_but_not_on_each_page() -> None:
    def numbers(restart: str) -> tuple[list[str | None], tuple[str, ...]]:
        section = f'<w:sectPr><w:footnotePr><w:numStart w:val="3"/><w:numRestart w:val="{restart}"/></w:footnotePr></w:sectPr>'
        body = p(runs=r("a") + ref(1) + r("b") + ref(2), properties=section) + p(runs=r("c") + ref(3))
        read = source(body, parts={"footnotes": note(1, "x") + note(2, "y") + note(3, "z")}, section=section)
        return [line.note for line in read.lines if line.note], read.warnings

    assert numbers("eachSect") == (["3", "4", "3"], ())
    found, warnings = numbers("eachPage")
    assert found == ["3", "4", "5"]
    assert any("each page" in warning for warning in warnings)


def test_a_hidden_paragraph_mark_joins_a_heading_to_its_text() -> None:
    mark = "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"
    assert texts(p("Scope.", mark) + p(" This applies.")) == ["Scope. This applies."]
    assert texts(p("Scope.", mark) + tbl(tr("a", "b")) + p("Last", mark)) == ["Scope.", "a | b", "Last"]


def test_characters_of_symbol_fonts_become_ordinary_ones() -> None:
    symbols = "".join(f'<w:sym w:font="{font}" w:char="{code}"/>' for font, code in (
        ("Symbol", "F061"), ("Wingdings", "F0FC"), ("Times New Roman", "00A7"), ("Webdings", "F0E0"), ("Symbol", "x")))  # fmt: skip
    wings = r("\uf0a8", '<w:rFonts w:ascii="Wingdings"/>')
    read = source(p(runs=r(inside=symbols) + r("\uf0b7 ") + wings))
    assert read.lines[0].text == "α✓§→□• ◻"
    assert any("symbol fonts" in warning for warning in read.warnings)


def test_what_can_not_be_read_is_told() -> None:
    numberless = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>AUTONUM</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    chart, diagram = (
        f'<w:drawing><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/{kind}"/></a:graphic></w:drawing>'
        for kind in ("chart", "diagram")
    )
    picture = "<w:drawing><a:graphic><a:blip/></a:graphic></w:drawing>"
    read = source(p(runs=numberless + r(" Text", inside=chart + diagram + picture)) + '<w:altChunk r:id="x"/>')
    assert read.lines[0].text == "Text"
    assert [warning.split(" ")[0] for warning in read.warnings] == [
        "Charts", "Diagrams", "Pictures", "Embedded", "Numbers",
    ]  # fmt: skip


def test_right_to_left_text_stays_in_logical_order() -> None:
    words = "الجمعية العامة 79/154"
    assert texts(p(runs=r(words, "<w:rtl/>"), properties="<w:bidi/>")) == [words]


def test_the_strict_variant_and_macro_files_are_read_alike() -> None:
    data = word(p("Words"), main="application/vnd.ms-word.document.macroEnabled.main+xml")
    assert read_docx(data, "a.docm").lines[0].text == "Words"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    document = f'<w:document xmlns:w="{strict}"><w:body><w:p><w:r><w:t>Strict</w:t></w:r></w:p></w:body></w:document>'
    assert read_docx(word("", files={"word/document.xml": document.encode()}), "s.docx").lines[0].text == "Strict"


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(ReadError, match=r"made\.docx contains no text"):
        source(p() + tbl(tr("", "")))


LETTERS = st.text("abcdefxyz éАбв中文和الجمعية0123456789", min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), LETTERS, st.none() | LETTERS),
        st.tuples(st.just("table"), st.lists(st.lists(LETTERS, min_size=2, max_size=3), min_size=1, max_size=3), st.none() | LETTERS),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(BLOCKS)
def test_every_paragraph_cell_and_footnote_comes_out_once_and_in_order(
    blocks: list[tuple[str, object, str | None]],
) -> None:
    body, notes, expected, key = "", "", [], 0
    for kind, inside, footnote in blocks:
        key += footnote is not None
        mark = ref(key) if footnote is not None else ""
        if kind == "text":
            body += p(runs=r(str(inside)) + mark)
            expected.append(" ".join(str(inside).split()))
        else:
            assert isinstance(inside, list)
            rows = [
                tr(*(tc(p(runs=r(cell) + (mark if (y, x) == (0, 0) else ""))) for x, cell in enumerate(row)))
                for y, row in enumerate(inside)
            ]
            body += tbl(*rows)
            expected += [" | ".join(" ".join(cell.split()) for cell in row) for row in inside]
        if footnote is not None:
            notes += note(key, footnote)
            expected.append(f"{key}: " + " ".join(footnote.split()))
    found: list[Line] = lines(body, parts={"footnotes": notes})
    assert [f"{line.note}: {line.text}" if line.note else line.text for line in found] == expected
