"""What is recorded of public opinion 舆情: seen once more, released, and how long the answer took."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.documents import load_version
from engine.outcomes import Done
from engine.permitted import require_reviewed
from engine.work import Work
from models import OpinionRelease, OpinionSighting

_sighting, _release = OpinionSighting.__table__, OpinionRelease.__table__


def record_sighting(work: Work, stated: dict[str, Any]) -> Done:
    """再次监测: a piece of public opinion that has its case already was seen once more."""
    row = {
        "source": stated["source"],
        "spread": stated["spread"],
        "seen_at": datetime.fromisoformat(stated["first_seen_at"]),
    }
    work.connection.execute(
        upsert(_sighting)
        .values(
            case_id=work.case.id,
            late_reason=stated["late_reason"],
            entered_by=work.actor,
            entered_at=work.now,
            **row,
        )
        .on_conflict_do_nothing()
    )
    return Done({**row, "seen_at": row["seen_at"].isoformat()})


def log_releases(work: Work, arguments: dict[str, Any]) -> Done:
    """登记发布: what was released where and when; awaiting gives the instant of the first.

    The program does not put it there itself, but what was not reviewed is not even logged as released.

    Raises:
        UnreviewedPublicationRefused: the text has no settled confidentiality review, or no signature.
    """
    version = load_version(work.connection, int(arguments["document_version_id"]))
    assert version is not None
    require_reviewed(work.connection, case_id=work.case.id, case_number=work.case.number, version=version)
    releases = arguments["releases"]
    work.connection.execute(
        insert(_release),
        [
            {
                "case_id": work.case.id,
                "document_version_id": version["id"],
                "channel": each["channel"],
                "address": each["address"],
                "released_at": datetime.fromisoformat(each["released_at"]),
                "logged_by": work.actor,
                "logged_at": work.now,
            }
            for each in releases
        ],
    )
    work.case.title_is_public = True
    first = min(datetime.fromisoformat(each["released_at"]) for each in releases)
    return Done({"first_released_at": first.isoformat(), "releases": releases})


def reckon_response(work: Work, _arguments: dict[str, Any]) -> Done:
    """回应用时: minutes from first seen to the first release, and how many releases there were."""
    first, count = work.connection.execute(
        select(func.min(_release.c.released_at), func.count()).where(_release.c.case_id == work.case.id)
    ).one()
    seen = datetime.fromisoformat(work.case.intake["first_seen_at"])
    minutes = None if first is None else int((first - seen).total_seconds() // 60)
    return Done({"response_minutes": minutes, "releases": count})
