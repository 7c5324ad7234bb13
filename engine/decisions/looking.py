"""Looking at a page before a decision names it as public: for the holder alone, outside the transaction.

Everything else about the decision was checked before, so nobody can make the server open a page by asking.
A website may take seconds to answer; nothing is locked meanwhile, and what is decided after is checked again.
"""

from sqlalchemy import text

from engine.forms import PageNotSeen
from engine.publishing.page_address import permitted_by
from engine.publishing.page_fetch import fetch_page
from engine.publishing.page_text import carries
from engine.service import Service
from rules.errors import PageAddressRefused, PageUnreachable, PageWithoutDocument

_DOCUMENT = text(
    # The case's own document, or the public one it is about.
    """
    SELECT i.doc_no, v.title
      FROM assignment a
      JOIN cases c ON c.id = a.case_id
      JOIN cases d ON d.number = COALESCE(c.intake->>'document', c.number)
      JOIN document_issue i ON i.case_id = d.id
      JOIN document_version v ON v.id = i.document_version_id
     WHERE a.id = :id
    """
)


def look(service: Service, assignment_id: int, wanted: PageNotSeen) -> str:
    """What was looked at, as ``require_seen`` knows it: a page that says the number or the title of the
    document, or the title that is wanted.

    Raises:
        PageAddressRefused, PageUnreachable, PageWithoutDocument: naming what was looked for.
    """
    with service.read() as connection:  # also of a wanted title: it says which number is missing
        document = connection.execute(_DOCUMENT, {"id": assignment_id}).one()
    seconds = service.settings.website_timeout_seconds
    try:
        page = fetch_page(wanted.url, permitted_by(service.settings), seconds=seconds)
    except (PageAddressRefused, PageUnreachable) as error:
        raise type(error)(**error.facts, where=wanted.field) from None
    said = (wanted.title,) if wanted.title else (document.doc_no, document.title)
    if not any(carries(page, each) for each in said):
        raise PageWithoutDocument(where=wanted.field, doc_no=document.doc_no, title=said[-1])
    return f"{wanted.title} {wanted.url}"
