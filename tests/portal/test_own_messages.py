"""How one is told, chosen on one's own page or by the API; what became of it stands on the case page."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from engine.acts.wishes import Wishes, read_wishes
from engine.group_outbox import GroupOutbox
from engine.groups import groups_of
from engine.service import Service
from engine.settings import Settings
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.test_groups import wish
from tests.engine.test_outbox import drain
from tests.group_server import SECRETS, GroupServer, group_server
from tests.portal.conftest import SignIn
from tests.portal.test_pages import HTML, field, post

GROUP = "科室群"


@pytest.fixture
def server() -> Iterator[GroupServer]:
    with group_server() as made:
        yield made


@pytest.fixture
def settings(settings: Settings, server: GroupServer) -> Settings:
    """An installation that was told of a robot, as worker and portal of one unit file are."""
    return settings.model_copy(update={"channels": SecretStr(f"{GROUP}={server.wecom}")})


def choose(browser: Any, **fields: Any) -> Any:
    """Post the form of one's own page."""
    csrf = field(browser.get("/me", headers=HTML), "csrf")
    return post(browser, "/me/messages", {"csrf": csrf} | fields)


def test_one_chooses_on_ones_own_page_and_sees_it_there_again(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("drafter")
    chosen = {
        "channel": [GROUP], "mobile": "13800000000", "quiet_from": "22:00", "quiet_until": "07:00",
        "digest": "true",
    }  # fmt: skip
    answer = choose(browser, **chosen)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?told=1")
    expected = Wishes([GROUP], "13800000000", "22:00", "07:00", True)
    assert read_wishes(service, bureau.actor("drafter")).wishes == expected
    page = browser.get("/me?told=1", headers=HTML).text
    assert "通知方式已保存" in page
    assert f'value="{GROUP}" checked' in page
    assert 'value="mail" checked' not in page
    assert 'name="quiet_from" value="22:00"' in page
    assert 'name="digest" value="true" checked' in page


def test_a_mistake_is_told_and_what_was_typed_is_kept(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    answer = choose(signed_in("drafter"), channel=["mail"], mobile="110", quiet_from="22:00")
    assert answer.status_code == 422
    assert "“手机号码”填写有误" in answer.text
    assert 'value="22:00"' in answer.text
    assert 'value="110"' in answer.text
    hostile = choose(signed_in("drafter"), channel=["mail"], mobile='"><img src=x>', quiet_from="<b>")
    assert not any(markup in hostile.text for markup in ("<img", "<b>"))
    assert choose(signed_in("drafter"), digest="true").status_code == 422, "no channel at all"
    assert scalars(service, "SELECT count(*) FROM message_wish") == [0]


def test_the_api_says_what_may_be_chosen_and_takes_the_choice(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    client = signed_in("drafter")
    plain = {"mobile": "", "quiet_from": "", "quiet_until": "", "digest": False}
    asked = client.get("/api/v1/me/messages")
    assert asked.json() == {"wishes": {"channels": ["mail"], **plain}, "installed": ["mail", GROUP]}
    chosen = {"channels": ["mail", GROUP], "quiet_from": "22:00", "quiet_until": "07:00"}
    answer = client.put("/api/v1/me/messages", chosen)
    assert answer.json()["wishes"] == plain | chosen
    refused = client.put("/api/v1/me/messages", {"channels": ["http://127.0.0.1/"]})
    assert (refused.status_code, refused.json()["where"]) == (422, "channels")
    assert client.get("/api/v1/me/messages").json() == answer.json()


def test_nobody_sees_or_changes_anothers(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    wish(service, "drafter", "mail", mobile="13800000000")
    for other in ("administrator", "manager", "section_head"):
        browser = signed_in(other)
        for path in ("/me", "/people", "/api/v1/me/messages"):
            assert "13800000000" not in browser.get(path).text
    assert read_wishes(service, bureau.actor("drafter")).wishes.mobile == "13800000000"


def test_the_case_page_says_of_each_channel_what_became_of_it(
    service: Service, bureau: Bureau, signed_in: SignIn, server: GroupServer, clock: MovableClock
) -> None:
    wish(service, "drafter", "mail", GROUP)
    number = launch_case(service).number
    drafter = signed_in("drafter")
    assert "待发" in drafter.get(f"/cases/{number}", headers=HTML).text
    server.errcode = 93000
    drain(service)
    GroupOutbox(service, GROUP, groups_of(service.settings, service.time)[GROUP]).tell_due()
    page = drafter.get(f"/cases/{number}", headers=HTML).text
    assert page.count("已发出") == 1
    assert f"<td>{GROUP}</td>" in page
    assert "对方暂未接收：errcode 93000" in page
    assert "/resend" not in page
    administrator = signed_in("administrator")
    assert "/resend" in administrator.get(f"/cases/{number}", headers=HTML).text
    dead = administrator.get("/messages", headers=HTML).text
    assert f"<td>{GROUP}</td>" in dead
    assert "errcode 93000" in dead


def test_no_page_shows_a_secret_of_a_channel(
    service: Service, bureau: Bureau, signed_in: SignIn, server: GroupServer
) -> None:
    wish(service, "drafter", GROUP)
    number = launch_case(service).number
    server.broken = True
    GroupOutbox(service, GROUP, groups_of(service.settings, service.time)[GROUP]).tell_due()
    administrator = signed_in("administrator")
    pages = ("/me", "/messages", "/people", f"/cases/{number}", "/api/v1/status", "/api/v1/me/messages")
    shown = "".join(administrator.get(path, headers=HTML).text for path in pages)
    assert "RemoteProtocolError" in shown
    assert not [secret for secret in SECRETS if secret in shown]


def test_urging_is_a_button_for_those_who_may_and_the_page_counts(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    drafter, head = signed_in("drafter"), signed_in("section_head")
    own = drafter.get(f"/cases/{number}", headers=HTML).text
    assert f'action="/cases/{number}/urge"' not in own, "it waits for the drafter"
    decide_next(service, number)
    assert f'action="/cases/{number}/urge"' not in head.get(f"/cases/{number}", headers=HTML).text
    page = drafter.get(f"/cases/{number}", headers=HTML)
    answer = post(drafter, f"/cases/{number}/urge", {"csrf": field(page, "csrf")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")
    assert "催办 1 次" in drafter.get(f"/cases/{number}", headers=HTML).text
    assert "催办 1 次" in head.get("/inbox", headers=HTML).text
    assert "催办 1 次" in head.get(f"/cases/{number}", headers=HTML).text
    again = post(drafter, f"/cases/{number}/urge", {"csrf": field(page, "csrf")})
    assert again.status_code == 409
    assert "2026-04-20 13:00以后可再次催办" in again.text
