"""Document numbers 发文字号: each goes to one document."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from rules.errors import InvalidInput, NumberTaken
from tests.builders import (
    Bureau,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)


def test_number_taken_is_refused_and_stated_numbers_are_skipped(service: Service, bureau: Bureau) -> None:
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20"}
    numbers = []
    for answers in ({"doc_no": "青应急〔2026〕2号"}, {}, {}):
        case = launch_case(service)
        decide_all(service, case.number, until="issue")
        decide_next(service, case.number, answers={**day, **answers})
        numbers += scalars(service, "SELECT doc_no FROM document_issue WHERE case_id = :id", id=case.case_id)
    assert numbers == ["青应急〔2026〕2号", "青应急〔2026〕1号", "青应急〔2026〕3号"]
    case = launch_case(service)
    decide_all(service, case.number, until="issue")
    with pytest.raises(NumberTaken):
        decide_next(service, case.number, answers={**day, "doc_no": "青应急〔2026〕2号"})


@pytest.mark.parametrize("typed", ["青应急[2026]12号", "青应急（2026） 12号", "青应急 【2026】12 号"])
def test_a_stated_number_is_kept_with_its_year_in_hexagonal_brackets(
    service: Service, bureau: Bureau, typed: str
) -> None:
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20"}
    case = launch_case(service)
    decide_all(service, case.number, until="issue")
    decide_next(service, case.number, answers={**day, "doc_no": typed})
    assert scalars(service, "SELECT doc_no FROM document_issue") == ["青应急〔2026〕12号"]


@pytest.mark.parametrize(
    "typed",
    ["乱写的号", "青应急〔2026〕号", "青应急〔26〕12号", "〔2026〕12号", "青应急〔2026〕012号"],
)
def test_what_is_no_number_is_refused_in_words(service: Service, bureau: Bureau, typed: str) -> None:
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20"}
    case = launch_case(service)
    decide_all(service, case.number, until="issue")
    with pytest.raises(InvalidInput, match="青应急〔2026〕12号"):
        decide_next(service, case.number, answers={**day, "doc_no": typed})
    assert scalars(service, "SELECT count(*) FROM document_issue") == [0]


def test_one_stated_number_asked_for_twice_at_once_goes_to_one_case(service: Service, bureau: Bureau) -> None:
    todos = []
    for _ in range(2):
        number = launch_case(service).number
        decide_all(service, number, until="issue")
        todos.append(todo_of(service, number).id)
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20", "doc_no": "青应急〔2026〕7号"}
    actor, both = bureau.actor("office"), threading.Barrier(2)

    def issue(todo: int) -> str:
        both.wait()
        try:
            decide(service, actor, DecisionRequest(todo, "approve", answers=day))
        except NumberTaken:
            return "taken"
        return "numbered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(issue, todos)) == ["numbered", "taken"]
    assert scalars(service, "SELECT count(*) FROM incident") == [0]
