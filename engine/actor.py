"""Who is acting, with the positions held now, and through which channel."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    TextClause,
    bindparam,
    or_,
    select,
    text,
)

from models import Holding, Person
from models.statement import Statement
from rules.errors import UnknownPerson
from rules.positions import Position

TOKEN_CHANNEL = "api-token"  # the channel's name, not a secret

_person, _holding = Person.__table__, Holding.__table__


@dataclass(frozen=True)
class Actor:
    """A person acting through a channel (``api``, ``api-token``, ``cli``, ``prefect-console``)."""

    person_id: int
    username: str
    name: str
    channel: str
    holdings: frozenset[tuple[str, int | None]] = field(default_factory=frozenset)

    def holds(self, position: str, unit_id: int | None = None) -> bool:
        """Whether the person holds ``position`` now, in that unit where posts are per unit."""
        return (position, unit_id) in self.holdings

    @property
    def is_administrator(self) -> bool:
        """Launches, assigns, retries; never decides by that office."""
        return self.holds(Position.ADMINISTRATOR)

    @property
    def is_manager(self) -> bool:
        """Watches the runs."""
        return self.holds(Position.MANAGER)

    @property
    def is_outside(self) -> bool:
        """Acts for other bodies only: sees of a case what it is asked about, not what is said inside."""
        return bool(self.holdings) and all(Position(held).external for held, _unit in self.holdings)


def load_actor(connection: Connection, username: str, *, channel: str, today: date) -> Actor:
    """The active person of that username.

    Raises:
        UnknownPerson: nobody active of that name.
    """
    rows = _ACTOR.run(connection, {"username": username, "today": today})
    if not rows:
        raise UnknownPerson(where="person", username=username)
    held = frozenset((row.position, row.unit_id) for row in rows if row.position)
    return Actor(rows[0].id, rows[0].username, rows[0].name, channel, held)


def current(today: date | BindParameter[date], holding: FromClause = _holding) -> ColumnElement[bool]:
    """The condition that a holding is in force on ``today`` (local date)."""
    return or_(holding.c.since.is_(None), holding.c.since <= today) & or_(
        holding.c.until.is_(None), holding.c.until >= today
    )


_ACTOR = Statement(
    select(_person.c.id, _person.c.username, _person.c.name, _holding.c.position, _holding.c.unit_id)
    .outerjoin(
        _holding,
        (_holding.c.person_id == _person.c.id) & current(bindparam("today", type_=Date)),
    )
    .where(_person.c.username == bindparam("username"), _person.c.active)
)
_IN_FORCE = f"({current(bindparam('today', type_=Date), _holding.alias('h'))})"


def about_holdings(sql: str) -> TextClause:
    """A statement in SQL, where ``{in_force}`` says of the holding ``h`` what ``current`` says of one."""
    return text(sql.replace("{in_force}", _IN_FORCE))
