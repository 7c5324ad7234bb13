"""The built-in public register 公开目录: copies of published versions, and nothing else, ever."""

from datetime import datetime

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from engine.publication import PublishedFile, PublishRequest, Receipt, Withdrawal
from engine.service import Service
from models import RegisterEntry
from rules.errors import WebsiteCannotWithdraw

_entry = RegisterEntry.__table__

_COPY_FILE = text(
    "INSERT INTO register_file (slug, sha256, size, text) SELECT :slug, sha256, size, text FROM attachment"
    " WHERE id = :attachment ON CONFLICT DO NOTHING RETURNING id"
)
_COPY_CHUNKS = text(
    "INSERT INTO register_file_chunk (file_id, seq, content)"
    " SELECT :file, seq, content FROM attachment_chunk WHERE attachment_id = :attachment"
)
_FIND_BY_TEXT = text(
    "INSERT INTO register_text (slug, source, said) SELECT :slug, sha256, left(text, 200000) FROM attachment"
    " WHERE id = :attachment AND text <> '' ON CONFLICT DO NOTHING"
)


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

    def withdraw(self, withdrawal: Withdrawal) -> datetime:
        """Nothing is left to do here: the decision itself hides the document. Another website is meant.

        Raises:
            WebsiteCannotWithdraw: always.
        """
        raise WebsiteCannotWithdraw(where=withdrawal.key)


def enter(
    connection: Connection, request: PublishRequest, *, published_at: datetime, website_url: str = ""
) -> None:
    """The copy in the register; the same key again changes nothing."""
    values = {name: value for name, value in vars(request).items() if name not in ("key", "attachments")}
    inserted = connection.execute(
        insert(_entry)
        .values(
            idempotency_key=request.key,
            attachments=[file.told() for file in request.attachments],
            published_at=published_at,
            website_url=website_url,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(_entry.c.id)
    ).scalar()
    if inserted is not None:
        for file in request.attachments:
            _copy(connection, request.slug, file)


def _copy(connection: Connection, slug: str, file: PublishedFile) -> None:
    """The content never leaves the database; the same content under two names is copied once."""
    made = connection.execute(_COPY_FILE, {"slug": slug, "attachment": file.attachment_id}).scalar()
    if made is not None:
        connection.execute(_COPY_CHUNKS, {"file": made, "attachment": file.attachment_id})
        connection.execute(_FIND_BY_TEXT, {"slug": slug, "attachment": file.attachment_id})
