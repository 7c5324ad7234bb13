"""What a killed demonstration leaves behind: found and removed by the next one.

``kill -9`` of ``gongkai demo --once`` ends nobody but itself: database, Prefect, worker and portal go on in a
home nobody will ever start again.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from deployments.errors import InstallationError
from deployments.instance import Instance
from deployments.postgres import EmbeddedPostgres
from deployments.takeover import stop_orphans

PREFIX = "gongkai-demo-"


def clear_leftovers(on_progress: Callable[[str], None]) -> None:
    """Stop and remove every demonstration of this account whose supervisor is dead.

    One that cannot be removed is told of and left: it must not keep the next from starting.
    """
    for home in _homes():
        instance = Instance(home, environ={})
        lock = instance.lock
        try:
            lock.acquire()  # held by every demonstration that lives
        except (InstallationError, OSError):
            continue
        try:
            on_progress(f"Removing what a killed demonstration left in {home}")
            stop_orphans(instance, on_progress)
            remove_home(instance)
        except (InstallationError, OSError) as error:
            on_progress(f"{home} could not be removed: {error}")
        finally:
            lock.release()


def remove_home(instance: Instance) -> None:
    """The database lives elsewhere when started as root, so removing the folder alone would leave it."""
    if (instance.home / "secrets.json").exists():
        EmbeddedPostgres(instance).destroy()
    shutil.rmtree(instance.home, ignore_errors=True)


def _homes() -> Iterator[Path]:
    """Homes that hold something to stop. Without a lock file a demonstration has only just begun."""
    for home in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        try:
            status = home.lstat()
        except OSError:
            continue
        ours = status.st_uid == os.geteuid() and stat.S_ISDIR(status.st_mode)
        if ours and (home / "run" / "lock").exists() and (home / "secrets.json").exists():
            yield home
