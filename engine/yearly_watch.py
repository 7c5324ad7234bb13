"""A yearly case nobody opened is raised: to the openness office, which opens it, and to administrators."""

from sqlalchemy.dialects.postgresql import insert

from engine.actor import about_holdings
from engine.service import Service
from engine.yearly import missed_openings
from models import Notification
from rules.positions import Position

_notification = Notification.__table__

_TOLD = about_holdings(
    """
    SELECT DISTINCT p.id FROM holding h JOIN person p ON p.id = h.person_id AND p.active
     WHERE h.position = ANY(:positions) AND {in_force} ORDER BY p.id
    """
)
_POSITIONS = [Position.OPENNESS_OFFICE.value, Position.ADMINISTRATOR.value]


def tell_missed_openings(service: Service) -> list[str]:
    """Queue a message to each of them, once a year and procedure. Says of which there was one to tell."""
    with service.database.begin() as connection:
        missed = missed_openings(service, connection)
        if not missed:
            return []
        told = list(connection.scalars(_TOLD, {"positions": _POSITIONS, "today": service.today}))
        new = set()
        for each in missed:
            for person in told:
                queued = connection.execute(
                    insert(_notification)
                    .values(
                        key=f"opening-missed:{each.procedure}:{each.year}:{person}",
                        template="opening-missed",
                        person_id=person,
                        created_at=service.now,
                    )
                    .on_conflict_do_nothing()
                )
                if queued.rowcount:
                    new.add(each.procedure)
    return sorted(new)
