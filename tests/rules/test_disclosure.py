"""四(一) of the notice: three attributes, three marking lines, and the grounds the Regulations know."""

import pytest

from rules.disclosure import MARKING_BASIS, DisclosureAttribute, Ground


@pytest.mark.parametrize(
    ("attribute", "line"),
    [
        ("主动公开", "（此件公开发布）"),
        ("依申请公开", "（此件依申请公开）"),
        ("不予公开", "（此件不公开）"),
    ],
)
def test_marking_line_is_the_notice_s_own_for_each_attribute(attribute: str, line: str) -> None:
    """Source: 应急厅函〔2019〕390号 四(一)5."""
    assert DisclosureAttribute(attribute).marking == line
    assert str(MARKING_BASIS) == "应急厅函〔2019〕390号 四(一)5"


def test_there_are_exactly_three_attributes() -> None:
    """Source: 应急厅函〔2019〕390号 四(一)1."""
    assert set(DisclosureAttribute) == {"主动公开", "依申请公开", "不予公开"}
    with pytest.raises(ValueError, match="部分公开"):
        DisclosureAttribute("部分公开")


@pytest.mark.parametrize(
    ("article", "codes", "must_withhold"),
    [
        ("第14条", {"14a", "14b", "14c"}, True),  # 不予公开
        ("第15条", {"15a", "15b"}, True),  # 不得公开
        ("第16条第1款", {"16-1"}, False),  # 可以不予公开
        ("第16条第2款", {"16-2"}, False),
        ("第37条", {"37"}, False),  # 能够作区分处理的，应当提供可以公开的内容
    ],
)
def test_ground_forbids_or_merely_allows_withholding_as_its_article_says(
    article: str, codes: set[str], must_withhold: bool
) -> None:
    """Source: 政府信息公开条例 arts. 14-16, 37."""
    cited = f"政府信息公开条例 {article}"
    assert {ground.value for ground in Ground if str(ground.meaning.basis) == cited} == codes
    assert {Ground(code).meaning.must_withhold for code in codes} == {must_withhold}


def test_every_ground_and_attribute_is_worded_in_both_languages() -> None:
    assert all(ground.meaning.text and ground.meaning.english.isascii() for ground in Ground)
    assert all(attribute.english.isascii() for attribute in DisclosureAttribute)
