"""A document and its interpretation on their way together: for the tests of what must not separate them."""

from typing import Any

from engine.activities import ACTIVITIES
from engine.acts.decide import DecisionRequest, decide
from engine.going_on import go_on
from engine.leases import Lease, claim, settle
from engine.linking import linked_to
from engine.service import Service
from rules.relations import Relation
from tests.builders import decide_next, launch_case, scalars, todos_of

MATERIAL: dict[str, Any] = {
    "title": "一图读懂：安全生产检查",
    "body": "今年怎么查、查谁、查出问题怎么办，用大白话说给您听。",
    "answered_by": "head",
}
_MORE: dict[str, dict[str, Any]] = {"material": MATERIAL, "interview": {"medium": "县融媒体中心"}}


def begin_pair(service: Service, *circumstances: str, **intake: Any) -> tuple[str, str]:
    """Launch and draft a document that must be interpreted; gives its number and the interpretation's."""
    document = launch_case(service, **intake).number
    decide_next(service, document, answers={"circumstances": list(circumstances or ("wide",))})
    (interpretation,) = interpretations_of(service, document)
    return document, interpretation


def interpretations_of(service: Service, document: str) -> list[str]:
    with service.read() as connection:
        return linked_to(connection, document, Relation.INTERPRETS)


def move(service: Service, *numbers: str, until: str | None = None, **answers: dict[str, Any]) -> None:
    """Approve what is open in these cases, and let them go on, until nothing moves, or ``until`` is open."""
    for _ in range(60):
        open_ones = [(number, todo) for number in numbers for todo in todos_of(service, number)]
        if any(todo.step == until for _, todo in open_ones):
            return
        if open_ones:
            number, todo = open_ones[0]
            said = answers.get(todo.step.replace("-", "_")) or _MORE.get(todo.step)
            _approve(service, number, todo, said)
        elif not go_on(service):
            return
    raise AssertionError("it does not come to rest")


def _approve(service: Service, number: str, todo: Any, said: dict[str, Any] | None) -> None:
    if len(todos_of(service, number)) == 1:
        decide_next(service, number, answers=said)
        return
    actor = service.actor(todo.position, channel="api")
    decide(service, actor, DecisionRequest(todo.id, "approve", "同意", said or {}))


def publication_of(service: Service, number: str, holder: str = "worker") -> Lease:
    """The right to carry out the open activity of a case."""
    query = (
        "SELECT s.id FROM step s JOIN cases c ON c.id = s.case_id"
        " WHERE c.number = :n AND s.kind = 'activity' AND s.settled_at IS NULL"
    )
    (step,) = scalars(service, query, n=number)
    lease = claim(service, step, holder=holder)
    assert lease is not None
    return lease


def publish(service: Service, number: str) -> None:
    """Carry it out, and settle it."""
    lease = publication_of(service, number)
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))


def public(service: Service) -> list[str]:
    """Slugs in the register."""
    return scalars(service, "SELECT slug FROM register_entry ORDER BY id")
