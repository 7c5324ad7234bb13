"""开展年度事项: opening a yearly case by hand where the schedule did not."""

from dataclasses import dataclass

from engine.actor import Actor
from engine.acts.launch import LaunchRequest, launch
from engine.policy import Act, Facts, permit
from engine.procedures import procedure
from engine.service import Service
from engine.yearly import yearly_intake, yearly_openings
from rules.errors import UnknownProcedure


@dataclass(frozen=True)
class YearOpened:
    """A yearly case just opened."""

    procedure: str
    number: str


def open_year(service: Service, actor: Actor, key: str, *, year: int | None = None) -> YearOpened:
    """Open this year's case of a yearly procedure; whoever opens it for the openness office is in charge.

    Raises:
        NotAllowed, UnknownProcedure, NoHolder; AlreadyOpened: naming the first.
    """
    permit(actor, Act.OPEN_YEAR, Facts(where=key))
    chosen = procedure(key)
    if not chosen.opens_yearly:
        with service.read() as connection:
            known = "、".join(each.procedure for each in yearly_openings(service, connection))
        raise UnknownProcedure(where="procedure", name=key, known=known)
    given: dict[str, object] = {"drafter": actor.username} if actor.holds(chosen.opened_by) else {}
    if year is not None:
        given["year"] = year
    made = launch(service, actor, LaunchRequest(chosen.key, yearly_intake(service, chosen, given)))
    return YearOpened(chosen.key, made.number)
