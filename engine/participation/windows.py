"""The window in which comments are accepted, from the announcement to the outcome: effects within advance."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from engine.outcomes import Done
from engine.participation.comments import require_disposed
from engine.publishing.changes import published
from engine.work import Work
from models import CommentWindow, ConsultationEvent
from rules.errors import CaseNotFound

_window, _event = CommentWindow.__table__, ConsultationEvent.__table__


def open_comments(work: Work, arguments: dict[str, Any]) -> Done:
    """From the publication of the announcement on, comments are accepted.

    Args of the procedure: ``until``, the last day, counted whole; ``online``, whether the page takes them.
    """
    announced = published(work.connection, work.case.number)
    if announced is None:
        raise CaseNotFound(where="announcement", number=work.case.number)
    until = arguments.get("until")
    closes_at = None if until is None else _end_of(work, date.fromisoformat(until))
    work.connection.execute(
        insert(_window).values(
            case_id=work.case.id,
            slug=announced.slug,
            title=announced.title,
            online=arguments["online"],
            opens_at=datetime.fromisoformat(arguments["published_at"]),
            closes_at=closes_at,
        )
    )
    return Done({"closes_at": closes_at and closes_at.isoformat()})


def close_comments(work: Work, _arguments: dict[str, Any]) -> Done:
    """The window is over: where no last day was fixed, it ends with this day."""
    closes_at = _end_of(work, work.now.astimezone(ZoneInfo(work.timezone)).date())
    work.connection.execute(
        update(_window)
        .where(_window.c.case_id == work.case.id, _window.c.closes_at.is_(None))
        .values(closes_at=closes_at)
    )
    at = work.connection.scalar(select(_window.c.closes_at).where(_window.c.case_id == work.case.id))
    return Done({"closes_at": at and at.isoformat()})


def settle_comments(work: Work, _arguments: dict[str, Any]) -> Done:
    """No comment is registered any more; every one has its disposition.

    Raises:
        CommentsWithoutDisposition, ConcentratedWithoutReason: the window is locked, so none can come now.
    """
    work.connection.execute(
        update(_window)
        .where(_window.c.case_id == work.case.id, _window.c.settled_at.is_(None))
        .values(settled_at=work.now)
    )
    require_disposed(work.connection, work.case.id, work.case.number)
    return Done()


def reopen_comments(work: Work, _arguments: dict[str, Any]) -> Done:
    """The outcome was not signed: dispositions may be given anew."""
    work.connection.execute(update(_window).where(_window.c.case_id == work.case.id).values(settled_at=None))
    return Done()


def disclose_outcome(work: Work, arguments: dict[str, Any]) -> Done:
    """The outcome is public: every receipt tells the disposition from now on."""
    told = published(work.connection, arguments["number"])
    slug = told.slug if told else ""
    work.connection.execute(
        update(_window)
        .where(_window.c.case_id == work.case.id)
        .values(outcome_at=work.now, outcome_slug=slug)
    )
    return Done({"slug": slug})


def record_event(work: Work, arguments: dict[str, Any]) -> Done:
    """A consultation event that was held 座谈、协商、列席、吹风, as it was reported."""
    work.connection.execute(
        insert(_event).values(
            case_id=work.case.id,
            recorded_at=work.now,
            **arguments | {"held_on": date.fromisoformat(arguments["held_on"])},
        )
    )
    return Done({"form": arguments["form"], "held_on": arguments["held_on"]})


def _end_of(work: Work, day: date) -> datetime:
    """The first instant after the day."""
    return datetime.combine(day + timedelta(1), time(), ZoneInfo(work.timezone))
