"""The package of a Word file: a zip file of XML parts, opened so that a hostile one can do no harm.

Only the parts with text are read. The sizes in the zip directory are checked first, the unpacked bytes are counted
while reading. XML is parsed without entities, without a network and within libxml2's own limits. Source: ECMA-376 part
2 (Open Packaging Conventions).
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from typing import Any

from lxml import etree

from ingest.readers.docx.wordprocessing import RELATION, STRICT, Element, W
from ingest.readers.lines import ReadError

MAX_ENTRIES = 10_000
MAX_TOTAL = 300_000_000
MAX_PART = 100_000_000
MAX_RATIO = 200
RATIO_FROM = 50_000_000

_ENTRY = b"PK\x01\x02"
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00D\x00O\x00C|\x00<\x00!\x00D\x00O\x00C", re.IGNORECASE)
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error)
_DAMAGE = (*_BROKEN, EOFError, OSError, ValueError, LookupError, OverflowError, RuntimeError)


class Package:
    """An open Word file. Parts are identified by their name in the zip file, such as `word/document.xml`."""

    def __init__(self, data: bytes, name: str) -> None:
        """Opens the file. Raises `ReadError` for one that is no Word file, protected, damaged or too large."""
        self.name = name
        self._left = MAX_TOTAL
        # The directory is kept in memory completely: its entries are counted before it is opened.
        if data.count(_ENTRY) > 5 * MAX_ENTRIES:
            raise ReadError(f"{name} is not read: it has more than {5 * MAX_ENTRIES:,} parts, which no document has.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _DAMAGE:
            raise self._damaged("the list of its parts cannot be read") from None
        self._check_size(entries, len(data))
        self._names = {entry.filename.replace("\\", "/").lstrip("/").casefold(): entry for entry in entries}
        mains = (target for target, kind in self.relations("").values() if kind == "officeDocument")
        self.main = next(mains, "word/document.xml")

    def has(self, part: str) -> bool:
        """Whether the file has a part of this name."""
        return part.casefold() in self._names

    def document(self) -> Element:
        """The `w:document` element."""
        root = self.xml(self.main) if self.has(self.main) else None
        if root is None or root.tag != f"{W}document":
            raise ReadError(
                f"{self.name} is a zip file but not a Word file: it has no {self.main}. Unpack it and add the "
                "files that are in it, or save the document again as .docx."
            )
        return root

    def related(self, part: str, kind: str) -> Element | None:
        """The root of the first part to which `part` has a relationship of a kind (`styles`, `footnotes`)."""
        targets = (target for target, ends in self.relations(part).values() if ends == kind and self.has(target))
        return next(map(self.xml, targets), None)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The relationships of a part inside the file: id -> (part, kind). External targets are left out."""
        folder, base = posixpath.split(part)
        where = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, tuple[str, str]] = {}
        if not self.has(where):
            return found
        for relation in self.xml(where).iter(_RELATIONS):
            if relation.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")).lstrip("/")
            found[relation.get("Id") or ""] = (target, (relation.get("Type") or "").rpartition("/")[2])
        return found

    def xml(self, part: str) -> Element:
        """A part's root element. Raises `ReadError` where it is not well-formed or declares a document type."""
        data, typed = self._bytes(part), f"{part} declares a document type, which Word files never do"
        if _DOCTYPE.search(data):
            raise self._damaged(typed)
        data = STRICT.sub(lambda match: RELATION[match.group(0)], data)
        # By default lxml loads no DTD and no tree beyond libxml2's limits.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        try:
            root: Any = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise self._damaged(f"{part} is not well-formed, or too deep or too large ({str(error)[:160]})") from None
        if root is None or root.getroottree().docinfo.internalDTD is not None:
            raise self._damaged(typed)
        return root

    def _bytes(self, part: str) -> bytes:
        most = min(MAX_PART, self._left)
        try:
            with self._zip.open(self._names[part.casefold()]) as stream:
                data = stream.read(most + 1)
        except _DAMAGE as error:
            if isinstance(error, RuntimeError) and "password" in str(error):
                raise ReadError(f"{self.name} is protected by a password. Save it without one.") from None
            raise self._damaged(f"{part} cannot be unpacked") from None
        if len(data) > most:
            raise self._too_large(f"its part {part} alone unpacks to more than {most / 1e6:.0f} MB")
        self._left -= len(data)
        return data

    def _check_size(self, entries: list[zipfile.ZipInfo], size: int) -> None:
        total = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES:
            raise self._too_large(f"it has {len(entries):,} parts; up to {MAX_ENTRIES:,} are read")
        if total > MAX_TOTAL:
            raise self._too_large(f"it unpacks to {total / 1e6:,.0f} MB; up to {MAX_TOTAL / 1e6:.0f} MB are read")
        if total > RATIO_FROM and total > MAX_RATIO * size:
            raise self._too_large(f"it unpacks to {total / size:,.0f} times its size, which no real document does")

    def _damaged(self, what: str) -> ReadError:
        return ReadError(f"{self.name} is damaged: {what}. Open it in Word, save it again as .docx and add that file.")

    def _too_large(self, what: str) -> ReadError:
        return ReadError(f"{self.name} is not read: {what}. If it is a real document, split it or save it again.")
