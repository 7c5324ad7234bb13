"""The evaluation as tables people take away: the figures, and what is behind each."""

from collections.abc import Sequence

from engine.evaluation.figures import Figure
from engine.evaluation.reporting import said
from engine.exports import Sheet, csv_bytes, xlsx_bytes

HEADER = ("方面", "指标", "结果", "目标", "得分", "权重", "计算方法")
BEHIND = ("指标", "事项编号", "说明", "数值")


def as_csv(figures: Sequence[Figure]) -> bytes:
    """The figures, a line each."""
    return csv_bytes(HEADER, map(_line, figures))


def as_xlsx(figures: Sequence[Figure]) -> bytes:
    """The figures, and on a second sheet everything they were computed from."""
    behind = (
        (each.indicator.zh, row["number"], row["label"], row["value"])
        for each in figures
        for row in each.behind
    )
    return xlsx_bytes([Sheet("量化评价", HEADER, map(_line, figures)), Sheet("依据", BEHIND, behind)])


def _line(figure: Figure) -> tuple[object, ...]:
    indicator = figure.indicator
    points = None if figure.points is None else round(figure.points, 1)
    sign = "≥" if indicator.better == "more" else "≤"
    return (
        indicator.group.chinese,
        indicator.zh,
        said(figure),
        f"{sign}{indicator.target:g}",
        points,
        figure.weight,
        indicator.how_zh,
    )
