"""`python -m eval.languages`: makes `corpus/embedding/e5-languages.npz`, what a language adds to the vectors of the
packaged multilingual model.

It reads parallel sentences: a JSON file with a list of sentences by language, the same in all six of them. The mean
vector of the sentences of a language is what the language itself adds; each of them beside the others' passages tells how
near unrelated texts are.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.settings import load_settings
from corpus.documents import LANGUAGES
from corpus.embedding import Embedder, PackagedE5
from corpus.embedding.languages import FIGURES

MOVED = 0.7
"""How much of the difference of two languages' means a question is moved by: `docs/quality.md` has other shares."""


def parallel(text: str) -> dict[str, list[str]]:
    """Parallel sentences by language, from JSON. Raises `ValueError` unless all languages have as many."""
    told = json.loads(text)
    sentences = {language: [str(each) for each in told.get(language, ())] for language in LANGUAGES}
    if len({len(each) for each in sentences.values()}) != 1 or not sentences["en"]:
        raise ValueError(f"As many sentences are needed in each of {', '.join(LANGUAGES)}.")
    return sentences


def figures_of(sentences: dict[str, list[str]], model: Embedder, moved: float) -> dict[str, NDArray[np.float32]]:
    """The figures of `corpus.embedding.languages`, from parallel sentences by language."""
    asked = [np.stack([model.embed_query(each) for each in sentences[language]]) for language in LANGUAGES]
    read = [model.embed_passages(sentences[language]) for language in LANGUAGES]
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
    parser.add_argument("sentences", type=Path, help="parallel sentences, a list by language")
    parser.add_argument("--out", type=Path, default=default, help="the file to be written (default: %(default)s)")
    parser.add_argument("--moved", type=float, default=MOVED, help="share of the difference (default: %(default)s)")
    chosen = parser.parse_args()
    sentences = parallel(chosen.sentences.read_text(encoding="utf-8"))
    figures = figures_of(sentences, PackagedE5(load_settings().data_dir / "models"), chosen.moved)
    with chosen.out.open("wb") as file:
        np.savez(file, allow_pickle=False, **figures)
    sys.stdout.write(f"{chosen.out}: from {len(sentences['en'])} sentences in {', '.join(sentences)}.\n")


if __name__ == "__main__":
    main()
