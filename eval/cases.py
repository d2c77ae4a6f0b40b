"""Question sets: files (YAML or JSON Lines) of questions with the facts and places that an answer needs. See
docs/formats.md."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from corpus.documents import LANGUAGES
from eval.wording import squeeze as squeeze

KINDS = (
    *("fact", "number", "schedule", "documents", "mandate", "annotation", "definition", "article"),
    *("comparison", "multi-hop", "follow-up", "typo", "false-premise"),
    *("who", "date", "deadline", "place", "list", "reason", "yes-no", "recommendation", "table", "metadata", "summary"),
    *("unanswerable", "not-held", "nonexistent", "out-of-scope", "hostile"),
    *("near-miss", "wrong-year", "nonexistent-place", "off-topic"),
)
"""What sort of question it is. Most of the last nine have no answer; a typo or a false premise may have one."""
FAR = frozenset({"off-topic", "out-of-scope"})
"""Kinds of questions without an answer that are about something else; the others just miss what the documents say."""
Stretch = tuple[str, int, int]
"""Characters of a held document: its id, where they start, where they end."""
MAX_TEXT = 2_000
"""Characters of a question, and of any other text of a case."""
MAX_LIST = 50
"""Entries of a list of a case."""

_FIELDS = ("id", "document", "question", "language", "kind", "answerable", "facts", "gold", "history", "why", "derived",
           "needs", "corpus", "held_out", "review", "note")  # fmt: skip
_SET_FIELDS = ("corpus", "needs", "cases")
_REPR = reprlib.Repr()
_REPR.maxstring = 80
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")


class EvaluationError(ValueError):
    """What is wrong with what an evaluation was given, as a sentence; permanent until that changes."""


class CaseError(EvaluationError):
    """A case that does not follow the schema; the message names the file and the case."""


@dataclass(frozen=True)
class Place:
    """An acceptable place of the answer: a locator of a document, an article with perhaps a paragraph, or words (`span`).

    `document` is the document's key; of a place by words it may be the file's name without its suffix. Words are looked up
    in the documents once (`eval.gold_spans.located`); `found` is where they stand, None where nobody has looked.
    `others` are places that say the same: for a question that needs each of its places, any of them will do for this.
    """

    document: str
    locator: str | None = None
    article: str | None = None
    paragraph: str | None = None
    others: tuple[Place, ...] = ()
    span: str = ""
    found: tuple[Stretch, ...] | None = None

    @property
    def wanted(self) -> str:
        """The place as a locator."""
        wanted = self.locator or (f"art. {self.article}" if self.article else self.span)
        if self.paragraph:
            wanted += f" {self.paragraph}" if self.paragraph.startswith("(") else f", para. {self.paragraph}"
        return wanted

    @property
    def each(self) -> tuple[Place, ...]:
        """This place by itself, and the others."""
        return (replace(self, others=()), *self.others)

    @property
    def known(self) -> bool:
        """Whether it can be told what lies in this place: not of words that nobody has looked up."""
        return all(not each.span or each.found is not None for each in self.each)

    def is_of(self, document: str, source: str = "") -> bool:
        """Whether a document, by its key and id, is the one that this place is in; the others are not looked at."""
        if self.span:
            return any(source == each for each, _, _ in self.found or ())
        return squeeze(document) == squeeze(self.document)

    def holds(self, document: str, locator: str, at: Stretch | None = None) -> bool:
        """Whether a citation (document key, locator without the document's name, characters) lies in this place.

        Of a place by words the characters alone decide, since several paragraphs may share a locator: one character in
        common will do, and a citation that does not give its characters lies in none.
        """
        if any(other.holds(document, locator, at) for other in self.others):
            return True
        if self.span:
            return at is not None and any(_meet(at, each) for each in self.found or ())
        if not self.is_of(document):
            return False
        wanted = self.wanted
        inside = locator == wanted or locator.startswith((f"{wanted},", f"{wanted} "))
        # A provision that is quoted whole holds its sub-paragraphs.
        return inside or wanted.startswith(f"{locator} (")


def _meet(one: Stretch, other: Stretch) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


class Citing(Protocol):
    """What cites a place of a document, by its characters where these are known."""

    @property
    def document(self) -> str: ...
    @property
    def locator(self) -> str: ...
    @property
    def at(self) -> Stretch | None: ...


@dataclass(frozen=True)
class Case:
    """One question. Every entry of `facts` must be in the answer; an entry lists alternatives (`eval.wording.says`).

    `gold` places suffice one for all, except for comparisons and multi-hop questions, which need each. `derived` facts
    are composed or computed and need not be printed in a gold place. `document` is what the question is about, by key or
    by its file's name without the suffix: cases about one document are no independent draws. `needs` name, likewise, the
    documents that must be held for the case to make sense, that one and those of the gold places among them;
    `corpus` names the collection that it is about. Of a case that is `held_out` it is counted whether it is right, but
    nobody tunes by it: no report shows what was answered. A case under `review` was made from feedback and nobody
    has checked it yet.
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
    document: str = ""

    @property
    def cluster(self) -> str:
        """What is drawn as a whole where cases are drawn: all cases about a document, else this case alone."""
        return self.document or f"case {self.id}"

    @property
    def placed(self) -> bool:
        """Whether there are gold places, and it can be told what lies in them."""
        return bool(self.gold) and all(place.known for place in self.gold)

    def wants(self, cited: Citing) -> bool:
        """Whether what is cited lies in a gold place."""
        return any(place.holds(cited.document, cited.locator, cited.at) for place in self.gold)

    @property
    def near_miss(self) -> bool:
        """Whether the case has no answer although it asks for what the documents speak of."""
        return not self.answerable and self.kind not in FAR

    @property
    def needs_each(self) -> bool:
        """Whether all gold places are needed, not one of them."""
        return self.kind in ("comparison", "multi-hop")


def read_yaml(path: Path, fault: type[EvaluationError]) -> Any:
    """What a YAML file holds. Raises `fault` where it can't be read."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise fault(f"{path} can't be read: {' '.join(str(error).split())}") from None


_CASES = Path(__file__).parent / "cases"
COMPARED, ORIGINS, TOPICS, MANDATES = (
    _CASES / f"{name}.jsonl" for name in ("comparison", "origins", "topics", "mandates")
)
"""Labels of texts that are compared, of where words come from, of what is said on topics, of requests and decisions: no question
sets."""


def shipped_sets() -> dict[str, Path]:
    """The question sets that come with the project, by name."""
    labels = (COMPARED, ORIGINS, TOPICS, MANDATES)
    found = sorted(_CASES.iterdir())
    return {path.stem: path for path in found if path.suffix in (".yaml", ".jsonl") and path not in labels}


def questions_of(name: str) -> Path:
    """The file of a set: one that ships, by name, or any other by path. Raises `EvaluationError` for neither."""
    shipped = shipped_sets()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise EvaluationError(f"--set {name}: there is no such file, and the shipped sets are {', '.join(shipped)}.")
    return path


def load_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises `CaseError` with the file and what is wrong in which case."""
    cases, faults = read_cases(path)
    if faults:
        more = f" And {len(faults) - 10} more." if len(faults) > 10 else ""
        raise CaseError(" ".join(faults[:10]) + more)
    return cases


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """The cases of a file that follow the schema, and a sentence for each fault; each sentence names the file and the case,
    of a file of JSON Lines (`.jsonl`) also its line.

    Raises `CaseError` where the file as a whole can't be read.
    """
    shared: dict[str, Any] = {}
    if path.suffix == ".jsonl":
        try:
            entries = list(_lines(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise CaseError(f"{path} can't be read: {error}") from None
    else:
        shared, entries = _entries(path, read_yaml(path, CaseError))
    cases: list[Case] = []
    faults: list[str] = []
    seen: set[str] = set()
    for name, entry in entries:
        try:
            if isinstance(entry, _Fault):
                raise entry
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


def _entries(path: Path, raw: Any) -> tuple[dict[str, Any], list[tuple[str, object]]]:
    """What the cases of a YAML file share, and the cases with their names."""
    shared: dict[str, Any] = {}
    if isinstance(raw, dict) and isinstance(raw.get("cases"), list):
        if unknown := {str(name) for name in raw} - set(_SET_FIELDS):
            raise CaseError(f"{path}: unknown fields {', '.join(sorted(unknown))} beside the cases.")
        shared = {name: value for name, value in raw.items() if name != "cases"}
        raw = raw["cases"]
    if not isinstance(raw, list):
        raise CaseError(f"{path} must hold a list of cases.")
    return shared, [(_name(entry) or f"case number {n}", entry) for n, entry in enumerate(raw, 1)]


def _lines(text: str) -> Iterator[tuple[str, object]]:
    """The cases of JSON Lines with their names; of a line that is no JSON what is wrong with it."""
    # Lines end at line feeds alone: texts may hold other characters that `splitlines` takes for ends.
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        entry: object
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            entry = _Fault(f"it is not JSON: {error}.")
        name = _name(entry)
        yield f"line {n}, {name}" if name else f"line {n}", entry


class _Fault(Exception):
    """What is wrong with a case, as a sentence."""


def _name(entry: object) -> str:
    """The id of a case that may be none, empty where it gives none."""
    given = entry.get("id") if isinstance(entry, dict) else None
    return given[:64] if isinstance(given, str) else ""


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
    document = _text(raw, "document", "").strip()
    gold = tuple(_place(each, document) for each in _list(raw, "gold"))
    needs = [*_texts(shared, "needs"), *_texts(raw, "needs"), *([document] if document else [])]
    # Whoever names the document that is asked about can do without those that say the same.
    needs += [each.document for place in gold for each in ([place] if document else place.each)]
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
        document=document,
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


def _place(raw: object, document: str = "", *, inner: bool = False) -> Place:
    """A place; one that names no document is in the `document` of its case."""
    known = ("document", "locator", "article", "paragraph", "span")
    if not isinstance(raw, dict):
        raise _no_place(raw)
    own = {name: value for name, value in raw.items() if name != "or" or inner}
    own.setdefault("document", document)
    span = own.get("span")
    if (
        set(own) - set(known)
        or not own["document"]
        or not all(isinstance(v, str | int | float) for v in own.values())
        or ("span" in own and (not isinstance(span, str) or not span.strip() or len(span) > MAX_TEXT))
    ):
        raise _no_place(raw)
    others = tuple(_place(each, document, inner=True) for each in _list(raw, "or"))
    given = {name: str(value) for name, value in own.items()}
    return Place(
        document=given["document"],
        locator=given.get("locator"),
        article=given.get("article"),
        paragraph=given.get("paragraph"),
        others=others,
        span=given.get("span", ""),
    )


def _no_place(raw: object) -> _Fault:
    return _Fault(
        f"the place {_short(raw)} does not follow the schema: it has a document and either a locator, or an article and "
        "perhaps a paragraph, or the words themselves ('span'); other places that say the same may follow in a list 'or'."
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
