"""The built-in public register 公开目录: copies of published versions, and nothing else, ever."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from engine.publication import PublishedFile, PublishRequest, Receipt
from engine.service import Service
from models import RegisterEntry, RegisterFile

_entry, _file = RegisterEntry.__table__, RegisterFile.__table__


class PublicRegister:
    """Publishes into our own database, in one transaction, once per key."""

    name = "public-register"

    def __init__(self, service: Service) -> None:
        self.service = service

    def publish(self, request: PublishRequest) -> Receipt:
        """Copy the document into the register; the same key again finds the first copy."""
        with self.service.database.begin() as connection:
            enter(connection, request, published_at=self.service.now)
            row = connection.execute(
                select(_entry.c.slug, _entry.c.published_at).where(_entry.c.idempotency_key == request.key)
            ).one()
        return Receipt(f"{self.service.settings.base_url}/register/{row.slug}", row.published_at)


def enter(
    connection: Connection, request: PublishRequest, *, published_at: datetime, website_url: str = ""
) -> None:
    """The copy in the register; the same key again changes nothing."""
    values = {name: value for name, value in vars(request).items() if name not in ("key", "attachments")}
    inserted = connection.execute(
        insert(_entry)
        .values(
            idempotency_key=request.key,
            attachments=[_described(file) for file in request.attachments],
            published_at=published_at,
            website_url=website_url,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(_entry.c.id)
    ).scalar()
    if inserted is None or not request.attachments:
        return
    contents = [
        {"slug": request.slug, "sha256": file.sha256, "content": file.content} for file in request.attachments
    ]
    connection.execute(insert(_file).on_conflict_do_nothing(), contents)


def _described(file: PublishedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "size": len(file.content),
    }
