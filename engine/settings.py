"""What one installation may set, read once at the composition root from ``GONGKAI_*`` variables.

The supervisor writes these variables for its children; a production unit file does the same.
Nothing below ``deployments`` reads the environment on its own.
"""

import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from notifications.addresses import AddressUnusable, mail_address
from notifications.channel_names import fits

BY_HAND: Literal["by-hand"] = "by-hand"
"""People publish, and enter where."""

WEBHOOK: Literal["webhook"] = "webhook"
"""The website publishes and takes down what a signed request tells it to."""

UNSIGNED: Literal["unsigned"] = "unsigned"
"""The website publishes what it is sent; nothing else is asked of it, because nothing is signed."""


class Settings(BaseSettings):
    """Settings of one installation (one organ, 机关)."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="ignore")

    home: Path = Path(".gongkai")
    """Instance folder: secrets, logs, embedded PostgreSQL, mailbox."""

    database_url: SecretStr = SecretStr("")
    """SQLAlchemy URL of our database for the application role (no UPDATE or DELETE on the ledger)."""

    owner_database_url: SecretStr = SecretStr("")
    """The same database for the owner role: migrations only."""

    public_database_url: SecretStr = SecretStr("")
    """The same database for the role that can read the public register and nothing else."""

    base_url: str = "http://127.0.0.1:8390"
    """Where people reach the portal; links in messages start with it."""

    portal_secret: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(48)), min_length=32
    )
    """What links in messages are made from. Unset: another in every process. Links work all the same, but a
    message that is sent again after a crash then carries another one."""

    client_address_header: str = ""
    """Header in which a reverse proxy states the visitor's address (``X-Real-IP``, ``X-Forwarded-For``); the
    proxy must overwrite or extend whatever the visitor sent. Empty: the address of the connection."""

    prefect_ui_url: str = "http://127.0.0.1:4390/prefect"
    """Where an operator on the server sees Prefect's UI."""

    prefect_server_url: str = ""
    """Where the portal reaches Prefect's server, to show it under ``/prefect/``; empty: it does not."""

    prefect_auth_string: SecretStr = SecretStr("")
    """``user:password`` of Prefect's API. The portal adds it on the server; no browser ever gets it."""

    timezone: str = "Asia/Shanghai"
    """Local dates (成文日期, 印发日期) are dates in this zone."""

    smtp_host: str = ""
    """Mail server; empty: messages are kept as files in ``home/mailbox``."""

    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_starttls: bool = False
    smtp_ca_file: str = ""
    """PEM file of the authority behind the mail server's certificate; empty: the machine's authorities."""

    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")

    mail_from: str = "gongkai@localhost"
    """Sender of every message; refused at the start when no message could be sent from it."""

    channels: SecretStr = SecretStr("")
    """Groups that are told besides mail, ``name=address`` with commas between them (docs/messages.md): robots
    of 企业微信 (``wecombot://KEY``) and 钉钉 (``dingtalk://SECRET@TOKEN``), webhooks (``https://SECRET@host/…``)."""

    channel_names: str = ""
    """Their names, for the parts that are not given their secrets; ``gongkai up`` writes it."""

    website_url: str = ""
    """Publication endpoint of the bureau's website; empty: the built-in public register."""

    website: Literal["automatic", "by-hand"] = "automatic"
    """``by-hand``: the publisher 网站发布员 puts documents on the website and enters their address."""

    website_secret: SecretStr = SecretStr("")
    """Shared with the website: what is sent is signed with it (docs/website.md). Empty: not signed, and no
    take-down is sent."""

    website_page_hosts: str = ""
    """Hosts of the bureau's website, separated by commas, ``.example.gov.cn`` for all below it: only pages
    there are taken as published by hand. Empty: any public host."""

    website_page_ports: str = "80,443"
    """Ports at which those pages may stand."""

    website_page_networks: str = ""
    """Inner networks in which the website stands (``10.1.2.0/24``), if it is not reached by a public address;
    only with ``website_page_hosts``."""

    website_timeout_seconds: float = Field(default=10.0, gt=0, le=120)
    """So long one try to publish may take in all; a large document gets more, see the adapter."""

    body_patience_seconds: float = Field(default=30.0, gt=0)
    """A request's body of which next to nothing comes for so long (portal/patience.py) is broken off."""

    session_hours: int = Field(default=12, ge=1, le=24 * 7)

    lease_seconds: int = Field(default=60, ge=2)
    """How long an automated step stays claimed by a worker that has gone silent."""

    wake_patience_seconds: int = Field(default=60, ge=2)
    """How long a woken run may take to begin before it is parked and woken again, whatever leases last:
    a busy machine needs its time, and parking it meanwhile would only wake it again."""

    activity_retry_seconds: int = Field(default=60, ge=1)
    """Pause between two wakes for an automated step that keeps failing."""

    activity_attempts: int = Field(default=5, ge=1)
    """Failed wakes after which an automated step becomes an incident with a to-do."""

    reconcile_seconds: float = Field(default=15.0, gt=0)
    poll_seconds: float = Field(default=0.25, gt=0)

    @property
    def group_names(self) -> list[str]:
        """The channels there are besides mail."""
        return named_in(self.channels.get_secret_value()) or listed(self.channel_names)

    @property
    def website_way(self) -> Literal["automatic", "unsigned", "webhook", "by-hand"]:
        """How documents come to the website; ``automatic``: there is none beside the register."""
        if self.website == BY_HAND or not self.website_url:
            return self.website
        return WEBHOOK if self.website_secret.get_secret_value() else UNSIGNED

    @field_validator("mail_from")
    @classmethod
    def _can_send(cls, value: str) -> str:
        try:
            mail_address("", value)
        except AddressUnusable:
            raise ValueError(
                "须为邮箱地址，如 gongkai@qingling.example",
                "it must be an e-mail address such as gongkai@qingling.example",
            ) from None
        return value

    @field_validator("channels")
    @classmethod
    def _are_channels(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value()
        names = named_in(given)
        addressed = all("://" in part.partition("=")[2] for part in listed(given))
        if not addressed or not all(map(fits, names)) or len(set(names)) < len(names):
            raise ValueError(
                "须为逗号分隔的“名称=地址”，名称不重复，不得为 mail、digest（见 docs/messages.md）",
                "it must be name=address with commas, each name once and none of mail, digest "
                "(docs/messages.md)",
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                "须为时区名，如 Asia/Shanghai", "it must be the name of a time zone such as Asia/Shanghai"
            ) from None
        return value

    @field_validator("website_page_ports")
    @classmethod
    def _are_ports(cls, value: str) -> str:
        if not all(part.isdecimal() and 0 < int(part) < 65536 for part in listed(value)):
            raise ValueError(
                "须为逗号分隔的端口号，如 80,443", "it must be ports with commas, such as 80,443"
            )
        return value

    @field_validator("website_page_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            [ip_network(part) for part in listed(value)]
        except ValueError:
            raise ValueError(
                "须为逗号分隔的网段，如 10.1.2.0/24", "it must be networks with commas, such as 10.1.2.0/24"
            ) from None
        return value


def listed(setting: str) -> list[str]:
    """What a setting names between commas."""
    return [part.strip() for part in setting.split(",") if part.strip()]


def named_in(channels: str) -> list[str]:
    """The names in ``Settings.channels``."""
    return [part.partition("=")[0].strip() for part in listed(channels)]
