"""Answers of evaluated systems in one form: claims, citations, retrieved passages, time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, TypeAdapter, ValidationError

from eval.cases import EvaluationError, Stretch, describe_error

Status = Literal["answered", "partial", "tentative", "not_found", "refused", "failed"]
JOIN = "; "
"""Separator of the locators of a retrieved passage that covers several places."""


def _check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


Text = Annotated[str, PlainValidator(_check_text)]
"""Any text; servers may send lone surrogates."""


@dataclass(frozen=True)
class Cited:
    """One citation. `document` is the document's key, `locator` the place in it without the document's name, `text` the
    cited passage around the quote. `start` and `end` are character offsets of `quote` in the canonical text of
    `source`, the id of the document's language version and edition; None where the system gives none."""

    document: Text
    locator: Text
    quote: Text
    start: int | None = None
    end: int | None = None
    text: Text = ""
    source: Text = ""

    @property
    def at(self) -> Stretch | None:
        """The cited characters, None where the system gives none."""
        if not self.source or self.start is None or self.end is None:
            return None
        return self.source, self.start, self.end


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer, its verdict (as in `assistant.qa.answer`), and indexes into the citations."""

    text: Text
    verdict: Text
    cited: tuple[int, ...] = ()


@dataclass(frozen=True)
class Record:
    """The answer of one system to one case.

    `ranked` are the retrieved passages, best first, as (document key, locator); the locators of a passage that covers
    several places are joined with `JOIN`, `places` splits them. `stretches` are the characters of each of these
    passages; older stored records have none. `confidence` orders the answers of one system by certainty, higher is
    more certain; None where the system gives none. `probability` is the probability that the system gives for having
    found an answer, 0 to 1, or None. `ms` is the time in milliseconds that the user waits. A `failed` record says in
    `error` what went wrong. `raw` is what the system sent, any JSON value."""

    case: Text
    system: Text
    status: Status
    claims: tuple[Claim, ...] = ()
    citations: tuple[Cited, ...] = ()
    ranked: tuple[tuple[Text, Text], ...] = ()
    confidence: float | None = None
    probability: float | None = None
    ms: float = 0.0
    error: Text = ""
    raw: Any = None
    stretches: tuple[Stretch, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the record answers; otherwise it shows the closest passages, abstains or failed."""
        return self.status in ("answered", "partial") and bool(self.claims)

    @property
    def shown(self) -> bool:
        """Whether the record shows any statement, as an answer or as the closest passages."""
        return self.status in ("answered", "partial", "tentative") and bool(self.claims)

    @property
    def places(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """For each retrieved passage, best first, the places that it covers, as (document key, locator)."""
        return tuple(tuple((document, each) for each in locators.split(JOIN)) for document, locators in self.ranked)

    def cited_by(self, *claims: Claim) -> list[Cited]:
        """The citations that claims use, each once, in the order of their numbers."""
        used = {n for claim in claims for n in claim.cited}
        return [cited for n, cited in enumerate(self.citations) if n in used]

    def to_json(self) -> dict[str, Any]:
        """The form of one line of a run's `answers.jsonl`."""
        return {**asdict(self), "ms": round(self.ms, 3)}

    @classmethod
    def from_json(cls, raw: Any) -> Record:
        """A record from its stored form. Raises `EvaluationError`, which says what is wrong with it."""
        try:
            record = _RECORD.validate_python(raw)
        except ValidationError as error:
            raise EvaluationError(f"a record has the wrong form: {describe_error(error)}") from None
        if any(not 0 <= n < len(record.citations) for claim in record.claims for n in claim.cited):
            raise EvaluationError(f"case {record.case!r}: a claim cites what is not there.")
        if record.stretches and len(record.stretches) != len(record.ranked):
            raise EvaluationError(f"case {record.case!r}: not every passage that was retrieved says where it is.")
        return record


_RECORD = TypeAdapter(Record)
