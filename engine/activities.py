"""Automated steps, by name: the effects outside our database that a flow run executes under a lease."""

from collections.abc import Callable
from typing import Any

from engine.leases import Lease
from engine.publication import (
    PublishRequest,
    facts_of,
    interpretation_request_for,
    note_publication,
    request_for,
)
from engine.publishing import PublicRegister, website_of
from engine.publishing.changes import withdrawal_for
from engine.publishing.public_register import enter
from engine.service import Service

Activity = Callable[[Service, Lease], dict[str, Any]]


def publish_document(service: Service, lease: Lease) -> dict[str, Any]:
    """Publish exactly the signed version, and the interpretation that was signed beside it: both, or neither.

    A repeat with the same key publishes nothing new.

    Raises:
        UnreviewedPublicationRefused, InterpretationMissing, TalkBeforeReleaseMissing, WebsiteUnavailable,
        WebsiteRefused.
    """
    version_id = int(lease.arguments["document_version_id"])
    with service.database.connect() as connection:  # released before the website is asked
        request = request_for(
            connection,
            case_id=lease.case_id,
            version_id=version_id,
            key=lease.idempotency_key,
            beside=lease.arguments.get("beside"),
        )
    return _publish(service, request)


def publish_interpretation(service: Service, lease: Lease) -> dict[str, Any]:
    """Publish an interpretation of a document that is public already; a repeat publishes nothing new.

    Raises:
        UnreviewedPublicationRefused, TalkBeforeReleaseMissing, WebsiteUnavailable, WebsiteRefused.
    """
    with service.database.connect() as connection:
        request = interpretation_request_for(
            connection,
            case_id=lease.case_id,
            version_id=int(lease.arguments["document_version_id"]),
            key=lease.idempotency_key,
        )
    return _publish(service, request)


def _publish(service: Service, request: PublishRequest) -> dict[str, Any]:
    website = website_of(service)
    receipt = website.publish(request)
    # Before the step settles and whoever holds the lease by now: it says what the website did.
    with service.database.begin() as connection:
        note_publication(connection, adapter=website.name, request=request, receipt=receipt)
        if not isinstance(website, PublicRegister):  # beside the website, every document is in the register
            enter(connection, request, receipt)
    return facts_of(receipt)


def withdraw_document(service: Service, lease: Lease) -> dict[str, Any]:
    """Have the website take down what was decided; a repeat with the same key changes nothing.

    Raises:
        WebsiteUnavailable, WebsiteRefused, WebsiteCannotWithdraw.
    """
    with service.database.connect() as connection:  # released before the website is asked
        withdrawal = withdrawal_for(connection, case_id=lease.case_id, key=lease.idempotency_key)
    return {"withdrawn_at": website_of(service).withdraw(withdrawal).isoformat()}


ACTIVITIES: dict[str, Activity] = {
    "publish": publish_document,
    "publish-interpretation": publish_interpretation,
    "withdraw": withdraw_document,
}
