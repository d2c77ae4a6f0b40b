"""Normalises different ways to write the same character in symbols.

Symbols arrive with fullwidth slashes from a Chinese keyboard, with Arabic digits, with non-breaking
hyphens from a word processor, with direction marks from Arabic typesetting, with Cyrillic capitals that
look like Latin ones. Full NFKC would also turn a superscript footnote mark into a digit of the symbol
before it, so only what occurs in symbols is folded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Soft hyphen, zero-width characters, and the marks and embeddings that steer the direction of writing.
_INVISIBLE = "".join(
    map(chr, (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF))
)
_SPACES = "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2212\ufe63"
_SLASHES = "\u2044\u2215"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
LOOKALIKES = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX")
"""Cyrillic capitals to the Latin ones of the same shape, for `str.translate`."""

_FOLD: dict[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{chr(start + digit): str(digit) for start in (0x0660, 0x06F0) for digit in range(10)},
    **{chr(start + place): roman for start in (0x2160, 0x2170) for place, roman in enumerate(_ROMAN)},
    **dict.fromkeys(_INVISIBLE, ""),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SLASHES, "/"),
}
_TABLE = str.maketrans(_FOLD)
_RESIZED = re.compile("[" + re.escape("".join(each for each, folded in _FOLD.items() if len(folded) != 1)) + "]")
_SLASH = re.compile(
    "[" + re.escape("".join(each for each, folded in [("/", "/"), *_FOLD.items()] if folded == "/")) + "]"
)
# Only a run that leads to a slash or a dot: elsewhere Cyrillic capitals are Cyrillic words.
_CYRILLIC_IN_SYMBOL = re.compile("(?<![АВЕКМНОРСТХ])[АВЕКМНОРСТХ]{1,12}+(?=[A-Z0-9]{0,8}[/.])")


@dataclass(frozen=True)
class Folded:
    """A folded text and, for each of its characters, the position of that character in the original text."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of the folded characters from `start` up to `end` (at least one)."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold the characters of a text; time and space are linear in its length."""
    if text.isascii():
        return Folded(text, range(len(text)))
    places: Sequence[int] = range(len(text))
    if _RESIZED.search(text):
        places = [place for place, letter in enumerate(text) for _ in _FOLD.get(letter, letter)]
    return Folded(_CYRILLIC_IN_SYMBOL.sub(lambda run: run[0].translate(LOOKALIKES), text.translate(_TABLE)), places)


def has_slash(text: str) -> bool:
    """Whether a text has a slash in any of its forms, without which it has no symbol."""
    return _SLASH.search(text) is not None
