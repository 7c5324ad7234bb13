"""The command line on a real database: in this process for speed, as its own process where it matters."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deployments.cli import run
from deployments.commands.exits import Code
from deployments.samples import BUREAU, Sample, read_sample
from engine.activities import ACTIVITIES
from engine.leases import claim, settle
from engine.service import Service
from engine.settings import Settings
from models.database import connect
from rules.time import system_time
from tests.builders import scalars
from tests.engine.law_files import table

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """Stderr's last line as the JSON object it is with ``--json``."""
        return json.loads(self.err.strip().splitlines()[-1])


class Gongkai:
    """Runs ``gongkai`` here, against the test's database."""

    def __init__(self, service: Service, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.service, self._capsys, self.folder = service, capsys, folder

    def __call__(self, *arguments: str) -> Answer:
        self._capsys.readouterr()
        code = run(list(arguments))
        written = self._capsys.readouterr()
        return Answer(int(code), written.out, written.err)

    def file(self, content: Any, name: str = "launch.json") -> str:
        """A file holding this value as JSON, or these bytes."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    def sample(self, case_id: str) -> Sample:
        """A sample case as of today."""
        return read_sample(case_id, today=self.service.today)

    def launched(self, sample: Sample) -> str:
        """The number of a case launched from a sample."""
        done = self("launch", sample.procedure, "--file", self.file(sample.launch()), "--json")
        assert done.code == 0, done.err
        return str(done.json["number"])

    def todo(self, username: str) -> dict[str, Any]:
        """The one open to-do of a person."""
        (found,) = self("inbox", "--as", username, "--json").json["todos"]
        return dict(found)

    def publish(self) -> None:
        """What the worker does with a due publication."""
        for step in scalars(self.service, "SELECT step_id FROM activity WHERE settled_at IS NULL"):
            lease = claim(self.service, step, holder="test")
            assert lease is not None
            settle(self.service, lease, ACTIVITIES[lease.activity](self.service, lease))

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        return int(scalars(self.service, f"SELECT count(*) FROM {table}")[0])


@pytest.fixture
def now_service(environment: dict[str, str], tmp_path: Path) -> Iterator[Service]:
    """The test's database under the machine's clock, as the commands see it."""
    settings = Settings(
        home=tmp_path,
        database_url=SecretStr(environment["GONGKAI_DATABASE_URL"]),
        owner_database_url=SecretStr(environment["GONGKAI_OWNER_DATABASE_URL"]),
    )
    engine = connect(settings.database_url.get_secret_value(), pool_size=2)
    yield Service(engine, settings, system_time)
    engine.dispose()


@pytest.fixture
def empty(
    now_service: Service,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Gongkai:
    """An installation without people."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return Gongkai(now_service, capsys, tmp_path)


@pytest.fixture
def gongkai(empty: Gongkai) -> Gongkai:
    """An installation with 青岭县."""
    assert empty("people", "import", str(BUREAU)).code == 0
    return empty


@pytest.fixture
def arranged(gongkai: Gongkai) -> Gongkai:
    """The same, on whatever day this runs: the days off of this year and the next are known."""
    for year in (gongkai.service.today.year, gongkai.service.today.year + 1):
        content = table(year, {f"{year}-05-01": "劳动节"}, {f"{year}-05-09": "劳动节"})
        assert gongkai("calendar", "import", gongkai.file(content)).code == 0
    return gongkai


@pytest.fixture
def number(gongkai: Gongkai) -> str:
    """ZD-01, launched; the drafter's to-do is open."""
    return gongkai.launched(gongkai.sample("ZD-01"))


def refused(answer: Answer, code: Code, *words: str) -> None:
    """Refused with this code, nothing on stdout, and these words in a message of four parts."""
    assert (answer.code, answer.out) == (code, "")
    for word in words:
        assert word in answer.err, answer.err
    assert "Traceback" not in answer.err


def subprocess_run(
    arguments: list[str], environment: dict[str, str], *, cwd: Path, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """``gongkai`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from deployments.cli import main; main()", *arguments],
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
