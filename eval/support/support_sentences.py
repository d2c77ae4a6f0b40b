"""The true sentences of the set, and the two halves of it."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import yaml

from corpus.documents import LANGUAGES
from eval.support.corrupt import Sentence


def true_sentences() -> list[Sentence]:
    """All true sentences, by language in the order of the files."""
    made = []
    for language in LANGUAGES:
        text = (files("eval") / "support" / f"{language}.yaml").read_text(encoding="utf-8")
        for each in yaml.safe_load(text):
            first, second = each["swap"]
            made.append(Sentence(language, each["source"], each["claim"], (str(first), str(second))))
    return made


def held_out(source: str) -> bool:
    """Whether what rests on a source belongs to the half that no bar was fitted on; told by its hash."""
    return hashlib.sha256(source.encode()).digest()[0] % 2 == 1
