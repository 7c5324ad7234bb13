"""Cases launched from Prefect: the form's own call, adopted, refused, repeated."""

from typing import Any

import pytest

from engine.service import Service
from tests.builders import UNIT, Bureau, case_row, decide_next, scalars, todo_of
from tests.prefect.console import Console
from tests.waiting import wait_until


def deployment(console: Console) -> dict[str, Any]:
    """The deployment whose form it is, once it is applied."""

    def applied() -> dict[str, Any] | None:
        answer = console.http.get("/deployments/name/proactive-disclosure/case")
        return answer.json() if answer.status_code == 200 else None

    return wait_until(applied, what="the deployment") or {}


def _submit(console: Console, parameters: dict[str, Any], **more: Any) -> str:
    """What the UI posts when the form is submitted."""
    body = {
        "parameters": parameters,
        "state": {"type": "SCHEDULED", "message": "Run from the Prefect UI"},
        **more,
    }
    made = console.ask("POST", f"/deployments/{deployment(console)['id']}/create_flow_run", body)
    return str(made["id"])


def _case_launched_by(live: Service, run_id: str) -> str | None:
    found = scalars(live, "SELECT number FROM cases WHERE launch_key = :key", key=f"prefect-run:{run_id}")
    return str(found[0]) if found else None


def test_form_has_ordered_chinese_fields(live: Service, live_bureau: Bureau, console: Console) -> None:
    applied = deployment(console)
    schema = applied["parameter_openapi_schema"]
    fields = sorted(schema["properties"].items(), key=lambda item: item[1]["position"])
    assert [name for name, _ in fields] == [
        "drafter",
        "unit",
        "doc_type",
        "legality_review",
        "state_secret",
        "in_the_name_of",
        "kind",
    ]
    assert fields[0][1]["title"].startswith("拟稿人")
    assert "通知" in schema["properties"]["doc_type"]["enum"]
    assert {"title", "body"}.isdisjoint(schema["properties"])
    assert applied["entrypoint"] == "flows.runs.proactive_disclosure"


def test_form_launches_a_case_that_its_drafter_decides(
    live: Service, live_bureau: Bureau, console: Console
) -> None:
    run_id = _submit(console, {"drafter": "drafter", "unit": UNIT, "doc_type": "意见"})
    number = wait_until(lambda: _case_launched_by(live, run_id), what="the case")
    run = console.wait_shown(number)
    assert run["id"] == run_id
    assert run["name"] == f"Proactive disclosure 主动公开 · {number}"
    assert console.wait_state(number, "Suspended")["state"]["message"].startswith("等待 拟稿")
    assert (todo_of(live, number).step, case_row(live, number).intake["doc_type"]) == ("drafting", "意见")
    entries = scalars(
        live, "SELECT actor || '/' || channel FROM ledger_entry WHERE chain = :c", c=case_row(live, number).id
    )
    assert set(entries) == {"prefect-console/prefect-console"}
    decide_next(live, number, answers={"title": "关于表单的意见", "body": "正文", "attribute": "依申请公开"})
    console.wait_shown(number)
    assert set(console.steps(number)) == {"drafting:1", "section-review:1"}
    assert console.flags(number) == []


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"drafter": "nobody", "unit": UNIT}, "没有用户"),
        ({"drafter": "drafter", "unit": "nowhere"}, "没有代码为"),
        ({"drafter": "section_head", "unit": UNIT}, "拟稿人"),
        ({"unit": UNIT}, "必填"),
        ({"drafter": "drafter", "unit": UNIT, "doc_type": "诗"}, "doc_type"),
        ({"drafter": "drafter\u202e", "unit": UNIT}, "U+202E"),
    ],
)
def test_bad_form_ends_failed_with_a_readable_message_and_stores_nothing(
    live: Service, live_bureau: Bureau, console: Console, parameters: dict[str, Any], said: str
) -> None:
    before = scalars(live, "SELECT count(*) FROM cases")
    run_id = _submit(console, parameters, enforce_parameter_schema=False)  # the form's own switch
    run = wait_until(lambda: _ended(console, run_id), what="the refusal")
    assert run["state"]["type"] == "FAILED"
    assert said in run["state"]["message"]
    assert "." in run["state"]["message"].rsplit("。", 1)[-1]  # and in English
    assert scalars(live, "SELECT count(*) FROM cases") == before


def _ended(console: Console, run_id: str) -> dict[str, Any] | None:
    run = console.ask("GET", f"/flow_runs/{run_id}")
    return run if run["state"]["type"] in ("FAILED", "COMPLETED", "CANCELLED", "CRASHED") else None


def test_superseded_run_ends_with_a_message(live: Service, live_bureau: Bureau, console: Console) -> None:
    run_id = _submit(console, {"drafter": "drafter", "unit": UNIT}, idempotency_key="ZD-2026-9999:1")
    run = wait_until(lambda: _ended(console, run_id), what="its end")
    assert run["state"]["type"] == "CANCELLED"
    assert "不是任何事项的现行运行" in run["state"]["message"]


def test_run_with_a_key_of_its_own_launches_a_case(
    live: Service, live_bureau: Bureau, console: Console
) -> None:
    """A schedule or a script gives its run an idempotency key."""
    run_id = _submit(console, {"drafter": "drafter", "unit": UNIT}, idempotency_key="every monday 2026-04-20")
    assert wait_until(lambda: _case_launched_by(live, run_id), what="the case")
