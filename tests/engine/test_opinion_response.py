"""回应关切: one case of a link, hours from first seen, nothing released unreviewed, duties that change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from deployments.samples import read_sample
from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import Launched, LaunchRequest, launch
from engine.doctor import examine
from engine.opinion import log_releases
from engine.service import Service
from engine.work import work_on_case
from models import Unit
from rules.errors import InvalidInput, UnreviewedPublicationRefused
from rules.positions import Position
from tests.builders import UNIT, Bureau, MovableClock, add_person, case_row, scalars, todos_of
from tests.walking import load_sample_bureau, outcome_of, walk

SEEN = datetime(2026, 4, 20, 0, 30, tzinfo=UTC)  # half an hour before the clock stands
LINK = "https://video.example/v/1"
REPORTED_TO = ("publicity", "cyberspace", "superior", "county-office")
PLAIN = {"risk": "ordinary", "truth": "true"}
MAJOR = {"risk": "major", "truth": "true", "emergency": True, "proposal": "由宣传部统一口径"}
ANSWERS: dict[str, Any] = {
    "verification": {"asked_of": ["县公安局"], "found": "确有其事，正在处置"},
    "assessment": PLAIN,
    "drafting": {"title": "关于有关情况的回应", "body": "情况属实，正在处置。"},
    "confidentiality-review": {"finding": "not_secret_and_suitable"},
    "follow-up": {"next": "close"},
    "evaluation": {"worked": "及时"},
}


def report(service: Service, **intake: Any) -> Launched:
    fields = {
        "drafter": "monitor",
        "unit": UNIT,
        "source": "短视频",
        "link": LINK,
        "summary": "网传某地起火",
        "first_seen_at": SEEN.isoformat(),
        **intake,
    }
    return launch(service, service.actor("monitor", channel="api"), LaunchRequest("opinion-response", fields))


def act(
    service: Service, number: str, key: str, answers: Any = None, *, action: str = "approve", **more: Any
) -> None:
    """Whoever has this to-do decides it."""
    todo = next(todo for todo in todos_of(service, number) if todo.step == key)
    said = (ANSWERS.get(key, {}) if answers is None else answers) if action == "approve" else {}
    decide(
        service,
        service.actor(more.pop("by", todo.position), channel="api"),
        DecisionRequest(todo.id, action, "同意", said, **more),
    )


def released(service: Service, **more: Any) -> dict[str, Any]:
    at = service.now.isoformat()
    return {
        "releases": [{"channel": "政府网站", "released_at": at, "address": "https://q.example/1", **more}]
    }


def to_the_release(service: Service, number: str) -> None:
    for key in ("drafting", "confidentiality-review", "deputy-head-review", "signature"):
        act(service, number, key)


def clocks(service: Service, number: str) -> dict[str, tuple[str, str]]:
    """Of the case's own clocks: until when in Shanghai, and how it ended."""
    with service.database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT k.key, to_char(k.late_from AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI'),"
                " CASE WHEN k.met_late THEN 'late' ELSE k.closed_because END FROM clock k"
                " JOIN cases c ON c.id = k.case_id WHERE c.number = :n AND k.step_id IS NULL ORDER BY k.id"
            ),
            {"n": number},
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def steps(service: Service, number: str) -> list[str]:
    return scalars(
        service,
        "SELECT s.key FROM step s JOIN cases c ON c.id = s.case_id"
        " WHERE c.number = :n AND s.kind = 'review' ORDER BY s.settled_at, s.id",
        n=number,
    )


def open_steps(service: Service, number: str) -> set[str]:
    return {todo.step for todo in todos_of(service, number)}


def walked(service: Service, clock: MovableClock, case_id: str) -> str:
    sample = read_sample(case_id, today=service.today)
    assert sample.begins is not None
    clock.now = sample.begins
    load_sample_bureau(service)
    number = walk(service, clock, sample)
    assert outcome_of(service, number) == "办结"
    assert [f for f in examine(service) if f.severity.value == "broken"] == []
    return number


def test_hy_01_is_answered_after_an_hour_and_forty_minutes(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "HY-01")
    assert clocks(service, number) == {"opinion-response": ("2026-03-20T15:40", "met")}
    assert steps(service, number) == [
        *("verification", "assessment", "drafting", "confidentiality-review", "deputy-head-review"),
        *("signature", "release", "follow-up", "rumour-leads", "evaluation"),
    ]
    taken = scalars(service, "SELECT outcome->'facts' FROM step WHERE key = 'response-time'")
    assert taken == [{"response_minutes": 100, "releases": 2}]
    assert scalars(service, "SELECT channel FROM opinion_release ORDER BY id") == ["微信", "政府网站"]
    assert case_row(service, number).intake["link"] == "https://video.example/v/20260318"


def test_hy_02_has_two_clocks_that_a_saturday_does_not_move(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "HY-02")
    assert clocks(service, number) == {
        "emergency-information": ("2026-06-27T10:10", "met"),
        "emergency-press-conference": ("2026-06-28T05:10", "met"),
    }
    order = steps(service, number)
    assert order.index("release") < order.index("press-conference") < len(order) - 1
    assert order[0] == "assessment"
    assert {key for key in order if "report" in key} == {f"emergency-report-{body}" for body in REPORTED_TO}
    channels = scalars(service, "SELECT channel FROM opinion_release ORDER BY released_at")
    assert channels == ["政府网站", "新闻发布会", "政府网站"]


def test_a_second_report_of_a_link_is_a_sighting_of_the_first_case(service: Service, bureau: Bureau) -> None:
    first = report(service, spread=100)
    again = report(service, link=f"{LINK}?utm_source=app#top", source="微博", spread=900)
    assert (again.number, again.joined, first.joined) == (first.number, True, False)
    report(service, link=LINK, source="微博", spread=900)  # said twice, kept once
    assert scalars(service, "SELECT spread FROM opinion_sighting") == [900]
    assert scalars(service, "SELECT count(*) FROM cases") == [1]
    assert "reported-again" in scalars(service, "SELECT action FROM ledger_entry")


def test_what_was_seen_offline_is_not_all_one_matter(service: Service, bureau: Bureau) -> None:
    first = report(service, link="", offline="县电视台晚间新闻")
    assert report(service, link="", offline="群众来电").number != first.number
    with pytest.raises(InvalidInput, match="其中一项"):
        report(service, link="", offline="")


def test_a_late_entry_needs_its_reason_and_keeps_both_times(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    clock.move(hours=1)
    with pytest.raises(InvalidInput, match="补登"):
        report(service)
    number = report(service, late_reason="夜间无人值守").number
    row = case_row(service, number)
    assert datetime.fromisoformat(row.intake["first_seen_at"]) == SEEN
    assert row.launched_at == clock.now
    assert clocks(service, number) == {"opinion-response": ("2026-04-22T08:30", "")}  # from first seen


def test_personal_data_and_times_to_come_are_refused(service: Service, bureau: Bureau) -> None:
    with pytest.raises(InvalidInput, match="个人信息"):
        report(service, summary="请联系13812345678了解")
    with pytest.raises(InvalidInput, match="尚未到来"):
        report(service, first_seen_at=(SEEN + timedelta(days=1)).isoformat())


def test_an_ordinary_matter_that_becomes_major_has_the_other_clocks_from_first_seen(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = report(service).number
    act(service, number, "verification")
    act(service, number, "assessment")
    act(service, number, "drafting", action="reject")  # it is not what it was assessed to be
    assert open_steps(service, number) == {"assessment"}
    clock.move(hours=2)
    act(service, number, "assessment", MAJOR)
    assert clocks(service, number) == {
        "opinion-response": ("2026-04-22T08:30", "stopped"),
        "emergency-information": ("2026-04-20T13:30", ""),
        "emergency-press-conference": ("2026-04-21T08:30", ""),
    }
    assert len(open_steps(service, number)) == 5  # the draft, and four reports at once


def test_what_turns_major_after_its_first_answer_owes_authoritative_information_too(
    service: Service, bureau: Bureau
) -> None:
    number = report(service).number
    act(service, number, "verification")
    act(service, number, "assessment")
    to_the_release(service, number)
    act(service, number, "release", released(service))
    act(service, number, "follow-up", {"next": "assess_again"})
    act(service, number, "assessment", MAJOR)
    to_the_release(service, number)
    act(service, number, "release", released(service))
    assert {key: end for key, (_, end) in clocks(service, number).items()} == {
        "opinion-response": "met",
        "emergency-information": "met",
        "emergency-press-conference": "",
    }
    act(service, number, "follow-up", {"next": "assess_again"})
    with pytest.raises(InvalidInput, match="不再降级"):
        act(service, number, "assessment", PLAIN)


def test_reports_hold_no_release_up_and_the_case_ends_when_they_were_seen(
    service: Service, bureau: Bureau
) -> None:
    number = report(service).number
    act(service, number, "verification")
    with pytest.raises(InvalidInput, match="回应处置建议"):
        act(service, number, "assessment", PLAIN | {"departments": ["县水利局"]})
    act(service, number, "assessment", PLAIN | {"departments": ["县水利局"], "proposal": "联合回应"})
    to_the_release(service, number)
    act(service, number, "release", released(service))
    act(service, number, "follow-up")
    reports = open_steps(service, number)
    assert reports == {
        f"opinion-report-{b}" for b in ("publicity", "cyberspace", "superior", "county-office")
    }
    for key in sorted(reports):
        act(service, number, key)
    act(service, number, "evaluation")
    assert outcome_of(service, number) == "办结"


def test_a_release_needs_the_decision_of_its_text_before_it_and_its_address(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = report(service).number
    act(service, number, "verification")
    act(service, number, "assessment")
    clock.move(hours=1)
    to_the_release(service, number)
    early = (clock.now - timedelta(minutes=5)).isoformat()
    for wrong, why in (
        ({"released_at": early}, "早于"),
        ({"released_at": (clock.now + timedelta(minutes=1)).isoformat()}, "尚未到来"),
        ({"address": ""}, "网址"),
    ):
        with pytest.raises(InvalidInput, match=why):
            act(service, number, "release", released(service, **wrong))
    act(service, number, "release", released(service))
    assert clocks(service, number)["opinion-response"][1] == "met"


def test_no_release_is_logged_of_a_text_that_was_not_reviewed_for_secrecy(
    service: Service, bureau: Bureau
) -> None:
    number = report(service).number
    for key in ("verification", "assessment", "drafting"):
        act(service, number, key)
    act(service, number, "confidentiality-review", {"finding": "unsure_whether_suitable"})
    assert open_steps(service, number) == set()  # held: an administrator's incident
    version = case_row(service, number).document_version_id
    with service.database.begin() as connection:
        work = work_on_case(service, connection, number, channel="test")
        with pytest.raises(UnreviewedPublicationRefused):
            log_releases(work, {"document_version_id": version, **released(service)})


def test_an_earlier_text_stays_released_lawfully_while_the_next_is_under_review(
    service: Service, bureau: Bureau
) -> None:
    number = report(service, emergency=True).number
    act(service, number, "assessment", MAJOR)
    to_the_release(service, number)
    act(service, number, "release", released(service))
    act(service, number, "follow-up", {"next": "update"})
    act(service, number, "drafting", {"title": "关于进展的回应", "body": "进展顺利。"})
    act(service, number, "press-conference", {"held_at": service.now.isoformat()})
    assert clocks(service, number)["emergency-press-conference"][1] == "met"
    assert scalars(service, "SELECT count(*) FROM incident") == [0]


def test_the_leading_unit_writes_and_every_other_one_signs_along(service: Service, bureau: Bureau) -> None:
    with service.database.begin() as connection:
        unit = Unit.__table__
        ids = [
            connection.execute(insert(unit).values(code=code, name=code).returning(unit.c.id)).scalar_one()
            for code in ("whjg", "yjzh")
        ]
        for name, unit_id in zip(("chief_w", "chief_y"), ids, strict=True):
            add_person(connection, name, Position.SECTION_HEAD, unit_id=unit_id)
    number = report(service).number
    act(service, number, "verification")
    with pytest.raises(InvalidInput, match="没有该代码"):
        act(service, number, "assessment", PLAIN | {"owner": "none"})
    act(service, number, "assessment", PLAIN | {"owner": "whjg", "joint": [UNIT, "yjzh"]})
    act(service, number, "drafting", by="chief_w")
    act(service, number, "joint-signing", by="section_head")
    assert open_steps(service, number) == {"joint-signing"}
    act(service, number, "joint-signing", by="chief_y")
    act(service, number, "confidentiality-review", action="return", return_to="drafting")
    act(service, number, "drafting", {"title": "改后的回应", "body": "改后。"}, by="chief_w")
    assert open_steps(service, number) == {"joint-signing"}  # another text: they sign again


@pytest.mark.parametrize("said", [{"state_secret": True}, {"attribute": "不予公开", "ground": "16-1"}])
def test_an_answer_is_written_for_everybody_or_not_at_all(
    service: Service, bureau: Bureau, said: dict[str, Any]
) -> None:
    number = report(service).number
    act(service, number, "verification")
    act(service, number, "assessment")
    with pytest.raises(InvalidInput, match="没有这一项"):
        act(service, number, "drafting", (ANSWERS["drafting"] if "ground" in said else {}) | said)


def test_a_major_emergency_is_of_major_risk(service: Service, bureau: Bureau) -> None:
    number = report(service, emergency=True).number
    with pytest.raises(InvalidInput, match="不低于"):
        act(service, number, "assessment", MAJOR | {"risk": "ordinary"})
    act(service, number, "assessment", PLAIN)  # it was none: 48 hours, still from first seen
    assert {key: end for key, (_, end) in clocks(service, number).items()} == {
        "emergency-information": "stopped",
        "emergency-press-conference": "stopped",
        "opinion-response": "",
    }
