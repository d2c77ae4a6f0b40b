"""Decodes a web page by its byte order mark, else its declaration, else as UTF-8. The encoding is never guessed."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

from ingest.readers.lines import ReadError

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META = re.compile(rb"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w:.+-]{1,40})", re.IGNORECASE)
_PROLOG = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w:.+-]{1,40})[\"']", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

# Label to Python codec, after https://encoding.spec.whatwg.org/#names-and-labels: what pages call Latin-1 is
# windows-1252, what they call GB 2312 is a part of GB 18030, and UTF-16 that can be read as ASCII is UTF-8.
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "utf-16", "utf-16le", "utf-16be", "unicode"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "l1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80", "chinese"), "gb18030"),
    **{f"{prefix}125{n}": f"cp125{n}" for n in range(9) for prefix in ("windows-", "x-cp", "cp")},
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    "iso-8859-9": "cp1254",
    "windows-874": "cp874",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "ibm866": "cp866",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc-jp",
    "iso-2022-jp": "iso2022-jp",
    "euc-kr": "cp949",
}
_SEVERAL_BYTES = ("gb18030", "big5hkscs", "cp932", "euc-jp", "iso2022-jp", "cp949")


def unicode_form(data: bytes) -> tuple[str, int]:
    """The Unicode encoding that the first bytes show, empty for none, and the length of the byte order mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    start = data[:64].lstrip(b" \t\r\n\x00")
    if start[:1] == b"<" and data[:64].count(b"\x00") >= len(data[:64]) // 3:
        return ("utf-16-be" if data.startswith(b"\x00") else "utf-16-le"), 0
    return "", 0


def decode_html(data: bytes, name: str) -> tuple[str, list[str]]:
    """The characters of a page in composed form, without control characters; and warnings about their encoding. Raises
    `ReadError` where a byte does not fit the encoding: a replaced letter would be a false quotation."""
    encoding, skipped = unicode_form(data)
    declared = encoding or _declared(data, name) or "utf-8"
    warnings = []
    encoding = declared
    if declared not in ("utf-8", "utf-16-le", "utf-16-be", *_SEVERAL_BYTES) and not data.isascii():
        with suppress(UnicodeDecodeError):
            data.decode("utf-8")
            # Text in a single-byte encoding is practically never valid UTF-8, so that the declaration is wrong.
            encoding = "utf-8"
            warnings.append(f"The page says that it is {declared.upper()}, but it is UTF-8 and was read as such.")
    try:
        text = data[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name} should be {encoding.upper()} text, as it declares or by default, but is not (byte "
            f"{error.start + skipped} does not fit). Open it in a browser and save it again, or convert it, for "
            "example with: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None
    unseen = len(_UNSEEN.findall(text))
    if unseen > 0.05 * len(text):
        raise ReadError(f"{name} contains binary data, not a web page.")
    if broken := text.count("\ufffd"):
        warnings.append(f"{broken} characters were lost before the page was saved; they show as \ufffd.")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)), warnings


def _declared(data: bytes, name: str) -> str:
    head = re.sub(rb"<!--.*?(?:-->|\Z)", b"", data[:16_384], flags=re.DOTALL)
    found = _META.search(head) or _PROLOG.match(head)
    if not found:
        return ""
    label = found.group(1).decode("ascii").lower()
    if label not in _CODECS:
        raise ReadError(f"{name} declares the unknown encoding {label!r}. Open it in a browser and save it as UTF-8.")
    return _CODECS[label]
