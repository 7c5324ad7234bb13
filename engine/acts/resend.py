"""Sending a message again 重发: the administrator mended what kept it from arriving."""

from sqlalchemy import select, update

from engine.actor import Actor
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.work import work_on_case
from models import Delivery, Notification
from rules.errors import GongkaiError, Kind, Said

_notification, _delivery = Notification.__table__, Delivery.__table__


class MessageNotFound(GongkaiError):
    """No such message."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到通知{message}", "编号不存在", "请在未送达通知中查看")
    en = Said("There is no message {message}", "The number is unknown", "See the undelivered messages")


class NothingToResend(GongkaiError):
    """The message left, or was never tried: another try would tell someone twice, or nothing new."""

    kind = Kind.CONFLICT
    zh = Said("该通知无需重发", "它已发出，或尚在排队", "请刷新后查看状态")
    en = Said("There is nothing to send again", "It has left, or still waits for its turn", "Look again")


def resend(service: Service, actor: Actor, delivery_id: int) -> str:
    """Try again, now, what could not be delivered by one channel. Returns its case's number or "".

    Whether it still has to be sent is asked again when it is sent: nobody is told of a to-do that is over.

    Raises:
        NotAllowed, MessageNotFound, NothingToResend.
    """
    permit(actor, Act.RESEND_MESSAGE, Facts(where=str(delivery_id)))
    with service.database.begin() as connection:
        found = connection.execute(
            select(_notification.c.case_id, _notification.c.key, _delivery.c.channel)
            .join(_delivery, _delivery.c.notification_id == _notification.c.id)
            .where(_delivery.c.id == delivery_id)
        ).one_or_none()
        if found is None:
            raise MessageNotFound(where="message", message=delivery_id)
        by = {"actor": actor.username, "channel": actor.channel}
        work = work_on_case(service, connection, found.case_id, **by) if found.case_id else None
        tried = connection.execute(
            update(_delivery)
            .where(
                _delivery.c.id == delivery_id,
                _delivery.c.sent_at.is_(None),
                _delivery.c.dropped_at.is_not(None) | (_delivery.c.attempts > 0),
            )
            .values(dropped_at=None, attempts=0, next_try_at=service.machine_now)
        )
        if not tried.rowcount:
            raise NothingToResend(where=str(delivery_id))
        told = {"message": found.key, "channel": found.channel}
        if work is None:
            append_to_organ(connection, "message-resent", at=service.now, data=told, **by)
            return ""
        work.note("message-resent", data=told)
        work.finish()
    return work.case.number
