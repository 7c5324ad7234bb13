"""Who holds a post today is one question: whoever asks it, on its first day and its last, hears the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import reading
from engine.acts.access import actor_of_session, actor_of_token, create_token, operator, set_password, sign_in
from engine.doctor import examine
from engine.links import make_link
from engine.message_facts import load_facts
from engine.roster_watch import RosterWatch
from engine.service import Service
from tests.builders import UNIT, Bureau, decide_next, launch_case, scalars, todo_of

HEAD, PASSWORD = "section_head", "a long first password"
_TERM = text(
    "UPDATE holding SET since = :since, until = :until FROM person p"
    " WHERE p.id = person_id AND username = :head"
)


def askers(service: Service, number: str) -> dict[str, Callable[[], bool]]:
    """Everybody who asks whether the section head holds the post, of whom there is an open to-do."""
    todo = todo_of(service, number).id
    (person,) = scalars(service, "SELECT id FROM person WHERE username = :head", head=HEAD)
    (note,) = scalars(service, "SELECT id FROM notification WHERE assignment_id = :todo", todo=todo)
    set_password(service, operator("root"), HEAD, PASSWORD)
    session = sign_in(service, HEAD, PASSWORD).session_token
    head, drafter = service.actor(HEAD, channel="api"), service.actor("drafter", channel="api")
    token = create_token(service, head, name="script", days=1).secret
    link = make_link(service, key="todo", todo=todo, person=person).rpartition("/")[2]
    return {
        "actor": lambda: bool(service.actor(HEAD, channel="api").holdings),
        "session": lambda: bool(actor_of_session(service, session).actor.holdings),
        "token": lambda: bool(actor_of_token(service, token).holdings),
        "people": lambda: bool(reading.read_directory(service).holders(HEAD, UNIT)),
        "case": lambda: bool(reading.read_case(service, drafter, number).held_by[0].people),
        "link": lambda: reading.follow(service, link).is_live,
        "message": lambda: not load_facts(service, note).why_not,
        "doctor": lambda: all(found.where != HEAD for found in examine(service)),
        "roster watch": lambda: not RosterWatch(service).run().reported,  # type: ignore[union-attr]
    }


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [(None, 0, True), (0, None, True), (0, 0, True), (None, -1, False), (1, None, False)],
)
def test_whoever_asks_hears_the_same(
    service: Service, bureau: Bureau, since: int | None, until: int | None, held: bool
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    asked = askers(service, number)
    term = {
        name: None if days is None else service.today + timedelta(days=days)
        for name, days in (("since", since), ("until", until))
    }
    with service.database.begin() as connection:
        connection.execute(_TERM, {**term, "head": HEAD})
    assert {name: ask() for name, ask in asked.items()} == dict.fromkeys(asked, held)
