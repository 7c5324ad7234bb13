"""Conditions only HTTP knows. They belong to the family of ``rules.errors`` and are shown like it."""

from rules.errors import GongkaiError, Kind, Said


class RequestTooLarge(GongkaiError):
    """The body exceeds the limit; it was not read to its end."""

    kind = Kind.TOO_LARGE
    zh = Said("请求内容过大", "此处一次请求不得超过{limit}", "请缩减内容或拆分附件后重试；没有保存任何内容")
    en = Said(
        "The request is too large",
        "A request may have {limit} at most here",
        "Send less or smaller attachments; nothing was stored",
    )


class BodyTooSlow(GongkaiError):
    """The body did not go on coming; what had come of it is thrown away."""

    zh = Said("传送过慢，已中断", "{seconds}秒内收到的内容过少", "请检查网络后重新发送；没有保存任何内容")
    en = Said(
        "Sent too slowly: broken off",
        "Too little came in {seconds} seconds",
        "Check the network and send it again; nothing was stored",
    )


class MalformedRequest(GongkaiError):
    """The body is not the JSON it must be."""

    zh = Said("请求内容无法读取", "{why_zh}", "请改为 UTF-8 编码的 JSON 对象后重试；没有保存任何内容")
    en = Said("The request cannot be read", "{why_en}", "Send a JSON object in UTF-8; nothing was stored")


class UnsupportedContent(GongkaiError):
    """Bodies are JSON and nothing else: a form on a foreign page cannot send that."""

    zh = Said(
        "不支持该内容类型", "请求内容须为 application/json", "请设置 Content-Type 后重试；没有保存任何内容"
    )
    en = Said(
        "This content type is not supported",
        "Bodies are application/json",
        "Set Content-Type and send again; nothing was stored",
    )


class SignInCrowded(GongkaiError):
    """More sign-ins at once than passwords can be checked; nothing was counted against anyone."""

    kind = Kind.TOO_MANY
    zh = Said("同时登录的人过多", "正在核对的密码已达上限", "请在{seconds}秒后再试")
    en = Said(
        "Too many sign-ins at once",
        "As many passwords as possible are being checked",
        "Try again in {seconds} seconds",
    )


class UploadsAtOnce(GongkaiError):
    """One person uploads more files at once than is good for the others."""

    kind = Kind.TOO_MANY
    zh = Said("同时上传的文件过多", "每人同时上传不超过{most}个", "请等前面的文件传完后再试")
    en = Said(
        "Too many uploads at once", "A person uploads {most} files at once", "Wait for the others to end"
    )


class PrefectAway(GongkaiError):
    """Prefect cannot be shown now. No case depends on it: they go on without."""

    kind = Kind.UNAVAILABLE
    zh = Said("暂时无法打开 Prefect", "{why_zh}", "事项办理不受影响；请稍后再试，仍不行请联系系统管理员")
    en = Said(
        "Prefect cannot be shown now",
        "{why_en}",
        "Cases go on without it; try again later, then ask the administrator",
    )


class NotThroughPortal(GongkaiError):
    """Prefect was asked for something other than a read that is named."""

    kind = Kind.NOT_ALLOWED
    zh = Said("经门户只能查看 Prefect", "该地址或操作未列入可查看的范围", "办理请在门户中进行")
    en = Said(
        "Prefect can only be looked at through the portal",
        "This address or action is not among the reads that are let through",
        "Act in the portal",
    )


class AddressNotFound(GongkaiError):
    """No such page."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到该页面", "地址不存在或内容已移走", "请核对地址")
    en = Said(
        "There is no such page", "The address does not exist or its content has moved", "Check the address"
    )


class DocumentTakenDown(GongkaiError):
    """The document was public and is no longer, by a decision; the page of the document says why."""

    kind = Kind.GONE
    zh = Said("该文件已撤下", "撤下经审批，理由见该文件的目录页", "如有需要，可依法申请公开")
    en = Said(
        "This document was taken down",
        "It was decided so; the document's page in the register gives the reason",
        "You may apply for disclosure under the Regulations",
    )


class MethodNotOffered(GongkaiError):
    """The address exists, but not for this method."""

    zh = Said("该地址不支持此操作", "请求方法不适用于该地址", "请核对接口说明")
    en = Said("This address does not offer that", "The method does not apply here", "See the API description")


class DatabaseAway(GongkaiError):
    """PostgreSQL does not answer, or broke off what it was doing."""

    kind = Kind.UNAVAILABLE
    zh = Said(
        "系统暂时不可用",
        "数据库暂时无法应答，本次请求是否已保存尚不确定",
        "请稍后用同一 Idempotency-Key 原样重试；已保存的不会重复办理",
    )
    en = Said(
        "The service is briefly unavailable",
        "The database does not answer; whether this request was stored is not known",
        "Send the same again in a moment with the same Idempotency-Key; nothing is done twice",
    )


class RegisterNotSetUp(GongkaiError):
    """No database role for the public register is configured."""

    kind = Kind.UNAVAILABLE
    zh = Said("公开目录尚未启用", "未配置公开目录的数据库账号", "请联系系统管理员")
    en = Said("The public register is not set up", "It has no database role", "Ask the administrator")


class InternalFault(GongkaiError):
    """A bug. Nothing of it is shown; the reference finds it in the log."""

    kind = Kind.BROKEN
    zh = Said("系统内部错误", "程序出现未预料的情况，已记入日志", "请联系系统管理员并提供编号 {where}")
    en = Said(
        "Internal error",
        "Something unforeseen happened; it is in the log",
        "Tell the administrator this reference: {where}",
    )
