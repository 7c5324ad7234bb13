"""What a plan for interpretation and response is given, and the draft it is."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rules.disclosure import DisclosureAttribute, Ground
from rules.errors import InvalidInput
from tasks import Drafting, FormFacts, Intake, Line, Relation

_HIDDEN: dict[str, Any] = {"hidden": True}


class ResponsePlan(Intake):
    """Which decision or policy the plan goes with, by its case."""

    drafter: Annotated[Line, Field(title="拟稿人", description="拟稿人的用户名", min_length=1, max_length=64)]
    unit: Annotated[Line, Field(title="起草股室", description="股室代码", min_length=1, max_length=64)]
    decision: Annotated[
        Line, Field(title="所涉决策", description="决策或文件的事项编号", min_length=1, max_length=20)
    ]

    links: ClassVar[dict[str, Relation]] = {"decision": Relation.RESPONDS_TO}

    def name_of_case(self) -> str:
        return f"{self.decision} 解读回应预案"


class PlanDraft(Drafting):
    """预案: what may be asked, what is answered, who speaks. An inner paper of a decision not yet made."""

    attribute: Annotated[DisclosureAttribute | None, Field(json_schema_extra=_HIDDEN)] = (
        DisclosureAttribute.WITHHELD
    )
    ground: Annotated[Ground | None, Field(json_schema_extra=_HIDDEN)] = Ground.PROCESS_OR_ENFORCEMENT
    ground_text: Annotated[Line, Field(json_schema_extra=_HIDDEN, max_length=200)] = ""
    state_secret: Annotated[bool, Field(json_schema_extra=_HIDDEN)] = False
    source_unit: Annotated[Line, Field(json_schema_extra=_HIDDEN, max_length=100)] = ""
    handed_over_on: Annotated[None, Field(json_schema_extra=_HIDDEN)] = None

    decides: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    def check(self, facts: FormFacts) -> None:
        if self.state_secret or self.attribute is not DisclosureAttribute.WITHHELD:
            raise InvalidInput(
                where=facts.case_number,
                field="attribute",
                why_zh="预案是内部过程性文稿，不写涉密内容，也不对外公开（条例第16条第2款）",
                why_en="a plan is an inner paper: no state secrets in it, and it is not disclosed",
            )
        super().check(facts)
