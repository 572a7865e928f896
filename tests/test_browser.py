"""The pages that people are shown, in a real browser: read aloud, on a phone, in the dark, by keyboard, and offline."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright

from graduand.audit.query import AuditTrail
from graduand.git.events import Gap
from graduand.language import LANGUAGES, speak
from graduand.reports.audit_html import as_html
from graduand.reports.labels import TECHNICAL
from tests.git.test_audit_page import ALL, EVENTS
from tests.repository import GRADUATE, HOUSE, begin, commit, graduand, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from playwright.sync_api import Browser, Page

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NEEDED: Final = os.environ.get("BROWSER_NEEDED", "")
"""Set in CI, so that these tests are not skipped there unseen."""
GUIDE: Final = HOUSE / "build/guide"
PHONE: Final = 390
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = own if Path(own).exists() else next(filter(None, map(shutil.which, NAMES)), None)
        if not found:
            assert not NEEDED, "no Chromium, and BROWSER_NEEDED is set"
            pytest.skip("no Chromium found on the PATH: the pages were not looked at in a browser")
        arguments = ["--disable-gpu", "--disable-background-networking", "--no-first-run"]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=found, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a phone's width that has kept no request but that for the page itself."""
    opened = browser.new_page(viewport={"width": PHONE, "height": 800})
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    opened.close()
    assert [url for url in asked if not url.startswith("file:")] == []


def audit_page(folder: Path, language: str) -> str:
    """Write the page of an audit in which everything occurs, and return its address."""
    speak(language)
    gap = Gap("records/2026-spring/00412399.yaml", "b" * 40, "")
    trail = AuditTrail(EVENTS, (gap,), is_shallow=True, anchor="0123456789abcdef" * 4)
    path = folder / f"audit.{language}.html"
    path.write_text("\n".join(as_html(trail, "Université d’Ars & Cie", ALL, TECHNICAL, show=False)), encoding="utf-8")
    return path.as_uri()


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with the first place."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found]


def reached(page: Page, keys: int) -> list[str]:
    """Press Tab so often, and return where the focus was: tags with their roles."""
    found = []
    for _key in range(keys):
        page.keyboard.press("Tab")
        found.append(page.evaluate("document.activeElement.getAttribute('role') ?? document.activeElement.localName"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_audit_page_has_no_barrier_in_either_theme(page: Page, tmp_path: Path, language: str) -> None:
    address = audit_page(tmp_path, language)

    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(address)
        page.locator("summary").click()
        assert violations(page) == []
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert light is (theme == "light")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_the_audit_page_is_used_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    page.goto(audit_page(tmp_path, "en"))

    assert reached(page, 1) == ["summary"]
    page.keyboard.press("Enter")
    assert page.get_by_role("rowheader", name="Nov 2025").is_visible()
    assert reached(page, 1) == ["region"]
    page.evaluate("""() => {
        const region = document.activeElement;
        window.sideways = new Promise(tell => region.addEventListener("scroll", () => tell(region.scrollLeft)));
    }""")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("sideways") > 0
    assert page.get_by_role("region").get_by_role("rowheader").count() == len(EVENTS)
    assert page.locator("a,button,input,select,summary,[tabindex]").count() == 2


def test_the_audit_page_may_ask_for_nothing_even_if_it_were_tampered_with(page: Page, tmp_path: Path) -> None:
    page.goto(audit_page(tmp_path, "en"))
    refused = """async () => {
        const told = new Promise(tell => document.addEventListener("securitypolicyviolation", tell, {once: true}));
        const picture = document.createElement("img");
        picture.src = "file:///nowhere.png";
        document.body.append(picture);
        return (await told).effectiveDirective;
    }"""

    assert page.evaluate(refused) == "img-src"


def test_on_paper_the_audit_page_is_light_and_shows_what_is_folded(page: Page, tmp_path: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(audit_page(tmp_path, "en"))

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.get_by_role("rowheader", name="Nov 2025").is_visible()
    assert page.locator("summary").is_hidden()


def test_a_plan_as_a_page_has_no_barrier(page: Page, root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    path = root / "plan.html"
    planned = graduand(root, "plan", "--on", "2026-11-23", "--format", "html")
    assert "00412345" in planned.out
    path.write_text(planned.out, encoding="utf-8")

    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(path.as_uri())
        assert violations(page) == []
    assert reached(page, 1) == ["region"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_has_no_barrier_and_speaks_one_language(page: Page, language: str) -> None:
    if not NEEDED:
        pytest.skip("the guide may be an old one: look at it with make guide, then BROWSER_NEEDED=yes")

    for name, theme in (("start", THEMES[0]), ("trust", THEMES[1])):
        page.emulate_media(color_scheme=theme)
        page.goto((GUIDE / language / f"{name}.html").as_uri())
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE
        english = re.findall("Skip to content|Back to top|Previous|Next|Made with|Toggle|On this page", page.content())
        assert bool(english) is (language == "en")
    rules = (GUIDE / language / "reference/rules.html").read_text(encoding="utf-8")
    assert re.findall(r"[^\w>]–\w+", rules) == [], "an option lost one of its hyphens"
