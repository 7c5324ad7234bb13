"""The worked examples in law_examples.yaml come out as the law has them."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.due import reckon
from rules.moments import Moment
from rules.periods import CalendarDays, RunningHours, WorkingDays
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

EXAMPLES = yaml.safe_load((Path(__file__).parent / "law_examples.yaml").read_text())
UNITS = {"working-days": WorkingDays, "calendar-days": CalendarDays, "hours": RunningHours}


def moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["start"])
def test_the_law_makes_this_of_the_period(example: dict[str, Any]) -> None:
    (unit,) = UNITS.keys() & example.keys()
    term = Term(UNITS[unit](example[unit]), before=example.get("before", False))
    due = reckon(term, moment(example["start"]), calendar=WorkingCalendar())
    assert (due.late_from if unit == "hours" else due.on) == moment(example["due"]), example["law"]
    assert due.provisional is example.get("provisional", False)


def test_examples_cover_each_unit_both_ways_and_what_is_provisional() -> None:
    assert all(any(unit in example for example in EXAMPLES) for unit in UNITS)
    assert sum(bool(example.get("provisional")) for example in EXAMPLES) >= 3
    assert sum(bool(example.get("before")) for example in EXAMPLES) >= 3
