"""Which files are taken: those that are what they say, and hold nothing that could run, fetch or bury."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from engine.files.kinds import DOCX
from engine.service import Service
from tests import sample_files as samples
from tests.builders import scalars
from tests.portal.conftest import Client
from tests.portal.files.conftest import submit, upload

pytestmark = pytest.mark.thorough

KINDS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "通知.docx": (samples.docx, DOCX.media_type, samples.WORDS),
    "通知.OFD": (samples.ofd, "application/ofd", samples.WORDS),
    "Notice.pdf": (samples.pdf, "application/pdf", "Safety inspection"),
    "现场.png": (lambda: samples.image("PNG"), "image/png", ""),
    "现场.jpeg": (lambda: samples.image("JPEG"), "image/jpeg", ""),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_taken_hashed_read_and_comes_back_as_it_went(
    name: str, service: Service, drafter: Client, number: str, place: str
) -> None:
    make, media_type, words = KINDS[name]
    content = make()
    answer = upload(drafter, place, content, name)
    assert answer.status_code == 201, answer.text
    digest = sha256(content).hexdigest()
    told = answer.json()
    assert told == {
        "upload": told["upload"],
        "name": name,
        "media_type": media_type,
        "size": len(content),
        "sha256": digest,
        "hidden": None,
    }
    assert submit(drafter, place, {"upload": told["upload"]}, body="正文").status_code == 201
    [file] = drafter.get(f"/api/v1/cases/{number}/documents/1").json()["attachments"]
    assert file == {"name": name, "media_type": media_type, "size": len(content), "sha256": digest} | {
        "role": "attachment",
        "hidden": None,
    }
    got = drafter.get(f"/api/v1/cases/{number}/documents/1/attachments/{digest}")
    assert got.content == content
    assert got.headers["content-type"] == media_type
    assert scalars(service, "SELECT text FROM attachment") == [words]
    assert scalars(service, "SELECT count(*) FROM upload") == [0]
    assert scalars(service, "SELECT count(*) FROM upload_chunk") == [0]


def _pdf(change: Callable[[Any], Any]) -> bytes:
    writer = samples.pdf_writer()
    change(writer)
    return samples.written(writer)


def _add_script(writer: Any) -> None:
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    root = writer.root_object
    root[NameObject("/OpenAction")] = DictionaryObject({NameObject(k): v for k, v in action.items()})


def _relation(kind: str) -> str:
    return (
        f'<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
        ' Target="http://elsewhere.example/t.dotm" TargetMode="External"/>'
    )


_ENTITY = (
    '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w='
    '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&e;</w:body></w:document>'
)
_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a program renamed": ("通知.docx", lambda: b"MZ\x90\x00" + b"\0" * 200, "not docx"),
    "a program": ("setup.exe", lambda: b"MZ\x90\x00", "only"),
    "a page": ("通知.html", lambda: b"<script>", "only"),
    "no ending": ("通知", lambda: samples.docx(), "only"),
    "a PDF named image": ("图.png", samples.pdf, "not PNG"),
    "an image named the other": ("图.jpg", lambda: samples.image("PNG"), "not JPEG"),
    "a zip named docx": ("a.docx", lambda: samples.zipped({"a.txt": "x"}), "missing"),
    "an OFD named docx": ("a.docx", samples.ofd, "missing"),
    "a docx named OFD": ("a.ofd", samples.docx, "OFD"),
    "a zip bomb": ("a.docx", samples.zip_bomb, "bomb"),
    "macros": ("a.docx", lambda: samples.zipped(samples.docx_parts(main=_MACROS)), "macros"),
    "a macro part": (
        "a.docx",
        lambda: samples.zipped(samples.docx_parts() | {"word/vbaProject.bin": b"x"}),
        "macros",
    ),
    "a template from elsewhere": (
        "a.docx",
        lambda: samples.zipped(samples.docx_parts(relations=_relation("attachedTemplate"))),
        "elsewhere",
    ),
    "a field that starts a program": (
        "a.docx",
        lambda: samples.zipped(
            samples.docx_parts()
            | {
                "word/document.xml": str(samples.docx_parts()["word/document.xml"]).replace(
                    "<w:r>",
                    "<w:r><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>E cmd</w:instrText>",
                    1,
                )
            }
        ),
        "elsewhere",
    ),
    "an entity": (
        "a.docx",
        lambda: samples.zipped(samples.docx_parts() | {"word/document.xml": _ENTITY}),
        "XML",
    ),
    "a name that leads out": (
        "a.docx",
        lambda: samples.zipped(samples.docx_parts() | {"../../x.xml": "x"}),
        "impossible name",
    ),
    "half an archive": ("a.docx", lambda: samples.docx()[:-200], "zip"),
    "files inside OFD": (
        "a.ofd",
        lambda: samples.zipped(samples.ofd_parts() | {"Doc_0/Attachs/a.exe": b"MZ"}),
        "embedded",
    ),
    "encrypted OFD": (
        "a.ofd",
        lambda: samples.zipped(samples.ofd_parts() | {"Encryptions.xml": "<x/>"}),
        "encrypted",
    ),
    "encrypted PDF": ("a.pdf", lambda: _pdf(lambda w: w.encrypt("secret")), "encrypted"),
    "a script in PDF": ("a.pdf", lambda: _pdf(_add_script), "scripts"),
    "a file in PDF": ("a.pdf", lambda: _pdf(lambda w: w.add_attachment("a.exe", b"MZ")), "scripts"),
    "a broken PDF": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", "broken"),
    "an image too large": ("a.png", samples.huge_png, "megapixels"),
    "half an image": ("a.jpg", lambda: samples.image("JPEG", (400, 400))[:-600], "broken"),
    "nothing": ("a.pdf", lambda: b"", "empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_what_it_says_or_could_run_is_refused_and_not_stored(
    what: str, service: Service, drafter: Client, place: str
) -> None:
    name, make, why = REFUSED[what]
    answer = upload(drafter, place, make(), name)
    assert (answer.status_code, answer.json()["code"]) == (422, "file-refused")
    assert why in answer.json()["en"]["why"]
    assert scalars(service, "SELECT count(*) FROM upload") == [0]


@pytest.mark.parametrize(
    "name",
    ["../通知.pdf", "a\\b.pdf", "a\u0000.pdf", "通知\u202efdp.exe.pdf", "a\n.pdf", "a.pdf.", "", "长" * 121],
)
def test_a_name_with_a_path_control_or_reordering_characters_is_refused(
    name: str, service: Service, drafter: Client, place: str
) -> None:
    answer = upload(drafter, place, samples.pdf(), name)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert scalars(service, "SELECT count(*) FROM upload") == [0]
