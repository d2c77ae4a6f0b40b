"""The answer to one question in quotes: of a meeting's rows, the article or place that is named, or the best evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.frames import joined, language_name, say
from assistant.meeting import Lacking, MeetingAnswer, MeetingDesk
from assistant.qa.absent import Absent
from assistant.qa.abstention import FURTHER, NAMED
from assistant.qa.answer import Answer, Pointer, Statement, ordered
from assistant.qa.citations import choose, statement_of
from assistant.qa.counterparts import in_language
from assistant.qa.memory import lifted
from assistant.qa.places import article_units, asks_more, named_places, names_another, units_at, within
from assistant.qa.retriever import Evidence, Retriever
from assistant.qa.revisions import VersionDesk
from assistant.qa.units import Unit, units_of
from assistant.qa.weighing import FIRST, READ, STEPS, Scored, Weigher
from assistant.question import Question, parse_question
from assistant.vocabulary import Vocabulary
from corpus.analysis import fold
from corpus.catalogue import Catalogue, Entry
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol

Watch = Callable[[Question, Sequence[Evidence], Sequence[Scored]], None]
TOLD = STEPS[1]
"""Tellings of a meeting that are read where neither the first of them nor any passage is enough for an answer."""
_ITEM = re.compile(r"\bitem (\d+)")
CLOSEST = 3
"""Most statements of an answer of which it is not certain that it is one."""
MEANT = 3
"""Other meetings that are named where a question may mean them, too."""


class Quoter:
    """Answers one question from what is held, in at most `most` statements, each a quote or derived from a meeting's rows.

    `watch` is shown each weighing of evidence: the question, the passages, their units with scores, best first. `desk` answers
    from meetings. Of the passages that the `retriever` finds so many are weighed at least.
    """

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        vocabulary: Vocabulary,
        retriever: Retriever,
        weigher: Weigher,
        passages: int,
        most: int,
    ) -> None:
        self._library, self._catalogue, self._vocabulary = library, catalogue, vocabulary
        self._retriever, self._weigher = retriever, weigher
        self.desk = MeetingDesk(library, weigher)
        self._absent = Absent(library, catalogue)
        self._versions = VersionDesk(library)
        self._passages, self._most = passages, most
        self.watch: Watch | None = None

    def answer(self, question: Question) -> Answer:
        """The answer to a question: what is held answers first; that something is not held is said where it does not."""
        absent, lacking = self._absent.symbol(question), self.desk.lacking(question)
        if absent is not None:
            meeting = None if lacking else self.desk.answer(question)
            return self._from_meeting(question, meeting) if meeting and meeting.told.score >= 0.0 else absent
        if lacking is not None and lacking.item:
            return _lacking(question, lacking)
        instrument = self._absent.instrument(question)
        if instrument is not None and question.articles:
            return instrument
        absent = self._absent.named(question)
        found = self._from_articles(question) if question.articles else self._from_places(question)
        if found is None:
            meeting = None if lacking else self.desk.answer(question)
            sure = meeting is not None and meeting.told.score >= 0.0
            found = self._from_evidence(question, FIRST if sure else READ)
        if lacking is None:
            found = self._or_meeting(question, found)
        elif found.status != "answered":
            found = _lacking(question, lacking)
        if instrument is not None and found.status == "tentative" and not _tells_of(found, question.named):
            return instrument
        absent = absent or instrument
        if absent is not None and (found.status == "not_found" or (found.status == "tentative" and absent.absent)):
            return absent
        return replace(found, notes=(*found.notes, *self._absent.notes(question)))

    def _or_meeting(self, question: Question, found: Answer) -> Answer:
        """What was found in passages, or what the rows of a meeting say where that is better; behind the one what the other says
        first, where that is near. Where rows only tell that a document is announced which is not held, that."""
        answered = found.status == "answered"
        if answered and found.confidence is None:
            return found  # a place that is named
        meeting = self.desk.answer(question, FIRST if answered else TOLD)
        if meeting is None:
            return found
        score, sure = meeting.told.score, meeting.told.score >= 0.0
        ahead = score - found.confidence if found.confidence is not None and found.statements else FURTHER
        if score < meeting.told.bars.least or (answered and not sure) or ahead <= -FURTHER:
            return found
        if ahead < 0.0:
            most = self._most if answered else CLOSEST
            answer = self.answered(question, [*found.statements[: most - 1], *meeting.statements[:1]])
            answer = replace(answer, confidence=found.confidence, probability=found.probability)
            return answer if answered else self._unsure(answer)
        if not sure and meeting.announces is not None and not self._absent.holds(meeting.announces):
            return self._absent.announced(question, meeting.announces)
        beside = found.statements[:1] if ahead < FURTHER and answered == sure else ()
        told = meeting.statements if sure else meeting.statements[: CLOSEST - len(beside)]
        meeting = replace(meeting, statements=(*told, *beside))
        answer = self._from_meeting(question, meeting)
        return answer if sure else self._unsure(answer)

    def _from_meeting(self, question: Question, meeting: MeetingAnswer) -> Answer:
        answer = self.answered(question, meeting.statements)
        notes = (*answer.notes, *self._absent.announced_only(meeting.statements, question.language))
        if meeting.others:
            others = [self._library.document(each).label for each in meeting.others]
            told = joined(others[:MEANT], question.language) + (" …" if len(others) > MEANT else "")
            notes = (*notes, say("other_meetings", question.language, others=told))
        return replace(answer, notes=notes, confidence=meeting.told.score, probability=meeting.told.probability)

    @staticmethod
    def _asked(question: Question) -> list[Symbol]:
        """The symbols of the documents that a question names, by symbol or by name."""
        named = [entry.symbol for entry in question.named if entry.symbol is not None and entry.part is None]
        return list(dict.fromkeys([*question.symbols, *named]))

    def _under(self, symbol: Symbol) -> list[str]:
        """Ids of what answers for a symbol: its current versions, and its addenda."""
        versions = self._library.versions()
        return [version.id for version in (*versions.current(symbol), *versions.addenda(symbol))]

    def _from_places(self, question: Question) -> Answer | None:
        """A paragraph, footnote or table of a document that the question names: quoted whole."""
        places = named_places(question) if question.symbols or question.named else ()
        scope = self._scope(question) if places else None
        if not places or scope is None:
            return None
        documents = [self._library.document(each) for each in
                     sorted(self._library.versions().quotable(question.language, scope))]  # fmt: skip
        units = [
            unit for place in places for document in documents for unit in units_at(self._library, document, place)
        ]
        units = [unit for unit in units if question.admits(unit.document.id, unit.block)]
        if units:
            return self.answered(question, [statement_of(unit) for unit in units[: 2 * self._most]])
        if not question.symbols or not documents:
            return None
        reason = say("no_place", question.language, document=documents[0].label, place=places[0])
        return Answer(question.text, question.language, "not_found", reason)

    def _from_articles(self, question: Question) -> Answer | None:
        """An article that the question names: quoted whole where nothing more is asked, else what fits."""
        documents: list[Document] = []
        units: list[Unit] = []
        for language in dict.fromkeys((question.language, "en")):
            treaties = [] if units else self._treaties(question, language)
            documents += treaties
            for document in treaties:
                for article in question.articles:
                    units += article_units(self._library, document, article, question.paragraph)
        if not documents:
            return None
        if not units:
            document = documents[0]
            held = [int(m.group(1)) for block in document.blocks if (m := re.fullmatch(r"art\. (\d+)", block.locator))]
            if not held:
                return None
            reason = say("no_article", question.language, treaty=document.short or document.title,
                         article=question.articles[0], first=min(held), last=max(held))  # fmt: skip
            return Answer(question.text, question.language, "not_found", reason)
        evidence = list({unit.evidence.id: unit.evidence for unit in units}.values())
        if not question.named and not question.symbols and names_another(question, documents):
            return self._not_found(question, evidence)
        if not asks_more(question):
            return self.answered(question, [statement_of(unit) for unit in _whole(units, self._most * 2)])
        asked = question
        if question.focus != question.text:
            # The article comes from an earlier turn; which of its parts is meant, the last turn says.
            asked = parse_question(question.focus, self._vocabulary, self._catalogue, question.language)
        places = {(unit.document.id, unit.start, unit.end) for unit in units}

        def weighed(each: Question) -> list[Scored]:
            found = self._weigher.weigh(each, evidence, lambda unit: _place(unit) in places)
            return [replace(one, score=one.score + NAMED) for one in found]

        scored = weighed(asked)
        chosen = _with_each_article(question, scored, choose(scored, self._most))
        if not chosen and asked is not question:
            # What was asked last says too little by itself.
            chosen = choose(weighed(question), self._most)
        if not chosen:
            closest = self._closest(question, _with_each_article(question, scored, _nearest(scored)), evidence[:3])
            if closest.statements:
                return closest
            return replace(closest, confidence=_above_bar(scored), probability=_chance(scored))
        return self.answered(question, [statement_of(unit) for unit in chosen])

    def _treaties(self, question: Question, language: str) -> list[Document]:
        quotable = self._library.versions().quotable(language)
        treaties = [self._library.document(header.id) for header in self._library.headers(kind="treaty")
                    if header.id in quotable and question.covers(header.id)]  # fmt: skip
        keys = {entry.key for entry in (*question.named, *question.called)}
        symbols = {symbol.text for symbol in question.symbols}
        named = [d for d in treaties if d.key in keys or (d.symbol and d.symbol.text in symbols)]
        return named or treaties

    def _from_evidence(self, question: Question, most: int) -> Answer:
        """The answer of the passages that search finds, of which `most` are read at most."""
        scope = self._scope(question)
        versions = self._library.versions()
        documents = None if scope is None else sorted(versions.quotable(question.language, scope))
        evidence = self.gather(question, documents)
        scored = lifted(self._scored(question, evidence, most), question.carried)
        sure, chance = _above_bar(scored), _chance(scored)
        chosen = choose(scored, self._most)
        if not chosen:
            chosen, elsewhere = self._from_other_languages(question, scope, most)
            sure, chance = (_above_bar(elsewhere), _chance(elsewhere)) if chosen else (sure, chance)
        if not chosen:
            return replace(self._closest(question, _nearest(scored), evidence), confidence=sure, probability=chance)
        chosen += self._named_beside(question, scored, chosen)
        answer = self.answered(question, [statement_of(unit) for unit in chosen])
        return replace(answer, confidence=sure, probability=chance)

    def _closest(self, question: Question, nearest: Sequence[Unit], evidence: Sequence[Evidence]) -> Answer:
        """What comes closest where nothing is sure to answer, told as such; where nothing comes close, that."""
        if not nearest:
            return self._not_found(question, evidence)
        return self._unsure(self.answered(question, [statement_of(unit) for unit in nearest]))

    @staticmethod
    def _unsure(answer: Answer) -> Answer:
        return replace(answer, status="tentative", reason=f"{say('tentative', answer.language)} {answer.reason}")

    def _named_beside(self, question: Question, scored: Sequence[Scored], chosen: Sequence[Unit]) -> list[Unit]:
        """Where a question names several documents that are held, the best unit of each that has no say yet."""
        keys = {entry.key for entry in (*question.named, *question.called)}
        if len(keys & {each.unit.document.key for each in scored}) < 2:
            return []
        for unit in chosen:
            keys.discard(unit.document.key)
        best: dict[str, Unit] = {}
        for each in scored:
            if each.unit.document.key in keys and each.score >= 0.0:
                best.setdefault(each.unit.document.key, each.unit)
        return list(best.values())

    def _from_other_languages(
        self, question: Question, scope: Sequence[str] | None, most: int
    ) -> tuple[list[Unit], Sequence[Scored]]:
        """What the English versions answer where those in the question's language do not, and the units weighed;
        quoted from the question's language where it has the same place."""
        versions = self._library.versions()
        english = versions.quotable("en", scope)
        if english == versions.quotable(question.language, scope):
            return [], []
        scored = self._scored(question, self.gather(question, sorted(english)), most)
        chosen = choose(scored, self._most)
        own = [in_language(unit, self._library, question.language) for unit in chosen]
        told = [
            new if question.admits(new.document.id, new.block) else old for new, old in zip(own, chosen, strict=True)
        ]
        return told, scored

    def _scored(self, question: Question, evidence: Sequence[Evidence], most: int) -> list[Scored]:
        """The units of evidence that the question may be answered from, with their scores."""
        scored = self._weigher.weigh(
            question,
            evidence,
            lambda unit: question.admits(unit.document.id, unit.block) and not _of_another_item(question, unit),
            most,
            self._named_alone(question),
        )
        if self.watch is not None:
            self.watch(question, evidence, scored)
        return scored

    def _named_alone(self, question: Question) -> list[str]:
        """The documents that a question names, where these are few."""
        named = self._scope(question) if question.symbols or question.named else None
        quotable = self._library.versions().quotable(question.language, named) if named else ()
        return sorted(quotable) if len(quotable) <= FIRST else []

    def gather(self, question: Question, documents: Sequence[str] | None) -> list[Evidence]:
        """The best passages, and those that answered the turn before."""
        evidence = self._retriever.retrieve(question, max(READ, self._passages), documents)
        return [*evidence, *self._carried(question, documents, {each.id for each in evidence})]

    def _carried(self, question: Question, documents: Sequence[str] | None, known: set[str]) -> list[Evidence]:
        """What answered the turn before and was not retrieved for this one."""
        held = self._library.passages_by_id([each for each in question.carried if each not in known])
        found = [
            Evidence(passage, self._library.document(passage.document_id), 0.0, None, None)
            for passage in held.values()
            if documents is None or passage.document_id in documents
        ]
        return [each for each in found if _in_parts(each, question)]

    def _scope(self, question: Question) -> list[str] | None:
        """The documents that a question is restricted to by its scope, or restricts itself to by symbol or name;
        None for all."""
        keys = {entry.key for entry in question.named}
        behind = self._library.superseded()
        held = [each for each, key in self._library.versions().keys.items() if key in keys and each not in behind]
        for symbol in self._asked(question):
            held += self._under(symbol)
        if held and not question.symbols and not question.articles:
            # A treaty that is named is what a text without a symbol may be about.
            held += [document_id for document_id, key in self._library.versions().keys.items() if "/" not in key]
        named = list(dict.fromkeys(held)) or None
        if question.within is None:
            return named
        return [each for each in named or sorted(question.within) if each in question.within]

    def evidence_for(self, question: Question, quoted: Answer) -> list[Evidence]:
        """The evidence to write from, all in one language: the passages of what is quoted, of each article that is named,
        then what was retrieved. The language is the question's where what is quoted has it, or else any of them where nothing
        is quoted; otherwise that of the first passage."""
        scope = self._scope(question)
        documents = None if scope is None else sorted(self._library.versions().quotable(question.language, scope))
        cited = {citation.id: citation for citation in quoted.citations}
        treaties = self._treaties(question, question.language) if question.articles else []
        units = [u for each in treaties for a in question.articles for u in article_units(self._library, each, a)]
        found = {each.id: each for each in (*(u.evidence for u in units), *self.gather(question, documents))}
        for passage_id, passage in self._library.passages_by_id([each for each in cited if each not in found]).items():
            found[passage_id] = Evidence(passage, self._library.document(passage.document_id), 0.0, None, None)
        order = [*(found[each] for each in cited if each in found), *(e for i, e in found.items() if i not in cited)]
        readable = [each for each in order if any(units_of(each)) and _in_parts(each, question, whole=True)]
        languages = [each.document.language for each in (order[: len(cited)] if cited else readable)]
        spoken = question.language if question.language in languages else next(iter(languages), "")
        return [each for each in readable if each.document.language == spoken][: self._passages]

    def answered(self, question: Question, statements: Sequence[Statement]) -> Answer:
        language = question.language
        repeats: list[str] = []
        if not question.symbols and not question.named:
            statements, repeats = self._versions.latest(statements, language)
        told, notes = self._versions.corrected(ordered(statements), language)
        answer = Answer(question.text, language, "answered", "", ordered(told))
        cited = {citation.document: self._library.document(citation.document) for citation in answer.citations}
        notes += repeats
        notes += self._versions.notes(self._asked(question), list(cited.values()), language)
        labels = joined(list(dict.fromkeys(document.label for document in cited.values())), language)
        verdicts = {statement.verdict for statement in answer.statements}
        way = next((way for way in ("supported", "quoted") if way in verdicts), "derived")
        parts = [say("written" if way == "supported" else way, language, documents=labels)]
        for other in sorted({document.language for document in cited.values()} - {language}):
            parts.append(say("text_language", language, language=language_name(other, language)))
        return replace(answer, reason=" ".join(parts), notes=tuple(notes))

    def _not_found(self, question: Question, evidence: Sequence[Evidence]) -> Answer:
        see = tuple(Pointer.to(each.document, each.passage.locator) for each in evidence[:3])
        reason = say("not_found", question.language)
        return Answer(question.text, question.language, "not_found", reason, see_also=tuple(dict.fromkeys(see)))


def _lacking(question: Question, lacking: Lacking) -> Answer:
    return Answer(question.text, question.language, "not_found", lacking.reason, see_also=(lacking.see,))


def _in_parts(evidence: Evidence, question: Question, *, whole: bool = False) -> bool:
    passage = evidence.passage
    return question.admits(evidence.document.id, passage.first, passage.last, whole=whole)


def _tells_of(answer: Answer, named: Sequence[Entry]) -> bool:
    """Whether the first statement of an answer speaks of one of the texts that the question names."""
    said = fold(" ".join(citation.quote for statement in answer.statements[:1] for citation in statement.citations))
    return any(fold(name) in said for entry in named for name in entry.names)


def _of_another_item(question: Question, unit: Unit) -> bool:
    """Whether a unit stands in an agenda under another item than those that the question names."""
    found = _ITEM.search(unit.locator) if question.items and unit.document.kind == "agenda" else None
    return found is not None and found[1] not in {item.partition(" ")[0] for item in question.items}


def _above_bar(scored: Sequence[Scored]) -> float | None:
    """How far the best evidence is above the bar for answering; None without evidence."""
    return max((each.score for each in scored), default=None)


def _chance(scored: Sequence[Scored]) -> float | None:
    """The chance that the best evidence answers; None without evidence."""
    return scored[0].probability if scored else None


def _nearest(scored: Sequence[Scored]) -> list[Unit]:
    """The units that may be shown as what comes closest."""
    return choose(scored, CLOSEST, closest=True)


def _with_each_article(question: Question, scored: Sequence[Scored], chosen: list[Unit]) -> list[Unit]:
    """What was chosen, if anything, and the best unit of each article that is named and has no say yet."""
    more = []
    for article in question.articles if chosen and len(question.articles) > 1 else ():
        own = [each.unit for each in scored if within(each.unit.locator, f"art. {article}")]
        if not any(within(unit.locator, f"art. {article}") for unit in chosen):
            more += own[:1]
    return [*chosen, *more]


def _place(unit: Unit) -> tuple[str, int, int]:
    return unit.document.id, unit.start, unit.end


def _whole(units: Sequence[Unit], most: int) -> list[Unit]:
    """The units of a provision in order, each word once."""
    chosen: list[Unit] = []
    for unit in sorted(units, key=lambda each: (each.document.id, each.start, -each.end)):
        if not any(o.document.id == unit.document.id and o.start <= unit.start and unit.end <= o.end for o in chosen):
            chosen.append(unit)
    return chosen[:most]
