"""Of time limits: the calendar and the numbers of the law, and what is asked of a clock."""

from rules.errors.base import GongkaiError, Kind, Said


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
