"""A setting that cannot be used is told in words: which, what was given, what may be; never a secret."""

import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from deployments.commands.exits import Code
from engine.reading_settings import read_settings
from rules.errors import SettingsRefused
from tests.conftest import clean_environment

WRONG = {
    "SMTP_PORT": ("70000", "whole number not below 1 and not above 65535"),
    "LEASE_SECONDS": ("soon", "whole number not below 2"),
    "WEBSITE_TIMEOUT_SECONDS": ("0", "number above 0 and not above 120"),
    "SMTP_STARTTLS": ("maybe", "true or false"),
    "WEBSITE": ("paper", "automatic or by-hand"),
    "MAIL_FROM": ("nobody", "e-mail address"),
    "TIMEZONE": ("Asia/Qingling", "time zone"),
    "WEBSITE_PAGE_PORTS": ("80,https", "ports with commas"),
    "WEBSITE_PAGE_NETWORKS": ("10.1.2.0/40", "networks with commas"),
}
SECRET = "too-short-to-keep"


@pytest.mark.parametrize("name", WRONG)
def test_which_setting_what_was_given_and_what_may_be(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, allowed = WRONG[name]
    monkeypatch.setenv(f"GONGKAI_{name}", given)
    with pytest.raises(SettingsRefused) as caught:
        read_settings()
    assert caught.value.where == f"GONGKAI_{name}"
    english = caught.value.message("en")
    assert f"“{given}”" in english
    assert allowed in english
    assert f"“{given}”" in caught.value.message("zh")


@pytest.mark.parametrize(
    "given",
    [
        "wecombot://a-robots-key",
        "mail=wecombot://a-robots-key",
        "digest=wecombot://a-robots-key",
        "群 一=wecombot://a-robots-key",
        "群=a-robots-key",
        "群=wecombot://a-robots-key,群=wecombot://a-robots-key",
    ],
)
def test_channels_that_are_not_named_addresses_are_refused_unquoted(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_CHANNELS", given)
    with pytest.raises(SettingsRefused) as caught:
        read_settings()
    assert caught.value.where == "GONGKAI_CHANNELS"
    assert "name=address" in caught.value.message("en")
    assert "a-robots-key" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_is_quoted_nowhere_and_all_that_is_wrong_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GONGKAI_PORTAL_SECRET", SECRET)
    monkeypatch.setenv("GONGKAI_SESSION_HOURS", "0")
    with pytest.raises(SettingsRefused) as caught:
        read_settings()
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert "GONGKAI_PORTAL_SECRET 须至少32个字符；GONGKAI_SESSION_HOURS" in told


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("import deployments.cli as c; c.main()", ["up"]),
        ("import deployments.cli as c; c.main()", ["inbox", "--as", "xu.jing"]),
        ("import deployments.worker as w; w.main()", []),
    ],
    ids=["up", "a command", "the worker"],
)
def test_every_program_says_so_without_a_traceback_and_ends_as_documented(
    tmp_path: Path, program: str, arguments: list[str]
) -> None:
    environment = clean_environment() | {
        "GONGKAI_HOME": str(tmp_path / "home"),
        "GONGKAI_SMTP_PORT": "post",
        "GONGKAI_PORTAL_SECRET": SECRET,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if "up" not in arguments:
        environment["GONGKAI_DATABASE_URL"] = "postgresql+psycopg://nobody@/none?host=/nowhere"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=tmp_path, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == Code.INVALID
    assert "GONGKAI_SMTP_PORT" in done.stderr
    assert "“post”" in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
