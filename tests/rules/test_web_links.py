"""Two links to one page are one link; two pages stay two."""

import pytest

from rules.web_links import same_page


@pytest.mark.parametrize(
    "link",
    [
        "https://video.example/v/1",
        "HTTPS://Video.Example/v/1",
        "https://video.example:443/v/1#comments",
        "https://video.example/v/1?utm_source=x&spm=a.b&share_token=1",
    ],
)
def test_what_only_says_how_a_page_was_come_by_makes_no_other_page(link: str) -> None:
    assert same_page(link) == "https://video.example/v/1"


@pytest.mark.parametrize(
    "link",
    [
        "https://video.example/V/1",
        "https://video.example/v/1?id=2",
        "https://video.example:8443/v/1",
        "http://video.example/v/1",
        "https://video.example/v/1?q=a%20b&x=",
        "来电反映",
        "https://[broken",
    ],
)
def test_what_may_be_another_page_stays_as_it_is(link: str) -> None:
    assert same_page(link) == link


def test_what_was_normalised_stays_so() -> None:
    once = same_page("https://V.example?b=1&utm_x=2&a=%E5%8E%BF")
    assert once == same_page(once) == "https://v.example/?b=1&a=%E5%8E%BF"
