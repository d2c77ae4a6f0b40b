"""Reading: bytes to lines. Loose Markdown as it is found, without a word lost and without trust in what is read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from ingest.input_files import FileInput
from ingest.pipeline import Input, read_document
from ingest.readers import Line, ReadError, read
from ingest.readers.text import MAX_LINE


def lines(text: str) -> list[Line]:
    """The lines of a text that hold something."""
    return [line for line in read(text.encode(), "note.md").lines if not line.blank]


def line(text: str) -> Line:
    """The only line of a text."""
    (only,) = lines(text)
    return only


def read_or_refusal(data: bytes, name: str) -> tuple[list[str], str]:
    """The lines that hold something, or why the file is refused."""
    try:
        return [row.text for row in read(data, name).lines if not row.blank], ""
    except ReadError as error:
        return [], str(error)


def squeezed(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isalnum())


@pytest.mark.parametrize(
    ("raw", "level", "text"),
    [
        ("# Harbours", 1, "Harbours"),
        ("####Harbours of the north", 4, "Harbours of the north"),
        ("###I ", 3, "I"),
        ("  ## Harbours ##", 2, "Harbours"),
        ("######   6. Pilots", 6, "6. Pilots"),
        ("#### **4. Pilots and tugs**", 4, "4. Pilots and tugs"),
        ("### Article  7  ", 3, "Article 7"),
    ],
)
def test_headings_are_read_with_and_without_a_space_after_the_marks(raw: str, level: int, text: str) -> None:
    found = line(raw)
    assert (found.heading, found.text) == (level, text)


@pytest.mark.parametrize(
    "raw", ["**2. Tides and moorings**", "__2. Tides and moorings__", "<b>2. Tides and moorings</b>"]
)
def test_a_line_that_is_bold_as_a_whole_is_marked_strong(raw: str) -> None:
    found = line(raw)
    assert found.strong
    assert found.text == "2. Tides and moorings"
    assert found.heading == 0


@pytest.mark.parametrize("raw", ["*Possible storms*", "_Possible storms_", "<i>Possible storms</i>"])
def test_a_line_that_is_italic_as_a_whole_is_marked_so(raw: str) -> None:
    found = line(raw)
    assert found.emphasis
    assert not found.strong
    assert found.text == "Possible storms"


@pytest.mark.parametrize("raw", ["**Tides** and **moorings**", "The **tide** turns", "<b>Tide</b> and <b>wind</b>"])
def test_a_line_with_bold_words_only_is_no_bold_line(raw: str) -> None:
    found = line(raw)
    assert not found.strong
    assert "*" not in found.text
    assert "<" not in found.text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("the *modus operandi* of the **pilots**", "the modus operandi of the pilots"),
        ("a ***very*** old harbour", "a very old harbour"),
        ("tugs<br>and barges", "tugs and barges"),
        ("one <i>two</i> <b>three</b> <em>four</em>", "one two three four"),
        ('<span class="x" onclick="run()">Ship</span> ahoy', "Ship ahoy"),
        ("see [the register](https://example.org/a?b=c) today", "see the register today"),
        ("see ([A/75/1](#)) today", "see (A/75/1) today"),
        ("![a map](map.png) of the coast", "a map of the coast"),
        ("salt &amp; pepper &lt;10 &quot;t&quot;", 'salt & pepper <10 "t"'),
        ('``Vessel" means any craft', "“Vessel” means any craft"),
        (r"5 \* 3 and \[brackets\]", "5 * 3 and [brackets]"),
        ("twice   the \t".strip() + " space", "twice the space"),
        ("Report ( <i>continued</i> )", "Report (continued)"),
        ("no\u00a0break", "no break"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_marks_go_and_words_stay(raw: str, text: str) -> None:
    assert line(raw).text == text


def test_a_tag_that_breaks_a_line_does_not_glue_two_words() -> None:
    assert line("Monday<br/>Tuesday").text.split() == ["Monday", "Tuesday"]


@pytest.mark.parametrize(
    ("raw", "mark"),
    [
        ("The harbour is deep.<sup>3</sup>", "3"),
        ("The harbour is deep.[^3]", "3"),
        ("The harbour is deep.<sup>*</sup>", "*"),
    ],
)
def test_footnote_marks_are_taken_out_and_remembered(raw: str, mark: str) -> None:
    found = line(raw)
    assert found.text == "The harbour is deep."
    assert found.marks == (mark,)
    assert found.note is None


@pytest.mark.parametrize("raw", ["<sup>12</sup> As measured in spring.", "[^12]: As measured in spring."])
def test_the_text_of_a_footnote_is_known_by_its_mark(raw: str) -> None:
    found = line(raw)
    assert (found.note, found.text, found.marks) == ("12", "As measured in spring.", ())


def test_a_pipe_table_becomes_rows_of_cells_without_its_rule() -> None:
    found = lines("| Port | Depth |\n|:---|---:|\n| **Bay** | 12 m |\n| | 9 \\| 10 m |\n")
    assert [tuple(cell.text for cell in row.cells) for row in found] == [
        ("Port", "Depth"),
        ("Bay", "12 m"),
        ("", "9 | 10 m"),
    ]


def test_a_tab_table_keeps_its_blank_cells_in_place() -> None:
    found = lines("<i>When</i>\t<i>Item</i>\t<i>Title</i>\n<b>Monday, 3 May</b>\t\t\n\t2\tTides\n")
    assert [tuple(cell.text for cell in row.cells) for row in found] == [
        ("When", "Item", "Title"),
        ("Monday, 3 May", "", ""),
        ("", "2", "Tides"),
    ]


def test_lines_that_leave_the_same_gaps_are_the_rows_of_a_table() -> None:
    found = lines(
        "Table 1\n\nDepth of harbour      Lamps   Coils of rope\n--------------------------------\n"
        "up to 9 m               2          4\n10 to 20 m             11         12\n\nRopes are of hemp.\n"
    )
    assert [tuple(cell.text for cell in row.cells) for row in found] == [
        (),
        ("Depth of harbour", "Lamps", "Coils of rope"),
        ("up to 9 m", "2", "4"),
        ("10 to 20 m", "11", "12"),
        (),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1.   Lamps burn oil.\n2.   Ropes are of hemp.\n3.   Oars are of ash.\n",
        "(a)  lamps\n(b)  ropes\n(c)  oars\n(d)  sails\n",
        "The harbour is  deep, and the\nlamps  burn all night. Nobody\nsleeps  there.  The ropes are\n",
        "Telephone: 12          Fax: 14\nThe harbour is deep.\n",
    ],
)
def test_numbers_set_apart_and_wide_blanks_make_no_table(text: str) -> None:
    assert not any(each.cells for each in lines(text))


def test_a_head_with_two_sides_and_dots_that_lead_are_read_line_by_line() -> None:
    text = """United Nations                                    A/C.9/88/SR.4
General Assembly                                  Distr.: General
Eighty-eighth session                             3 March 2033
Official Records                                  Original: English

Summary record of the 4th meeting
Held at Headquarters, on Monday, 10 January 2033

Chair: Ms. Arno ............................. (Panama)
later: Mr. Lund . . . . . . . . . . . . . .  (Norway)

Members:  Chad .............................. Mr. Bend
          Peru .............................. Ms. Luz
          United Republic of Tanzania .. Mr. Mda
"""
    document, _ = read_document(Input("record.txt", text.encode()), Catalogue.packaged())
    assert [document.block_text(each) for each in document.blocks][7:] == [
        "Original: English",
        "Summary record of the 4th meeting",
        "Held at Headquarters, on Monday, 10 January 2033",
        "Chair: Ms. Arno (Panama)",
        "later: Mr. Lund (Norway)",
        "Members: Chad Mr. Bend",
        "Peru Ms. Luz",
        "United Republic of Tanzania Mr. Mda",
    ]
    head = document.masthead
    assert (head.body, head.distribution, head.date, head.original) == (
        "General Assembly",
        "General",
        "2033-03-03",
        "en",
    )


CIRCULAR = """9 OLD MOLE, BERGEN

                                        HAR.1/Circ.12
                                        22 June 2031

      GUIDELINES FOR THE SAFE KEEPING OF OIL AND WICKS
               IN HARBOURS THAT ICE CLOSES

1    The Committee approved the Guidelines.

2    Members are invited to keep lamps.

                       ANNEX

1    GENERAL

1.1  These Guidelines apply to harbours.

2    STOWAGE

2.1  Oil should be stowed
in casks.

                       APPENDIX

Table 1

Harbour          Lamps   Casks
Old Mole           2       4
New Mole          12       8
"""


def test_a_circular_in_plain_text_has_its_title_its_chapters_and_its_table() -> None:
    document, _ = read_document(Input("circular.txt", CIRCULAR.encode()), Catalogue.packaged())
    assert document.title == "GUIDELINES FOR THE SAFE KEEPING OF OIL AND WICKS IN HARBOURS THAT ICE CLOSES"
    assert [document.block_text(each) for each in document.blocks if each.kind == "heading"] == [
        "ANNEX",
        "1 GENERAL",
        "2 STOWAGE",
        "APPENDIX",
    ]
    places = {each.locator: document.block_text(each) for each in document.blocks}
    assert places["annex, para. 2.1"] == "2.1 Oil should be stowed in casks."
    assert places["annex, appendix, table 1, row 2"] == "New Mole | 12 | 8"


def test_a_tab_before_a_paragraph_only_indents_it() -> None:
    found = line("\tThe harbour is deep.")
    assert found.cells == ()
    assert found.text == "The harbour is deep."


def test_a_hard_break_is_told_from_a_soft_one() -> None:
    first, second = lines("1. Tides.  \n2. Moorings.\n")
    assert first.broken
    assert not second.broken


def test_bullets_are_told_from_numbers_and_from_rules() -> None:
    found = lines("- (a) Tides;\n* Moorings;\n1. Pilots\n- - -\n***\n___\n")
    assert [(row.bullet, row.text) for row in found] == [
        (True, "(a) Tides;"),
        (True, "Moorings;"),
        (False, "1. Pilots"),
    ]


def test_rows_count_from_one_whatever_ends_a_line() -> None:
    for newline in ("\n", "\r\n", "\r"):
        source = read(newline.join(["# A", "", "b"]).encode(), "note.md")
        assert [(row.row, row.text) for row in source.lines if not row.blank] == [(1, "A"), (3, "b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_unicode_encoding_with_its_mark_reads_alike(encoding: str) -> None:
    text = "# Hafen\n\nДва слова, 港口, ميناء.\r\n"
    found = [row.text for row in read(text.encode(encoding), "note.md").lines if not row.blank]
    assert found == ["Hafen", "Два слова, 港口, ميناء."]


def test_utf_16_in_the_other_byte_order_is_read_too() -> None:
    data = b"\xfe\xff" + "# Hafen\n".encode("utf-16-be")
    assert [row.text for row in read(data, "note.md").lines] == ["Hafen"]


def test_composed_and_decomposed_letters_read_alike() -> None:
    assert lines("Procès")[0].text == lines(unicodedata.normalize("NFD", "Procès"))[0].text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t\n ", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"\x00\x00\x00", "empty"),
        (b"---\n---\n\n***\n", "contains no text"),
        (b"---\ntitle: Only a head\n---\n", "contains no text"),
        (b"&nbsp;\n<br>\n", "contains no text"),
        (b"harbour\x00\x01\x02\x03", "binary"),
        (bytes(range(1, 9)) * 40 + b"text", "binary"),
        (bytes(range(200, 256)) + bytes(range(1, 9)) * 40, "binary"),
        ("Résumé of the tides".encode("cp1252"), "is not UTF-8 text .* iconv -f WINDOWS-1252 -t UTF-8"),
        (b"\xff\xfeo", "UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(ReadError, match=says) as refused:
        read(data, "strange file.md")
    assert "strange file.md" in str(refused.value)


def test_a_line_that_is_too_long_is_refused_with_its_number() -> None:
    with pytest.raises(ReadError, match=r"Line 3 of big\.md"):
        read(b"a\n\n" + b"x" * (MAX_LINE + 1), "big.md")
    assert len(read(b"x" * MAX_LINE, "big.md").lines[0].text) == MAX_LINE


def test_missing_files_and_folders_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("files")
    with pytest.raises(ReadError, match="is a folder"):
        FileInput(folder).open()
    with pytest.raises(ReadError, match=r"no file .*gone\.md"):
        FileInput(folder / "gone.md").open()
    (folder / "note.md").write_bytes(b"# A")
    found = FileInput(folder / "note.md").open()
    assert (found.name, found.data, found.trusted) == ("note.md", b"# A", False)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_is_given_and_no_part_of_the_text(end: str) -> None:
    text = "---\ntitle: On tides\nsymbol: A/75/1\n---\n# Tides\n\nThey turn.\n"
    source = read(text.replace("\n", end).encode(), "note.md")
    assert source.front_matter == {"title": "On tides", "symbol": "A/75/1"}
    assert [row.text for row in source.lines if not row.blank] == ["Tides", "They turn."]
    assert next(row for row in source.lines if row.text == "Tides").row == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They turn.\n\n---\ntitle: no\n---\n", ["They turn.", "title: no"]),
        ("---\nThey turn.\n---\nTwice a day.\n", ["They turn.", "Twice a day."]),
        ("---\nItem 3: boats\n---\nThey turn.\n", ["Item 3: boats", "They turn."]),
    ],
    ids=["later", "plain words", "a colon"],
)
def test_what_stands_between_two_rules_and_is_no_front_matter_stays_text(text: str, found: list[str]) -> None:
    source = read(text.encode(), "note.md")
    assert source.front_matter == {}
    assert [row.text for row in source.lines if not row.blank] == found


@pytest.mark.parametrize(
    "head",
    [
        "title: [unclosed",
        "title: 'unclosed",
        "a: b: c",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system",
        "? [a, b]\n: {c",
        "title: \x07bell",
        "title: !!timestamp soon",
        "title: !!bool perhaps",
        "title: !!int ''",
        'title: "\\UFFFFFFFF"',
        "title: 0x" + "f" * 5_000,
        "date: 0x" + "f" * 5_000,
        "date: " + "x" * 101,
        "short: " + "x" * 1_001,
    ],
)
def test_front_matter_that_is_broken_or_hostile_is_refused_by_name(head: str) -> None:
    with pytest.raises(ReadError, match=r"note\.md"):
        read(f"---\n{head}\n---\nThey turn.\n".encode(), "note.md")


def test_aliases_that_multiply_do_not_exhaust_memory() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    found, refusal = read_or_refusal(f"---\n{bomb}---\nThey turn.\n".encode(), "note.md")
    assert found == ["They turn."] or "note.md" in refusal


def test_control_characters_and_terminal_escapes_do_not_get_through() -> None:
    plain = "ordinary words of a harbour report, many of them, so that this is clearly text. " * 3
    hostile = "\x1b[31mred\x1b[0m \x1b]0;title\x07 bell\x08\x7f zero\u200bwidth rtl\u202eoverride\u2066isolate\ufeffmark \x9b31mcyan"
    text = " ".join(row.text for row in lines(plain + "\n\n" + hostile))
    assert all(unicodedata.category(letter) not in ("Cc", "Cf") for letter in text)
    for word in ("red", "title", "bell", "zerowidth", "rtloverride"):
        assert word in text


@pytest.mark.parametrize("entity", ["&#27;[31m", "&#x1b;[31m", "&#8238;", "&#x202E;", "&#7;", "&#0;"])
def test_control_characters_written_as_entities_do_not_get_through(entity: str) -> None:
    text = line(f"red {entity} words").text
    assert all(unicodedata.category(letter) not in ("Cc", "Cf") for letter in text)
    assert "red" in text
    assert "words" in text


def test_tags_written_as_entities_stay_words() -> None:
    assert line("&lt;script&gt;alert(1)&lt;/script&gt;").text == "<script>alert(1)</script>"


word = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=12)
decorated = st.tuples(
    word,
    st.sampled_from(
        [
            "{}",
            "*{}*",
            "**{}**",
            "***{}***",
            "__{}__",
            "<i>{}</i>",
            "<b>{}</b>",
            "[{}](https://a.b/c)",
            "({}),",
            "{}.",
            "“{}”",
            "{}<br>",
        ]
    ),
)
LAYOUTS = {  # frame: what it holds besides the words
    **dict.fromkeys(
        ["{}", "# {}", "####{}", "- {}", "**{}**", "*{}*", "<i>{}</i>", "| {} |", "[^2]: {}", "  {}  "], "{}"
    ),
    "{}\tx": "{}x",
    "(a) {}": "a{}",
    "1. {}": "1{}",
}


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(LAYOUTS)), st.lists(decorated, min_size=1, max_size=6)), min_size=1, max_size=8
    )
)
def test_letters_and_digits_of_plain_words_survive_any_markup(found: list[tuple[str, list[tuple[str, str]]]]) -> None:
    raw = "\n\n".join(frame.format(" ".join(mark.format(text) for text, mark in words)) for frame, words in found)
    expected = "".join(LAYOUTS[frame].format("".join(text for text, _ in words)) for frame, words in found)
    read_back = "".join(squeezed(row.text) for row in read(raw.encode(), "note.md").lines)
    assert read_back == squeezed(expected)


@given(st.text(st.sampled_from("ab1 *_[]#|-`.!+=\n\t"), max_size=200))
def test_loose_marks_never_swallow_a_letter(raw: str) -> None:
    source = read(f"start\n{raw}\nend".encode(), "note.md")
    assert "".join(squeezed(row.text) for row in source.lines) == squeezed(f"start{raw}end")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes) -> None:
    found, refusal = read_or_refusal(data, "any.bin")
    assert bool(found) != bool(refusal)
    assert not refusal or "any.bin" in refusal
    assert not any(unicodedata.category(letter) == "Cc" for letter in "".join(found))


HOSTILE = {
    **{f"a run of {mark!r}": "a" + mark * 200_000 + "b" for mark in "*_[(|<#`- &\\"},
    **{f"a line that begins with {mark!r}": mark * 200_000 + "b" for mark in "*_[(|<#`- &\\"},
    **{f"{mark!r} by turns": "a" + f"{mark}b" * 60_000 for mark in "*_[(|<#`- &\\"},
    "a heading of spaces": "# a" + " " * 200_000 + "b",
    "open tags": "a" + "<sup>" * 40_000 + "b",
    "open links": "a" + "[x](" * 40_000 + "b",
    "open entities": "a" + "&#" * 80_000 + "b",
    "many short lines": "a\n" * 40_000 + "b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_read_to_its_end(name: str) -> None:
    source = read(HOSTILE[name].encode(), "hostile.md")
    text = "".join(row.text for row in source.lines)
    assert text.endswith("b")


@pytest.mark.parametrize(
    "unit",
    [
        "a\n",
        "港\n",
        "[^1]: a\n\n",
        "a[^1]\n\n[^1]: b\n\n",
        "# a\n",
        "(a) b\n",
        "(i) b\n",
        "1. 1. 1. ",
        "| a | b |\n",
        "## Article 1\n",
    ],
)
def test_a_document_of_one_thing_over_and_over_is_read_to_its_end(unit: str) -> None:
    text = unit * (30_000 // len(unit)) + "\n\nEnd."
    made = read_document(Input("hostile.md", text.encode()), Catalogue([], []))[0]
    assert made.text.endswith("End.")
    assert sum(letter in "ab" for letter in made.text) == sum(letter in "ab" for letter in text)


@settings(max_examples=25)
@given(st.text(st.sampled_from("a#* _[](<>|`\\&;\t"), min_size=1, max_size=8))
def test_any_short_pattern_repeated_is_read_to_its_end(pattern: str) -> None:
    source = read(("a" + pattern * (20_000 // len(pattern)) + "\nend").encode(), "hostile.md")
    assert source.lines[-1].text == "end"
