"""The effect of a text's language on its vector in the packaged multilingual model, independent of the content.

Vectors depend on the language of a text as well as on its content: uncorrected, the passages nearest to a question are not those that
answer it best but those in the most similar language. The effect is estimated by the difference between the means of parallel
texts (Yang et al., "A Simple and Effective Method To Eliminate the Self Language Bias in Multilingual
Representations", 2021). Questions are embedded like English ones (`corpus.embedding.query_encoder`), so that only the language of the
passages matters.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.documents import LANGUAGES
from corpus.embedding.embedder import LanguageShift

FIGURES = "e5-languages.npz"
"""The file in this folder, made by `python -m eval.training languages`: `moved`, how much of the difference of a language's mean and that
of English a question is moved by; `means` (languages x dimension) of the same sentences in each language; `cosines` and
`spreads` (languages), mean and standard deviation of the cosines of a question, so moved, with passages that say something
else; `passages` (languages x dimension), the means of these passages, which are of the same kinds of documents in each language. Languages are in the order of `LANGUAGES`."""
ENGLISH = LANGUAGES.index("en")


@cache
def find_language_shift(read: str) -> LanguageShift | None:
    """The corrections for comparing questions with texts in a language; None for English and for languages without figures."""
    if read == "en" or read not in LANGUAGES:
        return None
    figures, other = _figures(), LANGUAGES.index(read)
    shift = figures["moved"] * (figures["means"][other] - figures["means"][ENGLISH])
    added = figures["passages"][other] - figures["passages"][ENGLISH]
    scale = float(figures["spreads"][ENGLISH] / figures["spreads"][other])
    offset = float(figures["cosines"][ENGLISH] - scale * figures["cosines"][other])
    return LanguageShift(shift.astype(np.float32), added.astype(np.float32), scale, offset)


@cache
def _figures() -> dict[str, NDArray[Any]]:
    with np.load(Path(__file__).with_name(FIGURES), allow_pickle=False) as figures:
        return {name: figures[name] for name in figures.files}
