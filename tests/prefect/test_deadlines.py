"""A manager sees in Prefect what is due by which article, and how pressing it is, true as time passes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from engine.clocks.firing import fire_due
from engine.clocks.of_cases import start_case_clock
from engine.leases import claim, settle
from engine.service import Service
from engine.work import work_on_case
from tests.builders import Bureau, MovableClock, case_row, decide_all, decide_next, launch_case, scalars
from tests.prefect.console import Console
from tests.prefect.window import Window
from tests.waiting import wait_until

pytestmark = pytest.mark.thorough


def until(service: Service, clock: MovableClock, said: str) -> None:
    """Move the clock to that local time and fire what is due."""
    clock.now = datetime.fromisoformat(f"2026-{said}+08:00")
    fire_due(service)


def pressing(window: Console, number: str) -> list[str]:
    """The tags of a case's run that are about its limits."""
    tags = (window.run(number) or {"tags": []})["tags"]
    return [tag for tag in tags if tag in ("due-soon", "overdue", "escalated")]


def message(window: Window, number: str) -> str:
    run = window.run(number)
    assert run is not None
    return str(run["state"]["message"])


def bars(window: Console, number: str, kind: str) -> list[tuple[str, str]]:
    """State and name of the clocks or rungs of a case, in the order they began."""
    found = [bar for label, bar in window.steps(number).items() if label.startswith(f"{kind}:")]
    return [
        (bar["state"]["type"], bar["name"])
        for bar in sorted(found, key=lambda bar: (bar["end_time"] or "", bar["start_time"]))
    ]


def test_a_steps_target_is_shown_from_far_off_to_escalated_and_until_it_is_met(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = launch_case(service).number  # Monday 20 April; three working days: Thursday 23
    window.show()
    assert window.tables(number)["deadlines"] == [
        {
            "时限 What": "环节 step: 拟稿 Drafting",
            "依据 Article": "本单位规定 办理时限",
            "起算 Start": "环节开启 the step was opened 2026-04-20 09:00",
            "截止 Due": "2026-04-23",
            "剩余 Remaining": "剩3个工作日 3 working days left",
            "截至 As of": "2026-04-20",
            "状态 State": "计时中 running",
        }
    ]
    assert pressing(window, number) == []
    assert message(window, number) == (
        "等待 拟稿（拟稿人），限4月23日 · waiting for Drafting (drafter), due 2026-04-23"
    )
    seen = []
    for moment in ("04-22T09:00", "04-24T00:00", "04-24T09:00"):
        until(service, clock, moment)
        window.show()
        (row,) = window.tables(number)["deadlines"]
        seen.append((row["剩余 Remaining"].split()[0], row["状态 State"], pressing(window, number)))
    assert seen == [
        ("剩1个工作日", "临近到期 due soon", ["due-soon"]),
        ("逾期1个工作日", "已逾期 overdue", ["overdue"]),
        ("逾期1个工作日", "已升级督办 escalated", ["escalated"]),
    ]
    assert message(window, number) == (
        "等待 拟稿（拟稿人），限4月23日，已逾期 · waiting for Drafting (drafter), due 2026-04-23, overdue"
    )
    assert bars(window, number, "rung") == [
        ("FAILED", "Deadline missed 逾期: Drafting 拟稿"),
        ("COMPLETED", "Escalated to section head 升级至股室负责人: Drafting 拟稿"),
    ]
    assert bars(window, number, "clock") == []  # the step's own bar tells its target
    clock.move(hours=1)
    decide_next(service, number)
    window.show()
    assert pressing(window, number) == []
    drafting, review = window.tables(number)["deadlines"]
    assert (drafting["状态 State"], drafting["剩余 Remaining"]) == ("逾期办结 met late 2026-04-24 10:00", "")
    assert review["截止 Due"] == "2026-04-29"
    shown = window.steps(number)
    assert shown["drafting:1"]["name"] == "Drafting 拟稿 · approved, late"
    assert shown["section-review:1"]["state"]["message"].endswith("section head · due 2026-04-29")


def to_publication(service: Service) -> str:
    """A case whose document waits to be published, which its own limit runs for."""
    number = launch_case(service).number
    decide_all(service, number)
    return number


def publish(service: Service, number: str) -> None:
    (step_id,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step_id, holder="a test")
    assert lease is not None
    settle(service, lease, {"url": "u", "published_at": service.now.isoformat()})


def test_a_cases_limit_is_a_bar_of_its_own_which_ends_green_when_met(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = to_publication(service)
    window.show()
    assert bars(window, number, "clock") == [
        ("RUNNING", "Deadline 时限: Publication on the website 在政府网站公开")
    ]
    assert window.tables(number)["deadlines"][0] == {  # the case's own stands before those of its steps
        "时限 What": "在政府网站公开 Publication on the website",
        "依据 Article": "应急厅函〔2019〕390号 四(一)5",
        "起算 Start": "印发之日 date of issue 2026-04-20",
        "截止 Due": "2026-05-20",
        "剩余 Remaining": "剩20个工作日 20 working days left",
        "截至 As of": "2026-04-20",
        "状态 State": "计时中 running",
    }
    clock.move(days=1)
    publish(service, number)
    window.show()
    (bar,) = [bar for label, bar in window.steps(number).items() if label.startswith("clock:")]
    assert (bar["state"]["type"], bar["name"].rpartition(" · ")[2]) == ("COMPLETED", "met")
    assert (bar["start_time"][:10], bar["end_time"][:10]) == ("2026-04-20", "2026-04-21")
    assert window.tables(number)["deadlines"][0]["状态 State"] == "按期办结 met 2026-04-21 09:00"


def test_a_cases_limit_missed_is_red_with_each_rung_beside_it(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = to_publication(service)
    for moment in ("05-13T09:00", "05-18T09:00", "05-19T09:00", "05-21T08:00", "05-21T09:05"):
        until(service, clock, moment)
    publish(service, number)
    window.show()
    title = "Publication on the website 在政府网站公开"
    assert bars(window, number, "rung") == [
        ("COMPLETED", f"Reminded 提醒: {title}"),
        ("COMPLETED", f"Reminded 提醒: {title}"),
        ("COMPLETED", f"Reminded 提醒: {title}"),
        ("FAILED", f"Deadline missed 逾期 (late 迟发): {title}"),  # nobody was there at midnight
        ("COMPLETED", f"Escalated to deputy head 升级至分管负责人: {title}"),
    ]
    assert bars(window, number, "clock") == [("FAILED", f"Deadline 时限: {title} · met late")]


def test_a_limit_whose_duty_is_gone_is_cancelled_and_the_closed_case_keeps_its_table(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = launch_case(service).number
    start_hours(service, number)
    window.show()
    clock.move(hours=1)
    decide_all(service, number, until="signature")
    decide_next(service, number, action="reject")
    window.show()
    assert case_row(service, number).closed_at is not None
    assert bars(window, number, "clock") == [("CANCELLED", "Deadline 时限: Answer 回应 · stopped")]
    rows = window.tables(number)["deadlines"]
    assert rows[0]["状态 State"] == "不再计算 stopped 2026-04-20 10:00"
    assert {row["剩余 Remaining"] for row in rows} == {""}
    clock.move(days=30)
    assert window.show() == 0


def start_hours(service: Service, number: str) -> None:
    """A limit of the case that runs in hours."""
    since = {"rule": "opinion-response", "zh": "发现", "en": "found", "at": service.now.isoformat()}
    arguments = {
        "clock": "answer",
        "title": {"zh": "回应", "en": "Answer"},
        "starts": [since],
        "ladder": "",
        "ending": "missed",
    }
    with service.database.begin() as connection:
        work = work_on_case(service, connection, number, channel="test")
        start_case_clock(work, arguments)
        work.finish()


def test_the_table_stays_true_when_only_time_passes_and_costs_one_call(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = launch_case(service).number
    window.show()
    seq = case_row(service, number).seq
    clock.now = datetime.fromisoformat("2026-04-20T23:59:59+08:00")
    assert window.show() == 0
    clock.move(seconds=1)
    assert window.show() == 1
    (row,) = window.tables(number)["deadlines"]
    assert (row["剩余 Remaining"], row["截至 As of"]) == ("剩2个工作日 2 working days left", "2026-04-21")
    changing = [call for call in window.calls if not call.endswith("/filter") and "csrf" not in call]
    assert [call.split("/api/")[1].split("/")[0] for call in changing] == ["artifacts"]
    assert case_row(service, number).seq == seq
    assert window.show() == 0


def test_a_limit_in_hours_is_told_anew_every_hour(
    window: Window, service: Service, clock: MovableClock
) -> None:
    number = launch_case(service).number
    start_hours(service, number)
    clock.move(minutes=10)
    told = []
    for _ in range(3):
        window.show()
        row = window.tables(number)["deadlines"][0]
        told.append((row["剩余 Remaining"].split()[0], row["截至 As of"], row["截止 Due"]))
        clock.move(minutes=30)
    assert told == [
        ("剩47小时", "2026-04-20 09:10", "2026-04-22 09:00"),
        ("剩47小时", "2026-04-20 09:10", "2026-04-22 09:00"),  # nothing to tell anew at 09:40
        ("剩46小时", "2026-04-20 10:10", "2026-04-22 09:00"),
    ]


def test_the_worker_shows_what_was_missed_while_nobody_was_there_and_forgets_it_once_decided(
    live: Service, live_bureau: Bureau, console: Console
) -> None:
    number = launch_case(live.at(MovableClock(live.now - timedelta(days=30)))).number
    fire_due(live)
    wait_until(lambda: pressing(console, number) == ["escalated"], what="the tag")
    console.wait_shown(number)
    names = [name for _, name in bars(console, number, "rung")]
    assert names[0] == "Deadline missed 逾期 (late 迟发): Drafting 拟稿"
    assert [name.split(":")[0] for name in names[1:]] == [
        "Escalated to section head 升级至股室负责人 (late 迟发)",
        "Escalated to deputy head 升级至分管负责人 (late 迟发)",
        "Escalated to head 升级至主要负责人 (late 迟发)",
    ]
    decide_next(live, number)
    console.wait_shown(number)
    assert pressing(console, number) == []
    assert console.steps(number)["drafting:1"]["name"] == "Drafting 拟稿 · approved, late"


def test_nothing_private_is_in_what_is_shown_of_limits(
    window: Window, service: Service, clock: MovableClock
) -> None:
    words = {"title": "标题密语甲", "opinion": "意见密语乙", "ground": "理由密语丙", "name": "某某密名"}
    draft = {"title": words["title"], "body": "正文。", "attribute": "主动公开"}
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET name = :name || id"), words)
    number = launch_case(service, draft=draft).number
    until(service, clock, "04-24T09:00")
    decide_next(service, number, opinion=words["opinion"])
    ask_of_clock(service, words["ground"])
    until(service, clock, "04-30T10:00")
    window.show()
    assert pressing(window, number) == ["escalated"]
    everything = window.everything(number)
    assert "升级至分管负责人" in everything
    assert {name for name, word in words.items() if word in everything} == set()


def ask_of_clock(service: Service, ground: str) -> None:
    """Something was asked of every running clock and granted, for a ground."""
    asked = """
        INSERT INTO clock_act (clock_id, case_id, kind, ground, basis, since, until, asked_by, asked_at,
                               answered_by, answered_at, granted, answer)
        SELECT k.id, k.case_id, 'not-counted', :ground, '["条例", "第33条"]', :now, :now, p.id, :now,
               p.id, :now, true, :ground
          FROM clock k, person p WHERE k.closed_at IS NULL AND p.username = 'office'
    """
    with service.database.begin() as connection:
        connection.execute(text(asked), {"now": service.now, "ground": ground})
