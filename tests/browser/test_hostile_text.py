"""Whatever people type is text: two hundred ways of writing a script run nowhere, on no page, for nobody."""

import base64
import itertools
from typing import Any

import pytest

from engine.activities import ACTIVITIES
from engine.acts.decide import DecisionRequest, decide
from engine.leases import claim, settle
from engine.service import Service
from tests.browser.conftest import Portal, Visit
from tests.builders import decide_all, launch_case, scalars, todo_of
from tests.sample_files import image

CALL = "window.pwned=1"
_TAGS = [
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<img src=x onerror={}>",
    "<img src=x onerror='{}'>",
    '"><img src=x onerror={}>',
    "'><svg onload={}>",
    "<svg/onload={}>",
    "<svg><script>{}</script></svg>",
    "<math><mtext><img src=x onerror={}></mtext></math>",
    "<body onload={}>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src='javascript:parent.{}'></iframe>",
    "<a href='javascript:{}'>x</a>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><button>x</button></form>",
    "<div style='animation:x' onanimationstart={}>",
    "<marquee onstart={}>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<!--><img src=x onerror={}>-->",
    "]]><img src=x onerror={}>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "</style><script>{}</script>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "{{% print('{}') %}}",
    "<p hx-on:load='{}' hx-trigger='load' hx-get='/inbox'>",
    "<p hx-get='/people' hx-trigger='load' hx-vals='js:{{x:{}}}'>",
    "<link rel=stylesheet href='data:text/css,*{{}}' onload={}>",
    "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    '"onmouseover={} x="',
    "' autofocus onfocus={} '",
    "javascript:{}",
]
_DISGUISES = (
    "{}",
    "\"'>{}",
    "--></p>{}<!--",
    "&lt;/p&gt;%3C/p%3E\\u003c/p\\u003e{}",
    "</textarea></title></style></script>{}",
)
PAYLOADS = [disguise.format(tag.format(CALL)) for tag, disguise in itertools.product(_TAGS, _DISGUISES)]


def walk(service: Service, share: list[str], number: int) -> str:
    """A case whose every text is hostile, from draft to publication."""
    text = " ".join(share)
    draft = {
        "title": share[0][:190] + str(number),
        "body": "\n".join(share) + "\n" + text,
        "attribute": "主动公开",
        "attachments": [
            {
                "name": "".join(c for c in share[1] if c not in "/\\")[:100] + ".png",
                "media_type": "image/png",
                "content_base64": base64.b64encode(image("PNG")).decode(),
            }
        ],
    }
    case = launch_case(service, draft=draft).number
    todo = todo_of(service, case)
    while todo.step != "issue":
        answers = {"finding": "not_secret_and_suitable"} if todo.step == "confidentiality-review" else {}
        actor = service.actor(todo.position, channel="api")
        decide(service, actor, DecisionRequest(todo.id, "approve", text[:1900], answers))
        todo = todo_of(service, case)
    answers = {"formed_on": "2026-04-20", "issued_on": "2026-04-20", "doc_no": share[2][:50] + str(number)}
    actor = service.actor("office", channel="api")
    decide(service, actor, DecisionRequest(todo.id, "approve", text[:1900], answers))
    (step,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="test")
    assert lease is not None
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))
    return case


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(PAYLOADS)) == 200


@pytest.mark.timeout(600)
def test_no_hostile_text_runs_on_any_page(portal: Portal, visit: Visit) -> None:
    service = portal.service
    shares = [PAYLOADS[start : start + 20] for start in range(0, 200, 20)]
    cases = [walk(service, share, number) for number, share in enumerate(shares)]
    drafter, office, administrator, citizen = (
        visit().sign_in("drafter"),
        visit().sign_in("office"),
        visit().sign_in("administrator"),
        visit(),
    )
    for case in cases:
        last = scalars(
            service,
            "SELECT max(a.id) FROM assignment a JOIN cases c ON c.id = a.case_id WHERE c.number = :n",
            n=case,
        )[0]
        for visitor, paths in (
            (drafter, [f"/cases/{case}", f"/cases/{case}/file"]),
            (office, [f"/todo/{last}", f"/cases/{case}/sheet", f"/cases/{case}/versions/1"]),
            (administrator, [f"/cases/{case}", f"/cases/{case}/ledger"]),
            (citizen, [f"/register/{case.lower()}"]),
        ):
            for path in paths:
                _require_harmless(visitor.go(path).page, path)
    for path in ("/inbox", "/cases", "/cases?q=" + "%3Cscript%3E"):
        _require_harmless(drafter.go(path).page, path)
    _require_harmless(citizen.go("/register").page, "/register")


def test_hostile_text_that_comes_back_in_a_form_stays_in_its_field(portal: Portal, visit: Visit) -> None:
    """What is typed wrong is shown again: in the field it was typed in, and nowhere else."""
    number = launch_case(portal.service).number
    decide_all(portal.service, number, until="issue")
    office = visit().sign_in("office", then=f"/todo/{todo_of(portal.service, number).id}")
    for payload in PAYLOADS[::5]:
        page = office.page
        page.locator("#opinion").fill(payload)
        page.locator("#f-answer-doc_no").fill(payload[:60])
        page.get_by_role("button", name="提交办理结果").click()
        assert page.locator("#opinion").input_value() == payload
        _require_harmless(page, payload)


def test_hostile_names_are_text_too(portal: Portal, visit: Visit) -> None:
    from sqlalchemy import text

    with portal.service.database.begin() as connection:
        for number, (person,) in enumerate(connection.execute(text("SELECT id FROM person")).all()):
            connection.execute(
                text("UPDATE person SET name = :name WHERE id = :id"),
                {"name": PAYLOADS[number * 5], "id": person},
            )
        connection.execute(text("UPDATE unit SET name = :name"), {"name": PAYLOADS[0]})
        connection.execute(text("UPDATE organ SET name = :name"), {"name": PAYLOADS[5]})
    number = launch_case(portal.service).number
    administrator = visit().sign_in("administrator")
    for path in (
        "/inbox",
        "/people",
        "/launch?procedure=proactive-disclosure",
        f"/cases/{number}",
        f"/cases/{number}/sheet",
        "/register",
    ):
        _require_harmless(administrator.go(path).page, path)


def _require_harmless(page: Any, where: str) -> None:
    assert page.evaluate("typeof window.pwned") == "undefined", where
    assert (
        page.locator(
            "main img:not(.shown), main iframe, main script, main svg, main object, main embed"
        ).count()
        == 0
    )
