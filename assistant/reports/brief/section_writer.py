"""Sections in sentences of a model: each checked against the words that its footnote gives; what fails is quoted instead.

The model is given the blocks that would be quoted, and nothing else. A quote gives way where a sentence that stands rests
on its words; every other quote stays. So nothing that was found is lost, whatever the model does.
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
from assistant.reports.brief.briefing import Part, Section, SectionKey, Written
from assistant.reports.brief.selection import Chooser
from assistant.time_slices import Aside
from corpus.documents import Document, Passage

WRITTEN: frozenset[SectionKey] = frozenset(["articles", "points", "guidance"])
"""The sections that a model may write. The others are facts of the agenda, or words that are to be compared."""
BEYOND = 1
"""How many sentences more than quotes are asked for."""
QUOTED = 0.95
"""From this cosine on a sentence of a summary only repeats a quote that stays below it."""
FOREIGN, AGAIN = Reason("foreign"), Reason("again")
"""Why a sentence is left out though its sources bear it out."""
NEAR = 12
"""Most blocks from the words that introduce a provision to the provision."""


@dataclass
class Scribe:
    """Writes the sections of one briefing. After a failure of the model it asks no more; `aside` is entered while the
    model is waited for."""

    chooser: Chooser
    writer: Writer
    aside: Aside
    failed: bool = False
    _texts: list[str] = field(default_factory=list)

    def section(self, section: Section) -> Section:
        """A section of quotes with sentences of the model, and the record of how they came about."""
        if section.key not in WRITTEN or not section.statements or self.failed:
            return section
        language = self.chooser.language
        drafts: list[Draft] = []
        if section.key == "articles":
            # The provisions themselves stay; a summary goes before them.
            made = self._written(section.statements, section.key, self.chooser.ground.title, drafts, summary=True)
            parts = (*([Part(say("summary", language), tuple(made))] if made else []), *section.parts)
        else:
            parts = tuple(self._part(each, section.key, drafts) if each.sure else each for each in section.parts)
        model = self.writer.model.name
        notes = [note for draft in drafts for note in draft_notes(draft, language, model)]
        if any(draft.fault for draft in drafts):
            notes.append(say("section_quoted", language))
        if any(statement.verdict == "supported" for part in parts for statement in part.statements):
            notes.insert(0, say("section_written", language, model=model))
        record = Written(
            model=model,
            failed=self.failed,
            dropped=tuple(
                Dropped(each.text, each.reason.message(language)) for draft in drafts for each in draft.dropped
            ),
            raw=tuple(each for draft in drafts for each in draft.raw),
        )
        return replace(section, parts=parts, remarks=(*dict.fromkeys(notes), *section.remarks), written=record)

    def _part(self, part: Part, key: SectionKey, drafts: list[Draft]) -> Part:
        """A part in written sentences, and those of its quotes on which none of these rests."""
        made = self._written(part.statements, key, part.heading or self.chooser.ground.title, drafts)
        rested = [cite for each in made for cite in each.citations]
        kept = [each for each in part.statements if not any(map(each.citations[-1].overlaps, rested))]
        return replace(part, statements=(*made, *kept))

    def _written(
        self, quotes: Sequence[Statement], key: SectionKey, theme: str, drafts: list[Draft], *, summary: bool = False
    ) -> list[Statement]:
        """What the model writes of some quotes and what stands of it; of a `summary` nothing that only repeats one."""
        if self.failed:
            return []
        documents = {cite.document: self.chooser.library.document(cite.document)
                     for each in quotes for cite in each.citations}  # fmt: skip
        wanted = self.chooser.language
        spoken = [documents[each.citations[-1].document].language for each in quotes]
        language = wanted if wanted in spoken else spoken[0]
        evidence = _evidence(
            [each for each, tongue in zip(quotes, spoken, strict=True) if tongue == language], documents
        )
        question = say("ask_framework" if key == "articles" else f"ask_{key}", language, theme=theme)
        with self.aside(), closing(self.writer.write(question, language, evidence, len(evidence) + BEYOND)) as writing:
            while True:
                try:
                    next(writing)
                except StopIteration as end:
                    draft: Draft = end.value
                    break
        self.failed = draft.fault is not None and draft.fault.kind != "too_long"
        units = (unit for each in evidence for unit in units_of(each))
        foreign = [quote_unit(unit).citations[-1] for unit in units if not unit.empty and self.chooser.foreign(unit)]
        made: list[Statement] = []
        passage_at = self.chooser.library.passage_at
        for statement in draft.statements:
            cites = statement.citations
            again = any(self._alike(statement.text, each, SAME_STATEMENT_COSINE) for each in self._texts) or (
                summary and any(self._alike(statement.text, each.text, QUOTED) for each in quotes)
            )
            # What its sources bear out does not belong here all the same.
            if again or any(cite.overlaps(each) for cite in cites for each in foreign):
                draft.dropped.append(FailedSentence(statement.text, AGAIN if again else FOREIGN))
                continue
            self._texts.append(statement.text)
            cites = tuple(replace(cite, id=passage_at(cite.document, cite.start) or cite.id) for cite in cites)
            made.append(replace(statement, citations=cites))
        drafts.append(draft)
        return made

    def _alike(self, text: str, other: str, least: float) -> bool:
        """Whether a text is a piece of another one, or says the same in other words."""
        if text.casefold().rstrip(" .;。") in other.casefold():
            return True
        if not self.chooser.reads(self.chooser.language):
            return False
        one, two = self.chooser.library.embedder.embed_passages([text, other])
        return float(one @ two) >= least


def _evidence(quotes: Sequence[Statement], documents: dict[str, Document]) -> list[Evidence]:
    """The blocks that quotes are of, each once, as evidence in their order."""
    made: dict[tuple[str, int, int], Evidence] = {}
    for statement in quotes:
        last = statement.citations[-1]
        document = documents[last.document]
        blocks = [block.ordinal for cite in statement.citations if cite.document == last.document
                  and (block := document.block_at(cite.start)) is not None]  # fmt: skip
        end = document.block_at(last.end - 1)
        if not blocks or end is None:
            continue
        first, final = min(blocks), end.ordinal
        whole = final - first <= NEAR
        first = first if whole else blocks[-1]
        start, stop = document.blocks[first].start, document.blocks[final].end
        text = document.text[start:stop] if whole else statement.text
        place = document.blocks[blocks[-1]].locator
        passage = Passage(document.id, 0, start, stop, "", place, first, final, text)
        made.setdefault((document.id, first, final), Evidence(passage, document))
    return list(made.values())
