"""One supervisor per instance; who merely asks never keeps one from starting."""

import fcntl
import os
from pathlib import Path

import pytest

from deployments import lock
from deployments.errors import InstanceAlreadyRunning
from deployments.lock import InstanceLock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The lock of an instance that a killed supervisor left, with its name in it."""
    made = tmp_path / "run" / "lock"
    made.parent.mkdir()
    made.write_text('{"pid": 1, "started_at": "2001-01-01T00:00:00+00:00"}')
    return made


def test_start_waits_for_the_instant_in_which_someone_asks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window: ``status`` holds the lock shared while ``up`` starts."""
    asking = os.open(path, os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.close(asking)

    monkeypatch.setattr(lock.time, "sleep", wait)
    mine = InstanceLock(path)
    mine.acquire()
    assert len(waits) == 3
    assert InstanceLock(path).holder() == (os.getpid(), lock._started_at().isoformat(timespec="seconds"))
    mine.release()


def test_lock_that_is_held_shared_for_good_is_given_up(path: Path) -> None:
    asking = os.open(path, os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    with pytest.raises(InstanceAlreadyRunning) as caught:
        InstanceLock(path).acquire()
    assert "process 1" not in str(caught.value), "that one is long dead"
    os.close(asking)


def test_second_start_is_told_at_once_who_has_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = InstanceLock(path)
    mine.acquire()
    monkeypatch.setattr(lock.time, "sleep", pytest.fail)
    with pytest.raises(InstanceAlreadyRunning, match=f"process {os.getpid()}"):
        InstanceLock(path).acquire()
    mine.release()
    assert InstanceLock(path).holder() is None
