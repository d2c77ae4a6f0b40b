"""Normalizes Arabic text: letters in their plain form and in logical order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from ingest.readers.pdf.glyphs import PageGlyphs

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_SHAPED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_WORD = re.compile("[\u0600-\u06ff]{3,}")
_ARTICLE, _ARTICLE_REVERSED = "\u0627\u0644", "\u0644\u0627"
_NEVER_FIRST = "\u0629\u0649"  # teh marbuta and alef maksura only occur at the end of a word


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


def reversed_share(text: str) -> float:
    """The evidence for Arabic letters in reversed order, from 0 (all in logical order) to 1 (all reversed).

    The article begins a third of all words of a running text; reversed it ends them. Two letters can't begin a word at
    all. 0 where there is too little Arabic to decide.
    """
    words = _WORD.findall(text)
    ordered = sum(word.startswith(_ARTICLE) or word[-1] in _NEVER_FIRST for word in words)
    reversed_words = sum(word.endswith(_ARTICLE_REVERSED) or word[0] in _NEVER_FIRST for word in words)
    return reversed_words / (ordered + reversed_words) if ordered + reversed_words >= 5 else 0.0


def reverse_line(text: str) -> str:
    """A line with its Arabic words, and their order, reversed; numbers and Latin words keep their own order."""
    parts = re.findall(
        "[\u0590-\u08ff\u0660-\u0669]+|[A-Za-z0-9\u0660-\u0669./:,-]*[A-Za-z0-9\u0660-\u0669]|\\s+|.", text
    )
    made = [part[::-1] if _ARABIC.match(part) and not part.isdigit() else part for part in reversed(parts)]
    swap = str.maketrans("()[]{}«»", ")(][}{»«")
    return "".join(part.translate(swap) if len(part) == 1 else part for part in made)


def with_reversed_script(page: PageGlyphs) -> PageGlyphs:
    """A page whose Arabic is in visual order, put into logical order."""
    return replace(page, runs=tuple(run._replace(text=reverse_line(run.text)) for run in page.runs))


def is_damaged(text: str) -> bool:
    """Whether the Arabic of a page is too damaged to be quoted: its fonts lose letters, or split words.

    Except for one conjunction no Arabic word has a single letter; of the words of an undamaged page fewer than one in a
    hundred are single letters, in enumerations.
    """
    words = re.findall("[\u0600-\u06ff]+", text)
    alone = sum(len(word) == 1 and word != "\u0648" for word in words)
    return len(words) >= 30 and alone > 0.08 * len(words)
