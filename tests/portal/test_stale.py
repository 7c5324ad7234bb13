"""A document that was returned and edited: what was opened before the edit can no longer be decided.

Three sign together; one returns the draft, the drafter edits it. The others' to-dos of before are closed, and
the new ones take no decision about the draft they saw first.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from engine import procedures
from engine.acts.launch import LaunchRequest, launch
from engine.calls import Action
from engine.service import Service
from rules.positions import Position
from tasks import Drafting, Intake, SigningOrder, circulate, procedure, review
from tests.builders import PROACTIVE_DRAFT, UNIT, decide_next, scalars, todo_of, todos_of
from tests.portal.conftest import Client, SignIn

THREE = (Position.LEGAL_OFFICE, Position.OFFICE, Position.OPENNESS_OFFICE)


class OneUnit(Intake):
    """The least a case needs."""

    drafter: str
    unit: str


@pytest.fixture
def number(service: Service, bureau: Any) -> Iterator[str]:
    """A draft that three sign together."""

    @procedure(
        "signed-together",
        version=1,
        prefix="HQ",
        title=("会签试验", "Signed together"),
        source="test",
        intake=OneUnit,
        forms={"drafting": Drafting},
        positions=THREE,
    )
    async def signed_together(intake: OneUnit) -> str:
        drafting = review(
            "drafting",
            ("拟稿", "Drafting"),
            Position.DRAFTER,
            actions=(Action.APPROVE,),
            form="drafting",
            edits_document=True,
        )
        signing = review("joint", ("会签", "Joint"), *THREE, order=SigningOrder.ALL)
        await circulate(drafting, signing, ends=lambda _: False)
        return "办结"

    request = LaunchRequest("signed-together", {"drafter": "drafter", "unit": UNIT}, PROACTIVE_DRAFT)
    made = launch(service, service.actor("administrator", channel="api"), request).number
    decide_next(service, made)
    yield made
    del procedures._installed[("signed-together", 1)]


def todo_at(service: Service, number: str, position: Position) -> int:
    (todo,) = (t.id for t in todos_of(service, number) if t.position == position)
    return todo


def decide(browser: Client, todo: int, **said: Any) -> Any:
    return browser.post(f"/api/v1/assignments/{todo}/decision", {"action": "approve"} | said)


def test_after_a_return_and_an_edit_neither_the_old_todo_nor_the_old_version_is_decided(
    service: Service, signed_in: SignIn, number: str
) -> None:
    office, legal = signed_in("office"), signed_in("legal_office")
    seen = todo_at(service, number, Position.OFFICE)
    assert office.get(f"/api/v1/assignments/{seen}").json()["document_version"] == 1
    returning = {"action": "return", "return_to": "drafting", "opinion": "请改标题"}
    returned = todo_at(service, number, Position.LEGAL_OFFICE)
    assert decide(legal, returned, document_version=1, **returning).status_code == 201

    for _ in ("before the edit", "after it"):
        closed = decide(office, seen, document_version=1)
        assert (closed.status_code, closed.json()["code"]) == (409, "assignment-closed")
        assert "文稿已退回" in closed.json()["why"]
        decided = decide(legal, returned, document_version=1)
        assert (decided.status_code, decided.json()["code"]) == (409, "decision-already-recorded")
        if todos_of(service, number)[0].step == "drafting":
            edit = {"answers": {"title": "关于开展安全生产检查的补充通知"}}
            assert decide(signed_in("drafter"), todo_of(service, number).id, **edit).status_code == 201

    anew = todo_at(service, number, Position.OFFICE)
    assert office.get(f"/api/v1/assignments/{anew}").json()["document_version"] == 2
    stale = decide(office, anew, document_version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "assignment-stale")
    assert "所见第1稿，现为第2稿" in stale.json()["what"]
    assert "no. 1; current is no. 2" in stale.json()["en"]["what"]
    about = (
        "SELECT count(*) FROM decision d JOIN assignment a ON a.id = d.assignment_id WHERE a.position = :p"
    )
    assert scalars(service, about, p="office") == [0]
    assert decide(office, anew, document_version=2).status_code == 201
