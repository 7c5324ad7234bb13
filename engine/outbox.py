"""The outbox 发件箱: messages queued with the change they tell of, mailed after it, outside its transaction.

A delivery is leased, sent, marked. A crash between sending and marking sends again with the same Message-ID;
the mailbox folder then holds it once. A dead mail server delays messages and nothing else.
"""

from datetime import timedelta

import structlog

from engine import deliveries
from engine.channels import channel_for
from engine.deliveries import FIRST_PAUSE_SECONDS, Claimed
from engine.message_facts import load_facts
from engine.routing import route_due
from engine.service import Service
from engine.unsent import NO_ADDRESS, REFUSED, UNUSABLE
from notifications.addresses import AddressUnusable, mail_address
from notifications.channel_names import MAIL
from notifications.channels import Channel, ChannelUnavailable, MessageDeferred, MessageRefused
from notifications.rendering import mark_virtual, render

log = structlog.get_logger(__name__)

BATCH = 10


def send_due(service: Service, channel: Channel | None = None) -> int:
    """Mail up to a batch of due messages; returns how many were settled, sent or dropped.

    Zero: nothing was due, or the channel takes nothing now. Never raises for what a channel does.
    """
    chosen = channel or channel_for(service.settings)
    route_due(service)
    claimed = deliveries.claim(service, MAIL, most=BATCH)
    done = 0
    for place, row in enumerate(claimed):
        if row.is_running_out(service):  # a slow mail server
            for waiting in claimed[place:]:
                deliveries.mark(service, waiting)
            break
        try:
            done += _deliver(service, chosen, row)
        except ChannelUnavailable as error:
            log.warning("mail-unavailable", waiting=len(claimed) - place, error=str(error)[:200])
            deliveries.postpone(service, row, str(error))
            # Only this one counts as tried: it may be its own fault, and it must not hold up the others.
            soon = service.machine_now + timedelta(seconds=FIRST_PAUSE_SECONDS)
            for waiting in claimed[place + 1 :]:
                deliveries.mark(service, waiting, next_try_at=soon)
            break
    return done


def _deliver(service: Service, channel: Channel, claimed: Claimed) -> int:
    facts = load_facts(service, claimed.notification_id)
    if facts.why_not:
        return deliveries.drop(service, claimed, facts.why_not)
    if not facts.row.email:
        return deliveries.drop(service, claimed, NO_ADDRESS)
    try:
        to = mail_address(facts.row.name, facts.row.email)
    except AddressUnusable:
        return deliveries.drop(service, claimed, UNUSABLE)
    # The sender's address is ours: settings refuse a wrong one, and nothing is ever dropped for it.
    sender = mail_address("公开", service.settings.mail_from)
    message = render(facts.content(), key=facts.row.key, to=to, sender=sender, at=facts.row.created_at)
    try:
        if service.is_virtual:
            mark_virtual(message, facts.row.created_at)
        channel.send(message)
    except MessageRefused as error:
        return deliveries.drop(service, claimed, f"{REFUSED}{error}")
    except MessageDeferred as error:
        deliveries.postpone(service, claimed, str(error))
        return 0
    return deliveries.sent(service, claimed)
