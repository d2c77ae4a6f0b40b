"""What a language adds to the vectors of the packaged multilingual model, whatever is said in it.

The language of a text shows in its vector beside what it says: the passages nearest to a question are not those that
answer it best but those whose language is most like its own. The difference of the means of parallel texts is what the
languages add (Yang et al., "A Simple and Effective Method To Eliminate the Self Language Bias in Multilingual
Representations", 2021).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.documents import LANGUAGES
from corpus.embedding.interface import Crossing

FIGURES = "e5-languages.npz"
"""The file in this folder, made by `python -m eval.languages`: `moved`, how much of the difference of two languages' means
a question is moved by; `means` (languages x dimension) of the same questions in each language; `cosines` and `spreads`
(asked x read), mean and standard deviation of the cosines of questions, so moved, with other questions as passages.
Languages are in the order of `LANGUAGES`."""


@cache
def crossing(asked: str, read: str) -> Crossing | None:
    """What it takes to compare questions in one language with texts in another; None for languages that have no
    figures, and within one language."""
    if asked == read or asked not in LANGUAGES or read not in LANGUAGES:
        return None
    figures = _figures()
    own, other = LANGUAGES.index(asked), LANGUAGES.index(read)
    shift = figures["moved"] * (figures["means"][other] - figures["means"][own])
    scale = float(figures["spreads"][own, own] / figures["spreads"][own, other])
    offset = float(figures["cosines"][own, own] - scale * figures["cosines"][own, other])
    return Crossing(shift.astype(np.float32), scale, offset)


@cache
def _figures() -> dict[str, NDArray[Any]]:
    with (files("corpus") / "embedding" / FIGURES).open("rb") as file, np.load(file, allow_pickle=False) as figures:
        return {name: figures[name] for name in figures.files}
