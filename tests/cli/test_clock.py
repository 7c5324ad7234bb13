"""``gongkai clock``: shows the time, advances it in a demonstration, and is refused where time is real."""

from datetime import datetime, timedelta

import pytest

from deployments.commands.exits import Code
from deployments.errors import TimeIsReal
from deployments.migrating import VIRTUAL_TIME_BEGINS, bring_up_to_date
from deployments.samples import BUREAU
from tests.builders import scalars
from tests.cli.conftest import Gongkai, refused


@pytest.fixture
def virtual(empty: Gongkai, environment: dict[str, str]) -> Gongkai:
    """A demonstration with 青岭县, stamped before its people came."""
    bring_up_to_date(environment, virtual_time=True)
    assert empty("people", "import", str(BUREAU)).code == 0
    return empty


def ahead(gongkai: Gongkai) -> timedelta:
    """How far statutory time is ahead, as a command of its own is told."""
    told = gongkai("clock", "show", "--json").json
    return datetime.fromisoformat(told["now"]) - datetime.fromisoformat(told["machine_now"])


def test_a_demonstration_is_advanced_and_every_later_command_lives_then(virtual: Gongkai) -> None:
    done = virtual("clock", "advance", "30d")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("虚拟时间：")
    assert "演示用；实际时间" in done.out
    assert ahead(virtual) == VIRTUAL_TIME_BEGINS + timedelta(days=30)
    number = virtual.launched(virtual.sample("ZD-01"))
    launched = scalars(virtual.service, "SELECT launched_at FROM cases WHERE number = :n", n=number)[0]
    assert abs(launched - virtual.service.now - ahead(virtual)) < timedelta(hours=1)
    assert virtual("ledger", "verify").code == 0


def test_to_an_instant_by_the_organs_clock(virtual: Gongkai) -> None:
    year = virtual.service.now.year + 1
    assert f"虚拟时间：{year}-12-21 09:00" in virtual("clock", "advance", "--to", f"{year}-12-21T09:00").out
    english = virtual("clock", "show", "--lang", "en").out
    assert english.startswith(f"Virtual time: {year}-12-21 09:00 (a demonstration; really ")


@pytest.mark.parametrize(
    "asked", [[], ["soon"], ["0d"], ["--to", "2020-01-01T09:00"], ["1d", "--to", "2099-01-01"]]
)
def test_what_is_no_leap_is_invalid_input(virtual: Gongkai, asked: list[str]) -> None:
    refused(virtual("clock", "advance", *asked), Code.INVALID, "办法")
    assert ahead(virtual) == VIRTUAL_TIME_BEGINS


def test_where_time_is_real_it_is_refused_in_words(gongkai: Gongkai) -> None:
    refused(gongkai("clock", "advance", "3d"), Code.CONFLICT, "本系统的时间不能推进", "--virtual-time")
    assert "（真实时间）" in gongkai("clock", "show").out
    assert ahead(gongkai) == timedelta(0)


def test_a_used_database_is_not_made_movable_by_starting_it_so(
    gongkai: Gongkai, environment: dict[str, str]
) -> None:
    with pytest.raises(TimeIsReal) as caught:
        bring_up_to_date(environment, virtual_time=True)
    assert environment["GONGKAI_HOME"] in str(caught.value)
    assert gongkai.count("virtual_time") == 0


def test_a_stamped_one_stays_virtual_when_it_is_started_without_asking(
    virtual: Gongkai, environment: dict[str, str]
) -> None:
    virtual("clock", "advance", "3d")
    bring_up_to_date(environment)
    bring_up_to_date(environment, virtual_time=True)
    assert ahead(virtual) == VIRTUAL_TIME_BEGINS + timedelta(days=3)
