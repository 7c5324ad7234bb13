"""Drafter ≠ reviewer ≠ signer, on every path; where that leaves nobody, the administrator is told at once."""

import pytest
from sqlalchemy import insert, text

from engine.service import Service
from models import Holding
from rules.errors import NoHolder, NotAllowed
from rules.positions import Position
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
    todos_of,
)


def give(service: Service, username: str, position: Position) -> None:
    """One more position for a person of the small bureau."""
    with service.database.begin() as connection:
        person = connection.execute(
            text("SELECT id FROM person WHERE username = :u"), {"u": username}
        ).scalar_one()
        connection.execute(insert(Holding.__table__).values(person_id=person, position=position.value))


def take(service: Service, username: str, position: Position) -> None:
    """End a person's position."""
    with service.database.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM holding WHERE position = :p"
                " AND person_id = (SELECT id FROM person WHERE username = :u)"
            ),
            {"u": username, "p": position.value},
        )


def test_the_last_reviewer_is_not_asked_to_sign_and_the_administrator_is_told(
    service: Service, bureau: Bureau
) -> None:
    give(service, "deputy_head", Position.HEAD)
    take(service, "head", Position.HEAD)
    number = launch_case(service).number
    decide_all(service, number, until="deputy-head-review")
    decide_next(service, number)
    assert todos_of(service, number) == []
    assert scalars(service, "SELECT kind FROM incident") == ["no-holder"]
    assert scalars(service, "SELECT count(*) FROM decision WHERE action = 'approve'") == [5]


def test_whoever_wrote_the_text_may_not_review_it_even_if_another_drafts(
    service: Service, bureau: Bureau
) -> None:
    give(service, "administrator", Position.OFFICE)
    number = launch_case(service, draft=PROACTIVE_DRAFT, by="administrator").number
    decide_all(service, number, until="office-review")
    with pytest.raises(NotAllowed, match="拟稿人"):
        decide_next(service, number, by="administrator")
    assert decide_next(service, number).step == "office-review:1"


def test_a_launch_is_refused_when_only_the_author_could_review(service: Service, bureau: Bureau) -> None:
    give(service, "administrator", Position.OFFICE)
    take(service, "office", Position.OFFICE)
    with pytest.raises(NoHolder):
        launch_case(service, draft=PROACTIVE_DRAFT, by="administrator")
    assert launch_case(service, draft={}, by="administrator").number
    assert todo_of(service, scalars(service, "SELECT number FROM cases")[0]).step == "drafting"
