"""Characters of the symbol fonts, which Word stores by their place in the font.

Sources: Microsoft's "Symbol" and "Wingdings" character sets, mapped by the Unicode Consortium
(VENDORS/APPLE/SYMBOL.TXT; for Wingdings the marks that documents use).
"""

from __future__ import annotations

import re

_PRIVATE = re.compile(r"[\uf020-\uf0ff]")
_SYMBOL = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"  # 20-7E
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"  # A0-E5
_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆",
    0x76: "❖", 0x78: "☒", 0x9E: "·", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x4A: "☺", 0x46: "☞",
}  # fmt: skip
UNKNOWN = "□"
"""What stands for a character of a symbol font that has no known Unicode character."""


def symbol(font: str, code: str) -> str:
    """The character of `w:sym`: `font` is the font's name, `code` its hexadecimal place there (with or without F000)."""
    try:
        place = int(code, 16)
    except ValueError:
        return UNKNOWN
    if place < 0x20 or place > 0x10FFFF or 0xD800 <= place <= 0xDFFF:
        return UNKNOWN
    if 0xF020 <= place <= 0xF0FF:
        place -= 0xF000
    elif "symbol" not in font.casefold() and "dings" not in font.casefold():
        return chr(place)
    if "dings" in font.casefold():
        return _WINGDINGS.get(place, UNKNOWN)
    if "symbol" not in font.casefold():
        return chr(place)
    if 0x20 <= place < 0x20 + len(_SYMBOL):
        return _SYMBOL[place - 0x20]
    if 0xA0 <= place < 0xA0 + len(_SYMBOL_HIGH):
        return _SYMBOL_HIGH[place - 0xA0]
    return UNKNOWN


def plain(text: str, font: str) -> str:
    """A text whose characters of a symbol font (private use area) are ordinary ones."""
    if not _PRIVATE.search(text):
        return text
    known = font if "symbol" in font.casefold() or "dings" in font.casefold() else "Symbol"
    return _PRIVATE.sub(lambda match: symbol(known, f"{ord(match.group()):X}"), text)
