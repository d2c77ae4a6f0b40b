"""Comparisons: what was changed, to the word, and what documents say on one topic."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import SHARED, Holding, at_hand, markdown
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from assistant.answer_phrases import say
from assistant.export.file_formats import render
from assistant.export.layouts import build_publication
from assistant.qa.engine import Engine
from assistant.reports.comparison.text_diff import (
    Comparison,
    VersionComparison,
    compare_texts,
    compare_versions,
    diff_words,
    earlier_pieces,
    later_pieces,
)
from assistant.reports.comparison.topic_comparison import compare_topic
from assistant.reports.lookup import find_documents_together
from corpus.documents import LANGUAGES
from corpus.library import Library
from eval.cases import COMPARISONS
from eval.cli import app
from eval.comparison import Labelled, compute_scores, read_texts
from eval.output import load_labels
from ingest.input_files import FileInput
from ingest.pipeline import Input

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


def compared(holding: Holding, first: list[str], second: list[str]) -> tuple[Comparison, Library]:
    """Two texts compared, and what holds them; every change has cited the exact words of both."""
    texts = (("A/90/7", first), ("A/90/7/Rev.1", second))
    library = holding(*(HEAD.format(symbol=symbol) + "\n\n".join(lines) + "\n" for symbol, lines in texts)).library
    (one,), (other,) = library.find_documents("A/90/7"), library.find_documents("A/90/7/Rev.1")
    found = compare_texts(library, one, other)
    for cite in (cite for each in found.changes for cite in (each.before, each.after) if cite is not None):
        assert library.document(cite.document).quote(cite.start, cite.end) == cite.quote
    return found, library


def test_changed_added_and_moved_paragraphs_are_told_and_the_rest_is_counted(holding: Holding) -> None:
    found, library = compared(holding, FIRST, SECOND)
    assert [change.kind for change in found.changes] == ["changed", "moved", "added"]
    changed, moved, added = found.changes
    assert [(each.op, each.text) for each in changed.pieces if each.op != "same"] == [
        ("removed", "12"),
        ("added", "15"),
    ]
    assert changed.before is not None
    assert changed.before.locator == "A/90/7, para. 2"
    assert moved.after is not None
    assert moved.after.locator in ("A/90/7/Rev.1, para. 3", "A/90/7/Rev.1, para. 4")
    assert added.before is None
    json.dumps(found.to_json())
    for language in LANGUAGES:
        told = markdown(VersionComparison((found,)), library, language)
        assert say("compare_numbers", language) in told
        assert say("kind_added", language) in told
        assert "keeps a list of ~~12~~ boats" in told
        assert "keeps a list of **15** boats" in told


GRAIN = "The harbour master keeps a list of boats that carry grain across the bay in winter;"
TIDES = "Tide tables are printed every spring and sent to all pilots of the coast;"
NETS = "Fishing nets may be dried on the northern wall where nobody is in the way;"
LAMPS = "Lamps along the long quay are lit from dusk to dawn by the night watch;"


def numbered(*lines: str) -> list[str]:
    return [f"{n}. {line}" for n, line in enumerate(lines, 1)]


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        ((GRAIN, TIDES, NETS), (TIDES, NETS, GRAIN.replace("grain", "grain, coal, timber or anything else that a ship may hold")),
         [("2", "1", "same"), ("3", "2", "same"), ("1", "3", "changed")]),
        ((GRAIN, TIDES, LAMPS), (NETS, GRAIN, TIDES, LAMPS),
         [(None, "1", "added"), ("1", "2", "same"), ("2", "3", "same"), ("3", "4", "same")]),
    ],
)  # fmt: skip
def test_a_paragraph_that_grew_is_changed_wherever_it_now_stands_and_one_with_another_number_is_not_moved(
    holding: Holding, first: tuple[str, ...], second: tuple[str, ...], kinds: list[tuple[str | None, ...]]
) -> None:
    found, _ = compared(holding, numbered(*first), numbered(*second))
    assert [(each["before"], each["after"], each["kind"]) for each in found.to_json()["numbers"]] == kinds


@pytest.mark.parametrize("merged", [False, True])
def test_of_a_paragraph_that_was_split_and_reworded_each_half_is_told_once(holding: Holding, merged: bool) -> None:
    once = f"{GRAIN[:-1]}, and asks the night watch to light the lamps along the long quay from dusk to dawn;"
    grain = GRAIN.replace("in winter", "and timber along the coast")
    halves = (grain, "Asks the night watch to light all lamps along the long quay from dusk to dawn;")
    texts = (numbered(once, TIDES), numbered(*halves, TIDES))
    found, _ = compared(holding, *(texts[::-1] if merged else texts))
    assert [change.kind for change in found.changes] == ["merged" if merged else "split"] * 2
    differ = " ".join(each.text for change in found.changes for each in change.pieces if each.op != "same")
    assert not {"list", "night", "dusk"} & set(differ.split())


def test_words_of_a_merged_paragraph_that_stand_in_another_row_are_left_out_visibly(holding: Holding) -> None:
    merged = f"{GRAIN[:-1]}, and asks the night watch to light all lamps along the quay, from dawn to dusk every day of the year;"
    halves = (
        GRAIN[:-1] + ", from dawn to dusk every day of the year;",
        "Asks the night watch to light all lamps along the quay;",
    )
    found, library = compared(holding, numbered(*halves, TIDES), numbered(merged, TIDES))
    told = markdown(VersionComparison((found,)), library, "en")
    assert "1 changed" not in told
    assert "2 merged" in told
    row = next(line for line in told.splitlines() if line.startswith("| **para. 1** (merged)"))
    assert re.search(r"\[…\\?\]\W+from dawn", row.rpartition("**para. 1**")[2]), row


def test_typography_and_damage_are_no_differences(holding: Holding) -> None:
    before = numbered("The co-operating “harbour” States Parties keep well-known services of old;", TIDES)
    damaged = "The co\u2011operating 'harbour' States parties keep well - known servi ces of old."
    found, _ = compared(holding, before, numbered(damaged, TIDES.upper()))
    assert (found.changes, found.renumbered) == ((), 0)


def test_damage_inside_a_changed_paragraph_is_not_marked() -> None:
    pieces = diff_words("Ser vices for twelve boats in the “bay”;", "Services for ten boats in the 'bay'.")
    assert [(each.op, each.text) for each in pieces if each.op != "same"] == [("removed", "twelve"), ("added", "ten")]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("by 1 January 2025", "by 1January 2026", [("removed", "2025"), ("added", "2026")]),
        ("the data base was closed", "the database is closed", [("removed", "was"), ("added", "is")]),
        ("The pre amble says no", "The preamble does not say no", [("removed", "says"), ("added", "does not say")]),
        ("we use the data base", "we kept a database", [("removed", "use the"), ("added", "kept a")]),
    ],
)
def test_a_space_within_a_word_beside_changed_words_is_no_change(
    before: str, after: str, changes: list[tuple[str, str]]
) -> None:
    assert [(each.op, each.text.strip()) for each in diff_words(before, after) if each.op != "same"] == changes


def test_a_minus_sign_is_a_change_unlike_other_dashes(holding: Holding) -> None:
    before = numbered("The balance of the harbour is −12 500 crowns;", "Boats of the years 2031–2033 are grey;", TIDES)
    after = numbered("The balance of the harbour is 12 500 crowns;", "Boats of the years 2031-2033 are grey;", TIDES)
    found, _ = compared(holding, before, after)
    (change,) = found.changes
    assert [each.text for each in change.pieces if each.op != "same"] == ["−12 500", "12 500"]


@pytest.mark.parametrize("sign", ["−", "-", "–"])
def test_the_sign_of_a_number_in_a_cell_counts(sign: str) -> None:
    pieces = diff_words(f"Net | {sign}500 | 3", "Net | 500 | 3")
    assert [each.text for each in pieces if each.op != "same"] == [f"{sign}500", "500"]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("Experts | 1 028 500", "Experts | 1 029 500", ["1 028 500", "1 029 500"]),
        ("in 2025 300 boats", "in 2026 300 boats", ["2025", "2026"]),
    ],
)
def test_a_number_whose_thousands_stand_apart_is_one_word(before: str, after: str, changes: list[str]) -> None:
    assert [each.text for each in diff_words(before, after) if each.op != "same"] == changes


def test_texts_that_have_little_in_common_are_said_to_be_so(holding: Holding) -> None:
    found, library = compared(holding, numbered(GRAIN, TIDES), numbered(NETS, LAMPS))
    assert (found.comparable, found.changes) == (False, ())
    told = markdown(VersionComparison((found,)), library, "en")
    assert "have little in common" in told
    assert "Old and new numbers" not in told


def resolution(number: str, day: str, note: str, *paragraphs: str) -> bytes:
    notes = f"[^1]: {note}"
    head = f"---\nsymbol: A/RES/{number}\nlanguage: en\n---\n# {number}. Boats\n\n*The General Assembly*,\n\n"
    preamble = "*Recalling* the long history of boats in the harbour,[^1]\n\n*Noting* that lamps are lit at night,\n\n"
    body = "\n\n".join(f"{n}. {each}" for n, each in enumerate(paragraphs, 1))
    return f"{head}{preamble}{body}\n\n{day} plenary meeting\n\n3 March 2035\n\n{notes}\n".encode()


def test_the_paper_opens_with_what_changed_and_ends_with_footnotes(holding: Holding) -> None:
    first = resolution("90/1", "60th", "A/89/12.", "*Urges* boats to carry twelve lamps;", "*Requests* a report.")
    second = resolution("91/1", "71st", "A/90/14.", "*Urges* boats to carry ten lamps;", "*Requests* a report.")
    library = holding(Input("1.md", first), Input("2.md", second)).library
    (one,), (other,) = library.find_documents("A/RES/90/1"), library.find_documents("A/RES/91/1")
    found = compare_texts(library, one, other)
    assert [(change.part, change.kind) for change in found.changes] == [
        ("operative", "changed"),
        ("footnote", "changed"),
    ]
    told = markdown(VersionComparison((found,)), library, "en")
    heads = ["What changed", "Old and new numbers", "Operative paragraphs\n", "Footnotes\n"]
    places = [told.index(head) for head in heads]
    assert places == sorted(places)
    assert "1 changed (1)" in told
    assert "plenary" not in told


def test_new_places_without_numbers_are_a_range_in_the_summary_and_stand_one_by_one_in_the_table(
    holding: Holding,
) -> None:
    annex = (
        "## Annex\n\n### Boats\n\nAll boats of the bay are painted blue.\n\n### Lamps\n\nEvery lamp shines at night.\n"
    )
    before = numbered(GRAIN, TIDES, LAMPS)
    found, library = compared(holding, before, [*before, annex])
    told = markdown(VersionComparison((found,)), library, "en")
    places = [f"annex, section “{name}”, first paragraph" for name in ("Boats", "Lamps")]
    assert f"2 new ({'–'.join(places)})" in told
    assert all(f"| {place} | new |" in told for place in places)


def test_who_proposes_a_text_and_who_recommends_it_is_compared_and_its_masthead_is_not(holding: Holding) -> None:
    def proposed(revision: str, day: str, frame: str) -> str:
        lines = [f"Board of Ports\n\nBP.5/CONF./3{revision}\n\n{day}\n\n# Lamps of harbours", frame]
        lines += [
            "The Assembly of Ports,",
            "Noting that harbours need lamps,",
            "1. Decides that lamps are lit at night.",
        ]
        return "\n\n".join(lines)

    decided = "The Board of Ports decided to recommend the adoption of the following resolution:"
    by_two, by_three = (f"Draft decision proposed by {states}" for states in ("Chile and Peru", "Chile, Fiji and Peru"))
    versions = (("", "2 May 2031", by_two), (" Rev.1", "9 May 2031", by_three))
    library = holding(*(proposed(*each[:2], f"{each[2]}\n\n{decided}") for each in versions)).library
    first, second = (library.document(each.id) for each in sorted(library.headers(), key=lambda each: each.date or ""))
    found = compare_texts(library, first, second)
    assert [(each.part, each.kind) for each in found.changes] == [("head", "changed")]
    assert [each.text.strip(", ") for each in found.changes[0].pieces if each.op == "added"] == ["Fiji"]
    assert "Head of the text" in markdown(compare_versions(library, [first, second]), library)
    assert decided in {pair.para.text for pair in found.pairs if pair.part == "head"}


@pytest.mark.parametrize("more", ["", "".join(f"the Isle of Lamp {name}, " for name in "ABCDEFGHIJKLMNOPQ")])
def test_who_proposes_a_draft_is_compared_where_the_masthead_says_it(holding: Holding, more: str) -> None:
    def proposed(revision: str, day: int, states: str) -> str:
        lines = ["United Nations", f"A/C.3/80/L.12{revision}", "**General Assembly**", "Distr.: Limited"]
        lines += [
            f"{day} November 2025",
            "Original: English",
            "Eightieth session",
            "Third Committee",
            "Agenda item 71 (b)",
        ]
        lines += ["Promotion of harbours: lamps and other questions", f"{more}{states}: draft resolution"]
        lines += ["# Lamps of harbours", "The General Assembly,", "Noting that harbours need lamps,"]
        return "\n\n".join([*lines, "1. Decides that lamps are lit at night."])

    library = holding(proposed("", 1, "Chile and Peru"), proposed("/Rev.1", 9, "Chile, Fiji and Peru")).library
    (first,), (second,) = library.find_documents("A/C.3/80/L.12"), library.find_documents("A/C.3/80/L.12/Rev.1")
    found = compare_texts(library, first, second)
    assert [(each.part, each.kind) for each in found.changes] == [("head", "changed")]
    assert [each.text.strip(", ") for each in found.changes[0].pieces if each.op == "added"] == ["Fiji"]
    assert [pair.part for pair in found.pairs].count("head") == 1


def test_a_changed_title_who_proposes_a_text_and_how_it_was_adopted_are_told_first(holding: Holding) -> None:
    def text(symbol: str, title: str, proposers: str, below: str) -> str:
        lines = ["United Nations", symbol, "**General Assembly**", "Distr.: Limited", "1 November 2025"]
        lines += ["Eightieth session", f"# {proposers or 'Resolution 80/7'}", f"## {title}", "*The General Assembly*,"]
        lines += ["*Noting* that harbours need lamps,", f"1. *Decides* that {LAMPS}", f"2. *Requests* that {NETS}"]
        return "\n\n".join([*lines, below])

    first = text("A/C.3/80/L.12", "Lamps", "Chile and Peru: draft resolution", "")
    second = text("A/C.3/80/L.12/Rev.1", "Lamps and nets", "Chile, Fiji and Peru: draft resolution", "")
    vote = "Adopted at the 12th plenary meeting, on 12 November 2025, by a recorded vote of 41 to 2."
    adopted = text("A/RES/80/7", "Lamps and nets", "", f"*{vote}*")
    library = holding(first, second, adopted).library
    documents = [library.find_documents(symbol)[0] for symbol in ("A/C.3/80/L.12", "A/C.3/80/L.12/Rev.1", "A/RES/80/7")]
    versions = compare_versions(library, documents)
    assert [[*step.about] for step in versions.steps] == [["title", "proposers"], ["proposers", "adoption"]]
    told = markdown(versions, library).partition("Old and new numbers")[0]
    assert "**Title:** Lamps **and nets**" in told
    assert "**Who proposes the text:** Chile**, Fiji** and Peru: draft resolution" in told
    assert "~~Chile, Fiji and Peru: draft resolution~~" in told
    assert f"**Adoption:** **{vote}**" in told
    assert json.loads(json.dumps(versions.steps[1].to_json()))["about"]["adoption"] == [{"op": "added", "text": vote}]


DRAFT_OF_LAMPS = """A/C.3/97/L.38

**General Assembly**

Distr.: Limited
31 October 2042

Ninety-seventh session

Agenda item 71 (b)

Promotion of harbours: lamps and other questions

# Chile, Fiji, Malta[^*] and Peru: draft resolution

## Lamps of harbours

The General Assembly,

Noting that harbours need lamps,

1. Calls upon States to light the lamps of their harbours every night;

2. Invites harbour masters to keep a list of all lamps that are broken;

3. Requests the Secretary-General to report on lamps at its ninety-ninth session.

[^*]: On behalf of the States that are members of the Group of Ports.
"""


def test_an_adopted_text_is_compared_with_its_draft_without_masthead_proposers_and_the_notes_to_these(
    holding: Holding,
) -> None:
    adopted = DRAFT_OF_LAMPS.replace("A/C.3/97/L.38", "A/RES/97/168").replace(
        "Limited\n31 October 2042", "General\n7 January 2043"
    )
    adopted = adopted.replace(
        "# Chile, Fiji, Malta[^*] and Peru: draft resolution", "# Resolution adopted on 18 December 2042[^*]"
    )
    adopted = adopted.replace("## Lamps", "## 97/168. Lamps").replace("On behalf of", "Reissued on 9 January 2043 for")
    adopted = adopted.replace("3. Requests", "4. Requests").replace(
        "2. Invites", "2. Welcomes the keepers;\n\n3. Invites"
    )
    adopted = adopted.replace("ninety-ninth", "ninety-eighth")
    library = holding(DRAFT_OF_LAMPS, adopted).library
    documents = [library.find_documents(symbol)[0] for symbol in ("A/C.3/97/L.38", "A/RES/97/168")]
    versions = compare_versions(library, documents)
    (step,) = versions.steps
    assert {pair.part for pair in step.pairs} == {"operative", "preamble"}
    assert [(each.part, each.kind) for each in step.changes] == [("operative", "added"), ("operative", "changed")]
    assert [*step.about] == ["proposers", "adoption"]
    told = markdown(versions, library)
    assert told.startswith("# A/C.3/97/L.38 (draft) and A/RES/97/168 compared")
    assert "1 new (2); 1 changed (3 → 4); 1 renumbered (2 → 3)" in told
    assert not [each for each in ("Limited", "Agenda item", "On behalf", "Reissued") if each in told]


def test_a_text_compared_with_itself_has_no_changes(holding: Holding) -> None:
    library = holding(HEAD.format(symbol="A/90/7") + "\n\n".join(FIRST)).library
    (document,) = library.find_documents("A/90/7")
    found = compare_texts(library, document, document)
    assert found.changes == ()
    assert found.same >= 4
    assert "The paragraphs of the two texts are the same." in markdown(VersionComparison((found,)), library, "en")


_WORDS = st.lists(
    st.sampled_from("boats Boats bo-ats need a flag 12 3.5 не 船 只 قارب , . ; “ -".split()).flatmap(
        lambda word: st.sampled_from([word, f"{word} "])
    ),
    max_size=12,
)


@given(_WORDS, _WORDS)
def test_the_pieces_make_up_both_texts(one: list[str], other: list[str]) -> None:
    before, after = "".join(one), "".join(other)
    pieces = diff_words(before, after)
    assert "".join(piece.text for piece in earlier_pieces(pieces)) == before
    assert "".join(piece.text for piece in later_pieces(pieces)) == after
    told = [piece.to_json() for piece in pieces if piece.op != "added"]
    assert "".join(each.get("earlier", each["text"]) for each in told) == before


def test_what_is_the_same_is_shown_beside_each_other_as_each_text_has_it(holding: Holding) -> None:
    before = (
        "1. Also calls upon the third Fair of boats to mark the prevention of and shelter against storms of twelve."
    )
    after = "1. Calls upon the Third Fair of boats to mark the prevention of, and shelter against, storms of ten."
    found, library = compared(holding, [before], [after])
    (row,) = [line for line in markdown(VersionComparison((found,)), library, "en").splitlines() if "shelter" in line]
    left, right = row.strip("|").split("|")
    assert "~~Also~~ calls upon the third Fair of boats to mark the prevention of and shelter against storms" in left
    assert "Calls upon the Third Fair of boats to mark the prevention of**,** and shelter against**,** storms" in right
    (change,) = found.to_json()["changes"]
    assert any(piece.get("earlier", "").startswith("calls upon the third Fair") for piece in change["pieces"])


def test_long_texts_of_which_nothing_is_the_same_are_paired_by_their_numbers(holding: Holding) -> None:
    first, second = ([f"{n}. Boats of the kind {n} need {what} of the year {1000 + n}." for n in range(1, 700)]
                     for what in ("a flag", "two flags"))  # fmt: skip
    found, _ = compared(holding, first, second)
    assert [change.kind for change in found.changes] == ["changed"] * 699
    assert all(each.before.place == each.after.place for each in found.pairs if each.before and each.after)


def test_a_real_report_and_its_revision_differ_where_people_changed_them(holding: Holding) -> None:
    folder = at_hand(SHARED / "documents" / "pdf")
    names = ("S_2025_71.en.pdf", "S_2025_71_Rev.1.en.pdf")
    library = holding(*(FileInput(folder / name).open() for name in names)).library
    (one,), (other,) = library.find_documents("S/2025/71"), library.find_documents("S/2025/71/Rev.1")
    found = compare_texts(library, one, other)
    changed = [change.after.locator for change in found.changes if change.kind == "changed" and change.after]
    assert changed == [f"S/2025/71/Rev.1, {place}" for place in ("para. 53", "para. 80", "footnote *")]
    assert {change.kind for change in found.changes} == {"changed", "added"}
    assert all(each.part in ("annex", "footnote") for each in found.changes if each.kind == "added")


def test_labelled_texts_are_paired_as_a_reader_pairs_them() -> None:
    folder = at_hand(SHARED / "documents")
    paths = [folder / "un" / "series", *(folder / "pdf").glob("S_2025_71*.pdf")]
    labels = load_labels(COMPARISONS, Labelled)
    documents = read_texts(paths, {name for each in labels for name in (each.first, each.second)})
    for held_out in (False, True):
        found = compute_scores([each for each in labels if each.held_out is held_out], documents)
        assert found.pairing >= 0.97, found.wrong
        assert found.kinds >= 0.97, found.wrong
        assert found.false_changes == 0
        assert found.seconds < 3


def test_the_evaluation_counts_what_is_paired_and_told_wrongly(tmp_path: Path) -> None:
    for name, lines in (("1", [GRAIN, TIDES, NETS]), ("2", [TIDES, NETS, LAMPS])):
        text = HEAD.format(symbol=f"A/90/{name}") + "\n\n".join(numbered(*lines))
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    labels = tmp_path / "labels.jsonl"
    rows = [["para. 1", None, "removed"], ["para. 2", "para. 1", "changed"], ["para. 3", "para. 3", "changed"]]
    labels.write_text(json.dumps({"first": "A/90/1", "second": "A/90/2", "held_out": True, "paragraphs": rows}))
    done = CliRunner().invoke(app, ["texts", str(tmp_path), "--labels", str(labels), "--json"])
    found = json.loads(done.stdout)["held out"]
    assert (found["texts"], found["paragraphs"], found["pairing"]) == (1, 3, 0.5)
    assert found["kinds"] == pytest.approx(2 / 7, abs=1e-4)
    assert "A/90/1 → A/90/2: para. 2 → para. 1, changed: missed" in found["wrong"]
    (tmp_path / "1.md").unlink()
    done = CliRunner().invoke(app, ["texts", str(tmp_path), "--labels", str(labels)])
    assert done.exit_code == 1
    labels.write_text("{}\n")
    assert CliRunner().invoke(app, ["texts", str(tmp_path), "--labels", str(labels)]).exit_code == 1


def in_a_row(holding: Holding, *bodies: str) -> tuple[VersionComparison, str]:
    """Versions of a text compared, and the paper on them."""
    library = holding(*(f"{HEAD.format(symbol=f'A/90/{n}')}{body}\n" for n, body in enumerate(bodies, 1))).library
    found = compare_versions(library, [library.find_documents(f"A/90/{n}")[0] for n in range(1, len(bodies) + 1)])
    return found, markdown(found, library, "en")


def test_three_versions_in_a_row_have_one_table_of_numbers(holding: Holding) -> None:
    versions = ([GRAIN, TIDES, NETS], [GRAIN, NETS, LAMPS], [LAMPS, GRAIN.replace("grain", "coal"), NETS])
    found, told = in_a_row(holding, *("\n\n".join(numbered(*each)) for each in versions))
    assert told.startswith("# A/90/1, A/90/2 and A/90/3 compared\n")
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in told.splitlines() if line.startswith("| ")]
    assert rows[:5] == [
        ["A/90/1", "Change", "A/90/2", "Change", "A/90/3"],
        ["–", "new", "3", "moved", "1"],
        ["1", "unchanged", "1", "changed", "2"],
        ["2", "deleted", "–", "", "–"],
        ["3", "renumbered", "2", "renumbered", "3"],
    ]
    assert "A/90/2 → A/90/3: Text" in told
    assert [step["comparable"] for step in found.to_json()["steps"]] == [True, True]


def test_rows_of_a_table_and_the_paragraphs_behind_it_are_no_run_of_numbers(holding: Holding) -> None:
    table = "| Port | Grain |\n|---|---|\n| Odda | 40 tons |\n| Voss | 70 tons |\n\n"
    lines = (numbered(GRAIN, TIDES, NETS), numbered(GRAIN, TIDES, NETS, LAMPS))
    _, told = in_a_row(holding, *(table + "\n\n".join(each) for each in lines))
    assert "| 1–3 | 1–3 | unchanged |" in told
    assert not re.search(r"row \d+–\d", told)


def test_what_each_document_says_on_a_topic_stands_side_by_side(starter_engine: Engine) -> None:
    library = starter_engine.library
    named = [library.find_documents(name)[0] for name in ("past-topics", "working-group-meetings", "symbols")]
    found = compare_topic(starter_engine, "smuggling of migrants by sea", named)
    assert [side.document for side in found.sides] == [each.id for each in named]
    assert found.sides[0].statements
    for side in found.sides:
        assert {cite.document for each in side.statements for cite in each.citations} <= {side.document}
    assert render(build_publication(found, library, "en"), "html")
    json.dumps(found.to_json())


def test_an_empty_topic_has_no_sides(starter_engine: Engine) -> None:
    assert compare_topic(starter_engine, "").sides == ()


def test_texts_are_compared_in_a_language_in_which_all_of_them_are_stored(holding: Holding) -> None:
    def version(symbol: str, language: str) -> Input:
        head = f"---\nsymbol: {symbol}\ntitle: Lamps\nlanguage: {language}\n---\n# Lamps\n\n1. {GRAIN}\n"
        return Input(f"{symbol.replace('/', '_')}.{language}.md", head.encode())

    stored = [version("A/90/1", "en"), version("A/90/2", "en"), version("A/90/2", "fr"), version("A/90/3", "fr")]
    library = holding(*stored).library

    def languages(names: list[str], requested: str | None = None) -> list[str]:
        return [each.language for each in find_documents_together(library, names, requested)]

    assert languages(["A/90/1", "A/90/2"], "fr") == ["en", "en"]
    assert languages(["A/90/2", "A/90/3"]) == ["fr", "fr"]
    assert languages(["A/90/1", "A/90/3"], "fr") == ["en", "fr"]
    assert languages(["A/90/2:en:official", "A/90/2:fr:official"]) == ["en", "fr"]
