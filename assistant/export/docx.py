"""Publications as DOCX, through pandoc: real footnotes, headings and links.

The look is that of a reference document, whose styles, page and footer pandoc takes over: A4, Times New Roman, the masthead over a
rule, numbered paragraphs with a hanging tab, page numbers as `3/12`, as in a note of the United Nations. It is packed from the
parts in `reference` when it is needed, so that no binary file is kept.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

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
from corpus.extras import install_command

API = [1, 23, 1]
"""The version of pandoc's JSON form in which documents are given."""
SECONDS = 120
_EPOCH = "315532800"
"""The date that pandoc gives to all parts: 1 January 1980, the first that a ZIP archive knows."""
TABLE_WIDTH = 0.94
"""How much of the text's width a table takes, as it is indented."""
_PARTS = {
    "[Content_Types].xml": "content_types",
    "_rels/.rels": "package_rels",
    "word/document.xml": "document",
    "word/_rels/document.xml.rels": "document_rels",
    "word/styles.xml": "styles",
    "word/footer1.xml": "footer",
}
"""The parts of the reference document, and what their files are called."""
_FIXED = (1980, 1, 1, 0, 0, 0)
_SECTION = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:sectPr><w:footerReference w:type="default" r:id="rId9"/><w:pgSz {0}/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:pPr></w:p>'
)
"""The end of pages of one orientation, with footer and margins of the reference document."""
_STANDS, _LIES = 'w:w="11906" w:h="16838"', 'w:w="16838" w:h="11906" w:orient="landscape"'
_TURN = {"t": "RawBlock", "c": ["openxml", _SECTION.format(_STANDS)]}
_TURNED = {"t": "RawBlock", "c": ["openxml", _SECTION.format(_LIES)]}
_ROOM, _PANDOC_ROOM = (9_638, 14_570), 7_920
"""The width of the text of pages that stand and that lie, and of what pandoc takes for a page, in twentieths of a point."""
_TAB = {"t": "RawInline", "c": ["openxml", "<w:r><w:tab/></w:r>"]}
_MODES = {"strong": "Strong", "emphasis": "Emph", "inserted": "Underline", "deleted": "Strikeout"}


def to_docx(publication: Publication) -> bytes:
    """The publication as a DOCX file, the same bytes for the same publication.

    Raises `PublishError` where pandoc is not installed, or fails.
    """
    return _with_widths(_written(_document(publication), _reference_document(publication.language)), publication)


def _reference_document(language: str) -> bytes:
    """The reference document for a language, the same bytes every time. Arabic is not justified: LibreOffice lets such
    lines run over the margin where they hold Latin letters."""
    folder, buffer = files("assistant") / "export" / "reference", io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in _PARTS.items():
            head, *lines = (folder / f"{part}.xml").read_text(encoding="utf-8").splitlines()
            text = "".join(map(str.strip, lines))
            text = text.replace('<w:jc w:val="both"/>', "") if language == "ar" else text
            package.writestr(zipfile.ZipInfo(name, _FIXED), f"{head}\n{text}")
    return buffer.getvalue()


def _document(publication: Publication) -> dict[str, Any]:
    """The publication in the form in which pandoc takes documents."""
    meta = {"lang": {"t": "MetaString", "c": publication.language}}
    if publication.language == "ar":
        meta["dir"] = {"t": "MetaString", "c": "rtl"}
    blocks: list[Any] = []
    for n, (left, right) in enumerate(publication.head, 1):
        style = "Masthead First" if n == 1 else "Masthead Last" if n == len(publication.head) else "Masthead"
        blocks.append(_styled(style, [*_words(left), _TAB, *_words(right)]))
    blocks.append(_styled("Title", _words(publication.title)))
    if publication.notice:
        blocks.append(_styled("Notice", _words(publication.notice)))
    # The title stands on the first pages, and the last are those of the document, whether they lie or not.
    last = len(publication.spreads) - 1
    for n, (wide, spread) in enumerate(publication.spreads):
        made = [each for block in spread for each in _blocks(block)]
        blocks += [*[_TURN] * (wide and n > 0), *made, *[_TURNED] * (wide and n < last)]
    return {"pandoc-api-version": API, "meta": meta, "blocks": blocks}


def _blocks(block: Block) -> list[Any]:
    match block:
        case Heading():
            return [{"t": "Header", "c": [block.level, [block.anchor, [], []], _words(block.text)]}]
        case Paragraph():
            if block.number is None:
                return [_styled("Unnumbered Paragraph", _inlines(block.content))]
            inlines = [*_words(f"{block.number}."), _TAB, *_inlines(block.content)]
            return [_styled("Numbered Paragraph", inlines, f"p-{block.number}")]
        case Listing():
            return [{"t": "BulletList", "c": [[{"t": "Plain", "c": _inlines(item)}] for item in block.items]}]
        case Table():
            return [_table(block)]
        case Figure():
            caption = _styled("Unnumbered Paragraph", [{"t": "Emph", "c": _words(block.caption)}])
            return [caption, _table(block.table, lying=False)] if block.table else []


def _styled(style: str, inlines: list[Any], anchor: str = "") -> dict[str, Any]:
    return {"t": "Div", "c": [[anchor, [], [["custom-style", style]]], [{"t": "Para", "c": inlines}]]}


def _inlines(content: Content) -> list[Any]:
    made: list[Any] = []
    for each in content:
        if isinstance(each, Note):
            said = [inline for span in each.spans for inline in _span(span)]
            made.append({"t": "Note", "c": [{"t": "Para", "c": said}]})
        else:
            made += _span(each)
    return made


def _span(span: Span) -> list[Any]:
    words = _words(span.text)
    if span.url:
        return [{"t": "Link", "c": [["", [], []], words, [span.url, ""]]}]
    return [{"t": _MODES[span.mode], "c": words}] if span.mode in _MODES else words


def _words(text: str) -> list[Any]:
    """Text as pandoc has it; characters that XML can't hold are left out."""
    said = "".join(c for c in re.sub(r"[\r\n]", " ", text) if c >= " " or c == "\t")
    return [{"t": "Str", "c": said}] if text else []


def _with_widths(made: bytes, publication: Publication) -> bytes:
    """A DOCX file, its last pages lying where they are to, and the columns of its tables as wide as their pages let them be: pandoc counts
    with a narrower page, and programs go by its count, whatever share of the page a table is to take."""
    lying = (wide for wide, spread in publication.spreads for block in spread
             if isinstance(block, Table) or (isinstance(block, Figure) and block.table))  # fmt: skip
    rooms = iter([_ROOM[each] / _PANDOC_ROOM for each in lying])

    def grid(found: re.Match[str]) -> str:
        room = next(rooms, 1.0)
        return re.sub(r'w:w="(\d+)"', lambda width: f'w:w="{round(room * int(width[1]))}"', found[0])

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "word/document.xml":
                xml = re.sub(r"(?s)<w:tblGrid>.*?</w:tblGrid>", grid, data.decode())
                if publication.spreads and publication.spreads[-1][0]:
                    xml = re.sub(r"(?s)(.*<w:pgSz )[^/]*", rf"\g<1>{_LIES} ", xml)
                data = xml.encode()
            new.writestr(zipfile.ZipInfo(part.filename, _FIXED), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _table(table: Table, *, lying: bool | None = None) -> dict[str, Any]:
    bare: list[Any] = ["", [], []]

    def row(cells: list[list[Any]]) -> list[Any]:
        return [bare, [[bare, {"t": "AlignDefault"}, 1, 1, [_styled("Table Text", cell)]] for cell in cells]]

    head = [row([_words(cell) for cell in table.header])]
    body = [row([_inlines(cell) for cell in cells]) for cells in table.rows]
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidth", "c": width}] for width in table.shares(TABLE_WIDTH, lying=lying)]
    return {"t": "Table", "c": [bare, [None, []], columns, [bare, head], [[bare, 0, [], body]], [bare, []]]}


def pandoc_path() -> str | None:
    """Where pandoc is; None where it is not installed."""
    try:
        import pypandoc

        path: str = pypandoc.get_pandoc_path()
    except (ModuleNotFoundError, OSError):
        return None
    return path


def check_pandoc() -> str:
    """Where pandoc is. Raises `PublishError` where it is not installed."""
    path = pandoc_path()
    if path is None:
        raise PublishError(
            "form-unwritten",
            text=f"DOCX is written by pandoc, which is not installed. Run: {install_command('publish')}",
        )
    return path


def _written(document: Mapping[str, Any], reference: bytes) -> bytes:
    """A document in pandoc's JSON form as a DOCX file in the look of a `reference`."""
    pandoc = check_pandoc()
    with tempfile.TemporaryDirectory(prefix="rapporteur-") as folder:
        home = Path(folder)
        (home / "reference.docx").write_bytes(reference)
        command = [pandoc, "--from=json", "--to=docx", "--output=made.docx", "--sandbox=false",
                   "--reference-doc=reference.docx"]  # fmt: skip
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "SOURCE_DATE_EPOCH": _EPOCH,
                       "LANG": "C.UTF-8"}  # fmt: skip
        try:
            ended = subprocess.run(  # noqa: S603  (the packaged program, on text that it reads as data)
                command, cwd=home, env=environment, input=json.dumps(document).encode(), capture_output=True,
                timeout=SECONDS, check=False,
            )  # fmt: skip
            ended.check_returncode()
        except (OSError, subprocess.SubprocessError) as error:
            said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip()[-500:]
            told = (
                f"{said} Install it again: {install_command('publish')}" if said else f"{error}. Try Markdown or HTML."
            )
            raise PublishError("form-unwritten", text=f"pandoc could not write the DOCX file: {told}") from None
        return (home / "made.docx").read_bytes()
