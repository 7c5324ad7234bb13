"""The catalogue's rules: limits read from their words, files row by row, three-way merging, suggestions."""

from pathlib import Path

import pytest

from rules.catalogue import FIELDS, Row, count, domains, key_of, read_limit
from rules.catalogue_file import merge, read_catalogue
from rules.catalogue_words import suggest
from rules.errors import MalformedFile
from rules.periods import CalendarDays, WorkingDays

FILE = Path(__file__).parents[2] / "samples" / "catalogue.csv"
HEADER = ",".join(field.name for field in FIELDS)
GOOD = "救灾,灾后救助,灾情核定信息,,,应急管理部门,,,主动,县级,verified"


def row(**said: str) -> Row:
    return {field.name: "" for field in FIELDS} | {"domain": "救灾", "status": "unverified"} | said


def test_the_sample_has_the_items_the_notice_counts_and_says_which_are_to_complete() -> None:
    good, bad = read_catalogue(FILE.read_text(encoding="utf-8"))
    assert bad == []
    safety, relief = count(each.row for each in good)
    assert [(d.zh, d.level1, d.level2) for d in domains()] == [("安全生产", 5, 28), ("救灾", 5, 20)]
    assert (safety.level1, safety.level2, safety.missing) == (5, 28, 0)
    assert (relief.level1, relief.level2, relief.missing) == (5, 20, 0)
    assert (safety.to_complete, relief.to_complete) == (18, 6)


def test_rows_that_are_missing_are_counted_against_the_notice() -> None:
    good, _bad = read_catalogue(f"{HEADER}\n{GOOD}\n")
    safety, relief = count(each.row for each in good)
    assert (safety.missing, safety.missing_level1) == (28, 5)
    assert (relief.missing, relief.missing_level1) == (19, 4)


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("信息形成或变更之日起20个工作日内", WorkingDays(20)),
        ("自作出决定之日起 7 个工作日内", WorkingDays(7)),
        ("公布之日起30日内", CalendarDays(30)),
        ("按进展情况及时公开", None),
        ("提前一周发通知邀请", None),
        ("重大决策作出后及时公开", None),
        ("", None),
        ("形成之日起20个工作日内，变更之日起7个工作日内", None),  # of two numbers none is chosen
        ("之日起0个工作日内", None),
    ],
)
def test_a_time_limit_is_read_only_where_it_is_one_number(said: str, limit: object) -> None:
    assert read_limit(said) == limit


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("救灾,灾后救助,,,,,,,,,verified", "“二级事项”未填写"),
        ("消防,灾后救助,灾情,,,,,,,,verified", "“领域”须为：安全生产、救灾"),
        ("救灾,灾后救助,灾情,,,,,,,,maybe", "“核实状态”须为"),
        ("救灾,灾后救助,灾情,,verified", "有5列，应有11列"),
        (f"救灾,灾后救助,{'长' * 101},,,,,,,,verified", "“二级事项”超过100字"),
        ("救灾,灾后救助,灾\x07情,,,,,,,,verified", "控制字符"),
        (GOOD, "与第2行是同一事项"),
    ],
)
def test_each_bad_row_is_told_with_its_line_and_reason_and_the_good_are_read(line: str, why: str) -> None:
    good, bad = read_catalogue(f"{HEADER}\n{GOOD}\n\n{line}\n")
    assert [each.row["level2"] for each in good] == ["灾情核定信息"]
    assert [each.line for each in bad] == [4]
    assert why in bad[0].zh


def test_columns_may_be_named_in_chinese_and_stand_in_any_order() -> None:
    names = [field.zh for field in reversed(FIELDS)]
    values = {"领域": "救灾", "一级事项": "款物管理", "二级事项": "捐赠款物信息", "核实状态": "未核实"}
    text = "\ufeff" + ",".join(names) + "\n" + ",".join(values.get(name, "") for name in names)
    ((only,), bad) = read_catalogue(text)
    assert (key_of(only.row), only.row["status"], bad) == (
        ("救灾", "款物管理", "捐赠款物信息"),
        "unverified",
        [],
    )


@pytest.mark.parametrize(
    "text",
    ["", "domain,level1\n", HEADER + ",domain\n", HEADER + ",colour\n", f'{HEADER}\n救灾,"a"b,c\n'],
)
def test_a_file_without_its_columns_is_refused_whole(text: str) -> None:
    with pytest.raises(MalformedFile):
        read_catalogue(text)


def test_what_only_the_file_changed_is_taken_and_what_only_the_site_changed_stays() -> None:
    base = row(level2="宣传教育", basis="旧依据", channels="政府网站")
    mine = row(level2="宣传教育", basis="旧依据", channels="政府网站;公示栏")
    theirs = row(level2="宣传教育", basis="新依据", channels="政府网站")
    merged = merge(base, mine, theirs)
    assert (merged.row["basis"], merged.row["channels"]) == ("新依据", "政府网站;公示栏")
    assert merged.conflicts == ()
    assert merged.base == theirs


def test_what_both_changed_stays_the_sites_and_is_a_conflict_until_it_is_settled() -> None:
    base, mine, theirs = row(basis="甲"), row(basis="乙"), row(basis="丙")
    merged = merge(base, mine, theirs)
    ((conflict),) = merged.conflicts
    assert (conflict.field, conflict.base, conflict.mine, conflict.theirs) == ("basis", "甲", "乙", "丙")
    assert merged.row == mine
    assert merge(merged.base, mine, theirs).conflicts == merged.conflicts, "asked again the next time"
    assert merge(base, mine, theirs, take_file=True).row == theirs
    assert merge(merged.base, theirs, theirs).conflicts == (), "settled by saying the same"


def test_a_row_of_the_sites_own_meets_the_file_by_its_names() -> None:
    merged = merge(None, row(basis="", channels="公示栏"), row(basis="依据", channels="政府网站"))
    assert merged.row["basis"] == "依据"
    assert [conflict.field for conflict in merged.conflicts] == ["channels"]


@pytest.mark.parametrize(
    ("title", "suggested"),
    [
        ("关于对某化工厂作出行政处罚的决定", ("安全生产", "依法行政", "行政处罚")),
        ("关于启动冬春救助发放因灾过渡期生活救助的公告", ("救灾", "灾后救助", "因灾过渡期生活救助")),
        ("关于中秋放假的函", None),
        ("关于备灾储备的请示", None),  # shares with a group alone
    ],
)
def test_a_row_is_suggested_by_shared_words_or_none(title: str, suggested: tuple[str, ...] | None) -> None:
    good, _bad = read_catalogue(FILE.read_text(encoding="utf-8"))
    rows = {each.place: each.row for each in good}
    found = suggest(title, rows.items())
    assert (key_of(rows[found]) if found else None) == suggested
