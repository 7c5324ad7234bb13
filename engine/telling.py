"""Queueing messages about what became of a case or a password: rows of the outbox, in the same transaction.

The decision path gets no statement more: what closes a case queues in the statement that closes its to-dos.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, DateTime, Insert, Select, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from engine.work import Work
from models import Case, Notification, Publication

_cases, _notification = Case.__table__, Notification.__table__


def told_of_the_end(work: Work) -> CTE:
    """Tells a case's drafter that it ended, unless they were told that it is public: part of a statement."""
    published = exists().where(Publication.__table__.c.case_id == _cases.c.id)
    row = _row(f"closed:{work.case.id}", "closed", work.case.id, at=work.now)
    return _queued(row.where(~published)).cte("told")


def tell_published(connection: Connection, case_id: int, *, at: datetime) -> None:
    """Tell the drafter that the document is public; a repeated publication tells nothing."""
    connection.execute(_queued(_row(f"published:{case_id}", "published", case_id, at=at)))


def tell_handed_over(work: Work, *, person: int) -> None:
    """Tell the former or the new drafter, once per change of the case that made the one the other."""
    key = f"handed-over:{work.case.id}:{work.seq}:{person}"
    row = _row(key, "handed-over", work.case.id, at=work.now, person=person)
    work.connection.execute(_queued(row))


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


def _row(key: str, template: str, case_id: int, *, at: datetime, person: int | None = None) -> Select[Any]:
    """One message as the outbox keeps it; to the case's drafter where nobody else is named."""
    queued = literal(at, DateTime(timezone=True))
    to = _cases.c.drafter_id if person is None else literal(person)
    values = (literal(key), literal(template), _cases.c.id, to, queued)
    return select(*values).where(_cases.c.id == case_id)


def _queued(row: Select[Any]) -> Insert:
    return insert(_notification).from_select(list(_COLUMNS), row).on_conflict_do_nothing()
