"""The SQuAD layout (Rajpurkar et al. 2016), in which XQuAD comes in many languages (Artetxe et al. 2020).

Paragraphs are the documents. A question's own paragraph is what retrieval must find, and the answer's words in it are
what the best sentences must hold. Questions of one language may be asked of the paragraphs of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import StrictInt, model_validator

from assistant.qa.engine import Engine
from corpus.documents import Span
from corpus.language import detect_language
from eval.cases import squeeze
from eval.metrics.statistics import figure
from eval.public.figures import Figures, Outcome, judged, rank, ranking_figures
from eval.public.public_rows import Filled, Part, PublicError, lines_of, parsed
from eval.public.public_shelf import Text, key_of
from eval.public.weigh import ask, covered, span_of


class _Answer(Part):
    text: Filled
    answer_start: StrictInt

    def span(self, context: str) -> Span:
        """Where it stands in a paragraph: where it says, or nearest to that. `ValueError` where it does not."""
        start = max(0, self.answer_start)
        places = [n for n in range(len(context)) if context.startswith(self.text, n)]
        if not places:
            raise ValueError(f"the answer {self.text!r} does not stand in the paragraph")
        nearest = min(places, key=lambda place: abs(place - start))
        return nearest, nearest + len(self.text)


class _Asked(Part):
    id: str | None = None
    question: Filled
    answers: tuple[_Answer, ...] = ()


class _Paragraph(Part):
    context: str
    qas: list[_Asked]

    @model_validator(mode="after")
    def _answered(self) -> _Paragraph:
        for asked in self.qas:
            self.spans(asked)
        return self

    def spans(self, asked: _Asked) -> tuple[Span, ...]:
        """What answers a question."""
        return tuple(dict.fromkeys(answer.span(self.context) for answer in asked.answers))


class _Article(Part):
    paragraphs: list[_Paragraph]


class _File(Part):
    data: list[_Article]


@dataclass(frozen=True)
class Question:
    """A question, the number of its paragraph, and the spans in it that answer; none for one without an answer."""

    id: str
    text: str
    paragraph: int
    answers: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Squad:
    """A set: paragraphs in the order of the file, and the questions about them."""

    paragraphs: tuple[str, ...]
    questions: tuple[Question, ...]

    def texts(self, language: str | None = None) -> list[Text]:
        """The paragraphs to be held; without the titles of their articles, which would tell part of the answer. The
        language is told from the words, unless it is given."""
        some = self.paragraphs[:: max(1, len(self.paragraphs) // 100)]
        told = language or detect_language(" ".join(text[:200] for text in some))
        return [Text("", text, told) for text in self.paragraphs]


def load_squad(path: Path) -> Squad:
    """Reads a set. Raises `PublicError` with the place of what is wrong."""
    text = "".join(line for _, line in lines_of(path))
    paragraphs = [each for article in parsed(_File, text, str(path)).data for each in article.paragraphs]
    questions = [
        Question(asked.id or f"{n}-{m}", asked.question, n, paragraph.spans(asked))
        for n, paragraph in enumerate(paragraphs)
        for m, asked in enumerate(paragraph.qas)
    ]
    if len({question.id for question in questions}) < len(questions):
        questions = [replace(each, id=f"{n}:{each.id}") for n, each in enumerate(questions)]
    return Squad(tuple(each.context for each in paragraphs), tuple(questions))


def across(questions: Squad, documents: Squad, names: tuple[Path, Path]) -> Squad:
    """The questions of one file asked of the paragraphs of another, its translation: parted by the questions' ids, or
    where these differ by their order. Raises `PublicError` where the two are not parallel."""
    by_id = {each.id: each for each in documents.questions}
    shared = [each.id for each in questions.questions if each.id in by_id]
    if len(shared) == len(questions.questions):
        twins = [by_id[each.id] for each in questions.questions]
    elif len(questions.questions) == len(documents.questions) and not shared:
        twins = list(documents.questions)
    else:
        raise PublicError(
            f"{names[0]} and {names[1]} are no translations of each other: they share {len(shared)} of "
            f"{len(questions.questions)} questions by id, and the second has {len(documents.questions)} questions."
        )
    pairs = zip(questions.questions, twins, strict=True)
    return Squad(documents.paragraphs, tuple(replace(twin, id=each.id, text=each.text) for each, twin in pairs))


def mixed(questions: Squad, documents: Squad, names: tuple[Path, Path]) -> tuple[list[Text], tuple[Question, ...]]:
    """Every other paragraph of a file, the first among them, and of its translation the others: what is held in one
    language is not held in the other. The questions of the first file are asked of both. Raises as `across` does."""
    crossed = across(questions, documents, names)
    own, texts = questions.texts(), documents.texts()
    asked = []
    for mine, twin in zip(questions.questions, crossed.questions, strict=True):
        if twin.paragraph % 2:
            texts[twin.paragraph] = own[mine.paragraph]
            asked.append(replace(mine, paragraph=twin.paragraph))
        else:
            asked.append(twin)
    return texts, tuple(asked)


def outcome_of(engine: Engine, question: Question, answers: bool) -> Outcome:
    """What retrieval ranks for a question and, with `answers`, what the answerer weighs and says."""
    found = judged(rank(engine, question.text), {question.paragraph: 1.0})
    if not answers or not question.answers:
        return found
    asked = ask(engine, question.text)
    key = key_of(question.paragraph)
    gold = [(key, span) for span in question.answers]
    best = asked.best(2)
    words = [squeeze(engine.library.document(_id(engine, key)).quote(*span)) for span in question.answers]
    texts = [squeeze(each.unit.text) for each in best]
    return (
        found
        | asked.told()
        | {
            "two_best": covered(gold, [span_of(each) for each in best]),
            "two_best_words": any(word in text for word in words for text in texts),
            "quoted": covered(gold, asked.said()),
        }
    )


def squad_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Ranking, and where answers were asked for: whether the two best sentences together hold an answer's span in the
    question's own paragraph (`2 best hold`), or one of them its words, wherever they stand (`2 best say`), how many
    questions are answered, and in how many what is shown, as an answer or as what comes closest, quotes the span."""
    asked = [each for each in outcomes if "two_best" in each]
    found = dict(ranking_figures(outcomes))
    if asked:
        found |= {
            "2 best hold": figure([each["two_best"] for each in asked]),
            "2 best say": figure([each["two_best_words"] for each in asked]),
            "answered": figure([each["answered"] for each in asked]),
            "quoted": figure([each["quoted"] for each in asked]),
        }
    return found


def _id(engine: Engine, key: str) -> str:
    return engine.library.headers(key=key)[0].id
