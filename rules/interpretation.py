"""Whether a document must be interpreted 解读, and whether 宣传 and 网信 are talked to before: by rule.

Source: 应急厅函〔2019〕390号 四(二)1-3, 6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules.disclosure import DisclosureAttribute


class Circumstance(StrEnum):
    """What the drafter states of a document, in the notice's words."""

    WIDE = "wide"
    LIVELIHOOD = "livelihood"
    ATTENTION = "attention"
    TECHNICAL = "technical"
    VITAL_INTERESTS = "vital_interests"
    EXPECTATIONS = "expectations"
    STANDING_MEETING = "standing_meeting"

    @property
    def chinese(self) -> str:
        """The notice's words."""
        return _NAMES[self][0]

    @property
    def english(self) -> str:
        """The same in English."""
        return _NAMES[self][1]


_NAMES = {
    Circumstance.WIDE: ("涉及面广", "it concerns many"),
    Circumstance.LIVELIHOOD: ("与民生关系密切", "it touches people's livelihood"),
    Circumstance.ATTENTION: ("社会关注度高", "the public pays attention to it"),
    Circumstance.TECHNICAL: ("专业性强", "it is technical"),
    Circumstance.VITAL_INTERESTS: ("涉及群众切身利益", "it concerns people's vital interests"),
    Circumstance.EXPECTATIONS: ("影响社会预期", "it influences what society expects"),
    Circumstance.STANDING_MEETING: (
        "提请县政府常务会议审议",
        "it goes to the county government's standing meeting",
    ),
}

_MAJOR = (Circumstance.VITAL_INTERESTS, Circumstance.EXPECTATIONS)


@dataclass(frozen=True)
class Need:
    """``needed``: an interpretation; ``gate``: a talk with 宣传 and 网信 before release. With the reason."""

    needed: bool
    gate: bool
    zh: str
    en: str


def need_of(attribute: str, circumstances: Iterable[str]) -> Need:
    """By 四(二): 1 four circumstances, 2 major documents (with the gate), 3 the standing meeting's."""
    stated = [each for each in Circumstance if each.value in set(circumstances)]
    if attribute != DisclosureAttribute.PROACTIVE:
        return Need(
            False, False, "非主动公开，不触发解读", "it is not disclosed proactively: no interpretation"
        )
    if not stated:
        return Need(
            False,
            False,
            "拟稿人未列明应当解读的情形，不需解读",
            "none of the circumstances is stated: not needed",
        )
    gate = any(each in _MAJOR for each in stated)
    zh, en = "、".join(each.chinese for each in stated), "; ".join(each.english for each in stated)
    return Need(True, gate, f"{zh}，应当解读", f"{en}: an interpretation is needed")


def stated_in(answers: Iterable[Mapping[str, Any]]) -> list[str]:
    """The circumstances that stand after these drafts, oldest first; one that says nothing leaves them."""
    standing: list[str] = []
    for each in answers:
        said = each.get("circumstances")
        standing = standing if said is None else list(said)
    return standing
