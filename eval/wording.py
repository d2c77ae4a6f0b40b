"""Whether a text states a fact: words, numbers and dates compared by meaning, in six languages.

Numbers are equal however they are grouped (`1,000`, `1 000`, `1000`) and in any script's digits; dates are equal in
words or figures (`14 October 2021`, `2021-10-14`, `14/10/2021`, `le 14 octobre 2021`, `2021年10月14日`). Figures are
read as day, month, year, as the United Nations write them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from corpus.dates import MAX_COMPARED, find_date_mentions, is_date, plain_figures

_GROUPED = re.compile(r"(?<![\d.,/])\d{1,3}(?:(?P<sign>[, '’٬])\d{3})(?:(?P=sign)\d{3})*(?![\d/]|[.,]\d{1,2}(?!\d))")
_WORD_START = re.compile(r"[a-z\u00df-\u024f\u0400-\u052f]")


def normalize_text(text: str) -> str:
    """Normalises a text for comparison: case, width, white space, dashes and most punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[‐-―−]", "-", text)
    text = re.sub(r"[“”\"'’‘«»,;:()\[\]]", " ", text)
    return " ".join(text.split())


def states_fact(text: str, fact: str) -> bool:
    """Whether a text states a fact: the same date, or the same words with numbers normalised.

    Words are found inside the text, so that “endangered” states `endanger`; in Latin and Cyrillic script they must
    begin a word (“illegal” does not state `legal`), and a number must be the whole number."""
    fact_dates = find_date_mentions(fact)
    if fact_dates and is_date(fact):
        text_dates = find_date_mentions(text)
        return all(any(date.covers(other) for other in text_dates) for date in fact_dates)
    words = _normalize_numbers(fact)
    return bool(words) and _compile_fact(words).search(_normalize_numbers(text)) is not None


@lru_cache(maxsize=512)
def _normalize_numbers(text: str) -> str:
    text = plain_figures(text[:MAX_COMPARED])
    return normalize_text(_GROUPED.sub(lambda match: re.sub(r"\D", "", match.group()), text))


@lru_cache(maxsize=512)
def _compile_fact(fact: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d[.])" if fact[0].isdigit() else ""
    if _WORD_START.match(fact):
        before = r"(?<![a-z\u00df-\u024f\u0400-\u052f])"
    after = r"(?!\.?\d)" if fact[-1].isdigit() else ""
    return re.compile(before + re.escape(fact) + after)
