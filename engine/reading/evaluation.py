"""The yearly evaluation as it is read: frozen figures once a year was evaluated, till then those of now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from engine.actor import Actor
from engine.evaluation.figures import Figure, figures_of, overall, weights
from engine.holders import Post, is_held
from engine.policy import Act, Facts, may, permit
from engine.reading.values import Named, position_named, snapshot
from engine.service import Service
from engine.yearly import Yearly, yearly_openings
from models import EvaluationFigure, IndicatorWeight
from rules.errors import CaseNotFound
from rules.indicators import Group, Indicator, mean_of
from rules.positions import Position

_figure, _weight = EvaluationFigure.__table__, IndicatorWeight.__table__

_FROZEN = text(
    "SELECT f.*, c.number FROM evaluation_figure f JOIN cases c ON c.id = f.case_id"
    " WHERE f.year = :year ORDER BY f.id"
)
_FOLLOW_UPS = text(
    """
    SELECT c.number, c.intake->>'what' AS what, c.intake->>'who' AS who, u.name AS unit,
           (c.intake->>'due')::date AS due, c.intake->>'decided_in' AS decided_in, c.closed_at, c.outcome,
           EXISTS (SELECT 1 FROM clock k WHERE k.case_id = c.id AND k.key = 'measure' AND k.met_late) AS late
      FROM cases c JOIN unit u ON u.id = c.unit_id
     WHERE c.procedure = 'follow-up' ORDER BY c.closed_at IS NOT NULL, due, c.id LIMIT 500
    """
)


@dataclass(frozen=True)
class GroupView:
    """One of the four the notice names, with its figures and their weighted points."""

    group: Group
    points: float | None
    figures: list[Figure]


@dataclass(frozen=True)
class FollowUpView:
    """A measure: who carries it out by when, and whether it was."""

    number: str
    what: str
    who: Named
    unit: str
    due: date
    decided_in: str
    closed_at: datetime | None
    outcome: str
    late: bool


@dataclass(frozen=True)
class EvaluationView:
    """A year's evaluation. ``number``: the case it was frozen in; none: these are the figures of now."""

    year: int
    number: str | None
    evaluated_at: datetime
    points: float | None
    groups: list[GroupView]
    yearly: list[Yearly]
    follow_ups: list[FollowUpView]
    weights: dict[str, int]
    history: list[dict[str, Any]]
    no_deputy_head: bool  # 五(一) 明确一位分管负责人具体抓
    may_set: bool

    @property
    def figures(self) -> list[Figure]:
        """All of them, by group."""
        return [figure for group in self.groups for figure in group.figures]


def read_evaluation(service: Service, actor: Actor, year: int) -> EvaluationView:
    """Everything about a year's evaluation.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.READ_EVALUATION, Facts(where=str(year)))
    with snapshot(service) as connection:
        number, at, found = evaluated(service, connection, year)
        return EvaluationView(
            year,
            number,
            at,
            overall(found),
            [_group(group, found) for group in Group],
            yearly_openings(service, connection, year),
            [_follow_up(row) for row in connection.execute(_FOLLOW_UPS)],
            weights(connection),
            _history(connection),
            not is_held(connection, Post(Position.DEPUTY_HEAD), service.today),
            may(actor, Act.SET_WEIGHTS, Facts()),
        )


def evaluated(
    service: Service, connection: Connection, year: int
) -> tuple[str | None, datetime, list[Figure]]:
    """The case a year's figures were frozen in, when, and the figures; without one, those of now."""
    rows = connection.execute(_FROZEN, {"year": year}).all()
    if rows:
        return rows[0].number, rows[0].evaluated_at, [_from_row(row) for row in rows]
    now, zone = service.now, service.settings.timezone
    return None, now, figures_of(connection, year, now=now, zone=zone)


def read_figure(service: Service, actor: Actor, year: int, key: str) -> tuple[EvaluationView, Figure]:
    """One figure with everything behind it.

    Raises:
        NotAllowed; CaseNotFound: no indicator of that key.
    """
    view = read_evaluation(service, actor, year)
    found = next((each for each in view.figures if each.indicator.key == key), None)
    if found is None:
        raise CaseNotFound(where="indicator", number=key)
    return view, found


def _follow_up(row: Row[Any]) -> FollowUpView:
    return FollowUpView(**{**row._asdict(), "who": position_named(row.who)})


def _history(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(select(_weight).order_by(_weight.c.id.desc()).limit(50))
    return [dict(row._mapping) for row in rows]


def _group(group: Group, figures: list[Figure]) -> GroupView:
    own = [each for each in figures if each.indicator.group == group]
    return GroupView(group, mean_of([(each.points, each.weight) for each in own]), own)


def _from_row(row: Row[Any]) -> Figure:
    said = row.indicator
    lists = {name: tuple(said[name]) for name in ("clocks", "procedures")}
    indicator = Indicator(**{**said, **lists, "group": Group(said["group"])})
    return Figure(indicator, row.weight, row.state, row.figure, row.points, tuple(row.behind))
