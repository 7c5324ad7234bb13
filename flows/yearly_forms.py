"""What the yearly report and the yearly evaluation are given, and what their steps ask for."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from flows.attribute_review_forms import InCharge, Unit, Year
from rules.errors import InvalidInput
from rules.positions import Position
from tasks import CaseNumber, Form, FormFacts, Intake, IntakeFacts, Line, Text, asked, require_past


class YearlyReport(Intake):
    """Whose year the head hears a report about."""

    unique_by: ClassVar[tuple[str, ...]] = ("year",)

    drafter: InCharge
    unit: Unit
    year: Year

    def name_of_case(self) -> str:
        return f"{self.year}年度政务公开工作汇报"


class YearlyEvaluation(YearlyReport):
    """Whose year is evaluated."""

    def name_of_case(self) -> str:
        return f"{self.year}年度政务公开量化评价"


class Responsible(StrEnum):
    """Whose post carries out what was decided."""

    OPENNESS_OFFICE = Position.OPENNESS_OFFICE.value
    OFFICE = Position.OFFICE.value
    LEGAL_OFFICE = Position.LEGAL_OFFICE.value
    SECRECY_OFFICE = Position.SECRECY_OFFICE.value
    SECTION_HEAD = Position.SECTION_HEAD.value
    DEPUTY_HEAD = Position.DEPUTY_HEAD.value
    SPOKESPERSON = Position.SPOKESPERSON.value
    MONITOR = Position.MONITOR.value
    PUBLISHER = Position.PUBLISHER.value


RESPONSIBLE = {each.value: Position(each.value).chinese for each in Responsible}


class Measure(Form):
    """One thing decided: what, who, by when."""

    what: Annotated[Line, asked("事项", min_length=2, max_length=200)]
    who: Annotated[Responsible, asked("责任岗位", labels=RESPONSIBLE)]
    unit: Annotated[Line, asked("股室代码", hint="责任岗位为股室负责人时填写", max_length=64)] = ""
    due: Annotated[date, asked("完成日期")]


class Measures(Form):
    """整改措施 after the evaluation: at least one, each with its holder and its day (五(二))."""

    measures: Annotated[list[Measure], asked("措施", min_length=1, max_length=30)]

    def check(self, facts: FormFacts) -> None:
        require_measures(facts, self.measures)


class Hearing(Form):
    """主要负责人听取汇报: when it was heard, what was said, what was decided (五(一))."""

    heard_on: Annotated[date, asked("听取日期")]
    minutes: Annotated[Text, asked("纪要", hint="会议纪要要点", min_length=4, max_length=5_000)]
    measures: Annotated[list[Measure], asked("议定措施", max_length=30)] = []  # noqa: RUF012

    def check(self, facts: FormFacts) -> None:
        require_past(facts, heard_on=self.heard_on)
        require_measures(facts, self.measures)


def require_measures(facts: FormFacts, measures: list[Measure]) -> None:
    """Nothing is due before it was decided, and a section head is one of a section."""
    for measure in measures:
        if measure.due < facts.today:
            raise InvalidInput(
                where=facts.case_number,
                field="due",
                why_zh=f"完成日期{measure.due}已过",
                why_en=f"{measure.due} is over",
            )
        if (measure.who is Responsible.SECTION_HEAD) != bool(measure.unit):
            raise InvalidInput(
                where=facts.case_number,
                field="unit",
                why_zh="责任岗位为股室负责人的，须填写股室代码；其他岗位不填",
                why_en="a section head needs the code of the section; other posts have none",
            )


class FollowUp(Intake):
    """One measure to be carried out, and the case that decided it."""

    drafter: InCharge
    unit: Unit
    what: Annotated[Line, Field(title="事项", description="要做什么", min_length=2, max_length=200)]
    who: Annotated[Responsible, asked("责任岗位", hint="由谁落实", labels=RESPONSIBLE)]
    due: Annotated[date, Field(title="完成日期", description="何时完成")]
    decided_in: Annotated[CaseNumber, Field(title="议定事项", description="议定该措施的事项编号")] = ""

    def name_of_case(self) -> str:
        return self.what

    def check(self, facts: IntakeFacts) -> None:
        """Nothing stored needs to be looked at."""


class CarriedOut(Form):
    """落实情况: what was done, and when."""

    done_on: Annotated[date, asked("完成日期")]
    done: Annotated[Text, asked("落实情况", min_length=2, max_length=2_000)]

    def check(self, facts: FormFacts) -> None:
        require_past(facts, done_on=self.done_on)
