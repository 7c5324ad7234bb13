"""What the public role sees of an announcement's comments: dates, those that are shown, the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

_WINDOW = text(
    "SELECT slug, title, online, opens_at, closes_at, settled_at, outcome_at, outcome_slug"
    " FROM comment_window WHERE slug = :slug OR (outcome_slug = :slug AND outcome_slug <> '')"
)
_SHOWN = text(
    "SELECT serial, said, received_at FROM shown_comment WHERE slug = :slug ORDER BY serial LIMIT 500"
)
_THEMES = text(
    "SELECT theme, public_reason, adopted, partly, not_adopted FROM comment_outcome WHERE slug = :slug"
    " ORDER BY adopted + partly + not_adopted DESC, theme"
)


@dataclass(frozen=True)
class Participation:
    """What the public page of an announcement, or of its outcome, says of the comments."""

    slug: str
    title: str
    online: bool
    opens_at: datetime
    closes_at: datetime | None
    settled_at: datetime | None
    outcome_at: datetime | None
    outcome_slug: str
    shown: Sequence[Any] = ()
    themes: Sequence[Any] = ()

    def takes_comments(self, now: datetime) -> bool:
        """Whether the form takes one now; the database asks again."""
        over = self.closes_at is not None and now >= self.closes_at
        return self.online and self.opens_at <= now and not over

    @property
    def last_day(self) -> datetime | None:
        """An instant of the last day."""
        return self.closes_at and self.closes_at - timedelta(seconds=1)


def participation_of(connection: Connection, slug: str) -> Participation | None:
    """Of an announcement or of an outcome; nothing of any other document."""
    row = connection.execute(_WINDOW, {"slug": slug}).one_or_none()
    if row is None:
        return None
    shown = connection.execute(_SHOWN, {"slug": row.slug}).all()
    themes = connection.execute(_THEMES, {"slug": row.slug}).all() if row.outcome_at else ()
    return Participation(**row._asdict(), shown=shown, themes=themes)
