"""The folder of one installation: secrets, logs, process records, mailbox, Prefect's files."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from deployments.child_secrets import without_others_secrets
from deployments.cluster import Cluster, place_cluster
from deployments.credentials import Credentials, obtain_credentials
from deployments.errors import HomeNotWritable, ManagedDatabaseIncomplete
from deployments.lock import InstanceLock
from deployments.ports import LOOPBACK, Ports, read_ports
from deployments.prefect_environment import FOREIGN, UI_BASE, prefect_environment
from deployments.processes import MARK
from engine.settings import named_in

MANAGED = (
    "GONGKAI_DATABASE_URL",
    "GONGKAI_OWNER_DATABASE_URL",
    "GONGKAI_PUBLIC_DATABASE_URL",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
)


class Instance:
    """One installation (one organ) on this machine.

    ``environ`` is what the caller's environment says; a test passes an empty one to stay apart from it.
    """

    def __init__(self, home: Path | str, environ: Mapping[str, str] | None = None) -> None:
        self.home = Path(home).expanduser().absolute()
        self.environ = os.environ if environ is None else environ
        self.logs = self.home / "logs"
        self.run = self.home / "run"
        self.mailbox = self.home / "mailbox"
        self.prefect_home = self.home / "prefect"

    def prepare(self) -> None:
        """Creates what is missing; an existing home is closed to others, its parents stay as they are.

        Raises:
            HomeNotWritable: this account cannot create or write the folder.
            SecretsUnreadable: the stored passwords are damaged.
        """
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.home, self.logs, self.run, self.mailbox, self.prefect_home):
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
                probe = folder / f".writable.{os.getpid()}"
                probe.touch()
                probe.unlink()
        except OSError as error:
            raise HomeNotWritable(self.home, f"{error.strerror or error} ({error.filename})") from error
        self.credentials  # noqa: B018  (generated, or found damaged, now and not at the first use)

    @cached_property
    def credentials(self) -> Credentials:
        """The passwords of this installation, generated the first time they are asked for."""
        return obtain_credentials(self.home / "secrets.json")

    @cached_property
    def cluster(self) -> Cluster:
        """Where the embedded PostgreSQL keeps its files, and which account runs it."""
        return place_cluster(self.home, self.credentials.instance_id)

    @property
    def lock(self) -> InstanceLock:
        """A new handle on the one-supervisor lock."""
        return InstanceLock(self.run / "lock")

    @property
    def ports(self) -> Ports:
        """The ports chosen at the last start."""
        return read_ports(self.run / "ports.json")

    def mark(self, component: str = "") -> str:
        """What a child carries in its environment, to be recognised after a crash; unnamed: any child."""
        return f"{self.credentials.instance_id}:" + (f"{component}:" if component else "")

    @property
    def has_managed_database(self) -> bool:
        """Whether the operator named a PostgreSQL of their own; then none is started here."""
        url = self.environ.get("GONGKAI_DATABASE_URL", "")
        return bool(url) and url != self._embedded_addresses()["GONGKAI_DATABASE_URL"]

    def environment(self) -> dict[str, str]:
        """The ``GONGKAI_*`` and ``PREFECT_*`` variables for everything that runs in this installation.

        Raises:
            ManagedDatabaseIncomplete: a managed PostgreSQL was named for some roles only.
        """
        addresses = self._managed_addresses() if self.has_managed_database else self._embedded_addresses()
        ports = self.ports
        return {
            **prefect_environment(
                home=self.prefect_home,
                port=ports.prefect,
                auth_string=self.credentials.prefect_auth_string,
                database_url=addresses["PREFECT_SERVER_DATABASE_CONNECTION_URL"],
            ),
            **addresses,
            "GONGKAI_HOME": str(self.home),
            "GONGKAI_BASE_URL": self.environ.get("GONGKAI_BASE_URL") or f"http://{LOOPBACK}:{ports.portal}",
            "GONGKAI_PREFECT_UI_URL": f"http://{LOOPBACK}:{ports.prefect}{UI_BASE}",
            "GONGKAI_PREFECT_SERVER_URL": f"http://{LOOPBACK}:{ports.prefect}",
            "GONGKAI_PREFECT_AUTH_STRING": self.credentials.prefect_auth_string,
            **self._channel_names(),
        }

    def child_environment(self, component: str) -> dict[str, str]:
        """The whole environment of one child: the caller's, without another Prefect's settings, and ours.

        Of the secrets, the caller's and ours, only those the child uses.

        A proxy of the caller must not stand between our own parts on the loopback address.
        """
        inherited = {name: value for name, value in self.environ.items() if name not in FOREIGN}
        direct = ",".join(
            filter(None, [inherited.get("NO_PROXY") or inherited.get("no_proxy"), LOOPBACK, "localhost"])
        )
        return {
            **without_others_secrets(component, inherited | self.environment()),
            "NO_PROXY": direct,
            "no_proxy": direct,
            "PYTHONUNBUFFERED": "1",
            MARK: self.mark(component),
        }

    def _channel_names(self) -> dict[str, str]:
        """What the portal is told of the channels, whose addresses are secrets of the worker's."""
        names = named_in(self.environ.get("GONGKAI_CHANNELS", ""))
        return {"GONGKAI_CHANNEL_NAMES": ",".join(names)} if names else {}

    def _embedded_addresses(self) -> dict[str, str]:
        secrets, cluster = self.credentials, self.cluster
        ours = "postgresql+psycopg"
        values = (
            cluster.url(ours, "gongkai_app", secrets.app_password, database="gongkai"),
            cluster.url(ours, "gongkai_owner", secrets.owner_password, database="gongkai"),
            cluster.url(ours, "gongkai_public", secrets.public_password, database="gongkai"),
            cluster.url("postgresql+asyncpg", "prefect", secrets.prefect_password, database="prefect"),
        )
        return dict(zip(MANAGED, values, strict=True))

    def _managed_addresses(self) -> dict[str, str]:
        missing = tuple(name for name in MANAGED if not self.environ.get(name))
        if missing:
            raise ManagedDatabaseIncomplete(missing)
        return {name: self.environ[name] for name in MANAGED}
