"""Whoever changes a case waits for whoever is changing it, and looks at it only afterwards."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from rules.errors import DecisionAlreadyRecorded
from tests.builders import Bureau, launch_case, scalars, todo_of
from tests.waiting import wait_until

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_two_decisions_that_both_came_before_either_was_looked_at_leave_one(
    service: Service, bureau: Bureau
) -> None:
    case = launch_case(service)
    todo, actor = todo_of(service, case.number), bureau.actor("drafter")

    def attempt(opinion: str) -> str:
        try:
            decide(service, actor, DecisionRequest(todo.id, "approve", opinion=opinion))
        except DecisionAlreadyRecorded:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(2) as pool:
        with service.database.begin() as holder:
            holder.execute(text("SELECT id FROM cases FOR UPDATE"))
            both = [pool.submit(attempt, opinion) for opinion in ("同意", "也同意")]
            wait_until(lambda: scalars(service, WAITING) == [2], seconds=20, what="both to wait")
        said = sorted(each.result() for each in both)
    assert said == ["recorded", "refused"]
    assert scalars(service, "SELECT count(*) FROM step WHERE key = 'section-review'") == [1]
