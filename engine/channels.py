"""The channels of this installation: mail, which every one has, and the groups it was told of."""

from engine.settings import Settings
from notifications.channels import Channel, MailboxFolder, MailServer

SMTP_TIMEOUT_SECONDS = 10.0


def channel_for(settings: Settings) -> Channel:
    """The mail server that is set, else the mailbox folder of the installation."""
    if not settings.smtp_host:
        return mailbox_of(settings)
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        timeout_seconds=SMTP_TIMEOUT_SECONDS,
    )


def mailbox_of(settings: Settings) -> MailboxFolder:
    """Where messages lie while no mail server is set."""
    return MailboxFolder(settings.home / "mailbox")
