"""Posts change hands while to-dos are open: nobody is forgotten, nothing waits for nobody."""

import pytest
from sqlalchemy import text

from engine.acts.clock_acts import AskedAct, ask
from engine.acts.decide import DecisionRequest, decide
from engine.acts.hand_over import hand_over_draft
from engine.acts.retry import retry_stuck
from engine.clocks.firing import fire_due
from engine.reading import inbox
from engine.roster_watch import KIND, RosterWatch
from engine.service import Service
from rules.errors import AssignmentClosed, InvalidInput, NotAllowed
from rules.positions import Position
from tests.builders import Bureau, MovableClock, add_person, decide_next, launch_case, scalars, todo_of
from tests.engine.limits import ART_33, clock_of
from tests.engine.test_messages import empty_mailbox

UNIT_ID = "SELECT id FROM unit WHERE code = 'zfjd'"


def leave(service: Service, username: str) -> None:
    """A person leaves the bureau."""
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET active = false WHERE username = :u"), {"u": username})


def join(service: Service, username: str, position: Position) -> None:
    """A person comes into a post of the small bureau."""
    unit_id = scalars(service, UNIT_ID)[0] if position.of_unit else None
    with service.database.begin() as connection:
        add_person(connection, username, position, unit_id=unit_id)


def told(service: Service) -> list[str]:
    return scalars(
        service, "SELECT username FROM notification n JOIN person p ON p.id = n.person_id ORDER BY n.id"
    )


def test_whoever_comes_into_a_post_is_told_of_its_open_todos_once(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    watch = RosterWatch(service)
    watch.run()
    before = told(service)
    join(service, "new.head", Position.SECTION_HEAD)
    watch.run()
    assert told(service) == [*before, "new.head"]
    assert watch.run() is None


def test_a_new_superior_is_told_what_had_gone_up_and_an_escalation_of_nobody_is_reported(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    clock.move(days=4)
    fire_due(service)
    watch = RosterWatch(service)
    watch.run()
    join(service, "new.deputy", Position.DEPUTY_HEAD)
    watched = watch.run()
    assert watched is not None
    assert watched.told == 1
    empty_mailbox(service)
    queued = "SELECT template FROM notification n JOIN person p ON p.id = n.person_id WHERE username = :u"
    assert scalars(service, queued, u="new.deputy") == ["escalated"]
    for username in ("deputy_head", "new.deputy"):
        leave(service, username)
    watch.run()
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == [KIND]
    join(service, "third.deputy", Position.DEPUTY_HEAD)
    watch.run()
    assert scalars(service, "SELECT resolution FROM incident") == ["held-again"]
    [todo] = inbox(service, service.actor("third.deputy", channel="api")).todos
    assert todo.escalation is not None


def test_whoever_asked_something_of_a_limit_does_not_count_as_who_may_grant_it(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    clock_id = clock_of(service, number, "step:drafting").id
    asked = AskedAct("not-counted", "征求意见", ART_33, since=service.now)
    ask(service, bureau.actor("drafter"), clock_id, asked)
    watch = RosterWatch(service)
    watch.run()
    leave(service, "openness_office")
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holding (person_id, position)"
                " SELECT id, 'openness_office' FROM person WHERE username = 'drafter'"
            )
        )
    watch.run()
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == [KIND]
    join(service, "new.office", Position.OPENNESS_OFFICE)
    watched = watch.run()
    assert watched is not None
    assert watched.told == 1
    assert told(service)[-1] == "new.office"


def test_a_todo_of_nobody_is_reported_and_answers_itself(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    watch = RosterWatch(service)
    leave(service, "section_head")
    watch.run()
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == [KIND]
    join(service, "new.head", Position.SECTION_HEAD)
    watch.run()
    assert scalars(service, "SELECT resolution FROM incident") == ["held-again"]
    decide_next(service, number, by="new.head")


def test_the_drafter_himself_does_not_count_as_a_holder(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    leave(service, "section_head")
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holding (person_id, position, unit_id)"
                f" SELECT id, 'section_head', ({UNIT_ID}) FROM person WHERE username = 'drafter'"
            )
        )
    watched = RosterWatch(service).run()
    assert watched is not None
    assert (watched.told, watched.reported) == (0, 1)


def test_a_draft_is_handed_over_when_its_drafter_leaves(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    old = todo_of(service, number)
    join(service, "new.drafter", Position.DRAFTER)
    administrator = bureau.actor("administrator")
    done = hand_over_draft(service, administrator, number, to="new.drafter", reason="调离")
    assert (done.before, done.drafter) == ("drafter", "new.drafter")
    with pytest.raises(NotAllowed):
        decide(service, bureau.actor("drafter"), DecisionRequest(todo_of(service, number).id, "approve"))
    with pytest.raises(AssignmentClosed, match="改派"):
        decide(service, bureau.actor("drafter"), DecisionRequest(old.id, "approve"))
    decide_next(service, number, by="new.drafter")
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE action = 'draft-handed-over'") == [1]


def test_a_return_to_a_drafter_who_left_goes_on_after_the_hand_over(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_next(service, case.number)
    leave(service, "drafter")
    decide_next(service, case.number, action="return", opinion="请修改", return_to="drafting")
    assert scalars(service, "SELECT kind FROM incident") == ["no-holder"]
    join(service, "new.drafter", Position.DRAFTER)
    hand_over_draft(service, bureau.actor("administrator"), case.number, to="new.drafter", reason="离职")
    assert todo_of(service, case.number).step == "drafting"
    assert retry_stuck(service, case.case_id)
    assert scalars(service, "SELECT count(*) FROM incident WHERE resolved_at IS NULL") == [0]
    decide_next(service, case.number, by="new.drafter")


def test_a_draft_goes_only_to_a_drafter_of_the_unit_who_has_not_reviewed_it(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    decide_next(service, number)
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holding (person_id, position, unit_id)"
                f" SELECT id, 'drafter', ({UNIT_ID}) FROM person WHERE username = 'section_head'"
            )
        )
    for username in ("office", "section_head", "drafter"):
        with pytest.raises(InvalidInput):
            hand_over_draft(service, bureau.actor("administrator"), number, to=username, reason="试")
    with pytest.raises(NotAllowed):
        hand_over_draft(service, bureau.actor("office"), number, to="drafter", reason="试")
