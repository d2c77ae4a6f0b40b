"""`python -m eval.languages`: makes `corpus/embedding/e5-languages.npz`, what a language adds to the vectors of the
packaged multilingual model.

The subject index of the shipped catalogue asks for every place in six languages alike. The mean vector of the first
phrases of all places, by language, is what the language itself adds; each of them beside the others' passages tells
how near unrelated texts are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.settings import load_settings
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.embedding import Embedder, PackagedE5
from corpus.embedding.languages import FIGURES

MOVED = 0.7
"""How much of the difference of two languages' means a question is moved by: `docs/quality.md` has other shares."""


def parallel(catalogue: Catalogue) -> dict[str, list[str]]:
    """The first phrase of every place that the subject index describes in all languages, by language."""
    places = [place for entry in catalogue.entries for place in catalogue.subjects(entry.key) if place.at]
    whole = [place for place in places if all(place.phrases.get(language) for language in LANGUAGES)]
    return {language: [place.phrases[language][0] for place in whole] for language in LANGUAGES}


def figures_of(phrases: dict[str, list[str]], model: Embedder, moved: float) -> dict[str, NDArray[np.float32]]:
    """The figures of `corpus.embedding.languages`, from parallel phrases by language."""
    asked = [model.embed_queries(phrases[language]) for language in LANGUAGES]
    read = [model.embed_passages(phrases[language]) for language in LANGUAGES]
    means = np.stack([vectors.mean(axis=0) for vectors in asked])
    cosines, spreads = np.empty((2, len(LANGUAGES), len(LANGUAGES)), np.float32)
    other = ~np.eye(len(asked[0]), dtype=bool)
    for n, questions in enumerate(asked):
        for m, passages in enumerate(read):
            vectors = questions + moved * (means[m] - means[n])
            unrelated = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) @ passages.T)[other]
            cosines[n, m], spreads[n, m] = unrelated.mean(), unrelated.std()
    return {"moved": np.array(moved, np.float32), "means": means, "cosines": cosines, "spreads": spreads}


def main() -> None:
    """Writes the file; says what it was made from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).parents[1] / "corpus" / "embedding" / FIGURES
    parser.add_argument("--out", type=Path, default=default, help="the file to be written (default: %(default)s)")
    parser.add_argument("--moved", type=float, default=MOVED, help="share of the difference (default: %(default)s)")
    chosen = parser.parse_args()
    phrases = parallel(Catalogue.shipped())
    figures = figures_of(phrases, PackagedE5(load_settings().data_dir / "models"), chosen.moved)
    with chosen.out.open("wb") as file:
        np.savez(file, allow_pickle=False, **figures)
    sys.stdout.write(f"{chosen.out}: from {len(phrases['en'])} phrases in {', '.join(phrases)}.\n")


if __name__ == "__main__":
    main()
