"""The doctor finds each broken promise about comments by its name."""

import pytest
from sqlalchemy import create_engine, text

from engine.doctor import examine
from engine.invariants import Severity
from engine.service import Service
from tests.builders import Bureau, MovableClock
from tests.engine.participation import walked

pytestmark = pytest.mark.thorough

PARTICIPATION_DAMAGE = {
    "comment-came-within-its-window": "UPDATE public_comment"
    " SET received_at = received_at - interval '1 year'",
    "settled-comment-has-disposition": "DELETE FROM comment_disposition WHERE comment_id = 1",
    "comment-by-hand-has-entry": "DELETE FROM ledger_entry WHERE action = 'comment-registered'",
}
GUARDED = ("public_comment", "comment_disposition", "ledger_entry")


@pytest.mark.parametrize(("check", "damage"), PARTICIPATION_DAMAGE.items(), ids=PARTICIPATION_DAMAGE)
def test_each_broken_promise_about_comments_is_found_by_its_name(
    service: Service, bureau: Bureau, clock: MovableClock, check: str, damage: str
) -> None:
    walked(service, clock, "submission")
    assert {f.check for f in examine(service) if f.severity is Severity.BROKEN} == set()
    owner = create_engine(service.settings.owner_database_url.get_secret_value())
    with owner.begin() as connection:
        for table in GUARDED:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(damage))
        for table in GUARDED:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    owner.dispose()
    assert check in {f.check for f in examine(service) if f.severity is Severity.BROKEN}


def test_a_major_decision_without_a_plan_to_respond_is_called_to_mind(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "section-review")
    warned = [f.where for f in examine(service) if f.check == "participation-has-response-plan"]
    assert warned == [number]
