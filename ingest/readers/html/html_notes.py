"""Matches the footnotes of a page: which raised or linked characters are marks, and which paragraphs notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, takewhile

from ingest.readers.html.html_blocks import Block, Paragraph, paragraphs
from ingest.readers.html.html_parser import NOTE_NAME

_MARK = re.compile(r"[\[(]?\s*(\d{1,4}|[a-z]{1,2}|[ivxlc]{1,6}|[*†‡§¶#]{1,4})\s*[\])]?[.,:/]?", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*(?:(?:\d{1,4}|[a-z]|[*†‡§¶#]{1,4})\s*[,;]\s*)+(?:\d{1,4}|[a-z]|[*†‡§¶#]{1,4})\s*")
_AT_START = re.compile(r"\s*[\[(]?(\d{1,4}|[a-z]|[*†‡§¶#]{1,4})(?:[\])][.:]?|[./:])?(?=[\s“\"(]|[^\W\d_]{2})")
_UNIT = re.compile(r"(?:^|[\s\d(/])(?:[kcdm]?m|ha|ft|mi|in|yd)$", re.IGNORECASE)
_BACK = re.compile(
    r"[\W_]*(?:back|return|retour|volver|jump up|[a-z]|\d{1,4})?(?: to (?:the )?(?:text|content))?[\W_]*", re.I
)
_NOTES_HEADING = re.compile(
    r"(?:foot|end)?notes?|notas?(?: (?:al|de) pie)?|références|примечани[ея]|сноски|注释?|脚注|الحواشي|ملاحظات",
    re.IGNORECASE,
)


class _Token:
    """Consecutive runs that are raised alike and link to the same place."""

    def __init__(self, paragraph: Paragraph, first: int) -> None:
        self.first = self.end = last = first
        run = paragraph.runs[first]
        self.raised, self.target = run.raised, run.target
        while self.end < len(paragraph.runs):
            run = paragraph.runs[self.end]
            if (run.raised, run.target) == (self.raised, self.target):
                last = self.end
            elif run.text.strip():
                break
            self.end += 1
        self.end = last + 1
        self.text = "".join(run.text for run in paragraph.runs[first : self.end]).strip()

    @property
    def marks(self) -> tuple[str, ...]:
        """The footnote marks that it may be: `1` of `[1]`, both of `1, 2`."""
        if match := _MARK.fullmatch(self.text):
            return (match.group(1),)
        if _SEVERAL.fullmatch(self.text):
            return tuple(re.split(r"\s*[,;]\s*", self.text))
        return ()


def match_notes(blocks: list[Block]) -> None:
    """Sets `note`, `marks` and `dropped` of the paragraphs."""
    found = list(paragraphs(blocks))
    tokens = [_find_tokens(paragraph) for paragraph, _ in found]
    anchors: dict[str, int] = {}
    for n, (paragraph, _) in enumerate(found):
        for anchor in paragraph.anchors:
            anchors.setdefault(anchor, n)
    _match_linked(found, tokens, anchors)
    _match_unlinked(found, tokens)


def _find_tokens(paragraph: Paragraph) -> list[_Token]:
    made: list[_Token] = []
    n = 0
    while n < len(paragraph.runs):
        run = paragraph.runs[n]
        if (run.raised or run.target) and run.text.strip():
            token = _Token(paragraph, n)
            made.append(token)
            n = token.end
        else:
            n += 1
    return made


def _match_linked(found: list[tuple[Paragraph, bool]], tokens: list[list[_Token]], anchors: dict[str, int]) -> None:
    """Matches marks that link to a note further on: by the name of the target, a link back, or the same mark there."""
    back_to = [{anchors[token.target] for token in line if token.target in anchors} for line in tokens]
    for n, (paragraph, _) in enumerate(found):
        for token in tokens[n]:
            place = anchors.get(token.target, -1) if token.target else -1
            if place <= n or not token.marks or not found[place][1] or found[place][0].heading:
                continue
            mark, note = token.marks[0], found[place][0]
            members = [place, *islice(_following_paragraphs(found, place), 50)]
            starts = _AT_START.match(note.plain)
            same_mark = bool(starts and starts.group(1) == mark) or any(item.label[:-1] == mark for item in note.items)
            if not (
                NOTE_NAME.fullmatch(token.target)
                or any(n in back_to[member] for member in members)
                or (same_mark and token.raised)
            ):
                continue
            paragraph.marks[token.first] = token.marks
            paragraph.dropped.update(range(token.first, token.end))
            _make_note(note, mark, tokens[place])
            for member in members:
                for link in tokens[member]:
                    if anchors.get(link.target, -1) == n and _BACK.fullmatch(link.text):
                        found[member][0].dropped.update(range(link.first, link.end))


def _following_paragraphs(found: list[tuple[Paragraph, bool]], place: int) -> Iterator[int]:
    """The further paragraphs of a note's element."""
    group = found[place][0].group
    return takewhile(lambda n: found[n][0].group == group, range(place + 1, len(found) if group else 0))


def _make_note(note: Paragraph, mark: str, tokens: list[_Token]) -> None:
    """Makes a paragraph the note of a mark, without the mark at its beginning."""
    if note.note is not None:
        return
    note.note, note.items = mark, ()
    first = next((n for n, run in enumerate(note.runs) if run.text.strip()), 0)
    for token in tokens:
        if token.first == first and mark in token.marks:
            note.dropped.update(range(token.first, token.end))
            return
    starts = _AT_START.match(note.runs[first].text)
    if starts and starts.group(1) == mark:
        run = note.runs[first]
        note.runs[first] = run._replace(text=run.text[starts.end() :])


def _match_unlinked(found: list[tuple[Paragraph, bool]], tokens: list[list[_Token]]) -> None:
    """Matches raised marks to a note that begins with the same mark, raised too or in a footnote section."""
    notes = {paragraph.note for paragraph, _ in found if paragraph.note}
    waiting: dict[str, int] = {}
    for n, (paragraph, _) in enumerate(found):
        for token in tokens[n]:
            if token.raised and token.first not in paragraph.dropped:
                for mark in token.marks:
                    waiting.setdefault(mark, n)
    section = -1  # the count of rules under which footnotes stand
    for n, (paragraph, top) in enumerate(found):
        if _NOTES_HEADING.fullmatch(paragraph.plain.strip(" \n\t:.")):
            section = paragraph.rules
        elif paragraph.heading:
            section = -1
        elif top and paragraph.note is None:
            mark, raised = _leading_mark(paragraph, tokens[n])
            is_expected = waiting.get(mark, n) < n
            if is_expected and n > 0 and found[n - 1][0].rules < paragraph.rules:
                section = paragraph.rules
            if mark and (raised or (is_expected and (section == paragraph.rules or paragraph.footnote))):
                _make_note(paragraph, mark, tokens[n])
                notes.add(mark)
    for n, (paragraph, _) in enumerate(found):
        for token in tokens[n]:
            known = token.raised and token.first not in paragraph.dropped and bool(token.marks)
            if known and notes.issuperset(token.marks) and not _is_power(paragraph, token):
                paragraph.marks[token.first] = token.marks
                paragraph.dropped.update(range(token.first, token.end))


def _leading_mark(paragraph: Paragraph, tokens: list[_Token]) -> tuple[str, bool]:
    """The mark with which a paragraph begins, empty for none, and whether it is raised."""
    first = next((n for n, run in enumerate(paragraph.runs) if run.text.strip()), 0)
    if first in paragraph.dropped:
        return "", False
    if tokens and tokens[0].first == first and tokens[0].raised:
        rest = "".join(run.text for run in paragraph.runs[tokens[0].end :]).strip()
        alone = len(tokens[0].marks) == 1 and rest != "" and rest[0] not in "/⁄"
        return (tokens[0].marks[0], True) if alone else ("", False)
    if starts := _AT_START.match(paragraph.plain):
        return starts.group(1), False
    return (paragraph.items[0].label[:-1], False) if paragraph.items else ("", False)


def _is_power(paragraph: Paragraph, token: _Token) -> bool:
    """Whether a token is the exponent of a unit, such as square metres, rather than a mark."""
    before = "".join(run.text for run in paragraph.runs[max(0, token.first - 3) : token.first])
    return token.marks in (("2",), ("3",)) and bool(_UNIT.search(before))
