"""Rows of a question with its own passages, as in NoMIRACL (Thakur et al. 2023), where a label says whether any passage
answers, and in ClapNQ (Rosenthal et al. 2024), where the sentences that answer are selected."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pydantic import StrictBool, model_validator

from corpus.documents import Language, Span
from eval.public.public_libraries import Text, key_of
from eval.public.public_rows import Filled, Part, Passages, Row, read_rows


class Abstention(Row):
    """A row as in NoMIRACL; its passages are in the language of the question."""

    language: Language
    question: Filled
    passages: Passages
    answerable: StrictBool

    def texts(self) -> list[Text]:
        """The passages as they are stored."""
        return [each.to_text(self.language) for each in self.passages]


class Output(Part):
    """An answer that people gave, with the sentences that they took it from."""

    selected_sentences: list[str]


class Evidence(Row):
    """A row as in ClapNQ, in English."""

    input: Filled
    passages: Passages
    output: list[Output]

    @cached_property
    def gold(self) -> list[tuple[int, Span]]:
        """The selected sentences as (number of the passage, span in it). Raises `ValueError` for one that is in none."""
        selected = [sentence.strip() for output in self.output for sentence in output.selected_sentences]
        return list(dict.fromkeys(self._find_place(sentence) for sentence in selected if sentence))

    @model_validator(mode="after")
    def _validate_gold(self) -> Evidence:
        assert self.gold is not None
        return self

    def _find_place(self, sentence: str) -> tuple[int, Span]:
        for n, passage in enumerate(self.passages):
            if (start := passage.text.find(sentence)) >= 0:
                return n, (start, start + len(sentence))
        raise ValueError(f"the selected sentence {sentence[:60]!r} is in no passage")

    def texts(self) -> list[Text]:
        """The passages as they are stored."""
        return [each.to_text("en") for each in self.passages]

    def selected_spans(self) -> list[tuple[str, Span]]:
        """The selected sentences as (key of the document, span in it)."""
        texts = self.texts()
        return [(key_of(n), (start + texts[n].offset, end + texts[n].offset)) for n, (start, end) in self.gold]


def read_abstention(path: Path) -> list[Abstention]:
    """Reads `{id, language, question, passages: [{title, text}], answerable}`, one a line. Raises `EvaluationError`."""
    return read_rows(path, Abstention)


def read_evidence(path: Path) -> list[Evidence]:
    """Reads `{id, input, passages: [{title, text}], output: [{selected_sentences}]}`, one a line. Raises `EvaluationError`."""
    return read_rows(path, Evidence)
