"""The SQuAD layout (Rajpurkar et al. 2016), in which XQuAD comes in many languages (Artetxe et al. 2020).

Paragraphs are the documents, and a question's own paragraph is what retrieval must find. Questions of one language may be asked of
the paragraphs of another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from corpus.language import detect_language
from eval.cases import EvaluationError, describe_error, read_yaml
from eval.public.public_libraries import Text
from eval.public.public_rows import Filled, Part


class _Asked(Part):
    id: str
    question: Filled


class _Paragraph(Part):
    context: str
    qas: list[_Asked]


class _Article(Part):
    paragraphs: list[_Paragraph]


class _File(Part):
    data: list[_Article]


@dataclass(frozen=True)
class Question:
    """A question, and the number of the paragraph that it was written on."""

    id: str
    text: str
    paragraph: int


@dataclass(frozen=True)
class Squad:
    """A set: paragraphs in the order of the file, and the questions about them."""

    paragraphs: tuple[str, ...]
    questions: tuple[Question, ...]

    def texts(self) -> list[Text]:
        """The paragraphs to be held; without the titles of their articles, which would tell part of the answer. The
        language is told from the words."""
        some = self.paragraphs[:: max(1, len(self.paragraphs) // 100)]
        told = detect_language(" ".join(text[:200] for text in some))
        return [Text("", text, told) for text in self.paragraphs]


def load_squad(path: Path) -> Squad:
    """Reads a set. Raises `EvaluationError` with the place of what is wrong."""
    try:
        held = _File.model_validate(read_yaml(path, json.loads))
    except ValidationError as error:
        raise EvaluationError(f"{path}: {describe_error(error)}") from None
    paragraphs = [each for article in held.data for each in article.paragraphs]
    questions = [
        Question(asked.id, asked.question, n) for n, paragraph in enumerate(paragraphs) for asked in paragraph.qas
    ]
    return Squad(tuple(each.context for each in paragraphs), tuple(questions))


def across(questions: Squad, documents: Squad, names: tuple[Path, Path]) -> tuple[list[Text], tuple[Question, ...]]:
    """The paragraphs of a file and the questions of another, its translation, known by their ids. Raises `EvaluationError` where the two are
    not parallel."""
    twins = {each.id: each for each in documents.questions}
    if lost := sum(each.id not in twins for each in questions.questions):
        raise EvaluationError(
            f"{names[0]} and {names[1]} are no translations of each other: {lost} of {len(questions.questions)} questions of the "
            "first are not in the second."
        )
    return documents.texts(), tuple(replace(twins[each.id], text=each.text) for each in questions.questions)


def mixed(questions: Squad, documents: Squad, names: tuple[Path, Path]) -> tuple[list[Text], tuple[Question, ...]]:
    """Every other paragraph of a file, the first among them, and of its translation the others: what is held in one
    language is not held in the other. The questions of the first file are asked of both. Raises as `across` does."""
    texts, crossed = across(questions, documents, names)
    own, asked = questions.texts(), []
    for mine, twin in zip(questions.questions, crossed, strict=True):
        if twin.paragraph % 2:
            texts[twin.paragraph] = own[mine.paragraph]
            asked.append(replace(mine, paragraph=twin.paragraph))
        else:
            asked.append(twin)
    return texts, tuple(asked)
