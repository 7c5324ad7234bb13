"""Three units that are never converted."""

from typing import Any

import pytest

from rules.citation import openness
from rules.errors import InvalidInput
from rules.periods import CalendarDays, RunningHours, Unit, WorkingDays, period_of
from rules.terms import Term

KINDS = (WorkingDays, CalendarDays, RunningHours)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, -1, -20, 10**9, True, 2.0, "20", None])
def test_a_period_is_a_positive_whole_number_of_sensible_size(kind: Any, number: Any) -> None:
    with pytest.raises(InvalidInput, match="整数") as refused:
        kind(number)
    assert refused.value.facts["field"] == kind.unit
    assert "whole number" in refused.value.message("en")


def test_periods_of_different_units_are_never_equal_nor_added() -> None:
    assert len({kind(24) for kind in KINDS}) == 3
    for one in KINDS:
        for other in KINDS:
            with pytest.raises(TypeError):
                one(1) + other(1)


def test_a_term_is_extended_in_its_own_unit_and_never_backwards() -> None:
    assert Term(WorkingDays(20), openness("第33条"), WorkingDays(20)).extension == WorkingDays(20)
    with pytest.raises(InvalidInput):
        Term(WorkingDays(20), extension=CalendarDays(20))
    with pytest.raises(InvalidInput):
        Term(WorkingDays(20), extension=WorkingDays(20), before=True)


def test_a_period_says_its_unit_as_the_law_writes_it() -> None:
    assert [period_of(unit, 20).zh for unit in Unit] == ["20个工作日", "20日", "20小时"]
    assert [period_of(unit, 1).en for unit in Unit] == ["1 working day", "1 calendar day", "1 hour"]
    assert period_of(Unit.WORKING_DAYS, 7).en == "7 working days"
