"""What a system answered, in one form for all systems: claims, what they cite, what was retrieved, how long it took."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, TypeAdapter, ValidationError

from eval.cases import EvaluationError, Stretch, describe_error

Status = Literal["answered", "partial", "tentative", "not_found", "refused", "failed"]
JOIN = "; "
"""Between the locators of a retrieved passage that holds several places."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


Text = Annotated[str, PlainValidator(_text)]
"""Any text, of which servers may send halves of surrogate pairs."""


@dataclass(frozen=True)
class Cited:
    """One citation. `document` is the document's key, `locator` the place in it without the document's name.

    `start` and `end` are character offsets of `quote` in the canonical text, None where the system gives none.
    `text` is the cited passage, which holds the quote and what stands around it. `source` is the id of the document's
    language version and edition, which the offsets are of: its canonical text is `text_of(source or document)`.
    """

    document: Text
    locator: Text
    quote: Text
    start: int | None = None
    end: int | None = None
    text: Text = ""
    source: Text = ""

    @property
    def at(self) -> Stretch | None:
        """The characters that are cited, None where the system gives none."""
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

    `ranked` are the retrieved passages, best first, as (document key, locator); the locators of a passage that holds
    several places are joined with `JOIN`, `places` takes them apart. `stretches` are the characters of each of these
    passages; records that were stored before there were such have none. `confidence` orders the answers of one
    system by how sure it is, higher is surer; None where it does not say. `probability` is the chance that it gives an answer
    to have been found, 0 to 1, None where it gives none. `ms` is the time in milliseconds as the user
    waits. A `failed` record says in `error` what went wrong. `raw` is what the system sent, any JSON value.
    """

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
        """Whether the record answers; one that does not shows what comes closest, abstains or failed."""
        return self.status in ("answered", "partial") and bool(self.claims)

    @property
    def shown(self) -> bool:
        """Whether the record says anything, as an answer or as what comes closest."""
        return self.status in ("answered", "partial", "tentative") and bool(self.claims)

    @property
    def places(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """For each retrieved passage, best first, the places that it holds, as (document key, locator)."""
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


def failed(case: str, system: str, error: str, ms: float = 0.0, raw: Any = None) -> Record:
    """The record of a case, by its id, that could not be answered; it counts as wrong."""
    return Record(case, system, "failed", ms=ms, error=error, raw=raw)
