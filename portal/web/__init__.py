"""The pages of people who sign in: inbox, decision page, case, launch, people. Forms post; scripts help."""

from fastapi import Request
from starlette.responses import Response

from portal.problems import answer_problem, status_of
from portal.web import (
    bulk,
    calendar,
    cases,
    catalogue,
    clock,
    comments,
    files,
    inbox,
    launch,
    limit_todos,
    limits,
    links,
    mailbox,
    me,
    messages,
    opinions,
    pages,
    patrol,
    people,
    registers,
    signing,
    todo,
    watch,
    what_if,
)
from rules.errors import GongkaiError, OwnPasswordFirst

ROUTERS = [
    part.router
    for part in (
        signing,
        inbox,
        todo,
        limit_todos,
        links,
        cases,
        comments,
        limits,
        files,
        launch,
        bulk,
        mailbox,
        messages,
        people,
        calendar,
        what_if,
        opinions,
        watch,
        catalogue,
        registers,
        patrol,
        me,
        clock,
        pages,
    )
]
"""Of all pages; the last one knows what is not there."""


def answer_error(request: Request, error: GongkaiError) -> Response:
    """A page for people at a page of ours, a problem document for programs."""
    path = request.url.path
    is_page = not (path == "/register" or path.startswith(("/api/", "/register/", "/healthz")))
    if is_page and "text/html" in request.headers.get("accept", ""):
        if isinstance(error, OwnPasswordFirst):
            return pages.see_other("/password")
        return pages.page(request, "error.html", status=status_of(error), error=error)
    return answer_problem(error)
