"""Why a sentence does not stand, kept apart from the words that tell it: people read it in the language of the answer, a
model in English."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer_phrases import mark, say
from corpus.calendar_names import weekday_name


@dataclass(frozen=True)
class Reason:
    """`kind` names a frame (`lack_...` in `frames.yaml`), `it` and `other` fill its places: values and words as they are
    written, a day of the week by its number (0 is Monday), a strength by its kind. `parts` are reasons that it sums up."""

    kind: str
    it: str = ""
    other: str = ""
    parts: tuple[Reason, ...] = ()

    def said(self, language: str) -> str:
        """The reason in one of the six languages, without a full stop."""
        it, other = self.it, self.other
        if self.parts:
            it = mark(";", language).join(part.said(language) for part in self.parts)
        elif self.kind == "weekday":
            it = weekday_name(int(it), language)
        elif self.kind == "strength":
            it, other = (say(f"strength_{each}", language) for each in (it, other))
        return say(f"lack_{self.kind}", language, it=it, other=other)
