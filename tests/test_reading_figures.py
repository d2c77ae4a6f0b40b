"""The papers that reading is measured on, and the measuring itself."""

from __future__ import annotations

import re

from corpus.catalogue import Catalogue
from eval.reading import bare_text, paper, read_all, speed
from ingest.document_reading import Input, read_document


def test_a_made_up_paper_has_the_same_bytes_each_time_and_reads_as_a_numbered_document(catalogue: Catalogue) -> None:
    data = paper(17, pages=3)
    assert data == paper(17, pages=3)
    document, _ = read_document(Input("any name.pdf", data), catalogue)
    assert (document.id, document.title) == ("A/CONF.900/17:en:official", "Paper 17 on cooperation")
    numbers = [int(block.number) for block in document.blocks if block.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(document.pages) == 3
    assert not re.search(r"\d/3\b", document.text)


def test_pages_are_counted_once_for_reading_and_for_the_bare_text(catalogue: Catalogue) -> None:
    files = [("a.pdf", paper(1, pages=2)), ("b.pdf", paper(2, pages=2)), ("c.pdf", b"%PDF-1.7 broken")]
    assert read_all(files, catalogue) == 4
    assert bare_text(files[0][1]) == 2
    found = speed(files[:2], catalogue)
    assert found["pages"] == 4
    assert min(found["read_pages_per_s"], found["bare_text_pages_per_s"], found["times_bare_text"]) > 0
