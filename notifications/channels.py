"""Where a message leaves: a mail server, or a folder of ``.eml`` files where none is set."""

import os
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Protocol


class ChannelUnavailable(Exception):
    """The channel takes nothing at present; try all later."""


class MessageRefused(Exception):
    """The channel will never take this message; the text says why."""


class MessageDeferred(Exception):
    """The channel took others but not this one at present; try it later."""


class Channel(Protocol):
    """Takes one message or raises; taking the same message twice is harmless."""

    def send(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True)
class MailServer:
    """SMTP with optional STARTTLS and sign-in. One connection per message.

    The certificate is checked against ``ca_file`` (an office's own authority), else the machine's.
    """

    host: str
    port: int = 25
    starttls: bool = False
    ca_file: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 10.0

    def send(self, message: EmailMessage) -> None:
        """Hand the message over.

        Raises:
            ChannelUnavailable, MessageDeferred, MessageRefused.
        """
        try:
            with smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context(cafile=self.ca_file or None))
                if self.username:
                    server.login(self.username, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = dict(error.recipients.values())
            raise _by_code(min(codes), str(codes)) from error
        except smtplib.SMTPDataError as error:
            raise _by_code(error.smtp_code, str(error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise ChannelUnavailable(f"{type(error).__name__}: {error}") from error


def _by_code(code: int, said: str) -> Exception:
    return MessageRefused(f"{code} {said}") if code >= 500 else MessageDeferred(f"{code} {said}")


@dataclass(frozen=True)
class MailboxFolder:
    """One file per message, named by its Message-ID: sent twice, it is still one file."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Write the file whole or not at all.

        Raises:
            ChannelUnavailable: the folder cannot be written.
        """
        path = self.path_of(str(message["Message-ID"]))
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError as error:
            raise ChannelUnavailable(f"{type(error).__name__}: {error}") from error

    def path_of(self, message_id: str) -> Path:
        """The file of the message with this Message-ID."""
        return self.folder / f"{sha256(message_id.encode()).hexdigest()[:32]}.eml"
