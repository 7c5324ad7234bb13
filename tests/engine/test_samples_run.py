"""Every sample case of the bureau runs as its path says and ends as it says."""

from datetime import UTC, datetime

import pytest

from deployments.samples import DAYS, RUNNABLE, raw_case, read_sample
from engine.clocks.reckoning import reckoned, start_from
from engine.law import built_in
from engine.service import Service
from tests.builders import Bureau, MovableClock, case_row, scalars
from tests.walking import load_sample_bureau, outcome_of, walk


def begin(service: Service, clock: MovableClock, case_id: str) -> str:
    """Walk it, from its day, to where nothing is open."""
    day = DAYS.get(case_id)
    if day is not None:
        clock.now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    sample = read_sample(case_id, today=service.today)
    clock.now = sample.begins or clock.now  # before the bureau is loaded: its posts are held from that day on
    load_sample_bureau(service)
    return walk(service, clock, sample)


@pytest.mark.parametrize("case_id", RUNNABLE)
def test_a_sample_runs_to_its_outcome(
    service: Service, bureau: Bureau, clock: MovableClock, case_id: str
) -> None:
    number = begin(service, clock, case_id)
    sample = read_sample(case_id, today=service.today)
    assert outcome_of(service, number) == sample.outcome
    for beside in sample.beside:
        outcomes = scalars(service, "SELECT outcome FROM cases WHERE procedure = :p", p=beside.procedure)
        assert outcomes == [beside.outcome]


STARTS = """
    SELECT k.starts FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE c.procedure = :procedure AND k.key = :key
"""


@pytest.mark.parametrize(
    ("case_id", "deadline", "procedure", "key"),
    [
        ("ZD-01", "网站公开最迟(印发日+20工作日)", "proactive-disclosure", "publication"),
        ("ZD-01", "条例口径(成文日+20工作日)", "proactive-disclosure", "publication"),
        ("ZD-03", "网站公开最迟", "proactive-disclosure", "publication"),
        ("JD-01", "本地规定上限(公开后3工作日)", "policy-interpretation", "interpretation"),
    ],
)
def test_a_sample_s_deadlines_are_those_of_its_clocks(
    service: Service,
    bureau: Bureau,
    clock: MovableClock,
    case_id: str,
    deadline: str,
    procedure: str,
    key: str,
) -> None:
    begin(service, clock, case_id)
    (starts,) = scalars(service, STARTS, procedure=procedure, key=key)
    dues = reckoned([start_from(start) for start in starts], (), built_in()).dues
    assert raw_case(case_id)["deadlines"][deadline] in [str(due.on) for due in dues]


def test_jd_01_document_and_interpretation_are_public_on_the_day_it_says(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    begin(service, clock, "JD-01")
    days = "SELECT (published_at AT TIME ZONE 'Asia/Shanghai')::date::text FROM register_entry"
    assert scalars(service, days) == [raw_case("JD-01")["deadlines"]["解读最迟(同步)"]] * 2


def test_jd_02_is_talked_over_before_the_day_it_is_public(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    begin(service, clock, "JD-02")
    talked = scalars(
        service,
        "SELECT max(d.decided_at) FROM decision d JOIN step s ON s.id = d.step_id"
        " WHERE s.key = 'before-release'",
    )
    assert talked[0] < min(scalars(service, "SELECT published_at FROM register_entry"))
    assert [day.date().isoformat() for day in talked] == [raw_case("JD-02")["dates"]["宣传网信沟通"]]


def test_zd_03_leaves_the_phone_numbers_out_and_keeps_the_signed_plan(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = begin(service, clock, "ZD-03")
    document = "SELECT body FROM register_entry WHERE slug = :s"
    (body,) = scalars(service, document, s=number.lower())
    assert "手机号" not in body
    issued = "SELECT v.body FROM document_issue i JOIN document_version v ON v.id = i.document_version_id"
    assert "手机号" in scalars(service, issued)[0]


def test_jd_04_records_why_nothing_is_interpreted(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = begin(service, clock, "JD-04")
    said = scalars(
        service,
        "SELECT outcome->'facts'->'interpretation'->>'zh' FROM step WHERE case_id = :c AND key = 'marking'",
        c=case_row(service, number).id,
    )
    assert said == ["非主动公开，不触发解读"]
    assert scalars(service, "SELECT count(*) FROM cases WHERE procedure = 'policy-interpretation'") == [0]
