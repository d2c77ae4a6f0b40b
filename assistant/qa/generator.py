"""Written answers: selects the evidence for the language model, decides which answers of a turn are written, and merges the drafts."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from assistant.generation.generation_report import with_draft_report
from assistant.generation.rewrite import rewrite_turn
from assistant.generation.writer import Draft, Writer
from assistant.model import ModelFault
from assistant.qa.answer import (
    Answer,
    Event,
    Mode,
    Progress,
    Statement,
    answer_events,
    distinct_statements,
    statement_events,
)
from assistant.qa.citations import AnswerComposer, Part
from assistant.qa.provisions import NamedPlaces, article_units
from assistant.qa.query import Interpretation
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.scoring import READ
from assistant.qa.units import units_of
from assistant.question import Question
from assistant.vocabulary import Vocabulary
from corpus.library import Library

Yielded = TypeVar("Yielded")
Returned = TypeVar("Returned")
LONGEST_TURN = 100
"""Longest turn, in characters, that a model is asked to rewrite as a whole question; a longer one says what it is about."""


class AnswerGenerator:
    """Has answers written by the `writer`, each from at most `passages` passages; other answers stay quotes."""

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

    def rewrite(
        self, text: str, history: Sequence[str], candidates: Sequence[Interpretation], vocabulary: Vocabulary
    ) -> tuple[Interpretation | None, ModelFault | None]:
        """The turn rewritten by the model as a question that stands alone, where it may lean on earlier turns, else None; and the fault of the model, if any."""
        if not history or len(text) > LONGEST_TURN:
            return None, None
        follow_up = next((each for each in candidates if each.leans), candidates[0])
        try:
            return rewrite_turn(self._writer.model, text, history, follow_up, vocabulary, self._writer.away), None
        except ModelFault as fault:
            return None, fault

    def written(
        self, mode: Mode, question: Question, answer: Answer, parts: Sequence[Part]
    ) -> Generator[Event, None, Answer]:
        """The answer to a turn, with the parts to be written by the model; yields each statement as soon as it is final."""
        if not any(is_written(mode, *part) for part in parts):
            yield from answer_events(answer)
            return answer
        if len(parts) == 1:
            return (yield from self._written(question, answer))
        answered: list[Part] = []
        for asked, quoted in parts:
            if is_written(mode, asked, quoted):
                quoted = yield from _without_statements(self._written(asked, quoted))
            answered.append((asked, quoted))
        whole, answers = self._composer.several(question, answered), [each for _, each in answered]
        yield from answer_events(whole)
        notes = dict.fromkeys([*whole.notes, *(note for each in answers for note in each.notes)])
        raw = tuple(text for each in answers for text in each.raw)
        dropped = tuple(sentence for each in answers for sentence in each.dropped)
        return replace(whole, notes=tuple(notes), model=self.model, raw=raw, dropped=dropped)

    def _written(self, question: Question, quoted: Answer) -> Generator[Event, None, Answer]:
        """The answer to one question written from its evidence, completed by quotes where too few sentences pass the check."""
        evidence = self._evidence(question, quoted)
        if not evidence:
            yield from answer_events(quoted)
            return quoted
        statements, sent, drafts = list[Statement](), 0, list[Draft]()
        writing = self._writer.write(question.text, evidence[0].document.language, evidence)
        with closing(_collecting_result(writing, drafts)) as events:
            for event in events:
                if isinstance(event, Progress):
                    yield event
                    continue
                statements.append(event)
                corrected, _ = self._composer.versions.corrected(distinct_statements(statements), question.language)
                yield from statement_events(distinct_statements(corrected), sent)
                sent = len(distinct_statements(corrected))
        answer, draft = quoted, drafts[0]
        if statements:
            quotes = quoted.statements if draft.too_little and quoted.status == "answered" else ()
            answer = self._composer.answered(question, [*statements, *quotes])
        yield from answer_events(answer, sent)
        return with_draft_report(answer, quoted, draft, self.model)

    def _evidence(self, question: Question, quoted: Answer) -> list[Evidence]:
        """The evidence to write from, all in one language: the passages of the quotes, of each named article, then the retrieved ones.

        The language is the question's where a quoted passage (or, without quotes, any passage) has it, else that of the first passage.
        """
        cited = {citation.id: citation for citation in quoted.citations}
        treaties = self._places.treaties(question, question.language) if question.articles else []
        units = [u for each in treaties for a in question.articles for u in article_units(self._library, each, a)]
        hits = self._retriever.gather(question, max(READ, self._passages))
        by_id = {each.id: each for each in (*(unit.evidence for unit in units), *hits)}
        by_id |= {each.id: each for each in Evidence.held(self._library, cited.keys() - by_id.keys())}
        order = [by_id[key] for key in cited if key in by_id] + [by_id[key] for key in by_id if key not in cited]
        readable = [each for each in order if any(units_of(each)) and each.admitted(question, whole=True)]
        languages = [each.document.language for each in (order[: len(cited)] if cited else readable)]
        chosen_language = question.language if question.language in languages else next(iter(languages), "")
        return [each for each in readable if each.document.language == chosen_language][: self._passages]


def _without_statements(events: Generator[Event, None, Answer]) -> Generator[Event, None, Answer]:
    """A stream without its statements, since those of other parts may come before them."""
    answers: list[Answer] = []
    with closing(_collecting_result(events, answers)) as stream:
        yield from (event for event in stream if isinstance(event, Progress))
    return answers[0]


def _collecting_result(
    events: Generator[Yielded, None, Returned], results: list[Returned]
) -> Generator[Yielded, None, None]:
    """A stream that appends its return value to a list."""
    with closing(events):
        results.append((yield from events))


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

_STATUSES_TO_WRITE = ("answered", "tentative", "not_found")
"""Statuses of the quoted answer with which the model is asked."""


def is_written(mode: Mode, question: Question, quoted: Answer) -> bool:
    """Whether an answer is to be written rather than quoted.

    Answers by rule (a timetable, an article that does not exist, a missing document) are never written, since a model could only make them
    worse. Where passages were found but may not answer, the model is asked and may say that they do not. With `auto`, requests for exact
    words are quoted, and so are named provisions unless the question asks for a summary or comparison.
    """
    if mode == "quote" or quoted.status not in _STATUSES_TO_WRITE or quoted.absent:
        return False
    if quoted.status == "answered" and quoted.statements and quoted.statements[0].verdict == "derived":
        return False
    scored = quoted.confidence is not None
    if not scored and not any(statement.verdict == "quoted" for statement in quoted.statements):
        return False
    if mode == "write":
        return True
    if _EXACT.search(question.text):
        return False
    return scored or _WRITING.search(question.text) is not None
