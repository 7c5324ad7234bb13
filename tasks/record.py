"""``record`` 登记: a database effect settled inside advance, such as the number or the marking line."""

from typing import Any

from engine.calls import RecordCall, Title


def record(key: str, title: tuple[str, str], *, effect: str, basis: str = "", **arguments: Any) -> RecordCall:
    """Record ``effect`` (see ``engine.effects``) with JSON ``arguments``; awaiting gives its facts."""
    return RecordCall(key=key, title=Title(*title), basis=basis, effect=effect, arguments=arguments)
