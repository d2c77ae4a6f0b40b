"""The number of questions of each set that each reader is trained on, and the questions reserved for its lower threshold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.qa.reader import Name
from eval.training.groups import Group
from eval.training.meeting_rows import SOURCE
from eval.training.own_rows import STRANGE, TRANSLATED, TREATY
from eval.training.written_rows import PAPER, WRITTEN


@dataclass(frozen=True)
class Mix:
    """The training data of one reader: the questions on UN documents (`english` of the English ones, drawn at random,
    None: all; the others, too, where `others` is set), `translated` translated ones (None: all), `index` on the
    starter corpus and `written` on written passages, those on written documents and those about something else,
    and `parts` of public sets: (set, number of questions drawn at random, passages of each). The questions on UN
    documents that were asked in another language get the first `passages` (None: all), the rest `fewer`, the
    written ones `least`; `meetings` is the number of questions on invented meetings, English or others; each on
    invented treaties gets the first `of_treaty` passages, each about something else `of_strange`. `seed` is the
    seed of all draws."""

    seed: int
    meetings: int
    parts: tuple[tuple[str, int, int], ...]
    english: int | None = None
    translated: int | None = None
    index: int = 0
    others: bool = False
    passages: int | None = None
    fewer: int | None = None
    least: int | None = None
    written: int = 0
    of_treaty: int = 4
    of_strange: int = 2


MIXES: Mapping[Name, Mix] = {
    "en": Mix(
        seed=3, translated=0, meetings=800,
        parts=(("squad2", 1400, 4), ("nq", 1500, 4), ("wiki", 1300, 4), ("amazon", 150, 4), ("reddit", 150, 4)),
    ),
    # What is closest to its use: questions on UN documents, most of them in another language than the passages; and, so that
    # question and passage may be in one language other than English, passages written for the purpose and public sets.
    "multilingual": Mix(
        seed=4, english=400, index=400, others=True, passages=4, fewer=3, least=2, written=1_600, meetings=1_000,
        parts=(
            ("squad2-es", 190, 3), ("cmrc", 120, 3), ("drcd", 80, 3), ("arcd", 180, 3), ("nomiracl-de", 64, 4), ("nomiracl-fa", 64, 4),
            ("nomiracl-ja", 54, 4), ("nomiracl-ko", 54, 4), ("nomiracl-fi", 44, 4), ("nomiracl-id", 34, 4), ("nomiracl-hi", 24, 4),
            ("nomiracl-sw", 24, 4), ("nomiracl-te", 24, 4),
        ),
    ),
}  # fmt: skip
"""The mixes of the shipped readers."""

ASIDE_SETS = (
    ("nq", 90), ("squad2-es", 50), ("drcd", 25),
    ("written-fr", 50), ("written-ru", 50), ("written-ar", 50), ("written-zh", 25),
)  # fmt: skip
"""Questions about anything but UN documents, in six languages, that are in no mix: they measure how often something
is shown for an unrelated question. Sets and how many of each: with few questions the bound of a risk is far above
the observed share."""
ASIDE_SEED = 9
STRANGE_SETS = (
    ("nq", 150), ("wiki", 60), ("squad2-es", 150), ("cmrc", 60), ("drcd", 40), ("arcd", 90),
    ("written-fr", 140), ("written-ru", 140), ("written-ar", 60), ("written-zh", 40),
)  # fmt: skip
"""Questions about something else that are paired with UN documents, to be rejected: sets and how many of each."""
STRANGE_SEED = 31


def mix_groups(mix: Mix, groups_by_name: Mapping[str, Sequence[Group]]) -> list[Group]:
    """Draws the groups of a mix, the same for the same groups, which are given by name: public, own, more, index,
    written, papers, meetings, treaties, strange. All groups of a set are used where it has too few."""
    rng = random.Random(mix.seed)

    def take(groups: list[Group], count: int | None, passages: int | None) -> list[Group]:
        if count is not None:
            rng.shuffle(groups)
        return [replace(group, reads=group.reads[:passages]) for group in groups[:count]]

    def of_language(name: str) -> list[Group]:
        return [group for group in groups_by_name[name] if (group.language != "en") == mix.others]

    own = groups_by_name["own"]
    translated = [group for group in own if group.source.startswith(TRANSLATED)]
    untranslated = [group for group in own if not group.source.startswith(TRANSLATED)]
    chosen = take([group for group in untranslated if group.language == "en"], mix.english, mix.fewer)
    chosen += take([group for group in untranslated if group.language != "en" and mix.others], None, mix.passages)
    chosen += take(translated, mix.translated, mix.fewer)
    chosen += take(of_language("index"), mix.index, mix.fewer)
    chosen += take([*groups_by_name["written"]], mix.written, mix.least)
    chosen += take(of_language("meetings"), mix.meetings, None)
    chosen += take(of_language("treaties"), None, mix.of_treaty)
    for name, passages in (("more", mix.of_treaty), ("papers", None), ("strange", mix.of_strange)):
        chosen += take(of_language(name), None, passages)
    for source, count, passages in mix.parts:
        chosen += take([group for group in groups_by_name["public"] if group.source == source], count, passages)
    return chosen


def draw_strange_questions(groups: Sequence[Group]) -> list[Group]:
    """Draws the questions about something else that are paired with UN documents."""
    chosen = []
    for source, limit in STRANGE_SETS:
        of_source = [group for group in groups if group.source == source]
        random.Random(STRANGE_SEED).shuffle(of_source)
        chosen += of_source[:limit]
    return chosen


def draw_aside_questions(groups: Sequence[Group], used: Sequence[Group]) -> Iterator[dict[str, str]]:
    """Draws questions that are in no `used` group, with language and source."""
    used_questions = {group.question for group in used}
    shuffled = list(groups)
    random.Random(ASIDE_SEED).shuffle(shuffled)
    for source, limit in ASIDE_SETS:
        unused = [group for group in shuffled if group.source == source and group.question not in used_questions]
        for group in unused[:limit]:
            yield {"source": source, "language": group.language, "question": group.question}


def describe_groups(groups: Sequence[Group]) -> str:
    """Describes the numbers of groups and passages in words, by source."""
    return f"{len(groups)} questions of {sum(len(group.reads) for group in groups)} passages: " + ", ".join(
        f"{source} {count}" for source, count in count_by_set(groups).items()
    )


def count_by_set(groups: Sequence[Group]) -> dict[str, int]:
    """The number of groups of each set, by name; questions on UN documents, written passages and documents, invented
    meetings and treaties, and those about something else are one set each."""
    kinds = Counter(
        group.source.partition("-")[0]
        if group.source.startswith(("un-", TRANSLATED, TREATY, STRANGE, WRITTEN, PAPER, SOURCE))
        else group.source
        for group in groups
    )
    return dict(sorted(kinds.items()))
