"""Renders an answer as Markdown: statements with citation marks [1], then notes, and the list of references.

Text of documents and users is untrusted: it is escaped so that renderers show it literally, without links, images, markup, mathematics, forged
citation marks or paragraphs. Covered are CommonMark 0.31, GitHub's autolinks, and the extensions of chat programs ($ and {{...}})."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from assistant.answer_phrases import document_name, doubt, isolated, mark, place_text, say
from assistant.qa.answer import Answer, Citation, Statement
from assistant.row_tables import without_bars
from corpus.calendar_names import language_name
from corpus.documents import Document

_WITHIN, _LAST = r"(?:[!#%'()*+,\-./0-9;=?@A-Z^_a-z|~]|:(?!:))", r"[#%()*+\-/0-9=@A-Z^_a-z|~]"
_ADDRESS = re.compile(
    rf"(?:(?:[a-z][a-z0-9+.-]{{0,20}}://|www\.|\b(?:mailto|xmpp|javascript|data):)(?:{_WITHIN}*{_LAST})?"
    r"|[a-z0-9.+_-]{1,64}@[a-z0-9.-]+)+",
    re.IGNORECASE | re.ASCII,
)
_SPECIAL = re.compile(r"[`*_\[~${]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_FENCE_COLON = re.compile(r":(?=::)")
"""The first colon of any three that stand together: they open a block in some dialects of Markdown."""
_BLOCK = re.compile(r"(?:\d+(?=[.)])|(?=[#>+\-=|]))")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e]")
"""Control characters, and those that override the direction of text."""

LINK = re.compile(r"https?://[^\s<>\"`\\]+")
"""A URL that may be shown as a link, if it is stored metadata."""
PARAGRAPH, RULE = "\n\n", "\n\n---\n\n"
"""Separators between statements, and between the last one and the notes. No statement contains them."""


@dataclass(frozen=True)
class Rendered:
    """A rendered answer. `spots`: span of the first mark of each citation in `text`, by citation number."""

    text: str
    spots: dict[int, tuple[int, int]]


def escape_markdown(text: str, links: Collection[str] = ()) -> str:
    """Escapes text as one line of Markdown that shows it literally. URLs are shown as code, so that no renderer links them, except
    those in `links`."""
    line = " ".join(_UNSEEN.sub("", text).split())
    made = []
    position = 0
    for found in _ADDRESS.finditer(line):
        address = found.group()
        made += [_escaped(line[position : found.start()]), f"<{address}>" if address in links else f"`{address}`"]
        position = found.end()
    whole = "".join([*made, _escaped(line[position:])])
    begins = _BLOCK.match(whole)
    return whole if begins is None else f"{begins.group()}\\{whole[begins.end() :]}"


def statement_piece(index: int, statement: Statement, numbers: Sequence[int]) -> str:
    """A statement with its citation marks, and the separator before it."""
    marks = "".join(f"[{n}]" for n in numbers)
    return f"{PARAGRAPH if index else ''}{escape_markdown(_readable(statement))}{' ' if marks else ''}{marks}"


def _readable(statement: Statement) -> str:
    """The words of a statement; of a row of a table each cell with the head of its column, where the header is cited and no cell is empty."""
    if statement.verdict != "quoted" or " | " not in statement.text:
        return statement.text
    *above, row = (" ".join(each.quote.split()) for each in statement.citations)
    heads, cells = (each.split(" | ") for each in (above[-1] if above else "", row))
    if len(cells) == len(heads) > 1:
        return " ".join(
            [
                *map(without_bars, above[:-1]),
                "; ".join(f"{head}: {cell}" for head, cell in zip(heads, cells, strict=True)),
            ]
        )
    return without_bars(statement.text)


def render_answer(answer: Answer, notes: Sequence[str] = ()) -> Rendered:
    """Renders an answer. `notes`: sentences in addition to its own."""
    text, spots = opening(doubt(answer.status, answer.language)), dict[int, tuple[int, int]]()
    for index, statement in enumerate(answer.statements):
        numbers = answer.numbers(statement)
        text += statement_piece(index, statement, numbers)
        at = len(text) - sum(len(f"[{n}]") for n in numbers)
        for n in numbers:
            end = at + len(f"[{n}]")
            spots.setdefault(n, (at, end))
            at = end
    return Rendered(text + ending(answer, notes), spots)


def opening(doubt_text: str) -> str:
    """The text before the statements: a `doubt` whether they answer, if any."""
    return escape_markdown(doubt_text) + PARAGRAPH if doubt_text else ""


def ending(answer: Answer, notes: Sequence[str] = ()) -> str:
    """The text after the statements: the reason, notes, related documents, the references with their quotes."""
    stored = [each.url for each in answer.citations] + [each.url for each in answer.see_also]
    links = {url for url in stored if url and LINK.fullmatch(url)}
    reason = answer.reason.removeprefix(doubt(answer.status, answer.language)).strip()
    parts = [escape_markdown(each, links) for each in (reason, *answer.notes, *notes) if each]
    if answer.see_also:
        parts.append(escape_markdown(say("see_also", answer.language)))
        parts += [
            f"- {escape_markdown(place_text(each.locator, answer.language))}{_linked(each.url)}"
            for each in answer.see_also
        ]
    parts += [f"[{n}] {reference(each, answer.language)}" for n, each in enumerate(answer.citations, 1)]
    return (RULE if answer.statements else "") + PARAGRAPH.join(parts)


def reference(citation: Citation, language: str) -> str:
    """A citation as a line: place, quote, stored link."""
    from assistant.export.un_style import format_locator  # imports the layout of papers, which a terminal does not need

    place = escape_markdown(
        format_place(citation, language, lambda name: format_locator(name, citation.symbol, language))
    )
    place, quote = (isolated(each, language) for each in (place, f"“{escape_markdown(citation.quote)}”"))
    return f"{place}{remark(citation, language)}: {quote}{_linked(citation.url)}"


def place_of(known: Document | Citation, locator: str) -> str:
    """The locator of a citation without the name of its document."""
    names = (
        [known.label]
        if isinstance(known, Document)
        else [f"{known.symbol} (digest)", f"{known.title} (digest)", known.symbol, known.title]
    )
    return next((locator.removeprefix(each).removeprefix(", ") for each in names if locator.startswith(each)), locator)


def format_place(citation: Citation, language: str, named: Callable[[str], str] = str) -> str:
    """The place of a citation in a language, with the heading above it; `named` formats the name of the document."""
    place = place_of(citation, citation.locator)
    name = document_name(named(citation.locator.removesuffix(place).removesuffix(", ")), language)
    name = isolated(name, language)
    place = mark(",", language).join(filter(None, (name, place_text(place, language))))
    return say("under", language, place=place, heading=citation.heading) if citation.heading else place


def remark(citation: Citation, language: str) -> str:
    """Remarks about a citation's text in brackets (edition, OCR, language); empty for an official text in this language."""
    tags = [say("upload", language)] if citation.edition == "upload" else []
    if citation.edition == "digest":
        tags.append(say("digest", language))
    if citation.unverified:
        tags.append(say("unverified", language))
    if citation.ocr:
        tags.append(say("ocr", language))
    if citation.language != language:
        tags.append(language_name(citation.language, language))
    return f" ({mark(',', language).join(tags)})" if tags else ""


def _escaped(text: str) -> str:
    """Escapes Markdown. Character references are used where a backslash has a meaning itself in chat programs (`\\[` and `\\]` enclose
    mathematics) or no effect (`\\<think>`, `\\:::`)."""
    text = _FENCE_COLON.sub("&#58;", _ENTITY.sub("&amp;", text)).replace("\\", "&#92;").replace("<", "&lt;")
    return _SPECIAL.sub(r"\\\g<0>", text)


def _linked(url: str | None) -> str:
    return f" <{url}>" if url and LINK.fullmatch(url) else ""
