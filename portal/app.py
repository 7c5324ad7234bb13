"""The portal as one ASGI application: pages and JSON API for those who sign in, a register for everybody."""

from functools import cache, partial
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

import flows  # noqa: F401  installs every procedure
from engine.service import Service, service_from_environment
from models.database import connect
from portal import web
from portal.api import access, bulk, cases, clock, installation, law, limits, todos, uploads, what_if
from portal.api import comments as comments_by_hand
from portal.caller import is_secure
from portal.door import Door
from portal.files import UploadsUnderWay
from portal.openapi import described
from portal.prefect import routes as prefect
from portal.prefect.server import PrefectServer
from portal.problems import install_handlers
from portal.register import comments
from portal.register import routes as register
from portal.sign_ins import SignInLines
from portal.web.caller import SignInFirst, to_sign_in
from portal.web.events import Changes

DESCRIPTION = """
Gongkai 公开: approval of documents under the notice 应急厅函〔2019〕390号.

Sign in with `POST /api/v1/session` (cookie; send `X-CSRF-Token` with every change) or present a personal
token as `Authorization: Bearer …`. Errors are `application/problem+json`: what happened, where, why and what
to do, in Chinese and in English.
"""


def create_app(service: Service | None = None) -> FastAPI:
    """The application; without a service, the one the environment describes."""
    chosen = service or service_from_environment(pool_size=16)
    app = FastAPI(
        title="Gongkai 公开",
        version=version("gongkai"),
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # it would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        routes=_routes().routes,
    )
    app.state.service = chosen
    app.state.public = _public_database(chosen)
    app.state.prefect = PrefectServer(chosen.settings)
    app.state.sign_ins = SignInLines()
    app.state.uploads = UploadsUnderWay()
    app.add_middleware(
        Door,
        time=chosen.time,
        secure=is_secure(chosen),
        patience=chosen.settings.body_patience_seconds,
    )
    app.state.changes = Changes(chosen)
    install_handlers(app, web.answer_error)
    app.add_exception_handler(SignInFirst, to_sign_in)
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    return app


@cache
def _routes() -> APIRouter:
    """Every route. None knows an installation: what FastAPI makes of them serves a whole process."""
    api = APIRouter(prefix="/api/v1")
    for part in (
        access,
        todos,
        uploads,
        cases,
        bulk,
        comments_by_hand,
        limits,
        law,
        what_if,
        installation,
        clock,
    ):
        api.include_router(part.router)
    every = APIRouter()
    for router in (
        api,
        installation.health,
        comments.router,  # before the documents, whose addresses are any word
        register.router,
        register.crawlers,
        prefect.router,
        *web.ROUTERS,
    ):
        every.include_router(router)
    return every


def _public_database(service: Service) -> Engine | None:
    """The register is read by a role that can see published copies and nothing else."""
    url = service.settings.public_database_url.get_secret_value()
    return connect(url, pool_size=4) if url else None
