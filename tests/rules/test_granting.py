"""Who grants what is asked of a limit stands in a file: a post for each kind of act, with its provision."""

import pytest

from rules.clock_acts import ActKind
from rules.errors import MalformedFile
from rules.granting import GRANTING, granting_of, read_granting
from rules.positions import Position

TEXT = GRANTING.read_text(encoding="utf-8")


def test_an_extension_is_granted_by_the_deputy_head_the_rest_by_the_openness_office() -> None:
    posts = {kind: granting_of(kind).position for kind in ActKind}
    assert posts == {
        ActKind.NOT_COUNTED: Position.OPENNESS_OFFICE,
        ActKind.RESTARTED: Position.OPENNESS_OFFICE,
        ActKind.EXTENDED: Position.DEPUTY_HEAD,
    }
    assert str(granting_of(ActKind.EXTENDED).source) == "政府信息公开条例 第33条"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("kind: restarted", "kind: extended", "须恰有"),
        ("kind: restarted", "kind: shortened", "没有这一类"),
        ("position: deputy_head", "position: nobody", "没有这一类"),
        ("position: deputy_head", "post: deputy_head", "须恰有"),
        ("source: [政府信息公开条例, 第33条]", "source: 第33条", "source"),
        ("site: true", "site: perhaps", "site"),
        ("- kind: not-counted", "kind: not-counted", "YAML"),
        (TEXT, "kind: extended", "列表"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(before: str, after: str, says: str) -> None:
    with pytest.raises(MalformedFile, match=says):
        read_granting(TEXT.replace(before, after, 1), where="granting.yaml")
