"""Public opinion on its pages: entered, told of again, listed, drawn; the watch log read and taken away."""

from typing import Any

import pytest

from engine.service import Service
from tests.builders import UNIT, Bureau, MovableClock
from tests.engine.test_opinion_response import LINK, act, released, report, to_the_release
from tests.portal.conftest import SignIn
from tests.portal.test_pages import HTML, field

pytestmark = pytest.mark.thorough

INTAKE = {
    "answer.drafter": "monitor",
    "answer.unit": UNIT,
    "answer.source": "短视频",
    "answer.first_seen_at": "2026-04-20T08:30",
    "answer.summary": "网传某地起火",
    "answer.link": f"{LINK}?utm_source=x",
}


def post(client: Any, path: str, **fields: str) -> Any:
    csrf = field(client.get("/inbox", headers=HTML), "csrf")
    return client("POST", path, data={"csrf": csrf, **fields}, headers=HTML)


def test_a_monitor_enters_it_on_the_form_and_is_told_when_its_link_has_a_case(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    monitor = signed_in("monitor")
    form = {"procedure": "opinion-response", "what": "launch", **INTAKE}
    first = post(monitor, "/launch", key="one", **form)
    assert (first.status_code, first.headers["location"]) == (303, "/cases/HY-2026-0001")
    again = post(monitor, "/launch", key="two", **form)
    assert again.headers["location"].endswith("joined=HY-2026-0001")
    assert "再次监测" in monitor.get(again.headers["location"], headers=HTML).text


def test_the_api_tells_that_a_link_has_its_case(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    monitor = signed_in("monitor")
    intake = {
        "drafter": "monitor",
        "unit": UNIT,
        "source": "微博",
        "first_seen_at": "2026-04-20T08:30+08:00",
        "summary": "网传某地起火",
        "link": LINK,
    }
    body = {"procedure": "opinion-response", "intake": intake}
    assert monitor.post("/api/v1/cases", body).status_code == 201
    again = monitor.post("/api/v1/cases", body)
    assert again.status_code == 200
    assert again.json() == {"number": "HY-2026-0001", "repeated": False, "joined": True}


def test_the_case_draws_its_course_and_the_board_lists_it(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    number = report(service).number
    report(service, source="微博", spread=900)
    board = signed_in("openness_office").get("/opinions", headers=HTML).text
    assert number in board
    assert "再次监测 1 次" in board
    for key in ("verification", "assessment"):
        act(service, number, key)
    to_the_release(service, number)
    clock.move(hours=1)
    act(service, number, "release", released(service))
    page = signed_in("openness_office").get(f"/cases/{number}", headers=HTML).text
    assert '<svg class="time course"' in page
    assert "+1:30" in page  # the release, after first seen
    assert "https://q.example/1" in page


def test_a_table_is_taken_in_and_what_is_wrong_stays_to_be_corrected(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    table = (
        "业务股室,来源,首次发现时间,内容摘要,链接\n"
        f"{UNIT},微博,2026-04-20 08:30,网传某地起火,https://weibo.example/1\n"
        "nowhere,微博,2026-04-20 08:30,网传某地起火,https://weibo.example/2\n"
    )
    page = post(signed_in("monitor"), "/opinions", table=table)
    assert page.status_code == 200
    assert "已立项" in page.text
    assert "HY-2026-0001" in page.text
    assert "nowhere,微博" in page.text
    assert 'action="/opinions"' in page.text


def test_the_watch_log_is_kept_by_monitors_and_read_by_publicity_and_cyberspace(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    monitor = signed_in("monitor")
    assert "今天还没有值班记录" in monitor.get("/watch", headers=HTML).text
    entry = {"watched_on": "2026-04-20", "since": "08:00", "until": "12:00", "sources": "=微博"}
    assert post(monitor, "/watch", **entry).status_code == 303
    wrong = post(monitor, "/watch", **{**entry, "until": "07:00"})
    assert wrong.status_code == 422
    assert 'value="07:00"' in wrong.text  # what was typed stays
    for post_ in ("publicity", "cyberspace"):
        reader = signed_in(post_)
        page = reader.get("/watch", headers=HTML).text
        assert "=微博" in page
        assert "登记一条" not in page
        export = reader.get("/watch/export")
        assert "'=微博" in export.text  # no cell is a formula
        assert export.headers["content-disposition"].startswith("attachment")
