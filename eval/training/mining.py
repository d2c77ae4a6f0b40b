"""The passages that a reader takes for answers and that are none: what it is trained on next (hard negatives as in Xiong et al., 2021,
"Approximate Nearest Neighbor Negative Contrastive Learning for Dense Text Retrieval", here those of the reader itself)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.qa.readers import Reads
from eval.training.groups import Group


def mined(groups: Iterable[Group], reader: Reads, kept: int) -> Iterator[Group]:
    """Groups with what answers, and of the other passages the `kept` that the reader thinks likeliest to answer."""
    for group in groups:
        right = [read for read in group.reads if read.answer]
        others = [read for read in group.reads if not read.answer]
        told = reader.read(group.question, [(read.heading, read.passage) for read in others])
        order = sorted(range(len(others)), key=lambda n: -told[n].logit)[:kept]
        yield replace(group, reads=(*right, *(others[n] for n in order)))
