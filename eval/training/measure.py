"""Outcomes of a reader on the passages that search finds for questions, for its calibration."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.qa.abstention import FROM_ENGLISH, NEITHER_ENGLISH, SAME
from assistant.qa.engine import Engine
from assistant.qa.readers import PassageReader, SearchScores, search_bonus, second_opinion
from assistant.qa.scoring import READ, Scorer
from assistant.qa.units import reader_heading, units_of, without_edge_lines
from eval.training.calibrate import Calibration, Outcome
from eval.training.groups import Group, read_values, write_documents
from eval.training.own_rows import load_questions, with_previous_turn
from eval.training.written_rows import SECTION

OFF_TOPIC = "off-topic"
"""The kind of questions in sets on UN documents that are about something else."""


@dataclass(frozen=True)
class Question:
    """A question, whether the documents answer it, and whether it is about something else."""

    text: str
    answerable: bool
    aside: bool


BestScore = Callable[[str], tuple[float, tuple[tuple[float, float], ...]] | None]
"""From a question to the score of its best passage, and score and likeness of each where known; None without passages."""


def questions_for(
    name: str, files: Sequence[Path], asides: Sequence[Path], engine: Engine, translations: Sequence[Path] = ()
) -> list[Question]:
    """The questions that calibrate a reader: for `en` the English ones, for others, and likeness, the rest. `files` ask
    about the engine's documents (`data/README.md`), `translations` ask the same in other languages, `asides` about
    something else. Raises `ValueError` for questions whose places are not in the
    documents, and for translations of questions that are in no file."""
    loaded = list(load_questions(files, engine.library))
    if lost := loaded.count(None):
        raise ValueError(f"The places of {lost} questions are not in the documents: name those they were written on.")
    known = {each.id: each for each in loaded if each is not None}
    wordings = [(each.language, each.question, each) for each in loaded if each is not None]
    for row in (row for path in translations for row in read_values(path)):
        if row["of"] not in known:
            raise ValueError(
                f"{row['of']!r} is translated, but is in no file of questions: name the files that were translated."
            )
        wordings.append((row["language"], with_previous_turn(row), known[row["of"]]))
    questions = [
        (language, Question(text, each.answerable, each.kind == OFF_TOPIC)) for language, text, each in wordings
    ]
    for row in (row for path in asides for row in read_values(path)):
        questions.append((row["language"], Question(row["question"], answerable=False, aside=True)))
    return [question for language, question in questions if (language == "en") == (name == "en")]


def prepare_written_sets(
    documents: Path, asides: Sequence[Path], folder: Path, name: str = SAME
) -> Iterator[tuple[Path, list[Question]]]:
    """Writes the documents of each language (`data/README.md`) into a folder; yields the folder and the questions.
    Depending on the calibration's `name` these are the questions written on the documents, with the asides in the
    language, or the same in English, with a part of the English asides. Questions in a third language are about the
    documents in all languages together, since users who ask like this have texts in several, with all asides in
    these."""
    rows = list(read_values(documents))
    aside_rows = [row for path in asides for row in read_values(path)]
    languages = sorted({row["language"] for row in rows})
    language_groups = [languages] if name == NEITHER_ENGLISH else [[language] for language in languages]
    for n, group in enumerate(language_groups):
        own = [row for row in rows if row["language"] in group]
        texts = {}
        for document in dict.fromkeys(row["document"] for row in own):
            parts = [row for row in own if row["document"] == document]
            title = parts[0]["title"].partition(SECTION)[0]
            text = "\n\n".join(f"## {row['title'].partition(SECTION)[2]}\n\n{row['passage']}" for row in parts)
            texts[document] = f"# {title}\n\n{text}\n"
        group_folder = write_documents(folder / "written" / "-".join(group), texts.items())
        aside_languages, step = (["en"], len(language_groups)) if name == FROM_ENGLISH else (group, 1)
        chosen_asides = [row for row in aside_rows if row["language"] in aside_languages][n % step :: step]
        wording = _WORDINGS[name]
        questions = [Question(wording(each), bool(each["a"]), aside=False) for row in own for each in row["questions"]]
        yield group_folder, questions + [Question(row["question"], False, aside=True) for row in chosen_asides]


_WORDINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    SAME: lambda row: str(row["q"]),
    FROM_ENGLISH: lambda row: str(row["en"]),
    NEITHER_ENGLISH: lambda row: str(row["other"]["q"]),
}
"""By calibration, which wording of a question on a written document is used (`data/README.md`)."""


def outcomes(questions: Iterable[Question], best: BestScore) -> Iterator[Outcome]:
    """The outcome of each question; none for a question without a passage."""
    for question in questions:
        result = best(question.text)
        if result is not None:
            logit, passages = result
            yield Outcome(logit, question.answerable, question.aside, passages)


def score_by_reader(engine: Engine, reader: PassageReader, second: PassageReader | None = None) -> BestScore:
    """The best logit of a reader, plus the contribution of search, over the passages that search finds; with the opinion of a `second` reader on
    the best one, which counts for all, as in answers."""

    def best(text: str) -> tuple[float, tuple[tuple[float, float], ...]] | None:
        evidence = engine.search(text, READ)
        scores = SearchScores.of(evidence, engine.question(text))
        readable = [words for each in evidence if (words := without_edge_lines(each))]
        reads = [(reader_heading(each), each.passage.text) for each in readable]
        bonuses = [search_bonus(each.score, scores.best) for each in readable]
        read = list(zip(reader.read(text, reads), bonuses, reads, strict=True))
        best_read = max(read, key=lambda row: row[0].logit + row[1], default=None)
        opinion = 0.0
        if second and best_read:
            opinion = second_opinion(second, text, best_read[2], best_read[0].logit, best_read[1])
        logits = [reading.logit + bonus + opinion for reading, bonus, _ in read]
        likenesses = [scores.likeness_of(each) for each in readable]
        known = [(logit, math.inf if like is None else like) for logit, like in zip(logits, likenesses, strict=True)]
        return (max(logits), tuple(known)) if logits else None

    return best


def score_by_likeness(engine: Engine) -> BestScore:
    """The best likeness (`assistant.qa.scoring`) of the units that search finds."""
    scorer = Scorer(engine.library)

    def best(text: str) -> tuple[float, tuple[tuple[float, float], ...]] | None:
        units = [unit for each in engine.search(text, READ) for unit in units_of(each)]
        near = scorer.nearness(engine.question(text), units)
        return (max(near), ()) if near else None

    return best


def write_calibration(path: Path, name: str, calibration: Calibration, weights: bytes | None) -> None:
    """Writes a reader's calibration, or that of likeness, which has no weights, into a file of
    `assistant.qa.abstention`; others stay as they are."""
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entry = calibration.to_json() | ({} if weights is None else {"weights": hashlib.sha256(weights).hexdigest()})
    readers = {**stored.get("readers", {}), name: entry}
    path.write_text(json.dumps({"readers": dict(sorted(readers.items()))}, indent=1) + "\n", encoding="utf-8")


def mine_hard_negatives(groups: Iterable[Group], reader: PassageReader, kept: int) -> Iterator[Group]:
    """Groups with the passages that answer, and of the others the `kept` that the reader considers most likely to
    answer: hard negatives for the next training (as in Xiong et al., 2021, "Approximate Nearest Neighbor Negative
    Contrastive Learning for Dense Text Retrieval", here those of the reader itself)."""
    for group in groups:
        answering = [read for read in group.reads if read.answer]
        others = [read for read in group.reads if not read.answer]
        readings = reader.read(group.question, [(read.heading, read.passage) for read in others])
        order = sorted(range(len(others)), key=lambda n: -readings[n].logit)[:kept]
        yield replace(group, reads=(*answering, *(others[n] for n in order)))
