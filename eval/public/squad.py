"""The SQuAD layout (Rajpurkar et al. 2016), in which XQuAD comes in many languages (Artetxe et al. 2020).

Paragraphs are the documents; retrieval must find a question's own paragraph. Questions in one language may be asked about
paragraphs in another.
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


class _QuestionEntry(Part):
    id: str
    question: Filled


class _Paragraph(Part):
    context: str
    qas: list[_QuestionEntry]


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
        """The paragraphs as documents, without the titles of their articles, which would give away part of the answer.
        The language is detected."""
        sample = self.paragraphs[:: max(1, len(self.paragraphs) // 100)]
        language = detect_language(" ".join(text[:200] for text in sample))
        return [Text("", text, language) for text in self.paragraphs]


def load_squad(path: Path) -> Squad:
    """Reads a set. Raises `EvaluationError` with the place of what is wrong."""
    try:
        file = _File.model_validate(read_yaml(path, json.loads))
    except ValidationError as error:
        raise EvaluationError(f"{path}: {describe_error(error)}") from None
    paragraphs = [each for article in file.data for each in article.paragraphs]
    questions = [
        Question(entry.id, entry.question, n) for n, paragraph in enumerate(paragraphs) for entry in paragraph.qas
    ]
    return Squad(tuple(each.context for each in paragraphs), tuple(questions))


def ask_in_other_language(
    questions: Squad, documents: Squad, names: tuple[Path, Path]
) -> tuple[list[Text], tuple[Question, ...]]:
    """Combines the paragraphs of a file with the questions of its translation, matched by their ids. Raises
    `EvaluationError` where the two are not parallel."""
    twins = {each.id: each for each in documents.questions}
    if missing := sum(each.id not in twins for each in questions.questions):
        raise EvaluationError(
            f"{names[0]} and {names[1]} are no translations of each other: {missing} of {len(questions.questions)} questions of the "
            "first are not in the second."
        )
    return documents.texts(), tuple(replace(twins[each.id], text=each.text) for each in questions.questions)


def mix_languages(
    questions: Squad, documents: Squad, names: tuple[Path, Path]
) -> tuple[list[Text], tuple[Question, ...]]:
    """Combines every second paragraph of a file, starting with the first, with the others from its translation, so that
    each paragraph is in one language only. The questions are those of the first file. Raises the same errors as
    `ask_in_other_language`."""
    texts, translated = ask_in_other_language(questions, documents, names)
    texts_in_own_language, mixed_questions = questions.texts(), []
    for question, twin in zip(questions.questions, translated, strict=True):
        if twin.paragraph % 2:
            texts[twin.paragraph] = texts_in_own_language[question.paragraph]
            mixed_questions.append(replace(question, paragraph=twin.paragraph))
        else:
            mixed_questions.append(twin)
    return texts, tuple(mixed_questions)
