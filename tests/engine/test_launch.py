"""Launching asks little of the database, however many posts a procedure needs."""

from sqlalchemy import event

from engine.service import Service
from tests.builders import Bureau, launch_case


def test_the_holders_of_all_posts_are_asked_for_in_one_statement(service: Service, bureau: Bureau) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(service.database, "before_cursor_execute", note)
    launch_case(service)
    assert len([statement for statement in sent if "JOIN holding" in statement]) == 1
