"""Fields that are open while a text is read (ECMA-376 part 1, 17.16), and what reading left out."""

from __future__ import annotations

from dataclasses import dataclass, field

_CODE = 200  # characters of a field's code that are kept: its kind stands first


@dataclass
class Findings:
    """What was left out or could not be read, to be told in warnings."""

    hidden: int = 0
    tracked: bool = False
    charts: int = 0
    pictures: int = 0
    diagrams: int = 0
    imported: int = 0
    symbols: int = 0
    numberless: int = 0
    dropped: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class _Field:
    code: str = ""
    result: bool = False

    @property
    def kind(self) -> str:
        return (self.code.split(maxsplit=1) or [""])[0].upper()


class Fields:
    """The fields that are open at a place of a text; they may span paragraphs."""

    def __init__(self) -> None:
        self._open: list[_Field] = []
        self._codes = 0  # fields whose code has not ended
        self._contents = 0  # tables of contents whose result has begun

    def mark(self, kind: str | None) -> None:
        """Begins a field, parts its code from its result, or ends it."""
        if kind == "begin":
            self._open.append(_Field())
            self._codes += 1
        elif kind == "separate" and self._open and not self._open[-1].result:
            self._open[-1].result = True
            self._codes -= 1
            self._contents += self.kind == "TOC"
        elif kind == "end" and self._open:
            self._contents -= self.kind == "TOC" and self._open[-1].result
            self._codes -= not self._open.pop().result

    def code(self, text: str) -> None:
        """A part of the code of the innermost field."""
        if self._open and not self._open[-1].result and len(self._open[-1].code) < _CODE:
            self._open[-1].code += text[:_CODE]

    def close(self) -> None:
        """At the end of a paragraph: a field whose code never ended would hide the rest of the text."""
        if self._codes:
            self._open = [one for one in self._open if one.result]
            self._codes = 0

    @property
    def silent(self) -> bool:
        """Whether text at this place is the code of a field."""
        return self._codes > 0

    @property
    def contents(self) -> bool:
        """Whether text at this place belongs to a table of contents."""
        return self._contents > 0

    @property
    def kind(self) -> str:
        """The kind of the innermost open field: `HYPERLINK`; empty where none is open."""
        return self._open[-1].kind if self._open else ""
