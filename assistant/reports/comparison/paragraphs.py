"""The paragraphs, headings, rows and footnotes that are compared: no masthead, title, contents and adoption lines."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from assistant.qa.citations import WHOLE_LIMIT
from assistant.qa.metadata import adoption_lines, draft_lines, preamble_start, reads_as_draft
from assistant.qa.units import Unit
from corpus.documents import Block, Document
from corpus.symbols import Symbol

Part = Literal["head", "operative", "preamble", "annex", "footnote"]
PARTS: tuple[Part, ...] = ("head", "operative", "preamble", "annex", "footnote")
"""In the order in which they are shown; `head` is what stands above the preamble besides masthead, title and adoption: who proposed or
recommended the text; `operative` are the paragraphs of the body where a text has no preamble."""

_FOLDED = {ord(letter): None for letter in "‘’‛ʼ`´'“”„«»″\"‐‑‒–—−-\u00ad\u200b\u200e\u200f\ufeff"}
_WORD = re.compile(r"[㐀-鿿]+|[^\W_㐀-鿿]+")
MINUS = r"(?<!\w)(?:−|(?<!\w\s)[-‐‑–])(?=\d)"
"""A minus sign before a number, which counts unlike other dashes."""
CLOSING_SIGNS = ".;:,،؛。；，"
"""Signs that may close a paragraph; they change where the paragraph becomes the last."""
_UNCOMPARED_PARTS = ("masthead", "title", "contents")


def normalized_key(text: str) -> str:
    """A key that is equal for texts that count as the same: white space, hyphens, quotation marks, case, forms of
    letters and closing signs don't matter."""
    return "".join(fold_text(text).split()).rstrip(CLOSING_SIGNS)


def fold_text(text: str) -> str:
    """A text without hyphens, quotation marks, case and forms of letters; a minus sign is a tilde."""
    return re.sub(MINUS, "~", unicodedata.normalize("NFKC", text)).translate(_FOLDED).casefold()


def fold_words(text: str) -> list[str]:
    """The words of a text, folded; Chinese in pairs of characters."""
    words = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word[0] >= "㐀" and "㐀" <= word[0] <= "鿿":
            words += [word[n : n + 2] for n in range(max(1, len(word) - 1))]
        else:
            words.append(word)
    return words


@dataclass(frozen=True)
class Paragraph:
    """One paragraph as it is compared. `place` is its number in its part, as a person writes it; for a footnote,
    `bearer` is the ordinal of the block with its mark."""

    block: Block
    part: Part
    place: str
    text: str
    bearer: int | None = None

    @classmethod
    def of(cls, unit: Unit, words: str = "") -> Paragraph:
        """A unit as a paragraph, with all its words or some `words`."""
        return cls(unit.document.blocks[unit.block], "operative", unit.locator, words or unit.text)

    @cached_property
    def key(self) -> str:
        """Equal for paragraphs that count as the same."""
        return normalized_key(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words, folded."""
        return fold_words(self.text)

    @property
    def group(self) -> str:
        """What it can be paired with: paragraphs and list items with each other, everything else with its own kind."""
        return "paragraph" if self.block.kind == "item" else self.block.kind


def find_paragraphs(document: Document, *, proposers: bool = False) -> list[Paragraph]:
    """The paragraphs of a document that are compared, in its order; lines that call it a draft, and say who proposed
    it, only with `proposers`, but then also those in the masthead. Footnotes to lines that are left out are left out."""
    contents = [block for block in document.blocks if block.locator == "contents"]
    contents_headings, last_entry = {block.parent for block in contents}, contents[-1].ordinal if contents else -1
    adoption_ordinals = {block.ordinal for block in adoption_lines(document)}
    # Before the preamble of a text without a marked masthead, only lines about the draft tell masthead and head apart.
    text_start = (preamble_start(document) or 0) if document.kind == "resolution" else 0
    draft_ordinals = {block.ordinal for block in draft_lines(document)}
    masthead_ordinals = {block.ordinal for block in document.blocks if block.locator == "masthead"}
    uncompared = (masthead_ordinals | adoption_ordinals | draft_ordinals) - (draft_ordinals if proposers else set())
    title_key = normalized_key(document.title)
    in_annex, preamble_number = False, 0
    found: list[Paragraph] = []
    for block in document.blocks:
        text = " ".join(document.quote(*document.trim_span(block.body_start, block.end)).split())
        in_annex = in_annex or (block.locator.startswith("annex") and document.part is None)
        is_contents = block.ordinal in contents_headings or (block.parent in contents_headings and block.ordinal <= last_entry + 1 and
                                                  block.kind != "heading" and not block.number)  # fmt: skip
        is_bracketed = block.kind == "heading" and text.startswith("[") and text.endswith("]")
        is_head = block.ordinal < text_start and block.kind != "footnote"
        is_front_matter = block.locator in _UNCOMPARED_PARTS
        if is_head:
            is_title = normalized_key(strip_number(document.symbol, text)) in title_key
            is_masthead = not masthead_ordinals or block.locator in ("masthead", "contents")
            is_front_matter = is_title or (not proposers if block.ordinal in draft_ordinals else is_masthead)
        marked = _find_marked_block(document, block) if block.kind == "footnote" else None
        is_uncompared = is_contents or is_bracketed or not uncompared.isdisjoint((block.ordinal, marked))
        if not text or is_front_matter or is_uncompared:
            continue
        if block.kind == "footnote":
            found.append(Paragraph(block, "footnote", block.number or "", text, marked))
        elif is_head:
            found.append(Paragraph(block, "head", "", text))
        elif in_annex:
            found.append(Paragraph(block, "annex", block.locator, text))
        elif "preamb" in block.locator:
            preamble_number += block.locator != "preamble"
            found.append(Paragraph(block, "preamble", str(preamble_number or ""), text))
        else:
            found.append(
                Paragraph(block, "operative", block.locator.removeprefix("para. "), strip_number(document.symbol, text))
            )
    return found


def whole_paragraph(unit: Unit) -> Unit:
    """Widen a unit to the paragraph that contains it, if that is not too long."""
    block = unit.document.blocks[unit.block]
    if block.kind not in ("paragraph", "item") or block.end - block.body_start > WHOLE_LIMIT or unit.end > block.end:
        return unit
    return replace(unit, start=block.body_start, end=block.end)


def precedence(document: Document) -> tuple[bool, str, str]:
    """Sort key of texts that say one thing: later ones above earlier ones, and all texts above drafts."""
    return not reads_as_draft(document), document.date or "", document.key


def strip_number(symbol: Symbol | str | None, text: str) -> str:
    """The title of a resolution without its own number, after which Arabic texts have a dash."""
    number, *title = re.split(r"\.\s|\s[-–—]\s", text, maxsplit=1)
    return title[0] if title and title[0] and str(symbol or "").endswith(f"/{number}") else text


def _find_marked_block(document: Document, note: Block) -> int | None:
    candidates = (*reversed(document.blocks[: note.ordinal]), *document.blocks[note.ordinal :])
    return next((block.ordinal for block in candidates if note.number in block.marks), None)
