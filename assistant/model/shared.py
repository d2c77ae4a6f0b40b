"""A model that writes for many at once, and no more of them than is good."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from assistant.model.model_interface import LanguageModel, Message, ModelFault


class Shared:
    """The same model, asked for `most` replies at once; who waits longer than `patience` seconds gets a fault instead."""

    def __init__(self, model: LanguageModel, most: int, patience: float) -> None:
        self._model, self._most, self._patience = model, most, patience
        self._places = threading.BoundedSemaphore(most)

    @property
    def name(self) -> str:
        """What the endpoint calls the model."""
        return self._model.name

    @property
    def window(self) -> int:
        """Tokens of request and reply together."""
        return self._model.window

    @property
    def output(self) -> int:
        """Most tokens of one reply."""
        return self._model.output

    def reply(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply in pieces as they come; closing the iterator ends the request. Raises `ModelFault`."""
        if not self._places.acquire(timeout=self._patience):
            raise ModelFault("busy", f"{self._most} other answers are being written. Ask again in a moment.")
        try:
            yield from self._model.reply(messages)
        finally:
            self._places.release()
