"""Writes answers with a model: each sentence is checked; those that fail are requested once more, then dropped and reported."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field

from assistant.generation import prompt
from assistant.generation.fence import Fenced, estimate_tokens, fence_evidence
from assistant.generation.grounding_spans import find_support
from assistant.generation.reply_parser import ParsedSentence, ReplyParser
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sentence_check import SupportCheck
from assistant.model import LanguageModel, Message, ModelFault
from assistant.qa.answer import Progress, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.retriever import Evidence

SENTENCE_LIMIT = 700
"""Longest sentence, in characters, that is accepted."""
MOST_CITED = 4
"""Most excerpts that one sentence may cite."""
CHARACTERS_A_TOKEN = 8
"""Most characters of a reply per token that it may have; an endless reply is cut off there."""
REPEATS = 3
"""Repeated sentences after which a reply is cut off."""
MARGIN = 64
"""Tokens reserved for the message format."""


@dataclass(frozen=True)
class FailedSentence:
    """A sentence that failed the check."""

    text: str
    reason: Reason


@dataclass
class Draft:
    """The result of one request to the model for at most `most` sentences: its raw replies, the accepted statements, and the dropped sentences."""

    most: int
    raw: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    dropped: list[FailedSentence] = field(default_factory=list)
    left_out: tuple[Evidence, ...] = ()
    withheld: tuple[Evidence, ...] = ()
    fault: ModelFault | None = None
    no_answer: bool = False

    @property
    def too_little(self) -> bool:
        """Whether no more sentences were accepted than dropped."""
        return len(self.statements) <= len(self.dropped) if self.dropped else not self.statements


@dataclass
class _Slot:
    """The position of one sentence in the answer, with its statement once it is accepted."""

    text: str
    statement: Statement | None
    reason: Reason | None = None
    sent: bool = False


class Writer:
    """Writes answers with a model. `most`: number of sentences to request; `away`: entered during each wait for the model. Thread-safe."""

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
        """Writes from evidence, best first; yields each statement, in order, once it and all before it are accepted. `most` overrides that
        of the writer. Returns the draft; failures of the model are recorded in it, never raised."""
        draft = Draft(most or self._most)
        fence = self._fence(question, language, evidence, draft.most)
        draft.left_out, draft.withheld = fence.left_out, fence.withheld
        if not fence.by_id and not fence.left_out:
            return draft
        if not fence.by_id:
            draft.fault = ModelFault("too_long", "no passage fits into the model's context")
            return draft
        yield Progress("writing")
        example = next(name for name in ("abc123", "abc124", "abc125") if name not in fence.by_id)
        rules = prompt.system(language, draft.most, example)
        slots: list[_Slot] = []
        try:
            for written in self._sentences([rules, prompt.ask(fence.text, question, language)], draft):
                if prompt.NO_ANSWER in written.text.upper():
                    draft.no_answer = True
                    continue
                slots.append(self._check_sentence(written, fence))
                yield from _ready(slots, draft)
        except ModelFault as fault:
            draft.fault = fault
        if any(slot.statement is None for slot in slots) and draft.fault is None:
            yield Progress("checking")
            try:
                self._request_again(rules, question, language, fence, slots, draft)
            except ModelFault as fault:
                draft.fault = fault
        draft.dropped = [FailedSentence(slot.text, slot.reason) for slot in slots if slot.reason is not None]
        yield from _ready([slot for slot in slots if slot.statement is not None], draft)
        return draft

    def _fence(self, question: str, language: str, evidence: Sequence[Evidence], most: int) -> Fenced:
        """The evidence that fits into the context beside the rules, the question, the failed sentences and the reply."""
        messages = [prompt.system(language, most, "0" * 6), prompt.ask("", question, language)]
        messages.append(prompt.again("", question, [], language))
        reserved = sum(estimate_tokens(message.text) for message in messages) + 2 * self.model.output + MARGIN
        return fence_evidence(evidence, self.model.window - reserved)

    def _sentences(self, messages: Sequence[Message], draft: Draft) -> Iterator[ParsedSentence]:
        """The sentences of one reply as they arrive, with `away` entered while waiting for each."""
        with closing(self._parsed_reply(messages, draft)) as sentences:
            while True:
                with self.away():
                    written = next(sentences, None)
                if written is None:
                    return
                yield written

    def _parsed_reply(self, messages: Sequence[Message], draft: Draft) -> Generator[ParsedSentence, None, None]:
        """The distinct sentences of one reply; an endless reply is cut off."""
        parser, seen, repeated = ReplyParser(), set[str](), 0
        draft.raw.append("")
        with closing(self.model.reply(messages)) as reply:
            for piece in reply:
                draft.raw[-1] += piece
                for written in parser.feed(piece):
                    repeated += written.text in seen
                    if written.text not in seen:
                        seen.add(written.text)
                        yield written
                done = len(seen) >= 4 * draft.most or repeated >= REPEATS
                if done or len(draft.raw[-1]) > self.model.output * CHARACTERS_A_TOKEN:
                    return
            yield from (written for written in parser.end() if written.text not in seen)

    def _check_sentence(self, written: ParsedSentence, fence: Fenced) -> _Slot:
        """One sentence, checked against the excerpts that it cites."""
        text = written.text
        unknown = [each for each in written.ids if each not in fence.by_id]
        if not written.ids:
            return _Slot(text, None, Reason("no_excerpt"))
        if unknown:
            return _Slot(text, None, Reason("unknown_excerpt", ", ".join(unknown)))
        if len(written.ids) > MOST_CITED:
            return _Slot(text, None, Reason("many_excerpts", str(MOST_CITED)))
        if len(text) > SENTENCE_LIMIT:
            return _Slot(text, None, Reason("too_long"))
        units, support = find_support(self._check, text, [fence.by_id[each] for each in written.ids])
        if not units:
            return _Slot(text, None, Reason("given", parts=support.lacks))
        citations = tuple(dict.fromkeys(cite for unit in units for cite in quote_unit(unit).citations))
        return _Slot(text, Statement(text, "supported", citations))

    def _request_again(
        self, rules: Message, question: str, language: str, fence: Fenced, slots: Sequence[_Slot], draft: Draft
    ) -> None:
        """Requests the failed sentences once more; those accepted now take their positions."""
        failed = [slot for slot in slots if slot.reason is not None][: 2 * draft.most]
        with_reasons = [(slot.text[:SENTENCE_LIMIT], slot.reason.message("en")) for slot in failed if slot.reason]
        while len(with_reasons) > 1 and sum(estimate_tokens(a + b) for a, b in with_reasons) > self.model.output:
            with_reasons.pop()
        open_slots = dict(enumerate(failed[: len(with_reasons)], 1))
        for written in self._sentences([rules, prompt.again(fence.text, question, with_reasons, language)], draft):
            number = written.number if written.number in open_slots else min(open_slots, default=None)
            if number is None:
                return
            checked = self._check_sentence(written, fence)
            slot = open_slots.pop(number)
            accepted = {other.text for other in slots if other.statement is not None}
            if checked.statement is not None and checked.text not in accepted:
                slot.text, slot.statement, slot.reason = checked.text, checked.statement, None


def _ready(slots: Sequence[_Slot], draft: Draft) -> Iterator[Statement]:
    """The statements not yet sent, up to the first sentence without one."""
    for slot in slots:
        if slot.statement is None:
            return
        if not slot.sent:
            slot.sent = True
            draft.statements.append(slot.statement)
            yield slot.statement
