"""A model writes, each sentence is checked; what fails is asked for once more, then dropped and reported."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field

from assistant.generation import prompt
from assistant.generation.fence import Fenced, fenced, tokens
from assistant.generation.grounding_spans import grounds
from assistant.generation.reply_parser import Parts, Written
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sentence_check import SupportCheck
from assistant.model import LanguageModel, Message, ModelFault
from assistant.qa.answer import Progress, Statement
from assistant.qa.citations import statement_of
from assistant.qa.retriever import Evidence

SENTENCE_LIMIT = 700
"""Longest sentence, in characters, that may stand."""
MOST_CITED = 4
"""Most excerpts that one sentence may cite."""
CHARACTERS_A_TOKEN = 8
"""Characters of a reply that are read for each token that it may have; a server that never ends is cut off there."""
REPEATS = 3
"""How often a reply may say what it has said before it is cut off."""
MARGIN = 64
"""Tokens that the form of a conversation takes."""


@dataclass(frozen=True)
class Fallen:
    """A sentence that did not stand."""

    text: str
    reason: Reason


@dataclass
class Draft:
    """What became of one request to the model for at most so many sentences: its replies as they came, what stood, what
    did not."""

    most: int
    raw: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    dropped: list[Fallen] = field(default_factory=list)
    left_out: tuple[Evidence, ...] = ()
    kept_back: tuple[Evidence, ...] = ()
    fault: ModelFault | None = None
    no_answer: bool = False

    @property
    def too_little(self) -> bool:
        """Whether less stood than fell."""
        return len(self.statements) <= len(self.dropped) if self.dropped else not self.statements


@dataclass
class _Slot:
    """The place of one sentence in the answer."""

    text: str
    statement: Statement | None
    reason: Reason | None = None
    said: bool = False


class Writer:
    """Writes answers with a model. `most` is the number of sentences that are asked for; `away` surrounds each wait for
    the model, in which nothing is computed here. Thread-safe."""

    def __init__(
        self,
        model: LanguageModel,
        check: SupportCheck,
        *,
        most: int = 6,
        away: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.model = model
        self._check = check
        self._most = most
        self.away = away

    def write(
        self, question: str, language: str, evidence: Sequence[Evidence], most: int | None = None
    ) -> Generator[Progress | Statement, None, Draft]:
        """Writes from evidence, best first; yields each statement once it and all before it are settled, in order.

        `most` sentences are asked for, or as many as the writer asks for. What a sentence cites must be among the evidence of this call. The draft is returned; nothing is raised for what
        the model does.
        """
        draft = Draft(most or self._most)
        fence = self._fence(question, language, evidence, draft.most)
        draft.left_out, draft.kept_back = fence.left_out, fence.kept_back
        if not fence.held and not fence.left_out:
            return draft
        if not fence.held:
            draft.fault = ModelFault("too_long", "no passage fits into the model's context")
            return draft
        yield Progress("writing")
        rules = prompt.system(language, draft.most, _free_id(fence))
        slots: list[_Slot] = []
        try:
            for written in self._sentences([rules, prompt.ask(fence.text, question, language)], draft):
                if prompt.NO_ANSWER in written.text.upper():
                    draft.no_answer = True
                    continue
                slots.append(self._settled(written, fence))
                yield from _ready(slots, draft)
        except ModelFault as fault:
            draft.fault = fault
        if any(slot.statement is None for slot in slots) and draft.fault is None:
            yield Progress("checking")
            try:
                self._again(rules, question, language, fence, slots, draft)
            except ModelFault as fault:
                draft.fault = fault
        draft.dropped = [Fallen(slot.text, slot.reason) for slot in slots if slot.reason is not None]
        yield from _ready([slot for slot in slots if slot.statement is not None], draft)
        return draft

    def _fence(self, question: str, language: str, evidence: Sequence[Evidence], most: int) -> Fenced:
        """The evidence that fits beside the rules, the question, sentences to be mended and the reply."""
        words = [prompt.system(language, most, "0" * 6), prompt.ask("", question, language)]
        words.append(prompt.again("", question, [], language))
        taken = sum(tokens(message.text) for message in words) + 2 * self.model.output + MARGIN
        return fenced(evidence, self.model.window - taken)

    def _sentences(self, messages: Sequence[Message], draft: Draft) -> Iterator[Written]:
        """The sentences of one reply as they come; away until each has come."""
        with closing(self._coming(messages, draft)) as coming:
            while True:
                with self.away():
                    written = next(coming, None)
                if written is None:
                    return
                yield written

    def _coming(self, messages: Sequence[Message], draft: Draft) -> Generator[Written, None, None]:
        """The sentences of one reply, each said once; an endless reply is cut off."""
        parts, seen, repeated = Parts(), set[str](), 0
        draft.raw.append("")
        with closing(self.model.reply(messages)) as reply:
            for piece in reply:
                draft.raw[-1] += piece
                for written in parts.feed(piece):
                    repeated += written.text in seen
                    if written.text not in seen:
                        seen.add(written.text)
                        yield written
                enough = len(seen) >= 4 * draft.most or repeated >= REPEATS
                if enough or len(draft.raw[-1]) > self.model.output * CHARACTERS_A_TOKEN:
                    return
            yield from (written for written in parts.end() if written.text not in seen)

    def _settled(self, written: Written, fence: Fenced) -> _Slot:
        """One sentence, checked against what it cites."""
        text = written.text
        unknown = [each for each in written.ids if each not in fence.held]
        if not written.ids:
            return _Slot(text, None, Reason("no_excerpt"))
        if unknown:
            return _Slot(text, None, Reason("unknown_excerpt", ", ".join(unknown)))
        if len(written.ids) > MOST_CITED:
            return _Slot(text, None, Reason("many_excerpts", str(MOST_CITED)))
        if len(text) > SENTENCE_LIMIT:
            return _Slot(text, None, Reason("too_long"))
        units, support = grounds(self._check, text, [fence.held[each] for each in written.ids])
        if not units:
            return _Slot(text, None, Reason("given", parts=support.lacks))
        citations = tuple(dict.fromkeys(cite for unit in units for cite in statement_of(unit).citations))
        return _Slot(text, Statement(text, "supported", citations))

    def _again(
        self, rules: Message, question: str, language: str, fence: Fenced, slots: Sequence[_Slot], draft: Draft
    ) -> None:
        """Asks once more for the sentences that failed; those that stand now take their places."""
        failed = [slot for slot in slots if slot.statement is None][: 2 * draft.most]
        told = [(slot.text[:SENTENCE_LIMIT], slot.reason.said("en")) for slot in failed if slot.reason is not None]
        while len(told) > 1 and sum(tokens(text + reason) for text, reason in told) > self.model.output:
            told.pop()
        left = dict(enumerate(failed[: len(told)], 1))
        for written in self._sentences([rules, prompt.again(fence.text, question, told, language)], draft):
            number = written.number if written.number in left else min(left, default=None)
            if number is None:
                return
            mended = self._settled(written, fence)
            slot = left.pop(number)
            known = {other.text for other in slots if other.statement is not None}
            if mended.statement is not None and mended.text not in known:
                slot.text, slot.statement, slot.reason = mended.text, mended.statement, None


def _ready(slots: Sequence[_Slot], draft: Draft) -> Iterator[Statement]:
    """The statements that no unsettled sentence stands before."""
    for slot in slots:
        if slot.statement is None:
            return
        if not slot.said:
            slot.said = True
            draft.statements.append(slot.statement)
            yield slot.statement


def _free_id(fence: Fenced) -> str:
    """An id for the example in the rules, which no excerpt has."""
    return next(name for name in ("abc123", "abc124", "abc125") if name not in fence.held)
