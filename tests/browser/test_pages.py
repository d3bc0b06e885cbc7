"""Every public page: readable by everybody, on every screen, in both colour schemes, under the strict policy."""

from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import axe
from tests.browser.pages import KITCHEN, PUBLIC

EVERY = {**PUBLIC, **KITCHEN}
SCREENS = [(scheme, width) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.mark.parametrize("path", EVERY)
def test_axe_finds_nothing_in_light_and_dark_on_a_desk_and_a_phone(site: str, watched: Page, path: str) -> None:
    answer = watched.goto(site + path)
    assert answer and answer.status == EVERY[path]
    findings = {}
    for scheme, width in SCREENS:
        watched.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        watched.set_viewport_size({"width": width, "height": 900})
        findings[scheme, width] = axe(watched)
    assert findings == {screen: [] for screen in SCREENS}


@pytest.mark.parametrize("path", EVERY)
def test_nothing_scrolls_sideways_at_320_pixels(site: str, watched: Page, path: str) -> None:
    watched.set_viewport_size({"width": 320, "height": 640})
    watched.goto(site + path)
    assert watched.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("path", EVERY)
def test_everything_pressed_or_filled_in_is_at_least_44_pixels_high(site: str, watched: Page, path: str) -> None:
    watched.set_viewport_size({"width": 390, "height": 900})
    watched.goto(site + path)
    small = watched.evaluate("""() => {
        const shown = (e) => e.getClientRects().length && !e.closest('.hp');
        const wanted = 'button, .btn, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio]), label.time, .form-check, header.site nav a, footer.site nav a';
        return [...document.querySelectorAll(wanted)].filter((e) => shown(e) && e.getBoundingClientRect().height < 43.9).map((e) => e.outerHTML.slice(0, 120));
    }""")
    assert small == []


@pytest.mark.parametrize("path", PUBLIC)
def test_with_script_off_the_page_has_the_same_links_and_forms(site: str, watched: Page, path: str) -> None:
    served = LinksAndForms(watched.request.get(site + path).text())
    watched.goto(site + path, wait_until="networkidle")
    shown = LinksAndForms(watched.content())
    assert shown.found == served.found
    assert len(served.found) > 5


@pytest.mark.parametrize("path", PUBLIC)
def test_the_phone_number_with_its_hours_is_at_the_top_right(site: str, watched: Page, path: str) -> None:
    watched.set_viewport_size({"width": 1280, "height": 900})
    watched.goto(site + path)
    phone = watched.get_by_role("banner").get_by_role("link", name="+1 (215) 430-2201")
    assert phone.get_attribute("href") == "tel:+12154302201"
    assert "Monday to Friday, 9 AM to 5 PM Eastern" in watched.get_by_role("banner").inner_text()
    box = phone.bounding_box()
    assert box and box["x"] + box["width"] == pytest.approx(1216, abs=1)
    assert box["y"] < 30


class LinksAndForms(HTMLParser):
    """The addresses a page leads to, and for each form its method, target and field names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str | None, ...]] = set()
        self._form: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = dict(attrs)
        if tag == "a":
            self.found.add(("a", got.get("href")))
        elif tag == "form":
            self._form = got.get("action")
            self.found.add(("form", got.get("method"), self._form))
        elif tag in {"input", "select", "textarea", "button"}:
            self.found.add((tag, got.get("name"), got.get("type"), self._form))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
