"""The answer to one question in quotes: of a meeting's rows, the place that is named, or the best evidence; or what is not held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer_phrases import either, joined, say
from assistant.meeting import MeetingAnswer, MeetingAnswerer, text_names_day
from assistant.meeting.meeting_choice import names_time
from assistant.qa.abstention import CARRIED_BONUS, FURTHER_STATEMENT_GAP
from assistant.qa.answer import Answer, Statement
from assistant.qa.citations import CLOSEST, AnswerComposer, choose, nearest, unsure, weighed, with_totals
from assistant.qa.missing_documents import NOTES, MissingDocuments
from assistant.qa.provisions import NamedPlaces, places_in
from assistant.qa.retriever import Evidence, Retriever, restricted
from assistant.qa.revisions import in_language
from assistant.qa.scoring import FIRST, READ, STEPS, ScoredUnit, Scorer
from assistant.qa.sections import NamedSections, NamedSpeeches
from assistant.qa.table_extremes import extreme
from assistant.qa.units import Unit
from assistant.question import Question, cites
from corpus.analysis import analyse, fold
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.library import Library
from corpus.symbols import find_symbols, same_document

Watch = Callable[[Question, Sequence[Evidence], Sequence[ScoredUnit]], None]
TOLD = STEPS[1]
"""Tellings of a meeting that are read where neither the first of them nor any passage is enough for an answer."""
MEANT = 3
"""Other meetings that are named where a question may mean them, too."""
COMPARED = 4
"""Texts that a question may name for each of them to be asked."""


class ExtractiveAnswerer:
    """Answers one question from what is held, in statements that are quotes or derived from a meeting's rows.

    `watch` is shown each weighing of evidence: the question, the passages, their units with scores, best first. `desk` answers
    from meetings, `places` from places that are named. Of the passages that the `retriever` finds `passages` are weighed at least.
    """

    def __init__(
        self,
        library: Library,
        catalogue: Catalogue,
        retriever: Retriever,
        scorer: Scorer,
        composer: AnswerComposer,
        passages: int,
    ) -> None:
        self._library, self._retriever, self._scorer, self._composer = library, retriever, scorer, composer
        self.meeting_answerer = MeetingAnswerer(library, scorer)
        parts = library, retriever, scorer, composer
        self.places, self._sections, self._speeches = NamedPlaces(*parts), NamedSections(*parts), NamedSpeeches(*parts)
        self._missing = MissingDocuments(library, catalogue)
        self._searched, self._most = max(READ, passages), composer.most
        self.watch: Watch | None = None

    def answer(self, question: Question, most: int = READ) -> Answer:
        """The answer to a question: what is held answers first; that something is not held is said where it does not. Of the passages
        that are found `most` are read at most."""
        missing, (lacking, of_item) = self._missing.symbols(question), self.meeting_answerer.find_missing(question)
        if missing and len(missing) == len(question.symbols):
            return self._of_missing(question, missing, None if lacking else self._sure_meeting(question))
        if lacking is not None and of_item:
            return lacking
        instrument = self._missing.instrument(question)
        if instrument is not None and question.articles:
            return instrument
        section = None if question.articles else self._sections.answer(question)
        acts = self._missing.acts(question) if section is None else []
        reasons = [each.reason for each in (*missing, *acts)][:NOTES]
        named = question.articles or question.symbols or question.named
        # A paragraph that is named beside a decision is that of the decision.
        found = section if section is not None and places_in(question) else None
        found = found or (self.places.answer(question) if named else None) or section or self._speeches.answer(question)
        if found is None and not named:
            found = None if question.items else self.places.sought(question)
            if found is None and acts:
                return self._of_acts(question, acts, reasons)
        if found is None:
            meeting = None if lacking else self._sure_meeting(question)
            # What says no word of the question may be sure of something else.
            enough = meeting is not None and not _says_none(question, meeting.statements[:1])
            found = self._from_evidence(question, FIRST if enough else most, meeting)
            reasons += self.places.lacking(question, found)
        if found.status != "answered" and named:
            found = self._sections.headed(question) or found
        if lacking is None:
            found = self._naming_others(question, self._or_meeting(question, found))
        elif found.status != "answered" or not _cites_named_day(question, found):
            found = lacking
        absent = self._absent_instead(question, found, instrument)
        return absent or self._compared(question, replace(found, notes=(*found.notes, *reasons)))

    def _sure_meeting(self, question: Question) -> MeetingAnswer | None:
        """What the rows of a meeting say, where that is enough for an answer."""
        meeting = self.meeting_answerer.answer(question)
        return meeting if meeting is not None and meeting.best.score >= 0.0 else None

    def _of_missing(self, question: Question, missing: Sequence[Answer], meeting: MeetingAnswer | None) -> Answer:
        """Where nothing that the question names is held: what a `meeting` surely says, or what other texts say of it; else that it is
        not held."""
        if meeting is not None:
            return self._from_meeting(question, meeting)
        told = self._from_mentions(question)
        reasons = [each.reason for each in (*missing, *self._missing.acts(question))][:NOTES]
        return replace(told, notes=(*told.notes, *reasons)) if told else missing[0]

    def _absent_instead(self, question: Question, found: Answer, instrument: Answer | None) -> Answer | None:
        """That a text which the question names is not held, where what was found is no answer, or rather speaks of others than a treaty
        (`instrument`) that the documents only refer to."""
        if instrument is not None and self._missing.holds_of(question.named):
            instrument = None
        if instrument is not None and found.status == "tentative" and not _tells_of(found, question.named):
            return instrument
        absent = self._missing.named(question) or instrument
        told = absent is not None and (found.status == "not_found" or (found.status == "tentative" and absent.absent))
        return absent if told else None

    def _of_acts(self, question: Question, acts: Sequence[Answer], reasons: Sequence[str]) -> Answer:
        """What texts that cite resolutions which a question names and that are not held say of them; else that these are not held."""
        told = self._from_mentions(question) or self._from_evidence(question, READ)
        first = next((self._library.document(citation.document) for citation in told.citations), None)
        cited = first is not None and any(cites(first.text, number) for number in question.acts_lacking)
        if told.status != "answered" or not cited:
            return replace(acts[0], notes=tuple(reasons[1:]))
        return replace(told, notes=(*told.notes, *reasons))

    def _or_meeting(self, question: Question, found: Answer) -> Answer:
        """What was found in passages, or what the rows of a meeting say where that is better; behind the one what the other says
        first, where that is near: of rows that are not sure only where nothing else is asked about than a timetable. Where rows only
        tell that a document is announced which is not held, that."""
        answered = found.status == "answered"
        if found.confidence is None and found.statements:
            return found  # a place that is named
        meeting = self.meeting_answerer.answer(question, FIRST if answered else TOLD)
        if meeting is None:
            return found
        score, sure = meeting.best.score, meeting.best.score >= 0.0
        ahead = score - found.confidence if found.confidence is not None and found.statements else FURTHER_STATEMENT_GAP
        if sure and question.nth_days and self.meeting_answerer.is_about_timetable(question):
            ahead = max(ahead, 0.0)  # "the third day" may be that of any meeting, or its number
        behind = ahead <= -FURTHER_STATEMENT_GAP and not (sure and self.meeting_answerer.is_about_timetable(question))
        if score < meeting.best.thresholds.tentative_margin or (answered and not sure) or behind:
            return found
        if ahead < 0.0 and not sure and not self.meeting_answerer.is_about_timetable(question):
            return found
        beside_it = _says_none(question, meeting.statements[:1]) and not _says_none(question, found.statements[:1])
        if beside_it and (ahead < 0.0 or answered) and not names_time(question):
            return found
        if ahead < 0.0:
            most = self._most if answered else CLOSEST
            room = most - 1 if sure else most  # what is not sure takes no place of what is nearer
            said = [*found.statements[:room], *meeting.statements[:1]][:most]
            answer = self._composer.answered(question, said)
            answer = replace(answer, confidence=found.confidence, probability=found.probability)
            return answer if answered else unsure(answer)
        if not sure and meeting.announces is not None and not self._missing.holds(meeting.announces):
            return self._missing.announced(question, meeting.announces)
        beside = found.statements[:1] if ahead < FURTHER_STATEMENT_GAP and answered == sure else ()
        told = meeting.statements if sure else meeting.statements[: CLOSEST - len(beside)]
        answer = self._from_meeting(question, replace(meeting, statements=(*told, *beside)))
        return answer if sure else unsure(answer)

    def _from_meeting(self, question: Question, meeting: MeetingAnswer) -> Answer:
        answer = self._composer.answered(question, meeting.statements)
        notes = (*answer.notes, *self._missing.announced_only(meeting.statements, question.language))
        notes = (*notes, *self._other_meetings(meeting.others, question.language))
        return replace(answer, notes=notes, confidence=meeting.best.score, probability=meeting.best.probability)

    def _other_meetings(self, agendas: Sequence[str], language: str) -> list[str]:
        """That a question may also mean the meetings of other agendas."""
        labels = [self._library.document(each).label for each in agendas]
        told = either(labels[:MEANT], language) + (" …" if len(labels) > MEANT else "")
        return [say("other_meetings", language, others=told)] if labels else []

    def _naming_others(self, question: Question, answer: Answer) -> Answer:
        """An answer to a question about an item, which tells which other meetings that have it may be meant."""
        meant = [each.document_id for each in self.meeting_answerer.find_meetings(question)] if question.items else []
        keys, cited = self._library.versions().keys, {citation.document for citation in answer.citations}
        said = {keys[citation] for citation in cited}
        others = [each for each in meant if keys[each] not in said]
        told = self._other_meetings(others, question.language) if len(others) < len(meant) else []
        return replace(answer, notes=tuple(dict.fromkeys((*answer.notes, *told))))

    def _of_one_meeting(self, question: Question, scored: Sequence[ScoredUnit]) -> list[ScoredUnit]:
        """Units scored, best first: of the agendas of several meetings that have the item that a question names those of the one whose
        unit is the best."""
        keys = self._library.versions().keys
        meant = (
            {keys[each.document_id] for each in self.meeting_answerer.find_meetings(question)}
            if question.items
            else set()
        )
        first = next(
            (candidate.unit.document.key for candidate in scored if candidate.unit.document.key in meant), None
        )
        return [candidate for candidate in scored if (key := candidate.unit.document.key) == first or key not in meant]

    def _from_evidence(self, question: Question, most: int, meeting: MeetingAnswer | None = None) -> Answer:
        """The answer of the passages that search finds, of which `most` are read at most; where a `meeting` answers surely, from no
        agenda of another one that may be meant."""
        evidence = self._retriever.gather(question, self._searched)
        keys = self._library.versions().keys
        others = {keys[each] for each in meeting.others} if meeting else set()
        scored = self._scored(question, evidence, most, lambda unit: unit.document.key not in others)
        scored = self._of_one_meeting(question, _lifted(scored, question))
        chosen, told = choose(scored, self._most), scored
        first = chosen or nearest(scored)
        if first and (most_of := extreme(self._library, question, first[0])):
            note = say(f"extreme_{most_of.kind}", question.language, head=most_of.head)
            answer = weighed(self._composer.quoted(question, [most_of.unit]), scored)
            answer = replace(answer, notes=(*answer.notes, note))
            return answer if chosen else unsure(answer)
        if not chosen:
            chosen, told = self._from_other_languages(question, most)
        if not chosen:
            return weighed(self._composer.closest(question, nearest(scored), evidence), scored)
        beside, silent = self._named_beside(question, chosen, most)
        chosen = with_totals(self._library, question, chosen) + beside
        answer = weighed(self._composer.quoted(question, chosen), told)
        notes = [say("silent", question.language, documents=joined(silent, question.language))] if silent else []
        return replace(answer, notes=(*answer.notes, *notes))

    def _from_mentions(self, question: Question) -> Answer | None:
        """What texts that are held say of one that the question names and that is not, in paragraphs and rows that name it; None where
        that is not enough for an answer."""

        def said(words: str) -> bool:
            found = [mention.symbol for mention in (*find_symbols(words), *question.known.find(words, alike=True))]
            named = any(same_document(one, symbol) for one in found for symbol in question.symbols)
            return named or any(cites(words, number) for number in question.acts_lacking)

        def names(unit: Unit) -> bool:
            return said(f"{unit.context} {unit.document.block_text(unit.document.blocks[unit.block])} {unit.text}")

        found = self._retriever.gather(question, self._searched)
        evidence = [each for each in found if said(f"{each.passage.heading} {each.passage.text}")]
        if not evidence:
            return None
        scored = self._scored(question, evidence, READ, names)
        chosen = choose(scored, self._most)
        return weighed(self._composer.quoted(question, chosen), scored) if chosen else None

    def _named_beside(self, question: Question, chosen: Sequence[Unit], most: int) -> tuple[list[Unit], list[str]]:
        """Where a question names several texts that are held, the best unit of each that has no say yet, if it is enough for an answer; and
        the labels of those of which none is."""
        versions, said = self._library.versions(), {unit.document.key for unit in chosen}
        held = self._named_and_held(question)
        keys = {versions.keys[each] for each in held}
        best, silent = list[Unit](), list[str]()
        for key in sorted(keys - said) if 1 < len(keys) <= COMPARED else ():
            own = [each for each in held if versions.keys[each] == key]
            scored = self._scored(question, self._retriever.retrieve(question, self._searched, own), most)
            if scored and scored[0].score >= 0.0:
                best.append(scored[0].marked)
            else:
                silent.append(self._library.document(own[0]).label)
        return best, silent

    def _named_and_held(self, question: Question) -> list[str]:
        """The ids of the texts that a question names and that may be quoted."""
        versions = self._library.versions()
        ids = {
            version.id for symbol in question.symbols for version in versions.current_versions(symbol, question.within)
        }
        ids |= {each for each, key in versions.keys.items() if key in question.treaty_keys}
        return sorted(each for each in versions.quotable_documents(question.language, ids) if question.covers(each))

    def _compared(self, question: Question, answer: Answer) -> Answer:
        """An answer with a note that two texts which the question names can be compared, where nothing surely answers: what is new in the
        one no passage tells. Of two versions of one text nothing surely does."""
        versions = self._library.versions()
        named = [each for each in versions.with_symbol if each.symbol in question.symbols and question.covers(each.id)]
        of_one = len({each.lineage for each in named}) < len({versions.keys[each.id] for each in named})
        ids = [each.id for each in named] if of_one else self._named_and_held(question)
        labels = {versions.keys[each]: self._library.document(each).label for each in ids}
        if len(labels) != 2 or (answer.status == "answered" and not of_one):
            return answer
        note = say("comparable", question.language, one=min(labels.values()), other=max(labels.values()))
        answer = replace(answer, notes=(*answer.notes, note))
        return unsure(answer) if answer.status == "answered" else answer

    def _from_other_languages(self, question: Question, most: int) -> tuple[list[Unit], list[ScoredUnit]]:
        """What the English versions answer where those in the question's language do not, and the units weighed;
        quoted from the question's language where it has the same place."""
        versions, scope = self._library.versions(), restricted(question, self._library)
        if versions.quotable_documents("en", scope) == versions.quotable_documents(question.language, scope):
            return [], []
        scored = self._scored(question, self._retriever.gather(question, self._searched, "en"), most)
        chosen = choose(scored, self._most)
        pairs = [(in_language(unit, self._library, question.language), unit) for unit in chosen]
        return [own if question.admits(own.document.id, own.block) else unit for own, unit in pairs], scored

    def _scored(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        most: int,
        wanted: Callable[[Unit], bool] = lambda _: True,
    ) -> list[ScoredUnit]:
        """The units of evidence that the question may be answered from and that are `wanted`, with their scores."""

        def among(unit: Unit) -> bool:
            document, block = unit.document, unit.block
            admitted = question.admits(document.id, block) and not self.meeting_answerer.is_about_other_item(
                question, document, block
            )
            return admitted and wanted(unit)

        own = [hit.passage.text for hit in evidence if hit.document.language == question.language]
        spelt = question.spelt_by(own)
        scored = self._scorer.score_evidence(spelt, evidence, among, most, self._named_alone(question))
        if self.watch is not None:
            self.watch(question, evidence, scored)
        return scored

    def _named_alone(self, question: Question) -> list[str]:
        """The documents that a question names, where these are few; "the agenda" is that of the only meeting that may be meant."""
        named = restricted(question, self._library) if question.symbols or question.named else None
        if named is None and question.vocabulary.says("agenda", question.rest, question.language):
            meant = self.meeting_answerer.find_meetings(question)
            named = [meant[0].document_id] if len(meant) == 1 else None
        quotable = self._library.versions().quotable_documents(question.language, named) if named else ()
        return sorted(quotable) if len(quotable) <= FIRST else []


def _tells_of(answer: Answer, named: Sequence[CatalogueEntry]) -> bool:
    """Whether the first statement of an answer speaks of one of the texts that the question names."""
    said = fold(" ".join(citation.quote for statement in answer.statements[:1] for citation in statement.citations))
    return any(fold(name) in said for entry in named for name in entry.names)


def _cites_named_day(question: Question, answer: Answer) -> bool:
    """Whether the first statement of an answer names the day that a question names."""
    cited = (citation for statement in answer.statements[:1] for citation in statement.citations)
    return any(
        text_names_day(question, f"{citation.locator}\n{citation.quote}", citation.language) for citation in cited
    )


def _says_none(question: Question, statements: Sequence[Statement]) -> bool:
    """Whether statements say no word of what a question is about."""
    said = analyse(" ".join(statement.text for statement in statements), question.language)
    return set(question.content).isdisjoint(said)


def _lifted(scored: Sequence[ScoredUnit], question: Question) -> list[ScoredUnit]:
    """Units scored, best first, those of carried passages lifted that say a word of what was asked last: never over the bar for answering."""
    asked = set(question.content_of(question.focus))

    def lifted(unit: Unit) -> bool:
        if unit.evidence.id not in question.carried:
            return False
        language = unit.document.language
        return not asked or language != question.language or not asked.isdisjoint(analyse(unit.text, language))

    told = ((candidate, CARRIED_BONUS * (candidate.score >= 0.0 and lifted(candidate.unit))) for candidate in scored)
    return sorted((replace(each, score=each.score + more) for each, more in told), key=lambda each: -each.odds)
