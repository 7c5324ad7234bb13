"""The bench runs from start to end and leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import clean_environment

PROMISED = (
    "engine.decision_to_next_ms.p50",
    "engine.decision_to_next_ms.p95",
    "http.decision_to_next_ms.p50",
    "http.decision_to_next_ms.p95",
    "engine.decisions_per_second",
    "http.decisions_per_second",
    "floor.decision_to_next_ms.p50",
)


@pytest.mark.timeout(300)
@pytest.mark.long
def test_quick_bench_writes_every_promised_figure_with_unit_ratio_and_method(tmp_path: Path) -> None:
    written = tmp_path / "latest.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--quick",
        "--only",
        "engine,http",
        "--output",
        str(written),
    ]
    environment = clean_environment() | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(written.read_text(encoding="utf-8"))
    for key in PROMISED:
        figure = told["figures"][key]
        assert told["values"][key] == figure["value"] > 0
        assert figure["unit"]
        assert figure["how"]
        assert figure["ratio"] > 0
        assert key in ended.stdout
    assert {"python", "prefect", "postgres", "sqlmodel", "psycopg"} <= told["versions"].keys()
    assert list(tmp_path.iterdir()) == [written]
