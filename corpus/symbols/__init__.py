"""United Nations document symbols: parse, compare, order, find in running text, expand, link.

A symbol is the identifier that all language versions of a document share, `CTOC/COP/WG.7/2021/1`; behind
it may stand modifiers, `/Add.1`, `/Corr.1`, `/Rev.1`. Sources: the Dag Hammarskjöld Library's guide to
document symbols, the United Nations Editorial Manual, and symbols in use.
"""

from .expansion import MAX_RANGE, expand, expand_all
from .finding import Mention, find_symbols
from .grammar import MAX_LENGTH, SymbolError
from .model import Modifier, Symbol, link, same_document
from .symbol_words import LANGUAGES, RECORDS, RESOLUTIONS, VERSIONS, Language, ModifierKind

__all__ = [
    "LANGUAGES",
    "MAX_LENGTH",
    "MAX_RANGE",
    "RECORDS",
    "RESOLUTIONS",
    "VERSIONS",
    "Language",
    "Mention",
    "Modifier",
    "ModifierKind",
    "Symbol",
    "SymbolError",
    "expand",
    "expand_all",
    "find_symbols",
    "link",
    "same_document",
]
