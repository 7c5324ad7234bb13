"""``calendar`` and ``parameters``: shown with and without an installation, imported whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.cli import run
from deployments.commands.exits import Code
from engine.acts.law import LARGEST_BYTES
from tests.builders import scalars, snapshot
from tests.cli.conftest import Answer, Gongkai, refused
from tests.engine.law_files import REVIEW_TARGET, table

FAR = table(
    2099,
    {"2099-01-01": "元旦", "2099-10-01": "国庆节", "2099-10-02": "国庆节"},
    {"2099-09-27": "国庆节"},
)
"""A year no arrangement that comes with the program will know for long."""


def chains(gongkai: Gongkai) -> int:
    """How many imports of law the organ's chain tells of."""
    told = "SELECT count(*) FROM ledger_entry WHERE action IN ('calendar-imported', 'parameters-imported')"
    return int(scalars(gongkai.service, told)[0])


# --- calendar --------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["json", "yaml", "yml", "txt"])
def test_a_table_is_imported_from_json_or_yaml_and_shown(gongkai: Gongkai, ending: str) -> None:
    written = yaml.safe_dump(FAR, allow_unicode=True) if ending.startswith("y") else json.dumps(FAR)
    file = gongkai.file(written.encode(), f"2099.{ending}")
    done = gongkai("calendar", "import", file)
    assert (done.code, done.err) == (0, "")
    assert "4项变化" in done.out
    assert "2099-09-27（日）" in done.out
    shown = gongkai("calendar", "show", "2099")
    assert "国庆节" in shown.out
    assert "2099-10-01（四） – 2099-10-04（日）" in shown.out
    assert "导入" in shown.out
    assert "依据：国办发明电〔2026〕9号" in shown.out
    english = gongkai("calendar", "show", "2099", "--lang", "en")
    assert "imported by operator:" in english.out


def test_json_has_what_changed_and_the_whole_year(gongkai: Gongkai) -> None:
    done = gongkai("calendar", "import", gongkai.file(FAR), "--json").json
    assert (done["year"], done["stored"], done["same"], done["covered"]) == (2099, True, False, True)
    assert [day["on"] for day in done["days"]] == ["2099-01-01", "2099-09-27", "2099-10-01", "2099-10-02"]
    shown = gongkai("calendar", "show", "2099", "--json").json
    assert (shown["covered"], shown["program"], shown["revision"]) == (True, False, done["revision"])
    assert len(shown["days"]) == 365


def test_a_dry_run_imports_nothing_and_the_same_again_changes_nothing(gongkai: Gongkai) -> None:
    file = gongkai.file(FAR)
    dry = gongkai("calendar", "import", file, "--dry-run")
    assert (dry.code, "将有4项变化" in dry.out, "没有导入任何内容" in dry.out) == (0, True, True)
    assert (gongkai.count("law_change"), chains(gongkai)) == (0, 0)
    assert gongkai("calendar", "import", file).code == 0
    assert "没有变化" in gongkai("calendar", "import", file).out
    assert (gongkai.count("law_change"), chains(gongkai)) == (1, 1)


def test_a_table_that_leaves_a_year_provisional_says_so(gongkai: Gongkai) -> None:
    only_off = table(2099, {"2099-01-01": "元旦"}, {})
    assert "仍按暂定计算" in gongkai("calendar", "import", gongkai.file(only_off)).out


BAD: dict[str, tuple[Any, str]] = {
    "gap": (
        {**FAR, "days": [*FAR["days"], {"name": "国庆节", "date": "2099-10-07", "is_off_day": True}]},
        "缺",
    ),
    "wrong year": ({**FAR, "year": 2098}, "不属于2098年"),
    "both": (
        {**FAR, "days": [*FAR["days"], {"name": "x", "date": "2099-10-01", "is_off_day": False}]},
        "既是",
    ),
    "no such day": (
        b"year: 2099\npapers: []\ndays: [{name: x, date: 2099-02-30, is_off_day: true}]",
        "须为日期",
    ),
    "a time": (
        b"year: 2099\npapers: []\ndays: [{name: x, date: 2099-02-03 10:00, is_off_day: true}]",
        "须为日期",
    ),
    "twice": (b'{"year": 2099, "year": 2098}', "重复填写"),
    "nested": (b"[" * 60_000, "不是有效的 JSON"),
    "nested yaml": (b"a: " + b"[" * 60_000, "层次过深"),
    "aliases": (b"a: &x [1]\nb: *x\n", "别名"),
    "tag": (b"!!python/name:os.system", "标签"),
    "cut": (json.dumps(FAR).encode()[:99], "JSON"),
    "empty": (b"", "空"),
    "not text": (b"\xff\xfe", "UTF-8"),
    "large": (b"#" * (LARGEST_BYTES + 1), "超过"),
    "a roster": (b"people: []", "须恰有这些项"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_and_nothing_of_it_is_imported(gongkai: Gongkai, content: Any, said: str) -> None:
    refused(gongkai("calendar", "import", gongkai.file(content, "table")), Code.INVALID, said)
    assert (gongkai.count("law_change"), chains(gongkai)) == (0, 0)


def test_a_missing_file_and_a_missing_installation_are_told(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(gongkai("calendar", "import", "nowhere.json"), Code.INVALID, "文件不存在")
    monkeypatch.delenv("GONGKAI_DATABASE_URL")
    refused(gongkai("calendar", "import", gongkai.file(FAR)), Code.UNAVAILABLE, "没有实例")


# --- parameters ------------------------------------------------------------------------------


def test_the_site_s_periods_are_imported_and_shown_with_who_set_them(gongkai: Gongkai) -> None:
    rows = [REVIEW_TARGET | {"valid_from": "2020-01-01"}]
    file = gongkai.file(yaml.safe_dump(rows, allow_unicode=True).encode(), "site.yaml")
    dry = gongkai("parameters", "import", file, "--dry-run")
    assert (dry.code, gongkai.count("law_change")) == (0, 0)
    done = gongkai("parameters", "import", file)
    assert (done.code, "1项变化" in done.out) == (0, True)
    assert "5个工作日（青应急〔2026〕12号 第三条）" in done.out
    told = {each["key"]: each for each in gongkai("parameters", "show", "--json").json["parameters"]}
    assert told["review-target"]["today"]["number"] == 5
    assert told["review-target"]["imported"]["username"].startswith("operator:")
    assert told["publication"]["imported"] is None
    assert "没有变化" in gongkai("parameters", "import", file).out
    shown = gongkai("parameters", "show").out
    assert "事前7日" in shown
    assert "待核对原文" in shown


def test_a_file_that_would_change_the_law_is_refused_by_its_name(gongkai: Gongkai) -> None:
    rows = [REVIEW_TARGET, REVIEW_TARGET | {"key": "publication", "number": 60}]
    answer = gongkai("parameters", "import", gongkai.file(rows))
    refused(answer, Code.INVALID, "publication", "应急厅函〔2019〕390号 四(一)5", "没有导入任何内容")
    assert (gongkai.count("law_change"), chains(gongkai)) == (0, 0)


# --- what counts -----------------------------------------------------------------------------


def test_a_due_date_is_explained_by_what_the_installation_imported(gongkai: Gongkai) -> None:
    ask = ("deadline", "explain", "--start", "2099-09-24", "--working-days", "5", "--json")
    before = gongkai(*ask).json
    assert (before["due"], before["provisional"], before["law_revision"]) == ("2099-10-01", True, 0)
    gongkai("calendar", "import", gongkai.file(FAR))
    after = gongkai(*ask).json
    assert (after["due"], after["provisional"], after["law_revision"]) == ("2099-09-30", False, 1)
    rows = [REVIEW_TARGET | {"valid_from": "2020-01-01"}]
    gongkai("parameters", "import", gongkai.file(rows))
    by_rule = gongkai(
        "deadline", "explain", "--start", "2099-09-24", "--rule", "review-target", "--json"
    ).json
    assert (by_rule["due"], by_rule["basis"]) == ("2099-09-30", "青应急〔2026〕12号 第三条")


def test_where_the_installation_does_not_answer_the_program_does_and_says_what_is_missing(
    gongkai: Gongkai, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gongkai("calendar", "import", gongkai.file(FAR))
    away = environment["GONGKAI_DATABASE_URL"].replace("host=", "host=%2Fnowhere")
    monkeypatch.setenv("GONGKAI_DATABASE_URL", away)
    for command in (
        ("deadline", "explain", "--start", "2099-09-24", "--working-days", "5"),
        ("calendar", "show", "2099"),
        ("parameters", "show"),
    ):
        answer = gongkai(*command)
        assert answer.code == 0
        assert "未计入本单位导入" in answer.err
    assert gongkai(*command, "--json").json["parameters"]


@pytest.fixture
def alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """``gongkai`` where there is no installation."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "GONGKAI_HOME", "GONGKAI_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def ask(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(list(arguments))
        written = capsys.readouterr()
        return Answer(int(code), written.out, written.err)

    return ask


def test_without_an_installation_the_program_s_own_law_is_shown(alone: Any) -> None:
    shown = alone("calendar", "show", "2026")
    assert (shown.code, shown.err) == (0, "")
    assert "2026-02-15（日） – 2026-02-23（一）" in shown.out
    assert "暂按周一至周五" in alone("calendar", "show", "2099").out
    assert alone("parameters", "show", "--json").json["parameters"][0]["key"] == "publication"
    refused(alone("calendar", "show", "1999"), Code.INVALID, "2000")


def test_a_due_date_by_a_rule_names_its_provision(alone: Any) -> None:
    told = alone("deadline", "explain", "--start", "2026-04-22", "--rule", "publication", "--json").json
    assert (told["due"], told["basis"]) == ("2026-05-22", "应急厅函〔2019〕390号 四(一)5")
    assert told["law_revision"] is None
    back = alone("deadline", "explain", "--start", "2026-05-20", "--rule", "hearing-papers", "--json").json
    assert (back["due"], back["before"]) == ("2026-05-13", True)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--rule", "siesta"), Code.NOT_FOUND, "没有“siesta”这一时限"),
        (("--rule", "publication", "--working-days", "3"), Code.INVALID, "--rule"),
        (("--rule", "publication", "--before"), Code.INVALID, "--rule"),
        (("--rule", "opinion-response"), Code.OK, "零时"),
    ],
)
def test_a_rule_stands_alone_and_must_be_known(
    alone: Any, options: tuple[str, ...], code: int, said: str
) -> None:
    answer = alone("deadline", "explain", "--start", "2026-04-22", *options)
    assert answer.code == code
    assert said in answer.err


# --- what an import moves --------------------------------------------------------------------


def rest_after(gongkai: Gongkai) -> dict[str, Any]:
    """A table of the year in which the limit of the open case ends, with that very day off."""
    [due] = scalars(gongkai.service, "SELECT due_on FROM clock WHERE closed_at IS NULL")
    return table(due.year, {str(due): "抗旱"}, {})


def test_an_import_reckons_open_limits_itself_lists_them_and_tells_their_holders(
    gongkai: Gongkai, number: str
) -> None:
    content = rest_after(gongkai)
    before = scalars(gongkai.service, "SELECT due_on FROM clock")
    done = gongkai("calendar", "import", gongkai.file(content))
    after = scalars(gongkai.service, "SELECT due_on FROM clock")
    assert done.code == 0, done.err
    assert "1个时限改变" in done.out
    assert "办理人员会收到通知" in done.out
    for said in (number, "拟稿", str(before[0]), str(after[0])):
        assert said in done.out
    assert after[0] > before[0]
    [why] = scalars(gongkai.service, "SELECT data->>'why' FROM ledger_entry WHERE action = 'clock-moved'")
    assert why == "law"
    told = "SELECT username FROM notification n JOIN person p ON p.id = n.person_id WHERE template = :name"
    assert scalars(gongkai.service, told, name="clock-moved") == ["zhang.wei"]


def test_a_dry_run_lists_what_would_move_and_stores_nothing(gongkai: Gongkai, number: str) -> None:
    file, before = gongkai.file(rest_after(gongkai)), snapshot(gongkai.service)
    dry = gongkai("calendar", "import", file, "--dry-run")
    assert "将有1个时限改变" in dry.out
    assert number in dry.out
    would = gongkai("calendar", "import", file, "--dry-run", "--json").json["limits"]
    assert snapshot(gongkai.service) == before
    assert gongkai("calendar", "import", file, "--json").json["limits"] == would
    assert gongkai("calendar", "import", file, "--json").json["limits"] == []  # the same again


def test_numbers_of_a_file_move_the_limits_that_begin_under_them_and_no_others(
    gongkai: Gongkai, number: str
) -> None:
    later = gongkai.service.today.replace(year=gongkai.service.today.year + 1)
    file = gongkai.file([REVIEW_TARGET | {"valid_from": str(later)}])
    assert "没有时限会改变" in gongkai("parameters", "import", file, "--dry-run").out
    assert "没有时限改变" in gongkai("parameters", "import", file).out
    file = gongkai.file([REVIEW_TARGET | {"valid_from": "2020-01-01"}])
    [would] = gongkai("parameters", "import", file, "--dry-run", "--json").json["limits"]
    [moved] = gongkai("parameters", "import", file, "--json").json["limits"]
    assert (moved, moved["number"]) == (would, number)
    assert moved["after"] > moved["before"]
    assert moved["title"] == {"zh": "拟稿", "en": "Drafting"}


def test_the_title_of_a_case_is_in_no_list_of_moved_limits(gongkai: Gongkai, number: str) -> None:
    title, file = gongkai.sample("ZD-01").title, gongkai.file(rest_after(gongkai))
    for more in ((), ("--json",)):
        answer = gongkai("calendar", "import", file, "--dry-run", *more)
        assert number in answer.out
        assert title not in answer.out + answer.err
