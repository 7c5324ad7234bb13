"""Time limits at the pages: explained alike everywhere, drawn, on lists and on paper, in both languages."""

import json
import re
from datetime import date, timedelta

import pytest

from deployments.cli import run
from engine.clocks.explaining import explanation
from engine.clocks.firing import fire_due
from engine.clocks.reckoning import reckoned, start_from
from engine.law import built_in
from engine.service import Service
from tests.builders import (
    Bureau,
    MovableClock,
    decide_all,
    launch_case,
    scalars,
)
from tests.engine.limits import answering_installed, clock_of, start
from tests.portal.conftest import SignIn
from tests.portal.limit_pages import CONSULTING, EXTENSION, ask, granted, lines_of, shown
from tests.portal.test_pages import HTML


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_api_and_command_line_explain_a_date_in_the_same_lines_and_the_days_add_up_to_it(
    service: Service,
    publishing: str,
    signed_in: SignIn,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    stored = clock_of(service, publishing, "publication")
    law = built_in(service.settings.timezone)
    lines = explanation(reckoned([start_from(each) for each in stored.starts], (), law), language)
    browser = signed_in("administrator")
    browser.cookies.set("language", language)
    title = stored.title[language]
    page = browser.get(f"/cases/{publishing}", headers=HTML)
    assert lines_of(page, title) == lines
    assert lines_of(browser.get(f"/cases/{publishing}/file", headers=HTML), f"{title}</h2>") == lines
    [told] = [
        clock
        for clock in browser.get(f"/api/v1/cases/{publishing}/clocks").json()["clocks"]
        if clock["key"] == "publication"
    ]
    assert told["explained"][language] == lines
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    options = ["--case", publishing, "--clock", "publication"]
    assert run(["deadline", "explain", *options, "--lang", language]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == lines
    assert run(["deadline", "explain", *options, "--json"]) == 0
    [printed] = json.loads(capsys.readouterr().out)["clocks"]
    assert printed["explained"][language] == lines

    assert (printed["due"], printed["provisional"]) == ("2026-05-20", False)
    days = [date.fromisoformat(day["date"]) for day in printed["days"]]
    assert days == [date(2026, 4, 20) + timedelta(n) for n in range(1, len(days) + 1)]
    assert str(days[-1]) == printed["due"] == str(stored.due_on)
    assert [day["number"] for day in printed["days"] if day["counted"]] == list(range(1, 21))
    assert [day[language] for day in printed["days"]] == lines[4 : 4 + len(days)]


def test_both_starts_of_a_publication_are_told_and_the_earlier_is_marked(
    publishing: str, signed_in: SignIn
) -> None:
    said = shown(signed_in("administrator").get(f"/cases/{publishing}", headers=HTML))
    assert (
        "自印发之日（2026-04-22）起算：2026年5月22日 自成文之日（2026-04-20）起算：2026年5月20日 以此为准"
        in said
    )


def test_a_provisional_date_says_so(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    with answering_installed():
        clock.move(days=240)  # 16 December 2026: nobody has arranged 2027
        number = start(service, "answering", received_on="2026-12-16")
        page = signed_in("office").get(f"/cases/{number}", headers=HTML)
    assert '<span class="provisional">暂定</span>' in page.text.partition('class="limit ')[2]
    assert any(line.startswith("暂定：尚无2027年的放假安排") for line in lines_of(page, "答复申请人"))


def test_what_was_sent_and_what_is_to_come_is_told(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    number = launch_case(service).number
    clock.move(days=4, minutes=5)
    fire_due(service)
    browser = signed_in("drafter")
    said = shown(browser.get(f"/cases/{number}", headers=HTML))
    assert "到期前 1 个工作日提醒 补发" in said
    assert "第 1 次督办" in said
    [clock_view] = browser.get(f"/api/v1/cases/{number}/clocks").json()["clocks"]
    told = [(rung["kind"], rung["place"], rung["fired_at"] is not None) for rung in clock_view["rungs"]]
    assert told == [
        ("remind", 1, True),
        ("overdue", 0, True),
        ("escalate", 1, True),
        ("escalate", 2, False),
        ("escalate", 3, False),
    ]


def test_the_picture_shares_out_the_time_and_says_in_words_what_it_shows(
    service: Service, limit: str, signed_in: SignIn
) -> None:
    granted(service, signed_in, limit, CONSULTING | {"until": "2026-04-24"}, by="openness_office")
    page = signed_in("office").get(limit, headers=HTML).text
    picture = page.partition("<svg")[2].partition("</svg>\n\n")[0]
    parts = re.findall(r'<rect class="(\w+)" x="([\d.]+)%" y="20" width="([\d.]+)%"', picture)
    kinds = [kind for kind, _, _ in parts]
    assert kinds[:6] == ["zero", "counted", "out", "off", "counted", "off"]
    assert sum(float(width) for _, _, width in parts) == pytest.approx(100, abs=0.1)
    ends = [round(float(x) + float(width), 1) for _, x, width in parts]
    starts = [round(float(x), 1) for _, x, _ in parts]
    assert starts[1:] == pytest.approx(ends[:-1], abs=0.2)
    day = 100 / 33  # 20 April to 22 May
    assert [float(width) for _, _, width in parts[:3]] == pytest.approx([day, 2 * day, 2 * day], abs=0.05)
    assert "自 2026年4月20日 起算，至 2026年5月22日 星期五；现在是 2026-04-24 09:00，剩18个工作日" in picture
    assert picture.count('class="ahead"') == 4  # three reminders, and the end itself


def test_no_page_about_limits_has_a_script_or_a_style_of_its_own(
    service: Service, limit: str, request_case: str, signed_in: SignIn, clock: MovableClock
) -> None:
    ask(signed_in("office"), limit, EXTENSION)
    clock.move(days=40)
    fire_due(service)
    todos = scalars(service, "SELECT id FROM assignment WHERE closed_at IS NULL")
    paths = [limit, f"/cases/{request_case}", f"/cases/{request_case}/file", f"/cases/{request_case}/sheet"]
    checked = 0
    for username in ("office", "deputy_head", "head"):
        browser = signed_in(username)
        for path in ["/inbox", "/cases", *paths, *(f"/todo/{todo}" for todo in todos)]:
            page = browser.get(path, headers=HTML)
            checked += page.status_code == 200
            assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:", page.text), (
                path
            )
            assert "unsafe" not in page.headers["content-security-policy"]
    assert checked > 12


def test_the_case_list_has_the_next_date_and_finds_what_is_overdue(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    late = launch_case(service).number
    clock.move(days=4)
    in_time = launch_case(service).number
    decide_all(service, in_time, until="office-review")
    browser = signed_in("manager")
    every = shown(browser.get("/cases", headers=HTML))
    assert "2026年4月23日 星期四 逾期1个工作日" in every
    assert "2026年4月29日 星期三 剩3个工作日" in every
    overdue = browser.get("/cases?state=overdue", headers=HTML).text
    assert late in overdue
    assert in_time not in overdue
    assert browser.get("/cases?state=late", headers=HTML).status_code == 422


def test_paper_tells_the_limits(service: Service, publishing: str, signed_in: SignIn) -> None:
    browser = signed_in("office")
    sheet = shown(browser.get(f"/cases/{publishing}/sheet", headers=HTML))
    assert "在政府网站公开：2026年5月20日 星期三，" in sheet
    whole = shown(browser.get(f"/cases/{publishing}/file", headers=HTML))
    assert "主要负责人签发 2026年4月22日 星期三 按期完成" in whole
    assert "自成文之日起算（以较早者为准）" in whole


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_about_limits_speak_one_language(
    service: Service, limit: str, signed_in: SignIn, clock: MovableClock, language: str
) -> None:
    ask(signed_in("office"), limit, EXTENSION)
    [asked] = scalars(service, "SELECT id FROM assignment WHERE clock_act_id IS NOT NULL")
    clock.move(days=40)
    fire_due(service)
    deputy = signed_in("deputy_head")
    deputy.cookies.set("language", language)
    [pressed, *_] = scalars(
        service, "SELECT id FROM assignment WHERE rung_id IS NOT NULL AND position = 'deputy_head'"
    )
    for path, zh, en in (
        ("/inbox", "逾期 2", "Overdue 2"),
        (limit, "已逾期，已督办", "overdue, escalated"),
        (f"/todo/{asked}", "如获准许", "If it is granted"),
        (f"/todo/{pressed}", "督办情况", "What was done"),
    ):
        said = shown(deputy.get(path, headers=HTML))
        assert (zh in said, en in said) == (language == "zh", language == "en"), path
