"""A briefing from a request, section by section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from shlex import quote
from typing import get_args

from assistant.answer_phrases import joined, say
from assistant.generation.generation_report import NAMES
from assistant.qa.engine import Engine
from assistant.qa.revisions import VersionNotes
from assistant.reports import Progress, silent
from assistant.reports.brief import agenda_sections, document_sections, subject_sections
from assistant.reports.brief.briefing import Briefing, Request, Section, SectionKey, Source
from assistant.reports.brief.section_writer import AGAIN, FOREIGN, WRITTEN, Scribe
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject import Ground, ground_of
from assistant.reports.lookup import Paper, changed
from assistant.reports.mandates.mandate_reader import acts
from assistant.reports.report_cache import Derived, name_of, state_of
from assistant.time_slices import Aside, Slices
from corpus.calendar_names import language_name
from corpus.library import Library
from corpus.serialization import to_plain
from corpus.symbols import Symbol, same_document

FOLDER, KEPT = "briefings", 20
"""Where finished sections are kept until the briefing is finished, so that one that was stopped goes on where it was, and of how
many unfinished ones, those worked on last."""
_LAST: tuple[SectionKey, ...] = ("questions", "expected", "articles")
_OF_ITEMS: tuple[SectionKey, ...] = ("mandate", "schedule", "documentation", "expected", "new")
_OF_RESOLUTIONS: tuple[SectionKey, ...] = ("adoption", "mandates", "changes")
_OF_REPORTS: tuple[SectionKey, ...] = ("recommendations", "figures")


def brief(engine: Engine, request: Request, progress: Progress = silent, aside: Aside = nullcontext) -> Briefing:
    """The briefing of a request, from what the engine's library holds. Goes on where it was stopped.

    `aside` is entered while a model of language is waited for, and between short slices of the rest. Raises `ReportError` where the request asks for something
    that is not there.
    """
    asked = request.mode or engine.mode
    writer = None if asked == "quote" else engine.writer
    request = replace(request, mode="quote" if writer is None else "write")
    ground = ground_of(engine, request)
    state = state_of(engine.library, (*engine.signature, *([writer.model.name] if writer else [])))
    finished = Derived(engine.library, FOLDER, name_of(to_plain(request), state))
    chooser = Chooser(engine, ground, slices=Slices(aside))
    if ground.asked is not None and engine.has_nothing_to_search(ground.asked):
        raise subject_sections.unknown(chooser)
    desk = VersionNotes(engine.library)
    scribe = None if writer is None else Scribe(chooser, writer, aside)
    made: dict[SectionKey, Section] = {}
    keys = _keys(engine, ground)
    for n, key in enumerate(keys):
        progress(say(f"section_{key}", request.language), n, len(keys))
        section: Section | None = finished.get(key, Section)
        # One in which a quote is no longer the words of its document is made anew.
        if section is None or changed(engine.library, section.citations):
            section = _made(chooser, key)
            if scribe is not None:
                section = scribe.section(section)
            elif asked == "write" and key in WRITTEN and section.parts:
                section = replace(section, remarks=(say("no_model", request.language, **NAMES),))
            section = _checked(engine, desk, request, section)
            finished.put(key, section)
        for statement in section.statements:
            chooser.note(statement)
        tables = (cell for table in section.tables for row in table.rows for cell in row if not cell.place)
        chooser.used += [cite for cell in tables for cite in cell.citations]
        made[key] = section
    # A chair has the questions for discussion before what is known.
    order = sorted(get_args(SectionKey), key=lambda key: request.audience != "chair" and key in _LAST)
    # Of an item every section stands, if only to say that it is empty.
    sections = tuple(
        made[key]
        for key in order
        if key in made and (not made[key].empty or (ground.item is not None and made[key].remarks))
    )
    if ground.asked is not None and all(section.empty for section in made.values()):
        raise subject_sections.unknown(chooser)
    papers = agenda_sections.papers(chooser)
    ids = dict.fromkeys(each.document for section in sections for each in section.citations)
    cited = map(engine.library.document, ids)
    briefing = Briefing(
        request=request,
        title=say(f"brief_{request.kind}", request.language, item=request.value, title=ground.title),
        masthead=_masthead(engine.library, ground),
        sections=sections,
        papers=papers,
        sources=tuple(Source(d.id, d.key, d.title, d.label, d.edition, d.language, d.date, d.url) for d in cited),
        unsourced=_unsourced(request, made, papers),
        state=state,
    )
    finished.clear()
    Derived(engine.library, FOLDER).keep(KEPT)
    return briefing


def _keys(engine: Engine, ground: Ground) -> tuple[SectionKey, ...]:
    """The sections of a briefing: of a resolution what it asks and decides, of another document its recommendations and figures, too."""
    apart = (*_OF_RESOLUTIONS, *_OF_REPORTS, *(_OF_ITEMS if ground.item is None else ()))
    keys = tuple(key for key in _MAKERS if key not in apart)
    if ground.asked:  # what is recommended on a subject is guidance before it is a point
        return tuple(sorted(keys, key=lambda key: key in ("points", "articles")))
    if ground.request.kind != "document":
        return keys
    document = engine.library.document(ground.own[0])
    if acts(document):
        return _OF_RESOLUTIONS
    return keys if document.kind in ("treaty", "agenda") else (*_OF_REPORTS, *keys)


_MAKERS: dict[SectionKey, Callable[[Chooser], Section]] = {
    "mandate": agenda_sections.mandate,
    "schedule": agenda_sections.schedule,
    "documentation": agenda_sections.documentation,
    "questions": agenda_sections.questions,
    "new": subject_sections.new,
    "expected": agenda_sections.expected,
    "framework": subject_sections.framework,
    "differences": subject_sections.differences,
    "points": subject_sections.points,
    "guidance": subject_sections.guidance,
    "articles": subject_sections.articles,
    "adoption": document_sections.adoption,
    "mandates": document_sections.mandates,
    "changes": document_sections.changes,
    "recommendations": document_sections.recommendations,
    "figures": document_sections.figures,
}
"""In the order in which they are made, whatever that in which they stand: what is said in one is not said in those after it, and two
places that differ are told together."""


def _made(chooser: Chooser, key: SectionKey) -> Section:
    """A section; one of an item that is empty says so."""
    section = _MAKERS[key](chooser)
    if section.parts or chooser.ground.item is None:
        return section
    told = section.unsourced or (_silent(section, chooser.language),)
    return replace(section, remarks=(*section.remarks, *told), unsourced=())


def _silent(section: Section, language: str) -> str:
    frame = "unsourced_differences" if section.key == "differences" else "unsourced_section"
    return say(frame, language, section=section.heading)


def _checked(engine: Engine, desk: VersionNotes, request: Request, section: Section) -> Section:
    """The section with the corrections that touch what it cites, and remarks on versions and languages."""
    remarks = list(section.remarks)
    parts = []
    for part in section.parts:
        told, notes = desk.corrected(part.statements, request.language)
        parts.append(replace(part, statements=tuple(told)))
        remarks += notes
    section = replace(section, parts=tuple(parts))
    cited = {cite.document: engine.library.document(cite.document) for cite in section.citations}
    remarks += desk.notes((), list(cited.values()), request.language)
    others = sorted({cite.language for cite in section.citations} - {request.language})
    if others:
        names = joined([language_name(each, request.language) for each in others], request.language)
        remarks.append(say("quoted_language", request.language, languages=names))
    return replace(section, parts=tuple(parts), remarks=tuple(dict.fromkeys(remarks)))


def _masthead(library: Library, ground: Ground) -> tuple[str, ...]:
    """The body, and place and dates of the meeting, as the agenda prints them; that a revision takes the place of the document asked for."""
    if ground.request.kind == "document":
        asked, told = Symbol.read(ground.request.value.strip()), library.document(ground.own[0])
        if asked is None or told.symbol is None or same_document(asked, told.symbol):
            return ()
        return (say("superseded_taken", ground.request.language, symbol=asked.text, current=told.label),)
    if ground.meeting is None or ground.agenda is None:
        return ()
    lines = [ground.meeting.body]
    if ground.meeting.masthead is not None:
        lines.append(" ".join(ground.agenda.block_text(ground.agenda.blocks[ground.meeting.masthead]).split()))
    lines.append(ground.agenda.label)
    return tuple(line for line in lines if line)


def _unsourced(request: Request, made: dict[SectionKey, Section], papers: Sequence[Paper]) -> tuple[str, ...]:
    language = request.language
    told = []
    for paper in papers:
        if paper.state in ("missing", "digest"):
            said = say("unsourced_paper", language, symbol=paper.symbol, title=paper.title)
            command = f" {say('fetch_it', language, symbol=quote(paper.symbol))}"
            told.append(said + command if request.audience == "secretariat" else said)
    apart = {reason.message(language) for reason in (FOREIGN, AGAIN)}
    for section in made.values():
        told += section.unsourced
        fallen = [each for each in section.written.dropped if each.reason not in apart] if section.written else []
        if fallen:
            fell = say("sentences_dropped", language, count=len(fallen))
            told.append(say("in_section", language, section=section.heading, said=fell))
        if section.empty and not section.unsourced and request.kind != "item":
            told.append(_silent(section, language))
    return tuple(dict.fromkeys(told))
