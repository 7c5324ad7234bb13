"""Every journal ever kept is replayed to its end by this build, with the very same closing word."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.procedures import installed
from engine.replay import ReplayMismatch
from tests.journals import closing_word, files, read

FEWEST = 20
NONE_YET = {
    "attribute-review",
    "attribute-review-item",
    "confidentiality-review",
    "follow-up",
    "later-disclosure",
    "response-plan",
    "yearly-evaluation",
    "yearly-report",
}
"""Procedures of which no finished case is kept so far."""


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_finished_journal_ends_as_it_did(path: Path) -> None:
    kept = read(path)
    assert kept.ends
    assert closing_word(kept) == kept.ends


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_journal_in_which_one_step_asks_for_something_else_is_refused(path: Path) -> None:
    """What the library is for: a step that a later build asks otherwise does not pass unseen."""
    kept = read(path)
    last = kept.steps[-1]
    other = {**last, "key": f"{last['key']}-renamed"}
    with pytest.raises(ReplayMismatch):
        closing_word(replace(kept, steps=[*kept.steps[:-1], other]))


def test_the_library_holds_enough_and_every_procedure_installed() -> None:
    kept = [read(path) for path in files()]
    assert len(kept) >= FEWEST
    assert {each.procedure for each in kept} == {procedure.key for procedure in installed()} - NONE_YET
