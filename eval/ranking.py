"""Ranking metrics, and the public SQuAD layout that they are measured on."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from pathlib import Path


def ndcg(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """nDCG@k with binary gains (Jarvelin and Kekalainen, "Cumulated gain-based evaluation", 2002), 0 to 1."""
    gain = sum(1 / math.log2(n + 2) for n, item in enumerate(ranked[:k]) if item in relevant)
    ideal = sum(1 / math.log2(n + 2) for n in range(min(k, len(relevant))))
    return gain / ideal if ideal else 0.0


def read_squad(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """Paragraphs of a SQuAD file (Rajpurkar et al. 2016), and its questions with their paragraph's index."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs: list[str] = []
    questions: list[tuple[str, int]] = []
    for article in data:
        for paragraph in article["paragraphs"]:
            questions += [(each["question"], len(paragraphs)) for each in paragraph["qas"]]
            paragraphs.append(paragraph["context"])
    return paragraphs, questions
