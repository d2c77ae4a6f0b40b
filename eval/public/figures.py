"""Outcomes of public sets, and figures over these, each with a 95 % interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from corpus.documents import Span
from eval.metrics.ranking import ndcg, recall_at, reciprocal_rank
from eval.metrics.selective import auc
from eval.metrics.statistics import Figure, figure
from eval.public.public_libraries import Kit, Text, index_of, open_text_engine
from eval.public.public_rows import Abstention, Evidence
from eval.systems.rapporteur import confidence_of

RANKED = 10
"""Documents that are ranked for a question."""
SHARE = 0.5
"""Minimum share of a selected sentence that must be quoted: sentences are split otherwise here than in the set."""
_DEPTH = 60
"""Passages that are retrieved to rank documents, since one document may have several."""
Outcome = dict[str, Any]
"""The outcome of one row, by name; JSON values."""
Figures = Mapping[str, Figure]


def rank_texts(engine: Engine, question: str) -> list[int]:
    """The numbers of the best texts, each once, ranked by their best passage."""
    return list(dict.fromkeys(index_of(each.document.key) for each in engine.search(question, _DEPTH)))[:RANKED]


def ranking_outcome(ranked: Sequence[int], relevant: int) -> Outcome:
    """The outcome of one question whose answer is in one text."""
    return {
        "ndcg10": ndcg(ranked, [relevant], 10),
        "recall": [recall_at(ranked, [relevant], k) for k in (1, 5, 10)],
        "rr": reciprocal_rank(ranked, [relevant]),
    }


def ranking_figures(outcomes: Sequence[Outcome]) -> Figures:
    """nDCG@10, recall at 1, 5 and 10, and MRR@10."""
    return {
        "nDCG@10": figure([each["ndcg10"] for each in outcomes]),
        **{f"R@{k}": figure([each["recall"][n] for each in outcomes]) for n, k in enumerate((1, 5, 10))},
        "MRR@10": figure([each["rr"] for each in outcomes]),
    }


def abstention_outcome(row: Abstention, kit: Kit) -> Outcome:
    """The outcome of a row whose passages alone are in the library."""
    answer = _ask(row.texts(), row.question, kit)
    return {"language": row.language, "answerable": row.answerable, **_outcome(answer)}


def evidence_outcome(row: Evidence, kit: Kit) -> Outcome:
    """The same for a row with selected sentences, and whether one of these is quoted, in whatever is shown."""
    answer = _ask(row.texts(), row.input, kit)
    cited = [(each.symbol, (each.start, each.end)) for each in answer.citations]
    return {"answerable": bool(row.gold), **_outcome(answer), "quoted": is_covered(row.gold, cited, SHARE)}


def _ask(texts: Sequence[Text], question: str, kit: Kit) -> Answer:
    with open_text_engine(texts, kit) as engine:
        return engine.ask(question)


def _outcome(answer: Answer) -> Outcome:
    answered = answer.status in ("answered", "partial") and bool(answer.statements)
    return {"answered": answered, "confidence": confidence_of(answer)}


def abstention_figures(outcomes: Sequence[Outcome]) -> Figures:
    """How well confidence tells answerable rows from others (AUC), and the shares of both that are treated wrongly."""
    points = [(each["confidence"], each["answerable"]) for each in outcomes]
    return {
        "AUC": figure(points, lambda rows: auc(rows[:, 0].tolist(), (rows[:, 1] > 0).tolist())),
        "answered unanswerable": figure([each["answered"] for each in outcomes if not each["answerable"]]),
        "refused answerable": figure([not each["answered"] for each in outcomes if each["answerable"]]),
    }


def evidence_figures(outcomes: Sequence[Outcome]) -> Figures:
    """The same, and of the answerable rows how often a selected sentence is quoted."""
    quotes = figure([each["quoted"] for each in outcomes if each["answerable"]])
    return {**abstention_figures(outcomes), "gold quoted": quotes}


def is_covered(gold: Iterable[tuple[str, Span]], spans: Sequence[tuple[str, Span]], share: float = 1.0) -> bool:
    """Whether spans together contain at least this share of the characters of one of the gold spans."""
    for key, (start, end) in gold:
        covered: set[int] = set()
        for other, (begin, stop) in spans:
            if other == key:
                covered.update(range(max(start, begin), min(end, stop)))
        if end > start and len(covered) >= share * (end - start):
            return True
    return False
