"""Long work in slices: those who wait have their turn after each, and nothing is lost or made in another order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.time_slices import SECONDS, Slices


def test_a_slice_ends_once_its_time_is_over_and_every_item_comes_once() -> None:
    now = [0.0]
    ended: list[float] = []

    @contextmanager
    def aside() -> Iterator[None]:
        ended.append(now[0])
        yield

    seen = []
    for item in Slices(aside, clock=lambda: now[0])(range(10)):
        seen.append(item)
        now[0] += SECONDS / 2
    assert seen == list(range(10))
    assert ended == [SECONDS * n for n in range(1, 5)]


def test_without_anybody_who_waits_nothing_is_cut() -> None:
    assert list(Slices()(["a", "b"])) == ["a", "b"]
