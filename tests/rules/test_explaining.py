"""Every due date opens to its days: they re-add to the date, and each says why."""

import json
import random
import re
import time
from datetime import UTC, date, datetime, timedelta

from rules.citation import openness
from rules.clock_acts import Act, Extended, NotCounted, Restarted
from rules.due import Due, Reason, reckon
from rules.due_data import as_data
from rules.explaining import day_lines, explanation, summary
from rules.parameters import statutory
from rules.periods import CalendarDays, RunningHours, WorkingDays
from rules.site_table import read_site_table
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar()
DAY, HOUR = timedelta(1), timedelta(hours=1)
CONSULTING, CORRECTION, LONGER = openness("第33条第3款"), openness("第30条"), openness("第33条第2款")


def readds(due: Due) -> None:
    """The days listed, one after another from day zero, end on the date; those counted are the period."""
    step = -1 if due.term.before else 1
    assert due.on is not None
    assert [day.on for day in due.days] == [
        due.course.zero + n * step * DAY for n in range(1, len(due.days) + 1)
    ]
    assert due.days[-1].on == due.on
    counted = [day.number for day in due.days if day.counted]
    assert counted == list(range(1, due.course.number + 1))


def readds_in_hours(due: Due) -> None:
    at, counted = due.course.zero, timedelta(0)
    assert isinstance(at, datetime)
    for day in due.days:
        assert day.since == at
        assert day.until is not None
        counted += (day.until - day.since) * day.counted
        at = day.until
    assert (at, counted) == (due.late_from, due.course.number * HOUR)


def test_explanations_re_add_to_their_dates() -> None:
    chance = random.Random(5)
    for _ in range(1_000):
        kind = chance.choice([WorkingDays, CalendarDays, RunningHours])
        start = datetime(2020, 1, 1, tzinfo=UTC) + chance.randrange(70_000) * HOUR
        since = start + chance.randrange(30) * DAY
        acts: list[Act] = []
        if chance.random() < 0.5:
            acts.append(NotCounted(since, since + chance.randrange(20) * DAY, CONSULTING))
        if chance.random() < 0.3:
            acts.append(Restarted(start + chance.randrange(20) * DAY, CORRECTION))
        if chance.random() < 0.3:
            acts.append(Extended(kind(chance.randint(1, 20)), LONGER))
        term = Term(kind(chance.randint(1, 60)), extension=kind(20))
        due = reckon(term, start, acts, calendar=CALENDAR)
        (readds_in_hours if kind is RunningHours else readds)(due)
        back = Term(term.period, before=True)
        if kind is not RunningHours:
            readds(reckon(back, start, calendar=CALENDAR))


def test_each_day_says_why_it_counts_or_not() -> None:
    due = reckon(statutory().on("publication", date(2026, 4, 22)).term, date(2026, 4, 22), calendar=CALENDAR)
    lines = day_lines(due)
    assert lines[0] == "2026-04-23（星期四） 第1个工作日"
    assert lines[2] == "2026-04-25（星期六） 周末，不计"
    assert lines[8] == "2026-05-01（星期五） 劳动节放假，不计"
    assert lines[16] == "2026-05-09（星期六） 第10个工作日（劳动节调休上班）"
    assert lines[-1] == "2026-05-22（星期五） 第20个工作日"
    english = day_lines(due, "en")
    assert english[8] == "2026-05-01 (Fri) holiday (Labour Day), not counted"
    assert english[16] == "2026-05-09 (Sat) working day 10 (make-up workday, Labour Day)"


def test_the_summary_names_date_rule_article_and_start() -> None:
    due = reckon(statutory().on("publication", date(2026, 4, 22)).term, date(2026, 4, 22), calendar=CALENDAR)
    assert summary(due) == [
        "截止：2026-05-22（星期五）24时",
        "期限：20个工作日（应急厅函〔2019〕390号 四(一)5）",
        "起算：2026-04-22（星期三），当日不计入（参照民法典 第201条）",
    ]
    assert summary(due, "en")[0] == "Due: 2026-05-22 (Fri), end of the day"
    assert explanation(due).splitlines() == [*summary(due), *day_lines(due)]


def test_the_summary_tells_every_act_with_its_provision() -> None:
    acts: list[Act] = [
        NotCounted(date(2026, 3, 16), date(2026, 3, 20), CONSULTING),
        Restarted(date(2026, 3, 12), CORRECTION),
        Extended(WorkingDays(10), LONGER),
    ]
    term = statutory().on("request-answer", date(2026, 3, 2)).term
    due = reckon(term, date(2026, 3, 2), acts, calendar=CALENDAR)
    assert summary(due)[3:] == [
        "重新起算：2026-03-12（星期四）（政府信息公开条例 第30条）",
        "不计入：2026-03-16（星期一）之后至2026-03-20（星期五）（政府信息公开条例 第33条第3款）",
        "延长：10个工作日（政府信息公开条例 第33条第2款）",
    ]
    assert "2026-03-17（星期二） 不计入（政府信息公开条例 第33条第3款）" in day_lines(due)


def test_a_last_day_that_moves_says_so_and_from_where() -> None:
    due = reckon(Term(CalendarDays(30)), date(2026, 9, 1), calendar=CALENDAR)
    assert "民法典 第203条" in summary(due)[-1]
    assert day_lines(due)[-9:-6] == [
        "2026-09-30（星期三） 第29日",
        "2026-10-01（星期四） 第30日",
        "2026-10-02（星期五） 国庆节放假，顺延",
    ]
    assert day_lines(due)[-1] == "2026-10-08（星期四） 顺延后的最后一日"
    assert [day.reason for day in due.days[-2:]] == [Reason.HOLIDAY, Reason.MOVED]


def test_a_provisional_date_says_which_year_is_missing_until_it_is_known() -> None:
    term, start = Term(WorkingDays(20)), date(2026, 12, 4)
    assert "暂定：尚无2027年的放假安排" in summary(reckon(term, start, calendar=CALENDAR))[-1]
    days = [("2027-01-01", True), ("2027-01-02", True), ("2027-01-03", True), ("2027-01-09", False)]
    table = read_site_table(
        {
            "year": 2027,
            "papers": [],
            "days": [{"name": "元旦", "date": on, "is_off_day": off} for on, off in days],
        }
    )
    known = reckon(term, start, calendar=WorkingCalendar([table]))
    assert (known.on, known.provisional) == (date(2027, 1, 4), False)
    assert not any("暂定" in line for line in summary(known))


def test_hours_are_told_by_the_organ_s_clock() -> None:
    start = datetime(2026, 4, 30, 7, 30, tzinfo=UTC)
    due = reckon(statutory().on("opinion-response", date(2026, 4, 30)).term, start, calendar=CALENDAR)
    assert summary(due)[0] == "截止：2026-05-02 15:30"
    assert day_lines(due) == [
        "2026-04-30（星期四） 15:30–24:00 计8小时30分",
        "2026-05-01（星期五） 00:00–24:00 计24小时",
        "2026-05-02（星期六） 00:00–15:30 计15小时30分",
    ]


def test_a_date_that_is_not_known_yet_says_so() -> None:
    lasting = NotCounted(date(2026, 3, 3), None, CONSULTING)
    due = reckon(Term(WorkingDays(5)), date(2026, 3, 2), [lasting], calendar=CALENDAR)
    assert summary(due)[0] == "截止：尚不能确定，期限正在扣除时间"
    assert as_data(due)["due"] is None


def test_english_has_no_chinese_but_the_names_of_laws() -> None:
    due = reckon(Term(CalendarDays(30)), date(2026, 9, 1), calendar=CALENDAR)
    laws = re.compile("民法典 第20[13]条")
    assert laws.sub("", explanation(due, "en")).isascii()


def test_plain_data_says_the_same_as_the_words() -> None:
    due = reckon(Term(WorkingDays(20)), date(2026, 4, 22), calendar=CALENDAR)
    told = as_data(due)
    assert (told["due"], told["provisional"], told["number"]) == (date(2026, 5, 22), False, 20)
    assert [day["zh"] for day in told["days"]] == day_lines(due)
    assert sum(day["counted"] for day in told["days"]) == 20
    json.dumps(told, default=str)


def test_explaining_takes_well_under_five_milliseconds() -> None:
    def once() -> float:
        began = time.perf_counter()
        as_data(reckon(Term(WorkingDays(40)), date(2026, 4, 22), calendar=CALENDAR))
        return time.perf_counter() - began

    assert min(once() for _ in range(20)) < 0.005
