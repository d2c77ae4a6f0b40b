"""Feedback of users on answers: a table of the store, from which evaluation cases are made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from corpus.documents import LANGUAGES

if TYPE_CHECKING:
    from corpus.store.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL,
  history TEXT NOT NULL, answer TEXT NOT NULL, rating INTEGER NOT NULL, comment TEXT NOT NULL, expected TEXT NOT NULL
)
"""
MAX_TEXT = 4_000  # characters of a question, an earlier turn, a comment or an expected answer
MAX_HISTORY = 50
MAX_HISTORY_TEXT = 40_000  # characters of all earlier turns
MAX_ANSWER = 100_000  # characters of an answer as JSON; answers of `ask` have a tenth of that
MAX_DEPTH = 20  # levels of nested lists and objects in an answer
MAX_FEEDBACK = 10_000  # number of feedback entries that are stored

Rating = Literal[-1, 0, 1]
Clock = Callable[[], datetime]

# Control characters except line feeds and tabs, and invisible characters, such as those that change the direction of text.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]")


class FeedbackError(ValueError):
    """Feedback that can't be stored; the message says what is wrong with it."""


class FeedbackFull(Exception):
    """The limit of stored feedback is reached; the message says what to do."""


@dataclass(frozen=True)
class Feedback:
    """A user's feedback on an answer. `rating` is 1 (right), -1 (wrong) or 0 (neither). `history` are the earlier user
    turns, oldest first; `answer` is the answer in its JSON form; `expected` is what the answer should have been. `time`
    is ISO 8601 in UTC. `id` is the number of a stored entry, 0 before it is stored."""

    question: str
    language: str
    rating: Rating
    time: str
    history: tuple[str, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    expected: str = ""
    id: int = 0

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return {**vars(self), "history": list(self.history), "answer": dict(self.answer)}


def utc_now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


def make_feedback(
    question: str,
    language: str,
    rating: int,
    *,
    history: Sequence[str] = (),
    answer: Mapping[str, Any] | None = None,
    comment: str = "",
    expected: str = "",
    clock: Clock = utc_now,
) -> Feedback:
    """Feedback that can be stored: validated, limited in size, without invisible characters. `clock` gives the time,
    with its time zone. Raises `FeedbackError`."""
    if rating not in (-1, 0, 1):
        raise FeedbackError(f"A rating is -1, 0 or 1, not {rating!r}.")
    if language not in LANGUAGES:
        raise FeedbackError(f"Unknown language {language!r}. Known: {', '.join(LANGUAGES)}.")
    if len(history) > MAX_HISTORY:
        raise FeedbackError(f"The history has {len(history)} turns; at most {MAX_HISTORY} are allowed.")
    cleaned_question = _text(question, "question")
    if not cleaned_question:
        raise FeedbackError("The question is empty.")
    turns = tuple(_text(turn, "history") for turn in history)
    if sum(map(len, turns)) > MAX_HISTORY_TEXT:
        raise FeedbackError(f"The history has more than {MAX_HISTORY_TEXT:,} characters.")
    given = dict(answer or {})
    if len(_written(given)) > MAX_ANSWER:
        raise FeedbackError(f"The answer is longer than {MAX_ANSWER:,} characters.")
    return Feedback(
        question=cleaned_question,
        language=language,
        rating=cast(Rating, rating),
        time=clock().astimezone(UTC).isoformat(timespec="seconds"),
        history=turns,
        answer=given,
        comment=_text(comment, "comment"),
        expected=_text(expected, "expected answer"),
    )


def _text(text: str, name: str) -> str:
    cleaned = _UNSEEN.sub("", text).encode("utf-8", "replace").decode("utf-8").strip()
    if len(cleaned) > MAX_TEXT:
        raise FeedbackError(f"The {name} has {len(cleaned):,} characters; at most {MAX_TEXT:,} are allowed.")
    return cleaned


def _written(answer: Mapping[str, Any]) -> str:
    """An answer as stored text. Raises `FeedbackError` for values that are not portable JSON."""
    if _is_deep(answer):
        raise FeedbackError(f"The answer is nested more than {MAX_DEPTH} deep.")
    try:
        written = json.dumps(dict(answer), ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")
    except (ValueError, TypeError):
        raise FeedbackError(
            "The answer contains invalid text or numbers: half a character, or a number that is not finite."
        ) from None
    return written


def _is_deep(value: object, most: int = MAX_DEPTH) -> bool:
    """Whether lists and objects are nested more than `most` levels deep."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(most == 0 or _is_deep(each, most - 1) for each in inner)


def _read(written: str) -> Mapping[str, Any]:
    """A stored answer; empty for one that an earlier version stored and that does not meet the present rules."""
    try:
        answer = json.loads(written)
        _written(answer)
    except (ValueError, TypeError, RecursionError):
        return {}
    return cast(Mapping[str, Any], answer)


_COLUMNS = [field.name for field in fields(Feedback) if field.name != "id"]


class FeedbackTable:
    """The table of feedback. Changes must be made in a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, feedback: Feedback) -> int:
        """Stores feedback; returns its number. Raises `FeedbackFull`."""
        if self.count() >= MAX_FEEDBACK:
            raise FeedbackFull(
                f"{MAX_FEEDBACK:,} ratings are stored, and there is no room for more. The operator can export and "
                "remove them."
            )
        given = {**vars(feedback), "history": json.dumps(list(feedback.history)), "answer": _written(feedback.answer)}
        row = self._db.execute(
            f"INSERT INTO feedback ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            [given[name] for name in _COLUMNS],
        )
        return int(row.fetchall()[0][0])

    def count(self) -> int:
        """Number of entries."""
        return int(self._db.execute("SELECT count(*) FROM feedback").fetchone()[0])

    def remove(self, number: int) -> int:
        """Removes all entries up to a number; returns how many were removed."""
        return self._db.execute("DELETE FROM feedback WHERE id <= ?", (number,)).rowcount

    def page(self, offset: int = 0, limit: int = MAX_FEEDBACK) -> list[Feedback]:
        """`limit` entries from `offset` on, oldest first."""
        found = self._db.execute(
            f"SELECT {', '.join(_COLUMNS)}, id FROM feedback ORDER BY id LIMIT ? OFFSET ?", (limit, offset)
        )
        rows = [dict(zip((*_COLUMNS, "id"), row, strict=True)) for row in found]
        for row in rows:
            row |= {"history": tuple(json.loads(row["history"])), "answer": _read(row["answer"])}
        return [Feedback(**row) for row in rows]
