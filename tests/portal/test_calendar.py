"""The working calendar in the portal: everybody reads it, an administrator imports what they have seen."""

import json
from datetime import date, timedelta
from html import escape, unescape
from typing import Any

import httpx
import pytest

from engine.acts.law import LARGEST_BYTES
from engine.service import Service
from portal.door import MAX_BODY_WITH_CALENDAR
from tests.builders import scalars
from tests.engine.law_files import NEXT_YEAR, PAPER, table
from tests.portal.conftest import Client, SignIn, rows_of_every_table
from tests.portal.test_pages import HTML, field, post

TEXT = json.dumps(NEXT_YEAR, ensure_ascii=False)


@pytest.fixture
def administrator(signed_in: SignIn) -> Client:
    """An administrator's browser."""
    return signed_in("administrator")


def submit(browser: Client, text: str, what: str = "preview", **fields: str) -> httpx.Response:
    """The form of the page, posted."""
    page = browser.get("/calendar", headers=HTML)
    return post(browser, "/calendar", {"csrf": field(page, "csrf"), "table": text, "what": what, **fields})


def confirm(browser: Client, preview: httpx.Response, text: str = TEXT) -> httpx.Response:
    """What the button under the preview posts."""
    return submit(browser, text, "import", previewed=field(preview, "previewed"))


# --- the page --------------------------------------------------------------------------------


def test_everybody_sees_this_year_drawn_with_today_and_may_not_import(signed_in: SignIn) -> None:
    page = signed_in("drafter").get("/calendar", headers=HTML).text
    assert page.count('<table class="month">') == 12
    assert page.count('class="holiday') - 1 == 33  # one is the legend's
    assert page.count('class="make-up-workday') - 1 == 6
    assert '<td class="workday today" aria-current="date">20</td>' in page
    assert "2月15日（周日）至2月23日（周一）放假，共 9 天；2月14日（周六）上班；2月28日（周六）上班" in page
    assert 'name="table"' not in page


def test_a_year_nobody_arranged_says_so(signed_in: SignIn) -> None:
    browser = signed_in("drafter")
    assert "尚无 2027 年的放假安排" in browser.get("/calendar?year=2027", headers=HTML).text
    browser.cookies.set("language", "en")
    assert "for 2027 is not known" in browser.get("/calendar?year=2027", headers=HTML).text


@pytest.mark.parametrize("year", ["1999", "2101", "0", "-1", "next", "99999999999999999999", "2026.5"])
def test_a_year_there_is_no_calendar_for_is_told(signed_in: SignIn, year: str) -> None:
    assert signed_in("drafter").get(f"/calendar?year={year}", headers=HTML).status_code == 422
    assert signed_in("drafter").get(f"/api/v1/calendar/{year}").status_code == 422


@pytest.mark.parametrize("year", [2000, 2100])
def test_the_first_and_the_last_year_can_be_seen(signed_in: SignIn, year: int) -> None:
    page = signed_in("drafter").get(f"/calendar?year={year}", headers=HTML)
    assert page.status_code == 200
    assert "year=1999" not in page.text
    assert "year=2101" not in page.text


def test_a_preview_shows_what_changes_and_only_its_confirmation_imports(
    service: Service, administrator: Client
) -> None:
    before = rows_of_every_table(service)
    preview = submit(administrator, TEXT)
    assert preview.status_code == 200
    assert "将改变 2027 年的 5 天" in preview.text
    assert "2月20日（周六）" in preview.text
    assert rows_of_every_table(service) == before
    done = confirm(administrator, preview)
    assert (done.status_code, done.headers["location"]) == (303, "/calendar?year=2027&moved=1")
    page = administrator.get("/calendar?year=2027", headers=HTML).text
    assert "由 系统管理员 于 2026-04-20 09:00 导入" in page
    assert PAPER in page
    assert "尚无" not in page
    assert scalars(service, "SELECT channel FROM ledger_entry WHERE action = 'calendar-imported'") == ["api"]


def test_what_was_not_shown_is_not_imported(service: Service, administrator: Client) -> None:
    preview = submit(administrator, TEXT)
    other = json.dumps(table(2027, {"2027-01-01": "元旦"}, {"2027-01-09": "元旦"}))
    assert "将改变 2027 年的 2 天" in confirm(administrator, preview, other).text
    for forged in ("", "0:", ":", "0:0", "-1:x", "²:x", "9" * 40 + ":x"):
        assert submit(administrator, TEXT, "import", previewed=forged).status_code == 200
    assert scalars(service, "SELECT count(*) FROM law_change") == [0]


def test_an_import_by_somebody_else_meanwhile_refuses_the_confirmation(
    service: Service, administrator: Client
) -> None:
    preview = submit(administrator, TEXT)
    administrator.post("/api/v1/calendar", {"table": table(2028, {"2028-01-03": "元旦"}, {})})
    refused = confirm(administrator, preview)
    assert refused.status_code == 409
    assert "预览之后另有导入" in refused.text
    assert scalars(service, "SELECT key FROM law_change") == ["2028"]


def test_the_very_same_table_is_told_to_be_the_same(administrator: Client) -> None:
    confirm(administrator, submit(administrator, TEXT))
    again = submit(administrator, TEXT)
    assert "没有变化，不必导入" in again.text
    assert "确认导入" not in again.text


def test_a_faulty_table_is_told_with_its_place_and_stays_to_be_mended(
    service: Service, administrator: Client
) -> None:
    before = rows_of_every_table(service)
    faulty = TEXT.replace("2027-02-20", "2027-02-30")
    refused = submit(administrator, faulty)
    assert refused.status_code == 422
    assert "须为日期" in refused.text
    assert "days[4].date" in refused.text
    assert faulty in unescape(refused.text)
    assert rows_of_every_table(service) == before


HOSTILE = {
    "nested": "[" * 60_000,
    "aliases": "a: &a [1]\nb: [*a, *a]",
    "tag": "!!python/object/apply:os.system [id]",
    "numbers": "year: 1" + ":1" * 30_000 + ".5",
    "no text": "\x1b[2J\x07",
    "empty": "",
    "words": "国庆节放假七天",
    "large": "#" * (LARGEST_BYTES + 1),
    "cut": TEXT[:200],
    "twice": '{"year": 2027, "year": 2028, "papers": [], "days": []}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_that_is_no_table_is_refused_in_words(
    service: Service, administrator: Client, text: str
) -> None:
    before = rows_of_every_table(service)
    refused = submit(administrator, text)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert rows_of_every_table(service) == before


def test_a_table_of_every_day_of_a_year_is_taken_by_page_and_api(administrator: Client) -> None:
    every = [date(2027, 1, 1) + timedelta(n) for n in range(365)]
    content = table(2027, {str(on): f"第{on:%j}个无须上班的日子" for on in every}, {})
    assert "将改变 2027 年的 261 天" in submit(administrator, json.dumps(content, indent=1)).text
    told = administrator.post("/api/v1/calendar", {"table": content, "dry_run": True}).json()
    assert len(told["days"]) == 261


def test_a_body_larger_than_any_table_is_not_read(administrator: Client) -> None:
    assert submit(administrator, "a" * MAX_BODY_WITH_CALENDAR).status_code == 413


def test_names_and_papers_of_a_table_are_shown_as_text(administrator: Client) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    content = table(2027, {"2027-03-01": hostile}, {"2027-03-06": hostile}) | {"papers": [hostile]}
    text = json.dumps(content)
    preview = submit(administrator, text)
    confirm(administrator, preview, text)
    for page in (preview.text, administrator.get("/calendar?year=2027", headers=HTML).text):
        assert hostile not in page
        assert escape(hostile) in page


# --- the API ---------------------------------------------------------------------------------


def test_a_year_has_every_day_its_holidays_and_what_it_rests_on(administrator: Client) -> None:
    told = administrator.get("/api/v1/calendar/2026").json()
    assert (told["covered"], told["program"], told["imported"], told["revision"]) == (True, True, None, 0)
    assert len(told["days"]) == 365
    assert told["days"][0] == {
        "on": "2026-01-01",
        "kind": "holiday",
        "works": False,
        "name": {"zh": "元旦", "en": "New Year's Day"},
    }
    assert told["holidays"][1]["make_up"] == ["2026-02-14", "2026-02-28"]


def test_an_import_answers_with_the_days_that_change(service: Service, administrator: Client) -> None:
    before = rows_of_every_table(service)
    dry = administrator.post("/api/v1/calendar", {"table": NEXT_YEAR, "dry_run": True}).json()
    assert rows_of_every_table(service) == before
    done = administrator.post("/api/v1/calendar", {"table": NEXT_YEAR, "seen": dry["before"]}).json()
    assert (dry["stored"], done["stored"], done["revision"]) == (False, True, 1)
    assert dry["days"] == done["days"]
    assert done["days"][3] == {
        "on": "2027-02-20",
        "before": {"kind": "weekend", "name": None},
        "after": {"kind": "make-up-workday", "name": {"zh": "春节", "en": "Spring Festival"}},
    }
    told = administrator.get("/api/v1/calendar/2027").json()
    assert (told["covered"], told["papers"], told["revision"]) == (True, [PAPER], 1)
    assert told["imported"]["username"] == "administrator"
    again = administrator.post("/api/v1/calendar", {"table": NEXT_YEAR}).json()
    assert (again["same"], again["stored"]) == (True, False)


BODIES: dict[str, tuple[Any, int, str]] = {
    "no table": ({}, 422, "invalid-input"),
    "a list": ({"table": []}, 422, "invalid-input"),
    "empty": ({"table": {}}, 422, "calendar-table-refused"),
    "wrong year": ({"table": {**NEXT_YEAR, "year": 2029}}, 422, "calendar-table-refused"),
    "more": ({"table": NEXT_YEAR, "force": True}, 422, "invalid-input"),
    "flag": ({"table": NEXT_YEAR, "dry_run": "no"}, 422, "invalid-input"),
    "negative": ({"table": NEXT_YEAR, "seen": -1}, 422, "invalid-input"),
    "stale": ({"table": NEXT_YEAR, "seen": 7}, 409, "law-changed-meanwhile"),
}


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
def test_what_cannot_be_imported_is_a_problem_in_words_and_nothing_is_stored(
    service: Service, administrator: Client, body: Any, status: int, code: str
) -> None:
    before = rows_of_every_table(service)
    refused = administrator.post("/api/v1/calendar", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert rows_of_every_table(service) == before
