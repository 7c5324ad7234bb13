"""Prefect's database dropped, its server or our worker killed: nothing is lost, everything is shown again."""

import os
import signal
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from deployments.processes import find_process, read_record
from deployments.supervisor import Supervisor
from engine.clocks.firing import fire_due
from engine.procedures import installed
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_all, launch_case, scalars, todo_of, todos_of
from tests.prefect.console import Console
from tests.waiting import wait_until
from tests.website_process import WebsiteProcess


def _kill(installation: Supervisor, name: str) -> None:
    record = read_record(installation.instance.run, name)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    wait_until(lambda: _running_anew(installation, name, record.pid), seconds=180, what=f"a new {name}")


def _running_anew(installation: Supervisor, name: str, before: int) -> bool:
    record = read_record(installation.instance.run, name)
    return record is not None and record.pid != before and find_process(record) is not None


@pytest.mark.timeout(240)
def test_prefect_database_dropped_with_waiting_cases_shows_all_again_and_moves_none(
    installation: Supervisor, live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    closed = launch_case(live).number
    decide_all(live, closed)
    wait_until(lambda: decide_all(live, closed), what="the paper copy's to-do")
    console.wait_state(closed, "Completed")
    waiting = [launch_case(live).number for _ in range(5)]
    for place, number in enumerate(waiting):
        for _ in range(place):
            decide_all(live, number, until="office-review")
        console.wait_shown(number)
    late = launch_case(live.at(MovableClock(live.now - timedelta(days=30)))).number
    fire_due(live)
    wait_until(lambda: "escalated" in (console.run(late) or {"tags": ()})["tags"], what="the tag")
    console.wait_shown(late)
    limits = {number: _limits(console, number) for number in (closed, late)}
    before = {number: todo_of(live, number) for number in waiting}
    runs = {number: console.run_id(number) for number in [*waiting, closed, late]}
    flags = scalars(live, "SELECT count(*) FROM incident")
    _drop_prefects_database(installation)
    wait_until(lambda: all(_anew(console, n, runs[n]) for n in runs), seconds=180, what="new runs")
    for number in waiting:
        console.wait_shown(number, seconds=180)
        console.wait_state(number, "Suspended")
        for label, row in console.steps(number).items():
            key, round_ = label.split(":")
            assert [row["start_time"]] == _opened(live, number, key, int(round_))
    console.wait_state(closed, "Completed")
    console.wait_shown(late)
    assert {number: _limits(console, number) for number in (closed, late)} == limits
    assert {number: todo_of(live, number) for number in waiting} == before
    assert scalars(live, "SELECT count(*) FROM incident") == flags
    events = scalars(live, "SELECT action FROM ledger_entry WHERE chain = 0")
    assert events.count("prefect-database-replaced") == len(installed())  # one event per procedure
    decide_all(live, waiting[0])
    wait_until(lambda: decide_all(live, waiting[0]), what="the paper copy's to-do")
    console.wait_state(waiting[0], "Completed")


def _limits(console: Console, number: str) -> list[Any]:
    """All that is shown of a case's time limits: tags, table, bars with their times."""
    run = console.run(number)
    assert run is not None
    times = ("name", "state_type", "start_time", "end_time")
    bars = {label: [row[each] for each in times] for label, row in console.steps(number).items()}
    assert any(label.startswith(("clock:", "rung:")) for label in bars)
    return [run["tags"], console.tables(number)["deadlines"], bars]


def _anew(console: Console, number: str, before: str | None) -> bool:
    now = console.run_id(number)
    return now is not None and now != before


def _opened(live: Service, number: str, key: str, round_: int) -> list[str]:
    query = text(
        "SELECT s.opened_at FROM step s JOIN cases c ON c.id = s.case_id"
        " WHERE c.number = :n AND s.key = :k AND s.round = :r"
    )
    with live.database.connect() as connection:
        found = connection.execute(query, {"n": number, "k": key, "r": round_}).scalars()
        return [at.isoformat().replace("+00:00", "Z") for at in found]


def _drop_prefects_database(installation: Supervisor) -> None:
    instance = installation.instance
    url = instance.cluster.url(
        "postgresql", "postgres", instance.credentials.superuser_password, database="postgres"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE prefect WITH (FORCE)")


@pytest.mark.timeout(180)
def test_prefect_killed_shows_afterwards_what_was_decided_meanwhile(
    installation: Supervisor, live: Service, live_bureau: Bureau, console: Console
) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    _kill(installation, "prefect")
    decide_all(live, number, until="deputy-head-review")
    console.wait_shown(number, seconds=180)
    assert "deputy-head-review:1" in console.steps(number)
    assert console.flags(number) == []


@pytest.mark.timeout(180)
def test_worker_killed_while_publishing_publishes_once_and_goes_on(
    installation: Supervisor, live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    """The window: the website has published, the worker dies before it hears so, holding the lease."""
    website.behave("slow")
    number = launch_case(live).number
    decide_all(live, number)
    key = f"{number}:publication:1"
    wait_until(lambda: website.published(key), what="the website at work")
    _kill(installation, "worker")
    website.behave("well")
    wait_until(
        lambda: [t.step for t in todos_of(live, number)] == ["paper-copy"], seconds=180, what="the settling"
    )
    assert website.published(key) == 1
    console.wait_shown(number)
    assert console.flags(number) == []


@pytest.mark.timeout(180)
def test_deployment_deleted_by_hand_is_applied_again_and_all_cases_are_shown(
    live: Service, live_bureau: Bureau, console: Console
) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    before = console.run_id(number)
    deployment = console.ask("GET", "/deployments/name/proactive-disclosure/case")
    console.ask("DELETE", f"/deployments/{deployment['id']}")
    wait_until(lambda: _anew(console, number, before), seconds=180, what="a new run")
    console.wait_shown(number, seconds=180)
    assert console.wait_state(number, "Suspended")["deployment_id"] != deployment["id"]
    assert console.ask("GET", f"/flow_runs/{before}")["state"]["type"] == "CANCELLED"
    assert console.flags(number) == []
