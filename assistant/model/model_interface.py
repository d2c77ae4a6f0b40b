"""What the writer needs of a language model, and how a model fails."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

ModelFaultKind = Literal["unreachable", "silent", "busy", "refused", "too_long", "failed"]
"""No connection; no word or no end within the time set; 429 or 503; the request is refused (key, model, address: a
setting is wrong); the request does not fit the model's context; anything else."""


class ModelFault(RuntimeError):
    """The model gave no reply, or not all of it. `kind` says what to do: wait (`unreachable`, `silent`, `busy`,
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
    """A model that writes. Thread-safe."""

    name: str
    """What the endpoint calls the model."""
    window: int
    """Tokens of request and reply together."""
    output: int
    """Most tokens of one reply."""

    def reply(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """The reply in pieces as they come; closing the generator ends the request. Raises `ModelFault`."""
        ...
