"""The websites a document can be published on, one adapter per file."""

from functools import partial

from engine.files.storing import attachment_chunks
from engine.publication import Website
from engine.publishing.http_website import HttpWebsite
from engine.publishing.public_register import PublicRegister
from engine.publishing.signature import Signer
from engine.service import Service


def website_of(service: Service) -> Website:
    """The bureau's website where one is named, else the built-in public register."""
    settings = service.settings
    if settings.website_url:
        secret = settings.website_secret.get_secret_value()
        return HttpWebsite(
            settings.website_url,
            timeout_seconds=settings.website_timeout_seconds,
            read=partial(attachment_chunks, service),
            signer=Signer(secret, service.time) if secret else None,
            statutory=service.statutory,
        )
    return PublicRegister(service)


__all__ = ["HttpWebsite", "PublicRegister", "Signer", "website_of"]
