"""The superior's read-only access: one address, a token for it alone, every reading in the ledger."""

from typing import Any

import pytest
from fastapi import FastAPI

from engine.acts.superior import give_superior_token, list_superior_tokens, revoke_superior_token
from engine.service import Service
from rules.errors import InvalidInput, NotAllowed
from tests.builders import Bureau, decide_all, launch_case, scalars
from tests.portal.conftest import Client, SignIn, everything_stored, rows_of_every_table
from tests.walking import execute

YEAR = "/api/v1/superior/2026"


@pytest.fixture
def superior(app: FastAPI, service: Service, bureau: Bureau) -> Client:
    """The superior's program, with its token."""
    made = give_superior_token(service, bureau.actor("administrator"), "superior", days=30)
    assert made.secret not in everything_stored(service)
    return Client(app, headers={"Authorization": f"Bearer {made.secret}"})


def issued(service: Service, attribute: str, **more: Any) -> str:
    draft = {"title": f"{attribute}的标题", "body": "正文", "attribute": attribute, **more}
    number = launch_case(service, draft=draft).number
    decide_all(service, number)
    execute(service)
    return number


def test_the_superior_reads_figures_and_registers_and_no_title_that_is_not_public(
    service: Service, superior: Client
) -> None:
    issued(service, "主动公开")
    issued(service, "不予公开", ground="16-1")
    told = superior.get(YEAR)
    assert told.status_code == 200
    content = told.json()
    assert content["organ"] == "青岭县应急管理局"
    assert [each["title"] for each in content["documents"]] == ["主动公开的标题", None]
    assert [each["title"] for each in content["publications"]] == ["主动公开的标题"]
    figures = {each["key"]: each for each in content["figures"]}
    assert (figures["publication-on-time"]["figure"], figures["publication-on-time"]["counted"]) == (100.0, 1)
    assert figures["response-on-time"]["state"] == "no-cases"
    assert "不予公开的标题" not in told.text
    assert "正文" not in told.text


def test_each_reading_is_in_the_ledger_and_changes_nothing_else(service: Service, superior: Client) -> None:
    before = rows_of_every_table(service)
    superior.get(YEAR)
    superior.get("/api/v1/superior/2025")
    after = rows_of_every_table(service)
    assert {name for name in after if after[name] != before[name]} == {"ledger_entry"}
    read = "SELECT data->>'year' FROM ledger_entry WHERE action = 'superior-read' ORDER BY seq"
    assert scalars(service, read) == ["2026", "2025"]
    assert scalars(service, "SELECT DISTINCT actor FROM ledger_entry WHERE action = 'superior-read'") == [
        "superior"
    ]


def test_its_token_opens_nothing_else(superior: Client) -> None:
    for path in ("/api/v1/me", "/api/v1/inbox", "/api/v1/calendar/2026", "/api/v1/procedures"):
        assert superior.get(path).status_code == 403, path
    assert superior.post("/api/v1/cases", {"procedure": "x", "intake": {}}).status_code == 403
    assert superior.post(YEAR, {}).status_code == 405


def test_a_revoked_token_opens_nothing_at_all(service: Service, bureau: Bureau, superior: Client) -> None:
    administrator = bureau.actor("administrator")
    (token,) = list_superior_tokens(service, administrator)
    revoke_superior_token(service, administrator, token.id)
    assert superior.get(YEAR).status_code == 401


def test_whoever_left_the_post_reads_no_more(service: Service, superior: Client) -> None:
    from sqlalchemy import text

    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'superior'"))
    assert superior.get(YEAR).status_code == 403


def test_only_an_administrator_gives_one_and_only_to_the_superior(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    with pytest.raises(NotAllowed):
        give_superior_token(service, bureau.actor("head"), "superior", days=30)
    with pytest.raises(InvalidInput):
        give_superior_token(service, bureau.actor("administrator"), "drafter", days=30)
    with pytest.raises(InvalidInput):
        give_superior_token(service, bureau.actor("administrator"), "superior", days=400)
    assert signed_in("administrator").get(YEAR).status_code == 403
    assert signed_in("superior").get(YEAR).status_code == 200
