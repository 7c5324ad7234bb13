"""Days and instants as people give them, read as the one the unit needs. A time without a zone is refused."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from rules.errors import InvalidInput
from rules.time import local_date

Moment = date | datetime
"""An event: a date where only the day matters, an aware instant where it is known."""

FIRST_YEAR, LAST_YEAR = 1950, 2200


def as_day(moment: Moment, timezone: str, *, field: str = "start") -> date:
    """The organ's calendar date of an event.

    Raises:
        InvalidInput: a time without a zone, or a year no calendar here reaches.
    """
    if isinstance(moment, datetime):
        moment = local_date(as_instant(moment, field=field), timezone)
    _check_year(moment.year, field)
    return moment


def as_instant(moment: Moment, *, field: str = "start") -> datetime:
    """The instant of an event, in UTC.

    Raises:
        InvalidInput: a date alone, a time without a zone, or a year no calendar here reaches.
    """
    if not isinstance(moment, datetime):
        raise InvalidInput(
            field=field,
            why_zh="按小时计算的期限自某一时刻起算，只有日期不够",
            why_en="hours run from an instant; a date alone is not enough",
        )
    if moment.utcoffset() is None:
        raise InvalidInput(
            field=field,
            why_zh="时刻须注明时区，例如 2026-04-22T09:00+08:00",
            why_en="a time needs its zone, for instance 2026-04-22T09:00+08:00",
        )
    _check_year(moment.year, field)
    return moment.astimezone(UTC)


def day_from(value: object) -> date | None:
    """The day a file gives: a date, or its text ``2027-01-01``; None where it is neither."""
    if type(value) is date:  # YAML may read dates itself
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _check_year(year: int, field: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            field=field,
            why_zh=f"年份须在{FIRST_YEAR}至{LAST_YEAR}之间",
            why_en=f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}",
        )


def moment_from(text: str, *, field: str = "start") -> Moment:
    """A day or an instant as it is written: 2026-04-22, or 2026-04-22T09:00+08:00.

    Raises:
        InvalidInput: neither.
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-22") else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            field=field,
            why_zh="须写作 2026-04-22 或 2026-04-22T09:00+08:00",
            why_en="write 2026-04-22 or 2026-04-22T09:00+08:00",
        ) from None


def instant_from(text: str, timezone: str, *, field: str = "start") -> datetime:
    """An instant as it is written; of a day alone its first moment on the organ's clock.

    Raises:
        InvalidInput: neither, a time without its zone, or a year no calendar here reaches.
    """
    moment = moment_from(text, field=field)
    if not isinstance(moment, datetime):
        _check_year(moment.year, field)
        moment = datetime.combine(moment, time(), tzinfo=ZoneInfo(timezone))
    return as_instant(moment, field=field)
