"""The directory of an OLE file (Microsoft Compound File Binary Format, MS-CFB): the names at its top, nothing more."""

from __future__ import annotations

from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY = 128
_NONE = 0xFFFFFFFF
_MAX_ENTRIES = 100_000


class BadOle(Exception):
    """The bytes do not make a compound file."""


@dataclass(frozen=True)
class _Entry:
    name: str
    left: int
    right: int
    child: int
    start: int


def top_names(data: bytes) -> set[str]:
    """The names of what lies at the top of a compound file. Raises `BadOle`.

    What lies deeper (a worksheet within a Word file) says nothing about the file.
    """
    return {entry.name for entry in _top(data)}


def is_encrypted_word(data: bytes) -> bool:
    """Whether the text of a Word 97 file is encrypted: the bit fEncrypted of its FIB (MS-DOC 2.5.2)."""
    size = _sector_size(data)
    for entry in _top(data):
        if entry.name == "WordDocument":
            start = (entry.start + 1) * size
            return bool(int.from_bytes(data[start + 10 : start + 12], "little") & 0x0100)
    return False


def _number(data: bytes, place: int) -> int:
    if place < 0 or place + 4 > len(data):
        raise BadOle
    return int.from_bytes(data[place : place + 4], "little")


def _sector_size(data: bytes) -> int:
    shift = int.from_bytes(data[30:32], "little")
    if len(data) < 512 or not data.startswith(MAGIC) or shift not in (9, 12):
        raise BadOle
    return 1 << shift


def _top(data: bytes) -> list[_Entry]:
    entries = _entries(data)
    found: list[_Entry] = []
    waiting, seen = [entries[0].child], {_NONE}
    while waiting:
        n = waiting.pop()
        if n in seen:
            continue
        seen.add(n)
        if n >= len(entries):
            raise BadOle
        found.append(entries[n])
        waiting += [entries[n].left, entries[n].right]
    return found


def _entries(data: bytes) -> list[_Entry]:
    size = _sector_size(data)
    table = _table_sectors(data, size)
    entries: list[_Entry] = []
    sector, seen = _number(data, 48), set[int]()
    while sector < 0xFFFFFFFA:
        place = (sector + 1) * size
        if sector in seen or place + size > len(data) or len(entries) > _MAX_ENTRIES:
            raise BadOle
        seen.add(sector)
        for at in range(place, place + size, _ENTRY):
            length = int.from_bytes(data[at + 64 : at + 66], "little")
            name = data[at : at + max(0, min(64, length) - 2)].decode("utf-16-le", "replace")
            left, right, child = (_number(data, at + offset) for offset in (68, 72, 76))
            entries.append(_Entry(name, left, right, child, _number(data, at + 116)))
        per = size // 4
        if sector // per >= len(table):
            raise BadOle
        sector = _number(data, (table[sector // per] + 1) * size + sector % per * 4)
    if not entries:
        raise BadOle
    return entries


def _table_sectors(data: bytes, size: int) -> list[int]:
    """The sectors that hold the allocation table: 109 are named in the header, more in a chain of sectors."""
    found = [_number(data, 76 + 4 * n) for n in range(109)]
    further, seen = _number(data, 68), set[int]()
    while further < 0xFFFFFFFA:
        if further in seen:
            raise BadOle
        seen.add(further)
        place = (further + 1) * size
        found += [_number(data, place + 4 * n) for n in range(size // 4 - 1)]
        further = _number(data, place + size - 4)
    return [sector for sector in found if sector < 0xFFFFFFFA]
