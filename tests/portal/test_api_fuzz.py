"""schemathesis over the described API: whatever is sent, nothing answers with a fault of ours."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from tests.portal.conftest import SignIn

pytestmark = pytest.mark.thorough

EXAMPLES = 25


@pytest.mark.timeout(600)
def test_no_described_request_is_answered_with_a_fault(app: Any, signed_in: SignIn) -> None:
    browsers = [signed_in(name) for name in ("administrator", "drafter")]
    answered: Counter[int] = Counter()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    for result in schema.get_all_operations():
        operation = result.ok()
        if (
            operation.path == "/api/v1/session"
        ):  # signing in has its own tests, and would slow down all others
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def asked(case: Any) -> None:
            for browser in browsers:
                case.headers.update(browser.headers)
                case.cookies.update(dict(browser.cookies))
                response = case.call()
                answered[response.status_code] += 1
                case.validate_response(response, checks=[not_a_server_error])

        asked()
    assert answered[200] > EXAMPLES, answered  # it was let in, and found things
    assert answered[422] > EXAMPLES, answered
