"""Pages rendered: layout, language, local time, the caller's name and CSRF token; all escaped."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import RedirectResponse

from engine.acts.access import Session, csrf_token_of
from engine.policy import Act, Facts, may
from engine.service import Service
from portal.web.language import language_of, translations

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STATIC = Path(__file__).parent.parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


def page(
    request: Request, template: str, session: Session | None = None, *, status: int = 200, **facts: Any
) -> HTMLResponse:
    """A page for the session's person, or for nobody; ``here``: where it can be asked for again."""
    service: Service = request.app.state.service
    language = language_of(request)
    environment = _environment(language, service.settings.timezone)
    shared = {
        "language": language,
        "me": session.actor if session else None,
        "csrf": _csrf(request, session),
        "here": _here(request),
        "now": service.now,
        "today": service.today,
        "virtual": service.is_virtual,
        "shows_mailbox": not service.settings.smtp_host,
        "sees_opinions": session is not None and may(session.actor, Act.SEE_OPINIONS, Facts()),
        "reads_watch_log": session is not None and may(session.actor, Act.READ_WATCH_LOG, Facts()),
    }
    html = environment.get_template(f"web/{template}").render(shared | facts)
    return HTMLResponse(html, status, headers={"Content-Security-Policy": POLICY})


def see_other(path: str) -> Response:
    """To a page of ours, after a form was taken."""
    return RedirectResponse(path, 303)


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain and "\\" not in wanted and "/sign" not in wanted[:6] else "/inbox"


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """A script or the stylesheet, named with its digest so that it may be kept for good."""
    found = _files().get(name)
    if found is None:
        return Response(status_code=404)
    content, media_type = found
    return Response(
        content, media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    known = {}
    for path in sorted(_STATIC.iterdir()):
        if path.suffix in _TYPES:
            known[_digested(path.name)] = (path.read_bytes(), _TYPES[path.suffix])
    return known


@cache
def _digested(name: str) -> str:
    path = _STATIC / name
    digest = sha256(path.read_bytes()).hexdigest()[:12]
    return f"{path.stem}.{digest}{path.suffix}"


def static_url(name: str) -> str:
    """The address of a static file."""
    return f"/static/{_digested(name)}"


def _csrf(request: Request, session: Session | None) -> str:
    from portal.caller import cookie_name

    token = request.cookies.get(cookie_name(request.app.state.service), "")
    return csrf_token_of(token) if session and token else ""


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


@cache
def _environment(language: str, timezone: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("portal"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = translations(language)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    zone = ZoneInfo(timezone)
    environment.globals.update(static=static_url)
    environment.filters.update(
        moment=lambda instant: instant.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        iso=lambda instant: instant.astimezone(zone).isoformat(timespec="seconds"),
        local_day=lambda instant: instant.astimezone(zone).date(),
        day=_day(language),
        weekday=_weekday(language),
        month=_month(language),
        until=_until(language, zone),
        dated=_dated(language),
        named=lambda word: (
            catalogue.gettext(str(word)) if word else ""
        ),  # plain text: escaped like all others
        said=lambda named: getattr(named, language),
        since=_since(catalogue.gettext),
        kilobytes=lambda size: f"{max(1, round(size / 1000)):,} kB",
        paragraphs=lambda text: [line for line in text.split("\n") if line.strip()],
        path=lambda text: quote(str(text), safe=""),
    )
    return environment


def _day(language: str) -> Callable[[date], str]:
    if language == "zh":
        return lambda day: f"{day.year}年{day.month}月{day.day}日"
    return lambda day: day.isoformat()


_ZH = "一二三四五六日"


def _weekday(language: str) -> Callable[..., str]:
    """星期五, Friday; short: 五, Fri."""

    def weekday(day: date, *, short: bool = False) -> str:
        if language == "zh":
            return ("" if short else "星期") + _ZH[day.weekday()]
        return day.strftime("%a" if short else "%A")

    return weekday


def _until(language: str, zone: ZoneInfo) -> Callable[[Any], str]:
    """The last day of a limit, or the hour where it is counted in hours; empty while it has none."""
    day, weekday = _day(language), _weekday(language)

    def until(limit: Any) -> str:
        if limit.due_on is None:
            return ""
        end = limit.late_from.astimezone(zone)
        if end.time() != time():
            return str(end.strftime("%Y-%m-%d %H:%M"))
        return f"{day(limit.due_on)} {weekday(limit.due_on)}"

    return until


def _month(language: str) -> Callable[[date], str]:
    if language == "zh":
        return lambda day: f"{day.year}年{day.month}月"
    return lambda day: day.strftime("%B %Y")


def _dated(language: str) -> Callable[[date, int], str]:
    """A day with its weekday; with its year only where it is another than the one that is spoken of."""

    def dated(day: date, year: int) -> str:
        other = day.year != year
        if language == "zh":
            return f"{f'{day.year}年' if other else ''}{day.month}月{day.day}日（周{_ZH[day.weekday()]}）"
        return f"{day.day} {day:%b}{f' {day.year}' if other else ''} ({day:%a})"

    return dated


def _since(gettext: Callable[[str], str]) -> Callable[[datetime, datetime], str]:
    """How long ago, in the one unit a person would say."""

    def since(then: datetime, now: datetime) -> str:
        seconds = max(0, int((now - then).total_seconds()))
        if seconds < 60:
            return gettext("不到 1 分钟")
        if seconds < 3600:
            return gettext("%d 分钟") % (seconds // 60)
        if seconds < 86400:
            return gettext("%d 小时") % (seconds // 3600)
        return gettext("%d 天") % (seconds // 86400)

    return since
