"""Treaties: every article, paragraph and subparagraph where the printed text has it, and no letter lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CONVENTION, PROTOCOL, at_hand

from corpus.catalogue import Catalogue
from corpus.documents import Document
from ingest.input_files import FileInput
from ingest.pipeline import Input, read_document

BOTH = pytest.mark.parametrize(("path", "articles"), [(PROTOCOL, 25), (CONVENTION, 41)], ids=["protocol", "convention"])


def treaty(path: Path) -> Document:
    at_hand(path)
    return read_document(FileInput(path).open(), Catalogue.packaged())[0]


def squeezed(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def walk(raw: str) -> Iterator[tuple[str, str]]:
    """Place and letters of each printed paragraph of the articles, by regular expressions over the raw lines.

    In these two files letters go only as far as (f) where they are printed with both brackets, so that a bracketed i, v
    or x is a Roman number; letters with one bracket go further.
    """
    article = number = letter = roman = ""
    for line in raw.splitlines():
        if heading := re.match(r"### Article\s+(\d+)\s*$", line):
            article, number, letter, roman = heading[1], "", "", ""
            continue
        if not article or not line.strip() or line.startswith(("#", "IN WITNESS")):
            continue
        dotted = ""
        if found := re.match(r"(\d+)\.\s", line):
            number, letter, roman = found[1], "", ""
        elif found := re.match(r"\(([ivx]+)\)", line):
            roman = found[1]
        elif found := re.match(r"\(?([a-z])\)", line):
            letter, roman = found[1], ""
        elif found := re.match(r"([a-z])\. [A-Z]", line):
            dotted = found[1]
        else:
            number = letter = roman = ""
        marks = "".join([f" ({letter})" * bool(letter), f" ({roman})" * bool(roman), f" {dotted}." * bool(dotted)])
        yield f"art. {article}" + (f", para. {number}" if number else "") + marks, squeezed(line)


@BOTH
def test_every_article_has_its_heading_and_text(path: Path, articles: int) -> None:
    document = treaty(path)
    headings = [b for b in document.blocks if b.kind == "heading" and re.fullmatch(r"art\. \d+", b.locator)]
    assert [b.locator for b in headings] == [f"art. {n}" for n in range(1, articles + 1)]
    for block in headings:
        first, title = document.block_text(block).split("\n")
        assert first == block.locator.replace("art. ", "Article ")
        assert title
        assert document.children.get(block.ordinal), f"{block.locator} has no text"


@BOTH
def test_every_paragraph_is_where_an_independent_reading_finds_it(path: Path, articles: int) -> None:
    document = treaty(path)
    expected = list(walk(path.read_text(encoding="utf-8")))
    found = [
        (block.locator, squeezed(document.block_text(block)))
        for block in document.blocks
        if block.locator.startswith("art.") and block.kind != "heading"
    ]
    assert found == expected
    assert len({place for place, _ in expected if " (" in place}) >= (60 if articles == 41 else 20)


def test_more_than_sixty_subparagraphs_are_told_apart() -> None:
    places = [block.locator for path in (PROTOCOL, CONVENTION) for block in treaty(path).blocks if block.kind == "item"]
    assert len(places) > 150
    assert "art. 5, para. 1 (a) (ii) b." in places
    assert "art. 18, para. 3 (i)" in places


@BOTH
def test_no_letter_or_digit_of_a_treaty_is_lost_or_moved(path: Path, articles: int) -> None:
    assert squeezed(treaty(path).text) == squeezed(path.read_text(encoding="utf-8"))


@BOTH
def test_no_two_paragraphs_of_a_treaty_share_a_place(path: Path, articles: int) -> None:
    document = treaty(path)
    numbered = [b.locator for b in document.blocks if b.kind != "heading" and re.search(r"para\.|\(", b.locator)]
    assert len(numbered) == len(set(numbered))


@BOTH
def test_a_treaty_is_recognised_by_its_title(path: Path, articles: int) -> None:
    document = treaty(path)
    assert document.key == ("A/RES/55/25, annex III" if articles == 25 else "A/RES/55/25, annex I")
    assert (document.edition, document.language, document.kind) == ("official", "en", "treaty")
    assert document.date == "2000-11-15"


@BOTH
def test_the_closing_words_are_no_part_of_the_last_article(path: Path, articles: int) -> None:
    document = treaty(path)
    assert document.blocks[-1].locator == "testimonium"
    assert document.block_text(document.blocks[-1]).startswith("IN WITNESS WHEREOF")


def test_the_preamble_of_the_protocol_has_eight_paragraphs() -> None:
    document = treaty(PROTOCOL)
    found = [document.block_text(b) for b in document.blocks if b.locator.startswith("preamble, para.")]
    assert [b.locator for b in document.blocks if b.locator.startswith("preamble, para.")] == [
        f"preamble, para. {n}" for n in range(1, 9)
    ]
    assert found[2].startswith("Convinced of the need")
    assert all(text.endswith(",") for text in found)


def test_the_parts_of_the_protocol_hold_their_articles() -> None:
    document = treaty(PROTOCOL)
    held: dict[str, list[str]] = {}
    for block in document.blocks:
        if block.kind == "heading" and block.locator.startswith("art."):
            (part,) = [above.locator for above in document.headings(block) if above.locator.startswith("part")]
            held.setdefault(part, []).append(block.locator)
    assert {part: (places[0], places[-1]) for part, places in held.items()} == {
        "part I": ("art. 1", "art. 6"),
        "part II": ("art. 7", "art. 9"),
        "part III": ("art. 10", "art. 18"),
        "part IV": ("art. 19", "art. 25"),
    }


def made_treaty(articles: int) -> str:
    """A treaty with every depth of numbering, written by rule."""
    made = ["#### Pact on Clocks", "", "PreambleThe Parties, Recalling that time passes, Have agreed as follows:", ""]
    for n in range(1, articles + 1):
        made += [f"### Article  {n}  ", "", f"####Title {n}", ""]
        for p in range(1, 4):
            made.append(f"{p}.   Paragraph {p} of article {n}:  ")
            for letter in "abcdefghijk"[: n % 11 + 1]:
                made += ["", f"{letter}) Letter {letter} under {n} and {p}:"]
                if letter == "b":
                    made += [
                        x for r in ("i", "ii", "iii", "iv") for x in ("", f"({r})Roman {r} under b of {n} and {p};")
                    ]
            made += [""]
    return "\n".join([*made, "", "IN WITNESS WHEREOF the undersigned have signed."])


def test_a_made_up_treaty_is_cited_to_every_depth() -> None:
    raw = made_treaty(12)
    document = read_document(Input("pact.md", raw.encode()), Catalogue([], []))[0]
    found = [
        (b.locator, squeezed(document.block_text(b)))
        for b in document.blocks
        if b.locator.startswith("art.") and b.kind != "heading"
    ]
    assert found == list(walk(raw))
    assert "art. 10, para. 3 (i)" in dict(found)
    assert "art. 10, para. 3 (b) (iv)" in dict(found)
    assert squeezed(document.text) == squeezed(raw)
    assert document.edition == "upload"


def test_every_paragraph_of_a_preamble_is_counted_whatever_its_first_word() -> None:
    articles = "\n\n".join(f"## Article {n}\n\nLamps burn." for n in (1, 2, 3))
    paragraphs = ["Alarmed that lamps go out,", "Recalling the harbour,", "Encouraged by the oil of 2030;"]
    text = "\n\n".join(
        ["# Pact on Lamps", "## Preamble", "The Parties to this Pact,", *paragraphs, "Have agreed as follows:"]
    )
    made = read_document(Input("pact.md", f"{text}\n\n{articles}\n".encode()), Catalogue([], []))[0]
    found = [
        block.locator for block in made.blocks if block.locator.startswith("preamble") and block.kind == "paragraph"
    ]
    assert found == ["preamble", "preamble, para. 1", "preamble, para. 2", "preamble, para. 3", "preamble"]
