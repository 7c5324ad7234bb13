"""Cases that wait for other cases: what has come so far, and going on when it is enough.

A case reaches a milestone, or ends, in its own transaction; whoever waits for it goes on in another one, in
the next round of any worker. What has come is a row and never goes away, so nothing can be missed between.
"""

import json
from typing import Any

from sqlalchemy import Connection, insert, text

from engine.calls import AwaitCall
from engine.outcomes import Done
from engine.service import Service
from engine.work import Work
from models import Milestone

_milestone = Milestone.__table__
AT_ONCE = 200

_COME = text(
    """
    SELECT n.number, c.outcome, c.closed_at IS NOT NULL AS ended, m.id AS mark, m.facts
      FROM jsonb_array_elements_text(CAST(:cases AS jsonb)) WITH ORDINALITY AS n(number, place)
      JOIN cases c ON c.number = n.number
      LEFT JOIN LATERAL (SELECT id, facts FROM milestone WHERE case_id = c.id AND name = :milestone
                            AND id > :after ORDER BY id LIMIT 1) m ON true
     ORDER BY n.place
    """
)
_HAS_REACHED = text(
    "SELECT EXISTS (SELECT 1 FROM milestone m JOIN cases c ON c.id = m.case_id"
    " WHERE c.number = :number AND m.name = :milestone)"
)
_READY = text(
    """
    SELECT DISTINCT s.case_id FROM step s JOIN cases w ON w.id = s.case_id
     WHERE s.kind = 'await' AND s.settled_at IS NULL AND NOT w.frozen AND w.closed_at IS NULL
       AND NOT EXISTS (
             SELECT 1 FROM jsonb_array_elements_text(s.call->'cases') AS n(number)
               JOIN cases c ON c.number = n.number
              WHERE c.closed_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM milestone m WHERE m.case_id = c.id
                                   AND m.name = s.call->>'milestone'
                                   AND m.id > (s.call->>'after')::bigint))
     LIMIT :most
    """
)


def reach_milestone(work: Work, arguments: dict[str, Any]) -> Done:
    """The case has come to a point others may wait for; they are told ``facts``: JSON, no document's text."""
    mark = work.connection.execute(
        insert(_milestone)
        .values(
            case_id=work.case.id,
            name=arguments["milestone"],
            facts=arguments["facts"],
            reached_at=work.now,
        )
        .returning(_milestone.c.id)
    ).scalar_one()
    return Done({"milestone": arguments["milestone"], "mark": int(mark), **arguments["facts"]})


def has_reached(connection: Connection, number: str, milestone: str) -> bool:
    """Whether the case of that number has come to the milestone."""
    return bool(connection.scalar(_HAS_REACHED, {"number": number, "milestone": milestone}))


def come_so_far(connection: Connection, call: AwaitCall) -> Done | None:
    """What every awaited case came to, if each has come so far; a case that ended comes no farther."""
    rows = connection.execute(
        _COME, {"cases": json.dumps(call.cases), "milestone": call.milestone, "after": call.after}
    ).all()
    if not all(row.ended or row.mark is not None for row in rows):
        return None
    return Done(
        {
            "cases": [
                {
                    "number": row.number,
                    "outcome": row.outcome,
                    "ended": row.ended,
                    "mark": row.mark or 0,
                    "facts": row.facts or {},
                }
                for row in rows
            ]
        }
    )


def awaiting_cases(service: Service) -> list[int]:
    """Ids of the cases whose wait for others is over."""
    with service.read() as connection:
        return list(connection.scalars(_READY, {"most": AT_ONCE}))
