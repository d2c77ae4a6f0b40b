"""How much of what each reader is trained on, and which questions are held back for its lower bar."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.qa.reader import Name
from eval.training.groups import Group


@dataclass(frozen=True)
class Part:
    """What is taken of a public set: `groups` of its questions, drawn at random, with the first passages of each:
    `answerable` or `unanswerable` many of them (None: all)."""

    source: str
    groups: int
    answerable: int | None
    unanswerable: int | None

    def cut(self, group: Group) -> Group:
        """A group with its first passages."""
        return replace(group, reads=group.reads[: self.answerable if group.answerable else self.unanswerable])


@dataclass(frozen=True)
class Mix:
    """What one reader is trained on: the questions on UN documents (`english` of the English ones, drawn at random, None:
    all as they stand; the others where it reads `others`) and so many on the starter corpus (`index`, drawn likewise), each
    with its first `passages` (None: all), the written passages where it reads others, and parts of public sets. `seed`
    draws."""

    seed: int
    english: int | None
    index: int
    others: bool
    passages: int | None
    parts: tuple[Part, ...]


MIXES: Mapping[Name, Mix] = {
    "en": Mix(
        seed=3,
        english=None,
        index=2000,
        others=False,
        passages=None,
        parts=(
            Part("squad2", 350, 4, 4),
            Part("nq", 350, 4, 4),
            Part("wiki", 300, 4, 4),
        ),
    ),
    # Six languages in about the time of one: fewer passages a question, so that more questions fit.
    "multilingual": Mix(
        seed=4,
        english=650,
        index=4000,
        others=True,
        passages=5,
        parts=(
            Part("squad2", 700, 2, 3),
            Part("nq", 250, 3, 3),
            Part("squad2-es", 3200, 2, 3),
            Part("cmrc", 700, 2, 3),
            Part("drcd", 300, 2, 3),
            Part("arcd", 1395, 2, 3),
            Part("nomiracl-de", 60, None, None),
            Part("nomiracl-fa", 60, None, None),
            Part("nomiracl-ja", 40, None, None),
            Part("nomiracl-ko", 40, None, None),
            Part("nomiracl-id", 40, None, None),
        ),
    ),
}
"""The mixes that the shipped readers were trained on."""

ASIDE = (("nq", 90), ("squad2-es", 25), ("drcd", 25))
"""Questions about anything but UN documents, in English, Spanish and Chinese, that no mix takes: by these it is told how
often something is shown that has nothing to do with a question. Public sets and how many of each."""
ASIDE_SEED = 9


def mixed(
    mix: Mix, public: Sequence[Group], own: Sequence[Group], index: Sequence[Group], written: Sequence[Group]
) -> list[Group]:
    """The groups of a mix, the same for the same groups; of a set that has too few all are taken."""
    rng = random.Random(mix.seed)
    english = [group for group in own if group.language == "en"]
    if mix.english is not None:
        rng.shuffle(english)
    others = [group for group in own if group.language != "en"] if mix.others else []
    asked = [group for group in index if mix.others or group.language == "en"]
    rng.shuffle(asked)
    chosen = [
        replace(group, reads=group.reads[: mix.passages])
        for group in (*english[: mix.english], *others, *asked[: mix.index])
    ]
    chosen += written if mix.others else []
    for part in mix.parts:
        held = [group for group in public if group.source == part.source]
        rng.shuffle(held)
        chosen += [part.cut(group) for group in held[: part.groups]]
    return chosen


def aside(public: Sequence[Group], used: Sequence[Group]) -> Iterator[dict[str, str]]:
    """Questions of public sets that are among no `used` groups, with language and source."""
    asked = {group.question for group in used}
    shuffled = list(public)
    random.Random(ASIDE_SEED).shuffle(shuffled)
    for source, most in ASIDE:
        free = [group for group in shuffled if group.source == source and group.question not in asked]
        for group in free[:most]:
            yield {"source": source, "language": group.language, "question": group.question}


def described(groups: Sequence[Group]) -> str:
    """How many groups and passages there are, and from where, in words."""
    return f"{len(groups)} questions of {sum(len(group.reads) for group in groups)} passages: " + ", ".join(
        f"{source} {count}" for source, count in by_set(groups).items()
    )


def by_set(groups: Sequence[Group]) -> dict[str, int]:
    """How many groups of each set there are, by name; questions on UN documents and written passages are one set each."""
    kinds = Counter(
        group.source.partition("-")[0] if group.source.startswith(("un-", "written-")) else group.source
        for group in groups
    )
    return dict(sorted(kinds.items()))
