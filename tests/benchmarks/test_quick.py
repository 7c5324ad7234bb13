"""The bench runs from start to end, measures everything it must, and leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import REQUIRED
from tests.conftest import clean_environment

WHOLE_JOBS = {
    *("clocks.all_due_seconds", "clocks.recompute_seconds", "system.rungs_caught_up_seconds"),
    *("bulk.looked_at_seconds", "bulk.stored_seconds"),
}
"""No one transaction by hand does the like."""


@pytest.mark.timeout(400)
@pytest.mark.long
def test_quick_bench_measures_every_required_figure_with_unit_ratio_and_method(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--output", str(written)]
    environment = clean_environment() | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(written.read_text(encoding="utf-8"))
    for key in REQUIRED:
        figure = told["figures"][key]
        assert told["values"][key] == figure["value"] > 0
        assert figure["unit"] or "statements" in key
        assert figure["how"]
        assert (figure["ratio"] or 0) > 0 or key in WHOLE_JOBS
        assert key in ended.stdout
    assert {"python", "prefect", "postgres", "sqlmodel", "psycopg"} <= told["versions"].keys()
    assert list(tmp_path.iterdir()) == [written]
