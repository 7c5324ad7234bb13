"""The yearly evaluation 量化评价: weights the bureau set, and the figures as they were when it was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint

from models.columns import Stored, generated_id, instant, json_object, reference


class IndicatorWeight(Stored, table=True):
    """A weight the bureau gave an indicator, and why. The latest of a key counts. Only grows."""

    __tablename__ = "indicator_weight"

    id: int | None = generated_id()
    key: str
    weight: int
    reason: str
    set_by: str
    set_at: datetime = instant()


class EvaluationFigure(Stored, table=True):
    """One indicator as it was evaluated, with what it was computed from. Only grows."""

    __tablename__ = "evaluation_figure"
    __table_args__ = (UniqueConstraint("case_id", "key"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    year: int
    key: str
    indicator: dict[str, Any] = json_object()  # names, group, how, target, direction as they were
    weight: int
    state: str  # measured, no-cases, no-data
    figure: float | None = None
    points: float | None = None
    behind: list[dict[str, Any]] = json_object()  # number, label, value
    evaluated_at: datetime = instant()
