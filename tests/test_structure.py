"""Structure: numbers, nesting, articles, preambles, footnotes and tables, and where each block says that it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.documents import Block, Document
from corpus.tables import find_tables
from ingest.pipeline import Input, read_document

NOTHING = Catalogue([], [])


def document(text: str) -> Document:
    return read_document(Input("note.md", text.encode()), NOTHING)[0]


def places(text: str) -> dict[str, str]:
    """Locator of every block by its words."""
    made = document(text)
    return {made.block_text(block): block.locator for block in made.blocks}


def find(made: Document, start: str) -> Block:
    """The only block that begins so."""
    (found,) = [block for block in made.blocks if made.block_text(block).startswith(start)]
    return found


def items(*labels: str) -> str:
    """A heading, and one line for each label."""
    return "# Rules\n\n" + "\n\n".join(f"{label} Word {n} of the rule;" for n, label in enumerate(labels))


def cited(*labels: str) -> list[str]:
    made = document(items(*labels))
    return [block.locator for block in made.blocks if block.kind != "heading"]


LETTERS = [f"({letter})" for letter in "abcdefghijklmnopqrstuvwxyz"]
ROMAN = ["(i)", "(ii)", "(iii)", "(iv)", "(v)", "(vi)", "(vii)", "(viii)", "(ix)", "(x)", "(xi)", "(xii)"]


def test_letters_run_from_a_to_z_though_some_look_roman() -> None:
    assert cited("1.", *LETTERS) == ["para. 1", *(f"para. 1 {letter}" for letter in LETTERS)]


def test_letters_without_an_opening_bracket_are_cited_with_both() -> None:
    assert cited("1.", *(letter[1:] for letter in LETTERS)) == ["para. 1", *(f"para. 1 {letter}" for letter in LETTERS)]


def test_roman_numbers_under_a_letter_are_one_deeper() -> None:
    assert cited("1.", "(a)", *ROMAN, "(b)", "(i)", "(ii)") == [
        "para. 1",
        "para. 1 (a)",
        *(f"para. 1 (a) {number}" for number in ROMAN),
        "para. 1 (b)",
        "para. 1 (b) (i)",
        "para. 1 (b) (ii)",
    ]


def test_a_roman_list_under_the_letter_h_hangs_together() -> None:
    # Whether (i) after (h) is a letter shows when (ii) follows; (iii) is on the same list as (ii) in any case.
    second, third = cited("1.", *LETTERS[:8], "(i)", "(ii)", "(iii)")[-2:]
    assert second.endswith("(ii)")
    assert third == second.replace("(ii)", "(iii)")


def test_a_roman_list_right_under_a_number_is_told_by_its_second_entry() -> None:
    found = cited("1.", "(i)", "(ii)", "(iii)", "2.")
    assert [place.split()[-1] for place in found] == ["1", "(i)", "(ii)", "(iii)", "2"]
    assert all(place.startswith("para. 1 (") for place in found[1:4])


def test_small_letters_with_a_dot_hang_under_roman_numbers() -> None:
    text = "# Rules\n\n1. All shall:\n\n(a) Keep:\n\n(i) Books:\n\na. Large books;\n\nb. Small books;\n\n(ii) Maps;\n\n(b) Pay.\n"
    found = places(text)
    assert found["a. Large books;"] == "para. 1 (a) (i) a."
    assert found["b. Small books;"] == "para. 1 (a) (i) b."
    assert found["(ii) Maps;"] == "para. 1 (a) (ii)"
    assert found["(b) Pay."] == "para. 1 (b)"


def test_letters_with_a_dot_are_items_where_they_count_whatever_their_first_letter() -> None:
    letters = ("a. send", "b. Publish", "c. close")
    assert cited("1.", *letters, "2.") == ["para. 1", "para. 1 a.", "para. 1 b.", "para. 1 c.", "para. 2"]
    assert not any("." in place.split()[-1] for place in cited("1.", *letters[2:], "2.")[1:])


def test_a_new_number_closes_the_lists_of_the_last_one() -> None:
    assert cited("1.", "(a)", "(b)", "2.", "(a)", "(i)", "3.") == [
        "para. 1",
        "para. 1 (a)",
        "para. 1 (b)",
        "para. 2",
        "para. 2 (a)",
        "para. 2 (a) (i)",
        "para. 3",
    ]


def test_an_item_is_the_child_of_what_introduces_it() -> None:
    made = document(items("1.", "(a)", "(i)", "(b)", "2."))
    by_place = {block.locator: block for block in made.blocks if block.kind != "heading"}
    parents = {place: made.blocks[block.parent or 0].locator for place, block in by_place.items()}
    assert parents["para. 1 (a)"] == "para. 1"
    assert parents["para. 1 (a) (i)"] == "para. 1 (a)"
    assert parents["para. 1 (b)"] == "para. 1"
    assert made.blocks[by_place["para. 2"].parent or 0].kind == "heading"


def test_a_paragraph_without_a_number_does_not_end_the_list_that_goes_on_behind_it() -> None:
    made = document(
        "# Rules\n\n1. Ships shall:\n\n(a) Halt;\n\nThis holds at night.\n\n(b) Ring;\n\n2. Boats may:\n\n(a) Pass.\n"
    )
    assert [block.locator for block in made.blocks if block.kind == "item"] == [
        "para. 1 (a)",
        "para. 1 (b)",
        "para. 2 (a)",
    ]
    assert made.blocks[find(made, "(b)").parent or 0].locator == "para. 1"


def test_items_below_a_paragraph_without_a_number_are_told_by_it() -> None:
    made = document(
        "# Rules\n\nShips are many.\n\nThe meeting:\n\n(a) Took note;\n\n(b) Adjourned.\n\n## Ends\n\n(a) All leave.\n"
    )
    assert [block.locator for block in made.blocks if block.kind == "item"] == [
        "section “Rules”, second paragraph (a)", "section “Rules”, second paragraph (b)", "section “Ends” (a)",
    ]  # fmt: skip
    assert made.blocks[find(made, "(a) Took").parent or 0] == find(made, "The meeting:")


def test_drafts_within_a_report_are_told_by_their_headings_and_the_report_keeps_its_numbers() -> None:
    draft = "1. Decides to halt;\n\n2. Asks for more.\n\n"
    report = "".join(f"{n}. The meeting went on.\n\n" for n in range(1, 5))
    found = document(f"# Report\n\n## Draft one\n\n{draft}## Draft two\n\n{draft}## Work\n\n{report}")
    assert [block.locator for block in found.blocks if block.kind == "paragraph"] == [
        "section “Draft one”, para. 1", "section “Draft one”, para. 2",
        "section “Draft two”, para. 1", "section “Draft two”, para. 2",
        "para. 1", "para. 2", "para. 3", "para. 4",
    ]  # fmt: skip


@given(
    st.lists(
        st.sampled_from(["# Part", "## Draft", "1.", "2.", "3.", "(a)", "(b)", "(i)", "(ii)", "Words."]),
        min_size=1,
        max_size=40,
    )
)
def test_no_two_numbered_paragraphs_or_items_share_a_place(parts: list[str]) -> None:
    made = document("\n\n".join(part if part[0] in "#W" else f"{part} Word {n};" for n, part in enumerate(parts)))
    numbered = [block.locator for block in made.blocks if block.number and block.kind in ("paragraph", "item")]
    assert len(set(numbered)) == len(numbered)


def test_numbers_are_part_of_the_block_and_not_of_its_body() -> None:
    made = document("# Rules\n\n12. Ships need flags.\n\n(b)Flags need cloth.\n")
    number, letter = find(made, "12."), find(made, "(b)")
    assert (number.number, made.body(number)) == ("12", "Ships need flags.")
    assert (letter.number, made.body(letter)) == ("(b)", "Flags need cloth.")


LONG = "calls upon all States to keep their clinics open in winter, and asks the board to say how that is paid for;"


def test_a_number_that_lacks_its_dot_is_one_where_the_paragraphs_count_on() -> None:
    text = "# Rules\n\n" + "\n\n".join(
        ["1. Notes;", f"2 Also {LONG}", f"3 Further {LONG}", "(a) By day;", "4. Decides;", f"5 Also {LONG}"]
    )
    made = document(text)
    assert [block.locator for block in made.blocks[1:]] == [
        "para. 1",
        "para. 2",
        "para. 3",
        "para. 3 (a)",
        "para. 4",
        "para. 5",
    ]
    assert made.body(made.blocks[2]) == f"Also {LONG}"


def test_a_date_or_a_figure_that_happens_to_be_next_is_no_number_of_a_paragraph() -> None:
    text = "# Rules\n\n" + "\n\n".join(["1. Notes;", "2 March 2031", "2. Decides;", "3 Clinics were shut."])
    assert [block.number for block in document(text).blocks[1:]] == ["1", None, "2", None]


def test_paragraphs_of_a_section_with_a_letter_are_numbered_with_it() -> None:
    text = "# Section 29D\n\n29D.1 Clinics are run by the board.\n\n29D.2 The board may:\n\n(a) Hire nurses;\n\n29D.10 Fees are paid."
    assert list(places(text).values())[1:] == ["para. 29D.1", "para. 29D.2", "para. 29D.2 (a)", "para. 29D.10"]
    twice = text + "\n\n# Section 29E\n\n29E.1 Schools are run by the board."
    assert find(document(twice), "29E.1").locator == "para. 29E.1"


@pytest.mark.parametrize(
    "start",
    ["3.5 metres is the depth.", "1999 was a year.", "A. Smith spoke.", "(see above) nothing.", "mix) of words"],
)
def test_what_only_looks_like_a_number_is_none(start: str) -> None:
    made = document(f"# Rules\n\n{start}\n")
    assert made.blocks[1].number is None
    assert made.block_text(made.blocks[1]) == start


def test_numbers_that_start_again_under_a_new_heading_stay_under_it() -> None:
    made = document("# Rules\n\n## Ships\n\n1. Flags.\n\n2. Crews.\n\n## Trains\n\n1. Rails.\n")
    assert [made.block_text(h) for h in made.headings(find(made, "2. Crews"))] == ["Rules", "Ships"]
    assert [made.block_text(h) for h in made.headings(find(made, "1. Rails"))] == ["Rules", "Trains"]


def test_lines_of_one_paragraph_are_joined_and_a_cut_word_is_mended() -> None:
    found = places("# Rules\n\nShips need\nflags of good clo-\nth and colour.\n")
    assert "Ships need flags of good cloth and colour." in found


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert "工作组讨论了偷运移民问题。" in places("# 规则\n\n工作组讨论了\n偷运移民问题。\n")


def test_a_hard_break_ends_a_paragraph() -> None:
    assert list(places("# Rules\n\nDistr.: General  \n3 May 2022\n"))[1:] == ["Distr.: General", "3 May 2022"]


TREATY = """#### Pact on Lighthouses

Preamble

The Parties to this Pact,

Recalling that ships need light, Convinced that dark coasts are a danger to all, Noting also the cost of oil,

Have agreed as follows:

### I

#### General

### Article  1

#### Purpose

The purpose is light.

### Article  2

#### Terms

For this Pact:

a) “Lamp” means:

(i)An oil lamp; or

(ii) An electric lamp;

b)“Keeper” means who keeps a lamp.

### Article 3 bis
#### Duties

1.   Each Party shall:

(a) Build towers;

(b) Keep them:

(i) Clean; and

(ii) Lit by:

a. Oil; or

b. Power.
2.   A Party may ask for help.

IN WITNESS WHEREOF, the undersigned have signed this Pact.

### Annex II

#### Colours

1. Red is for port.
"""
PREAMBLE_RUN = (
    "PreambleThe Parties to this Pact, Recalling that ships need light, Convinced that dark coasts are a danger to "
    "all, Noting also the cost of oil, Have agreed as follows:"
)


def test_a_treaty_is_cited_by_article_paragraph_and_subparagraph() -> None:
    found = places(TREATY)
    assert document(TREATY).kind == "treaty"
    expected = {
        "Pact on Lighthouses": "title",
        "The purpose is light.": "art. 1",
        "For this Pact:": "art. 2",
        "(i) An oil lamp; or": "art. 2 (a) (i)",
        "(ii) An electric lamp;": "art. 2 (a) (ii)",
        "b) “Keeper” means who keeps a lamp.": "art. 2 (b)",
        "1. Each Party shall:": "art. 3 bis, para. 1",
        "(a) Build towers;": "art. 3 bis, para. 1 (a)",
        "(ii) Lit by:": "art. 3 bis, para. 1 (b) (ii)",
        "a. Oil; or": "art. 3 bis, para. 1 (b) (ii) a.",
        "b. Power.": "art. 3 bis, para. 1 (b) (ii) b.",
        "2. A Party may ask for help.": "art. 3 bis, para. 2",
        "IN WITNESS WHEREOF, the undersigned have signed this Pact.": "testimonium",
        "1. Red is for port.": "annex II, para. 1",
    }
    assert {text: found.get(text) for text in expected} == expected


def test_an_article_and_the_title_below_it_are_one_heading_under_their_part() -> None:
    made = document(TREATY)
    block = find(made, "The purpose is light")
    assert [made.block_text(h) for h in made.headings(block)] == [
        "Pact on Lighthouses",
        "I\nGeneral",
        "Article 1\nPurpose",
    ]
    assert find(made, "I\nGeneral").locator == "part I"


def test_two_article_headings_in_a_row_are_two_articles() -> None:
    made = document("## Article 1\n\n## Article 2\n\nText of the second.\n\n## Article 3\n\nText of the third.\n")
    assert [b.locator for b in made.blocks] == ["art. 1", "art. 2", "art. 2", "art. 3", "art. 3"]


@pytest.mark.parametrize(
    ("preamble", "articles", "letter"),
    [
        ("Preamble", ["Article 1", "ARTICLE 2", "Art. 3"], "a"),
        ("Préambule", ["Article 1", "Article 2", "Article 3"], "a"),
        ("Preámbulo", ["Artículo 1", "ARTÍCULO 2. Fines", "Artículo 3"], "a"),
        ("Преамбула", ["Статья 1", "СТАТЬЯ 2", "Статья 3"], "a"),
        ("الديباجة", ["المادة 1", "المادة ٢", "المادة 3"], "أ"),
        ("序言", ["第一条", "第2条 宗旨", "第三条"], "a"),
    ],
)
def test_a_treaty_in_any_official_language_is_cited_by_its_articles(
    preamble: str, articles: list[str], letter: str
) -> None:
    texts = [f"## {each}\n\n1. 1{n}\n\n({letter}) 2{n}" for n, each in enumerate(articles)]
    made = document("\n\n".join(["# Q", f"## {preamble}", "0", *texts]))
    assert made.kind == "treaty"
    found = {made.block_text(block): block.locator for block in made.blocks}
    assert found["0"] == "preamble"
    for n in range(3):
        assert found[f"1. 1{n}"] == f"art. {n + 1}, para. 1"
        assert found[f"({letter}) 2{n}"] == f"art. {n + 1}, para. 1 ({letter})"


def test_a_heading_that_only_speaks_of_articles_begins_none() -> None:
    made = document(
        "# Notes\n\n## Articles 5 and 6\n\nOne.\n\n## On article 7\n\nTwo.\n\n## Articles 8 to 10\n\nThree.\n"
    )
    assert made.kind != "treaty"


@pytest.mark.parametrize("glued", [True, False])
def test_a_preamble_is_split_into_its_paragraphs_whether_glued_or_not(glued: bool) -> None:
    body = TREATY.split("### I\n", 1)[1]
    apart = (
        "### Preamble\n\nThe Parties to this Pact,\n\nRecalling that ships need light,\n\nConvinced that dark coasts are a "
        "danger to all,\n\nNoting also the cost of oil,\n\nHave agreed as follows:"
    )
    text = f"#### Pact on Lighthouses\n\n{PREAMBLE_RUN if glued else apart}\n\n### I\n{body}"
    found = places(text)
    expected = {
        "Preamble": "preamble",
        "The Parties to this Pact,": "preamble",
        "Recalling that ships need light,": "preamble, para. 1",
        "Convinced that dark coasts are a danger to all,": "preamble, para. 2",
        "Noting also the cost of oil,": "preamble, para. 3",
        "Have agreed as follows:": "preamble",
    }
    assert {words: found.get(words) for words in expected} == expected


def test_a_sentence_that_a_footnote_cuts_is_made_whole_and_keeps_its_marks() -> None:
    made = document(
        "# Rules\n\n1. Ships meet each year in order to<sup>1</sup>\n\n<sup>1</sup> See the log.\n\n\n"
        "count their flags.<sup>2</sup>\n\n[^2]: See the book.\n\n2. Crews rest.\n"
    )
    whole = find(made, "1. Ships")
    assert made.block_text(whole) == "1. Ships meet each year in order to count their flags."
    assert whole.marks == ("1", "2")
    notes = {block.number: (block.locator, made.block_text(block)) for block in made.blocks if block.kind == "footnote"}
    assert notes == {"1": ("footnote 1", "See the log."), "2": ("footnote 2", "See the book.")}
    assert find(made, "2. Crews").locator == "para. 2"


def test_a_paragraph_after_a_footnote_that_begins_a_sentence_stays_apart() -> None:
    made = document("# Rules\n\nShips meet.<sup>1</sup>\n\n<sup>1</sup> See the log.\n\nThey count flags.\n")
    assert [made.block_text(block) for block in made.blocks][1:] == ["Ships meet.", "See the log.", "They count flags."]


AGENDA = """# Council of Ports

## Annotated agenda

#### Agenda

1. Opening:
  - (a) Welcome;
  - (b) Agenda.
2. Tides.

#### Annotations

##### 1. Opening

##### (a) Welcome

The chair will greet all.

##### (b) Agenda

The agenda is below.

*What may change*

The wind may change.

**2. Tides**

Tides will be discussed.

**Documentation**

Note on tides (A/75/1)

## Annex

### Timetable

When\tItem\tTitle
<b>Monday, 3 May</b>\t\t
10 a.m.–1 p.m.\t1 (a)\tWelcome
\t1 (b)\tAgenda
3–6 p.m.\t2\tTides
<b>Tuesday, 4 May</b>\t\t
10 a.m.–1 p.m.\t2\tTides ( <i>continued</i> )
"""


def test_an_agenda_is_cited_by_section_and_item() -> None:
    found = places(AGENDA)
    expected = {
        "1. Opening:": "provisional agenda, item 1",
        "(b) Agenda.": "provisional agenda, item 1 (b)",
        "2. Tides.": "provisional agenda, item 2",
        "The chair will greet all.": "annotations, item 1 (a)",
        "The agenda is below.": "annotations, item 1 (b)",
        "The wind may change.": "annotations, item 1 (b)",
        "Tides will be discussed.": "annotations, item 2",
        "Note on tides (A/75/1)": "annotations, item 2, documentation",
        "Timetable": "annex",
    }
    assert {words: found.get(words) for words in expected} == expected


def test_rows_of_a_timetable_inherit_the_day_and_the_time() -> None:
    made = document(AGENDA)
    rows = [(made.block_text(b), b.locator, b.context) for b in made.blocks if b.kind == "row"]
    assert rows[0][2] == "header"
    assert rows[1][1] == "annex, Monday, 3 May"
    monday, tuesday = "Monday, 3 May, 10 a.m.-1 p.m.", "Tuesday, 4 May, 10 a.m.-1 p.m."
    assert rows[2] == ("10 a.m.–1 p.m. | 1 (a) | Welcome", f"annex, {monday}", monday)
    assert rows[3] == ("1 (b) | Agenda", f"annex, {monday}", monday)
    assert rows[4][1] == "annex, Monday, 3 May, 3-6 p.m."
    assert rows[5][1:] == ("annex, Tuesday, 4 May", "Tuesday, 4 May")
    assert rows[6] == ("10 a.m.–1 p.m. | 2 | Tides (continued)", f"annex, {tuesday}", tuesday)


def test_a_plain_line_above_a_timetable_that_names_it_is_no_annotation_of_the_last_item() -> None:
    line = "TENTATIVE WORKPLAN (as of 10 April)"
    made = document(AGENDA.replace("## Annex\n\n### Timetable", line))
    assert find(made, line).locator == "timetable"


def test_cells_are_spans_of_the_text_and_blank_ones_are_none() -> None:
    made = document(AGENDA)
    row = find(made, "1 (b) | Agenda")
    assert [made.text[slice(*span)] if span else None for span in row.cells] == [None, "1 (b)", "Agenda"]


TABLES = """# Report on ports

| Port | Depth |
|---|---|
| Bay | 12 |
| Bay | Bay 12 |

1. Two tables are given.

Port\tYear\tShips
Bay\t2020\t7
\t2021\t9
"""


def test_a_table_has_the_number_of_its_caption_whatever_others_were_counted_before() -> None:
    again = "\n## Annex II\n\nTable 1. Lamps by port\n\n| Port | Lamps |\n|---|---|\n| Bay | 3 |\n"
    made = document(TABLES + again)
    assert find(made, "Bay | 3").locator == "annex II, table 1, row 1"


def test_a_footnote_at_the_end_of_a_file_is_cited_where_its_mark_stands() -> None:
    text = "# Report\n\n1. Lamps are lit.[^1]\n\n## Annex I\n\n1. Quays are long.[^2]\n\n[^1]: In winter.\n\n[^2]: In part.\n"
    made = document(text)
    assert [find(made, words).locator for words in ("In winter", "In part")] == ["footnote 1", "annex I, footnote 2"]


def plain(text: str) -> Document:
    return read_document(Input("note.txt", text.encode()), NOTHING)[0]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Lamps are lit.{}", "1"),
        ("Les feux sont allumés{}, sauf en été.", "1"),
        ("Лампы горят{}.", "1"),
        ("المصابيح مضاءة{}.", "(1)"),
        ("灯已点亮。{}", "1"),
        ("Lamps are lit.{}", "¹"),
        ("Lamps in A/75/1/Add.1 with CO1 are lit.{}", "1"),
    ],
)
def test_a_footnote_below_a_rule_in_a_plain_text_is_cited_by_its_number(text: str, mark: str) -> None:
    made = plain(f"1. {text.format(mark)}\n\n2. {text.format('')}\n\n__________\n{mark} A/75/2.\n")
    (note,) = [block for block in made.blocks if block.kind == "footnote"]
    assert (note.locator, made.block_text(note)) == ("footnote 1", "A/75/2.")
    assert [(made.body(block), block.marks) for block in made.blocks[:2]] == [
        (text.format(""), ("1",)),
        (text.format(""), ()),
    ]


def test_footnotes_below_several_rules_may_count_anew_and_run_over_lines() -> None:
    made = plain(
        "1. Lamps are lit.1\n\n2. Oil is bought.2\n\n_____\n1 In winter\nand in spring.\n2 In May.\n\n3. Quays are long.\n\n"
        "                  Annex\n\n1. Wicks are cut.1\n\n-----\n1 In part.\n\nDone in the harbour.\n"
    )
    notes = [(block.locator, made.block_text(block)) for block in made.blocks if block.kind == "footnote"]
    assert notes == [
        ("footnote 1", "In winter and in spring."),
        ("footnote 2", "In May."),
        ("annex, footnote 1", "In part."),
    ]
    assert find(made, "3. Quays").locator == "para. 3"
    assert find(made, "Done").kind == "paragraph"


@pytest.mark.parametrize("rule", ["", "_____"])
def test_a_line_with_a_number_that_no_word_calls_is_no_footnote(rule: str) -> None:
    made = plain(f"1. Lamps are lit.{'' if rule else '1'} There are 1.1 of them.\n\n{rule}\n1 January is a holiday.\n")
    assert [block.kind for block in made.blocks] == ["paragraph", "paragraph"]
    assert made.blocks[0].marks == ()


def test_rows_of_a_report_are_cited_by_table_and_row_and_carry_the_header() -> None:
    made = document(TABLES)
    rows = [(b.locator, b.context) for b in made.blocks if b.kind == "row"]
    assert [place for place, _ in rows] == [
        "table 1, header",
        "table 1, row 1",
        "table 1, row 2",
        "table 2, header",
        "table 2, row 1",
        "table 2, row 2",
    ]
    assert "Port | Depth" in rows[1][1]
    assert "Port | Year | Ships" in rows[4][1]


@pytest.mark.parametrize(
    "caption",
    [
        "Table 4. Fees by port (thousands of crowns)",
        "**Tableau 4**\n\n**Droits par port**\n\n(en milliers de couronnes)",
        "Cuadro 4\n\nTasas por puerto (en miles de coronas)",
        "### Таблица 4. Сборы по портам (в тысячах крон)",
        "表4：各港口收费（千克朗）",
        "الجدول 4 - الرسوم حسب الميناء",
    ],
)
def test_a_line_right_above_a_table_that_numbers_it_is_its_caption_in_six_languages(caption: str) -> None:
    made = document(f"# Ports\n\n1. Fees are listed.\n\n{caption}\n\n| Port | Fee |\n|---|---|\n| Bay | 12 |\n")
    (table,) = find_tables(made)
    assert (table.locator, table.caption_number(made)) == ("table 4", "4")
    assert {block.locator for block in table.caption} == {"table 4"}
    assert table.rows[0].locator == "table 4, row 1"
    last = made.block_text(table.caption[-1])
    assert last in caption
    assert last in table.rows[0].context


@pytest.mark.parametrize("above", ["Table 4 shows the fees:", "1. Table 4. Fees", "Cuadro 4 muestra las tasas:"])
def test_a_sentence_or_a_numbered_paragraph_above_a_table_is_no_caption(above: str) -> None:
    made = document(f"# Ports\n\n{above}\n\n| Port | Fee |\n|---|---|\n| Bay | 12 |\n")
    assert "table" not in find(made, above).locator
    assert find(made, "Bay").context == "Port | Fee"


def test_a_caption_without_a_number_belongs_to_its_table_alone() -> None:
    rows = "<tr><th>Port<th>Fee<tr><td>Bay<td>12"
    html = f"<html><body><h1>Ports</h1><table border=1><caption>Table 4</caption>{rows}</table><p>Others follow.</p>"
    html += f"<table border=1><caption>In crowns</caption>{rows}</table><p>More.</p><table border=1>{rows}</table>"
    made = read_document(Input("ports.html", html.encode()), NOTHING)[0]
    tables = find_tables(made)
    assert [[made.block_text(block) for block in table.caption] for table in tables[:2]] == [["Table 4"], ["In crowns"]]
    assert [table.rows[0].context for table in tables] == ["Table 4; Port | Fee", "In crowns; Port | Fee", "Port | Fee"]
    assert len({table.locator for table in tables}) == 3


def test_a_blank_first_cell_inherits_from_the_row_above_in_any_table() -> None:
    made = document(TABLES)
    assert "Bay" in find(made, "2021 | 9").context


def test_a_cell_that_repeats_another_has_its_own_span() -> None:
    made = document(TABLES)
    spans = find(made, "Bay | Bay 12").cells
    assert [made.text[slice(*span)] for span in spans if span] == ["Bay", "Bay 12"]
    assert spans[0] != spans[1]


def test_a_table_row_without_words_is_no_block() -> None:
    made = document("# On ports\n\n| | |\n|---|---|\n| Bay | 12 |\n| | |\n| Cape | 9 |\n\n\t\t\n")
    assert all(made.block_text(block) for block in made.blocks)
    assert find(made, "Cape").cells[0] is not None


def test_a_report_without_numbers_is_cited_by_section_and_count() -> None:
    found = places(
        "# On ports\n\nFirst words.\n\nSecond words.\n\n## Depth\n\nThird words.\n\nAnnex I\n\n## Annex I\n\n1. Numbers.\n"
    )
    assert found["Second words."] == "section “On ports”, second paragraph"
    assert found["Third words."] == "section “Depth”, first paragraph"
    assert found["1. Numbers."] == "annex I, para. 1"


def test_the_digest_of_a_treaty_cites_its_own_paragraphs_as_such() -> None:
    found = places(
        "---\nedition: digest\ntitle: Pact\nslug: pact\n---\n# Pact\n\nA digest.\n\n## Preamble\n\n1. It says why.\n\n## Part I. General\n\n"
        "### Article 1. Purpose\n\n2. Light.\n\n### Article 2. Terms\n\n3. A lamp.\n\n### Article 3. Duties\n\n4. Towers.\n"
    )
    assert found["1. It says why."] == "preamble, digest para. 1"
    assert found["3. A lamp."] == "art. 2, digest para. 3"
    assert found["4. Towers."] == "art. 3, digest para. 4"
    assert found["Article 2. Terms"] == "art. 2"


def test_the_digest_of_a_report_and_an_official_text_differ_in_the_label() -> None:
    made = document("---\nedition: digest\ntitle: On ports\nslug: ports\n---\n# On ports\n\n1. Ports are deep.\n")
    assert made.cite(made.blocks[1].locator) == "On ports (digest), para. 1"


word = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=10)
sentence = st.lists(word, min_size=1, max_size=12).map(" ".join)
label = st.sampled_from(
    ["", "1. ", "2. ", "17. ", *(f"{x} " for x in (*LETTERS[:12], *ROMAN[:6])), "a. A", "b)", "- ", "- (a) "]
)
paragraph = st.tuples(label, sentence, st.sampled_from(["", ".", ";", ":", "<sup>1</sup>", ",  "])).map("".join)
heading = st.tuples(
    st.sampled_from(["# ", "####", "## ", "### "]),
    st.sampled_from(
        [
            "",
            "Article 1. ",
            "Article 2",
            "Annex ",
            "Preamble",
            "Annotations",
            "Agenda",
            "1. ",
            "(a) ",
            "IV",
            "Documentation",
        ]
    ),
    sentence | st.just(""),
).map("".join)
row = (
    st.lists(sentence | st.just(""), min_size=2, max_size=4).filter(any).map(lambda cells: "|" + "|".join(cells) + "|")
)
table = st.lists(row, min_size=1, max_size=4).map("\n".join)
note = sentence.map("<sup>1</sup> {}".format)
texts = st.lists(heading | paragraph | table | note | sentence.map("**{}**".format), min_size=1, max_size=14).map(
    lambda parts: "Opening words.\n\n" + "\n\n".join(parts)
)


@given(texts)
def test_blocks_tile_the_text_in_order(text: str) -> None:
    made = document(text)
    at = 0
    for block in made.blocks:
        assert made.text[at : block.start].strip() == ""
        assert at <= block.start <= block.body_start <= block.end
        assert made.block_text(block) == made.block_text(block).strip() != ""
        for span in block.cells:
            assert span is None or block.start <= span[0] < span[1] <= block.end
        at = block.end
    assert at == len(made.text)


@given(texts)
def test_every_block_has_a_place_and_a_parent_before_it(text: str) -> None:
    made = document(text)
    for block in made.blocks:
        assert block.locator
        assert block.parent is None or block.parent < block.ordinal
        above = made.headings(block)
        assert [heading.ordinal for heading in above] == sorted(heading.ordinal for heading in above)


@given(texts)
def test_reading_is_deterministic_and_keeps_every_letter(text: str) -> None:
    made = document(text)
    assert made == document(text)
    printed = unicodedata.normalize("NFC", text).replace("<sup>1</sup>", "")
    assert sorted(filter(str.isalnum, made.text)) == sorted(filter(str.isalnum, printed))


def test_asterisks_typed_behind_words_are_the_marks_of_notes_that_begin_with_them() -> None:
    lines = ["Lamps**", "1. Boats** of 3* 2 m leave.", "* Reissued.", "** Late.", "* Oil", "* Wax"]
    text = "<html><body><h1>Report on lamps*</h1>" + "".join(f"<p>{each}</p>" for each in lines) + "</body></html>"
    made, _ = read_document(Input("a.html", text.encode()), NOTHING)
    shown = [(block.kind, block.locator.rpartition(", ")[2], block.marks, made.body(block)) for block in made.blocks]
    assert shown[0] == ("heading", "title", ("*",), "Report on lamps")
    assert [each[2:] for each in shown[1:3]] == [(("**",), "Lamps"), (("**",), "Boats of 3* 2 m leave.")]
    assert [each[:2] for each in shown[3:5]] == [("footnote", "footnote *"), ("footnote", "footnote **")]
    assert [each[3] for each in shown[3:]] == ["Reissued.", "Late.", "* Oil", "* Wax"]


@pytest.mark.parametrize(
    "line", ["7.ª sesión plenaria", "7.a sesión plenaria", "7.º período de sesiones", "1.er período"]
)
def test_an_ordinal_number_is_no_number_of_a_paragraph(line: str) -> None:
    made = document(
        f"# Decisión\n\n1. Decide abrir el puerto.\n\n2. Pide un informe.\n\n{line}\n\n14 de noviembre de 2025\n"
    )
    assert find(made, line).number is None
    assert [block.number for block in made.blocks if block.number] == ["1", "2"]


@pytest.mark.parametrize("dash", ["–", "-"])
def test_a_range_of_numbers_that_a_line_break_splits_has_no_space(dash: str) -> None:
    made = document(f"# Fees\n\nThe budget of the harbour for the years 2026{dash}\n2027 is small.\n")
    assert made.block_text(made.blocks[1]) == f"The budget of the harbour for the years 2026{dash}2027 is small."


def test_numbers_in_brackets_that_count_through_a_text_are_those_of_its_points() -> None:
    made = document(
        "# Audit of lamps\n\n## A. Oil\n\n1. Oil is short.\n\n(1) The harbour should buy oil.\n\n## B. Glass\n\n2. Glass broke.\n\n"
        "(2) The harbour should buy glass.\n\nThe harbour accepted.\n\n## C. Boats\n\n3. Boats sank.\n\n(3) The harbour should buy boats.\n"
    )
    assert [block.locator for block in made.blocks if block.number and block.number.startswith("(")] == [
        "para. 1 (1)", "para. 2 (2)", "para. 3 (3)",
    ]  # fmt: skip


def test_a_number_in_brackets_that_does_not_go_on_counts_nothing() -> None:
    made = document(
        "# Audit of lamps\n\n## A. Oil\n\n1. Oil is short.\n\n(1) The harbour should buy oil.\n\n## B. Glass\n\n2. Glass broke.\n\n"
        "(5) The harbour should buy glass.\n"
    )
    assert not [block for block in made.blocks if block.number and block.number.startswith("(")]
