"""What the assistant returns: statements with citations, a status and its reason; and the events while an answer comes about."""

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
"""How answers are made: of quotes and by rule, written by the model, or written where the question asks for it."""
_FOOTNOTE = re.compile(r", footnote [^,]+$")


@dataclass(frozen=True)
class Citation:
    """Exact words of a document: `document.text[start:end] == quote`, always.

    `id` is the evidence id of the passage that holds the quote, stable over sessions. `locator` names the
    document and the place, as a person would cite it; `language` is that of the words. `url` comes from stored metadata only. `ocr` says that
    the words were recognised from an image, `unverified` that nothing but the text itself says that it is the official one.
    `heading` is the innermost heading that the words stand under, where it is not the title: the same words may stand under others.
    `answer` are those of the words that the reader takes for the answer, a span of the document; None where it told none, or most of them.
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
        """A citation of a span, its quote read from the document itself, from its first word to its last. Raises
        `ValueError` where the span holds no words: nothing can rest on these."""
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
        """The words on one line, cut where those begin and end that answer, and of each piece whether it is these."""
        begin, stop = self.answer or (self.start, self.start)
        cuts = [0, *(min(max(at - self.start, 0), len(self.quote)) for at in (begin, stop)), len(self.quote)]
        told = [re.sub(r"\s+", " ", self.quote[a:b]) for a, b in pairwise(cuts)]
        return [(words, n == 1) for n, words in enumerate(told) if words]

    def overlaps(self, other: Citation) -> bool:
        return self.document == other.document and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Statement:
    """One sentence of an answer and the citations that it rests on, in the order of their words."""

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...]

    @classmethod
    def quoting(cls, citation: Citation) -> Statement:
        """What a citation says, on one line."""
        return cls(" ".join(citation.quote.split()), "quoted", (citation,))

    @property
    def main(self) -> Citation:
        """The citation of the words themselves, behind those that introduce them and before the footnotes that name what they speak of."""
        said = (each for each in reversed(self.citations) if not _FOOTNOTE.search(each.locator))
        return next(said, self.citations[-1])

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut where the words begin and end that answer, and of each piece whether it is these."""
        made = [piece for n, each in enumerate(self.citations) for piece in [(" ", False)] * (n > 0) + each.pieces]
        return made if "".join(words for words, _ in made) == self.text else [(self.text, False)]


@dataclass(frozen=True)
class Dropped:
    """A sentence that the model wrote and that did not stand, with what it lacked. Never part of the answer."""

    text: str
    reason: str


@dataclass(frozen=True)
class Pointer:
    """Something that the user may want to read; not an answer."""

    document: str
    locator: str
    title: str
    url: str | None = None

    @classmethod
    def to(cls, document: Document, locator: str) -> Pointer:
        return cls(document.id, document.cite(locator), document.title, document.url)


@dataclass(frozen=True)
class Answer:
    """The answer to one question. Numbers of citations are made only here, by first use.

    `notes` are sentences about the versions of what is cited (a later revision, a corrigendum), and how a misspelt
    question was read. `confidence` says how far the evidence is above the bar for answering: negative
    where it is too weak, None where none was weighed, since a rule decided. `probability` is the chance, 0 to 1, that the best
    evidence answers; None where none was weighed. `absent` is the symbol of a document
    that the question is about and that is not held, where that is why there is no answer.

    `model` names the model that was asked to write; then `raw` holds its replies as they came, and `dropped` the
    sentences of them that did not stand. Neither may be shown as the answer.
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
        """That nothing answers a question, and why."""
        return cls(question.text, question.language, "not_found", reason, see_also=tuple(see_also), absent=absent)

    @property
    def citations(self) -> list[Citation]:
        """All citations, each once, in the order of first use: number n is at index n - 1."""
        return numbered(self.statements)

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


def answer_of(record: Mapping[str, Any]) -> Answer:
    cited = [_citation_of(each) for each in record["citations"]]
    made = {
        "statements": tuple(
            Statement(each["text"], each["verdict"], tuple(cited[n - 1] for n in each["citations"]))
            for each in record["statements"]
        ),
        "see_also": tuple(Pointer(**each) for each in record["see_also"]),
        "dropped": tuple(Dropped(**each) for each in record["dropped"]),
        "notes": tuple(record["notes"]),
        "raw": tuple(record["raw"]),
    }
    return Answer(**{name: record[name] for name in Answer.__dataclass_fields__ if name in record} | made)


def _citation_of(record: Mapping[str, Any]) -> Citation:
    told: dict[str, Any] = {name: record[name] for name in Citation.__dataclass_fields__ if name in record}
    answer = told.get("answer")
    return Citation(**told | {"answer": (answer[0], answer[1]) if answer else None})


def citation_json(citation: Citation, number: int) -> dict[str, Any]:
    told = {**vars(citation), "answer": list(citation.answer) if citation.answer else None}
    return {
        "number": number,
        **{name: value for name, value in told.items() if value or name not in ("unverified", "heading", "answer")},
    }


def ordered(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, each said once."""
    kept: dict[str, Statement] = {}
    for statement in statements:
        kept.setdefault(" ".join(statement.text.split()).casefold(), statement)
    return tuple(kept.values())


def numbered(statements: Sequence[Statement]) -> list[Citation]:
    """The citations of statements, each once, in the order of first use: number n is at index n - 1."""
    return list(dict.fromkeys(citation for statement in statements for citation in statement.citations))


# What `Engine.stream` yields; the last event holds the whole answer.

Stage = Literal["searching", "writing", "checking"]


@dataclass(frozen=True)
class Progress:
    """What is being done: documents searched, the model writing, sentences that failed asked for once more."""

    name: ClassVar[str] = "progress"
    stage: Stage

    def to_json(self) -> dict[str, Any]:
        return {"stage": self.stage}


@dataclass(frozen=True)
class StatementEvent:
    """A statement that stands: it is never withdrawn, and the answer holds it at place `index`.

    `numbers` are those of its citations, as the answer gives them; `citations` are the ones that no earlier event
    held, with their numbers. `doubt` is what stands before the first of statements that may not answer, in the
    question's language; empty for an answer.
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
    """The events of statements from index `first` on, those before it having been said."""
    made, known = [], len(numbered(statements[:first]))
    order = {citation: n for n, citation in enumerate(numbered(statements), 1)}
    for index, statement in enumerate(statements[first:], first):
        numbers = tuple(order[citation] for citation in statement.citations)
        new = tuple((n, c) for c, n in order.items() if c in statement.citations and n > known)
        known = max([known, *numbers])
        made.append(StatementEvent(index, statement, numbers, new, doubt))
    return made


def answer_events(answer: Answer, first: int = 0) -> list[StatementEvent]:
    return statement_events(answer.statements, first, doubt(answer.status, answer.language))
