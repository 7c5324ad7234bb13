"""A procedure that changed under a waiting case: it is frozen, an administrator told, nothing moves."""

from dataclasses import replace
from typing import Any

import pytest

from engine import flow_runs, procedures
from engine.service import Service
from tests.builders import Bureau, case_row, decide_all, launch_case, scalars


def test_a_woken_run_that_meets_another_procedure_freezes_the_case_once(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = launch_case(service)
    decide_all(service, case.number)
    key = ("proactive-disclosure", case_row(service, case.number).version)

    async def another(intake: Any) -> str:
        return "办结"

    monkeypatch.setitem(procedures._installed, key, replace(procedures._installed[key], body=another))
    assert flow_runs._due_activities(service, case.case_id) == []
    assert case_row(service, case.number).frozen
    assert flow_runs._due_activities(service, case.case_id) == []
    assert scalars(service, "SELECT kind FROM incident") == ["journal-mismatch"]
    assert scalars(service, "SELECT count(*) FROM activity WHERE settled_at IS NULL") == [1]
