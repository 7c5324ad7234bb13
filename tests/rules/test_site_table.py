"""A table of days off is taken whole or refused whole, with the place of its first fault."""

import copy
from datetime import date
from typing import Any

import pytest

from rules.errors import CalendarTableRefused
from rules.site_table import SiteDay, read_site_table


def entry(on: object, off: object = True, name: object = "春节") -> dict[str, object]:
    return {"name": name, "date": on, "is_off_day": off}


GOOD: dict[str, Any] = {
    "year": 2027,
    "papers": ["https://www.gov.cn/example"],
    "days": [
        entry("2026-12-31", name="元旦"),
        entry("2027-01-01", name="元旦"),
        entry("2027-02-05"),  # Friday; Saturday and Sunday are off by themselves
        entry("2027-02-08"),
        entry("2027-02-20", False),
    ],
}


def changed(**entries: object) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **entries}


def with_day(*days: object) -> dict[str, Any]:
    return changed(days=[*GOOD["days"], *days])


def test_a_table_is_read_as_it_stands() -> None:
    read = read_site_table(GOOD)
    assert (read.year, read.papers, read.complete) == (2027, ("https://www.gov.cn/example",), True)
    assert read.days[-1] == SiteDay("春节", date(2027, 2, 20), False)
    assert len(read.days) == 5


def test_dates_may_come_as_dates_as_yaml_reads_them() -> None:
    assert read_site_table(with_day(entry(date(2027, 2, 9)))).days[-1].on == date(2027, 2, 9)


FAULTS = {
    "gap": (with_day(entry("2027-02-10")), "days", "2027-02-09"),
    "gap-worked": (with_day(entry("2027-02-07", False)), "days", "2027-02-07"),
    "twice": (with_day(entry("2027-02-08")), "days[5].date", "重复"),
    "both": (with_day(entry("2027-02-20", True, "元宵")), "days[5].date", "既是放假日又是上班日"),
    "year-after": (with_day(entry("2028-01-01")), "days[5].date", "不属于2027年"),
    "year-before": (with_day(entry("2026-10-01", name="国庆节")), "days[5].date", "不属于2027年"),
    "wrong-year": (changed(year=2028), "days[0].date", "不属于2028年"),
    "year-text": (changed(year="2027"), "year", "年份"),
    "year-true": (changed(year=True), "year", "年份"),
    "year-far": (changed(year=20270), "year", "年份"),
    "no-days": (changed(days=[]), "days", "没有任何日期"),
    "days-no-list": (changed(days={"2027-01-01": True}), "days", "列表"),
    "papers-no-list": (changed(papers="国办发明电"), "papers", "列表"),
    "paper-no-text": (changed(papers=[7]), "papers[0]", "文字"),
    "too-many": (changed(days=[entry("2027-02-08")] * 401), "days", "400"),
    "no-such-day": (with_day(entry("2027-02-30")), "days[5].date", "须为日期"),
    "other-writing": (with_day(entry("2027/02/09")), "days[5].date", "须为日期"),
    "number": (with_day(entry(20270209)), "days[5].date", "须为日期"),
    "flag-text": (with_day(entry("2027-02-09", "false")), "days[5].is_off_day", "true"),
    "flag-number": (with_day(entry("2027-02-09", 1)), "days[5].is_off_day", "true"),
    "name-empty": (with_day(entry("2027-02-09", name=" ")), "days[5].name", "文字"),
    "name-control": (with_day(entry("2027-02-09", name="春\x1b节")), "days[5].name", "文字"),
    "day-no-object": (with_day("2027-02-09"), "days[5]", "is_off_day"),
    "day-other-key": (with_day({"name": "春节", "date": "2027-02-09", "off": 1}), "days[5]", "is_off_day"),
    "missing": ({"year": 2027, "days": GOOD["days"]}, "", "papers"),
    "more": (changed(note="x"), "", "papers"),
    "nothing": (None, "", "papers"),
    "list": ([GOOD], "", "papers"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "place", "why"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_table_is_refused_with_its_place_and_reason(content: object, place: str, why: str) -> None:
    with pytest.raises(CalendarTableRefused, match=why) as refused:
        read_site_table(content, where="2027.json")
    assert refused.value.where == f"2027.json {place}".strip()
    assert "没有导入任何内容" in str(refused.value)
    assert "nothing was imported" in refused.value.message("en")


def test_a_holiday_inside_another_is_no_gap() -> None:
    table = changed(
        days=[
            entry("2027-10-01", name="国庆节"),
            entry("2027-10-04", name="中秋"),
            entry("2027-10-05", name="国庆节"),
        ]
    )
    assert len(read_site_table(table).days) == 3
