"""五(三) 无法确定的: the reviewer is unsure, so a case of confidentiality review answers first.

What is shared by every procedure that publishes a text.
"""

from flows.disclosure_forms import Finding
from tasks import Desk, Paper, Relation, aside, await_case, open_case, when

BASIS = "应急厅函〔2019〕390号 五(三)"
DOUBTS = {
    Finding.UNSURE_WHETHER_SECRET: "whether_secret",
    Finding.UNSURE_WHETHER_SUITABLE: "whether_suitable",
}


def refer(review: str = "confidentiality-review", *, key: str = "referral") -> Desk:
    """After the step ``review``: while it is unsure, the question is answered in a case of its own.

    Released: the reviewer states the finding again. Withheld: back to drafting, for another attribute.
    In part: the reviewer states it again, and what is published is a copy without the parts.
    """

    def unsure(paper: Paper) -> bool:
        return paper.said(review, "finding") in DOUBTS

    async def ask(paper: Paper) -> None:
        opened = await open_case(
            f"{key}-opened",
            ("提请保密审查", "Referred for confidentiality review"),
            procedure="confidentiality-review",
            relation=Relation.REVIEWS_CONFIDENTIALITY,
            named_as="document",
            doubt=DOUBTS[Finding(str(paper.said(review, "finding")))],
            basis=BASIS,
        )
        answer = await await_case(
            key,
            ("等待保密审查结论", "Waiting for the confidentiality review"),
            opened.facts["number"],
            reaches="decided",
            basis=BASIS,
        )
        result = answer.facts.get("result")
        paper.outcomes.pop(review, None)
        paper.facts["parts-withheld"] = paper.version if result == "partial" else None
        if result == "withhold":
            paper.start_over()
        paper.reopen([review, key])

    return when(unsure, aside(key, ask))
