"""Question sets: files (YAML or JSON Lines) of questions with the facts and places that an answer needs
(docs/formats.md)."""

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
from eval.wording import normalize_text

if TYPE_CHECKING:
    from eval.runs.records import Cited

KINDS = (
    *("fact", "number", "schedule", "documents", "mandate", "annotation", "definition", "article"),
    *("comparison", "multi-hop", "follow-up", "typo", "false-premise"),
    *("who", "date", "deadline", "place", "list", "reason", "yes-no", "recommendation", "table", "metadata", "summary"),
    *("unanswerable", "not-held", "nonexistent", "out-of-scope", "hostile"),
    *("near-miss", "wrong-year", "nonexistent-place", "off-topic"),
)
"""The kinds of questions. Most of the last nine have no answer; one with a typo or a false premise may have one."""
FAR = frozenset({"off-topic", "out-of-scope"})
"""Kinds of questions without an answer whose subject is not in the documents; the others narrowly miss what is."""
Stretch = tuple[str, int, int]
"""A character range of a stored document: document id, start, end."""
MAX_TEXT = 2_000
"""Maximum characters of a question, and of any other text of a case."""
MAX_LIST = 50
"""Maximum entries of a list of a case."""


class EvaluationError(ValueError):
    """A fault in the input of an evaluation, as a sentence for the user; trying again without a change does not help."""


def _check_alternative(value: object) -> str:
    text = "" if isinstance(value, bool | dict | list | None) else str(value).strip()[:MAX_TEXT]
    if not normalize_text(text):
        raise ValueError("must be a text, a number or a date; write yes, no, on and off between quotation marks")
    return text


_Text = Annotated[str, StringConstraints(strict=True, max_length=MAX_TEXT)]
_NonEmptyText = Annotated[_Text, StringConstraints(strip_whitespace=True, min_length=1)]
_TextList = Annotated[tuple[_NonEmptyText, ...], Len(0, MAX_LIST)]
_Fact = Annotated[
    tuple[Annotated[str, BeforeValidator(_check_alternative)], ...],
    Len(1, MAX_LIST),
    BeforeValidator(lambda given: given if isinstance(given, list | tuple) else [given]),
]
"""Alternatives, or one text, number or date."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", coerce_numbers_to_str=True))
class Place:
    """An acceptable place of the answer: a locator of a document, an article with perhaps a paragraph, or words
    (`span`).

    `document` is the document's key; for a place given by words it may be the file's name without its suffix. Words
    are looked up in the documents once (`eval.gold_spans.locate_gold`); `found` is where they are, None before the
    lookup. `others` are places that state the same: where a question needs each of its places, any of them can stand
    in for this one."""

    document: Annotated[str, StringConstraints(min_length=1)]
    locator: str | None = None
    article: str | None = None
    paragraph: str | None = None
    others: Annotated[tuple[Place, ...], Len(0, MAX_LIST), Field(validation_alias=AliasChoices("or", "others"))] = ()
    span: Annotated[_Text, StringConstraints(pattern=r"^$|\S")] = ""
    found: tuple[Stretch, ...] | None = None

    @property
    def as_locator(self) -> str:
        """The place as a locator."""
        wanted = self.locator or (f"art. {self.article}" if self.article else self.span)
        if self.paragraph:
            wanted += f" {self.paragraph}" if self.paragraph.startswith("(") else f", para. {self.paragraph}"
        return wanted

    @property
    def acceptable(self) -> tuple[Place, ...]:
        """This place by itself, followed by the others that can stand in for it."""
        return (replace(self, others=()), *self.others)

    @property
    def is_located(self) -> bool:
        """Whether citations can be compared with this place: not before its words have been looked up."""
        return all(not each.span or each.found is not None for each in self.acceptable)

    def is_in(self, document: str, source: str = "") -> bool:
        """Whether a document, given by key and id, is the one that this place is in; `others` are not considered."""
        if self.span:
            return any(source == each for each, _, _ in self.found or ())
        return normalize_text(document) == normalize_text(self.document)

    def contains(self, document: str, locator: str, at: Stretch | None = None) -> bool:
        """Whether a citation (document key, locator without the document's name, characters) lies in this place.

        For a place given by words only the characters count, since several paragraphs may share a locator: one
        character in common is enough, and a citation without character offsets lies in no such place."""
        if any(other.contains(document, locator, at) for other in self.others):
            return True
        if self.span:
            return at is not None and any(_overlap(at, each) for each in self.found or ())
        if not self.is_in(document):
            return False
        own = self.as_locator
        inside = locator == own or locator.startswith((f"{own},", f"{own} "))
        # A provision that is quoted as a whole contains its sub-paragraphs.
        return inside or own.startswith(f"{locator} (")


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Case:
    """One question, with the fields of docs/formats.md ("Question sets"). `document` is what it is about, by key or by
    the file's name without its suffix: cases about one document are not independent samples. `needs` names, in the
    same way, the documents that must be in the library, including `document` and those of the gold places. A
    `held_out` case counts in the figures, but nothing is tuned on it: no report shows its answer."""

    id: Annotated[_Text, StringConstraints(pattern=r"^[A-Za-z0-9][\w.-]{0,63}$")]
    question: _NonEmptyText
    language: Language
    kind: _NonEmptyText
    answerable: StrictBool
    facts: Annotated[tuple[_Fact, ...], Len(0, MAX_LIST)] = ()
    gold: Annotated[tuple[Place, ...], Len(0, MAX_LIST)] = ()
    history: _TextList = ()
    why: _Text = ""
    derived: StrictBool = False
    needs: _TextList = ()
    corpus: _Text = ""
    held_out: StrictBool = False
    review: StrictBool = False
    note: _Text = ""
    document: Annotated[_Text, StringConstraints(strip_whitespace=True)] = ""

    @property
    def cluster(self) -> str:
        """The unit of resampling that the case belongs to: all cases about its document, or the case alone."""
        return self.document or f"case {self.id}"

    @property
    def has_located_gold(self) -> bool:
        """Whether there are gold places and citations can be compared with all of them."""
        return bool(self.gold) and all(place.is_located for place in self.gold)

    def is_gold_citation(self, cited: Cited) -> bool:
        """Whether a citation lies in a gold place."""
        return any(place.contains(cited.document, cited.locator, cited.at) for place in self.gold)

    @property
    def near_miss(self) -> bool:
        """Whether the case has no answer although its subject is in the documents."""
        return not self.answerable and self.kind not in FAR

    @property
    def needs_all_places(self) -> bool:
        """Whether all gold places are needed, not only one of them."""
        return self.kind in ("comparison", "multi-hop")


def read_yaml(path: Path, parse: Callable[[str], Any] = yaml.safe_load) -> Any:
    """Parses a file, as YAML by default. Raises `EvaluationError` where it can't be read."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise EvaluationError(f"{path} cannot be read: {' '.join(str(error).split())}") from None


_CASES_DIR = Path(__file__).parent / "cases"
COMPARISONS, ORIGINS, TOPICS, TOPIC_PARAGRAPHS, MANDATES = (
    _CASES_DIR / f"{name}.jsonl" for name in ("comparison", "origins", "topics", "topic_paragraphs", "mandates")
)
"""Files of labels, not question sets: pairs of texts, origins of paragraphs, topics, requests and decisions."""


def shipped_sets() -> dict[str, Path]:
    """The question sets that come with the project, as name to file."""
    labels = (COMPARISONS, ORIGINS, TOPICS, TOPIC_PARAGRAPHS, MANDATES)
    found = sorted(_CASES_DIR.iterdir())
    return {path.stem: path for path in found if path.suffix in (".yaml", ".jsonl") and path not in labels}


def find_question_file(name: str) -> Path:
    """Finds the file of a question set, shipped, by name, or any other, by path. Raises `EvaluationError`."""
    shipped = shipped_sets()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise EvaluationError(f"--set {name}: there is no such file, and the shipped sets are {', '.join(shipped)}.")
    return path


def load_cases(path: Path) -> list[Case]:
    """Loads the cases of a file. Raises `EvaluationError` with the file and what is wrong in which case."""
    cases, faults = read_cases(path)
    if faults:
        more = f" And {len(faults) - 10} more." if len(faults) > 10 else ""
        raise EvaluationError(" ".join(faults[:10]) + more)
    return cases


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """Reads the cases of a file that follow the schema, and a sentence for each fault, with file, case and, for JSON
    Lines (`.jsonl`), line. Raises `EvaluationError` where the file as a whole can't be read."""
    is_json_lines = path.suffix == ".jsonl"
    # Only line feeds end a line: texts may contain other characters that `splitlines` would break at.
    raw = read_yaml(path, (lambda text: text.split("\n")) if is_json_lines else yaml.safe_load)
    try:
        question_set = _Set.model_validate(raw if isinstance(raw, dict) else {"cases": raw})
    except ValidationError as error:
        raise EvaluationError(f"{path} must contain a list of cases: {describe_error(error)}") from None
    cases: dict[str, Case] = {}
    faults: list[str] = []
    for n, entry in enumerate(question_set.cases, 1):
        if is_json_lines and not entry.strip():
            continue
        try:
            entry = json.loads(entry) if is_json_lines else entry
            case = _parse_case(entry, question_set)
        except (ValueError, RecursionError) as error:
            faults.append(f"{path}, {_name_entry(n, entry, is_json_lines)}: {describe_error(error)}")
            continue
        if case.id in cases:
            faults.append(f"{path} uses an id twice: {case.id}.")
        cases.setdefault(case.id, case)
    return list(cases.values()), faults


def describe_error(error: ValueError | RecursionError) -> str:
    """Describes the first fault of a value, and where in it: `passages 1, text: Field required.`"""
    if not isinstance(error, ValidationError):
        bare = isinstance(error, json.JSONDecodeError | RecursionError)
        return f"{'it is not JSON: ' if bare else ''}{error}."
    first = error.errors(include_url=False, include_input=False)[0]
    steps = (f" {step + 1}" if isinstance(step, int) else f", {step}" for step in first["loc"])
    place = "".join(steps).removeprefix(", ")
    return f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}."


def _name_entry(number: int, entry: object, is_json_lines: bool) -> str:
    """Names a case that does not follow the schema: by its line and its id, if any."""
    raw_id = entry.get("id") if isinstance(entry, dict) else None
    name = raw_id[:64] if isinstance(raw_id, str) else ""
    return f"line {number}{name and f', {name}'}" if is_json_lines else name or f"case number {number}"


class _Set(BaseModel):
    """A file of cases, as written."""

    model_config = ConfigDict(extra="forbid")
    cases: list[Any]
    corpus: _Text = ""
    needs: _TextList = ()


def _parse_case(raw: object, shared: _Set) -> Case:
    """Builds a case from its written form. Raises `ValueError` for what does not follow the schema."""
    if not isinstance(raw, dict):
        raise ValueError("this is no case: a case is a mapping of fields")
    fields = {name: value for name, value in raw.items() if value is not None}
    if isinstance(places := fields.get("gold"), list):
        fields["gold"] = [_with_document(each, raw.get("document")) for each in places]
    case = _CASE.validate_python(fields)
    document = case.document
    needs = [*shared.needs, *case.needs, *([document] if document else [])]
    # Where the document in question is named, documents that state the same are not needed.
    needs += [each.document for place in case.gold for each in ([place] if document else place.acceptable)]
    needs = list({normalize_text(need): need for need in reversed(needs)}.values())[::-1]
    return replace(case, needs=tuple(needs), corpus=case.corpus or shared.corpus)


def _with_document(place: object, document: object) -> object:
    """Fills in the document of the case for a place, and for its alternatives, that name no document."""
    if not isinstance(place, dict):
        return place
    others = place.get("or")
    alternatives = {"or": [_with_document(each, document) for each in others]} if isinstance(others, list) else {}
    return {"document": document, **place, **alternatives}


_CASE = TypeAdapter(Case)
