"""Of to-dos: deciding them."""

from rules.errors.base import GongkaiError, Kind, Said


class OpinionRequired(GongkaiError):
    """A return, a refusal, and every decision on withholding or secrecy need an opinion."""

    zh = Said("须填写意见", "{act_zh}必须说明理由", "请写明意见后重新提交")
    en = Said(
        "An opinion is required", "To {act_en} you must give the reason", "Write the opinion and send again"
    )


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
