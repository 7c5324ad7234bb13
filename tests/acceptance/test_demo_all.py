"""``gongkai demo --all``: every sample case of the registry comes to its expected result, over HTTP."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.commands.exits import Code
from deployments.samples import CHANGES, RUNNABLE
from tests.conftest import clean_environment

pytestmark = pytest.mark.thorough


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_sample_case_comes_to_its_expected_result(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("gongkai")), "demo", "--all", "--json"]
    done = subprocess.run(
        command,
        env=clean_environment() | {"LANG": "C.UTF-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == Code.OK, done.stderr + done.stdout
    told = json.loads(done.stdout)["samples"]
    assert {each["id"] for each in told} == {*RUNNABLE, *CHANGES}
    assert all(each["outcome"] == each["expected"] and each["well"] for each in told)
