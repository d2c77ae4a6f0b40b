"""Publications as PDF, through typst: in the same style as the DOCX file, tagged for screen readers."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import re
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from assistant.export.publication import Publication, PublishError, Table
from corpus.extras import install_command

FONTS = ("Times New Roman", "Liberation Serif", "Libertinus Serif")


class Script(NamedTuple):
    """A script that typst's own fonts lack. The first of its `fonts` that is installed is used; the first of all is
    in `package` (of the optional part `fonts`), in its `folder`; `debian` is a Debian package with one."""

    name: str
    letters: re.Pattern[str]
    fonts: tuple[str, ...]
    package: str
    folder: str
    debian: str


SCRIPTS = {
    "ar": Script("Arabic", re.compile("[؀-ۿ]"), (
        "Amiri", "Times New Roman", "Noto Naskh Arabic", "Noto Sans Arabic", "Scheherazade New", "Arial", "DejaVu Sans",
    ), "fontpkg_amiri", "files", "fonts-hosny-amiri"),
    "zh": Script("Chinese", re.compile("[一-鿿]"), (
        "Noto Sans CJK SC", "Noto Serif CJK SC", "SimSun", "Source Han Serif SC", "WenQuanYi Zen Hei", "Droid Sans Fallback",
    ), "manimgx_fonts_cjk", "", "fonts-noto-cjk"),
}  # fmt: skip
_FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def to_pdf(publication: Publication) -> bytes:
    """The publication as a PDF file, the same bytes for the same publication and fonts. `note.typ` lays it out from
    its JSON form.

    Raises `PublishError` where typst, or a font for the script, is not installed.
    """
    typst, folders = _typst(), list(font_folders())
    values = _to_json(publication)
    values |= {"head": _to_json(publication.head), "spreads": _to_json(publication.spreads)}
    installed = set(typst.Fonts(font_paths=folders).families())
    values["fonts"] = _choose_fonts(json.dumps(values, ensure_ascii=False), installed)
    try:
        pdf = typst.compile(
            (files("assistant") / "export" / "note.typ").read_bytes(),
            format="pdf",
            font_paths=folders,
            sys_inputs={"publication": json.dumps(values)},
            timestamp=_FIXED_DATE,
        )
    except (typst.TypstError, RuntimeError) as error:
        why = f"typst could not write the PDF file: {error}. Try DOCX or HTML."
        raise PublishError("form-unwritten", text=why) from None
    return bytes(pdf)


def check_typst(language: str | None = None) -> None:
    """Raises `PublishError` where typst is not installed, or a font for the script of a language."""
    typst = _typst()
    if language in SCRIPTS:
        _script_font(language, set(typst.Fonts(font_paths=list(font_folders())).families()))


def _typst() -> Any:
    try:
        import typst
    except ModuleNotFoundError:
        why = f"PDF is written by typst, which is not installed. Run: {install_command('publish')}"
        raise PublishError("form-unwritten", text=why) from None
    return typst


def font_folders() -> tuple[str, ...]:
    """The folders of the fonts that were installed as packages, which are not imported."""
    found = []
    for script in SCRIPTS.values():
        spec = importlib.util.find_spec(script.package)
        found += [str(Path(place) / script.folder) for place in (spec.submodule_search_locations or ())] if spec else []
    return tuple(found)


def _to_json(value: Any) -> Any:
    """A part of a publication as JSON: its kind and fields; text on one line, without unprintable characters."""
    if isinstance(value, str):
        line = " ".join(value.split()) if "\n" in value else value
        return "".join(letter for letter in line if letter >= " ")
    if isinstance(value, tuple | list):
        return [_to_json(each) for each in value]
    if not is_dataclass(value):
        return value
    layout: dict[str, Any] = {}
    if isinstance(value, Table):
        layout = {"shares": [round(each, 4) for each in value.shares()], "short_rows": value.short_rows}
    fields_by_name = {each.name: _to_json(getattr(value, each.name)) for each in fields(value)}
    return {"kind": type(value).__name__, **fields_by_name, **layout}


def _choose_fonts(text: str, installed: set[str]) -> list[str]:
    """The fonts for a text. Raises `PublishError` where there is none for one of its scripts."""
    scripts = [_script_font(language, installed) for language, each in SCRIPTS.items() if each.letters.search(text)]
    families = [each for each in dict.fromkeys((*FONTS[:2], *scripts, *FONTS)) if each in installed]
    return families or list(FONTS[-1:])


def _script_font(language: str, installed: set[str]) -> str:
    script = SCRIPTS[language]
    available = [family for family in script.fonts if family in installed]
    if not available:
        missing = f"No font for {script.name} is installed, so that the PDF would have empty boxes."
        remedy = (
            f"Run: {install_command('fonts')} (on Debian also: apt-get install {script.debian}), or write DOCX or HTML."
        )
        raise PublishError("form-unwritten", text=f"{missing} {remedy}")
    return available[0]
