"""The sections about the subject itself: legal framework, key points by theme, past guidance, where sources differ."""

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
from assistant.qa.metadata import covering_letter_blocks
from assistant.qa.scoring import READ, ScoredUnit
from assistant.qa.units import Unit
from assistant.reports import ReportError
from assistant.reports.brief import agenda_sections
from assistant.reports.brief.articles import Article, ArticleFinder
from assistant.reports.brief.briefing import Audience, Part, Section
from assistant.reports.brief.selection import Chooser, adopted_first, dated_within, only_later, speaks
from assistant.reports.brief.subject import LONGEST, Ids, Theme, proposing
from assistant.reports.comparison.topic_comparison import differing
from assistant.reports.lookup import label_of, near_to_it
from assistant.reports.mandates.mandate_reader import recommendations_of
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import Block, Document
from corpus.meetings import Meeting
from corpus.sentences import sentence_spans
from corpus.symbols import find_symbols

MANY = 8
"""More themes than so many are sections of a document; its articles are looked for by its title."""
POOL = 16
"""How many units each theme puts forward; of several themes that to which it speaks most surely gets a unit."""
POINTS: dict[Audience, int] = {"chair": 2, "delegate": 3, "secretariat": 4}
"""Most points of a theme."""
GUIDANCE, DIFFERENCES, NAMING, NEW, PLACES = 6, 4, 4, 6, 3
ANSWERS = 6
"""Passages of each treaty that are read for each theme."""
PARTS = 40
"""Most articles that are given in full."""
WIDE = 36
"""Passages that are read for a briefing on one theme or question: what resolutions recall is like what they say."""
RUN_IN = 10
"""A first sentence of a paragraph with fewer words heads it."""
_DATED = re.compile(r"\b(?:(?:19|20)\d\d|\d+/\d+)\b")
_NUMBER = re.compile(r"[\d.]+|\b[IVXLC]+\b")


@dataclass(frozen=True)
class Framework:
    """The articles that apply: by theme, named by sources only, and named by several of these; with the units that name them, those
    that come closest to a theme of an item to which none surely answers, and what finds them."""

    finder: ArticleFinder
    by_theme: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()
    named: tuple[Article, ...] = ()
    further: tuple[Article, ...] = ()
    naming: tuple[Unit, ...] = ()
    closest: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()

    @property
    def articles(self) -> list[Article]:
        """All of them, in the order of the treaties."""
        found = [*(each for _, own in self.by_theme for each in own), *self.named, *self.further]
        return sorted(found, key=lambda each: (each.document.id, each.heading.ordinal))


def framework_of(chooser: Chooser) -> Framework:
    """The articles that apply to the subject of a briefing; they are looked for once."""
    if chooser.framework is not None:
        return chooser.framework
    ground, language = chooser.ground, chooser.ground.spoken
    finder = ArticleFinder(chooser.engine, ground.treaties)
    chooser.framework = Framework(finder)
    if not ground.treaties:
        return chooser.framework
    whole = Theme("", ground.title)
    own = [unit for each in ground.own for unit in chooser.units(chooser.library.document(each))]
    cited = finder.cited([*_said(chooser), *((unit.text, unit.document.language) for unit in own)])
    near: dict[tuple[str, str], tuple[float, Theme]] = {}
    answering: dict[tuple[str, str], Theme] = {}
    nearly: dict[Theme, list[tuple[str, str]]] = {}
    for theme in dict.fromkeys((*(() if len(ground.themes) > MANY else ground.themes), whole)):
        chooser.slices.end()
        close = finder.near(theme.words, language)
        for key, odds in close.items():
            if (odds >= 0.0 or key[0] in cited) and (key not in near or odds > near[key][0]):
                near[key] = odds, theme
        read = finder.answering(
            theme.words, language, ANSWERS * (2 if ground.asked else 1), clauses=ground.item is not None
        )
        # What is asked names no treaty: there the reader alone tells, as of questions, and what comes closest in a treaty that answers.
        sources = {key[0] for key, score in read.items() if score >= 0.0} if ground.asked else cited
        for key, score in read.items():
            if score >= 0.0 and (key[0] in sources or key in close):
                answering.setdefault(key, theme)
            elif key[0] in sources and (ground.asked or (ground.item and theme.heading)):
                nearly.setdefault(theme, []).append(key)
    # Of what the reader says to answer to a theme no likeness to the whole makes a matter of the whole.
    answering = {key: theme for key, theme in answering.items() if theme.heading or key not in near}
    found = {**{key: theme for key, (_, theme) in near.items()}, **answering}
    naming = _naming(chooser, finder, own, cited)
    named = {each.key: each for unit in naming for each in finder.named(unit.text, unit.document)}
    applying = [finder.articles[key] for key in {**found, **named}]
    by_theme = tuple(
        (theme, tuple(finder.articles[key] for key, own in found.items() if own == theme))
        for theme in dict.fromkeys((*ground.themes, whole))
    )
    further = tuple(each for each in finder.further(applying) if each.document.id in cited)
    only = tuple(each for key, each in named.items() if key not in found)
    told = {*found, *named, *(each.key for each in further)}
    closest = []
    for theme, keys in nearly.items():
        near_it = [key for key in keys if key not in told][:PLACES]
        told.update(near_it)
        closest.append((theme, tuple(finder.articles[key] for key in near_it)))
    chooser.framework = Framework(finder, by_theme, only, further, tuple(naming[:NAMING]), tuple(closest))
    return chooser.framework


def framework(chooser: Chooser) -> Section:
    """What the sources name, and the articles that apply by subject, each once."""
    known, language = framework_of(chooser), chooser.language
    parts = [Part("", chooser.take(known.naming))]
    whole = say("articles_whole", language) if chooser.ground.item else ""
    rows = [(theme.heading or whole, own) for theme, own in known.by_theme]
    rows += [(say("articles_named", language), known.named), (say("articles_further", language), known.further)]
    by_heading: dict[str, list[Article]] = {}
    for heading, own in rows:
        by_heading.setdefault(heading, []).extend(own)
    parts += [Part(heading, _by_treaty(chooser, found)) for heading, found in by_heading.items()]
    for theme, own in known.closest:
        heading = say("closest", language, theme=theme.heading or chooser.ground.title)
        parts.append(Part(heading, _by_treaty(chooser, own), sure=False))
    return chooser.section("framework", *parts)


def _by_treaty(chooser: Chooser, found: Sequence[Article]) -> tuple[Statement, ...]:
    """A sentence for each treaty that lists the articles of it that were found."""
    ordered = sorted(found, key=lambda each: (each.document.id, each.heading.ordinal))
    return tuple(_listed(chooser, list(own)) for _, own in groupby(ordered, key=lambda each: each.document.id))


def articles(chooser: Chooser) -> Section:
    """The articles that apply in full, paragraph by paragraph."""
    known, language = framework_of(chooser), chooser.language
    parts = []
    for article in known.articles[:PARTS]:
        chooser.slices.end()
        statements = chooser.take([unit for unit in known.finder.whole(article) if unit.document.block_at(unit.start)])
        parts.append(Part(f"{_name(article)}{mark(':', language)}{article.title}".rstrip(" :："), statements))
    return chooser.section("articles", *parts)


def _listed(chooser: Chooser, own: Sequence[Article]) -> Statement:
    """A sentence that lists articles of one treaty with their titles, cited to these."""
    language = chooser.language
    document = own[0].document
    named = [f"{place_name(f'art. {each.number}', language)}{f' ({each.title})' * bool(each.title)}" for each in own]
    called = [each for each in document.blocks if each.kind == "heading" and each.locator == "title"][:1]
    heads = [*called, *(each.heading for each in own)]
    cites = tuple(chooser.cite(document, head, (head.start, head.end)) for head in heads)
    text = say("articles_of", language, treaty=document.short or document.title, articles=joined(named, language))
    return Statement(text, "derived", cites)


def _name(article: Article) -> str:
    document = article.document
    return f"{document.short or document.title}, {place_name(f'art. {article.number}', document.language)}"


def points(chooser: Chooser) -> Section:
    """The best words of the documents by theme; of the other themes, where they are spoken of, or that they are not."""
    known, ground = framework_of(chooser), chooser.ground
    most, wide = POINTS[ground.request.audience] * (3 if ground.asked else 1), WIDE if ground.asked else 0
    documents = (*ground.own, *(() if ground.request.kind == "document" else ground.others))
    found: dict[tuple[str, int, int], tuple[Theme, ScoredUnit]] = {}
    for theme in (each for each in ground.themes if each.section is None):
        for each in chooser.speaking(theme.words, documents, POOL, partial(_is_key, chooser, theme.words), wide):
            key = (each.unit.document.id, each.unit.start, each.unit.end)
            if key not in found or each.odds > found[key][1].odds:
                found[key] = (theme, each)
    parts, empty = [], []
    for theme in ground.themes:
        mine = sorted((each for home, each in found.values() if home == theme), key=adopted_first)
        sure = [each for each in mine if chooser.sure(each)]
        units = [each.unit for each in sure] if theme.section is None else of_section(chooser, theme)
        statements = chooser.take(units, most, fresh=True)
        if theme.section is not None:
            statements = tuple(sorted(statements, key=lambda each: each.citations[-1].start))
        nearest = say("closest", chooser.language, theme=ground.title)
        closest = chooser.take([each.unit for each in mine if each not in sure], most - len(statements), fresh=True)
        parts += [Part(theme.heading, statements), Part(nearest, closest, sure=False)]
        own = next((own for other, own in (*known.by_theme, *known.closest) if other == theme and own), ())
        if not statements and (own or not closest) and not _told_apart(chooser, theme):
            empty.append(not_told(chooser, theme, [_name(each) for each in own[:PLACES]]))
    return chooser.section("points", *parts, unsourced=tuple(empty))


def _told_apart(chooser: Chooser, theme: Theme) -> bool:
    """Whether a theme is a section of the document that another section quotes, or that does nothing but tell of the document itself."""
    if theme.section is None:
        return False
    document = chooser.document
    quoted = (document.block_at(each.start) for each in chooser.used if each.document == document.id)
    if any(theme.section == head.ordinal for block in quoted if block for head in document.headings(block)):
        return True
    units = list(_units_below(chooser, theme))
    return bool(units) and all(_of_itself(unit) for unit in filter(None, map(_thought, units)))


def not_told(chooser: Chooser, theme: Theme, places: Sequence[str] = ()) -> str:
    """Of a theme of which nothing is quoted: where the documents held speak of it, if anything comes close, else that they don't."""
    ground, language, frame = chooser.ground, chooser.language, "unsourced_theme"
    if not places:
        held = (*ground.own, *ground.others, *ground.treaties, *ground.foreign)
        near = [each for each in chooser.weigh(theme.words, held, READ) if speaks(each)]
        frame = "unsure_theme" if near else frame
        said = [each.unit for each in near if each.unit.document.id in ground.own or each.score >= 0.0]
        told = [unit for unit in said if unit.block not in covering_letter_blocks(unit.document)]
        places = list(dict.fromkeys(unit.document.cite(unit.locator) for unit in told))[:PLACES]
    named = theme.heading or ground.title
    if not places:
        return say(frame, language, theme=named)
    return say("not_selected", language, theme=named, places=joined(list(places), language))


def unknown(chooser: Chooser) -> ReportError:
    """That the documents held say nothing on a subject, and where what comes nearest to it stands."""
    ground = chooser.ground
    scored = chooser.weigh(ground.title, (*ground.others, *ground.treaties), READ)
    near = list(dict.fromkeys(each.unit.document.cite(each.unit.locator) for each in scored))[:PLACES]
    return ReportError("brief-silent", subject=ground.title, near=near_to_it(near))


def guidance(chooser: Chooser) -> Section:
    """What other documents recommend or offer as guidance, none of it later than the meeting or the document: of what surely answers to the subject or a
    theme, of a document its title, that which says by its own verbs that it recommends or asks, and that which the reader tells to be guidance."""
    ground = chooser.ground
    asked = say("ask_guidance", ground.spoken, theme=ground.title)
    themes = () if ground.request.kind == "document" else tuple(theme.words for theme in ground.themes)
    weighed = [
        each
        for words in dict.fromkeys((ground.title, *themes))
        for each in chooser.weigh(words, ground.others, WIDE if ground.asked else 0)
        if chooser.answers(each, words) or (ground.asked and speaks(each) and chooser.sure(each))
    ]
    under = _reported_under(chooser)
    bound = [each for each in chooser.weigh(ground.title, under) if speaks(each)] if under else []
    close = {(each.unit.document.id, each.unit.block) for each in (*weighed, *bound)}

    def fits(each: ScoredUnit) -> bool:
        return _is_point(chooser, each) and (each.unit.document.id, each.unit.block) in close

    said = weighed if ground.item is None else chooser.weigh(asked, ground.others)
    advising = [each.unit for each in said if _advises(each.unit) and fits(each) and chooser.usable(each.unit)]
    told = chooser.speaking(asked, ground.others, 2 * GUIDANCE, fits)
    units = [each.unit for each in told if each.score >= 0.0 or not ground.asked]
    found = (*units, *advising) if ground.item is not None else (*advising, *units)
    return chooser.section("guidance", Part("", chooser.take(found, GUIDANCE, fresh=True)))


def _reported_under(chooser: Chooser) -> Ids:
    """The other documents that the first numbered paragraph of a document names: the resolution under which it reports."""
    ground = chooser.ground
    own = chooser.document if ground.request.kind == "document" else None
    first = next((block for block in own.blocks if block.number and block.kind == "paragraph"), None) if own else None
    if own is None or first is None:
        return ()
    named = chooser.engine.question(own.body(first)[:LONGEST], own.language).symbols
    held = {version.id for symbol in named for version in chooser.library.versions().current(symbol)}
    return tuple(each for each in ground.others if each in held)


def _advises(unit: Unit) -> bool:
    """Whether a unit says by its own verbs that something is recommended or asked, or that somebody who is named should act."""
    grammar, text = grammar_of(unit.document.language), unit.text
    opening, ought = grammar.opening.match(text), grammar.should.search(text)
    who = text[: ought.start()].split()[-1:] if ought else []
    named = any(not grammar.pronoun_subject.fullmatch(word) for word in who)
    return bool(named or (opening and opening["ask"]) or grammar.advise.search(text))


def _near(chooser: Chooser, each: ScoredUnit) -> bool:
    """Whether a unit is of the documents bound to the subject, or near enough to it. A document is about something else than most others:
    of these the reader must be sure."""
    ground = chooser.ground
    return ground.request.kind != "document" or each.unit.document.id in ground.own or each.score >= 0.0


def _answering(chooser: Chooser, words: str, documents: Sequence[str]) -> list[ScoredUnit]:
    """What of some documents speaks to a subject, near and surely enough."""
    found = chooser.weigh(words, documents)
    return [each for each in found if speaks(each) and _near(chooser, each) and chooser.sure(each)]


def new(chooser: Chooser) -> Section:
    """What the agenda, and the documents on the subject, date after the last earlier meeting of the body that is known; and
    the sentence that says which that is."""
    ground, language = chooser.ground, chooser.language
    meeting, item, agenda = ground.taken_up
    if not meeting.dates:
        return chooser.section("new")
    before = agenda_sections.earlier_meeting(chooser)
    if before is None:
        return chooser.section("new", remarks=(say("no_earlier_meeting", language),))
    last = meeting.dates[-1]
    ordinals = [*meeting.mandate, *item.annotations]
    fresh = chooser.quoted(agenda, ordinals, lambda words: dated_within(words, before, last))
    found = [
        each
        for words in dict.fromkeys((ground.title, *(theme.words for theme in ground.themes)))
        for each in chooser.speaking(words, (*ground.own, *ground.others), NEW)
        if dated_within(each.unit.text, before, _eve(meeting))
    ]
    statements = (*fresh, *chooser.take([each.unit for each in found], NEW, fresh=True))
    told = say("since_meeting", language, day=day_text(before, language))
    return chooser.section("new", Part("", statements), remarks=(told,))


def _eve(meeting: Meeting) -> dt.date:
    """The day before a meeting: no briefing for it can know what it led to."""
    return meeting.dates[0] - dt.timedelta(days=1)


def differences(chooser: Chooser) -> Section:
    """Pairs of places that say nearly the same with other figures, or one of them with a negation; of a document, one of them is its own."""
    ground = chooser.ground
    documents, parts = (*ground.own, *ground.others), []
    near = [each for theme in ground.themes for each in _answering(chooser, theme.words, documents)]
    units = [each.unit for each in near if chooser.usable(each.unit)]
    pairs = [
        pair
        for pair in differing(units)
        if ground.item or not ground.own or any(each.document.id in ground.own for each in pair)
    ]
    for first, second in pairs[:DIFFERENCES]:
        statements = chooser.take([first, second])
        if len(statements) == 2:
            labels = (label_of(each.document, chooser.language) for each in (first, second))
            parts.append(Part(" / ".join(labels), statements))
    return chooser.section("differences", *parts)


def of_section(chooser: Chooser, theme: Theme) -> list[Unit]:
    """The units of a section, those first that say most surely what the document's summary, or else its recommendations, say too; of one
    with neither those nearest to the section's heading. What is said several times with other numbers is a formula."""
    document = chooser.document
    units = [
        thought
        for thought in dict.fromkeys(map(_thought, _units_below(chooser, theme)))
        if thought is not None and chooser.usable(thought) and not proposing(thought) and not _of_itself(thought)
    ]
    formulas = Counter(_NUMBER.sub("", unit.text) for unit in units)
    units = [unit for unit in units if formulas[_NUMBER.sub("", unit.text)] == 1]
    if not units or not chooser.reads(document.language):
        return units
    embedder = chooser.library.embedder
    vectors = embedder.embed_passages([unit.text for unit in units])
    summary = [
        body[start:end]
        for block in document.blocks
        if block.locator.split(",")[0] == "summary" and block.kind != "heading"
        for body in (document.body(block),)
        for start, end in sentence_spans(body, document.language)
    ] or [document.quote(*each.action[-1]) for each in recommendations_of(document)]
    if summary:
        near = (vectors @ embedder.embed_passages(summary).T).max(axis=1)
    else:
        near = vectors @ embedder.embed_query(theme.words)
    return [units[n] for n in np.argsort(-near, kind="stable")]


def _units_below(chooser: Chooser, theme: Theme) -> Iterator[Unit]:
    """The units below the heading of a section, without rows of tables."""
    for unit in chooser.units(chooser.document):
        block = unit.document.blocks[unit.block]
        if block.kind != "row" and theme.section in {above.ordinal for above in unit.document.headings(block)}:
            yield unit


def _thought(unit: Unit) -> Unit | None:
    """A unit with the sentences before it in its paragraph on which it leans; None where these stand elsewhere, and of the words that head a
    paragraph."""
    document, block = unit.document, unit.document.blocks[unit.block]
    body, grammar = document.body(block), grammar_of(document.language)
    spans = list(sentence_spans(body, document.language))
    at = next((n for n, (start, end) in enumerate(spans) if start <= unit.start - block.body_start < end), None)
    if at is None or unit.leads or block.kind not in ("paragraph", "item"):
        return unit
    opens = bool(_run_in(document, block))
    if opens and unit.end <= block.body_start + spans[0][1]:
        return None
    first = max(at, opens)
    while first > opens and _leans(grammar, body[slice(*spans[first])], body[: spans[first][0]]):
        first -= 1
    said = body[slice(*spans[first])]
    if grammar.leans.match(said) and not grammar.itself.match(said):
        return None
    return replace(unit, start=block.body_start + spans[first][0])


def _leans(grammar: Grammar, said: str, before: str) -> bool:
    """Whether a sentence leans on those before it: by its first word, or since it opens with something that these name: `The event set`."""
    opening = re.match(rf"(?:{grammar.article.pattern})\s+((?-i:[a-zà-öø-ÿ])\w+)", said, re.IGNORECASE)
    named = opening is not None and re.search(rf"\b{opening[1]}\b", before, re.IGNORECASE) is not None
    return named or grammar.leans.match(said) is not None


def _run_in(document: Document, block: Block) -> str:
    """The words that head a paragraph as its first sentence: `Measures of oversight. The Board met.`"""
    body = document.body(block)
    first, *more = (*sentence_spans(body, document.language), (0, 0))
    said = " ".join(body[slice(*first)].split()).rstrip(".。 ")
    words = len(said) // 2 if document.language == "zh" else len(said.split())
    figured = any(map(str.isdigit, said))
    return said if len(more) > 1 and words < RUN_IN and not figured else ""


def _of_itself(unit: Unit) -> bool:
    """Whether a unit tells of the report itself, thanks, or points to an address; not where it says that something is so: `the present report
    shows that`."""
    text, grammar = unit.text, grammar_of(unit.document.language)
    opening = grammar.itself.match(text)
    told = opening and not any(grammar.that.fullmatch(word) for word in text[opening.end() :].split()[:3])
    return bool(told) or "://" in text or grammar.thanks.search(text) is not None


def _is_point(chooser: Chooser, each: ScoredUnit) -> bool:
    """Whether a unit is a point: no proposal of what to discuss, nothing that a preamble says, nothing later than the meeting; of
    other documents than those bound to the subject, near enough and nearer to this item than to another one."""
    unit = each.unit
    own = unit.document.id in chooser.ground.own
    said = not proposing(unit) and "preamb" not in unit.locator and not _later(chooser, unit)
    said = said and not (own and chooser.ground.item is None and _of_itself(unit))
    return said and _near(chooser, each) and (own or chooser.belongs(unit))


def _is_key(chooser: Chooser, words: str, each: ScoredUnit) -> bool:
    """Whether a unit is a key point: of an item, what documents of other bodies say that are not bound to it must be sure; of a theme or question
    also what a preamble states without naming another text, by its number, its year or in a footnote."""
    ground, symbol, unit = chooser.ground, each.unit.document.symbol, each.unit
    if ground.asked and "preamb" in unit.locator:
        return not (unit.document.blocks[unit.block].marks or find_symbols(unit.text) or _DATED.search(unit.text))
    body = ground.agenda.symbol.body if ground.agenda and ground.agenda.symbol else ""
    bound = ground.agenda is None or unit.document.id in ground.own or (symbol is not None and symbol.body == body)
    return (bound or chooser.answers(each, words)) and _is_point(chooser, each)


def _later(chooser: Chooser, unit: Unit) -> bool:
    meeting = chooser.ground.meeting
    return meeting is not None and bool(meeting.dates) and only_later(unit.text, _eve(meeting))


def _said(chooser: Chooser) -> Iterator[tuple[str, str]]:
    """What says by itself which treaties a subject is about, with its language: its title, and of an item what the agenda says of it and of
    the mandate of the body."""
    ground = chooser.ground
    yield ground.title, ground.spoken
    if ground.item is not None:
        meeting, item, agenda = ground.taken_up
        for ordinal in (*meeting.mandate, *item.annotations):
            yield agenda.body(agenda.blocks[ordinal]), agenda.language


def _naming(chooser: Chooser, finder: ArticleFinder, own: Sequence[Unit], cited: frozenset[str]) -> list[Unit]:
    """The units of the documents bound to the subject that name articles, those that name most first; where none does, those of
    other documents that speak to the subject, surely where they name articles of a treaty that is not `cited`."""

    def named(unit: Unit) -> list[Article]:
        return finder.named(unit.text, unit.document)

    near = _answering(chooser, chooser.ground.title, chooser.ground.others)
    fit = [each.unit for each in near if each.score >= 0.0 or {a.document.id for a in named(each.unit)} <= cited]
    naming = ([unit for unit in units if named(unit) and chooser.usable(unit) and not _later(chooser, unit)]
              for units in (own, fit))  # fmt: skip
    found = next(filter(None, naming), [])
    return sorted(found, key=lambda unit: (-len(named(unit)), unit.document.id, unit.start))
