"""``withdraw`` 撤下: the automated step that has the website take a document down, once."""

from engine.calls import ActivityCall, Title


def withdraw(key: str, title: tuple[str, str], *, basis: str = "") -> ActivityCall:
    """Take down what the case recorded as taken down; awaiting gives the instant it left the website."""
    return ActivityCall(key=key, title=Title(*title), basis=basis, activity="withdraw")
