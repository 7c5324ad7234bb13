"""公众参与: a window of thirty days, comments only within it, a disposition of each, a published outcome."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from deployments.samples import Scripted
from engine.acts.comments import erase_author, explain_theme, moderate_comment
from engine.doctor import examine
from engine.invariants import Severity
from engine.reading import read_path_ahead
from engine.service import Service
from rules.errors import (
    CommentsClosed,
    CommentsWithoutDisposition,
    ConcentratedWithoutReason,
    HearingPapersLate,
    InvalidInput,
    LegalityReviewTooShort,
    NoComments,
    NotAllowed,
    ReasonNotInAnnouncement,
    WindowTooShort,
)
from tests.builders import Bureau, MovableClock, case_row, scalars, todo_of
from tests.engine.participation import (
    DRAFTER,
    OPENNESS,
    comment,
    decided,
    sample,
    walked,
    weigh,
    window_of,
)
from tests.walking import outcome_of, walk_on

pytestmark = pytest.mark.thorough
TRIED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SECOND = timedelta(seconds=1)
CONTAINS = ["draft", "basis", "explanation"]


def due_of(service: Service, number: str, clock: str) -> list[str]:
    return scalars(
        service,
        "SELECT k.due_on::text FROM clock k JOIN cases c ON c.id = k.case_id"
        " WHERE c.number = :number AND k.key = :clock ORDER BY k.round",
        number=number,
        clock=clock,
    )


@pytest.mark.parametrize(
    ("case_id", "limit", "due"),
    [
        ("CY-01", "comment-window", "2026-04-01"),
        ("CY-02", "hearing-papers", "2026-09-08"),
        ("CY-03", "comment-window", "2026-05-28"),
    ],
)
def test_the_limits_of_the_samples_end_on_the_days_they_say(
    service: Service, bureau: Bureau, clock: MovableClock, case_id: str, limit: str, due: str
) -> None:
    number = walked(service, clock, "submission", case_id)
    assert due_of(service, number, limit) == [due]


def test_a_shorter_window_is_refused_without_its_reason_in_the_announcement(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "plan", "CY-03")
    plan = {"contains": CONTAINS, "forms": ["website"], "days": 29}
    with pytest.raises(WindowTooShort):
        decided(service, number, DRAFTER, plan)
    with pytest.raises(ReasonNotInAnnouncement):
        decided(service, number, DRAFTER, plan | {"short_reason": "工作需要"})
    decided(service, number, DRAFTER, plan | {"short_reason": "因主汛期临近需尽快实施"})
    assert todo_of(service, number).step == "section-review"


def test_an_announcement_without_draft_basis_and_explanation_or_any_form_is_refused(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "plan")
    for plan in (
        {"contains": CONTAINS, "forms": []},
        {"contains": ["draft"], "forms": ["website"]},
        {"contains": CONTAINS, "forms": ["website"], "response_plan": number},
    ):
        with pytest.raises(InvalidInput):
            decided(service, number, DRAFTER, plan)


@pytest.mark.parametrize(("action", "outcome"), [("approve", "应急处置决策，不适用"), ("reject", "未予批准")])
def test_an_emergency_decision_leaves_the_procedure_only_by_the_heads_approval(
    service: Service, bureau: Bureau, clock: MovableClock, action: str, outcome: str
) -> None:
    number = walked(
        service, clock, "exemption", plan=Scripted(answers={"emergency_reason": "溃坝险情处置，须立即决策"})
    )
    assert outcome_of(service, number) == ""
    decided(service, number, "he.jun", {}, action=action)
    assert outcome_of(service, number) == outcome
    assert scalars(service, "SELECT count(*) FROM comment_window") == [0]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    after=strategies.one_of(
        strategies.integers(-3600, 40 * 86400), strategies.sampled_from([-1, 0, 1, 2591999, 2592000])
    ),
    before_the_end=strategies.booleans(),
)
def test_no_comment_is_registered_that_came_outside_the_window(
    participating: tuple[Service, MovableClock, str], after: int, before_the_end: bool
) -> None:
    service, clock, number = participating
    opens, closes = window_of(service, number)
    at = (closes if before_the_end else opens) + after * SECOND
    clock.now = max(at, opens)
    if opens <= at < closes:
        assert comment(service, number, at)[0] > 0
    else:
        with pytest.raises(CommentsClosed):
            comment(service, number, at)


@pytest.fixture
def participating(service: Service, bureau: Bureau, clock: MovableClock) -> tuple[Service, MovableClock, str]:
    """CY-01 after its window, with nothing registered yet."""
    return service, clock, walked(service, clock, "dispositions")


def test_a_comment_of_the_last_second_counts_and_one_a_second_later_does_not(
    participating: tuple[Service, MovableClock, str],
) -> None:
    service, _, number = participating
    _, closes = window_of(service, number)
    comment(service, number, closes - SECOND)
    with pytest.raises(CommentsClosed):
        comment(service, number, closes)


def test_a_time_that_has_not_come_is_no_time_of_receipt(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "dispositions")
    with pytest.raises(InvalidInput):
        comment(service, number, clock.now + SECOND)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(weighed=strategies.lists(strategies.booleans(), min_size=1, max_size=5))
def test_nothing_moves_on_while_a_comment_has_no_disposition(
    participating: tuple[Service, MovableClock, str], weighed: list[bool]
) -> None:
    service, _, number = participating
    opens, _ = window_of(service, number)
    for yes in weighed:
        serial, _ = comment(service, number, opens)
        if yes:
            weigh(service, number, serial)
    undone = scalars(
        service,
        "SELECT count(*) FROM public_comment c"
        " WHERE NOT EXISTS (SELECT 1 FROM comment_disposition d WHERE d.comment_id = c.id)",
    )[0]
    if undone:
        with pytest.raises(CommentsWithoutDisposition):
            decided(service, number, DRAFTER, {})
    assert todo_of(service, number).step == "dispositions"


def test_a_concentrated_view_that_is_not_adopted_needs_a_reason_for_the_public(
    participating: tuple[Service, MovableClock, str],
) -> None:
    service, _, number = participating
    opens, _ = window_of(service, number)
    for _ in range(3):
        serial, _receipt = comment(service, number, opens)
        with pytest.raises(InvalidInput):
            weigh(service, number, serial, disposition="not_adopted")
        weigh(service, number, serial, disposition="not_adopted", reason="超出财力")
    with pytest.raises(ConcentratedWithoutReason):
        decided(service, number, DRAFTER, {})
    actor = service.actor(DRAFTER, channel="api")
    explain_theme(service, actor, number, {"theme": "避险", "public_reason": "超出本县财力，明年再议。"})
    decided(service, number, DRAFTER, {})
    assert [todo.step for todo in [todo_of(service, "CN-2026-0001")]] == ["drafting"]


def test_after_the_dispositions_are_settled_no_comment_is_registered_or_weighed_anew(
    participating: tuple[Service, MovableClock, str],
) -> None:
    service, _, number = participating
    opens, _ = window_of(service, number)
    serial, _receipt = comment(service, number, opens)
    weigh(service, number, serial)
    decided(service, number, DRAFTER, {})
    with pytest.raises(NoComments):
        comment(service, number, opens)
    with pytest.raises(NoComments):
        weigh(service, number, serial, disposition="partly", reason="改主意了")


def test_the_outcome_is_published_also_with_no_comment_and_others_may_await_it(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "submission", dispositions=Scripted())
    assert scalars(service, "SELECT count(*) FROM public_comment") == [0]
    assert scalars(service, "SELECT name FROM milestone") == ["outcome-published"]
    assert scalars(service, "SELECT outcome_slug FROM comment_window") == ["cn-2026-0001"]
    assert scalars(service, "SELECT count(*) FROM register_entry") == [2]
    assert outcome_of(service, number) == ""


def test_an_outcome_that_is_not_signed_sends_the_dispositions_back(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    told = sample("CY-01", service).others[0]
    refused = Scripted(action="reject", opinion="理由不充分，重新研究。")
    told = replace(told, script=told.script | {("signature", 0): refused})
    number = walked(service, clock, "dispositions")
    decided(service, number, DRAFTER, {})
    walk_on(service, clock, told, until="dispositions")
    assert todo_of(service, number).step == "dispositions"
    assert todo_of(service, number).round == 2
    assert scalars(service, "SELECT count(*) FROM milestone") == [0]
    assert scalars(service, "SELECT settled_at FROM comment_window") == [None]


def test_papers_that_come_too_late_put_the_hearing_off(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "hearing-papers", "CY-02")
    clock.now = clock.now.replace(month=9, day=9)
    late = {"delivered_on": "2026-09-09"}
    drafter = "wang.qiang"
    with pytest.raises(HearingPapersLate):
        decided(service, number, drafter, late)
    with pytest.raises(HearingPapersLate):
        decided(service, number, drafter, late | {"held_on": "2026-09-15"})
    decided(service, number, drafter, late | {"held_on": "2026-09-16"})
    clock.now = clock.now.replace(day=15)
    record = {"signatures": [{"name": "甲", "signed": True}], "summary": "略"}
    with pytest.raises(InvalidInput, match="2026-09-16"):  # not on the day that was given up
        decided(service, number, "xie.fang", record)


def test_every_participant_signs_the_record_or_says_why_not(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "hearing", "CY-02")
    clock.now = clock.now.replace(day=15)
    script = sample("CY-02", service).script["hearing", 0].answers
    first, *others = script["signatures"]
    for signatures in (others, [first | {"reason": ""}, *others]):
        with pytest.raises(InvalidInput):
            decided(service, number, "xie.fang", script | {"signatures": signatures})
    decided(service, number, "xie.fang", script)
    assert todo_of(service, number).step == "hearing-report"


def test_the_draft_is_not_discussed_before_its_legality_review_had_seven_working_days(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = walked(service, clock, "submission")
    clock.now = clock.now.replace(month=4, day=16, hour=2)
    delivered = {"delivered_on": "2026-04-16"}
    with pytest.raises(LegalityReviewTooShort):
        decided(service, number, DRAFTER, delivered | {"discussed_on": "2026-04-24"})
    decided(service, number, DRAFTER, delivered | {"discussed_on": "2026-04-27"})
    assert due_of(service, number, "legality-review") == ["2026-04-16"]
    assert case_row(service, number).outcome == "采纳情况已公布，已送审"


def test_other_forms_are_recorded_alike_and_side_by_side(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    forms = ["consultation", "meeting", "briefing"]
    event = {
        "held_on": "2026-02-26",
        "place": "三楼会议室",
        "participants": "各镇代表",
        "summary": "听取意见。",
    }
    held = {form: Scripted(answers=event) for form in forms}
    plan = Scripted(answers={"contains": CONTAINS, "forms": forms})
    walked(service, clock, "dispositions", plan=plan, **held)
    assert sorted(scalars(service, "SELECT form FROM consultation_event")) == sorted(forms)


def test_only_the_drafter_weighs_and_only_the_openness_office_moderates(
    participating: tuple[Service, MovableClock, str],
) -> None:
    service, _, number = participating
    opens, _ = window_of(service, number)
    serial, _receipt = comment(service, number, opens)
    drafter, office = (service.actor(name, channel="api") for name in (DRAFTER, OPENNESS))
    with pytest.raises(NotAllowed):
        moderate_comment(service, drafter, number, serial, {"shown": True})
    with pytest.raises(InvalidInput):
        moderate_comment(service, office, number, serial, {"shown": False})
    moderate_comment(service, office, number, serial, {"shown": False, "reason": "含他人电话"})
    with pytest.raises(NotAllowed):
        erase_author(service, office, number, serial)
    with pytest.raises(CommentsWithoutDisposition):  # a hidden comment counts as received
        decided(service, number, DRAFTER, {})


def test_a_finished_participation_breaks_no_promise(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    chosen = sample("CY-01", service)
    walked(service, clock, "nothing")
    assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []
    assert chosen.outcome in scalars(service, "SELECT outcome FROM cases")


STAGES = ["drafting", "plan", "section-review", "hearing", "dispositions", "submission"]


@pytest.mark.parametrize("until", STAGES)
def test_what_lies_ahead_is_told_from_every_stage_to_the_end(
    service: Service, bureau: Bureau, clock: MovableClock, until: str
) -> None:
    number = walked(service, clock, until, "CY-02" if until == "hearing" else "CY-01")
    ahead = read_path_ahead(service, service.actor("lin.xue", channel="api"), number)
    assert ahead[-1].ending == "采纳情况已公布，已送审"
    assert len(ahead) < 45
