"""Cases that belong together name each other, to whoever may know of them."""

from typing import Any

import httpx
from sqlalchemy import text

from engine.acts.launch import LaunchRequest, launch
from engine.service import Service
from rules.positions import Position
from tests.builders import (
    UNIT,
    Bureau,
    add_person,
    decide_all,
    decide_next,
    launch_case,
)
from tests.engine.test_doctor import publish
from tests.engine.test_publication_change import TAKE_DOWN
from tests.portal.conftest import SignIn, password_hash
from tests.portal.test_pages import HTML


def test_a_document_and_the_changes_of_it_name_each_other_to_whoever_may_know_of_them(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    document = launch_case(service).number
    decide_all(service, document)
    publish(service)
    with service.database.begin() as connection:
        unit = connection.scalar(text("SELECT id FROM unit"))
        add_person(connection, "second_drafter", Position.DRAFTER, unit_id=unit)
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
    fields = {"drafter": "second_drafter", "unit": UNIT, "document": document}
    launching = LaunchRequest("publication-change", fields)
    change = launch(service, bureau.actor("administrator"), launching).number
    decide_next(service, change, answers=TAKE_DOWN, by="second_drafter")
    administrator = signed_in("administrator")
    there = family(administrator.get(f"/cases/{document}", headers=HTML))
    assert f'<a href="/cases/{change}">{change}</a>' in there
    back = family(administrator.get(f"/cases/{change}", headers=HTML))
    assert f'<a href="/cases/{document}">{document}</a>' in back
    # The section head had the document and has no part in the change.
    assert change not in signed_in("section_head").get(f"/cases/{document}", headers=HTML).text
    # Its drafter had no part in the document: what was published is there for everybody.
    alone = family(signed_in("second_drafter").get(f"/cases/{change}", headers=HTML))
    assert f'<a href="/register/{document.lower()}">{document}</a>' in alone


def family(page: httpx.Response) -> Any:
    return page.text.partition('<ul class="family">')[2].partition("</ul>")[0]
