"""Which days work: the library day by day, the site's table over it, and where knowledge ends."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from rules.site_table import SiteTable, read_site_table
from rules.working_calendar import DayKind, WorkingCalendar

DAY = timedelta(1)


def table(year: int, *, off: dict[str, str], worked: dict[str, str]) -> SiteTable:
    days = [{"name": name, "date": on, "is_off_day": True} for on, name in off.items()]
    days += [{"name": name, "date": on, "is_off_day": False} for on, name in worked.items()]
    return read_site_table({"year": year, "papers": ["国办发明电〔2026〕9号"], "days": days})


NEXT_YEAR = table(
    2027,
    off={"2026-12-31": "元旦", "2027-01-01": "元旦", "2027-02-08": "春节", "2027-02-09": "春节"},
    worked={"2026-12-26": "元旦", "2027-02-20": "春节"},
)


def test_every_day_of_2004_to_2026_works_as_the_library_says() -> None:
    calendar, on = WorkingCalendar(), date(2004, 1, 1)
    while on <= date(2026, 12, 31):
        assert calendar.day(on).works == chinese_calendar.is_workday(on), on
        on += DAY


def test_days_say_what_they_are_and_which_holiday_they_belong_to() -> None:
    calendar = WorkingCalendar()
    said = {on: calendar.day(date.fromisoformat(on)) for on in ("2026-05-01", "2026-05-09", "2026-05-10")}
    assert [day.kind for day in said.values()] == [DayKind.HOLIDAY, DayKind.MAKE_UP, DayKind.WEEKEND]
    names = [day.name and (day.name.zh, day.name.en) for day in said.values()]
    assert names == [("劳动节", "Labour Day"), ("劳动节", "Labour Day"), None]


def test_knowledge_ends_with_the_last_year_arranged_and_monday_to_friday_are_taken_after_it() -> None:
    calendar = WorkingCalendar()
    assert [calendar.covers(year) for year in (2003, 2004, 2026, 2027)] == [False, True, True, False]
    week = [calendar.day(date(2027, 10, 4) + n * DAY).kind for n in range(7)]
    assert week == [DayKind.WORKDAY] * 5 + [DayKind.WEEKEND] * 2


def test_the_site_s_table_extends_the_library() -> None:
    calendar = WorkingCalendar([NEXT_YEAR])
    assert calendar.covers(2027)
    assert calendar.day(date(2027, 2, 8)).kind is DayKind.HOLIDAY
    assert calendar.day(date(2027, 2, 20)).kind is DayKind.MAKE_UP
    name = calendar.day(date(2027, 2, 8)).name
    assert name is not None
    assert (name.zh, name.en) == ("春节", "Spring Festival")


def test_the_site_s_table_wins_over_the_library_day_by_day() -> None:
    local = table(2026, off={"2026-04-20": "三月三"}, worked={"2026-10-07": "国庆节"})
    calendar = WorkingCalendar([local])
    assert not calendar.day(date(2026, 4, 20)).works
    assert calendar.day(date(2026, 10, 7)).works
    assert not calendar.day(date(2026, 10, 6)).works


def test_next_year_s_arrangement_reaches_back_into_december() -> None:
    assert WorkingCalendar().may_still_change(date(2026, 12, 31))
    assert not WorkingCalendar().may_still_change(date(2026, 12, 24))
    known = WorkingCalendar([NEXT_YEAR])
    assert not known.may_still_change(date(2026, 12, 31))
    assert not known.day(date(2026, 12, 31)).works
    assert known.day(date(2026, 12, 26)).works


@pytest.mark.parametrize(
    ("off", "worked"), [({"2027-01-01": "元旦"}, {}), ({}, {"2027-02-20": "春节"})], ids=["off", "worked"]
)
def test_a_year_with_only_one_of_both_lists_is_not_covered(
    off: dict[str, str], worked: dict[str, str]
) -> None:
    calendar = WorkingCalendar([table(2027, off=off, worked=worked)])
    assert not calendar.covers(2027)
    for on in {**off, **worked}:
        assert calendar.day(date.fromisoformat(on)).works is (on in worked)


def test_the_later_year_s_arrangement_governs_december_in_whatever_order_tables_come() -> None:
    other = table(2026, off={"2026-05-01": "劳动节"}, worked={"2026-12-31": "元旦"})
    days = [date(2026, 12, 20) + n * DAY for n in range(20)]
    one, two = WorkingCalendar([NEXT_YEAR, other]), WorkingCalendar([other, NEXT_YEAR])
    assert [one.day(on) for on in days] == [two.day(on) for on in days]
    assert not one.day(date(2026, 12, 31)).works
