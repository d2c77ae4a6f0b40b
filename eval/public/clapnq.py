"""Which sentences answer, or none: rows of ClapNQ (Rosenthal et al. 2024).

Each row is asked of a library that holds its passages and nothing else; what is quoted is held against the sentences
that people selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pydantic import model_validator

from corpus.documents import Span
from eval.metrics.statistics import figure
from eval.public.figures import Figures, Outcome
from eval.public.public_rows import Filled, Part, Passages, Row, read_rows
from eval.public.public_shelf import Kit, key_of, stocked
from eval.public.refusals import auc_figure
from eval.public.weigh import ask, covered, span_of

SHARE = 0.5
"""Of a selected sentence so much must be quoted: sentences are told apart otherwise here than in the set."""
LANGUAGE = "en"


class Output(Part):
    """An answer that people gave, with the sentences that they took it from."""

    selected_sentences: list[str]


class Question(Row):
    """A row of the set."""

    input: Filled
    passages: Passages
    output: list[Output]

    @cached_property
    def gold(self) -> list[tuple[int, Span]]:
        """The selected sentences as (number of the passage, span in it). Raises `ValueError` for one that stands in none."""
        selected = [sentence.strip() for output in self.output for sentence in output.selected_sentences]
        return list(dict.fromkeys(self._place(sentence) for sentence in selected if sentence))

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return bool(self.gold)

    @model_validator(mode="after")
    def _whole(self) -> Question:
        assert self.gold is not None
        return self

    def _place(self, sentence: str) -> tuple[int, Span]:
        for n, passage in enumerate(self.passages):
            if (start := passage.text.find(sentence)) >= 0:
                return n, (start, start + len(sentence))
        raise ValueError(f"the selected sentence {sentence[:60]!r} stands in no passage")


def read_evidence(path: Path) -> list[Question]:
    """Reads `{id, input, passages: [{title, text}], output: [{selected_sentences}]}`, one a line. Raises `PublicError`."""
    return read_rows(path, Question)


def outcome_of(question: Question, kit: Kit) -> Outcome:
    """What is quoted from the passages of a row."""
    texts = [each.held(LANGUAGE) for each in question.passages]
    gold = [(key_of(n), (start + texts[n].offset, end + texts[n].offset)) for n, (start, end) in question.gold]
    with stocked(texts, kit) as engine:
        asked = ask(engine, question.input)
        best = [span_of(each) for each in asked.best(kit.statements)]
        return {
            "answerable": question.answerable,
            **asked.told(),
            "statements": len(asked.answer.statements),
            "quoted": covered(gold, asked.said(), SHARE),
            "best": covered(gold, best[:1], SHARE),
            "two_best": covered(gold, best[:2], SHARE),
        }


def evidence_figures(outcomes: Sequence[Outcome]) -> Figures:
    """How well the confidence tells answerable from unanswerable rows, and of the answerable how often a selected
    sentence is quoted, is the best one weighed, or one of the two best; refusals count as not quoted."""
    good = [each for each in outcomes if each["answerable"]]
    return {
        "AUC": auc_figure(outcomes),
        "gold quoted": figure([each["quoted"] for each in good]),
        "gold best": figure([each["best"] for each in good]),
        "gold in 2 best": figure([each["two_best"] for each in good]),
        "answered unanswerable": figure([each["answered"] for each in outcomes if not each["answerable"]]),
        "refused answerable": figure([not each["answered"] for each in good]),
    }
