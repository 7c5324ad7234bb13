"""Of cases: launching them, their journal and ledger, and what an administrator does with them."""

from rules.errors.base import GongkaiError, Kind, Said


class SettingsRefused(GongkaiError):
    """Settings of the installation that cannot be used; ``why_zh``/``why_en`` say which, and what may be."""

    zh = Said("设置有误，无法启动", "{why_zh}", "请改正环境变量后重新运行")
    en = Said("The settings cannot be used", "{why_en}", "Correct the environment variables and run it again")


class UnknownProcedure(GongkaiError):
    """No procedure of that name is installed."""

    kind = Kind.NOT_FOUND
    zh = Said("没有名为“{name}”的流程", "已安装的流程：{known}", "请改用其中一个名称")
    en = Said("There is no procedure “{name}”", "Installed: {known}", "Use one of these names")


class AlreadyOpened(GongkaiError):
    """There may be one case only of what was launched, and there is one."""

    kind = Kind.CONFLICT
    zh = Said(
        "{zh}（{key}）已有事项{number}", "同一年度或同一来源只办理一次", "请查看该事项；有新情况请在其中办理"
    )
    en = Said(
        "{en} ({key}) is case {number} already",
        "there is one only of a year or a source",
        "See that case; what is new belongs there",
    )


class CaseNotFound(GongkaiError):
    """No such case, or none the person may know of."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到事项{number}", "编号不存在，或您无权查看", "请核对编号")
    en = Said("Case {number} was not found", "It does not exist or you may not see it", "Check the number")


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


class JournalMismatch(GongkaiError):
    """A replay did not meet the steps its journal holds."""

    kind = Kind.BROKEN
    zh = Said("事项{number}的流程记录与程序不符", "{why}", "事项已冻结，意见均已保留；请联系维护人员")
    en = Said(
        "The journal of case {number} does not fit the procedure",
        "{why}",
        "The case is frozen, every decision is kept; call maintenance",
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
