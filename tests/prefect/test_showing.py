"""Prefect shows each case as one run and each step round as one task run, as it was, and nothing secret."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from engine.service import Service
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
)
from tests.prefect.console import Console
from tests.waiting import wait_until
from tests.website_process import WebsiteProcess


def test_case_from_launch_to_publication_is_one_completed_run(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    first = console.run_id(number)
    decide_all(live, number)
    wait_until(lambda: decide_all(live, number), what="the paper copy's to-do")
    run = console.wait_state(number, "Completed")
    assert run["id"] == first
    assert run["state"]["message"] == "办结 · closed"
    named = [r for r in console.runs() if number in r["name"]]
    assert len(named) == 1
    assert website.published(f"{number}:publication:1") == 1


def test_each_step_round_is_one_task_run_with_its_true_times(
    live: Service, live_bureau: Bureau, console: Console
) -> None:
    number = launch_case(live).number
    decide_next(live, number)
    decide_next(live, number, action="return", opinion="补充依据", return_to="drafting")
    decide_next(live, number)
    console.wait_shown(number)
    shown = console.steps(number)
    query = text(
        "SELECT s.key || ':' || s.round AS label, s.opened_at, s.settled_at FROM step s"
        " JOIN cases c ON c.id = s.case_id WHERE c.number = :n"
    )
    with live.database.connect() as connection:
        journal = {row.label: row for row in connection.execute(query, {"n": number})}
    assert set(shown) == set(journal) == {"drafting:1", "section-review:1", "drafting:2", "section-review:2"}
    for label, row in journal.items():
        assert _instant(shown[label]["start_time"]) == row.opened_at
        if row.settled_at:
            assert _instant(shown[label]["end_time"]) == row.settled_at
    states = {label: (row["state"]["type"], row["name"]) for label, row in shown.items()}
    assert states == {
        "drafting:1": ("COMPLETED", "Drafting 拟稿 · approved"),
        "section-review:1": ("FAILED", "Section review 股室审核 · returned"),
        "drafting:2": ("COMPLETED", "Drafting 拟稿 · approved"),
        "section-review:2": ("RUNNING", "Section review 股室审核"),
    }
    assert console.run(number)["state"]["message"].startswith("等待 股室审核（股室负责人）")  # type: ignore[index]


def _instant(said: str) -> datetime:
    return datetime.fromisoformat(said.replace("Z", "+00:00"))


def test_nothing_secret_is_in_prefect(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    words = {"title": "标题密语甲", "body": "正文密语乙", "opinion": "意见密语丙"}
    draft = PROACTIVE_DRAFT | {"title": f"关于{words['title']}的通知", "body": words["body"]}
    number = launch_case(live, draft=draft).number
    for _ in range(4):
        decide_next(live, number, opinion=words["opinion"])
    decide_next(live, number, action="return", opinion=words["opinion"], return_to="drafting")
    console.wait_shown(number)
    assert _found(console, words) == set()
    decide_all(live, number, until="issue")
    console.wait_shown(number)
    assert _found(console, words) == set()
    wait_until(lambda: decide_all(live, number) and case_row(live, number).closed_at, what="the end")
    run = console.wait_state(number, "Completed")
    assert words["title"] in run["name"]  # public by now
    assert _found(console, {"body": words["body"], "opinion": words["opinion"]}) == set()


def _found(console: Console, words: dict[str, str]) -> set[str]:
    """Which of the words occur in anything Prefect's API gives out."""
    places: list[Any] = [
        console.ask("POST", f"/{kind}/filter", {"limit": 50 if kind == "events" else 200})
        for kind in (
            "flow_runs",
            "task_runs",
            "artifacts",
            "logs",
            "deployments",
            "flows",
            "events",
            "variables",
        )
    ]
    for kind in ("flow_run_states", "task_run_states"):
        parent = kind.replace("_states", "_id")
        ids = {r["id"] for r in places[0 if kind == "flow_run_states" else 1]}
        places += [console.ask("GET", f"/{kind}/?{parent}={i}") for i in sorted(ids)[:200]]
    everything = repr(places)
    assert "ZD-2026-0001" in everything
    return {name for name, word in words.items() if word in everything}


def test_tags_sheet_and_link_are_kept_up_to_date_in_place(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    run_id = console.run_id(number)
    assert console.run(number)["tags"] == ["proactive-disclosure", "执法监督股", number]  # type: ignore[index]
    decide_all(live, number, until="office-review")
    console.wait_shown(number)
    wanted = {"artifacts": {"flow_run_id": {"any_": [run_id]}}}
    made = {a["key"]: a["data"] for a in console.ask("POST", "/artifacts/filter", wanted)}
    link, sheet, limits = (f"{key}-{number.lower()}" for key in ("case", "routing-sheet", "deadlines"))
    assert set(made) == {link, sheet, limits}
    assert f"{live.settings.base_url}/cases/{number}" in made[link]
    assert '"环节 Step": "办公室核稿 Office review"' in made[sheet]
    assert "办理中 open" in made[sheet]
    assert "按期办结 met" in made[limits]
    assert "计时中 running" in made[limits]
    decide_all(live, number, until="never")
    wait_until(lambda: decide_all(live, number), what="the paper copy's to-do")
    run = console.wait_state(number, "Completed")
    (doc_no,) = scalars(
        live,
        "SELECT doc_no FROM document_issue i JOIN cases c ON c.id = i.case_id WHERE number = :n",
        n=number,
    )
    assert run["tags"] == ["proactive-disclosure", "执法监督股", number, doc_no]
    assert len(console.ask("POST", "/artifacts/filter", wanted)) == 3
