"""Themes of a library: clustered, named, summed up with quotes, with their documents over the years and their gaps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

import numpy as np

from assistant.brief.choosing import Chooser
from assistant.brief.ground import Ground
from assistant.brief.model import Request
from assistant.brief.parts import state_of
from assistant.frames import joined, say
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.slices import Aside, Slices
from assistant.themes.clusters import centred, clusters, count_for, lexical_vectors, places
from assistant.themes.gaps import embedded, known_years, missing_years, not_held
from assistant.themes.model import Theme, ThemeDocument, ThemePassage, Themes, ThemesError
from assistant.themes.naming import Namer
from corpus.analysis import analyse
from corpus.documents import Passage
from corpus.faults import LibraryFull, plainly
from corpus.files import write_whole
from corpus.library import DERIVED
from corpus.plain import PlainError, from_plain, to_plain

Progress = Callable[[str, int, int], None]
"""Told the name of a theme before it is summed up, how many are done, and how many there are."""
FOLDER = "themes"
SUMMARY, NEAREST, OF_ONE = 3, 10, 4
"""Most statements of a summary, and of how many passages, and how many of one document, they are chosen."""
HEADING = 60
"""Longest heading that names a theme without terms, in characters."""


def themes_of(
    engine: Engine,
    language: str = "en",
    count: int | None = None,
    progress: Progress | None = None,
    aside: Aside = nullcontext,
) -> Themes:
    """The themes of all that the engine's library holds, named in a language; `count` of them where it is given.

    Of the versions of a document one is used, as for questions in that language. What was made before from the same
    library is read again. `aside` is entered around what needs no turn at the models, and between short slices of what
    does. Raises `ThemesError` where there is nothing to cluster.
    """
    library = engine.library
    catalogued = tuple(entry.key for entry in engine.catalogue.entries)
    state = state_of(library, (engine.signature, language, count, catalogued, _VERSION))
    kept = _kept(library.folder / DERIVED / FOLDER / f"{state}.json")
    if kept is not None:
        return kept
    slices = Slices(aside)
    usable = sorted(library.versions().quotable(language))
    passages = [passage for each in slices(usable) for passage in library.passages(each)]
    if not passages:
        raise ThemesError(say("empty_library", "en"))
    labels, vectors, comparable = _clustered(engine, passages, count, slices)
    spoken = [library.document(passage.document_id).language for passage in passages]
    namer = Namer(engine.vocabulary, [passage.text for passage in passages], spoken, language, slices)
    groups = [[n for n, label in enumerate(labels) if label == each] for each in range(int(max(labels)) + 1)]
    maps = places(np.stack([comparable[rows].mean(axis=0) for rows in groups]))
    slices.end()
    titles = not_held(engine, groups, passages, language, slices)
    years = known_years(engine)
    chooser = Chooser(
        engine, Ground(Request("theme", "-", language=language, mixed=True), "", (), (), (), tuple(usable))
    )
    made: list[Theme] = []
    taken: set[str] = set()
    for n, rows in enumerate(groups):
        terms = namer.name(rows, taken) or (_heading(passages[rows[0]]),)
        taken.add(terms[0].casefold())
        name = _capital(_joined(terms, language))
        if progress is not None:
            progress(name, n, len(groups))
        own = [passages[row] for row in rows]
        documents = _documents(engine, own)
        missing = missing_years(documents, years)
        made.append(
            Theme(
                number=n + 1,
                name=name,
                terms=terms,
                passages=tuple(_passage(engine, each) for each in own),
                documents=documents,
                summary=chooser.take(
                    _nearest(engine, chooser, own, np.stack([vectors[row] for row in rows]), slices), SUMMARY
                ),
                gaps=(*_of_years(missing, language), *titles.get(n, ())),
                missing_years=missing,
                x=round(float(maps[n][0]), 4),
                y=round(float(maps[n][1]), 4),
            )
        )
    themes = Themes(language, tuple(made), state, years)
    with suppress(LibraryFull), plainly(library.folder):  # no room: they are made again
        _keep(library.folder / DERIVED / FOLDER, themes)
    return themes


_VERSION = 5
"""Raised with a change that makes other themes of the same passages."""


def _clustered(
    engine: Engine, passages: Sequence[Passage], count: int | None, slices: Slices
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """The cluster of each passage, the vectors that tell it, and vectors of all passages that can be compared.

    Passages that the embedding model does not read are clustered by themselves, by their words.
    """
    held = engine.library.passage_vectors([passage.id for passage in passages])
    languages = [engine.library.document(passage.document_id).language for passage in passages]
    read = [n for n, passage in enumerate(passages) if passage.id in held]
    unread = [n for n, passage in enumerate(passages) if passage.id not in held]
    wanted = min(count or count_for(len(passages)), len(passages))
    vectors: list[np.ndarray] = [np.zeros(0)] * len(passages)
    labels = np.zeros(len(passages), dtype=int)
    given = 0
    words = None
    if unread:
        bags = [_bag(engine, p, spoken) for p, spoken in slices(zip(passages, languages, strict=True))]
        with slices.aside():
            words = lexical_vectors(bags)
    for rows in (read, unread):
        if not rows:
            continue
        space = np.stack([held[passages[n].id] for n in rows]) if rows is read else words[rows]  # type: ignore[index]
        share = max(1, round(wanted * len(rows) / len(passages)))
        with slices.aside():
            space = centred(space, [passages[n].document_id for n in rows])
            found = clusters(space, min(share, len(rows)))
        for n, label, vector in zip(rows, found, space, strict=True):
            labels[n], vectors[n] = given + label, vector
        given += int(found.max()) + 1
    return _by_size(labels), vectors, np.stack(vectors) if words is None else words


def _by_size(labels: np.ndarray) -> np.ndarray:
    """The same clusters, the largest first and then by first member."""
    order = sorted(
        set(labels.tolist()), key=lambda each: (-int((labels == each).sum()), int(np.argmax(labels == each)))
    )
    place = {label: n for n, label in enumerate(order)}
    return np.array([place[label] for label in labels.tolist()])


def _bag(engine: Engine, passage: Passage, language: str) -> list[str]:
    return engine.vocabulary.content(analyse(passage.text, language), language)


def _nearest(
    engine: Engine, chooser: Chooser, passages: Sequence[Passage], vectors: np.ndarray, slices: Slices
) -> list[Unit]:
    """Units from the middle of a theme, those of different documents first."""
    near = vectors @ vectors.mean(axis=0)
    chosen: list[Passage] = []
    for n in np.argsort(-near, kind="stable"):
        passage = passages[int(n)]
        if sum(other.document_id == passage.document_id for other in chosen) < OF_ONE:
            chosen.append(passage)
        if len(chosen) == NEAREST:
            break
    units = []
    for passage in slices(chosen):
        document = engine.library.document(passage.document_id)
        units += [unit for unit in units_of(Evidence(passage, document, 0.0, None, None)) if chooser.usable(unit)]
    units = distinct(units)
    embedder = engine.library.models.searching
    languages = {unit.document.language for unit in units}
    if units and (embedder.languages is None or languages <= embedder.languages):
        told = embedded(embedder, [unit.text for unit in units], slices)
        # Near to what all of them say, rather than to one of them.
        score = told @ told.mean(axis=0)
        units = [units[int(n)] for n in np.argsort(-score, kind="stable")]
    first: list[Unit] = []
    rest: list[Unit] = []
    for unit in units:
        again = any(other.document.id == unit.document.id for other in first)
        (rest if again else first).append(unit)
    return [*first, *rest]


def _documents(engine: Engine, passages: Sequence[Passage]) -> tuple[ThemeDocument, ...]:
    counts: dict[str, int] = {}
    for passage in passages:
        counts[passage.document_id] = counts.get(passage.document_id, 0) + 1
    made = []
    for document_id, count in counts.items():
        document = engine.library.document(document_id)
        dated = document.date if document.edition != "digest" else None
        year = int(dated[:4]) if dated and dated[:4].isdigit() else None
        made.append(ThemeDocument(document_id, document.label, document.title, year, count, document.url))
    return tuple(sorted(made, key=lambda each: (each.year is None, each.year or 0, each.label)))


def _passage(engine: Engine, passage: Passage) -> ThemePassage:
    document = engine.library.document(passage.document_id)
    return ThemePassage(passage.id, document.id, document.cite(passage.locator), passage.start, passage.end)


def _of_years(missing: Sequence[int], language: str) -> tuple[str, ...]:
    return (say("gap_years", language, years=joined([str(year) for year in missing], language)),) if missing else ()


def _heading(passage: Passage) -> str:
    named = passage.heading.rsplit(" — ", 1)[-1] or passage.locator
    return named if len(named) <= HEADING else named[:HEADING].rsplit(" ", 1)[0] + " …"


def _joined(terms: Sequence[str], language: str) -> str:
    return {"zh": "、", "ar": "، "}.get(language, ", ").join(terms)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _kept(path: Path) -> Themes | None:
    try:
        made: Themes = from_plain(Themes, json.loads(path.read_text(encoding="utf-8")), "the themes")
    except (OSError, ValueError, PlainError):
        return None
    return made


def _keep(folder: Path, themes: Themes) -> None:
    """Keeps themes, whole or not at all, in place of those of other states of the library."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{themes.state}.json", json.dumps(to_plain(themes), ensure_ascii=False).encode())
    others = sorted(folder.glob("*.json"), key=lambda path: -path.stat().st_mtime)
    for old in others[4:]:
        old.unlink(missing_ok=True)
