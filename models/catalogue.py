"""标准目录: its rows and their history, which published document belongs where; looks at published pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class CatalogueItem(Stored, table=True):
    """One row as it is now. Never deleted: a row no longer used is not ``active``.

    ``imported``: what a file said of it last, by which the next import sees what the site changed itself.
    """

    __tablename__ = "catalogue_item"
    __table_args__ = (UniqueConstraint("domain", "level1", "level2"),)

    id: int | None = generated_id()
    domain: str
    level1: str
    level2: str
    basis: str = ""
    time_limit: str = ""
    subject: str = ""
    channels: str = ""
    audience: str = ""
    method: str = ""
    tier: str = ""
    status: str
    position: int
    active: bool = True
    imported: dict[str, Any] | None = json_object(nullable=True)


class CatalogueChange(Stored, table=True):
    """Who changed a row, when, from what to what, and why. The latest says what the row says. Only grows."""

    __tablename__ = "catalogue_change"
    __table_args__ = (Index("ix_catalogue_change_item", "item_id", "id"),)

    id: int | None = generated_id()
    item_id: int = reference("catalogue_item.id", index=False)
    action: str  # imported, added, edited
    changed_by: str  # a user name, or the operator of the machine, who is no person
    changed_at: datetime = instant()
    before: dict[str, Any] | None = json_object(nullable=True)
    after: dict[str, Any] = json_object()
    reason: str


class PublicationCatalogue(Stored, table=True):
    """归入目录: to which row a published document belongs. The latest of a slug counts. Only grows."""

    __tablename__ = "publication_catalogue"
    __table_args__ = (
        Index("ix_publication_catalogue_slug", "slug", text("id DESC")),
        Index("ix_publication_catalogue_item", "item_id"),
    )

    id: int | None = generated_id()
    slug: str
    item_id: int | None = reference("catalogue_item.id", nullable=True, index=False)  # null: taken out again
    set_by: str
    set_at: datetime = instant()


class LinkCheck(Stored, table=True):
    """One look at the page of a published document. Only grows.

    ``state``: ``ok``, ``unreachable``, ``other-page`` (the document is not on it), ``gone`` (as it should be
    after a take-down), ``still-there`` (taken down, and the website still shows it).
    """

    __tablename__ = "link_check"
    __table_args__ = (Index("ix_link_check_slug", "slug", text("id DESC")),)

    id: int | None = generated_id()
    slug: str
    url: str
    checked_at: datetime = instant()
    state: str
    why_zh: str = Field(default="")
    why_en: str = Field(default="")
