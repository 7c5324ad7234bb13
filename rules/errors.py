"""The one family of errors people can meet: what happened, where, why, and what to do now.

Arguments are facts; the text is made when it is shown, so an error survives pickling and can be
shown in either language. Over 300 lines because every sentence a person may read stands here once.
"""

from enum import Enum
from typing import Any, ClassVar, NamedTuple


class Kind(Enum):
    """What sort of condition an error is; entry points map it to a status or an exit code."""

    INVALID = "invalid"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    GONE = "gone"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"


class Said(NamedTuple):
    """One message in one language: what happened, why, what to do now."""

    what: str
    why: str
    todo: str


class GongkaiError(Exception):
    """Base of the family. ``where`` names the field, case or to-do the message is about."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "error"
    zh: ClassVar[Said] = Said("发生错误", "", "")
    en: ClassVar[Said] = Said("Something went wrong", "", "")

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)

    def __init_subclass__(cls) -> None:
        name = cls.__name__
        cls.code = "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.facts))

    @property
    def facts(self) -> dict[str, Any]:
        """The facts the message is made of."""
        facts: dict[str, Any] = self.args[0]
        return facts

    @property
    def where(self) -> str:
        """The field, case or to-do concerned; empty when the whole request is."""
        return str(self.facts.get("where", ""))

    def said(self, language: str = "zh") -> Said:
        """The message's three parts, in ``zh`` or ``en``."""
        parts = self.en if language == "en" else self.zh
        return Said(*(part.format_map(_Facts(self.facts)) for part in parts))

    def message(self, language: str = "zh") -> str:
        """One paragraph: where, what, why, what to do."""
        what, why, todo = self.said(language)
        if language == "en":
            place = f"{self.where}: " if self.where else ""
            return place + " ".join(f"{part.rstrip('.')}." for part in (what, why, todo) if part)
        place = f"{self.where}：" if self.where else ""
        return place + "".join(f"{part.rstrip('。')}。" for part in (what, why, todo) if part)

    def __str__(self) -> str:
        return self.message()


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(cls: type[GongkaiError], facts: dict[str, Any]) -> GongkaiError:
    return cls(**facts)


# --- input -----------------------------------------------------------------------------------


class InvalidInput(GongkaiError):
    """A field does not have the form it must have; ``why_zh``/``why_en`` say which."""

    zh = Said("“{field}”填写有误", "{why_zh}", "请改正后重新提交；没有保存任何内容")
    en = Said("“{field}” is not valid", "{why_en}", "Correct it and send again; nothing was stored")

    def called(self, title: str) -> "InvalidInput":
        """The same, naming the field as the page did that asked for it."""
        return InvalidInput(**{**self.facts, "field": title})


class SettingsRefused(GongkaiError):
    """Settings of the installation that cannot be used; ``why_zh``/``why_en`` say which, and what may be."""

    zh = Said("设置有误，无法启动", "{why_zh}", "请改正环境变量后重新运行")
    en = Said("The settings cannot be used", "{why_en}", "Correct the environment variables and run it again")


class MalformedFile(GongkaiError):
    """A file could not be read as what it should be."""

    zh = Said("文件无法读取", "{why_zh}", "请检查文件后重试；没有保存任何内容")
    en = Said("The file cannot be read", "{why_en}", "Check the file and try again; nothing was stored")


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


class CalendarTableRefused(GongkaiError):
    """A site table of days off and make-up workdays is not what it must be."""

    zh = Said(
        "节假日安排表有误",
        "{why_zh}",
        "请对照国务院办公厅的放假通知改正后重新导入；没有导入任何内容",
    )
    en = Said(
        "The table of days off cannot be taken",
        "{why_en}",
        "Correct it after the State Council's notice and import it again; nothing was imported",
    )


class NumberFixedByLaw(GongkaiError):
    """A number that a statute or the notice sets is not the site's to change."""

    zh = Said(
        "法定时限不能由本单位更改",
        "{key}（{name_zh}）由{source}规定",
        "请从文件中删去这一项后重新导入；没有导入任何内容",
    )
    en = Said(
        "A statutory period is not the site's to change",
        "{key} ({name_en}) is set by {source}",
        "Take it out of the file and import it again; nothing was imported",
    )


class LawChangedMeanwhile(GongkaiError):
    """Somebody else imported between the preview of an import and its confirmation."""

    kind = Kind.CONFLICT
    zh = Said(
        "预览之后另有导入",
        "预览所依据的安排或时限已被更新",
        "请重新预览，核对变化后再导入；没有导入任何内容",
    )
    en = Said(
        "Something was imported since the preview",
        "what the preview compared with is no longer in force",
        "Preview again, look at the changes and import then; nothing was imported",
    )


class ExtensionRefused(GongkaiError):
    """A period is extended once, in its own unit, and no further than its rule allows."""

    kind = Kind.CONFLICT
    zh = Said("不能延长期限", "{why_zh}", "请核对所依据的条款；期限未变")
    en = Said("The period cannot be extended", "{why_en}", "Check the provision; the period is unchanged")


class TimeNotMovable(GongkaiError):
    """Statutory time moves in demonstrations only, never where an organ works."""

    kind = Kind.CONFLICT
    zh = Said(
        "本系统的时间不能推进",
        "本系统按真实时间运行；只有建库时就设为虚拟时间的演示系统可以推进",
        "需要演示时，请另选目录新建：gongkai up --virtual-time",
    )
    en = Said(
        "Time cannot be advanced here",
        "This installation runs in real time; only one made for virtual time from the beginning can leap",
        "For a demonstration make another, in another folder: gongkai up --virtual-time",
    )


class NoRuleInForce(GongkaiError):
    """No period of that key was in force on that day."""

    kind = Kind.NOT_FOUND
    zh = Said("{on}没有可以适用的时限“{key}”", "{why_zh}", "请核对日期和时限名称")
    en = Said("No period “{key}” was in force on {on}", "{why_en}", "Check the date and the key")


class UnknownPeriod(NoRuleInForce):
    """No period of that key at all, whatever the day."""

    zh = Said(
        "没有“{key}”这一时限",
        "法定时限和本单位时限中都没有这个代号",
        "请用 gongkai parameters show 查看全部代号",
    )
    en = Said(
        "There is no period “{key}”",
        "Neither the law's periods nor the site's own have that key",
        "See all keys with gongkai parameters show",
    )


class LawRevisionNotFound(GongkaiError):
    """Nothing was imported under that number."""

    kind = Kind.NOT_FOUND
    zh = Said("没有第{revision}次导入", "编号不存在", "请使用导入时给出的编号（revision）")
    en = Said(
        "There is no import number {revision}",
        "The number is unknown",
        "Use the revision the import answered with",
    )


class ClockNotFound(GongkaiError):
    """No such time limit."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到时限{clock}", "编号不存在", "请在事项页面的时限中查看")
    en = Said("There is no time limit {clock}", "The number is unknown", "See the time limits of the case")


class ClockActNotFound(GongkaiError):
    """Nothing of that number was asked of a time limit."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到时限申请{act}", "编号不存在", "请在事项页面的时限中查看")
    en = Said(
        "Nothing was asked under number {act}", "The number is unknown", "See the time limits of the case"
    )


class ClockEnded(GongkaiError):
    """Nothing can be asked of a time limit that has ended, nor granted."""

    kind = Kind.CONFLICT
    zh = Said("时限“{limit_zh}”已经结束", "只有仍在计算的时限可以变更", "无需处理；本次提交未保存")
    en = Said(
        "The time limit “{limit_en}” has ended",
        "Only one that still runs can be changed",
        "Nothing to do; this was not stored",
    )


class ClockActPending(GongkaiError):
    """Something was asked of the time limit already and waits for its answer."""

    kind = Kind.CONFLICT
    zh = Said(
        "时限“{limit_zh}”已有一项申请（{act_zh}，{by}于{at}提出）",
        "同一时限的申请须逐项答复",
        "请等待“{position_zh}”答复后再提出；本次提交未保存",
    )
    en = Said(
        "Something was asked of the time limit “{limit_en}” already ({act_en}, by {by} at {at})",
        "Requests about one time limit are answered one after the other",
        "Wait for the answer of the {position_en}, then ask again; this was not stored",
    )


class NothingToResume(GongkaiError):
    """The act is no stretch that is still not counted."""

    kind = Kind.CONFLICT
    zh = Said("没有可以恢复计算的时限", "{why_zh}", "请刷新后查看该时限；本次提交未保存")
    en = Said("There is nothing to resume", "{why_en}", "Look at the time limit again; this was not stored")


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


class FileRefused(GongkaiError):
    """A file is not of a kind taken here, is not what its name says, or holds what could run or bury."""

    zh = Said("不能接收该文件", "{why_zh}", "请另存为 docx、PDF、OFD、PNG 或 JPEG 后重新上传；文件没有保存")
    en = Said(
        "The file cannot be taken",
        "{why_en}",
        "Save it as docx, PDF, OFD, PNG or JPEG and upload again; the file was not stored",
    )


class TracesLeft(GongkaiError):
    """A file that is to be published still carries tracked changes, comments or hidden text."""

    zh = Said(
        "文件带有修订痕迹、批注或隐藏文字，不能认定适宜公开",
        "公开后任何人打开“{files}”都能看到这些内容",
        "请退回拟稿人，接受或拒绝全部修订、删除批注和隐藏文字后重新提交",
    )
    en = Said(
        "A file with tracked changes, comments or hidden text cannot be found suitable",
        "Once it is published, whoever opens “{files}” reads them",
        "Return it to the drafter: settle every change, delete comments and hidden text, and submit it again",
    )


class UploadNotFound(GongkaiError):
    """No such uploaded file, or not of this to-do and this person."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到已上传的文件{upload}", "编号不存在，已移除，或不属于您的这一待办", "请重新上传")
    en = Said(
        "Uploaded file {upload} was not found",
        "It does not exist, was removed, or is not of this to-do of yours",
        "Upload it again",
    )


class UploadsFull(GongkaiError):
    """A person may keep only so much that is uploaded and not yet submitted."""

    kind = Kind.TOO_LARGE
    zh = Said("已上传未提交的文件过多", "每人不超过{limit}", "请先提交或移除已上传的文件；文件没有保存")
    en = Said(
        "Too much is uploaded and not submitted",
        "A person may keep {limit}",
        "Submit or remove what you uploaded first; the file was not stored",
    )


class OpinionRequired(GongkaiError):
    """A return, a refusal, and every decision on withholding or secrecy need an opinion."""

    zh = Said("须填写意见", "{act_zh}必须说明理由", "请写明意见后重新提交")
    en = Said(
        "An opinion is required", "To {act_en} you must give the reason", "Write the opinion and send again"
    )


class UnknownProcedure(GongkaiError):
    """No procedure of that name is installed."""

    kind = Kind.NOT_FOUND
    zh = Said("没有名为“{name}”的流程", "已安装的流程：{known}", "请改用其中一个名称")
    en = Said("There is no procedure “{name}”", "Installed: {known}", "Use one of these names")


class UnknownPerson(GongkaiError):
    """No person of that username."""

    kind = Kind.NOT_FOUND
    zh = Said("没有用户“{username}”", "该用户名未登记或已停用", "请核对用户名，或由系统管理员导入人员")
    en = Said(
        "There is no person “{username}”",
        "The name is not registered or no longer active",
        "Check the name or have the administrator import it",
    )


class UnknownUnit(GongkaiError):
    """No unit of that code."""

    kind = Kind.NOT_FOUND
    zh = Said("没有代码为“{unit}”的股室", "已登记：{known}", "请改用其中一个代码")
    en = Said("There is no unit “{unit}”", "Registered: {known}", "Use one of these codes")


# --- deciding --------------------------------------------------------------------------------


class NotSignedIn(GongkaiError):
    """No valid session or token."""

    kind = Kind.NOT_SIGNED_IN
    zh = Said("尚未登录", "会话或令牌缺失、失效或已过期", "请重新登录")
    en = Said("You are not signed in", "The session or token is missing, revoked or expired", "Sign in again")


class OwnPasswordFirst(GongkaiError):
    """The password was set by another, who knows it: it lets the person choose one and nothing else."""

    kind = Kind.NOT_ALLOWED
    zh = Said(
        "请先设置自己的密码",
        "现在的密码由{by}设置，只能用来换成自己的密码",
        "请在浏览器中登录门户，按提示设置新密码，再重新登录",
    )
    en = Said(
        "Choose a password of your own first",
        "{by} set the present one: it lets you choose your own and do nothing else",
        "Sign in to the portal in a browser, choose one there, and sign in again",
    )


class WrongCredentials(GongkaiError):
    """User name or password do not match."""

    kind = Kind.NOT_SIGNED_IN
    zh = Said("用户名或密码不正确", "二者不匹配，或账号未启用", "请重试；忘记密码请联系系统管理员重设")
    en = Said(
        "User name or password is wrong",
        "They do not match, or the account is not active",
        "Try again; the administrator can set a new password",
    )


class TooManyAttempts(GongkaiError):
    """Sign-in is throttled."""

    kind = Kind.TOO_MANY
    zh = Said("登录尝试过多", "连续失败已达上限，暂停登录", "请在{minutes}分钟后再试，或改用您登录过的浏览器")
    en = Said(
        "Too many attempts",
        "Sign-in is paused after repeated failures",
        "Try again in {minutes} minutes, or use a browser you signed in with before",
    )


class RequestForged(GongkaiError):
    """A cookie-authenticated change came without the session's CSRF token."""

    kind = Kind.NOT_ALLOWED
    zh = Said(
        "请求缺少防伪标记", "以 Cookie 登录的修改请求须带 X-CSRF-Token", "请刷新页面后重试；没有保存任何内容"
    )
    en = Said(
        "The request lacks its CSRF token",
        "Changes made with a cookie must carry X-CSRF-Token",
        "Reload and try again; nothing was stored",
    )


class NotAllowed(GongkaiError):
    """The policy door refused."""

    kind = Kind.NOT_ALLOWED
    zh = Said("不能{act_zh}", "{why_zh}", "{todo_zh}")
    en = Said("You may not {act_en}", "{why_en}", "{todo_en}")


class CaseNotFound(GongkaiError):
    """No such case, or none the person may know of."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到事项{number}", "编号不存在，或您无权查看", "请核对编号")
    en = Said("Case {number} was not found", "It does not exist or you may not see it", "Check the number")


class AssignmentNotFound(GongkaiError):
    """No such to-do, or none the person may know of."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到待办{assignment}", "编号不存在，或不属于您", "请在待办列表中查看编号")
    en = Said(
        "To-do {assignment} was not found",
        "It does not exist or is not yours",
        "See your inbox for the number",
    )


class DecisionAlreadyRecorded(GongkaiError):
    """The to-do was decided before; the first decision stands."""

    kind = Kind.CONFLICT
    zh = Said(
        "待办{assignment}已由{by}于{at}办理（{action}）",
        "每个待办只接受一次有效意见，先到者有效",
        "无需再办；本次提交未保存",
    )
    en = Said(
        "To-do {assignment} was decided by {by} at {at} ({action})",
        "A to-do takes one effective decision, the first",
        "Nothing to do; this one was not stored",
    )


class AssignmentClosed(GongkaiError):
    """The to-do closed without a decision: returned elsewhere, superseded, case ended."""

    kind = Kind.CONFLICT
    zh = Said("待办{assignment}已关闭", "{why_zh}", "请刷新待办列表；本次提交未保存")
    en = Said("To-do {assignment} is closed", "{why_en}", "Reload your inbox; this was not stored")


class DecidedTooLate(GongkaiError):
    """The time of a step whose silence has a meaning was over when the decision was received."""

    kind = Kind.CONFLICT
    zh = Said(
        "待办{assignment}的期限已于{ended}届满，意见于{received}收到{why_zh}",
        "依照{silence}，逾期未提出意见有其法定后果",
        "无需再办；意见未保存，本次提交已记入留痕",
    )
    en = Said(
        "The time for to-do {assignment} ended at {ended}; the decision was received at {received}{why_en}",
        "By {silence} silence has its meaning once the time is over",
        "Nothing to do; the decision was not stored, that it was sent is kept in the ledger",
    )


class AnotherKindOfTodo(GongkaiError):
    """A to-do is answered in its own way: a step decided, an escalation attended to, a request granted."""

    kind = Kind.CONFLICT
    zh = Said("待办{assignment}不能这样办理", "{why_zh}", "{todo_zh}；本次提交未保存")
    en = Said("To-do {assignment} is not answered so", "{why_en}", "{todo_en}; this was not stored")


class AssignmentStale(GongkaiError):
    """The reader saw another version of the document than the one the to-do names now."""

    kind = Kind.CONFLICT
    zh = Said(
        "您看到的不是现行文稿（所见第{seen}稿，现为第{current}稿）",
        "意见必须针对所审的那一稿",
        "请重新打开现行文稿后再提交；本次提交未保存",
    )
    en = Said(
        "You saw another version (no. {seen}; current is no. {current})",
        "A decision is about the very version reviewed",
        "Open the current version and decide again; this was not stored",
    )


class CaseClosed(GongkaiError):
    """Nothing can be decided in a case that ended."""

    kind = Kind.CONFLICT
    zh = Said("事项{number}已办结", "办结后不再接受意见", "如需更正，请另行发起事项；本次提交未保存")
    en = Said(
        "Case {number} is closed",
        "A closed case takes no more decisions",
        "Launch a new case to correct it; this was not stored",
    )


class IdempotencyKeyReused(GongkaiError):
    """The same key came with another request."""

    kind = Kind.CONFLICT
    zh = Said("Idempotency-Key 已用于另一请求", "同一键只能重发同一内容", "请换用新的键；本次提交未保存")
    en = Said(
        "This Idempotency-Key was used for another request",
        "A key may only repeat the same content",
        "Use a new key; this was not stored",
    )


class NoHolder(GongkaiError):
    """A position a step needs has no holder who may act."""

    kind = Kind.CONFLICT
    zh = Said(
        "岗位“{position_zh}”没有可以办理的人员",
        "{why_zh}",
        "请系统管理员为该岗位指定人员（gongkai people import），再重试",
    )
    en = Said(
        "Position “{position_en}” has nobody who may act",
        "{why_en}",
        "Have the administrator name a holder (gongkai people import) and try again",
    )


# --- engine ----------------------------------------------------------------------------------


class JournalMismatch(GongkaiError):
    """A replay did not meet the steps its journal holds."""

    kind = Kind.BROKEN
    zh = Said("事项{number}的流程记录与程序不符", "{why}", "事项已冻结，意见均已保留；请联系维护人员")
    en = Said(
        "The journal of case {number} does not fit the procedure",
        "{why}",
        "The case is frozen, every decision is kept; call maintenance",
    )


class UnreviewedPublicationRefused(GongkaiError):
    """Nothing is published without a settled confidentiality review of that version (五(三))."""

    kind = Kind.BROKEN
    zh = Said("拒绝公开事项{number}", "该文稿没有“不涉密且适宜公开”的保密审查结论", "请核对保密审查记录")
    en = Said(
        "Publication of case {number} was refused",
        "This very version has no confidentiality review that found it not secret and suitable",
        "Check the review record",
    )


class LeaseLost(GongkaiError):
    """The lease epoch is no longer current; the late result is noted, not accepted."""

    kind = Kind.CONFLICT
    zh = Said("自动环节{step}的执行权已转移", "租约已过期并由其他进程接管", "结果已记为滞后结果，无需处理")
    en = Said(
        "The lease on automated step {step} was lost",
        "It ran out and another process took over",
        "The result is noted as late; nothing to do",
    )


class NothingToRetry(GongkaiError):
    """A retry was asked for a case without an open incident."""

    kind = Kind.CONFLICT
    zh = Said("事项{number}没有待处理的异常", "只有出现异常的事项才能重试", "无需处理")
    en = Said(
        "Case {number} has no open incident", "Only a case with an incident can be retried", "Nothing to do"
    )


class HoldAwaitsAnswer(GongkaiError):
    """A retry was asked for, and all that is open is a hold: it must be named to end."""

    kind = Kind.CONFLICT
    zh = Said(
        "事项{number}正在等待请示的答复",
        "一般的重试不会解除暂停，以免在答复之前继续办理",
        "收到答复后，请指明异常类别 hold 再重试（gongkai case retry {number} --kind hold）",
    )
    en = Said(
        "Case {number} waits for the answer to a referral",
        "An ordinary retry does not end a hold, so that nothing goes on before the answer is in",
        "When it is in, retry naming the kind of incident: gongkai case retry {number} --kind hold",
    )


class LedgerBroken(GongkaiError):
    """The hash chain does not verify."""

    kind = Kind.BROKEN
    zh = Said("留痕校验失败：{where}", "{why}", "请立即停止写入，保留数据库并报告")
    en = Said(
        "The ledger does not verify: {where}",
        "{why}",
        "Stop writing, keep the database as it is, and report",
    )


class WebsiteUnavailable(GongkaiError):
    """The website did not take a publication or a take-down; it will be tried again."""

    kind = Kind.UNAVAILABLE
    zh = Said("网站未能接收公开或撤下请求", "{why}", "系统将自动重试，重复提交不会重复公开")
    en = Said(
        "The website did not take the request",
        "{why}",
        "It is tried again by itself; a repeat never publishes twice",
    )


class WebsiteRefused(GongkaiError):
    """The website will not take a publication or a take-down as it is; repeating would not help."""

    kind = Kind.BROKEN
    zh = Said("网站拒绝公开或撤下请求（HTTP {status}）", "网站明确拒收", "请与网站管理员排除原因后重试")
    en = Said(
        "The website refused the request (HTTP {status})",
        "It said no, not “later”",
        "Mend the cause with the website's administrator, then retry",
    )


class WebsiteCannotWithdraw(GongkaiError):
    """A take-down waits for a website that is no longer set, or no longer signed to."""

    kind = Kind.BROKEN
    zh = Said(
        "不能自动从网站撤下",
        "设置中没有网站地址，或没有与网站共享的密钥：未签名的撤下请求，网站不应接受",
        "请恢复 GONGKAI_WEBSITE_URL 和 GONGKAI_WEBSITE_SECRET 后重试；公开目录中已经撤下",
    )
    en = Said(
        "The document cannot be taken off the website by itself",
        "No website is set, or no secret shared with it: it should not obey an unsigned request",
        "Set GONGKAI_WEBSITE_URL and GONGKAI_WEBSITE_SECRET again, then retry; it left the register already",
    )


class PageAddressRefused(GongkaiError):
    """The server does not look at this address: malformed, or it leads where only the server can go."""

    zh = Said("不能登记该网址", "{why_zh}", "请填写文件在本单位网站上的网址；没有保存任何内容")
    en = Said(
        "This address cannot be recorded",
        "{why_en}",
        "Give the address of the document on the bureau's website; nothing was stored",
    )


class PageUnreachable(GongkaiError):
    """No page could be seen at the address."""

    zh = Said("无法打开该网址", "{why_zh}", "请在浏览器中确认网页可以公开访问后重新提交；没有保存任何内容")
    en = Said(
        "This address cannot be opened",
        "{why_en}",
        "See in a browser that the page is public, then send again; nothing was stored",
    )


class PageWithoutDocument(GongkaiError):
    """The page says neither the number nor the title: it is not the document that was approved."""

    zh = Said(
        "该网页上没有找到这份文件",
        "网页文字中既没有发文字号“{doc_no}”，也没有标题“{title}”",
        "请核对网址，或先在网站上发布后重新提交；没有保存任何内容",
    )
    en = Said(
        "The document was not found on this page",
        "Its text has neither the number “{doc_no}” nor the title “{title}”",
        "Check the address, or publish the document first and send again; nothing was stored",
    )


class PublicationNotFound(GongkaiError):
    """Nothing published has that case number, or it has been taken down."""

    kind = Kind.NOT_FOUND
    zh = Said(
        "没有编号为“{number}”的已公开文件",
        "{why_zh}",
        "请核对主动公开事项的编号，如 ZD-2026-0001",
    )
    en = Said(
        "No published document has the case number “{number}”",
        "{why_en}",
        "Check the number of the disclosure case, such as ZD-2026-0001",
    )
