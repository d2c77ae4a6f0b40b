"""Training of the reader: limited by time, with checkpoints from which an interrupted run is resumed.

The loss of a batch is the mean of three: whether each passage answers (binary cross-entropy); which of a question's
passages does, or none (listwise softmax with a zero for none; where it is only known that one of them does, their sum
counts); and where the answer begins and ends, for passages that answer.
"""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from assistant.qa.reader import Name
from assistant.qa.reader_input import Kind, Pairing
from assistant.qa.reader_weights import weights_of
from corpus.files import file_hash
from eval.training.groups import Group, Read, load_groups
from eval.training.mixes import by_set, described
from eval.training.network import Reader, ReaderOutput, base, limit_time, pad_rows, save_atomically

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
    unknown_share: float = 1.0
    span_weight: float = 0.25
    list_weight: float = 0.5
    seed: int = 1


PLANS: Mapping[Name, Plan] = {
    "en": Plan(kind="bert", minutes=40, rows=8, warm=30),
    "multilingual": Plan(kind="e5", minutes=210, rows=12, pieces=224, rate=6e-5, frozen=0, warm=30, most_passages=10),
}
"""How the shipped readers were trained, on one core, each in several runs (see their card), of which this is about
the sum. Small batches teach a reader more in the same time than large ones."""
SAVED = 50
"""Steps between checkpoints, some minutes."""
MakeReader = Callable[[Kind, int], tuple[Reader, Pairing]]
"""Makes an untrained reader, and the pairing of its rows, for a kind and the maximum pieces of a row."""


@dataclass(frozen=True)
class Ready:
    """A group as rows of pieces: the label of each, None where unknown, and the position of the answer (pieces)."""

    rows: list[list[int]]
    segments: list[list[int]]
    firsts: list[int]
    labels: list[float | None]
    spans: list[tuple[int, int] | None]
    answerable: bool


def train(
    files: Sequence[Path],
    plan: Plan,
    folder: Path,
    begin: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    made: MakeReader = base,
) -> None:
    """Trains on the groups of files; `folder` gets `reader.pt` and `run.json`. `begin` is a checkpoint, or shipped
    weights, to start from. An interrupted run is resumed from its own checkpoint. `tell` receives progress
    messages. `made` makes the reader, by default on a packaged base. Raises `ValueError` for files without groups
    and for a checkpoint of another reader."""
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    folder.mkdir(parents=True, exist_ok=True)
    saved = folder / "reader.pt"
    reader, pairing = made(plan.kind, plan.pieces)
    state: dict[str, Any] = {"steps": 0, "rows": 0, "seconds": 0.0}
    if saved.exists():
        held = _resumed(reader, saved)
        state = {name: held[name] for name in state}
        tell(f"Going on from {saved}: step {state['steps']}, {state['seconds']:.0f} s.")
    elif begin is not None and begin.suffix == ".npz":
        _begun(reader, begin)
    elif begin is not None:
        _resumed(reader, begin)
    groups = [group for path in files for group in load_groups(path)]
    if not groups:
        raise ValueError(f"There are no training rows in {', '.join(map(str, files))}.")
    tell(f"{described(groups)}.")
    _run(reader, pairing, groups, plan, folder, state, tell)
    data = {path.name: file_hash(path) for path in files}
    run = {"plan": asdict(plan), **state, "data": data, "begun": None if begin is None else file_hash(begin),
           "sets": by_set(groups)}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def _begun(reader: Reader, path: Path) -> None:
    """Loads shipped weights into a reader; what these leave out it keeps from its base."""
    shipped = weights_of(path.read_bytes(), path)
    own = {name.removeprefix("bert."): name for name in reader.state_dict()}
    try:
        reader.load_state_dict({own[name]: torch.from_numpy(values) for name, values in shipped.items()}, strict=False)
    except (RuntimeError, KeyError):
        raise ValueError(f"{path} are not the weights of this reader.") from None


def _resumed(reader: Reader, path: Path) -> dict[str, Any]:
    """Loads the weights of a checkpoint into a reader; returns the checkpoint."""
    try:
        held: dict[str, Any] = torch.load(path, weights_only=True)
        reader.load_state_dict(held["weights"])
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError):
        raise ValueError(f"{path} is no checkpoint of this reader.") from None
    return held


def _run(
    reader: Reader,
    pairing: Pairing,
    groups: list[Group],
    plan: Plan,
    folder: Path,
    state: dict[str, Any],
    tell: Callable[[str], None],
) -> None:
    reader.train()
    for part in (reader.bert.embeddings, *reader.bert.encoder.layer[: plan.frozen]):
        part.eval().requires_grad_(False)
    heads = [*reader.answerable.parameters(), *reader.span.parameters()]
    known = {id(each) for each in heads}
    body = [each for each in reader.parameters() if each.requires_grad and id(each) not in known]
    # What is learnt is kept in float32, for steps that are smaller than bfloat16 can tell.
    exact = [each.detach().clone().float().requires_grad_() for each in (*body, *heads)]
    learnt = [*body, *heads]
    # Frozen layers ship as they were; the embeddings, which are large, come from the base again.
    kept = [each for layer in reader.bert.encoder.layer[: plan.frozen] for each in layer.parameters()]
    whole = dict(zip(map(id, [*learnt, *kept]), [*exact, *(each.detach().clone() for each in kept)], strict=True))
    reader.to(_computed())
    # For bfloat16 kernels are made anew for every shape; otherwise rows that nobody looks at are only a burden.
    least = plan.rows if _computed() == torch.bfloat16 else 0
    optimiser = torch.optim.AdamW(
        [{"params": exact[: len(body)], "lr": plan.rate}, {"params": exact[len(body) :], "lr": plan.head_rate}],
        weight_decay=0.01,
    )
    mean = [0.0, 0.0, 0.0, 0.0]
    batches = _batches(groups, pairing, plan, random.Random(plan.seed + state["steps"]))
    for steps, batch, done in limit_time(batches, plan.minutes, plan.warm, optimiser, state):
        parts = losses(reader, batch, least)
        loss = parts[0] + plan.list_weight * parts[1] + plan.span_weight * parts[2]
        loss.backward()
        for held, each in zip(exact, learnt, strict=True):
            held.grad, each.grad = None if each.grad is None else each.grad.float(), None
        torch.nn.utils.clip_grad_norm_(exact, 1.0)
        optimiser.step()
        with torch.no_grad():
            for held, each in zip(exact, learnt, strict=True):
                each.copy_(held)
        state["rows"] += sum(len(made.rows) for made in batch)
        mean = [0.98 * old + 0.02 * float(new.detach()) for old, new in zip(mean, (*parts, loss), strict=True)]
        if steps % 50 == 0:
            shown = " ".join(f"{value / (1 - 0.98**steps):.3f}" for value in mean)
            so_far = f"step {state['steps']} rows {state['rows']} {state['seconds']:.0f} s ({100 * done:.0f} %)"
            tell(f"{so_far}: answers, list, span, all {shown}")
        if steps % SAVED == 0:
            _save(reader, whole, folder, state)
    _save(reader, whole, folder, state)


def _computed() -> torch.dtype:
    """The type for computation: bfloat16 where the processor multiplies it, which is twice as fast; elsewhere it
    takes many times as long as float32."""
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def _save(reader: Reader, exact: dict[int, torch.Tensor], folder: Path, state: dict[str, Any]) -> None:
    """Saves a checkpoint; trained weights in the float32 copies."""
    names = dict(reader.named_parameters(remove_duplicate=False))
    weights = {
        name: exact[id(names[name])].detach().clone() if name in names and id(names[name]) in exact else value.float()
        for name, value in reader.state_dict().items()
    }
    save_atomically({"weights": weights, **state}, folder / "reader.pt")


def losses(reader: Reader, batch: Sequence[Ready], least: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The three losses of a batch: whether, which, where. Matrices are padded to at least `least` rows."""
    rows = [row for made in batch for row in made.rows]
    pieces = pad_rows(rows, 0, least)
    mask = pad_rows([[1] * len(row) for row in rows], 0, least)
    mask[len(rows) :, 0] = 1  # what nobody looks at must not be empty, for attention to nothing is no number
    segments = pad_rows([row for made in batch for row in made.segments], 0, least)
    told = ReaderOutput(*(each.float() for each in reader(pieces, segments, mask)))
    labels = [label for made in batch for label in made.labels]
    sure = [n for n, label in enumerate(labels) if label is not None]
    wanted = torch.tensor([labels[n] for n in sure])
    zero = told.answerable.sum() * 0.0
    whether = functional.binary_cross_entropy_with_logits(told.answerable[sure], wanted) if sure else zero
    which, at = [], 0
    for made in batch:
        which.append(_which(told.answerable[at : at + len(made.rows)], made))
        at += len(made.rows)
    where = _where(told, batch, mask)
    return whether, torch.stack(which).mean(), where if where is not None else zero


def _which(logits: torch.Tensor, made: Ready) -> torch.Tensor:
    none = torch.zeros(1)
    everything = torch.logsumexp(torch.cat([none, logits]), 0)
    if not made.answerable:
        return everything
    right = [n for n, label in enumerate(made.labels) if label] or list(range(len(made.labels)))
    return everything - torch.logsumexp(logits[right], 0)


def _where(told: ReaderOutput, batch: Sequence[Ready], mask: torch.Tensor) -> torch.Tensor | None:
    spans = [span for made in batch for span in made.spans]
    firsts = [first for made in batch for first in made.firsts]
    rows = [n for n, span in enumerate(spans) if span is not None]
    if not rows:
        return None
    place = torch.arange(mask.shape[1])
    hidden = (mask[rows] == 0) | (place[None, :] < torch.tensor([firsts[n] for n in rows])[:, None])
    total = torch.zeros(())
    for logits, end in ((told.start, 0), (told.end, 1)):
        goal = torch.tensor([(spans[n] or (0, 0))[end] for n in rows])
        total = total + functional.cross_entropy(logits[rows].masked_fill(hidden, HIDDEN), goal)
    return total / 2


def _batches(groups: list[Group], pairing: Pairing, plan: Plan, rng: random.Random) -> Iterator[list[Ready]]:
    """Endless batches of groups of about equal length, about `plan.rows` rows each."""
    order = list(groups)
    while True:
        rng.shuffle(order)
        for at in range(0, len(order), 240):
            made = [each for group in order[at : at + 240] if (each := ready(group, pairing, plan, rng)) is not None]
            made.sort(key=lambda each: max(map(len, each.rows)))
            batches: list[list[Ready]] = [[]]
            for each in made:
                if batches[-1] and sum(len(held.rows) for held in batches[-1]) + len(each.rows) > plan.rows:
                    batches.append([])
                batches[-1].append(each)
            rng.shuffle(batches)
            yield from batches


def ready(group: Group, pairing: Pairing, plan: Plan, rng: random.Random) -> Ready | None:
    """A group as rows; None where its answer was cut off, so that the label is unknown, or where it is left out at
    random."""
    reads: Sequence[Read] = group.reads
    unknown = group.answerable and not any(read.answer for read in reads)
    if len(reads) > plan.most_passages:
        if rng.random() >= plan.unknown_share:
            return None
        reads = reads if unknown else reads[: plan.most_passages]
    rows = [pairing.row(group.question, read.heading, read.passage) for read in reads]
    spans = [row.pieces_of(*read.answer) if read.answer else None for row, read in zip(rows, reads, strict=True)]
    pairs = list(zip(rows, reads, spans, strict=True))
    if group.answerable and not unknown:
        pairs = [(row, read, span) for row, read, span in pairs if not (read.answer and span is None)]
        if not any(span for _, _, span in pairs):
            return None
    return Ready(
        [row.pieces for row, _, _ in pairs],
        [row.segments for row, _, _ in pairs],
        [row.first for row, _, _ in pairs],
        [None if unknown else float(read.answer is not None) for _, read, _ in pairs],
        [span for _, _, span in pairs],
        group.answerable,
    )
