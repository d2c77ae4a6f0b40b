"""Normalizes Arabic text: letters in their plain form, and brackets."""

from __future__ import annotations

import re
import unicodedata

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_SHAPED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")


def normalize_script(text: str) -> str:
    """A text in which presentation forms of Arabic letters, as some fonts give them, are replaced by plain letters, and
    unbalanced brackets among Arabic words, which are mirrored on the page, are corrected."""
    if not _ARABIC.search(text) and not _SHAPED.search(text):
        return text
    text = _SHAPED.sub(lambda match: unicodedata.normalize("NFKC", match.group(0)), text)
    return _balanced(text) if _ARABIC.search(text) else text


def _balanced(text: str) -> str:
    brackets = [n for n, character in enumerate(text) if character in "()"]
    depth = lowest = 0
    for n in brackets:
        depth += 1 if text[n] == "(" else -1
        lowest = min(lowest, depth)
    if len(brackets) % 2 or (depth == 0 and lowest == 0):
        return text
    letters = list(text)
    for count, n in enumerate(brackets):
        letters[n] = "()"[count % 2]
    return "".join(letters)


def is_damaged(text: str) -> bool:
    """Whether the Arabic of a page is too damaged to be quoted: its fonts lose letters, or split words. Except for one
    conjunction no Arabic word has a single letter; of the words of an undamaged page fewer than one in a hundred are
    single letters, in enumerations."""
    words = [word for word in re.findall("[\u0600-\u06ff]+", text) if any(map(str.isalpha, word))]
    alone = sum(len(word) == 1 and word != "\u0648" for word in words)
    return len(words) >= 30 and alone > 0.08 * len(words)
