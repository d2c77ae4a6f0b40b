"""Distillation of a trained reader into one with fewer layers, which takes proportionally less time for a passage.

The student begins as some layers of the teacher and learns the teacher's output on training rows, whose labels are not
used: the logits of answerability, the distributions of the first and last piece of the answer, and the last hidden
states. Source: Hinton et al., "Distilling the Knowledge in a Neural Network" (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch.nn import functional

from eval.training import train
from eval.training.network import Reader, load_base
from eval.training.train import HIDDEN, EncodedGroup, MakeReader, Plan

PLAN = Plan(kind="bert", minutes=85, rows=16, pieces=320, rate=8e-5, head_rate=8e-5, warm=50, frozen=5, most_passages=8)
"""How the English reader is distilled."""
LAYERS = range(9)
"""Its layers that are kept: the states after the ninth tell nearly all that the last logit says."""


def distil(
    files: Sequence[Path],
    plan: Plan,
    layers: Sequence[int],
    folder: Path,
    teacher: Path,
    report: Callable[[str], None] = lambda _: None,
    make_reader: MakeReader = load_base,
) -> None:
    """Distils the reader with these weights (a checkpoint, or a shipped file) into some of its `layers`, on the rows of files. Files, resuming,
    `report`, `make_reader` and errors are as for `eval.training.train.train`."""
    model, _ = make_reader(plan.kind, plan.pieces)
    train.load_weights(model, teacher)
    model.to(train.compute_type()).eval()
    train.train(files, plan, folder, teacher, report, make_reader, layers, partial(_loss, plan, model))


def _loss(
    plan: Plan, teacher: Reader, student: Reader, batch: Sequence[EncodedGroup], least: int
) -> dict[str, torch.Tensor]:
    pieces, segments, mask = train.pad_batch(batch, least)
    firsts = [first for encoded in batch for first in encoded.firsts]
    rows = len(firsts)
    with torch.no_grad():
        goal_states = teacher.states(pieces, segments, mask)
        goal = teacher.output(goal_states)
    states = student.states(pieces, segments, mask)
    output = student.output(states)
    read = mask[:rows, :, None].float()
    apart = _distance(states[:rows].float() * read, goal_states[:rows].float() * read)
    pooled = _distance(student.pooled(states)[:rows].float(), teacher.pooled(goal_states)[:rows].float())
    hidden = train.outside_passage(mask[:rows], firsts)
    spans = [
        functional.kl_div(
            own[:rows].float().masked_fill(hidden, HIDDEN).log_softmax(-1),
            wanted[:rows].float().masked_fill(hidden, HIDDEN).softmax(-1),
            reduction="batchmean",
        )
        for own, wanted in ((output.start, goal.start), (output.end, goal.end))
    ]
    return {
        "logit": functional.smooth_l1_loss(output.answerable[:rows].float(), goal.answerable[:rows].float()),
        "states": apart + pooled,
        "span": plan.span_weight * torch.stack(spans).sum(),
    }


def _distance(own: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    """The squared distance of states from those of the teacher, relative to the size of these."""
    return (own - goal).pow(2).sum() / goal.pow(2).sum()
