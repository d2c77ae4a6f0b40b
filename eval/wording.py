"""Whether a text says a fact: words, numbers and dates compared as people mean them, in six languages.

Numbers are equal however they are grouped (`1,000`, `1 000`, `1000`) and in whatever digits; dates are equal in words
or figures (`14 October 2021`, `2021-10-14`, `14/10/2021`, `le 14 octobre 2021`, `2021年10月14日`). Figures are read as
day, month, year, as the United Nations write them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from corpus.dates import MAX_COMPARED, find_date_mentions, is_date, plain_figures

_GROUPED = re.compile(r"(?<![\d.,/])\d{1,3}(?:(?P<sign>[, '’٬])\d{3})(?:(?P=sign)\d{3})*(?![\d/]|[.,]\d{1,2}(?!\d))")
_BEGINS_A_WORD = re.compile(r"[a-z\u00df-\u024f\u0400-\u052f]")


def squeeze(text: str) -> str:
    """Text for comparison: case, width, white space, dashes and most punctuation made equal."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[‐-―−]", "-", text)
    text = re.sub(r"[“”\"'’‘«»,;:()\[\]]", " ", text)
    return " ".join(text.split())


def says(text: str, fact: str) -> bool:
    """Whether a text says a fact: the same date, or the same words with numbers made equal.

    Words are found inside the text, so that `endanger` is said by “endangered”; in Latin and Cyrillic script they must
    begin a word (“illegal” does not say `legal`), and a number must be the whole number.
    """
    wanted = find_date_mentions(fact)
    if wanted and is_date(fact):
        held = find_date_mentions(text)
        return all(any(date.covers(other) for other in held) for date in wanted)
    words = _plain(fact)
    return bool(words) and _pattern(words).search(_plain(text)) is not None


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    text = plain_figures(text[:MAX_COMPARED])
    return squeeze(_GROUPED.sub(lambda match: re.sub(r"\D", "", match.group()), text))


@lru_cache(maxsize=512)
def _pattern(words: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d[.])" if words[0].isdigit() else ""
    if _BEGINS_A_WORD.match(words):
        before = r"(?<![a-z\u00df-\u024f\u0400-\u052f])"
    after = r"(?!\.?\d)" if words[-1].isdigit() else ""
    return re.compile(before + re.escape(words) + after)
