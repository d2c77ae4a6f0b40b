"""Reasons for rejecting a sentence, separate from their wording: users read them in the language of the answer, the model in English."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer_phrases import mark, say
from corpus.calendar_names import weekday_name


@dataclass(frozen=True)
class Reason:
    """One reason. `kind` selects the message (`lack_...` in the catalogue `answers`); `it` and `other` fill it: values and words as written, a weekday by
    its number (0 is Monday), a strength by its kind. `parts` are the reasons that this one sums up."""

    kind: str
    it: str = ""
    other: str = ""
    parts: tuple[Reason, ...] = ()

    def message(self, language: str) -> str:
        """The reason in one of the six languages, without a full stop."""
        it, other = self.it, self.other
        if self.parts:
            it = mark(";", language).join(part.message(language) for part in self.parts)
        elif self.kind == "weekday":
            it = weekday_name(int(it), language)
        elif self.kind == "strength":
            it, other = (say(f"strength_{each}", language) for each in (it, other))
        return say(f"lack_{self.kind}", language, it=it, other=other)
