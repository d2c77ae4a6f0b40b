"""Question sets: files (YAML or JSON Lines) of questions with the facts and places that an answer needs. See
docs/formats.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from annotated_types import Len
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)  # fmt: skip
from pydantic.dataclasses import dataclass

from corpus.documents import Language
from eval.wording import squeeze as squeeze

if TYPE_CHECKING:
    from eval.runs.records import Cited

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


class EvaluationError(ValueError):
    """What is wrong with what an evaluation was given, as a sentence; permanent until that changes."""


def _alternative(value: object) -> str:
    said = "" if isinstance(value, bool | dict | list | None) else str(value).strip()[:MAX_TEXT]
    if not squeeze(said):
        raise ValueError("must be a text, a number or a date; write yes, no, on and off between quotation marks")
    return said


_Text = Annotated[str, StringConstraints(strict=True, max_length=MAX_TEXT)]
_Filled = Annotated[_Text, StringConstraints(strip_whitespace=True, min_length=1)]
_Texts = Annotated[tuple[_Filled, ...], Len(0, MAX_LIST)]
_Fact = Annotated[
    tuple[Annotated[str, BeforeValidator(_alternative)], ...],
    Len(1, MAX_LIST),
    BeforeValidator(lambda given: given if isinstance(given, list | tuple) else [given]),
]
"""Alternatives, or one text, number or date."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", coerce_numbers_to_str=True))
class Place:
    """An acceptable place of the answer: a locator of a document, an article with perhaps a paragraph, or words (`span`).

    `document` is the document's key; of a place by words it may be the file's name without its suffix. Words are looked up
    in the documents once (`eval.gold_spans.located`); `found` is where they stand, None where nobody has looked.
    `others` are places that say the same: for a question that needs each of its places, any of them will do for this.
    """

    document: Annotated[str, StringConstraints(min_length=1)]
    locator: str | None = None
    article: str | None = None
    paragraph: str | None = None
    others: Annotated[tuple[Place, ...], Len(0, MAX_LIST), Field(validation_alias=AliasChoices("or", "others"))] = ()
    span: Annotated[_Text, StringConstraints(pattern=r"^$|\S")] = ""
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


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
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

    id: Annotated[_Text, StringConstraints(pattern=r"^[A-Za-z0-9][\w.-]{0,63}$")]
    question: _Filled
    language: Language
    kind: _Filled
    answerable: StrictBool
    facts: Annotated[tuple[_Fact, ...], Len(0, MAX_LIST)] = ()
    gold: Annotated[tuple[Place, ...], Len(0, MAX_LIST)] = ()
    history: _Texts = ()
    why: _Text = ""
    derived: StrictBool = False
    needs: _Texts = ()
    corpus: _Text = ""
    held_out: StrictBool = False
    review: StrictBool = False
    note: _Text = ""
    document: Annotated[_Text, StringConstraints(strip_whitespace=True)] = ""

    @property
    def cluster(self) -> str:
        """What is drawn as a whole where cases are drawn: all cases about a document, else this case alone."""
        return self.document or f"case {self.id}"

    @property
    def placed(self) -> bool:
        """Whether there are gold places, and it can be told what lies in them."""
        return bool(self.gold) and all(place.known for place in self.gold)

    def wants(self, cited: Cited) -> bool:
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


def read_yaml(path: Path, parse: Callable[[str], Any] = yaml.safe_load) -> Any:
    """What a file of YAML, or of what else is to be parsed, holds. Raises `EvaluationError` where it can't be read."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise EvaluationError(f"{path} can't be read: {' '.join(str(error).split())}") from None


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
    """The cases of a file. Raises `EvaluationError` with the file and what is wrong in which case."""
    cases, faults = read_cases(path)
    if faults:
        more = f" And {len(faults) - 10} more." if len(faults) > 10 else ""
        raise EvaluationError(" ".join(faults[:10]) + more)
    return cases


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """The cases of a file that follow the schema, and a sentence for each fault; each sentence names the file and the case,
    of a file of JSON Lines (`.jsonl`) also its line.

    Raises `EvaluationError` where the file as a whole can't be read.
    """
    lines = path.suffix == ".jsonl"
    # Lines end at line feeds alone: texts may hold other characters that `splitlines` takes for ends.
    raw = read_yaml(path, (lambda text: text.split("\n")) if lines else yaml.safe_load)
    try:
        held = _Set.model_validate(raw if isinstance(raw, dict) else {"cases": raw})
    except ValidationError as error:
        raise EvaluationError(f"{path} must hold a list of cases: {what_is_wrong(error)}") from None
    cases: dict[str, Case] = {}
    faults: list[str] = []
    for n, entry in enumerate(held.cases, 1):
        if lines and not entry.strip():
            continue
        try:
            entry = json.loads(entry) if lines else entry
            case = _case(entry, held)
        except (ValueError, RecursionError) as error:
            faults.append(f"{path}, {_where(n, entry, lines)}: {what_is_wrong(error)}")
            continue
        if case.id in cases:
            faults.append(f"{path} uses an id twice: {case.id}.")
        cases.setdefault(case.id, case)
    return list(cases.values()), faults


def what_is_wrong(error: ValueError | RecursionError) -> str:
    """The first thing that is wrong with a value, and where in it: `passages 1, text: Field required.`"""
    if not isinstance(error, ValidationError):
        bare = isinstance(error, json.JSONDecodeError | RecursionError)
        return f"{'it is not JSON: ' if bare else ''}{error}."
    first = error.errors(include_url=False, include_input=False)[0]
    steps = (f" {step + 1}" if isinstance(step, int) else f", {step}" for step in first["loc"])
    place = "".join(steps).removeprefix(", ")
    return f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}."


def _where(n: int, entry: object, lines: bool) -> str:
    """How a case is called that follows no schema: by its line and its id, if any."""
    given = entry.get("id") if isinstance(entry, dict) else None
    name = given[:64] if isinstance(given, str) else ""
    return f"line {n}{name and f', {name}'}" if lines else name or f"case number {n}"


class _Set(BaseModel):
    """A file of cases, as it is written."""

    model_config = ConfigDict(extra="forbid")
    cases: list[Any]
    corpus: _Text = ""
    needs: _Texts = ()


def _case(raw: object, shared: _Set) -> Case:
    """A case from what is written. Raises `ValueError` for what does not follow the schema."""
    if not isinstance(raw, dict):
        raise ValueError("this is no case: a case is a mapping of fields")
    written = {name: value for name, value in raw.items() if value is not None}
    if isinstance(places := written.get("gold"), list):
        written["gold"] = [_within(each, raw.get("document")) for each in places]
    case = _CASE.validate_python(written)
    document = case.document
    needs = [*shared.needs, *case.needs, *([document] if document else [])]
    # Whoever names the document that is asked about can do without those that say the same.
    needs += [each.document for place in case.gold for each in ([place] if document else place.each)]
    needs = list({squeeze(need): need for need in reversed(needs)}.values())[::-1]
    return replace(case, needs=tuple(needs), corpus=case.corpus or shared.corpus)


def _within(place: object, document: object) -> object:
    """A place, and those beside it, in the document of its case unless it names another one."""
    if not isinstance(place, dict):
        return place
    others = place.get("or")
    made = {"or": [_within(each, document) for each in others]} if isinstance(others, list) else {}
    return {"document": document, **place, **made}


_CASE = TypeAdapter(Case)
