"""What may be public in part is published as a copy without the parts; nothing of them ever leaves."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from engine.activities import publish_document
from engine.doctor import examine
from engine.invariants import Severity
from engine.service import Service
from rules.errors import InvalidInput, NotAllowed, UnreviewedPublicationRefused
from rules.positions import Position
from tests.builders import (
    Bureau,
    add_person,
    case_row,
    decide_next,
    launch_case,
    scalars,
    todo_of,
    todos_of,
)
from tests.engine.confidentiality_case import confidentiality_case_installed
from tests.engine.pairs import move, public, publication_of, publish
from tests.engine.test_doctor import history_unlocked
from tests.sample_files import docx

SECRET_PART = "保管员手机13900000000"
WHOLE = {
    "title": "关于印发自然灾害救助应急预案的通知",
    "body": f"预案共8章。附件3：{SECRET_PART}。",
    "attribute": "主动公开",
    "attachments": [
        {"name": name, "content_base64": base64.b64encode(docx(words)).decode()}
        for name, words in (("附件3.docx", f"{SECRET_PART}附件"), ("附件1.docx", "四级响应启动条件"))
    ],
}
PARTS = [{"part": "附件3 手机号", "ground": "15b", "reason": "个人隐私"}]
PARTS_WITHHELD = {"finding": "parts_withheld"}


@pytest.fixture(autouse=True)
def stand_in() -> Iterator[None]:
    with confidentiality_case_installed():
        yield


def broken(service: Service) -> list[str]:
    return sorted({f.check for f in examine(service) if f.severity is Severity.BROKEN})


def kept(service: Service, number: str, *names: str) -> list[dict[str, Any]]:
    """The files of the version under review that stay."""
    (files,) = scalars(
        service, "SELECT attachments FROM document_version WHERE redacts IS NULL ORDER BY id DESC LIMIT 1"
    )
    return [{"role": file["role"], "keep": file["sha256"]} for file in files if file["name"] in names]


def redaction(service: Service, number: str) -> dict[str, Any]:
    return {
        "body": "预案共8章。附件3中个人信息不予公开。",
        "attachments": kept(service, number, "附件1.docx"),
        "redactions": PARTS,
    }


def begun(service: Service) -> str:
    """A signed and numbered document that waits for its copy."""
    number = launch_case(service, draft=WHOLE).number
    move(service, number, until="redaction", confidentiality_review=PARTS_WITHHELD)
    assert todo_of(service, number).step == "redaction"
    return number


def test_exactly_the_copy_is_published_and_nothing_of_the_parts_leaves(
    service: Service, bureau: Bureau
) -> None:
    number = begun(service)
    signed = case_row(service, number).document_version_id
    move(service, number, redaction=redaction(service, number))
    publish(service, number)
    move(service, number)
    assert case_row(service, number).outcome == "办结"
    with service.database.connect() as connection:
        entry = connection.execute(text("SELECT * FROM register_entry")).one()
        shelf = connection.execute(text("SELECT said FROM register_text")).scalars().all()
        files = connection.execute(text("SELECT text FROM register_file")).scalars().all()
        public_words = [entry.body, str(entry.attachments), str(entry.withheld), *shelf, *files]
    assert not any(SECRET_PART in words or "附件3.docx" in words for words in public_words)
    assert (entry.withheld, [file["name"] for file in entry.attachments]) == (["15b"], ["附件1.docx"])
    assert scalars(service, "SELECT document_version_id FROM document_issue") == [signed]
    assert scalars(service, "SELECT redacts FROM document_version WHERE redacts IS NOT NULL") == [signed]
    assert broken(service) == []


def test_the_original_itself_is_refused_at_publication(service: Service, bureau: Bureau) -> None:
    number = begun(service)
    signed = case_row(service, number).document_version_id
    move(service, number, redaction=redaction(service, number))
    lease = publication_of(service, number)
    with pytest.raises(UnreviewedPublicationRefused):
        publish_document(service, replace(lease, arguments={"document_version_id": signed}))
    assert public(service) == []


@pytest.mark.parametrize("step", ["redaction-review", "redaction-approval"])
def test_a_copy_without_its_own_review_or_approval_is_refused(
    service: Service, bureau: Bureau, step: str
) -> None:
    number = begun(service)
    move(service, number, redaction=redaction(service, number))
    lease = publication_of(service, number)
    with history_unlocked(service) as connection:
        connection.execute(
            text(
                "UPDATE decision SET action = 'reject'"
                " WHERE step_id = (SELECT id FROM step WHERE key = :step)"
            ),
            {"step": step},
        )
    with pytest.raises(UnreviewedPublicationRefused):
        publish_document(service, lease)
    assert public(service) == []


def test_who_made_the_copy_does_not_approve_it(service: Service, bureau: Bureau) -> None:
    number = begun(service)
    with service.database.begin() as connection:  # the drafter has become a deputy head meanwhile
        (drafter,) = connection.execute(text("SELECT id FROM person WHERE username = 'drafter'")).one()
        connection.execute(
            text("INSERT INTO holding (person_id, position) VALUES (:p, 'deputy_head')"), {"p": drafter}
        )
        add_person(connection, "second_deputy", Position.DEPUTY_HEAD)
    move(service, number, until="redaction-approval", redaction=redaction(service, number))
    with pytest.raises(NotAllowed):
        decide_next(service, number, by="drafter")


def test_a_returned_copy_is_made_anew_of_the_same_original(service: Service, bureau: Bureau) -> None:
    number = begun(service)
    signed = case_row(service, number).document_version_id
    move(service, number, until="redaction-approval", redaction=redaction(service, number))
    decide_next(service, number, action="return", opinion="正文仍有职务信息", return_to="redaction")
    move(service, number, redaction={**redaction(service, number), "body": "预案共8章。"})
    publish(service, number)
    assert scalars(service, "SELECT DISTINCT redacts FROM document_version WHERE redacts IS NOT NULL") == [
        signed
    ]
    assert scalars(service, "SELECT body FROM register_entry") == ["预案共8章。"]
    assert broken(service) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"redactions": []},
        {"redactions": [{"part": "附件3", "ground": "37"}]},
        {"redactions": [{"part": "附件3", "ground": "14a"}]},
        {"attachments": None},
    ],
)
def test_a_copy_says_its_parts_each_with_its_own_ground_and_names_the_files_that_stay(
    service: Service, bureau: Bureau, wrong: dict[str, Any]
) -> None:
    number = begun(service)
    said = {k: v for k, v in {**redaction(service, number), **wrong}.items() if v is not None}
    with pytest.raises(InvalidInput):
        decide_next(service, number, answers=said)


def confidentiality_case(service: Service) -> str:
    (number,) = scalars(service, "SELECT number FROM cases WHERE procedure = 'confidentiality-review'")
    return str(number)


def unsure(service: Service) -> tuple[str, str]:
    number = launch_case(service, draft=WHOLE).number
    move(
        service,
        number,
        confidentiality_review={"finding": "unsure_whether_suitable"},
        until="referral",
    )
    return number, confidentiality_case(service)


def test_nothing_goes_on_while_the_confidentiality_case_has_no_answer(
    service: Service, bureau: Bureau
) -> None:
    number, asked = unsure(service)
    move(service, number)
    assert todos_of(service, number) == []
    assert [todo.step for todo in todos_of(service, asked)] == ["answer"]
    assert scalars(service, "SELECT intake->>'doubt' FROM cases WHERE number = :n", n=asked) == [
        "whether_suitable"
    ]


@pytest.mark.parametrize(
    ("result", "step"),
    [("release", "confidentiality-review"), ("partial", "confidentiality-review"), ("withhold", "drafting")],
)
def test_its_answer_leads_back_to_the_reviewer_or_to_the_drafter(
    service: Service, bureau: Bureau, result: str, step: str
) -> None:
    number, asked = unsure(service)
    move(service, number, asked, answer={"result": result}, until=step)
    assert todo_of(service, number).step == step


def test_a_part_that_the_answer_withholds_is_published_as_a_copy(service: Service, bureau: Bureau) -> None:
    number, asked = unsure(service)
    move(service, number, asked, answer={"result": "partial", "ground": "15b"}, until="redaction")
    assert todo_of(service, number).step == "redaction"
