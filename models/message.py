"""How messages 通知 leave: one delivery per channel, and what each person wishes of them."""

from datetime import date, datetime, time

from sqlalchemy import Index, UniqueConstraint, text

from models.columns import Stored, generated_id, instant, json_object, reference


class Delivery(Stored, table=True):
    """One message by one channel, waiting, sent or given up. Leased while it is being sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel"),
        Index(
            "ix_delivery_due",
            "channel",
            "next_try_at",
            postgresql_where=text("sent_at IS NULL AND dropped_at IS NULL"),
        ),
    )

    id: int | None = generated_id()
    notification_id: int = reference("notification.id", index=False)
    channel: str
    attempts: int = 0
    next_try_at: datetime = instant()
    leased_until: datetime | None = instant(nullable=True)
    sent_at: datetime | None = instant(nullable=True)
    dropped_at: datetime | None = instant(nullable=True)
    last_error: str = ""


class MessageWish(Stored, table=True):
    """How one person wishes to be told; without a row: by mail, each message at once.

    Between ``quiet_from`` and ``quiet_until``, local, nothing leaves that is not urgent. ``digested_on``: the
    day of the last digest.
    """

    __tablename__ = "message_wish"

    person_id: int = reference("person.id", primary_key=True)
    channels: list[str] = json_object()
    mobile: str = ""  # whom a robot calls by name in its group
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest: bool = False
    digested_on: date | None = None
