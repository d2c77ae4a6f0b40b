"""Which document a text is: the user's word, front matter, print, the catalogue; never the file name."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from conftest import AGENDA, at_hand
from hypothesis import given
from hypothesis import strategies as st
from pdfs import LEFT, Flow, long_text

from assistant.qa.metadata import adoption_date, edge_lines, item_lines
from corpus.catalogue import Catalogue
from corpus.corpus_errors import SEAL_FILE
from corpus.documents import Document
from corpus.symbols import Symbol
from ingest.identify import LONGEST_TITLE, IdentityError
from ingest.input_files import FileInput
from ingest.pipeline import Input, read_document
from ingest.readers import ReadError

NOTHING = Catalogue([], [])
PLAIN = "# A note on boats\n\n1. Boats need a flag.\n"
PRINTED = (
    "# General Assembly\n\nA/75/100\n\nDistr.: General\n3 May 2020\n\n# A note on boats\n\n1. Boats need a flag.\n"
)
MASTHEAD = (
    "# Conference of the Parties\n\n12 August 2021\n\n## Working Group on the Smuggling of Migrants\n\n"
    "Vienna, 14 and 15 October 2021\n\n### Annotated provisional agenda\n\n1. Anything.\n"
)
BODY = "Words without a heading, and enough of them that nobody takes a strange sign in them for binary data. " * 3
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PROTOCOL_TITLE = (
    "Protocol against the Smuggling of Migrants by Land, Sea and Air, supplementing the United Nations Convention "
    "against Transnational Organized Crime"
)


def read(
    text: str,
    name: str = "note.md",
    catalogue: Catalogue = NOTHING,
    *,
    symbol: str | None = None,
    language: str | None = None,
    trusted: bool = False,
) -> Document:
    asked = Symbol.parse_any(symbol) if symbol else None
    return read_document(Input(name, text.encode(), asked, language, trusted), catalogue)[0]


def head(text: str = PLAIN, **given: str) -> str:
    """A text with front matter."""
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in given.items()) + "---\n" + text


def test_the_symbol_that_the_user_gives_is_taken() -> None:
    made = read(PLAIN, symbol="A/75/100")
    assert (made.id, made.edition) == ("A/75/100:en:official", "official")
    assert made.proof == "given by the user"


def test_the_symbol_in_the_front_matter_is_taken() -> None:
    made = read(head(symbol="a/75/100"))
    assert (made.id, made.proof) == ("A/75/100:en:official", "said by the file's own head")


def test_the_symbol_that_the_text_prints_is_taken() -> None:
    made = read(PRINTED)
    assert made.id == "A/75/100:en:official"
    assert made.proof == "printed in the text"
    assert (made.title, made.date) == ("A note on boats", "2020-05-03")


def test_a_symbol_that_the_text_only_mentions_is_not_its_own() -> None:
    made = read("# A note on boats\n\n1. See A/75/100.\n\nA/75/101\n")
    assert (made.symbol, made.edition) == (None, "upload")
    assert read("# A note\n\nAs stated in A/75/100 and elsewhere.\n").symbol is None


@pytest.mark.parametrize("way", ["user", "front matter"])
def test_a_symbol_that_the_text_contradicts_is_refused_and_both_are_named(way: str) -> None:
    text, symbol = (PRINTED, "A/75/999") if way == "user" else (head(PRINTED, symbol="A/75/999"), None)
    with pytest.raises(IdentityError) as refused:
        read(text, symbol=symbol)
    for word in ("A/75/999", "A/75/100", "note.md"):
        assert word in str(refused.value)


def test_another_spelling_of_the_printed_symbol_is_no_contradiction() -> None:
    assert read(PRINTED, symbol="a/75/100").id == "A/75/100:en:official"


def test_a_revision_is_not_what_it_revises() -> None:
    with pytest.raises(IdentityError, match=r"A/75/100/Rev\.1"):
        read(PRINTED, symbol="A/75/100/Rev.1")


def test_a_symbol_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ReadError, match=r"note\.md"):
        read(head(symbol="not a symbol"))


@pytest.mark.parametrize("way", ["user", "head"])
def test_the_symbol_of_another_house_is_taken_from_who_gives_it(way: str) -> None:
    made = read(PLAIN, symbol="GC(69)/7") if way == "user" else read(head(symbol="GC(69)/7"))
    assert (made.id, made.edition, made.url) == ("GC(69)/7:en:official", "official", None)
    printed = "**Harbour Committee**\n\n83rd session\n\nHC 83/17\n\n" + PLAIN
    assert read(printed).proof == "printed in the text"
    assert read(printed, symbol="HC 83/17 Rev.1").id == "HC 83/17/Rev.1:en:official"
    with pytest.raises(IdentityError):
        read(PRINTED, symbol="GC(69)/7")


def test_the_days_of_a_meeting_are_not_the_day_of_its_document() -> None:
    told = "# Harbour Board\n\nA/75/100\n\nNinth session\n\nBergen, 8–12 May 2031\n\n"
    assert read(f"{told}# A note on boats\n\n1. Boats.\n").date is None
    assert read(f"{told}3 March 2031\n\n# A note on boats\n\n1. Boats.\n").date == "2031-03-03"


def test_a_text_is_recognised_by_title_body_and_dates(catalogue: Catalogue) -> None:
    made = read(MASTHEAD, catalogue=catalogue)
    assert made.id == "CTOC/COP/WG.7/2021/1:en:official"
    assert made.date == "2021-08-12"
    assert made.url is not None
    assert made.url.startswith("https://docs.un.org/")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("14 and 15 October 2021", "14 and 15 October 2022"),
        ("12 August 2021", "13 August 2021"),
        ("Smuggling of Migrants", "Trafficking in Persons"),
        ("Annotated provisional agenda", "Annotated agenda"),
    ],
)
def test_a_text_that_differs_in_one_of_them_is_not_recognised(old: str, new: str, catalogue: Catalogue) -> None:
    assert old in MASTHEAD
    assert read(MASTHEAD.replace(old, new), catalogue=catalogue).symbol is None


def test_a_title_deep_in_the_text_recognises_nothing(catalogue: Catalogue) -> None:
    many = "".join(f"# Heading {n}\n\nWords.\n\n" for n in range(30))
    assert read(f"{many}# {PROTOCOL_TITLE}\n\nWords.\n", catalogue=catalogue).symbol is None


def test_a_text_about_the_protocol_is_not_the_protocol(catalogue: Catalogue) -> None:
    made = read(f"# Comments on the {PROTOCOL_TITLE}\n\nWords.\n", catalogue=catalogue)
    assert made.edition == "upload"


def test_two_texts_of_one_symbol_are_told_apart_by_their_part(catalogue: Catalogue) -> None:
    made = read(f"#### {PROTOCOL_TITLE}\n\n### Article 1\n\nWords.\n", catalogue=catalogue)
    assert (made.key, made.short) == ("A/RES/55/25, annex III", "Smuggling of Migrants Protocol")


def test_the_name_of_a_file_proves_nothing(catalogue: Catalogue) -> None:
    made = read(PLAIN, "CTOC_COP_WG.7_2021_1.fr.md", catalogue)
    assert (made.symbol, made.language, made.edition) == (None, "en", "upload")


def test_an_upload_is_named_after_its_title_and_else_after_its_file() -> None:
    assert read(PLAIN).id == "a-note-on-boats:en:upload"
    assert read(PLAIN).title == "A note on boats"
    assert read("Words without a heading.\n", "My notes (2).txt").id == "my-notes-2-txt:en:upload"
    assert read(head(title="Of ships")).id == "of-ships:en:upload"
    assert read("# 港口说明\n\n工作组讨论了港口的深度问题。\n").id == "港口说明:zh:upload"


def test_a_draft_resolution_is_called_after_what_it_is_about_and_not_after_who_submits_it() -> None:
    text = (
        "# Norland and Westland: draft resolution\n\n## The right to a harbour\n\nThe General Assembly,\n\n"
        "Recalling its resolution 3/1 of 4 May,\n\nNoting the depth of harbours,\n\n1. Decides to dredge;\n"
    )
    assert read(text).title == "The right to a harbour"


def test_who_submits_a_paper_in_bold_below_its_title_is_not_its_title() -> None:
    text = (
        "# Draft decision on the depth of harbours\n\n**Submitted by Norland and Westland**\n\nThe Conference of the Parties,\n\n"
        "Recalling its decision 3/1 of 4 May,\n\nNoting the depth of harbours,\n\n1. Decides to dredge;\n"
    )
    assert read(text).title == "Draft decision on the depth of harbours"


def test_a_title_that_names_its_session_is_neither_the_session_nor_lost_to_the_first_chapter() -> None:
    for told in (
        "Report of the Committee on Quays on its twelfth session",
        "Rapport du Comité des quais sur sa douzième session",
    ):
        found = read(f"A/85/100\n\n# {told}\n\n## I. Introduction\n\n1. Quays are deep.\n")
        assert (found.title, found.masthead.session) == (told, "")
    assert (
        read("A/85/100\n\n# Twelfth session of the Committee\n\n1. Quays.\n").masthead.session
        == "Twelfth session of the Committee"
    )
    assert read("## I. Quays\n\n1. Quays are deep.\n").title == "I. Quays"


BARE = """Harbour Office of Arla
Division of Lamps

QUESTIONS ON THE NEW LAMPS (NORTHERN QUAY)
Version of 2 October 2031

A. Lamps

How bright are they?
As bright as the moon.

B. Fees

I. Lund, keeper of the lamps, collects them.

D. Oil and wicks 7 192.9 4 685.5 133.0

C. Oil

It is bought in spring.
"""


def test_a_text_without_marks_has_chapters_and_a_title_in_capitals() -> None:
    found = read(BARE, "questions.txt")
    assert found.title == "QUESTIONS ON THE NEW LAMPS (NORTHERN QUAY)"
    headings = [found.block_text(block) for block in found.blocks if block.kind == "heading"]
    assert headings == ["A. Lamps", "B. Fees", "C. Oil"]
    assert [block.locator for block in found.blocks][3:5] == [
        "section “A. Lamps”",
        "section “A. Lamps”, first paragraph",
    ]
    levels = read(
        BARE.replace("A. Lamps", "I. Lamps\n\nA. Brightness").replace("B. Fees", "II. Fees").replace("C. Oil", "B. Oil")
    )
    assert [block.level for block in levels.blocks if block.kind == "heading"] == [2, 3, 2, 3]
    marked = read("# Of lamps\n\nA. Lamps\n\nThey burn.\n\nB. Fees\n\nNone.\n")
    assert sum(block.kind == "heading" for block in marked.blocks) == 1


def test_the_body_and_the_masthead_words_are_no_title() -> None:
    text = "# United Nations\n\n# General Assembly\n\nDistr.: General\n\n# Depth of harbours\n\n1. Words.\n"
    assert read(text).title == "Depth of harbours"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "C:\\evil\\..\\x.md",
        "a\x00b.md",
        "<script>alert(1)</script>.md",
        "\u202egnp.exe",
        "a\x1b[31mred.md",
        "a\nb.md",
        "~/.ssh/id",
        "x" * 5000,
        "🙂",
        "",
        "..",
        "-rf",
    ],
)
def test_a_hostile_file_name_ends_up_harmless(name: str) -> None:
    assert_harmless(read(f"{BODY}\n", name))


@pytest.mark.parametrize("field", ["title", "short", "slug"])
@pytest.mark.parametrize("value", [r'"a\e[31mred"', r'"a\x9b31mred"', r'"a\0b"', r'"a\u202eevil"', r'"a\nb"'])
def test_front_matter_cannot_bring_in_control_characters(field: str, value: str) -> None:
    made = read(head(BODY, **{field: value}))
    assert_harmless(made)
    assert made.short is None or not UNPRINTABLE.search(made.short)


@pytest.mark.parametrize(
    "title",
    [
        "../../../etc/passwd",
        "a/../b",
        "<img src=x onerror=alert(1)>",
        "' OR 1=1; --",
        "x" * 5000,
        "\u202eevil",
        "🙂🙂",
        "..",
        "a:en:official",
        "%2e%2e%2f",
    ],
)
def test_a_hostile_title_ends_up_harmless(title: str) -> None:
    assert_harmless(read(f"# {title}\n\n{BODY}\n"))


@given(
    st.text(max_size=400).filter(lambda text: "\n" not in text),
    st.text(max_size=80).filter(lambda name: name.casefold() != SEAL_FILE),  # refused, since it is a library's secret
)
def test_any_title_and_name_make_a_usable_identity(title: str, name: str) -> None:
    printable = "".join(letter for letter in title if letter.isprintable())
    assert_harmless(read(f"# Title {printable}\n\n{BODY}\n", name))
    assert_harmless(read(f"{BODY}\n", name))


def assert_harmless(made: Document) -> None:
    assert made.edition == "upload"
    assert 1 <= len(made.slug) <= 80
    assert all(letter.isalnum() or letter in "-_" or letter.isprintable() for letter in made.slug)
    assert not set(made.slug) & set("/\\:.<>'\"% \x00\u202e")
    assert not made.slug.startswith("-")
    assert made.id == f"{made.slug}:{made.language}:upload"
    assert len(made.title) <= LONGEST_TITLE
    assert not UNPRINTABLE.search(made.title)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "# Note\n\nThe working group has decided that the harbour is deep and that it will be used.\n"),
        (
            "fr",
            "# Note\n\nLe groupe de travail a décidé que le port est profond et qu'il sera utilisé par les navires.\n",
        ),
        (
            "es",
            "# Nota\n\nEl grupo de trabajo ha decidido que el puerto es profundo y que será utilizado por los buques.\n",
        ),
        ("ru", "# Записка\n\nРабочая группа постановила, что гавань глубока и будет использоваться судами.\n"),
        ("ar", "# مذكرة\n\nقرر الفريق العامل أن الميناء عميق وأن السفن سوف تستخدمه.\n"),
        ("zh", "# 说明\n\n工作组决定，港口很深，船只将使用该港口。\n"),
    ],
)
def test_the_language_is_told_by_the_text(language: str, text: str) -> None:
    assert read(text, "note.en.md").language == language


def test_the_language_that_the_user_or_the_file_gives_wins() -> None:
    assert read(PLAIN, language="fr").language == "fr"
    assert read(head(language="es")).language == "es"
    assert read(head(language="es"), language="fr").language == "fr"


@pytest.mark.parametrize("language", ["de", "English", "EN", "''"])
def test_a_language_that_is_none_of_the_six_is_refused(language: str) -> None:
    with pytest.raises(ReadError, match="Known: en, fr, es, ru, ar, zh"):
        read(head(language=language))


def test_only_front_matter_makes_a_digest() -> None:
    made = read(head(edition="digest", symbol="A/75/100"))
    assert made.id == "A/75/100:en:digest"
    assert made.label == "A/75/100 (digest)"
    assert read("# Digest of A/75/100\n\nedition: digest\n", "digest.md").edition == "upload"
    assert read(PLAIN, "digest.md", symbol="A/75/100").edition == "official"


@pytest.mark.parametrize("edition", ["official", "upload", "Digest", "true"])
def test_front_matter_cannot_make_a_text_official(edition: str) -> None:
    assert read(head(edition=edition)).edition == "upload"


def test_links_of_front_matter_count_in_trusted_files_only() -> None:
    text = head(url="https://example.org/boats")
    assert read(text).url is None
    assert read(text, trusted=True).url == "https://example.org/boats"
    linked = read(head(url="https://evil.example/", symbol="A/75/100")).url
    assert linked is not None
    assert linked.startswith("https://docs.un.org/")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://example.org", "data:text/html,x", "7", "//example.org"])
def test_only_secure_links_count_even_in_trusted_files(url: str) -> None:
    assert read(head(url=url), trusted=True).url is None


@pytest.mark.parametrize(
    "given_",
    [
        {"title": "[a, b]"},
        {"title": "{a: b}"},
        {"title": "12"},
        {"date": "2021-08-12"},
        {"date": "[x]"},
        {"part": "[annex I]"},
        {"part": "3", "symbol": "A/75/100"},
        {"short": "{a: b}"},
        {"slug": "../x"},
        {"slug": "[]"},
        {"symbol": "[A/75/1]"},
        {"symbol": "12"},
        {"edition": "{}"},
        {"edition": "[digest]"},
        {"language": "[en, fr]"},
        {"language": "{a: b}"},
        {"url": '["https://example.org"]'},
        {"nonsense": "1"},
    ],
)
def test_odd_front_matter_is_read_as_text_or_refused_by_name(given_: dict[str, str]) -> None:
    try:
        made = read(head(**given_))
    except ReadError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert "note.md" in refusal
        return
    for value in (made.title, made.slug, made.part, made.short, made.date, made.url):
        assert value is None or isinstance(value, str)
    assert "/" not in made.slug
    assert (made.edition, made.language) == ("official" if made.symbol else "upload", "en")


def test_a_date_in_front_matter_is_kept_as_iso() -> None:
    assert read(head(date="2021-08-12")).date == "2021-08-12"


def test_the_hash_is_that_of_the_bytes_and_the_source_is_the_name() -> None:
    one, two = read(PLAIN, "a.md"), read(PLAIN + " ", "a.md")
    assert one.sha256 != two.sha256
    assert one.sha256 == read(PLAIN, "b.md").sha256
    assert one.source == "a.md"


def test_the_real_agenda_is_identified_though_it_prints_no_symbol(catalogue: Catalogue) -> None:
    at_hand(AGENDA)
    assert "2021/1" not in AGENDA.read_text(encoding="utf-8")
    made = read_document(FileInput(AGENDA).open(), catalogue)[0]
    assert made.id == "CTOC/COP/WG.7/2021/1:en:official"
    assert "catalogue" in made.proof
    assert read_document(FileInput(AGENDA, Symbol.parse("CTOC/COP/WG.7/2021/1")).open(), catalogue)[0].id == made.id


def test_the_real_agenda_under_a_wrong_symbol_is_refused(catalogue: Catalogue) -> None:
    at_hand(AGENDA)
    with pytest.raises(IdentityError, match=r"CTOC/COP/WG\.7/2021/2.*CTOC/COP/WG\.7/2021/1"):
        read_document(FileInput(AGENDA, Symbol.parse("CTOC/COP/WG.7/2021/2")).open(), catalogue)


def test_a_title_in_capitals_within_the_head_is_one_where_only_contents_follow() -> None:
    title = "REVIEW OF CLINICS AND OF THEIR STAFF"
    flow = Flow("TD/B/CN.4/87", pages=1).start()
    flow.told("*Third session", "Geneva, 6 June 2031", "Item 5 of the provisional agenda", title)
    flow.heading("CONTENTS", size=10).heading("Chapter", size=10).add(long_text(80), "1.")
    assert flow.document().title == title


def test_a_day_is_no_title_and_a_report_of_a_committee_has_one() -> None:
    flow = Flow("A/87/29", pages=1).start()
    for text in ("Report of the Committee on Clinics", "3 July 2031", "General Assembly"):
        flow.heading(text, size=14)
    assert flow.add(long_text(80), "1.").document().title == "Report of the Committee on Clinics"


def title(*lines: str, text: str = "1. Boats need a flag.") -> str:
    return read("\n\n".join([*lines, text])).title


def test_the_title_of_an_agenda_item_is_not_that_of_the_document_below_it() -> None:
    item, own = "#### Harbours and boats: depth of harbours", "# Letter dated 3 May 2031 from the harbour master"
    assert title("# General Assembly", "A/85/100", item, "#### Lighthouses", own) == own.lstrip("# ")
    assert title("# General Assembly", "A/85/100", own, item) == own.lstrip("# ")
    assert title("A/85/100", item, "Words between.", "# Annex") == item.lstrip("# ")


def test_what_is_said_of_a_body_is_a_title_and_its_name_is_none() -> None:
    told = "# Summary of the work of the Economic Commission for Harbours"
    assert title("# Economic and Social Council", "E/2031/19", told, "# Note by the Secretary-General") == told[2:]
    assert title("# E/2031/19", "# Economic Commission for Harbours", told) == told[2:]
    assert title("# Security Council", "S/2031/7", "# Security Council visit to the harbour") == (
        "Security Council visit to the harbour"
    )
    named = ("# Executive Board of the Harbour Programme and the Lighthouse Fund", "DP/2031/4", "# Lighthouse Fund")
    assert title(*named, "# Report on lamps") == "Report on lamps"


@pytest.mark.parametrize(
    "name",
    ["United Nations", "Nations Unies", "Naciones Unidas", "Организация Объединенных Наций", "الأمم المتحدة", "联合国"],
)
def test_bold_lines_of_the_head_are_no_titles_where_a_heading_follows(name: str) -> None:
    own = "# Depth of harbours"
    assert title(f"**{name}**", "A/85/100", "**Covenant on Boats**", "Distr.: General", own) == own[2:]
    assert title("**Covenant on Boats**", "A/85/100", "3 May 2031", own) == own[2:]
    assert title(f"# {name}", "A/85/100", own) == own[2:]


def test_a_report_is_not_called_by_a_decision_in_it() -> None:
    decision = "## Buoys\n\n*The Harbour Assembly*,\n\n*Recalling* the lamps,\n\n1. *Decides* to keep them."
    contents = "## Contents\n\n### Decisions\n"
    assert (
        title("A/85/100", "# Report of the Harbour Assembly", contents, text=decision)
        == "Report of the Harbour Assembly"
    )
    before = "1. The Assembly met in May."
    assert (
        title("A/85/100", "# Report of the Harbour Assembly", before, text=decision) == "Report of the Harbour Assembly"
    )
    assert title("A/85/100", "# Harbour Assembly", text=decision) == "Buoys"


def test_a_chinese_decision_is_called_by_its_title_and_not_by_what_adopted_it() -> None:
    own = "港口理事会关于船只年度报告的决定"
    assert title("**港口管理局**", "A/85/100", f"# {own}", text="1. 船只需要旗帜。") == own
    assert title("A/85/100", "# 大会通过的决议", f"# {own}", text="1. 船只需要旗帜。") == own


@pytest.mark.parametrize(
    "rows",
    [
        [("Question:", "3/5"), ("Source:", "Chair"), ("Title:", "Draft report on lamps"), ("Contact:", "A. Bend")],
        [("Source: 5B/12", "5B/34-E"), ("", "English only"), ("Draft report on lamps",)],
        [("Origen", "Presidencia"), ("Título", "Draft report on lamps"), ("Fecha", "3 de mayo de 2031")],
    ],
)
def test_a_table_at_the_head_has_the_title(rows: list[tuple[str, ...]]) -> None:
    cells = ["".join(f"<td{' colspan=2' * (len(row) < 2)}>{cell}</td>" for cell in row) for row in rows]
    table = "".join(f"<tr>{row}</tr>" for row in cells)
    text = f"<html><body><table>{table}</table><h2>1 Introduction</h2><p>{BODY}</p></body></html>"
    assert read(text, "paper.html").title == "Draft report on lamps"


def test_marks_of_notes_are_no_part_of_a_title() -> None:
    assert title("A/85/100", "# Views on boats No. 3/2031 *, **") == "Views on boats No. 3/2031"


def test_at_a_conference_its_name_is_no_title() -> None:
    name, own = "# International Conference for the Depth of Harbours", "# Harbour Declaration"
    assert title("A/CONF.300/2031/1", name, own) == "Harbour Declaration"
    assert title("A/85/100", name, "# Report of the Secretary-General") == name[2:]


def test_a_section_of_a_work_is_called_by_both() -> None:
    head = ("# Budget for 2032", "## Part IV", "## Trade", "# Section 16", "# Harbours")
    assert title("A/86/6 (Sect. 16)", *head) == "Budget for 2032: Section 16, Harbours"
    assert title("A/86/6", *head) == "Budget for 2032"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (
            ("United Nations A/85/PV.7", "General Assembly", "Eighty-fifth session", "7th plenary meeting"),
            "General Assembly, Eighty-fifth session, 7th plenary meeting",
        ),
        (("A/C.3/85/SR.4", "Summary record of the 4th meeting"), "Summary record of the 4th meeting"),
        (("S/PV.11000", "第一一〇〇〇次会议"), "第一一〇〇〇次会议"),
        (
            (
                "E/C.12/2031/SR.4",
                "Economic and Social Council",
                "Committee on Harbours",
                "Sixth session",
                "# Summary record of the 4th meeting",
            ),
            "Committee on Harbours, Sixth session, Summary record of the 4th meeting",
        ),
        (("A/C.3/85/SR.4", "# Compte rendu analytique de la 4e séance"), "Compte rendu analytique de la 4e séance"),
        (("A/C.3/85/SR.4", "# Acta resumida de la cuarta sesión"), "Acta resumida de la cuarta sesión"),
        (("A/C.3/85/SR.4", "# Краткий отчет о 4-м заседании"), "Краткий отчет о 4-м заседании"),
        (("A/C.3/85/SR.4", "# محضر موجز للجلسة الرابعة"), "محضر موجز للجلسة الرابعة"),
    ],
)
def test_the_record_of_a_meeting_is_called_by_its_meeting(head: tuple[str, ...], wanted: str) -> None:
    spoken = "**The meeting was called to order at 10.05 a.m.**"
    assert title(*head, spoken, "**Depth of harbours**", text="The President: I give the floor.") == wanted


def test_the_number_of_a_symbol_is_no_day_of_the_month_behind_it() -> None:
    assert read("A/85/100/Rev.1\n\nMarch 2031\n\n# A note on boats\n\n1. Boats need a flag.\n").date is None
    assert read("A/85/100/Rev.1 March 2031\n\n# A note on boats\n\n3 March 2031\n\nBoats.\n").date == "2031-03-03"


def test_a_treaty_is_called_by_its_title_and_not_by_its_preamble() -> None:
    name = "Protocol on the Depth of Harbours"
    articles = "\n\n".join(f"## Article {n}\n\n1. Boats need a flag." for n in (1, 2, 3))
    text = f"**{name}**\n\n## Preamble\n\nThe States Parties to this Protocol,\n\nRecalling the harbour,\n\n{articles}"
    assert read(text).title == name


def test_a_text_that_is_no_treaty_may_be_called_after_an_article() -> None:
    name = "Article 14 of the Convention: proposals for its amendment"
    assert read(f"XYZC/COM/2031/3\n\n# {name}\n\n1. Boats need a flag.\n").title == name


@pytest.mark.parametrize("mark", ["**", ""])
@pytest.mark.parametrize(
    ("body", "session", "place", "item", "name"),
    [
        ("Commission on Harbours", "Ninth session", "Bergen, 8–12 March 2031", "Item 4 of the provisional agenda", "Note on boats"),
        ("لجنة الموانئ", "الدورة التاسعة", "بيرغن، 8–12 آذار/مارس 2031", "البند 4 من جدول الأعمال المؤقت", "مذكرة عن القوارب"),
    ],
)  # fmt: skip
def test_the_session_is_no_title_whether_it_is_marked_or_the_whole_head_is_bare(
    mark: str, body: str, session: str, place: str, item: str, name: str
) -> None:
    head = "\n".join(["XYZC/COM/2031/2", "Distr.: General", "3 March 2031", ""])
    lines = [f"{mark}{body}{mark}", f"{mark}{session}{mark}", place, item]
    text = head + ("\n\n" if mark else "\n").join(lines) + f"\n\n{mark}{name}{mark}\n\n1. Boats need a flag.\n"
    assert read(text).title == name


@pytest.mark.parametrize(
    ("body", "adopted", "opened"),
    [
        ("Security Council", "Adopted by the Security Council at its 9th meeting", "The Security Council,"),
        ("Conseil de sécurité", "Adoptée par le Conseil de sécurité à sa 9e séance", "Le Conseil de sécurité,"),
        ("Consejo de Seguridad", "Aprobada por el Consejo de Seguridad en su 9a sesión", "El Consejo de Seguridad,"),
    ],
)
def test_who_adopted_a_resolution_is_no_title(body: str, adopted: str, opened: str) -> None:
    head = (f"# {body}", "S/RES/2900 (2031)", "# 2900 (2031)", f"# {adopted}", opened, "Recalling the harbour,")
    assert title(*head) == "2900 (2031)"


@pytest.mark.parametrize(
    ("language", "above", "opens", "follows", "one", "two", "foot"),
    [
        ("en", ("General Assembly", "6 March 2031", "Resolution adopted by the General Assembly on 4 March 2031",
                "[on the report of the Second Committee (A/85/441, para. 22)]", "85/401. Depth of harbours"),
         "The General Assembly,", "Recalling the reports,", "Decides to mark the day;", "Requests a report.",
         ("61st plenary meeting", "4 March 2031")),
        ("fr", ("Assemblée générale", "6 mars 2031", "Résolution adoptée par l’Assemblée générale le 4 mars 2031",
                "[sur la base du rapport de la Deuxième Commission (A/85/441, par. 22)]", "85/401. Profondeur des ports"),
         "L’Assemblée générale,", "Rappelant les rapports,", "Décide de marquer la journée ;", "Demande un rapport.",
         ("61e séance plénière", "4 mars 2031")),
        ("es", ("Asamblea General", "6 de marzo de 2031", "Resolución aprobada por la Asamblea General el 4 de marzo de 2031",
                "[sobre la base del informe de la Segunda Comisión (A/85/441, párr. 22)]", "85/401. Profundidad de los puertos"),
         "La Asamblea General,", "Recordando los informes,", "Decide celebrar el día;", "Solicita un informe.",
         ("61ª sesión plenaria", "4 de marzo de 2031")),
        ("ru", ("Генеральная Ассамблея", "6 марта 2031 года", "Резолюция, принятая Генеральной Ассамблеей 4 марта 2031 года",
                "[по докладу Второго комитета (A/85/441, п. 22)]", "85/401. Глубина гаваней"),
         "Генеральная Ассамблея,", "ссылаясь на доклады,", "постановляет отмечать день;", "просит представить доклад.",
         ("61-е пленарное заседание", "4 марта 2031 года")),
        ("zh", ("大会", "2031年3月6日", "2031年3月4日大会决议", "[根据第二委员会的报告(A/85/441，第22段)通过]", "85/401. 港口的深度"),
         "大会，", "回顾各项报告，", "决定纪念这一天；", "请秘书长提交报告。", ("2031年3月4日", "第61次全体会议")),
        ("ar", ("الجمعية العامة", "6 آذار/مارس 2031", "قرار اتخذته الجمعية العامة في 4 آذار/مارس 2031",
                "[بناء على تقرير اللجنة الثانية (A/85/441، الفقرة 22)]", "85/401 - عمق الموانئ"),
         "إن الجمعية العامة،", "إذ تشير إلى التقارير،", "تقرر الاحتفال باليوم؛", "تطلب تقديم تقرير.",
         ("الجلسة العامة 61", "4 آذار/مارس 2031")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("apart", ["\n", "\n\n"])
def test_a_resolution_without_marks_has_its_title_and_day_in_six_languages(
    language: str,
    above: tuple[str, ...],
    opens: str,
    follows: str,
    one: str,
    two: str,
    foot: tuple[str, ...],
    apart: str,
) -> None:
    body, distributed, *heads = above
    top = apart.join([body, "A/RES/85/401", "Distr.: General", distributed])
    text = "\n\n".join([top, *heads, opens, follows, f"1. {one}", f"2. {two}", apart.join(foot)])
    made = read_document(Input("resolution.txt", text.encode()), NOTHING)[0]
    assert (made.kind, made.language) == ("resolution", language)
    assert (made.title, made.date) == (heads[-1], "2031-03-06")
    assert adoption_date(made) == dt.date(2031, 3, 4)
    foot_lines = {block.ordinal for block in made.blocks[-len(foot if apart != "\n" else foot[:1]) :]}
    assert foot_lines <= edge_lines(made)
    assert made.masthead.dates == ""


@pytest.mark.parametrize(
    ("adopted", "opens"),
    [
        ("2031年3月4日大会决议[根据第二委员会的报告(A/85/441,第22段)通过]", "大会,"),
        ("大会2031年3月4日决议", "大会，"),
        ("二〇三一年三月四日大会第61次全体会议通过的决议", "大会，"),
        ("经济及社会理事会2031年3月4日通过的决议", "经济及社会理事会,"),
        ("缔约方会议2031年3月4日决定", "作为《港口议定书》缔约方会议的《公约》缔约方会议，"),
        ("联合国环境大会2031年3月4日通过的决议", "联合国环境大会,"),
        (
            "Резолюция, принятая Экономическим и Социальным Советом 4 марта 2031 года",
            "Экономический и Социальный Совет,",
        ),
        ("Резолюция, принятая Исполнительным комитетом 4 марта 2031 года", "Исполнительный комитет,"),
        ("قرار اتخذه المجلس الاقتصادي والاجتماعي في 4 آذار/مارس 2031", "إن المجلس الاقتصادي والاجتماعي,"),
    ],
)
def test_a_resolution_of_any_body_has_preambular_paragraphs(adopted: str, opens: str) -> None:
    words = {"大": ("回顾各项报告", "欢迎世界大会"), "Р": ("ссылаясь на доклады", "приветствуя конференцию")}
    first, second = words.get("Р" if adopted[0] == "Р" else "大", ())
    if opens.startswith("إن"):
        first, second = "إذ تشير إلى التقارير", "وإذ ترحب بالمؤتمر"
    text = f"A/RES/85/401\n\n{adopted}\n\n85/401. ABC\n\n{opens}\n\n{first},\n\n{second},\n\n1. {first}.\n"
    made = read_document(Input("resolution.txt", text.encode()), NOTHING)[0]
    assert (made.kind, made.title) == ("resolution", "85/401. ABC")
    assert [block.locator for block in made.blocks[-4:]] == [
        "preamble",
        "first preambular para.",
        "second preambular para.",
        "para. 1",
    ]


LETTER = """United Nations

A/88/410

General Assembly

Distr.: General

20 June 2032

{language}Original: Arabic

# Letter dated 3 June 2032 from the Permanent Representative of Arla addressed to the Secretary-General

I have the honour to transmit to you the report of the harbour of Arla, which covers the period from January to March.

## {annex}

"""
REPORT = "يغطي هذا التقرير أعمال الميناء في الربيع، وقد زارت السفن الميناء كل يوم من أيام الأسبوع.\n\n"


@pytest.mark.parametrize(("language", "annex"), [("English\n\n", "Annex"), ("", "Enclosure"), ("English\n\n", "مرفق")])
def test_a_letter_that_transmits_a_text_in_another_language_is_in_its_own(language: str, annex: str) -> None:
    made = read(LETTER.format(language=language, annex=annex) + REPORT * 9)
    assert made.language == "en"
    assert made.id == "A/88/410:en:official"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            ["International Harbour Authority", "|IHA/32/C/5", "|Thirty-second session", "|Agenda item 6", "ISSUES RELATING TO THE REGIONAL LIGHTING",
             "PLAN FOR THE NORTHERN RIDGE", "Note by the secretariat"],
            "ISSUES RELATING TO THE REGIONAL LIGHTING PLAN FOR THE NORTHERN RIDGE",
        ),
        (
            ["Executive Board", "|221 HB/7", "|221st session", "|Item 7 of the provisional agenda", "FOLLOW-UP TO THE DECISIONS ON", "LAMPS AND OIL",
             "SUMMARY"],
            "FOLLOW-UP TO THE DECISIONS ON LAMPS AND OIL",
        ),
        (
            ["Economic and Social Council", "|ECE/MP.WAT/2027/3", "|Distr.: General", "Eleventh session", "|Provisional agenda item 4",
             "Programme of work for 2025–2027:", "lamps and oil in the harbours of the Danube", "Note by the secretariat"],
            "Programme of work for 2025–2027: lamps and oil in the harbours of the Danube",
        ),
        (["|A/88/601", "|Agenda item 4", "Report on lamps", "Note by the secretariat"], "Report on lamps"),
    ],
)  # fmt: skip
def test_a_title_over_several_lines_is_whole_and_no_name_of_a_body(lines: list[str], title: str) -> None:
    head = "\n\n".join(line.removeprefix("|") if line.startswith("|") else f"**{line}**" for line in lines)
    document = read(f"{head}\n\n1. Lamps burn oil.\n\n2. Oil is dear.\n")
    assert document.title == title
    assert "tem" in document.masthead.item


NOTE = """                                              Réf. : OFT/2031/114

NOTE VERBALE

Le Secrétariat de l'Organisation des phares présente ses compliments aux Missions et a
l'honneur de se référer à la résolution sur les lampes, intitulée « Lampes », adoptée à
Lomé le 28 novembre 2030.

Il invite les Missions à répondre au questionnaire joint en annexe avant le 15 mai 2031.

                                              Lomé, le 19 janvier 2031

Annexe. Questionnaire sur les lampes

Partie A. Lampes

1. Combien de lampes le port a-t-il ?

Partie B. Huile

2. Combien d'huile les lampes brûlent-elles ?
"""


def test_the_date_of_a_letter_is_that_below_it_and_not_one_in_its_sentences() -> None:
    assert read(NOTE, "note.txt").date == "2031-01-19"
    assert read(NOTE.replace("Lomé, le 19 janvier 2031", ""), "note.txt").date == "2030-11-28"
    above = NOTE.replace("NOTE VERBALE", "NOTE VERBALE\n\n17 janvier 2031")
    assert read(above, "note.txt").date == "2031-01-17"


def test_annexes_and_parts_of_a_text_without_marks_are_headings_but_no_title() -> None:
    found = read(NOTE, "note.txt")
    assert found.title == "NOTE VERBALE"
    headings = {found.block_text(block): block.level for block in found.blocks if block.kind == "heading"}
    assert headings == {"Annexe. Questionnaire sur les lampes": 2, "Partie A. Lampes": 3, "Partie B. Huile": 3}
    assert [block.locator for block in found.blocks if block.number] == ["annex, para. 1", "annex, para. 2"]


PARTS = {
    "en": ("NOTE ON LAMPS", "Part A. Lamps", "Part B. Oil", "Annex II. Fees", "annex II"),
    "fr": ("NOTE SUR LES LAMPES", "Partie A. Lampes", "Partie B. Huile", "Annexe II. Droits", "annex II"),
    "es": ("NOTA SOBRE LAS LÁMPARAS", "Parte A. Lámparas", "Parte B. Aceite", "Anexo II. Tasas", "annex II"),
    "ru": ("ЗАПИСКА О ЛАМПАХ ПОРТА", "Часть I. Лампы", "Часть II. Масло", "Приложение II. Сборы", "annex II"),
    "ar": ("مذكرة بشأن المصابيح", "الجزء الأول. المصابيح", "الجزء الثاني. الزيت", "المرفق الثاني. الرسوم", "annex II"),
    "zh": ("关于灯的说明", "第一部分 灯", "第二部分 油", "附件二 费用", "annex II"),
}
LONG = {"ar": "تضاء المصابيح في كل ليلة. " * 9, "zh": "灯每天晚上都点亮。" * 20}


@pytest.mark.parametrize("language", PARTS)
def test_parts_and_annexes_without_marks_are_headings_in_six_languages(language: str) -> None:
    title, first, second, annex, place = PARTS[language]
    long = LONG.get(language, "1234 56 7890 " * 9)
    found = read(f"{title}\n\n{first}\n\n{long}\n\n{second}\n\n{long}\n\n{annex}\n\n1. {long}\n", "note.txt")
    assert found.title == title
    assert [found.block_text(block) for block in found.blocks if block.kind == "heading"] == [first, second, annex]
    assert found.blocks[-1].locator == f"{place}, para. 1"


def test_a_list_of_annexes_and_a_single_part_are_no_headings() -> None:
    text = "The harbour pays for its lamps and for the oil that they burn, every year in May.\n\n"
    listed = read(f"{text}Annex I. Lamps\n\nAnnex II. Oil\n\nThey follow.\n", "note.txt")
    assert not [block for block in listed.blocks if block.kind == "heading"]
    at_end = read(f"{text}Annex I. Lamps\n\nAnnex II. Oil\n", "note.txt")
    assert not [block for block in at_end.blocks if block.kind == "heading"]
    named = read(f"{text}Enclosure: list of lamps\n\nPart A. Lamps\n\nThey burn.\n", "note.txt")
    assert not [block for block in named.blocks if block.kind == "heading"]


@pytest.mark.parametrize(
    "line",
    [
        "Report OFT/2031/038", "Réf. : OFT/2031/038", "Referencia: OFT/2031/038", "Отчёт № OFT/2031/038",
        "المرجع: OFT/2031/038", "文号：OFT/2031/038",
    ],
)  # fmt: skip
def test_the_number_of_a_report_or_a_letter_behind_the_word_for_it_is_its_symbol(line: str) -> None:
    assert str(read(f"{line}\n\n# Of lamps\n\n1. Lamps burn.\n").symbol) == "OFT/2031/038"


@pytest.mark.parametrize("line", ["Reference: LA/COD/59/1", "Ref.: S/2031/303", "Report A/80/36", "Document A/80/36"])
def test_the_number_of_a_file_or_of_another_document_is_no_symbol_of_a_letter(line: str) -> None:
    assert read(f"{line}\n\n# Of lamps\n\n1. Lamps burn.\n").symbol is None


def test_a_heading_below_text_is_neither_the_body_nor_the_agenda_item() -> None:
    text = (
        "# Statement on lamps\n\nValletta, 4 May 2031\n\nThe harbours have lit two hundred new lamps, and they thank all who gave oil.\n\n"
        "## {}\n\nIt meets in May.\n"
    )
    assert read(text.format("Conference of donors")).masthead.body == ""
    assert read(text.format("Item 1. Adoption of the agenda")).masthead.item == ""
    assert read(text.format("Agenda item 13 (continued)")).masthead.item == "Agenda item 13 (continued)"


def places(made: Document) -> list[tuple[str, str, str]]:
    return [(block.kind, block.locator, made.block_text(block)) for block in made.blocks]


@pytest.mark.parametrize(
    "place", ["Bergen, 8–12 March 2031", "8–12 March 2031, Rio de Janeiro", "Santa Cruz, Bolivia, 8 March 2031"]
)
def test_a_bold_line_of_place_and_dates_is_no_title(place: str) -> None:
    name = "Convention on the Depth of Harbours"
    articles = "\n\n".join(f"## Article {n}\n\n1. Boats need a flag." for n in (1, 2, 3))
    made = read(f"**XYZC/CONF.2/6**\n\n**Conference on Harbours**\n\n**{place}**\n\n# {name}\n\n{articles}\n")
    assert (made.title, made.masthead.body) == (name, "Conference on Harbours")
    assert [where for _, where, _ in places(made)[:4]] == ["masthead", "masthead", "masthead", "title"]


def test_a_title_that_ends_with_place_and_dates_is_one() -> None:
    name = "Report on the workshop held in Bergen, 8–12 March 2031"
    assert read(f"**XYZC/COM/2031/3**\n\n# {name}\n\n# Boats\n\n1. Boats need a flag.\n").title == name


@pytest.mark.parametrize(
    ("issuer", "name", "day", "opens", "chapter"),
    [
        (
            "أمانة اتفاق الموانئ", "مذكرة شفوية", "9 حزيران/يونيه 2031",
            "تهدي أمانة اتفاق الموانئ تحياتها إلى البعثات الدائمة للدول الأطراف، وتتشرف بإبلاغها بما يلي:", "أولا - القوارب",
        ),
        (
            "Secretariat of the Convention on Harbours", "Note verbale", "9 June 2031",
            "The secretariat of the Convention presents its compliments to the Permanent Missions and informs them:", "Boats",
        ),
        (
            "Secrétariat de la Convention sur les ports", "Note verbale", "9 juin 2031",
            "Le secrétariat de la Convention présente ses compliments aux missions permanentes et les informe :", "Bateaux",
        ),
        (
            "Секретариат Конвенции о портах", "Вербальная нота", "9 июня 2031 года",
            "Секретариат Конвенции свидетельствует свое уважение постоянным представительствам и сообщает:", "Лодки",
        ),
    ],
)  # fmt: skip
def test_a_note_in_bold_is_called_by_its_form_and_its_opening_is_below_it(
    issuer: str, name: str, day: str, opens: str, chapter: str
) -> None:
    text = f"**XYZC/NV/2031/14**\n\n**{issuer}**\n\n**{name}**\n\n**{day}**\n\n{opens}\n\n## {chapter}\n\n1. {opens[:-1]}.\n"
    made = read(text)
    assert (made.title, made.masthead.body, made.date) == (name, issuer, "2031-06-09")
    assert places(made)[:5] == [
        ("paragraph", "masthead", "XYZC/NV/2031/14"),
        ("paragraph", "masthead", issuer),
        ("heading", "title", name),
        ("paragraph", "masthead", day),
        ("paragraph", f"section “{name}”, first paragraph", opens),
    ]


@pytest.mark.parametrize(
    ("head_line", "body", "distribution"),
    [
        ("Consejo Económico y Social Distr. general 5 de agosto de 2031", "Consejo Económico y Social", "general"),
        ("Economic and Social Council Distr.: General 5 August 2031", "Economic and Social Council", "General"),
        ("Conseil économique et social Distr. limitée 5 août 2031", "Conseil économique et social", "limitée"),
        ("Экономический и Социальный Совет Distr.: General 5 августа 2031 года", "Экономический и Социальный Совет", "General"),
    ],
)  # fmt: skip
def test_both_sides_of_a_masthead_on_one_line_are_told_apart(head_line: str, body: str, distribution: str) -> None:
    made = read(f"E/RES/2031/31\n\n{head_line}\n\n2031/31. Burros\n\n{BODY}\n", "resolution.txt")
    assert (made.masthead.body, made.masthead.distribution, made.masthead.date) == (body, distribution, "2031-08-05")


def test_the_lines_of_the_masthead_of_a_text_without_marks_are_no_paragraphs_of_it() -> None:
    lines = [
        "Naciones Unidas E/RES/2031/31",
        "Consejo Económico y Social Distr. general 5 de agosto de 2031",
        "Período de sesiones de 2031",
        "Tema 12 h) del programa",
        "Lámparas",
    ]
    adopted = "Resolución aprobada por el Consejo Económico y Social el 23 de julio de 2031"
    title = "2031/31. Lámparas de puerto"
    text = [
        "El Consejo Económico y Social,",
        "Recordando su resolución 2030/18,",
        "1. Pide un informe;",
        "2. Decide abrir.",
    ]
    made = read("\n\n".join([*lines, adopted, title, *text]) + "\n", "resolution.txt")
    assert (made.title, adoption_date(made)) == (title, dt.date(2031, 7, 23))
    assert [made.block_text(block) for block in item_lines(made)] == lines[-2:]
    found = places(made)
    assert found[: len(lines)] == [("paragraph", "masthead", line) for line in lines]
    assert [where for _, where, _ in found[len(lines) + 2 :]] == [
        "preamble", "first preambular para.", "para. 1", "para. 2",
    ]  # fmt: skip


def test_a_large_line_above_the_date_is_the_title_of_a_report_that_prints_no_symbol() -> None:
    flow = Flow(symbol="", pages=1)
    flow.top = 90
    title = "Audit of the lamps of the harbours"
    for words, size, style in [
        ("OFFICE OF HARBOUR SERVICES", 10, "b"), ("REPORT 2031/052", 10, "b"), (title, 14, "b"),
        ("17 July 2031", 10, "b"), ("Executive summary", 12, "b"),
    ]:  # fmt: skip
        flow.sheet.text(LEFT, flow.top, words, size, style)
        flow.top += 30
    flow.add(long_text(90)).add(long_text(90, 1), "1.")
    made = flow.document()
    assert (made.title, made.date) == (title, "2031-07-17")
    assert [(kind, where) for kind, where, text in places(made) if text == title] == [("heading", "title")]


def test_lines_between_those_of_the_masthead_belong_to_it_and_the_days_of_a_programme_do_not() -> None:
    above = ["Distr.: General", "English", "Section for harbours", "Ninth session"]
    days = ["**3 March 2031**", "Lamps", "**4 March 2031**", "Oil"]
    made = read("\n\n".join([*above, "**Programme of the visit**", *days]) + "\n")
    found = places(made)
    assert found[: len(above)] == [("paragraph", "masthead", line) for line in above]
    assert [kind for kind, _, _ in found[len(above) :]] == ["heading", "heading", "paragraph", "heading", "paragraph"]
