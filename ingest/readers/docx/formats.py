"""Numbers and characters as Word prints them.

Sources: ECMA-376 part 1, 17.18.59 ST_NumberFormat; Microsoft's "Symbol" and "Wingdings" character sets, whose
characters Word stores by their position in the font, mapped by the Unicode Consortium (VENDORS/APPLE/SYMBOL.TXT; for
Wingdings the characters that documents use).
"""

from __future__ import annotations

import re

from corpus.roman import ordinal_figure, to_roman

_LETTERS = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "chicago": "*†‡§",
}
_HAN = (
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "japaneseCounting",
)
_HAN_DIGITS = ("japaneseCounting", "ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand")
_DIGITS = "〇一二三四五六七八九"
_PRINTED = str.maketrans("0123456789", _DIGITS)
_MOST = 780  # Word itself goes no further with letters


def number(value: int, style: str) -> str:
    """A number in one of Word's number formats; unknown formats, and values out of range, are decimal."""
    if style == "none":
        return ""
    if style in _LETTERS and 1 <= value <= _MOST:
        again, place = divmod(value - 1, len(_LETTERS[style]))
        return _LETTERS[style][place] * (again + 1)
    if style in ("lowerRoman", "upperRoman") and 1 <= value <= 9999:
        return to_roman(value).lower() if style == "lowerRoman" else to_roman(value)
    if style == "decimalZero":
        return f"{value:02d}"
    if style == "ordinal":
        return ordinal_figure(value)
    if style == "numberInDash":
        return f"- {value} -"
    if style.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if style in _HAN and 1 <= value <= 9999:
        return _counted(value)
    if style in _HAN_DIGITS:
        return str(value).translate(_PRINTED)
    return str(value)


def _counted(value: int) -> str:
    """Chinese counting numbers: 十二, 一百零五."""
    made, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            made += ("零" if gap and made else "") + _DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return made.removeprefix("一") if made.startswith("一十") else made


_PRIVATE = re.compile(r"[\uf020-\uf0ff]")
_SYMBOL = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"  # 20-7E
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"  # A0-E5
_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆",
    0x76: "❖", 0x78: "☒", 0x9E: "·", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x4A: "☺", 0x46: "☞",
}  # fmt: skip
_SYMBOLS = {0x20 + n: each for n, each in enumerate(_SYMBOL)} | {0xA0 + n: each for n, each in enumerate(_SYMBOL_HIGH)}
UNKNOWN = "□"  # replaces a character of a symbol font that has no known Unicode character


def symbol(font: str, code: str) -> str:
    """The character of `w:sym`: `code` is its hexadecimal position in the font, with or without F000."""
    try:
        place = int(code, 16)
    except ValueError:
        return UNKNOWN
    if place < 0x20 or place > 0x10FFFF or 0xD800 <= place <= 0xDFFF:
        return UNKNOWN
    if 0xF020 <= place <= 0xF0FF:
        place -= 0xF000
    if "dings" in font.casefold():
        return _WINGDINGS.get(place, UNKNOWN)
    return _SYMBOLS.get(place, UNKNOWN) if "symbol" in font.casefold() else chr(place)


def plain(text: str, font: str) -> str:
    """A text in which characters of a symbol font (private use area) are replaced by Unicode characters."""
    if not _PRIVATE.search(text):
        return text
    known = font if "symbol" in font.casefold() or "dings" in font.casefold() else "Symbol"
    return _PRIVATE.sub(lambda match: symbol(known, f"{ord(match.group()):X}"), text)
