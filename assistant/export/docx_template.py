"""The look of DOCX files: the reference document whose styles, page and footer pandoc takes over.

It is made from the style definitions below when it is needed, so that no binary file is kept: A4, Times New Roman, the
masthead over a rule, numbered paragraphs with a hanging tab, page numbers as `3/12`, as in a note of the United Nations.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FIXED = (1980, 1, 1, 0, 0, 0)
_FONT = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="SimSun"/>'
_TEXT_WIDTH = 9638
"""Width of the text in twentieths of a point: A4 less two margins of 2 cm."""


def _style(name: str, *, based: str = "Normal", paragraph: str = "", run: str = "", custom: bool = False) -> str:
    marked = ' w:customStyle="1"' if custom else ""
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default}{marked} w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>{base}'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{points * 2:.0f}"/><w:szCs w:val="{points * 2:.0f}"/>'


def _spacing(before: int = 0, after: int = 120, line: int = 252) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


_BOLD = "<w:b/><w:bCs/>"
_TAB = f'<w:tabs><w:tab w:val="right" w:pos="{_TEXT_WIDTH}"/></w:tabs>'
_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="{size}" w:space="4" w:color="000000"/></w:pBdr>'
_STYLES = "".join(
    [
        _style("Normal", based="", paragraph="<w:widowControl/>" + _spacing(), run=_FONT + _size(10.5)),
        _style("Body Text", paragraph=_spacing()),
        _style("First Paragraph", based="BodyText", custom=True),
        _style("Compact", based="BodyText", paragraph=_spacing(after=40), custom=True),
        _style("Title", paragraph="<w:keepNext/>" + _spacing(before=320, after=160), run=_BOLD + _size(16)),
        _style("Masthead", paragraph="<w:keepNext/>" + _TAB + _spacing(after=20), run=_size(10), custom=True),
        _style("Masthead First", based="Masthead", paragraph=_RULE.format(size=4) + _TAB + _spacing(after=80),
               run=_BOLD + _size(13), custom=True),
        _style("Masthead Last", based="Masthead", paragraph=_RULE.format(size=18) + _TAB + _spacing(after=120), custom=True),
        _style("Notice", paragraph=_spacing(after=200), run="<w:i/><w:iCs/>" + _size(9.5), custom=True),
        _style("heading 1", paragraph="<w:keepNext/><w:keepLines/>" + _spacing(before=320, after=120)
               + '<w:outlineLvl w:val="0"/>', run=_BOLD + _size(13)).replace('styleId="heading1"', 'styleId="Heading1"'),
        _style("heading 2", paragraph="<w:keepNext/><w:keepLines/>" + _spacing(before=200, after=100)
               + '<w:ind w:left="567"/><w:outlineLvl w:val="1"/>', run=_BOLD + _size(10.5)).replace(
                   'styleId="heading2"', 'styleId="Heading2"'),
        _style("heading 3", paragraph="<w:keepNext/><w:keepLines/>" + _spacing(before=160, after=80)
               + '<w:ind w:left="567"/><w:outlineLvl w:val="2"/>', run="<w:i/><w:iCs/>" + _size(10.5)).replace(
                   'styleId="heading3"', 'styleId="Heading3"'),
        _style("Numbered Paragraph", paragraph='<w:tabs><w:tab w:val="left" w:pos="1134"/></w:tabs>' + _spacing(after=140)
               + '<w:ind w:left="567"/><w:jc w:val="both"/>', custom=True),
        _style("Unnumbered Paragraph", paragraph=_spacing(after=140) + '<w:ind w:left="567"/><w:jc w:val="both"/>',
               custom=True),
        _style("footnote text", paragraph=_spacing(after=40, line=228), run=_size(8.5)).replace(
            'styleId="footnotetext"', 'styleId="FootnoteText"'),
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>',
        '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/></w:style>',
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/><w:tblPr><w:tblInd w:w="567" w:type="dxa"/>'
        '<w:tblBorders><w:top w:val="single" w:sz="8" w:color="000000"/><w:bottom w:val="single" w:sz="8" w:color="000000"/>'
        '<w:insideH w:val="single" w:sz="2" w:color="999999"/></w:tblBorders>'
        '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:i/><w:iCs/></w:rPr><w:tcPr><w:tcBorders>'
        '<w:bottom w:val="single" w:sz="8" w:color="000000"/></w:tcBorders></w:tcPr></w:tblStylePr></w:style>',
    ]
)  # fmt: skip
_PAGE_FIELD = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'


def reference_document(language: str = "en") -> bytes:
    """The reference document for a language, the same bytes every time. Arabic is not justified: LibreOffice lets such
    lines run over the margin where they hold Latin letters."""
    styles = _STYLES.replace('<w:jc w:val="both"/>', "") if language == "ar" else _STYLES
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    footer = (
        f'<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="right"/></w:pPr>{_PAGE_FIELD.format(name="PAGE")}'
        f"<w:r><w:t>/</w:t></w:r>{_PAGE_FIELD.format(name='NUMPAGES')}</w:p></w:ftr>"
    )
    section = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId9"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    parts: Mapping[str, str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/word/footer1.xml" ContentType="{_TYPES}.footer+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body><w:p/>{section}</w:body></w:document>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId9" Type="{_R}/footer" Target="footer1.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{_FONT}</w:rPr></w:rPrDefault>'
        f"</w:docDefaults>{styles}</w:styles>",
        "word/footer1.xml": footer,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, _FIXED), head + text)
    return buffer.getvalue()
