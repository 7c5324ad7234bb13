"""The site sets the numbers the law leaves to it, and no others."""

from datetime import date
from typing import Any

import pytest

from rules.errors import InvalidInput, MalformedFile, NumberFixedByLaw
from rules.parameters import Parameters, parameter_rows, statutory
from rules.site_parameters import content_of, read_site_parameters, rows_from

ROW: dict[str, Any] = {
    "key": "review-target",
    "zh": "办理环节（每一审核环节）",
    "en": "each step of review",
    "unit": "working-days",
    "number": 5,
    "valid_from": "2026-07-01",
    "source": ["青应急〔2026〕12号", "第三条"],
}


def read(*rows: dict[str, Any]) -> tuple[Any, ...]:
    return read_site_parameters(list(rows), law=statutory(), where="site.yaml")


def numbers(law: Parameters, key: str, *days: date) -> list[int]:
    return [law.on(key, on).term.period.number for on in days]


def test_the_site_s_number_governs_from_its_first_day_and_the_program_s_before_it() -> None:
    law = statutory().with_site(read(ROW))
    assert numbers(law, "review-target", date(2026, 6, 30), date(2026, 7, 1)) == [3, 5]
    assert str(law.on("review-target", date(2026, 7, 1)).source) == "青应急〔2026〕12号 第三条"


def test_from_then_on_nothing_of_the_program_s_governs_even_if_it_is_newer() -> None:
    newer = {**ROW, "number": 9, "valid_from": "2030-01-01", "site": True}
    program = Parameters([*statutory().of("review-target"), *parameter_rows([newer], where="")])
    assert numbers(program.with_site(read(ROW)), "review-target", date(2031, 1, 1)) == [5]


def test_several_numbers_govern_each_from_its_day() -> None:
    later = {**ROW, "number": 4, "valid_from": "2027-01-01"}
    law = statutory().with_site(read(later, ROW))
    days = (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert numbers(law, "review-target", *days) == [3, 5, 4]


def test_other_numbers_stay_and_so_does_the_order() -> None:
    law = statutory().with_site(read(ROW))
    assert law.keys == statutory().keys
    others = set(law.keys) - {"review-target"}
    assert all(law.of(key) == statutory().of(key) for key in others)


@pytest.mark.parametrize("key", [key for key in statutory().keys if not statutory().left_open(key)])
def test_no_number_the_law_fixes_is_the_site_s_to_change(key: str) -> None:
    ours = statutory().of(key)[-1]
    row = {**ROW, "key": key, "unit": ours.term.period.unit.value, "number": 99}
    with pytest.raises(NumberFixedByLaw) as refused:
        read({**ROW}, row)
    assert refused.value.where == "site.yaml [1]"
    assert key in refused.value.message()
    assert str(ours.source) in refused.value.message("en")
    # And if such a row were stored all the same, it would count for nothing.
    smuggled = statutory().with_site(parameter_rows([{**row, "valid_from": "2000-01-01"}], where=""))
    assert smuggled.of(key) == statutory().of(key)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no-such-key": ({"key": "siesta"}, "siesta"),
    "unit": ({"unit": "calendar-days"}, "unit"),
    "direction": ({"before": True}, "unit"),
    "extension": ({"extension": 5}, "extension"),
    "zero": ({"number": 0}, "working-days"),
    "negative": ({"number": -3}, "working-days"),
    "fraction": ({"number": 2.5}, "number"),
    "no-such-day": ({"valid_from": "2026-02-30"}, "valid_from"),
    "instant": ({"valid_from": "2026-07-01T00:00"}, "valid_from"),
    "source": ({"source": ["本单位"]}, "source"),
    "source-control": ({"source": ["本单位", "a\x1b[2J"]}, "source"),
    "name-control": ({"zh": "审核\u202e"}, "zh"),
    "name-long": ({"en": "x" * 201}, "en"),
    "unknown": ({"note": "x"}, "note"),
}


@pytest.mark.parametrize(("change", "field"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_row_is_refused_with_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(ROW | {"key": "signature-target"}, {**ROW, **change})
    assert (refused.value.where, refused.value.facts["field"]) == ("site.yaml [1]", field)


@pytest.mark.parametrize("content", [None, {}, [], "x", 7, [[]], [ROW] * 401], ids=repr)
def test_what_is_no_list_of_rows_is_refused(content: object) -> None:
    with pytest.raises((MalformedFile, InvalidInput)):
        read_site_parameters(content, law=statutory(), where="site.yaml")


def test_what_is_stored_reads_back_the_same_whatever_order_it_came_in() -> None:
    margin = {"key": "provisional-margin", "unit": "calendar-days", "before": True, "unverified": True}
    rows = read(ROW | margin)
    assert rows_from(content_of(rows)) == rows
    two = read(ROW, {**ROW, "number": 4, "valid_from": "2027-01-01"})
    assert content_of(two) == content_of(reversed(two))
