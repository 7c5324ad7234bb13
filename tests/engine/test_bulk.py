"""Many cases from one file: each good row becomes one case, once; each bad row says why; nothing is lost."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import bulk_work
from engine.acts.bulk import check_bulk, forget_old_bulk, start_bulk, upload_bulk
from engine.bulk_work import launch_rows
from engine.reading.bulk import bad_rows, list_bulk_rows, read_bulk_launch
from engine.service import Service
from rules.errors import BulkNotFound, InvalidInput, MalformedFile, NotAllowed
from tests.builders import UNIT, Bureau, MovableClock, scalars, snapshot
from tests.engine.test_outbox import drain, mails, words

COLUMNS = ["key", "拟稿人", "unit", "title", "body", "公开属性"]


def a_row(place: int, **other: str) -> dict[str, str]:
    """One launch of 主动公开, as a clerk would list it."""
    usual = {
        "key": f"row-{place}",
        "拟稿人": "drafter",
        "unit": UNIT,
        "title": f"第{place}号检查通知",
        "body": "各镇人民政府：现将有关事项通知如下。",
        "公开属性": "主动公开",
    }
    return usual | other


def a_file(rows: list[dict[str, str]], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def upload(service: Service, raw: bytes, *, name: str = "cases.csv", by: str = "drafter") -> int:
    return upload_bulk(
        service, service.actor(by, channel="api"), name, raw, procedure_="主动公开", start=True
    )


def launch_all(service: Service) -> None:
    while launch_rows(service):
        pass


def states(service: Service, bulk_id: int) -> list[str]:
    return [row.state for row in list_bulk_rows(service, service.actor("drafter", channel="api"), bulk_id)]


def view(service: Service, bulk_id: int) -> Any:
    return read_bulk_launch(service, service.actor("drafter", channel="api"), bulk_id)


def test_every_good_row_becomes_a_case_and_every_bad_one_says_why(service: Service, bureau: Bureau) -> None:
    rows = [
        a_row(1),
        a_row(2, unit="nowhere"),
        a_row(3, 公开属性="也许"),
        a_row(4, 拟稿人="legal_office"),
        a_row(5),
    ]
    bulk = upload(service, a_file(rows))
    assert scalars(service, "SELECT count(*) FROM cases") == [0], "the worker launches, not the request"
    launch_all(service)
    assert states(service, bulk) == ["launched", "bad", "bad", "bad", "launched"]
    assert scalars(service, "SELECT title FROM cases ORDER BY id") == ["第1号检查通知", "第5号检查通知"]
    found = list_bulk_rows(service, service.actor("drafter", channel="api"), bulk, state="bad")
    assert [row.line for row in found] == [3, 4, 5]
    assert all(row.reason and row.reason.zh and row.reason.en for row in found)
    assert view(service, bulk).state == "done"


def test_the_same_file_again_launches_nothing_more(service: Service, bureau: Bureau) -> None:
    raw = a_file([a_row(1), a_row(2)])
    first, again = upload(service, raw), upload(service, raw)
    launch_all(service)
    assert states(service, first) == ["launched"] * 2
    assert states(service, again) == ["repeated"] * 2
    assert scalars(service, "SELECT count(*) FROM cases") == [2]


def test_without_a_key_the_content_says_that_it_is_the_same_row(service: Service, bureau: Bureau) -> None:
    rows = [{k: v for k, v in a_row(n).items() if k != "key"} for n in (1, 2)]
    raw = a_file(rows, COLUMNS[1:])
    upload(service, raw)
    again = upload(service, raw)
    launch_all(service)
    assert states(service, again) == ["repeated"] * 2
    assert scalars(service, "SELECT count(*) FROM cases") == [2]


def test_the_report_of_bad_rows_is_corrected_and_uploaded_as_it_is(service: Service, bureau: Bureau) -> None:
    rows = [a_row(1), a_row(2, unit="nowhere", title="=SUM(1) 号通知")]
    bulk = upload(service, a_file(rows))
    launch_all(service)
    name, report = bad_rows(service, service.actor("drafter", channel="api"), bulk)
    assert name.endswith(".csv")
    assert b"'=SUM(1)" in report, "no spreadsheet takes it for a formula"
    again = upload(service, report.replace(b"nowhere", UNIT.encode()), name=name)
    launch_all(service)
    assert states(service, again) == ["launched"]
    assert scalars(service, "SELECT title FROM cases ORDER BY id") == ["第1号检查通知", "=SUM(1) 号通知"]


def test_a_key_that_launched_something_else_is_refused_with_the_reason(
    service: Service, bureau: Bureau
) -> None:
    upload(service, a_file([a_row(1)]))
    launch_all(service)
    changed = upload(service, a_file([a_row(1, title="另一份通知")]))
    launch_all(service)
    [row] = list_bulk_rows(service, service.actor("drafter", channel="api"), changed)
    assert row.state == "bad"
    assert row.reason
    assert "row-1" in row.reason.zh
    assert scalars(service, "SELECT count(*) FROM cases") == [1]


def test_two_rows_of_one_key_in_one_file_are_one_case(service: Service, bureau: Bureau) -> None:
    bulk = upload(service, a_file([a_row(1), a_row(1)]))
    launch_all(service)
    assert states(service, bulk) == ["launched", "bad"]


def test_each_row_passes_the_policy_door_of_its_own(service: Service, bureau: Bureau) -> None:
    """Another drafter's cases are no concern of somebody who may launch their own."""
    bulk = upload(service, a_file([a_row(1, 拟稿人="section_head")]))
    launch_all(service)
    assert states(service, bulk) == ["bad"]
    with pytest.raises(NotAllowed):
        upload(service, a_file([a_row(1)]), by="archivist")


def test_a_killed_worker_leaves_a_whole_case_or_none_and_the_next_one_goes_on(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_args: object, **_more: object) -> None:
        raise Killed

    bulk = upload(service, a_file([a_row(n) for n in range(1, 4)]))
    with monkeypatch.context() as dying:
        dying.setattr(bulk_work, "leave_to_the_summary", killed)  # after the case is made, before the commit
        with pytest.raises(Killed):
            launch_rows(service)
    assert scalars(service, "SELECT count(*) FROM cases") == [0]
    launch_all(service)
    assert states(service, bulk) == ["launched"] * 3
    assert scalars(service, "SELECT count(*) FROM cases") == [3]


def test_several_workers_launch_each_row_once(service: Service, bureau: Bureau) -> None:
    bulk = upload(service, a_file([a_row(n) for n in range(1, 41)]))
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(lambda _: launch_all(service), range(3)))
    launch_all(service)
    assert states(service, bulk) == ["launched"] * 40
    assert scalars(service, "SELECT count(*) FROM cases") == [40]


def test_a_drafter_gets_one_message_for_the_whole_file(service: Service, bureau: Bureau) -> None:
    upload(service, a_file([a_row(n) for n in range(1, 31)]))
    launch_all(service)
    drain(service)
    [told] = mails(service)
    assert "30" in told["Subject"]
    assert "检查通知" not in words(told)
    assert scalars(service, "SELECT count(*) FROM delivery WHERE sent_at IS NULL AND dropped_at IS NULL") == [
        0
    ]


def test_classified_text_in_a_row_is_not_even_stored(service: Service, bureau: Bureau) -> None:
    row = a_row(1, 涉及国家秘密="是", body="绝密内容全文")
    bulk = upload(service, a_file([row], [*COLUMNS, "涉及国家秘密"]))
    assert states(service, bulk) == ["bad"]
    assert "绝密" not in json.dumps(
        scalars(service, "SELECT row_to_json(r) FROM bulk_row r"), ensure_ascii=False
    )


def test_what_a_case_has_is_not_kept_a_second_time(service: Service, bureau: Bureau) -> None:
    upload(service, a_file([a_row(1)]))
    launch_all(service)
    assert scalars(service, "SELECT stated FROM bulk_row") == [None]


def test_json_lines_are_taken_too_and_a_line_that_is_none_says_so(service: Service, bureau: Bureau) -> None:
    intake = {"drafter": "drafter", "unit": UNIT, "legality_review": True}
    whole = {
        "key": "a",
        "intake": intake,
        "draft": {"title": "一份通知", "body": "正文", "attribute": "主动公开"},
    }
    lines = [json.dumps(whole, ensure_ascii=False), "{not json", '["no object"]', '{"unit": "\\u0000"}']
    bulk = upload(service, "\n".join(lines).encode(), name="cases.jsonl")
    launch_all(service)
    assert states(service, bulk) == ["launched", "bad", "bad", "bad"]
    name, report = bad_rows(service, service.actor("drafter", channel="api"), bulk)
    assert name.endswith(".jsonl")
    assert len(report.splitlines()) == 3


def test_a_dry_run_says_the_same_and_stores_nothing(service: Service, bureau: Bureau) -> None:
    before = snapshot(service)
    actor = service.actor("drafter", channel="cli")
    raw = a_file([a_row(1), a_row(2, unit="nowhere")])
    checked = check_bulk(service, actor, "cases.csv", raw, procedure_="主动公开")
    assert [bool(row.refused) for row in checked.rows] == [False, True]
    assert snapshot(service) == before


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", MalformedFile),
        ("拟稿人,颜色\r\ndrafter,红\r\n".encode(), InvalidInput),
        ("拟稿人,unit\r\n".encode("gb18030"), MalformedFile),
        (b"unit,unit\r\na,b\r\n", MalformedFile),
    ],
    ids=["empty", "unknown column", "not UTF-8", "a column twice"],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(
    service: Service, bureau: Bureau, raw: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        upload(service, raw)
    assert scalars(service, "SELECT count(*) FROM bulk_launch") == [0]


def test_only_who_uploaded_it_and_administrators_know_of_a_file(service: Service, bureau: Bureau) -> None:
    bulk = upload(service, a_file([a_row(1)]))
    assert read_bulk_launch(service, service.actor("administrator", channel="api"), bulk).rows == 1
    with pytest.raises(BulkNotFound):
        read_bulk_launch(service, service.actor("office", channel="api"), bulk)
    with pytest.raises(BulkNotFound):
        start_bulk(service, service.actor("administrator", channel="api"), bulk)


def test_a_file_nobody_starts_launches_nothing_and_is_dropped(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    actor = service.actor("drafter", channel="api")
    upload_bulk(service, actor, "cases.csv", a_file([a_row(1)]), procedure_="主动公开")
    launch_all(service)
    assert scalars(service, "SELECT count(*) FROM cases") == [0]
    clock.move(days=2)
    assert forget_old_bulk(service) == 1
    assert scalars(service, "SELECT count(*) FROM bulk_row") == [0]


def test_the_ledger_of_the_organ_says_who_started_a_file_and_what_came_of_it(
    service: Service, bureau: Bureau
) -> None:
    upload(service, a_file([a_row(1), a_row(2, unit="nowhere")]))
    launch_all(service)
    noted = "SELECT action || ' ' || actor FROM ledger_entry WHERE chain = 0 ORDER BY seq"
    assert scalars(service, noted)[-2:] == ["bulk-launch-started drafter", "bulk-launch-done drafter"]
