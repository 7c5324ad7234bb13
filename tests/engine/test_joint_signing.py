"""Signing orders against the database: who is asked when, and what closes the others' to-dos."""

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from engine import procedures
from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import LaunchRequest, launch
from engine.acts.retry import retry_stuck
from engine.service import Service
from models import Person
from rules.errors import CaseClosed, DecisionAlreadyRecorded
from rules.positions import Position
from tasks import Intake, SigningOrder, procedure, review
from tests.builders import UNIT, Bureau, add_person, case_row, scalars, todos_of

THREE = (Position.LEGAL_OFFICE, Position.OFFICE, Position.OPENNESS_OFFICE)


class OneUnit(Intake):
    """The least a case needs."""

    drafter: str
    unit: str


@pytest.fixture(params=list(SigningOrder)[1:])
def order(request: pytest.FixtureRequest) -> Iterator[SigningOrder]:
    """Installs a procedure of one step with three signers in this order."""

    @procedure(
        "joint-signing",
        version=1,
        prefix="HQ",
        title=("会签试验", "Joint signing"),
        source="test",
        intake=OneUnit,
        forms={},
        positions=THREE,
    )
    async def joint_signing(intake: OneUnit) -> str:
        outcome = await review("joint", ("会签", "Joint"), *THREE, order=request.param)
        return outcome.action.value

    yield request.param
    del procedures._installed[("joint-signing", 1)]


def start(service: Service) -> str:
    request = LaunchRequest("joint-signing", {"drafter": "drafter", "unit": UNIT})
    return launch(service, service.actor("administrator", channel="api"), request).number


def sign(service: Service, number: str, position: Position, action: str = "approve") -> None:
    [todo] = [t for t in todos_of(service, number) if t.position == position]
    decide(service, service.actor(position, channel="api"), DecisionRequest(todo.id, action, "意见"))


def test_signers_are_asked_together_or_one_after_the_other(
    service: Service, bureau: Bureau, order: SigningOrder
) -> None:
    number = start(service)
    asked = [t.position for t in todos_of(service, number)]
    assert asked == list(THREE[:1] if order is SigningOrder.IN_ORDER else THREE)


def test_case_goes_on_when_the_order_is_satisfied_and_not_before(
    service: Service, bureau: Bureau, order: SigningOrder
) -> None:
    number = start(service)
    needed = THREE[:1] if order is SigningOrder.ANY else THREE
    for position in needed:
        assert case_row(service, number).closed_at is None
        sign(service, number, position)
    assert case_row(service, number).outcome == "approve"
    assert todos_of(service, number) == []


@pytest.mark.parametrize("places", list(itertools.permutations(range(3))))
def test_all_sign_in_whatever_order_they_come(
    service: Service, bureau: Bureau, order: SigningOrder, places: tuple[int, ...]
) -> None:
    if order is not SigningOrder.ALL:
        return
    number = start(service)
    for place in places:
        assert case_row(service, number).closed_at is None
        sign(service, number, THREE[place])
    assert case_row(service, number).outcome == "approve"


def test_vacancy_of_the_next_signer_costs_nobody_their_decision(
    service: Service, bureau: Bureau, order: SigningOrder
) -> None:
    if order is not SigningOrder.IN_ORDER:
        return
    number = start(service)
    with service.database.begin() as connection:
        connection.execute(update(Person.__table__).where(Person.username == THREE[1]).values(active=False))
    sign(service, number, THREE[0])
    assert scalars(service, "SELECT kind FROM incident") == ["no-holder"]
    with service.database.begin() as connection:
        add_person(connection, "second", THREE[1])
    assert retry_stuck(service, scalars(service, "SELECT id FROM cases")[0])
    assert [t.position for t in todos_of(service, number)] == [THREE[1]]


def test_latecomer_of_an_any_step_is_told_that_it_is_over(
    service: Service, bureau: Bureau, order: SigningOrder
) -> None:
    number = start(service)
    left = todos_of(service, number)[-1]
    for position in THREE[:1] if order is SigningOrder.ANY else THREE:
        sign(service, number, position)
    late = service.actor(left.position, channel="api")
    expected = CaseClosed if order is SigningOrder.ANY else DecisionAlreadyRecorded
    with pytest.raises(expected):
        decide(service, late, DecisionRequest(left.id, "approve"))
