"""What of a document is compared: its paragraphs, headings, rows and footnotes, without masthead, contents and adoption lines."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from assistant.qa.citations import WHOLE_LIMIT
from assistant.qa.metadata import adoption_lines, preamble_start
from assistant.qa.units import Unit
from corpus.documents import Block, Document

Part = Literal["operative", "preamble", "annex", "footnote"]
PARTS: tuple[Part, ...] = ("operative", "preamble", "annex", "footnote")
"""In the order in which they are shown; `operative` are the paragraphs of the body where a text has no preamble."""

_FOLDED = {ord(letter): None for letter in "‘’‛ʼ`´'“”„«»″\"‐‑‒–—−-\u00ad\u200b\u200e\u200f\ufeff"}
_WORD = re.compile(r"[㐀-鿿]+|[^\W_㐀-鿿]+")
END = ".;:,،؛。；，"
"""What may close a paragraph: it is another one where the paragraph becomes the last."""
_APART = ("masthead", "title", "contents")


def key_of(text: str) -> str:
    """What must be equal for two texts to be the same: neither white space, hyphens, quotation marks, capitals, forms of
    letters nor what closes a paragraph counts."""
    return "".join(folded(text).split()).rstrip(END)


def folded(text: str) -> str:
    """A text without hyphens, quotation marks, capitals and forms of letters."""
    return unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold()


def words_of(text: str) -> list[str]:
    """The words of a text, folded; Chinese in pairs of characters."""
    found = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word[0] >= "㐀" and "㐀" <= word[0] <= "鿿":
            found += [word[n : n + 2] for n in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return found


@dataclass(frozen=True)
class Para:
    """One paragraph as it is compared. `place` is its number in its part as a person writes it, `bearer` the ordinal of the
    block that bears the mark of a footnote."""

    block: Block
    part: Part
    place: str
    text: str
    bearer: int | None = None

    @classmethod
    def of(cls, unit: Unit, words: str = "") -> Para:
        """Words of a passage as a paragraph, all of them or some `words`."""
        return cls(unit.document.blocks[unit.block], "operative", unit.locator, words or unit.text)

    @cached_property
    def key(self) -> str:
        """What must be equal for two to be the same."""
        return key_of(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words, folded."""
        return words_of(self.text)

    @property
    def sort(self) -> str:
        """What it can be paired with: paragraphs and list items with each other, all else with its like."""
        return "paragraph" if self.block.kind == "item" else self.block.kind


def paragraphs(document: Document) -> list[Para]:
    """The paragraphs of a document that are compared, in its order."""
    contents = {block.parent for block in document.blocks if block.locator == "contents"}
    listed = max((block.ordinal for block in document.blocks if block.locator == "contents"), default=-1)
    adopting = {block.ordinal for block in adoption_lines(document)}
    # What stands before the preamble of a resolution is its head, in a text without marks too.
    opens = (preamble_start(document) or 0) if document.kind == "resolution" else 0
    annexed, preambular = False, 0
    made: list[Para] = []
    for block in document.blocks:
        text = " ".join(document.quote(*document.trimmed(block.body_start, block.end)).split())
        annexed = annexed or (block.locator.startswith("annex") and document.part is None)
        furniture = block.ordinal in contents or (block.parent in contents and block.ordinal <= listed + 1 and
                                                  block.kind != "heading" and not block.number)  # fmt: skip
        bracketed = block.kind == "heading" and text.startswith("[") and text.endswith("]")
        head = block.locator in _APART or (block.ordinal < opens and block.kind != "footnote")
        if not text or head or furniture or bracketed or block.ordinal in adopting:
            continue
        if block.kind == "footnote":
            made.append(Para(block, "footnote", block.number or "", text, _bearer(document, block)))
        elif annexed:
            made.append(Para(block, "annex", block.locator, text))
        elif "preamb" in block.locator:
            preambular += block.locator != "preamble"
            made.append(Para(block, "preamble", str(preambular or ""), text))
        else:
            made.append(Para(block, "operative", block.locator.removeprefix("para. "), unnumbered(document, text)))
    return made


def whole(unit: Unit) -> Unit:
    """The paragraph that a sentence stands in, where it is not too long."""
    block = unit.document.blocks[unit.block]
    if block.kind not in ("paragraph", "item") or block.end - block.body_start > WHOLE_LIMIT or unit.end > block.end:
        return unit
    return replace(unit, start=block.body_start, end=block.end)


def unnumbered(document: Document, text: str) -> str:
    """The title of a resolution without its number, which is the document's own."""
    number, _, title = text.partition(". ")
    own = document.symbol.text if document.symbol else ""
    return title if title and own.endswith(f"/{number}") else text


def _bearer(document: Document, note: Block) -> int | None:
    around = (*reversed(document.blocks[: note.ordinal]), *document.blocks[note.ordinal :])
    return next((block.ordinal for block in around if note.number in block.marks), None)
