"""Two versions of one procedure side by side: a case goes on by the version it started on, to its end."""

from engine import procedures
from engine.acts.retry import retry_case
from engine.service import Service
from tests.builders import Bureau, case_row, decide_all, decide_next, launch_case, scalars, todos_of
from tests.engine.pairs import publish
from tests.versions import KEY, only_version_1


def test_a_case_started_on_version_1_ends_as_version_1_says(service: Service, bureau: Bureau) -> None:
    with only_version_1():
        old = launch_case(service).number
        decide_next(service, old)
    new = launch_case(service).number
    assert [case_row(service, number).version for number in (old, new)] == [1, 2]
    decide_all(service, new)
    decide_all(service, old, until="confidentiality-review")
    decide_next(service, old, answers={"finding": "unsure_whether_secret"})
    assert todos_of(service, old) == []
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == ["hold"]  # as it did
    retry_case(service, service.actor("administrator", channel="cli"), old, kind="hold")
    decide_all(service, old)
    for number in (old, new):
        publish(service, number)
        decide_all(service, number)
    assert [case_row(service, number).outcome for number in (old, new)] == ["办结", "办结"]
    keys = "SELECT array_agg(s.key) FROM step s JOIN cases c ON c.id = s.case_id WHERE number = :n"
    assert "referral" in scalars(service, keys, n=old)[0]


def test_version_1_asks_nothing_that_only_version_2_knows(service: Service, bureau: Bureau) -> None:
    forms = procedures.procedure(KEY, 1).forms
    assert set(forms) == {
        *("drafting", "secrecy-finding", "secrecy-return", "confidentiality", "grounded", "signature"),
        *("issue", "published-page", "paper-copy"),
    }
    assert "circumstances" not in forms["drafting"].model_fields
    assert "in_the_name_of" not in procedures.procedure(KEY, 1).intake.model_fields
