"""The monitor's desk: many from a table, each once; the watch log and its gaps; plans ahead of decisions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.acts.opinion_import import import_opinions
from engine.acts.watch import note_watch
from engine.doctor import examine
from engine.reading.opinions import read_opinions, read_watch_log
from engine.service import Service
from models import OpinionRelease
from rules.errors import InvalidInput, MalformedFile, NotAllowed
from tests.builders import (
    UNIT,
    Bureau,
    MovableClock,
    case_row,
    decide_next,
    launch_case,
    scalars,
)
from tests.engine.test_families import begin
from tests.engine.test_opinion_response import ANSWERS, act, report

HEADER = "业务股室,来源,首次发现时间,内容摘要,链接,转发或阅读量,涉及重大突发事件"
GOOD = f"{UNIT},微博,2026-04-20 08:30,网传某地起火,https://weibo.example/1,100,"
WATCHED = {
    "watched_on": "2026-04-20",
    "since": "08:00",
    "until": "12:00",
    "sources": "微博、微信、县融媒体",
}


def table(*rows: str, encoding: str = "utf-8-sig") -> bytes:
    return "\n".join((HEADER, *rows)).encode(encoding)


@pytest.fixture
def take_in(service: Service) -> Callable[[bytes], list[Any]]:
    def taken(content: bytes) -> list[Any]:
        return import_opinions(service, service.actor("monitor", channel="cli"), content, name="t.csv")

    return taken


def test_every_good_row_is_entered_once_and_every_bad_one_says_why(
    service: Service, bureau: Bureau, take_in: Callable[[bytes], list[Any]]
) -> None:
    content = table(
        GOOD,
        f"{UNIT},抖音,2026-04-20 08:40,同一链接,https://weibo.example/1#x,900,",
        "nowhere,微博,2026-04-20 08:30,网传某地起火,https://weibo.example/2,1,",
        f"{UNIT},微博,昨天,网传某地起火,https://weibo.example/3,1,",
        f"{UNIT},微博,2026-04-20 08:50,网传山洪,https://weibo.example/4,1,是",
        f"{UNIT},微博,2026-04-20 08:50,网传山洪,https://weibo.example/5,1,否,多出一格",
    )
    rows = take_in(content)
    assert [(row.line, row.outcome) for row in rows] == [
        (2, "opened"),
        (3, "joined"),
        (4, "refused"),
        (5, "refused"),
        (6, "opened"),
        (7, "refused"),
    ]
    assert [row.error.code for row in rows if row.error] == ["unknown-unit", "invalid-input", "invalid-input"]
    assert case_row(service, rows[4].number).intake["emergency"] is True
    again = take_in(content)
    assert [row.outcome for row in again][:3] == ["repeated", "joined", "refused"]
    assert scalars(service, "SELECT count(*) FROM cases") == [2]
    assert scalars(service, "SELECT count(*) FROM opinion_sighting") == [1]


def test_a_table_as_a_spreadsheet_here_writes_it_is_read(
    service: Service, bureau: Bureau, take_in: Callable[[bytes], list[Any]]
) -> None:
    assert [row.outcome for row in take_in(table(GOOD, encoding="gb18030"))] == ["opened"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\xff", "不认识的列\n1".encode(), b'"never closed'])
def test_a_table_that_cannot_be_read_is_refused_whole(
    service: Service, bureau: Bureau, take_in: Callable[[bytes], list[Any]], content: bytes
) -> None:
    with pytest.raises(MalformedFile):
        take_in(content)
    assert scalars(service, "SELECT count(*) FROM cases") == [0]


def test_the_board_has_the_least_time_left_first(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    ordinary = report(service).number
    major = report(service, link="https://video.example/v/2", emergency=True).number
    found = read_opinions(service, bureau.actor("openness_office"))
    assert [line.number for line in found] == [major, ordinary]
    assert [desk.step.key for desk in found[1].held] == ["verification"]
    with pytest.raises(NotAllowed):
        read_opinions(service, bureau.actor("drafter"))


def test_a_day_nobody_watched_shows_in_the_log_and_to_the_doctor(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    monitor = bureau.actor("monitor")
    assert read_watch_log(service, monitor).missing == []  # nothing is missed before it was begun
    note_watch(service, monitor, WATCHED)
    clock.move(days=3)
    note_watch(service, monitor, {**WATCHED, "watched_on": "2026-04-22", "found": "网传山洪"})
    log = read_watch_log(service, bureau.actor("publicity"))
    assert [entry.found for entry in log.entries] == ["网传山洪", ""]
    assert [day.isoformat() for day in log.missing] == ["2026-04-21"]
    warned = [finding for finding in examine(service) if finding.check == "every-day-is-watched"]
    assert [finding.where for finding in warned] == ["2026-04-21"]
    assert scalars(service, "SELECT actor FROM ledger_entry WHERE action = 'watch-noted'") == ["monitor"] * 2


def test_the_watch_log_is_written_by_monitors_and_only_grows(service: Service, bureau: Bureau) -> None:
    with pytest.raises(NotAllowed):
        note_watch(service, bureau.actor("publicity"), WATCHED)
    with pytest.raises(NotAllowed):
        read_watch_log(service, bureau.actor("drafter"))
    for wrong in ({"watched_on": "2026-04-21"}, {"until": "08:00"}, {"cases": ["HY-2026-0001"]}):
        with pytest.raises(InvalidInput):
            note_watch(service, bureau.actor("monitor"), WATCHED | wrong)
    number = report(service).number
    note_watch(service, bureau.actor("monitor"), WATCHED | {"cases": [number]})
    with service.database.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("UPDATE watch_log_entry SET found = ''"))


def test_the_doctor_finds_a_release_that_nobody_reviewed(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = report(service).number
    for key in ("verification", "assessment", "drafting"):
        act(service, number, key)
    row = case_row(service, number)
    with service.database.begin() as connection:
        connection.execute(
            insert(OpinionRelease.__table__).values(
                case_id=row.id,
                document_version_id=row.document_version_id,
                channel="微信",
                address="",
                released_at=clock.now - timedelta(hours=1),
                logged_by="x",
                logged_at=clock.now,
            )
        )
    assert [f.where for f in examine(service) if f.check == "released-was-reviewed-and-signed"] == [number]


def test_a_plan_is_approved_ahead_of_its_decision_and_says_so(service: Service, bureau: Bureau) -> None:
    decision = launch_case(service).number
    plan = begin(service, "response-plan", decision=decision)
    decide_next(service, plan, answers=ANSWERS["drafting"])
    for _ in range(3):
        decide_next(service, plan)
    assert case_row(service, plan).outcome == "预案已审定"
    assert scalars(service, "SELECT facts->>'decision' FROM milestone WHERE name = 'approved'") == [decision]
    assert scalars(service, "SELECT relation FROM case_link") == ["responds-to"]
    assert (
        scalars(service, "SELECT attribute || ground FROM document_version ORDER BY id DESC")[0]
        == "不予公开16-2"
    )
    with pytest.raises(InvalidInput, match="没有编号"):
        begin(service, "response-plan", decision="ZD-2026-0999")
