"""Sections in sentences of a model, each checked against the words that its footnote cites; what fails the check is
quoted instead.

The model is given only the blocks that would be quoted. A quote is replaced where a verified sentence rests on its
words; all other quotes stay. So nothing that was found is lost, whatever the model does.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from assistant.answer_phrases import say
from assistant.generation.generation_report import draft_notes
from assistant.generation.writer import Draft, FailedSentence, Writer
from assistant.grounding.rejection_reasons import Reason
from assistant.qa.abstention import SAME_STATEMENT_COSINE
from assistant.qa.answer import Dropped, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.retriever import Evidence
from assistant.qa.units import units_of
from assistant.reports.brief.briefing import Part, Section, SectionKey, WritingRecord
from assistant.reports.brief.selection import UnitSelector
from assistant.time_slices import Aside
from corpus.documents import Document, Passage

WRITTEN_SECTIONS: frozenset[SectionKey] = frozenset(["articles", "points", "guidance"])
"""The sections that a model may write. The others are facts of the agenda, or words to be compared."""
EXTRA_SENTENCES = 1
"""How many sentences more than quotes are requested."""
REPEATED_QUOTE = 0.95
"""From this cosine similarity on a sentence of a summary only repeats a quote below it."""
FOREIGN, REPEATED = Reason("foreign"), Reason("again")
"""Why a sentence is left out although its sources support it."""
MAX_INTRODUCTION_DISTANCE = 12
"""Most blocks from the words that introduce a provision to the provision."""


@dataclass
class SectionWriter:
    """Writes the sections of one briefing. After a failure of the model it sends no more requests; `aside` is entered
    while waiting for the model."""

    selector: UnitSelector
    writer: Writer
    aside: Aside
    failed: bool = False
    _written_texts: list[str] = field(default_factory=list)

    def write_section(self, section: Section) -> Section:
        """Replace quotes of a section by sentences of the model, and record how they came about."""
        if section.key not in WRITTEN_SECTIONS or not section.statements or self.failed:
            return section
        language = self.selector.language
        drafts: list[Draft] = []
        if section.key == "articles":
            # The provisions themselves stay, behind a summary.
            sentences = self._write_sentences(
                section.statements, section.key, self.selector.subject.title, drafts, summary=True
            )
            parts = (*([Part(say("summary", language), tuple(sentences))] if sentences else []), *section.parts)
        else:
            parts = tuple(self._write_part(each, section.key, drafts) if each.sure else each for each in section.parts)
        model = self.writer.model.name
        notes = [note for draft in drafts for note in draft_notes(draft, language, model)]
        if any(draft.fault for draft in drafts):
            notes.append(say("section_quoted", language))
        if any(statement.verdict == "supported" for part in parts for statement in part.statements):
            notes.insert(0, say("section_written", language, model=model))
        dropped = (Dropped(each.text, each.reason.message(language)) for draft in drafts for each in draft.dropped)
        record = WritingRecord(
            model, self.failed, tuple(dropped), tuple(each for draft in drafts for each in draft.raw)
        )
        return replace(section, parts=parts, remarks=(*dict.fromkeys(notes), *section.remarks), written=record)

    def _write_part(self, part: Part, key: SectionKey, drafts: list[Draft]) -> Part:
        """A part in written sentences, with the quotes on which none of them rests."""
        sentences = self._write_sentences(part.statements, key, part.heading or self.selector.subject.title, drafts)
        cited = [cite for each in sentences for cite in each.citations]
        remaining = [each for each in part.statements if not any(map(each.citations[-1].overlaps, cited))]
        return replace(part, statements=(*sentences, *remaining))

    def _write_sentences(
        self, quotes: Sequence[Statement], key: SectionKey, theme: str, drafts: list[Draft], *, summary: bool = False
    ) -> list[Statement]:
        """The verified sentences that the model writes from quotes; in a `summary` none that only repeats one."""
        if self.failed:
            return []
        documents = {cite.document: self.selector.library.document(cite.document)
                     for each in quotes for cite in each.citations}  # fmt: skip
        requested_language = self.selector.language
        quote_languages = [documents[each.citations[-1].document].language for each in quotes]
        language = requested_language if requested_language in quote_languages else quote_languages[0]
        own_quotes = [each for each, spoken in zip(quotes, quote_languages, strict=True) if spoken == language]
        evidence = _quoted_blocks(own_quotes, documents)
        question = say("ask_framework" if key == "articles" else f"ask_{key}", language, theme=theme)
        with (
            self.aside(),
            closing(self.writer.write(question, language, evidence, len(evidence) + EXTRA_SENTENCES)) as generation,
        ):
            while True:
                try:
                    next(generation)
                except StopIteration as end:
                    draft: Draft = end.value
                    break
        self.failed = draft.fault is not None and draft.fault.kind != "too_long"
        units = (unit for each in evidence for unit in units_of(each) if self.selector.belongs_to_other_item(unit))
        excluded = [quote_unit(unit).citations[-1] for unit in units]
        statements: list[Statement] = []
        passage_at = self.selector.library.passage_id_at
        for statement in draft.statements:
            cites = statement.citations
            repeated = any(
                self._repeats(statement.text, each, SAME_STATEMENT_COSINE) for each in self._written_texts
            ) or (summary and any(self._repeats(statement.text, each.text, REPEATED_QUOTE) for each in quotes))
            # Supported by its sources, but a repetition, or about another item.
            if repeated or any(cite.overlaps(each) for cite in cites for each in excluded):
                draft.dropped.append(FailedSentence(statement.text, REPEATED if repeated else FOREIGN))
                continue
            self._written_texts.append(statement.text)
            cites = tuple(replace(cite, id=passage_at(cite.document, cite.start) or cite.id) for cite in cites)
            statements.append(replace(statement, citations=cites))
        drafts.append(draft)
        return statements

    def _repeats(self, text: str, other: str, threshold: float) -> bool:
        """Whether a text is contained in another one, or says the same in other words."""
        if text.casefold().rstrip(" .;。") in other.casefold():
            return True
        if not self.selector.can_embed(self.selector.language):
            return False
        first, second = self.selector.library.embedder.embed_passages([text, other])
        return float(first @ second) >= threshold


def _quoted_blocks(quotes: Sequence[Statement], documents: dict[str, Document]) -> list[Evidence]:
    """The blocks that are quoted, without duplicates, as evidence in their order."""
    evidence: dict[tuple[str, int, int], Evidence] = {}
    for statement in quotes:
        last = statement.citations[-1]
        document = documents[last.document]
        blocks = [block.ordinal for cite in statement.citations if cite.document == last.document
                  and (block := document.block_at(cite.start)) is not None]  # fmt: skip
        end = document.block_at(last.end - 1)
        if not blocks or end is None:
            continue
        first, last_block = min(blocks), end.ordinal
        near = last_block - first <= MAX_INTRODUCTION_DISTANCE
        first = first if near else blocks[-1]
        start, stop = document.blocks[first].start, document.blocks[last_block].end
        text = document.text[start:stop] if near else statement.text
        place = document.blocks[blocks[-1]].locator
        passage = Passage(document.id, 0, start, stop, "", place, first, last_block, text)
        evidence.setdefault((document.id, first, last_block), Evidence(passage, document))
    return list(evidence.values())
