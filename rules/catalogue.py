"""标准目录 the standard catalogue: what a row says, how far it is verified, how many the notice counts.

The rows are the site's own (一(三)): nothing of their content is written here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from rules.citation import Citation
from rules.periods import CalendarDays, Period, WorkingDays

_COUNTED = Path(__file__).parent / "data" / "catalogue.yaml"
LONGEST_NAME, LONGEST = 100, 500


class Status(StrEnum):
    """How far a row is known to be what the published catalogue says."""

    VERIFIED = "verified"
    CONTENT_VERIFIED = "content-verified"
    UNVERIFIED = "unverified"
    PLACEHOLDER = "placeholder"

    @property
    def zh(self) -> str:
        """As pages show it."""
        return _STATUSES[self][0]

    @property
    def en(self) -> str:
        """The same in English."""
        return _STATUSES[self][1]

    @property
    def to_complete(self) -> bool:
        """Whether the site still has to complete or confirm the row."""
        return self in (Status.UNVERIFIED, Status.PLACEHOLDER)


_STATUSES = {
    Status.VERIFIED: ("已核实", "verified"),
    Status.CONTENT_VERIFIED: ("内容已核实，名称待核", "content verified, name to be checked"),
    Status.UNVERIFIED: ("未核实", "not verified"),
    Status.PLACEHOLDER: ("占位，待补充", "placeholder, to be completed"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the catalogue, with its names."""

    name: str
    zh: str
    en: str
    longest: int = LONGEST


FIELDS = (
    Field("domain", "领域", "Domain", LONGEST_NAME),
    Field("level1", "一级事项", "Level 1", LONGEST_NAME),
    Field("level2", "二级事项", "Level 2", LONGEST_NAME),
    Field("basis", "公开依据", "Basis"),
    Field("time_limit", "公开时限", "Time limit"),
    Field("subject", "公开主体", "Who publishes"),
    Field("channels", "公开渠道和载体", "Channels"),
    Field("audience", "公开对象", "Audience"),
    Field("method", "公开方式", "Method"),
    Field("tier", "公开层级", "Tier"),
    Field("status", "核实状态", "Verification"),
)
KEY = ("domain", "level1", "level2")
"""What names a row: no two are alike."""

Row = dict[str, str]
"""A row's content, by the names of ``FIELDS``."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A field of work with a catalogue of its own, and how many items the notice counts in it."""

    zh: str
    en: str
    level1: int
    level2: int
    source: Citation


@cache
def domains() -> tuple[Domain, ...]:
    """安全生产 and 救灾, in the notice's order."""
    read = yaml.safe_load(_COUNTED.read_text(encoding="utf-8"))
    return tuple(Domain(**{**each, "source": Citation(*each["source"])}) for each in read)


def key_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """The names by which a row is found again."""
    return tuple(row[name] for name in KEY)


@dataclass(frozen=True, slots=True)
class Count:
    """How many items a domain has, beside what the notice counts."""

    domain: Domain
    level1: int
    level2: int
    to_complete: int

    @property
    def missing(self) -> int:
        """Level-2 rows fewer than the notice counts."""
        return max(0, self.domain.level2 - self.level2)

    @property
    def missing_level1(self) -> int:
        """Level-1 items fewer than the notice counts."""
        return max(0, self.domain.level1 - self.level1)


def count(rows: Iterable[Mapping[str, str]]) -> tuple[Count, ...]:
    """How complete the catalogue is, domain by domain."""
    known = list(rows)

    def counted(domain: Domain) -> Count:
        mine = [row for row in known if row["domain"] == domain.zh]
        unsure = sum(Status(row["status"]).to_complete for row in mine)
        return Count(domain, len({row["level1"] for row in mine}), len(mine), unsure)

    return tuple(counted(domain) for domain in domains())


_WITHIN = re.compile(r"起(?:的)?\s*(\d{1,3})\s*个?\s*(工作日|自然日|日|天)[之以]?内")


def read_limit(said: str) -> Period | None:
    """The period a 公开时限 names as a number counted from an event; None: it names none we can count.

    按进展情况及时公开 and 提前一周 are no such numbers, and of two numbers none is chosen.
    """
    found = _WITHIN.findall(said)
    if len(found) != 1 or not int(found[0][0]):
        return None
    number, unit = found[0]
    return WorkingDays(int(number)) if unit == "工作日" else CalendarDays(int(number))
