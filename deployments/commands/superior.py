"""``superior``: tokens by which the superior authority reads a year's figures and registers, and no more."""

from typing import Annotated

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.here import acting, opened
from deployments.commands.terminal import local, print_json, print_line, prints, say, speech, working

app = typer.Typer(no_args_is_help=True, help="上级读取 / the superior's read-only access")


@app.command("token", epilog=EPILOG)
@prints
def give(
    username: Annotated[str, typer.Argument(help="上级岗位人员 / who holds the superior's post")],
    days: Annotated[int, typer.Option("--days", help="有效天数 / how long it lasts")] = 365,
) -> None:
    """发给上级人员一个只读令牌，只显示这一次 / make a read-only token, shown this once"""
    from engine.acts.superior import give_superior_token

    with opened() as service, working("正在生成", "Making"):
        made = give_superior_token(service, acting(service, None), username, days=days)
    if speech.as_json:
        print_json(made)
        return
    print_line(say(f"令牌 {made.id}：{made.secret}", f"Token {made.id}: {made.secret}"))
    print_line(say("仅可用于 GET /api/v1/superior/年度", "Good for GET /api/v1/superior/YEAR alone"))


@app.command("list", epilog=EPILOG)
@prints
def list_given() -> None:
    """已发的令牌 / tokens that were given"""
    from engine.acts.superior import list_superior_tokens

    with opened() as service, working("正在读取", "Reading"):
        found, zone = list_superior_tokens(service, acting(service, None)), service.settings.timezone
    if speech.as_json:
        print_json(found)
        return
    for each in found:
        until = say("已撤销", "revoked") if each.revoked_at else local(each.expires_at, zone)
        print_line(f"{each.id}  {each.username}  {until}")


@app.command("revoke", epilog=EPILOG)
@prints
def revoke(token: Annotated[int, typer.Argument(help="编号 / its number")]) -> None:
    """撤销一个令牌 / end a token at once"""
    from engine.acts.superior import revoke_superior_token

    with opened() as service, working("正在撤销", "Revoking"):
        revoke_superior_token(service, acting(service, None), token)
    print_line(say(f"已撤销令牌 {token}", f"Revoked token {token}"))
