"""The page in a browser that runs no scripts, or not yet; on a phone, enlarged and by assistive software; and pictures of pages on the
page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import STAFF, Site, Visit, browser, site, visiting
from pdfs import Flow
from playwright.sync_api import Browser, Page, Route, expect

from corpus.catalogue import Catalogue
from ingest.pipeline import Input

__all__ = ["browser"]
pytestmark = pytest.mark.flaky(reruns=1)
"""As in the other tests with a browser."""
PHONE = {"viewport": {"width": 390, "height": 740}, "has_touch": True, "is_mobile": True}
ENLARGED = {"viewport": {"width": 640, "height": 400}}
"""A window of 1,280 by 800 at 200 %."""
FLAG = "The harbour master of Port Plain hoists the yellow flag whenever a boat enters at night."
RINGS = "When does the harbour master of Port Plain hoist the yellow flag?"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, browser: Browser) -> Iterator[Site]:
    report = (
        Flow("A/87/901").start().heading("Harbours", "I.").add(FLAG, "1.").add("Boats pay their dues at noon.", "2.")
    )
    with site(tmp_path_factory.mktemp("unscripted"), catalogue, Input("report.pdf", report.bytes())) as found:
        yield found


def fits(page: Page) -> bool:
    """Whether nothing stands beyond the side of the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_who_runs_no_scripts_asks_reads_and_asks_on(browser: Browser, at: Site) -> None:
    with visiting(browser, at, java_script_enabled=False, **PHONE) as visit:
        page = visit.open("/")
        page.get_by_role("link", name="Ask without JavaScript").click()
        page.get_by_label("Your question").fill("When is item 3?")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".rp-state").first).to_have_text("Answered")
        expect(page.locator(".rp-passage mark").first).to_be_visible()
        page.get_by_label("Ask a follow-up question").fill("and item 2?")
        page.get_by_text("Ask only some documents").click()
        page.get_by_label("Language of the text").select_option("English")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator("#turn-2 .rp-state")).to_have_text("Answered")
        page.get_by_text("Earlier in this conversation").click()
        expect(page.locator("#turn-1 h2")).to_contain_text("When is item 3?")
        page.locator("#turn-2").get_by_role("link", name="Read it in the document").first.click()


@pytest.mark.parametrize(("path", "looks"), [("/ask", "answered"), ("/ask?document=figures&ask=What", "not_found")])
@pytest.mark.parametrize("options", [PHONE, ENLARGED, {**PHONE, "locale": "ar"}, {"color_scheme": "dark"}],
                         ids=["phone", "enlarged", "arabic", "dark"])  # fmt: skip
def test_the_form_and_the_answer_can_be_used_by_everybody(
    browser: Browser, at: Site, options: dict[str, Any], path: str, looks: str
) -> None:
    with visiting(browser, at, **options) as visit:
        page = visit.open(path)
        expect(page.locator("#rp-question")).to_be_focused()
        expect(page.locator("#rp-question")).to_be_in_viewport(ratio=1)
        assert fits(page)
        assert not Axe().run(page).response["violations"]
        page.locator("#rp-question").fill(RINGS)
        page.locator("button.rp-primary").click()
        expect(page.locator(f".rp-status.rp-{looks} .rp-state")).to_be_visible()
        assert fits(page)
        assert not Axe().run(page).response["violations"]


USABLE = """window.addEventListener("load", () => {
    const box = document.querySelector("textarea#rp-question");
    window.usable = box && box.checkVisibility() && box.matches(":enabled") && performance.now();
})"""
"""Notes when the page is loaded whether its box can be used by then, before anything that waits for this moment begins."""
CAME = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((each) => each.startTime < window.usable).map((each) => each.transferSize)"""


@pytest.mark.parametrize("path", ["/", "/ask"])
def test_the_box_can_be_used_after_few_requests_and_few_bytes(browser: Browser, at: Site, path: str) -> None:
    with visiting(browser, at) as visit:
        visit.page.add_init_script(USABLE)
        page = visit.open(path)
        assert page.evaluate("() => window.usable > 0")
        expect(page.get_by_label("Your question").first).to_be_focused()
        came = page.evaluate(CAME)
        assert len(came) < 20
        assert sum(came) < 150_000


@contextmanager
def before_gradio(visit: Visit, path: str = "/") -> Iterator[Page]:
    """The page as it is before Gradio's program has come, which comes when the block ends."""
    held: list[Route] = []
    visit.page.route("**/assets/index-*.js", lambda route: held.append(route))
    yield visit.open(path)
    while not held:
        visit.page.wait_for_timeout(50)
    held[0].continue_()
    visit.page.unroute_all()


def test_who_asks_before_the_program_of_the_page_has_come_is_answered(browser: Browser, at: Site) -> None:
    with visiting(browser, at, **PHONE) as visit, before_gradio(visit, "/?document=figures") as page:
        expect(page.get_by_label("Your question")).to_be_focused()
        page.keyboard.type("How many people were smuggled?")
        assert not Axe().run(page).response["violations"]
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("h2.rp-asked")).to_contain_text("How many people were smuggled?")
        expect(page.locator(".rp-state").first).to_have_text("Answered")
        expect(page.locator(".rp-scope")).to_contain_text("figures")


@pytest.mark.parametrize("options", [ENLARGED, PHONE, {**PHONE, "locale": "ar"}], ids=["enlarged", "phone", "arabic"])
def test_what_is_written_before_the_program_of_the_page_has_come_is_written_on(
    browser: Browser, at: Site, options: dict[str, Any]
) -> None:
    with visiting(browser, at, **options) as visit:
        with before_gradio(visit) as page:
            expect(page.locator("#rp-question")).to_be_focused()
            page.keyboard.type("When is 3?")
            page.keyboard.press("ArrowLeft")
            page.keyboard.press("ArrowLeft")
            place = page.locator("#rp-question").bounding_box()
        page.locator("#rp-first").wait_for(state="detached")
        field = page.locator("#rp-question textarea")
        expect(field).to_be_focused()
        page.keyboard.type("item ")
        expect(field).to_have_value("When is item 3?")
        there = field.bounding_box()
        assert place is not None
        assert there is not None
        assert all(abs(there[each] - place[each]) < 2 for each in ("x", "y", "width", "height")), (place, there)
        page.keyboard.press("Enter")
        expect(page.locator(".rp-turn.rp-now .rp-answered")).to_be_visible()


def test_what_an_input_method_is_making_is_not_cut_off_when_the_program_of_the_page_comes(
    browser: Browser, at: Site
) -> None:
    with visiting(browser, at, locale="zh") as visit:
        keys = visit.page.context.new_cdp_session(visit.page)
        with before_gradio(visit) as page:
            expect(page.locator("#rp-question")).to_be_focused()
            keys.send("Input.imeSetComposition", {"text": "tai", "selectionStart": 3, "selectionEnd": 3})
        page.locator(".rp-examples button").first.wait_for(state="attached")
        page.wait_for_timeout(200)  # more than it takes to change the forms
        keys.send("Input.imeSetComposition", {"text": "taifeng", "selectionStart": 7, "selectionEnd": 7})
        keys.send("Input.insertText", {"text": "台风"})
        page.locator("#rp-first").wait_for(state="detached")
        page.keyboard.insert_text("是什么")
        expect(page.locator("#rp-question textarea")).to_have_value("台风是什么")


def test_the_key_that_asks_asks_before_the_program_of_the_page_has_come(browser: Browser, at: Site) -> None:
    with visiting(browser, at) as visit, before_gradio(visit) as page:
        page.get_by_label("Your question").press("Enter")
        page.keyboard.type("When is item 3?")
        page.keyboard.press("Enter")
        expect(page.locator("h2.rp-asked")).to_contain_text("When is item 3?")


def test_what_is_written_when_the_page_is_left_before_its_program_has_come_is_kept(browser: Browser, at: Site) -> None:
    with visiting(browser, at) as visit:
        with before_gradio(visit) as page:
            page.locator("#rp-question").fill("When is item 3?")
            visit.open("/documents")
        visit.open("/")
        page.locator("#rp-first").wait_for(state="detached")
        expect(page.locator("#rp-question textarea")).to_have_value("When is item 3?")


def test_who_has_gone_on_to_the_button_has_the_focus_when_the_program_of_the_page_comes(
    browser: Browser, at: Site
) -> None:
    with visiting(browser, at) as visit:
        with before_gradio(visit) as page:
            page.locator("#rp-question").fill("When is item 3?")
            page.keyboard.press("Tab")
            expect(page.locator("#rp-first button")).to_be_focused()
        page.locator("#rp-first").wait_for(state="detached")
        expect(page.locator("#rp-question textarea")).to_be_focused()


TO_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
}"""
"""Puts the focus where it is before anything on the page has it."""


def test_the_first_stop_of_the_keyboard_leads_to_the_box(browser: Browser, at: Site) -> None:
    def leads(page: Page) -> None:
        page.evaluate(TO_THE_TOP)
        page.keyboard.press("Tab")
        expect(page.locator(".rp-skip")).to_be_focused()
        expect(page.locator(".rp-skip")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        expect(page.locator("textarea:focus")).to_have_count(1)
        page.keyboard.type("?")

    with visiting(browser, at) as visit:
        with before_gradio(visit) as page:
            leads(page)
        page.locator("#rp-first").wait_for(state="detached")
        leads(page)
        expect(page.locator("#rp-question textarea")).to_have_value("??")
        visit.sign_in(STAFF)
        page.get_by_role("link", name="Staff", exact=True).click()
        page.locator(".rp-figures").wait_for()
        leads(page)
        expect(page.locator("#rp-question textarea")).to_have_value(
            "???"
        )  # what stood there was kept while one signed in


def test_the_page_of_a_quote_is_loaded_when_it_is_opened(browser: Browser, at: Site) -> None:
    with visiting(browser, at, viewport={"width": 1280, "height": 900}) as visit:
        pictures: list[str] = []
        visit.page.on("request", lambda request: pictures.append(request.url) if ".png" in request.url else None)
        page = visit.start()
        turn = visit.ask(RINGS)
        source = turn.locator(".rp-source", has_text="A/87/901").first
        leaf = source.get_by_text("Page 1 as printed")
        expect(leaf).to_be_visible()
        assert not pictures, "nothing is loaded before"
        with page.expect_response(lambda reply: "/page/1.png" in reply.url) as came:
            leaf.click()
        assert came.value.status == 200
        picture = source.get_by_role("img", name="Page 1 as printed")
        expect(picture).to_be_visible()
        assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1_000
        assert not Axe().run(page).response["violations"]


def test_the_page_of_a_quote_is_one_link_away_without_scripts(browser: Browser, at: Site) -> None:
    with visiting(browser, at, java_script_enabled=False, **PHONE) as visit:
        page = visit.open("/ask")
        page.get_by_label("Your question").fill(RINGS)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_role("link", name="Page 1 as printed").first.click()
        expect(page.get_by_role("img", name="Page 1 as printed")).to_be_visible()
    with visiting(browser, at, **PHONE) as visit:
        page = visit.open("/documents/A/87/901/page/1")
        expect(page.get_by_role("img", name="Page 1 as printed")).to_be_visible()
        assert fits(page)
        assert not Axe().run(page).response["violations"]
