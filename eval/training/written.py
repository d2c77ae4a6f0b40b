"""Groups from passages written for the purpose, in languages of which public sets have few or no questions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from eval.training.groups import Group, Read, lines_of
from eval.training.public import finder

ANOTHER = 0.5
"""How many of the questions are also asked of another passage that shares words with them."""


def written_groups(files: Sequence[Path]) -> Iterator[Group]:
    """A group a question. Each line of a file is a passage: `{language, title, passage, questions: [{q, a}]}`, `a` being the
    words of the passage that answer, empty where it does not."""
    rng = random.Random(1)
    rows = [row for path in files for row in lines_of(path)]
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        held[row["language"]][row["passage"]] = row["title"]
    finders: dict[str, Callable[[str], list[str]]] = {
        language: finder(list(passages), language) for language, passages in held.items()
    }
    for row in rows:
        for asked in row["questions"]:
            begin = row["passage"].find(asked["a"]) if asked["a"] else -1
            own = Read(_heading(row["title"], rng), row["passage"],
                       (begin, begin + len(asked["a"])) if begin >= 0 else None)  # fmt: skip
            reads = [own]
            if rng.random() < ANOTHER:
                near = [text for text in finders[row["language"]](asked["q"]) if text != row["passage"]]
                reads += [Read(_heading(held[row["language"]][text], rng), text) for text in near[:1]]
            yield Group(f"written-{row['language']}", row["language"], asked["q"], begin >= 0, tuple(reads))


def _heading(title: str, rng: random.Random) -> str:
    """Passages stand under a heading, or under none."""
    return title if rng.random() < 0.7 else ""
