"""Exports rated answers as evaluation cases for a person to review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from corpus.feedback import Feedback
from corpus.library import Library
from ingest.readers import visible

RATINGS = {"up": 1, "none": 0, "down": -1}
NAMES = {number: name for name, number in RATINGS.items()}
MAX_FACT = 200
"""Most characters of an expected answer that is exported as a fact that the answer must contain."""
MAX_NOTE = MAX_QUESTION = 2_000
"""Most characters of these fields of a case (docs/formats.md, question sets)."""

_HEAD = """\
# Cases made from rated answers. Each is under review: a person fills in facts and gold places (or says in `why` that
# there is no answer), checks the kind, and takes `review` away. docs/formats.md, "Question sets", has the fields.

"""


def to_yaml(ratings: Sequence[Feedback], library: Library) -> str:
    """Converts ratings to YAML in the form of question sets, each case marked for review. The library resolves the cited places."""
    cases = [_case(each, library) for each in ratings]
    return _HEAD + yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=110)


def _case(feedback: Feedback, library: Library) -> dict[str, Any]:
    """Builds a case: gold places from the citations of a right answer, a fact from the expected answer; a person adds the rest."""
    found = feedback.answer.get("status") in ("answered", "partial")
    wrong_refusal = feedback.rating < 0 and not found
    answerable = bool(feedback.expected) or wrong_refusal or (feedback.rating >= 0 and found)
    case: dict[str, Any] = {
        "id": f"feedback-{feedback.id}",
        "question": feedback.question[:MAX_QUESTION],
        "language": feedback.language,
        "kind": "follow-up" if feedback.history else ("fact" if answerable else "unanswerable"),
        "answerable": answerable,
        "review": True,
    }
    if feedback.history:
        case["history"] = [turn[:MAX_QUESTION] for turn in feedback.history]
    if answerable:
        case["facts"] = [[feedback.expected]] if 0 < len(feedback.expected) <= MAX_FACT else []
        case["gold"] = list(_places(feedback, library)) if feedback.rating > 0 else []
    else:
        case["why"] = feedback.comment[:MAX_NOTE]
    case["note"] = "\n".join(_notes(feedback))[:MAX_NOTE]
    return case


def _places(feedback: Feedback, library: Library) -> Iterator[dict[str, str]]:
    """Yields the places that a right answer cites in stored documents, each once."""
    labels = {header.id: (header.key, header.label) for header in library.iter_headers()}
    seen: set[tuple[str, str]] = set()
    for cited in _records(feedback, "citations"):
        key, label = labels.get(str(cited.get("document")), ("", ""))
        locator = str(cited.get("locator") or "").removeprefix(f"{label}, ")
        if key and locator and (key, locator) not in seen:
            seen.add((key, locator))
            yield {"document": key, "locator": locator}


def _notes(feedback: Feedback) -> Iterator[str]:
    """Yields notes for the reviewer."""
    yield f"Rated {NAMES[feedback.rating]} on {feedback.time}; status of the answer: {feedback.answer.get('status')}."
    if feedback.comment:
        yield f"Comment: {feedback.comment}"
    if feedback.expected:
        yield f"Expected: {feedback.expected}"
    for statement in _records(feedback, "statements"):
        yield f"Answered: {visible(str(statement.get('text', '')))}"


def _records(feedback: Feedback, name: str) -> list[dict[str, Any]]:
    """A list of the rated answer, which may be arbitrary JSON that a client has sent."""
    found = feedback.answer.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
