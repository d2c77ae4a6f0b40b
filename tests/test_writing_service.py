"""Briefings, themes and comparisons behind the doors: every place is one click from its words, files, turns, refusals."""

from __future__ import annotations

import gc
import re
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from harbour import AGENDA, LAMPS
from model_server import Excerpts, the, writer_at, writing
from running_servers import Answer as Reply
from services import Made, made_service, service_fixture
from waiting import WAIT, until

from assistant.access import Principal, Role
from assistant.access.rate_limits import RateLimits
from assistant.api.api_replies import file_reply
from assistant.paper_requests import (
    BriefingRequest,
    ComparisonRequest,
    MandatesRequest,
    OriginsRequest,
    PaperRequest,
    ThemesRequest,
)
from assistant.reports import Progress
from assistant.service.paper_queue import KEPT, PASSING, Paper, PaperQueue, Work
from assistant.service.question_queue import QuestionQueue
from assistant.service_errors import Overloaded, TooMany
from assistant.time_slices import Aside
from corpus.catalogue import Catalogue
from corpus.symbols import Symbol
from ingest.pipeline import Input, ingest

ITEM = "kind=item&value=3&audience=chair"
ENGLISH = "# Boats\n\n1. Every boat leaves the harbour at noon and needs a flag.\n\n2. Lamps are lit at dusk.\n"
LATER = "# Boats\n\n1. Every boat leaves the harbour at one and needs a flag.\n\n2. Lamps are lit at dusk.\n"
ARABIC = "# القوارب\n\n1. يغادر كل قارب الميناء عند الظهر ويحتاج إلى علم.\n"


made = service_fixture(starter=True, reading=True)


@pytest.fixture(scope="module")
def boats(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("boats"), catalogue, page=False, reading=True) as found:
        texts = (("A/80/1", ENGLISH), ("A/80/1", ARABIC), ("A/80/1/Rev.1", LATER))
        sources = [Input(f"{n}.md", text.encode(), symbol=Symbol.parse(s)) for n, (s, text) in enumerate(texts)]
        assert {each.result for each in ingest(sources, found.library, catalogue)} == {"added"}
        yield found


@pytest.fixture
def question_queue() -> Iterator[QuestionQueue]:
    found = QuestionQueue()
    yield found
    assert found.close(60)


@pytest.fixture
def papers(question_queue: QuestionQueue) -> Iterator[PaperQueue]:
    """Papers of which one client has three places."""
    found = PaperQueue(question_queue, 12)
    yield found
    assert found.close(60)


def shown(made: Made, address: str, status: int = 200) -> str:
    """A page once it is there, or why it is not: as a browser does, it is asked for again where it says so."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        reply = made.client.get(address)
        assert "script-src 'self';" in reply.headers["content-security-policy"]
        assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=", reply.text)
        if reply.status_code != 202:
            assert reply.status_code == status, reply.text
            return reply.text
        assert reply.headers["refresh"]
    raise AssertionError("The paper does not come.")


def places(html: str) -> list[str]:
    """The addresses of words in documents."""
    return [unescape(each) for each in re.findall(r'href="(/documents/[^"]*#words)"', html)]


def opens(made: Made, address: str) -> None:
    """Checks that an address opens a document at marked words."""
    reply = made.client.get(address)
    assert reply.status_code == 200, address
    assert reply.text.count(' id="words">') == 1, address


def test_the_page_of_a_paper_that_waits_says_how_many_come_before_it_and_which_is_in_progress(made: Made) -> None:
    begun, held = threading.Event(), threading.Event()

    def slow(tell: Progress, aside: Aside) -> None:
        tell("A title of somebody else", 2, 8)
        with aside():
            begun.set()
            held.wait(WAIT)

    made.service.papers.queue.request("slow", slow, kind="briefing")
    assert begun.wait(WAIT)
    waiting = made.client.get("/briefings?kind=item&value=2&audience=chair")
    assert (waiting.status_code, "Papers to be finished before this one: 1." in waiting.text) == (202, True)
    assert "In progress now: Writing the briefing (3/8)." in re.sub("[\u2068\u2069]", "", waiting.text)
    assert "somebody else" not in waiting.text
    held.set()
    shown(made, "/briefings?kind=item&value=2&audience=chair")


def test_every_footnote_of_a_briefing_opens_the_words_that_it_cites(made: Made) -> None:
    told = made.client.get(f"/api/v1/briefings?{ITEM}").json()
    page = shown(made, f"/briefings?{ITEM}")
    notes = re.findall(r'<li id="fn-\d+">(.*?)</li>', page, re.DOTALL)
    assert notes
    assert all(places(note) for note in notes)
    spans = {f"words={each['start']}-{each['end']}" for each in told["citations"]}
    assert {re.search(r"words=\d+-\d+", each).group() for each in places(page)} <= spans  # type: ignore[union-attr]
    for address in dict.fromkeys(places(page)):
        opens(made, address)


def test_a_briefing_is_the_same_by_every_door_and_a_file_where_one_is_wanted(made: Made) -> None:
    body = {"kind": "item", "value": "3", "audience": "chair"}
    posted = made.client.post("/api/v1/briefings", json=body)
    assert posted.json() == made.client.get(f"/api/v1/briefings?{ITEM}").json()
    assert posted.json()["sections"]
    by_header = made.client.post("/api/v1/briefings", json=body, headers={"Accept": "text/markdown"})
    by_format = made.client.post("/api/v1/briefings", json={**body, "format": "md"})
    by_page = made.client.get(f"/briefings/briefing.md?{ITEM}")
    assert by_header.content == by_format.content == by_page.content
    assert by_header.headers["content-disposition"] == by_page.headers["content-disposition"]
    assert by_header.headers["content-disposition"] == 'attachment; filename="briefing-3.md"'
    assert b"/documents/" not in by_page.content
    assert made.client.get(f"/api/v1/briefings?{ITEM}&format=html").text.startswith("<!DOCTYPE html>")


def test_a_file_is_called_by_what_it_is_about_in_letters_and_digits_alone() -> None:
    hostile = '../../A/RES/80/118"\r\nX: 1; filename=run.exe'
    told = {
        about: file_reply(b"", "docx", "briefing", about).headers["content-disposition"]
        for about in (hostile, "", "القوارب", "—" * 99)
    }
    assert told[hostile] == 'attachment; filename="briefing-A-RES-80-118-X-1-filename-run-exe.docx"'
    assert told[""] == told["—" * 99] == 'attachment; filename="briefing.docx"'
    assert told["القوارب"].startswith("attachment; filename=\"briefing.docx\"; filename*=UTF-8''briefing-%D8%A7")


def test_every_document_and_quote_of_every_theme_is_one_click_from_its_words(made: Made) -> None:
    themes = made.client.get("/api/v1/themes").json()["themes"]
    page = shown(made, "/themes")
    linked = {re.search(r"words=(\d+-\d+)", each).group(1) for each in places(page)}  # type: ignore[union-attr]
    for theme in themes:
        assert f'id="theme-{theme["number"]}"' in page
        assert page.count(f'href="#theme-{theme["number"]}"') == 2, "on the map and in the timeline"
        first = {each["document"]: f"{each['start']}-{each['end']}" for each in reversed(theme["passages"])}
        quoted = {f"{said['citations'][-1]['start']}-{said['citations'][-1]['end']}" for said in theme["summary"]}
        assert {*first.values(), *quoted} <= linked
    assert page.count("<svg ") == 2
    for address in list(dict.fromkeys(places(page)))[::25]:
        opens(made, address)


def test_an_unknown_theme_is_not_found_and_what_is_near_is_named(made: Made) -> None:
    name = made.client.get("/api/v1/themes").json()["themes"][0]["name"]
    assert [each["name"] for each in made.client.get(f"/api/v1/themes?theme={name}").json()["themes"]] == [name]
    reply = made.client.get("/api/v1/themes?theme=nothing of the kind&format=md")
    assert reply.status_code == 404
    assert "Similar:" in reply.json()["detail"]


def test_a_comparison_shows_the_words_that_differ_and_where_they_stand(boats: Made) -> None:
    page = shown(boats, "/comparison?first=A/80/1&second=A/80/1/Rev.1")
    assert "<del>noon</del>" in page
    assert "<ins>one</ins>" in page
    assert len(places(page)) == 2
    for address in places(page):
        opens(boats, address)
    changes = boats.client.get("/api/v1/compare?document=A/80/1&document=A/80/1/Rev.1").json()["changes"]
    assert [each["kind"] for each in changes] == ["changed"]


def test_three_versions_are_compared_in_a_row_by_page_and_program(boats: Made) -> None:
    page = shown(boats, "/comparison?first=A/80/1&second=A/80/1/Rev.1&third=A/80/1")
    assert page.count("<del>noon</del>") == page.count("<ins>noon</ins>") == 1
    names = "document=A/80/1&document=A/80/1/Rev.1&document=A/80/1"
    steps = boats.client.get(f"/api/v1/compare?{names}").json()["steps"]
    assert [step["second"] for step in steps] == [steps[1]["first"], steps[0]["first"]]
    file = boats.client.get("/comparison/comparison.md?first=A/80/1&second=A/80/1/Rev.1&third=A/80/1")
    assert file.content == boats.client.get(f"/api/v1/compare?{names}&format=md").content


def test_what_documents_say_on_a_topic_is_quoted_side_by_side(made: Made) -> None:
    told = made.client.get("/api/v1/compare?topic=smuggling of migrants by sea&document=past-topics").json()
    assert told["topic"] == "smuggling of migrants by sea"
    for side in told["sides"]:
        for cite in (cite for each in side["statements"] for cite in each["citations"]):
            assert made.library.document(side["document"]).quote(cite["start"], cite["end"]) == cite["quote"]
    assert told["sides"]


def test_a_topic_is_the_same_on_its_page_and_in_its_file(made: Made) -> None:
    where = "topic=smuggling of migrants by sea&documents=past-topics%0Afigures"
    page = shown(made, f"/topics?{where}")
    told = made.client.get(
        "/api/v1/compare?topic=smuggling of migrants by sea&document=past-topics&document=figures"
    ).json()
    quotes = [cite["quote"] for side in told["sides"] for each in side["statements"] for cite in each["citations"]]
    file = made.client.get(f"/topics/topic.html?{where}")
    assert file.status_code == 422, "a page is no file"
    written = unescape(made.client.get(f"/topics/topic.md?{where}").text)
    for quote in quotes:
        assert " ".join(quote.split())[:40] in unescape(page)
        assert " ".join(quote.split())[:20] in written.replace("\\", "")
    for address in places(page):
        opens(made, address)
    assert "Nothing in the library could be quoted" in shown(made, "/topics?topic=zeppelin upholstery")


def test_where_words_come_from_is_the_same_on_its_page_in_its_file_and_for_a_program(boats: Made) -> None:
    told = boats.client.get("/api/v1/origins?document=A/80/1/Rev.1").json()
    assert told["new"] == len(told["paragraphs"]) > 0
    page = shown(boats, "/origins?document=A/80/1/Rev.1")
    for address in places(page):
        opens(boats, address)
    file = boats.client.get("/origins/origins.md?document=A/80/1/Rev.1")
    assert file.content == boats.client.get("/api/v1/origins?document=A/80/1/Rev.1&format=md").content
    assert boats.client.get("/api/v1/origins?document=A/80/1/Rev.1&place=99").status_code == 404


def test_the_agenda_page_names_what_is_missing_and_gives_staff_alone_a_link_to_fetch_it(
    made: Made, boats: Made
) -> None:
    address = "/agenda?language=fr&language=ar"
    found = made.client.get(f"/api/v1{address}").json()
    documents = [*found["announced"], *found["cited"]]
    assert any(each["command"] for each in documents)
    page = shown(made, address)
    assert all(each["symbol"] in page for each in documents)
    assert "fetch=" not in page
    links = re.findall(r'href="/\?([^"]*fetch=[^"]*)"', made.by("staff").get(address).text)
    assert [parse_qs(unescape(each)) for each in links] == [
        {"tab": ["staff"], "fetch": [each["later"] or each["symbol"]], "in": [" ".join(each["missing"])]}
        for each in documents
        if each["command"]
    ]
    assert "There is no agenda in the library." in shown(boats, "/agenda")


def test_an_arabic_briefing_runs_from_right_to_left(boats: Made) -> None:
    page = shown(boats, "/briefings?kind=document&value=A/80/1&language=ar")
    assert '<article class="publication" lang="ar" dir="rtl">' in page
    assert any("language=ar" in each for each in places(page))


def test_the_agenda_is_checked_against_what_is_held(made: Made, boats: Made) -> None:
    found = made.client.get("/api/v1/agenda").json()
    assert found["announced"]
    assert found["complete"] in (True, False)
    reply = boats.client.get("/api/v1/agenda?meeting=A/80/9")
    assert (reply.status_code, reply.json()["detail"]) == (404, "The library has no agenda A/80/9.")


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/v1/briefings?kind=item&value=99", 422, "99"),
        ("/api/v1/briefings?kind=theme&value=boats&language=zh", 422, "The library has no document in Chinese"),
        ("/api/v1/compare?document=A/80/1", 422, "Name two or more documents"),
        ("/api/v1/compare?document=A/80/1&document=A/99/1", 404, "A/99/1"),
        ("/api/v1/compare?topic=%20", 422, "The topic is empty"),
        ("/briefings?kind=theme&value=boats&language=zh", 422, "The library has no document in Chinese"),
        ("/briefings?kind=poem&value=boats", 422, "kind</bdi>: one of these: item, theme"),
        ("/themes?language=xx", 422, "language</bdi>: one of these: en, fr"),
        ("/comparison?first=A/80/1&second=A/99/1", 404, "A/99/1"),
        ("/topics?topic=boats&documents=A/99/1", 404, "A/99/1"),
        ("/topics?topic=boats&documents=" + "A/80/1;" * 13, 422, "13 documents were given"),
        ("/topics?topic=boats&language=xx", 422, "language</bdi>: one of these: en, fr"),
        ("/mandates?listed=1", 404, "There are no resolutions in the library"),
        ("/mandates?listed=1&year=soon", 422, "year</bdi>: cannot be read"),
        ("/api/v1/mandates?document=A/99/1", 404, "A/99/1"),
        ("/agenda?meeting=A/80/9", 404, "The library has no agenda A/80/9."),
        ("/agenda?language=xx", 422, "language</bdi>: one of these: en, fr"),
    ],
)
def test_what_cannot_be_written_is_told_in_a_sentence(
    made: Made, boats: Made, address: str, status: int, said: str
) -> None:
    where = made if "value=99" in address else boats
    for _ in range(2):  # a failure that was told is not kept for good
        reply = where.client.get(address)
        assert reply.status_code == status
        assert said in unescape(reply.text)
        kind = "application/problem+json" if address.startswith("/api/") else "text/html"
        assert reply.headers["content-type"].startswith(kind)


def test_a_missing_program_for_a_format_is_named_and_not_where_the_server_lies(
    boats: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    reply = boats.client.get("/api/v1/compare?document=A/80/1&document=A/80/1/Rev.1&format=docx")
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:rapporteur:problem:conflict")
    detail = reply.json()["detail"]
    assert "pandoc" in detail
    assert "python -m pip install" in detail
    assert sys.executable not in detail
    assert str(Path(__file__).parent.parent) not in detail


def test_what_people_send_is_escaped(boats: Made) -> None:
    page = shown(boats, "/briefings?kind=theme&value=%3Cscript%3Ealert(1)%3C/script%3E", 422)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("maker", "request_"),
    [
        ("brief.brief_maker.make_briefing", BriefingRequest(kind="document", value="A/80/1")),
        ("themes.theme_maker.find_themes", ThemesRequest()),
        ("comparison.text_diff.compare_versions", ComparisonRequest(document=["A/80/1", "A/80/1/Rev.1"])),
        ("comparison.topic_comparison.compare_topic", ComparisonRequest(topic="boats")),
        ("comparison.provenance.find_origins", OriginsRequest(document="A/80/1")),
        ("mandates.mandate_list.list_mandates", MandatesRequest()),
    ],
)
def test_a_paper_in_the_middle_of_which_documents_change_is_begun_again(
    boats: Made, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, maker: str, request_: PaperRequest
) -> None:
    begun: list[str] = []

    def make(*_given: object) -> str:
        begun.append(maker)
        if len(begun) == 1:
            text = f"# Quays\n\n1. Quays are swept at dawn by order {maker}.\n".encode()
            assert [each.result for each in ingest([Input(f"{maker}.md", text)], boats.library, catalogue)] == ["added"]
            raise KeyError("A/80/L.7:en:official")
        return "made"

    monkeypatch.setattr(f"assistant.reports.{maker}", make)
    made = boats.service.papers.begin(Principal(Role.STAFF, "account", "account:amina"), request_)
    assert (made.future.result(WAIT) if isinstance(made, Paper) else made) == "made"  # type: ignore[comparison-overlap]
    assert len(begun) == 2


def test_questions_are_answered_between_the_parts_of_a_paper(question_queue: QuestionQueue, papers: PaperQueue) -> None:
    begun, asked = threading.Event(), threading.Event()
    order: list[str] = []

    def work(tell: Progress, aside: Aside) -> str:
        for n in range(2):
            tell(f"part {n}", n, 2)
            with question_queue.batch():  # as the embedding of passages does inside
                begun.set()
                asked.wait(WAIT)
                order.append(f"part {n}")
        return "paper"

    paper = papers.request("key", work)
    assert begun.wait(WAIT)
    answers = [question_queue.submit(lambda: order.append("answer"), "somebody") for _ in range(2)]
    asked.set()
    assert paper.future.result(WAIT) == "paper"
    for answer in answers:
        answer.result(WAIT)
    assert order == ["part 0", "answer", "answer", "part 1"]
    assert (paper.done, paper.total, paper.part) == (1, 2, "part 1")
    assert papers.request("key", work) is paper


def test_a_service_that_stops_ends_a_paper_between_two_parts(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_service(tmp_path, catalogue, page=False, reading=True) as made:
        monkeypatch.setattr("assistant.reports.brief.brief_maker._build_section", _stopping(made))
        reply = made.client.get("/api/v1/briefings?kind=document&value=boats.txt")
        assert (reply.status_code, reply.json()["title"]) == (503, "The service is busy")
        assert "retry-after" in reply.headers


def _stopping(made: Made) -> object:
    from assistant.reports.brief.brief_maker import _build_section

    made_as_before = _build_section

    def section(*args: object) -> object:
        made.service.stop()
        return made_as_before(*args)  # type: ignore[arg-type]

    return section


def test_a_written_briefing_is_the_same_by_every_door_and_is_made_again_after_a_failure(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    texts = [Input(f"{n}.md", text.encode()) for n, text in enumerate((AGENDA, LAMPS))]
    pay = "Each winter the council of the harbour settles the pay of harbour masters."
    fails = [True]

    def script(excerpts: Excerpts, _: str) -> str | Reply:
        given = any("pay of harbour masters" in each for each in excerpts.values())
        told = f"{pay} [{the(excerpts, 'pay of harbour masters')}]" if given else "NO ANSWER"
        return Reply(503) if fails else told

    with made_service(tmp_path, catalogue, page=False, reading=True) as made, writing(script) as served:
        assert {each.result for each in ingest(texts, made.library, catalogue)} == {"added"}
        made.service.engine.writer = writer_at(served.url, silence=60, seconds=120)
        where = "kind=item&value=2"
        failed = made.client.get(f"/api/v1/briefings?{where}").json()
        assert "The model scripted is overloaded; ask again later." in shown(made, f"/briefings?{where}")
        assert [each["written"]["failed"] for each in failed["sections"] if each["written"]] == [True]
        fails.clear()
        assert made.client.get(f"/api/v1/briefings?{where}").json() == failed, "kept for a while"
        monkeypatch.setattr(made.service.papers.queue, "_clock", lambda: time.monotonic() + PASSING + 1)
        told = made.client.post("/api/v1/briefings", json={"kind": "item", "value": "2", "mode": None}).json()
        texts_of = [s["text"] for each in told["sections"] for part in each["parts"] for s in part["statements"]]
        assert pay in texts_of
        page = shown(made, f"/briefings?{where}")
        assert pay.rstrip(".") in page
        assert "written by the model scripted" in page
        asked = len(served.asked)
        quotes = shown(made, f"/briefings?{where}&mode=quote")
        assert pay.rstrip(".") not in quotes
        assert '<option value="quote" selected>' in quotes
        assert len(served.asked) == asked
        assert made.client.get(f"/briefings?{where}&mode=sing").status_code == 422


def test_one_client_has_a_quarter_of_the_places_of_papers_and_others_need_not_wait_for_all_of_theirs(
    papers: PaperQueue,
) -> None:
    go, order = threading.Event(), list[str]()

    def first(tell: Progress, aside: Aside) -> str:
        tell("part", 0, 1)
        go.wait(WAIT)
        return "first"

    papers.request("first", first, client="first")

    def noting(name: str) -> Work[str]:
        return lambda *_: order.append(name) or name

    loud = [papers.request(n, noting(f"loud {n}"), client="loud") for n in range(3)]
    with pytest.raises(TooMany, match="You already have 3 unfinished papers"):
        papers.request("more", noting("more"), client="loud")
    assert papers.request(0, noting("again"), client="loud") is loud[0], "what is on its way is given"
    quiet = papers.request("quiet", noting("quiet"), client="quiet")
    go.set()
    for each in (*loud, quiet):
        each.future.result(WAIT)
    assert order == ["loud 0", "quiet", "loud 1", "loud 2"]
    papers.request("more", noting("more"), client="loud").future.result(WAIT)


def test_how_many_papers_come_before_one_is_known_while_it_waits(papers: PaperQueue) -> None:
    begun, held = threading.Event(), threading.Event()

    def wait(tell: Progress, aside: Aside) -> str:
        begun.set()
        held.wait(WAIT)
        return "done"

    first = papers.request("first", wait, client="amina")
    assert begun.wait(WAIT)
    mine = [papers.request(n, wait, client="amina") for n in range(2)]
    other = papers.request("other", wait, client="ben")
    assert [papers.ahead(each) for each in (first, *mine, other)] == [(0, None), (1, first), (3, first), (2, first)]
    held.set()
    assert [each.future.result(WAIT) for each in (first, *mine, other)] == ["done"] * 4
    assert papers.ahead(other) == (0, None)


def test_a_paper_that_is_no_longer_cached_is_not_kept(papers: PaperQueue) -> None:
    class Themes:
        """A result."""

    themes = papers.request("themes", lambda *_: Themes(), whole=True)
    result = weakref.ref(themes.future.result(WAIT))
    del themes
    for n in range(KEPT + 2):
        papers.request(n, lambda *_: "done").future.result(WAIT)
    assert not papers.contains("themes")
    until(lambda: gc.collect() >= 0 and result() is None)


def test_a_paper_that_would_be_made_again_counts_as_not_cached(
    papers: PaperQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = SimpleNamespace(lasting=False)
    assert papers.request("themes", lambda *_: passing).future.result(WAIT) is passing
    assert papers.contains("themes")
    monkeypatch.setattr(papers, "_clock", lambda: time.monotonic() + PASSING + 1)
    assert not papers.contains("themes")


def test_a_paper_on_the_whole_library_and_a_briefing_take_turns(papers: PaperQueue) -> None:
    order, ended = list[str](), list[str]()
    begun = threading.Event()

    def steps(name: str) -> Work[str]:
        def work(tell: Progress, _aside: Aside) -> str:
            for n in range(3):
                if order:  # who gives its turn up has somebody to give it to, as long as there is another
                    until(lambda: papers._question_queue._batches or ended)
                tell(name, n, 3)
                order.append(name)
                begun.set()
            ended.append(name)
            return name

        return work

    themes = papers.request("themes", steps("themes"), client="amina", whole=True)
    assert begun.wait(WAIT)
    briefing = papers.request("briefing", steps("briefing"), client="amina")
    assert [each.future.result(WAIT) for each in (themes, briefing)] == ["themes", "briefing"]
    # The briefing's first turn precedes its first part.
    assert order == ["themes", "themes", "briefing", "themes", "briefing", "briefing"]


def test_strangers_leave_papers_to_those_with_a_key_or_an_account(papers: PaperQueue) -> None:
    go = threading.Event()
    for n in range(9):
        papers.request(n, lambda *_: go.wait(WAIT), client=f"stranger {n}", origin=f"address {n}")
    with pytest.raises(Overloaded):
        papers.request("more", lambda *_: go.wait(WAIT), client="one more", origin="elsewhere")
    known = papers.request("known", lambda *_: "known", client="a key")
    go.set()
    assert known.future.result(WAIT) == "known"


def test_an_address_that_asks_for_paper_after_paper_leaves_places_for_others(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr("assistant.page.report_pages.PATIENCE", 0.0)
    monkeypatch.setattr("assistant.reports.brief.brief_maker._build_section", lambda *_: go.wait(WAIT) and None)
    with made_service(tmp_path, catalogue, page=False, reading=True) as made:
        try:
            statuses = [made.client.get(f"/briefings?kind=theme&value=boats+{n}").status_code for n in range(60)]
            assert statuses == [202] * 12 + [429] * 48, "half of what an address has"
            reply = made.by("read").get("/briefings?kind=theme&value=nets")
            assert reply.status_code == 202
        finally:
            made.service.papers.queue.stop()
            go.set()


@pytest.mark.usefixtures("still")
def test_a_file_that_a_program_writes_counts_as_writing_whoever_made_what_is_in_it(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.export.file_formats.render", lambda publication, form: b"file")
    with made_service(tmp_path, catalogue, page=False, rate_limits=RateLimits(3, 6), reading=True) as made:
        address = "/api/v1/briefings?kind=document&value=boats.txt"
        assert made.client.get(address).status_code == 200
        statuses = [made.client.get(f"{address}&format=docx").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert made.client.get(address).status_code == 200, "what is held is looked at"
        talk = made.app.state.conversations.open(None, "key:x")
        for form in ("md", "docx"):
            assert made.client.get(f"/conversations/{talk.token}.{form}").status_code == 429


def test_questions_are_answered_while_a_paper_waits_for_what_needs_no_turn(
    question_queue: QuestionQueue, papers: PaperQueue
) -> None:

    def work(tell: Progress, aside: Aside) -> str:
        tell("part", 0, 1)
        with aside():
            return str(question_queue.submit(lambda: "answer", "somebody").result(WAIT))

    assert papers.request("key", work).future.result(WAIT) == "answer"


def test_a_paper_that_waits_aside_ends_where_the_service_stops(papers: PaperQueue) -> None:
    def work(tell: Progress, aside: Aside) -> str:
        papers.stop()
        with aside():
            raise AssertionError("nothing is begun any more")

    with pytest.raises(Overloaded, match="stopping"):
        papers.request("key", work).future.result(WAIT)


def test_a_model_that_never_answers_keeps_no_service_from_stopping(papers: PaperQueue) -> None:
    waiting, never = threading.Event(), threading.Event()

    def work(tell: Progress, aside: Aside) -> str:
        with aside():
            waiting.set()
            never.wait(WAIT)
        return "too late"

    paper = papers.request("key", work)
    assert waiting.wait(WAIT)
    assert papers.close(WAIT)
    with pytest.raises(Overloaded, match="stopping"):
        paper.future.result(0)
    never.set()
