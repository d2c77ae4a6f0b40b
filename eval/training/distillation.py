"""Distillation of a trained reader into one with fewer layers, which takes proportionally less time for a passage, and of several readers into one.

The student begins as some layers of the teacher and learns the teacher's output on training rows, whose labels are not
used: the logits of answerability, the distributions of the first and last piece of the answer, and the last hidden
states. From several teachers it learns the means of all but the states. Source: Hinton et al., "Distilling the Knowledge in a Neural Network" (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from torch.nn import functional

from assistant.qa.reader import Name
from eval.training import train
from eval.training.network import Reader, ReaderOutput, load_base
from eval.training.train import HIDDEN, EncodedGroup, MakeReader, Plan

PLAN = Plan(kind="bert", minutes=85, rows=16, pieces=320, rate=8e-5, head_rate=8e-5, warm=50, frozen=5, most_passages=8)
"""How the English reader is distilled."""
LAYERS = range(9)
"""Its layers that are kept: the states after the ninth tell nearly all that the last logit says."""
JUDGED_PLANS: Mapping[Name, Plan] = {
    "en": Plan(kind="bert", minutes=60, rows=16, pieces=320, rate=7e-5, head_rate=7e-5, warm=50, frozen=3),
    "multilingual": Plan(kind="e5", minutes=80, rows=16, pieces=256, rate=7e-5, head_rate=7e-5, warm=50, frozen=0),
}
"""How the English reader then learns what both readers say together, and the multilingual one what the English one says (`learn`)."""


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
    train.train(files, plan, folder, begin, report, make_reader, loss=partial(_learning_loss, plan))


def _learning_loss(plan: Plan, student: Reader, batch: Sequence[EncodedGroup], least: int) -> dict[str, torch.Tensor]:
    """The loss of what was judged, and that of the labels of questions whose passages were not, each by its share of the questions."""
    judged = [encoded for encoded in batch if all(encoded.goals)]
    labelled = [encoded for encoded in batch if not all(encoded.goals)]
    pieces, segments, mask = train.pad_batch([*judged, *labelled], least)
    output = ReaderOutput(*(each.float() for each in student(pieces, segments, mask)))
    rows = sum(len(encoded.rows) for encoded in judged)
    taught, rest = (ReaderOutput(*(each[part] for each in output)) for part in (slice(rows), slice(rows, None)))
    none = (torch.zeros(()),) * 3
    learnt = _judged_losses(taught, judged, mask[:rows]) if judged else none
    told = train.label_losses(rest, labelled, mask[rows:]) if labelled else none
    weights = (1.0, plan.list_weight, plan.span_weight)
    return {
        name: weight * loss * len(part) / len(batch)
        for part, names, found in (
            (judged, ("logit", "order", "place"), learnt),
            (labelled, ("answers", "list", "span"), told),
        )
        for name, weight, loss in zip(names, weights, found, strict=True)
    }


def _judged_losses(
    output: ReaderOutput, batch: Sequence[EncodedGroup], mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How far the output is from what was judged: the logits, which passage of a question is likelier, the places."""
    goals = [goal for encoded in batch for goal in encoded.goals if goal]
    logits, wanted = output.answerable, torch.tensor([goal.logit for goal in goals])
    lists, at = [], 0
    for encoded in batch:
        own, goal = (each[at : at + len(encoded.rows)] for each in (logits, wanted))
        lists.append(_divergence(_with_none(own), _with_none(goal).softmax(-1)))
        at += len(encoded.rows)
    hidden = train.outside_passage(mask, [first for encoded in batch for first in encoded.firsts])
    spans = []
    for own, chances in ((output.start, [goal.start for goal in goals]), (output.end, [goal.end for goal in goals])):
        wanted_places = torch.zeros(mask.shape)
        for row, each in zip(wanted_places, chances, strict=True):
            row[: len(each)] = each
        spans.append(_divergence(own.masked_fill(hidden, HIDDEN), wanted_places))
    return functional.smooth_l1_loss(logits, wanted), torch.stack(lists).mean(), torch.stack(spans).sum()


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
