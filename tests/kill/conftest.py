"""A whole installation per test: bureau, passwords, website, people; all of it gone afterwards."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.acts.passwords import operator, set_password
from engine.service import Service
from tests.builders import load_bureau
from tests.kill.installation import Installation
from tests.kill.office import PASSWORD, REVIEWERS, Office
from tests.kill.schedule import seed_from_environment
from tests.kill.website_process import WebsiteProcess

KEEP = "GONGKAI_KILL_KEEP"
"""Folder to copy all logs to, for whoever looks for the cause of a failure."""


@dataclass
class World:
    """Everything of one test."""

    seed: str
    folder: Path
    installation: Installation
    website: WebsiteProcess
    office: Office
    service: Service
    tell: Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something on the terminal, also of a test that passes."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    assert reporter is not None
    assert capture is not None

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"\n{text}")

    return say


@pytest.fixture
def world(tmp_path: Path, tell: Callable[[str], None]) -> Iterator[World]:
    """Everything up, everybody signed in, nobody at work yet."""
    seed = seed_from_environment()
    tell(f"GONGKAI_KILL_SEED={seed}")
    website = WebsiteProcess(tmp_path / "website.jsonl", seed)
    installation = Installation(tmp_path, GONGKAI_WEBSITE_URL=website.url)
    office = Office(installation.portal, tmp_path / "clients.jsonl", seed)
    try:
        installation.start()
        service = installation.service()
        load_bureau(service)
        for username in ("administrator", *REVIEWERS):
            set_password(service, operator("test"), username, PASSWORD)
        office.sign_in()
        yield World(seed, tmp_path, installation, website, office, service, tell)
        service.database.dispose()
    finally:
        office.close()
        website.stop()
        _keep_logs(tmp_path, installation)
        installation.stop()


def _keep_logs(folder: Path, installation: Installation) -> None:
    kept = os.environ.get(KEEP)
    if not kept:
        return
    target = Path(kept) / folder.name
    target.mkdir(parents=True, exist_ok=True)
    for log in [*folder.glob("*.jsonl"), *folder.glob("*.log"), *installation.instance.logs.glob("*")]:
        shutil.copy(log, target / log.name)
