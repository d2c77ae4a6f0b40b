"""The SQuAD layout (Rajpurkar et al. 2016), in which XQuAD comes in many languages (Artetxe et al. 2020).

Paragraphs are the documents. A question's own paragraph is what retrieval must find, and the answer's words in it are
what the best sentences must hold. Questions of one language may be asked of the paragraphs of another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.qa.engine import Engine
from corpus.documents import Span
from corpus.language import detect_language
from eval.cases import squeeze
from eval.public.figures import Figures, mean
from eval.public.public_outcomes import Outcome
from eval.public.public_ranking import judged, rank, ranking_figures
from eval.public.public_rows import PublicError, Row, as_row
from eval.public.public_shelf import Text, key_of
from eval.public.weigh import ask, covered, features, span_of


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
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublicError(f"{path} can't be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise PublicError(f"{path}: not JSON ({error}).") from None
    paragraphs: list[str] = []
    questions: list[Question] = []
    for article in as_row(raw, str(path)).rows("data", "article"):
        for paragraph in article.rows("paragraphs", "paragraph"):
            context = paragraph.text("context")
            questions += _questions(paragraph, context, len(paragraphs))
            paragraphs.append(context)
    if len({question.id for question in questions}) < len(questions):
        questions = [replace(each, id=f"{n}:{each.id}") for n, each in enumerate(questions)]
    return Squad(tuple(paragraphs), tuple(questions))


def read_squad(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """The paragraphs of a file, and its questions with their paragraph's number."""
    squad = load_squad(path)
    return list(squad.paragraphs), [(each.text, each.paragraph) for each in squad.questions]


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
            "weighed": len(asked.scored),
            "two_best": covered(gold, [span_of(each) for each in best]),
            "two_best_words": any(word in text for word in words for text in texts),
            "retrieved": question.paragraph in found["ranked"],
            "any_weighed": any(covered(gold, [span_of(each)]) for each in asked.scored),
            "quoted": covered(gold, asked.said()),
            "units": features(asked.best(3), gold),
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
            "2 best hold": mean([each["two_best"] for each in asked]),
            "2 best say": mean([each["two_best_words"] for each in asked]),
            "answered": mean([each["answered"] for each in asked]),
            "quoted": mean([each["quoted"] for each in asked]),
        }
    return found


def _questions(paragraph: Row, context: str, index: int) -> Iterator[Question]:
    for n, row in enumerate(paragraph.rows("qas", "question")):
        spans = [_span(answer, context) for answer in row.rows("answers", "answer", optional=True)]
        yield Question(row.text("id", f"{index}-{n}"), row.filled("question"), index, tuple(dict.fromkeys(spans)))


def _span(answer: Row, context: str) -> Span:
    words = answer.filled("text")
    start = answer.data.get("answer_start")
    if not isinstance(start, int) or isinstance(start, bool):
        raise answer.fault("'answer_start' must be a whole number")
    if context[max(0, start) :].startswith(words):
        return max(0, start), max(0, start) + len(words)
    places = [n for n in range(len(context)) if context.startswith(words, n)]
    if not places:
        raise answer.fault(f"the answer {words!r} does not stand in the paragraph")
    nearest = min(places, key=lambda place: abs(place - start))
    return nearest, nearest + len(words)


def _id(engine: Engine, key: str) -> str:
    return engine.library.headers(key=key)[0].id
