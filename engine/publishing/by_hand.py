"""Published by hand 人工发布: the publisher put the document on the website; here it is recorded where."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.outcomes import Done
from engine.publication import (
    PublishRequest,
    Receipt,
    facts_of,
    interpretation_request_for,
    note_publication,
    request_for,
)
from engine.publishing.public_register import enter
from engine.work import Work
from rules.time import local_date

ADAPTER = "by-hand"


def record_publication(work: Work, arguments: dict[str, Any]) -> Done:
    """The publication of a signed version at the stated page, which was looked at when it was stated; with
    its interpretation at its own.

    The instant is now, or the start of the stated day, if that has passed.

    Raises:
        UnreviewedPublicationRefused, InterpretationMissing, TalkBeforeReleaseMissing: it may not be public.
    """
    version_id, beside = int(arguments["document_version_id"]), arguments.get("beside")
    key = f"{work.case.number}:publication-by-hand:1"
    request = request_for(
        work.connection, case_id=work.case.id, version_id=version_id, key=key, beside=beside
    )
    return _recorded(work, request, arguments)


def record_interpretation(work: Work, arguments: dict[str, Any]) -> Done:
    """The same of an interpretation whose document is public already.

    Raises:
        UnreviewedPublicationRefused, TalkBeforeReleaseMissing.
    """
    version_id, key = int(arguments["document_version_id"]), f"{work.case.number}:publication-by-hand:1"
    request = interpretation_request_for(
        work.connection, case_id=work.case.id, version_id=version_id, key=key
    )
    return _recorded(work, request, arguments)


def _recorded(work: Work, request: PublishRequest, arguments: dict[str, Any]) -> Done:
    published_at = _instant(work, date.fromisoformat(arguments["published_on"]))
    receipt = Receipt(arguments["page_url"], published_at, arguments.get("interpretation_url", ""))
    note_publication(work.connection, adapter=ADAPTER, request=request, receipt=receipt)
    enter(work.connection, request, receipt)
    return Done(facts_of(receipt))


def _instant(work: Work, day: date) -> datetime:
    if day == local_date(work.now, work.timezone):
        return work.now
    return datetime.combine(day, time(), ZoneInfo(work.timezone))
