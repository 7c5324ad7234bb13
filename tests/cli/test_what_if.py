"""``deadline what-if``: one case in words, all cases in a table, and what is refused."""

import pytest

from deployments.commands.exits import Code
from tests.cli.conftest import Gongkai, refused


def test_one_case_is_told_day_by_day_as_it_would_be(gongkai: Gongkai, number: str) -> None:
    answer = gongkai("deadline", "what-if", "--case", number, "--start", "step:drafting=2026-04-20")
    assert answer.code == 0
    assert answer.out.startswith("现为：")
    assert "截止：2026-04-23（星期四）24时" in answer.out


def test_all_open_cases_are_told_in_json_and_those_that_move_are_marked(
    gongkai: Gongkai, number: str
) -> None:
    limits = gongkai("deadline", "what-if", "--number", "review-target=9", "--json").json["limits"]
    assert [(limit["number"], limit["moves"]) for limit in limits] == [(number, True)]
    limits = gongkai("deadline", "what-if", "--json").json["limits"]
    assert [limit["moves"] for limit in limits] == [False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--number", "review-target"), ("--number", "名称=值")),
        (("--number", "review-target=two"), ("整数",)),
        (("--number", "review-target=0"), ("1至",)),
        (("--start", "publication=2026-04-22"), ("step:drafting",)),
        (("--start", "step:drafting=tomorrow"), ("2026-04-22",)),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_with_what_may_be(
    gongkai: Gongkai, number: str, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(gongkai("deadline", "what-if", "--case", number, *arguments), Code.INVALID, *words)
