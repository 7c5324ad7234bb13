"""What may stand in a header: one line of text, and addresses a mail server takes."""

import re
from email.headerregistry import Address

_NOT_FOR_HEADERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class AddressUnusable(ValueError):
    """No message can be addressed so."""


def mail_address(name: str, address: str) -> Address:
    """Who a message is from or to.

    Raises:
        AddressUnusable: no mailbox at a domain, in ASCII.
    """
    if not address.isascii():  # would need SMTPUTF8, which few servers of an office offer
        raise AddressUnusable(address)
    try:
        return Address(display_name=one_line(name), addr_spec=address)
    except Exception as error:  # the parser raises whatever it stumbles over
        raise AddressUnusable(address) from error


def one_line(text: str) -> str:
    """Text that cannot end a header: control characters and line ends become a space."""
    return " ".join(_NOT_FOR_HEADERS.sub(" ", text).split())
