"""Reads the footnotes of a DOCX file with nothing of Rapporteur's own, and looks for each quote in the texts of its sources."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CUT = "[…]"


@dataclass(frozen=True)
class Found:
    """A footnote with the words of the paragraph before its mark."""

    number: str
    note: str
    before: str


def footnotes_of(data: bytes) -> list[Found]:
    """All footnotes of a DOCX file, in the order of their marks."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
        notes = etree.fromstring(package.read("word/footnotes.xml"))
    texts = {
        note.get(f"{W}id"): "".join(note.itertext(f"{W}t")).strip()
        for note in notes.iter(f"{W}footnote")
        if note.get(f"{W}type") is None
    }
    found = []
    for paragraph in body.iter(f"{W}p"):
        before = ""
        for element in paragraph.iter(f"{W}t", f"{W}footnoteReference"):
            if element.tag == f"{W}t":
                before += element.text or ""
            else:
                found.append(Found(element.get(f"{W}id"), texts.pop(element.get(f"{W}id")), before))
    assert not texts, f"footnotes without a mark: {texts}"
    return found


def faults_in(data: bytes, sources: Mapping[str, str]) -> list[str]:
    """What is wrong with the footnotes: a source that is not held, words that it does not have. `sources` are texts by
    the names that footnotes may call them."""
    faults, source = [], ""
    texts = {name: _line(text) for name, text in sources.items()}
    for each in footnotes_of(data):
        if not each.note.startswith("Ibid."):  # else the source of the footnote before
            named = (
                name
                for name in texts
                if each.note.startswith(name) or f"({name})" in each.note or f"{name}," in each.note
            )
            source = max(named, key=len, default="")
        if not source:
            faults.append(f"footnote {each.number} names no source: {each.note}")
            continue
        quoted = re.search(r": “(.*)”$", each.before)
        words = [quoted.group(1)] if quoted else re.findall(r": “(.*?)”(?=[;.]|$)", each.note)
        for part in (part.strip() for said in words for part in said.split(CUT)):
            if _line(part) not in texts[source]:
                faults.append(f"footnote {each.number}: {source} does not say “{part}”")
    return faults


def _line(text: str) -> str:
    # Between the cells of a row a footnote has a comma, where the text has a bar.
    return " ".join(text.replace(" |", ",").split())
