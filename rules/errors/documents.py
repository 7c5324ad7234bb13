"""Of a document: its attribute, ground, dates and number, and of what must not be written here."""

from rules.errors.base import GongkaiError, Kind, Said


class UnknownAttribute(GongkaiError):
    """The disclosure attribute is none of the three (四(一)1)."""

    zh = Said(
        "公开属性“{value}”不存在",
        "公开属性只有三种：主动公开、依申请公开、不予公开（应急厅函〔2019〕390号 四(一)1），没有默认值",
        "请从三种中选定一种后重新提交",
    )
    en = Said(
        "There is no disclosure attribute “{value}”",
        "It is one of 主动公开 (proactive), 依申请公开 (on request), 不予公开 (withheld), "
        "with no default (notice 四(一)1)",
        "Choose one of the three and send again",
    )


class UnknownGround(GongkaiError):
    """The statutory ground is not in the catalogue."""

    zh = Said("法定依据“{value}”不存在", "不予公开的依据须用代码：{codes}", "请改用其中一个代码后重新提交")
    en = Said(
        "There is no ground “{value}”", "Grounds are codes: {codes}", "Use one of these codes and send again"
    )


class GroundMissing(GongkaiError):
    """Nothing is signed or issued as withheld without a statutory ground."""

    zh = Said(
        "不予公开未注明法定依据",
        "拟不予公开的，应说明法定依据（应急厅函〔2019〕390号 四(一)3；条例第14至16条）",
        "请退回拟稿人补充依据代码：{codes}",
    )
    en = Said(
        "Withheld, but no statutory ground is given",
        "A document that is to be withheld must state its ground (notice 四(一)3; Regulations arts. 14-16)",
        "Return it to the drafter to add one of the codes {codes}",
    )


class DatesOutOfOrder(GongkaiError):
    """Issue before formation."""

    zh = Said(
        "印发日期（{issued_on}）早于成文日期（{formed_on}）",
        "公文签发成文之后才能印发",
        "请核对两个日期后重新提交",
    )
    en = Said(
        "Date of issue ({issued_on}) lies before the date of formation ({formed_on})",
        "A document is issued after it was signed",
        "Check both dates and send again",
    )


class NumberTaken(GongkaiError):
    """The document number belongs to another document."""

    kind = Kind.CONFLICT
    zh = Said(
        "发文字号{doc_no}已被使用", "一个字号只能用于一份公文（{holder}）", "请改用其他序号，或留空由系统顺编"
    )
    en = Said(
        "Document number {doc_no} is taken",
        "A number serves one document only ({holder})",
        "Give another, or leave it empty to take the next",
    )


class ClassifiedContentRefused(GongkaiError):
    """Classified text never enters the system (保密条例 art. 41)."""

    zh = Said(
        "已声明涉及国家秘密，不接收{refused}",
        "涉密内容不得进入非涉密信息系统（保守国家秘密法实施条例第41条）；本系统只登记何人何时移交及结果，内容未保存",
        "请去掉{refused}后重新提交，并通过涉密渠道将原件移交保密工作机构",
    )
    en = Said(
        "A state secret is claimed, so {refused_en} cannot be accepted",
        "Classified content must not enter a non-classified system (Secrets Regulations art. 41); "
        "only who handed it over, when, and the outcome are registered. Nothing was stored",
        "Send again without it, and hand the original to the secrecy office through the classified channel",
    )


class WiderThanDetermined(GongkaiError):
    """Nobody here discloses more than whoever was asked has determined, or than the law allows (五(三))."""

    zh = Said(
        "结论宽于已经确定的意见（{determined}）",
        "有权部门研究确定的、依法不得公开的，可以从严，不得放宽（应急厅函〔2019〕390号 五(三)；条例第14条）",
        "请改为相同或更严的结论后重新提交；没有保存任何内容",
    )
    en = Said(
        "This discloses more than was determined ({determined_en})",
        "What other bodies determined, and what the law forbids to disclose, may be narrowed here and never "
        "widened (notice 五(三); Regulations art. 14)",
        "Choose the same result or a narrower one and send again; nothing was stored",
    )


class InterestOverridden(GongkaiError):
    """A trade secret or privacy yields only to consent or to a grave public interest (条例 art. 15)."""

    zh = Said(
        "“{item}”涉及第三方权益，没有第三方的同意",
        "涉及商业秘密、个人隐私的，非经第三方同意不得公开，除非不公开会对公共利益造成重大影响（条例第15、32条）",
        "请在“不公开的部分”中按原名称列出该项，或说明公共利益的重大影响；没有保存任何内容",
    )
    en = Said(
        "The third party has not consented to disclosing “{item}”",
        "A trade secret or privacy is disclosed only with consent, or where withholding gravely hurts the "
        "public interest (Regulations arts. 15, 32)",
        "List it by the same name among the parts withheld, or state the grave public interest; "
        "nothing was stored",
    )


class NotDeclassified(GongkaiError):
    """A document of a secrecy term keeps its attribute until somebody competent has confirmed its end."""

    zh = Said(
        "该文件涉及国家秘密，解密尚未确认，不得变更公开属性",
        "保密期限届满不等于可以公开：须由有权机关、单位依照保守国家秘密法确认解密，"
        "再经保密审查（应急厅函〔2019〕390号 五(三)）",
        "请维持原属性；已经解密的，请填写解密确认日期和确认文书后重新提交",
    )
    en = Said(
        "The document is under a secrecy term and its declassification is not confirmed",
        "That a term has ended discloses nothing: whoever is competent under the Secrets Law confirms it, "
        "and a review follows (notice 五(三))",
        "Keep the attribute; or state when and by which paper declassification was confirmed, and send again",
    )


class AttributeNotChanged(GongkaiError):
    """A later disclosure needs a change of attribute that was decided."""

    kind = Kind.CONFLICT
    zh = Said(
        "{number}的文件没有经批准转为主动公开",
        "已印发文件只能经公开属性自查变更属性后再公开（应急厅函〔2019〕390号 四(一)4）",
        "请先办理公开属性自查",
    )
    en = Said(
        "The document of {number} was not changed to proactive disclosure",
        "What was issued is disclosed later only after a review has changed its attribute (notice 四(一)4)",
        "Review its attribute first",
    )
