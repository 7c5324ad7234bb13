"""The last figures are those of one whole run, or nothing is written."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as bench
from benchmarks import report
from benchmarks.figures import REQUIRED, Figures


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the last whole run; nothing is measured, every required figure is there."""
    path = tmp_path / "latest.json"
    path.write_text("{}")
    monkeypatch.setattr(report, "LATEST", path)
    monkeypatch.setattr(report, "show", lambda *_: None)
    monkeypatch.setattr(bench, "temporary_installation", _nothing)
    monkeypatch.setattr(bench, "_decisions", _measures(REQUIRED))
    monkeypatch.setattr(bench, "_stock", lambda *_: None)
    monkeypatch.setattr(bench.system, "measure", lambda *_: None)
    monkeypatch.setattr(bench, "_mail", lambda *_: None)
    return path


@contextmanager
def _nothing() -> Iterator[Namespace]:
    yield Namespace()


def _measures(keys: tuple[str, ...]) -> Any:
    def measure(_: Any, figures: Figures, *__: Any) -> dict[str, Any]:
        for key in keys:
            figures.add(key, 1.0, "ms", "", samples=1)
        return {}

    return measure


def test_whole_run_replaces_the_last_figures(latest: Path) -> None:
    assert bench.main([]) == 0
    assert REQUIRED[0] in latest.read_text()


@pytest.mark.parametrize("part", [["--quick"], ["--only", "engine,http"], ["--quick", "--only", "system"]])
def test_quick_or_partial_run_leaves_the_last_figures_alone(latest: Path, part: list[str]) -> None:
    assert bench.main(part) == 0
    assert latest.read_text() == "{}"


@pytest.mark.parametrize(
    "lost", ["system.lag_ms.at_5_per_second.p95", "prefect_stock.decision_to_next_ms.p50"]
)
@pytest.mark.parametrize("how", [[], ["--quick"]])
def test_run_of_all_subjects_that_lost_a_figure_fails_and_writes_nothing(
    latest: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lost: str,
    how: list[str],
) -> None:
    monkeypatch.setattr(bench, "_decisions", _measures(tuple(key for key in REQUIRED if key != lost)))
    assert bench.main(how) == 1
    assert lost in capsys.readouterr().err
    assert latest.read_text() == "{}"
