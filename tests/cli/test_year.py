"""``gongkai year``: what is done once a year is listed, and opened where the schedule did not."""

from deployments.commands.exits import Code
from deployments.samples import BUREAU
from tests.builders import scalars
from tests.cli.conftest import Gongkai


def test_a_yearly_case_is_listed_and_opened_once_by_its_first_holder(empty: Gongkai) -> None:
    assert empty("people", "import", str(BUREAU)).code == 0
    opened = empty("year", "open", "attribute-review", "--json")
    assert opened.code == 0
    number = opened.json["number"]
    listed = {each["procedure"]: each["number"] for each in empty("year", "list", "--json").json}
    assert listed == {"attribute-review": number, "yearly-evaluation": None, "yearly-report": None}
    again = empty("year", "open", "attribute-review")
    assert again.code == Code.CONFLICT
    assert number in again.err
    person = "SELECT p.username FROM cases c JOIN person p ON p.id = c.drafter_id"
    assert scalars(empty.service, person) == ["wu.di"]
