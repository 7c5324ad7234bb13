"""Where Prefect shows a case, for those who may watch the runs."""

from sqlalchemy import text

from engine.actor import Actor
from engine.policy import Act, permit
from engine.service import Service
from rules.errors import NotAllowed

_RUN = text(
    "SELECT s.flow_run_id FROM shown_case s JOIN cases c ON c.id = s.case_id WHERE c.number = :number"
)


def read_flow_run(service: Service, actor: Actor, number: str) -> str | None:
    """The id of the flow run that shows the case now; None where there is none yet, or not for this actor."""
    try:
        permit(actor, Act.WATCH_RUNS)
    except NotAllowed:
        return None
    with service.read() as connection:
        found = connection.execute(_RUN, {"number": number}).scalar()
    return str(found) if found else None
