"""The law of the moment: what is imported governs every process at once, is told, and is never changed."""

import copy
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import ProgrammingError

from engine.acts.law import import_calendar, import_parameters
from engine.law import REVISION, Law, law_of
from engine.ledger import verify
from engine.service import Service
from models import Case
from models.database import connect
from rules.errors import CalendarTableRefused, GongkaiError, LawChangedMeanwhile, NotAllowed, NumberFixedByLaw
from rules.parameters import statutory
from rules.positions import Position
from rules.working_calendar import WorkingCalendar
from tests.builders import Bureau, launch_case, scalars, snapshot
from tests.engine.law_files import NEXT_YEAR, PAPER, REVIEW_TARGET, table
from tests.waiting import wait_until

ZONE = "Asia/Shanghai"
SPRING = date(2027, 2, 8)
ENTRIES = "SELECT data FROM ledger_entry WHERE action LIKE '%-imported' ORDER BY seq"


def law(service: Service, revision: int | None = None) -> Law:
    with service.read() as connection:
        return law_of(connection, ZONE, revision)


def bring(service: Service, content: Any = NEXT_YEAR, **options: Any) -> Any:
    return import_calendar(service, service.actor("administrator", channel="api"), content, **options)


def set_numbers(service: Service, *rows: dict[str, Any], **options: Any) -> Any:
    return import_parameters(service, service.actor("administrator", channel="api"), list(rows), **options)


@contextmanager
def statements(service: Service) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(service.database, "before_cursor_execute", note)
    yield asked
    event.remove(service.database, "before_cursor_execute", note)


# --- what governs ----------------------------------------------------------------------------


def test_until_something_is_imported_the_program_s_law_governs(service: Service, bureau: Bureau) -> None:
    found = law(service)
    assert (found.revision, found.calendar.timezone, found.calendar.covers(2027)) == (0, ZONE, False)
    assert [found.parameters.of(key) for key in found.parameters.keys] == [
        statutory().of(key) for key in statutory().keys
    ]


def test_an_imported_table_governs_at_once_and_names_every_day_that_changed(
    service: Service, bureau: Bureau
) -> None:
    done = bring(service)
    assert (done.stored, done.same, done.before, done.revision) == (True, False, 0, 1)
    assert (done.covered_before, done.covered) == (False, True)
    assert [(str(day.on), day.before.works, day.after.works) for day in done.days] == [
        ("2027-01-01", True, False),
        ("2027-02-08", True, False),
        ("2027-02-09", True, False),
        ("2027-02-20", False, True),
        ("2027-10-01", True, False),
    ]
    found = law(service)
    assert (found.revision, found.calendar.covers(2027)) == (1, True)
    assert not found.calendar.day(SPRING).works


_DAYS = st.dictionaries(st.dates(date(2026, 12, 25), date(2027, 12, 31)), st.booleans(), min_size=1)


@given(_DAYS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_day_by_day_the_table_imported_last_governs_and_the_library_where_it_says_nothing(
    service: Service, bureau: Bureau, days: dict[date, bool]
) -> None:
    named = [
        {"name": f"第{n}节", "date": on.isoformat(), "is_off_day": off}
        for n, (on, off) in enumerate(days.items())
    ]
    bring(service, {"year": 2027, "papers": [], "days": named})
    found, library = law(service).calendar, WorkingCalendar()
    for on in (date(2026, 1, 1) + timedelta(n) for n in range(1100)):
        expected = not days[on] if on in days else library.day(on).works
        assert found.day(on).works is expected, on
    assert found.covers(2027) is (set(days.values()) == {True, False})


def test_a_second_table_of_the_year_replaces_the_first_whole(service: Service, bureau: Bureau) -> None:
    bring(service)
    done = bring(service, table(2027, {"2027-01-01": "元旦"}, {"2027-02-20": "春节"}))
    assert [str(day.on) for day in done.days] == ["2027-02-08", "2027-02-09", "2027-10-01"]
    assert law(service).calendar.day(SPRING).works


def test_tables_of_several_years_govern_together(service: Service, bureau: Bureau) -> None:
    works_late = {"name": "国庆节", "date": "2027-12-25", "is_off_day": False}  # a Saturday
    bring(service, {**NEXT_YEAR, "days": [*NEXT_YEAR["days"], works_late]})
    done = bring(service, table(2028, {"2027-12-31": "元旦"}, {"2028-01-08": "元旦"}))
    assert [str(day.on) for day in done.days] == ["2027-12-31", "2028-01-08"]
    found = law(service).calendar
    assert [found.covers(year) for year in (2026, 2027, 2028)] == [True, True, True]
    assert not found.day(SPRING).works
    assert found.day(date(2027, 12, 25)).works
    assert not found.day(date(2027, 12, 31)).works


def test_the_site_s_numbers_govern_and_only_the_keys_it_names_change(
    service: Service, bureau: Bureau
) -> None:
    set_numbers(service, {**REVIEW_TARGET, "key": "signature-target", "number": 1})
    done = set_numbers(service, REVIEW_TARGET)
    assert [(each.key, [n.zh for n in each.before], [n.zh for n in each.after]) for each in done.numbers] == [
        ("review-target", ["3个工作日"], ["3个工作日", "5个工作日"])
    ]
    found = law(service).parameters
    on = date(2026, 7, 1)
    assert [found.on(key, on).term.period.number for key in ("review-target", "signature-target")] == [5, 1]
    assert found.on("publication", on) == statutory().on("publication", on)


def test_an_earlier_revision_can_be_asked_for_and_stays_what_it_was(service: Service, bureau: Bureau) -> None:
    bring(service)
    bring(service, table(2027, {"2027-01-01": "元旦"}, {"2027-02-20": "春节"}))
    set_numbers(service, REVIEW_TARGET)
    other = replace(service, database=connect(service.settings.database_url.get_secret_value()))
    works = [law(other, revision).calendar.day(SPRING).works for revision in (0, 1, 2, 3)]
    assert works == [True, False, True, True]
    numbers = [len(law(other, revision).parameters.of("review-target")) for revision in (2, 3)]
    assert numbers == [1, 2]
    other.database.dispose()


# --- how it is known -------------------------------------------------------------------------


def test_rows_are_read_once_for_each_revision_of_a_process(service: Service, bureau: Bureau) -> None:
    bring(service)
    first = law(service)
    with statements(service) as asked:
        assert law(service) is first
    assert len(asked) == 1
    assert "imported_by" not in asked[0]
    with statements(service) as asked:
        assert law(service, first.revision) is first
    assert asked == []


def test_the_revision_can_be_carried_along_by_any_statement(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    bring(service)
    cases = Case.__table__
    with service.read() as connection:
        row = connection.execute(select(cases.c.number, REVISION.label("law"))).one()
    assert tuple(row) == (number, 1)


_ASKED_EACH_LINE = """
import sys
from datetime import date
from engine.law import law_of
from engine.service import service_from_environment
service = service_from_environment(pool_size=1)
for line in sys.stdin:
    with service.read() as connection:
        found = law_of(connection, "Asia/Shanghai")
    print(found.revision, found.calendar.day(date(2027, 2, 8)).works, flush=True)
"""


@pytest.mark.thorough
def test_a_process_that_runs_already_knows_of_an_import_at_its_next_question(
    service: Service, bureau: Bureau, environment: dict[str, str]
) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", _ASKED_EACH_LINE],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None
    assert other.stdout is not None

    def asked() -> str:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write("\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    with other:
        before = asked()
        bring(service)
        after = asked()
        other.stdin.close()
    assert (before, after) == ("0 True", "1 False")


# --- what is told and kept -------------------------------------------------------------------


def test_an_import_leaves_an_entry_with_its_digest_and_the_days_that_changed(
    service: Service, bureau: Bureau
) -> None:
    bring(service, table(2027, {"2027-01-01": "元旦"}, {"2027-01-09": "元旦"}))
    (entry,) = scalars(service, ENTRIES)
    (change,) = entry["changes"]
    assert (change["id"], change["kind"], change["key"]) == (1, "calendar", "2027")
    assert len(change["digest"]) == 64
    assert (entry["papers"], entry["covered"]) == ([PAPER], True)
    assert entry["days"] == [
        {"date": "2027-01-01", "before": "workday", "after": "holiday"},
        {"date": "2027-01-09", "before": "weekend", "after": "make-up-workday"},
    ]
    set_numbers(service, REVIEW_TARGET)
    assert list(scalars(service, ENTRIES)[1]["numbers"]) == ["review-target"]
    assert (
        scalars(service, "SELECT actor FROM ledger_entry WHERE action LIKE '%-imported'")
        == ["administrator"] * 2
    )
    with service.database.connect() as connection:
        verify(connection)


def test_the_very_same_again_changes_nothing_and_says_so(service: Service, bureau: Bureau) -> None:
    bring(service)
    set_numbers(service, REVIEW_TARGET)
    before = snapshot(service)
    reordered = {**NEXT_YEAR, "days": list(reversed(NEXT_YEAR["days"]))}
    for done in (bring(service), bring(service, reordered), set_numbers(service, REVIEW_TARGET)):
        assert (done.same, done.stored, done.revision) == (True, False, 2)
    assert snapshot(service) == before


def test_a_table_that_moves_no_day_is_stored_all_the_same(service: Service, bureau: Bureau) -> None:
    bring(service)
    done = bring(service, {**NEXT_YEAR, "papers": [PAPER, "青政办〔2026〕30号"]})
    assert (done.stored, done.days, done.revision) == (True, (), 2)


def test_a_dry_run_tells_the_same_and_stores_nothing(service: Service, bureau: Bureau) -> None:
    before = snapshot(service)
    told = [bring(service, dry_run=True), set_numbers(service, REVIEW_TARGET, dry_run=True)]
    assert [(done.stored, done.same, done.before, done.revision) for done in told] == [
        (False, False, 0, 0)
    ] * 2
    assert snapshot(service) == before
    assert law(service).revision == 0
    done = [bring(service), set_numbers(service, REVIEW_TARGET)]
    assert (told[0].days, told[1].numbers) == (done[0].days, done[1].numbers)


@pytest.mark.parametrize(
    "statement", ["UPDATE law_change SET key = '2028'", "DELETE FROM law_change", "TRUNCATE law_change"]
)
@pytest.mark.parametrize("role", ["application", "owner"])
def test_what_was_imported_can_be_changed_by_nobody(
    service: Service, bureau: Bureau, statement: str, role: str
) -> None:
    bring(service)
    urls = {"application": service.settings.database_url, "owner": service.settings.owner_database_url}
    engine = create_engine(urls[role].get_secret_value())
    with pytest.raises(ProgrammingError), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert scalars(service, "SELECT key FROM law_change") == ["2027"]


# --- who may, and what is refused ------------------------------------------------------------


@pytest.mark.parametrize("position", [p for p in Position if p is not Position.ADMINISTRATOR])
def test_nobody_but_an_administrator_imports(service: Service, bureau: Bureau, position: Position) -> None:
    before = snapshot(service)
    actor = bureau.actor(position.value)
    with pytest.raises(NotAllowed):
        import_calendar(service, actor, NEXT_YEAR)
    with pytest.raises(NotAllowed):
        import_parameters(service, actor, [REVIEW_TARGET], dry_run=True)
    assert snapshot(service) == before


def with_days(*days: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(NEXT_YEAR), **changes, "days": [*NEXT_YEAR["days"], *days]}


def day(on: str, off: object = True, name: str = "春节") -> dict[str, Any]:
    return {"name": name, "date": on, "is_off_day": off}


BAD_TABLES: dict[str, tuple[object, str]] = {
    "gap": (with_days(day("2027-02-11")), "缺2027-02-10"),
    "overlap": (with_days(day("2027-02-08", name="元宵")), "2027-02-08重复"),
    "both": (with_days(day("2027-02-08", False)), "2027-02-08既是放假日又是上班日"),
    "wrong year": (with_days(year=2028), "不属于2028年"),
    "other year's day": (with_days(day("2028-05-01", name="劳动节")), "不属于2027年"),
    "a time": (with_days(day("2027-02-10T00:00:00")), "须为日期"),
    "no such day": (with_days(day("2027-02-30")), "须为日期"),
    "flag": (with_days(day("2027-02-10", "no")), "true 或 false"),
    "empty": ({"year": 2027, "papers": [], "days": []}, "没有任何日期"),
    "garbage": ("2027", "须恰有这些项"),
    "nothing": (None, "须恰有这些项"),
}


@pytest.mark.parametrize(("content", "said"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_table_is_told_and_nothing_of_it_is_imported(
    service: Service, bureau: Bureau, content: object, said: str
) -> None:
    before = snapshot(service)
    with pytest.raises(CalendarTableRefused, match=said):
        bring(service, content, where="2027.json")
    assert snapshot(service) == before
    assert law(service).revision == 0


def test_of_a_file_with_one_statutory_number_nothing_is_imported(service: Service, bureau: Bureau) -> None:
    before = snapshot(service)
    with pytest.raises(NumberFixedByLaw, match="publication"):
        set_numbers(service, REVIEW_TARGET, {**REVIEW_TARGET, "key": "publication", "number": 60})
    assert snapshot(service) == before


def test_what_was_previewed_against_another_law_is_not_imported(service: Service, bureau: Bureau) -> None:
    seen = bring(service, dry_run=True).before
    set_numbers(service, REVIEW_TARGET)
    before = snapshot(service)
    with pytest.raises(LawChangedMeanwhile):
        bring(service, seen=seen)
    assert snapshot(service) == before
    assert bring(service, seen=bring(service, dry_run=True).before).stored


# --- at the same time ------------------------------------------------------------------------


def test_imports_wait_for_each_other_so_that_no_revision_seen_ever_changes(
    service: Service, bureau: Bureau
) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 739020192 AND NOT granted"
    )
    thread = threading.Thread(target=bring, args=(service,))
    with service.database.begin() as first:
        first.execute(text("SELECT pg_advisory_xact_lock(739020192)"))
        thread.start()
        wait_until(lambda: scalars(service, waiting) == [1], seconds=20)
        assert law(service).revision == 0
    thread.join()
    assert law(service).revision == 1


@pytest.mark.thorough
def test_of_imports_at_the_same_time_each_one_counts_and_is_told_in_the_order_they_governed(
    service: Service, bureau: Bureau
) -> None:
    tables = [
        table(year, {f"{year}-05-03": "劳动节"}, {f"{year}-05-09": "劳动节"}) for year in range(2027, 2033)
    ]
    started, failed = threading.Barrier(len(tables)), list[GongkaiError]()

    def run(content: dict[str, Any]) -> None:
        started.wait()
        try:
            for _ in range(3):
                bring(service, content)
        except GongkaiError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(content,)) for content in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert scalars(service, "SELECT count(*) FROM law_change") == [6]  # the very same again is nothing
    told = [entry["changes"][0]["id"] for entry in scalars(service, ENTRIES)]
    assert told == scalars(service, "SELECT id FROM law_change ORDER BY id")
    assert all(law(service).calendar.covers(year) for year in range(2027, 2033))
    with service.database.connect() as connection:
        verify(connection)
