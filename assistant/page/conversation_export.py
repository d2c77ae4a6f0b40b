"""A conversation as a file, every statement with its reference: Markdown, and Word through pandoc."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.export.docx import API, pandoc_path, write_docx
from assistant.export.publication import PublishError
from assistant.faults import Conflict
from assistant.labels import direction, word
from assistant.page.chat_turns import Turn
from assistant.page.source_panel import Source, sources_of
from assistant.page.turn_html import state_of
from assistant.quoted_rows import without_bars
from assistant.service import Service

TITLE = "Questions to the conference documents"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~$&!^])")
_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


@dataclass(frozen=True)
class _Said:
    """A turn with what its file says: statements with the sources of each."""

    turn: Turn
    language: str
    state: str
    statements: tuple[tuple[str, bool, tuple[Source, ...]], ...]


def to_markdown(service: Service, turns: Sequence[Turn]) -> str:
    """The conversation as Markdown with footnotes; all that comes from documents and people is escaped."""
    parts = [f"# {TITLE}"]
    notes: list[str] = []
    for each in _said(service, turns):
        parts.append(f"## {_escaped(each.turn.question)}")
        parts.append(f"*{_escaped(each.state)}*")
        for text, quoted, sources in each.statements:
            marks = []
            for source in sources:
                notes.append(_footnote(len(notes) + 1, source))
                marks.append(f"[^{len(notes)}]")
            parts.append(f"{'> ' if quoted else ''}{_escaped(text)}{''.join(marks)}")
        parts += [_escaped(line) for line in (each.turn.answer.reason, *each.turn.answer.notes) if line]
    return "\n\n".join([*parts, *notes]) + "\n"


def to_docx(service: Service, turns: Sequence[Turn]) -> bytes:
    """The conversation as a Word file with real footnotes. Raises `Conflict` where pandoc is not installed or fails."""
    try:
        return write_docx(_document(_said(service, turns)))
    except PublishError as error:
        raise Conflict(error.message) from None


def can_docx() -> bool:
    """Whether Word files can be written here."""
    return pandoc_path() is not None


def _said(service: Service, turns: Sequence[Turn]) -> list[_Said]:
    made = []
    for turn in turns:
        answer = turn.answer
        sources = {each.number: each for each in sources_of(service, answer)}
        statements = tuple(
            (without_bars(each.text), each.verdict == "quoted", tuple(sources[n] for n in answer.numbers(each)))
            for each in answer.statements
        )
        state = word(state_of(answer), answer.language)
        if turn.scope:
            state = f"{state}. {word('scope', answer.language, scope=turn.scope)}"
        made.append(_Said(turn, answer.language, state, statements))
    return made


def _footnote(number: int, source: Source) -> str:
    words = _escaped(f"“{source.quote}”")
    address = f" <{source.official}>" if source.official else ""
    return f"[^{number}]: {_escaped(source.reference)} {words}{address}"


def _escaped(text: str) -> str:
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", line)


def _document(said: Sequence[_Said]) -> dict[str, Any]:
    """The conversation in the form in which pandoc takes documents."""
    blocks: list[Any] = [_header(1, TITLE)]
    for each in said:
        inside: list[Any] = [_header(2, each.turn.question), _para([{"t": "Emph", "c": _words(each.state)}])]
        for text, quoted, sources in each.statements:
            line = [*_words(text), *(_note(source) for source in sources)]
            inside.append({"t": "BlockQuote", "c": [_para(line)]} if quoted else _para(line))
        inside += [_para(_words(line)) for line in (each.turn.answer.reason, *each.turn.answer.notes) if line]
        blocks.append(
            {"t": "Div", "c": [["", [], [["dir", direction(each.language)], ["lang", each.language]]], inside]}
        )
    return {"pandoc-api-version": API, "meta": {}, "blocks": blocks}


def _note(source: Source) -> dict[str, Any]:
    words = [*_words(f"{source.reference} “{source.quote}”")]
    if source.official:
        words += [{"t": "Space"}, {"t": "Link", "c": [["", [], []], _words(source.official), [source.official, ""]]}]
    return {"t": "Note", "c": [_para(words)]}


def _header(level: int, text: str) -> dict[str, Any]:
    return {"t": "Header", "c": [level, ["", [], []], _words(text)]}


def _para(inlines: list[Any]) -> dict[str, Any]:
    return {"t": "Para", "c": inlines}


def _words(text: str) -> list[Any]:
    """Text as pandoc has it, words and spaces apart; characters that XML can't hold are left out."""
    made: list[Any] = []
    for each in "".join(c for c in text if c in "\t\n" or c >= " ").split():
        made += [{"t": "Space"}, {"t": "Str", "c": each}] if made else [{"t": "Str", "c": each}]
    return made
