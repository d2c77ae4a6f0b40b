"""The request of a question, for all interfaces: its text, earlier turns, language, mode and scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.qa.answer import Mode
from assistant.qa.scope import Scope
from assistant.service_errors import NotFound
from corpus.documents import Language

if TYPE_CHECKING:
    from corpus.library import Library

MAX_HISTORY = 50
MAX_CHARACTERS = 20_000
"""Most characters of a question or earlier turn; the setting max_question limits what is answered."""


class Wish(BaseModel):
    """What can be asked for beside the words. A condition that is not known is refused: a question is never asked of more
    documents than was meant."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = Field(default=None, description="Language of the question, if detection gets it wrong.")
    mode: Mode | None = Field(
        default=None,
        description="How the answer is made: from quotes, written by the configured model, or as the question asks.",
    )
    scope: Scope | None = Field(default=None, description="The documents to search; by default the whole library.")


class QuestionRequest(Wish):
    """A question with the earlier user turns, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "and on Friday?", "history": ["When is item 3?"]}]}
    )

    question: str = Field(min_length=1, max_length=MAX_CHARACTERS)
    history: list[Annotated[str, Field(max_length=MAX_CHARACTERS)]] = Field(
        [], max_length=MAX_HISTORY, description="Earlier questions of the user, oldest first, for follow-ups."
    )

    @classmethod
    def of(
        cls,
        question: str,
        history: Sequence[str] = (),
        *,
        language: str | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> QuestionRequest:
        """Creates a request without validation, for interfaces with limits of their own."""
        return cls.model_construct(question=question, history=list(history), language=language, mode=mode, scope=scope)


def scope_of(request: QuestionRequest, library: Library) -> Scope | None:
    """The scope of a question, None for everything. Raises `NotFound` where the library does not have it."""
    if request.scope is not None and (why := request.scope.unknown(library)) is not None:
        raise NotFound(why)
    return request.scope
