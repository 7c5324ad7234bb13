"""What a visitor looks for: the parameters of the list's address, which can be kept and passed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

MAX_WORDS = 5
LONGEST = 60

LABELS = {
    "q": ("查找", "Words"),
    "unit": ("起草股室", "Unit"),
    "type": ("文种", "Type"),
    "year": ("印发年度", "Year of issue"),
    "from": ("公开日期起", "Published from"),
    "to": ("公开日期止", "Published until"),
    "no": ("发文字号", "Number"),
    "item": ("标准目录", "Catalogue row"),
}
"""The filters in the order they are shown."""


@dataclass(frozen=True)
class Wanted:
    """Words and filters as they were asked for. ``ignored``: parameters that could not be read."""

    q: str = ""
    unit: str = ""
    type: str = ""
    year: int | None = None
    since: date | None = None
    until: date | None = None
    no: str = ""
    item: int | None = None
    page: int = 1
    ignored: tuple[str, ...] = field(default=())

    @property
    def words(self) -> list[str]:
        """Each of them must be found."""
        return self.q.split()[:MAX_WORDS]

    @property
    def parameters(self) -> dict[str, str]:
        """What is set, by the names the address uses, without the page."""
        said = {
            "q": self.q,
            "unit": self.unit,
            "type": self.type,
            "year": self.year,
            "from": self.since,
            "to": self.until,
            "no": self.no,
            "item": self.item,
        }
        return {name: str(value) for name, value in said.items() if value not in ("", None)}

    def without(self, name: str) -> str:
        """The list's address with one filter taken off."""
        return _address({k: v for k, v in self.parameters.items() if k != name})

    def at(self, page: int) -> str:
        """The list's address at another page."""
        return _address(self.parameters | ({"page": str(page)} if page > 1 else {}))


def read_wanted(query: Mapping[str, str], page: int = 1) -> Wanted:
    """Whatever was sent; what makes no sense is left out and named, the rest still counts."""
    said = {name: _line(query.get(name, "")) for name in LABELS}
    read = {
        "year": _year(said["year"]),
        "from": _day(said["from"]),
        "to": _day(said["to"]),
        "item": _number(said["item"]),
    }
    ignored = tuple(name for name, value in read.items() if said[name] and value is None)
    return Wanted(
        q=said["q"],
        unit=said["unit"],
        type=said["type"],
        year=_year(said["year"]),
        since=_day(said["from"]),
        until=_day(said["to"]),
        no=said["no"],
        item=_number(said["item"]),
        page=page,
        ignored=ignored,
    )


def _address(parameters: Mapping[str, str]) -> str:
    return "/register" + (f"?{urlencode(parameters)}" if parameters else "")


def _line(value: str) -> str:
    return "".join(c if c.isprintable() else " " for c in value).strip()[:LONGEST]


def _year(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and 1900 <= int(value) <= 2999 else None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-04-22") else None
    except ValueError:
        return None
