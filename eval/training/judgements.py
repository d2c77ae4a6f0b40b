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
from eval.training.own_rows import TRANSLATED, TREATY

BEST, OTHERS = 4, 2
"""Passages of a question that are judged: those that the first reader ranks highest, and others drawn at random."""
TRANSLATIONS, BEST_TRANSLATED, OTHERS_TRANSLATED = 2, 3, 1
"""Translations of a question that are judged, drawn at random, and passages of each."""
LEAST_CHANCE = 0.005
"""Chance below which a character is left out of a judgement."""


def judge(groups: Iterable[Group], first: PassageReader, second: PassageReader) -> Iterator[Group]:
    """The groups, without their labels, with the judgements of both readers, which count equally. Rows of meetings are judged by the `first` alone,
    as they were read when both were used. Groups without passages are left out."""
    rng = random.Random(1)
    for group in groups:
        readers = (first,) if group.source.startswith(SOURCE) else (first, second)
        if group.reads:
            yield _judged(group, group.question, readers, rng, BEST, OTHERS)


def judge_translations(groups: Sequence[Group], reader: PassageReader) -> Iterator[Group]:
    """Of each English question at most so many `TRANSLATIONS`, with what the English reader says of the same passages, asked in English: a
    reader of other languages learns to say the same. Translations directly follow their question, as in the rows of `own_rows.own_groups`."""
    rng, english = random.Random(1), ""
    translations: list[Group] = []
    for group in (*groups, None):
        if group is None or group.language == "en":
            for chosen in rng.sample(translations, min(TRANSLATIONS, len(translations))):
                yield _judged(chosen, english, (reader,), rng, BEST_TRANSLATED, OTHERS_TRANSLATED)
            translations, english = [], group.question if group else ""
        elif group.reads and group.source.startswith((TRANSLATED, TREATY)):
            translations.append(group)


def _judged(
    group: Group, question: str, readers: Sequence[PassageReader], rng: random.Random, best: int, others: int
) -> Group:
    """The group without its labels, with what readers say of its passages when they are asked this question; which are judged is told by the first."""
    passages = [(each.heading, each.passage) for each in group.reads]
    readings = readers[0].read(question, passages)
    order = sorted(range(len(readings)), key=lambda n: -readings[n].logit)
    chosen = [*order[:best], *rng.sample(order[best:], min(others, len(order[best:])))]
    by_reader = [[readings[n] for n in chosen]]
    by_reader += [reader.read(question, [passages[n] for n in chosen]) for reader in readers[1:]]
    judged = [_judgement(both) for both in zip(*by_reader, strict=True)]
    reads = (Read(*passages[n], None, each) for n, each in zip(chosen, judged, strict=True))
    return replace(group, answerable=False, reads=tuple(reads))


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
