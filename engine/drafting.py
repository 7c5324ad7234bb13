"""Forms that write a version of a text: the draft 拟稿 with its attribute and ground, and the claim of a
state secret; a text that belongs to a document; a copy without the parts that are withheld.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from engine.attached import MAX_FILES, AttachedFile, KeptFile
from engine.files.kinds import Role
from engine.forms import MAX_BODY, MAX_TITLE, Form, FormFacts, Line, Text, asked, require_past
from rules.disclosure import DisclosureAttribute, Ground
from rules.errors import ClassifiedContentRefused, InvalidInput, UnknownAttribute, UnknownGround

if TYPE_CHECKING:
    from engine.files.bringing import Brought

GROUND_CODES = "、".join(f"{ground.value} {ground.meaning.text}" for ground in Ground)


class Writing(Form):
    """A text that is to be public, or changes to it: a field left out keeps what the last version says."""

    title: Annotated[
        Annotated[Line, Field(min_length=2, max_length=MAX_TITLE)] | None, asked("标题", needed=True)
    ] = None
    body: Annotated[
        Annotated[Text, Field(min_length=1, max_length=MAX_BODY)] | None, asked("正文", needed=True)
    ] = None
    attachments: Annotated[
        Annotated[list[AttachedFile], Field(max_length=MAX_FILES)] | None, asked("附件", files=True)
    ] = None

    def check(self, facts: FormFacts) -> None:
        """The text can be passed on: complete."""
        if self.body_files() > 1:
            raise InvalidInput(
                where=facts.case_number,
                field="attachments",
                why_zh="正文文件只能有一个",
                why_en="only one file can be the body",
            )
        content = self.content(facts.document)
        if self.body_files():  # what it says is known only when it is brought
            content["body"] = content["body"] or Role.BODY.chinese
        self.require_complete(content, where=facts.case_number)

    def require_complete(self, content: Mapping[str, Any], *, where: str) -> None:
        """The version can be passed on: with a title, a text and an attribute.

        Raises:
            InvalidInput: naming what is missing.
        """
        for name, chinese in (("title", "标题"), ("body", "正文"), ("attribute", "公开属性")):
            if not content[name]:
                raise InvalidInput(
                    where=where,
                    field=name,
                    why_zh=f"{chinese}未填写，公文不能流转（应急厅函〔2019〕390号 四(一)1）",
                    why_en="it is missing, so the document cannot be passed on (notice 四(一)1)",
                )

    def body_files(self) -> int:
        """How many of the files are said to be the body."""
        return sum(file.role is Role.BODY for file in self.attachments or ())

    def claims_secret(self, intake: dict[str, Any]) -> bool:
        """Whether a state secret is claimed, here or at launch."""
        return bool(intake.get("state_secret"))

    def content(
        self, previous: dict[str, Any] | None, files: "Sequence[Brought] | None" = None
    ) -> dict[str, Any]:
        """The version's content: what is stated here over what the previous version says.

        Args:
            files: what ``attachments`` names, stored; ``None`` leaves the files as they are.
        """
        old = previous or _NOTHING
        return {
            "title": self.title or old["title"],
            "body": self._body(old, files or ()),
            "attribute": DisclosureAttribute.PROACTIVE.value,
            "ground": "",
            "ground_text": "",
            "attachments": old["attachments"] if files is None else [f.described() for f in files],
        }

    def _body(self, old: Mapping[str, Any], files: "Sequence[Brought]") -> str:
        """What was typed; else what a new body file says; else what the previous version says.

        Raises:
            InvalidInput: nothing was typed, and nothing or too much can be read of the file.
        """
        brought = next((f for f in files if f.file.role == Role.BODY and not f.kept), None)
        if brought is None or (self.body and self.body != old["body"]):
            return self.body or str(old["body"])
        if not 0 < len(brought.text) <= MAX_BODY:
            raise InvalidInput(
                where="body",
                field="body",
                why_zh="正文文件中没有可提取的文字（如扫描件）或文字过长，请另行填写正文",
                why_en="no text can be read of the body file (a scan), or too much; type the text as well",
            )
        return brought.text

    def journal(self) -> dict[str, Any]:
        """What the procedure is told: nothing of the text."""
        return self.model_dump(mode="json", exclude={"title", "body", "attachments"})


_NOTHING: Mapping[str, Any] = {
    "title": "",
    "body": "",
    "attribute": "",
    "ground": "",
    "ground_text": "",
    "attachments": [],
}


class Drafting(Writing):
    """A draft, or changes to one: a field left out keeps what the last version says.

    With ``state_secret`` nothing of the document is taken, only what the register line needs
    (保密条例 art. 41).
    """

    decides: ClassVar[tuple[Mapping[str, Any], ...]] = (
        *({"attribute": attribute.value} for attribute in DisclosureAttribute),
        {"state_secret": True},
    )

    attribute: Annotated[
        DisclosureAttribute | None,
        asked("公开属性", hint="三选一，没有默认值（应急厅函〔2019〕390号 四(一)1）", needed=True),
    ] = None
    ground: Annotated[
        Ground | None,
        asked(
            "不予公开的依据",
            hint="拟不予公开的，须选择法定依据",
            labels={g.value: f"{g.meaning.basis} {g.meaning.text}" for g in Ground},
        ),
    ] = None
    ground_text: Annotated[Line, asked("依据说明", max_length=200)] = ""
    state_secret: Annotated[
        bool, asked("涉及国家秘密", hint="是：只登记，不录入标题、正文和附件（保密法实施条例第41条）")
    ] = False
    source_unit: Annotated[Line, asked("来文单位", hint="仅涉密登记填写", max_length=100)] = ""
    handed_over_on: Annotated[date | None, asked("移交保密工作机构日期", hint="仅涉密登记填写")] = None

    @field_validator("attribute", mode="before")
    @classmethod
    def _one_of_three(cls, value: Any) -> Any:
        if value is not None and not (isinstance(value, str) and value in set(DisclosureAttribute)):
            raise UnknownAttribute(where="attribute", value=_shown(value))
        return value

    @field_validator("ground", mode="before")
    @classmethod
    def _known_ground(cls, value: Any) -> Any:
        if value == "":
            return None
        if value is not None and not (isinstance(value, str) and value in set(Ground)):
            raise UnknownGround(where="ground", value=_shown(value), codes=GROUND_CODES)
        return value

    @model_validator(mode="before")
    @classmethod
    def _refuse_classified(cls, raw: Any) -> Any:
        # Before anything else is looked at: classified text must not even reach an error message.
        if isinstance(raw, dict) and (
            raw.get("state_secret") is True or raw.get("ground") == Ground.STATE_SECRET
        ):
            refuse_content(raw)
        return raw

    @model_validator(mode="after")
    def _ground_fits(self) -> Self:
        if self.ground is not None and self.attribute is DisclosureAttribute.PROACTIVE:
            raise InvalidInput(
                field="ground",
                why_zh="主动公开的文件没有不予公开的依据",
                why_en="a document that is disclosed has no ground for withholding",
            )
        return self

    def check(self, facts: FormFacts) -> None:
        """The draft can be passed on: complete, with an attribute, or a complete secrecy claim."""
        if self.claims_secret(facts.intake):
            self._check_claim(facts)
            return
        super().check(facts)

    def claims_secret(self, intake: dict[str, Any]) -> bool:
        """Whether a state secret is claimed, here or at launch."""
        return self.state_secret or self.ground is Ground.STATE_SECRET or bool(intake.get("state_secret"))

    def _check_claim(self, facts: FormFacts) -> None:
        refuse_content(self.model_dump(exclude_defaults=True))
        if self.handed_over_on is None:
            raise InvalidInput(
                field="handed_over_on",
                why_zh="须登记原件移交保密工作机构的日期",
                why_en="the date the original was handed to the secrecy office is required",
            )
        require_past(facts, handed_over_on=self.handed_over_on)

    def content(
        self, previous: dict[str, Any] | None, files: "Sequence[Brought] | None" = None
    ) -> dict[str, Any]:
        """The version's content: what is stated here over what the previous version says.

        Args:
            files: what ``attachments`` names, stored; ``None`` leaves the files as they are.
        """
        old = previous or _NOTHING
        attribute = self.attribute.value if self.attribute else old["attribute"]
        keeps_ground = attribute != DisclosureAttribute.PROACTIVE
        return super().content(previous, files) | {
            "attribute": attribute,
            "ground": (self.ground.value if self.ground else old["ground"]) if keeps_ground else "",
            "ground_text": self._ground_text(old) if keeps_ground else "",
        }

    def _ground_text(self, old: Mapping[str, Any]) -> str:
        """An explanation belongs to its ground: another ground does not inherit it."""
        same_ground = self.ground is None or self.ground.value == old["ground"] or not old["ground"]
        return self.ground_text or (old["ground_text"] if same_ground else "")

    def journal(self) -> dict[str, Any]:
        """What the procedure is told: nothing of the text."""
        return {
            "state_secret": self.state_secret,
            "source_unit": self.source_unit,
            "handed_over_on": self.handed_over_on.isoformat() if self.handed_over_on else None,
        }


class Redacted(Form):
    """One part that is withheld (条例 art. 37), where it stood, and why. Never what it said."""

    part: Annotated[
        Line, asked("不予公开的部分", hint="如 附件3 手机号；不写内容", min_length=1, max_length=100)
    ]
    ground: Annotated[
        Ground,
        asked("依据", labels={g.value: f"{g.meaning.basis} {g.meaning.text}" for g in Ground}),
    ]
    reason: Annotated[Line, asked("理由", max_length=200)] = ""

    @field_validator("ground")
    @classmethod
    def _a_ground_of_a_part(cls, value: Ground) -> Ground:
        if value in (Ground.STATE_SECRET, Ground.SEPARABLE):
            raise InvalidInput(
                field="ground",
                why_zh="逐部分注明该部分本身的依据；涉及国家秘密的，整件不得录入本系统",
                why_en="each part states its own ground; a state secret must not be in this system at all",
            )
        return value


class Redacting(Writing):
    """区分处理: a copy of a signed document without the parts that are withheld. The original stays."""

    redactions: Annotated[
        Annotated[list[Redacted], Field(min_length=1, max_length=50)], asked("不予公开的部分和理由")
    ]

    def content(
        self, previous: dict[str, Any] | None, files: "Sequence[Brought] | None" = None
    ) -> dict[str, Any]:
        """As a version; it knows the signed one it was made of, also where an earlier copy was returned."""
        assert previous is not None
        return super().content(previous, files) | {
            "redacts": previous["redacts"] or previous["id"],
            "redactions": [each.model_dump(mode="json") for each in self.redactions],
        }

    def require_complete(self, content: Mapping[str, Any], *, where: str) -> None:
        """Besides: what a file says nobody can cut out here, so whatever is kept was looked at by name.

        Raises:
            InvalidInput: the files were not stated.
        """
        super().require_complete(content, where=where)
        kept_body = any(isinstance(f, KeptFile) and f.role is Role.BODY for f in self.attachments or ())
        if kept_body or (self.attachments is None and content["attachments"]):
            raise InvalidInput(
                where=where,
                field="attachments",
                why_zh="须逐个确认公开哪些附件；正文文件和含不公开内容的附件须换成处理后的文件",
                why_en="say which files stay; the body's, and any with withheld parts, is replaced",
            )

    def journal(self) -> dict[str, Any]:
        """The parts are in the version; the procedure need not know them."""
        return {"parts": len(self.redactions)}


def refuse_content(raw: dict[str, Any]) -> None:
    """Refuse title, body and attachments of a claimed state secret, before they are stored or quoted.

    Raises:
        ClassifiedContentRefused: naming what was sent, never quoting it.
    """
    named = {"title": "标题", "body": "正文", "ground_text": "依据说明", "attachments": "附件"}
    sent = [chinese for name, chinese in named.items() if raw.get(name)]
    if sent:
        english = ", ".join(name for name in named if raw.get(name))
        raise ClassifiedContentRefused(where="state_secret", refused="、".join(sent), refused_en=english)


def _shown(value: Any) -> str:
    return str(value)[:30]
