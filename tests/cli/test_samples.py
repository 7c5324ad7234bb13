"""The sample cases go their way by command line alone, each person deciding their own."""

from typing import Any

import pytest

from deployments.samples import CHANGES, Sample, read_bureau, read_change
from tests.builders import scalars
from tests.cli.conftest import Gongkai
from tests.page_site import PageSite

USERNAMES = [person.username for person in read_bureau().roster.people]


def walk(gongkai: Gongkai, sample: Sample) -> list[str]:
    """Everyone decides what is in their inbox until nothing is; says which step rounds."""
    decided = []
    while found := next(_waiting(gongkai), None):
        username, todo = found
        step, round_ = todo["step"]["key"], todo["round"]
        what = sample.decision(step, round_)
        arguments = ["decide", str(todo["id"]), "--as", username, "--action", what.action]
        arguments += ["--opinion", what.opinion]
        if what.answers:
            arguments += ["--answers", gongkai.file(what.answers, "answers.json")]
        if what.return_to:
            arguments += ["--to", what.return_to]
        done = gongkai(*arguments, "--json")
        assert done.code == 0, done.err
        decided.append(f"{step}:{round_}")
        gongkai.publish()
    return decided


def _waiting(gongkai: Gongkai) -> Any:
    for username in USERNAMES:
        for todo in gongkai("inbox", "--as", username, "--json").json["todos"]:
            yield username, todo


@pytest.fixture
def sample(request: pytest.FixtureRequest, gongkai: Gongkai) -> Sample:
    return gongkai.sample(request.param)


ALONE = ("ZD-01", "ZD-02", "ZD-05", "JD-04")


@pytest.mark.parametrize("sample", ALONE, indirect=True)
def test_every_runnable_sample_reaches_its_expected_end_and_the_doctor_is_content(
    gongkai: Gongkai, arranged: Gongkai, sample: Sample
) -> None:
    number = gongkai.launched(sample)
    walk(gongkai, sample)
    view = gongkai("case", number, "--json").json
    assert (view["state"], view["outcome"]) == ("closed", sample.outcome)
    examined = arranged("doctor", "--json")
    assert examined.code == 0
    assert examined.json["findings"] == []


def test_zd_01_is_published_as_signed_with_number_dates_and_marking(gongkai: Gongkai) -> None:
    sample = gongkai.sample("ZD-01")
    number = gongkai.launched(sample)
    decided = walk(gongkai, sample)
    assert decided == [
        "drafting:1",
        "section-review:1",
        "legality-review:1",
        "office-review:1",
        "confidentiality-review:1",
        "deputy-head-review:1",
        "signature:1",
        "issue:1",
        "paper-copy:1",
    ]
    view = gongkai("case", number, "--json").json
    assert view["issue"]["doc_no"] == "青应急〔2026〕12号"
    assert view["issue"]["marking"] == "（此件公开发布）"
    assert view["publication"]["url"].endswith(f"/register/{number.lower()}")
    assert scalars(gongkai.service, "SELECT body FROM register_entry") == [sample.draft["body"]]


def test_zd_02_is_returned_once_for_the_missing_ground_and_marked_not_public(gongkai: Gongkai) -> None:
    sample = gongkai.sample("ZD-02")
    number = gongkai.launched(sample)
    decided = walk(gongkai, sample)
    assert (
        decided.index("openness-review:1") < decided.index("drafting:2") < decided.index("openness-review:2")
    )
    view = gongkai("case", number, "--json").json
    assert view["issue"]["marking"] == "（此件不公开）"
    assert view["publication"] is None
    assert gongkai.count("register_entry") == 0
    assert scalars(gongkai.service, "SELECT ground FROM document_version ORDER BY version") == ["", "16-1"]


def test_zd_05_body_is_refused_before_storage_and_only_the_register_line_remains(gongkai: Gongkai) -> None:
    sample = gongkai.sample("ZD-05")
    refused = gongkai("launch", "主动公开", "--file", gongkai.file(sample.refused))
    assert refused.code == 2
    assert "第41条" in refused.err
    assert sample.title not in refused.err
    assert gongkai.count("cases") == 0
    gongkai.launched(sample)
    assert walk(gongkai, sample) == ["drafting:1", "secrecy-review-first:1"]
    assert gongkai.count("document_version") == 0
    assert gongkai.count("secrecy_register_line") == 1


@pytest.mark.parametrize("case_id", CHANGES)
def test_every_sample_change_of_what_is_public_is_decided_recorded_and_leaves_the_doctor_content(
    gongkai: Gongkai, arranged: Gongkai, site: PageSite, monkeypatch: pytest.MonkeyPatch, case_id: str
) -> None:
    for name, value in site.permitted.items():
        monkeypatch.setenv(f"GONGKAI_{name.upper()}", str(value))
    published = gongkai.sample("ZD-01")
    site.page = f"<h1>{published.title}</h1>"
    document = gongkai.launched(published)
    walk(gongkai, published)
    sample = read_change(case_id, document=document, new_url=site.url)
    number = gongkai.launched(sample)
    assert walk(gongkai, sample) == ["proposal:1", "openness-review:1", "deputy-head-review:1", "signature:1"]
    view = gongkai("case", number, "--json").json
    assert (view["state"], view["outcome"]) == ("closed", sample.outcome)
    told = "SELECT slug || ' ' || reason || ' ' || new_url FROM publication_change"
    proposal = sample.decision("proposal", 1).answers
    assert scalars(gongkai.service, told) == [
        f"{document.lower()} {proposal['reason']} {proposal['new_url']}"
    ]
    assert arranged("doctor", "--json").json["findings"] == []
