"""Looking at a page before a decision names it as published: outside the transaction, for the holder only.

A website may take seconds to answer; nothing is locked meanwhile. What is decided after is checked again.
"""

from typing import Any

from sqlalchemy import text

from engine.actor import Actor
from engine.calls import Action
from engine.decisions.request import DecisionRequest
from engine.forms import Form, fill
from engine.policy import Act, Facts, permit
from engine.procedures import procedure
from engine.publishing.page_address import permitted_by
from engine.publishing.page_fetch import fetch_page
from engine.publishing.page_text import carries
from engine.service import Service
from rules.errors import NotAllowed, PageWithoutDocument

_TODO = text(
    """
    SELECT a.position, a.unit_id, a.person_id, s.call->>'form' AS form, c.procedure, c.version,
           i.doc_no, v.title
      FROM assignment a
      JOIN step s ON s.id = a.step_id
      JOIN cases c ON c.id = a.case_id
      JOIN document_issue i ON i.case_id = c.id AND i.document_version_id = a.document_version_id
      JOIN document_version v ON v.id = i.document_version_id
     WHERE a.id = :id AND a.closed_at IS NULL AND c.closed_at IS NULL AND s.call->>'form' <> ''
    """
)
_FIELDS = ("page_url",)
"""Names under which forms ask for such an address: any other decision is not held up by a statement."""


def look_beforehand(service: Service, actor: Actor, request: DecisionRequest) -> str:
    """The address of the page that says what was published; empty where none is asked for.

    Raises:
        InvalidInput, PageAddressRefused, PageUnreachable, PageWithoutDocument: naming what was looked for.
    """
    if request.action != Action.APPROVE or not any(name in request.answers for name in _FIELDS):
        return ""
    with service.read() as connection:
        row = connection.execute(_TODO, {"id": request.assignment_id}).one_or_none()
    if row is None or not _is_asked(actor, row):
        return ""  # refused in the transaction, for the reason that holds then
    form: Any = procedure(row.procedure, row.version).forms[row.form]
    if not issubclass(form, Form) or not form.looks_at:
        return ""
    url: str = getattr(fill(form, request.answers, where=str(request.assignment_id)), form.looks_at)
    page = fetch_page(url, permitted_by(service.settings), seconds=service.settings.website_timeout_seconds)
    if not carries(page, row.doc_no) and not carries(page, row.title):
        raise PageWithoutDocument(where=form.looks_at, doc_no=row.doc_no, title=row.title)
    return url


def _is_asked(actor: Actor, row: Any) -> bool:
    facts = Facts(position=row.position, unit_id=row.unit_id, assigned_person_id=row.person_id, clerical=True)
    try:
        permit(actor, Act.DECIDE, facts)
    except NotAllowed:
        return False
    return True
