"""Ways in which reading a file can go wrong, told by the file's first word; other files are read as usual.

Looked up by the worker processes of the tests, never by the program.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.meetings import Meeting
from ingest.document_reading import Input, read_document
from ingest.readers import ReadError

Read = tuple[Document, Meeting | None]


def read(source: Input, catalogue: Catalogue) -> Read:
    """Does what the first word says; `LOG path` notes the process and reads the rest, `WAIT path` reads it when there is such a file."""
    word, _, rest = source.data.decode().partition("\n")[0].partition(" ")
    match word:
        case "HANG":
            note(rest, os.getpid())
            while True:
                time.sleep(0.05)
        case "SPIN":
            while True:
                pass
        case "EAT":
            held = [bytearray(50_000_000) for _ in range(1_000)]
            raise ReadError(f"{len(held)} blocks were to be had")
        case "CRASH":
            ctypes.string_at(0)
        case "LEAVE":
            os._exit(3)
        case "FAIL":
            raise KeyError("a fault of the reader")
        case "GARBAGE" | "ENDLESS" | "HALF":
            shout(word)
        case "VAST":
            return Document(None, "en", "upload", "T", "x" * 70_000_000, (), slug="t"), None
        case "CONVERT":
            child = subprocess.Popen(["/bin/sleep", "1000"])
            note(rest, child.pid)
            child.wait()
        case "RAISE":
            raise ReadError(raised_limit())
        case "LOG":
            note(rest, os.getpid())
        case "WAIT":
            while not Path(rest).exists():
                time.sleep(0.02)
            source = replace(source, data=source.data.partition(b"\n")[2])
    return read_document(source, catalogue)


def as_named(source: Input, catalogue: Catalogue) -> Read:
    """A document whose format is the ending of the file's name, scanned where that is `ocr`, reissued as often as
    there are `-star` in it."""
    document, meeting = read_document(source, catalogue)
    ending = Path(source.name).suffix.removeprefix(".")
    form, ocr = ("pdf", True) if ending == "ocr" else (ending, False)
    return replace(document, format=form, ocr=ocr, reissue=source.name.count("-star")), meeting


def shout(word: str) -> None:
    """Writes what is no answer into whatever pipe there is but the standard ones, and waits."""
    said = {
        "GARBAGE": (12).to_bytes(8, "big") + b"no json here",
        "ENDLESS": (2**50).to_bytes(8, "big") + b"{",
        "HALF": (100).to_bytes(8, "big") + b"{",
    }[word]
    for number in range(3, 20):
        try:
            os.write(number, said)
        except OSError:
            continue
    if word == "HALF":
        os._exit(0)
    time.sleep(1_000)


def raised_limit() -> str:
    """What a program says that is started from here and raises its limit of memory."""
    code = (
        "import resource as r; soft, hard = r.getrlimit(r.RLIMIT_AS); r.setrlimit(r.RLIMIT_AS, (hard, hard));"
        "print('from', soft, 'to', r.getrlimit(r.RLIMIT_AS)[0] == hard)"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def note(path: str, number: int) -> None:
    """Adds a line to a file, where one is named."""
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{number}\n")
