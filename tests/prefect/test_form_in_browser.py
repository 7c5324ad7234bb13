"""An administrator launches from Prefect's own form, in a real browser: the case begins with its drafter."""

import pytest
from playwright.sync_api import expect, sync_playwright

from deployments.supervisor import Supervisor
from engine.service import Service
from tests.browser.conftest import CHROMIUM_OPTIONS
from tests.builders import UNIT, Bureau, scalars, todo_of
from tests.prefect.console import Console
from tests.prefect.test_launch_form import deployment
from tests.waiting import wait_until

MILLISECONDS = 60_000.0


@pytest.mark.browser
def test_the_form_in_prefect_launches_a_case_that_its_drafter_finds(
    installation: Supervisor, live: Service, live_bureau: Bureau, console: Console
) -> None:
    here = installation.instance
    form = f"http://127.0.0.1:{here.ports.prefect}/prefect/v2/deployments/deployment/{deployment(console)['id']}/run"
    before = set(scalars(live, "SELECT number FROM cases"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM_OPTIONS)
        page = browser.new_page()
        page.set_default_timeout(MILLISECONDS)
        page.goto(form)
        page.locator("input[type=password]").fill(here.credentials.prefect_auth_string)
        page.keyboard.press("Enter")
        page.wait_for_url("**/run")
        page.get_by_label("拟稿人 drafter").fill("drafter")
        page.get_by_label("起草股室 unit").fill(UNIT)
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Suspended").first).to_be_visible(timeout=MILLISECONDS)
        browser.close()
    (number,) = wait_until(
        lambda: set(scalars(live, "SELECT number FROM cases")) - before, what="the case to begin"
    )
    assert todo_of(live, number).step == "drafting"
