"""The figures of a year, computed now; and as an effect, frozen into the case that evaluates the year."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, text

from engine.evaluation.measures import MEASURES
from engine.outcomes import Done
from engine.work import Work
from engine.yearly import opening_day
from models import EvaluationFigure, IndicatorWeight
from rules.indicators import Indicator, indicators, mean_of

_weight, _figure = IndicatorWeight.__table__, EvaluationFigure.__table__

_IS_THERE = text("SELECT to_regclass('public.' || :name) IS NOT NULL")
_PERCENT = 100.0


@dataclass(frozen=True)
class Figure:
    """One indicator's figure. ``behind``: what it was computed from, a row each."""

    indicator: Indicator
    weight: int
    state: str  # measured, no-cases, no-data
    figure: float | None
    points: float | None
    behind: tuple[dict[str, Any], ...]


def year_bounds(year: int, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """From the year's first instant up to its end, or up to and with now if that comes first."""
    of_organ = ZoneInfo(zone)
    year_over = datetime(year + 1, 1, 1, tzinfo=of_organ)
    return datetime(year, 1, 1, tzinfo=of_organ), min(now + timedelta.resolution, year_over)


def weights(connection: Connection) -> dict[str, int]:
    """What each indicator counts: the bureau's own weight, or what comes with the program."""
    own = {row.key: row.weight for row in connection.execute(select(_weight).order_by(_weight.c.id))}
    return {each.key: own.get(each.key, each.weight) for each in indicators()}


def figures_of(connection: Connection, year: int, *, now: datetime, zone: str) -> list[Figure]:
    """Every indicator of a year, from the records as they are now."""
    since, until = year_bounds(year, now, zone)
    weighing = weights(connection)
    return [
        _figure_of(connection, each, weighing[each.key], {"since": since, "until": until, "zone": zone})
        for each in indicators()
    ]


def _figure_of(connection: Connection, indicator: Indicator, weight: int, bounds: dict[str, Any]) -> Figure:
    measure = MEASURES[indicator.measure]
    if not all(connection.scalar(_IS_THERE, {"name": name}) for name in measure.needs):
        return Figure(indicator, weight, "no-data", None, None, ())
    every = {**bounds, "clocks": list(indicator.clocks), "procedures": list(indicator.procedures)}
    asked = {name: value for name, value in every.items() if f":{name}" in measure.sql}
    rows = connection.execute(text(measure.sql), asked).all()
    if not rows:  # nothing happened: no figure, and certainly no full marks
        return Figure(indicator, weight, "no-cases", None, None, ())
    mean = sum(float(row.value) for row in rows) / len(rows)
    figure = round(mean * _PERCENT if indicator.kind == "rate" else mean, 2)
    behind = tuple(
        {"number": row.number, "label": row.label, "value": round(float(row.value), 2)} for row in rows
    )
    return Figure(indicator, weight, "measured", figure, indicator.points(figure), behind)


def overall(figures: list[Figure]) -> float | None:
    """The year's points: the weighted mean of what could be measured."""
    return mean_of([(each.points, each.weight) for each in figures])


def evaluate_year(work: Work, arguments: dict[str, Any]) -> Done:
    """Freeze the figures of the year into this case, with the list behind each."""
    year = int(arguments["year"])
    found = figures_of(work.connection, year, now=work.now, zone=work.timezone)
    work.connection.execute(
        insert(_figure),
        [
            {
                "case_id": work.case.id,
                "year": year,
                "key": each.indicator.key,
                "indicator": asdict(each.indicator),
                "weight": each.weight,
                "state": each.state,
                "figure": each.figure,
                "points": each.points,
                "behind": list(each.behind),
                "evaluated_at": work.now,
            }
            for each in found
        ],
    )
    work.case.title = f"{year}年度政务公开量化评价"
    points = overall(found)
    return Done(
        {
            "points": None if points is None else round(points, 1),
            "figures": {each.indicator.key: each.figure for each in found},
        }
    )


def plan_year(work: Work, arguments: dict[str, Any]) -> Done:
    """When a yearly case was to open by the organ's own number: its limit runs from there."""
    opens = opening_day(work.law, arguments["rule"], int(arguments["year"]))
    return Done({"opens": opens.isoformat()})
