"""What a confidentiality review may come to, and what is asked of whoever says so."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, get_args

from pydantic import Field

from flows.confidentiality_forms import (
    GROUND,
    MOST_ITEMS,
    OF_THIRD_PARTIES,
    Answer,
    Grounded,
    ItemFinding,
    Said,
    WithheldGround,
    found,
    refuse,
)
from rules.disclosure import Ground
from rules.errors import GroundMissing, InterestOverridden, WiderThanDetermined
from tasks import FormFacts, Line, asked


class Result(StrEnum):
    """What the review comes to, from the widest to the narrowest."""

    RELEASE = "release"
    PARTIAL = "partial"
    WITHHOLD = "withhold"


class Suitability(StrEnum):
    """What the competent business department says of it."""

    RELEASE = "release"
    PARTIAL = "partial"
    WITHHOLD = "withhold"
    UNSURE = "unsure"


_RESULTS = {"release": "可以公开", "partial": "部分公开", "withhold": "不予公开"}


class Part(Grounded):
    """A part that is not disclosed 不公开的部分 (条例 第37条)."""

    part: Annotated[Line, asked("不公开的部分", min_length=1, max_length=100)]
    ground: Annotated[WithheldGround | None, GROUND] = None
    reason: Annotated[Line, asked("理由", min_length=2, max_length=200)]


class _Determined(Grounded):
    """A result with what belongs to it: a ground to withhold, the parts of a partial release."""

    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"result": r.value} for r in Result)
    usual: ClassVar[Mapping[str, Any]] = {"result": Result.RELEASE.value, "ground": None, "parts": []}

    result: Annotated[Result, asked("结论", labels=_RESULTS)]
    ground: Annotated[WithheldGround | None, GROUND] = None
    parts: Annotated[
        list[Part], asked("不公开的部分", hint="部分公开的，逐一写明部分、依据和理由", max_length=MOST_ITEMS)
    ] = Field(default_factory=list)

    def check(self, facts: FormFacts) -> None:
        self.require_complete(facts, parts=bool(self.parts))

    def require_complete(self, facts: FormFacts, *, parts: bool) -> None:
        """A ground where all is withheld; named parts, each with ground and reason, where some is.

        Raises:
            GroundMissing, InvalidInput.
        """
        without = [each for each in self.parts if not each.ground]
        if without or (self.result == Result.WITHHOLD and not self.ground):
            raise GroundMissing(where=facts.case_number, codes="、".join(get_args(WithheldGround)))
        if self.result != Result.WITHHOLD and self.ground:
            refuse(facts, "ground", "只有不予公开的填写依据", "only what is withheld has a ground")
        if (self.parts and self.result != Result.PARTIAL) or (self.result == Result.PARTIAL and not parts):
            refuse(
                facts,
                "parts",
                "部分公开的须列明不公开的部分和理由（条例第37条），其他结论不填",
                "a partial release names each withheld part and why (Regulations art. 37), nothing else does",
            )


class Determination(_Determined):
    """同级政务公开主管部门确定: the last body that can be asked; it decides."""


class BusinessView(_Determined):
    """有关业务主管部门研究: a result, or still unsure."""

    decides: ClassVar[tuple[Mapping[str, Any], ...]] = tuple({"result": r.value} for r in Suitability)

    result: Annotated[  # type: ignore[assignment]  # wider than a result: they may be unsure too
        Suitability,
        asked("研究意见", labels={**_RESULTS, "unsure": "仍不能确定，报同级政务公开主管部门确定"}),
    ]


class FinalWord(_Determined):
    """主要负责人审定: narrower than what others determined, never wider; a third party's interest yields
    only to consent or to a grave public interest."""

    parts: Annotated[
        list[Part],
        asked("不公开的部分", hint="部分公开的，在前面各环节已列明的部分之外另行补充", max_length=MOST_ITEMS),
    ] = Field(default_factory=list)
    grave_interest: Annotated[
        Line,
        asked(
            "公共利益说明",
            hint="第三方未同意而仍予公开的：不公开会对公共利益造成何种重大影响（条例第15条）",
            max_length=300,
        ),
    ] = ""

    def check(self, facts: FormFacts) -> None:
        self.require_complete(facts, parts=bool(self.parts or withheld_parts(facts.said)))
        determined = determined_result(facts.said)
        if determined is not None and _width(self.result) < _width(determined):
            raise WiderThanDetermined(
                where=facts.case_number, determined=_RESULTS[determined], determined_en=determined
            )
        withheld = [
            *(each["part"] for each in withheld_parts(facts.said)),
            *(each.part for each in self.parts),
        ]
        if self.result is Result.RELEASE:
            self._refuse_to_override(facts)
        for name in unconsented(facts.said):
            kept = self.result is Result.WITHHOLD or (self.result is Result.PARTIAL and name in withheld)
            if not kept and not self.grave_interest:
                raise InterestOverridden(where=facts.case_number, item=name)

    def _refuse_to_override(self, facts: FormFacts) -> None:
        """What the unit withheld because the law forbids to disclose it is not released over its head."""
        for each in found(facts.said, ItemFinding.WITHHOLD):
            ground = Ground(each["ground"])
            if ground in OF_THIRD_PARTIES and not self.grave_interest:
                raise InterestOverridden(where=facts.case_number, item=each["item"])
            if ground.meaning.must_withhold and ground not in OF_THIRD_PARTIES:
                partial = Result.PARTIAL
                raise WiderThanDetermined(
                    where=facts.case_number, determined=_RESULTS[partial], determined_en=partial
                )


def unconsented(said: Said) -> list[str]:
    """The items whose third party has not consented: it refused, or kept silent."""
    asked_of = found(said, ItemFinding.THIRD_PARTY)
    return [
        each["item"]
        for place, each in enumerate(asked_of, start=1)
        if said(f"third-party-{place}", "answer") != Answer.CONSENT
    ]


def determined_result(said: Said) -> Result | None:
    """What the body that was asked last has determined, if it could."""
    results = [said(step, "result") for step in ("county-office", "competent-department")]
    return next((Result(result) for result in results if result in list(Result)), None)


def withheld_parts(said: Said) -> list[dict[str, Any]]:
    """The parts withheld so far, with their reasons: by the producing unit, by the bodies that were asked."""
    own = [
        {"part": each["item"], "ground": each["ground"], "reason": each["reason"]}
        for each in found(said, ItemFinding.WITHHOLD)
    ]
    others = [p for step in ("competent-department", "county-office") for p in said(step, "parts") or ()]
    return own + others


def _width(result: Result) -> int:
    return list(Result).index(result)
