"""Disclosure attribute 公开属性, statutory grounds for not disclosing, and the marking line.

Source: 应急厅函〔2019〕390号 四(一)1, 5; 政府信息公开条例 arts. 14-16, 37.
"""

from enum import StrEnum
from typing import NamedTuple

from rules.citation import Citation, notice, openness


class DisclosureAttribute(StrEnum):
    """公开属性: exactly three values, none of them a default (四(一)1)."""

    PROACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    WITHHELD = "不予公开"

    @property
    def marking(self) -> str:
        """The line set after the formation date 成文日期 (四(一)5)."""
        return _MARKINGS[self]

    @property
    def english(self) -> str:
        """The attribute's name in English."""
        return {"主动公开": "proactive", "依申请公开": "on request", "不予公开": "withheld"}[self.value]


_MARKINGS = {
    DisclosureAttribute.PROACTIVE: "（此件公开发布）",
    DisclosureAttribute.ON_REQUEST: "（此件依申请公开）",
    DisclosureAttribute.WITHHELD: "（此件不公开）",
}

MARKING_BASIS: Citation = notice("四(一)5")


class GroundText(NamedTuple):
    """What a ground says and whether the law forbids disclosure or merely allows withholding."""

    text: str
    english: str
    basis: Citation
    must_withhold: bool


class Ground(StrEnum):
    """Statutory ground 法定依据 for not disclosing; a code is required, text is free."""

    STATE_SECRET = "14a"
    FORBIDDEN_BY_LAW = "14b"
    ENDANGERS_SECURITY = "14c"
    TRADE_SECRET = "15a"
    PRIVACY = "15b"
    INTERNAL_AFFAIRS = "16-1"
    PROCESS_OR_ENFORCEMENT = "16-2"
    SEPARABLE = "37"

    @property
    def meaning(self) -> GroundText:
        """Wording and article of this ground."""
        return _GROUNDS[self]


_GROUNDS = {
    Ground.STATE_SECRET: GroundText("国家秘密", "state secret", openness("第14条"), True),
    Ground.FORBIDDEN_BY_LAW: GroundText(
        "法律、行政法规禁止公开", "disclosure forbidden by law", openness("第14条"), True
    ),
    Ground.ENDANGERS_SECURITY: GroundText(
        "公开后可能危及国家安全、公共安全、经济安全、社会稳定",
        "would endanger national, public or economic security or social stability",
        openness("第14条"),
        True,
    ),
    Ground.TRADE_SECRET: GroundText("商业秘密", "trade secret", openness("第15条"), True),
    Ground.PRIVACY: GroundText("个人隐私", "personal privacy", openness("第15条"), True),
    Ground.INTERNAL_AFFAIRS: GroundText("内部事务信息", "internal affairs", openness("第16条第1款"), False),
    Ground.PROCESS_OR_ENFORCEMENT: GroundText(
        "过程性信息或行政执法案卷信息",
        "process information or enforcement files",
        openness("第16条第2款"),
        False,
    ),
    Ground.SEPARABLE: GroundText(
        "区分处理，公开其余部分", "separable: disclose the rest", openness("第37条"), False
    ),
}
