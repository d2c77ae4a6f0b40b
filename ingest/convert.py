"""Converts RTF, .doc and .odt files to .docx by LibreOffice, where it is installed, with a temporary profile."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from ingest.external_programs import find_program, read_output, run_program
from ingest.readers.lines import ReadError

SECONDS = 100.0  # how long a conversion may take: less than a worker's two minutes, so that the message below is used

Convertible = Literal["rtf", "doc", "odt"]

_KINDS = {
    "rtf": ("an RTF file", "Rich Text Format"),
    "doc": ("an old Word file", "MS Word 97"),
    "odt": ("an OpenDocument text", "writer8"),
}
_PROGRAMS = ("soffice", "libreoffice")
_INSTALL = (
    "{name} is {what}; reading it needs LibreOffice: install it (package libreoffice-writer) or save the file as DOCX."
)

# No macros, no updates of links, a proxy that does not exist. A new profile runs no macros of documents anyway (LibreOffice
# asks first, and without a screen the answer is no).
_SETTINGS = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
_ITEM = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_PROFILE = "\n".join(
    (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">',
        *(_ITEM.format(*each) for each in _SETTINGS),
        "</oor:items>",
    )
)


def to_docx(
    data: bytes, name: str, kind: Convertible, *, program: str | None = None, seconds: float = SECONDS
) -> bytes:
    """The bytes of a .docx file with the same text. `program` is the LibreOffice to run (by default from the search
    path). The file's own name is not passed to LibreOffice. Raises `ReadError` where LibreOffice is missing, takes
    longer than `seconds`, or can't convert the file."""
    what, filter_name = _KINDS[kind]
    path = find_program(program) if program else find_program(*_PROGRAMS)
    if path is None:
        raise ReadError(_INSTALL.format(name=name, what=what))
    with tempfile.TemporaryDirectory(prefix="rapporteur-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE, encoding="utf-8")
        source = folder / f"source.{kind}"
        source.write_bytes(data)
        command = [
            path,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--nolockcheck",
            f"--infilter={filter_name}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        finished = run_program(command, folder, seconds)
        converted = read_output(folder / "out" / "source.docx")
    if finished.status is None:
        raise ReadError(
            f"{name} is {what}; LibreOffice did not finish it within {seconds:.0f} s and was stopped. Open it "
            "there, save it as DOCX, and add that."
        )
    if converted is None or finished.status != 0:
        raise ReadError(
            f"{name} is {what}, which LibreOffice could not convert to DOCX (exit status {finished.status}): it "
            "may be damaged or password-protected. Open it, save it as DOCX, and add that."
        )
    return converted
