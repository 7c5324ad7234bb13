"""The drafting page's files without a browser: listed, kept, dropped, and shown to whoever reads."""

import re

from engine.service import Service
from tests import sample_files as samples
from tests.builders import decide_next, launch_case, todo_of
from tests.portal.conftest import Client
from tests.portal.files.conftest import DRAFT, submit, upload


def post(client: Client, todo: int, **fields: str) -> int:
    """The page's form as a browser posts it."""
    page = client.get(f"/todo/{todo}").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    said = {
        "csrf": csrf.group(1),
        "action": "approve",
        **{f"answer.{k}": v for k, v in DRAFT.items()},
        **fields,
    }
    return client("POST", f"/todo/{todo}", data=said).status_code


def test_what_was_uploaded_is_listed_and_submitted_with_the_page(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.docx(), "正文.docx").json()
    todo = todo_of(service, number).id
    page = drafter.get(f"/todo/{todo}").text
    assert f'name="file.upload.{told["upload"]}"' in page
    assert post(drafter, todo, files="shown", **{f"file.upload.{told['upload']}": "body"}) == 303
    version = drafter.get(f"/api/v1/cases/{number}/documents/1").json()
    assert (version["body"], version["attachments"][0]["role"]) == (samples.WORDS, "body")


def test_a_page_without_a_file_drops_it_and_one_that_names_it_keeps_it(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    names = ("甲.pdf", "乙.png")
    made = (samples.pdf(), samples.image("PNG"))
    told = [upload(drafter, place, content, name).json() for content, name in zip(made, names, strict=True)]
    submit(drafter, place, *({"upload": each["upload"]} for each in told), body="正文")
    decide_next(service, number, action="return", return_to="drafting", opinion="请修改")
    todo = todo_of(service, number).id
    first, kept = (f"file.keep.{each['sha256']}" for each in told)
    assert kept in drafter.get(f"/todo/{todo}").text
    fields = {"answer.body": "改后的正文", "files": "shown", first: "", kept: "attachment"}
    assert post(drafter, todo, **fields) == 303
    version = drafter.get(f"/api/v1/cases/{number}/documents/2").json()
    assert [f["name"] for f in version["attachments"]] == ["乙.png"]


def test_a_refused_page_comes_back_with_the_files_as_they_were_chosen(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    told = upload(drafter, place, samples.image("PNG"), "扫描.png").json()
    todo = todo_of(service, number).id
    form = {"files": "shown", f"file.upload.{told['upload']}": "body"}
    assert post(drafter, todo, **form) == 422  # no text in it, and none typed
    csrf = re.search(r'name="csrf" value="([^"]+)"', drafter.get(f"/todo/{todo}").text)
    assert csrf
    said = {"csrf": csrf.group(1), "action": "approve", "answer.title": "题目", **form}
    again = drafter("POST", f"/todo/{todo}", data=said).text
    assert '<option value="body" selected>' in again


def test_a_saved_page_remembers_every_file(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    made = {"甲.pdf": samples.pdf(), "乙.png": samples.image("PNG"), "丙.docx": samples.docx()}
    told = [upload(drafter, place, content, name).json() for name, content in made.items()]
    todo = todo_of(service, number).id
    roles = {
        f"file.upload.{each['upload']}": role for each, role in zip(told, ("", "attachment"), strict=False)
    }
    assert post(drafter, todo, what="save", files="shown", **roles) == 303
    page = drafter.get(f"/todo/{todo}").text
    chosen = re.findall(
        r'<select name="file.upload.[1-9]\d*".*?<option value="(\w*)" selected>', page, re.DOTALL
    )
    assert chosen == ["", "attachment", "attachment"]  # the third was uploaded and never given a role


def test_where_a_secret_is_claimed_no_files_are_asked_for(service: Service, drafter: Client) -> None:
    secret = launch_case(service, state_secret=True).number
    assert 'id="uploads"' not in drafter.get(f"/todo/{todo_of(service, secret).id}").text


def test_readers_see_pdf_and_images_in_the_page_and_links_for_the_rest(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    made = {"甲.pdf": samples.pdf(), "乙.png": samples.image("PNG"), "丙.docx": samples.docx()}
    told = [upload(drafter, place, content, name).json() for name, content in made.items()]
    submit(drafter, place, *({"upload": each["upload"]} for each in told), body="正文")
    for path in (f"/cases/{number}", f"/cases/{number}/versions/1"):
        page = drafter.get(path).text
        shown = f"/cases/{number}/versions/1/files/"
        assert re.findall(rf'<iframe[^>]+src="{shown}(\w+)#', page) == [told[0]["sha256"]]
        assert re.findall(rf'<img[^>]+src="{shown}(\w+)"', page) == [told[1]["sha256"]]
        assert all(f"attachments/{each['sha256']}" in page for each in told)
