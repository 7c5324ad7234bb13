"""Of people: who is known, signed in, allowed, or missing at a post."""

from rules.errors.base import GongkaiError, Kind, Said


class UnknownPerson(GongkaiError):
    """No person of that username."""

    kind = Kind.NOT_FOUND
    zh = Said("没有用户“{username}”", "该用户名未登记或已停用", "请核对用户名，或由系统管理员导入人员")
    en = Said(
        "There is no person “{username}”",
        "The name is not registered or no longer active",
        "Check the name or have the administrator import it",
    )


class UnknownUnit(GongkaiError):
    """No unit of that code."""

    kind = Kind.NOT_FOUND
    zh = Said("没有代码为“{unit}”的股室", "已登记：{known}", "请改用其中一个代码")
    en = Said("There is no unit “{unit}”", "Registered: {known}", "Use one of these codes")


class NotSignedIn(GongkaiError):
    """No valid session or token."""

    kind = Kind.NOT_SIGNED_IN
    zh = Said("尚未登录", "会话或令牌缺失、失效或已过期", "请重新登录")
    en = Said("You are not signed in", "The session or token is missing, revoked or expired", "Sign in again")


class OwnPasswordFirst(GongkaiError):
    """The password was set by another, who knows it: it lets the person choose one and nothing else."""

    kind = Kind.NOT_ALLOWED
    zh = Said(
        "请先设置自己的密码",
        "现在的密码由{by}设置，只能用来换成自己的密码",
        "请在浏览器中登录门户，按提示设置新密码，再重新登录",
    )
    en = Said(
        "Choose a password of your own first",
        "{by} set the present one: it lets you choose your own and do nothing else",
        "Sign in to the portal in a browser, choose one there, and sign in again",
    )


class WrongCredentials(GongkaiError):
    """User name or password do not match."""

    kind = Kind.NOT_SIGNED_IN
    zh = Said("用户名或密码不正确", "二者不匹配，或账号未启用", "请重试；忘记密码请联系系统管理员重设")
    en = Said(
        "User name or password is wrong",
        "They do not match, or the account is not active",
        "Try again; the administrator can set a new password",
    )


class TooManyAttempts(GongkaiError):
    """Sign-in is throttled."""

    kind = Kind.TOO_MANY
    zh = Said("登录尝试过多", "连续失败已达上限，暂停登录", "请在{minutes}分钟后再试，或改用您登录过的浏览器")
    en = Said(
        "Too many attempts",
        "Sign-in is paused after repeated failures",
        "Try again in {minutes} minutes, or use a browser you signed in with before",
    )


class RequestForged(GongkaiError):
    """A cookie-authenticated change came without the session's CSRF token."""

    kind = Kind.NOT_ALLOWED
    zh = Said(
        "请求缺少防伪标记", "以 Cookie 登录的修改请求须带 X-CSRF-Token", "请刷新页面后重试；没有保存任何内容"
    )
    en = Said(
        "The request lacks its CSRF token",
        "Changes made with a cookie must carry X-CSRF-Token",
        "Reload and try again; nothing was stored",
    )


class NotAllowed(GongkaiError):
    """The policy door refused."""

    kind = Kind.NOT_ALLOWED
    zh = Said("不能{act_zh}", "{why_zh}", "{todo_zh}")
    en = Said("You may not {act_en}", "{why_en}", "{todo_en}")


class NoHolder(GongkaiError):
    """A position a step needs has no holder who may act."""

    kind = Kind.CONFLICT
    zh = Said(
        "岗位“{position_zh}”没有可以办理的人员",
        "{why_zh}",
        "请系统管理员为该岗位指定人员（gongkai people import），再重试",
    )
    en = Said(
        "Position “{position_en}” has nobody who may act",
        "{why_en}",
        "Have the administrator name a holder (gongkai people import) and try again",
    )
