"""Of launching many cases from a file."""

from rules.errors.base import GongkaiError, Kind, Said


class BulkNotFound(GongkaiError):
    """No such file of cases, or none the person may know of."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到该批次", "批次不存在、已清除，或您无权查看", "请核对地址，或重新上传文件")
    en = Said(
        "There is no such batch",
        "It does not exist, was cleared, or you may not see it",
        "Check the address, or upload the file again",
    )


class RowRefused(GongkaiError):
    """A line of the file is no launch; ``why_zh``/``why_en`` say why."""

    zh = Said("第{line}行不能发起", "{why_zh}", "请改正该行后重新上传；其他行不受影响")
    en = Said(
        "Line {line} launches nothing",
        "{why_en}",
        "Correct the line and upload it again; the others are not affected",
    )


class RowKeyUsed(GongkaiError):
    """The key of a row launched another case before."""

    kind = Kind.CONFLICT
    zh = Said(
        "键“{key}”已用于发起另一内容",
        "同一人同一流程的一个键只发起一件事项，以免重复",
        "内容有改动而确需另行发起的，请换一个键",
    )
    en = Said(
        "The key “{key}” launched something else before",
        "one key of one person launches one case of a procedure, so that nothing is launched twice",
        "Where another case is meant, give the row another key",
    )
