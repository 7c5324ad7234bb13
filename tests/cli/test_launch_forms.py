"""Prefect's launch form of every procedure: flat, whole, with the choices of the post that opens it."""

import json

import pytest
from prefect.utilities.schema_tools import validate

from deployments.launch_form import launch_form
from deployments.samples import RUNNABLE, read_sample
from engine.procedures import Procedure, installed, procedure
from engine.service import Service
from tests.builders import Bureau, add_person
from tests.engine.families import families_installed
from tests.walking import load_sample_bureau


@pytest.mark.parametrize("chosen", installed(), ids=lambda chosen: chosen.key)
def test_no_field_of_a_launch_form_points_elsewhere(
    service: Service, bureau: Bureau, chosen: Procedure
) -> None:
    form = launch_form(service, chosen)
    assert "$ref" not in json.dumps(form)  # Prefect's page draws nothing for what is defined elsewhere
    assert [field["position"] for field in form["properties"].values()] == list(
        range(len(form["properties"]))
    )


def test_who_may_be_in_charge_is_who_holds_the_post_that_opens_the_procedure(
    service: Service, bureau: Bureau
) -> None:
    with families_installed(), service.database.begin() as connection:
        (chosen,) = [each for each in installed() if each.key == "test-of-a-year"]
        add_person(connection, "second_openness", chosen.opened_by)
    assert launch_form(service, chosen)["properties"]["drafter"]["enum"] == [
        "openness_office",
        "second_openness",
    ]


@pytest.mark.parametrize("case_id", RUNNABLE)
def test_prefect_takes_the_intake_of_a_case_as_it_is_stored(
    service: Service, bureau: Bureau, case_id: str
) -> None:
    """The run that shows a case carries its intake; Prefect refuses what its form's schema does not allow."""
    load_sample_bureau(service)
    sample = read_sample(case_id, today=service.today)
    chosen = procedure(sample.procedure)
    intake = chosen.intake.model_validate(sample.intake)
    validate(intake.model_dump(mode="json"), launch_form(service, chosen), raise_on_error=True)
