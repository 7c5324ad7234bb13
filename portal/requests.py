"""What requests may say. Nothing unknown is accepted and nothing is coerced."""

import re
from typing import Annotated, Any

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from engine.acts.clock_acts import AskedAct
from engine.calls import ReturnMode
from engine.forms import Line
from engine.idempotency import LONGEST, PATTERN, SHORTEST
from rules.errors import CaseNotFound
from rules.moments import instant_from

BIGGEST_ID = 2**53
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of calendars: those of site tables."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=SHORTEST,
        max_length=LONGEST,
        pattern=PATTERN,
        description="Chosen by the client, one per act. Sent again with the same content it gives the first "
        "answer again; with other content it is refused",
    ),
]
AssignmentId = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="Number of the to-do")]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Version number, from 1")]
PlaceInInbox = Query(
    pattern=r"^(-|\d{1,17})\.\d{1,16}$|^$", description="`next_after` of the page before, as it was told"
)
ClockId = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="Number of the time limit")]
CaseNumber = Annotated[str, Path(description="Case number", examples=["ZD-2026-0001"])]
Revision = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="What an import answered as `revision`")]
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR, description="Year")]
Sha256 = Annotated[str, Path(description="SHA-256 of the attachment, hex")]


_NUMBER = re.compile(r"[A-Z]{2,4}-\d{4}-\d{4,9}", re.ASCII)


def printable(words: str) -> str:
    """Words that are looked for, without control characters: no text of ours has any."""
    return "".join(c for c in words if c.isprintable())


def known_number(number: str) -> str:
    """A number that can exist; anything else is not found without asking the database.

    Raises:
        CaseNotFound.
    """
    if not _NUMBER.fullmatch(number):
        raise CaseNotFound(where="case", number="")
    return number


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SignInBody(_Body):
    """User name and password."""

    username: Annotated[Line, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class TokenBody(_Body):
    """What a new token is for and how long it lasts."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    days: Annotated[int, Field(ge=1, le=365)] = 90


class PasswordBody(_Body):
    """A new password."""

    password: Annotated[str, Field(min_length=1, max_length=256)]


class CommentBody(_Body):
    """A comment that came on paper: ``said``, ``channel``, ``received_at``; ``organisation``, ``name``,
    ``contact`` if known.
    """

    comment: dict[str, Any]


class LaunchBody(_Body):
    """A procedure, its intake as its schema says, and optionally a draft."""

    procedure: Annotated[Line, Field(min_length=1, max_length=64, examples=["proactive-disclosure"])]
    intake: dict[str, Any]
    draft: dict[str, Any] = Field(default_factory=dict)


class BulkBody(_Body):
    """A file of launches of one procedure: CSV with the names of fields in line 1, or JSON lines.

    Without ``start`` it is looked at and kept for a day, and nothing is launched.
    """

    procedure: Annotated[Line, Field(min_length=1, max_length=64, examples=["proactive-disclosure"])]
    name: Annotated[Line, Field(min_length=1, max_length=200, examples=["cases.csv"])] = "cases.csv"
    content: Annotated[str, Field(min_length=1, max_length=3_000_000)]
    start: bool = False


class CalendarBody(_Body):
    """A year's table ``{year, papers, days: [{name, date, is_off_day}]}``. ``dry_run`` stores nothing.

    ``seen``: the revision a preview named as ``before``; where another governs by now, nothing is imported.
    """

    table: dict[str, Any]
    dry_run: bool = False
    seen: Annotated[int, Field(ge=0, le=BIGGEST_ID)] | None = None


class WhatIfBody(_Body):
    """What is taken to be otherwise: other starts by limit, a year's table of days off, numbers by key.

    Without a ``case`` all open ones are asked about.
    """

    case: Annotated[str, Field(max_length=24)] = ""
    starts: dict[str, Annotated[str, Field(max_length=40)]] = Field(default_factory=dict)
    table: dict[str, Any] | None = None
    numbers: dict[str, int] = Field(default_factory=dict)


_WHEN = Field(max_length=40, examples=["2026-04-22", "2026-04-22T09:00+08:00"])


class ClockActBody(_Body):
    """What is asked of a running limit, why, and by which provision. Of a day alone its first moment counts.

    ``kind``: not-counted (``since`` until ``until``; none: it lasts), restarted (``since``), extended (by
    ``number`` of the limit's own units).
    """

    kind: Annotated[str, Field(max_length=20, examples=["not-counted", "restarted", "extended"])]
    ground: Annotated[str, Field(min_length=1, max_length=2000)]
    instrument: Annotated[Line, Field(min_length=1, max_length=100, examples=["政府信息公开条例"])]
    article: Annotated[Line, Field(min_length=1, max_length=100, examples=["第33条第3款"])]
    since: Annotated[Line, _WHEN] = ""
    until: Annotated[Line, _WHEN] = ""
    number: Annotated[int, Field(ge=1, le=3660)] | None = None

    def asked(self, timezone: str) -> AskedAct:
        """As the engine takes it.

        Raises:
            InvalidInput: no moment.
        """
        return AskedAct(
            self.kind,
            self.ground,
            (self.instrument, self.article),
            since=instant_from(self.since, timezone, field="since") if self.since else None,
            until=instant_from(self.until, timezone, field="until") if self.until else None,
            number=self.number,
        )


class AnswerBody(_Body):
    """Whether what was asked of a limit is granted; a refusal says why."""

    granted: bool
    text: Annotated[str, Field(max_length=2000)] = ""


class ResumeBody(_Body):
    """From when time is counted again."""

    at: Annotated[Line, _WHEN]


class AttendBody(_Body):
    """What was done about a missed limit."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class WishesBody(_Body):
    """How one wishes to be told; quiet hours are local, ``22:00``, and both empty for none."""

    channels: Annotated[
        list[Annotated[Line, Field(max_length=30)]], Field(max_length=20, examples=[["mail"]])
    ]
    mobile: Annotated[Line, Field(max_length=20)] = ""
    quiet_from: Annotated[Line, Field(max_length=5, examples=["22:00"])] = ""
    quiet_until: Annotated[Line, Field(max_length=5, examples=["07:00"])] = ""
    digest: bool = False


class HandOverBody(_Body):
    """Who takes a draft on, and why."""

    drafter: Annotated[Line, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class AdvanceBody(_Body):
    """How far virtual time leaps: by a stretch, or to an instant by the organ's clock; one of the two."""

    by: Annotated[Line, Field(max_length=20, examples=["3d", "12h", "30m"])] = ""
    to: Annotated[Line, Field(max_length=40, examples=["2026-12-21T09:00", "next-working-day"])] = ""


class DecisionBody(_Body):
    """One decision. ``document_version`` is the version the person saw; a newer one refuses the decision."""

    action: Annotated[str, Field(max_length=20, examples=["approve"])]
    opinion: str = ""
    answers: dict[str, Any] = Field(default_factory=dict)
    return_to: Annotated[str, Field(max_length=64)] | None = None
    return_mode: Annotated[str, Field(max_length=20)] = ReturnMode.RUN_AGAIN.value
    document_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
