"""Which elements of a page are blocks, and which are no part of its text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.readers.html.html_styles import Style


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
