"""What a log may say of an exception."""

from rules.faults import came_through


def fail(words: str) -> None:
    raise ValueError(words)


def test_an_error_is_told_by_where_it_came_through_and_never_by_its_text() -> None:
    try:
        fail("正文：各镇人民政府")
    except ValueError as error:
        said = came_through(error)
    assert [line.split(" ")[1] for line in said] == [
        "test_an_error_is_told_by_where_it_came_through_and_never_by_its_text",
        "fail",
    ]
    assert "各镇人民政府" not in "".join(said)
