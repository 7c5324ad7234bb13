"""Queueing messages about what became of a case or a password: rows of the outbox, in the same transaction.

The decision path gets no statement more: what closes a case queues in the statement that closes its to-dos.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, DateTime, Insert, Select, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from models import Case, Notification, Publication

_cases, _notification = Case.__table__, Notification.__table__


def told_of_the_end(case_id: int, now: datetime) -> CTE:
    """Tells a case's drafter that it ended, unless they were told that it is public: part of a statement."""
    published = exists().where(Publication.__table__.c.case_id == _cases.c.id)
    row = _row(f"closed:{case_id}", "closed", case_id, now).where(~published)
    return _queued(row).cte("told")


def tell_published(connection: Connection, case_id: int, now: datetime) -> None:
    """Tell the drafter that the document is public; a repeated publication tells nothing."""
    connection.execute(_queued(_row(f"published:{case_id}", "published", case_id, now)))


def tell_handed_over(connection: Connection, case_id: int, *, seq: int, person: int, now: datetime) -> None:
    """Tell the former or the new drafter; ``seq`` is the change of the case that made the one the other."""
    row = _row(f"handed-over:{case_id}:{seq}:{person}", "handed-over", case_id, now, person=person)
    connection.execute(_queued(row))


def tell_password_set(connection: Connection, *, entry: int, person: int, now: datetime) -> None:
    """Tell somebody that another set their password; the organ's ``entry`` says who, and when."""
    connection.execute(
        insert(_notification).values(
            key=f"password-set:{entry}",
            template="password-set",
            person_id=person,
            created_at=now,
            urgent=True,  # whoever did not ask for it must not learn of it in the morning
        )
    )


_COLUMNS = ("key", "template", "case_id", "person_id", "created_at")


def _row(key: str, template: str, case_id: int, now: datetime, *, person: int | None = None) -> Select[Any]:
    """One message as the outbox keeps it; to the case's drafter where nobody else is named."""
    at = literal(now, DateTime(timezone=True))
    to = _cases.c.drafter_id if person is None else literal(person)
    values = (literal(key), literal(template), _cases.c.id, to, at)
    return select(*values).where(_cases.c.id == case_id)


def _queued(row: Select[Any]) -> Insert:
    return insert(_notification).from_select(list(_COLUMNS), row).on_conflict_do_nothing()
