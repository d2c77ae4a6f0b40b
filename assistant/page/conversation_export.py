"""A conversation as a publication, every statement with its reference, to be taken away as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.export.publication import Block, Heading, Note, Paragraph, Publication, Span, plain
from assistant.labels import word
from assistant.page.chat_turns import Turn
from assistant.page.source_panel import Source, sources_of
from assistant.page.turn_html import state_of
from assistant.quoted_rows import without_bars
from assistant.service import Service

TITLE = "Questions to the conference documents"


def publication_of_turns(service: Service, turns: Sequence[Turn]) -> Publication:
    """The questions as headings, below each how it was answered; in the language of most of them."""
    spoken = Counter(each.answer.language for each in turns).most_common(1)[0][0]
    blocks = [block for number, turn in enumerate(turns, 1) for block in _blocks(service, number, turn)]
    return Publication(spoken, TITLE, tuple(blocks))


def _blocks(service: Service, number: int, turn: Turn) -> list[Block]:
    answer, sources = turn.answer, sources_of(service, turn.answer)
    state = word(state_of(answer), answer.language)
    if turn.scope:
        state = f"{state}. {word('scope', answer.language, scope=turn.scope)}"
    made: list[Block] = [
        Heading(1, turn.question, f"question-{number}"),
        Paragraph((Span(state, "emphasis"),)),
    ]
    for each in answer.statements:
        said = without_bars(each.text)
        words = Span(f"“{said}”" if each.verdict == "quoted" else said)
        made.append(Paragraph((words, *(_note(sources[n - 1]) for n in answer.numbers(each)))))
    return [*made, *(Paragraph(plain(line)) for line in (answer.reason, *answer.notes) if line)]


def _note(source: Source) -> Note:
    cited = Span(f"{source.reference} “{source.quote}”")
    return Note((cited, Span(" "), Span(source.official, url=source.official)) if source.official else (cited,))
