"""Answers: statements with citations, a status and its reason; their JSON form; and the events of a streamed answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from assistant.answer_phrases import doubt
from corpus.documents import Document, Span
from corpus.language import detect_span_language

if TYPE_CHECKING:
    from assistant.question import Question

Verdict = Literal["quoted", "derived", "supported", "unsupported"]
AnswerStatus = Literal["answered", "partial", "tentative", "not_found", "refused"]
Mode = Literal["quote", "write", "auto"]
"""How answers are made: quoted, written by the model, or written where the question asks for it (`auto`)."""
_FOOTNOTE = re.compile(r", footnote [^,]+$")


@dataclass(frozen=True)
class Citation:
    """Exact words of a document: `document.text[start:end] == quote`, always.

    `id` is the evidence id of the passage that contains the quote, stable over sessions. `locator` names the document and the place as a person
    would cite it; `language` is that of the words. `url` comes from stored metadata only. `ocr` marks words recognised from an image, `unverified` a
    text that only itself says to be the official one. `heading` is the innermost heading above the words, unless it is the title: the same words may
    occur under others. `answer` is the answer span that the reader found, a span of the document; None where it found none, or most of the words.
    """

    id: str
    document: str
    symbol: str
    title: str
    edition: str
    language: str
    locator: str
    quote: str
    start: int
    end: int
    url: str | None = None
    ocr: bool = False
    unverified: bool = False
    heading: str = field(default="", compare=False)
    answer: Span | None = field(default=None, compare=False)

    @classmethod
    def of(
        cls, document: Document, start: int, end: int, locator: str, evidence_id: str, answer: Span | None = None
    ) -> Citation:
        """A citation of a span, trimmed to begin and end with words, with the quote read from the document. Raises `ValueError` where the span
        has no words."""
        start, end = document.trim_span(start, end)
        quote = document.quote(start, end)
        if not quote:
            raise ValueError(f"{document.id}: there are no words to quote at {start}")
        return cls(
            id=evidence_id,
            document=document.id,
            symbol=document.key,
            title=document.title,
            edition=document.edition,
            language=detect_span_language(document, start, end),
            locator=document.cite(locator),
            quote=quote,
            start=start,
            end=end,
            url=document.url,
            ocr=document.ocr,
            unverified=document.unverified,
            heading=document.heading_at(start),
            answer=answer,
        )

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The quote on one line, split around the answer span; each piece with whether it is the answer."""
        begin, stop = self.answer or (self.start, self.start)
        cuts = [0, *(min(max(at - self.start, 0), len(self.quote)) for at in (begin, stop)), len(self.quote)]
        told = [re.sub(r"\s+", " ", self.quote[a:b]) for a, b in pairwise(cuts)]
        return [(words, n == 1) for n, words in enumerate(told) if words]

    def overlaps(self, other: Citation) -> bool:
        return self.document == other.document and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Statement:
    """A sentence of an answer with the citations that support it, in the order of their words."""

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...]

    @classmethod
    def quoting(cls, citation: Citation) -> Statement:
        """A statement that quotes one citation, on one line."""
        return cls(" ".join(citation.quote.split()), "quoted", (citation,))

    @property
    def main(self) -> Citation:
        """The citation of the quoted words themselves, between those of introducing text and those of footnotes."""
        quoted = (each for each in reversed(self.citations) if not _FOOTNOTE.search(each.locator))
        return next(quoted, self.citations[-1])

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text, split around the answer spans; each piece with whether it is an answer."""
        made = [piece for citation in self.citations for piece in ((" ", False), *citation.pieces)][1:]
        return made if "".join(words for words, _ in made) == self.text else [(self.text, False)]


@dataclass(frozen=True)
class Dropped:
    """A sentence of the model that failed the check, with the reason. Never part of the answer."""

    text: str
    reason: str


@dataclass(frozen=True)
class Pointer:
    """A place that the user may want to read; not an answer."""

    document: str
    locator: str
    title: str
    url: str | None = None

    @classmethod
    def to(cls, document: Document, locator: str) -> Pointer:
        return cls(document.id, document.cite(locator), document.title, document.url)


@dataclass(frozen=True)
class Answer:
    """The answer to one question. Citations are numbered only here, by first use.

    `notes` are sentences about the versions of cited documents (a later revision, a corrigendum) and about how a misspelt question was corrected.
    `confidence` is how far the evidence is above the threshold for an answer, in log-odds: negative where it is too weak, None where a rule decided
    and nothing was scored. `probability` (0 to 1) is that of the best evidence answering; None where nothing was scored. `absent` is the symbol of a
    document that the question is about and that is not in the library, where that is why there is no answer.

    `model` is the name of the model that was asked to write; then `raw` has its replies as received, and `dropped` their sentences that failed the
    check. Neither may be shown as the answer.
    """

    question: str
    language: str
    status: AnswerStatus
    reason: str
    statements: tuple[Statement, ...] = ()
    see_also: tuple[Pointer, ...] = ()
    notes: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    confidence: float | None = None
    probability: float | None = None
    model: str | None = None
    raw: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    absent: str | None = None

    @classmethod
    def lacking(
        cls, question: Question, reason: str, *, see_also: Iterable[Pointer] = (), absent: str | None = None
    ) -> Answer:
        """The answer that nothing was found, with the reason."""
        return cls(question.text, question.language, "not_found", reason, see_also=tuple(see_also), absent=absent)

    @property
    def citations(self) -> list[Citation]:
        """All citations, each once, in the order of first use: number n is at index n - 1."""
        return numbered_citations(self.statements)

    def numbers(self, statement: Statement) -> list[int]:
        order = {citation: n for n, citation in enumerate(self.citations, 1)}
        return [order[citation] for citation in statement.citations]

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `ask --json` prints; timings are in milliseconds."""
        return {
            "question": self.question,
            "language": self.language,
            "status": self.status,
            "reason": self.reason,
            "statements": [
                {"text": statement.text, "verdict": statement.verdict, "citations": self.numbers(statement)}
                for statement in self.statements
            ],
            "citations": [citation_json(each, n) for n, each in enumerate(self.citations, 1)],
            "see_also": [{**vars(each)} for each in self.see_also],
            "notes": list(self.notes),
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "probability": None if self.probability is None else round(self.probability, 4),
            "model": self.model,
            "raw": list(self.raw),
            "dropped": [{**vars(each)} for each in self.dropped],
            "absent": self.absent,
            "timings": {name: round(value, 2) for name, value in self.timings.items()},
        }


def answer_from_json(record: Mapping[str, Any]) -> Answer:
    citations = [_citation_of(each) for each in record["citations"]]
    values = {
        "statements": tuple(
            Statement(each["text"], each["verdict"], tuple(citations[n - 1] for n in each["citations"]))
            for each in record["statements"]
        ),
        "see_also": tuple(Pointer(**each) for each in record["see_also"]),
        "dropped": tuple(Dropped(**each) for each in record["dropped"]),
        "notes": tuple(record["notes"]),
        "raw": tuple(record["raw"]),
    }
    return Answer(**{name: record[name] for name in Answer.__dataclass_fields__ if name in record} | values)


def _citation_of(record: Mapping[str, Any]) -> Citation:
    values: dict[str, Any] = {name: record[name] for name in Citation.__dataclass_fields__ if name in record}
    answer = values.get("answer")
    return Citation(**values | {"answer": (answer[0], answer[1]) if answer else None})


def citation_json(citation: Citation, number: int) -> dict[str, Any]:
    values = {**vars(citation), "answer": list(citation.answer) if citation.answer else None}
    optional = "unverified", "heading", "answer"
    return {"number": number, **{name: value for name, value in values.items() if value or name not in optional}}


def distinct_statements(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements without repetitions."""
    by_text: dict[str, Statement] = {}
    for statement in statements:
        by_text.setdefault(" ".join(statement.text.split()).casefold(), statement)
    return tuple(by_text.values())


def numbered_citations(statements: Sequence[Statement]) -> list[Citation]:
    """The citations of statements, each once, in the order of first use: number n is at index n - 1."""
    return list(dict.fromkeys(citation for statement in statements for citation in statement.citations))


# The events that `Engine.stream` yields; the last one has the whole answer.

Stage = Literal["searching", "writing", "checking"]


@dataclass(frozen=True)
class Progress:
    """The current stage: searching documents, the model writing, or failed sentences being requested once more."""

    name: ClassVar[str] = "progress"
    stage: Stage

    def to_json(self) -> dict[str, Any]:
        return {"stage": self.stage}


@dataclass(frozen=True)
class StatementEvent:
    """A final statement: it is never withdrawn, and has position `index` in the answer.

    `numbers` are those of its citations in the answer; `citations` are those that no earlier event had, with their numbers. `doubt` is the text before
    tentative statements, in the question's language; empty for an answer.
    """

    name: ClassVar[str] = "statement"
    index: int
    statement: Statement
    numbers: tuple[int, ...]
    citations: tuple[tuple[int, Citation], ...]
    doubt: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form: the statement and its new citations as `Answer.to_json` has them, with `index`."""
        return {
            "index": self.index,
            "text": self.statement.text,
            "verdict": self.statement.verdict,
            "citations": list(self.numbers),
            "new_citations": [citation_json(each, n) for n, each in self.citations],
            "tentative": bool(self.doubt),
        }


@dataclass(frozen=True)
class Finished:
    """The whole answer, the last event of every stream."""

    name: ClassVar[str] = "answer"
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        return self.answer.to_json()


Event = Progress | StatementEvent | Finished


def statement_events(statements: Sequence[Statement], first: int = 0, doubt: str = "") -> list[StatementEvent]:
    """The events of the statements from index `first`; those before it have been sent."""
    events, sent_numbers = [], len(numbered_citations(statements[:first]))
    order = {citation: n for n, citation in enumerate(numbered_citations(statements), 1)}
    for index, statement in enumerate(statements[first:], first):
        numbers = tuple(order[citation] for citation in statement.citations)
        new = tuple((n, c) for c, n in order.items() if c in statement.citations and n > sent_numbers)
        sent_numbers = max([sent_numbers, *numbers])
        events.append(StatementEvent(index, statement, numbers, new, doubt))
    return events


def answer_events(answer: Answer, first: int = 0) -> list[StatementEvent]:
    return statement_events(answer.statements, first, doubt(answer.status, answer.language))
