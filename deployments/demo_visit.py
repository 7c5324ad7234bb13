"""Where a demonstration is visited, and as whom: one sign-in per position, with what waits there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployments.commands.terminal import head, named, print_json, print_line, print_table, say, speech
from deployments.instance import Instance
from deployments.samples import read_bureau
from engine.reading import inbox
from engine.reading.values import Named, position_named
from engine.service import Service
from portal.prefect.reads import UI_BASE


@dataclass(frozen=True)
class SignIn:
    """One person of the sample bureau. ``todos`` counts what waits for them now."""

    username: str
    name: str
    position: Named
    unit: str
    todos: int


@dataclass(frozen=True)
class Visit:
    """Everything a visitor needs. The password is everybody's; Prefect's is the operator's."""

    portal: str
    register: str
    prefect: str
    prefect_auth: str
    home: Path
    password: str
    sign_ins: list[SignIn]
    cases: Mapping[str, str]


def visit_of(instance: Instance, service: Service, *, password: str, cases: Mapping[str, str]) -> Visit:
    """The addresses and sign-ins of a running demonstration.

    Args:
        cases: number by sample id.
    """
    portal = f"http://127.0.0.1:{instance.ports.portal}"
    return Visit(
        portal=portal,
        register=f"{portal}/register",
        prefect=f"http://127.0.0.1:{instance.ports.prefect}{UI_BASE}/",
        prefect_auth=instance.credentials.prefect_auth_string,
        home=instance.home,
        password=password,
        sign_ins=_sign_ins(service),
        cases=cases,
    )


def _sign_ins(service: Service) -> list[SignIn]:
    roster = read_bureau().roster
    units = {unit.code: unit.name for unit in roster.units or ()}
    found = []
    for person in roster.people:
        waiting = len(inbox(service, service.actor(person.username, channel="demo")).todos)
        for held in person.positions:
            position = position_named(held.position.value)
            found.append(SignIn(person.username, person.name, position, units.get(held.unit, ""), waiting))
    return found


def print_visit(visit: Visit) -> None:
    """One JSON document, or a table with one line per position: whoever there has most to do."""
    if speech.as_json:
        print_json(visit)
        return
    busiest: dict[str, SignIn] = {}
    for who in visit.sign_ins:
        key = who.position.key
        if key not in busiest or who.todos > busiest[key].todos:
            busiest[key] = who
    columns = [head("岗位", "position"), head("姓名", "name"), head("用户名", "user"), head("待办", "to-dos")]
    rows = [
        [f"{named(who.position)} {who.unit}".strip(), who.name, who.username, who.todos]
        for who in busiest.values()
    ]
    print_table(say("登录（密码相同）", "Sign-ins (one password)"), columns, rows)
    print_line(f"{say('密码', 'Password')}: {visit.password}")
    print_line(f"{say('门户', 'Portal')}: {visit.portal}")
    print_line(f"{say('公开目录', 'Public register')}: {visit.register}")
    print_line(f"Prefect: {visit.portal}{UI_BASE}/ ({say('管理员、管理者', 'administrator, manager')})")
    print_line(f"{say('Prefect（本机运维）', 'Prefect (operator)')}: {visit.prefect}  ({visit.prefect_auth})")
    print_line(f"GONGKAI_HOME={visit.home}")
    print_line(
        say(
            "按 Ctrl-C 停止；数据保留，下次启动继续（make demo FRESH=1 重新开始）",
            "Ctrl-C stops it; its data stay for the next start (make demo FRESH=1 starts over)",
        )
    )
