"""The built-in public register 公开目录: copies of published versions, and nothing else, ever."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from engine.publication import PublishRequest, Receipt
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
            inserted = self._insert(connection, request)
            if inserted and request.attachments:
                connection.execute(
                    insert(_file).on_conflict_do_nothing(),
                    [
                        {"slug": request.slug, "sha256": file.sha256, "content": file.content}
                        for file in request.attachments
                    ],
                )
            row = connection.execute(
                select(_entry.c.slug, _entry.c.published_at).where(_entry.c.idempotency_key == request.key)
            ).one()
        return Receipt(f"{self.service.settings.base_url}/register/{row.slug}", row.published_at)

    def _insert(self, connection: Connection, request: PublishRequest) -> bool:
        values = {name: value for name, value in vars(request).items() if name not in ("key", "attachments")}
        described = [
            {
                "name": file.name,
                "media_type": file.media_type,
                "sha256": file.sha256,
                "size": len(file.content),
            }
            for file in request.attachments
        ]
        done = connection.execute(
            insert(_entry)
            .values(
                idempotency_key=request.key,
                attachments=described,
                published_at=self.service.now,
                **values,
            )
            .on_conflict_do_nothing(index_elements=["idempotency_key"])
            .returning(_entry.c.id)
        )
        return done.scalar() is not None
