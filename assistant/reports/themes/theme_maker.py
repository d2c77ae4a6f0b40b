"""Themes of a library: clustered, named, summed up with quotes, with their documents over the years and their gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from functools import partial

import numpy as np

from assistant.answer_phrases import joined, say
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import is_draft
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.reports import Progress, ReportError, silent
from assistant.reports.brief.briefing import Request
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject import Ground
from assistant.reports.comparison.alignment import SURE, likenesses
from assistant.reports.comparison.paragraphs import Para
from assistant.reports.comparison.topic_comparison import standing
from assistant.reports.lookup import said_anew
from assistant.reports.report_cache import Derived, state_of
from assistant.reports.themes.clusters import (
    LEAST,
    centred,
    clusters,
    count_for,
    embedded,
    levelled,
    lexical_vectors,
    nearest,
    places,
    unit_length,
)
from assistant.reports.themes.naming import Namer, Phrase
from assistant.reports.themes.theme_model import Theme, ThemeDocument, ThemePassage, Themes
from assistant.time_slices import Aside, Slices
from assistant.wording.drafting import grammar_of
from corpus.analysis import analyse
from corpus.calendar_names import language_name
from corpus.dates import find_dates
from corpus.documents import Document, Passage
from corpus.symbols import RECORDS, find_symbols

FOLDER, KEPT = "themes", 4
"""Where themes are kept, and of how many states of the library or settings."""
MUCH = 1 / 3
"""The share of the documents in themes that words in common name, from which on none is called by the title of one document."""
VERSION = 15
"""Raised with a change that makes other themes of the same documents."""
_UNSAID = frozenset(["masthead", "contents", "footnote"])
"""Where passages are that belong to no theme."""


Part = tuple[list[int], tuple[Phrase, ...]]
"""Documents of a theme by their places, and what names it."""


def themes_of(
    engine: Engine,
    language: str = "en",
    count: int | None = None,
    progress: Progress = silent,
    aside: Aside = nullcontext,
) -> Themes:
    """The themes of all that the engine's library holds, named in a language; `count` of them where it is given.

    Of the versions of a document one is used, as for questions in that language; agendas and records of meetings stand
    apart. What was made before from the same library is read again. `aside` is entered around what needs no turn at the
    models, and between short slices of what does. Raises `ReportError` where there is nothing to cluster.
    """
    catalogued = tuple(entry.key for entry in engine.catalogue.entries)
    state = state_of(engine.library, (engine.signature, language, count, catalogued, VERSION))
    derived = Derived(engine.library, FOLDER)
    themes: Themes | None = derived.get(state, Themes)
    if themes is None:
        themes = _Maker(engine, language, count, Slices(aside)).made(state, progress)
        derived.put(state, themes)
        derived.keep(KEPT)
    return themes


class _Maker:
    """Makes themes anew. Documents are known by their places among those that belong to themes."""

    def __init__(self, engine: Engine, language: str, count: int | None, slices: Slices) -> None:
        library = engine.library
        self._engine, self._language, self._count, self._slices = engine, language, count, slices
        self._searching = library.models.searching
        # In an order that does not depend on when a document came.
        self._held = [library.document(each) for each in slices(sorted(library.versions().quotable(language)))]
        grouping = _grouped(engine, self._held, count, slices)
        self._documents, self._passages, self._grouping, self._vectors, self._read = grouping
        shaping = _shaping(self._passages)
        self._groups = [[n for n in rows if n in shaping] or rows for rows in self._grouping]
        shaped = sorted(n for rows in self._groups for n in rows)
        read = [self._vectors[n] for n in shaped if n in self._read]
        self._middle = np.mean(read, axis=0) if read else np.zeros(0)
        bodies = {each.body for each in library.meetings()} | {each.body for each in engine.catalogue.meetings}
        documents = {n: self._documents[n] for n in shaped}
        self._namer = Namer(engine.vocabulary, documents, self._groups, language, slices, bodies)

    def made(self, state: str, progress: Progress) -> Themes:
        """The themes, with what is in none."""
        language, documents = self._language, self._documents
        if self._count is None:
            parts, loose = self._parts()
        else:
            parts, loose = [(rows, self._named(rows)) for rows in self._groups], set()
        parts.sort(key=lambda each: (-len(each[0]), documents[each[0][0]].id))
        groups = [rows for rows, _ in parts]
        lie = {n: lies for n, rows in enumerate(groups) if (lies := self._lie(rows)) is not None}
        members = self._filled(groups, lie, loose)
        maps = np.zeros((len(groups), 2))
        if len(lie) == len(groups) > 0:
            maps = places(np.stack([np.mean([self._vectors[n] for n in rows], axis=0) for rows in groups]))
        summary = Summary(self._engine, language, [each.id for each in self._held], self._slices, self._middle)
        made: list[Theme] = []
        used: set[str] = set()
        names = [
            (tuple(each.words for each in own) or self._body(rows), self._namer.spoken(rows)) for rows, own in parts
        ]
        # Where words in common name much of what is held, what none names is no theme.
        named = sum(len(rows) for rows, (terms, _) in zip(groups, names, strict=True) if terms)
        worded = named > MUCH * sum(map(len, self._groups))
        gaps = self._not_held(lie, parts)
        for n, rows in enumerate(groups):
            terms, spoken = names[n]
            if not terms or spoken is None:
                document = self._nearest(rows, lie.get(n), used)
                title, spoken = document.short or document.title, document.language
                last = not made and n + 1 == len(groups)
                dated = find_dates(document.title) and not last
                alike = (documents[row].title == document.title or self._namer.says(row, title, spoken) for row in rows)
                if self._count is None and (worded or dated or 2 * sum(alike) <= len(rows)):
                    # Nor is what no title names, as letters on this and that: most have to say the words of it.
                    loose.update(members[n])
                    continue
                terms = (title,)
            name = joined(list(terms), language)
            used.add(name)
            called = name[:1].upper() + name[1:]
            if spoken != language:
                called += f" ({language_name(spoken, language)})"
            progress(called, n, len(groups))
            wanted = None
            if n in lie:  # near to what the documents say and to what the theme is called
                vector = levelled(self._searching, embedded(self._searching, [name], self._slices)[0], spoken)
                wanted = unit_length(lie[n] + unit_length(vector - self._middle))
            statements, repeats = summary.of([self._passages[row] for row in rows], wanted)
            own = [(documents[row], self._passages[row]) for row in members[n]]
            made.append(
                Theme(
                    number=len(made) + 1,
                    name=called,
                    terms=terms,
                    passages=tuple(
                        ThemePassage(each.id, document.id, document.cite(each.locator), each.start, each.end)
                        for document, passages in own
                        for each in passages
                    ),
                    documents=_listed(own),
                    summary=statements,
                    repeats=repeats,
                    gaps=gaps.pop(n, ()),
                    x=round(float(maps[n][0]), 4),
                    y=round(float(maps[n][1]), 4),
                )
            )
        apart = [each for each in self._held if each not in documents]
        left = [documents[n] for n in sorted(loose)]
        passages = self._engine.library.passages
        beside = [_listed([(each, passages(each.id)) for each in some]) for some in (apart, left)]
        # What belongs to a theme that was not made is a gap of none, too.
        rest = tuple(each for told in gaps.values() for each in told)
        return Themes(language, tuple(made), state, beside[0], beside[1], rest)

    def _filled(self, groups: Sequence[list[int]], lie: dict[int, np.ndarray], loose: set[int]) -> list[list[int]]:
        """The groups with the documents by which no theme was made: each is in the nearest, or where the model does not read it in the one
        that has most of its group; `loose` gets what is near to none."""
        shaped = {n for rows in self._groups for n in rows}
        home = {n: {*rows} for rows in self._grouping for n in rows}
        filled = [[*rows] for rows in groups]
        for n in sorted(home.keys() - shaped):
            near = [float((self._vectors[n] - self._middle) @ lie[each]) if n in self._read and each in lie else len(home[n] & {*rows}) - 0.5
                    for each, rows in enumerate(groups)]  # fmt: skip
            best = max(range(len(groups)), key=near.__getitem__, default=None)
            if best is None or near[best] <= 0:
                loose.add(n)
            else:
                filled[best] = sorted([*filled[best], n])
        return filled

    def _lie(self, rows: Sequence[int]) -> np.ndarray | None:
        """Where documents lie, seen from the middle of all (d, unit length); None where the model reads not all of them."""
        mean = np.mean([self._vectors[n] for n in rows], axis=0) if self._read.issuperset(rows) else None
        return None if mean is None else unit_length(mean - self._middle)

    def _named(self, rows: Sequence[int]) -> tuple[Phrase, ...]:
        """The phrases that name documents, none where nothing does: they are near to these in meaning, as far as a model reads them."""
        spoken, centre = self._namer.spoken(rows), self._lie(rows)
        if spoken is None:
            return ()

        def near(phrases: Sequence[str]) -> np.ndarray:
            if centre is None or not centre.any():
                return np.ones(len(phrases))
            lie = levelled(self._searching, embedded(self._searching, phrases, self._slices), spoken)
            told: np.ndarray = unit_length(lie - self._middle) @ centre
            return told

        return self._namer.name(rows, near)

    def _stray(self) -> set[int]:
        """The documents that are no nearer to those of their group than to those of another one, by the width of their silhouette
        (Rousseeuw 1987), where the group is large enough without them."""
        from sklearn.metrics import silhouette_samples

        told = {n: label for label, rows in enumerate(self._groups) for n in rows if n in self._read}
        if not 1 < len(set(told.values())) < len(told):
            return set()
        lie = centred(np.stack([self._vectors[n] for n in told]))
        widths = silhouette_samples(lie, list(told.values()), metric="cosine")
        found = {n for n, width in zip(told, widths, strict=True) if width <= 0}
        return {n for rows in self._groups for n in rows if n in found and len(set(rows) - found) >= LEAST}

    def _parts(self) -> tuple[list[Part], set[int]]:
        """The groups, or the parts of them, that have a name, each with the documents that speak of it; then what is left is grouped once more.
        Behind them the groups of which enough is left without a name, and the documents that are in none."""
        stray, groups = self._stray(), self._groups
        first = [part for rows in groups for part in self._divided([n for n in rows if n not in stray])]
        made = self._spoken_of([part for part in first if part[1] or self._body(part[0])])
        held = {n for rows, _ in made for n in rows}
        left = sorted(n for rows in groups for n in rows if n in self._read and n not in held)
        if len(left) >= LEAST:
            again = self._clustered(left, count_for(len(left)))
            made += self._spoken_of([part for rows in again for part in self._divided(rows) if part[1]])
        held = {n for rows, _ in made for n in rows}
        rests = [[n for n in rows if n not in held] for rows, phrases in first if not phrases]
        made += [(rows, ()) for rows in rests if len(rows) >= LEAST or not made]
        held = {n for rows, _ in made for n in rows}
        return made, {n for rows in groups for n in rows if n not in held}

    def _spoken_of(self, parts: Sequence[Part]) -> list[Part]:
        """The parts without the documents that speak of none of the phrases that name them."""
        return [
            ([n for n in rows if not phrases or any(self._namer.speaks(n, each) for each in phrases)], phrases)
            for rows, phrases in parts
        ]

    def _divided(self, rows: list[int]) -> list[Part]:
        """A group with the phrases that name it; where none does, the parts of it that have a name, and what is left of it."""
        phrases = self._named(rows)
        if phrases or len(rows) < 2 * LEAST:
            return [(rows, phrases)]
        found = (self._clustered(rows, number) for number in range(2, len(rows) // LEAST + 1))
        halves = next((each for each in found if len(each) > 1), [])
        telling = [each for half in halves for each in self._divided(half) if each[1]]
        rest = [n for n in rows if not any(n in own for own, _ in telling)]
        return [*telling, *([(rest, ())] if rest else [])]

    def _clustered(self, rows: Sequence[int], count: int) -> list[list[int]]:
        """Documents in clusters, `count` at most, each large enough for a theme."""
        labels = clusters(centred(np.stack([self._vectors[n] for n in rows])), count, LEAST)
        return [[n for n, label in zip(rows, labels, strict=True) if label == each] for each in np.unique(labels)]

    def _body(self, rows: Sequence[int]) -> tuple[str, ...]:
        """The body of which most of a theme's documents are, where most of its documents are in the theme."""
        [(body, count)] = Counter(self._documents[n].masthead.body for n in rows).most_common(1)
        of_all = sum(each.masthead.body == body for each in self._documents)
        return (body,) if body and 2 * count > max(len(rows), of_all) else ()

    def _nearest(self, rows: Sequence[int], centre: np.ndarray | None, used: Collection[str]) -> Document:
        """The document by whose title a theme is called: none whose title another theme has or that names a day, one in the
        language of the names first, then the nearest to its centre."""

        def rank(n: int) -> tuple[bool, bool, bool, float]:
            document = self._documents[n]
            near = 0.0 if centre is None else float(unit_length(self._vectors[n]) @ centre)
            foreign = document.language != self._language
            return (document.short or document.title) in used, bool(find_dates(document.title)), foreign, -near

        return self._documents[min(rows, key=rank)]

    def _not_held(self, lie: dict[int, np.ndarray], parts: Sequence[Part]) -> dict[int | None, tuple[str, ...]]:
        """By theme, what the catalogue knows of bodies of which something is held, each with the theme nearest to its title, both
        seen from the middle of all, of those whose name the title says; None has the others."""
        versions, read = self._engine.library.versions(), self._searching.languages
        # Of a principal organ, `A`, nobody holds all.
        bodies = {version.symbol.body for version in versions.held if "/" in version.symbol.body}
        known = [
            (each.symbol, each.title) for each in self._engine.catalogue.entries if each.symbol and each.part is None
        ]
        missing = [(symbol, title) for symbol, title in known if symbol.body in bodies and not versions.current(symbol)]
        if not missing or not lie or (read is not None and "en" not in read):
            return {}
        titles = embedded(self._searching, [title for _, title in missing], self._slices) - self._middle
        told: dict[int | None, tuple[str, ...]] = {}
        for (symbol, title), vector in zip(missing, titles, strict=True):
            calling = [n for n in lie if self._namer.called(title, parts[n][1])]
            n = max(calling, key=lambda each: float(vector @ lie[each]), default=None)
            told[n] = (*told.get(n, ()), say("gap_paper", self._language, symbol=symbol.text, title=title))
        return told


def _shaping(passages: Sequence[Sequence[Passage]]) -> set[int]:
    """The places of the documents by which themes are made and named, by the passages of all: a document of one passage goes to the
    theme that is nearest to it and changes none, where enough others are held."""
    long = {n for n, own in enumerate(passages) if len(own) > 1}
    return long if len(long) >= LEAST else set(range(len(passages)))


def _grouped(
    engine: Engine, documents: Sequence[Document], count: int | None, slices: Slices
) -> tuple[list[Document], list[list[Passage]], list[list[int]], list[np.ndarray], set[int]]:
    """The documents that belong to themes, their passages, the groups of their places (the largest first), their vectors, and
    which of them the embedding model reads: the others are grouped by themselves, by their words. Raises `ReportError` where
    there are none."""
    procedural = [each.kind == "agenda" or bool(each.symbol and each.symbol.series in RECORDS) for each in documents]
    documents = [each for each, apart in zip(documents, procedural, strict=True) if not apart] or list(documents)
    if not documents:
        raise ReportError("framed", told=partial(say, "empty_library"))
    passages = []
    for document in slices(documents):
        own = list(engine.library.passages(document.id))
        said = [each for each in own if not any(part.split(" ")[0] in _UNSAID for part in each.locator.split(", "))]
        passages.append(said or own)
    searching = engine.library.models.searching
    vectors: list[np.ndarray] = [np.zeros(0)] * len(documents)
    read: set[int] = set()
    for n, own in slices(list(enumerate(passages))):
        held = engine.library.passage_vectors([each.id for each in own])
        if len(held) == len(own) and own:
            mean = np.stack([held[each.id] for each in own]).mean(axis=0, dtype=np.float64)
            vectors[n] = levelled(searching, mean, documents[n].language)
            read.add(n)
    unread = [n for n in range(len(documents)) if n not in read]
    if unread:
        vocabulary = engine.vocabulary
        texts = ((documents[n].text, documents[n].language) for n in slices(unread))
        bags = [vocabulary.content(analyse(text, spoken), spoken) for text, spoken in texts]
        with slices.aside():
            for n, vector in zip(unread, lexical_vectors(bags), strict=True):
                vectors[n] = vector
    labels = np.zeros(len(documents), dtype=int)
    shaping = _shaping(passages)
    wanted, given = count or count_for(len(shaping)), 0
    for every in (sorted(read), unread):
        rows = [n for n in every if n in shaping] or every
        if rows:
            with slices.aside():
                share = max(1, round(wanted * len(rows) / len(shaping)))
                found = clusters(centred(np.stack([vectors[n] for n in rows])), share, 1 if count else LEAST)
            labels[rows] = given + found
            small = [n for n in every if n not in rows]
            if small:
                members, others = (np.stack([vectors[n] for n in some]) for some in (rows, small))
                middle = members.mean(axis=0)
                labels[small] = given + nearest(others - middle, found, np.unique(found), members - middle)
            given += int(found.max()) + 1
    groups = [[n for n, label in enumerate(labels) if label == each] for each in range(given)]
    groups.sort(key=lambda rows: (-len(shaping.intersection(rows)), documents[rows[0]].id))
    return documents, passages, groups, vectors, read


def _listed(documents: Iterable[tuple[Document, Sequence[Passage]]]) -> tuple[ThemeDocument, ...]:
    made = []
    for document, own in documents:
        dated = document.date if document.edition != "digest" else None
        year = int(dated[:4]) if dated and dated[:4].isdigit() else None
        made.append(ThemeDocument(document.id, document.label, document.title, year, len(own), document.url))
    return tuple(sorted(made, key=lambda each: (each.year is None, each.year or 0, each.label, each.document)))


FEWEST, MOST = 3, 5
"""How many sentences, where the documents have so many."""
OF_ONE, DOCUMENTS = 2, 16
"""How many passages of one document, and of how many documents, they are chosen from: the nearest to the theme's middle; of fewer documents more of
each."""
LONGEST = 500
"""Longest sentence, in characters."""
ENDS = (".", "。", ";", "؛", "；", "!", "؟", "?", ")", "”", "»", "”.")


class Summary:
    """Sums up the themes of one library; what one theme says another does not say again."""

    def __init__(
        self, engine: Engine, language: str, documents: Sequence[str], slices: Slices, middle: np.ndarray
    ) -> None:
        self._engine, self._slices, self._middle = engine, slices, middle
        request = Request("theme", "-", language=language, mixed=True)
        self._chooser = Chooser(engine, Ground(request, "", language, (), (), (), tuple(documents)))
        self._anew = said_anew(engine.library.versions().headers, documents)

    def of(
        self, passages: Sequence[Sequence[Passage]], centre: np.ndarray | None
    ) -> tuple[tuple[Statement, ...], tuple[tuple[Citation, ...], ...]]:
        """Statements, the latest first, and where else each is said, of the passages of each document of a theme; the nearer to
        its middle (of unit length; None where no model reads them) the sooner. Of what several documents say the latest is quoted, and last
        resolutions of whose title there is a later one."""
        units = self._units(passages, centre)
        paras = [Para.of(unit) for unit in units]
        chosen: list[list[int]] = []
        for n, row in enumerate(self._slices(likenesses(paras, paras))):
            again = next((group for group in chosen if row[group[0]] >= SURE), None)
            if again is None:
                chosen.append([n])
            elif all(units[m].document.id != units[n].document.id for m in again):
                again.append(n)
        groups = [
            sorted((units[n] for n in group), key=lambda unit: standing(unit.document)[:2], reverse=True)
            for group in chosen
        ]
        groups.sort(key=lambda group: (group[0].document.id in self._anew, is_draft(group[0].document.symbol)))
        said: list[tuple[Unit, Statement, tuple[Citation, ...]]] = []
        for fresh in (True, False):
            for first, *rest in groups:
                held = {unit.document.id for unit, _, _ in said}
                most = MOST if fresh and first.document.id not in self._anew else FEWEST
                if len(said) >= most or (fresh and first.document.id in held):
                    continue
                for statement in self._chooser.take([first], 1):
                    said.append((first, statement, tuple(quote_unit(other).citations[-1] for other in rest)))
        said.sort(key=lambda each: standing(each[0].document)[:2], reverse=True)
        return tuple(statement for _, statement, _ in said), tuple(repeats for _, _, repeats in said)

    def _units(self, passages: Sequence[Sequence[Passage]], centre: np.ndarray | None) -> list[Unit]:
        """The units of a theme that can stand by themselves, the nearest to its middle first."""
        library, searching = self._engine.library, self._engine.library.models.searching
        near: list[tuple[float, list[Passage]]] = []
        for own in self._slices(passages):
            scores = np.zeros(len(own))
            if centre is not None:
                held = library.passage_vectors([each.id for each in own])
                vectors = np.stack([held[each.id] for each in own])
                scores = self._seen(vectors, library.document(own[0].document_id).language) @ centre
            order = np.argsort(-scores, kind="stable")[: max(OF_ONE, OF_ONE * DOCUMENTS // len(passages))]
            near.append((float(scores[order[0]]), [own[int(n)] for n in order]))
        near.sort(key=lambda each: -each[0])
        units: list[Unit] = []
        for passage in self._slices([each for _, own in near[:DOCUMENTS] for each in own]):
            document = library.document(passage.document_id)
            units += [unit for unit in units_of(Evidence(passage, document)) if self._stands(unit)]
        # Words that were recognised from an image may be broken: quoted where nothing else is said.
        units = distinct([unit for unit in units if not unit.document.ocr] or units)
        if centre is None or not units:
            return units
        # Near to the theme, and to what their own document is about.
        titles = list(dict.fromkeys(unit.document.title for unit in units))
        about = dict(zip(titles, embedded(searching, titles, self._slices), strict=True))
        told = embedded(searching, [unit.text for unit in units], self._slices)
        score = np.array([
            self._seen(vector, unit.document.language) @ (centre + unit_length(self._seen(about[unit.document.title], unit.document.language)))
            for unit, vector in zip(units, told, strict=True)
        ])  # fmt: skip
        return [units[int(n)] for n in np.argsort(-score, kind="stable")]

    def _seen(self, vectors: np.ndarray, language: str) -> np.ndarray:
        """Vectors of texts in a language as seen from the middle of all documents: what all say is near to none."""
        seen: np.ndarray = levelled(self._engine.library.models.searching, vectors, language) - self._middle
        return seen

    def _stands(self, unit: Unit) -> bool:
        """Whether a unit is a whole sentence that says something by itself: no row, no list of documents, nothing that leans on what stands before it,
        and nothing of a preamble."""
        block = unit.document.blocks[unit.block]
        introduces = unit.document.kind == "resolution" and block.number is None
        whole = block.kind in ("paragraph", "item") and unit.text.rstrip().endswith(ENDS)
        lists = len({mention.symbol for mention in find_symbols(unit.text)}) > 1
        leans = grammar_of(unit.document.language).leans.match(unit.text)
        return (
            whole
            and not introduces
            and not lists
            and not leans
            and len(unit.text) <= LONGEST
            and self._chooser.usable(unit)
        )
