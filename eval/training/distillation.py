"""Distillation of a trained reader into one with fewer layers, which takes proportionally less time for a passage, and of several readers into one.

The student begins as some layers of the teacher and learns the teacher's output on training rows, whose labels are not
used: the logits of answerability, the distributions of the first and last piece of the answer, and the last hidden
states. From several teachers it learns the means of all but the states. Source: Hinton et al., "Distilling the Knowledge in a Neural Network" (2015).
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
JUDGED_PLAN = Plan(kind="bert", minutes=60, rows=16, pieces=320, rate=7e-5, head_rate=7e-5, warm=50, frozen=3)
"""How it then learns what both readers say together (`learn`)."""


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


def learn(
    files: Sequence[Path],
    plan: Plan,
    folder: Path,
    begin: Path,
    report: Callable[[str], None] = lambda _: None,
    make_reader: MakeReader = load_base,
) -> None:
    """Trains a reader, from the weights of `begin` on, to say what others say together of the rows of files, which
    `eval.training.judgements` has made. The rest is as for `distil`."""
    train.train(files, plan, folder, begin, report, make_reader, loss=partial(_judged_loss, plan))


def _judged_loss(plan: Plan, student: Reader, batch: Sequence[EncodedGroup], least: int) -> dict[str, torch.Tensor]:
    pieces, segments, mask = train.pad_batch(batch, least)
    output = student(pieces, segments, mask)
    goals = [goal for encoded in batch for goal in encoded.goals if goal]
    rows = len(goals)
    if rows != sum(len(encoded.rows) for encoded in batch):
        raise ValueError("A passage was not judged: only the rows of `judge` can be learnt from.")
    logits, wanted = output.answerable[:rows].float(), torch.tensor([goal.logit for goal in goals])
    lists, at = [], 0
    for encoded in batch:
        own, goal = (each[at : at + len(encoded.rows)] for each in (logits, wanted))
        lists.append(_divergence(_with_none(own), _with_none(goal).softmax(-1)))
        at += len(encoded.rows)
    hidden = train.outside_passage(mask[:rows], [first for encoded in batch for first in encoded.firsts])
    spans = []
    for own, chances in ((output.start, [goal.start for goal in goals]), (output.end, [goal.end for goal in goals])):
        wanted_places = torch.zeros(rows, mask.shape[1])
        for row, each in zip(wanted_places, chances, strict=True):
            row[: len(each)] = each
        spans.append(_divergence(own[:rows].float().masked_fill(hidden, HIDDEN), wanted_places))
    return {
        "logit": functional.smooth_l1_loss(logits, wanted),
        "list": plan.list_weight * torch.stack(lists).mean(),
        "span": plan.span_weight * torch.stack(spans).sum(),
    }


def _with_none(logits: torch.Tensor) -> torch.Tensor:
    """The logits of the passages of a question, and a zero for none of them."""
    return torch.cat([torch.zeros(1), logits])


def _divergence(logits: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    """The Kullback-Leibler divergence from chances (rows x classes, or classes) of those of the logits, the mean of the rows."""
    return functional.kl_div(logits.log_softmax(-1), goal, reduction="none").sum(-1).mean()


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
