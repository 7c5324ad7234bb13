"""The instance folder: closed to others, its secrets generated once and never replaced by themselves."""

import os
from pathlib import Path

import pytest
from prefect.settings.legacy import _get_valid_setting_names
from prefect.settings.models.root import Settings

from deployments.cluster import place_cluster
from deployments.errors import HomeNotWritable, ManagedDatabaseIncomplete, SecretsUnreadable
from deployments.instance import MANAGED, Instance
from deployments.prefect_environment import NOT_SETTINGS


def test_secrets_are_generated_once_and_only_for_the_owner(tmp_path: Path) -> None:
    first = Instance(tmp_path / "home", environ={})
    first.prepare()
    second = Instance(tmp_path / "home", environ={})
    second.prepare()
    assert first.credentials == second.credentials
    assert len(set(vars(first.credentials).values())) == 7
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.credentials.app_password not in repr(first.credentials)


@pytest.mark.parametrize("content", ["", '{"app_password": "x', "[]", '{"instance_id": "a"}'])
def test_half_written_secrets_are_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    instance = Instance(tmp_path / "home", environ={})
    instance.prepare()
    stored = tmp_path / "home" / "secrets.json"
    stored.write_text(content)
    with pytest.raises(SecretsUnreadable, match="Restore the file from a backup"):
        Instance(tmp_path / "home", environ={}).prepare()
    assert stored.read_text() == content


def test_home_without_write_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(HomeNotWritable) as caught:
            Instance(tmp_path / "closed" / "home", environ={}).prepare()
    finally:
        if root:
            os.seteuid(0)
    assert "Permission denied" in str(caught.value)
    assert "GONGKAI_HOME" in str(caught.value)


def test_home_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeNotWritable, match="File exists"):
        Instance(tmp_path / "file" / "home", environ={}).prepare()


def test_every_prefect_variable_is_known_to_prefect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance(tmp_path / "home", environ={"PREFECT_API_KEY": "stranger"})
    instance.prepare()
    environment = instance.child_environment("prefect")
    ours = {name: value for name, value in environment.items() if name.startswith("PREFECT_")}
    assert set(ours) - NOT_SETTINGS - _get_valid_setting_names(Settings) == set()
    assert "PREFECT_API_KEY" not in ours
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.server.analytics_enabled is False
    assert "*" not in settings.server.api.cors_allowed_origins
    assert settings.server.services.pause_expirations.enabled is False
    assert settings.server.events.proactive_granularity.total_seconds() == 60


@pytest.mark.parametrize(
    ("component", "given"),
    [
        (
            "prefect",
            {
                "PREFECT_SERVER_DATABASE_CONNECTION_URL",
                "PREFECT_SERVER_API_AUTH_STRING",
                "PREFECT_API_AUTH_STRING",
            },
        ),
        ("portal", {"GONGKAI_DATABASE_URL", "GONGKAI_PUBLIC_DATABASE_URL", "GONGKAI_PREFECT_AUTH_STRING"}),
        (
            "worker",
            {
                "GONGKAI_DATABASE_URL",
                "PREFECT_API_AUTH_STRING",
                "GONGKAI_SMTP_PASSWORD",
                "GONGKAI_CHANNELS",
            },
        ),
    ],
)
def test_part_is_given_the_secrets_it_uses_and_no_other(
    tmp_path: Path, component: str, given: set[str]
) -> None:
    outer = {"GONGKAI_SMTP_PASSWORD": "of the mail server", "GONGKAI_CHANNELS": "群=wecombot://a-robots-key"}
    instance = Instance(tmp_path / "home", environ=outer)
    instance.prepare()
    credentials = {value for name, value in vars(instance.credentials).items() if name != "instance_id"}
    secret = credentials | {"of the mail server", "a-robots-key"}
    environment = instance.child_environment(component)
    assert environment["GONGKAI_CHANNEL_NAMES"] == "群", "what it is called is no secret"
    holding = {name for name, value in environment.items() if any(each in value for each in secret)}
    assert holding == given


def test_managed_address_of_the_owner_is_inherited_by_no_part(tmp_path: Path) -> None:
    named = {name: f"postgresql://{name}@db/x" for name in MANAGED}
    instance = Instance(tmp_path / "home", environ=named)
    instance.prepare()
    for component in ("prefect", "portal", "worker", "worker-2"):
        assert "GONGKAI_OWNER_DATABASE_URL" not in instance.child_environment(component)


def test_managed_database_is_used_only_if_every_role_has_an_address(tmp_path: Path) -> None:
    Instance(tmp_path / "home", environ={}).prepare()
    named = {"GONGKAI_DATABASE_URL": "postgresql+psycopg://app@db/gongkai"}
    with pytest.raises(ManagedDatabaseIncomplete, match="GONGKAI_OWNER_DATABASE_URL"):
        Instance(tmp_path / "home", environ=named).environment()
    for name in (
        "GONGKAI_OWNER_DATABASE_URL",
        "GONGKAI_PUBLIC_DATABASE_URL",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    ):
        named[name] = "postgresql://elsewhere/x"
    assert (
        Instance(tmp_path / "home", environ=named)
        .environment()["GONGKAI_DATABASE_URL"]
        .endswith("@db/gongkai")
    )


def test_own_address_in_the_environment_is_not_taken_for_a_managed_database(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "home", environ={})
    instance.prepare()
    assert not Instance(instance.home, environ=instance.environment()).has_managed_database


def test_ordinary_user_keeps_the_database_at_home_and_a_long_path_gets_a_short_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    near = place_cluster(Path("/srv/gongkai"), "abc")
    assert near.folder == Path("/srv/gongkai/postgres")
    assert near.socket_folder == near.folder / "socket"
    assert near.account is None
    far = place_cluster(tmp_path / ("公" * 60), "abc")
    assert len(os.fsencode(far.socket_folder)) < 90
    assert "abc" in far.socket_folder.name
