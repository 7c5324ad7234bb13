"""A manager without access to the server watches a case in Prefect, through the portal: real Prefect, real
browser. What is refused is refused before Prefect hears of it."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

import httpx
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Locator, Page, Response, sync_playwright
from pydantic import SecretStr
from sqlalchemy import text

from deployments.supervisor import Supervisor
from engine.service import Service
from portal.app import create_app
from tests.browser.conftest import CHROMIUM_OPTIONS, keep_picture
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    todos_of,
)
from tests.portal.conftest import PASSWORD, password_hash
from tests.prefect.console import Console
from tests.waiting import wait_until

SECONDS = 60_000.0  # in milliseconds, as the browser counts


@pytest.fixture(scope="module")
def address(installation: Supervisor, live: Service) -> Iterator[str]:
    """The portal of the running installation, in front of its Prefect."""
    with live.database.begin() as connection:
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        here = installation.instance
        settings = live.settings.model_copy(
            update={
                "base_url": url,
                "prefect_server_url": f"http://127.0.0.1:{here.ports.prefect}",
                "prefect_auth_string": SecretStr(here.credentials.prefect_auth_string),
            }
        )
        app = create_app(Service(live.database, settings, live.time))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started, what="the portal")
        yield url
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def manager(address: str) -> Iterator[httpx.Client]:
    """A manager signed in, without a browser."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        opened = client.post("/api/v1/session", json={"username": "manager", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = opened.json()["csrf_token"]
        yield client


@pytest.fixture
def shown(live: Service, live_bureau: Bureau, console: Console) -> str:
    """The number of a case that Prefect shows."""
    number = launch_case(live).number
    decide_all(live, number, until="office-review")
    console.wait_shown(number)
    return number


def test_reads_pass_and_say_what_prefect_says(manager: httpx.Client, console: Console, shown: str) -> None:
    run_id = console.run_id(shown)
    through = manager.get(f"/prefect/api/flow_runs/{run_id}")
    assert through.status_code == 200
    assert through.json()["name"] == console.run(shown)["name"]  # type: ignore[index]
    wanted = {"flow_runs": {"id": {"any_": [run_id]}}}
    counted = manager.post("/prefect/api/task_runs/count", json=wanted)
    assert counted.json() == console.ask("POST", "/task_runs/count", wanted) > 0
    page = manager.get(f"/prefect/v2/runs/flow-run/{run_id}", headers={"Accept": "text/html"})
    assert "/prefect/v2/assets/" in page.text


def test_the_link_prefect_shows_leads_to_the_page_of_the_case(
    manager: httpx.Client, live: Service, console: Console, shown: str
) -> None:
    wanted = {"artifacts": {"flow_run_id": {"any_": [console.run_id(shown)]}, "type": {"any_": ["markdown"]}}}
    (made,) = manager.post("/prefect/api/artifacts/filter", json=wanted).json()
    (link,) = re.findall(r"\]\((.*?)\)", made["data"])
    assert link.startswith(live.settings.base_url)
    page = manager.get(link.removeprefix(live.settings.base_url), headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f"/prefect/v2/runs/flow-run/{console.run_id(shown)}" in page.text


def test_changes_are_refused_and_the_run_stays_as_it_was(
    manager: httpx.Client, console: Console, shown: str
) -> None:
    run_id = console.run_id(shown)
    before = console.run(shown)
    changes: list[tuple[str, str, Any]] = [
        ("POST", f"flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLED"}, "force": True}),
        ("POST", f"flow_runs/{run_id}/resume", {}),
        ("PATCH", f"flow_runs/{run_id}", {"name": "changed"}),
        ("DELETE", f"flow_runs/{run_id}", None),
    ]
    for method, path, body in changes:
        answer = manager.request(method, f"/prefect/api/{path}", json=body)
        assert answer.status_code == 403, path
    after = console.run(shown)
    assert after is not None
    assert before is not None
    assert (after["name"], after["state"]["id"]) == (before["name"], before["state"]["id"])


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """A browser window; every answer is kept in ``page.answers``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM_OPTIONS)
        opened = browser.new_page(
            base_url=address, viewport={"width": 1300, "height": 1000}, timezone_id="Asia/Shanghai"
        )
        opened.set_default_timeout(SECONDS)
        yield opened
        browser.close()


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_manager_follows_the_link_of_a_case_and_sees_its_run(
    page: Page, installation: Supervisor, console: Console, shown: str
) -> None:
    seen: list[Response] = []
    page.on("response", lambda answer: seen.append(answer))
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"/cases/{shown}")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.click("text=在 Prefect 中查看运行")
    page.wait_for_url(f"**/prefect/v2/runs/flow-run/{console.run_id(shown)}*")
    page.get_by_text(shown).first.wait_for()
    page.locator("canvas").first.wait_for()  # the Gantt chart
    page.get_by_role("tab", name="Task Runs").click()
    page.get_by_text("Office review").first.wait_for()
    assert failed == []
    assert {answer.status for answer in seen if "/prefect/api/" in answer.url} == {200}

    secret = installation.instance.credentials.prefect_auth_string
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    sent = repr([answer.request.all_headers() for answer in seen if "/prefect/" in answer.url])
    for place in (stored, sent):
        assert secret not in place
        assert "Basic " not in place


@pytest.fixture
def finished(live: Service, live_bureau: Bureau, console: Console) -> str:
    """The number of a case that was returned once and is published; Prefect kept up with every step."""
    draft = PROACTIVE_DRAFT | {"title": "青岭县应急管理局关于做好汛期救灾物资储备工作的通知"}
    number = launch_case(live, draft=draft).number
    console.wait_shown(number)
    decide_next(live, number)
    console.wait_shown(number)
    decide_next(live, number, action="return", opinion="请补充联系电话，便于各镇报送。", return_to="drafting")
    while case_row(live, number).closed_at is None:
        console.wait_shown(number)
        for _ in todos_of(live, number):  # none while it is being published
            decide_next(live, number)
    console.wait_shown(number)
    return number


def bars_are_drawn(chart: Locator) -> bool:
    """Green ones and the red one. The chart's content is in no element: the picture itself is looked at."""
    colours = Image.open(BytesIO(chart.screenshot())).convert("RGB").getcolors(2**24) or []
    red = sum(count for count, (r, g, b) in colours if r > 180 and g < 80 and b < 80)
    green = sum(count for count, (r, g, b) in colours if g > 120 and r < 80 and b < 120)
    return red > 100 and green > 1000


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_manager_sees_how_a_finished_case_went_from_its_draft_to_the_reading_room(
    page: Page, console: Console, finished: str
) -> None:
    run = f"/prefect/v2/runs/flow-run/{console.run_id(finished)}"
    page.goto(run)
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{run}*")
    page.get_by_role("tab", name="Task Runs").click()
    page.get_by_text("Section review 股室审核 · returned").first.wait_for()
    page.get_by_text("16 Task runs").first.wait_for()
    page.get_by_text("Completed").first.wait_for()
    page.set_viewport_size({"width": 1300, "height": 620})
    wait_until(lambda: bars_are_drawn(page.locator("canvas").first), what="the bars of the chart")
    keep_picture(page, "pictures/case-in-prefect.png")


ESCAPES = """async () => {
    const tried = {};
    for (const path of ['/inbox', '/api/v1/me', '/prefect']) {
        tried[path] = await fetch(path).then((answer) => answer.text(), () => 'kept out');
    }
    tried.opened = String(window.open('/inbox'));
    const frame = document.createElement('iframe');
    frame.src = '/inbox';
    const ended = new Promise((resolve) => { frame.onload = frame.onerror = resolve; });
    document.body.append(frame);
    await ended;
    try { tried.framed = String(frame.contentDocument && frame.contentDocument.body.innerText); }
    catch (error) { tried.framed = 'kept out'; }
    const form = document.createElement('form');
    form.method = 'post'; form.action = '/sign-out';
    document.body.append(form);
    form.submit();
    return tried;
}"""


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_scripts_of_prefects_page_reach_nothing_of_ours(page: Page, manager: httpx.Client) -> None:
    """The bundle is not ours: it must not find a CSRF token with which to act as the person signed in."""
    page.goto("/prefect/v2/runs")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/prefect/v2/runs*")
    page.get_by_role("link", name="Runs").first.wait_for()
    tried = page.evaluate(ESCAPES)
    assert {tried[path] for path in ("/inbox", "/api/v1/me", "/prefect")} == {"kept out"}
    assert tried["opened"] == "null"
    assert "待办" not in tried["framed"]
    assert "/prefect/v2/runs" in page.url, "no form was sent"
