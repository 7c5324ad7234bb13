"""The organ 机关, its units 股室, people, and who holds which position 岗位 since when."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class Organ(Stored, table=True):
    """The one organ an installation serves: its name, its number series 发文字号."""

    __tablename__ = "organ"

    id: int = Field(default=1, primary_key=True)
    name: str
    series: list[str] = json_object()  # e.g. 青应急, 青应急函; the first is the default
    reading_room: str = ""


class Unit(Stored, table=True):
    """A section 股室 of the organ."""

    __tablename__ = "unit"

    id: int | None = generated_id()
    code: str = Field(unique=True)
    name: str


class Person(Stored, table=True):
    """Someone who signs in and acts. ``password_hash`` is argon2; empty: sign-in not set up.

    ``password_set_by``: whoever set the present password for them in the portal; until they choose their own,
    they can do nothing else. Null: their own, or set on the server.
    """

    __tablename__ = "person"

    id: int | None = generated_id()
    username: str = Field(unique=True)
    name: str
    email: str = ""
    password_hash: str = ""
    password_set_by: int | None = reference("person.id", nullable=True, index=False)
    active: bool = True


class Holding(Stored, table=True):
    """Who holds a position, in which unit (null: of the whole organ), from when until when."""

    __tablename__ = "holding"
    __table_args__ = (
        UniqueConstraint("person_id", "position", "unit_id", postgresql_nulls_not_distinct=True),
        Index("ix_holding_position", "position", "unit_id"),
    )

    id: int | None = generated_id()
    person_id: int = reference("person.id")
    position: str
    unit_id: int | None = reference("unit.id", nullable=True, index=False)
    since: date | None = None
    until: date | None = None


class AuthSession(Stored, table=True):
    """A server-side session; only hashes of its two secrets are kept."""

    __tablename__ = "auth_session"

    token_hash: str = Field(primary_key=True)
    csrf_hash: str
    person_id: int = reference("person.id")
    created_at: datetime = instant()
    expires_at: datetime = instant(index=True)


class AccessToken(Stored, table=True):
    """A personal token for scripts, stored hashed. ``scope``: empty, all its person may do; ``superior``: the
    yearly figures and registers alone.
    """

    __tablename__ = "access_token"

    id: int | None = generated_id()
    token_hash: str = Field(unique=True)
    person_id: int = reference("person.id")
    name: str
    scope: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class SignInFailure(Stored, table=True):
    """Failed sign-ins, for throttling: of one user name, or of it from one network or browser."""

    __tablename__ = "sign_in_failure"

    username: str = Field(primary_key=True)
    failures: int = 0
    last_at: datetime = instant()


__all__ = ["AccessToken", "AuthSession", "Holding", "Organ", "Person", "SignInFailure", "Unit"]
