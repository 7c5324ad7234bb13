"""What runs in an instance, as any process on the machine can see it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from deployments.instance import Instance
from deployments.processes import find_process, read_record

ORDER = ("postgres", "prefect", "worker", "portal")


@dataclass(frozen=True)
class ComponentStatus:
    """One part: whether it runs, as which process, on which port, since when (UTC)."""

    name: str
    running: bool
    pid: int | None = None
    port: int | None = None
    since: datetime | None = None


def read_status(instance: Instance) -> list[ComponentStatus]:
    """The supervisor first, then its parts in starting order; after a kill they run without it."""
    holder = instance.lock.holder()
    supervisor = ComponentStatus("supervisor", running=holder is not None)
    if holder is not None and holder[0] is not None:
        supervisor = ComponentStatus("supervisor", True, holder[0], since=datetime.fromisoformat(holder[1]))
    recorded = {file.stem for file in instance.run.glob("*.json")} - {"ports", *ORDER}
    return [supervisor, *(_status_of(instance, name) for name in (*ORDER, *sorted(recorded)))]


def _status_of(instance: Instance, name: str) -> ComponentStatus:
    record = read_record(instance.run, name)
    if record is None or find_process(record) is None:
        return ComponentStatus(name, running=False)
    return ComponentStatus(
        name, True, record.pid, record.port, datetime.fromtimestamp(record.created_at, UTC)
    )
