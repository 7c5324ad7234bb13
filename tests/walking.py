"""Walking a sample case without servers: the sample bureau's people decide, time moves, cases go on."""

from datetime import UTC
from typing import Any

from deployments.samples import Sample, Scripted, read_bureau
from engine.activities import ACTIVITIES
from engine.actor import about_holdings
from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import LaunchRequest, launch
from engine.acts.people import import_people
from engine.clocks.service import ClockService
from engine.leases import claim, settle
from engine.service import Service
from tests.builders import MovableClock, case_row, scalars

_OPEN = """
    SELECT json_build_object('id', a.id, 'case', c.number, 'procedure', c.procedure, 'step', s.key,
           'round', s.round, 'position', a.position, 'unit', a.unit_id, 'person', a.person_id)
      FROM assignment a JOIN step s ON s.id = a.step_id JOIN cases c ON c.id = a.case_id
     WHERE a.closed_at IS NULL ORDER BY a.id
"""
_HOLDER = about_holdings(
    """
    SELECT p.username FROM person p LEFT JOIN holding h ON h.person_id = p.id AND {in_force}
     WHERE p.active AND (p.id = CAST(:person AS bigint) OR CAST(:person AS bigint) IS NULL
       AND h.position = :position AND h.unit_id IS NOT DISTINCT FROM CAST(:unit AS bigint))
     ORDER BY p.id LIMIT 1
    """
)


def load_sample_bureau(service: Service) -> None:
    """青岭县应急管理局, imported over the small bureau by its administrator."""
    import_people(service, service.actor("administrator", channel="cli"), read_bureau())


def launch_sample(service: Service, sample: Sample) -> str:
    """Launch a sample as the bureau's administrator; says its number."""
    request = LaunchRequest(sample.procedure, sample.intake, sample.draft)
    return launch(service, service.actor("lin.xue", channel="api"), request).number


def walk(service: Service, clock: MovableClock, sample: Sample, *others: Sample, until: str = "") -> str:
    """Launch the sample and let people decide until nothing is open; says its number.

    Args:
        others: what is decided in cases it opens, by their procedure.
        until: stop where this step of any case is open.
    """
    if sample.begins is not None:
        clock.now = sample.begins.astimezone(UTC)
    number = launch_sample(service, sample)
    walk_on(service, clock, *sample.beside, *others, sample, until=until)
    return number


def walk_on(service: Service, clock: MovableClock, *samples: Sample, until: str = "") -> None:
    """Let people decide until nothing is open, or the step ``until`` of any case is."""
    scripts = {each.procedure: each for each in samples}
    for _ in range(400):
        arrived = bool(until) and until in {todo["step"] for todo in scalars(service, _OPEN)}
        if arrived or not _one_thing(service, clock, scripts):
            return
    raise AssertionError("it does not end")


def _one_thing(service: Service, clock: MovableClock, scripts: dict[str, Sample]) -> bool:
    return (
        execute(service)
        or bool(ClockService(service).run())
        or _decide(service, clock, scripts)
        or _wait(service, clock)
    )


def execute(service: Service) -> bool:
    """Run the automated steps that are open; says whether there was any."""
    steps = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL ORDER BY step_id")
    for step in steps:
        lease = claim(service, step, holder="test")
        if lease is not None:
            settle(service, lease, ACTIVITIES[lease.activity](service, lease))
    return bool(steps)


def _wait(service: Service, clock: MovableClock) -> bool:
    """Nobody has anything to do: to the end of what is waited for."""
    over = scalars(
        service,
        "SELECT k.late_from FROM step s JOIN clock k ON k.case_id = s.case_id AND k.key = s.call->>'clock'"
        " WHERE s.kind = 'wait' AND s.settled_at IS NULL AND k.closed_at IS NULL ORDER BY 1 LIMIT 1",
    )
    clock.now = max([clock.now, *(instant.astimezone(UTC) for instant in over)])
    return bool(over)


def _decide(service: Service, clock: MovableClock, scripts: dict[str, Sample]) -> bool:
    """The to-do that is done first by the scripts' own dates; without a date it is done now."""
    todos = scalars(service, _OPEN)
    if not todos:
        return False
    said = [(_said(scripts, todo), todo) for todo in todos]
    what, todo = min(said, key=lambda each: (each[0].at or clock.now, each[1]["id"]))
    if what.at is not None and what.at > clock.now:
        clock.now = what.at.astimezone(UTC)
        if ClockService(service).run():
            return True  # something fell due on the way: look again
    if what.before is not None:
        what.before(service, todo["case"])
    post = {"person": todo["person"], "position": todo["position"], "unit": todo["unit"]}
    with service.read() as connection:
        username = connection.execute(_HOLDER, {**post, "today": service.today}).scalar_one()
    request = DecisionRequest(
        todo["id"], what.action, what.opinion, what.answers, what.return_to, what.return_mode
    )
    decide(service, service.actor(username, channel="api"), request)
    return True


def _said(scripts: dict[str, Sample], todo: dict[str, Any]) -> Scripted:
    sample = scripts.get(todo["procedure"])
    return sample.decision(todo["step"], todo["round"]) if sample else Scripted(opinion="同意。")


def outcome_of(service: Service, number: str) -> str:
    """The closing word of a case; empty while it is open."""
    return str(case_row(service, number).outcome)
