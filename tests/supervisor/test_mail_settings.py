"""Settings are looked at before anyone is mailed a link nobody can open."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deployments.errors import SettingsUnusable
from deployments.mail_settings import require_usable, setting_faults
from engine.settings import Settings
from tests.conftest import clean_environment

PUBLIC: dict[str, Any] = {
    "base_url": "https://gongkai.qingling.example",
    "smtp_host": "mail.qingling.example",
    "mail_from": "gongkai@qingling.example",
}


def faults(**given: Any) -> set[tuple[str, bool]]:
    """Which settings are at fault, and whether fatally."""
    if "database_url" in given:
        given["database_url"] = SecretStr(given["database_url"])
    found = setting_faults(Settings(_env_file=None, **given))  # type: ignore[call-arg]
    return {(fault.setting.removeprefix("GONGKAI_"), fault.fatal) for fault in found}


def test_a_trial_on_one_machine_and_a_proper_installation_have_no_fault() -> None:
    assert faults() == set()
    assert faults(**PUBLIC) == set()
    assert faults(smtp_host="127.0.0.1", smtp_port=1025) == set(), "a mail catcher beside the portal"


@pytest.mark.parametrize(
    ("channels", "found"),
    [
        ("群=wecombot://key-1, duty=dingtalk://SECret@token", set()),
        ("oa=https://secret@oa.qingling.example/hook", set()),
        ("群=wecombot://key-1?server=https://im.qingling.example", set()),
        ("群=wecombot://key-1?server=http://im.qingling.example", {("CHANNELS", False)}),
        ("oa=http://secret@oa.qingling.example/hook", {("CHANNELS", False)}),
        ("oa=http://secret@127.0.0.1:8080/hook", set()),
        ("oa=https://oa.qingling.example/hook", {("CHANNELS", True)}),
        ("群=wecombot://", {("CHANNELS", True)}),
        ("群=telegram://token", {("CHANNELS", True)}),
    ],
)
def test_nothing_starts_with_a_channel_nobody_can_be_told_by(
    channels: str, found: set[tuple[str, bool]]
) -> None:
    assert faults(channels=SecretStr(channels)) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gongkai.example",
        "ftp://gongkai.example",
        "javascript:alert(1)//x",
        "https://",
        "https://user@gongkai.example",
        "https://gongkai.example/../x",
        "https://gongkai.example/portal",
        "https://gongkai.example?x",
        "https://gongkai.example#",
        "https://gongkai.example\\@evil.example",
        "https://gongkai.example/\r\nX: 1",
        "https://公开.example",
        "https://gongkai.example:99999",
    ],
)
def test_links_begin_with_a_plain_address_or_nothing_starts(url: str) -> None:
    assert faults(base_url=url) == {("BASE_URL", True)}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8390", "http://localhost", "https://[::1]:8443", "https://portal.localhost",
     "http://0.0.0.0:80", "https://127.9.9.9", "https://[::ffff:127.0.0.1]", "https://LOCALHOST."],
)  # fmt: skip
@pytest.mark.parametrize(
    "at_work",
    [
        {"smtp_host": "mail.qingling.example", "mail_from": "gongkai@qingling.example"},
        {"smtp_host": "127.0.0.1", "mail_from": "gongkai@qingling.example"},  # passes mail on
        {"database_url": "postgresql+psycopg://app:x@db.qingling.example/gongkai"},
    ],
)
def test_no_link_to_this_machine_leaves_it(url: str, at_work: dict[str, Any]) -> None:
    assert ("BASE_URL", True) in faults(base_url=url, **at_work)


def test_a_database_on_this_machine_alone_is_no_production() -> None:
    for url in (
        "postgresql+psycopg://app:x@127.0.0.1:5433/gongkai",
        "postgresql+psycopg://app:x@/gongkai?host=/srv/socket",
    ):
        assert faults(database_url=url) == set()


def test_plain_http_is_warned_of_and_does_not_stop_the_start() -> None:
    plain = PUBLIC | {"base_url": "http://10.0.0.8:8390"}
    assert faults(**plain) == {("BASE_URL", False)}
    assert [fault.setting for fault in require_usable(Settings(**plain))] == ["GONGKAI_BASE_URL"]


def test_a_password_never_travels_unencrypted_to_another_machine() -> None:
    signing_in = {"smtp_username": "gongkai", "smtp_password": SecretStr("x")}
    assert faults(**PUBLIC, **signing_in) == {("SMTP_STARTTLS", True)}
    assert faults(**PUBLIC, **signing_in, smtp_starttls=True) == set()
    assert faults(**PUBLIC | {"smtp_host": "localhost"}, **signing_in) == set()


def test_an_authority_that_is_no_certificate_and_a_sender_of_this_machine_are_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for path in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        assert faults(**PUBLIC, smtp_ca_file=str(path)) == {("SMTP_CA_FILE", True)}
    assert faults(**PUBLIC | {"mail_from": "gongkai@localhost"}) == {("MAIL_FROM", True)}


def test_the_refusal_says_every_setting_in_both_languages_and_survives_pickling() -> None:
    wrong = PUBLIC | {"base_url": "http://localhost", "mail_from": "x@localhost"}
    with pytest.raises(SettingsUnusable) as caught:
        require_usable(Settings(**wrong))
    said = str(pickle.loads(pickle.dumps(caught.value)))
    for part in ("GONGKAI_BASE_URL", "GONGKAI_MAIL_FROM", "people reach the portal", "人员访问门户"):
        assert part in said


@pytest.mark.parametrize(
    "program", ["import deployments.cli as c; c.main()", "import deployments.worker as w; w.main()"]
)
def test_neither_up_nor_the_worker_starts_with_mail_that_would_link_to_this_machine(
    tmp_path: Path, program: str
) -> None:
    environment = clean_environment() | {
        "GONGKAI_HOME": str(tmp_path / "home"),
        "GONGKAI_SMTP_HOST": "mail.qingling.example",
        "GONGKAI_MAIL_FROM": "gongkai@qingling.example",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if "worker" in program:
        environment["GONGKAI_DATABASE_URL"] = "postgresql+psycopg://nobody@/none?host=/nowhere"
    done = subprocess.run(
        [sys.executable, "-c", program, "up"], env=environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "GONGKAI_BASE_URL" in done.stderr
