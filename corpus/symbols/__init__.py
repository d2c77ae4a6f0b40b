"""United Nations document symbols: parse, compare, order, find in running text, expand, link.

A symbol is the identifier that all language versions of a document share, `CTOC/COP/WG.7/2021/1`; behind
it may stand modifiers, `/Add.1`, `/Corr.1`, `/Rev.1`. Sources: the Dag Hammarskjöld Library's guide to
document symbols, the United Nations Editorial Manual, and symbols in use. Those of other organizations (`WHA79.4`, `220 EX/5`)
are accepted where a user enters them, and found in running text where the library has them.
"""

from .expansion import MAX_RANGE, expand, expand_all
from .grammar import SymbolError
from .known_symbols import KnownSymbols, find_listed_symbols, find_symbols_like
from .model import Modifier, Symbol, document_url, same_document
from .symbol_finder import SymbolMention, find_symbols
from .symbol_words import LANGUAGES, RECORDS, RESOLUTIONS, VERSIONS, Language

__all__ = [
    "LANGUAGES",
    "MAX_RANGE",
    "RECORDS",
    "RESOLUTIONS",
    "VERSIONS",
    "KnownSymbols",
    "Language",
    "Modifier",
    "Symbol",
    "SymbolError",
    "SymbolMention",
    "document_url",
    "expand",
    "expand_all",
    "find_listed_symbols",
    "find_symbols",
    "find_symbols_like",
    "same_document",
]
