"""The register's pages rendered: HTML for people, Atom for feed readers; all escaped, no script."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def render(template: str, timezone: str, **facts: Any) -> bytes:
    """A template with its facts, in the bureau's time zone."""
    return _environment(timezone).get_template(template).render(**facts).encode()


@cache
def stylesheet() -> bytes:
    """The one stylesheet, for screen and paper."""
    environment = _environment("UTC")
    assert environment.loader is not None
    source, _name, _fresh = environment.loader.get_source(environment, "register.css")
    return source.encode()


@cache
def _environment(timezone: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("portal"),
        autoescape=True,  # XML too: the suffix makes no difference
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = ZoneInfo(timezone)
    environment.filters["local_day"] = lambda instant: instant.astimezone(zone).date()
    environment.filters["chinese_day"] = _chinese_day
    environment.filters["instant"] = lambda instant: instant.astimezone(zone).isoformat(timespec="seconds")
    environment.filters["paragraphs"] = lambda text: [line for line in text.split("\n") if line.strip()]
    environment.filters["stamp"] = lambda instant: instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    environment.filters["kilobytes"] = lambda size: f"{max(1, round(size / 1000))} kB"
    return environment


def _chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
