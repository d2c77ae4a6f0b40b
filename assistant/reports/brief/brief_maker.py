"""Build a briefing from a request, section by section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from shlex import quote
from typing import get_args

from assistant.answer_phrases import day_text, joined, mark, say
from assistant.generation.generation_report import NAMES
from assistant.qa.answer import Mode, Statement
from assistant.qa.engine import Engine
from assistant.qa.metadata import document_date
from assistant.qa.revisions import VersionNotes
from assistant.reports import Progress, no_progress
from assistant.reports.brief import agenda_sections, document_sections, framework, subject_sections
from assistant.reports.brief.briefing import Briefing, Part, Request, Section, SectionKey, Source
from assistant.reports.brief.section_writer import FOREIGN, REPEATED, WRITTEN_SECTIONS, SectionWriter
from assistant.reports.brief.selection import UnitSelector
from assistant.reports.brief.subject import Subject, find_subject
from assistant.reports.lookup import DocumentStatus, display_label, find_outdated_citations
from assistant.reports.mandates.mandate_reader import has_operative_text
from assistant.reports.report_cache import ReportCache, cache_key, library_fingerprint
from assistant.time_slices import Aside, Slices
from corpus.calendar_names import language_name
from corpus.library import Library
from corpus.serialization import to_json_data
from corpus.symbols import Symbol, same_document

CACHE_FOLDER, MAX_CACHED = "briefings", 20
"""Finished sections are cached until the briefing is complete, so that an interrupted one resumes; this many
unfinished briefings are retained, the most recent ones."""
_LAST_SECTIONS: tuple[SectionKey, ...] = ("questions", "closest", "articles")
_ITEM_SECTIONS: tuple[SectionKey, ...] = ("mandate", "schedule", "documentation", "expected", "new")
_RESOLUTION_SECTIONS: tuple[SectionKey, ...] = ("adoption", "mandates", "changes")
_REPORT_SECTIONS: tuple[SectionKey, ...] = ("about", "recommendations", "figures")


def make_briefing(
    engine: Engine, request: Request, progress: Progress = no_progress, aside: Aside = nullcontext
) -> Briefing:
    """Build the briefing of a request from the library of the engine, resuming one that was interrupted.

    `aside` is entered while waiting for a language model, and between short slices of the other work. Raises
    `ReportError` where the request names something that does not exist, or that no document covers.
    """
    mode = request.mode or engine.mode
    writer = None if mode == "quote" else engine.writer
    request = replace(request, mode="quote" if writer is None else "write")
    subject = find_subject(engine, request)
    state = library_fingerprint(engine.library, (*engine.signature, *([writer.model.name] if writer else [])))
    cache = ReportCache(engine.library, CACHE_FOLDER, cache_key(to_json_data(request), state))
    selector = UnitSelector(engine, subject, slices=Slices(aside))
    if subject.user_question is not None and engine.has_nothing_to_search(subject.user_question):
        raise subject_sections.nothing_found_error(selector)
    section_writer = None if writer is None else SectionWriter(selector, writer, aside)
    sections_by_key = _set_closest_apart(selector, _build_sections(selector, section_writer, cache, mode, progress))
    # Only for a chair the questions for discussion precede the other sections.
    order = sorted(get_args(SectionKey), key=lambda key: request.audience != "chair" and key in _LAST_SECTIONS)
    made = [sections_by_key[key] for key in order if key in sections_by_key]
    if subject.user_question is not None and all(section.empty for section in made):
        raise subject_sections.nothing_found_error(selector)
    # Empty sections are left out but for what they say, such as that a treaty is missing.
    telling = {each.key for each in made if each.remarks and (subject.item is not None or each.key == "framework")}
    sections = tuple(each for each in made if not each.empty or each.key in telling)
    papers = agenda_sections.document_statuses(selector)
    cited = map(
        engine.library.document, dict.fromkeys(each.document for section in sections for each in section.citations)
    )
    number = subject.item.number if subject.item else ""
    briefing = Briefing(
        request=request,
        title=say(f"brief_{request.kind}", request.language, item=number, title=subject.title),
        masthead=_masthead_lines(engine.library, subject),
        sections=sections,
        papers=papers,
        sources=tuple(Source(d.id, d.key, d.title, d.label, d.edition, d.language, d.date, d.url) for d in cited),
        unsourced=_unsourced_texts(request, sections_by_key, papers),
        state=state,
    )
    cache.clear()
    ReportCache(engine.library, CACHE_FOLDER).prune(MAX_CACHED)
    return briefing


def _build_sections(
    selector: UnitSelector, section_writer: SectionWriter | None, cache: ReportCache, mode: Mode, progress: Progress
) -> dict[SectionKey, Section]:
    """Build all sections in turn, from the cache where they are finished and their quotes are still current."""
    engine, request = selector.engine, selector.subject.request
    versions = VersionNotes(engine.library)
    sections: dict[SectionKey, Section] = {}
    section_keys = _select_sections(engine, selector.subject)
    for number, key in enumerate(section_keys):
        progress(say(f"section_{key}", request.language), number, len(section_keys))
        section: Section | None = cache.get(key, Section)
        # A cached section is rebuilt where a document no longer has the words that it quotes.
        if section is None or find_outdated_citations(engine.library, section.citations):
            section = _build_section(selector, key)
            if section_writer is not None:
                section = section_writer.write_section(section)
            elif mode == "write" and key in WRITTEN_SECTIONS and section.parts:
                section = replace(section, remarks=(say("no_model", request.language, **NAMES),))
            section = _add_version_notes(engine, versions, selector.subject, section)
            cache.put(key, section)
        for statement in section.statements:
            selector.mark_used(statement)
        cells = (cell for table in section.tables for row in table.rows for cell in row if not cell.place)
        selector.used_citations += [citation for cell in cells for citation in cell.citations]
        sections[key] = section
    return sections


def _set_closest_apart(selector: UnitSelector, sections: dict[SectionKey, Section]) -> dict[SectionKey, Section]:
    """The sections with what only comes closest in one of its own, so that what precedes it is certain. The remarks
    of a section that consists of nothing else go with it."""
    certain, closest, remarks = dict[SectionKey, Section](), dict[str, list[Statement]](), list[str]()
    for key, section in sections.items():
        certain[key] = replace(section, parts=tuple(part for part in section.parts if part.sure))
        if certain[key].empty and not section.empty:
            remarks += section.remarks
            certain[key] = replace(certain[key], remarks=())
        for part in section.parts:
            if not part.sure:
                closest.setdefault(part.heading, []).extend(part.statements)
    parts = [Part(heading, tuple(statements), sure=False) for heading, statements in closest.items()]
    section = selector.make_section("closest", *parts, remarks=tuple(dict.fromkeys(remarks)))
    return {**certain, "closest": section} if parts else certain


def _select_sections(engine: Engine, subject: Subject) -> tuple[SectionKey, ...]:
    """The sections of a briefing, in the order in which they are built: for a resolution what it requests and
    decides, for another document also its recommendations and figures."""
    excluded = (*_RESOLUTION_SECTIONS, *_REPORT_SECTIONS, *(_ITEM_SECTIONS if subject.item is None else ()))
    keys = tuple(key for key in _SECTION_BUILDERS if key not in excluded)
    if subject.user_question:  # a recommendation on the subject belongs to the guidance rather than to the points
        return tuple(sorted(keys, key=lambda key: key in ("points", "articles")))
    if subject.request.kind != "document":
        return keys
    document = engine.library.document(subject.own_ids[0])
    if has_operative_text(document):
        return _RESOLUTION_SECTIONS
    return keys if document.kind in ("treaty", "agenda") else (*_REPORT_SECTIONS, *keys)


_SECTION_BUILDERS: dict[SectionKey, Callable[[UnitSelector], Section]] = {
    "about": document_sections.build_about,
    "schedule": agenda_sections.build_schedule,
    "questions": agenda_sections.build_questions,
    "new": subject_sections.build_new,
    "documentation": agenda_sections.build_documentation,
    "expected": agenda_sections.build_expected,
    "mandate": agenda_sections.build_mandate,
    "framework": framework.build_framework,
    "differences": subject_sections.build_differences,
    "points": subject_sections.build_points,
    "guidance": subject_sections.build_guidance,
    "articles": framework.build_articles,
    "adoption": document_sections.build_adoption,
    "mandates": document_sections.build_mandates,
    "changes": document_sections.build_changes,
    "recommendations": document_sections.build_recommendations,
    "figures": document_sections.build_figures,
}
"""In the order in which they are built, whatever the order of the sections: what one section quotes, later ones do
not repeat, and two places that differ are quoted together."""


def _build_section(selector: UnitSelector, key: SectionKey) -> Section:
    """Build a section; what an empty one of an item says that is lacking stands in its place."""
    section = _SECTION_BUILDERS[key](selector)
    if section.parts or selector.subject.item is None:
        return section
    return replace(section, remarks=(*section.remarks, *section.unsourced), unsourced=())


def _add_version_notes(engine: Engine, versions: VersionNotes, subject: Subject, section: Section) -> Section:
    """The section with the corrections that affect what it cites, and remarks on versions and languages."""
    request, remarks = subject.request, list(section.remarks)
    parts = []
    for part in section.parts:
        corrected, notes = versions.corrected(part.statements, request.language)
        parts.append(replace(part, statements=tuple(corrected)))
        remarks += notes
    rows = [Statement("", "quoted", (each,)) for table in section.tables for each in table.citations]
    corrected, notes = versions.corrected(rows, request.language)
    told = {cite for part in parts for statement in part.statements for cite in statement.citations}
    of_rows = tuple(each for each in corrected if each.verdict == "derived" and not told.issuperset(each.citations))
    parts += [Part("", of_rows)] if of_rows else []
    remarks += notes
    section = replace(section, parts=tuple(parts))
    cited = {cite.document: engine.library.document(cite.document) for cite in section.citations}
    # That the text before has a revision is no news in the briefing of that revision.
    own_ids, later_revisions = subject.own_ids * (request.kind == "document"), engine.library.versions().later_revisions
    noted = [each for each in cited.values() if not any(later.id in own_ids for later in later_revisions(each.id))]
    remarks += versions.notes((), noted, request.language)
    other_languages = sorted({cite.language for cite in section.citations} - {request.language})
    if other_languages:
        names = joined([language_name(each, request.language) for each in other_languages], request.language)
        remarks.append(say("quoted_language", request.language, languages=names))
    return replace(section, remarks=tuple(dict.fromkeys(remarks)))


def _masthead_lines(library: Library, subject: Subject) -> tuple[str, ...]:
    """The body, and place and dates of the meeting, as the agenda prints them; for a document, its symbol and date, and
    that a revision takes the place of the requested one."""
    if subject.request.kind == "document":
        language, document = subject.request.language, library.document(subject.own_ids[0])
        requested, day = Symbol.try_parse(subject.request.value.strip()), document_date(document)
        if document.symbol is None:
            return ()
        lines = [display_label(document, language), day_text(day, language) if day else ""]
        if requested is not None and not same_document(requested, document.symbol):
            lines.append(say("superseded_taken", language, symbol=requested.text, current=document.label))
        return tuple(filter(None, lines))
    if subject.meeting is None or subject.agenda is None:
        return ()
    meeting, agenda = subject.meeting, subject.agenda
    place = "" if meeting.masthead is None else agenda.block_text(agenda.blocks[meeting.masthead])
    return tuple(filter(None, (meeting.body, " ".join(place.split()), agenda.label)))


def _unsourced_texts(
    request: Request, sections_by_key: dict[SectionKey, Section], papers: Sequence[DocumentStatus]
) -> tuple[str, ...]:
    """What the documents do not cover, or could not be verified, in sentences."""
    language = request.language
    texts = []
    for paper in (each for each in papers if each.state in ("missing", "digest")):
        text = say("unsourced_paper", language, symbol=paper.symbol, title=paper.title)
        command = f" {say('fetch_it', language, symbol=quote(paper.symbol))}"
        can_fetch = request.audience == "secretariat" and Symbol.try_parse(paper.symbol) is not None
        texts.append(text + command if can_fetch else text)
    ignored = {reason.message(language) for reason in (FOREIGN, REPEATED)}
    for section in sections_by_key.values():
        texts += section.unsourced
        dropped = [each for each in section.written.dropped if each.reason not in ignored] if section.written else []
        if dropped:
            sentence = say("sentences_dropped", language, count=len(dropped))
            texts.append(say("in_section", language, section=section.heading, said=sentence))
    # What a section says itself of what is lacking is not said again; articles are those of the legal framework; most documents are by themselves.
    empty = [each for each in sections_by_key.values() if each.empty and not (each.unsourced or each.remarks)]
    headings = [each.heading for each in empty if each.key not in ("about", "articles")]
    if headings:
        texts.append(say("unsourced_section", language, sections=mark(";", language).join(headings)))
    return tuple(dict.fromkeys(texts))
