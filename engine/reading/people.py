"""The bureau's people and posts, as everybody who signs in may look them up."""

from dataclasses import dataclass, field

from sqlalchemy import text

from engine.actor import about_holdings
from engine.reading.values import Named, position_named
from engine.service import Service

_PEOPLE = about_holdings(
    """
    SELECT p.username, p.name, p.email, p.active, p.password_hash <> '' AS can_sign_in,
           h.position, u.code AS unit, u.name AS unit_name
      FROM person p
      LEFT JOIN holding h ON h.person_id = p.id
       AND {in_force}
      LEFT JOIN unit u ON u.id = h.unit_id
     ORDER BY u.code NULLS LAST, p.username, h.position
    """
)
_UNITS = text("SELECT code, name FROM unit ORDER BY name")
_ORGAN = text("SELECT name FROM organ")


@dataclass(frozen=True)
class Post:
    """A position held today; ``unit`` where posts are per section."""

    position: Named
    unit: Named | None


@dataclass(frozen=True)
class PersonView:
    """One person with the posts held today."""

    username: str
    name: str
    email: str
    active: bool
    can_sign_in: bool
    posts: list[Post] = field(default_factory=list)

    def holds(self, position: str, unit: str | None) -> bool:
        """Whether the person holds that post; ``unit`` is a section's code."""
        return any(
            post.position.key == position and (post.unit is None or post.unit.key == unit)
            for post in self.posts
        )


@dataclass(frozen=True)
class Directory:
    """The organ, its sections, its people."""

    organ: str
    units: list[Named]
    people: list[PersonView]

    def holders(self, position: str, unit: str | None) -> list[str]:
        """Names of the active people who hold a position, in that section where posts are per section."""
        return [p.name for p in self.people if p.active and p.holds(position, unit)]


def read_directory(service: Service) -> Directory:
    """Everybody, by section and user name."""
    people: dict[str, PersonView] = {}
    with service.read() as connection:
        organ = connection.execute(_ORGAN).scalar() or ""
        units = [Named(row.code, row.name, row.code) for row in connection.execute(_UNITS)]
        for row in connection.execute(_PEOPLE, {"today": service.today}):
            person = people.setdefault(
                row.username, PersonView(row.username, row.name, row.email, row.active, row.can_sign_in)
            )
            if row.position:
                unit = Named(row.unit, row.unit_name, row.unit) if row.unit else None
                person.posts.append(Post(position_named(row.position), unit))
    return Directory(organ, units, list(people.values()))
