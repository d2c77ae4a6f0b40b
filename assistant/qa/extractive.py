"""Extractive answers to one question: from a meeting's rows, a named place, or the best evidence; or that a named document is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer_phrases import either, joined, say
from assistant.meeting import MeetingAnswer, MeetingAnswerer, text_names_day
from assistant.qa.abstention import CARRIED_BONUS, NEXT_SENTENCE_GAIN, SHARED_WORDS, log_odds
from assistant.qa.answer import Answer
from assistant.qa.citations import (
    CLOSEST,
    AnswerComposer,
    as_tentative,
    choose,
    choose_tentative,
    rows_left,
    with_confidence,
    with_totals,
)
from assistant.qa.missing_documents import NOTES, MissingDocuments
from assistant.qa.numbered_rows import NumberedRows
from assistant.qa.place_questions import places_in, words_of_document
from assistant.qa.provisions import NamedPlaces
from assistant.qa.retriever import Evidence, Retriever, restricted_ids, spelled_out
from assistant.qa.revisions import in_other_language
from assistant.qa.scoring import FIRST, READ, STEPS, ScoredUnit, Scorer
from assistant.qa.sections import NamedSections, NamedSpeeches
from assistant.qa.table_extremes import extreme
from assistant.qa.units import Unit
from assistant.question import Question, cites, parse_question
from corpus.analysis import analyse, fold
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.library import Library
from corpus.places import parse_locator
from corpus.symbols import find_symbols, same_document

Watch = Callable[[Question, Sequence[Evidence], Sequence[ScoredUnit]], None]
MEETING_READ = STEPS[1]
"""Row passages of a meeting that are read where neither the first of them nor any passage of a document is enough for an answer."""
OTHER_MEETINGS = 3
"""Most other meetings that are named where a question may also be about them."""
MAX_NAMED_TEXTS = 4
"""Most named texts of which each is searched by itself."""


class ExtractiveAnswerer:
    """Answers one question from the library, in statements that are quotes or derived from a meeting's rows.

    `watch` is called after each scoring of evidence with the question, the passages, and their units with scores, best first.
    `meeting_answerer` answers from meetings, `places` from named places. At least `passages` passages are retrieved for scoring.
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
        self.meeting_answerer = MeetingAnswerer(library, scorer, retriever)
        parts = library, retriever, scorer, composer
        self.places, self._sections, self._speeches = NamedPlaces(*parts), NamedSections(*parts), NamedSpeeches(*parts)
        self._rows = NumberedRows(*parts)
        self._missing = MissingDocuments(library, catalogue)
        self._searched, self._most = max(READ, passages), composer.most
        self.watch: Watch | None = None

    def answer(self, question: Question, most: int = READ) -> Answer:
        """The answer to a question, from the first that has one: a meeting's rows or a named section, place or speech, else the evidence
        that search finds, of which at most `most` passages are read. Only where nothing answers does it say that a named document is
        missing."""
        missing_answers = self._missing.symbols(question)
        missing_place, is_item = self.meeting_answerer.find_missing(question)
        if missing_answers and len(missing_answers) == len(question.symbols):
            meeting = None if missing_place else self._sure_meeting(question)
            return self._answer_missing(question, missing_answers, meeting)
        if (
            missing_place is not None
            and is_item
            and not (_may_mean_paragraph(question) or self._is_item_in_texts(question))
        ):
            return missing_place
        instrument = self._missing.instrument(question)
        if instrument is not None and question.articles:
            return instrument
        section = None if question.articles else self._sections.answer(question)
        acts = self._missing.acts(question) if section is None else []
        reasons = [each.reason for each in (*missing_answers, *acts)][:NOTES]
        names_text = question.articles or question.symbols or question.named
        # A paragraph named beside a decision is a paragraph of that decision.
        found = section if section is not None and places_in(question) else None
        if found is None and names_text:
            found = self.places.answer(question)
        found = found or section
        if found is None:
            called = None if names_text else self.places.answer_from_called(question)
            found = called or self._rows.answer(question, lambda: self._from_evidence(question, most))
            if found is not None and not found.statements:
                return found  # that there is no such place, which no row of a meeting answers
        found = found or self._speeches.answer(question)
        if found is None and not names_text:
            found = None if question.items else self.places.answer_without_document(question)
            if found is None and acts:
                return self._answer_acts(question, acts, reasons)
        if found is None:
            meeting = None if missing_place else self._sure_meeting(question)
            found = self._from_evidence(question, FIRST if meeting is not None else most)
            if found.status == "answered" and not names_text and words_of_document(question):
                found = as_tentative(found)  # which document has the named place is not known
        if found.status != "answered" and names_text:
            found = self._sections.headed(question) or found
        if missing_place is None:
            found = self._with_other_meetings_note(question, self._merge_with_meeting(question, found))
        elif is_item:
            pass  # an item of the agenda of other texts: what these do not say, no agenda in the library denies
        elif found.status != "answered" or not _cites_named_day(question, found):
            found = missing_place
        missing_answer = self._missing_instead(question, found, instrument)
        return missing_answer or self._with_comparison_note(question, replace(found, notes=(*found.notes, *reasons)))

    def _is_item_in_texts(self, question: Question) -> bool:
        """Whether a passage found for a question names the agenda item that it names, and has enough of its words (`SHARED_WORDS`) if it is in the
        same language: an item of an agenda that is not in the library."""
        if question.of_item is not None:
            return False
        agendas = {meeting.document_id for meeting in self.meeting_answerer.find_meetings(question)}
        hits = [each for each in self._retriever.gather(question, self._searched) if each.document.id not in agendas]
        for hit in hits:
            text, language = f"{hit.passage.heading}\n{hit.passage.text}", hit.document.language
            if language == question.language and question.share_of_words(text, language) < SHARED_WORDS:
                continue
            items = parse_question(text, question.vocabulary, question.catalogue, language).items
            if not {*question.items}.isdisjoint(items):
                return True
        return False

    def _sure_meeting(self, question: Question) -> MeetingAnswer | None:
        """The answer of a meeting's rows where its score is above the threshold; else None."""
        meeting = self.meeting_answerer.answer(question)
        return meeting if meeting is not None and meeting.best.score >= 0.0 else None

    def _answer_missing(self, question: Question, missing: Sequence[Answer], meeting: MeetingAnswer | None) -> Answer:
        """The answer where all documents that the question names are missing: from a `meeting` that surely answers, from texts that mention
        them, else that they are not in the library."""
        if meeting is not None:
            return self._from_meeting(question, meeting)
        mentioned = self._from_mentions(question)
        reasons = [each.reason for each in (*missing, *self._missing.acts(question))][:NOTES]
        return replace(mentioned, notes=(*mentioned.notes, *reasons)) if mentioned else missing[0]

    def _missing_instead(self, question: Question, found: Answer, instrument: Answer | None) -> Answer | None:
        """The answer that a named text is not in the library, to be given instead of `found`; None where `found` stands.

        It is given where nothing was found, or where a tentative answer does not mention a treaty (`instrument`) that the documents only refer to.
        """
        if instrument is not None and self._missing.has_documents_of_body(question.named):
            instrument = None
        if instrument is not None and found.status == "tentative" and not _mentions_any(found, question.named):
            return instrument
        missing_answer = self._missing.named(question) or instrument
        if found.status == "not_found" or (found.status == "tentative" and missing_answer and missing_answer.absent):
            return missing_answer
        return None

    def _answer_acts(self, question: Question, acts: Sequence[Answer], reasons: Sequence[str]) -> Answer:
        """What texts that cite the named but missing resolutions say of them; else that these are not in the library."""
        answer = self._from_mentions(question) or self._from_evidence(question, READ)
        texts = [self._library.document(citation.document).text for citation in answer.citations[:1]]
        cites_act = any(cites(text, number) for text in texts for number in question.missing_acts)
        if answer.status != "answered" or not cites_act:
            return replace(acts[0], notes=tuple(reasons[1:]))
        return replace(answer, notes=(*answer.notes, *reasons))

    def _merge_with_meeting(self, question: Question, found: Answer) -> Answer:
        """The answer found in passages, or the answer of a meeting's rows where that is likelier.

        Where rows only announce a document that is missing, the answer is that it is missing.
        """
        answered = found.status == "answered"
        if found.confidence is None and found.statements:
            return found  # from a named place
        meeting = self.meeting_answerer.answer(question, FIRST if answered else MEETING_READ)
        if meeting is None:
            return found
        score, sure = meeting.best.score, meeting.best.score >= 0.0
        if score < meeting.best.thresholds.tentative_margin or (answered and not sure):
            return found
        ahead = 0.0
        if found.probability is not None and found.statements:
            # Rows and passages may have thresholds of different readers, or for different likenesses: probabilities compare.
            ahead = log_odds(meeting.best.probability) - log_odds(found.probability)
        if ahead < 0.0:
            return found
        if not sure and meeting.announces is not None and not self._missing.in_library(meeting.announces):
            return self._missing.announced(question, meeting.announces)
        statements = meeting.statements if sure else meeting.statements[:CLOSEST]
        answer = self._from_meeting(question, replace(meeting, statements=statements))
        return answer if sure else as_tentative(answer)

    def _from_meeting(self, question: Question, meeting: MeetingAnswer) -> Answer:
        answer = self._composer.answered(question, meeting.statements)
        notes = (*answer.notes, *self._missing.announced_only(meeting.statements, question.language))
        notes = (*notes, *self._other_meetings_note(meeting.others, question.language))
        return replace(answer, notes=notes, confidence=meeting.best.score, probability=meeting.best.probability)

    def _other_meetings_note(self, agendas: Sequence[str], language: str) -> list[str]:
        """A note that a question may also be about the meetings of other agendas."""
        labels = [self._library.document(each).label for each in agendas]
        others = either(labels[:OTHER_MEETINGS], language) + (" …" if len(labels) > OTHER_MEETINGS else "")
        return [say("other_meetings", language, others=others)] if labels else []

    def _with_other_meetings_note(self, question: Question, answer: Answer) -> Answer:
        """The answer to a question about an item, with a note on other meetings that have the item."""
        meant = [each.document_id for each in self.meeting_answerer.find_meetings(question)] if question.items else []
        keys, cited = self._library.versions().keys, {citation.document for citation in answer.citations}
        said = {keys[citation] for citation in cited}
        others = [each for each in meant if keys[each] not in said]
        told = self._other_meetings_note(others, question.language) if len(others) < len(meant) else []
        return replace(answer, notes=tuple(dict.fromkeys((*answer.notes, *told))))

    def _from_evidence(self, question: Question, most: int) -> Answer:
        """The answer from the passages that search finds, of which at most `most` are read."""
        evidence = self._retriever.gather(question, self._searched)
        scored = self._scored(question, evidence, most)
        scored = _with_carried_bonus(scored, question)
        chosen, answering = choose(scored, self._most), scored
        best_units = chosen or choose_tentative(scored)
        if extreme_row := extreme(self._library, question, best_units, scored):
            row, kind, head = extreme_row
            note = say(f"extreme_{kind}", question.language, head=head)
            answer = with_confidence(self._composer.quoted(question, [row]), scored)
            answer = replace(answer, notes=(*answer.notes, note))
            return answer if chosen else as_tentative(answer)
        if not chosen:
            chosen, answering = self._from_other_languages(question, most)
        if not chosen:
            return with_confidence(self._composer.closest(question, choose_tentative(scored), evidence), scored)
        chosen = self._with_neighbour(question, chosen, answering)
        beside, silent = self._other_named_texts(question, chosen, most)
        chosen = with_totals(self._library, question, chosen) + beside
        quoted = self._composer.quoted(question, chosen, rows=rows_left(chosen, self._most))
        answer = with_confidence(quoted, answering)
        notes = [say("silent", question.language, documents=joined(silent, question.language))] if silent else []
        return replace(answer, notes=(*answer.notes, *notes))

    def _with_neighbour(self, question: Question, chosen: list[Unit], scored: Sequence[ScoredUnit]) -> list[Unit]:
        """The chosen units with, after the first, the sentence beside it in its paragraph that has a word of the last turn that all of them lack,
        where it would also be enough for an answer, or follows and makes the first a better answer than that is alone: it may tell an exception."""
        first, document = chosen[0], chosen[0].document
        shown = {token for unit in chosen for token in analyse(f"{unit.context} {unit.text}", document.language)}
        asked = question if question.focus == question.text else question.asking(question.focus)
        missing = {*asked.words(document.language)} - shown

        def is_beside(unit: Unit) -> bool:
            if unit.document.id != document.id or unit.block != first.block or any(map(unit.overlaps, chosen)):
                return False
            before, behind = sorted([(first.start, first.end), (unit.start, unit.end)])
            return not document.quote(before[1], behind[0]).strip()

        def adds(each: ScoredUnit) -> bool:
            if each.score >= 0.0 or each.unit.start < first.end:
                return each.score >= 0.0
            both = replace(first, end=each.unit.end)
            alone, together = self._scorer.score_units_alone(question, [first, both], [first.evidence])
            return together.odds >= alone.odds + NEXT_SENTENCE_GAIN

        found = (each for each in scored if is_beside(each.unit))
        found = (each for each in found if missing.intersection(analyse(each.unit.own, document.language)))
        telling = [each.marked for each in found if adds(each)]
        return [first, *telling[:1], *chosen[1:]][: max(self._most, len(chosen))]

    def _from_mentions(self, question: Question) -> Answer | None:
        """What texts in the library say of a named text that is missing, in paragraphs and rows that name it; None where that is not enough
        for an answer."""

        def cites_missing(words: str) -> bool:
            hits = [mention.symbol for mention in (*find_symbols(words), *question.known.find(words, alike=True))]
            named = any(same_document(one, symbol) for one in hits for symbol in question.symbols)
            return named or any(cites(words, number) for number in question.missing_acts)

        def names(unit: Unit) -> bool:
            block_text = unit.document.block_text(unit.document.blocks[unit.block])
            return cites_missing(f"{unit.context} {block_text} {unit.text}")

        hits = self._retriever.gather(question, self._searched)
        evidence = [each for each in hits if cites_missing(f"{each.passage.heading} {each.passage.text}")]
        if not evidence:
            return None
        scored = self._scored(question, evidence, READ, names)
        chosen = choose(scored, self._most)
        return with_confidence(self._composer.quoted(question, chosen), scored) if chosen else None

    def _other_named_texts(self, question: Question, chosen: Sequence[Unit], most: int) -> tuple[list[Unit], list[str]]:
        """Where a question names several texts in the library: for each that is not quoted yet its best unit, if that is enough for an
        answer, and the labels of the texts without such a unit."""
        versions, quoted = self._library.versions(), {unit.document.key for unit in chosen}
        named = self._named_in_library(question)
        keys = {versions.keys[each] for each in named}
        best, silent = list[Unit](), list[str]()
        for key in sorted(keys - quoted) if 1 < len(keys) <= MAX_NAMED_TEXTS else ():
            ids = [each for each in named if versions.keys[each] == key]
            scored = self._scored(question, self._retriever.retrieve(question, self._searched, ids), most)
            if scored and scored[0].score >= 0.0:
                best.append(scored[0].marked)
            else:
                silent.append(self._library.document(ids[0]).label)
        return best, silent

    def _named_in_library(self, question: Question) -> list[str]:
        """The ids of the texts that a question names, that are in the library and may be quoted."""
        versions = self._library.versions()
        named = (versions.current_versions(symbol, question.within) for symbol in question.symbols)
        ids = {version.id for current in named for version in current}
        ids |= {each for each, key in versions.keys.items() if key in question.treaty_keys}
        return sorted(each for each in versions.quotable_documents(question.language, ids) if question.covers(each))

    def _with_comparison_note(self, question: Question, answer: Answer) -> Answer:
        """The answer with a note that the two named texts can be compared, where nothing surely answers: no passage tells what is new in one
        of them. For two versions of one text an answer is never certain, nor where its words have none of the question's."""
        versions = self._library.versions()
        named = [each for each in versions.with_symbol if each.symbol in question.symbols and question.covers(each.id)]
        same_text = len({each.lineage for each in named}) < len({versions.keys[each.id] for each in named})
        ids = [each.id for each in named] if same_text else self._named_in_library(question)
        labels = {versions.keys[each]: self._library.document(each).label for each in ids}
        told = answer.status == "answered" and not same_text and _has_word_asked(question, answer)
        if len(labels) != 2 or told:
            return answer
        note = say("comparable", question.language, one=min(labels.values()), other=max(labels.values()))
        answer = replace(answer, notes=(*answer.notes, note))
        return as_tentative(answer) if answer.status == "answered" else answer

    def _from_other_languages(self, question: Question, most: int) -> tuple[list[Unit], list[ScoredUnit]]:
        """The units of English versions that answer where those in the question's language do not, and all scored units. A unit is replaced
        by the one at the same place of the version in the question's language, where there is one."""
        versions, scope = self._library.versions(), restricted_ids(question, self._library)
        if versions.quotable_documents("en", scope) == versions.quotable_documents(question.language, scope):
            return [], []
        scored = self._scored(question, self._retriever.gather(question, self._searched, "en"), most)
        chosen = choose(scored, self._most)
        pairs = [(in_other_language(unit, self._library, question.language), unit) for unit in chosen]
        return [own if question.admits(own.document.id, own.block) else unit for own, unit in pairs], scored

    def _scored(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        most: int,
        among: Callable[[Unit], bool] = lambda _: True,
    ) -> list[ScoredUnit]:
        """The units of the evidence that the question may be answered from and that pass the filter `among`, with their scores."""

        def usable(unit: Unit) -> bool:
            document, block = unit.document, unit.block
            # What a timetable tells is told by the meeting's rows; its times would be taken for other things.
            is_slot = self.meeting_answerer.is_in_timetable(question, document, block)
            is_other = is_slot and (
                question.share_of_words(unit.text, document.language) < SHARED_WORDS
                or not (question.nth_days or text_names_day(question, unit.text, document.language))
            )
            is_admitted = question.admits(document.id, block) and among(unit) and not is_other
            return is_admitted and not self.meeting_answerer.is_about_other_item(question, document, block, unit.text)

        scored = self._scorer.score_evidence(
            spelled_out(question, evidence), evidence, usable, most, self._few_named(question)
        )
        if self.watch is not None:
            self.watch(question, evidence, scored)
        return scored

    def _few_named(self, question: Question) -> list[str]:
        """The documents that a question names, where these are few."""
        named = restricted_ids(question, self._library) if question.symbols or question.named else None
        quotable = self._library.versions().quotable_documents(question.language, named) if named else ()
        return sorted(quotable) if len(quotable) <= FIRST else []


def _mentions_any(answer: Answer, named: Sequence[CatalogueEntry]) -> bool:
    """Whether the first statement of an answer mentions one of the named texts."""
    text = fold(" ".join(citation.quote for statement in answer.statements[:1] for citation in statement.citations))
    return any(fold(name) in text for entry in named for name in entry.names)


def _cites_named_day(question: Question, answer: Answer) -> bool:
    """Whether the first statement of an answer contains the day that the question names."""
    cited = [citation for statement in answer.statements[:1] for citation in statement.citations]
    return any(text_names_day(question, f"{each.locator}\n{each.quote}", each.language) for each in cited)


def _has_word_asked(question: Question, answer: Answer) -> bool:
    """Whether the first statement of an answer has a content word of the question beside the symbols in it, where these can be compared."""
    words = set(question.content_of(question.rest))
    cited = [each for statement in answer.statements[:1] for each in statement.citations]
    return not words or any(
        each.language != question.language or words.intersection(analyse(each.quote, each.language)) for each in cited
    )


def _may_mean_paragraph(question: Question) -> bool:
    """Whether the item that a question names may as well be a paragraph: in Russian "пункт" is either, unless the agenda is named, too."""
    paragraphs = {parse_locator(each).get("para") for each in places_in(question)}
    return bool(paragraphs.intersection(question.items)) and not question.vocabulary.says(
        "agenda", question.rest, question.language
    )


def _with_carried_bonus(scored: Sequence[ScoredUnit], question: Question) -> list[ScoredUnit]:
    """Scored units, best first, after a bonus for those above the threshold that are in a passage carried over from the previous turn and have
    a word of the last turn."""
    last_words = set(question.content_of(question.focus))

    def continued(each: ScoredUnit) -> ScoredUnit:
        unit, language = each.unit, each.unit.document.language
        if each.score < 0.0 or unit.evidence.id not in question.carried:
            return each
        compared = last_words and language == question.language
        if compared and last_words.isdisjoint(analyse(unit.text, language)):
            return each
        return replace(each, score=each.score + CARRIED_BONUS)

    return sorted(map(continued, scored), key=lambda each: -each.odds)
