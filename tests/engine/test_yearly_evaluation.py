"""年度量化评价: figures come from the records, say so where there are none, and stay as evaluated."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.acts.open_year import open_year
from engine.acts.weights import set_weights
from engine.evaluation.exporting import as_csv
from engine.evaluation.figures import Figure, figures_of, overall
from engine.evaluation.measures import MEASURES
from engine.reading.evaluation import read_evaluation, read_figure
from engine.service import Service
from rules.errors import AlreadyOpened, InvalidInput, NotAllowed
from rules.indicators import FULL, indicators, mean_of
from tests.builders import Bureau, MovableClock, case_row, decide_all, decide_next, launch_case, scalars
from tests.engine.test_attribute_review import act, broken
from tests.walking import execute

DECEMBER = datetime(2026, 12, 20, 1, tzinfo=UTC)


def figures(service: Service) -> dict[str, Figure]:
    with service.read() as connection:
        found = figures_of(connection, 2026, now=service.now, zone=service.settings.timezone)
    return {each.indicator.key: each for each in found}


def publish(service: Service, clock: MovableClock, *, after_days: int) -> str:
    """A document issued today and public so many days later."""
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    today = service.today.isoformat()
    decide_next(service, number, answers={"formed_on": today, "issued_on": today})
    clock.move(days=after_days)
    execute(service)
    return number


def test_nothing_that_never_happened_scores(service: Service, bureau: Bureau) -> None:
    found = figures(service)
    assert {each.state for each in found.values()} <= {"no-cases", "no-data"}
    assert {each.figure for each in found.values()} == {None}
    assert overall(list(found.values())) is None


def test_the_rate_in_time_counts_what_is_late_and_what_is_still_missing(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    in_time = publish(service, clock, after_days=1)
    late = publish(service, clock, after_days=60)
    missing = publish(service, clock, after_days=0)
    assert figures(service)["publication-on-time"].figure == pytest.approx(66.67)
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    today = service.today.isoformat()
    decide_next(service, number, answers={"formed_on": today, "issued_on": today})
    assert figures(service)["publication-on-time"].figure == pytest.approx(66.67), "not late yet"
    clock.move(days=60)
    found = figures(service)["publication-on-time"]
    assert found.figure == 50.0
    assert [(row["number"], row["value"]) for row in found.behind] == [
        (in_time, 1.0),
        (late, 0.0),
        (missing, 1.0),
        (number, 0.0),
    ]
    assert figures(service)["publication-days"].figure == pytest.approx(61 / 3, abs=0.01)


def test_only_the_year_counts(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    publish(service, clock, after_days=1)
    with service.read() as connection:
        of_2025 = figures_of(connection, 2025, now=service.now, zone=service.settings.timezone)
        of_2027 = figures_of(connection, 2027, now=service.now, zone=service.settings.timezone)
    assert {each.figure for each in of_2025 + of_2027} == {None}


def test_points_come_of_the_target_and_weights_only_of_what_was_measured() -> None:
    by_key = {each.key: each for each in indicators()}
    assert by_key["publication-on-time"].points(50.0) == 50.0
    assert by_key["response-hours"].points(24.0) == FULL
    assert by_key["response-hours"].points(96.0) == 50.0
    assert by_key["taken-down"].points(0.0) == FULL
    assert by_key["taken-down"].points(None) is None
    assert mean_of([(50.0, 1), (100.0, 3), (None, 96)]) == 87.5
    assert mean_of([(None, 5), (80.0, 0)]) is None


def test_every_indicator_has_its_statement() -> None:
    assert {each.measure for each in indicators()} == MEASURES.keys()


def test_what_was_evaluated_stays_as_it_was(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    first = publish(service, clock, after_days=1)
    clock.now = DECEMBER
    number = open_year(service, bureau.actor("openness_office"), "yearly-evaluation").number
    publish(service, clock, after_days=40)  # what comes later changes nothing of it
    view, figure = read_figure(service, bureau.actor("head"), 2026, "publication-on-time")
    assert view.number == number
    assert [row["number"] for row in figure.behind] == [first]
    assert "100%（1项）" in as_csv(view.figures).decode("utf-8-sig")
    for change in ("UPDATE evaluation_figure SET figure = 1", "DELETE FROM evaluation_figure"):
        with pytest.raises(ProgrammingError), service.database.begin() as connection:
            connection.execute(text(change))
    with pytest.raises(AlreadyOpened, match=number):
        open_year(service, bureau.actor("openness_office"), "yearly-evaluation", year=2026)


def test_weights_are_set_with_a_reason_and_kept_with_their_history(service: Service, bureau: Bureau) -> None:
    office = bureau.actor("openness_office")
    assert set_weights(service, office, {"taken-down": 0, "response-hours": 5}, "本年无撤下") == {
        "taken-down": 0
    }
    view = read_evaluation(service, office, 2026)
    assert view.weights["taken-down"] == 0
    assert [(each["key"], each["weight"], each["reason"]) for each in view.history] == [
        ("taken-down", 0, "本年无撤下")
    ]
    entries = "SELECT data->'after' FROM ledger_entry WHERE chain = 0 AND action = 'weights-set'"
    assert scalars(service, entries) == [{"taken-down": 0}]
    for wanted, reason in (({"taken-down": 101}, "重"), ({"nothing": 5}, "无"), ({"taken-down": 3}, " ")):
        with pytest.raises(InvalidInput):
            set_weights(service, office, wanted, reason)
    with pytest.raises(InvalidInput):
        set_weights(service, office, {each.key: 0 for each in indicators()}, "全部为零")
    with pytest.raises(NotAllowed):
        set_weights(service, bureau.actor("office"), {"taken-down": 3}, "越权")


def follow_ups(service: Service) -> list[str]:
    return scalars(service, "SELECT number FROM cases WHERE procedure = 'follow-up' ORDER BY id")


def limit_of(service: Service, number: str, key: str) -> list[Any]:
    """When a limit of the case is due, and whether it was met late."""
    query = "SELECT json_build_array(k.due_on, k.met_late) FROM clock k JOIN cases c ON c.id = k.case_id"
    (found,) = scalars(service, f"{query} WHERE c.number = :n AND k.key = :k", n=number, k=key)
    return found


MEASURE = {"what": "建立发布前核对清单", "who": "office", "unit": "", "due": "2027-02-28"}


def test_an_evaluation_ends_with_measures_that_have_a_holder_and_a_day(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    clock.now = DECEMBER
    number = open_year(service, bureau.actor("openness_office"), "yearly-evaluation").number
    act(service, number, "drafter", opinion="总体良好")
    act(service, number, "deputy_head")
    act(service, number, "head")
    for refused in ([], [MEASURE | {"due": "2026-12-01"}], [MEASURE | {"who": "section_head"}]):
        with pytest.raises(InvalidInput):
            act(service, number, "drafter", answers={"measures": refused})
    act(service, number, "drafter", answers={"measures": [MEASURE]})
    assert case_row(service, number).outcome == "评价完成"
    (measure,) = follow_ups(service)
    assert limit_of(service, measure, "measure") == ["2027-02-28", False]
    listed = read_evaluation(service, bureau.actor("manager"), 2026).follow_ups
    assert [(each.what, each.who.zh, each.decided_in) for each in listed] == [
        ("建立发布前核对清单", "办公室", number)
    ]
    act(service, measure, "office", answers={"done_on": "2026-12-20", "done": "清单已启用"})
    act(service, measure, "openness_office")
    assert case_row(service, measure).outcome == "已落实"
    assert broken(service) == []


def test_the_head_hears_a_report_by_the_end_of_the_year(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    publish(service, clock, after_days=1)
    clock.now = DECEMBER  # opened late: its limit is that of the year all the same
    number = open_year(service, bureau.actor("openness_office"), "yearly-report").number
    assert limit_of(service, number, "yearly-report") == ["2026-12-31", False]
    body = scalars(service, "SELECT body FROM document_version ORDER BY id DESC LIMIT 1")[0]
    assert "主动公开按期率：100%（1项）" in body
    assert "回应关切按时率：无相关事项" in body
    act(service, number, "drafter", answers={"attribute": "依申请公开"})
    act(service, number, "deputy_head")
    clock.now = datetime(2027, 1, 5, 1, tzinfo=UTC)
    hearing: dict[str, Any] = {"heard_on": "2027-01-05", "minutes": "听取汇报，研究保障措施。"}
    act(service, number, "head", answers=hearing | {"measures": [MEASURE]})
    assert limit_of(service, number, "yearly-report") == ["2026-12-31", True]
    assert len(follow_ups(service)) == 1
    assert broken(service) == []
