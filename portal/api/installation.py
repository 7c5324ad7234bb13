"""What is installed here and how it is doing."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from engine import reading
from engine.reading import ProcedureSchema, ProcedureSummary, Status
from engine.service import Service
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented

router = APIRouter(tags=["installation"])
health = APIRouter(tags=["installation"])

_TOUCH = text("SELECT 1 FROM organ LIMIT 1")


class Procedures(BaseModel):
    """The procedures installed here."""

    procedures: list[ProcedureSummary]


class Healthy(BaseModel):
    """The portal answers and its database does."""

    healthy: bool


@router.get(
    "/procedures", response_model=Procedures, responses=documented(401, 403), summary="Installed procedures"
)
def list_procedures(who: Who) -> Response:
    """The newest version of each."""
    who.actor()
    return answer({"procedures": reading.list_procedures()})


@router.get(
    "/procedures/{key}/schema",
    response_model=ProcedureSchema,
    responses=documented(401, 403, 404, 422),
    summary="What a procedure takes and asks",
)
def read_procedure(who: Who, key: Annotated[str, Path(min_length=1, max_length=64)]) -> Response:
    """JSON schemas of its intake and of every form. By key or Chinese name."""
    who.actor()
    return answer(reading.read_procedure(key))


@router.get(
    "/status", response_model=Status, responses=documented(401, 403), summary="How the installation is doing"
)
def read_status(who: Who) -> Response:
    """For administrators and managers. No titles."""
    return answer(reading.read_status(who.service, who.actor()))


@health.get("/healthz", response_model=Healthy, responses=documented(503), summary="Whether it works")
def healthz(request: Request) -> Response:
    """Touches the database; needs no sign-in and tells nothing else."""
    service: Service = request.app.state.service
    with service.read() as connection:
        connection.execute(_TOUCH)
    return answer({"healthy": True})
