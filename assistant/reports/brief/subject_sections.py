"""Sections about the subject itself: key points by theme, past guidance, what is new, where sources differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from assistant.answer_phrases import day_text, joined, place_text, say
from assistant.qa.scoring import READ, ScoredUnit
from assistant.qa.units import Unit
from assistant.reports import ReportError
from assistant.reports.brief import agenda_sections
from assistant.reports.brief.briefing import Audience, Part, Section
from assistant.reports.brief.framework import MAX_PLACES, article_name, find_framework
from assistant.reports.brief.selection import UnitSelector, adoption_rank, in_order, is_relevant, names_date_within
from assistant.reports.brief.subject import MAX_SUBJECT_LENGTH, Ids, Theme
from assistant.reports.brief.unit_checks import (
    find_answering,
    is_key_point,
    is_later_than_meeting,
    is_point,
    make_self_contained,
    rank_section_units,
    units_below,
)
from assistant.reports.comparison.paragraphs import whole_paragraph
from assistant.reports.comparison.topic_comparison import find_differing_pairs
from assistant.reports.lookup import display_label, format_suggestions
from assistant.reports.mandates.mandate_reader import has_operative_text
from assistant.wording.drafting import grammar_of

CANDIDATES_PER_THEME = 16
"""How many units each theme proposes; a unit goes to the theme to which it is most relevant."""
MAX_POINTS: dict[Audience, int] = {"chair": 2, "delegate": 3, "secretariat": 4}
"""Most points of a theme."""
MAX_GUIDANCE, MAX_DIFFERENCES = 6, 4
WIDE_PASSAGES = 36
"""Passages that are read for a briefing on one theme or question: what resolutions recall resembles what they say."""


def build_points(selector: UnitSelector) -> Section:
    """The best words of the documents by theme; for other themes, where they are mentioned, or that they are not."""
    framework, subject = find_framework(selector), selector.subject
    limit = MAX_POINTS[subject.request.audience] * (3 if subject.user_question else 1)
    units_by_theme = _assign_to_themes(selector)
    nearest_heading = say("closest", selector.language, theme=subject.title)
    parts, unsourced = [], []
    for theme in subject.themes:
        theme_units = sorted(units_by_theme.get(theme, ()), key=adoption_rank)
        certain = [each for each in theme_units if selector.is_certain(each)]
        if theme.section is None:
            units = make_self_contained(selector, (each.unit for each in certain))
        else:
            units = rank_section_units(selector, theme)
        papers = _points_of_papers(selector) if theme.words == subject.title and not units else []
        units = [_with_paragraph(selector, each) for each in units]
        statements = in_order(selector.quote_units(units, limit, novel=True))
        uncertain = make_self_contained(selector, (each.unit for each in theme_units if each not in certain))
        closest = selector.quote_units([*papers, *uncertain], limit - len(statements), novel=True)
        parts += [Part(theme.heading, statements), Part(nearest_heading, closest, sure=False)]
        by_theme = (own for other, own in (*framework.by_theme, *framework.closest) if other == theme)
        articles = next(filter(None, by_theme), ())
        if not statements and (articles or not closest) and not _is_covered_elsewhere(selector, theme):
            places = [article_name(each) for each in articles[:MAX_PLACES]]
            unsourced.append(unsourced_theme_text(selector, theme, places))
    if not any(part.statements for part in parts):
        nearest = in_order(selector.quote_units(_points_of_papers(selector), limit, novel=True))
        parts = [Part(nearest_heading, nearest, sure=False)]
    return selector.make_section("points", *parts, unsourced=tuple(filter(None, unsourced)))


def _points_of_papers(selector: UnitSelector) -> list[Unit]:
    """What the papers of an item say that comes closest to its title: that belongs to it, however far from the title it is."""
    subject = selector.subject
    scored = selector.score_units(subject.title, _paper_ids(selector)) if subject.item is not None else ()
    nearest = (each.unit for each in scored if selector.is_quotable(each.unit) and is_point(selector, each))
    return [_with_paragraph(selector, each) for each in make_self_contained(selector, nearest)]


def _with_paragraph(selector: UnitSelector, unit: Unit) -> Unit:
    """The whole paragraph of a unit from a paper of an item, where it may be quoted: its figures may be in other sentences."""
    whole = whole_paragraph(unit)
    is_paper = selector.subject.item is not None and unit.document.id in selector.subject.own_ids
    is_paper &= unit.document.edition != "digest" or not is_later_than_meeting(selector, whole)
    return whole if is_paper and selector.is_quotable(whole) else unit


def _paper_ids(selector: UnitSelector) -> Ids:
    """The documents of the subject; for an item without drafts and resolutions, which stand in a table of what is expected."""
    own, is_item = selector.subject.own_ids, selector.subject.item is not None
    return tuple(each for each in own if not (is_item and has_operative_text(selector.library.document(each))))


def _assign_to_themes(selector: UnitSelector) -> dict[Theme, list[ScoredUnit]]:
    """The key points by theme, each with the theme to which it is most relevant; on the title of an item those of its papers, where they are
    in the library."""
    subject, papers = selector.subject, _paper_ids(selector)
    passages = WIDE_PASSAGES if subject.user_question else 0
    all_ids = (*papers, *(() if subject.request.kind == "document" else subject.other_ids))
    best: dict[tuple[str, int, int], tuple[Theme, ScoredUnit]] = {}
    for theme in (each for each in subject.themes if each.section is None):
        is_candidate = partial(is_key_point, selector, theme.words)
        document_ids = papers if papers and subject.item is not None and theme.words == subject.title else all_ids
        for each in selector.find_relevant(theme.words, document_ids, CANDIDATES_PER_THEME, is_candidate, passages):
            key = (each.unit.document.id, each.unit.start, each.unit.end)
            if key not in best or each.odds > best[key][1].odds:
                best[key] = (theme, each)
    return {theme: [each for own, each in best.values() if own == theme] for theme in subject.themes}


def _is_covered_elsewhere(selector: UnitSelector, theme: Theme) -> bool:
    """Whether another section of the briefing quotes what a theme is about: a section of the document, or the annotations of the item."""
    subject = selector.subject
    if theme.section is None and (subject.agenda is None or subject.item is None or theme.heading):
        return False
    document = subject.agenda or selector.main_document
    blocks = (document.block_at(each.start) for each in selector.used_citations if each.document == document.id)
    quoted = [each for each in blocks if each]
    if subject.item is not None:
        return any(each.ordinal in subject.item.annotations for each in quoted)
    return any(theme.section == head.ordinal for block in quoted for head in document.headings(block))


def unsourced_theme_text(selector: UnitSelector, theme: Theme, places: Sequence[str]) -> str:
    """For a theme of which nothing is quoted: the first places of the section of the document, empty where it has only
    footnotes; else where the documents mention it, if they do, else that they don't."""
    subject, language, template = selector.subject, selector.language, "unsourced_theme"
    if theme.section is not None:
        units = (each for each in units_below(selector, theme) if each.document.blocks[each.block].kind != "footnote")
        locators = dict.fromkeys(each.locator for each in units)
        places = [place_text(each, language) for each in locators][:MAX_PLACES]
        if not places:
            return ""
    elif not places:
        ids = (*subject.own_ids, *subject.other_ids, *subject.treaty_ids, *subject.excluded_ids)
        relevant = [each for each in selector.score_units(theme.words, ids, READ) if is_relevant(each)]
        template = "unsure_theme" if relevant else template

        def is_told(each: ScoredUnit) -> bool:
            is_point = each.score >= 0.0 if subject.item is None else is_key_point(selector, theme.words, each)
            return is_point or each.unit.document.id in subject.own_ids

        cited = dict.fromkeys(each.unit.document.cite(each.unit.locator) for each in filter(is_told, relevant))
        places = [place_text(each, language) for each in cited][:MAX_PLACES]
    name = theme.heading or subject.title
    if not places:
        return say(template, language, theme=name)
    return say("not_selected", language, theme=name, places=joined(list(places), language))


def nothing_found_error(selector: UnitSelector) -> ReportError:
    """The error that the stored documents say nothing on a subject, with the places that come closest."""
    subject = selector.subject
    scored = selector.score_units(subject.title, (*subject.other_ids, *subject.treaty_ids), READ)
    nearest = list(dict.fromkeys(each.unit.document.cite(each.unit.locator) for each in scored))[:MAX_PLACES]
    return ReportError("brief-silent", subject=subject.title, near=format_suggestions(nearest))


def build_guidance(selector: UnitSelector) -> Section:
    """What other documents recommend or offer as guidance, none of it later than the meeting or the document.

    Units qualify by a certain answer to the subject or a theme (for a document, to its title) that recommends or
    requests by its own verbs, or by the reader's score for guidance.
    """
    subject = selector.subject
    query = say("ask_guidance", subject.title_language, theme=subject.title)
    themes = () if subject.request.kind == "document" else tuple(theme.words for theme in subject.themes)
    passages = WIDE_PASSAGES if subject.user_question else 0
    scored = []
    for words in dict.fromkeys((subject.title, *themes)):
        for each in selector.score_units(words, subject.other_ids, passages):
            answers_user = subject.user_question and is_relevant(each) and selector.is_certain(each)
            if answers_user or selector.is_answer(each, words):
                scored.append(each)
    basis_ids = _find_reporting_basis(selector)
    from_basis = filter(is_relevant, selector.score_units(subject.title, basis_ids) if basis_ids else ())
    close_blocks = {(each.unit.document.id, each.unit.block) for each in (*scored, *from_basis)}

    def is_close_point(each: ScoredUnit) -> bool:
        return is_point(selector, each) and (each.unit.document.id, each.unit.block) in close_blocks

    scored_others = scored if subject.item is None else selector.score_units(query, subject.other_ids)
    close = (each.unit for each in scored_others if _is_advice(each.unit) and is_close_point(each))
    advice = [unit for unit in close if selector.is_quotable(unit)]
    relevant = selector.find_relevant(query, subject.other_ids, 2 * MAX_GUIDANCE, is_close_point)
    units = [each.unit for each in relevant if each.score >= 0.0 or not subject.user_question]
    ordered = (*units, *advice) if subject.item is not None else (*advice, *units)
    statements = selector.quote_units(make_self_contained(selector, ordered), MAX_GUIDANCE, novel=True)
    return selector.make_section("guidance", Part("", statements))


def _find_reporting_basis(selector: UnitSelector) -> Ids:
    """The other documents that the first numbered paragraph names: the resolution under which it reports."""
    subject = selector.subject
    if subject.request.kind != "document":
        return ()
    document, versions = selector.main_document, selector.library.versions()
    numbered = (document.body(block) for block in document.blocks if block.number and block.kind == "paragraph")
    symbols = selector.engine.question(next(numbered, "")[:MAX_SUBJECT_LENGTH], document.language).symbols
    current_ids = {version.id for symbol in symbols for version in versions.current_versions(symbol)}
    return tuple(each for each in subject.other_ids if each in current_ids)


def _is_advice(unit: Unit) -> bool:
    """Whether a unit recommends or requests by its own verbs, or says that somebody who is named should act."""
    grammar, text = grammar_of(unit.document.language), unit.text
    opening, modal = grammar.opening.match(text), grammar.should.search(text)
    subject_word = text[: modal.start()].split()[-1:] if modal else []
    has_named_subject = any(not grammar.pronoun_subject.fullmatch(word) for word in subject_word)
    return bool(has_named_subject or (opening and opening["ask"]) or grammar.advise.search(text))


def build_new(selector: UnitSelector) -> Section:
    """What the agenda dates after the previous meeting of the body that is known, with a sentence on when that was."""
    language = selector.language
    meeting, _, agenda = selector.subject.item_context
    if not meeting.dates:
        return selector.make_section("new")
    previous_day = agenda_sections.last_day_of_previous_meeting(selector)
    if previous_day is None:
        return selector.make_section("new", remarks=(say("no_earlier_meeting", language),))
    is_new = partial(names_date_within, after=previous_day, until=meeting.dates[-1])
    annotations = sorted(agenda_sections.item_annotations(selector))
    statements = tuple(selector.quote_sentences(agenda, annotations, is_new))
    remark = say("since_meeting", language, day=day_text(previous_day, language))
    return selector.make_section("new", Part("", statements), remarks=(remark,) if statements else ())


def build_differences(selector: UnitSelector) -> Section:
    """Pairs of places that say nearly the same with other figures, or with a negation in one of them. Where documents
    belong to the subject, one of the two is in them; for an item both may be key points of it."""
    subject = selector.subject
    documents, parts = (*subject.own_ids, *subject.other_ids), []
    units = [
        each.unit
        for theme in subject.themes
        for each in find_answering(selector, theme.words, documents)
        if selector.is_quotable(each.unit) and (subject.item is None or is_key_point(selector, theme.words, each))
    ]
    pairs = find_differing_pairs(units)
    if subject.own_ids:
        pairs = [pair for pair in pairs if any(each.document.id in subject.own_ids for each in pair)]
    for first, second in pairs[:MAX_DIFFERENCES]:
        statements = selector.quote_units([first, second])
        if len(statements) == 2:
            labels = (display_label(each.document, selector.language) for each in (first, second))
            parts.append(Part(" / ".join(labels), statements))
    return selector.make_section("differences", *parts)
