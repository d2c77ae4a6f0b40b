"""Decides whether a text with slashes is a symbol.

`TCP/IP`, `AN/APQ-99`, `and/or`, `12/08/2021`, `S/4` and `A/C 5` have the form of symbols. A text that a
person entered as a symbol needs less evidence than one in running text, and capitals need less than
small letters.
"""

from .grammar import Component, Half, is_year
from .symbol_words import (
    BODIES,
    CAPITALS,
    COMMONPLACE,
    FLAT,
    ORGANS,
    PRINCIPAL,
    SERIES,
    TELLING_SERIES,
    UNDER_PRINCIPAL,
)

FIRST_SESSION, LAST_SESSION = 31, 199
"""Sessions of the General Assembly that occur in symbols, which contain the session since the thirty-first."""


def find_fault(half: Half) -> str:
    """Why a text that was entered on its own is not a symbol; an empty string if it is one."""
    organ, rest = half.components[0], half.components[1:]
    if not rest or not _numbered(rest):
        return "a document has a number; this names at most a body or a series"
    if _known(organ):
        loose = half.organ_typed.isupper() and len(rest) > 1
        if organ.text in PRINCIPAL and not loose and not _follows_principal(rest[0]):
            return f"nothing that is called {rest[0].text!r} is known under {organ.text}/"
        return ""
    if not half.organ_typed.isupper() or len(half.organ_typed) < 2 or "-" in organ.text or organ.code in CAPITALS:
        return f"{half.organ_typed!r} is no organ that is known"
    if not _telling(rest) and not any(component.kind == "word" for component in rest):
        return f"{half.organ_typed!r} is no organ that is known, and numbers alone are too little to tell"
    return ""


def stands_out(half: Half) -> bool:
    """Whether this is a symbol even in running text; implies that `find_fault` is empty."""
    if find_fault(half):
        return False
    organ, rest = half.components[0], half.components[1:]
    capitals = half.organ_typed.isupper()
    telling = bool(half.modifiers) or _telling(rest)
    if not _known(organ):
        worded = any(component.kind in ("word", "code") for component in rest)
        enough = len(rest) > 2 or (len(rest) == 2 and _telling(rest, years=False))
        return capitals and worded and enough and telling
    if organ.text in FLAT and len(rest) == 1 and rest[0].kind == "number":
        # S/2025 alone is a symbol cut short sooner than a document of 1951.
        is_session = organ.text == "A" and _numbers_session(rest[0])
        enough = len(rest[0].value) >= 4 or (bool(half.modifiers) and not is_session)
        return capitals and enough and not (organ.text in PRINCIPAL and is_year(rest[0]))
    if organ.text in PRINCIPAL:
        return _stands_under_principal(organ.text, rest)
    if capitals and "-" not in organ.text and organ.text not in COMMONPLACE:
        return len(rest) > 1 or telling or organ.kind == "code"
    return telling


def has_known_organ(half: Half) -> bool:
    """Whether it begins with an organ of the United Nations."""
    return _known(half.components[0])


def _known(organ: Component) -> bool:
    first, joined, _ = organ.text.partition("-")  # of bodies that meet together one is enough
    if joined:
        return first in ORGANS - PRINCIPAL - COMMONPLACE
    return organ.text in ORGANS or (organ.kind == "code" and organ.code in ORGANS)


def _numbered(rest: tuple[Component, ...]) -> bool:
    last = rest[-1]
    if last.kind == "code":
        return last.code not in BODIES and _counts(last.value)
    return last.kind in ("number", "bracket")


def _counts(value: str) -> bool:
    """Whether the value after a dot is an Arabic or Roman number."""
    return value[:1].isdigit() or not set(value) - set("IVXL")


def _follows_principal(first: Component) -> bool:
    return first.kind in ("number", "session", "code") or first.code in UNDER_PRINCIPAL


def _numbers_session(component: Component) -> bool:
    """Whether a number may be that of a session of the General Assembly."""
    return component.text.isdigit() and FIRST_SESSION <= int(component.text) <= LAST_SESSION


def _stands_under_principal(organ: str, rest: tuple[Component, ...]) -> bool:
    first = rest[0]
    if first.kind == "number":
        if not first.text.isdigit() or len(rest) == 1:
            return False
        if organ == "A":
            return _numbers_session(first)
        return is_year(first)
    return _follows_principal(first) and (first.kind != "code" or first.code in BODIES | SERIES)


def _telling(rest: tuple[Component, ...], years: bool = True) -> bool:
    """Whether a component after the organ is evidence of a symbol: a numbered body or series (`WG.7`,
    `CRP.2`), a word such as RES, or (if `years`) a year followed by a running number."""
    if any(component.kind == "code" and _counts(component.value) for component in rest):
        return True
    if any(component.code in TELLING_SERIES for component in rest[:-1]):
        return True
    dated = len(rest) > 1 and is_year(rest[-2]) and rest[-1].kind == "number" and not is_year(rest[-1])
    return years and dated
