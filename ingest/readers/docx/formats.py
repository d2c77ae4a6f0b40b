"""Numbers as Word prints them (ECMA-376 part 1, 17.18.59 ST_NumberFormat)."""

from __future__ import annotations

from corpus.roman import to_roman

_LETTERS = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
}
_HAN = ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand")
_HAN_OTHER = ("japaneseCounting", "ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand")
_DIGITS = "〇一二三四五六七八九"
_MOST = 780  # Word itself goes no further with letters


def number(value: int, style: str) -> str:
    """A number in a number format of Word's; formats that are not known, and values out of range, are decimal."""
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
        return f"{value}{_ordinal(value)}"
    if style == "numberInDash":
        return f"- {value} -"
    if style.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if style == "chicago" and 1 <= value <= _MOST:
        again, place = divmod(value - 1, 4)
        return "*†‡§"[place] * (again + 1)
    if style in _HAN and 1 <= value <= 9999:
        return _counted(value)
    if style in _HAN_OTHER:
        return _counted(value) if style == "japaneseCounting" and 1 <= value <= 9999 else _digits(value)
    return str(value)


def _ordinal(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _digits(value: int) -> str:
    return "".join(_DIGITS[int(digit)] if digit.isdigit() else digit for digit in str(value))


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
