from tests.builders import *
import pytest
@pytest.mark.parametrize("n", range(5))
def test_walk(service, bureau, n):
    c = launch_case(service, legality_review=True)
    print(decide_all(service, c.number))
    assert case_row(service, c.number).document_version_id
