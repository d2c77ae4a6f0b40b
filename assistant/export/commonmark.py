"""Publications as Markdown (CommonMark with the footnotes and tables of GitHub), anchors at headings and paragraphs."""

from __future__ import annotations

import re

from assistant.export.publication import (
    Block,
    Content,
    Figure,
    Heading,
    Listing,
    Note,
    Paragraph,
    Publication,
    Span,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]>#|~$!])")
_MARKS = {"plain": "", "strong": "**", "emphasis": "*", "inserted": "**", "deleted": "~~"}


def to_markdown(publication: Publication) -> str:
    """The publication as one Markdown text; all that comes from documents is escaped."""
    writer = _Writer()
    head = [writer.line((Span(line),)) for line in (*publication.masthead, *publication.label) if line]
    parts = ["  \n".join(head)] if head else []
    parts.append(f"# {_escaped(publication.title)}")
    if publication.notice:
        parts.append(f"*{_escaped(publication.notice)}*")
    parts += [made for block in publication.blocks if (made := writer.block(block))]
    parts += [f"[^{n}]: {note}" for n, note in enumerate(writer.notes, 1)]
    return "\n\n".join(parts) + "\n"


class _Writer:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return f'{"#" * (block.level + 1)} <a id="{block.anchor}"></a>{_escaped(block.text)}'
            case Paragraph():
                number = f'<a id="p-{block.number}"></a>{block.number}\\. ' if block.number else ""
                return number + self.line(block.content)
            case Listing():
                return "\n".join(f"- {self.line(item)}" for item in block.items)
            case Table():
                return self._table(block)
            case Figure():
                return f"*{_escaped(block.caption)}*\n\n{self._table(block.table)}" if block.table else ""

    def line(self, content: Content) -> str:
        return "".join(self._note(each) if isinstance(each, Note) else _span(each) for each in content)

    def _note(self, note: Note) -> str:
        self.notes.append("".join(_span(span) for span in note.spans))
        return f"[^{len(self.notes)}]"

    def _table(self, table: Table) -> str:
        head = "| " + " | ".join(_escaped(cell) for cell in table.header) + " |"
        rule = "|" + "---|" * len(table.header)
        rows = ("| " + " | ".join(map(self.line, row)) + " |" for row in table.rows)
        return "\n".join([head, rule, *rows])


def _span(span: Span) -> str:
    text = _escaped(span.text)
    if span.url:
        return f"[{text}]({_address(span.url)})"
    mark = _MARKS[span.mode]
    if not mark or not text.strip():
        return text
    # Marks must touch the words that they mark.
    bare = text.strip()
    return text[: len(text) - len(text.lstrip())] + mark + bare + mark + text[len(text.rstrip()) :]


def _escaped(text: str) -> str:
    line = " ".join(text.split()) if "\n" in text else text
    # Entities, since many programs take a tag behind a backslash for a tag all the same.
    line = _SPECIAL.sub(r"\\\1", line).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"^(\s*)([-+=])", r"\1\\\2", re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", line))


def _address(url: str) -> str:
    return re.sub(r"[\s()<>\\]", lambda match: f"%{ord(match.group()):02X}", url)
