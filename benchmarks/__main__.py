"""``python -m benchmarks [--quick] [--only engine,http,pages,mail,system,…]``: measure and report.

The engine and the hand-written floor are always measured, shortly when not asked for: the ratios need them.
Only a whole run replaces ``benchmarks/latest.json``; what a quick or partial one measured is printed, and
written where ``--output`` says.
"""

import argparse
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import (
    bulk,
    clocks,
    engine,
    files,
    floor,
    http,
    mail,
    pages,
    prefect_stock,
    register,
    report,
    system,
    throughput,
)
from benchmarks.calling import Caller, make_tokens
from benchmarks.cases import HOLDERS, Desk
from benchmarks.figures import Figures
from benchmarks.floor import ByHand
from benchmarks.installation import Installation, part, tell, temporary_installation
from benchmarks.template import record_template
from deployments.components import PORTAL, PREFECT

SUBJECTS = ("engine", "http", "pages", "bulk", "clocks", "register", "mail", "system", "prefect_stock")


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    cases: int
    throughput: throughput.Extent
    mail: mail.Extent
    system: system.Extent
    stock_decisions: int
    pages: pages.Extent
    clocks: clocks.Extent
    files: int
    documents: int
    rows: int


FULL = Sizes(
    cases=100,
    throughput=throughput.Extent(bursts=2, items=100, waiting=1000),
    mail=mail.Extent(messages=1000, outage_seconds=20.0),
    system=system.Extent(seconds_per_rate=20.0, idle_seconds=20.0, waiting=1000),
    stock_decisions=4,
    pages=pages.Extent(cases=10_000, mails=5_000, undelivered=200, times=30),
    clocks=clocks.Extent(idle_seconds=15.0, explained=500),
    files=5,
    documents=10_000,
    rows=1000,
)
QUICK = Sizes(
    cases=10,
    throughput=throughput.Extent(bursts=1, items=20, waiting=40),
    mail=mail.Extent(messages=30, outage_seconds=2.0),
    system=system.Extent(seconds_per_rate=4.0, idle_seconds=2.0, waiting=16),
    stock_decisions=1,
    pages=pages.Extent(cases=40, mails=30, undelivered=10, times=2),
    clocks=clocks.Extent(idle_seconds=2.0, explained=20),
    files=1,
    documents=200,
    rows=40,
)


def main(arguments: list[str] | None = None) -> int:
    """Measure; 0 when all went well, 1 when a run of all subjects lacks a figure it must have."""
    chosen = _parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is stopped and removed
    sizes, figures = QUICK if chosen.quick else FULL, Figures()
    with temporary_installation() as installation:
        about = _decisions(installation, figures, sizes, chosen.only)
        if "prefect_stock" in chosen.only:
            _stock(installation, figures, sizes)
    if "mail" in chosen.only:
        with temporary_installation() as fresh:
            _mail(fresh, figures, sizes)
    if "system" in chosen.only:
        with temporary_installation() as fresh:
            system.measure(fresh, figures, sizes.system)
    report.show(figures, about)
    missing = figures.missing() if set(chosen.only) == set(SUBJECTS) else []
    if missing:
        tell(f"Not written; these figures are missing: {', '.join(missing)}")
        return 1
    output = chosen.output or _replaces(chosen)
    if output is not None:
        report.write(figures, about, output)
    tell(f"Written: {output}" if output else "Not written: only a whole run replaces the last figures")
    return 0


def _replaces(chosen: argparse.Namespace) -> Path | None:
    """The last figures, for a whole run; a partial one would leave a file that compares two days."""
    whole = not chosen.quick and set(chosen.only) == set(SUBJECTS)
    return report.LATEST if whole else None


def _decisions(
    installation: Installation, figures: Figures, sizes: Sizes, chosen: tuple[str, ...]
) -> dict[str, Any]:
    """Floor, engine and HTTP, on PostgreSQL and the portal alone. Returns versions and machine."""
    engine_sizes = sizes if "engine" in chosen else QUICK
    with installation.running(PORTAL), installation.service() as service:
        about, desk = report.conditions(installation), Desk(service)
        postgres, portal = part(installation, "postgres"), part(installation, "portal")
        template, tokens = record_template(desk, installation.hand_url), make_tokens(desk)
        by_hand = ByHand(installation.hand_url, template)
        engine.measure(desk, by_hand, figures, cases=engine_sizes.cases)
        how = "proportional set size of a process with the interpreter, the driver and one connection"
        figures.add("floor.memory_mb", floor.memory(installation.hand_url), "MB", how, samples=1)
        if "http" in chosen:
            caller = Caller(installation.environment["GONGKAI_BASE_URL"], tokens)
            http.measure(caller, desk, by_hand, figures, cases=sizes.cases)
            url, drafter = installation.environment["GONGKAI_BASE_URL"], tokens[HOLDERS["drafting"]]
            files.measure(url, drafter, desk, portal, figures, files=sizes.files)
        by_hand.close()
        with throughput.clients(installation, template, tokens) as clients:
            throughput.measure_decisions("engine", clients, [postgres], figures, engine_sizes.throughput)
            throughput.measure_launches(clients, installation, figures, engine_sizes.throughput)
            if "http" in chosen:
                throughput.measure_decisions("http", clients, [postgres, portal], figures, sizes.throughput)
            if "pages" in chosen:
                base_url = installation.environment["GONGKAI_BASE_URL"]
                pages.measure(base_url, desk, clients, figures, sizes.pages)
        if "bulk" in chosen:
            bulk.measure(desk, figures, rows=sizes.rows)
        if "clocks" in chosen:
            clocks.measure(installation, desk, postgres, figures, sizes.clocks)
        if "register" in chosen:
            base_url = installation.environment["GONGKAI_BASE_URL"]
            register.measure(service, base_url, figures, documents=sizes.documents, requests=50)
    return about


def _mail(installation: Installation, figures: Figures, sizes: Sizes) -> None:
    with installation.running(), installation.service() as service:
        mail.measure(Desk(service), figures, sizes.mail)


def _stock(installation: Installation, figures: Figures, sizes: Sizes) -> None:
    with installation.running(PREFECT):
        servers = [part(installation, name) for name in ("postgres", "prefect")]
        prefect_stock.measure(installation.environment, servers, figures, decisions=sizes.stock_decisions)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little of everything: does it run at all?")
    parser.add_argument("--only", default=",".join(SUBJECTS), help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--output", type=Path, help="where the figures are written, whichever were measured")
    chosen = parser.parse_args(arguments)
    chosen.only = tuple(filter(None, chosen.only.split(",")))
    unknown = set(chosen.only) - set(SUBJECTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SUBJECTS)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
