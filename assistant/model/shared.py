"""A model that writes for many at once, and no more of them than is good."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence

from assistant.model.model_interface import LanguageModel, Message, ModelFault


class Shared:
    """The same model, asked for `most` replies at once; who waits longer than `patience` seconds gets a fault instead."""

    def __init__(self, model: LanguageModel, most: int, patience: float) -> None:
        self.name, self.window, self.output = model.name, model.window, model.output
        self._model, self._most, self._patience = model, most, patience
        self._places = threading.BoundedSemaphore(most)

    def reply(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """The reply of the model. Raises `ModelFault`."""
        if not self._places.acquire(timeout=self._patience):
            raise ModelFault("busy", f"{self._most} other answers are being written. Ask again in a moment.")
        try:
            yield from self._model.reply(messages)
        finally:
            self._places.release()
