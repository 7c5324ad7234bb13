"""编号、标注、公开: how a signed document comes out, wherever the notice has one published."""

from flows.disclosure_forms import Issue, PublishedPage
from rules.positions import Position
from tasks import Action, Done, Form, publish, record, review

ISSUING_FORMS: dict[str, type[Form]] = {"issue": Issue, "published-page": PublishedPage}
BASIS = "应急厅函〔2019〕390号 四(一)5、6"


async def issue_and_publish(version: int | None) -> tuple[Done, Done]:
    """Number, date, mark and publish a signed version; gives the facts of its number and of its publication.

    On the website itself, or by the publisher's hand where the bureau works so.
    """
    assert version is not None  # signed, so there is a version
    issue = await review(
        "issue",
        ("编号、用印、印发", "Numbering, sealing, issue"),
        Position.OFFICE,
        actions=(Action.APPROVE,),
        form="issue",
        clerical=True,
        version=version,
        basis=BASIS,
        within="issue-target",
    )
    numbering = await record(
        "numbering",
        ("编号", "Numbering"),
        effect="allot-number",
        basis=BASIS,
        document_version_id=version,
        **issue.answers,
    )
    marking = await record(
        "marking", ("标注", "Marking"), effect="mark-document", basis=BASIS, document_version_id=version
    )
    if marking.facts.get("website") != "by-hand":
        published = await publish("publication", ("网站公开", "Publication"), version=version, basis=BASIS)
        return numbering, published
    page = await review(
        "publication-by-hand",
        ("网站公开（人工）", "Publication by hand"),
        Position.PUBLISHER,
        actions=(Action.APPROVE,),
        form="published-page",
        clerical=True,
        version=version,
        basis=BASIS,
        within="publication-by-hand-target",
    )
    published = await record(
        "publication-record",
        ("登记公开网址", "Publication record"),
        effect="record-publication",
        basis=BASIS,
        document_version_id=version,
        **page.answers,
    )
    return numbering, published
