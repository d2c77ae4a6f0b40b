"""Roman numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.roman import from_roman, to_roman


@given(st.integers(1, 9_999))
def test_a_number_comes_back_from_its_numeral_in_either_case(number: int) -> None:
    assert from_roman(to_roman(number)) == from_roman(to_roman(number).lower()) == number


@pytest.mark.parametrize(("number", "written"), [(4, "IV"), (49, "XLIX"), (1988, "MCMLXXXVIII"), (0, ""), (-3, "")])
def test_a_numeral_is_written_as_it_is_read(number: int, written: str) -> None:
    assert to_roman(number) == written


@pytest.mark.parametrize("text", ["", "IIII", "VX", "A", "Iv", "2", "مادة"])
def test_what_is_no_numeral_is_nothing(text: str) -> None:
    assert from_roman(text) == 0
