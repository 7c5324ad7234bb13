"""A document that must be interpreted is signed and published with its interpretation, on every path."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.activities import publish_document
from engine.acts.launch import LaunchRequest, launch
from engine.doctor import examine
from engine.going_on import go_on
from engine.invariants import Severity
from engine.leases import settle
from engine.publication import request_for
from engine.publishing.public_register import PublicRegister
from engine.service import Service
from rules.errors import (
    InterpretationMissing,
    InvalidInput,
    PageWithoutDocument,
    TalkBeforeReleaseMissing,
    TooMuchCopied,
    WebsiteRefused,
    WebsiteUnavailable,
)
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    MovableClock,
    case_row,
    decide_next,
    launch_case,
    scalars,
    todo_of,
    todos_of,
)
from tests.engine.pairs import MATERIAL, begin_pair, interpretations_of, move, public, publication_of, publish
from tests.engine.test_doctor import history_unlocked
from tests.page_site import PageSite
from tests.website_process import WebsiteProcess


def broken(service: Service) -> list[str]:
    return sorted({f.check for f in examine(service) if f.severity is Severity.BROKEN})


def waiting_steps(service: Service, number: str) -> list[str]:
    query = (
        "SELECT s.key FROM step s JOIN cases c ON c.id = s.case_id"
        " WHERE c.number = :n AND s.settled_at IS NULL ORDER BY s.id"
    )
    return scalars(service, query, n=number)


def test_both_become_public_in_one_act_and_both_cases_end(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    assert waiting_steps(service, document) == ["publication"]
    publish(service, document)
    move(service, document, interpretation)
    assert public(service) == [document.lower(), interpretation.lower()]
    assert [case_row(service, n).outcome for n in (document, interpretation)] == ["办结", "解读已公开"]
    moments = scalars(service, "SELECT DISTINCT published_at FROM register_entry")
    assert len(moments) == 1
    assert scalars(service, "SELECT interprets FROM register_entry ORDER BY id") == ["", document.lower()]
    assert broken(service) == []


def test_the_signer_signs_the_very_version_of_the_interpretation(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation, until="signature")
    (beside,) = scalars(service, "SELECT call->'beside'->>0 FROM step WHERE key = 'signature'")
    assert int(beside) == case_row(service, interpretation).document_version_id


def test_the_document_waits_unsigned_while_its_interpretation_is_not_ready(
    service: Service, bureau: Bureau
) -> None:
    document, interpretation = begin_pair(service)
    move(service, document)
    assert waiting_steps(service, document) == ["interpretation-ready"]
    assert todo_of(service, interpretation).step == "material"


def test_a_document_is_not_published_without_its_interpretation(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    lease = publication_of(service, document)
    alone = replace(lease, arguments={"document_version_id": lease.arguments["document_version_id"]})
    with pytest.raises(InterpretationMissing):
        publish_document(service, alone)
    other = replace(lease, arguments={**lease.arguments, "beside": lease.arguments["document_version_id"]})
    with pytest.raises(InterpretationMissing):
        publish_document(service, other)
    assert public(service) == []


def test_nothing_is_published_before_the_talk_with_both_departments(service: Service, bureau: Bureau) -> None:
    """JD-02: 未完成宣传网信沟通前不得发布."""
    document, interpretation = begin_pair(service, "vital_interests")
    move(service, document, interpretation, until="before-release")
    assert {todo.position for todo in todos_of(service, interpretation)} == {"publicity", "cyberspace"}
    move(service, document)
    assert waiting_steps(service, document) == ["interpretation-ready"]
    move(service, document, interpretation)
    lease = publication_of(service, document)
    with history_unlocked(service) as connection:  # as if the cyberspace office had not agreed
        connection.execute(
            text(
                "UPDATE decision SET action = 'reject' WHERE assignment_id ="
                " (SELECT id FROM assignment WHERE position = 'cyberspace')"
            )
        )
    with pytest.raises(TalkBeforeReleaseMissing):
        publish_document(service, lease)
    assert public(service) == []


def test_a_publisher_that_dies_between_leaves_both_or_neither(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    lease = publication_of(service, document)
    with service.database.connect() as connection:
        arguments = lease.arguments
        request = request_for(
            connection,
            case_id=lease.case_id,
            version_id=arguments["document_version_id"],
            key=lease.idempotency_key,
            beside=arguments["beside"],
        )
    PublicRegister(service).publish(request)  # and dies before it can note anything
    assert public(service) == [document.lower(), interpretation.lower()]
    assert broken(service) == []
    clock.move(seconds=service.settings.lease_seconds + 1)
    second = publication_of(service, document, holder="another")
    settle(service, second, publish_document(service, second))
    move(service, document, interpretation)
    assert scalars(service, "SELECT count(*) FROM register_entry") == [2]
    assert broken(service) == []


def test_the_half_that_cannot_be_entered_takes_the_other_back(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    lease = publication_of(service, document)
    half = "ALTER TABLE register_entry {} CONSTRAINT one_half {}"
    with history_unlocked(service) as connection:
        connection.execute(text(half.format("ADD", "CHECK (interprets = '') NOT VALID")))
    try:
        with pytest.raises(IntegrityError, match="one_half"):
            publish_document(service, lease)
        assert public(service) == []
    finally:
        with history_unlocked(service) as connection:
            connection.execute(text(half.format("DROP", "")))
    publish_document(service, lease)
    assert len(public(service)) == 2


def test_an_interpretation_stuck_by_an_incident_does_not_separate_them(
    service: Service, bureau: Bureau
) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE cases SET frozen = true WHERE number = :n"), {"n": interpretation})
    publish(service, document)
    assert public(service) == [document.lower(), interpretation.lower()]
    assert "pair-published-together" not in broken(service)


def test_the_doctor_sees_half_a_pair(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    publish(service, document)
    move(service, document, interpretation)
    with history_unlocked(service) as connection:
        connection.execute(text("DELETE FROM register_entry WHERE interprets <> ''"))
    assert "pair-published-together" in broken(service)


def test_an_interpretation_that_copies_the_document_is_sent_back(service: Service, bureau: Bureau) -> None:
    _document, interpretation = begin_pair(service)
    copied = {"title": "解读：检查通知", "body": str(PROACTIVE_DRAFT["body"]) * 2}
    move(service, interpretation, until="plain-language", material=copied)
    with pytest.raises(TooMuchCopied):
        decide_next(service, interpretation)
    decide_next(service, interpretation, action="return", opinion="请改用通俗语言", return_to="material")
    assert todo_of(service, interpretation).step == "material"


def test_the_signer_may_send_both_back_and_gets_both_again(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation, until="signature")
    decide_next(
        service,
        document,
        action="return",
        opinion="解读不够通俗",
        answers={"with_interpretation": True},
        return_to="deputy-head-review",
    )
    move(service, document, interpretation, until="material")
    assert todo_of(service, interpretation).step == "material"
    move(
        service,
        document,
        interpretation,
        until="signature",
        material={"title": "一图读懂安全检查", "body": "换一种说法，讲给您听：今年我们会这样检查。"},
    )
    beside = scalars(service, "SELECT call->'beside'->>0 FROM step WHERE key = 'signature' ORDER BY id")
    assert len(set(beside)) == 2
    move(service, document, interpretation)
    publish(service, document)
    assert len(public(service)) == 2
    assert broken(service) == []


def test_a_document_that_is_not_published_ends_its_interpretation(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation, until="signature")
    decide_next(service, document, action="reject", opinion="不宜印发")
    go_on(service)
    assert case_row(service, interpretation).outcome == "文件未公开，解读终止"
    assert public(service) == []


def test_one_interpretation_is_opened_however_often_it_is_drafted(service: Service, bureau: Bureau) -> None:
    document, interpretation = begin_pair(service)
    decide_next(service, document, action="return", opinion="请补充", return_to="drafting")
    decide_next(service, document, answers={"body": "改过的正文。"})
    assert interpretations_of(service, document) == [interpretation]


def test_an_interpretation_of_what_is_public_is_signed_and_published_by_itself(
    service: Service, bureau: Bureau
) -> None:
    document = launch_case(service).number
    move(service, document)
    publish(service, document)
    move(service, document)
    intake = {"drafter": "drafter", "unit": "zfjd", "document": document}
    made = launch(
        service, service.actor("drafter", channel="api"), LaunchRequest("policy-interpretation", intake, {})
    )
    move(service, made.number)
    publish(service, made.number)
    move(service, made.number)
    assert case_row(service, made.number).outcome == "解读已公开"
    assert public(service) == [document.lower(), made.number.lower()]
    assert broken(service) == []


@pytest.fixture
def sent(service: Service, bureau: Bureau, website: WebsiteProcess) -> Service:
    """An installation whose documents are sent to a website."""
    settings = service.settings.model_copy(
        update={"website_url": website.url, "website_timeout_seconds": 2.0}
    )
    return Service(service.database, settings, service.time)


def test_the_website_gets_both_in_one_request_and_says_where_each_stands(
    sent: Service, website: WebsiteProcess
) -> None:
    document, interpretation = begin_pair(sent)
    move(sent, document, interpretation)
    lease = publication_of(sent, document)
    publish_document(sent, lease)
    content = website.content(lease.idempotency_key)
    assert content["interpretation"]["interprets"] == content["slug"] == document.lower()
    urls = scalars(sent, "SELECT website_url FROM register_entry ORDER BY id")
    assert urls == [
        f"https://www.qingling.example/{lease.idempotency_key}",
        f"https://www.qingling.example/{interpretation.lower()}",
    ]
    assert scalars(sent, "SELECT url FROM publication ORDER BY id") == urls


@pytest.mark.parametrize(
    ("mode", "error"),
    [("refuses", WebsiteRefused), ("down", WebsiteUnavailable), ("knows-no-pairs", WebsiteUnavailable)],
)
def test_a_website_that_does_not_take_both_makes_neither_public(
    sent: Service, website: WebsiteProcess, mode: str, error: type[Exception]
) -> None:
    document, interpretation = begin_pair(sent)
    move(sent, document, interpretation)
    lease = publication_of(sent, document)
    website.behave(mode)
    with pytest.raises(error):
        publish_document(sent, lease)
    assert public(sent) == []
    assert scalars(sent, "SELECT count(*) FROM publication") == [0]


def test_by_hand_both_pages_are_asked_for_and_looked_at(
    service: Service, bureau: Bureau, site: PageSite
) -> None:
    settings = service.settings.model_copy(update={"website": "by-hand", **site.permitted})
    by_hand = Service(service.database, settings, service.time)
    document, interpretation = begin_pair(by_hand)
    move(by_hand, document, interpretation, until="publication-by-hand")
    pages = {"page_url": site.url, "published_on": "2026-04-20"}
    with pytest.raises(InvalidInput, match="interpretation_url"):
        decide_next(by_hand, document, answers=pages, opinion="")
    both = {**pages, "interpretation_url": f"{site.base}/b.html"}
    site.page = f"<h1>{PROACTIVE_DRAFT['title']}</h1>"  # the document alone
    with pytest.raises(PageWithoutDocument):
        decide_next(by_hand, document, answers=both, opinion="")
    assert public(by_hand) == []
    site.page += str(MATERIAL["title"])
    decide_next(by_hand, document, answers=both, opinion="")
    assert scalars(by_hand, "SELECT website_url FROM register_entry ORDER BY id") == [
        both["page_url"],
        both["interpretation_url"],
    ]
    assert broken(by_hand) == []


def test_a_document_that_is_taken_down_takes_its_interpretation_with_it(
    service: Service, bureau: Bureau
) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    publish(service, document)
    move(service, document, interpretation)
    intake = {"drafter": "drafter", "unit": "zfjd", "document": document}
    change = launch(
        service, service.actor("drafter", channel="api"), LaunchRequest("publication-change", intake, {})
    ).number
    move(service, change, proposal={"kind": "take_down", "reason": "依据已失效"})
    assert scalars(service, "SELECT message_en FROM incident") == []
    assert case_row(service, change).outcome == "已撤下"
    down = scalars(service, "SELECT slug FROM publication_change WHERE kind = 'take_down' ORDER BY id")
    assert down == [document.lower(), interpretation.lower()]
    assert broken(service) == []
