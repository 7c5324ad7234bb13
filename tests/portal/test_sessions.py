"""Sessions, CSRF, throttling, tokens and passwords: what a thief, a foreign page and a guesser cannot do."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from engine.acts.access import actor_of_session, actor_of_token, create_token, operator, set_password
from engine.service import Service
from portal.app import create_app
from rules.errors import InvalidInput, NotAllowed, NotSignedIn
from tests.builders import Bureau, MovableClock, launch_case, scalars, todo_of
from tests.portal.conftest import PASSWORD, Client, SignIn, everything_stored

ME, SESSION = "/api/v1/me", "/api/v1/session"
RIGHT = {"username": "office", "password": PASSWORD}
WRONG = {"username": "office", "password": "not-the-password"}


def test_a_change_by_cookie_without_the_csrf_token_is_refused(signed_in: SignIn, service: Service) -> None:
    launch_case(service)
    browser = signed_in("drafter")
    todo = browser.get("/api/v1/inbox").json()["todos"][0]["id"]
    for token in (None, "", "0" * 64, signed_in("head").headers["X-CSRF-Token"]):
        browser.headers.pop("X-CSRF-Token", None)
        headers = {} if token is None else {"X-CSRF-Token": token}
        answer = browser.post(f"/api/v1/assignments/{todo}/decision", {"action": "approve"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "request-forged")
    assert scalars(service, "SELECT count(*) FROM decision") == [0]


def test_the_csrf_token_can_be_asked_for_again_after_a_reload(signed_in: SignIn) -> None:
    browser = signed_in("office")
    assert browser.get(ME).json()["csrf_token"] == browser.headers["X-CSRF-Token"]


def test_a_bearer_token_needs_no_csrf_token(app: FastAPI, service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    secret = create_token(service, bureau.actor("drafter", channel="cli"), name="script", days=1).secret
    script = Client(app, headers={"Authorization": f"Bearer {secret}"})
    answer = script.post(f"/api/v1/assignments/{todo_of(service, number).id}/decision", {"action": "approve"})
    assert answer.status_code == 201, answer.text


def test_a_session_brought_along_is_never_adopted_and_ends_at_sign_in(
    app: FastAPI, signed_in: SignIn
) -> None:
    planted = "a-session-an-attacker-knows"
    victim = Client(app)
    victim.cookies.set("gongkai", planted, domain="127.0.0.1")
    victim.post(SESSION, RIGHT)
    assert victim.cookies["gongkai"] != planted
    first = victim.cookies["gongkai"]
    victim.post(SESSION, RIGHT)
    for old in (planted, first):
        thief = Client(app)
        thief.cookies.set("gongkai", old, domain="127.0.0.1")
        assert thief.get(ME).status_code == 401
    assert victim.get(ME).status_code == 200


def test_a_session_ends_with_its_hours_and_with_sign_out(signed_in: SignIn, clock: MovableClock) -> None:
    browser, other = signed_in("office"), signed_in("office")
    stolen = dict(other.cookies)
    assert other.delete(SESSION).status_code == 204
    other.cookies.update(stolen)
    assert other.get(ME).status_code == 401
    clock.move(hours=11, minutes=59)
    assert browser.get(ME).status_code == 200
    clock.move(minutes=1)
    assert browser.get(ME).status_code == 401


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(
    app: FastAPI, service: Service, stranger: Client
) -> None:
    plain = stranger.post(SESSION, RIGHT).headers["set-cookie"].lower()
    assert plain.startswith("gongkai=")
    assert "httponly" in plain
    assert "samesite=strict" in plain
    assert "secure" not in plain
    settings = service.settings.model_copy(update={"base_url": "https://gongkai.example"})
    secure_app = create_app(Service(service.database, settings, service.time))
    browser = Client(secure_app, base_url="https://gongkai.example")
    answer = browser.post(SESSION, RIGHT)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-gongkai=")
    assert all(part in cookie for part in ("secure", "httponly", "samesite=strict", "path=/"))
    assert "domain" not in cookie
    assert "strict-transport-security" in answer.headers
    assert browser.get(ME).status_code == 200
    secure_app.state.public.dispose()


def test_guessing_has_to_wait_longer_each_time(stranger: Client, clock: MovableClock) -> None:
    for _ in range(5):
        assert stranger.post(SESSION, WRONG).status_code == 401
    waits = []
    for _ in range(3):
        refused = stranger.post(SESSION, RIGHT)  # even with the right password now
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
        waits.append(int(refused.headers["retry-after"]))
        clock.move(seconds=waits[-1])
        assert stranger.post(SESSION, WRONG).status_code == 401
    assert waits == [60, 120, 240]
    clock.move(hours=2)
    assert stranger.post(SESSION, RIGHT).status_code == 201
    assert stranger.post(SESSION, WRONG).status_code == 401  # the count starts again


def test_an_unknown_name_is_told_and_throttled_like_a_known_one_and_is_not_kept(
    stranger: Client, service: Service
) -> None:
    unknown = {"username": "MyPassword1!", "password": "x"}  # typed into the wrong field
    answers = [stranger.post(SESSION, unknown) for _ in range(6)]
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert answers[0].json() == stranger.post(SESSION, WRONG).json()
    assert "MyPassword1!" not in everything_stored(service)


def test_an_inactive_person_loses_session_and_token_at_once(
    signed_in: SignIn, app: FastAPI, service: Service, bureau: Bureau
) -> None:
    browser = signed_in("office")
    secret = create_token(service, bureau.actor("office", channel="cli"), name="script", days=1).secret
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET active = false WHERE username = 'office'")
    script = Client(app, headers={"Authorization": f"Bearer {secret}"})
    assert (browser.get(ME).status_code, script.get(ME).status_code) == (401, 401)
    assert Client(app).post(SESSION, RIGHT).status_code == 401


def test_secrets_are_stored_only_as_hashes(signed_in: SignIn, service: Service) -> None:
    browser = signed_in("office")
    secret = browser.post("/api/v1/tokens", {"name": "nightly", "days": 30}).json()["secret"]
    session, csrf = browser.cookies["gongkai"], browser.headers["X-CSRF-Token"]
    stored = everything_stored(service)
    for kept in (session, csrf, secret, PASSWORD):
        assert kept not in stored
    for kept in (session, csrf, secret):
        assert sha256(kept.encode()).hexdigest() in stored
    assert "nightly" in browser.get("/api/v1/tokens").text
    assert secret not in browser.get("/api/v1/tokens").text


def test_a_token_ends_when_revoked_or_expired_and_cannot_make_another(
    signed_in: SignIn, app: FastAPI, clock: MovableClock
) -> None:
    browser = signed_in("office")
    made = [browser.post("/api/v1/tokens", {"name": n, "days": 1}).json() for n in ("a", "b")]
    first, second = (Client(app, headers={"Authorization": f"Bearer {m['secret']}"}) for m in made)
    refused = first.post("/api/v1/tokens", {"name": "longer", "days": 365})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert signed_in("head").delete(f"/api/v1/tokens/{made[0]['id']}").status_code == 404  # not theirs
    assert browser.delete(f"/api/v1/tokens/{made[0]['id']}").status_code == 204
    assert (first.get(ME).status_code, second.get(ME).status_code) == (401, 200)
    clock.move(days=1)
    assert second.get(ME).status_code == 401


def test_setting_a_password_ends_that_persons_sessions_and_tokens(
    signed_in: SignIn, app: FastAPI, service: Service
) -> None:
    browser = signed_in("office")
    secret = browser.post("/api/v1/tokens", {"name": "script", "days": 1}).json()["secret"]
    set_password(service, operator("root"), "office", "another-password-9")
    script = Client(app, headers={"Authorization": f"Bearer {secret}"})
    assert (browser.get(ME).status_code, script.get(ME).status_code) == (401, 401)
    again = {"username": "office", "password": "another-password-9"}
    assert Client(app).post(SESSION, again).status_code == 201
    traces = scalars(service, "SELECT actor || ' ' || action FROM ledger_entry WHERE chain = 0 ORDER BY seq")
    assert "operator:root password-set" in traces


def test_a_leaked_administrators_token_takes_over_no_account(
    signed_in: SignIn, app: FastAPI, service: Service
) -> None:
    administrator, victim = signed_in("administrator"), signed_in("head")
    secret = administrator.post("/api/v1/tokens", {"name": "backup", "days": 1}).json()["secret"]
    thief = Client(app, headers={"Authorization": f"Bearer {secret}"})
    for username in ("head", "administrator"):
        refused = thief.put(f"/api/v1/people/{username}/password", {"password": "the-thief-knows-1"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
        assert "gongkai people password" in refused.json()["todo"]
    assert victim.get(ME).status_code == 200
    assert Client(app).post(SESSION, {"username": "head", "password": PASSWORD}).status_code == 201
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE action = 'password-set'") == [0]


def test_a_password_set_in_the_portal_says_in_the_ledger_who_set_whose(
    signed_in: SignIn, service: Service
) -> None:
    browser = signed_in("administrator")
    set_for_head = browser.put("/api/v1/people/head/password", {"password": "a-brand-new-password-7"})
    assert set_for_head.status_code == 204
    found = "SELECT actor || ' ' || channel || ' ' || (data->>'person') FROM ledger_entry"
    assert scalars(service, f"{found} WHERE action = 'password-set'") == ["administrator api head"]


WEAK = ("short", "1234567890123", "aaaaaaaaaaaa", "my-office-password", "tab\tinside-12", "x" * 257)


def test_a_weak_password_is_refused_without_quoting_it(service: Service, bureau: Bureau) -> None:
    for weak in WEAK:
        with pytest.raises(InvalidInput) as refused:
            set_password(service, bureau.actor("administrator"), "office", weak)
        assert weak not in refused.value.message("zh") + refused.value.message("en")
    with pytest.raises(NotAllowed):
        set_password(service, bureau.actor("head"), "office", "a-good-password-1")


def test_who_is_calling_costs_one_statement(
    service: Service, bureau: Bureau, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client(app)
    browser.post(SESSION, RIGHT)
    secret = create_token(service, bureau.actor("office", channel="cli"), name="x", days=1).secret
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *rest: Any, **options: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *rest, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    actor_of_session(service, browser.cookies["gongkai"])
    assert len(sent) == 1
    actor_of_token(service, secret)
    assert len(sent) == 2


def test_a_wrong_or_empty_credential_is_nobody(service: Service, bureau: Bureau) -> None:
    for credential in ("", "x", "\x00", "青" * 40, "gongkai_" + "A" * 43):
        with pytest.raises(NotSignedIn):
            actor_of_session(service, credential)
        with pytest.raises(NotSignedIn):
            actor_of_token(service, credential)


def test_positions_are_those_held_today(signed_in: SignIn, service: Service, clock: MovableClock) -> None:
    number = launch_case(service).number
    browser = signed_in("drafter")
    assert [t["case"] for t in browser.get("/api/v1/inbox").json()["todos"]] == [number]
    head = signed_in("section_head")
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE holding SET until = '2026-04-20' WHERE position = 'section_head'")
    assert [p["key"] for p in head.get(ME).json()["positions"]] == ["section_head"]
    clock.now = datetime(2026, 4, 20, 16, 0, tzinfo=UTC)  # midnight in Shanghai has passed
    head = signed_in("section_head")
    assert head.get(ME).json()["positions"] == []
