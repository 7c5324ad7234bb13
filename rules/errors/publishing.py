"""Of publishing: what may be, the websites, the pages looked at."""

from rules.errors.base import GongkaiError, Kind, Said


class UnreviewedPublicationRefused(GongkaiError):
    """Nothing is published without a settled confidentiality review of that version (五(三))."""

    kind = Kind.BROKEN
    zh = Said("拒绝公开事项{number}", "该文稿没有“不涉密且适宜公开”的保密审查结论", "请核对保密审查记录")
    en = Said(
        "Publication of case {number} was refused",
        "This very version has no confidentiality review that found it not secret and suitable",
        "Check the review record",
    )


class InterpretationMissing(GongkaiError):
    """A document that must be interpreted is published with its interpretation, or not at all (四(二)6)."""

    kind = Kind.BROKEN
    zh = Said(
        "拒绝单独公开事项{number}的文件",
        "{why_zh}；文件与解读材料须同步审签、同时公开（应急厅函〔2019〕390号 四(二)6）",
        "请核对与文件一并签发的解读材料",
    )
    en = Said(
        "The document of case {number} is not published alone",
        "{why_en}; both are signed and published together (notice 四(二)6)",
        "Check the interpretation that was signed with it",
    )


class TalkBeforeReleaseMissing(GongkaiError):
    """A major document is talked over with 宣传 and 网信 before it is released (四(二)2)."""

    kind = Kind.BROKEN
    zh = Said(
        "拒绝公开事项{number}",
        "没有{whom_zh}对该解读材料的会签记录，重大政策性文件须在发布前沟通（应急厅函〔2019〕390号 四(二)2）",
        "请完成与宣传、网信部门的沟通后再公开",
    )
    en = Said(
        "Publication of case {number} was refused",
        "The {whom_en} has not countersigned the interpretation: that comes before release (notice 四(二)2)",
        "Have both departments countersign it first",
    )


class TooMuchCopied(GongkaiError):
    """An interpretation that repeats the document's text is sent back (四(二)4)."""

    zh = Said(
        "解读材料照抄文件原文{share}%，不能通过",
        "解读应便于群众理解，照抄原文的退回（应急厅函〔2019〕390号 四(二)4）；本单位上限为{most}%",
        "请退回起草人，改用通俗易懂的语言",
    )
    en = Said(
        "{share}% of the interpretation is copied from the document, so it cannot pass",
        "It is to be in plain language, and a copy is sent back (notice 四(二)4); the site allows {most}%",
        "Return it to its drafter to be put in plain words",
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
