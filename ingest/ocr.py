"""Recognises the text of scanned PDF files by OCRmyPDF and Tesseract, where installed and requested."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingest.external_programs import ProgramResult, find_program, read_output, run_program
from ingest.readers.lines import ReadError

SECONDS = 1000.0  # how long the recognition of one file may take: less than a worker's time limit

CODES = {"en": "eng", "fr": "fra", "es": "spa", "ru": "rus", "ar": "ara", "zh": "chi_sim"}
"""ISO 639-1 codes to the names of Tesseract's language data."""

_PAGE_SECONDS = 120
_MAX_MEGAPIXELS = 250
_ENDS = {
    2: "it is no valid PDF",
    8: "it is password-protected",
}  # https://ocrmypdf.readthedocs.io/en/latest/advanced.html#return-code-policy


def add_text_layer(
    data: bytes,
    name: str,
    languages: Sequence[str] = (),
    *,
    program: str = "ocrmypdf",
    recogniser: str = "tesseract",
    seconds: float = SECONDS,
) -> bytes:
    """The same PDF with the recognised text of its pages as a text layer.

    Every page is recognised, whatever text it has: the caller has found none that is reliable. `languages` are ISO
    639-1 codes of official languages; none means all of them for which Tesseract has data. Raises `ReadError` where a
    program or the data of a language is missing, time runs out, or there is no result."""
    path, tesseract = find_program(program), find_program(recogniser)
    if path is None or tesseract is None:
        missing = "OCRmyPDF" if path is None else "Tesseract"
        raise ReadError(
            f"{name} has no text, and {missing}, which would recognize it, is not installed. Install it (packages "
            "ocrmypdf and tesseract-ocr), or have the file recognized elsewhere."
        )
    with tempfile.TemporaryDirectory(prefix="rapporteur-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        listed = run_program([tesseract, "--list-langs"], folder, 20).output
        selected = _select_languages(languages, set(re.findall(r"^\w+$", listed, re.MULTILINE)), name)
        source, output_path = folder / "source.pdf", folder / "made.pdf"
        source.write_bytes(data)
        command = [
            path,
            "--force-ocr",
            "--output-type=pdf",
            "--optimize=0",
            "--jobs=1",
            "--invalidate-digital-signatures",
            f"--tesseract-timeout={_PAGE_SECONDS}",
            f"--max-image-mpixels={_MAX_MEGAPIXELS}",
            f"--language={'+'.join(CODES[language] for language in selected)}",
            str(source),
            str(output_path),
        ]
        finished = run_program(command, folder, seconds)
        result = read_output(output_path)
    return _check_result(result, finished, name, seconds)


def _select_languages(languages: Sequence[str], installed: set[str], name: str) -> list[str]:
    selected = list(languages) or [language for language, code in CODES.items() if code in installed]
    if unknown := [language for language in selected if language not in CODES]:
        raise ReadError(f"Words in {', '.join(unknown)} cannot be recognized; the languages are {', '.join(CODES)}.")
    missing = [CODES[language] for language in selected if CODES[language] not in installed]
    if missing or not selected:
        packages = ", ".join(f"tesseract-ocr-{code.replace('_', '-')}" for code in missing or CODES.values())
        raise ReadError(
            f"{name} has no text, and Tesseract has no data for its language. Install it (packages {packages})."
        )
    return selected


def _check_result(result: bytes | None, finished: ProgramResult, name: str, seconds: float) -> bytes:
    if finished.status is None:
        raise ReadError(
            f"The recognition of {name} took more than {seconds:.0f} s and was stopped. Split the file, or run "
            "ocrmypdf yourself and add the PDF that it makes."
        )
    # 4: valid for every reader that we know of, if not for the strictest; 10: no PDF/A, which is not required.
    if result is None or finished.status not in (0, 4, 10):
        why = _ENDS.get(finished.status, f"OCRmyPDF ended with exit status {finished.status}")
        raise ReadError(f"The words of {name} could not be recognized: {why}. Run ocrmypdf on it to see more.")
    return result
