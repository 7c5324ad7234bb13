"""The files of a version: body and attachments, kept or replaced by the next draft, shown or saved."""

import base64
from typing import Any

from engine.files.kinds import DOCX
from engine.service import Service
from tests import sample_files as samples
from tests.builders import decide_next, scalars, todo_of
from tests.portal.conftest import Client, SignIn
from tests.portal.files.conftest import submit, upload


def test_a_body_file_is_the_text_unless_something_else_was_typed(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    scan = upload(drafter, place, samples.image("PNG"), "扫描.png").json()
    told = upload(drafter, place, samples.docx(), "正文.docx").json()
    unread = submit(drafter, place, {"upload": scan["upload"], "role": "body"})
    assert (unread.status_code, unread.json()["where"]) == (422, "body")
    two = submit(drafter, place, *({"upload": u["upload"], "role": "body"} for u in (scan, told)))
    assert two.status_code == 422
    assert submit(drafter, place, {"upload": told["upload"], "role": "body"}).status_code == 201
    version = drafter.get(f"/api/v1/cases/{number}/documents/1").json()
    assert version["body"] == samples.WORDS
    assert version["attachments"][0]["role"] == "body"


def test_a_second_draft_keeps_replaces_and_drops_files(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    first = upload(drafter, place, samples.docx(), "正文.docx").json()
    list_ = upload(drafter, place, samples.pdf(), "名单.pdf").json()
    submit(drafter, place, {"upload": first["upload"], "role": "body"}, {"upload": list_["upload"]})
    decide_next(service, number, action="return", return_to="drafting", opinion="请修改")
    again = f"/api/v1/assignments/{todo_of(service, number).id}"
    new = upload(drafter, again, samples.docx("改后的正文。"), "正文2.docx").json()
    files = {"upload": new["upload"], "role": "body"}, {"keep": list_["sha256"]}
    answer = submit(drafter, again, *files, body=samples.WORDS)  # the page came with the old text in it
    assert answer.status_code == 201, answer.text
    second = drafter.get(f"/api/v1/cases/{number}/documents/2").json()
    assert second["body"] == "改后的正文。"
    assert [f["name"] for f in second["attachments"]] == ["正文2.docx", "名单.pdf"]
    hashes = scalars(service, "SELECT content_hash FROM document_version ORDER BY version")
    assert len(set(hashes)) == 2
    assert drafter.get(f"/api/v1/cases/{number}/documents/1").json()["attachments"][0]["name"] == "正文.docx"


def test_a_small_file_sent_along_passes_the_same_examination(
    service: Service, drafter: Client, place: str
) -> None:
    def along(content: bytes, **stated: str) -> Any:
        encoded = base64.b64encode(content).decode()
        return submit(drafter, place, {"name": "a.docx", "content_base64": encoded, **stated}, body="正文")

    assert along(b"MZ").json()["code"] == "file-refused"
    assert along(samples.docx(), media_type="application/pdf").json()["code"] == "file-refused"
    assert scalars(service, "SELECT count(*) FROM attachment") == [0]
    assert along(samples.docx(), media_type=DOCX.media_type).status_code == 201


def test_pdf_and_images_are_shown_where_nothing_can_run_and_others_are_saved(
    service: Service, signed_in: SignIn, stranger: Client, drafter: Client, number: str, place: str
) -> None:
    for make, name in ((samples.pdf, "a.pdf"), (samples.docx, "b.docx")):
        upload(drafter, place, make(), name)
    waiting = scalars(service, "SELECT id FROM upload ORDER BY id")
    submit(drafter, place, *({"upload": each} for each in waiting), body="正文")
    files = drafter.get(f"/api/v1/cases/{number}/documents/1").json()["attachments"]
    shown, saved = (drafter.get(f"/cases/{number}/versions/1/files/{f['sha256']}") for f in files)
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.headers["content-type"] == "application/pdf"
    assert saved.headers["content-disposition"].startswith("attachment;")
    for answer in (shown, saved):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "script" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    path = f"/cases/{number}/versions/1/files/{files[0]['sha256']}"
    assert stranger.get(path).status_code == 303
    assert signed_in("legal_office").get(path).status_code == 404
    assert signed_in("administrator").get(path).status_code == 403
    assert drafter.get(f"/cases/{number}/versions/1/files/{'0' * 64}").status_code == 404
