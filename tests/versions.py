"""Former versions of procedures, as if the newest were not installed yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine import procedures
from engine.acts.launch import Launched
from engine.service import Service
from tests.builders import launch_case

KEY = "proactive-disclosure"


@contextmanager
def only_version_1() -> Iterator[None]:
    """As the program was before version 2 of 主动公开 was installed."""
    newest = procedures._installed.pop((KEY, 2))
    yield
    procedures._installed[KEY, 2] = newest


def launch_version_1(service: Service, **given: Any) -> Launched:
    """A case that started on version 1, whose unsure review holds the case for the administrator."""
    with only_version_1():
        return launch_case(service, **given)
