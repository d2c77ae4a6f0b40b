"""The subject index in memory: its phrases, and what each model of the library makes of them.

What is learnt takes seconds, which no command should spend before it answers: it is kept in a folder of the library, under a
name that changes with all that it depends on.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.files import write_whole
from corpus.models import Models
from corpus.store import Store, Subject
from corpus.subject_index import LEARNT, SubjectIndex

VERSION = 1
"""To be raised when something else is learnt from the same phrases, or it is kept in another form."""
Query = tuple[bool, np.ndarray]
"""A question's vector, and whether it is of the multilingual model."""


class Phrases:
    """All phrases with a vector. `indexes` holds for the library's own model and for the multilingual one the row of each
    phrase in its index, -1 where it has none, and that index, None where there is none."""

    def __init__(
        self,
        subjects: Sequence[tuple[str, Subject]],
        indexes: Sequence[tuple[NDArray[np.int_], SubjectIndex | None]],
    ) -> None:
        self._subjects = subjects
        self._indexes = indexes
        self._languages = np.array([subject.language for _, subject in subjects], dtype="U2")

    @classmethod
    def of(cls, store: Store, models: Models, folder: Path) -> Phrases:
        """The phrases of a store: as they are kept in a folder, or learnt now and kept there."""
        state = json.dumps([VERSION, models.fingerprint, *store.subject_state()])
        path = folder / f"{hashlib.sha256(state.encode()).hexdigest()[:16]}.npz"
        kept = cls._kept(path, models)
        if kept is not None:
            return kept
        subjects, found = store.subject_vectors()
        indexes: list[tuple[NDArray[np.int_], SubjectIndex | None]] = []
        for model, (places, vectors) in zip((models.own, models.multilingual), found, strict=True):
            own = [subject for subject, place in zip(subjects, places, strict=True) if place >= 0]
            indexes.append((places, SubjectIndex.learn(own, vectors, model.likeness) if model and own else None))
        made = cls(subjects, indexes)
        with suppress(OSError):  # without it the next process learns anew
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            write_whole(path, made._bytes())
        return made

    def near(
        self, queries: Sequence[Query], limit: int, languages: Collection[str]
    ) -> list[tuple[str, Subject, float]]:
        """Phrases in some languages nearest in meaning to a question: document id, subject and likeness, nearest first; the
        mean over several models."""
        likeness = []
        for second, query in queries:
            places, index = self._indexes[second]
            own = np.full(len(places), np.nan, np.float32)
            if index is not None:
                own[places >= 0] = index.likeness(query)[places[places >= 0]]
            likeness.append(own)
        told: NDArray[np.bool_] = ~np.isnan(likeness).all(axis=0) & np.isin(self._languages, list(languages))
        if not told.any():
            return []
        mean = np.full(len(told), -np.inf)
        mean[told] = np.nanmean(np.array(likeness)[:, told], axis=0)
        best = np.argsort(-mean, kind="stable")[: min(limit, int(told.sum()))]
        return [(*self._subjects[n], float(mean[n])) for n in best]

    def leaning(self, queries: Sequence[Query]) -> float:
        """How a question sounds (`SubjectIndex.leaning`), the mean over several models."""
        told = [index.leaning(query) for second, query in queries if (index := self._indexes[second][1]) is not None]
        return sum(told) / len(told) if told else 0.0

    def _bytes(self) -> bytes:
        rows = [[d, s.start, s.end, s.language, s.phrase] for d, s in self._subjects]
        held: dict[str, NDArray[np.generic]] = {"subjects": np.frombuffer(json.dumps(rows).encode(), np.uint8)}
        for n, (places, index) in enumerate(self._indexes):
            held[f"places{n}"] = places
            held |= {f"{name}{n}": values for name, values in index.learnt.items()} if index else {}
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **held)
        return file.getvalue()

    @classmethod
    def _kept(cls, path: Path, models: Models) -> Phrases | None:
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
                subjects = [(row[0], Subject(*row[1:])) for row in json.loads(held["subjects"].tobytes())]
                indexes: list[tuple[NDArray[np.int_], SubjectIndex | None]] = []
                for n, model in enumerate((models.own, models.multilingual)):
                    learnt = {name: held[f"{name}{n}"] for name in LEARNT if f"{name}{n}" in held}
                    index = SubjectIndex(learnt, model.likeness) if model and learnt else None
                    indexes.append((held[f"places{n}"], index))
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return None  # there is none, or it is damaged: it is made anew
        return cls(subjects, indexes)
