"""Where a request comes from, as far as sign-in cares: a network, and a browser that is known or not."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request, Response

from engine.acts.access import SignedIn, Visitor
from engine.service import Service
from portal.caller import cookie_name, is_secure

_DEVICE_DAYS = 180


def visitor_of(request: Request) -> Visitor:
    """The network the request comes from, and what an earlier sign-in left in the browser."""
    service: Service = request.app.state.service
    header = service.settings.client_address_header
    connected = request.client.host if request.client else ""
    # Of several addresses the last one was written by our proxy, the others by whoever sent the request.
    stated = request.headers.get(header, "").rpartition(",")[2].strip() if header else ""
    return Visitor(network_of(stated or connected), request.cookies.get(_device_cookie(service), ""))


def network_of(address: str) -> str:
    """The /24 or /64 around an address: whoever has one has its neighbours too."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found, 24), strict=False))


def give_device_cookie(response: Response, service: Service, signed_in: SignedIn) -> None:
    """Let the browser be known at its next sign-in. It opens nothing: a password is asked all the same."""
    response.set_cookie(
        _device_cookie(service),
        signed_in.device_key,
        max_age=_DEVICE_DAYS * 86400,
        path="/",
        secure=is_secure(service),
        httponly=True,
        samesite="strict",
    )


def _device_cookie(service: Service) -> str:
    return f"{cookie_name(service)}-device"
