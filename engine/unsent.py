"""Why a message was not sent, in the words that are stored with it."""

CLOSED = "the to-do is closed"
INACTIVE = "the person is no longer active"
NOT_HELD = "the person no longer holds the position"
NOTHING_OPEN = "nothing is open any more"
TOLD_BY_MAIL = "told by mail, as the channel is no longer installed"
NO_ADDRESS = "the person has no e-mail address"
UNUSABLE = "the e-mail address cannot be used"
REFUSED = "refused by the mail server: "
REFUSED_BY_GROUP = "refused: "
MOOT = (CLOSED, INACTIVE, NOT_HELD, NOTHING_OPEN, TOLD_BY_MAIL)
"""Reasons for which nobody misses the message."""
