"""The words by which a turn leans on the ones before it (`assistant/data/conversation.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files

import yaml

from corpus.analysis import fold

_MARKS = r"[\s?？؟¿!.。]*"
_FORMS = Mapping[str, str | Sequence[str]]


class TurnWords:
    """What is said in one language to lean on, to correct or to leave what was said before."""

    def __init__(self, forms: _FORMS) -> None:
        self._forms = forms
        self.next, self.before = re.compile(str(forms["next"])), re.compile(str(forms["before"]))
        self.years, self.next_day = re.compile(str(forms["years"])), re.compile(str(forms["next_day"]))

    @staticmethod
    @lru_cache(maxsize=8)
    def of(language: str) -> TurnWords:
        """The shipped words of a language."""
        return TurnWords(_shipped()[language])

    @cached_property
    def fillers(self) -> frozenset[str]:
        """Words that ask nothing by themselves, folded."""
        return frozenset(fold(str(word)) for word in self._forms["fillers"])

    @cached_property
    def saying(self) -> Sequence[str]:
        """Words by which the text of a provision is asked for."""
        return [str(word) for word in self._forms["saying"]]

    def refers(self, text: str) -> bool:
        """Whether a text has a word that stands for something said before."""
        return self._any("pronouns").search(folded(text)) is not None

    def may_refer(self, text: str) -> bool:
        """Whether a text has a word that often stands for something said before."""
        return bool(self._forms["leaning"]) and self._any("leaning").search(folded(text)) is not None

    def asks_again(self, text: str) -> bool:
        """Whether a turn asks for nothing but the last answer once more: where it stands, in short."""
        return self._whole("again").fullmatch(folded(text)) is not None

    def asks_more(self, text: str) -> bool:
        """Whether a turn asks for nothing but more of the last answer: why, an example."""
        return self._whole("more").fullmatch(folded(text)) is not None

    def treaties(self, text: str) -> list[tuple[int, int]]:
        """Where a text says `the Protocol` or `the Convention`."""
        return [match.span() for match in self._any("treaties").finditer(folded(text))]

    def compares(self, text: str) -> bool:
        """Whether a text asks how something differs from what was said before."""
        return self._any("compare").search(folded(text)) is not None

    def without(self, kinds: Sequence[str], text: str) -> str:
        """A text with the words of some kinds blanked out, every other character in its place."""
        for kind in kinds:
            for match in reversed(list(self._any(kind).finditer(folded(text)))):
                text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
        return text

    def thanks(self, text: str) -> bool:
        """Whether a turn is a courtesy and nothing else."""
        return self._start("courtesies").fullmatch(f"{folded(text).rstrip(' .!')}.") is not None

    def opened(self, text: str) -> tuple[str, bool, bool]:
        """A turn without what is said before its question; whether that turned to another subject, and whether it
        corrected the turn before."""
        changed = corrected = False
        while True:
            for kind in ("courtesies", "changes", "corrections"):
                match = self._start(kind).match(folded(text))
                if match and match.end() and text[match.end() :].strip(" ?？؟!.。,،"):
                    text = text[match.end() :].lstrip(" ,،.;:!-–")
                    changed, corrected = changed or kind == "changes", corrected or kind == "corrections"
                    break
            else:
                return text, changed, corrected

    def _any(self, kind: str) -> re.Pattern[str]:
        forms = self._forms[kind]
        return _pattern("|".join(f"(?:{form})" for form in ([forms] if isinstance(forms, str) else forms)))

    def _whole(self, kind: str) -> re.Pattern[str]:
        return _pattern(f"{_MARKS}(?:{'|'.join(self._forms[kind])}){_MARKS}")

    def _start(self, kind: str) -> re.Pattern[str]:
        return _pattern(rf"[\s¿¡]*(?:{'|'.join(self._forms[kind])})\s*")


def folded(text: str) -> str:
    """A text folded, every character in its place."""
    made = fold(text)
    return made if len(made) == len(text) else text.lower() if len(text.lower()) == len(text) else text


@lru_cache(maxsize=256)
def _pattern(body: str) -> re.Pattern[str]:
    return re.compile(body)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, _FORMS]:
    text = (files("assistant") / "data" / "conversation.yaml").read_text(encoding="utf-8")
    made: Mapping[str, _FORMS] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return made
