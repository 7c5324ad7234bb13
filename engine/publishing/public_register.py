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
        """Copy the document, and its interpretation with it; the same key again finds the first copies."""
        shelf = f"{self.service.settings.base_url}/register"
        with self.service.database.begin() as connection:
            enter(connection, request, Receipt("", self.service.now))
            published_at = connection.execute(
                select(_entry.c.published_at).where(_entry.c.idempotency_key == request.key)
            ).scalar_one()
        beside = f"{shelf}/{request.interpretation.slug}" if request.interpretation else ""
        return Receipt(f"{shelf}/{request.slug}", published_at, beside)

    def withdraw(self, withdrawal: Withdrawal) -> datetime:
        """Nothing is left to do here: the decision itself hides the document. Another website is meant.

        Raises:
            WebsiteCannotWithdraw: always.
        """
        raise WebsiteCannotWithdraw(where=withdrawal.key)


_COPIED = (
    *("slug", "organ", "unit", "doc_type", "doc_no", "title", "body", "marking", "formed_on", "issued_on"),
    *("content_hash", "interprets"),
)


def enter(connection: Connection, request: PublishRequest, receipt: Receipt) -> None:
    """The copy in the register, and beside it that of the interpretation; the same key again changes nothing.

    ``receipt`` says where the bureau's website shows them; without an address they are only here.
    """
    inserted = connection.execute(
        insert(_entry)
        .values(
            idempotency_key=request.key,
            attachments=[file.told() for file in request.attachments],
            withheld=list(request.withheld),
            published_at=receipt.published_at,
            website_url=receipt.url,
            **{name: getattr(request, name) for name in _COPIED},
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(_entry.c.id)
    ).scalar()
    if inserted is not None:
        for file in request.attachments:
            _copy(connection, request.slug, file)
    if request.interpretation:
        enter(connection, request.interpretation, receipt.of_interpretation())


def _copy(connection: Connection, slug: str, file: PublishedFile) -> None:
    """The content never leaves the database; the same content under two names is copied once."""
    made = connection.execute(_COPY_FILE, {"slug": slug, "attachment": file.attachment_id}).scalar()
    if made is not None:
        connection.execute(_COPY_CHUNKS, {"file": made, "attachment": file.attachment_id})
        connection.execute(_FIND_BY_TEXT, {"slug": slug, "attachment": file.attachment_id})
