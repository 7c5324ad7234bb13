"""Published by hand 人工发布: the publisher put the document on the website; here it is recorded where."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.outcomes import Done
from engine.publication import Receipt, note_publication, request_for
from engine.publishing.public_register import enter
from engine.work import Work
from rules.time import local_date

ADAPTER = "by-hand"


def record_publication(work: Work, arguments: dict[str, str]) -> Done:
    """The publication of a signed version at the stated page, which was looked at when it was stated.

    The instant is now, or the start of the stated day, if that has passed.

    Raises:
        UnreviewedPublicationRefused: the version lacks its review or signature.
    """
    version_id = int(arguments["document_version_id"])
    key = f"{work.case.number}:publication-by-hand:1"
    request = request_for(work.connection, case_id=work.case.id, version_id=version_id, key=key)
    published_at = _instant(work, date.fromisoformat(arguments["published_on"]))
    receipt = Receipt(arguments["page_url"], published_at)
    note_publication(
        work.connection,
        work.case.id,
        version_id,
        adapter=ADAPTER,
        request=request,
        receipt=receipt,
    )
    enter(work.connection, request, published_at=published_at, website_url=receipt.url)
    return Done({"url": receipt.url, "published_at": published_at.isoformat()})


def _instant(work: Work, day: date) -> datetime:
    if day == local_date(work.now, work.timezone):
        return work.now
    return datetime.combine(day, time(), ZoneInfo(work.timezone))
