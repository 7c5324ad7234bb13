"""The link of a message: an opaque word that only opens a to-do, for the one person it was sent to.

The word is derived from the message's key and the installation's secret, not drawn anew: a message that is
sent again after a crash is the same message, and mail programs that drop one of the two keep a link that
works. The database holds the word's hash alone, so a copy of it opens nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from sqlalchemy.dialects.postgresql import insert

from engine.service import Service
from models import TodoLink


def make_link(service: Service, *, key: str, todo: int, person: int) -> str:
    """The address for a message; its hash is stored before the message leaves."""
    token = token_of(service.settings.portal_secret.get_secret_value(), key)
    with service.database.begin() as connection:
        connection.execute(
            insert(TodoLink.__table__)
            .values(token_hash=hash_of(token), assignment_id=todo, person_id=person, created_at=service.now)
            .on_conflict_do_nothing()
        )
    return f"{service.settings.base_url.rstrip('/')}/t/{token}"


def token_of(secret: str, key: str) -> str:
    """256 bits nobody can guess without the secret, as 43 characters fit for an address."""
    made = hmac.digest(secret.encode(), f"todo-link:{key}".encode(), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode(errors="replace")).hexdigest()
