"""Training data: groups of one question and its passages, in JSON Lines files."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WORD = re.compile(r"\w+")
KEY_LENGTH = 80
"""Characters of the key of a text."""


Chances = tuple[tuple[int, float], ...]
"""Characters of a passage, each with a chance; those left out have next to none."""


@dataclass(frozen=True)
class Judgement:
    """What trained readers say of a passage: the `logit` that it answers, and at which characters the answer begins and ends (the last one of it)."""

    logit: float
    begins: Chances
    ends: Chances


@dataclass(frozen=True)
class Read:
    """A passage and its answer: `answer` is a span of its text in characters, None where it does not answer or where that is not known, but only how it
    was `judged`."""

    heading: str
    passage: str
    answer: tuple[int, int] | None = None
    judged: Judgement | None = None


@dataclass(frozen=True)
class Group:
    """One question and its passages. `answerable` says whether any answers; where the group is answerable and no
    passage has an answer, it is unknown which one answers."""

    source: str
    language: str
    question: str
    answerable: bool
    reads: tuple[Read, ...]


_DECOMPRESS: Mapping[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".bz2": bz2.decompress}


def text_key(text: str) -> str:
    """A key by which the same text is recognised regardless of spacing and case."""
    return "".join(_WORD.findall(text.casefold()))[:KEY_LENGTH]


def save_groups(groups: Iterable[Group], path: Path) -> None:
    """Writes groups as JSON Lines, compressed where the name ends in `.gz`."""
    data = "".join(f"{json.dumps(_to_json(group), ensure_ascii=False)}\n" for group in groups).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a time the same groups give the same bytes.
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def write_documents(folder: Path, texts: Iterable[tuple[str, str]]) -> Path:
    """Writes documents, given as name and Markdown, into a folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts:
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def read_text(path: Path) -> str:
    """Reads a file, compressed (.gz, .bz2) or not."""
    return _DECOMPRESS.get(path.suffix, bytes)(path.read_bytes()).decode()


def read_values(path: Path) -> Iterator[Any]:
    """Reads the JSON values of a file, one per line. Raises `ValueError` with the line."""
    # Not `splitlines`, which also breaks at separators that JSON may hold as they are.
    for n, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {n} is no JSON: {error}.") from None


def load_groups(path: Path) -> Iterator[Group]:
    """Loads the groups of a file. Raises `ValueError` with file and entry for an invalid group."""
    for n, raw in enumerate(read_values(path), 1):
        try:
            yield _from_json(raw)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, entry {n} is no group of training rows: {error!r}") from None


def _to_json(group: Group) -> dict[str, Any]:
    reads = [[each.heading, each.passage, *(each.answer or ())] for each in group.reads]
    judged = [[each.judged.logit, each.judged.begins, each.judged.ends] for each in group.reads if each.judged]
    return {"source": group.source, "language": group.language, "question": group.question,
            "answerable": group.answerable, "reads": reads} | ({"judged": judged} if judged else {})  # fmt: skip


def _from_json(raw: dict[str, Any]) -> Group:
    judged = raw.get("judged", [None] * len(raw["reads"]))
    reads = tuple(
        Read(each[0], each[1], (each[2], each[3]) if len(each) == 4 else None, known and _judgement(*known))
        for each, known in zip(raw["reads"], judged, strict=True)
    )
    return Group(raw["source"], raw["language"], raw["question"], bool(raw["answerable"]), reads)


def _judgement(logit: float, begins: list[list[Any]], ends: list[list[Any]]) -> Judgement:
    return Judgement(logit, tuple((at, chance) for at, chance in begins), tuple((at, chance) for at, chance in ends))
