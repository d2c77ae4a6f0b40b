"""Which elements of a page are blocks, which are no part of its text, and what the words within open ones inherit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from ingest.readers.html.html_blocks import Box, Item, Listing, Table, whole_number
from ingest.readers.html.html_styles import PLAIN, Style
from ingest.readers.lines import LinePart


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p pre search section "
    "summary table tbody td tfoot th thead tr ul xmp"
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
TABLE_PARTS = ("td", "th", "tr", "thead", "tbody", "tfoot", "caption")
SECTIONS = ("thead", "tbody", "tfoot")
LISTS = ("ol", "ul", "menu", "dir")

_NO_TEXT = _names(
    "script noscript template select textarea button svg canvas audio video object iframe map datalist progress meter "
    "noframes applet embed rp"
)
_FURNITURE_ROLES = ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar")
_NOTES = re.compile(r"note", re.IGNORECASE)


def left_out(tag: str, attributes: Mapping[str, str], style: Style, scoped: bool) -> str:
    """Why an element is no part of the text: `code`, `furniture` or `hidden`; empty for one that is.

    `scoped` says that it stands in an article or in the main part of the page, whose own header and footer are
    text.
    """
    if tag in _NO_TEXT:
        return "code"
    if tag == "dialog" and "open" not in attributes:
        return "hidden"
    # Word keeps deleted words and the comments of reviewers in its pages.
    if tag == "del" or style.element in ("comment-list", "comment"):
        return "hidden"
    hides = "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true" or style.hidden
    if hides and tag not in ("html", "body"):
        return "hidden"
    role = attributes.get("role", "").lower()
    aside = tag == "aside" and not role.startswith("doc-") and not _NOTES.search(attributes.get("class", ""))
    if tag == "nav" or aside or role in _FURNITURE_ROLES or (tag == "footer" and not scoped):
        return "furniture"
    return ""


NOTE_NAME = re.compile(
    r"_{0,2}(?:user-content-)?(?:cite_note-\S+|(?:(?:sd)?(?:foot|end)?(?:note|nota)s?|ftn|fn|edn|en|n)"
    r"[-_:.]?(?:\w{1,8}[-_.])?\d{1,4}\w{0,8})",
    re.IGNORECASE,
)
"""How the ids of footnotes look: `fn1`, `_ftn1`, `sdfootnote1sym`, `cite_note-3`."""

_NOTE_CLASS = re.compile(r"(?<![\w-])(?:Mso|sd)?(?:foot|end)notes?(?:Text)?(?![\w-])", re.IGNORECASE)
_REFERENCE_CLASS = re.compile(r"\bMso(?:Foot|End)noteReference\b", re.IGNORECASE)
GRID_CLASS = re.compile(r"\bMso\w*Table\w*Grid|\bwikitable\b|\btable-bordered\b", re.IGNORECASE)


@dataclass(slots=True)
class Frame:
    """An open element: what its words inherit."""

    tag: str
    bold: bool = False
    italic: bool = False
    raised: int = 0
    target: str = ""
    label: bool = False
    silent: bool = False
    preformatted: bool = False
    scoped: bool = False
    heading: int = 0
    group: int = 0
    header: int = 0
    part: LinePart = ""
    footnote: bool = False
    listing: Listing | None = None
    item: Item | None = None
    table: Table | None = None
    box: Box | None = None


def set_words(frame: Frame, tag: str, attributes: Mapping[str, str], style: Style, serial: int) -> None:
    """How the words of an element are set, by its tag and its style; `serial` is its number in the page."""
    if tag in BLOCKS and _NOTE_CLASS.search(f"{attributes.get('class', '')[:200]} {attributes.get('id', '')[:200]}"):
        frame.footnote = True
    if tag in HEADINGS or (attributes.get("role") == "heading" and tag in BLOCKS):
        level = whole_number(attributes.get("aria-level"))
        frame.heading = HEADINGS.get(tag) or max(1, min(6, level or 2))
    if tag in ("b", "strong"):
        frame.bold = True
    elif tag in ("i", "em"):
        frame.italic = True
    elif tag in ("pre", "listing", "xmp"):
        frame.preformatted = True
    elif tag == "head":
        frame.silent = True
    elif tag in ("main", "article"):
        frame.scoped = True
    elif tag == "figcaption":
        frame.part = "caption"
    elif tag == "a":
        address = attributes.get("href", "").strip()
        frame.target = unquote(address[1:201]) if address.startswith("#") else ""
    above = frame.raised
    if tag == "sup" or (tag not in BLOCKS and _REFERENCE_CLASS.search(attributes.get("class", "")[:200])):
        frame.raised = above or serial
    elif tag == "sub":
        frame.raised = 0
    if style is not PLAIN:
        frame.bold = frame.bold if style.bold is None else style.bold
        frame.italic = frame.italic if style.italic is None else style.italic
        if style.raised is not None and tag != "sup":
            frame.raised = (above or serial) if style.raised else 0
        frame.label = frame.label or bool(style.label)
