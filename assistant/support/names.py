"""Names that a sentence gives: capitalised words and abbreviations, and countries where a script has no capitals."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.support.thesaurus import read_words, thesaurus
from assistant.wording import values
from assistant.wording.claims import Reading, tokens
from corpus.analysis import analyse, fold, words
from corpus.countries import countries

_SMALL = frozenset(
    "of on and the for against in to de des du la le les et sur contre y del los las en".split()  # noqa: SIM905
)
"""Small words inside names."""


def names_lacking(claim: str, given: Reading, texts: Sequence[str], language: str) -> list[str]:
    """Names that a sentence gives and no text has: neither the word, nor a form of it, nor its abbreviation."""
    return [*_countries_lacking(claim, texts, language), *_words_lacking(claim, given, texts, language)]


def _words_lacking(claim: str, given: Reading, texts: Sequence[str], language: str) -> list[str]:
    known = {fold(word) for text in texts for word in text.replace("/", " ").split()}
    known.update(token for text in texts for token in tokens(text, language))
    initials = {letters for text in texts for letters in _initials(text)}
    spelt = {fold(word) for letters, run in _initials(claim).items() if fold(letters) in known for word in run}
    same = thesaurus(language).same
    lines = {each.line for text in texts for each in same.find(read_words(text, language))}
    missing = []
    if any("$" in text for text in texts):
        known |= {"usd", "us"}
    for name in given.names:
        if fold(name) in known or fold(name) in spelt or name.upper() in initials:
            continue
        if any(token in known for token in analyse(name, language)):
            continue
        if not name.isupper() and any(each.line in lines for each in same.find(read_words(name, language))):
            continue
        missing.append(name)
    return missing


def _countries_lacking(claim: str, texts: Sequence[str], language: str) -> list[str]:
    """Names of countries and regions in Arabic and Chinese, which write names without capitals."""
    if language not in ("ar", "zh"):
        return []
    held = {code for text in texts for code in countries(values.plain(text), language)}
    return [name for code, name in countries(values.plain(claim), language).items() if code not in held]


def _initials(text: str) -> dict[str, list[str]]:
    """Abbreviations that the capitalised names of a text may have, with their words."""
    made: dict[str, list[str]] = {}
    run: list[str] = []
    for word, _, _ in [*words(text), (".", 0, 0)]:
        if word[0].isupper():
            run.append(word)
        elif word.lower() not in _SMALL or not run:
            for start in range(len(run) - 1):
                made["".join(each[0] for each in run[start:]).upper()] = run[start:]
            run = []
    return made
