"""A model behind an OpenAI-compatible endpoint (hosted, vLLM, llama.cpp server, Ollama), by LlamaIndex's OpenAILike."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from typing import Any

import httpx

from assistant.model.model_interface import LanguageModel, Message, ModelFault, ModelFaultKind
from assistant.model.transport import Bounded, direct_or_by_proxy

_TOO_LONG = ("context length", "context size", "context window", "context_length", "too many tokens", "maximum context")


class Endpoint:
    """One model of one server. Nothing is imported or connected before the first reply. `url` is that of the API (`https://host/v1`); the key is sent
    there alone: redirects are not followed. `silence`: longest time without data; `seconds`: for one reply, including `retries` (after connection
    errors, 429 and 5xx). `window` and `output` are tokens."""

    def __init__(
        self,
        url: str,
        name: str,
        key: str | None = None,
        *,
        silence: float = 60.0,
        seconds: float = 300.0,
        retries: int = 2,
        window: int = 8_192,
        output: int = 1_024,
        temperature: float = 0.0,
    ) -> None:
        self.url, self.name, self.window, self.output = url.rstrip("/"), name, window, output
        self._key = key
        self._silence, self._seconds, self._retries, self._temperature = silence, seconds, retries, temperature
        self._transport = Bounded(direct_or_by_proxy(url))
        self._opening = threading.Lock()
        self._opened: Any = None

    def reply(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """The reply in pieces as they arrive. Raises `ModelFault`."""
        import openai
        from llama_index.core.llms import ChatMessage

        call = self._transport.begin(self._seconds)
        try:
            chat = [ChatMessage(role=each.role, content=each.text) for each in messages]
            ended = False
            for piece in self._open().stream_chat(chat):
                ended = ended or any(choice.finish_reason for choice in piece.raw.choices)
                if piece.delta:
                    yield str(piece.delta)
            if not ended:
                raise ModelFault("failed", f"{self.url} broke off the reply before its end.")
        except (openai.APITimeoutError, httpx.TimeoutException):
            why = "did not answer, or did not finish, within the time limit"
            raise ModelFault("silent", f"{self.url} {why}.") from None
        except openai.APIStatusError as error:
            raise self._refusal(error.status_code, str(error.message)) from None
        except openai.APIConnectionError as error:
            raise ModelFault("unreachable", f"{self.url} cannot be reached: {_cause(error)}.") from None
        except openai.APIError as error:
            raise ModelFault("failed", f"{self.url} reported an error: {_short(error.message)}") from None
        except httpx.HTTPError as error:
            raise ModelFault("failed", f"{self.url} broke off the reply: {_short(str(error))}") from None
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # The libraries raise errors of many kinds for replies of a server that does not speak the protocol.
            why = f"replied in another form than /chat/completions: {_short(repr(error))}"
            raise ModelFault("failed", f"{self.url} {why}") from None
        finally:
            call.close()

    def _refusal(self, status: int, message: str) -> ModelFault:
        kind: ModelFaultKind = "failed"
        if status in (429, 503):
            kind = "busy"
        elif status in (400, 413) and any(sign in message.lower() for sign in _TOO_LONG):
            kind = "too_long"
        elif status < 500:
            kind = "refused"
        text = _short(message)
        return ModelFault(
            kind, f"{self.url} answered {status}: {text.replace(self._key, '***') if self._key else text}"
        )

    def _open(self) -> Any:
        """LlamaIndex's client, created at the first reply."""
        with self._opening:
            if self._opened is None:
                from llama_index.llms.openai_like import OpenAILike

                self._opened = OpenAILike(
                    model=self.name,
                    api_base=self.url,
                    # Never None: the library would look for the key of another service in the environment.
                    api_key=self._key or "none",
                    is_chat_model=True,
                    context_window=self.window,
                    max_tokens=self.output,
                    temperature=self._temperature,
                    timeout=self._silence,
                    max_retries=self._retries,
                    http_client=httpx.Client(transport=self._transport, timeout=self._silence, follow_redirects=False),
                )
            return self._opened


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]} …"


def _cause(error: BaseException) -> str:
    return _short(str(error.__cause__ or error) or type(error).__name__).rstrip(".")


class Shared:
    """Limits a model to `most` concurrent replies; a request that waits longer than `patience` seconds fails as `busy`."""

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
