"""Publications as DOCX, through pandoc: real footnotes, headings and links.

The look is that of a reference document, from which pandoc takes styles, page and footer: A4, Times New Roman, the
masthead over a rule, numbered paragraphs with a hanging tab, page numbers as `3/12`, as in a note of the United
Nations. It is packed from the parts in `reference` when it is needed, so that the repository contains no binary file.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
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
"""The version of pandoc's JSON form of documents."""
SECONDS = 120
_EPOCH = "315532800"
"""The date of all parts that pandoc writes: 1 January 1980, the first that a ZIP archive can have."""
TABLE_WIDTH = 0.94
"""The share of the text's width of a table, which is indented."""
_PARTS = {
    "[Content_Types].xml": "content_types",
    "_rels/.rels": "package_rels",
    "word/document.xml": "document",
    "word/_rels/document.xml.rels": "document_rels",
    "word/styles.xml": "styles",
    "word/footer1.xml": "footer",
}
"""The parts of the reference document, and the names of their files."""
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_SECTION_END = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:sectPr><w:footerReference w:type="default" r:id="rId9"/><w:pgSz {0}/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:pPr></w:p>'
)
"""The end of pages of one orientation, with footer and margins of the reference document."""
_PORTRAIT, _LANDSCAPE = 'w:w="11906" w:h="16838"', 'w:w="16838" w:h="11906" w:orient="landscape"'
_PORTRAIT_END = {"t": "RawBlock", "c": ["openxml", _SECTION_END.format(_PORTRAIT)]}
_LANDSCAPE_END = {"t": "RawBlock", "c": ["openxml", _SECTION_END.format(_LANDSCAPE)]}
_PAGE_WIDTHS, _PANDOC_PAGE_WIDTH = (9_638, 14_570), 7_920
"""Text widths of portrait and landscape pages, and of the page that pandoc assumes, in twentieths of a point."""
_KEPT = "<w:trPr><w:cantSplit /></w:trPr>"
"""What a row that stays on one page begins with."""
_TAB = {"t": "RawInline", "c": ["openxml", "<w:r><w:tab/></w:r>"]}
_MODES = {"strong": "Strong", "emphasis": "Emph", "inserted": "Underline", "deleted": "Strikeout"}


def to_docx(publication: Publication) -> bytes:
    """The publication as a DOCX file, the same bytes for the same publication.

    Raises `PublishError` where pandoc is not installed, or fails.
    """
    written = _run_pandoc(_pandoc_document(publication), _reference_document(publication))
    return _finish(written, publication)


def _reference_document(publication: Publication) -> bytes:
    """The reference document for a publication, the same bytes every time. Arabic is not justified, since LibreOffice
    lets such lines overflow the margin where they contain Latin letters. The masthead takes the width of the first page."""
    folder, buffer = files("assistant") / "export" / "reference", io.BytesIO()
    width = _PAGE_WIDTHS[publication.spreads[0][0] if publication.spreads else False]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in _PARTS.items():
            head, *lines = (folder / f"{part}.xml").read_text(encoding="utf-8").splitlines()
            text = "".join(map(str.strip, lines))
            text = text.replace('<w:jc w:val="both"/>', "") if publication.language == "ar" else text
            text = text.replace(f'w:pos="{_PAGE_WIDTHS[0]}"', f'w:pos="{width}"')
            package.writestr(zipfile.ZipInfo(name, _FIXED_DATE), f"{head}\n{text}")
    return buffer.getvalue()


def _pandoc_document(publication: Publication) -> dict[str, Any]:
    """The publication in pandoc's JSON form."""
    meta = {"lang": {"t": "MetaString", "c": publication.language}}
    if publication.language == "ar":
        meta["dir"] = {"t": "MetaString", "c": "rtl"}
    blocks: list[Any] = []
    for n, (left, right) in enumerate(publication.head, 1):
        style = "Masthead First" if n == 1 else "Masthead Last" if n == len(publication.head) else "Masthead"
        blocks.append(_styled_paragraph(style, [*_pandoc_words(left), _TAB, *_pandoc_words(right)]))
    blocks.append(_styled_paragraph("Title", _pandoc_words(publication.title)))
    if publication.notice:
        blocks.append(_styled_paragraph("Notice", _pandoc_words(publication.notice)))
    # The title is on the first pages whatever their orientation; the last pages get theirs from the document itself.
    last = len(publication.spreads) - 1
    for n, (landscape, spread) in enumerate(publication.spreads):
        blocks += [_PORTRAIT_END] * (landscape and n > 0)
        blocks += [each for block in spread for each in _pandoc_blocks(block)]
        blocks += [_LANDSCAPE_END] * (landscape and n < last)
    return {"pandoc-api-version": API, "meta": meta, "blocks": blocks}


def _pandoc_blocks(block: Block) -> list[Any]:
    match block:
        case Heading():
            return [{"t": "Header", "c": [block.level, [block.anchor, [], []], _pandoc_words(block.text)]}]
        case Paragraph():
            if block.number is None:
                return [_styled_paragraph("Unnumbered Paragraph", _pandoc_inlines(block.content))]
            inlines = [*_pandoc_words(f"{block.number}."), _TAB, *_pandoc_inlines(block.content)]
            return [_styled_paragraph("Numbered Paragraph", inlines, f"p-{block.number}")]
        case Listing():
            return [{"t": "BulletList", "c": [[{"t": "Plain", "c": _pandoc_inlines(item)}] for item in block.items]}]
        case Table():
            return [_pandoc_table(block)]
        case Figure():
            caption = _styled_paragraph("Unnumbered Paragraph", [{"t": "Emph", "c": _pandoc_words(block.caption)}])
            return [caption, _pandoc_table(block.table, landscape=False)] if block.table else []


def _styled_paragraph(style: str, inlines: list[Any], anchor: str = "") -> dict[str, Any]:
    return {"t": "Div", "c": [[anchor, [], [["custom-style", style]]], [{"t": "Para", "c": inlines}]]}


def _pandoc_inlines(content: Content) -> list[Any]:
    inlines: list[Any] = []
    for each in content:
        if isinstance(each, Note):
            note_inlines = [inline for span in each.spans for inline in _pandoc_span(span)]
            inlines.append({"t": "Note", "c": [{"t": "Para", "c": note_inlines}]})
        else:
            inlines += _pandoc_span(each)
    return inlines


def _pandoc_span(span: Span) -> list[Any]:
    words = _pandoc_words(span.text)
    if span.url:
        return [{"t": "Link", "c": [["", [], []], words, [span.url, ""]]}]
    return [{"t": _MODES[span.mode], "c": words}] if span.mode in _MODES else words


def _pandoc_words(text: str) -> list[Any]:
    """Text in pandoc's form, without characters that XML can't represent."""
    printable = "".join(c for c in re.sub(r"[\r\n]", " ", text) if c >= " " or c == "\t")
    return [{"t": "Str", "c": printable}] if text else []


def _finish(docx: bytes, publication: Publication) -> bytes:
    """What pandoc leaves undone in a DOCX file: the orientation of the last pages, the widths of columns, since it
    assumes a narrower page and word processors use its numbers, short rows on one page, and in Arabic tables from right to left."""
    tables = [(wide, block.table if isinstance(block, Figure) else block) for wide, spread in publication.spreads
              for block in spread if isinstance(block, Table) or (isinstance(block, Figure) and block.table)]  # fmt: skip
    scales = iter([_PAGE_WIDTHS[wide] / _PANDOC_PAGE_WIDTH for wide, _ in tables])
    short_rows = iter([is_short for _, table in tables if table for is_short in table.short_rows])

    def scale_grid(table_grid: re.Match[str]) -> str:
        scale = next(scales, 1.0)
        return re.sub(r'w:w="(\d+)"', lambda width: f'w:w="{round(scale * int(width[1]))}"', table_grid[0])

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "word/document.xml":
                xml = re.sub(r"(?s)<w:tblGrid>.*?</w:tblGrid>", scale_grid, data.decode())
                xml = re.sub("<w:tr>(?=<w:tc>)", lambda row: row[0] + _KEPT * next(short_rows, False), xml)
                if publication.language == "ar":
                    xml = re.sub(r"(<w:tblStyle [^>]*>)", r"\1<w:bidiVisual />", xml)
                if publication.spreads and publication.spreads[-1][0]:
                    xml = re.sub(r"(?s)(.*<w:pgSz )[^/]*", rf"\g<1>{_LANDSCAPE} ", xml)
                data = xml.encode()
            target.writestr(zipfile.ZipInfo(part.filename, _FIXED_DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _pandoc_table(table: Table, *, landscape: bool | None = None) -> dict[str, Any]:
    attributes: list[Any] = ["", [], []]

    def row(cells: Iterable[list[Any]]) -> list[Any]:
        # Pandoc gives a paragraph without text no style: a space keeps the row as low as its text.
        paragraphs = (_styled_paragraph("Table Text", cell or _pandoc_words("\u00a0")) for cell in cells)
        return [attributes, [[attributes, {"t": "AlignDefault"}, 1, 1, [each]] for each in paragraphs]]

    head = [row(map(_pandoc_words, table.header))]
    body = [row(map(_pandoc_inlines, cells)) for cells in table.rows]
    widths = table.shares(TABLE_WIDTH, landscape=landscape)
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidth", "c": width}] for width in widths]
    content = [attributes, [None, []], columns, [attributes, head], [[attributes, 0, [], body]], [attributes, []]]
    return {"t": "Table", "c": content}


def pandoc_path() -> str | None:
    """The path of pandoc; None where it is not installed."""
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ModuleNotFoundError, OSError):
        return None


def check_pandoc() -> str:
    """The path of pandoc. Raises `PublishError` where it is not installed."""
    if path := pandoc_path():
        return path
    why = f"DOCX is written by pandoc, which is not installed. Run: {install_command('publish')}"
    raise PublishError("form-unwritten", text=why)


def _run_pandoc(document: Mapping[str, Any], reference: bytes) -> bytes:
    """Convert a document in pandoc's JSON form to a DOCX file in the style of a `reference`."""
    pandoc = check_pandoc()
    with tempfile.TemporaryDirectory(prefix="rapporteur-") as folder:
        home = Path(folder)
        (home / "reference.docx").write_bytes(reference)
        command = [pandoc, "--from=json", "--to=docx", "--output=made.docx", "--sandbox=false",
                   "--reference-doc=reference.docx"]  # fmt: skip
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "SOURCE_DATE_EPOCH": _EPOCH,
                       "LANG": "C.UTF-8"}  # fmt: skip
        try:
            result = subprocess.run(  # noqa: S603  (the packaged program, on text that it reads as data)
                command, cwd=home, env=environment, input=json.dumps(document).encode(), capture_output=True,
                timeout=SECONDS, check=False,
            )  # fmt: skip
            result.check_returncode()
        except (OSError, subprocess.SubprocessError) as error:
            told = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip()[-500:]
            again = f"{told} Install it again: {install_command('publish')}"
            remedy = again if told else f"{error}. Try Markdown or HTML."
            raise PublishError("form-unwritten", text=f"pandoc could not write the DOCX file: {remedy}") from None
        return (home / "made.docx").read_bytes()
