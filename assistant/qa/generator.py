"""Answers that a language model writes: from which evidence, which answers of a turn are written, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from assistant.generation.generation_report import finished
from assistant.generation.rewrite import rewritten
from assistant.generation.writer import Draft, Writer
from assistant.model import ModelFault
from assistant.qa.answer import Answer, Event, Mode, Progress, Statement, answer_events, ordered, statement_events
from assistant.qa.citations import AnswerComposer, Part
from assistant.qa.provisions import NamedPlaces, article_units
from assistant.qa.query import Interpretation
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.scoring import READ
from assistant.qa.units import units_of
from assistant.question import Question
from assistant.vocabulary import Vocabulary
from corpus.library import Library

Told = TypeVar("Told")
Made = TypeVar("Made")
LONGEST_TURN = 100
"""Characters of a turn that a model is asked to make whole; a longer one says what it is about."""


class AnswerGenerator:
    """Has answers written by the `writer`, each from `passages` passages at most; what is not written stays as it was quoted."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        places: NamedPlaces,
        composer: AnswerComposer,
        writer: Writer,
        passages: int,
    ) -> None:
        self._library, self._retriever, self._places, self._composer = library, retriever, places, composer
        self._writer, self._passages, self.model = writer, passages, writer.model.name

    def whole(
        self, text: str, history: Sequence[str], found: Sequence[Interpretation], vocabulary: Vocabulary
    ) -> tuple[Interpretation | None, ModelFault | None]:
        """A turn made whole by the model, where it may lean on what was said before; else None, and why the model failed."""
        if not history or len(text) > LONGEST_TURN:
            return None, None
        leaning = next((each for each in found if each.leans), found[0])
        try:
            return rewritten(self._writer.model, text, history, leaning, vocabulary, self._writer.away), None
        except ModelFault as fault:
            return None, fault

    def written(
        self, mode: Mode, question: Question, answer: Answer, parts: Sequence[Part]
    ) -> Generator[Event, None, Answer]:
        """The answer to a turn, what of it is to be written as the model writes it, each statement said once it stands."""
        if not any(is_written(mode, *part) for part in parts):
            yield from answer_events(answer)
            return answer
        if len(parts) == 1:
            return (yield from self._written(question, answer))
        told: list[Part] = []
        for asked, quoted in parts:
            if is_written(mode, asked, quoted):
                quoted = yield from _quietly(self._written(asked, quoted))
            told.append((asked, quoted))
        whole = self._composer.several(question, told)
        yield from answer_events(whole)
        return replace(
            whole,
            notes=tuple(dict.fromkeys([*whole.notes, *(note for _, each in told for note in each.notes)])),
            model=self.model,
            raw=tuple(text for _, each in told for text in each.raw),
            dropped=tuple(one for _, each in told for one in each.dropped),
        )

    def _written(self, question: Question, quoted: Answer) -> Generator[Event, None, Answer]:
        """The answer to one question written from its evidence, with what would have been quoted where too little of it stands."""
        evidence = self._evidence(question, quoted)
        if not evidence:
            yield from answer_events(quoted)
            return quoted
        kept, shown, drafts = list[Statement](), 0, list[Draft]()
        writing = self._writer.write(question.text, evidence[0].document.language, evidence)
        with closing(_returning(writing, drafts)) as events:
            for event in events:
                if isinstance(event, Progress):
                    yield event
                    continue
                kept.append(event)
                told, _ = self._composer.versions.corrected(ordered(kept), question.language)
                yield from statement_events(ordered(told), shown)
                shown = len(ordered(told))
        answer, draft = quoted, drafts[0]
        if kept:
            quotes = quoted.statements if draft.too_little and quoted.status == "answered" else ()
            answer = self._composer.answered(question, [*kept, *quotes])
        yield from answer_events(answer, shown)
        return finished(answer, quoted, draft, self.model)

    def _evidence(self, question: Question, quoted: Answer) -> list[Evidence]:
        """The evidence to write from, all in one language: the passages of what is quoted, of each article that is named,
        then what was retrieved. The language is the question's where what is quoted has it, or else any of them where nothing
        is quoted; otherwise that of the first passage."""
        cited = {citation.id: citation for citation in quoted.citations}
        treaties = self._places.treaties(question, question.language) if question.articles else []
        units = [u for each in treaties for a in question.articles for u in article_units(self._library, each, a)]
        searched = self._retriever.gather(question, max(READ, self._passages))
        found = {each.id: each for each in (*(unit.evidence for unit in units), *searched)}
        found |= {
            each.id: each
            for each in Evidence.held(self._library, (citation for citation in cited if citation not in found))
        }
        order = [
            *(found[citation] for citation in cited if citation in found),
            *(e for i, e in found.items() if i not in cited),
        ]
        readable = [each for each in order if any(units_of(each)) and each.admitted(question, whole=True)]
        languages = [each.document.language for each in (order[: len(cited)] if cited else readable)]
        spoken = question.language if question.language in languages else next(iter(languages), "")
        return [each for each in readable if each.document.language == spoken][: self._passages]


def _quietly(events: Generator[Event, None, Answer]) -> Generator[Event, None, Answer]:
    """A stream whose statements are not told, since others may come before them."""
    answers: list[Answer] = []
    with closing(_returning(events, answers)) as told:
        yield from (event for event in told if isinstance(event, Progress))
    return answers[0]


def _returning(events: Generator[Told, None, Made], made: list[Made]) -> Generator[Told, None, None]:
    """A stream, and at its end what it returns."""
    with closing(events):
        made.append((yield from events))


# When an answer is written and when it is quoted

_WRITING = re.compile(
    r"\b(?:summar|compar|differ|explain|describ|overview|outline|resum|résum|synthès|expli|décri|diferenc|describ|"
    r"сравн|обобщ|объясн|резюм|разниц|отлич)|(?:لخص|ملخص|قارن|الفرق|اشرح)|(?:总结|概述|比较|区别|解释|说明)",
    re.IGNORECASE,
)
_EXACT = re.compile(
    r"\b(?:quot|verbatim|exact (?:words|wording|text)|wording|full text|cit(?:e|er|ez|ar|a)\b|textuel|mot à mot|textual|"
    r"literal|дослов|цитат|процитир)|(?:اقتبس|نص المادة|حرفيا)|(?:引用|原文|逐字)",
    re.IGNORECASE,
)

_ASKED = ("answered", "tentative", "not_found")
"""How what would be quoted must stand for the model to be asked."""


def is_written(mode: Mode, question: Question, quoted: Answer) -> bool:
    """Whether an answer is to be written rather than quoted.

    Never what a rule decides (a timetable, an article that does not exist, a document that is not held): a model could
    only spoil it. Where passages were found and it is not certain that they answer, the model is asked, and may say that
    they do not. `auto` leaves to quotes what asks for exact words, and a provision that is named, unless a summary or
    comparison is asked for.
    """
    if mode == "quote" or quoted.status not in _ASKED or quoted.absent:
        return False
    if quoted.status == "answered" and quoted.statements and quoted.statements[0].verdict == "derived":
        return False
    weighed = quoted.confidence is not None
    if not weighed and not any(statement.verdict == "quoted" for statement in quoted.statements):
        return False
    if mode == "write":
        return True
    if _EXACT.search(question.text):
        return False
    return weighed or _WRITING.search(question.text) is not None
