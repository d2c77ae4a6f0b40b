"""Why something is not done: sentences by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.answer_phrases import isolated
from assistant.error_translation import reason
from assistant.translations import texts


@dataclass(frozen=True)
class Message:
    """A sentence by its name, which is a code that stays the same, and what fills its places: texts, numbers, and what gives a text
    in the language in which the sentence is told, such as `told` of another message. At `text` stands what a floor below says."""

    name: str
    values: Mapping[str, str | float | Callable[[str], str]] = field(default_factory=dict)

    def told(self, language: str) -> str:
        """The sentence in a language."""
        filled = {
            name: each(language) if callable(each) else isolated(each, language) for name, each in self.values.items()
        }
        said = str(self.values.get("text", ""))
        if (known := reason(said, language)) != said:
            if self.name == "said":
                return known
            filled["text"] = known
        return texts("messages", language)[self.name].format(**filled)

    def __str__(self) -> str:
        return self.told("en")


class UserFacingError(Exception):
    """Something that is not done; the message is for the person who wanted it."""

    def __init__(self, name: str | Message, /, **values: str | float | Callable[[str], str]) -> None:
        self.message = name if isinstance(name, Message) else Message(name, values)
        super().__init__(str(self.message))

    def told(self, language: str) -> str:
        """The message in a language."""
        return self.message.told(language)
