"""Messages about time limits: which, of which case, until when, by which article, and by what reckoning."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from engine.acts.clock_acts import AskedAct, answer, ask, resume
from engine.acts.law import import_calendar
from engine.clocks.catching_up import catch_up_with_law
from engine.clocks.firing import fire_due
from engine.reading.clocks import ClockView, read_clocks
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.limits import (
    ART_33,
    answering_installed,
    clock_of,
    lapsing_installed,
    start,
    todo_of_act,
)
from tests.engine.test_messages import empty_mailbox, newest
from tests.engine.test_outbox import drain, mails, words


@pytest.fixture
def number(service: Service, bureau: Bureau) -> Iterator[str]:
    """A request received on Monday 20 April, to be answered by the office until Wednesday 20 May."""
    with answering_installed():
        yield start(service, "answering")


def until(service: Service, clock: MovableClock, month: int, day: int, *, at: time = time(9)) -> None:
    """Move to a time of day by the organ's clock; what came a minute before is done with."""
    then = datetime.combine(date(2026, month, day), at, tzinfo=ZoneInfo("Asia/Shanghai"))
    clock.now = then - timedelta(minutes=1)
    fire_due(service)
    empty_mailbox(service)
    clock.now = then.astimezone(UTC)


def view(service: Service, number: str, by: str = "office") -> ClockView:
    """The limit as the page and the API show it."""
    return read_clocks(service, service.actor(by, channel="api"), number)[0]


def told(service: Service, to: str = "office") -> EmailMessage:
    """The one message of what is due now."""
    fire_due(service)
    return newest(service, to)


def dropped(service: Service, template: str) -> list[str]:
    drain(service)
    return scalars(
        service,
        "SELECT d.last_error FROM delivery d JOIN notification n ON n.id = d.notification_id"
        " WHERE n.template = :t AND d.dropped_at IS NOT NULL",
        t=template,
    )


# --- what a rung says ---------------------------------------------------------------------------


def test_a_reminder_says_which_limit_of_which_case_until_when_and_by_which_article(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    mail = told(service)
    assert mail["Subject"].startswith(f"期限将至：{number} 答复申请人 / A time limit is near")
    said = words(mail)
    for line in (
        "时限：答复申请人",
        "截止：2026-05-20（星期三）24时（剩2个工作日）",
        "依据：政府信息公开条例 第33条",
        "Limit: Answer to the applicant",
        "Due:   2026-05-20 (Wed), end of the day (2 working days left)",
    ):
        assert line in said
    assert "迟发" not in said
    assert "暂定" not in said


def test_the_message_explains_the_date_in_the_very_lines_of_page_and_api(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    said = words(told(service)).replace("\r\n", "\n")
    shown = view(service, number).explained
    assert len(shown["zh"]) > 25  # each day from 21 April to 20 May
    assert "\n".join(shown["zh"]) in said
    assert "\n".join(shown["en"]) in said


def test_an_overdue_limit_tells_since_when_it_is_missed_and_a_late_message_that_it_is_late(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 20, at=time(23, 59))
    clock.move(minutes=21)
    mail = told(service)
    assert mail["Subject"].startswith("已经逾期：")
    assert "（逾期1个工作日）" in words(mail)
    assert "本通知迟发：应于 2026-05-21 00:00 发出" in words(mail)
    assert "it was due at 2026-05-21 00:00" in words(mail)


def test_a_provisional_date_says_so(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    clock.now = clock.now.replace(month=12, day=21)
    with answering_installed():
        number = start(service, "answering", received_on=date(2026, 12, 21))
        empty_mailbox(service)
        clock.now = clock.now.replace(year=2027, month=1, day=7)
        said = words(told(service))
    assert view(service, number).provisional
    assert "暂定日期：所涉年份的放假安排尚未公布" in said
    assert "A provisional date" in said


def test_time_that_is_not_counted_is_called_to_mind_without_a_date(
    service: Service, number: str, clock: MovableClock
) -> None:
    pause(service, number)
    until(service, clock, 4, 27)
    mail = told(service)
    assert mail["Subject"].startswith("期限停止计算已有时日")
    assert "截止：尚不能确定，期限正在扣除时间" in words(mail)


def test_the_superior_is_told_with_a_link_to_the_todo_and_the_drafter_never_the_document(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    until(service, clock, 4, 24)
    mail = told(service, to="deputy_head")
    assert mail["Subject"] == f"督办：{number} 股室审核 / Overdue and escalated to you"
    assert "第1次升级" in words(mail)
    assert f"{service.settings.base_url}/t/" in words(mail)
    assert not any(content in words(mail) for content in ("安全生产检查", "各镇人民政府"))


def test_whoever_has_a_todo_gets_its_link_and_whoever_has_none_the_case(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    assert f"{service.settings.base_url}/t/" in words(told(service))
    with service.database.begin() as connection:  # nobody is asked any more: the drafter is told
        connection.execute(text("UPDATE assignment SET closed_at = now()"))
    until(service, clock, 5, 19)
    assert f"{service.settings.base_url}/cases/{number}" in words(told(service, to="drafter"))


def test_a_lapse_tells_everyone_by_which_article_silence_has_its_meaning(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    with lapsing_installed():
        number = start(service, "lapsing")
        until(service, clock, 5, 14, at=time(0, 1))
        fire_due(service)
        mail = next(m for m in sent(service, "legal_office") if m["Subject"].startswith("逾期"))
    assert "依照政府信息公开条例 第32条" in words(mail)
    assert number in mail["Subject"]
    assert "没有代任何人作出决定" in words(mail)
    assert [m["Subject"][:2] for m in sent(service, "drafter")] == ["逾期"]


def sent(service: Service, to: str) -> list[EmailMessage]:
    drain(service)
    return [mail for mail in mails(service) if f"<{to}@" in mail["To"]]


# --- what is not told any more ------------------------------------------------------------------


def test_of_a_limit_that_was_met_meanwhile_nobody_is_reminded(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    fire_due(service)
    decide_next(service, number)
    assert dropped(service, "deadline") == ["the time limit has ended"]


def test_of_a_date_that_moved_meanwhile_nobody_is_reminded(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    fire_due(service)
    act_id = extend(service, number)
    answered(service, act_id, granted=True, by="deputy_head")
    assert dropped(service, "deadline") == ["the time limit has moved"]
    assert dropped(service, "clock-answered") == []


def test_a_superior_is_told_what_went_up_even_if_it_was_done_meanwhile(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    until(service, clock, 4, 24)
    fire_due(service)
    decide_next(service, number)
    [mail] = [m for m in sent(service, "section_head") if m["Subject"].startswith("督办")]
    assert "现在：已办结。" in words(mail)
    assert "Now: it was met." in words(mail)


def test_whoever_left_the_post_is_told_of_its_limits_no_more(
    service: Service, number: str, clock: MovableClock
) -> None:
    until(service, clock, 5, 18)
    fire_due(service)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-05-01' WHERE position = 'office'"))
    assert dropped(service, "deadline") == ["the person no longer holds the position"]


# --- what was asked of a limit ------------------------------------------------------------------


def extend(service: Service, number: str) -> int:
    asked = AskedAct("extended", "材料浩繁", ART_33, number=10)
    return ask(service, service.actor("office", channel="api"), limit_id(service, number), asked).act_id


def pause(service: Service, number: str) -> int:
    """Time not counted from now on, asked by the office and granted."""
    asked = AskedAct("not-counted", "征求第三方意见", ART_33, since=service.now)
    office = service.actor("office", channel="api")
    act_id = ask(service, office, limit_id(service, number), asked).act_id
    answered(service, act_id, granted=True, by="openness_office")
    return act_id


def answered(service: Service, act_id: int, *, granted: bool, by: str, words: str = "经研究同意") -> Any:
    todo = todo_of_act(service, act_id)
    return answer(service, service.actor(by, channel="api"), todo, granted=granted, text=words)


def limit_id(service: Service, number: str) -> int:
    return int(clock_of(service, number, "answer").id)


def test_the_approver_is_told_what_is_asked_and_what_it_would_come_to_but_not_why(
    service: Service, number: str
) -> None:
    empty_mailbox(service)
    extend(service, number)
    mail = newest(service, "deputy_head")
    assert mail["Subject"].startswith(f"时限申请：{number} 延长期限10个工作日")
    said = words(mail)
    for line in (
        "申请依据：政府信息公开条例 第33条",
        "申请人：办公室，2026-04-20 09:00",
        "准许后截止：2026-06-03（星期三）24时",
        "Asked:           extension by 10 working days",
    ):
        assert line in said
    assert "材料浩繁" not in said


def test_a_request_that_was_answered_is_asked_of_nobody(service: Service, number: str) -> None:
    act_id = extend(service, number)
    answered(service, act_id, granted=False, by="deputy_head", words="无需延长")
    assert dropped(service, "clock-asked") == ["the to-do is closed"]


def test_asker_and_holders_are_told_the_answer_and_the_new_date_once_each(
    service: Service, number: str
) -> None:
    asked = AskedAct("extended", "材料浩繁", ART_33, number=10)
    act_id = ask(service, service.actor("drafter", channel="api"), limit_id(service, number), asked).act_id
    empty_mailbox(service)
    answered(service, act_id, granted=True, by="deputy_head")
    for to in ("drafter", "office"):
        mail = newest(service, to)
        assert mail["Subject"].startswith(f"时限申请已准许：{number} 延长期限10个工作日")
        assert "截止：2026-06-03（星期三）24时" in words(mail)
        assert "延长：10个工作日" in words(mail)
        assert "答复人：分管负责人" in words(mail)
        assert "经研究同意" not in words(mail)


def test_a_refusal_is_told_with_the_date_as_it_stays(service: Service, number: str) -> None:
    act_id = extend(service, number)
    empty_mailbox(service)
    answered(service, act_id, granted=False, by="deputy_head", words="无需延长")
    mail = newest(service, "office")
    assert mail["Subject"].startswith("时限申请未准许")
    assert "未准许，截止日期不变" in words(mail)
    assert "截止：2026-05-20（星期三）24时" in words(mail)
    assert "无需延长" not in words(mail)


def test_a_limit_that_is_counted_again_is_told_to_its_holders(
    service: Service, number: str, clock: MovableClock
) -> None:
    act_id = pause(service, number)
    until(service, clock, 4, 24)
    empty_mailbox(service)
    resume(service, service.actor("drafter", channel="api"), act_id, service.now)
    mail = newest(service, "office")
    assert mail["Subject"].startswith(f"时限变更：{number}")
    assert "原截止：尚不能确定" in words(mail)
    assert "现截止：2026-05-26（星期二）24时" in words(mail)
    assert "原因：恢复计算" in words(mail)


ONE_MORE_DAY_OFF = {
    "year": 2026,
    "papers": ["国办发明电〔2026〕99号"],
    "days": [{"name": "试验放假", "date": "2026-05-19", "is_off_day": True}],
}


def test_a_date_that_the_law_moves_is_told_with_the_date_before(service: Service, number: str) -> None:
    import_calendar(service, service.actor("administrator", channel="api"), ONE_MORE_DAY_OFF)
    empty_mailbox(service)
    assert catch_up_with_law(service) > 0
    mail = newest(service, "office")
    assert "原截止：2026-05-20（星期三）24时" in words(mail)
    assert "现截止：2026-05-21（星期四）24时" in words(mail)
    assert "原因：放假安排或者时限规定有变更" in words(mail)


def test_of_two_moves_only_the_last_is_told(service: Service, number: str, clock: MovableClock) -> None:
    act_id = pause(service, number)
    until(service, clock, 4, 24)
    resume(service, service.actor("office", channel="api"), act_id, service.now)
    pause(service, number)
    assert dropped(service, "clock-moved") == ["the time limit has moved"]
