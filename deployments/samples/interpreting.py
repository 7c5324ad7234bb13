"""What is done in the case of an interpretation that its document's case opened."""

from datetime import date
from typing import Any

from deployments.samples.story import Sample, Scripted, at_ten, drafted

PROCEDURE = "policy-interpretation"


def interpretation_of(raw: dict[str, Any], body: str, *, before: str = "", **material: Any) -> Sample:
    """What is done in the interpretation's own case. Its title is the sample's.

    Args:
        before: the day of the talk with 宣传 and 网信.
    """
    at = at_ten(date.fromisoformat(before)) if before else None
    return Sample(
        id=raw["id"],
        title=raw["title"],
        procedure=PROCEDURE,
        intake=drafted(raw),
        draft={},
        script={
            ("material", 0): Scripted(
                opinion="解读方案和材料已拟就。", answers={"title": raw["title"], "body": body, **material}
            ),
            ("plain-language", 0): Scripted(opinion="通俗易懂，未照抄原文。"),
            ("confidentiality-review", 0): Scripted(
                opinion="不涉密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
            ),
            ("before-release", 0): Scripted(opinion="口径一致，同意。", at=at),
            ("interview", 0): Scripted(
                opinion="已接受采访。", answers={"medium": "县融媒体中心", "summary": "标准变化和申请时限"}
            ),
        },
        outcome="解读已公开",
    )
