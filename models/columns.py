"""Column kinds every table shares: aware instants, JSON, generated ids."""

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Stored(SQLModel):
    """Base of every table."""

    if TYPE_CHECKING:
        __table__: ClassVar[Table]


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware UTC instant (``timestamptz``)."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=DateTime(timezone=True), nullable=nullable, index=index, **default)  # type: ignore[call-overload]


def generated_id() -> Any:
    """A bigint the database generates."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))


def reference(target: str, *, nullable: bool = False, index: bool = True, primary_key: bool = False) -> Any:
    """A foreign key to ``table.column``; never cascading, history stays."""
    column = Column(
        BigInteger,
        ForeignKey(target),
        nullable=nullable,
        index=index and not primary_key,
        primary_key=primary_key,
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def json_object(*, nullable: bool = False) -> Any:
    """Typed JSON stored as JSONB."""
    column = Column(JSONB(none_as_null=True), nullable=nullable)
    return (
        Field(default=None, sa_column=column) if nullable else Field(default_factory=dict, sa_column=column)
    )
