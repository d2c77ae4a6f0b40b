"""Plain text and Markdown as found in practice: loose markup, stray HTML tags, tab-separated tables.

CommonMark parsers read such files wrongly: `####Title` without a space is not a heading for them, and a line break
within a paragraph does not begin a new numbered paragraph. Each line is therefore read by itself.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import yaml

from corpus.roman import from_roman
from ingest.readers.lines import SENTENCE_END, SUPERSCRIPTS, Cell, Line, ParsedFile, ReadError
from ingest.readers.masthead_lines import ANNEX, SUMMARY, part_of
from ingest.readers.text_columns import find_masthead_lines, find_table_rows

MAX_LINE = 400_000
MAX_FIELD, MAX_DATE = 1_000, 100  # longest values of front matter, and of its date, in characters

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELDS = ("title", "short", "slug", "symbol", "part", "edition", "language", "date", "url")
_YAML_SLIPS = (ValueError, LookupError, AttributeError, TypeError, OverflowError)
"""Errors that PyYAML raises besides its own where a value does not fit its tag."""
_HEADING = re.compile(r"^ {0,3}(#{1,6})(.*)$")
_BULLET = re.compile(r"^(\s*)[-*+•]\s+(?=\S)")
_TAG = re.compile(r"</?(?:i|b|u|em|strong|span|p|div|br|font|small|center|sub)\b[^<>]{0,200}/?>", re.IGNORECASE)
_BREAKING = re.compile(r"</?(?:p|div|br|center|li|tr|td)\b[^<>]{0,200}/?>", re.IGNORECASE)
_NOTE_TEXT = re.compile(r"^\s*(?:<sup>\s*([\w*]{1,4})\s*</sup>|\[\^([\w*]{1,8})\]:)\s*(.*)$", re.IGNORECASE)
_NOTE_MARK = re.compile(r"<sup>\s*([\w*]{1,4})\s*</sup>|\[\^([\w*]{1,8})\]", re.IGNORECASE)
_NOTE_NUMBER = re.compile(r"(?P<mark>\d{1,3}|[⁰¹²³⁴-⁹]{1,3}|\(\d{1,3}\))\s+(?=\S)")
"""The number with which a footnote begins below a rule."""
_NOTE_CALL = r"(?:(?<=[^\W\d_])|(?<=[^\d\s][.,;:!?])|(?<=[)\]”»’\"，。；：！？）」』、؛،؟])){}(?=[\s,.;:!?)\]”»’\"，。；：！？）」』、؛،؟]|$)(?![.,:]\d)"
"""The number of a footnote right behind a word or its punctuation."""
_LINK = re.compile(r"!?\[([^\[\]]{0,1000})\]\(([^()\s]{0,2000})\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)([^*_]{1,4000}?)(?<=\S)\1(?![\w*])")
_BACKQUOTES = re.compile(r"``([^`\"“”]{1,400}?)(?:''|\"|”)")
_CHAPTER = re.compile(r"([IVXLC]{1,6}|[A-ZА-Я])\.\s+(?=[^\W\d_a-zà-ÿа-я])")
_CHAPTER_LINE = 120
_TEXT = 60  # a line of more characters is text: an annex has some above it
_HEADS = re.compile(r"$|\s*[.:：–—-]\s*(?=[^\W_])|[\s　]+(?=[^\W_a-zà-ÿа-я])")
"""What stands between the number of a heading and its title."""
_GAP = 2
"""By how much the number of a chapter may exceed the one before: a chapter heading between them may not be
recognised."""
_NUMBERED = re.compile(r"(\d{1,2})\.?\s+(?=[^\W\d_])")
_LETTERS = 0.8
_WORD = re.compile(r"[^\W\d_]{2,}")
_CAPITALS = 3  # words in capitals that make a line a title: a symbol or the name of the Organization has fewer
_BINARY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_FORMAT = re.compile(r"[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Invisible characters for direction and word breaks; short texts in some scripts have many."""
_CONTROL = re.compile(f"{_BINARY.pattern}|{_FORMAT.pattern}")

_HIGH = bytes(range(128, 256))  # bytes of letters in single-byte encodings, for a text that is not UTF-8


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte order mark. Raises `ReadError` for anything else."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if _binary_share(data[:20_000].translate(None, _HIGH).decode("ascii")) > 0.05:
            raise ReadError(f"{name} contains binary data, not text.") from None
        raise ReadError(
            f"{name} is not {encoding.removesuffix('-sig').upper()} text (byte {error.start} does not fit). If it is text, save it as "
            "UTF-8, for example with: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None
    if text.count("\x00") or _binary_share(text[:20_000]) > 0.05:
        raise ReadError(f"{name} contains binary data, not text.")
    return unicodedata.normalize("NFC", text)


def _binary_share(text: str) -> float:
    return len(_BINARY.findall(text)) / max(1, len(text))


def read_text(data: bytes, name: str) -> ParsedFile:
    """Reads a text or Markdown file: its lines and its front matter."""
    whole = decode(data, name)
    metadata, text = front_matter(whole, name)
    raws = text.splitlines()
    rules = {n for n, raw in enumerate(raws, 1) if raw.strip() and _is_rule(raw)}
    lines = tuple(mark_numbered_notes(tuple(_lines(raws, name)), rules))
    if not any(line.heading for line in lines):
        lines = tuple(mark_headings(lines))
    if all(line.blank for line in lines):
        raise ReadError(f"{name} contains no text.")
    unseen = len(_FORMAT.findall(whole))
    warning = f"{unseen} invisible characters, such as direction marks, were left out."
    return ParsedFile(lines, metadata, warnings=(warning,) if unseen else ())


def front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The YAML block at the beginning of a Markdown file, and the text with that block replaced by blank lines."""
    match = _FRONT_MATTER.match(text)
    if not match or len(match.group(1)) > 20_000:
        return {}, text
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(match.group(1), Loader=yaml.SafeLoader)):
            raise ReadError(f"{name}: the block between the --- lines uses YAML aliases, which are not read.")
        data = yaml.safe_load(match.group(1))
    except (yaml.YAMLError, RecursionError, *_YAML_SLIPS) as error:
        raise ReadError(f"{name}: the block between the --- lines is not valid YAML: {visible(str(error))}") from None
    if not isinstance(data, dict) or not any(key in data for key in _FIELDS):
        return {}, text  # text between two rules, such as "Item 3: migrants"
    for key in _FIELDS:
        value = data.get(key)
        if isinstance(value, str):
            data[key] = value = visible(" ".join(value.split()))
        elif value is not None and not isinstance(value, int | float | dt.date):
            raise ReadError(f"{name}: '{key}' between the --- lines must be one line of text.")
        most = MAX_DATE if key == "date" else MAX_FIELD
        if (isinstance(value, str) and len(value) > most) or (isinstance(value, int) and value.bit_length() > most):
            raise ReadError(f"{name}: '{key}' between the --- lines is longer than {most} characters.")
        if value is not None and key != "date":
            data[key] = str(value)
    return data, "\n" * text.count("\n", 0, match.end()) + text[match.end() :]


def visible(text: str) -> str:
    """A text without control characters and unpaired surrogates, safe to print anywhere."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


def check_length(text: str, name: str) -> str:
    """The text of a paragraph. Raises `ReadError` where it is longer than any real paragraph."""
    if len(text) > MAX_LINE:
        raise ReadError(
            f"A paragraph of {name} has {len(text):,} characters, so paragraphs cannot be told apart. Start a new "
            "paragraph for each."
        )
    return text


def clean_characters(text: str) -> str:
    """A text in composed form (NFC), without control characters, its white space as single spaces."""
    return " ".join(_CONTROL.sub("", unicodedata.normalize("NFC", text)).split())


def mark_numbered_notes(lines: Sequence[Line], rules: Container[int]) -> list[Line]:
    """The lines of a text in which footnotes stand below a rule: a paragraph there that begins with a number is a footnote where
    the number is printed right behind a word above. `rules` are the numbers of the lines that are rules."""
    result = [*lines]
    begins: dict[str, int] = {}  # of each number the line behind the last footnote that had it
    below = False
    for n, line in enumerate(lines):
        if line.blank:
            below = below or line.row in rules
            continue
        plain = not (line.heading or line.cells or line.bullet or line.note or line.part)
        match = _NOTE_NUMBER.match(line.text) if below and plain else None
        if match is None:
            below = below and n > 0 and not lines[n - 1].blank  # else it goes on a footnote
            continue
        mark = match["mark"]
        number = str(int(mark.strip("()").translate(SUPERSCRIPTS)))
        calls = _note_calls(result, begins.get(number, 0), n, mark)
        if not calls:
            below = False
            continue
        begins[number] = n + 1
        result[n] = replace(line, text=line.text[match.end() :], note=number, marks=line.marks)
        if len(calls) == 1:
            at, start = calls[0]
            caller = result[at]
            text = caller.text[:start] + caller.text[start + len(mark) :]
            result[at] = replace(caller, text=text, marks=(*caller.marks, number))
    return result


def _note_calls(lines: Sequence[Line], start: int, end: int, mark: str) -> list[tuple[int, int]]:
    """The lines between two, with offsets, at which the mark of a footnote is printed right behind a word, which is no symbol as in
    A/75/1/Add.1. Behind a capital, as in CO2, it is one only if it is nowhere else."""
    call = re.compile(_NOTE_CALL.format(re.escape(mark)))
    found = [
        (n, match.start())
        for n in range(start, end)
        if not lines[n].cells and not lines[n].note
        for match in call.finditer(lines[n].text)
        if "/" not in lines[n].text[: match.start()].rpartition(" ")[2]
    ]
    return [(n, at) for n, at in found if not lines[n].text[at - 1].isupper()] or found


def mark_headings(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines of a text without markup, with headings marked: lines that stand alone and number its annexes, its parts or its
    chapters (`Annex I`, `Part A. Fees`, `II. Fees`, `A. Badges`), where there are several parts or chapters, and with them
    the heading of the summary; a title in capitals before a paragraph `1.1`. The lines after a title in capitals do not
    continue it."""
    around = [True, *(line.blank for line in lines), True]
    alone = {n for n in range(len(lines)) if around[n] and around[n + 2]}
    chapters = {**_find_annexes_and_parts(lines, alone), **_find_chapters(lines, alone)}
    longest = max((len(line.text) for line in lines if not line.cells), default=0)
    title = False  # whether the line is within a title in capitals
    for n, line in enumerate(lines):
        capitals = line.text.isupper() and not line.cells
        title = capitals and (title or (around[n] and len(_WORD.findall(line.text)) >= _CAPITALS))
        heads = (chapters and SUMMARY.match(line.text)) or (capitals and _precedes_numbered(lines, n))
        if n in chapters or (n in alone and heads):
            yield replace(line, heading=chapters.get(n, 2))
        elif title:
            title = n + 1 < len(lines) and lines[n + 1].text.isupper() and 2 * len(line.text) >= longest
            yield replace(line, broken=line.broken or not title)
        else:
            yield line


def _find_annexes_and_parts(lines: Sequence[Line], alone: Container[int]) -> dict[int, int]:
    """The indices of lines that are headings of annexes, or of numbered parts of a text where there are several with the
    same word, with the level of each: parts are below annexes. Where one directly follows another of its kind, both are
    entries of a list."""
    found: dict[int, tuple[str, str]] = {}  # word and number
    listed: set[int] = set()
    filled = [n for n, line in enumerate(lines) if not line.blank]
    first_text = next((n for n, line in enumerate(lines) if len(line.text) > _TEXT), len(lines))
    for before, n in pairwise([-1, *filled]):
        line = lines[n]
        plain = not (line.cells or line.bullet or line.note or line.part) and len(line.text) <= _CHAPTER_LINE
        if n not in alone or not plain or SENTENCE_END.search(line.text):
            continue
        if annex := ANNEX.match(line.text) if n > first_text else None:
            rest = line.text[annex.end() :]
            # "Enclosure: list of boats", below a letter, only names what is enclosed.
            if _HEADS.match(rest) and (annex["number"] or rest.lstrip()[:1] not in (":", "：")):
                found[n] = "annex", ""
        elif (part := part_of(line.text)) and _HEADS.match(part[2]):
            found[n] = part[:2]
        if n in found and before in found and found[before][0] == found[n][0]:
            listed |= {before, n}
    kept = {
        n: each for n, each in found.items() if n not in listed and n != filled[-1]
    }  # nothing is below the last line
    numbers: dict[str, set[str]] = {}
    for word, number in kept.values():
        numbers.setdefault(word, set()).add(number)
    below = 3 if "annex" in numbers else 2
    return {
        n: 2 if word == "annex" else below for n, (word, _) in kept.items() if word == "annex" or len(numbers[word]) > 1
    }


def _find_chapters(lines: Sequence[Line], alone: Container[int]) -> dict[int, int]:
    """The indices of lines that number chapters, with the level of each: letters are below Roman numerals. Where one
    directly follows another and is not below it, both are entries of a list."""
    found: dict[int, bool] = {}
    listed: set[int] = set()
    last = {True: 0, False: 0}  # the last number, of numerals (True) and of letters
    for before, n in pairwise([-1, *(n for n, line in enumerate(lines) if not line.blank)]):
        line = lines[n]
        match = _CHAPTER.match(line.text) if n in alone and len(line.text) <= _CHAPTER_LINE else None
        # A row of figures is not a chapter.
        letters = sum(map(str.isalpha, line.text)) >= _LETTERS * len("".join(line.text.split()))
        marked = line.cells or line.bullet or line.note or line.part
        if not match or not letters or marked or SENTENCE_END.search(line.text):
            continue
        counts = {True: from_roman(match[1]), False: ord(match[1]) - ord("A" if match[1].isascii() else "А") + 1
                  if len(match[1]) == 1 else 0}  # fmt: skip
        fits = [by for by, count in counts.items() if count == 1 or last[by] < count <= last[by] + _GAP]
        if fits:
            numeral = max(fits, key=lambda by: (counts[by] == last[by] + 1, not by))
            last[numeral] = counts[numeral]
            if before in found and (numeral or not found[before]):
                listed |= {before, n}
            found[n] = numeral
    chapters = {n: numeral for n, numeral in found.items() if n not in listed}
    below = 3 if any(chapters.values()) else 2
    return {n: 2 if numeral else below for n, numeral in chapters.items()} if len(chapters) > 1 else {}


def _precedes_numbered(lines: Sequence[Line], n: int) -> bool:
    """Whether a line's number begins that of the next paragraph: `1 GENERAL`, then `1.1 These rules`."""
    number = _NUMBERED.match(lines[n].text)
    below = next((line.text for line in lines[n + 1 :] if not line.blank), "")
    return number is not None and re.match(rf"{number[1]}\.1\D", below) is not None


def _is_rule(raw: str) -> bool:
    return not raw.strip(" \t-*_=") and (not raw.strip() or len(raw.strip()) >= 3)


def _is_table_rule(raw: str) -> bool:
    return "|" in raw and "-" in raw and not raw.strip(" \t|:-")


def _lines(raws: Sequence[str], name: str) -> Iterator[Line]:
    heads, rows = find_masthead_lines(raws), find_table_rows(raws)
    for n, raw in enumerate(raws):
        if n in heads:
            yield from (replace(_line(part, n + 1, name), broken=True) for part in heads[n])
        elif n in rows:
            yield _table_row(rows[n], n + 1)
        elif not _is_table_rule(raw):
            yield _line(raw, n + 1, name)


def _line(raw: str, row: int, name: str) -> Line:
    if len(raw) > MAX_LINE:
        raise ReadError(
            f"Line {row} of {name} has {len(raw):,} characters, so paragraphs cannot be told apart. Put each "
            "paragraph on a line of its own."
        )
    raw = raw.replace("\u00a0", " ").rstrip("\r\n")
    broken = raw.endswith("  ")
    if _is_rule(raw):
        return Line("", row)
    if parts := _split_cells(raw):
        return _table_row(parts, row)
    if note := _NOTE_TEXT.match(raw):
        text, marks = clean(note.group(3))
        return Line(text, row, note=note.group(1) or note.group(2), marks=marks)
    level = 0
    if heading := _HEADING.match(raw):
        level, raw = len(heading.group(1)), heading.group(2).rstrip().rstrip("#").strip()
    bullet = _BULLET.match(raw) if not level else None
    if bullet:
        raw = raw[bullet.end() :]
    bare = raw.strip()
    strong = bool(re.fullmatch(r"(\*\*|__)(?!\s)(?:(?!\1).)+\1|<b>(?:(?!</b>).)+</b>", bare))
    emphasis = not strong and bool(re.fullmatch(r"([*_])(?![*_\s])[^*_]+\1|<i>(?:(?!</i>).)+</i>", bare))
    text, marks = clean(bare)
    return Line(
        text, row, heading=level, strong=strong, emphasis=emphasis, bullet=bool(bullet), broken=broken, marks=marks
    )


def _split_cells(raw: str) -> list[str]:
    bare = raw.strip()
    if bare.startswith("|") and bare.count("|") >= 2:
        return re.split(r"(?<!\\)\|", bare.removeprefix("|").removesuffix("|"))
    # A tab before the text indents it; a tab after text separates cells.
    return raw.split("\t") if "\t" in raw.lstrip() else []


def _table_row(parts: Sequence[str], row: int) -> Line:
    cells = tuple(Cell(clean(part)[0]) for part in parts)
    return Line(" | ".join(cell.text for cell in cells if cell.text), row, cells=cells)


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """The words of a line without markup, and the marks of the footnotes that it refers to. Words, numbers and
    punctuation stay; a link keeps its text and loses its address (links of documents are never followed), TeX quotation
    marks become typographic ones."""
    marks = tuple(first or second for first, second in _NOTE_MARK.findall(text))
    text = _NOTE_MARK.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub("", _BREAKING.sub(" ", text))
    for _ in range(3):
        text = _EMPHASIS.sub(r"\2", text)
    text = _BACKQUOTES.sub(r"“\1”", text)
    text = html.unescape(text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|>-])", r"\1", text)
    text = _CONTROL.sub("", text)
    text = re.sub(r"\( (continued) \)", r"(\1)", text)
    return " ".join(text.split()), marks
