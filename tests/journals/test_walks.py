"""Cases walked for the library: each way a procedure can go, once, and every sample of the bureau.

With ``KEEP_JOURNALS`` set, what has no file yet gets one. A procedure that asks otherwise than its kept files
say needs a new version; the files stay.
"""

import os
from dataclasses import replace
from typing import Any

import pytest

from deployments.samples import CHANGES, RUNNABLE, Sample, Scripted, read_change, read_sample
from engine.acts.retry import retry_case
from engine.procedures import procedure
from engine.service import Service
from tests.builders import Bureau, MovableClock, scalars
from tests.engine.pairs import begin_pair, move, publish
from tests.engine.test_samples_run import begin
from tests.engine.test_two_versions import only_version_1
from tests.journals import FOLDER, closing_word, journal_of, keep
from tests.journals.keep import KEEP
from tests.page_site import PageSite
from tests.walking import load_sample_bureau, outcome_of, walk

pytestmark = pytest.mark.thorough

BACK = Scripted(action="return", opinion="请补充。", return_to="drafting")
HERE = replace(BACK, return_mode="come_back")
AGAINST = Scripted(action="reject", opinion="不同意。")
UNSURE = {"finding": "unsure_whether_suitable"}

SUBMITTED_AGAIN = {("drafting", round_): Scripted(opinion="已补充。") for round_ in (2, 3, 4)}

Script = dict[tuple[str, int], Scripted]
DISCLOSURES: dict[str, tuple[str, Script, dict[str, Any], str]] = {
    # name: the sample it varies, other answers, other intake, how it ends
    "returned-by-the-section": ("ZD-01", {("section-review", 1): BACK}, {}, "办结"),
    "returned-by-the-office": ("ZD-01", {("office-review", 1): BACK}, {}, "办结"),
    "returned-by-the-office-and-back-there": ("ZD-01", {("office-review", 1): HERE}, {}, "办结"),
    "returned-by-the-deputy-head": ("ZD-01", {("deputy-head-review", 1): BACK}, {}, "办结"),
    "returned-by-the-head-and-back-there": ("ZD-01", {("signature", 1): HERE}, {}, "办结"),
    "returned-by-the-confidentiality-review": ("ZD-01", {("confidentiality-review", 1): BACK}, {}, "办结"),
    "returned-thrice": (
        "ZD-01",
        {("section-review", 1): BACK, ("legality-review", 1): BACK, ("signature", 1): BACK},
        {},
        "办结",
    ),
    "rejected-by-the-head": ("ZD-01", {("signature", 1): AGAINST}, {}, "未予签发"),
    "disagreed-with-and-signed": ("ZD-01", {("office-review", 1): AGAINST}, {}, "办结"),
    "without-legality-review": ("ZD-01", {}, {"legality_review": False}, "办结"),
    "withheld-and-rejected": ("ZD-02", {("signature", 1): AGAINST}, {}, "未予签发"),
    "a-claim-that-stands-after-a-return": (
        "ZD-05",
        {
            ("secrecy-review-first", 1): Scripted(
                action="return",
                opinion="请更正移交日期。",
                answers={"finding": "claim_stands"},
                return_to="drafting",
            )
        },
        {},
        "线上终止，仅留登记",
    ),
}


def kept_as(service: Service, number: str, name: str) -> None:
    """The journal replays to its end; it is kept when that is asked for."""
    kept = journal_of(service, number)
    assert closing_word(kept) == kept.ends != ""
    if os.environ.get(KEEP):
        keep(kept, FOLDER / f"{kept.procedure}-v{kept.version}-{name}.json")


@pytest.fixture
def offices(service: Service, bureau: Bureau) -> Service:
    """青岭县应急管理局."""
    load_sample_bureau(service)
    return service


@pytest.mark.parametrize("case_id", RUNNABLE)
def test_a_sample_replays_as_it_was_walked(
    service: Service, bureau: Bureau, clock: MovableClock, case_id: str
) -> None:
    number = begin(service, clock, case_id)
    for each in scalars(service, "SELECT number FROM cases WHERE closed_at IS NOT NULL ORDER BY id"):
        kept_as(service, each, case_id.lower() if each == number else f"{case_id.lower()}-beside")


@pytest.mark.parametrize("name", DISCLOSURES)
def test_a_disclosure_replays_as_it_was_walked(offices: Service, clock: MovableClock, name: str) -> None:
    of, script, intake, ends = DISCLOSURES[name]
    sample = read_sample(of, today=offices.today)
    varied = replace(sample, intake=sample.intake | intake, script=sample.script | script)
    if of == "ZD-01":  # a draft that came back is submitted again as it stands
        varied = replace(varied, script=SUBMITTED_AGAIN | varied.script)
    number = walk(offices, clock, varied)
    assert outcome_of(offices, number) == ends
    kept_as(offices, number, name)


def test_a_disclosure_on_request_replays_as_it_was_walked(offices: Service, clock: MovableClock) -> None:
    sample = read_sample("ZD-01", today=offices.today)
    on_request = replace(sample, draft=sample.draft | {"attribute": "依申请公开"})
    number = walk(offices, clock, on_request)
    assert outcome_of(offices, number) == "已印发并标注"
    kept_as(offices, number, "on-request")


def test_a_disclosure_that_was_held_replays_as_it_was_walked(offices: Service, clock: MovableClock) -> None:
    sample = read_sample("ZD-01", today=offices.today)
    unsure = Scripted(opinion="不能确定，报请。", answers=UNSURE)
    held = replace(sample, script=sample.script | {("confidentiality-review", 1): unsure})
    with only_version_1():
        number = walk(offices, clock, held)
    assert outcome_of(offices, number) == ""
    retry_case(offices, offices.actor("lin.xue", channel="api"), number, kind="hold")
    _go_on(offices, clock, held)
    assert outcome_of(offices, number) == "办结"
    kept_as(offices, number, "held-and-answered")


def test_a_disclosure_put_on_the_website_by_hand_replays_as_it_was_walked(
    offices: Service, clock: MovableClock, site: PageSite
) -> None:
    sample = read_sample("ZD-01", today=offices.today)
    site.page = f"<h1>{sample.title}</h1>"
    by_hand = replace(
        offices,
        settings=offices.settings.model_copy(update={"website": "by-hand", **site.permitted}),
    )
    page = {"page_url": site.url, "published_on": offices.today.isoformat()}
    sample = replace(
        sample,
        script=sample.script | {("publication-by-hand", 0): Scripted(opinion="已公开。", answers=page)},
    )
    number = walk(by_hand, clock, sample)
    assert outcome_of(by_hand, number) == "办结"
    kept_as(by_hand, number, "by-hand")


@pytest.mark.parametrize("case_id", CHANGES)
@pytest.mark.parametrize(
    ("name", "script", "ends"),
    [
        ("approved", {}, ""),
        ("returned", {("openness-review", 1): replace(BACK, return_to="proposal")}, ""),
        ("rejected", {("signature", 1): AGAINST}, "未予批准"),
    ],
)
def test_a_change_of_what_is_public_replays_as_it_was_walked(
    offices: Service, clock: MovableClock, site: PageSite, case_id: str, name: str, script: Script, ends: str
) -> None:
    looking = replace(offices, settings=offices.settings.model_copy(update=site.permitted))
    document = read_sample("ZD-01", today=offices.today)
    site.page = f"<h1>{document.title}</h1>"
    public = walk(looking, clock, document)
    change = read_change(case_id, document=public, new_url=site.url)
    varied = replace(change, procedure=procedure(change.procedure).key, script=change.script | script)
    number = walk(looking, clock, varied)
    assert outcome_of(looking, number) == (ends or change.outcome)
    kept_as(looking, number, f"{case_id.lower()}-{name}")


def test_a_document_and_its_interpretation_replay_as_they_were_walked(
    service: Service, bureau: Bureau
) -> None:
    document, interpretation = begin_pair(service, "vital_interests")
    move(service, document, interpretation)
    publish(service, document)
    move(service, document, interpretation)
    kept_as(service, document, "with-its-interpretation")
    kept_as(service, interpretation, "with-its-document")


def _go_on(service: Service, clock: MovableClock, sample: Sample) -> None:
    from tests import walking

    while walking._one_thing(service, clock, {sample.procedure: sample}):
        pass
