"""The installation a command talks to, and as whom: a person named with ``--as``, or the operator."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from deployments.commands.exits import ServiceNotRunning, is_database_trouble
from deployments.commands.terminal import say, tell

if TYPE_CHECKING:
    from deployments.instance import Instance
    from engine.actor import Actor
    from engine.service import Service
    from engine.settings import Settings

Answer = TypeVar("Answer")


def home() -> Path:
    """``GONGKAI_HOME``, else ``.gongkai`` where the command is run."""
    return Path(os.environ.get("GONGKAI_HOME") or ".gongkai")


def instance() -> "Instance":
    """The installation in that folder; nothing is created by asking."""
    from deployments.instance import Instance

    return Instance(home())


def exists() -> bool:
    """Whether an installation was ever started there."""
    return (home() / "secrets.json").exists()


@contextmanager
def opened() -> Iterator["Service"]:
    """The running installation's service.

    Raises:
        ServiceNotRunning: none was ever started here. That its database is down shows at the first question.
    """
    import structlog

    from engine.reading_settings import read_settings

    # What the engine logs is no part of the answer.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    named = bool(os.environ.get("GONGKAI_DATABASE_URL"))
    if not named and not exists():
        raise ServiceNotRunning(
            where=str(home()), why_zh="该目录下没有实例", why_en="there is no instance in that folder"
        )
    with service_of(read_settings() if named else settings_from(instance().environment())) as service:
        yield service


def asked_here(question: "Callable[[Service], Answer]", otherwise: "Callable[[], Answer]") -> Answer:
    """What the installation says; where there is none, or it cannot be reached, what the program alone says.

    That it could not be reached is told: what was imported there is missing in the answer.
    """
    if not os.environ.get("GONGKAI_DATABASE_URL") and not exists():
        return otherwise()
    try:
        with opened() as service:
            return question(service)
    except Exception as error:
        if not is_database_trouble(error):
            raise
        zh = "实例未运行或无法连接：未计入本单位导入的放假安排和时限"
        en = "The instance is not running or cannot be reached: what was imported there is left out"
        tell(say(zh, en))
        return otherwise()


def settings_from(environment: Mapping[str, str]) -> "Settings":
    """The settings an installation's own parts run with.

    Raises:
        SettingsRefused.
    """
    from engine.reading_settings import read_settings

    chosen = {
        name.removeprefix("GONGKAI_").lower(): value
        for name, value in environment.items()
        if name.startswith("GONGKAI_") and (name.endswith("_URL") or name == "GONGKAI_HOME")
    }
    return read_settings(**chosen)


@contextmanager
def service_of(settings: "Settings") -> Iterator["Service"]:
    """The service with these settings."""
    from engine.service import service_on
    from models.database import connect

    service = service_on(connect(settings.database_url.get_secret_value(), pool_size=1), settings)
    try:
        yield service
    finally:
        service.close()


def account() -> str:
    """The operating system's name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def channel() -> str:
    """What the ledger says of acts done here."""
    return f"cli:{account()}"


def acting(service: "Service", username: str | None) -> "Actor":
    """The person of that username, or the operator of this machine when none is named.

    Raises:
        UnknownPerson: nobody active of that name.
    """
    if username is not None:
        return service.actor(username, channel=channel())
    from engine.acts.passwords import operator

    return replace(operator(account()), channel=channel())
