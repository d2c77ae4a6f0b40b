"""Publications as PDF, through typst: the same look as the DOCX file, tagged for screen readers."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.export.pandoc import INSTALL
from assistant.export.publication import (
    Block,
    Content,
    Figure,
    Heading,
    Listing,
    Note,
    Paragraph,
    Publication,
    PublishError,
    Span,
    Table,
)
from corpus.extras import install

FONTS_INSTALL = install("fonts")
FONTS = ("Times New Roman", "Liberation Serif", "Libertinus Serif")
SCRIPT_FONTS = {
    "ar": ("Amiri", "Times New Roman", "Noto Naskh Arabic", "Noto Sans Arabic", "Scheherazade New", "Arial", "DejaVu Sans"),
    "zh": ("Noto Sans CJK SC", "Noto Serif CJK SC", "SimSun", "Source Han Serif SC", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
}  # fmt: skip
"""Fonts for scripts that the fonts of typst do not have; the first that is there is used, and the first of all is that of
the extra `fonts`."""
PACKAGES = {"ar": ("fontpkg_amiri", "files"), "zh": ("manimgx_fonts_cjk", "")}
"""The packages of the extra `fonts`, and their folders of font files."""
_MISSING = {"ar": ("Arabic", "fonts-hosny-amiri"), "zh": ("Chinese", "fonts-noto-cjk")}
"""What a script is called, and the Debian package of a font for it."""
FIGURE = "11cm"
"""Width of a drawing."""
UPRIGHT = frozenset(["ar", "zh"])
"""Languages whose scripts have no italics."""
_HAN, _ARABIC = re.compile("[一-鿿]"), re.compile("[؀-ۿ]")
_CALLS = {"strong": "strong", "emphasis": "emph", "inserted": "underline", "deleted": "strike"}
_START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def to_pdf(publication: Publication) -> bytes:
    """The publication as a PDF file, the same bytes for the same publication and fonts.

    Raises `PublishError` where typst, or a font for the script, is not installed.
    """
    typst, folders = _typst(), font_folders()
    installed = set(typst.Fonts(font_paths=list(folders)).families())
    source = _source(publication, installed)
    with tempfile.TemporaryDirectory(prefix="rapporteur-") as folder:
        home = Path(folder)
        for n, figure in enumerate(each for each in publication.blocks if isinstance(each, Figure)):
            (home / f"figure-{n}.svg").write_text(figure.svg, encoding="utf-8")
        (home / "main.typ").write_text(source, encoding="utf-8")
        try:
            made = typst.compile(
                str(home / "main.typ"), root=folder, format="pdf", font_paths=list(folders), timestamp=_START
            )
        except (typst.TypstError, RuntimeError) as error:
            raise PublishError(
                "form-unwritten", text=f"typst could not write the PDF file: {error}. Try DOCX or HTML."
            ) from None
    return bytes(made)


def check_typst(language: str | None = None) -> None:
    """Raises `PublishError` where typst is not installed, or a font for the script of a language."""
    typst = _typst()
    if language in SCRIPT_FONTS:
        _script_font(language, set(typst.Fonts(font_paths=list(font_folders())).families()))


def _typst() -> Any:
    try:
        import typst
    except ModuleNotFoundError:
        raise PublishError(
            "form-unwritten", text=f"PDF is written by typst, which is not installed. Run: {INSTALL}"
        ) from None
    return typst


def font_folders() -> tuple[str, ...]:
    """The folders of the fonts that were installed as packages; none of them is imported."""
    found = []
    for package, below in PACKAGES.values():
        spec = importlib.util.find_spec(package)
        found += [str(Path(place) / below) for place in (spec.submodule_search_locations or ())] if spec else []
    return tuple(found)


def _source(publication: Publication, installed: set[str]) -> str:
    writer = _Writer()
    body = "\n".join(writer.block(block) for block in publication.blocks)
    lines = []
    rows = max(len(publication.masthead), len(publication.label))
    for n in range(rows):
        left = publication.masthead[n] if n < len(publication.masthead) else ""
        right = publication.label[n] if n < len(publication.label) else ""
        size, weight = ("13pt", "bold") if n == 0 else ("10pt", "regular")
        lines.append(f'#text({size}, weight: "{weight}")[#{_string(left)} #h(1fr) #{_string(right)}]\n\n')
        if n in (0, rows - 1):
            lines.append(f"#line(length: 100%, stroke: {'0.5pt' if n == 0 else '2pt'})\n")
    title = f'#block(above: 1.6em, below: 1em, text(16pt, weight: "bold")[#{_string(publication.title)}])\n'
    upright = publication.language in UPRIGHT
    italic = "normal" if upright else "italic"
    notice = f'#text(9.5pt, style: "{italic}")[#{_string(publication.notice)}]\n' if publication.notice else ""
    text = "".join(lines) + title + notice + "\n" + body
    families = [*_script_fonts(text, installed), *FONTS]
    families = [family for family in dict.fromkeys(families) if family in installed] or list(FONTS[-1:])
    head = (files("assistant") / "export" / "note.typ").read_text(encoding="utf-8")
    return head.format(
        title=_string(publication.title),
        fonts="".join(f"{_string(family)}, " for family in families),
        language=publication.language,
        direction="rtl" if publication.language == "ar" else "ltr",
        upright="#show emph: it => it.body\n" if upright else "",
        italic=italic,
    ) + text  # fmt: skip


def _script_fonts(text: str, installed: set[str]) -> list[str]:
    """A font for each script of a text that the fonts of typst lack. Raises `PublishError` where there is none."""
    found = [family for family in FONTS[:2] if family in installed]
    for language, letters in (("ar", _ARABIC), ("zh", _HAN)):
        if letters.search(text):
            found.append(_script_font(language, installed))
    return found


def _script_font(language: str, installed: set[str]) -> str:
    held = [family for family in SCRIPT_FONTS[language] if family in installed]
    if not held:
        name, package = _MISSING[language]
        raise PublishError(
            "form-unwritten",
            text=f"No font for {name} is installed, so that the PDF would have empty boxes. Run: {FONTS_INSTALL} (on "
            f"Debian also: apt-get install {package}), or write DOCX or HTML.",
        )
    return held[0]


class _Writer:
    def __init__(self) -> None:
        self._figures = 0

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return f"#heading(level: {block.level})[#{_string(block.text)}]\n"
            case Paragraph():
                call = "plain" if block.number is None else f"numbered({block.number})"
                return f"#{call}[{_content(block.content)}]\n"
            case Listing():
                return "#list(" + "".join(f"[{_content(item)}], " for item in block.items) + ")\n"
            case Table():
                return self._table(block)
            case Figure():
                name = f"figure-{self._figures}.svg"
                self._figures += 1
                caption = _string(block.caption)
                return f'#figure(image("{name}", width: {FIGURE}, alt: {caption}), caption: [#{caption}])\n'

    def _table(self, table: Table) -> str:
        head = "".join(f"[#emph({_string(cell)})], " for cell in table.header)
        rows = "".join(f"[{_content(cell)}], " for row in table.rows for cell in row)
        widths = "".join(f"{share:.4f}fr, " for share in table.shares())
        return (
            f"#block(inset: (left: 1cm))[#table(columns: ({widths}), stroke: (x: none, y: 0.4pt), align: start, "
            f"table.header({head}), {rows})]\n"
        )


def _content(content: Content) -> str:
    return "".join(f"#footnote[{_content(each.spans)}]" if isinstance(each, Note) else _span(each) for each in content)


def _span(span: Span) -> str:
    if span.url:
        return f"#link({_string(span.url)})[#{_string(span.text)}]"
    call = _CALLS.get(span.mode)
    return f"#{call}[#{_string(span.text)}]" if call else f"#{_string(span.text)}"


def _string(text: str) -> str:
    """Text as a string literal of typst: nothing in it is markup."""
    line = " ".join(text.split()) if "\n" in text else text
    bare = "".join(letter for letter in line if letter >= " ")
    return '"' + bare.replace("\\", "\\\\").replace('"', '\\"') + '"'
