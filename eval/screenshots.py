"""`python -m eval.screenshots`: takes the screenshots in `docs/images` from the starter corpus.

The command line builds and serves a library, and a headless browser uses the page. Needs Chromium
(`apt-get install chromium`) and the packages of the tests.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench_tools import rapporteur, run_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAME, PASSWORD = "amina", "correct horse battery"
DESKTOP = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5, "has_touch": True, "is_mobile": True}
COLOURS = 256
"""Colours of a screenshot: enough for text on plain backgrounds, at half the size."""


@dataclass(frozen=True)
class Screenshot:
    """One screenshot: browser options, and the actions before it is taken."""

    name: str
    options: dict[str, Any]
    act: Callable[[Page, str], object]


def _ask(*questions: str) -> Callable[[Page, str], None]:
    def act(page: Page, url: str) -> None:
        page.goto(url)
        page.locator(".rp-examples button").first.wait_for()
        for question in questions:
            page.locator("#rp-question textarea").fill(question)
            page.locator("#rp-question textarea").press("Enter")
            page.locator(".rp-now h2", has_text=question).wait_for()
            page.locator(".rp-now .rp-status:not(.rp-waiting)").wait_for()

    return act


def _open_staff_tab(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in?next=/")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Staff", exact=True).click()
    page.locator(".rp-figures").first.wait_for()


def _open(path: str) -> Callable[[Page, str], object]:
    return lambda page, url: page.goto(f"{url}{path}")


SCREENSHOTS = (
    Screenshot("ask", DESKTOP, _ask("What must be done when a smuggled migrant is detained?")),
    Screenshot(
        "ask-dark", {**DESKTOP, "color_scheme": "dark"}, _ask("Can a migrant be prosecuted for having been smuggled?")
    ),
    Screenshot("ask-arabic", {**DESKTOP, "locale": "ar"}, _ask("متى يُنظر في البند 3؟")),
    Screenshot("ask-phone", PHONE, _ask("When is item 3?")),
    Screenshot("meeting", DESKTOP, _open("/meetings")),
    Screenshot("document", DESKTOP, _open("/documents/CTOC/COP/WG.7/2021/1#item-3")),
    Screenshot("staff", {"viewport": {"width": 1280, "height": 980}}, _open_staff_tab),
)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serves the starter corpus with the command line; yields the address."""
    env = {"RAPPORTEUR_DATA_DIR": str(folder)}
    rapporteur("accounts", "add", NAME, "--role", "staff", env=env, given=PASSWORD)
    with run_server(env) as (url, *_):
        yield url


def take_screenshot(browser: Browser, url: str, screenshot: Screenshot) -> bytes:
    """Takes one screenshot as PNG."""
    from PIL import Image

    context = browser.new_context(**screenshot.options)
    try:
        page = context.new_page()
        screenshot.act(page, url)
        page.wait_for_timeout(600)
        image = Image.open(io.BytesIO(page.screenshot()))
    finally:
        context.close()
    out = io.BytesIO()
    image.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Takes all screenshots, or the named ones."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="Names of the screenshots to take; by default all.")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="Folder for the screenshots.")
    options = parser.parse_args()
    chromium = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit("No Chromium is installed. Run: apt-get install chromium")
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="rapporteur-") as folder,
        serve(Path(folder) / "library") as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for screenshot in SCREENSHOTS:
            if not options.names or screenshot.name in options.names:
                data = take_screenshot(browser, url, screenshot)
                (options.out / f"{screenshot.name}.png").write_bytes(data)
                sys.stdout.write(f"{screenshot.name}.png {len(data) / 1000:.0f} kB\n")
        browser.close()


if __name__ == "__main__":
    main()
