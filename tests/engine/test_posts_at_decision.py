"""A decision counts by the posts held when the case is locked, not by those held when the request came in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from rules.errors import GongkaiError, NotAllowed, UnknownPerson
from tests.builders import Bureau, decide_next, launch_case, scalars, todo_of

Ending = Callable[[Service, str], None]


def hand_on(service: Service, username: str) -> None:
    """Somebody else has the post from today on."""
    ended = {"username": username, "until": service.today - timedelta(days=1)}
    with service.database.begin() as connection:
        connection.execute(
            text(
                "UPDATE holding SET until = :until FROM person p"
                " WHERE p.id = person_id AND username = :username"
            ),
            ended,
        )


def leave(service: Service, username: str) -> None:
    """The account is switched off."""
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE person SET active = false WHERE username = :username"), {"username": username}
        )


@pytest.mark.parametrize(
    ("who", "end", "refusal"),
    [
        ("section_head", hand_on, NotAllowed),
        ("section_head", leave, UnknownPerson),
        ("drafter", leave, UnknownPerson),  # whose to-do it is by name
    ],
)
def test_whoever_lost_the_post_since_the_request_came_in_decides_nothing(
    service: Service, bureau: Bureau, who: str, end: Ending, refusal: type[GongkaiError]
) -> None:
    number = launch_case(service).number
    if who != "drafter":
        decide_next(service, number)
    before = scalars(service, "SELECT count(*) FROM decision")
    actor, todo = service.actor(who, channel="api"), todo_of(service, number)
    end(service, who)
    with pytest.raises(refusal):
        decide(service, actor, DecisionRequest(todo.id, "approve", "同意"))
    assert scalars(service, "SELECT count(*) FROM decision") == before
    assert todo_of(service, number) == todo
