"""What a file holds beside what its reader sees: found, told to whoever drafts and reviews, never public."""

from collections.abc import Callable

import pytest

from engine.activities import publish_document
from engine.leases import claim
from engine.service import Service
from tests import sample_files as samples
from tests.builders import decide_all, decide_next, scalars, todo_of
from tests.portal.conftest import Client, SignIn
from tests.portal.files.conftest import submit, upload

pytestmark = pytest.mark.thorough

TRACES = {
    "revisions": 3,
    "comments": 2,
    "hidden_text": 2,
    "author": 1,
    "company": 1,
    "location": 1,
    "camera": 1,
}
FOUND: dict[str, tuple[Callable[[], bytes], dict[str, int]]] = {
    "送审稿.docx": (samples.docx_with_traces, TRACES),
    "Notice.pdf": (samples.annotated_pdf, {"annotations": 1, "layers": 1, "earlier": 1, "author": 1}),
    "通知.ofd": (samples.annotated_ofd, {"annotations": 1, "earlier": 1, "author": 1}),
    "现场.jpg": (samples.photograph, {"location": 1, "camera": 1}),
    "现场.png": (lambda: samples.photograph("PNG"), {"location": 1, "camera": 1}),
}
SAID = "含修订痕迹 3 处、批注 2 条、隐藏文字 2 处、作者信息、单位信息、拍摄地点"


@pytest.mark.parametrize("name", FOUND)
def test_what_is_hidden_in_each_kind_of_file_is_found_and_kept_with_it(
    name: str, service: Service, drafter: Client, number: str, place: str
) -> None:
    make, found = FOUND[name]
    told = upload(drafter, place, make(), name).json()
    assert told["hidden"]["found"] == found
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    [file] = drafter.get(f"/api/v1/cases/{number}/documents/1").json()["attachments"]
    assert file["hidden"] == told["hidden"]
    assert scalars(service, "SELECT hidden FROM attachment") == [found]


def test_a_passage_taken_away_or_moved_is_not_in_the_text(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.docx_with_traces(), "正文.docx").json()
    submit(drafter, place, {"upload": told["upload"], "role": "body"})
    text = drafter.get(f"/api/v1/cases/{number}/documents/1").json()["body"]
    assert "检查" in text
    assert "移走的话" not in text
    assert "线人王某" not in text


def test_the_drafter_and_every_reviewer_see_it_beside_the_file(
    service: Service, signed_in: SignIn, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.docx_with_traces(), "送审稿.docx").json()
    todo = todo_of(service, number).id
    assert SAID in drafter.get(f"/todo/{todo}").text
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    section_head = signed_in("section_head")
    pages = (
        f"/todo/{todo_of(service, number).id}",
        f"/cases/{number}",
        f"/cases/{number}/versions/1",
        f"/cases/{number}/file",
    )
    for page in pages:
        assert SAID in section_head.get(page).text, page
    section_head.cookies.set("language", "en")
    assert "holds tracked changes: 3, comments: 2" in section_head.get(pages[0]).text


def test_a_version_with_traces_of_drafting_cannot_be_found_suitable_and_is_returned(
    service: Service, signed_in: SignIn, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.docx_with_traces(), "送审稿.docx").json()
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    decide_all(service, number, until="confidentiality-review")
    reviewer, todo = signed_in("openness_office"), todo_of(service, number).id
    page = reviewer.get(f"/todo/{todo}").text
    assert page.count(SAID) == 2  # beside the file, and where the answer is given
    assert "公开前须清除" in page
    where = f"/api/v1/assignments/{todo}/decision"
    suitable = {"action": "approve", "opinion": "同意", "answers": {"finding": "not_secret_and_suitable"}}
    refused = reviewer.post(where, suitable)
    assert (refused.status_code, refused.json()["code"]) == (422, "traces-left")
    decide_next(service, number, action="return", return_to="drafting", opinion="请清除修订")
    again = f"/api/v1/assignments/{todo_of(service, number).id}"
    clean = upload(drafter, again, samples.docx(), "送审稿.docx").json()
    submit(drafter, again, {"upload": clean["upload"]}, body="正文")
    decide_all(service, number, until="confidentiality-review")
    todo = todo_of(service, number).id
    assert reviewer.post(f"/api/v1/assignments/{todo}/decision", suitable).status_code == 201


def test_what_is_only_warned_of_can_be_published_and_is_not_told_to_the_public(
    service: Service, stranger: Client, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.annotated_pdf(), "名单.pdf").json()
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    decide_all(service, number)
    [step] = scalars(service, "SELECT id FROM step WHERE kind = 'activity'")
    lease = claim(service, step, holder="worker-1")
    assert lease is not None
    publish_document(service, lease)
    [file] = stranger.get(f"/register/{number.lower()}.json").json()["attachments"]
    assert set(file) == {"name", "media_type", "sha256", "size", "role", "url"}
    page = stranger.get(f"/register/{number.lower()}").text
    assert "名单.pdf" in page
    assert "注释" not in page


def test_a_file_that_could_not_be_looked_through_is_said_to_be_so(
    service: Service, signed_in: SignIn, drafter: Client, number: str, place: str
) -> None:
    parts = samples.docx_parts() | {"word/comments.xml": "<broken"}
    told = upload(drafter, place, samples.zipped(parts), "坏.docx").json()
    assert told["hidden"]["found"] is None
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    page = signed_in("section_head").get(f"/todo/{todo_of(service, number).id}").text
    assert "未能检查是否含有修订、批注等隐藏内容" in page
