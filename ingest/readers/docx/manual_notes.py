"""Notes typed by hand: a superscript letter in a table and a paragraph below it that begins with the same letter.

Superscript is a mark only where such a note follows nearby: the letters of `15th` and the digit of `m2` stay text.
Asterisks after a word are marks where a note that begins with the same ones follows, or is at the foot of the page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from ingest.readers.docx.entries import Entry, Paragraph, Run, Table, paragraphs

_RAISED = re.compile(r"(?:[a-z]{1,2}|\d{1,2}|\*{1,5}|[†‡§¶]{1,3})$")
_STAR = re.compile(r"\s*(\*{1,5}|[†‡§¶]{1,3})\s+(?=\S)")
_STARRED = re.compile(r"(?<![\s*])(\*{1,5}|[†‡§¶]{1,3})(?![*\w])")
_UNIT = re.compile(r"(?:\b[kcdm]?m|10)$")
_ASIDE = re.compile(
    r"\s*(?:source|note|abbreviation|sigle|abréviation|fuente|nota|sigla|источник|примечание|المصدر|资料来源|注)",
    re.IGNORECASE,
)
_NEAR_TABLE = 400  # entries between a mark in a table, chart or box and its note
_NEAR_TEXT = 60
_BEFORE = 15  # a note at the foot of a page may be anchored before the text that refers to it
_BACK = 12
_LEAD = 50  # characters before the text of a note


def match_manual_notes(flow: list[Entry]) -> list[Entry]:
    """Finds manually typed notes and the marks that refer to them; notes at a page's foot move behind these."""
    found: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    for at, entry in enumerate(flow):
        if isinstance(entry, Paragraph) and _is_note(flow, at, entry, last):
            found.setdefault(entry.note or "", []).append(at)
        for paragraph in paragraphs([entry]):
            for run in paragraph.runs:
                if run.raised:
                    last |= dict.fromkeys(_labels(run.text), at)
    if not found:
        return flow
    first: dict[int, int] = {}
    for at, entry in enumerate(flow):
        for paragraph in paragraphs([entry]):
            for note in _match_marks(paragraph, at, isinstance(entry, Table), flow, found):
                first.setdefault(note, at)
    moves = {note: at for note, at in first.items() if _framed(flow[note])}  # behind the entries that refer to them
    return [flow[n] for n in sorted(range(len(flow)), key=lambda n: (moves.get(n, n), n in moves))]


def _framed(entry: Entry) -> bool:
    return isinstance(entry, Paragraph) and entry.frame


def _is_note(flow: Sequence[Entry], at: int, paragraph: Paragraph, last: dict[str, int]) -> bool:
    """Whether a paragraph is a note; its mark is then removed from its text."""
    if paragraph.part == "masthead":
        return False
    footing = paragraph.frame or bool(re.search("(?:foot|end)note", paragraph.style.name, re.IGNORECASE))
    lead = next((n for n, run in enumerate(paragraph.runs) if run.text.strip()), -1)
    if lead < 0:
        return False
    raised, label = paragraph.runs[lead], paragraph.runs[lead].text.strip()
    if raised.raised and _RAISED.match(label):
        rest = "".join(run.text for run in paragraph.runs[lead + 1 :])
        referred = at - last.get(label, -(10**9)) <= _NEAR_TEXT
        if rest.strip() and (footing or referred or _below_table(flow, at)):
            raised.text = ""
            paragraph.note = label
            return True
    match = _STAR.match("".join(run.text for run in paragraph.runs[lead:])[:_LEAD])
    if match and (footing or _below_table(flow, at)):
        length = match.end()
        for run in paragraph.runs[lead:]:
            run.text, length = run.text[length:], max(0, length - len(run.text))
        paragraph.note = match.group(1)
        return True
    return False


def _below_table(flow: Sequence[Entry], at: int) -> bool:
    for entry in reversed(flow[max(0, at - _BACK) : at]):
        if isinstance(entry, Table) or entry.part == "box" or entry.pictured:
            return True
        if not (entry.blank or entry.note or entry.frame or _ASIDE.match(entry.raw)):
            return False
    return False


def _labels(text: str) -> list[str]:
    return [label for label in re.split(r"[\s,;]+", text) if _RAISED.match(label)]


def _match_marks(
    paragraph: Paragraph, at: int, in_table: bool, flow: Sequence[Entry], found: dict[str, list[int]]
) -> list[int]:
    """Removes the marks from a paragraph's text; returns the indices of the notes that they refer to."""
    matched: list[int] = []
    reach = _NEAR_TABLE if in_table or paragraph.part == "box" else _NEAR_TEXT

    def note(label: str) -> int | None:
        places = found.get(label, [])
        after = bisect_right(places, at)
        if after < len(places) and places[after] - at <= reach:
            return places[after]
        before = places[after - 1] if after else -1
        return before if before >= 0 and before != at and at - before <= _BEFORE and _framed(flow[before]) else None

    before = ""
    for n, run in enumerate(paragraph.runs):
        if run.raised and not _UNIT.search(before):
            labels = _labels(run.text)
            notes = [note(label) for label in labels]
            if labels and None not in notes:
                run.text, run.marks = "", tuple(labels)
                matched += [place for place in notes if place is not None]
            elif not run.text.strip(" ,;") and _is_mark(paragraph.runs, n - 1) and _is_mark(paragraph.runs, n + 1):
                run.text = ""  # the comma between two marks
        elif paragraph.part != "masthead" or not re.search(r"\w/\w", paragraph.raw):
            matched += _match_asterisks(run, before, note)
        before = (before + run.text)[-8:]
    return matched


def _is_mark(runs: Sequence[Run], n: int) -> bool:
    return 0 <= n < len(runs) and (runs[n].note is not None or bool(runs[n].marks) or runs[n].raised)


def _match_asterisks(run: Run, before: str, note: Callable[[str], int | None]) -> list[int]:
    """Turns asterisks after a word into marks where there is a note that begins with the same ones."""
    matched: list[int] = []
    marks: list[str] = []
    text = before[-1:] + run.text

    def taken(match: re.Match[str]) -> str:
        place = note(match.group(1))
        if place is None or match.start() < len(before[-1:]):
            return match.group()
        matched.append(place)
        marks.append(match.group(1))
        return ""

    if "*" in run.text or any(sign in run.text for sign in "†‡§¶"):
        run.text = _STARRED.sub(taken, text)[len(before[-1:]) :]
        run.marks += tuple(marks)
    return matched
