"""What is stored of the running time limits against what the law of the moment makes of them."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, text

from engine.clocks.keeping import told_of
from engine.clocks.reckoning import reckoned, start_from
from engine.law import law_of
from rules.errors import GongkaiError

_RUNNING = text(
    """
    SELECT k.*, c.number FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE k.closed_at IS NULL AND k.law_revision = :revision ORDER BY k.id
    """
)
_GRANTED = text(
    """
    SELECT x.* FROM clock_act x JOIN clock k ON k.id = x.clock_id
     WHERE x.granted AND k.closed_at IS NULL ORDER BY x.id
    """
)


def misreckoned(connection: Connection, timezone: str) -> Iterator[str]:
    """Where a stored date is not what its starts and its granted acts come to.

    Limits that were last reckoned under an earlier law are left out: they are caught up with.
    """
    law = law_of(connection, timezone)
    granted = defaultdict(list)
    for act in connection.execute(_GRANTED):
        granted[act.clock_id].append(act)
    for clock in connection.execute(_RUNNING, {"revision": law.revision}).all():
        try:
            made = reckoned([start_from(start) for start in clock.starts], granted[clock.id], law)
            right = all(getattr(clock, name) == value for name, value in told_of(made, law).items())
        except GongkaiError:  # acts that could never have been granted together
            right = False
        if not right:
            yield f"{clock.number} {clock.key}:{clock.round}"
