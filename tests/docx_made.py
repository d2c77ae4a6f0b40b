"""Small Word files for tests, made of raw XML so that each element is as the test needs it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from ingest.readers.docx import read_docx
from ingest.readers.lines import Line, ParsedFile

_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(
    body: str,
    *,
    parts: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    main: str = MAIN,
    relations: str = "",
    section: str = "<w:sectPr/>",
) -> bytes:
    """A Word file: `parts` are other parts by kind (`styles`, `footnotes`, `header1`), each the inside of its root."""
    parts = parts or {}
    links = "".join(
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind.rstrip("0123456789")}" Target="{kind}.xml"/>'
        for kind in parts
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    package = "http://schemas.openxmlformats.org/package/2006"
    made: dict[str, bytes] = {
        "[Content_Types].xml": (
            f'{head}<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'{head}<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="m" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ).encode(),
        "word/_rels/document.xml.rels": (
            f'{head}<Relationships xmlns="{package}/relationships">{links}{relations}</Relationships>'
        ).encode(),
        "word/document.xml": f"{head}<w:document {_SPACES}><w:body>{body}{section}</w:body></w:document>".encode(),
    }
    for kind, inside in parts.items():
        root = "hdr" if kind.startswith("header") else kind
        made[f"word/{kind}.xml"] = f"{head}<w:{root} {_SPACES}>{inside}</w:{root}>".encode()
    return packed(made | dict(files or {}))


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def r(text: str = "", properties: str = "", inside: str = "") -> str:
    """A run."""
    words = f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""
    return f"<w:r><w:rPr>{properties}</w:rPr>{words}{inside}</w:r>"


def p(text: str = "", properties: str = "", *, runs: str = "", style: str = "") -> str:
    """A paragraph: of one run with a text, or of ready-made `runs`."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{properties}</w:pPr>{r(text) if text else ''}{runs}</w:p>"


def tc(inside: str, properties: str = "") -> str:
    """A cell; plain text becomes a paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside if inside.startswith('<') else p(inside)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A row."""
    made = "".join(cell if cell.startswith("<w:tc>") else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def tbl(*rows: str) -> str:
    """A table."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def numbered(list_: int, depth: int = 0) -> str:
    """The properties of a paragraph of a list."""
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_}"/></w:numPr>'


def level(depth: int, style: str, text: str, more: str = "", start: int = 1) -> str:
    """A level of a list's definition."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def box(inside: str) -> str:
    """A drawing with a text box, in its present and in its former form, as Word writes both."""
    return (
        '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>'
        f"{inside}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        f"<w:txbxContent>{inside}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )


def field(code: str, result: str) -> str:
    """A field whose result is made of runs."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{code}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def source(body: str, **more: object) -> ParsedFile:
    """What the reader makes of a file with this body."""
    return read_docx(word(body, **more), "made.docx")  # type: ignore[arg-type]


def lines(body: str, **more: object) -> list[Line]:
    """The lines of a body that hold something."""
    return [line for line in source(body, **more).lines if not line.blank]


def texts(body: str, **more: object) -> list[str]:
    """The texts of a body's lines."""
    return [line.text for line in lines(body, **more)]


RAISED = '<w:vertAlign w:val="superscript"/>'
BOLD = "<w:b/>"


def note(key: int, *inside: str, kind: str = "footnote") -> str:
    """A footnote as Word writes it: its mark, a tab, its paragraphs."""
    first, *others = inside
    mark = f"<w:r><w:rPr>{RAISED}</w:rPr><w:{kind}Ref/></w:r><w:r><w:tab/></w:r>"
    return f'<w:{kind} w:id="{key}">{p(runs=mark + r(first))}{"".join(p(text) for text in others)}</w:{kind}>'


def ref(key: int, kind: str = "footnote", more: str = "", after: str = "") -> str:
    """A run that refers to a footnote; `after` is what follows within the run, such as a mark of one's own."""
    return f'<w:r><w:rPr>{RAISED}</w:rPr><w:{kind}Reference w:id="{key}" {more}/>{after}</w:r>'
