"""The footnotes and endnotes of a file: how their marks are numbered, and their texts.

Source: ECMA-376 part 1, 17.11 (footnotes and endnotes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.readers.docx.entries import Entry, Reference, normalize_text, paragraphs
from ingest.readers.docx.formats import number
from ingest.readers.docx.wordprocessing import Element, W, child, first_set, value, whole

KINDS = ("footnote", "endnote")
_DEFAULT = {"footnote": "decimal", "endnote": "lowerRoman"}


class NoteNumbering:
    """Numbers the marks in the order of the text. `section` is the number of sections that have ended."""

    def __init__(self, settings: Element | None, sections: Sequence[Element]) -> None:
        self._sources = [
            (child(settings, f"{kind}Pr"), [child(one, f"{kind}Pr") for one in sections]) for kind in KINDS
        ]
        self._counts: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._labels: set[str] = set()
        self.section = 0
        self.used: set[tuple[str, str]] = set()
        self.by_page = False

    def refer(self, kind: str, key: str, *, custom: bool) -> Reference:
        """A mark in the text, with its printed label; a custom mark gets its label from the text after it."""
        self.used.add((kind, key))
        if custom:
            return Reference(kind, key, "*", custom=True)
        restart = self._setting(kind, "numRestart")
        self.by_page |= restart == "eachPage"
        if kind not in self._counts or (restart == "eachSect" and self._last.get(kind) != self.section):
            self._counts[kind] = first_set(whole(self._setting(kind, "numStart")), 1) - 1
        self._last[kind] = self.section
        self._counts[kind] += 1
        label = number(self._counts[kind], self._setting(kind, "numFmt") or _DEFAULT[kind])
        self._labels.add(label)
        return Reference(kind, key, label)

    def known(self, label: str) -> bool:
        """Whether a mark with this label has been printed."""
        return label in self._labels

    def _setting(self, kind: str, name: str) -> str | None:
        general, sections = self._sources[KINDS.index(kind)]
        own = sections[self.section] if self.section < len(sections) else None
        setting: str | None = first_set(value(child(own, name)), value(child(general, name)))
        return setting


def note_texts(root: Element | None, kind: str, read: Callable[[Element], list[Entry]]) -> dict[tuple[str, str], str]:
    """The texts of the notes of a part, by kind and id, each with all its paragraphs; separators are not notes."""
    found: dict[tuple[str, str], str] = {}
    for note in root.iterfind(W + kind) if root is not None else ():
        if value(note, "type") in (None, "normal"):
            words = [text for paragraph in paragraphs(read(note)) for text in paragraph.lines()[0]]
            found.setdefault((kind, value(note, "id") or ""), normalize_text(" ".join(words)))
    return found
