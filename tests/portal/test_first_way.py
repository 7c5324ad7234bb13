"""The way a case takes over the API, from sign-in to the register."""

from engine.service import Service
from tests.builders import PROACTIVE_DRAFT, UNIT
from tests.portal.conftest import SignIn


def test_a_case_goes_from_launch_to_issue_over_the_api(signed_in: SignIn, service: Service) -> None:
    administrator = signed_in("administrator")
    launched = administrator.post(
        "/api/v1/cases",
        {
            "procedure": "主动公开",
            "intake": {"drafter": "drafter", "unit": UNIT},
            "draft": PROACTIVE_DRAFT,
        },
        headers={"Idempotency-Key": "launch-0001"},
    )
    assert launched.status_code == 201, launched.text
    number = launched.json()["number"]
    today = service.today.isoformat()
    answers = {
        "confidentiality-review": {"finding": "not_secret_and_suitable"},
        "issue": {"formed_on": today, "issued_on": today},
    }
    decided = []
    for position in (
        "drafter",
        "section_head",
        "office",
        "openness_office",
        "deputy_head",
        "head",
        "office",
    ):
        person = signed_in(position)
        (todo,) = person.get("/api/v1/inbox").json()["todos"]
        assert todo["case"] == number
        assert todo["asks"]["form_schema"]["type"] == "object"
        answer = person.post(
            f"/api/v1/assignments/{todo['id']}/decision",
            {
                "action": "approve",
                "opinion": "同意",
                "answers": answers.get(todo["step"]["key"], {}),
                "document_version": todo["document_version"],
            },
        )
        assert answer.status_code == 201, answer.text
        decided.append(todo["step"]["key"])
        assert person.get("/api/v1/inbox").json()["todos"] == []
    case = signed_in("head").get(f"/api/v1/cases/{number}").json()
    assert case["state"] == "automated"
