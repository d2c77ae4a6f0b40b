"""Question sets: YAML files of questions with the facts and places that an answer needs. See docs/formats.md."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from corpus.documents import LANGUAGES
from eval.wording import squeeze as squeeze

KINDS = (
    *("fact", "number", "schedule", "documents", "mandate", "annotation", "definition", "article"),
    *("comparison", "multi-hop", "follow-up", "typo", "false-premise"),
    *("unanswerable", "not-held", "nonexistent", "out-of-scope", "hostile"),
)
"""What sort of question it is. Most of the last five have no answer; a typo or a false premise may have one."""
MAX_TEXT = 2_000
"""Characters of a question, and of any other text of a case."""
MAX_LIST = 50
"""Entries of a list of a case."""

_FIELDS = ("id", "question", "language", "kind", "answerable", "facts", "gold", "history", "why", "derived", "needs",
           "corpus", "held_out", "review", "note")  # fmt: skip
_SET_FIELDS = ("corpus", "needs", "cases")
_REPR = reprlib.Repr()
_REPR.maxstring = 80
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")


class CaseError(ValueError):
    """A case that does not follow the schema; the message names the file and the case."""


@dataclass(frozen=True)
class Place:
    """An acceptable place of the answer: a locator of a document, or an article with perhaps a paragraph.

    `others` are places that say the same: for a question that needs each of its places, any of them will do for this.
    """

    document: str
    locator: str | None = None
    article: str | None = None
    paragraph: str | None = None
    others: tuple[Place, ...] = ()

    @property
    def wanted(self) -> str:
        """The place as a locator."""
        wanted = self.locator or f"art. {self.article}"
        if self.paragraph:
            wanted += f" {self.paragraph}" if self.paragraph.startswith("(") else f", para. {self.paragraph}"
        return wanted

    @property
    def each(self) -> tuple[Place, ...]:
        """This place by itself, and the others."""
        return (replace(self, others=()), *self.others)

    def holds(self, document: str, locator: str) -> bool:
        """Whether a citation (document key, locator without the document's name) lies in this place."""
        if any(other.holds(document, locator) for other in self.others):
            return True
        if squeeze(document) != squeeze(self.document):
            return False
        wanted = self.wanted
        inside = locator == wanted or locator.startswith((f"{wanted},", f"{wanted} "))
        # A provision that is quoted whole holds its sub-paragraphs.
        return inside or wanted.startswith(f"{locator} (")


@dataclass(frozen=True)
class Case:
    """One question. Every entry of `facts` must be in the answer; an entry lists alternatives (`eval.wording.says`).

    `gold` places suffice one for all, except for comparisons and multi-hop questions, which need each. `derived` facts
    are composed or computed and need not be printed in a gold place. `needs` are keys of the documents that must be
    held for the case to make sense, those of the gold places among them; `corpus` names the collection that it is
    about. Of a case that is `held_out` it is counted whether it is right, but nobody tunes by it: no report shows what was
    answered. A case under `review` was made from feedback and nobody has checked it yet.
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
    derived: bool = False
    needs: tuple[str, ...] = ()
    corpus: str = ""
    held_out: bool = False
    review: bool = False
    note: str = ""

    @property
    def needs_each(self) -> bool:
        """Whether all gold places are needed, not one of them."""
        return self.kind in ("comparison", "multi-hop")


def shipped_sets() -> dict[str, Path]:
    """The question sets that come with the project, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))}


def load_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises `CaseError` with the file and what is wrong in which case."""
    cases, faults = read_cases(path)
    if faults:
        more = f" And {len(faults) - 10} more." if len(faults) > 10 else ""
        raise CaseError(" ".join(faults[:10]) + more)
    return cases


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """The cases of a file that follow the schema, and a sentence for each fault; each sentence names file and case.

    Raises `CaseError` where the file as a whole can't be read.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise CaseError(f"{path} can't be read: {' '.join(str(error).split())}") from None
    shared: dict[str, Any] = {}
    if isinstance(raw, dict) and isinstance(raw.get("cases"), list):
        if unknown := {str(name) for name in raw} - set(_SET_FIELDS):
            raise CaseError(f"{path}: unknown fields {', '.join(sorted(unknown))} beside the cases.")
        shared = {name: value for name, value in raw.items() if name != "cases"}
        raw = raw["cases"]
    if not isinstance(raw, list):
        raise CaseError(f"{path} must hold a list of cases.")
    cases: list[Case] = []
    faults: list[str] = []
    seen: set[str] = set()
    for n, entry in enumerate(raw, 1):
        name = _name(entry, n)
        try:
            case = _case(entry, shared)
        except _Fault as fault:
            faults.append(f"{path}, {name}: {fault}")
            continue
        if case.id in seen:
            faults.append(f"{path} uses an id twice: {case.id}.")
            continue
        seen.add(case.id)
        cases.append(case)
    return cases, faults


class _Fault(Exception):
    """What is wrong with a case, as a sentence."""


def _name(entry: object, n: int) -> str:
    given = entry.get("id") if isinstance(entry, dict) else None
    return given[:64] if isinstance(given, str) and given else f"case number {n}"


def _case(raw: object, shared: Mapping[str, Any]) -> Case:
    if not isinstance(raw, dict):
        raise _Fault(f"{_short(raw)} is no case; it does not follow the schema.")
    if unknown := {str(name) for name in raw} - set(_FIELDS):
        raise _Fault(f"unknown fields {', '.join(sorted(unknown))}.")
    for name in ("id", "question", "language", "kind", "answerable"):
        if name not in raw:
            raise _Fault(f"the field '{name}' is missing.")
    name = _text(raw, "id")
    if not _ID.fullmatch(name):
        raise _Fault(f"the id {name!r} may hold letters, digits, '.', '_' and '-', at most 64.")
    language = _text(raw, "language")
    if language not in LANGUAGES:
        raise _Fault(f"the language {language!r} is none of {', '.join(LANGUAGES)}.")
    gold = tuple(_place(each) for each in _list(raw, "gold"))
    needs = [*_texts(shared, "needs"), *_texts(raw, "needs"), *(each.document for place in gold for each in place.each)]
    return Case(
        id=name,
        question=_text(raw, "question").strip(),
        language=language,
        kind=_text(raw, "kind"),
        answerable=_flag(raw, "answerable"),
        facts=tuple(_alternatives(each) for each in _list(raw, "facts")),
        gold=gold,
        history=tuple(_texts(raw, "history")),
        why=_text(raw, "why", ""),
        derived=_flag(raw, "derived"),
        needs=tuple({squeeze(need): need for need in reversed(needs)}.values())[::-1],
        corpus=_text(raw, "corpus", "") or _text(shared, "corpus", ""),
        held_out=_flag(raw, "held_out"),
        review=_flag(raw, "review"),
        note=_text(raw, "note", ""),
    )


def _alternatives(raw: object) -> tuple[str, ...]:
    """A fact: alternatives, or one text, number or date."""
    given = raw if isinstance(raw, list) else [raw]
    if not given or len(given) > MAX_LIST:
        raise _Fault(f"the fact {_short(raw)} must list between 1 and {MAX_LIST} alternatives.")
    made = tuple("" if isinstance(each, bool | dict | list | None) else str(each).strip()[:MAX_TEXT] for each in given)
    if not all(squeeze(each) for each in made):
        raise _Fault(
            f"the fact {_short(raw)} does not follow the schema: alternatives are texts, numbers or dates. "
            "Write yes, no, on and off between quotation marks."
        )
    return made


def _place(raw: object, *, inner: bool = False) -> Place:
    known = ("document", "locator", "article", "paragraph")
    if not isinstance(raw, dict):
        raise _no_place(raw)
    own = {name: value for name, value in raw.items() if name != "or" or inner}
    if (
        set(own) - set(known)
        or not own.get("document")
        or not all(isinstance(v, str | int | float) for v in own.values())
    ):
        raise _no_place(raw)
    others = tuple(_place(each, inner=True) for each in _list(raw, "or"))
    return Place(**{name: str(value) for name, value in own.items()}, others=others)


def _no_place(raw: object) -> _Fault:
    return _Fault(
        f"the place {_short(raw)} does not follow the schema: it has a document and either a locator, or an article and "
        "perhaps a paragraph; other places that say the same may follow in a list 'or'."
    )


def _text(raw: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = raw.get(name, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (default is None and not value.strip()) or len(value) > MAX_TEXT:
        raise _Fault(
            f"the field '{name}' does not follow the schema: it must be a text of at most {MAX_TEXT} characters."
        )
    return value


def _list(raw: Mapping[str, Any], name: str) -> Sequence[object]:
    value = raw.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise _Fault(f"the field '{name}' does not follow the schema: it must be a list of at most {MAX_LIST} entries.")
    return value


def _texts(raw: Mapping[str, Any], name: str) -> list[str]:
    return [_text({name: each}, name).strip() for each in _list(raw, name)]


def _flag(raw: Mapping[str, Any], name: str) -> bool:
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise _Fault(f"the field '{name}' does not follow the schema: it must be true or false.")
    return value


def _short(raw: object) -> str:
    """A value as a fault shows it: bounded, for YAML can make small files into huge values."""
    text = _REPR.repr(raw)
    return text if len(text) <= 120 else f"{text[:117]}..."
