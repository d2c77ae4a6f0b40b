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
from assistant.qa.revisions import VersionDesk
from assistant.reports import Progress, no_progress
from assistant.reports.brief import agenda_sections, document_sections, subject_sections
from assistant.reports.brief.briefing import Briefing, Request, Section, SectionKey, Source
from assistant.reports.brief.section_writer import FOREIGN, REPEATED, WRITTEN_SECTIONS, SectionWriter
from assistant.reports.brief.selection import UnitSelector
from assistant.reports.brief.subject import Subject, find_subject
from assistant.reports.lookup import DocumentStatus, find_outdated_citations
from assistant.reports.mandates.mandate_reader import has_operative_text
from assistant.reports.report_cache import ReportCache, cache_key, library_fingerprint
from assistant.time_slices import Aside, Slices
from corpus.calendar_names import language_name
from corpus.library import Library
from corpus.serialization import to_plain
from corpus.symbols import Symbol, same_document

CACHE_FOLDER, MAX_CACHED = "briefings", 20
"""Where finished sections are kept until the briefing is finished, so that one that was stopped goes on where it was, and of how
many unfinished ones, those worked on last."""
_LAST_SECTIONS: tuple[SectionKey, ...] = ("questions", "expected", "articles")
_ITEM_SECTIONS: tuple[SectionKey, ...] = ("mandate", "schedule", "documentation", "expected", "new")
_RESOLUTION_SECTIONS: tuple[SectionKey, ...] = ("adoption", "mandates", "changes")
_REPORT_SECTIONS: tuple[SectionKey, ...] = ("recommendations", "figures")


def make_briefing(
    engine: Engine, request: Request, progress: Progress = no_progress, aside: Aside = nullcontext
) -> Briefing:
    """The briefing of a request, from what the engine's library holds. Goes on where it was stopped.

    `aside` is entered while a model of language is waited for, and between short slices of the rest. Raises `ReportError` where the request asks for something
    that is not there.
    """
    asked = request.mode or engine.mode
    writer = None if asked == "quote" else engine.writer
    request = replace(request, mode="quote" if writer is None else "write")
    ground = find_subject(engine, request)
    state = library_fingerprint(engine.library, (*engine.signature, *([writer.model.name] if writer else [])))
    finished = ReportCache(engine.library, CACHE_FOLDER, cache_key(to_plain(request), state))
    chooser = UnitSelector(engine, ground, slices=Slices(aside))
    if ground.asked is not None and engine.silent(ground.asked):
        raise subject_sections.nothing_found_error(chooser)
    desk = VersionDesk(engine.library)
    scribe = None if writer is None else SectionWriter(chooser, writer, aside)
    made: dict[SectionKey, Section] = {}
    keys = _select_sections(engine, ground)
    for n, key in enumerate(keys):
        progress(say(f"section_{key}", request.language), n, len(keys))
        section: Section | None = finished.get(key, Section)
        # One in which a quote is no longer the words of its document is made anew.
        if section is None or find_outdated_citations(engine.library, section.citations):
            section = _build_section(chooser, key)
            if scribe is not None:
                section = scribe.section(section)
            elif asked == "write" and key in WRITTEN_SECTIONS and section.parts:
                section = replace(section, remarks=(say("no_model", request.language, **NAMES),))
            section = _add_version_notes(engine, desk, request, section)
            finished.put(key, section)
        for statement in section.statements:
            chooser.note(statement)
        tables = (cell for table in section.tables for row in table.rows for cell in row if not cell.place)
        chooser.used += [cite for cell in tables for cite in cell.citations]
        made[key] = section
    # A chair has the questions for discussion before what is known.
    order = sorted(get_args(SectionKey), key=lambda key: request.audience != "chair" and key in _LAST_SECTIONS)
    # Of an item every section stands, if only to say that it is empty.
    sections = tuple(
        made[key]
        for key in order
        if key in made and (not made[key].empty or (ground.item is not None and made[key].remarks))
    )
    if ground.asked is not None and all(section.empty for section in made.values()):
        raise subject_sections.nothing_found_error(chooser)
    papers = agenda_sections.document_statuses(chooser)
    ids = dict.fromkeys(each.document for section in sections for each in section.citations)
    cited = map(engine.library.document, ids)
    briefing = Briefing(
        request=request,
        title=say(f"brief_{request.kind}", request.language, item=request.value, title=ground.title),
        masthead=_masthead_lines(engine.library, ground),
        sections=sections,
        papers=papers,
        sources=tuple(Source(d.id, d.key, d.title, d.label, d.edition, d.language, d.date, d.url) for d in cited),
        unsourced=_unsourced_texts(request, made, papers),
        state=state,
    )
    finished.clear()
    ReportCache(engine.library, CACHE_FOLDER).keep(MAX_CACHED)
    return briefing


def _select_sections(engine: Engine, ground: Subject) -> tuple[SectionKey, ...]:
    """The sections of a briefing: of a resolution what it asks and decides, of another document its recommendations and figures, too."""
    apart = (*_RESOLUTION_SECTIONS, *_REPORT_SECTIONS, *(_ITEM_SECTIONS if ground.item is None else ()))
    keys = tuple(key for key in _SECTION_BUILDERS if key not in apart)
    if ground.asked:  # what is recommended on a subject is guidance before it is a point
        return tuple(sorted(keys, key=lambda key: key in ("points", "articles")))
    if ground.request.kind != "document":
        return keys
    document = engine.library.document(ground.own[0])
    if has_operative_text(document):
        return _RESOLUTION_SECTIONS
    return keys if document.kind in ("treaty", "agenda") else (*_REPORT_SECTIONS, *keys)


_SECTION_BUILDERS: dict[SectionKey, Callable[[UnitSelector], Section]] = {
    "mandate": agenda_sections.build_mandate,
    "schedule": agenda_sections.build_schedule,
    "documentation": agenda_sections.build_documentation,
    "questions": agenda_sections.build_questions,
    "new": subject_sections.build_new,
    "expected": agenda_sections.build_expected,
    "framework": subject_sections.build_framework,
    "differences": subject_sections.build_differences,
    "points": subject_sections.build_points,
    "guidance": subject_sections.build_guidance,
    "articles": subject_sections.build_articles,
    "adoption": document_sections.build_adoption,
    "mandates": document_sections.build_mandates,
    "changes": document_sections.build_changes,
    "recommendations": document_sections.build_recommendations,
    "figures": document_sections.build_figures,
}
"""In the order in which they are made, whatever that in which they stand: what is said in one is not said in those after it, and two
places that differ are told together."""


def _build_section(chooser: UnitSelector, key: SectionKey) -> Section:
    """A section; one of an item that is empty says so."""
    section = _SECTION_BUILDERS[key](chooser)
    if section.parts or chooser.ground.item is None:
        return section
    told = section.unsourced or (_empty_section_text(section, chooser.language),)
    return replace(section, remarks=(*section.remarks, *told), unsourced=())


def _empty_section_text(section: Section, language: str) -> str:
    frame = "unsourced_differences" if section.key == "differences" else "unsourced_section"
    return say(frame, language, section=section.heading)


def _add_version_notes(engine: Engine, desk: VersionDesk, request: Request, section: Section) -> Section:
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


def _masthead_lines(library: Library, ground: Subject) -> tuple[str, ...]:
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


def _unsourced_texts(
    request: Request, made: dict[SectionKey, Section], papers: Sequence[DocumentStatus]
) -> tuple[str, ...]:
    language = request.language
    told = []
    for paper in papers:
        if paper.state in ("missing", "digest"):
            said = say("unsourced_paper", language, symbol=paper.symbol, title=paper.title)
            command = f" {say('fetch_it', language, symbol=quote(paper.symbol))}"
            told.append(said + command if request.audience == "secretariat" else said)
    apart = {reason.said(language) for reason in (FOREIGN, REPEATED)}
    for section in made.values():
        told += section.unsourced
        fallen = [each for each in section.written.dropped if each.reason not in apart] if section.written else []
        if fallen:
            fell = say("sentences_dropped", language, count=len(fallen))
            told.append(say("in_section", language, section=section.heading, said=fell))
        if section.empty and not section.unsourced and request.kind != "item":
            told.append(_empty_section_text(section, language))
    return tuple(dict.fromkeys(told))
