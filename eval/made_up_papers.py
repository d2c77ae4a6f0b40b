"""Made-up papers as PDF files, for measuring how fast files are read: masthead and numbered paragraphs."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

_WORDS = (  # noqa: SIM905 - easier to read and change as text
    "the of and to in States Parties smuggling migrants cooperation measures border criminal groups information "
    "training assistance protection authorities evidence proceedings travel documents regional technical national "
    "framework report secretariat recommends encourages continues practice analysis prevention investigation"
).split()
_LINE, _BODY, _LEFT, _RIGHT, _FOOT = 12.0, 10.0, 123.0, 488.0, 640.0


def paper(number: int, pages: int = 4) -> bytes:
    """A paper with the symbol A/CONF.900/`number`, of at least so many pages; the same number makes the same bytes."""
    from reportlab.lib.pagesizes import letter
    from reportlab.pdfgen.canvas import Canvas

    random_words = random.Random(number)
    height = letter[1]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1)

    def put(x: float, y: float, words: str, size: float = _BODY, font: str = "Times-Roman") -> None:
        canvas.setFont(font, size)
        canvas.drawString(x, height - y, words)

    put(123, 58, "United Nations", 14)
    put(460, 58, f"A/CONF.900/{number}")
    canvas.line(60, height - 65, 552, height - 65)
    put(123, 86, "General Assembly", 17, "Times-Bold")
    for n, words in enumerate(("Distr.: General", f"{1 + number % 28} March 2021", "Original: English")):
        put(397, 86 + 12 * n, words)
    canvas.line(60, height - 209, 552, height - 209)
    put(123, 250, f"Paper {number} on cooperation", 14, "Times-Bold")
    y, page = 290.0, 1
    for paragraph in range(1, 1_000):
        lines = list(_lines(random_words))
        for n, words in enumerate(lines):
            if y > _FOOT:
                put(60, 755, f"{page}/{pages}", 7)
                canvas.showPage()
                page, y = page + 1, 90.0
                if page > pages:
                    canvas.save()
                    return buffer.getvalue()
                put(60, 59, f"A/CONF.900/{number}", 7.7, "Times-Bold")
                canvas.line(60, height - 65, 552, height - 65)
            put(_LEFT, y, f"{paragraph}.   {words}" if n == 0 else words)
            y += _LINE
        y += 6
    raise ValueError(f"{pages} pages are more than such a paper can have")


def _lines(words: random.Random) -> Iterator[str]:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    line = ""
    for word in [words.choice(_WORDS) for _ in range(words.randint(40, 90))]:
        longer = f"{line} {word}".strip()
        if stringWidth(longer, "Times-Roman", _BODY) > _RIGHT - _LEFT - 24:
            yield line
            line = word
        else:
            line = longer
    yield f"{line}."
