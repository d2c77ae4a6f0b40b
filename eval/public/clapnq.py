"""Which sentences answer, or none: rows of ClapNQ (Rosenthal et al. 2024).

Each row is asked of a library that holds its passages and nothing else; what is quoted is held against the sentences
that people selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Span
from eval.public.figures import Figures, mean
from eval.public.public_outcomes import Outcome
from eval.public.public_rows import PublicError, Row, each_once, read_jsonl
from eval.public.public_shelf import Kit, Text, key_of, stocked
from eval.public.refusals import auc_figure
from eval.public.weigh import ask, covered, features, span_of

SHARE = 0.5
"""Of a selected sentence so much must be quoted: sentences are told apart otherwise here than in the set."""
LANGUAGE = "en"


@dataclass(frozen=True)
class Question:
    """A row of the set. `gold` are the selected sentences as (number of the passage, span in its body)."""

    id: str
    text: str
    passages: tuple[Text, ...]
    gold: tuple[tuple[int, Span], ...]

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return bool(self.gold)


def read_evidence(path: Path) -> list[Question]:
    """Reads `{id, input, passages: [{title, text, sentences}], output: [{answer, selected_sentences}]}`, one a line.

    Raises `PublicError`, also for a selected sentence that stands in no passage.
    """
    rows = [(row.text("id"), row) for row in read_jsonl(path)]
    each_once(rows)
    found = []
    for key, row in rows:
        passages = row.rows("passages", "passage")
        texts = tuple(Text(each.text("title", ""), each.text("text"), LANGUAGE) for each in passages)
        if not any(text.body.strip() for text in texts):
            raise row.fault("'passages' holds no words")
        selected = [s for output in row.rows("output", "output") for s in output.texts("selected_sentences")]
        gold = [_place(row, sentence.strip(), texts) for sentence in selected if sentence.strip()]
        found.append(Question(key, row.filled("input"), texts, tuple(dict.fromkeys(gold))))
    if not found:
        raise PublicError(f"{path} holds no rows.")
    return found


def outcome_of(question: Question, kit: Kit) -> Outcome:
    """What is quoted from the passages of a row."""
    gold = [
        (key_of(n), (start + question.passages[n].offset, end + question.passages[n].offset))
        for n, (start, end) in question.gold
    ]
    with stocked(question.passages, kit) as engine:
        asked = ask(engine, question.text)
        best = [span_of(each) for each in asked.best(kit.statements)]
        return {
            "answerable": question.answerable,
            **asked.told(),
            "weighed": len(asked.scored),
            "statements": len(asked.answer.statements),
            "quoted": covered(gold, asked.said(), SHARE),
            "best": covered(gold, best[:1], SHARE),
            "two_best": covered(gold, best[:2], SHARE),
            "units": features(asked.best(3), gold, SHARE),
        }


def evidence_figures(outcomes: Sequence[Outcome]) -> Figures:
    """How well the confidence tells answerable from unanswerable rows, and of the answerable how often a selected
    sentence is quoted, is the best one weighed, or one of the two best; refusals count as not quoted."""
    good = [each for each in outcomes if each["answerable"]]
    return {
        "AUC": auc_figure(outcomes),
        "gold quoted": mean([each["quoted"] for each in good]),
        "gold best": mean([each["best"] for each in good]),
        "gold in 2 best": mean([each["two_best"] for each in good]),
        "answered unanswerable": mean([each["answered"] for each in outcomes if not each["answerable"]]),
        "refused answerable": mean([not each["answered"] for each in good]),
    }


def _place(row: Row, sentence: str, texts: Sequence[Text]) -> tuple[int, Span]:
    for n, text in enumerate(texts):
        start = text.body.find(sentence)
        if start >= 0:
            return n, (start, start + len(sentence))
    raise row.fault(f"the selected sentence {sentence[:60]!r} stands in no passage")
