"""Posts: named in both languages, and only drafting and its first review belong to a section."""

from rules.positions import Position


def test_only_drafter_and_section_head_are_held_per_section() -> None:
    assert {position for position in Position if position.of_unit} == {"drafter", "section_head"}


def test_every_post_is_named_as_the_bureau_says_it() -> None:
    assert len({position.chinese for position in Position}) == len(Position)
    assert all(position.english.isascii() for position in Position)
