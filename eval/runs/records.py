"""What a system answered, in one form for all systems: claims, what they cite, what was retrieved, how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from eval.cases import Stretch

Status = Literal["answered", "partial", "tentative", "not_found", "refused", "failed"]
JOIN = "; "
"""Between the locators of a retrieved passage that holds several places."""


class RecordError(ValueError):
    """A stored record that does not have the form that `Record.to_json` writes."""


@dataclass(frozen=True)
class Cited:
    """One citation. `document` is the document's key, `locator` the place in it without the document's name.

    `start` and `end` are character offsets of `quote` in the canonical text, None where the system gives none.
    `text` is the cited passage, which holds the quote and what stands around it. `source` is the id of the document's
    language version and edition, which the offsets are of: its canonical text is `text_of(source or document)`.
    """

    document: str
    locator: str
    quote: str
    start: int | None = None
    end: int | None = None
    text: str = ""
    source: str = ""

    @property
    def at(self) -> Stretch | None:
        """The characters that are cited, None where the system gives none."""
        if not self.source or self.start is None or self.end is None:
            return None
        return self.source, self.start, self.end


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer, its verdict (as in `assistant.qa.answer`), and indexes into the citations."""

    text: str
    verdict: str
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

    case: str
    system: str
    status: Status
    claims: tuple[Claim, ...] = ()
    citations: tuple[Cited, ...] = ()
    ranked: tuple[tuple[str, str], ...] = ()
    confidence: float | None = None
    probability: float | None = None
    ms: float = 0.0
    error: str = ""
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

    def to_json(self) -> dict[str, Any]:
        """The form of one line of a run's `answers.jsonl`."""
        return {
            "case": self.case,
            "system": self.system,
            "status": self.status,
            "claims": [
                {"text": claim.text, "verdict": claim.verdict, "cited": list(claim.cited)} for claim in self.claims
            ],
            "citations": [
                {
                    "document": cited.document,
                    "locator": cited.locator,
                    "quote": cited.quote,
                    "start": cited.start,
                    "end": cited.end,
                    "text": cited.text,
                    "source": cited.source,
                }
                for cited in self.citations
            ],
            "ranked": [list(place) for place in self.ranked],
            "stretches": [list(stretch) for stretch in self.stretches],
            "confidence": self.confidence,
            "probability": self.probability,
            "ms": round(self.ms, 3),
            "error": self.error,
            "raw": self.raw,
        }

    @classmethod
    def from_json(cls, raw: Any) -> Record:
        """A record from its stored form. Raises `RecordError`, which says what is wrong with it."""
        if not isinstance(raw, Mapping):
            raise RecordError(f"a record must be an object, not {type(raw).__name__}")
        try:
            record = cls(
                case=_text(raw["case"]),
                system=_text(raw["system"]),
                status=cast(Status, _text(raw["status"])),
                claims=tuple(
                    Claim(_text(each["text"]), _text(each["verdict"]), tuple(int(n) for n in each["cited"]))
                    for each in raw["claims"]
                ),
                citations=tuple(
                    Cited(
                        _text(each["document"]),
                        _text(each["locator"]),
                        _text(each["quote"]),
                        each["start"],
                        each["end"],
                        _text(each["text"]),
                        _text(each.get("source", "")),
                    )
                    for each in raw["citations"]
                ),
                ranked=tuple((_text(document), _text(locator)) for document, locator in raw["ranked"]),
                confidence=None if raw["confidence"] is None else float(raw["confidence"]),
                probability=None if raw.get("probability") is None else float(raw["probability"]),
                ms=float(raw["ms"]),
                error=_text(raw["error"]),
                raw=raw["raw"],
                stretches=tuple((_text(name), int(a), int(b)) for name, a, b in raw.get("stretches", [])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"a record of case {raw.get('case')!r} has the wrong form: {error!r}") from None
        if record.status not in get_args(Status):
            raise RecordError(f"case {record.case!r}: {record.status!r} is no status")
        if any(not 0 <= n < len(record.citations) for claim in record.claims for n in claim.cited):
            raise RecordError(f"case {record.case!r}: a claim cites what is not there")
        if record.stretches and len(record.stretches) != len(record.ranked):
            raise RecordError(f"case {record.case!r}: not every passage that was retrieved says where it is")
        return record


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
