"""The course of public opinion drawn: from first seen to the releases, against the hours there are for it.

Places are shares of the width, so that the picture fits a phone; events are numbered, and named below it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.reading.opinions import Duty, OpinionCourse
from engine.reading.values import Wording


@dataclass(frozen=True)
class Event:
    """Something that happened; ``after`` first seen."""

    number: int
    at: datetime
    after: timedelta
    x: str
    said: Wording
    note: str = ""
    link: str = ""

    @property
    def hours(self) -> str:
        """How long after first seen, as 1:40."""
        minutes = int(self.after.total_seconds() // 60)
        return f"{minutes // 60}:{minutes % 60:02}"


@dataclass(frozen=True)
class Bar:
    """The hours of one duty."""

    duty: Duty
    width: str


@dataclass(frozen=True)
class CoursePicture:
    """All of it; ``now`` is null where it lies far behind everything drawn, or the matter is closed."""

    events: list[Event]
    bars: list[Bar]
    now: str | None


def course_picture(course: OpinionCourse, now: datetime, *, closed: bool) -> CoursePicture:
    """The picture as it is now."""
    start = course.first_seen_at
    happened = sorted(_happened(course), key=lambda each: each[0])
    last = max([at for at, *_ in happened] + [duty.due_at for duty in course.duties])
    shows_now = not closed and now - start <= 2 * (last - start)
    span = max((max(last, now) if shows_now else last) - start, timedelta(minutes=1)) / 0.97

    def x(at: datetime) -> str:
        return f"{max(0.0, (at - start) / span) * 100:.2f}%"

    return CoursePicture(
        [Event(place, at, at - start, x(at), *said) for place, (at, *said) in enumerate(happened, start=1)],
        [Bar(duty, x(duty.due_at)) for duty in course.duties],
        x(now) if shows_now else None,
    )


_Happened = tuple[datetime, Wording, str, str]


def _happened(course: OpinionCourse) -> list[_Happened]:
    found: list[_Happened] = [
        (course.first_seen_at, Wording("首次发现", "First seen"), course.intake["source"], ""),
        (course.entered_at, Wording("登记", "Entered"), course.intake["late_reason"], ""),
    ]
    if course.assessed_at:
        found.append((course.assessed_at, Wording("研判", "Assessed"), "", ""))
    found += [
        (each.seen_at, Wording("再次监测", "Seen again"), f"{each.source} {each.spread}", "")
        for each in course.sightings
    ]
    found += [
        (each.released_at, Wording("发布", "Released"), each.channel, each.address)
        for each in course.releases
    ]
    return found
