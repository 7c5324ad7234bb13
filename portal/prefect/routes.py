"""``/prefect/``: Prefect's V2 UI and the reads of its API, for those who may watch the runs."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from engine.acts.access import Session, actor_of_session
from engine.policy import Act, Facts, permit
from engine.service import Service
from portal.answers import answer
from portal.caller import cookie_name
from portal.errors import NotThroughPortal, PrefectAway
from portal.prefect.policy import headers_of_pages
from portal.prefect.reads import UI_BASE, is_page, is_read
from portal.prefect.server import PrefectServer, passed_on
from portal.web.caller import SignInFirst
from rules.errors import NotSignedIn

router = APIRouter(include_in_schema=False)

HOME = f"{UI_BASE}/v2/"
_KEPT = {"cache-control": "private, max-age=86400, immutable"}
_NOT_KEPT = {"cache-control": "no-store"}


def _watcher(request: Request) -> Session:
    """The session of somebody who may watch the runs; a person at a page is led to sign in first."""
    service: Service = request.app.state.service
    navigates = "text/html" in request.headers.get("accept", "") and request.method == "GET"
    try:
        cookie = request.cookies.get(cookie_name(service))
        if cookie is None:
            raise NotSignedIn(where="session")
        session = actor_of_session(service, cookie)
    except NotSignedIn:
        if navigates:
            raise SignInFirst(request.url.path) from None
        raise
    permit(session.actor, Act.WATCH_RUNS, Facts(where="prefect"))
    return session


Watcher = Annotated[Session, Depends(_watcher)]


@router.get(UI_BASE)
def enter(_session: Watcher) -> Response:
    """The shortest address."""
    return RedirectResponse(HOME, 303)


@router.get(f"{UI_BASE}/ui-settings")
async def ui_settings(request: Request, _session: Watcher) -> Response:
    """What Prefect tells its UI, with the API where it is reached from here: no sign-in, no V1 UI."""
    found = await _prefect(request).ask(request, request.url.path)
    try:
        if found.status_code != 200:
            raise PrefectAway(where="prefect", why_zh=f"HTTP {found.status_code}", why_en="it is in trouble")
        told = json.loads(await found.aread())
    finally:
        await found.aclose()
    here = {"api_url": f"{UI_BASE}/api", "auth": None, "csrf_enabled": False}
    only_v2 = {"default_ui": "v2", "available_uis": ["v2"], "v1_base_url": None}
    return answer({**told, **here, **only_v2})


@router.get(f"{UI_BASE}/api/admin/settings")
def settings(_session: Watcher) -> Response:
    """Of Prefect's settings only what its UI decides by: nothing is reported, nothing advertised."""
    return answer({"server": {"analytics_enabled": False, "ui": {"show_promotional_content": False}}})


@router.api_route(UI_BASE + "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def pass_on(request: Request, _session: Watcher, path: str) -> Response:
    """A page, a file of its bundle, or a read of the API. Everything else stops here."""
    if request.method == "GET" and is_page(path):
        found = await _prefect(request).ask(request, f"{UI_BASE}/{path}")
        settings = request.app.state.service.settings
        policy = headers_of_pages(settings.base_url, request.headers.get("host", ""))
        kept = _KEPT if "/assets/" in path and found.status_code == 200 else _NOT_KEPT
        return passed_on(found, policy | kept)
    if is_read(request.method, path):
        return passed_on(await _prefect(request).ask(request, f"/{path}"), _NOT_KEPT)
    raise NotThroughPortal(where="prefect")


def _prefect(request: Request) -> PrefectServer:
    server: PrefectServer = request.app.state.prefect
    return server
