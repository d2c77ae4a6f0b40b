"""The page in a real browser, as delegates and staff use it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document as WordFile
from model_server import writing
from pages import READER, STAFF, Site, Visit, browser, reads_well, site, visiting
from playwright.sync_api import Browser, Locator, expect
from pypdfium2 import PdfDocument
from reportlab.pdfgen.canvas import Canvas
from running_servers import Answer as Reply
from services import PASSWORD
from test_serving import Server
from typer.main import get_command
from waiting import WAIT, until

from assistant.access import Principal
from assistant.cli import app
from assistant.messages import Message
from assistant.page_labels import direction, words_of
from assistant.qa.answer import Answer, Finished, answer_events
from assistant.service import Service, Stream
from assistant.service.question_service import Closed, Status
from assistant.service_errors import Overloaded
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.symbols import Symbol
from ingest.pipeline import Input, ingest

__all__ = ["browser"]
pytestmark = pytest.mark.flaky(reruns=1)
"""A browser beside other tests on two cores now and then waits in vain; what is wrong fails twice."""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DETAINED = "What must be done when a smuggled migrant is detained?"
OBLIGED = "What must a State do for smuggled migrants?"
"""The documents say several things on this."""
SCRIPT = "CTOC/COP/WG.7/2099/9"
HOSTILE = """# Harbours <img src=x onerror="window.pwned=1">

1. The harbour master of Port Script rings the bell <script>window.pwned=1</script> at dawn, see
[the list](javascript:alert(1)) and <a href="https://evil.example/x" onclick="window.pwned=1">there</a>.

2. **Bold** `code` $x$ <iframe src="https://evil.example"></iframe> <svg onload="window.pwned=1"></svg> stay as they are.
"""


TABLES = "A/75/8"
TWO_TABLES = "A/75/8\n\n# Boats\n\n| Boat | Mast |\n|---|---|\n| Ada | 1 |\n\nBetween them.\n\n| Port | Pier |\n|---|---|\n| Bay | 2 |\n"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, browser: Browser) -> Iterator[Site]:
    hostile = Input('"><img src=x onerror=window.pwned=1>.md', HOSTILE.encode(), symbol=Symbol.parse(SCRIPT))
    tables = Input("boats.md", TWO_TABLES.encode(), symbol=Symbol.parse(TABLES))
    with site(tmp_path_factory.mktemp("page"), catalogue, hostile, tables) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, at: Site) -> Iterator[Visit]:
    with visiting(browser, at, viewport={"width": 1280, "height": 900}) as found:
        yield found


@pytest.mark.parametrize("address", ["/briefings?kind=document&value=past-topics", "/themes", "/themes?language=ar"])
def test_what_is_written_can_be_read_on_a_phone_and_by_assistive_software(
    browser: Browser, at: Site, address: str
) -> None:
    with visiting(browser, at, **PHONE) as visit:
        page = visit.open(address)
        page.locator("article.publication").wait_for()  # the page looks again by itself until it is there
        reads_well(page)
        page.locator("a[href$='#words']").first.click()
        expect(page.locator("#words")).to_be_attached()


def test_what_documents_say_on_a_topic_is_asked_for_and_read_side_by_side(browser: Browser, at: Site) -> None:
    with visiting(browser, at, **PHONE) as visit:
        page = visit.open("/documents")
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="By topic").click()
        page.get_by_label("Topic").fill("smuggling of migrants by sea")
        page.get_by_label("Documents, one per line").fill("past-topics\nworking-group-mandate")
        assert not Axe().run(page).response["violations"]
        page.get_by_role("button", name="Compare").click()
        page.locator("article.publication").wait_for()
        expect(page.locator("article h2").first).to_have_text("Past topics of the Working Group (digest)")
        reads_well(page)
        page.locator("a[href$='#words']").first.click()
        expect(page.locator("#words")).to_be_attached()


def test_staff_go_from_what_an_agenda_lacks_to_fetching_it(visit: Visit) -> None:
    visit.sign_in(STAFF)
    page = visit.open("/agenda?language=ar")
    row = page.get_by_role("row").filter(has_text="CTOC/COP/WG.7/2021/3").first
    row.get_by_role("link", name="Fetch it").click()
    expect(page.get_by_role("link", name="Staff", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.get_by_label("Symbols")).to_have_value("CTOC/COP/WG.7/2021/3")
    expect(page.get_by_role("button", name="Fetch them")).to_be_visible()


def test_what_an_agenda_lacks_is_shown_and_who_adds_it(browser: Browser, at: Site) -> None:
    with visiting(browser, at, **PHONE) as visit:
        page = visit.open("/meetings")
        page.get_by_role("link", name="Which of its documents are in the library").first.click()
        page.get_by_label("العربية").check()
        page.get_by_role("button", name="Check").click()
        row = page.get_by_role("row").filter(has_text="CTOC/COP/WG.7/2021/3").first
        expect(row).to_contain_text("Not in the library")
        cells = row.locator("td").evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
        assert len(set(cells)) == 1, "on a phone the cells of a row stand one below the other"
        assert "Not available in" in row.locator("td").last.evaluate(
            "each => getComputedStyle(each, '::before').content"
        )
        expect(row.get_by_role("link")).to_have_attribute("href", "https://docs.un.org/en/CTOC/COP/WG.7/2021/3")
        expect(page.locator("main [role=status]")).to_have_text(
            "Something is missing. Ask the secretariat to add what is missing; where a document has a symbol, the symbol "
            "leads to the official text."
        )
        expect(page.locator("main")).not_to_contain_text("rapporteur ")
        reads_well(page)


@pytest.mark.parametrize("options", [{"viewport": {"width": 1280, "height": 800}}, PHONE], ids=["desktop", "phone"])
def test_one_can_write_at_once_and_sees_the_meeting_and_questions_to_begin_with(
    browser: Browser, at: Site, options: dict[str, Any]
) -> None:
    with visiting(browser, at, **options) as visit:
        page = visit.start()
        field = page.get_by_label("Your question")
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport(ratio=1)
        meeting = page.locator(".rp-latest")
        expect(meeting).to_contain_text("Working Group on the Smuggling of Migrants")
        expect(meeting).to_contain_text("14–15 October 2021")
        expect(meeting).to_be_in_viewport(ratio=1)
        expect(page.locator(".rp-examples button").first).to_be_in_viewport(ratio=1)
        page.keyboard.type("When is item 3?")
        page.keyboard.press("Enter")
        turn = page.locator(".rp-turn.rp-now")
        expect(turn.locator(".rp-state")).to_have_text("Answered")
        expect(turn.locator("h2")).to_be_in_viewport(ratio=1)
        expect(field).to_be_in_viewport(ratio=1)


def test_a_question_that_was_refused_stays_and_is_asked_again_by_one_press(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit.start()
    service = visit.site.service
    real, faults = (
        service.stream,
        [Overloaded("questions-wait", count=7, seconds=1, retry_after=1), ValueError("a fault")],
    )

    def stream(*args: Any, **more: Any) -> Stream:
        if faults:
            raise faults.pop(0)
        return real(*args, **more)

    monkeypatch.setattr(service, "stream", stream)
    turn = visit.ask("When is item 3?")
    for told in ("Try again in 1 s.", "Internal error"):
        expect(turn.locator(".rp-reason")).to_contain_text(told)
        expect(page.get_by_label("Your question")).to_have_value("When is item 3?")
        turn.get_by_role("link", name="Try again").click()
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    expect(page.get_by_label("Your question")).to_have_value("")


@pytest.mark.parametrize("reader", ["en", "ar"])
def test_a_question_that_is_not_even_taken_is_refused_in_the_language_of_the_reader_and_stays(
    browser: Browser, at: Site, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    def busy(*_: Any) -> None:
        raise Overloaded("papers-wait", count=7, retry_after=7)

    with visiting(browser, at, locale=reader) as visit:
        page = visit.start()
        monkeypatch.setattr(at.service, "admit", busy)
        field = page.locator("#rp-question textarea")
        field.fill("When is item 3?")
        field.press("Enter")
        told = Message("papers-wait", {"count": 7}).in_language(reader)
        expect(page.get_by_text(told).first).to_be_visible()
        assert "currently busy" not in page.content()
        expect(field).to_have_value("When is item 3?")
        monkeypatch.undo()
        field.press("Enter")
        expect(page.locator(".rp-turn.rp-now .rp-answered")).to_be_visible()
        visit.complaints.clear()  # the browser tells of every reply that refuses


def test_a_question_whose_answer_was_lost_on_the_way_stands_in_the_field_again(
    visit: Visit, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit.start()
    service = visit.site.service
    real = partial(Service.stream, service)
    monkeypatch.setattr(service, "stream", real)
    visit.ask("When is item 2?")
    monkeypatch.setattr(service, "stream", slow.stream)
    page.route("**/gradio_api/queue/data*", lambda route: route.abort(), times=1)
    page.get_by_label("Your question").fill("When is item 3?")
    with page.expect_event("load"):  # the page begins anew, and shows the conversation as it was before
        page.get_by_label("Your question").press("Enter")
    page.locator("#rp-first").wait_for(state="detached")
    expect(page.get_by_label("Your question")).to_have_value("When is item 3?")
    expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 2?")
    visit.complaints.clear()  # of what was cut
    monkeypatch.setattr(service, "stream", real)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")
    expect(page.locator(".rp-turn.rp-now .rp-state")).to_have_text("Answered")


def test_a_question_whose_server_is_killed_stays_and_is_asked_again_by_one_press(
    browser: Browser, tmp_path: Path, models_in: Callable[[Path], Path]
) -> None:
    with writing(lambda *_: Reply(hang=True), lambda *_: "Nothing.") as model:
        chosen = {"RAPPORTEUR_MODEL": "scripted", "RAPPORTEUR_MODEL_URL": f"{model.url}/v1"}
        server = Server(models_in(tmp_path / "library"), chosen)
        server("ingest", "--starter")
        assert server("accounts", "add", READER, "--role", "read", stdin=f"{PASSWORD}\n").code == 0
        place = SimpleNamespace(url=server.url.removesuffix("/api/v1"))
        with visiting(browser, place, viewport={"width": 1280, "height": 900}) as visit:
            page = visit.page
            with server.running() as process:
                visit.sign_in(READER)
                page.get_by_label("Keep them on the server too").check()
                visit.ask("When is item 2?")
                expect(page.locator(".rp-talks .rp-open")).to_have_text(["When is item 2?"])
                page.get_by_label("Your question").fill(DETAINED)
                page.get_by_label("Your question").press("Enter")
                until(lambda: model.asked)
                process.kill()
                process.wait(WAIT)
                expect(page.locator(".rp-lost:visible")).to_be_visible()
                expect(page.get_by_label("Your question")).to_have_value(DETAINED)
            with page.expect_event("load") as anew, server.running():
                assert anew.value  # the page begins anew by itself
                visit.complaints.clear()  # of a server that was not there
                expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 2?")
                expect(page.get_by_label("Your question")).to_have_value(DETAINED)
                page.get_by_label("Your question").press("Enter")
                turn = page.locator(".rp-turn.rp-now")
                expect(turn.locator("h2")).to_contain_text(DETAINED)
                expect(turn.locator(".rp-state")).to_have_text("Answered")
                expect(page.locator(".rp-turn h2")).to_contain_text(["When is item 2?", DETAINED])


def test_a_citation_opens_on_the_exact_words_in_their_passage(visit: Visit) -> None:
    visit.start()
    turn = visit.ask(OBLIGED)
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    answer = visit.site.service.engine.ask(OBLIGED)
    assert len(answer.citations) > 1
    for number, citation in enumerate(answer.citations, 1):
        turn.locator(".rp-cite", has_text=str(number)).first.click()
        source = turn.locator(f"details#s1-{number}")
        expect(source).to_have_attribute("open", "")
        expect(source.locator("> summary")).to_be_focused()
        text = visit.site.library.document(citation.document).text
        assert source.locator("mark").text_content() == citation.quote == text[citation.start : citation.end]
        assert citation.quote in (source.locator(".rp-passage").text_content() or "")
        assert (source.locator(".rp-passage").text_content() or "") in text
        assert source.locator("a[href^='https://docs.un.org/en/']").count() == 1
    near = turn.locator("details#s1-1 .rp-near").first
    near.locator("summary").click()
    assert (near.locator("p").text_content() or "").strip() in visit.site.library.document(
        answer.citations[0].document
    ).text


def test_on_paper_there_are_questions_and_answers_and_nothing_to_be_pressed(visit: Visit) -> None:
    visit.sign_in(READER)
    page = visit.start()
    for question in ("When is item 3?", OBLIGED, DETAINED, "When is item 2?"):
        visit.ask(question)
    told = page.locator(".rp-statement .rp-text:visible").all_inner_texts()
    with PdfDocument(page.pdf(format="A4")) as paper:
        printed = " ".join(" ".join(leaf.get_textpage().get_text_range() for leaf in paper).split())
    assert all(" ".join(each.split()[:4]) in printed for each in told)
    for control in (
        "Your question",
        "Sign out",
        "Link to this answer",
        "Was this right",
        "New conversation",
        "By topic",
        "Conversations",
    ):
        assert control not in printed
    page.emulate_media(media="print")
    assert page.locator("button:visible, input:visible, textarea:visible, nav:visible").count() == 0
    wide = page.locator(".rp-turn").first.evaluate("each => each.getBoundingClientRect().width / innerWidth")
    assert wide > 0.8
    for address in ("/documents", "/documents/CTOC/COP/WG.7/2021/1", "/briefings?kind=document&value=past-topics"):
        page = visit.open(address)
        # A briefing is looked for again by the page itself until it is there.
        page.locator("article.publication" if "briefings" in address else "h1").first.wait_for()
        fixed = "all => all.filter(each => ['sticky', 'fixed'].includes(getComputedStyle(each).position)).length"
        assert page.locator("button:visible, input:visible, nav:visible").count() == 0
        assert page.locator("body *:visible").evaluate_all(fixed) == 0


class Slow:
    """Streams that give one statement of an answer and then wait to be told to go on."""

    def __init__(self, service: Service) -> None:
        self.whole = service.engine.ask(OBLIGED)
        self.go_on = threading.Event()
        self.closed = threading.Event()
        self.gone = threading.Event()

    def stream(self, who: Principal, question: str, history: Any = (), language: Any = None, **_: Any) -> Stream:
        closed = self.closed

        class Watched(Stream):
            def close(self) -> None:
                super().close()
                closed.set()

        stream = Watched()

        def fill() -> None:
            try:
                stream.put(Status("waiting", 3))
                first, *others = answer_events(self.whole)
                stream.put(first)
                self.go_on.wait(WAIT)
                for each in others:
                    stream.put(each)
                stream.put(Finished(self.whole))
            except Closed:
                self.gone.set()

        threading.Thread(target=fill).start()
        return stream


@pytest.fixture
def slow(at: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(at.service)
    monkeypatch.setattr(at.service, "stream", made.stream)
    yield made
    made.go_on.set()


def test_statements_are_shown_while_the_answer_is_still_coming(visit: Visit, slow: Slow) -> None:
    page = visit.start()
    page.get_by_label("Your question").fill(DETAINED)
    page.get_by_role("button", name="Ask", exact=True).click()
    turn = page.locator(".rp-turn.rp-now")
    expect(turn.locator(".rp-statement")).to_have_count(1)
    expect(turn.locator(".rp-status")).to_contain_text("Searching")
    expect(turn.locator("details.rp-source")).to_have_count(1)
    slow.go_on.set()
    expect(turn.locator(".rp-statement")).to_have_count(len(slow.whole.statements))
    expect(turn.locator(".rp-state")).to_have_text("Answered")


def test_an_answer_is_stopped_and_its_work_given_up(visit: Visit, slow: Slow) -> None:
    page = visit.start()
    page.get_by_label("Your question").fill(DETAINED)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".rp-turn.rp-now .rp-statement")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.locator(".rp-turn")).to_have_count(0)
    assert slow.closed.wait(WAIT)  # the server hears of it a little later than the page
    slow.go_on.set()
    assert slow.gone.wait(WAIT)


def test_a_question_that_comes_too_early_stays_until_the_answer_before_it_is_complete(visit: Visit, slow: Slow) -> None:
    page = visit.start()
    field = page.get_by_label("Your question")
    field.fill(DETAINED)
    field.press("Enter")
    expect(field).to_have_value("")
    field.fill("When is item 2?")
    field.press("Enter")
    told = page.locator(".rp-held-up")
    expect(told).to_contain_text("still being written")
    expect(field).to_have_value("When is item 2?")
    slow.go_on.set()
    expect(page.locator(".rp-turn.rp-now .rp-state")).to_have_text("Answered")
    expect(told).to_be_hidden()
    expect(field).to_have_value("When is item 2?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".rp-turn h2")).to_contain_text([DETAINED, "When is item 2?"])
    expect(field).to_have_value("")


def test_a_question_that_is_too_long_stays_to_be_shortened(visit: Visit) -> None:
    page = visit.start()
    long = f"Why {'and why ' * 300}?"
    field = page.get_by_label("Your question")
    field.fill(long)
    field.press("Enter")
    expect(page.locator(".rp-turn.rp-now .rp-reason")).to_contain_text("at most 2000 are allowed")
    expect(field).to_have_value(long)


def test_who_has_signed_out_elsewhere_signs_in_and_gets_the_answer(visit: Visit) -> None:
    page = visit.start()
    visit.ask("When is item 2?")  # what the page calls for as it opens has come by then
    visit.site.gate.reading = False
    try:
        page.get_by_label("Your question").fill("When is item 3?")
        page.get_by_label("Your question").press("Enter")
        page.get_by_label("Name").fill(READER)
        visit.complaints.clear()  # of the call that was refused
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        turn = page.locator(".rp-turn.rp-now")
        expect(turn.locator("h2")).to_contain_text("When is item 3?")
        expect(turn.locator(".rp-state")).to_have_text("Answered")
    finally:
        visit.site.gate.reading = True


def test_a_follow_up_is_understood_and_earlier_turns_stay(visit: Visit) -> None:
    page = visit.start()
    visit.ask("When is item 3?")
    turn = visit.ask("And item 2?")
    expect(turn.locator(".rp-said").first).to_contain_text("genda item 2")
    expect(page.locator(".rp-turn h2")).to_contain_text(["When is item 3?", "And item 2?"])
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".rp-turn")).to_have_count(0)
    expect(page.locator("#rp-welcome")).to_be_visible()


def test_a_filter_keeps_the_answer_to_its_documents(visit: Visit) -> None:
    page = visit.start()
    page.get_by_role("button", name="Ask only some documents").click()
    page.get_by_label("Documents", exact=True).fill("Figures")
    page.get_by_role("option", name="Figures on the smuggling of migrants").click()
    page.keyboard.press("Escape")
    turn = visit.ask("Which guild do wheelwrights join?")
    expect(turn.locator(".rp-state")).to_have_text("Not in the documents")
    expect(turn.locator(".rp-scope")).to_contain_text("figures")
    turn = visit.ask("How many people were smuggled?")
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    for symbol in turn.locator(".rp-source .rp-symbol").all_text_contents():
        assert symbol == "Figures on smuggling"


def test_what_is_not_held_and_what_is_not_said_are_told_apart(visit: Visit) -> None:
    visit.start()
    turn = visit.ask(
        "What does CTOC/COP/WG.7/2021/3 say on witnesses, joint teams, bail, wiretaps, extradition and evidence from abroad?"
    )
    expect(turn.locator(".rp-state")).to_have_text("Not in the library")
    assert turn.locator(".rp-official a").get_attribute("href") == "https://docs.un.org/en/CTOC/COP/WG.7/2021/3"
    expect(visit.ask("What is the recipe for pancakes?").locator(".rp-state")).to_have_text("Not in the documents")


def test_an_arabic_question_is_laid_out_from_right_to_left(visit: Visit) -> None:
    page = visit.start()
    turn = visit.ask("متى يُنظر في البند 3؟")
    answer = turn.locator(".rp-answer")
    assert answer.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert turn.locator("h2").evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert turn.locator(".rp-sources").evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert turn.locator(".rp-passage").first.evaluate("each => getComputedStyle(each).direction") == "ltr"
    left, right = (turn.locator(name).bounding_box() for name in (".rp-sources", ".rp-answer"))
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"]
    expect(turn.locator(".rp-state")).to_have_text("تمت الإجابة")
    page.get_by_label("Your question").fill("متى")
    assert page.get_by_label("Your question").evaluate("each => getComputedStyle(each).direction") == "rtl"


def test_nothing_is_wider_than_a_phone(browser: Browser, at: Site) -> None:
    wide = "() => document.documentElement.scrollWidth"
    with visiting(browser, at, **PHONE) as visit:
        page = visit.start()
        assert page.evaluate(wide) <= 360
        turn = visit.ask("When is item 3?")
        answer, sources = (turn.locator(name).bounding_box() for name in (".rp-answer", ".rp-sources"))
        assert answer is not None
        assert sources is not None
        assert answer["y"] < sources["y"]
        assert page.evaluate(wide) <= 360
        for path in ("/documents", "/meetings", "/documents/CTOC/COP/WG.7/2021/1", "/documents/terms-six-languages"):
            assert visit.open(path).evaluate(wide) <= 360, path
            widths = page.locator("article .rp-body").evaluate_all("all => all.map(each => each.offsetWidth)")
            lines = page.locator("article .rp-body").evaluate_all("all => all.map(each => each.offsetHeight)")
            # No paragraph is squeezed into a column of letters.
            assert all(width > 120 or height < 60 for width, height in zip(widths, lines, strict=True)), path


def test_everything_is_reached_by_keyboard(visit: Visit) -> None:
    page = visit.start()
    page.get_by_label("Your question").focus()
    page.keyboard.type(OBLIGED)
    page.keyboard.press("Enter")
    turn = page.locator(".rp-turn.rp-now")
    turn.locator(".rp-status:not(.rp-waiting)").wait_for()
    turn.locator(".rp-cite", has_text="2").first.focus()
    page.keyboard.press("Enter")
    expect(turn.locator("details#s1-2 > summary")).to_be_focused()
    expect(turn.locator("details#s1-2")).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(turn.locator("details#s1-2")).not_to_have_attribute("open", "")


def test_screen_readers_are_told_how_the_answer_stands(visit: Visit) -> None:
    page = visit.start()
    visit.ask("When is item 3 taken up?")
    expect(page.locator("[role=status].rp-hidden")).to_contain_text("Answered Agenda item 3")


def test_an_example_question_is_asked_by_one_click(visit: Visit) -> None:
    page = visit.start()
    example = page.locator(".rp-examples button").first
    text = example.text_content() or ""
    example.click()
    turn = page.locator(".rp-turn.rp-now")
    expect(turn.locator("h2")).to_contain_text(text)
    expect(turn.locator(".rp-state")).to_have_text("Answered")


def test_an_item_of_the_agenda_is_asked_about_from_the_timetable(visit: Visit) -> None:
    page = visit.open("/meetings")
    expect(page.locator(".rp-day")).to_have_count(2)
    expect(page.locator(".rp-absent .rp-held").first).to_have_text("Missing")
    visit.page.get_by_role("link", name="Ask about item 3").click()
    turn = page.locator(".rp-turn.rp-now")
    turn.locator(".rp-status:not(.rp-waiting)").wait_for()
    expect(turn.locator("h2")).to_contain_text("item 3")
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    assert turn.locator(".rp-source .rp-symbol").count() > 0


def test_a_question_in_the_address_is_asked(visit: Visit) -> None:
    page = visit.open("/?ask=When+is+item+3%3F")
    expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")
    expect(page.locator(".rp-turn.rp-now .rp-state")).to_have_text("Answered")


def test_an_address_opens_a_tab_that_one_may_see(visit: Visit) -> None:
    page = visit.start("/?tab=staff")
    expect(page.get_by_role("link", name="Ask", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.get_by_label("Your question")).to_be_visible()
    visit.sign_in(STAFF)
    visit.open("/?tab=staff")
    page.locator(".rp-figures").wait_for()
    expect(page.get_by_role("link", name="Staff", exact=True)).to_have_attribute("aria-current", "page")


def test_documents_are_searched_and_opened_at_a_place(visit: Visit) -> None:
    page = visit.open("/documents")
    page.get_by_label("Symbol or words of the title").fill("provisional agenda")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".rp-documents:not(.rp-missing) .rp-document")).to_have_count(1)
    visit.open("/documents/CTOC/COP/WG.7/2021/1#item-3")
    place = page.locator("#item-3")
    expect(place).to_contain_text("How to strengthen the capacity to prosecute")
    expect(place).to_be_in_viewport()
    assert place.evaluate("each => each.matches(':target')")


def test_the_link_of_a_source_opens_the_document_at_the_words(visit: Visit) -> None:
    visit.start()
    turn = visit.ask(DETAINED)
    quote = turn.locator("details#s1-1 mark").text_content()
    with visit.page.context.expect_page() as opened:
        turn.locator("details#s1-1 .rp-links a").first.click()
    page = opened.value
    marked = page.locator("mark#words")
    expect(marked).to_be_in_viewport()
    assert "".join(page.locator("mark").all_text_contents()) == quote


def test_what_one_thinks_of_an_answer_is_kept_for_the_staff(visit: Visit) -> None:
    page = visit.start()
    visit.ask("When is item 3?")
    page.get_by_role("button", name="Was this right?").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#rp-thanks")).to_contain_text("Choose first")
    page.get_by_label("👎 Wrong").check()
    page.get_by_label("What should be better?").fill("The <b>room</b> is missing.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#rp-thanks")).to_contain_text("Thank you")
    kept = visit.site.library.feedback()[-1]
    assert (kept.question, kept.rating, kept.comment) == ("When is item 3?", -1, "The <b>room</b> is missing.")


def test_a_conversation_is_taken_away_with_its_references(visit: Visit, tmp_path: Path) -> None:
    pytest.importorskip("pypandoc")
    page = visit.start()
    visit.ask(DETAINED)
    visit.ask("متى يُنظر في البند 3؟")
    files = {}
    for name, kind in (("Markdown", "md"), ("Word", "docx")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename == f"rapporteur.{kind}"
        files[kind] = tmp_path / f"file.{kind}"
        download.value.save_as(files[kind])
    text = files["md"].read_text(encoding="utf-8")
    quote = visit.site.service.engine.ask(DETAINED).citations[0].quote
    assert quote.split(":")[0] in text
    assert "art. 16, digest para. 41" in text
    assert "متى يُنظر في البند 3؟" in text
    document = WordFile(str(files["docx"]))
    said = "\n".join(each.text for each in document.paragraphs)
    assert quote in said
    assert any(
        "footnotes" in str(part.partname) and b"digest para. 41" in part.blob
        for part in document.part.package.iter_parts()
    )


def test_a_hostile_document_does_nothing(visit: Visit) -> None:
    page = visit.start()
    turn = visit.ask(f"What does paragraph 1 of {SCRIPT} say?")
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    passage = turn.locator(".rp-passage").first
    assert "<script>window.pwned=1</script>" in (passage.text_content() or "")
    assert 'onclick="window.pwned=1"' in (passage.text_content() or "")
    for path in (
        f"/documents/{SCRIPT}",
        "/documents",
        "/documents?q=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
    ):
        visit.open(path)
        assert page.locator("article script, article iframe, article img, article svg, main script").count() == 0
        assert page.evaluate("() => window.pwned") is None
    visit.open("/?ask=%3Cimg+src%3Dx+onerror%3Dwindow.pwned%3D1%3E+When+is+item+3%3F")
    page.locator(".rp-turn.rp-now .rp-status:not(.rp-waiting)").wait_for()
    assert page.evaluate("() => window.pwned") is None
    links = page.locator("a").evaluate_all("all => all.map(each => each.href)")
    assert not [each for each in links if "evil" in each or each.startswith("javascript")]


def test_where_reading_is_not_open_one_signs_in_first(visit: Visit) -> None:
    page = visit.page
    visit.site.gate.reading = False
    try:
        visit.open("/documents/figures")
        assert page.url == f"{visit.site.url}/sign-in?next=%2Fdocuments%2Ffigures"
        visit.open("/?ask=When+is+item+3%3F")
        page.get_by_label("Name").fill(READER)
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".rp-turn.rp-now .rp-state")).to_have_text("Answered")
        expect(page.locator(".rp-who")).to_contain_text("rashid")
        expect(page.get_by_role("link", name="Staff", exact=True)).to_have_count(0)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in?next=**")
    finally:
        visit.site.gate.reading = True


def test_staff_upload_a_pdf_and_ask_about_it(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "note <b>.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(90, 700, "Note on lighthouses")
    canvas.drawString(90, 670, "The lighthouse keeper of Port Lantern polishes the lens every Tuesday.")
    canvas.save()
    visit.sign_in(STAFF)
    page = visit.page
    page.get_by_role("link", name="Staff", exact=True).click()
    page.locator("#rp-files input[type=file]").set_input_files(path)
    expect(page.locator(".rp-chosen")).to_have_text("note <b>.pdf")
    page.get_by_role("button", name="Add to the library").click()
    job = page.locator(".rp-job").first
    expect(job).to_contain_text("done")
    expect(job).to_contain_text("added")
    expect(job).to_contain_text("text on 1 of 1 pages")
    page.get_by_role("link", name="Ask", exact=True).click()
    turn = visit.ask("When does the lighthouse keeper of Port Lantern polish the lens?")
    expect(turn.locator(".rp-quoted").first).to_contain_text("every Tuesday")
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("button", name="Remove a document").click()
    page.get_by_label("Document, with all its versions").click()
    page.get_by_role("option", name="note").first.click()
    page.get_by_label("Yes, remove it from the library").check()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".rp-job").first).to_contain_text("removed")
    page.get_by_role("link", name="Ask", exact=True).click()
    turn = visit.ask("When does the lighthouse keeper of Port Lantern polish the lens?")
    expect(turn).not_to_contain_text("every Tuesday")


def test_staff_send_several_files_and_are_told_what_is_not_taken(visit: Visit, tmp_path: Path) -> None:
    notes = [tmp_path / f"buoy {n}.txt" for n in range(3)]
    for n, path in enumerate(notes):
        path.write_text(f"Note on buoys\n\nBuoy {n} of Port Buoy is painted in spring of year {n}.\n")
    visit.sign_in(STAFF)
    page = visit.page
    page.get_by_role("link", name="Staff", exact=True).click()
    page.locator("#rp-files form").wait_for()
    page.evaluate("() => { document.querySelector('.rp-upload').elements.most.value = '200'; }")
    large = tmp_path / "large <i>.txt"
    large.write_text("Buoys. " * 100)
    page.get_by_label("Choose files").set_input_files([*notes, large])
    expect(page.locator(".rp-chosen li")).to_have_text([*(each.name for each in notes), large.name])
    page.get_by_role("button", name="Add to the library").click()
    sent = page.locator(".rp-job").filter(has_text="buoy ")
    expect(sent).to_have_count(3)
    expect(sent.locator(".rp-done-result")).to_have_count(3)
    expect(page.locator(".rp-upload .rp-told")).to_have_text("large <i>.txt: is larger than the 0 MB that are allowed")
    expect(page.locator(".rp-chosen li")).to_have_text([large.name])  # what was not taken can be sent once more
    page.get_by_label("Symbol, if the text does not show it").fill("A/CONF.5/2")
    page.get_by_label("Choose files").set_input_files(notes)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator(".rp-upload .rp-told")).to_contain_text("A symbol belongs to one document.")
    expect(page.locator(".rp-chosen li")).to_have_count(3)
    page.get_by_label("Symbol, if the text does not show it").fill("no symbol")
    page.get_by_label("Choose files").set_input_files(notes[0])
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator(".rp-upload .rp-told")).to_contain_text("buoy 0.txt: ")
    expect(page.locator(".rp-upload .rp-told")).to_contain_text("no symbol")
    visit.complaints.clear()  # of what was refused
    # Who opens the tab anew sees what became of all.
    page.get_by_label("Symbol, if the text does not show it").fill("")
    page.get_by_label("Choose files").set_input_files({"name": "empty.txt", "mimeType": "text/plain", "buffer": b""})
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator(".rp-job").first).to_contain_text("refused")
    page.reload()
    expect(sent).to_have_count(3)
    empty = page.locator(".rp-job").filter(has_text="empty.txt")
    expect(empty).to_contain_text("refused")
    expect(empty.locator("p .rp-refused-result")).to_have_text("failed")
    expect(empty.locator(".rp-done-result")).to_have_count(0)


def test_files_for_which_there_is_no_place_now_are_sent_again_until_they_are_taken(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, refusals = visit.site.service.upload, [Overloaded("jobs-wait", count=100, retry_after=1) for _ in range(3)]

    def upload_later(*given: Any, **options: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return upload(*given, **options)

    monkeypatch.setattr(visit.site.service, "upload", upload_later)
    notes = [tmp_path / f"rope {n}.txt" for n in range(3)]
    for path in notes:
        path.write_text(f"Note on ropes\n\nThe {path.stem} of Port Rope is coiled at noon.\n")
    visit.sign_in(STAFF)
    page = visit.open("/?tab=staff")
    page.get_by_label("Choose files").set_input_files(notes)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator(".rp-job").filter(has_text="rope ").locator(".rp-done-result")).to_have_count(3, timeout=60_000)
    expect(page.locator(".rp-upload .rp-told")).to_have_text("")
    expect(page.locator(".rp-chosen li")).to_have_count(0)
    visit.complaints.clear()  # of what was not taken at first


def test_a_file_is_listed_by_the_name_that_it_has_whatever_stands_in_it(visit: Visit) -> None:
    visit.sign_in(STAFF)
    page = visit.open("/?tab=staff")
    page.locator("#rp-files form").wait_for()
    name = 'buoys "of\u202efdp.txt'
    page.get_by_label("Choose files").set_input_files({"name": name, "mimeType": "text/plain", "buffer": b""})
    expect(page.locator(".rp-chosen li")).to_have_text(['buoys "of\\u202efdp.txt'])
    page.get_by_role("button", name="Add to the library").click()
    job = page.locator(".rp-job").filter(has_text="fdp.txt").first
    expect(job).to_contain_text("buoys 'of")
    expect(job).not_to_contain_text("%22")


def test_staff_find_what_is_unverified_and_confirm_it(visit: Visit) -> None:
    service = visit.site.service
    text = "A/75/9\n\n# Boats\n\n1. Boats should carry a flag.\n"
    list(ingest([Input("b.md", text.encode())], service.library, service.engine.catalogue))
    visit.sign_in(STAFF)
    page = visit.open("/?tab=staff")
    page.get_by_text("Unverified copies: 1").click()
    row = page.get_by_role("row").filter(has_text="A/75/9 English")
    row.get_by_role("button", name="Confirm").click()
    expect(page.locator(".rp-facts .rp-edition")).to_have_text("official text")
    service.library.remove("A/75/9:en:official")


def test_the_page_answers_where_there_is_no_place_for_its_window(visit: Visit) -> None:
    visit.page.route("**/gradio_api/heartbeat/*", lambda route: route.fulfill(status=429, headers={"Retry-After": "5"}))
    visit.start()
    expect(visit.ask("When is item 3?").locator(".rp-state")).to_have_text("Answered")
    expect(visit.ask("And item 2?").locator(".rp-state")).to_have_text("Answered")
    visit.complaints.clear()  # of what was refused


TABS = {
    "Ask": ".rp-turn.rp-now .rp-card",
    "Staff": ".rp-figures",
}
PATHS = (
    "/documents",
    "/meetings",
    "/documents/CTOC/COP/WG.7/2021/1?words=0-28",
    f"/documents/{TABLES}",
    "/documents/none",
    "/sign-in",
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_no_serious_fault_of_accessibility_is_found(browser: Browser, at: Site, scheme: str, width: int) -> None:
    faults: dict[str, list[str]] = {}
    # axe-core compiles a little code of its own, which the content policy forbids.
    with visiting(browser, at, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True) as visit:
        visit.sign_in(STAFF)
        faults["start"] = serious(visit)
        visit.ask(DETAINED)
        visit.ask("متى يُنظر في البند 3؟")
        visit.page.get_by_role("button", name="Ask only some documents").click()
        visit.page.get_by_role("button", name="Was this right?").click()
        for tab, there in TABS.items():
            visit.page.get_by_role("link", name=tab, exact=True).click()
            visit.page.locator(there).first.wait_for()
            if tab == "Staff":
                for each in ("Fetch official documents", "Remove a document", "What people said", "How good"):
                    visit.page.get_by_role("button", name=each).click()
                expect(visit.page.locator(".token .token-remove").first).to_have_accessible_name("Remove English")
            faults[tab] = serious(visit)
        for path in PATHS:
            visit.open(path)
            faults[path] = serious(visit)
        visit.complaints.clear()  # the page that is not there
    assert {place: found for place, found in faults.items() if found} == {}


OURS = ("heading-order", "landmark-unique")
"""Lesser faults that are looked for on pages that hold nothing of Gradio's."""


FADED_IN = """() => document.getAnimations().every(
    (each) => each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)"""
"""Whether whatever moves on the page has come to its end, but for what moves for ever."""


def serious(visit: Visit) -> list[str]:
    """The serious and critical faults that axe-core finds on the page as it is."""
    visit.page.wait_for_timeout(300)  # Gradio fades things in, and what is half there has no contrast
    visit.page.wait_for_function(FADED_IN)
    found, plain = Axe().run(visit.page).response["violations"], visit.page.locator("body.rp-plain").count()
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in ("serious", "critical") or (each["id"] in OURS and plain)
        for node in each["nodes"][:3]
    ]


def test_a_broken_store_leaves_the_page_ready_for_the_next_question(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any, **__: Any) -> Stream:
        raise LibraryError("The library is locked by <b>another</b> process.")

    def out_of_order(*_: Any, **__: Any) -> Stream:
        raise RuntimeError("out of order")

    visit.start()
    with monkeypatch.context() as patched:
        patched.setattr(visit.site.service, "stream", locked)
        expect(visit.ask("When is item 3?")).to_contain_text("The library is not responding.")
        patched.setattr(visit.site.service, "stream", out_of_order)
        visit.page.get_by_label("Your question").fill("When is item 3?")
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".rp-turn.rp-now")).to_contain_text("Internal error")
    expect(visit.ask("When is item 3?").locator(".rp-state")).to_have_text("Answered")


def test_a_link_to_ask_about_a_document_shows_the_filter_that_it_sets(visit: Visit) -> None:
    page = visit.open("/documents/figures")
    page.get_by_role("link", name="Ask about this document").click()
    page.locator(".rp-examples button").first.wait_for()
    expect(page.get_by_label("Documents", exact=True)).to_be_visible()
    expect(visit.ask("When is item 3?").locator(".rp-scope")).to_contain_text("figures")


def test_the_reference_is_copied_as_it_is_cited(browser: Browser, at: Site) -> None:
    with visiting(browser, at, permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.start()
        turn = visit.ask("When is item 3 taken up?")
        button = turn.get_by_role("button", name="Copy the reference").first
        label = button.text_content() or ""
        button.click()
        expect(turn.locator(".rp-copied")).to_be_visible()
        turn.locator(".rp-copied").click()  # once more, while it shows that it has copied
        visit.page.wait_for_timeout(2_500)
        expect(turn.locator(".rp-copied")).to_have_text(label)
        copied = visit.page.evaluate("() => navigator.clipboard.readText()")
        assert copied == (
            "Annotated provisional agenda (CTOC/COP/WG.7/2021/1, digest in Rapporteur's own words, not official wording), "
            "annex, Thursday, 14 October."
        )


def test_what_staff_ask_for_and_can_not_have_is_said(visit: Visit) -> None:
    visit.sign_in(STAFF)
    page = visit.page
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator("#rp-jobs")).to_contain_text("Choose a file first.")
    page.get_by_role("button", name="Fetch official documents").click()
    page.get_by_label("Symbols, one per line").fill("A/80/1")
    page.get_by_role("button", name="Fetch them").click()
    expect(page.locator("#rp-jobs")).to_contain_text("This service does not fetch documents.")
    page.get_by_role("button", name="Remove a document").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#rp-jobs")).to_contain_text("confirm that you are sure")


def test_a_question_is_asked_of_one_item_of_a_meeting(visit: Visit) -> None:
    page = visit.start()
    page.get_by_role("button", name="Ask only some documents").click()
    page.get_by_label("Meeting", exact=True).click()
    page.get_by_role("option", name="CTOC/COP/WG.7/2021/1, 14–15 October 2021").click()
    page.get_by_label("Agenda item", exact=True).click()
    page.get_by_role("option", name="3. How to strengthen").click()
    turn = visit.ask("When is item 3?")
    expect(turn.locator(".rp-scope")).to_contain_text("CTOC/COP/WG.7/2021/1, item 3")
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    expect(turn.locator(".rp-state")).to_have_text("Answered")
    assert turn.locator(".rp-source .rp-symbol").count() > 0


# The languages of the page

WHEN = {"ar": "متى يُنظر في البند 3؟", "fr": "Quand le point 3 est-il examiné ?"}


def english_left(visit: Visit, language: str) -> set[str]:
    """Labels that stand on the page in English, though the reader's word for them is another one."""
    ours = words_of(language)
    english = {told for name, told in words_of("en").items() if told != ours[name] and told not in ours.values()}
    # What documents say is in their language.
    texts = visit.page.evaluate(
        """language => [...document.querySelectorAll("button, label, caption, h1, h2, h3, summary, th, span, p, option")]
        .filter(each => each.closest("[lang]").lang === language).map(each => each.textContent)""",
        language,
    )
    shown = {" ".join(text.split()) for text in texts}
    assert not any("@@" in text for text in shown)
    return shown & english


@pytest.mark.parametrize(("language", "width"), [("ar", 1280), ("ar", 360), ("fr", 1280)])
def test_the_page_speaks_the_language_of_the_browser(browser: Browser, at: Site, language: str, width: int) -> None:
    words = words_of(language)
    faults: dict[str, object] = {}
    view = {"width": width, "height": 900}
    with visiting(browser, at, locale=language, viewport=view, bypass_csp=True) as visit:
        page = visit.open("/sign-in?next=/")
        page.get_by_label(words["name"]).fill(STAFF)
        page.get_by_label(words["password"]).fill(PASSWORD)
        page.get_by_role("button", name=words["sign_in"]).click()
        page.locator(".rp-examples button").first.wait_for()
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == direction(language)
        page.get_by_label(words["your_question"]).fill(WHEN[language])
        page.get_by_role("button", name=words["ask"], exact=True).click()
        page.locator(".rp-turn.rp-now .rp-card").first.wait_for()
        page.get_by_role("button", name=words["only_some"]).click()
        page.get_by_role("button", name=words["was_right"]).click()
        for tab, there in zip(("ask", "staff"), TABS.values(), strict=True):
            page.get_by_role("link", name=words[tab], exact=True).click()
            page.locator(there).first.wait_for()
            if tab == "staff":
                for each in ("fetch_official", "remove_document", "said", "how_good"):
                    page.get_by_role("button", name=words[each]).click()
                assert page.locator(there).evaluate("each => getComputedStyle(each).direction") == direction(language)
                assert "Drop File" not in page.locator("#rp-files").inner_text()  # Gradio's own words
            faults[tab] = [*serious(visit), *english_left(visit, language)]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        for path in (*PATHS, "/briefings", "/comparison", "/topics", "/agenda"):
            visit.open(path)
            faults[path] = [*serious(visit), *english_left(visit, language)]
            assert page.locator("html").get_attribute("dir") == direction(language)
        visit.complaints.clear()  # the page that is not there
    assert {place: found for place, found in faults.items() if found} == {}


def test_the_language_of_the_page_is_chosen_and_kept(visit: Visit) -> None:
    page = visit.start()
    page.get_by_label("Language of the page").select_option("fr")
    page.locator(".rp-language button").click()
    page.get_by_role("link", name="Réunions", exact=True).wait_for()
    assert page.locator("html").get_attribute("lang") == "fr"
    visit.open("/documents")
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    expect(page.get_by_role("button", name="Rechercher")).to_be_visible()
    page.get_by_label("Langue de la page").select_option("ar")
    page.locator(".rp-language button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("الوثائق")
    assert page.url.endswith("/documents")


def test_an_answer_is_in_the_language_of_the_question_whatever_that_of_the_page(browser: Browser, at: Site) -> None:
    with visiting(browser, at, locale="fr-CH", viewport={"width": 1280, "height": 900}) as visit:
        page = visit.start()
        page.get_by_label("Votre question").fill("متى يُنظر في البند 3؟")
        page.get_by_role("button", name="Demander", exact=True).click()
        turn = page.locator(".rp-turn.rp-now")
        turn.locator(".rp-card").first.wait_for()
        assert turn.get_attribute("dir") == "rtl"
        expect(turn.locator(".rp-state")).to_have_text("تمت الإجابة")
        page.get_by_role("button", name="Cette réponse est-elle juste").click()
        page.get_by_role("button", name="Envoyer").click()
        expect(page.locator("#rp-thanks")).to_contain_text("Indiquez d’abord")


# The answer, and what becomes of it


def given(visit: Visit, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> Locator:
    """The turn of an answer that the service gives whatever is asked; its question is one that was not asked before."""

    def stream(*_: Any, **__: Any) -> Stream:
        made = Stream()
        made.put(Finished(answer))
        return made

    with monkeypatch.context() as patched:
        patched.setattr(visit.site.service, "stream", stream)
        turn: Locator = visit.ask(answer.question)
    return turn


def style(place: Locator, name: str) -> str:
    """A property of something as it is drawn."""
    found: str = place.evaluate("(each, name) => getComputedStyle(each)[name]", name)
    return found


def test_an_answer_opens_with_one_direct_statement_and_what_is_more_than_two_others_is_one_press_away(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.start()
    whole = visit.site.service.engine.ask(OBLIGED)
    first = whole.statements[0]
    many = replace(whole, statements=tuple(replace(first, text=f"{first.text} {n}") for n in range(5)))
    turn = given(visit, monkeypatch, many)
    statements = turn.locator(".rp-statement")
    expect(turn.locator(".rp-direct")).to_have_count(1)
    sizes = [float(style(statements.nth(n), "fontSize").removesuffix("px")) for n in range(3)]
    assert sizes[0] > sizes[1] == sizes[2]
    expect(statements.locator("visible=true")).to_have_count(3)
    turn.get_by_text("Show more passages").click()
    expect(statements.locator("visible=true")).to_have_count(5)


def test_what_is_certain_what_comes_closest_and_what_is_not_there_look_different(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.start()
    whole = visit.site.service.engine.ask(OBLIGED)
    looks = set()
    for status, label in (("answered", "Answered"), ("tentative", "Closest passages (not certain)")):
        asked = f"{status}: {whole.question}"
        turn = given(visit, monkeypatch, replace(whole, status=status, question=asked))  # type: ignore[arg-type]
        expect(turn.locator(".rp-state")).to_have_text(label)
        expect(turn.locator(".rp-direct")).to_have_count(int(status == "answered"))
        looks.add(
            (style(turn.locator(".rp-answer"), "borderTopStyle"), style(turn.locator(".rp-answer"), "borderTopWidth"))
        )
    nothing = replace(whole, status="not_found", statements=(), reason="They do not say.", question="Nothing?")
    turn = given(visit, monkeypatch, nothing)
    expect(turn.locator(".rp-state")).to_have_text("Not in the documents")
    looks.add(
        (style(turn.locator(".rp-answer"), "borderTopStyle"), style(turn.locator(".rp-answer"), "borderTopWidth"))
    )
    assert looks == {("solid", "0px"), ("dashed", "2px"), ("solid", "1px")}


def test_words_in_another_language_than_the_readers_say_in_which(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    visit.start()
    whole = visit.site.service.engine.ask(OBLIGED)
    turn = given(visit, monkeypatch, replace(whole, language="ru", question="Что обязано делать государство?"))
    expect(turn.locator(".rp-statement .rp-tongue").first).to_have_text("Язык цитаты: английский")
    expect(turn.locator(".rp-card .rp-tongue").first).to_have_text("Язык цитаты: английский")
    expect(given(visit, monkeypatch, whole).locator(".rp-tongue")).to_have_count(0)


def test_a_source_has_one_mark_of_what_it_is_and_one_link_to_the_document_itself(visit: Visit) -> None:
    visit.start()
    turn = visit.ask(OBLIGED)
    sources = turn.locator("details.rp-source")
    assert sources.count() > 1
    for source in sources.all():
        expect(source.locator(".rp-edition")).to_have_count(1)
        expect(source.locator("a[href^='https://']")).to_have_count(1)
    assert turn.inner_text().count("not official wording") == sources.count()


PLACES = ["Ask", "Meetings", "Documents", "Briefings", "Themes", "Comparison", "By topic", "Mandates", "Agenda check"]


@pytest.mark.parametrize("options", [{"viewport": {"width": 1280, "height": 800}}, PHONE], ids=["desktop", "phone"])
def test_every_page_has_the_same_navigation_and_keeps_it(browser: Browser, at: Site, options: dict[str, Any]) -> None:
    with visiting(browser, at, **options) as visit:
        page = visit.start()
        places = page.get_by_role("navigation", name="Pages").get_by_role("link")
        expect(places).to_have_text(PLACES)
        visit.ask("When is item 3?")
        expect(places).to_have_text(PLACES)
        assert all(each.is_visible() for each in places.all())
        for path, name in (("/meetings", "Meetings"), ("/documents", "Documents"), ("/briefings", "Briefings"), ("/themes", "Themes"),
                           ("/comparison", "Comparison"), ("/topics", "By topic"), ("/mandates", "Mandates"), ("/agenda", "Agenda check"),
                           ("/documents/CTOC/COP/WG.7/2021/1", "Documents")):  # fmt: skip
            visit.open(path)
            expect(places).to_have_text(PLACES)
            expect(page.get_by_role("link", name=name, exact=True).first).to_have_attribute("aria-current", "page")
        page.get_by_role("link", name="Ask", exact=True).click()
        expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")


COMMAND = re.compile(rf"\brapporteur ({'|'.join(get_command(app).commands)})\b")  # type: ignore[attr-defined]
"""A line for the shell."""


@pytest.mark.parametrize("name", [READER, STAFF])
def test_no_page_tells_readers_or_staff_what_to_type_into_a_shell(browser: Browser, at: Site, name: str) -> None:
    assert COMMAND.search("run rapporteur fetch A/80/1")
    with visiting(browser, at) as visit:
        visit.sign_in(name)
        page = visit.page
        places = page.get_by_role("navigation", name="Pages").get_by_role("link")
        expect(places).to_have_text([*PLACES, "Staff"] if name == STAFF else PLACES)
        paths = places.evaluate_all("all => all.map(each => each.getAttribute('href'))")
        for path in [*paths, *PATHS, "/agenda?language=ar", "/themes?language=ar", "/documents?language=fr"]:
            visit.open(path)
            if path == "/?tab=staff":
                page.locator(".rp-figures").wait_for()
            if path.startswith("/themes"):
                page.locator("article.publication").wait_for()
            assert not COMMAND.search(page.content()), path
        visit.complaints.clear()  # the page that is not there


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_every_place_of_the_navigation_can_be_reached_on_a_phone(browser: Browser, at: Site, language: str) -> None:
    phone = {"viewport": {"width": 390, "height": 740}, "has_touch": True, "is_mobile": True}
    with visiting(browser, at, locale=language, **phone) as visit:
        for path in ("/", "/meetings"):
            page = visit.start() if path == "/" else visit.open(path)
            places = page.locator("nav.rp-nav a")
            expect(places).to_have_count(len(PLACES))
            for place in places.all():
                expect(place).to_be_in_viewport(ratio=1)
                place.click(trial=True)
        places.last.click()
        page.wait_for_url("**/agenda")


def test_a_conversation_survives_the_restart_of_the_browser_and_goes_on(browser: Browser, at: Site) -> None:
    view = {"width": 1280, "height": 900}
    with visiting(browser, at, viewport=view) as visit:
        page = visit.start()
        visit.ask("When is item 3?")
        talks = page.locator(".rp-talks .rp-open")
        expect(talks).to_have_text(["When is item 3?"])
        page.reload()
        expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")
        page.get_by_role("button", name="New conversation").click()
        visit.ask(DETAINED)
        expect(talks).to_have_text([DETAINED, "When is item 3?"])
        kept = page.context.storage_state()
    with visiting(browser, at, viewport=view, storage_state=kept) as visit:
        page = visit.start()
        expect(page.locator(".rp-turn")).to_have_count(0)
        page.locator(".rp-talks .rp-open", has_text="When is item 3?").click()
        expect(page.locator(".rp-turn.rp-now .rp-said").first).to_contain_text("genda item 3")
        turn = visit.ask("And item 2?")
        expect(turn.locator(".rp-said").first).to_contain_text("genda item 2")
        expect(page.locator(".rp-turn h2")).to_contain_text(["When is item 3?", "And item 2?"])
        expect(page.locator(".rp-talks .rp-open").first).to_have_text("When is item 3?")


def test_a_page_that_is_loaded_anew_says_that_it_loads_the_conversation(visit: Visit) -> None:
    page = visit.start()
    visit.ask("When is item 3?")
    expect(page.locator(".rp-talks .rp-open")).to_have_text(["When is item 3?"])
    held: list[Any] = []
    first = lambda route: route.continue_() if held else held.append(route)  # noqa: E731
    page.route("**/conversations", first)
    page.reload()
    expect(page.get_by_text("Loading your conversation…")).to_be_visible()
    expect(page.locator("#rp-welcome")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('.rp-examples button')")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")
    expect(page.get_by_text("Loading your conversation…")).to_be_hidden()


def test_conversations_are_listed_as_words_and_deleted_one_by_one_and_all(visit: Visit) -> None:
    page = visit.start()
    hostile = '<img src=x onerror="window.pwned=1"> When is item 3?'
    for question in (hostile, "When is item 2?", DETAINED):
        visit.ask(question)
        expect(page.locator(".rp-talks .rp-open").first).to_have_text(question)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".rp-turn")).to_have_count(0)
    assert page.locator(".rp-talks img").count() == 0
    assert page.evaluate("() => window.pwned") is None
    page.locator(".rp-talks .rp-open", has_text="When is item 2?").click()
    expect(page.locator(".rp-turn.rp-now")).to_be_visible()
    page.get_by_role("button", name="Delete “When is item 2?”").click()
    expect(page.locator(".rp-talks .rp-open")).to_have_count(2)
    expect(page.locator(".rp-turn")).to_have_count(0)
    page.get_by_role("button", name="Delete all").click()
    expect(page.locator(".rp-talks .rp-open")).to_have_count(2)
    page.get_by_role("button", name="Really delete all?").click()
    expect(page.locator(".rp-talks .rp-open")).to_have_count(0)
    page.reload()
    page.locator(".rp-examples button").first.wait_for()
    kept = (
        "() => Object.entries(localStorage).filter(([name]) => name.startsWith('rapporteur')).map(([_, each]) => each)"
    )
    assert page.evaluate(kept) == ["[]"]


def test_what_is_deleted_in_one_browser_is_deleted_in_the_other_and_what_was_there_before_is_sent(
    browser: Browser, at: Site
) -> None:
    view = {"width": 1280, "height": 900}
    with visiting(browser, at, viewport=view) as visit, visiting(browser, at, viewport=view) as other:
        for each in (visit, other):
            each.sign_in(READER)
        listed, there = (each.page.locator(".rp-talks .rp-open") for each in (visit, other))
        visit.ask("When is item 3?")
        expect(listed).to_have_text(["When is item 3?"])
        with visit.page.expect_response("**/conversations"):
            visit.page.get_by_label("Keep them on the server too").check()
        other.start()
        expect(there).to_have_text(["When is item 3?"])
        there.click()
        expect(other.page.locator(".rp-turn.rp-now h2")).to_contain_text("When is item 3?")
        other.page.get_by_role("button", name="Delete all").click()
        other.page.get_by_role("button", name="Really delete all?").click()
        expect(there).to_have_count(0)
        visit.ask("When is item 2?")
        visit.start()
        expect(listed).to_have_text(["When is item 2?"])
        other.start()
        expect(there).to_have_text(["When is item 2?"])
        visit.page.get_by_label("Keep them on the server too").uncheck()
        visit.page.get_by_role("button", name="Delete “When is item 2?”").click()
        expect(listed).to_have_count(0)


def test_who_signs_in_has_conversations_kept_on_the_server_where_they_want_it(browser: Browser, at: Site) -> None:
    view = {"width": 1280, "height": 900}
    with visiting(browser, at, viewport=view) as visit:
        visit.sign_in(READER)
        page = visit.page
        expect(page.get_by_label("Keep them on the server too")).not_to_be_checked()
        page.get_by_label("Keep them on the server too").check()
        visit.ask("When is item 3?")
        expect(page.locator(".rp-talks .rp-open")).to_have_text(["When is item 3?"])
        page.get_by_role("button", name="Sign out").click()
        page.locator(".rp-examples button").first.wait_for()
        expect(page.get_by_label("Keep them on the server too")).to_be_hidden()
        assert page.evaluate("() => Object.keys(localStorage).filter((each) => each.includes('rashid')).length") == 0
    with visiting(browser, at, viewport=view) as visit:  # another browser
        visit.sign_in(READER)
        page = visit.page
        page.locator(".rp-talks .rp-open", has_text="When is item 3?").click()
        expect(page.locator(".rp-turn.rp-now .rp-said").first).to_contain_text("genda item 3")
        page.get_by_role("button", name="Delete all").click()
        page.get_by_role("button", name="Really delete all?").click()
        expect(page.locator(".rp-talks .rp-open")).to_have_count(0)
    with visiting(browser, at, viewport=view) as visit:
        visit.sign_in(READER)
        expect(visit.page.get_by_label("Keep them on the server too")).to_be_checked()
        expect(visit.page.locator(".rp-talks .rp-open")).to_have_count(0)
        visit.page.get_by_label("Keep them on the server too").uncheck()


def test_a_link_to_an_answer_opens_without_scripts_with_its_sources(browser: Browser, at: Site) -> None:
    with visiting(browser, at, viewport={"width": 1280, "height": 900}) as visit:
        visit.start()
        visit.ask("When is item 3?")
        turn = visit.ask(DETAINED)
        turn.get_by_role("button", name="Link to this answer").click()
        expect(turn.locator(".rp-address")).to_be_focused()
        address = turn.locator(".rp-address").input_value()
        said = turn.locator(".rp-direct .rp-text").text_content()
        visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        turn.get_by_role("button", name="Copy the link").click()
        expect(turn.locator(".rp-copied")).to_be_visible()
        assert visit.page.evaluate("navigator.clipboard.readText()") == address
        visit.ask("When is item 2?")  # the turn before is drawn anew, and keeps its link
        expect(visit.page.locator("#turn-2 .rp-address")).to_have_value(address)
    with visiting(browser, at, java_script_enabled=False, **PHONE) as visit:
        page = visit.open(address.removeprefix(at.url))
        expect(page.locator(".rp-turn h2")).to_contain_text(DETAINED)
        expect(page.locator(".rp-direct .rp-text")).to_have_text(said or "")
        expect(page.locator("details.rp-source mark").first).to_be_visible()
        expect(page.locator("main")).to_contain_text("This link expires on")
        expect(page.locator("main")).not_to_contain_text("item 3")
    with visiting(browser, at, **PHONE) as visit:
        page = visit.open(address.removeprefix(at.url))
        reads_well(page)
