"""The injectable "now" (TimeSource). Instants are aware and stored in UTC; dates are local."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TimeSource = Callable[[], datetime]
"""Returns the present instant, aware."""


def system_time() -> datetime:
    """The machine's clock. Only the composition root may name this function."""
    return datetime.now(UTC)


def local_date(instant: datetime, timezone: str) -> date:
    """The calendar date of an aware ``instant`` in ``timezone``."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no local date; give an aware instant")
    return instant.astimezone(ZoneInfo(timezone)).date()
