"""Cases beside each other: opened by a case, awaited, in branches, one of a year, linked, asked elsewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.acts.launch import LaunchRequest, launch
from engine.acts.retry import retry_stuck
from engine.calls import ReviewCall
from engine.clocks.service import ClockService
from engine.doctor import examine
from engine.going_on import go_on
from engine.outcomes import ReviewOutcome, encode
from engine.procedures import procedure
from engine.replay import Ended, Recorded, replay
from engine.service import Service
from models import Unit
from rules.errors import AlreadyOpened, InvalidInput
from rules.positions import Position
from tests.builders import UNIT, Bureau, add_person, case_row, decide_next, launch_case, scalars, todos_of
from tests.engine.families import Plain, families_installed


@pytest.fixture(autouse=True)
def _families() -> Iterator[None]:
    with families_installed():
        yield


def begin(service: Service, key: str, *, by: str = "administrator", **intake: Any) -> str:
    fields = {"drafter": "drafter", "unit": UNIT, **intake}
    return launch(service, service.actor(by, channel="api"), LaunchRequest(key, fields)).number


def decide_key(service: Service, number: str, key: str) -> None:
    from engine.acts.decide import DecisionRequest, decide

    (todo,) = [todo for todo in todos_of(service, number) if todo.step == key]
    decide(service, service.actor(todo.position, channel="api"), DecisionRequest(todo.id, "approve", "同意"))


def broken(service: Service) -> list[str]:
    return [finding.check for finding in examine(service) if finding.severity.value == "broken"]


def test_a_case_opens_others_and_goes_on_when_they_have_come_so_far(service: Service, bureau: Bureau) -> None:
    whole = begin(service, "test-whole")
    first, second = scalars(service, "SELECT number FROM cases WHERE procedure = 'test-part' ORDER BY id")
    assert case_row(service, first).intake["of"] == whole
    assert go_on(service) == 0
    decide_next(service, first)
    assert go_on(service) == 1
    assert go_on(service) == 0  # the second milestone has not come yet
    decide_next(service, first)
    decide_next(service, first)
    assert ClockService(service).run() == 1
    for _ in range(3):
        decide_next(service, second)
    assert go_on(service) == 1
    assert case_row(service, whole).outcome == "one,two,部分完成+部分完成"
    assert broken(service) == []


def test_a_case_that_ends_without_the_milestone_is_waited_for_no_longer(
    service: Service, bureau: Bureau
) -> None:
    begin(service, "test-whole")
    first = scalars(service, "SELECT number FROM cases WHERE procedure = 'test-part' ORDER BY id")[0]
    with service.database.begin() as connection:
        connection.execute(text("UPDATE cases SET closed_at = launched_at WHERE number = :n"), {"n": first})
    assert go_on(service) == 1


def test_what_a_case_opens_is_made_with_the_step_or_not_at_all(service: Service, bureau: Bureau) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET active = false WHERE username = 'legal_office'"))
    whole = begin(service, "test-whole")  # its parts would have nobody to ask
    assert scalars(service, "SELECT count(*) FROM cases WHERE procedure = 'test-part'") == [0]
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == ["no-holder"]
    assert broken(service) == []
    with service.database.begin() as connection:
        add_person(connection, "second", Position.LEGAL_OFFICE)
    assert retry_stuck(service, case_row(service, whole).id)
    assert scalars(service, "SELECT count(*) FROM cases WHERE procedure = 'test-part'") == [2]
    assert broken(service) == []


def test_the_parts_of_a_case_are_its_family(service: Service, bureau: Bureau) -> None:
    from engine.reading import read_family

    whole = begin(service, "test-whole")
    first = scalars(service, "SELECT number FROM cases WHERE procedure = 'test-part' ORDER BY id")[0]
    administrator = bureau.actor("administrator")
    assert [r.number for r in read_family(service, administrator, first)] == [whole]
    assert len(read_family(service, administrator, whole)) == 2


@pytest.mark.parametrize("order", [("left", "deep", "deeper", "alone"), ("alone", "deeper", "deep", "left")])
def test_branches_go_on_at_their_own_pace_and_join(
    service: Service, bureau: Bureau, order: tuple[str, ...]
) -> None:
    number = begin(service, "test-branches")
    assert sorted(todo.step for todo in todos_of(service, number)) == [
        "alone",
        "deep-one",
        "deeper-one",
        "left-one",
    ]
    steps = {"left": ["left-one", "left-two"], "deep": ["deep-one"], "deeper": ["deeper-one", "deeper-two"]}
    for name in order:
        for step in steps.get(name, ["alone"]):
            decide_key(service, number, step)
    decide_key(service, number, "joined")
    decide_key(service, number, "after")
    assert case_row(service, number).outcome == "left、deep/deeper"
    assert broken(service) == []


def test_every_order_of_branches_replays_to_the_same_end() -> None:
    import random

    chosen = procedure("test-branches")
    for seed in range(50):
        journal: dict[Any, Recorded] = {}
        chance = random.Random(seed)
        while not isinstance(at := replay(chosen.body, Plain(drafter="d", unit="u"), journal), Ended):
            one = chance.choice(at.waiting)
            assert isinstance(one.call, ReviewCall)
            journal[one.call.key, one.round] = Recorded(
                "review", one.call.as_json(), encode(ReviewOutcome(one.call.actions[0]))
            )
        assert at.outcome == "left、deep/deeper"


def test_of_a_year_there_is_one_case_and_its_post_opens_it(service: Service, bureau: Bureau) -> None:
    number = begin(service, "test-of-a-year", drafter="openness_office", by="openness_office")
    with pytest.raises(AlreadyOpened, match=number):
        begin(service, "test-of-a-year", drafter="openness_office")
    with pytest.raises(InvalidInput, match="政务公开工作机构"):
        begin(service, "test-of-a-year", drafter="drafter", year=2027)
    begin(service, "test-of-a-year", drafter="openness_office", year=2027)


def test_an_intake_that_names_no_case_is_refused_and_one_that_names_one_is_linked(
    service: Service, bureau: Bureau
) -> None:
    with service.database.begin() as connection:
        connection.execute(insert(Unit.__table__), {"code": "other", "name": "另一股"})
        unit = connection.scalar(text("SELECT id FROM unit WHERE code = 'other'"))
        add_person(connection, "their_head", Position.SECTION_HEAD, unit_id=unit)
    with pytest.raises(InvalidInput, match="ZD-2026-0099"):
        begin(service, "test-about", document="ZD-2026-0099")
    document = launch_case(service).number
    number = begin(service, "test-about", document=document)
    assert scalars(service, "SELECT relation FROM case_link") == ["interprets"]
    decide_next(service, number, by="their_head")  # the other unit's post was asked, not the case's own
    assert case_row(service, number).outcome == "完"


def test_the_doctor_finds_a_wait_for_nothing_and_one_that_is_over(service: Service, bureau: Bureau) -> None:
    begin(service, "test-whole", parts=1)
    part = scalars(service, "SELECT number FROM cases WHERE procedure = 'test-part'")[0]
    for _ in range(3):
        decide_next(service, part)
    assert "await-is-over" in {finding.check for finding in examine(service)}
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE step SET call = jsonb_set(call, '{cases}', '[\"TP-1\"]') WHERE kind = 'await'")
        )
    assert "open-await-names-cases" in broken(service)


def test_every_open_branch_is_where_the_case_is_now(service: Service, bureau: Bureau) -> None:
    from engine.reading import read_path_ahead

    number = begin(service, "test-branches")
    ahead = read_path_ahead(service, bureau.actor("administrator"), number)
    now = {each.step.key for each in ahead if each.now and each.step}
    assert now == {todo.step for todo in todos_of(service, number)}
    assert [each.step.key for each in ahead if each.step and not each.now][-1] == "after"
