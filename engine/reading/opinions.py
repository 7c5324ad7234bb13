"""Public opinion as it is watched: the board of what is open, one matter's course, the watch log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.law import law_of
from engine.policy import Act, permit
from engine.reading.limits import Limit, limits_from
from engine.reading.values import Named, position_named, snapshot, step_named
from engine.reading.visible import load_visible
from engine.service import Service

PROCEDURE = "opinion-response"
LOOKS_BACK = timedelta(days=30)
"""How far back a day without an entry in the watch log is missed."""

_BOARD = text(
    """
    SELECT c.number, c.intake, u.name AS unit, u.code AS unit_code,
           (SELECT outcome->'answers' FROM step WHERE case_id = c.id AND key = 'assessment'
               AND outcome IS NOT NULL ORDER BY id DESC LIMIT 1) AS assessed,
           (SELECT min(released_at) FROM opinion_release WHERE case_id = c.id) AS released_at,
           (SELECT count(*) FROM opinion_sighting WHERE case_id = c.id) AS sightings,
           (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.late_from, k.id) FROM clock k
             WHERE k.case_id = c.id AND k.closed_at IS NULL AND k.step_id IS NULL) AS clocks,
           (SELECT jsonb_agg(jsonb_build_object('key', s.key, 'title', s.call->'title', 'person', p.name,
                                                'position', a.position, 'unit', au.code) ORDER BY a.id)
              FROM assignment a JOIN step s ON s.id = a.step_id LEFT JOIN person p ON p.id = a.person_id
              LEFT JOIN unit au ON au.id = a.unit_id
             WHERE a.case_id = c.id AND a.closed_at IS NULL) AS held
      FROM cases c JOIN unit u ON u.id = c.unit_id
     WHERE c.procedure = :procedure AND c.closed_at IS NULL
     ORDER BY (SELECT min(k.late_from) FROM clock k WHERE k.case_id = c.id AND k.closed_at IS NULL
                                                      AND k.step_id IS NULL) NULLS LAST, c.id
    """
)
_RELEASES = text(
    "SELECT channel, address, released_at, logged_by, logged_at FROM opinion_release WHERE case_id = :case"
    " ORDER BY released_at, id"
)
_SIGHTINGS = text(
    "SELECT source, spread, seen_at, entered_by, entered_at FROM opinion_sighting WHERE case_id = :case"
    " ORDER BY seen_at, id"
)
_COURSE = text(
    """
    SELECT (SELECT min(settled_at) FROM step WHERE case_id = :case AND key = 'assessment') AS assessed_at,
           (SELECT jsonb_agg(jsonb_build_object('key', key, 'title', title, 'due', late_from,
                               'because', closed_because, 'late', met_late) ORDER BY late_from)
              FROM clock WHERE case_id = :case AND step_id IS NULL) AS clocks,
           (SELECT (outcome->'facts'->>'response_minutes')::bigint FROM step
             WHERE case_id = :case AND key = 'response-time' AND outcome IS NOT NULL) AS minutes
    """
)
_ENTRIES = text(
    """
    SELECT w.watched_on, w.since, w.until, p.name AS by, w.sources, w.found, w.cases, w.entered_at
      FROM watch_log_entry w JOIN person p ON p.id = w.watched_by
     WHERE w.watched_on BETWEEN :first AND :last ORDER BY w.watched_on DESC, w.since DESC, w.id DESC
    """
)
_MISSING = text(
    """
    SELECT day::date FROM generate_series(
        (SELECT GREATEST(min(watched_on), CAST(:first AS date)) FROM watch_log_entry HAVING count(*) > 0),
        CAST(:last AS date), interval '1 day') AS day
     WHERE NOT EXISTS (SELECT 1 FROM watch_log_entry w WHERE w.watched_on = day::date) ORDER BY day DESC
    """
)


@dataclass(frozen=True)
class Desk:
    """Who has an open to-do: a post, of a unit where it is one of a unit's, or a person."""

    step: Named
    position: Named
    unit: str | None
    person: str | None


@dataclass(frozen=True)
class OpinionLine:
    """An open matter on the board; ``limits`` are its own, the first to end first."""

    number: str
    summary: str
    source: str
    spread: int
    sightings: int
    unit: Named
    first_seen_at: datetime
    risk: str | None
    emergency: bool
    released_at: datetime | None
    limits: list[Limit]
    held: list[Desk]


@dataclass(frozen=True)
class ReleaseView:
    """A release as it was logged."""

    channel: str
    address: str
    released_at: datetime
    logged_by: str
    logged_at: datetime


@dataclass(frozen=True)
class SightingView:
    """A further sighting."""

    source: str
    spread: int
    seen_at: datetime
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True)
class Duty:
    """A limit of the matter itself: until when, and what became of it."""

    key: str
    title: Named
    due_at: datetime
    state: str  # running, met, late, stopped


@dataclass(frozen=True)
class OpinionCourse:
    """The course of one matter, from first seen on."""

    intake: dict[str, Any]
    first_seen_at: datetime
    entered_at: datetime
    assessed_at: datetime | None
    response_minutes: int | None
    duties: list[Duty]
    releases: list[ReleaseView]
    sightings: list[SightingView]


@dataclass(frozen=True)
class WatchView:
    """An entry of the watch log; ``found`` is empty where nothing was."""

    watched_on: date
    since: time
    until: time
    by: str
    sources: str
    found: str
    cases: list[str]
    entered_at: datetime


@dataclass(frozen=True)
class WatchLog:
    """The log of some days, the newest first, and the days nobody is known to have watched."""

    entries: list[WatchView]
    missing: list[date]


def read_opinions(service: Service, actor: Actor) -> list[OpinionLine]:
    """Every open matter, that with the least time left first.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.SEE_OPINIONS)
    with snapshot(service) as connection:
        rows = connection.execute(_BOARD, {"procedure": PROCEDURE}).all()
        law = law_of(connection, service.settings.timezone)
    return [
        OpinionLine(
            number=row.number,
            summary=row.intake["summary"],
            source=row.intake["source"],
            spread=row.intake["spread"],
            sightings=row.sightings,
            unit=Named(row.unit_code, row.unit, row.unit_code),
            first_seen_at=datetime.fromisoformat(row.intake["first_seen_at"]),
            risk=(row.assessed or {}).get("risk"),
            emergency=(row.assessed or row.intake)["emergency"],
            released_at=row.released_at,
            limits=limits_from(row.clocks or [], law, service.now),
            held=[
                Desk(step_named(h["key"], h["title"]), position_named(h["position"]), h["unit"], h["person"])
                for h in row.held or []
            ],
        )
        for row in rows
    ]


def read_opinion(service: Service, actor: Actor, number: str) -> OpinionCourse | None:
    """The course of a matter; ``None`` for a case of another procedure.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        row = load_visible(connection, actor, number).row
        if row.procedure != PROCEDURE:
            return None
        course = connection.execute(_COURSE, {"case": row.id}).one()
        return OpinionCourse(
            intake=row.intake,
            first_seen_at=datetime.fromisoformat(row.intake["first_seen_at"]),
            entered_at=row.launched_at,
            assessed_at=course.assessed_at,
            response_minutes=course.minutes,
            duties=[_duty(clock) for clock in course.clocks or []],
            releases=[ReleaseView(*each) for each in connection.execute(_RELEASES, {"case": row.id})],
            sightings=[SightingView(*each) for each in connection.execute(_SIGHTINGS, {"case": row.id})],
        )


def _duty(clock: dict[str, Any]) -> Duty:
    title = Named(clock["key"], clock["title"]["zh"], clock["title"]["en"])
    state = "late" if clock["late"] else clock["because"] or "running"
    return Duty(clock["key"], title, datetime.fromisoformat(clock["due"]), state)


def read_watch_log(
    service: Service, actor: Actor, *, first: date | None = None, last: date | None = None
) -> WatchLog:
    """The log of these days; of the last thirty, unless others are named.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.READ_WATCH_LOG)
    until = last or service.today
    since = first or until - LOOKS_BACK
    with snapshot(service) as connection:
        entries = connection.execute(_ENTRIES, {"first": since, "last": until})
        return WatchLog(
            [WatchView(*row) for row in entries],
            days_not_watched(connection, since, min(until, service.today - timedelta(1))),
        )


def days_not_watched(connection: Connection, first: date, last: date) -> list[date]:
    """The days without an entry, the latest first; nothing is missed before the log was begun."""
    return list(connection.scalars(_MISSING, {"first": first, "last": last}))
