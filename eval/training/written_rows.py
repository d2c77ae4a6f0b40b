"""Groups from passages written for training, in languages with few or no questions in public sets."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from eval.training.groups import Group, Read, read_values
from eval.training.public import finder

ANOTHER = 0.5
"""The share of questions on single passages that also get another passage which shares words with them."""
SECTION = " \u2014 "
"""Separator of the titles of document and section in the title of a passage."""
OTHERS = 2
"""Other passages of its document that a question gets."""
WRITTEN, PAPER = "written-", "paper-"
"""Prefixes of the names of groups from single passages and from documents."""


def written_groups(files: Sequence[Path]) -> Iterator[Group]:
    """One group for each question. Each line of a file is a passage: `{language, title, passage, questions: [{q,
    a}]}`, `a` being the words of the passage that answer, empty where it does not. Where `document` is given, the
    passages of one document that share most words with a question are added to its group."""
    rng = random.Random(1)
    rows = [row for path in files for row in read_values(path)]
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        held[_shelf(row)][row["passage"]] = row["title"]
    finders: dict[str, Callable[[str], list[str]]] = {}
    for row in rows:
        shelf, single = _shelf(row), "document" not in row
        if shelf not in finders:
            finders[shelf] = finder(list(held[shelf]), row["language"])
        for asked in row["questions"]:
            begin = row["passage"].find(asked["a"]) if asked["a"] else -1
            own = Read(_heading(row["title"], rng), row["passage"],
                       (begin, begin + len(asked["a"])) if begin >= 0 else None)  # fmt: skip
            near: list[str] = []
            if not single or rng.random() < ANOTHER:
                near = [text for text in finders[shelf](asked["q"]) if text != row["passage"]]
            reads = [Read(_heading(held[shelf][text], rng), text) for text in near[: 1 if single else OTHERS]]
            source = f"{WRITTEN if single else PAPER}{row['language']}"
            yield Group(source, row["language"], asked["q"], begin >= 0, (own, *reads))


def _shelf(row: dict[str, str]) -> str:
    """The set of passages from which others are taken: those of the document, else those in the language."""
    return row.get("document", row["language"])


def _heading(title: str, rng: random.Random) -> str:
    """The heading of a passage in training: its title, for a document sometimes the section's alone, or none."""
    if rng.random() >= 0.7:
        return ""
    document, parted, section = title.partition(SECTION)
    return section if parted and document and rng.random() < 0.5 else title
