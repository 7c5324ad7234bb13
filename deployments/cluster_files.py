"""Creating a database cluster whole or not at all, and clearing what a dead server left behind."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import psutil

from deployments.binaries import Binaries, as_account
from deployments.cluster import SOCKET_NAME, STATE, Cluster
from deployments.credentials import sync_folder, write_private
from deployments.errors import ClusterUnusable

DRAFT_PREFIX = "creating-"

SETTINGS = """
# --- Gongkai: written once when the cluster was created; change as you need. ---
# fsync, synchronous_commit and full_page_writes stay on: an acknowledged decision is never lost.
timezone = 'UTC'
log_timezone = 'UTC'
max_connections = 100
shared_buffers = 128MB
max_wal_size = 512MB
max_logical_replication_workers = 0
jit = off                              # small statements only; compiling them costs more than running them
client_connection_check_interval = 2s  # a killed worker's statement ends, and with it its locks
log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m [%p] %u@%d '
"""


def create_cluster(cluster: Cluster, binaries: Binaries, *, password: str) -> None:
    """Runs initdb under another name and renames the finished folder: a killed start leaves no half cluster.

    The name is new each time, because an initdb orphaned by a kill may still be writing to the last one.
    """
    for stale in cluster.folder.glob(f"{DRAFT_PREFIX}*"):
        shutil.rmtree(stale, ignore_errors=True)
    draft = cluster.folder / f"{DRAFT_PREFIX}{secrets.token_hex(4)}"
    cluster.create_private(draft)
    password_file = draft / "password"
    write_private(password_file, password + "\n")
    cluster.give(password_file)
    _run_initdb(cluster, binaries, draft=draft, password_file=password_file)
    with (draft / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS + _settings_of(binaries.major))
        file.flush()
        os.fsync(file.fileno())
    if cluster.data.is_dir() and not any(cluster.data.iterdir()):
        cluster.data.rmdir()
    (draft / "data").rename(cluster.data)
    sync_folder(cluster.folder)
    shutil.rmtree(draft, ignore_errors=True)


def _settings_of(major: int) -> str:
    """From 18 on: reading in the backends themselves saves three processes on a small machine."""
    return "io_method = sync\n" if major >= 18 else ""


def _run_initdb(cluster: Cluster, binaries: Binaries, *, draft: Path, password_file: Path) -> None:
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
    command: list[str | Path] = [
        *(
            binaries.folder / "initdb",
            "-D",
            draft / "data",
            "--username=postgres",
            f"--pwfile={password_file}",
        ),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", *locale, "--data-checksums"),
    ]
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cluster.folder,
        env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
        start_new_session=True,
        **as_account(cluster.account),
    )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = f"initdb ended with code {done.returncode}: {' '.join(lines[-3:])}"
        raise ClusterUnusable(
            cluster.data, reason, "Often the disk is full or read-only; free space and start again."
        )


def read_major_version(cluster: Cluster) -> int:
    """The version that wrote the cluster."""
    return int((cluster.data / "PG_VERSION").read_text().split(".")[0])


def leftover_backends(cluster: Cluster) -> list[psutil.Process]:
    """Processes of a server that died: every one of them works inside the data folder."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and Path(process.cwd()) == cluster.data:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def remove_stale_locks(cluster: Cluster) -> None:
    """Removes the locks of a dead server, whose process id may belong to a stranger or a zombie by now.

    PostgreSQL itself would then refuse to start. Safe here: we hold the instance lock, both folders are
    private, and no process works inside the data folder.
    """
    if leftover_backends(cluster):
        return
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    (cluster.socket_folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def note_home(cluster: Cluster, home: Path) -> None:
    """Says beside a cluster outside its instance folder whose it is, for whoever cleans up one day."""
    note = cluster.folder / "home"
    if cluster.folder.parent == STATE and not note.exists():
        write_private(note, f"{home}\n")
