"""A year's holidays as people read them, and the days two calendars do not agree on."""

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar_year import changed_days, holidays_of
from rules.site_table import SiteDay, SiteTable
from rules.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar()


def told(year: int, calendar: WorkingCalendar = CALENDAR) -> list[str]:
    """``names first/last make-up…`` of each holiday."""
    return [
        " ".join(
            [
                "、".join(name.zh for name in each.names),
                f"{each.first:%m-%d}/{each.last:%m-%d}",
                *(f"{on:%m-%d}" for on in each.make_up),
            ]
        )
        for each in holidays_of(calendar, year)
    ]


def test_a_year_is_told_by_its_holidays_as_the_notice_tells_it() -> None:
    assert told(2026) == [
        "元旦 01-01/01-03 01-04",
        "春节 02-15/02-23 02-14 02-28",
        "清明 04-04/04-06",
        "劳动节 05-01/05-05 05-09",
        "端午 06-19/06-21",
        "中秋 09-25/09-27",
        "国庆节 10-01/10-07 09-20 10-10",
    ]


def test_two_holidays_without_a_working_day_between_are_one_stretch_of_both_names() -> None:
    assert "国庆节、中秋 10-01/10-08 09-28 10-11" in told(2025)


def test_new_year_belongs_to_both_years_where_it_reaches_over() -> None:
    assert told(2018)[-1] == told(2019)[0] == "元旦 12-30/01-01 12-29"


def test_the_next_spring_festival_s_workdays_are_not_given_to_new_year() -> None:
    assert told(2007)[-1] == "元旦 12-30/01-01 12-29"  # 2 and 3 February 2008 are the festival's


def test_a_year_nobody_arranged_has_no_holiday() -> None:
    assert told(2027) == []


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_arranged_day_is_told_once(year: int) -> None:
    found = holidays_of(CALENDAR, year)
    made_up = [on for each in found for on in each.make_up if on.year == year]
    assert sorted(made_up) == sorted(on for on in workdays if on.year == year)
    far = [min(abs(each.first - on), abs(each.last - on)) for each in found for on in each.make_up]
    assert max(far, default=timedelta()) <= timedelta(14)  # each with the holiday it pays for
    off = {each.first + timedelta(n) for each in found for n in range(each.days)}
    assert off >= {on for on in holidays if on.year == year}
    assert not any(CALENDAR.day(on).works for on in off)


def test_a_make_up_workday_without_a_holiday_of_its_name_goes_with_the_nearest() -> None:
    days = (SiteDay("春节", date(2027, 2, 8), True), SiteDay("调休", date(2027, 2, 20), False))
    assert told(2027, WorkingCalendar([SiteTable(2027, (), days)])) == ["春节 02-06/02-08 02-20"]


def test_only_days_that_work_in_one_and_not_in_the_other_have_changed() -> None:
    days = (
        SiteDay("元旦", date(2026, 12, 31), True),  # a Thursday
        SiteDay("元旦", date(2027, 1, 2), True),  # a Saturday: off all the same
        SiteDay("春节", date(2027, 2, 20), False),  # a Saturday
    )
    changes = changed_days(CALENDAR, WorkingCalendar([SiteTable(2027, (), days)]), 2027)
    assert [(day.on, day.before.works, day.after.works) for day in changes] == [
        (date(2026, 12, 31), True, False),
        (date(2027, 2, 20), False, True),
    ]


def _table(days: dict[date, bool]) -> SiteTable:
    return SiteTable(2027, (), tuple(SiteDay("节", on, off) for on, off in days.items()))


_TABLES = st.dictionaries(st.dates(date(2026, 12, 25), date(2027, 12, 31)), st.booleans(), max_size=40).map(
    _table
)


@given(_TABLES, _TABLES)
def test_what_changed_is_what_a_day_by_day_comparison_finds(one: SiteTable, two: SiteTable) -> None:
    before, after = WorkingCalendar([one]), WorkingCalendar([two])
    days = [date(2026, 1, 1) + timedelta(n) for n in range(900)]
    assert [day.on for day in changed_days(before, after, 2027)] == [
        on for on in days if before.day(on).works != after.day(on).works
    ]
