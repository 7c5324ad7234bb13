"""The kill campaign: everything up, people at work, ``kill -9`` over every part, and then the judge."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.kill.campaign import Campaign
from tests.kill.conftest import World
from tests.kill.durable_log import DurableLog
from tests.kill.evidence import read_client_log
from tests.kill.judge import judge
from tests.kill.report import make_report
from tests.kill.schedule import make_schedule
from tests.waiting import wait_until

END_SECONDS = 120.0
"""After the last kill every case ends, without help, within this time."""

SETTLE_SECONDS = 90.0
_OPEN = (
    "SELECT c.number, s.key, s.kind, s.opened_at FROM cases c JOIN step s ON s.case_id = c.id"
    " WHERE c.closed_at IS NULL AND s.settled_at IS NULL"
)
_UNSHOWN = (
    "SELECT c.number, c.seq, s.shown_seq, s.woken_at, s.generation, s.flow_run_id"
    " FROM cases c LEFT JOIN shown_case s ON s.case_id = c.id"
    " WHERE s.finished IS DISTINCT FROM true"
)
_UNSENT = (
    "SELECT key FROM notification n WHERE routed_at IS NULL OR EXISTS (SELECT 1 FROM delivery d"
    " WHERE d.notification_id = n.id AND d.sent_at IS NULL AND d.dropped_at IS NULL)"
)


@pytest.mark.kill
@pytest.mark.timeout(1500)
def test_no_kill_loses_or_doubles_a_decision_and_every_case_ends(world: World) -> None:
    campaign = Campaign(
        world.installation,
        world.office,
        world.website,
        log=DurableLog(world.folder / "kills.jsonl"),
        seed=world.seed,
    )
    began = time.monotonic()
    world.office.open()
    campaign.carry_out(make_schedule(world.seed))
    world.office.launching.clear()
    _wait_until_all_ended(world)
    client_log, website_log = world.office.log.path, world.website.log
    acts = read_client_log(client_log)
    report = make_report(world.seed, campaign.kills, acts, time.monotonic() - began)
    world.tell(f"Kill campaign\n{report}")
    problems = judge(world.installation, world.service, client_log=client_log, website_log=website_log)
    assert problems == []
    assert report.kills.total() >= 30
    assert report.with_either >= 10
    assert report.with_request >= 5
    assert report.with_lease >= 5
    assert len(report.kills) >= 6
    _assert_the_judge_can_convict(world)


def _wait_until_all_ended(world: World) -> None:
    _wait_until_none(world, _OPEN, seconds=END_SECONDS, what="every case to end")
    world.office.close()
    _wait_until_none(world, _UNSHOWN, seconds=SETTLE_SECONDS, what="every case to be shown as ended")
    _wait_until_none(world, _UNSENT, seconds=SETTLE_SECONDS, what="every message to be settled")


def _wait_until_none(world: World, query: str, *, seconds: float, what: str) -> None:
    left: list[Any] = []

    def none() -> bool:
        left[:] = world.installation.rows(query)
        return not left

    try:
        wait_until(none, seconds=seconds, what=what)
    except AssertionError as error:
        raise AssertionError(f"{error}; left: {left[:10]}") from None


def _assert_the_judge_can_convict(world: World) -> None:
    """A lost decision and a second publication, forged into copies of the logs, are found."""
    lost = _forged(world.office.log.path, "acked", lambda said: said["said"].update(decision_id=10**9))
    doubled = _forged(world.website.log, "stored", lambda said: None)
    for client_log, website_log in ((lost, world.website.log), (world.office.log.path, doubled)):
        assert judge(world.installation, world.service, client_log=client_log, website_log=website_log)


def _forged(log: Path, event: str, change) -> Path:  # type: ignore[no-untyped-def]
    lines = log.read_text().splitlines()
    said = next(json.loads(line) for line in reversed(lines) if json.loads(line)["event"] == event)
    change(said)
    copy = log.with_name(f"forged-{log.name}")
    copy.write_text("\n".join([*lines, json.dumps(said)]) + "\n")
    return copy
