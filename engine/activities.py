"""Automated steps, by name: the effects outside our database that a flow run executes under a lease."""

from collections.abc import Callable
from typing import Any

from engine.leases import Lease
from engine.publication import note_publication, request_for
from engine.publishing import PublicRegister, website_of
from engine.publishing.changes import withdrawal_for
from engine.publishing.public_register import enter
from engine.service import Service

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
    # Before the step settles and whoever holds the lease by now: it says what the website did.
    with service.database.begin() as connection:
        note_publication(
            connection,
            lease.case_id,
            version_id,
            adapter=website.name,
            request=request,
            receipt=receipt,
        )
        if not isinstance(website, PublicRegister):  # beside the website, every document is in the register
            enter(connection, request, published_at=receipt.published_at, website_url=receipt.url)
    return {"url": receipt.url, "published_at": receipt.published_at.isoformat()}


def withdraw_document(service: Service, lease: Lease) -> dict[str, Any]:
    """Have the website take down what was decided; a repeat with the same key changes nothing.

    Raises:
        WebsiteUnavailable, WebsiteRefused, WebsiteCannotWithdraw.
    """
    with service.database.connect() as connection:  # released before the website is asked
        withdrawal = withdrawal_for(connection, case_id=lease.case_id, key=lease.idempotency_key)
    return {"withdrawn_at": website_of(service).withdraw(withdrawal).isoformat()}


ACTIVITIES: dict[str, Activity] = {"publish": publish_document, "withdraw": withdraw_document}
