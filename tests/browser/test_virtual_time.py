"""A demonstration's time passes at a click, and whoever looks at an open page sees it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from engine.service import Service
from engine.settings import Settings
from engine.virtual_time import MovableTime, stamp
from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import MovableClock, launch_case


@pytest.fixture
def service(service: Service, settings: Settings, clock: MovableClock) -> Iterator[Service]:
    """The installation, stamped virtual before anything is stored."""
    assert stamp(settings.owner_database_url.get_secret_value(), now=clock.now)
    made = replace(service, ahead=MovableTime(service.database))
    yield made
    made.close()


def test_the_administrator_lets_days_pass_and_an_open_inbox_shows_it(portal: Portal, visit: Visit) -> None:
    launch_case(portal.service)
    drafter = visit(PHONE).sign_in("drafter")
    expect(drafter.page.get_by_text("已等 不到 1 分钟")).to_be_visible()
    drafter.require_accessible()
    administrator = visit().sign_in("administrator", then="/cases")
    page = administrator.page
    administrator.require_accessible()
    page.get_by_label("推进多久").fill("3d")
    page.get_by_role("button", name="推进", exact=True).click()
    expect(page.get_by_text("虚拟时间 2026-04-23 09:00（演示用）")).to_be_visible()
    assert page.url.endswith("/cases")
    expect(drafter.page.get_by_text("已等 3 天")).to_be_visible()
    expect(drafter.page.locator(".virtual")).to_contain_text("2026-04-23 09:00")
    page.get_by_role("button", name="到下一工作日 9 时").click()
    expect(page.get_by_text("虚拟时间 2026-04-24 09:00（演示用）")).to_be_visible()
