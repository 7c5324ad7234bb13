"""The arithmetic of the bench: a wrong ratio would flatter or slander silently."""

import pytest

from benchmarks.figures import Figures, percentile


def figures_of(key: str, value: float, unit: str, *, floor: float, floor_unit: str) -> Figures:
    figures = Figures()
    figures.add("floor.x", floor, floor_unit, "", samples=1)
    figures.add(key, value, unit, "", samples=1, against="floor.x")
    return figures


@pytest.mark.parametrize(
    ("value", "unit", "floor", "floor_unit", "ratio"),
    [
        (6.0, "ms", 2.0, "ms", 3.0),
        (200.0, "decisions/s", 800.0, "decisions/s", 4.0),  # a rate a quarter as high is 4 times slower
        (0.08, "s/s", 0.002, "s", 40.0),  # idling: so many hand-written decisions a second
        (5.0, "", 10.0, "", 0.5),
    ],
)
def test_ratio_says_how_many_times_the_hand_written_transaction(
    value: float, unit: str, floor: float, floor_unit: str, ratio: float
) -> None:
    figures = figures_of("ours.x", value, unit, floor=floor, floor_unit=floor_unit)
    assert figures.ratio(figures.known["ours.x"]) == ratio


def test_a_figure_without_its_floor_has_no_ratio() -> None:
    figures = Figures()
    figures.add("ours.x", 1.0, "ms", "", samples=1, against="floor.y")
    assert figures.ratio(figures.known["ours.x"]) is None


@pytest.mark.parametrize(("share", "expected"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.0, 1)])
def test_percentile_is_a_measured_value(share: float, expected: float) -> None:
    assert percentile([float(n) for n in range(20, 0, -1)], share) == expected
