"""A procedure opens a case of its own: made whole within the step that opens it, or not at all."""

from typing import Any

from sqlalchemy import select

from engine.forms import fill
from engine.linking import link
from engine.outcomes import Done
from engine.procedures import procedure
from engine.work import Work
from models import Person, Unit
from rules.relations import Relation

CHANNEL = "procedure"


def open_subcase(work: Work, arguments: dict[str, Any]) -> Done:
    """Open a case of another procedure, linked to this one. Drafter and unit are this case's unless named.

    Raises:
        GongkaiError: it cannot be opened; this case then stops with an incident, and is tried again.
    """
    from engine.launching import open_case, opening_for  # it advances the new case, from inside advance

    chosen = procedure(arguments["procedure"])
    named = {arguments["named_as"]: work.case.number} if arguments["named_as"] else {}
    stated = fill(chosen.intake, {**_own(work), **named, **arguments["intake"]}, where=chosen.key)
    opening = opening_for(work.service, work.connection, chosen, stated, by=work.actor, channel=CHANNEL)
    made = open_case(work.service, work.connection, opening)
    relation = Relation(arguments["relation"])
    link(work.connection, made.case_id, work.case.number, relation, at=work.now)
    return Done({"number": made.number})


def _own(work: Work) -> dict[str, str]:
    """The case's present drafter and unit, as an intake names them."""
    person, unit = Person.__table__, Unit.__table__
    return {
        "drafter": work.connection.execute(
            select(person.c.username).where(person.c.id == work.case.drafter_id)
        ).scalar_one(),
        "unit": work.connection.execute(
            select(unit.c.code).where(unit.c.id == work.case.unit_id)
        ).scalar_one(),
    }
