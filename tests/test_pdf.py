"""PDF files: every paragraph comes back whole and in order, what is printed around the text does not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import HEIGHT, INDENT, LEFT, RIGHT, WIDTH, Flow, Sheet, filled, long_text, plain, texts, words_of, wrapped
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from ingest.readers.lines import Line, ParsedFile
from ingest.readers.pdf import read_pdf

WORD = st.one_of(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9).map(str.capitalize),
    st.integers(0, 99_999).map(str),
)
WORDS = st.lists(WORD, min_size=12, max_size=110).map(" ".join)
KIND = st.sampled_from(["number", "number", "letter", "roman", "plain", "note"])
ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]


def body(source: ParsedFile) -> list[Line]:
    """The lines of the text proper: no masthead, no footnotes."""
    return [line for line in filled(source) if line.part != "masthead" and not line.note]


def notes(source: ParsedFile) -> dict[str | None, str]:
    return {line.note: line.text for line in filled(source) if line.note}


def wrapped_by_hand(*lines: str, before: str = "") -> list[str]:
    """The texts of a page with these printed lines, and a paragraph before and behind."""
    flow = Flow().start()
    flow.add(before or long_text(40), "1.")
    flow.top = flow.sheet.lines(LEFT, flow.top, lines) + 6
    flow.add(long_text(40, 3), "2.")
    return [line.text for line in body(flow.read())][1:-1]


@settings(max_examples=40)
@given(st.lists(st.tuples(KIND, WORDS), min_size=1, max_size=30), st.booleans(), st.booleans())
def test_random_paragraphs_come_back_whole_once_in_order_and_with_their_numbers(
    given_parts: list[tuple[str, str]], justified: bool, by_word: bool
) -> None:
    flow = Flow(pages=9, sheet=Sheet(by_word=by_word)).start()
    wanted: list[str] = []
    wanted_notes: list[tuple[str, str]] = []
    number = letter = roman = 0
    for kind, words in given_parts:
        text = f"Words follow here, {words}, and so it ends."
        if kind in ("number", "note") or not number:
            number, letter, roman = number + 1, 0, 0
            called = {}
            if kind == "note":
                mark = str(len(wanted_notes) + 1)
                called = {mark: f"Of {words[:150]} and more."}
                wanted_notes.append((mark, " ".join(called[mark].split())))
                text += f"^{mark}^"
            flow.add(text, f"{number}.", notes=called, justified=justified)
            wanted.append(f"{number}. {plain(text)}")
        elif kind == "letter" and letter < 26:
            letter, roman = letter + 1, 0
            flow.add(text, f"({chr(96 + letter)})", label_at=INDENT, text_at=171, justified=justified)
            wanted.append(f"({chr(96 + letter)}) {text}")
        elif kind == "roman" and roman < 10:
            roman += 1
            flow.add(text, f"({ROMANS[roman - 1]})", label_at=171, text_at=195, left=171, justified=justified)
            wanted.append(f"({ROMANS[roman - 1]}) {text}")
        else:
            flow.add(text, justified=justified)
            wanted.append(text)
    source = flow.read()
    assert [line.text for line in body(source)] == wanted
    assert [(line.note, line.text) for line in filled(source) if line.note] == wanted_notes
    assert [mark for line in body(source) for mark in line.marks] == [mark for mark, _ in wanted_notes]
    assert source.warnings == ()


def test_lines_count_up_each_followed_by_a_blank_one_with_page_place_and_size() -> None:
    source = Flow(pages=2).start().add(long_text(700), "1.").add(long_text(400, 1), "2.").read()
    assert [line.row for line in source.lines] == list(range(1, len(source.lines) + 1))
    assert all(line.blank == bool(n % 2) for n, line in enumerate(source.lines))
    first, second = body(source)
    assert (first.page, second.page) == (1, 2)
    assert first.left == pytest.approx(LEFT, abs=1)
    assert first.top == pytest.approx(222, abs=3)
    assert first.size == pytest.approx(10, abs=0.1)
    assert (source.format, len(source.pages), source.ocr) == ("pdf", 2, False)
    assert min(source.pages) > 500


# What is printed around the text


def test_running_headers_page_numbers_job_numbers_and_bar_codes_are_gone() -> None:
    flow = Flow(title="Clinics in mountain valleys", pages=4).start()
    for n in range(1, 25):
        flow.add(long_text(90, n), f"{n}.")
    source = flow.read()
    assert len(source.pages) == 4
    assert [line.text.split()[0] for line in body(source)] == [f"{n}." for n in range(1, 25)]
    joined = "\n".join(line.text for line in body(source))
    for gone in ("A/87/901", "mountain valleys", "2/4", "3/4", "31-04567", "*3104567*"):
        assert gone not in joined
    assert "31-04567 (E)" in "\n".join(texts(source))  # of the masthead


def test_a_running_title_without_symbol_or_rule_is_gone_when_most_pages_have_it() -> None:
    flow = Flow()
    flow.add(long_text(200), "1.")
    for n in range(2, 7):
        flow.sheet.next()
        flow.sheet.text(230, 60, "Handbook of rural clinics", 9, "i")
        flow.top = 110
        flow.add(long_text(200, n), f"{n}.")
    assert texts(flow.read()) == [f"{n}. {long_text(200, n if n > 1 else 0)}" for n in range(1, 7)]


def test_a_running_symbol_that_holds_the_number_of_a_page_is_gone_from_that_page_too() -> None:
    symbol = "JIU/REP/2025/3 [Expanded report]"
    flow = Flow(symbol=symbol, pages=9).start()
    for n in range(1, 9):
        flow.add(long_text(330, n), f"{n}.")
    source = flow.read()
    assert len(source.pages) >= 3
    assert symbol not in [line.text for line in body(source)]


def test_a_symbol_at_the_foot_of_the_first_page_is_of_the_masthead_and_notes_above_it_are_notes() -> None:
    flow = Flow(pages=1).start().add(long_text(60) + "^1^", "1.", notes={"1": "See the report of the board."})
    flow.bottom = 690
    flow.sheet.text(60, 730, "FCCC/SBSTA/2031/MISC.4", 10, "b")
    source = flow.read()
    assert notes(source) == {"1": "See the report of the board."}
    assert "FCCC/SBSTA/2031/MISC.4" in [line.text for line in filled(source) if line.part == "masthead"]
    assert [line.text for line in body(source)] == [f"1. {long_text(60)}"]


def test_what_runs_up_a_lying_page_beside_its_text_is_gone() -> None:
    sheet = Sheet()
    for page in (1, 2):
        sheet.canvas.setPageSize((HEIGHT, WIDTH))
        shift = HEIGHT - WIDTH  # places are counted from the top of a page that stands
        sheet.upward(745, shift + 300, "A/87/901")
        sheet.canvas.line(735, 60, 735, 550)
        sheet.upward(45, shift + 560, f"{page}/2")
        sheet.upward(45, shift + 90, "31-04567", 7)
        for n, words in enumerate(wrapped(long_text(120, page), 600)):
            sheet.line(80, shift + 90 + 12 * n, words)
        if page == 1:
            sheet.next()
    found = texts(read_pdf(sheet.bytes(), "made.pdf"))
    assert [line for line in found if line != "31-04567"] == [long_text(120, 1), long_text(120, 2)]


def test_a_heading_that_pages_happen_to_share_stays() -> None:
    flow = Flow(pages=6).start().add(long_text(300), "1.")
    for n in range(2, 7):
        flow.turn()
        if n < 4:
            flow.heading("Views of the delegations")
        flow.add(long_text(300, n), f"{n}.")
    assert texts(flow.read()).count("Views of the delegations") == 2


def test_symbols_and_numbers_in_the_last_line_of_a_page_stay() -> None:
    flow = Flow(pages=2).start().add(long_text(200), "1.")
    flow.top = 696
    text = f"{long_text(21)} All of this was said in the documents that the Board had issued in the year 2030, in A/86/14 and in A/86/15 and in 12 more."
    flow.add(text, "2.").add(long_text(30, 2), "3.")
    assert [line.text for line in body(flow.read())][1] == f"2. {text}"


# Words and paragraphs that are cut


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        ("Nurses and other members of the staff of clinics in the valleys", "are few. More are sought"),
        ("Nurses and other members of the staff of clinics and the", "Ministry are few. More are sought"),
        ("Nurses and other members of the staff of clinics are too few.", "The review shows that more are sought"),
    ],
)
def test_words_in_bold_that_fill_the_first_line_of_a_numbered_paragraph_do_not_part_it(opening: str, rest: str) -> None:
    flow = Flow().start().add(long_text(40), "1.")
    flow.sheet.text(LEFT, flow.top, "2.", style="b")
    flow.sheet.line(INDENT, flow.top, words_of(opening, "b"), right=RIGHT)
    flow.top += 12
    flow.sheet.line(LEFT, flow.top, words_of(f"{rest} {long_text(4)}"), right=RIGHT)
    flow.top += 24
    flow.add(long_text(40, 3), "3.")
    assert [line.text for line in body(flow.read())][1] == f"2. {opening} {rest} {long_text(4)}"


def test_a_heading_at_the_head_of_a_page_does_not_go_on_with_a_line_in_italics_at_the_foot_of_the_last() -> None:
    flow = Flow().start().add(long_text(40), "1.")
    flow.sheet.line(300, flow.top, words_of("_Adopted under the item on clinics in the valleys_"), right=RIGHT)
    flow.turn()
    flow.top = flow.sheet.lines(LEFT, flow.top, ["Decision 2031/4 Nurses"], style="b") + 12
    flow.add(long_text(40, 3), "2.")
    assert "Decision 2031/4 Nurses" in [line.text for line in body(flow.read())]


def test_headings_in_bold_on_both_sides_of_a_page_break_are_two() -> None:
    first = "Recommendations concerning the financing of the ports of the northern provinces of Fiji"
    flow = Flow(pages=2).start().add(long_text(60), "1.")
    flow.sheet.text(84, 700, first, 12, "b")
    flow.turn()
    flow.sheet.text(84, flow.top, "Summary of what was decided", 12, "b")
    flow.top += 30
    document = flow.add(long_text(80, 2), "2.").document()
    headings = [document.block_text(block) for block in document.blocks if block.kind == "heading"]
    assert headings[-2:] == [first, "Summary of what was decided"]


def test_a_heading_in_bold_close_above_text_stays_one() -> None:
    heading, text = "Nurses in the valleys", "Nurses are few. More are sought in the valleys, as the review shows."
    assert wrapped_by_hand(heading) == [heading]
    flow = Flow().start().add(long_text(40), "1.")
    flow.top = flow.sheet.lines(LEFT, flow.top, [heading], style="b")
    flow.add(text)
    assert [line.text for line in body(flow.read())][1:] == [heading, text]


def test_a_line_that_begins_with_a_decimal_within_a_sentence_begins_no_paragraph() -> None:
    first = "Recalling what the Assembly decided on the health of the valleys in its resolution"
    second = "76.16 of 30 May on clinics, and what follows from it for them."
    flow = Flow().start().add(long_text(40), "1.")
    flow.sheet.line(INDENT, flow.top, words_of(first), right=RIGHT)
    flow.top += 12
    flow.sheet.line(LEFT, flow.top, words_of(second))
    assert [line.text for line in body(flow.read())][1:] == [f"{first} {second}"]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("By regulation the Board asked for a new regu-", "lation of all the clinics."), "a new regulation of all"),
        (("The Board asked for a people-", "centred plan of all the clinics."), "a people-centred plan"),
        (("The Board asked for a long-", "term plan, since no long-term plan is there."), "a long-term plan, since no long-term plan is"),
        (("The Board went to the Austro-", "Hungarian border."), "the Austro-Hungarian border"),
        (("The Board read document A/87/", "12 and liked it."), "document A/87/12 and"),
        (("The Board met in Vienna –", "and in Geneva."), "in Vienna – and in"),
    ],
)  # fmt: skip
def test_words_that_a_line_end_cuts_are_mended(lines: tuple[str, ...], wanted: str) -> None:
    (text,) = wrapped_by_hand(*lines)
    assert wanted in text


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        ((("The report of the Secretary", "", 1.3), ("-", "", 0.3), ("General was read.", "", 0)), "Secretary-General was"),
        ((("Only a few are financ", "", 1.3), ("ial and were read.", "", 0)), "are financial and"),
        ((("The Board and its members", "", 1.3), ("’ views were read.", "", 0)), "members’ views"),
        ((("The members met Ivan ", "", 1.5), ("- ", "", 1.5), ("a writer, and left.", "", 0)), "Ivan - a writer"),
        ((("Reports that were issued ", "", -1.5), ("from Vienna were read.", "", 0)), "issued from Vienna"),
        ((("Takes note of", "i", 2.2), ("the reports that were read.", "", 0)), "of the reports"),
        ((("All work of", "", 1.3), ("young people was read.", "", 0)), "of young people"),
        ((("The years from 14", "", 1.5), ("June were read.", "", 0)), "14 June"),
    ],
)  # fmt: skip
def test_a_gap_within_a_word_is_no_space_and_a_narrow_space_is_one(
    pieces: tuple[tuple[str, str, float], ...], wanted: str
) -> None:
    flow = Flow().start().add(long_text(40), "1.")
    left = INDENT
    for words, style, gap in pieces:  # points between the pieces, as in lines that are justified
        left = flow.sheet.text(left, flow.top, words, style=style) + gap
    (text,) = [line.text for line in body(flow.read())][1:]
    assert wanted in text


def test_a_word_that_the_end_of_a_page_cuts_is_mended_across_footer_and_footnote() -> None:
    flow = Flow(pages=2).start()
    flow.add("A first international remark.^1^", "1.", notes={"1": "Words of the note."})
    flow.top = 660
    flow.sheet.lines(INDENT, 660, ["2. The Board has come to see all of this as a matter of inter-"])
    flow.turn()
    flow.add(
        "national concern, for every delegation that took the floor in Vienna and for the others too.", text_at=LEFT
    )
    assert body(flow.read())[1].text.startswith(
        "2. The Board has come to see all of this as a matter of international concern,"
    )


def test_paragraphs_that_a_page_with_footnotes_cuts_are_whole_and_notes_follow_their_paragraph() -> None:
    flow = Flow(pages=3).start()
    called = {str(n): f"Note {n} of the clinic board." for n in (1, 2, 3)}
    long = (
        long_text(300)
        + " First remark.^1^ "
        + long_text(300, 4)
        + " Second remark^2^ and third;^3^ "
        + long_text(60, 8)
    )
    flow.add(long, "1.", notes=called).add(long_text(30, 2), "2.")
    source = flow.read()
    assert len(source.pages) >= 2
    assert texts(source)[7:] == [f"1. {plain(long)}", *called.values(), f"2. {long_text(30, 2)}"]
    assert body(source)[0].marks == ("1", "2", "3")


@pytest.mark.parametrize("separator", ["underscores", "rule"])
def test_a_note_that_goes_on_alone_on_the_next_page_is_whole(separator: str) -> None:
    flow = Flow(pages=2, separator=separator).start()
    flow.add(long_text(50) + "^1^", "1.", notes={"1": "The note begins here and its first line"})
    flow.add(long_text(600, 2), "2.")
    assert flow.sheet.page == 2
    if separator == "rule":
        flow.sheet.rule(LEFT, LEFT + 144, 660)
    else:
        flow.sheet.text(99.6, 660, "_" * 18, 8)
    flow.sheet.lines(LEFT, 673, ["goes on at the foot of the page that follows,", "where nothing else is noted."], 8.5)
    source = flow.read()
    assert notes(source) == {
        "1": "The note begins here and its first line goes on at the foot of the page that follows, where nothing else is noted."
    }
    assert len(body(source)) == 2


def test_notes_below_a_short_rule_are_notes_and_one_of_them_goes_on_over_the_page() -> None:
    flow = Flow(pages=2, separator="rule").start()
    flow.add(long_text(50) + "^1^", "1.", notes={"1": "The note begins here and its first line"})
    flow.add(long_text(600, 2) + "^2^", "2.")
    assert flow.sheet.page == 2
    flow.sheet.rule(LEFT, LEFT + 144, 660)
    flow.sheet.lines(LEFT, 673, ["goes on at the foot of the page that follows."], 8.5)
    flow.sheet.text(117, 680.5, "2", 5.5)
    flow.sheet.text(LEFT, 683.5, "Another note.", 8.5)
    assert notes(flow.read()) == {
        "1": "The note begins here and its first line goes on at the foot of the page that follows.",
        "2": "Another note.",
    }


def test_notes_whose_numbers_are_set_as_the_text_are_notes_and_the_sentence_above_them_goes_on() -> None:
    flow = Flow(pages=2).start()
    for n in (1, 2):
        flow.add(f"{long_text(60, n)[:-1]}^{n}^ and the rest.", f"{n}.")
    flow.sheet.rule(72, 216, 640)
    for n, words in enumerate(["First note, which has", "Second note."], 1):
        after = flow.sheet.text(72, 620 + 36 * n, str(n), style="b")
        flow.sheet.text(after, 620 + 36 * n, words)
    flow.sheet.text(72, 668, "two lines.")
    assert notes(flow.read()) == {"1": "First note, which has two lines.", "2": "Second note."}


def test_notes_as_large_as_the_text_may_stand_apart_from_each_other_below_a_short_rule() -> None:
    flow = Flow(pages=1).start()
    for n in (1, 2):
        flow.add(f"{long_text(60, n)[:-1]}^{n}^ and the rest.", f"{n}.")
    flow.sheet.rule(72, 216, 640)
    for n, words in enumerate(["First note.", "Second note."], 1):
        top = 620 + 36 * n
        flow.sheet.text(72, top - 3.5, str(n), 6.5)
        flow.sheet.text(76, top, words)
    source = flow.read()
    assert notes(source) == {"1": "First note.", "2": "Second note."}
    assert [line.marks for line in body(source)] == [("1",), ("2",)]


@pytest.mark.parametrize("rule", [True, False])
def test_notes_printed_as_large_as_the_text_are_notes(rule: bool) -> None:
    flow = Flow(pages=2).start()
    for n in range(1, 4):
        flow.add(f"{long_text(60, n)[:-1]}^{n}^ and the rest.", f"{n}.")
    flow.heading("Clinics of the far west", size=10)
    flow.add(long_text(40, 9), "4.")
    if rule:
        flow.sheet.rule(72, 216, 640)
    for n, words in enumerate(
        ["First note.", "The second note, which takes two lines of the page and", "ends here.", "Third."]
    ):
        mark = {0: "1", 1: "2", 3: "3"}.get(n, "")
        flow.sheet.text(72, 656 + 12 * n - 3.5, mark, 6.5)
        flow.sheet.text(76 if mark else 72, 656 + 12 * n, words)
    source = flow.read()
    assert notes(source) == {
        "1": "First note.",
        "2": "The second note, which takes two lines of the page and ends here.",
        "3": "Third.",
    }
    assert [line.marks for line in body(source)] == [("1",), ("2",), ("3",), (), ()]
    assert body(source)[-1].text == f"4. {long_text(40, 9)}"
    assert source.warnings == ()


def test_a_raised_figure_that_nothing_calls_makes_no_note_of_the_text_below_it() -> None:
    flow = Flow(pages=1).start().add(long_text(60) + "^1^", "1.", notes={"1": "A note."})
    flow.sheet.text(LEFT, flow.top - 3.5, "7", 6.5)
    flow.sheet.text(LEFT + 5, flow.top, "Li is an isotope of the metal in batteries.")
    flow.top += 18
    flow.add(long_text(30, 2), "2.")
    source = flow.read()
    assert notes(source) == {"1": "A note."}
    assert len(body(source)) == 3


# Marks


def test_marks_are_taken_off_and_put_down_wherever_they_stand() -> None:
    flow = Flow(pages=1).start()
    flow.add("One word^1^ and a comma,^2^ a stop.^3^ Two at once^4, 5^ and the end^6^", "1.")
    flow.notes = [(str(n), wrapped(f"Note number {n}.", 300, 8.5)) for n in range(1, 7)]
    source = flow.read()
    assert body(source)[0].text == "1. One word and a comma, a stop. Two at once and the end"
    assert body(source)[0].marks == ("1", "2", "3", "4", "5", "6")
    assert list(notes(source)) == ["1", "2", "3", "4", "5", "6"]


def test_raised_letters_and_figures_that_are_no_marks_stay() -> None:
    flow = Flow(pages=1).start()
    flow.add(
        "The 15^th^ session, on the 2^nd^ floor, took 40 m^2^ for the 1^er^ mars and x^3^ more.^1^",
        "1.",
        notes={"1": "A note."},
    )
    source = flow.read()
    assert body(source)[0].text == "1. The 15th session, on the 2nd floor, took 40 m2 for the 1er mars and x3 more."
    assert body(source)[0].marks == ("1",)


def test_marks_start_anew_on_each_page_and_each_finds_the_note_of_its_page() -> None:
    flow = Flow(pages=2).start()
    flow.add(long_text(30) + "^1^", "1.", notes={"1": "Note of the first page."})
    flow.turn()
    flow.add(long_text(30, 2) + "^1^", "2.", notes={"1": "Note of the second page."})
    source = flow.read()
    assert [line.text for line in filled(source) if line.note] == [
        "Note of the first page.",
        "Note of the second page.",
    ]
    assert texts(source)[-2:] == [f"2. {long_text(30, 2)}", "Note of the second page."]


def test_a_note_without_a_mark_is_kept_and_warned_about() -> None:
    flow = Flow(pages=1).start().add(long_text(40) + "^1^", "1.", notes={"1": "The note that is called."})
    flow.notes.append(("2", wrapped("The note that nothing calls.", 300, 8.5)))
    source = flow.read()
    assert notes(source) == {"1": "The note that is called.", "2": "The note that nothing calls."}
    assert source.warnings == ("no mark in the text refers to footnote 2 (page 1)",)


@pytest.mark.parametrize("mark", ["1", "*"])
def test_a_mark_that_stands_high_above_a_line_in_large_print_is_its_mark(mark: str) -> None:
    flow = Flow(pages=1).start()
    flow.top = flow.sheet.lines(LEFT, flow.top, ["Rural clinics and their staff in all", "of the valleys"], 14, "b")
    flow.sheet.text(LEFT + 92, flow.top - 16.8 - 6.6, mark, 6.5)
    flow.top += 10
    flow.add(long_text(60), "1.")
    flow.notes = [(mark, [words_of("Issued late.")])]
    source = flow.read()
    assert body(source)[0].text == "Rural clinics and their staff in all of the valleys"
    assert body(source)[0].marks == (mark,)
    assert notes(source) == {mark: "Issued late."}
    assert source.warnings == ()


def test_an_asterisk_calls_its_note() -> None:
    flow = Flow(pages=1).start()
    flow.top = flow.sheet.lines(LEFT, flow.top, ["Rural clinics and their staff*"], 14, "b") + 8
    flow.add(long_text(60), "1.")
    flow.sheet.text(99.6, 680, "_" * 18, 8)
    flow.sheet.text(117, 693, "*", 8.5)
    flow.sheet.text(LEFT, 693, "Issued late so as to take in the latest facts.", 8.5)
    source = flow.read()
    assert (body(source)[0].text, body(source)[0].marks) == ("Rural clinics and their staff", ("*",))
    assert notes(source) == {"*": "Issued late so as to take in the latest facts."}


# Parts of a page


def test_two_columns_are_read_one_after_the_other() -> None:
    flow = Flow(pages=1).start()
    flow.heading("Views of the delegations", size=14)
    top = flow.top
    flow.add(long_text(60), text_at=72, left=60, right=290).add(long_text(60, 1), text_at=72, left=60, right=290)
    flow.top = top
    flow.add(long_text(70, 2), text_at=334, left=322, right=552).add(long_text(50, 3), text_at=334, left=322, right=552)
    wanted = [long_text(60), long_text(60, 1), long_text(70, 2), long_text(50, 3)]
    assert [line.text for line in body(flow.read())] == ["Views of the delegations", *wanted]


def test_a_paragraph_goes_on_at_the_head_of_the_next_column() -> None:
    flow = Flow(pages=1)
    first, rest = long_text(160)[:-1], long_text(150, 1).lower()
    flow.top = 100
    flow.add(first, text_at=72, left=60, right=290)
    flow.top = 100
    flow.add(rest, text_at=322, left=322, right=552)
    assert texts(flow.read()) == [f"{first} {rest}"]


def test_words_in_a_frame_are_a_box() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    top = flow.top
    flow.top += 14
    flow.add(long_text(50, 2), text_at=LEFT + 8, left=LEFT + 8, right=476)
    for edge in (top, flow.top):
        flow.sheet.rule(LEFT, 488, edge)
    for edge in (LEFT, 488):
        flow.sheet.wall(edge, top, flow.top)
    flow.top += 24
    flow.add(long_text(30, 4), "2.")
    assert [(line.text.split()[0], line.part) for line in body(flow.read())] == [
        ("1.", ""),
        ("Questions", "box"),
        ("2.", ""),
    ]


def test_entries_of_the_contents_are_title_and_page_without_dots() -> None:
    flow = Flow(pages=1).start().heading("Contents", size=12)
    flow.entries(("I.", "Introduction", "3"), ("II.", "Clinics in the valleys", "4"), ("", "A. Staff", "12"))
    entries = [line for line in filled(flow.read()) if line.part == "contents"]
    assert [tuple(cell.text for cell in line.cells) for line in entries] == [
        ("I. Introduction", "3"),
        ("II. Clinics in the valleys", "4"),
        ("A. Staff", "12"),
    ]


def test_entries_of_the_contents_whose_pages_stand_at_the_right_need_no_dots() -> None:
    flow = Flow(pages=1).start()
    flow.heading("Contents", size=12)
    flow.sheet.text(480, flow.top, "Page", 8, "i")
    flow.top += 14
    for title, page in (
        ("I. Introduction", "3"),
        ("A. Clinics in the valleys", "4"),
        ("II. Staff ...", "6"),
        ("III. Roads", "12"),
    ):
        flow.sheet.text(LEFT, flow.top, title)
        flow.sheet.text(490 - 5 * len(page), flow.top, page)
        flow.top += 14
    flow.top += 20
    flow.add(long_text(60), "1.")
    lines = body(flow.read())
    assert [tuple(cell.text for cell in line.cells) for line in lines if line.part == "contents"] == [
        ("I. Introduction", "3"),
        ("A. Clinics in the valleys", "4"),
        ("II. Staff", "6"),
        ("III. Roads", "12"),
    ]
    assert lines[-1].text == f"1. {long_text(60)}"


def test_small_roman_numbers_beside_a_job_number_at_the_foot_are_gone() -> None:
    flow = Flow(pages=3)
    for number in ("ii", "iii", "iv"):
        flow.add(long_text(90, len(number)), "1.")
        flow.sheet.text(60, 754, "31-04567", 7)
        flow.sheet.text(540, 754, number, 8.5)
        flow.sheet.next()
        flow.top = 100
    flow.add(long_text(30), "2.")
    assert all(len(line.text) > 20 for line in body(flow.read()))


def report(**options: Any) -> bytes:
    """A report of three pages with everything on them."""
    flow = Flow(title="Clinics in mountain valleys", pages=3, sheet=Sheet(**options)).start()
    flow.heading("Introduction", "I.")
    for n in range(1, 16):
        flow.add(long_text(70, n) + f"^{n}^", f"{n}.", notes={str(n): f"Note {n} of the board."})
    return flow.bytes()


@pytest.mark.parametrize("turn", [90, 180])
def test_turned_pages_read_as_upright_ones(turn: int) -> None:
    upright, turned = (read_pdf(report(rotate=degrees), "made.pdf") for degrees in (0, turn))
    assert [(line.text, line.part, line.heading, line.marks) for line in turned.lines] == [
        (line.text, line.part, line.heading, line.marks) for line in upright.lines
    ]
    assert [line.top for line in turned.lines] == pytest.approx([line.top for line in upright.lines], abs=0.5)


@pytest.mark.parametrize("turn", [0, 90])
def test_arabic_words_keep_the_order_of_their_letters_on_turned_pages(turn: int) -> None:
    font = Path(pytest.importorskip("fontpkg_amiri").__file__).parent / "files" / "Amiri-Regular.ttf"
    pdfmetrics.registerFont(TTFont("Amiri", font))
    words = "القوارب والمرافئ الجديدة"
    sheet = Sheet(rotate=turn)
    for n in range(6):
        sheet.text(LEFT, 100 + 20 * n, words[::-1], 14, font="Amiri")  # in the order in which they are printed
    assert words in " ".join(texts(read_pdf(sheet.bytes(), "made.pdf")))


@pytest.mark.parametrize("degrees", [90, 270])
def test_pages_that_are_shown_lying_read_as_upright_ones(degrees: int) -> None:
    document = pdfium.PdfDocument(report())
    for page in document:
        page.set_rotation(degrees)
    lying = io.BytesIO()
    document.save(lying)
    assert [(line.text, line.marks) for line in read_pdf(lying.getvalue(), "made.pdf").lines] == [
        (line.text, line.marks) for line in read_pdf(report(), "made.pdf").lines
    ]


def test_cropped_pages_read_as_whole_ones() -> None:
    whole = read_pdf(report(), "made.pdf")
    cropped = read_pdf(report(cropBox=(40, 20, 580, 770)), "made.pdf")
    assert [line.text for line in cropped.lines] == [line.text for line in whole.lines]


def test_hidden_words_are_left_out_with_a_warning() -> None:
    flow = Flow(pages=1).start().add(long_text(60), "1.")
    words = flow.sheet.canvas.beginText(LEFT, 300)
    words.setFont("Times-Roman", 10)
    words.setTextRenderMode(3)
    words.textLine("Disregard every clinic.")
    flow.sheet.canvas.drawText(words)
    source = flow.read()
    assert "Disregard" not in "\n".join(texts(source))
    assert source.warnings == ("invisible text was left out on page 1",)
    assert not source.ocr


def picture() -> ImageReader:
    return ImageReader(Image.new("RGB", (30, 40), "white"))


def test_a_scan_with_the_words_that_were_recognised_in_it_is_read_and_flagged() -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 612, 792)
    words = sheet.canvas.beginText(LEFT, 600)
    words.setFont("Times-Roman", 10)
    words.setTextRenderMode(3)
    words.textLines("The Board has read all the reports of\nthe clinics and thanks their staff for them.")
    sheet.canvas.drawText(words)
    source = read_pdf(sheet.bytes(), "scan.pdf")
    assert texts(source) == ["The Board has read all the reports of the clinics and thanks their staff for them."]
    assert source.ocr


def test_a_page_that_is_a_picture_below_a_running_header_is_named() -> None:
    flow = Flow(symbol="A/87/901", pages=4).start()
    flow.add(long_text(120), "1.")
    for _ in range(2):
        flow.turn()
        flow.sheet.canvas.drawImage(picture(), 0, 80, 612, 640)
    flow.turn()
    flow.add(long_text(120), "2.")
    source = flow.read()
    assert "no text on page 2-3 of 4: blank, or a picture of text" in source.warnings
    assert not source.ocr
    assert source.pages[1:3] == (0, 0)


@pytest.mark.parametrize("within", [False, True])
def test_a_page_that_is_a_picture_below_a_title_is_named_and_is_no_scan(within: bool) -> None:
    flow = Flow(symbol="A/87/901", pages=3).start()
    flow.add(long_text(120), "1.")
    flow.turn()
    canvas = flow.sheet.canvas
    flow.heading("Annex II", size=14)
    if within:  # as a drawing that is placed as a whole
        canvas.beginForm("chart", 0, 0, 612, 792)
        canvas.drawImage(picture(), 0, 60, 612, 600)
        canvas.endForm()
        canvas.doForm("chart")
    else:
        canvas.drawImage(picture(), 0, 0, 612, 792)
    flow.sheet.text(LEFT, 680, "Clinics of the far west in the year 2030")
    flow.turn()
    flow.add(long_text(120), "2.")
    source = flow.read()
    assert source.warnings == ("page 2 of 3 is a picture with few words beside it; the words in it are not read",)
    assert not source.ocr


def test_a_small_picture_beside_text_is_not_warned_about() -> None:
    flow = Flow(pages=1).start()
    flow.sheet.canvas.drawImage(picture(), 60, 100, 200, 150)
    assert flow.add(long_text(30), "1.").read().warnings == ()


def test_words_that_are_clipped_to_two_places_at_once_are_not_seen_and_not_read() -> None:
    flow = Flow(pages=1).start()
    canvas = flow.sheet.canvas
    canvas.saveState()
    for left in (0, 300):
        path = canvas.beginPath()
        path.rect(left, 0, 200, 792)
        canvas.clipPath(path, stroke=0)
    flow.sheet.text(420, 660, "6 February 2031")
    canvas.restoreState()
    flow.sheet.text(424, 660, "9 June 2031")
    source = flow.add(long_text(60), "1.").read()
    assert "9 June 2031" in texts(source)
    assert "February" not in " ".join(texts(source))
    assert source.warnings == ("invisible text was left out on page 1",)


def test_the_other_column_runs_on_beside_a_line_in_italics() -> None:
    sheet = Sheet()
    for n in range(24):
        sheet.text(60, 80 + 12 * n, f"north {n} lamps of the old mole burn oil all night")
        sheet.text(330, 80 + 12 * n, f"south {n} lamps of the new mole burn oil all night")
    sheet.text(60, 80 + 12 * 24 + 6, "The list was adopted.", 10, "i")
    for n in range(24, 40):
        sheet.text(330, 80 + 12 * n, f"south {n} lamps of the new mole burn oil all night")
    said = " ".join(line.text for line in read_pdf(sheet.bytes(), "two.pdf").lines)
    assert said.index("The list was adopted.") < said.index("south 0 ")


def minutes(*headings: str) -> ParsedFile:
    """A page without a masthead: a large title, place and day, and paragraphs below headings."""
    flow = Flow(pages=1)
    flow.sheet.text(LEFT, 90, "Minutes of the fourth meeting of the Bureau of Lamps", 15, "b")
    flow.sheet.text(LEFT, 120, "Valletta, 16 and 17 September 2031")
    flow.sheet.text(LEFT, 140, "Approved on 24 October 2031")
    flow.top = 170
    for n, heading in enumerate(headings, 1):
        flow.heading(heading)
        flow.add(long_text(60, n), f"{n}.")
    return flow.read()


def test_a_title_above_place_and_dates_is_a_heading() -> None:
    found = [line.text for line in filled(minutes("Attendance", "Lamps", "Oil")) if line.heading]
    assert found == ["Minutes of the fourth meeting of the Bureau of Lamps", "Attendance", "Lamps", "Oil"]


def test_a_letterhead_above_place_and_dates_is_no_heading_where_a_title_follows() -> None:
    flow = Flow(pages=1)
    flow.sheet.text(LEFT, 90, "Harbour Trust of the North", 15, "b")
    flow.sheet.text(LEFT, 120, "Valletta, 16 September 2031")
    flow.top = 150
    flow.heading("Report on lamps", size=13).heading("Lamps").add(long_text(60), "1.").heading("Oil").add(
        long_text(60), "2."
    )
    assert [line.text for line in filled(flow.read()) if line.heading] == ["Report on lamps", "Lamps", "Oil"]


def test_a_title_that_breaks_within_a_range_of_years_has_no_space_in_it() -> None:
    flow = Flow().start()
    flow.sheet.text(LEFT, flow.top, "Budget of the lamps for the biennium 2026–", 14, "b")
    flow.sheet.text(LEFT, flow.top + 16, "2027", 14, "b")
    flow.top += 40
    flow.add(long_text(60), "1.")
    assert "Budget of the lamps for the biennium 2026–2027" in texts(flow.read())
