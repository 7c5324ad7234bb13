"""Sign-in, sign-out, who am I, how I am told, personal tokens, passwords."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from engine.actor import Actor
from engine.acts import access
from engine.acts.tokens import NewToken, PersonalToken
from engine.acts.wishes import OwnWishes, Wishes, read_wishes, set_wishes
from engine.reading.values import Named, position_named
from portal.answers import answer
from portal.caller import Who, take_cookie
from portal.problems import documented
from portal.requests import BIGGEST_ID, PasswordBody, SignInBody, TokenBody, WishesBody
from portal.sign_ins import let_in, sign_in_visitor

router = APIRouter()


class Opened(BaseModel):
    """An open session; the cookie comes as a header. Keep the CSRF token for changes."""

    username: str
    name: str
    csrf_token: str
    expires_at: datetime


class Me(BaseModel):
    """Who is signed in. ``csrf_token`` only for cookie sessions."""

    username: str
    name: str
    positions: list[Named]
    csrf_token: str | None
    expires_at: datetime | None


class Tokens(BaseModel):
    """One's own tokens."""

    tokens: list[PersonalToken]


@router.post(
    "/session",
    status_code=201,
    response_model=Opened,
    responses=documented(400, 401, 413, 415, 422, 429, 503),
    summary="Sign in",
    tags=["access"],
)
async def sign_in(request: Request, body: SignInBody) -> Response:
    """Opens a session and sets its cookie. Whatever session the browser came with ends.

    A second cookie lets the browser be known next time, so that others' failures do not hold it up.
    """
    signed_in = await sign_in_visitor(request, body.username, body.password)
    opened = {
        "username": signed_in.username,
        "name": signed_in.name,
        "csrf_token": signed_in.csrf_token,
        "expires_at": signed_in.expires_at,
    }
    return let_in(answer(opened, 201), request, signed_in)


@router.delete(
    "/session", status_code=204, responses=documented(401, 403), summary="Sign out", tags=["access"]
)
def sign_out(who: Who) -> Response:
    """Ends the session of the cookie."""
    who.session(choosing=True)
    assert who.cookie is not None  # or there were no session
    access.sign_out(who.service, who.cookie)
    response = Response(status_code=204)
    take_cookie(response, who.service)
    return response


@router.get("/me", response_model=Me, responses=documented(401, 403), summary="Who am I", tags=["access"])
def me(who: Who) -> Response:
    """Name, positions held today, and the CSRF token again for a page that was reloaded."""
    if who.bearer is not None:
        return answer(_me(who.actor(), None, None))
    session = who.session()
    assert who.cookie is not None
    return answer(_me(session.actor, access.csrf_token_of(who.cookie), session.expires_at))


@router.get(
    "/me/messages",
    response_model=OwnWishes,
    responses=documented(401, 403),
    summary="How I am told",
    tags=["access"],
)
def wishes(who: Who) -> Response:
    """By which channels, when not, and whether once a day; with the channels installed here."""
    return answer(read_wishes(who.service, who.actor()))


@router.put(
    "/me/messages",
    response_model=OwnWishes,
    responses=documented(400, 401, 403, 422),
    summary="Choose how I am told",
    tags=["access"],
)
def choose_wishes(who: Who, body: WishesBody) -> Response:
    """What is urgent by law comes at once and by mail, whatever is chosen."""
    actor = who.actor()
    set_wishes(who.service, actor, Wishes(**body.model_dump()))
    return answer(read_wishes(who.service, actor))


@router.get(
    "/tokens", response_model=Tokens, responses=documented(401, 403), summary="My tokens", tags=["access"]
)
def tokens(who: Who) -> Response:
    """One's own tokens, without their secrets."""
    return answer({"tokens": access.list_tokens(who.service, who.actor())})


@router.post(
    "/tokens",
    status_code=201,
    response_model=NewToken,
    responses=documented(400, 401, 403, 422),
    summary="Make a token",
    tags=["access"],
)
def create_token(who: Who, body: TokenBody) -> Response:
    """A token for scripts. Its secret is shown this once. Needs a session: a token cannot make tokens."""
    actor = who.actor()
    made = access.create_token(who.service, actor, name=body.name, days=body.days, session_token=who.cookie)
    return answer(made, 201)


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    responses=documented(401, 403, 404, 422),
    summary="Revoke a token",
    tags=["access"],
)
def revoke_token(who: Who, token_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
    """Ends a token of one's own at once."""
    access.revoke_token(who.service, who.actor(), token_id)
    return Response(status_code=204)


@router.put(
    "/people/{username}/password",
    status_code=204,
    responses=documented(400, 401, 403, 404, 422),
    summary="Set someone's password (administrator)",
    tags=["access"],
)
def set_password(
    who: Who, username: Annotated[str, Path(max_length=64, pattern=r"^[\w.@-]+$")], body: PasswordBody
) -> Response:
    """Ends that person's sessions and tokens. Needs a session: a token sets no password.

    It lets the person choose one of their own and do nothing else: everything else answers 403
    `own-password-first` until then. The ledger keeps who set whose.
    """
    access.set_password(who.service, who.actor(), username, body.password)
    return Response(status_code=204)


def _me(actor: Actor, csrf: str | None, expires_at: datetime | None) -> dict[str, object]:
    return {
        "username": actor.username,
        "name": actor.name,
        "positions": [position_named(key) for key in sorted({key for key, _unit in actor.holdings})],
        "csrf_token": csrf,
        "expires_at": expires_at,
    }
