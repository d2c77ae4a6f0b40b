"""`python -m eval.themes`: number, size, time, stability and mix of languages of a library's themes.

Uses the configured library. Its documents are copied into a new library in the opposite order, and clustered several
times without a tenth of them. The adjusted Rand index (Hubert and Arabie 1985) compares the themes of the documents,
and of the passages, that both have. In a library of several languages, the mix of languages within themes is measured.
Times are processor times, without embedding.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.cli.command_run import command_settings
from assistant.engine_factory import make_engine, open_library
from assistant.export.file_formats import render
from assistant.export.layouts import build_publication
from assistant.reports.themes.theme_maker import find_themes
from assistant.reports.themes.theme_model import Themes
from assistant.settings import Settings
from corpus.library import Library
from eval.output import print_json
from ingest.chunker import SEGMENTER_VERSION

SEED = 11


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.themes", description=__doc__)
    parser.add_argument(
        "--times", type=int, default=10, help="Number of repetitions, each leaving out a tenth of the documents."
    )
    options = parser.parse_args()
    settings = command_settings()
    with open_library(settings, "rapporteur eval themes", make=False) as library:
        ids = sorted(document.id for document in library.documents())
        start = time.process_time()
        engine = make_engine(library, settings)
        themes = find_themes(engine)
        document = render(build_publication(themes, library), "docx")
        seconds = time.process_time() - start
        reversed_themes = cluster_copy(library, settings, ids[::-1])
        rng = random.Random(SEED)
        samples = [rng.sample(ids, len(ids) - len(ids) // 10) for _ in range(options.times)]
        agreements = [agreement(themes, cluster_copy(library, settings, ids)) for ids in samples]
        figures: dict[str, Any] = {
            "documents": len(ids),
            "themes": [[each.name, len(each.documents), len(each.passages)] for each in themes.themes],
            "seconds": round(seconds, 1),
            "other order": agreement(themes, reversed_themes),
            "languages": mixture(library, themes),
            "same names": [each.name for each in themes.themes] == [each.name for each in reversed_themes.themes],
            "same bytes": document == render(build_publication(reversed_themes, library), "docx"),
            "a tenth left out": {
                **{kind: [each[kind] for each in agreements] for kind in ("documents", "passages")},
                "means": [round(float(mean), 3) for mean in np.mean([[*each.values()] for each in agreements], axis=0)],
            },
        }
    print_json(figures, 1)


def cluster_copy(library: Library, settings: Settings, ids: Sequence[str]) -> Themes:
    """The themes of a new library with a copy of some documents, added in the given order."""
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder), library.models, SEGMENTER_VERSION) as copy:
        for document_id in ids:
            copy.add_with_vectors(library.stored_document(document_id))
        copy.update_indexes()
        return find_themes(make_engine(copy, settings))


def _theme_by_member(themes: Themes) -> dict[str, dict[str, int]]:
    """The theme of each document and of each passage, by id, without those that have none."""
    return {
        "documents": {each.document: theme.number for theme in themes.themes for each in theme.documents},
        "passages": {each.id: theme.number for theme in themes.themes for each in theme.passages},
    }


def agreement(one: Themes, other: Themes) -> dict[str, float]:
    """The adjusted Rand index of the documents, and of the passages, that have a theme in both."""
    from sklearn.metrics import adjusted_rand_score

    indices, others = {}, _theme_by_member(other)
    for kind, first in _theme_by_member(one).items():
        second = others[kind]
        both = sorted(first.keys() & second.keys())
        index = adjusted_rand_score([first[each] for each in both], [second[each] for each in both])
        indices[kind] = round(float(index), 3)
    return indices


def mixture(library: Library, themes: Themes) -> dict[str, float]:
    """The mixture of languages: the entropy in bits over all documents, and within themes, weighted by their
    documents; and the share of themes in a single language."""
    from scipy.stats import entropy

    def bits(languages: Sequence[str]) -> float:
        return float(entropy(list(Counter(languages).values()), base=2))

    languages = [[library.document(each.document).language for each in theme.documents] for theme in themes.themes]
    whole = [language for of_theme in languages for language in of_theme]
    return {
        "entropy": round(bits(whole), 3),
        "within themes": round(sum(len(of_theme) * bits(of_theme) for of_theme in languages) / len(whole), 3),
        "themes in one language": round(sum(len(set(of_theme)) == 1 for of_theme in languages) / len(languages), 3),
    }


if __name__ == "__main__":
    main()
