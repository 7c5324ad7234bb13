"""Who takes part in a case about a document reads the document: not what was said of it, and nothing else."""

import pytest

from engine.acts.launch import LaunchRequest, launch
from engine.reading import read_case
from engine.service import Service
from rules.errors import CaseNotFound
from rules.positions import Position
from tests.builders import PROACTIVE_DRAFT, UNIT, add_person, decide_next, launch_case, scalars
from tests.engine.pairs import begin_pair, move
from tests.portal.conftest import SignIn


@pytest.fixture
def talked(service: Service, signed_in: SignIn) -> tuple[str, str]:
    """A pair whose interpretation waits for 宣传 and 网信."""
    document, interpretation = begin_pair(service, "vital_interests")
    move(service, document, interpretation, until="before-release")
    return document, interpretation


def test_they_read_the_document_and_no_opinion_of_it(
    service: Service, signed_in: SignIn, talked: tuple[str, str]
) -> None:
    document, _interpretation = talked
    view = signed_in("publicity").get(f"/api/v1/cases/{document}")
    assert view.status_code == 200
    assert view.json()["title"] == PROACTIVE_DRAFT["title"]
    said = [decision for step in view.json()["timeline"] for decision in step["decisions"]]
    assert said
    assert {decision["opinion"] for decision in said} == {None}
    version = signed_in("publicity").get(f"/api/v1/cases/{document}/documents/1")
    assert version.status_code == 200
    assert version.json()["body"] == PROACTIVE_DRAFT["body"]


def test_who_takes_no_part_in_either_knows_of_neither(
    service: Service, signed_in: SignIn, talked: tuple[str, str]
) -> None:
    for number in talked:
        assert signed_in("legal_office").get(f"/api/v1/cases/{number}").status_code == 404


def test_the_right_does_not_go_the_other_way_or_to_other_cases(
    service: Service, signed_in: SignIn, talked: tuple[str, str]
) -> None:
    other = launch_case(service).number
    decide_next(service, other)
    assert signed_in("publicity").get(f"/api/v1/cases/{other}").status_code == 404


def test_launching_a_case_about_somebody_s_draft_does_not_open_it(
    service: Service, signed_in: SignIn
) -> None:
    with service.database.begin() as connection:
        (unit,) = scalars(service, "SELECT id FROM unit WHERE code = :u", u=UNIT)
        add_person(connection, "curious", Position.DRAFTER, unit_id=unit)
    document = launch_case(service).number
    intake = {"drafter": "curious", "unit": UNIT, "document": document}

    launch(
        service, service.actor("curious", channel="api"), LaunchRequest("policy-interpretation", intake, {})
    )
    with pytest.raises(CaseNotFound):
        read_case(service, service.actor("curious", channel="api"), document)
