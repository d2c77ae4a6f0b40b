"""The page in a browser that runs no scripts, on a phone, enlarged and by assistive software; and pictures of pages on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import Site, browser, site, visiting
from pdfs import Flow
from playwright.sync_api import Browser, Page, expect

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


def test_the_box_can_be_used_after_few_requests_and_few_bytes(browser: Browser, at: Site) -> None:
    with visiting(browser, at) as visit:
        came: list[int] = []
        visit.page.on("response", lambda reply: came.append(int(reply.headers.get("content-length", 0))))
        page = visit.open("/ask")
        expect(page.locator("#rp-question")).to_be_editable()
        assert len(came) < 20
        assert sum(came) < 150_000


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
