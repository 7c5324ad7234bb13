"""A website that is slow, down, forgets to answer or is killed: one effective publication."""

import pytest

from engine.acts.launch import LaunchRequest, launch
from engine.acts.retry import retry_case
from engine.service import Service
from tests.builders import UNIT, Bureau, case_row, decide_all, decide_next, launch_case, scalars, todos_of
from tests.prefect.console import Console
from tests.waiting import wait_until
from tests.website_process import WebsiteProcess

INCIDENTS = "SELECT kind FROM incident i JOIN cases c ON c.id = i.case_id WHERE c.number = :n"


def _to_publication(live: Service) -> tuple[str, str]:
    number = launch_case(live).number
    decide_all(live, number)
    return number, f"{number}:publication:1"


def _settled(live: Service, number: str) -> bool:
    return [todo.step for todo in todos_of(live, number)] == ["paper-copy"]


@pytest.mark.parametrize("trouble", ["down", "slow", "forgets-to-answer", "killed"])
def test_website_in_trouble_publishes_once(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess, trouble: str
) -> None:
    website.kill() if trouble == "killed" else website.behave(trouble)
    number, key = _to_publication(live)
    asked = "SELECT attempts FROM activity WHERE idempotency_key = :key"
    wait_until(lambda: scalars(live, asked, key=key)[0] >= 1, what="a failed wake")
    website.behave("well")
    if trouble == "killed":
        website.start()
    wait_until(lambda: _settled(live, number), what="the publication")
    assert website.published(key) == 1
    assert scalars(live, "SELECT count(*) FROM publication WHERE idempotency_key = :key", key=key) == [1]
    console.wait_shown(number)
    assert console.steps(number)["publication:1"]["state"]["type"] == "COMPLETED"
    assert console.flags(number) == []


def test_what_is_published_is_the_signed_version(
    live: Service, live_bureau: Bureau, website: WebsiteProcess
) -> None:
    number, key = _to_publication(live)
    wait_until(lambda: _settled(live, number), what="the publication")
    stored = scalars(
        live, "SELECT content_hash FROM document_version WHERE case_id = :c", c=case_row(live, number).id
    )
    content = website.content(key)
    assert [content["content_hash"]] == stored
    assert content["marking"] == "（此件公开发布）"


def test_publication_that_keeps_failing_becomes_an_incident_and_a_retry_ends_it(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    website.behave("down")
    number, key = _to_publication(live)
    wait_until(lambda: scalars(live, INCIDENTS, n=number), seconds=180, what="the incident")
    assert scalars(live, INCIDENTS, n=number) == ["activity-failed"]
    console.wait_shown(number)
    assert "等待系统管理员" in console.wait_state(number, "Suspended")["state"]["message"]
    website.behave("well")
    retry_case(live, live_bureau.actor("administrator"), number)
    wait_until(lambda: _settled(live, number), what="the publication")
    assert website.published(key) == 1


def test_refusal_of_the_website_is_an_incident_at_once(
    live: Service, live_bureau: Bureau, website: WebsiteProcess
) -> None:
    website.behave("refuses")
    number, key = _to_publication(live)
    wait_until(lambda: scalars(live, INCIDENTS, n=number), what="the incident")
    assert len(website.asked(key)) == 1


def test_take_down_that_keeps_failing_becomes_an_incident_and_a_retry_ends_it(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    document, _ = _to_publication(live)
    wait_until(lambda: _settled(live, document), what="the publication")
    website.behave("down")
    fields = {"drafter": "drafter", "unit": UNIT, "document": document}
    administrator = live_bureau.actor("administrator")
    number = launch(live, administrator, LaunchRequest("publication-change", fields)).number
    decide_next(live, number, answers={"kind": "take_down", "reason": "附件含有不应公开的个人信息"})
    decide_all(live, number)
    wait_until(lambda: scalars(live, INCIDENTS, n=number), seconds=180, what="the incident")
    assert scalars(live, INCIDENTS, n=number) == ["activity-failed"]
    website.behave("well")
    retry_case(live, administrator, number)
    wait_until(lambda: case_row(live, number).outcome == "已撤下", what="the take-down")
    assert website.withdrawn(f"{number}:withdrawal:1") == 1
    console.wait_shown(number)
    # Prefect records what a task's own engine reports a moment after it happened.
    wait_until(
        lambda: console.steps(number)["withdrawal:1"]["state"]["type"] == "COMPLETED", what="its task run"
    )
