"""PDF files that are broken, endless or made to harm: a clear error or a sane reading, and nothing else."""

from __future__ import annotations

import io
import re

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import LEFT, Flow, Sheet, filled, long_text, texts
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from corpus.catalogue import Catalogue
from ingest.document_reading import Input, read_document
from ingest.readers.lines import NoTextLayer, ParsedFile, ReadError
from ingest.readers.pdf import read_pdf


def small() -> bytes:
    """A report of one page."""
    flow = Flow(pages=1, sheet=Sheet(pageCompression=0)).start()
    flow.heading("Introduction", "I.").add(long_text(40) + "^1^", "1.", notes={"1": "A note."})
    return flow.bytes()


SMALL = small()


def raw(*objects: str, root: int = 1) -> bytes:
    """A PDF file of these objects, numbered from 1, with its table of references."""
    made = b"%PDF-1.7\n"
    places = []
    for n, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{n} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return made + f"trailer << /Size {len(objects) + 1} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def stream(words: str, entries: str = "") -> str:
    return f"<< /Length {len(words)} {entries} >>\nstream\n{words}\nendstream"


def one_page(content: str, *others: str, resources: str = "/Font << /F 5 0 R >>") -> bytes:
    """A file of one page: object 4 is its content, 5 a standard font, the others begin at 6."""
    return raw(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << {resources} >> >>",
        stream(content),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
        *others,
    )


def error(data: bytes) -> str:
    """What the reader says about a file that it can't read."""
    with pytest.raises(ReadError) as caught:
        read_pdf(data, "clinics.pdf")
    message = str(caught.value)
    assert message.startswith("clinics.pdf")
    return message


def test_a_password_is_named() -> None:
    stream_out = io.BytesIO()
    canvas = Canvas(stream_out, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 500, "Words that nobody may read.")
    canvas.save()
    assert "password" in error(stream_out.getvalue())


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    stream_out = io.BytesIO()
    canvas = Canvas(stream_out, encrypt=StandardEncryption("", ownerPassword="secret", canPrint=0))
    canvas.drawString(100, 500, "Words that everybody may read.")
    canvas.save()
    assert texts(read_pdf(stream_out.getvalue(), "made.pdf")) == ["Words that everybody may read."]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(range(256)) * 20, b"%PDF-1.4\n%%EOF", SMALL[:300]]
)
def test_files_without_a_page_that_can_be_found_are_damaged(data: bytes) -> None:
    assert "damaged" in error(data)


def test_a_file_without_pages_is_an_error() -> None:
    assert re.search(
        "without pages|damaged", error(raw("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"))
    )


def test_a_truncated_file_is_an_error_or_gives_no_words_that_are_not_in_it() -> None:
    whole = set(" ".join(texts(read_pdf(SMALL, "made.pdf"))).split())
    for end in range(200, len(SMALL), 97):
        try:
            found = texts(read_pdf(SMALL[:end], "made.pdf"))
        except ReadError:
            continue
        assert set(" ".join(found).split()) <= whole


def test_three_thousand_pages_are_read_and_one_more_is_too_many() -> None:
    one = raw(
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(['3 0 R'] * 3001)}] /Count 3001 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
    )
    assert "3,001 pages" in error(one)


def test_a_file_without_text_wants_recognition() -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(ImageReader(Image.new("RGB", (30, 40), "white")), 0, 0, 612, 792)
    sheet.next()
    sheet.rule(60, 552, 65)
    with pytest.raises(NoTextLayer, match=r"2 pages and no text.*--ocr"):
        read_pdf(sheet.bytes(), "scan.pdf")


def test_the_notice_that_a_document_does_not_exist_is_no_document() -> None:
    sheet = Sheet()
    sheet.lines(LEFT, 100, ["There is no document matching your request.",
                            "Symbol A/87/901 does not exist in the Official Document System"])  # fmt: skip
    assert "not a document but a notice" in error(sheet.bytes())


def test_a_page_with_more_characters_than_anyone_can_print_is_read_in_part() -> None:
    shown = "\n".join(f"1 0 0 1 60 {770 - n % 760} Tm (clinic board staff {n} ) Tj" for n in range(12_000))
    source = read_pdf(one_page(f"BT /F 4 Tf\n{shown}\nET"), "made.pdf")
    assert 0 < sum(source.pages) <= 200_000
    assert "only the first 200,000 characters of page 1 were read" in source.warnings


def test_a_page_with_very_many_drawn_objects_is_read() -> None:
    drawn = "\n".join(f"{n % 600} {n % 700} 20 0.5 re f" for n in range(20_001))
    content = f"BT /F 10 Tf 100 400 Td (The clinics of the valley are open.) Tj ET\n{drawn}"
    assert "The clinics of the valley are open." in "\n".join(texts(read_pdf(one_page(content), "made.pdf")))


def test_forms_within_forms_and_a_form_within_itself_come_to_an_end() -> None:
    deep = [
        stream(f"q /X Do Q BT /F 10 Tf 100 {700 - n} Td (level) Tj ET" if n == 0 else "q /X Do Q",
               f"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F 5 0 R >> /XObject << /X {7 + n} 0 R >> >>")
        for n in range(400)
    ]  # fmt: skip
    last = stream(
        "/X Do", "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 406 0 R >> >>"
    )
    content = "BT /F 10 Tf 100 400 Td (The clinics of the valley are open.) Tj ET /X Do"
    data = one_page(content, *deep, last, resources="/Font << /F 5 0 R >> /XObject << /X 6 0 R >>")
    assert "The clinics of the valley are open." in "\n".join(texts(read_pdf(data, "made.pdf")))


def test_a_font_that_gives_its_characters_no_meaning_is_an_error_that_says_what_to_do() -> None:
    codes = range(40, 90)
    none = " ".join(f"<{n:04x}> <fffd>" for n in codes)
    data = raw(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream(f"BT /F 10 Tf 20 400 Td <{''.join(f'{n:04x}' for n in codes)}> Tj ET"),
        "<< /Type /Font /Subtype /Type0 /BaseFont /Own /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /DW 600 /FontDescriptor 8 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        stream(
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def "
            "1 begincodespacerange <0000> <ffff> endcodespacerange "
            f"{len(codes)} beginbfchar {none} endbfchar endcmap CMapName currentdict /CMap defineresource pop end end"
        ),
        "<< /Type /FontDescriptor /FontName /Own /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 "
        "/Descent -200 /CapHeight 700 /StemV 80 >>",
    )
    assert "--ocr" in error(data)


def test_a_page_tree_that_bites_its_tail_is_an_error() -> None:
    error(raw("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"))


def test_odd_page_boxes_and_matrices_are_no_danger() -> None:
    for box in ("[0 0 0 0]", "[612 792 0 0]", "[-1e9 -1e9 1e9 1e9]", "[0 0 1 1]", "[]"):
        for matrix in ("1 0 0 1 100 400", "0 0 0 0 100 400", "1e9 0 0 1e9 0 0", "-1 0 0 1 300 400", "0 1 -1 0 300 400"):
            data = one_page(f"BT /F 10 Tf {matrix} Tm (The clinics of the valley are open.) Tj ET").replace(
                b"[0 0 612 792]", box.encode()
            )
            try:
                read_pdf(data, "made.pdf")
            except ReadError:
                continue


@pytest.mark.parametrize("far", ["1000000000000.0", "-100000.0", f"34028234{'0' * 31}.0", f"-34028234{'0' * 31}.0"])
@pytest.mark.parametrize("matrix", ["{} 0 0 {} {} {}", "1 0 0 1 {} 400", "1 0 0 1 100 {}", "{} {} {} {} 100 400"])
def test_words_and_rules_beyond_every_page_are_read(far: str, matrix: str) -> None:
    place = matrix.replace("{}", far)
    rows = "\n".join(
        f"1 0 0 1 {left} {400 - 12 * n} Tm (boat {n}) Tj" for n in range(8) for left in (100, 300, far)
    )  # fmt: skip
    words = f"/F 10 Tf\n{rows}\n{place} Tm (The clinics of the valley are open.) Tj"
    for shown in (f"BT {words} ET", f"{place} cm BT {words} ET"):
        rules = f"{far} 300 m 500 300 l S 100 {far} 300 0.5 re f 100 320 {far} 0.5 re f"
        try:
            found = "\n".join(texts(read_pdf(one_page(f"{shown} {rules}"), "made.pdf")))
        except ReadError:
            continue
        assert "boat" in found


def test_a_number_before_a_wide_space_is_a_number() -> None:
    mapped = stream("1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <5f> <2000> endbfchar")
    data = one_page("BT /F 10 Tf 100 400 Td (27._The clinics of the valley are open.) Tj ET", mapped)
    data = data.replace(b"/BaseFont /Times-Roman", b"/BaseFont /Times-Roman /ToUnicode 6 0 R")
    assert "The clinics of the valley are open." in "\n".join(texts(read_pdf(data, "made.pdf")))


def test_arabic_words_beside_a_mark_that_is_set_by_itself_are_read_in_the_order_of_speech() -> None:
    # From left to right, as words are set by programs that place the mark with its letter.
    letters = " ".join(f"<{ord(one):02x}> <{ord(other):04x}>" for one, other in zip("azdymf", "ازديًف", strict=True))
    mapped = stream(f"1 begincodespacerange <00> <ff> endcodespacerange 6 beginbfchar {letters} endbfchar")
    mark = "/Span << /ActualText <FEFF0627064B> >> BDC 98 400 Td (m) Tj EMC"
    words = f"BT /F 10 Tf 103 400 Td (daydza) Tj ET BT /F 10 Tf {mark} ET BT /F 10 Tf 80 400 Td (yf) Tj ET"
    data = one_page(f"{words} BT /F 10 Tf 80 300 Td ({'yf ' * 20}) Tj ET", mapped)
    data = data.replace(b"/BaseFont /Times-Roman", b"/BaseFont /Times-Roman /ToUnicode 6 0 R")
    assert texts(read_pdf(data, "made.pdf"))[0] == "ازدياداً في"


def test_numbers_and_latin_words_among_arabic_ones_are_read_as_they_are_printed() -> None:
    letters = " ".join(
        f"<{ord(one):02x}> <{ord(other):04x}>" for one, other in zip("azdymfjklq", "ازديمف٠٢٤٧", strict=True)
    )
    mapped = stream(f"1 begincodespacerange <00> <ff> endcodespacerange 10 beginbfchar {letters} endbfchar")
    line = "BT /F 10 Tf 72 400 Td (kjkl damz A/79/25 yf q/kl mzya) Tj ET"
    data = one_page(f"{line} BT /F 10 Tf 72 300 Td ({'mzya ' * 20}) Tj ET", mapped)
    data = data.replace(b"/BaseFont /Times-Roman", b"/BaseFont /Times-Roman /ToUnicode 6 0 R")
    assert texts(read_pdf(data, "made.pdf"))[0] == "ايزم ٧/٢٤ في A/79/25 زماد ٢٠٢٤"


def test_labels_at_the_right_of_an_arabic_page_and_what_is_said_of_them_are_rows() -> None:
    letters = " ".join(f"<{ord(one):02x}> <{ord(other):04x}>" for one, other in zip("azdymf", "ازديمف", strict=True))
    mapped = stream(f"1 begincodespacerange <00> <ff> endcodespacerange 6 beginbfchar {letters} endbfchar")

    def put(right: float, height: float, words: str) -> str:
        return f"BT /F 10 Tf {right - stringWidth(words, 'Times-Roman', 10)} {height} Td ({words}) Tj ET"

    rows = [(":mydza", "yf dazm"), (":dayza", "mf yza"), (":fyza", "zzd"), (":may", "yam")]
    shown = [
        put(right, 400 - 15 * n, words)
        for n, row in enumerate(rows)
        for right, words in zip((500, 300), row, strict=True)
    ]
    shown += [put(500, 300 - 12 * n, "mzya fyza " * 6) for n in range(3)]
    data = one_page(" ".join(shown), mapped)
    data = data.replace(b"/BaseFont /Times-Roman", b"/BaseFont /Times-Roman /ToUnicode 6 0 R")
    found = [tuple(cell.text for cell in line.cells) for line in read_pdf(data, "made.pdf").lines if line.cells]
    spoken = str.maketrans("azdymf", "ازديمف")
    assert found == [tuple(words[::-1].translate(spoken) for words in row) for row in rows]


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=20),
    st.integers(0, len(SMALL)) | st.none(),
)
def test_changed_and_missing_bytes_never_raise_anything_but_a_read_error(
    changes: list[tuple[int, int]], end: int | None
) -> None:
    data = bytearray(SMALL)
    for place, value in changes:
        data[place] = value
    try:
        source = read_pdf(bytes(data[:end]), "made.pdf")
    except ReadError:
        return
    assert isinstance(source, ParsedFile)


def test_read_errors_reach_whoever_reads_a_document(catalogue: Catalogue) -> None:
    with pytest.raises(ReadError, match="damaged"):
        read_document(Input("clinics.pdf", SMALL[:300]), catalogue)
    document, meeting = read_document(Input("clinics.pdf", SMALL), catalogue)
    assert (document.id, document.format, meeting) == ("A/87/901:en:official", "pdf", None)
    assert len(pdfium.PdfDocument(SMALL)) == len(document.pages) == 1
    assert [line.text for line in filled(read_pdf(SMALL, "made.pdf"))]
