"""The family of a case: links only grow, and each is written where the later case is made."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models import Case, CaseLink
from rules.errors import CaseNotFound
from rules.relations import Relation

_cases, _link = Case.__table__, CaseLink.__table__


def link(connection: Connection, case_id: int, number: str, relation: Relation, *, at: datetime) -> None:
    """``case_id`` is ``relation`` to the case of that number; said twice, it is kept once.

    Raises:
        CaseNotFound: there is none of that number.
    """
    other = connection.scalar(select(_cases.c.id).where(_cases.c.number == number))
    if other is None:
        raise CaseNotFound(where="case", number=number)
    connection.execute(
        insert(_link)
        .values(case_id=case_id, other_id=other, relation=relation.value, made_at=at)
        .on_conflict_do_nothing()
    )


def linked_to(connection: Connection, number: str, relation: Relation) -> list[str]:
    """Numbers of the cases that are ``relation`` to the one of that number, oldest first."""
    naming = _cases.alias("naming")
    rows = connection.scalars(
        select(naming.c.number)
        .join(_link, _link.c.case_id == naming.c.id)
        .join(_cases, _cases.c.id == _link.c.other_id)
        .where(_cases.c.number == number, _link.c.relation == relation.value)
        .order_by(_link.c.id)
    )
    return list(rows)
