"""Time limits on the command line: explained, listed, asked about, answered, resumed, attended to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from deployments.commands.exits import Code
from engine.clocks.firing import fire_due
from tests.builders import scalars
from tests.cli.conftest import Gongkai, refused

CONSULTING = (
    *("--kind", "not-counted", "--ground", "征求意见"),
    *("--instrument", "本单位规定", "--article", "时限管理"),
)


def limit_of(gongkai: Gongkai, number: str) -> dict[str, Any]:
    [clock] = gongkai("deadline", "explain", "--case", number, "--json").json["clocks"]
    return dict(clock)


def test_the_limits_of_a_case_are_explained_in_words_and_as_data(gongkai: Gongkai, number: str) -> None:
    told = limit_of(gongkai, number)
    assert told.keys() >= {"due", "provisional", "days", "key", "explained", "reckoned", "rungs", "acts"}
    assert (told["key"], told["due"]) == ("step:drafting", told["due_on"])
    assert sum(day["counted"] for day in told["days"]) == 3
    lines = gongkai("deadline", "explain", "--case", number.lower()).out.splitlines()
    assert lines[0].startswith("拟稿（step:drafting） 剩")
    assert lines[1:] == told["explained"]["zh"]
    english = gongkai("deadline", "explain", "--case", number, "--clock", "step:drafting", "--lang", "en")
    assert english.out.splitlines()[1:] == told["explained"]["en"]


def test_a_limit_or_a_case_that_is_none_is_refused(gongkai: Gongkai, number: str) -> None:
    explain = ("deadline", "explain", "--case")
    refused(gongkai(*explain, number, "--clock", "publication"), Code.NOT_FOUND, "publication")
    refused(gongkai(*explain, "ZD-2026-9999"), Code.NOT_FOUND, "ZD-2026-9999")
    refused(gongkai(*explain, number, "--as", "zhou.min"), Code.NOT_FOUND, number)
    refused(gongkai(*explain, number, "--start", "2026-04-22"), Code.INVALID, "--case")
    refused(gongkai("deadline", "explain"), Code.INVALID, "--start")


def test_running_limits_are_listed_with_whom_they_wait_for_and_those_missed_alone(
    gongkai: Gongkai, number: str
) -> None:
    [listed] = gongkai("deadline", "list", "--json").json["limits"]
    assert (listed["case"], listed["limit"]["key"]) == (number, "step:drafting")
    assert [position["key"] for position in listed["positions"]] == ["drafter"]
    assert number in gongkai("deadline", "list").out
    assert gongkai("deadline", "list", "--as", "zhou.min", "--json").json["limits"] == []
    assert gongkai("deadline", "list", "--overdue", "--json").json["limits"] == []
    assert "没有这样的时限" in gongkai("deadline", "list", "--overdue").out
    assert gongkai("inbox", "--as", "zhang.wei", "--overdue", "--json").json["todos"] == []
    assert "剩" in gongkai("inbox", "--as", "zhang.wei").out


def test_asking_is_previewed_asked_answered_and_resumed(gongkai: Gongkai, number: str) -> None:
    told = limit_of(gongkai, number)
    limit, today = str(told["id"]), gongkai.service.today.isoformat()
    asking = ["deadline", "ask", limit, "--as", "zhang.wei", "--since", today, *CONSULTING]
    preview = gongkai(*asking, "--preview")
    assert preview.out.splitlines()[0] == "截止：尚不能确定，期限正在扣除时间"
    assert "没有提交" in preview.out
    assert gongkai.count("clock_act") == 0
    done = gongkai(*asking, "--json").json
    assert (done["case_number"], done["would_be_due_on"]) == (number, None)
    refused(gongkai(*asking), Code.CONFLICT, "等待")
    todo = str(done["assignment_id"])
    assert f"gongkai deadline answer {todo}" in gongkai("inbox", "--as", "wu.di").out
    answering = ("deadline", "answer", todo, "--as", "wu.di")
    refused(gongkai(*answering, "--refuse"), Code.INVALID, "意见")
    refused(gongkai("deadline", "answer", todo, "--as", "zhang.wei", "--grant"), Code.NOT_ALLOWED)
    assert f"截止 {told['due']} → 暂停计算" in gongkai(*answering, "--grant").out
    resuming = ("deadline", "resume", str(done["act_id"]), "--as", "zhang.wei", "--at")
    refused(gongkai(*resuming, "soon"), Code.INVALID, "--at")
    assert gongkai(*resuming, today, "--json").json["due_on"] == told["due"]


def test_an_escalation_is_attended_to_with_a_note(gongkai: Gongkai, number: str) -> None:
    later = gongkai.service.now + timedelta(days=20)
    fire_due(replace(gongkai.service, time=lambda: later))
    [todo] = scalars(
        gongkai.service, "SELECT id FROM assignment WHERE rung_id IS NOT NULL AND position = 'section_head'"
    )
    assert f"gongkai deadline attend {todo}" in gongkai("inbox", "--as", "li.na").out
    attending = ("deadline", "attend", str(todo), "--as", "li.na", "--note")
    refused(gongkai(*attending, " "), Code.INVALID, "意见")
    assert gongkai(*attending, "已催办", "--json").json == {"case_number": number}
    refused(gongkai(*attending, "已催办"), Code.CONFLICT, "督办情况已填写")
