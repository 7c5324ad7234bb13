"""Prefect is a window: its database dropped, its runs changed by hand, no case moves, all is shown again."""

from collections import Counter
from typing import Any

import psycopg
import pytest

from tests.kill.conftest import World
from tests.kill.office import Office
from tests.prefect.console import Console
from tests.prefect.test_hand_acts import ACTS
from tests.waiting import wait_until

WAITING = 20
SHOWN_SECONDS = 240.0
FLAG = "prefect-run-changed-by-hand"
_JOURNAL = (
    "SELECT c.number, c.seq, s.key, s.round, s.opened_seq, s.settled_seq, s.outcome::text, s.settled_at"
    " FROM cases c JOIN step s ON s.case_id = c.id ORDER BY s.id"
)
_DECISIONS = "SELECT id, assignment_id, action, decided_at FROM decision ORDER BY id"
_TODOS = (
    "SELECT a.id, a.closed_at, c.number, s.key || ':' || s.round FROM assignment a"
    " JOIN cases c ON c.id = a.case_id JOIN step s ON s.id = a.step_id ORDER BY a.id"
)
_DESK = (
    "SELECT a.position FROM assignment a JOIN cases c ON c.id = a.case_id"
    " WHERE a.closed_at IS NULL AND c.number = %s"
)
_FLAGS = (
    "SELECT c.number FROM incident i JOIN cases c ON c.id = i.case_id WHERE i.kind = %s ORDER BY c.number"
)


def _stored(world: World) -> list[Any]:
    """Everything that says where a case stands."""
    return [world.installation.rows(query) for query in (_JOURNAL, _DECISIONS, _TODOS)]


def _open_steps(world: World) -> dict[str, str]:
    return {number: step for _, closed, number, step in world.installation.rows(_TODOS) if closed is None}


def _launch_waiting(world: World, cases: int) -> list[str]:
    """Cases that wait at the first, second, third… desk."""
    office: Office = world.office
    numbers = [str(office.launch(number)) for number in range(1, cases + 1)]
    office.working.set()
    for place, number in enumerate(numbers):
        for _ in range(place % 4):
            [(position,)] = world.installation.rows(_DESK, number)
            _approve(office, position, number)
    office.working.clear()
    return numbers


def _approve(office: Office, username: str, number: str) -> None:
    todo = next(todo for todo in office.inbox(username) if todo["case"] == number)
    office.perform(office.decision(username, todo, f"{username}-{todo['id']}"))


def _shown(world: World, console: Console) -> dict[str, str] | None:
    """The running step of every case's one run, once all of them are shown; else ``None``."""
    wanted = _open_steps(world)
    runs = [run for run in console.runs() if run["state_type"] == "PAUSED"]
    if Counter(tag for run in runs for tag in run["tags"] if tag in wanted) != Counter(wanted.keys()):
        return None
    shown = {}
    for number in wanted:
        running = [label for label, row in console.steps(number).items() if row["state_type"] == "RUNNING"]
        if running != [wanted[number]]:
            return None
        shown[number] = running[0]
    return shown


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_prefects_database_dropped_moves_no_case_and_all_are_shown_again(world: World) -> None:
    console = Console(world.installation.instance, world.service)
    numbers = _launch_waiting(world, WAITING)
    wait_until(lambda: _shown(world, console), seconds=SHOWN_SECONDS, what="the cases to be shown")
    before, runs_before = _stored(world), {run["id"] for run in console.runs()}
    with psycopg.connect(world.installation.database_url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE prefect WITH (FORCE)")

    def shown_again() -> dict[str, str] | None:
        try:
            return _shown(world, console)
        except Exception:  # Prefect is away, or has no tables yet: asked again
            return None

    shown = wait_until(shown_again, seconds=SHOWN_SECONDS, what="the cases to be shown again")
    assert shown is not None
    assert set(shown) == set(numbers)
    assert len(console.runs()) == WAITING
    assert not runs_before & {run["id"] for run in console.runs()}
    assert _stored(world) == before
    assert world.installation.rows("SELECT kind FROM incident") == []
    _work_off(world)
    console.close()


def _work_off(world: World) -> None:
    """Every case then goes to its end as if nothing had been."""
    world.office.open()
    world.office.launching.clear()
    wait_until(
        lambda: not world.installation.rows("SELECT 1 FROM cases WHERE closed_at IS NULL"),
        seconds=SHOWN_SECONDS,
        what="every case to end",
    )
    wait_until(
        lambda: not world.installation.rows("SELECT 1 FROM shown_case WHERE NOT finished"),
        seconds=SHOWN_SECONDS,
        what="every case to be shown as ended",
    )
    assert world.installation.rows("SELECT kind FROM incident") == []


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_runs_changed_by_hand_move_no_case_and_each_is_flagged_and_shown_again(world: World) -> None:
    console = Console(world.installation.instance, world.service)
    numbers = _launch_waiting(world, len(ACTS) + 2)
    wait_until(lambda: _shown(world, console), seconds=SHOWN_SECONDS, what="the cases to be shown")
    before = _stored(world)
    touched = dict(zip(numbers, ACTS, strict=False))
    for number, act in touched.items():
        ACTS[act](console, str(console.run_id(number)))
    wait_until(
        lambda: [row[0] for row in world.installation.rows(_FLAGS, FLAG)] == sorted(touched),
        seconds=SHOWN_SECONDS,
        what="a flag for each case that was touched, and for no other",
    )
    wait_until(lambda: _shown(world, console), seconds=SHOWN_SECONDS, what="the cases to be shown again")
    assert _without_seq(_stored(world)) == _without_seq(before)
    assert [len(console.flags(number)) for number in numbers] == [int(n in touched) for n in numbers]
    console.close()


def _without_seq(stored: list[Any]) -> list[Any]:
    """A flag is a change of the case, though not of its journal."""
    journal, *rest = stored
    return [[row[:1] + row[2:] for row in journal], *rest]
