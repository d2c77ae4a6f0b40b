"""pandoc, run as a program of its own on a document that it reads as data."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.export.publication import PublishError
from corpus.extras import install

INSTALL = install("publish")
API = [1, 23, 1]
"""The version of pandoc's JSON form in which documents are given."""
SECONDS = 120
_EPOCH = "315532800"
"""The date that pandoc gives to all parts: 1 January 1980, the first that a ZIP archive knows."""


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
        raise PublishError("form-unwritten", text=f"DOCX is written by pandoc, which is not installed. Run: {INSTALL}")
    return path


def write_docx(
    document: Mapping[str, Any], options: Sequence[str] = (), files: Mapping[str, bytes] | None = None
) -> bytes:
    """A document in pandoc's JSON form as a DOCX file, the same bytes for the same document. `files` lie beside it while
    pandoc runs. Raises `PublishError` where pandoc is not installed, or fails."""
    pandoc = check_pandoc()
    with tempfile.TemporaryDirectory(prefix="rapporteur-") as folder:
        home = Path(folder)
        for name, data in (files or {}).items():
            (home / name).write_bytes(data)
        command = [pandoc, "--from=json", "--to=docx", *options, "--output=made.docx"]
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
            told = f"{said} Install it again: {INSTALL}" if said else f"{error}. Try Markdown or HTML."
            raise PublishError("form-unwritten", text=f"pandoc could not write the DOCX file: {told}") from None
        return (home / "made.docx").read_bytes()
