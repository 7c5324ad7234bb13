"""Tables and numbers of a site, as its files hold them."""

from typing import Any

PAPER = "国办发明电〔2026〕9号"


def table(year: int, off: dict[str, str], worked: dict[str, str]) -> dict[str, Any]:
    """A year's table from its days off and make-up workdays, each with the holiday's name."""
    days = [{"name": name, "date": on, "is_off_day": True} for on, name in off.items()]
    days += [{"name": name, "date": on, "is_off_day": False} for on, name in worked.items()]
    return {"year": year, "papers": [PAPER], "days": days}


NEXT_YEAR = table(
    2027,
    {"2027-01-01": "元旦", "2027-02-08": "春节", "2027-02-09": "春节", "2027-10-01": "国庆节"},
    {"2027-02-20": "春节"},
)
REVIEW_TARGET: dict[str, Any] = {
    "key": "review-target",
    "zh": "办理环节（每一审核环节）",
    "en": "each step of review",
    "unit": "working-days",
    "number": 5,
    "valid_from": "2026-07-01",
    "source": ["青应急〔2026〕12号", "第三条"],
}
