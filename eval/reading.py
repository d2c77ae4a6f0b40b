"""`python -m eval.reading`: speed of reading PDF files, and whether memory grows.

Reading a file includes everything up to the document with its blocks and locators: characters, lines, footnotes,
tables, paragraphs, identity, structure. It is compared with the time pypdfium2 needs for the plain text of the same
pages, in turns within one run on one core.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.catalogue import Catalogue
from eval.bench_tools import WORDS, measure_time
from eval.output import print_json
from ingest.document_reading import Input, read_document
from ingest.readers import ReadError

ROUNDS = 5


def bare_text(data: bytes) -> int:
    """Extracts the text of all pages with pypdfium2; returns the number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    pages = len(document)
    document.close()
    return pages


def read_all(files: Sequence[tuple[str, bytes]], catalogue: Catalogue) -> int:
    """Reads files to documents; returns the number of pages, without those of refused files."""
    pages = 0
    for name, data in files:
        try:
            document, _ = read_document(Input(name, data), catalogue)
        except ReadError:
            continue
        pages += len(document.pages)
    return pages


def speed(files: Sequence[tuple[str, bytes]], catalogue: Catalogue) -> dict[str, float]:
    """Pages per second of reading and of bare extraction, medians of several rounds."""
    pages = read_all(files, catalogue)
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        bare.append(measure_time(lambda: [bare_text(data) for _, data in files], time.process_time))
        ours.append(measure_time(lambda: read_all(files, catalogue), time.process_time))
    return {
        "pages": pages,
        "read_pages_per_s": round(pages / statistics.median(ours), 1),
        "bare_text_pages_per_s": round(pages / statistics.median(bare), 1),
        "times_bare_text": round(statistics.median(ours) / statistics.median(bare), 2),
    }


def growth(catalogue: Catalogue) -> dict[str, float]:
    """The peak memory in MB after reading a few files and after many."""
    peaks = {}
    for n in range(400):
        read_all([(f"{n}.pdf", paper(n, pages=2))], catalogue)
        if n + 1 in (50, 400):
            peaks[f"peak_mb_after_{n + 1}"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return peaks


_LINE, _BODY, _LEFT, _FOOT = 12.0, 10.0, 123.0, 640.0


def paper(number: int, pages: int = 4) -> bytes:
    """Generates a paper with the symbol A/CONF.900/`number`, of `pages` pages; the same number gives the same bytes."""
    from reportlab.lib.pagesizes import letter
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfgen.canvas import Canvas

    rng = random.Random(number)
    width, height = letter
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1)

    def put(x: float, y: float, words: str, size: float = _BODY, font: str = "Times-Roman") -> None:
        canvas.setFont(font, size)
        canvas.drawString(x, height - y, words)

    put(_LEFT, 58, "United Nations", 14)
    put(460, 58, f"A/CONF.900/{number}")
    put(_LEFT, 86, "General Assembly", 17, "Times-Bold")
    for n, words in enumerate(("Distr.: General", f"{1 + number % 28} March 2021", "Original: English")):
        put(397, 86 + 12 * n, words)
    for rule in (65, 209):
        canvas.line(60, height - rule, 552, height - rule)
    put(_LEFT, 250, f"Paper {number} on cooperation", 14, "Times-Bold")
    y, page, paragraph = 290.0, 1, 0
    while True:
        paragraph += 1
        words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(40, 90)))
        for line in simpleSplit(f"{paragraph}.   {words}.", "Times-Roman", _BODY, width - 2 * _LEFT):
            if y > _FOOT:
                put(60, 755, f"{page}/{pages}", 7)
                canvas.showPage()
                page, y = page + 1, 90.0
                if page > pages:
                    canvas.save()
                    return buffer.getvalue()
                put(60, 59, f"A/CONF.900/{number}", 7.7, "Times-Bold")
                canvas.line(60, height - 65, 552, height - 65)
            put(_LEFT, y, line)
            y += _LINE
        y += 6


def main() -> None:
    """Measures and prints a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pdf", type=Path, help="Folder of PDF files; without it, generated papers.")
    options = parser.parse_args()
    catalogue = Catalogue.packaged()
    if options.pdf:
        files = [(path.name, path.read_bytes()) for path in sorted(options.pdf.glob("*.pdf"))]
    else:
        files = [(f"{n}.pdf", paper(n, pages=6)) for n in range(20)]
    print_json({"speed": speed(files, catalogue), "memory": growth(catalogue)}, 2)


if __name__ == "__main__":
    main()
