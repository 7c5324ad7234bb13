"""Prefect shows cases of a moved time: the true statutory times, although its own clock says another."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, sync_playwright
from sqlalchemy import text

from deployments.commands.here import service_of, settings_from
from deployments.components import PREFECT, WORKER
from deployments.instance import Instance
from deployments.migrating import bring_up_to_date
from deployments.supervisor import Supervisor
from engine.acts.advance_clock import advance_clock
from engine.ledger import verify
from engine.service import Service
from tests.browser.conftest import CHROMIUM_OPTIONS
from tests.builders import Bureau, case_row, decide_all, decide_next, launch_case, load_bureau
from tests.conftest import clean_environment
from tests.free_ports import free_ports
from tests.prefect.conftest import QUICK
from tests.prefect.console import Console
from tests.waiting import wait_until

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """PostgreSQL, Prefect and worker of a new installation whose time moves."""
    home = tmp_path_factory.mktemp("virtual") / "home"
    supervisor = Supervisor(
        Instance(home, environ=clean_environment() | QUICK),
        components=(PREFECT, WORKER),
        migrate=partial(bring_up_to_date, virtual_time=True),
        ports=free_ports(),
    )
    supervisor.start()
    try:
        yield supervisor
    finally:
        postgres = supervisor.postgres
        supervisor.stop()
        assert postgres is not None
        postgres.destroy()


@pytest.fixture(scope="module")
def virtual(demonstration: Supervisor) -> Iterator[Service]:
    """That installation, with the small bureau."""
    with service_of(settings_from(demonstration.instance.environment())) as service:
        load_bureau(service)
        yield service


@pytest.fixture
def console(demonstration: Supervisor, virtual: Service) -> Iterator[Console]:
    """Its Prefect."""
    made = Console(demonstration.instance, virtual)
    yield made
    made.close()


def leap(service: Service, by: str) -> None:
    advance_clock(service, Bureau(service).actor("administrator"), by=by)


def shown_and_journaled(service: Service, console: Console, number: str) -> tuple[object, object]:
    """When each step round began and ended: in Prefect, and in the journal."""
    query = text(
        "SELECT s.key || ':' || s.round AS label, s.opened_at, s.settled_at FROM step s"
        " JOIN cases c ON c.id = s.case_id WHERE c.number = :n"
    )
    with service.read() as connection:
        rows = connection.execute(query, {"n": number}).all()
    journal = {row.label: (row.opened_at, row.settled_at) for row in rows}
    shown = {
        label: (
            datetime.fromisoformat(run["start_time"]),
            run["end_time"] and datetime.fromisoformat(run["end_time"]),
        )
        for label, run in console.steps(number).items()
        if label in journal  # limits are bars too
    }
    return shown, journal


def green(chart: Locator) -> int:
    """How much of a picture is the colour of what went well."""
    colours = Image.open(BytesIO(chart.screenshot())).convert("RGB").getcolors(2**24) or []
    return sum(count for count, (r, g, b) in colours if g > 120 and r < 80 and b < 120)


@pytest.mark.browser
def test_prefects_chart_draws_what_passes_in_a_demonstration(
    demonstration: Supervisor, virtual: Service, console: Console
) -> None:
    number = launch_case(virtual).number
    leap(virtual, "30d")
    decide_next(virtual, number)
    console.wait_shown(number)
    here = demonstration.instance
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM_OPTIONS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{here.ports.prefect}/prefect/v2/runs/flow-run/{console.run_id(number)}")
        page.locator("input[type=password]").fill(here.credentials.prefect_auth_string)
        page.keyboard.press("Enter")
        wait_until(lambda: green(page.locator("canvas").first) > 1000, what="the bars of the chart")
        browser.close()


def test_automated_steps_run_in_a_moved_time_and_the_case_ends(virtual: Service, console: Console) -> None:
    number = launch_case(virtual).number
    decide_all(virtual, number, until="signature")
    leap(virtual, "30d")
    wait_until(lambda: decide_all(virtual, number) and case_row(virtual, number).closed_at, what="the end")
    console.wait_state(number, "Completed")
    shown, journal = shown_and_journaled(virtual, console, number)
    assert shown == journal
    assert {step["state_name"] for step in console.steps(number).values()} == {"Completed"}
    assert console.flags(number) == []
    with virtual.snapshot() as connection:
        assert verify(connection).entries > 0


@pytest.mark.parametrize("moved", ["behind the machine", "ahead of it"])
def test_a_case_is_shown_with_its_statutory_times(virtual: Service, console: Console, moved: str) -> None:
    if moved == "ahead of it":
        leap(virtual, "150d")
    number = launch_case(virtual).number
    began = virtual.now - virtual.machine_now
    assert (began < timedelta(0)) == (moved == "behind the machine")
    decide_next(virtual, number)
    leap(virtual, "20d")
    decide_next(virtual, number)
    console.wait_shown(number)
    shown, journal = shown_and_journaled(virtual, console, number)
    assert shown == journal
    run = console.run(number)
    assert run is not None
    assert datetime.fromisoformat(run["expected_start_time"]) == case_row(virtual, number).launched_at
    assert (run["state"]["name"], console.flags(number)) == ("Suspended", [])
