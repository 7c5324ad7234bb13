"""Of the standard catalogue 标准目录 and of registers."""

from rules.errors.base import GongkaiError, Kind, Said


class CatalogueRowNotFound(GongkaiError):
    """No row of the catalogue has that number, or it is no longer used."""

    kind = Kind.NOT_FOUND
    zh = Said("标准目录中没有这一项", "编号不存在，或该项已停用", "请在标准目录中重新选择；没有保存任何内容")
    en = Said(
        "The catalogue has no such row",
        "It does not exist, or is no longer used",
        "Choose another one in the catalogue; nothing was stored",
    )


class CatalogueRowTaken(GongkaiError):
    """Two rows would bear the same names."""

    kind = Kind.CONFLICT
    zh = Said(
        "标准目录中已有“{named}”",
        "领域、一级事项和二级事项合起来不得重复",
        "请改用其他名称，或修改原有的那一项；没有保存任何内容",
    )
    en = Said(
        "The catalogue has “{named}” already",
        "Domain, level 1 and level 2 together name one row only",
        "Choose another name or edit the row there is; nothing was stored",
    )


class CatalogueChangedMeanwhile(GongkaiError):
    """Somebody changed the catalogue between what was shown and what was confirmed."""

    kind = Kind.CONFLICT
    zh = Said(
        "标准目录刚刚被他人修改",
        "您看到的内容已不是最新的",
        "请核对最新内容后再提交；没有保存任何内容",
    )
    en = Said(
        "Somebody has just changed the catalogue",
        "What you saw is no longer what it says",
        "Look at what it says now and send again; nothing was stored",
    )


class UnknownRegister(GongkaiError):
    """There is no register of that name."""

    kind = Kind.NOT_FOUND
    zh = Said("没有名为“{key}”的台账", "可用的有：{known}", "请改用其中之一")
    en = Said("There is no register “{key}”", "There are: {known}", "Name one of them")
