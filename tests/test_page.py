"""What the page serves, looked at without a browser: plain pages of documents, and what Gradio does not serve."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenLibrary, add
from hypothesis import given
from hypothesis import strategies as st
from services import Made, made_service, service_fixture

from assistant.api.problems import MEDIA_TYPE
from assistant.page.chat_turns import MAX_TURNS, Conversations, Turn
from assistant.page.excerpt_html import anchors_of, slug
from assistant.page.plain_pages import carried, web_address
from assistant.page.scope_choice import example_questions
from assistant.page.turn_html import sources_of, turn_html
from assistant.page_labels import word, words_of
from assistant.qa.answer import Answer, Citation, Statement
from assistant.service_errors import Overloaded
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.pipeline import Input, ingest

HTML = {"Accept": "text/html,application/xhtml+xml"}
AGENDA = "/documents/CTOC/COP/WG.7/2021/1"


made = service_fixture(starter=True, reading=True)


class Words(HTMLParser):
    """The text of HTML, and what stands in `mark`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = self.marked = ""
        self._marks = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._marks += tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._marks -= tag == "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._marks else ""


def test_every_block_of_every_document_is_on_its_page(made: Made) -> None:
    for document in made.library.documents():
        reply = made.client.get(f"/documents/{document.key}?language={document.language}&edition={document.edition}")
        assert reply.status_code == 200
        shown = Words(reply.text).text
        for block in document.blocks:
            for words in [document.quote(*cell) for cell in block.cells if cell] or [document.body(block)]:
                assert words in shown, (document.id, block.locator)


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize(
    ("address", "label", "limit"),
    [
        ("/documents?offset=x", "wrong_number", ""), ("/documents?offset=-1", "wrong_least", 0),
        ("/documents?language=aaaaaaaaaaa", "wrong_long", 10), ("/meetings?nothing=1", "wrong_unknown", ""),
        ("/themes/themes.exe", "wrong_choice", "docx, pdf, md"), ("/briefings?kind=boats", "wrong_choice", "item, theme, document, question"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_a_page_is_told_as_a_page_in_the_language_of_the_reader(
    made: Made, address: str, label: str, limit: object, reader: str
) -> None:
    reply = made.client.get(address, headers={"Accept-Language": reader})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "text/html; charset=utf-8")
    shown = " ".join(Words(reply.text).text.split())
    for told in (word("fault_invalid", reader), word("do_invalid", reader), f": {word(label, reader, limit=limit)}"):
        assert told in shown
    assert f'lang="{reader}"' in reply.text
    assert made.client.get("/api/v1/documents?offset=x", headers=HTML).headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize("reader", LANGUAGES)
def test_what_no_route_refuses_is_told_as_a_page_to_a_browser_and_as_a_problem_to_a_program(
    made: Made, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault")

    def busy(*_: object, **__: object) -> None:
        raise Overloaded("papers-wait", count=7, retry_after=7)

    headers = {**HTML, "Accept-Language": reader}
    long = {"name": "x" * 70_000}
    cases = [("GET", "/nothing", {}, 404, "not-found"), ("GET", "/sign-out", {}, 405, "failed"),
             ("POST", "/sign-in", {"data": long}, 413, "too-large"), ("POST", "/sign-in", {"data": {}}, 422, "invalid")]  # fmt: skip
    for method, address, more, status, code in cases:
        for accept, kind in ((headers, "text/html; charset=utf-8"), ({}, MEDIA_TYPE)):
            reply = made.client.request(method, address, headers=accept, **more)
            assert (reply.status_code, reply.headers["content-type"]) == (status, kind), address
            assert (word(f"fault_{code}", reader) in Words(reply.text).text) == bool(accept) or reader == "en"
    reply = made.client.post("/sign-in", data={"name": "x"}, headers=headers)
    assert f"password: {word('wrong_missing', reader)}" in Words(reply.text).text
    monkeypatch.setattr(made.service, "documents", broken)
    reply = made.client.get("/documents", headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert word("do_else", reader, id=reply.headers["x-request-id"]) in Words(reply.text).text
    monkeypatch.setattr(made.service, "documents", busy)
    reply = made.client.get("/documents", headers=headers)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "7")
    assert word("again_in", reader, seconds=7) in Words(reply.text).text
    assert f'href="/documents">{word("again", reader)}' in reply.text


def test_the_words_of_a_citation_are_marked_exactly(made: Made) -> None:
    for question in ("When is item 3?", "What must be done when a smuggled migrant is detained?"):
        for citation in made.service.engine.ask(question).citations:
            document = made.library.document(citation.document)
            address = f"/documents/{document.key}?edition={document.edition}&words={citation.start}-{citation.end}"
            reply = made.client.get(address)
            letters = "".join(Words(reply.text).marked.split()).replace("|", "")
            assert letters == "".join(citation.quote.split()).replace("|", "")
            assert reply.text.count('id="words"') == 1
    assert 'id="words"' not in made.client.get(f"{AGENDA}?words=5-3").text
    assert made.client.get(f"{AGENDA}?words=0-99999999").status_code == 200


def test_anchors_are_unique_and_the_annotations_of_an_item_have_the_short_one(starter_library: Library) -> None:
    for document in starter_library.documents():
        names = [name for each in anchors_of(document).values() for name in each]
        assert len(names) == len(set(names)), document.id
        page = [name for name in names if not name]
        assert not page
    agenda = starter_library.document("CTOC/COP/WG.7/2021/1:en:digest")
    anchors = anchors_of(agenda)
    places = {names[0]: agenda.blocks[ordinal].locator for ordinal, names in anchors.items()}
    assert places["item-3"] == "annotations, item 3"
    protocol = anchors_of(starter_library.document("A/RES/55/25, annex III:en:digest"))
    assert "art-6" in [names[0] for names in protocol.values()]
    assert slug("بند 3 (أ)") == "بند-3-أ"


def test_ids_of_a_page_are_used_once(made: Made) -> None:
    for path in (AGENDA, "/documents/figures", "/documents", "/meetings"):
        ids = re.findall(r'\bid="([^"]+)"', made.client.get(path).text)
        assert len(ids) == len(set(ids)), path


def test_a_document_that_is_not_held_is_told_on_a_page(made: Made) -> None:
    reply = made.client.get("/documents/%3Cscript%3Ealert(1)%3C/script%3E")
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in reply.text
    assert "&lt;script&gt;alert(1)" in reply.text


def test_what_can_be_read_is_there_for_head_too_and_nothing_else_is(made: Made) -> None:
    for path in ("/", "/documents", "/meetings", "/ask", "/api/v1/health", "/api/v1/documents"):
        assert made.client.head(path).status_code == 200, path
    assert made.client.head("/documents/A/99/1").status_code == 404
    assert made.client.head("/confirm").status_code == 405


def test_dates_are_written_out_in_the_language_of_the_reader(made: Made) -> None:
    shown = made.client.get("/meetings", headers={"Accept-Language": "ar"}).text
    assert "<bdi>فيينا</bdi>، " in shown
    shown = made.client.get("/agenda", headers={"Accept-Language": "ar"}).text
    assert ">\u2068CTOC/COP/WG.7/2021/1 (digest)\u2069، \u2068" in shown, "symbols keep their order, dates theirs"
    assert word("scope", "ar", scope="A/80/1, item 3 · 2021").endswith("\u2068A/80/1, item 3 · 2021\u2069")
    text = b"---\ntitle: Note on dates\ndate: 2025-12-18\n---\n# Note on dates\n\nDates are sweet.\n"
    add(made.library, made.service.engine.catalogue, Input("dates.md", text))
    for language, told in (("en", "dated 18 December 2025"), ("fr", "daté du 18 décembre 2025")):
        assert told in made.client.get("/documents/note-on-dates", headers={"Accept-Language": language}).text
    assert "2025-12-18" not in made.client.get("/documents?q=dates").text
    made.library.remove("note-on-dates:en:upload")


def test_documents_are_found_by_words_and_language_and_those_not_held_are_listed(made: Made) -> None:
    found = made.client.get("/documents?q=smuggling+protocol").text
    assert "A/RES/55/25, annex III" in found
    assert "Known but not in the library" in made.client.get("/documents").text
    assert "No document in the library matches" in made.client.get("/documents?language=fr").text
    assert made.client.get("/documents?q=x&language=zz&offset=999999").status_code == 200


def test_nothing_but_files_that_are_the_same_for_all_is_stored_by_browsers_and_proxies(made: Made) -> None:
    staff = made.by("staff")
    for path in ("/", "/ask", "/documents", "/conversations", "/drafts", "/mandates/mandates.csv?listed=1", "/api/v1/status",
                 "/evaluation", "/documents/none/page/1.png"):  # fmt: skip
        assert staff.get(path, follow_redirects=False).headers["cache-control"] == "no-store", path
    for path in ("/page/rapporteur.js", "/page/rapporteur.css"):
        reply = staff.get(path)
        assert reply.status_code == 200
        assert "no-store" not in reply.headers.get("cache-control", "")
        assert reply.headers["content-encoding"] == "gzip"
    program = re.search(r'src="\.(/assets/index-[\w-]+\.js)"', staff.get("/").text)
    assert program is not None
    assert "immutable" in staff.get(program[1]).headers["cache-control"], "its name changes with its content"
    assert "immutable" not in staff.get("/assets/index-none.js").headers.get("cache-control", "")


def test_pages_run_no_script_but_their_own_and_are_framed_nowhere(made: Made) -> None:
    for path in ("/", AGENDA, "/documents", "/meetings", "/documents/none"):
        policy = made.client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src", 1)[1].split(";", 1)[0]
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"https?:", policy)


def test_the_scripts_of_the_page_bear_a_nonce_that_no_other_page_has(made: Made) -> None:
    first, second = made.client.get("/"), made.client.get("/")
    nonce = re.search(r"'nonce-([\w-]+)'", first.headers["content-security-policy"])
    assert nonce is not None
    assert first.text.count(f'<script nonce="{nonce[1]}"') == first.text.count("<script")
    assert nonce[1] not in second.headers["content-security-policy"]
    assert "huggingface" not in first.text.split("window.gradio_config", 1)[0]
    assert int(first.headers["content-length"]) == len(first.content)


def test_a_conversation_is_given_to_its_own_client_alone_and_the_oldest_are_forgotten(made: Made) -> None:
    talks = Conversations(most=2)
    talk = talks.open(None, "amina")
    answer = made.service.engine.ask("When is item 3?")
    for n in range(MAX_TURNS + 5):
        talk.add(Turn(f"{n}", "", answer), f"<p>{n}</p>")
    assert (len(talk.turns), talk.number, talk.turns[0].question) == (MAX_TURNS, MAX_TURNS + 5, "5")
    assert talks.find(talk.token, "rashid") is None
    assert talks.open(talk.token, "rashid").token != talk.token
    assert talks.open(talk.token, "amina") is talk
    talks.open(None, "third")
    talks.open(None, "fourth")
    assert talks.find(talk.token, "amina") is None
    assert made.client.get(f"/conversations/{talk.token}.md").status_code == 404


@given(st.text(max_size=200))
def test_any_text_is_carried_whole_on_one_line_and_makes_no_element(text: str) -> None:
    html = carried("told.html", text=text, wrong=False)
    assert "\n" not in html
    assert html.count("<") == 2
    kept = "".join(each for each in text if each in "\n\r\t" or each >= " ").replace("\r\n", "\n").replace("\r", "\n")
    assert Words(html).text.strip() == kept.strip()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", None, "http://[", " x"]
)
def test_only_addresses_of_the_web_become_links(url: str | None) -> None:
    assert web_address(url) is None
    assert web_address("https://docs.un.org/en/A/1") == "https://docs.un.org/en/A/1"


def test_the_evaluation_report_is_shown_to_staff_and_runs_nothing(made: Made) -> None:
    address, staff = "/evaluation", made.by("staff")
    assert staff.get(address).status_code == 404
    path = Path(made.library.folder / "evaluation.html")
    path.write_text("<h1>Figures</h1><script>alert(1)</script>", encoding="utf-8")
    reply = staff.get(address)
    assert (reply.status_code, reply.text[:16]) == (200, "<h1>Figures</h1>")
    assert "sandbox" in reply.headers["content-security-policy"]


def test_a_document_names_its_other_versions_and_what_corrects_it(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("versions"), catalogue, reading=True) as made:
        english = "# Boats\n\n1. Every boat leaves the harbour at noon and needs a flag.\n"
        french = "# Bateaux\n\n1. Chaque bateau quitte le port à midi et doit porter un pavillon.\n"
        arabic = "# القوارب\n\n1. يغادر كل قارب الميناء عند الظهر ويحتاج إلى علم.\n"
        later = "# Boats\n\n1. Every boat leaves the harbour at one and needs a flag.\n"
        texts = (("A/80/1", english), ("A/80/1", french), ("A/80/1", arabic), ("A/80/1/Rev.1", later))
        sources = [Input(f"{n}.md", text.encode(), symbol=Symbol.parse(s)) for n, (s, text) in enumerate(texts)]
        assert {each.result for each in ingest(sources, made.library, catalogue)} == {"added"}
        page = made.client.get("/documents/A/80/1?language=en").text
        assert 'href="/documents/A/80/1?language=fr&amp;edition=' in page
        assert "Later revisions" in page
        assert "A newer or official text of this document is in the library." in page
        assert "/documents/A/80/1/Rev.1?language=en" in page
        assert '<article class="rp-text" lang="ar" dir="rtl">' in made.client.get("/documents/A/80/1?language=ar").text
        assert made.client.get("/documents/A/80/1?language=ru").status_code == 404
        assert "A/80/1/Rev.1" in Words(made.client.get("/documents?language=en").text).text


def test_words_that_a_document_has_no_more_are_shown_without_what_stands_there_now(made: Made) -> None:
    answer = made.service.engine.ask("When is item 3?")
    first = sources_of(made.service, answer)[0]
    drawn = [*first.before, *first.passage, *first.after]
    words = [part["text"] for each in drawn for part in each.get("parts", ())]
    assert "".join(words[:3]) in made.library.document(answer.citations[0].document).text
    assert len([part for each in first.passage for part in drawn_parts(each) if part["marked"]]) == 1
    statement = answer.statements[0]
    gone = replace(statement, citations=(replace(statement.citations[0], quote="Monday, 3 May"),))
    source = sources_of(made.service, replace(answer, statements=(gone,)))[0]
    assert (source.before, source.quote, source.after) == ((), "Monday, 3 May", ())
    assert source.passage == [{"parts": [{"text": "Monday, 3 May", "marked": True, "answers": False}]}]


def drawn_parts(piece: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The words of a piece of an excerpt, cell by cell where it is a table."""
    return (
        [part for row in piece["rows"] for cell in row["cells"] for part in cell] if "rows" in piece else piece["parts"]
    )


DUES = """# Harbour dues

## Table 1. Dues by kind of boat

| Boat | Dues (crowns) | Days |
|---|---|---|
| Sloop | 40 | 3 |
| Ketch | | 4 |

Boats pay at noon | or at dusk.
"""


def test_rows_of_a_table_are_shown_as_a_table_with_its_head(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("dues"), catalogue) as made:
        list(ingest([Input("dues.md", DUES.encode())], made.library, catalogue))
        document = next(each for each in made.library.documents() if each.title == "Harbour dues")

        def shown(*quotes: str) -> str:
            starts = [document.text.index(each) for each in quotes]
            cites = [
                Citation.of(document, at, at + len(each), "table 1", "x")
                for at, each in zip(starts, quotes, strict=True)
            ]
            statement = Statement(" ".join(quotes), "quoted", tuple(cites))
            answer = Answer("What do boats pay?", "en", "answered", "", (statement,))
            html = turn_html(made.service, 1, Turn(answer.question, "", answer))
            return html.partition('<div class="rp-answer')[2].partition("<aside")[0]

        rows = [each for each in document.text.split("\n") if each.startswith(("Sloop", "Ketch"))]
        html = shown("\n".join(rows))
        assert "|" not in Words(html).text
        assert re.findall(r"<th scope=\"col\">(.*?)</th>", html) == ["Boat", "Dues (crowns)", "Days"]
        assert re.findall(r"<td>(.*?)</td>", html) == ["Sloop", "40", "3", "Ketch", "", "4"]
        led = shown("Table 1. Dues by kind of boat", rows[0])
        assert '<p class="rp-text">Table 1. Dues by kind of boat</p>' in led
        assert re.findall(r"<td>(.*?)</td>", led) == ["Sloop", "40", "3"]
        for quote in ("Boats pay at noon | or at dusk.", rows[0][:-4]):
            assert "<table" not in shown(quote), "no table, or part of a row"
            assert quote in Words(shown(quote)).text


def test_the_text_around_a_row_that_is_cited_is_a_table_with_its_head_and_the_cited_cells_marked(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("around"), catalogue) as made:
        hostile = DUES.replace("Ketch", 'Ketch "&amp;lt;')
        list(ingest([Input("dues.md", hostile.encode())], made.library, catalogue))
        document = next(each for each in made.library.documents() if each.title == "Harbour dues")
        row = next(each for each in document.text.split("\n") if each.startswith("Sloop"))
        start = document.text.index(row)
        (passage,) = [each for each in made.library.passages(document.id) if each.start <= start < each.end]
        cite = Citation.of(document, start, start + len(row), "table 1, row 1", passage.id)
        statement = Statement(row, "quoted", (cite,))
        answer = Answer("What does a sloop pay?", "en", "answered", "", (statement,))
        html = turn_html(made.service, 1, Turn(answer.question, "", answer)).partition("<aside")[2]
        assert re.findall(r"<th scope=col>(.*?)</th>", html) == ["Boat", "Dues (crowns)", "Days"]
        assert re.findall(r"<mark>(.*?)</mark>", html) == ["Sloop", "40", "3"]
        assert re.findall(r"<td>(Ketch.*?)</td>", html) == ["Ketch &#34;&amp;lt;"]
        assert Words(html).text.count("|") == 1, "that of the sentence below, which is no cell"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("fr", "fr"),
        ("zh-TW,zh;q=0.9", "zh"),
        ("de-CH, ar-EG;q=0.8, en;q=0.7", "ar"),
        ("en;q=0.3, ru;q=0.9", "ru"),
        ("en;q=0, es", "es"),
        ("*;q=0.1, ;;;, fr;q=x, q=1, es;q=0.2", "es"),
        ("x," * 100_000, "en"),
    ],
)
def test_plain_pages_speak_the_language_that_the_browser_likes_best(made: Made, wishes: str, language: str) -> None:
    made.client.cookies.clear()
    for path in (
        "/documents",
        "/meetings",
        AGENDA,
        "/briefings",
        "/topics",
        "/agenda",
        "/sign-in",
        "/documents/none",
        "/",
    ):
        text = made.client.get(path, headers={"Accept-Language": wishes}).text
        assert re.search(r"<html\s[^>]*lang=\"(\w+)\"", text)[1] == language  # type: ignore[index]
        assert 'dir="rtl"' in text or language != "ar"
        assert "@@" not in text
    assert words_of(language)["find"] in made.client.get("/documents", headers={"Accept-Language": wishes}).text


@pytest.mark.parametrize(
    ("back", "goes"),
    [
        ("/documents?q=x", "/documents?q=x"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_the_switch_keeps_the_language_and_leads_nowhere_else(made: Made, back: str, goes: str) -> None:
    made.client.cookies.clear()
    reply = made.client.get("/language", params={"to": "ru", "next": back}, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, goes)
    assert "HttpOnly" in reply.headers["set-cookie"]
    shown = made.client.get("/meetings", headers={"Accept-Language": "fr"}).text
    assert '<html lang="ru" dir="ltr">' in shown
    assert "октября 2021" in shown
    made.client.get("/language", params={"to": '"><script>', "next": back}, follow_redirects=False)
    assert '<html lang="ru"' in made.client.get("/meetings").text
    made.client.cookies.clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_to_begin_with_are_made_of_what_is_held_and_answered_in_the_readers_language(
    made: Made, language: str
) -> None:
    engine = made.service.engine
    offered = example_questions(engine.library, language)
    assert 4 <= len(offered) <= 6
    for question in offered:
        answer = engine.ask(question)
        assert (answer.status, answer.language) == ("answered", language), question


def test_what_does_not_say_what_it_asks_about_is_asked_back_with_questions_that_are_answered(made: Made) -> None:
    turn = Turn("2021", "", made.service.engine.ask("2021"))
    drawn = turn_html(made.service, 1, turn, now=True)
    assert drawn.count('<a class="rp-ask rp-button" href="/?ask=') == 3
    assert "rp-share" not in drawn, "there is no answer to link to"
    assert turn_html(made.service, 1, turn, plain=True).count('href="/ask?ask=') == 3
    long = Turn("why" * 1_000, "", made.service.engine.ask("why" * 1_000))
    assert "rp-button" not in turn_html(made.service, 1, long, now=True)


def test_what_a_document_says_is_asked_of_topics_with_paragraphs_below_them(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    text = (
        "All harbours mend their lamps once a year, and each of them tells the Committee what the repair of harbour lamps and read before has cost. "
        * 2
    )
    table = "| Symbol | Title |\n| --- | --- |\n| A/RES/1/2 | On harbour lamps of all the coasts and of their keepers and friends, and more |\n"
    parts = {"Introduction": text, "Resolutions of all bodies": table, "Budget for 2025": text, "Harbours mended more lamps than ever": text, "Repair of harbour lamps": text,
             "Read before": text, "Harbour walls": "See above.", "Read before ": text}  # fmt: skip
    paper = "# Lamps\n\n" + "\n\n".join(f"## {name}\n\n{below}" for name, below in parts.items())
    library = open_library()
    add(library, catalogue, Input("lamps.md", paper.encode()))
    (asked,) = example_questions(library, "en")
    assert "“Repair of harbour lamps”" in asked


def test_an_empty_library_offers_no_questions(open_library: OpenLibrary) -> None:
    assert example_questions(open_library(), "en") == []
