"""Prefect behind the portal, with a stand-in for Prefect that keeps what reached it."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from engine.service import Service
from portal.prefect.server import PrefectServer
from tests.builders import Bureau, launch_case
from tests.portal.conftest import Client, SignIn

HTML = {"Accept": "text/html"}
AUTH = "operator:never-shown"
BASIC = "Basic b3BlcmF0b3I6bmV2ZXItc2hvd24="
ANSWERED = {
    "Set-Cookie": "prefect_ui_version=v1",
    "WWW-Authenticate": "Basic",
    "Access-Control-Allow-Origin": "*",
    "Content-Type": "application/json",
    "Server": "uvicorn",
}


async def _streamed(content: bytes) -> AsyncIterator[bytes]:
    yield content


@dataclass
class StandIn:
    """Answers like Prefect; ``trouble`` is raised instead."""

    reached: list[httpx.Request] = field(default_factory=list)
    status: int = 200
    trouble: Exception | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.reached.append(request)
        if self.trouble is not None:
            raise self.trouble
        told = {"api_url": "http://127.0.0.1:4390/api", "auth": "BASIC", "available_uis": ["v1", "v2"]}
        return httpx.Response(self.status, content=_streamed(json.dumps(told).encode()), headers=ANSWERED)


@pytest.fixture
def behind(app: FastAPI, service: Service) -> StandIn:
    """What stands where Prefect is."""
    made = StandIn()
    settings = service.settings.model_copy(
        update={"prefect_server_url": "http://prefect.test", "prefect_auth_string": SecretStr(AUTH)}
    )
    app.state.prefect = PrefectServer(settings, transport=httpx.MockTransport(made))
    return made


@pytest.fixture
def manager(signed_in: SignIn) -> Client:
    """Somebody who may watch the runs."""
    return signed_in("manager")


def test_a_read_goes_in_with_our_sign_in_and_nothing_of_the_visitors(
    behind: StandIn, manager: Client
) -> None:
    mine = {"Authorization": "Bearer mine", "X-Forwarded-For": "10.0.0.1", "X-Prefect-Api-Version": "0.8.4"}
    answer = manager.post("/prefect/api/flow_runs/filter?x=1", {"limit": 5}, headers=mine)
    assert answer.status_code == 200
    (request,) = behind.reached
    assert str(request.url) == "http://prefect.test/api/flow_runs/filter?x=1"
    assert request.headers["authorization"] == BASIC
    assert json.loads(request.content) == {"limit": 5}
    assert not {"cookie", "x-csrf-token", "x-forwarded-for", "origin", "referer"} & set(request.headers)


def test_an_answer_comes_out_without_cookies_or_invitations(behind: StandIn, manager: Client) -> None:
    answer = manager.get("/prefect/api/flows/1")
    assert answer.headers["content-type"] == "application/json"
    assert not {"set-cookie", "www-authenticate", "access-control-allow-origin", "server"} & set(
        answer.headers
    )
    assert AUTH not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "flow_runs/"),
        ("POST", "flow_runs/1/set_state"),
        ("POST", "flow_runs/1/resume"),
        ("POST", "deployments/1/create_flow_run"),
        ("POST", "deployments/get_scheduled_flow_runs"),
        ("POST", "variables/filter"),
        ("PATCH", "flow_runs/1"),
        ("PUT", "automations/1"),
        ("DELETE", "flow_runs/1"),
        ("GET", "block_documents/1?include_secrets=true"),
        ("GET", "flow_runs/..%2f..%2fvariables/name/x"),
    ],
)
def test_a_change_is_refused_and_never_reaches_prefect(
    behind: StandIn, manager: Client, method: str, path: str
) -> None:
    answer = manager(method, f"/prefect/api/{path}", **({"json": {}} if method != "GET" else {}))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-through-portal")
    assert behind.reached == []


@pytest.mark.parametrize("username", ["drafter", "section_head", "office", "head"])
def test_who_may_not_watch_the_runs_never_reaches_prefect(
    behind: StandIn, signed_in: SignIn, username: str
) -> None:
    answer = signed_in(username).get("/prefect/v2/runs", headers=HTML)
    assert answer.status_code == 403
    assert "只有系统管理员和管理者可以查看" in answer.text
    assert behind.reached == []


def test_nobody_is_led_to_sign_in_and_a_program_is_told(behind: StandIn, stranger: Client) -> None:
    page = stranger.get("/prefect/v2/runs/flow-run/1", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (
        303,
        "/sign-in?next=%2Fprefect%2Fv2%2Fruns%2Fflow-run%2F1",
    )
    assert stranger.post("/prefect/api/flow_runs/filter", {}).status_code == 401
    token = {"Authorization": "Bearer gk_something"}
    assert stranger.get("/prefect/api/flows/1", headers=token).status_code == 401
    assert behind.reached == []


def test_prefects_ui_is_told_the_api_of_the_portal_and_no_sign_in(behind: StandIn, manager: Client) -> None:
    told = manager.get("/prefect/ui-settings").json()
    assert (told["api_url"], told["auth"], told["available_uis"]) == ("/prefect/api", None, ["v2"])
    asked = manager.get("/prefect/api/admin/settings").json()
    assert asked["server"]["analytics_enabled"] is False


def test_prefects_pages_are_kept_from_everything_else_on_our_origin(behind: StandIn, manager: Client) -> None:
    """Their scripts are not ours and run beside a session that may change things."""
    answer = manager.get("/prefect/v2/runs", headers=HTML)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    base = "http://127.0.0.1:8390/prefect"
    assert policy["connect-src"] == f"{base}/api/ {base}/ui-settings {base}/v2/"
    assert policy["script-src"] == f"{base}/v2/ 'unsafe-eval'"
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert "allow-popups" not in policy["sandbox"]
    assert "allow-forms" not in policy["sandbox"]
    assert "'self'" not in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert "unsafe" not in manager.get("/inbox", headers=HTML).headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x'", ""])
def test_a_strange_host_does_not_get_into_the_policy(behind: StandIn, manager: Client, host: str) -> None:
    answer = manager.get("/prefect/v2/", headers={**HTML, "Host": host})
    assert "evil" not in answer.headers["content-security-policy"]
    assert "'unsafe-eval'; style-src" in answer.headers["content-security-policy"]


def _refused_connection(stand_in: StandIn) -> None:
    stand_in.trouble = httpx.ConnectError("connection refused by http://operator:never-shown@prefect.test")


def _wrong_sign_in(stand_in: StandIn) -> None:
    stand_in.status = 401


@pytest.mark.parametrize("trouble", [_refused_connection, _wrong_sign_in])
def test_without_prefect_a_page_says_so_and_cases_go_on(
    behind: StandIn, manager: Client, service: Service, bureau: Bureau, trouble: Callable[[StandIn], None]
) -> None:
    trouble(behind)
    page = manager.get("/prefect/v2/runs", headers=HTML)
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert "暂时无法打开 Prefect" in page.text
    assert "事项办理不受影响" in page.text
    assert manager.get("/prefect/api/flows/1").json()["code"] == "prefect-away"
    assert "never-shown" not in page.text
    assert manager.get(f"/cases/{launch_case(service).number}", headers=HTML).status_code == 200
