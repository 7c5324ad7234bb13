"""What a killed supervisor leaves running, and what the next one does about it."""

import signal
from collections.abc import Callable

from deployments.instance import Instance
from deployments.postgres import EmbeddedPostgres
from deployments.processes import end_processes, find_marked, find_process, read_record

ORPHAN_SECONDS = 5.0


def stop_orphans(instance: Instance, on_progress: Callable[[str], None]) -> None:
    """Ends every part left behind but PostgreSQL, which is taken over later if it answers.

    Recorded children count, and marked ones: a kill may fall between a child's start and its record. The
    caller holds the instance lock.
    """
    database = EmbeddedPostgres.name
    names = {file.stem for file in instance.run.glob("*.json")} - {"ports", database}
    recorded = [process for name in names if (process := find_process(read_record(instance.run, name)))]
    marked = find_marked(instance.mark(), besides=instance.mark(database))
    orphans = list({process.pid: process for process in (*marked, *recorded)}.values())
    if orphans:
        on_progress(f"Stopping {len(orphans)} processes left behind by a killed start")
        end_processes(orphans, signal.SIGTERM, grace_seconds=ORPHAN_SECONDS)
    for name in names:
        (instance.run / f"{name}.json").unlink(missing_ok=True)
    if instance.has_managed_database and read_record(instance.run, database):
        EmbeddedPostgres(instance).stop()  # From before a managed database was named.
