"""The sections about the subject itself: legal framework, key points by theme, past guidance, where sources differ."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from assistant.brief.articles import ArticleFinder
from assistant.brief.choosing import Chooser, only_later
from assistant.brief.ground import Theme, proposes
from assistant.brief.model import Audience, Part
from assistant.brief.weighing import Weighed
from assistant.compare.alike import differing
from assistant.frames import say
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, units_of
from corpus.documents import Document

ARTICLES: dict[Audience, int] = {"chair": 6, "delegate": 8, "secretariat": 14}
POINTS: dict[Audience, int] = {"chair": 2, "delegate": 3, "secretariat": 4}
"""Most articles of a legal framework, and most points of a theme."""
COVERED = 0.25
"""Share of the subject's content that guidance, and a point that is not near to the whole, must name: more than what the
body is about anyway."""
GUIDANCE, DIFFERENCES, NAMING = 6, 4, 2
POOL = 16
"""How many units each theme puts forward; of several themes the nearest gets a unit."""
_GUIDES = re.compile(
    r"\brecommend|\bguid(?:e|ance|elines?)\b|\bmanuals?\b|\btoolkit|\bmodel law|\bissue papers?|\bgood practices?|\badvis|"
    r"\bshould\b|\bencourag|\burge[sd]?\b|\bcalled (?:for|on|upon)\b|\binvite[sd]?\b|"
    r"\brecommand|\borientations?\b|\bmanuel|\bencourage|\bdevrai|\binvite\b|"
    r"\brecomend|\brecomiend|\borientaci|\balent|\bdeber[íi]a|\binst[óa]|"
    r"рекоменд|руководств|призыва|призвал|следует|поощря|توصي|توصيات|أوصى|ينبغي|يشجع|تشجع|دليل|建议|指南|手册|应当|应|鼓励|敦促",
    re.IGNORECASE,
)
"""Words of recommendations and guidance, in the six languages."""


def framework(chooser: Chooser) -> tuple[Part, ...]:
    """The articles that apply: those that the sources of the subject name, and those that speak to its themes."""
    ground, library = chooser.ground, chooser.engine.library
    if not ground.treaties:
        return ()
    finder = ArticleFinder(chooser.engine, ground.treaties)
    naming = [each.unit for each in chooser.speaking(
        ground.title, [*ground.own, *ground.others], NAMING * 2,
        lambda each: bool(finder.named(each.unit.text, each.unit.document.language)) and not _later(chooser, each.unit),
    )] if not ground.own else _naming(chooser, finder)  # fmt: skip
    naming = naming[:NAMING]
    named = [place for unit in naming for place in finder.named(unit.text, unit.document.language)]
    spoken = [
        each.unit
        for theme in ground.themes
        for each in chooser.speaking(theme.words, ground.treaties, 3, lambda each: chooser.near(each.unit))
    ]
    most = ARTICLES[ground.request.audience]
    chosen = finder.provisions(named, spoken, ground.title, most)
    parts = [Part("", chooser.take(naming))] if naming else []
    for treaty in ground.treaties:
        units = [unit for unit in chosen if unit.document.id == treaty]
        if statements := chooser.take(units):
            document = library.document(treaty)
            parts.append(Part(document.short or document.title, statements))
    return tuple(parts)


def points(chooser: Chooser) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The best words of the documents by theme, and the themes on which they say nothing."""
    ground = chooser.ground
    most = POINTS[ground.request.audience]
    if ground.request.kind in ("theme", "question"):
        most *= 3
    found: dict[tuple[str, int, int], tuple[float, int, Weighed]] = {}
    for n, theme in enumerate(ground.themes):
        if theme.section is not None:
            continue
        own = chooser.speaking(theme.words, ground.own, POOL, lambda each: _of_subject(chooser, each))
        more = (
            []
            if ground.request.kind == "document"
            else chooser.speaking(
                theme.words,
                ground.others,
                most,
                lambda each: _besides(chooser, each),
            )
        )
        for each in (*own, *more):
            key = (each.unit.document.id, each.unit.start, each.unit.end)
            if key not in found or each.cosine > found[key][0]:
                found[key] = (each.cosine, n, each)
    parts, empty = [], []
    for n, theme in enumerate(ground.themes):
        mine = [each for _, home, each in found.values() if home == n]
        mine.sort(key=lambda each: (each.unit.document.id not in ground.own, -each.worth))
        units = [each.unit for each in mine] if theme.section is None else _of_section(chooser, theme, most)
        statements = chooser.take(units, most, fresh=ground.request.kind != "document")
        if statements:
            parts.append(Part(theme.heading, statements))
        elif not chooser.told(theme.words):
            empty.append(say("unsourced_theme", ground.request.language, theme=theme.heading or ground.title))
    return tuple(parts), tuple(empty)


def guidance(chooser: Chooser) -> tuple[Part, ...]:
    """What other documents recommend or offer as guidance, none of it later than the meeting."""
    ground = chooser.ground

    def guides(each: Weighed) -> bool:
        text = each.unit.text
        return (
            bool(_GUIDES.search(text))
            and not proposes(text)
            and each.coverage >= COVERED
            and not _later(chooser, each.unit)
            and chooser.near(each.unit)
            and chooser.belongs(each.unit)
        )

    units: list[Unit] = []
    for words in dict.fromkeys((ground.title, *(theme.words for theme in ground.themes))):
        if len(units) < GUIDANCE:
            units += [each.unit for each in chooser.speaking(words, ground.others, 3, guides)]
    statements = chooser.take(units, GUIDANCE, fresh=True)
    return (Part("", statements),) if statements else ()


def differences(chooser: Chooser) -> tuple[Part, ...]:
    """Pairs of places that say nearly the same with other figures, or one of them with a negation."""
    ground = chooser.ground
    units = [
        each.unit
        for theme in ground.themes
        for each in chooser.weigh(theme.words, (*ground.own, *ground.others))
        if chooser.usable(each.unit)
    ]
    parts = []
    for first, second in differing(units)[:DIFFERENCES]:
        statements = tuple(chooser.take([first, second]))
        if len(statements) == 2:
            parts.append(Part(f"{first.document.label} / {second.document.label}", statements))
    return tuple(parts)


def _of_section(chooser: Chooser, theme: Theme, most: int) -> list[Unit]:
    """The units of a section that are nearest to its heading, in the order of the document."""
    document = chooser.engine.library.document(chooser.ground.own[0])
    units = [
        unit
        for unit in _units(chooser, document)
        if theme.section in {above.ordinal for above in document.headings(document.blocks[unit.block])}
        and chooser.usable(unit)
        and not proposes(unit.text)
    ]
    embedder = chooser.engine.library.embedder
    if units and (embedder.languages is None or document.language in embedder.languages):
        asked = embedder.embed_query(f"{theme.words}. {document.title}")
        near = embedder.embed_passages([unit.text for unit in units]) @ asked
        units = [units[n] for n in np.argsort(-near, kind="stable")]
    kept: list[Unit] = []
    for unit in units:
        if len(kept) < most and not any(unit.start < other.end and other.start < unit.end for other in kept):
            kept.append(unit)
    return sorted(kept, key=lambda unit: unit.start)


def _of_subject(chooser: Chooser, each: Weighed) -> bool:
    """Whether a unit of a document bound to the subject is a point: near to the subject, or it names enough of the theme;
    nothing later than the meeting."""
    unit = each.unit
    on = each.coverage >= COVERED or chooser.near(unit)
    return on and not proposes(unit.text) and not _later(chooser, unit)


def _besides(chooser: Chooser, each: Weighed) -> bool:
    """Whether a unit of another document is a point: surer than one of a document bound to the subject."""
    return chooser.near(each.unit) and chooser.belongs(each.unit) and not _later(chooser, each.unit)


def _later(chooser: Chooser, unit: Unit) -> bool:
    meeting = chooser.ground.meeting
    return meeting is not None and bool(meeting.dates) and only_later(unit.text, meeting.dates[-1])


def _naming(chooser: Chooser, finder: ArticleFinder) -> list[Unit]:
    """The units of the documents bound to the subject that name articles, those that name most first."""
    found = []
    for document_id in chooser.ground.own:
        for unit in _units(chooser, chooser.engine.library.document(document_id)):
            named = finder.named(unit.text, unit.document.language)
            if named and chooser.usable(unit):
                found.append((len(named), unit))
    found.sort(key=lambda pair: (-pair[0], pair[1].document.id, pair[1].start))
    return [unit for _, unit in found]


def _units(chooser: Chooser, document: Document) -> Iterator[Unit]:
    for passage in chooser.engine.library.passages(document.id):
        yield from units_of(Evidence(passage, document, 0.0, None, None))
