"""Lexical analysis by language: the tokens of the lexical index.

Words of en, fr, es, ru and ar are stemmed with Snowball (Porter 2001, https://snowballstem.org); Chinese,
written without spaces, becomes overlapping character bigrams, the usual unit of retrieval for it (Nie et al.,
"On the use of words and n-grams for Chinese information retrieval", 2000). Symbols are one token besides
their parts, so that `CTOC/COP/WG.7/2021/2` matches itself and not only its pieces.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from itertools import pairwise

import Stemmer

from corpus.symbols import find_symbols

STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
_HAN = r"㐀-䶿一-鿿豈-﫿"
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)*")
_HAN_RUN = re.compile(rf"^[{_HAN}]+$")
_AFTER_ASCII = re.compile(r"(?<=[\x00-\x7f])[^\x00-\x7f]")
_ARABIC_MARKS = re.compile("[ً-ٰٟـ]")
_local = threading.local()


def fold(text: str) -> str:
    """Case, compatibility forms and Latin accents folded; Arabic vowel marks and tatweel removed."""
    text = _ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())
    text = text.replace("أ", "ا").replace("إ", "ا").replace("آ", "ا").replace("ى", "ي")
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = _AFTER_ASCII.sub(lambda match: "" if unicodedata.combining(match[0]) else match[0], parts)
    return unicodedata.normalize("NFC", bare)


def without_surrogates(text: str) -> str:
    """A text with lone surrogates (possible in JSON), which have no UTF-8 form, replaced by "?", so that character spans stay valid."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _stemmer(language: str) -> Stemmer.Stemmer:
    cache: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if language not in cache:
        cache[language] = Stemmer.Stemmer(STEMMERS[language])
    return cache[language]


@lru_cache(maxsize=65_536)
def _token(word: str, language: str) -> str:
    """The index token of a word that is not Han."""
    word = unicodedata.normalize("NFKC", word).casefold()
    if language == "en" and word.endswith(("'s", "’s")):
        word = word[:-2]
    if word.isdigit() or language not in STEMMERS:
        return fold(word)
    if language == "ar" and len(word) > 4 and word.startswith(("وال", "بال", "كال", "فال")):
        word = word[1:]
    if language == "fr" and len(word) > 2 and word[1] in "'’":
        word = word[2:]
    stemmed: str = _stemmer(language).stemWord(word)
    return fold(stemmed) or word


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of the words of a text; a run of Chinese characters is one word."""
    return [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def analyse(text: str, language: str) -> list[str]:
    """The index tokens of a text in one of the six languages: those of its words in order, then those of its symbols."""
    return [*analyse_words(text, language), *(symbol_token(mention.symbol.text) for mention in find_symbols(text))]


def analyse_words(text: str, language: str) -> list[str]:
    """The index tokens of the words of a text in one of the six languages, in order."""
    tokens: list[str] = []
    text = _ARABIC_MARKS.sub("", unicodedata.normalize("NFC", text))
    for word in _TOKEN.findall(text):
        if _HAN_RUN.match(word):
            tokens.extend([word] if len(word) == 1 else [a + b for a, b in pairwise(word)])
        else:
            tokens.append(_token(word, language))
    return tokens


def symbol_token(symbol: str) -> str:
    """One index token for a whole symbol."""
    return "sym" + re.sub(r"[^0-9a-z]+", "x", symbol.casefold())
