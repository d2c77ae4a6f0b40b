"""Sections about the subject itself: legal framework, key points by theme, past guidance, where sources differ."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import numpy as np

from assistant.answer_phrases import day_text, joined, mark, place_name, say
from assistant.qa.answer import Statement
from assistant.qa.metadata import covering
from assistant.qa.scoring import READ, ScoredUnit
from assistant.qa.units import Unit
from assistant.reports import ReportError
from assistant.reports.brief import agenda_sections
from assistant.reports.brief.articles import Article, ArticleFinder
from assistant.reports.brief.briefing import Audience, Part, Section
from assistant.reports.brief.selection import (
    UnitSelector,
    adoption_rank,
    is_relevant,
    names_date_within,
    names_only_later_dates,
)
from assistant.reports.brief.subject import MAX_SUBJECT_LENGTH, Ids, Theme, proposes_discussion
from assistant.reports.comparison.topic_comparison import find_differing_pairs
from assistant.reports.lookup import display_label, format_suggestions
from assistant.reports.mandates.recommendation_reader import find_recommendations
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import Block, Document
from corpus.meetings import Meeting
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols

MAX_ARTICLE_THEMES = 8
"""More themes than this are sections of a document; its articles are then searched by its title alone."""
CANDIDATES_PER_THEME = 16
"""How many units each theme proposes; a unit goes to the theme to which it is most relevant."""
MAX_POINTS: dict[Audience, int] = {"chair": 2, "delegate": 3, "secretariat": 4}
"""Most points of a theme."""
MAX_GUIDANCE, MAX_DIFFERENCES, MAX_NAMING, MAX_NEW, MAX_PLACES = 6, 4, 4, 6, 3
PASSAGES_PER_TREATY = 6
"""Passages of each treaty that are read for each theme."""
MAX_FULL_ARTICLES = 40
"""Most articles that are given in full."""
WIDE_PASSAGES = 36
"""Passages that are read for a briefing on one theme or question: what resolutions recall resembles what they say."""
MAX_RUN_IN_WORDS = 10
"""A first sentence of a paragraph with fewer words is its heading."""
_DATED = re.compile(r"\b(?:(?:19|20)\d\d|\d+/\d+)\b")
_NUMBER = re.compile(r"[\d.]+|\b[IVXLC]+\b")


@dataclass(frozen=True)
class Framework:
    """The articles that apply: by theme, named by sources only, and referenced by several of these; with the units
    that name them, the closest articles for themes that no article certainly answers, and the finder."""

    finder: ArticleFinder
    by_theme: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()
    only_named: tuple[Article, ...] = ()
    cross_referenced: tuple[Article, ...] = ()
    naming_units: tuple[Unit, ...] = ()
    closest: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()

    @property
    def articles(self) -> list[Article]:
        """All of them, in the order of the treaties."""
        found = [*(each for _, own in self.by_theme for each in own), *self.only_named, *self.cross_referenced]
        return sorted(found, key=lambda each: (each.document.id, each.heading.ordinal))


def find_framework(selector: UnitSelector) -> Framework:
    """The articles that apply to the subject of a briefing; they are searched once."""
    if selector.framework is not None:
        return selector.framework
    subject, language = selector.subject, selector.subject.title_language
    finder = ArticleFinder(selector.engine, subject.treaty_ids)
    selector.framework = Framework(finder)
    if not subject.treaty_ids:
        return selector.framework
    whole_subject = Theme("", subject.title)
    own_units = [unit for each in subject.own_ids for unit in selector.iter_units(selector.library.document(each))]
    cited_treaties = finder.find_cited_treaties(
        [*_subject_texts(selector), *((unit.text, unit.document.language) for unit in own_units)]
    )
    similar: dict[tuple[str, str], tuple[float, Theme]] = {}
    answering: dict[tuple[str, str], Theme] = {}
    closest_keys: dict[Theme, list[tuple[str, str]]] = {}
    for theme in dict.fromkeys((*(() if len(subject.themes) > MAX_ARTICLE_THEMES else subject.themes), whole_subject)):
        selector.slices.end()
        similar_articles = finder.find_similar(theme.words, language)
        for key, odds in similar_articles.items():
            if (odds >= 0.0 or key[0] in cited_treaties) and (key not in similar or odds > similar[key][0]):
                similar[key] = odds, theme
        answered = finder.find_answering(
            theme.words,
            language,
            PASSAGES_PER_TREATY * (2 if subject.user_question else 1),
            clauses=subject.item is not None,
        )
        # The words of a user name no treaty: there, as for questions, only the scores of the reader decide, and the
        # closest articles are those of a treaty that has an answer.
        answering_treaties = (
            {key[0] for key, score in answered.items() if score >= 0.0} if subject.user_question else cited_treaties
        )
        for key, score in answered.items():
            if score >= 0.0 and (key[0] in answering_treaties or key in similar_articles):
                answering.setdefault(key, theme)
            elif key[0] in answering_treaties and (subject.user_question or (subject.item and theme.heading)):
                closest_keys.setdefault(theme, []).append(key)
    # An article that answers a theme stays with it, even if it is also similar to the subject as a whole.
    answering = {key: theme for key, theme in answering.items() if theme.heading or key not in similar}
    theme_by_article = {**{key: theme for key, (_, theme) in similar.items()}, **answering}
    naming_units = _find_naming_units(selector, finder, own_units, cited_treaties)
    named_articles = {each.key: each for unit in naming_units for each in finder.find_named(unit.text, unit.document)}
    applicable = [finder.articles[key] for key in {**theme_by_article, **named_articles}]
    by_theme = tuple(
        (theme, tuple(finder.articles[key] for key, assigned in theme_by_article.items() if assigned == theme))
        for theme in dict.fromkeys((*subject.themes, whole_subject))
    )
    cross_referenced = tuple(
        each for each in finder.find_cross_referenced(applicable) if each.document.id in cited_treaties
    )
    only_named = tuple(each for key, each in named_articles.items() if key not in theme_by_article)
    listed = {*theme_by_article, *named_articles, *(each.key for each in cross_referenced)}
    closest = []
    for theme, keys in closest_keys.items():
        closest_articles = [key for key in keys if key not in listed][:MAX_PLACES]
        listed.update(closest_articles)
        closest.append((theme, tuple(finder.articles[key] for key in closest_articles)))
    selector.framework = Framework(
        finder, by_theme, only_named, cross_referenced, tuple(naming_units[:MAX_NAMING]), tuple(closest)
    )
    return selector.framework


def build_framework(selector: UnitSelector) -> Section:
    """The units of sources that name articles, and the articles that apply by theme, without duplicates."""
    framework, language = find_framework(selector), selector.language
    parts = [Part("", selector.quote_units(framework.naming_units))]
    whole_heading = say("articles_whole", language) if selector.subject.item else ""
    rows = [(theme.heading or whole_heading, articles) for theme, articles in framework.by_theme]
    rows += [
        (say("articles_named", language), framework.only_named),
        (say("articles_further", language), framework.cross_referenced),
    ]
    by_heading: dict[str, list[Article]] = {}
    for heading, articles in rows:
        by_heading.setdefault(heading, []).extend(articles)
    parts += [
        Part(heading, _list_by_treaty(selector, heading_articles)) for heading, heading_articles in by_heading.items()
    ]
    for theme, articles in framework.closest:
        heading = say("closest", language, theme=theme.heading or selector.subject.title)
        parts.append(Part(heading, _list_by_treaty(selector, articles), sure=False))
    return selector.make_section("framework", *parts)


def _list_by_treaty(selector: UnitSelector, articles: Sequence[Article]) -> tuple[Statement, ...]:
    """A sentence for each treaty that lists its articles."""
    ordered = sorted(articles, key=lambda each: (each.document.id, each.heading.ordinal))
    return tuple(
        _list_articles(selector, list(treaty_articles))
        for _, treaty_articles in groupby(ordered, key=lambda each: each.document.id)
    )


def build_articles(selector: UnitSelector) -> Section:
    """The articles that apply in full, paragraph by paragraph."""
    framework, language = find_framework(selector), selector.language
    parts = []
    for article in framework.articles[:MAX_FULL_ARTICLES]:
        selector.slices.end()
        statements = selector.quote_units(
            [unit for unit in framework.finder.paragraphs_of(article) if unit.document.block_at(unit.start)]
        )
        parts.append(Part(f"{_article_name(article)}{mark(':', language)}{article.title}".rstrip(" :："), statements))
    return selector.make_section("articles", *parts)


def _list_articles(selector: UnitSelector, articles: Sequence[Article]) -> Statement:
    """A sentence that lists articles of one treaty with their titles, which it cites."""
    language = selector.language
    document = articles[0].document
    article_names = [
        f"{place_name(f'art. {each.number}', language)}{f' ({each.title})' * bool(each.title)}" for each in articles
    ]
    treaty_titles = [each for each in document.blocks if each.kind == "heading" and each.locator == "title"][:1]
    headings = [*treaty_titles, *(each.heading for each in articles)]
    citations = tuple(selector.cite(document, head, (head.start, head.end)) for head in headings)
    text = say(
        "articles_of", language, treaty=document.short or document.title, articles=joined(article_names, language)
    )
    return Statement(text, "derived", citations)


def _article_name(article: Article) -> str:
    document = article.document
    return f"{document.short or document.title}, {place_name(f'art. {article.number}', document.language)}"


def build_points(selector: UnitSelector) -> Section:
    """The best words of the documents by theme; for other themes, where they are mentioned, or that they are not."""
    framework, subject = find_framework(selector), selector.subject
    limit, passages = (
        MAX_POINTS[subject.request.audience] * (3 if subject.user_question else 1),
        WIDE_PASSAGES if subject.user_question else 0,
    )
    document_ids = (*subject.own_ids, *(() if subject.request.kind == "document" else subject.other_ids))
    best_by_unit: dict[tuple[str, int, int], tuple[Theme, ScoredUnit]] = {}
    for theme in (each for each in subject.themes if each.section is None):
        for each in selector.find_relevant(
            theme.words, document_ids, CANDIDATES_PER_THEME, partial(_is_key_point, selector, theme.words), passages
        ):
            key = (each.unit.document.id, each.unit.start, each.unit.end)
            if key not in best_by_unit or each.odds > best_by_unit[key][1].odds:
                best_by_unit[key] = (theme, each)
    parts, unsourced = [], []
    for theme in subject.themes:
        theme_units = sorted(
            (each for assigned_theme, each in best_by_unit.values() if assigned_theme == theme), key=adoption_rank
        )
        certain = [each for each in theme_units if selector.is_certain(each)]
        units = [each.unit for each in certain] if theme.section is None else rank_section_units(selector, theme)
        statements = selector.quote_units(units, limit, novel=True)
        if theme.section is not None:
            statements = tuple(sorted(statements, key=lambda each: each.citations[-1].start))
        nearest = say("closest", selector.language, theme=subject.title)
        closest_statements = selector.quote_units(
            [each.unit for each in theme_units if each not in certain], limit - len(statements), novel=True
        )
        parts += [Part(theme.heading, statements), Part(nearest, closest_statements, sure=False)]
        theme_articles = next(
            (
                theme_articles
                for other, theme_articles in (*framework.by_theme, *framework.closest)
                if other == theme and theme_articles
            ),
            (),
        )
        if not statements and (theme_articles or not closest_statements) and not _is_covered_elsewhere(selector, theme):
            unsourced.append(
                unsourced_theme_text(selector, theme, [_article_name(each) for each in theme_articles[:MAX_PLACES]])
            )
    return selector.make_section("points", *parts, unsourced=tuple(unsourced))


def _is_covered_elsewhere(selector: UnitSelector, theme: Theme) -> bool:
    """Whether a theme is a section of the document that another section of the briefing quotes, or that is only about
    the document itself."""
    if theme.section is None:
        return False
    document = selector.main_document
    quoted_blocks = (document.block_at(each.start) for each in selector.used_citations if each.document == document.id)
    if any(theme.section == head.ordinal for block in quoted_blocks if block for head in document.headings(block)):
        return True
    units = list(_units_below(selector, theme))
    return bool(units) and all(_is_about_report(unit) for unit in filter(None, map(_with_context, units)))


def unsourced_theme_text(selector: UnitSelector, theme: Theme, places: Sequence[str] = ()) -> str:
    """For a theme of which nothing is quoted: where the stored documents mention it, if anything comes close, else
    that they don't."""
    subject, language, template = selector.subject, selector.language, "unsourced_theme"
    if not places:
        ids = (*subject.own_ids, *subject.other_ids, *subject.treaty_ids, *subject.excluded_ids)
        relevant = [each for each in selector.score_units(theme.words, ids, READ) if is_relevant(each)]
        template = "unsure_theme" if relevant else template
        quotable = [each.unit for each in relevant if each.unit.document.id in subject.own_ids or each.score >= 0.0]
        units = [unit for unit in quotable if unit.block not in covering(unit.document)]
        places = list(dict.fromkeys(unit.document.cite(unit.locator) for unit in units))[:MAX_PLACES]
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
    scored = [
        each
        for words in dict.fromkeys((subject.title, *themes))
        for each in selector.score_units(words, subject.other_ids, WIDE_PASSAGES if subject.user_question else 0)
        if selector.is_answer(each, words)
        or (subject.user_question and is_relevant(each) and selector.is_certain(each))
    ]
    basis_ids = _find_reporting_basis(selector)
    from_basis = (
        [each for each in selector.score_units(subject.title, basis_ids) if is_relevant(each)] if basis_ids else []
    )
    close_blocks = {(each.unit.document.id, each.unit.block) for each in (*scored, *from_basis)}

    def is_close_point(each: ScoredUnit) -> bool:
        return _is_point(selector, each) and (each.unit.document.id, each.unit.block) in close_blocks

    scored_others = scored if subject.item is None else selector.score_units(query, subject.other_ids)
    advice = [
        each.unit
        for each in scored_others
        if _is_advice(each.unit) and is_close_point(each) and selector.is_quotable(each.unit)
    ]
    relevant = selector.find_relevant(query, subject.other_ids, 2 * MAX_GUIDANCE, is_close_point)
    units = [each.unit for each in relevant if each.score >= 0.0 or not subject.user_question]
    ordered = (*units, *advice) if subject.item is not None else (*advice, *units)
    return selector.make_section("guidance", Part("", selector.quote_units(ordered, MAX_GUIDANCE, novel=True)))


def _find_reporting_basis(selector: UnitSelector) -> Ids:
    """The other documents that the first numbered paragraph of a document names: the resolution under which it
    reports."""
    subject = selector.subject
    document = selector.main_document if subject.request.kind == "document" else None
    first_paragraph = (
        next((block for block in document.blocks if block.number and block.kind == "paragraph"), None)
        if document
        else None
    )
    if document is None or first_paragraph is None:
        return ()
    symbols = selector.engine.question(document.body(first_paragraph)[:MAX_SUBJECT_LENGTH], document.language).symbols
    current_ids = {version.id for symbol in symbols for version in selector.library.versions().current(symbol)}
    return tuple(each for each in subject.other_ids if each in current_ids)


def _is_advice(unit: Unit) -> bool:
    """Whether a unit recommends or requests something by its own verbs, or says that somebody who is named should
    act."""
    grammar, text = grammar_of(unit.document.language), unit.text
    opening, modal = grammar.opening.match(text), grammar.should.search(text)
    subject_word = text[: modal.start()].split()[-1:] if modal else []
    has_named_subject = any(not grammar.pronoun_subject.fullmatch(word) for word in subject_word)
    return bool(has_named_subject or (opening and opening["ask"]) or grammar.advise.search(text))


def _is_close_to_subject(selector: UnitSelector, each: ScoredUnit) -> bool:
    """Whether a unit is from the documents that belong to the subject, or close enough to it. For a document as the
    subject, the reader must be certain of units of others, since most are about something else."""
    subject = selector.subject
    return subject.request.kind != "document" or each.unit.document.id in subject.own_ids or each.score >= 0.0


def _find_answering(selector: UnitSelector, words: str, documents: Sequence[str]) -> list[ScoredUnit]:
    """The units of some documents that are relevant to a subject, close and certain enough."""
    found = selector.score_units(words, documents)
    return [
        each
        for each in found
        if is_relevant(each) and _is_close_to_subject(selector, each) and selector.is_certain(each)
    ]


def build_new(selector: UnitSelector) -> Section:
    """What the agenda, and the documents on the subject, date after the previous meeting of the body that is known,
    with a sentence on when that was."""
    subject, language = selector.subject, selector.language
    meeting, item, agenda = subject.item_context
    if not meeting.dates:
        return selector.make_section("new")
    previous_day = agenda_sections.last_day_of_previous_meeting(selector)
    if previous_day is None:
        return selector.make_section("new", remarks=(say("no_earlier_meeting", language),))
    last_day = meeting.dates[-1]
    ordinals = [*meeting.mandate, *item.annotations]
    annotations = selector.quote_sentences(
        agenda, ordinals, lambda words: names_date_within(words, previous_day, last_day)
    )
    units = [
        each
        for words in dict.fromkeys((subject.title, *(theme.words for theme in subject.themes)))
        for each in selector.find_relevant(words, (*subject.own_ids, *subject.other_ids), MAX_NEW)
        if names_date_within(each.unit.text, previous_day, _day_before(meeting))
    ]
    statements = (*annotations, *selector.quote_units([each.unit for each in units], MAX_NEW, novel=True))
    remark = say("since_meeting", language, day=day_text(previous_day, language))
    return selector.make_section("new", Part("", statements), remarks=(remark,))


def _day_before(meeting: Meeting) -> dt.date:
    """The day before a meeting: a briefing for it must not tell its outcome."""
    return meeting.dates[0] - dt.timedelta(days=1)


def build_differences(selector: UnitSelector) -> Section:
    """Pairs of places that say nearly the same with other figures, or with a negation in one of them; for a document,
    one of the two is its own."""
    subject = selector.subject
    documents, parts = (*subject.own_ids, *subject.other_ids), []
    scored = [each for theme in subject.themes for each in _find_answering(selector, theme.words, documents)]
    units = [each.unit for each in scored if selector.is_quotable(each.unit)]
    pairs = [
        pair
        for pair in find_differing_pairs(units)
        if subject.item or not subject.own_ids or any(each.document.id in subject.own_ids for each in pair)
    ]
    for first, second in pairs[:MAX_DIFFERENCES]:
        statements = selector.quote_units([first, second])
        if len(statements) == 2:
            labels = (display_label(each.document, selector.language) for each in (first, second))
            parts.append(Part(" / ".join(labels), statements))
    return selector.make_section("differences", *parts)


def rank_section_units(selector: UnitSelector, theme: Theme) -> list[Unit]:
    """The units of a section, first those most similar to the document's summary, else its recommendations, else to
    the section's heading. Units that recur with other numbers are formulas, and left out."""
    document = selector.main_document
    units = [
        thought
        for thought in dict.fromkeys(map(_with_context, _units_below(selector, theme)))
        if thought is not None
        and selector.is_quotable(thought)
        and not proposes_discussion(thought)
        and not _is_about_report(thought)
    ]
    formulas = Counter(_NUMBER.sub("", unit.text) for unit in units)
    units = [unit for unit in units if formulas[_NUMBER.sub("", unit.text)] == 1]
    if not units or not selector.can_embed(document.language):
        return units
    embedder = selector.library.embedder
    vectors = embedder.embed_passages([unit.text for unit in units])
    summary = [
        body[start:end]
        for block in document.blocks
        if block.locator.split(",")[0] == "summary" and block.kind != "heading"
        for body in (document.body(block),)
        for start, end in sentence_spans(body, document.language)
    ] or [document.quote(*each.action[-1]) for each in find_recommendations(document)]
    if summary:
        similarities = (vectors @ embedder.embed_passages(summary).T).max(axis=1)
    else:
        similarities = vectors @ embedder.embed_query(theme.words)
    return [units[n] for n in np.argsort(-similarities, kind="stable")]


def _units_below(selector: UnitSelector, theme: Theme) -> Iterator[Unit]:
    """The units below the heading of a section, without rows of tables."""
    for unit in selector.iter_units(selector.main_document):
        block = unit.document.blocks[unit.block]
        if block.kind != "row" and theme.section in {above.ordinal for above in unit.document.headings(block)}:
            yield unit


def _with_context(unit: Unit) -> Unit | None:
    """Extend a unit to the preceding sentences of its paragraph on which it depends; None where these are elsewhere,
    and for a run-in heading."""
    document, block = unit.document, unit.document.blocks[unit.block]
    body, grammar = document.body(block), grammar_of(document.language)
    spans = list(sentence_spans(body, document.language))
    index = next((n for n, (start, end) in enumerate(spans) if start <= unit.start - block.body_start < end), None)
    if index is None or unit.leads or block.kind not in ("paragraph", "item"):
        return unit
    has_heading = bool(_run_in_heading(document, block))
    if has_heading and unit.end <= block.body_start + spans[0][1]:
        return None
    first = max(index, has_heading)
    while first > has_heading and _depends_on_context(grammar, body[slice(*spans[first])], body[: spans[first][0]]):
        first -= 1
    sentence = body[slice(*spans[first])]
    if grammar.leans.match(sentence) and not grammar.itself.match(sentence):
        return None
    return replace(unit, start=block.body_start + spans[first][0])


def _depends_on_context(grammar: Grammar, sentence: str, preceding: str) -> bool:
    """Whether a sentence depends on those before it: by its first word, or because it opens with something that these
    mention: `The event set`."""
    opening = re.match(rf"(?:{grammar.article.pattern})\s+((?-i:[a-zà-öø-ÿ])\w+)", sentence, re.IGNORECASE)
    mentions_known = opening is not None and re.search(rf"\b{opening[1]}\b", preceding, re.IGNORECASE) is not None
    return mentions_known or grammar.leans.match(sentence) is not None


def _run_in_heading(document: Document, block: Block) -> str:
    """The first sentence of a paragraph if it is a heading: `Measures of oversight. The Board met.`"""
    body = document.body(block)
    first, *others = (*sentence_spans(body, document.language), (0, 0))
    sentence = " ".join(body[slice(*first)].split()).rstrip(".。 ")
    words = len(sentence) // 2 if document.language == "zh" else len(sentence.split())
    has_digit = any(map(str.isdigit, sentence))
    return sentence if len(others) > 1 and words < MAX_RUN_IN_WORDS and not has_digit else ""


def _is_about_report(unit: Unit) -> bool:
    """Whether a unit is about the report itself, gives thanks, or points to an address; not where the report states
    something: `the present report shows that`."""
    text, grammar = unit.text, grammar_of(unit.document.language)
    opening = grammar.itself.match(text)
    is_about = opening and not any(grammar.that.fullmatch(word) for word in text[opening.end() :].split()[:3])
    return bool(is_about) or "://" in text or grammar.thanks.search(text) is not None


def _is_point(selector: UnitSelector, scored: ScoredUnit) -> bool:
    """Whether a unit is a point: no proposal for discussion, no preamble, nothing later than the meeting; of
    documents that don't belong to the subject, close enough and closer to this item than to another one."""
    unit = scored.unit
    is_bound = unit.document.id in selector.subject.own_ids
    is_possible = (
        not proposes_discussion(unit) and "preamb" not in unit.locator and not _is_later_than_meeting(selector, unit)
    )
    is_possible = is_possible and not (is_bound and selector.subject.item is None and _is_about_report(unit))
    return is_possible and _is_close_to_subject(selector, scored) and (is_bound or selector.belongs_to_item(unit))


def _is_key_point(selector: UnitSelector, words: str, scored: ScoredUnit) -> bool:
    """Whether a unit is a key point: for an item, units of other bodies' documents must be certain answers; for a
    theme or question also what a preamble states without a reference to another text (number, year or footnote)."""
    subject, symbol, unit = selector.subject, scored.unit.document.symbol, scored.unit
    if subject.user_question and "preamb" in unit.locator:
        return not (unit.document.blocks[unit.block].marks or find_symbols(unit.text) or _DATED.search(unit.text))
    body = subject.agenda.symbol.body if subject.agenda and subject.agenda.symbol else ""
    is_bound = (
        subject.agenda is None or unit.document.id in subject.own_ids or (symbol is not None and symbol.body == body)
    )
    return (is_bound or selector.is_answer(scored, words)) and _is_point(selector, scored)


def _is_later_than_meeting(selector: UnitSelector, unit: Unit) -> bool:
    meeting = selector.subject.meeting
    return meeting is not None and bool(meeting.dates) and names_only_later_dates(unit.text, _day_before(meeting))


def _subject_texts(selector: UnitSelector) -> Iterator[tuple[str, str]]:
    """The texts, each with its language, that tell which treaties a subject is about: its title, and for an item the
    agenda's annotations and mandate."""
    subject = selector.subject
    yield subject.title, subject.title_language
    if subject.item is not None:
        meeting, item, agenda = subject.item_context
        for ordinal in (*meeting.mandate, *item.annotations):
            yield agenda.body(agenda.blocks[ordinal]), agenda.language


def _find_naming_units(
    selector: UnitSelector, finder: ArticleFinder, own_units: Sequence[Unit], cited_treaties: frozenset[str]
) -> list[Unit]:
    """The units of the documents that belong to the subject that name articles, those with most first. Where there
    are none, relevant units of other documents: certain ones where they name articles of a treaty that is not among
    `cited_treaties`."""

    def articles_in(unit: Unit) -> list[Article]:
        return finder.find_named(unit.text, unit.document)

    relevant = _find_answering(selector, selector.subject.title, selector.subject.other_ids)
    certain = [
        each.unit
        for each in relevant
        if each.score >= 0.0 or {a.document.id for a in articles_in(each.unit)} <= cited_treaties
    ]
    naming = ([unit for unit in units if articles_in(unit) and selector.is_quotable(unit) and not _is_later_than_meeting(selector, unit)]
              for units in (own_units, certain))  # fmt: skip
    found = next(filter(None, naming), [])
    return sorted(found, key=lambda unit: (-len(articles_in(unit)), unit.document.id, unit.start))
