"""The site table: one year's arrangement of days off and make-up workdays, as the site enters it.

The State Council's General Office publishes it each autumn for the year to come. The shape is
``year, papers[], days[{name, date, is_off_day}]``; ``papers`` names the notices it was copied from.
A table is taken whole or refused whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from rules.errors import CalendarTableRefused
from rules.moments import day_from

SATURDAY = 5
NEW_YEAR_REACHES_BACK_TO = (12, 25)
"""New Year's arrangement may take days of the old December: at the earliest the 29th in 2004-2026."""


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A day off, or a make-up workday 调休上班, and the holiday it belongs to."""

    name: str
    on: date
    is_off_day: bool


@dataclass(frozen=True, slots=True)
class SiteTable:
    """The arrangement of one year."""

    year: int
    papers: tuple[str, ...]
    days: tuple[SiteDay, ...]

    @property
    def complete(self) -> bool:
        """Whether the year counts as known: both days off and make-up workdays are listed."""
        return {day.is_off_day for day in self.days} == {True, False}


def read_site_table(content: object, *, where: str = "") -> SiteTable:
    """A table from the plain value a JSON or YAML file holds; ``where`` names the file in messages.

    Raises:
        CalendarTableRefused: the first fault, with its place.
    """
    table = _object(content, {"year", "papers", "days"}, where)
    year = table["year"]
    if type(year) is not int or not 2000 <= year <= 2100:
        raise _refused(where, "year", "须为2000至2100之间的年份", "it must be a year from 2000 to 2100")
    papers = tuple(
        _text(paper, where, f"papers[{place}]") for place, paper in enumerate(_list(table, "papers", where))
    )
    days = tuple(
        _day(entry, where, f"days[{place}]") for place, entry in enumerate(_list(table, "days", where))
    )
    if not days:
        raise _refused(where, "days", "没有任何日期", "it names no day")
    _check_years(days, year, where)
    _check_once(days, where)
    _check_gaps(days, where)
    return SiteTable(year, papers, days)


def content_of(table: SiteTable) -> dict[str, Any]:
    """The table as it is stored: plain JSON in the shape it was read in, its days in order."""
    days = [
        {"name": day.name, "date": day.on.isoformat(), "is_off_day": day.is_off_day}
        for day in sorted(table.days, key=lambda day: day.on)
    ]
    return {"year": table.year, "papers": list(table.papers), "days": days}


def table_from(content: dict[str, Any]) -> SiteTable:
    """The table that was stored so."""
    days = (
        SiteDay(day["name"], date.fromisoformat(day["date"]), day["is_off_day"]) for day in content["days"]
    )
    return SiteTable(content["year"], tuple(content["papers"]), tuple(days))


# --- faults of the whole ---------------------------------------------------------------------


def _check_years(days: Iterable[SiteDay], year: int, where: str) -> None:
    first, last = date(year - 1, *NEW_YEAR_REACHES_BACK_TO), date(year, 12, 31)
    for place, day in enumerate(days):
        if not first <= day.on <= last:
            raise _refused(
                where,
                f"days[{place}].date",
                f"{day.on}不属于{year}年的安排（{first}至{last}）",
                f"{day.on} is no part of the arrangement of {year} ({first} to {last})",
            )


def _check_once(days: Iterable[SiteDay], where: str) -> None:
    seen: dict[date, SiteDay] = {}
    for place, day in enumerate(days):
        other = seen.setdefault(day.on, day)
        if other is day:
            continue
        if other.is_off_day != day.is_off_day:
            why = f"{day.on}既是放假日又是上班日", f"{day.on} is both a day off and a workday"
        else:
            why = f"{day.on}重复", f"{day.on} is given twice"
        raise _refused(where, f"days[{place}].date", *why)


def _check_gaps(days: Iterable[SiteDay], where: str) -> None:
    """A holiday is one stretch: a working day in the middle of it is a day forgotten."""
    off = {day.on for day in days if day.is_off_day}
    on = {day.on for day in days if not day.is_off_day}
    for name in dict.fromkeys(day.name for day in days):
        of_name = sorted(day.on for day in days if day.is_off_day and day.name == name)
        for earlier, later in pairwise(of_name):
            for step in range(1, (later - earlier).days):
                between = earlier + timedelta(step)
                if between not in off and (between in on or between.weekday() < SATURDAY):
                    raise _refused(
                        where,
                        "days",
                        f"“{name}”在{earlier}与{later}之间缺{between}",
                        f"“{name}” lacks {between} between {earlier} and {later}",
                    )


# --- shape -----------------------------------------------------------------------------------


def _day(entry: object, where: str, place: str) -> SiteDay:
    parts = _object(entry, {"name", "date", "is_off_day"}, where, place)
    if not isinstance(parts["is_off_day"], bool):
        raise _refused(where, f"{place}.is_off_day", "须为 true 或 false", "it must be true or false")
    name = _text(parts["name"], where, f"{place}.name")
    return SiteDay(name, _date(parts["date"], where, f"{place}.date"), parts["is_off_day"])


def _date(value: object, where: str, place: str) -> date:
    on = day_from(value)
    if on is None:
        why = "须为日期，写作 2027-01-01", "it must be a date, written 2027-01-01"
        raise _refused(where, place, *why)
    return on


def _text(value: object, where: str, place: str) -> str:
    if isinstance(value, str) and value.isprintable() and 1 <= len(value.strip()) <= 200:
        return value.strip()
    raise _refused(where, place, "须为1至200字的文字", "it must be a text of 1 to 200 characters")


def _list(table: dict[str, Any], name: str, where: str) -> list[object]:
    value = table[name]
    if not isinstance(value, list):
        raise _refused(where, name, "须为列表", "it must be a list")
    if len(value) > 400:
        raise _refused(where, name, "超过400项", "it has more than 400 entries")
    return value


def _object(value: object, names: set[str], where: str, place: str = "") -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != names:
        known = ", ".join(sorted(names))
        raise _refused(where, place, f"须恰有这些项：{known}", f"it must have exactly these entries: {known}")
    return value


def _refused(where: str, place: str, why_zh: str, why_en: str) -> CalendarTableRefused:
    return CalendarTableRefused(where=" ".join(filter(None, (where, place))), why_zh=why_zh, why_en=why_en)
