"""Bars for answering by meaning, from the outcomes of `eval abstention --out`: where wrong answers and wrong refusals
balance, or where there are no more wrong answers than a share. What they print goes into `assistant/data/weights.yaml` by hand, with what it was fitted on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics.abstention import auc
from eval.public.rows import PublicError

BEYOND = 0.001
"""How far above the best wrong row a bar stands that no wrong row reaches."""


@dataclass(frozen=True)
class Bar:
    """The bar of one language, for passages in the same or, `abroad`, in another. `answered` is the share of the unanswerable rows above it, `refused` that of the
    answerable ones below it."""

    language: str
    abroad: bool
    bar: float
    answered: float
    refused: float
    auc: float | None
    rows: int


def nearness(unit: dict[str, float | None]) -> float:
    """How near a unit and its passage are to the question in meaning, as `Weights.by_meaning` adds them up."""
    cosine = unit["cosine"] or 0.0
    dense = unit["dense"]
    return cosine + (cosine if dense is None else dense)


def fit_bars(paths: Sequence[Path], most: float | None = None) -> list[Bar]:
    """The bars of the languages in files of outcomes, in the order of the files: where the shares of wrong answers and of
    wrong refusals balance, or the lowest at which at most the share `most` is answered wrongly. Raises `PublicError`."""
    told: dict[tuple[str, bool], list[tuple[float, bool]]] = {}
    for path in paths:
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for row in rows:
                if "units" in row:
                    best = max((nearness(unit) for unit in row["units"]), default=0.0)
                    told.setdefault((row["language"], row["abroad"]), []).append((best, bool(row["answerable"])))
        except OSError as error:
            raise PublicError(f"{path} can't be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError) as error:
            raise PublicError(f"{path} holds no outcomes of 'eval abstention --out' ({error}).") from None
    if not told:
        raise PublicError("There are no outcomes to fit on; 'eval abstention --out FILE' writes them.")
    return [_bar(language, rows, most, abroad=abroad) for (language, abroad), rows in told.items()]


def _bar(language: str, rows: Sequence[tuple[float, bool]], most: float | None, *, abroad: bool) -> Bar:
    yes = [near for near, answerable in rows if answerable]
    no = [near for near, answerable in rows if not answerable]
    if not yes or not no:
        raise PublicError(f"{language}: a bar needs rows with an answer and rows without.")

    def errors(bar: float) -> tuple[float, float]:
        return sum(near >= bar for near in no) / len(no), sum(near < bar for near in yes) / len(yes)

    bars = sorted({near for near, _ in rows})
    if most is None:
        best = min(bars, key=lambda bar: (max(errors(bar)), sum(errors(bar))))
    else:
        best = next((bar for bar in bars if errors(bar)[0] <= most), max(no) + BEYOND)
    answered, refused = errors(best)
    confidence = auc([near for near, _ in rows], [answerable for _, answerable in rows])
    return Bar(language, abroad, best, answered, refused, confidence, len(rows))
