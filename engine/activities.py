"""Automated steps, by name: the effects outside our database that a flow run executes under a lease."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from engine.leases import Lease
from engine.publication import PublishRequest, Receipt, Website, request_for
from engine.publishing import website_of
from engine.service import Service
from engine.telling import tell_published
from models import Publication

Activity = Callable[[Service, Lease], dict[str, Any]]


def publish_document(service: Service, lease: Lease) -> dict[str, Any]:
    """Publish exactly the signed version; a repeat with the same key publishes nothing new.

    Raises:
        UnreviewedPublicationRefused, WebsiteUnavailable, WebsiteRefused.
    """
    version_id = int(lease.arguments["document_version_id"])
    with service.database.connect() as connection:  # released before the website is asked
        request = request_for(
            connection, case_id=lease.case_id, version_id=version_id, key=lease.idempotency_key
        )
    website = website_of(service)
    receipt = website.publish(request)
    _record(service, lease, version_id, website, request, receipt)
    return {"url": receipt.url, "published_at": receipt.published_at.isoformat()}


def _record(
    service: Service,
    lease: Lease,
    version_id: int,
    website: Website,
    request: PublishRequest,
    receipt: Receipt,
) -> None:
    # Before the step settles and whoever holds the lease by now: it says what the website did.
    with service.database.begin() as connection:
        connection.execute(
            insert(Publication.__table__)
            .values(
                case_id=lease.case_id,
                document_version_id=version_id,
                adapter=website.name,
                idempotency_key=request.key,
                url=receipt.url,
                content_hash=request.content_hash,
                published_at=receipt.published_at,
            )
            .on_conflict_do_nothing(index_elements=["idempotency_key"])
        )
        tell_published(connection, lease.case_id, service.now)


ACTIVITIES: dict[str, Activity] = {"publish": publish_document}
