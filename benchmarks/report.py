"""What is left of a run: ``benchmarks/latest.json`` and a table."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Figures
from benchmarks.installation import Installation

LATEST = Path(__file__).parent / "latest.json"

REFERENCES = (
    ("bare transactions", "1.1 ms", "1,740/s", ""),
    ("SpiffWorkflow", "6.0 ms", "299/s", ""),
    ("viewflow", "13.5 ms", "152/s", ""),
    ("Restate", "17 ms", "130/s", ""),
    ("DBOS", "22 ms", "45/s", ""),
    ("stock Prefect", "10 s", "", "9.7 s"),
)
"""The same four-decision work, measured earlier on another machine with 2 such cores: for scale only."""

_PACKAGES = ("gongkai", "prefect", "sqlmodel", "sqlalchemy", "psycopg", "pydantic", "fastapi", "uvicorn")


def conditions(installation: Installation) -> dict[str, Any]:
    """Versions and machine; without them a figure says nothing."""
    [server] = installation.query("SELECT current_setting('server_version') AS version")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "versions": {
            "python": platform.python_version(),
            "postgres": server["version"],
            **{name: version(name) for name in _PACKAGES},
        },
        "machine": {
            "cpu": _cpu_model(),
            "cores": os.cpu_count(),
            "memory_mb": round(psutil.virtual_memory().total / 1e6),
            "system": f"{platform.system()} {platform.release()}",
            "load_average_before": round(os.getloadavg()[0], 2),
        },
    }


def write(figures: Figures, about: dict[str, Any], path: Path) -> None:
    """The file, whole or not at all."""
    names = ("system", "decision_to_next_p50", "decisions_per_second", "cpu_per_decision")
    scale = [dict(zip(names, reference, strict=True)) for reference in REFERENCES]
    content = {**about, **figures.as_json(), "for_scale": scale}
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, path)


def show(figures: Figures, about: dict[str, Any]) -> None:
    """The table, in the order of measurement."""
    machine, versions = about["machine"], about["versions"]
    console = Console(width=None if Console().is_terminal else 120)
    table = Table(title="Gongkai bench", caption=_caption(about), caption_justify="left")
    table.add_column("figure")
    for column in ("value", "unit", "× by hand", "n"):
        table.add_column(column, justify="left" if column == "unit" else "right", no_wrap=True)
    for figure in figures.known.values():
        ratio = figures.ratio(figure)
        shown = "–" if ratio is None else f"{ratio:,.2f}"
        table.add_row(figure.key, _shown(figure), figure.unit or "count", shown, f"{figure.samples:,}")
    console.print(table)
    scale = Table(title=f"For scale: the same four decisions on 2 such cores; here {machine['cores']} cores")
    for column in ("system", "decision to next", "decisions", "CPU a decision"):
        scale.add_column(column)
    for reference in REFERENCES:
        scale.add_row(*reference)
    console.print(scale)
    console.print(f"Prefect {versions['prefect']}, PostgreSQL {versions['postgres']}", highlight=False)


def _caption(about: dict[str, Any]) -> str:
    machine, versions = about["machine"], about["versions"]
    known = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"{about['date']}  commit {about['commit']}\n{known}\n"
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb']} MB, {machine['system']}, "
        f"load before {machine['load_average_before']}\n"
        "× by hand: times the hand-written transaction of the same run; for a rate, times slower"
    )


def _shown(figure: Figure) -> str:
    return f"{figure.value:,.0f}" if abs(figure.value) >= 1000 else f"{figure.value:.4g}"


def _commit() -> str:
    """The commit, marked when files differ from it; empty outside a clone."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
