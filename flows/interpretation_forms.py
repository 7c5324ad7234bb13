"""What an interpretation is given, and what its steps ask for."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from flows.disclosure_forms import PublishedPage
from rules.errors import TooMuchCopied
from rules.plain_language import copied_share, most_copied
from rules.positions import Position
from tasks import Form, FormFacts, Intake, Line, Relation, Text, Writing, asked, require_past, require_seen


class Interpretation(Intake):
    """Which document it is about, by the number of its case."""

    drafter: Annotated[Line, Field(title="起草人", description="起草人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="起草股室", description="股室代码", min_length=1, max_length=64)]
    document: Annotated[
        Line,
        Field(
            title="解读的文件", description="主动公开事项编号，如 ZD-2026-0001", min_length=1, max_length=20
        ),
    ]

    links: ClassVar[dict[str, Relation]] = {"document": Relation.INTERPRETS}


class Answers(StrEnum):
    """Who answers for it: 主要负责人、新闻发言人或分管负责人 (四(二)5)."""

    HEAD = Position.HEAD.value
    SPOKESPERSON = Position.SPOKESPERSON.value
    DEPUTY_HEAD = Position.DEPUTY_HEAD.value


class Material(Writing):
    """解读方案和解读材料: the plan, who interprets, and the text itself."""

    answered_by: Annotated[
        Answers,
        asked(
            "由谁解读",
            hint="本单位主要负责人、新闻发言人或分管负责人承担（四(二)5）",
            labels={each.value: Position(each.value).chinese for each in Answers},
        ),
    ] = Answers.HEAD
    team: Annotated[Line, asked("解读队伍成员", hint="参加解读的人员，可不填", max_length=200)] = ""
    plan: Annotated[Text, asked("解读方案", hint="发布渠道、口径要点、时间安排", max_length=2000)] = ""
    interview: Annotated[bool, asked("发布后新闻发言人接受采访")] = False

    def journal(self) -> dict[str, object]:
        """Who speaks, and whether there is an interview; nothing of the text or the plan."""
        return {"answered_by": self.answered_by.value, "interview": self.interview}


class PlainLanguage(Form):
    """通俗易懂审查: an interpretation that copies the document does not pass (四(二)4)."""

    def check(self, facts: FormFacts) -> None:
        share = copied_share(str((facts.document or {}).get("body", "")), facts.interpreted())
        if share > most_copied():
            raise TooMuchCopied(where=facts.case_number, share=share, most=most_copied())


class BeforeRelease(Form):
    """发布前沟通: 宣传 and 网信 each countersign what will be said (四(二)2)."""


class SignedAlone(Form):
    """审签: of an interpretation whose document is public already."""


class Interview(Form):
    """新闻发言人接受采访, as a record."""

    medium: Annotated[Line, asked("媒体", min_length=1, max_length=100)]
    summary: Annotated[Line, asked("采访要点", max_length=300)] = ""


class InterpretationPage(PublishedPage):
    """网站公开（人工）, of an interpretation alone: its page says its title."""

    def check(self, facts: FormFacts) -> None:
        require_past(facts, published_on=self.published_on)
        require_seen(facts, "page_url", self.page_url, title=str((facts.document or {}).get("title", "")))
