"""Finds the numbers of decisions and resolutions, in headings of reports that contain several and in citations."""

from __future__ import annotations

import re

FULL_NUMBER = (
    r"(?:[A-Z]{1,4}-)?(?:\d{1,4}|[IVXLC]{1,7})/(?:[A-Z]{1,5}\.)?\d{1,4}(?: ?[A-D](?!\w))?"
    r"|[A-Z]{2,5}\d{1,3}\.\d{1,3}|[IVXLC]{1,7}\.\d{1,3}"
)
"""A pattern for numbers that include the session or year: `12/CP.31`, `5/3`, `2025/8`, `XXXV/2`, `BC-15/1`, `WHA79.4`, `XIV.5`."""
_PLAIN = r"[IVXLC]{1,7}|\d{1,3}|[A-Z]"
_WORDS = r"(?:[^\W\d_]+ ){1,3}(?:№ ?|n[o°º]\.? ?)?"
_LABEL = re.compile(
    rf"(?P<label>(?:{_WORDS}|第 ?|[㐀-鿿]{{2,6}} ?第? ?)?(?P<full>{FULL_NUMBER})(?: ?号[㐀-鿿]{{2,4}})?"
    rf"|{_WORDS}(?P<plain>{_PLAIN})|[㐀-鿿]{{2,6}} ?(?P<han>\d{{1,3}}|[一二三四五六七八九十]{{1,3}}))(?=$|[\s.:：。—–-])"
)


_ACT = re.compile(rf"(?P<words>[^,“]*?)(?P<number>(?<![\w/.])(?:{FULL_NUMBER})(?![\w/]))[^,]*")


def find_full_numbers(text: str) -> list[str]:
    """The full numbers of decisions in a text."""
    return [found["number"] for found in _ACT.finditer(text)]


def language_neutral_locator(locator: str) -> str:
    """A locator with decisions reduced to their numbers, so that it is the same in all languages."""
    return ", ".join(found["number"] if (found := _ACT.fullmatch(part)) else part for part in locator.split(", "))


def parse_decision_label(heading: str) -> tuple[str, bool] | None:
    """The label with number at the beginning of a one-line heading, such as `Decision 12/CP.31`, and whether it is a full number; None
    where the heading begins with none."""
    found = _LABEL.match(heading)
    return (found["label"], found["full"] is not None) if found else None
