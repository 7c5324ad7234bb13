"""汇报稿: the year's figures in words, a first draft for whoever reports to the head."""

from typing import Any

from engine.documents import store_version
from engine.evaluation.figures import Figure, figures_of
from engine.outcomes import Done
from engine.work import Work
from rules.indicators import Group

_UNITS = {"percent": "%", "days": "天", "hours": "小时"}


def said(figure: Figure) -> str:
    """A figure in words; what could not be measured says so."""
    if figure.state == "no-data":
        return "暂无数据"
    if figure.figure is None:
        return "无相关事项"
    return f"{figure.figure:g}{_UNITS[figure.indicator.unit]}（{len(figure.behind)}项）"


def draft_yearly_report(work: Work, arguments: dict[str, Any]) -> Done:
    """The report's first version, with every figure of the year so far."""
    year = int(arguments["year"])
    found = figures_of(work.connection, year, now=work.now, zone=work.timezone)
    lines = [f"截至{work.service.today.isoformat()}，{year}年度政务公开工作情况如下（数据由办理记录计算）。"]
    for group in Group:
        lines.append(f"{group.chinese}：")
        lines += [f"- {each.indicator.zh}：{said(each)}" for each in found if each.indicator.group is group]
    content = {
        "title": f"{year}年度政务公开工作汇报",
        "body": "\n".join(lines),
        "attribute": "",
        "ground": "",
        "ground_text": "",
        "attachments": [],
    }
    store_version(work, content, person_id=work.case.drafter_id)
    return Done({"figures": {each.indicator.key: each.figure for each in found}})
