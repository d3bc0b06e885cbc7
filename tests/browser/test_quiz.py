"""The quiz in a real browser: one question at a time with script, all at once without, readable in every state."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from content.models import QuizResult
from leads.models import Lead
from tests.browser.conftest import axe

COLOURS = ["color-contrast", "link-in-text-block"]
SCREENS = [("light", 1280, None), ("dark", 1280, COLOURS), ("light", 390, None), ("dark", 390, COLOURS)]
TPM, PM, PJM = "tpm", "product_manager", "project_manager"
CLEAR = [TPM] * 6 + [PM, ""]
LEANING = [PM] * 4 + [PJM] * 2 + [TPM, PJM]
BETWEEN = [PJM, TPM] * 3 + [PM, ""]
ALL = [TPM, PM, PJM] * 2
HEADINGS = {
    "clear": (CLEAR, "A clear fit: Technical Program Manager"),
    "between": (BETWEEN, "Between two roles: Project Manager and Technical Program Manager"),
    "all": (ALL, "Close to all three roles"),
}


def look(page: Page, state: str) -> list[str]:
    """What axe finds in a state, on desk and phone, in light and dark."""
    found = []
    for scheme, width, rules in SCREENS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{state} {scheme} {width}: {line}" for line in axe(page, only=rules)]
    page.set_viewport_size({"width": 320, "height": 640})
    if (wide := page.evaluate("document.documentElement.scrollWidth")) != 320:
        found.append(f"{state}: {wide} px wide on a phone of 320")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def question(page: Page) -> str:
    """The question that is shown now, as a screen reader says it."""
    shown = page.locator(".question:visible > legend")
    return " ".join((shown.first.text_content() or "").split())


def test_a_visitor_goes_through_the_questions_back_and_forth_with_the_keyboard(
    site: str, watched: Page, move_clock: Callable[[int], None]
) -> None:
    watched.goto(f"{site}/quiz/")
    assert question(watched).startswith("Question 1 of 8: Which question would you most like to own?")
    expect(watched.locator(".question:visible")).to_have_count(1)
    expect(watched.get_by_role("button", name="Back")).to_be_hidden()
    expect(watched.get_by_role("button", name="Show my result")).to_be_hidden()
    for number in range(1, 9):
        legend = watched.locator(f"#question-{number} > legend")
        if number > 1:  # what has the focus is what is announced
            expect(legend).to_be_focused()
        watched.locator(f"#pick-q{number}-{TPM}").focus()
        watched.keyboard.press("Space")
        watched.get_by_role("button", name="Next question").press("Enter")
    expect(watched.locator("#question-9 > legend")).to_be_focused()
    assert question(watched).startswith("Not scored, optional: Where are you starting from?")
    expect(watched.locator("progress")).to_have_attribute("value", "8")

    watched.get_by_role("button", name="Back").click()
    expect(watched.locator("#question-8 > legend")).to_be_focused()
    watched.go_back()  # the browser's own button goes back a step, too
    expect(watched.locator("#question-9 > legend")).to_be_focused()
    watched.go_forward()
    expect(watched.locator("#question-8 > legend")).to_be_focused()
    watched.locator(f"#pick-q8-{PM}").check()  # a change of mind
    watched.get_by_role("button", name="Next question").click()
    move_clock(60)
    watched.get_by_role("button", name="Show my result").click()
    watched.wait_for_url("**/quiz/result/*/")
    expect(watched.get_by_role("heading", level=1)).to_have_text("A clear fit: Technical Program Manager")
    assert QuizResult.objects.latest("pk").answers["q8"] == [PM]


def test_every_state_is_readable(site: str, watched: Page, move_clock: Callable[[int], None]) -> None:
    found = []

    def take(roles: list[str]) -> None:
        watched.goto(f"{site}/quiz/")
        watched.get_by_role("button", name="Show all on one page").click()
        for number, role in enumerate(roles, start=1):
            if role:
                watched.locator(f"#pick-q{number}-{role}").check()
        move_clock(60)
        watched.get_by_role("button", name="Show my result").click()
        watched.wait_for_url("**/quiz/result/*/")

    watched.goto(f"{site}/quiz/")
    found += look(watched, "start")
    watched.get_by_role("button", name="Skip this one").click()
    watched.get_by_text("Torn? Add a second pick").locator("visible=true").click()
    found += look(watched, "second pick")
    for _ in range(7):
        watched.locator("[data-next]").click()
    found += look(watched, "last")
    move_clock(60)
    watched.get_by_role("button", name="Show my result").click()
    expect(watched.locator(".error-summary")).to_be_focused()
    watched.get_by_role("link", name="Question 5: Which skills").click()
    expect(watched.locator("#question-5 > legend")).to_be_focused()
    found += look(watched, "too few answers")

    for state, (roles, heading) in HEADINGS.items():
        take(roles)
        expect(watched.get_by_role("heading", level=1)).to_have_text(heading)
        found += look(watched, state)
    result = watched.url
    watched.get_by_role("link", name="Change your answers").click()
    found += look(watched, "change")
    watched.goto(result)
    move_clock(60)
    watched.get_by_role("button", name="Email me this result").click()
    expect(watched.locator(".error-summary")).to_be_focused()
    found += look(watched, "no address")
    watched.get_by_role("textbox", name="Email address").fill("quinn@example.org")
    move_clock(60)
    watched.get_by_role("button", name="Email me this result").click()
    expect(watched.get_by_role("status")).to_contain_text("Please check your mailbox")
    found += look(watched, "emailed")
    watched.get_by_role("button", name="Send the email again").click()
    expect(watched.get_by_role("status")).to_contain_text("We sent the email again")
    assert Lead.objects.get(email="quinn@example.org").activities.filter(kind="quiz").count() == 1
    watched.get_by_role("link", name="Delete my result").click()
    found += look(watched, "delete")
    watched.get_by_role("button", name="Delete my result").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Your result is deleted")
    found += look(watched, "deleted")
    assert found == []


@pytest.mark.parametrize("broken", [False, True], ids=["script off", "script lost"])
def test_without_script_all_questions_stand_on_one_page(
    site: str, browser: Browser, move_clock: Callable[[int], None], broken: bool
) -> None:
    with browser.new_context(java_script_enabled=broken) as context:
        page = context.new_page()
        page.route("**/content/quiz*.js", lambda route: route.abort())
        page.goto(f"{site}/quiz/")
        expect(page.locator(".question:visible")).to_have_count(10)
        for number, role in enumerate(LEANING, start=1):
            page.locator(f"#pick-q{number}-{role}").check()
        page.locator("#question-1 summary").click()
        page.locator(f"#pick-q1_second-{TPM}").check()
        move_clock(60)
        page.get_by_role("button", name="Show my result").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Between two roles: Product Manager and Project Manager"
        )
        page.get_by_role("link", name="Book a call about this result").click()
        page.get_by_role("link", name="Choose a time").first.click()
        assert "topic=My+quiz+result+is+between+Product+Manager+and+Project+Manager" in page.url


def test_a_link_to_an_unknown_result_shows_one_plain_page(site: str, page: Page) -> None:
    answer = page.goto(f"{site}/quiz/result/no-such-token-no-such-token-1234/")
    assert answer and answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
