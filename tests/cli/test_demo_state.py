"""What a demonstration remembers, and what it never touches."""

import stat
from pathlib import Path

import pytest

from deployments.commands.exits import Code
from deployments.demo_cases import read_demo_cases
from deployments.demo_state import obtain_state, start_over, write_state
from deployments.errors import NotADemonstration, SecretsUnreadable
from deployments.instance import Instance
from deployments.samples import read_bureau
from rules.time import system_time
from tests.cli.conftest import Gongkai, subprocess_run
from tests.cli.test_samples import walk
from tests.conftest import clean_environment


def test_password_is_generated_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = obtain_state(tmp_path / "home")
    assert obtain_state(tmp_path / "home") == first
    assert len(first.password) >= 12
    assert first.password not in repr(first)
    assert stat.S_IMODE((tmp_path / "home" / "demo.json").stat().st_mode) == 0o600


def test_placed_cases_are_remembered(tmp_path: Path) -> None:
    state = obtain_state(tmp_path).placed("inspection-plan", "ZD-2026-0001")
    write_state(tmp_path, state)
    assert obtain_state(tmp_path).cases == {"inspection-plan": "ZD-2026-0001"}


@pytest.mark.parametrize("fresh", [[], ["--fresh"]])
def test_an_installation_that_is_no_demonstration_is_never_touched(tmp_path: Path, fresh: list[str]) -> None:
    home = tmp_path / "real"
    Instance(home, environ=clean_environment()).prepare()
    before = sorted(path.name for path in home.rglob("*"))
    done = subprocess_run(["demo", "--home", str(home), *fresh], clean_environment(), cwd=tmp_path)
    assert done.returncode == Code.INVALID
    assert "--home" in done.stderr.decode()
    assert sorted(path.name for path in home.rglob("*")) == before
    with pytest.raises(NotADemonstration):
        start_over(Instance(home, environ=clean_environment()))


def test_damaged_memory_is_told_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(SecretsUnreadable):
        obtain_state(tmp_path)
    assert (tmp_path / "demo.json").read_text() == "{"


def test_every_desk_has_a_case_or_has_had_one() -> None:
    cases = read_demo_cases(system_time())
    assert len({case.sample.id for case in cases}) == len(cases) >= 12
    units = {case.sample.intake["unit"] for case in cases}
    assert units == {unit.code for unit in read_bureau().roster.units or ()}
    standing = {case.stand.step for case in cases} - {""}
    assert standing >= {"drafting", "section-review", "legality-review", "office-review", "signature"}


def test_a_case_that_ends_elsewhere_than_it_should_is_noticed(gongkai: Gongkai) -> None:
    (case,) = [c for c in read_demo_cases(gongkai.service.now) if c.sample.id == "drill-merger"]
    number = gongkai.launched(case.sample)
    walk(gongkai, case.sample)
    ended = gongkai("case", number, "--json").json
    assert case.stands_at(ended)
    (other,) = [c for c in read_demo_cases(gongkai.service.now) if c.sample.id == "inspection-plan"]
    assert not other.stands_at(ended)
