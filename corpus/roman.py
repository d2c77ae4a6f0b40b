"""Roman numerals, and English ordinals."""

from __future__ import annotations

from itertools import pairwise

_STEPS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
    (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_VALUES = {letters: value for value, letters in _STEPS if len(letters) == 1}


def to_roman(number: int) -> str:
    """A number as a Roman numeral in capitals; empty for 0 and less."""
    made, left = "", max(0, number)
    for value, letters in _STEPS:
        made += letters * (left // value)
        left %= value
    return made


def from_roman(text: str) -> int:
    """The value of a Roman numeral in capitals or small letters; 0 for anything else."""
    values = [_VALUES.get(letter, 0) for letter in text.upper()]
    number = sum(-value if value < after else value for value, after in pairwise([*values, 0]))
    written = to_roman(number)
    return number if text in (written, written.lower()) else 0


def ordinal_figure(number: int) -> str:
    """21 as `21st`."""
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


_FEW = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal_word(number: int) -> str:
    """1 as `first`, 21 as `21st`."""
    return _FEW[number - 1] if number <= len(_FEW) else ordinal_figure(number)


def from_ordinal(word: str) -> int:
    """The inverse of `ordinal_word`."""
    return _FEW.index(word) + 1 if word in _FEW else int(word[:-2])
