"""launch, inbox, decide, case: what they print, the shape of their JSON, what they leave."""

import re

import pytest
from sqlalchemy import text

from deployments.commands.exits import Code
from deployments.samples import BUREAU
from tests.builders import scalars
from tests.cli.conftest import Gongkai, refused


def test_launch_prints_the_number_and_the_drafter_finds_it_in_the_inbox(gongkai: Gongkai) -> None:
    answer = gongkai(
        "launch", "proactive-disclosure", "--file", gongkai.file(gongkai.sample("ZD-01").launch())
    )
    assert answer.code == 0
    number = re.search(r"ZD-\d{4}-\d{4}", answer.out)
    assert number is not None
    listed = gongkai("inbox", "--as", "zhang.wei")
    assert number.group() in listed.out
    assert "拟稿" in listed.out


def test_launch_with_the_same_key_launches_once(gongkai: Gongkai) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    first = gongkai("launch", "主动公开", "--file", file, "--key", "spring-plan", "--json")
    again = gongkai("launch", "主动公开", "--file", file, "--key", "spring-plan", "--json")
    assert first.json == {"number": again.json["number"], "repeated": False}
    assert again.json["repeated"] is True
    assert gongkai.count("cases") == 1


@pytest.mark.parametrize(
    "key", ["short", "k" * 129, "k" * 20_000, "with a blank", "钥匙钥匙钥匙钥匙", "key-0001\n"]
)
def test_a_key_no_request_could_carry_is_bad_input_to_every_command(gongkai: Gongkai, key: str) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    refused(
        gongkai("launch", "主动公开", "--file", file, "--key", key), Code.INVALID, "Idempotency-Key", "128"
    )
    deciding = ("decide", "1", "--as", "zhang.wei", "--action", "approve", "--key", key)
    refused(gongkai(*deciding), Code.INVALID, "Idempotency-Key", "128")
    assert gongkai.count("cases") == 0


def test_launch_by_an_administrator_is_recorded_as_theirs(gongkai: Gongkai) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    assert gongkai("launch", "主动公开", "--file", file, "--as", "lin.xue").code == 0
    actor, channel = scalars(
        gongkai.service,
        "SELECT unnest(ARRAY[actor, channel]) FROM ledger_entry WHERE action = 'case-launched'",
    )
    assert actor == "lin.xue"
    assert channel.startswith("cli:")


def test_inbox_json_has_stable_keys(gongkai: Gongkai, number: str) -> None:
    todo = gongkai.todo("zhang.wei")
    assert set(todo) == {
        "id", "case", "procedure", "unit", "title", "position", "opened_at", "step", "round", "basis",
        "document_version", "asks", "incident", "escalation", "clock_act", "limits", "yours", "closed_at",
        "closed_because", "urged",
    }  # fmt: skip
    assert todo["case"] == number
    assert todo["asks"]["form_schema"]["properties"].keys() >= {"attribute", "ground"}
    assert gongkai("inbox", "--as", "tang.hao", "--json").json == {"todos": []}


def test_decide_records_and_the_next_desk_has_it(gongkai: Gongkai, number: str) -> None:
    todo = gongkai.todo("zhang.wei")["id"]
    answer = gongkai("decide", str(todo), "--as", "zhang.wei", "--action", "approve", "--json")
    assert set(answer.json) == {
        "decision_id", "case_number", "step", "action", "decided_at", "repeated", "late",
    }  # fmt: skip
    assert answer.json["case_number"] == number
    assert gongkai.todo("li.na")["step"]["key"] == "section-review"


def test_decide_takes_answers_from_a_file_and_from_the_line(gongkai: Gongkai, number: str) -> None:
    todo = str(gongkai.todo("zhang.wei")["id"])
    file = gongkai.file({"attribute": "不予公开", "ground": "16-1"}, "answers.json")
    answer = gongkai(
        "decide", todo, "--as", "zhang.wei", "--action", "approve", "--answers", file, "--set", "ground=16-2"
    )
    assert answer.code == 0
    assert scalars(gongkai.service, "SELECT ground FROM document_version ORDER BY version") == ["", "16-2"]


def test_return_with_come_back_goes_straight_back(gongkai: Gongkai, number: str) -> None:
    gongkai("decide", str(gongkai.todo("zhang.wei")["id"]), "--as", "zhang.wei", "--action", "approve")
    gongkai("decide", str(gongkai.todo("li.na")["id"]), "--as", "li.na", "--action", "approve")
    legal = str(gongkai.todo("zhou.min")["id"])
    arguments = ["--as", "zhou.min", "--action", "return", "--opinion", "请核对", "--to", "section-review"]
    assert gongkai("decide", legal, *arguments, "--come-back").code == 0
    gongkai("decide", str(gongkai.todo("li.na")["id"]), "--as", "li.na", "--action", "approve")
    assert gongkai.todo("zhou.min")["round"] == 2


def test_case_shows_the_way_so_far_to_the_operator_without_title_and_opinions(
    gongkai: Gongkai, number: str
) -> None:
    todo = str(gongkai.todo("zhang.wei")["id"])
    gongkai("decide", todo, "--as", "zhang.wei", "--action", "approve", "--opinion", "仅供内部的意见")
    shown = gongkai("case", number)
    assert shown.code == 0
    assert "股室审核" in shown.out
    assert "李娜" in shown.out
    assert "监督检查计划" not in shown.out
    assert "仅供内部的意见" not in shown.out
    seen = gongkai("case", number.lower(), "--as", "li.na")
    assert "监督检查计划" in seen.out
    assert "仅供内部的意见" in seen.out


def test_case_json_has_stable_keys(gongkai: Gongkai, number: str) -> None:
    assert set(gongkai("case", number, "--json").json) == {
        "number", "procedure", "version", "title", "may_read_document", "unit", "drafter", "launched_by",
        "channel", "launched_at", "state", "outcome", "closed_at", "document_version", "at", "held_by",
        "in_charge", "issue", "publication", "incidents", "timeline", "urged", "may_urge",
    }  # fmt: skip


def test_case_retry_answers_an_incident_and_is_a_conflict_without_one(gongkai: Gongkai, number: str) -> None:
    refused(gongkai("case", "retry", number), Code.CONFLICT, number, "异常")
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2020-01-01' WHERE position = 'section_head'"))
    gongkai("decide", str(gongkai.todo("zhang.wei")["id"]), "--as", "zhang.wei", "--action", "approve")
    assert gongkai("case", number, "--json").json["state"] == "stopped"
    (todo,) = gongkai("inbox", "--as", "lin.xue", "--json").json["todos"]
    assert todo["incident"]["kind"] == "no-holder"
    assert f"case retry {number}" in gongkai("inbox", "--as", "lin.xue").out
    assert gongkai("case", "retry", number, "--json").json["moving"] is False
    assert gongkai("people", "import", str(BUREAU), "--json").code == 0
    done = gongkai("case", "retry", number, "--as", "lin.xue", "--json")
    assert done.json == {"number": number, "incidents": ["no-holder"], "moving": True}
    assert gongkai.todo("li.na")["case"] == number


def test_case_urge_tells_who_was_urged_and_the_second_time_is_a_conflict_that_says_when(
    gongkai: Gongkai, number: str
) -> None:
    done = gongkai("case", "urge", number, "--as", "lin.xue", "--json")
    assert done.json == {"number": number, "people": ["张伟"], "times": 1}
    refused(gongkai("case", "urge", number), Code.CONFLICT, number, "以后可再次催办")
    assert "催办 1 次" in gongkai("case", number).out
    assert gongkai.todo("zhang.wei")["urged"] == 1
    refused(gongkai("case", "urge", number, "--as", "li.na"), Code.NOT_FOUND, number)


def test_retry_by_someone_who_is_no_administrator_is_refused(gongkai: Gongkai, number: str) -> None:
    refused(gongkai("case", "retry", number, "--as", "li.na"), Code.NOT_ALLOWED, "系统管理员")
