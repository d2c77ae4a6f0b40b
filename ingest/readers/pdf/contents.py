"""Finds entries of a table of contents among the lines of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.readers.lines import LEADERS
from ingest.readers.masthead_lines import CONTENTS
from ingest.readers.pdf.printed_lines import PrintedLine

_PAGE = re.compile(r"\d{1,4}|[ivxl]{1,6}")
_NUMBER_BEHIND = re.compile(r"[\s.…]+(?P<page>\d{1,4}|[ivxl]{1,6})$")


def find_entries(printed_lines: Sequence[PrintedLine]) -> frozenset[int]:
    """The ids of the lines that end an entry: with leader dots before the page number, or, below the heading of the
    contents, with the page number separated at the right."""
    found = {id(line) for line in printed_lines if _leads_to_page(line.text)}
    heading = next((n for n, line in enumerate(printed_lines) if CONTENTS.fullmatch(line.text.strip())), None)
    if heading is not None:
        below = [line for line in printed_lines[heading + 1 :] if len(line.segments) > 1]
        below = [line for line in below if _PAGE.fullmatch(line.segments[-1].text)]
        right = max((line.right for line in below), default=0.0)
        paged = [line for line in below if line.right > right - 8]
        if len(paged) >= 3:
            found |= {id(line) for line in paged}
    return frozenset(found)


def _leads_to_page(text: str) -> bool:
    """Whether leader dots lead to a page number, not to a name or a State."""
    _, leaders, behind = LEADERS.sub("\0", text).rpartition("\0")
    last = behind.split()[-1:] if leaders else []
    return any(each[-1].isalnum() and (_PAGE.fullmatch(each) or any(map(str.isdigit, each))) for each in last)


def split_entry(text: str) -> tuple[str, str]:
    """The title and page number of an entry, without leader dots; the page is empty where it has none."""
    title, leaders, rest = LEADERS.sub("\0", text).partition("\0")
    if not leaders and (page := _NUMBER_BEHIND.search(text)):
        return text[: page.start()].rstrip(" ."), page["page"]
    numbers = rest.replace("\0", " ").split()[-1:] or [""]
    return title.rstrip(" ."), numbers[0].strip(" .")
