"""What a demonstration that keeps its data remembers: its password, and which cases are in place.

The file also says that the folder *is* a demonstration: nothing else is ever started over.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from deployments.credentials import sync_folder, write_private
from deployments.demo_leftovers import remove_home
from deployments.errors import HomeNotWritable, NotADemonstration, SecretsUnreadable
from deployments.instance import Instance
from deployments.takeover import stop_orphans

FILE = "demo.json"


@dataclass(frozen=True)
class DemoState:
    """``furnished``: the bureau is loaded and everybody has the password. ``cases``: number by sample id."""

    password: str = field(repr=False)
    furnished: bool = False
    cases: dict[str, str] = field(default_factory=dict)

    def placed(self, sample_id: str, number: str) -> "DemoState":
        """The same with one more case in its place; a visitor may since have moved it."""
        return replace(self, cases={**self.cases, sample_id: number})


def obtain_state(home: Path) -> DemoState:
    """What is remembered in this folder; a new one gets a password of its own.

    Raises:
        NotADemonstration: the folder holds an installation that is none.
        HomeNotWritable: the folder cannot be made or written.
        SecretsUnreadable: the file is damaged.
    """
    path = home / FILE
    if not path.exists():
        if (home / "secrets.json").exists():
            raise NotADemonstration(home)
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeNotWritable(home, str(error)) from error
        write_state(home, DemoState(secrets.token_urlsafe(9)))
    try:
        return DemoState(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SecretsUnreadable(path, f"not complete JSON ({error})") from error


def write_state(home: Path, state: DemoState) -> None:
    """Stores it whole or not at all, readable by its owner alone.

    Raises:
        HomeNotWritable.
    """
    draft = home / f".{FILE}.{os.getpid()}"
    try:
        draft.unlink(missing_ok=True)
        write_private(draft, json.dumps(asdict(state), ensure_ascii=False, indent=2) + "\n")
        os.replace(draft, home / FILE)
        sync_folder(home)
    except OSError as error:
        raise HomeNotWritable(home, str(error)) from error


def start_over(instance: Instance) -> None:
    """Stop and remove the demonstration in this folder, if there is one.

    Raises:
        NotADemonstration: it holds something else; nothing is touched.
        InstanceAlreadyRunning: it runs; stop it first.
    """
    if not (instance.home / "secrets.json").exists():
        return  # nothing was ever started here
    obtain_state(instance.home)
    instance.prepare()
    lock = instance.lock
    lock.acquire()
    try:
        stop_orphans(instance, lambda _: None)
        remove_home(instance)
    finally:
        lock.release()
