"""The whole application behind a real server, and a real browser before it, for tests of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from services import PASSWORD, listening, made_service

from assistant.access import Role
from assistant.api.authentication import AccessGate
from assistant.service import Service
from corpus.catalogue import Catalogue
from corpus.library import Library
from ingest.pipeline import Input, ingest

WAIT = 120_000
"""Milliseconds that a busy machine may take for what a person waits for."""
STAFF, READER = "amina", "rashid"
LEFT = ("AbortError: signal is aborted", "Connection errored out")
"""What the page complains of when it is left in the middle of a call, as a slow machine has it."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Site:
    """A site with accounts for staff and for a reader; who has none may read where `gate.reading` says so."""

    url: str
    service: Service
    library: Library
    gate: AccessGate


@contextmanager
def site(folder: Path, catalogue: Catalogue, *more: Input) -> Iterator[Site]:
    """The application over the starter corpus and `more`, until the block ends."""
    people = {STAFF: Role.STAFF, READER: Role.READ}
    with made_service(folder, catalogue, starter=True, reading=True, accounts=people) as made:
        list(ingest(more, made.library, catalogue))
        with listening(made) as (host, port):
            yield Site(f"http://{host}:{port}", made.service, made.library, made.gate)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; skips where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    with sync_playwright() as play:
        # No name but this machine's is found: what is asked of others fails, and is seen by the tests.
        browser = play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of a module's tests."""
    with chromium() as found:
        yield found


def reads_well(page: Page) -> None:
    """Checks that nothing stands beyond the side of the window, and that assistive software can read all of it."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not Axe().run(page).response["violations"]


@dataclass
class Visit:
    """A browser window on a site, and what it saw: requests to others, messages of its console, dialogs."""

    page: Page
    site: Site
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Goes to a path and waits until it can be used."""
        # A page that is left in the middle of a call complains of it; that is not what is looked for.
        before = list(self.complaints)
        self.page.goto(f"{self.site.url}{path}", wait_until="commit")
        self.complaints[:] = before
        self.page.wait_for_load_state()
        return self.page

    def start(self, path: str = "/") -> Page:
        """Goes to the page itself and waits until it is ready for questions."""
        page = self.open(path)
        page.locator(".rp-examples button:visible, .rp-turn.rp-now").first.wait_for()
        return page

    def ask(self, question: str) -> Any:
        """Asks as a person does; the turn with the answer."""
        before = self.page.locator(".rp-turn").count()
        field = self.page.get_by_label("Your question")
        field.fill(question)
        field.press("Enter")
        turn = self.page.locator(".rp-turn.rp-now")
        turn.locator("h2", has_text=question.strip()).wait_for()
        turn.locator(".rp-status:not(.rp-waiting)").wait_for()
        assert self.page.locator(".rp-turn").count() in (before, before + 1)
        return turn

    def sign_in(self, name: str) -> None:
        """Signs in through the form."""
        self.open("/sign-in?next=/")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator(".rp-examples button").first.wait_for()


@contextmanager
def visiting(browser: Browser, at: Site, **options: Any) -> Iterator[Visit]:
    """A window of its own; when it closes, nothing may have been asked of other machines, nor any script failed."""
    context: BrowserContext = browser.new_context(**options)
    context.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    page = context.new_page()
    visit = Visit(page, at)
    context.on("request", lambda request: None if _own(request.url, at) else visit.elsewhere.append(request.url))
    context.on("page", lambda opened: _listen(opened, visit))
    _listen(page, visit)
    try:
        yield visit
    finally:
        context.close()
    seen = {"elsewhere": visit.elsewhere, "complaints": visit.complaints, "dialogs": visit.dialogs}
    assert not any(seen.values()), seen


def _own(url: str, at: Site) -> bool:
    return url.startswith((f"{at.url}/", "data:", "blob:", "about:")) or url == at.url


def _listen(page: Page, visit: Visit) -> None:
    def heard(complaint: str) -> None:
        if not any(left in complaint for left in LEFT):
            visit.complaints.append(complaint)

    page.on("pageerror", lambda error: heard(str(error)))
    page.on("console", lambda said: heard(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: (visit.dialogs.append(dialog.message), dialog.dismiss()))
