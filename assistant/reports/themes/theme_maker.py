"""Themes of a library: clustered, named, summed up with quotes, with their documents over the years and their gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from functools import partial

import numpy as np

from assistant.frames import joined, say
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import statement_of
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
from assistant.slices import Aside, Slices
from assistant.wording.drafting import grammar_of
from corpus.analysis import analyse
from corpus.calendar_names import language_name
from corpus.dates import find_dates
from corpus.documents import Document, Passage
from corpus.embedding import Embedder
from corpus.symbols import RECORDS, find_symbols

FOLDER, KEPT = "themes", 4
"""Where themes are kept, and of how many states of the library or settings."""
MUCH = 1 / 3
"""The share of the documents in themes that words in common name, from which on none is called by the title of one document."""
VERSION = 14
"""Raised with a change that makes other themes of the same documents."""
_UNSAID = frozenset(["masthead", "contents", "footnote"])
"""Where passages are that belong to no theme."""


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
        themes = _made(engine, language, count, state, progress, Slices(aside))
        derived.put(state, themes)
        derived.keep(KEPT)
    return themes


def _made(engine: Engine, language: str, count: int | None, state: str, progress: Progress, slices: Slices) -> Themes:
    """The themes made anew."""
    library, searching = engine.library, engine.library.models.searching
    # In an order that does not depend on when a document came.
    documents = [library.document(each) for each in slices(sorted(library.versions().quotable(language)))]
    telling, passages, grouping, vectors, read = grouped(engine, documents, count, slices)
    shaping = _shaping(passages)
    groups = [[n for n in rows if n in shaping] or rows for rows in grouping]
    place = {n: m for m, n in enumerate(sorted(n for rows in groups for n in rows))}
    small = [n for n in range(len(telling)) if n not in place]
    middle = np.mean([vectors[n] for n in sorted(read & place.keys())], axis=0) if read else np.zeros(0)
    bodies = {each.body for each in library.meetings()} | {each.body for each in engine.catalogue.meetings}
    shaped = [[place[n] for n in rows] for rows in groups]
    namer = Namer(engine.vocabulary, [telling[n] for n in place], shaped, language, slices, bodies)
    lying = partial(_lie, vectors, middle, read)

    def calling(rows: Sequence[int]) -> tuple[Phrase, ...]:
        spoken = namer.spoken([place[n] for n in rows])
        near = partial(_nearness, searching, slices, middle, lying(rows), spoken or language)
        return namer.name([place[n] for n in rows], near) if spoken else ()

    def speaks(row: int, phrase: Phrase) -> bool:
        return namer.speaks(place[row], phrase)

    if count is None:
        parts, loose = _parts(
            groups, vectors, read, calling, speaks, lambda rows: _body([telling[n] for n in rows], telling)
        )
    else:
        parts, loose = [(rows, calling(rows)) for rows in groups], set()
    parts.sort(key=lambda each: (-len(each[0]), telling[each[0][0]].id))
    groups, phrases = [rows for rows, _ in parts], [phrases for _, phrases in parts]
    lie = {n: lies for n, rows in enumerate(groups) if (lies := lying(rows)) is not None}
    # A document by which no theme was made is in the nearest, or where the model does not read it in the one that has most of its group.
    home = {n: {*rows} for rows in grouping for n in rows}
    grouping = [[*rows] for rows in groups]
    for n in small:
        near = [float((vectors[n] - middle) @ lie[each]) if n in read and each in lie else len(home[n] & {*rows}) - 0.5
                for each, rows in enumerate(groups)]  # fmt: skip
        best = max(range(len(groups)), key=near.__getitem__, default=None)
        if best is None or near[best] <= 0:
            loose.add(n)
        else:
            grouping[best] = sorted([*grouping[best], n])
    whole = len(lie) == len(groups) > 0
    maps = (
        places(np.stack([np.mean([vectors[n] for n in rows], axis=0) for rows in groups]))
        if whole
        else np.zeros((len(groups), 2))
    )
    summary = Summary(engine, language, [each.id for each in documents], slices, middle)
    made: list[Theme] = []
    used: set[str] = set()
    names = [(tuple(each.words for each in own) or _body([telling[n] for n in rows], telling), namer.spoken([place[n] for n in rows]))
             for rows, own in parts]  # fmt: skip
    # Where words in common name much of what is held, what none name is no theme.
    worded = sum(len(rows) for rows, (terms, _) in zip(groups, names, strict=True) if terms) > MUCH * len(place)
    gaps = _not_held(engine, middle, lie, lambda n, title: namer.called(title, phrases[n]), language, slices)
    for n, rows in enumerate(groups):
        centre, (terms, spoken) = lie.get(n), names[n]
        if not terms or spoken is None:
            document = _nearest([telling[row] for row in rows], [vectors[row] for row in rows], centre, language, used)
            if count is None and (worded or ((made or n + 1 < len(groups)) and find_dates(document.title))):
                # Nor is what the title of no document names, as letters on this and that.
                loose.update(grouping[n])
                continue
            terms, spoken = (document.short or document.title,), document.language
        name = joined(list(terms), language)
        used.add(name)
        name = name[:1].upper() + name[1:]
        if spoken != language:
            name += f" ({language_name(spoken, language)})"
        progress(name, n, len(groups))
        wanted = None
        if n in lie:  # near to what the documents say and to what the theme is called
            called = levelled(searching, embedded(searching, [joined(list(terms), language)], slices)[0], spoken)
            wanted = unit_length(lie[n] + unit_length(called - middle))
        statements, repeats = summary.of([passages[row] for row in rows], wanted)
        rows = grouping[n]
        held = [telling[row] for row in rows]
        made.append(
            Theme(
                number=len(made) + 1,
                name=name,
                terms=terms,
                passages=tuple(
                    ThemePassage(each.id, own.id, own.cite(each.locator), each.start, each.end)
                    for own, row in zip(held, rows, strict=True)
                    for each in passages[row]
                ),
                documents=_listed(held, [len(passages[row]) for row in rows]),
                summary=statements,
                repeats=repeats,
                gaps=gaps.pop(n, ()),
                x=round(float(maps[n][0]), 4),
                y=round(float(maps[n][1]), 4),
            )
        )
    apart = [each for each in documents if each not in telling]
    left = [telling[n] for n in sorted(loose)]
    beside = [_listed(some, [len(library.passages(each.id)) for each in some]) for some in (apart, left)]
    # What belongs to a theme that was not made is a gap of none, too.
    rest = tuple(each for told in gaps.values() for each in told)
    return Themes(language, tuple(made), state, beside[0], beside[1], rest)


def _loose(groups: Sequence[Sequence[int]], vectors: Sequence[np.ndarray], read: Collection[int]) -> set[int]:
    """The places of documents that are no nearer to those of their group than to those of another one, by the width of their silhouette
    (Rousseeuw 1987), where the group is large enough without them."""
    from sklearn.metrics import silhouette_samples

    told = [(n, label) for label, rows in enumerate(groups) for n in rows if n in read]
    if not 1 < len({label for _, label in told}) < len(told):
        return set()
    labels = [label for _, label in told]
    widths = silhouette_samples(centred(np.stack([vectors[n] for n, _ in told])), labels, metric="cosine")
    found = {n for (n, _), width in zip(told, widths, strict=True) if width <= 0}
    return {n for rows in groups for n in rows if n in found and len(set(rows) - found) >= LEAST}


Name = Callable[[Sequence[int]], tuple[Phrase, ...]]
"""The phrases that name a group of documents, none where nothing does."""
Part = tuple[list[int], tuple[Phrase, ...]]
"""Documents of a theme by their places, and what names it."""


def _lie(
    vectors: Sequence[np.ndarray], middle: np.ndarray, read: Collection[int], rows: Sequence[int]
) -> np.ndarray | None:
    """Where documents lie, seen from the middle of all (d, unit length); None where the model reads not all of them."""
    if any(n not in read for n in rows):
        return None
    return unit_length(np.mean([vectors[n] for n in rows], axis=0) - middle)


def _parts(
    groups: Sequence[list[int]],
    vectors: Sequence[np.ndarray],
    read: Collection[int],
    name: Name,
    speaks: Callable[[int, Phrase], bool],
    body: Callable[[Sequence[int]], tuple[str, ...]],
) -> tuple[list[Part], set[int]]:
    """The groups, or the parts of them, that have a name, each with the documents that speak of it; then what is left is grouped once more. Behind
    them the groups of which enough is left without a name, and the documents that are in none."""
    stray = _loose(groups, vectors, read)
    first = [part for rows in groups for part in _divided([n for n in rows if n not in stray], vectors, name)]

    def spoken_of(parts: Sequence[Part]) -> list[Part]:
        silent = {
            n for rows, phrases in parts for n in rows if phrases and not any(speaks(n, each) for each in phrases)
        }
        return [([n for n in rows if n not in silent], phrases) for rows, phrases in parts]

    made = spoken_of([part for part in first if part[1] or body(part[0])])
    held = {n for rows, _ in made for n in rows}
    left = sorted(n for rows in groups for n in rows if n in read and n not in held)
    if len(left) >= LEAST:
        labels = clusters(centred(np.stack([vectors[n] for n in left])), count_for(len(left)), LEAST)
        again = [[n for n, label in zip(left, labels, strict=True) if label == each] for each in np.unique(labels)]
        made += spoken_of([part for rows in again for part in _divided(rows, vectors, name) if part[1]])
    held = {n for rows, _ in made for n in rows}
    rests = [[n for n in rows if n not in held] for rows, phrases in first if not phrases]
    made += [(rows, ()) for rows in rests if len(rows) >= LEAST or not made]
    held = {n for rows, _ in made for n in rows}
    return made, {n for rows in groups for n in rows if n not in held}


def _divided(rows: list[int], vectors: Sequence[np.ndarray], name: Name) -> list[Part]:
    """A group with the phrases that name it; where none does, the parts of it that have a name, and what is left of it."""
    phrases = name(rows)
    if phrases or len(rows) < 2 * LEAST:
        return [(rows, phrases)]
    lie = centred(np.stack([vectors[n] for n in rows]))
    found = (clusters(lie, number, LEAST) for number in range(2, len(rows) // LEAST + 1))
    labels = next((each for each in found if each.any()), np.zeros(len(rows), dtype=int))
    halves = [[n for n, label in zip(rows, labels, strict=True) if label == each] for each in np.unique(labels)]
    parts = [each for half in halves for each in _divided(half, vectors, name)] if len(halves) > 1 else []
    telling = [each for each in parts if each[1]]
    rest = [n for n in rows if not any(n in own for own, _ in telling)]
    return [*telling, *([(rest, ())] if rest else [])]


def _nearness(
    embedder: Embedder,
    slices: Slices,
    middle: np.ndarray,
    centre: np.ndarray | None,
    language: str,
    phrases: Sequence[str],
) -> np.ndarray:
    """How near phrases in a language are to a centre in meaning, seen from the `middle` of all; all as near where there is none."""
    if centre is None or not centre.any():
        return np.ones(len(phrases))
    lie = levelled(embedder, embedded(embedder, phrases, slices), language)
    told: np.ndarray = unit_length(lie - middle) @ centre
    return told


def _body(held: Sequence[Document], documents: Sequence[Document]) -> tuple[str, ...]:
    """The body of which most of a theme's documents are, where most of its documents are in the theme."""
    [(body, count)] = Counter(each.masthead.body for each in held).most_common(1)
    of_all = sum(each.masthead.body == body for each in documents)
    return (body,) if body and 2 * count > max(len(held), of_all) else ()


def _nearest(
    documents: Sequence[Document],
    vectors: Sequence[np.ndarray],
    centre: np.ndarray | None,
    language: str,
    used: Collection[str],
) -> Document:
    """The document by whose title a theme is called: none whose title another theme has or that names a day, one in the
    language of the names first, then the nearest to its centre."""
    return min(
        zip(documents, vectors, strict=True),
        key=lambda each: (
            (each[0].short or each[0].title) in used,
            bool(find_dates(each[0].title)),
            each[0].language != language,
            0.0 if centre is None else -float(unit_length(each[1]) @ centre),
        ),
    )[0]


def _shaping(passages: Sequence[Sequence[Passage]]) -> set[int]:
    """The places of the documents by which themes are made and named, by the passages of all: a document of one passage goes to the
    theme that is nearest to it and changes none, where enough others are held."""
    long = {n for n, own in enumerate(passages) if len(own) > 1}
    return long if len(long) >= LEAST else set(range(len(passages)))


def grouped(
    engine: Engine,
    documents: Sequence[Document],
    count: int | None = None,
    slices: Slices = Slices(),  # noqa: B008
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


def _not_held(
    engine: Engine,
    middle: np.ndarray,
    lie: dict[int, np.ndarray],
    calls: Callable[[int, str], bool],
    language: str,
    slices: Slices,
) -> dict[int | None, tuple[str, ...]]:
    """By theme, what the catalogue knows of bodies of which something is held, each with the theme nearest to its title, both
    seen from the `middle` of all, of those whose name `calls` it; None has the others."""
    library, embedder = engine.library, engine.library.models.searching
    versions = library.versions()
    # Of a principal organ, `A`, nobody holds all.
    bodies = {version.symbol.body for version in versions.held if "/" in version.symbol.body}
    known = [(each.symbol, each.title) for each in engine.catalogue.entries if each.symbol and each.part is None]
    missing = [(symbol, title) for symbol, title in known if symbol.body in bodies and not versions.current(symbol)]
    if not missing or not lie or (embedder.languages is not None and "en" not in embedder.languages):
        return {}
    titles = embedded(embedder, [title for _, title in missing], slices) - middle
    told: dict[int | None, tuple[str, ...]] = {}
    for (symbol, title), vector in zip(missing, titles, strict=True):
        n = max((each for each in lie if calls(each, title)), key=lambda each: float(vector @ lie[each]), default=None)
        told[n] = (*told.get(n, ()), say("gap_paper", language, symbol=symbol.text, title=title))
    return told


def _listed(documents: Sequence[Document], counts: Sequence[int]) -> tuple[ThemeDocument, ...]:
    made = []
    for document, count in zip(documents, counts, strict=True):
        dated = document.date if document.edition != "digest" else None
        year = int(dated[:4]) if dated and dated[:4].isdigit() else None
        made.append(ThemeDocument(document.id, document.label, document.title, year, count, document.url))
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
                    said.append((first, statement, tuple(statement_of(other).citations[-1] for other in rest)))
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
