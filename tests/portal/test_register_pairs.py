"""The register's pages of a document and its interpretation, and of a document with withheld parts."""

from engine.service import Service
from tests.engine.pairs import MATERIAL, begin_pair, move, publish
from tests.engine.test_parts_withheld import SECRET_PART, begun, redaction
from tests.portal.conftest import Client, SignIn


def test_each_page_links_the_other(service: Service, stranger: Client) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation)
    publish(service, document)
    page = stranger.get(f"/register/{document.lower()}").text
    assert f'<a href="/register/{interpretation.lower()}">{MATERIAL["title"]}</a>' in page
    assert f'href="/register/{document.lower()}"' in stranger.get(f"/register/{interpretation.lower()}").text


def test_the_page_says_that_parts_are_withheld_and_why_and_never_what(
    service: Service, stranger: Client
) -> None:
    number = begun(service)
    move(service, number, redaction=redaction(service, number))
    publish(service, number)
    page = stranger.get(f"/register/{number.lower()}").text
    assert "部分内容依法不予公开" in page
    assert "个人隐私" in page
    assert SECRET_PART not in page
    assert "附件3 手机号" not in page
    found = stranger.get("/register", params={"q": "13900000000"}).text
    assert number.lower() not in found


def test_the_signer_reads_the_interpretation_beside_the_document(service: Service, signed_in: SignIn) -> None:
    document, interpretation = begin_pair(service)
    move(service, document, interpretation, until="signature")
    head = signed_in("head")
    (todo,) = head.get("/api/v1/inbox").json()["todos"]
    assert MATERIAL["body"] in head.get(f"/todo/{todo['id']}").text
