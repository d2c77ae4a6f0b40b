"""Training of the reader: limited by time, with checkpoints from which an interrupted run is resumed.

The loss of a batch is the mean of three: whether each passage answers (binary cross-entropy); which of a question's
passages does, or none (listwise softmax with a zero for none; where it is only known that one of them does, their sum
counts); and where the answer begins and ends, for passages that answer.
"""

from __future__ import annotations

import json
import pickle
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from assistant.qa.reader import Name
from assistant.qa.reader_input import Kind, Pairing, Row
from assistant.qa.reader_weights import weights_of
from corpus.files import file_hash
from eval.training.groups import Chances, Group, Judgement, Read, load_groups
from eval.training.mixes import count_by_set, describe_groups
from eval.training.network import Reader, ReaderOutput, limit_time, load_base, pad_rows, save_atomically

Loss = Callable[[Reader, Sequence["EncodedGroup"], int], Mapping[str, torch.Tensor]]
"""The parts of the loss of a batch by name, given the least number of rows of its matrices."""
HIDDEN = -1e4
"""Logit of a piece outside the passage."""


@dataclass(frozen=True)
class Plan:
    """The settings of a run. `minutes` is its time limit; the learning rate rises in `warm` steps and falls to a
    fiftieth at the end. `rows` go into a batch, `pieces` at most into a row; `frozen` layers are not trained, nor
    are the embeddings."""

    kind: Kind
    minutes: float
    rows: int = 24
    pieces: int = 288
    rate: float = 6e-5
    head_rate: float = 3e-4
    warm: int = 100
    frozen: int = 2
    threads: int = 1
    most_passages: int = 6
    span_weight: float = 0.25
    list_weight: float = 0.5
    seed: int = 1


PLANS: Mapping[Name, Plan] = {
    "en": Plan(kind="bert", minutes=40, rows=8, warm=30),
    "multilingual": Plan(kind="e5", minutes=210, rows=12, pieces=224, rate=6e-5, frozen=0, warm=30, most_passages=10),
}
"""How the shipped readers were trained, on one core, each in several runs (see their card), of which this is about
the sum. Small batches teach a reader more in the same time than large ones."""
CHECKPOINT_STEPS = 50
"""Steps between checkpoints, which take some minutes."""
MakeReader = Callable[[Kind, int], tuple[Reader, Pairing]]
"""Makes an untrained reader, and the pairing of its rows, for a kind and the maximum pieces of a row."""


@dataclass(frozen=True)
class Goal:
    """What is to be learnt of a row whose passage was judged: the logit, and for each piece of the row the chance to be the first and the last piece of
    the answer."""

    logit: float
    start: torch.Tensor
    end: torch.Tensor


@dataclass(frozen=True)
class EncodedGroup:
    """A group as rows of pieces. For each row: the number of the first piece of the passage, the label (None where
    unknown), the first and last piece of the answer, if any, and the goal of a judged passage."""

    rows: list[list[int]]
    segments: list[list[int]]
    firsts: list[int]
    labels: list[float | None]
    spans: list[tuple[int, int] | None]
    answerable: bool
    goals: list[Goal | None]


def train(
    files: Sequence[Path],
    plan: Plan,
    folder: Path,
    begin: Path | None = None,
    report: Callable[[str], None] = lambda _: None,
    make_reader: MakeReader = load_base,
    layers: Sequence[int] | None = None,
    loss: Loss | None = None,
) -> None:
    """Trains on the groups of files; `folder` gets `reader.pt` and `run.json`. `begin` is a checkpoint, or shipped
    weights, to start from. An interrupted run is resumed from its own checkpoint. `report` receives progress
    messages. `make_reader` makes the reader, by default on a packaged base; of its layers these `layers` are kept, by
    default all. `loss` is by default that of `losses` with the plan's weights. Raises `ValueError` for files without
    groups and for a checkpoint of another reader."""
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    folder.mkdir(parents=True, exist_ok=True)
    saved = folder / "reader.pt"
    reader, pairing = make_reader(plan.kind, plan.pieces)
    state: dict[str, Any] = {"steps": 0, "rows": 0, "seconds": 0.0}
    if saved.exists():
        checkpoint = _load_checkpoint(reader, saved)
        state = {name: checkpoint[name] for name in state}
        report(f"Going on from {saved}: step {state['steps']}, {state['seconds']:.0f} s.")
    elif begin is not None:
        load_weights(reader, begin)
    if layers is not None and not saved.exists():
        reader.keep_layers(layers)
    groups = [group for path in files for group in load_groups(path)]
    if not groups:
        raise ValueError(f"There are no training rows in {', '.join(map(str, files))}.")
    report(f"{describe_groups(groups)}.")
    _run(reader, pairing, groups, plan, folder, state, report, loss or partial(_weighted_losses, plan))
    data = {path.name: file_hash(path) for path in files}
    run = {"plan": asdict(plan), **state, "data": data, "begun": None if begin is None else file_hash(begin),
           "sets": count_by_set(groups)}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def load_weights(reader: Reader, path: Path) -> None:
    """Loads a checkpoint, or shipped weights, into a reader. `ValueError` for those of another one."""
    if path.suffix == ".npz":
        _load_shipped(reader, path)
    else:
        _load_checkpoint(reader, path)


def _load_shipped(reader: Reader, path: Path) -> None:
    """Loads shipped weights into a reader, which retains the others of its base."""
    shipped = weights_of(path.read_bytes(), path)
    _keep_layers_of(reader, shipped)
    own = {name.removeprefix("bert."): name for name in reader.state_dict()}
    try:
        reader.load_state_dict({own[name]: torch.from_numpy(values) for name, values in shipped.items()}, strict=False)
    except (RuntimeError, KeyError):
        raise ValueError(f"{path} are not the weights of this reader.") from None


def _load_checkpoint(reader: Reader, path: Path) -> dict[str, Any]:
    """Loads the weights of a checkpoint into a reader; returns the checkpoint."""
    try:
        checkpoint: dict[str, Any] = torch.load(path, weights_only=True)
        _keep_layers_of(reader, checkpoint["weights"])
        reader.load_state_dict(checkpoint["weights"])
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError):
        raise ValueError(f"{path} is no checkpoint of this reader.") from None
    return checkpoint


def _keep_layers_of(reader: Reader, names: Iterable[str]) -> None:
    """Removes the last layers of a reader where weights of these names have fewer: a distilled reader has."""
    layers = {found[1] for name in names if (found := _LAYER.search(name))}
    reader.keep_layers(range(min(len(layers), len(reader.bert.encoder.layer))))


_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")


def _run(
    reader: Reader,
    pairing: Pairing,
    groups: list[Group],
    plan: Plan,
    folder: Path,
    state: dict[str, Any],
    report: Callable[[str], None],
    loss: Loss,
) -> None:
    reader.train()
    for part in (reader.bert.embeddings, *reader.bert.encoder.layer[: plan.frozen]):
        part.eval().requires_grad_(False)
    heads = [*reader.answerable.parameters(), *reader.span.parameters()]
    head_ids = {id(each) for each in heads}
    body = [each for each in reader.parameters() if each.requires_grad and id(each) not in head_ids]
    # Trained weights are also stored in float32, since bfloat16 is too coarse for small steps.
    copies = [each.detach().clone().float().requires_grad_() for each in (*body, *heads)]
    trained = [*body, *heads]
    # Frozen layers are saved unchanged; the embeddings, which are large, come from the base.
    frozen = [each for layer in reader.bert.encoder.layer[: plan.frozen] for each in layer.parameters()]
    saved_copies = dict(
        zip(map(id, [*trained, *frozen]), [*copies, *(each.detach().clone() for each in frozen)], strict=True)
    )
    reader.to(compute_type())
    # Kernels for bfloat16 are compiled for every shape, so batches are padded to one size; in float32 that only costs.
    least = plan.rows if compute_type() == torch.bfloat16 else 0
    optimiser = torch.optim.AdamW(
        [{"params": copies[: len(body)], "lr": plan.rate}, {"params": copies[len(body) :], "lr": plan.head_rate}],
        weight_decay=0.01,
    )
    mean: list[float] = []
    batches = _batches(groups, pairing, plan, random.Random(plan.seed + state["steps"]))
    for steps, batch, done in limit_time(batches, plan.minutes, plan.warm, optimiser, state):
        parts = loss(reader, batch, least)
        total = torch.stack([*parts.values()]).sum()
        total.backward()
        for copy, each in zip(copies, trained, strict=True):
            copy.grad, each.grad = None if each.grad is None else each.grad.float(), None
        torch.nn.utils.clip_grad_norm_(copies, 1.0)
        optimiser.step()
        with torch.no_grad():
            for copy, each in zip(copies, trained, strict=True):
                each.copy_(copy)
        state["rows"] += sum(len(encoded.rows) for encoded in batch)
        values = [float(value.detach()) for value in (*parts.values(), total)]
        mean = [0.98 * old + 0.02 * new for old, new in zip(mean or [0.0] * len(values), values, strict=True)]
        if steps % 50 == 0:
            shown = " ".join(f"{value / (1 - 0.98**steps):.3f}" for value in mean)
            so_far = f"step {state['steps']} rows {state['rows']} {state['seconds']:.0f} s ({100 * done:.0f} %)"
            report(f"{so_far}: {', '.join(parts)}, all {shown}")
        if steps % CHECKPOINT_STEPS == 0:
            _save(reader, saved_copies, folder, state)
    _save(reader, saved_copies, folder, state)


def compute_type() -> torch.dtype:
    """The type for computation: bfloat16 where the processor supports its multiplication, which is twice as fast;
    elsewhere it is many times slower than float32."""
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def _save(reader: Reader, exact: dict[int, torch.Tensor], folder: Path, state: dict[str, Any]) -> None:
    """Saves a checkpoint; trained weights in the float32 copies."""
    names = dict(reader.named_parameters(remove_duplicate=False))
    weights = {
        name: exact[id(names[name])].detach().clone() if name in names and id(names[name]) in exact else value.float()
        for name, value in reader.state_dict().items()
    }
    save_atomically({"weights": weights, **state}, folder / "reader.pt")


def _weighted_losses(plan: Plan, reader: Reader, batch: Sequence[EncodedGroup], least: int) -> dict[str, torch.Tensor]:
    whether, which, where = losses(reader, batch, least)
    return {"answers": whether, "list": plan.list_weight * which, "span": plan.span_weight * where}


def losses(
    reader: Reader, batch: Sequence[EncodedGroup], least: int = 0
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The three losses of a batch: whether, which, where. Matrices are padded to at least `least` rows."""
    pieces, segments, mask = pad_batch(batch, least)
    output = ReaderOutput(*(each.float() for each in reader(pieces, segments, mask)))
    labels = [label for encoded in batch for label in encoded.labels]
    known = [n for n, label in enumerate(labels) if label is not None]
    targets = torch.tensor([labels[n] for n in known])
    zero = output.answerable.sum() * 0.0
    whether = functional.binary_cross_entropy_with_logits(output.answerable[known], targets) if known else zero
    which, at = [], 0
    for encoded in batch:
        which.append(_which(output.answerable[at : at + len(encoded.rows)], encoded))
        at += len(encoded.rows)
    where = _where(output, batch, mask)
    return whether, torch.stack(which).mean(), where if where is not None else zero


def pad_batch(batch: Sequence[EncodedGroup], least: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pieces, segments and mask of a batch, each of at least `least` rows."""
    rows = [row for encoded in batch for row in encoded.rows]
    mask = pad_rows([[1] * len(row) for row in rows], 0, least)
    mask[len(rows) :, 0] = 1  # rows of padding need one piece: attention over none is NaN
    segments = pad_rows([row for encoded in batch for row in encoded.segments], 0, least)
    return pad_rows(rows, 0, least), segments, mask


def _which(logits: torch.Tensor, encoded: EncodedGroup) -> torch.Tensor:
    no_answer = torch.zeros(1)
    total = torch.logsumexp(torch.cat([no_answer, logits]), 0)
    if not encoded.answerable:
        return total
    answering = [n for n, label in enumerate(encoded.labels) if label] or list(range(len(encoded.labels)))
    return total - torch.logsumexp(logits[answering], 0)


def _where(output: ReaderOutput, batch: Sequence[EncodedGroup], mask: torch.Tensor) -> torch.Tensor | None:
    spans = [span for encoded in batch for span in encoded.spans]
    firsts = [first for encoded in batch for first in encoded.firsts]
    rows = [n for n, span in enumerate(spans) if span is not None]
    if not rows:
        return None
    hidden = outside_passage(mask[rows], [firsts[n] for n in rows])
    total = torch.zeros(())
    for logits, end in ((output.start, 0), (output.end, 1)):
        goal = torch.tensor([(spans[n] or (0, 0))[end] for n in rows])
        total = total + functional.cross_entropy(logits[rows].masked_fill(hidden, HIDDEN), goal)
    return total / 2


def outside_passage(mask: torch.Tensor, firsts: Sequence[int]) -> torch.Tensor:
    """Which pieces of rows are not of the passage, given its first piece in each: (rows, pieces)."""
    return (mask == 0) | (torch.arange(mask.shape[1])[None, :] < torch.tensor(firsts)[:, None])


def _batches(groups: list[Group], pairing: Pairing, plan: Plan, rng: random.Random) -> Iterator[list[EncodedGroup]]:
    """Yields endless batches of groups of similar length, about `plan.rows` rows each."""
    order = list(groups)
    while True:
        rng.shuffle(order)
        for at in range(0, len(order), 240):
            encoded = list(filter(None, (encode_group(group, pairing, plan) for group in order[at : at + 240])))
            encoded.sort(key=lambda each: max(map(len, each.rows)))
            batches: list[list[EncodedGroup]] = [[]]
            for each in encoded:
                if batches[-1] and sum(len(added.rows) for added in batches[-1]) + len(each.rows) > plan.rows:
                    batches.append([])
                batches[-1].append(each)
            rng.shuffle(batches)
            yield from batches


def encode_group(group: Group, pairing: Pairing, plan: Plan) -> EncodedGroup | None:
    """Encodes a group as rows of pieces; None where its answer was cut off, so that the label is unknown."""
    reads: Sequence[Read] = group.reads
    unknown = group.answerable and not any(read.answer for read in reads)
    if not unknown:
        reads = reads[: plan.most_passages]
    rows = [pairing.row(group.question, read.heading, read.passage) for read in reads]
    spans = [row.pieces_of(*read.answer) if read.answer else None for row, read in zip(rows, reads, strict=True)]
    pairs = list(zip(rows, reads, spans, strict=True))
    if group.answerable and not unknown:
        pairs = [(row, read, span) for row, read, span in pairs if not (read.answer and span is None)]
        if not any(span for _, _, span in pairs):
            return None
    return EncodedGroup(
        [row.pieces for row, _, _ in pairs],
        [row.segments for row, _, _ in pairs],
        [row.first for row, _, _ in pairs],
        [None if unknown else float(read.answer is not None) for _, read, _ in pairs],
        [span for _, _, span in pairs],
        group.answerable,
        [_goal(read.judged, row) if read.judged else None for row, read, _ in pairs],
    )


def _goal(judged: Judgement, row: Row) -> Goal:
    starts = [begin for begin, _ in row.offsets]

    def spread(chances: Chances) -> torch.Tensor:
        """The chances of characters as those of pieces."""
        by_piece = torch.zeros(len(row.pieces))
        for at, chance in chances:
            if starts and at < row.offsets[-1][1]:  # the passage may be cut before it
                by_piece[row.first + max(0, bisect_right(starts, at) - 1)] += chance
        return by_piece / by_piece.sum().clamp(min=1e-6)

    return Goal(judged.logit, spread(judged.begins), spread(judged.ends))
