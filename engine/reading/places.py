"""Places in a list that is sorted by what is due first: how a page says where the next one begins."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rules.errors import InvalidInput

_NEVER = "-"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """After what is due then, and of that after this number. ``due`` is a timestamp of PostgreSQL."""

    due: str
    id: int


FIRST = Place("-infinity", 0)


def place_of(due: datetime | None, number: int) -> str:
    """A row's place: its due instant in microseconds, "-" for none, and its number."""
    return f"{_NEVER if due is None else (due - _EPOCH) // _A_MICROSECOND}.{number}"


def place_from(said: str) -> Place:
    """The place as it was told; empty: the beginning.

    Raises:
        InvalidInput: that is no place in a list.
    """
    if not said:
        return FIRST
    due, _, number = said.partition(".")
    try:
        at = "infinity" if due == _NEVER else (_EPOCH + int(due) * _A_MICROSECOND).isoformat()
        return Place(at, int(number))
    except (ValueError, OverflowError):
        raise InvalidInput(
            where="after", field="after", why_zh="不是列表中的位置", why_en="it is no place in the list"
        ) from None
