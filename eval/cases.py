"""Question sets: YAML files of questions with the facts and places that an answer needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class CaseError(ValueError):
    """A case that does not follow the schema; the message names the file and the case."""


@dataclass(frozen=True)
class Place:
    """An acceptable place of the answer: a locator of a document, or an article with perhaps a paragraph."""

    document: str
    locator: str | None = None
    article: str | None = None
    paragraph: str | None = None

    def holds(self, document: str, locator: str) -> bool:
        """Whether a citation (document key, locator without the document's name) lies in this place."""
        if squeeze(document) != squeeze(self.document):
            return False
        wanted = self.locator or f"art. {self.article}"
        if self.paragraph:
            wanted += f" {self.paragraph}" if self.paragraph.startswith("(") else f", para. {self.paragraph}"
        inside = locator == wanted or locator.startswith((f"{wanted},", f"{wanted} "))
        # A provision that is quoted whole holds its sub-paragraphs.
        return inside or wanted.startswith(f"{locator} (")


@dataclass(frozen=True)
class Case:
    """One question. Every entry of `facts` must be in the answer; an entry lists alternatives.

    `gold` places suffice one for all, except for comparisons and multi-hop questions, which need each.
    """

    id: str
    question: str
    language: str
    kind: str
    answerable: bool
    facts: tuple[tuple[str, ...], ...] = ()
    gold: tuple[Place, ...] = ()
    history: tuple[str, ...] = ()
    why: str = ""

    @property
    def needs_each(self) -> bool:
        """Whether all gold places are needed, not one of them."""
        return self.kind in ("comparison", "multi-hop")


def load_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises `CaseError` with the file and the case."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CaseError(f"{path} can't be read: {error}") from None
    if not isinstance(raw, list):
        raise CaseError(f"{path} must hold a list of cases.")
    cases = [_case(entry, path) for entry in raw]
    if len({case.id for case in cases}) < len(cases):
        raise CaseError(f"{path} uses an id twice.")
    return cases


def _case(raw: Mapping[str, Any], path: Path) -> Case:
    known = {"id", "question", "language", "kind", "answerable", "facts", "gold", "history", "why", "derived"}
    try:
        if unknown := set(raw) - known:
            raise CaseError(f"{path}, {raw.get('id')}: unknown fields {', '.join(sorted(unknown))}.")
        return Case(
            id=str(raw["id"]),
            question=raw["question"].strip(),
            language=raw["language"],
            kind=raw["kind"],
            answerable=bool(raw["answerable"]),
            facts=tuple(tuple(str(fact) for fact in alternatives) for alternatives in raw.get("facts", ())),
            gold=tuple(Place(**{name: str(value) for name, value in place.items()}) for place in raw.get("gold", ())),
            history=tuple(raw.get("history", ())),
            why=raw.get("why", ""),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CaseError(f"{path}, {raw}: {error!r} does not follow the schema.") from None


def squeeze(text: str) -> str:
    """Text for comparison: case, width, white space, dashes and most punctuation made equal."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[‐-―−]", "-", text)
    text = re.sub(r"[“”\"'’‘«»,;:()\[\]]", " ", text)
    return " ".join(text.split())
