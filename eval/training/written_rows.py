"""Groups from passages written for training, in languages with few or no questions in public sets."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from eval.training.groups import Group, Read, read_values
from eval.training.public import build_search

ANOTHER = 0.5
"""The share of questions on single passages that also get a passage without the answer, which shares words with them."""
SECTION = " \u2014 "
"""Separator of the titles of document and section in the title of a passage."""
OTHERS = 2
"""Other passages of its document that a question gets."""
WRITTEN, PAPER = "written-", "paper-"
"""Prefixes of the names of groups from single passages and from documents."""


def written_groups(files: Sequence[Path]) -> Iterator[Group]:
    """Yields one group for each question. Each line of a file is a passage: `{language, title, passage, questions: [{q,
    a}]}`, `a` being the words of the passage that answer, empty where it does not. Where `document` is given, the
    passages of one document that share most words with a question are added to its group."""
    rng = random.Random(1)
    rows = [row for path in files for row in read_values(path)]
    pools: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        pools[_pool_name(row)][row["passage"]] = row["title"]
    searches: dict[str, Callable[[str], list[str]]] = {}
    for row in rows:
        pool, single = _pool_name(row), "document" not in row
        if pool not in searches:
            searches[pool] = build_search(list(pools[pool]), row["language"])
        for question in row["questions"]:
            begin = row["passage"].find(question["a"]) if question["a"] else -1
            own = Read(_heading(row["title"], rng), row["passage"],
                       (begin, begin + len(question["a"])) if begin >= 0 else None)  # fmt: skip
            similar: list[str] = []
            if not single or rng.random() < ANOTHER:
                similar = [text for text in searches[pool](question["q"]) if text != row["passage"]]
            reads = [Read(_heading(pools[pool][text], rng), text) for text in similar[: 1 if single else OTHERS]]
            source = f"{WRITTEN if single else PAPER}{row['language']}"
            yield Group(source, row["language"], question["q"], begin >= 0, (own, *reads))


def _pool_name(row: dict[str, str]) -> str:
    """The name of the pool from which further passages are drawn: the document, else the language."""
    return row.get("document", row["language"])


def _heading(title: str, rng: random.Random) -> str:
    """The heading of a passage in training: its title, for a document sometimes the section's alone, or none."""
    if rng.random() >= 0.7:
        return ""
    document, parted, section = title.partition(SECTION)
    return section if parted and document and rng.random() < 0.5 else title
