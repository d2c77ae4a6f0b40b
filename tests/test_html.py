"""Web pages: what a browser shows becomes lines, what it hides does not, and no page exhausts the reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.masthead import read_masthead
from ingest.readers import Line, ParsedFile, ReadError
from ingest.readers.html import read_html


def page(html: str | bytes) -> ParsedFile:
    return read_html(html if isinstance(html, bytes) else html.encode(), "harbour.html")


def lines(html: str | bytes) -> list[Line]:
    """The lines of a page that hold something."""
    return [line for line in page(html).lines if not line.blank]


def texts(html: str | bytes) -> list[str]:
    return [line.text for line in lines(html)]


def cells(html: str) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in line.cells) for line in lines(html) if line.cells]


def test_blocks_become_lines_in_their_order_each_with_a_blank_line_after_it() -> None:
    source = page(
        "<h1>Harbours</h1><p>They are\n deep.</p><div>Some <i>are</i> not.<p>Tides</p>turn.</div>"
        "<dl><dt>Quay<dd>A wall.</dl><blockquote>Ahoy</blockquote>"
    )
    assert [line.text for line in source.lines if line.text] == [
        "Harbours", "They are deep.", "Some are not.", "Tides", "turn.", "Quay", "A wall.", "Ahoy",
    ]  # fmt: skip
    assert all(line.blank for line in source.lines[1::2])
    assert [line.row for line in source.lines] == list(range(1, len(source.lines) + 1))
    assert source.format == "html"


def test_headings_keep_their_level() -> None:
    found = lines("<h1>A</h1><h2>B <b>b</b></h2><h6>C</h6><div role=heading aria-level=3>D</div><h3></h3><p>e")
    assert [(line.text, line.heading) for line in found] == [("A", 1), ("B b", 2), ("C", 6), ("D", 3), ("e", 0)]


@pytest.mark.parametrize(
    ("html", "strong", "emphasis"),
    [
        ("<p><b>All of it</b></p>", True, False),
        ("<p><strong>All</strong> <b>of it</b>.</p>", True, False),
        ("<div style='font-weight:bold'><p>All of it</p></div>", True, False),
        ("<p style='font-weight:bold'>All of it</p>", True, False),
        ("<p><span style='font-weight: 700'>All</span></p>", True, False),
        ("<style>.c1{font-weight:700}</style><p><span class=c1>All</span></p>", True, False),
        ("<style>p.Title, p.Sub {color:red; font-weight:bold}</style><p class=Sub>All</p>", True, False),
        ("<p><i>All of it</i></p>", False, True),
        ("<p><em>All</em> <span style='font-style:italic'>of it</span></p>", False, True),
        ("<p><b>Part</b> of it</p>", False, False),
        ("<p><b style='font-weight:normal'>Not bold</b></p>", False, False),
    ],
)
def test_a_paragraph_that_is_bold_or_italic_as_a_whole_is_marked(html: str, strong: bool, emphasis: bool) -> None:
    (line,) = lines(html)
    assert (line.strong, line.emphasis) == (strong, emphasis)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<ol><li>x<li>y</ol>", ["1. x", "2. y"]),
        ("<ol type=a start=26><li>x<li>y</ol>", ["z. x", "aa. y"]),
        ("<ol type=A><li>x<li value=5>y<li>z</ol>", ["A. x", "E. y", "F. z"]),
        ("<ol type=i start=8><li>x<li>y</ol>", ["viii. x", "ix. y"]),
        ("<ol type=I start=1999><li>x</ol>", ["MCMXCIX. x"]),
        ("<ol reversed><li>x<li>y<li>z</ol>", ["3. x", "2. y", "1. z"]),
        ("<ol reversed start=10><li>x<li>y</ol>", ["10. x", "9. y"]),
        ("<ol start=0 type=a><li>x<li>y</ol>", ["0. x", "a. y"]),
        ("<ol start=-1><li>x<li>y</ol>", ["-1. x", "0. y"]),
        ("<ol style='list-style-type:lower-alpha'><li>x</ol>", ["a. x"]),
        ("<style>ol.r{list-style-type:upper-roman}</style><ol class=r><li>x</ol>", ["I. x"]),
        ("<ol style='list-style:none'><li>(a) x<li>(b) y</ol>", ["(a) x", "(b) y"]),
        ("<ol><li>x<ol type=a><li>y<li>z</ol><li>w</ol>", ["1. x", "a. y", "b. z", "2. w"]),
        ("<ol><li><p>x</p><p>more</p><li><p>y</p></ol>", ["1. x", "more", "2. y"]),
        ("<ol><li><li>y</ol>", ["2. y"]),
        ("<ol><li><ol type=a><li>x<li>y</ol></ol>", ["1. a. x", "b. y"]),
        ("<ol><li>1. x<li>2. y</ol>", ["1. x", "2. y"]),
    ],
)
def test_list_items_bear_the_number_that_a_browser_prints(html: str, shown: list[str]) -> None:
    found = lines(html)
    assert [line.text for line in found] == shown
    assert not any(line.bullet for line in found)


def test_items_without_a_number_are_bullets() -> None:
    found = lines("<ul><li>x<ul><li><p>y</p><p>more</p></ul></ul><p>• z</p><ul style='list-style-type:none'><li>w</ul>")
    assert [(line.text, line.bullet) for line in found] == [
        ("x", True), ("y", True), ("more", False), ("z", True), ("w", False),
    ]  # fmt: skip


NOTES = {
    "a raised number with a note that begins with it": (
        "<p>Deep<sup>1</sup> water.</p><p>More<sup>2</sup>.</p><p><sup>1</sup> As measured.</p><p><sup>2</sup> By pilots.</p>"
    ),
    "links there and back": (
        "<p>Deep<a href='#a' id=ra>1</a> water.</p><p>More<a href='#b' id=rb>2</a>.</p>"
        "<p id=a><a href='#ra'>1</a> As measured.</p><p id=b><a href='#rb'>2</a> By pilots.</p>"
    ),
    "pandoc": (
        "<p>Deep<a href='#fn1' class=footnote-ref id=fnref1><sup>1</sup></a> water.</p>"
        "<p>More<a href='#fn2' class=footnote-ref id=fnref2><sup>2</sup></a>.</p><section class=footnotes><hr><ol>"
        "<li id=fn1><p>As measured.<a href='#fnref1'>↩︎</a></p></li><li id=fn2><p>By pilots.<a href='#fnref2'>↩︎</a></p>"
        "</li></ol></section>"
    ),
    "an encyclopedia": (
        "<p>Deep<sup class=reference id=cite_ref-1><a href='#cite_note-1'>[1]</a></sup> water.</p>"
        "<p>More<sup id=cite_ref-x_2-0><a href='#cite_note-x-2'>[2]</a></sup>.</p><ol>"
        "<li id=cite_note-1><b><a href='#cite_ref-1'>^</a></b> As measured.</li>"
        "<li id=cite_note-x-2><a href='#cite_ref-x_2-0'>^</a> By pilots.</li></ol>"
    ),
    "LibreOffice": (
        "<p>Deep<a class=sdfootnoteanc name=sdfootnote1anc href='#sdfootnote1sym'><sup>1</sup></a> water.</p>"
        "<p>More<a class=sdfootnoteanc name=sdfootnote2anc href='#sdfootnote2sym'><sup>2</sup></a>.</p>"
        "<div id=sdfootnote1><p><a class=sdfootnotesym name=sdfootnote1sym href='#sdfootnote1anc'>1</a> As measured.</p>"
        "</div><div id=sdfootnote2><p><a name=sdfootnote2sym href='#sdfootnote2anc'>2</a> By pilots.</p></div>"
    ),
    "Word": (
        "<p class=MsoNormal>Deep<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'><span class="
        "MsoFootnoteReference><![if !supportFootnotes]><span>[1]</span><![endif]></span></a> water.<o:p></o:p></p>"
        "<p>More<a href='#_ftn2' name='_ftnref2'><span class=MsoFootnoteReference>[2]</span></a>.</p>"
        "<div style='mso-element:footnote-list'><br clear=all><hr size=1><div style='mso-element:footnote' id=ftn1>"
        "<p class=MsoFootnoteText><a href='#_ftnref1' name='_ftn1'><span class=MsoFootnoteReference>[1]</span></a>"
        "<span lang=EN-GB> As measured.</span></p></div><div style='mso-element:footnote' id=ftn2>"
        "<p><a href='#_ftnref2' name='_ftn2'>[2]</a> By pilots.</p></div></div>"
    ),
    "plain notes under a rule": (
        "<p>Deep<sup>1</sup> water.</p><p>More<sup>2</sup>.</p><hr><p>1. As measured.</p><p>2. By pilots.</p>"
    ),
    "plain notes under their heading": (
        "<p>Deep<sup>1</sup> water.</p><p>More<sup>[2]</sup>.</p><h3>Notes</h3><ol><li>As measured.<li>By pilots.</ol>"
    ),
}


@pytest.mark.parametrize("maker", NOTES)
def test_footnotes_of_every_maker_are_tied_to_their_marks(maker: str) -> None:
    found = [line for line in lines(NOTES[maker]) if line.text != "Notes"]
    assert [(line.text, line.marks, line.note) for line in found] == [
        ("Deep water.", ("1",), None),
        ("More.", ("2",), None),
        ("As measured.", (), "1"),
        ("By pilots.", (), "2"),
    ]


def test_several_marks_in_one_place_are_all_remembered() -> None:
    notes = "<p><sup>1</sup> x</p><p><sup>2</sup> y</p><p><sup>*</sup> z</p>"
    for marks in ("<sup>1, 2</sup>", "<sup>1</sup><sup>,</sup><sup>2</sup>", "<sup>1</sup><sup>2</sup>"):
        assert lines(f"<p>Deep{marks}, wide.</p>{notes}")[0].marks == ("1", "2")
    first = lines(f"<p>Deep <sup>*</sup>.</p>{notes}")[0]
    assert (first.text, first.marks) == ("Deep.", ("*",))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>12 m<sup>2</sup> of H<sub>2</sub>O on the 15<sup>th</sup>", "12 m2 of H2O on the 15th"),
        ("<p>12 m<sup>2</sup> of quay.<p><sup>2</sup> A note.", "12 m2 of quay."),
        ("<p><sup>1</sup>/<sub>2</sub> a mile", "1/2 a mile"),
        ("<p>See <a href='#p9'>9</a>.<p id=p9>9. Moorings", "See 9."),
    ],
)
def test_what_is_raised_or_linked_but_no_footnote_stays(html: str, shown: str) -> None:
    found = lines(html)[0]
    assert (found.text, found.marks, found.note) == (shown, (), None)


def test_a_footnote_of_two_paragraphs_is_not_parted_by_a_blank_line() -> None:
    source = page("<p>Deep<a href='#fn1'><sup>1</sup></a><div id=fn1><p>1 First.</p><p>Second.</p></div><p>After.")
    shown = [(line.text, line.note) for line in source.lines]
    assert shown == [
        ("Deep", None),
        ("", None),
        ("First.", "1"),
        ("Second.", None),
        ("", None),
        ("After.", None),
        ("", None),
    ]


def test_tables_become_rows_that_follow_each_other() -> None:
    source = page(
        "<table border=1><caption>Depths</caption><thead><tr><th>Port<th>Depth</thead><tr><td>Bay<td>12<sup>1</sup>"
        "<tr><td><p>North</p><p>Bay</p><td></table><p><sup>1</sup> In spring."
    )
    assert [(line.text, line.part, line.header, line.marks) for line in source.lines] == [
        ("Depths", "caption", False, ()),
        ("", "", False, ()),
        ("Port | Depth", "", True, ()),
        ("Bay | 12", "", False, ("1",)),
        ("North Bay", "", False, ()),
        ("", "", False, ()),
        ("In spring.", "", False, ()),
        ("", "", False, ()),
    ]


def test_spans_are_kept_and_the_places_that_they_cover_are_blank() -> None:
    found = lines(
        "<table border=1><tr><th>A<th colspan=2>B<tr><td rowspan=2>r<td>1<td>2<tr><td>3<td>4<tr><td colspan=3>all</table>"
    )
    assert [[(cell.text, cell.col_span, cell.row_span) for cell in line.cells] for line in found] == [
        [("A", 1, 1), ("B", 2, 1), ("", 1, 1)],
        [("r", 1, 2), ("1", 1, 1), ("2", 1, 1)],
        [("", 1, 1), ("3", 1, 1), ("4", 1, 1)],
        [("all", 3, 1), ("", 1, 1), ("", 1, 1)],
    ]


def test_spans_beyond_the_table_are_cut_to_it() -> None:
    found = lines("<table border=1><tr><td colspan=1000>all<tr><td>a<td rowspan=0>b<tr><td>c</table>")
    assert [[(cell.text, cell.col_span, cell.row_span) for cell in line.cells] for line in found] == [
        [("all", 2, 1), ("", 1, 1)],
        [("a", 1, 1), ("b", 1, 2)],
        [("c", 1, 1), ("", 1, 1)],
    ]


def test_a_row_of_heading_cells_heads_the_table_and_a_first_heading_cell_does_not() -> None:
    found = lines("<table><tr><th>Port<th>Depth<tr><th>Bay<td>12<tr><th>a<th>b</table>")
    assert [line.header for line in found] == [True, False, False]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><h2>Harbours</h2><td>They are deep.<tr><td>Moorings</table>",
        "<table><tr><td>Harbours</td></tr><tr><td>They are deep.</td></tr><tr><td>Moorings</td></tr></table>",
        "<table role=presentation border=1><tr><td>Harbours<td>They are deep.<tr><td>Moorings</table>",
        "<table><tr><td><table><tr><td>Harbours<tr><td>They are deep.</table><td>Moorings</table>",
    ],
)
def test_a_table_that_only_lays_out_a_page_gives_its_blocks_in_order(html: str) -> None:
    found = lines(html)
    assert [line.text for line in found] == ["Harbours", "They are deep.", "Moorings"]
    assert not any(line.cells for line in found)


def test_numbers_in_a_column_of_their_own_go_before_their_paragraphs() -> None:
    html = "<table><tr><td>1.<td><p>Tides turn.</p><p>Twice.</p><tr><td>(a)<td>Moorings.</table>"
    assert texts(html) == ["1. Tides turn.", "Twice.", "(a) Moorings."]


def test_a_masthead_in_a_table_keeps_its_lines() -> None:
    head = (
        "<table border=1><tr><td><b>United Nations</b><br>Economic and Social Council<td>E/QY/2031/4<br>Distr.<br>General<br>"
        "3 May 2031<br>Original: English</table><h1>Depth of quays</h1><p>1. Quays are deep.</p>"
    )
    found = lines(head)
    assert [line.text for line in found if line.part == "masthead"] == [
        "United Nations", "Economic and Social Council", "E/QY/2031/4", "Distr.", "General", "3 May 2031", "Original: English",
    ]  # fmt: skip
    told = read_masthead(found)
    assert (told.symbols, told.distribution, told.date) == (("E/QY/2031/4",), "General", "2031-05-03")
    listed = "<table border=1><tr><td>E/QY/2031/4<td>Depth of quays<tr><td>E/QY/2031/5<td>Lamps</table>"
    assert cells(listed) == [("E/QY/2031/4", "Depth of quays"), ("E/QY/2031/5", "Lamps")]


def test_a_small_table_without_a_frame_still_is_one() -> None:
    assert cells("<table><tr><td>Bay<td>12<tr><td>Cove<td>9</table>") == [("Bay", "12"), ("Cove", "9")]


def test_a_table_within_a_data_table_follows_its_row() -> None:
    html = "<table border=1><tr><td>a<table border=1><tr><td>x<td>y</table><td>b<tr><td>c<td>d</table>"
    assert cells(html) == [("a", "b"), ("x", "y"), ("c", "d")]


def test_a_frame_around_one_cell_is_a_box() -> None:
    found = lines("<p>x</p><table border=1><tr><td><p>Tides</p><p>turn.</p></table>")
    assert [(line.text, line.part) for line in found] == [("x", ""), ("Tides", "box"), ("turn.", "box")]


def test_cells_that_are_never_closed_do_not_run_into_each_other() -> None:
    html = "<table border=1><tr><td><div><b>a<td>b<tr><td><font>c<td><ul><li>d</table><p>e</p>"
    assert cells(html) == [("a", "b"), ("c", "d")]
    assert texts(html)[-1] == "e"


def test_the_foot_of_a_table_comes_last_wherever_the_page_has_it() -> None:
    html = "<table border=1><tfoot><tr><td>all<td>2</tfoot><tbody><tr><td>a<td>1</tbody></table>"
    assert cells(html) == [("a", "1"), ("all", "2")]


def test_line_breaks_part_the_lines_of_an_address_and_are_spaces_in_running_text() -> None:
    found = lines("<p>Port Authority<br>Harbour House<br>12 Quay Street</p>")
    assert [(line.text, line.broken) for line in found] == [
        ("Port Authority", True), ("Harbour House", True), ("12 Quay Street", False),
    ]  # fmt: skip
    long = "The pilots met in spring and took note of the depth of every harbour on the coast, which"
    assert texts(f"<p>{long}<br>had changed.</p>") == [f"{long} had changed."]
    assert texts("<p>The tide turns;<br>it is high.</p>") == ["The tide turns; it is high."]
    assert texts("<h2>Harbours<br>of the north</h2>") == ["Harbours of the north"]
    assert texts(f"<p>{long}<br>(a) one;<br>(b) two.</p>") == [f"{long}", "(a) one;", "(b) two."]


def test_two_line_breaks_part_paragraphs() -> None:
    first, second = "The tide turns twice a day in every harbour,", "it is said; " * 8
    source = page(f"<div>{first} {second}<br><br>{second}</div>")
    assert [bool(line.text) for line in source.lines] == [True, False, True, False]


def test_preformatted_text_keeps_its_lines() -> None:
    source = page("<pre>1. Tides\n   turn.\n\n2. Moorings\n   hold.</pre>")
    assert [line.text for line in source.lines] == ["1. Tides", "turn.", "", "2. Moorings", "hold.", ""]


def test_code_comments_menus_and_furniture_are_no_text() -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style><script>var a='<p>no</p>'</script></head><body><header>Site"
        "</header><nav><ul><li>Menu</ul></nav><!-- no --><noscript>no</noscript><template><p>no</template><main><header>"
        "<h1>Harbours</h1></header><p>Deep.</p><aside>no</aside><select><option>no</select><footer>Signed.</footer>"
        "</main><!--[if mso]><p>no</p><![endif]--><div role=navigation>no</div><footer>no</footer></body></html>"
    )
    assert texts(html) == ["Harbours", "Deep.", "Signed."]


def test_a_page_header_is_kept_where_it_holds_the_only_main_heading() -> None:
    assert texts("<header><h1>Harbours</h1><p>By pilots</p></header><p>Deep.") == ["Harbours", "By pilots", "Deep."]
    assert texts("<header><h1>Site</h1></header><h1>Harbours</h1><p>Deep.") == ["Harbours", "Deep."]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>secret</p>",
        "<div style='display:none'><p>secret</p></div>",
        "<span style='visibility: hidden !important'>secret</span>",
        "<span style='font-size:0'>secret</span>",
        "<span style='opacity:0.0'>secret</span>",
        "<span style='mso-hide:all'>secret</span>",
        "<div aria-hidden=true>secret</div>",
        "<style>.x{display:none}</style><p class='y x'>secret</p>",
        "<style>#x{display:none}</style><p id=x>secret</p>",
        "<style>@import 'a'; @media print {p {color:red}} p.x {display:none}</style><p class=x>secret</p>",
        "<p><del>secret</del></p>",
    ],
)
def test_hidden_text_is_left_out_and_the_warning_says_so(hidden: str) -> None:
    source = page(f"{hidden}<p>Deep.</p>")
    assert [line.text for line in source.lines if line.text] == ["Deep."]
    assert any("hidden" in warning for warning in source.warnings)
    assert "secret" not in str(source)


def test_a_page_without_hidden_text_gives_no_warning() -> None:
    html = "<style>@media print{p{display:none}} a b{display:none}</style><body style='display:none'><p>Deep.<p hidden> </p>"
    assert texts(html) == ["Deep."]
    assert page(html).warnings == ()


def test_a_page_that_is_mostly_menu_says_so() -> None:
    assert any("menus" in warning for warning in page(f"<nav>{'menu ' * 500}</nav><p>Deep.").warnings)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>salt &amp; pepper &lt;10 &amp;lt; &eacute;&#8217;&#x2019;", "salt & pepper <10 &lt; é’’"),
        ("<p>no&nbsp;break soft&shy;hyphen zero&#8203;width", "no break softhyphen zerowidth"),
        ("<p>tugs<br>and barges that are far too long for an address, being part of a sentence", "tugs and barges that are far too long for an address, being part of a sentence"),
        ("<p>see <a href='http://example.org/x'>the register</a>.", "see the register."),
        ("<p>the <q>quay</q>", "the “quay”"),
        ("<p>red &#27;[31m &#x202e;words", "red [31m words"),
        ("<p>港口\n报告 port\nreport", "港口报告 port report"),
        ("<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢(kan)字"),
        ("<p dir=rtl>ميناء <bdo dir=ltr>A/1</bdo> عميق", "ميناء A/1 عميق"),
        ("<p>w<i>or</i>d <span>a</span> <span>b</span>", "word a b"),
        ("<P>Loud</P>", "Loud"),
        ("<p>Proce\u0300s", "Procès"),
    ],
)  # fmt: skip
def test_characters_are_as_shown(html: str, shown: str) -> None:
    assert texts(html) == [shown]


def test_list_numbers_and_bullets_that_word_writes_out_are_known() -> None:
    ignore = "<span style='mso-list:Ignore'>{}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span>"
    found = lines(f"<p>{ignore.format('·')}Tides</p><p>{ignore.format('(a)')}<b>Moorings</b></p>")
    assert [(line.text, line.bullet, line.strong) for line in found] == [
        ("Tides", True, False), ("(a) Moorings", False, True),
    ]  # fmt: skip


def test_the_title_is_given_only_where_the_page_has_no_main_heading() -> None:
    assert page("<title>On\n <b>tides</b> &amp; \x1bmore</title><p>Deep.").front_matter == {
        "title": "On <b>tides</b> & more"
    }
    assert page("<title>On tides</title><h1>Harbours</h1>").front_matter == {}


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("\ufeff<p>Café Порт".encode(), "Café Порт"),
        ("<p>Café Порт".encode(), "Café Порт"),
        ("<p>Café Порт".encode("utf-16"), "Café Порт"),
        (b"\xfe\xff" + "<p>Café".encode("utf-16-be"), "Café"),
        ("<html><p>Café and more words than that".encode("utf-16-le"), "Café and more words than that"),
        ("<meta charset=windows-1251><p>Порт".encode("cp1251"), "Порт"),
        ("<meta charset=iso-8859-1><p>“Café”".encode("cp1252"), "“Café”"),
        ("<meta http-equiv=Content-Type content='text/html; charset=gb2312'><p>港口".encode("gb18030"), "港口"),
        ('<?xml version="1.0" encoding="koi8-r"?><html><body><p>Порт</p></body></html>'.encode("koi8-r"), "Порт"),
        ("<!-- <meta charset=koi8-r> --><meta charset=utf-8><p>Café".encode(), "Café"),
        ("\ufeff<meta charset=windows-1251><p>Café".encode(), "Café"),
        ("<meta charset=windows-1256><p>ميناء".encode("cp1256"), "ميناء"),
    ],
)
def test_every_encoding_that_a_page_declares_is_read(data: bytes, shown: str) -> None:
    assert texts(data) == [shown]


def test_a_page_that_declares_a_code_page_but_is_utf_8_is_read_with_a_warning() -> None:
    source = page("<meta charset=iso-8859-1><p>Café".encode())
    assert source.lines[0].text == "Café"
    assert any("UTF-8" in warning for warning in source.warnings)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("<p>Café".encode("cp1252"), "iconv"),
        ("<meta charset=utf-8><p>Café".encode("cp1252"), "UTF-8"),
        ("<meta charset=gbk><p>Café".encode("cp1252"), "GB18030"),
        (b"<meta charset=windows-1252><p>\x81", "byte"),
        (b"<meta charset=rot13><p>abc", "rot13"),
        (b"\xff\xfe<\x00p\x00>\x00x", "UTF-16"),
        (b"<p>ab\x00\x01\x02", "binary"),
        (b"<html><body><script>fill()</script></body></html>", "no text"),
        (b"<html><body hidden><p hidden>x</p></body></html>", "no text"),
        (b"<p>" + b"x" * 500_000, "500,000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(ReadError, match=says) as refused:
        page(data)
    assert "harbour.html" in str(refused.value)


def test_characters_that_were_lost_before_are_told() -> None:
    assert any("\ufffd" in warning for warning in page("<p>Caf\ufffd").warnings)


HOSTILE = {
    "tags 100,000 deep": b"<div>" * 100_000 + b"end",
    "open tags of formatting": b"<p><b>" * 20_000 + b"end",
    "tables in tables": b"<table><tr><td>x" * 100 + b"end",
    "tables deeper than that": b"<table><tr><td>x" * 1_000 + b"end",
    "200,000 attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">end",
    "one line of five megabytes": b"<p>" + b"word " * 1_000_000 + b"end",
    "a DTD that multiplies": b'<!DOCTYPE html [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><p>&b;&b;end',
    "a DTD from elsewhere": b'<!DOCTYPE html SYSTEM "http://localhost/x.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;end',
    "paragraphs without end": b"<p>x" * 210_000,
    "cells that span everything": b"<table border=1><tr>" + b"<td rowspan=65534 colspan=1000>a" * 3_000 + b"<tr>" * 3_000,
    "columns that reach down": b"<table border=1><tr><td>x" + b"<td rowspan=65534>a" * 3_000 + b"<tr>" * 3_000,
    "closing tags only": b"</x></p></table>" * 50_000 + b"end",
    "one note, many marks": b"<p>a<a href='#fn1'><sup>1</sup></a>" * 3_000 + b"<div id=fn1>" + b"<p>1 n" * 3_000 + b"end",
    "open braces in a style sheet": b"<style>" + b"{" * 200_000 + b"</style><p>end",
    "open comments": b"<p>end<!-- " * 100_000,
    "less-than signs": b"<p>" + b"< " * 100_000 + b"end",
    "spaces": b"<p>" + b" \n" * 500_000 + b"end",
    "line breaks": b"<p>" + b"a<br>" * 20_000 + b"end",
    "quotations in quotations": b"<q>" * 300 + b"end",
    "entities": b"<p>" + b"&amp;&#65;&bogus;&" * 20_000 + b"end",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_read_to_their_end_or_refused(name: str) -> None:
    try:
        found = page(HOSTILE[name])
    except ReadError as error:
        assert "harbour.html" in str(error)  # noqa: PT017
    else:
        assert any("end" in line.text or "a" in line.text for line in found.lines)
        assert "passwd" not in str(found)


@given(st.text(st.sampled_from("ab1 \n<>/\"'=&;!-"), max_size=120))
def test_broken_markup_never_fails_otherwise_than_with_a_reason(raw: str) -> None:
    found = page(f"<p>start</p>{raw}")
    assert found.lines[0].text == "start"
    assert not any(unicodedata.category(letter) == "Cc" for line in found.lines for letter in line.text)


TAGS = ("p", "div", "b", "i", "li", "ul", "ol", "table", "tr", "td", "th", "h2", "a", "sup", "pre", "br", "span", "caption",
        "blockquote", "section", "dl", "dt", "font", "tbody", "tfoot", "thead")  # fmt: skip


@given(
    st.lists(
        st.one_of(
            st.sampled_from([f"<{tag}>" for tag in TAGS]),
            st.sampled_from([f"</{tag}>" for tag in TAGS]),
            st.integers(10, 99).map(lambda n: f"w{n}w"),
        ),
        max_size=40,
    )
)
def test_no_word_is_lost_or_doubled_whatever_the_nesting(parts: list[str]) -> None:
    source = page("<p>w00w</p>" + " ".join(parts))
    shown = " ".join(line.text for line in source.lines)
    words = ["w00w", *(part for part in parts if part.startswith("w"))]
    assert sorted(word for word in shown.replace("|", " ").split() if word.startswith("w")) == sorted(words)
