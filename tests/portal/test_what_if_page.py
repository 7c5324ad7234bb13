"""试算: dates as they would be, for whoever may know of the case; nothing is stored by asking."""

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest

from engine.clocks.catching_up import catch_up_with_law
from engine.service import Service
from tests.builders import PROACTIVE_DRAFT, launch_case
from tests.engine.law_files import NEXT_YEAR, table
from tests.engine.test_what_if import THURSDAY_OFF
from tests.portal.conftest import Client, SignIn, rows_of_every_table
from tests.portal.test_pages import HTML, field, post

TABLE = json.dumps(THURSDAY_OFF, ensure_ascii=False)


def ask(browser: Client, **fields: str) -> httpx.Response:
    """The form of the page, posted."""
    csrf = field(browser.get("/calendar", headers=HTML), "csrf")
    return post(browser, "/what-if", {"csrf": csrf, **fields})


def words(page: httpx.Response) -> str:
    """The text of a page's main part, without tags and with single spaces."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", page.text.partition("<main")[2]).split()))


# --- what is told ----------------------------------------------------------------------------


def test_a_manager_sees_which_limits_of_all_open_cases_would_move_and_nothing_is_stored(
    service: Service, signed_in: SignIn
) -> None:
    numbers = [launch_case(service).number for _ in range(2)]
    manager = signed_in("manager")
    assert 'href="/what-if"' in manager.get("/inbox", headers=HTML).text
    before = rows_of_every_table(service)
    told = ask(manager, key="review-target", number="5")
    assert told.status_code == 200
    assert "2 个时限，其中 2 个会改变" in words(told)
    for number in numbers:
        assert number in told.text
    assert "2026年4月23日" in told.text
    assert "2026年4月27日" in told.text
    assert "逐日说明" not in told.text
    assert "不保存、不更改任何内容" in told.text
    assert "其中 0 个会改变" in words(ask(manager))
    assert rows_of_every_table(service) == before


@pytest.mark.parametrize(
    ("fields", "would_be"),
    [
        ({"limit": "step:drafting", "day": "2026-04-13"}, "2026年4月16日"),
        ({"limit": "step:drafting", "day": "2026-04-13", "time": "23:30"}, "2026年4月16日"),
        ({"key": "review-target", "number": "5"}, "2026年4月27日"),
        ({"table": TABLE}, "2026年4月24日"),
    ],
)
def test_whoever_may_see_a_case_is_told_its_date_day_by_day(
    service: Service, signed_in: SignIn, fields: dict[str, str], would_be: str
) -> None:
    number = launch_case(service).number
    drafter = signed_in("drafter")
    form = drafter.get(f"/what-if?case={number}", headers=HTML)
    assert f'value="{number}"' in form.text
    assert 'value="step:drafting"' in form.text
    assert "（现为3个工作日）" in form.text
    told = ask(drafter, case=number, **fields)
    assert would_be in told.text
    assert "<strong>改变</strong>" in told.text
    assert "逐日说明：拟稿" in words(told)
    drafter.cookies.set("language", "en")
    english = words(ask(drafter, case=number, **fields))
    assert "1 would move" in english
    assert "Day by day: Drafting" in english


def test_a_limit_that_stays_is_told_to_stay(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    assert "不变" in words(ask(signed_in("drafter"), case=number, key="signature-target", number="9"))


def test_a_case_one_may_not_know_of_is_not_there_and_all_cases_are_for_managers(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    outsider = signed_in("archivist")
    assert 'href="/what-if"' not in outsider.get("/inbox", headers=HTML).text
    for path in (f"/what-if?case={number}", "/what-if?case=ZD-2026-9999", "/what-if?case=x"):
        assert outsider.get(path, headers=HTML).status_code == 404
    refused = ask(outsider, case=number, table=TABLE)
    assert refused.status_code == 404
    assert "step:drafting" not in refused.text
    everything = ask(outsider, table="not a table")
    assert everything.status_code == 403
    assert "只有系统管理员和管理者可以查看" in everything.text


def test_titles_of_cases_are_told_to_nobody_who_only_manages(service: Service, signed_in: SignIn) -> None:
    number, title = launch_case(service).number, PROACTIVE_DRAFT["title"]
    administrator = signed_in("administrator")
    moving = table(2026, {"2026-04-23": "抗旱"}, {"2026-04-25": "抗旱"})
    csrf = field(administrator.get("/calendar", headers=HTML), "csrf")
    preview = post(administrator, "/calendar", {"csrf": csrf, "table": json.dumps(moving), "what": "preview"})
    administrator.post("/api/v1/calendar", {"table": moving})
    catch_up_with_law(service)
    for page in (
        ask(administrator),
        ask(administrator, case=number),
        preview,
        administrator.get("/calendar?year=2026&moved=1", headers=HTML),
        administrator.get("/api/v1/law/1/moved"),
    ):
        assert number in page.text
        assert title not in page.text


# --- what cannot be --------------------------------------------------------------------------

BAD: dict[str, tuple[dict[str, str], int, str]] = {
    "no such limit": ({"limit": "publication", "day": "2026-04-22"}, 422, "“时限”填写有误"),
    "start without limit": ({"day": "2026-04-22"}, 422, "请选择起算不同的时限"),
    "limit without start": ({"limit": "step:drafting"}, 422, "“起算日期”填写有误"),
    "no day": ({"limit": "step:drafting", "day": "2026-02-30"}, 422, "“起算日期”填写有误"),
    "year too early": ({"limit": "step:drafting", "day": "0001-01-01", "time": "00:00"}, 422, "年份须在"),
    "year too late": ({"limit": "step:drafting", "day": "9999-12-31"}, 422, "年份须在"),
    "before the rule": ({"limit": "step:drafting", "day": "1999-01-01"}, 404, "自2019-05-30起施行"),
    "no time": ({"limit": "step:drafting", "day": "2026-04-22", "time": "25:00"}, 422, "“起算时刻”填写有误"),
    "number without key": ({"number": "5"}, 422, "请选择期限"),
    "key without number": ({"key": "review-target"}, 422, "“改为”填写有误"),
    "no number": ({"key": "review-target", "number": "-1"}, 422, "“改为”填写有误"),
    "zero": ({"key": "review-target", "number": "0"}, 422, "“改为”填写有误"),
    "too long": ({"key": "review-target", "number": "999999"}, 422, "期限须为1至3660的整数"),
    "no such period": ({"key": "<b>siesta", "number": "2"}, 404, "没有“<b>siesta”这一时限"),
    "no table": ({"table": "七天"}, 422, "须恰有这些项"),
    "null": ({"table": "null"}, 422, "须恰有这些项"),
    "faulty table": ({"table": TABLE.replace("04-23", "04-31")}, 422, "days[0].date"),
    "large": ({"table": "#" * 70_000}, 422, "超过"),
    "case": ({"case": "ZD-2026-9999"}, 404, "没有"),
    "no number of a case": ({"case": "' OR 1=1"}, 404, "没有"),
}


@pytest.mark.parametrize(("fields", "status", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_told_by_its_field_and_what_was_typed_stays(
    service: Service, signed_in: SignIn, fields: dict[str, str], status: int, said: str
) -> None:
    number = launch_case(service).number
    drafter = signed_in("drafter")
    before = rows_of_every_table(service)
    refused = ask(drafter, **{"case": number, **fields})
    assert (refused.status_code, 'role="alert"' in refused.text) == (status, True)
    assert said in unescape(refused.text)
    assert "<b>" not in refused.text
    for name in ("day", "time", "number", "table"):
        if name in fields:
            assert fields[name] in unescape(refused.text)
    assert rows_of_every_table(service) == before


def test_a_table_of_every_day_of_a_year_is_taken_by_page_and_api(service: Service, signed_in: SignIn) -> None:
    launch_case(service)
    manager = signed_in("manager")
    days = {f"2027-{month:02}-{day:02}": f"{month}月的节日" for month in range(1, 13) for day in range(1, 29)}
    every = table(2027, days, {})
    assert ask(manager, table=json.dumps(every, indent=1)).status_code == 200
    assert manager.post("/api/v1/what-if", {"table": every}).status_code == 200


# --- what an import moves --------------------------------------------------------------------

MOVING: dict[str, Any] = THURSDAY_OFF


def calendar_form(browser: Client, what: str, **fields: str) -> httpx.Response:
    """The form of the calendar's page, posted."""
    csrf = field(browser.get("/calendar", headers=HTML), "csrf")
    return post(browser, "/calendar", {"csrf": csrf, "table": TABLE, "what": what, **fields})


def test_a_preview_names_the_limits_that_would_move_and_the_import_those_that_moved(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    administrator = signed_in("administrator")
    before = rows_of_every_table(service)
    preview = calendar_form(administrator, "preview")
    assert "将改变 1 个未办结事项的时限" in preview.text
    assert f"{number} 拟稿 2026年4月23日 2026年4月24日" in words(preview)
    assert rows_of_every_table(service) == before
    done = calendar_form(administrator, "import", previewed=field(preview, "previewed"))
    there = done.headers["location"]
    assert there == "/calendar?year=2026&moved=1"
    waiting = words(administrator.get(there, headers=HTML))
    assert "还有 1 个时限正在重新计算" in waiting
    assert "这次导入改变了 0 个时限" in waiting
    catch_up_with_law(service)
    moved = words(administrator.get(there, headers=HTML))
    assert "这次导入改变了 1 个时限" in moved
    assert f"{number}" in moved
    assert "正在重新计算。" not in moved
    assert signed_in("drafter").get(there, headers=HTML).status_code == 403
    assert administrator.get("/calendar?moved=99", headers=HTML).status_code == 404


def test_more_than_fifty_limits_are_counted_and_the_first_fifty_listed(
    service: Service, signed_in: SignIn
) -> None:
    for _ in range(51):
        launch_case(service)
    preview = calendar_form(signed_in("administrator"), "preview")
    assert "将改变 51 个未办结事项的时限" in preview.text
    assert preview.text.count("拟稿") == 50
    assert "只列出前 50 个" in preview.text


def test_what_an_import_moved_is_told_by_the_api_with_how_many_are_left(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    administrator, manager = signed_in("administrator"), signed_in("manager")
    done = administrator.post("/api/v1/calendar", {"table": MOVING}).json()
    address = f"/api/v1/law/{done['revision']}/moved"
    assert manager.get(address).json() == {"revision": 1, "left": 1, "limits": []}
    catch_up_with_law(service)
    assert manager.get(address).json() == {
        "revision": 1,
        "left": 0,
        "limits": [
            {
                "number": number,
                "title": {"zh": "拟稿", "en": "Drafting"},
                "before": "2026-04-23",
                "after": "2026-04-24",
                "late_before": "2026-04-23T16:00:00Z",
                "late_after": "2026-04-24T16:00:00Z",
            }
        ],
    }
    administrator.post("/api/v1/calendar", {"table": NEXT_YEAR})
    catch_up_with_law(service)
    assert manager.get("/api/v1/law/2/moved").json() == {"revision": 2, "left": 0, "limits": []}
    unknown = manager.get("/api/v1/law/3/moved")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "law-revision-not-found")
    for wrong in ("0", "-1", "x", str(2**60)):
        assert manager.get(f"/api/v1/law/{wrong}/moved").status_code == 422
    assert signed_in("drafter").get(address).status_code == 403
