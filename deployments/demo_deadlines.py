"""A time limit on its way from “due soon” to “escalated” to decided late, in virtual time, seen in portal and
Prefect.

A document waits for its legality review. Everything is real; only statutory time is moved, from rung to rung.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from deployments.commands.here import service_of, settings_from
from deployments.commands.terminal import head, local, print_json, print_line, print_table, say, speech
from deployments.demo import flow_run_of
from deployments.demo_temporary import Demonstration, demonstrate
from deployments.demo_walk import DemonstrationFailed, Walk
from engine.reading.clocks import ClockView, RungView, read_clocks
from engine.service import Service

STEP = "legality-review"
LIMIT = f"step:{STEP}"
PATIENCE_SECONDS = 30.0
_A_MINUTE = timedelta(minutes=1)
_LAST = ("escalate", 3)


@dataclass(frozen=True)
class Seen:
    """What was seen after one rung."""

    at: datetime
    rung: dict[str, str]
    state: str
    tags: list[str]
    asked: list[str]
    messages: int


def show() -> int:
    """Run the demonstration. Returns the exit code."""
    return demonstrate(_watch, virtual_time=True)


def _watch(here: Demonstration) -> None:
    with here.walk() as walk, service_of(settings_from(here.instance.environment())) as service:
        here.progress(say("办理到合法性审核", "Walking a case until its legality review"))
        number = walk.until(here.sample, _waits)["number"]
        seen = []
        while not seen or (seen[-1].rung["kind"], seen[-1].rung["place"]) != (_LAST[0], str(_LAST[1])):
            seen.append(_next_rung(here, walk, service, number))
            here.progress(f"{local(seen[-1].at)}  {_said_of(seen[-1])}")
        walk.until(here.sample, lambda case: not _waits(case))
        limit = _limit(service, walk, number)
        _until(lambda: _tagged(here, service, number, ""), "no tag")
        here.progress(say("逾期办理：照样有效，记为逾期", "Decided late: it counts, and is marked late"))
        table = _deadlines_in_prefect(here, service, number)
    _tell(number, seen, limit, table)


def _waits(case: dict[str, Any]) -> bool:
    return any(at["step"]["key"] == STEP for at in case["at"])


def _limit(service: Service, walk: Walk, number: str) -> ClockView:
    manager = service.actor(walk.launcher, channel="demo")
    return next(clock for clock in read_clocks(service, manager, number) if clock.key == LIMIT)


def _next_rung(here: Demonstration, walk: Walk, service: Service, number: str) -> Seen:
    """Move statutory time to the limit's next rung, and look until portal and Prefect both show it."""
    armed = next(rung for rung in _limit(service, walk, number).rungs if rung.fired_at is None)
    walk.advance_to(armed.due_at + _A_MINUTE)
    limit = _until(lambda: _fired(_limit(service, walk, number), armed), f"{armed.kind} {armed.place}")
    tags = _until(lambda: _tagged(here, service, number, limit.state), f"tag {limit.state}")
    return Seen(
        at=service.now,
        rung={"kind": armed.kind, "place": str(armed.place)},
        state=limit.state,
        tags=tags,
        asked=walk.asked(number),
        messages=len(list(here.instance.mailbox.glob("*.eml"))),
    )


def _fired(limit: ClockView, rung: RungView) -> ClockView | None:
    fired = any((r.kind, r.place) == (rung.kind, rung.place) and r.fired_at for r in limit.rungs)
    return limit if fired else None


def _tagged(here: Demonstration, service: Service, number: str, state: str) -> list[str] | None:
    """The case's tags in Prefect, once they tell the limit's state; empty: once they tell of none."""
    with _prefect(here) as http:
        flow_run_id = flow_run_of(service, number)
        tags = http.get(f"/flow_runs/{flow_run_id}").json().get("tags", [])
    pressing = [tag for tag in tags if tag in _STATES]
    return pressing if pressing == ([state] if state else []) else None


def _deadlines_in_prefect(here: Demonstration, service: Service, number: str) -> list[dict[str, Any]]:
    """The deadlines artifact of the case's run."""
    with _prefect(here) as http:
        wanted = {"artifacts": {"flow_run_id": {"any_": [str(flow_run_of(service, number))]}}}
        found = http.post("/artifacts/filter", json=wanted).json()
    table = next(row for row in found if row["key"] == f"deadlines-{number.lower()}")
    rows: list[dict[str, Any]] = json.loads(table["data"])
    return rows


def _prefect(here: Demonstration) -> httpx.Client:
    user, _, word = here.instance.credentials.prefect_auth_string.partition(":")
    api = f"http://127.0.0.1:{here.instance.ports.prefect}/api"
    return httpx.Client(base_url=api, auth=(user, word), timeout=10, trust_env=False)


def _until(look: Callable[[], Any | None], what: str) -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) is None:
        if time.monotonic() > until:
            raise DemonstrationFailed(where="deadlines", why=f"not seen in {PATIENCE_SECONDS:.0f} s: {what}")
        time.sleep(0.1)
    return found


# --- telling it ------------------------------------------------------------------------------

_RUNGS = {
    "remind": ("提醒", "reminded"),
    "overdue": ("逾期", "overdue"),
    "escalate": ("升级督办", "escalated"),
}
_STATES = {
    "due-soon": ("临近到期", "due soon"),
    "overdue": ("已逾期", "overdue"),
    "escalated": ("已升级督办", "escalated"),
}


def _said_of(seen: Seen) -> str:
    zh, en = _RUNGS[seen.rung["kind"]]
    place = "" if seen.rung["place"] == "0" else f" {seen.rung['place']}"
    return f"{say(zh, en)}{place} → {say(*_STATES[seen.state])}"


def _tell(number: str, seen: list[Seen], limit: ClockView, table: list[dict[str, Any]]) -> None:
    if speech.as_json:
        print_json({"case": number, "seen": seen, "explained": limit.explained, "prefect": table})
        return
    columns = [
        head("虚拟时间", "virtual time"),
        head("档", "rung"),
        head("门户", "portal"),
        head("Prefect 标签", "tag in Prefect"),
        head("待督办", "escalated to"),
        head("通知", "messages"),
    ]
    rows = [
        [
            local(each.at),
            _said_of(each).partition(" → ")[0],
            say(*_STATES[each.state]),
            " ".join(each.tags),
            "、".join(each.asked),
            str(each.messages),
        ]
        for each in seen
    ]
    print_table(f"{number}  {say(limit.title.zh, limit.title.en)}", columns, rows)
    for line in limit.explained[speech.language]:
        print_line(line)
    if table:
        names = list(table[0])
        rows = [[str(row[name]) for name in names] for row in table]
        print_table(say("Prefect 中的时限表", "The deadlines table in Prefect"), names, rows)
    sys.stdout.flush()
