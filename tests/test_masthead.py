"""What the head of a document says about it, as drawn on its first page and as plain lines in six languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfs import INDENT, LEFT, Flow, Sheet, filled, long_text
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from corpus.catalogue import Catalogue
from corpus.dates import find_full_dates
from corpus.documents import Masthead
from corpus.symbols import Symbol
from ingest.document_reading import Input, read_document
from ingest.masthead import read_masthead
from ingest.readers.lines import Line, ReadError

FRENCH = "Le Secrétariat a reçu la liste des dispensaires de la vallée et il la transmet à tous les États Membres. " * 7
SPANISH = (
    "La Secretaría ha recibido la lista de los dispensarios del valle y la transmite a todos los Estados Miembros. " * 7
)


def head(*texts: str, body: int = 1) -> Masthead:
    """The masthead that these lines make; the line at `body` is set in bold."""
    lines = [Line(text, n, page=1, strong=n == body, part="masthead", top=50.0 + n) for n, text in enumerate(texts)]
    return read_masthead(lines)


def test_an_english_masthead_is_read_from_the_page() -> None:
    flow = Flow(symbol="CTOC/COP/WG.7/2031/2", pages=1).start(
        body="Conference of the Parties to the\nUnited Nations Convention against\nTransnational Organized Crime",
        right=("Distr.: Limited", "3 March 2031", "", "Original: French"),
    )
    flow.told(
        "*Working Group on the Smuggling of Migrants", "*Eleventh meeting", "Vienna, 10–12 June 2031",
        "Item 4 of the provisional agenda", "*Staff of rural clinics",
    )  # fmt: skip
    flow.heading("Clinics in mountain valleys", size=14).add(long_text(160), "1.")
    found = flow.document()
    assert found.masthead == Masthead(
        body="Conference of the Parties to the United Nations Convention against Transnational Organized Crime",
        symbols=("CTOC/COP/WG.7/2031/2",),
        distribution="Limited",
        date="2031-03-03",
        language="en",
        original="fr",
        session="Eleventh meeting",
        place="Vienna",
        dates="10–12 June 2031",
        item="Item 4 of the provisional agenda",
        job="31-04567 (E)",
    )
    assert (found.id, found.title, found.date) == (
        "CTOC/COP/WG.7/2031/2:en:official",
        "Clinics in mountain valleys",
        "2031-03-03",
    )
    assert found.proof == "printed in the text"
    assert [block.locator for block in found.blocks][-2:] == ["title", "para. 1"]
    assert {block.locator for block in found.blocks[:-2]} == {"masthead"}


@pytest.mark.parametrize(
    ("language", "body", "right", "session", "item", "title", "text", "wanted"),
    [
        ("F", "Assemblée générale", ("Distr. générale", "3 mars 2031", "Français", "Original : anglais"),
         "Quatre-vingt-septième session", "Point 12 de l’ordre du jour", "Dispensaires des vallées", FRENCH, "fr"),
        ("S", "Asamblea General", ("Distr. general", "3 de marzo de 2031", "Español", "Original: inglés"),
         "Octogésimo séptimo período de sesiones", "Tema 12 del programa", "Dispensarios de los valles", SPANISH, "es"),
    ],
)  # fmt: skip
def test_french_and_spanish_mastheads_are_read_from_the_page(
    language: str, body: str, right: tuple[str, ...], session: str, item: str, title: str, text: str, wanted: str
) -> None:  # fmt: skip
    flow = Flow(pages=1).start(body=body, right=right, job=f"31-04567 ({language})    040331")
    flow.told(f"*{session}", item).heading(title, size=14).add(text, "1.")
    found = flow.document()
    assert (found.id, found.title, found.date) == (f"A/87/901:{wanted}:official", title, "2031-03-03")
    assert found.warnings == ()
    assert found.masthead == Masthead(
        body=body, symbols=("A/87/901",), distribution=right[0].removeprefix("Distr. "), date="2031-03-03", language=wanted,
        original="en", session=session, item=item, job=f"31-04567 ({language})",
    )  # fmt: skip


def test_a_chinese_page_is_read_with_its_masthead_and_without_spaces_at_line_ends(catalogue: Catalogue) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    sheet = Sheet()

    def write(left: float, top: float, words: str, size: float = 10) -> None:
        sheet.text(left, top, words, size, font="STSong-Light")

    for left, top, words, size in (
        (500, 56.5, "A/87/901", 12), (LEFT, 57.8, "联合国", 14), (LEFT, 86.4, "大会", 20), (397, 86.7, "Distr.: General", 10),
        (397, 98.7, "3 March 2031", 10), (397, 110.7, "Chinese", 10), (397, 122.7, "Original: English", 10),
        (60, 222, "第八十七届会议", 10), (60, 234, "议程项目12", 10), (LEFT, 285, "关于山谷诊所的报告", 14),
        (65, 747, "31-04567 (C)    040331", 10),
    ):  # fmt: skip
        write(left, top, words, size)
    sheet.rule(60, 552, 65)
    sheet.rule(60, 552, 209)
    sentence = "委员会审议了所有诊所的报告并请秘书处提交一份完整的清单以便各代表团能够及时准备意见"
    whole = []
    for n in range(1, 7):
        words = sentence[n:] + sentence[:n] + sentence + "。"
        whole.append(f"{n}. {words}")
        write(LEFT, 270 + 50 * n, f"{n}.")
        write(INDENT, 270 + 50 * n, words[:34])
        write(LEFT, 285 + 50 * n, words[34:70])
        write(LEFT, 300 + 50 * n, words[70:])
    found = read_document(Input("made.pdf", sheet.bytes()), catalogue)[0]
    assert [found.block_text(block) for block in found.blocks if block.locator.startswith("para.")] == whole
    assert (found.id, found.title, found.warnings) == ("A/87/901:zh:official", "关于山谷诊所的报告", ())
    assert found.masthead == Masthead(
        body="大会", symbols=("A/87/901",), distribution="General", date="2031-03-03", language="zh", original="en",
        session="第八十七届会议", item="议程项目12", job="31-04567 (C)",
    )  # fmt: skip


def test_russian_and_arabic_mastheads_are_read_from_their_lines() -> None:
    lines = ("Организация Объединенных Наций", "Генеральная Ассамблея", "A/87/901", "Distr.: General", "3 March 2031", "Russian",
             "Original: English", "31-04567 (R)", "Восемьдесят седьмая сессия", "Вена, 10–12 июня 2031 года", "Пункт 12 повестки дня")  # fmt: skip
    assert head(*lines) == Masthead(
        body="Генеральная Ассамблея", symbols=("A/87/901",), distribution="General", date="2031-03-03", language="ru",
        original="en", session="Восемьдесят седьмая сессия", place="Вена", dates="10–12 июня 2031 года",
        item="Пункт 12 повестки дня", job="31-04567 (R)",
    )  # fmt: skip
    older = head(
        "Генеральная Ассамблея", "A/87/901", "ОБЩАЯ", "3 марта 2031 года", "РУССКИЙ", "ОРИГИНАЛ: АНГЛИЙСКИЙ", body=0
    )
    assert (older.language, older.original, older.date) == ("ru", "en", "2031-03-03")

    lines = ("الأمم المتحدة", "الجمعية العامة", "A/87/901", "Distr.: General", "3 March 2031", "Arabic", "Original: English",
             "31-04567 (A)", "الدورة السابعة والثمانون", "البند 12 من جدول الأعمال")  # fmt: skip
    assert head(*lines) == Masthead(
        body="الجمعية العامة", symbols=("A/87/901",), distribution="General", date="2031-03-03", language="ar", original="en",
        session="الدورة السابعة والثمانون", item="البند 12 من جدول الأعمال", job="31-04567 (A)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("Original: Chinese and English", "zh"), ("Original: English/French", ""), ("Original: Arabic", "ar"), ("Original : russe", "ru"),
     ("Original: chino", "zh"), ("原文：英文", "en"), ("الأصل: بالإنكليزية", "en"), ("Original: Klingon", "")],
)  # fmt: skip
def test_the_language_of_the_original_is_a_code_or_nothing(words: str, wanted: str) -> None:
    assert head("United Nations", "General Assembly", "A/87/901", words).original == wanted


def test_a_masthead_that_says_nothing_is_empty_and_text_ends_it() -> None:
    assert read_masthead([]) == Masthead()
    assert read_masthead([Line("", 1), Line("A few words.", 2)]) == Masthead()
    assert read_masthead([Line("word " * 90, 1), Line("A/87/901", 2)]).symbols == ()
    assert read_masthead([Line("1. The first paragraph begins.", 1), Line("A/87/901", 2)]).symbols == ()


def test_a_symbol_in_a_sentence_is_not_the_symbol_of_the_document() -> None:
    assert head("United Nations", "General Assembly", "See A/87/901 on this.").symbols == ()


@pytest.mark.parametrize(
    ("lines", "symbol"),
    [
        (("Harbour Committee", "83rd session", "HC 83/17"), "HC 83/17"),
        (("HARBOUR ASSEMBLY — 43RD SESSION", "WORKING PAPER", "A43-WP/112"), "A43-WP/112"),
        (("International Harbour Conference", "IHC.114/Record No. 5A", "114th Session, 2031"), "IHC.114/Record No. 5A"),
        (("SEVENTY-NINTH WORLD HARBOUR ASSEMBLY", "WHA79.4", "Agenda item 13.2"), "WHA79.4"),
        (("Soixante-dix-neuvième Assemblée des ports", "A79/17", "2 avril 2031"), "A79/17"),
        (("Executive Board", "Two hundred and twentieth session", "220 EX/5"), "220 EX/5"),
        (("General Conference", "Sixty-ninth regular session", "GC(69)/7"), "GC(69)/7"),
        (("Harbour Conference", "Bergen, 1–7 July 2031", "C 2031/3"), "C 2031/3"),
        (("理事会", "第220届会议", "220 EX/5"), "220 EX/5"),
        (("CONSEJO DE LOS PUERTOS", "HCTT(LXII)/7", "SEXAGÉSIMO SEGUNDO PERÍODO DE SESIONES"), "HCTT(LXII)/7"),
    ],
)
def test_a_symbol_of_another_house_is_read_where_the_head_names_its_session_or_body(
    lines: tuple[str, ...], symbol: str
) -> None:
    assert head(*lines, body=0).symbols == (symbol,)
    told = f"The harbours are as told in {symbol}, which lists them."
    assert head(*[told if each == symbol else each for each in lines], body=0).symbols == ()


def test_beside_such_a_symbol_its_day_and_further_numbers_may_stand() -> None:
    lines = ("港口大会", "大会第43届会议", "A43-WP/88 TE/21 2031年7月9日")
    assert head(*lines, body=0).symbols == ("A43-WP/88",)


@pytest.mark.parametrize(
    "lines",
    [
        ("Harbour Committee", "83rd session", "HC 84/17"),
        ("A note on iron", "FE(III)/2", "3 May 2031"),
        ("Security Council", "S3/80/Rev.1", "Third floor"),
        ("A note on boats", "F4/12", "3 May 2031"),
        ("Executive Board", "Room E 5/12", "Fifth session"),
        ("Harbour Conference", "C 2031/3", "A note on cranes"),
        ("Harbour Committee", "83rd session", "The Committee had before it what follows,", "HC 83/17"),
    ],
)
def test_what_only_looks_like_a_symbol_of_another_house_is_none(lines: tuple[str, ...]) -> None:
    assert head(*lines, body=0).symbols == ()


@pytest.mark.parametrize(
    ("lines", "place", "dates", "date"),
    [
        (("الدورة التاسعة", "بيرغن، 8-12 آذار/مارس 2031"), "بيرغن", "8-12 آذار/مارس 2031", ""),
        (("第九届会议", "2031年7月6日至17日，卑尔根"), "卑尔根", "2031年7月6日至17日", ""),
        (("Ninth session", "Bergen, 8 May 2031"), "Bergen", "8 May 2031", ""),
        (("Ninth session", "A/87/901", "BERGEN, 8 May 2031"), "", "", "2031-05-08"),
        (("Ninth session", "A/87/901", "Bergen, 8 May 2031", "3 March 2031"), "Bergen", "8 May 2031", "2031-03-03"),
    ],
)
def test_place_and_days_are_those_of_the_meeting_and_a_lone_day_that_of_the_document(
    lines: tuple[str, ...], place: str, dates: str, date: str
) -> None:
    read = head(*lines)
    assert (read.place, read.dates, read.date) == (place, dates, date)


def test_a_session_within_a_sentence_is_not_that_of_the_document() -> None:
    told = (
        "A/87/901",
        "at its twelfth session, approved the guidelines for boats of",
        "The Committee, at its session,",
    )
    assert head(*told).session == ""


def test_the_name_of_a_body_begins_with_its_noun_in_arabic_and_ends_with_it_in_chinese() -> None:
    assert head("A/87/901", "تقرير لجنة الموانئ عن دورتها التاسعة").body == ""
    assert head("A/87/901", "لجنة الموانئ").body == "لجنة الموانئ"
    assert head("A/87/901", "港口委员会关于船只的决定").body == ""
    assert head("A/87/901", "港口委员会").body == "港口委员会"


def test_the_body_of_a_text_without_marks_is_its_first_name_of_one() -> None:
    plain = ["United Nations", "A/87/901", "Commission on Harbours", "Ninth session", "A few words."]
    assert read_masthead([Line(text, n) for n, text in enumerate(plain)]).body == "Commission on Harbours"
    assert read_masthead([Line(text, n) for n, text in enumerate(plain[2:])]).body == ""


@pytest.mark.parametrize("name", ["United Nations", "Nations Unies", "Организация Объединенных Наций", "联 合 国"])
def test_a_symbol_may_stand_behind_the_name_of_the_organization(name: str) -> None:
    assert head(f"{name} A/79/PV.64", "General Assembly").symbols == ("A/79/PV.64",)
    assert head(f"{name} and A/79/PV.64", "General Assembly").symbols == ()


@pytest.mark.parametrize(
    ("printed", "symbol"),
    [
        ("Review highlights JIU/NOTE/2031/1/Rev.1", "JIU/NOTE/2031/1/Rev.1 [Review highlights]"),
        ("JIU/REP/2031/1 [Expanded report]", "JIU/REP/2031/1 [Expanded report]"),
        ("DP-FPA/2031/1", "DP-FPA/2031/1"),
        ("DP/FPA/2031/4 (Part I/Add.1)", "DP/FPA/2031/4 (Part I)/Add.1"),
        ("United Nations DP-FPA/2031/1", "DP-FPA/2031/1"),
    ],
)
def test_symbols_of_joint_bodies_parts_and_forms_of_a_report_are_those_of_the_document(
    printed: str, symbol: str
) -> None:
    flow = Flow(pages=1)
    flow.sheet.text(397, 56, printed)
    flow.top = 210
    flow.heading("Clinics in valleys", size=14).add(long_text(60), "1.")
    found = flow.document()
    assert (found.key, found.edition, found.masthead.symbols) == (symbol, "official", (symbol,))


def test_the_title_of_an_item_over_two_lines_is_no_title_of_the_document() -> None:
    flow = Flow(pages=1).start().told("Agenda item 12", "*Rural health and economic questions:", "*clinics")
    flow.heading("Report on clinics in valleys", size=14).add(long_text(60), "1.")
    assert flow.document().title == "Report on clinics in valleys"


def test_distribution_on_a_line_of_its_own_is_found_below() -> None:
    found = head("United Nations", "Economic and Social Council", "Distr.", "GENERAL", "E/2031/12", "3 March 2031")
    assert (found.distribution, found.symbols, found.date) == ("GENERAL", ("E/2031/12",), "2031-03-03")


@pytest.mark.parametrize("mark", ["", "*", "**"])
@pytest.mark.parametrize(
    "symbol", ["A/87/901", "A/87/901/Rev.1", "A/87/901/Add.2/Corr.1", "S/RES/1325 (2000)", "A/C.3/87/L.12/Rev.1"]
)
def test_the_asterisks_of_a_symbol_count_its_reissues(symbol: str, mark: str) -> None:
    flow = Flow(symbol=symbol + mark, pages=1).start().told("*Eighty-seventh session")
    flow.heading("Clinics in mountain valleys", size=14).add(long_text(120), "1.")
    found = flow.document()
    assert found.reissue == len(mark)
    assert found.symbol is not None
    assert found.symbol == Symbol.parse(symbol)
    assert found.masthead.symbols == (Symbol.parse(symbol).text,)


@pytest.mark.parametrize("dash", ["-", "–"])
def test_a_double_symbol_is_one_document_with_two_symbols(dash: str) -> None:
    flow = Flow(symbol=f"A/87/901{dash}S/2031/15", pages=1).start(body="General Assembly\nSecurity Council")
    flow.told("*Eighty-seventh session", "Agenda item 12")
    flow.heading("Clinics in valleys", size=14).add(long_text(120), "1.")
    found = flow.document()
    assert found.masthead.symbols == ("A/87/901", "S/2031/15")
    assert found.id == "A/87/901-S/2031/15:en:official"
    assert found.title == "Clinics in valleys"


def test_a_masthead_without_rules_is_known_by_its_words() -> None:
    flow = Flow(pages=1).start(rules=False).told("*Eighty-seventh session", "Agenda item 12")
    flow.heading("Clinics in mountain valleys", size=14).add(long_text(120), "1.")
    found = flow.document()
    assert (found.masthead.body, found.masthead.distribution, found.masthead.language) == (
        "General Assembly",
        "General",
        "en",
    )
    assert found.title == "Clinics in mountain valleys"
    assert [block.locator for block in found.blocks][-2:] == ["title", "para. 1"]


def test_the_language_of_the_text_wins_over_the_masthead_and_is_warned_about() -> None:
    flow = Flow(pages=1).start().told("*Eighty-seventh session")
    flow.heading("Informe", size=14).add(SPANISH * 2, "1.")
    found = flow.document()
    assert (found.language, found.masthead.language) == ("es", "en")
    assert found.warnings == ("the masthead says English, most of the text is Spanish",)


def test_a_document_that_is_not_the_one_asked_for_is_refused(catalogue: Catalogue) -> None:
    flow = Flow(pages=1).start().told("*Eighty-seventh session")
    flow.heading("Clinics", size=14).add(long_text(160), "1.")
    asked = Input("made.pdf", flow.bytes(), symbol=Symbol.parse("A/87/902"))
    with pytest.raises(ReadError, match=r"A/87/902.*A/87/901"):
        read_document(asked, catalogue)
    assert read_document(replace(asked, symbol=Symbol.parse("A/87/901")), catalogue)[0].key == "A/87/901"
    with pytest.raises(ReadError, match=r"Spanish.*English"):
        read_document(replace(asked, symbol=None, language="es"), catalogue)


def test_a_pdf_without_masthead_is_an_upload_named_by_its_title() -> None:
    flow = Flow(symbol="", pages=1)
    flow.heading("Clinics in mountain valleys", size=16)
    flow.add(long_text(160), "1.")
    found = flow.document()
    assert (found.symbol, found.edition, found.slug) == (None, "upload", "clinics-in-mountain-valleys")
    assert found.title == "Clinics in mountain valleys"


def test_the_parts_of_a_drawn_masthead_are_lines_with_their_place() -> None:
    lines = filled(Flow(pages=1).start().told("*Eighty-seventh session").add(long_text(60), "1.").read())
    placed = {line.text: line for line in lines[:6]}
    for text, left in (("General Assembly", LEFT), ("Distr.: General", 397)):
        assert placed[text].part == "masthead"
        assert placed[text].left == pytest.approx(left, abs=2)
    assert lines[-1].part == ""


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ar": "يناير فبراير مارس أبريل مايو يونيه يوليه أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}


@given(st.dates(dt.date(1946, 1, 1), dt.date(2099, 12, 31)), st.sampled_from([*MONTHS, "zh"]))
def test_every_date_is_read_in_all_six_languages(day: dt.date, language: str) -> None:
    if language == "zh":
        written = f"{day.year}年{day.month}月{day.day}日"
    else:
        month = MONTHS[language].split()[day.month - 1]
        of = " de " if language == "es" else " "
        number = "1er" if language == "fr" and day.day == 1 else str(day.day)
        written = f"{number}{of}{month}{of}{day.year}" + (" года" if language == "ru" else "")
    assert find_full_dates(written) == [day]
    assert find_full_dates(f"({written})") == [day]


@pytest.mark.parametrize(
    "text", ["31 February 2031", "0 May 2031", "32 May 2031", "May 2031", "12/05/2031", "3 March 20311", "13 of 2031"]
)
def test_what_is_no_full_date_is_none(text: str) -> None:
    assert find_full_dates(text) == []


def test_arabic_dates_with_two_names_of_the_month_are_read() -> None:
    assert find_full_dates("12 حزيران/يونيه 2031") == [dt.date(2031, 6, 12)]
    assert find_full_dates("3 كانون الثاني/يناير 2031 و 12 أيار/مايو 2031") == [
        dt.date(2031, 1, 3),
        dt.date(2031, 5, 12),
    ]
