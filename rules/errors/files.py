"""Of files: what is in them, and bringing them."""

from rules.errors.base import GongkaiError, Kind, Said


class MalformedFile(GongkaiError):
    """A file could not be read as what it should be."""

    zh = Said("文件无法读取", "{why_zh}", "请检查文件后重试；没有保存任何内容")
    en = Said("The file cannot be read", "{why_en}", "Check the file and try again; nothing was stored")


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
