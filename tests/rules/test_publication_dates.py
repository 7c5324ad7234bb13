"""Twenty working days have two starts, issue (四(一)5) and formation (条例第26条); the earlier drives."""

from datetime import date

import pytest

from rules.errors import DatesOutOfOrder, NoRuleInForce
from rules.parameters import statutory
from rules.publication_dates import PublicationDates, publication_dates
from rules.working_calendar import WorkingCalendar


def dates(formed_on: date, issued_on: date | None) -> PublicationDates:
    return publication_dates(formed_on, issued_on, calendar=WorkingCalendar(), parameters=statutory())


def test_both_dates_are_shown_and_the_earlier_one_drives() -> None:
    both = dates(date(2026, 4, 20), date(2026, 4, 22))
    assert both.from_issue is not None
    assert (both.from_formation.on, both.from_issue.on) == (date(2026, 5, 20), date(2026, 5, 22))
    assert both.driving is both.from_formation
    assert str(both.driving.term.basis) == "政府信息公开条例 第26条"
    assert str(both.from_issue.term.basis) == "应急厅函〔2019〕390号 四(一)5"


def test_on_the_same_day_the_notice_s_own_drives() -> None:
    both = dates(date(2026, 4, 25), date(2026, 4, 26))  # a weekend: the first day counted is the same
    assert both.from_issue is not None
    assert both.from_issue.on == both.from_formation.on
    assert both.driving is both.from_issue


def test_before_issue_the_formation_drives() -> None:
    one = dates(date(2026, 4, 20), None)
    assert (one.from_issue, one.driving) == (None, one.from_formation)


def test_issue_before_formation_and_documents_older_than_the_rule_are_refused() -> None:
    with pytest.raises(DatesOutOfOrder):
        dates(date(2026, 4, 22), date(2026, 4, 20))
    with pytest.raises(NoRuleInForce):
        dates(date(2018, 4, 20), date(2018, 4, 22))
