"""Request models of the OpenAI-compatible API. Unsupported options that would change the form of an answer are refused; options of
text generation (temperature, seed, max_tokens, stop and others) are accepted and ignored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from assistant.qa.query import HISTORY_LIMIT
from assistant.question_request import Wish

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """One message of a conversation."""

    role: Role
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The text of the message, without other parts."""
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content if part.type == "text")
        return self.content or ""

    @property
    def strange(self) -> list[str]:
        """The types of parts other than text."""
        parts = self.content if isinstance(self.content, list) else []
        return sorted({part.type for part in parts if part.type != "text"})


class StreamOptions(BaseModel):
    """Options of a stream."""

    include_usage: bool = False


def _unsupported(message: str) -> PydanticCustomError:
    return PydanticCustomError("unsupported", message)


def _only(good: Callable[[Any], bool], message: str) -> AfterValidator:
    """A validator that refuses values that are not `good`."""

    def check(value: Any) -> Any:
        if not good(value):
            raise _unsupported(message)
        return value

    return AfterValidator(check)


class ChatBody(BaseModel):
    """A request for a chat completion."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "rapporteur", "messages": [{"role": "user", "content": "When is item 3?"}]}]
        },
    )

    model: str = Field(max_length=200)
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int | None, _only(lambda n: n in (None, 1), "There is one answer to a question: n must be 1.")] = None
    tool_choice: Any = None
    tools: list[Any] | None = None
    function_call: Any = None
    functions: list[Any] | None = None
    response_format: Annotated[
        dict[str, Any] | None,
        _only(
            lambda wanted: (wanted or {}).get("type", "text") == "text",
            "Answers are text; the field rapporteur of the reply holds them as JSON.",
        ),
    ] = None
    logprobs: Annotated[
        bool | None,
        _only(lambda wanted: not wanted, "Answers are not sampled from a model, so that there are no logprobs."),
    ] = None
    modalities: Annotated[
        list[str] | None,
        _only(lambda wanted: set(wanted or ()) <= {"text"}, "Answers are text: modalities can only be text."),
    ] = None
    rapporteur: Wish = Wish()

    @field_validator("messages")
    @classmethod
    def _asks(cls, messages: list[Message]) -> list[Message]:
        user_turns = [each for each in messages if each.role not in ("system", "developer")]
        if not user_turns or user_turns[-1].role != "user":
            raise _unsupported("The last message must be the user's: it is the question that is answered.")
        if user_turns[-1].strange:
            kinds = ascii(", ".join(user_turns[-1].strange))[:200]
            raise _unsupported(f"Only text is read, but the question contains {kinds}.")
        return messages

    @field_validator("tools", "functions")
    @classmethod
    def _no_tools(cls, tools: list[Any] | None, info: Any) -> list[Any] | None:
        choice = info.data.get("tool_choice" if info.field_name == "tools" else "function_call")
        if tools and choice != "none":
            raise _unsupported(
                "Tools are not supported: answers are based only on the documents in the library. Send none."
            )
        return tools


class Error(BaseModel):
    """What is wrong."""

    message: str
    type: Literal["invalid_request_error", "rate_limit_error", "server_error"]
    param: str | None = Field(description="The field concerned, if any.")
    code: str = Field(description="A stable error code.")


class ErrorBody(BaseModel):
    """Why a request was not fulfilled."""

    error: Error


_TASK = "### Task:"
"""Start of the prompts that Open WebUI generates: for titles, tags, follow-ups; and for questions with files."""
_CONTEXT_END = "</context>"


@dataclass(frozen=True)
class Conversation:
    """The question of a request, and the user's earlier turns (`history`), oldest first. `unread`: the client sent files or search
    results, which are ignored. `chore`: the client requests a title or the like, not an answer."""

    question: str
    history: tuple[str, ...] = ()
    unread: bool = False
    chore: bool = False

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Conversation:
        """Extracts the question from messages. Only the user's own words are used: the client's prompts do not influence answers, and
        earlier answers are not evidence."""
        *before, last = (each.text.strip() for each in messages if each.role == "user")
        history = tuple(_asked(each) for each in before if each)[-HISTORY_LIMIT:]
        if not last.startswith(_TASK):
            return cls(last, history)
        if _CONTEXT_END not in last:
            return cls(last, history, chore=True)
        return cls(_asked(last), history, unread=True)


def _asked(turn: str) -> str:
    """Extracts the user's words from a turn that the client has wrapped in context."""
    if not turn.startswith(_TASK) or _CONTEXT_END not in turn:
        return turn
    written = turn.rpartition(_CONTEXT_END)[2].strip()
    return written.removeprefix("<user_query>").removesuffix("</user_query>").strip()
