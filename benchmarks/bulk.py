"""Many cases from one file: how long it takes to look at every row, and until every case is stored."""

import json
import time

from benchmarks.cases import LAUNCHER, Desk
from benchmarks.figures import Figures
from benchmarks.installation import tell
from deployments.samples import PROCEDURE
from engine.acts.bulk import upload_bulk
from engine.bulk_work import launch_rows


def measure(desk: Desk, figures: Figures, *, rows: int) -> None:
    """Upload a file, and launch it as a worker does; the required minute is for a thousand rows."""
    tell(f"A file of {rows} cases")
    sample, service = desk.sample, desk.service
    lines = [
        json.dumps(
            {"key": f"bench-{row}", "intake": sample.intake, "draft": sample.draft}, ensure_ascii=False
        )
        for row in range(rows)
    ]
    began = time.perf_counter()
    raw = "\n".join(lines).encode()
    upload_bulk(service, desk.actor(LAUNCHER), "bench.jsonl", raw, procedure_=PROCEDURE, start=True)
    uploaded = time.perf_counter()
    while launch_rows(service):
        pass
    ended = time.perf_counter()
    how = f"a file of {rows} rows: every row looked at, and stored as a batch"
    figures.add("bulk.looked_at_seconds", uploaded - began, "s", how, samples=rows)
    how = f"the same file until its last case is stored with its first to-do; one worker, {rows} rows"
    figures.add("bulk.stored_seconds", ended - began, "s", how, samples=rows)
