"""What trained readers say of passages together, from which one reader learns instead of from labels (`distillation.learn`)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.qa.reader import Reading
from assistant.qa.readers import PassageReader
from eval.training.groups import Chances, Group, Judgement, Read
from eval.training.meeting_rows import SOURCE

PASSAGES, BEST = 6, 4
"""Passages of a question that are judged: those that the first reader ranks highest, and the rest drawn at random."""
LEAST_CHANCE = 0.005
"""Chance below which a character is left out of a judgement."""


def judge(groups: Iterable[Group], first: PassageReader, second: PassageReader) -> Iterator[Group]:
    """The groups, without their labels, with the judgements of both readers, which count equally. Rows of meetings are judged by the `first` alone,
    as they were read when both were used. Groups without passages are left out."""
    rng = random.Random(1)
    for group in groups:
        if not group.reads:
            continue
        readings = first.read(group.question, [(each.heading, each.passage) for each in group.reads])
        order = sorted(range(len(readings)), key=lambda n: -readings[n].logit)
        chosen = [*order[:BEST], *rng.sample(order[BEST:], min(PASSAGES - BEST, len(order[BEST:])))]
        by_reader = [[readings[n] for n in chosen]]
        if not group.source.startswith(SOURCE):
            passages = [(group.reads[n].heading, group.reads[n].passage) for n in chosen]
            by_reader.append(second.read(group.question, passages))
        judged = [_judgement(both) for both in zip(*by_reader, strict=True)]
        reads = (
            Read(group.reads[n].heading, group.reads[n].passage, None, each)
            for n, each in zip(chosen, judged, strict=True)
        )
        yield replace(group, answerable=False, reads=tuple(reads))


def _judgement(readings: tuple[Reading, ...]) -> Judgement:
    logit = float(np.mean([each.logit for each in readings]))
    begins = [zip((begin for begin, _ in each.offsets), _chances(each.start), strict=True) for each in readings]
    ends = [zip((end - 1 for _, end in each.offsets), _chances(each.end), strict=True) for each in readings]
    return Judgement(logit, _mean(begins), _mean(ends))


def _chances(logits: NDArray[np.float32]) -> list[float]:
    powers = np.exp(logits - logits.max(initial=0.0))
    return (powers / powers.sum()).tolist() if len(powers) else []


def _mean(by_reader: Sequence[Iterable[tuple[int, float]]]) -> Chances:
    """The mean chance of each character, over readers that cut the text into different pieces."""
    total: dict[int, float] = {}
    for chances in by_reader:
        for at, chance in chances:
            total[at] = total.get(at, 0.0) + chance / len(by_reader)
    return tuple((at, round(chance, 4)) for at, chance in sorted(total.items()) if chance >= LEAST_CHANCE)
