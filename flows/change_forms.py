"""What a take-down or a change of address is given, and what its steps ask for."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rules.errors import InvalidInput, PublicationNotFound
from tasks import (
    Form,
    FormFacts,
    Intake,
    IntakeFacts,
    Line,
    Relation,
    WebAddress,
    asked,
    require_past,
    require_seen,
)


class Change(StrEnum):
    """变更事项."""

    TAKE_DOWN = "take_down"
    URL_CHANGE = "url_change"


class PublicationChange(Intake):
    """Which public document it is about, by the number of the case that published it."""

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="承办股室", description="股室代码", min_length=1, max_length=64)]
    document: Annotated[
        Line,
        Field(
            title="已公开文件", description="主动公开事项编号，如 ZD-2026-0001", min_length=1, max_length=20
        ),
    ]

    links: ClassVar[dict[str, Relation]] = {"document": Relation.CHANGES}

    def check(self, facts: IntakeFacts) -> None:
        if not facts.is_published(self.document):
            raise PublicationNotFound(
                where="document",
                number=self.document,
                why_zh="编号不存在、文件尚未公开，或已经撤下",
                why_en="there is none of that number, it is not public yet, or was taken down",
            )


class Proposal(Form):
    """拟办: what is proposed and why, in words the public will read."""

    usual: ClassVar[dict[str, str]] = {"kind": Change.TAKE_DOWN.value}

    kind: Annotated[Change, asked("变更事项", labels={"take_down": "撤下", "url_change": "变更网址"})]
    reason: Annotated[
        Line, asked("理由", hint="将向社会公布，请勿写入不应公开的内容", min_length=4, max_length=300)
    ]
    new_url: Annotated[
        WebAddress, asked("新网址", hint="仅变更网址时填写；系统将打开该页，核对文号或标题")
    ] = ""

    def check(self, facts: FormFacts) -> None:
        if (self.kind is Change.URL_CHANGE) != bool(self.new_url):
            raise InvalidInput(
                where=facts.case_number,
                field="new_url",
                why_zh="变更网址须填写新网址，撤下不填",
                why_en="a change of address needs the new one, a take-down has none",
            )
        if self.new_url:
            require_seen(facts, "new_url", self.new_url)


class Signature(Form):
    """审定: what is signed stands at the new address now, not only when it was proposed."""

    def check(self, facts: FormFacts) -> None:
        new_url = facts.said("proposal", "new_url")
        if new_url:
            require_seen(facts, "new_url", new_url)


class CarriedOut(Form):
    """网站办理: when the website itself was changed accordingly."""

    done_on: Annotated[date, asked("办理日期")]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, done_on=self.done_on)
