"""`And the next one?`: the number, ordinal or year of an earlier question moved on by what a follow-up says of it."""

from __future__ import annotations

import re

from assistant.question import Question
from assistant.vocabulary import Vocabulary
from corpus.analysis import fold

_NEXT = {
    "en": r"\b(?:next|following|right after|after that|after it|one after|subsequent)\b",
    "fr": r"\b(?:suivant\w*|d'apres|prochain\w*)\b",
    "es": r"\b(?:siguiente|posterior|proxim[oa]|despues)\b",
    "ru": r"\bследующ\w+\b",
    "ar": r"(?:التالي|التاليه|التالية|الموالي|الموالية|اللاحق|اللاحقة)",
    "zh": r"下一|之后的|后一|下个",
}
_BEFORE = {
    "en": r"\b(?:previous|preceding|before that|before it|one before|right before)\b",
    "fr": r"\b(?:precedent\w*|d'avant)\b",
    "es": r"\b(?:anterior|previ[oa])\b",
    "ru": r"\bпредыдущ\w+\b",
    "ar": r"(?:السابق|السابقة)",
    "zh": r"上一|之前的|前一|上个",
}
_YEARS = {
    "en": r"\byears?\b",
    "fr": r"\bann?ees?\b|\ban\b",
    "es": r"\banos?\b",
    "ru": r"\bгод\w*\b",
    "ar": r"السنة|العام|سنة|عام",
    "zh": "年",
}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def shifted(old: Question, new: Question, vocabulary: Vocabulary) -> str | None:
    """The earlier question's text about the next or the previous one, or about the ordinal that is named anew (`the
    third?`); None where the follow-up says nothing of the kind or the earlier question names nothing to move on."""
    said = fold(new.text)
    if new.language == old.language and (renamed := _renamed(old, new, vocabulary)) is not None:
        return renamed
    years = _YEAR.findall(old.text), _YEAR.findall(new.text)
    if len(years[0]) == len(years[1]) == 1:
        return old.text.replace(years[0][0], years[1][0])
    step = 1 if re.search(_NEXT[new.language], said) else -1 if re.search(_BEFORE[new.language], said) else 0
    if not step or new.articles or new.items or new.symbols or _YEAR.search(said):
        return None
    year = _YEAR.search(old.text)
    if year and (re.search(_YEARS[new.language], said) or not (old.articles or old.items)):
        return f"{old.text[: year.start()]}{int(year.group()) + step}{old.text[year.end() :]}"
    named = old.articles or old.items
    if len(named) == 1 and named[0].isdigit() and int(named[0]) + step > 0:
        return re.sub(rf"(?<!\d){named[0]}(?!\d)", str(int(named[0]) + step), old.text, count=1)
    ordinal = _ordinal(old.text, old.language, vocabulary)
    if ordinal is None:
        return None
    return _replaced(old.text, ordinal, ordinal[2] + step, old.language, vocabulary)


def _renamed(old: Question, new: Question, vocabulary: Vocabulary) -> str | None:
    """The earlier question with the ordinal that a short follow-up names in place of its own."""
    here, there = _ordinal(old.text, old.language, vocabulary), _ordinal(new.text, new.language, vocabulary)
    if here is None or there is None or here[2] == there[2] or len(new.content) > 2:
        return None
    return _replaced(old.text, here, there[2], old.language, vocabulary)


def _ordinal(text: str, language: str, vocabulary: Vocabulary) -> tuple[int, int, int] | None:
    """The only ordinal in a text: its span and value; None where there is none or several."""
    found: list[tuple[int, int, int]] = []
    for value, forms in vocabulary.groups("ordinals", language).items():
        for form in sorted(map(str, forms), key=len, reverse=True):
            edge = (
                ("", "")
                if language == "zh"
                else (r"(?<!\w)و?(?:ال)?", r"(?!\w)")
                if language == "ar"
                else (r"(?<!\w)", r"(?!\w)")
            )
            for match in re.finditer(f"{edge[0]}{re.escape(form)}{edge[1]}", text, re.IGNORECASE):
                span = (match.start(), match.end(), int(str(value)))
                if not any(span[0] < end and start < span[1] for start, end, _ in found):
                    found.append(span)
    return found[0] if len(found) == 1 else None


def _replaced(text: str, span: tuple[int, int, int], value: int, language: str, vocabulary: Vocabulary) -> str | None:
    """A text with the ordinal of another value in a span; in the same gender where the language tells it by an ending."""
    forms = [str(form) for form in vocabulary.groups("ordinals", language).get(value, ())]
    if not forms:
        return None
    old = text[span[0] : span[1]]
    best = max(forms, key=lambda form: (form[-1].casefold() == old[-1].casefold(), -forms.index(form)))
    article = "ال" if language == "ar" and old.startswith("ال") and not best.startswith("ال") else ""
    return f"{text[: span[0]]}{article}{best}{text[span[1] :]}"
