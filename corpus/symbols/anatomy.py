"""What the components of a symbol stand for: body, session or year, series, running number."""

import re
from dataclasses import dataclass

from .grammar import Component, Half, is_year
from .symbol_words import RESOLUTIONS, SERIES

_ROMAN = re.compile(r"[IVXL]{1,8}")
_VERSION = re.compile(r" \[[^\]]*\]")


@dataclass(frozen=True)
class Anatomy:
    """The parts of one symbol; see the properties of `corpus.symbols.Symbol`. `plain` is the symbol
    without the year or session in brackets that a resolution bears behind its number, and without the form of a report."""

    body: str
    year: int | None
    session: str | None
    series: str | None
    number: str | None
    part: str | None
    plain: str


def dissect(half: Half) -> Anatomy:
    """Tell the parts of a symbol from their place.

    The body is everything before the first session, year, number or series. Of several numbers the last is
    the running number and those before it are years where they can be (1945 to 2099) and sessions
    otherwise. The last series counts; a numbered one (`WP.29`) only at the end, for elsewhere it is a
    body."""
    body: list[str] = [half.components[0].text]
    numbers: list[Component] = []
    series = session = None
    year: int | None = None
    inside = True
    final = half.components[-1]
    for component in half.components[1:]:
        if component.kind == "number":
            inside = False
            numbers.append(component)
        elif component.kind == "session":
            inside, session = False, component.value
        elif component.code in SERIES and (component.kind == "word" or component is final):
            inside, series = False, component.code
        elif inside and component.kind in ("word", "code"):
            body.append(component.code if component.bracket else component.text)
            session = component.bracket or session
        elif component.kind == "word" and _ROMAN.fullmatch(component.text):
            session = component.text
    if series == "D" and len(numbers) > 1 and is_year(numbers[-1]):  # a communication to a treaty body, D/2163/2012
        year = int(numbers.pop().text)
    running = numbers.pop() if numbers and final.kind != "code" else final
    for earlier in numbers:
        if is_year(earlier) and year is None:
            year = int(earlier.text)
        elif session is None:
            session = earlier.value
    if running.kind == "number" and running.bracket:
        year = int(running.bracket) if running.bracket.isdigit() else year
        session = session if running.bracket.isdigit() else running.bracket
    dated = running.kind == "number" and running.bracket and series in RESOLUTIONS
    parts = [component.part for component in (*half.components, *half.modifiers) if component.part]
    return Anatomy(
        body="/".join(body),
        year=year,
        session=session,
        series=series,
        number=running.value or None,
        part=parts[-1] if parts else None,
        plain=_VERSION.sub("", half.text.replace(f"({running.bracket})", "", 1) if dated else half.text),
    )
