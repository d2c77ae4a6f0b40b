"""Themes of a library: clustered, named, summarized in quotes, with their documents over the years and their gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import takewhile
from operator import itemgetter

import numpy as np

from assistant.answer_phrases import joined, say
from assistant.qa.engine import Engine
from assistant.reports import Progress, no_progress
from assistant.reports.report_cache import ReportCache, library_fingerprint
from assistant.reports.themes.clusters import (
    center,
    cluster,
    embed_texts,
    find_shaping_documents,
    group_documents,
    map_positions,
    normalize,
    remove_language_offset,
)
from assistant.reports.themes.naming import Namer, Phrase
from assistant.reports.themes.summarizer import Summarizer
from assistant.reports.themes.theme_model import MIN_DOCUMENTS, Theme, ThemeDocument, ThemePassage, Themes
from assistant.time_slices import Aside, Slices
from corpus.calendar_names import language_name
from corpus.dates import find_full_dates
from corpus.documents import Document, Passage

CACHE_FOLDER, MAX_CACHED = "themes", 4
"""Where themes are cached, and for how many states of the library or settings."""
MAX_COMMON_WORDS_SHARE = 1 / 3
"""From this share of documents in themes named by phrases on, no theme is named by the title of one document."""
VERSION = 22
"""Raised with a change that makes other themes of the same documents."""


def find_themes(
    engine: Engine,
    language: str = "en",
    count: int | None = None,
    progress: Progress = no_progress,
    aside: Aside = nullcontext,
) -> Themes:
    """The themes of all documents in the engine's library, named in a language, `count` of them if given.

    One version of each document is used, as for questions in that language; agendas and records of meetings are
    listed separately. The result is cached for an unchanged library. `aside` is entered around work that needs no
    turn at the models, and between short slices of the other work. Raises `ReportError` for an empty library.
    """
    catalogue_keys = tuple(entry.key for entry in engine.catalogue.entries)
    state = library_fingerprint(engine.library, (engine.signature, language, count, catalogue_keys, VERSION))
    cache = ReportCache(engine.library, CACHE_FOLDER)
    themes: Themes | None = cache.get(state, Themes)
    if themes is None:
        themes = _ThemeBuilder(engine, language, count, Slices(aside)).build(state, progress)
        cache.put(state, themes)
        cache.prune(MAX_CACHED)
    return themes


Part = tuple[list[int], Phrase | None]
"""The indices of the documents of a theme, and the phrase that names it."""


class _ThemeBuilder:
    """Makes the themes of a library. Documents are known by their indices among those that belong to themes."""

    def __init__(self, engine: Engine, language: str, count: int | None, slices: Slices) -> None:
        library = engine.library
        self._engine, self._language, self._count, self._slices = engine, language, count, slices
        self._searching = library.models.search_model
        # Sorted by id, so that the order in which documents were added does not matter.
        self._all_documents = [
            library.document(each) for each in slices(sorted(library.versions().quotable_documents(language)))
        ]
        grouped = group_documents(engine, self._all_documents, count, slices)
        self._documents, self._passages, self._all_groups, self._vectors, self._embedded = grouped
        shaping = find_shaping_documents(self._passages)
        self._groups = [[n for n in rows if n in shaping] or rows for rows in self._all_groups]
        self._shaping = sorted(n for rows in self._groups for n in rows)
        vectors = [self._vectors[n] for n in self._shaping if n in self._embedded]
        self._center = np.mean(vectors, axis=0) if vectors else np.zeros(0)
        bodies = {each.body for each in library.meetings()} | {each.body for each in engine.catalogue.meetings}
        documents = {n: self._documents[n] for n in self._shaping}
        self._namer = Namer(engine.vocabulary, documents, self._groups, language, slices, bodies)
        self._titles_used: set[str] = set()

    def build(self, state: str, progress: Progress) -> Themes:
        """The themes, and the documents that are in none."""
        language, documents = self._language, self._documents
        parts, loose = self._find_parts()
        groups = [rows for rows, _ in parts]
        all_directions = ((n, self._find_direction(rows)) for n, rows in enumerate(groups))
        directions = {n: direction for n, direction in all_directions if direction is not None}
        members = self._add_small_documents(groups, directions, loose)
        positions = self._find_positions(groups, directions)
        ids = [each.id for each in self._all_documents]
        summarizer = Summarizer(self._engine, language, ids, self._slices, self._center)
        themes: list[Theme] = []
        names: list[tuple[tuple[str, ...], str | None]] = [
            ((own.words,) if own else (), self._namer.choose_language(rows)) for rows, own in parts
        ]
        # Where phrases name a large share of the documents, a group without such a name is no theme.
        named = sum(len(rows) for rows, (terms, _) in zip(groups, names, strict=True) if terms)
        mostly_named = named > MAX_COMMON_WORDS_SHARE * sum(map(len, self._groups))
        gaps = self._find_gaps(directions, parts)
        for n, rows in enumerate(groups):
            terms, name_language = names[n]
            if not terms or name_language is None:
                is_only = not themes and n + 1 == len(groups)
                titled = self._name_by_title(rows, directions.get(n), mostly_named=mostly_named, is_only=is_only)
                if titled is None:
                    loose.update(members[n])
                    continue
                terms, name_language = titled
            name = joined(list(terms), language)
            self._titles_used.add(name)
            shown_name = name[:1].upper() + name[1:]
            if name_language != language:
                shown_name += f" ({language_name(name_language, language)})"
            progress(shown_name, n, len(groups))
            target = self._find_target(name, name_language, directions.get(n))
            statements, repeats = summarizer.summarize([self._passages[row] for row in rows], target)
            with_passages = [(documents[row], self._passages[row]) for row in members[n]]
            x, y = (round(float(each), 4) for each in positions[n])
            passages, listed = _list_passages(with_passages), _list_documents(with_passages)
            number, own_gaps = len(themes) + 1, gaps.pop(n, ())
            themes.append(Theme(number, shown_name, terms, passages, listed, statements, own_gaps, x, y, repeats))
        beside = (
            [each for each in self._all_documents if each not in documents],
            [documents[n] for n in sorted(loose)],
        )
        stored = self._engine.library.passages
        apart, in_none = (_list_documents([(each, stored(each.id)) for each in some]) for some in beside)
        # With the gaps of groups that became no theme.
        other_gaps = tuple(each for texts in gaps.values() for each in texts)
        return Themes(language, tuple(themes), state, apart, in_none, other_gaps)

    def _find_parts(self) -> tuple[list[Part], set[int]]:
        """The parts that may become themes, the largest first, and the documents that are in none."""
        if self._count is None and len(self._documents) < MIN_DOCUMENTS:
            return [], set(range(len(self._documents)))
        if self._count is None:
            parts, loose = self._split_groups()
        else:
            parts, loose = list(self._name_each(self._groups, set())), set()
        return sorted(parts, key=lambda each: (-len(each[0]), self._documents[each[0][0]].id)), loose

    def _find_positions(self, groups: Sequence[list[int]], directions: dict[int, np.ndarray]) -> np.ndarray:
        """The positions of groups on a map (n, 2); all 0 where a group has no direction."""
        if len(directions) < len(groups) or not groups:
            return np.zeros((len(groups), 2))
        return map_positions(np.stack([np.mean([self._vectors[n] for n in rows], axis=0) for rows in groups]))

    def _name_by_title(
        self, rows: Sequence[int], direction: np.ndarray | None, *, mostly_named: bool, is_only: bool
    ) -> tuple[tuple[str, ...], str] | None:
        """The title of one document as the name of a group, and its language. None where the group is no theme: without
        a requested count of themes, where most groups have phrases for names, where the title has a date, and where most
        documents don't have its words."""
        document = self._choose_title_document(rows, direction)
        title, language = document.short or document.title, document.language
        dated = find_full_dates(document.title) and not is_only
        same_title = {row for row in rows if self._documents[row].title == document.title}
        matching = (row in same_title or self._namer.has_words(row, title, language) for row in rows)
        if self._count is None and (mostly_named or dated or 2 * sum(matching) <= len(rows)):
            return None
        return (title,), language

    def _find_target(self, name: str, language: str, direction: np.ndarray | None) -> np.ndarray | None:
        """The direction (unit length) between those of the documents and of the name of a theme."""
        if direction is None:
            return None
        embedded = embed_texts(self._searching, [name], self._slices)[0]
        vector = remove_language_offset(self._searching, embedded, language)
        target: np.ndarray = normalize(direction + normalize(vector - self._center))
        return target

    def _add_small_documents(
        self, groups: Sequence[list[int]], directions: dict[int, np.ndarray], loose: set[int]
    ) -> list[list[int]]:
        """The groups with the documents that shape no theme: each joins the closest group, or where the model does
        not read it the one with most of its own group; those close to none are added to `loose`."""
        shaping = {n for rows in self._groups for n in rows}
        home_group = {n: {*rows} for rows in self._all_groups for n in rows}
        filled = [[*rows] for rows in groups]
        for n in sorted(home_group.keys() - shaping):
            # Sharing at least one document of its own group counts as close.
            closeness = [len(home_group[n] & {*rows}) - 0.5 for rows in groups]
            for each in directions if n in self._embedded else ():
                closeness[each] = float((self._vectors[n] - self._center) @ directions[each])
            best = max(range(len(groups)), key=closeness.__getitem__, default=None)
            if best is None or closeness[best] <= 0:
                loose.add(n)
            else:
                filled[best] = sorted([*filled[best], n])
        return filled

    def _find_direction(self, rows: Sequence[int]) -> np.ndarray | None:
        """The direction of documents from the center of all (d, unit length); None if the model does not read all."""
        mean = np.mean([self._vectors[n] for n in rows], axis=0) if self._embedded.issuperset(rows) else None
        return None if mean is None else normalize(mean - self._center)

    def _name_each(self, groups: Iterable[list[int]], taken: set[str]) -> Iterator[Part]:
        """Groups with phrases that name them; those are added to the stems of phrases that are `taken`."""
        for rows in groups:
            phrase = self._find_name(rows, taken)
            taken |= {phrase.stems} if phrase else set()
            yield rows, phrase

    def _find_name(self, rows: Sequence[int], taken: set[str]) -> Phrase | None:
        """The phrase that names documents, similar to them in meaning as far as a model reads them."""
        name_language, direction = self._namer.choose_language(rows), self._find_direction(rows)
        if name_language is None:
            return None

        def similarity(phrases: Sequence[str]) -> np.ndarray:
            if direction is None or not direction.any():
                return np.ones(len(phrases))
            embedded = embed_texts(self._searching, phrases, self._slices)
            vectors = remove_language_offset(self._searching, embedded, name_language)
            similarities: np.ndarray = normalize(vectors - self._center) @ direction
            return similarities

        return self._namer.find_name(rows, similarity, taken)

    def _find_strays(self) -> set[int]:
        """The documents that are no closer to their own group than to another one, by the width of their silhouette
        (Rousseeuw 1987), where the group is large enough without them."""
        from sklearn.metrics import silhouette_samples

        label_by_document = {n: label for label, rows in enumerate(self._groups) for n in rows if n in self._embedded}
        if not 1 < len(set(label_by_document.values())) < len(label_by_document):
            return set()
        vectors = center(np.stack([self._vectors[n] for n in label_by_document]))
        widths = silhouette_samples(vectors, list(label_by_document.values()), metric="cosine")
        strays = {n for n, width in zip(label_by_document, widths, strict=True) if width <= 0}
        return {n for rows in self._groups for n in rows if n in strays and len(set(rows) - strays) >= MIN_DOCUMENTS}

    def _split_groups(self) -> tuple[list[Part], set[int]]:
        """The groups, or the parts of them, that have a name, each with the documents that are about it; then the
        groups of which enough remains without a name; and the documents that are in none."""
        strays, groups, taken = self._find_strays(), self._groups, set[str]()
        found = [part for rows in groups for part in self._divide([n for n in rows if n not in strays], taken)]
        parts = [part for part in found if part[1]]
        parts += [(rows, None) for rows, phrase in found if not phrase and (len(rows) >= MIN_DOCUMENTS or not parts)]
        assigned = {n for rows, _ in parts for n in rows}
        return parts, {n for rows in groups for n in rows if n not in assigned}

    def _divide(self, rows: list[int], taken: set[str]) -> list[Part]:
        """The parts of a group, each with the phrase that names it and that all of its documents are about, and what
        remains without a name. A group all parts of which have names is divided, and one that has no name."""
        first: list[list[int]] = []
        divisions = (self._cluster(rows, number) for number in range(2, len(rows) // MIN_DOCUMENTS + 1))
        for each in (each for each in divisions if len(each) > 1):
            first, tried = first or each, {*taken}
            parts = list(takewhile(itemgetter(1), self._name_each(each, tried)))  # to the first that has no name
            if len(parts) == len(each):
                taken |= tried
                break
        else:
            parts = list(self._name_each([rows], taken))
            if parts[0][1] is None:
                parts = [part for own in first for part in self._divide(own, taken)] or parts
        is_about = self._namer.is_about
        named = [([n for n in own if is_about(n, phrase)], phrase) for own, phrase in parts if phrase]
        remaining = [n for n in rows if not any(n in own for own, _ in named)]
        return [*named, *([(remaining, None)] if remaining else [])]

    def _cluster(self, rows: Sequence[int], count: int) -> list[list[int]]:
        """Documents in at most `count` clusters, each large enough for a theme."""
        labels = cluster(center(np.stack([self._vectors[n] for n in rows])), count, MIN_DOCUMENTS)
        return [[n for n, label in zip(rows, labels, strict=True) if label == each] for each in np.unique(labels)]

    def _choose_title_document(self, rows: Sequence[int], direction: np.ndarray | None) -> Document:
        """The document by whose title a theme is named: preferably without a title that another theme has or that has
        a date, then in the language of the names, then the closest."""
        used = self._titles_used

        def rank(n: int) -> tuple[bool, bool, bool, float]:
            document = self._documents[n]
            closeness = 0.0 if direction is None else float(normalize(self._vectors[n]) @ direction)
            is_used, is_dated = (document.short or document.title) in used, bool(find_full_dates(document.title))
            return is_used, is_dated, document.language != self._language, -closeness

        return self._documents[min(rows, key=rank)]

    def _find_gaps(self, directions: dict[int, np.ndarray], parts: Sequence[Part]) -> dict[int | None, tuple[str, ...]]:
        """By theme, the documents that the catalogue knows and the library lacks, of bodies with documents in the
        library. A theme gets those whose titles have the words of its name, the closest theme first; None has the
        others."""
        versions, languages = self._engine.library.versions(), self._searching.languages
        # The documents of a principal organ, `A`, are too many to miss any.
        bodies = {version.symbol.body for version in versions.with_symbol if "/" in version.symbol.body}
        entries = (each for each in self._engine.catalogue.entries if each.part is None)
        known = ((each.symbol, each.title) for each in entries if each.symbol and each.symbol.body in bodies)
        missing = [(symbol, title) for symbol, title in known if not versions.current_versions(symbol)]
        if not missing or not directions or (languages is not None and "en" not in languages):
            return {}
        titles = embed_texts(self._searching, [title for _, title in missing], self._slices) - self._center
        gaps: dict[int | None, tuple[str, ...]] = {}
        for (symbol, title), vector in zip(missing, titles, strict=True):
            phrases = ((theme, parts[theme][1]) for theme in directions)
            naming = [theme for theme, own in phrases if own and self._namer.is_named_in_title(title, own)]
            theme = max(naming, key=lambda each: float(vector @ directions[each]), default=None)
            gaps[theme] = (*gaps.get(theme, ()), say("gap_paper", self._language, symbol=symbol.text, title=title))
        return gaps


def _list_passages(documents: Iterable[tuple[Document, Sequence[Passage]]]) -> tuple[ThemePassage, ...]:
    """Passages of documents as a theme lists them."""
    return tuple(
        ThemePassage(each.id, document.id, document.cite(each.locator), each.start, each.end)
        for document, passages in documents
        for each in passages
    )


def _list_documents(documents: Iterable[tuple[Document, Sequence[Passage]]]) -> tuple[ThemeDocument, ...]:
    """Documents as a theme lists them, by year, the undated last."""
    listed = []
    for document, passages in documents:
        dated = document.date if document.edition != "digest" else None
        year = int(dated[:4]) if dated and dated[:4].isdigit() else None
        listed.append(ThemeDocument(document.id, document.label, document.title, year, len(passages), document.url))
    return tuple(sorted(listed, key=lambda each: (each.year is None, each.year or 0, each.label, each.document)))
