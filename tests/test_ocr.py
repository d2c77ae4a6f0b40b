"""Words of scans by OCRmyPDF and Tesseract: which languages, what goes wrong, and one real scan."""

from __future__ import annotations

import io
import os
from pathlib import Path
from shutil import which

import pytest
from conftest import SHARED, at_hand

from ingest.ocr import add_text_layer
from ingest.readers import NoTextLayer, ReadError, read

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are only run on Linux and macOS")


class Fakes:
    """Shell scripts in place of the two programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("tesseract", "echo 'List of available languages (3):'; echo eng; echo fra; echo osd")
        self.does(f'echo "$@" > {folder}/said; for last; do :; done; printf made > "$last"')

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def does(self, text: str) -> None:
        """What OCRmyPDF does."""
        self.write("ocrmypdf", text)

    @property
    def said(self) -> str:
        """The arguments of OCRmyPDF."""
        return (self.folder / "said").read_text()

    def recognise(self, *languages: str, seconds: float = 60) -> bytes:
        programs = {"program": f"{self.folder}/ocrmypdf", "recogniser": f"{self.folder}/tesseract"}
        return add_text_layer(b"%PDF-1.4", "scan of tides.pdf", languages, seconds=seconds, **programs)


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


def test_languages_are_asked_for_by_the_names_that_tesseract_has(fakes: Fakes) -> None:
    assert fakes.recognise("fr", "en") == b"made"
    assert "--language=fra+eng" in fakes.said
    assert "scan of tides" not in fakes.said


def test_without_a_language_all_official_ones_that_are_installed_are_tried(fakes: Fakes) -> None:
    fakes.recognise()
    assert "--language=eng+fra " in fakes.said


def test_missing_language_data_is_named_with_its_package(fakes: Fakes) -> None:
    with pytest.raises(ReadError, match=r"tides\.pdf.*tesseract-ocr-rus, tesseract-ocr-chi-sim"):
        fakes.recognise("en", "ru", "zh")
    fakes.write("tesseract", "echo osd")
    with pytest.raises(ReadError, match="tesseract-ocr-eng"):
        fakes.recognise()


def test_a_language_that_is_not_official_is_refused(fakes: Fakes) -> None:
    with pytest.raises(ReadError, match="tlh"):
        fakes.recognise("en", "tlh")


@pytest.mark.parametrize(("missing", "says"), [("ocrmypdf", "OCRmyPDF"), ("tesseract", "Tesseract")])
def test_a_missing_program_is_named_with_the_packages(fakes: Fakes, missing: str, says: str) -> None:
    (fakes.folder / missing).unlink()
    with pytest.raises(ReadError, match=rf"{says}, which.*packages"):
        fakes.recognise("en")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exit 8", "password"),
        ("exit 2", "no valid PDF"),
        ("exit 15", "status 15"),
        ("exit 0", "status 0"),
        ('for last; do :; done; printf x > "$last"; exit 7', "status 7"),
        ("kill -9 $$", "could not be recognized"),
    ],
)
def test_what_goes_wrong_is_told_by_the_name_of_the_file(fakes: Fakes, text: str, says: str) -> None:
    fakes.does(text)
    with pytest.raises(ReadError, match=rf"scan of tides\.pdf.*{says}"):
        fakes.recognise("en")


def test_a_recognition_that_takes_too_long_is_stopped(fakes: Fakes) -> None:
    fakes.does("sleep 600")
    with pytest.raises(ReadError, match=r"scan of tides\.pdf took more than 1 s"):
        fakes.recognise("en", seconds=1)


def scan() -> bytes:
    """A PDF that holds nothing but a picture of the first page of a real one."""
    path = at_hand(SHARED / "documents" / "pdf" / "A_RES_79_154.pdf")
    pdfium = pytest.importorskip("pypdfium2")
    pytest.importorskip("PIL", reason="Pillow is not installed")
    document = pdfium.PdfDocument(path.read_bytes())
    made = io.BytesIO()
    document[1].render(scale=200 / 72).to_pil().convert("L").save(made, "PDF", resolution=200)
    document.close()
    return made.getvalue()


def test_a_scan_is_refused_unless_its_words_may_be_recognised(
    fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = scan()
    with pytest.raises(NoTextLayer, match=r"scan\.pdf"):
        read(data, "scan.pdf")
    fakes.does(f'for last; do :; done; cat {SHARED}/documents/pdf/A_RES_79_154.pdf > "$last"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    source = read(data, "scan.pdf", ocr=True)
    assert source.ocr
    assert any(line.text for line in source.lines)
    fakes.does(f'for last; do :; done; cat "$HOME"/source.pdf > "$last"; : {tmp_path}')
    with pytest.raises(ReadError, match=r"scan\.pdf: no words were recognized"):
        read(data, "scan.pdf", ocr=True)


@pytest.mark.skipif(
    which("ocrmypdf") is None or which("tesseract") is None, reason="OCRmyPDF and Tesseract are not installed"
)
def test_the_words_of_a_real_scan_are_recognised() -> None:
    source = read(scan(), "scan.pdf", ocr=True, languages=("en",))
    words = " ".join(line.text for line in source.lines).casefold()
    assert source.ocr
    assert "general assembly" in words or "united nations" in words
