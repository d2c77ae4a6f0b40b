"""The interface of a language model, and the kinds of its failures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

ModelFaultKind = Literal["unreachable", "silent", "busy", "refused", "too_long", "failed"]
"""In order: no connection; no data or no end within the time limit; 429 or 503; the request is refused (key, model or address: a setting is
wrong); the request does not fit the model's context; anything else."""


class ModelFault(RuntimeError):
    """The model gave no reply, or an incomplete one. `kind` says what to do: wait (`unreachable`, `silent`, `busy`,
    `failed`) or correct a setting (`refused`, `too_long`). The message never holds the key."""

    def __init__(self, kind: ModelFaultKind, message: str) -> None:
        super().__init__(message)
        self.kind: ModelFaultKind = kind


@dataclass(frozen=True)
class Message:
    """One message to a model."""

    role: Literal["system", "user", "assistant"]
    text: str


class LanguageModel(Protocol):
    """A language model. Thread-safe."""

    name: str
    """The name of the model at the endpoint."""
    window: int
    """Tokens of request and reply together."""
    output: int
    """Most tokens of one reply."""

    def reply(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """The reply in pieces as they arrive; closing the generator ends the request. Raises `ModelFault`."""
        ...
