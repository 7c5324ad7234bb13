"""Of public participation: announcements, comments and what becomes of them, hearings."""

from rules.errors.base import GongkaiError, Kind, Said


class WindowTooShort(GongkaiError):
    """A window for comments of less than the law's days, without a reason in the announcement."""

    zh = Said(
        "征求意见期限不足{least}日",
        "公开征求意见的期限一般不少于{least}日，缩短的应当在公告中说明理由（重大行政决策程序暂行条例第15条）",
        "请延长期限，或填写缩短理由并写入公告；没有保存任何内容",
    )
    en = Said(
        "The window for comments is shorter than {least} days",
        "It is {least} days; a shorter one states its reason in the announcement (Regulation 713, art. 15)",
        "Give more days, or the reason, and write it into the announcement; nothing was stored",
    )


class ReasonNotInAnnouncement(GongkaiError):
    """The reason of a shorter window is not in the announcement's text."""

    zh = Said(
        "公告中没有写明缩短期限的理由",
        "缩短征求意见期限的理由须写入公告（重大行政决策程序暂行条例第15条）",
        "请将所填理由原文写入公告正文，再重新提交",
    )
    en = Said(
        "The announcement does not say why the window is shorter",
        "The reason stands in the announcement (Regulation 713, art. 15)",
        "Write the reason, word for word, into the announcement, then send again",
    )


class CommentsClosed(GongkaiError):
    """No comment is accepted outside the window, on any path."""

    kind = Kind.CONFLICT
    zh = Said(
        "现在不接收这项意见",
        "意见须在征求意见期限内收到，期限届满或采纳情况已确定后不再接收",
        "请查看公告写明的期限；没有保存任何内容",
    )
    en = Said(
        "This comment cannot be taken",
        "It must arrive within the window; afterwards, or once all are disposed of, none is accepted",
        "See the dates in the announcement; nothing was stored",
    )


class CommentNotFound(GongkaiError):
    """The case has no comment of that number."""

    kind = Kind.NOT_FOUND
    zh = Said("没有第{serial}号意见", "该事项没有这个编号的意见", "请核对意见编号")
    en = Said("There is no comment {serial}", "The case has none of that number", "Check the number")


class NoComments(GongkaiError):
    """The case asks the public for nothing now."""

    kind = Kind.CONFLICT
    zh = Said("事项{number}没有在征求意见", "公告尚未公布，或采纳情况已经公布", "请查看事项进展")
    en = Said(
        "Case {number} takes no comments now",
        "Its announcement is not published yet, or the outcome already is",
        "See how far the case has come",
    )


class CommentsWithoutDisposition(GongkaiError):
    """Nothing moves on while a comment has no disposition."""

    kind = Kind.CONFLICT
    zh = Said(
        "还有{count}条意见没有处理结果",
        "每条意见都须登记采纳、部分采纳或未采纳：{serials}",
        "请在意见页面逐条登记后重新提交",
    )
    en = Said(
        "{count} comments have no disposition yet",
        "Every comment is adopted, partly adopted or not: {serials}",
        "Dispose of each on the page of comments, then send again",
    )


class ConcentratedWithoutReason(GongkaiError):
    """对较为集中的意见建议未予采纳的，应公开说明理由."""

    kind = Kind.CONFLICT
    zh = Said(
        "较为集中的意见未予采纳，没有公开说明理由",
        "主题“{theme}”有{count}条意见，其中有未采纳的（应急厅函〔2019〕390号 四(四)2）",
        "请为该主题填写向社会公开的理由后重新提交",
    )
    en = Said(
        "A concentrated view was not adopted, and no reason is given to the public",
        "The theme “{theme}” has {count} comments, not all adopted (notice 四(四)2)",
        "Give the theme a reason for the public, then send again",
    )


class HearingPapersLate(GongkaiError):
    """Papers that reached the participants too late for the day of the hearing."""

    kind = Kind.CONFLICT
    zh = Said(
        "材料送达过晚，听证会不能在{held_on}举行",
        "材料须在听证会召开7日前送达，最迟{latest}（重大行政决策程序暂行条例第16条）",
        "请填写新的听证日期；本次提交未保存",
    )
    en = Said(
        "The papers came too late for a hearing on {held_on}",
        "They reach the participants 7 days before, by {latest} (Regulation 713, art. 16)",
        "State a new day for the hearing; nothing was stored",
    )


class LegalityReviewTooShort(GongkaiError):
    """Less time for the legality review than the law gives it."""

    kind = Kind.CONFLICT
    zh = Said(
        "合法性审查时间不足，不能在{discussed_on}讨论",
        "送请合法性审查的时间不少于7个工作日，最迟应于{latest}送审（重大行政决策程序暂行条例第26条）",
        "请推迟讨论日期；本次提交未保存",
    )
    en = Said(
        "There is too little time for the legality review before {discussed_on}",
        "It takes at least 7 working days: delivered by {latest} (Regulation 713, art. 26)",
        "Put the discussion off; nothing was stored",
    )


class CommentFormStale(GongkaiError):
    """The form was sent too soon after it was shown, too late, or is none of ours."""

    zh = Said(
        "请再提交一次",
        "页面打开时间过短或过长，或不是从本页提交",
        "请核对内容后再次点击提交；没有保存任何内容",
    )
    en = Said(
        "Please send it again",
        "The page was open for too short or too long, or it was not sent from it",
        "Check the text and send it once more; nothing was stored",
    )


class TooManyComments(GongkaiError):
    """More comments came within the hour than are taken."""

    kind = Kind.TOO_MANY
    zh = Said(
        "提交过于频繁",
        "同一网络或全站本小时提交的意见已达上限",
        "请一小时后再试，或用公告写明的信函、邮箱提出；没有保存任何内容",
    )
    en = Said(
        "Too many comments at once",
        "As many as are taken within an hour have come from this network, or from all",
        "Try again in an hour, or send a letter or mail as the announcement says; nothing was stored",
    )
