"""The pages in a real browser: with keys and without a script, in the dark and on a telephone.

One server and one browser for this file. They end with it, not with the session: while
Playwright runs, an event loop does too, and no other test of this process could start its own.
"""

from __future__ import annotations

import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import ASKED, CHROMIUM, NARROW, PAGES, ROOT, STORY, WIDE, browsing, serving
from tests.conftest import Kb

IN_CI = os.environ.get("CI") == "true"  # what is missing there is a fault, and no reason to skip
WANTED = "make browser"
if not IN_CI:
    pytest.importorskip("playwright.sync_api", reason=f"there is no playwright: {WANTED}")

from playwright.sync_api import Browser, BrowserContext, Page, expect  # noqa: E402

AXE = ROOT / ".venv" / "browser" / "axe.min.js"
TITLE = "Anselm's single stream"
LABEL = "What might they ask?"
# pages that are Datasette's, in our colours
TABLES = {
    "database": "/kb",
    "stories": "/kb/stories",
    "questions": "/kb/questions?_facet=guide",
    "saved-query": "/kb/questions-one-story-answers",
    "row": f"/kb/stories/{STORY}",
}
OURS = {**PAGES, "nothing-asked": "/-/match", "a-gap": "/-/match?q=raising+money+from+investors"}
EVERY = {**OURS, **TABLES}
SERIOUS = {"serious", "critical"}
COLOURS = ["color-contrast"]
PASSWORD = "correct horse battery"
PATIENCE_MS = 20_000  # of a machine that has other things to do

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not IN_CI and not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}: {WANTED}"
    ),
]
on_each = pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
on_each_of_ours = pytest.mark.parametrize("path", OURS.values(), ids=OURS.keys())
on_each_table = pytest.mark.parametrize("path", TABLES.values(), ids=TABLES.keys())

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Site:
    address: str
    kb: Kb


@pytest.fixture(scope="module")
def bank(model_cache: Path, _built_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Kb:
    home = tmp_path_factory.mktemp("browser")
    shutil.copytree(_built_samples, home / "stories")
    return Kb(home / "stories", model_cache.parent, home)


@pytest.fixture(scope="module")
def site(bank: Kb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The bank, served, with its model open; what is printed meanwhile is no traceback."""
    said = tmp_path_factory.mktemp("said") / "serve.txt"
    with serving(bank.folder, bank.environment, said) as address:
        with urllib.request.urlopen(f"{address}/-/match.json?q=anything") as answer:
            assert answer.status == 200
        yield Site(address, bank)
    assert "Traceback" not in said.read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with browsing() as opened:
        yield opened


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Visit]:
    """Opens a path, in a browser of these habits. On no page may anything go wrong by itself,
    and nothing may be asked of another machine."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def asked(url: str) -> None:
        if not url.startswith((f"{site.address}/", "data:")):
            wrong.append(f"asked for {url}")

    def opened(path: str, **habits: Any) -> Page:
        context = browser.new_context(**habits)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: asked(request.url))
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on(
            "console", lambda line: wrong.append(line.text) if line.type == "error" else None
        )
        page = context.new_page()
        answer = page.goto(site.address + path)
        assert answer is not None
        assert answer.status == 200
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def best(page: Page) -> Any:
    """The link to the first story of an answer."""
    return page.locator(".kb-match a").first


def tab_to(page: Page, wanted: str, most: int = 20) -> None:
    """Press Tab until what has the focus matches a selector, and is seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            break
    else:
        pytest.fail(f"{most} times Tab do not lead to {wanted}")
    style, width = page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement);"
        " return [s.outlineStyle, parseFloat(s.outlineWidth)]; }"
    )
    assert style == "solid"
    assert width >= 2


def shades(page: Page, selector: str) -> tuple[float, float]:
    """How light the text of an element and the page behind it are, 0 to 1."""
    colours = page.evaluate(
        "selector => [getComputedStyle(document.querySelector(selector)).color,"
        " getComputedStyle(document.body).backgroundColor]",
        selector,
    )
    text, paper = (
        [float(n) for n in colour.partition("(")[2].rstrip(")").split(",")[:3]]
        for colour in colours
    )
    return sum(text) / 765, sum(paper) / 765


def test_a_story_appears_as_one_types(visit: Visit) -> None:
    page = visit("/-/match")
    expect(page.get_by_label(LABEL)).to_be_focused()
    page.keyboard.type(ASKED, delay=15)
    expect(best(page)).to_have_text(TITLE)
    expect(page.locator(".kb-match mark").first).to_contain_text("I told the architect")
    expect(page.get_by_role("status")).to_have_text(f"strong {TITLE}")
    assert page.url.endswith("/-/match?q=disagreement+with+architect")
    page.reload()
    expect(page.get_by_label(LABEL)).to_have_value(ASKED)
    expect(best(page)).to_have_text(TITLE)


def test_what_is_typed_is_text_and_no_markup(visit: Visit) -> None:
    page = visit("/-/match")
    page.get_by_label(LABEL).fill("<b id=x>money</b> & <img src=y onerror=alert(1)>")
    expect(page.locator(".kb-match").first).to_be_visible()
    page.reload()
    expect(page.locator("#x, main img")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without"])
def test_enter_asks_with_a_script_and_without(visit: Visit, script: bool) -> None:
    page = visit("/", java_script_enabled=script)
    page.get_by_label(LABEL).fill(ASKED)
    page.get_by_label(LABEL).press("Enter")
    expect(best(page)).to_have_text(TITLE)
    page.get_by_label(LABEL).fill("what did you do when a date slipped")
    page.get_by_label(LABEL).press("Enter")
    expect(best(page)).to_contain_text("Kit was signing on")
    expect(page.get_by_text("The guide on")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without"])
def test_the_first_question_of_all_waits_for_the_model_by_itself(
    bank: Kb, browser: Browser, tmp_path: Path, script: bool
) -> None:
    with (
        serving(bank.folder, bank.environment, tmp_path / "said.txt") as address,
        browser.new_context(java_script_enabled=script) as context,
    ):
        page = context.new_page()
        page.goto(address + PAGES["match"])
        expect(best(page)).to_have_text(TITLE)


def test_behind_a_password_one_logs_in_and_out(bank: Kb, browser: Browser, tmp_path: Path) -> None:
    environment = {**bank.environment, "KB_PASSWORD": PASSWORD}
    with (
        serving(bank.folder, environment, tmp_path / "said.txt", "127.0.0.2") as address,
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(address + PAGES["match"])
        expect(page).to_have_title("Log in")
        page.get_by_label("Username").fill("kb")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label(LABEL)).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        page.goto(address + PAGES["story"])
        expect(page).to_have_title("Log in")


def test_a_storys_link_leads_to_its_evidence(visit: Visit) -> None:
    page = visit(PAGES["match"])
    best(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    marked = page.locator("article mark")
    expect(marked).to_have_count(1)
    expect(marked.first).to_contain_text("At the design review I told the architect")
    page.get_by_role("link", name=f"“{ASKED}”").click()
    expect(best(page)).to_have_text(TITLE)


@pytest.mark.parametrize(
    ("script", "asked"),
    [(True, "how to choose a caravan"), (False, "how to paint a fence")],
    ids=["with-script", "without"],
)
def test_a_story_is_pinned_and_taken_back(visit: Visit, script: bool, asked: str) -> None:
    page = visit("/-/match?q=something+else", java_script_enabled=script)
    page.get_by_label(LABEL).fill(asked)
    if not script:
        page.get_by_label(LABEL).press("Enter")
    page.wait_for_url(f"**/-/match?q={asked.replace(' ', '+')}")
    first, third = page.locator(".kb-match").first, page.locator(".kb-match").nth(2)
    title = third.get_by_role("link").inner_text()
    expect(page.get_by_text("pinned", exact=True)).to_have_count(0)
    third.get_by_role("button", name="It answers this").click()
    expect(best(page)).to_have_text(title)
    expect(first.get_by_text("pinned", exact=True)).to_be_visible()
    first.get_by_role("button", name="Take it back").click()
    expect(first.get_by_role("button", name="It answers this")).to_be_visible()
    expect(page.get_by_text("pinned", exact=True)).to_have_count(0)


def test_a_story_that_was_edited_and_built_meanwhile_is_found_as_it_is_now(
    visit: Visit, site: Site
) -> None:
    page = visit("/-/match?q=what+did+you+do+when+a+date+slippe")
    expect(best(page)).to_have_text("Kit was signing on Friday")
    path = site.kb.folder / "personal" / "samples" / "kit-was-signing-on-friday.md"
    text = path.read_text("utf-8")
    assert "Kit was signing on Friday" in text
    path.write_text(text.replace("signing on Friday", "signing on Sunday"), encoding="utf-8")
    site.kb("build")
    page.get_by_label(LABEL).press("End")
    page.keyboard.type("d")
    expect(best(page)).to_have_text("Kit was signing on Sunday")


@on_each
def test_in_the_dark_paper_is_dark_and_text_is_light(visit: Visit, path: str) -> None:
    page = visit(path, color_scheme="dark")
    for selector in ("body", "h1", "a[href]", "main p, td, section.content p"):
        text, paper = shades(page, selector)
        assert paper < 0.2, selector
        assert text > 0.6, selector


def test_in_the_light_paper_is_light_and_text_is_dark(visit: Visit) -> None:
    text, paper = shades(visit("/", color_scheme="light"), "body")
    assert text < 0.3
    assert paper > 0.9


@on_each
def test_on_a_telephone_no_page_scrolls_sideways(visit: Visit, path: str) -> None:
    page = visit(path, viewport={"width": NARROW, "height": 844}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert page.evaluate("() => { scrollTo(500, 0); return scrollX; }") == 0
    assert page.evaluate("visualViewport.width") == NARROW


def test_keys_alone_lead_from_a_question_to_its_story(visit: Visit) -> None:
    page = visit("/", viewport={"width": WIDE, "height": 800})
    tab_to(page, ".kb-skip", most=1)
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.localName") == "main"
    tab_to(page, "#kb-q", most=1)
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    expect(best(page)).to_have_text(TITLE)
    tab_to(page, "#kb-q")
    tab_to(page, ".kb-match a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_a_point_of_the_map_is_told_of_below_it_when_it_has_the_focus(visit: Visit) -> None:
    page = visit("/-/map", viewport={"width": WIDE, "height": 600})
    caption = page.locator("figcaption")
    expect(caption).to_contain_text("press Tab")
    while not page.evaluate("document.activeElement.matches('svg a')"):
        page.keyboard.press("Tab")
    told = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert told.startswith("Question, ")
    expect(caption).to_have_text(told)
    expect(caption).to_be_in_viewport(ratio=0.9)
    story = page.get_by_role("link", name=f"Story: {TITLE}")
    story.focus()
    expect(caption).to_have_text(f"Story: {TITLE}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, which tells what a page makes hard for people."""
    if not IN_CI and not AXE.exists():
        pytest.skip(f"there is no axe-core: {WANTED}")
    return AXE.read_text("utf-8")


def hard(page: Page, axe: str, **options: Any) -> list[str]:
    """What axe-core finds, of those that it calls serious or critical."""
    page.evaluate(axe)  # no script element: the page would not run it
    found = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe did look"
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@on_each_of_ours
def test_our_pages_are_hard_for_nobody(visit: Visit, axe: str, path: str) -> None:
    page = visit(path)
    assert hard(page, axe) == []
    page.emulate_media(color_scheme="dark")  # which changes nothing but the colours
    assert hard(page, axe, runOnly=COLOURS) == []


@on_each_table
def test_tables_can_be_read(visit: Visit, axe: str, path: str) -> None:
    page = visit(path)
    assert hard(page, axe, runOnly=COLOURS) == []
    page.emulate_media(color_scheme="dark")
    assert hard(page, axe, runOnly=COLOURS) == []
