"""The samples of 撤下与网址变更: about a document that was published before."""

from deployments.samples.story import Sample, Scripted, drafted, raw_case

CHANGES = ("GB-01", "GB-02")


def read_change(case_id: str, *, document: str, new_url: str) -> Sample:
    """A take-down (``GB-01``) or a change of address (``GB-02``) of what a case has published.

    Args:
        document: the number of that case.
        new_url: where the document stands from now on; a take-down does not ask for it.
    """
    raw = raw_case(case_id)
    moves = raw["doc_type"] == "变更网址"
    proposal = {
        "kind": "url_change" if moves else "take_down",
        "reason": raw["body"],
        "new_url": new_url if moves else "",
    }
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=drafted(raw) | {"document": document},
        draft={},
        script={
            ("proposal", 0): Scripted(opinion=f"拟{raw['doc_type']}，请审查。", answers=proposal),
            ("openness-review", 0): Scripted(opinion="理由属实，可以向社会公布，同意。"),
            ("signature", 0): Scripted(opinion=f"同意{raw['doc_type']}。"),
        },
        outcome=f"已{raw['doc_type']}",
        procedure=raw["procedure"],
    )
