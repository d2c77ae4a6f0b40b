"""Messages of errors: translated sentences by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.answer_phrases import isolated
from assistant.error_translation import translate_reason
from assistant.translations import texts


@dataclass(frozen=True)
class Message:
    """A sentence by its name, a stable code, with values for its placeholders: texts, numbers, or functions from a language to a text,
    such as `in_language` of another message. The value `text` is an English sentence of a lower layer, which is translated, too."""

    name: str
    values: Mapping[str, str | float | Callable[[str], str]] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """Formats the sentence in a language."""
        filled = {
            name: each(language) if callable(each) else isolated(each, language) for name, each in self.values.items()
        }
        text = str(self.values.get("text", ""))
        if (translated := translate_reason(text, language)) != text:
            if self.name == "said":
                return translated
            filled["text"] = translated
        return texts("messages", language)[self.name].format(**filled)

    def __str__(self) -> str:
        return self.in_language("en")


class UserFacingError(Exception):
    """An error whose message is shown to the user, in the user's language."""

    def __init__(self, name: str | Message, /, **values: str | float | Callable[[str], str]) -> None:
        self.message = name if isinstance(name, Message) else Message(name, values)
        super().__init__(str(self.message))

    def in_language(self, language: str) -> str:
        """Formats the message in a language."""
        return self.message.in_language(language)
