"""Every public page: readable by everybody, on every screen, in both colour schemes, under the strict policy."""

from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import axe
from tests.browser.pages import GUIDE, KITCHEN, PUBLIC

EVERY = {**PUBLIC, **KITCHEN}
COLOURS = ["color-contrast", "link-in-text-block"]  # what a colour scheme can change; the rest is judged in the light
SCREENS = [("light", 1280, None), ("dark", 1280, COLOURS), ("light", 390, None), ("dark", 390, COLOURS)]


@pytest.mark.parametrize("path", EVERY)
def test_axe_finds_nothing_on_desk_and_phone_in_light_and_dark(site: str, watched: Page, path: str) -> None:
    answer = watched.goto(site + path)
    assert answer and answer.status == EVERY[path]
    findings = {}
    for scheme, width, rules in SCREENS:
        watched.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        watched.set_viewport_size({"width": width, "height": 900})
        findings[scheme, width] = axe(watched, only=rules)
    assert findings == {(scheme, width): [] for scheme, width, _ in SCREENS}


@pytest.mark.parametrize("path", EVERY)
def test_the_narrowest_phone_without_script_can_use_everything(site: str, watched: Page, path: str) -> None:
    watched.set_viewport_size({"width": 320, "height": 640})
    served = watched.goto(site + path)
    assert watched.evaluate("document.documentElement.scrollWidth") == 320
    assert watched.evaluate(TOO_SMALL) == []
    # What scripts left standing is what was sent: no link and no field exists only with script, none only without.
    assert served and LinksAndForms(watched.content()).found == LinksAndForms(served.text()).found
    assert watched.locator("main h1").count() == 1


@pytest.mark.parametrize("path", ["/", GUIDE, "/book/", "/no-such-page/", "/kitchen/500/"])
def test_the_phone_number_with_its_hours_is_in_the_same_place_on_every_page(
    site: str, watched: Page, path: str
) -> None:
    watched.set_viewport_size({"width": 1280, "height": 900})
    watched.goto(site + path)
    top = watched.get_by_role("banner")
    phone = top.get_by_role("link", name="+1 (215) 430-2201")
    assert phone.get_attribute("href") == "tel:+12154302201"
    assert "Monday to Friday, 9 AM to 5 PM Eastern" in top.inner_text()
    box = phone.bounding_box()
    assert box and box["x"] + box["width"] == pytest.approx(1216, abs=1)
    assert box["y"] < 30


@pytest.mark.parametrize("path", ["/", GUIDE, "/guides/", "/roles/technical-program-manager/", "/privacy/", "/book/"])
def test_what_is_read_sets_no_cookie_and_is_there_with_cookies_blocked(site: str, watched: Page, path: str) -> None:
    context = watched.context
    context.new_cdp_session(watched).send("Emulation.setDocumentCookieDisabled", {"disabled": True})
    answer = watched.goto(site + path)
    assert answer and (answer.status, answer.header_value("set-cookie")) == (200, None)
    assert watched.locator("main h1").is_visible()
    assert len(watched.locator("main").inner_text()) > 200
    watched.reload()
    assert (context.cookies(), context.storage_state()["origins"]) == ([], [])


TOO_SMALL = """() => {
    const pressed = "button, .btn, select, textarea, label.time, .form-check, header.site nav a, footer.site nav a, " +
        "input:not([type=hidden], [type=checkbox], [type=radio])";
    const shown = (element) => element.getClientRects().length && !element.closest(".hp");
    const small = (element) => element.getBoundingClientRect().height < 43.9;
    return [...document.querySelectorAll(pressed)].filter((e) => shown(e) && small(e)).map((e) => e.outerHTML.slice(0, 120));
}"""


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
